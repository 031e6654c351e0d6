"""What one table of counts tells: its information, what independence gives, how surprising it is.

The one path from counts to evidence: of `mutual_info_test` and of `InfoBottleneckSelector`.
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
    slope_room,
    slope_space,
    sum_of,
)


def independence_statistics(const double[:, ::1] counts, const double[:, ::1] poisson):
    """Return what a table of counts tells.

    Parameters
    ----------
    counts : ndarray of shape (n_levels, n_classes), dtype float64

    poisson : ndarray
        From `poisson_tables`.

    Returns
    -------
    evidence : ndarray of shape (4,)
        In nats: N times plug-in information, its mean and variance over tables with the same
        margins; the p-value of `small_table_pvalue`, NaN where there is none.
    """
    cdef Py_ssize_t n_levels = counts.shape[0]
    cdef Py_ssize_t n_classes = counts.shape[1]
    cdef double[::1] evidence = np.array([0.0, 0.0, 0.0, NAN])
    cdef double[::1] room = np.empty(evidence_room(n_levels, n_classes))
    if n_levels > 1 and n_classes > 1:
        with nogil:
            fill_evidence(
                &counts[0, 0],
                n_levels,
                n_classes,
                &poisson[0, 0],
                NULL,
                True,
                evidence_space(&room[0], n_levels, n_classes),
                &evidence[0],
            )
    return np.asarray(evidence)


cdef int fill_evidence(
    const double *counts,
    Py_ssize_t n_levels,
    Py_ssize_t n_classes,
    const double *poisson,
    double *known,
    bint is_alone,
    EvidenceSpace space,
    double *evidence,
) except -1 nogil:
    """Fill in what a table of counts tells.

    Parameters
    ----------
    counts : (n_levels, n_classes)

    poisson : (4, N_GRID)
        From `poisson_tables`.

    known
        What `NullMeans` remembers of tables with the same classes; or NULL.

    is_alone : bool
        Whether the p-value of this table is asked for, not of several together.

    space : EvidenceSpace
        Of a table as large, at least.

    evidence : (N_STATISTICS,)
        As `independence_statistics` returns it.
    """
    cdef Margin rows, columns
    cdef NullMeans means
    cdef Moments moments
    cdef double information
    cdef bint whole = is_whole(counts, n_levels * n_classes)
    evidence[PLUGIN] = 0.0
    evidence[NULL_MEAN] = 0.0
    evidence[NULL_VARIANCE] = 0.0
    evidence[SMALL_TABLE_PVALUE] = NAN
    information = information_of_table(counts, n_levels, n_classes, space.columns)
    sum_rows(counts, n_levels, n_classes, space.rows)
    if is_alone:
        keep_occupied(counts, n_levels, n_classes, space)
    rows = Margin(space.rows, NULL, keep_positive(space.rows, n_levels))
    columns = Margin(space.columns, NULL, keep_positive(space.columns, n_classes))
    if rows.n < 2 or columns.n < 2:
        return 0
    means = NullMeans(sum_of(columns), columns, poisson, whole, known)
    moments = moments_of_table(rows, &means, space.slope)
    evidence[PLUGIN] = information * means.n
    evidence[NULL_MEAN] = moments.mean
    evidence[NULL_VARIANCE] = moments.variance
    if is_alone and whole:
        evidence[SMALL_TABLE_PVALUE] = small_table_pvalue(
            space.counts, rows.n, columns.n, space.rows, space.columns
        )
    return 0


cdef void sum_rows(
    const double *counts, Py_ssize_t n_levels, Py_ssize_t n_classes, double *sums
) noexcept nogil:
    """Fill in the sum of each row."""
    cdef Py_ssize_t i, j
    for i in range(n_levels):
        sums[i] = 0.0
        for j in range(n_classes):
            sums[i] += counts[i * n_classes + j]


cdef void keep_occupied(
    const double *counts, Py_ssize_t n_levels, Py_ssize_t n_classes, EvidenceSpace space
) noexcept nogil:
    """Fill in the counts of the rows and columns whose sums are positive."""
    cdef Py_ssize_t i, j
    cdef double *kept = space.counts
    for i in range(n_levels):
        if space.rows[i] > 0.0:
            for j in range(n_classes):
                if space.columns[j] > 0.0:
                    kept[0] = counts[i * n_classes + j]
                    kept += 1


cdef Py_ssize_t keep_positive(double *sums, Py_ssize_t n) noexcept nogil:
    """Move positive sums to the front, and return how many there are."""
    cdef Py_ssize_t i
    cdef Py_ssize_t n_kept = 0
    for i in range(n):
        if sums[i] > 0.0:
            sums[n_kept] = sums[i]
            n_kept += 1
    return n_kept


cdef Py_ssize_t evidence_room(Py_ssize_t n_levels, Py_ssize_t n_classes) noexcept nogil:
    """Return how many numbers `evidence_space` needs room for."""
    return (n_levels + 1) * (n_classes + 1) + slope_room(n_levels, n_classes)


cdef EvidenceSpace evidence_space(
    double *room, Py_ssize_t n_levels, Py_ssize_t n_classes
) noexcept nogil:
    """Return the parts of a room."""
    cdef double *rows = room + n_levels * n_classes
    cdef double *columns = rows + n_levels
    cdef SlopeSpace slope = slope_space(columns + n_classes, n_levels, n_classes)
    return EvidenceSpace(room, rows, columns, slope)
