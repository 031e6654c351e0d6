"""x ln x, and the information that sums of it make: what other kernels call."""

from libc.math cimport log


cdef inline double xlogx(double x) noexcept nogil:
    """Return x ln x, with 0 ln 0 = 0."""
    return x * log(x) if x > 0.0 else 0.0


cdef inline double xlogx_of(double count, const double[::1] table) noexcept nogil:
    """Return count ln count, looked up in an `xlogx_table` where it is there."""
    cdef Py_ssize_t whole = <Py_ssize_t>count
    if whole < table.shape[0] and whole == count:
        return table[whole]
    return xlogx(count)


cdef double information_of_table(
    const double *counts, Py_ssize_t n_rows, Py_ssize_t n_columns, double *column_sums
) noexcept nogil
