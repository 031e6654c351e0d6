"""Second derivatives of the loss of recalibrated predictions, for Newton's method."""

from libc.math cimport INFINITY

from skinfo._kernels._exp cimport fast_exp

import numpy as np


def calibrated_curvature(
    const double[:, ::1] log_prob, const double[::1] weight, double slope, const double[::1] bias
):
    """Return the second derivatives of `calibrated_loss` by `slope` and each `bias`.

    They do not depend on the labels.

    Parameters
    ----------
    log_prob : ndarray of shape (n_samples, n_classes), dtype float64

    weight : ndarray of shape (n_samples,), dtype float64

    slope : float

    bias : ndarray of shape (n_classes,), dtype float64

    Returns
    -------
    curvature : ndarray of shape (n_classes + 1, n_classes + 1), dtype float64
        By `slope` first.
    """
    cdef Py_ssize_t i, j, k
    cdef double total, mean, apart, share
    cdef Py_ssize_t n_classes = log_prob.shape[1]
    cdef double top
    curvature = np.zeros((n_classes + 1, n_classes + 1))
    cdef double[:, ::1] out = curvature
    cdef double[::1] shares = np.empty(n_classes)
    with nogil:
        for i in range(log_prob.shape[0]):
            top = -INFINITY
            for k in range(n_classes):
                shares[k] = slope * log_prob[i, k] + bias[k]
                top = shares[k] if shares[k] > top else top
            total = mean = 0.0
            for k in range(n_classes):
                shares[k] = fast_exp(shares[k] - top)
                total += shares[k]
                mean += shares[k] * log_prob[i, k]
            mean /= total
            for k in range(n_classes):
                shares[k] /= total
                share = weight[i] * shares[k]
                apart = log_prob[i, k] - mean
                out[0, 0] += share * apart * apart
                out[k + 1, 0] += share * apart
                out[k + 1, k + 1] += share
                for j in range(k + 1):
                    out[k + 1, j + 1] -= share * shares[j]
        for k in range(n_classes + 1):
            for j in range(k):
                out[j, k] = out[k, j]
    return curvature
