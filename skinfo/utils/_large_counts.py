"""Quantiles of distributions of counts, including large ones for which SciPy does not converge.

For large counts the distributions are normal except for their skewness, and two terms of the
expansion of Cornish and Fisher (1938) approximate the quantiles.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import beta, binom

# Above this count the expansion is accurate enough: its error is within 2e-7 standard deviations
# for a rate, and within one for a number of hits. SciPy is slow from 1e9 and returns NaN from
# 1e12.
LARGE = 1e6


def binomial_quantiles(
    p: NDArray[np.float64], n_trials: NDArray[np.float64], rate: float
) -> NDArray[np.float64]:
    """Return the p-quantile of the number of hits for each number of trials.

    Parameters
    ----------
    p : ndarray of shape (n,)
        Probabilities between 0 and 1.

    n_trials : ndarray of shape (n,), dtype float64
        Integers.

    rate : float
        Probability of a hit, greater than zero and less than one.

    Returns
    -------
    n_hits : ndarray of shape (n,), dtype float64
    """
    n_hits = np.empty(len(p))
    is_large = n_trials > LARGE
    few, many = np.flatnonzero(~is_large), np.flatnonzero(is_large)
    n_hits[few] = binom.ppf(p[few], n_trials[few], rate)
    deviation = np.sqrt(n_trials[many] * rate * (1 - rate))
    skewness = (1 - 2 * rate) / deviation
    # Continuity correction: the step of a number of hits is midway between it and the next.
    n_hits[many] = np.ceil(
        n_trials[many] * rate + deviation * _standard_quantiles(p[many], skewness) - 0.5
    )
    quantiles: NDArray[np.float64] = np.clip(n_hits, 0, n_trials)
    return quantiles


def beta_quantiles(
    p: float, a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the p-quantiles of beta distributions with parameters a and b, each (n,)."""
    quantiles = np.empty(len(a))
    is_large = np.minimum(a, b) > LARGE
    few, many = np.flatnonzero(~is_large), np.flatnonzero(is_large)
    quantiles[few] = beta.ppf(p, a[few], b[few])
    n = a[many] + b[many]
    mean, rest = a[many] / n, b[many] / n
    deviation = np.sqrt(mean * rest / n)
    skewness = 2 * (rest - mean) / np.sqrt(mean * rest * n)
    quantiles[many] = mean + deviation * _standard_quantiles(p, skewness)
    return quantiles


def _standard_quantiles(
    p: NDArray[np.float64] | float, skewness: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the quantiles of standardised distributions with small skewness."""
    # Beyond these limits p is zero or one in float64.
    z = np.clip(ndtri(p), -40.0, 40.0)
    quantiles: NDArray[np.float64] = z + skewness * (z**2 - 1) / 6
    return quantiles
