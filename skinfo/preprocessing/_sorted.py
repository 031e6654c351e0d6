"""A column of numbers, sorted once: its quantiles, and what y sums to on either side of a cut.

The class of each row is sorted along with the column, or its row number where there is more
to know of it than its class. What y sums to below any cut is then one pass over bytes in order.
"""

from functools import cached_property
from itertools import pairwise
from math import frexp

import numpy as np

from skinfo._kernels._partition import boundary_points
from skinfo._kernels._sorting import class_sums, sorted_pairs, sorted_rows


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
        missing = np.isnan(values)
        present = np.flatnonzero(~missing) if missing.any() else slice(None)
        values = values[present]
        if target.classes is not None and not target.is_weighted:
            codes = target.narrow_codes[present]
            self.values, self._codes = sorted_pairs(values, codes)
            self._weights = np.empty(0)
            return
        self.values, self._rows = sorted_rows(values)
        if missing.any():
            self._rows = present[self._rows]
        self._codes = None if target.classes is None else target.narrow_codes[self._rows]
        self._weights = target.weights[self._rows]
        self._cumulative = np.append(0.0, np.cumsum(self._weights))

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

    def boundary_points(self, limit):
        """Return the values at which the class distribution changes, and whether these are all."""
        return boundary_points(
            self.values, self._codes, self._weights, self._target.n_classes, limit
        )

    def sums_before(self, points):
        """Return what y sums to below each point and in all, (n_points + 2, n_sums)."""
        ends = np.append(np.searchsorted(self.values, points, side="left"), len(self))
        if self._codes is not None:
            return class_sums(self._codes, self._weights, ends, self._target.n_classes)
        return self._number_sums[np.append(0, ends)]

    @cached_property
    def _number_sums(self):
        """Sums of w, w v and w v**2 over the first rows, (n + 1, 3)."""
        terms = self._target.terms(self._rows)
        return self._target.combined([np.append(0.0, np.cumsum(term)) for term in terms])

    def _weight_before(self, positions):
        if not self._target.is_weighted:
            return positions
        return self._cumulative[positions]


def _sums_between(terms, values, cuts):
    """Return sums of the terms of sorted values between cuts, (n_cuts + 1,)."""
    ends = np.concatenate([[0], np.searchsorted(values, cuts), [len(values)]])
    return np.array([terms[start:stop].sum() for start, stop in pairwise(ends)])
