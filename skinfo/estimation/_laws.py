"""The laws of plug-in information: its surprise were there none, and how much there may be."""

from typing import NamedTuple

import numpy as np
from scipy.special import chndtr, gammainc, gammaincc

from skinfo._kernels._evidence import N_EVIDENCE, table_evidence
from skinfo._kernels._jit import ZERO
from skinfo._kernels._null import RATE_MAX, STEPS_PER_UNIT, poisson_tables
from skinfo.estimation._cells import margin_sizes

BISECTIONS = 60
TINY = 1e-300

# A noncentral chi-squared law of more than this is a gamma law as nearly as matters.
LARGEST_SHIFT = 5000.0

# Measured: benchmarks/coverage_of_interval.py.
SHRINKAGE = 0.5


def weigh_table(counts):
    """Return what `table_evidence` fills in of one table of counts, (4,) float64."""
    evidence = np.empty(N_EVIDENCE)
    counts = np.ascontiguousarray(counts, np.float64)
    table_evidence(counts, poisson_tables(), np.empty(0), ZERO, True, evidence)
    return evidence


def table_pvalues(evidence):
    """Return P(information or more | independence) of tables, as exactly as it is cheap.

    Parameters
    ----------
    evidence : ndarray of shape (n, 4)
        From `table_evidence`: a p-value of its own of a small table, or else moments.

    Returns
    -------
    pvalues : ndarray of shape (n,), dtype float64
    """
    information, mean, variance, small = evidence.T
    return np.where(np.isnan(small), gamma_pvalue(information, mean, variance), small)


def gamma_pvalue(information, mean, variance):
    """Return P(information or more | independence) by the gamma law of the given moments.

    Parameters
    ----------
    information : ndarray
        N times plug-in information, in nats.

    mean, variance : ndarray
        Its moments over tables with the observed margins.

    Returns
    -------
    pvalue : ndarray, dtype float64
        One where the margins leave no choice (a constant column).
    """
    information, mean, variance = np.broadcast_arrays(information, mean, variance)
    pvalue = np.ones(mean.shape)
    free = (variance > 0) & (mean > 0)
    rate = mean[free] / variance[free]
    pvalue[free] = gammaincc(mean[free] * rate, np.maximum(information[free], 0.0) * rate)
    return pvalue


def plugin_bias(counts):
    """Return how much plug-in information overshoots, N nats, under dependence as observed.

    Each cell adds, and each margin takes off, what E[n ln n] of a Poisson count exceeds its
    value at the mean by. Cells' means are the counts moved towards independence, by half the
    weight of James and Stein: dependence leaves fewer cells to chance than independence
    would, but more than were seen.
    """
    rows, columns, n = counts.sum(axis=1), counts.sum(axis=0), counts.sum()
    apart = np.outer(rows, columns) / n
    distance = np.sum((counts - apart) ** 2) * (n - 1)
    noise = n * n - np.sum(counts**2)
    weight = min(SHRINKAGE * noise / distance, 1.0) if distance > 0 else 1.0
    cells = weight * apart + (1 - weight) * counts
    sums = [np.sum(_poisson_excess(part) * (1 - part / n)) for part in (cells, rows, columns)]
    return max(sums[0] - sums[1] - sums[2], 0.0)


def plugin_bias_of_cells(cells):
    """Return `plugin_bias` of Cells: empty ones are taken together by the sizes of margins."""
    n = cells.total
    (row_sizes, row_times), (column_sizes, column_times) = margin_sizes(cells.rows, cells.columns)
    apart = cells.rows[cells.row] * cells.columns[cells.column] / n
    of_all = (cells.rows @ cells.rows) * (cells.columns @ cells.columns) / n**2
    distance = np.sum((cells.counts - apart) ** 2 - apart**2) + of_all
    noise = n * n - np.sum(cells.counts**2)
    weight = min(SHRINKAGE * noise / (distance * (n - 1)), 1.0) if distance > 0 else 1.0

    def excess(part):
        return _poisson_excess(part) * (1 - part / n)

    as_empty = row_times @ excess(weight * np.outer(row_sizes, column_sizes) / n) @ column_times
    seen = excess(weight * apart + (1 - weight) * cells.counts) - excess(weight * apart)
    of_margins = np.sum(excess(cells.rows)) + np.sum(excess(cells.columns))
    return max(as_empty + np.sum(seen) - of_margins, 0.0)


def _poisson_excess(rate):
    """Return E[k ln k] - m ln m for Poisson counts of these means."""
    excess = poisson_tables()[0]
    grid = np.arange(len(excess)) / STEPS_PER_UNIT
    near = np.interp(np.sqrt(np.minimum(rate, RATE_MAX)), grid, excess)
    return np.where(rate < RATE_MAX, near, 0.5 + 1 / (12 * np.maximum(rate, RATE_MAX)))


def information_bounds(information, law, confidence_level):
    """Return the interval of true information that would not make the observed one surprising.

    The interval holds the u of which the observation is in the central part of the law; near zero
    that part moves to the left, so that zero itself is left out as often as the test rejects it.

    Parameters
    ----------
    information : ndarray of shape (n,)
        N times plug-in information, in nats.

    law : PluginLaw

    confidence_level : float

    Returns
    -------
    low, high : ndarray of shape (n,)
        N times information, in nats.
    """
    alpha = 1.0 - confidence_level
    scale = np.sqrt(np.maximum(law.variance, TINY))

    def too_much(u):
        """P(as much or more) less the share of alpha that is cut off there."""
        return 1 - law.cdf(information, u) - 0.5 * alpha * (1 + np.exp(-u / scale))

    def too_little(u):
        return 0.5 * alpha * (1 - np.exp(-u / scale)) - law.cdf(information, u)

    most = information + 20 * (np.sqrt(law.variance + 2 * law.slope * information) + scale) + 1.0
    return _root(too_much, most), _root(too_little, most)


class PluginLaw(NamedTuple):
    """The law of plug-in information, were the true information u; in N nats.

    A scaled noncentral chi-squared law: at u = 0 the gamma law of the null. Its mean is u and a
    bias that goes from the null mean to `bias`. Its variance is the null's at zero, that of the
    delta method where u is large, and grows with u as a noncentral chi-squared variable's does.

    Attributes
    ----------
    mean, variance : ndarray of shape (n,)
        Under independence.

    bias : ndarray of shape (n,)
        Under dependence as observed.

    far : ndarray of shape (n,)
        The observed information, where `bias` holds.

    slope : ndarray of shape (n,)
        Variance of the log density ratio over twice the information.
    """

    mean: np.ndarray
    variance: np.ndarray
    bias: np.ndarray
    far: np.ndarray
    slope: np.ndarray

    def cdf(self, information, u):
        """Return P(information or less) were the true information u."""
        part = np.minimum(u / np.maximum(np.maximum(self.far, self.mean), TINY), 1.0)
        mean = np.maximum(u + self.mean + (self.bias - self.mean) * part, TINY)
        variance = np.maximum(self.variance + 2 * self.slope * u, TINY)
        freedom = np.maximum(2 * self.mean**2 / np.maximum(self.variance, TINY), TINY)
        # The scale that gives both moments with the null's degrees of freedom, if one does.
        under_root = mean**2 - freedom * variance / 2
        # Not the difference of mean and root, which is zero where they are large and nearly equal.
        scale = variance / (2 * (mean + np.sqrt(np.maximum(under_root, 0.0))))
        shift = np.maximum(mean / scale - freedom, 0.0)
        smooth = gammainc(mean**2 / variance, information * mean / variance)
        is_shifted = (under_root > 0) & (shift < LARGEST_SHIFT)
        shifted = chndtr(information / scale, freedom, np.where(is_shifted, shift, 0.0))
        return np.where(is_shifted, shifted, smooth)


def _root(rising, most):
    """Return where a rising function of u >= 0 becomes positive, by bisection."""
    low, high = np.zeros_like(most), most.copy()
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        positive = rising(middle) > 0
        high = np.where(positive, middle, high)
        low = np.where(positive, low, middle)
    # Where it is positive at zero already, bisection ends there.
    return np.where(rising(np.zeros_like(most)) > 0, 0.0, high)
