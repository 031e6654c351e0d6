"""Solver of the soft information bottleneck for one beta: descent, and new clusters.

The objective is I(T;X) - beta I(T;Y), in nats. A solution is improved in two ways: by iterating
the self-consistent equations from a decoder q(t, y), and by adding clusters. An infinitesimal
cluster with distribution q(y) gains weight in the next iteration, and so lowers the objective, if
its growth rate

    g = sum_x p(x) exp(beta sum_y p(y|x) ln q(y)) / Z(x),
    Z(x) = sum_t q(t) exp(beta sum_y p(y|x) ln q(y|t)),

exceeds 1. The q(y) of largest g are found by iterating the same equations for that one cluster.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skinfo._kernels._agglomeration import agglomerate, merged_labels
from skinfo._kernels._growth import grow_clusters
from skinfo._kernels._soft import TINY, mutual_information
from skinfo.cluster._soft import dense, encoder_scores, minimise_soft, xlogx
from skinfo.utils._grouping import sum_groups

# Minimum decrease of the objective, in nats, for a solution to count as better.
IMPROVEMENT = 1e-7
# Minimum ln g of a new cluster. Its gain is at most its weight times ln g.
MIN_LOG_GROWTH = IMPROVEMENT
# Change of sqrt q(t, y) that ends a descent whose solution is only compared with others. The
# remaining gain is about its square.
COARSE_TOL = 1e-5
# Clusters of less weight are dropped.
MIN_WEIGHT = 1e-12
# Clusters are duplicates if merging them costs less than this, in nats of the objective.
DUPLICATE_COST = 1e-11

# New clusters start from the rows: from all of them up to this many, otherwise from those that
# contribute most to the objective.
MAX_SEEDS = 512
# After one step the most promising are iterated further ...
MAX_FOLLOWED = 64
# ... until the remaining change of ln g is estimated to be below this.
CONVERGED_LOG_GROWTH = 0.1 * MIN_LOG_GROWTH
MAX_CYCLES = 100
# Longest extrapolation, in steps.
MAX_EXTRAPOLATION = 1e6
# New clusters are duplicates if no sqrt q(y|t) differs by more than this.
DUPLICATE_DISTANCE = 1e-3
# Proportion of p(y) mixed into q(y|t), so that no column is excluded permanently.
SMOOTHING = 0.01
# Total weight that new clusters start with.
NEW_WEIGHT = 0.05


class CurveSolution(NamedTuple):
    """Clusters for one beta, and their position in the information plane.

    Attributes
    ----------
    joint : ndarray of shape (n_clusters, n_rows)
        q(t, x).

    decoder : ndarray of shape (n_clusters, n_columns)
        q(t, y).

    compression : float
        I(T;X), in nats.

    relevance : float
        I(T;Y), in nats.

    converged : bool
    """

    joint: np.ndarray
    decoder: np.ndarray
    compression: float
    relevance: float
    converged: bool

    def objective(self, beta):
        """Return I(T;X) - beta I(T;Y)."""
        return self.compression - beta * self.relevance


class NewClusters(NamedTuple):
    """Infinitesimal clusters.

    Attributes
    ----------
    log_growth : ndarray of shape (n_clusters,)
        ln g.

    distributions : ndarray of shape (n_clusters, n_columns)
        q(y|t).
    """

    log_growth: np.ndarray
    distributions: np.ndarray

    def fastest(self):
        """Return the indices of the clusters to follow, the fastest growing first."""
        return np.argsort(-self.log_growth, kind="stable")[:MAX_FOLLOWED]


class CurveSolver:
    """Solver for one table, any beta.

    Parameters
    ----------
    table : ConditionalTable

    max_clusters : int

    max_iter : int

    tol : float
        Tolerance of the solutions that are returned to the user.

    first_cluster : ndarray of shape (n_columns,) or None
        q(y|t) of the first cluster that lowers the objective; see `find_onset`.

    Attributes
    ----------
    trivial : CurveSolution
        One cluster, without information.
    """

    def __init__(self, table, max_clusters, max_iter, tol, first_cluster=None):
        self.table = table
        self.max_clusters = max_clusters
        self.max_iter = max_iter
        self.tol = tol
        self.first_cluster = first_cluster
        self._p_y = table.p_y
        self.trivial = CurveSolution(table.p_x[None, :], self._p_y[None, :], 0.0, 0.0, True)

    def optimise(self, decoder, beta, tol=None):
        """Return the solution that the iteration reaches from q(t, y).

        Without a `tol` it ends early, accurate enough to compare solutions.
        """
        tol = max(self.tol, COARSE_TOL) if tol is None else tol
        joint, n_iter = minimise_soft(self.table, decoder, beta, self.max_iter, tol)
        joint = _drop_light_clusters(joint, self.table.p_x)
        decoder = np.ascontiguousarray(joint @ self.table.conditional)
        # A merge costs at most beta times the loss of I(T;Y) that `agglomerate` counts.
        labels = _merge_cheapest(decoder, len(decoder), DUPLICATE_COST / beta)
        # The last label is its own index only if nothing was merged.
        if labels[-1] < len(labels) - 1:
            joint, decoder = sum_groups(joint, labels), sum_groups(decoder, labels)
        return CurveSolution(
            joint,
            decoder,
            compression=mutual_information(joint, self.table.p_x),
            relevance=self.relevance(decoder),
            converged=n_iter < self.max_iter,
        )

    def relevance(self, decoder):
        """Return I(T;Y) of q(t, y), in nats."""
        return mutual_information(decoder, self._p_y)

    def smooth(self, decoder):
        """Return q(t, y) with some of p(y) mixed into every q(y|t), so that none has zeros."""
        return (1 - SMOOTHING) * decoder + SMOOTHING * decoder.sum(axis=1)[:, None] * self._p_y

    def add_clusters(self, solution, beta):
        """Return a solution with new clusters, or None if none would grow.

        If `max_clusters` is reached, the two most similar clusters are merged to make room.
        """
        decoder = solution.decoder
        if len(decoder) == self.max_clusters:
            labels = _merge_cheapest(decoder, self.max_clusters - 1, 0.0)
            decoder = sum_groups(decoder, labels)
        room = self.max_clusters - len(decoder)
        # Growth is relative to the clusters before the merge: relative to those after it, the pair
        # that was merged would grow again.
        scores = encoder_scores(self.table, solution.decoder, beta)
        new = self._growing_clusters(scores, beta)[:room]
        if not len(new):
            return None
        # The new weight is far from infinitesimal, or the descent would need many steps for it.
        decoder = np.vstack([(1 - NEW_WEIGHT) * decoder, NEW_WEIGHT / len(new) * new])
        return self.optimise(decoder, beta)

    def _growing_clusters(self, scores, beta):
        """Return q(y|t) of clusters that would grow, the fastest first."""
        # Relative to the largest term, since with a large beta all of them underflow.
        largest = scores.max(axis=0)
        log_z = largest + np.log(np.exp(scores - largest).sum(axis=0))
        seeds = self.seeds(log_z, beta)
        # Just above the onset this one may be the only one that grows, and lie close to no row.
        if self.first_cluster is not None:
            seeds = np.vstack([seeds, self.first_cluster])
        new = self.grow(log_z, beta, seeds)
        new = self._maximise_growth(log_z, beta, new.distributions[new.fastest()])
        order = new.fastest()
        return _without_duplicates(
            new.distributions[order[new.log_growth[order] > MIN_LOG_GROWTH]]
        )

    def _maximise_growth(self, log_z, beta, distributions):
        """Return NewClusters of maximum growth, one by one.

        Steps may contract arbitrarily slowly, so a small gain does not imply convergence. Every
        two steps are extrapolated along the first difference by its ratio to the second (SQUAREM,
        Varadhan and Roland 2008, scheme S3), in the coordinates sqrt q(y|t), and that ratio also
        gives the estimate of the remaining gain.
        """
        log_growth = np.empty(len(distributions))
        active = np.arange(len(distributions))
        distributions = distributions.copy()
        for _ in range(MAX_CYCLES):
            start = distributions[active]
            first = self.grow(log_z, beta, start)
            second = self.grow(log_z, beta, first.distributions)
            roots = np.sqrt(start), np.sqrt(first.distributions), np.sqrt(second.distributions)
            change = roots[1] - roots[0]
            bend = roots[2] - roots[1] - change
            # A bend of zero would give an infinite step; this bounds it by MAX_EXTRAPOLATION.
            length = _norm(change) / (_norm(bend) + _norm(change) / MAX_EXTRAPOLATION + TINY)
            # A square is never negative, unlike an extrapolation of q(y|t) itself.
            far = np.square(roots[0] + 2 * length * change + length**2 * bend)
            third = self.grow(log_z, beta, far / far.sum(axis=1, keepdims=True))
            # The extrapolated point counts only if it is better than the plain steps.
            better = third.log_growth > second.log_growth
            distributions[active] = np.where(
                better[:, None], third.distributions, second.distributions
            )
            log_growth[active] = np.maximum(third.log_growth, second.log_growth)
            # Changes form a geometric series of this ratio, gains one of its square.
            ratio = _norm(change + bend) / np.maximum(_norm(change), TINY)
            remaining = 1 - np.square(np.minimum(ratio, MAX_EXTRAPOLATION))[:, 0]
            gain = second.log_growth - first.log_growth
            # A ratio above one makes `remaining` negative: the steps still grow, and go on.
            active = active[gain > CONVERGED_LOG_GROWTH * remaining]
            if not len(active):
                break
        return NewClusters(log_growth, distributions)

    def seeds(self, log_z, beta):
        """Return the q(y|t) that new clusters start from: smoothed rows p(y|x)."""
        chosen = np.arange(len(log_z))
        if len(log_z) > MAX_SEEDS:
            # A row's term of the objective: -ln Z(x), with divergences as exponents in Z.
            cost = (beta * negative_entropies(self.table.conditional) - log_z) * self.table.p_x
            chosen = np.sort(np.argpartition(-cost, MAX_SEEDS)[:MAX_SEEDS])
        return self.smooth(dense(self.table.conditional[chosen]))

    def grow(self, log_z, beta, distributions):
        """Return the NewClusters one step after `distributions`, with the ln g before the step."""
        return NewClusters(
            *grow_clusters(self.table.factor, self.table.p_x, log_z, beta, distributions)
        )


def negative_entropies(conditional):
    """Return sum_y p(y|x) ln p(y|x) of every row of an array or CSR."""
    if sparse.issparse(conditional):
        indices, indptr = conditional.indices, conditional.indptr
        terms = sparse.csr_array((xlogx(conditional.data), indices, indptr), conditional.shape)
        return np.asarray(terms.sum(axis=1)).ravel()
    return xlogx(conditional).sum(axis=1)


def _without_duplicates(distributions):
    """Return q(y|t) of the clusters that differ from all before them."""
    kept = []
    for root in np.sqrt(distributions):
        if all(np.abs(root - other).max() > DUPLICATE_DISTANCE for other in kept):
            kept.append(root)
    return np.square(kept).reshape(-1, distributions.shape[1])


def _norm(changes):
    """Return the Euclidean norm of each row, (n_rows, 1)."""
    return np.linalg.norm(changes, axis=1, keepdims=True)


def _drop_light_clusters(joint, p_x):
    """Return q(t, x) without clusters of next to no weight, its sums over t still p(x)."""
    weight = joint.sum(axis=1)
    if weight.min() >= MIN_WEIGHT:
        return joint
    kept = weight >= MIN_WEIGHT
    joint, weight = joint[kept], weight[kept]
    # Rows that were only in dropped clusters have next to no mass; they are spread as p(t).
    lost = joint.sum(axis=0) <= TINY
    joint[:, lost] = weight[:, None]
    return joint * (p_x / joint.sum(axis=0))


def _merge_cheapest(decoder, max_clusters, threshold):
    """Return new labels after the merges that cost less than `threshold` or are needed."""
    steps, _ = agglomerate(decoder, max_clusters, threshold)
    return merged_labels(steps, len(decoder), len(steps))
