"""Partition of ordered cells into bins, and the settings of a column that it depends on."""

from dataclasses import dataclass, field, replace
from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from skinfo._counts._cut_values import starts_of_cuts
from skinfo._counts._special_values import NO_SPECIAL_VALUES, SpecialValues
from skinfo.preprocessing._target_statistics import ClassStatistics, GaussianStatistics

if TYPE_CHECKING:
    from skinfo.preprocessing._penalties import AdditivePenalty, ExpectedLoss, GreedyMDLP

# A grid has no fewer and no more groups, however many samples there are. Time grows with their
# square; with 256 at most, held-out information changes by 0.001 of what the rate tells.
LEAST_GROUPS, MOST_GROUPS = 64, 128

# Number of bins, at most, where it depends on the number of samples: its cube root, within these.
LEAST_MAX_BINS, MOST_MAX_BINS = 8, 32


def max_bins_for(max_bins, weight, target_type):
    """Return the largest number of bins of samples of this weight, `max_bins` unless "auto".

    Bins that are k times as narrow have rates of k times the variance, and differ from the curve
    of the rate by the square of their width: the best k grows with the cube root of n. Of a
    continuous y it is the least number: more have been compared for class rates only.
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
        The directions to try: 0 for any order of the rates, 1 for rising, -1 for falling, 2 for
        first rising and then falling, -2 for the opposite.

    min_difference : float
        Least difference of the rates of a class, or of means in units of the statistics, between
        bins that are neighbours.

    min_statistic : float
        Least statistic of the test of such bins; see `constrained_partitions`.

    fixed_edges : ndarray of shape (n_fixed,), dtype float64
        Cuts that have to be there.

    may_relax : bool
        Whether any direction is taken where rates between fixed cuts leave none of `directions`.

    special : SpecialValues
        Values that have bins of their own.

    closed : {"left", "right"}
        The end that an interval holds.

    min_level_weight : float
        Levels of less weight are pooled.

    infrequent_label : str
        The name of the pool.

    level_order : tuple or None
        Levels in their order, of a column that is cut into runs of them.

    name : str
        What messages call the column.
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
        """The least number to the right of each fixed cut."""
        return starts_of_cuts(self.fixed_edges, self.closed)

    @property
    def compares_neighbours(self):
        """Whether not any two bins may be neighbours, beside those of a rising or falling rate."""
        return self.min_difference > 0.0 or self.min_statistic > 0.0 or abs(self.direction) > 1

    @property
    def direction(self):
        """The direction, once there is but one."""
        return self.directions[0]

    def max_groups(self, weight):
        """Return the largest number of equal-frequency groups, None for any number."""
        if not self.penalty.on_grid:
            return self.max_candidates
        grid = max(min(isqrt(int(weight)), MOST_GROUPS), LEAST_GROUPS, self.max_bins)
        return grid if self.max_candidates is None else min(grid, self.max_candidates)

    def with_direction(self, direction):
        """Return the same with one direction."""
        # Most columns are asked for nothing, and a copy takes as long as a search of 50 samples.
        is_asked = self.directions != (direction,)
        return replace(self, directions=(direction,)) if is_asked else self

    def with_room_for(self, n_idle):
        """Return the same less some bins, those that fixed cuts without samples beside them make.

        They are no cuts of the search.
        """
        return replace(self, max_bins=self.max_bins - n_idle) if n_idle else self

    def with_penalty(self, penalty):
        """Return the same with another penalty."""
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
        In nats, the penalty included.

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
