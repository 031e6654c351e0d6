"""Counting with bit planes: a plane has one bit per row; a count is the popcount of an AND.

For a table of few cells this is several times faster than one increment per row, since a machine
word holds 64 rows. Planes are computed from codes on the fly, 64 bytes at a time, which takes as
long as reading stored planes, and no memory.
"""

from libc.stdint cimport int32_t, uint8_t, uint64_t

cdef extern from "_bitplanes.h" nogil:
    # Whether the module is compiled for a processor with a population count of vectors.
    enum:
        HAS_VECTOR_POPCOUNT "SKINFO_HAS_VECTOR_POPCOUNT"

    # Number of set bits of a word.
    uint64_t popcount(uint64_t word) noexcept

    # A word of 64 rows whose bit r indicates whether column[r] equals a level.
    uint64_t equal_bytes(const uint8_t *column, uint8_t level) noexcept

    # Adds to counts[i, j] the number of common bits of planes i of a and j of b. Strides are in
    # words and counts. With `upper`, for a = b, only entries on and above the diagonal are valid.
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

    # Stores the same in counts[i, j] for planes in the layout a[word, plane]. Both numbers of
    # planes are rounded up to whole tiles, which are read and written.
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

# Rows per machine word.
cpdef enum:
    WORD = 64


cdef inline Py_ssize_t n_words(Py_ssize_t n) noexcept nogil:
    """Return the number of words for n rows."""
    return (n + WORD - 1) // WORD


cdef inline void mark_level(
    const uint8_t *column,
    Py_ssize_t n,
    uint8_t level,
    Py_ssize_t first,
    Py_ssize_t width,
    uint64_t *plane,
) noexcept nogil:
    """Fill words of the plane of a level, from word `first` on, for n rows.

    Parameters
    ----------
    column : (at least 64 n_words(n),)
        Entries beyond row n are not used.

    first, width : int
        Words from `first` to before `first + width`, at least one.

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
    """Fill a plane with the common bits of two others, and return their number."""
    cdef Py_ssize_t word
    cdef uint64_t size = 0
    for word in range(width):
        common[word] = a[word] & b[word]
        size += popcount(common[word])
    return <Py_ssize_t>size


cdef void fill_planes(const int32_t[::1] codes, uint64_t[:, ::1] planes) noexcept nogil
