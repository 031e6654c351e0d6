"""Elementary functions: logarithm, exponential, ln x! and x ln x, as other kernels call them.

The functions named `fast_` and `log_factorial` have no branches, so that loops over an array run
on vector registers: a call of the C library's log, exp or lgamma keeps the compiler from
vectorising the loop around it. They are compositions of IEEE operations in a fixed order, hence
give the same bits on every processor. `xlogx` calls the C library's log, for single values.
"""

from libc.math cimport log
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

    The result for zero is finite, so that 0 ln 0 = 0 without a branch. The method is fdlibm's:
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


cdef inline double fast_exp(double x) noexcept nogil:
    """Return exp x for x <= 0 to within two units in the last place; 0 below exp(-700).

    x = k ln 2 + r with abs(r) <= ln(2) / 2, and Taylor's polynomial of r.
    """
    cdef double bounded = x if x > -700.0 else -700.0
    # Added to a float64, 1.5 * 2**52 leaves the nearest integer in the low bits.
    cdef double shifted = bounded * 1.44269504088896340736 + 6755399441055744.0
    cdef double k = shifted - 6755399441055744.0
    cdef double r = (bounded - k * LN_2_HIGH()) - k * LN_2_LOW()
    cdef double series = 1.0 / 6227020800.0
    series = 1.0 / 479001600.0 + r * series
    series = 1.0 / 39916800.0 + r * series
    series = 1.0 / 3628800.0 + r * series
    series = 1.0 / 362880.0 + r * series
    series = 1.0 / 40320.0 + r * series
    series = 1.0 / 5040.0 + r * series
    series = 1.0 / 720.0 + r * series
    series = 1.0 / 120.0 + r * series
    series = 1.0 / 24.0 + r * series
    series = 1.0 / 6.0 + r * series
    series = 0.5 + r * series
    series = 1.0 + r * series
    series = 1.0 + r * series
    # 1023 is the bias of the exponent.
    cdef double power = float_of((bits_of(shifted) + 1023) << FRACTION_BITS)
    return series * power if x > -700.0 else 0.0


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


cdef inline double fast_xlogx(double x) noexcept nogil:
    """Return x ln x for x >= 0."""
    return x * fast_log(x)


cdef inline double xlogx(double x) noexcept nogil:
    """Return x ln x, with 0 ln 0 = 0."""
    return x * log(x) if x > 0.0 else 0.0


cdef inline double lookup_xlogx(double count, const double[::1] table) noexcept nogil:
    """Return count ln count, from an `xlogx_table` if it contains the count."""
    # Tested first: a count beyond the table may also exceed the range of integers.
    if count < table.shape[0] and <Py_ssize_t>count == count:
        return table[<Py_ssize_t>count]
    return xlogx(count)
