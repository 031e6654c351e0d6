"""Exact sums of floats, independent of order and chunks.

A sum is an integer of N_LIMBS limbs of 32 bits, in units of 2**-2150 (Neal 2015, "Fast exact
summation using small and large superaccumulators"): every float, and every product of two, is
such an integer. Limbs are int64, so that carries can be deferred; sums are added limb by limb.
"""

from libc.math cimport INFINITY, fabs
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint64_t

import numpy as np

from skinfo._kernels._elementary cimport bits_of, float_of

cpdef enum:
    N_LIMBS = 136

cdef enum:
    # Each product adds less than 2**35 to a limb.
    BEFORE_CARRYING = 16777216
    # Offset for a weight of one, from its exponent and digits.
    OFFSET_OF_ONE = 1075
    FRACTION = 0xFFFFFFFFFFFFF
    LOW = 0xFFFFFFFF
    MAGNITUDE = 0x7FFFFFFFFFFFFFFF
    # Values per block: three such blocks fit the first-level cache.
    BLOCK = 1024
    WORTH_A_BLOCK = 8
    # Values per block of all codes, and sums per code that are used in turn: consecutive additions
    # to the same code then do not wait for each other.
    BLOCK_OF_CODES = 4096
    LANES = 4
    # With more codes, values are added one by one.
    FEW_CODES = 1024
    # Largest small integer weight: 11 digits, in addition to 31 of a part of a value and 10 of a
    # block.
    LARGEST_SMALL_WEIGHT = 2048

ctypedef fused code_t:
    uint8_t
    uint16_t
    int32_t
    int64_t

# Magnitudes between these can be split without overflow or underflow.
cdef double SMALL = 2.0**-800
cdef double LARGE = 2.0**900

# Added to a number and subtracted again, it rounds to an integer.
cdef double TO_WHOLE = 1.5 * 2.0**52

# 2**27 + 1 splits 53 digits into halves.
cdef double SPLITTER = 134217729.0


def sums_between(const double[::1] values, const double[::1] weights, const int64_t[::1] ends):
    """Return exact sums of weighted values from each end to the next, (n_ends - 1, N_LIMBS) int64.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        Finite between the first end and the last.

    weights : ndarray of shape (n,) or (0,), dtype float64
        Finite and not negative; empty if all weights are one.

    ends : ndarray of shape (n_ends,), dtype int64
        Increasing.
    """
    cdef Py_ssize_t e
    out = np.zeros((max(ends.shape[0] - 1, 0), N_LIMBS), np.int64)
    cdef int64_t[:, ::1] sums = out
    cdef Py_ssize_t start, n
    cdef Py_ssize_t n_added
    with nogil:
        for e in range(sums.shape[0]):
            start = ends[e]
            n_added = 0
            while start < ends[e + 1]:
                n = min(<Py_ssize_t>BLOCK, ends[e + 1] - start)
                if weights.shape[0]:
                    add_products(&sums[e, 0], &values[start], &weights[start], n)
                else:
                    add_block(&sums[e, 0], &values[start], n)
                start += n
                n_added += n
                if n_added >= BEFORE_CARRYING:
                    carry(&sums[e, 0])
                    n_added = 0
            carry(&sums[e, 0])
    return out


def sums_by_code(
    const double[::1] values,
    const double[::1] weights,
    const code_t[::1] codes,
    Py_ssize_t n_codes,
):
    """Return exact sums of weighted values of each code, (n_codes, N_LIMBS) int64.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        Values that are not finite are ignored.

    weights : ndarray of shape (n,) or (0,), dtype float64
        Finite and not negative; empty if all weights are one.

    codes : ndarray of shape (n,), dtype uint8, uint16, int32 or int64
        Non-negative.

    n_codes : int
    """
    out = np.zeros((n_codes, N_LIMBS), np.int64)
    cdef int64_t[:, ::1] sums = out
    cdef double[::1] partial = np.zeros(2 * LANES * n_codes if n_codes <= FEW_CODES else 0)
    cdef double[BLOCK_OF_CODES] products, errors
    cdef Py_ssize_t n = values.shape[0]
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t n_added = 0
    cdef Py_ssize_t width, c
    if n == 0:
        return out
    with nogil:
        while start < n:
            width = min(<Py_ssize_t>BLOCK_OF_CODES, n - start)
            if not weights.shape[0]:
                add_by_code(sums, &values[start], &codes[start], width, partial)
            elif split_products(&values[start], &weights[start], width, products, errors):
                add_by_code(sums, products, &codes[start], width, partial)
                add_by_code(sums, errors, &codes[start], width, partial)
            else:
                for c in range(start, start + width):
                    if fabs(values[c]) < INFINITY:
                        add_product(&sums[codes[c], 0], values[c], weights[c])
            start += width
            n_added += width
            if n_added >= BEFORE_CARRYING or start == n:
                for c in range(n_codes):
                    carry(&sums[c, 0])
                n_added = 0
    return out


cdef void add_by_code(
    int64_t[:, ::1] sums,
    const double* values,
    const code_t* codes,
    Py_ssize_t n,
    double[::1] partial,
) noexcept nogil:
    """Add the finite ones of at most BLOCK_OF_CODES values, each to the sum of its code.

    The leading 40 digits of all values are added as floats, then the next 40, as in `add_block`; a
    remainder is added separately. `partial` is zero before and after.
    """
    cdef Py_ssize_t n_codes = partial.shape[0] // (2 * LANES)
    cdef Py_ssize_t i, c
    cdef double first, second, x, leading, following
    cdef double* of_code
    cdef int64_t largest = 0, magnitude
    cdef uint64_t left = 0
    for i in range(n):
        x = finite_or_zero(values[i])
        magnitude = <int64_t>(bits_of(x) & <uint64_t>MAGNITUDE)
        largest = magnitude if magnitude > largest else largest
    x = float_of(largest)
    if x == 0.0:
        return
    if n_codes == 0 or n < n_codes or not SMALL < x < LARGE:
        for i in range(n):
            add(&sums[codes[i], 0], finite_or_zero(values[i]))
        return
    first = float_of((exponent_of(x) + 13) << 52) * 1.5
    second = first * (1.0 / (<int64_t>1 << 41))
    for i in range(n):
        x = finite_or_zero(values[i])
        leading = (x + first) - first
        x -= leading
        following = (x + second) - second
        left |= bits_of(x - following)
        of_code = &partial[2 * (i % LANES * n_codes + codes[i])]
        of_code[0] += leading
        of_code[1] += following
    if left:
        for i in range(n):
            x = finite_or_zero(values[i])
            x -= (x + first) - first
            x -= (x + second) - second
            if x != 0.0:
                add(&sums[codes[i], 0], x)
    for c in range(n_codes):
        leading = following = 0.0
        for i in range(LANES):
            of_code = &partial[2 * (i * n_codes + c)]
            leading += of_code[0]
            following += of_code[1]
            of_code[0] = of_code[1] = 0.0
        add(&sums[c, 0], leading)
        add(&sums[c, 0], following)


cdef inline double finite_or_zero(double value) noexcept nogil:
    return value if fabs(value) < INFINITY else 0.0


cdef void add_block(int64_t* limbs, const double* values, Py_ssize_t n) noexcept nogil:
    """Add at most `BLOCK` values.

    If exponents are close to each other, the leading 42 digits of all values are added as floats,
    which is exact for 1024 of them, then the next 42 (Rump, Ogita and Oishi 2008, "Accurate
    floating-point summation"). Remainders, which occur in few blocks of a sorted column, are added
    one by one. All sums are exact in any order, so all loops are vectorised.
    """
    cdef double[BLOCK] leading, following
    cdef Py_ssize_t i
    cdef double first, second, q, x
    cdef int64_t largest = 0, magnitude
    cdef uint64_t left = 0
    for i in range(n):
        magnitude = <int64_t>(bits_of(values[i]) & <uint64_t>MAGNITUDE)
        largest = magnitude if magnitude > largest else largest
    x = float_of(largest)
    if n < WORTH_A_BLOCK or not SMALL < x < LARGE:
        for i in range(n):
            add(limbs, values[i])
        return
    first = float_of((exponent_of(x) + 11) << 52) * 1.5
    second = first * (1.0 / (<int64_t>1 << 43))
    for i in range(n):
        x = values[i]
        leading[i] = (x + first) - first
        x -= leading[i]
        following[i] = (x + second) - second
        left |= bits_of(x - following[i])
    if left:
        for i in range(n):
            add(limbs, values[i])
        return
    add(limbs, exact_sum(leading, n))
    add(limbs, exact_sum(following, n))


cdef double exact_sum(double* terms, Py_ssize_t n) noexcept nogil:
    """Return the sum of terms whose partial sums are all exact; the terms are overwritten."""
    cdef Py_ssize_t i, half
    while n > 1:
        half = n // 2
        for i in range(half):
            terms[i] += terms[n - half + i]
        n -= half
    return terms[0]


cdef void add_products(
    int64_t* limbs, const double* values, const double* weights, Py_ssize_t n
) noexcept nogil:
    """Add at most `BLOCK` products, each as a float and its rounding error (Dekker 1971)."""
    if add_small_repetitions(limbs, values, weights, n):
        return
    cdef double[BLOCK] products, errors
    cdef Py_ssize_t i
    if not split_products(values, weights, n, products, errors):
        for i in range(n):
            add_product(limbs, values[i], weights[i])
        return
    add_block(limbs, products, n)
    add_block(limbs, errors, n)


cdef bint split_products(
    const double* values,
    const double* weights,
    Py_ssize_t n,
    double* products,
    double* errors,
) noexcept nogil:
    """Store products as floats, with the rounding error of each; infinite values are ignored.

    Return False, and store nothing, if magnitudes could overflow or underflow.
    """
    cdef Py_ssize_t i
    cdef double a, b, p, a_high, a_low, b_high, b_low
    # Bits of magnitudes, which have the same order as magnitudes.
    cdef int64_t least = MAGNITUDE, most = 0
    cdef int64_t of_value, of_weight, of_product, larger
    for i in range(n):
        a, b = fabs(finite_or_zero(values[i])), weights[i]
        of_value, of_weight, of_product = bits_of(a), bits_of(b), bits_of(a * b)
        larger = of_weight if of_weight > of_value else of_value
        larger = larger if larger > of_product else of_product
        most = larger if larger > most else most
        # A zero product is exact; the rounding error of any other must not underflow.
        of_product = of_product if of_value else <int64_t>MAGNITUDE
        least = of_product if of_product < least else least
    if least < <int64_t>bits_of(SMALL) or most > <int64_t>bits_of(LARGE):
        return False
    for i in range(n):
        a, b = finite_or_zero(values[i]), weights[i]
        p = a * SPLITTER
        a_high = p - (p - a)
        a_low = a - a_high
        p = b * SPLITTER
        b_high = p - (p - b)
        b_low = b - b_high
        p = a * b
        products[i] = p
        errors[i] = a_low * b_low - (((p - a_high * b_high) - a_low * b_high) - a_high * b_low)
    return True


cdef bint add_small_repetitions(
    int64_t* limbs, const double* values, const double* weights, Py_ssize_t n
) noexcept nogil:
    """Add at most `BLOCK` products with small integer weights, as `add_block` adds values.

    The product of 31 digits of a value and its weight is exact, and so is the sum of 1024 such
    products. Return False, and add nothing, if a weight is not a small integer, or if two parts do
    not hold all digits of a value.
    """
    cdef double[BLOCK] leading, following
    cdef Py_ssize_t i
    cdef double first, second, w, x
    cdef double heaviest = 0.0
    cdef int64_t largest = 0, magnitude
    cdef uint64_t left = 0
    for i in range(n):
        magnitude = <int64_t>(bits_of(values[i]) & <uint64_t>MAGNITUDE)
        largest = magnitude if magnitude > largest else largest
        w = weights[i]
        heaviest = w if w > heaviest else heaviest
        left |= bits_of(((w + TO_WHOLE) - TO_WHOLE) - w)
    x = float_of(largest)
    if left or heaviest > LARGEST_SMALL_WEIGHT or n < WORTH_A_BLOCK or not SMALL < x < LARGE:
        return False
    first = float_of((exponent_of(x) + 22) << 52) * 1.5
    second = first * (1.0 / (<int64_t>1 << 32))
    for i in range(n):
        x = values[i]
        w = (x + first) - first
        leading[i] = w * weights[i]
        x -= w
        w = (x + second) - second
        following[i] = w * weights[i]
        left |= bits_of(x - w)
    if left:
        return False
    add(limbs, exact_sum(leading, n))
    add(limbs, exact_sum(following, n))
    return True


cdef inline uint64_t digits_of(double value) noexcept nogil:
    """Return the 53 binary digits of a magnitude as an integer."""
    cdef uint64_t bits = bits_of(value)
    cdef uint64_t is_normal = ((bits >> 52) & 0x7FF) != 0
    return (bits & <uint64_t>FRACTION) | (is_normal << 52)


cdef inline uint64_t exponent_of(double value) noexcept nogil:
    """Return the exponent of the last of the `digits_of` a magnitude, plus 1075."""
    cdef uint64_t exponent = (bits_of(value) >> 52) & 0x7FF
    return exponent + (exponent == 0)


cdef inline void add(int64_t* limbs, double value) noexcept nogil:
    """Add a value."""
    cdef int64_t sign = -<int64_t>(bits_of(value) >> 63)
    add_bits(limbs, digits_of(value), exponent_of(value) + OFFSET_OF_ONE, sign)


cdef inline void add_product(int64_t* limbs, double value, double weight) noexcept nogil:
    """Add the product of a value and a non-negative weight."""
    cdef int64_t sign = -<int64_t>(bits_of(value) >> 63)
    cdef uint64_t a = digits_of(value), b = digits_of(weight)
    cdef uint64_t offset = exponent_of(value) + exponent_of(weight)
    cdef uint64_t low = LOW
    add_bits(limbs, (a & low) * (b & low), offset, sign)
    add_bits(limbs, (a >> 32) * (b & low) + (a & low) * (b >> 32), offset + 32, sign)
    add_bits(limbs, (a >> 32) * (b >> 32), offset + 64, sign)


cdef inline void add_bits(
    int64_t* limbs, uint64_t bits, uint64_t offset, int64_t sign
) noexcept nogil:
    """Add ``bits * 2**offset``, or subtract it if the sign is -1 instead of 0."""
    cdef uint64_t shift = offset & 31
    cdef uint64_t low = (bits & <uint64_t>LOW) << shift
    cdef uint64_t high = (bits >> 32) << shift
    limbs += offset >> 5
    limbs[0] += (<int64_t>(low & <uint64_t>LOW) ^ sign) - sign
    limbs[1] += (<int64_t>((low >> 32) + (high & <uint64_t>LOW)) ^ sign) - sign
    limbs[2] += (<int64_t>(high >> 32) ^ sign) - sign


cdef inline void carry(int64_t* limbs) noexcept nogil:
    """Propagate carries, so that all limbs but the last have 32 bits."""
    cdef Py_ssize_t k
    cdef int64_t over
    for k in range(N_LIMBS - 1):
        # An arithmetic shift, which rounds down negative numbers too.
        over = limbs[k] >> 32
        limbs[k] -= over * (<int64_t>1 << 32)
        limbs[k + 1] += over


def exact_means(sums, weights):
    """Return exact sums divided by weights, rounded once, NaN for a weight of zero.

    Parameters
    ----------
    sums : ndarray of shape (n, N_LIMBS), dtype int64

    weights : ndarray of shape (n,), dtype float64

    Returns
    -------
    means : ndarray of shape (n,), dtype float64
    """
    means = np.full(len(sums), np.nan)
    for i in np.flatnonzero(weights).tolist():
        above, below = float(weights[i]).as_integer_ratio()
        means[i] = (to_integer(sums[i]) * below) / (above << 2150)
    return means


cdef object to_integer(limbs):
    """Return a sum as one integer, in units of 2**-2150."""
    total = 0
    for limb in reversed(limbs.tolist()):
        total = (total << 32) + limb
    return total
