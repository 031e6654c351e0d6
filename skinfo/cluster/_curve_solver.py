"""The ways to one solution of the information bottleneck, for one beta."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skinfo._kernels._agglomeration import agglomerate, merged_labels
from skinfo._kernels._growth import grow_clusters
from skinfo._kernels._soft import TINY, mutual_information
from skinfo.cluster._soft import dense, encoder_scores, minimise_soft
from skinfo.utils._grouping import sum_groups

# A solution is better where it lowers the objective by more, in nats.
IMPROVEMENT = 1e-7
# A new cluster grows where ln g is more: what it gains is its weight times that, or less.
GROWING = IMPROVEMENT
# While solutions are compared, a change of sqrt q(t, y) that ends a descent: what it leaves to
# gain is about the square.
NEARLY = 1e-5
# Clusters of less weight are dropped; clusters whose merging costs less, in nats of the
# objective, are one.
DEAD = 1e-12
TWIN = 1e-11

# Every row of so many may start a new cluster, and of a larger table those that cost most. After
# one step so many of them are followed on, until what is left of the way would change ln g by
# less than this.
N_SEEDS = 512
N_FOLLOWED = 64
STILL = 0.1 * GROWING
MAX_CYCLES = 100
# What is left of the way is not taken for more than so many steps.
LONGEST = 1e6
# New clusters are one where no sqrt q(y|t) differs by more.
ALIKE = 1e-3
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
        Of the solutions that are shown.

    first : ndarray of shape (n_columns,) or None
        q(y|t) of the cluster that pays first.

    Attributes
    ----------
    p_y : ndarray of shape (n_columns,)

    trivial : Solution
        One cluster, which says nothing.
    """

    def __init__(self, table, limit, max_iter, tol, first=None):
        self.table = table
        self.limit = limit
        self.max_iter = max_iter
        self.tol = tol
        self.first = first
        self.p_y = table.mass @ table.rows
        self.trivial = Solution(table.mass[None, :], self.p_y[None, :], 0.0, 0.0, True)

    def settle(self, decoder, beta, tol=None):
        """Return the solution that iteration reaches from q(t, y), nearly; with a `tol`, to it."""
        tol = max(self.tol, NEARLY) if tol is None else tol
        shares, n_iter = minimise_soft(self.table, decoder, beta, self.max_iter, tol)
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
        return dense(self.table.rows[chosen])

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
        seeds = self.seeds(free, beta)
        if self.first is not None:
            seeds = np.vstack([seeds, self.first])
        growth, rows = self.grow(free, beta, seeds)
        growth, rows = self._follow(free, beta, rows[most_promising(growth)])
        order = most_promising(growth)
        return _unlike(rows[order[growth[order] > GROWING]])

    def _follow(self, free, beta, rows):
        """Return ln g and q(y|t) where new clusters, each for itself, would grow fastest.

        Steps contract as little as one likes, so that little gain is no sign of an end. Each two
        are extrapolated along their change and its change (SQUAREM, Varadhan and Roland 2008), in
        the coordinates sqrt q(y|t), and by their ratio what is left to gain is told.
        """
        growth = np.empty(len(rows))
        active = np.arange(len(rows))
        rows = rows.copy()
        for _ in range(MAX_CYCLES):
            begin = rows[active]
            before, one = self.grow(free, beta, begin)
            plain, two = self.grow(free, beta, one)
            change = np.sqrt(one) - np.sqrt(begin)
            bend = np.sqrt(two) - np.sqrt(one) - change
            length = _norm(change) / (_norm(bend) + _norm(change) / LONGEST + TINY)
            far = np.square(np.sqrt(begin) + 2 * length * change + length**2 * bend)
            reached, three = self.grow(free, beta, far / far.sum(axis=1, keepdims=True))
            better = reached > plain
            rows[active] = np.where(better[:, None], three, two)
            growth[active] = np.maximum(reached, plain)
            # Gains shrink as the squares of changes: the rest of a geometric series.
            ratio = _norm(change + bend) / np.maximum(_norm(change), TINY)
            left = 1 - np.square(np.minimum(ratio, LONGEST))[:, 0]
            active = active[plain - before > STILL * left]
            if not len(active):
                break
        return growth, rows

    def seeds(self, free, beta):
        """Return the q(y|t) that a new cluster may start from: the rows that cost most."""
        chosen = np.arange(len(free))
        if len(free) > N_SEEDS:
            cost = (beta * row_certainty(self.table.rows) - free) * self.table.mass
            chosen = np.sort(np.argpartition(-cost, N_SEEDS)[:N_SEEDS])
        return self.soften(self.conditional(chosen))

    def grow(self, free, beta, rows):
        """Return ln g of new clusters and the q(y|t) they step to: see `grow_clusters`."""
        return grow_clusters(self.table.factor, self.table.mass, free, beta, rows)


def most_promising(growth):
    """Return which new clusters to follow, fastest first."""
    return np.argsort(-growth, kind="stable")[:N_FOLLOWED]


def _unlike(rows):
    """Return q(y|t) of clusters without those that are like one before."""
    kept = []
    for row in np.sqrt(rows):
        if all(np.abs(row - other).max() > ALIKE for other in kept):
            kept.append(row)
    return np.square(kept).reshape(-1, rows.shape[1])


def _norm(changes):
    return np.linalg.norm(changes, axis=1, keepdims=True)


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
    alive = weight >= DEAD
    shares, weight = shares[alive], weight[alive]
    # Rows of next to no mass that were in dead clusters only go wherever others are.
    lost = shares.sum(axis=0) <= TINY
    shares[:, lost] = weight[:, None]
    return shares * (mass / shares.sum(axis=0))


def _merge(decoder, max_clusters, threshold):
    """Return the group of each cluster once the cheapest merges are made."""
    steps, _ = agglomerate(decoder, max_clusters, threshold)
    return merged_labels(steps, len(decoder), len(steps))


def _sum_groups(array, labels):
    if labels[-1] == len(labels) - 1:
        return array
    return sum_groups(array, labels)
