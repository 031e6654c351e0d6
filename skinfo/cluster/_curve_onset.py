"""The range of betas in which a table is compressed: from the first good cluster to the last."""

import numpy as np
from scipy import linalg, sparse

from skinfo.cluster._curve_search import FIRST_STEPS, most_promising

# Less correlation than rounding leaves is none.
UNCORRELATED = 1e-14
# A direction that says less about y, in nats, is left to the limit, the maximal correlation.
FAR_ENOUGH = 1e-4
MAX_STEPS = 500
MIN_STEPS = 20
SETTLED = 1e-13

# The grid ends where T holds this share of what hard clusters hold of y.
SATURATED = 0.999
MAX_DOUBLINGS = 40
N_BETAS = 32
# The first beta beyond the onset, relatively.
FIRST_STEP = 0.01


def find_onset(search):
    """Return the least beta beyond which some T pays: 1 / eta_KL, or infinity.

    eta_KL is the largest KL(q(y) || p(y)) / KL(q(x) || p(x)) over all q(x), q(y) following from
    it by p(y|x). It is at least the squared maximal correlation, its limit for q close to p. From
    there each q(x) takes the steps of a cluster at the least ratio met so far (Dinkelbach's
    method): every ratio met bounds the onset from above.
    """
    table, p_y = search.table, search.p_y
    correlation = correlation_squared(table, p_y)
    if correlation < UNCORRELATED:
        return np.inf
    beta = 1 / correlation
    log_p_y = np.log(np.maximum(p_y, 1e-300))
    expected = table.rows @ log_p_y
    rows = search.seeds(beta * expected, beta)
    for step in range(MAX_STEPS):
        growth, reached = search.grow(beta * expected, beta, rows, FIRST_STEPS)
        rate = beta * _expected_log(reached, rows, log_p_y) - growth
        relevance = _expected_log(reached, reached, log_p_y)
        far = relevance > FAR_ENOUGH
        before, beta = beta, min(beta, np.min(rate[far] / relevance[far], initial=np.inf))
        rows = reached if step else reached[most_promising(growth)]
        if step > MIN_STEPS and beta > before * (1 - SETTLED):
            break
    return float(beta)


def _expected_log(weights, rows, log_p_y):
    """Return sum_y w(y) ln q(y) / p(y) of every row."""
    return np.einsum("ty,ty->t", weights, np.log(np.maximum(rows, 1e-300)) - log_p_y)


def correlation_squared(table, p_y):
    """Return the squared maximal correlation of X and Y, 1 for any function of X.

    It is the second singular value of p(x, y) / sqrt(p(x) p(y)), squared.
    """
    to_y = 1 / np.sqrt(np.where(p_y > 0, p_y, 1))
    to_x = np.sqrt(table.mass)
    if sparse.issparse(table.rows):
        scaled = sparse.diags_array(to_x) @ table.rows @ sparse.diags_array(to_y)
    else:
        scaled = table.rows * to_x[:, None] * to_y
    if len(p_y) <= len(to_x):
        gram, first = scaled.T @ scaled, np.sqrt(p_y)
    else:
        gram, first = scaled @ scaled.T, to_x
    gram = gram.toarray() if sparse.issparse(gram) else gram
    gram = gram - np.outer(first, first)
    last = len(gram) - 1
    return float(linalg.eigvalsh(gram, subset_by_index=[last, last])[0])


def make_betas(search, onset, hard):
    """Return a grid from the onset to where the relevance of hard clusters is nearly reached."""
    if onset == np.inf:
        return np.ones(1)
    goal = SATURATED * search.relevance_of(hard)
    top = 2 * onset
    for _ in range(MAX_DOUBLINGS):
        if search.settle(search.soften(hard), top).relevance >= goal:
            break
        top *= 2
    steps = np.geomspace(FIRST_STEP, top / onset - 1, N_BETAS - 1)
    return onset * np.concatenate([[1.0], 1 + steps])
