"""Contingency tables, dense and sparse, and the null moments of their margins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skinfo._kernels._null import moments_of_sizes, poisson_tables
from skinfo.utils._sums import ordered_sum

# Up to so many cells, or so many a row, a table is an array of all of them.
DENSE_CELLS = 2**16
DENSE_CELLS_A_ROW = 4


# Up to so many pairs of sizes of margins each is worked out; beyond, sizes that differ by less
# than this share are taken for one. The excess of a cell is smooth in both.
MOST_PAIRS = 2**22
NEARLY_EQUAL = 0.01


@dataclass(frozen=True)
class SparseContingency:
    """A contingency table by its nonzero cells, and its margins.

    Attributes
    ----------
    counts : ndarray of shape (n_cells,), dtype float64
        Positive.

    row, column : ndarray of shape (n_cells,), dtype int64
        The row and the column of each cell.

    row_sums, column_sums : ndarray of shape (n_rows,) and (n_columns,), dtype float64
        The margins, all positive.

    total : float
    """

    counts: NDArray[np.float64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    row_sums: NDArray[np.float64]
    column_sums: NDArray[np.float64]
    total: float

    @classmethod
    def of_table(cls, counts):
        """Return a table (n_rows, n_columns) without its empty rows and columns."""
        counts = np.asarray(counts, dtype=np.float64)
        counts = counts[counts.any(axis=1)]
        counts = counts[:, counts.any(axis=0)]
        row, column = np.nonzero(counts)
        rows, columns = ordered_sum(counts, axis=1), ordered_sum(counts, axis=0)
        return cls(counts[row, column], row, column, rows, columns, ordered_sum(counts))

    @property
    def size(self):
        """Number of cells, empty ones included."""
        return len(self.row_sums) * len(self.column_sums)

    def dense(self):
        """Return the table as an array (n_rows, n_columns)."""
        table = np.zeros((len(self.row_sums), len(self.column_sums)))
        table[self.row, self.column] = self.counts
        return table


def is_dense(n_cells, n_samples):
    """Say whether so many cells are better counted all, seen or not."""
    return n_cells <= max(DENSE_CELLS, DENSE_CELLS_A_ROW * n_samples)


def count_pairs(a, n_levels, b, n_classes, weights=None):
    """Return how often, or with what weight, the codes of two columns meet.

    Parameters
    ----------
    a, b : ndarray of shape (n_samples,), of integers
        Codes below `n_levels` and `n_classes`.

    n_levels, n_classes : int

    weights : ndarray of shape (n_samples,) or None, default=None
        From `check_frequency_weights`.

    Returns
    -------
    table : ndarray of shape (n_levels, n_classes), dtype float64, or SparseContingency
        Sparse where most cells would be empty, so that time and memory go with the rows.
    """
    place = a.astype(np.int64) * n_classes + b
    n_levels, n_classes = int(n_levels), int(n_classes)
    if is_dense(n_levels * n_classes, len(a)):
        counts = np.bincount(place, weights=weights, minlength=n_levels * n_classes)
        return counts.reshape(n_levels, n_classes).astype(np.float64)
    if weights is not None:
        place, weights = place[weights > 0], weights[weights > 0]
    places, which = np.unique(place, return_inverse=True)
    counts = _sums(which, weights)
    row, column = (np.unique(codes, return_inverse=True)[1] for codes in divmod(places, n_classes))
    return SparseContingency(
        counts,
        row,
        column,
        _sums(row, counts),
        _sums(column, counts),
        float(counts.sum()),
    )


def _sums(codes, terms):
    """Return the sum of the terms (None: ones) of each code."""
    return np.bincount(codes, terms).astype(np.float64)


def null_moments_of(cells):
    """Return mean and variance of N times plug-in information over tables with these margins."""
    is_whole = bool(np.all(cells.counts % 1 == 0))
    return moments_of_margins(cells.row_sums, cells.column_sums, cells.total, is_whole=is_whole)


def moments_of_margins(rows, columns, total, *, is_whole):
    """Return the same of two margins, (n_rows,) and (n_columns,) float64."""
    sizes = margin_sizes(rows, columns)
    return moments_of_sizes(total, *sizes[0], *sizes[1], poisson_tables(), is_whole)


def margin_sizes(rows, columns):
    """Return the sizes in each margin and how often they occur, float64, the longer margin first.

    Where that would be more than `MOST_PAIRS` pairs of sizes, nearly equal ones are one.
    """
    margins = [np.unique(m, return_counts=True) for m in longer_first(rows, columns)]
    if len(margins[0][0]) * len(margins[1][0]) > MOST_PAIRS:
        margins = [nearly_equal(*margin) for margin in margins]
    return [(sizes, times.astype(np.float64)) for sizes, times in margins]


def longer_first(*margins):
    """Return two margins sorted, the longer first, of two as long the smaller."""
    return sorted(map(np.sort, margins), key=lambda margin: (-len(margin), margin.tolist()))


def nearly_equal(sizes, times):
    """Return fewer sizes, the means of runs of nearly equal ones, and how often each occurs."""
    run = np.floor(np.log(sizes) / NEARLY_EQUAL)
    starts = np.flatnonzero(np.diff(run, prepend=np.nan))
    counts = np.add.reduceat(times, starts)
    means = np.add.reduceat(sizes * times, starts) / counts
    return np.rint(means) if np.all(sizes % 1 == 0) else means, counts
