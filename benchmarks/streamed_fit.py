"""Fits of a table that is read in pieces: passes, time a row, peak memory, and the same answer.

python benchmarks/streamed_fit.py [--rows 300000 1000000 3000000] [--columns 10] [--chunk 100000]

The pieces are made on the fly, so that the table is never in memory as a whole. Each fit has a
process of its own, whose largest resident set is compared with that of a process that makes one
piece only. It is compared with the in-memory fit of the same rows. The time to make the pieces is
left out of both.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd
from _table import print_table

from skinfo import InfoBottleneckSelector, MutualInfoBinner

ESTIMATORS = {
    "binner": MutualInfoBinner,
    "selector": lambda: InfoBottleneckSelector(n_features_to_select=5),
}


class MadeTable:
    """A table of numbers, counts and text whose pieces are generated again at each pass.

    Parameters
    ----------
    n_rows, n_columns, n_chunk : int
    """

    def __init__(self, n_rows, n_columns, n_chunk):
        self._n_rows = n_rows
        self._n_columns = n_columns
        self._n_chunk = n_chunk
        self.n_passes = 0
        self.seconds = 0.0

    def __iter__(self):
        self.n_passes += 1
        for start in range(0, self._n_rows, self._n_chunk):
            began = time.perf_counter()
            piece = self._piece(start, min(self._n_chunk, self._n_rows - start))
            self.seconds += time.perf_counter() - began
            yield piece

    def _piece(self, start, n):
        rng = np.random.default_rng(start)
        default = rng.random(n) < 0.2
        frame = pd.DataFrame(rng.normal(size=(n, self._n_columns)))
        frame.columns = [f"x{j}" for j in range(self._n_columns)]
        frame["x0"] += default
        frame["x1"] = np.round(np.exp(frame["x1"] + 0.5 * default), 1)
        frame["visits"] = rng.poisson(3 + default)
        frame["region"] = rng.choice(["north", "south", "east", "west"], n)
        frame["default"] = default
        return frame


def run(name, source, n_rows, n_columns, n_chunk):
    """Print seconds, passes, peak memory in MiB and what was found, of one fit, as JSON."""
    table = MadeTable(n_rows, n_columns, n_chunk)
    X, found = table, None
    if source == "one piece":
        next(iter(table))
    elif source == "memory":
        X = pd.concat(table, ignore_index=True)
        table.seconds = 0.0
    start = time.perf_counter()
    if source != "one piece":
        found = ESTIMATORS[name]().fit(X, y="default")
    seconds = time.perf_counter() - start - table.seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, table.n_passes, peak, summary(found)]))


def summary(found):
    """Return what two fits of the same rows must agree on to the last bit."""
    if found is None:
        return None
    if isinstance(found, MutualInfoBinner):
        return found.to_dict()
    return [found.selected_features_.tolist(), found.p_values_.tolist(), found.gains_.tolist()]


def measured(*arguments):
    """Return what `run` prints in a process of its own."""
    command = [sys.executable, __file__, "--run", *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main():
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[300_000, 1_000_000, 3_000_000])
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--chunk", type=int, default=100_000)
    parser.add_argument("--run", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        name, source, *sizes = options.run
        run(name, source, *map(int, sizes))
        return
    *_, one_piece, _ = measured("binner", "one piece", 1, options.columns, options.chunk)
    rows = []
    for name in ESTIMATORS:
        for n_rows in options.rows:
            shape = n_rows, options.columns, options.chunk
            seconds, _, peak, found = measured(name, "memory", *shape)
            streamed, n_passes, streamed_peak, streamed_found = measured(name, "pieces", *shape)
            rows.append(
                [
                    name,
                    n_rows,
                    n_passes,
                    seconds,
                    streamed,
                    streamed / seconds,
                    1e9 * streamed / n_rows / options.columns,
                    peak - one_piece,
                    streamed_peak - one_piece,
                    found == streamed_found,
                ]
            )
    print_table(
        f"{options.columns} columns of numbers, one of counts, one of text; pieces of "
        f"{options.chunk} rows",
        [
            "fit",
            "rows",
            "passes",
            "seconds in memory",
            "seconds in pieces",
            "ratio",
            "ns a cell",
            "MiB in memory",
            "MiB in pieces",
            "same answer",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
