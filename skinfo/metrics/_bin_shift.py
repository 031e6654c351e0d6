"""Population stability from counts by bin in two samples: estimates, tests, intervals; in nats.

An estimate of a true index u has nearly a gamma distribution with mean ``u + f c`` and variance
``2 f c^2 + s u``, where ``c = 1/n + 1/m`` and f is the number of bins minus one: at u = 0 that is
c times a chi-squared variable of f degrees of freedom, and far from it s u is the variance of the
delta method. P-values are those of the information between bin and sample, whose moments are exact
for rare bins: there the distribution of the index is far from chi-squared, and its tests reject
twice as often as their level (``benchmarks/population_stability.py``).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from skinfo._counts._evidence import TableEvidence
from skinfo.utils._sums import ordered_sum

# Number of bisections for a bound of an interval.
HALVINGS = 60

# Weight of an empty cell: half a sample, as in Jeffreys' prior.
EMPTY = 0.5

LEAST_POSITIVE = 1e-300


class ShiftEstimates(NamedTuple):
    """Estimates of the index, or of its parts by bin, with parameters of their distribution.

    Attributes
    ----------
    psi : ndarray of shape (n,)

    freedom : ndarray of shape (n,)
        Degrees of freedom without drift.

    unit : ndarray of shape (n,)
        Mean of the estimate without drift per degree of freedom.

    slope : ndarray of shape (n,)
        Variance per unit of the true index.

    pvalue : ndarray of shape (n,)
    """

    psi: NDArray[np.float64]
    freedom: NDArray[np.float64]
    unit: NDArray[np.float64]
    slope: NDArray[np.float64]
    pvalue: NDArray[np.float64]

    @classmethod
    def of_columns(cls, tables: list[NDArray[np.float64]]) -> "ShiftEstimates":
        """Return the results for tables of counts (n_bins, 2), each as a column."""
        rows = [_of_column(table) for table in tables]
        return cls(*np.array(rows, np.float64).reshape(-1, len(cls._fields)).T)

    @classmethod
    def of_bins(cls, table: NDArray[np.float64]) -> "ShiftEstimates":
        """Return the results by bin of one table of counts (n_bins, 2), none empty in both."""
        totals = table.sum(axis=0)
        terms = _bin_terms(table)
        share = table.sum(axis=1) / totals.sum()
        unit = (1 / totals).sum() * (1 - share)
        others = totals - table
        pvalue = [
            TableEvidence.of_table(np.stack(pair)).pvalue[0] if pair[1].any() else 1.0
            for pair in zip(table, others, strict=True)
        ]
        variance = (terms.proportions * terms.slopes**2 * np.maximum(1 - terms.proportions, 0)) @ (
            1 / totals
        )
        slope = _variance_slopes(variance, terms.psi, unit)
        return cls(terms.psi, np.ones(len(table)), unit, slope, np.array(pvalue))

    @property
    def expected(self) -> NDArray[np.float64]:
        """Mean of the estimates without drift, (n,)."""
        return self.freedom * self.unit

    def bounds(self, confidence_level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the bounds of the intervals of the true index, by inverting tests.

        The interval contains every u for which the estimate is in the central region of its
        distribution. Near u = 0 the region is shifted to the left, so that zero is excluded if and
        only if the test rejects it.
        """
        alpha = 1.0 - confidence_level
        scale = np.maximum(self.unit * np.sqrt(2 * self.freedom), LEAST_POSITIVE)

        def excess_of_upper_tail(u: NDArray[np.float64]) -> NDArray[np.float64]:
            return 1 - self._cdf(u) - 0.5 * alpha * (1 + np.exp(-u / scale))

        def deficit_of_lower_tail(u: NDArray[np.float64]) -> NDArray[np.float64]:
            return 0.5 * alpha * (1 - np.exp(-u / scale)) - self._cdf(u)

        low = np.where(self.pvalue < alpha, self._root(excess_of_upper_tail), 0.0)
        return np.minimum(low, self.psi), self._root(deficit_of_lower_tail)

    def _cdf(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return P(these estimates, or less) if the true index is u."""
        mean = np.maximum(u + self.expected, LEAST_POSITIVE)
        variance = 2 * self.freedom * self.unit**2 + self.slope * u
        variance = np.maximum(variance, LEAST_POSITIVE)
        found: NDArray[np.float64] = gammainc(mean**2 / variance, self.psi * mean / variance)
        return found

    def _root(self, increasing) -> NDArray[np.float64]:
        """Return the root of an increasing function of u >= 0; 0 if it is positive there."""
        spread = np.sqrt(2 * self.freedom) * self.unit + np.sqrt(self.slope * self.psi)
        low, high = np.zeros_like(self.psi), self.psi + 20 * (spread + self.slope)
        starts_positive = increasing(low) > 0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            is_positive = increasing(middle) > 0
            high = np.where(is_positive, middle, high)
            low = np.where(is_positive, low, middle)
        return np.where(starts_positive | (self.freedom == 0), 0.0, high)


class _BinTerms(NamedTuple):
    """Contributions to the index: of each bin, and of each in both samples."""

    psi: NDArray[np.float64]  # (n_bins,)
    proportions: NDArray[np.float64]  # (n_bins, 2)
    slopes: NDArray[np.float64]  # (n_bins, 2), derivative of the index by the proportion


def _bin_terms(table: NDArray[np.float64]) -> _BinTerms:
    """Return the terms (p - q) ln(p / q) of a table; an empty cell counts as half a sample."""
    proportions = np.where(table > 0, table, EMPTY) / table.sum(axis=0)
    p, q = proportions.T
    log_ratio = np.log(p / q)
    slopes = np.stack([log_ratio + 1 - q / p, -log_ratio + 1 - p / q], axis=1)
    return _BinTerms((p - q) * log_ratio, proportions, slopes)


def _of_column(table: NDArray[np.float64]) -> tuple[float, float, float, float, float]:
    """Return the fields of ShiftEstimates of one table of counts (n_bins, 2)."""
    table = table[table.any(axis=1)]
    totals = table.sum(axis=0)
    unit = float((1 / totals).sum())
    if len(table) < 2:
        return 0.0, 0.0, unit, 0.0, 1.0
    terms = _bin_terms(table)
    psi = ordered_sum(terms.psi)
    # With half a sample in empty cells, proportions sum to more than one.
    p = terms.proportions / terms.proportions.sum(axis=0)
    means = (p * terms.slopes).sum(axis=0)
    variances = (p * (terms.slopes - means) ** 2).sum(axis=0)
    variance = float(variances @ (1 / totals))
    pvalue = float(TableEvidence.of_table(table).pvalue[0])
    return psi, len(table) - 1.0, unit, float(_variance_slopes(variance, psi, unit)), pvalue


def _variance_slopes(variance, psi, unit):
    """Return variances of the delta method per unit of the index, or their limit."""
    is_equal = psi <= LEAST_POSITIVE
    # Proportions with half a sample in empty bins sum to more than one, for few samples by much.
    variance = np.maximum(variance, 0.0)
    return np.where(is_equal, 4 * unit, variance / np.where(is_equal, 1.0, psi))
