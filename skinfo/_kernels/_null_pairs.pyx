"""Null means of sum n ln n over the tables of all pairs of columns, in fixed point.

Columns have few distinct margins, so the mean of a cell is computed once for each pair of margins.
Fixed point makes sums exact, hence independent of the order of columns and threads.
"""

from libc.math cimport rint
from libc.stdint cimport int64_t

from skinfo._kernels._elementary cimport xlogx
from skinfo._kernels._null cimport cell_excess, hypergeometric_excess, series_excess


cdef inline double PAIR_SERIES_FROM_MEAN() noexcept nogil:
    """Return the cell mean from which `series_excess` is used: its error is below 1e-8 then."""
    return 256.0


cdef struct CellNull:
    # Parameters of the null mean of a cell, apart from its margins.
    double n  # total count
    const double *poisson  # (4, N_GRID), from `poisson_tables`
    bint exact  # margins are integers
    double scale  # 1 / unit of fixed point


cdef int64_t mean_xlogx(const CellNull *null, double a, double b) noexcept nogil:
    """Return E[k ln k] under independence of the cell with margins a and b, in fixed point.

    For integer margins k is hypergeometric: the mean is a sum over its values, or the series for
    large means. For real margins it is that of `cell_excess`.
    """
    cdef double n = null.n
    cdef double mean, value
    if a >= n or b >= n:
        value = xlogx(b if b < a else a)  # a margin of all samples: k is constant
    else:
        mean = a * b / n
        value = xlogx(mean)
        if not null.exact:
            value += cell_excess(n, a, b, null.poisson)
        elif mean < PAIR_SERIES_FROM_MEAN():
            value += hypergeometric_excess(n, a, b)
        else:
            value += series_excess(n, a, b)
    return <int64_t>rint(value * null.scale)


def pair_null_means(
    double n,
    const double[::1] sizes,
    Py_ssize_t first,
    Py_ssize_t step,
    const double[:, ::1] tables,
    bint exact,
    double scale,
    int64_t[:, ::1] null,
):
    """Fill in `mean_xlogx` of pairs of margins, for rows first, first + step, ... (one task).

    Parameters
    ----------
    n : float

    sizes : ndarray of shape (n_sizes,), dtype float64
        The distinct margins of all columns.

    tables : ndarray, from `poisson_tables`

    exact : bool
        Whether margins are integers.

    null : ndarray of shape (n_sizes, n_sizes), dtype int64
        Filled symmetrically, in units of 1 / scale.
    """
    cdef Py_ssize_t j
    cdef Py_ssize_t i = first
    cdef CellNull cell_null = CellNull(n, &tables[0, 0], exact, scale)
    with nogil:
        while i < sizes.shape[0]:
            for j in range(i, sizes.shape[0]):
                null[i, j] = mean_xlogx(&cell_null, sizes[i], sizes[j])
                null[j, i] = null[i, j]
            i += step


cdef inline int64_t stored_sum(
    const int64_t *null, const int64_t *size_of, const int64_t *times, Py_ssize_t n
) noexcept nogil:
    """Return the sum over the margins of a column, from one margin's row of stored means."""
    cdef Py_ssize_t j
    cdef int64_t total = 0
    for j in range(n):
        total += times[j] * null[size_of[j]]
    return total


cdef int64_t computed_sum(
    const CellNull *null,
    int64_t own,
    const double *sizes,
    const int64_t *size_of,
    const int64_t *times,
    Py_ssize_t n,
) noexcept nogil:
    """Return what `stored_sum` does, computing the means of a margin that are not stored."""
    cdef Py_ssize_t j
    cdef int64_t low, high
    cdef int64_t total = 0
    for j in range(n):
        # The smaller margin first, as in `pair_null_means`, so that both give the same bits.
        low = size_of[j] if size_of[j] < own else own
        high = own if size_of[j] < own else size_of[j]
        total += times[j] * mean_xlogx(null, sizes[low], sizes[high])
    return total


def pair_null_sums(
    double n,
    const double[::1] sizes,
    const int64_t[::1] size_of,
    const int64_t[::1] times,
    const int64_t[::1] starts,
    Py_ssize_t first,
    Py_ssize_t step,
    const int64_t[:, ::1] null,
    const double[:, ::1] tables,
    bint exact,
    double scale,
    int64_t[:, ::1] sums,
):
    """Fill in the null mean of sum n ln n of pairs of columns: rows first, first + step, ...

    Parameters
    ----------
    n : float

    sizes : ndarray of shape (n_sizes,), dtype float64

    size_of, times : ndarray of shape (n_entries,), dtype int64
        The margins of each column: indices into `sizes`, and the number of levels of that size.

    starts : ndarray of shape (n_features + 1,), dtype int64
        Column f has the entries from ``starts[f]`` to ``starts[f + 1]``.

    null : ndarray of shape (n_sizes, n_sizes) or (0, 0), dtype int64
        From `pair_null_means`; empty if there are too many pairs to store.

    tables : ndarray, from `poisson_tables`

    exact : bool
        Whether margins are integers.

    sums : ndarray of shape (n_features, n_features), dtype int64
        Entry (f, g) with f < g is filled, in units of 1 / scale.
    """
    cdef Py_ssize_t g, i, n_others
    cdef int64_t total, row_sum
    cdef Py_ssize_t f = first
    cdef CellNull cell_null = CellNull(n, &tables[0, 0], exact, scale)
    cdef bint is_stored = null.shape[0] > 0
    with nogil:
        while f < starts.shape[0] - 1:
            for g in range(f + 1, starts.shape[0] - 1):
                total = 0
                n_others = starts[g + 1] - starts[g]
                for i in range(starts[f], starts[f + 1]):
                    if is_stored:
                        row_sum = stored_sum(
                            &null[size_of[i], 0], &size_of[starts[g]], &times[starts[g]], n_others
                        )
                    else:
                        row_sum = computed_sum(
                            &cell_null,
                            size_of[i],
                            &sizes[0],
                            &size_of[starts[g]],
                            &times[starts[g]],
                            n_others,
                        )
                    total += times[i] * row_sum
                sums[f, g] = total
            f += step
