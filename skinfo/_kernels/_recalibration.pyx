"""Loss, gradient and Hessian of predictions recalibrated by a slope and biases of their logits."""

from libc.math cimport INFINITY, log
from libc.stdint cimport int64_t

import numpy as np

from skinfo._kernels._elementary cimport fast_exp

cdef enum:
    # Samples whose exponentials are computed together, to fill vector registers.
    AT_ONCE = 64


def calibrated_loss(
    const double[:, ::1] log_prob,
    const int64_t[::1] columns,
    const double[::1] weight,
    double slope,
    const double[::1] bias,
    double[::1] gradient,
):
    """Return the log loss of the softmax of ``slope * log_prob + bias``, in nats, a weighted sum.

    Parameters
    ----------
    log_prob : ndarray of shape (n_samples, n_classes), dtype float64

    columns : ndarray of shape (n_samples,), dtype int64
        Column of the true class of each sample.

    weight : ndarray of shape (n_samples,), dtype float64

    slope : float

    bias : ndarray of shape (n_classes,), dtype float64

    gradient : ndarray of shape (n_classes + 1,), dtype float64
        Filled with the derivatives with respect to `slope` and each `bias`.
    """
    cdef Py_ssize_t n_classes = log_prob.shape[1]
    cdef Py_ssize_t block = min(log_prob.shape[0], AT_ONCE)
    cdef double[:, ::1] scores = np.empty((block, n_classes))
    cdef double[::1] misses = np.empty(block)  # weighted score of the true class below the top
    cdef double loss = 0.0
    cdef double by_slope = 0.0
    cdef double top, total, scale, share
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t row, i, k, label
    gradient[:] = 0.0
    with nogil:
        while start < log_prob.shape[0]:
            block = min(log_prob.shape[0] - start, block)
            for i in range(block):
                row = start + i
                top = -INFINITY
                for k in range(n_classes):
                    scores[i, k] = slope * log_prob[row, k] + bias[k]
                    top = scores[i, k] if scores[i, k] > top else top
                misses[i] = weight[row] * (top - scores[i, columns[row]])
                for k in range(n_classes):
                    scores[i, k] -= top
            # All exponentials of a block in one loop, which is vectorised even for few classes.
            exponentiate(&scores[0, 0], block * n_classes)
            for i in range(block):
                row = start + i
                label = columns[row]
                total = 0.0
                for k in range(n_classes):
                    total += scores[i, k]
                loss += misses[i]
                loss += weight[row] * log(total)
                scale = weight[row] / total
                for k in range(n_classes):
                    share = scale * scores[i, k]
                    by_slope += share * log_prob[row, k]
                    gradient[k + 1] += share
                by_slope -= weight[row] * log_prob[row, label]
                gradient[label + 1] -= weight[row]
            start += block
    gradient[0] = by_slope
    return loss


cdef inline void exponentiate(double* x, Py_ssize_t n) noexcept nogil:
    """Replace each of n numbers <= 0 by its exponential."""
    cdef Py_ssize_t i
    for i in range(n):
        x[i] = fast_exp(x[i])


def calibrated_hessian(
    const double[:, ::1] log_prob, const double[::1] weight, double slope, const double[::1] bias
):
    """Return the Hessian of `calibrated_loss`, which does not depend on the labels.

    It is the weighted sum of the covariance matrices, under the recalibrated distribution of each
    sample, of the vector (log_prob of the class, indicators of the classes).

    Parameters
    ----------
    log_prob : ndarray of shape (n_samples, n_classes), dtype float64

    weight : ndarray of shape (n_samples,), dtype float64

    slope : float

    bias : ndarray of shape (n_classes,), dtype float64

    Returns
    -------
    hessian : ndarray of shape (n_classes + 1, n_classes + 1), dtype float64
        `slope` first.
    """
    cdef Py_ssize_t i, j, k
    cdef double total, mean, deviation, share
    cdef Py_ssize_t n_classes = log_prob.shape[1]
    cdef double top
    hessian = np.zeros((n_classes + 1, n_classes + 1))
    cdef double[:, ::1] out = hessian
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
                deviation = log_prob[i, k] - mean
                out[0, 0] += share * deviation * deviation
                out[k + 1, 0] += share * deviation
                out[k + 1, k + 1] += share
                for j in range(k + 1):
                    out[k + 1, j + 1] -= share * shares[j]
        for k in range(n_classes + 1):
            for j in range(k):
                out[j, k] = out[k, j]
    return hessian
