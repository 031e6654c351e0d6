"""Optimal partitions of a sorted column: boundary points and dynamic programming.

Divide and conquer and SMAWK are not used: the cost of a bin satisfies the
quadrangle inequality only for bins sorted by posterior, and elsewhere those
shortcuts lose most of the information.
"""

import math

import numpy as np

from skinfo._kernels._entropy import xlogx
from skinfo._kernels._jit import kernel


@kernel
def boundary_points(values, starts, weights, limit):
    """Return where the class distribution of a column changes, unless that is at too many places.

    Values of equal class distribution that follow each other stay together: an optimal
    partition cuts at boundary points only (Fayyad and Irani 1992; Elomaa and Rousu 1999).

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        Sorted within each class, classes one after the other.

    starts : ndarray of shape (n_classes + 1,), dtype int64
        Where each class starts in `values`, and n.

    weights : ndarray of shape (n,) or (0,), dtype float64
        Of `values`; empty for weights of one.

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
    n_classes = starts.shape[0] - 1
    head = starts[:-1].copy()
    run, block = np.zeros(n_classes), np.zeros(n_classes)
    run_weight = 0.0
    points = np.empty(min(limit, values.shape[0]))
    n_points = 0
    while True:
        value = np.inf
        hint = -1
        for c in range(n_classes):
            if head[c] < starts[c + 1] and (hint < 0 or values[head[c]] < value):
                value, hint = values[head[c]], c
        if hint < 0:
            return points[:n_points].copy(), True
        block_weight = 0.0
        for c in range(n_classes):
            block[c] = 0.0
            while head[c] < starts[c + 1] and values[head[c]] == value:
                block[c] += weights[head[c]] if weights.shape[0] else 1.0
                head[c] += 1
            block_weight += block[c]
        if run_weight > 0.0 and not same_distribution(run, run_weight, block, block_weight, hint):
            if n_points == limit:
                return points, False
            points[n_points] = value
            n_points += 1
            run[:] = 0.0
            run_weight = 0.0
        run += block
        run_weight += block_weight


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
def bin_cost(cumulative, i, j, modl):
    """Return the cost, in nats, of one bin over candidates i..j.

    Information: N_bin times the bin's class entropy. MODL: the log of the number
    of class distributions of that size and of the orders that give this one
    (Boulle 2006, eq. 2).
    """
    last = cumulative.shape[1] - 1
    size = cumulative[j, last] - cumulative[i, last]
    if modl:
        cost = math.lgamma(size + last) - math.lgamma(float(last))
        for c in range(last):
            cost -= math.lgamma(cumulative[j, c] - cumulative[i, c] + 1.0)
        return cost
    cost = xlogx(size)
    for c in range(last):
        cost -= xlogx(cumulative[j, c] - cumulative[i, c])
    return cost


@kernel
def optimal_partitions(cumulative, max_bins, min_weight, modl):
    """Find the cheapest partition into exactly k bins, for every k up to `max_bins`.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_classes + 1)
        Class counts before each candidate cut, first row zero; the last column is their total.

    Returns
    -------
    costs : ndarray of shape (max_bins,)
        Cost of the best partition into k + 1 bins, inf where there is none.
    cuts : ndarray of shape (max_bins, max_bins), dtype int64
        Row k: the right ends, among 1..m, of its k + 1 bins.

    Notes
    -----
    V_k(j) = min_i V_{k-1}(i) + w(i, j). All k are advanced together, so each of
    the m (m - 1) / 2 bin costs is worked out once and nothing quadratic is kept.
    """
    m = cumulative.shape[0] - 1
    last = cumulative.shape[1] - 1
    best = np.full((m + 1, max_bins + 1), np.inf)
    back = np.zeros((m + 1, max_bins + 1), np.int64)
    best[0, 0] = 0.0
    for j in range(1, m + 1):
        for i in range(j):
            # A later start only makes the bin smaller.
            if cumulative[j, last] - cumulative[i, last] < min_weight:
                break
            cost = bin_cost(cumulative, i, j, modl)
            for k in range(1, max_bins + 1):
                candidate = best[i, k - 1] + cost
                if candidate < best[j, k]:
                    best[j, k] = candidate
                    back[j, k] = i
    cuts = np.zeros((max_bins, max_bins), np.int64)
    for k in range(1, max_bins + 1):
        if best[m, k] < np.inf:
            j = m
            for b in range(k, 0, -1):
                cuts[k - 1, b - 1] = j
                j = back[j, b]
    return best[m, 1:].copy(), cuts
