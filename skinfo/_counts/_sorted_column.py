"""Numeric column, sorted once: its quantiles, and sums of the target below any cut.

The class of each sample is sorted with the column, or its row index for weights or a continuous y.
Sums below any cut are then one sequential pass over bytes. A position is the index of the first
sample to the right of a cut.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skinfo._counts import _grid
from skinfo._counts._cut_values import cut_values
from skinfo._counts._grid import FINE_SALT, GRID_SALT, Grid, GriddedColumn, each_once
from skinfo._counts._quantiles import Runs
from skinfo._counts._special_values import NO_SPECIAL_VALUES, SpecialValues
from skinfo._counts._target import ClassTarget, ContinuousTarget
from skinfo._kernels._cuts import (
    block_boundaries,
    boundary_points,
    new_values,
    running_sums,
    sampled_positions,
)
from skinfo._kernels._exact_sums import exact_means, sums_between
from skinfo._kernels._monotone import isotonic_blocks
from skinfo._kernels._sorting import class_sums, sorted_pairs, sorted_rows


class SortedColumn(GriddedColumn):
    """The non-missing values of a column, sorted.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), dtype float64
        NaN is missing and ignored.

    target : ClassTarget or ContinuousTarget

    kind : str, default="number"
        Kind of the numbers; see `Table.kind`.

    special : SpecialValues, default=NO_SPECIAL_VALUES
        Ignored too.

    Attributes
    ----------
    values : ndarray of shape (n_present,), dtype float64

    missing_sums : ndarray of shape (n_sums,)
        Sums of y over missing values.

    special_sums : ndarray of shape (n_groups, n_sums)
        Sums of y over each group of special values.
    """

    def __init__(
        self,
        values: NDArray[np.float64],
        target: ClassTarget | ContinuousTarget,
        kind: str = "number",
        special: SpecialValues = NO_SPECIAL_VALUES,
    ) -> None:
        self._target = target
        self.kind = kind
        self.missing_sums = np.zeros(target.n_sums)
        self.special_sums = np.zeros((0, target.n_sums))
        absent = np.isnan(values)
        if absent.any():
            self.missing_sums = target.total(np.flatnonzero(absent))
        if len(special):
            codes = special.codes(values)
            self.special_sums = target.sums(codes, len(special))
            absent |= codes >= 0
        is_partial = absent.any()
        present: Any = slice(None)
        if is_partial:
            present = np.flatnonzero(~absent).astype(np.int32)
        values = values[present]
        self._weights = self._cumulative = np.empty(0)
        if target.classes is not None and not target.is_weighted:
            codes = target.narrow_codes[present]
            self.values, self._codes = sorted_pairs(values, codes)
            return
        self.values, rows = sorted_rows(values)
        self._rows = present[rows] if is_partial else rows
        self._codes = None if target.classes is None else target.narrow_codes[self._rows]
        if target.is_weighted:
            self._weights = target.weights[self._rows]
            self._cumulative = np.append(0.0, np.cumsum(self._weights))

    def __len__(self) -> int:
        return len(self.values)

    def firsts(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return the positions at which a new value begins, and whether these are all.

        They are not all if there are more than `limit`.
        """
        return new_values(self.values, limit)

    @cached_property
    def _some_firsts(self) -> tuple[NDArray[np.int64], bool]:
        """The result of `firsts`; not all positions if there are more than `EXACT` values."""
        return self.firsts(_grid.EXACT - 1)

    @property
    def is_sampled(self) -> bool:
        """Whether the grid is a sample of the values."""
        return not self._some_firsts[1]

    @cached_property
    def grid(self) -> Grid:
        """The positions of the first search."""
        positions, is_all = self._some_firsts
        if not is_all:
            start, stop = np.array([0]), np.array([len(self)])
            sample = sampled_positions(
                self.values, start, stop, GRID_SALT, _grid.EXACT, _grid.SAMPLE
            )
            heavy = self._ends_of_heavy_values()
            positions = each_once(np.sort(np.append(sample, heavy))) if len(heavy) else sample
            positions = positions[(positions > 0) & (positions < len(self))]
        return Grid(positions, self._weight_before(positions), len(self), self.weight)

    def _ends_of_heavy_values(self) -> NDArray[np.int64]:
        """Return the start and end positions of values with a large proportion of the weight."""
        least = _grid.HEAVY_SHARE * self.weight
        # In the cumulative weight, a heavy value covers at least one multiple of this.
        marks = np.arange(1.0, round(1 / _grid.HEAVY_SHARE) + 1)
        if not self._target.is_weighted:
            # Quick check, since nearly all columns have no heavy value.
            rows = (np.ceil(least * marks) - 1).astype(np.int64)
            line = self.values
            tied = line[rows] == line[np.maximum(rows - 1, 0)]
            tied |= line[rows] == line[np.minimum(rows + 1, len(line) - 1)]
            marks = marks[tied] if least > 1 else marks
        runs = self.runs_at(np.asarray(least * marks, np.float64))
        heavy = runs.after - runs.before >= least
        return np.append(runs.starts[heavy], runs.stops[heavy])

    def _fine_positions(self, cells: NDArray[np.int64]) -> Grid:
        ends = np.concatenate([[0], self.grid.positions, [len(self)]])
        sample = sampled_positions(
            self.values,
            ends[cells],
            ends[cells + 1],
            FINE_SALT,
            _grid.FINE_EXACT,
            _grid.FINE,
        )
        positions = np.setdiff1d(sample, ends[cells], assume_unique=True)
        return Grid(positions, self._weight_before(positions), len(self), self.weight)

    def isotonic_positions(
        self, cumulative: Callable[[NDArray[np.float64]], NDArray[np.float64]], sign: int
    ) -> NDArray[np.int64]:
        """Return the positions of the grid at which blocks of the isotonic regression of y begin.

        Parameters
        ----------
        cumulative : callable
            ``cumulative(sums_before)`` returns the argument of `isotonic_blocks`.

        sign : {1, -1}
            Whether the regression is increasing or decreasing.
        """
        positions, sums = self._sums_on_grid
        return positions[isotonic_blocks(cumulative(sums), sign)[:-1] - 1]

    @cached_property
    def _sums_on_grid(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The positions of the grid, and the cumulative sums at them."""
        positions = self.grid.positions
        return positions, self.sums_before(positions)

    @property
    def weight(self) -> float:
        """The number of non-missing samples, or the sum of their weights."""
        return self._cumulative[-1] if self._target.is_weighted else len(self)

    def runs_at(self, weights: NDArray[np.float64]) -> Runs:
        """Return the Runs of equal values in which the cumulative weight reaches some weights."""
        if self._target.is_weighted:
            inside = np.searchsorted(self._cumulative[1:], weights)
        else:
            inside = np.ceil(weights).astype(np.int64) - 1
        inside = np.minimum(inside, len(self.values) - 1)
        starts = np.searchsorted(self.values, self.values[inside], side="left")
        stops = np.searchsorted(self.values, self.values[inside], side="right")
        return Runs(starts, stops, self._weight_before(starts), self._weight_before(stops))

    def positions_of(self, starts: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the position of each number: the number of samples with a lower value."""
        return np.searchsorted(self.values, starts)

    def values_around(
        self, positions: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the largest value before each position, and the value at it, two (m,) arrays."""
        return self.values[positions - 1], self.values[positions]

    def starts(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return numbers that separate the values before each position from the others."""
        return self.values[positions]

    def cut_values(
        self, positions: NDArray[np.int64], closed: str = "left"
    ) -> NDArray[np.float64]:
        """Return a readable number between the values around each position, (m,) float64."""
        return cut_values(*self.values_around(positions), self.kind, closed)

    def means(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean of the finite values between cuts, rounded once, (n_cuts + 1,).

        The mean of an interval with only infinite values is infinite, that of an empty one NaN.
        """
        values = self.values
        start = np.searchsorted(values, -np.inf, side="right")
        stop = np.searchsorted(values, np.inf, side="left")
        ends = np.clip(np.concatenate([[0], positions, [len(values)]]), start, stop)
        weights = np.diff(self._weight_before(ends)).astype(np.float64)
        means = exact_means(sums_between(values, self._weights, ends), weights)
        return with_infinities(means, values[:1], values[-1:])

    def boundary_points(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return where the class distribution changes, and whether these are all positions.

        If the grid is a sample, these are positions of the grid, unless `limit` exceeds their
        number.
        """
        if not self.is_sampled or limit >= _grid.EXACT:
            return boundary_points(
                self.values, self._codes, self._weights, self._target.n_classes, limit
            )
        positions = self.grid.positions
        # A noisy column reaches the limit in its first cells.
        _, complete = block_boundaries(
            np.diff(self._sums_until(positions[: 2 * limit]), axis=0), limit
        )
        if complete:
            sums = self.sums_before(positions)
            points, complete = block_boundaries(np.diff(sums, axis=0), limit)
        return (positions[points - 1] if complete else positions[:0]), complete

    def sums_before(self, positions: ArrayLike) -> NDArray[np.float64]:
        """Return cumulative sums of y at each position and in total, (n_positions + 2, n_sums)."""
        return self._sums_until(np.append(positions, len(self)).astype(np.int64, copy=False))

    def _sums_until(self, ends: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the target sums before each end, after a row of zeros."""
        if self._codes is not None:
            return class_sums(self._codes, self._weights, ends, self._target.n_classes)
        return self._target.from_terms(self._running_terms[np.append(0, ends)])

    @cached_property
    def _running_terms(self) -> NDArray[np.float64]:
        assert isinstance(self._target, ContinuousTarget)
        return running_sums(self._target.every_term, self._rows)

    def _weight_before(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        if not self._target.is_weighted:
            return positions
        return self._cumulative[positions]


def with_infinities(
    means: NDArray[np.float64], lowest: NDArray[np.float64], highest: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return means, with infinity in the first or last interval if all of its values are infinite.

    Parameters
    ----------
    means : ndarray of shape (n_cuts + 1,)
        NaN if there is no finite value.

    lowest, highest : ndarray of shape (1,), or (0,) for an empty column
        The smallest and the largest value.
    """
    if np.any(lowest == -np.inf) and np.isnan(means[0]):
        means[0] = -np.inf
    if np.any(highest == np.inf) and np.isnan(means[-1]):
        means[-1] = np.inf
    return means
