"""The ways to one solution of the information bottleneck, for one beta."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skinfo._kernels._growth import grow_clusters
from skinfo._kernels._merging import agglomerate, merged_labels
from skinfo._kernels._soft import mutual_information
from skinfo.cluster._soft import encoder_scores, minimise_soft

# A solution is better where it lowers the objective by more, in nats.
IMPROVEMENT = 1e-7
# A new cluster grows where ln g is more: what it gains is about the square.
GROWING = 1e-5
# Clusters of less weight are dropped; clusters whose merging costs less, in nats of the
# objective, are one.
DEAD = 1e-12
TWIN = 1e-11

# Every row of so many may start a new cluster, and of a larger table those that cost most. After
# one step so many of them are followed on.
N_SEEDS = 512
N_FOLLOWED = 64
FIRST_STEPS = 1
FURTHER_STEPS = 30
# How much of p(y) is mixed into what a cluster starts from, and the weight that new clusters get
# together.
SMOOTHING = 0.01
NEW_WEIGHT = 0.05


class Solution(NamedTuple):
    """Clusters, and where they are in the information plane.

    Attributes
    ----------
    shares : ndarray of shape (n_clusters, n_rows)
        q(t, x).

    decoder : ndarray of shape (n_clusters, n_columns)
        q(t, y).

    compression, relevance : float
        I(T;X) and I(T;Y), in nats.

    converged : bool
    """

    shares: np.ndarray
    decoder: np.ndarray
    compression: float
    relevance: float
    converged: bool

    def cost(self, beta):
        """Return the objective, I(T;X) - beta I(T;Y)."""
        return self.compression - beta * self.relevance


class Search:
    """Finds solutions of one table.

    Parameters
    ----------
    table : Table

    limit : int
        Most clusters.

    max_iter : int

    tol : float

    Attributes
    ----------
    p_y : ndarray of shape (n_columns,)

    trivial : Solution
        One cluster, which says nothing.
    """

    def __init__(self, table, limit, max_iter, tol):
        self.table = table
        self.limit = limit
        self.max_iter = max_iter
        self.tol = tol
        self.p_y = table.mass @ table.rows
        self.trivial = Solution(table.mass[None, :], self.p_y[None, :], 0.0, 0.0, True)

    def settle(self, decoder, beta):
        """Return the solution that iteration reaches from q(t, y)."""
        shares, n_iter = minimise_soft(self.table, decoder, beta, self.max_iter, self.tol)
        shares = _without_dead(shares, self.table.mass)
        decoder = np.ascontiguousarray(shares @ self.table.rows)
        labels = _merge(decoder, len(decoder), TWIN / beta)
        shares, decoder = _sum_groups(shares, labels), _sum_groups(decoder, labels)
        compression = mutual_information(shares, self.table.mass)
        converged = n_iter < self.max_iter
        return Solution(shares, decoder, compression, self.relevance_of(decoder), converged)

    def relevance_of(self, decoder):
        """Return I(T;Y) in nats of q(t, y)."""
        return mutual_information(decoder, self.p_y)

    def soften(self, decoder):
        """Return q(t, y) with some of p(y) mixed into every q(y|t): nothing is ruled out."""
        return (1 - SMOOTHING) * decoder + SMOOTHING * decoder.sum(axis=1)[:, None] * self.p_y

    def conditional(self, chosen=slice(None)):
        """Return p(y|x) of some rows, dense."""
        rows = self.table.rows[chosen]
        return rows.toarray() if sparse.issparse(rows) else rows

    def split(self, solution, beta):
        """Return a solution with new clusters, or None if none would grow.

        A small cluster that grows lowers the objective. With no room left, the two clusters that
        are most alike make some.
        """
        decoder = solution.decoder
        if len(decoder) == self.limit:
            decoder = _sum_groups(decoder, _merge(decoder, self.limit - 1, 0.0))
        room = self.limit - len(decoder)
        rows = self._new_clusters(encoder_scores(self.table, solution.decoder, beta), beta)[:room]
        if not len(rows):
            return None
        decoder = np.vstack([(1 - NEW_WEIGHT) * decoder, NEW_WEIGHT / len(rows) * rows])
        return self.settle(decoder, beta)

    def _new_clusters(self, scores, beta):
        """Return q(y|t) of new clusters that would grow, fastest first."""
        top = scores.max(axis=0)
        free = top + np.log(np.exp(scores - top).sum(axis=0))
        growth, rows = self.grow(free, beta, self.seeds(free, beta), FIRST_STEPS)
        growth, rows = self.grow(free, beta, rows[most_promising(growth)], FURTHER_STEPS)
        order = most_promising(growth)
        return rows[order[growth[order] > GROWING]]

    def seeds(self, free, beta):
        """Return the q(y|t) that a new cluster may start from: the rows that cost most."""
        chosen = np.arange(len(free))
        if len(free) > N_SEEDS:
            cost = (beta * row_certainty(self.table.rows) - free) * self.table.mass
            chosen = np.sort(np.argpartition(-cost, N_SEEDS)[:N_SEEDS])
        return self.soften(self.conditional(chosen))

    def grow(self, free, beta, rows, n_steps):
        """Return ln g of new clusters and the q(y|t) they move to: see `grow_clusters`."""
        return grow_clusters(self.table.arrays, self.table.mass, free, beta, rows, n_steps)


def most_promising(growth):
    """Return which new clusters to follow, fastest first."""
    return np.argsort(-growth, kind="stable")[:N_FOLLOWED]


def row_certainty(rows):
    """Return sum_y p(y|x) ln p(y|x) of every row, of an array or CSR."""
    if sparse.issparse(rows):
        cells = sparse.csr_array((_xlogx(rows.data), rows.indices, rows.indptr), rows.shape)
        return np.asarray(cells.sum(axis=1)).ravel()
    return _xlogx(rows).sum(axis=1)


def _xlogx(p):
    return p * np.log(np.where(p > 0, p, 1.0))


def _without_dead(shares, mass):
    weight = shares.sum(axis=1)
    if weight.min() >= DEAD:
        return shares
    shares = shares[weight >= DEAD]
    return shares * (mass / shares.sum(axis=0))


def _merge(decoder, max_clusters, threshold):
    """Return the group of each cluster once the cheapest merges are made."""
    steps, _ = agglomerate(decoder, max_clusters, threshold)
    return merged_labels(steps, len(decoder), len(steps))


def _sum_groups(array, labels):
    if labels[-1] == len(labels) - 1:
        return array
    total = np.zeros((labels.max() + 1, array.shape[1]))
    np.add.at(total, labels, array)
    return total
