"""Nearest neighbours in the plane under the maximum norm, for Kraskov's estimator.

Instead of a tree, the plane is cut into strips of equally many points along u, and each strip is
sorted along v. If a strip is about as wide as a ball, the search for one point touches a few
points of two or three strips: constant work per point, whatever n.
"""

from libc.math cimport INFINITY, fabs, isfinite, sqrt
from libc.stdint cimport int32_t, int64_t

from skinfo._kernels._neighbors cimport (
    ball_end_near,
    digamma_integer,
    fill_digamma,
    sum_digamma,
)

import numpy as np

from skinfo._kernels._ranges import in_ranges


cpdef Py_ssize_t strip_size(
    const double[::1] line_u, const double[::1] line_v, Py_ssize_t k
) noexcept nogil:
    """Return how many points make a strip about as wide as the ball of k neighbours.

    If points are uniform over u x v, the interquartile ranges, a ball of width w holds
    k = n w^2 / (u v) of them and a strip of width w holds n w / u = sqrt(n k v / u). If v is
    narrower than w, balls are intervals of u and the strip holds k.
    """
    cdef Py_ssize_t n = line_u.shape[0]
    cdef double u = width(line_u)
    cdef double v = width(line_v)
    cdef double ratio = v / u if u > 0.0 and v < u else 1.0
    cdef Py_ssize_t size = <Py_ssize_t>sqrt(<double>(n * k) * ratio)
    # At most n, since k < n.
    return max(size, k + 1)


cdef inline double width(const double[::1] line) noexcept nogil:
    """Return the interquartile range of a sorted line."""
    cdef Py_ssize_t n = line.shape[0]
    return line[(3 * n) // 4] - line[n // 4]


cdef class Strips:
    """Points of the plane strip by strip, each strip sorted by v.

    Attributes
    ----------
    u, v : ndarray of shape (n,), dtype float64

    rows : ndarray of shape (n,), dtype int64
        Index of each point in the given columns.

    line_u : ndarray of shape (n,), dtype float64
        u, sorted.

    size : int
        Points in each strip, fewer in the last.

    n_strips : int
    """

    cdef readonly double[::1] u, v
    cdef readonly int64_t[::1] rows
    cdef const double[::1] line_u
    cdef Py_ssize_t size, n_strips

    cdef Py_ssize_t stop(self, Py_ssize_t strip) noexcept nogil:
        """Return the index after the last point of a strip."""
        return min((strip + 1) * self.size, self.u.shape[0])


cpdef Strips cut_strips(
    const double[::1] u,
    const double[::1] v,
    const double[::1] line_u,
    const int64_t[::1] rank_u,
    const int64_t[::1] order_v,
    Py_ssize_t size,
):
    """Return the Strips of points.

    Parameters
    ----------
    u, v : ndarray of shape (n,), dtype float64

    line_u : ndarray of shape (n,), dtype float64
        u, sorted.

    rank_u : ndarray of shape (n,), dtype int64
        Index of each point in `line_u`.

    order_v : ndarray of shape (n,), dtype int64
        The order that sorts v.

    size : int
        Points in each strip.
    """
    cdef Py_ssize_t rank_v, row, strip, place
    cdef Py_ssize_t n = u.shape[0]
    cdef Strips strips = Strips.__new__(Strips)
    cdef int64_t[::1] places = np.arange(0, n + size, size)
    strips.line_u, strips.size, strips.n_strips = line_u, size, (n + size - 1) // size
    strips.u, strips.v, strips.rows = np.empty(n), np.empty(n), np.empty(n, np.int64)
    with nogil:
        for rank_v in range(n):
            row = order_v[rank_v]
            strip = rank_u[row] // size
            place = places[strip]
            places[strip] += 1
            strips.u[place], strips.v[place], strips.rows[place] = u[row], v[row], row
    return strips


cdef inline void insert(double* nearest, Py_ssize_t k, double distance) noexcept nogil:
    """Insert a distance below the last into a sorted vector (k,), pushing the last out.

    One pass of minima and maxima: k is small, and a search for the index would branch.
    """
    cdef Py_ssize_t j
    cdef double below, own
    for j in range(k - 1, 0, -1):
        below, own = nearest[j - 1], nearest[j]
        below = below if below > distance else distance
        nearest[j] = below if below < own else own
    nearest[0] = distance if distance < nearest[0] else nearest[0]


cdef inline void scan_strip(
    const double* strip_u,
    const double* strip_v,
    Py_ssize_t first,
    Py_ssize_t stop,
    Py_ssize_t below,
    Py_ssize_t above,
    double u,
    double v,
    double* nearest,
    Py_ssize_t k,
) noexcept nogil:
    """Update the nearest distances (k,) with points of one strip, from v outward both ways.

    Stops in each direction when the distance along v alone reaches the k-th nearest.

    Parameters
    ----------
    first, stop : int
        The strip.

    below, above : int
        The last point below v to try, and the first one above.
    """
    cdef double distance, aside
    cdef double bound = nearest[k - 1]
    while above < stop:
        distance = strip_v[above] - v
        if distance >= bound:
            break
        aside = fabs(strip_u[above] - u)
        distance = aside if aside > distance else distance
        if distance < bound:
            insert(nearest, k, distance)
            bound = nearest[k - 1]
        above += 1
    while below >= first:
        distance = v - strip_v[below]
        if distance >= bound:
            break
        aside = fabs(strip_u[below] - u)
        distance = aside if aside > distance else distance
        if distance < bound:
            insert(nearest, k, distance)
            bound = nearest[k - 1]
        below -= 1


cdef inline Py_ssize_t first_not_below(
    const double* strip_v, Py_ssize_t first, Py_ssize_t stop, double v, Py_ssize_t start
) noexcept nogil:
    """Return the first point of a strip with strip_v >= v, by galloping from `start`."""
    cdef Py_ssize_t low, high, middle
    cdef Py_ssize_t step = 1
    if start < stop and strip_v[start] < v:
        low, high = start, start + 1
        while high < stop and strip_v[high] < v:
            low = high
            high += step
            step *= 2
        high = min(high, stop)
    else:
        low, high = start - 1, start
        while low >= first and strip_v[low] >= v:
            high = low
            low -= step
            step *= 2
        low = max(low, first - 1)
    while high - low > 1:
        middle = (low + high) // 2
        if strip_v[middle] < v:
            low = middle
        else:
            high = middle
    return high


cpdef plane_radii(Strips strips, const int64_t[::1] neighbors, ranges=None):
    """Return the distance in the maximum norm from each point to its k-th nearest other ones.

    Parameters
    ----------
    strips : Strips

    neighbors : ndarray of shape (n_radii,), dtype int64
        Values of k, increasing.

    ranges : callable or None, default=None
        Yields ranges of strips, like those of classes in `ross_information`.

    Returns
    -------
    radii : ndarray of shape (n_radii, n)
        Points in the order of the strips.
    """
    radii = np.empty((neighbors.shape[0], strips.u.shape[0]))
    cdef Py_ssize_t start, stop
    cdef double[:, ::1] out = radii
    cdef double[::1] nearest = np.empty(neighbors[neighbors.shape[0] - 1])
    cdef int64_t[::1] places = np.arange(0, strips.n_strips * strips.size, strips.size)
    for start, stop in in_ranges(strips.n_strips, ranges):
        with nogil:
            find_radii(strips, start, stop, neighbors, nearest, places, out)
    return radii


cdef void find_radii(
    Strips strips,
    Py_ssize_t start,
    Py_ssize_t end,
    const int64_t[::1] neighbors,
    double[::1] nearest,
    int64_t[::1] places,
    double[:, ::1] radii,
) noexcept nogil:
    """Store `plane_radii` of some strips; `nearest` (largest k,), `places` (n_strips,) are memory.
    """
    cdef Py_ssize_t strip, other, row, m
    cdef double u, v
    cdef Py_ssize_t size = strips.size
    cdef Py_ssize_t k = nearest.shape[0]
    for strip in range(start, end):
        for row in range(strip * size, strips.stop(strip)):
            u, v = strips.u[row], strips.v[row]
            nearest[:] = INFINITY
            scan_strip(
                &strips.u[0],
                &strips.v[0],
                strip * size,
                strips.stop(strip),
                row - 1,
                row + 1,
                u,
                v,
                &nearest[0],
                k,
            )
            # Points of a strip come in the order of v, so that v moves little in other strips.
            # Other strips, until their nearest u alone is farther than the k-th nearest so far.
            other = strip + 1
            while other < strips.n_strips and strips.line_u[other * size] - u < nearest[k - 1]:
                scan_other(strips, other, u, v, &nearest[0], k, &places[other])
                other += 1
            other = strip - 1
            while other >= 0 and u - strips.line_u[(other + 1) * size - 1] < nearest[k - 1]:
                scan_other(strips, other, u, v, &nearest[0], k, &places[other])
                other -= 1
            for m in range(neighbors.shape[0]):
                radii[m, row] = nearest[neighbors[m] - 1]


cdef inline void scan_other(
    Strips strips,
    Py_ssize_t strip,
    double u,
    double v,
    double* nearest,
    Py_ssize_t k,
    int64_t* place,
) noexcept nogil:
    """Update the nearest of a point with another strip; `place` is where its v falls there."""
    cdef Py_ssize_t first = strip * strips.size
    cdef Py_ssize_t stop = strips.stop(strip)
    place[0] = first_not_below(&strips.v[0], first, stop, v, place[0])
    scan_strip(
        &strips.u[0], &strips.v[0], first, stop, place[0] - 1, place[0], u, v, nearest, k
    )


cdef struct LineIndex:
    # Index of a sorted line: n cells of equal width over the middle 98 %, so that outliers do not
    # widen them. It gives the start of a galloping search only, never a result.
    int32_t* starts  # (n + 2,) points before each cell
    Py_ssize_t n_cells
    double origin
    double scale  # cells per unit


cdef LineIndex index_line(const double[::1] line, int32_t[::1] starts) noexcept nogil:
    """Return the LineIndex of a line, with `starts` (n + 2,) as its memory."""
    cdef Py_ssize_t j
    cdef LineIndex index
    cdef Py_ssize_t n = line.shape[0]
    cdef double width = line[n - 1 - n // 100] - line[n // 100]
    index.starts = &starts[0]
    index.n_cells = n
    index.origin = line[n // 100]
    index.scale = <double>n / width if width > 0.0 else 0.0
    if not isfinite(index.scale):
        index.scale = 0.0
    starts[:] = 0
    for j in range(n):
        starts[cell_of(&index, line[j]) + 1] += 1
    for j in range(n + 1):
        starts[j + 1] += starts[j]
    return index


cdef inline Py_ssize_t cell_of(const LineIndex* index, double value) noexcept nogil:
    """Return the cell of a value, the first or the last if it lies outside."""
    cdef double position = (value - index.origin) * index.scale
    # An infinite value times a scale of zero is NaN.
    if not position > 0.0:
        return 0
    return <Py_ssize_t>position if position < <double>index.n_cells else index.n_cells


cdef void strict_counts(
    const double[::1] line,
    const double[::1] values,
    const double[:, ::1] radii,
    int32_t[::1] starts,
    int64_t[:, ::1] counts,
) noexcept nogil:
    """Store 1 + the number of other points of a line strictly within each radius of each value.

    Parameters
    ----------
    line : (n,)
        The values, sorted.

    values : (n,)

    radii, counts : (n_radii, n)
    """
    cdef Py_ssize_t i, m, low, high
    cdef double x, r
    cdef Py_ssize_t n = line.shape[0]
    cdef LineIndex index = index_line(line, starts)
    for m in range(radii.shape[0]):
        for i in range(n):
            x, r = values[i], radii[m, i]
            counts[m, i] = 1
            # With r = 0 nothing is strictly inside, not even the point itself.
            if r > 0.0:
                low = index.starts[cell_of(&index, x - r)]
                low = ball_end_near(&line[0], n, x, r, False, False, low)
                high = index.starts[cell_of(&index, x + r)]
                counts[m, i] = ball_end_near(&line[0], n, x, r, True, False, high) - low


cdef class NearerCounts:
    """One plus the number of points nearer in one coordinate than the k-th neighbour in both.

    Attributes
    ----------
    u, v : ndarray of shape (n_radii, n), dtype int64
        By coordinate, for each k; points in the order of the strips.

    rows : ndarray of shape (n,), dtype int64
        Index of each point in the given columns.
    """

    cdef int64_t[:, ::1] u, v
    cdef int64_t[::1] rows


cdef NearerCounts count_nearer(
    const double[::1] x,
    const double[::1] y,
    const int64_t[::1] order_x,
    const int64_t[::1] order_y,
    const int64_t[::1] neighbors,
    ranges,
):
    """Return the NearerCounts of two columns.

    Parameters
    ----------
    x, y : (n,)

    order_x, order_y : (n,)
        The orders that sort them.

    neighbors : (n_radii,)
        Values of k, increasing, below n.

    ranges : callable or None
        As in `plane_radii`.
    """
    cdef Py_ssize_t rank, size
    cdef Strips strips
    cdef const double[:, ::1] radii
    cdef NearerCounts counts = NearerCounts.__new__(NearerCounts)
    cdef Py_ssize_t n = x.shape[0]
    cdef Py_ssize_t n_radii = neighbors.shape[0]
    cdef double[::1] line_x = np.empty(n)
    cdef double[::1] line_y = np.empty(n)
    cdef int64_t[::1] rank_x = np.empty(n, np.int64)
    cdef int32_t[::1] starts = np.empty(n + 2, np.int32)
    with nogil:
        for rank in range(n):
            line_x[rank], line_y[rank] = x[order_x[rank]], y[order_y[rank]]
    # Strips are cut along the wider axis.
    if not width(line_x) >= width(line_y):
        x, y, order_x, order_y, line_x, line_y = y, x, order_y, order_x, line_y, line_x
    with nogil:
        for rank in range(n):
            rank_x[order_x[rank]] = rank
        size = strip_size(line_x, line_y, neighbors[n_radii - 1])
    strips = cut_strips(x, y, line_x, rank_x, order_y, size)
    radii = plane_radii(strips, neighbors, ranges)
    counts.rows = strips.rows
    counts.u, counts.v = np.empty((n_radii, n), np.int64), np.empty((n_radii, n), np.int64)
    with nogil:
        strict_counts(line_x, strips.u, radii, starts, counts.u)
        strict_counts(line_y, strips.v, radii, starts, counts.v)
    return counts


def ksg_information(
    const double[::1] x,
    const double[::1] y,
    const int64_t[::1] order_x,
    const int64_t[::1] order_y,
    int64_t k,
    *,
    ranges=None,
):
    """Return I(X;Y), in nats, of two columns and the orders that sort them; k < n.

    digamma(N) + digamma(k) - <digamma(n_x + 1) + digamma(n_y + 1)>, n_x and n_y the numbers of
    points strictly nearer in one coordinate than the k-th neighbour in the maximum norm
    (Kraskov, Stoegbauer and Grassberger 2004, eq. 8). `ranges` is as in `plane_radii`.
    """
    cdef Py_ssize_t i
    cdef double information
    cdef Py_ssize_t n = x.shape[0]
    cdef NearerCounts counts = count_nearer(
        x, y, order_x, order_y, np.array([k], np.int64), ranges
    )
    cdef double[::1] tally = np.zeros(n + 1)
    with nogil:
        for i in range(n):
            tally[counts.u[0, i]] -= 1.0
            tally[counts.v[0, i]] -= 1.0
        information = digamma_integer(n) + digamma_integer(k) + sum_digamma(tally) / <double>n
    return information


def ksg_terms(
    const double[::1] x,
    const double[::1] y,
    const int64_t[::1] order_x,
    const int64_t[::1] order_y,
    const int64_t[::1] neighbors,
    *,
    ranges=None,
):
    """Return the contribution (n_terms, n) of each sample to n times `ksg_information`.

    One row for each k of `neighbors` (n_terms,), increasing. `ranges` is as in `plane_radii`.
    """
    cdef Py_ssize_t i, m
    cdef double shared
    cdef Py_ssize_t n = x.shape[0]
    cdef NearerCounts counts = count_nearer(x, y, order_x, order_y, neighbors, ranges)
    out = np.empty((neighbors.shape[0], n))
    cdef double[:, ::1] terms = out
    cdef double[::1] digammas = np.empty(n + 1)
    with nogil:
        fill_digamma(digammas)
        for m in range(neighbors.shape[0]):
            shared = digamma_integer(n) + digamma_integer(neighbors[m])
            for i in range(n):
                terms[m, counts.rows[i]] = shared - (
                    digammas[counts.u[m, i]] + digammas[counts.v[m, i]]
                )
    return out
