"""Nearest neighbours on a line: Ross's estimator by one sort and one sweep a class.

Counts within a radius are taken with the subtraction that made the radius,
never by looking for x - r and x + r: those round, the farthest neighbour then
falls out of its own ball, and the estimate is off by up to 0.3 nat on a lattice.
Floating subtraction is monotone, so the rows of a ball stay one run of the
sorted column.

Sums of digamma over counts are kept as tallies, how often each count occurs:
whole numbers, which add up to the same in any order of the rows.
"""

from libc.math cimport log
from libc.stdint cimport int64_t

import numpy as np

# From here on the asymptotic series of digamma is exact to the last digit.
cdef enum:
    SERIES_FROM = 20


cpdef double digamma_integer(int64_t m) noexcept nogil:
    """Return digamma of a whole number >= 1."""
    cdef int64_t j
    cdef double total, square, series
    if m < SERIES_FROM:
        # Euler's constant.
        total = -0.57721566490153286
        for j in range(1, m):
            total += 1.0 / <double>j
        return total
    square = 1.0 / (<double>m * <double>m)
    series = 1.0 / 252.0 - square * (1.0 / 240.0 - square / 132.0)
    series = square * (1.0 / 12.0 - square * (1.0 / 120.0 - square * series))
    return log(<double>m) - 0.5 / <double>m - series


cdef void fill_digamma(double[::1] digammas) noexcept nogil:
    """Set digamma of each place but the first."""
    cdef Py_ssize_t m
    for m in range(1, digammas.shape[0]):
        digammas[m] = digamma_integer(m)


cpdef double sum_digamma(const double[::1] tally) noexcept nogil:
    """Return the sum over m of tally[m] digamma(m)."""
    cdef Py_ssize_t m
    cdef double total = 0.0
    for m in range(1, tally.shape[0]):
        if tally[m] != 0.0:
            total += tally[m] * digamma_integer(m)
    return total


cpdef double mean_digamma_position(
    int64_t inside, int64_t size, int64_t n_marked, int64_t k
) noexcept nogil:
    """Return E[digamma(inside + M)], M the place of the k-th of `n_marked` among `size` shuffled.

    M is negative hypergeometric. With nothing inside the mean is
    digamma(k) + digamma(size + 1) - digamma(n_marked + 1).
    """
    cdef int64_t j, m
    cdef double weight, total, digamma
    if inside == 0:
        return digamma_integer(k) + digamma_integer(size + 1) - digamma_integer(n_marked + 1)
    # P(M = k): the first k drawn are all marked.
    weight = 1.0
    for j in range(k):
        weight *= <double>(n_marked - j) / <double>(size - j)
    # In the far tail of a large shuffle the recurrence from M = k may start at zero.
    if weight < 1e-290:
        m = <int64_t>(<double>k * (<double>size + 1.0) / (<double>n_marked + 1.0))
        return digamma_integer(inside + max(k, m))
    total = 0.0
    digamma = digamma_integer(inside + k)
    for m in range(k, size - (n_marked - k) + 1):
        total += weight * digamma
        digamma += 1.0 / <double>(inside + m)
        weight *= (<double>m / (<double>(m - k) + 1.0)) * (
            <double>(size - n_marked - (m - k)) / <double>(size - m)
        )
    return total


cdef inline Py_ssize_t window_start(
    const double* line, Py_ssize_t n, Py_ssize_t i, Py_ssize_t k, Py_ssize_t start
) noexcept nogil:
    """Return where the k + 1 consecutive rows of a sorted line nearest to row i start.

    `start` is the answer for an earlier row: answers never decrease.
    """
    while start + k < n - 1 and line[start + k + 1] - line[i] < line[i] - line[start]:
        start += 1
    return start


cdef inline double window_radius(
    const double* line, Py_ssize_t i, Py_ssize_t k, Py_ssize_t start
) noexcept nogil:
    """Return the distance from row i to the farthest of the k + 1 rows from `start` on."""
    cdef double below = line[i] - line[start]
    cdef double above = line[start + k] - line[i]
    return above if above > below else below


def line_radii(const double[::1] line, Py_ssize_t k):
    """Return the distance from each row of a sorted line to its k-th nearest other row."""
    cdef Py_ssize_t i
    cdef Py_ssize_t n = line.shape[0]
    cdef Py_ssize_t start = 0
    out = np.empty(n)
    cdef double[::1] radii = out
    with nogil:
        for i in range(n):
            start = window_start(&line[0], n, i, k, start)
            radii[i] = window_radius(&line[0], i, k, start)
    return out


def line_counts(
    const double[::1] line, const double[::1] values, const double[::1] radii, bint closed
):
    """Return how many rows of a sorted line lie within each radius of each value."""
    cdef Py_ssize_t i
    cdef Py_ssize_t n = line.shape[0]
    cdef Py_ssize_t low = 0
    cdef Py_ssize_t high = 0
    out = np.zeros(values.shape[0], np.int64)
    cdef int64_t[::1] counts = out
    if n == 0:
        return out
    with nogil:
        for i in range(values.shape[0]):
            low = ball_end(&line[0], n, values[i], radii[i], False, closed, low)
            high = ball_end(&line[0], n, values[i], radii[i], True, closed, high)
            counts[i] = high - low
    return out


cdef void untied_counts(
    const double* line,
    Py_ssize_t n,
    const double* own_line,
    Py_ssize_t n_own,
    Py_ssize_t k,
    int64_t* counts,
) noexcept nogil:
    """Set, of each row of one class, how many others are no farther than its k-th of the class."""
    cdef Py_ssize_t i
    cdef double r
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t low = 0
    cdef Py_ssize_t high = 0
    for i in range(n_own):
        start = window_start(own_line, n_own, i, k, start)
        r = window_radius(own_line, i, k, start)
        low = ball_end_near(line, n, own_line[i], r, False, True, low)
        high = ball_end_near(line, n, own_line[i], r, True, True, high)
        counts[i] = high - low - 1


cdef void tied_counts(
    const double* line,
    Py_ssize_t n,
    const double* own_line,
    Py_ssize_t n_own,
    Py_ssize_t k,
    int64_t* counts,
    double* means,
) noexcept nogil:
    """Set what `untied_counts` does; where rows tie with the k-th, zero, and the mean instead.

    That is the mean of digamma over the orders of the rows at its distance.
    """
    cdef Py_ssize_t i
    cdef double x, r
    cdef int64_t others, inside, own_others, own_inside
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t low = 0
    cdef Py_ssize_t high = 0
    for i in range(n_own):
        x = own_line[i]
        # Rows of a class that are equal have the same ball.
        if i > 0 and x == own_line[i - 1]:
            counts[i], means[i] = counts[i - 1], means[i - 1]
            continue
        start = window_start(own_line, n_own, i, k, start)
        r = window_radius(own_line, i, k, start)
        low = ball_end(line, n, x, r, False, True, low)
        high = ball_end(line, n, x, r, True, True, high)
        others = high - low - 1
        inside = own_inside = 0
        if r > 0.0:
            inside = ball_end(line, n, x, r, True, False, high) - 1
            inside -= ball_end(line, n, x, r, False, False, low)
            own_inside = ball_end(own_line, n_own, x, r, True, False, i) - 1
            own_inside -= ball_end(own_line, n_own, x, r, False, False, i)
        if others - inside == 1:
            counts[i], means[i] = others, 0.0
            continue
        own_others = ball_end(own_line, n_own, x, r, True, True, i) - 1
        own_others -= ball_end(own_line, n_own, x, r, False, True, i)
        counts[i] = 0
        means[i] = mean_digamma_position(
            inside, others - inside, own_others - own_inside, k - own_inside
        )


cdef class ClassRows:
    """The rows of a sorted column whose class occurs more than once, by class and in order.

    Attributes
    ----------
    line : memoryview of float64, (n,)
        The rows kept, sorted.

    by_class : memoryview of float64, (n,)
        The same, class by class, sorted within each.

    rows : memoryview of int64, (n,)
        Which row of the column as given each of `by_class` is.

    starts : memoryview of int64, (n_classes + 1,)
        Where each class starts in `by_class`.

    counts : memoryview of int64, (n,)
        Room for `count_class`: how many others are no farther than the k-th of the own class.

    means : memoryview of float64, (n,)
        Room for `count_class`: where `counts` is zero, the mean of digamma over ties.
    """

    cdef double[::1] line, by_class, means
    cdef int64_t[::1] rows, starts, counts

    cdef bint tell_nothing(self) noexcept nogil:
        """Say whether the rows kept are of one value or of one class, or there are none."""
        cdef Py_ssize_t c
        cdef Py_ssize_t n = self.line.shape[0]
        if n == 0 or self.line[0] == self.line[n - 1]:
            return True
        for c in range(self.starts.shape[0] - 1):
            if self.starts[c + 1] - self.starts[c] == n:
                return True
        return False

    cdef void count_class(self, Py_ssize_t c, int64_t n_neighbors, bint has_ties) noexcept nogil:
        """Set `counts` of the rows of one class, and with ties `means` where that is zero."""
        cdef Py_ssize_t first = self.starts[c]
        cdef Py_ssize_t size = self.starts[c + 1] - first
        if has_ties:
            tied_counts(
                &self.line[0],
                self.line.shape[0],
                &self.by_class[first],
                size,
                n_neighbors,
                &self.counts[first],
                &self.means[first],
            )
        else:
            untied_counts(
                &self.line[0],
                self.line.shape[0],
                &self.by_class[first],
                size,
                n_neighbors,
                &self.counts[first],
            )


cdef ClassRows rows_by_class(
    const double[::1] line, const int64_t[::1] classes, Py_ssize_t n_classes
):
    """Return the rows of a sorted column by class, less those of classes that occur once."""
    cdef Py_ssize_t n
    cdef ClassRows rows = ClassRows.__new__(ClassRows)
    cdef int64_t[::1] places = np.zeros(n_classes + 1, np.int64)
    rows.starts = np.zeros(n_classes + 1, np.int64)
    with nogil:
        n = find_starts(classes, rows.starts)
    rows.line, rows.by_class, rows.means = np.empty(n), np.empty(n), np.empty(n)
    rows.rows, rows.counts = np.empty(n, np.int64), np.empty(n, np.int64)
    with nogil:
        place_rows(line, classes, places, rows)
    return rows


cdef Py_ssize_t find_starts(const int64_t[::1] classes, int64_t[::1] starts) noexcept nogil:
    """Add up where the classes that are kept start, and return how many rows they have."""
    cdef Py_ssize_t j, c
    cdef int64_t size
    cdef int64_t first = 0
    for j in range(classes.shape[0]):
        starts[classes[j]] += 1
    for c in range(starts.shape[0]):
        size = starts[c]
        starts[c] = first
        first += size if size > 1 else 0
    return first


cdef void place_rows(
    const double[::1] line, const int64_t[::1] classes, int64_t[::1] places, ClassRows rows
) noexcept nogil:
    """Put the rows that are kept where they belong; `places` (n_classes + 1,) is room."""
    cdef Py_ssize_t j, c
    cdef Py_ssize_t n = 0
    places[:] = rows.starts
    for j in range(line.shape[0]):
        c = classes[j]
        if rows.starts[c] < rows.starts[c + 1]:
            rows.line[n] = rows.by_class[places[c]] = line[j]
            rows.rows[places[c]] = j
            places[c] += 1
            n += 1


def ross_information(
    const double[::1] line,
    const int64_t[::1] classes,
    Py_ssize_t n_classes,
    int64_t n_neighbors,
    bint has_ties,
):
    """Return I(X;Y), in nats, of a sorted column and the class of each of its rows.

    digamma(N) + <digamma(k)> - <digamma(N_y)> - <digamma(m)>, m the rows of any
    class no farther than the k-th of the own (Ross 2014, eq. 2). k is lowered in
    classes of at most k rows; classes of one row are left out.

    With `has_ties`, rows at one distance are taken in every order and averaged:
    exact, and with no order of our choosing. Where more than k of the own class
    share the row's value this mean no longer holds k: it is
    digamma(own tied) - digamma(all tied), which chance alone does not bias.
    """
    cdef double information
    cdef ClassRows rows = rows_by_class(line, classes, n_classes)
    cdef double[::1] tally = np.zeros(rows.line.shape[0] + 1)
    with nogil:
        information = ross_of_rows(rows, n_neighbors, has_ties, tally)
    return information


cdef double ross_of_rows(
    ClassRows rows, int64_t n_neighbors, bint has_ties, double[::1] tally
) noexcept nogil:
    cdef Py_ssize_t c, i
    cdef int64_t size, k
    cdef double tied_in_class
    cdef Py_ssize_t n = rows.line.shape[0]
    cdef double tied = 0.0
    if rows.tell_nothing():
        return 0.0
    for c in range(rows.starts.shape[0] - 1):
        size = rows.starts[c + 1] - rows.starts[c]
        if size == 0:
            continue
        k = min(n_neighbors, size - 1)
        tally[k] += size
        tally[size] -= size
        rows.count_class(c, k, has_ties)
        tied_in_class = 0.0
        for i in range(rows.starts[c], rows.starts[c + 1]):
            if rows.counts[i] > 0:
                tally[rows.counts[i]] -= 1.0
            else:
                tied_in_class += rows.means[i]
        tied += tied_in_class
    return digamma_integer(n) + (sum_digamma(tally) - tied) / <double>n


def ross_terms(
    const double[::1] line,
    const int64_t[::1] classes,
    Py_ssize_t n_classes,
    const int64_t[::1] neighbors,
    bint has_ties,
):
    """Return what each row of a sorted column adds to n times `ross_information`.

    Rows whose class occurs once add nothing, and n is the number of the others.

    Parameters
    ----------
    line, classes, n_classes, has_ties
        As of `ross_information`.

    neighbors : memoryview of int64, (n_terms,)
        Each number of neighbours.

    Returns
    -------
    terms : ndarray of shape (n_terms, n)
    """
    cdef Py_ssize_t m
    cdef ClassRows rows = rows_by_class(line, classes, n_classes)
    out = np.zeros((neighbors.shape[0], line.shape[0]))
    cdef double[:, ::1] terms = out
    cdef double[::1] digammas = np.empty(rows.line.shape[0] + 1)
    with nogil:
        fill_digamma(digammas)
        for m in range(neighbors.shape[0]):
            terms_of_rows(rows, neighbors[m], has_ties, digammas, terms[m])
    return out


cdef void terms_of_rows(
    ClassRows rows,
    int64_t n_neighbors,
    bint has_ties,
    const double[::1] digammas,
    double[::1] terms,
) noexcept nogil:
    cdef Py_ssize_t c, i
    cdef int64_t size, k
    cdef double shared, mean
    if rows.tell_nothing():
        return
    for c in range(rows.starts.shape[0] - 1):
        size = rows.starts[c + 1] - rows.starts[c]
        if size == 0:
            continue
        k = min(n_neighbors, size - 1)
        rows.count_class(c, k, has_ties)
        shared = digammas[rows.line.shape[0]] + digammas[k] - digammas[size]
        for i in range(rows.starts[c], rows.starts[c + 1]):
            mean = digammas[rows.counts[i]] if rows.counts[i] > 0 else rows.means[i]
            terms[rows.rows[i]] = shared - mean
