"""Tables that an engine in this process returns in batches: polars, DuckDB, Arrow streams.

The engine runs once per pass, if possible only for the columns of the pass.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from skinfo._counts._partitions import Part

# Bytes of a part, at 8 per value, and its minimum and maximum number of rows.
PART_SIZE = 2**26
FEWEST_ROWS_OF_PART = 2**14
MOST_ROWS_OF_PART = 2**20


@dataclass(frozen=True)
class StreamedTable:
    """Table that is read in batches, from the beginning in every pass.

    Attributes
    ----------
    name : str
        Name of the table in messages.

    names : list of str
        Names of the columns.

    empty : dataframe
        The columns without rows.

    batches : callable
        ``batches(names, n_rows)`` returns an iterable of data frames with some of the columns, of
        about `n_rows` rows each.
    """

    name: str
    names: list[str]
    empty: Any
    batches: Callable[[list[str], int], Iterable[Any]]

    def head(self) -> Any:
        """Return a data frame without rows."""
        return self.empty

    def read(self, columns: Sequence[str] | None) -> Iterator[Part]:
        """Yield the parts."""
        names = self.names if columns is None else list(columns)
        for i, batch in enumerate(self.batches(names, rows_of_part(len(names)))):
            yield Part(batch, f"batch {i} of the {self.name}")


def rows_of_part(n_columns: int) -> int:
    """Return the number of rows per part for a number of columns."""
    return min(max(PART_SIZE // (8 * max(n_columns, 1)), FEWEST_ROWS_OF_PART), MOST_ROWS_OF_PART)


def polars_table(X: Any) -> StreamedTable:
    """Return a polars LazyFrame as a StreamedTable."""
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
    """Return a DuckDB relation as a StreamedTable."""
    import duckdb

    arrow_module("pyarrow", "A relation of DuckDB")

    def batches(names: list[str], n_rows: int) -> Iterable[Any]:
        relation = X.select(*map(duckdb.ColumnExpression, names))
        return gathered(relation.to_arrow_reader(n_rows), n_rows)

    return StreamedTable("relation", X.columns, X.limit(0).to_arrow_table(), batches)


def stream_table(X: Any) -> StreamedTable:
    """Return an object with a re-readable ``__arrow_c_stream__`` as a StreamedTable."""
    name = type(X).__name__
    pa = arrow_module("pyarrow", f"X, a {name},")

    def batches(names: list[str], n_rows: int) -> Iterable[Any]:
        reader = pa.RecordBatchReader.from_stream(X)
        return gathered((batch.select(names) for batch in reader), n_rows)

    schema = pa.RecordBatchReader.from_stream(X).schema
    return StreamedTable(name, schema.names, schema.empty_table(), batches)


def scanned_table(X: Any) -> StreamedTable:
    """Return a pyarrow dataset with any source as a StreamedTable."""

    def batches(names: list[str], n_rows: int) -> Iterable[Any]:
        return gathered(X.to_batches(columns=names, batch_size=n_rows, **LITTLE_AHEAD), n_rows)

    return StreamedTable(type(X).__name__, X.schema.names, X.schema.empty_table(), batches)


# By default pyarrow reads 16 batches of 4 files ahead.
LITTLE_AHEAD = {"batch_readahead": 1, "fragment_readahead": 1}


def gathered(batches: Iterable[Any], n_rows: int) -> Iterator[Any]:
    """Yield record batches as tables of `n_rows` to twice `n_rows` rows; the last may have fewer.

    No table is empty.
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
    """Return a pyarrow module.

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
