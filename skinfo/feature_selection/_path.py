"""The way of the search: T after each step, and what the step was worth."""

from typing import NamedTuple

import numpy as np

from skinfo.feature_selection._bottleneck import BottleneckState
from skinfo.utils._grouping import drop_gaps

BITS = 1.0 / np.log(2)


class Step(NamedTuple):
    """Features that were chosen together (one, or a pair), and what for."""

    features: tuple
    gains: tuple  # I(X;Y|T) of each, given those before it, less its mean by chance, in nats
    pvalue: float


class Walk:
    """Follows a search: the bottleneck variable T of what was chosen so far, and the records.

    Parameters
    ----------
    candidates : Candidates

    max_states : int
        The most states of T.

    alone : tuple of ndarray
        Gain, in nats, and p-value of each feature given nothing.

    Attributes
    ----------
    state : BottleneckState

    steps : list of Step

    information, compression : list of float
        I(T;Y), less its mean by chance, and H(T), in bits, after each feature.
    """

    def __init__(self, candidates, max_states, alone):
        self._candidates = candidates
        self._max_states = max_states
        self.state = BottleneckState(candidates.target, max_states)
        self.steps = []
        self.information = []
        self.compression = []
        self._alone = alone
        self._left = alone

    @property
    def chosen(self):
        """The features in the order chosen."""
        return [feature for step in self.steps for feature in step.features]

    def weigh(self, feature):
        """Return the Step that a single feature would be."""
        if self._left is not None:
            gains, pvalues = self._left
            return Step((feature,), (gains[feature],), pvalues[feature])
        gain, pvalue = self._candidates.evidence(np.array([feature]), *self.state.as_column())
        return Step((feature,), (gain[0],), pvalue[0])

    def weigh_left(self):
        """Return gain, in nats, and p-value of each feature, (n_features,); NaN where chosen."""
        if self._left is None:
            gains = np.full(self._candidates.n_features, np.nan)
            pvalues = gains.copy()
            left = np.setdiff1d(np.arange(len(gains)), self.chosen)
            if len(left):
                found = self._candidates.evidence(left, *self.state.as_column())
                gains[left], pvalues[left] = found
            self._left = gains, pvalues
        return self._left

    def split_by(self, feature):
        """Return T and one feature as one column of codes without gaps, and how many levels."""
        labels, n_states = self.state.as_column()
        column, n_levels = self._candidates.column(feature)
        joint = labels * n_levels + column
        return drop_gaps(joint, n_states * n_levels)

    def follow(self, step):
        """Make a step: refine T by its features, jointly."""
        column, n_levels = self._candidates.groups(step.features[0])
        for feature in step.features[1:]:
            other, n_other = self._candidates.groups(feature)
            column, n_levels = column.astype(np.int64) * n_other + other, n_levels * n_other
            # T knows of the pair only when both are in.
            self.information.append(self.information[-1] if self.information else 0.0)
            self.compression.append(self.compression[-1] if self.compression else 0.0)
        self.state.refine(column, n_levels)
        self._left = None
        self.steps.append(step)
        self.information.append(self._candidates.information(self.state.counts()) * BITS)
        self.compression.append(self.state.entropy())

    def up_to(self, n_features):
        """Return the walk that ends with the step by which so many features are chosen."""
        walk = Walk(self._candidates, self._max_states, self._alone)
        for step in self.steps:
            if len(walk.chosen) >= n_features:
                break
            walk.follow(step)
        return walk
