"""Nearest neighbours on a line: Ross's estimator by one sort and one sweep a class.

Counts within a radius are taken with the subtraction that made the radius,
never by looking for x - r and x + r: those round, the farthest neighbour then
falls out of its own ball, and the estimate is off by up to 0.3 nat on a lattice.
Floating subtraction is monotone, so the rows of a ball stay one run of the
sorted column.

Sums of digamma over counts are kept as tallies, how often each count occurs:
whole numbers, which add up to the same in any order of the rows.
"""

import math

import numpy as np

from skinfo._kernels._jit import kernel

EULER = 0.57721566490153286

# From here on the asymptotic series of digamma is exact to the last digit.
SERIES_FROM = 20


@kernel
def digamma_integer(m):
    """Return digamma of a whole number >= 1."""
    if m < SERIES_FROM:
        total = -EULER
        for j in range(1, m):
            total += 1.0 / j
        return total
    square = 1.0 / (float(m) * float(m))
    series = 1.0 / 252.0 - square * (1.0 / 240.0 - square / 132.0)
    series = square * (1.0 / 12.0 - square * (1.0 / 120.0 - square * series))
    return math.log(m) - 0.5 / m - series


@kernel
def sum_digamma(tally):
    """Return the sum over m of tally[m] digamma(m)."""
    total = 0.0
    for m in range(1, tally.shape[0]):
        if tally[m] != 0.0:
            total += tally[m] * digamma_integer(m)
    return total


@kernel
def before_end(line, j, x, r, upper, closed):
    """Say whether row j lies before an end of the ball: true, then false, along a sorted line.

    The upper end is where line - x outgrows r, the lower where x - line no
    longer does; `closed`: rows at distance r are inside.
    """
    if upper:
        return line[j] - x <= r if closed else line[j] - x < r
    return x - line[j] > r if closed else x - line[j] >= r


@kernel
def ball_end(line, x, r, upper, closed, start):
    """Return the first row of a sorted line that is not `before_end`, found by steps from `start`.

    The steps double, so a good start costs nothing and a bad one a logarithm.
    """
    n = line.shape[0]
    step = 1
    if start < n and before_end(line, start, x, r, upper, closed):
        low, high = start, start + 1
        while high < n and before_end(line, high, x, r, upper, closed):
            low = high
            high += step
            step *= 2
        high = min(high, n)
    else:
        low, high = start - 1, start
        while low >= 0 and not before_end(line, low, x, r, upper, closed):
            high = low
            low -= step
            step *= 2
        low = max(low, -1)
    # Row low is before the end (or none is), row high is not (or there is none).
    while high - low > 1:
        middle = (low + high) // 2
        if before_end(line, middle, x, r, upper, closed):
            low = middle
        else:
            high = middle
    return high


@kernel
def window_start(line, i, k, start):
    """Return where the k + 1 consecutive rows of a sorted line nearest to row i start.

    `start` is the answer for an earlier row: answers never decrease.
    """
    last = line.shape[0] - 1
    while start + k < last and line[start + k + 1] - line[i] < line[i] - line[start]:
        start += 1
    return start


@kernel
def line_radii(line, k):
    """Return the distance from each row of a sorted line to its k-th nearest other row."""
    radii = np.empty(line.shape[0])
    start = 0
    for i in range(line.shape[0]):
        start = window_start(line, i, k, start)
        radii[i] = max(line[i] - line[start], line[start + k] - line[i])
    return radii


@kernel
def line_counts(line, values, radii, closed):
    """Return how many rows of a sorted line lie within each radius of each value."""
    counts = np.empty(values.shape[0], np.int64)
    low = high = 0
    for i in range(values.shape[0]):
        low = ball_end(line, values[i], radii[i], False, closed, low)
        high = ball_end(line, values[i], radii[i], True, closed, high)
        counts[i] = high - low
    return counts


@kernel
def mean_digamma_position(inside, size, n_marked, k):
    """Return E[digamma(inside + M)], M the place of the k-th of `n_marked` among `size` shuffled.

    M is negative hypergeometric. With nothing inside the mean is
    digamma(k) + digamma(size + 1) - digamma(n_marked + 1).
    """
    if inside == 0:
        return digamma_integer(k) + digamma_integer(size + 1) - digamma_integer(n_marked + 1)
    # P(M = k): the first k drawn are all marked.
    weight = 1.0
    for j in range(k):
        weight *= (n_marked - j) / (size - j)
    # In the far tail of a large shuffle the recurrence from M = k may start at zero.
    if weight < 1e-290:
        return digamma_integer(inside + max(k, int(k * (size + 1.0) / (n_marked + 1.0))))
    total = 0.0
    digamma = digamma_integer(inside + k)
    for m in range(k, size - (n_marked - k) + 1):
        total += weight * digamma
        digamma += 1.0 / (inside + m)
        weight *= (m / (m - k + 1.0)) * ((size - n_marked - (m - k)) / (size - m))
    return total


@kernel
def rows_by_class(line, classes, n_classes):
    """Drop the rows of classes that occur once; group the others, by class and in order.

    Returns
    -------
    line : ndarray of float64
        The rows kept, sorted.
    rows : ndarray of int64
        Their positions in it, class by class, increasing within each.
    starts : ndarray of shape (n_classes + 1,), dtype int64
        Where each class starts in `rows`.
    """
    sizes = np.zeros(n_classes, np.int64)
    for j in range(line.shape[0]):
        sizes[classes[j]] += 1
    starts = np.zeros(n_classes + 1, np.int64)
    for c in range(n_classes):
        starts[c + 1] = starts[c] + (sizes[c] if sizes[c] > 1 else 0)
    kept = np.empty(starts[n_classes])
    rows = np.empty(starts[n_classes], np.int64)
    cursor = starts[:-1].copy()
    n = 0
    for j in range(line.shape[0]):
        c = classes[j]
        if sizes[c] > 1:
            kept[n] = line[j]
            rows[cursor[c]] = n
            cursor[c] += 1
            n += 1
    return kept, rows, starts


@kernel
def ross_information(line, classes, n_classes, n_neighbors, has_ties):
    """Return I(X;Y), in nats, of a sorted column and the class of each of its rows.

    digamma(N) + <digamma(k)> - <digamma(N_y)> - <digamma(m)>, m the rows of any
    class no farther than the k-th of the own (Ross 2014, eq. 2). k is lowered in
    classes of at most k rows; classes of one row are left out.

    With `has_ties`, rows at one distance are taken in every order and averaged:
    exact, and with no order of our choosing. Where more than k of the own class
    share the row's value this mean no longer holds k: it is
    digamma(own tied) - digamma(all tied), which chance alone does not bias.
    """
    line, rows, starts = rows_by_class(line, classes, n_classes)
    n = line.shape[0]
    if n == 0 or line[0] == line[n - 1]:
        return 0.0
    tally = np.zeros(n + 1)
    tied = 0.0
    for c in range(n_classes):
        size = starts[c + 1] - starts[c]
        if size == n:
            return 0.0
        if size == 0:
            continue
        k = min(n_neighbors, size - 1)
        tally[k] += size
        tally[size] -= size
        counts, means = class_counts(line, line[rows[starts[c] : starts[c + 1]]], k, has_ties)
        tied_in_class = 0.0
        for i in range(size):
            if counts[i] > 0:
                tally[counts[i]] -= 1.0
            else:
                tied_in_class += means[i]
        tied += tied_in_class
    return digamma_integer(n) + (sum_digamma(tally) - tied) / n


@kernel
def ross_terms(line, classes, n_classes, n_neighbors, has_ties):
    """Return what each row of a sorted column adds to n times `ross_information`.

    No class may occur once.
    """
    line, rows, starts = rows_by_class(line, classes, n_classes)
    n = line.shape[0]
    terms = np.zeros(n)
    for c in range(n_classes):
        size = starts[c + 1] - starts[c]
        if size == 0:
            continue
        k = min(n_neighbors, size - 1)
        own = rows[starts[c] : starts[c + 1]]
        counts, means = class_counts(line, line[own], k, has_ties)
        shared = digamma_integer(n) + digamma_integer(k) - digamma_integer(size)
        for i in range(size):
            mean = digamma_integer(counts[i]) if counts[i] > 0 else means[i]
            terms[own[i]] = shared - mean
    return terms


@kernel
def class_counts(line, own_line, k, has_ties):
    """Return m of each row of one class, or 0 and in its place the mean of digamma(m) over ties.

    Returns
    -------
    counts : ndarray of shape (n_rows,), dtype int64

    means : ndarray of shape (n_rows,), dtype float64
        Set where `counts` is 0. Empty without ties.
    """
    n = own_line.shape[0]
    counts = np.zeros(n, np.int64)
    means = np.empty(n if has_ties else 0)
    start = low = high = 0
    for i in range(n):
        x = own_line[i]
        start = window_start(own_line, i, k, start)
        r = max(x - own_line[start], own_line[start + k] - x)
        low = ball_end(line, x, r, False, True, low)
        high = ball_end(line, x, r, True, True, high)
        others = high - low - 1
        if not has_ties:
            counts[i] = others
            continue
        inside = 0
        own_inside = 0
        if r > 0.0:
            inside = ball_end(line, x, r, True, False, high) - 1
            inside -= ball_end(line, x, r, False, False, low)
            own_inside = ball_end(own_line, x, r, True, False, i) - 1
            own_inside -= ball_end(own_line, x, r, False, False, i)
        if others - inside == 1:
            counts[i] = others
        else:
            own_others = ball_end(own_line, x, r, True, True, i) - 1
            own_others -= ball_end(own_line, x, r, False, True, i)
            means[i] = mean_digamma_position(
                inside, others - inside, own_others - own_inside, k - own_inside
            )
    return counts, means
