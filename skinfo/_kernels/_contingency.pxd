"""Tables of a state T, the classes of y and one column of codes: what other kernels call."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

cdef enum:
    # Planes of so many words are counted at a time, so that those of a column fit the first-level
    # cache.
    CHUNK = 128


cdef class Sample:
    # (n_features, 64 n_words), one feature a row
    cdef const uint8_t[:, ::1] codes
    cdef const int64_t[::1] n_levels
    cdef const int32_t[::1] y
    cdef Py_ssize_t n_classes
    # (n,), or (0,) for weights of one
    cdef const double[::1] weights
    cdef bint is_weighted


cdef class Lookups:
    cdef const double[:, ::1] poisson
    cdef const double[::1] xlogx


cdef class Tables:
    cdef Sample sample
    cdef Lookups lookups
    cdef Py_ssize_t n_states
    cdef Py_ssize_t n_cells
    # Of the cells, of the states, and of all, in rows or their weights.
    cdef double[::1] sizes
    cdef double[::1] state_sizes
    cdef double n
    # Sums of n ln n of the sizes of cells, and of states.
    cdef double of_cells
    cdef double of_states
    cdef int32_t[::1] cell_of_row
    # Of the column counted last, by level and cell: rows, or their weights.
    cdef int32_t[::1] counts
    cdef double[::1] weighted
    # Words of the levels of a column.
    cdef uint64_t[:, ::1] planes

    cdef void sum_up(self) noexcept nogil
    cdef void count_rows(self, Py_ssize_t x) noexcept nogil


cdef class CellTables(Tables):
    cdef uint64_t[:, ::1] cell_planes

    cdef void fill(self, const int64_t[::1] state) noexcept nogil
    cdef void count(self, Py_ssize_t x) noexcept nogil
    cdef void count_bits(self, Py_ssize_t x) noexcept nogil


cdef class PairTables(Tables):
    cdef uint64_t[:, ::1] class_planes
    # Words of each cell, and of a level of W.
    cdef uint64_t[:, ::1] cell_planes
    cdef uint64_t[::1] level_plane

    cdef void count(self, Py_ssize_t x, Py_ssize_t w) noexcept nogil
    cdef void count_bits(self, Py_ssize_t x, Py_ssize_t w) noexcept nogil
    cdef void set_cells(self, Py_ssize_t w) noexcept nogil


cdef Py_ssize_t most_levels(Sample sample, const int64_t[::1] features) noexcept nogil
