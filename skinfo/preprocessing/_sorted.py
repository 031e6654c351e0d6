"""A column of numbers, sorted once: its quantiles, and what y sums to on either side of a cut.

For classes, values are sorted as a whole and within each class but the fullest. Sorting values
alone is several times faster than sorting rows, and from these orders the class counts on either
side of any cut are found by bisection: no pass over the rows. For a continuous y rows are sorted.
"""

from itertools import pairwise
from math import frexp

import numpy as np


class SortedValues:
    """The present values of a column.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), dtype float64
        NaN is missing and left out.

    target : Target or NumberTarget
    """

    def __init__(self, values, target):
        self._target = target
        self._unsorted = values
        self._present = ~np.isnan(values)
        n_present = np.count_nonzero(self._present)
        if target.is_weighted or target.classes is None:
            self._order = np.argsort(values)[:n_present]  # NaN comes last
            self.values = values[self._order]
            self._weights = target.weights[self._order]
            self._cumulative = np.append(0.0, np.cumsum(self._weights))
        else:
            self.values = np.sort(values)[:n_present]

    def __len__(self):
        return len(self.values)

    def n_distinct(self):
        """Return how many values there are."""
        return int(np.count_nonzero(self.values[1:] != self.values[:-1])) + 1

    def firsts(self, start=0, stop=None):
        """Return the positions, within some of the rows, at which a new value begins."""
        values = self.values[start:stop]
        return start + np.flatnonzero(values[1:] != values[:-1]) + 1

    def equal_frequency(self, n_groups):
        """Return at most n_groups - 1 positions of new values, as near as can be to equal weights.

        A heavy value swallows the marks on both its sides.
        """
        marks = np.arange(1, n_groups) / n_groups
        if self._target.is_weighted:
            marks = self._cumulative[-1] * marks
            inside = np.searchsorted(self._cumulative[1:], marks)
        else:
            marks = len(self.values) * marks
            inside = np.ceil(marks).astype(np.int64) - 1
        inside = np.minimum(inside, len(self.values) - 1)
        before = np.searchsorted(self.values, self.values[inside], side="left")
        after = np.searchsorted(self.values, self.values[inside], side="right")
        nearer = marks - self._weight_before(before) < self._weight_before(after) - marks
        positions = np.unique(np.where(nearer, before, after))
        return positions[(positions > 0) & (positions < len(self.values))]

    def means(self, cuts):
        """Return the mean of the finite values between cuts, (n_cuts + 1,).

        An interval that holds infinities alone gives one of them, an empty one NaN.
        """
        finite = slice(
            np.searchsorted(self.values, -np.inf, side="right"),
            np.searchsorted(self.values, np.inf, side="left"),
        )
        values = self.values[finite]
        # Of the largest values not even two can be added; a power of two rounds nothing.
        reach = max(-values[0], values[-1], 1.0) if len(values) else 1.0
        scale = 2.0 ** (frexp(reach)[1] - 1)
        weights = self._weights[finite] if self._target.is_weighted else None
        sums = _sums_between(values / scale * (1.0 if weights is None else weights), values, cuts)
        sizes = _sums_between(np.ones(len(values)) if weights is None else weights, values, cuts)
        means = np.divide(sums, sizes, out=np.full(len(cuts) + 1, np.nan), where=sizes > 0) * scale
        if len(self) and self.values[0] == -np.inf and np.isnan(means[0]):
            means[0] = -np.inf
        if len(self) and self.values[-1] == np.inf and np.isnan(means[-1]):
            means[-1] = np.inf
        return means

    def by_class(self):
        """Return values sorted within each class, where each class starts, and their weights."""
        order = self._target.class_order[self._present[self._target.class_order]]
        sizes = np.bincount(self._target.codes[self._present], minlength=self._target.n_classes)
        starts = np.append(0, np.cumsum(sizes))
        values = self._unsorted[order]
        weights = self._target.weights[order] if self._target.is_weighted else np.empty(0)
        for start, stop in pairwise(starts):
            if self._target.is_weighted:
                within = np.argsort(values[start:stop])
                values[start:stop] = values[start:stop][within]
                weights[start:stop] = weights[start:stop][within]
            else:
                values[start:stop].sort()
        return values, starts, weights

    def number_sums(self):
        """Return sums of w, w v and w v**2 over the first rows, (n + 1, 3)."""
        target = self._target.values[self._order]
        sums = np.zeros((len(self) + 1, 3))
        for column, terms in enumerate(
            (self._weights, self._weights * target, self._weights * target**2)
        ):
            np.cumsum(terms, out=sums[1:, column])
        return sums

    def _weight_before(self, positions):
        if not self._target.is_weighted:
            return positions
        return self._cumulative[positions]


def class_sums_before(by_class, points):
    """Return class counts below each point and of all, (n_points + 2, n_classes), row 0 zero."""
    values, starts, weights = by_class
    sums = np.zeros((len(points) + 2, len(starts) - 1))
    for c, (start, stop) in enumerate(pairwise(starts)):
        below = np.searchsorted(values[start:stop], points, side="left")
        below = np.append(below, stop - start)
        if len(weights):
            below = np.append(0.0, np.cumsum(weights[start:stop]))[below]
        sums[1:, c] = below
    return sums


def number_sums_before(column, sums, points):
    """Return the sums of `SortedValues.number_sums` below each point and of all, row 0 zero."""
    rows = np.searchsorted(column.values, points, side="left")
    return sums[np.concatenate([[0], rows, [len(column)]])]


def _sums_between(terms, values, cuts):
    """Return sums of the terms of sorted values between cuts, (n_cuts + 1,)."""
    ends = np.concatenate([[0], np.searchsorted(values, cuts), [len(values)]])
    return np.array([terms[start:stop].sum() for start, stop in pairwise(ends)])
