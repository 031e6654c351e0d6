"""Contingency tables of a state T, the classes of y and a column of codes: declarations."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

cdef enum:
    # Words of planes that are counted at a time, so that those of a column fit the first-level
    # cache.
    CHUNK = 128


cdef class Sample:
    # (n_features, 64 n_words), one feature a row
    cdef const uint8_t[:, ::1] codes
    cdef const int64_t[::1] n_levels
    cdef const int32_t[::1] y
    cdef Py_ssize_t n_classes
    # (n,), or (0,) if all weights are one
    cdef const double[::1] weights
    cdef bint is_weighted
    # Whether all weights are integers, so that margins have few distinct sizes.
    cdef bint is_whole


cdef class Lookups:
    cdef const double[:, ::1] poisson
    cdef const double[::1] xlogx


cdef class ContingencyTables:
    cdef Lookups lookups
    cdef const int64_t[::1] n_levels
    cdef Py_ssize_t n_classes
    cdef Py_ssize_t n_states
    cdef Py_ssize_t n_cells
    cdef bint is_weighted
    cdef bint is_whole
    # Number or weight of samples of the cells, of the states, and in total.
    cdef double[::1] sizes
    cdef double[::1] state_sizes
    cdef double n
    # Sums of n ln n over the sizes of cells, and of states.
    cdef double of_cells
    cdef double of_states
    # Table of the column counted last, by level and cell: samples, or their weights.
    cdef int32_t[::1] counts
    cdef double[::1] weighted

    cdef void count(self, Py_ssize_t x) noexcept nogil
    cdef void sum_up(self) noexcept nogil


cdef class SampleTables(ContingencyTables):
    cdef Sample sample
    cdef int32_t[::1] cell_of_sample
    # Bit planes of the levels of a column.
    cdef uint64_t[:, ::1] planes

    cdef void count_samples(self, Py_ssize_t x) noexcept nogil


cdef class StateTables(SampleTables):
    cdef uint64_t[:, ::1] cell_planes

    cdef void fill(self, const int32_t[::1] labels) noexcept nogil
    cdef void count_bits(self, Py_ssize_t x) noexcept nogil


cdef class SummedTables(ContingencyTables):
    cdef const double[::1] sums
    cdef int64_t[::1] start

    cdef void count(self, Py_ssize_t x) noexcept nogil


cdef class PairTables(SampleTables):
    cdef uint64_t[:, ::1] class_planes
    # Bit planes of each cell, and of a level of W.
    cdef uint64_t[:, ::1] cell_planes
    cdef uint64_t[::1] level_plane

    cdef void count_pair(self, Py_ssize_t x, Py_ssize_t w) noexcept nogil
    cdef void count_bits(self, Py_ssize_t x, Py_ssize_t w) noexcept nogil
    cdef void set_cells(self, Py_ssize_t w) noexcept nogil


cdef Py_ssize_t most_levels(
    const int64_t[::1] n_levels, const int64_t[::1] features
) noexcept nogil
