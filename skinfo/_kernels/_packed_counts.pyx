"""Columns of codes packed in a few bits per cell, and contingency tables counted from them.

A word of a column is 64 codes of 1, 2, 4 or 8 bits, in 8, 16, 32 or 64 bytes. Byte b of n_bytes
contains the codes b, b + n_bytes, b + 2 n_bytes and so on of the word, the first in its lowest
bits, so that unpacking is vectorised.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint64_t

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
    # Words that are unpacked and counted at a time: codes, and bit planes of the levels of a
    # column, fit the first-level cache.
    CHUNK = 128
    # Maximum number of chunks whose counts are below 2**16.
    MOST_CHUNKS = 7
    # Distinct bytes: codes of two columns of four bits, four of two, or eight of one.
    BYTES = 256
    # Distinct halves of a byte.
    HALF = 16
    # Separate counts of even and odd rows.
    LANES = 2
    # With more states, counts of all bytes exceed the first-level cache.
    MOST_FUSED = 128

# Methods of counting a table: see `way_of`.
cdef enum:
    BY_WEIGHT
    BY_BITS
    BY_BYTES
    BY_ROWS


def pack_codes(const uint8_t[::1] codes, int bits, uint8_t[::1] packed):
    """Store codes in the given number of bits each.

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
    """Unpack codes (64 n_words,) from the format of `pack_codes`."""
    with nogil:
        unpack(&packed[0], bits, codes.shape[0] // WORD, &codes[0])


cdef inline void unpack(
    const uint8_t *packed, int bits, Py_ssize_t width, uint8_t *codes
) noexcept nogil:
    """Unpack the codes of some words of a column."""
    # The loop for each width has constant bounds, so that the compiler vectorises it.
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
    # Eight bytes at a time: they are shifted, and bits shifted in from neighbours are masked.
    cdef uint64_t mask = ((1 << bits) - 1) * <uint64_t>0x0101010101010101
    cdef const uint64_t *eight = <const uint64_t *>packed
    cdef uint64_t *into = <uint64_t *>codes
    cdef Py_ssize_t word
    cdef int part, k
    for word in range(width):
        for part in range(8 // bits):
            for k in range(bits):
                into[part * bits + k] = (eight[k] >> (part * bits)) & mask
        eight += bits
        into += 8


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
    """Add the contingency tables of columns and a state over some rows to sums.

    Parameters
    ----------
    packed : ndarray of uint8

    starts : ndarray of shape (n_columns,), dtype int64
        Index into `packed` of the first row of each column.

    bits, n_levels : ndarray of shape (n_columns,), dtype int64

    labels : ndarray of shape (n,), dtype int32
        The state of each row.

    n_states : int

    weights : ndarray of shape (n,), dtype float64
        Or (0,), if all weights are one.

    sums : ndarray of float64
        The table of each column in order, (n_levels, n_states).
    """
    cdef Py_ssize_t n = labels.shape[0]
    cdef Py_ssize_t n_columns = starts.shape[0]
    # Method for each column, and start of its table.
    cdef int64_t[::1] ways = np.empty(n_columns, np.int64)
    cdef int64_t[::1] places = np.empty(n_columns, np.int64)
    # Columns that are counted by bytes, grouped by number of bits.
    cdef int64_t[::1] fused = np.empty(n_columns, np.int64)
    cdef Py_ssize_t n_fused = 0
    cdef Py_ssize_t place = 0
    cdef int64_t most = 1
    cdef bint by_bits = False
    cdef int64_t width
    cdef Py_ssize_t column, first, last, index
    for column in range(n_columns):
        ways[column] = way_of(n_levels[column], bits[column], n_states, weights)
        by_bits = by_bits or ways[column] == BY_BITS
        most = max(most, n_levels[column])
        places[column] = place
        place += n_levels[column] * n_states
    for width in range(1, 5):
        for column in range(n_columns):
            if ways[column] == BY_BYTES and bits[column] == width:
                fused[n_fused] = column
                n_fused += 1
    cdef uint64_t[:, ::1] states = np.empty((n_states if by_bits else 0, n_words(n)), np.uint64)
    cdef uint64_t[:, ::1] levels = np.empty((most if by_bits else 0, CHUNK), np.uint64)
    cdef int64_t[::1] sizes = np.zeros(n_states, np.int64)
    cdef uint8_t[::1] codes = np.empty(CHUNK * WORD, np.uint8)
    cdef int32_t[::1] counts = np.empty(most * n_states, np.int32)
    cdef uint16_t[::1] of_bytes = np.empty(LANES * n_states * BYTES if n_fused else 0, np.uint16)
    if n == 0:
        return
    with nogil:
        if by_bits:
            fill_planes(labels, states)
            for index in range(n):
                sizes[labels[index]] += 1
        for column in range(n_columns):
            if ways[column] == BY_WEIGHT:
                sum_weights(
                    &packed[starts[column]],
                    <int>bits[column],
                    labels,
                    n_states,
                    &weights[0],
                    &codes[0],
                    &sums[places[column]],
                )
                continue
            if ways[column] == BY_BYTES:
                continue
            for index in range(n_levels[column] * n_states):
                counts[index] = 0
            if ways[column] == BY_BITS:
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
            for index in range(n_levels[column] * n_states):
                sums[places[column] + index] += counts[index]
        first = 0
        while first < n_fused:
            last = first + 1
            while (
                last < n_fused
                and bits[fused[last]] == bits[fused[first]]
                and (last - first + 1) * bits[fused[first]] <= 8
            ):
                last += 1
            count_bytes(
                &packed[0],
                &starts[0],
                <int>bits[fused[first]],
                &n_levels[0],
                &fused[first],
                last - first,
                labels,
                n_states,
                &codes[0],
                &of_bytes[0],
                &places[0],
                &sums[0],
            )
            first = last


cdef int way_of(
    int64_t n_levels, int64_t bits, Py_ssize_t n_states, const double[::1] weights
) noexcept nogil:
    """Return the method of counting the table of a column.

    With bit planes, 64 rows at a time, the time is proportional to the number of cells of the
    table. Row by row it is not, and one increment counts all columns whose codes share a byte.
    """
    cdef Py_ssize_t most = 256 if HAS_VECTOR_POPCOUNT else 96
    cdef bint is_fused = bits < 8 and n_states <= MOST_FUSED
    if weights.shape[0]:
        return BY_WEIGHT
    if n_states * (n_levels - 1) <= (most * bits // 4 if is_fused else most):
        return BY_BITS
    return BY_BYTES if is_fused else BY_ROWS


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
    """Count a column 64 rows at a time; the last level follows from the sizes of states."""
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


cdef void count_bytes(
    const uint8_t *packed,
    const int64_t *starts,
    int bits,
    const int64_t *n_levels,
    const int64_t *columns,
    Py_ssize_t n_columns,
    const int32_t[::1] labels,
    Py_ssize_t n_states,
    uint8_t *codes,
    uint16_t *counts,
    const int64_t *places,
    double *sums,
) noexcept nogil:
    """Count columns whose codes share a byte, row by row."""
    cdef Py_ssize_t n = labels.shape[0]
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t first, stop, some, row, k
    cdef uint16_t[CHUNK * WORD] cells
    # Separate counts, so that consecutive increments of a cell do not wait for each other.
    cdef uint16_t *of_odd_rows = counts + n_states * BYTES
    while start < n:
        stop = min(start + MOST_CHUNKS * CHUNK * WORD, n)
        for row in range(LANES * n_states * BYTES):
            counts[row] = 0
        first = start
        while first < stop:
            some = min(CHUNK * WORD, stop - first)
            for row in range(some):
                cells[row] = <uint16_t>(labels[first + row] * BYTES)
            for k in range(n_columns):
                unpack(
                    packed + starts[columns[k]] + first // WORD * 8 * bits,
                    bits,
                    n_words(some),
                    codes,
                )
                for row in range(some):
                    cells[row] |= <uint16_t>codes[row] << (k * bits)
            for row in range(some // LANES):
                counts[cells[LANES * row]] += 1
                of_odd_rows[cells[LANES * row + 1]] += 1
            if some % LANES:
                counts[cells[some - 1]] += 1
            first += some
        for row in range(n_states * BYTES):
            counts[row] += of_odd_rows[row]
        for row in range(n_states):
            add_margins(
                counts + row * BYTES,
                bits,
                n_levels,
                columns,
                n_columns,
                places,
                n_states,
                sums + row,
            )
        start = stop


cdef void add_margins(
    const uint16_t *counts,
    int bits,
    const int64_t *n_levels,
    const int64_t *columns,
    Py_ssize_t n_columns,
    const int64_t *places,
    Py_ssize_t n_states,
    double *sums,
) noexcept nogil:
    """Add the counts of bytes in one state to the tables of their columns."""
    cdef uint16_t[2][HALF] of_halves
    cdef uint16_t total
    cdef Py_ssize_t high, low, k, value, level
    for low in range(HALF):
        of_halves[0][low] = 0
    for high in range(HALF):
        total = 0
        for low in range(HALF):
            of_halves[0][low] += counts[high * HALF + low]
            total += counts[high * HALF + low]
        of_halves[1][high] = total
    for k in range(n_columns):
        for value in range(HALF):
            level = (value >> (k * bits % 4)) & ((1 << bits) - 1)
            if level < n_levels[columns[k]]:
                sums[places[columns[k]] + level * n_states] += of_halves[k * bits // 4][value]


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
    """Replace the state of each row by ``states[state, code]`` with the code of a column.

    Parameters
    ----------
    packed : ndarray of uint8

    start : int
        Index into `packed` of the first row of the column.

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
