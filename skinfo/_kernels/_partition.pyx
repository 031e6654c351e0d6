"""Optimal partitions of ordered cells into bins, by dynamic programming.

The program is quadratic in the number of candidates. Divide and conquer and SMAWK, which are
faster, require costs that satisfy the quadrangle inequality. These costs satisfy it only if cells
are sorted by posterior; otherwise such algorithms lose most of the information.
"""

from libc.math cimport INFINITY, fabs
from libc.stdint cimport int64_t, uint8_t

import numpy as np

from skinfo._kernels._elementary cimport fast_log, fast_xlogx, log_factorial

from skinfo._kernels._ranges import in_ranges


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
    """Store the costs, in nats, of the bins between candidate `end` and each from `first` on.

    INFORMATION: N_bin times the class entropy of the bin. MODL: the log of the number of class
    distributions of N_bin samples, and of the number of sample orders with the observed one
    (Boulle 2006, eq. 2). VARIANCE: minus (sum of w y)^2 / (sum of w), the within-bin sum of
    squares minus sum of w y^2, which no partition changes. CROSS_ENTROPY: the expected nats of the
    samples by the observed rates of their bin, half a sample added to each class.

    Parameters
    ----------
    by_class : (n_classes + 1, m + 1)
        Cumulative class counts before each candidate, the last row their total; for VARIANCE
        the cumulative sums of w y and of w; for CROSS_ENTROPY the expected class counts, the
        observed ones, and their total, (2 n_classes + 1, m + 1).

    end : int
        One edge of every bin. The other may lie on either side, and the cost is the same to the
        last bit from either: differences enter by their absolute value, or squared.

    row : (n or more,)
        One cost for each of the candidates first, first + 1, ..., at least one.
    """
    cdef Py_ssize_t last = by_class.shape[0] - 1
    cdef Py_ssize_t c
    cdef const double* totals = &by_class[last, first]
    cdef double edge = by_class[last, end]
    cdef double shift
    if cost == VARIANCE:
        store_variances(&row[0], &by_class[0, first], by_class[0, end], totals, edge, n)
    elif cost == MODL:
        shift = last - 1.0
        store_log_factorials(&row[0], totals, edge, shift, log_factorial(shift), n)
        for c in range(last):
            subtract_log_factorials(&row[0], &by_class[c, first], by_class[c, end], n)
    elif cost == CROSS_ENTROPY:
        last = last // 2
        store_smoothed_logs(&row[0], totals, edge, 0.5 * last, n)
        for c in range(last):
            subtract_expected(
                &row[0],
                &by_class[c, first],
                by_class[c, end],
                &by_class[last + c, first],
                by_class[last + c, end],
                n,
            )
    else:
        store_xlogx(&row[0], totals, edge, n)
        for c in range(last):
            subtract_xlogx(&row[0], &by_class[c, first], by_class[c, end], n)


# Each is one plain loop over pointers, so that the compiler vectorises it. A log takes many times
# as long as the two accesses to `row` that a further pass costs.

cdef inline void store_variances(
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


cdef inline void store_log_factorials(
    double* row, const double* totals, double edge, double shift, double constant, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t t
    for t in range(n):
        row[t] = log_factorial(fabs(totals[t] - edge) + shift) - constant


cdef inline void subtract_log_factorials(
    double* row, const double* counts, double edge, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t t
    for t in range(n):
        row[t] -= log_factorial(fabs(counts[t] - edge))


cdef inline void store_xlogx(
    double* row, const double* totals, double edge, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t t
    for t in range(n):
        row[t] = fast_xlogx(fabs(totals[t] - edge))


cdef inline void subtract_xlogx(
    double* row, const double* counts, double edge, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t t
    for t in range(n):
        row[t] -= fast_xlogx(fabs(counts[t] - edge))


cdef inline void store_smoothed_logs(
    double* row, const double* totals, double edge, double shift, Py_ssize_t n
) noexcept nogil:
    """Store N ln(N + shift)."""
    cdef Py_ssize_t t
    cdef double weight
    for t in range(n):
        weight = fabs(totals[t] - edge)
        row[t] = weight * fast_log(weight + shift)


cdef inline void subtract_expected(
    double* row,
    const double* expected,
    double expected_edge,
    const double* observed,
    double observed_edge,
    Py_ssize_t n,
) noexcept nogil:
    """Subtract the expected count times ln(observed count + 1/2)."""
    cdef Py_ssize_t t
    for t in range(n):
        row[t] -= fabs(expected[t] - expected_edge) * fast_log(
            fabs(observed[t] - observed_edge) + 0.5
        )


def optimal_partitions(
    cumulative, Py_ssize_t max_bins, double min_weight, int cost, *, ranges=None
):
    """Return the cheapest partition into exactly k bins, for every k up to `max_bins`.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_classes + 1)
        Cumulative class counts before each candidate, first row zero; the last column is their
        total. For VARIANCE of a target y: the cumulative sums of w y and of w, y centred. For
        CROSS_ENTROPY: the cumulative expected class counts, the observed ones, and their total.

    max_bins : int
        At least one.

    min_weight : float
        Minimum total of a bin.

    cost : int
        INFORMATION, MODL, VARIANCE or CROSS_ENTROPY.

    ranges : callable or None, default=None
        ``ranges(m)`` yields ranges of candidates, between which long work can be interrupted:
        `interruptible_ranges`. None: one range.

    Returns
    -------
    costs : ndarray of shape (max_bins,)
        Cost of the best partition into k + 1 bins, inf if there is none.
    cuts : ndarray of shape (max_bins, max_bins), dtype int64
        Row k: the right ends, among 1..m, of its k + 1 bins. Among equal partitions the one
        whose last bin starts first, then the last but one, and so on.
    """
    cdef const double[:, ::1] by_class = np.ascontiguousarray(cumulative.T)
    cdef Py_ssize_t m = by_class.shape[1] - 1
    costs = np.full((max_bins + 1, m + 1), np.inf)
    cuts = np.zeros((max_bins, max_bins), np.int64)
    cdef double[:, ::1] best = costs
    cdef double[::1] row = np.empty(m)
    cdef int64_t[:, ::1] start = np.zeros((max_bins + 1, m + 1), np.int64)
    cdef uint8_t[:, ::1] in_use = np.zeros((m + 1, max_bins + 1), np.uint8)
    cdef int64_t[:, ::1] ends = cuts
    cdef Py_ssize_t first, last
    best[0, 0] = 0.0
    for first, last in in_ranges(m, ranges):
        with nogil:
            fill_best_costs(by_class, min_weight, cost, best, row, first, last)
    with nogil:
        trace_back(by_class, best, cost, row, start, in_use, ends)
    return costs[1:, m].copy(), cuts


cdef void fill_best_costs(
    const double[:, ::1] by_class,
    double min_weight,
    int cost,
    double[:, ::1] best,
    double[::1] row,
    Py_ssize_t begin,
    Py_ssize_t stop,
) noexcept nogil:
    """Lower best[k, j], infinite at first, by the bins that start at begin..stop - 1.

    In the end it is the least cost of k bins up to candidate j.

    V_k(j) = min_i V_{k-1}(i) + w(i, j). All k are advanced together, so each of the
    m (m + 1) / 2 bin costs w is computed once and nothing quadratic is stored. When i is reached,
    V_k(i) is final for all k, and the V(j) of all j > i are lowered together, element by element:
    that loop vectorises, a search for the best i of one j would not.

    Parameters
    ----------
    best : (max_bins + 1, m + 1)

    row : (m,)
        Memory for the costs of bins with one common edge.
    """
    cdef Py_ssize_t last = by_class.shape[0] - 1, m = by_class.shape[1] - 1
    cdef Py_ssize_t max_bins = best.shape[0] - 1
    cdef Py_ssize_t first = 0
    cdef Py_ssize_t i, k, n
    cdef double total
    for i in range(begin, stop):
        # The first end that makes the bin heavy enough only grows with i.
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
        # Partitions into max_bins bins are needed at the last candidate only.
        total = best[max_bins - 1, i] + row[n - 1]
        if total < best[max_bins, m]:
            best[max_bins, m] = total


cdef inline void lower(
    double* target, double start, const double* row, Py_ssize_t n
) noexcept nogil:
    """Lower each target to start + row."""
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
    uint8_t[:, ::1] in_use,
    int64_t[:, ::1] cuts,
) noexcept nogil:
    """Store the right ends of the best partitions into 1, 2, ... bins, given their costs `best`.

    `fill_best_costs` stores no back pointers, which would double what it writes. The few that are
    needed are found again: the last of k bins up to j starts at the first i with
    best[k - 1, i] + w(i, j) == best[k, j]. The comparison is exact because `fill_costs` gives the
    same bits from either edge, and the sum is the one that `lower` stored. This takes one row of
    costs for each end j in use, and there are few of those for all k together.

    Parameters
    ----------
    row : (m,)
        Memory for the costs of the bins that end at j.

    start : (max_bins + 1, m + 1)
        Memory for the start of the last of k bins up to j.

    in_use : (m + 1, max_bins + 1)
        Zeros; set for each state (j, k) on the path of some partition. The search goes down from
        j = m and a start lies before its end, so row j is complete when j is reached.

    cuts : (max_bins, max_bins)
        Zeros, to be filled.
    """
    cdef Py_ssize_t max_bins = best.shape[0] - 1, m = best.shape[1] - 1
    cdef Py_ssize_t i, j, k, b
    cdef bint end_in_use
    for k in range(1, max_bins + 1):
        in_use[m, k] = best[k, m] < INFINITY
    for j in range(m, 0, -1):
        end_in_use = False
        for k in range(1, max_bins + 1):
            end_in_use |= in_use[j, k]
        if not end_in_use:
            continue
        fill_costs(by_class, j, 0, j, cost, row)
        for k in range(1, max_bins + 1):
            if in_use[j, k]:
                # The first match is also heavy enough: a later start only makes the bin lighter,
                # so among equal costs the first start is feasible if any is.
                i = 0
                while best[k - 1, i] + row[i] != best[k, j]:
                    i += 1
                start[k, j] = i
                in_use[i, k - 1] = True
    for k in range(1, max_bins + 1):
        if best[k, m] < INFINITY:
            j = m
            for b in range(k, 0, -1):
                cuts[k - 1, b - 1] = j
                j = start[b, j]
