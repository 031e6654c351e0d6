"""Rankers: the best of the remaining features at each step of the search.

A ranker is started with the candidates, gets each feature that is selected, and returns the best
of those remaining. Costs are subtracted from every score.
"""

import numpy as np

from skinfo._kernels._candidates import INFO_T, INFO_Y_GIVEN_T, JOINT_ENTROPY
from skinfo._kernels._maxmin import GIVEN, SCORE_STEPS
from skinfo.feature_selection._criteria import CRITERIA, MaxMinCriterion, PairTerms


def make_ranker(criterion, beta=None):
    """Return the ranker of a criterion by name."""
    if criterion == "bottleneck":
        return BottleneckRanker(beta)
    entry = CRITERIA[criterion]
    return MaxMinRanker(entry) if isinstance(entry, MaxMinCriterion) else SumRanker(entry)


# Weight of the minimum information given one selected feature: T is made with y and overfits a
# small sample, after which every feature would look redundant. Measured:
# benchmarks/selection_quality.py, where 0.2 to 0.5 do equally well.
MINIMUM_WEIGHT = 0.3


class BottleneckRanker:
    """I(X;Y|T) + 0.3 min(I(X;Y), min over W of I(X;Y|W)) - H(X|T) / beta.

    T is the bottleneck variable of the selected features W.

    Parameters
    ----------
    beta : float or None
        Bits of description that a bit about y may cost; None: any number.
    """

    is_given_state = True

    def __init__(self, beta=None):
        self._compression_weight = 0.0 if beta is None else 1.0 / beta

    def start(self, candidates, relevance, costs):
        """Set the features to select from, their I(X;Y) and their costs, in nats."""
        self._candidates = candidates
        self._costs = costs
        self._entropies = candidates.entropies() if self._compression_weight else None
        self._minimum = MinimumTerms(candidates, relevance, GIVEN, with_relevance=True)

    def add(self, feature):
        """Add a feature to the selected ones."""
        self._minimum.add(feature)

    def pairs(self, remaining):
        """Return TableRequests of pairs with selected features; see `MinimumTerms`."""
        return self._minimum.pairs(remaining)

    def best(self, remaining, path):
        """Return the best of the remaining features."""
        terms = self._candidates.terms(remaining, path.state)
        scores = terms[:, INFO_Y_GIVEN_T] - self._costs[remaining]
        if self._compression_weight:
            scores -= self._compression_weight * (self._entropies[remaining] - terms[:, INFO_T])
        # To the search for the largest minimum the rest of the score is a negative cost.
        costs = np.zeros(len(self._costs))
        costs[remaining] = -scores / MINIMUM_WEIGHT
        return self._minimum.best(remaining, costs)

    def description_costs(self, features, path):
        """Return H(X|T) / beta of some features, in nats."""
        if not self._compression_weight:
            return np.zeros(len(features))
        terms = self._candidates.terms(features, path.state)
        return self._compression_weight * (self._entropies[features] - terms[:, INFO_T])


class PublishedRanker:
    """A published criterion, which has no costs of description and no T."""

    is_given_state = False

    def description_costs(self, features, path):
        """Return zero for each feature."""
        return np.zeros(len(features))


class SumRanker(PublishedRanker):
    """A published criterion that sums a term over the selected features.

    Parameters
    ----------
    criterion : SumCriterion
    """

    def __init__(self, criterion):
        self._criterion = criterion

    def start(self, candidates, relevance, costs):
        """Set the features to select from, their I(X;Y) and their costs, in nats."""
        self._candidates = candidates
        self._relevance = relevance
        self._costs = costs
        self._sums = np.zeros(len(relevance))
        self._n_summed = np.zeros(len(relevance), np.int64)
        self._selected = []

    def add(self, feature):
        """Add a feature to the selected ones; its pairs are counted when the next is asked for."""
        self._selected.append(feature)

    def pairs(self, remaining):
        """Return TableRequests of pairs with selected features that sums lack."""
        if self._criterion.term is None:
            return []
        n_summed = self._n_summed[remaining]
        return [
            self._candidates.request_given(remaining[n_summed <= turn], w)
            for turn, w in enumerate(self._selected)
            if turn >= n_summed.min()
        ]

    def best(self, remaining, path):
        """Return the best of the remaining features."""
        scores = self._relevance[remaining]
        if self._selected:
            self._update_sums(remaining)
            scores = self._criterion.combine(scores, self._sums[remaining], len(self._selected))
        return first_best(remaining, scores - self._costs[remaining])

    def _update_sums(self, remaining):
        if self._criterion.term is None:
            return
        # Sums mostly lack the feature selected last only.
        n_summed = self._n_summed[remaining]
        for turn in range(int(n_summed.min()), len(self._selected)):
            some = remaining[n_summed <= turn]
            self._sums[some] += self._criterion.term(self._pair_terms(self._selected[turn], some))
        self._n_summed[remaining] = len(self._selected)

    def _pair_terms(self, w, features):
        terms = self._candidates.terms_given(features, w, of_target=self._criterion.of_target)
        return PairTerms(
            relevance=self._relevance[features],
            relevance_selected=self._relevance[w],
            redundancy=terms[:, INFO_T],
            given_selected=terms[:, INFO_Y_GIVEN_T],
            joint_entropy=terms[:, JOINT_ENTROPY],
        )


class MaxMinRanker(PublishedRanker):
    """A published criterion that takes the minimum of a term over the selected features.

    Parameters
    ----------
    criterion : MaxMinCriterion
    """

    def __init__(self, criterion):
        self._criterion = criterion

    def start(self, candidates, relevance, costs):
        """Set the features to select from, their I(X;Y) and their costs, in nats."""
        self._costs = costs
        self._minimum = MinimumTerms(
            candidates, relevance, self._criterion.term, self._criterion.with_relevance
        )

    def add(self, feature):
        """Add a feature to the selected ones."""
        self._minimum.add(feature)

    def pairs(self, remaining):
        """Return TableRequests of pairs with selected features; see `MinimumTerms`."""
        return self._minimum.pairs(remaining)

    def best(self, remaining, path):
        """Return the best of the remaining features."""
        return self._minimum.best(remaining, self._costs)


class MinimumTerms:
    """The minimum term of each candidate over the selected features, evaluated lazily.

    Parameters
    ----------
    candidates : CandidateFeatures

    relevance : ndarray of shape (n_features,)
        I(X;Y), in nats.

    term : int
        The function of I(X;Y|W), as `argmax_of_min` names it.

    with_relevance : bool
        Whether I(X;Y) is among the terms.
    """

    def __init__(self, candidates, relevance, term, with_relevance):
        self._candidates = candidates
        self._relevance = relevance
        self._term = term
        self._minima = relevance.copy() if with_relevance else np.full(len(relevance), np.inf)
        self._n_seen = np.zeros(len(relevance), np.int64)
        self._selected = []

    def add(self, feature):
        """Add a feature to those over which the minimum is taken."""
        self._selected.append(feature)

    def pairs(self, remaining):
        """Return TableRequests of pairs with selected features that minima lack."""
        n_seen = self._n_seen[remaining]
        return [
            self._candidates.request_given(remaining[n_seen <= turn], w)
            for turn, w in enumerate(self._selected)
            if turn >= n_seen.min()
        ]

    def best(self, remaining, costs):
        """Return the remaining feature with the largest minimum term less its cost.

        Where none is selected yet, that of the largest relevance less its cost.

        Parameters
        ----------
        remaining : ndarray of int64

        costs : ndarray of shape (n_features,)
            In nats.
        """
        if not self._selected:
            return first_best(remaining, self._relevance[remaining] - costs[remaining])
        return self._candidates.argmax_of_min(
            remaining,
            np.array(self._selected),
            self._relevance,
            self._term,
            costs,
            self._minima,
            self._n_seen,
        )


def first_best(features, scores):
    """Return the feature of the largest score, the first of equals."""
    # Rounded, so that equals stay equal whatever the order of a sum.
    # A cost may be as large as a number can be.
    with np.errstate(over="ignore"):
        return int(features[np.argmax(np.rint(scores * SCORE_STEPS))])
