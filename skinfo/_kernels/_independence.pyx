"""Statistics of independence of one table: information, its null moments, a small-table p-value.

Every test of a contingency table in the package goes through these functions.
"""

from libc.math cimport NAN

import numpy as np

from skinfo._kernels._random_tables cimport is_whole, small_table_pvalue
from skinfo._kernels._table_information cimport information_of_table
from skinfo._kernels._null cimport (
    Margin,
    Moments,
    NullMeans,
    moments_of_table,
    slope_workspace_size,
    slope_workspace,
    sum_of,
)


def independence_statistics(const double[:, ::1] counts, const double[:, ::1] poisson):
    """Return plug-in information, its null moments and the p-value of a small table.

    Parameters
    ----------
    counts : ndarray of shape (n_levels, n_classes), dtype float64
        Empty rows and columns are ignored.

    poisson : ndarray
        From `poisson_tables`.

    Returns
    -------
    statistics : ndarray of shape (4,)
        N times the plug-in information, and its mean and variance over tables with the same
        margins under independence, in nats; the p-value of `small_table_pvalue`, NaN if none.
    """
    cdef Py_ssize_t n_levels = counts.shape[0]
    cdef Py_ssize_t n_classes = counts.shape[1]
    cdef double[::1] statistics = np.array([0.0, 0.0, 0.0, NAN])
    cdef double[::1] memory = np.empty(table_workspace_size(n_levels, n_classes))
    if n_levels > 1 and n_classes > 1:
        with nogil:
            fill_statistics(
                &counts[0, 0],
                n_levels,
                n_classes,
                &poisson[0, 0],
                NULL,
                True,
                table_workspace(&memory[0], n_levels, n_classes),
                &statistics[0],
            )
    return np.asarray(statistics)


cdef int fill_statistics(
    const double *counts,
    Py_ssize_t n_levels,
    Py_ssize_t n_classes,
    const double *poisson,
    double *known,
    bint with_pvalue,
    TableWorkspace work,
    double *statistics,
) except -1 nogil:
    """Fill in the statistics of a table.

    Parameters
    ----------
    counts : (n_levels, n_classes)

    poisson : (4, N_GRID)
        From `poisson_tables`.

    known
        Cache of `NullMeans` for tables with the same class sizes; or NULL.

    with_pvalue : bool
        Whether to compute the p-value of a small table, which is not additive over tables.

    work : TableWorkspace
        For at least as large a table.

    statistics : (N_STATISTICS,)
        As `independence_statistics` returns it.
    """
    cdef Margin rows, columns
    cdef NullMeans means
    cdef Moments moments
    cdef double information
    cdef bint whole = is_whole(counts, n_levels * n_classes)
    statistics[PLUGIN] = 0.0
    statistics[NULL_MEAN] = 0.0
    statistics[NULL_VARIANCE] = 0.0
    statistics[SMALL_TABLE_PVALUE] = NAN
    # Also fills in the column sums.
    information = information_of_table(counts, n_levels, n_classes, work.columns)
    sum_rows(counts, n_levels, n_classes, work.rows)
    if with_pvalue:
        keep_occupied(counts, n_levels, n_classes, work)
    rows = Margin(work.rows, NULL, keep_positive(work.rows, n_levels))
    columns = Margin(work.columns, NULL, keep_positive(work.columns, n_classes))
    # A table of one row or column has no information: mean and variance are zero, too.
    if rows.n < 2 or columns.n < 2:
        return 0
    means = NullMeans(sum_of(columns), columns, poisson, whole, known)
    moments = moments_of_table(rows, &means, work.slope)
    statistics[PLUGIN] = information * means.n
    statistics[NULL_MEAN] = moments.mean
    statistics[NULL_VARIANCE] = moments.variance
    # Enumerating or sampling tables needs integer counts.
    if with_pvalue and whole:
        statistics[SMALL_TABLE_PVALUE] = small_table_pvalue(
            work.counts, rows.n, columns.n, work.rows, work.columns
        )
    return 0


cdef void sum_rows(
    const double *counts, Py_ssize_t n_levels, Py_ssize_t n_classes, double *sums
) noexcept nogil:
    """Fill in the sum (n_levels,) of each row."""
    cdef Py_ssize_t i, j
    for i in range(n_levels):
        sums[i] = 0.0
        for j in range(n_classes):
            sums[i] += counts[i * n_classes + j]


cdef void keep_occupied(
    const double *counts, Py_ssize_t n_levels, Py_ssize_t n_classes, TableWorkspace work
) noexcept nogil:
    """Fill in the counts of the rows and columns whose sums are positive."""
    cdef Py_ssize_t i, j
    cdef double *kept = work.counts
    for i in range(n_levels):
        if work.rows[i] > 0.0:
            for j in range(n_classes):
                if work.columns[j] > 0.0:
                    kept[0] = counts[i * n_classes + j]
                    kept += 1


cdef Py_ssize_t keep_positive(double *sums, Py_ssize_t n) noexcept nogil:
    """Move positive sums to the front, in order, and return how many there are."""
    cdef Py_ssize_t i
    cdef Py_ssize_t n_kept = 0
    for i in range(n):
        if sums[i] > 0.0:
            sums[n_kept] = sums[i]
            n_kept += 1
    return n_kept


cdef Py_ssize_t table_workspace_size(Py_ssize_t n_levels, Py_ssize_t n_classes) noexcept nogil:
    """Return how many numbers a `table_workspace` holds."""
    return (n_levels + 1) * (n_classes + 1) + slope_workspace_size(n_levels, n_classes)


cdef TableWorkspace table_workspace(
    double *memory, Py_ssize_t n_levels, Py_ssize_t n_classes
) noexcept nogil:
    """Return memory (table_workspace_size,) as a TableWorkspace."""
    cdef double *rows = memory + n_levels * n_classes
    cdef double *columns = rows + n_levels
    cdef SlopeWorkspace slope = slope_workspace(columns + n_classes, n_levels, n_classes)
    return TableWorkspace(memory, rows, columns, slope)
