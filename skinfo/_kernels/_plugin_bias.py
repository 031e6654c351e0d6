"""Means over counts whose share of the trials is itself drawn from a beta law."""

import math

import numpy as np

from skinfo._kernels._jit import kernel
from skinfo._kernels._null import TAIL, divergence_term


@kernel
def beta_binomial_excess(trials, shapes, total, values):
    """Return E[k ln k - m ln m - v(k)], m = n a / t the mean, for beta-binomial counts k.

    The recurrence starts near the mean with weight one and runs outward, as that of
    `hypergeometric_excess`.

    Parameters
    ----------
    trials : ndarray of shape (n_levels,), dtype int64
        Numbers n of trials.

    shapes : ndarray of shape (n_classes,), dtype float64
        First parameters a of the beta laws.

    total : float
        Sum t of both parameters.

    values : ndarray of shape (most trials + 1, most trials + 1), dtype float64
        v(k) of n trials in row n.

    Returns
    -------
    excess : ndarray of shape (n_levels, n_classes), dtype float64
    """
    excess = np.empty((trials.shape[0], shapes.shape[0]))
    for i in range(trials.shape[0]):
        n = trials[i]
        for j in range(shapes.shape[0]):
            a, b = shapes[j], total - shapes[j]
            mean = n * a / total
            log_mean = math.log(mean)
            start = int(mean)
            weight_sum = 1.0
            value_sum = divergence_term(float(start), mean, log_mean) - values[n, start]
            weight = 1.0
            for k in range(start, n):
                weight *= (n - k) * (a + k) / ((k + 1.0) * (n - k - 1.0 + b))
                if weight < TAIL:
                    break
                weight_sum += weight
                value = divergence_term(k + 1.0, mean, log_mean) - values[n, k + 1]
                value_sum += weight * value
            weight = 1.0
            for k in range(start, 0, -1):
                weight *= k * (n - k + b) / ((n - k + 1.0) * (a + k - 1.0))
                if weight < TAIL:
                    break
                weight_sum += weight
                value = divergence_term(k - 1.0, mean, log_mean) - values[n, k - 1]
                value_sum += weight * value
            excess[i, j] = value_sum / weight_sum
    return excess
