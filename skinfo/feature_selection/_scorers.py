"""How candidates are ranked at each step of the search."""

import numpy as np

from skinfo._kernels._candidates import INFO_T, INFO_Y_GIVEN_T, JOINT_ENTROPY
from skinfo.feature_selection._criteria import CRITERIA, PairTerms


class BottleneckScorer:
    """I(X;Y|T) - H(X|T) / beta, T the bottleneck variable of the chosen features.

    Parameters
    ----------
    beta : float or None
        Bits of description that a bit about y may cost; None: any number.
    """

    # With an automatic end, a feature of this score or less is not worth its description.
    least_score = 0.0

    def __init__(self, beta=None):
        self._price = 0.0 if beta is None else 1.0 / beta

    def start(self, candidates, relevance):
        """Take the columns to choose from."""
        self._candidates = candidates
        self._entropies = candidates.entropies() if self._price else None

    def scores(self, left, state):
        """Return the score of each feature left, in nats."""
        terms = self._candidates.terms(left, state.labels, state.n_states)
        scores = terms[:, INFO_Y_GIVEN_T]
        if self._price:
            scores = scores - self._price * (self._entropies[left] - terms[:, INFO_T])
        return scores

    def update(self, feature, left):
        """Gather nothing, for the state holds what was chosen; return None."""


class PairwiseScorer:
    """A published criterion, its pair terms gathered as features are chosen.

    Parameters
    ----------
    name : str
        A key of `CRITERIA`.
    """

    # A criterion of differences may be negative for a feature that still says something.
    least_score = -np.inf

    def __init__(self, name):
        self._criterion = CRITERIA[name]

    def start(self, candidates, relevance):
        """Take the columns to choose from and their I(X;Y), in nats."""
        self._candidates = candidates
        self._relevance = relevance
        self._gathered = None
        self._n_chosen = 0

    def scores(self, left, state):
        """Return the score of each feature left; before anything is chosen, its relevance."""
        if self._gathered is None:
            return self._relevance[left]
        return self._criterion.combine(self._relevance[left], self._gathered[left], self._n_chosen)

    def update(self, feature, left):
        """Add the terms of the pairs with a feature W just chosen.

        Returns
        -------
        given : ndarray of shape (n_left,) or None
            I(X;Y|W) of each feature left, in nats, if the criterion asks for it.
        """
        self._n_chosen += 1
        if self._gathered is None:
            start = np.inf if self._criterion.gather is np.minimum else 0.0
            self._gathered = np.full(len(self._relevance), start)
        if self._criterion.term is None:
            return None
        column = self._candidates.codes[feature].astype(np.int64)
        terms = self._candidates.terms(left, column, int(self._candidates.n_levels[feature]))
        pairs = PairTerms(
            relevance=self._relevance[left],
            relevance_chosen=self._relevance[feature],
            redundancy=terms[:, INFO_T],
            given_chosen=terms[:, INFO_Y_GIVEN_T],
            joint_entropy=terms[:, JOINT_ENTROPY],
        )
        self._gathered[left] = self._criterion.gather(
            self._gathered[left], self._criterion.term(pairs)
        )
        return pairs.given_chosen
