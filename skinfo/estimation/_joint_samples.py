"""Samples of several columns: sums of joint entropies, and sampling under independence.

All classes of samples have the same methods: `value` or `values`, the sum of entropies of some
terms; `row_terms`, whose weighted mean is the value up to a constant; and `independent`, for
samples of the same columns under independence. The latter depend on the values of each column and
on a seed, but not on the order of rows or columns.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import delayed
from numpy.typing import NDArray
from scipy.special import psi

from skinfo._counts._codes import Codes, row_codes, row_keys
from skinfo._counts._contingency import contingency_table
from skinfo._kernels._shuffle import shuffle_columns
from skinfo.estimation._entropy_estimators import MOST_CATEGORIES, entropy_of_margins
from skinfo.estimation._entropy_terms import EntropyTerms
from skinfo.estimation._knn_tree import kth_distance, rows_within
from skinfo.estimation._table_information import information_from_counts
from skinfo.utils._parallel import in_threads
from skinfo.utils._sums import ordered_sum

# Maximum number of rows to permute.
MOST_PERMUTED_ROWS = 2**27

# Approximate time of a permutation, in nanoseconds per cell.
PERMUTE_COST = 10.0


@dataclass(frozen=True)
class CountedColumns:
    """Distinct rows of codes with their counts.

    Attributes
    ----------
    codes : ndarray of shape (n_columns, n_rows)

    n_levels : ndarray of shape (n_columns,)

    counts : ndarray of shape (n_rows,), dtype float64

    margins : list of ndarray, or None, default=None
        The level counts of each column, if they are known.
    """

    codes: NDArray[np.integer]
    n_levels: NDArray[np.int64]
    counts: NDArray[np.float64]
    margins: list[NDArray[np.float64]] | None = None

    @classmethod
    def of(
        cls,
        codes: NDArray[np.integer],
        n_levels: NDArray[np.int64],
        weights: NDArray[np.float64] | None,
    ) -> "CountedColumns":
        """Return the distinct rows of samples with positive weights."""
        row_of = row_codes(list(codes))
        counts = np.bincount(row_of, weights).astype(np.float64)
        rows = np.empty(len(counts), np.int64)
        rows[row_of] = np.arange(len(row_of))
        return cls(codes[:, rows], n_levels, counts)

    @property
    def total(self) -> float:
        """Number of samples, or sum of weights."""
        return ordered_sum(self.counts)

    def values(self, terms: EntropyTerms, estimators: Sequence[str]) -> NDArray[np.float64]:
        """Return the sum of entropies by each of several estimators, in nats."""
        size = self._n_categories(range(len(self.codes)))
        entropies = [entropy_of_margins(name, self.counts, size) for name in estimators]
        parts = np.empty((len(estimators), len(terms)))
        for place, (columns, coefficient) in enumerate(terms.items()):
            counts, size = self._counts_of(columns), self._n_categories(columns)
            for of_terms, entropy in zip(parts, entropies, strict=True):
                of_terms[place] = coefficient * entropy(counts, size)
        return np.array([math.fsum(of_terms) for of_terms in parts])

    def row_terms(self, terms: EntropyTerms) -> NDArray[np.float64]:
        """Return the pointwise value of each row in nats; their mean is the plug-in."""
        total = self.total
        information = np.zeros(len(self.counts))
        for columns, coefficient in terms.items():
            level = row_codes([self.codes[j] for j in columns])
            counts = np.bincount(level, self.counts)
            information += coefficient * np.log(total / counts)[level]
        return information

    def independent(self) -> "PermutedColumns":
        """Return the same columns, permuted independently of each other."""
        margins = [np.bincount(column, self.counts) for column in self.codes]
        n_rows = max(round(math.fsum(self.counts)), 1)
        margins = [_whole_counts(np.sort(counts[counts > 0]), n_rows) for counts in margins]
        # Sorted, so that results do not depend on the order of columns and levels.
        margins.sort(key=lambda counts: counts.tobytes())
        if n_rows < len(self.counts):
            raise ValueError(
                f"sample_weight sums to {math.fsum(self.counts):.6g}, less than the "
                f"{len(self.counts)} different rows, and are numbers of rows. "
                "Scale them to sum to the number of rows."
            )
        if n_rows > MOST_PERMUTED_ROWS:
            raise ValueError(
                f"sample_weight sums to {n_rows:,}, and at most {MOST_PERMUTED_ROWS:,} rows are "
                "permuted. Pass a random sample of the rows."
            )
        n_levels = np.array([len(counts) for counts in margins])
        dtype = np.uint8 if n_levels.max() <= 2**8 else np.int64
        columns = np.empty((len(margins), n_rows), dtype)
        for column, counts in zip(columns, margins, strict=True):
            column[:] = np.repeat(np.arange(len(counts)), counts)
        ones, known = np.ones(n_rows), [counts.astype(np.float64) for counts in margins]
        return PermutedColumns(columns, lambda codes: CountedColumns(codes, n_levels, ones, known))

    def corrected_pair(self) -> float:
        """Return the "emi" estimate of two columns, with the exact null mean."""
        rows, columns = (
            Codes(codes, int(n_levels))
            for codes, n_levels in zip(self.codes, self.n_levels, strict=True)
        )
        return information_from_counts(contingency_table(rows, columns, self.counts), "emi")

    def _n_categories(self, columns):
        """Return the number of combinations of levels, at most `MOST_CATEGORIES`."""
        n_combinations = math.prod(int(self.n_levels[j]) for j in columns)
        return float(min(n_combinations, MOST_CATEGORIES))

    def _counts_of(self, columns):
        """Return the positive counts of the distinct rows of some columns."""
        if len(columns) == 1:
            if self.margins is not None:
                return self.margins[columns[0]]
            counts = np.bincount(self.codes[columns[0]], self.counts)
            return counts[counts > 0]
        keys = row_keys([self.codes[j] for j in columns])
        n_states = int(keys.max()) + 1
        if n_states <= 4 * len(keys):
            counts = np.bincount(keys, self.counts, n_states)
            return counts[counts > 0]
        if self.counts.max() == 1:
            keys.sort()
            is_first = np.concatenate([[True], keys[1:] != keys[:-1], [True]])
            return np.diff(np.flatnonzero(is_first)).astype(np.float64)
        _, place = np.unique(keys, return_inverse=True)
        return np.bincount(place, self.counts)


def _whole_counts(counts, total):
    """Return counts rounded to positive integers with this total, by largest remainders."""
    if np.all(counts % 1 == 0):
        return counts.astype(np.int64)
    rounded = np.floor(counts).astype(np.int64)
    missing = total - int(rounded.sum())
    rounded[np.argsort(rounded - counts, kind="stable")[:missing]] += 1
    return rounded[rounded > 0]


@dataclass(frozen=True)
class NormalScores:
    """Normal scores of continuous columns, with entropies under joint normality.

    Attributes
    ----------
    scores : ndarray of shape (n_columns, n_rows), dtype float64
        Centred at zero.
    """

    scores: NDArray[np.float64]

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.scores)

    def value(self, terms: EntropyTerms) -> float:
        """Return the sum of entropies minus their bias in small samples (Ince et al. 2017)."""
        covariance = self._covariance()
        n = self.scores.shape[1]
        bias = np.cumsum(psi((n - np.arange(1, len(self.scores) + 1)) / 2))
        return math.fsum(
            0.5 * coefficient * (_log_determinant(covariance, columns) - bias[len(columns) - 1])
            for columns, coefficient in terms.items()
        )

    def row_terms(self, terms: EntropyTerms) -> NDArray[np.float64]:
        """Return the log likelihood ratio of each row, in nats."""
        covariance = self._covariance()
        information = np.zeros(self.scores.shape[1])
        for columns, coefficient in terms.items():
            of_columns = self.scores[list(columns)]
            precise = np.linalg.solve(covariance[np.ix_(columns, columns)], of_columns)
            distance = np.einsum("ij,ij->j", of_columns, precise)
            information += 0.5 * coefficient * (_log_determinant(covariance, columns) + distance)
        return information

    def independent(self) -> "PermutedColumns":
        """Return the same columns, permuted independently of each other."""
        return PermutedColumns(_in_fixed_order(self.scores), NormalScores)

    def _covariance(self):
        n_columns = len(self.scores)
        covariance = np.empty((n_columns, n_columns))
        for a in range(n_columns):
            for b in range(a + 1):
                # Ordered sums do not depend on the order of the rows.
                covariance[a, b] = ordered_sum(self.scores[a] * self.scores[b])
                covariance[b, a] = covariance[a, b]
        return covariance / self.scores.shape[1]


def _log_determinant(covariance, columns):
    sign, value = np.linalg.slogdet(covariance[np.ix_(columns, columns)])
    if sign <= 0 or value < -len(columns) * 30.0:
        raise ValueError(
            "The normal scores of the columns are linearly dependent, so that they have no joint "
            "density. Leave out columns that are increasing functions of others, or use "
            "estimator='ksg'."
        )
    return value


@dataclass(frozen=True)
class NeighborScores:
    """Continuous columns, with entropies from nearest neighbours.

    The radius for every set of columns S is the distance to the k-th neighbour in all columns. Up
    to terms that cancel, the entropy of S is psi(n) - <psi(n_S + 1)>, where n_S is the number of
    other rows within the radius, and that of all columns is psi(n) - psi(k): Kraskov et al.
    (2004), Phys. Rev. E 69:066138, section II C, and for conditional information Frenzel and Pompe
    (2007).

    Attributes
    ----------
    values : ndarray of shape (n_columns, n_rows), dtype float64

    n_neighbors : int
    """

    values: NDArray[np.float64]
    n_neighbors: int

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.values)

    def value(self, terms: EntropyTerms) -> float:
        """Return the sum of entropies in nats."""
        return ordered_sum(self.row_terms(terms)) / self.values.shape[1]

    def row_terms(self, terms: EntropyTerms) -> NDArray[np.float64]:
        """Return the contribution of each row to n times the sum of entropies, in nats."""
        rows = np.ascontiguousarray(self.values.T)
        n, d = rows.shape
        radii = kth_distance(rows, self.n_neighbors)
        information = np.zeros(n)
        for columns, coefficient in terms.items():
            if len(columns) == d:
                information += coefficient * (psi(n) - psi(self.n_neighbors))
                continue
            within = rows_within(np.ascontiguousarray(rows[:, columns]), radii, closed=False)
            information += coefficient * (psi(n) - psi(within))
        return information

    def independent(self) -> "PermutedColumns":
        """Return the same columns, permuted independently of each other."""
        return PermutedColumns(
            _in_fixed_order(self.values), lambda values: NeighborScores(values, self.n_neighbors)
        )


def _in_fixed_order(columns):
    """Return the columns, each with sorted values, in the order of their values."""
    by_size = np.sort(columns, axis=1)
    return np.array(sorted(by_size, key=lambda column: column.tobytes()))


@dataclass(frozen=True)
class PermutedColumns:
    """Columns that are permuted independently of each other.

    Attributes
    ----------
    columns : ndarray of shape (n_columns, n_rows)

    sample_of : callable
        Function of permuted columns that returns a sample of the same class.
    """

    columns: NDArray[Any]
    sample_of: Callable[[NDArray[Any]], Any]

    def map(
        self,
        measure: Callable[[Any], Any],
        seeds: NDArray[np.integer],
        n_jobs: int | None,
    ) -> NDArray[np.float64]:
        """Return a function of the columns, permuted by each seed, (n_seeds, ...)."""
        return np.array(
            in_threads(
                (delayed(self._map_one)(measure, seed) for seed in seeds.tolist()),
                work=PERMUTE_COST * self.columns.size * len(seeds),
                n_jobs=n_jobs,
                step="permutation",
            )
        )

    def _map_one(self, measure, seed):
        permuted = self.columns.copy()
        # One of the columns need not be permuted.
        shuffle_columns(permuted[1:], seed)
        return measure(self.sample_of(permuted))
