"""One pass over the candidate columns: all that a state T and y say of each.

T is any column of codes: the bottleneck variable of the features chosen so far,
one chosen feature, or a constant.
"""

import math

import numpy as np

from skinfo._kernels._entropy import xlogx
from skinfo._kernels._jit import kernel
from skinfo._kernels._null import cell_excess, null_moments

# Columns of what `candidate_terms` returns.
INFO_Y_GIVEN_T, INFO_T, JOINT_ENTROPY, NULL_Y_GIVEN_T, NULL_T = range(5)
N_TERMS = 5


@kernel
def candidate_terms(codes, n_levels, candidates, state, n_states, y, n_classes, weights, tables):
    """Return the information terms of each candidate with state T and classes y.

    Parameters
    ----------
    codes : ndarray of shape (n_features, n), dtype uint8
        One feature a row, so that a candidate is read from memory in order.

    n_levels : ndarray of shape (n_features,), dtype int64

    candidates : ndarray of int64
        Which features to look at.

    state, y : ndarray of shape (n,), dtype int64

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty for weights of one.

    tables : ndarray
        From `poisson_tables`.

    Returns
    -------
    terms : ndarray of shape (n_candidates, 5)
        In nats: I(X;Y|T), I(X;T), H(X,T,Y), and the null means of the first two.
    """
    n = y.shape[0]
    terms = np.empty((candidates.shape[0], N_TERMS))
    most_levels = 1
    for f in candidates:
        most_levels = max(most_levels, n_levels[f])
    increments = np.zeros(n_states * n_classes * most_levels, np.int32)
    counts = np.zeros(n_states * n_classes * most_levels)
    cells = state * n_classes + y
    for index in range(candidates.shape[0]):
        feature = candidates[index]
        levels = n_levels[feature]
        size = n_states * n_classes * levels
        column = codes[feature]
        if weights.shape[0] == 0:
            increments[:size] = 0
            for row in range(n):
                increments[cells[row] * levels + column[row]] += 1
            for cell in range(size):
                counts[cell] = increments[cell]
        else:
            counts[:size] = 0.0
            for row in range(n):
                counts[cells[row] * levels + column[row]] += weights[row]
        table_terms(counts[:size].reshape((n_states, n_classes, levels)), tables, terms[index])
    return terms


@kernel
def table_terms(counts, tables, terms):
    """Fill `terms` from one table of shape (n_states, n_classes, n_levels)."""
    n_states, n_classes, n_levels = counts.shape
    state_level = np.zeros(n_levels)
    level = np.zeros(n_levels)
    state_class = np.zeros(n_classes)
    all_xty = 0.0
    all_ty = 0.0
    all_xt = 0.0
    all_t = 0.0
    null_y = 0.0
    n = 0.0
    for t in range(n_states):
        size = 0.0
        state_level[:] = 0.0
        for c in range(n_classes):
            state_class[c] = 0.0
            for x in range(n_levels):
                count = counts[t, c, x]
                if count > 0.0:
                    all_xty += xlogx(count)
                    state_level[x] += count
                    state_class[c] += count
            size += state_class[c]
            all_ty += xlogx(state_class[c])
        n += size
        all_t += xlogx(size)
        for x in range(n_levels):
            if state_level[x] > 0.0:
                all_xt += xlogx(state_level[x])
                level[x] += state_level[x]
                for c in range(n_classes):
                    null_y += cell_excess(size, state_level[x], state_class[c], tables)
    all_x = 0.0
    null_t = 0.0
    for x in range(n_levels):
        all_x += xlogx(level[x])
    for t in range(n_states):
        size = counts[t].sum()
        for x in range(n_levels):
            null_t += cell_excess(n, level[x], size, tables)
    terms[INFO_Y_GIVEN_T] = max(all_xty - all_ty - all_xt + all_t, 0.0) / n
    terms[INFO_T] = max(all_xt - all_t - all_x + xlogx(n), 0.0) / n
    terms[JOINT_ENTROPY] = math.log(n) - all_xty / n
    terms[NULL_Y_GIVEN_T] = null_y / n
    terms[NULL_T] = null_t / n


@kernel
def candidate_nulls(
    codes, n_levels, candidates, state, n_states, y, n_classes, weights, tables, exact
):
    """Return mean and variance of N * I(X;Y|T), in nats, were y independent of X in every state.

    Only margins within each state enter. The states' tables are independent given
    them, so that means and variances add.

    Returns
    -------
    moments : ndarray of shape (n_candidates, 2)
    """
    class_sums = np.zeros((n_states, n_classes))
    for row in range(y.shape[0]):
        class_sums[state[row], y[row]] += weights[row] if weights.shape[0] else 1.0
    moments = np.zeros((candidates.shape[0], 2))
    for index in range(candidates.shape[0]):
        column = codes[candidates[index]]
        level_sums = np.zeros((n_states, n_levels[candidates[index]]))
        for row in range(y.shape[0]):
            level_sums[state[row], column[row]] += weights[row] if weights.shape[0] else 1.0
        for t in range(n_states):
            levels, classes = level_sums[t], class_sums[t]
            mean, variance = null_moments(
                levels[levels > 0.0], classes[classes > 0.0], tables, exact
            )
            moments[index, 0] += mean
            moments[index, 1] += variance
    return moments
