"""Source: the samples of an estimator, in memory or in parts.

``as_source(X, y, sample_weight, estimator=self, ...)`` checks X, y and weights and returns a
`Source`. Code outside this package accesses rows only through it::

    source = as_source(X, y, sample_weight, estimator=self, target_type=self.target_type)
    source.names, source.keys, source.kinds, source.n_features    # columns
    source.target_type                          # "binary", "multiclass" or "continuous"
    source.target                               # of the samples of positive weight
    source.map_columns(search, is_categorical, n_jobs, edges, special)     # [search(j, column)]
    source.reduce(summarise, merge)             # merge of summarise(chunk) over all chunks

`search` is a pure function of a column index and a summary of the column: a `SortedColumn` of
numbers, a `CategoricalSummary` of levels, or, if `edges` contains candidate cuts, a
`NumericSummary` of the cells between them. It may be called repeatedly, and accesses a column of
numbers only by these queries::

    len(column), column.kind, column.missing_sums
    column.firsts(limit)                        # positions of new values, whether these are all
    column.boundary_points(limit)               # where class distributions change, likewise
    column.equal_frequency(n_groups)            # positions of its grid, see `_grid`
    column.positions_near(positions, chosen, most)      # grid positions around chosen ones
    column.is_sampled                           # whether its grid is a sample of the values
    column.positions_beside(positions, chosen, most)    # fine positions around chosen ones
    column.isotonic_positions(cumulative, sign)         # where isotonic blocks begin
    column.sums_before(positions)               # cumulative target sums
    column.positions_of(numbers)                # number of samples with a lower value
    column.values_around(positions)             # the values on both sides of each
    column.starts(positions)                    # separating numbers, or the upper values
    column.cut_values(positions, closed)        # a readable number between them
    column.means(positions)                     # mean value between them

Positions are opaque integers that increase with the values. Only positions returned by the column
are valid.

``source.rows`` are the indices in X of the samples of positive weight: ``slice(None)`` for all
rows, otherwise (n,) int64. ``source.take(rows)`` is an `InMemory` of the samples of positive
weight among the given rows of X.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, TypeVar

import narwhals.stable.v2 as nw
import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from skinfo._counts._sorted_column import SortedColumn
from skinfo._counts._special_values import NO_SPECIAL_VALUES, SpecialValues
from skinfo._counts._summaries import CategoricalSummary, NumericSummary
from skinfo._counts._table import Table
from skinfo._counts._target import Target
from skinfo.utils._parallel import in_threads
from skinfo.utils._text import short_repr

Rows = slice | NDArray[np.int64]
Summary = TypeVar("Summary")


class Chunk(NamedTuple):
    """Samples of positive weight that a pass processes together.

    Attributes
    ----------
    table : Table

    target : ClassTarget or ContinuousTarget
        Target of the samples of positive weight, with their weights.

    rows : slice or ndarray of shape (n,), dtype int64
        Their rows in `table`.
    """

    table: Table
    target: Target
    rows: Rows

    def numbers(self, j: int) -> NDArray[np.float64]:
        """Return column j as float64 of shape (n,), missing as NaN."""
        numbers: NDArray[np.float64] = self.table.numbers(j)[self.rows]
        return numbers

    def sorted_column(self, j: int, special: SpecialValues = NO_SPECIAL_VALUES) -> SortedColumn:
        """Return the numeric column j, sorted."""
        return SortedColumn(self.numbers(j), self.target, self.table.kind_of_numbers(j), special)

    def categorical_summary(self, j: int) -> CategoricalSummary:
        """Return the levels of column j, with target sums."""
        codes, levels = self.table.levels(j)
        return CategoricalSummary(self.target).add(codes[self.rows], levels, self.target)

    def numeric_summary(
        self, j: int, edges: NDArray[np.float64], special: SpecialValues = NO_SPECIAL_VALUES
    ) -> NumericSummary:
        """Return the target sums of the numeric column j between edges."""
        summary = NumericSummary(edges, self.target, self.table.kind_of_numbers(j), special)
        return summary.add(self.numbers(j), self.target)


class Source(Protocol):
    """Samples of positive weight, in memory or in parts.

    Attributes
    ----------
    names : list of str
        Names of the columns in messages and reports.

    keys : list
        Names of the columns in the table itself.

    kinds : list of str
        Kind of each column; see `Table.kind`.

    n_features : int

    target : ClassTarget or ContinuousTarget
        With samples if they are in memory, without for chunks.

    target_type : {"binary", "multiclass", "continuous"}

    weight : float
        Total weight.

    n_samples : int
        Number of samples of positive weight.
    """

    @property
    def names(self) -> list[str]: ...

    @property
    def keys(self) -> list[Any]: ...

    @property
    def kinds(self) -> list[str]: ...

    @property
    def n_features(self) -> int: ...

    @property
    def target(self) -> Target: ...

    @property
    def target_type(self) -> str: ...

    @property
    def weight(self) -> float: ...

    @property
    def n_samples(self) -> int: ...

    def reduce(
        self, summarise: Callable[[Chunk], Summary], merge: Callable[[Summary, Summary], Summary]
    ) -> Summary:
        """Return the merged summaries of all chunks, from one pass over them."""

    def map_columns(
        self,
        search: Callable[[int, Any], Any],
        is_categorical: Sequence[bool] | NDArray[np.bool_],
        n_jobs: int | None = None,
        edges: Sequence[NDArray[np.float64] | None] | None = None,
        special: Sequence[SpecialValues] | None = None,
    ) -> list[Any]:
        """Return ``search(j, column)`` of every column."""


@dataclass(frozen=True)
class InMemory:
    """Source with all samples in memory, as one chunk.

    Attributes
    ----------
    table : Table
        All rows, including those of weight zero.

    target : ClassTarget or ContinuousTarget
        Target of the samples of positive weight.

    rows : slice or ndarray of shape (n,), dtype int64
        The rows of the samples of positive weight.

    y : ndarray of shape (n_samples,)
        Checked input; float64 if it is continuous.
    """

    table: Table
    target: Target
    rows: Rows
    y: NDArray[Any]

    @property
    def names(self) -> list[str]:
        """Names of the columns in messages and reports."""
        return self.table.names

    @property
    def keys(self) -> list[Any]:
        """Names of the columns in the table itself."""
        return list(self.table.keys)

    @property
    def kinds(self) -> list[str]:
        """Kind of each column; see `Table.kind`."""
        return [self.table.kind(j) for j in range(self.n_features)]

    @property
    def ordered_categories(self) -> list[tuple[Any, ...] | None]:
        """The categories of columns with an ordered dtype; see `Table`."""
        return [self.table.ordered_categories(j) for j in range(self.n_features)]

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return self.table.shape[1]

    @property
    def target_type(self) -> str:
        """The type of the target."""
        return self.target.target_type

    @property
    def weight(self) -> float:
        """The total weight."""
        return float(self.target.weights.sum())

    @property
    def n_samples(self) -> int:
        """Number of samples of positive weight."""
        return len(self.target.weights)

    @property
    def chunk(self) -> Chunk:
        """All samples."""
        return Chunk(self.table, self.target, self.rows)

    def reduce(
        self, summarise: Callable[[Chunk], Summary], merge: Callable[[Summary, Summary], Summary]
    ) -> Summary:
        """Return the summary of the only chunk."""
        return summarise(self.chunk)

    def map_columns(
        self,
        search: Callable[[int, Any], Any],
        is_categorical: Sequence[bool] | NDArray[np.bool_],
        n_jobs: int | None = None,
        edges: Sequence[NDArray[np.float64] | None] | None = None,
        special: Sequence[SpecialValues] | None = None,
    ) -> list[Any]:
        """Return ``search(j, column)`` of every column, in threads.

        Parameters
        ----------
        search : callable
            See the module docstring.

        is_categorical : sequence of bool of shape (n_features,)
            Whether to read each column as levels.

        n_jobs : int or None, default=None

        edges : sequence of (ndarray or None) of shape (n_features,), default=None
            Candidate cuts of each column, increasing, or None.

        special : sequence of SpecialValues of shape (n_features,), default=None
            Values to remove from numeric columns; None for none.
        """
        chunk = self.chunk

        @delayed  # type: ignore[untyped-decorator]
        def search_column(j: int) -> Any:
            column = column_of(
                chunk,
                j,
                is_categorical[j],
                None if edges is None else edges[j],
                NO_SPECIAL_VALUES if special is None else special[j],
            )
            return search(j, column)

        found: list[Any] = in_threads(
            map(search_column, range(self.n_features)), n_jobs=n_jobs, step="column"
        )
        return found

    def take(self, rows: NDArray[np.int64]) -> "InMemory":
        """Return some rows, given as indices into X; rows of weight zero are ignored."""
        if isinstance(self.rows, slice):
            return replace(self, target=self.target.take(rows), rows=rows)
        index = np.full(self.table.shape[0], -1)
        index[self.rows] = np.arange(len(self.rows))
        rows = rows[index[rows] >= 0]
        return replace(self, target=self.target.take(index[rows]), rows=rows)


def column_of(
    chunk: Chunk,
    j: int,
    is_categorical: bool | np.bool_,
    edges: NDArray[np.float64] | None,
    special: SpecialValues,
) -> SortedColumn | CategoricalSummary | NumericSummary:
    """Return the summary of column j that is passed to a search."""
    if is_categorical:
        return chunk.categorical_summary(j)
    if edges is None:
        return chunk.sorted_column(j, special)
    return chunk.numeric_summary(j, edges, special)


def columns_by_name(X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
    """Return X, y and weights; columns given by name are removed from X."""
    named = {
        argument: name
        for argument, name in (("y", y), ("sample_weight", sample_weight))
        if isinstance(name, str)
    }
    if not named:
        return X, y, sample_weight
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        argument, name = next(iter(named.items()))
        raise ValueError(
            f"{argument}={short_repr(name)} names a column, and X is no data frame but of type "
            f"{type(X).__name__}. Pass {argument} as an array."
        )
    for argument, name in named.items():
        if name not in frame.columns:
            raise ValueError(
                f"{argument}={short_repr(name)} is not among the columns of X: "
                f"{short_repr(frame.columns)}."
            )
    if "y" in named:
        y = frame.get_column(y).to_native()
    if "sample_weight" in named:
        sample_weight = frame.get_column(sample_weight).to_native()
    return frame.drop(*named.values()).to_native(), y, sample_weight


def names_of_columns(y: Any, sample_weight: Any) -> tuple[str, ...]:
    """Return the names of y and weights that are given by name."""
    return tuple(name for name in (y, sample_weight) if isinstance(name, str))


def without_columns(X: Any, names: tuple[str, ...]) -> Any:
    """Return X; a dataframe without the columns of the given names."""
    if not names:
        return X
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    return frame.drop(*names, strict=False).to_native() if frame is not X else X
