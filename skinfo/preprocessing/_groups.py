"""How to group the levels of a categorical column by what they say of the target."""

import numpy as np

from skinfo._kernels._merging import agglomerate, merged_labels
from skinfo._kernels._partition import bin_cost, optimal_partitions
from skinfo.preprocessing._penalties import PENALTIES, choose_n_bins

# Beyond this many levels the rarest share one place: grouping is quadratic in levels.
MAX_LEVELS = 512


def level_counts(codes, target, n_levels):
    """Return class counts of each level, (n_levels, n_classes), without missing codes (-1)."""
    present = codes >= 0
    cells = codes[present] * target.n_classes + target.codes[present]
    counts = np.bincount(
        cells, weights=target.weights[present], minlength=n_levels * target.n_classes
    )
    return counts.reshape(n_levels, target.n_classes)


def supervised_groups(counts, *, max_bins, penalty, min_weight):
    """Return the group of each level, (n_levels,) int64, by falling rate of the first class.

    For two classes the best grouping is a partition of the levels sorted by class
    rate (Breiman et al. 1984, theorem 4.5), found by dynamic programming; for more,
    levels are merged by the agglomerative information bottleneck.

    Parameters
    ----------
    counts : ndarray of shape (n_levels, n_classes)

    max_bins : int

    penalty : Penalty or "mdlp"
        "mdlp" is defined for ordered columns only; levels are grouped by "modl" instead.

    min_weight : float
    """
    n_levels = len(counts)
    penalty = PENALTIES["modl"] if penalty == "mdlp" else penalty
    pooled = pool_rare(counts.sum(axis=1), max(MAX_LEVELS, max_bins))
    pooled_counts = np.zeros((pooled.max() + 1, counts.shape[1]))
    np.add.at(pooled_counts, pooled, counts)
    partition = _partition_binary if counts.shape[1] == 2 else _partition_merging
    labels = partition(pooled_counts, max_bins, penalty, min_weight, n_levels)
    return _order_groups(labels, pooled_counts)[pooled]


def pool_rare(sizes, max_levels):
    """Return the place of each level: its own if it is among the largest, else the last."""
    if len(sizes) <= max_levels:
        return np.arange(len(sizes))
    keep = np.sort(np.argsort(-sizes, kind="stable")[: max_levels - 1])
    place = np.full(len(sizes), max_levels - 1)
    place[keep] = np.arange(max_levels - 1)
    return place


def _partition_binary(counts, max_bins, penalty, min_weight, n_levels):
    rates = counts[:, 1] / counts.sum(axis=1)
    order = np.argsort(rates, kind="stable")
    cumulative = _cumulate(counts[order])
    costs, cuts = optimal_partitions(
        cumulative, min(max_bins, len(counts)), min_weight, penalty.modl
    )
    labels = np.zeros(len(counts), np.int64)
    if np.isfinite(costs).any():
        n_bins = choose_n_bins(costs, penalty, cumulative[-1, -1], 2, n_levels)
        labels[order] = np.searchsorted(cuts[n_bins - 1, :n_bins], np.arange(1, len(counts) + 1))
    return labels


def _partition_merging(counts, max_bins, penalty, min_weight, n_levels):
    """Walk down the agglomerative merges and stop where the whole costs least."""
    steps, _ = agglomerate(counts, 1, np.inf)
    max_bins = min(max_bins, len(counts))
    costs = np.full(max_bins, np.inf)
    labels = {}
    for k in range(1, max_bins + 1):
        labels[k] = merged_labels(steps, len(counts), len(counts) - k)
        grouped = np.zeros((k, counts.shape[1]))
        np.add.at(grouped, labels[k], counts)
        if k == 1 or grouped.sum(axis=1).min() >= min_weight:
            cumulative = _cumulate(grouped)
            costs[k - 1] = sum(bin_cost(cumulative, i, i + 1, penalty.modl) for i in range(k))
    return labels[choose_n_bins(costs, penalty, counts.sum(), counts.shape[1], n_levels)]


def _cumulate(counts):
    """Return counts before each level with their total as a last column, first row zero."""
    whole = np.column_stack([counts, counts.sum(axis=1)])
    return np.vstack([np.zeros(whole.shape[1]), np.cumsum(whole, axis=0)])


def _order_groups(labels, counts):
    """Renumber groups by falling rate of the first class, then of the next."""
    grouped = np.zeros((labels.max() + 1, counts.shape[1]))
    np.add.at(grouped, labels, counts)
    rates = grouped / grouped.sum(axis=1, keepdims=True)
    order = np.lexsort(-rates.T[::-1])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[labels]
