"""Contingency tables to evidence of dependence: information, its null moments and a p-value.

The one path from counts to a p-value: of `mutual_info_test` and of `InfoBottleneckSelector`.

Under independence N times the plug-in information has nearly a gamma distribution, here with its
exact mean and a closed-form variance. Where few samples lie outside the most frequent level and
class, information takes few different values, and the tail of the gamma distribution is wrong.
There tables with the same margins are sampled (those of two by two are enumerated). Two questions
are asked, with a threshold each:

- `FEW_OUTSIDE` (10, in the kernel), for one test of one table. Beyond it the gamma p-value holds
  its level down to .001 (benchmarks/level_of_test.py).
- `FEW_TO_CONFIRM` (100), for a selection. It tests at alpha divided by the number of columns, a
  level at which the tail is still too thin for some hundred samples outside: of columns of rare
  levels with a rare class, gamma p-values alone accept some in most runs
  (benchmarks/selection_stopping.py). Only a feature that is about to be accepted is confirmed: to
  sample tables to such levels for every p-value would take far longer.
"""

import math
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc

from skinfo._counts._contingency import SparseContingency, null_moments_of
from skinfo._kernels._independence import (
    NULL_MEAN,
    NULL_VARIANCE,
    PLUGIN,
    SMALL_TABLE_PVALUE,
    independence_statistics,
)
from skinfo._kernels._null import poisson_tables
from skinfo._kernels._random_tables import monte_carlo_pvalue
from skinfo.utils._sums import ordered_sum

FEW_TO_CONFIRM = 100

# Sampled tables with as much information at which a confirmation ends: the p-value is then above
# the level, or there are enough tables for it to be below.
ENOUGH_EXCEEDANCES = 4


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
    """

    information: NDArray[np.float64]
    null_mean: NDArray[np.float64]
    null_variance: NDArray[np.float64]
    small_pvalue: NDArray[np.float64]

    @classmethod
    def of_table(cls, counts: ArrayLike | SparseContingency) -> Self:
        """Return the evidence of one table, (n_levels, n_classes) or sparse."""
        if isinstance(counts, SparseContingency):
            mean, variance = null_moments_of(counts)
            information = counts.total * plugin_information(counts)
            return cls(*np.array([[information], [mean], [variance], [np.nan]]))
        counts = np.ascontiguousarray(counts, np.float64)
        return cls.of_rows(independence_statistics(counts, poisson_tables())[None])

    @classmethod
    def of_rows(cls, rows: NDArray[np.float64]) -> Self:
        """Return the evidence of tables from the rows (n_tables, 4) of a kernel."""
        return cls(
            information=rows[:, PLUGIN],
            null_mean=rows[:, NULL_MEAN],
            null_variance=rows[:, NULL_VARIANCE],
            small_pvalue=rows[:, SMALL_TABLE_PVALUE],
        )

    @property
    def excess(self) -> NDArray[np.float64]:
        """Information less its null mean, (n_tables,)."""
        return self.information - self.null_mean

    @property
    def pvalue(self) -> NDArray[np.float64]:
        """P(information or more | independence), (n_tables,)."""
        by_moments = gamma_pvalue(self.information, self.null_mean, self.null_variance)
        return np.where(np.isnan(self.small_pvalue), by_moments, self.small_pvalue)

    def plus(self, other: Self) -> Self:
        """Return the evidence of tables together with others that condition on them.

        By the chain rule information adds up, and so do the moments.
        """
        return type(self)(
            self.information + other.information,
            self.null_mean + other.null_mean,
            self.null_variance + other.null_variance,
            np.full(len(self.information), np.nan),
        )


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
