"""How the next feature is found at each step of the search.

A scorer is started with the candidates, told each feature that is chosen, and asked for the best
of those left. Costs come off every score.
"""

import numpy as np

from skinfo._kernels._candidates import INFO_T, INFO_Y_GIVEN_T, JOINT_ENTROPY
from skinfo._kernels._least import GIVEN, SCORE_STEPS
from skinfo.feature_selection._criteria import CRITERIA, Least, PairTerms


def make_scorer(criterion, beta=None):
    """Return the scorer of a criterion by name."""
    if criterion == "bottleneck":
        return BottleneckScorer(beta)
    entry = CRITERIA[criterion]
    return LeastScorer(entry) if isinstance(entry, Least) else SumScorer(entry)


# What a feature says beside each chosen one alone, in the score: T, made with a look at y, comes
# to know the sample by heart, and then says of no feature that it is new. Measured:
# benchmarks/selection_quality.py, where 0.2 to 0.5 do equally well.
SHARE_OF_LEAST = 0.3


class BottleneckScorer:
    """I(X;Y|T) + 0.3 min(I(X;Y), min over W of I(X;Y|W)) - H(X|T) / beta.

    T is the bottleneck variable of the chosen features W.

    Parameters
    ----------
    beta : float or None
        Bits of description that a bit about y may cost; None: any number.
    """

    # T is needed at every step.
    asks_state = True

    # With an automatic end, a feature of this score or less is not worth its description.
    least_score = 0.0

    def __init__(self, beta=None):
        self._price = 0.0 if beta is None else 1.0 / beta

    def start(self, candidates, relevance, costs):
        """Take the columns to choose from, their I(X;Y) and what each costs, in nats."""
        self._candidates = candidates
        self._costs = costs
        self._entropies = candidates.entropies() if self._price else None
        self._relevance = relevance
        self._least = relevance.copy()
        self._n_seen = np.zeros(len(relevance), np.int64)
        self._chosen = []

    def choose(self, feature):
        """Remember a chosen feature."""
        self._chosen.append(feature)

    def best(self, left, walk):
        """Return the best of the features left, and its score in nats."""
        terms = self._candidates.terms(left, *walk.state.as_column())
        scores = terms[:, INFO_Y_GIVEN_T] - self._costs[left]
        if self._price:
            scores -= self._price * (self._entropies[left] - terms[:, INFO_T])
        if not self._chosen:
            return first_best(left, scores + SHARE_OF_LEAST * self._least[left])
        # The rest of the score is a negative cost to the search for the largest least term.
        costs = np.zeros(len(self._least))
        costs[left] = -scores / SHARE_OF_LEAST
        feature, score = self._candidates.best_by_least(
            left,
            np.array(self._chosen),
            self._relevance,
            GIVEN,
            costs,
            self._least,
            self._n_seen,
        )
        return feature, SHARE_OF_LEAST * score


class SumScorer:
    """A published criterion that sums a term over the chosen features.

    Parameters
    ----------
    criterion : Sum
    """

    asks_state = False

    # A criterion of differences may be negative for a feature that still says something.
    least_score = -np.inf

    def __init__(self, criterion):
        self._criterion = criterion

    def start(self, candidates, relevance, costs):
        """Take the columns to choose from, their I(X;Y) and what each costs, in nats."""
        self._candidates = candidates
        self._relevance = relevance
        self._costs = costs
        self._summed = np.zeros(len(relevance))
        self._n_summed = np.zeros(len(relevance), np.int64)
        self._chosen = []

    def choose(self, feature):
        """Remember a chosen feature; its pairs are looked at when the next one is asked for."""
        self._chosen.append(feature)

    def best(self, left, walk):
        """Return the best of the features left, and its score in nats."""
        scores = self._relevance[left]
        if self._chosen:
            self._bring_up_to_date(left)
            scores = self._criterion.combine(scores, self._summed[left], len(self._chosen))
        return first_best(left, scores - self._costs[left])

    def _bring_up_to_date(self, left):
        if self._criterion.term is None:
            return
        # Features left have mostly seen all but the last one chosen.
        for turn in range(int(self._n_summed[left].min()), len(self._chosen)):
            behind = left[self._n_summed[left] == turn]
            if len(behind):
                pairs = self._pairs(self._chosen[turn], behind)
                self._summed[behind] += self._criterion.term(pairs)
                self._n_summed[behind] += 1

    def _pairs(self, chosen, features):
        column, n_levels = self._candidates.column(chosen)
        terms = self._candidates.terms(
            features, column, n_levels, of_target=self._criterion.of_target
        )
        return PairTerms(
            relevance=self._relevance[features],
            relevance_chosen=self._relevance[chosen],
            redundancy=terms[:, INFO_T],
            given_chosen=terms[:, INFO_Y_GIVEN_T],
            joint_entropy=terms[:, JOINT_ENTROPY],
        )


class LeastScorer:
    """A published criterion that takes the least term over the chosen features.

    Parameters
    ----------
    criterion : Least
    """

    asks_state = False
    least_score = -np.inf

    def __init__(self, criterion):
        self._criterion = criterion

    def start(self, candidates, relevance, costs):
        """Take the columns to choose from, their I(X;Y) and what each costs, in nats."""
        self._candidates = candidates
        self._relevance = relevance
        self._costs = costs
        everything_fits = np.full(len(relevance), np.inf)
        self._least = relevance.copy() if self._criterion.with_relevance else everything_fits
        self._n_seen = np.zeros(len(relevance), np.int64)
        self._chosen = []

    def choose(self, feature):
        """Remember a chosen feature."""
        self._chosen.append(feature)

    def best(self, left, walk):
        """Return the best of the features left, and its score in nats."""
        if not self._chosen:
            return first_best(left, self._relevance[left] - self._costs[left])
        return self._candidates.best_by_least(
            left,
            np.array(self._chosen),
            self._relevance,
            self._criterion.term,
            self._costs,
            self._least,
            self._n_seen,
        )


def first_best(features, scores):
    """Return the feature of the largest score, the first of equals, and that score."""
    # Rounded, so that equals stay equal whatever the order of a sum.
    best = int(np.argmax(np.rint(scores * SCORE_STEPS)))
    return int(features[best]), float(scores[best])
