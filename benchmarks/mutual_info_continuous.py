"""Time of `mutual_info` of continuous columns, and of scikit-learn's functions.

python benchmarks/mutual_info_continuous.py [--n 100000] [--p 20] [--k 3] [--repeats 3]

The first table shows the first call in this process, on 100 rows; the second the medians on all
columns, and the speedup over scikit-learn's function for the same kind of y.
"""

import argparse
from functools import partial

import numpy as np
from _table import first_call, interleaved, parse_arguments, print_table
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

from skinfo.estimation import mutual_info

ESTIMATORS = {
    "two classes": ("ross", "auto", "gaussian_copula", "binned"),
    "continuous y": ("ksg", "auto", "gaussian_copula", "binned"),
}
PEERS = {"two classes": mutual_info_classif, "continuous y": mutual_info_regression}


def make_data(n, p):
    """Return X, whose p columns are less and less correlated with y, and y of each kind."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=n)
    rho = np.linspace(0.9, 0.0, p)
    X = rho * y[:, None] + np.sqrt(1 - rho**2) * rng.normal(size=(n, p))
    return X, {"two classes": (y + rng.normal(size=n) > 0).astype(np.int64), "continuous y": y}


def contenders(X, y, kind, k):
    """Return the functions to time, by name; scikit-learn's first."""
    peer = PEERS[kind]
    ours = {
        name: partial(mutual_info, X, y, estimator=name, n_neighbors=k)
        for name in ESTIMATORS[kind]
    }
    ours["auto, X rounded"] = partial(mutual_info, X.round(2), y, n_neighbors=k)
    return {f"sklearn {peer.__name__}": partial(peer, X, y, n_neighbors=k, random_state=0), **ours}


def main():
    """Print the seconds of a first call on 100 rows, then medians over all columns."""
    parser = argparse.ArgumentParser()
    for name, default in {"n": 100_000, "p": 20, "k": 3, "repeats": 3}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    a = parse_arguments(parser)
    X, targets = make_data(100, 1)
    rows = [
        (kind, name, first_call(function))
        for kind, y in targets.items()
        for name, function in contenders(X, y, kind, a.k).items()
    ]
    print_table(f"First call: n=100, p=1, k={a.k}", ("y", "method", "seconds"), rows)
    rows = []
    X, targets = make_data(a.n, a.p)
    for kind, y in targets.items():
        seconds = interleaved(contenders(X, y, kind, a.k), a.repeats)
        reference = next(iter(seconds.values()))
        rows += [(kind, name, time, reference / time) for name, time in seconds.items()]
    print_table(
        f"Continuous columns: n={a.n:,}, p={a.p}, k={a.k}; one thread, median of {a.repeats}",
        ("y", "method", "seconds", "speedup over scikit-learn"),
        rows,
    )


if __name__ == "__main__":
    main()
