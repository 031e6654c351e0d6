"""
===================================================
Cross-entropy and KL: what a wrong belief costs
===================================================

A match is lost, drawn or won with probabilities p, and somebody believes q. A code made
for q spends

.. math:: H(p, q) = -\\sum_x p(x) \\log_2 q(x)

bits a match on telling the results, the cross-entropy. With p itself it would be the
entropy H(p). The rest is the price of believing q, the Kullback-Leibler divergence:

.. math:: D(p \\| q) = \\sum_x p(x) \\log_2 \\frac{p(x)}{q(x)} = H(p, q) - H(p).
"""

# %%
# Three beliefs about the same match: the truth itself, one that is too even, and one that is
# too sure of a win. The entropy part is the same for all and nothing helps against it; the
# divergence is what a better belief would save.

import matplotlib.pyplot as plt
import numpy as np

from skinfo.measures import cross_entropy, entropy, js_divergence, kl_divergence

results = ["loss", "draw", "win"]
p = np.array([0.3, 0.2, 0.5])
beliefs = {
    "Exact": np.array([0.3, 0.2, 0.5]),
    "Too even": np.array([0.4, 0.3, 0.3]),
    "Too sure": np.array([0.1, 0.1, 0.8]),
}
print(f"H(p) = {entropy(p):.3f} bits")
for name, q in beliefs.items():
    total, price = cross_entropy(p, q), kl_divergence(p, q)
    print(f"{name:<9} H(p, q) = {total:.3f} = {entropy(p):.3f} + {price:.3f} bits")
    assert np.isclose(total, entropy(p) + price)

# %%
# To believe that what does happen is impossible costs infinitely many bits, and that is the
# answer: no small number is put in the place of the zero.

print(f"No draws, they say: {kl_divergence(p, [0.4, 0.0, 0.6])} bits")
print(f"Rare draws: {kl_divergence(p, [0.4, 1e-10, 0.6 - 1e-10]):.2f} bits")

# %%
# The beliefs beside the truth, and what each costs.

fig = plt.figure(figsize=(11, 5.4), layout="constrained")
grid = fig.add_gridspec(2, 3, height_ratios=[3, 2])
places = np.arange(len(results))
for column, (name, q) in enumerate(beliefs.items()):
    ax = fig.add_subplot(grid[0, column])
    ax.bar(places - 0.2, p, 0.4, color="#0072B2", label="p, the truth")
    ax.bar(places + 0.2, q, 0.4, color="#E69F00", label="q, the belief")
    ax.set_xticks(places, results)
    ax.set_ylim(0, 0.85)
    ax.set_title(name, fontsize=11)
    if column == 0:
        ax.set_ylabel("Probability")
        ax.legend(loc="upper left")
cost_ax = fig.add_subplot(grid[1, :])
prices = [kl_divergence(p, q) for q in beliefs.values()]
names = list(beliefs)
cost_ax.barh(names, [entropy(p)] * 3, color="#0072B2", label="H(p)")
bars = cost_ax.barh(names, prices, left=entropy(p), color="#D55E00", label="D(p || q)")
cost_ax.bar_label(bars, [f"+ {price:.3f}" for price in prices], padding=4)
cost_ax.invert_yaxis()
cost_ax.set_xlim(0, 2.2)
cost_ax.set_xlabel("Cross-entropy H(p, q) (bits a match)")
cost_ax.legend(loc="upper right", ncols=2)
plt.show()

# %%
# **It is no distance.** D(p || q) takes the mean over what p makes happen, so it punishes a q
# that is too small where p is large; D(q || p) punishes a q that is large where p is small. A
# bell curve fitted to two humps shows the difference: the first spreads over both humps, the
# second settles on one. The Jensen-Shannon divergence is symmetric and at most one bit.

grid = np.linspace(-6, 6, 241)


def bell(mean, deviation):
    density = np.exp(-0.5 * ((grid - mean) / deviation) ** 2)
    return density / density.sum(axis=-1, keepdims=True)


humps = 0.6 * bell(-2, 0.7) + 0.4 * bell(2, 0.7)
means, deviations = np.meshgrid(np.linspace(-4, 4, 81), np.linspace(0.4, 4, 73))
bells = bell(means.reshape(-1, 1), deviations.reshape(-1, 1))
fits = {
    "least D(p || q)": bells[kl_divergence(humps, bells).argmin()],
    "least D(q || p)": bells[kl_divergence(bells, humps).argmin()],
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
coin_ax.set_xlabel("q: believed probability of heads")
coin_ax.set_ylabel("Divergence (bits)")
coin_ax.set_title("A fair coin p, and beliefs q", fontsize=11)
coin_ax.legend(loc="upper center")

width = grid[1] - grid[0]
hump_ax.fill_between(grid, humps / width, color="#B8B8B8", label="p")
for (name, q), colour in zip(fits.items(), ["#D55E00", "#0072B2"], strict=True):
    hump_ax.plot(grid, q / width, color=colour, linewidth=2, label=f"q of {name}")
hump_ax.set_xlabel("x")
hump_ax.set_ylabel("Density")
hump_ax.set_ylim(0, 0.72)
hump_ax.set_title("The best bell curve depends on the order", fontsize=11)
hump_ax.legend(loc="upper right")
plt.show()

# %%
# **Between normal laws** the divergence has a closed form. A variational autoencoder pays it
# for every code that strays from the standard normal law, and so chooses what is worth saying.
# Finely cut, the distributions give the same number.

mean, deviation = 1.0, 0.5
closed = (deviation**2 + mean**2 - 1 - np.log(deviation**2)) / (2 * np.log(2))
print(f"D(N(1, 0.5) || N(0, 1)): {closed:.4f} bits by the formula")
print(f"{kl_divergence(bell(mean, deviation), bell(0, 1)):.4f} bits on a grid")

# %%
# What to take away: cross-entropy is entropy plus divergence. The entropy belongs to the thing,
# the divergence to the belief, so to train a classifier by cross-entropy is to bring its
# divergence from the truth down. The divergence is never negative, and zero only for the truth.
# It is not symmetric: ask which of the two makes things happen, and put that first. A zero in q
# where p has something costs infinity.
