"""Optimal partitions whose bins' rates never fall, or never rise."""

from libc.math cimport INFINITY
from libc.stdint cimport int64_t

import numpy as np

from skinfo._kernels._partition cimport fill_costs


def isotonic_blocks(const double[:, ::1] cumulative, int sign):
    """Return the right ends, among 1..m, of the blocks that pool adjacent violators.

    Neighbours of equal rate are pooled too. For the information and the variance the
    best monotone partition cuts at ends of blocks only, and any cuts there are
    monotone; that is not so for MODL, nor with a least weight.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_columns)
        As in `monotone_partitions`.

    sign : int
        1 for rates that never fall, -1 for rates that never rise.
    """
    cdef Py_ssize_t n_blocks
    edges = np.zeros(cumulative.shape[0], np.int64)
    cdef int64_t[::1] ends = edges
    cdef double[::1] rates = np.empty(cumulative.shape[0])
    with nogil:
        n_blocks = pool_violators(cumulative, sign, ends, rates)
    return edges[1 : n_blocks + 1].copy()


cdef Py_ssize_t pool_violators(
    const double[:, ::1] cumulative, int sign, int64_t[::1] ends, double[::1] rates
) noexcept nogil:
    """Write where blocks 1, 2, ... end, after a zero, and return how many there are."""
    cdef Py_ssize_t n_blocks = 0
    cdef Py_ssize_t j
    cdef double rate
    for j in range(1, cumulative.shape[0]):
        # A block starts at the end of the one before.
        rate = sign * bin_rate(cumulative, ends[n_blocks], j)
        # Written so that a block of no weight, whose rate is nan, is pooled.
        while n_blocks > 0 and not rates[n_blocks] < rate:
            n_blocks -= 1
            rate = sign * bin_rate(cumulative, ends[n_blocks], j)
        n_blocks += 1
        ends[n_blocks] = j
        rates[n_blocks] = rate
    return n_blocks


cdef inline double bin_rate(
    const double[:, ::1] cumulative, Py_ssize_t i, Py_ssize_t j
) noexcept nogil:
    """Return the last column but one over the last, of candidates i..j.

    A quotient is as exact as a cross-multiplication: equal ratios of integers are
    rounded alike, and unequal ones stay apart while their cross products are below 2^52.
    """
    cdef Py_ssize_t last = cumulative.shape[1] - 1
    return (cumulative[j, last - 1] - cumulative[i, last - 1]) / (
        cumulative[j, last] - cumulative[i, last]
    )


def monotone_partitions(cumulative, Py_ssize_t max_bins, double min_weight, int cost, int sign):
    """Find the cheapest partition into exactly k bins of monotone rates, k up to `max_bins`.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_columns)
        As in `optimal_partitions`. The rate of a bin is its last column but one over its
        last: of the second of two classes, or the mean of a target. Bins have weight.

    max_bins : int
        At least one.

    min_weight : float
        Least total of a bin.

    cost : int
        INFORMATION, MODL, VARIANCE or BALANCED.

    sign : int
        1 for rates that never fall from bin to bin, -1 for rates that never rise.

    Returns
    -------
    costs : ndarray of shape (max_bins,)
        Cost of the best partition into k + 1 bins, inf where there is none.
    cuts : ndarray of shape (max_bins, max_bins), dtype int64
        Row k: the right ends, among 1..m, of its k + 1 bins.
    """
    cdef Search search = Search(cumulative, max_bins, min_weight, cost, sign)
    costs = np.full(max_bins, np.inf)
    cuts = np.zeros((max_bins, max_bins), np.int64)
    cdef double[::1] found = costs
    cdef int64_t[:, ::1] ends = cuts
    cdef int64_t[::1] next_end = np.full(max_bins, search.m, np.int64)
    cdef double[::1] next_limit = np.full(max_bins, np.inf)
    cdef int64_t[::1] n_left = np.arange(1, max_bins + 1, dtype=np.int64)
    cdef Py_ssize_t j
    with nogil:
        for j in range(1, search.m):
            search.weigh_bins_up_to(j)
            search.record_minima(j)
        trace_back(search, next_end, next_limit, n_left, found, ends)
    return costs, cuts


cdef class Search:
    """The dynamic programme: what is known of the bins that end at each candidate.

    W_k(i, j), the least cost up to j where (i, j] is the last of k bins, is w(i, j) plus the
    least W_{k-1}(h, i) over the h where (h, i] has no larger rate. With the h in order
    of their rates that is a prefix minimum, found by bisection: O(m^2 (log m + k)) in all.

    Of each i only the rates are kept at which the minimum of some k falls. There may be as many
    as there are h, but the minima of h in random order fall about k log i times: tables of all h
    do not fit the cache, these do.

    Attributes
    ----------
    limits, least : (m (m - 1) / 2,), (m (m - 1) / 2, max_bins - 1)
        Records of one i after another, i = 1, 2, ...: a rate, and the least W_1, W_2, ... of the
        bins that end at i and have no larger rate. Memory that is never written is never taken.

    first : (m + 1,)
        Where the records of each i begin.

    n_starts : int
        How many bins may end at the current j: those from h = 0, 1, ..., n_starts - 1.

    rates, costs, totals : (m,), (m,), (m, max_bins)
        Of each of them the rate, w(h, j), and W_1(h, j), W_2(h, j), ...

    sorted_rates, order : (m,), (m,)
        The rates in order, and the h of each.
    """

    cdef const double[:, ::1] by_class
    cdef Py_ssize_t m, max_bins, n_starts, n_sorted
    cdef double min_weight
    cdef int cost, sign
    cdef double[::1] limits
    cdef double[:, ::1] least
    cdef int64_t[::1] first
    cdef double[::1] rates, costs, sorted_rates, lowest
    cdef double[:, ::1] totals
    cdef int64_t[::1] order

    def __cinit__(self, cumulative, max_bins, min_weight, cost, sign):
        self.by_class = np.ascontiguousarray(cumulative.T)
        self.m, self.max_bins = self.by_class.shape[1] - 1, max_bins
        self.min_weight, self.cost, self.sign = min_weight, cost, sign
        n_pairs = self.m * (self.m - 1) // 2
        self.limits, self.least = np.empty(n_pairs), np.empty((n_pairs, max_bins - 1))
        self.first = np.zeros(self.m + 1, np.int64)
        self.rates, self.costs, self.sorted_rates = np.empty((3, self.m))
        self.lowest = np.empty(max_bins)
        self.totals = np.empty((self.m, max_bins))
        self.order = np.empty(self.m, np.int64)
        self.n_sorted = 0

    cdef void weigh_bins_up_to(self, Py_ssize_t j) noexcept nogil:
        """Work out rates, costs and totals of the bins that end at j."""
        cdef Py_ssize_t last = self.by_class.shape[0] - 1
        cdef Py_ssize_t h, k, record
        cdef double weight
        # Feasible starts come first: a later one only makes the bin lighter.
        self.n_starts = j
        for h in range(j):
            weight = self.by_class[last, j] - self.by_class[last, h]
            if weight < self.min_weight or weight <= 0.0:
                self.n_starts = h
                break
            self.rates[h] = (
                self.sign * (self.by_class[last - 1, j] - self.by_class[last - 1, h]) / weight
            )
        if self.n_starts == 0:
            return
        fill_costs(self.by_class, j, 0, self.n_starts, self.cost, self.costs)
        for h in range(self.n_starts):
            record = self.last_record_up_to(h, self.rates[h])
            if record < 0:
                for k in range(self.max_bins):
                    self.totals[h, k] = INFINITY
            else:
                self.totals[h, 0] = INFINITY
                add(&self.least[record, 0], self.costs[h], &self.totals[h, 1], self.max_bins - 1)
        self.totals[0, 0] = self.costs[0]

    cdef inline Py_ssize_t last_record_up_to(self, Py_ssize_t i, double rate) noexcept nogil:
        """Return the last record of i whose rate is not above another, -1 if there is none."""
        cdef Py_ssize_t low = self.first[i]
        cdef Py_ssize_t n = self.first[i + 1] - low
        cdef Py_ssize_t half
        if n == 0 or not self.limits[low] <= rate:
            return -1
        # The record looked for is among the n from `low` on. Without a branch: it would be
        # mispredicted every other time.
        while n > 1:
            half = n >> 1
            low = low + half if self.limits[low + half] <= rate else low
            n -= half
        return low

    cdef void record_minima(self, Py_ssize_t i) noexcept nogil:
        """Record the prefix minima of the bins that end at i, worked out just now."""
        cdef Py_ssize_t n = self.first[i], n_kept = self.max_bins - 1
        cdef Py_ssize_t p, k
        self.sort_rates()
        for k in range(n_kept):
            self.lowest[k] = INFINITY
        for p in range(self.n_starts):
            if lower(&self.totals[self.order[p], 0], &self.lowest[0], n_kept):
                for k in range(n_kept):
                    self.least[n, k] = self.lowest[k]
                self.limits[n] = self.sorted_rates[p]
                n += 1
        self.first[i + 1] = n

    cdef void sort_rates(self) noexcept nogil:
        """Sort the rates, beginning from their order at the end before.

        A new cell changes it little: of random classes an insertion moves about log m others,
        which is no more than a sort from nothing compares, and where rates do rise or fall
        next to none.
        """
        cdef Py_ssize_t p, place, h
        cdef double rate
        for p in range(self.n_starts):
            if p >= self.n_sorted:
                self.order[p] = p
            h = self.order[p]
            rate = self.rates[h]
            place = p
            while place > 0 and self.sorted_rates[place - 1] > rate:
                self.sorted_rates[place] = self.sorted_rates[place - 1]
                self.order[place] = self.order[place - 1]
                place -= 1
            self.sorted_rates[place] = rate
            self.order[place] = h
        self.n_sorted = self.n_starts


cdef inline void add(
    const double* least, double cost, double* totals, Py_ssize_t n
) noexcept nogil:
    """Write the least costs plus one."""
    cdef Py_ssize_t k
    for k in range(n):
        totals[k] = least[k] + cost


cdef inline bint lower(const double* totals, double* lowest, Py_ssize_t n) noexcept nogil:
    """Lower each to the total where that is less, and say whether any was."""
    cdef Py_ssize_t k
    cdef int64_t n_lowered = 0
    for k in range(n):
        n_lowered += totals[k] < lowest[k]
        lowest[k] = totals[k] if totals[k] < lowest[k] else lowest[k]
    return n_lowered > 0


cdef void trace_back(
    Search search,
    int64_t[::1] next_end,
    double[::1] next_limit,
    int64_t[::1] n_left,
    double[::1] costs,
    int64_t[:, ::1] cuts,
) noexcept nogil:
    """Write the least costs of 1, 2, ... bins and the right ends of the bins they take.

    Each partition is a chain, its last bin found first. All chains are followed together, from
    m down, because the bins that end at j, of which only minima were kept, are then worked out
    again but once. Of the cheapest starts it is the first.

    Parameters
    ----------
    next_end : (max_bins,)
        m; as a chain is followed, the end of the bin to find next.

    next_limit : (max_bins,)
        inf; as a chain is followed, the rate of the bin found last, which the next may not exceed.

    n_left : (max_bins,)
        1, 2, ...: how many bins are to be found.
    """
    cdef Py_ssize_t max_bins = n_left.shape[0]
    cdef Py_ssize_t j, k, b, h, start
    cdef bint in_use
    cdef double least
    for j in range(search.m, 0, -1):
        in_use = False
        for k in range(max_bins):
            in_use |= n_left[k] > 0 and next_end[k] == j
        if not in_use:
            continue
        search.weigh_bins_up_to(j)
        for k in range(max_bins):
            if n_left[k] == 0 or next_end[k] != j:
                continue
            b = n_left[k] - 1
            least = INFINITY
            start = -1
            for h in range(search.n_starts):
                if search.totals[h, b] < least and search.rates[h] <= next_limit[k]:
                    least = search.totals[h, b]
                    start = h
            if start < 0:
                n_left[k] = 0
                continue
            if b == k:
                costs[k] = least
            cuts[k, b] = j
            next_limit[k] = search.rates[start]
            next_end[k] = start
            n_left[k] = b
