"""Sums of n ln n in fixed point, which are exact and independent of order."""

import math

import numpy as np

from libc.stdint cimport int32_t, int64_t

from skinfo._kernels._elementary cimport xlogx
from skinfo._kernels._fixed_point cimport fixed_xlogx, in_units


def fixed_xlogx_table(Py_ssize_t size, double scale):
    """Return ``x ln x`` of 0, ..., size - 1 in units of 1 / scale, dtype int64."""
    cdef Py_ssize_t x
    table = np.empty(size, np.int64)
    cdef int64_t[::1] values = table
    with nogil:
        for x in range(size):
            values[x] = in_units(xlogx(x), scale)
    return table


def level_sums(const int32_t[::1] codes, Py_ssize_t n_levels, const double[::1] weights):
    """Return counts (n_levels,) float64 of one column of codes; empty weights are all one."""
    cdef Py_ssize_t row
    cdef bint is_weighted = weights.shape[0] > 0
    out = np.zeros(n_levels)
    cdef double[::1] sums = out
    with nogil:
        for row in range(codes.shape[0]):
            sums[codes[row]] += weights[row] if is_weighted else 1.0
    return out


def sum_fixed_xlogx(const double[::1] values, const int64_t[::1] table, double scale):
    """Return the sum of ``x ln x`` over a vector, in units of 1 / scale."""
    cdef Py_ssize_t i
    cdef int64_t total = 0
    with nogil:
        for i in range(values.shape[0]):
            total += fixed_xlogx(values[i], table, scale)
    return total


def fixed_point_scale(total, n_cells):
    """Return the power of two that keeps sums of x ln x over a table within 61 bits.

    Parameters
    ----------
    total : float
        Sum of the table.

    n_cells : int
        Maximum number of nonzero cells.
    """
    bound = total * (abs(math.log(total)) + math.log(n_cells) + 1.0)
    # Totals near the smallest float would otherwise require a scale beyond the largest float.
    return 2.0 ** min(61 - math.ceil(math.log2(bound)), 1000)
