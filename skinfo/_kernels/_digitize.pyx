"""From values to bins."""

from libc.stdint cimport uint8_t, uint16_t

ctypedef fused code_t:
    uint8_t
    uint16_t

cdef enum:
    # So many values stay in the first-level cache while they are compared with one cut after the
    # other, on vector registers.
    BLOCK = 64
    # With more cuts than this a search takes less time, on registers of two values.
    FEW_CUTS = 64


def digitize(
    const double[::1] values, const double[::1] cuts, Py_ssize_t missing_bin, code_t[::1] codes
):
    """Write the bin of each value to `codes` (n,) unsigned: how many cuts are at or below it.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        NaN goes to `missing_bin`.

    cuts : ndarray of shape (n_cuts,), dtype float64
        Increasing.
    """
    cdef Py_ssize_t n = values.shape[0]
    cdef Py_ssize_t n_cuts = cuts.shape[0]
    cdef const double* first_cut = &cuts[0] if n_cuts else NULL
    cdef Py_ssize_t b, row, place
    with nogil:
        if n_cuts > FEW_CUTS:
            for row in range(n):
                place = search(values[row], first_cut, n_cuts)
                codes[row] = <code_t>(place if values[row] == values[row] else missing_bin)
        else:
            for b in range(n // BLOCK):
                row = b * BLOCK
                compare(&values[row], BLOCK, first_cut, n_cuts, missing_bin, &codes[row])
            row = n - n % BLOCK
            if row < n:
                compare(&values[row], n - row, first_cut, n_cuts, missing_bin, &codes[row])


cdef inline void compare(
    const double* values,
    Py_ssize_t n,
    const double* cuts,
    Py_ssize_t n_cuts,
    Py_ssize_t missing_bin,
    code_t* codes,
) noexcept nogil:
    """Write the bins of at most BLOCK values."""
    cdef long long places[BLOCK]
    cdef Py_ssize_t row, c
    cdef double cut
    for row in range(BLOCK):
        places[row] = 0
    for c in range(n_cuts):
        cut = cuts[c]
        for row in range(n):
            places[row] += values[row] >= cut
    for row in range(n):
        codes[row] = <code_t>(places[row] if values[row] == values[row] else missing_bin)


cdef inline Py_ssize_t search(
    double value, const double* cuts, Py_ssize_t n_cuts
) noexcept nogil:
    """Return how many cuts, of which there are some, are at or below a value."""
    cdef Py_ssize_t place = 0
    cdef Py_ssize_t left = n_cuts
    cdef Py_ssize_t half
    while left > 1:
        half = left >> 1
        # A product, since a branch would be mispredicted every other time.
        place += half * (cuts[place + half - 1] <= value)
        left -= half
    return place + (cuts[place] <= value)
