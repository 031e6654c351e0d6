"""What the processor can run."""

cdef extern from "_cpu.h":
    int highest_level() noexcept nogil


def x86_level():
    """Return the highest level of x86-64 that the processor can run, 0 if it is none.

    Level 4 asks for vectors whose bits can be counted (AVX512-VPOPCNTDQ) beside x86-64-v4.
    """
    return highest_level()
