"""Information of candidate features about y, given any state of a search."""

from typing import NamedTuple

import numpy as np
from joblib import delayed

from skinfo._counts._coded_table import Coding, State, TableRequest
from skinfo._counts._evidence import TableEvidence
from skinfo._kernels._candidates import (
    INFO_Y_GIVEN_T,
    JOINT_ENTROPY,
    N_TERMS,
    candidate_evidence,
    candidate_terms,
)
from skinfo._kernels._maxmin import GIVEN, NORMALIZED, SCORE_STEPS, argmax_of_min, is_before
from skinfo._kernels._smooth import smooth_statistics
from skinfo.preprocessing._groups import supervised_groups
from skinfo.preprocessing._partition import ColumnSettings
from skinfo.preprocessing._penalties import resolve_penalty
from skinfo.preprocessing._target_statistics import ClassStatistics
from skinfo.utils._parallel import ThreadPool

# Minimum number of cells (features times samples) for several threads.
FEW_CELLS = 100_000

# Maximum number of groups of pooled levels; other settings are the defaults of MutualInfoBinner.
MOST_GROUPS = 8


class Gains(NamedTuple):
    """Information of features about y.

    Attributes
    ----------
    nats : ndarray of shape (n_features,)
        I(X;Y|T), minus its mean under independence.

    pvalues : ndarray of shape (n_features,)
    """

    nats: np.ndarray
    pvalues: np.ndarray


class CandidateFeatures:
    """Columns of codes to select from: information terms of any of them, given any state.

    Parameters
    ----------
    table : CodedTable

    threads : ThreadPool or None, default=None
        Threads for the counts; None for the calling thread.

    corrected : bool, default=True
        Whether the mean under independence is subtracted from information.
    """

    def __init__(self, table, threads=None, *, corrected=True):
        self.table = table
        self.n_features = table.n_features
        self.corrected = corrected
        self._threads = ThreadPool(1) if threads is None else threads
        # By feature: the result of `terms_given`, NaN if not requested.
        self._given = {}

    def terms(self, features, state, *, of_target=True, all_levels=True):
        """Return `candidate_terms` of some features, minus their null means if corrected.

        Parameters
        ----------
        features : ndarray of int64

        state : State

        of_target : bool, default=True
            Without the target only INFO_T is meaningful, and tables are smaller.

        all_levels : bool, default=True
            Whether I(X;Y) without a condition uses all levels, also of columns with pooled codes.
        """
        found = []
        for batch in self.table.batches(state, features):
            tables = self.table.tables(state, batch, of_target=of_target)
            found += self.split_over_threads(
                lambda some, tables=tables: candidate_terms(tables(some), some, self.corrected),
                batch,
            )
        terms = np.concatenate(found)
        if of_target and all_levels:
            for i, of_levels in self._evidence_of_single_levels(features, state):
                terms[i, INFO_Y_GIVEN_T] = self._nats(of_levels)[0]
        return terms

    def evidence(self, features, state):
        """Return the TableEvidence of I(X;Y|T) of some features."""
        rows, order = [], self.table.order
        n_ordered = order.n_ordered
        if state.n_states == 1 and order.finer:
            n_ordered = n_ordered.copy()
            n_ordered[list(order.finer)] = 0  # replaced by finer bins
        for batch in self.table.batches(state, features):
            tables = self.table.tables(state, batch)
            rows += self.split_over_threads(
                lambda some, tables=tables: candidate_evidence(
                    tables(some), some, n_ordered, order.of_classes
                ),
                batch,
            )
        evidence = TableEvidence.of_rows(np.concatenate(rows))
        if state.n_states == 1:
            self._take_finer(features, evidence)
        for i, of_levels in self._evidence_of_single_levels(features, state):
            for values, (value,) in zip(evidence, of_levels, strict=True):
                values[i] = value
        return evidence

    def _take_finer(self, features, evidence):
        """Replace the smooth tests of numbers, without a condition, by those of finer bins."""
        order = self.table.order
        at = [i for i, feature in enumerate(features.tolist()) if feature in order.finer]
        by_bins = {}
        for i in at:
            counts = order.finer[int(features[i])]
            by_bins.setdefault(len(counts), []).append((i, counts))
        for found in by_bins.values():
            places, tables = zip(*found, strict=True)
            evidence.smooth[list(places)] = smooth_statistics(
                np.ascontiguousarray(np.stack(tables)[:, None], np.float64),
                self.table.class_sizes,
                False,
            )

    def gains(self, features, state):
        """Return the Gains of some features given a state."""
        return self.gains_of(self.evidence(features, state))

    def gains_of(self, evidence):
        """Return the Gains for a TableEvidence."""
        return Gains(self._nats(evidence), evidence.pvalue)

    def _nats(self, evidence):
        information = evidence.excess if self.corrected else evidence.information
        return information / self.table.n

    def _evidence_of_single_levels(self, features, state):
        """Return index and evidence of the features with pooled codes, if T is constant.

        Without a condition all of their levels are used. Given a state the pooled codes are used,
        which do not depend on y.
        """
        if state.n_states > 1 or not self.table.n_single_levels:
            return []
        return [
            (i, TableEvidence.of_table(self.table.single_level_counts(feature)))
            for i, feature in enumerate(features.tolist())
            if feature in self.table.n_single_levels
        ]

    def terms_given(self, features, w, *, of_target=True):
        """Return the `terms` of some features given the codes of another.

        Results are stored if they include the target, or their tables need a pass over the codes.
        """
        if not self.table.counts_ahead:
            return self.terms(features, self.table.state_of(w), of_target=of_target)
        if w not in self._given:
            self._given[w] = np.full((self.n_features, N_TERMS), np.nan)
        known = self._given[w]
        new = features[np.isnan(known[features, INFO_Y_GIVEN_T])]
        if len(new):
            known[new] = self.terms(new, self.table.state_of(w))
        return known[features]

    def request(self, state, features):
        """Return the TableRequest of some features, with the codings that refine T."""
        codings = [self.coding(j) for j in features.tolist() if j in self.table.n_single_levels]
        grouped = [coding for coding in codings if coding.groups is not None]
        return TableRequest(state, features, grouped)

    def request_given(self, features, w):
        """Return the TableRequest of `terms_given`, without results that are available."""
        if w in self._given:
            features = features[np.isnan(self._given[w][features, INFO_Y_GIVEN_T])]
        return TableRequest(self.table.state_of(w), features)

    def dependence(self, feature, other):
        """Return the p-value of I(X;W) of two features."""
        coding, state = self.table.coding(feature), self.table.state_of(other)
        counts = self.table.counts(coding, state, of_target=False)[:, :, 0]
        return TableEvidence.of_table(counts.T).pvalue[0]

    def coding(self, feature):
        """Return the Coding that refines T.

        For pooled codes these are groups of levels that are optimised for y, like T, if the levels
        are informative enough.
        """
        if feature in self.table.n_single_levels:
            settings = ColumnSettings(
                ClassStatistics(self.table.n_classes),
                MOST_GROUPS,
                resolve_penalty("modl", "multiclass", ordered=False),
                min_weight=0.0,
            )
            groups = supervised_groups(self.table.single_level_counts(feature), settings)
            if groups.max() > 0:
                return Coding(feature, int(groups.max()) + 1, groups.astype(np.uint8))
        return self.table.coding(feature)

    def entropies(self):
        """Return H(X) of every feature, in nats."""
        sizes = (
            self.table.counts(self.table.coding(j), State(), of_target=False).ravel()
            for j in range(self.n_features)
        )
        shares = (some[some > 0] / self.table.n for some in sizes)
        return np.array([-np.sum(share * np.log(share)) for share in shares]) + 0.0

    def argmax_of_min(self, features, selected, relevance, term, costs, minima, n_seen):
        """Return the feature with the largest minimum term over the selected ones, minus its cost.

        Parameters
        ----------
        features, selected : ndarray of int64

        relevance, term, costs, minima, n_seen
            As in the kernel `argmax_of_min`; `minima` and `n_seen` are updated.
        """
        if self.table.counts_ahead:
            return self._argmax_of_all_minima(
                features, selected, relevance, term, costs, minima, n_seen
            )

        def best(some):
            position, score = argmax_of_min(
                self.table.sample,
                self.table.lookups,
                some,
                selected,
                relevance,
                term,
                self.corrected,
                costs,
                minima,
                n_seen,
            )
            return int(some[position]), score

        feature, score = -1, -np.inf
        for other, other_score in self.split_over_threads(best, features):
            if feature < 0 or is_before(other_score, other, score, feature):
                feature, score = other, other_score
        return feature

    def _argmax_of_all_minima(self, features, selected, relevance, term, costs, minima, n_seen):
        """Return the result of `argmax_of_min`, and update all minima from available tables."""
        for turn, w in enumerate(selected.tolist()):
            some = features[n_seen[features] <= turn]
            if not len(some):
                continue
            terms = self.terms_given(some, w)
            values = terms[:, INFO_Y_GIVEN_T] + (relevance[w] if term != GIVEN else 0.0)
            if term == NORMALIZED:
                values = values / terms[:, JOINT_ENTROPY]
            minima[some] = np.minimum(minima[some], values)
        n_seen[features] = len(selected)
        with np.errstate(over="ignore"):
            scores = np.rint((minima[features] - costs[features]) * SCORE_STEPS)
        return int(features[np.argmax(scores)])

    def split_over_threads(self, function, features):
        """Return the results of a function of parts of some features, one part per thread."""
        few = len(features) * self.table.n_samples < FEW_CELLS
        n_shares = 1 if few else min(self._threads.n, len(features))
        if n_shares == 1:
            return [function(features)]
        shares = np.array_split(features, n_shares)
        return self._threads.run(delayed(function)(share) for share in shares)

    def in_threads(self, function, items):
        """Return the results of a function of some items, one per task."""
        return self._threads.run(delayed(function)(item) for item in items)
