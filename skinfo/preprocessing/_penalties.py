"""How many bins a column is worth: the penalties, and the greedy MDLP they stand beside."""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf, isfinite, log, log2

import numpy as np
from scipy.special import gammaln, logsumexp, xlogy

from skinfo._kernels._partition import BALANCED, INFORMATION, MODL, VARIANCE

# A further bin must save more than rounding.
RELATIVE_TOLERANCE = 1e-10

# How much likelier a column is to say nothing than something, before it is looked at. With even
# odds, of 200 rows of three or five classes more than one noise column in 100 passes.
ODDS_OF_ONE_BIN = 2.0


@dataclass(frozen=True)
class Shape:
    """What a complexity may depend on.

    Attributes
    ----------
    n : float
        Weight of all rows.

    n_rates : int
        Free rates of y in a bin: classes less one, or the one mean.

    n_cells : int
        Candidate intervals, or levels.

    ordered : bool
        Whether bins are runs of cells, as of a column of numbers, or any groups.
    """

    n: float
    n_rates: int
    n_cells: int
    ordered: bool


@dataclass(frozen=True)
class Penalty:
    """A criterion for the number of bins, added to the cost of the bins themselves.

    Attributes
    ----------
    cost : int
        What a bin costs: INFORMATION, MODL, VARIANCE or BALANCED, as the kernels know them.

    complexity : callable
        ``complexity(k, shape)`` in nats, for k bins (array).

    gate : Penalty or None
        Another that says whether there is more than one bin, before this says how many.

    on_grid : bool
        Whether candidates are a grid of as many groups as the root of the number of rows, and
        places between them have a price.
    """

    cost: int
    complexity: Callable
    gate: "Penalty | None" = None
    on_grid: bool = False


def modl_complexity(k, shape):
    """Return what naming k bins costs: Boulle 2006, eq. 2 (intervals), 2005 (groups)."""
    if shape.ordered:
        return log(shape.n) + gammaln(shape.n + k) - gammaln(shape.n + 1) - gammaln(k)
    return log(shape.n_cells) + log_partitions(shape.n_cells, k)


def grid_complexity(k, shape):
    """Return the naming of k bins where one is more likely than all other numbers together.

    The cuts of k bins are any of the C(m - 1, k - 1) of m cells.
    """
    cuts = gammaln(shape.n_cells) - gammaln(k) - gammaln(shape.n_cells - k + 1)
    return cuts + np.where(k > 1, log(ODDS_OF_ONE_BIN * max(len(k) - 1, 1)), 0.0)


def balanced_complexity(k, shape):
    """Return k log n, which makes of each bin's -log N_bin the log of 1 / its share.

    By so much the best of all intervals of a share outdoes a single one by chance (Duembgen
    and Spokoiny 2001): cuts that enclose few rows must say more. One bin is the gate's to choose.
    """
    return np.where(k > 1, k * log(shape.n), np.inf)


def gaussian_complexity(k, shape):
    """Return the naming of k bins, and half a log n for each mean, which no cost holds yet."""
    return modl_complexity(k, shape) + 0.5 * log(shape.n) * k


def bic_complexity(k, shape):
    """Return half a log n for each free rate and each cut, plus the naming of groups."""
    groups = 0.0 if shape.ordered else log_partitions(shape.n_cells, k)
    cuts = k - 1 if shape.ordered else 0
    return 0.5 * (shape.n_rates * k + cuts) * log(shape.n) + groups


def no_complexity(k, shape):
    """Return zero for any number of bins."""
    return np.zeros(len(k))


def bits_a_bin(bits):
    """Return the complexity by which each bin must save `bits` bits of description of y."""
    return lambda k, shape: bits * log(2) * k


# What a user may name.
PENALTY_NAMES = ("auto", "modl", "mdlp", "bic")

PENALTIES = {
    "classes": {
        "auto": Penalty(
            BALANCED, balanced_complexity, gate=Penalty(MODL, grid_complexity), on_grid=True
        ),
        "modl": Penalty(MODL, modl_complexity),
        "bic": Penalty(INFORMATION, bic_complexity),
        None: Penalty(INFORMATION, no_complexity),
    },
    "continuous": {
        "modl": Penalty(VARIANCE, gaussian_complexity),
        "bic": Penalty(VARIANCE, bic_complexity),
        None: Penalty(VARIANCE, no_complexity),
    },
}

# These are defined for ordered columns and classes; elsewhere "modl" stands in for them.
OF_ORDERED_CLASSES = ("auto", "mdlp")


def resolve_penalty(penalty, kind, *, ordered=True):
    """Return the Penalty of a parameter value for a kind of target.

    "mdlp", which is no sum, stays a name.
    """
    table = PENALTIES[kind]
    if penalty in OF_ORDERED_CLASSES and not (ordered and kind == "classes"):
        penalty = "modl"
    if penalty == "mdlp":
        return penalty
    return table[penalty] if penalty in table else Penalty(table[None].cost, bits_a_bin(penalty))


def log_partitions(n_levels, k):
    """Return ln of the number of ways to put `n_levels` levels into at most k groups.

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


def choose_n_bins(costs, penalty, task, whole, n_cells, *, ordered=True):
    """Return how many bins cost least in all, of equals the fewest, and that cost in nats.

    Parameters
    ----------
    costs : ndarray of shape (max_bins,)
        Cost of the best partition into 1, 2, ... bins; inf where there is none.

    penalty : Penalty

    task : ClassStatistics or GaussianStatistics

    whole : ndarray of shape (n_sums,)
        Sums over all rows.

    n_cells : int
        Candidate intervals, or levels.

    ordered : bool, default=True
    """
    k = np.arange(1, len(costs) + 1)
    shape = Shape(task.weights(whole), task.n_rates, n_cells, ordered)
    total = task.code_lengths(costs, whole) + penalty.complexity(k, shape)
    if not np.isfinite(total).any():
        return 1, inf
    tolerance = RELATIVE_TOLERANCE * max(abs(total[np.isfinite(total)]).max(), 1.0)
    best = int(np.argmax(total <= total.min() + tolerance))
    return best + 1, float(total[best])


def mdlp_cuts(cumulative, max_bins, min_weight):
    """Return the cuts of Fayyad and Irani's greedy MDLP, right ends among 1..m.

    Intervals are split where that saves most, the most profitable first, until no
    split is worth its description (Fayyad and Irani 1993, section 3) or `max_bins` are reached.

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
    whole = cumulative[stop] - cumulative[start]
    gain = float(_entropy_cost(whole[None])[0] - costs[best])
    if gain > _mdlp_threshold(whole, left[best], right[best]):
        heappush(queue, (-gain, start + 1 + best, start, stop))


def _entropy_cost(counts):
    """Return N H(class), in bits, for each row of counts whose last column is N."""
    return (xlogy(counts[:, -1], counts[:, -1]) - xlogy(counts, counts)[:, :-1].sum(axis=1)) / log(
        2
    )


def _mdlp_threshold(whole, left, right):
    """Return the bits that a split must save."""
    k, k_left, k_right = (np.count_nonzero(part[:-1]) for part in (whole, left, right))
    entropies = [_entropy_cost(part[None])[0] / part[-1] for part in (whole, left, right)]
    delta = log2(3.0**k - 2) if k < 600 else k * log2(3.0)
    delta -= k * entropies[0] - k_left * entropies[1] - k_right * entropies[2]
    return log2(max(whole[-1] - 1, 1)) + delta
