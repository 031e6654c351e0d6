"""Time of pairwise_mutual_info and pairwise_interaction of discrete columns, and of alternatives.

    python benchmarks/pairwise.py [--n 10000] [--p 300] [--levels 2 10 30]

The alternatives are the product of the one-hot matrix with itself (NumPy's BLAS, with all the
threads that it uses), a loop of np.bincount over pairs and scikit-learn's mutual_info_score, the
last two on fewer columns (--slow-columns 15) and scaled to all pairs. The seconds are medians of
interleaved runs, so that other load on the machine affects all of them; the speedups are more
reliable than the seconds.

The last tables are of pairwise_interaction, which counts a three-way table for each pair,
estimates and tests. It is compared with a loop of np.bincount for the plug-in estimate, without
null means and p-values. Measured on two virtual cores that were shared with other work:

10000 rows, 300 columns of 2 levels, 2 classes: 44850 pairs
                                                       seconds    faster  us a pair
np.bincount loop (15 columns, scaled to 300)            6.1250      1.0x      136.6
pairwise_interaction, n_jobs=1                          0.4727     13.0x       10.5
pairwise_interaction, n_jobs=2                          0.5259     11.6x       11.7

10000 rows, 300 columns of 10 levels, 2 classes: 44850 pairs
                                                       seconds    faster  us a pair
np.bincount loop (15 columns, scaled to 300)           15.0847      1.0x      336.3
pairwise_interaction, n_jobs=1                          3.1275      4.8x       69.7
pairwise_interaction, n_jobs=2                          3.2647      4.6x       72.8
"""

import argparse

import numpy as np
from _table import interleaved, parse_arguments, print_table
from scipy.special import xlogy
from sklearn.metrics import mutual_info_score

from skinfo.estimation import pairwise_interaction, pairwise_mutual_info


def onehot_information(X, n_levels):
    """Return plug-in information, in nats, of all pairs from a product of one-hot matrices."""
    n, p = X.shape
    onehot = (X[:, :, None] == np.arange(n_levels)).reshape(n, -1).astype(np.float32)
    counts = (onehot.T @ onehot).astype(np.float64)
    joint = xlogy(counts, counts).reshape(p, n_levels, p, n_levels).sum(axis=(1, 3))
    own = np.diag(joint)
    return (joint - own[:, None] - own[None, :]) / n + np.log(n)


def pairs_information(X, pair):
    """Return the information of all pairs by a function of two columns."""
    p = X.shape[1]
    information = np.zeros((p, p))
    for j in range(p):
        for k in range(j, p):
            information[j, k] = information[k, j] = pair(X[:, j], X[:, k])
    return information


def bincount_pair(x, y, n_levels):
    """Return plug-in information, in nats, of two columns by np.bincount."""
    counts = np.bincount(x * n_levels + y, minlength=n_levels**2).reshape(n_levels, n_levels)
    own = xlogy(counts.sum(0), counts.sum(0)).sum() + xlogy(counts.sum(1), counts.sum(1)).sum()
    return (xlogy(counts, counts).sum() - own) / len(x) + np.log(len(x))


def information_table(n, p, n_levels, slow_columns, repeats, onehot):
    """Check that all results agree, then print the time of the information of all pairs."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, n_levels, (n, p))
    few = np.asfortranarray(X[:, :slow_columns])
    times_pairs = p * (p + 1) / (slow_columns * (slow_columns + 1))
    weights = rng.random(n)

    def loop(x, y):
        return bincount_pair(x, y, n_levels)

    expected = pairs_information(few, mutual_info_score)
    for information in (
        pairwise_mutual_info(few, estimator="plugin", base=np.e),
        pairs_information(few, loop),
        onehot_information(few, n_levels),
    ):
        np.testing.assert_allclose(information, expected, atol=1e-12)

    sklearn, bincount = "sklearn mutual_info_score", "np.bincount loop"
    calls = {
        sklearn: lambda: pairs_information(few, mutual_info_score),
        bincount: lambda: pairs_information(few, loop),
    }
    if onehot:
        calls["one-hot matrix product"] = lambda: onehot_information(X, n_levels)
    for n_jobs in (1, 2):
        for estimator in ("plugin", "emi"):
            calls[f"pairwise_mutual_info, {estimator}, n_jobs={n_jobs}"] = (
                lambda e=estimator, j=n_jobs: pairwise_mutual_info(X, estimator=e, n_jobs=j)
            )
    calls["pairwise_mutual_info, plugin, real weights, n_jobs=2"] = lambda: pairwise_mutual_info(
        X, estimator="plugin", sample_weight=weights, n_jobs=2
    )
    times = interleaved(calls, repeats)
    times[sklearn] *= times_pairs
    times[bincount] *= times_pairs
    print_table(
        f"Mutual information of all pairs: n={n:,}, p={p} columns of {n_levels} levels; "
        f"median of {repeats}, loops scaled from {slow_columns} columns",
        ["method", "seconds", "speedup over mutual_info_score"],
        [[name, value, times[sklearn] / value] for name, value in times.items()],
    )


def bincount_interaction(a, b, y, n_levels, n_classes):
    """Return plug-in interaction information, in nats, of one pair and y."""
    cells = (a * n_levels + b) * n_classes + y
    counts = np.bincount(cells, minlength=n_levels**2 * n_classes)
    counts = counts.reshape(n_levels, n_levels, n_classes)
    sums = [
        xlogy(part, part).sum() for part in (counts, counts.sum(2), counts.sum(1), counts.sum(0))
    ]
    single = [xlogy(part, part).sum() for part in (counts.sum((1, 2)), counts.sum((0, 2)))]
    of_y = xlogy(counts.sum((0, 1)), counts.sum((0, 1))).sum()
    total = sums[1] + sums[2] + sums[3] - sums[0] - sum(single) - of_y
    return total / len(a) + np.log(len(a))


def interaction_table(n, p, n_levels, slow_columns, repeats):
    """Check that both results agree, then print the time of the interactions of all pairs."""
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, n_levels, (n, p)), rng.integers(0, 2, n)
    few = np.asfortranarray(X[:, :slow_columns])
    pairs = [(j, k) for j in range(slow_columns) for k in range(j)]

    def loop():
        return [bincount_interaction(few[:, j], few[:, k], y, n_levels, 2) for j, k in pairs]

    levels = {"discrete_features": True, "discrete_target": True}
    found = pairwise_interaction(few, y, estimator="plugin", base=np.e, **levels).interaction
    np.testing.assert_allclose([found[j, k] for j, k in pairs], loop(), atol=1e-12)
    bincount = "np.bincount loop, plug-in alone"
    calls = {bincount: loop}
    for n_jobs in (1, 2):
        calls[f"pairwise_interaction, n_jobs={n_jobs}"] = lambda j=n_jobs: pairwise_interaction(
            X, y, n_jobs=j, **levels
        )
    times = interleaved(calls, repeats)
    n_pairs = p * (p - 1) // 2
    times[bincount] *= n_pairs / len(pairs)
    print_table(
        f"Interactions of all pairs: n={n:,}, p={p} columns of {n_levels} levels, 2 classes; "
        f"median of {repeats}, loop scaled from {slow_columns} columns",
        ["method", "seconds", "speedup over np.bincount", "microseconds per pair"],
        [
            [name, value, times[bincount] / value, 1e6 * value / n_pairs]
            for name, value in times.items()
        ],
    )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--p", type=int, default=300)
    parser.add_argument("--levels", type=int, nargs="+", default=[2, 10, 30])
    parser.add_argument("--slow-columns", type=int, default=15)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--no-onehot", action="store_true", help="omit the matrix product")
    arguments = parse_arguments(parser)

    for n_levels in arguments.levels:
        information_table(
            arguments.n, arguments.p, n_levels, min(arguments.slow_columns, arguments.p),
            arguments.repeats, not arguments.no_onehot,
        )  # fmt: skip
    for n_levels in arguments.levels:
        interaction_table(
            arguments.n, arguments.p, n_levels, min(arguments.slow_columns, arguments.p),
            arguments.repeats,
        )  # fmt: skip


if __name__ == "__main__":
    main()
