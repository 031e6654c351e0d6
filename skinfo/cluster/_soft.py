"""The information bottleneck for one beta: soft clusters, or the deterministic variant."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skinfo._kernels._agglomeration import merge_costs, states_of_table
from skinfo._kernels._matmul import RowMatrix
from skinfo._kernels._soft import Descent, decoder_logs, descend, mutual_information
from skinfo.utils._parallel import check_cancelled, interruptible_ranges

# A merge of hard clusters must lower the objective by more than rounding does, in nats.
GAIN_OF_MERGE = 1e-12


class SoftResult(NamedTuple):
    """What `iterate_soft` found.

    Attributes
    ----------
    encoder : ndarray of shape (n_rows, n_clusters), dtype float64
        p(t|x); zero throughout the column of a cluster that died out.

    objective : float
        What was minimised, in nats: I(T;X) - beta I(T;Y), or H(T) - beta I(T;Y) if hard.

    n_iter : int
    """

    encoder: np.ndarray
    objective: float
    n_iter: int


class Table(NamedTuple):
    """A joint distribution, taken apart.

    Attributes
    ----------
    rows : ndarray or csr_array of shape (n_rows, n_columns), dtype float64
        p(y|x).

    mass : ndarray of shape (n_rows,)
        p(x), positive.

    factor : Rows
        `rows` as kernels multiply with them.
    """

    rows: np.ndarray | sparse.csr_array
    mass: np.ndarray
    factor: RowMatrix


def make_table(joint):
    """Return the `Table` of a joint distribution, an array or CSR without empty rows."""
    mass = np.asarray(joint.sum(axis=1)).ravel()
    if sparse.issparse(joint):
        data = joint.data / np.repeat(mass, np.diff(joint.indptr))
        rows = sparse.csr_array((data, joint.indices, joint.indptr), shape=joint.shape)
    else:
        rows = np.ascontiguousarray(joint / mass[:, None])
    return Table(rows, mass, RowMatrix(rows))


def dense(array):
    """Return an array or CSR as an array."""
    return array.toarray() if sparse.issparse(array) else array


def iterate_soft(joint, n_clusters, beta, *, start, hard, max_iter, tol):
    """Iterate the equations of the information bottleneck from a start.

    Parameters
    ----------
    joint : ndarray or CSR of shape (n_rows, n_columns), dtype float64
        p(x, y): of total one, and no row without mass.

    n_clusters : int

    beta : float
        Nats of compression that a nat about y may cost.

    start : ndarray of shape (n_rows, n_clusters)
        An encoder p(t|x).

    hard : bool
        Whether each row belongs to one cluster: T costs H(T) then, and I(T;X) otherwise.

    max_iter : int

    tol : float
        Soft iterations end when no sqrt q(t, y) changes by this much, or when they creep (see
        `descend`); hard ones when no row moves and no two clusters are better merged.

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
    table = make_table(joint)
    decoder = np.asarray(start, np.float64).T @ joint
    alive = decoder.sum(axis=1) > 0
    minimise = minimise_hard if hard else minimise_soft
    found, n_iter = minimise(table, decoder[alive], float(beta), max_iter, tol)
    objective = mutual_information(found, table.mass)
    objective -= beta * mutual_information(found @ table.rows, table.mass @ table.rows)
    encoder = np.zeros((len(table.mass), n_clusters))
    encoder[:, alive] = found.T / table.mass[:, None]
    return SoftResult(encoder, objective, n_iter)


def minimise_soft(table, decoder, beta, max_iter, tol):
    """Minimise I(T;X) - beta I(T;Y) from a decoder.

    Parameters
    ----------
    table : Table

    decoder : ndarray of shape (n_clusters, n_columns)
        q(t, y).

    Returns
    -------
    shares : ndarray of shape (n_clusters, n_rows)
        q(t, x).

    n_iter : int
    """
    descent = Descent(table.factor, table.mass, beta, tol, decoder, max_iter)
    for start, stop in interruptible_ranges(max_iter):
        if descend(descent, stop - start):
            break
    return np.asarray(descent.joint), descent.n_iter


def minimise_hard(table, decoder, beta, max_iter, tol):
    """Minimise H(T) - beta I(T;Y) likewise: moves of all rows at once, then merges; no `tol`."""
    labels = None
    for n_iter in range(1, max_iter + 1):  # noqa: B007, since it is returned
        check_cancelled()
        before = labels
        labels = encoder_scores(table, decoder, beta).argmax(axis=0)
        if before is not None and np.array_equal(labels, before):
            merge = best_merge(decoder, beta)
            if merge is None:
                break
            labels[labels == merge[1]] = merge[0]
        shares = np.zeros((len(decoder), len(labels)))
        shares[labels, np.arange(len(labels))] = table.mass
        decoder = shares @ table.rows
    return shares, n_iter


def encoder_scores(table, decoder, beta):
    """Return ln q(t) + beta sum_y p(y|x) ln q(y|t) of shape (n_clusters, n_rows)."""
    logs, log_weights = decoder_logs(np.sqrt(decoder, order="C"), beta)
    return logs @ table.rows.T + log_weights[:, None]


def best_merge(decoder, beta):
    """Return the two clusters whose merging lowers H(T) - beta I(T;Y) most, or None."""
    states = states_of_table(decoder)
    weight = decoder.sum(axis=1)
    best, pair = -GAIN_OF_MERGE, None
    for t in np.flatnonzero(weight):
        change = beta * merge_costs(states, t) + _xlogx(weight[:t]) + _xlogx(weight[t])
        change -= _xlogx(weight[:t] + weight[t])
        change[weight[:t] == 0] = np.inf
        if t and change.min() < best:
            best, pair = change.min(), (int(change.argmin()), int(t))
    return pair


def _xlogx(x):
    return x * np.log(np.where(x > 0, x, 1.0))
