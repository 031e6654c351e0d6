"""
==============================
Entropy of known distributions
==============================

The entropy of a distribution,

.. math:: H(X) = -\\sum_x p(x) \\log_2 p(x),

is the mean number of yes-or-no questions that identify an outcome, in bits. Four distributions
show what it measures. Three of its properties are shown as well: it is never negative, it is
largest for equally likely outcomes, and it is additive for independent variables.
"""

# %%
# An outcome of probability p has a surprise of :math:`-\log_2 p` bits: the rarer, the larger.
# Entropy is the mean surprise. An outcome of probability zero contributes nothing.

import matplotlib.pyplot as plt
import numpy as np

from skinfo.estimation import discrete_entropy
from skinfo.measures import entropy, joint_entropy, mutual_information

outcomes = ["A", "B", "C", "D"]
distributions = {
    "Uniform": [0.25, 0.25, 0.25, 0.25],
    "Halving": [0.5, 0.25, 0.125, 0.125],
    "Skewed": [0.8, 0.1, 0.05, 0.05],
    "Certain": [1.0, 0.0, 0.0, 0.0],
}
for name, p in distributions.items():
    print(f"{name:<8} {p}: {entropy(p):.3f} bits")

fig, axes = plt.subplots(1, 4, figsize=(11, 3.2), sharey=True, layout="constrained")
for ax, (name, p) in zip(axes, distributions.items(), strict=True):
    ax.bar(outcomes, p, color="#0072B2")
    ax.set_title(f"{name}: {entropy(p):.3f} bits", fontsize=11)
    ax.set_xlabel("Outcome")
axes[0].set_ylabel("Probability")
plt.show()

# %%
# Entropy is the minimum mean length of a code. For the halving distribution, encode A as 0, B as
# 10, C as 110 and D as 111. No code word is a prefix of another, so a sequence of them can be
# decoded. Its mean length equals the entropy, and no code is shorter on average.

words = {"A": "0", "B": "10", "C": "110", "D": "111"}
lengths = np.array([len(word) for word in words.values()])
halving = np.array(distributions["Halving"])
print(f"Mean length of a code word: {halving @ lengths} bits; entropy: {entropy(halving)} bits")

# %%
# **Never negative, and largest when uniform.** Each point of the triangle is a distribution of
# three outcomes. In the corners one of them is certain: 0 bits. In the centre all are equally
# likely: log2(3) = 1.585 bits, the maximum for three outcomes. The maximum for n outcomes is
# log2(n).

third, second = np.meshgrid(np.linspace(0, 1, 401), np.linspace(0, 1, 401))
first = 1 - second - third
inside = first >= 0
simplex = np.stack([first, second, third], axis=-1)[inside]
heights = entropy(simplex, normalize=True)
print(f"Over {len(heights)} distributions: from {heights.min():.3f} to {heights.max():.3f} bits")

# %%
# **Additive for independent variables.** Weather and a coin are independent, so their joint
# entropy is the sum of their entropies. The joint entropy of dependent variables is smaller than
# the sum; the difference is their mutual information.

weather, coin = np.array([0.7, 0.2, 0.1]), np.array([0.5, 0.5])
independent = np.outer(weather, coin)
umbrella = np.array([[0.49, 0.21], [0.01, 0.19], [0.0, 0.1]])  # the same margins
joints = {"weather, coin": independent, "weather, umbrella": umbrella}
for name, joint in joints.items():
    print(
        f"{name:<18} entropies {entropy(joint.sum(axis=1)):.3f} and "
        f"{entropy(joint.sum(axis=0)):.3f}, joint entropy {joint_entropy(joint):.3f}, "
        f"mutual information {mutual_information(joint):.3f} bits"
    )

# %%
# The figure: entropy of three outcomes, and joint entropies.

fig, (simplex_ax, sum_ax) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
corners = np.array([[0, 0], [1, 0], [0.5, np.sqrt(3) / 2]])
x, y = (simplex @ corners).T
drawn = simplex_ax.tricontourf(x, y, heights, levels=16, cmap="cividis")
fig.colorbar(drawn, ax=simplex_ax, label="Entropy (bits)", ticks=[0, 0.5, 1, 1.5], shrink=0.8)
simplex_ax.plot(*corners.mean(axis=0), "o", color="#D55E00")
simplex_ax.annotate(
    "uniform", corners.mean(axis=0), xytext=(0, 8), textcoords="offset points", ha="center"
)
for corner, label, offset in zip(
    corners, ["A certain", "B certain", "C certain"], [(0, -14), (0, -14), (36, -4)], strict=True
):
    simplex_ax.annotate(label, corner, xytext=offset, textcoords="offset points", ha="center")
simplex_ax.set_aspect("equal")
simplex_ax.set_axis_off()
simplex_ax.set_title("Entropy of three outcomes", fontsize=11, pad=14)

shared = mutual_information(umbrella)
blocks = [  # row, left, width, colour, label
    ("separately", 0, entropy(weather), "#56B4E9", "H(weather)"),
    ("separately", entropy(weather), entropy(coin), "#E69F00", "H(coin)"),
    ("weather, coin", 0, joint_entropy(independent), "#B8B8B8", "H(weather, coin)"),
    ("weather, umbrella", 0, joint_entropy(umbrella), "#B8B8B8", "H(weather, umbrella)"),
    ("weather, umbrella", joint_entropy(umbrella), shared, "white", f"mutual\n{shared:.2f}"),
]
for row, left, width, colour, label in blocks:
    bar = sum_ax.barh(row, width, left=left, color=colour, edgecolor="#555555", height=0.6)
    sum_ax.bar_label(bar, [label], label_type="center", fontsize=9)
sum_ax.invert_yaxis()
sum_ax.set_xlabel("Bits")
sum_ax.set_title("Joint entropy of two variables", fontsize=11)
plt.show()

# %%
# **From a sample.** The entropy of observed proportions is biased downwards: outcomes that were
# not observed are treated as impossible. `discrete_entropy` takes the sample, not the proportions,
# and its estimators correct for this bias.

rng = np.random.default_rng(0)
truth = np.full(64, 1 / 64)
samples = rng.integers(0, 64, size=(200, 50))
print(f"64 equally likely outcomes: {entropy(truth):.2f} bits. From 50 samples, mean of 200:")
for estimator in ("plugin", "miller_madow", "grassberger", "chao_shen"):
    estimates = [discrete_entropy(sample, estimator=estimator) for sample in samples]
    print(f"  {estimator:<13} {np.mean(estimates):.2f} bits")

# %%
# What to take away: entropy is the mean number of bits needed to describe an outcome. It is zero
# when the outcome is certain and log2(n) when n outcomes are equally likely. The entropies of
# independent variables add up; for dependent variables the joint entropy is smaller by their
# mutual information. Use `skinfo.measures` for known distributions and `skinfo.estimation` for
# samples, because the entropy of observed proportions is too low.
