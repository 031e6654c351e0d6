"""Time and memory at unusual sizes: many rows, columns, classes, levels and heavy weights.

Each line is one call: seconds of processor time, and the largest memory that NumPy and Python had
at once beside the data (tracemalloc), in bytes for each row, column, class or level that grows.
Growth is what to read: seconds depend on the machine. Streamed rows are made chunk by chunk, so
that no disk is needed; 1e8 of them take minutes.

    python benchmarks/sizes.py
    python benchmarks/sizes.py --part rows --most 100000000
"""

import argparse
import multiprocessing
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.estimation import differential_entropy, mutual_info

CHUNK = 1_000_000


class GeneratedChunks:
    """Chunks of two columns of numbers and a class, the same ones each time they are read."""

    def __init__(self, n_rows):
        self.n_rows = n_rows

    def __iter__(self):
        for start in range(0, self.n_rows, CHUNK):
            rng = np.random.default_rng(start)
            X = rng.normal(size=(min(CHUNK, self.n_rows - start), 2))
            yield X, (X[:, 0] + rng.normal(size=len(X)) > 0).astype(np.int64)


def measured(call):
    """Return seconds of a call, and the bytes at its peak beside what was there before.

    Two calls: to trace memory takes time.
    """
    began = time.process_time()
    call()
    seconds = time.process_time() - began
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak


def line(what, size, call, unit):
    """Print one line."""
    seconds, peak = measured(call)
    print(
        f"{what:45} {size:>11,} {unit:8} {seconds:8.2f} s {peak / 2**20:8.1f} MiB "
        f"{peak / size:10.1f} bytes each",
        flush=True,
    )


def rows(rng, most):
    """Streamed rows."""
    for n in (1_000_000, 10_000_000, 100_000_000):
        if n <= most:
            chunks = GeneratedChunks(n)
            line("binner, chunks", n, lambda X=chunks: MutualInfoBinner().fit(X, None), "rows")


def long(rng, most):
    """Rows in memory, five columns."""
    for n in (100_000, 1_000_000):
        X = rng.normal(size=(n, 5))
        y = (X[:, 0] + rng.normal(size=n) > 0).astype(np.int64)
        line("binner", n, lambda X=X, y=y: MutualInfoBinner().fit(X, y), "rows")
        line("selector", n, lambda X=X, y=y: InfoBottleneckSelector(2).fit(X, y), "rows")
        line("mutual_info of classes", n, lambda X=X, y=y: mutual_info(X, y), "rows")


def columns(rng, most):
    """Columns of 50 samples."""
    y = np.arange(50) % 2
    for p in (1000, 4000):
        X = rng.normal(size=(50, p))
        frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(p)])
        for name, table in (("array", X), ("frame", frame)):
            line(f"binner, {name}", p, lambda X=table: MutualInfoBinner().fit(X, y), "columns")
            line(
                f"selector, {name}",
                p,
                lambda X=table: InfoBottleneckSelector(5).fit(X, y),
                "columns",
            )
        binner = MutualInfoBinner().fit(frame, y)
        line("transform, frame", p, lambda b=binner, X=frame: b.transform(X), "columns")


def classes(rng, most):
    """Classes of 20,000 samples."""
    X = rng.normal(size=(20_000, 5))
    ranks = (X[:, 0] + rng.normal(size=20_000)).argsort().argsort()
    for n in (2, 32, 128, 256, 300, 512):
        y = ranks * n // 20_000
        binner = MutualInfoBinner(target_type="multiclass")
        line("binner", n, lambda b=binner, y=y: b.fit(X, y), "classes")
        selector = InfoBottleneckSelector(3, target_type="multiclass")
        line("selector", n, lambda s=selector, y=y: s.fit(X, y), "classes")


def levels(rng, most):
    """Levels of a column, twice as many samples."""
    for n in (100_000, 1_000_000):
        codes = np.repeat(np.arange(n), 2)
        y = (codes % 3 == 0).astype(np.int64)
        text = pd.DataFrame({"x": codes.astype(str)})
        binner = MutualInfoBinner()
        line("binner, text", n, lambda X=text, b=binner, y=y: b.fit(X, y), "levels")
        line("transform", n, lambda X=text, b=binner: b.transform(X), "levels")
        line("to_dict", n, binner.to_dict, "levels")
        line("bin_table", n, lambda b=binner: b.bin_table("x"), "levels")


def ties(rng, most):
    """Rows of which nearly all are equal."""
    for n in (10_000, 100_000):
        X = np.r_[np.zeros((n - 100, 3)), rng.normal(size=(100, 3))]
        line("differential_entropy", n, lambda X=X: differential_entropy(X), "rows")


def files(rng, most):
    """Bytes of CSV files of seven columns, and the peak of PyArrow's own memory."""
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
            megabytes = Path(path).stat().st_size / 1e6
        print(f"binner, CSV of {megabytes:.0f} MB {peak / 2**20:8.1f} MiB")


def peak_of_csv(path):
    """Fit a binner to a file, and return the peak of PyArrow's memory in bytes."""
    import pyarrow as pa

    MutualInfoBinner().fit(path, "y")
    return pa.default_memory_pool().max_memory()


PARTS = {
    "files": files,
    "long": long,
    "columns": columns,
    "classes": classes,
    "levels": levels,
    "ties": ties,
    "rows": rows,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--most", type=int, default=10_000_000, help="streamed rows")
    options = parser.parse_args()
    for part in options.part or PARTS:
        print(f"# {PARTS[part].__doc__}")
        PARTS[part](np.random.default_rng(0), options.most)
