"""The random generator and bit mixer splitmix64 (Steele, Lea and Flood, OOPSLA 2014)."""

from libc.stdint cimport uint64_t


cdef inline uint64_t SPLITMIX_STEP() noexcept nogil:
    """Return the increment of the state of the generator: 2**64 over the golden ratio, odd."""
    return <uint64_t>0x9E3779B97F4A7C15


cdef inline uint64_t mix_bits(uint64_t z) noexcept nogil:
    """Return a bijective hash of 64 bits: the output of the generator in state z."""
    z = (z ^ (z >> 30)) * <uint64_t>0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * <uint64_t>0x94D049BB133111EB
    return z ^ (z >> 31)
