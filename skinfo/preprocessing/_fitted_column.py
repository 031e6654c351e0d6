"""Fitted bins of one column with their target statistics."""

from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from skinfo._counts._partial_column import answers_to
from skinfo._counts._special_values import NO_SPECIAL_VALUES, SpecialValues
from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._cuts import best_cuts, fixed_positions
from skinfo.preprocessing._groups import supervised_groups
from skinfo.preprocessing._ordered_levels import runs_of_levels
from skinfo.utils._grouping import sum_groups
from skinfo.utils._saved_state import saved_class
from skinfo.utils._text import one_line, short_repr


@saved_class
@dataclass(frozen=True)
class FittedColumn:
    """Bins of one column and their target statistics.

    Attributes
    ----------
    bins : NumericBins or CategoryBins

    stats : ndarray of shape (n_bins, n_stats)

    missing_stats : ndarray of shape (n_stats,)
        Statistics of missing values, separate or merged.

    direction : int
        1 or -1 for a rate constrained to increase or decrease, 2 or -2 for one constrained to do
        so first and then the opposite, else 0.

    level_stats : ndarray of shape (n_levels, n_stats) or None
        Statistics of single levels; dropped after the column is encoded.
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

    def special_bits(self, statistics):
        """Return the contribution of special values to the information, in bits."""
        own = [self.bins.special_bins[i] for i in self.bins.own_special]
        return float(statistics.bits(self.stats[own], self.stats).sum()) if own else 0.0


def fit_numbers(column, settings, missing_mode):
    """Return the FittedColumn of a numeric column.

    Parameters
    ----------
    column : SortedColumn, NumericSummary or the like

    settings : ColumnSettings

    missing_mode : {"separate", "merge"}
    """
    missing, closed = column.missing_sums, settings.closed
    fixed = settings.fixed_edges
    if not len(column):
        n_bins = len(fixed) + 1
        centres = values_inside(fixed, column.kind, closed)
        bins = NumericBins(fixed, column.kind, centres=centres, closed=closed)
        fitted = FittedColumn(bins, np.zeros((n_bins, len(missing))), missing)
    else:
        searched = settings.with_room_for(len(fixed) - len(fixed_positions(column, settings)))
        found = answers_to(
            partial(best_cuts, column, searched.with_direction(d))
            for d in possible_directions(column, settings)
        )
        best = min(found, key=lambda cuts: cuts.bins.cost)
        cuts, stats = column.cut_values(best.positions, closed), best.bins.stats
        centres = column.means(best.positions)
        if len(fixed):
            cuts, stats = cuts_with_fixed(column, best.positions, cuts, settings)
            is_filled = settings.statistics.weights(stats) > 0
            filled, centres = centres, values_inside(cuts, column.kind, closed)
            centres[is_filled] = filled
        bins = NumericBins(cuts, column.kind, centres=centres, closed=closed)
        fitted = FittedColumn(bins, stats, missing, best.bins.direction)
    separate = SeparateValues(settings.special, column.special_sums, missing_mode)
    return add_separate_bins(fitted, separate, settings.statistics)


# Smallest difference of two values of a kind with integer values.
STEPS = {"integer": 1.0, "date": 1.0, "duration": 1.0}


def values_inside(cuts, kind, closed):
    """Return a value inside each interval, which represents one without samples.

    The closed end of the interval; for an interval without such an end the value next to its other
    end.

    Parameters
    ----------
    cuts : ndarray of shape (n_intervals - 1,)

    kind : str
        As in `NumericBins`.

    closed : {"left", "right"}

    Returns
    -------
    values : ndarray of shape (n_intervals,)
        NaN for a single interval without cuts.
    """
    if not len(cuts):
        return np.full(1, np.nan)
    # Next to the largest number is infinity, which is in the interval.
    with np.errstate(over="ignore"):
        if closed == "left":
            beside = cuts[0] - STEPS[kind] if kind in STEPS else np.nextafter(cuts[0], -np.inf)
            return np.append(beside, cuts)
        beside = cuts[-1] + STEPS[kind] if kind in STEPS else np.nextafter(cuts[-1], np.inf)
        return np.append(cuts, beside)


def possible_directions(column, settings):
    """Return the feasible directions, given the rates between fixed cuts.

    Further cuts do not add directions: a rate between two cuts is a mean of rates, and means of
    runs of a sequence that increases, or that increases and then decreases, do so too.

    Raises
    ------
    ValueError
        If there are none, unless `settings.may_relax`.
    """
    fixed = fixed_positions(column, settings)
    if not len(fixed) or settings.directions == (0,):
        return settings.directions
    stats = np.diff(column.sums_before(fixed), axis=0)
    rates = settings.statistics.sort_keys(stats)
    possible = tuple(d for d in settings.directions if has_shape(rates, d))
    if not possible and settings.may_relax:
        return (0,)
    if not possible:
        raise ValueError(
            f"fixed_edges of {one_line(settings.name)}: between them the rates are "
            f"{short_repr(settings.statistics.to_y(rates).round(6).tolist())}, and no further cut "
            f"makes these {' or '.join(SHAPES[d] for d in settings.directions)}. Leave out a "
            "fixed cut, or set monotonic_cst of this column to 0."
        )
    return possible


# Names of the directions in messages.
SHAPES = {
    1: "rise",
    -1: "fall",
    2: "rise and then fall",
    -2: "fall and then rise",
}


def has_shape(rates, direction):
    """Return whether rates rise (1), fall (-1), rise and then fall (2), or the opposite (-2)."""
    steps = np.sign(direction) * np.diff(rates)
    top = len(steps) if abs(direction) < 2 else int(np.argmax(np.append(steps < 0, True)))
    return bool((steps[:top] >= 0).all() and (steps[top:] <= 0).all())


def cuts_with_fixed(column, positions, cuts, settings):
    """Return the cuts of a column, including fixed ones, and the statistics between them.

    Parameters
    ----------
    column : SortedColumn, NumericSummary or the like

    positions : ndarray of shape (n_cuts,), dtype int64
        Including those of fixed cuts, except cuts without samples between them and the next one,
        or beyond them.

    cuts : ndarray of shape (n_cuts,)
        Numbers at these positions.

    settings : ColumnSettings
    """
    of_fixed = column.positions_of(settings.fixed_starts)
    is_free = ~np.isin(positions, of_fixed)
    cuts = np.append(settings.fixed_edges, cuts[is_free])
    order = np.argsort(cuts)
    before = column.sums_before(np.append(of_fixed, positions[is_free])[order])
    return cuts[order], np.diff(before, axis=0)


def fit_levels(column, settings, missing_mode):
    """Return the FittedColumn of a categorical column.

    Parameters
    ----------
    column : CategoricalSummary

    settings : ColumnSettings

    missing_mode : {"separate", "merge"}
    """
    levels, stats, special, special_stats = _without_special(*column.sorted(), settings.special)
    fitted = FittedColumn(CategoryBins([], np.empty(0, np.int64)), stats[:0], column.missing_sums)
    if levels and settings.level_order is not None:
        fitted = _with_runs(fitted, levels, stats, settings)
    elif levels:
        fitted = _with_groups(fitted, levels, stats, settings)
    separate = SeparateValues(special, special_stats, missing_mode)
    return add_separate_bins(fitted, separate, settings.statistics)


def _with_runs(fitted, levels, stats, settings):
    """Return a column with the best runs of ordered levels."""
    in_order, runs, best = runs_of_levels(levels, stats, settings)
    run_of = dict(zip(in_order, runs.tolist(), strict=True))
    modes = _modes(levels, [run_of[level] for level in levels], settings.statistics.weights(stats))
    bins = CategoryBins(in_order, runs, modes=modes, is_ordered=True)
    return replace(fitted, bins=bins, stats=best.stats, direction=best.direction)


def _with_groups(fitted, levels, stats, settings):
    """Return a column with the best groups of levels, after pooling infrequent ones."""
    levels, stats, weights, pool = _with_pool(levels, stats, settings)
    groups = supervised_groups(stats, settings)
    # A level with a name represents its group, if there is one.
    names = levels if pool is None else [*levels, pool]
    modes = _modes(names, groups, weights)
    bins = CategoryBins(levels, groups[: len(levels)], modes=modes, pool=pool)
    if pool is not None:
        bins = replace(bins, fallback=int(groups[-1]))
    return replace(fitted, bins=bins, stats=sum_groups(stats, groups), level_stats=stats)


def _modes(levels, groups, weights):
    """Return the level of each group with the largest weight; ties go to the first."""
    by_weight = np.argsort(-weights, kind="stable")
    _, firsts = np.unique(np.asarray(groups)[by_weight], return_index=True)
    return [levels[i] for i in by_weight[firsts]]


def _with_pool(levels, stats, settings):
    """Return levels without infrequent ones, and all statistics, with the pool last.

    Returns
    -------
    levels : list

    stats : ndarray of shape (n_levels, n_stats), or (n_levels + 1, n_stats) with a pool

    weights : ndarray
        Priority of levels as representatives of a group: the pool comes last.

    pool : str or None
        The name of the pool, if a level is infrequent.
    """
    weights, label = settings.statistics.weights(stats), settings.infrequent_label
    is_frequent = weights >= settings.min_level_weight
    if is_frequent.all():
        return levels, stats, weights, None
    if label in levels:
        raise ValueError(
            f"infrequent_label={short_repr(label)} is a level of {one_line(settings.name)}. "
            "Choose a name that is not."
        )
    pooled = stats[~is_frequent].sum(axis=0, keepdims=True)
    return (
        [levels[i] for i in np.flatnonzero(is_frequent)],
        np.vstack([stats[is_frequent], pooled]),
        np.append(weights[is_frequent], 0.0),
        label,
    )


def _without_special(levels, stats, special):
    """Return levels and their statistics without special ones, and those of special groups.

    Special levels that `fit` did not see are treated like other unseen ones: only groups with a
    seen level are kept, and in them only levels of a type of the column.
    """
    group_of = special.of_levels()
    groups = np.array([group_of.get(level, -1) for level in levels], np.int64)
    seen = np.unique(groups[groups >= 0]).tolist()
    if not seen:
        return levels, stats, NO_SPECIAL_VALUES, stats[:0]
    sums = sum_groups(stats[groups >= 0], np.searchsorted(seen, groups[groups >= 0]))
    has_text = {isinstance(level, str) for level in levels}
    special = SpecialValues(
        tuple(
            tuple(level for level in special.groups[i] if isinstance(level, str) in has_text)
            for i in seen
        ),
        tuple(special.names[i] for i in seen),
    )
    is_other = groups < 0
    return [levels[i] for i in np.flatnonzero(is_other)], stats[is_other], special, sums


class SeparateValues(NamedTuple):
    """Values that are not part of the search: special and missing ones.

    Attributes
    ----------
    special : SpecialValues

    special_stats : ndarray of shape (n_groups, n_stats)

    missing_mode : {"separate", "merge"}
    """

    special: SpecialValues
    special_stats: np.ndarray
    missing_mode: str


def add_separate_bins(fitted, separate, statistics):
    """Return the column with bins for special and missing values, and one for unseen levels.

    Each group of special values has a separate bin. Missing values have one as well, or are merged
    with the bin of other values with the smallest loss of information. Unseen levels, and special
    and missing values that `fit` did not see, are assigned to the bin of other values with the
    most samples; unseen levels to the pool of infrequent ones, if there is one.
    """
    bins, stats, missing = fitted.bins, fitted.stats, fitted.missing_stats
    sizes = statistics.weights(stats)
    fullest = int(np.argmax(sizes)) if len(sizes) else 0
    if bins.is_categorical and bins.pool is None:
        bins = replace(bins, fallback=fullest)
    has_missing = bool(statistics.weights(missing) > 0.0)
    is_merged = has_missing and separate.missing_mode == "merge" and bool(sizes.sum() > 0.0)
    bins = replace(bins, missing_bin=fullest)
    if is_merged:
        closest = _closest_bin(stats, missing, statistics)
        stats = stats.copy()
        stats[closest] += missing
        bins = replace(bins, missing_bin=closest, merged=True)
    if len(separate.special):
        is_seen = statistics.weights(separate.special_stats) > 0.0
        special_bins = np.where(is_seen, len(stats) + np.cumsum(is_seen) - 1, fullest)
        bins = bins.with_special(separate.special, tuple(special_bins.tolist()))
        stats = np.vstack([stats, separate.special_stats[is_seen]])
    if has_missing and not is_merged:
        bins, stats = bins.with_own_missing(), np.vstack([stats, missing])
    return replace(fitted, bins=bins, stats=stats)


def _closest_bin(stats, missing, statistics):
    """Return the bin with which missing values are merged at the smallest loss of information."""
    information = []
    for b in range(len(stats)):
        joined = stats.copy()
        joined[b] += missing
        information.append(statistics.information(joined))
    return int(np.argmax(information))
