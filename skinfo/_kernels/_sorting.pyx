"""Sort numbers and carry along what belongs to each; count classes in that order.

A number and what belongs to it are one float64, a key. NumPy sorts floats on vector registers,
several times as fast as it finds an order.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

import numpy as np

from skinfo._kernels._elementary cimport bits_of

cdef enum:
    KEY_BITS = 62

# Of a float, all bits but the sign, and the least normal one: where floats that are not are taken
# for zero, keys are still told apart.
cdef enum:
    MAGNITUDE = 0x7FFFFFFFFFFFFFFF
    NORMAL = 0x0010000000000000

ctypedef fused code_t:
    uint8_t
    uint16_t
    uint32_t


cdef struct Ranks:
    # Integers in the order of the magnitudes of some floats.
    uint64_t least  # bits of the least magnitude that is not zero: it has rank 1
    int n_bits  # of the largest rank
    int left_out  # low bits of magnitudes that ranks do not tell apart


def sorted_pairs(const double[::1] values, const code_t[::1] codes):
    """Return sorted values, 0.0 for -0.0, and the code of each.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        No NaN.

    codes : ndarray of shape (n,), unsigned
    """
    cdef Py_ssize_t n = values.shape[0]
    cdef Ranks ranks
    cdef code_t largest = 0
    cdef int n_bits
    cdef Py_ssize_t i
    with nogil:
        ranks = ranks_of(values)
        for i in range(n):
            largest = codes[i] if codes[i] > largest else largest
        n_bits = bit_length(largest)
    if ranks.n_bits + n_bits > KEY_BITS:
        values_out, rows = sorted_rows(values)
        return values_out, np.take(codes, rows)
    keys_out, codes_out = np.empty(n), np.empty(n, f"u{sizeof(code_t)}")
    cdef uint64_t[::1] keys = keys_out.view(np.uint64)
    cdef code_t[::1] sorted_codes = codes_out
    if n:
        with nogil:
            pack(&values[0], &codes[0], n, ranks, n_bits, &keys[0])
        keys_out.sort()
        with nogil:
            unpack(&keys[0], n, ranks, n_bits, &sorted_codes[0])
    return keys_out, codes_out


cdef void pack(
    const double* values,
    const code_t* codes,
    Py_ssize_t n,
    Ranks ranks,
    int n_bits,
    uint64_t* keys,
) noexcept nogil:
    """Write keys."""
    cdef Py_ssize_t i
    for i in range(n):
        keys[i] = key_of(values[i], codes[i], ranks, n_bits)


cdef void unpack(
    uint64_t* keys, Py_ssize_t n, Ranks ranks, int n_bits, code_t* codes
) noexcept nogil:
    """Write the codes of keys, and in place of the keys the bits of the values."""
    cdef uint64_t rank, sign
    cdef Py_ssize_t i
    for i in range(n):
        codes[i] = <code_t>carried_by(keys[i], n_bits)
        rank = ((keys[i] & MAGNITUDE) - NORMAL) >> n_bits
        sign = keys[i] & ~<uint64_t>MAGNITUDE
        keys[i] = (rank + (ranks.least - 1) if rank else 0) | sign


def sorted_rows(const double[::1] values):
    """Return sorted values, and the row of each, (n,) int32, in order for equal values.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        No NaN, n < 2**31.
    """
    cdef Py_ssize_t n = values.shape[0]
    cdef Ranks ranks
    cdef int n_bits = bit_length(n)
    keys_out, values_out, rows_out = np.empty(n), np.empty(n), np.empty(n, np.int32)
    cdef uint64_t[::1] keys = keys_out.view(np.uint64)
    cdef double[::1] sorted_values = values_out
    cdef int32_t[::1] rows = rows_out
    cdef bint in_order = True
    cdef Py_ssize_t i
    with nogil:
        ranks = ranks_of(values)
        ranks.left_out = max(ranks.n_bits + n_bits - KEY_BITS, 0)
        for i in range(n):
            keys[i] = key_of(values[i], i, ranks, n_bits)
    keys_out.sort()
    with nogil:
        for i in range(n):
            rows[i] = <int32_t>carried_by(keys[i], n_bits)
            sorted_values[i] = values[rows[i]]
            in_order &= i == 0 or sorted_values[i - 1] <= sorted_values[i]
    if not in_order:
        # By the bits left out. This sort is fast where little is out of order.
        order = np.argsort(values_out, kind="stable")
        return values_out[order], rows_out[order]
    return values_out, rows_out


cdef Ranks ranks_of(const double[::1] values) noexcept nogil:
    """Return ranks that tell all values apart."""
    cdef uint64_t least = MAGNITUDE
    cdef uint64_t most = 0
    cdef uint64_t magnitude
    cdef Py_ssize_t i
    for i in range(values.shape[0]):
        magnitude = bits_of(values[i]) & MAGNITUDE
        most = magnitude if magnitude > most else most
        # Of zero this is the largest integer.
        magnitude -= 1
        least = magnitude if magnitude < least else least
    least += 1
    return Ranks(least, bit_length(most - least) + 1 if most else 0, 0)


cdef inline uint64_t key_of(
    double value, uint64_t carried, Ranks ranks, int n_bits
) noexcept nogil:
    """Return the bits of a key: sign and rank of the value, then so many bits of what it carries.

    Where the sign is negative these are inverted, so that equal values are in order of them.
    """
    cdef uint64_t magnitude = bits_of(value) & MAGNITUDE
    cdef uint64_t rank = ((magnitude - ranks.least) >> ranks.left_out) + 1 if magnitude else 0
    cdef uint64_t negative = bits_of(value) >> 63 if magnitude else 0
    cdef uint64_t inverted = (carried ^ (0 - negative)) & low_bits(n_bits)
    return ((rank << n_bits | inverted) + NORMAL) | negative << 63


cdef inline uint64_t carried_by(uint64_t key, int n_bits) noexcept nogil:
    """Return what the value of a key carries."""
    return (key ^ (0 - (key >> 63))) & low_bits(n_bits)


cdef inline uint64_t low_bits(int n_bits) noexcept nogil:
    return (<uint64_t>1 << n_bits) - 1


cdef inline int bit_length(uint64_t x) noexcept nogil:
    cdef int n = 0
    while x:
        x >>= 1
        n += 1
    return n


def class_sums(
    const code_t[::1] codes,
    const double[::1] weights,
    const int64_t[::1] ends,
    Py_ssize_t n_classes,
):
    """Return the weight of each class in the rows before each end, (n_ends + 1, n_classes).

    Parameters
    ----------
    codes : ndarray of shape (n,), unsigned
        Of rows in the order of a column.

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty for weights of one.

    ends : ndarray of shape (n_ends,), dtype int64
        Increasing. The first row of the result is zero.
    """
    sums_out = np.zeros((ends.shape[0] + 1, n_classes))
    cdef double[:, ::1] sums = sums_out
    cdef Py_ssize_t e, row, k
    cdef Py_ssize_t start = 0
    cdef int64_t ones
    with nogil:
        for e in range(ends.shape[0]):
            for k in range(n_classes):
                sums[e + 1, k] = sums[e, k]
            if weights.shape[0]:
                for row in range(start, ends[e]):
                    sums[e + 1, codes[row]] += weights[row]
            elif n_classes == 2:
                # A sum of bytes needs no memory but the bytes.
                ones = 0
                for row in range(start, ends[e]):
                    ones += codes[row]
                sums[e + 1, 0] += ends[e] - start - ones
                sums[e + 1, 1] += ones
            else:
                for row in range(start, ends[e]):
                    sums[e + 1, codes[row]] += 1.0
            start = ends[e]
    return sums_out
