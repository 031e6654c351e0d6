"""Where to cut a column of numbers: sort once, thin the candidates, partition."""

from math import inf
from sys import float_info

import numpy as np

from skinfo._kernels._partition import candidate_cuts, cumulative_counts, optimal_partitions
from skinfo.preprocessing._penalties import choose_n_bins, mdlp_cuts


def sorted_column(values, target):
    """Return the present values, sorted, with their classes and weights."""
    present = ~np.isnan(values)
    if not present.all():
        values, codes, weights = values[present], target.codes[present], target.weights[present]
    else:
        codes, weights = target.codes, target.weights
    order = np.argsort(values)
    weights = weights[order] if target.is_weighted else weights
    return values[order], codes[order], weights


def supervised_cuts(values, target, *, max_bins, penalty, min_weight, max_candidates):
    """Return the cut points, increasing, that say the most about the target.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), dtype float64
        NaN is left out; infinities are values like others.

    target : Target

    max_bins : int

    penalty : Penalty or "mdlp"

    min_weight : float
        Least weight of a bin.

    max_candidates : int or None
        More boundary points than this are thinned to equal-frequency groups.

    Returns
    -------
    cuts : ndarray of shape (n_bins - 1,), dtype float64
        A value equal to a cut belongs to its right.
    """
    values, classes, weights = sorted_column(values, target)
    if not len(values):
        return np.empty(0)
    # With a least weight a bin may have to end inside a run of one class distribution.
    ends, cumulative = candidate_cuts(
        values, classes, weights, target.n_classes, min_weight <= 1.0
    )
    if max_candidates is not None:
        ends = equal_frequency(ends, cumulative, max_candidates)
    counts = cumulative_counts(classes, weights, ends, target.n_classes)
    chosen = best_partition(counts, max_bins, penalty, min_weight)
    return cut_points(values, ends[chosen[:-1] - 1])


def quantile_cuts(values, target, n_bins):
    """Return at most `n_bins` - 1 cut points of equal-frequency bins, blind to the target."""
    values, classes, weights = sorted_column(values, target)
    if not len(values):
        return np.empty(0)
    ends, cumulative = candidate_cuts(values, classes, weights, target.n_classes, False)
    return cut_points(values, equal_frequency(ends, cumulative, n_bins)[:-1])


def equal_frequency(ends, cumulative, n_groups):
    """Return at most `n_groups` of the ends, as near as can be to equal weights between them."""
    if len(ends) <= n_groups:
        return ends
    marks = cumulative[-1] * np.arange(1, n_groups + 1) / n_groups
    # The end nearest to each mark: a heavy value then swallows marks on both its sides.
    after = np.minimum(np.searchsorted(cumulative, marks), len(ends) - 1)
    before = np.maximum(after - 1, 0)
    nearer = marks - cumulative[before] < cumulative[after] - marks
    return ends[np.unique(np.where(nearer, before, after))]


def best_partition(counts, max_bins, penalty, min_weight):
    """Return the right ends, among 1..m, of the bins that cost least in all."""
    max_bins = min(max_bins, len(counts) - 1)
    if penalty == "mdlp":
        return mdlp_cuts(counts, max_bins, min_weight)
    costs, cuts = optimal_partitions(counts, max_bins, min_weight, penalty.modl)
    if not np.isfinite(costs).any():
        # Fewer rows than one bin needs: they stay together.
        return np.array([len(counts) - 1])
    n_bins = choose_n_bins(costs, penalty, counts[-1, -1], counts.shape[1] - 1)
    return cuts[n_bins - 1, :n_bins]


def cut_points(values, ends):
    """Return a number a person would write between the rows before and after each end."""
    pairs = ((float(values[e - 1]), float(values[e])) for e in ends)
    return np.array([_readable_between(low, high) for low, high in pairs], dtype=np.float64)


def _readable_between(low, high):
    """Return the shortest decimal in the middle half of (low, high], else the midpoint, else high.

    Next to an infinity the cut keeps all finite numbers together.
    """
    if low == -inf:
        return -float_info.max
    if high == inf:
        return high
    middle = low / 2 + high / 2
    reach = high / 4 - low / 4
    for digits in range(1, 17):
        candidate = float(f"{middle:.{digits}g}")
        if abs(candidate - middle) <= reach and low < candidate <= high:
            return candidate
    # Neighbouring floats have nothing between them, and a midpoint that rounds to `low`.
    return middle if low < middle else high
