"""The fitted bins of one column with the target statistics of each."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from skinfo._counts._partial_column import answers_to
from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._cuts import best_cuts
from skinfo.preprocessing._groups import supervised_groups
from skinfo.utils._grouping import sum_groups


@dataclass(frozen=True)
class FittedColumn:
    """Bins of one column and their target statistics.

    Attributes
    ----------
    bins : NumericBins or CategoryBins

    stats : ndarray of shape (n_bins, n_stats)

    missing_stats : ndarray of shape (n_stats,)
        Of missing values, wherever they were put.

    direction : int
        1 or -1 where the rate had to rise or to fall, else 0.

    level_stats : ndarray of shape (n_levels, n_stats) or None
        Of single levels; dropped once the column is encoded.
    """

    bins: NumericBins | CategoryBins
    stats: np.ndarray
    missing_stats: np.ndarray
    direction: int = 0
    level_stats: np.ndarray | None = None

    def missing_bits(self, statistics):
        """Return the contribution of missing values to the information, in bits."""
        # Most columns have none, and this would take a tenth of their fit.
        if not self.missing_stats.any():
            return 0.0
        return float(statistics.bits(self.missing_stats[None], self.stats)[0])


def fit_numbers(column, settings, missing_mode):
    """Return the FittedColumn of a column of numbers.

    Parameters
    ----------
    column : SortedColumn, NumericSummary or the like

    settings : ColumnSettings

    missing_mode : {"separate", "merge"}
    """
    missing = column.missing_sums
    if not len(column):
        bins = NumericBins(np.empty(0), column.kind, centres=np.full(1, np.nan))
        fitted = FittedColumn(bins, np.zeros((1, len(missing))), missing)
    else:
        found = answers_to(
            partial(best_cuts, column, settings.with_direction(d)) for d in settings.directions
        )
        best = min(found, key=lambda cuts: cuts.bins.cost)
        bins = NumericBins(
            column.cut_values(best.positions), column.kind, centres=column.means(best.positions)
        )
        fitted = FittedColumn(bins, best.bins.stats, missing, best.bins.direction)
    return place_missing(fitted, settings.statistics, missing_mode)


def fit_levels(column, settings, missing_mode):
    """Return the FittedColumn of a column of levels.

    Parameters
    ----------
    column : CategoricalSummary

    settings : ColumnSettings

    missing_mode : {"separate", "merge"}
    """
    levels, stats = column.sorted()
    groups, of_groups, modes = np.empty(0, np.int64), np.zeros((0, stats.shape[1])), []
    if levels:
        groups = supervised_groups(stats, settings)
        of_groups = sum_groups(stats, groups)
        # The heaviest level of each group, the first of equals.
        by_weight = np.argsort(-settings.statistics.weights(stats), kind="stable")
        _, firsts = np.unique(groups[by_weight], return_index=True)
        modes = [levels[i] for i in by_weight[firsts]]
    bins = CategoryBins(levels, groups, modes=modes)
    fitted = FittedColumn(bins, of_groups, column.missing_sums, level_stats=stats)
    return place_missing(fitted, settings.statistics, missing_mode)


def place_missing(fitted, statistics, missing_mode):
    """Return the column with a bin for missing values, and one for unseen levels.

    Missing values have a bin of their own, or join the bin that loses least information by it.
    Unseen levels, and missing values where `fit` saw none, go to the fullest bin.
    """
    bins, stats = fitted.bins, fitted.stats
    sizes = statistics.weights(stats)
    fullest = int(np.argmax(sizes)) if len(sizes) else 0
    if bins.is_categorical:
        bins = replace(bins, fallback=fullest)
    if statistics.weights(fitted.missing_stats) <= 0.0:
        return replace(fitted, bins=replace(bins, missing_bin=fullest))
    if missing_mode == "merge" and sizes.sum() > 0.0:
        closest = _closest_bin(stats, fitted.missing_stats, statistics)
        stats = stats.copy()
        stats[closest] += fitted.missing_stats
        return replace(fitted, bins=replace(bins, missing_bin=closest, merged=True), stats=stats)
    return replace(
        fitted, bins=bins.with_own_missing(), stats=np.vstack([stats, fitted.missing_stats])
    )


def _closest_bin(stats, missing, statistics):
    """Return the bin that missing values can join with the least loss of information."""
    information = []
    for b in range(len(stats)):
        joined = stats.copy()
        joined[b] += missing
        information.append(statistics.information(joined))
    return int(np.argmax(information))
