"""Bin indices of values, given cut points."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t

import numpy as np

ctypedef fused code_t:
    uint8_t
    uint16_t
    int32_t

cdef enum:
    # Values compared at once with each cut, on vector registers, out of the first-level cache.
    BLOCK = 64
    # Above this number of cuts bisection is faster.
    FEW_CUTS = 32


def digitize(
    const double[::1] values, const double[::1] cuts, Py_ssize_t missing_bin, code_t[::1] codes
):
    """Store the bin of each value in `codes` (n,): the number of cuts at or below it.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        NaN gets `missing_bin`.

    cuts : ndarray of shape (n_cuts,), dtype float64
        Increasing.

    codes : ndarray of shape (n,), dtype uint8, uint16 or int32
    """
    cdef Py_ssize_t n = values.shape[0]
    cdef Py_ssize_t n_cuts = cuts.shape[0]
    cdef const double* first_cut = &cuts[0] if n_cuts else NULL
    cdef Py_ssize_t b, i
    with nogil:
        for b in range((n + BLOCK - 1) // BLOCK):
            i = b * BLOCK
            find_bins(&values[i], n - i, first_cut, n_cuts, missing_bin, &codes[i])


def values_between(
    const double[::1] values, const double[::1] starts, const double[::1] stops
):
    """Return the values within some ranges in order of their rows, and the rows, int64.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        NaN is in no range.

    starts, stops : ndarray of shape (n_ranges,), dtype float64
        Increasing; no stop is beyond the next start. A value is in a range if
        ``start <= value < stop``, and infinity in one that ends there.
    """
    cdef Py_ssize_t n = values.shape[0]
    edges_out = np.column_stack([starts, np.where(np.isinf(stops), np.nan, stops)]).ravel()
    cdef const double[::1] edges = edges_out
    cdef Py_ssize_t n_edges = edges.shape[0]
    # Pages that are not written to cost nothing.
    found_out, rows_out = np.empty(n), np.empty(n, np.int64)
    cdef double[::1] found = found_out
    cdef int64_t[::1] rows = rows_out
    cdef int32_t[BLOCK] bins
    cdef Py_ssize_t n_found = 0
    cdef Py_ssize_t b, i, k
    cdef int32_t any_inside
    if not n_edges:
        return found_out[:0], rows_out[:0]
    with nogil:
        for b in range((n + BLOCK - 1) // BLOCK):
            i = b * BLOCK
            # In a range an odd number of edges is at or below a value.
            find_bins(&values[i], n - i, &edges[0], n_edges, 0, bins)
            any_inside = 0
            for k in range(min(n - i, BLOCK)):
                any_inside |= bins[k]
            if any_inside & 1:
                for k in range(min(n - i, BLOCK)):
                    # Without a branch, which would be mispredicted.
                    found[n_found] = values[i + k]
                    rows[n_found] = i + k
                    n_found += bins[k] & 1
    return found_out[:n_found].copy(), rows_out[:n_found].copy()


cdef inline void find_bins(
    const double* values,
    Py_ssize_t n,
    const double* cuts,
    Py_ssize_t n_cuts,
    Py_ssize_t missing_bin,
    code_t* codes,
) noexcept nogil:
    """Store the bins of the first BLOCK of n values, or all."""
    if n_cuts > FEW_CUTS:
        search(values, min(n, BLOCK), cuts, n_cuts, missing_bin, codes)
    elif n >= BLOCK:
        # With a number that the compiler knows.
        count_cuts(values, BLOCK, cuts, n_cuts, missing_bin, codes)
    else:
        count_cuts(values, n, cuts, n_cuts, missing_bin, codes)


cdef inline void count_cuts(
    const double* values,
    Py_ssize_t n,
    const double* cuts,
    Py_ssize_t n_cuts,
    Py_ssize_t missing_bin,
    code_t* codes,
) noexcept nogil:
    """Store the bins of at most BLOCK values, by comparing each value with each cut."""
    cdef long long bins[BLOCK]
    cdef Py_ssize_t i, c
    cdef double cut
    for i in range(BLOCK):
        bins[i] = 0
    for c in range(n_cuts):
        cut = cuts[c]
        for i in range(n):
            bins[i] += values[i] >= cut
    for i in range(n):
        codes[i] = <code_t>(bins[i] if values[i] == values[i] else missing_bin)


cdef inline void search(
    const double* values,
    Py_ssize_t n,
    const double* cuts,
    Py_ssize_t n_cuts,
    Py_ssize_t missing_bin,
    code_t* codes,
) noexcept nogil:
    """Store the bins of at most BLOCK values, n_cuts >= 1, by bisections side by side.

    Of one value each step waits for the one before; those of others do not.
    """
    cdef int32_t bins[BLOCK]
    cdef int32_t n_left = <int32_t>n_cuts
    cdef int32_t half
    cdef Py_ssize_t i
    for i in range(n):
        bins[i] = 0
    while n_left > 1:
        half = n_left >> 1
        for i in range(n):
            # No branch, which would be mispredicted every other time.
            bins[i] += half if cuts[bins[i] + half - 1] <= values[i] else 0
        n_left -= half
    for i in range(n):
        bins[i] += cuts[bins[i]] <= values[i]
        codes[i] = <code_t>(bins[i] if values[i] == values[i] else missing_bin)
