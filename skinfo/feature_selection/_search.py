"""Greedy forward search over codes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from joblib import effective_n_jobs

from skinfo._kernels._candidates import (
    INFO_T,
    INFO_Y_GIVEN_T,
    JOINT_ENTROPY,
    NULL_T,
    NULL_Y_GIVEN_T,
    candidate_nulls,
    candidate_terms,
)
from skinfo._kernels._null import poisson_tables
from skinfo.estimation._evidence import gamma_pvalue
from skinfo.feature_selection._criteria import CRITERIA, PairTerms
from skinfo.feature_selection._state import BottleneckState

BITS = 1.0 / np.log(2)

# Scores that agree to this many decimals (of a nat) are equal.
SCORE_DIGITS = 12


class Candidates:
    """The columns to choose from, with y: information terms of any of them, given any state.

    Parameters
    ----------
    codes : ndarray of shape (n_features, n_samples), dtype uint8

    n_levels : ndarray of shape (n_features,), dtype int64

    target : Target

    corrected : bool, default=True
        Whether the mean that chance alone gives is subtracted from information.

    n_jobs : int or None, default=None
    """

    def __init__(self, codes, n_levels, target, *, corrected=True, n_jobs=None):
        self.codes = codes
        self.n_levels = n_levels
        self.target = target
        self.corrected = corrected
        self.n = target.weights.sum()
        # The exact null mean is one of integer tables.
        self.exact = bool(np.all(target.weights % 1 == 0))
        self._n_jobs = n_jobs
        self._y = target.codes.astype(np.int64)
        self._weights = target.weights if target.is_weighted else np.empty(0)

    def terms(self, features, state, n_states):
        """Return `candidate_terms` of some features, less what chance gives if corrected."""
        terms = self._in_threads(candidate_terms, features, state, n_states)
        if self.corrected:
            terms[:, INFO_Y_GIVEN_T] -= terms[:, NULL_Y_GIVEN_T]
            terms[:, INFO_T] -= terms[:, NULL_T]
        return terms

    def evidence(self, features, state, n_states):
        """Return I(X;Y|T) less its exact null mean, in nats, and its p-value, of some features."""
        terms = self._in_threads(candidate_terms, features, state, n_states)
        moments = self._in_threads(candidate_nulls, features, state, n_states, self.exact)
        information = self.n * terms[:, INFO_Y_GIVEN_T]
        pvalues = gamma_pvalue(information, moments[:, 0], moments[:, 1])
        correction = moments[:, 0] if self.corrected else 0.0
        return (information - correction) / self.n, pvalues

    def entropies(self):
        """Return H(X) of every feature, in nats."""
        weights = self.target.weights
        share = [np.bincount(column, weights=weights) / self.n for column in self.codes]
        return np.array([-np.sum(s[s > 0] * np.log(s[s > 0])) for s in share]) + 0.0

    def _in_threads(self, kernel, features, state, n_states, *extra):
        """Return a kernel's rows for some features, each thread working on a share of them."""
        y, n_classes = self._y, self.target.n_classes
        rest = (state, n_states, y, n_classes, self._weights, poisson_tables(), *extra)
        n_threads = min(effective_n_jobs(self._n_jobs), len(features))
        if n_threads <= 1:
            return kernel(self.codes, self.n_levels, features, *rest)
        chunks = np.array_split(features, n_threads)
        # joblib looks for results every 10 ms, as long as a step of the search takes.
        with ThreadPoolExecutor(n_threads) as pool:
            rows = pool.map(lambda chunk: kernel(self.codes, self.n_levels, chunk, *rest), chunks)
            return np.concatenate(list(rows))


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
    scorer.start(candidates, relevance)
    left = everything
    while len(left) and (n_select is None or len(selection.chosen) < n_select):
        scores = scorer.scores(left, state)
        found = _first_accepted(candidates, scores, left, state, n_select, alpha)
        if found is None:
            break
        feature, gain, pvalue = found
        left = left[left != feature]
        state.refine(candidates.codes[feature], int(candidates.n_levels[feature]))
        _record(selection, feature, gain * BITS, pvalue, state, candidates.exact)
        if len(left):
            scorer.update(feature, left)
    _explain_left(selection, candidates, left, state, alpha)
    return selection


def _first_accepted(candidates, scores, left, state, n_select, alpha):
    """Return the best feature with its gain and p-value, or None.

    With a number to select the best is accepted as it is; else the best of those
    significant given the state, after correction for the number tried.
    """
    # Rounded, so that equals stay equal whatever the order of a sum; of equals the first.
    order = np.argsort(-np.round(scores, SCORE_DIGITS), kind="stable")
    for index in order:
        gain, pvalue = candidates.evidence(left[[index]], state.labels, state.n_states)
        if n_select is not None or (scores[index] > 0 and pvalue[0] * len(left) < alpha):
            return left[index], gain[0], pvalue[0]
    return None


def _record(selection, feature, gain, pvalue, state, exact):
    selection.chosen.append(int(feature))
    selection.gains.append(gain)
    selection.gain_pvalues.append(pvalue)
    selection.information.append(state.information(exact))
    selection.compression.append(state.entropy())


def _explain_left(selection, candidates, left, state, alpha):
    """Say what the features left still know, and which chosen one says most of it already."""
    n_features = len(candidates.codes)
    selection.left = np.full(n_features, np.nan)
    selection.left_pvalues = np.full(n_features, np.nan)
    selection.explained_by = np.full(n_features, -1)
    if not len(left):
        return
    gains, pvalues = candidates.evidence(left, state.labels, state.n_states)
    selection.left[left], selection.left_pvalues[left] = gains * BITS, pvalues
    informative = left[selection.pvalues[left] < alpha]
    if not len(informative) or not selection.chosen:
        return
    given = np.stack(
        [
            candidates.terms(informative, column.astype(np.int64), int(candidates.n_levels[w]))[
                :, INFO_Y_GIVEN_T
            ]
            for w, column in zip(selection.chosen, candidates.codes[selection.chosen], strict=True)
        ]
    )
    selection.explained_by[informative] = np.array(selection.chosen)[np.argmin(given, axis=0)]


class BottleneckScorer:
    """I(X;Y|T) - H(X|T) / beta, T the bottleneck variable of the chosen features.

    Parameters
    ----------
    beta : float or None
        Bits of description that a bit about y may cost; None: any number.
    """

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
        """Nothing to gather: the state holds what was chosen."""


class PairwiseScorer:
    """A published criterion, its pair terms gathered as features are chosen.

    Parameters
    ----------
    name : str
        A key of `CRITERIA`.
    """

    def __init__(self, name):
        self._name = name
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
        """Add the terms of the pairs with a feature just chosen."""
        self._n_chosen += 1
        if self._gathered is None:
            start = np.inf if self._criterion.gather is np.minimum else 0.0
            self._gathered = np.full(len(self._relevance), start)
        if self._name == "mim":
            return
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
