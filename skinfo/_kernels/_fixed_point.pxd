"""x ln x in fixed point: what other kernels call."""

from libc.math cimport rint
from libc.stdint cimport int64_t

from skinfo._kernels._elementary cimport xlogx


cdef inline int64_t in_units(double x, double scale) noexcept nogil:
    """Return x in units of 1 / scale."""
    return <int64_t>rint(x * scale)


cdef inline int64_t fixed_xlogx(double x, const int64_t[::1] table, double scale) noexcept nogil:
    """Return x ln x in units of 1 / scale, from the table if possible."""
    if x < table.shape[0] and <int64_t>x == x:
        return table[<int64_t>x]
    return in_units(xlogx(x), scale)


cdef inline int64_t fixed_xlogx_of_count(
    int64_t count, const int64_t[::1] table, double scale
) noexcept nogil:
    """Return x ln x of an integer in units of 1 / scale."""
    return table[count] if count < table.shape[0] else in_units(xlogx(count), scale)
