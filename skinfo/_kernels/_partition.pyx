"""Optimal partitions of cells in order, by dynamic programming.

Divide and conquer and SMAWK are not used: the cost of a bin satisfies the
quadrangle inequality only for bins sorted by posterior, and elsewhere those
shortcuts lose most of the information.
"""

from libc.math cimport INFINITY, fabs
from libc.stdint cimport int64_t, uint8_t

import numpy as np

from skinfo._kernels._elementary cimport fast_log, fast_xlogx, log_factorial


def bin_cost(cumulative, Py_ssize_t i, Py_ssize_t j, int cost):
    """Return the cost, in nats, of one bin over candidates i..j; see `fill_costs`."""
    cdef const double[:, ::1] by_class = np.ascontiguousarray(cumulative[i : j + 1 : j - i].T)
    cdef double[::1] row = np.empty(1)
    with nogil:
        fill_costs(by_class, 0, 1, 1, cost, row)
    return row[0]


cdef void fill_costs(
    const double[:, ::1] by_class,
    Py_ssize_t end,
    Py_ssize_t first,
    Py_ssize_t n,
    int cost,
    double[::1] row,
) noexcept nogil:
    """Write the costs of the bins between candidate `end` and each from `first` on into `row`.

    Information: N_bin times the bin's class entropy. MODL: the log of the number
    of class distributions of that size and of the orders that give this one
    (Boulle 2006, eq. 2). Variance: minus (sum of w y)^2 / (sum of w), which is the
    within-bin sum of squares less the sum of w y^2, the same for every partition.
    Balanced: the information's cost less the log of N_bin, so that small bins cost more.

    Parameters
    ----------
    by_class : (n_classes + 1, m + 1)
        Class counts before each candidate, the last row their total; for the variance
        the sums of w y and of w.

    end : int
        One edge of every bin; the other may lie on either side.

    row : (n or more,)
        One cost for each of the candidates first, first + 1, ..., at least one.
    """
    cdef Py_ssize_t last = by_class.shape[0] - 1
    cdef Py_ssize_t c
    cdef const double* totals = &by_class[last, first]
    cdef double edge = by_class[last, end]
    cdef double shift
    if cost == VARIANCE:
        put_variance(&row[0], &by_class[0, first], by_class[0, end], totals, edge, n)
    elif cost == MODL:
        shift = last - 1.0
        put_log_factorials(&row[0], totals, edge, shift, log_factorial(shift), n)
        for c in range(last):
            take_log_factorials(&row[0], &by_class[c, first], by_class[c, end], n)
    else:
        put_xlogx(&row[0], totals, edge, n)
        for c in range(last):
            take_xlogx(&row[0], &by_class[c, first], by_class[c, end], n)
        if cost == BALANCED:
            take_logs(&row[0], totals, edge, n)


# One plain loop over pointers each: these vectorise. A log takes many times as long as
# the two accesses to `row` that further passes cost.

cdef inline void put_variance(
    double* row,
    const double* sums,
    double sum_edge,
    const double* totals,
    double edge,
    Py_ssize_t n,
) noexcept nogil:
    cdef Py_ssize_t t
    cdef double total, weight
    for t in range(n):
        total = sums[t] - sum_edge
        weight = fabs(totals[t] - edge)
        row[t] = -(total * total) / weight if weight > 0.0 else 0.0


cdef inline void put_log_factorials(
    double* row, const double* totals, double edge, double shift, double constant, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t t
    for t in range(n):
        row[t] = log_factorial(fabs(totals[t] - edge) + shift) - constant


cdef inline void take_log_factorials(
    double* row, const double* counts, double edge, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t t
    for t in range(n):
        row[t] -= log_factorial(fabs(counts[t] - edge))


cdef inline void put_xlogx(
    double* row, const double* totals, double edge, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t t
    for t in range(n):
        row[t] = fast_xlogx(fabs(totals[t] - edge))


cdef inline void take_xlogx(
    double* row, const double* counts, double edge, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t t
    for t in range(n):
        row[t] -= fast_xlogx(fabs(counts[t] - edge))


cdef inline void take_logs(
    double* row, const double* totals, double edge, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t t
    for t in range(n):
        row[t] -= fast_log(fabs(totals[t] - edge))


def optimal_partitions(cumulative, Py_ssize_t max_bins, double min_weight, int cost):
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
        INFORMATION, MODL, VARIANCE or BALANCED.

    Returns
    -------
    costs : ndarray of shape (max_bins,)
        Cost of the best partition into k + 1 bins, inf where there is none.
    cuts : ndarray of shape (max_bins, max_bins), dtype int64
        Row k: the right ends, among 1..m, of its k + 1 bins. Of equal partitions the one
        whose last bin starts first, then the last but one, and so on.
    """
    cdef const double[:, ::1] by_class = np.ascontiguousarray(cumulative.T)
    cdef Py_ssize_t m = by_class.shape[1] - 1
    costs = np.full((max_bins + 1, m + 1), np.inf)
    cuts = np.zeros((max_bins, max_bins), np.int64)
    cdef double[:, ::1] best = costs
    cdef double[::1] row = np.empty(m)
    cdef int64_t[:, ::1] start = np.zeros((max_bins + 1, m + 1), np.int64)
    cdef uint8_t[:, ::1] wanted = np.zeros((m + 1, max_bins + 1), np.uint8)
    cdef int64_t[:, ::1] ends = cuts
    with nogil:
        find_least_costs(by_class, min_weight, cost, best, row)
        trace_back(by_class, best, cost, row, start, wanted, ends)
    return costs[1:, m].copy(), cuts


cdef void find_least_costs(
    const double[:, ::1] by_class,
    double min_weight,
    int cost,
    double[:, ::1] best,
    double[::1] row,
) noexcept nogil:
    """Lower best[k, j], infinite at first, to the least cost of k bins up to candidate j.

    V_k(j) = min_i V_{k-1}(i) + w(i, j). All k are advanced together, so each of
    the m (m + 1) / 2 bin costs is worked out once and nothing quadratic is kept.
    Once i is reached V(i) is final, and all j > i are lowered together: element by
    element, which vectorises where the search for a least i would not.
    """
    cdef Py_ssize_t last = by_class.shape[0] - 1, m = by_class.shape[1] - 1
    cdef Py_ssize_t max_bins = best.shape[0] - 1
    cdef Py_ssize_t first = 0
    cdef Py_ssize_t i, k, n
    cdef double total
    best[0, 0] = 0.0
    for i in range(m):
        # The least end only grows with i.
        if first < i + 1:
            first = i + 1
        while first <= m and by_class[last, first] - by_class[last, i] < min_weight:
            first += 1
        if first > m:
            break
        n = m + 1 - first
        fill_costs(by_class, i, first, n, cost, row)
        for k in range(1, max_bins):
            if best[k - 1, i] < INFINITY:
                lower(&best[k, first], best[k - 1, i], &row[0], n)
        # Partitions into the most bins are of use at m only.
        total = best[max_bins - 1, i] + row[n - 1]
        if total < best[max_bins, m]:
            best[max_bins, m] = total


cdef inline void lower(
    double* target, double start, const double* row, Py_ssize_t n
) noexcept nogil:
    """Replace each target by start + row where that is less."""
    cdef Py_ssize_t t
    cdef double total
    for t in range(n):
        total = start + row[t]
        target[t] = total if total < target[t] else target[t]


cdef void trace_back(
    const double[:, ::1] by_class,
    const double[:, ::1] best,
    int cost,
    double[::1] row,
    int64_t[:, ::1] start,
    uint8_t[:, ::1] wanted,
    int64_t[:, ::1] cuts,
) noexcept nogil:
    """Write the right ends of the best partitions into 1, 2, ... bins, from their costs `best`.

    No start of a bin was kept. The few that partitions of the whole use are found again: of the
    k bins up to j the last starts at the i where best[k - 1, i] + w(i, j) is best[k, j], to the
    last bit, as a cost comes out the same from whichever of its ends it is worked out. That is
    one row of costs for each j in use, and for all k there are few of those, while remembering
    starts would double what `lower` writes.

    Parameters
    ----------
    row : (m,)
        Room to work in.

    start : (max_bins + 1, m + 1)
        Room for where the last of k bins up to j starts.

    wanted : (m + 1, max_bins + 1)
        Zeros: which (j, k) are in use, row by row as the search goes down from j = m. A start lies
        before its end, so all that want j are known once j is reached.

    cuts : (max_bins, max_bins)
        Zeros, to be written.
    """
    cdef Py_ssize_t max_bins = best.shape[0] - 1, m = best.shape[1] - 1
    cdef Py_ssize_t i, j, k, b
    cdef bint in_use
    for k in range(1, max_bins + 1):
        wanted[m, k] = best[k, m] < INFINITY
    for j in range(m, 0, -1):
        in_use = False
        for k in range(1, max_bins + 1):
            in_use |= wanted[j, k]
        if not in_use:
            continue
        fill_costs(by_class, j, 0, j, cost, row)
        for k in range(1, max_bins + 1):
            if wanted[j, k]:
                # The first that fits is heavy enough: a later start only makes the bin lighter.
                i = 0
                while best[k - 1, i] + row[i] != best[k, j]:
                    i += 1
                start[k, j] = i
                wanted[i, k - 1] = True
    for k in range(1, max_bins + 1):
        if best[k, m] < INFINITY:
            j = m
            for b in range(k, 0, -1):
                cuts[k - 1, b - 1] = j
                j = start[b, j]
