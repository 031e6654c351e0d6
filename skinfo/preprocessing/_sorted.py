"""A column of numbers, sorted once as a whole and once within each class.

Sorting values alone is several times faster than sorting rows, and from the two
orders the class counts on either side of any cut are found by bisection: no pass over the rows.
"""

from itertools import pairwise

import numpy as np


class SortedValues:
    """The present values of a column.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), dtype float64
        NaN is missing and left out.

    target : Target
    """

    def __init__(self, values, target):
        self._target = target
        self._unsorted = values
        self._present = ~np.isnan(values)
        if target.is_weighted:
            order = np.argsort(values)[: np.count_nonzero(self._present)]  # NaN comes last
            self.values = values[order]
            self._cumulative = np.cumsum(target.weights[order])
        else:
            self.values = np.sort(values)[: np.count_nonzero(self._present)]

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
            inside = np.searchsorted(self._cumulative, marks)
        else:
            marks = len(self.values) * marks
            inside = np.ceil(marks).astype(np.int64) - 1
        inside = np.minimum(inside, len(self.values) - 1)
        before = np.searchsorted(self.values, self.values[inside], side="left")
        after = np.searchsorted(self.values, self.values[inside], side="right")
        nearer = marks - self._weight_before(before) < self._weight_before(after) - marks
        positions = np.unique(np.where(nearer, before, after))
        return positions[(positions > 0) & (positions < len(self.values))]

    def by_class(self):
        """Return values sorted within each class, where each class starts, and their weights."""
        order = self._target.class_order[self._present[self._target.class_order]]
        starts = np.append(0, np.cumsum(self._class_sizes()))
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

    def _class_sizes(self):
        return np.bincount(self._target.codes[self._present], minlength=self._target.n_classes)

    def _weight_before(self, positions):
        if not self._target.is_weighted:
            return positions
        return np.append(0.0, self._cumulative)[positions]


def counts_before(by_class, points):
    """Return class counts below each point and of all, (n_points + 2, n_classes + 1), row 0 zero.

    The last column is the total over classes.
    """
    values, starts, weights = by_class
    counts = np.zeros((len(points) + 2, len(starts)))
    for c, (start, stop) in enumerate(pairwise(starts)):
        below = np.searchsorted(values[start:stop], points, side="left")
        below = np.append(below, stop - start)
        if len(weights):
            below = np.append(0.0, np.cumsum(weights[start:stop]))[below]
        counts[1:, c] = below
    counts[:, -1] = counts[:, :-1].sum(axis=1)
    return counts
