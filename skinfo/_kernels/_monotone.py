"""Optimal partitions whose bins' rates never fall, or never rise."""

import numpy as np

from skinfo._kernels._jit import kernel
from skinfo._kernels._partition import fill_costs


@kernel
def isotonic_blocks(cumulative, sign):
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
    m = cumulative.shape[0] - 1
    # ends[b] is where block b starts: the end of the one before.
    ends = np.zeros(m + 1, np.int64)
    rates = np.empty(m + 1)
    n_blocks = 0
    for j in range(1, m + 1):
        rate = sign * bin_rate(cumulative, ends[n_blocks], j)
        # Written so that a block of no weight, whose rate is nan, is pooled.
        while n_blocks > 0 and not rates[n_blocks] < rate:
            n_blocks -= 1
            rate = sign * bin_rate(cumulative, ends[n_blocks], j)
        n_blocks += 1
        ends[n_blocks] = j
        rates[n_blocks] = rate
    return ends[1 : n_blocks + 1].copy()


@kernel
def bin_rate(cumulative, i, j):
    """Return the last column but one over the last, of candidates i..j.

    A quotient is as exact as a cross-multiplication: equal ratios of integers are
    rounded alike, and unequal ones stay apart while their cross products are below 2^52.
    """
    return (cumulative[j, -2] - cumulative[i, -2]) / (cumulative[j, -1] - cumulative[i, -1])


@kernel
def monotone_partitions(cumulative, max_bins, min_weight, cost, sign):
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
        INFORMATION, MODL or VARIANCE.

    sign : int
        1 for rates that never fall from bin to bin, -1 for rates that never rise.

    Returns
    -------
    costs : ndarray of shape (max_bins,)
        Cost of the best partition into k + 1 bins, inf where there is none.
    cuts : ndarray of shape (max_bins, max_bins), dtype int64
        Row k: the right ends, among 1..m, of its k + 1 bins.

    Notes
    -----
    W_k(i, j), the least cost up to j where (i, j] is the last of k bins, is w(i, j) plus the
    least W_{k-1}(h, i) over the h where (h, i] has no larger rate. With the h in order
    of their rates that is a prefix minimum, found by bisection: O(m^2 (log m + k)) in
    all, and max_bins numbers are kept for each pair.
    """
    by_class = np.ascontiguousarray(cumulative.T)
    m = by_class.shape[1] - 1
    # Of pair (i, j), in row j (j - 1) / 2 + i, the least cost into 1, 2, ... bins.
    pairs = np.full((m * (m + 1) // 2, max_bins), np.inf)
    row = np.empty(m)
    for i in range(m):
        n = m - i
        fill_costs(by_class, i, i + 1, cost, row[:n])
        if i == 0:
            rates, least = np.empty(0), np.empty((1, max_bins))
        else:
            rates, least = prefix_minima(by_class, pairs, i, min_weight, sign)
        for j in range(i + 1, m + 1):
            weight = by_class[-1, j] - by_class[-1, i]
            if weight < min_weight or weight <= 0.0:
                continue
            pair = pairs[j * (j - 1) // 2 + i]
            if i == 0:
                pair[0] = row[j - 1]
                continue
            rate = sign * (by_class[-2, j] - by_class[-2, i]) / weight
            place = count_up_to(rates, rate)
            for k in range(1, max_bins):
                pair[k] = least[place, k - 1] + row[j - i - 1]
    return best_chains(by_class, pairs, max_bins, sign)


@kernel
def prefix_minima(by_class, pairs, i, min_weight, sign):
    """Return the rates of the bins that end at i, sorted, and the least costs up to each.

    Row p of the costs is the least among the p bins of smallest rate.
    """
    max_bins = pairs.shape[1]
    rates = np.empty(i)
    n = 0
    # Feasible starts come first: a later one only makes the bin lighter.
    while n < i:
        weight = by_class[-1, i] - by_class[-1, n]
        if weight < min_weight or weight <= 0.0:
            break
        rates[n] = sign * (by_class[-2, i] - by_class[-2, n]) / weight
        n += 1
    order = np.argsort(rates[:n])
    least = np.empty((n + 1, max_bins))
    least[0] = np.inf
    for p in range(n):
        pair = pairs[i * (i - 1) // 2 + order[p]]
        for k in range(max_bins):
            least[p + 1, k] = min(least[p, k], pair[k])
    return rates[order], least


@kernel
def count_up_to(values, limit):
    """Return how many of the sorted `values` are at most `limit`."""
    low, high = 0, values.shape[0]
    while low < high:
        middle = (low + high) // 2
        if values[middle] <= limit:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def best_chains(by_class, pairs, max_bins, sign):
    """Return the least costs of 1, 2, ... bins and the right ends of the bins they take.

    The start of a bin is looked up again in `pairs`: the first of the cheapest.
    """
    m = by_class.shape[1] - 1
    costs = np.full(max_bins, np.inf)
    cuts = np.zeros((max_bins, max_bins), np.int64)
    for k in range(max_bins):
        end, limit = m, np.inf
        for b in range(k, -1, -1):
            least, start = np.inf, -1
            for h in range(end):
                weight = by_class[-1, end] - by_class[-1, h]
                value = pairs[end * (end - 1) // 2 + h, b]
                if (
                    value < least
                    and sign * (by_class[-2, end] - by_class[-2, h]) / weight <= limit
                ):
                    least, start = value, h
            if start < 0:
                break
            if b == k:
                costs[k] = least
            cuts[k, b] = end
            limit = (
                sign
                * (by_class[-2, end] - by_class[-2, start])
                / (by_class[-1, end] - by_class[-1, start])
            )
            end = start
    return costs, cuts
