"""Iterative algorithms for one beta: soft clusters, and the deterministic variant."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skinfo._kernels._agglomeration import merge_costs, states_of_table
from skinfo._kernels._matmul import RowMatrix
from skinfo._kernels._soft import Descent, decoder_logs, descend, mutual_information
from skinfo.utils._parallel import check_cancelled, interruptible_ranges

# A merge of hard clusters must lower the objective by more than rounding does, in nats.
MIN_MERGE_GAIN = 1e-12


class ConditionalTable(NamedTuple):
    """Joint distribution of X and Y, factored into p(x) and p(y|x).

    Attributes
    ----------
    conditional : ndarray or csr_array of shape (n_rows, n_columns), dtype float64
        p(y|x).

    p_x : ndarray of shape (n_rows,)
        Positive.

    factor : RowMatrix
        `conditional` in the form that the kernels multiply by.
    """

    conditional: np.ndarray | sparse.csr_array
    p_x: np.ndarray
    factor: RowMatrix

    @property
    def p_y(self):
        """Return p(y), (n_columns,)."""
        return self.p_x @ self.conditional


class SoftResult(NamedTuple):
    """Encoder that `iterate_soft` reached.

    Attributes
    ----------
    encoder : ndarray of shape (n_rows, n_clusters), dtype float64
        p(t|x); the column of a cluster that vanished is zero.

    objective : float
        In nats: I(T;X) - beta I(T;Y), or H(T) - beta I(T;Y) for hard clusters.

    n_iter : int
    """

    encoder: np.ndarray
    objective: float
    n_iter: int


class Optimum(NamedTuple):
    """Joint distribution of clusters and rows where an iteration ended.

    Attributes
    ----------
    joint : ndarray of shape (n_clusters, n_rows)
        q(t, x).

    n_iter : int
    """

    joint: np.ndarray
    n_iter: int


class Merge(NamedTuple):
    """Two clusters to be merged: `removed` joins `kept`, the smaller index."""

    kept: int
    removed: int


def conditional_table(joint):
    """Return the ConditionalTable of p(x, y), an array or CSR without empty rows."""
    p_x = np.asarray(joint.sum(axis=1)).ravel()
    if sparse.issparse(joint):
        data = joint.data / np.repeat(p_x, np.diff(joint.indptr))
        conditional = sparse.csr_array((data, joint.indices, joint.indptr), shape=joint.shape)
    else:
        conditional = np.ascontiguousarray(joint / p_x[:, None])
    return ConditionalTable(conditional, p_x, RowMatrix(conditional))


def dense(array):
    """Return an array or CSR as an array."""
    return array.toarray() if sparse.issparse(array) else array


def iterate_soft(joint, n_clusters, beta, *, start, hard, max_iter, tol):
    """Iterate the self-consistent equations of the information bottleneck.

    Each step is p(t|x) proportional to p(t) exp(-beta KL(p(y|x) || p(y|t))), with p(t) and p(y|t)
    of the previous encoder; the deterministic variant takes the largest term instead.

    Parameters
    ----------
    joint : ndarray or CSR of shape (n_rows, n_columns), dtype float64
        p(x, y), with sum one and no empty row.

    n_clusters : int

    beta : float
        Maximum number of nats of compression per nat about y; the weight of I(T;Y).

    start : ndarray of shape (n_rows, n_clusters)
        The initial encoder p(t|x).

    hard : bool
        Whether each row belongs to one cluster. T then costs H(T), and I(T;X) otherwise.

    max_iter : int

    tol : float
        Soft iterations end when no sqrt q(t, y) changes by this much, or when the remaining gain
        is negligible (see `descend`); hard ones when neither a move nor a merge improves the
        objective.

    Returns
    -------
    result : SoftResult

    References
    ----------
    .. [1] N. Tishby, F. C. Pereira and W. Bialek, "The information bottleneck method", 1999,
       eq. 28.
    .. [2] D. J. Strouse and D. J. Schwab, "The deterministic information bottleneck", Neural
       Computation 29, 2017, algorithm 2.
    """
    table = conditional_table(joint)
    decoder = np.asarray(start, np.float64).T @ joint
    # A cluster without weight has no q(y|t), and cannot gain weight.
    alive = decoder.sum(axis=1) > 0
    minimise = minimise_hard if hard else minimise_soft
    optimum = minimise(table, decoder[alive], float(beta), max_iter, tol)
    objective = mutual_information(optimum.joint, table.p_x)
    objective -= beta * mutual_information(optimum.joint @ table.conditional, table.p_y)
    encoder = np.zeros((len(table.p_x), n_clusters))
    encoder[:, alive] = optimum.joint.T / table.p_x[:, None]
    return SoftResult(encoder, objective, optimum.n_iter)


def minimise_soft(table, decoder, beta, max_iter, tol):
    """Minimise I(T;X) - beta I(T;Y) from a decoder.

    Parameters
    ----------
    table : ConditionalTable

    decoder : ndarray of shape (n_clusters, n_columns)
        q(t, y).

    Returns
    -------
    optimum : Optimum
    """
    descent = Descent(table.factor, table.p_x, beta, tol, decoder, max_iter)
    for start, stop in interruptible_ranges(max_iter):
        if descend(descent, stop - start):
            break
    return Optimum(np.asarray(descent.joint), descent.n_iter)


def minimise_hard(table, decoder, beta, max_iter, tol):
    """Minimise H(T) - beta I(T;Y) by moves of all rows at once, then merges; `tol` is not used.

    The moves alone can end where one cluster would be better than two, hence the merges.
    """
    labels = None
    for n_iter in range(1, max_iter + 1):  # noqa: B007, since it is returned
        check_cancelled()
        previous = labels
        labels = encoder_scores(table, decoder, beta).argmax(axis=0)
        if previous is not None and np.array_equal(labels, previous):
            # No row moves any more: only a merge can lower the objective.
            merge = best_merge(decoder, beta)
            if merge is None:
                break
            labels[labels == merge.removed] = merge.kept
        joint = np.zeros((len(decoder), len(labels)))
        joint[labels, np.arange(len(labels))] = table.p_x
        decoder = joint @ table.conditional
    return Optimum(joint, n_iter)


def encoder_scores(table, decoder, beta):
    """Return ln q(t) + beta sum_y p(y|x) ln q(y|t), (n_clusters, n_rows).

    That is the logarithm of the self-consistent equation up to a constant for each row x.
    """
    logs, log_weights = decoder_logs(np.sqrt(decoder, order="C"), beta)
    return logs @ table.conditional.T + log_weights[:, None]


def best_merge(decoder, beta):
    """Return the Merge that lowers H(T) - beta I(T;Y) most, or None if none does.

    Merging i and j changes H(T) by p_i ln p_i + p_j ln p_j - (p_i + p_j) ln (p_i + p_j), and
    I(T;Y) by minus the weighted Jensen-Shannon divergence of q(y|i) and q(y|j).
    """
    states = states_of_table(decoder)
    weight = decoder.sum(axis=1)
    best_change, best = -MIN_MERGE_GAIN, None
    # Each pair once: t with the clusters before it.
    for t in np.flatnonzero(weight):
        change = beta * merge_costs(states, t) + xlogx(weight[:t]) + xlogx(weight[t])
        change -= xlogx(weight[:t] + weight[t])
        # A merge with an empty cluster changes nothing.
        change[weight[:t] == 0] = np.inf
        if t and change.min() < best_change:
            best_change, best = change.min(), Merge(int(change.argmin()), int(t))
    return best


def xlogx(x):
    """Return x ln x, 0 at 0."""
    return x * np.log(np.where(x > 0, x, 1.0))
