"""New clusters of the soft information bottleneck: which would grow if there were a little."""

import numpy as np

from skinfo._kernels._exp import fast_exp
from skinfo._kernels._jit import kernel
from skinfo._kernels._log import fast_log
from skinfo._kernels._multiply import multiply, multiply_by_transpose
from skinfo._kernels._soft import TINY


@kernel
def grow_clusters(rows, mass, free, beta, start):
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
    n_new, n_columns = start.shape
    clusters = np.empty((n_new, n_columns))
    logs = np.empty((n_new, n_columns))
    scores = np.empty((n_new, mass.shape[0]))
    growth = np.empty(n_new)
    for t in range(n_new):
        for y in range(n_columns):
            logs[t, y] = beta * fast_log(max(start[t, y], TINY))
    multiply_by_transpose(logs, rows, scores)
    for t in range(n_new):
        growth[t] = share_out(scores[t], free, mass)
    multiply(scores, rows, clusters)
    return growth, clusters


@kernel
def share_out(scores, free, mass):
    """Turn the scores of a cluster into q(x|t), and return ln g."""
    top = -np.inf
    for i in range(scores.shape[0]):
        scores[i] -= free[i]
        top = max(top, scores[i])
    for i in range(scores.shape[0]):
        scores[i] = mass[i] * fast_exp(scores[i] - top)
    total = 0.0
    for i in range(scores.shape[0]):
        total += scores[i]
    for i in range(scores.shape[0]):
        scores[i] /= total
    return top + np.log(total)
