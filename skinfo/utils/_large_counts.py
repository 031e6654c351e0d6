"""Quantiles of distributions of counts, including large ones for which SciPy does not converge.

For large counts the distributions are normal except for their skewness, and two terms of the
expansion of Cornish and Fisher (1938) approximate the quantiles.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import beta, binom

# From here on the expansion is as exact as needed: within 2e-7 standard deviations for a rate,
# and one for a number of trials. SciPy slows down from 1e9 and has NaN from 1e12.
LARGE = 1e6


def binomial_quantiles(
    p: NDArray[np.float64], n_trials: NDArray[np.float64], chance: float
) -> NDArray[np.float64]:
    """Return for each number of trials the least number of hits of probability p or more.

    Parameters
    ----------
    p : ndarray of shape (n,), between 0 and 1

    n_trials : ndarray of shape (n,), dtype float64
        Integers.

    chance : float
        Of a hit, greater than zero and less than one.

    Returns
    -------
    n_hits : ndarray of shape (n,), dtype float64
    """
    n_hits = np.empty(len(p))
    is_large = n_trials > LARGE
    few, many = np.flatnonzero(~is_large), np.flatnonzero(is_large)
    n_hits[few] = binom.ppf(p[few], n_trials[few], chance)
    deviation = np.sqrt(n_trials[many] * chance * (1 - chance))
    skewness = (1 - 2 * chance) / deviation
    # The step of a number of hits is in the middle between it and the next.
    n_hits[many] = np.ceil(
        n_trials[many] * chance + deviation * _standard_quantiles(p[many], skewness) - 0.5
    )
    quantiles: NDArray[np.float64] = np.clip(n_hits, 0, n_trials)
    return quantiles


def beta_quantiles(
    p: float, a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return quantiles of beta distributions of arrays (n,) of parameters."""
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
    """Return quantiles, of mean zero and deviation one, of a little skewness."""
    # Beyond these p is zero or one.
    z = np.clip(ndtri(p), -40.0, 40.0)
    quantiles: NDArray[np.float64] = z + skewness * (z**2 - 1) / 6
    return quantiles
