"""Passes, time and peak memory of fits of a table in chunks, and of the fit in memory.

python benchmarks/streamed_fit.py [--rows 300000 1000000 3000000] [--columns 10] [--chunk 100000]

The chunks are generated, so that the table is never in memory as a whole. Each fit has its own
process; the columns of memory are its peak resident set minus that of a process that generates
one chunk only. The fit in memory has the same rows. Neither time includes the generation of
chunks. The last column is whether both results are identical.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd
from _table import parse_arguments, print_table

from skinfo import InfoBottleneckSelector, MutualInfoBinner

ESTIMATORS = {
    "binner": MutualInfoBinner,
    "selector": lambda: InfoBottleneckSelector(n_features_to_select=5),
}


class MadeTable:
    """Table of numbers, counts and text whose chunks are generated again in each pass.

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
            chunk = self._chunk_of(start, min(self._n_chunk, self._n_rows - start))
            self.seconds += time.perf_counter() - began
            yield chunk

    def _chunk_of(self, start, n):
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
    """Print the seconds, passes, peak memory in MiB and result of one fit, as JSON."""
    table = MadeTable(n_rows, n_columns, n_chunk)
    X, found = table, None
    if source == "one chunk":
        next(iter(table))
    elif source == "memory":
        X = pd.concat(table, ignore_index=True)
        table.seconds = 0.0
    start = time.perf_counter()
    if source != "one chunk":
        found = ESTIMATORS[name]().fit(X, y="default")
    seconds = time.perf_counter() - start - table.seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, table.n_passes, peak, summary(found)]))


def summary(found):
    """Return what must be identical in two fits of the same rows."""
    if found is None:
        return None
    if isinstance(found, MutualInfoBinner):
        return found.to_dict()
    return [found.selected_features_.tolist(), found.p_values_.tolist(), found.gains_.tolist()]


def measured(*arguments):
    """Return the output of `run` in a new process."""
    command = [sys.executable, __file__, "--run", *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[300_000, 1_000_000, 3_000_000])
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--chunk", type=int, default=100_000)
    parser.add_argument("--run", nargs=5, help=argparse.SUPPRESS)
    options = parse_arguments(parser)
    if options.run:
        name, source, *sizes = options.run
        run(name, source, *map(int, sizes))
        return
    *_, one_chunk, _ = measured("binner", "one chunk", 1, options.columns, options.chunk)
    rows = []
    for name in ESTIMATORS:
        for n_rows in options.rows:
            shape = n_rows, options.columns, options.chunk
            seconds, _, peak, found = measured(name, "memory", *shape)
            streamed, n_passes, streamed_peak, streamed_found = measured(name, "chunks", *shape)
            rows.append(
                [
                    name,
                    n_rows,
                    n_passes,
                    seconds,
                    streamed,
                    streamed / seconds,
                    1e9 * streamed / n_rows / options.columns,
                    peak - one_chunk,
                    streamed_peak - one_chunk,
                    found == streamed_found,
                ]
            )
    print_table(
        f"Fits in chunks: {options.columns} columns of numbers, one of counts, one of text; "
        f"chunks of {options.chunk:,} rows",
        [
            "fit",
            "rows",
            "passes",
            "in memory (s)",
            "in chunks (s)",
            "chunks / memory",
            "in chunks (ns per cell)",
            "in memory (MiB)",
            "in chunks (MiB)",
            "identical",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
