"""Tests of dependence in contingency tables: information, its null moments and a p-value.

All p-values of `mutual_info_test` and `InfoBottleneckSelector` are computed here.

Information does not depend on the order of levels. If there is an order, smooth tests of low
degree (trend, spread) are combined with the test of information, with the weights
`SMOOTH_WEIGHTS`: most dependence between numbers has few degrees of freedom in these tests, and
many in the information. The half-Cauchy combination does not require independent tests.

Under independence, the distribution of N times the plug-in information is close to a gamma
distribution, here with the exact mean and a closed-form variance. If few samples are outside the
most frequent level and class, information takes few distinct values, and the gamma distribution
has the wrong tail. Then tables with the same margins are sampled (2 x 2 tables are enumerated).
There are two thresholds for this:

- `FEW_OUTSIDE` (10, in the kernel), for one test of one table. Above it the gamma p-value has the
  nominal level down to .001 (benchmarks/level_of_test.py).
- `FEW_TO_CONFIRM` (100), for a selection. A selection tests at alpha divided by the number of
  columns, a level at which the tail is too thin even with about a hundred samples outside: among
  columns of rare levels with a rare class, gamma p-values alone accept some in most runs
  (benchmarks/selection_stopping.py). Only a feature that is about to be accepted is confirmed,
  because sampling enough tables for such levels for every p-value would take far longer.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, xlogy
from scipy.stats import binom

from skinfo._counts._contingency import SparseContingency, null_moments_of
from skinfo._kernels._independence import (
    N_STATISTICS,
    NULL_MEAN,
    NULL_VARIANCE,
    PLUGIN,
    SMALL_TABLE_PVALUE,
    independence_statistics,
)
from skinfo._kernels._null import null_moments, poisson_tables
from skinfo._kernels._random_tables import monte_carlo_pvalue
from skinfo._kernels._smooth import (
    N_DEGREES,
    N_SMOOTH,
    SCORE,
    SCORE_MEAN,
    SCORE_VARIANCE,
    smooth_statistics,
)
from skinfo._kernels._table_information import table_information
from skinfo.utils._sums import ordered_sum

FEW_TO_CONFIRM = 100

# Weights of the smooth tests of degree 1, of degrees 1 and 2, and of degrees 1 to 4, relative to
# the test of information. A trend, the only alternative of many other tests, has twice the weight
# (benchmarks/power_of_test.py).
SMOOTH_WEIGHTS = np.array([2.0, 1.0, 1.0])
INFORMATION_WEIGHT = 1.0

# For nested sums of chi-squared variables of any degrees of freedom, the proportion of combined
# p-values below one half is .47 to .62. With this multiple of p^2 (1 - p) added it is one half on
# average; the proportion below .05 remains .052 (from .052 to .057).
MIDDLE = 0.75

# Lower bound of p-values, so that their inverses are finite.
LEAST_PVALUE = 1e-300

# Number of sampled tables reaching the observed information at which a confirmation ends: the
# p-value is then above the level, or enough tables were sampled for it to be below.
ENOUGH_EXCEEDANCES = 4

# Exponents t of Chernoff's bound: from 1/16 to nearly one, for which the expectation exists for
# every size of the table.
TILTS = tuple(k / 16 for k in range(1, 16))


class TableEvidence(NamedTuple):
    """Information of contingency tables and its distribution under independence.

    In nats times N, the number of samples or the sum of their weights.

    Attributes
    ----------
    information : ndarray of shape (n_tables,), dtype float64
        N times the plug-in information.

    null_mean, null_variance : ndarray of shape (n_tables,), dtype float64
        Its moments over tables with the observed margins, under independence.

    small_pvalue : ndarray of shape (n_tables,), dtype float64
        P-value of a table that was enumerated or sampled, NaN elsewhere.

    smooth : ndarray of shape (n_tables, 9), dtype float64
        From `smooth_statistics`; zeros if levels are not ordered.
    """

    information: NDArray[np.float64]
    null_mean: NDArray[np.float64]
    null_variance: NDArray[np.float64]
    small_pvalue: NDArray[np.float64]
    smooth: NDArray[np.float64]

    @classmethod
    def of_table(
        cls, counts: ArrayLike | SparseContingency, smooth: NDArray[np.float64] | None = None
    ) -> Self:
        """Return the test statistics of one table, (n_levels, n_classes) or sparse.

        Parameters
        ----------
        counts : array-like or SparseContingency

        smooth : ndarray of shape (9,) or None, default=None
            From `smooth_evidence`, if levels are ordered.
        """
        smooth = np.zeros(N_DEGREES * N_SMOOTH) if smooth is None else smooth
        if isinstance(counts, SparseContingency):
            mean, variance = null_moments_of(counts)
            information = counts.total * plugin_information(counts)
            row = np.array([information, mean, variance, np.nan])
            return cls.of_rows(np.concatenate([row, smooth])[None])
        counts = np.ascontiguousarray(counts, np.float64)
        row = independence_statistics(counts, poisson_tables())
        return cls.of_rows(np.concatenate([row, smooth])[None])

    @classmethod
    def of_rows(cls, rows: NDArray[np.float64]) -> Self:
        """Return the test statistics of tables from the rows (n_tables, 13) of a kernel."""
        return cls(
            information=rows[:, PLUGIN],
            null_mean=rows[:, NULL_MEAN],
            null_variance=rows[:, NULL_VARIANCE],
            small_pvalue=rows[:, SMALL_TABLE_PVALUE],
            smooth=rows[:, N_STATISTICS:],
        )

    @classmethod
    def of_tables(cls, tables: Sequence[NDArray[np.float64]], is_whole: bool) -> Self:
        """Return the summed test statistics of independent tables, with moments only.

        Parameters
        ----------
        tables : sequence of ndarray of shape (n_levels, n_classes), dtype float64
            Levels have positive sizes.

        is_whole : bool
            Whether all counts are integers.
        """
        total = np.zeros(3)
        for counts in tables:
            # The kernel computes adjacent equal sizes once.
            sizes = np.sort(counts.sum(axis=1))
            classes = counts.sum(axis=0)
            moments = null_moments(sizes, classes[classes > 0], poisson_tables(), is_whole)
            information = counts.sum() * table_information(np.ascontiguousarray(counts))
            total += (information, *moments)
        row = np.array([*total, np.nan])
        return cls.of_rows(np.concatenate([row, np.zeros(N_DEGREES * N_SMOOTH)])[None])

    @property
    def excess(self) -> NDArray[np.float64]:
        """Information minus its null mean, (n_tables,)."""
        return self.information - self.null_mean

    @property
    def pvalue(self) -> NDArray[np.float64]:
        """P(test statistics at least as large | independence), (n_tables,).

        The p-value of information, combined with those of smooth tests if there are any.
        """
        pvalue = self.information_pvalue
        smooth, weights = self._smooth_pvalues()
        some = weights.any(axis=1)
        of_information = np.full(int(some.sum()), INFORMATION_WEIGHT)
        pvalue[some] = combined_pvalue(
            np.column_stack([smooth[some], pvalue[some]]),
            np.column_stack([weights[some], of_information]),
        )
        return pvalue

    @property
    def information_pvalue(self) -> NDArray[np.float64]:
        """P(at least this information | independence), (n_tables,), for unordered levels."""
        by_moments = gamma_pvalue(self.information, self.null_mean, self.null_variance)
        return np.where(np.isnan(self.small_pvalue), by_moments, self.small_pvalue)

    @property
    def trend_pvalue(self) -> NDArray[np.float64]:
        """The p-value of the smooth test of degree one, (n_tables,); 1 if there is none."""
        smooth, weights = self._smooth_pvalues()
        return np.where(weights[:, 0] > 0, smooth[:, 0], 1.0)

    def _smooth_pvalues(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return p-values and weights (n_tables, N_DEGREES) of the smooth tests.

        In a small table the distribution of scores is not smooth either, so only the sampled
        p-value is used.
        """
        statistics = self.smooth.reshape(-1, N_DEGREES, N_SMOOTH)
        score, mean, variance = (
            statistics[:, :, entry] for entry in (SCORE, SCORE_MEAN, SCORE_VARIANCE)
        )
        is_used = (variance > 0) & np.isnan(self.small_pvalue)[:, None]
        return gamma_pvalue(score, mean, variance), np.where(is_used, SMOOTH_WEIGHTS, 0.0)

    def plus(self, other: Self) -> Self:
        """Return the summed statistics of these tables and of others, conditional on them.

        By the chain rule information is additive, and so are the moments.
        """
        return type(self)(
            self.information + other.information,
            self.null_mean + other.null_mean,
            self.null_variance + other.null_variance,
            np.full(len(self.information), np.nan),
            np.zeros_like(self.smooth),
        )


def smooth_evidence(
    counts: NDArray[np.float64], n_ordered: int, *, ordered_classes: bool = False
) -> NDArray[np.float64]:
    """Return `smooth_statistics` of one table, (9,).

    Parameters
    ----------
    counts : ndarray of shape (n_levels, n_classes)

    n_ordered : int
        Number of ordered levels, counted from the first. The others are missing values.

    ordered_classes : bool, default=False
    """
    counts = np.ascontiguousarray(counts, np.float64)
    rows: NDArray[np.float64] = smooth_statistics(
        counts[None, None, :n_ordered], counts.sum(axis=0), ordered_classes
    )
    return rows[0]


def combined_pvalue(
    pvalues: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the half-Cauchy combination of p-values along the last axis.

    The tail of the sum of w cot(pi p / 2), with weights that sum to one, is that of its largest
    terms, under any dependence (Liu and Xie 2020; without negative terms, so that a p-value near
    one does not offset the others, Long, Li, Zhang and Li 2023). Outside the tail, dependent tests
    give too many p-values below a level: see `MIDDLE`.

    Parameters
    ----------
    pvalues, weights : ndarray of shape (n_tables, n_tests)
        At least one weight in each row is positive.
    """
    weights = weights / weights.sum(axis=1, keepdims=True)
    terms = weights / np.tan(np.pi / 2 * np.maximum(pvalues, LEAST_PVALUE))
    pvalue: NDArray[np.float64] = 2 / np.pi * np.arctan2(1.0, terms.sum(axis=1))
    return pvalue + MIDDLE * pvalue**2 * (1 - pvalue)


def plugin_information(table: SparseContingency) -> float:
    """Return the plug-in information of a table, sum n/N ln(n N / (a b)), in nats.

    Never negative. An independent table gives zero up to rounding, and a diagonal one exactly the
    plug-in entropy.
    """
    together = table.counts
    apart = table.row_sums[table.row] * table.column_sums[table.column]
    terms = together * np.log(together * table.total / apart)
    return max(ordered_sum(terms) / table.total, 0.0)


def gamma_pvalue(
    information: NDArray[np.float64], mean: NDArray[np.float64], variance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return P(at least this information) by the gamma distribution with the given moments.

    One if the margins determine the table (a constant column).
    """
    pvalue = np.ones(mean.shape)
    free = (variance > 0) & (mean > 0)
    rate = mean[free] / variance[free]
    pvalue[free] = gammaincc(mean[free] * rate, np.maximum(information[free], 0.0) * rate)
    return pvalue


def tail_bound(tables: Sequence[NDArray[np.float64]]) -> float:
    """Return an upper bound of P(at least this information) over tables with the same margins.

    By Chernoff's inequality, the probability is at most E[exp(t N I)] / exp(t observed) for every
    t >= 0. The expectation is exact. A table of several classes is a chain of two-class tables,
    each of a class against all later ones; their N I are additive, and each is independent of the
    next given the sizes of its levels. In a two-class table the counts of the class are
    independent binomial variables, conditional on their sum, so the expectation is a coefficient
    of a product of polynomials, one for each level. The bound is 5 to 50 times the probability,
    which at a level of one millionth corresponds to a tenth of the information, and is valid where
    other approximations of the tail fail.

    Parameters
    ----------
    tables : sequence of ndarray of shape (n_levels, n_classes), dtype float64
        Independent tables of integers, such as those of the states of T.
    """
    of_two = [split for counts in tables for split in _two_class_tables(counts)]
    observed = sum(
        float(counts.sum()) * float(table_information(np.ascontiguousarray(counts)))
        for counts in of_two
    )
    log_bounds = [
        sum(_log_exponential_mean(counts, tilt) for counts in of_two) - tilt * observed
        for tilt in TILTS
    ]
    return float(np.exp(min(0.0, *log_bounds)))


def _two_class_tables(counts: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the table (n_levels, 2) of each class but the last against the later ones.

    Classes are in increasing order of size.
    """
    counts = counts[:, np.argsort(counts.sum(axis=0), kind="stable")]
    counts = counts[:, counts.any(axis=0)]
    of_two = []
    for first in range(counts.shape[1] - 1):
        pair = np.stack([counts[:, first], counts[:, first + 1 :].sum(axis=1)], axis=1)
        of_two.append(pair[pair.any(axis=1)])
    return of_two


def _log_exponential_mean(counts: NDArray[np.float64], tilt: float) -> float:
    """Return ln E[exp(tilt N I)] of a two-class table, given its margins."""
    sizes = np.sort(counts.sum(axis=1)).astype(np.int64)
    of_class, rest = counts.sum(axis=0).tolist()
    share, most = of_class / (of_class + rest), int(of_class)

    def terms(size: int) -> NDArray[np.float64]:
        k = np.arange(min(size, most) + 1)
        divergence = xlogy(k, k / (size * share))
        divergence += xlogy(size - k, (size - k) / (size * (1.0 - share)))
        weights: NDArray[np.float64] = np.exp(binom.logpmf(k, size, share) + tilt * divergence)
        return weights

    # All levels but the largest, whose count follows from the size of the class.
    product = np.ones(1)
    for size, times in zip(*np.unique(sizes[:-1], return_counts=True), strict=True):
        of_level = terms(int(size))
        for _ in range(times):
            product = np.convolve(product, of_level)[: most + 1]
    last = terms(int(sizes[-1]))
    left = most - np.arange(len(product))
    fits = left < len(last)
    total = np.sum(product[fits] * last[left[fits]])
    return float(np.log(total) - binom.logpmf(most, sizes.sum(), share))


def is_few_outside(tables: Sequence[NDArray[np.float64]]) -> bool:
    """Return whether at most `FEW_TO_CONFIRM` samples are outside the largest level or class.

    Parameters
    ----------
    tables : sequence of ndarray of shape (n_levels, n_classes)
        The level or class is chosen for each table such that fewer samples are outside.
    """
    outside = [samples_outside(counts[None].astype(np.int64)) for counts in tables]
    return sum(outside) <= FEW_TO_CONFIRM


def is_confirmed(counts: NDArray[np.int64], level: float) -> bool:
    """Return whether sampled tables confirm a gamma p-value that is at most `level`.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes), dtype int64
        The tables of a feature in every state. With more than `FEW_TO_CONFIRM` samples outside
        the largest level or class the gamma p-value is accepted.

    level : float
        Level of the test.
    """
    if samples_outside(counts) > FEW_TO_CONFIRM:
        return True
    most = math.ceil(ENOUGH_EXCEEDANCES / level) - 1
    return bool(monte_carlo_pvalue(counts, most, ENOUGH_EXCEEDANCES) <= level)


def samples_outside(counts: NDArray[np.int64]) -> int:
    """Return the number of samples outside the largest level or class of their state.

    The level or class is chosen for each state such that fewer samples are outside. They and the
    margins determine the table.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes), dtype int64
    """
    levels, classes = counts.sum(axis=2), counts.sum(axis=1)
    return int(counts.sum() - np.maximum(levels.max(axis=1), classes.max(axis=1)).sum())
