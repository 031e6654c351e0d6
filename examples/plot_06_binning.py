"""
==========================================================
Supervised bins compared with quantiles and decision trees
==========================================================

A numeric column is discretised, and the event rate is estimated in each bin. How informative are
the bins on new samples? Unsupervised bins (equal width, quantiles), the greedy splits of a
decision tree, and the exact optimum of :class:`~skinfo.MutualInfoBinner` are compared on two
columns of known information. The plain baseline, a logistic regression of the scaled
column, gains 0.20 bits on one and none on the other; the bins gain 0.22 on both.
"""

# %%
# **Two columns.** In both, x has a long right tail, like incomes and concentrations. One event
# rate rises smoothly. The other is high in a narrow band and low on both of its sides.

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skinfo import MutualInfoBinner
from skinfo.measures import entropy
from skinfo.metrics import binary_cross_entropy

rates = {
    "smooth": lambda x: expit(1.5 * np.log(x)),
    "band": lambda x: np.where((x > 1.2) & (x < 1.6), 0.9, 0.1),
}


def sample(rate, n, rng):
    """Return a column and the class of each sample."""
    x = rng.lognormal(size=n)
    return x.reshape(-1, 1), (rng.random(n) < rate(x)).astype(int)


def coins(p):
    return np.column_stack([1 - p, p])


def known(rate):
    """Return I(x; y), over a fine grid of quantiles of x."""
    x = np.quantile(np.random.default_rng(9).lognormal(size=200_000), np.linspace(0, 1, 20_001))
    p = rate(x)
    return entropy(coins(p.mean(keepdims=True)))[0] - entropy(coins(p)).mean()


for name, rate in rates.items():
    print(f"{name}: I(x; y) = {known(rate):.3f} bits")

# %%
# **Four binning methods**, each with at most k bins. A fitted method maps samples to bin indices.


def optimum(x, y, k):
    return MutualInfoBinner(k, penalty=None).fit(x, y).transform


def quantiles(x, y, k):
    cutter = KBinsDiscretizer(k, encode="ordinal", quantile_method="averaged_inverted_cdf")
    return cutter.fit(x).transform


def equal_widths(x, y, k):
    return KBinsDiscretizer(k, encode="ordinal", strategy="uniform").fit(x).transform


def tree(x, y, k):
    return DecisionTreeClassifier(criterion="entropy", max_leaf_nodes=k).fit(x, y).apply


def gain(cut, train, test):
    """Return the information gain on test samples by the event rates of training samples."""
    x, y = train
    codes = cut(x).ravel().astype(int)
    events = np.bincount(codes, y, minlength=codes.max() + 1)
    rows = np.bincount(codes, minlength=codes.max() + 1)
    p = (events + 0.5) / (rows + 1)
    return information_gain(test[1], p[cut(test[0]).ravel().astype(int)])


def information_gain(y, p):
    """Return the reduction of the log loss of the base rate, in bits per sample."""
    return entropy(np.bincount(y), normalize=True) - binary_cross_entropy(y, p)


methods = {
    "optimum": optimum,
    "tree": tree,
    "quantiles": quantiles,
    "equal widths": equal_widths,
}
numbers = [2, 3, 4, 6, 8, 12, 16]
n_repeats = 10
gains = {name: {method: np.zeros(len(numbers)) for method in methods} for name in rates}
auto = {name: [] for name in rates}
linear = {name: [] for name in rates}
for name, rate in rates.items():
    for seed in range(n_repeats):
        rng = np.random.default_rng(seed)
        train, test = sample(rate, 1000, rng), sample(rate, 20_000, rng)
        for method, cutter in methods.items():
            for column, k in enumerate(numbers):
                gains[name][method][column] += gain(cutter(*train, k), train, test) / n_repeats
        binner = MutualInfoBinner(16).fit(*train)
        auto[name].append([binner.n_bins_[0], gain(binner.transform, train, test)])
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(*train)
        linear[name].append(information_gain(test[1], model.predict_proba(test[0])[:, 1]))

for name in rates:
    print(
        f"\n{name}, I(x; y) = {known(rates[name]):.3f} bits: "
        f"information gain on test samples, mean of {n_repeats} repetitions"
    )
    print("bins          " + "".join(f"{k:7d}" for k in numbers))
    for method, values in gains[name].items():
        print(f"{method:<14}" + "".join(f"{value:7.3f}" for value in values))
    n_bins, value = np.mean(auto[name], axis=0)
    print(f"penalty='auto' chooses {n_bins:.1f} bins: {value:.3f} bits")
    print(f"logistic regression of scaled x: {np.mean(linear[name]):.3f} bits")

# %%
# **Split points**, for one sample of the band, with four bins each.

x, y = sample(rates["band"], 1000, np.random.default_rng(0))
cuts = {
    "optimum": MutualInfoBinner(4, penalty=None).fit(x, y).bin_edges_[0][1:-1],
    "tree": DecisionTreeClassifier(criterion="entropy", max_leaf_nodes=4)
    .fit(x, y)
    .tree_.threshold,
    "quantiles": np.quantile(x, [0.25, 0.5, 0.75]),
    "equal widths": np.linspace(x.min(), x.max(), 5)[1:-1],
}
cuts["tree"] = cuts["tree"][cuts["tree"] > 0]  # leaves have a threshold of -2

colours = {
    "optimum": "#0072B2",
    "tree": "#D55E00",
    "quantiles": "#009E73",
    "equal widths": "#CC79A7",
}
fig, (cut_ax, *axes) = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
grid = np.geomspace(0.05, 20, 800)
cut_ax.plot(grid, rates["band"](grid), color="#999999")
for row, (method, points) in enumerate(cuts.items()):
    height = -0.12 - 0.12 * row
    cut_ax.plot(points, np.full(len(points), height), "|", color=colours[method], ms=12, mew=2.5)
cut_ax.set_yticks(
    [0, 0.5, 1, *(-0.12 - 0.12 * np.arange(4))], ["0", "0.5", "1", *cuts], fontsize=9
)
cut_ax.set_ylim(-0.58, 1.05)
cut_ax.set_xscale("log")
cut_ax.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
cut_ax.set_xlabel("x")
cut_ax.set_title("Event rate of the band, and four bins", fontsize=11)
for ax, name in zip(axes, rates, strict=True):
    for method, values in gains[name].items():
        ax.plot(numbers, values, "o-", color=colours[method], label=method, markersize=4)
    ax.plot(*np.mean(auto[name], axis=0), "*", color="black", markersize=13, label="auto")
    ax.axhline(known(rates[name]), color="black", linewidth=0.8, linestyle="--")
    ax.set_ylim(0, 1.1 * known(rates[name]))
    ax.set_xticks(numbers[2:])
    ax.set_xlabel("Bins")
    ax.set_title(f"{name}; dashed: I(x; y)", fontsize=11)
axes[0].set_ylabel("Information gain on test samples (bits)")
axes[0].legend(loc="lower right")
plt.show()

# %%
# What to take away: for the narrow band, unsupervised bins need to be many, and the optimum finds
# it with three. For the smooth rate, quantiles are at least as good as supervised bins, and better
# if there are many: bins that are optimised on a sample overfit, and are less informative on new
# samples. So the number of bins matters, and `penalty="auto"` selects it well in both cases. The
# logistic regression is worse for the smooth rate, because x has a long tail, and finds nothing in
# the band. Bins of equal width put most samples of a column with a long tail into one bin.
