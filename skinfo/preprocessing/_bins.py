"""Fitted bins of one column: codes of values, and labels of the bins."""

from dataclasses import dataclass, field, replace

import numpy as np

from skinfo._counts._cut_values import starts_of_cuts
from skinfo._counts._labels import (
    NUMBER_FORMATS,
    interval_labels,
    interval_words,
    level_labels,
    level_words,
    plain_words,
    special_labels,
    special_words,
)
from skinfo._counts._special_values import NO_SPECIAL_VALUES, SpecialValues
from skinfo._kernels._digitize import digitize
from skinfo.utils._saved_state import saved_class
from skinfo.utils._text import one_line, short_repr


@saved_class
@dataclass(frozen=True)
class NumericBins:
    """Half-open intervals between cuts, bins of special values, and a bin of missing values.

    Attributes
    ----------
    cuts : ndarray of shape (n_intervals - 1,), dtype float64
        Increasing. Dates are microseconds since 1970, durations microseconds.

    kind : {"number", "integer", "boolean", "date", "duration"}
        Kind of the column, which determines the format of numbers.

    own_missing : bool
        Whether the last bin is that of missing values.

    missing_bin : int
        The bin of missing values: the last one, the one they were merged with, or the one with
        most samples if `fit` saw none.

    merged : bool
        Whether missing values that `fit` saw are merged with an interval, `missing_bin`.

    centres : ndarray of shape (n_bins,), dtype float64
        Mean of the finite values in each bin, or the first special one; NaN for missing ones.

    closed : {"left", "right"}
        The closed end of the intervals.

    special : SpecialValues

    special_bins : tuple of int, of length n_groups
        The bin of each group of special values: a separate one after those of intervals, or that
        of an interval if `fit` saw none of the group.
    """

    cuts: np.ndarray
    kind: str = "number"
    own_missing: bool = False
    missing_bin: int = 0
    merged: bool = False
    centres: np.ndarray = field(default_factory=lambda: np.empty(0))
    closed: str = "left"
    special: SpecialValues = NO_SPECIAL_VALUES
    special_bins: tuple[int, ...] = ()

    is_categorical = False
    is_ordered = True

    @property
    def n_intervals(self):
        """Number of intervals."""
        return len(self.cuts) + 1

    @property
    def n_groups(self):
        """Number of bins except those of special and missing values."""
        return self.n_intervals

    @property
    def own_special(self):
        """Groups of special values that have a bin, a list."""
        return [i for i, b in enumerate(self.special_bins) if b >= self.n_intervals]

    @property
    def n_bins(self):
        """Number of bins, including those of special and missing values."""
        return self.n_intervals + len(self.own_special) + self.own_missing

    @property
    def starts(self):
        """Lower bound of each interval except the first."""
        return starts_of_cuts(self.cuts, self.closed)

    @property
    def edges(self):
        """Ends of the intervals, including -inf and inf."""
        return np.concatenate([[-np.inf], self.cuts, [np.inf]])

    @property
    def members(self):
        """None: a numeric column has no groups of levels."""
        return None

    def with_special(self, special, bins):
        """Return a copy with bins of special values; see the attributes."""
        bins = replace(self, special=special, special_bins=bins)
        firsts = [special.groups[i][0] for i in bins.own_special]
        return replace(bins, centres=np.append(self.centres, firsts))

    def with_own_missing(self):
        """Return a copy with a further bin, for missing values."""
        centres = np.append(self.centres, np.nan)
        return replace(self, own_missing=True, missing_bin=self.n_bins, centres=centres)

    def apart(self):
        """Return a copy for counts: see `CategoryBins.apart`."""
        n_bins, own = self.n_bins, self.own_special
        knows_missing = self.own_missing or self.merged
        return replace(
            self,
            missing_bin=self.missing_bin if knows_missing else n_bins,
            special_bins=tuple(
                b if i in own else n_bins + 1 for i, b in enumerate(self.special_bins)
            ),
            # So that the dtype of codes has room for both.
            own_missing=True,
        )

    def codes(self, table, j):
        """Return the bin of each sample of column j, (n_samples,) uint8 or uint16."""
        values = table.numbers(j)
        codes = np.empty(len(values), np.uint8 if self.n_bins <= 256 else np.uint16)
        digitize(values, self.starts, self.missing_bin, codes)
        self.special.mark(values, codes, self.special_bins)
        return codes

    def labels(self):
        """Return a label for each bin, such as ``[35, 48.5)``."""
        labels = interval_labels(self.edges, self.kind, self.closed)
        return _all_labels(labels, special_labels, self, self.kind)

    def words(self):
        """Return a label for each bin that is valid in column names, such as ``35_to_48.5``."""
        words = interval_words(self.edges, self.kind, self.closed)
        return [plain_words(each) for each in _all_labels(words, special_words, self, self.kind)]

    def representatives(self):
        """Return a value for each bin, as objects of the kind of the column."""
        return NUMBER_FORMATS[self.kind].restore(self.centres)


@saved_class
@dataclass(frozen=True)
class CategoryBins:
    """Groups of levels, bins of special levels, and a bin of missing values.

    Attributes
    ----------
    levels : list
        Levels seen in `fit`, sorted, without special and infrequent ones; or all of a given order.

    groups : ndarray of shape (n_levels,), dtype int64

    own_missing, missing_bin, merged
        As in `NumericBins`.

    fallback : int
        The bin of levels that `fit` did not see, such as the one with the most samples; with a
        pool, that of all unlisted levels.

    modes : list of length n_bins
        The most frequent level of each bin, or the first special one; None for missing ones.

    special, special_bins
        As in `NumericBins`. Each group has a separate bin.

    pool : str or None
        Name of the infrequent levels, which are in the bin `fallback`; None if there are none.

    is_ordered : bool
        Whether levels and groups follow a given order.
    """

    levels: list
    groups: np.ndarray
    own_missing: bool = False
    missing_bin: int = 0
    merged: bool = False
    fallback: int = 0
    modes: list = field(default_factory=list)
    special: SpecialValues = NO_SPECIAL_VALUES
    special_bins: tuple[int, ...] = ()
    pool: str | None = None
    is_ordered: bool = False

    is_categorical = True

    @property
    def n_groups(self):
        """Number of groups of levels."""
        if not len(self.groups) and self.pool is None:
            return 0
        # The bin of unseen levels may contain no seen level.
        return max(int(self.groups.max(initial=0)), self.fallback) + 1

    @property
    def n_levels(self):
        """Number of levels, where the pool counts as one."""
        return len(self.levels) + (self.pool is not None)

    @property
    def own_special(self):
        """Groups of special levels that have a bin, a list: all of them."""
        return list(range(len(self.special)))

    @property
    def n_bins(self):
        """Number of bins, including those of special and missing values."""
        return self.n_groups + len(self.special) + self.own_missing

    @property
    def edges(self):
        """None: a categorical column has no edges."""
        return None

    @property
    def members(self):
        """Levels of each group, including the name of the pool."""
        members = [[] for _ in range(self.n_groups)]
        for level, group in zip(self.levels, self.groups.tolist(), strict=True):
            members[group].append(level)
        if self.pool is not None:
            members[self.fallback].append(self.pool)
        return members

    def with_special(self, special, bins):
        """Return a copy with bins of special levels; see `NumericBins`."""
        modes = [*self.modes, *(levels[0] for levels in special.groups)]
        return replace(self, special=special, special_bins=bins, modes=modes)

    def with_own_missing(self):
        """Return a copy with a further bin, for missing values."""
        modes = [*self.modes, None]
        return replace(self, own_missing=True, missing_bin=self.n_bins, modes=modes)

    def apart(self):
        """Return a copy for counts, in which values that `fit` did not see are in no bin.

        The code of missing values that `fit` did not see is `n_bins`; that of unseen levels and
        special values is ``n_bins + 1``, unless levels are in a pool.
        """
        knows_missing = self.own_missing or self.merged
        missing_bin = self.missing_bin if knows_missing else self.n_bins
        fallback = self.n_bins + 1 if self.pool is None else self.fallback
        return replace(self, missing_bin=missing_bin, fallback=fallback)

    def codes(self, table, j):
        """Return the bin of each sample of column j, (n_samples,) int64."""
        codes, levels = table.levels(j)
        special = self.special.of_levels()
        self._refuse_other_types(
            [level for level in levels if level not in special], table.names[j]
        )
        known = dict(zip(self.levels, self.groups.tolist(), strict=True))
        known |= {level: self.special_bins[group] for level, group in special.items()}
        bin_of = [known.get(level, self.fallback) for level in levels] + [self.missing_bin]
        return np.array(bin_of, dtype=np.int64)[codes]

    def labels(self):
        """Return a label for each bin, such as ``{red, blue}``."""
        return _all_labels(level_labels(self.members), special_labels, self, None)

    def words(self):
        """Return a label for each bin that is valid in column names, such as ``blue|red``."""
        words = _all_labels(level_words(self.members), special_words, self, None)
        return [plain_words(each) for each in words]

    def representatives(self):
        """Return a level for each bin, as objects."""
        representatives = np.empty(self.n_bins, dtype=object)
        representatives[:] = self.modes
        return representatives

    def _refuse_other_types(self, levels, name):
        """Raise if text has become numbers, or numbers text: all levels would be unseen."""
        if not self.levels or not levels:
            return
        were_text, are_text = (
            [isinstance(level, str) for level in each] for each in (self.levels, levels)
        )
        if (all(were_text) and not any(are_text)) or (all(are_text) and not any(were_text)):
            then, now = (
                each[0].item() if isinstance(each[0], np.generic) else each[0]
                for each in (self.levels, levels)
            )
            raise ValueError(
                f"{one_line(name)} held levels such as {short_repr(then)} of type "
                f"{type(then).__name__} in fit, and now {short_repr(now)} of type "
                f"{type(now).__name__}. Convert it to what it was."
            )


def _all_labels(labels, name_special, bins, kind):
    """Return the labels of intervals or groups, and those of special and missing values."""
    if bins.merged:
        labels[bins.missing_bin] += " or missing"
    labels += name_special(bins.special.take(bins.own_special), kind)
    return [*labels, "missing"] if bins.own_missing else labels
