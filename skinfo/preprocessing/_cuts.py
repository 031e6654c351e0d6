"""Where to cut a column of numbers: candidates, the best partition, a finer look at its cuts."""

from math import inf
from sys import float_info

import numpy as np

from skinfo._kernels._partition import boundary_points, optimal_partitions
from skinfo.preprocessing._penalties import choose_n_bins, mdlp_cuts
from skinfo.preprocessing._sorted import SortedValues, counts_before

# A finer look at the chosen cuts has this many candidates, whatever max_candidates is.
FINE_CANDIDATES = 256


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

    counts : ndarray of shape (n_bins, n_classes)
        Class counts of the bins.
    """
    column = SortedValues(values, target)
    if not len(column):
        return np.empty(0), np.zeros((1, target.n_classes))
    by_class = column.by_class()

    def partition(points):
        counts = counts_before(by_class, points)
        chosen = best_partition(counts, max_bins, penalty, min_weight)
        return chosen[:-1] - 1, np.diff(counts[np.append(0, chosen), :-1], axis=0)

    # With a least weight a bin may have to end inside a run of one class distribution.
    points, thinned = candidate_points(column, by_class, max_candidates, min_weight <= 1.0)
    chosen, counts = partition(points)
    while thinned and penalty != "mdlp" and len(chosen):
        points, thinned = finer_points(column, points, chosen)
        chosen, counts = partition(points)
    return cut_points(column.values, points[chosen]), counts


def quantile_cuts(values, target, n_bins):
    """Return at most `n_bins` - 1 cut points of equal-frequency bins, blind to the target."""
    column = SortedValues(values, target)
    if not len(column):
        return np.empty(0)
    few = column.n_distinct() <= n_bins
    firsts = column.firsts() if few else column.equal_frequency(n_bins)
    return cut_points(column.values, column.values[firsts])


def candidate_points(column, by_class, max_candidates, at_boundaries):
    """Return the values before which the column may be cut, and whether some were left out."""
    limit = len(column) if max_candidates is None else max_candidates - 1
    if at_boundaries:
        points, complete = boundary_points(*by_class, limit)
        if complete:
            return points, False
    if column.n_distinct() - 1 > limit:
        return column.values[column.equal_frequency(max_candidates)], True
    return column.values[column.firsts()], False


def finer_points(column, points, chosen):
    """Return candidates around the chosen cuts: between the candidates on either side of each.

    The chosen ones are among them, so that the best partition can only get better.

    Returns
    -------
    finer : ndarray
        Values before which to cut.

    thinned : bool
        Whether some values between are still left out.
    """
    edges = np.concatenate([[0], np.searchsorted(column.values, points), [len(column)]])
    share = max(FINE_CANDIDATES // len(chosen), 4)
    thinned = False
    positions = [edges[chosen + 1]]
    for low, high in zip(edges[chosen], edges[chosen + 2], strict=True):
        firsts = column.firsts(low, high)
        if len(firsts) > share:
            thinned = True
            firsts = firsts[np.linspace(0, len(firsts) - 1, share).astype(np.int64)]
        positions.append(firsts)
    return column.values[np.unique(np.concatenate(positions))], thinned


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


def cut_points(values, points):
    """Return a number a person would write between each point and the value before it."""
    before = values[np.searchsorted(values, points) - 1]
    pairs = zip(before.tolist(), points.tolist(), strict=True)
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
