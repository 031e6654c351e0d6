"""Class rates of ordered cells, averaged over all their partitions into several bins.

Endres and Foldiak (2005): a partition of m cells is a path of bins, and the sum over all 2^(m - 1)
partitions is computed by two passes over the m (m + 1) / 2 bins, like the forward-backward
algorithm of hidden Markov models. The bin of all cells is excluded.
"""

from libc.math cimport INFINITY, fabs, log

import numpy as np

from skinfo._kernels._elementary cimport fast_exp, log_factorial

# ln of the weight of an excluded bin; finite, since -inf minus -inf would be NaN.
cdef double LEFT_OUT = -1e300


def bin_evidence(cumulative, log_odds, prior):
    """Return the log evidence of each bin and the cut at its end, by first cell, then last cell.

    The prior of the rates of each bin is an independent Dirichlet distribution.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_classes + 1)
        Cumulative class counts before each cell, first row zero; the last column is their total.

    log_odds : ndarray of shape (m,)
        Prior log odds of a cut after each cell against none; the last one is 0.

    prior : ndarray of shape (n_classes,)
        Parameters of the Dirichlet distribution.

    Returns
    -------
    evidence : ndarray of shape (m * (m + 1) / 2,)
    """
    cdef const double[:, ::1] by_class = np.ascontiguousarray(cumulative.T)
    cdef const double[::1] odds = np.ascontiguousarray(log_odds)
    cdef const double[::1] parameters = np.ascontiguousarray(prior)
    cdef Py_ssize_t m = by_class.shape[1] - 1
    stored = np.empty(m * (m + 1) // 2)
    cdef double[::1] evidence = stored
    cdef double[::1] counts = np.empty(m * (m + 1) // 2)
    with nogil:
        fill_evidence(by_class, odds, parameters, evidence, counts)
    return stored


def mean_rates(cumulative, bins, prior, tilt):
    """Return the mean class rates of each cell, and the posterior odds of several bins.

    A partition has the weight of its posterior probability times exp(tilt * its spread), the sum
    of the squares of the totals of its bins.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_classes + 1)
        As in `bin_evidence`, with at least two cells.

    bins : ndarray of shape (m * (m + 1) / 2,)
        Result of `bin_evidence`.

    prior : ndarray of shape (n_classes,)
        As in `bin_evidence`.

    tilt : float

    Returns
    -------
    rates : ndarray of shape (m, n_classes)

    log_ratio : float
        ln of the sum of the weights over the posterior probability that all cells are one bin.

    spread : float
        The mean spread.
    """
    cdef const double[:, ::1] by_class = np.ascontiguousarray(cumulative.T)
    cdef const double[::1] parameters = np.ascontiguousarray(prior)
    cdef Py_ssize_t m = by_class.shape[1] - 1
    cdef double[::1] evidence = np.array(bins)
    cdef double[::1] before = np.empty(m + 1)
    cdef double[::1] after = np.empty(m + 1)
    cdef double[::1] row = np.empty(m)
    cdef double slope = tilt
    cdef double one = evidence[m - 1]
    cdef double spread
    cdef double[:, ::1] differences = np.zeros((len(prior), m + 1))
    rates_out = np.empty((m, len(prior)))
    cdef double[:, ::1] rates = rates_out
    with nogil:
        add_spread(by_class, slope, evidence)
        evidence[m - 1] = LEFT_OUT
        sum_forward(evidence, before, row)
        sum_backward(evidence, after, row)
        spread = add_bins(by_class, parameters, evidence, before, after, row, differences)
        fill_rates(differences, rates)
    return rates_out, before[m] - one, spread


cdef void fill_rates(const double[:, ::1] differences, double[:, ::1] rates) noexcept nogil:
    """Write the rates of the classes in each cell, given the differences between adjacent ones."""
    cdef Py_ssize_t c, i
    cdef double rate
    for c in range(differences.shape[0]):
        rate = 0.0
        for i in range(rates.shape[0]):
            rate += differences[c, i]
            # Rounding may make the difference of sums negative.
            rates[i, c] = rate if rate > 0.0 else 0.0


cdef void fill_evidence(
    const double[:, ::1] by_class,
    const double[::1] odds,
    const double[::1] prior,
    double[::1] evidence,
    double[::1] counts,
) noexcept nogil:
    """Store the result of `bin_evidence`.

    For counts n_c with parameters a_c and sums N and A, it is the sum of
    ln G(n_c + a_c) - ln G(a_c), minus ln G(N + A) - ln G(A), where G is the gamma function.
    """
    cdef Py_ssize_t last = by_class.shape[0] - 1, m = by_class.shape[1] - 1
    cdef Py_ssize_t i, c, t
    cdef double total = 0.0, constant = 0.0
    cdef double* row = &evidence[0]
    for c in range(last):
        total += prior[c]
        constant -= log_gamma(prior[c])
    constant += log_gamma(total)
    for i in range(m):
        for t in range(m - i):
            row[t] = constant + odds[i + t]
        row += m - i
    add_log_gammas(evidence, by_class[last], total, -1.0, counts)
    for c in range(last):
        add_log_gammas(evidence, by_class[c], prior[c], 1.0, counts)


cdef inline double log_gamma(double x) noexcept nogil:
    """Return ln G(x) for x > 0: Stirling's series at x + 8 is still exact to rounding."""
    return log_factorial(x - 1.0)


cdef void add_log_gammas(
    double[::1] evidence,
    const double[::1] cumulative,
    double shift,
    double sign,
    double[::1] counts,
) noexcept nogil:
    """Add `sign` times ln G(count + shift) to each bin; `counts` is a workspace.

    One loop covers the bins of all first cells, so that vector registers are filled.
    """
    cdef Py_ssize_t m = cumulative.shape[0] - 1
    cdef Py_ssize_t i, t
    cdef double edge
    cdef double* row = &counts[0]
    cdef double* of_bins = &evidence[0]
    cdef const double* after
    for i in range(m):
        edge = cumulative[i]
        after = &cumulative[i + 1]
        for t in range(m - i):
            row[t] = after[t] - edge + shift
        row += m - i
    row = &counts[0]
    for t in range(evidence.shape[0]):
        of_bins[t] += sign * log_gamma(row[t])


cdef void add_spread(
    const double[:, ::1] by_class, double tilt, double[::1] evidence
) noexcept nogil:
    """Add `tilt` times the squared total of each bin."""
    cdef Py_ssize_t last = by_class.shape[0] - 1, m = by_class.shape[1] - 1
    cdef Py_ssize_t i, t
    cdef double total
    cdef double* of_bins = &evidence[0]
    for i in range(m):
        for t in range(m - i):
            total = by_class[last, i + 1 + t] - by_class[last, i]
            of_bins[t] += tilt * (total * total)
        of_bins += m - i


cdef void sum_forward(
    const double[::1] evidence, double[::1] before, double[::1] row
) noexcept nogil:
    """Store ln of the sums over partitions of the cells before each cell; 0 before the first.

    When i is reached, its sum is complete, and is propagated to all later cells together: their
    `before` is the largest term so far, `row` the sum of all terms relative to it.
    """
    cdef Py_ssize_t m = before.shape[0] - 1
    cdef Py_ssize_t i, t
    cdef const double* bins = &evidence[0]
    cdef double* largest
    cdef double* sums
    cdef double start, term, away, smaller
    before[0] = 0.0
    for t in range(m):
        before[t + 1] = -INFINITY
        row[t] = 0.0
    for i in range(m):
        if i > 0:
            before[i] += log(row[i - 1])
        start = before[i]
        largest = &before[i + 1]
        sums = &row[i]
        for t in range(m - i):
            term = start + bins[t]
            away = term - largest[t]
            smaller = fast_exp(-fabs(away))
            sums[t] = sums[t] * smaller + 1.0 if away > 0.0 else sums[t] + smaller
            largest[t] = term if away > 0.0 else largest[t]
        bins += m - i
    before[m] += log(row[m - 1])


cdef void sum_backward(
    const double[::1] evidence, double[::1] after, double[::1] row
) noexcept nogil:
    """Store ln of the sums over partitions of the cells from each cell on; 0 after the last."""
    cdef Py_ssize_t m = after.shape[0] - 1
    cdef Py_ssize_t i, t
    cdef Py_ssize_t start = m * (m + 1) // 2
    cdef double largest, total
    after[m] = 0.0
    for i in range(m - 1, -1, -1):
        start -= m - i
        largest = -INFINITY
        for t in range(m - i):
            row[t] = evidence[start + t] + after[i + 1 + t]
            largest = row[t] if row[t] > largest else largest
        for t in range(m - i):
            row[t] = fast_exp(row[t] - largest)
        total = 0.0
        for t in range(m - i):
            total += row[t]
        after[i] = largest + log(total)


cdef double add_bins(
    const double[:, ::1] by_class,
    const double[::1] prior,
    const double[::1] evidence,
    const double[::1] before,
    const double[::1] after,
    double[::1] row,
    double[:, ::1] differences,
) noexcept nogil:
    """Add the mean rates of each bin, times its posterior probability, to all its cells.

    They are added at its first cell and subtracted after its last: `differences` between adjacent
    cells, (n_classes, m + 1). Return the mean of the sum of the squares of the bins' totals.
    """
    cdef Py_ssize_t last = by_class.shape[0] - 1, m = by_class.shape[1] - 1
    cdef Py_ssize_t i, c, t
    cdef const double* bins = &evidence[0]
    cdef double prior_total = 0.0, spread = 0.0
    cdef double start, share, log_posterior, total
    for c in range(last):
        prior_total += prior[c]
    for i in range(m):
        start = before[i] - before[m]
        for t in range(m - i):
            log_posterior = start + bins[t] + after[i + 1 + t]
            # Positive only by rounding.
            log_posterior = log_posterior if log_posterior < 0.0 else 0.0
            row[t] = fast_exp(log_posterior)
        total = 0.0
        for t in range(m - i):
            share = by_class[last, i + 1 + t] - by_class[last, i]
            total += row[t] * (share * share)
            row[t] = row[t] / (share + prior_total)
        spread += total
        for c in range(last):
            total = 0.0
            for t in range(m - i):
                share = row[t] * (by_class[c, i + 1 + t] - by_class[c, i] + prior[c])
                differences[c, i + 1 + t] -= share
                total += share
            differences[c, i] += total
        bins += m - i
    return spread
