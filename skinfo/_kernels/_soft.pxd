"""Soft information bottleneck: what other kernels call."""


cdef inline double tiny() noexcept nogil:
    """Return the least number whose logarithm is taken."""
    return 1e-300
