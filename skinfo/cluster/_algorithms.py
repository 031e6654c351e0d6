"""Algorithms of the information bottleneck, and their assignment of new rows, by name.

`ALGORITHMS` find the clusters of the rows of a fit, `ENCODERS` assign other rows to them.
"""

from functools import partial
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.special import softmax

from skinfo._kernels._sequential import SparseCounts, nearest_clusters
from skinfo.cluster._agglomerative import Tree, merge_tree, nested_merges
from skinfo.cluster._distinct_rows import as_sparse_counts, xlogx_lookup
from skinfo.cluster._sequential import (
    compression_weight,
    initial_partition,
    local_search,
    run_starts,
    sequential_partition,
)
from skinfo.cluster._soft import iterate_soft
from skinfo.utils._parallel import interruptible_ranges, one_blas_thread
from skinfo.utils._saved_state import saved_class

# Proportion of each row that an initial encoder spreads evenly over all clusters. It keeps every
# q(y|t) positive, since a zero stays zero in the iteration.
INITIAL_SPREAD = 0.1

# Changes of an encoder of this size are rounding errors.
MIN_ENCODER_TOL = 1e-10

# Maximum number of rows that are merged one by one. Merges of more rows would take long, and
# merges of rows with few counts, whose differences are mostly random, give poor trees.
MAX_SINGLE_ROWS = 256

# Minimum number of groups per requested cluster that more rows form before they are merged.
GROUPS_PER_CLUSTER = 2


class SolverSettings(NamedTuple):
    """Common parameters of all algorithms.

    Attributes
    ----------
    n_clusters : int

    beta : float or None
        None: compression costs nothing.

    max_iter : int

    tol : float
        In nats.

    seeds : ndarray of shape (n_init,)

    n_jobs : int or None

    work : float
        Estimated duration of all starts, in nanoseconds; see `in_threads`.
    """

    n_clusters: int
    beta: float | None
    max_iter: int
    tol: float
    seeds: np.ndarray
    n_jobs: int | None
    work: float = np.inf


class AlgorithmResult(NamedTuple):
    """Clusters of the distinct rows.

    Attributes
    ----------
    labels : ndarray of shape (n_distinct,), dtype int64
        The (most probable) cluster of each row.

    encoder : ndarray of shape (n_distinct, n_clusters) or None
        p(t|x); None for hard clusters.

    n_iter : int

    tree : Tree or None
        Only of the agglomerative algorithm.
    """

    labels: np.ndarray
    encoder: np.ndarray | None
    n_iter: int
    tree: Tree | None = None


def _sequential(rows, settings):
    """Move single rows to the cluster where they lose least information."""
    partition = sequential_partition(rows, settings)
    return AlgorithmResult(partition.labels, None, partition.n_iter)


def _agglomerative(rows, settings):
    """Merge the two clusters that lose least information, until one is left."""
    n_rows = len(rows.sizes)
    if n_rows <= MAX_SINGLE_ROWS:
        merges = merge_tree(rows.cells, rows.counts.shape[1])
    else:
        merges = nested_merges(rows, _partitions_to_pass(rows, settings))
    bits = merges.losses / (rows.sizes.sum() * np.log(2))
    tree = Tree(merges.steps, bits, rows.sizes, rows.groups)
    n_merges = n_rows - settings.n_clusters
    return AlgorithmResult(tree.partition(settings.n_clusters), None, n_merges, tree)


def _partitions_to_pass(rows, settings):
    """Return the partitions through which the tree of many rows passes, the finest first.

    They have about sqrt(n_rows) groups, the requested number of clusters, and one cluster. A group
    has many more counts than a row, so random differences affect its merges less, and there are
    few pairs to compare.
    """
    n_rows, n_clusters = len(rows.sizes), settings.n_clusters
    n_groups = min(max(ceil(sqrt(n_rows)), GROUPS_PER_CLUSTER * n_clusters), n_rows)
    one_start = settings._replace(n_clusters=n_groups, seeds=settings.seeds[:1])
    clusters = sequential_partition(rows, settings).labels
    groups = sequential_partition(rows, one_start).labels
    return [groups * n_clusters + clusters, clusters, np.zeros_like(clusters)]


@one_blas_thread
def _iterate(rows, settings, *, hard):
    """Iterate the self-consistent equations; if `hard`, with H(T) in place of I(T; X)."""
    joint = rows.joint()

    # One sequential round separates the clusters; from equal ones the iteration would not move.
    one_round = settings._replace(beta=None, max_iter=1)

    def run_start(start):
        initial = local_search(rows, one_round, initial_partition(rows, one_round, *start))
        encoder = np.eye(settings.n_clusters)[initial.labels]
        return iterate_soft(
            joint,
            settings.n_clusters,
            settings.beta,
            start=encoder * (1 - INITIAL_SPREAD) + INITIAL_SPREAD / settings.n_clusters,
            hard=hard,
            max_iter=settings.max_iter,
            # Near an optimum the objective changes by the square of a change of the encoder.
            tol=max(sqrt(settings.tol), MIN_ENCODER_TOL),
        )

    results = run_starts(run_start, list(enumerate(settings.seeds)), settings)
    best = min(results, key=lambda result: result.objective)
    return AlgorithmResult(
        best.encoder.argmax(axis=1), None if hard else best.encoder, best.n_iter
    )


ALGORITHMS = {
    "sequential": _sequential,
    "agglomerative": _agglomerative,
    "iterative": partial(_iterate, hard=False),
    "deterministic": partial(_iterate, hard=True),
}

# Algorithms that require beta, and those that cannot use it.
REQUIRE_BETA = ("iterative", "deterministic")
REFUSE_BETA = ("agglomerative",)


def _held_columns(clustering):
    """Return 1 for a column that occurs in a cluster, else 0, (n_columns,) float64.

    Columns that occur in no cluster are uninformative, but would increase the size of a row.
    """
    return clustering.counts.any(axis=0).astype(np.float64)


@saved_class
class LeastLossEncoder:
    """Assign a row to the cluster with the smallest loss, as in the sequential algorithm.

    Parameters
    ----------
    clustering : Clustering

    scale : float
        Factor that the training data were multiplied by.

    beta : float or None
    """

    def __init__(self, clustering, scale, beta):
        self._clusters = as_sparse_counts(sp.csr_array(clustering.counts))
        self._lookup = xlogx_lookup(self._clusters)
        self._shape = clustering.counts.shape
        self._factors = scale * _held_columns(clustering)
        self._compression_weight = compression_weight(beta)

    def __getstate__(self):
        # Objects of kernels are pickled as arrays; logarithms are computed again.
        _, arrays = self._clusters.__reduce__()
        return vars(self) | {"_clusters": arrays, "_lookup": None}

    def __setstate__(self, state):
        vars(self).update(state)
        if isinstance(self._clusters, tuple):
            self._clusters = SparseCounts(*self._clusters)
        self._lookup = xlogx_lookup(self._clusters)

    def predict(self, X):
        """Return the cluster of each row of a csr_array, (n_rows,) int64."""
        labels = np.empty(X.shape[0], np.int64)
        n_clusters, n_columns = self._shape
        X = X.copy()
        X.data *= self._factors[X.indices]
        nearest_clusters(
            as_sparse_counts(X),
            self._lookup,
            n_columns,
            self._clusters,
            n_clusters,
            self._compression_weight,
            labels,
            ranges=interruptible_ranges,
        )
        return labels

    def encode(self, X):
        """Return p(t|x), (n_rows, n_clusters), each 0 or 1."""
        return np.eye(self._shape[0])[self.predict(X)]


@saved_class
class SoftEncoder:
    """Self-consistent equation: p(t|x) proportional to p(t) exp(-beta KL(p(y|x) || p(y|t))).

    Zeros of p(y|t) are replaced by the smallest positive float, so that a row with a column that
    no cluster holds is assigned by its other columns.

    Parameters
    ----------
    clustering, scale, beta
        As for `LeastLossEncoder`.

    References
    ----------
    N. Tishby, F. C. Pereira and W. Bialek, "The information bottleneck method", 1999, eq. 28.
    """

    def __init__(self, clustering, scale, beta):
        distributions = clustering.counts / clustering.counts.sum(axis=1, keepdims=True)
        self._held = _held_columns(clustering)
        self._logs = np.log(np.maximum(distributions, np.finfo(np.float64).tiny)).T
        self._log_weights = np.log(clustering.weights)
        self._beta = beta

    def predict(self, X):
        """Return the most probable cluster of each row of a csr_array, (n_rows,) int64."""
        return self._scores(X).argmax(axis=1)

    def encode(self, X):
        """Return p(t|x), (n_rows, n_clusters)."""
        return softmax(self._scores(X), axis=1)

    def _scores(self, X):
        """Return ln p(t) - beta KL(p(y|x) || p(y|t)) up to a constant in each row."""
        X = X.copy()
        X.data *= self._held[X.indices]
        sizes = X.sum(axis=1)
        # The entropy of p(y|x) is the same for all clusters, so only the cross terms are summed.
        X.data /= np.repeat(np.where(sizes > 0, sizes, 1.0), np.diff(X.indptr))
        scores = np.empty((X.shape[0], len(self._log_weights)))
        for start, stop in interruptible_ranges(len(scores)):
            scores[start:stop] = self._log_weights + self._beta * (X[start:stop] @ self._logs)
        return scores


@saved_class
class DeterministicEncoder(SoftEncoder):
    """Assign the whole row to the most probable cluster of `SoftEncoder`."""

    def encode(self, X):
        """Return p(t|x), (n_rows, n_clusters), each 0 or 1."""
        return np.eye(len(self._log_weights))[self.predict(X)]


ENCODERS = {
    "sequential": LeastLossEncoder,
    "agglomerative": LeastLossEncoder,
    "iterative": SoftEncoder,
    "deterministic": DeterministicEncoder,
}
