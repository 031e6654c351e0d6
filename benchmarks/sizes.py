"""Time and memory at unusual sizes: many rows, columns, classes, levels, ties, and large files.

    python benchmarks/sizes.py [--part long]
    python benchmarks/sizes.py --part rows --most 100000000

Each row of a table is one call: CPU seconds, and the peak memory of NumPy and Python in addition
to the data (tracemalloc), in total and per row, column, class or level, whichever the table
varies. Read the growth: the seconds depend on the machine. Streamed rows are generated chunk by
chunk, so that no disk is needed; 1e8 of them take minutes.
"""

import argparse
import multiprocessing
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
from _table import parse_arguments, print_table

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.estimation import differential_entropy, mutual_info

CHUNK = 1_000_000


class GeneratedChunks:
    """Chunks of two columns of numbers and a class, identical each time they are read."""

    def __init__(self, n_rows):
        self.n_rows = n_rows

    def __iter__(self):
        for start in range(0, self.n_rows, CHUNK):
            rng = np.random.default_rng(start)
            X = rng.normal(size=(min(CHUNK, self.n_rows - start), 2))
            yield X, (X[:, 0] + rng.normal(size=len(X)) > 0).astype(np.int64)


def measured(call):
    """Return the CPU seconds of a call, and its peak memory in bytes.

    The function is called twice, since tracing of memory takes time.
    """
    began = time.process_time()
    call()
    seconds = time.process_time() - began
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak


def print_sizes(title, unit, calls):
    """Print the time and memory of calls: tuples of a name, a size and a function."""
    rows = []
    for name, size, call in calls:
        seconds, peak = measured(call)
        rows.append([name, size, seconds, peak / 2**20, peak / size])
    header = ["call", PLURALS[unit], "CPU seconds", "peak memory (MiB)", f"bytes per {unit}"]
    print_table(title, header, rows)


def streamed(rng, most):
    """Yield fits of chunks that are generated."""
    for n in (1_000_000, 10_000_000, 100_000_000):
        if n <= most:
            chunks = GeneratedChunks(n)
            yield "binner, chunks", n, lambda X=chunks: MutualInfoBinner().fit(X, None)


def long(rng, most):
    """Yield calls with many rows in memory."""
    for n in (100_000, 1_000_000):
        X = rng.normal(size=(n, 5))
        y = (X[:, 0] + rng.normal(size=n) > 0).astype(np.int64)
        yield "binner", n, lambda X=X, y=y: MutualInfoBinner().fit(X, y)
        yield "selector", n, lambda X=X, y=y: InfoBottleneckSelector(2).fit(X, y)
        yield "mutual_info of classes", n, lambda X=X, y=y: mutual_info(X, y)


def columns(rng, most):
    """Yield calls with many columns."""
    y = np.arange(50) % 2
    for p in (1000, 4000):
        X = rng.normal(size=(50, p))
        frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(p)])
        for name, table in (("array", X), ("frame", frame)):
            yield f"binner, {name}", p, lambda X=table: MutualInfoBinner().fit(X, y)
            yield f"selector, {name}", p, lambda X=table: InfoBottleneckSelector(5).fit(X, y)
        binner = MutualInfoBinner().fit(frame, y)
        yield "transform, frame", p, lambda b=binner, X=frame: b.transform(X)


def classes(rng, most):
    """Yield calls with many classes."""
    X = rng.normal(size=(20_000, 5))
    ranks = (X[:, 0] + rng.normal(size=20_000)).argsort().argsort()
    for n in (2, 32, 128, 256, 300, 512):
        y = ranks * n // 20_000
        binner = MutualInfoBinner(target_type="multiclass")
        yield "binner", n, lambda b=binner, y=y: b.fit(X, y)
        selector = InfoBottleneckSelector(3, target_type="multiclass")
        yield "selector", n, lambda s=selector, y=y: s.fit(X, y)


def levels(rng, most):
    """Yield calls with many levels."""
    for n in (100_000, 1_000_000):
        codes = np.repeat(np.arange(n), 2)
        y = (codes % 3 == 0).astype(np.int64)
        text = pd.DataFrame({"x": codes.astype(str)})
        binner = MutualInfoBinner()
        yield "binner, text", n, lambda X=text, b=binner, y=y: b.fit(X, y)
        yield "transform", n, lambda X=text, b=binner: b.transform(X)
        yield "to_dict", n, binner.to_dict
        yield "bin_table", n, lambda b=binner: b.bin_table("x")


def ties(rng, most):
    """Yield calls with many tied rows."""
    for n in (10_000, 100_000):
        X = np.r_[np.zeros((n - 100, 3)), rng.normal(size=(100, 3))]
        yield "differential_entropy", n, lambda X=X: differential_entropy(X)


def print_files(rng):
    """Print the peak of PyArrow's own memory by the size of a CSV file."""
    table = []
    for n in (1_000_000, 4_000_000, 12_000_000):
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "table.csv")
            for start in range(0, n, CHUNK):
                values = rng.normal(size=(CHUNK, 6)).round(6)
                rows = pd.DataFrame(values).assign(y=values[:, 0] > 0)
                rows.to_csv(path, mode="a", header=not start, index=False)
            # A process of its own: the peak of a pool is never reset.
            with multiprocessing.get_context("spawn").Pool(1) as worker:
                peak = worker.apply(peak_of_csv, (path,))
            table.append(["binner, CSV", n, Path(path).stat().st_size / 1e6, peak / 2**20])
    header = ["call", "rows", "file (MB)", "peak memory of PyArrow (MiB)"]
    print_table("Files: CSV of 6 columns of floats and 2 classes", header, table)


def peak_of_csv(path):
    """Fit a binner to a file, and return the peak of PyArrow's memory in bytes."""
    import pyarrow as pa

    MutualInfoBinner().fit(path, "y")
    return pa.default_memory_pool().max_memory()


PLURALS = {"row": "rows", "column": "columns", "class": "classes", "level": "levels"}

PARTS = {  # the title, what grows, the calls
    "long": ("Rows: in memory, 5 columns, 2 classes", "row", long),
    "columns": ("Columns: 50 rows, 2 classes", "column", columns),
    "classes": ("Classes: 20,000 rows, 5 columns", "class", classes),
    "levels": ("Levels: one column, two rows per level", "level", levels),
    "ties": ("Ties: 3 columns, all but 100 rows equal", "row", ties),
    "rows": ("Streamed rows: 2 columns, 2 classes", "row", streamed),
}


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["files", *PARTS], action="append")
    parser.add_argument("--most", type=int, default=10_000_000, help="streamed rows")
    arguments = parse_arguments(parser)
    for part in arguments.part or ["files", *PARTS]:
        rng = np.random.default_rng(0)
        if part == "files":
            print_files(rng)
        else:
            title, unit, calls = PARTS[part]
            print_sizes(title, unit, calls(rng, arguments.most))


if __name__ == "__main__":
    main()
