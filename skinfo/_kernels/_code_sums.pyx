"""Sums of a target by the codes of a column, exact if they are integers below 2**53."""

from libc.math cimport rint
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t

import numpy as np

ctypedef fused code_t:
    uint8_t
    uint16_t
    int32_t

ctypedef fused class_t:
    uint8_t
    uint16_t
    uint32_t

cdef enum:
    N_TERMS = 5


def class_sums_by_code(
    const code_t[::1] codes,
    const class_t[::1] y,
    const double[::1] weights,
    Py_ssize_t n_codes,
    Py_ssize_t n_classes,
):
    """Return the weight of each class at each code, (n_codes, n_classes) float64.

    Parameters
    ----------
    codes : ndarray of shape (n,), dtype uint8, uint16 or int32
        Non-negative.

    y : ndarray of shape (n,), dtype uint8, uint16 or uint32

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty if all weights are one.

    n_codes, n_classes : int
    """
    cdef double[:, ::1] sums
    cdef int64_t[:, ::1] counts
    cdef Py_ssize_t i
    cdef Py_ssize_t n = codes.shape[0]
    if weights.shape[0]:
        sums_out = np.zeros((n_codes, n_classes))
        sums = sums_out
        with nogil:
            for i in range(n):
                sums[codes[i], y[i]] += weights[i]
        return sums_out
    counts_out = np.zeros((n_codes, n_classes), np.int64)
    counts = counts_out
    with nogil:
        for i in range(n):
            counts[codes[i], y[i]] += 1
    return counts_out.astype(np.float64)


def number_sums_by_code(
    const code_t[::1] codes,
    const double[::1] values,
    const double[::1] weights,
    double half,
    Py_ssize_t n_codes,
):
    """Return sums of five terms of a number v and its weight w at each code, (n_codes, 5).

    With ``v = high * half + low`` they are w, w v, w high**2, 2 w high low and w low**2.

    Parameters
    ----------
    codes : ndarray of shape (n,), dtype uint8, uint16 or int32
        Non-negative.

    values : ndarray of shape (n,), dtype float64

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty if all weights are one.

    half : float
        A power of two.

    n_codes : int
    """
    sums_out = np.zeros((n_codes, N_TERMS))
    cdef double[:, ::1] sums = sums_out
    cdef bint is_weighted = weights.shape[0] > 0
    cdef double inverse = 1.0 / half
    cdef double w = 1.0
    cdef double high, low
    cdef double* of_code
    cdef Py_ssize_t i
    with nogil:
        for i in range(codes.shape[0]):
            if is_weighted:
                w = weights[i]
            high = rint(values[i] * inverse)
            low = values[i] - high * half
            of_code = &sums[codes[i], 0]
            of_code[0] += w
            of_code[1] += w * values[i]
            of_code[2] += w * (high * high)
            of_code[3] += 2.0 * w * high * low
            of_code[4] += w * (low * low)
    return sums_out


def extents_by_code(
    const double[::1] values,
    const double[::1] weights,
    const code_t[::1] codes,
    Py_ssize_t n_codes,
):
    """Return the minimum and maximum of the values of each code, and the weight of finite values.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        NaN is ignored.

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty if all weights are one.

    codes : ndarray of shape (n,), dtype uint8, uint16 or int32
        Non-negative.

    n_codes : int

    Returns
    -------
    lowest, highest : ndarray of shape (n_codes,)
        Infinity and minus infinity for a code without values.

    finite : ndarray of shape (n_codes,)
    """
    lowest_out, highest_out = np.full(n_codes, np.inf), np.full(n_codes, -np.inf)
    finite_out = np.zeros(n_codes)
    cdef double[::1] lowest = lowest_out
    cdef double[::1] highest = highest_out
    cdef double[::1] finite = finite_out
    cdef bint is_weighted = weights.shape[0] > 0
    cdef double value, weight
    cdef Py_ssize_t i
    cdef code_t c
    with nogil:
        for i in range(codes.shape[0]):
            value, c = values[i], codes[i]
            lowest[c] = value if value < lowest[c] else lowest[c]
            highest[c] = value if value > highest[c] else highest[c]
            weight = weights[i] if is_weighted else 1.0
            # inf - inf is NaN, so this tests whether the value is finite.
            finite[c] += weight if value - value == 0.0 else 0.0
    return lowest_out, highest_out, finite_out
