"""Contingency tables to tests of dependence: information, its null moments and a p-value.

The only path from counts to p-values, for `mutual_info_test` and `InfoBottleneckSelector`.

Information does not depend on the order of levels. If there is an order, smooth tests of low
degree (trend, spread) are combined with the test of information, by the weights `SMOOTH_WEIGHTS`:
most dependence between numbers has few degrees of freedom in these tests, and many in the
information. The half-Cauchy combination does not require independent tests.

Under independence N times the plug-in information has nearly a gamma distribution, here with its
exact mean and a closed-form variance. If few samples lie outside the most frequent level and
class, information takes few different values, and the tail of the gamma distribution is wrong.
Then tables with the same margins are sampled (2 x 2 tables are enumerated). There are two
thresholds for this:

- `FEW_OUTSIDE` (10, in the kernel), for one test of one table. Above it the gamma p-value has its
  level down to .001 (benchmarks/level_of_test.py).
- `FEW_TO_CONFIRM` (100), for a selection. It tests at alpha divided by the number of columns, a
  level at which the tail is still too thin for some hundred samples outside: among columns of rare
  levels with a rare class, gamma p-values alone accept some in most runs
  (benchmarks/selection_stopping.py). Only a feature that is about to be accepted is confirmed,
  because sampling tables to such levels for every p-value would take far longer.
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

# Weights of the smooth tests of degree 1, of 1 and 2, and of 1 to 4, and of the test of
# information. A trend, which other tests look for alone, has twice the weight
# (benchmarks/power_of_test.py).
SMOOTH_WEIGHTS = np.array([2.0, 1.0, 1.0])
INFORMATION_WEIGHT = 1.0

# Of nested sums of chi-squared variables a share of .47 to .62 of the combined p-values is below
# one half, whatever the degrees of freedom. With this much of p^2 (1 - p) added it is one half on
# average, and .05 stays .052 (from .052 to .057).
MIDDLE = 0.75

# P-values are at least this, so that their inverses are finite.
LEAST_PVALUE = 1e-300

# Sampled tables with as much information at which a confirmation ends: the p-value is then above
# the level, or there are enough tables for it to be below.
ENOUGH_EXCEEDANCES = 4

# Of Chernoff's bound: from a sixteenth to nearly one, where the expectation still exists for every
# size of the table.
TILTS = tuple(k / 16 for k in range(1, 16))


class TableEvidence(NamedTuple):
    """Information of contingency tables and its distribution under independence, in N nats.

    N nats are nats times N, the number of samples or the sum of their weights.

    Attributes
    ----------
    information : ndarray of shape (n_tables,), dtype float64
        N times the plug-in information.

    null_mean, null_variance : ndarray of shape (n_tables,), dtype float64
        Its moments over all tables with the observed margins.

    small_pvalue : ndarray of shape (n_tables,), dtype float64
        P-value of a table that was enumerated or sampled, NaN elsewhere.

    smooth : ndarray of shape (n_tables, 9), dtype float64
        From `smooth_statistics`; zeros where levels are not ordered.
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
        """Return the evidence of one table, (n_levels, n_classes) or sparse.

        Parameters
        ----------
        counts : array-like or SparseContingency

        smooth : ndarray of shape (9,) or None, default=None
            From `smooth_evidence`, where levels are ordered.
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
        """Return the evidence of tables from the rows (n_tables, 13) of a kernel."""
        return cls(
            information=rows[:, PLUGIN],
            null_mean=rows[:, NULL_MEAN],
            null_variance=rows[:, NULL_VARIANCE],
            small_pvalue=rows[:, SMALL_TABLE_PVALUE],
            smooth=rows[:, N_STATISTICS:],
        )

    @classmethod
    def of_tables(cls, tables: Sequence[NDArray[np.float64]], is_whole: bool) -> Self:
        """Return the evidence of independent tables together, by its moments alone.

        Parameters
        ----------
        tables : sequence of ndarray of shape (n_levels, n_classes), dtype float64
            Levels have positive sizes.

        is_whole : bool
            Whether all counts are integers.
        """
        total = np.zeros(3)
        for counts in tables:
            # Equal sizes next to each other are computed once.
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
        """P(evidence as strong or stronger | independence), (n_tables,).

        The p-value of information, combined with those of the smooth tests where there are any.
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
        """P(information or more | independence), (n_tables,), without the order of levels."""
        by_moments = gamma_pvalue(self.information, self.null_mean, self.null_variance)
        return np.where(np.isnan(self.small_pvalue), by_moments, self.small_pvalue)

    @property
    def trend_pvalue(self) -> NDArray[np.float64]:
        """The p-value of the smooth test of degree one alone, (n_tables,), 1 if there is none."""
        smooth, weights = self._smooth_pvalues()
        return np.where(weights[:, 0] > 0, smooth[:, 0], 1.0)

    def _smooth_pvalues(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return p-values and weights (n_tables, N_DEGREES) of the smooth tests.

        In a small table scores have no smooth distribution either: the sampled p-value stands.
        """
        statistics = self.smooth.reshape(-1, N_DEGREES, N_SMOOTH)
        score, mean, variance = (
            statistics[:, :, entry] for entry in (SCORE, SCORE_MEAN, SCORE_VARIANCE)
        )
        is_used = (variance > 0) & np.isnan(self.small_pvalue)[:, None]
        return gamma_pvalue(score, mean, variance), np.where(is_used, SMOOTH_WEIGHTS, 0.0)

    def plus(self, other: Self) -> Self:
        """Return the evidence of tables together with others that condition on them.

        By the chain rule information adds up, and so do the moments.
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
        How many levels, the first ones, are in order. The others are missing values.

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

    The sum of w cot(pi p / 2), with weights that add up to one, has the tail of its largest terms,
    under any dependence (Liu and Xie 2020; without negative terms, so that a p-value near one
    takes nothing from the others, Long, Li, Zhang and Li 2023). Beyond the tail, tests that share
    evidence give too many p-values below a level: see `MIDDLE`.

    Parameters
    ----------
    pvalues, weights : ndarray of shape (n_tables, n_tests)
        At least one weight of a row is positive.
    """
    weights = weights / weights.sum(axis=1, keepdims=True)
    terms = weights / np.tan(np.pi / 2 * np.maximum(pvalues, LEAST_PVALUE))
    pvalue: NDArray[np.float64] = 2 / np.pi * np.arctan2(1.0, terms.sum(axis=1))
    return pvalue + MIDDLE * pvalue**2 * (1 - pvalue)


def plugin_information(table: SparseContingency) -> float:
    """Return the plug-in information of a table, sum n/N ln(n N / (a b)), in nats.

    Never negative. An independent table gives zero to rounding, and a diagonal one, to the last
    bit, the plug-in entropy.
    """
    together = table.counts
    apart = table.row_sums[table.row] * table.column_sums[table.column]
    terms = together * np.log(together * table.total / apart)
    return max(ordered_sum(terms) / table.total, 0.0)


def gamma_pvalue(
    information: NDArray[np.float64], mean: NDArray[np.float64], variance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return P(information or more) by the gamma distribution with the given moments.

    One where the margins leave no choice (a constant column).
    """
    pvalue = np.ones(mean.shape)
    free = (variance > 0) & (mean > 0)
    rate = mean[free] / variance[free]
    pvalue[free] = gammaincc(mean[free] * rate, np.maximum(information[free], 0.0) * rate)
    return pvalue


def tail_bound(tables: Sequence[NDArray[np.float64]]) -> float:
    """Return an upper bound of P(information or more) over tables with the same margins.

    Chernoff's inequality: for every t >= 0 it is at most E[exp(t N I)] / exp(t observed). The
    expectation is exact. A table of several classes is a chain of tables of two, each of a class
    and of those after it; the N I of these add up, and given the levels' sizes in one the next is
    independent of it. In a table of two the counts of the class are independent binomial numbers,
    given that they add up to its size: so the expectation is a coefficient of a product of
    polynomials, one for each level. The bound is 5 to 50 times the probability, which for a level
    of one millionth costs a tenth of the information, and holds where other approximations of the
    tail fail.

    Parameters
    ----------
    tables : sequence of ndarray of shape (n_levels, n_classes), dtype float64
        Independent tables, such as of the states of T; integers.
    """
    of_two = [split for counts in tables for split in _tables_of_two(counts)]
    observed = sum(
        float(counts.sum()) * float(table_information(np.ascontiguousarray(counts)))
        for counts in of_two
    )
    log_bounds = [
        sum(_log_exponential_mean(counts, tilt) for counts in of_two) - tilt * observed
        for tilt in TILTS
    ]
    return float(np.exp(min(0.0, *log_bounds)))


def _tables_of_two(counts: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the table (n_levels, 2) of each class but the last with those after it together.

    The classes in rising order of their sizes.
    """
    counts = counts[:, np.argsort(counts.sum(axis=0), kind="stable")]
    counts = counts[:, counts.any(axis=0)]
    of_two = []
    for first in range(counts.shape[1] - 1):
        pair = np.stack([counts[:, first], counts[:, first + 1 :].sum(axis=1)], axis=1)
        of_two.append(pair[pair.any(axis=1)])
    return of_two


def _log_exponential_mean(counts: NDArray[np.float64], tilt: float) -> float:
    """Return ln E[exp(tilt N I)] of a table of two classes, given its margins."""
    sizes = np.sort(counts.sum(axis=1)).astype(np.int64)
    of_class, rest = counts.sum(axis=0).tolist()
    share, most = of_class / (of_class + rest), int(of_class)

    def terms(size: int) -> NDArray[np.float64]:
        k = np.arange(min(size, most) + 1)
        divergence = xlogy(k, k / (size * share))
        divergence += xlogy(size - k, (size - k) / (size * (1.0 - share)))
        weights: NDArray[np.float64] = np.exp(binom.logpmf(k, size, share) + tilt * divergence)
        return weights

    # All levels but the largest; what they leave of the class is in that one.
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
        In each of them outside whichever of the two leaves fewer.
    """
    outside = [samples_outside(counts[None].astype(np.int64)) for counts in tables]
    return sum(outside) <= FEW_TO_CONFIRM


def is_confirmed(counts: NDArray[np.int64], level: float) -> bool:
    """Return whether sampled tables confirm a gamma p-value that is at most `level`.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes), dtype int64
        The tables of a feature in every state. With more than `FEW_TO_CONFIRM` samples outside
        the largest level and class the gamma p-value stands.

    level : float
        Of the test.
    """
    if samples_outside(counts) > FEW_TO_CONFIRM:
        return True
    most = math.ceil(ENOUGH_EXCEEDANCES / level) - 1
    return bool(monte_carlo_pvalue(counts, most, ENOUGH_EXCEEDANCES) <= level)


def samples_outside(counts: NDArray[np.int64]) -> int:
    """Return how many samples are outside the largest level or class of their state.

    In each state outside whichever of the two leaves fewer: the rest of its table is fixed by the
    margins.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes), dtype int64
    """
    levels, classes = counts.sum(axis=2), counts.sum(axis=1)
    return int(counts.sum() - np.maximum(levels.max(axis=1), classes.max(axis=1)).sum())
