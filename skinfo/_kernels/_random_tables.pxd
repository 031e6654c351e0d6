"""Exact and Monte Carlo p-values of sparse contingency tables, as other kernels call them."""

cdef bint is_whole(const double *counts, Py_ssize_t n) noexcept nogil

cdef double small_table_pvalue(
    const double *counts,
    Py_ssize_t n_rows,
    Py_ssize_t n_columns,
    const double *row_sums,
    const double *column_sums,
) except -1.0 nogil
