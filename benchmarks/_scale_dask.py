"""Time of fits on Dask with one and two worker processes, and bytes that passes transfer."""

import pickle
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _table import print_table

from skinfo import InfoBottleneckSelector, MutualInfoBinner

N_FILES = 16
ESTIMATORS = {
    "binner": MutualInfoBinner,
    "selector": lambda: InfoBottleneckSelector(n_features_to_select=5),
}


def write_files(folder, n_rows, n_columns):
    """Write numbers of which two are informative, with a class y, as Parquet files."""
    for i, rows in enumerate(np.array_split(np.arange(n_rows), N_FILES)):
        X = np.random.default_rng(i).normal(size=(len(rows), n_columns))
        noise = np.random.default_rng(N_FILES + i).normal(size=len(rows))
        frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(n_columns)])
        frame["y"] = (X[:, 0] + X[:, 1] + noise > 0).astype(int)
        frame.to_parquet(folder / f"part_{i:02}.parquet", index=False)


class ParquetFiles:
    """Tables of files, read one after the other."""

    def __init__(self, folder):
        self._paths = sorted(folder.iterdir())

    def __iter__(self):
        return map(pd.read_parquet, self._paths)


def seconds_of(name, X):
    """Return the seconds of a fit."""
    start = time.perf_counter()
    ESTIMATORS[name]().fit(X, y="y")
    return time.perf_counter() - start


class CountedBytes:
    """Counts the bytes of the tasks that passes send, and of the results that come back."""

    def __init__(self):
        self.passes = []

    def __enter__(self):
        from skinfo._counts import _dask

        self._module, self._computed = _dask, _dask._computed
        _dask._computed = self.count
        return self

    def __exit__(self, *error):
        self._module._computed = self._computed

    def count(self, graph, key):
        sent = sum(len(pickle.dumps(graph[k])) for k in graph if isinstance(k, str))
        start = time.perf_counter()
        result = self._computed(graph, key)
        seconds = time.perf_counter() - start
        self.passes.append((sent, len(pickle.dumps(result)), seconds))
        return result


def moved_between(client):
    """Return the bytes that workers have sent to each other."""

    def outgoing(dask_worker):
        return sum(transfer["total"] for transfer in dask_worker.transfer_outgoing_log)

    return sum(client.run(outgoing).values())


def dask_part(n_rows, n_columns, n_workers=(1, 2)):
    """Print the bytes of each pass, and the seconds of the fits."""
    from dask.dataframe import read_parquet
    from distributed import Client, LocalCluster

    seconds, moved = {}, []
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), n_rows, n_columns)
        table = pd.read_parquet(folder)
        for name in ESTIMATORS:
            seconds[f"{name} in memory", 0] = seconds_of(name, table)
        del table
        for name in ESTIMATORS:
            seconds[f"{name} streamed", 0] = seconds_of(name, ParquetFiles(Path(folder)))
        for n in n_workers:
            with (
                LocalCluster(
                    n_workers=n, threads_per_worker=1, memory_limit="4GB", dashboard_address=None
                ) as cluster,
                Client(cluster) as client,
            ):
                # Workers import skinfo in the first fit.
                seconds_of("binner", read_parquet(folder))
                for name in ESTIMATORS:
                    before = moved_between(client)
                    with CountedBytes() as counted:
                        seconds[f"{name} on Dask", n] = seconds_of(name, read_parquet(folder))
                    between = moved_between(client) - before
                    moved += [(name, n, i, *of_pass) for i, of_pass in enumerate(counted.passes)]
                    moved.append((name, n, "between workers", between, "", ""))
    size = f"{n_rows:,} rows, {n_columns} columns"
    header = ["fit", "workers", "pass", "bytes of tasks", "bytes of the result", "seconds"]
    print_table(f"Passes on Dask: {size}", header, moved)
    fits = [(name, n or "", s) for (name, n), s in seconds.items()]
    print_table(f"Fits on Dask: {size}", ["fit", "workers", "seconds"], fits)
