"""The bins of one column, and what y sums to in each."""

from dataclasses import dataclass, replace

import numpy as np

from skinfo._counts._sorted_column import SortedColumn
from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._cuts import supervised_cuts
from skinfo.preprocessing._groups import supervised_groups
from skinfo.preprocessing._partition import best_partition
from skinfo.utils._grouping import sum_groups


@dataclass(frozen=True)
class FittedColumn:
    """Bins, what y sums to in each (n_bins, n_sums) and at missing values, and the direction.

    `level_sums`, (n_levels, n_sums), are there of a column of levels until it is encoded.
    """

    bins: NumericBins | CategoryBins
    sums: np.ndarray
    missing: np.ndarray
    direction: int = 0
    level_sums: np.ndarray | None = None


def fit_numbers(values, target, settings, kind, missing_mode):
    """Return the FittedColumn of a column of numbers.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), dtype float64
        NaN is missing.

    target : ClassTarget or ContinuousTarget

    settings : Settings

    kind : str
        What the numbers stand for; see `NumericBins`.

    missing_mode : {"separate", "merge"}
    """
    column = SortedColumn(values, target)
    cuts, sums, means, direction = supervised_cuts(column, settings, kind)
    bins = NumericBins(cuts, kind, centres=means)
    fitted = FittedColumn(bins, sums, column.missing_sums, direction)
    return _place_missing(fitted, settings.task, missing_mode)


def fit_number_profile(profile, settings, missing_mode):
    """Return the FittedColumn of a NumericSummary."""
    before = np.vstack([np.zeros(profile.cells.shape[1]), np.cumsum(profile.cells, axis=0)])
    best = min(
        (best_partition(before, settings.toward(sign)) for sign in settings.signs),
        key=lambda found: found.total,
    )
    bins = NumericBins(
        profile.edges[best.chosen[:-1] - 1], profile.kind, centres=profile.means(best.chosen)
    )
    fitted = FittedColumn(bins, best.sums, profile.missing_sums, best.sign)
    return _place_missing(fitted, settings.task, missing_mode)


def fit_level_profile(profile, settings, missing_mode):
    """Return the FittedColumn of a CategoricalSummary."""
    levels, sums = profile.sorted()
    groups, grouped, modes = np.empty(0, np.int64), np.zeros((0, sums.shape[1])), []
    if levels:
        groups = supervised_groups(sums, settings)
        grouped = sum_groups(sums, groups)
        # The heaviest level of each group, the first of equals.
        by_weight = np.argsort(-settings.task.weights(sums), kind="stable")
        _, firsts = np.unique(groups[by_weight], return_index=True)
        modes = [levels[i] for i in by_weight[firsts]]
    bins = CategoryBins(levels, groups, modes=modes)
    fitted = FittedColumn(bins, grouped, profile.missing_sums, level_sums=sums)
    return _place_missing(fitted, settings.task, missing_mode)


def _place_missing(fitted, task, missing_mode):
    """Give missing values a bin of their own, or the bin that loses least; the rest a fallback."""
    bins, sums = fitted.bins, fitted.sums
    sizes = task.weights(sums)
    fullest = int(np.argmax(sizes)) if len(sizes) else 0
    if bins.is_categorical:
        bins = replace(bins, fallback=fullest)
    if task.weights(fitted.missing) <= 0.0:
        return replace(fitted, bins=replace(bins, missing_bin=fullest))
    if missing_mode == "merge" and sizes.sum() > 0.0:
        closest = _closest_bin(sums, fitted.missing, task)
        sums = sums.copy()
        sums[closest] += fitted.missing
        return replace(fitted, bins=replace(bins, missing_bin=closest, merged=True), sums=sums)
    bins = replace(bins, own_missing=True, missing_bin=len(sums), **_no_representative(bins))
    return replace(fitted, bins=bins, sums=np.vstack([sums, fitted.missing]))


def _closest_bin(sums, missing, task):
    """Return the bin that missing values can join with the least loss of information."""
    kept = []
    for b in range(len(sums)):
        joined = sums.copy()
        joined[b] += missing
        kept.append(task.information(joined))
    return int(np.argmax(kept))


def _no_representative(bins):
    if bins.is_categorical:
        return {"modes": [*bins.modes, None]}
    return {"centres": np.append(bins.centres, np.nan)}
