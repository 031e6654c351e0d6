"""Grid of candidate split points of a numeric column, from a few passes.

Not every value of a column of many values is a candidate. The grid is a function of the set of
values, so that it is the same in any order, in memory and in chunks. It consists of

- all distinct values, if there are at most `EXACT` of them;
- otherwise those whose hash is below ``2**(64 - level)``, for the smallest `level` at which at
  most `SAMPLE` remain, and both ends of each heavy value (one with at least `HEAVY_SHARE` of the
  weight), so that a cut can be exactly next to it.

The values between two adjacent grid positions form a cell. A cut is refined among the fine
positions of the adjacent cells: all distinct values of a cell, if there are at most `FINE_EXACT`
of them, otherwise a sample of at most `FINE`, by another hash function.

`DistinctValues` finds the grid of values in any order, `sampled_positions` that of sorted values.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._quantiles import twice_least_middles
from skinfo._kernels._cuts import positions_between

EXACT = 2**15
SAMPLE = 2**13
FINE_EXACT = 2**11
FINE = 2**9
HEAVY_SHARE = 2.0**-10

# Salts of the hash functions of the grid and of fine positions.
GRID_SALT = 0
FINE_SALT = 1


def each_once(increasing: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct values of sorted integers."""
    is_new = np.ones(len(increasing), bool)
    np.not_equal(increasing[1:], increasing[:-1], out=is_new[1:])
    return increasing[is_new]


class Grid(NamedTuple):
    """Positions in a column, with the weight before each.

    Attributes
    ----------
    positions : ndarray of shape (m,), dtype int64
        Increasing, without the beginning and the end of the column.

    before : ndarray of shape (m,), dtype int64 or float64
        The weight before each position; without weights, the number of samples.

    length : int
        Number of samples.

    weight : int or float
        Total weight.
    """

    positions: NDArray[np.int64]
    before: NDArray[Any]
    length: int
    weight: Any

    def equal_frequency(self, n_groups: int) -> NDArray[np.int64]:
        """Return at most ``n_groups - 1`` of the positions; see `bins_of_runs`.

        The samples between two positions are not separated, like tied values.
        """
        n = len(self.positions)
        if n == 0 or n_groups < 2:
            return self.positions[:0]
        thresholds = twice_least_middles(self.weight, n_groups)
        middles = thresholds / 2
        if self.before.dtype.kind == "i":
            middles = np.ceil(middles).astype(np.int64)
        # The cell that contains each, and the first cell whose own middle is not below it.
        cells = np.searchsorted(self.before, middles)
        start = np.where(cells > 0, self.before[cells - 1], 0)
        stop = np.where(cells < n, self.before[np.minimum(cells, n - 1)], self.weight)
        first = cells + (start + stop < thresholds)
        return self.positions[each_once(first[(first > 0) & (first <= n)]) - 1]

    def near(
        self, positions: NDArray[np.int64], chosen: NDArray[np.int64], most: int
    ) -> tuple[NDArray[np.int64], bool]:
        """Return the grid positions around chosen positions, and whether some were left out.

        Parameters
        ----------
        positions : ndarray of shape (m,), dtype int64
            Increasing.

        chosen : ndarray of shape (n_chosen,), dtype int64
            Indices of chosen positions, counted from 1, increasing. Around each, the positions of
            the grid between its two neighbours among `positions` are considered.

        most : int
            Maximum number of positions around each.
        """
        edges = np.concatenate([[0], positions, [self.length]])
        return positions_between(
            self.positions, self.before, edges[chosen - 1], edges[chosen], edges[chosen + 1], most
        )

    def beside(
        self,
        positions: NDArray[np.int64],
        chosen: NDArray[np.int64],
        most: int,
        fine_positions: "Callable[[NDArray[np.int64]], Grid]",
    ) -> tuple[NDArray[np.int64], bool]:
        """Return the fine positions around chosen positions, and whether some were left out.

        Parameters
        ----------
        positions, chosen, most
            As in `near`, except that the fine positions of the cells on both sides, or of the cell
            that contains the position, are considered.

        fine_positions : callable
            ``fine_positions(cells)`` returns those of the given cells, increasing. Cell i begins
            at position i of the grid, counted from 1; cell 0 at the beginning of the column.
        """
        edges = np.concatenate([[0], positions, [self.length]])
        ends = np.concatenate([[0], self.positions, [self.length]])
        cuts = edges[chosen]
        left = np.searchsorted(self.positions, cuts, side="left")
        right = np.searchsorted(self.positions, cuts, side="right")
        fine = fine_positions(each_once(np.sort(np.append(left, right))))
        return positions_between(
            fine.positions,
            fine.before,
            np.maximum(edges[chosen - 1], ends[left]),
            cuts,
            np.minimum(edges[chosen + 1], ends[right + 1]),
            most,
        )


class GriddedColumn(ABC):
    """Numeric column that is cut on its grid first, then between grid positions."""

    @property
    @abstractmethod
    def grid(self) -> Grid:
        """The positions of the first search."""

    @abstractmethod
    def _fine_positions(self, cells: NDArray[np.int64]) -> Grid:
        """Return the fine positions within the given cells of the grid."""

    def equal_frequency(self, n_groups: int) -> NDArray[np.int64]:
        """Return at most ``n_groups - 1`` positions of the grid; see `Grid`."""
        return self.grid.equal_frequency(n_groups)

    def positions_near(
        self, positions: NDArray[np.int64], chosen: NDArray[np.int64], most: int
    ) -> tuple[NDArray[np.int64], bool]:
        """Return the grid positions around chosen positions; see `Grid.near`."""
        return self.grid.near(positions, chosen, most)

    def positions_beside(
        self, positions: NDArray[np.int64], chosen: NDArray[np.int64], most: int
    ) -> tuple[NDArray[np.int64], bool]:
        """Return the fine positions around chosen positions; see `Grid.beside`."""
        return self.grid.beside(positions, chosen, most, self._fine_positions)
