"""Optimal partitions of a sorted column: candidate cuts, their counts, dynamic programming.

Divide and conquer and SMAWK are not used: the cost of a bin satisfies the
quadrangle inequality only for bins sorted by posterior, and elsewhere those
shortcuts lose most of the information.
"""

import math

import numpy as np

from skinfo._kernels._entropy import xlogx
from skinfo._kernels._jit import kernel


@kernel
def candidate_cuts(values, classes, weights, n_classes, merge):
    """Return where a sorted column may be cut, as ends (exclusive) of row runs, and their weights.

    Rows of equal value are never separated. With `merge`, neighbours with the
    same class distribution are not either: an optimal partition cuts at boundary
    points only (Fayyad and Irani 1992; Elomaa and Rousu 1999).

    Returns
    -------
    ends : ndarray of int64
        Increasing; the last one is the number of rows.
    cumulative : ndarray of float64
        Weight of the rows before each end.
    """
    n = values.shape[0]
    ends = np.empty(n, np.int64)
    cumulative = np.empty(n)
    n_ends = 0
    run = np.zeros(n_classes)
    block = np.zeros(n_classes)
    run_start, run_weight, total = 0, 0.0, 0.0
    start = 0
    while start < n:
        stop = start
        block_weight = 0.0
        while stop < n and values[stop] == values[start]:
            block[classes[stop]] += weights[stop]
            block_weight += weights[stop]
            stop += 1
        hint = classes[start]
        if start > 0 and not (
            merge and same_distribution(run, run_weight, block, block_weight, hint)
        ):
            ends[n_ends] = start
            cumulative[n_ends] = total
            n_ends += 1
            for row in range(run_start, start):
                run[classes[row]] = 0.0
            run_start, run_weight = start, 0.0
        for row in range(start, stop):
            run[classes[row]] += weights[row]
            block[classes[row]] = 0.0
        run_weight += block_weight
        total += block_weight
        start = stop
    ends[n_ends] = n
    cumulative[n_ends] = total
    return ends[: n_ends + 1].copy(), cumulative[: n_ends + 1].copy()


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
def cumulative_counts(classes, weights, ends, n_classes):
    """Return class counts before each candidate cut, (n_ends + 1, n_classes + 1).

    Row 0 is zero; the last column is the total over classes.
    """
    n_ends = ends.shape[0]
    counts = np.zeros((n_ends + 1, n_classes + 1))
    row = 0
    for e in range(n_ends):
        for c in range(n_classes + 1):
            counts[e + 1, c] = counts[e, c]
        while row < ends[e]:
            counts[e + 1, classes[row]] += weights[row]
            counts[e + 1, n_classes] += weights[row]
            row += 1
    return counts


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
        From `cumulative_counts`.

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
