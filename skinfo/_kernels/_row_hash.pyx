"""Hashes of the rows of a sparse table, and labels of equal rows."""

from libc.stdint cimport int32_t, int64_t, uint64_t

import numpy as np

from skinfo._kernels._splitmix64 cimport SPLITMIX_STEP, mix_bits


def row_hashes(const int64_t[::1] indptr, const int32_t[::1] columns, const uint64_t[::1] bits):
    """Return a hash of each row, (n_rows,) uint64: a function of its nonzero cells alone.

    Parameters
    ----------
    indptr : ndarray of shape (n_rows + 1,), dtype int64

    columns : ndarray of shape (n_cells,), dtype int32

    bits : ndarray of shape (n_cells,), dtype uint64
        The value of each cell, a float64 read as an integer.
    """
    keys_out = np.zeros(indptr.shape[0] - 1, np.uint64)
    cdef uint64_t[::1] keys = keys_out
    cdef Py_ssize_t x, j
    cdef uint64_t key
    with nogil:
        for x in range(keys.shape[0]):
            key = 0
            for j in range(indptr[x], indptr[x + 1]):
                # A sum over cells, so that their order within a row does not matter.
                key += mix_bits(mix_bits((<uint64_t>columns[j] + 1) * SPLITMIX_STEP()) ^ bits[j])
            keys[x] = key
    return keys_out


def label_equal_rows(
    const int64_t[::1] indptr,
    const int32_t[::1] columns,
    const uint64_t[::1] bits,
    const int64_t[::1] order,
):
    """Return the group of each row, (n_rows,) int64: equal rows, adjacent in `order`, share one.

    Rows are compared cell by cell, so different rows with equal hashes get different groups.

    Parameters
    ----------
    indptr, columns, bits
        As in `row_hashes`, columns in order.

    order : ndarray of shape (n_rows,), dtype int64
        Rows sorted by hash.
    """
    groups_out = np.empty(order.shape[0], np.int64)
    cdef int64_t[::1] groups = groups_out
    cdef int64_t group = -1
    cdef Py_ssize_t i
    with nogil:
        for i in range(order.shape[0]):
            if i == 0 or not are_same(indptr, columns, bits, order[i - 1], order[i]):
                group += 1
            groups[order[i]] = group
    return groups_out


cdef inline bint are_same(
    const int64_t[::1] indptr,
    const int32_t[::1] columns,
    const uint64_t[::1] bits,
    Py_ssize_t a,
    Py_ssize_t b,
) noexcept nogil:
    """Return whether rows a and b have the same cells."""
    cdef Py_ssize_t n_cells = indptr[a + 1] - indptr[a]
    cdef Py_ssize_t j, p, q
    if indptr[b + 1] - indptr[b] != n_cells:
        return False
    for j in range(n_cells):
        p = indptr[a] + j
        q = indptr[b] + j
        if columns[p] != columns[q] or bits[p] != bits[q]:
            return False
    return True
