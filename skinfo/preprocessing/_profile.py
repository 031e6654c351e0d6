"""What is known of a column once its rows are gone: sums of y by candidate interval or level.

Profiles add up over chunks, so that a table may come in pieces.
"""

import numpy as np

from skinfo._counts._sorted_column import SortedColumn
from skinfo.preprocessing._cuts import cut_points

# Of sums of values: of the largest numbers there are not even two can be added.
UNIT = 2.0**64


class NumberProfile:
    """Sums over the cells between candidate cuts.

    Parameters
    ----------
    edges : ndarray of shape (m,)
        Candidate cuts, increasing.

    kind : str
        What the numbers stand for; see `NumericBins`.

    n_sums : int
    """

    def __init__(self, edges, kind, n_sums):
        self.edges = edges
        self.kind = kind
        self.cells = np.zeros((len(edges) + 1, n_sums))
        self.missing = np.zeros(n_sums)
        # Weight and weighted sum of the finite values of each cell, the latter in `UNIT`.
        self._values = np.zeros((len(edges) + 1, 2))

    def add(self, values, target):
        """Add rows: values (n,) float64, NaN for missing."""
        missing = np.isnan(values)
        codes = np.searchsorted(self.edges, values, side="right")
        self.cells += target.sums(np.where(missing, -1, codes), len(self.cells))
        self.missing += target.total(np.flatnonzero(missing))
        finite = np.isfinite(values)
        weights = target.weights[finite]
        for column, terms in enumerate((weights, weights * (values[finite] / UNIT))):
            self._values[:, column] += np.bincount(codes[finite], terms, len(self.cells))

    def means(self, ends):
        """Return the mean value of runs of cells that end at `ends`, NaN where there is none."""
        sums = np.diff(np.cumsum(np.vstack([[0, 0], self._values]), axis=0)[[0, *ends]], axis=0)
        size = sums[:, 0]
        means = np.divide(sums[:, 1], size, out=np.full(len(size), np.nan), where=size > 0)
        return means * UNIT


class LevelProfile:
    """Sums at each level.

    Parameters
    ----------
    n_sums : int
    """

    def __init__(self, n_sums):
        self._place = {}
        self._sums = np.zeros((0, n_sums))
        self.missing = np.zeros(n_sums)

    def add(self, codes, levels, target):
        """Add rows: codes (n,) int64, -1 for missing, and the levels they stand for."""
        sums = target.sums(codes, len(levels))
        self.missing += target.total(np.flatnonzero(codes < 0))
        # A level without a row of positive weight has not been seen.
        seen = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(levels)))
        places = [self._place.setdefault(levels[i], len(self._place)) for i in seen.tolist()]
        grown = np.zeros((len(self._place), sums.shape[1]))
        grown[: len(self._sums)] = self._sums
        np.add.at(grown, places, sums[seen])
        self._sums = grown

    def sorted(self, level_order):
        """Return the levels in the order that `level_order` gives, and their sums."""
        levels = list(self._place)
        order = level_order(levels)
        return [levels[i] for i in order], self._sums[order]


def candidate_edges(values, target, max_candidates, kind):
    """Return cuts between all values, or between so many groups of equal frequency."""
    column = SortedColumn(values, target)
    if not len(column):
        return np.empty(0)
    most = len(column) if max_candidates is None else max_candidates
    positions, complete = column.firsts(most - 1)
    if not complete:
        positions = column.equal_frequency(most)
    return cut_points(column.values, positions, kind)
