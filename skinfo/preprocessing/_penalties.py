"""Penalties: strategies that decide how many bins a column is worth, and find them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from math import inf, isfinite, log, log2

import numpy as np
from scipy.special import gammaln, logsumexp, xlogy

from skinfo._kernels._monotone import monotone_partitions
from skinfo._kernels._partition import (
    BALANCED,
    INFORMATION,
    MODL,
    VARIANCE,
    optimal_partitions,
)
from skinfo.preprocessing._partition import OrderedBins

# A further bin must save more than rounding.
RELATIVE_TOLERANCE = 1e-10

# Prior odds of one bin against several. With even odds more than one noise column in 100 passes,
# of 200 samples of three or five classes.
ODDS_OF_ONE_BIN = 2.0


@dataclass(frozen=True)
class AdditivePenalty:
    """A cost that is a sum over bins, and a complexity of their number.

    Attributes
    ----------
    cost : int
        The cost of a bin: INFORMATION, MODL, VARIANCE or BALANCED, as the kernels know them.

    complexity : callable
        ``complexity(k, n, n_cells, n_rates)`` in nats, for k bins (array): n is the total weight,
        n_cells the number of candidate intervals or levels, n_rates the number of free
        parameters of y in a bin.

    gate : AdditivePenalty or None
        A penalty that decides between one bin and several, before this one decides how many.

    on_grid : bool
        Whether candidates are a grid of equal-frequency groups, as many as the root of the
        number of samples, and the position of a cut within a group has a price.
    """

    cost: int
    complexity: Callable
    gate: "AdditivePenalty | None" = None
    on_grid: bool = False

    is_refined = True

    @property
    def is_isotonic(self):
        """Whether the best monotone partition is one of isotonic blocks."""
        return self.cost in (INFORMATION, VARIANCE)

    def partition(self, cumulative, settings):
        """Return the OrderedBins of least cost.

        Parameters
        ----------
        cumulative : ndarray of shape (n_cells + 1, n_stats)
            Statistics of the cells before each candidate, the first row zero, the last the total.

        settings : ColumnSettings
            With one direction.
        """
        table, total = settings.statistics.kernel_table(cumulative), cumulative[-1]
        n_cells = len(table) - 1
        together = np.array([n_cells])
        bins_of = partial(OrderedBins.of, cumulative, direction=settings.direction)
        solve = optimal_partitions
        if settings.direction:
            solve = partial(monotone_partitions, direction=settings.direction)
        given = {
            "max_bins": min(settings.max_bins, n_cells),
            "min_weight": settings.min_weight,
        }
        if self.gate is not None:
            costs, _ = solve(table, cost=self.gate.cost, **given)
            if self.gate.best_n_bins(costs, settings.statistics, total, n_cells)[0] == 1:
                return bins_of(together, inf)
        costs, ends = solve(table, cost=self.cost, **given)
        if not np.isfinite(costs).any():
            # Less weight than one bin needs: all cells stay together.
            return bins_of(together, 0.0)
        n_bins, cost = self.best_n_bins(costs, settings.statistics, total, n_cells)
        return bins_of(ends[n_bins - 1, :n_bins], cost)

    def best_n_bins(self, costs, statistics, total, n_cells):
        """Return the number of bins of least total cost, of ties the fewest, and that cost.

        Parameters
        ----------
        costs : ndarray of shape (max_bins,)
            Cost of the best partition into 1, 2, ... bins; inf where there is none.

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
        if not np.isfinite(in_all).any():
            return 1, inf
        tolerance = RELATIVE_TOLERANCE * max(abs(in_all[np.isfinite(in_all)]).max(), 1.0)
        best = int(np.argmax(in_all <= in_all.min() + tolerance))
        return best + 1, float(in_all[best])


class GreedyMDLP:
    """The recursive splits of Fayyad and Irani (1993), which minimise no sum over bins."""

    on_grid = False
    is_refined = False
    is_isotonic = False

    def partition(self, cumulative, settings):
        """Return the OrderedBins, of cost 0; see `AdditivePenalty.partition`."""
        table = settings.statistics.kernel_table(cumulative)
        ends = mdlp_cuts(table, min(settings.max_bins, len(table) - 1), settings.min_weight)
        return OrderedBins.of(cumulative, ends, 0.0, settings.direction)


def interval_modl_complexity(k, n, n_cells, n_rates):
    """Return the code length of k intervals: Boulle 2006, eq. 2."""
    return log(n) + gammaln(n + k) - gammaln(n + 1) - gammaln(k)


def group_modl_complexity(k, n, n_cells, n_rates):
    """Return the code length of k groups of levels: Boulle 2005."""
    return log(n_cells) + log_partitions(n_cells, k)


def grid_complexity(k, n, n_cells, n_rates):
    """Return the code length of k intervals under prior odds in favour of one.

    The cuts of k bins are any of the C(m - 1, k - 1) of m cells.
    """
    cuts = gammaln(n_cells) - gammaln(k) - gammaln(n_cells - k + 1)
    return cuts + np.where(k > 1, log(ODDS_OF_ONE_BIN * max(len(k) - 1, 1)), 0.0)


def balanced_complexity(k, n, n_cells, n_rates):
    """Return k log n, which makes of each bin's -log N_bin the log of 1 / its proportion.

    Under independence the best of all intervals of a given proportion exceeds a single one by as
    much (Duembgen and Spokoiny 2001): cuts that enclose few samples must be more informative.
    Whether there is one bin only is decided by the gate.
    """
    return np.where(k > 1, k * log(n), np.inf)


def _with_means(complexity):
    """Add half a log n for each mean, which no cost holds yet."""

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
        "auto": AdditivePenalty(
            BALANCED,
            balanced_complexity,
            gate=AdditivePenalty(MODL, grid_complexity),
            on_grid=True,
        ),
        "mdlp": GreedyMDLP(),
    },
    (False, False): _of_classes(group_modl_complexity, group_bic_complexity),
    (True, True): _of_numbers(interval_modl_complexity, interval_bic_complexity),
    (True, False): _of_numbers(group_modl_complexity, group_bic_complexity),
}

# Values of the parameter. Where a table has no "auto" or "mdlp", "modl" stands in for it.
PENALTY_NAMES = ("auto", "modl", "mdlp", "bic")


def resolve_penalty(penalty, target_type, *, ordered=True):
    """Return the strategy of a parameter value.

    Parameters
    ----------
    penalty : {"auto", "modl", "mdlp", "bic"}, float or None

    target_type : {"binary", "multiclass", "continuous"}

    ordered : bool, default=True
        Whether bins are runs of ordered cells, as of numbers, or any groups of levels.
    """
    table = PENALTIES[target_type == "continuous", ordered]
    if penalty is None or isinstance(penalty, str):
        return table.get(penalty, table["modl"])
    # Each bin must save that many bits of the description of y.
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
        # Where the alternating sum cancels to nothing the count is one way (i near n_levels).
        log_stirling[i] = max(n_levels * log(i) - gammaln(i + 1) + log(max(series, 1e-300)), 0.0)
    return np.array([logsumexp(log_stirling[1 : int(i) + 1]) for i in k])


def mdlp_cuts(cumulative, max_bins, min_weight):
    """Return the cuts of Fayyad and Irani's greedy MDLP, right ends among 1..m.

    The most profitable interval is split first, until no split is worth its description
    (Fayyad and Irani 1993, section 3) or there are `max_bins`.

    Parameters
    ----------
    cumulative : ndarray of shape (m + 1, n_classes + 1)
        Class counts before each candidate; the last column is their total.
    """
    m = len(cumulative) - 1
    cuts = [m]
    queue = []
    _offer_split(queue, cumulative, 0, m, min_weight)
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
