"""Sums of n ln n in fixed point: any order of adding gives the same bits."""

import math

import numpy as np

from skinfo._kernels._entropy import xlogx
from skinfo._kernels._jit import kernel


@kernel
def xlogx_table(size, scale):
    """Return ``x ln x`` of 0, ..., size - 1 in units of 1 / scale, dtype int64."""
    table = np.empty(size, np.int64)
    for x in range(size):
        table[x] = np.int64(np.rint(xlogx(np.float64(x)) * scale))
    return table


@kernel
def fixed_xlogx(x, table, scale):
    """Return ``x ln x`` of a float64 in units of 1 / scale, looked up where it can be."""
    whole = np.int64(x)
    if whole < table.shape[0] and np.float64(whole) == x:
        return table[whole]
    return np.int64(np.rint(xlogx(x) * scale))


@kernel
def level_sums(codes, n_levels, weights):
    """Return counts (n_levels,) float64 of one column of codes int32; no weights for ones."""
    sums = np.zeros(n_levels)
    for row in range(codes.shape[0]):
        sums[codes[row]] += weights[row] if weights.shape[0] else 1.0
    return sums


@kernel
def sum_fixed_xlogx(values, table, scale):
    """Return the sum of ``x ln x`` over a vector of float64, in units of 1 / scale."""
    total = np.int64(0)
    for i in range(values.shape[0]):
        total += fixed_xlogx(values[i], table, scale)
    return total


def fixed_point_scale(total, n_cells):
    """Return the power of two that keeps sums of x ln x over a table within 61 bits.

    Parameters
    ----------
    total : float
        What the table adds up to.

    n_cells : int
        The most nonzero cells it can have.
    """
    bound = total * (abs(math.log(total)) + math.log(n_cells) + 1.0)
    # Totals near the smallest float would ask for more than the largest.
    return 2.0 ** min(61 - math.ceil(math.log2(bound)), 1000)
