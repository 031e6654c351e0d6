"""Candidate cuts of a sorted column, and running sums of y along it."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t

import numpy as np

# Class codes come in as few bytes as hold them.
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
    """Return where the class distribution of a column changes, unless that is at too many places.

    Values of equal class distribution that follow each other stay together: an optimal
    partition cuts at boundary points only (Fayyad and Irani 1992; Elomaa and Rousu 1999).

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        Sorted.

    codes : ndarray of shape (n,), unsigned
        The class of each.

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty for weights of one.

    n_classes : int

    limit : int
        With more boundary points than this the search ends at once: a noisy column has
        hundreds in its first thousand rows.

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
    """Write the points, and return how many there are, limit + 1 for any number beyond it."""
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
    """Return whether two class count vectors are proportional, looking at class `hint` first.

    Cross-multiplied, so exact for integer counts. With many classes the hint, one
    that b holds, almost always tells at once.
    """
    cdef Py_ssize_t c
    if a[hint] * b_weight != b[hint] * a_weight:
        return False
    for c in range(a.shape[0]):
        if a[c] * b_weight != b[c] * a_weight:
            return False
    return True


def block_boundaries(const double[:, ::1] blocks, const uint8_t[::1] is_open, Py_ssize_t limit):
    """Return where the class distribution of consecutive blocks changes, or that it does too often.

    Parameters
    ----------
    blocks : ndarray of shape (m, n_classes), dtype float64
        Class sums of the blocks, each of one value and none empty.

    is_open : ndarray of shape (m,), dtype uint8
        Blocks of several values, in which the distribution may change too. Where there are any,
        the changes that are counted are no more than there are within these values.

    limit : int
        The most changes.

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
    found = np.empty(max(min(limit, blocks.shape[0]), 0), np.int64)
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
                if is_open[b]:
                    # The change may be within, and so may the next one be.
                    continue
            for c in range(n_classes):
                run[c] += blocks[b, c]
            run_weight += weight
    return found[:n_points].copy(), complete


def new_values(const double[::1] values, Py_ssize_t limit):
    """Return the positions, beyond the first, at which a new value begins.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        Sorted.

    limit : int
        With more than this the search ends at once.

    Returns
    -------
    positions : ndarray, dtype int64
        Increasing.

    complete : bool
        Whether these are all.
    """
    cdef Py_ssize_t row
    cdef Py_ssize_t n = 0
    found = np.empty(max(min(limit, values.shape[0] - 1), 0), np.int64)
    cdef int64_t[::1] positions = found
    cdef bint complete = True
    with nogil:
        for row in range(1, values.shape[0]):
            if values[row] != values[row - 1]:
                if n == limit:
                    complete = False
                    break
                positions[n] = row
                n += 1
    return found[:n], complete


def positions_near(
    const double[::1] values,
    const double[::1] weight_before,
    const int64_t[::1] edges,
    const int64_t[::1] chosen,
    Py_ssize_t most,
):
    """Return positions of new values around some edges: between the edges on either side of each.

    The chosen edges themselves are among them.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        Sorted.

    weight_before : ndarray of shape (n + 1,) or (0,), dtype float64
        Empty for weights of one.

    edges : ndarray of shape (n_edges,), dtype int64
        Increasing positions of new values, 0 and n included.

    chosen : ndarray of shape (n_chosen,), dtype int64
        Indices of edges, increasing, neither the first nor the last.

    most : int
        At least two. Around an edge where there are more, so many of them are taken at most, at
        even steps of weight from the first to the last.

    Returns
    -------
    positions : ndarray, dtype int64
        Increasing.

    thinned : bool
        Whether some were left out.
    """
    cdef Py_ssize_t c
    cdef Py_ssize_t n = 0
    cdef bint thinned = False
    found = np.empty(chosen.shape[0] * (most + 1), np.int64)
    cdef int64_t[::1] positions = found
    with nogil:
        for c in range(chosen.shape[0]):
            n = insert(positions, n, edges[chosen[c]])
            thinned |= add_between(
                values,
                weight_before,
                edges[chosen[c] - 1],
                edges[chosen[c] + 1],
                most,
                positions,
                &n,
            )
    return found[:n], thinned


cdef inline double weight_at(const double[::1] weight_before, Py_ssize_t row) noexcept nogil:
    return weight_before[row] if weight_before.shape[0] else <double>row


cdef bint add_between(
    const double[::1] values,
    const double[::1] weight_before,
    Py_ssize_t start,
    Py_ssize_t stop,
    Py_ssize_t most,
    int64_t[::1] positions,
    Py_ssize_t* n,
) noexcept nogil:
    """Add the new values between two positions, at most so many, and return whether not all.

    Of too many, the last before or at each of `most` marks: the first and last new value, and
    even steps of weight between them. Marks do not count values, so that they are the same for a
    column of which the values between them are not known.
    """
    cdef Py_ssize_t row, first = 0, last = 0
    cdef Py_ssize_t n_new = 0, n_marks = 0
    cdef double step, lowest
    for row in range(start + 1, stop):
        if values[row] != values[row - 1]:
            first = row if n_new == 0 else first
            last = row
            n_new += 1
    if n_new <= most:
        for row in range(start + 1, stop):
            if values[row] != values[row - 1]:
                n[0] = insert(positions, n[0], row)
        return False
    lowest = weight_at(weight_before, first)
    step = (weight_at(weight_before, last) - lowest) / (most - 1)
    n[0] = insert(positions, n[0], first)
    n_marks = 1
    stop = last
    last = first
    for row in range(first + 1, stop):
        if values[row] != values[row - 1]:
            while (
                n_marks < most - 1
                and n_marks * step < weight_at(weight_before, row) - lowest
            ):
                n[0] = insert(positions, n[0], last)
                n_marks += 1
            last = row
    while n_marks < most - 1 and n_marks * step < weight_at(weight_before, stop) - lowest:
        n[0] = insert(positions, n[0], last)
        n_marks += 1
    n[0] = insert(positions, n[0], stop)
    return True


cdef inline Py_ssize_t insert(
    int64_t[::1] positions, Py_ssize_t n, Py_ssize_t position
) noexcept nogil:
    """Insert one among n in order unless it is there, and return how many there are then.

    From the end: around one edge positions come in order, and reach back no further than to
    those around the edge before.
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
    """Return what the terms of the first rows add up to, (n + 1, n_terms), one row more each time.

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
