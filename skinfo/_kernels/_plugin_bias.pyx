"""Excess E[k ln k] of beta-binomial counts, for the bias of plug-in information."""

from libc.math cimport log
from libc.stdint cimport int64_t

import numpy as np

from skinfo._kernels._null cimport TAIL, divergence_term, logarithms


def beta_binomial_excess(
    const int64_t[::1] trials,
    const double[::1] shapes,
    double total,
    const double[:, ::1] values,
):
    """Return E[k ln k - m ln m - v(k)], m = n a / t the mean, for beta-binomial counts k.

    k of n trials succeed, with a probability drawn from Beta(a, t - a). The recurrence of the
    probabilities starts near the mean with weight one and runs outward, as in
    `hypergeometric_excess`; k ln(k / m) - k + m, of the same mean as k ln k - m ln m, is summed.

    Parameters
    ----------
    trials : ndarray of shape (n_levels,), dtype int64
        Numbers n of trials.

    shapes : ndarray of shape (n_classes,), dtype float64
        First parameters a of the beta distributions.

    total : float
        Sum t of both parameters.

    values : ndarray of shape (most trials + 1, most trials + 1), dtype float64
        v(k) for n trials in row n.

    Returns
    -------
    excess : ndarray of shape (n_levels, n_classes), dtype float64
    """
    cdef Py_ssize_t i, j
    cdef double[:, ::1] excess = np.empty((trials.shape[0], shapes.shape[0]))
    with nogil:
        for i in range(trials.shape[0]):
            for j in range(shapes.shape[0]):
                excess[i, j] = beta_binomial_cell(
                    trials[i], shapes[j], total, &values[trials[i], 0], logarithms()
                )
    return np.asarray(excess)


cdef double beta_binomial_cell(
    Py_ssize_t n, double a, double total, const double *values, const double *logarithms
) noexcept nogil:
    """Return `beta_binomial_excess` of one level and class, given v(k) for k = 0, 1, ..., n."""
    cdef Py_ssize_t k
    cdef double value
    cdef double b = total - a
    cdef double mean = n * a / total
    cdef double log_mean = log(mean)
    # The mean, not the mode, which may be at either end if a < 1. Weights are relative to it.
    cdef Py_ssize_t start = <Py_ssize_t>mean
    cdef double weight = 1.0
    cdef double weight_sum = 1.0
    cdef double value_sum = divergence_term(start, mean, log_mean, logarithms) - values[start]
    for k in range(start, n):
        weight *= (n - k) * (a + k) / ((k + 1.0) * (n - k - 1.0 + b))
        if weight < TAIL():
            break
        weight_sum += weight
        value = divergence_term(k + 1.0, mean, log_mean, logarithms) - values[k + 1]
        value_sum += weight * value
    weight = 1.0
    for k in range(start, 0, -1):
        weight *= k * (n - k + b) / ((n - k + 1.0) * (a + k - 1.0))
        if weight < TAIL():
            break
        weight_sum += weight
        value = divergence_term(k - 1.0, mean, log_mean, logarithms) - values[k - 1]
        value_sum += weight * value
    return value_sum / weight_sum
