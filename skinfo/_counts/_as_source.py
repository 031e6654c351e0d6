"""Dispatch on the type of X: samples in memory, or a table in parts."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from narwhals.stable.v2.dependencies import is_into_dataframe, is_into_series
from sklearn.base import BaseEstimator
from sklearn.utils import check_consistent_length

from skinfo._counts._chunks import Chunks
from skinfo._counts._files import dataset_table, file_table, is_path
from skinfo._counts._partitions import LocalPartitions, Part, Partitions
from skinfo._counts._read_chunks import is_chunked, read_partitions
from skinfo._counts._source import InMemory, columns_by_name
from skinfo._counts._streams import duckdb_table, polars_table, stream_table
from skinfo._counts._table import read_table
from skinfo._counts._target import NO_INFORMATION, Target, encode_target, read_target


class TableInParts(NamedTuple):
    """A table that is not in memory as a whole.

    Attributes
    ----------
    partitions : Partitions

    y, sample_weight : str or None
        Names of the columns that hold them; None if parts contain them, or if weights are one.
    """

    partitions: Partitions
    y: str | None
    sample_weight: str | None


def _chunks(X: Any, y: Any, sample_weight: Any) -> TableInParts:
    return TableInParts(LocalPartitions(X), y, sample_weight)


def _dask(X: Any, y: Any, sample_weight: Any) -> TableInParts:
    from skinfo._counts._dask import dask_partitions

    return TableInParts(*dask_partitions(X, y, sample_weight))


def _by_name(open_table: Callable[[Any], Any]) -> Callable[[Any, Any, Any], TableInParts]:
    """Return the adapter for tables with y and weights as columns, which a function opens."""

    def adapter(X: Any, y: Any, sample_weight: Any) -> TableInParts:
        for argument, name in (("y", y), ("sample_weight", sample_weight)):
            if name is not None and not isinstance(name, str):
                raise ValueError(
                    f"X is read in parts, and {argument} is one of its columns, given by its "
                    f"name, as in fit(X, {argument}='name'). Got {argument} of type "
                    f"{type(name).__name__}."
                )
        return TableInParts(LocalPartitions(open_table(X)), y, sample_weight)

    return adapter


def _spark(X: Any, y: Any, sample_weight: Any) -> TableInParts:
    from skinfo._counts._spark import spark_partitions

    return TableInParts(*spark_partitions(X, y, sample_weight))


# Adapters of tables in parts, by package and class name. Readers and their dependencies are
# imported only when such a table is passed.
ADAPTERS: dict[tuple[str, str], Callable[[Any, Any, Any], TableInParts]] = {
    ("dask", "Array"): _dask,
    ("dask", "DataFrame"): _dask,
    ("dask", "Series"): _dask,
    ("pyarrow", "Dataset"): _by_name(dataset_table),
    ("polars", "LazyFrame"): _by_name(polars_table),
    ("duckdb", "DuckDBPyRelation"): _by_name(duckdb_table),
    ("_duckdb", "DuckDBPyRelation"): _by_name(duckdb_table),
    ("pyspark", "DataFrame"): _spark,
}


def _adapter_of(X: Any) -> Callable[[Any, Any, Any], TableInParts] | None:
    """Return the function that makes a TableInParts of X, y and weights; None if in memory."""
    if isinstance(X, np.ndarray):
        return None
    for base in type(X).__mro__:
        adapter = ADAPTERS.get((base.__module__.partition(".")[0], base.__name__))
        if adapter is not None:
            return adapter
    if is_path(X):
        return _by_name(file_table)
    if is_chunked(X):
        return _chunks
    is_in_memory = is_into_dataframe(X) or is_into_series(X)
    is_stream = hasattr(X, "__arrow_c_stream__") and not is_in_memory
    return _by_name(stream_table) if is_stream else None


def table_in_parts(X: Any, y: Any, sample_weight: Any = None) -> TableInParts | None:
    """Return X, y and weights as a TableInParts; None where X is in memory. No row is read."""
    adapter = _adapter_of(X)
    return None if adapter is None else adapter(X, y, sample_weight)


def is_in_parts(X: Any) -> bool:
    """Return whether X is a table that is not in memory as a whole. No row is read.

    Raises
    ------
    TypeError
        If X is an iterator, which can be read only once.
    """
    return _adapter_of(X) is not None


def local_parts(X: Any) -> Iterator[Part]:
    """Yield the parts of a table that is read in this process, one after the other."""
    # y is not read; some adapters require a name for it.
    table = table_in_parts(X, "")
    partitions = None if table is None else table.partitions
    if not isinstance(partitions, LocalPartitions):
        raise TypeError(
            f"X must be a table that is read in parts, got {type(X).__name__}. Pass a list of "
            "data frames."
        )
    return partitions.parts(None)


def as_source(
    X: Any,
    y: Any,
    sample_weight: Any = None,
    *,
    estimator: BaseEstimator | None = None,
    caller: str = "",
    target_type: str = "auto",
    reset: bool = True,
    accept_sparse: bool = True,
    ensure_min_samples: int = 2,
    known: Target | None = None,
    remedy: str = NO_INFORMATION,
) -> InMemory | Chunks:
    """Check X, y and weights, and return them as a Source.

    Parameters
    ----------
    X : array-like, sparse array or dataframe of shape (n_samples, n_features), or table
        A table that is not in memory is a type listed in `ADAPTERS`, paths of files, an iterable
        of data frames or of (table, y) or (table, y, sample_weight), or a re-readable Arrow
        stream. It is read several times.

    y : array-like of shape (n_samples,), or str, or None
        If X has column names, y may be one of them; that column is then not a feature.

    sample_weight : array-like of shape (n_samples,), str or None, default=None
        Like y. Rows of weight zero are ignored.

    estimator : estimator, default=None
        Its ``n_features_in_`` and ``feature_names_in_`` are set (`reset`) or compared.

    caller : str, default=""
        Name of a function, for messages, instead of an estimator; nothing is stored.

    target_type : {"auto", "binary", "multiclass", "continuous"}, default="auto"

    reset : bool, default=True

    accept_sparse : bool, default=True

    ensure_min_samples : int, default=2

    known : ClassTarget, ContinuousTarget or None, default=None
        A target whose classes, or whose centre and scale, are reused.

    remedy : str
        Last sentence of the error message for a constant y.

    Returns
    -------
    source : InMemory or Chunks

    Raises
    ------
    ValueError
        If X, y or weights are invalid, or y is constant.
    """
    if estimator is None:
        # A temporary estimator that only carries the caller's name.
        estimator = type(caller, (BaseEstimator,), {})()
    parts = table_in_parts(X, y, sample_weight)
    if parts is not None:
        return read_partitions(
            *parts,
            estimator=estimator,
            target_type=target_type,
            reset=reset,
            accept_sparse=accept_sparse,
            ensure_min_samples=ensure_min_samples,
            remedy=remedy,
        )
    X, y, sample_weight = columns_by_name(X, y, sample_weight)
    given = read_target(y, sample_weight, estimator, target_type)
    table = read_table(
        estimator,
        X,
        reset=reset,
        accept_sparse=accept_sparse,
        ensure_min_samples=ensure_min_samples,
    )
    check_consistent_length(np.empty((table.shape[0], 0)), given.y)
    target = encode_target(given, estimator, known, remedy)
    everywhere = len(target.weights) == len(given.y)
    rows = slice(None) if everywhere else np.flatnonzero(given.weights)
    return InMemory(table, target, rows, given.y)
