"""Optimal partitions of ordered cells under constraints on adjacent bins."""

from libc.math cimport INFINITY, fabs
from libc.stdint cimport int64_t, uint8_t

import numpy as np

from skinfo._kernels._partition cimport INFORMATION, VARIANCE, fill_costs

from skinfo._kernels._ranges import in_ranges


def constrained_partitions(
    cumulative,
    Py_ssize_t max_bins,
    double min_weight,
    int cost,
    *,
    int shape=0,
    fixed=(),
    Py_ssize_t n_classes=2,
    double min_difference=0.0,
    double min_statistic=0.0,
    squares=None,
    ranges=None,
):
    """Return the cheapest feasible partition into exactly k bins, for every k up to `max_bins`.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_columns)
        As in `optimal_partitions`. Bins have positive weight.

    max_bins : int
        At least one.

    min_weight : float
        Minimum total of a bin. A bin between two adjacent fixed cuts may have less.

    cost : int
        INFORMATION, MODL, VARIANCE or CROSS_ENTROPY.

    shape : int, default=0
        Constraint on the rates (last column but one over the last) from bin to bin: 1
        non-decreasing, -1 non-increasing, 2 first increasing, then decreasing, -2 first
        decreasing, then increasing, 0 none.

    fixed : array-like of int, default=()
        Candidates among 1..m - 1, increasing, that must be the right end of a bin.

    n_classes : int, default=2
        1 for VARIANCE.

    min_difference : float, default=0.0
        Minimum difference between adjacent bins in the rate of some class, or in the mean, unless
        a fixed cut separates them.

    min_statistic : float, default=0.0
        Minimum for such bins of the G statistic of classes and bins, or for VARIANCE of the
        squared difference of the means over the sum of their variances (Welch).

    squares : ndarray of shape (m + 1,) or None, default=None
        For VARIANCE and a `min_statistic`: the cumulative sums of w y**2.

    ranges : callable or None, default=None
        See `optimal_partitions`.

    Returns
    -------
    costs : ndarray of shape (max_bins,)
        Cost of the best partition into k + 1 bins, inf if there is none.
    cuts : ndarray of shape (max_bins, max_bins), dtype int64
        Row k: the right ends, among 1..m, of its k + 1 bins. Among equal partitions the one whose
        last bin starts first, then the last but one, and so on.
    """
    cdef ConstrainedProgram program = ConstrainedProgram(
        cumulative,
        max_bins,
        min_weight,
        cost,
        shape,
        np.asarray(fixed, np.int64),
        n_classes,
        min_difference,
        min_statistic,
        squares,
    )
    costs = np.full(max_bins, np.inf)
    cuts = np.zeros((max_bins, max_bins), np.int64)
    cdef double[::1] found = costs
    cdef int64_t[:, ::1] ends = cuts
    cdef Py_ssize_t i, k, start, stop
    for start, stop in in_ranges(program.m, ranges):
        with nogil:
            for i in range(start, stop):
                program.add_bins_from(i)
    with nogil:
        for k in range(max_bins):
            found[k] = program.trace_back(k, ends)
    return costs, cuts


cdef inline Py_ssize_t pair_of(Py_ssize_t start, Py_ssize_t end) noexcept nogil:
    """Return the index of the bin (start, end]; bins with the same end are contiguous."""
    return end * (end - 1) // 2 + start


cdef inline void lower(const double* totals, double* least, Py_ssize_t n) noexcept nogil:
    """Replace each minimum by its total if that is smaller."""
    cdef Py_ssize_t k
    for k in range(n):
        least[k] = totals[k] if totals[k] < least[k] else least[k]


cdef inline void copy(const double* totals, double* least, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(n):
        least[k] = totals[k]


cdef class ConstrainedProgram:
    """Dynamic program over the last bin, with constraints on the bin before it.

    Let W_k(i, j) be the least cost of k bins up to candidate j of which the last is (i, j]. Then

        W_k(i, j) = w(i, j) + min W_{k-1}(h, i) over h such that (h, i] and (i, j] may be
        adjacent.

    A shape that first increases and then decreases has two phases, with a W for each. If the
    constraints depend on one rate per bin, the h of each i are sorted by it, and minima are over
    the first or last of them, found by bisection: O(m^2 (log m + k)) in time. Otherwise, with a
    test or several classes, all h are tried: O(m^3 k). Memory is O(m^2 k).

    Attributes
    ----------
    fixed_before, fixed_after : (m + 1,)
        The last fixed cut before each candidate, or 0, and the next one, or m.

    is_fixed : (m + 1,)

    rates : (n_bins, n_rates)
        Rates of each bin that are compared: the rate of the second of two classes, the rates of
        all of several classes, or the mean.

    evidence : (n_bins,)
        N H(class) of each bin, or the variance of the mean; empty without a test.

    totals : (n_phases, n_bins, max_bins)
        W_1, W_2, ... of each bin.

    n_sorted : int
        Number of bins of positive weight that end at the current i.

    sorted_rates, order : (m,), (m,)
        Their rates in increasing order (decreasing, if the shape begins so), and their starts.

    lowest, highest : (m, max_bins)
        Running minima of W_1, W_2, ... from the first and from the last of them. The last ones
        may also be of the second phase.
    """

    cdef const double[:, ::1] by_class
    cdef Py_ssize_t m, max_bins, n_rates, n_phases
    cdef double min_weight, min_difference, min_statistic
    cdef int cost, sign
    cdef bint has_shape, of_means, is_sortable
    cdef Py_ssize_t n_sorted, first_sorted
    cdef double[::1] sorted_rates
    cdef int64_t[::1] order
    cdef double[:, ::1] lowest, highest
    cdef int64_t[::1] fixed_before, fixed_after
    cdef uint8_t[::1] is_fixed
    cdef double[:, ::1] rates
    cdef double[::1] evidence, row, least
    cdef double[:, :, ::1] totals

    def __cinit__(
        self,
        cumulative,
        max_bins,
        min_weight,
        cost,
        shape,
        fixed,
        n_classes,
        min_difference,
        min_statistic,
        squares,
    ):
        table = np.ascontiguousarray(cumulative.T)
        self.by_class = table
        self.m, self.max_bins = table.shape[1] - 1, max_bins
        self.min_weight, self.cost = min_weight, cost
        self.has_shape, self.sign = shape != 0, -1 if shape < 0 else 1
        self.n_phases = 2 if abs(shape) == 2 else 1
        # Tolerance for the rounding of quotients.
        self.min_difference = min_difference * (1.0 - 1e-12)
        self.min_statistic = min_statistic
        self.of_means = cost == VARIANCE
        self.n_rates = n_classes if n_classes > 2 and min_difference > 0.0 else 1
        self.is_sortable = self.n_rates == 1 and min_statistic <= 0.0
        self.n_sorted, self.first_sorted = 0, 0
        self.sorted_rates, self.order = np.empty(self.m), np.empty(self.m, np.int64)
        self.lowest, self.highest = np.empty((2, self.m, max_bins))
        ends = np.arange(self.m + 1)
        marks = np.concatenate([[0], fixed, [self.m]])
        self.fixed_before = marks[np.maximum(np.searchsorted(marks, ends) - 1, 0)]
        self.fixed_after = marks[
            np.minimum(np.searchsorted(marks, ends, side="right"), len(marks) - 1)
        ]
        self.is_fixed = np.isin(ends, fixed).astype(np.uint8)
        n_bins = self.m * (self.m + 1) // 2
        self.rates = np.empty((n_bins, self.n_rates))
        self.evidence = np.empty(n_bins if min_statistic > 0.0 else 0)
        self.totals = np.full((self.n_phases, n_bins, max_bins), np.inf)
        self.row, self.least = np.empty(self.m), np.empty(max_bins)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.describe_bins(table, n_classes, squares)

    def describe_bins(self, table, n_classes, squares):
        """Fill in the rates and the evidence of all bins, from sums (n_columns, m + 1)."""
        rates, evidence = np.asarray(self.rates), np.asarray(self.evidence)
        observed = np.ascontiguousarray(table[-1 - n_classes :])
        cdef const double[:, ::1] counts = observed
        cdef Py_ssize_t j
        for j in range(1, self.m + 1):
            bins = slice(j * (j - 1) // 2, j * (j + 1) // 2)
            weights = table[-1, j] - table[-1, :j]
            sums = table[-1 - self.n_rates : -1, j : j + 1] - table[-1 - self.n_rates : -1, :j]
            rates[bins] = (sums / weights).T
            if not len(evidence):
                continue
            if squares is None:
                fill_costs(counts, j, 0, j, INFORMATION, self.row)
                evidence[bins] = self.row[:j]
            else:
                scatter = squares[j] - squares[:j] - sums[0] ** 2 / weights
                # The variance of a single sample is unknown.
                evidence[bins] = np.where(
                    weights > 1.0, np.maximum(scatter, 0.0) / (weights - 1.0) / weights, np.inf
                )

    cdef void add_bins_from(self, Py_ssize_t i) noexcept nogil:
        """Compute the W of the bins that start at i, given those of the bins that end at i."""
        cdef Py_ssize_t last = self.by_class.shape[0] - 1
        cdef Py_ssize_t j, k, p, bin
        cdef double weight, needed = self.min_weight
        cdef Py_ssize_t before = self.fixed_before[i + 1], after = self.fixed_after[i]
        if before > 0 or after < self.m:
            weight = self.by_class[last, after] - self.by_class[last, before]
            needed = weight if weight < needed else needed
        if self.is_sortable and i > 0:
            self.sort_bins_before(i)
        fill_costs(self.by_class, i, i + 1, after - i, self.cost, self.row)
        for j in range(i + 1, after + 1):
            weight = self.by_class[last, j] - self.by_class[last, i]
            if weight < needed or weight <= 0.0:
                continue
            bin = pair_of(i, j)
            if i == 0:
                self.totals[0, bin, 0] = self.row[j - 1]
                continue
            for p in range(self.n_phases):
                if self.is_sortable:
                    self.look_up_least(i, j, p)
                else:
                    self.find_least(i, j, p)
                for k in range(1, self.max_bins):
                    self.totals[p, bin, k] = self.least[k - 1] + self.row[j - i - 1]

    cdef void sort_bins_before(self, Py_ssize_t i) noexcept nogil:
        """Sort the bins that end at i by their rates, and store their running minima.

        By insertion, starting from the order at the candidate before, which one more cell changes
        little.
        """
        cdef Py_ssize_t first = self.fixed_before[i]
        cdef Py_ssize_t last = self.by_class.shape[0] - 1
        cdef Py_ssize_t n = 0, n_known = self.n_sorted
        cdef Py_ssize_t p, place, h, q
        cdef double rate
        while first + n < i and self.by_class[last, first + n] < self.by_class[last, i]:
            n += 1
        if first != self.first_sorted or n < n_known:
            n_known = 0
        for p in range(n):
            h = self.order[p] if p < n_known else first + p
            rate = self.sign * self.rates[pair_of(h, i), 0]
            place = p
            while place > 0 and self.sorted_rates[place - 1] > rate:
                self.sorted_rates[place] = self.sorted_rates[place - 1]
                self.order[place] = self.order[place - 1]
                place -= 1
            self.sorted_rates[place] = rate
            self.order[place] = h
        self.first_sorted, self.n_sorted = first, n
        for p in range(n):
            copy(&self.totals[0, pair_of(self.order[p], i), 0], &self.lowest[p, 0], self.max_bins)
            if p > 0:
                lower(&self.lowest[p - 1, 0], &self.lowest[p, 0], self.max_bins)
        for p in range(n - 1, -1, -1):
            copy(&self.totals[0, pair_of(self.order[p], i), 0], &self.highest[p, 0], self.max_bins)
            for q in range(1, self.n_phases):
                lower(
                    &self.totals[q, pair_of(self.order[p], i), 0],
                    &self.highest[p, 0],
                    self.max_bins,
                )
            if p < n - 1:
                lower(&self.highest[p + 1, 0], &self.highest[p, 0], self.max_bins)

    cdef void look_up_least(self, Py_ssize_t i, Py_ssize_t j, Py_ssize_t phase) noexcept nogil:
        """Store the same as `find_least`, from the running minima of the sorted bins."""
        cdef double rate = self.sign * self.rates[pair_of(i, j), 0]
        cdef double apart = 0.0 if self.is_fixed[i] else self.min_difference
        cdef bint is_any = not self.has_shape and apart == 0.0
        cdef Py_ssize_t low, high, middle, k
        cdef double* least = &self.least[0]
        for k in range(self.max_bins):
            least[k] = INFINITY
        if is_any or not self.has_shape or phase == 0:
            # Bins whose rates are lower by at least min_difference come first.
            low, high = 0, self.n_sorted
            while low < high:
                middle = (low + high) >> 1
                if is_any or rate - self.sorted_rates[middle] >= apart:
                    low = middle + 1
                else:
                    high = middle
            if low > 0:
                lower(&self.lowest[low - 1, 0], least, self.max_bins)
        if not is_any and (not self.has_shape or phase == 1):
            # Bins whose rates are higher by at least min_difference come last.
            low, high = 0, self.n_sorted
            while low < high:
                middle = (low + high) >> 1
                if self.sorted_rates[middle] - rate >= apart:
                    high = middle
                else:
                    low = middle + 1
            if low < self.n_sorted:
                lower(&self.highest[low, 0], least, self.max_bins)

    cdef void find_least(self, Py_ssize_t i, Py_ssize_t j, Py_ssize_t phase) noexcept nogil:
        """Store the least W_1, W_2, ... of the bins that may precede (i, j] in a phase."""
        cdef Py_ssize_t h, k, q
        cdef double* least = &self.least[0]
        for k in range(self.max_bins):
            least[k] = INFINITY
        for h in range(self.fixed_before[i], i):
            if self.may_follow(h, i, j, phase):
                for q in range(phase + 1):
                    lower(&self.totals[q, pair_of(h, i), 0], least, self.max_bins)

    cdef inline bint may_follow(
        self, Py_ssize_t h, Py_ssize_t i, Py_ssize_t j, Py_ssize_t phase
    ) noexcept nogil:
        """Return whether (h, i] and (i, j] may be adjacent, the second one in the given phase."""
        cdef Py_ssize_t a = pair_of(h, i), b = pair_of(i, j), c
        cdef double largest, difference, statistic
        if self.has_shape:
            c = self.n_rates - 1
            difference = self.sign * self.rates[b, c] - self.sign * self.rates[a, c]
            if not (difference <= 0.0 if phase else difference >= 0.0):
                return False
        if self.is_fixed[i]:
            return True
        if self.min_difference > 0.0:
            largest = 0.0
            for c in range(self.n_rates):
                difference = fabs(self.rates[b, c] - self.rates[a, c])
                largest = difference if difference > largest else largest
            if not largest >= self.min_difference:
                return False
        if self.min_statistic > 0.0:
            if self.of_means:
                difference = self.rates[b, 0] - self.rates[a, 0]
                # If both variances are zero, any difference is significant.
                return difference != 0.0 and difference * difference >= self.min_statistic * (
                    self.evidence[a] + self.evidence[b]
                )
            statistic = 2.0 * (
                self.evidence[pair_of(h, j)] - self.evidence[a] - self.evidence[b]
            )
            return statistic >= self.min_statistic
        return True

    cdef double trace_back(self, Py_ssize_t n, int64_t[:, ::1] cuts) noexcept nogil:
        """Store the right ends of the best partition into n + 1 bins, and return its cost."""
        cdef Py_ssize_t k, p, h, i, j = self.m
        cdef Py_ssize_t phase = 0, start = -1
        cdef Py_ssize_t found, found_phase
        cdef double least = INFINITY, cost
        for h in range(self.fixed_before[j], j):
            for p in range(self.n_phases):
                if self.totals[p, pair_of(h, j), n] < least:
                    least, start, phase = self.totals[p, pair_of(h, j), n], h, p
        if start < 0:
            return INFINITY
        cost = least
        for k in range(n, 0, -1):
            cuts[n, k] = j
            i, found, found_phase, least = start, -1, 0, INFINITY
            for h in range(self.fixed_before[i], i):
                if not self.may_follow(h, i, j, phase):
                    continue
                for p in range(phase + 1):
                    if self.totals[p, pair_of(h, i), k - 1] < least:
                        least, found, found_phase = self.totals[p, pair_of(h, i), k - 1], h, p
            j, start, phase = i, found, found_phase
        cuts[n, 0] = j
        return cost
