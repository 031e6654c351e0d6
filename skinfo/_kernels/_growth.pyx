"""Growth rates of candidate clusters of the soft information bottleneck.

A cluster of infinitesimal weight gains weight, at a step of the others, if its growth rate is
above one. Existing clusters are then unstable: beta is beyond a phase transition.
"""

from libc.math cimport INFINITY, log

import numpy as np

from skinfo._kernels._elementary cimport fast_exp, fast_log
from skinfo._kernels._matmul cimport RowMatrix
from skinfo._kernels._soft cimport tiny


def grow_clusters(
    RowMatrix rows not None,
    const double[::1] mass,
    const double[::1] free,
    double beta,
    const double[:, ::1] start,
):
    """Make one step with infinitesimal candidate clusters, each of which ascends its growth rate.

    The weight of an infinitesimal cluster is multiplied at each step by its growth rate
    g = sum_x p(x) exp(-beta KL(p(y|x) || q(y|t))) / Z(x). Its own step, q(y|t) = E[p(y|x)] over
    q(x|t) ~ p(x) exp(...) / Z(x), does not lower g.

    Parameters
    ----------
    rows, mass
        As in `descend`.

    free : ndarray of shape (n_rows,)
        ln Z(x) + beta sum_y p(y|x) ln p(y|x) of the existing clusters.

    beta : float

    start : ndarray of shape (n_new, n_columns)
        q(y|t).

    Returns
    -------
    growth : ndarray of shape (n_new,)
        ln g before the step.

    clusters : ndarray of shape (n_new, n_columns)
        q(y|t) after it.
    """
    cdef Py_ssize_t n_new = start.shape[0]
    cdef Py_ssize_t n_columns = start.shape[1]
    cdef Py_ssize_t t, y
    growth = np.empty(n_new)
    clusters = np.empty((n_new, n_columns))
    cdef double[::1] log_growth = growth
    # First beta ln q(y|t), then q(y|t) after the step.
    cdef double[:, ::1] cells = clusters
    cdef double[:, ::1] scores = np.empty((n_new, mass.shape[0]))
    cdef double[:, ::1] memory = rows.make_workspace(n_new)
    with nogil:
        # beta sum_y p(y|x) ln q(y|t) is a matrix product; the rest of -beta KL is in `free`.
        for t in range(n_new):
            for y in range(n_columns):
                cells[t, y] = beta * fast_log(max(start[t, y], tiny()))
        rows.multiply_by_transpose(cells, scores, memory)
        for t in range(n_new):
            log_growth[t] = normalise_scores(&scores[t, 0], &free[0], &mass[0], mass.shape[0])
        rows.multiply(scores, cells, memory)
    return growth, clusters


cdef double normalise_scores(
    double* scores, const double* free, const double* mass, Py_ssize_t n_rows
) noexcept nogil:
    """Turn the scores (n_rows,) of a cluster into q(x|t) in place, and return ln g."""
    cdef Py_ssize_t i
    cdef double top = -INFINITY
    cdef double total = 0.0
    for i in range(n_rows):
        scores[i] -= free[i]
        top = scores[i] if scores[i] > top else top
    # Relative to the largest, so that no exponential overflows. The sum has a loop of its own, in
    # the order of the rows, so that the exponentials vectorise.
    for i in range(n_rows):
        scores[i] = mass[i] * fast_exp(scores[i] - top)
    for i in range(n_rows):
        total += scores[i]
    for i in range(n_rows):
        scores[i] /= total
    return top + log(total)
