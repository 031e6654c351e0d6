"""Soft information bottleneck: the constant that other kernels share."""


cdef inline double tiny() noexcept nogil:
    """Return the smallest number whose logarithm is computed; anything below counts as zero."""
    return 1e-300
