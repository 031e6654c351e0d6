"""Time of `mutual_info` of discrete columns, scikit-learn's and a loop of np.bincount.

    python benchmarks/mutual_info_discrete.py [--n 1000000] [--p 50] [--levels 10]

scikit-learn's is timed on fewer columns (--slow-columns 5), because it is slow, and its seconds
are scaled to all columns. The last table shows time and memory by the number of levels, at a
fixed number of rows, compared with those of an array of all cells.
"""

import argparse
import tracemalloc
from functools import partial
from time import perf_counter

import numpy as np
from _table import interleaved, parse_arguments, print_table
from sklearn.feature_selection import mutual_info_classif

from skinfo._kernels._table_information import table_information
from skinfo.estimation import mutual_info


def bincount_information(codes, n_levels, y, n_classes):
    """Return plug-in information, in nats, by a loop of np.bincount."""
    counts = [
        np.bincount(y + n_classes * column.astype(np.int64), minlength=n_levels * n_classes)
        for column in codes.T
    ]
    return [table_information(c.reshape(n_levels, n_classes).astype(float)) for c in counts]


# Larger arrays of all cells are not created.
MOST_BYTES = 2**30


def measured(function):
    """Return the seconds of a call, and its peak memory in MiB."""
    start = perf_counter()
    function()
    seconds = perf_counter() - start
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak / 2**20


def print_levels(rng, n=300_000):
    """Print the time and memory for one column and y of 100 to 100,000 levels each."""
    rows = []
    for levels in (100, 1000, 4000, 20_000, 100_000):
        x, y = rng.integers(0, levels, (2, n))
        estimate = partial(
            mutual_info, x[:, None], y, discrete_target=True, discrete_features=True
        )
        all_cells = ["", ""]
        if 8 * levels**2 <= MOST_BYTES:
            all_cells = measured(partial(bincount_information, x[:, None], levels, y, levels))
        rows.append([levels, *measured(estimate), *all_cells, 8 * levels**2 / 2**20])
    print_table(
        f"Many levels: n={n:,}, one column and an independent y with as many levels; "
        "mutual_info (emi), np.bincount of all cells (plug-in)",
        [
            "levels",
            "mutual_info (s)",
            "mutual_info (MiB)",
            "np.bincount (s)",
            "np.bincount (MiB)",
            "array of all cells (MiB)",
        ],
        rows,
    )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    defaults = {"n": 1_000_000, "p": 50, "levels": 10, "slow-columns": 5, "repeats": 5}
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    a = parse_arguments(parser)
    rng = np.random.default_rng(0)
    codes = rng.integers(0, a.levels, (a.n, a.p)).astype(np.uint8)
    columns = np.asfortranarray(codes)
    few = np.ascontiguousarray(codes[:, : a.slow_columns])
    weights = rng.random(a.n)

    for n_classes in (2, 10):
        y = rng.integers(0, n_classes, a.n)
        seconds = interleaved(
            {
                "sklearn mutual_info_classif": partial(
                    mutual_info_classif, few, y, discrete_features=True
                ),
                "np.bincount loop": partial(bincount_information, columns, a.levels, y, n_classes),
                "mutual_info": partial(mutual_info, codes, y),
                "mutual_info, plugin": partial(mutual_info, codes, y, estimator="plugin"),
                "mutual_info, n_jobs=2": partial(mutual_info, codes, y, n_jobs=2),
                "mutual_info, columns contiguous": partial(mutual_info, columns, y),
                "mutual_info, real weights": partial(mutual_info, codes, y, sample_weight=weights),
            },
            a.repeats,
        )
        seconds["sklearn mutual_info_classif"] *= a.p / a.slow_columns
        reference = seconds["sklearn mutual_info_classif"]
        print_table(
            f"Discrete columns: n={a.n:,}, p={a.p} uint8 columns of {a.levels} levels, "
            f"{n_classes} classes; median of {a.repeats}, mutual_info_classif scaled from "
            f"{a.slow_columns} columns",
            ["method", "seconds", "speedup over mutual_info_classif"],
            [[name, time, reference / time] for name, time in seconds.items()],
        )
    print_levels(rng)


if __name__ == "__main__":
    main()
