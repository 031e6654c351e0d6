"""Codes of integers."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

import numpy as np

cpdef enum:
    # Values with this range or a larger one have to be sorted, since two bytes do not distinguish
    # them.
    COUNTING_RANGE = 65536

cdef enum:
    # Values per block, which fits the first-level cache.
    BLOCK = 512

ctypedef fused integer:
    int8_t
    int16_t
    int32_t
    int64_t
    uint8_t
    uint16_t
    uint32_t
    uint64_t


def integer_codes(const integer[:] values):
    """Return the rank of each value among those that occur, and the number of distinct values.

    Parameters
    ----------
    values : ndarray of shape (n,), any integer dtype
        With any stride.

    Returns
    -------
    codes : ndarray of shape (n,), dtype uint16, or None
        None if the range of values is `COUNTING_RANGE` or larger.

    n_levels : int
    """
    cdef Py_ssize_t n_levels
    cdef Py_ssize_t span
    cdef uint16_t least = 0
    cdef uint16_t[::1] codes = np.empty(values.shape[0], np.uint16)
    cdef uint16_t[::1] ranks
    with nogil:
        span = fill_differences(values, codes, &least)
    if span < 0:
        return None, 0
    ranks = np.zeros(span, np.uint16)
    with nogil:
        n_levels = rank_differences(codes, least, ranks)
    return np.asarray(codes), n_levels


cdef Py_ssize_t fill_differences(
    const integer[:] values, uint16_t[::1] codes, uint16_t *least
) noexcept nogil:
    """Store the differences from the first value in two bytes, and return their span.

    Rows of a table are far apart in memory, so values are read once. Two bytes are enough: if the
    range of values is small, so are differences modulo 2**16 relative to the smallest one.

    Parameters
    ----------
    least
        Receives the smallest difference.

    Returns
    -------
    span : int
        Number of integers from the smallest to the largest value, -1 if it exceeds
        `COUNTING_RANGE`.
    """
    cdef Py_ssize_t i, n
    cdef Py_ssize_t start = 0
    cdef uint64_t span, first
    cdef integer low, high
    cdef integer[BLOCK] block
    if values.shape[0] == 0:
        return 0
    low = high = values[0]
    first = <uint64_t>values[0]
    while start < values.shape[0]:
        n = min(<Py_ssize_t>BLOCK, values.shape[0] - start)
        # Contiguous copies, so that the next loop is vectorised.
        for i in range(n):
            block[i] = values[start + i]
        for i in range(n):
            low = block[i] if block[i] < low else low
            high = block[i] if block[i] > high else high
        fill_block(block, n, first, &codes[start])
        start += n
    least[0] = <uint16_t>(<uint64_t>low - first)
    span = <uint64_t>high - <uint64_t>low
    return <Py_ssize_t>span + 1 if span < COUNTING_RANGE else -1


cdef inline void fill_block(
    const integer *block, Py_ssize_t n, uint64_t first, uint16_t *codes
) noexcept nogil:
    """Store the differences of a block of values from the first of all values."""
    cdef Py_ssize_t i
    for i in range(n):
        # Unsigned, so differences that overflow have the correct value.
        codes[i] = <uint16_t>(<uint64_t>block[i] - first)


cdef Py_ssize_t rank_differences(
    uint16_t[::1] codes, uint16_t least, uint16_t[::1] ranks
) noexcept nogil:
    """Replace each difference by its rank, and return the number of ranks.

    Parameters
    ----------
    ranks : (span,)
        Zeros; workspace.
    """
    cdef Py_ssize_t i
    cdef Py_ssize_t n_levels = 0
    if codes.shape[0] == 0:
        return 0
    mark(&codes[0], codes.shape[0], least, &ranks[0], ranks.shape[0])
    for i in range(ranks.shape[0]):
        if ranks[i]:
            ranks[i] = <uint16_t>n_levels
            n_levels += 1
    if n_levels < ranks.shape[0]:
        for i in range(codes.shape[0]):
            codes[i] = ranks[codes[i]]
    return n_levels


cdef inline void mark(
    uint16_t *codes, Py_ssize_t n, uint16_t least, uint16_t *is_there, Py_ssize_t span
) noexcept nogil:
    """Subtract the smallest difference from all, and mark those that occur."""
    cdef Py_ssize_t i
    cdef uint64_t seen = 0
    for i in range(n):
        codes[i] -= least
    if span <= 64:
        # Values that occur are bits of a word, so that this loop is vectorised.
        for i in range(n):
            seen |= <uint64_t>1 << codes[i]
        for i in range(span):
            is_there[i] = (seen >> i) & 1
        return
    for i in range(n):
        is_there[codes[i]] = 1
