"""Logarithms without branches, so that loops over an array of counts run on vector registers.

A call of the C library's log or lgamma keeps the compiler from vectorising the loop around it.
Nothing here lets the compiler reorder sums, so a value does not depend on its place in the array.
"""

from libc.stdint cimport uint64_t

cdef extern from *:
    """
    #ifndef SKINFO_FLOAT_BITS
    #define SKINFO_FLOAT_BITS
    #include <stdint.h>
    #include <string.h>
    static inline uint64_t bits_of(double x) { uint64_t b; memcpy(&b, &x, sizeof b); return b; }
    static inline double float_of(uint64_t b) { double x; memcpy(&x, &b, sizeof x); return x; }
    #endif
    """
    uint64_t bits_of(double x) noexcept nogil
    double float_of(uint64_t bits) noexcept nogil

# Bits of a float64: the fraction, and sqrt(1/2) cut to its upper half.
cdef enum:
    FRACTION_BITS = 52

# ln 2 in two parts: the first times an exponent is exact (fdlibm).
cdef inline double LN_2_HIGH() noexcept nogil:
    return 6.93147180369123816490e-01


cdef inline double LN_2_LOW() noexcept nogil:
    return 1.90821492927058770002e-10


cdef inline double fast_log(double x) noexcept nogil:
    """Return ln x to within one unit in the last place, for a normal x > 0.

    Zero gives something finite, so that 0 ln 0 = 0 without a test. The method is fdlibm's:
    x = 2^k (1 + f), and ln(1 + f) = 2 atanh(s), s = f / (2 + f), by a polynomial in s^2.
    """
    # 0x3FF0... is one, 0x3FE6A09E... is sqrt(1/2).
    cdef uint64_t bits = bits_of(x) + (<uint64_t>0x3FF0000000000000 - <uint64_t>0x3FE6A09E00000000)
    # 2**52 as a float64: a small integer or-ed into its fraction is added to it.
    cdef uint64_t exponent = (bits >> FRACTION_BITS) | <uint64_t>0x4330000000000000
    cdef uint64_t fraction = (bits & <uint64_t>0x000FFFFFFFFFFFFF) + <uint64_t>0x3FE6A09E00000000
    cdef double k = float_of(exponent) - (4503599627370496.0 + 1023.0)
    cdef double f = float_of(fraction) - 1.0
    cdef double s = f / (2.0 + f)
    cdef double z = s * s
    cdef double w = z * z
    cdef double even = w * (
        3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01)
    )
    cdef double odd = z * (
        6.666666666666735130e-01
        + w
        * (
            2.857142874366239149e-01
            + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
        )
    )
    cdef double half_square = 0.5 * f * f
    return s * (half_square + even + odd) + k * LN_2_LOW() - half_square + f + k * LN_2_HIGH()


cdef inline double fast_xlogx(double x) noexcept nogil:
    """Return x ln x for x >= 0."""
    return x * fast_log(x)


cdef inline double log_factorial(double x) noexcept nogil:
    """Return ln x! = lgamma(x + 1) for real 0 <= x < 1e38, to 1e-14 or 1e-15 of its size.

    Stirling's series at x + 9, where eight terms reach rounding, less the log of
    (x + 1) ... (x + 8).
    """
    cdef double rising = (x + 1.0) * (x + 2.0) * (x + 3.0) * (x + 4.0)
    rising *= (x + 5.0) * (x + 6.0) * (x + 7.0) * (x + 8.0)
    cdef double y = x + 9.0
    cdef double r = 1.0 / y
    cdef double z = r * r
    cdef double series = 1.0 / 156.0 - z * (3617.0 / 122400.0)
    series = -691.0 / 360360.0 + z * series
    series = 1.0 / 1188.0 + z * series
    series = -1.0 / 1680.0 + z * series
    series = 1.0 / 1260.0 + z * series
    series = -1.0 / 360.0 + z * series
    series = (1.0 / 12.0 + z * series) * r
    # 0.9189... is ln(2 pi) / 2.
    return (y - 0.5) * fast_log(y) - y + 0.91893853320467274178 + series - fast_log(rising)
