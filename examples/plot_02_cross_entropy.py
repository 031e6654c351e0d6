"""
=============================================
Cross-entropy and Kullback-Leibler divergence
=============================================

The results of a match have probabilities p, and a model predicts q. A code that is optimal for q
uses

.. math:: H(p, q) = -\\sum_x p(x) \\log_2 q(x)

bits per match on average, the cross-entropy. A code that is optimal for p uses H(p), the entropy.
The difference is the Kullback-Leibler divergence:

.. math:: D(p \\| q) = \\sum_x p(x) \\log_2 \\frac{p(x)}{q(x)} = H(p, q) - H(p).
"""

# %%
# Three predictions for the same match: exact, underconfident, and overconfident of a win. The
# entropy is the same for all and cannot be reduced. The divergence is what a better prediction
# would save.

import matplotlib.pyplot as plt
import numpy as np

from skinfo.measures import cross_entropy, entropy, js_divergence, kl_divergence

results = ["loss", "draw", "win"]
p = np.array([0.3, 0.2, 0.5])
predictions = {
    "Exact": np.array([0.3, 0.2, 0.5]),
    "Underconfident": np.array([0.4, 0.3, 0.3]),
    "Overconfident": np.array([0.1, 0.1, 0.8]),
}
print(f"H(p) = {entropy(p):.3f} bits")
for name, q in predictions.items():
    total, divergence = cross_entropy(p, q), kl_divergence(p, q)
    print(f"{name:<14} H(p, q) = {total:.3f} = {entropy(p):.3f} + {divergence:.3f} bits")
    assert np.isclose(total, entropy(p) + divergence)

# %%
# If an outcome occurs that has predicted probability zero, the divergence is infinite. The zero is
# not replaced by a small number.

print(f"Draws predicted with probability 0: {kl_divergence(p, [0.4, 0.0, 0.6])} bits")
rare_draws = [0.4, 1e-10, 0.6 - 1e-10]
print(f"Draws predicted with probability 1e-10: {kl_divergence(p, rare_draws):.2f} bits")

# %%
# The figure: the predictions, and the cross-entropy of each.

fig = plt.figure(figsize=(11, 5.4), layout="constrained")
grid = fig.add_gridspec(2, 3, height_ratios=[3, 2])
places = np.arange(len(results))
for column, (name, q) in enumerate(predictions.items()):
    ax = fig.add_subplot(grid[0, column])
    ax.bar(places - 0.2, p, 0.4, color="#0072B2", label="p, true")
    ax.bar(places + 0.2, q, 0.4, color="#E69F00", label="q, predicted")
    ax.set_xticks(places, results)
    ax.set_ylim(0, 0.85)
    ax.set_title(name, fontsize=11)
    if column == 0:
        ax.set_ylabel("Probability")
        ax.legend(loc="upper left")
cost_ax = fig.add_subplot(grid[1, :])
divergences = [kl_divergence(p, q) for q in predictions.values()]
names = list(predictions)
cost_ax.barh(names, [entropy(p)] * 3, color="#0072B2", label="H(p)")
bars = cost_ax.barh(names, divergences, left=entropy(p), color="#D55E00", label="D(p || q)")
cost_ax.bar_label(bars, [f"+ {divergence:.3f}" for divergence in divergences], padding=4)
cost_ax.invert_yaxis()
cost_ax.set_xlim(0, 2.2)
cost_ax.set_xlabel("Cross-entropy H(p, q) (bits per match)")
cost_ax.legend(loc="upper right", ncols=2)
plt.show()

# %%
# **The divergence is not symmetric.** D(p || q) is an average over p, so it penalises a small q
# where p is large; D(q || p) penalises a large q where p is small. A normal distribution fitted to
# a mixture of two shows the difference: the minimum of D(p || q) covers both components, the
# minimum of D(q || p) covers one of them. The Jensen-Shannon divergence is symmetric and at most
# one bit.

grid = np.linspace(-6, 6, 241)


def bell(mean, deviation):
    density = np.exp(-0.5 * ((grid - mean) / deviation) ** 2)
    return density / density.sum(axis=-1, keepdims=True)


humps = 0.6 * bell(-2, 0.7) + 0.4 * bell(2, 0.7)
means, deviations = np.meshgrid(np.linspace(-4, 4, 81), np.linspace(0.4, 4, 73))
bells = bell(means.reshape(-1, 1), deviations.reshape(-1, 1))
fits = {
    "minimum of D(p || q)": bells[kl_divergence(humps, bells).argmin()],
    "minimum of D(q || p)": bells[kl_divergence(bells, humps).argmin()],
}
for name, q in fits.items():
    print(
        f"{name}: D(p || q) = {kl_divergence(humps, q):6.3f}, "
        f"D(q || p) = {kl_divergence(q, humps):.3f}, JS = {js_divergence(humps, q):.3f} bits"
    )

shares = np.linspace(0.002, 0.998, 499)
coins = np.column_stack([shares, 1 - shares])
fair = np.array([0.5, 0.5])

fig, (coin_ax, hump_ax) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
for divergence, colour, label in [
    (kl_divergence(fair, coins), "#D55E00", "D(p || q)"),
    (kl_divergence(coins, fair), "#0072B2", "D(q || p)"),
    (js_divergence(fair, coins), "#009E73", "Jensen-Shannon"),
]:
    coin_ax.plot(shares, divergence, color=colour, label=label, linewidth=2)
coin_ax.set_ylim(0, 2)
coin_ax.set_xlabel("q: predicted probability of heads")
coin_ax.set_ylabel("Divergence (bits)")
coin_ax.set_title("A fair coin p, and predictions q", fontsize=11)
coin_ax.legend(loc="upper center")

width = grid[1] - grid[0]
hump_ax.fill_between(grid, humps / width, color="#B8B8B8", label="p")
for (name, q), colour in zip(fits.items(), ["#D55E00", "#0072B2"], strict=True):
    hump_ax.plot(grid, q / width, color=colour, linewidth=2, label=f"q, {name}")
hump_ax.set_xlabel("x")
hump_ax.set_ylabel("Density")
hump_ax.set_ylim(0, 0.72)
hump_ax.set_title("The fit depends on the order of the arguments", fontsize=11)
hump_ax.legend(loc="upper right")
plt.show()

# %%
# **Between normal distributions** the divergence has a closed form. It is the regularization term
# of a variational autoencoder, where each code is compared with the standard normal distribution.
# The divergence of finely discretised distributions is the same number.

mean, deviation = 1.0, 0.5
closed = (deviation**2 + mean**2 - 1 - np.log(deviation**2)) / (2 * np.log(2))
print(f"D(N(1, 0.5) || N(0, 1)): {closed:.4f} bits by the formula")
print(f"{kl_divergence(bell(mean, deviation), bell(0, 1)):.4f} bits on a grid")

# %%
# What to take away: cross-entropy is entropy plus divergence. The entropy is a property of the
# data, and the divergence of the prediction, so training a classifier by cross-entropy minimises
# its divergence from the true probabilities. The divergence is never negative, and zero only for
# the true distribution. It is not symmetric: the first argument is the distribution that generates
# the outcomes. It is infinite if q is zero where p is not.
