"""Exponentials without branches, so that loops over an array run on vector registers."""

import numpy as np

from skinfo._kernels._jit import inlined_kernel
from skinfo._kernels._log import FRACTION_BITS, LN_2_HIGH, LN_2_LOW

LOG2_E = 1.44269504088896340736
# Added to a float64 it leaves the nearest whole number in the low bits.
TO_INTEGER = 6755399441055744.0
BIAS = np.uint64(1023)
# exp of less is taken as zero.
LOWEST_EXPONENT = -700.0


@inlined_kernel
def fast_exp(x):
    """Return exp x for x <= 0 to within two units in the last place; 0 below exp(-700).

    x = k ln 2 + r with abs(r) <= ln(2) / 2, and Taylor's polynomial of r.
    """
    bounded = max(x, LOWEST_EXPONENT)
    shifted = bounded * LOG2_E + TO_INTEGER
    k = shifted - TO_INTEGER
    r = (bounded - k * LN_2_HIGH) - k * LN_2_LOW
    series = 1.0 / 6227020800.0
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
    power = np.uint64((np.float64(shifted).view(np.uint64) + BIAS) << FRACTION_BITS)
    return series * power.view(np.float64) if x > LOWEST_EXPONENT else 0.0
