"""Where to cut a column of numbers: candidates, the best partition, a finer look at its cuts."""

from math import log

import numpy as np

from skinfo._counts._cut_values import cut_values
from skinfo._kernels._partition import INFORMATION, VARIANCE
from skinfo.preprocessing._partition import best_partition
from skinfo.preprocessing._penalties import RELATIVE_TOLERANCE

# A finer look at the chosen cuts has this many candidates, whatever max_candidates is.
FINE_CANDIDATES = 256

# Each look is about 18 times as fine as the one before: three reach single rows of a million.
MOST_LOOKS = 3


def supervised_cuts(column, settings, kind="number"):
    """Return the cut points, increasing, that say the most about the target.

    Parameters
    ----------
    column : SortedColumn
        Infinities are values like others.

    settings : Settings

    kind : str, default="number"
        What the values stand for; see `NumericBins`.

    Returns
    -------
    cuts : ndarray of shape (n_bins - 1,), dtype float64
        A value equal to a cut belongs to its right.

    sums : ndarray of shape (n_bins, n_sums)
        What y sums to in the bins.

    means : ndarray of shape (n_bins,)
        Mean value in each bin.

    direction : int
        1 or -1 where a rising or falling rate was asked for, else 0.
    """
    if not len(column):
        return np.empty(0), np.zeros((1, len(column.missing_sums))), np.full(1, np.nan), 0
    best = min(
        (_search(column, settings.toward(sign)) for sign in settings.signs),
        key=lambda found: found.total,
    )
    values, positions = column.values, best.positions
    cuts = cut_values(values[positions - 1], values[positions], kind)
    return cuts, best.sums, column.means(best.positions), best.sign


def _search(column, settings):
    """Return the best Partition among candidates, then among finer ones around its cuts."""
    positions, thinned = candidate_positions(column, settings)
    if thinned and _blocks_suffice(settings):
        positions, thinned = _between_blocks(column, settings), False
    best = best_partition(column.sums_before(positions), settings)
    for _ in range(MOST_LOOKS):
        if not thinned or settings.penalty == "mdlp" or len(best.chosen) == 1:
            break
        finer, thinned = finer_positions(column, positions, best.chosen[:-1])
        found = best_partition(column.sums_before(finer), settings)
        if not _is_worth_a_finer_look(found, finer, best, settings.penalty):
            break
        positions, best = finer, found
    return best.at(positions)


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
    """Return where isotonic blocks begin: a rate that falls where it may not is pooled."""
    return column.isotonic_positions(settings.task.cumulative, settings.sign)


def _is_on_grid(penalty):
    return penalty != "mdlp" and penalty.on_grid


def _blocks_suffice(settings):
    """Say whether the best monotone partition is one of isotonic blocks."""
    return (
        settings.sign != 0
        and settings.penalty.cost in (INFORMATION, VARIANCE)
        and settings.min_weight <= 1.0
    )


def candidate_positions(column, settings):
    """Return where the column may be cut, and whether some positions were left out."""
    most = settings.most_candidates(settings.task.weights(column.sums_before([])[-1]))
    limit = len(column) if most is None else most - 1
    # With a least weight, or a rate that may only rise, a bin may have to end inside a run of
    # one class distribution.
    merges = settings.task.n_classes > 1 and not _is_on_grid(settings.penalty)
    if merges and settings.min_weight <= 1.0 and settings.sign == 0:
        positions, complete = column.boundary_points(limit)
        if complete:
            return positions, False
    positions, complete = column.firsts(limit)
    if not complete:
        return column.equal_frequency(most), True
    return positions, False


def finer_positions(column, positions, chosen):
    """Return candidates around the chosen cuts: between the candidates on either side of each.

    The chosen ones are among them, so that the best partition can only get better.

    Parameters
    ----------
    column : SortedColumn

    positions : ndarray
        Of the candidates.

    chosen : ndarray
        Right ends, among 1..m, of bins.

    Returns
    -------
    finer : ndarray
        Positions.

    thinned : bool
        Whether some between are still left out.
    """
    return column.positions_near(positions, chosen, max(FINE_CANDIDATES // len(chosen), 4))


def candidate_edges(column, max_candidates, kind):
    """Return cuts between all values, or between so many groups of equal frequency."""
    if not len(column):
        return np.empty(0)
    most = len(column) if max_candidates is None else max_candidates
    positions, complete = column.firsts(most - 1)
    if not complete:
        positions = column.equal_frequency(most)
    return cut_values(column.values[positions - 1], column.values[positions], kind)
