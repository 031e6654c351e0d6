"""Held-out gains of additive models of columns of codes, for growing numbers of columns.

The model is softmax(ln prior + sum of an effect of each column's code), with a ridge penalty: a
logistic regression on the codes' indicators. It is fitted by Newton steps with a diagonal
Hessian, a column at a time (Friedman, Hastie and Tibshirani, Annals of Statistics 28, 2000).

Models with several penalties are fitted in parallel, one per lane of a vector register. A pass
over the samples applies the last step to their probabilities, and collects the sums for the next.
"""

from libc.math cimport exp, fmax, fmin, log
from libc.stdint cimport int32_t, int64_t, uint8_t

import numpy as np

cdef extern from "_additive.h" nogil:
    # Number of penalties that are fitted in parallel.
    const int N_LANES "SKINFO_N_LANES"
    void advance_samples(
        Py_ssize_t n,
        Py_ssize_t n_classes,
        const uint8_t *codes,
        const double *factors,
        const uint8_t *next_codes,
        const double *weights,
        double *expected,
        double *curvature,
        double *p,
    )

cdef enum:
    # Cycles over all columns after columns are added, with warm starts from fewer columns.
    N_CYCLES = 2
    # Entries of the sums of `additive_gains`.
    GAIN = 0
    SQUARE = 1
    SQUARE_OF_REST = 2
    FOURTH_POWER_OF_REST = 3
    NULL_VARIANCE = 4
    N_SUMS = 5

# The largest change of an effect by one step, in nats.
cdef double LARGEST_STEP = 2.0


def additive_gains(
    const uint8_t[:, ::1] codes,
    const int64_t[::1] n_levels,
    const int32_t[::1] y,
    Py_ssize_t n_classes,
    const double[::1] training,
    const double[::1] held_out,
    const int64_t[::1] sizes,
    const double[::1] ridges,
):
    """Return the held-out gains in log-likelihood of additive models over the class prior.

    Parameters
    ----------
    codes : ndarray of shape (n_columns, n), dtype uint8
        Columns in the order in which they enter.

    n_levels : ndarray of shape (n_columns,), dtype int64

    y : ndarray of shape (n,), dtype int32

    n_classes : int

    training, held_out : ndarray of shape (n,), dtype float64
        Weights of the samples for fitting and for evaluation.

    sizes : ndarray of shape (n_sizes,), dtype int64
        Numbers of columns, increasing; 0 for the prior alone.

    ridges : ndarray of shape (4,), dtype float64
        The penalty is ``ridge / 2`` times the sum of squared effects.

    Returns
    -------
    sums : ndarray of shape (4, n_sizes, 5), dtype float64
        For each penalty and number of columns, the held-out weighted sums of the gains
        ln p(y|x) - ln p(y), of their squares, of the squares and fourth powers of their
        differences from the gains with ``sizes[0]`` columns, and of the variance of these
        differences if the probabilities with ``sizes[0]`` columns are true.
    """
    cdef Py_ssize_t n_columns = codes.shape[0]
    cdef Py_ssize_t at, cycle, j, step = 0
    cdef double[:, :, ::1] sums = np.zeros((sizes.shape[0], N_LANES, N_SUMS))
    shares = _prior(y, training, n_classes)
    cdef double[::1] prior = shares
    cdef double[:, :, ::1] p = np.tile(shares[:, None], (codes.shape[1], 1, N_LANES))
    judged = np.flatnonzero(held_out)
    cdef int64_t[::1] samples = judged
    # Probabilities and gains of the held-out samples with the first number of columns.
    cdef double[:, :, ::1] first = np.empty((len(judged), n_classes, N_LANES))
    cdef double[:, ::1] first_gains = np.empty((len(judged), N_LANES))
    cdef int64_t[::1] starts = np.concatenate([[0], np.cumsum(n_levels)]).astype(np.int64)
    cdef double[:, ::1] sizes_of_levels = _class_sizes(codes, n_levels, y, n_classes, training)
    cdef double[:, :, ::1] effects = np.zeros((starts[n_columns], n_classes, N_LANES))
    cdef Py_ssize_t most = max(n_levels, default=0)
    cdef double[:, :, ::1] factors = np.ones((most, n_classes, N_LANES))
    cdef double[:, :, ::1] expected = np.empty((most, n_classes, N_LANES))
    cdef double[:, :, ::1] curvature = np.empty((most, n_classes, N_LANES))
    # The columns of all steps, and a dummy whose sums are not used.
    steps = [range(size - 1, -1, -1) for size in sizes for _ in range(N_CYCLES)]
    cdef int64_t[::1] columns = np.concatenate([*steps, [0]]).astype(np.int64)
    with nogil:
        if n_columns:
            advance(&codes[0, 0], factors, &codes[columns[0], 0], training, expected, curvature, p)
        for at in range(sizes.shape[0]):
            for cycle in range(N_CYCLES * sizes[at]):
                j = columns[step]
                improve(
                    sizes_of_levels[starts[j] : starts[j + 1]],
                    ridges,
                    expected,
                    curvature,
                    effects[starts[j] : starts[j + 1]],
                    factors,
                )
                step += 1
                advance(
                    &codes[j, 0],
                    factors,
                    &codes[columns[step], 0],
                    training,
                    expected,
                    curvature,
                    p,
                )
            judge(samples, y, held_out, prior, p, at == 0, first, first_gains, sums[at])
    return np.ascontiguousarray(np.swapaxes(sums, 0, 1))


def _prior(y, weights, n_classes):
    """Return smoothed class proportions, since a class may have no samples."""
    sizes = np.bincount(y, weights, n_classes)
    return (sizes + 1 / n_classes) / (sizes.sum() + 1)


def _class_sizes(codes, n_levels, y, n_classes, weights):
    """Return the weight of each class in each level of all columns, (n_all_levels, n_classes)."""
    sizes = [
        np.bincount(
            np.asarray(column) * np.int64(n_classes) + y, weights, n * n_classes
        ).reshape(n, n_classes)
        for column, n in zip(codes, n_levels)
    ]
    return np.concatenate([np.empty((0, n_classes)), *sizes])


cdef void improve(
    const double[:, ::1] sizes,
    const double[::1] ridges,
    const double[:, :, ::1] expected,
    const double[:, :, ::1] curvature,
    double[:, :, ::1] effects,
    double[:, :, ::1] factors,
) noexcept nogil:
    """Update the effects of a column; `factors` receives the factors of the odds of its levels."""
    cdef Py_ssize_t n_levels = effects.shape[0]
    cdef Py_ssize_t n_classes = effects.shape[1]
    cdef Py_ssize_t level, k, r
    cdef double gradient, change
    for level in range(n_levels):
        for k in range(n_classes):
            for r in range(N_LANES):
                gradient = sizes[level, k] - expected[level, k, r]
                gradient -= ridges[r] * effects[level, k, r]
                # The Hessian of softmax is at most K / (K - 1) times its diagonal.
                change = gradient / (curvature[level, k, r] + ridges[r])
                change *= <double>(n_classes - 1) / n_classes
                change = fmin(fmax(change, -LARGEST_STEP), LARGEST_STEP)
                effects[level, k, r] += change
                factors[level, k, r] = exp(change)


cdef void advance(
    const uint8_t *codes,
    const double[:, :, ::1] factors,
    const uint8_t *next_codes,
    const double[::1] weights,
    double[:, :, ::1] expected,
    double[:, :, ::1] curvature,
    double[:, :, ::1] p,
) noexcept nogil:
    """Apply the factors of a column to probabilities, and sum them by level of the next column."""
    expected[:] = 0.0
    curvature[:] = 0.0
    advance_samples(
        p.shape[0],
        p.shape[1],
        codes,
        &factors[0, 0, 0],
        next_codes,
        &weights[0],
        &expected[0, 0, 0],
        &curvature[0, 0, 0],
        &p[0, 0, 0],
    )


cdef void judge(
    const int64_t[::1] samples,
    const int32_t[::1] y,
    const double[::1] held_out,
    const double[::1] prior,
    const double[:, :, ::1] p,
    bint is_first,
    double[:, :, ::1] first,
    double[:, ::1] first_gains,
    double[:, ::1] sums,
) noexcept nogil:
    """Sum the gains of samples; the first number of columns sets `first` and `first_gains`."""
    cdef Py_ssize_t s, i, k, r
    cdef double gain, rest, own, mean, square, weight
    for s in range(samples.shape[0]):
        i = samples[s]
        weight = held_out[i]
        if is_first:
            first[s] = p[i]
            for r in range(N_LANES):
                first_gains[s, r] = log(p[i, y[i], r] / prior[y[i]])
        for r in range(N_LANES):
            own = mean = square = 0.0
            for k in range(p.shape[1]):
                rest = log(p[i, k, r] / first[s, k, r])
                mean += first[s, k, r] * rest
                square += first[s, k, r] * rest * rest
                if k == y[i]:
                    own = rest
            gain = first_gains[s, r] + own
            sums[r, GAIN] += weight * gain
            sums[r, SQUARE] += weight * gain * gain
            sums[r, SQUARE_OF_REST] += weight * own * own
            sums[r, FOURTH_POWER_OF_REST] += weight * own * own * own * own
            sums[r, NULL_VARIANCE] += weight * (square - mean * mean)
