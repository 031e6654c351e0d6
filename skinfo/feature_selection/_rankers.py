"""How the next feature is found at each step of the search.

A scorer is started with the candidates, told each feature that is chosen, and asked for the best
of those left. Costs come off every score.
"""

import numpy as np

from skinfo._kernels._candidates import INFO_T, INFO_Y_GIVEN_T, JOINT_ENTROPY
from skinfo._kernels._maxmin import GIVEN, SCORE_STEPS
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

    def __init__(self, beta=None):
        self._price = 0.0 if beta is None else 1.0 / beta

    def start(self, candidates, relevance, costs):
        """Take the columns to choose from, their I(X;Y) and what each costs, in nats."""
        self._candidates = candidates
        self._costs = costs
        self._entropies = candidates.entropies() if self._price else None
        self._least = LeastTerms(candidates, relevance, GIVEN, with_relevance=True)

    def choose(self, feature):
        """Remember a chosen feature."""
        self._least.choose(feature)

    def best(self, left, walk):
        """Return the best of the features left."""
        terms = self._candidates.terms(left, *walk.state.as_column())
        scores = terms[:, INFO_Y_GIVEN_T] - self._costs[left]
        if self._price:
            scores -= self._price * (self._entropies[left] - terms[:, INFO_T])
        # To the search for the largest least term the rest of the score is a negative cost.
        costs = np.zeros(len(self._costs))
        costs[left] = -scores / SHARE_OF_LEAST
        return self._least.best(left, costs)

    def description(self, features, walk):
        """Return H(X|T) / beta of some features, in nats."""
        if not self._price:
            return np.zeros(len(features))
        terms = self._candidates.terms(features, *walk.state.as_column())
        return self._price * (self._entropies[features] - terms[:, INFO_T])


class FreeOfDescription:
    """A published criterion, which has no price of description and no T."""

    asks_state = False

    def description(self, features, walk):
        """Return what the description of some features costs: nothing."""
        return np.zeros(len(features))


class SumScorer(FreeOfDescription):
    """A published criterion that sums a term over the chosen features.

    Parameters
    ----------
    criterion : Sum
    """

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
        """Return the best of the features left."""
        scores = self._relevance[left]
        if self._chosen:
            self._bring_up_to_date(left)
            scores = self._criterion.combine(scores, self._summed[left], len(self._chosen))
        return first_best(left, scores - self._costs[left])

    def _bring_up_to_date(self, left):
        if self._criterion.term is None:
            return
        # Features left have mostly seen all but the last one chosen.
        n_summed = self._n_summed[left]
        for turn in range(int(n_summed.min()), len(self._chosen)):
            behind = left[n_summed <= turn]
            self._summed[behind] += self._criterion.term(self._pairs(self._chosen[turn], behind))
        self._n_summed[left] = len(self._chosen)

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


class LeastScorer(FreeOfDescription):
    """A published criterion that takes the least term over the chosen features.

    Parameters
    ----------
    criterion : Least
    """

    def __init__(self, criterion):
        self._criterion = criterion

    def start(self, candidates, relevance, costs):
        """Take the columns to choose from, their I(X;Y) and what each costs, in nats."""
        self._costs = costs
        self._least = LeastTerms(
            candidates, relevance, self._criterion.term, self._criterion.with_relevance
        )

    def choose(self, feature):
        """Remember a chosen feature."""
        self._least.choose(feature)

    def best(self, left, walk):
        """Return the best of the features left."""
        return self._least.best(left, self._costs)


class LeastTerms:
    """The least term of each candidate over the chosen features, as far as it had to be known.

    Parameters
    ----------
    candidates : Candidates

    relevance : ndarray of shape (n_features,)
        I(X;Y), in nats.

    term : int
        What is taken of I(X;Y|W), as `argmax_of_min` names it.

    with_relevance : bool
        Whether I(X;Y) is among the terms.
    """

    def __init__(self, candidates, relevance, term, with_relevance):
        self._candidates = candidates
        self._relevance = relevance
        self._term = term
        self._least = relevance.copy() if with_relevance else np.full(len(relevance), np.inf)
        self._n_seen = np.zeros(len(relevance), np.int64)
        self._chosen = []

    def choose(self, feature):
        """Add a feature to those that terms are taken over."""
        self._chosen.append(feature)

    def best(self, left, costs):
        """Return the feature left with the largest least term less its cost (by relevance first).

        Parameters
        ----------
        left : ndarray of int64

        costs : ndarray of shape (n_features,)
            In nats.
        """
        if not self._chosen:
            return first_best(left, self._relevance[left] - costs[left])
        return self._candidates.argmax_of_min(
            left,
            np.array(self._chosen),
            self._relevance,
            self._term,
            costs,
            self._least,
            self._n_seen,
        )


def first_best(features, scores):
    """Return the feature of the largest score, the first of equals."""
    # Rounded, so that equals stay equal whatever the order of a sum.
    # A cost may be as large as a number can be.
    with np.errstate(over="ignore"):
        return int(features[np.argmax(np.rint(scores * SCORE_STEPS))])
