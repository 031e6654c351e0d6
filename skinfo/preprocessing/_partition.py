"""The partition of ordered cells that costs least in all, and what it was asked to be."""

from dataclasses import dataclass, replace
from math import isqrt

import numpy as np

from skinfo._kernels._monotone import monotone_partitions
from skinfo._kernels._partition import optimal_partitions
from skinfo.preprocessing._penalties import Penalty, choose_n_bins, mdlp_cuts
from skinfo.preprocessing._target_statistics import ClassStatistics, GaussianStatistics


@dataclass(frozen=True)
class Settings:
    """What the bins of one column are to be.

    Attributes
    ----------
    task : ClassStatistics or GaussianStatistics

    max_bins : int

    penalty : Penalty or "mdlp"

    min_weight : float
        Least weight of a bin.

    max_candidates : int or None
        More boundary points than this are thinned to equal-frequency groups.

    signs : tuple of int
        The directions to try: 0 for any order of the rates, 1 for rising, -1 for falling.
    """

    task: ClassStatistics | GaussianStatistics
    max_bins: int
    penalty: Penalty | str
    min_weight: float
    max_candidates: int | None = None
    signs: tuple = (0,)

    @property
    def sign(self):
        """The direction, once there is but one."""
        return self.signs[0]

    def most_candidates(self, weight):
        """Return how many groups of rows there may be, None for any number."""
        if self.penalty == "mdlp" or not self.penalty.on_grid:
            return self.max_candidates
        grid = max(isqrt(int(weight)), self.max_bins)
        return grid if self.max_candidates is None else min(grid, self.max_candidates)

    def toward(self, sign):
        """Return the same with one direction."""
        return replace(self, signs=(sign,))


@dataclass(frozen=True)
class Partition:
    """Bins as the right ends of runs of cells, among 1..m, what y sums to in each, and the cost.

    `positions`, once set, are where in a sorted column the bins after the first begin.
    """

    chosen: np.ndarray
    sums: np.ndarray
    total: float
    sign: int
    positions: np.ndarray | None = None

    def at(self, positions):
        """Return the same with the positions of its bins, taken from the candidates'."""
        return replace(self, positions=positions[self.chosen[:-1] - 1])


def best_partition(before, settings):
    """Return the Partition of the cells between candidates that costs least.

    Parameters
    ----------
    before : ndarray of shape (m + 1, n_sums)
        Sums over the cells before each candidate, the first row zero, the last the sum of all.

    settings : Settings
        With one direction.
    """
    table = settings.task.cumulative(before)
    max_bins = min(settings.max_bins, len(before) - 1)
    if settings.penalty == "mdlp":
        chosen, total = mdlp_cuts(table, max_bins, settings.min_weight), 0.0
    else:
        chosen, total = _cheapest(table, before[-1], max_bins, settings)
    sums = np.diff(before[np.append(0, chosen)], axis=0)
    return Partition(chosen, sums, total, settings.sign)


def _cheapest(table, whole, max_bins, settings):
    """Return the right ends of the bins that cost least in all, and that cost."""
    penalty, n_cells = settings.penalty, len(table) - 1
    together = np.array([n_cells])
    if penalty.gate is not None:
        costs, _ = _partitions(table, max_bins, settings, penalty.gate.cost)
        if choose_n_bins(costs, penalty.gate, settings.task, whole, n_cells)[0] == 1:
            return together, np.inf
    costs, cuts = _partitions(table, max_bins, settings, penalty.cost)
    if not np.isfinite(costs).any():
        # Fewer rows than one bin needs: they stay together.
        return together, 0.0
    n_bins, total = choose_n_bins(costs, penalty, settings.task, whole, n_cells)
    return cuts[n_bins - 1, :n_bins], total


def _partitions(table, max_bins, settings, cost):
    if settings.sign:
        return monotone_partitions(table, max_bins, settings.min_weight, cost, settings.sign)
    return optimal_partitions(table, max_bins, settings.min_weight, cost)
