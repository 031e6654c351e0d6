"""Continuous estimators of mutual information beside scikit-learn's, one column at a time.

python benchmarks/mutual_info_continuous.py [--n 100000] [--p 20] [--k 3] [--repeats 3]
"""

import argparse

import numpy as np
from _table import first_call, interleaved, print_table
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

from skinfo.estimation._continuous import (
    ContinuousTarget,
    DiscreteTarget,
    auto_information,
    binned_information,
    gaussian_copula_information,
    ksg_information,
    ross_information,
)


def make_data(n, p):
    """Return X of p columns that follow the first ever less, a continuous y and classes."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=n)
    rho = np.linspace(0.9, 0.0, p)
    X = rho * y[:, None] + np.sqrt(1 - rho**2) * rng.normal(size=(n, p))
    return X, y, (y + rng.normal(size=n) > 0).astype(np.int64)


def every_column(function, X, prepare, *arguments):
    """Return a function of no arguments: prepare the target, then go column by column."""

    def run():
        target = prepare()
        return [function(X[:, j], target, *arguments) for j in range(X.shape[1])]

    return run


def contenders(X, y, classes, k):
    """Return what is timed, by task and name; scikit-learn's is the first of each."""

    def discrete():
        return DiscreteTarget(classes, 2)

    def continuous():
        return ContinuousTarget(y)

    return {
        "two classes": {
            "sklearn mutual_info_classif": lambda: mutual_info_classif(
                X, classes, n_neighbors=k, random_state=0
            ),
            "ross": every_column(ross_information, X, discrete, k),
            "auto": every_column(auto_information, X, discrete, k),
            "auto, X rounded": every_column(auto_information, X.round(2), discrete, k),
            "gaussian_copula": every_column(gaussian_copula_information, X, discrete),
            "binned": every_column(binned_information, X, discrete),
        },
        "continuous y": {
            "sklearn mutual_info_regression": lambda: mutual_info_regression(
                X, y, n_neighbors=k, random_state=0
            ),
            "ksg": every_column(ksg_information, X, continuous, k),
            "auto": every_column(auto_information, X, continuous, k),
            "auto, X rounded": every_column(auto_information, X.round(2), continuous, k),
            "gaussian_copula": every_column(gaussian_copula_information, X, continuous),
            "binned": every_column(binned_information, X, continuous),
        },
    }


def main():
    """Print the seconds of a first call on 100 rows, then medians over all columns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--p", type=int, default=20)
    parser.add_argument("--k", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    small = contenders(*make_data(100, 1), options.k)
    rows = [
        (task, name, first_call(function))
        for task, functions in small.items()
        for name, function in functions.items()
    ]
    print_table("First call, 100 rows (compiles, or loads what was)", ("y", "", "s"), rows)
    rows = []
    X, y, classes = make_data(options.n, options.p)
    for task, functions in contenders(X, y, classes, options.k).items():
        seconds = interleaved(functions, options.repeats)
        reference = next(iter(seconds.values()))
        for name, time in seconds.items():
            rows.append((task, name, time, 1e3 * time / options.p, reference / time))
    print_table(
        f"n={options.n}, p={options.p}, k={options.k}, one thread, median of {options.repeats}",
        ("y", "", "s", "ms a column", "times faster"),
        rows,
    )


if __name__ == "__main__":
    main()
