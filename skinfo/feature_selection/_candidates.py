"""The columns to choose from: what each says of y, given any state."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from joblib import effective_n_jobs

from skinfo._kernels._candidates import (
    INFO_T,
    INFO_Y_GIVEN_T,
    NULL_T,
    NULL_Y_GIVEN_T,
    candidate_nulls,
    candidate_terms,
)
from skinfo._kernels._null import poisson_tables
from skinfo.estimation._laws import gamma_pvalue


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
