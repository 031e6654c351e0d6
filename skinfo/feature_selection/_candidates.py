"""The columns to choose from: what each says of y, given any state."""

from functools import lru_cache

import numpy as np
from joblib import delayed

from skinfo._counts._codes import padded_codes
from skinfo._counts._evidence import TableEvidence
from skinfo._kernels._bitplanes import WORD
from skinfo._kernels._candidates import INFO_Y_GIVEN_T, candidate_evidence, candidate_terms
from skinfo._kernels._contingency import Lookups, Sample
from skinfo._kernels._elementary import N_LOOKED_UP, xlogx_table
from skinfo._kernels._maxmin import argmax_of_min, is_before
from skinfo._kernels._null import poisson_tables
from skinfo.preprocessing._groups import supervised_groups
from skinfo.preprocessing._partition import ColumnSettings
from skinfo.preprocessing._penalties import resolve_penalty
from skinfo.preprocessing._target_statistics import ClassStatistics
from skinfo.utils._parallel import ThreadPool

# Fewer cells than this (features times rows) are not worth waking threads for.
FEW_CELLS = 100_000

# Groups of many levels, as MutualInfoBinner makes them by default.
MOST_GROUPS = 8


class Candidates:
    """The columns to choose from, with y: information terms of any of them, given any state.

    A context manager: threads live as long as it is open.

    Parameters
    ----------
    codes : ndarray of shape (n_features, n_samples or more), dtype uint8
        Used as they are where rows are padded to whole multiples of 64 (see `padded_codes`).

    n_levels : ndarray of shape (n_features,), dtype int64

    target : ClassTarget

    corrected : bool, default=True
        Whether the mean that chance alone gives is subtracted from information.

    whole : dict of int to (ndarray of shape (n_samples,), int), default=()
        Single levels of the features of which some share a code; see `feature_codes`.

    n_jobs : int or None, default=None
    """

    def __init__(self, codes, n_levels, target, *, corrected=True, whole=(), n_jobs=None):
        self.n_features = len(codes)
        self.n_levels = np.asarray(n_levels, np.int64)
        self.target = target
        self.corrected = corrected
        self._whole = dict(whole)
        self.n = target.weights.sum()
        # The exact null mean is one of integer tables.
        self.exact = bool(np.all(target.weights % 1 == 0))
        self._lookups = Lookups(poisson_tables(), _xlogx_table())
        self._codes = _padded(codes, len(target.codes))
        self._weights = target.weights if target.is_weighted else np.empty(0)
        self._sample = self._with_target(target.codes, target.n_classes)
        self._without_target = self._with_target(np.zeros_like(target.codes), 1)
        self._threads = ThreadPool(n_jobs)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._threads.__exit__(*exception)

    def _with_target(self, y, n_classes):
        """Return the Sample of the columns with other classes than those of y."""
        return Sample(self._codes, self.n_levels, y.astype(np.int32), n_classes, self._weights)

    def column(self, feature):
        """Return the codes of a feature, (n_samples,) uint8, and how many levels it has."""
        return self._codes[feature, : len(self.target.codes)], int(self.n_levels[feature])

    def groups(self, feature):
        """Return the codes by which T is refined, and how many there are.

        Where levels share codes these are groups of levels, made with a look at y as T is, if
        they say enough for there to be any.
        """
        if feature in self._whole:
            settings = ColumnSettings(
                ClassStatistics(self.target.n_classes),
                MOST_GROUPS,
                resolve_penalty("modl", "multiclass", ordered=False),
                min_weight=0.0,
            )
            groups = supervised_groups(self._level_counts(feature), settings)
            if groups.max() > 0:
                codes, _ = self._whole[feature]
                return groups[codes], int(groups.max()) + 1
        return self.column(feature)

    def terms(self, features, state, n_states, *, of_target=True):
        """Return `candidate_terms` of some features, less what chance gives if corrected.

        Without the target only INFO_T means anything, and tables are smaller.
        """
        sample = self._sample if of_target else self._without_target
        state = _as_state(state)
        terms = np.concatenate(
            self._in_threads(
                lambda some: candidate_terms(
                    sample, self._lookups, some, state, n_states, self.corrected
                ),
                features,
            )
        )
        for i, moments in self._moments_of_levels(features, n_states) if of_target else ():
            terms[i, INFO_Y_GIVEN_T] = self.weigh(moments)[0][0]
        return terms

    def moments(self, features, state, n_states):
        """Return the TableEvidence of I(X;Y|T) of some features."""
        state = _as_state(state)
        rows = np.concatenate(
            self._in_threads(
                lambda some: candidate_evidence(
                    self._sample, self._lookups, some, state, n_states
                ),
                features,
            )
        )
        moments = TableEvidence.of_rows(rows)
        for i, of_levels in self._moments_of_levels(features, n_states):
            for field, (value,) in zip(moments, of_levels, strict=True):
                field[i] = value
        return moments

    def _moments_of_levels(self, features, n_states):
        """Return the place among some features, and the moments, of those of too many levels.

        While T is nothing yet, all of their levels are looked at. Beside a state it is their
        codes, which are made without a look at y.
        """
        if n_states > 1:
            return []
        return [
            (i, TableEvidence.of_table(self._level_counts(feature)))
            for i, feature in enumerate(features.tolist())
            if feature in self._whole
        ]

    def _level_counts(self, feature):
        """Return the counts of each level of a feature and class, (n_levels, n_classes)."""
        codes, n_levels = self._whole[feature]
        n_classes = self.target.n_classes
        cells = codes * n_classes + self.target.codes
        counts = np.bincount(cells, self.target.weights, n_levels * n_classes)
        return counts.reshape(n_levels, n_classes)

    def evidence(self, features, state, n_states):
        """Return I(X;Y|T) less its exact null mean, in nats, and its p-value, of some features."""
        return self.weigh(self.moments(features, state, n_states))

    def weigh(self, moments):
        """Return information less its mean, in nats, and p-values, of what `moments` returns."""
        information = moments.excess if self.corrected else moments.information
        return information / self.n, moments.pvalue

    def information(self, counts):
        """Return I(T;Y) less its mean under independence, in nats, of counts of T and y."""
        return TableEvidence.of_table(counts).excess[0] / self.n

    def dependence(self, feature, other):
        """Return the p-value of I(X;W) of two features."""
        column, n_levels = self.column(other)
        sample = self._with_target(column, n_levels)
        blank = np.zeros(len(column), np.int64)
        rows = candidate_evidence(sample, self._lookups, np.array([feature]), blank, 1)
        return TableEvidence.of_rows(rows).pvalue[0]

    def table(self, feature, state, n_states):
        """Return the counts of one feature, (n_states, n_levels, n_classes) int64."""
        column, n_levels = self.column(feature)
        n_classes = self.target.n_classes
        cells = (state * n_levels + column) * n_classes + self.target.codes
        counts = np.bincount(
            cells, weights=self.target.weights, minlength=n_states * n_levels * n_classes
        )
        return counts.astype(np.int64).reshape(n_states, n_levels, n_classes)

    def argmax_of_min(self, features, chosen, relevance, term, costs, least, n_seen):
        """Return the feature whose least term over the chosen ones, less its cost, is largest."""

        def best(some):
            position, score = argmax_of_min(
                self._sample,
                self._lookups,
                some,
                chosen,
                relevance,
                term,
                self.corrected,
                costs,
                least,
                n_seen,
            )
            return int(some[position]), score

        found = self._in_threads(best, features)
        feature, score = found[0]
        for other, other_score in found[1:]:
            if is_before(other_score, other, score, feature):
                feature, score = other, other_score
        return feature

    def entropies(self):
        """Return H(X) of every feature, in nats."""
        weights = self.target.weights
        share = [
            np.bincount(self.column(j)[0], weights=weights) / self.n
            for j in range(self.n_features)
        ]
        return np.array([-np.sum(s[s > 0] * np.log(s[s > 0])) for s in share]) + 0.0

    def _in_threads(self, function, features):
        """Return what a function returns of shares of some features, one share a thread."""
        few = len(features) * len(self.target.codes) < FEW_CELLS
        n_shares = 1 if few else min(self._threads.n, len(features))
        if n_shares == 1:
            return [function(features)]
        shares = np.array_split(features, n_shares)
        return self._threads.run(delayed(function)(share) for share in shares)


def _as_state(column):
    """Return a column as the one type that kernels are compiled for."""
    return np.asarray(column, np.int64)


def _padded(codes, n):
    if codes.shape[1] % WORD == 0 and codes.flags.c_contiguous:
        return codes
    padded = padded_codes(len(codes), n)
    padded[:, : codes.shape[1]] = codes
    return padded


@lru_cache(maxsize=1)
def _xlogx_table():
    return xlogx_table(N_LOOKED_UP)
