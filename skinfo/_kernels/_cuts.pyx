"""Candidate cuts of a sorted column, and cumulative sums of y."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

import numpy as np

from skinfo._kernels._elementary cimport bits_of
from skinfo._kernels._splitmix64 cimport SPLITMIX_STEP, mix_bits

ctypedef fused weight_t:
    int64_t
    double

cdef enum:
    # Values hashed at a time.
    BLOCK = 64

# Class codes have the smallest dtype that holds them.
ctypedef fused class_code:
    uint8_t
    uint16_t
    uint32_t


def boundary_points(
    const double[::1] values,
    const class_code[::1] codes,
    const double[::1] weights,
    Py_ssize_t n_classes,
    Py_ssize_t limit,
):
    """Return the boundary points of a column, where its class distribution changes, up to a limit.

    Adjacent values of equal class distribution are not separated: an optimal partition has cuts
    at boundary points only (Fayyad and Irani 1992; Elomaa and Rousu 1999).

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        Sorted.

    codes : ndarray of shape (n,), unsigned
        The class of each sample.

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty if all weights are one.

    n_classes : int

    limit : int
        The search ends once there are more: a noisy column has hundreds in its first thousand
        rows.

    Returns
    -------
    points : ndarray, dtype int64
        Position to the right of each boundary, increasing.

    complete : bool
        Whether these are all.
    """
    cdef Py_ssize_t n_points
    found = np.empty(min(limit, values.shape[0]), np.int64)
    cdef int64_t[::1] points = found
    cdef double[::1] run = np.zeros(n_classes)
    cdef double[::1] block = np.empty(n_classes)
    with nogil:
        n_points = find_boundaries(values, codes, weights, run, block, points, limit)
    if n_points > limit:
        return found, False
    return found[:n_points].copy(), True


cdef Py_ssize_t find_boundaries(
    const double[::1] values,
    const class_code[::1] codes,
    const double[::1] weights,
    double[::1] run,
    double[::1] block,
    int64_t[::1] points,
    Py_ssize_t limit,
) noexcept nogil:
    """Store the points, and return their number, limit + 1 if there are more."""
    cdef Py_ssize_t n = values.shape[0], n_classes = run.shape[0]
    cdef bint is_weighted = weights.shape[0] > 0
    cdef Py_ssize_t row = 0, n_points = 0
    cdef Py_ssize_t c, hint, start
    cdef double value, weight, block_weight
    cdef double run_weight = 0.0
    while row < n:
        start = row
        value = values[row]
        hint = codes[row]
        for c in range(n_classes):
            block[c] = 0.0
        block_weight = 0.0
        while row < n and values[row] == value:
            weight = weights[row] if is_weighted else 1.0
            block[codes[row]] += weight
            block_weight += weight
            row += 1
        if run_weight > 0.0 and not same_distribution(run, run_weight, block, block_weight, hint):
            if n_points == limit:
                return limit + 1
            points[n_points] = start
            n_points += 1
            for c in range(n_classes):
                run[c] = 0.0
            run_weight = 0.0
        for c in range(n_classes):
            run[c] += block[c]
        run_weight += block_weight
    return n_points


cdef inline bint same_distribution(
    const double[::1] a, double a_weight, const double[::1] b, double b_weight, Py_ssize_t hint
) noexcept nogil:
    """Return whether two class count vectors are proportional, comparing class `hint` first.

    Cross-multiplied, so exact for integer counts. With many classes the hint, a class that occurs
    in b, almost always decides.
    """
    cdef Py_ssize_t c
    if a[hint] * b_weight != b[hint] * a_weight:
        return False
    for c in range(a.shape[0]):
        if a[c] * b_weight != b[c] * a_weight:
            return False
    return True


def block_boundaries(const double[:, ::1] blocks, Py_ssize_t limit):
    """Return where the class distribution of consecutive blocks changes, up to a limit.

    Parameters
    ----------
    blocks : ndarray of shape (m, n_classes), dtype float64
        Class sums of the blocks, none of which is empty.

    limit : int
        Maximum number of changes.

    Returns
    -------
    points : ndarray, dtype int64
        The block to the right of each change, increasing.

    complete : bool
        Whether there are no more than `limit`.
    """
    cdef Py_ssize_t n_classes = blocks.shape[1]
    cdef Py_ssize_t b, c, hint
    cdef Py_ssize_t n_points = 0
    cdef double weight
    cdef double run_weight = 0.0
    found = np.empty(min(limit, blocks.shape[0]), np.int64)
    cdef int64_t[::1] points = found
    cdef double[::1] run = np.zeros(n_classes)
    cdef bint complete = True
    with nogil:
        for b in range(blocks.shape[0]):
            weight = 0.0
            hint = 0
            for c in range(n_classes):
                weight += blocks[b, c]
                hint = c if blocks[b, c] > 0.0 else hint
            if run_weight > 0.0 and not same_distribution(
                run, run_weight, blocks[b], weight, hint
            ):
                if n_points == limit:
                    complete = False
                    break
                points[n_points] = b
                n_points += 1
                for c in range(n_classes):
                    run[c] = 0.0
                run_weight = 0.0
            for c in range(n_classes):
                run[c] += blocks[b, c]
            run_weight += weight
    return found[:n_points].copy(), complete


def new_values(const double[::1] values, Py_ssize_t limit):
    """Return the positions, without the first, at which a new value begins.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        Sorted.

    limit : int
        The search ends once there are more.

    Returns
    -------
    positions : ndarray, dtype int64
        Increasing.

    complete : bool
        Whether these are all.
    """
    cdef Py_ssize_t row = 1
    cdef Py_ssize_t n = 0
    cdef Py_ssize_t n_left, i
    cdef uint64_t[BLOCK] is_new
    cdef uint64_t any_new
    found = np.empty(max(min(limit, values.shape[0] - 1), 0) + BLOCK, np.int64)
    cdef int64_t[::1] positions = found
    with nogil:
        while row < values.shape[0] and n <= limit:
            n_left = min(<Py_ssize_t>BLOCK, values.shape[0] - row)
            any_new = 0
            for i in range(n_left):
                is_new[i] = values[row + i] != values[row + i - 1]
                any_new |= is_new[i]
            if any_new:
                for i in range(n_left):
                    # Branch-free, since a branch would be mispredicted.
                    positions[n] = row + i
                    n += is_new[i]
            row += n_left
    return found[: min(n, limit)].copy(), n <= limit


def sampled_positions(
    const double[::1] values,
    const int64_t[::1] starts,
    const int64_t[::1] stops,
    uint64_t salt,
    Py_ssize_t exact,
    Py_ssize_t sample,
):
    """Return the first positions of the distinct values that are sampled in each range of rows.

    The rule is that of `DistinctValues`, for unsorted values: all values are kept if there are at
    most `exact`, otherwise at most `sample` values with low hashes.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        Sorted, no NaN.

    starts, stops : ndarray of shape (n_ranges,), dtype int64
        Increasing, without overlap. A value begins at the first row of each range.

    salt : int
        Salt of the hash function.

    exact, sample : int

    Returns
    -------
    positions : ndarray, dtype int64
        Increasing.
    """
    cdef Py_ssize_t r
    cdef Py_ssize_t n_rows = 0
    cdef Py_ssize_t n = 0
    for r in range(starts.shape[0]):
        n_rows += stops[r] - starts[r]
    # Untouched memory pages are never allocated.
    found = np.empty(n_rows + BLOCK, np.int64)
    cdef int64_t[::1] positions = found
    with nogil:
        for r in range(starts.shape[0]):
            n += keep_sample(
                values,
                starts[r],
                stops[r],
                (salt + 1) * SPLITMIX_STEP(),
                exact,
                sample,
                &positions[n],
            )
    return found[:n].copy()


cdef Py_ssize_t keep_sample(
    const double[::1] values,
    Py_ssize_t start,
    Py_ssize_t stop,
    uint64_t offset,
    Py_ssize_t exact,
    Py_ssize_t sample,
    int64_t* positions,
) noexcept nogil:
    """Store the positions of one range, and return their number."""
    cdef Py_ssize_t n_distinct = stop - start
    cdef Py_ssize_t n_kept, n_among, i
    # A guess that assumes no ties.
    cdef int level = level_below(n_distinct, exact, sample)
    n_distinct, n_kept = scan(values, start, stop, offset, level, positions)
    while level and (n_kept <= sample or n_distinct <= exact):
        level = min(level_below(n_distinct, exact, sample), level - 1)
        n_distinct, n_kept = scan(values, start, stop, offset, level, positions)
    if n_distinct <= exact:
        return n_kept
    while n_kept > sample or level == 0:
        level += 1
        n_among = n_kept
        n_kept = 0
        for i in range(n_among):
            positions[n_kept] = positions[i]
            n_kept += hash_of(values[positions[i]], offset) <= ~<uint64_t>0 >> level
    return n_kept


cdef inline int level_below(Py_ssize_t n, Py_ssize_t exact, Py_ssize_t sample) noexcept nogil:
    """Return a level at which probably more than `sample` of n distinct values are kept."""
    cdef int level = 0
    while n > exact and n >> (level + 2) > sample:
        level += 1
    return level


cdef (Py_ssize_t, Py_ssize_t) scan(
    const double[::1] values,
    Py_ssize_t start,
    Py_ssize_t stop,
    uint64_t offset,
    int level,
    int64_t* positions,
) noexcept nogil:
    """Store where values of low hash begin; return the numbers of distinct and of kept values.

    Hashes of blocks of rows are vectorised.
    """
    cdef uint64_t threshold = ~<uint64_t>0 >> level
    cdef Py_ssize_t n_distinct = 1
    cdef Py_ssize_t n_kept = hash_of(values[start], offset) <= threshold
    cdef Py_ssize_t row = start + 1
    positions[0] = start
    while row + BLOCK <= stop:
        # A constant block size, for vectorisation.
        n_distinct += scan_block(
            &values[row], BLOCK, row, offset, threshold, positions, &n_kept
        )
        row += BLOCK
    if row < stop:
        n_distinct += scan_block(
            &values[row], stop - row, row, offset, threshold, positions, &n_kept
        )
    return n_distinct, n_kept


cdef inline Py_ssize_t scan_block(
    const double* values,
    Py_ssize_t n,
    Py_ssize_t row,
    uint64_t offset,
    uint64_t threshold,
    int64_t* positions,
    Py_ssize_t* n_kept,
) noexcept nogil:
    """Scan a block that has a row before it; return the number of values that begin in it."""
    cdef uint64_t[BLOCK] is_new, is_kept
    cdef uint64_t n_new = 0, any_kept = 0
    cdef Py_ssize_t i
    for i in range(n):
        is_new[i] = values[i] != values[i - 1]
        is_kept[i] = is_new[i] & (hash_of(values[i], offset) <= threshold)
        n_new += is_new[i]
        any_kept |= is_kept[i]
    if any_kept:
        for i in range(n):
            # Branch-free, since a branch would be mispredicted.
            positions[n_kept[0]] = row + i
            n_kept[0] += is_kept[i]
    return n_new


cdef inline uint64_t hash_of(double value, uint64_t offset) noexcept nogil:
    """Return the hash of a value; adding 0.0 maps -0.0 to 0.0."""
    return mix_bits(bits_of(value + 0.0) + offset)


def positions_between(
    const int64_t[::1] positions,
    const weight_t[::1] before,
    const int64_t[::1] lows,
    const int64_t[::1] chosen,
    const int64_t[::1] highs,
    Py_ssize_t most,
):
    """Return the chosen positions and some of the positions around each.

    Parameters
    ----------
    positions : ndarray of shape (n,), dtype int64
        Increasing.

    before : ndarray of shape (n,), dtype int64 or float64
        The weight before each position.

    lows, chosen, highs : ndarray of shape (n_chosen,), dtype int64
        Around each chosen position, those above its `lows` and below its `highs` are considered.
        Increasing.

    most : int
        Maximum number of positions around each, at least two. If there are more, they are selected
        at even steps of weight from the first to the last.

    Returns
    -------
    found : ndarray, dtype int64
        Increasing.

    thinned : bool
        Whether some were left out.
    """
    cdef Py_ssize_t c, i, first, last
    cdef Py_ssize_t n = 0
    cdef bint thinned = False
    found = np.empty(chosen.shape[0] * (most + 1), np.int64)
    cdef int64_t[::1] near = found
    with nogil:
        for c in range(chosen.shape[0]):
            n = insert(near, n, chosen[c])
            first = first_from(positions, 0, lows[c] + 1)
            last = first_from(positions, first, highs[c]) - 1
            if last - first < most:
                for i in range(first, last + 1):
                    n = insert(near, n, positions[i])
            else:
                n = insert_evenly(near, n, positions, before, first, last, most)
                thinned = True
    return found[:n].copy(), thinned


cdef inline Py_ssize_t first_from(
    const int64_t[::1] positions, Py_ssize_t start, int64_t position
) noexcept nogil:
    """Return the index, from `start` on, of the first position that is not less."""
    cdef Py_ssize_t stop = positions.shape[0]
    cdef Py_ssize_t middle
    while start < stop:
        middle = (start + stop) // 2
        if positions[middle] < position:
            start = middle + 1
        else:
            stop = middle
    return start


cdef Py_ssize_t insert_evenly(
    int64_t[::1] near,
    Py_ssize_t n,
    const int64_t[::1] positions,
    const weight_t[::1] before,
    Py_ssize_t first,
    Py_ssize_t last,
    Py_ssize_t most,
) noexcept nogil:
    """Insert the last position before or at each mark; return the new number of positions.

    Marks are the first and the last position, and even steps of weight between them.
    """
    cdef double step = <double>(before[last] - before[first]) / (most - 1)
    cdef Py_ssize_t mark
    cdef Py_ssize_t i = first
    for mark in range(most - 1):
        while before[i + 1] - before[first] <= mark * step:
            i += 1
        n = insert(near, n, positions[i])
    return insert(near, n, positions[last])


cdef inline Py_ssize_t insert(
    int64_t[::1] positions, Py_ssize_t n, Py_ssize_t position
) noexcept nogil:
    """Insert one position into n sorted ones unless it is there; return the new number.

    The search starts from the end: positions around one edge are in order, and overlap only those
    around the edge before.
    """
    cdef Py_ssize_t place = n
    cdef Py_ssize_t i
    while place > 0 and positions[place - 1] > position:
        place -= 1
    if place > 0 and positions[place - 1] == position:
        return n
    for i in range(n, place, -1):
        positions[i] = positions[i - 1]
    positions[place] = position
    return n + 1


def running_sums(const double[:, ::1] terms, const int32_t[::1] rows):
    """Return the cumulative sums of the terms of the given rows, (n + 1, n_terms).

    Parameters
    ----------
    terms : ndarray of shape (n_rows, n_terms)

    rows : ndarray of shape (n,), dtype int32
    """
    cdef Py_ssize_t n_terms = terms.shape[1]
    cdef Py_ssize_t i, t
    found = np.empty((rows.shape[0] + 1, n_terms))
    cdef double[:, ::1] sums = found
    with nogil:
        for t in range(n_terms):
            sums[0, t] = 0.0
        for i in range(rows.shape[0]):
            for t in range(n_terms):
                sums[i + 1, t] = sums[i, t] + terms[rows[i], t]
    return found
