"""The algorithms by their names."""

from math import sqrt

import numpy as np

from skinfo.cluster._agglomerative import merge_all
from skinfo.cluster._sequential import begin_partition, best_partition, improve
from skinfo.cluster._settings import Solution
from skinfo.cluster._soft import iterate_soft
from skinfo.utils._parallel import one_blas_thread

# The share of a row that starts spread over all clusters, so that none lacks a column.
SPREAD = 0.1

# Changes of an encoder that rounding alone can make.
ROUNDING = 1e-10


def _sequential(rows, plan):
    """Rows move one by one to the cluster that loses least by them."""
    partition = best_partition(rows, plan)
    return Solution(partition.labels, None, partition.n_iter)


def _agglomerative(rows, plan):
    """The two clusters that lose least by it are merged, until few enough are left."""
    tree = merge_all(rows)
    n_merges = len(rows.sizes) - plan.n_clusters
    return Solution(tree.partition(plan.n_clusters), None, n_merges, tree)


def _iterative(rows, plan):
    """Self-consistent equations of p(t | x)."""
    return _iterate(rows, plan, hard=False)


def _deterministic(rows, plan):
    """The same with H(T) for I(T; X): p(t | x) becomes 0 or 1."""
    return _iterate(rows, plan, hard=True)


@one_blas_thread
def _iterate(rows, plan, hard):
    joint = rows.joint()

    # One round finds clusters that differ; the iteration does the rest.
    first = plan._replace(beta=None, max_iter=1)

    def one_start(start):
        partition = improve(rows, first, begin_partition(rows, first, *start))
        return iterate_soft(
            joint,
            plan.n_clusters,
            plan.beta,
            start=_spread(partition.labels, plan.n_clusters),
            hard=hard,
            max_iter=plan.max_iter,
            # At a maximum a change of the encoder is felt by its square.
            tol=max(sqrt(plan.tol), ROUNDING),
        )

    results = plan.in_threads(one_start, list(enumerate(plan.seeds)))
    best = min(results, key=lambda result: result.objective)
    return Solution(best.encoder.argmax(axis=1), None if hard else best.encoder, best.n_iter)


def _spread(labels, n_clusters):
    """Return an encoder (n_rows, n_clusters) that is nearly the partition."""
    return np.eye(n_clusters)[labels] * (1 - SPREAD) + SPREAD / n_clusters


ALGORITHMS = {
    "sequential": _sequential,
    "agglomerative": _agglomerative,
    "iterative": _iterative,
    "deterministic": _deterministic,
}

# Those of which beta must be known, and the one that cannot use it.
NEED_BETA = ("iterative", "deterministic")
IGNORE_BETA = ("agglomerative",)
