"""Rows of the heaviest values of a column."""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint64_t

import numpy as np

from skinfo._kernels._elementary cimport bits_of
from skinfo._kernels._splitmix64 cimport mix_bits

cdef enum:
    N_BUCKETS = 16384
    SHIFT = 50  # leaves log2(N_BUCKETS) bits of a hash


def rows_of_heavy_buckets(
    const double[::1] values, const double[::1] weights, double least
):
    """Return the rows in those buckets of a hash table whose total weight is at least `least`.

    They include all rows of values of at least that weight, and few others.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        NaN is ignored.

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty if all weights are one.

    least : float
        Positive.

    Returns
    -------
    rows : ndarray, dtype int64
        Increasing.
    """
    cdef Py_ssize_t n = values.shape[0]
    cdef Py_ssize_t i, b
    cdef Py_ssize_t n_rows = 0
    cdef uint8_t any_heavy = 0
    cdef double[::1] in_bucket = np.zeros(N_BUCKETS + 1)
    cdef uint8_t[::1] is_heavy = np.zeros(N_BUCKETS + 1, np.uint8)
    cdef uint16_t[::1] buckets = np.empty(n, np.uint16)
    # Untouched memory pages are never allocated.
    found = np.empty(n + 1, np.int64)
    cdef int64_t[::1] rows = found
    with nogil:
        for i in range(n):
            buckets[i] = (
                <uint16_t>(mix_bits(bits_of(values[i] + 0.0)) >> SHIFT)
                if values[i] == values[i]
                else N_BUCKETS
            )
        if weights.shape[0]:
            for i in range(n):
                in_bucket[buckets[i]] += weights[i]
        else:
            for i in range(n):
                in_bucket[buckets[i]] += 1.0
        for b in range(N_BUCKETS):
            is_heavy[b] = in_bucket[b] >= least
            any_heavy |= is_heavy[b]
        if any_heavy:
            for i in range(n):
                # Branch-free, since a branch would be mispredicted.
                rows[n_rows] = i
                n_rows += is_heavy[buckets[i]]
    return found[:n_rows].copy()
