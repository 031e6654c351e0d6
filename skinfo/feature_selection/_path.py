"""Record of the greedy search: the bottleneck variable and the gain after each step."""

from typing import NamedTuple

import numpy as np

from skinfo._counts._evidence import TableEvidence
from skinfo.feature_selection._bottleneck import BottleneckVariable

BITS = 1.0 / np.log(2)


class SelectionStep(NamedTuple):
    """Features that are selected together (one, a pair or a triple), and their gains.

    Attributes
    ----------
    features : tuple of int

    gains : tuple of float
        I(X;Y|T) of each, given those before it, minus its null mean, in nats.

    pvalue : float

    codings : list of Coding or None
        Codings that refine T; None for those of `CandidateFeatures.coding`.
    """

    features: tuple
    gains: tuple
    pvalue: float
    codings: list | None = None


class SelectionPath:
    """Selected features in order, T after each step, and the gain of each step.

    T is updated on request: a published criterion may never need it.

    Parameters
    ----------
    candidates : CandidateFeatures

    max_states : int
        Maximum number of states of T.

    relevance : Gains
        Gains of all features without a condition.

    is_described : bool, default=True
        Whether gains, information and compression are needed, not only which features are
        selected.

    Attributes
    ----------
    selected : list of int
        In the order of selection.
    """

    def __init__(self, candidates, max_states, relevance, is_described=True):
        self.selected = []
        self._is_described = is_described
        self._candidates = candidates
        self._max_states = max_states
        self._relevance = relevance
        self._remaining_gains = relevance
        self._bottleneck = BottleneckVariable.constant(candidates.table)
        self._bottlenecks = []
        self._steps = []
        self._information = []
        self._compression = []
        self._n_in_state = 0

    def select(self, feature):
        """Select a feature; it is evaluated when T is needed."""
        self.selected.append(feature)

    def append(self, step):
        """Select the features of a step that was evaluated given T, and refine T by them."""
        _ = self.state  # T of the previous features must be up to date
        self.selected += step.features
        self._refine(step)

    def catch_up(self):
        """Update T as far as possible without a pass over the codes."""
        while self._n_in_state < len(self.selected):
            request = self.pending()
            table, codings = self._candidates.table, request.grouped
            codings = [*map(table.coding, request.features.tolist()), *codings]
            if not all(table.knows(request.state, coding) for coding in codings):
                break
            self._refine(self._evaluate(self.selected[self._n_in_state]))

    def pending(self):
        """Return the TableRequest that refines T by the first missing feature, or None."""
        if self._n_in_state == len(self.selected):
            return None
        feature = np.array(self.selected[self._n_in_state : self._n_in_state + 1])
        return self._candidates.request(self._bottleneck.state, feature)

    def after(self, feature):
        """Return T as a State of all selected features and one more."""
        _ = self.state
        return self._refined((feature,)).state

    @property
    def steps(self):
        """The steps so far, all of them evaluated."""
        _ = self.state
        return self._steps

    @property
    def information(self):
        """I(T;Y), minus its null mean, in bits, after each feature."""
        _ = self.state
        return self._information

    @property
    def compression(self):
        """H(T), in bits, after each feature."""
        _ = self.state
        return self._compression

    @property
    def bottleneck(self):
        """T of all selected features."""
        _ = self.state
        return self._bottleneck

    @property
    def state(self):
        """T as a State of all selected features."""
        while self._n_in_state < len(self.selected):
            self._refine(self._evaluate(self.selected[self._n_in_state]))
        return self._bottleneck.state

    def evaluate(self, feature):
        """Return the SelectionStep of a single feature, given T."""
        _ = self.state
        return self._evaluate(feature)

    def _evaluate(self, feature):
        if not self._is_described:
            return SelectionStep((feature,), (np.nan,), np.nan)
        if self._remaining_gains is not None:
            gains, at = self._remaining_gains, feature
        else:
            gains = self._candidates.gains(np.array([feature]), self._bottleneck.state)
            at = 0
        return SelectionStep((feature,), (gains.nats[at],), gains.pvalues[at])

    def evaluate_remaining(self):
        """Return the Gains of all features, NaN for selected ones."""
        state = self.state
        if self._remaining_gains is None:
            nats, pvalues = np.full((2, self._candidates.n_features), np.nan)
            remaining = np.setdiff1d(np.arange(len(nats)), self.selected)
            if len(remaining):
                gains = self._candidates.gains(remaining, state)
                nats[remaining], pvalues[remaining] = gains
            self._remaining_gains = type(self._relevance)(nats, pvalues)
        return self._remaining_gains

    def _refine(self, step):
        """Refine T by the features of a step, jointly."""
        candidates = self._candidates
        self._bottleneck = self._refined(step.features, step.codings)
        self._bottlenecks.append(self._bottleneck)
        self._remaining_gains = None
        self._n_in_state += len(step.features)
        self._steps.append(step)
        if not self._is_described:
            return
        for _ in step.features[1:]:
            # T depends on a combination only when all of it is added.
            self._information.append(self._information[-1] if self._information else 0.0)
            self._compression.append(self._compression[-1] if self._compression else 0.0)
        evidence = TableEvidence.of_table(self._bottleneck.counts)
        self._information.append(evidence.excess[0] / candidates.table.n * BITS)
        self._compression.append(self._bottleneck.entropy())

    def _refined(self, features, codings=None):
        """Return T refined by some features, jointly."""
        if codings is None:
            codings = [self._candidates.coding(feature) for feature in features]
        return self._bottleneck.refine(self._candidates.table, codings, self._max_states)

    def truncate(self, n_features):
        """Return the path up to the step with the given number of features."""
        path = SelectionPath(self._candidates, self._max_states, self._relevance)
        for step, bottleneck in zip(self.steps, self._bottlenecks, strict=True):
            n_selected = len(path.selected)
            if n_selected >= n_features:
                break
            path.selected += step.features
            path._n_in_state = len(path.selected)
            path._steps.append(step)
            path._bottleneck = bottleneck
            path._bottlenecks.append(bottleneck)
            path._remaining_gains = None
        path._information = self._information[: len(path.selected)]
        path._compression = self._compression[: len(path.selected)]
        return path
