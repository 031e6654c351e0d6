"""How to group the levels of a categorical column by what they say of the target."""

import numpy as np

from skinfo._kernels._merging import agglomerate, merged_labels
from skinfo._kernels._partition import bin_cost, optimal_partitions
from skinfo.preprocessing._penalties import choose_n_bins

# Beyond this many levels the rarest share one place: grouping is quadratic in levels.
MAX_LEVELS = 512


def supervised_groups(sums, settings):
    """Return the group of each level, (n_levels,) int64.

    For two classes the best grouping is a partition of the levels sorted by class
    rate (Breiman et al. 1984, theorem 4.5), and for a continuous target by mean (Fisher 1958),
    found by dynamic programming; for more classes, levels are merged by the agglomerative
    information bottleneck. Groups come by falling rate of the first class, or rising mean.

    Parameters
    ----------
    sums : ndarray of shape (n_levels, n_sums)
        What y sums to at each level.

    settings : Settings
    """
    n_levels = len(sums)
    pooled = pool_rare(settings.task.weights(sums), max(MAX_LEVELS, settings.max_bins))
    pooled_sums = np.zeros((pooled.max() + 1, sums.shape[1]))
    np.add.at(pooled_sums, pooled, sums)
    partition = _partition_merging if settings.task.n_classes > 2 else _partition_sorted
    return _order_groups(partition(pooled_sums, settings, n_levels), pooled_sums, settings)[pooled]


def pool_rare(sizes, max_levels):
    """Return the place of each level: its own if it is among the largest, else the last."""
    if len(sizes) <= max_levels:
        return np.arange(len(sizes))
    keep = np.sort(np.argsort(-sizes, kind="stable")[: max_levels - 1])
    place = np.full(len(sizes), max_levels - 1)
    place[keep] = np.arange(max_levels - 1)
    return place


def _partition_sorted(sums, settings, n_levels):
    """Sort levels by what they say of y, then cut them as a column of numbers."""
    task, penalty = settings.task, settings.penalty
    order = np.argsort(task.order(sums), kind="stable")
    before = _sums_before(sums[order])
    costs, cuts = optimal_partitions(
        task.cumulative(before),
        min(settings.max_bins, len(sums)),
        settings.min_weight,
        penalty.cost,
    )
    labels = np.zeros(len(sums), np.int64)
    if np.isfinite(costs).any():
        n_bins, _ = choose_n_bins(costs, penalty, task, before[-1], n_levels, ordered=False)
        labels[order] = np.searchsorted(cuts[n_bins - 1, :n_bins], np.arange(1, len(sums) + 1))
    return labels


def _partition_merging(counts, settings, n_levels):
    """Walk down the agglomerative merges and stop where the whole costs least."""
    task, penalty = settings.task, settings.penalty
    steps, _ = agglomerate(counts, 1, np.inf)
    max_bins = min(settings.max_bins, len(counts))
    costs = np.full(max_bins, np.inf)
    labels = {}
    for k in range(1, max_bins + 1):
        labels[k] = merged_labels(steps, len(counts), len(counts) - k)
        grouped = _grouped(counts, labels[k])
        if k == 1 or grouped.sum(axis=1).min() >= settings.min_weight:
            table = task.cumulative(_sums_before(grouped))
            costs[k - 1] = sum(bin_cost(table, i, i + 1, penalty.cost) for i in range(k))
    whole = counts.sum(axis=0)
    return labels[choose_n_bins(costs, penalty, task, whole, n_levels, ordered=False)[0]]


def _sums_before(sums):
    """Return sums over the levels before each, the first row zero."""
    return np.vstack([np.zeros(sums.shape[1]), np.cumsum(sums, axis=0)])


def _grouped(sums, labels):
    grouped = np.zeros((labels.max() + 1, sums.shape[1]))
    np.add.at(grouped, labels, sums)
    return grouped


def _order_groups(labels, sums, settings):
    """Renumber groups by falling rate of the first class, then of the next; or by rising mean."""
    grouped = _grouped(sums, labels)
    if settings.task.n_classes == 1:
        order = np.argsort(settings.task.order(grouped), kind="stable")
    else:
        order = np.lexsort(-settings.task.rates(grouped).T[::-1])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[labels]
