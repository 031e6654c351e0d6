"""Mergeable summaries of a column: sums of the target by interval or level, without any row.

Each has ``add``, which takes in some samples and returns the summary itself, and ``+``, which
gives a third one of both and leaves both as they are.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skinfo._counts._table import level_order
from skinfo._counts._target import ClassTarget, ContinuousTarget

# Unit of sums of values: not even two of the largest numbers can be added.
UNIT = 2.0**64


class NumericSummary:
    """Sums of the target over the cells between edges.

    Parameters
    ----------
    edges : ndarray of shape (m,)
        Increasing. A value equal to an edge belongs to the cell on its right.

    n_sums : int

    kind : str, default="number"
        What the numbers stand for; see `Table.kind`.

    Attributes
    ----------
    cells : ndarray of shape (m + 1, n_sums)

    missing_sums : ndarray of shape (n_sums,)
    """

    def __init__(self, edges: NDArray[np.float64], n_sums: int, kind: str = "number") -> None:
        self.edges = edges
        self.kind = kind
        self.cells = np.zeros((len(edges) + 1, n_sums))
        self.missing_sums = np.zeros(n_sums)
        # Weight and weighted sum of the finite values of each cell, the latter in `UNIT`.
        self._values = np.zeros((len(edges) + 1, 2))

    def add(self, values: NDArray[np.float64], target: ClassTarget | ContinuousTarget) -> Self:
        """Add samples: values (n,) float64, NaN for missing."""
        missing = np.isnan(values)
        codes = np.searchsorted(self.edges, values, side="right")
        self.cells += target.sums(np.where(missing, -1, codes), len(self.cells))
        self.missing_sums += target.total(np.flatnonzero(missing))
        finite = np.isfinite(values)
        weights = target.weights[finite]
        for column, terms in enumerate((weights, weights * (values[finite] / UNIT))):
            self._values[:, column] += np.bincount(codes[finite], terms, len(self.cells))
        return self

    def __add__(self, other: "NumericSummary") -> "NumericSummary":
        both = NumericSummary(self.edges, len(self.missing_sums), self.kind)
        both.cells = self.cells + other.cells
        both.missing_sums = self.missing_sums + other.missing_sums
        both._values = self._values + other._values
        return both

    def __len__(self) -> int:
        """Number of cells that hold samples."""
        return int(self.cells.any(axis=1).sum())

    def firsts(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return the positions of the edges, and that these are all."""
        return np.arange(1, len(self.edges) + 1), True

    boundary_points = firsts

    def sums_before(self, positions: ArrayLike) -> NDArray[np.float64]:
        """Return target sums before each position and in all, (n_positions + 2, n_sums)."""
        cumulative = np.vstack([np.zeros(self.cells.shape[1]), np.cumsum(self.cells, axis=0)])
        return cumulative[self._ends(positions)]

    def cut_values(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the edges at some positions."""
        return self.edges[positions - 1]

    def means(self, positions: ArrayLike) -> NDArray[np.float64]:
        """Return the mean value between cuts, (n_cuts + 1,), NaN where there is none."""
        cumulative = np.cumsum(np.vstack([[0, 0], self._values]), axis=0)
        sums = np.diff(cumulative[self._ends(positions)], axis=0)
        size = sums[:, 0]
        means = np.divide(sums[:, 1], size, out=np.full(len(size), np.nan), where=size > 0)
        return means * UNIT

    def _ends(self, positions: ArrayLike) -> NDArray[np.int64]:
        """Return the positions with the first and the last."""
        inner = np.asarray(positions, np.int64)
        return np.concatenate([[0], inner, [len(self.cells)]])


class CategoricalSummary:
    """Sums of the target at each level.

    Parameters
    ----------
    n_sums : int

    Attributes
    ----------
    missing_sums : ndarray of shape (n_sums,)
    """

    def __init__(self, n_sums: int) -> None:
        self._index: dict[Any, int] = {}
        self._sums = np.zeros((0, n_sums))
        self.missing_sums = np.zeros(n_sums)

    def add(
        self, codes: NDArray[np.int64], levels: list[Any], target: ClassTarget | ContinuousTarget
    ) -> Self:
        """Add samples: codes (n,) int64, -1 for missing, and the levels they stand for."""
        sums = target.sums(codes, len(levels))
        self.missing_sums += target.total(np.flatnonzero(codes < 0))
        # A level without a sample of positive weight has not been seen.
        seen = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(levels)))
        self._add_sums([levels[i] for i in seen.tolist()], sums[seen])
        return self

    def _add_sums(self, levels: list[Any], sums: NDArray[np.float64]) -> None:
        index = [self._index.setdefault(level, len(self._index)) for level in levels]
        grown = np.zeros((len(self._index), sums.shape[1]))
        grown[: len(self._sums)] = self._sums
        np.add.at(grown, index, sums)
        self._sums = grown

    def __add__(self, other: "CategoricalSummary") -> "CategoricalSummary":
        both = CategoricalSummary(len(self.missing_sums))
        for each in (self, other):
            both._add_sums(list(each._index), each._sums)
        both.missing_sums = self.missing_sums + other.missing_sums
        return both

    def sorted(self) -> tuple[list[Any], NDArray[np.float64]]:
        """Return the levels in order, and the sums of each, (n_levels, n_sums)."""
        levels = list(self._index)
        order = level_order(levels)
        return [levels[i] for i in order], self._sums[order]
