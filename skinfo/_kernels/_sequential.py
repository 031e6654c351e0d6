"""Sequential information bottleneck: move one row at a time to the cluster that loses least by it.

With F(v) = v ln v, N I(T; Y) is sum F(n_ty) - sum F(n_t) and a constant, n_ty being the counts of
cluster t. To let row x with counts c_y join cluster t adds

    sum over y of [F(n_ty + c_y) - F(n_ty)] - price [F(n_t + c) - F(n_t)],

which only asks for the columns where the row has counts. Clusters lie along the second axis of
every table, so that a row is tried in all of them by one pass over contiguous memory.
"""

from typing import NamedTuple

import numpy as np

from skinfo._kernels._entropy import xlogx_of
from skinfo._kernels._jit import kernel
from skinfo._kernels._log import fast_xlogx

# Tables are as wide as a multiple of the longest vector register, so that no loop has a rest.
REGISTER = 8

NO_CLUSTER = -1


class Rows(NamedTuple):
    """A sparse table of counts.

    indptr : ndarray of shape (n_rows + 1,), dtype int64
    columns : ndarray of shape (n_cells,), dtype int32
    counts : ndarray of shape (n_cells,), dtype float64
        Positive.
    sizes : ndarray of shape (n_rows,), dtype float64
        The sum of each row, positive.
    whole : bool
        Whether all counts are integers.
    """

    indptr: np.ndarray
    columns: np.ndarray
    counts: np.ndarray
    sizes: np.ndarray
    whole: bool


class Clusters(NamedTuple):
    """Counts of clusters, and the information they make.

    counts : ndarray of shape (n_columns, n_padded)
        n_ty.
    terms : ndarray of shape (n_columns, n_padded)
        F(n_ty).
    next_terms : ndarray of shape (n_columns, n_padded)
        F(n_ty + 1) - F(n_ty): most cells of a sparse table of counts hold a one.
    sizes : ndarray of shape (n_padded,)
        n_t.
    """

    counts: np.ndarray
    terms: np.ndarray
    next_terms: np.ndarray
    sizes: np.ndarray


@kernel
def move_rows(rows, lookup, order, labels, clusters, n_clusters, price, gained, n_settled):
    """Move rows, in turn, to the cluster that they inform most.

    Parameters
    ----------
    rows : Rows

    lookup : ndarray
        An `xlogx_table`.

    order : ndarray of shape (n_moved,), dtype int64
        Whose turn it is.

    labels : ndarray of shape (n_rows,), dtype int64
        The cluster of each row, changed in place. NO_CLUSTER: it joins one when its turn comes.

    clusters : Clusters
        Those that labels make, changed in place.

    n_clusters : int

    price : float
        1 - 1 / beta; 1 where the entropy of the clusters costs nothing.

    gained : float
        What the rows before gained in this round, in N nats.

    n_settled : int
        How many rows in turn, the last included, did not want to move.

    Returns
    -------
    gained : float

    n_settled : int
        No more than the number of rows: then nothing moves any more.
    """
    # What rounding can make of a tie.
    least = 1e-13 * rows.sizes.sum()
    gains = np.empty(clusters.sizes.shape[0])
    for x in order:
        if n_settled == labels.shape[0]:
            break
        old = labels[x]
        stay = -np.inf if old < 0 else gain_of_staying(rows, x, old, clusters, price, lookup)
        gains_of_joining(rows, x, clusters, price, gains)
        new, best = old, stay + least
        for t in range(n_clusters):
            if gains[t] > best and t != old:
                new, best = t, gains[t]
        n_settled += 1
        if new != old:
            n_settled = 0
            gained += best - stay
            labels[x] = new
            move(rows, x, old, -1.0, clusters, lookup)
            move(rows, x, new, 1.0, clusters, lookup)
    return gained, n_settled


@kernel
def objective_of(clusters, n_clusters, price, lookup):
    """Return N I(T; Y) - N H(T) / beta, in nats, but for a constant."""
    objective = clusters.terms.sum()
    for t in range(n_clusters):
        objective -= price * xlogx_of(clusters.sizes[t], lookup)
    return objective


@kernel
def nearest_clusters(rows, lookup, n_columns, members, n_clusters, price, labels):
    """Store the cluster, a row of `members`, that each new row would join, alone of the new."""
    clusters = gather_clusters(members, np.arange(n_clusters), n_columns, n_clusters, lookup)
    gains = np.empty(clusters.sizes.shape[0])
    for x in range(labels.shape[0]):
        gains_of_joining(rows, x, clusters, price, gains)
        labels[x] = np.argmax(gains[:n_clusters])


@kernel
def gather_clusters(rows, labels, n_columns, n_clusters, lookup):
    """Return the Clusters that labels make."""
    n_padded = (n_clusters + REGISTER - 1) // REGISTER * REGISTER
    counts = np.zeros((n_columns, n_padded))
    terms = np.empty((n_columns, n_padded))
    next_terms = np.empty((n_columns, n_padded))
    sizes = np.zeros(n_padded)
    for x in range(labels.shape[0]):
        t = labels[x]
        if t >= 0:
            sizes[t] += rows.sizes[x]
            for j in range(rows.indptr[x], rows.indptr[x + 1]):
                counts[rows.columns[j], t] += rows.counts[j]
    for y in range(n_columns):
        for t in range(n_padded):
            terms[y, t] = xlogx_of(counts[y, t], lookup)
            next_terms[y, t] = xlogx_of(counts[y, t] + 1.0, lookup) - terms[y, t]
    return Clusters(counts, terms, next_terms, sizes)


@kernel
def gains_of_joining(rows, x, clusters, price, gains):
    """Store what it adds to N I(T; Y) - N H(T) / beta, in nats, that row x joins each cluster."""
    size, n_padded = rows.sizes[x], gains.shape[0]
    for t in range(n_padded):
        gains[t] = price * (fast_xlogx(clusters.sizes[t]) - fast_xlogx(clusters.sizes[t] + size))
    for j in range(rows.indptr[x], rows.indptr[x + 1]):
        y, count = rows.columns[j], rows.counts[j]
        if rows.whole and count == 1.0:
            for t in range(n_padded):
                gains[t] += clusters.next_terms[y, t]
        else:
            for t in range(n_padded):
                gains[t] += fast_xlogx(clusters.counts[y, t] + count) - clusters.terms[y, t]


@kernel
def gain_of_staying(rows, x, t, clusters, price, lookup):
    """Return what row x adds by being in its cluster t, as `gains_of_joining` does."""
    size = clusters.sizes[t]
    gain = price * (xlogx_of(max(size - rows.sizes[x], 0.0), lookup) - xlogx_of(size, lookup))
    for j in range(rows.indptr[x], rows.indptr[x + 1]):
        y = rows.columns[j]
        others = max(clusters.counts[y, t] - rows.counts[j], 0.0)
        gain += clusters.terms[y, t] - xlogx_of(others, lookup)
    return gain


@kernel
def move(rows, x, t, sign, clusters, lookup):
    """Add row x to cluster t, or take it away."""
    if t < 0:
        return
    clusters.sizes[t] = max(clusters.sizes[t] + sign * rows.sizes[x], 0.0)
    for j in range(rows.indptr[x], rows.indptr[x + 1]):
        y = rows.columns[j]
        count = max(clusters.counts[y, t] + sign * rows.counts[j], 0.0)
        clusters.counts[y, t] = count
        clusters.terms[y, t] = xlogx_of(count, lookup)
        clusters.next_terms[y, t] = xlogx_of(count + 1.0, lookup) - clusters.terms[y, t]
