"""
=====================================
Mutual information and its estimators
=====================================

Mutual information is the reduction of the entropy of one variable by knowledge of another:

.. math:: I(X; Y) = H(X) - H(X | Y) = H(Y) - H(Y | X) = H(X) + H(Y) - H(X, Y)

For two normal variables of correlation :math:`\\rho` it is known exactly,
:math:`-\\tfrac12 \\log_2(1 - \\rho^2)`. This value is used to evaluate estimators.
"""

# %%
# **Properties**, for known joint distributions. Mutual information is symmetric, never negative,
# and zero if and only if the variables are independent.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_selection import mutual_info_regression

from skinfo.datasets import make_correlated_normals
from skinfo.estimation import mutual_info
from skinfo.measures import conditional_entropy, entropy, mutual_information

rng = np.random.default_rng(0)
joint = np.array([[0.30, 0.10], [0.05, 0.15], [0.10, 0.30]])
print(f"I(X; Y)         = {mutual_information(joint):.4f} bits")
print(f"I(Y; X)         = {mutual_information(joint.T):.4f}")
print(f"H(X) - H(X | Y) = {entropy(joint.sum(1)) - conditional_entropy(joint, given=1):.4f}")
print(f"H(Y) - H(Y | X) = {entropy(joint.sum(0)) - conditional_entropy(joint, given=0):.4f}")
independent = np.outer(joint.sum(1), joint.sum(0))
print(f"same margins, independent: {mutual_information(independent) + 0:.4f}")
anything = [
    mutual_information(table) for table in rng.dirichlet(np.ones(6), 1000).reshape(-1, 3, 2)
]
print(f"minimum of 1000 random joint distributions: {min(anything):.6f}")

# %%
# **A correlation of 0.7** corresponds to 0.486 bits, about half of the entropy of a fair coin.


def pair(rho, n):
    """Return a sample of two normal variables, and their mutual information."""
    y, x, truth = make_correlated_normals(n, rho, return_information=True, random_state=rng)
    return x, y[:, 0], truth.total


x, y, known = pair(0.7, 1000)
print(f"known:     {known:.3f} bits")
print(f"estimated: {mutual_info(x.reshape(-1, 1), y)[0]:.3f} bits from 1000 samples")

fig = plt.figure(figsize=(11, 4.4), layout="constrained")
left, right = fig.subfigures(1, 2)
scatter_ax = left.subplots()
scatter_ax.scatter(x, y, s=8, color="#0072B2", alpha=0.5, linewidth=0)
scatter_ax.set(xlabel="X", ylabel="Y", xlim=(-3.5, 3.5), ylim=(-3.5, 3.5))
scatter_ax.set_title("Sample of correlation 0.7", fontsize=11)

axes = right.subplot_mosaic(
    [["top", "."], ["joint", "side"]], width_ratios=[4, 1], height_ratios=[1, 4]
)
edges = np.linspace(-3.5, 3.5, 29)
counts, _, _ = np.histogram2d(x, y, bins=edges)
drawn = axes["joint"].pcolormesh(edges, edges, counts.T, cmap="cividis")
axes["joint"].set(xlabel="X", ylabel="Y")
axes["top"].stairs(counts.sum(axis=1), edges, fill=True, color="#0072B2")
axes["side"].stairs(
    counts.sum(axis=0), edges, fill=True, color="#0072B2", orientation="horizontal"
)
axes["top"].set(xlim=(-3.5, 3.5), xticks=[], yticks=[])
axes["top"].set_title("Joint counts and margins", fontsize=11)
axes["side"].set(ylim=(-3.5, 3.5), xticks=[], yticks=[])
plt.show()

# %%
# **Dependence without correlation.** The square of X is uncorrelated with X, but determines X
# except for its sign. For independent X and Y the estimate is close to zero and may be negative:
# it is not clipped, because clipping would bias its mean.

square = x**2 + 0.1 * rng.normal(size=1000)
pairs = {"square of X": square, "unrelated": rng.normal(size=1000)}
for name, other in pairs.items():
    print(
        f"{name:<12} correlation {np.corrcoef(x, other)[0, 1]:6.3f}, "
        f"information {mutual_info(x.reshape(-1, 1), other)[0]:6.3f} bits"
    )

# %%
# **Estimators.** Four estimators, on 60 samples of 200 pairs for each correlation. The plug-in
# estimate of a histogram of 9 x 9 bins of equal width is biased upwards, most of all for
# independent variables. Scikit-learn's nearest-neighbour estimator sets negative estimates to
# zero, so its mean is too large for weak dependence, and adds noise to the values.
# `estimator="auto"` uses nearest neighbours of normal ranks, without clipping and without noise.
# `"gaussian_copula"` has the smallest variance, but assumes that the dependence is normal.


def histogram(x, y):
    counts, _, _ = np.histogram2d(x, y, bins=9)
    return mutual_information(counts, normalize=True)


estimators = {
    "9 x 9 bins, plug-in": histogram,
    "scikit-learn": lambda x, y: (
        mutual_info_regression(x.reshape(-1, 1), y, random_state=0)[0] / np.log(2)
    ),
    "auto": lambda x, y: mutual_info(x.reshape(-1, 1), y)[0],
    "gaussian_copula": lambda x, y: mutual_info(x.reshape(-1, 1), y, estimator="gaussian_copula")[
        0
    ],
}
correlations = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 0.9])
errors = {name: np.empty((len(correlations), 60)) for name in estimators}
for row, rho in enumerate(correlations):
    for column in range(60):
        *sample, known = pair(rho, 200)
        for name, estimate in estimators.items():
            errors[name][row, column] = estimate(*sample) - known

print(
    "Mean error (and std), bits       " + "".join(f"  rho {rho:.1f}      " for rho in correlations)
)
for name, error in errors.items():
    cells = zip(error.mean(axis=1), error.std(axis=1), strict=True)
    print(f"{name:<30}" + "".join(f"  {mean:6.3f} ({std:.3f})" for mean, std in cells))

# %%
# **Invariance.** Mutual information does not change under a monotonic transformation of a
# variable, such as a logarithm or a power. Estimates on the raw values do change.

x, y, _ = pair(0.7, 1000)
stretched = np.exp(3 * x)
print("Estimates for X and for exp(3 X); the true value is 0.486 bits:")
for name, estimate in estimators.items():
    print(f"  {name:<24} {estimate(x, y):.3f} -> {estimate(stretched, y):.3f} bits")

# %%
# The figure: mean errors, with bands that contain the middle 80% of the samples.

fig, axes = plt.subplots(1, 4, figsize=(12, 3.6), sharey=True, layout="constrained")
colours = ["#D55E00", "#E69F00", "#0072B2", "#009E73"]
for ax, (name, error), colour in zip(axes, errors.items(), colours, strict=True):
    low, high = np.quantile(error, [0.1, 0.9], axis=1)
    ax.fill_between(correlations, low, high, color=colour, alpha=0.25, linewidth=0)
    ax.plot(correlations, error.mean(axis=1), "o-", color=colour)
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set_title(name, fontsize=11)
    ax.set_xlabel("Correlation")
axes[0].set_ylabel("Error of the estimate (bits)")
plt.show()

# %%
# What to take away: mutual information measures the dependence of two variables in bits; it is
# zero only if they are independent, whatever the form of the dependence. From a sample it has to
# be estimated, and plug-in estimates from bins report information between independent variables.
# `mutual_info` is nearly unbiased, close to zero for independent variables, deterministic, and the
# same for a column and its logarithm. If a p-value or a standard error is needed, use
# `mutual_info_test`.
