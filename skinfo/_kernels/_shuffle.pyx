"""Random permutations of columns."""

from libc.stdint cimport int64_t, uint8_t, uint64_t

from skinfo._kernels._splitmix64 cimport SPLITMIX_STEP, mix_bits

ctypedef fused Value:
    uint8_t
    int64_t
    double


def shuffle_columns(Value[:, ::1] columns, uint64_t seed):
    """Permute each column of values in place, independently of the others.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n), dtype uint8, int64 or float64
        n below 2**32.

    seed : int
        The permutations are a function of it and of n.
    """
    cdef uint64_t state = mix_bits(seed + SPLITMIX_STEP())
    cdef Py_ssize_t n = columns.shape[1]
    cdef Py_ssize_t c, i, j
    cdef Value value
    with nogil:
        for c in range(columns.shape[0]):
            for i in range(n - 1, 0, -1):
                state += SPLITMIX_STEP()
                # Product of 32 random bits and i + 1: uniform up to a relative error of n / 2**32.
                j = <Py_ssize_t>(((mix_bits(state) >> 32) * <uint64_t>(i + 1)) >> 32)
                value = columns[c, i]
                columns[c, i] = columns[c, j]
                columns[c, j] = value
