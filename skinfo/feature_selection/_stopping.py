"""Stopping rules of an automatic selection: tests of the next feature, number of features kept."""

import numpy as np

from skinfo._counts._coded_table import TableRequest
from skinfo._counts._evidence import is_confirmed


class AcceptanceTest:
    """Tests that an apparently significant feature must pass in an automatic selection.

    Parameters
    ----------
    candidates : CandidateFeatures

    path : SelectionPath
    """

    def __init__(self, candidates, path):
        self._candidates = candidates
        self._path = path
        # P-values by pair of features: of their dependence, and of the first given the second.
        self._dependence = {}
        self._given_selected = {}

    def accepts(self, feature, alpha):
        """Return whether a feature is significant by sampled tables and not a copy of another.

        Parameters
        ----------
        alpha : float
            Level of each test.
        """
        return self._is_confirmed(feature, alpha) and not self._is_copy(feature, alpha)

    def _is_confirmed(self, feature, alpha):
        """Return whether the p-value, from sampled tables if needed, is at most alpha.

        A trend test needs no sampled tables: its statistic is a sum over all samples, and nearly
        normal at any level.
        """
        table = self._candidates.table
        evidence = self._candidates.evidence(np.array([feature]), self._path.state)
        if not table.is_whole or evidence.trend_pvalue[0] <= alpha:
            return True
        counts = table.counts(table.coding(feature), self._path.state)
        return is_confirmed(counts.astype(np.int64), alpha)

    def _is_copy(self, feature, alpha):
        """Return whether a feature may be informative only through a selected one.

        T discards some of the information of a selected feature W by merging, and a copy of W
        would restore it. So a feature that depends on W must be informative given W alone, or
        given T and W.
        """
        return any(
            self._information_pvalue(feature, both) > alpha
            for both in self._explanations(feature, alpha)
        )

    def _information_pvalue(self, feature, state):
        """Return the p-value of the information without smooth tests, given the bins of a feature.

        The order within the bins of W, which the bins lose, is a trend of every feature that
        depends on W.
        """
        return self._candidates.evidence(np.array([feature]), state).information_pvalue[0]

    def requests(self, feature, alpha):
        """Return the TableRequests of `accepts` that need more than pairs with T or a feature."""
        one = np.array([feature])
        return [TableRequest(both, one) for both in self._explanations(feature, alpha)]

    def _explanations(self, feature, alpha):
        """Yield T with each selected W that may explain the information of a feature."""
        candidates, table = self._candidates, self._candidates.table
        for w in self._path.selected:
            pair = feature, w
            if pair not in self._dependence:
                self._dependence[pair] = candidates.dependence(feature, w)
            if self._dependence[pair] > alpha:
                continue
            if pair not in self._given_selected:
                given_w = table.state_of(w)
                self._given_selected[pair] = self._information_pvalue(feature, given_w)
            if self._given_selected[pair] <= alpha:
                continue
            yield table.times(self._path.state, table.coding(w))


def keep_all(information):
    """Keep all features."""
    return len(information)


def until_elbow(information):
    """Return the number of features at the elbow of I(T;Y) over their number.

    The elbow is the point farthest above the straight line from the origin to the last feature
    (Satopaa, Albrecht, Irwin and Raghavan, ICDCSW 2011).
    """
    if len(information) < 2:
        return len(information)
    path = np.concatenate([[0.0], information])
    line = np.linspace(0.0, path[-1], len(path))
    return max(int(np.argmax(np.round(path - line, 12))), 1)


def until_proportion(proportion):
    """Return a rule: the smallest number of features with a proportion of all information."""

    def rule(information):
        if not len(information):
            return 0
        return int(np.argmax(np.asarray(information) >= proportion * max(information))) + 1

    return rule
