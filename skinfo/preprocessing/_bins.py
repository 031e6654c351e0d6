"""Fitted bins of one column: from values to codes, and labels of the bins."""

from dataclasses import dataclass, field, replace

import numpy as np

from skinfo._counts._labels import (
    NUMBER_FORMATS,
    interval_labels,
    interval_words,
    level_labels,
    level_words,
    plain_words,
)
from skinfo._kernels._digitize import digitize


@dataclass(frozen=True)
class NumericBins:
    """Half-open intervals between cuts, then a bin for missing values if they have one.

    Attributes
    ----------
    cuts : ndarray of shape (n_intervals - 1,), dtype float64
        Increasing; a value equal to a cut belongs to its right. Dates are microseconds
        since 1970, durations microseconds.

    kind : {"number", "integer", "boolean", "date", "duration"}
        The kind of the column, which decides how numbers are written.

    own_missing : bool
        Whether the last bin is that of missing values.

    missing_bin : int
        The bin of missing values: the last one, the one they were merged with, or the fullest if
        `fit` saw none.

    merged : bool
        Whether missing values that `fit` saw share `missing_bin` with an interval.

    centres : ndarray of shape (n_bins,), dtype float64
        Mean of the finite values in each bin; NaN for missing ones.
    """

    cuts: np.ndarray
    kind: str = "number"
    own_missing: bool = False
    missing_bin: int = 0
    merged: bool = False
    centres: np.ndarray = field(default_factory=lambda: np.empty(0))

    is_categorical = False

    @property
    def n_bins(self):
        """Number of bins, that of missing values included."""
        return len(self.cuts) + 1 + self.own_missing

    @property
    def edges(self):
        """Ends of the intervals, -inf and inf included."""
        return np.concatenate([[-np.inf], self.cuts, [np.inf]])

    @property
    def members(self):
        """A column of numbers has no groups of levels."""
        return None

    def with_own_missing(self):
        """Return the same with a further bin, for missing values."""
        centres = np.append(self.centres, np.nan)
        return replace(self, own_missing=True, missing_bin=self.n_bins, centres=centres)

    def apart(self):
        """Return the same bins, for counts: see `CategoryBins.apart`."""
        return self if self.own_missing or self.merged else self.with_own_missing()

    def codes(self, table, j):
        """Return the bin of each row of column j, (n_samples,) uint8, or uint16 for many bins."""
        values = table.numbers(j)
        codes = np.empty(len(values), np.uint8 if self.n_bins <= 256 else np.uint16)
        digitize(values, self.cuts, self.missing_bin, codes)
        return codes

    def labels(self):
        """Return a name for each bin, such as ``[35, 48.5)``."""
        return _with_missing(interval_labels(self.edges, self.kind), self)

    def words(self):
        """Return a name for each bin that may be part of any column's name: ``35_to_48.5``."""
        return _plain_with_missing(interval_words(self.edges, self.kind), self)

    def representatives(self):
        """Return a value for each bin, as objects of the column's own kind."""
        return NUMBER_FORMATS[self.kind].restore(self.centres)


@dataclass(frozen=True)
class CategoryBins:
    """Groups of levels, then a bin for missing values if they have one.

    Attributes
    ----------
    levels : list
        Those that `fit` saw, sorted.

    groups : ndarray of shape (n_levels,), dtype int64

    own_missing, missing_bin, merged
        As of `NumericBins`.

    fallback : int
        The bin of levels that `fit` did not see, such as the fullest.

    modes : list of length n_bins
        The most frequent level of each bin; None for missing ones.
    """

    levels: list
    groups: np.ndarray
    own_missing: bool = False
    missing_bin: int = 0
    merged: bool = False
    fallback: int = 0
    modes: list = field(default_factory=list)

    is_categorical = True

    @property
    def n_bins(self):
        """Number of bins, that of missing values included."""
        if not len(self.groups):
            return int(self.own_missing)
        # The bin of unseen levels may hold none of those seen.
        return max(int(self.groups.max()), self.fallback) + 1 + self.own_missing

    @property
    def edges(self):
        """A column of levels has no edges."""
        return None

    @property
    def members(self):
        """The levels of each group."""
        members = [[] for _ in range(self.n_bins - self.own_missing)]
        for level, group in zip(self.levels, self.groups.tolist(), strict=True):
            members[group].append(level)
        return members

    def with_own_missing(self):
        """Return the same with a further bin, for missing values."""
        modes = [*self.modes, None]
        return replace(self, own_missing=True, missing_bin=self.n_bins, modes=modes)

    def apart(self):
        """Return the same bins, for counts in which what `fit` did not see is no bin's.

        The code of missing values that `fit` did not see is `n_bins`, that of levels the next.
        """
        knows_missing = self.own_missing or self.merged
        missing_bin = self.missing_bin if knows_missing else self.n_bins
        return replace(self, missing_bin=missing_bin, fallback=self.n_bins + 1)

    def codes(self, table, j):
        """Return the bin of each row of column j, (n_samples,) int64."""
        codes, levels = table.levels(j)
        self._refuse_other_types(levels, table.names[j])
        known = dict(zip(self.levels, self.groups.tolist(), strict=True))
        bin_of = [known.get(level, self.fallback) for level in levels] + [self.missing_bin]
        return np.array(bin_of, dtype=np.int64)[codes]

    def labels(self):
        """Return a name for each bin, such as ``{red, blue}``."""
        return _with_missing(level_labels(self.members), self)

    def words(self):
        """Return a name for each bin that may be part of any column's name: ``blue|red``."""
        return _plain_with_missing(level_words(self.members), self)

    def representatives(self):
        """Return a level for each bin, as objects."""
        representatives = np.empty(self.n_bins, dtype=object)
        representatives[:] = self.modes
        return representatives

    def _refuse_other_types(self, levels, name):
        """Raise where text has become numbers, or numbers text: no level would be known."""
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
                f"{name} held levels such as {then!r} of type {type(then).__name__} in fit, and "
                f"now {now!r} of type {type(now).__name__}. Convert it to what it was."
            )


def _plain_with_missing(words, bins):
    return [plain_words(each) for each in _with_missing(words, bins)]


def _with_missing(labels, bins):
    """Return the labels, with that of missing values."""
    if bins.own_missing:
        return labels + ["missing"]
    if bins.merged:
        labels[bins.missing_bin] += " or missing"
    return labels
