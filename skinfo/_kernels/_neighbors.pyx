"""Nearest neighbours on a line: Ross's estimator by one sort and one sweep per class.

Whether a point lies within a radius is decided by the same subtraction that gave the radius,
never by comparing with x - r or x + r: those round, the farthest neighbour then falls out of its
own ball, and on a lattice the estimate is off by up to 0.3 nat. Floating-point subtraction is
monotone, so the points of a ball are still adjacent in the sorted column.

Sums of digamma over counts are kept as tallies, the number of times that each count occurs:
integers, whose sums do not depend on the order of the samples.
"""

from libc.math cimport log
from libc.stdint cimport int64_t

import numpy as np

from skinfo._kernels._ranges import in_ranges

cdef enum:
    # From here on the asymptotic series of digamma is accurate to the last digit.
    SERIES_FROM = 20


cpdef double digamma_integer(int64_t m) noexcept nogil:
    """Return digamma of an integer >= 1."""
    cdef int64_t j
    cdef double total, square, series
    if m < SERIES_FROM:
        # Euler's constant.
        total = -0.57721566490153286
        for j in range(1, m):
            total += 1.0 / <double>j
        return total
    # Asymptotic series ln m - 1/2m - sum of B_2k / (2k m^2k), Bernoulli numbers B_2k.
    square = 1.0 / (<double>m * <double>m)
    series = 1.0 / 252.0 - square * (1.0 / 240.0 - square / 132.0)
    series = square * (1.0 / 12.0 - square * (1.0 / 120.0 - square * series))
    return log(<double>m) - 0.5 / <double>m - series


cdef void fill_digamma(double[::1] digammas) noexcept nogil:
    """Fill in digamma(m) for m = 1, 2, ..., len(digammas) - 1."""
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
    """Return E[digamma(inside + M)], M the rank of the k-th marked item in a random order.

    Of `size` items that are tied, `n_marked` are of the own class; in a random order of them the
    k-th marked one has a rank M with the negative hypergeometric distribution

        P(M = m) = C(m - 1, k - 1) C(size - m, n_marked - k) / C(size, n_marked).

    The sum is over its recurrence from m = k. If `inside` is 0 the mean has a closed form,
    digamma(k) + digamma(size + 1) - digamma(n_marked + 1).
    """
    cdef int64_t j, m
    cdef double weight, total, digamma
    if inside == 0:
        return digamma_integer(k) + digamma_integer(size + 1) - digamma_integer(n_marked + 1)
    # P(M = k): the first k items are all marked.
    weight = 1.0
    for j in range(k):
        weight *= <double>(n_marked - j) / <double>(size - j)
    # P(M = k) may underflow for many ties. M is then large and its relative spread small, so
    # that digamma at the mean is accurate enough.
    if weight < 1e-290:
        m = <int64_t>(<double>k * (<double>size + 1.0) / (<double>n_marked + 1.0))
        return digamma_integer(inside + max(k, m))
    total = 0.0
    digamma = digamma_integer(inside + k)
    # digamma(z + 1) = digamma(z) + 1 / z carries digamma along with the probabilities.
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
    """Return the start of the k + 1 consecutive points of a sorted line nearest to point i.

    `start` is the result for an earlier point: results never decrease.
    """
    while start + k < n - 1 and line[start + k + 1] - line[i] < line[i] - line[start]:
        start += 1
    return start


cdef inline double window_radius(
    const double* line, Py_ssize_t i, Py_ssize_t k, Py_ssize_t start
) noexcept nogil:
    """Return the distance from point i to the farthest of the k + 1 points from `start` on."""
    cdef double below = line[i] - line[start]
    cdef double above = line[start + k] - line[i]
    return above if above > below else below


def line_radii(const double[::1] line, Py_ssize_t k):
    """Return the distance (n,) from each point of a sorted line to its k-th nearest other one."""
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
    """Return how many points (n_values,) of a sorted line lie within the radius of each value.

    Parameters
    ----------
    line : ndarray of shape (n,), dtype float64

    values, radii : ndarray of shape (n_values,), dtype float64

    closed : bool
        Whether points at distance r are inside.
    """
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
            # The ends for the value before are a good start if values are sorted.
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
    """Store, for each point of one class, how many others are within its k-th own-class distance.

    Parameters
    ----------
    line : (n,)
        All points, sorted.

    own_line : (n_own,)
        Those of the class, sorted.

    counts : (n_own,)
        To be filled.
    """
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
        counts[i] = high - low - 1  # not the point itself


cdef void tied_counts(
    const double* line,
    Py_ssize_t n,
    const double* own_line,
    Py_ssize_t n_own,
    Py_ssize_t k,
    int64_t* counts,
    double* means,
) noexcept nogil:
    """Store what `untied_counts` does, or zero and a mean where several points tie with the k-th.

    `means` (n_own,) receives the mean of digamma of the count over all orders of the points at
    that distance, each as likely as any other.
    """
    cdef Py_ssize_t i
    cdef double x, r
    cdef int64_t others, inside, own_others, own_inside
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t low = 0
    cdef Py_ssize_t high = 0
    for i in range(n_own):
        x = own_line[i]
        # Equal points of a class have the same ball.
        if i > 0 and x == own_line[i - 1]:
            counts[i], means[i] = counts[i - 1], means[i - 1]
            continue
        start = window_start(own_line, n_own, i, k, start)
        r = window_radius(own_line, i, k, start)
        low = ball_end(line, n, x, r, False, True, low)
        high = ball_end(line, n, x, r, True, True, high)
        others = high - low - 1
        # Points strictly inside the ball: with r = 0 there are none, not even the point itself.
        inside = own_inside = 0
        if r > 0.0:
            inside = ball_end(line, n, x, r, True, False, high) - 1
            inside -= ball_end(line, n, x, r, False, False, low)
            own_inside = ball_end(own_line, n_own, x, r, True, False, i) - 1
            own_inside -= ball_end(own_line, n_own, x, r, False, False, i)
        # Only the k-th neighbour is at distance r: no tie.
        if others - inside == 1:
            counts[i], means[i] = others, 0.0
            continue
        own_others = ball_end(own_line, n_own, x, r, True, True, i) - 1
        own_others -= ball_end(own_line, n_own, x, r, False, True, i)
        counts[i] = 0
        means[i] = mean_digamma_position(
            inside, others - inside, own_others - own_inside, k - own_inside
        )


cdef class ClassSamples:
    """A sorted column by class, without classes that occur once.

    Attributes
    ----------
    line : ndarray of shape (n,), dtype float64
        All values, sorted.

    by_class : ndarray of shape (n,), dtype float64
        The same class by class, sorted within each.

    rows : ndarray of shape (n,), dtype int64
        Index into the given column of each entry of `by_class`.

    starts : ndarray of shape (n_classes + 1,), dtype int64
        Start of each class in `by_class`.

    counts : ndarray of shape (n,), dtype int64
        Result of `count_class`: other points within the k-th own-class distance.

    means : ndarray of shape (n,), dtype float64
        Result of `count_class`: the mean of digamma over ties, where `counts` is zero.
    """

    cdef double[::1] line, by_class, means
    cdef int64_t[::1] rows, starts, counts

    cdef bint is_uninformative(self) noexcept nogil:
        """Return whether there is one value, one class or no sample: the information is zero."""
        cdef Py_ssize_t c
        cdef Py_ssize_t n = self.line.shape[0]
        if n == 0 or self.line[0] == self.line[n - 1]:
            return True
        for c in range(self.starts.shape[0] - 1):
            if self.starts[c + 1] - self.starts[c] == n:
                return True
        return False

    cdef void count_class(self, Py_ssize_t c, int64_t n_neighbors, bint has_ties) noexcept nogil:
        """Store `counts` of the samples of one class, and with ties `means` where that is zero."""
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


cdef ClassSamples samples_by_class(
    const double[::1] line, const int64_t[::1] classes, Py_ssize_t n_classes
):
    """Return a sorted column as ClassSamples."""
    cdef Py_ssize_t n
    cdef ClassSamples samples = ClassSamples.__new__(ClassSamples)
    cdef int64_t[::1] places = np.zeros(n_classes + 1, np.int64)
    samples.starts = np.zeros(n_classes + 1, np.int64)
    with nogil:
        n = find_starts(classes, samples.starts)
    samples.line, samples.by_class, samples.means = np.empty(n), np.empty(n), np.empty(n)
    samples.rows, samples.counts = np.empty(n, np.int64), np.empty(n, np.int64)
    with nogil:
        sort_by_class(line, classes, places, samples)
    return samples


cdef Py_ssize_t find_starts(const int64_t[::1] classes, int64_t[::1] starts) noexcept nogil:
    """Store the start of each class, one that occurs once being empty; return the total size."""
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


cdef void sort_by_class(
    const double[::1] line, const int64_t[::1] classes, int64_t[::1] places, ClassSamples samples
) noexcept nogil:
    """Fill in ClassSamples by a counting sort; `places` (n_classes + 1,) is memory."""
    cdef Py_ssize_t j, c
    cdef Py_ssize_t n = 0
    places[:] = samples.starts
    for j in range(line.shape[0]):
        c = classes[j]
        if samples.starts[c] < samples.starts[c + 1]:
            samples.line[n] = samples.by_class[places[c]] = line[j]
            samples.rows[places[c]] = j
            places[c] += 1
            n += 1


def ross_information(
    const double[::1] line,
    const int64_t[::1] classes,
    Py_ssize_t n_classes,
    int64_t n_neighbors,
    bint has_ties,
    *,
    ranges=None,
):
    """Return I(X;Y), in nats, of a sorted column and the class of each sample.

    digamma(N) + <digamma(k)> - <digamma(N_y)> - <digamma(m)>, m the number of samples of any
    class within the k-th own-class distance (Ross 2014, eq. 2). k is lowered to the class size
    minus one in small classes; classes of one sample are ignored.

    With `has_ties`, digamma(m) is averaged over all orders of the samples at equal distance, in
    closed form, so that no arbitrary order enters. Where more than k samples of the class share
    a value, k drops out of this mean: the sample adds digamma(own tied) - digamma(all tied),
    which is unbiased under independence.

    Parameters
    ----------
    line : ndarray of shape (n,), dtype float64
        Sorted.

    classes : ndarray of shape (n,), dtype int64
        From 0 to ``n_classes - 1``.

    n_neighbors : int
        k.

    has_ties : bool
        Whether some values are equal.

    ranges : callable or None, default=None
        ``ranges(n_classes)`` yields ranges of classes, between which long work can be interrupted:
        `interruptible_ranges`. None: one range.
    """
    cdef Py_ssize_t start, stop
    cdef double tied = 0.0
    cdef ClassSamples samples = samples_by_class(line, classes, n_classes)
    cdef Py_ssize_t n = samples.line.shape[0]
    cdef double[::1] tally = np.zeros(n + 1)
    if samples.is_uninformative():
        return 0.0
    for start, stop in in_ranges(n_classes, ranges):
        with nogil:
            tied = add_counts(samples, n_neighbors, has_ties, start, stop, tied, tally)
    return digamma_integer(n) + (sum_digamma(tally) - tied) / <double>n


cdef double add_counts(
    ClassSamples samples,
    int64_t n_neighbors,
    bint has_ties,
    Py_ssize_t start,
    Py_ssize_t stop,
    double tied,
    double[::1] tally,
) noexcept nogil:
    """Add counts of the samples of some classes to a tally, and return `tied` with their means."""
    cdef Py_ssize_t c, i
    cdef int64_t size, k
    cdef double tied_in_class
    for c in range(start, stop):
        size = samples.starts[c + 1] - samples.starts[c]
        if size == 0:
            continue
        k = min(n_neighbors, size - 1)
        tally[k] += size
        tally[size] -= size
        samples.count_class(c, k, has_ties)
        tied_in_class = 0.0
        for i in range(samples.starts[c], samples.starts[c + 1]):
            if samples.counts[i] > 0:
                tally[samples.counts[i]] -= 1.0
            else:
                tied_in_class += samples.means[i]
        tied += tied_in_class
    return tied


def ross_terms(
    const double[::1] line,
    const int64_t[::1] classes,
    Py_ssize_t n_classes,
    const int64_t[::1] neighbors,
    bint has_ties,
    *,
    ranges=None,
):
    """Return the contribution of each sample to n times `ross_information`.

    Samples whose class occurs once contribute zero, and n is the number of the others.

    Parameters
    ----------
    line, classes, n_classes, has_ties, ranges
        As in `ross_information`.

    neighbors : ndarray of shape (n_terms,), dtype int64
        Values of k.

    Returns
    -------
    terms : ndarray of shape (n_terms, n)
    """
    cdef Py_ssize_t m, start, stop
    cdef ClassSamples samples = samples_by_class(line, classes, n_classes)
    out = np.zeros((neighbors.shape[0], line.shape[0]))
    cdef double[:, ::1] terms = out
    cdef double[::1] digammas = np.empty(samples.line.shape[0] + 1)
    if samples.is_uninformative():
        return out
    with nogil:
        fill_digamma(digammas)
    for m in range(neighbors.shape[0]):
        for start, stop in in_ranges(n_classes, ranges):
            with nogil:
                fill_terms(samples, neighbors[m], has_ties, digammas, start, stop, terms[m])
    return out


cdef void fill_terms(
    ClassSamples samples,
    int64_t n_neighbors,
    bint has_ties,
    const double[::1] digammas,
    Py_ssize_t start,
    Py_ssize_t stop,
    double[::1] terms,
) noexcept nogil:
    """Store the terms (n,) of one number of neighbours, of the samples of some classes."""
    cdef Py_ssize_t c, i
    cdef int64_t size, k
    cdef double shared, mean
    for c in range(start, stop):
        size = samples.starts[c + 1] - samples.starts[c]
        if size == 0:
            continue
        k = min(n_neighbors, size - 1)
        samples.count_class(c, k, has_ties)
        shared = digammas[samples.line.shape[0]] + digammas[k] - digammas[size]
        for i in range(samples.starts[c], samples.starts[c + 1]):
            mean = digammas[samples.counts[i]] if samples.counts[i] > 0 else samples.means[i]
            terms[samples.rows[i]] = shared - mean
