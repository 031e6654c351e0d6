"""Nearest-neighbour estimators of cross-entropy and divergences of continuous samples, in nats.

If the radius of a ball is the distance to the k-th neighbour among n rows, the expected logarithm
of the probability of the ball is psi(k) - psi(n + 1). Distances are Euclidean.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr, gammaln, psi

from skinfo.estimation._knn_tree import (
    kth_distance,
    kth_distance_to,
    others_within,
    rescaled_blocks,
)
from skinfo.utils._sums import ordered_sum

EUCLIDEAN = 2


def log_ball_volume(n_dimensions: int) -> float:
    """Return the logarithm of the volume of the unit ball."""
    return float(n_dimensions / 2 * np.log(np.pi) - gammaln(n_dimensions / 2 + 1))


def neighbor_cross_entropy(
    X: NDArray[np.float64], Y: NDArray[np.float64], n_neighbors: int
) -> float:
    """Return -<ln q> over the rows of X, where q is the density of Y.

    It is ``psi(m + 1) - psi(k) + ln V_d + d <ln s_i>``, where s_i is the distance of row i to its
    k-th neighbour in Y: the estimator of Kozachenko and Leonenko for the cross-entropy. -inf if k
    rows of Y are equal to a row of X.
    """
    n_dimensions = X.shape[1]
    X, Y, log_unit = rescaled_blocks(X, Y)
    radii = kth_distance_to(Y, X, n_neighbors, p=EUCLIDEAN)
    if radii.min() == 0.0:
        return -np.inf
    log_radius = ordered_sum(np.log(radii)) / len(X) + log_unit
    scale = log_ball_volume(n_dimensions) + n_dimensions * log_radius
    return float(psi(len(Y) + 1) - psi(n_neighbors) + scale)


def neighbor_kl_divergence(
    X: NDArray[np.float64], Y: NDArray[np.float64], n_neighbors: int
) -> float:
    """Return the estimate of D(X || Y) by Wang, Kulkarni and Verdu.

    It is ``d <ln(s_i / r_i)> + psi(m + 1) - psi(n)``, where r_i and s_i are the distances of row i
    to its k-th neighbour in X and in Y (2009, IEEE Trans. Inf. Theory 55:2392, eq. 6, with digamma
    functions instead of the logarithms of m and n - 1). If one of the two is zero, the larger one
    is the radius for both, and the rows within it are counted: ``psi(l_i) - psi(k_i)`` (eq. 24).
    """
    X, Y, _ = rescaled_blocks(X, Y)
    own = kth_distance(X, n_neighbors, p=EUCLIDEAN)
    other = kth_distance_to(Y, X, n_neighbors, p=EUCLIDEAN)
    tied = (own == 0.0) | (other == 0.0)
    terms = np.empty(len(X))
    terms[~tied] = X.shape[1] * np.log(other[~tied] / own[~tied])
    if tied.any():
        rows, radii = X[tied], np.maximum(own, other)[tied]
        in_own = others_within(X, rows, radii, p=EUCLIDEAN) - 1
        in_other = others_within(Y, rows, radii, p=EUCLIDEAN)
        terms[tied] = psi(in_own) - psi(in_other)
    return float(ordered_sum(terms) / len(X) + psi(len(Y) + 1) - psi(len(X)))


def neighbor_js_divergence(
    X: NDArray[np.float64], Y: NDArray[np.float64], n_neighbors: int, weight: float
) -> float:
    """Return the Jensen-Shannon divergence, the information between a row and its sample.

    It is the estimate of Ross (2014, PLoS ONE 9:e87357), generalised to any weights. The
    divergence of one sample from the mixture is ``<psi(l_i) - psi(l_i + a k_i)> - ln w``, where
    l_i rows of the same sample and k_i rows of the other are within the distance to the l_i-th
    neighbour in the same sample, and a is the weight of a row of the other sample over that of a
    row of this one.
    """
    X, Y, _ = rescaled_blocks(X, Y)
    of_first = _part_of_mixture(X, Y, n_neighbors, weight)
    of_second = _part_of_mixture(Y, X, n_neighbors, 1 - weight)
    entropy = float(entr(weight) + entr(1 - weight))
    return weight * of_first + (1 - weight) * of_second + entropy


def _part_of_mixture(
    X: NDArray[np.float64], Y: NDArray[np.float64], n_neighbors: int, weight: float
) -> float:
    """Return the mean logarithm of the proportion of X in the mixture density, over the rows of X.

    A ball contains at least the weight of `n_neighbors` rows of the sample with the larger weight
    per row: with fewer, the logarithm of the mixture density would be biased downwards.
    """
    ratio = (1 - weight) / len(Y) / (weight / (len(X) - 1))
    n_own = min(max(n_neighbors, round(n_neighbors * ratio)), len(X) - 1)
    radii = kth_distance(X, n_own, p=EUCLIDEAN)
    in_own = np.full(len(X), n_own)
    tied = radii == 0.0
    if tied.any():
        in_own[tied] = others_within(X, X[tied], radii[tied], p=EUCLIDEAN) - 1
    in_both = in_own + ratio * others_within(Y, X, radii, p=EUCLIDEAN)
    return ordered_sum(psi(in_own) - psi(in_both)) / len(X)
