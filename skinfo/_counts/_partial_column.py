"""Partially known numeric column, with the interface of a `SortedColumn`."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from skinfo._counts import _grid
from skinfo._counts._cells import CellSample, CellSums, NumberSample, Ranges, SumsBetween
from skinfo._counts._cut_values import cut_values
from skinfo._counts._grid import Grid, GriddedColumn
from skinfo._counts._quantiles import Runs
from skinfo._counts._sorted_column import with_infinities
from skinfo._counts._target import Target
from skinfo._kernels._cuts import block_boundaries
from skinfo._kernels._exact_sums import exact_means, sums_between
from skinfo._kernels._monotone import isotonic_blocks

T = TypeVar("T")


class Unresolved(Exception):  # noqa: N818 (a request, not an error)
    """Raised by a `PartialColumn` if a query needs values that have not been read.

    Attributes
    ----------
    cells : ndarray of int64
        Cells whose values are needed.

    positions : ndarray of int64 or None
        Positions between which the sums and extremes of the values are needed.
    """

    def __init__(
        self, cells: NDArray[np.int64], positions: NDArray[np.int64] | None = None
    ) -> None:
        super().__init__("values of this column are still to be read")
        self.cells = cells
        self.positions = positions


def answers_to(questions: Iterable[Callable[[], T]]) -> list[T]:
    """Return the results of several queries; raise one `Unresolved` for all missing values."""
    answers, requests = [], []
    for question in questions:
        try:
            answers.append(question())
        except Unresolved as request:
            requests.append(request)
    cells = [request.cells for request in requests]
    if any(map(len, cells)):
        raise Unresolved(np.unique(np.concatenate(cells)))
    if requests:
        raise requests[0]
    return answers


class Cells(NamedTuple):
    """Consecutive cells of a column, none of them empty.

    Attributes
    ----------
    starts : ndarray of shape (m,)
        Increasing. Cell i is the half-open interval from ``starts[i]`` to ``starts[i + 1]``.

    sums : CellSums
        Sums of each cell.

    depth : ndarray of shape (m,), dtype int64
        Depth of each start: 0 on the grid, 1 at fine positions, larger between these.

    n_splits : ndarray of shape (m,), dtype int64
        Number of times that each cell has been split.

    is_single : ndarray of shape (m,), dtype bool
        Whether the only value of a cell is its start.
    """

    starts: NDArray[np.float64]
    sums: CellSums
    depth: NDArray[np.int64]
    n_splits: NDArray[np.int64]
    is_single: NDArray[np.bool_]

    def take(self, index: Any) -> "Cells":
        """Return a selection of the cells, or a permutation."""
        arrays = (array[index] for array in (self.depth, self.n_splits, self.is_single))
        return Cells(self.starts[index], self.sums.take(index), *arrays)

    def without_empty(self) -> "Cells":
        """Return non-empty cells, each with the least depth of itself and empty ones before it."""
        filled = np.flatnonzero(self.sums.n_rows)
        depth = self.depth
        if len(filled):
            before = np.append(0, filled[:-1] + 1)
            depth = self.depth.copy()
            depth[filled] = np.minimum.reduceat(self.depth[: filled[-1] + 1], before)
        return self._replace(depth=depth).take(filled)

    def joined(self, other: "Cells") -> "Cells":
        """Return the cells of both, in order."""
        starts = np.append(self.starts, other.starts)
        cells = Cells(
            starts,
            CellSums.joined([self.sums, other.sums]),
            np.append(self.depth, other.depth),
            np.append(self.n_splits, other.n_splits),
            np.append(self.is_single, other.is_single),
        )
        return cells.take(np.argsort(starts, kind="stable")).without_empty()


class PartialColumn(GriddedColumn):
    """Numeric column for which the sums between some values are known; see `SortedColumn`.

    A position is the number of samples before the start of a cell.

    Parameters
    ----------
    sample : NumberSample
        Sample of the values of all samples.

    counted : CellSums
        Sums of the cells of `sample` (see `NumberSample.starts`), followed by those of missing
        values and of each group of special values.

    target : ClassTarget or ContinuousTarget
        Target without samples.
    """

    def __init__(self, sample: NumberSample, counted: CellSums, target: Target) -> None:
        self._target = target
        self._is_weighted = target.is_weighted
        self.kind = sample.kind
        starts, sums = sample.starts, counted.take(slice(len(sample.starts)))
        apart: NDArray[np.float64] = target.from_terms(counted.terms[len(starts) :])
        self.missing_sums, self.special_sums = apart[0], apart[1:]
        self.is_sampled = sample.is_thinned
        self._between: dict[bytes, SumsBetween] = {}
        is_single = np.ones(len(starts), bool)
        if self.is_sampled:
            weights = self._weight_of(sums)
            is_heavy = np.isin(starts, sample.maybe_heavy)
            is_heavy &= weights >= _grid.HEAVY_SHARE * weights.sum()
            heavy = starts[is_heavy]
            on_grid = [starts[:1], sample.values, heavy, np.nextafter(heavy, np.inf)]
            kept = np.flatnonzero(np.isin(starts, np.concatenate(on_grid)))
            starts, is_single, sums = starts[kept], is_heavy[kept], sums.added_from(kept)
        zeros = np.zeros(len(starts), np.int64)
        self._set_cells(Cells(starts, sums, zeros, zeros, is_single).without_empty())

    def _set_cells(self, cells: Cells) -> None:
        self._cells = cells
        self._ends = np.append(0, np.cumsum(cells.sums.n_rows))
        terms = cells.sums.terms
        self._sums_before = np.vstack([np.zeros(terms.shape[1]), np.cumsum(terms, axis=0)])
        self._weight_before: NDArray[Any] = self._ends
        if self._is_weighted:
            self._weight_before = np.append(0.0, np.cumsum(self._weight_of(cells.sums)))

    def _weight_of(self, sums: CellSums) -> NDArray[np.float64]:
        """Return the weight of each cell."""
        if self._target.classes is None:
            return sums.terms[:, 0]
        weights: NDArray[np.float64] = sums.terms.sum(axis=1)
        return weights

    def __len__(self) -> int:
        return int(self._ends[-1])

    # Queries of the search; see SortedColumn.

    def firsts(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return the positions at which a new value begins, and whether these are all."""
        # A sampled column has more than EXACT values.
        fewest = max(len(self._cells.starts), _grid.EXACT + 1 if self.is_sampled else 0)
        if fewest - 1 > limit:
            return np.empty(0, np.int64), False
        self._need(np.arange(len(self._cells.starts)))
        return self._ends[1:-1], True

    def boundary_points(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return where the class distribution changes, and whether these are all positions.

        If the grid is a sample, these are positions of the grid, unless `limit` exceeds their
        number.
        """
        if self.is_sampled and limit < _grid.EXACT:
            starts = self._starts_of_depth(0)
        else:
            starts = np.arange(len(self._cells.starts))
            self._need(starts)
        blocks = np.diff(self._sums_before[np.append(starts, -1)], axis=0)
        points, complete = block_boundaries(blocks, limit)
        if not complete:
            return np.empty(0, np.int64), False
        return self._ends[starts[points]], True

    def _starts_of_depth(self, depth: int) -> NDArray[np.int64]:
        """Return the cells that begin at grid positions (depth 0), or also at fine ones (1)."""
        return np.flatnonzero(self._cells.depth <= depth)

    @property
    def grid(self) -> Grid:
        """The positions of the first search."""
        return self._as_grid(self._starts_of_depth(0)[1:])

    def _as_grid(self, starts: NDArray[np.int64]) -> Grid:
        """Return the starts of cells as a Grid."""
        before, weight = self._weight_before[starts], self._weight_before[-1]
        return Grid(self._ends[starts], before, len(self), weight)

    def _fine_positions(self, cells: NDArray[np.int64]) -> Grid:
        """Return the fine positions within the given cells of the grid."""
        starts = self._starts_of_depth(0)
        self._need(starts[cells[self._cells.n_splits[starts[cells]] == 0]])
        # The grid cell that contains each cell.
        within = np.cumsum(self._cells.depth == 0) - 1
        return self._as_grid(np.flatnonzero((self._cells.depth == 1) & np.isin(within, cells)))

    @property
    def weight(self) -> float:
        """The number of non-missing samples, or the sum of their weights."""
        return float(self._weight_before[-1]) if self._is_weighted else len(self)

    def runs_at(self, weights: NDArray[np.float64]) -> Runs:
        """Return the Runs of equal values in which the cumulative weight reaches some weights."""
        before, ends = self._weight_before, self._ends
        cells = np.minimum(np.searchsorted(before[1:], weights), len(ends) - 2)
        self._need(cells)
        return Runs(ends[cells], ends[cells + 1], before[cells], before[cells + 1])

    def isotonic_positions(
        self, cumulative: Callable[[NDArray[np.float64]], NDArray[np.float64]], sign: int
    ) -> NDArray[np.int64]:
        """Return the positions of the grid at which blocks of the isotonic regression of y begin.

        See `SortedColumn.isotonic_positions`.
        """
        positions = self.grid.positions
        table = np.ascontiguousarray(cumulative(self.sums_before(positions)))
        return positions[isotonic_blocks(table, sign)[:-1] - 1]

    def sums_before(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return cumulative sums of y at each position and in total, (n_positions + 2, n_sums)."""
        ends = np.concatenate([[0], positions, [len(self)]])
        sums: NDArray[np.float64] = self._target.from_terms(
            self._sums_before[self._cells_at(ends)]
        )
        return sums

    def _cells_at(self, positions: Any) -> NDArray[np.int64]:
        """Return the cells that begin at the given positions."""
        return np.searchsorted(self._ends, positions)

    def positions_of(self, starts: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the position of each number: the number of samples with a lower value."""
        # The cell that contains each: the position is its start, or its end if it is single.
        of_cells = self._cells.starts
        cells = np.searchsorted(of_cells, starts, side="right") - 1
        is_within = (cells >= 0) & (of_cells[np.maximum(cells, 0)] < starts)
        self._need(cells[is_within])
        positions: NDArray[np.int64] = self._ends[np.maximum(cells, 0) + is_within]
        return positions

    def starts(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return numbers that separate the values before each position from the others."""
        return self._cells.starts[self._cells_at(positions)]

    def values_around(
        self, positions: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the largest value before each position, and the value at it, two (m,) arrays."""
        cells = self._cells_at(positions)
        if self._cells.is_single[cells - 1].all() and self._cells.is_single[cells].all():
            return self._cells.starts[cells - 1], self._cells.starts[cells]
        between = self._sums_between(positions)
        return between.highest[:-1], between.lowest[1:]

    def _sums_between(self, positions: NDArray[np.int64]) -> SumsBetween:
        """Return the sums of the values between positions; raise Unresolved if unknown."""
        positions = np.asarray(positions, np.int64)
        if positions.tobytes() not in self._between:
            raise Unresolved(np.empty(0, np.int64), positions)
        return self._between[positions.tobytes()]

    def cut_values(
        self, positions: NDArray[np.int64], closed: str = "left"
    ) -> NDArray[np.float64]:
        """Return a readable number between the values around each position, (m,) float64."""
        return cut_values(*self.values_around(positions), self.kind, closed)

    def means(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean of the finite values between positions, rounded once, (m + 1,)."""
        if not self._cells.is_single.all():
            between = self._sums_between(positions)
            means: NDArray[np.float64] = exact_means(between.sums, between.weights)
            return with_infinities(means, between.lowest[:1], between.highest[-1:])
        values = self._cells.starts
        start = np.searchsorted(values, -np.inf, side="right")
        stop = np.searchsorted(values, np.inf, side="left")
        ends = np.clip(self._cells_at([0, *positions, len(self)]), start, stop)
        weights = np.diff(self._weight_before).astype(np.float64)
        means = exact_means(
            sums_between(values, weights, ends),
            np.diff(self._weight_before[ends]).astype(np.float64),
        )
        return with_infinities(means, values[:1], values[-1:])

    def _need(self, cells: NDArray[np.int64]) -> None:
        """Raise Unresolved if any of the cells may have several values."""
        wanted = np.unique(cells[~self._cells.is_single[cells]])
        if len(wanted):
            raise Unresolved(wanted)

    # Updates from passes over the chunks.

    def ranges_of(self, cells: NDArray[np.int64]) -> Ranges:
        """Return the ranges of values of the given cells."""
        starts, stops = self._cells.starts, np.append(self._cells.starts[1:], np.nan)
        return Ranges(starts[cells], stops[cells], self._cells.n_splits[cells] + _grid.FINE_SALT)

    def most_values(self, cells: NDArray[np.int64]) -> int:
        """Return the maximum number of values that are kept for the given cells."""
        n_rows = self._cells.sums.n_rows[cells]
        return int(np.where(n_rows > _grid.FINE_EXACT, _grid.FINE, n_rows).sum())

    def add_values(self, cells: NDArray[np.int64], sample: CellSample) -> NDArray[np.float64]:
        """Split cells at the values collected in them, which are all values or a sample.

        Returns
        -------
        uncounted : ndarray
            Starts of the new cells whose sums are unknown; see `add_counts`.
        """
        parents = self._cells.take(cells)
        others = self._cells.take(np.delete(np.arange(len(self._cells.starts)), cells))
        starts = np.union1d(parents.starts, sample.values)
        parent = np.searchsorted(parents.starts, starts, side="right") - 1
        n_splits = parents.n_splits[parent] + 1
        depth = np.where(np.isin(starts, parents.starts), parents.depth[parent], n_splits)
        is_single = sample.is_all[parent]
        sums = sample.sums.spread(np.searchsorted(starts, sample.values), len(starts))
        fresh = Cells(starts, sums, depth, n_splits, is_single)
        if is_single.all():
            self._set_cells(others.joined(fresh))
            return np.empty(0)
        self._uncounted = others, fresh
        return starts[~is_single]

    def add_counts(self, sums: CellSums) -> None:
        """Set the sums that `add_values` left unknown."""
        others, fresh = self._uncounted
        some = np.flatnonzero(~fresh.is_single)
        fresh.sums.n_rows[some], fresh.sums.terms[some] = sums
        self._set_cells(others.joined(fresh))

    def add_sums_between(self, positions: NDArray[np.int64], between: SumsBetween) -> None:
        """Store the sums of the values between positions."""
        self._between[positions.tobytes()] = between
