"""Logarithms without branches, so that loops over an array of counts run on vector registers.

A call of the C library's log or lgamma keeps the compiler from vectorising the loop around it.
Nothing here lets the compiler reorder sums, so a value does not depend on its place in the array.
"""

import numpy as np

from skinfo._kernels._jit import inlined_kernel

# Bits of a float64: the fraction, one, and sqrt(1/2) cut to its upper half.
FRACTION = np.uint64(0x000FFFFFFFFFFFFF)
ROOT_HALF = np.uint64(0x3FE6A09E00000000)
TO_ROOT_HALF = np.uint64(0x3FF0000000000000 - 0x3FE6A09E00000000)
FRACTION_BITS = np.uint64(52)
# 2**52 as a float64: a small integer or-ed into its fraction is added to it.
TWO_52 = np.uint64(0x4330000000000000)
TWO_52_AND_BIAS = 4503599627370496.0 + 1023.0

# ln 2 in two parts: the first times an exponent is exact (fdlibm).
LN_2_HIGH = 6.93147180369123816490e-01
LN_2_LOW = 1.90821492927058770002e-10

HALF_LN_2_PI = 0.91893853320467274178


@inlined_kernel
def fast_log(x):
    """Return ln x to within one unit in the last place, for a normal x > 0.

    Zero gives something finite, so that 0 ln 0 = 0 without a test. The method is fdlibm's:
    x = 2^k (1 + f), and ln(1 + f) = 2 atanh(s), s = f / (2 + f), by a polynomial in s^2.
    """
    bits = np.float64(x).view(np.uint64) + TO_ROOT_HALF
    exponent = np.uint64((bits >> FRACTION_BITS) | TWO_52)
    fraction = np.uint64((bits & FRACTION) + ROOT_HALF)
    k = exponent.view(np.float64) - TWO_52_AND_BIAS
    f = fraction.view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (
        3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01)
    )
    odd = z * (
        6.666666666666735130e-01
        + w
        * (
            2.857142874366239149e-01
            + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
        )
    )
    half_square = 0.5 * f * f
    return s * (half_square + even + odd) + k * LN_2_LOW - half_square + f + k * LN_2_HIGH


@inlined_kernel
def fast_xlogx(x):
    """Return x ln x for x >= 0."""
    return x * fast_log(x)


@inlined_kernel
def log_factorial(x):
    """Return ln x! = lgamma(x + 1) for real 0 <= x < 1e38, to 1e-14 or 1e-15 of its size.

    Stirling's series at x + 9, where eight terms reach rounding, less the log of
    (x + 1) ... (x + 8).
    """
    rising = (x + 1.0) * (x + 2.0) * (x + 3.0) * (x + 4.0)
    rising *= (x + 5.0) * (x + 6.0) * (x + 7.0) * (x + 8.0)
    y = x + 9.0
    r = 1.0 / y
    z = r * r
    series = 1.0 / 156.0 - z * (3617.0 / 122400.0)
    series = -691.0 / 360360.0 + z * series
    series = 1.0 / 1188.0 + z * series
    series = -1.0 / 1680.0 + z * series
    series = 1.0 / 1260.0 + z * series
    series = -1.0 / 360.0 + z * series
    series = (1.0 / 12.0 + z * series) * r
    return (y - 0.5) * fast_log(y) - y + HALF_LN_2_PI + series - fast_log(rising)
