"""Optimal partitions of a sorted column: boundary points and dynamic programming.

Divide and conquer and SMAWK are not used: the cost of a bin satisfies the
quadrangle inequality only for bins sorted by posterior, and elsewhere those
shortcuts lose most of the information.
"""

import numpy as np

from skinfo._kernels._jit import kernel
from skinfo._kernels._log import fast_log, fast_xlogx, log_factorial

# What a bin costs; False and True stand for the first two.
INFORMATION = 0
MODL = 1
VARIANCE = 2
BALANCED = 3


@kernel
def boundary_points(values, codes, weights, n_classes, limit):
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
    points : ndarray, dtype float64
        First value to the right of each boundary, increasing.

    complete : bool
        Whether these are all.
    """
    n = values.shape[0]
    run, block = np.zeros(n_classes), np.zeros(n_classes)
    run_weight = 0.0
    points = np.empty(min(limit, n))
    n_points = 0
    row = 0
    while row < n:
        value, hint = values[row], codes[row]
        block[:] = 0.0
        block_weight = 0.0
        while row < n and values[row] == value:
            weight = weights[row] if weights.shape[0] else 1.0
            block[codes[row]] += weight
            block_weight += weight
            row += 1
        if run_weight > 0.0 and not same_distribution(run, run_weight, block, block_weight, hint):
            if n_points == limit:
                return points, False
            points[n_points] = value
            n_points += 1
            run[:] = 0.0
            run_weight = 0.0
        run += block
        run_weight += block_weight
    return points[:n_points].copy(), True


@kernel
def same_distribution(a, a_weight, b, b_weight, hint):
    """Say whether two class count vectors are proportional, looking at class `hint` first.

    Cross-multiplied, so exact for integer counts. With many classes the hint, one
    that b holds, almost always tells at once.
    """
    if a[hint] * b_weight != b[hint] * a_weight:
        return False
    same = True
    for c in range(a.shape[0]):
        same &= a[c] * b_weight == b[c] * a_weight
    return same


@kernel
def bin_cost(cumulative, i, j, cost):
    """Return the cost, in nats, of one bin over candidates i..j; see `fill_costs`."""
    by_class = np.ascontiguousarray(cumulative[i : j + 1 : j - i].T)
    row = np.empty(1)
    fill_costs(by_class, 0, 1, cost, row)
    return row[0]


@kernel
def fill_costs(by_class, end, first, cost, row):
    """Write into `row` the costs of the bins between candidate `end` and each from `first` on.

    Information: N_bin times the bin's class entropy. MODL: the log of the number
    of class distributions of that size and of the orders that give this one
    (Boulle 2006, eq. 2). Variance: minus (sum of w y)^2 / (sum of w), which is the
    within-bin sum of squares less the sum of w y^2, the same for every partition.
    Balanced: the information's cost less the log of N_bin, so that small bins cost more.

    Parameters
    ----------
    by_class : ndarray of shape (n_classes + 1, m + 1)
        Class counts before each candidate, the last row their total; for the variance
        the sums of w y and of w.

    end : int
        One edge of every bin; the other may lie on either side.

    row : ndarray
        One cost for each of the candidates first, first + 1, ...
    """
    last = by_class.shape[0] - 1
    n = row.shape[0]
    # Slices that start at zero, and one plain loop for each class: these vectorise.
    column = by_class[last, first : first + n]
    edge = by_class[last, end]
    if cost == VARIANCE:
        sums = by_class[0, first : first + n]
        sum_edge = by_class[0, end]
        for t in range(n):
            total = sums[t] - sum_edge
            weight = abs(column[t] - edge)
            row[t] = -(total * total) / weight if weight > 0.0 else 0.0
    elif cost == MODL:
        shift = last - 1.0
        constant = log_factorial(shift)
        for t in range(n):
            row[t] = log_factorial(abs(column[t] - edge) + shift) - constant
        for c in range(last):
            column = by_class[c, first : first + n]
            edge = by_class[c, end]
            for t in range(n):
                row[t] -= log_factorial(abs(column[t] - edge))
    else:
        for t in range(n):
            row[t] = fast_xlogx(abs(column[t] - edge))
        for c in range(last):
            column = by_class[c, first : first + n]
            edge = by_class[c, end]
            for t in range(n):
                row[t] -= fast_xlogx(abs(column[t] - edge))
        if cost == BALANCED:
            column = by_class[last, first : first + n]
            edge = by_class[last, end]
            for t in range(n):
                row[t] -= fast_log(abs(column[t] - edge))


@kernel
def optimal_partitions(cumulative, max_bins, min_weight, cost):
    """Find the cheapest partition into exactly k bins, for every k up to `max_bins`.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_classes + 1)
        Class counts before each candidate cut, first row zero; the last column is their total.
        For the variance of a target y: the sums of w y and of w. (Centre y first.)

    max_bins : int
        At least one.

    min_weight : float
        Least total of a bin.

    cost : int
        INFORMATION, MODL or VARIANCE.

    Returns
    -------
    costs : ndarray of shape (max_bins,)
        Cost of the best partition into k + 1 bins, inf where there is none.
    cuts : ndarray of shape (max_bins, max_bins), dtype int64
        Row k: the right ends, among 1..m, of its k + 1 bins. Of equal partitions the one
        whose last bin starts first, then the last but one, and so on.

    Notes
    -----
    V_k(j) = min_i V_{k-1}(i) + w(i, j). All k are advanced together, so each of
    the m (m + 1) / 2 bin costs is worked out once and nothing quadratic is kept.
    Once i is reached V(i) is final, and all j > i are lowered together: element by
    element, which vectorises where the search for a least i would not.
    """
    by_class = np.ascontiguousarray(cumulative.T)
    m = by_class.shape[1] - 1
    totals = by_class[-1]
    best = np.full((max_bins + 1, m + 1), np.inf)
    best[0, 0] = 0.0
    costs = np.empty(m)
    first = 0
    for i in range(m):
        # The least end only grows with i.
        first = max(first, i + 1)
        while first <= m and totals[first] - totals[i] < min_weight:
            first += 1
        if first > m:
            break
        row = costs[: m + 1 - first]
        fill_costs(by_class, i, first, cost, row)
        for k in range(1, max_bins):
            if best[k - 1, i] < np.inf:
                lower(best[k, first:], best[k - 1, i], row)
        # Partitions into the most bins are of use at m only.
        total = best[max_bins - 1, i] + row[-1]
        if total < best[max_bins, m]:
            best[max_bins, m] = total
    return best[1:, m].copy(), trace_back(by_class, best, cost)


@kernel
def lower(target, start, row):
    """Replace each target by start + row where that is less."""
    for t in range(row.shape[0]):
        total = start + row[t]
        target[t] = total if total < target[t] else target[t]


@kernel
def trace_back(by_class, best, cost):
    """Return the right ends of the best partitions into 1, 2, ... bins, from their costs `best`.

    The starts are found again from the costs: a few rows of bin costs, at most one for
    each end in use, are cheaper than remembering every start.
    """
    max_bins, m = best.shape[0] - 1, best.shape[1] - 1
    start = np.zeros((max_bins + 1, m + 1), np.int64)
    wanted = np.zeros((m + 1, max_bins + 1), np.bool_)
    wanted[m] = True
    costs = np.empty(m)
    for j in range(m, 0, -1):
        if not wanted[j].any():
            continue
        row = costs[:j]
        fill_costs(by_class, j, 0, cost, row)
        for k in range(1, max_bins + 1):
            if wanted[j, k] and best[k, j] < np.inf:
                # The first that fits is heavy enough: a later start only makes the bin lighter.
                i = 0
                while best[k - 1, i] + row[i] != best[k, j]:
                    i += 1
                start[k, j] = i
                wanted[i, k - 1] = True
    cuts = np.zeros((max_bins, max_bins), np.int64)
    for k in range(1, max_bins + 1):
        if best[k, m] < np.inf:
            j = m
            for b in range(k, 0, -1):
                cuts[k - 1, b - 1] = j
                j = start[b, j]
    return cuts
