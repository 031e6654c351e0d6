"""Discrete columns against a class: counts and information of every column.

The peer is scikit-learn's mutual_info_classif(discrete_features=True), on fewer
columns because it is slow and scaled to all of them, and a loop of np.bincount.
Medians of interleaved runs, so that a busy machine is busy for all of them; the
ratios say more than the seconds.

Run from the repository: PYTHONPATH=. python benchmarks/mutual_info_discrete.py
"""

import argparse
import time

import numpy as np
from sklearn.feature_selection import mutual_info_classif

from skinfo._kernels._entropy import table_information
from skinfo.estimation._columns import class_counts


def information(codes, n_levels, y, n_classes, weights=None, n_jobs=1):
    """Plug-in information, in nats, of every column by skinfo's counts."""
    counts = class_counts(codes, n_levels, y, n_classes, sample_weight=weights, n_jobs=n_jobs)
    return np.array([table_information(table) for table in counts])


def bincount_information(codes, n_levels, y, n_classes):
    """The same by a loop of np.bincount."""
    cells = n_levels * n_classes
    return np.array(
        [
            table_information(
                np.bincount(y + n_classes * column.astype(np.int64), minlength=cells)
                .reshape(n_levels, n_classes)
                .astype(np.float64)
            )
            for column in codes.T
        ]
    )


def seconds(calls, repeats):
    """Median seconds of each of the named calls, run in turns."""
    times = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: float(np.median(values)) for name, values in times.items()}


def table(n, p, n_levels, n_classes, slow_columns, repeats):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, n_levels, (n, p)).astype(np.uint8)
    columns = np.asfortranarray(codes)
    y = rng.integers(0, n_classes, n)
    weights = rng.random(n)
    problem = n_levels, y, n_classes
    few = np.ascontiguousarray(codes[:, :slow_columns])

    expected = mutual_info_classif(few, y, discrete_features=True)
    np.testing.assert_allclose(information(few, *problem), expected, atol=1e-12)
    np.testing.assert_allclose(
        information(codes, *problem), bincount_information(codes, *problem), atol=1e-12
    )

    slow = f"mutual_info_classif ({slow_columns} columns, scaled to {p})"
    times = seconds(
        {
            slow: lambda: mutual_info_classif(few, y, discrete_features=True),
            "np.bincount loop": lambda: bincount_information(columns, *problem),
            "skinfo, one row after another": lambda: information(codes, *problem),
            "skinfo, one row after another, n_jobs=2": lambda: information(
                codes, *problem, n_jobs=2
            ),
            "skinfo, one column after another": lambda: information(columns, *problem),
            "skinfo, one column after another, n_jobs=2": lambda: information(
                columns, *problem, n_jobs=2
            ),
            "skinfo, real weights": lambda: information(codes, *problem, weights),
        },
        repeats,
    )
    times[slow] *= p / slow_columns
    print(f"\n{n} rows, {p} columns of {n_levels} levels, {n_classes} classes")
    print(f"{'':52}{'seconds':>10}{'faster':>10}")
    for name, value in times.items():
        print(f"{name:52}{value:10.4f}{times[slow] / value:9.1f}x")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--p", type=int, default=50)
    parser.add_argument("--levels", type=int, default=10)
    parser.add_argument("--classes", type=int, nargs="+", default=[2, 10])
    parser.add_argument("--slow-columns", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()

    start = time.perf_counter()
    small = np.zeros((10, 10), np.uint8)
    information(small, 1, np.zeros(10, int), 1)
    information(small, 1, np.zeros(10, int), 1, np.ones(10))
    print(f"first call, compiling or reading Numba's cache: {time.perf_counter() - start:.2f} s")
    for n_classes in arguments.classes:
        table(
            arguments.n, arguments.p, arguments.levels, n_classes,
            min(arguments.slow_columns, arguments.p), arguments.repeats,
        )  # fmt: skip


if __name__ == "__main__":
    main()
