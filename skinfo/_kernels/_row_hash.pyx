"""Which rows of a sparse table are the same."""

from libc.stdint cimport int32_t, int64_t, uint64_t

import numpy as np


def row_hashes(const int64_t[::1] indptr, const int32_t[::1] columns, const uint64_t[::1] bits):
    """Return a number for each row, (n_rows,) uint64, that only its content decides.

    Parameters
    ----------
    indptr : ndarray of shape (n_rows + 1,), dtype int64

    columns : ndarray of shape (n_cells,), dtype int32

    bits : ndarray of shape (n_cells,), dtype uint64
        The value of each cell.
    """
    keys_out = np.zeros(indptr.shape[0] - 1, np.uint64)
    cdef uint64_t[::1] keys = keys_out
    cdef Py_ssize_t x, j
    cdef uint64_t key
    with nogil:
        for x in range(keys.shape[0]):
            key = 0
            for j in range(indptr[x], indptr[x + 1]):
                key += mixed(mixed((<uint64_t>columns[j] + 1) * GOLDEN()) ^ bits[j])
            keys[x] = key
    return keys_out


cdef inline uint64_t GOLDEN() noexcept nogil:
    """Return the step of the generator splitmix64, whose last part mixes bits well."""
    return <uint64_t>0x9E3779B97F4A7C15


cdef inline uint64_t mixed(uint64_t z) noexcept nogil:
    z = (z ^ (z >> 30)) * <uint64_t>0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * <uint64_t>0x94D049BB133111EB
    return z ^ (z >> 31)


def label_equal_rows(
    const int64_t[::1] indptr,
    const int32_t[::1] columns,
    const uint64_t[::1] bits,
    const int64_t[::1] order,
):
    """Return the group of each row, (n_rows,) int64, where equal rows follow one another.

    Parameters
    ----------
    indptr, columns, bits
        As in `row_hashes`, columns in order.

    order : ndarray of shape (n_rows,), dtype int64
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
