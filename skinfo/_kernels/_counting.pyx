"""Contingency tables of many columns of codes against classes, in one pass over the codes."""

from libc.stdint cimport int32_t, uint8_t

import numpy as np


def count_classes(
    const uint8_t[:, :] codes, const int32_t[::1] y, Py_ssize_t n_levels, Py_ssize_t n_classes
):
    """Return the contingency tables of columns of codes and classes.

    The outer loop is over samples, the inner one over columns: consecutive increments are in
    different tables, and rarely wait for each other.

    Parameters
    ----------
    codes : ndarray of shape (n, n_columns), dtype uint8
        In C or Fortran order. About 64 columns at a time keep the tables in the cache.

    y : ndarray of shape (n,), dtype int32

    n_levels, n_classes : int

    Returns
    -------
    counts : ndarray of shape (n_classes, n_columns, n_levels), dtype int32
    """
    counts = np.zeros((n_classes, codes.shape[1], n_levels), np.int32)
    cdef int32_t[:, :, ::1] table = counts
    if counts.size:
        with nogil:
            add_rows(codes, y, NULL, 1, &table[0, 0, 0], n_levels)
    return counts


def sum_class_weights(
    const uint8_t[:, :] codes,
    const int32_t[::1] y,
    const double[::1] weights,
    Py_ssize_t n_levels,
    Py_ssize_t n_classes,
):
    """Return the tables of `count_classes` with sample weights (n,), as float64."""
    counts = np.zeros((n_classes, codes.shape[1], n_levels))
    cdef double[:, :, ::1] table = counts
    if counts.size and codes.shape[0]:
        with nogil:
            add_rows(codes, y, &weights[0], 1.0, &table[0, 0, 0], n_levels)
    return counts


ctypedef fused number:
    int32_t
    double


cdef void add_rows(
    const uint8_t[:, :] codes,
    const int32_t[::1] y,
    const double* weights,
    number weight,
    number* counts,
    Py_ssize_t n_levels,
) noexcept nogil:
    """Add each sample to the tables of its class, with its weight, or `weight` if unweighted."""
    cdef Py_ssize_t n_columns = codes.shape[1]
    cdef Py_ssize_t row_step = codes.strides[0]
    cdef Py_ssize_t column_step = codes.strides[1]
    cdef const uint8_t* code
    cdef number* table
    cdef Py_ssize_t row, j
    for row in range(codes.shape[0]):
        code = &codes[0, 0] + row * row_step
        table = counts + y[row] * n_columns * n_levels
        if number is double:
            weight = weights[row]
        # Unrolled by four; the compiler cannot, since it does not know that tables are distinct.
        for j in range(n_columns // 4):
            table[code[0]] += weight
            table[n_levels + code[column_step]] += weight
            table[2 * n_levels + code[2 * column_step]] += weight
            table[3 * n_levels + code[3 * column_step]] += weight
            table += 4 * n_levels
            code += 4 * column_step
        for j in range(n_columns % 4):
            table[code[0]] += weight
            table += n_levels
            code += column_step
