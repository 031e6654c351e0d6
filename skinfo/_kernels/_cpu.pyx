"""Instruction set level of the processor."""

cdef extern from "_cpu.h":
    int highest_level() noexcept nogil


def x86_level():
    """Return the highest level of x86-64 that the processor can run, 0 if it is none.

    Level 4 requires AVX512-VPOPCNTDQ (population count of vectors) in addition to x86-64-v4.
    """
    return highest_level()
