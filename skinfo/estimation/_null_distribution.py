"""Distribution of estimates of information, and confidence bounds for the true value."""

from typing import NamedTuple

import numpy as np
from scipy.special import chndtr, gammainc, ndtr, ndtri

BISECTIONS = 60
TINY = 1e-300

# A noncentral chi-squared distribution of a larger shift is a gamma distribution to rounding.
LARGEST_SHIFT = 5000.0


def entropy_bound(counts, confidence_level):
    """Return the entropy of classes and the upper end of an interval for it, in nats.

    The plug-in plus its bias, (C - 1) / 2N, and its deviation: that of the logarithms of the
    proportions, and where these are equal that of the chi-squared distribution which takes its
    place.
    """
    shares = counts[counts > 0] / counts.sum()
    surprise = -np.log(shares)
    entropy = shares @ surprise
    freedom = (len(shares) - 1) / (2 * counts.sum())
    variance = shares @ (surprise - entropy) ** 2 + freedom
    error = ndtri((1 + confidence_level) / 2) * np.sqrt(variance / counts.sum())
    return entropy, max(min(entropy + freedom + error, np.log(len(shares))), entropy)


def information_bounds(information, distribution, confidence_level):
    """Return the confidence interval of the true information, by inverting tests.

    The interval holds every u under which the observation is in the central part of the
    distribution; near zero that part moves to the left, so that zero itself is left out as often
    as the test rejects it.

    Parameters
    ----------
    information : ndarray of shape (n,)
        The observation: for a PluginDistribution N times plug-in information, in nats.

    distribution : PluginDistribution or NormalDistribution

    confidence_level : float

    Returns
    -------
    low, high : ndarray of shape (n,)
        In the unit of `information`.
    """
    alpha = 1.0 - confidence_level
    scale = np.sqrt(np.maximum(distribution.null_variance, TINY))

    def too_much(u):
        """P(as much or more) less the share of alpha that is cut off there."""
        return 1 - distribution.cdf(information, u) - 0.5 * alpha * (1 + np.exp(-u / scale))

    def too_little(u):
        return 0.5 * alpha * (1 - np.exp(-u / scale)) - distribution.cdf(information, u)

    most = distribution.most(information)
    return _root(too_much, most), _root(too_little, most)


class PluginDistribution(NamedTuple):
    """Distribution of N times plug-in information if the true information is u, in N nats.

    Scaled noncentral chi-squared; at u = 0 the gamma distribution of the null. Its mean is u plus
    a bias that goes from the null mean to `bias`. Its variance is the null's at zero, that of the
    delta method where u is large, and grows with u as a noncentral chi-squared variable's does.

    Attributes
    ----------
    null_mean, null_variance : float, or ndarray of shape (n,)
        Under independence.

    bias, bias_error : float, or ndarray of shape (n,)
        Under dependence as observed, and the standard error of that.

    observed : float, or ndarray of shape (n,)
        The observed information, `bias` included.

    slope : float, or ndarray of shape (n,)
        Variance of the log density ratio over twice the information.
    """

    null_mean: np.ndarray
    null_variance: np.ndarray
    bias: np.ndarray
    bias_error: np.ndarray
    observed: np.ndarray
    slope: np.ndarray

    def cdf(self, information, u):
        """Return P(information or less) if the true information is u."""
        as_observed = np.maximum(self.observed - self.bias, np.sqrt(self.null_variance))
        part = np.minimum(u / np.maximum(as_observed, TINY), 1.0)
        mean = np.maximum(u + self.null_mean + (self.bias - self.null_mean) * part, TINY)
        variance = self.null_variance + 2 * self.slope * u + (part * self.bias_error) ** 2
        variance = np.maximum(variance, TINY)
        freedom = np.maximum(2 * self.null_mean**2 / np.maximum(self.null_variance, TINY), TINY)
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
        """Return an upper bound of all confidence bounds, to bisect below."""
        spread = np.sqrt(self.null_variance + 2 * self.slope * information)
        return information + 20 * (spread + self.bias_error + np.sqrt(self.null_variance)) + 1.0


class NormalDistribution(NamedTuple):
    """Normal distribution of an estimate, of the same error whatever the true information.

    Attributes
    ----------
    standard_error : ndarray of shape (n,)
        In the unit of the information.
    """

    standard_error: np.ndarray

    @property
    def null_variance(self):
        """Variance under independence, as under dependence."""
        return self.standard_error**2

    def cdf(self, information, u):
        """Return P(information or less) if the true information is u."""
        return ndtr((information - u) / np.maximum(self.standard_error, TINY))

    def most(self, information):
        """Return an upper bound of all confidence bounds, to bisect below."""
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
