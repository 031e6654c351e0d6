"""Rankers: the best of the remaining features at each step of the search.

A ranker is initialised with the candidates, receives each selected feature, and returns the best
of the remaining ones. Costs are subtracted from every score.
"""

import numpy as np

from skinfo._kernels._candidates import INFO_T, INFO_Y_GIVEN_T, JOINT_ENTROPY
from skinfo._kernels._maxmin import SCORE_STEPS
from skinfo.feature_selection._criteria import CRITERIA, MaxMinCriterion, PairTerms


def make_ranker(criterion, beta=None):
    """Return the ranker of a criterion by name."""
    if criterion == "bottleneck":
        return BottleneckRanker(beta)
    entry = CRITERIA[criterion]
    return MaxMinRanker(entry) if isinstance(entry, MaxMinCriterion) else SumRanker(entry)


# Weight of the estimate by T, relative to a weight of one per selected feature of the estimate by
# pairs. The pairs are many estimates, which are averaged; T is one, depends on y, and overfits
# more with each feature. Measured by benchmarks/selection_quality.py: smaller weights find more
# synergy, larger ones are better on real data sets of 20 columns and more; 2 to 8 are about
# equally good.
STATE_WEIGHT = 5


class BottleneckRanker:
    """Weighted mean of two estimates of the new information, minus H(X|T) / beta.

    I(X;Y|T), of the bottleneck variable T of the k selected features, and `PairEstimates`, with
    weights 5 and k.

    Parameters
    ----------
    beta : float or None
        Bits of description that one bit about y may cost; None: no limit.
    """

    is_given_state = True

    def __init__(self, beta=None):
        self._compression_weight = 0.0 if beta is None else 1.0 / beta

    def start(self, candidates, relevance, costs):
        """Set the features to select from, their I(X;Y) and their costs, in nats."""
        self._candidates = candidates
        self._costs = costs
        self._entropies = candidates.entropies() if self._compression_weight else None
        self._estimates = PairEstimates(candidates, relevance)

    def add(self, feature):
        """Add a feature to the selected ones; its pairs are counted before the next selection."""
        self._estimates.pairs.add(feature)

    def pairs(self, remaining):
        """Return TableRequests of pairs with selected features that are not counted yet."""
        return self._estimates.pairs.requests(remaining)

    def best(self, remaining, path):
        """Return the best of the remaining features."""
        terms = self._candidates.terms(remaining, path.state)
        n_selected = len(self._estimates.pairs.selected)
        weighted = n_selected * self._estimates.of(remaining)
        weighted += STATE_WEIGHT * terms[:, INFO_Y_GIVEN_T]
        scores = weighted / (n_selected + STATE_WEIGHT)
        if self._compression_weight:
            scores -= self._compression_weight * (self._entropies[remaining] - terms[:, INFO_T])
        return first_best(remaining, scores - self._costs[remaining])

    def description_costs(self, features, path):
        """Return H(X|T) / beta of some features, in nats."""
        if not self._compression_weight:
            return np.zeros(len(features))
        terms = self._candidates.terms(features, path.state)
        return self._compression_weight * (self._entropies[features] - terms[:, INFO_T])


class PairEstimates:
    """Estimates of the new information of candidates X, from their pairs with selected features W.

    I(X;Y), minus the maximum overlap with a W, plus the mean synergy over all W. Overlap is the
    positive part of I(X;Y) - I(X;Y|W), synergy that of the negative. A copy overlaps with a single
    W, which a mean over many W would hide. Synergy is mostly with a few of the W, which the
    minimum of I(X;Y|W) would hide.

    Parameters
    ----------
    candidates : CandidateFeatures

    relevance : ndarray of shape (n_features,)
        I(X;Y), in nats.

    Attributes
    ----------
    pairs : SelectedPairs
    """

    def __init__(self, candidates, relevance):
        self.pairs = SelectedPairs(candidates, len(relevance))
        self._candidates = candidates
        self._relevance = relevance
        self._least = relevance.copy()
        self._synergy = np.zeros(len(relevance))

    def of(self, remaining):
        """Return the estimates of the remaining features, in nats."""
        for w, some in self.pairs.not_seen(remaining):
            given = self._candidates.terms_given(some, w)[:, INFO_Y_GIVEN_T]
            self._least[some] = np.minimum(self._least[some], given)
            self._synergy[some] += np.maximum(given - self._relevance[some], 0.0)
        n_selected = max(len(self.pairs.selected), 1)
        return self._least[remaining] + self._synergy[remaining] / n_selected


class PublishedRanker:
    """A published criterion, without costs of description and T."""

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
        self._pairs = SelectedPairs(candidates, len(relevance))

    def add(self, feature):
        """Add a feature to the selected ones; its pairs are counted before the next selection."""
        self._pairs.add(feature)

    def pairs(self, remaining):
        """Return TableRequests of pairs with selected features that are not in the sums."""
        return [] if self._criterion.term is None else self._pairs.requests(remaining)

    def best(self, remaining, path):
        """Return the best of the remaining features."""
        scores, n_selected = self._relevance[remaining], len(self._pairs.selected)
        if n_selected:
            scores = self._criterion.combine(scores, self._summed(remaining), n_selected)
        return first_best(remaining, scores - self._costs[remaining])

    def _summed(self, remaining):
        if self._criterion.term is not None:
            for w, some in self._pairs.not_seen(remaining):
                self._sums[some] += self._criterion.term(self._pair_terms(w, some))
        return self._sums[remaining]

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
        self._candidates = candidates
        self._relevance = relevance
        self._costs = costs
        with_relevance = self._criterion.with_relevance
        self._minima = relevance.copy() if with_relevance else np.full(len(relevance), np.inf)
        self._pairs = SelectedPairs(candidates, len(relevance))

    def add(self, feature):
        """Add a feature to those over which the minimum is taken."""
        self._pairs.add(feature)

    def pairs(self, remaining):
        """Return TableRequests of pairs with selected features that are not in the minima."""
        return self._pairs.requests(remaining)

    def best(self, remaining, path):
        """Return the best of the remaining features; minima are evaluated lazily."""
        if not self._pairs.selected:
            return first_best(remaining, self._relevance[remaining] - self._costs[remaining])
        return self._candidates.argmax_of_min(
            remaining,
            np.array(self._pairs.selected),
            self._relevance,
            self._criterion.term,
            self._costs,
            self._minima,
            self._pairs.n_seen,
        )


class SelectedPairs:
    """Pairs of candidates and selected features, with a record of those evaluated.

    Parameters
    ----------
    candidates : CandidateFeatures

    n_features : int

    Attributes
    ----------
    selected : list of int
        In the order of selection.

    n_seen : ndarray of shape (n_features,), dtype int64
        By candidate: the number of selected features, from the first, whose pairs were evaluated.
    """

    def __init__(self, candidates, n_features):
        self.selected = []
        self.n_seen = np.zeros(n_features, np.int64)
        self._candidates = candidates

    def add(self, feature):
        """Add a selected feature."""
        self.selected.append(feature)

    def requests(self, remaining):
        """Return the TableRequests of pairs that were not evaluated."""
        return [self._candidates.request_given(some, w) for w, some in self._open(remaining)]

    def not_seen(self, remaining):
        """Yield each selected feature with the candidates that it was not evaluated with."""
        found = self._open(remaining)
        self.n_seen[remaining] = len(self.selected)
        return found

    def _open(self, remaining):
        # Usually only the last selected feature.
        n_seen = self.n_seen[remaining]
        first = int(n_seen.min()) if len(remaining) else len(self.selected)
        return [
            (w, remaining[n_seen <= turn])
            for turn, w in enumerate(self.selected[first:], start=first)
        ]


def first_best(features, scores):
    """Return the feature with the largest score; ties go to the first."""
    # Rounded, so that ties do not depend on the order of a sum.
    # A cost may be as large as a number can be.
    with np.errstate(over="ignore"):
        return int(features[np.argmax(np.rint(scores * SCORE_STEPS))])
