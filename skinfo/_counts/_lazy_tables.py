"""Lazy tables, and their lazy transformation.

`as_lazy_table` recognises these tables. A table returns a selection of its columns (`select`), and
values that are computed from its rows: by a Python function of blocks of rows (`MappedTable`), or
by SQL expressions (`SqlTable`). Nothing is computed before the user requests it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from copy import copy
from functools import partial, wraps
from reprlib import repr as short_repr
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.base import BaseEstimator

from skinfo._counts._as_source import is_in_parts, local_parts
from skinfo._counts._partitions import errors_that_name
from skinfo._counts._table import read_table

# A function from a block of rows to output values, (n, n_outputs).
Encode = Callable[[Any], Any]


class LazyTable(ABC):
    """Table of a library that computes rows on request.

    Parameters
    ----------
    table : object
        Table of that library.

    Attributes
    ----------
    keys : list
        Column names in the table itself.
    """

    def __init__(self, table: Any) -> None:
        self.table = table
        self.keys = self._keys()

    def features(self, estimator: BaseEstimator, named: Collection[str]) -> list[int]:
        """Return the indices of the features, after a check of their names against `fit`.

        Parameters
        ----------
        estimator : estimator
            Fitted.

        named : collection of str
            Columns of the target and of weights, which are not features.
        """
        features = [j for j, key in enumerate(self.keys) if key not in named]
        read_table(estimator, self.head(features), reset=False, ensure_min_samples=0)
        return features

    def head(self, columns: Sequence[int]) -> Any:
        """Return a table in memory with some columns and no rows, to check names."""
        return pd.DataFrame(columns=pd.Index([self.keys[j] for j in columns], dtype=object))

    @abstractmethod
    def select(self, columns: Sequence[int]) -> Any:
        """Return a table of the same library with some columns, given by index."""

    def _keys(self) -> list[Any]:
        return list(self.table.columns)


class MappedTable(LazyTable):
    """Lazy table whose blocks of rows are passed to a Python function."""

    @abstractmethod
    def map_rows(
        self, encode: Encode, columns: Sequence[int], examples: dict[str, Sequence[Any]]
    ) -> Any:
        """Return a table of the same library with the results of a function of blocks of rows.

        Parameters
        ----------
        encode : callable
            Maps a block of rows of some columns, in memory, to a dense or sparse array
            (n, n_outputs). It runs where the rows are. Blocks may be empty.

        columns : sequence of int

        examples : dict of str to sequence
            Names of the outputs, with example values that determine their types.
        """


class DaskFrame(MappedTable):
    """Dask DataFrame: index, partitions and divisions are preserved."""

    def select(self, columns: Sequence[int]) -> Any:
        """Return a Dask DataFrame with some columns."""
        return self.table[[self.keys[j] for j in columns]]

    def map_rows(
        self, encode: Encode, columns: Sequence[int], examples: dict[str, Sequence[Any]]
    ) -> Any:
        """Return a Dask DataFrame; see `MappedTable.map_rows`."""
        some = self.select(columns)
        meta = pd.DataFrame(
            {name: pd.Series(values).iloc[:0] for name, values in examples.items()}
        )
        meta.index = some._meta.index
        return some.map_partitions(partial(_encoded_pandas, encode, meta), meta=meta)


class DaskArray(MappedTable):
    """Dask array: chunks of rows are preserved, with known and unknown sizes."""

    def head(self, columns: Sequence[int]) -> Any:
        """Return an array without rows."""
        return np.empty((0, len(columns)))

    def select(self, columns: Sequence[int]) -> Any:
        """Return a Dask array with some columns."""
        return self.table[:, list(columns)]

    def map_rows(
        self, encode: Encode, columns: Sequence[int], examples: dict[str, Sequence[Any]]
    ) -> Any:
        """Return a Dask array, with sparse blocks if `encode` returns these."""
        # Blocks with all columns in order are not copied.
        is_all = list(columns) == list(range(self.table.shape[1]))
        rows = (self.table if is_all else self.select(columns)).rechunk({1: -1})
        meta = encode(np.empty((0, len(columns))))
        return rows.map_blocks(
            encode,
            chunks=(rows.chunks[0], (len(examples),)),
            dtype=meta.dtype,
            meta=meta,
            token="transformed",
        )

    def _keys(self) -> list[Any]:
        if self.table.ndim != 2:
            raise ValueError(f"X must have two dimensions, got shape {self.table.shape}.")
        return list(range(self.table.shape[1]))


class PolarsLazyFrame(MappedTable):
    """Polars LazyFrame; the streaming engine passes batches."""

    def select(self, columns: Sequence[int]) -> Any:
        """Return a LazyFrame with some columns."""
        return self.table.select([self.keys[j] for j in columns])

    def map_rows(
        self, encode: Encode, columns: Sequence[int], examples: dict[str, Sequence[Any]]
    ) -> Any:
        """Return a LazyFrame; see `MappedTable.map_rows`."""
        import polars as pl

        schema = {name: pl.Series(values).dtype for name, values in examples.items()}
        return self.select(columns).map_batches(
            partial(_encoded_polars, encode, schema),
            schema=schema,
            slice_pushdown=True,
            streamable=True,
        )

    def _keys(self) -> list[Any]:
        return list(self.table.collect_schema().names())


class SqlColumn(NamedTuple):
    """Column of a database.

    Attributes
    ----------
    type_ : str

    kind : str
        Its kind; see ``KINDS``. "" if unknown.

    value : str
        SQL expression of the number (in microseconds for dates and durations) or text, with
        ``{}`` for the quoted name.
    """

    type_: str
    kind: str
    value: str


class SqlTable(LazyTable):
    """Table of an SQL engine.

    Attributes
    ----------
    dialect : str

    quote : str
        Quotation mark of names, doubled inside them.

    substituted : str or None
        Text that names must not contain; see `refuse_substituted`.

    types : dict of str to tuple of str
        Kind and SQL expression of the value, by the first words of a type name.

    output_types : dict of str to str
        The narrowest SQL type that holds all values of a dtype, by dtype name.
    """

    dialect: ClassVar[str]
    quote: ClassVar[str]
    substituted: ClassVar[str | None] = None
    types: ClassVar[dict[str, tuple[str, str]]]
    output_types: ClassVar[dict[str, str]]

    @abstractmethod
    def project(self, expressions: list[str]) -> Any:
        """Return a table of the same engine with the given columns, ``... AS name``."""

    @abstractmethod
    def column_types(self) -> list[str]:
        """Return the names of the types of all columns."""

    def columns(self) -> list[SqlColumn]:
        """Return all columns of the table."""
        return [SqlColumn(type_, *self._kind_and_value(type_)) for type_ in self.column_types()]

    def _kind_and_value(self, type_: str) -> tuple[str, str]:
        for words, kind_and_value in self.types.items():
            if f"{type_} ".startswith((f"{words} ", f"{words}(")):
                return kind_and_value
        return "", "{}"

    def select(self, columns: Sequence[int]) -> Any:
        """Return a table of the same engine with some columns."""
        return self.project([self.identifier(self.keys[j]) for j in columns])

    def identifier(self, name: str) -> str:
        """Return a name in quotes."""
        refuse_substituted(name, self.substituted)
        return self.quote + name.replace(self.quote, 2 * self.quote) + self.quote


def refuse_substituted(name: str, substituted: str | None) -> None:
    """Raise if a name contains text that a database replaces by variables, even in quotes."""
    if substituted is not None and substituted in name:
        raise ValueError(
            f"The name {short_repr(name)} of a column holds {substituted}, in place of which this "
            "database would put the value of a variable. Rename it, here and in the database, "
            "and fit again."
        )


class DuckDBRelation(SqlTable):
    """DuckDB relation."""

    dialect = "duckdb"
    quote = '"'
    types: ClassVar = {
        "BOOLEAN": ("boolean", "{}"),
        **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), ("number", "{}")),
        **dict.fromkeys(
            ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), ("integer", "{}")
        ),
        **dict.fromkeys(
            ("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), ("integer", "{}")
        ),
        "TIMESTAMP WITH TIME ZONE": ("date", "epoch_us({})"),
        **dict.fromkeys(
            ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
            ("date", "epoch_us(CAST({} AS TIMESTAMP))"),
        ),
        "TIME": ("duration", "epoch_us({})"),
        "VARCHAR": ("level", "{}"),
        "ENUM": ("level", "{}"),
    }
    output_types: ClassVar = {
        "bool": "BOOLEAN",
        "int8": "TINYINT",
        "int16": "SMALLINT",
        "int32": "INTEGER",
        "int64": "BIGINT",
        "uint8": "UTINYINT",
        "uint16": "USMALLINT",
        "uint32": "UINTEGER",
        "uint64": "UBIGINT",
        "float16": "FLOAT",
        "float32": "FLOAT",
        "float64": "DOUBLE",
    }

    def project(self, expressions: list[str]) -> Any:
        """Return a relation with the given columns."""
        if not expressions:
            raise ValueError("A relation of DuckDB has one column at least, and none is left.")
        return self.table.project(", ".join(expressions))

    def column_types(self) -> list[str]:
        """Return the names of the types of all columns."""
        return list(map(str, self.table.types))


# Spark replaces ${name} by the value of a setting or an environment variable, even in quotes.
SPARK_SUBSTITUTED = "${"

SPARK_EPOCH = "TIMESTAMP_NTZ '1970-01-01 00:00:00'"


class SparkFrame(SqlTable):
    """Spark DataFrame, classic or of Spark Connect."""

    dialect = "spark"
    quote = "`"
    substituted = SPARK_SUBSTITUTED
    types: ClassVar = {
        "boolean": ("boolean", "{}"),
        **dict.fromkeys(("float", "double", "decimal"), ("number", "{}")),
        **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), ("integer", "{}")),
        "timestamp": ("date", "unix_micros({})"),
        "timestamp_ntz": ("date", f"timestampdiff(MICROSECOND, {SPARK_EPOCH}, {{}})"),
        "date": ("date", "(CAST(unix_date({}) AS BIGINT) * 86400000000)"),
        **dict.fromkeys(
            ("interval day", "interval hour", "interval minute", "interval second"),
            ("duration", f"timestampdiff(MICROSECOND, {SPARK_EPOCH}, {SPARK_EPOCH} + {{}})"),
        ),
        "string collate": ("level", "CAST({} AS STRING)"),
        **dict.fromkeys(("string", "char", "varchar"), ("level", "{}")),
    }
    output_types: ClassVar = {
        "bool": "BOOLEAN",
        "int8": "TINYINT",
        "int16": "SMALLINT",
        "int32": "INT",
        "int64": "BIGINT",
        "uint8": "SMALLINT",
        "uint16": "INT",
        "uint32": "BIGINT",
        "uint64": "BIGINT",
        "float16": "FLOAT",
        "float32": "FLOAT",
        "float64": "DOUBLE",
    }

    def project(self, expressions: list[str]) -> Any:
        """Return a Spark DataFrame with the given columns."""
        return self.table.selectExpr(*expressions)

    def column_types(self) -> list[str]:
        """Return the names of the types of all columns."""
        return [type_ for _, type_ in self.table.dtypes]


# By package and class name, like `ADAPTERS`.
LAZY_TABLES: dict[tuple[str, str], type[LazyTable]] = {
    ("dask", "DataFrame"): DaskFrame,
    ("dask", "Array"): DaskArray,
    ("polars", "LazyFrame"): PolarsLazyFrame,
    ("duckdb", "DuckDBPyRelation"): DuckDBRelation,
    ("_duckdb", "DuckDBPyRelation"): DuckDBRelation,
    ("pyspark", "DataFrame"): SparkFrame,
}


def as_lazy_table(X: Any) -> LazyTable | None:
    """Return X as a LazyTable, None if it is not a lazy table."""
    make = _lazy_class_of(X)
    return None if make is None else make(X)


def is_lazy(X: Any) -> bool:
    """Return whether the rows of X are computed or read on request."""
    return _lazy_class_of(X) is not None or is_in_parts(X)


def _lazy_class_of(X: Any) -> type[LazyTable] | None:
    if isinstance(X, np.ndarray):
        return None
    of_bases = (
        LAZY_TABLES.get((base.__module__.partition(".")[0], base.__name__))
        for base in type(X).__mro__
    )
    return next(filter(None, of_bases), None)


def for_chunks(estimator: Any) -> Any:
    """Return a copy of a fitted transformer that accepts tables without rows, as chunks may be."""
    copied = copy(estimator)
    copied._least_rows = 0
    return copied


class TransformedChunks:
    """Iterable of the transformed chunks of a table, transformed in each iteration.

    Parameters
    ----------
    X : object
        A table that is read in parts, such as a list of chunks. In tuples (table, y) or
        (table, y, sample_weight), y and weights are passed on.

    transform : callable
        Function of one table in memory.
    """

    def __init__(self, X: Any, transform: Callable[[Any], Any]) -> None:
        self._X = X
        self._transform = transform

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: iterate over it for the output of each chunk>"

    def __iter__(self) -> Iterator[Any]:
        for part in local_parts(self._X):
            with errors_that_name(part):
                if isinstance(part.data, tuple):
                    table, *others = part.data
                    transformed = (self._transform(table), *others)
                else:
                    transformed = self._transform(part.data)
            yield transformed


class LazyOutputMixin:
    """Mixin that exempts lazy tables from scikit-learn's `set_output`.

    It applies to tables in memory: conversion of a lazy table to pandas would compute it.
    """

    # Minimum number of rows of a table to transform; see `for_chunks`.
    _least_rows = 1

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in ("transform", "fit_transform"):
            method = getattr(cls, name)
            if not getattr(method, "leaves_lazy", False):
                setattr(cls, name, _leaving_lazy(method))


def _leaving_lazy(method: Any) -> Any:
    """Return a method that calls the function wrapped by scikit-learn directly if X is lazy."""

    @wraps(method)
    def leaving_lazy(self: Any, X: Any, *args: Any, **kwargs: Any) -> Any:
        function = method.__wrapped__ if is_lazy(X) else method
        return function(self, X, *args, **kwargs)

    leaving_lazy.leaves_lazy = True  # type: ignore[attr-defined]
    return leaving_lazy


def _encoded_pandas(encode: Encode, meta: Any, part: Any) -> Any:
    values = _dense_values(encode(part))
    columns = {name: values[:, j] for j, name in enumerate(meta.columns)}
    return pd.DataFrame(columns, index=part.index).astype(meta.dtypes)


def _encoded_polars(encode: Encode, schema: Any, batch: Any) -> Any:
    import polars as pl

    values = _dense_values(encode(batch))
    columns = dict(zip(schema, values.T, strict=True))
    if values.dtype == object:
        columns = {name: column.tolist() for name, column in columns.items()}
    return pl.DataFrame(columns, schema=schema)


def _dense_values(values: Any) -> Any:
    """Return the values of columns as a dense array, since a frame has no sparse columns."""
    return values.toarray() if sp.issparse(values) else values
