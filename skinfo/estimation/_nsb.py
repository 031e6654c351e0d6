"""The entropy of Nemenman, Shafee and Bialek: an integral over Dirichlet priors."""

import math

import numpy as np
from scipy.special import gammaln, polygamma, psi

# Weights of e^-45 of the largest, and less, are beyond the last digit of a sum.
NEGLIGIBLE = 45.0

# Points of the NSB integral, first and at most. Halving the step squares the error.
FIRST_POINTS = 257
MOST_POINTS = 4097


def nsb_entropy(counts, total, n_categories):
    """Return the posterior mean entropy, in nats, by quadrature in ln(beta).

    Parameters
    ----------
    counts : ndarray of shape (n_observed,), dtype float64
        Positive.

    total : float

    n_categories : int

    Returns
    -------
    entropy : float
    """
    # Equal counts have equal terms.
    levels, times = np.unique(counts, return_counts=True)
    low, high = _nsb_range(levels, times, total, n_categories)
    estimate = math.inf
    n_points = FIRST_POINTS
    while n_points <= MOST_POINTS:
        previous = estimate
        log_beta = np.linspace(low, high, n_points)
        weight = _nsb_log_weight(log_beta, levels, times, total, n_categories)
        weight = np.exp(weight - weight.max())
        mean = _dirichlet_mean_entropy(np.exp(log_beta), levels, times, total, n_categories)
        estimate = weight @ mean / weight.sum()
        if abs(estimate - previous) <= 1e-13 * estimate:
            break
        n_points = 2 * n_points - 1
    return estimate


def _nsb_range(levels, times, total, n_categories):
    """Return the range of ln(beta) outside which weights are negligible.

    Both tails are at least as thin as e^-|ln beta|: beyond N rows, or N^2 if all differ,
    the evidence is flat, and so it is below 1/K.
    """
    low = -math.log(n_categories) - math.log1p(total) - 1.5 * NEGLIGIBLE
    high = 2 * math.log1p(total) + 1.5 * NEGLIGIBLE
    while True:
        log_beta = np.linspace(low, high, FIRST_POINTS)
        weight = _nsb_log_weight(log_beta, levels, times, total, n_categories)
        matter = np.flatnonzero(weight > weight.max() - NEGLIGIBLE)
        # A point more on each side: a narrow peak may lie between two points.
        first, last = max(matter[0] - 1, 0), min(matter[-1] + 1, FIRST_POINTS - 1)
        if last - first > 0.5 * FIRST_POINTS:
            return low, high
        low, high = log_beta[first], log_beta[last]


def _nsb_log_weight(log_beta, levels, times, total, n_categories):
    """Return ln(evidence * dxi/dbeta * dbeta/dlnbeta) up to a constant, shape of log_beta."""
    beta = np.exp(log_beta)
    evidence = times @ _log_rise(beta, levels[:, None]) - _log_rise(n_categories * beta, total)
    return evidence + np.log(_prior_entropy_slope(beta, n_categories)) + log_beta


def _log_rise(a, n):
    """Return ln(Gamma(a + n) / (Gamma(a) a^n)), also where a dwarfs n, by Stirling's series."""
    near = np.minimum(a, 20.0)
    direct = gammaln(near + n) - gammaln(near) - n * np.log(near)
    far = np.maximum(a, 20.0)
    ratio = (far + n - 0.5) * np.log1p(n / far) - n
    series = ratio + _stirling_rest(far + n) - _stirling_rest(far)
    return np.where(a < 20.0, direct, series)


def _stirling_rest(x):
    y = 1 / (x * x)
    return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y / 1680))) / x


def _prior_entropy_slope(beta, n_categories):
    """Return dxi/dbeta = K psi'(K beta + 1) - psi'(beta + 1); its 1/beta cancel at large beta."""
    near = np.minimum(beta, 1e3)
    direct = n_categories * polygamma(1, n_categories * near + 1) - polygamma(1, near + 1)
    far = np.maximum(beta, 1e3)
    k = 1 / n_categories
    series = ((1 - k) / 2 - (1 - k**2) / (6 * far) + (1 - k**4) / (30 * far**3)) / far**2
    return np.where(beta < 1e3, direct, series)


def _dirichlet_mean_entropy(beta, levels, times, total, n_categories):
    """Return the posterior mean entropy for each beta (Wolpert and Wolf 1995)."""
    rows = total + n_categories * beta
    seen = times @ ((levels[:, None] + beta) * psi(levels[:, None] + beta + 1))
    unseen = (n_categories - times.sum()) * beta * psi(beta + 1)
    return psi(rows + 1) - (seen + unseen) / rows
