"""Greedy forward search over codes."""

from dataclasses import dataclass, field

import numpy as np

from skinfo._kernels._candidates import INFO_Y_GIVEN_T
from skinfo.feature_selection._state import BottleneckState

BITS = 1.0 / np.log(2)

# Scores that agree to this many decimals (of a nat) are equal.
SCORE_DIGITS = 12


@dataclass
class Selection:
    """What the search found; information in bits, one entry a chosen feature, in order."""

    relevance: np.ndarray  # corrected I(X;Y) of every feature
    pvalues: np.ndarray  # their p-values
    chosen: list = field(default_factory=list)
    gains: list = field(default_factory=list)
    gain_pvalues: list = field(default_factory=list)
    information: list = field(default_factory=list)
    compression: list = field(default_factory=list)
    # Of the features left: bits given the selection, p-values, and who explains them.
    left: np.ndarray = None
    left_pvalues: np.ndarray = None
    explained_by: np.ndarray = None


def greedy_search(candidates, scorer, *, n_select, alpha, max_states):
    """Choose features one by one.

    Parameters
    ----------
    candidates : Candidates

    scorer : BottleneckScorer or PairwiseScorer

    n_select : int or None
        How many to choose; None stops where the best is not significant.

    alpha : float
        Level of that test, divided by the number of features left.

    max_states : int
        The most states of the bottleneck variable.

    Returns
    -------
    selection : Selection
    """
    n_features = len(candidates.codes)
    everything = np.arange(n_features)
    state = BottleneckState(candidates.target, max_states)
    relevance, pvalues = candidates.evidence(everything, state.labels, 1)
    selection = Selection(relevance * BITS, pvalues)
    redundancy = Redundancy(n_features)
    scorer.start(candidates, relevance)
    left = everything
    while len(left) and (n_select is None or len(selection.chosen) < n_select):
        scores = scorer.scores(left, state)
        least = -np.inf if n_select is not None else scorer.least_score
        level = 1.0 if n_select is not None else alpha / len(left)
        found = _first_accepted(candidates, scores, left, state, least, level)
        if found is None:
            break
        feature, gain, pvalue = found
        left = left[left != feature]
        state.refine(candidates.codes[feature], int(candidates.n_levels[feature]))
        _record(selection, feature, gain * BITS, pvalue, state, candidates.exact)
        given = scorer.update(feature, left) if len(left) else None
        if given is not None:
            redundancy.note(feature, left, given)
    _say_what_is_left(selection, candidates, left, state)
    _say_who_explains(selection, candidates, left, redundancy, alpha)
    return selection


def _first_accepted(candidates, scores, left, state, least, level):
    """Return the best feature that scores above `least` and has a p-value of at most `level`.

    Returns
    -------
    found : tuple of (feature, gain in nats, p-value), or None
    """
    # Rounded, so that equals stay equal whatever the order of a sum; of equals the first.
    order = np.argsort(-np.round(scores, SCORE_DIGITS), kind="stable")
    for index in order:
        gain, pvalue = candidates.evidence(left[[index]], state.labels, state.n_states)
        if scores[index] > least and pvalue[0] <= level:
            return int(left[index]), gain[0], pvalue[0]
    return None


def _record(selection, feature, gain, pvalue, state, exact):
    selection.chosen.append(feature)
    selection.gains.append(gain)
    selection.gain_pvalues.append(pvalue)
    selection.information.append(state.information(exact))
    selection.compression.append(state.entropy())


def _say_what_is_left(selection, candidates, left, state):
    """Store what the features left still say, given the selection."""
    selection.left = np.full(len(candidates.codes), np.nan)
    selection.left_pvalues = np.full(len(candidates.codes), np.nan)
    if len(left):
        gains, pvalues = candidates.evidence(left, state.labels, state.n_states)
        selection.left[left], selection.left_pvalues[left] = gains * BITS, pvalues


def _say_who_explains(selection, candidates, left, redundancy, alpha):
    """Store, for each informative feature left, the chosen one given which it says least."""
    informative = left[selection.pvalues[left] < alpha]
    if len(informative):
        for chosen in redundancy.not_noted(selection.chosen):
            state = candidates.codes[chosen].astype(np.int64)
            terms = candidates.terms(informative, state, int(candidates.n_levels[chosen]))
            redundancy.note(chosen, informative, terms[:, INFO_Y_GIVEN_T])
    selection.explained_by = np.full(len(candidates.codes), -1)
    selection.explained_by[informative] = redundancy.explained_by[informative]


class Redundancy:
    """Of each feature, the chosen one W with the least I(X;Y|W) so far."""

    def __init__(self, n_features):
        self.explained_by = np.full(n_features, -1)
        self._least = np.full(n_features, np.inf)
        self._noted = set()

    def note(self, chosen, features, given):
        """Compare I(X;Y|W) of some features X with the least so far."""
        self._noted.add(chosen)
        less = given < self._least[features]
        self._least[features[less]] = given[less]
        self.explained_by[features[less]] = chosen

    def not_noted(self, chosen):
        """Return which of the chosen features were not compared with yet."""
        return [feature for feature in chosen if feature not in self._noted]
