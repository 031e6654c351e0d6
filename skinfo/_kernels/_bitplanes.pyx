"""Counting with bit planes: a plane has one bit per row; a count is the popcount of an AND."""

from libc.stdint cimport int32_t, uint64_t


cdef void fill_planes(const int32_t[::1] codes, uint64_t[:, ::1] planes) noexcept nogil:
    """Fill the plane of each code 0 ... n_codes - 1, (n_codes, n_words)."""
    cdef Py_ssize_t code, row, word
    for code in range(planes.shape[0]):
        for word in range(planes.shape[1]):
            planes[code, word] = 0
    for row in range(codes.shape[0]):
        planes[codes[row], row // WORD] |= <uint64_t>1 << (row % WORD)
