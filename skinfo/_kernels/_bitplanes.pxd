"""Counting by bits: a plane holds one bit a row, and a cell of a table is AND and popcount.

A table of few cells is counted several times faster so than by one increment a row, since a
machine word holds 64 rows. Planes are made from codes on the fly, 64 bytes at a time: that takes
as long as reading them from memory would, and needs no memory.
"""

from libc.stdint cimport int32_t, uint8_t, uint64_t

cdef extern from "_bitplanes.h" nogil:
    # Whether the module is compiled for a machine that counts the bits of a whole vector at once.
    enum:
        HAS_VECTOR_POPCOUNT "SKINFO_HAS_VECTOR_POPCOUNT"

    # How many bits of a word are set.
    uint64_t popcount(uint64_t word) noexcept

    # A word whose bit r says whether column[r] is a level, of 64 rows.
    uint64_t equal_bytes(const uint8_t *column, uint8_t level) noexcept

    # Adds to counts[i, j] how many bits planes i of a and j of b share. Strides are in words and
    # counts. With `upper`, where a is b, only what is on and above the diagonal is right.
    void add_common(
        const uint64_t *a,
        Py_ssize_t a_stride,
        Py_ssize_t n_a,
        const uint64_t *b,
        Py_ssize_t b_stride,
        Py_ssize_t n_b,
        Py_ssize_t n_words,
        bint upper,
        int32_t *counts,
        Py_ssize_t counts_stride,
    ) noexcept

    # Of planes whose words lie side by side, a[word, plane]: puts into counts[i, j] the same.
    # Both numbers of planes are rounded up to whole tiles, which are read, and written.
    enum:
        TILE_ROWS "SKINFO_TILE_ROWS"
        TILE_COLUMNS "SKINFO_TILE_COLUMNS"
    void count_common(
        const uint64_t *a,
        Py_ssize_t stride_a,
        Py_ssize_t n_a,
        const uint64_t *b,
        Py_ssize_t stride_b,
        Py_ssize_t n_b,
        Py_ssize_t n_words,
        int32_t *counts,
        Py_ssize_t counts_stride,
    ) noexcept

# Rows that a machine word has a bit for.
cpdef enum:
    WORD = 64


cdef inline Py_ssize_t n_words(Py_ssize_t n) noexcept nogil:
    """Return how many words hold a bit for each of n rows."""
    return (n + WORD - 1) // WORD


cdef inline void mark_level(
    const uint8_t *column,
    Py_ssize_t n,
    uint8_t level,
    Py_ssize_t first,
    Py_ssize_t width,
    uint64_t *plane,
) noexcept nogil:
    """Fill words of a plane, from word `first` on: which of n rows hold a level.

    Parameters
    ----------
    column : (at least 64 n_words(n),)
        What is beyond row n does not matter.

    first, width : int
        Words `first` to `first + width`, at least one of them.

    plane : (width,)
    """
    cdef Py_ssize_t word
    cdef Py_ssize_t beyond = (first + width) * WORD - n
    for word in range(width):
        plane[word] = equal_bytes(column + (first + word) * WORD, level)
    if beyond > 0:
        plane[width - 1] &= ~(<uint64_t>0) >> beyond


cdef inline Py_ssize_t mark_common(
    const uint64_t *a, const uint64_t *b, Py_ssize_t width, uint64_t *common
) noexcept nogil:
    """Fill a plane with the bits that two others share, and return how many there are."""
    cdef Py_ssize_t word
    cdef uint64_t size = 0
    for word in range(width):
        common[word] = a[word] & b[word]
        size += popcount(common[word])
    return <Py_ssize_t>size


cdef void fill_planes(const int32_t[::1] codes, uint64_t[:, ::1] planes) noexcept nogil
