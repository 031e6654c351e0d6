"""Time, information and memory of MutualInfoBinner, optbinning, trees and unsupervised bins.

python benchmarks/binner.py [--n 1000000] [--rows 100000] [--columns 50] [--repeats 3]

Everything runs on one thread. optbinning is compared if it is installed. The columns are the
plug-in mutual information of the bins with y, the seconds, and the ratio of these to those of
MutualInfoBinner.
"""

import argparse
import tracemalloc
import warnings
from importlib.util import find_spec

import numpy as np
from _table import interleaved, parse_arguments, print_table
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import mutual_info_score
from sklearn.preprocessing import KBinsDiscretizer
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from skinfo import MutualInfoBinner

SHAPES = {
    "linear": lambda x: 1 / (1 + np.exp(-2 * x)),
    "bump": lambda x: 0.2 + 0.6 * np.exp(-8 * x**2),
    "wave": lambda x: 0.5 + 0.45 * np.sin(3 * x),
    "step": lambda x: np.where(x > 0.5, 0.8, 0.3),
}


def bits(codes, y):
    """Return plug-in I(code; y) in bits."""
    return mutual_info_score(codes, y) / np.log(2)


def optbinning_fit(x, y):
    """Return codes of one column."""
    from optbinning import OptimalBinning

    binning = OptimalBinning(max_n_bins=8).fit(x[:, 0], y)
    return np.searchsorted(binning.splits, x[:, 0], side="right")


def tree_fit(x, y):
    """Return the leaves of one column."""
    return DecisionTreeClassifier(criterion="entropy", max_leaf_nodes=8).fit(x, y).apply(x)


def boosted_fit(x, y):
    """Return the predictions of one tree on 256 bins, which identify its leaves."""
    boosted = HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=8, early_stopping=False)
    return boosted.fit(x, y).decision_function(x)


def binner_fit(penalty):
    """Return a function that fits a MutualInfoBinner and returns its codes."""
    return lambda x, y: MutualInfoBinner(8, penalty=penalty).fit(x, y).transform(x)[:, 0]


def one_column(n, repeats):
    """Print time and information on one column."""
    rng = np.random.default_rng(0)
    methods = {
        "skinfo penalty=None": binner_fit(None),
        "skinfo penalty='modl'": binner_fit("modl"),
        "skinfo penalty='auto'": binner_fit("auto"),
        "entropy tree": tree_fit,
        "one boosted tree": boosted_fit,
    }
    if find_spec("optbinning"):
        methods["optbinning"] = optbinning_fit
    rows = []
    for shape, rate in SHAPES.items():
        x = rng.normal(size=(n, 1))
        y = (rng.random(n) < rate(x[:, 0])).astype(int)
        codes = {
            name: np.unique(fit(x, y), return_inverse=True)[1] for name, fit in methods.items()
        }
        runs = {name: lambda fit=fit, x=x, y=y: fit(x, y) for name, fit in methods.items()}
        seconds = interleaved(runs, repeats)
        ours = seconds["skinfo penalty=None"]
        rows += [
            [shape, name, float(bits(codes[name], y)), seconds[name], seconds[name] / ours]
            for name in methods
        ]
    print_table(
        f"One column: {n:,} floats, binary y, at most 8 bins; fit and codes, one thread, "
        f"median of {repeats}",
        ["P(y | x)", "method", "information (bits)", "seconds", "ratio to skinfo penalty=None"],
        rows,
    )


def table_fits(X, y):
    """Return the functions that fit a whole table, by name."""

    def trees():
        for column in X.T:
            DecisionTreeClassifier(criterion="entropy", max_leaf_nodes=8).fit(column[:, None], y)

    quantiles = KBinsDiscretizer(8, encode="ordinal", subsample=None)
    fits = {
        "skinfo penalty=None": lambda: MutualInfoBinner(8, penalty=None).fit(X, y),
        "skinfo penalty='auto'": lambda: MutualInfoBinner(8).fit(X, y),
        "KBinsDiscretizer quantiles": lambda: quantiles.fit(X),
        "trees, column by column": trees,
    }
    if find_spec("optbinning"):
        from optbinning import BinningProcess

        names = [f"x{j}" for j in range(X.shape[1])]
        fits["optbinning BinningProcess"] = lambda: BinningProcess(names, max_n_bins=8).fit(X, y)
    return fits


def whole_table(n_rows, n_columns, repeats):
    """Print the time of fit and transform, and the memory of fit, on a table."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, n_columns))
    y = (X[:, 0] + 0.5 * np.sin(3 * X[:, 1]) + rng.normal(size=n_rows) > 0).astype(int)
    fits = table_fits(X, y)
    seconds = interleaved(fits, repeats)
    ours = seconds["skinfo penalty=None"]
    print_table(
        f"Fit of a table: {n_rows:,} x {n_columns} floats, binary y, at most 8 bins; one thread, "
        f"median of {repeats}",
        ["method", "seconds", "ratio to skinfo penalty=None"],
        [[name, seconds[name], seconds[name] / ours] for name in fits],
    )
    binner = MutualInfoBinner(8, penalty=None).fit(X, y)
    kbins = KBinsDiscretizer(8, encode="ordinal", subsample=None).fit(X)
    codes = np.empty(X.shape, np.uint8, order="F")

    def searchsorted():
        for j, edges in enumerate(binner.bin_edges_):
            codes[:, j] = np.searchsorted(edges[1:-1], X[:, j], side="right")

    n_runs = max(repeats, 5)
    transforms = {
        "skinfo": lambda: binner.transform(X),
        "np.searchsorted per column": searchsorted,
        "KBinsDiscretizer": lambda: kbins.transform(X),
    }
    seconds = interleaved(transforms, n_runs)
    print_table(
        f"Transform of a table: {n_rows:,} x {n_columns} floats, one thread, median of {n_runs}",
        ["method", "seconds", "ratio to skinfo"],
        [[name, each, each / seconds["skinfo"]] for name, each in seconds.items()],
    )
    peaks = {
        name: peak_bytes(fits[name])
        for name in ("skinfo penalty=None", "KBinsDiscretizer quantiles")
    }
    print_table(
        f"Peak memory of fit, X excluded: {n_rows:,} x {n_columns} floats",
        ["method", "MiB", "ratio to the size of X"],
        [[name, peak / 2**20, peak / X.nbytes] for name, peak in peaks.items()],
    )


def peak_bytes(function):
    """Return the most memory that a call allocates."""
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parse_arguments(parser)
    # The other packages emit warnings about their own dependencies.
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        one_column(arguments.n, arguments.repeats)
        whole_table(arguments.rows, arguments.columns, arguments.repeats)


if __name__ == "__main__":
    main()
