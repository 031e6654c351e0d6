"""Groups of the levels of a categorical column that are informative about the target."""

from functools import partial
from itertools import combinations

import numpy as np
from scipy.special import xlogy

from skinfo._counts._joint_codes import median_cells
from skinfo._kernels._agglomeration import agglomerate, merged_labels
from skinfo._kernels._partition import bin_cost
from skinfo.preprocessing._penalties import ODDS_OF_ONE_BIN, best_partitions, spreads_of
from skinfo.utils._grouping import sum_groups

# If there are more levels, those of similar rates are merged into cells: grouping is quadratic in
# cells.
MAX_CELLS = 512

# Weight of the overall rates that is added to a level before levels are compared, so that levels
# of one or two samples of the same class are not the most extreme.
PRIOR_SAMPLES = 2.0


def supervised_groups(stats, settings):
    """Return the group of each level, (n_levels,) int64.

    For two classes the best grouping is a partition of the levels sorted by class
    rate (Breiman et al. 1984, theorem 4.5), and for a continuous target by mean (Fisher 1958),
    found by dynamic programming; for more classes, levels are merged by the agglomerative
    information bottleneck. Groups are in decreasing order of the rate of the first class, or
    increasing order of the mean.

    If naming every level is too costly, only the most frequent ones are grouped, and the others
    are one group.

    Parameters
    ----------
    stats : ndarray of shape (n_levels, n_stats)
        Target statistics of each level.

    settings : ColumnSettings
    """
    groups, _ = _groups_of_named(stats, np.ones(len(stats), bool), settings)
    return groups if groups.max() > 0 else _groups_of_frequent(stats, settings)


def _groups_of_frequent(stats, settings):
    """Return groups of the most frequent half of the levels, or quarter, ..., and of the others.

    The code length of a grouping grows with the number of levels it names: for a thousand levels
    it exceeds the saving of a few frequent ones. The number of named levels is encoded too.
    """
    sizes, n_levels = settings.statistics.weights(stats), len(stats)
    ranked = np.sort(sizes)[::-1]
    best, most_saved = np.zeros(n_levels, np.int64), np.log(ODDS_OF_ONE_BIN * n_levels)
    for n_named in (n_levels >> i for i in range(1, n_levels.bit_length() - 1)):
        # Ties in frequency with the next level are not named, for any order of levels.
        is_named = sizes > ranked[n_named]
        groups, saved = _groups_of_named(stats, is_named, settings)
        if saved > most_saved:
            best, most_saved = groups, saved
    return best


def _groups_of_named(stats, is_named, settings):
    """Return the group of each level, and the nats that the groups save compared with one group.

    Levels that are not named are treated as one level.
    """
    statistics = settings.statistics
    n_named = np.count_nonzero(is_named)
    level_of = np.where(is_named, np.cumsum(is_named) - 1, n_named)
    levels = sum_groups(stats, level_of)
    cell_of = cells_of_similar_rates(levels, statistics, max(MAX_CELLS, settings.max_bins))
    cells = sum_groups(levels, cell_of)
    group = _groups_by_merging if statistics.n_classes > 2 else _groups_of_sorted
    labels, saved = group(cells, settings, len(levels))
    return _ordered_groups(labels, cells, statistics)[cell_of][level_of], saved


def cells_of_similar_rates(stats, statistics, most):
    """Return the cell of each level: its own, or a common one if there are more than `most`.

    Cells have about equal weight and contain levels of similar rates (means). The groups are runs
    of these, at the cost of a selection among the single levels.
    """
    if len(stats) <= most:
        return np.arange(len(stats))
    sizes = statistics.weights(stats)
    # The rate of the last class follows from the others; the square of y does not concern its
    # mean.
    about_y = stats[:, 1:2] if statistics.n_classes == 1 else stats[:, :-1]
    overall = about_y.sum(axis=0) / sizes.sum()
    rates = (about_y + PRIOR_SAMPLES * overall) / (sizes + PRIOR_SAMPLES)[:, None]
    return median_cells(rates.T, sizes, most)


def _groups_of_sorted(stats, settings, n_levels):
    """Return groups that are runs of the cells, sorted by rate or mean, and the nats they save."""
    statistics, penalty = settings.statistics, settings.penalty
    order = np.argsort(statistics.sort_keys(stats), kind="stable")
    cumulative = _cumulative(stats[order])
    costs, ends = best_partitions(cumulative, penalty.cost, settings)
    labels = np.zeros(len(stats), np.int64)
    spreads = spreads_of(ends, statistics.weights(cumulative))
    n_bins, saved = _best_n_groups(costs, spreads, cumulative[-1], settings, n_levels)
    if n_bins > 1:
        labels[order] = np.searchsorted(ends[n_bins - 1, :n_bins], np.arange(1, len(stats) + 1))
    return labels, saved


def _groups_by_merging(stats, settings, n_levels):
    """Return the best groups of the agglomerative merging of the cells, and the nats they save.

    Each stage of the merging is evaluated.
    """
    statistics, penalty = settings.statistics, settings.penalty
    steps, _ = agglomerate(stats, 1, np.inf)
    max_bins = min(settings.max_bins, len(stats))
    costs, spreads = np.full(max_bins, np.inf), np.zeros(max_bins)
    labels = {}
    for k in range(1, max_bins + 1):
        labels[k] = merged_labels(steps, len(stats), len(stats) - k)
        groups = sum_groups(stats, labels[k])
        spreads[k - 1] = np.square(statistics.weights(groups)).sum()
        is_heavy = k == 1 or groups.sum(axis=1).min() >= settings.min_weight
        if is_heavy and _differ(groups, settings):
            table = statistics.kernel_table(_cumulative(groups))
            costs[k - 1] = sum(bin_cost(table, i, i + 1, penalty.cost) for i in range(k))
    n_bins, saved = _best_n_groups(costs, spreads, stats.sum(axis=0), settings, n_levels)
    return labels[n_bins], saved


def _differ(groups, settings):
    """Return whether any two groups satisfy the constraints on neighbouring bins."""
    for i, j in combinations(range(len(groups)), 2) if settings.compares_neighbours else ():
        both = groups[[i, j]]
        rates = settings.statistics.rates(both)
        if np.abs(rates[1] - rates[0]).max() < settings.min_difference * (1 - 1e-12):
            return False
        cells = np.vstack([both, -both.sum(axis=0)])
        in_all = cells.sum(axis=1)
        g = 2 * (np.sign(cells) * xlogy(np.abs(cells), np.abs(cells))).sum()
        g -= 2 * (np.sign(in_all) * xlogy(np.abs(in_all), np.abs(in_all))).sum()
        if g < settings.min_statistic:
            return False
    return True


def _best_n_groups(costs, spreads, total, settings, n_levels):
    """Return the number of groups of minimum cost, and its saving over one group in nats."""
    if not np.isfinite(costs[0]):
        # Less than the minimum weight of one group.
        return 1, 0.0
    best_of = partial(
        settings.penalty.best_n_bins,
        statistics=settings.statistics,
        total=total,
        n_cells=n_levels,
    )
    n_groups, cost = best_of(costs, spreads)
    return n_groups, best_of(costs[:1], spreads[:1])[1] - cost


def _cumulative(stats):
    """Return the statistics of the cells before each, the first row zero, the last the total."""
    return np.vstack([np.zeros(stats.shape[1]), np.cumsum(stats, axis=0)])


def _ordered_groups(labels, stats, statistics):
    """Return labels in decreasing order of the rate of the first class, or increasing mean."""
    groups = sum_groups(stats, labels)
    if statistics.n_classes == 1:
        order = np.argsort(statistics.sort_keys(groups), kind="stable")
    else:
        order = np.lexsort(-statistics.rates(groups).T[::-1])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[labels]
