"""Time and memory of fits of tables of any size: from Parquet files, on clusters, and of others.

python benchmarks/scale.py --part stream     [--rows 1000000 10000000 100000000] [--columns 10]
python benchmarks/scale.py --part memory     [--rows 100000000] [--columns 50]
python benchmarks/scale.py --part selection  [--rows 1000000] [--columns 631]
python benchmarks/scale.py --part clusters   [--rows 1000000] [--columns 20]
python benchmarks/scale.py --part peers      [--rows 1000000]

stream: time per row and peak memory of fits from Parquet files, compared with fits in memory (if
the table fits), and with DuckDB's and polars' count of the classes in the same bins. memory: peak
memory of a fit of a table whose chunks are generated. selection: 30 columns of a table of the
shape of ECBDL14. clusters: Dask and Spark with 1 and 2 worker processes. peers: optbinning's
sketch and its fit from a file (``pip install "optbinning[distributed]"``). Each fit has its own
process.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
from _table import parse_arguments, print_table

from skinfo import InfoBottleneckSelector, MutualInfoBinner

ROWS_OF_A_FILE = 1_000_000
ROWS_IN_MEMORY = 10_000_000

ESTIMATORS = {
    "binner": MutualInfoBinner,
    "selector": lambda: InfoBottleneckSelector(n_features_to_select=5),
}


def made(seed, n, n_columns):
    """Return rows of numbers, counts and text that depend on a class.

    The first column is informative, the second is mostly zero, the others are noise.
    """
    rng = np.random.default_rng(seed)
    y = rng.random(n) < 0.2
    columns = {f"x{j}": rng.normal(size=n) for j in range(n_columns - 2)}
    columns["x0"] += y
    if n_columns > 3:
        columns["x1"] = np.where(rng.random(n) < 0.7, 0.0, np.round(np.exp(columns["x1"] + y), 2))
    columns["visits"] = rng.poisson(3 + y)
    columns["region"] = np.array(["north", "south", "east", "west"])[rng.integers(0, 4, n)]
    return pd.DataFrame(columns).assign(y=y.astype(np.int8))


class MadeTable:
    """Table whose chunks are generated again in each pass: the first times a factor."""

    def __init__(self, n_rows, n_columns, n_chunk=250_000):
        self.n_chunks = -(-n_rows // n_chunk)
        self._first = made(0, n_chunk, n_columns)
        self._numbers = [f"x{j}" for j in range(n_columns - 2)]

    def __iter__(self):
        for i in range(self.n_chunks):
            chunk = self._first.copy(deep=False)
            chunk[self._numbers] = self._first[self._numbers] * (1 + i / 2**30)
            yield chunk


def write(folder, n_rows, n_columns):
    """Write the table as Parquet files of a million rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, start in enumerate(range(0, n_rows, ROWS_OF_A_FILE)):
        part = made(i, min(ROWS_OF_A_FILE, n_rows - start), n_columns)
        part.to_parquet(folder / f"part_{i:04}.parquet", index=False)


# ---- one measurement, in a new process


def measure(what, *args):
    """Return the result of a function of this script in a new process."""
    command = [sys.executable, __file__, "--run", what, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def peak_memory():
    """Return the largest resident set of this process so far, in MiB (Linux).

    Not `resource.getrusage`, which includes that of the process that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def fit_streamed(name, folder, n_jobs):
    """Return seconds and peak memory in MiB of a fit from files."""
    start = time.perf_counter()
    ESTIMATORS[name]().set_params(n_jobs=int(n_jobs)).fit(folder, y="y")
    return time.perf_counter() - start, peak_memory()


def fit_made(name, n_rows, n_columns):
    """Return the seconds and memory of a fit of generated chunks, and the generation's."""
    table = MadeTable(int(n_rows), int(n_columns))
    start = time.perf_counter()
    n_timed = sum(1 for _ in islice(table, 4))
    of_chunk = (time.perf_counter() - start) / n_timed
    alone = peak_memory()
    start = time.perf_counter()
    ESTIMATORS[name]().set_params(n_jobs=2).fit(table, y="y")
    return time.perf_counter() - start, peak_memory(), alone, of_chunk * table.n_chunks


def fit_in_memory(name, folder, n_jobs):
    """Return the seconds and memory of a fit in memory, and the seconds of reading the files."""
    start = time.perf_counter()
    frame = pd.read_parquet(folder)
    read = time.perf_counter() - start
    start = time.perf_counter()
    ESTIMATORS[name]().set_params(n_jobs=int(n_jobs)).fit(frame, y="y")
    return time.perf_counter() - start, peak_memory(), read


def group_by_duckdb(folder, states):
    """Return the seconds and memory of DuckDB's count of the classes in all bins."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    start = time.perf_counter()
    for expression in expressions(states):
        connection.sql(
            f"SELECT {expression} AS bin, y, count(*) FROM '{folder}/*.parquet' GROUP BY ALL"
        ).fetchall()
    return time.perf_counter() - start, peak_memory()


def group_by_polars(folder, states):
    """Return the seconds and memory of polars' count of the classes in all bins."""
    import polars as pl

    binner = restored(states)
    start = time.perf_counter()
    table = pl.scan_parquet(f"{folder}/*.parquet")
    for name, edges in zip(binner.feature_names_in_, binner.bin_edges_, strict=True):
        column = pl.col(name)
        if edges is not None:
            column = column.cut(edges[1:-1].tolist(), left_closed=True)
        query = table.group_by(column.alias("bin"), "y").len()
        query.collect(engine="streaming")
    return time.perf_counter() - start, peak_memory()


def restored(states):
    """Return the binner from a file."""
    return MutualInfoBinner.from_dict(json.loads(Path(states).read_text()))


def expressions(states):
    """Return the SQL of the bins of each column, without its name."""
    binner = restored(states)
    named = [binner.to_sql(column, dialect="duckdb") for column in binner.feature_names_in_]
    return [expression.rpartition(" AS ")[0] for expression in named]


# ---- the parts


def stream(n_rows, n_columns):
    """Print fits from files, fits in memory, and counts of DuckDB and polars."""
    rows = []
    place = Path(tempfile.mkdtemp(prefix="skinfo-scale-"))
    try:
        for n in n_rows:
            folder = place / str(n)
            write(folder, n, n_columns)
            states = place / f"bins_{n}.json"
            binner = MutualInfoBinner(n_jobs=2).fit(folder, y="y")
            states.write_text(json.dumps(binner.to_dict()))
            for name in ESTIMATORS:
                seconds, peak = measure("fit_streamed", name, folder, 2)
                rows.append([f"{name}, files", n, seconds, seconds / n * 1e9, peak])
                if n <= ROWS_IN_MEMORY:
                    seconds, peak, read = measure("fit_in_memory", name, folder, 2)
                    rows.append([f"{name}, memory", n, seconds, seconds / n * 1e9, peak])
                    rows.append(["reading into memory", n, read, read / n * 1e9, peak])
            for name in ("duckdb", "polars"):
                seconds, peak = measure(f"group_by_{name}", folder, states)
                rows.append([f"{name}, GROUP BY", n, seconds, seconds / n * 1e9, peak])
            shutil.rmtree(folder)
    finally:
        shutil.rmtree(place)
    header = ["task", "rows", "seconds", "nanoseconds per row", "peak memory (MiB)"]
    print_table(f"Parquet files: {n_columns} columns, 2 threads, one run", header, rows)


def memory(n_rows, n_columns):
    """Print the peak memory of fits of generated chunks."""
    rows = []
    for n in n_rows:
        for name in ESTIMATORS:
            seconds, peak, alone, making = measure("fit_made", name, n, n_columns)
            rows.append([name, n, seconds, making, peak, peak - alone])
    header = ["task", "rows", "seconds", "seconds to generate the chunks once"]
    header += ["peak memory (MiB)", "in addition to one chunk (MiB)"]
    print_table(f"Generated chunks: 250,000 x {n_columns} each, 2 threads", header, rows)


def peers(n_rows):
    """Print the fit from a file, and optbinning's sketch and fit from a file."""
    place = Path(tempfile.mkdtemp(prefix="skinfo-scale-"))
    rows = []
    try:
        for n in n_rows:
            frame = made(0, n, 10)
            frame.to_parquet(place / "t.parquet", index=False)
            for name, function in PEERS.items():
                seconds, peak, bits = measure(function, place / "t.parquet")
                rows.append([name, n, seconds, peak, bits])
    finally:
        shutil.rmtree(place)
    header = ["task", "rows", "seconds", "peak memory (MiB)", "information of x0 (bits)"]
    print_table("Compared with optbinning: 8 columns of numbers, one thread", header, rows)


# Functions of this script.
PEERS = {
    "skinfo, files": "ours_from_file",
    "optbinning sketch": "sketch",
    "optbinning fit_disk": "fit_disk",
}
NUMBERS = [f"x{j}" for j in range(8)]


def ours_from_file(path):
    """Return seconds, peak memory and the information of x0, of MutualInfoBinner."""
    import pyarrow.dataset as ds

    del ds  # imported before the time is measured
    start = time.perf_counter()
    binner = MutualInfoBinner().fit(str(path), y="y")
    seconds = time.perf_counter() - start
    return seconds, peak_memory(), float(binner.mutual_info_[0])


def sketch(path):
    """Return those of `OptimalBinningSketch` with chunks of 100,000 rows."""
    import pyarrow.parquet as pq
    from optbinning import OptimalBinningSketch

    start = time.perf_counter()
    binnings = {name: OptimalBinningSketch(name=name, max_n_bins=8) for name in NUMBERS}
    for batch in pq.ParquetFile(path).iter_batches(100_000, columns=[*NUMBERS, "y"]):
        chunk = batch.to_pandas()
        for name, binning in binnings.items():
            binning.add(chunk[name].to_numpy(), chunk["y"].to_numpy())
    for binning in binnings.values():
        binning.solve()
    seconds = time.perf_counter() - start
    table = binnings["x0"].binning_table
    table.build()
    return seconds, peak_memory(), information_of(binnings["x0"].splits, path)


def fit_disk(path):
    """Return those of `BinningProcess.fit_disk`."""
    from optbinning import BinningProcess

    start = time.perf_counter()
    process = BinningProcess(variable_names=NUMBERS, max_n_bins=8)
    process.fit_disk(str(path), target="y")
    seconds = time.perf_counter() - start
    splits = process.get_binned_variable("x0").splits
    return seconds, peak_memory(), information_of(splits, path)


def information_of(splits, path):
    """Return the information of x0, split at `splits`, and y, in bits."""
    from skinfo.estimation import mutual_info

    frame = pd.read_parquet(path, columns=["x0", "y"])
    codes = np.searchsorted(splits, frame["x0"].to_numpy(), side="right")
    return float(mutual_info(codes[:, None], frame["y"], discrete_features=True)[0])


def main():
    """Print the tables of a part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", default="stream")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--run", nargs="+", help=argparse.SUPPRESS)
    args = parse_arguments(parser)
    if args.run:
        name, *rest = args.run
        print(json.dumps(globals()[name](*rest)))
    elif args.part == "stream":
        stream(args.rows, args.columns)
    elif args.part == "memory":
        memory(args.rows, args.columns)
    elif args.part == "peers":
        peers(args.rows)
    elif args.part == "selection":
        from _scale_selection import selection_part

        selection_part(args.rows[0], args.columns)
    elif args.part == "clusters":
        from _scale_dask import dask_part
        from _scale_spark import print_results, spark_part

        dask_part(args.rows[0], args.columns)
        print_results(spark_part(args.rows[0], args.columns), args.rows[0], args.columns)
    else:
        parser.error(f"unknown part {args.part!r}")


if __name__ == "__main__":
    main()
