"""Time of fits of the binner on Spark with 1 and 2 executors, from files and in memory.

python benchmarks/_scale_spark.py [--rows 1000000] [--columns 20]

Executors are processes on this machine (`local-cluster`), of one core each, so that they share its
processors with the client. The columns are the median seconds of a fit, the number of passes, the
seconds of a pass without work, which is the overhead of every pass, and the largest result of a
pass.
"""

import argparse
import os
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager
from operator import add
from pathlib import Path
from statistics import median
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _table import parse_arguments, print_table

from skinfo import MutualInfoBinner
from skinfo._counts import _spark

N_FILES = 8


def spark_part(n_rows=1_000_000, n_columns=20, executors=(1, 2), repeats=3):
    """Fit the same table in memory, from a stream and on Spark.

    Returns
    -------
    results : list of dict
        ``source``; ``executors``, 0 without Spark; ``seconds``, the median of the repeats after a
        first fit; ``passes`` of a fit; ``pass_seconds`` of a pass without work; ``client_bytes``,
        the largest result of a pass.
    """
    with tempfile.TemporaryDirectory(prefix="scale_spark_") as folder:
        write_files(folder, n_rows, n_columns)
        table = pq.read_table(folder)
        results = [
            result("memory", 0, lambda: MutualInfoBinner().fit(table, "y"), repeats),
            result("stream", 0, lambda: MutualInfoBinner().fit(Files(folder), "y"), repeats),
        ]
        for n in executors:
            with session_of(n) as session, counted_passes() as passes:
                frame = session.read.parquet(folder)
                found = result("spark", n, lambda f=frame: MutualInfoBinner().fit(f, "y"), repeats)
                n_passes = len(passes) // (repeats + 1)
                most = max(n_bytes for _, n_bytes in passes)
                passes.clear()
                partitions = _spark.SparkPartitions(frame)
                for _ in range(repeats + 1):
                    partitions.reduce(lambda part: part.data.num_rows, add, ["y"])
                overhead = median(seconds for seconds, _ in passes[1:])
                of_passes = {"passes": n_passes, "pass_seconds": overhead, "client_bytes": most}
                results.append(found | of_passes)
        return results


class Files:
    """Tables of the files of a folder, read again each time."""

    def __init__(self, folder):
        self.folder = folder

    def __iter__(self):
        for path in sorted(Path(self.folder).iterdir()):
            yield pq.read_table(path)


def write_files(folder, n_rows, n_columns):
    """Write numbers, a tenth of them missing, and classes that depend on a few columns."""
    rng = np.random.default_rng(0)
    for i in range(N_FILES):
        n = n_rows // N_FILES
        X = rng.normal(size=(n, n_columns))
        y = (X[:, :3].sum(axis=1) + rng.normal(size=n) > 0).astype(np.int8)
        X[rng.random(X.shape) < 0.1] = np.nan
        columns = {f"x{j}": X[:, j] for j in range(n_columns)}
        pq.write_table(pa.table(columns | {"y": y}), f"{folder}/{i}.parquet")


def result(source, executors, fit, repeats):
    """Return the median time of a fit; the first is omitted."""
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        fit()
        seconds.append(time.perf_counter() - start)
    return {
        "source": source,
        "executors": executors,
        "seconds": median(seconds[1:]),
        "passes": None,
        "pass_seconds": None,
        "client_bytes": None,
    }


@contextmanager
def session_of(n_executors):
    """Yield a Spark session with executors of one core and 1 GB."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local-cluster[{n_executors},1,1024]")
    for key, value in {
        "spark.ui.enabled": False,
        "spark.ui.showConsoleProgress": False,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executorEnv.PYTHONPATH": os.pathsep.join(sys.path),
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def counted_passes():
    """Yield a list to which each job of Spark adds its seconds, and the bytes of its result."""
    passes, run = [], _spark._run

    def counted(frame, action):
        start = time.perf_counter()
        found = run(frame, action)
        passes.append((time.perf_counter() - start, getattr(found, "nbytes", 0)))
        return found

    with patch.object(_spark, "_run", counted):
        yield passes


def print_results(results, n_rows, n_columns):
    """Print the table of `spark_part`."""
    print_table(
        f"Fits on Spark: {n_rows:,} rows, {n_columns} columns",
        ["source", "executors", "seconds", "passes", "seconds of an empty pass"]
        + ["largest result (bytes)"],
        [["" if cell is None else cell for cell in result.values()] for result in results],
    )


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parse_arguments(parser)
    # PySpark 4 does not support pandas 3.
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    results = spark_part(arguments.rows, arguments.columns, repeats=arguments.repeats)
    print_results(results, arguments.rows, arguments.columns)


if __name__ == "__main__":
    main()
