"""Greedy forward search over codes."""

from dataclasses import dataclass

import numpy as np

from skinfo._kernels._candidates import INFO_Y_GIVEN_T
from skinfo.feature_selection._gates import Gates
from skinfo.feature_selection._interactions import best_pair
from skinfo.feature_selection._stopping import keep_all
from skinfo.feature_selection._walk import BITS, Walk


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
    walk, chosen = choose_features(candidates, scorer, plan, relevance, on_step)
    for feature in chosen[len(walk.chosen) :]:
        walk.follow(walk.weigh(feature))
    n_kept = max(plan.enough(walk.information), len(plan.include))
    if n_kept < len(walk.chosen):
        walk = walk.up_to(n_kept)
    return describe(candidates, walk, relevance, pvalues, plan.alpha)


def choose_features(candidates, scorer, plan, relevance, on_step=None):
    """Return the Walk of the search, and the features chosen.

    Where neither a test nor the score asks for T, the walk is still to be made.
    """
    costs = np.broadcast_to(np.asarray(plan.costs, float) / BITS, candidates.n_features)
    walk = Walk(candidates, plan.max_states)
    scorer.start(candidates, relevance, costs)
    is_left = np.ones(candidates.n_features, bool)
    is_left[list(plan.exclude)] = False
    include = list(plan.include)
    needs_state = plan.n_select is None or scorer.asks_state or plan.interactions
    gates = Gates(candidates, walk)
    chosen = []
    while is_left.any() and (len(include) or plan.n_select is None or len(chosen) < plan.n_select):
        left = np.flatnonzero(is_left)
        if include:
            features = (include.pop(0),)
            step = walk.weigh(features[0]) if needs_state else None
        elif needs_state:
            step = next_step(candidates, scorer, plan, walk, gates, left, costs, len(chosen))
            if step is None:
                break
            features = step.features
        else:
            step, features = None, (scorer.best(left, walk)[0],)
        for feature in features:
            chosen.append(feature)
            is_left[feature] = False
            scorer.choose(feature)
            if on_step is not None:
                on_step(feature)
        if step is not None:
            walk.follow(step)
    return walk, chosen


def next_step(candidates, scorer, plan, walk, gates, left, costs, n_chosen):
    """Return the Step to the best feature, or pair of features; None where the search ends."""
    feature, score = scorer.best(left, walk)
    step = walk.weigh(feature)
    ends_by_itself = plan.n_select is None
    if not ends_by_itself and not plan.interactions:
        return step
    # Both tests of a step share its level.
    alpha = plan.alpha / 2 if plan.interactions else plan.alpha
    level = alpha / len(left)
    least = scorer.least_score if ends_by_itself else -np.inf

    def is_enough(step, score):
        (feature,), (gain,) = step.features, step.gains
        is_telling = step.pvalue <= level and gain > costs[feature] and score > least
        return is_telling and gates.let_in(feature, level)

    if is_enough(step, score):
        return step
    gains, pvalues = candidates.evidence(left, *walk.state.as_column())
    telling = left[(pvalues <= level) & (gains > costs[left]) & (left != feature)]
    while len(telling):
        other, score = scorer.best(telling, walk)
        other_step = walk.weigh(other)
        if is_enough(other_step, score):
            return other_step
        telling = telling[telling != other]
    has_room = ends_by_itself or n_chosen + 2 <= plan.n_select
    pair = best_pair(candidates, left, walk, alpha) if plan.interactions and has_room else None
    if pair is not None and sum(pair.gains) > sum(costs[list(pair.features)]):
        return pair
    return None if ends_by_itself else step


def describe(candidates, walk, relevance, pvalues, alpha):
    """Return the Selection at the end of a walk: also what is left, and why."""
    chosen = walk.chosen
    left = np.setdiff1d(np.arange(candidates.n_features), chosen)
    bits_left = np.full(candidates.n_features, np.nan)
    left_pvalues = bits_left.copy()
    if len(left):
        gains, p_left = candidates.evidence(left, *walk.state.as_column())
        bits_left[left], left_pvalues[left] = gains * BITS, p_left
    return Selection(
        relevance=relevance * BITS,
        pvalues=pvalues,
        chosen=chosen,
        gains=np.array([gain for step in walk.steps for gain in step.gains]) * BITS,
        gain_pvalues=np.array([step.pvalue for step in walk.steps for _ in step.features]),
        information=np.array(walk.information),
        compression=np.array(walk.compression),
        left=bits_left,
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
