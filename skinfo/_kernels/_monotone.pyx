"""Optimal partitions into bins of monotone rates (non-decreasing or non-increasing)."""

from libc.math cimport INFINITY
from libc.stdint cimport int64_t

import numpy as np

from skinfo._kernels._partition cimport fill_costs

from skinfo._kernels._ranges import in_ranges


def isotonic_blocks(const double[:, ::1] cumulative, int direction):
    """Return the right ends, among 1..m, of the blocks of an isotonic regression.

    Computed by pooling adjacent violators; adjacent blocks of equal rate are pooled too. For
    INFORMATION and VARIANCE the best monotone partition has cuts only at ends of blocks, and any
    such cuts give monotone rates. Neither is true for MODL, nor with a minimum weight.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_columns)
        As in `monotone_partitions`.

    direction : int
        1 for non-decreasing rates, -1 for non-increasing ones.
    """
    cdef Py_ssize_t n_blocks
    edges = np.zeros(cumulative.shape[0], np.int64)
    cdef int64_t[::1] ends = edges
    cdef double[::1] rates = np.empty(cumulative.shape[0])
    with nogil:
        n_blocks = pool_violators(cumulative, direction, ends, rates)
    return edges[1 : n_blocks + 1].copy()


cdef Py_ssize_t pool_violators(
    const double[:, ::1] cumulative, int direction, int64_t[::1] ends, double[::1] rates
) noexcept nogil:
    """Store the ends of blocks 1, 2, ... after a zero, and return how many blocks there are."""
    cdef Py_ssize_t n_blocks = 0
    cdef Py_ssize_t j
    cdef double rate
    for j in range(1, cumulative.shape[0]):
        # A block starts at the end of the one before.
        rate = direction * bin_rate(cumulative, ends[n_blocks], j)
        # `not <`, so that a block without weight, whose rate is NaN, is pooled.
        while n_blocks > 0 and not rates[n_blocks] < rate:
            n_blocks -= 1
            rate = direction * bin_rate(cumulative, ends[n_blocks], j)
        n_blocks += 1
        ends[n_blocks] = j
        rates[n_blocks] = rate
    return n_blocks


cdef inline double bin_rate(
    const double[:, ::1] cumulative, Py_ssize_t i, Py_ssize_t j
) noexcept nogil:
    """Return the rate between candidates i and j: the last column but one over the last.

    Comparing quotients is as exact as cross-multiplication: equal ratios of integers round to the
    same float, and different ones stay apart while their cross products are below 2^52.
    """
    cdef Py_ssize_t last = cumulative.shape[1] - 1
    return (cumulative[j, last - 1] - cumulative[i, last - 1]) / (
        cumulative[j, last] - cumulative[i, last]
    )


def monotone_partitions(
    cumulative, Py_ssize_t max_bins, double min_weight, int cost, int direction, *, ranges=None
):
    """Return the cheapest partition into exactly k bins of monotone rates, k up to `max_bins`.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_columns)
        As in `optimal_partitions`. The rate of a bin is its last column but one over its
        last: of the second of two classes, or the mean of a target. Bins have weight.

    max_bins : int
        At least one.

    min_weight : float
        Minimum total of a bin.

    cost : int
        INFORMATION, MODL, VARIANCE or CROSS_ENTROPY.

    direction : int
        1 for non-decreasing rates from bin to bin, -1 for non-increasing ones.

    ranges : callable or None, default=None
        See `optimal_partitions`.

    Returns
    -------
    costs : ndarray of shape (max_bins,)
        Cost of the best partition into k + 1 bins, inf if there is none.
    cuts : ndarray of shape (max_bins, max_bins), dtype int64
        Row k: the right ends, among 1..m, of its k + 1 bins.
    """
    cdef MonotoneProgram program = MonotoneProgram(
        cumulative, max_bins, min_weight, cost, direction
    )
    costs = np.full(max_bins, np.inf)
    cuts = np.zeros((max_bins, max_bins), np.int64)
    cdef double[::1] found = costs
    cdef int64_t[:, ::1] ends = cuts
    cdef int64_t[::1] next_end = np.full(max_bins, program.m, np.int64)
    cdef double[::1] next_limit = np.full(max_bins, np.inf)
    cdef int64_t[::1] n_left = np.arange(1, max_bins + 1, dtype=np.int64)
    cdef Py_ssize_t j, start, stop
    for start, stop in in_ranges(program.m - 1, ranges):
        with nogil:
            for j in range(start + 1, stop + 1):
                program.compute_bins_ending_at(j)
                program.record_minima(j)
    with nogil:
        trace_back(program, next_end, next_limit, n_left, found, ends)
    return costs, cuts


cdef class MonotoneProgram:
    """Dynamic program over the last bin, with a constraint on the rate of the bin before it.

    Let W_k(i, j) be the least cost of k bins up to candidate j of which the last is (i, j]. Then

        W_k(i, j) = w(i, j) + min W_{k-1}(h, i) over h with rate(h, i) <= rate(i, j).

    With the h of each i sorted by rate the minimum is a prefix minimum, looked up by bisection:
    O(m^2 (log m + k)) in total. For each i only the rates at which the prefix minimum of some k
    decreases (records) are stored. In the worst case these are all h, but for rates in random
    order a minimum decreases about log i times, so that the records fit the cache, unlike a table
    of all (h, i).

    Attributes
    ----------
    limits, least : (m (m - 1) / 2,), (m (m - 1) / 2, max_bins - 1)
        Records of i = 1, 2, ..., one after another: a rate, and the least W_1, W_2, ... among the
        bins that end at i with at most this rate. Allocated for the worst case; the operating
        system provides only the pages that are written.

    first : (m + 1,)
        Start of the records of each i.

    n_starts : int
        Number of feasible bins that end at the current j: their starts are h < n_starts.

    rates, costs, totals : (m,), (m,), (m, max_bins)
        rate(h, j), w(h, j), and W_1(h, j), W_2(h, j), ... of each of them.

    sorted_rates, order : (m,), (m,)
        The rates in rising order, and the h of each.

    lowest : (max_bins,)
        Workspace for the prefix minima of one i.
    """

    cdef const double[:, ::1] by_class
    cdef Py_ssize_t m, max_bins, n_starts, n_sorted
    cdef double min_weight
    cdef int cost, direction
    cdef double[::1] limits
    cdef double[:, ::1] least
    cdef int64_t[::1] first
    cdef double[::1] rates, costs, sorted_rates, lowest
    cdef double[:, ::1] totals
    cdef int64_t[::1] order

    def __cinit__(self, cumulative, max_bins, min_weight, cost, direction):
        self.by_class = np.ascontiguousarray(cumulative.T)
        self.m, self.max_bins = self.by_class.shape[1] - 1, max_bins
        self.min_weight, self.cost, self.direction = min_weight, cost, direction
        n_pairs = self.m * (self.m - 1) // 2
        self.limits, self.least = np.empty(n_pairs), np.empty((n_pairs, max_bins - 1))
        self.first = np.zeros(self.m + 1, np.int64)
        self.rates, self.costs, self.sorted_rates = np.empty((3, self.m))
        self.lowest = np.empty(max_bins)
        self.totals = np.empty((self.m, max_bins))
        self.order = np.empty(self.m, np.int64)
        self.n_sorted = 0

    cdef void compute_bins_ending_at(self, Py_ssize_t j) noexcept nogil:
        """Compute rates, costs and totals of the bins that end at j."""
        cdef Py_ssize_t last = self.by_class.shape[0] - 1
        cdef Py_ssize_t h, k, record
        cdef double weight
        # Feasible starts come first, since a later start only makes the bin lighter.
        self.n_starts = j
        for h in range(j):
            weight = self.by_class[last, j] - self.by_class[last, h]
            if weight < self.min_weight or weight <= 0.0:
                self.n_starts = h
                break
            self.rates[h] = (
                self.direction * (self.by_class[last - 1, j] - self.by_class[last - 1, h]) / weight
            )
        if self.n_starts == 0:
            return
        fill_costs(self.by_class, j, 0, self.n_starts, self.cost, self.costs)
        for h in range(self.n_starts):
            record = self.find_record(h, self.rates[h])
            if record < 0:
                for k in range(self.max_bins):
                    self.totals[h, k] = INFINITY
            else:
                self.totals[h, 0] = INFINITY
                add(&self.least[record, 0], self.costs[h], &self.totals[h, 1], self.max_bins - 1)
        # A single bin starts at the first candidate, and has no bin before it.
        self.totals[0, 0] = self.costs[0]

    cdef inline Py_ssize_t find_record(self, Py_ssize_t i, double rate) noexcept nogil:
        """Return the last record of i whose rate is at most `rate`, -1 if there is none."""
        cdef Py_ssize_t low = self.first[i]
        cdef Py_ssize_t n = self.first[i + 1] - low
        cdef Py_ssize_t half
        if n == 0 or not self.limits[low] <= rate:
            return -1
        # Invariant: the record is among the n from `low` on. A conditional move, as a branch
        # would be mispredicted every other time.
        while n > 1:
            half = n >> 1
            low = low + half if self.limits[low + half] <= rate else low
            n -= half
        return low

    cdef void record_minima(self, Py_ssize_t i) noexcept nogil:
        """Store the records of the bins that end at i, which were computed last."""
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
        """Sort the rates by insertion, starting from the order at the candidate before.

        One more cell changes the order little: for random classes an insertion moves about log m
        others, as many as a sort from scratch compares; for monotone rates hardly any.
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
    """Store the least costs plus `cost`."""
    cdef Py_ssize_t k
    for k in range(n):
        totals[k] = least[k] + cost


cdef inline bint lower(const double* totals, double* lowest, Py_ssize_t n) noexcept nogil:
    """Replace each minimum by its total if that is smaller; return whether any decreased."""
    cdef Py_ssize_t k
    cdef int64_t n_lowered = 0
    for k in range(n):
        n_lowered += totals[k] < lowest[k]
        lowest[k] = totals[k] if totals[k] < lowest[k] else lowest[k]
    return n_lowered > 0


cdef void trace_back(
    MonotoneProgram program,
    int64_t[::1] next_end,
    double[::1] next_limit,
    int64_t[::1] n_left,
    double[::1] costs,
    int64_t[:, ::1] cuts,
) noexcept nogil:
    """Store the least costs of 1, 2, ... bins, and the right ends of the bins.

    The bins of each partition are found from the last to the first. Only minima were stored of the
    bins that end at j, so these are computed again; all partitions are followed together, from
    j = m down, so that this happens once for each j. Among the cheapest starts the first is taken.

    Parameters
    ----------
    next_end : (max_bins,)
        End of the bin of each partition to find next; m at first.

    next_limit : (max_bins,)
        Rate of the bin found last, an upper bound for the next one; inf at first.

    n_left : (max_bins,)
        Number of bins still to be found; 1, 2, ... at first.
    """
    cdef Py_ssize_t max_bins = n_left.shape[0]
    cdef Py_ssize_t j, k, b, h, start
    cdef bint in_use
    cdef double least
    for j in range(program.m, 0, -1):
        in_use = False
        for k in range(max_bins):
            in_use |= n_left[k] > 0 and next_end[k] == j
        if not in_use:
            continue
        program.compute_bins_ending_at(j)
        for k in range(max_bins):
            if n_left[k] == 0 or next_end[k] != j:
                continue
            b = n_left[k] - 1
            least = INFINITY
            start = -1
            for h in range(program.n_starts):
                if program.totals[h, b] < least and program.rates[h] <= next_limit[k]:
                    least = program.totals[h, b]
                    start = h
            # No monotone partition into this number of bins.
            if start < 0:
                n_left[k] = 0
                continue
            if b == k:
                costs[k] = least
            cuts[k, b] = j
            next_limit[k] = program.rates[start]
            next_end[k] = start
            n_left[k] = b
