"""Bin indices of values, given cut points."""

from libc.stdint cimport uint8_t, uint16_t

ctypedef fused code_t:
    uint8_t
    uint16_t

cdef enum:
    # Values compared at once with each cut, on vector registers, out of the first-level cache.
    BLOCK = 64
    # Above this number of cuts bisection is faster, even on the narrowest vector registers.
    FEW_CUTS = 64


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

    codes : ndarray of shape (n,), dtype uint8 or uint16
    """
    cdef Py_ssize_t n = values.shape[0]
    cdef Py_ssize_t n_cuts = cuts.shape[0]
    cdef const double* first_cut = &cuts[0] if n_cuts else NULL
    cdef Py_ssize_t b, i, bin_
    with nogil:
        if n_cuts > FEW_CUTS:
            for i in range(n):
                bin_ = search(values[i], first_cut, n_cuts)
                codes[i] = <code_t>(bin_ if values[i] == values[i] else missing_bin)
        else:
            for b in range(n // BLOCK):
                i = b * BLOCK
                count_cuts(&values[i], BLOCK, first_cut, n_cuts, missing_bin, &codes[i])
            i = n - n % BLOCK
            if i < n:
                count_cuts(&values[i], n - i, first_cut, n_cuts, missing_bin, &codes[i])


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


cdef inline Py_ssize_t search(
    double value, const double* cuts, Py_ssize_t n_cuts
) noexcept nogil:
    """Return how many of n_cuts >= 1 cuts are at or below a value, by bisection."""
    cdef Py_ssize_t bin_ = 0
    cdef Py_ssize_t n_left = n_cuts
    cdef Py_ssize_t half
    while n_left > 1:
        half = n_left >> 1
        # A product instead of a branch, which would be mispredicted every other time.
        bin_ += half * (cuts[bin_ + half - 1] <= value)
        n_left -= half
    return bin_ + (cuts[bin_] <= value)
