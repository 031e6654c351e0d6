"""How to group the levels of a categorical column by what they say of the target."""

from heapq import heappop, heappush

import numpy as np

from skinfo._kernels._agglomeration import agglomerate, merged_labels
from skinfo._kernels._partition import bin_cost, optimal_partitions
from skinfo.preprocessing._penalties import choose_n_bins
from skinfo.utils._grouping import sum_groups

# Beyond this many levels those of like rates share a cell: grouping is quadratic in cells.
MAX_CELLS = 512

# Rows of the overall rates that a level is given before it is put beside others, so that
# levels of one or two rows, all of one class, are not taken for the most extreme of all.
EXTRA_ROWS = 2.0


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
    cell_of = cells_of_like_rates(sums, settings.task, max(MAX_CELLS, settings.max_bins))
    cells = sum_groups(sums, cell_of)
    partition = _partition_merging if settings.task.n_classes > 2 else _partition_sorted
    return _order_groups(partition(cells, settings, n_levels), cells, settings)[cell_of]


def cells_of_like_rates(sums, task, most):
    """Return the cell of each level: its own, or of more levels than `most` a shared one.

    Cells are of about equal weight and hold levels of neighbouring rates (means). The groups are
    chosen among runs of these, at the price of choosing among the single levels.
    """
    if len(sums) <= most:
        return np.arange(len(sums))
    sizes = task.weights(sums)
    # The last class is what the others leave; the square of y says nothing of its mean.
    about_y = sums[:, 1:2] if task.n_classes == 1 else sums[:, :-1]
    overall = about_y.sum(axis=0) / sizes.sum()
    rates = (about_y + EXTRA_ROWS * overall) / (sizes + EXTRA_ROWS)[:, None]
    return median_cells(rates.T, sizes, most)


def median_cells(states, weights, most):
    """Return the cell of each state (column of `states`), at most so many cells.

    The heaviest cell is split at the median of the row that varies most in it, until there are
    `most`, or none can be split.
    """
    waiting = [(-weights.sum(), 0, np.arange(states.shape[1]))]
    whole, n_made = [], 1
    while waiting and len(waiting) + len(whole) < most:
        _, _, cell = heappop(waiting)
        right = _upper_half(states[:, cell], weights[cell])
        if right is None:
            whole.append(cell)
            continue
        for half in (cell[~right], cell[right]):
            # Of equally heavy cells the one made first, which numbers tell apart.
            heappush(waiting, (-weights[half].sum(), n_made, half))
            n_made += 1
    cells = [*whole, *(cell for _, _, cell in waiting)]
    place = np.empty(states.shape[1], np.int64)
    for label, cell in enumerate(sorted(cells, key=lambda cell: cell[0])):
        place[cell] = label
    return place


def _upper_half(states, weights):
    """Return which states are above the median of the row that varies most, None if all agree."""
    share = weights / weights.sum()
    row = states[0]
    if len(states) > 1:
        means = states @ share
        spread = (states - means[:, None]) ** 2 @ share
        row = states[int(np.argmax(np.round(spread, 12)))]
    if row.min() == row.max():
        return None
    order = np.argsort(row, kind="stable")
    middle = row[order][np.searchsorted(np.cumsum(share[order]), 0.5)]
    right = row > middle
    return right if right.any() else row >= middle


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
        grouped = sum_groups(counts, labels[k])
        if k == 1 or grouped.sum(axis=1).min() >= settings.min_weight:
            table = task.cumulative(_sums_before(grouped))
            costs[k - 1] = sum(bin_cost(table, i, i + 1, penalty.cost) for i in range(k))
    whole = counts.sum(axis=0)
    return labels[choose_n_bins(costs, penalty, task, whole, n_levels, ordered=False)[0]]


def _sums_before(sums):
    """Return sums over the levels before each, the first row zero."""
    return np.vstack([np.zeros(sums.shape[1]), np.cumsum(sums, axis=0)])


def _order_groups(labels, sums, settings):
    """Renumber groups by falling rate of the first class, then of the next; or by rising mean."""
    grouped = sum_groups(sums, labels)
    if settings.task.n_classes == 1:
        order = np.argsort(settings.task.order(grouped), kind="stable")
    else:
        order = np.lexsort(-settings.task.rates(grouped).T[::-1])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[labels]
