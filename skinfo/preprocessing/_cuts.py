"""Optimal split points of a numeric column: candidates, partition, refinement.

Pure functions of a column that is accessed only by its methods (see `skinfo._counts._source`),
without samples. A position is an opaque integer that increases with the values.
"""

from dataclasses import dataclass
from math import log

import numpy as np

from skinfo.preprocessing._partition import OrderedBins
from skinfo.preprocessing._penalties import NO_CUTS, RELATIVE_TOLERANCE, ExpectedLoss

# Number of candidates of a refinement of the selected cuts, independent of max_candidates.
FINE_CANDIDATES = 256

# Each refinement is about 18 times as fine as the previous one. Three on the grid reach its
# positions, and three between these reach single samples of four million.
MAX_REFINEMENTS = 3


@dataclass(frozen=True)
class Cuts:
    """Bins of a column, and the positions of the cuts between them.

    Attributes
    ----------
    positions : ndarray of shape (n_bins - 1,), dtype int64

    bins : OrderedBins
    """

    positions: np.ndarray
    bins: OrderedBins


def best_cuts(column, settings):
    """Return the Cuts of minimum cost, among candidates and then among finer ones around those.

    Parameters
    ----------
    column : SortedColumn, NumericSummary or the like
        Infinities are ordinary values.

    settings : ColumnSettings
        With one direction.
    """
    fixed = fixed_positions(column, settings)
    positions, refinements = candidate_positions(column, settings)
    positions = _with_fixed(positions, fixed)
    if isinstance(settings.penalty, ExpectedLoss):
        return _cuts_of_least_loss(column, settings, positions, refinements, fixed)
    return _refined_cuts(column, settings, positions, refinements, fixed)


def fixed_positions(column, settings):
    """Return the positions of fixed cuts, without those that would leave an empty bin."""
    if not len(settings.fixed_edges):
        return NO_CUTS
    positions = column.positions_of(settings.fixed_starts)
    weights = settings.statistics.weights(column.sums_before(positions))
    return positions[(np.diff(weights) > 0)[:-1] & (weights[1:-1] < weights[-1])]


def _with_fixed(positions, fixed):
    """Return the positions and the fixed ones."""
    return np.union1d(positions, fixed) if len(fixed) else positions


def _ends_at(fixed, positions):
    """Return the right ends of cells at some of the positions between them."""
    return np.searchsorted(positions, fixed) + 1


def _cuts_of_least_loss(column, settings, positions, refinements, fixed):
    """Return the Cuts of minimum expected loss, on the grid and at jumps within its groups."""
    penalty = settings.penalty
    sums, weights = column.sums_before(positions), np.ones(len(positions))
    mean = penalty.average(sums, settings, weights)
    if not mean.varies:
        best = penalty.fewest_bins(sums, settings, _ends_at(fixed, positions))
        return Cuts(positions[best.cuts], best)
    if refinements:
        steps = _refined_cuts(
            column, settings.with_penalty(penalty.steps), positions, refinements, fixed
        ).positions
        steps = np.setdiff1d(steps, positions, assume_unique=True)
        if len(steps):
            positions = np.sort(np.append(positions, steps))
            sums = column.sums_before(positions)
            # A jump was searched among all samples of its group, which have the prior odds of one
            # cut together.
            n_in_group = settings.statistics.weights(sums[-1]) / (len(weights) + 1)
            weights = np.where(np.isin(positions, steps), 1.0 / max(n_in_group, 1.0), 1.0)
            mean = penalty.average(sums, settings, weights)
    best = penalty.partition(sums, settings, mean.rates, _ends_at(fixed, positions))
    return Cuts(positions[best.cuts], best)


def _refined_cuts(column, settings, positions, refinements, fixed):
    """Return the Cuts of minimum cost at these positions, and then at finer ones around those."""
    penalty = settings.penalty
    best = penalty.partition(column.sums_before(positions), settings, _ends_at(fixed, positions))
    for refine in refinements if penalty.is_refined else ():
        for _ in range(MAX_REFINEMENTS):
            chosen = np.setdiff1d(best.ends[:-1], _ends_at(fixed, positions))
            if not len(chosen):
                return Cuts(positions[best.cuts], best)
            # The selected cuts are among the finer ones, so the cost cannot increase.
            finer, thinned = refine(positions, chosen, max(FINE_CANDIDATES // len(chosen), 4))
            finer = _with_fixed(finer, fixed)
            if len(finer) < len(best.ends):
                break
            refined = penalty.partition(
                column.sums_before(finer), settings, _ends_at(fixed, finer)
            )
            if not _is_worth_refining(refined, len(finer), best, penalty, len(fixed)):
                return Cuts(positions[best.cuts], best)
            positions, best = finer, refined
            if not thinned:
                break
    return Cuts(positions[best.cuts], best)


def candidate_positions(column, settings):
    """Return the candidate positions of cuts, and the methods that refine selected cuts."""
    most = settings.max_groups(settings.statistics.weights(column.sums_before([])[-1]))
    limit = len(column) if most is None else min(most - 1, len(column))
    penalty, direction = settings.penalty, settings.direction
    # With a minimum weight, or constraints on neighbours, such as an increasing rate, a bin may
    # have to end inside a run of one class distribution.
    is_free = settings.min_weight <= 1.0 and not settings.compares_neighbours
    merges_runs = settings.statistics.n_classes > 1 and not penalty.on_grid
    if merges_runs and is_free and direction == 0:
        positions, complete = column.boundary_points(limit)
        if complete:
            return positions, _between_the_grid(column)
    positions, complete = column.firsts(limit)
    if complete:
        return positions, ()
    if direction and penalty.is_isotonic and is_free and not len(settings.fixed_edges):
        # Optimal over the whole grid: rates in the wrong direction are pooled.
        positions = column.isotonic_positions(settings.statistics.kernel_table, direction)
        return positions, _between_the_grid(column)
    return column.equal_frequency(most), (column.positions_near, *_between_the_grid(column))


def _between_the_grid(column):
    """Return the method that refines cuts between positions of the grid, if there are any."""
    return (column.positions_beside,) if column.is_sampled else ()


def _is_worth_refining(refined, n_candidates, best, penalty, n_fixed):
    """Return whether finer cuts reduce the cost, or on a grid, by more than their positions cost.

    The position of a cut among r costs log r nats. Without this cost cuts overfit.
    """
    saved = best.cost - refined.cost
    if not penalty.on_grid:
        return saved > RELATIVE_TOLERANCE * abs(best.cost)
    n_cuts, n_before = len(refined.ends) - 1 - n_fixed, len(best.ends) - 1 - n_fixed
    return saved > n_cuts * log(max((n_candidates - n_fixed) / n_before, 1.0))


def candidate_edges(column, max_candidates, closed="left"):
    """Return cuts between all values, or between a number of groups of equal frequency."""
    if not len(column):
        return np.empty(0)
    most = len(column) if max_candidates is None else min(max_candidates, len(column))
    positions, complete = column.firsts(most - 1)
    if not complete:
        positions = column.equal_frequency(most)
    return column.cut_values(positions, closed)
