"""Greedy forward search over columns of codes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skinfo._counts._coded_table import State
from skinfo._kernels._candidates import INFO_Y_GIVEN_T
from skinfo.feature_selection._candidates import Gains
from skinfo.feature_selection._crossfit import HeldOutCurve
from skinfo.feature_selection._interactions import InteractionSearch
from skinfo.feature_selection._path import BITS, SelectionPath
from skinfo.feature_selection._stopping import AcceptanceTest, keep_all
from skinfo.utils._saved_state import saved_class

# Maximum number of features that are tested in one pass over the codes, after the best one was
# rejected.
N_TESTED_AT_ONCE = 16


@dataclass(frozen=True)
class SearchSettings:
    """Settings of a greedy search.

    Attributes
    ----------
    n_to_select : int or None
        Number of features to select; None stops when the best one is not significant.

    alpha : float
        Level of that test, divided by the number of remaining features.

    n_kept : callable
        ``n_kept(information)``: the number of features found that are kept.

    max_states : int
        Maximum number of states of the bottleneck variable.

    costs : ndarray of shape (n_features,)
        Cost of each feature, in bits.

    include, exclude : sequence of int
        Features that are selected first, and features that are never selected.

    interactions : {1, 2, 3}
        Maximum number of features that are tested jointly if no single one is informative.
    """

    n_to_select: int | None
    alpha: float = 0.05
    n_kept: Callable = keep_all
    max_states: int = 64
    costs: np.ndarray | float = 0.0
    include: tuple = ()
    exclude: tuple = ()
    interactions: int = 1


@saved_class
@dataclass(frozen=True)
class SelectionResult:
    """Result of a search; information in bits.

    Attributes
    ----------
    relevance, pvalues : ndarray of shape (n_features,)
        I(X;Y) of every feature minus its null mean, and its p-value.

    selected : list of int
        In the order of selection; the next four arrays have one entry for each.

    gains, gain_pvalues, information, compression : ndarray of shape (n_selected,)
        See `SelectionPath`.

    remaining_gains, remaining_pvalues : ndarray of shape (n_features,)
        I(X;Y|T) of the features that are not selected, NaN elsewhere.

    redundant_with : ndarray of shape (n_features,), dtype int64
        For an informative feature that is not selected the selected one given which it has the
        least information, else -1.

    held_out : HeldOutCurve or None
        Curve that determined the number of features.
    """

    relevance: np.ndarray
    pvalues: np.ndarray
    selected: list
    gains: np.ndarray
    gain_pvalues: np.ndarray
    information: np.ndarray
    compression: np.ndarray
    remaining_gains: np.ndarray
    remaining_pvalues: np.ndarray
    redundant_with: np.ndarray
    held_out: HeldOutCurve | None = None


def greedy_search(candidates, ranker, settings, on_select=None):
    """Select features one by one.

    Parameters
    ----------
    candidates : CandidateFeatures

    ranker : BottleneckRanker, SumRanker or MaxMinRanker

    settings : SearchSettings

    on_select : callable or None, default=None
        Called with each feature that is selected.

    Returns
    -------
    result : SelectionResult
    """
    relevance = candidates.gains(np.arange(candidates.n_features), State())
    path = GreedySearch(candidates, ranker, settings, relevance).run(on_select)
    n_kept = max(settings.n_kept(path.information), len(settings.include))
    if n_kept < len(path.selected):
        path = path.truncate(n_kept)
    return describe(candidates, path, relevance, settings.alpha)


def selected_features(candidates, ranker, settings):
    """Return the features of a greedy search for a given number of them, in order."""
    everything, is_tested = np.arange(candidates.n_features), settings.interactions > 1
    if is_tested:
        relevance = candidates.gains(everything, State())
    else:
        # P-values of small tables take most of the time of a search.
        nats = candidates.terms(everything, State())[:, INFO_Y_GIVEN_T]
        relevance = Gains(nats, np.full(len(nats), np.nan))
    search = GreedySearch(candidates, ranker, settings, relevance, is_described=is_tested)
    return search.run().selected


class GreedySearch:
    """One search over the candidates.

    Parameters
    ----------
    candidates : CandidateFeatures

    ranker : BottleneckRanker, SumRanker or MaxMinRanker

    settings : SearchSettings

    relevance : Gains
        Gains of all features without a condition.

    is_described : bool, default=True
        As in `SelectionPath`.
    """

    def __init__(self, candidates, ranker, settings, relevance, *, is_described=True):
        self._candidates = candidates
        self._ranker = ranker
        self._settings = settings
        self._costs = np.broadcast_to(
            np.asarray(settings.costs, float) / BITS, relevance.nats.shape
        )
        self._path = SelectionPath(candidates, settings.max_states, relevance, is_described)
        self._acceptance = AcceptanceTest(candidates, self._path)
        self._remaining = np.setdiff1d(np.arange(candidates.n_features), settings.exclude)
        self._interactions = [
            InteractionSearch(candidates, order) for order in range(2, settings.interactions + 1)
        ]
        # Whether nothing was significant at the previous step; then nothing is now.
        self._is_exhausted = False
        ranker.start(candidates, relevance.nats, self._costs)

    def run(self, on_select=None):
        """Return the SelectionPath of the features that are selected."""
        for feature in self._settings.include:
            self._select(self._path.select, (feature,), feature, on_select)
        while len(self._remaining) and not self._is_full(0):
            self._count_ahead()
            if self._is_tested:
                step = self._next_step()
                if step is None:
                    break
                self._select(self._path.append, step.features, step, on_select)
            else:
                best = self._ranker.best(self._remaining, self._path)
                self._select(self._path.select, (best,), best, on_select)
        return self._path

    def _is_full(self, n_more):
        """Return whether the number of features is at its limit."""
        n_to_select = self._settings.n_to_select
        return n_to_select is not None and len(self._path.selected) + n_more >= n_to_select

    def _count_ahead(self):
        """Count the tables of a step at once, if that saves passes over the codes."""
        path, remaining, table = self._path, self._remaining, self._candidates.table
        if not table.counts_ahead:
            return
        path.catch_up()
        requests = self._ranker.pairs(remaining)
        if self._is_tested:
            # The joint table of T and a selected feature is requested by the tests.
            everything = np.append(remaining, np.array(path.selected, np.int64))
            requests.append(self._candidates.request(path.state, everything))
        elif self._ranker.is_given_state:
            requests.append(self._candidates.request(path.state, remaining))
        elif path.pending() is not None:
            requests.append(path.pending())
        table.count_ahead(requests)

    @property
    def _is_tested(self):
        """Whether features are tested before they are selected."""
        return self._settings.n_to_select is None or self._settings.interactions > 1

    def _select(self, add, features, entry, on_select):
        """Add an entry to the path, and its features to the ranker."""
        add(entry)
        for feature in features:
            self._remaining = self._remaining[self._remaining != feature]
            self._ranker.add(feature)
            if on_select is not None:
                on_select(feature)

    def _next_step(self):
        """Return the step to the best feature, pair or triple that is accepted.

        If there is none, the step to the best feature if a number of features is requested,
        else None.
        """
        settings, remaining = self._settings, self._remaining
        best = self._path.evaluate(self._ranker.best(remaining, self._path))
        # The level is divided among the tests of a step.
        alpha = settings.alpha / settings.interactions
        of_one = alpha / len(remaining)
        if self._accepts(best, of_one):
            step = best
        else:
            step = self._best_accepted(best.features[0], of_one) or self._best_combination(alpha)
        self._is_exhausted = step is None
        return best if step is None and settings.n_to_select is not None else step

    def _accepts(self, step, alpha):
        """Return whether a single feature is significant at alpha, and exceeds its costs."""
        (feature,) = step.features
        if step.pvalue > alpha or step.gains[0] <= self._total_costs([feature])[0]:
            return False
        self._count_tests_ahead(feature, alpha)
        return self._acceptance.accepts(feature, alpha)

    def _count_tests_ahead(self, feature, alpha):
        """Count the tables of a test and of the next step at once, as most tests are passed."""
        path, table, candidates = self._path, self._candidates.table, self._candidates
        if not table.counts_ahead:
            return
        tests = self._acceptance.requests(feature, alpha)
        if all(table.knows(state, table.coding(feature)) for state, *_ in tests):
            return
        others = self._remaining[self._remaining != feature]
        everything = np.append(others, [*path.selected, feature])
        table.count_ahead(
            [
                *tests,
                candidates.request(path.after(feature), everything),
                candidates.request_given(others, feature),
            ]
        )

    def _best_accepted(self, refused, alpha):
        """Return the step to the best accepted feature, None if there is none."""
        nats, pvalues = (values[self._remaining] for values in self._path.evaluate_remaining())
        is_worth = (pvalues <= alpha) & (nats > self._total_costs(self._remaining))
        some = self._remaining[is_worth]
        some = some[some != refused]
        while len(some):
            self._count_tests_of_best_ahead(some, alpha)
            step = self._path.evaluate(self._ranker.best(some, self._path))
            if self._accepts(step, alpha):
                return step
            some = some[some != step.features[0]]
        return None

    def _count_tests_of_best_ahead(self, some, alpha):
        """Count the tables of the tests of the best of some features at once."""
        table = self._candidates.table
        if not table.counts_ahead:
            return
        requests = []
        for _ in range(min(N_TESTED_AT_ONCE, len(some))):
            best = self._ranker.best(some, self._path)
            requests += self._acceptance.requests(best, alpha)
            some = some[some != best]
        table.count_ahead(requests)

    def _best_combination(self, alpha):
        """Return the step to the best pair, or else triple, that is significant, or None.

        If nothing was significant at an earlier step, features that were added to reach the
        requested number do not change that.
        """
        if self._is_exhausted:
            return None
        for search in self._interactions:
            if self._is_full(search.order - 1):
                break
            step = search.best(self._remaining, self._path, alpha, self._is_worth)
            if step is not None:
                return step
        return None

    def _is_worth(self, step):
        """Return whether the gains of a step exceed the costs of its features."""
        return sum(step.gains) > sum(self._total_costs(list(step.features)))

    def _total_costs(self, features):
        """Return the costs of features and of their description, in nats."""
        features = np.asarray(features)
        return self._costs[features] + self._ranker.description_costs(features, self._path)


def describe(candidates, path, relevance, alpha):
    """Return the SelectionResult at the end of a path."""
    remaining = np.setdiff1d(np.arange(candidates.n_features), path.selected)
    informative = remaining[relevance.pvalues[remaining] < alpha]
    if candidates.table.counts_ahead:
        count_last_ahead(candidates, path, remaining, informative)
    remaining_gains = path.evaluate_remaining()
    return SelectionResult(
        relevance=relevance.nats * BITS,
        pvalues=relevance.pvalues,
        selected=path.selected,
        gains=np.array([gain for step in path.steps for gain in step.gains]) * BITS,
        gain_pvalues=np.array([step.pvalue for step in path.steps for _ in step.features]),
        information=np.array(path.information),
        compression=np.array(path.compression),
        remaining_gains=remaining_gains.nats * BITS,
        remaining_pvalues=remaining_gains.pvalues,
        redundant_with=most_redundant_with(candidates, path.selected, informative),
    )


def count_last_ahead(candidates, path, remaining, informative):
    """Count at once the tables of `describe`."""
    path.catch_up()
    pending = path.pending()
    given_state = candidates.request(path.state, remaining) if pending is None else pending
    pairs = [candidates.request_given(informative, w) for w in path.selected]
    candidates.table.count_ahead([given_state, *pairs])


def most_redundant_with(candidates, selected, features):
    """Return for each feature the selected W with the smallest I(X;Y|W), else -1."""
    redundant_with = np.full(candidates.n_features, -1)
    if not len(features):
        return redundant_with
    minimum = np.full(candidates.n_features, np.inf)
    for w in selected:
        given = candidates.terms_given(features, w)[:, INFO_Y_GIVEN_T]
        less = given < minimum[features]
        minimum[features[less]] = given[less]
        redundant_with[features[less]] = w
    return redundant_with
