"""The laws of plug-in information: its surprise were there none, and how much there may be."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import chndtr, gammainc, gammaincc, ndtr, ndtri, psi, xlogy

from skinfo._kernels._independence import independence_statistics
from skinfo._kernels._null import RATE_MAX, STEPS_PER_UNIT, poisson_tables
from skinfo._kernels._plugin_bias import beta_binomial_excess

BISECTIONS = 60
TINY = 1e-300

# A noncentral chi-squared law of more than this is a gamma law as nearly as matters.
LARGEST_SHIFT = 5000.0

# Levels of more rows than this have cells of nearly Poisson counts.
MOST_TRIALS = 64

# Cells over which the bias of an estimate of their bias adds up.
CELLS_TOGETHER = 100

# Correlation of two rows of a level, at least, and at most one less this.
LEAST_ALIKE = 1e-9
ALIKE_ITERATIONS = 4


def weigh_table(counts):
    """Return `independence_statistics` of one table of counts, (4,) float64."""
    return independence_statistics(np.ascontiguousarray(counts, np.float64), poisson_tables())


def table_pvalues(evidence):
    """Return P(information or more | independence) of tables, as exactly as it is cheap.

    Parameters
    ----------
    evidence : ndarray of shape (n, 4)
        From `independence_statistics`: a p-value of its own of a small table, or else moments.

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
    information, mean, variance = map(np.asarray, (information, mean, variance))
    pvalue = np.ones(mean.shape)
    free = (variance > 0) & (mean > 0)
    rate = mean[free] / variance[free]
    pvalue[free] = gammaincc(mean[free] * rate, np.maximum(information[free], 0.0) * rate)
    return pvalue


def plugin_bias(cells):
    """Return how much plug-in information overshoots under dependence as observed, and an error.

    A cell adds, and a margin takes off, what E[k ln k] of its count exceeds its value at the mean
    by. The excess of a cell is estimated by a function of its count that has about this mean
    whatever the share (`cell_biases`). What is left, where a level has few rows, is made up for
    by its mean over the Dirichlet law that fits the spread of the levels, at no spread the exact
    one of independence.

    Parameters
    ----------
    cells : Cells
        Counts that are not whole are rounded.

    Returns
    -------
    bias, error : float
        In N nats. The same for the transposed table.
    """
    by_row = (cells.counts, cells.row, cells.rows, cells.columns)
    by_column = (cells.counts, cells.column, cells.columns, cells.rows)
    # The levels are the longer margin: of many draws the spread is better known.
    if len(cells.rows) > len(cells.columns):
        bias, variance = _bias_of_levels(*by_row, cells.column)
    elif len(cells.rows) < len(cells.columns):
        bias, variance = _bias_of_levels(*by_column, cells.row)
    else:
        both = _bias_of_levels(*by_row, cells.column) + _bias_of_levels(*by_column, cells.row)
        bias, variance = both / 2
    return float(max(bias, 0.0)), float(np.sqrt(max(variance, 0.0)))


def _bias_of_levels(counts, level, sizes, classes, label):
    """Return bias and variance of it.

    Parameters
    ----------
    counts, level, label : ndarray of shape (n_cells,)
        The cells that are not empty, the level and the class of each.

    sizes, classes : ndarray of shape (n_levels,) and (n_classes,)
        Rows of each level, and of each class.
    """
    n = classes.sum()
    counts, trials = (np.rint(part).astype(np.int64) for part in (counts, sizes))
    counts = np.minimum(counts, trials[level])
    seen = _of_counts(counts, trials[level])
    empty = _of_counts(np.zeros_like(trials), trials)
    bias, variance = (
        part.sum() - other[level].sum() + len(classes) * other.sum()
        for part, other in zip(seen, empty, strict=True)
    )
    of_classes = np.sum(_poisson_excess(classes) * (1 - classes / n))
    is_short = (trials > 0) & (trials <= MOST_TRIALS)
    if is_short.any():
        concentration = _concentration(counts, level, sizes, classes, label)
        bias += _left_of_short(trials[is_short], classes, concentration)
    return np.array([bias - of_classes, variance])


def _left_of_short(trials, classes, concentration):
    """Return what the function of the count leaves of the bias of levels of few rows.

    Parameters
    ----------
    trials : ndarray of shape (n_levels,), dtype int64
        Rows of each.

    classes : ndarray of shape (n_classes,)

    concentration : float
        Of the Dirichlet law that the levels were drawn from.
    """
    prior, with_prior = np.unique(classes, return_counts=True)
    prior = concentration * prior / classes.sum()
    total = prior @ with_prior
    short, times = np.unique(trials, return_counts=True)
    of_shares = psi(prior + 1) - psi(total + 1) - np.log(prior / total)
    left = beta_binomial_excess(short, prior, total, cell_biases()[0])
    left -= short[:, None] * prior / total * of_shares
    return times @ left @ with_prior


def _of_counts(counts, trials):
    """Return the estimated excess of cells of these counts, and its variance, as `cell_biases`."""
    biases, variances = cell_biases()
    row = np.minimum(trials, MOST_TRIALS)
    bias, variance = (table[row, np.minimum(counts, row)] for table in (biases, variances))
    is_long = trials > MOST_TRIALS
    if not is_long.any():
        return bias, variance
    # In longer rows small counts have nearly Poisson laws, and large ones an excess of half a nat.
    many, few = counts[is_long], np.minimum(counts[is_long], MOST_TRIALS // 2)
    of_few = biases[MOST_TRIALS, few] / (1 - few / MOST_TRIALS)
    of_many = 0.5 + 1 / (12 * np.maximum(many, 1))
    rest = 1 - many / trials[is_long]
    bias[is_long] = np.where(many > few, of_many, of_few) * rest
    variance[is_long] = np.where(many > few, 0.0, variances[MOST_TRIALS, few])
    return bias, variance


@lru_cache(maxsize=1)
def cell_biases():
    """Return functions of a binomial count that have about the mean of its excess, and variances.

    Of all functions of the count, that of least mean square error over a grid of shares, when
    `CELLS_TOGETHER` cells add up, whose biases do so too.

    Returns
    -------
    biases, variances : ndarray of shape (MOST_TRIALS + 1, MOST_TRIALS + 1), dtype float64
        Of n trials in row n, for counts 0..n.
    """
    tail = np.geomspace(1e-4, 0.5, 120)
    shares = np.concatenate([tail, 1 - tail[-2::-2]])
    biases, variances = np.zeros((2, MOST_TRIALS + 1, MOST_TRIALS + 1))
    # The binomial law of each share, from that of one trial less: all terms are positive.
    chances = np.ones((len(shares), 1))
    for n in range(1, MOST_TRIALS + 1):
        k = np.arange(n + 1)
        fewer, chances = chances, np.zeros((len(shares), n + 1))
        chances[:, :-1] = fewer * (1 - shares[:, None])
        chances[:, 1:] += fewer * shares[:, None]
        excess = chances @ xlogy(k, k) - xlogy(n * shares, n * shares)
        squares = (CELLS_TOGETHER - 1) * chances.T @ chances + np.diag(chances.sum(axis=0))
        values = np.linalg.solve(squares, CELLS_TOGETHER * chances.T @ excess)
        variance = chances @ values**2 - (chances @ values) ** 2
        biases[n, : n + 1] = values
        variances[n, : n + 1] = np.interp((k + 0.5) / (n + 1), shares, variance)
    return biases, variances


def _concentration(counts, level, sizes, classes, label):
    """Return the sum of the parameters of the Dirichlet law that the levels were drawn from.

    By moments: a level of n counts varies by 1 + (n - 1) r times a multinomial one, where
    r = 1 / (1 + concentration). Each level has the weight that the variance of its squares gives
    it, which r decides in turn; the shares of the classes are estimated from the same levels.
    """
    n = classes.sum()
    same_class = np.sum(classes**2)
    squares = np.bincount(level, counts * (counts - 2 * sizes[level] * classes[label] / n))
    squares += sizes**2 * same_class / n**2
    pairs = np.maximum(sizes**2 - sizes, 0.0)
    n_pairs = pairs.sum()
    if n_pairs == 0:
        return 1 / LEAST_ALIKE - 1
    alone = sizes * (1 - sizes / n)
    alike = pairs * (1 - 2 * sizes / n) + (sizes / n) ** 2 * n_pairs
    r = 0.0
    for _ in range(ALIKE_ITERATIONS):
        diversity = (1 - same_class / n**2) / (1 - (n + r * n_pairs) / n**2)
        weights = pairs / (sizes + r * pairs) ** 2
        r = weights @ (squares / diversity - alone) / (weights @ alike)
        r = min(max(r, LEAST_ALIKE), 1 - LEAST_ALIKE)
    return 1 / r - 1


def _poisson_excess(rate):
    """Return E[k ln k] - m ln m for Poisson counts of these means."""
    excess = poisson_tables()[0]
    grid = np.arange(len(excess)) / STEPS_PER_UNIT
    near = np.interp(np.sqrt(np.minimum(rate, RATE_MAX)), grid, excess)
    return np.where(rate < RATE_MAX, near, 0.5 + 1 / (12 * np.maximum(rate, RATE_MAX)))


def entropy_bound(counts, confidence_level):
    """Return the entropy of classes and the upper end of an interval for it, in nats.

    The plug-in plus its bias, (C - 1) / 2N, and its deviation: that of the logarithms of the
    shares, and where these are even that of the chi-squared law which takes its place.
    """
    shares = counts[counts > 0] / counts.sum()
    surprise = -np.log(shares)
    entropy = shares @ surprise
    freedom = (len(shares) - 1) / (2 * counts.sum())
    variance = shares @ (surprise - entropy) ** 2 + freedom
    error = ndtri((1 + confidence_level) / 2) * np.sqrt(variance / counts.sum())
    return entropy, max(min(entropy + freedom + error, np.log(len(shares))), entropy)


def information_bounds(information, law, confidence_level):
    """Return the interval of true information that would not make the observed one surprising.

    The interval holds the u of which the observation is in the central part of the law; near zero
    that part moves to the left, so that zero itself is left out as often as the test rejects it.

    Parameters
    ----------
    information : ndarray of shape (n,)
        What was observed: for a PluginLaw N times plug-in information, in nats.

    law : PluginLaw or NormalLaw

    confidence_level : float

    Returns
    -------
    low, high : ndarray of shape (n,)
        In the unit of `information`.
    """
    alpha = 1.0 - confidence_level
    scale = np.sqrt(np.maximum(law.variance, TINY))

    def too_much(u):
        """P(as much or more) less the share of alpha that is cut off there."""
        return 1 - law.cdf(information, u) - 0.5 * alpha * (1 + np.exp(-u / scale))

    def too_little(u):
        return 0.5 * alpha * (1 - np.exp(-u / scale)) - law.cdf(information, u)

    most = law.most(information)
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

    bias, bias_error : ndarray of shape (n,)
        Under dependence as observed, and the standard error of that.

    far : ndarray of shape (n,)
        The observed information, `bias` included.

    slope : ndarray of shape (n,)
        Variance of the log density ratio over twice the information.
    """

    mean: np.ndarray
    variance: np.ndarray
    bias: np.ndarray
    bias_error: np.ndarray
    far: np.ndarray
    slope: np.ndarray

    def cdf(self, information, u):
        """Return P(information or less) were the true information u."""
        as_observed = np.maximum(self.far - self.bias, np.sqrt(self.variance))
        part = np.minimum(u / np.maximum(as_observed, TINY), 1.0)
        mean = np.maximum(u + self.mean + (self.bias - self.mean) * part, TINY)
        variance = self.variance + 2 * self.slope * u + (part * self.bias_error) ** 2
        variance = np.maximum(variance, TINY)
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

    def most(self, information):
        """Return more than any true information that would not make the observed surprising."""
        spread = np.sqrt(self.variance + 2 * self.slope * information)
        return information + 20 * (spread + self.bias_error + np.sqrt(self.variance)) + 1.0


class NormalLaw(NamedTuple):
    """The law of an estimate with a normal error of the same size whatever the true information.

    Attributes
    ----------
    standard_error : ndarray of shape (n,)
        In the unit of the information.
    """

    standard_error: np.ndarray

    @property
    def variance(self):
        """Of the estimate, under independence or not."""
        return self.standard_error**2

    def cdf(self, information, u):
        """Return P(information or less) were the true information u."""
        return ndtr((information - u) / np.maximum(self.standard_error, TINY))

    def most(self, information):
        """Return more than any true information that would not make the observed surprising."""
        return np.maximum(information, 0.0) + 40 * self.standard_error + 1.0


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
