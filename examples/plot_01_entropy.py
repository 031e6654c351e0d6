"""
====================================
Entropy: how much there is to know
====================================

Something happens with known probabilities. How many yes-or-no questions does
it take, on average, to find out what? That number is the entropy,

.. math:: H(X) = -\\sum_x p(x) \\log_2 p(x),

in bits. Four distributions show what it measures, and three properties are
shown: it is never negative, it is largest when all outcomes are equally likely, and
it adds up over independent things.
"""

# %%
# The rarer an outcome, the more it says when it happens: :math:`-\log_2 p` bits, its
# surprise. Entropy is the mean surprise. An outcome of probability zero adds nothing,
# since it never happens.

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
# The bits are no figure of speech. For the halving distribution, write A as 0, B as 10, C as
# 110 and D as 111: no word begins another, so a row of them can be read without gaps. Its
# mean length is the entropy, and no code has a shorter one.

words = {"A": "0", "B": "10", "C": "110", "D": "111"}
lengths = np.array([len(word) for word in words.values()])
halving = np.array(distributions["Halving"])
print(f"Mean length of a word: {halving @ lengths} bits; entropy: {entropy(halving)} bits")

# %%
# **Never negative, and largest when uniform.** Each point of the triangle is a distribution of
# three outcomes. In the corners one of them is certain: 0 bits. In the middle all are equally
# likely: log2(3) = 1.585 bits, the most that three outcomes can have; n outcomes have
# log2(n) at most.

third, second = np.meshgrid(np.linspace(0, 1, 401), np.linspace(0, 1, 401))
first = 1 - second - third
inside = first >= 0
simplex = np.stack([first, second, third], axis=-1)[inside]
heights = entropy(simplex, normalize=True)
print(f"Over {len(heights)} distributions: from {heights.min():.3f} to {heights.max():.3f} bits")

# %%
# **Additive for independent things.** Today's weather and a coin know nothing of each other, so
# telling both takes the bits of the one and the bits of the other. Where two things go
# together, the joint entropy is less than the sum, and what it falls short by is their mutual
# information.

weather, coin = np.array([0.7, 0.2, 0.1]), np.array([0.5, 0.5])
independent = np.outer(weather, coin)
umbrella = np.array([[0.49, 0.21], [0.01, 0.19], [0.0, 0.1]])  # the same margins
joints = {"weather, coin": independent, "weather, umbrella": umbrella}
for name, joint in joints.items():
    print(
        f"{name:<18} H of the one {entropy(joint.sum(axis=1)):.3f}, "
        f"of the other {entropy(joint.sum(axis=0)):.3f}, of both {joint_entropy(joint):.3f}; "
        f"shared {mutual_information(joint):.3f} bits"
    )

# %%
# The triangle, and the sums.

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
blocks = [  # row, from, width, colour, what it is
    ("one by one", 0, entropy(weather), "#56B4E9", "H(weather)"),
    ("one by one", entropy(weather), entropy(coin), "#E69F00", "H(coin)"),
    ("weather, coin", 0, joint_entropy(independent), "#B8B8B8", "H(weather, coin)"),
    ("weather, umbrella", 0, joint_entropy(umbrella), "#B8B8B8", "H(weather, umbrella)"),
    ("weather, umbrella", joint_entropy(umbrella), shared, "white", f"shared\n{shared:.2f}"),
]
for row, left, width, colour, label in blocks:
    bar = sum_ax.barh(row, width, left=left, color=colour, edgecolor="#555555", height=0.6)
    sum_ax.bar_label(bar, [label], label_type="center", fontsize=9)
sum_ax.invert_yaxis()
sum_ax.set_xlabel("Bits")
sum_ax.set_title("Independent things add up, related ones share", fontsize=11)
plt.show()

# %%
# **From a sample.** The entropy of observed shares is too low on average: what did not
# happen to turn up looks impossible. `discrete_entropy` takes the sample, not the
# shares, and its estimators correct for that.

rng = np.random.default_rng(0)
truth = np.full(64, 1 / 64)
samples = rng.integers(0, 64, size=(200, 50))
print(f"64 equally likely outcomes: {entropy(truth):.2f} bits. From 50 draws, mean of 200 tries:")
for estimator in ("plugin", "miller_madow", "grassberger", "chao_shen"):
    estimates = [discrete_entropy(sample, estimator=estimator) for sample in samples]
    print(f"  {estimator:<13} {np.mean(estimates):.2f} bits")

# %%
# What to take away: entropy is the mean number of bits it takes to say what happened. It is
# zero where the outcome is certain and log2(n) where n outcomes are equally likely. The bits of
# independent things add up; of things that go together they add up to less, and the difference
# is what they say of each other. `skinfo.measures` takes distributions that are known; for
# samples take `skinfo.estimation`, since observed shares have too little entropy.
