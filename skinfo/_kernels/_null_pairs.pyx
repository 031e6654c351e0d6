"""What chance alone gives a pair of columns, in fixed point."""

from libc.math cimport rint
from libc.stdint cimport int64_t

from skinfo._kernels._elementary cimport xlogx
from skinfo._kernels._null cimport cell_excess, hypergeometric_excess, series_excess


cdef inline double SERIES_MEAN() noexcept nogil:
    """Return the mean from which on four terms of a series are worth more digits than are kept."""
    return 256.0


cdef struct Chance:
    # What decides the mean of a cell, beside its margins.
    double n  # rows
    const double *poisson  # from `poisson_tables`
    bint exact  # whether margins are whole numbers
    double scale  # one over the unit of fixed point


cdef int64_t mean_xlogx(const Chance *chance, double a, double b) noexcept nogil:
    """Return E[k ln k] of the cell that margins a and b share by chance alone, in fixed point.

    Whole margins make k hypergeometric: summed over its values, or from a mean m of `SERIES_MEAN`
    on by the series of k ln k about m through the terms of order 1/m**2, which leaves 1e-8 or so.
    Real margins take the smooth form of `cell_excess`.
    """
    cdef double n = chance.n
    cdef double mean, value
    if a >= n or b >= n:
        value = xlogx(b if b < a else a)  # no choice
    else:
        mean = a * b / n
        value = xlogx(mean)
        if not chance.exact:
            value += cell_excess(n, a, b, chance.poisson)
        elif mean < SERIES_MEAN():
            value += hypergeometric_excess(n, a, b)
        else:
            value += series_excess(n, a, b)
    return <int64_t>rint(value * chance.scale)


def pair_null_means(
    double n,
    const double[::1] sizes,
    Py_ssize_t first,
    Py_ssize_t step,
    const double[:, ::1] tables,
    bint exact,
    double scale,
    int64_t[:, ::1] chance,
):
    """Fill every `step`-th row of what `mean_xlogx` gives each pair of margins, from `first` on.

    Parameters
    ----------
    n : float

    sizes : ndarray of shape (n_sizes,), dtype float64
        The different margins there are.

    tables : ndarray, from `poisson_tables`

    exact : bool
        Whether margins are whole numbers.

    chance : ndarray of shape (n_sizes, n_sizes), dtype int64
        Filled on both sides of the diagonal, in units of 1 / scale.
    """
    cdef Py_ssize_t j
    cdef Py_ssize_t i = first
    cdef Chance of_cell = Chance(n, &tables[0, 0], exact, scale)
    with nogil:
        while i < sizes.shape[0]:
            for j in range(i, sizes.shape[0]):
                chance[i, j] = mean_xlogx(&of_cell, sizes[i], sizes[j])
                chance[j, i] = chance[i, j]
            i += step


cdef inline int64_t kept_sum(
    const int64_t *chance, const int64_t *which, const int64_t *times, Py_ssize_t n
) noexcept nogil:
    """Return what one margin adds with those of another column, from its row of chances."""
    cdef Py_ssize_t j
    cdef int64_t total = 0
    for j in range(n):
        total += times[j] * chance[which[j]]
    return total


cdef int64_t new_sum(
    const Chance *chance,
    int64_t own,
    const double *sizes,
    const int64_t *which,
    const int64_t *times,
    Py_ssize_t n,
) noexcept nogil:
    """Return the same of a margin whose chances are not kept."""
    cdef Py_ssize_t j
    cdef int64_t low, high
    cdef int64_t total = 0
    for j in range(n):
        # The smaller first: rounding is then the same both ways.
        low = which[j] if which[j] < own else own
        high = own if which[j] < own else which[j]
        total += times[j] * mean_xlogx(chance, sizes[low], sizes[high])
    return total


def pair_null_sums(
    double n,
    const double[::1] sizes,
    const int64_t[::1] which,
    const int64_t[::1] times,
    const int64_t[::1] starts,
    Py_ssize_t first,
    Py_ssize_t step,
    const int64_t[:, ::1] chance,
    const double[:, ::1] tables,
    bint exact,
    double scale,
    int64_t[:, ::1] sums,
):
    """Fill every `step`-th row of the sum of n ln n that chance gives each pair of columns.

    Parameters
    ----------
    n : float

    sizes : ndarray of shape (n_sizes,), dtype float64

    which, times : ndarray of shape (n_entries,), dtype int64
        The margins of each column: places in `sizes`, and how many levels have that one.

    starts : ndarray of shape (n_features + 1,), dtype int64
        Column f has the entries from ``starts[f]`` to ``starts[f + 1]``.

    chance : ndarray of shape (n_sizes, n_sizes) or (0, 0), dtype int64
        From `pair_null_means`; empty where there are too many pairs of sizes to keep.

    tables : ndarray, from `poisson_tables`

    exact : bool
        Whether margins are whole numbers.

    sums : ndarray of shape (n_features, n_features), dtype int64
        Entry (f, g) with f < g is filled, in units of 1 / scale.
    """
    cdef Py_ssize_t g, i, n_others
    cdef int64_t total, of_entry
    cdef Py_ssize_t f = first
    cdef Chance of_cell = Chance(n, &tables[0, 0], exact, scale)
    cdef bint is_kept = chance.shape[0] > 0
    with nogil:
        while f < starts.shape[0] - 1:
            for g in range(f + 1, starts.shape[0] - 1):
                total = 0
                n_others = starts[g + 1] - starts[g]
                for i in range(starts[f], starts[f + 1]):
                    if is_kept:
                        of_entry = kept_sum(
                            &chance[which[i], 0], &which[starts[g]], &times[starts[g]], n_others
                        )
                    else:
                        of_entry = new_sum(
                            &of_cell,
                            which[i],
                            &sizes[0],
                            &which[starts[g]],
                            &times[starts[g]],
                            n_others,
                        )
                    total += times[i] * of_entry
                sums[f, g] = total
            f += step
