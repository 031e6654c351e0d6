"""Balls on a sorted line, and digamma of integers, as other kernels call them.

A line is a pointer and a length: ends of balls are searched several times per sample.
"""

from libc.stdint cimport int64_t


cdef inline bint before_end(
    const double* line, Py_ssize_t j, double x, double r, bint upper, bint closed
) noexcept nogil:
    """Return whether point j is before an end of the ball; monotone along the line.

    The upper end is the first point above x + r, the lower end the first not below x - r, both
    decided by differences of floats (see the module `_neighbors`). If `closed`, points at
    distance r are inside.
    """
    if upper:
        return line[j] - x <= r if closed else line[j] - x < r
    return x - line[j] > r if closed else x - line[j] >= r


cdef inline Py_ssize_t ball_end(
    const double* line,
    Py_ssize_t n,
    double x,
    double r,
    bint upper,
    bint closed,
    Py_ssize_t start,
) noexcept nogil:
    """Return the first point of a sorted line that is not `before_end`.

    Galloping search from `start`: O(log d) for a start d points off.
    """
    cdef Py_ssize_t low, high, middle
    cdef Py_ssize_t step = 1
    if start < n and before_end(line, start, x, r, upper, closed):
        low, high = start, start + 1
        while high < n and before_end(line, high, x, r, upper, closed):
            low = high
            high += step
            step *= 2
        high = min(high, n)
    else:
        low, high = start - 1, start
        while low >= 0 and not before_end(line, low, x, r, upper, closed):
            high = low
            low -= step
            step *= 2
        low = max(low, -1)
    # Point low is before the end (or is -1), point high is not (or is n).
    while high - low > 1:
        middle = (low + high) // 2
        if before_end(line, middle, x, r, upper, closed):
            low = middle
        else:
            high = middle
    return high


cdef inline Py_ssize_t ball_end_near(
    const double* line,
    Py_ssize_t n,
    double x,
    double r,
    bint upper,
    bint closed,
    Py_ssize_t start,
) noexcept nogil:
    """Return what `ball_end` does, without branches if it lies within three points of `start`."""
    cdef Py_ssize_t j
    cdef Py_ssize_t n_before = 0
    if 1 <= start <= n - 4:
        for j in range(start - 1, start + 4):
            n_before += before_end(line, j, x, r, upper, closed)
        if 0 < n_before < 5:
            return start - 1 + n_before
    return ball_end(line, n, x, r, upper, closed, start)


cpdef double digamma_integer(int64_t m) noexcept nogil

cpdef double sum_digamma(const double[::1] tally) noexcept nogil

cdef void fill_digamma(double[::1] digammas) noexcept nogil
