"""Exponentials without branches, so that loops over an array run on vector registers."""

from skinfo._kernels._log cimport FRACTION_BITS, LN_2_HIGH, LN_2_LOW, bits_of, float_of


cdef inline double fast_exp(double x) noexcept nogil:
    """Return exp x for x <= 0 to within two units in the last place; 0 below exp(-700).

    x = k ln 2 + r with abs(r) <= ln(2) / 2, and Taylor's polynomial of r.
    """
    cdef double bounded = x if x > -700.0 else -700.0
    # Added to a float64, 1.5 * 2**52 leaves the nearest whole number in the low bits.
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
