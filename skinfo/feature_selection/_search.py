"""Greedy forward search over codes."""

from dataclasses import dataclass

import numpy as np

from skinfo._kernels._candidates import INFO_Y_GIVEN_T
from skinfo.feature_selection._gates import Gates
from skinfo.feature_selection._interactions import best_pair
from skinfo.feature_selection._path import BITS, Step, Walk
from skinfo.feature_selection._stopping import keep_all


@dataclass(frozen=True)
class Plan:
    """What a search is to do.

    Attributes
    ----------
    n_select : int or None
        How many features to choose; None stops where the best is not significant.

    alpha : float
        Level of that test, divided by the number of features left.

    enough : callable
        ``enough(information)``: how many of the features found are kept.

    max_states : int
        The most states of the bottleneck variable.

    costs : ndarray of shape (n_features,)
        What each feature costs, in bits.

    include, exclude : sequence of int
        Features chosen before all others, and never.

    interactions : bool
        Whether pairs are looked at where no single feature says anything.
    """

    n_select: int | None
    alpha: float = 0.05
    enough: object = keep_all
    max_states: int = 64
    costs: np.ndarray | float = 0.0
    include: tuple = ()
    exclude: tuple = ()
    interactions: bool = False


@dataclass
class Selection:
    """What the search found; information in bits."""

    relevance: np.ndarray  # corrected I(X;Y) of every feature, and its p-values
    pvalues: np.ndarray
    # One entry a chosen feature, in order.
    chosen: list
    gains: np.ndarray
    gain_pvalues: np.ndarray
    information: np.ndarray
    compression: np.ndarray
    # Of the features left: bits given the selection, p-values, and who explains them.
    left: np.ndarray
    left_pvalues: np.ndarray
    explained_by: np.ndarray


def greedy_search(candidates, scorer, plan, on_step=None):
    """Choose features one by one.

    Parameters
    ----------
    candidates : Candidates

    scorer : BottleneckScorer, SumScorer or LeastScorer

    plan : Plan

    on_step : callable or None, default=None
        Called with each feature that is chosen.

    Returns
    -------
    selection : Selection
    """
    start = np.zeros(len(candidates.target.codes), np.int64), 1
    relevance, pvalues = candidates.evidence(np.arange(candidates.n_features), *start)
    search = Search(candidates, scorer, plan, relevance, pvalues)
    search.run(on_step)
    walk = search.finished_walk()
    n_kept = max(plan.enough(walk.information), len(plan.include))
    if n_kept < len(walk.chosen):
        walk = walk.up_to(n_kept)
    return describe(candidates, walk, relevance, pvalues, plan.alpha)


class Search:
    """One run over the candidates.

    Parameters
    ----------
    candidates : Candidates

    scorer : BottleneckScorer, SumScorer or LeastScorer

    plan : Plan

    relevance, pvalues : ndarray of shape (n_features,)
        I(X;Y) of every feature, in nats, and its p-value.

    Attributes
    ----------
    chosen : list of int
        In the order chosen.
    """

    def __init__(self, candidates, scorer, plan, relevance, pvalues):
        self.chosen = []
        self._candidates = candidates
        self._scorer = scorer
        self._plan = plan
        self._costs = np.broadcast_to(np.asarray(plan.costs, float) / BITS, relevance.shape)
        self._walk = Walk(candidates, plan.max_states, (relevance, pvalues))
        self._gates = Gates(candidates, self._walk)
        self._is_left = np.ones(candidates.n_features, bool)
        self._is_left[list(plan.exclude)] = False
        self._ends_by_itself = plan.n_select is None
        # Where neither a test nor the score asks for T, it is made after the search.
        self._needs_state = self._ends_by_itself or scorer.asks_state or plan.interactions
        scorer.start(candidates, relevance, self._costs)

    def run(self, on_step=None):
        """Choose features until there are enough."""
        for feature in self._plan.include:
            self._take(self._single(feature), on_step)
        while self._is_left.any() and (
            self._ends_by_itself or len(self.chosen) < self._plan.n_select
        ):
            step = self._next(np.flatnonzero(self._is_left))
            if step is None:
                break
            self._take(step, on_step)

    def finished_walk(self):
        """Return the Walk along all that was chosen."""
        for feature in self.chosen[len(self._walk.chosen) :]:
            self._walk.follow(self._walk.weigh(feature))
        return self._walk

    def _single(self, feature):
        """Return the Step to one feature, weighed if T is at hand."""
        return self._walk.weigh(feature) if self._needs_state else Step((feature,), None, None)

    def _take(self, step, on_step):
        for feature in step.features:
            self.chosen.append(feature)
            self._is_left[feature] = False
            self._scorer.choose(feature)
            if on_step is not None:
                on_step(feature)
        if self._needs_state:
            self._walk.follow(step)

    def _next(self, left):
        """Return the Step to the best feature, or pair of features; None where the search ends."""
        best = self._single(self._scorer.best(left, self._walk))
        if not self._ends_by_itself and not self._plan.interactions:
            return best
        # Both tests of a step share its level.
        alpha = self._plan.alpha / 2 if self._plan.interactions else self._plan.alpha
        level = alpha / len(left)
        if self._is_enough(best, level):
            return best
        return (
            self._best_significant(left, best.features[0], level)
            or self._pair(left, alpha)
            or (None if self._ends_by_itself else best)
        )

    def _is_enough(self, step, level):
        """Return whether a single feature is significant, and worth its costs."""
        (feature,) = step.features
        is_telling = step.pvalue <= level and step.gains[0] > self._price([feature])[0]
        return is_telling and self._gates.let_in(feature, level)

    def _best_significant(self, left, refused, level):
        """Return the Step to the best of the features that are enough, None if none is."""
        gains, pvalues = self._walk.weigh_left()
        telling = left[(pvalues[left] <= level) & (gains[left] > self._price(left))]
        telling = telling[telling != refused]
        while len(telling):
            step = self._walk.weigh(self._scorer.best(telling, self._walk))
            if self._is_enough(step, level):
                return step
            telling = telling[telling != step.features[0]]
        return None

    def _pair(self, left, alpha):
        """Return the Step to the best pair that is significant and worth its costs, or None."""
        has_room = self._ends_by_itself or len(self.chosen) + 2 <= self._plan.n_select
        if not self._plan.interactions or not has_room:
            return None
        step = best_pair(self._candidates, left, self._walk, alpha)
        if step is None or sum(step.gains) <= sum(self._price(list(step.features))):
            return None
        return step

    def _price(self, features):
        """Return what features cost, in nats: their costs, and their description at its price."""
        features = np.asarray(features)
        return self._costs[features] + self._scorer.description(features, self._walk)


def describe(candidates, walk, relevance, pvalues, alpha):
    """Return the Selection at the end of a walk: also what is left, and why."""
    chosen = walk.chosen
    left = np.setdiff1d(np.arange(candidates.n_features), chosen)
    gains_left, left_pvalues = walk.weigh_left()
    return Selection(
        relevance=relevance * BITS,
        pvalues=pvalues,
        chosen=chosen,
        gains=np.array([gain for step in walk.steps for gain in step.gains]) * BITS,
        gain_pvalues=np.array([step.pvalue for step in walk.steps for _ in step.features]),
        information=np.array(walk.information),
        compression=np.array(walk.compression),
        left=gains_left * BITS,
        left_pvalues=left_pvalues,
        explained_by=who_explains(candidates, chosen, left[pvalues[left] < alpha]),
    )


def who_explains(candidates, chosen, informative):
    """Return, for each informative feature left, the chosen W with the least I(X;Y|W), else -1."""
    explained_by = np.full(candidates.n_features, -1)
    if not len(informative):
        return explained_by
    least = np.full(candidates.n_features, np.inf)
    for w in chosen:
        given = candidates.terms(informative, *candidates.column(w))[:, INFO_Y_GIVEN_T]
        less = informative[given < least[informative]]
        least[less] = given[given < least[informative]]
        explained_by[less] = w
    return explained_by
