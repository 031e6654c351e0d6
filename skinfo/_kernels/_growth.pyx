"""New clusters of the soft information bottleneck: which would grow if there were a little."""

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
    """Let small new clusters, each for itself, make a step to where they would grow faster.

    The weight of a small cluster is multiplied, at a step of the others, by
    g = sum_x p(x) exp(-beta KL(p(y|x) || q(y|t))) / Z(x). Its own step ascends g.

    Parameters
    ----------
    rows, mass
        As in `descend`.

    free : ndarray of shape (n_rows,)
        ln Z(x) + beta sum_y p(y|x) ln p(y|x) of the clusters there are.

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
    cdef double[:, ::1] room = rows.make_room(n_new)
    with nogil:
        for t in range(n_new):
            for y in range(n_columns):
                cells[t, y] = beta * fast_log(max(start[t, y], tiny()))
        rows.multiply_by_transpose(cells, scores, room)
        for t in range(n_new):
            log_growth[t] = share_out(&scores[t, 0], &free[0], &mass[0], mass.shape[0])
        rows.multiply(scores, cells, room)
    return growth, clusters


cdef double share_out(
    double* scores, const double* free, const double* mass, Py_ssize_t n_rows
) noexcept nogil:
    """Turn the scores of a cluster into q(x|t), and return ln g."""
    cdef Py_ssize_t i
    cdef double top = -INFINITY
    cdef double total = 0.0
    for i in range(n_rows):
        scores[i] -= free[i]
        top = scores[i] if scores[i] > top else top
    for i in range(n_rows):
        scores[i] = mass[i] * fast_exp(scores[i] - top)
    for i in range(n_rows):
        total += scores[i]
    for i in range(n_rows):
        scores[i] /= total
    return top + log(total)
