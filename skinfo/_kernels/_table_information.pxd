"""Plug-in information of a contingency table, as other kernels call it."""

cdef double information_of_table(
    const double *counts, Py_ssize_t n_rows, Py_ssize_t n_columns, double *column_sums
) noexcept nogil
