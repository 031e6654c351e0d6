"""Columns of codes in a few bits a cell, and contingency tables counted from them.

A word of a column is 64 codes of 1, 2, 4 or 8 bits, in 8, 16, 32 or 64 bytes. Byte b of n_bytes
holds the codes b, b + n_bytes, b + 2 n_bytes and so on of the word, the first in its lowest bits:
so a whole vector of codes is taken out at once.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

import numpy as np

from skinfo._kernels._bitplanes cimport (
    HAS_VECTOR_POPCOUNT,
    WORD,
    add_common,
    fill_planes,
    mark_level,
    n_words,
)

cdef enum:
    # Words that are taken out of a column and counted at a time: codes, and planes of the levels
    # of a column, fit the first-level cache.
    CHUNK = 128


def pack_codes(const uint8_t[::1] codes, int bits, uint8_t[::1] packed):
    """Store codes in so many bits each.

    Parameters
    ----------
    codes : ndarray of shape (64 n_words,), dtype uint8
        Less than ``2**bits``.

    bits : {1, 2, 4, 8}

    packed : ndarray of shape (8 bits n_words,), dtype uint8
    """
    cdef Py_ssize_t n_bytes = 8 * bits
    cdef Py_ssize_t byte, part, word
    cdef uint8_t value
    with nogil:
        for word in range(codes.shape[0] // WORD):
            for byte in range(n_bytes):
                value = 0
                for part in range(8 // bits):
                    value |= codes[word * WORD + part * n_bytes + byte] << (part * bits)
                packed[word * n_bytes + byte] = value


def unpack_codes(const uint8_t[::1] packed, int bits, uint8_t[::1] codes):
    """Take codes (64 n_words,) out of what `pack_codes` stored."""
    with nogil:
        unpack(&packed[0], bits, codes.shape[0] // WORD, &codes[0])


cdef inline void unpack(
    const uint8_t *packed, int bits, Py_ssize_t width, uint8_t *codes
) noexcept nogil:
    """Take the codes of some words out of a column."""
    # The loop for each width has constant bounds, so that the compiler makes vectors of it.
    if bits == 4:
        unpack_words(packed, 4, width, codes)
    elif bits == 2:
        unpack_words(packed, 2, width, codes)
    elif bits == 1:
        unpack_words(packed, 1, width, codes)
    else:
        unpack_words(packed, 8, width, codes)


cdef inline void unpack_words(
    const uint8_t *packed, int bits, Py_ssize_t width, uint8_t *codes
) noexcept nogil:
    cdef int n_bytes = 8 * bits
    cdef uint8_t mask = <uint8_t>((1 << bits) - 1)
    cdef Py_ssize_t word
    cdef int byte, part
    for word in range(width):
        for part in range(8 // bits):
            for byte in range(n_bytes):
                codes[part * n_bytes + byte] = (packed[byte] >> (part * bits)) & mask
        packed += n_bytes
        codes += WORD


def add_tables(
    const uint8_t[::1] packed,
    const int64_t[::1] starts,
    const int64_t[::1] bits,
    const int64_t[::1] n_levels,
    const int32_t[::1] labels,
    Py_ssize_t n_states,
    const double[::1] weights,
    double[::1] sums,
):
    """Add the contingency tables of columns with a state, over some rows, to sums.

    Parameters
    ----------
    packed : ndarray of uint8

    starts : ndarray of shape (n_columns,), dtype int64
        Where in `packed` the rows of each column begin.

    bits, n_levels : ndarray of shape (n_columns,), dtype int64

    labels : ndarray of shape (n,), dtype int32
        The state of each row.

    n_states : int

    weights : ndarray of shape (n,), dtype float64
        Or (0,), for weights of one.

    sums : ndarray of float64
        The table of each column in order, (n_levels, n_states).
    """
    cdef Py_ssize_t n = labels.shape[0]
    cdef Py_ssize_t n_columns = starts.shape[0]
    cdef int64_t most = 1
    cdef Py_ssize_t column, index, n_counts
    cdef Py_ssize_t start = 0
    cdef bint by_bits = False
    for column in range(n_columns):
        most = max(most, n_levels[column])
        by_bits = by_bits or is_by_bits(n_levels[column], n_states, weights)
    cdef uint64_t[:, ::1] states = np.empty((n_states if by_bits else 0, n_words(n)), np.uint64)
    cdef uint64_t[:, ::1] levels = np.empty((most if by_bits else 0, CHUNK), np.uint64)
    cdef uint8_t[::1] codes = np.empty(CHUNK * WORD, np.uint8)
    cdef int32_t[::1] counts = np.empty(most * n_states, np.int32)
    cdef int64_t[::1] sizes = np.zeros(n_states, np.int64)
    if n == 0:
        return
    with nogil:
        if by_bits:
            fill_planes(labels, states)
            for index in range(n):
                sizes[labels[index]] += 1
        for column in range(n_columns):
            n_counts = n_levels[column] * n_states
            if weights.shape[0]:
                sum_weights(
                    &packed[starts[column]],
                    <int>bits[column],
                    labels,
                    n_states,
                    &weights[0],
                    &codes[0],
                    &sums[start],
                )
            else:
                for index in range(n_counts):
                    counts[index] = 0
                if is_by_bits(n_levels[column], n_states, weights):
                    count_bits(
                        &packed[starts[column]],
                        <int>bits[column],
                        n,
                        n_levels[column] - 1,
                        states,
                        &sizes[0],
                        &codes[0],
                        levels,
                        &counts[0],
                    )
                else:
                    count_rows(
                        &packed[starts[column]],
                        <int>bits[column],
                        labels,
                        n_states,
                        &codes[0],
                        &counts[0],
                    )
                for index in range(n_counts):
                    sums[start + index] += counts[index]
            start += n_counts


cdef bint is_by_bits(
    int64_t n_levels, Py_ssize_t n_states, const double[::1] weights
) noexcept nogil:
    """Return whether a table is small enough to be counted by bits."""
    cdef Py_ssize_t most = 256 if HAS_VECTOR_POPCOUNT else 96
    return weights.shape[0] == 0 and n_states * (n_levels - 1) <= most


cdef void count_bits(
    const uint8_t *packed,
    int bits,
    Py_ssize_t n,
    Py_ssize_t last_level,
    const uint64_t[:, ::1] states,
    const int64_t *sizes,
    uint8_t *codes,
    uint64_t[:, ::1] levels,
    int32_t *counts,
) noexcept nogil:
    """Count a column 64 rows at a time; the last level is what the others leave of a state."""
    cdef Py_ssize_t n_states = states.shape[0]
    cdef Py_ssize_t first = 0
    cdef Py_ssize_t level, state, width
    cdef int32_t *rest = counts + last_level * n_states
    while first < n_words(n):
        width = min(CHUNK, n_words(n) - first)
        unpack(packed + first * 8 * bits, bits, width, codes)
        for level in range(last_level):
            mark_level(codes, n - first * WORD, <uint8_t>level, 0, width, &levels[level, 0])
        add_common(
            &levels[0, 0],
            CHUNK,
            last_level,
            &states[0, first],
            states.shape[1],
            n_states,
            width,
            False,
            counts,
            n_states,
        )
        first += CHUNK
    for state in range(n_states):
        rest[state] = <int32_t>sizes[state]
        for level in range(last_level):
            rest[state] -= counts[level * n_states + state]


cdef void count_rows(
    const uint8_t *packed,
    int bits,
    const int32_t[::1] labels,
    Py_ssize_t n_states,
    uint8_t *codes,
    int32_t *counts,
) noexcept nogil:
    """Count a column row by row."""
    cdef Py_ssize_t n = labels.shape[0]
    cdef Py_ssize_t first = 0
    cdef Py_ssize_t row, some
    while first < n:
        some = min(CHUNK * WORD, n - first)
        unpack(packed + first // WORD * 8 * bits, bits, n_words(some), codes)
        for row in range(some):
            counts[codes[row] * n_states + labels[first + row]] += 1
        first += some


cdef void sum_weights(
    const uint8_t *packed,
    int bits,
    const int32_t[::1] labels,
    Py_ssize_t n_states,
    const double *weights,
    uint8_t *codes,
    double *sums,
) noexcept nogil:
    """Sum the weights of a column row by row."""
    cdef Py_ssize_t n = labels.shape[0]
    cdef Py_ssize_t first = 0
    cdef Py_ssize_t row, some
    while first < n:
        some = min(CHUNK * WORD, n - first)
        unpack(packed + first // WORD * 8 * bits, bits, n_words(some), codes)
        for row in range(some):
            sums[codes[row] * n_states + labels[first + row]] += weights[first + row]
        first += some


def relabel_packed(
    const uint8_t[::1] packed,
    Py_ssize_t start,
    int bits,
    const int32_t[:, ::1] states,
    int32_t[::1] labels,
):
    """Replace the state of each row by ``states[state, code]``, the code being that of a column.

    Parameters
    ----------
    packed : ndarray of uint8

    start : int
        Where in it the rows of the column begin.

    bits : {1, 2, 4, 8}

    states : ndarray of shape (n_states, n_levels), dtype int32

    labels : ndarray of shape (n,), dtype int32
        From 0 to n_states - 1.
    """
    cdef Py_ssize_t n = labels.shape[0]
    cdef Py_ssize_t first = 0
    cdef Py_ssize_t row, some
    cdef uint8_t[::1] codes = np.empty(CHUNK * WORD, np.uint8)
    with nogil:
        while first < n:
            some = min(CHUNK * WORD, n - first)
            unpack(&packed[start + first // WORD * 8 * bits], bits, n_words(some), &codes[0])
            for row in range(some):
                labels[first + row] = states[labels[first + row], codes[row]]
            first += some
