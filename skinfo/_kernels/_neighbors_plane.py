"""Nearest neighbours in the plane under the maximum norm, for Kraskov's estimator.

No tree: the plane is cut into strips of equally many rows along one axis, and
each strip is sorted along the other. A ball about one strip wide then holds a
few rows of two or three strips, and a row costs a constant, whatever n.
"""

import math

import numpy as np

from skinfo._kernels._jit import kernel
from skinfo._kernels._neighbors import ball_end, digamma_integer, sum_digamma


@kernel
def strip_size(line_u, line_v, k):
    """Return how many rows make a strip about as wide as the ball of k neighbours.

    Between the quartiles, a ball of width w holds n w^2 / (u v) rows, or n w / u
    where v is narrower than w.
    """
    n = line_u.shape[0]
    u = line_u[(3 * n) // 4] - line_u[n // 4]
    v = line_v[(3 * n) // 4] - line_v[n // 4]
    ratio = v / u if u > 0.0 and v < u else 1.0
    size = int(math.sqrt(n * k * ratio))
    return min(max(size, k + 1), n)


@kernel
def strips(u, v, rank_u, order_v, size):
    """Return u, v and their ranks strip by strip, each strip sorted by v."""
    n = u.shape[0]
    cursor = np.arange(0, n + size, size)
    strip_u = np.empty(n)
    strip_v = np.empty(n)
    strip_rank_u = np.empty(n, np.int64)
    strip_rank_v = np.empty(n, np.int64)
    for rank_v in range(n):
        row = order_v[rank_v]
        strip = rank_u[row] // size
        place = cursor[strip]
        cursor[strip] += 1
        strip_u[place] = u[row]
        strip_v[place] = v[row]
        strip_rank_u[place] = rank_u[row]
        strip_rank_v[place] = rank_v
    return strip_u, strip_v, strip_rank_u, strip_rank_v


@kernel
def insert(nearest, distance):
    """Put a distance smaller than the last into a sorted vector, pushing the last out."""
    j = nearest.shape[0] - 1
    while j > 0 and nearest[j - 1] > distance:
        nearest[j] = nearest[j - 1]
        j -= 1
    nearest[j] = distance


@kernel
def scan_strip(strip_u, strip_v, first, stop, below, above, u, v, nearest):
    """Offer the rows first..stop of one strip to the nearest, from v outward both ways.

    `below` is the last row under v that is offered, `above` the first over it.
    """
    last = nearest.shape[0] - 1
    bound = nearest[last]
    while above < stop:
        distance = strip_v[above] - v
        if distance >= bound:
            break
        distance = max(distance, abs(strip_u[above] - u))
        if distance < bound:
            insert(nearest, distance)
            bound = nearest[last]
        above += 1
    while below >= first:
        distance = v - strip_v[below]
        if distance >= bound:
            break
        distance = max(distance, abs(strip_u[below] - u))
        if distance < bound:
            insert(nearest, distance)
            bound = nearest[last]
        below -= 1


@kernel
def first_not_below(strip_v, first, stop, v, start):
    """Return the first row of first..stop with strip_v >= v, by doubling steps from `start`."""
    step = 1
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


@kernel
def plane_radii(strip_u, strip_v, line_u, size, k):
    """Return the distance, in the maximum norm, from each row to its k-th nearest other row."""
    n = strip_u.shape[0]
    n_strips = (n + size - 1) // size
    radii = np.empty(n)
    nearest = np.empty(k)
    # Rows of a strip come in the order of v, so in each other strip the place only creeps.
    place = np.arange(0, n_strips * size, size)
    for strip in range(n_strips):
        first, stop = strip * size, min((strip + 1) * size, n)
        for row in range(first, stop):
            u, v = strip_u[row], strip_v[row]
            nearest[:] = np.inf
            scan_strip(strip_u, strip_v, first, stop, row - 1, row + 1, u, v, nearest)
            other = strip + 1
            while other < n_strips and line_u[other * size] - u < nearest[k - 1]:
                low, high = other * size, min((other + 1) * size, n)
                place[other] = first_not_below(strip_v, low, high, v, place[other])
                start = place[other]
                scan_strip(strip_u, strip_v, low, high, start - 1, start, u, v, nearest)
                other += 1
            other = strip - 1
            while other >= 0 and u - line_u[(other + 1) * size - 1] < nearest[k - 1]:
                low, high = other * size, (other + 1) * size
                place[other] = first_not_below(strip_v, low, high, v, place[other])
                start = place[other]
                scan_strip(strip_u, strip_v, low, high, start - 1, start, u, v, nearest)
                other -= 1
            radii[row] = nearest[k - 1]
    return radii


@kernel
def cell_of(value, origin, scale, n_cells):
    """Return the cell of a value, the first or last if it lies outside."""
    position = (value - origin) * scale
    # Not "<=": an infinite value times a scale of zero is NaN.
    return int(min(position, float(n_cells))) if position > 0.0 else 0


@kernel
def line_index(line):
    """Return a table of where values fall on a sorted line: cells, origin and cells a unit.

    The cells, two a row, are even over the middle 98 %; they only say where a search starts.
    """
    n = line.shape[0]
    n_cells = 2 * n
    low, high = line[n // 100], line[n - 1 - n // 100]
    cells = np.zeros(n_cells + 1, np.int32)
    scale = n_cells / (high - low) if high > low else 0.0
    if not math.isfinite(scale):
        scale = 0.0
    cell = 0
    for j in range(n):
        own = cell_of(line[j], low, scale, n_cells)
        while cell < own:
            cell += 1
            cells[cell] = j
    while cell < n_cells:
        cell += 1
        cells[cell] = n - 1
    return cells, low, scale


@kernel
def strict_counts(line, ranks, radii):
    """Return 1 + the other rows of a sorted line strictly within the radius of each rank."""
    cells, origin, scale = line_index(line)
    n_cells = cells.shape[0] - 1
    counts = np.ones(ranks.shape[0], np.int64)
    for i in range(ranks.shape[0]):
        x, r = line[ranks[i]], radii[i]
        if r <= 0.0:
            continue
        start = cells[cell_of(x - r, origin, scale, n_cells)]
        low = ball_end(line, x, r, False, False, start)
        start = cells[cell_of(x + r, origin, scale, n_cells)]
        counts[i] = ball_end(line, x, r, True, False, start) - low
    return counts


@kernel
def ksg_counts(x, y, order_x, order_y, k):
    """Return 1 + n_x and 1 + n_y (in some order) of each of some order of rows, and that order."""
    n = x.shape[0]
    line_x, line_y = x[order_x], y[order_y]
    wide_x = line_x[(3 * n) // 4] - line_x[n // 4] >= line_y[(3 * n) // 4] - line_y[n // 4]
    # Strips are cut along the wider axis.
    u, v = (x, y) if wide_x else (y, x)
    line_u, line_v = (line_x, line_y) if wide_x else (line_y, line_x)
    order_u, order_v = (order_x, order_y) if wide_x else (order_y, order_x)
    rank_u = np.empty(n, np.int64)
    for rank in range(n):
        rank_u[order_u[rank]] = rank
    size = strip_size(line_u, line_v, k)
    strip_u, strip_v, ranks_u, ranks_v = strips(u, v, rank_u, order_v, size)
    radii = plane_radii(strip_u, strip_v, line_u, size, k)
    counts_u = strict_counts(line_u, ranks_u, radii)
    counts_v = strict_counts(line_v, ranks_v, radii)
    return counts_u, counts_v, order_v[ranks_v]


@kernel
def ksg_information(x, y, order_x, order_y, k):
    """Return I(X;Y), in nats, of two columns and the orders that sort them; k < n.

    digamma(N) + digamma(k) - <digamma(n_x + 1) + digamma(n_y + 1)>, n_x and n_y
    the rows strictly nearer in one coordinate than the k-th neighbour in both
    (Kraskov, Stoegbauer and Grassberger 2004, eq. 8).
    """
    n = x.shape[0]
    counts_u, counts_v, _ = ksg_counts(x, y, order_x, order_y, k)
    tally = np.zeros(n + 1)
    for i in range(n):
        tally[counts_u[i]] -= 1.0
        tally[counts_v[i]] -= 1.0
    return digamma_integer(n) + digamma_integer(k) + sum_digamma(tally) / n


@kernel
def ksg_terms(x, y, order_x, order_y, k):
    """Return what each row adds to n times `ksg_information`."""
    n = x.shape[0]
    counts_u, counts_v, rows = ksg_counts(x, y, order_x, order_y, k)
    shared = digamma_integer(n) + digamma_integer(k)
    terms = np.empty(n)
    for i in range(n):
        both = digamma_integer(counts_u[i]) + digamma_integer(counts_v[i])
        terms[rows[i]] = shared - both
    return terms
