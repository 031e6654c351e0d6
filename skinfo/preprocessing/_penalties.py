"""Penalties: strategies that select the number of bins of a column, and find the bins."""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from math import inf, isfinite, log, log2, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, logsumexp, xlogy

from skinfo._kernels._constrained import constrained_partitions
from skinfo._kernels._mean_partition import bin_evidence, mean_rates
from skinfo._kernels._monotone import isotonic_blocks, monotone_partitions
from skinfo._kernels._partition import (
    CROSS_ENTROPY,
    INFORMATION,
    MODL,
    VARIANCE,
    optimal_partitions,
)
from skinfo.preprocessing._class_totals import log_totals_ratio, totals_slope
from skinfo.preprocessing._partition import OrderedBins
from skinfo.utils._parallel import interruptible_ranges
from skinfo.utils._text import one_line

NO_CUTS = np.empty(0, np.int64)

# Bytes of the costs that a search with constraints on neighbours stores for each pair of
# candidates.
MOST_SEARCH_BYTES = 2**33

# A further bin must save more than the rounding error.
RELATIVE_TOLERANCE = 1e-10

# Prior odds of one group of levels against several, for which the most frequent levels are
# grouped.
ODDS_OF_ONE_BIN = 2.0

# Number of cuts that "auto" expects a priori, without and with a monotonic constraint, which
# removes most of the overfitting of further cuts. From 300 samples on, half or twice as many
# change held-out information by at most 0.015 of that of the rate; at 100, twice as many lose
# 0.05.
EXPECTED_CUTS, EXPECTED_MONOTONE_CUTS = 4.0, 16.0

# Bayes factor required for several bins: substantial evidence (Jeffreys 1961). Of uninformative
# columns at most 2 in 100 reach it at 100 samples, 1 at 200, and fewer beyond.
LEAST_BAYES_FACTOR = 3.0

# Maximum excess of the bound of a log Bayes factor over its minimum, and the relative width of the
# range of spreads that contains the minimum. A tenth of the first changes held-out information by
# at most 0.004 bits.
TOLERATED_NATS, LEAST_BRACKET = 0.5, 1e-3

# For a linear rate k bins lose 1 / k**2 of the possible saving. The best k bins may lose this
# proportion of that, and this many nats over k**2, more than the best number of bins: a step, for
# which two bins lose almost nothing, gets two. For large samples, where that is almost nothing,
# this proportion of the possible saving; half or twice of it change the saving by 0.005 at most.
SPARED_PROPORTION, SPARED_NATS, NEGLIGIBLE_PROPORTION = 0.2, 16.0, 0.005


@dataclass(frozen=True)
class AdditivePenalty:
    """Cost that is a sum over bins, plus a complexity of their number.

    With MODL, the probability of y is conditional on the class totals: it is divided by the
    probability of the totals before numbers of bins are compared.

    Attributes
    ----------
    cost : int
        The cost of a bin: INFORMATION, MODL or VARIANCE, as in the kernels.

    complexity : callable
        ``complexity(k, n, n_cells, n_rates)`` in nats, for k bins (array): n is the total weight,
        n_cells the number of candidate intervals or levels, n_rates the number of free
        parameters of y in a bin.

    on_grid : bool
        Whether candidates are a grid of equal-frequency groups, as many as the root of the number
        of samples, and the position of a cut within a group has a cost.
    """

    cost: int
    complexity: Callable
    on_grid: bool = False

    is_refined = True

    @property
    def is_isotonic(self):
        """Whether the best monotonic partition consists of isotonic blocks."""
        return self.cost in (INFORMATION, VARIANCE)

    def partition(self, cumulative, settings, fixed=NO_CUTS):
        """Return the OrderedBins of minimum cost.

        Parameters
        ----------
        cumulative : ndarray of shape (n_cells + 1, n_stats)
            Statistics of the cells before each candidate, the first row zero, the last the total.

        settings : ColumnSettings
            With one direction.

        fixed : ndarray of int, default=none
            Right ends, among 1..n_cells - 1, that are required.
        """
        total, n_cells = cumulative[-1], len(cumulative) - 1
        costs, ends = best_partitions(cumulative, self.cost, settings, fixed)
        if not np.isfinite(costs).any():
            return OrderedBins.of(cumulative, np.array([n_cells]), 0.0, settings.direction)
        spreads = spreads_of(ends, settings.statistics.weights(cumulative))
        n_bins, cost = self.best_n_bins(costs, spreads, settings.statistics, total, n_cells)
        return OrderedBins.of(cumulative, ends[n_bins - 1, :n_bins], cost, settings.direction)

    def best_n_bins(self, costs, spreads, statistics, total, n_cells):
        """Return the smallest number of bins of minimum total cost, and that cost.

        Parameters
        ----------
        costs : ndarray of shape (max_bins,)
            Cost of the best partition into 1, 2, ... bins; inf where there is none.

        spreads : ndarray of shape (max_bins,)
            Sum of the squares of the weights of these bins.

        statistics : ClassStatistics or GaussianStatistics

        total : ndarray of shape (n_stats,)

        n_cells : int
            Candidate intervals, or levels.

        Returns
        -------
        n_bins : int

        cost : float
            In nats.
        """
        k = np.arange(1, len(costs) + 1)
        complexities = self.complexity(k, statistics.weights(total), n_cells, statistics.n_rates)
        in_all = statistics.code_lengths(costs, total) + complexities
        if self.cost == MODL:
            # Its rates have a uniform distribution.
            in_all = in_all + log_totals_ratio(total, np.ones(len(total)), spreads)
        if not np.isfinite(in_all).any():
            return 1, inf
        tolerance = RELATIVE_TOLERANCE * max(abs(in_all[np.isfinite(in_all)]).max(), 1.0)
        best = int(np.argmax(in_all <= in_all.min() + tolerance))
        return best + 1, float(in_all[best])


class MeanRates(NamedTuple):
    """Rates of y at each cell, averaged over all partitions into several bins.

    Attributes
    ----------
    rates : ndarray of shape (n_cells, n_classes)

    varies : bool
        Whether several bins are probable enough.
    """

    rates: np.ndarray
    varies: bool


class ExpectedLoss:
    """Expected log loss of new samples, predicted by the observed rates of their bins.

    The rates of y at each cell are averaged over all partitions, weighted by their posterior
    probabilities under a prior that expects few cuts (Endres and Foldiak 2005), given the class
    totals. These rates give the expected loss of each partition, which includes the loss by bins
    that are too coarse and by rates that are estimated from few samples. Of nearly equal numbers
    of bins the smallest is selected.

    Attributes
    ----------
    steps : AdditivePenalty
        Locates jumps of a rate within a group of the grid, as additional cuts.
    """

    on_grid = True
    is_refined = False
    is_isotonic = False

    def __init__(self):
        self.steps = AdditivePenalty(MODL, grid_complexity, on_grid=True)

    def average(self, cumulative, settings, weights):
        """Return the MeanRates of the cells.

        Parameters
        ----------
        cumulative : ndarray of shape (n_cells + 1, n_stats)
            Statistics of the cells before each candidate, the first row zero, the last the total.

        settings : ColumnSettings
            With one direction.

        weights : ndarray of shape (n_cells - 1,)
            Weights of the prior odds of a cut after each cell except the last.
        """
        table = settings.statistics.kernel_table(cumulative)
        if not len(weights):
            overall = prior_rates(table[-1])
            return MeanRates(overall[None] / overall.sum(), False)
        n_cuts = EXPECTED_MONOTONE_CUTS if abs(settings.direction) == 1 else EXPECTED_CUTS
        odds = weights * (n_cuts / max(weights.sum(), 1.0))
        least = log(LEAST_BAYES_FACTOR)
        # Expected ratio of the sum of squares for as many random cuts.
        rates, factor = rates_given_totals(table, odds, 2.0 / (n_cuts + 2.0), least)
        return MeanRates(rates, factor >= least)

    def fewest_bins(self, cumulative, settings, fixed):
        """Return the OrderedBins of an uninformative column: one, except for fixed cuts."""
        ends = np.append(fixed, len(cumulative) - 1)
        return OrderedBins.of(cumulative, ends, inf, settings.direction)

    def partition(self, cumulative, settings, rates, fixed=NO_CUTS):
        """Return the OrderedBins of minimum expected loss; see `AdditivePenalty.partition`.

        Parameters
        ----------
        rates : ndarray of shape (n_cells, n_classes)
        """
        table = settings.statistics.kernel_table(cumulative)
        expected = expected_counts(table, rates, settings.direction)
        costs, ends = best_partitions(cumulative, CROSS_ENTROPY, settings, fixed, expected)
        if not np.isfinite(costs).any():
            return self.fewest_bins(cumulative, settings, fixed)
        n_bins = fewest_of_good_bins(costs)
        return OrderedBins.of(
            cumulative, ends[n_bins - 1, :n_bins], float(costs[n_bins - 1]), settings.direction
        )


class GreedyMDLP:
    """Recursive splits of Fayyad and Irani (1993), which do not minimise a sum over bins."""

    on_grid = False
    is_refined = False
    is_isotonic = False

    def partition(self, cumulative, settings, fixed=NO_CUTS):
        """Return the OrderedBins, of cost 0; see `AdditivePenalty.partition`."""
        table = settings.statistics.kernel_table(cumulative)
        most = min(settings.max_bins, len(table) - 1)
        ends = mdlp_cuts(table, most, settings.min_weight, fixed)
        return OrderedBins.of(cumulative, ends, 0.0, settings.direction)


def best_partitions(cumulative, cost, settings, fixed=NO_CUTS, expected=None):
    """Return the costs and right ends of the best partitions into 1, 2, ... bins.

    The costs are inf for infeasible numbers, all of them if the weight of one bin is too small.

    Parameters
    ----------
    cumulative : ndarray of shape (n_cells + 1, n_stats)

    cost : int

    settings : ColumnSettings
        With one direction.

    fixed : ndarray of int, default=none
        Right ends, among 1..n_cells - 1, that are required.

    expected : ndarray of shape (n_cells + 1, n_classes) or None, default=None
        Cumulative expected counts, for CROSS_ENTROPY.
    """
    statistics = settings.statistics
    table = statistics.kernel_table(cumulative)
    if expected is not None:
        table = np.hstack([expected, table])
    given = {
        "max_bins": min(settings.max_bins, len(table) - 1),
        "min_weight": settings.min_weight,
        "cost": cost,
        "ranges": interruptible_ranges,
    }
    is_constrained = settings.compares_neighbours or (settings.direction and len(fixed))
    if is_constrained or settings.direction:
        _refuse_large_search(settings, len(table) - 1, given["max_bins"])
    if is_constrained:
        return constrained_partitions(
            table,
            shape=settings.direction,
            fixed=fixed,
            n_classes=statistics.n_classes,
            min_difference=settings.min_difference,
            min_statistic=settings.min_statistic,
            squares=statistics.squares(cumulative),
            **given,
        )
    if settings.direction:
        return monotone_partitions(table, direction=settings.direction, **given)
    if len(fixed):
        return partitions_between(table, fixed, **given)
    return optimal_partitions(table, **given)


def _refuse_large_search(settings, n_cells, max_bins):
    """Raise ValueError if a search with costs of each pair of candidates needs too much memory."""
    n_phases = 2 if abs(settings.direction) > 1 else 1
    n_bytes = 8 * n_phases * max_bins * n_cells * (n_cells + 1) // 2
    if n_bytes > MOST_SEARCH_BYTES:
        raise ValueError(
            f"{one_line(settings.name)} may be cut at {n_cells - 1} points, and a search under "
            "monotonic_cst, min_rate_difference or max_p_value takes memory that grows with "
            f"their square: {n_bytes / 2**30:.1f} GiB, more than the "
            f"{MOST_SEARCH_BYTES / 2**30:.0f} GiB that are allowed. Set a smaller max_candidates "
            f"(512 is the default) instead of {settings.max_candidates}, pool levels by "
            f"min_frequency, or set a smaller max_bins than {settings.max_bins}."
        )


def spreads_of(ends, weights):
    """Return the sums of the squares of the weights of the best 1, 2, ... bins.

    Parameters
    ----------
    ends : ndarray of shape (max_bins, max_bins)
        Right ends of the bins, then zeros.

    weights : ndarray of shape (n_cells + 1,)
        Weight of the cells before each.

    Returns
    -------
    ndarray of shape (max_bins,)
    """
    reached = weights[np.maximum.accumulate(ends, axis=1)]
    return np.square(np.diff(reached, axis=1, prepend=0.0)).sum(axis=1)


def partitions_between(table, fixed, max_bins, min_weight, cost, ranges):
    """Return the result of `optimal_partitions` for partitions with required ends.

    Costs are sums over bins: the best partitions between two fixed ends are found one by one, and
    the numbers of bins are then allocated. A bin between two neighbouring fixed ends may be
    lighter than `min_weight`.
    """
    costs, ends = np.zeros(1), [()]
    for start, stop in pairwise([0, *fixed, len(table) - 1]):
        more_costs, more_ends = optimal_partitions(
            table[start : stop + 1],
            min(max_bins - len(fixed), stop - start),
            min(min_weight, table[stop, -1] - table[start, -1]),
            cost,
            ranges=ranges,
        )
        n_most = min(len(costs) + len(more_costs), max_bins + 1)
        before, before_ends = costs, ends
        costs, ends = np.full(n_most, inf), [()] * n_most
        for k in range(1, n_most):
            # Bins before, at least so many that the remaining number is sufficient for the rest.
            first, last = max(k - len(more_costs), 0), min(k, len(before))
            in_all = before[first:last] + more_costs[k - 1 - np.arange(first, last)]
            n_before = first + int(np.argmin(in_all))
            if np.isfinite(in_all).any():
                n_more = k - n_before
                costs[k] = in_all.min()
                ends[k] = (
                    *before_ends[n_before],
                    *(start + more_ends[n_more - 1, :n_more]).tolist(),
                )
    cuts = np.zeros((max_bins, max_bins), np.int64)
    for k, of_bins in enumerate(ends[1:]):
        cuts[k, : len(of_bins)] = of_bins
    return np.append(costs[1:], np.full(max_bins + 1 - len(costs), inf)), cuts


def prior_rates(total):
    """Return the Dirichlet parameters of the rates of a bin, from the class counts and their sum.

    They are those of all samples, with a weight of half a sample per class, like the smoothing of
    CROSS_ENTROPY. A larger weight would favour small bins next to a jump.
    """
    half = (len(total) - 1) / 2
    return half * (total[:-1] + 0.5) / (total[-1] + half)


def rates_given_totals(table, odds, share, least):
    """Return the mean rates of each cell given the class totals, and a log Bayes factor.

    The rates are averaged over the partitions into several bins. Each has the probability of y
    divided by that of the class totals (see `skinfo.preprocessing._class_totals`), whose logarithm
    is a convex function of the spread. A tangent makes it a sum over bins, and the Bayes factor an
    upper bound. The bound is smallest if the mean spread is that of the tangent.

    Parameters
    ----------
    table : ndarray of shape (n_cells + 1, n_classes + 1)
        Class counts before each of two or more cells, and their total.

    odds : ndarray of shape (n_cells - 1,)
        Prior odds of a cut after each cell but the last.

    share : float
        The spread of the first tangent, as a fraction of the largest one.

    least : float
        The bound is not improved below this value.

    Returns
    -------
    rates : ndarray of shape (n_cells, n_classes)

    factor : float
        ln of the Bayes factor of several bins against one.
    """
    total, prior = table[-1, :-1], prior_rates(table[-1])
    # The last cell ends the last bin with certainty.
    evidence = bin_evidence(table, np.append(np.log(odds), 0.0), prior)
    low, high = 0.0, table[-1, -1] ** 2
    spread = share * high
    while True:
        slope = totals_slope(total, prior, spread)
        rates, log_ratio, mean = mean_rates(table, evidence, prior, -slope)
        tangent_at_zero = log_totals_ratio(total, prior, np.array([spread]))[0] - slope * spread
        factor = float(log_ratio - tangent_at_zero - log_prior_odds(odds))
        low, high = max(low, min(spread, mean)), min(high, max(spread, mean))
        if factor < least or high <= low * (1.0 + LEAST_BRACKET):
            return rates, factor
        # The bound is convex in the slope: it is above its minimum by at most this.
        if abs(slope - totals_slope(total, prior, mean)) * abs(mean - spread) < TOLERATED_NATS:
            return rates, factor
        spread = sqrt(low * high)


def log_prior_odds(odds):
    """Return ln of the prior odds of several bins against one.

    Parameters
    ----------
    odds : ndarray of shape (n_cells - 1,)
        Prior odds of a cut after each cell but the last.
    """
    # The total prior probability of all partitions is that of one bin times the product of
    # 1 + odds.
    return log(np.expm1(np.log1p(odds).sum()))


def expected_counts(table, rates, direction):
    """Return the expected class counts before each cell, (n_cells + 1, n_classes), given rates.

    Parameters
    ----------
    table : ndarray of shape (n_cells + 1, n_classes + 1)
        Class counts before each cell, and their total.

    rates : ndarray of shape (n_cells, n_classes)

    direction : int
        If it is 1 or -1 the rates are made monotonic.
    """
    weight = table[:, -1]
    expected = np.zeros((len(table), rates.shape[1]))
    np.cumsum(rates * np.diff(weight)[:, None], axis=0, out=expected[1:])
    if abs(direction) == 1:
        blocks = isotonic_blocks(np.column_stack([expected, weight]), direction)
        ends = np.append(0, blocks)
        for of_class in expected.T:
            of_class[:] = np.interp(weight, weight[ends], of_class[ends])
    return expected


def fewest_of_good_bins(costs):
    """Return the smallest number of bins with nearly the minimum expected loss.

    Parameters
    ----------
    costs : ndarray of shape (max_bins,)
        Expected nats of the best 1, 2, ... bins; inf for infeasible numbers.
    """
    least = costs.min()
    # With fixed cuts, or constraints that one bin violates, small numbers of bins are infeasible.
    gain = costs[np.isfinite(costs)][0] - least
    k = np.arange(1, len(costs) + 1)
    spared = np.maximum(
        min(SPARED_PROPORTION * gain, SPARED_NATS) / k**2, NEGLIGIBLE_PROPORTION * gain
    )
    return int(np.argmax(costs <= least + spared)) + 1


def interval_modl_complexity(k, n, n_cells, n_rates):
    """Return the code length of k intervals: Boulle 2006, eq. 2."""
    return log(n) + gammaln(n + k) - gammaln(n + 1) - gammaln(k)


def group_modl_complexity(k, n, n_cells, n_rates):
    """Return the code length of k groups of levels: Boulle 2005."""
    return log(n_cells) + log_partitions(n_cells, k)


def grid_complexity(k, n, n_cells, n_rates):
    """Return the code length of k intervals: their cuts are any C(m - 1, k - 1) of m cells."""
    return gammaln(n_cells) - gammaln(k) - gammaln(n_cells - k + 1)


def _with_means(complexity):
    """Add half a log n for each mean, which is not part of any cost."""

    def gaussian_complexity(k, n, n_cells, n_rates):
        return complexity(k, n, n_cells, n_rates) + 0.5 * log(n) * k

    return gaussian_complexity


def interval_bic_complexity(k, n, n_cells, n_rates):
    """Return half a log n for each free rate and each cut."""
    return 0.5 * (n_rates * k + k - 1) * log(n)


def group_bic_complexity(k, n, n_cells, n_rates):
    """Return half a log n for each free rate, plus the code length of the groups."""
    return 0.5 * (n_rates * k) * log(n) + log_partitions(n_cells, k)


def no_complexity(k, n, n_cells, n_rates):
    """Return zero for any number of bins."""
    return np.zeros(len(k))


def _of_classes(modl, bic):
    return {
        "modl": AdditivePenalty(MODL, modl),
        "bic": AdditivePenalty(INFORMATION, bic),
        None: AdditivePenalty(INFORMATION, no_complexity),
    }


def _of_numbers(modl, bic):
    return {
        "modl": AdditivePenalty(VARIANCE, _with_means(modl)),
        "bic": AdditivePenalty(VARIANCE, bic),
        None: AdditivePenalty(VARIANCE, no_complexity),
    }


# By whether y is continuous, and whether cells are ordered.
PENALTIES = {
    (False, True): {
        **_of_classes(interval_modl_complexity, interval_bic_complexity),
        "auto": ExpectedLoss(),
        "mdlp": GreedyMDLP(),
    },
    (False, False): _of_classes(group_modl_complexity, group_bic_complexity),
    (True, True): _of_numbers(interval_modl_complexity, interval_bic_complexity),
    (True, False): _of_numbers(group_modl_complexity, group_bic_complexity),
}

# Values of the parameter. If a table has no "auto" or "mdlp", "modl" is used instead.
PENALTY_NAMES = ("auto", "modl", "mdlp", "bic")


def resolve_penalty(penalty, target_type, *, ordered=True):
    """Return the strategy of a parameter value.

    Parameters
    ----------
    penalty : {"auto", "modl", "mdlp", "bic"}, float or None

    target_type : {"binary", "multiclass", "continuous"}

    ordered : bool, default=True
        Whether bins are runs of ordered cells, as for numbers, or arbitrary groups of levels.
    """
    table = PENALTIES[target_type == "continuous", ordered]
    if penalty is None or isinstance(penalty, str):
        return table.get(penalty, table["modl"])
    # Each bin must save this number of bits in the description of y.
    return AdditivePenalty(table[None].cost, lambda k, n, n_cells, n_rates: penalty * log(2) * k)


def log_partitions(n_levels, k):
    """Return ln of the number of partitions of `n_levels` levels into at most k groups.

    The sum over i <= k of Stirling numbers of the second kind, each by inclusion and
    exclusion relative to its leading term i**n_levels / i!.
    """
    largest = int(np.max(k))
    log_stirling = np.full(largest + 1, -inf)
    for i in range(1, min(largest, n_levels) + 1):
        j = np.arange(1, i + 1)
        signs = (-1.0) ** (i - j)
        log_terms = gammaln(i + 1) - gammaln(j + 1) - gammaln(i - j + 1) + xlogy(n_levels, j / i)
        series = np.sum(signs * np.exp(log_terms))
        # If the alternating sum cancels completely the count is one way (i near n_levels).
        log_stirling[i] = max(n_levels * log(i) - gammaln(i + 1) + log(max(series, 1e-300)), 0.0)
    return np.array([logsumexp(log_stirling[1 : int(i) + 1]) for i in k])


def mdlp_cuts(cumulative, max_bins, min_weight, fixed=NO_CUTS):
    """Return the cuts of Fayyad and Irani's greedy MDLP, right ends among 1..m, and fixed ones.

    The most profitable interval is split first, until no split is accepted (Fayyad and Irani 1993,
    section 3) or there are `max_bins`.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_classes + 1)
        Class counts before each candidate; the last column is their total.
    """
    cuts = [*fixed, len(cumulative) - 1]
    queue = []
    for start, stop in pairwise([0, *cuts]):
        _offer_split(queue, cumulative, start, stop, min_weight)
    while queue and len(cuts) < max_bins:
        _, cut, start, stop = heappop(queue)
        cuts.append(cut)
        _offer_split(queue, cumulative, start, cut, min_weight)
        _offer_split(queue, cumulative, cut, stop, min_weight)
    return np.sort(cuts)


def _offer_split(queue, cumulative, start, stop, min_weight):
    """Push the best split of candidates start..stop, if MDLP accepts it."""
    left = cumulative[start + 1 : stop] - cumulative[start]
    right = cumulative[stop] - cumulative[start + 1 : stop]
    costs = _entropy_cost(left) + _entropy_cost(right)
    costs[(left[:, -1] < min_weight) | (right[:, -1] < min_weight)] = inf
    if not len(costs) or not isfinite(costs.min()):
        return
    best = int(np.argmin(costs))
    total = cumulative[stop] - cumulative[start]
    gain = float(_entropy_cost(total[None])[0] - costs[best])
    if gain > _mdlp_threshold(total, left[best], right[best]):
        heappush(queue, (-gain, start + 1 + best, start, stop))


def _entropy_cost(counts):
    """Return N H(class), in bits, for each row of counts whose last column is N."""
    return (xlogy(counts[:, -1], counts[:, -1]) - xlogy(counts, counts)[:, :-1].sum(axis=1)) / log(
        2
    )


def _mdlp_threshold(total, left, right):
    """Return the bits that a split must save."""
    k, k_left, k_right = (np.count_nonzero(part[:-1]) for part in (total, left, right))
    entropies = [_entropy_cost(part[None])[0] / part[-1] for part in (total, left, right)]
    delta = log2(3.0**k - 2) if k < 600 else k * log2(3.0)
    delta -= k * entropies[0] - k_left * entropies[1] - k_right * entropies[2]
    return log2(max(total[-1] - 1, 1)) + delta
