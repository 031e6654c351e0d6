"""Partitions begun at random and improved by moves of single rows."""

from math import ceil
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from skinfo._kernels._agglomeration import merged_labels
from skinfo._kernels._sequential import NO_CLUSTER, gather_clusters, move_rows, objective_of
from skinfo.cluster._agglomerative import merge_tree
from skinfo.cluster._distinct_rows import kernel_rows
from skinfo.cluster._settings import cluster_counts, price_of
from skinfo.cluster._soft import best_merge
from skinfo.utils._parallel import interruptible_ranges

# Starts first go on while a round gains this share of I(X; Y). By then the best can be told: the
# third of them that are ahead go on, which saves up to half of the time. On digits and docstrings
# (ten starts, ten times) it lost less than 1e-4 bits in the mean, a tenth of what chance does.
COARSE = 1e-3
SHARE_THAT_GOES_ON = 0.3

# Clusters at first, for each that is asked for. Three are no better, and take longer.
SURPLUS = 2

# Rows that move before the first look at the clock.
FIRST_PIECE = 256


class Partition(NamedTuple):
    """A partition on its way.

    Attributes
    ----------
    labels, order : ndarray of shape (n_distinct,), dtype int64
        The cluster of each row, and the order in which rows move.

    n_iter : int
        Rounds made.

    objective : float
        N I(T; Y) - N H(T) / beta in nats, but for a constant.
    """

    labels: np.ndarray
    order: np.ndarray
    n_iter: int
    objective: float


def best_partition(rows, plan):
    """Return the best Partition of the DistinctRows that the starts of a Plan lead to."""
    coarse = plan._replace(tol=max(plan.tol, COARSE * rows.information()))
    begun = plan.in_threads(
        lambda start: improve(rows, coarse, begin_partition(rows, coarse, *start)),
        list(enumerate(plan.seeds)),
    )
    begun.sort(key=lambda partition: -partition.objective)
    ahead = begun[: ceil(len(begun) * SHARE_THAT_GOES_ON)]
    ended = plan.in_threads(lambda partition: improve(rows, plan, partition), ahead)
    return max(ended, key=lambda partition: partition.objective)


def begin_partition(rows, plan, number, seed):
    """Return a Partition begun at random.

    Parameters
    ----------
    rows : DistinctRows

    plan : Plan

    number, seed : int
        Of the start.
    """
    order = np.random.default_rng(seed).permutation(len(rows.sizes))
    return BEGINNINGS[number % len(BEGINNINGS)](rows, plan, order)


def _merge_surplus(rows, plan, order):
    """Return a Partition into more clusters than asked for, merged down to so many.

    At first each cluster has one row, and the others join in turn. A group of which no row was
    drawn is rarely missed so, which moves of single rows hardly ever mend.
    """
    n_rows = len(order)
    n_first = min(SURPLUS * plan.n_clusters, n_rows)
    labels = np.full(n_rows, NO_CLUSTER, np.int64)
    labels[order[:n_first]] = np.arange(n_first)
    free = plan._replace(n_clusters=n_first, beta=None, max_iter=1)
    _move_rows(rows, free, Partition(labels, order, 0, -np.inf))
    counts = csr_array(cluster_counts(rows, labels, n_first))
    steps, _ = merge_tree(kernel_rows(counts), counts.shape[1])
    merged = merged_labels(steps, n_first, n_first - plan.n_clusters)
    return Partition(merged[labels], order, 1, -np.inf)


def _deal(rows, plan, order):
    """Return a Partition into clusters of as many rows each."""
    labels = np.empty(len(order), np.int64)
    labels[order] = np.arange(len(order)) % plan.n_clusters
    return Partition(labels, order, 0, -np.inf)


# In turns. The first is better by far where there are many rows; of a few it makes the same
# partition again and again.
BEGINNINGS = (_merge_surplus, _merge_surplus, _deal)


def improve(rows, plan, partition):
    """Return a Partition in which no row gains by moving, nor two clusters by merging."""
    if partition.n_iter < plan.max_iter:
        partition = _move_rows(rows, plan, partition)
    # Where clusters cost something, two may be worth less than one, though no row gains by moving.
    while plan.beta is not None and partition.n_iter < plan.max_iter:
        counts = cluster_counts(rows, partition.labels, plan.n_clusters)
        pair = best_merge(counts / rows.sizes.sum(), plan.beta)
        if pair is None:
            break
        partition.labels[partition.labels == pair[1]] = pair[0]
        partition = _move_rows(rows, plan, partition)
    return partition


def _move_rows(rows, plan, partition):
    n_iter, objective = improve_partition(
        rows.cells,
        rows.lookup,
        partition.order,
        partition.labels,
        rows.counts.shape[1],
        plan.n_clusters,
        price_of(plan.beta),
        plan.max_iter - partition.n_iter,
        plan.tol * rows.sizes.sum(),
    )
    return partition._replace(n_iter=partition.n_iter + n_iter, objective=objective)


def improve_partition(rows, lookup, order, labels, n_columns, n_clusters, price, max_iter, tol):
    """Move rows, in turn, to the cluster that they inform most, until none wants to move.

    Parameters
    ----------
    rows, lookup, labels, n_clusters, price
        As in `move_rows`.

    order : ndarray of shape (n_rows,), dtype int64
        Whose turn it is.

    n_columns : int

    max_iter : int
        The most rounds.

    tol : float
        A round that gains less than this (in N nats) is the last.

    Returns
    -------
    n_iter : int
        Rounds made.

    objective : float
        N I(T; Y) - N H(T) / beta, in nats, but for a constant.
    """
    clusters = gather_clusters(rows, labels, n_columns, n_clusters, lookup)
    n_settled = 0
    for n_iter in range(1, max_iter + 1):
        if n_iter > 1 and not rows.whole:
            # Sums and differences of fractions drift.
            clusters = gather_clusters(rows, labels, n_columns, n_clusters, lookup)
        gained = 0.0
        for start, stop in interruptible_ranges(len(order), FIRST_PIECE):
            turn = order[start:stop]
            gained, n_settled = move_rows(
                rows, lookup, turn, labels, clusters, n_clusters, price, gained, n_settled
            )
        if n_settled >= len(order) or gained < tol:
            break
    return n_iter, objective_of(clusters, n_clusters, price, lookup)
