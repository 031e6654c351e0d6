"""Tables of Dask: parts are partitions, and tasks run on the workers of the current scheduler.

The scheduler is that of the current ``dask.distributed.Client``, otherwise Dask's threads in this
process. A pass is one Dask graph: a task per partition, which reads and summarises it, and a tree
of tasks that merge summaries on the workers. One merged summary is returned.
"""

import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import call
from typing import Any, TypeVar
from uuid import uuid4

import cloudpickle
import narwhals.stable.v2 as nw
import numpy as np
from dask import config
from dask._task_spec import Alias, DataNode, GraphNode, Task, TaskRef
from dask.base import optimize, persist
from dask.core import flatten
from dask.delayed import Delayed
from dask.delayed import optimize as without_unused_tasks
from dask.threaded import get as get_in_threads

import skinfo
from skinfo._counts._partitions import Part
from skinfo.utils._text import LONGEST_CAUSE, one_line, short_repr

Result = TypeVar("Result")

# Number of summaries that one task merges, and that its worker holds in memory.
MERGED_AT_ONCE = 8


def dask_partitions(
    X: Any, y: Any, sample_weight: Any
) -> tuple["DaskPartitions", str | None, str | None]:
    """Return a Dask table as `Partitions`, and the names of y and weights among its columns.

    Parameters
    ----------
    X : dask.dataframe.DataFrame or dask.array.Array

    y, sample_weight : dask.dataframe.Series, dask.array.Array, str or None

    Raises
    ------
    TypeError, ValueError
        If y or weights are not Dask collections, or not partitioned like X.
    """
    if getattr(X, "ndim", None) != 2:
        raise ValueError(
            f"X must be a Dask DataFrame or a Dask array with two dimensions, got {short_repr(X)}."
        )
    given = {"y": y, "sample_weight": sample_weight if y is not None else None}
    given = {argument: column for argument, column in given.items() if column is not None}
    if _is_array(X):
        X = _whole_rows(X)
        return DaskPartitions(X, *(_array_like(X, a, c) for a, c in given.items())), None, None
    if all(isinstance(column, str) for column in given.values()):
        return DaskPartitions(X), y, sample_weight
    names = [column for column in given.values() if isinstance(column, str)]
    series = [_series_like(X, argument, column) for argument, column in given.items()]
    X = X.drop(columns=names) if names else X
    return DaskPartitions(X, *series), None, None


def _is_array(collection: Any) -> bool:
    return hasattr(collection, "chunks")


def _is_series(collection: Any) -> bool:
    return hasattr(collection, "divisions") and collection.ndim == 1


def _whole_rows(X: Any) -> Any:
    """Return an array rechunked so that each chunk has all columns."""
    if np.isnan(X.shape[1]):
        raise ValueError(
            "X is a Dask array with an unknown number of columns. Call X.compute_chunk_sizes() "
            "first."
        )
    return X.rechunk({1: -1}) if X.numblocks[1] > 1 else X


def _array_like(X: Any, argument: str, column: Any) -> Any:
    """Return y or weights in the chunks of an array X."""
    if isinstance(column, str):
        raise ValueError(
            f"{argument}={short_repr(column)} names a column, and X is no data frame but a Dask "
            f"array. Pass {argument} as a Dask array."
        )
    if _is_series(column):
        column = column.to_dask_array()
    if not _is_array(column):
        raise TypeError(
            f"{argument} must be a Dask array as X is, got {type(column).__name__}. Pass "
            f"dask.array.from_array({argument}, chunks=X.chunks[0])."
        )
    rows, of_column = X.chunks[0], column.chunks[0]
    if not np.isnan([*rows, *of_column]).any():
        if sum(rows) != sum(of_column):
            raise ValueError(f"{argument} has {sum(of_column)} rows, and X has {sum(rows)}.")
        return column.rechunk({0: rows})
    if len(rows) != len(of_column):
        raise ValueError(
            f"{argument} has {len(of_column)} chunks and X has {len(rows)}, of unknown size. Call "
            "compute_chunk_sizes() of both first, or pass a Dask DataFrame as X, and its column "
            f"as {argument}."
        )
    return column


def _series_like(X: Any, argument: str, column: Any) -> Any:
    """Return y or weights in the partitions of a frame X."""
    if isinstance(column, str):
        if column not in X.columns:
            raise ValueError(
                f"{argument}={short_repr(column)} is not among the columns of X: "
                f"{short_repr(list(X.columns))}."
            )
        return X[column]
    if _is_array(column):
        from dask.dataframe import from_dask_array

        column = from_dask_array(column)
    if not _is_series(column):
        raise TypeError(
            f"{argument} must be a Dask Series or the name of a column of X, got "
            f"{type(column).__name__}."
        )
    if column.npartitions != X.npartitions:
        raise ValueError(
            f"{argument} has {column.npartitions} partitions and X has {X.npartitions}. Pass the "
            f"name of a column of X, or repartition one of them."
        )
    return column


class DaskPartitions:
    """The partitions of a Dask table.

    Parameters
    ----------
    *collections : dask.dataframe.DataFrame and Series, or dask.array.Array
        X, y and weights in the same partitions of rows. y and weights are optional.
    """

    is_local = False

    def __init__(self, *collections: Any) -> None:
        self._collections = collections

    def head(self) -> Any:
        """Return a partition without rows."""
        heads = tuple(map(_head, self._collections))
        return heads if len(heads) > 1 else heads[0]

    def reduce(
        self,
        task: Callable[[Any], Result],
        merge: Callable[[Result, Result], Result],
        columns: Sequence[Any] | None = None,
    ) -> Result | None:
        """Return the merged results of a task for each partition; see `Partitions`."""
        return self._results(task, columns).merged(merge)

    def persist(self, task: Callable[[Any], Any]) -> "KeptOnWorkers":
        """Return the results of a task for each partition, stored on the workers."""
        return KeptOnWorkers(self._results(task, None).persisted())

    def _results(self, task: Callable[[Any], Any], columns: Sequence[Any] | None) -> "Results":
        X, *others = self._collections
        if columns is not None and not _is_array(X):
            X = X[list(columns)]
        graph, blocks = _optimized(X, *others)
        needed = {key for node in graph.values() for key in getattr(node, "dependencies", ())}
        joined = ""
        if len(blocks) != X.npartitions:
            joined = f" of {len(blocks)} (Dask joined partitions of few columns)"

        def node_of(key: Any) -> GraphNode:
            # A block that no other task needs is computed in the task that uses it: errors can
            # name it, and no worker stores it.
            is_needed = key in needed or not isinstance(graph[key], GraphNode)
            return Alias(key) if is_needed else graph[key]

        name = _name("read")
        families = {} if _is_array(X) else _families(X._meta)
        graph[name] = _sent(name, PartTask(task, families))
        for i, keys in enumerate(blocks):
            nodes = list(map(node_of, keys))
            inputs = sorted({key for node in nodes for key in node.dependencies}, key=str)
            graph[name, i] = Task(
                (name, i),
                call,
                TaskRef(name),
                f"partition {i}{joined}",
                nodes,
                inputs,
                *map(TaskRef, inputs),
            )
        return Results(graph, [(name, i) for i in range(len(blocks))])


def _head(collection: Any) -> Any:
    """Return a partition of a collection without rows."""
    if _is_array(collection):
        return np.empty((0, *collection.shape[1:]), collection.dtype)
    return collection._meta


def _optimized(X: Any, *others: Any) -> tuple[dict[Any, Any], list[tuple[Any, ...]]]:
    """Return an optimised graph of collections, and the keys of their blocks, by partition."""
    if _is_array(X):
        collections = optimize(X, *others)
    elif others:
        # As one collection: optimised separately, their partitions might differ.
        together = X.map_partitions(
            # A lambda is pickled by value, so the scheduler can load it without skinfo.
            lambda *parts: parts,
            *others,
            align_dataframes=False,
            enforce_metadata=False,
            meta=(None, object),
        )
        collections = (together.optimize(),)
    else:
        collections = (X.optimize(),)
    graph: dict[Any, Any] = {}
    for collection in collections:
        graph.update(collection.__dask_graph__())
    blocks = (flatten(collection.__dask_keys__()) for collection in collections)
    return graph, list(zip(*blocks, strict=True))


class KeptOnWorkers:
    """Results of a task for each partition, stored on the workers, or in memory without a cluster.

    If a worker is lost, the scheduler recomputes its parts.

    Parameters
    ----------
    kept : Results
        Persisted.

    made_of : KeptOnWorkers or None, default=None
        Input of the tasks, if it is stored too.
    """

    is_local = False

    def __init__(self, kept: "Results", made_of: "KeptOnWorkers | None" = None) -> None:
        self._kept = kept
        self._made_of = made_of

    def head(self) -> Any:
        """Return the first object."""
        return _computed(self._kept.graph, self._kept.keys[0])

    def reduce(
        self,
        task: Callable[[Any], Result],
        merge: Callable[[Result, Result], Result],
        columns: Sequence[Any] | None = None,
    ) -> Result | None:
        """Return the merged results of a task for each object; see `Partitions`.

        On failure the objects are freed, since the exception may hold references to them.
        """
        try:
            return self._results(task).merged(merge)
        except BaseException:
            self._free()
            raise

    def persist(self, task: Callable[[Any], Any]) -> "KeptOnWorkers":
        """Return the results of a task for each object, stored in the same way."""
        return KeptOnWorkers(self._results(task).persisted(), made_of=self)

    def _free(self) -> None:
        for node in self._kept.graph.values():
            # Either a future of a cluster, or a value in this process.
            if hasattr(node, "release"):
                node.release()
        if self._made_of is not None:
            self._made_of._free()

    def _results(self, task: Callable[[Any], Any]) -> "Results":
        name = _name("count")
        graph = {**self._kept.graph, name: _sent(name, task)}
        keys = [(name, i) for i in range(len(self._kept.keys))]
        for key, kept in zip(keys, self._kept.keys, strict=True):
            graph[key] = Task(key, call, TaskRef(name), TaskRef(kept))
        return Results(graph, keys)


class Results:
    """Lazy results of a task for each part: a Dask collection.

    Parameters
    ----------
    graph : dict

    keys : list
        Keys of the results, in the order of the parts.
    """

    def __init__(self, graph: dict[Any, Any], keys: list[Any]) -> None:
        self.graph = graph
        self.keys = keys

    def merged(self, merge: Callable[[Any, Any], Any]) -> Any:
        """Return all results merged, in order; None if there are none."""
        if not self.keys:
            return None
        name = _name("merge")
        graph = {**self.graph, name: _sent(name, MergeTask(merge))}
        keys, level = self.keys, 0
        while len(keys) > 1:
            groups = [keys[i : i + MERGED_AT_ONCE] for i in range(0, len(keys), MERGED_AT_ONCE)]
            keys = [(name, level, i) for i in range(len(groups))]
            for key, group in zip(keys, groups, strict=True):
                graph[key] = Task(key, call, TaskRef(name), *map(TaskRef, group))
            level += 1
        return _computed(graph, keys[0])

    def persisted(self) -> "Results":
        """Return the results; their computation has started, and they stay on the workers."""
        with _large_graphs():
            (persisted,) = persist(self)
        return persisted

    __dask_scheduler__ = staticmethod(get_in_threads)
    __dask_optimize__ = staticmethod(without_unused_tasks)

    def __dask_graph__(self) -> dict[Any, Any]:
        return self.graph

    def __dask_keys__(self) -> list[Any]:
        return self.keys

    def __dask_postcompute__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return list, ()

    def __dask_postpersist__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _persisted, (self.keys,)


def _persisted(found: dict[Any, Any], keys: list[Any]) -> Results:
    """Return persisted results, which are futures or, in this process, values."""
    return Results(
        {k: found[k] if isinstance(found[k], TaskRef) else DataNode(k, found[k]) for k in keys},
        keys,
    )


def _computed(graph: dict[Any, Any], key: Any) -> Any:
    """Return the value of one key of a graph.

    Raises
    ------
    ImportError
        If skinfo is not installed on a worker.
    """
    try:
        with _large_graphs():
            return Delayed(key, graph).compute()
    except ModuleNotFoundError as error:
        if "skinfo" not in str(error):
            raise
        raise ModuleNotFoundError(
            f"skinfo is not installed on a Dask worker: {one_line(error, LONGEST_CAUSE)}. Install "
            f"skinfo {skinfo.__version__} on all workers, and on the scheduler."
        ) from error


@contextmanager
def _large_graphs() -> Iterator[None]:
    """Allow graphs with the states of many columns, without a warning about their size."""
    if "distributed" not in sys.modules:
        yield
        return
    with config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}):
        yield


def _name(what: str) -> str:
    """Return a unique name for the tasks of a pass."""
    return f"skinfo-{what}-{uuid4().hex}"


@dataclass(frozen=True)
class PartTask:
    """Task of a `Part`, called with the graph nodes of its blocks.

    Attributes
    ----------
    task : callable

    families : dict of str to str
        Families of the columns of a frame; see `_families`.
    """

    task: Callable[[Part], Any]
    families: dict[Any, str]

    def __call__(self, label: str, nodes: list[GraphNode], inputs: list[Any], *values: Any) -> Any:
        """Return the result of the task.

        Raises
        ------
        ValueError
            If the part cannot be computed, or the kind of a column differs from the announced one.
        """
        of_inputs = dict(zip(inputs, values, strict=True))
        try:
            blocks = tuple(
                node({key: of_inputs[key] for key in node.dependencies}) for node in nodes
            )
        except Exception as error:
            raise ValueError(
                f"{one_line(label)} of X can not be read: {type(error).__name__}: "
                f"{one_line(error, LONGEST_CAUSE)}"
            ) from error
        data = blocks if len(blocks) > 1 else blocks[0]
        if isinstance(data, tuple):
            data = (_as_announced(data[0], self.families, label), *data[1:])
        else:
            data = _as_announced(data, self.families, label)
        return self.task(Part(data, label))


def _families(frame: Any) -> dict[Any, str]:
    """Return the families of columns whose dtype determines them: numbers, text or times."""
    families = {}
    for name, dtype in nw.from_native(frame).schema.items():
        if dtype.is_numeric() or dtype == nw.Boolean:
            families[name] = "numbers"
        elif dtype == nw.String:
            families[name] = "text"
        elif dtype.is_temporal():
            families[name] = "times"
    return families


def _as_announced(frame: Any, announced: dict[Any, str], label: str) -> Any:
    """Return a frame after a check that its columns match the dtypes that Dask announced.

    Raises
    ------
    ValueError
        If a column has values of another family.
    """
    if not announced:
        return frame
    for name, family in _families(frame).items():
        expected = announced.get(name, family)
        if family == expected:
            continue
        if frame[name].notna().any():
            raise ValueError(
                f"column {short_repr(name)} of X holds {family} in {one_line(label)}, and Dask "
                f"announced {expected} (X.dtypes)."
            )
        # A column without values has no informative dtype.
        frame = frame.copy(deep=False)
        frame[name] = np.nan
    return frame


@dataclass(frozen=True)
class MergeTask:
    """Function that merges any number of results, from one that merges two."""

    merge: Callable[[Any, Any], Any]

    def __call__(self, *results: Any) -> Any:
        """Return the results merged, in order."""
        return reduce(self.merge, results)


def _sent(name: str, function: Callable[..., Any]) -> Task:
    """Return the graph node of a function that is deserialised on the workers only.

    A worker receives it once for all of its partitions, and the scheduler does not load it.
    """
    return Task(
        name, pickle.loads, pickle.dumps(Sent(skinfo.__version__, cloudpickle.dumps(function)))
    )


@dataclass(frozen=True)
class Sent:
    """Function to send to another process, which loads it only with the same version of skinfo."""

    version: str
    function: bytes

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, bytes]]:
        return received, (self.version, self.function)


def received(version: str, function: bytes) -> Any:
    """Return a function received from another process.

    Raises
    ------
    RuntimeError
        If the other process has a different version of skinfo.
    """
    if version != skinfo.__version__:
        raise RuntimeError(
            f"A Dask worker has skinfo {skinfo.__version__}, and the client has {version}. "
            "Install the same version on both."
        )
    return pickle.loads(function)
