"""Sparse table of counts shared by the kernels of the information bottleneck."""

from libc.stdint cimport int32_t, int64_t


cdef class SparseCounts:
    cdef const int64_t[::1] indptr
    cdef const int32_t[::1] columns
    cdef const double[::1] counts
    cdef const double[::1] sizes
    cdef readonly Py_ssize_t n_rows
    cdef readonly bint whole
    cdef readonly double total
