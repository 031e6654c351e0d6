"""Where a sorted column may be cut, and what y sums to before each row of it."""

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
    """Say whether two class count vectors are proportional, looking at class `hint` first.

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

    edges : ndarray of shape (n_edges,), dtype int64
        Increasing positions of new values, 0 and n included.

    chosen : ndarray of shape (n_chosen,), dtype int64
        Indices of edges, increasing, neither the first nor the last.

    most : int
        At least two. Around an edge where there are more, so many are taken, evenly.

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
                values, edges[chosen[c] - 1], edges[chosen[c] + 1], most, positions, &n
            )
    return found[:n], thinned


cdef bint add_between(
    const double[::1] values,
    Py_ssize_t start,
    Py_ssize_t stop,
    Py_ssize_t most,
    int64_t[::1] positions,
    Py_ssize_t* n,
) noexcept nogil:
    """Add the new values between two positions, at most so many, and say whether not all."""
    cdef Py_ssize_t row
    cdef Py_ssize_t n_new = 0, n_passed = 0, n_taken = 0, wanted = 0
    cdef double step = 1.0
    for row in range(start + 1, stop):
        n_new += values[row] != values[row - 1]
    if n_new > most:
        step = <double>(n_new - 1) / (most - 1)
    for row in range(start + 1, stop):
        if values[row] != values[row - 1]:
            if n_passed == wanted:
                n[0] = insert(positions, n[0], row)
                n_taken += 1
                # The last whatever the product is rounded to.
                wanted = n_new - 1 if n_taken == most - 1 else <Py_ssize_t>(n_taken * step)
            n_passed += 1
    return n_new > most


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
