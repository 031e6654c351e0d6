"""Which rows of a sparse table are the same."""

import numpy as np

from skinfo._kernels._jit import kernel

# The steps and multipliers of the generator splitmix64, whose last part mixes bits well.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


@kernel
def row_keys(indptr, columns, bits):
    """Return a number for each row, (n_rows,) uint64, that only its content decides.

    Parameters
    ----------
    indptr : ndarray of shape (n_rows + 1,), dtype int64

    columns : ndarray of shape (n_cells,), dtype int32

    bits : ndarray of shape (n_cells,), dtype uint64
        The value of each cell.
    """
    keys = np.zeros(indptr.shape[0] - 1, np.uint64)
    for x in range(keys.shape[0]):
        for j in range(indptr[x], indptr[x + 1]):
            place = _mixed(np.uint64(columns[j]) * GOLDEN + GOLDEN)
            keys[x] += _mixed(place ^ bits[j])
    return keys


@kernel
def _mixed(z):
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return z ^ (z >> np.uint64(31))


@kernel
def number_groups(indptr, columns, bits, order):
    """Return the group of each row, (n_rows,) int64, where equal rows follow one another.

    Parameters
    ----------
    indptr, columns, bits
        As in `row_keys`, columns in order.

    order : ndarray of shape (n_rows,), dtype int64
    """
    groups = np.empty(order.shape[0], np.int64)
    group = np.int64(-1)
    for i in range(order.shape[0]):
        if i == 0 or not _same(indptr, columns, bits, order[i - 1], order[i]):
            group += 1
        groups[order[i]] = group
    return groups


@kernel
def _same(indptr, columns, bits, a, b):
    n_cells = indptr[a + 1] - indptr[a]
    if indptr[b + 1] - indptr[b] != n_cells:
        return False
    for j in range(n_cells):
        p, q = indptr[a] + j, indptr[b] + j
        if columns[p] != columns[q] or bits[p] != bits[q]:
            return False
    return True
