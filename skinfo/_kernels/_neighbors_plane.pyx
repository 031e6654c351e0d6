"""Nearest neighbours in the plane under the maximum norm, for Kraskov's estimator.

No tree: the plane is cut into strips of equally many rows along one axis, and
each strip is sorted along the other. A ball about one strip wide then holds a
few rows of two or three strips, and a row costs a constant, whatever n.
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


cpdef Py_ssize_t strip_size(
    const double[::1] line_u, const double[::1] line_v, Py_ssize_t k
) noexcept nogil:
    """Return how many rows make a strip about as wide as the ball of k neighbours.

    Between the quartiles, a ball of width w holds n w^2 / (u v) rows, or n w / u
    where v is narrower than w.
    """
    cdef Py_ssize_t n = line_u.shape[0]
    cdef double u = width(line_u)
    cdef double v = width(line_v)
    cdef double ratio = v / u if u > 0.0 and v < u else 1.0
    cdef Py_ssize_t size = <Py_ssize_t>sqrt(<double>(n * k) * ratio)
    return min(max(size, k + 1), n)


cdef inline double width(const double[::1] line) noexcept nogil:
    """Return the distance between the quartiles of a sorted line."""
    cdef Py_ssize_t n = line.shape[0]
    return line[(3 * n) // 4] - line[n // 4]


cdef class Strips:
    """Rows of the plane strip by strip, each strip sorted by v.

    Attributes
    ----------
    u, v : memoryview of float64, (n,)

    rows : memoryview of int64, (n,)
        Which row each is.

    line_u : memoryview of float64, (n,)
        u, sorted.

    size : int
        Rows in each strip, fewer in the last.

    n_strips : int
    """

    cdef readonly double[::1] u, v
    cdef readonly int64_t[::1] rows
    cdef const double[::1] line_u
    cdef Py_ssize_t size, n_strips

    cdef Py_ssize_t stop(self, Py_ssize_t strip) noexcept nogil:
        """Return where a strip ends."""
        return min((strip + 1) * self.size, self.u.shape[0])


cpdef Strips cut_strips(
    const double[::1] u,
    const double[::1] v,
    const double[::1] line_u,
    const int64_t[::1] rank_u,
    const int64_t[::1] order_v,
    Py_ssize_t size,
):
    """Return the Strips of rows.

    Parameters
    ----------
    u, v : memoryview of float64, (n,)

    line_u : memoryview of float64, (n,)
        u, sorted.

    rank_u : memoryview of int64, (n,)
        The place of each row in it.

    order_v : memoryview of int64, (n,)
        The order that sorts v.

    size : int
        Rows in each strip.
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
    """Put a distance smaller than the last into a sorted vector, pushing the last out."""
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
    """Offer the rows first..stop of one strip to the nearest, from v outward both ways.

    `below` is the last row under v that is offered, `above` the first over it.
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
    """Return the first row of first..stop with strip_v >= v, by doubling steps from `start`."""
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


cpdef plane_radii(Strips strips, const int64_t[::1] neighbors):
    """Return the distance from each row to some of its nearest other rows, in the maximum norm.

    Parameters
    ----------
    strips : Strips

    neighbors : memoryview of int64, (n_radii,)
        Which of the nearest, increasing.

    Returns
    -------
    radii : ndarray of shape (n_radii, n)
        Rows in the order of the strips.
    """
    radii = np.empty((neighbors.shape[0], strips.u.shape[0]))
    cdef double[:, ::1] out = radii
    cdef double[::1] nearest = np.empty(neighbors[neighbors.shape[0] - 1])
    cdef int64_t[::1] places = np.arange(0, strips.n_strips * strips.size, strips.size)
    with nogil:
        find_radii(strips, neighbors, nearest, places, out)
    return radii


cdef void find_radii(
    Strips strips,
    const int64_t[::1] neighbors,
    double[::1] nearest,
    int64_t[::1] places,
    double[:, ::1] radii,
) noexcept nogil:
    cdef Py_ssize_t strip, other, row, m
    cdef double u, v
    cdef Py_ssize_t size = strips.size
    cdef Py_ssize_t k = nearest.shape[0]
    for strip in range(strips.n_strips):
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
            # Rows of a strip come in the order of v, so in each other strip the place only creeps.
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
    """Offer the rows of a strip to the nearest of a row of another; `place`: where v falls."""
    cdef Py_ssize_t first = strip * strips.size
    cdef Py_ssize_t stop = strips.stop(strip)
    place[0] = first_not_below(&strips.v[0], first, stop, v, place[0])
    scan_strip(
        &strips.u[0], &strips.v[0], first, stop, place[0] - 1, place[0], u, v, nearest, k
    )


cdef struct LineIndex:
    # Where values fall on a sorted line. The cells, one a row, are even over the middle 98 %;
    # they only say where a search starts.
    int32_t* starts  # rows before each cell
    Py_ssize_t n_cells
    double origin
    double scale  # cells a unit


cdef LineIndex index_line(const double[::1] line, int32_t[::1] starts) noexcept nogil:
    """Return the index of a line, made in `starts`, (n + 2,)."""
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
    """Return the cell of a value, the first or last if it lies outside."""
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
    """Count 1 + the other rows of a sorted line strictly within the radii of each of its values."""
    cdef Py_ssize_t i, m, low, high
    cdef double x, r
    cdef Py_ssize_t n = line.shape[0]
    cdef LineIndex index = index_line(line, starts)
    for m in range(radii.shape[0]):
        for i in range(n):
            x, r = values[i], radii[m, i]
            counts[m, i] = 1
            if r > 0.0:
                low = index.starts[cell_of(&index, x - r)]
                low = ball_end_near(&line[0], n, x, r, False, False, low)
                high = index.starts[cell_of(&index, x + r)]
                counts[m, i] = ball_end_near(&line[0], n, x, r, True, False, high) - low


cdef class Counts:
    """How many rows are nearer in one coordinate than the k-th neighbour in both, one added.

    Attributes
    ----------
    u, v : memoryview of int64, (n_radii, n)
        In the coordinates, in some order of these and of the rows, for each k.

    rows : memoryview of int64, (n,)
        That order of the rows.
    """

    cdef int64_t[:, ::1] u, v
    cdef int64_t[::1] rows


cdef Counts count_nearer(
    const double[::1] x,
    const double[::1] y,
    const int64_t[::1] order_x,
    const int64_t[::1] order_y,
    const int64_t[::1] neighbors,
):
    """Return the Counts of two columns and the orders that sort them.

    Each k of `neighbors` is below n, and they increase.
    """
    cdef Py_ssize_t rank, size
    cdef Strips strips
    cdef const double[:, ::1] radii
    cdef Counts counts = Counts.__new__(Counts)
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
    radii = plane_radii(strips, neighbors)
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
):
    """Return I(X;Y), in nats, of two columns and the orders that sort them; k < n.

    digamma(N) + digamma(k) - <digamma(n_x + 1) + digamma(n_y + 1)>, n_x and n_y
    the rows strictly nearer in one coordinate than the k-th neighbour in both
    (Kraskov, Stoegbauer and Grassberger 2004, eq. 8).
    """
    cdef Py_ssize_t i
    cdef double information
    cdef Py_ssize_t n = x.shape[0]
    cdef Counts counts = count_nearer(x, y, order_x, order_y, np.array([k], np.int64))
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
):
    """Return what each row adds to n times `ksg_information`, for each number of neighbours."""
    cdef Py_ssize_t i, m
    cdef double shared
    cdef Py_ssize_t n = x.shape[0]
    cdef Counts counts = count_nearer(x, y, order_x, order_y, neighbors)
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
