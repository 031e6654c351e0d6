"""Sampling distributions of information estimates, and confidence bounds for the true value."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import chndtr, gammainc, ndtr, ndtri, psi, xlogy

from skinfo._counts._contingency import SparseContingency
from skinfo._counts._evidence import TableEvidence
from skinfo._kernels._null import RATE_MAX, STEPS_PER_UNIT, poisson_tables
from skinfo._kernels._plugin_bias import beta_binomial_excess
from skinfo.estimation._continuous import copula_likelihood_ratio, gaussian_copula_information

# Number of bisections: after 60 the width of the range is the rounding error of its ends.
BISECTIONS = 60
TINY = 1e-300

# For a larger noncentrality, a noncentral chi-squared distribution equals a gamma distribution up
# to rounding.
LARGEST_SHIFT = 5000.0

# The cells of levels with more samples have approximately Poisson counts.
MOST_TRIALS = 64

# Number of cells over which the bias of the estimated cell biases accumulates.
CELLS_TOGETHER = 100

# Minimum of the correlation of two samples of a level; the maximum is one minus this.
MIN_CORRELATION = 1e-9
CORRELATION_ITERATIONS = 4


def entropy_bound(counts, confidence_level):
    """Return the entropy of classes and an upper confidence bound for it, in nats.

    The bound is the plug-in plus its bias, (C - 1) / 2N, and a multiple of its standard error. The
    variance is that of the logarithms of the proportions plus that of the chi-squared distribution
    which is the limit for equal proportions.
    """
    proportions = counts[counts > 0] / counts.sum()
    surprise = -np.log(proportions)
    entropy = proportions @ surprise
    freedom = (len(proportions) - 1) / (2 * counts.sum())
    variance = proportions @ (surprise - entropy) ** 2 + freedom
    error = ndtri((1 + confidence_level) / 2) * np.sqrt(variance / counts.sum())
    # At most the entropy of equal proportions, and at least the estimate.
    return entropy, max(min(entropy + freedom + error, np.log(len(proportions))), entropy)


def information_bounds(information, distribution, confidence_level):
    """Return the confidence interval of the true information, by inverting tests.

    The interval contains every u for which the observation is in the central region of the
    distribution. Near u = 0 the region is shifted to the left, so that zero is excluded if and
    only if the test rejects it.

    Parameters
    ----------
    information : ndarray of shape (n,)
        The observation; for a PluginDistribution N times the plug-in information, in nats.

    distribution : PluginDistribution or NormalDistribution

    confidence_level : float

    Returns
    -------
    low, high : ndarray of shape (n,)
        In the unit of `information`.
    """
    alpha = 1.0 - confidence_level
    scale = np.sqrt(np.maximum(distribution.null_variance, TINY))

    def excess_of_upper_tail(u):
        """Return P(observation or more) minus the part of alpha in the upper tail."""
        return 1 - distribution.cdf(information, u) - 0.5 * alpha * (1 + np.exp(-u / scale))

    def deficit_of_lower_tail(u):
        """Return the part of alpha in the lower tail minus P(observation or less)."""
        return 0.5 * alpha * (1 - np.exp(-u / scale)) - distribution.cdf(information, u)

    limit = distribution.upper_limit(information)
    return _root(excess_of_upper_tail, limit), _root(deficit_of_lower_tail, limit)


class PluginDistribution(NamedTuple):
    """Distribution of N times the plug-in information if the true information is u, in N nats.

    It is a scaled noncentral chi-squared distribution; at u = 0, the gamma distribution under
    independence. Its mean is u plus a bias that increases from the null mean to `bias`. Its
    variance equals the null variance at zero and that of the delta method for large u, and grows
    with u like that of a noncentral chi-squared variable.

    Attributes
    ----------
    null_mean, null_variance : float, or ndarray of shape (n,)
        Mean and variance under independence.

    bias, bias_error : float, or ndarray of shape (n,)
        Bias under the observed dependence, and its standard error.

    observed : float, or ndarray of shape (n,)
        The observed information, including `bias`.

    slope : float, or ndarray of shape (n,)
        Variance of the log density ratio divided by twice the information.
    """

    null_mean: np.ndarray
    null_variance: np.ndarray
    bias: np.ndarray
    bias_error: np.ndarray
    observed: np.ndarray
    slope: np.ndarray

    def cdf(self, information, u):
        """Return P(information or less) if the true information is u."""
        # The bias reaches `bias` at the observed information, but not below the null deviation,
        # where the observed information is noise.
        as_observed = np.maximum(self.observed - self.bias, np.sqrt(self.null_variance))
        part = np.minimum(u / np.maximum(as_observed, TINY), 1.0)
        mean = np.maximum(u + self.null_mean + (self.bias - self.null_mean) * part, TINY)
        variance = self.null_variance + 2 * self.slope * u + (part * self.bias_error) ** 2
        variance = np.maximum(variance, TINY)
        freedom = np.maximum(2 * self.null_mean**2 / np.maximum(self.null_variance, TINY), TINY)
        # The scale that matches both moments with the null degrees of freedom, if it exists.
        under_root = mean**2 - freedom * variance / 2
        # The difference of mean and root would cancel where they are large and nearly equal.
        scale = variance / (2 * (mean + np.sqrt(np.maximum(under_root, 0.0))))
        shift = np.maximum(mean / scale - freedom, 0.0)
        smooth = gammainc(mean**2 / variance, information * mean / variance)
        is_shifted = (under_root > 0) & (shift < LARGEST_SHIFT)
        shifted = chndtr(information / scale, freedom, np.where(is_shifted, shift, 0.0))
        return np.where(is_shifted, shifted, smooth)

    def upper_limit(self, information):
        """Return an upper limit of all confidence bounds, for bisection."""
        # Twenty standard deviations are beyond any requested quantile.
        spread = np.sqrt(self.null_variance + 2 * self.slope * information)
        return information + 20 * (spread + self.bias_error + np.sqrt(self.null_variance)) + 1.0


class NormalDistribution(NamedTuple):
    """Normal distribution of an estimate, whose standard error does not depend on the true value.

    Attributes
    ----------
    standard_error : ndarray of shape (n,)
        In the unit of the information.
    """

    standard_error: np.ndarray

    @property
    def null_variance(self):
        """Variance under independence, equal to that under dependence."""
        return self.standard_error**2

    def cdf(self, information, u):
        """Return P(information or less) if the true information is u."""
        return ndtr((information - u) / np.maximum(self.standard_error, TINY))

    def upper_limit(self, information):
        """Return an upper limit of all confidence bounds, for bisection."""
        # Beyond any quantile; the 1.0 keeps the range positive if the error is zero.
        return np.maximum(information, 0.0) + 40 * self.standard_error + 1.0


def _root(increasing, limit):
    """Return the root of an increasing function of u between 0 and a limit, by bisection."""
    low, high = np.zeros_like(limit), limit.copy()
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        positive = increasing(middle) > 0
        high = np.where(positive, middle, high)
        low = np.where(positive, low, middle)
    # If the function is positive at zero, the root is taken as zero.
    return np.where(increasing(np.zeros_like(limit)) > 0, 0.0, high)


def copula_distribution(values, target):
    """Return the PluginDistribution of `gaussian_copula_information`, or None if undefined."""
    found = copula_likelihood_ratio(values, target)
    if found is None:
        return None
    freedom, terms = found
    # Sums of sorted terms do not depend on the order of the samples.
    terms = np.sort(terms)
    bias = freedom / 2
    return PluginDistribution(
        null_mean=bias,
        null_variance=bias,
        bias=bias,
        bias_error=0.0,
        observed=len(values) * gaussian_copula_information(values, target) + bias,
        slope=_slope(terms.mean(), terms.var()),
    )


# ---- plug-in information, from a table


def table_distribution(table, smooth=None):
    """Return the p-value of a dense or sparse table, and its PluginDistribution.

    Parameters
    ----------
    table : ndarray of shape (n_levels, n_classes) or SparseContingency

    smooth : ndarray of shape (9,) or None, default=None
        Result of `smooth_evidence`, if levels are ordered.
    """
    is_sparse = isinstance(table, SparseContingency)
    cells = table if is_sparse else SparseContingency.of_table(table)
    if min(len(cells.row_sums), len(cells.column_sums)) < 2:
        return 1.0, PluginDistribution(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    evidence = TableEvidence.of_table(cells if is_sparse else cells.dense(), smooth)
    (information,), (mean,), (variance,), *_ = evidence
    bias, bias_error = plugin_bias(cells)
    apart = cells.row_sums[cells.row] * cells.column_sums[cells.column]
    log_ratio = np.log(cells.counts * cells.total / apart)
    mean_ratio = information / cells.total
    spread = cells.counts @ (log_ratio - mean_ratio) ** 2 / cells.total
    return float(evidence.pvalue[0]), PluginDistribution(
        null_mean=mean,
        null_variance=variance,
        bias=bias,
        bias_error=bias_error,
        observed=information,
        slope=_slope(mean_ratio, spread),
    )


def _slope(mean, variance):
    """Return half the ratio of two moments; one if both vanish."""
    return float(variance / (2 * mean)) if mean > 1e-12 else 1.0


def plugin_bias(cells):
    """Return the bias of plug-in information under the observed dependence, and its error.

    The bias is the Jensen gap E[k ln k] - m ln m of a count k of mean m, summed over cells, minus
    the sums over both margins. The gap of a cell is estimated by a function of its count whose
    mean is approximately the gap for any probability (`cell_biases`). For levels of few samples,
    the remainder is corrected by its mean over the Dirichlet distribution that is fitted to the
    variation between levels; without variation the result is the exact bias under independence.

    Parameters
    ----------
    cells : SparseContingency
        Counts that are not integers are rounded.

    Returns
    -------
    bias, error : float
        In N nats. Equal for the transposed table.
    """
    by_row = (cells.counts, cells.row, cells.row_sums, cells.column_sums)
    by_column = (cells.counts, cells.column, cells.column_sums, cells.row_sums)
    # The longer margin is used as levels: more levels give a better estimate of the variation.
    if len(cells.row_sums) > len(cells.column_sums):
        bias, variance = _bias_of_levels(*by_row, cells.column)
    elif len(cells.row_sums) < len(cells.column_sums):
        bias, variance = _bias_of_levels(*by_column, cells.row)
    else:
        both = _bias_of_levels(*by_row, cells.column) + _bias_of_levels(*by_column, cells.row)
        bias, variance = both / 2
    return float(max(bias, 0.0)), float(np.sqrt(max(variance, 0.0)))


def _bias_of_levels(counts, level, sizes, classes, label):
    """Return the bias and its variance, given which margin is used as levels.

    Parameters
    ----------
    counts, level, label : ndarray of shape (n_cells,)
        The non-empty cells, with the level and the class of each.

    sizes, classes : ndarray of shape (n_levels,) and (n_classes,)
        Number of rows of each level, and of each class.
    """
    n = classes.sum()
    counts, trials = (np.rint(part).astype(np.int64) for part in (counts, sizes))
    counts = np.minimum(counts, trials[level])
    seen = _excess_of_counts(counts, trials[level])
    empty = _excess_of_counts(np.zeros_like(trials), trials)
    bias, variance = (
        part.sum() - other[level].sum() + len(classes) * other.sum()
        for part, other in zip(seen, empty, strict=True)
    )
    of_classes = np.sum(_poisson_excess(classes) * (1 - classes / n))
    is_short = (trials > 0) & (trials <= MOST_TRIALS)
    if is_short.any():
        concentration = _concentration(counts, level, sizes, classes, label)
        bias += _remaining_bias(trials[is_short], classes, concentration)
    return np.array([bias - of_classes, variance])


def _remaining_bias(trials, classes, concentration):
    """Return the bias of levels of few rows that remains after `cell_biases`.

    Parameters
    ----------
    trials : ndarray of shape (n_levels,), dtype int64
        Number of rows of each level.

    classes : ndarray of shape (n_classes,)

    concentration : float
        Concentration of the Dirichlet distribution of class proportions within levels.
    """
    prior, with_prior = np.unique(classes, return_counts=True)
    prior = concentration * prior / classes.sum()
    total = prior @ with_prior
    short, times = np.unique(trials, return_counts=True)
    of_proportions = psi(prior + 1) - psi(total + 1) - np.log(prior / total)
    remaining = beta_binomial_excess(short, prior, total, cell_biases()[0])
    remaining -= short[:, None] * prior / total * of_proportions
    return times @ remaining @ with_prior


def _excess_of_counts(counts, trials):
    """Return the estimated excess of cells with these counts, and its variance: `cell_biases`."""
    biases, variances = cell_biases()
    row = np.minimum(trials, MOST_TRIALS)
    bias, variance = (table[row, np.minimum(counts, row)] for table in (biases, variances))
    is_long = trials > MOST_TRIALS
    if not is_long.any():
        return bias, variance
    # In larger levels small counts are nearly Poisson, and large ones have a gap of half a nat.
    many, few = counts[is_long], np.minimum(counts[is_long], MOST_TRIALS // 2)
    of_few = biases[MOST_TRIALS, few] / (1 - few / MOST_TRIALS)
    of_many = 0.5 + 1 / (12 * np.maximum(many, 1))
    rest = 1 - many / trials[is_long]
    bias[is_long] = np.where(many > few, of_many, of_few) * rest
    variance[is_long] = np.where(many > few, 0.0, variances[MOST_TRIALS, few])
    return bias, variance


@lru_cache(maxsize=1)
def cell_biases():
    """Return estimates of the excess E[k ln k] - m ln m from a binomial count, and variances.

    The estimator is the function of the count with the minimum mean squared error over a grid of
    proportions, for sums of `CELLS_TOGETHER` cells, so that its bias is weighted as in such sums.

    Returns
    -------
    biases, variances : ndarray of shape (MOST_TRIALS + 1, MOST_TRIALS + 1), dtype float64
        Row n contains the values of n trials, for counts 0..n.
    """
    tail = np.geomspace(1e-4, 0.5, 120)
    proportions = np.concatenate([tail, 1 - tail[-2::-2]])
    biases, variances = np.zeros((2, MOST_TRIALS + 1, MOST_TRIALS + 1))
    # Recurrence of binomial probabilities in the number of trials: all terms are positive.
    binomial = np.ones((len(proportions), 1))
    for n in range(1, MOST_TRIALS + 1):
        k = np.arange(n + 1)
        fewer, binomial = binomial, np.zeros((len(proportions), n + 1))
        binomial[:, :-1] = fewer * (1 - proportions[:, None])
        binomial[:, 1:] += fewer * proportions[:, None]
        excess = binomial @ xlogy(k, k) - xlogy(n * proportions, n * proportions)
        squares = (CELLS_TOGETHER - 1) * binomial.T @ binomial + np.diag(binomial.sum(axis=0))
        values = np.linalg.solve(squares, CELLS_TOGETHER * binomial.T @ excess)
        variance = binomial @ values**2 - (binomial @ values) ** 2
        biases[n, : n + 1] = values
        variances[n, : n + 1] = np.interp((k + 0.5) / (n + 1), proportions, variance)
    return biases, variances


def _concentration(counts, level, sizes, classes, label):
    """Return the concentration of the Dirichlet prior of the levels.

    Method of moments: the variance of a level of n samples is 1 + (n - 1) r times the multinomial
    variance, where r = 1 / (1 + concentration) is the correlation of two samples of a level. Each
    level is weighted by the variance of its squares, which depends on r; the proportions of the
    classes are estimated from the same levels.
    """
    n = classes.sum()
    same_class = np.sum(classes**2)
    squares = np.bincount(level, counts * (counts - 2 * sizes[level] * classes[label] / n))
    squares += sizes**2 * same_class / n**2
    pairs = np.maximum(sizes**2 - sizes, 0.0)
    n_pairs = pairs.sum()
    if n_pairs == 0:
        return 1 / MIN_CORRELATION - 1
    alone = sizes * (1 - sizes / n)
    together = pairs * (1 - 2 * sizes / n) + (sizes / n) ** 2 * n_pairs
    if together.max() < 1e-12 * n_pairs:
        # One level contains nearly all samples: the remainder is rounding error.
        return 1 / MIN_CORRELATION - 1
    r = 0.0
    for _ in range(CORRELATION_ITERATIONS):
        diversity = (1 - same_class / n**2) / (1 - (n + r * n_pairs) / n**2)
        weights = pairs / (sizes + r * pairs) ** 2
        r = weights @ (squares / diversity - alone) / (weights @ together)
        r = min(max(r, MIN_CORRELATION), 1 - MIN_CORRELATION)
    return 1 / r - 1


def _poisson_excess(rate):
    """Return E[k ln k] - m ln m of Poisson counts k with means m."""
    excess = poisson_tables()[0]
    grid = np.arange(len(excess)) / STEPS_PER_UNIT
    near = np.interp(np.sqrt(np.minimum(rate, RATE_MAX)), grid, excess)
    return np.where(rate < RATE_MAX, near, 0.5 + 1 / (12 * np.maximum(rate, RATE_MAX)))
