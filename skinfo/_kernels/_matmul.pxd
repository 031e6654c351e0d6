"""Products with a dense or sparse table, as other kernels call them."""

from libc.stdint cimport int64_t


cdef class RowMatrix:
    cdef Py_ssize_t n_rows
    cdef Py_ssize_t n_columns
    cdef bint is_sparse
    cdef const double[:, ::1] array
    cdef const double[::1] data
    cdef const int64_t[::1] indices
    cdef const int64_t[::1] indptr

    cdef double[:, ::1] make_workspace(self, Py_ssize_t n_left)
    cdef void multiply_by_transpose(
        self, const double[:, ::1] left, double[:, ::1] out, double[:, ::1] memory
    ) noexcept nogil
    cdef void multiply(
        self, const double[:, ::1] left, double[:, ::1] out, double[:, ::1] memory
    ) noexcept nogil


cdef int blas_size(Py_ssize_t n) except -1

cdef void dense_product(
    const double* left,
    int n_left,
    const double* array,
    int n_rows,
    int n_columns,
    bint is_transposed,
    double* out,
) noexcept nogil
