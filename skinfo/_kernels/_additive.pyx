"""Held-out gains of additive models of columns of codes, for growing numbers of columns.

The model is softmax(ln prior + sum of an effect of each column's code), with a ridge penalty: a
logistic regression on the codes' indicators. It is fitted by Newton steps with a diagonal
Hessian, a column at a time (Friedman, Hastie and Tibshirani, Annals of Statistics 28, 2000).
"""

from libc.math cimport exp, fmax, fmin, log
from libc.stdint cimport int32_t, int64_t, uint8_t

import numpy as np

cdef enum:
    # Over all columns, whenever columns were added: the effects go on from those of fewer columns.
    N_CYCLES = 2
    # Of what `additive_gains` sums up.
    GAIN = 0
    SQUARE = 1
    SQUARE_OF_REST = 2
    FOURTH_POWER_OF_REST = 3
    NULL_VARIANCE = 4
    N_SUMS = 5

# The largest change of an effect by one step, in nats, and the least probability.
cdef double LARGEST_STEP = 2.0
cdef double LEAST = 1e-12


def additive_gains(
    const uint8_t[:, ::1] codes,
    const int64_t[::1] n_levels,
    const int32_t[::1] y,
    Py_ssize_t n_classes,
    const double[::1] training,
    const double[::1] held_out,
    const int64_t[::1] sizes,
    double ridge,
):
    """Return how much better additive models predict held-out samples than their prior does.

    Parameters
    ----------
    codes : ndarray of shape (n_columns, n), dtype uint8
        Columns in the order in which they enter.

    n_levels : ndarray of shape (n_columns,), dtype int64

    y : ndarray of shape (n,), dtype int32

    n_classes : int

    training, held_out : ndarray of shape (n,), dtype float64
        Weights of the samples of which models are made, and by which they are judged.

    sizes : ndarray of shape (n_sizes,), dtype int64
        Numbers of columns, increasing; with none the prior predicts.

    ridge : float
        The penalty is ``ridge / 2`` times the sum of squared effects.

    Returns
    -------
    sums : ndarray of shape (n_sizes, 5), dtype float64
        For each number of columns the held-out weighted sums of the gains ln p(y|x) - ln p(y), of
        their squares, of the squares and fourth powers of what they exceed those of ``sizes[0]``
        by, and of the variance of that if the probabilities of ``sizes[0]`` are right.
    """
    cdef Py_ssize_t n_columns = codes.shape[0]
    cdef Py_ssize_t n = codes.shape[1]
    cdef Py_ssize_t i, j, k, at, cycle
    cdef double gain, rest, mean, square
    sums_out = np.zeros((sizes.shape[0], N_SUMS))
    cdef double[:, ::1] first = np.empty((n, n_classes))
    cdef double[:, ::1] sums = sums_out
    cdef double[::1] prior = _prior(y, training, n_classes)
    cdef double[:, ::1] p = np.tile(np.asarray(prior), (n, 1))
    starts_out = np.concatenate([[0], np.cumsum(n_levels)]).astype(np.int64)
    cdef int64_t[::1] starts = starts_out
    cdef double[:, ::1] effects = np.zeros((starts[n_columns], n_classes))
    cdef Py_ssize_t most = max(n_levels, default=0)
    cdef double[:, ::1] gradient = np.empty((most, n_classes))
    cdef double[:, ::1] curvature = np.empty((most, n_classes))
    with nogil:
        for at in range(sizes.shape[0]):
            for cycle in range(N_CYCLES):
                for j in range(sizes[at] - 1, -1, -1):
                    step(
                        &codes[j, 0],
                        y,
                        training,
                        ridge,
                        effects[starts[j] : starts[j + 1]],
                        gradient,
                        curvature,
                        p,
                    )
            for i in range(n):
                if held_out[i] > 0:
                    if at == 0:
                        first[i] = p[i]
                    mean = square = 0.0
                    for k in range(n_classes):
                        rest = log(p[i, k] / first[i, k])
                        mean += first[i, k] * rest
                        square += first[i, k] * rest * rest
                    gain = log(p[i, y[i]] / prior[y[i]])
                    rest = log(p[i, y[i]] / first[i, y[i]])
                    sums[at, GAIN] += held_out[i] * gain
                    sums[at, SQUARE] += held_out[i] * gain * gain
                    sums[at, SQUARE_OF_REST] += held_out[i] * rest * rest
                    sums[at, FOURTH_POWER_OF_REST] += held_out[i] * rest * rest * rest * rest
                    sums[at, NULL_VARIANCE] += held_out[i] * (square - mean * mean)
    return sums_out


def _prior(y, weights, n_classes):
    """Return smoothed shares of the classes: a class may have no sample."""
    sizes = np.bincount(y, weights, n_classes)
    return (sizes + 1 / n_classes) / (sizes.sum() + 1)


cdef void step(
    const uint8_t *codes,
    const int32_t[::1] y,
    const double[::1] weights,
    double ridge,
    double[:, ::1] effects,
    double[:, ::1] gradient,
    double[:, ::1] curvature,
    double[:, ::1] p,
) noexcept nogil:
    """Improve the effects of a column, and bring the probabilities of all samples up to date."""
    cdef Py_ssize_t n_levels = effects.shape[0]
    cdef Py_ssize_t n_classes = effects.shape[1]
    cdef Py_ssize_t i, k, level
    cdef double change, total, weight
    for level in range(n_levels):
        for k in range(n_classes):
            gradient[level, k] = -ridge * effects[level, k]
            curvature[level, k] = ridge
    for i in range(p.shape[0]):
        weight = weights[i]
        if weight > 0:
            level = codes[i]
            for k in range(n_classes):
                gradient[level, k] -= weight * p[i, k]
                curvature[level, k] += weight * p[i, k] * (1 - p[i, k])
            gradient[level, y[i]] += weight
    for level in range(n_levels):
        for k in range(n_classes):
            # The Hessian of softmax is at most K / (K - 1) times its diagonal.
            change = gradient[level, k] / curvature[level, k] * (n_classes - 1) / n_classes
            change = fmin(fmax(change, -LARGEST_STEP), LARGEST_STEP)
            effects[level, k] += change
            gradient[level, k] = exp(change)
    for i in range(p.shape[0]):
        level = codes[i]
        total = 0.0
        for k in range(n_classes):
            p[i, k] = fmax(p[i, k] * gradient[level, k], LEAST)
            total += p[i, k]
        for k in range(n_classes):
            p[i, k] /= total
