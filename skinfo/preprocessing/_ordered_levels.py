"""Levels in a given order, split into runs like a numeric column."""

import numpy as np

from skinfo.preprocessing._cuts import best_cuts
from skinfo.utils._text import one_line, short_repr


class OrderedLevels:
    """Statistics of ordered levels, with the interface of a numeric column.

    Position i is before level i. See `skinfo._counts._source`.

    Parameters
    ----------
    stats : ndarray of shape (n_levels, n_stats)
        No level is empty.
    """

    is_sampled = False

    def __init__(self, stats):
        self._sums = np.vstack([np.zeros(stats.shape[1]), np.cumsum(stats, axis=0)])

    def __len__(self):
        """Number of levels."""
        return len(self._sums) - 1

    def firsts(self, limit):
        """Return the positions between levels, and True: these are all."""
        return np.arange(1, len(self)), True

    boundary_points = firsts

    def sums_before(self, positions):
        """Return the target sums before each position and in all, (n_positions + 2, n_stats)."""
        return self._sums[np.concatenate([[0], positions, [len(self)]]).astype(np.int64)]


def runs_of_levels(levels, stats, settings):
    """Return all levels in order, the run of each, and the OrderedBins of the best runs.

    A level without samples in `fit` is in the run of the preceding level with samples, or in the
    first run.

    Parameters
    ----------
    levels : list
        Levels with samples.

    stats : ndarray of shape (n_levels, n_stats)

    settings : ColumnSettings

    Returns
    -------
    in_order : list

    runs : ndarray of shape (len(in_order),), dtype int64

    bins : OrderedBins

    Raises
    ------
    ValueError
        If a level is not in the given order.
    """
    place_of = {level: place for place, level in enumerate(settings.level_order)}
    unknown = [level for level in levels if level not in place_of]
    if unknown:
        raise ValueError(
            f"level_order of {one_line(settings.name)} lacks {len(unknown)} of its levels: "
            f"{short_repr([str(level) for level in unknown])}. Add them where they belong."
        )
    places = np.array([place_of[level] for level in levels], np.int64)
    column = OrderedLevels(stats[np.argsort(places)])
    found = [best_cuts(column, settings.with_direction(d)) for d in settings.directions]
    best = min(found, key=lambda cuts: cuts.bins.cost)
    n_seen = np.searchsorted(np.sort(places), np.arange(len(place_of)), side="right")
    runs = np.searchsorted(best.positions, np.maximum(n_seen - 1, 0), side="right")
    return list(settings.level_order), runs, best.bins
