"""What a significant feature has to pass before an automatic selection takes it."""

import math

import numpy as np

from skinfo._kernels._random_tables import monte_carlo_pvalue

# A p-value is by the gamma law where more than FEW_OUTSIDE rows (10) are outside the main level
# and class. That law holds its level down to .001, which is enough for one table. A selection
# tests at alpha divided by the number of columns, where its tail is still too thin for some
# hundred rows outside: benchmarks/selection_stopping.py has columns of rare levels with a rare
# class, of which the gamma law alone takes some in most runs. Where that decides, tables are
# drawn; to draw all p-values to such levels would take far longer.
FEW_TO_CONFIRM = 100

# Tables are drawn until so many say as much, or their share would be below the level.
ENOUGH = 4


class Gates:
    """Tells whether a feature that looks significant is to be taken.

    Parameters
    ----------
    candidates : Candidates

    walk : Walk
    """

    def __init__(self, candidates, walk):
        self._candidates = candidates
        self._walk = walk
        self._depends = {}
        self._beside = {}

    def let_in(self, feature, level):
        """Return whether a feature is significant by drawn tables, and no mere copy."""
        return self._is_confirmed(feature, level) and not self._is_copy(feature, level)

    def _is_confirmed(self, feature, level):
        """Return whether the p-value of drawn tables is at most the level, where it is needed."""
        if not self._candidates.exact:
            return True
        counts = self._candidates.table(feature, *self._walk.state.as_column())
        if rows_outside(counts) > FEW_TO_CONFIRM:
            return True
        return monte_carlo_pvalue(counts, math.ceil(ENOUGH / level) - 1, ENOUGH) <= level

    def _is_copy(self, feature, level):
        """Return whether a feature may only say what a chosen one does.

        T merges some of what a chosen feature W says away, and a copy of W would bring it
        back. So a feature that depends on W must say something given all of W, or given T
        and all of W.
        """
        one = np.array([feature])
        for chosen in self._walk.chosen:
            pair = feature, chosen
            if pair not in self._depends:
                self._depends[pair] = self._candidates.dependence(feature, chosen)
            if self._depends[pair] > level:
                continue
            if pair not in self._beside:
                column = self._candidates.column(chosen)
                self._beside[pair] = self._candidates.evidence(one, *column)[1][0]
            if self._beside[pair] <= level:
                continue
            if self._candidates.evidence(one, *self._walk.split_by(chosen))[1][0] > level:
                return True
        return False


def rows_outside(counts):
    """Return how many rows are neither in the main level nor in the main class of their state.

    Of each state that of the two which is smaller counts: it is what a table leaves to chance.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes), dtype int64
    """
    levels, classes = counts.sum(axis=2), counts.sum(axis=1)
    return int(counts.sum() - np.maximum(levels.max(axis=1), classes.max(axis=1)).sum())
