"""Partition of ordered cells into bins, and the settings of a column."""

from dataclasses import dataclass, field, replace
from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from skinfo._counts._cut_values import starts_of_cuts
from skinfo._counts._special_values import NO_SPECIAL_VALUES, SpecialValues
from skinfo.preprocessing._target_statistics import ClassStatistics, GaussianStatistics

if TYPE_CHECKING:
    from skinfo.preprocessing._penalties import AdditivePenalty, ExpectedLoss, GreedyMDLP

# Bounds of the number of groups of a grid. Time grows with their square; with 256 at most,
# held-out information changes by 0.001 of that of the rate.
LEAST_GROUPS, MOST_GROUPS = 64, 128

# Bounds of the maximum number of bins, the cube root of the number of samples.
LEAST_MAX_BINS, MOST_MAX_BINS = 8, 32


def max_bins_for(max_bins, weight, target_type):
    """Return the maximum number of bins for samples of this weight, `max_bins` unless "auto".

    Bins that are k times as narrow have rates of k times the variance, and a bias of the square of
    their width: the best k grows with the cube root of n. For a continuous y it is the lower
    bound: more bins have been evaluated for class rates only.
    """
    if max_bins != "auto":
        return max_bins
    if target_type == "continuous":
        return LEAST_MAX_BINS
    return min(max(round(weight ** (1 / 3)), LEAST_MAX_BINS), MOST_MAX_BINS)


@dataclass(frozen=True)
class ColumnSettings:
    """Requirements on the bins of one column.

    Attributes
    ----------
    statistics : ClassStatistics or GaussianStatistics

    max_bins : int

    penalty : AdditivePenalty, ExpectedLoss or GreedyMDLP

    min_weight : float
        Minimum weight of a bin.

    max_candidates : int or None
        More boundary points than this are thinned to equal-frequency groups.

    directions : tuple of int
        The directions to try: 0 for any order of the rates, 1 for increasing, -1 for decreasing, 2
        for first increasing and then decreasing, -2 for the opposite.

    min_difference : float
        Minimum difference of the rates of a class, or of means in units of the statistics, between
        neighbouring bins.

    min_statistic : float
        Minimum statistic of the test of such bins; see `constrained_partitions`.

    fixed_edges : ndarray of shape (n_fixed,), dtype float64
        Required cuts.

    may_relax : bool
        Whether any direction is allowed if rates between fixed cuts satisfy none of `directions`.

    special : SpecialValues
        Values that have separate bins.

    closed : {"left", "right"}
        The closed end of the intervals.

    min_level_weight : float
        Levels of less weight are pooled.

    infrequent_label : str
        Name of the pool.

    level_order : tuple or None
        Ordered levels of a column that is split into runs of them.

    name : str
        Name of the column in messages.
    """

    statistics: ClassStatistics | GaussianStatistics
    max_bins: int
    penalty: "AdditivePenalty | ExpectedLoss | GreedyMDLP"
    min_weight: float
    max_candidates: int | None = None
    directions: tuple[int, ...] = (0,)
    min_difference: float = 0.0
    min_statistic: float = 0.0
    fixed_edges: np.ndarray = field(default_factory=lambda: np.empty(0))
    may_relax: bool = False
    special: SpecialValues = NO_SPECIAL_VALUES
    closed: str = "left"
    min_level_weight: float = 0.0
    infrequent_label: str = "infrequent"
    level_order: tuple[Any, ...] | None = None
    name: str = "the column"

    @property
    def fixed_starts(self):
        """Smallest number on the right of each fixed cut."""
        return starts_of_cuts(self.fixed_edges, self.closed)

    @property
    def compares_neighbours(self):
        """Whether neighbouring bins are constrained, except by the direction of the rate."""
        return self.min_difference > 0.0 or self.min_statistic > 0.0 or abs(self.direction) > 1

    @property
    def direction(self):
        """The single direction."""
        return self.directions[0]

    def max_groups(self, weight):
        """Return the maximum number of equal-frequency groups, None for any number."""
        if not self.penalty.on_grid:
            return self.max_candidates
        grid = max(min(isqrt(int(weight)), MOST_GROUPS), LEAST_GROUPS, self.max_bins)
        return grid if self.max_candidates is None else min(grid, self.max_candidates)

    def with_direction(self, direction):
        """Return a copy with one direction."""
        # Most columns have no constraints, and a copy takes as long as a search of 50 samples.
        is_asked = self.directions != (direction,)
        return replace(self, directions=(direction,)) if is_asked else self

    def with_room_for(self, n_idle):
        """Return a copy with fewer bins, without those that empty fixed cuts add.

        These cuts are not part of the search.
        """
        return replace(self, max_bins=self.max_bins - n_idle) if n_idle else self

    def with_penalty(self, penalty):
        """Return a copy with another penalty."""
        return replace(self, penalty=penalty)


@dataclass(frozen=True)
class OrderedBins:
    """Bins that are runs of ordered cells.

    Attributes
    ----------
    ends : ndarray of shape (n_bins,), dtype int64
        Right ends of the runs, among 1..n_cells.

    stats : ndarray of shape (n_bins, n_stats)

    cost : float
        In nats, including the penalty.

    direction : int
    """

    ends: np.ndarray
    stats: np.ndarray
    cost: float
    direction: int

    @classmethod
    def of(cls, cumulative, ends, cost, direction):
        """Return the bins with these right ends of cells with these cumulative statistics."""
        stats = np.diff(cumulative[np.append(0, ends)], axis=0)
        return cls(ends, stats, cost, direction)

    @property
    def cuts(self):
        """Indices among the n_cells - 1 candidates of the cuts between bins, (n_bins - 1,)."""
        return self.ends[:-1] - 1
