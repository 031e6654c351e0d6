"""Where to cut a column of numbers: candidates, the best partition, a finer look at its cuts."""

from math import log

import numpy as np

from skinfo._kernels._monotone import isotonic_blocks
from skinfo._kernels._partition import INFORMATION, VARIANCE
from skinfo.preprocessing._naming import cut_between
from skinfo.preprocessing._partition import best_partition
from skinfo.preprocessing._penalties import RELATIVE_TOLERANCE
from skinfo.preprocessing._sorted import SortedValues

# A finer look at the chosen cuts has this many candidates, whatever max_candidates is.
FINE_CANDIDATES = 256

# Each look is about 18 times as fine as the one before: three reach single rows of a million.
MOST_LOOKS = 3


def supervised_cuts(values, target, settings, kind="number"):
    """Return the cut points, increasing, that say the most about the target.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), dtype float64
        NaN is left out; infinities are values like others.

    target : Target or NumberTarget

    settings : Settings

    kind : str, default="number"
        What the values stand for; see `NumericBins`.

    Returns
    -------
    cuts : ndarray of shape (n_bins - 1,), dtype float64
        A value equal to a cut belongs to its right.

    sums : ndarray of shape (n_bins, n_sums)
        What `target.sums` gives for the bins.

    means : ndarray of shape (n_bins,)
        Mean value in each bin.

    direction : int
        1 or -1 where a rising or falling rate was asked for, else 0.
    """
    column = SortedValues(values, target)
    if not len(column):
        return np.empty(0), np.zeros((1, target.n_sums)), np.full(1, np.nan), 0
    best = min(
        (_search(column, settings.toward(sign)) for sign in settings.signs),
        key=lambda found: found.total,
    )
    cuts = cut_points(column.values, best.points, kind)
    return cuts, best.sums, column.means(cuts), best.sign


def _search(column, settings):
    """Return the best Partition among candidates, then among finer ones around its cuts."""
    points, thinned = candidate_points(column, settings)
    if thinned and _blocks_suffice(settings):
        points, thinned = _between_blocks(column, settings), False
    best = best_partition(column.sums_before(points), settings)
    for _ in range(MOST_LOOKS):
        if not thinned or settings.penalty == "mdlp" or len(best.chosen) == 1:
            break
        finer, thinned = finer_points(column, points, best.chosen[:-1] - 1)
        found = best_partition(column.sums_before(finer), settings)
        if not _is_worth_a_finer_look(found, finer, best, settings.penalty):
            break
        points, best = finer, found
    return best.at(points)


def _is_worth_a_finer_look(found, finer, best, penalty):
    """Say whether a finer partition saves anything, or on a grid, what its places in it take.

    A cut that may be at any of r places takes log r nats to say. Without this price cuts chase
    noise.
    """
    saved = best.total - found.total
    if not penalty.on_grid:
        return saved > RELATIVE_TOLERANCE * abs(best.total)
    places = max(len(finer) / (len(best.chosen) - 1), 1.0)
    return saved > (len(found.chosen) - 1) * log(places)


def _between_blocks(column, settings):
    """Return the values between isotonic blocks: a rate that falls where it may not is pooled."""
    every = column.values[column.firsts()]
    table = settings.task.cumulative(column.sums_before(every))
    return every[isotonic_blocks(table, settings.sign)[:-1] - 1]


def _is_on_grid(penalty):
    return penalty != "mdlp" and penalty.on_grid


def _blocks_suffice(settings):
    """Say whether the best monotone partition is one of isotonic blocks."""
    return (
        settings.sign != 0
        and settings.penalty.cost in (INFORMATION, VARIANCE)
        and settings.min_weight <= 1.0
    )


def candidate_points(column, settings):
    """Return the values before which the column may be cut, and whether some were left out."""
    most = settings.most_candidates(settings.task.weights(column.sums_before([])[-1]))
    limit = len(column) if most is None else most - 1
    # With a least weight, or a rate that may only rise, a bin may have to end inside a run of
    # one class distribution.
    merges = settings.task.n_classes > 1 and not _is_on_grid(settings.penalty)
    if merges and settings.min_weight <= 1.0 and settings.sign == 0:
        points, complete = column.boundary_points(limit)
        if complete:
            return points, False
    if column.n_distinct() - 1 > limit:
        return column.values[column.equal_frequency(most)], True
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


def cut_points(values, points, kind="number"):
    """Return a number a person would write between each point and the value before it."""
    before = values[np.searchsorted(values, points) - 1]
    pairs = zip(before.tolist(), points.tolist(), strict=True)
    return np.array([cut_between(low, high, kind) for low, high in pairs], dtype=np.float64)
