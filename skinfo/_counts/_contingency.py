"""Contingency tables, dense and sparse, and the null moments of their margins."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from joblib import delayed
from numpy.typing import ArrayLike, NDArray

from skinfo._counts._codes import Codes
from skinfo._kernels._counting import count_classes, sum_class_weights
from skinfo._kernels._null import moments_of_sizes, poisson_tables
from skinfo.utils._parallel import in_threads
from skinfo.utils._sums import ordered_sum

# A table is dense up to this many cells, or this many per sample.
DENSE_CELLS = 2**16
DENSE_CELLS_PER_SAMPLE = 4

# Rows of one task: fixed, so that sums of real weights do not depend on the number of threads.
ROWS_A_TASK = 2**17

# Columns of one task: in C order whole cache lines; in Fortran order no more streams than the
# associativity of the cache.
COLUMNS_A_TASK = {"rows": 64, "columns": 8}

# Approximate time to count a cell, in nanoseconds.
COUNT_COST = 0.6

# With fewer columns than this, consecutive increments of the same cell would wait for each other.
FEW_COLUMNS = 8

# Up to this many pairs of margin sizes, the excess of each is computed. Beyond, sizes that differ
# by less than this proportion are merged; the excess of a cell is smooth in both.
MOST_PAIRS = 2**22
NEARLY_EQUAL = 0.01


@dataclass(frozen=True)
class SparseContingency:
    """Contingency table given by its nonzero cells and its margins.

    Attributes
    ----------
    counts : ndarray of shape (n_cells,), dtype float64
        Positive.

    row, column : ndarray of shape (n_cells,), dtype int64
        Row index and column index of each cell.

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
    def of_table(cls, counts: ArrayLike) -> Self:
        """Return a table (n_rows, n_columns) without its empty rows and columns."""
        counts = np.asarray(counts, dtype=np.float64)
        counts = counts[counts.any(axis=1)]
        counts = counts[:, counts.any(axis=0)]
        row, column = np.nonzero(counts)
        rows, columns = ordered_sum(counts, axis=1), ordered_sum(counts, axis=0)
        return cls(counts[row, column], row, column, rows, columns, ordered_sum(counts))

    @property
    def size(self) -> int:
        """Number of cells, empty ones included."""
        return len(self.row_sums) * len(self.column_sums)

    def dense(self) -> NDArray[np.float64]:
        """Return the table as an array (n_rows, n_columns)."""
        table = np.zeros((len(self.row_sums), len(self.column_sums)))
        table[self.row, self.column] = self.counts
        return table


def contingency_table(
    a: Codes, b: Codes, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64] | SparseContingency:
    """Return the contingency table of the codes of two columns, of counts or weights.

    Parameters
    ----------
    a, b : Codes

    weights : ndarray of shape (n_samples,) or None, default=None
        Non-negative.

    Returns
    -------
    table : ndarray of shape (a.n_levels, b.n_levels), dtype float64, or SparseContingency
        Sparse if most cells would be empty, so that time and memory are proportional to the
        number of samples.
    """
    if is_dense(int(a.n_levels) * int(b.n_levels), len(a.values)):
        return dense_table(a, b, weights)
    cells = a.values.astype(np.int64) * int(b.n_levels) + b.values
    if weights is not None:
        cells, weights = cells[weights > 0], weights[weights > 0]
    occupied, cell = np.unique(cells, return_inverse=True)
    counts = _sums(cell, weights)
    row, column = (
        np.unique(codes, return_inverse=True)[1] for codes in divmod(occupied, int(b.n_levels))
    )
    row_sums, column_sums = _sums(row, counts), _sums(column, counts)
    return SparseContingency(counts, row, column, row_sums, column_sums, float(counts.sum()))


def is_dense(n_cells: int | NDArray[np.int64], n_samples: int) -> Any:
    """Return whether a table of `n_cells` cells (or each of several) is stored densely."""
    return n_cells <= max(DENSE_CELLS, DENSE_CELLS_PER_SAMPLE * n_samples)


def dense_table(
    a: Codes, b: Codes, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return `contingency_table` as an array, (a.n_levels, b.n_levels)."""
    shape = int(a.n_levels), int(b.n_levels)
    cells = a.values.astype(np.int64) * shape[1] + b.values
    counts = np.bincount(cells, weights=weights, minlength=shape[0] * shape[1])
    return counts.reshape(shape).astype(np.float64, copy=False)


def _sums(codes: NDArray[np.integer], terms: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return the sum of the terms (None: ones) of each code."""
    return np.bincount(codes, terms).astype(np.float64)


def dense_tables(
    codes: NDArray[np.uint8],
    n_levels: int,
    y: Codes,
    weights: NDArray[np.float64] | None = None,
    *,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Return the contingency table of each of many columns with the same classes.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_features), dtype uint8
        In C order, as users have it, or in Fortran order.

    n_levels : int
        Maximum number of levels of a column; all codes are smaller.

    y : Codes

    weights : ndarray of shape (n_samples,), dtype float64, or None, default=None

    n_jobs : int or None, default=None

    Returns
    -------
    counts : ndarray of shape (n_features, n_levels, y.n_levels), dtype float64
        The same for any `n_jobs`, also with real weights.
    """
    n, n_features = codes.shape
    by_rows = codes.flags.c_contiguous and n_features >= FEW_COLUMNS
    if not by_rows:
        codes = np.asfortranarray(codes)
    classes = np.ascontiguousarray(y.values, np.int32)
    width = COLUMNS_A_TASK["rows" if by_rows else "columns"]
    columns = [slice(j, min(j + width, n_features)) for j in range(0, n_features, width)]
    rows = [slice(i, i + ROWS_A_TASK) for i in range(0, n, ROWS_A_TASK)]

    @delayed  # type: ignore[untyped-decorator]
    def count(rows: slice, columns: slice) -> Any:
        part = codes[rows, columns], classes[rows]
        if weights is None:
            return count_classes(*part, n_levels, y.n_levels)
        return sum_class_weights(*part, weights[rows], n_levels, y.n_levels)

    tasks = [(r, c) for r in rows for c in columns]
    parts = in_threads(
        (count(*task) for task in tasks), work=COUNT_COST * codes.size, n_jobs=n_jobs
    )
    counts = np.zeros((y.n_levels, n_features, n_levels))
    for (_, of_part), part in zip(tasks, parts, strict=True):
        counts[:, of_part] += part
    return np.ascontiguousarray(counts.transpose(1, 2, 0))


def null_moments_of(table: SparseContingency) -> tuple[float, float]:
    """Return the null mean and variance of N times plug-in information, given the margins."""
    is_whole = bool(np.all(table.counts % 1 == 0))
    return moments_of_margins(table.row_sums, table.column_sums, table.total, is_whole=is_whole)


def moments_of_margins(
    row_sums: NDArray[np.float64],
    column_sums: NDArray[np.float64],
    total: float,
    *,
    is_whole: bool,
) -> tuple[float, float]:
    """Return `null_moments_of` for two margins, (n_rows,) and (n_columns,)."""
    longer, shorter = margin_sizes(row_sums, column_sums)
    mean, variance = moments_of_sizes(
        total, longer.sizes, longer.times, shorter.sizes, shorter.times, poisson_tables(), is_whole
    )
    return mean, variance


class MarginSizes(NamedTuple):
    """Distinct sums of a margin, and their multiplicities, both (n_sizes,)."""

    sizes: NDArray[np.float64]
    times: NDArray[np.float64]


def margin_sizes(
    row_sums: NDArray[np.float64], column_sums: NDArray[np.float64]
) -> list[MarginSizes]:
    """Return the MarginSizes of each margin, the longer margin first.

    If there are more than `MOST_PAIRS` pairs of sizes, nearly equal ones are merged.
    """
    margins = [_sizes_of(margin) for margin in longer_first(row_sums, column_sums)]
    if len(margins[0].sizes) * len(margins[1].sizes) > MOST_PAIRS:
        margins = [nearly_equal(*margin) for margin in margins]
    return margins


def _sizes_of(margin: NDArray[np.float64]) -> MarginSizes:
    sizes, times = np.unique(margin, return_counts=True)
    return MarginSizes(sizes, times.astype(np.float64))


def longer_first(*margins: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return two sorted margins, the longer first; ties in lexical order."""
    return sorted(map(np.sort, margins), key=lambda margin: (-len(margin), margin.tolist()))


def nearly_equal(sizes: NDArray[np.float64], times: NDArray[np.float64]) -> MarginSizes:
    """Return the means of runs of nearly equal sizes, and their multiplicities."""
    run = np.floor(np.log(sizes) / NEARLY_EQUAL)
    starts = np.flatnonzero(np.diff(run, prepend=np.nan))
    counts = np.add.reduceat(times, starts)
    means = np.add.reduceat(sizes * times, starts) / counts
    means = np.rint(means) if np.all(sizes % 1 == 0) else means
    return MarginSizes(means, counts.astype(np.float64))
