"""Sort numbers and carry along what belongs to each; count classes in that order.

A number and what belongs to it are one integer of 64 bits, a key. Keys are sorted by their digits,
which takes about the same time on every processor. The vector sort of NumPy is several times
slower than that on AMD processors with AVX-512, and on those without AVX2.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

import numpy as np

from skinfo._kernels._elementary cimport bits_of

cdef enum:
    KEY_BITS = 64
    # Of a float, all bits but the sign.
    MAGNITUDE = 0x7FFFFFFFFFFFFFFF
    # Keys are sorted by so many of their highest digits; most are equal in these to few others.
    N_DIGITS = 3
    DIGIT_BITS = 11
    # Of fewer keys, as clearing and adding the counts of longer digits would take longer.
    FEW = 8192
    FEW_DIGIT_BITS = 8
    # So many keys are sorted by insertion.
    INSERTED = 24

ctypedef fused code_t:
    uint8_t
    uint16_t
    uint32_t


cdef struct Ranks:
    # Integers in the order of some floats.
    uint64_t least  # bits of the least magnitude that is not zero: it is one away from zero
    uint64_t span  # bits of the largest magnitude, minus `least`
    uint64_t zero  # rank of zero
    bint any_negative
    int n_bits  # of the largest rank
    int left_out  # low bits of magnitudes that ranks do not tell apart


def sorted_values(const double[:] values):
    """Return sorted values, 0.0 for -0.0.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        No NaN, n < 2**31.
    """
    return sorted_pairs(values, np.zeros(values.shape[0], np.uint8))[0]


def sorted_pairs(const double[:] values, const code_t[::1] codes):
    """Return sorted values, 0.0 for -0.0, and the code of each.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        No NaN, n < 2**31.

    codes : ndarray of shape (n,), unsigned
    """
    cdef Py_ssize_t n = values.shape[0]
    cdef Ranks ranks
    cdef code_t largest = 0
    cdef int n_bits
    cdef Py_ssize_t i
    with nogil:
        ranks = ranks_of(values)
        for i in range(n):
            largest = codes[i] if codes[i] > largest else largest
        n_bits = bit_length(largest)
    if ranks.n_bits + n_bits > KEY_BITS:
        values_out, rows = sorted_rows(values)
        return values_out, np.take(codes, rows)
    keys_out, codes_out = np.empty(n), np.empty(n, f"u{sizeof(code_t)}")
    cdef uint64_t[::1] keys = keys_out.view(np.uint64)
    cdef uint64_t[::1] spare = np.empty(n, np.uint64)
    cdef code_t[::1] sorted_codes = codes_out
    if n:
        with nogil:
            for i in range(n):
                keys[i] = rank_of(values[i], ranks) << n_bits | codes[i]
            sort_keys(&keys[0], &spare[0], n)
            unpack(&keys[0], n, ranks, n_bits, &sorted_codes[0])
    return keys_out, codes_out


cdef void unpack(
    uint64_t* keys, Py_ssize_t n, Ranks ranks, int n_bits, code_t* codes
) noexcept nogil:
    """Write the codes of keys, and in place of the keys the bits of the values."""
    cdef uint64_t rank, distance, negative
    cdef Py_ssize_t i
    for i in range(n):
        codes[i] = <code_t>(keys[i] & low_bits(n_bits))
        rank = keys[i] >> n_bits
        negative = rank < ranks.zero
        distance = ranks.zero - rank if negative else rank - ranks.zero
        keys[i] = (distance + (ranks.least - 1) if distance else 0) | negative << 63


def sorted_rows(const double[:] values):
    """Return sorted values, and the row of each, (n,) int32, in order for equal values.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        No NaN, n < 2**31.
    """
    cdef Py_ssize_t n = values.shape[0]
    cdef Ranks ranks
    cdef int n_bits = bit_length(n)
    values_out, rows_out = np.empty(n), np.empty(n, np.int32)
    # The values are written when what is spare is used no more.
    cdef uint64_t[::1] spare = values_out.view(np.uint64)
    cdef uint64_t[::1] keys = np.empty(n, np.uint64)
    cdef double[::1] sorted_values = values_out
    cdef int32_t[::1] rows = rows_out
    cdef bint in_order = True
    cdef Py_ssize_t i
    if n:
        with nogil:
            ranks = ranks_of(values)
            if ranks.n_bits + n_bits > KEY_BITS:
                # One more than the excess, since ranks are rounded up.
                ranks.left_out = ranks.n_bits + n_bits - KEY_BITS + 1
                set_zero(&ranks)
            for i in range(n):
                keys[i] = rank_of(values[i], ranks) << n_bits | <uint64_t>i
            sort_keys(&keys[0], &spare[0], n)
            for i in range(n):
                rows[i] = <int32_t>(keys[i] & low_bits(n_bits))
                sorted_values[i] = values[rows[i]]
                in_order &= i == 0 or sorted_values[i - 1] <= sorted_values[i]
    if not in_order:
        # By the bits left out. This sort is fast where little is out of order.
        order = np.argsort(values_out, kind="stable")
        return values_out[order], rows_out[order]
    return values_out, rows_out


cdef Ranks ranks_of(const double[:] values) noexcept nogil:
    """Return ranks that tell all values apart."""
    cdef Ranks ranks
    cdef uint64_t least = MAGNITUDE
    cdef uint64_t most = 0
    cdef uint64_t signs = 0
    cdef uint64_t magnitude
    cdef Py_ssize_t i
    for i in range(values.shape[0]):
        signs |= bits_of(values[i])
        magnitude = bits_of(values[i]) & MAGNITUDE
        most = magnitude if magnitude > most else most
        # Of zero this is the largest integer.
        magnitude -= 1
        least = magnitude if magnitude < least else least
    ranks.least = least + 1
    ranks.span = most - ranks.least if most else 0
    ranks.any_negative = signs >> 63
    ranks.left_out = 0
    set_zero(&ranks)
    ranks.n_bits = bit_length(ranks.zero + ranks.span + 1)
    return ranks


cdef inline void set_zero(Ranks* ranks) noexcept nogil:
    """Set the rank of zero: as many are below it as negative values may need."""
    ranks.zero = (ranks.span >> ranks.left_out) + 1 if ranks.any_negative else 0


cdef inline uint64_t rank_of(double value, Ranks ranks) noexcept nogil:
    """Return the rank of a value."""
    cdef uint64_t magnitude = bits_of(value) & MAGNITUDE
    cdef uint64_t distance = ((magnitude - ranks.least) >> ranks.left_out) + 1 if magnitude else 0
    return ranks.zero - distance if bits_of(value) >> 63 else ranks.zero + distance


cdef inline uint64_t low_bits(int n_bits) noexcept nogil:
    return (<uint64_t>1 << n_bits) - 1


cdef inline int bit_length(uint64_t x) noexcept nogil:
    cdef int n = 0
    while x:
        x >>= 1
        n += 1
    return n


cdef void sort_keys(uint64_t* keys, uint64_t* spare, Py_ssize_t n) noexcept nogil:
    """Sort n keys, given room for as many.

    By the highest digits first, which few keys have in common; then those that have them in
    common, by insertion, or in the same way by what digits are left.
    """
    cdef uint64_t least = keys[0]
    cdef uint64_t most = keys[0]
    cdef bint in_order = True
    cdef int n_bits, low
    cdef int digit_bits = DIGIT_BITS if n >= FEW else FEW_DIGIT_BITS
    cdef Py_ssize_t i
    if n <= INSERTED:
        insert_keys(keys, n)
        return
    for i in range(1, n):
        in_order &= keys[i - 1] <= keys[i]
        least = keys[i] if keys[i] < least else least
        most = keys[i] if keys[i] > most else most
    if in_order:
        return
    n_bits = bit_length(most - least)
    low = max(n_bits - N_DIGITS * digit_bits, 0)
    sort_by_digits(keys, spare, n, least, low, n_bits, digit_bits)
    if low:
        sort_runs(keys, spare, n, least, low)


cdef void sort_by_digits(
    uint64_t* keys,
    uint64_t* spare,
    Py_ssize_t n,
    uint64_t least,
    int low,
    int n_bits,
    int digit_bits,
) noexcept nogil:
    """Sort keys, minus the least, by their bits from `low` to `n_bits`, the lowest digit first."""
    cdef uint32_t starts[N_DIGITS][1 << DIGIT_BITS]
    cdef uint64_t mask = low_bits(digit_bits)
    cdef uint64_t* source = keys
    cdef uint64_t* target = spare
    cdef uint64_t key
    cdef uint32_t start, count
    cdef int n_digits = (n_bits - low + digit_bits - 1) // digit_bits
    cdef int d, shift
    cdef Py_ssize_t i
    memset(starts, 0, sizeof(starts))
    for i in range(n):
        key = (keys[i] - least) >> low
        starts[0][key & mask] += 1
        starts[1][key >> digit_bits & mask] += 1
        starts[2][key >> 2 * digit_bits & mask] += 1
    for d in range(n_digits):
        shift = low + d * digit_bits
        if starts[d][(keys[0] - least) >> shift & mask] == <uint32_t>n:
            continue
        start = 0
        for i in range(<Py_ssize_t>mask + 1):
            count = starts[d][i]
            starts[d][i] = start
            start += count
        for i in range(n):
            key = (source[i] - least) >> shift & mask
            target[starts[d][key]] = source[i]
            starts[d][key] += 1
        source, target = target, source
    if source != keys:
        memcpy(keys, source, n * sizeof(uint64_t))


cdef void sort_runs(
    uint64_t* keys, uint64_t* spare, Py_ssize_t n, uint64_t least, int low
) noexcept nogil:
    """Sort the runs of keys that, minus the least, have the same bits from `low` on."""
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t end
    while start < n:
        end = start + 1
        while end < n and (keys[end] - least) >> low == (keys[start] - least) >> low:
            end += 1
        if end - start > 1:
            sort_keys(keys + start, spare + start, end - start)
        start = end


cdef void insert_keys(uint64_t* keys, Py_ssize_t n) noexcept nogil:
    """Sort a few keys by insertion."""
    cdef uint64_t key
    cdef Py_ssize_t i, j
    for i in range(1, n):
        key = keys[i]
        j = i
        while j and keys[j - 1] > key:
            keys[j] = keys[j - 1]
            j -= 1
        keys[j] = key


def class_sums(
    const code_t[::1] codes,
    const double[::1] weights,
    const int64_t[::1] ends,
    Py_ssize_t n_classes,
):
    """Return the weight of each class in the rows before each end, (n_ends + 1, n_classes).

    Parameters
    ----------
    codes : ndarray of shape (n,), unsigned
        Of rows in the order of a column.

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty for weights of one.

    ends : ndarray of shape (n_ends,), dtype int64
        Increasing. The first row of the result is zero.
    """
    sums_out = np.zeros((ends.shape[0] + 1, n_classes))
    cdef double[:, ::1] sums = sums_out
    cdef Py_ssize_t e, row, k
    cdef Py_ssize_t start = 0
    cdef int64_t ones
    with nogil:
        for e in range(ends.shape[0]):
            for k in range(n_classes):
                sums[e + 1, k] = sums[e, k]
            if weights.shape[0]:
                for row in range(start, ends[e]):
                    sums[e + 1, codes[row]] += weights[row]
            elif n_classes == 2:
                # A sum of bytes needs no memory but the bytes.
                ones = 0
                for row in range(start, ends[e]):
                    ones += codes[row]
                sums[e + 1, 0] += ends[e] - start - ones
                sums[e + 1, 1] += ones
            else:
                for row in range(start, ends[e]):
                    sums[e + 1, codes[row]] += 1.0
            start = ends[e]
    return sums_out
