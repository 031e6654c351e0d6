"""The four algorithms of the information bottleneck, by name."""

from collections.abc import Callable
from functools import partial
from math import sqrt
from typing import NamedTuple

import numpy as np

from skinfo.cluster._agglomerative import Tree, merge_all
from skinfo.cluster._sequential import (
    initial_partition,
    local_search,
    run_starts,
    sequential_partition,
)
from skinfo.cluster._soft import iterate_soft
from skinfo.utils._parallel import one_blas_thread

# Proportion of each row that an initial encoder spreads evenly over all clusters. It keeps every
# q(y|t) positive, since a zero stays zero in the iteration.
INITIAL_SPREAD = 0.1

# Changes of an encoder of this size are rounding errors.
MIN_ENCODER_TOL = 1e-10


class SolverSettings(NamedTuple):
    """Parameters that all algorithms share.

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

    on_start : callable or None
        Called without arguments when a start is finished.
    """

    n_clusters: int
    beta: float | None
    max_iter: int
    tol: float
    seeds: np.ndarray
    n_jobs: int | None
    work: float = np.inf
    on_start: Callable | None = None


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
    """Merge the two clusters that lose least information, until `n_clusters` are left."""
    tree = merge_all(rows)
    n_merges = len(rows.sizes) - settings.n_clusters
    return AlgorithmResult(tree.partition(settings.n_clusters), None, n_merges, tree)


@one_blas_thread
def _iterate(rows, settings, *, hard):
    """Iterate the self-consistent equations; if `hard`, with H(T) in place of I(T; X)."""
    joint = rows.joint()

    # One sequential round separates the clusters; from equal ones the iteration would not move.
    one_round = settings._replace(beta=None, max_iter=1)

    def run_start(start):
        initial = local_search(rows, one_round, initial_partition(rows, one_round, *start))
        return iterate_soft(
            joint,
            settings.n_clusters,
            settings.beta,
            start=_smoothed_encoder(initial.labels, settings.n_clusters),
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


def _smoothed_encoder(labels, n_clusters):
    """Return an encoder, (n_rows, n_clusters), close to the partition but positive."""
    return np.eye(n_clusters)[labels] * (1 - INITIAL_SPREAD) + INITIAL_SPREAD / n_clusters


ALGORITHMS = {
    "sequential": _sequential,
    "agglomerative": _agglomerative,
    "iterative": partial(_iterate, hard=False),
    "deterministic": partial(_iterate, hard=True),
}

# Algorithms that require beta, and those that cannot use it.
REQUIRE_BETA = ("iterative", "deterministic")
REFUSE_BETA = ("agglomerative",)
