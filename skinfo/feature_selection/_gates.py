"""What a significant feature has to pass before an automatic selection takes it."""

import numpy as np

from skinfo._counts._evidence import is_confirmed


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
        return is_confirmed(counts, level)

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
