"""Tables that an engine of this process returns in batches: polars, DuckDB, streams of Arrow.

The engine runs once per pass, if possible for the columns of the pass only.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from skinfo._counts._partitions import Part

# Bytes of a part, at 8 a value, and its fewest and most rows.
PART_SIZE = 2**26
FEWEST_ROWS_OF_PART = 2**14
MOST_ROWS_OF_PART = 2**20


@dataclass(frozen=True)
class StreamedTable:
    """A table that is given in batches, from the first in every pass.

    Attributes
    ----------
    name : str
        How messages call it.

    names : list of str
        Its columns.

    empty : dataframe
        The columns without rows.

    batches : callable
        ``batches(names, n_rows)`` returns an iterable of data frames of some of the columns, of
        about so many rows.
    """

    name: str
    names: list[str]
    empty: Any
    batches: Callable[[list[str], int], Iterable[Any]]

    def head(self) -> Any:
        """Return a data frame of no rows."""
        return self.empty

    def read(self, columns: Sequence[str] | None) -> Iterator[Part]:
        """Yield the parts."""
        names = self.names if columns is None else list(columns)
        for i, batch in enumerate(self.batches(names, rows_of_part(len(names)))):
            yield Part(batch, f"batch {i} of the {self.name}")


def rows_of_part(n_columns: int) -> int:
    """Return the number of rows that are read at once, for a number of columns."""
    return min(max(PART_SIZE // (8 * max(n_columns, 1)), FEWEST_ROWS_OF_PART), MOST_ROWS_OF_PART)


def polars_table(X: Any) -> StreamedTable:
    """Return a LazyFrame of polars in batches."""
    import polars as pl

    def batches(names: list[str], n_rows: int) -> Iterable[Any]:
        frames: Iterable[Any] = X.select(names).collect_batches(chunk_size=n_rows)
        return frames

    if not hasattr(X, "collect_batches"):
        raise ImportError(
            f"A LazyFrame is read in batches, and polars {pl.__version__} gives none. Install "
            "polars 1.34 or later."
        )
    schema = X.collect_schema()
    return StreamedTable("LazyFrame", schema.names(), pl.DataFrame(schema=schema), batches)


def duckdb_table(X: Any) -> StreamedTable:
    """Return a relation of DuckDB in batches."""
    import duckdb

    arrow_module("pyarrow", "A relation of DuckDB")

    def batches(names: list[str], n_rows: int) -> Iterable[Any]:
        relation = X.select(*map(duckdb.ColumnExpression, names))
        return gathered(relation.to_arrow_reader(n_rows), n_rows)

    return StreamedTable("relation", X.columns, X.limit(0).to_arrow_table(), batches)


def stream_table(X: Any) -> StreamedTable:
    """Return what has a method ``__arrow_c_stream__``, which starts again, in batches."""
    name = type(X).__name__
    pa = arrow_module("pyarrow", f"X, a {name},")

    def batches(names: list[str], n_rows: int) -> Iterable[Any]:
        reader = pa.RecordBatchReader.from_stream(X)
        return gathered((batch.select(names) for batch in reader), n_rows)

    schema = pa.RecordBatchReader.from_stream(X).schema
    return StreamedTable(name, schema.names, schema.empty_table(), batches)


def scanned_table(X: Any) -> StreamedTable:
    """Return a dataset of pyarrow in batches, for any source."""

    def batches(names: list[str], n_rows: int) -> Iterable[Any]:
        return gathered(X.to_batches(columns=names, batch_size=n_rows, **LITTLE_AHEAD), n_rows)

    return StreamedTable(type(X).__name__, X.schema.names, X.schema.empty_table(), batches)


# By default pyarrow reads 16 batches of 4 files before it is asked for them.
LITTLE_AHEAD = {"batch_readahead": 1, "fragment_readahead": 1}


def gathered(batches: Iterable[Any], n_rows: int) -> Iterator[Any]:
    """Yield record batches as tables of `n_rows` and more, up to twice as many; the last of fewer.

    None has no row.
    """
    import pyarrow as pa

    some: list[Any] = []
    for batch in batches:
        for start in range(0, batch.num_rows, n_rows):
            some.append(batch.slice(start, n_rows))
            if sum(map(len, some)) >= n_rows:
                yield pa.Table.from_batches(some)
                some = []
    if some:
        yield pa.Table.from_batches(some)


def arrow_module(name: str, what: str) -> Any:
    """Return a module of pyarrow.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"{what} is read by pyarrow, which is not installed: pip install 'skinfo[arrow]'."
        ) from error
