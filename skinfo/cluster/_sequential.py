"""Sequential algorithm: random partitions, improved by moves of single rows.

N. Slonim, N. Friedman and N. Tishby, "Unsupervised document classification using sequential
information maximization", SIGIR 2002.
"""

from math import ceil
from typing import NamedTuple

import numpy as np
from joblib import delayed
from scipy.sparse import csr_array

from skinfo._kernels._agglomeration import merged_labels
from skinfo._kernels._sequential import NO_CLUSTER, gather_clusters, move_rows, objective_of
from skinfo.cluster._agglomerative import merge_tree
from skinfo.cluster._distinct_rows import as_sparse_counts
from skinfo.cluster._soft import best_merge
from skinfo.utils._parallel import in_threads, interruptible_ranges

# All starts run until a round gains less than this proportion of I(X; Y). Their ranking is nearly
# final by then, so only the best third continues, which saves up to half of the time. On digits
# and docstrings (ten starts, ten repetitions) the mean loss was below 1e-4 bits, a tenth of the
# spread between seeds.
SCREENING_TOL = 1e-3
PROPORTION_CONTINUED = 0.3

# Initial clusters per requested cluster. Three are not better, and slower.
SURPLUS = 2

# Rows moved before the first check of elapsed time.
FIRST_PIECE = 256


class SequentialState(NamedTuple):
    """Partition of the distinct rows after some rounds.

    Attributes
    ----------
    labels : ndarray of shape (n_distinct,), dtype int64
        The cluster of each row.

    order : ndarray of shape (n_distinct,), dtype int64
        The order in which rows are visited.

    n_iter : int
        Rounds made.

    objective : float
        N I(T; Y) - N H(T) / beta in nats, up to a constant.
    """

    labels: np.ndarray
    order: np.ndarray
    n_iter: int = 0
    objective: float = -np.inf


def compression_weight(beta):
    """Return 1 - 1 / beta, the weight of n_t ln n_t in the objective; 1 without a `beta`.

    Up to a constant, N I(T; Y) - N H(T) / beta is
    sum n_ty ln n_ty - (1 - 1 / beta) sum n_t ln n_t.
    """
    return 1.0 if beta is None else 1.0 - 1.0 / beta


def run_starts(function, items, settings):
    """Return function(item) for each item, in order, using threads if that is faster."""
    tasks = (delayed(function)(item) for item in items)
    return in_threads(tasks, n_jobs=settings.n_jobs, work=settings.work, step="start")


def sequential_partition(rows, settings):
    """Return the best SequentialState of DistinctRows that the starts of SolverSettings reach."""
    coarse = settings._replace(tol=max(settings.tol, SCREENING_TOL * rows.information))
    states = run_starts(
        lambda start: local_search(rows, coarse, initial_partition(rows, coarse, *start)),
        list(enumerate(settings.seeds)),
        settings,
    )
    # The sort is stable, so equal objectives do not depend on which thread was faster.
    states.sort(key=lambda state: -state.objective)
    leading = states[: ceil(len(states) * PROPORTION_CONTINUED)]
    final = run_starts(lambda state: local_search(rows, settings, state), leading, settings)
    return max(final, key=lambda state: state.objective)


def initial_partition(rows, settings, number, seed):
    """Return a random SequentialState.

    Parameters
    ----------
    rows : DistinctRows

    settings : SolverSettings

    number : int
        Index of the start, which decides the kind of partition.

    seed : int
    """
    order = np.random.default_rng(seed).permutation(len(rows.sizes))
    return INITIALISATIONS[number % len(INITIALISATIONS)](rows, settings, order)


def _merged_surplus(rows, settings, order):
    """Return a partition into more clusters than requested, merged down to `n_clusters`.

    Each initial cluster consists of one row, and the others join in turn. With the surplus, the
    random choice misses few groups of rows; moves of single rows rarely recover a missed group.
    """
    n_rows = len(order)
    n_initial = min(SURPLUS * settings.n_clusters, n_rows)
    labels = np.full(n_rows, NO_CLUSTER, np.int64)
    labels[order[:n_initial]] = np.arange(n_initial)
    # With a cost of H(T) rows would avoid the single-row clusters, which weigh least.
    one_round = settings._replace(n_clusters=n_initial, beta=None, max_iter=1)
    # Rows without a cluster join the best one: `labels` are filled in place.
    local_search(rows, one_round, SequentialState(labels, order))
    counts = csr_array(rows.cluster_counts(labels, n_initial))
    tree = merge_tree(as_sparse_counts(counts), counts.shape[1])
    merged = merged_labels(tree.steps, n_initial, n_initial - settings.n_clusters)
    return SequentialState(merged[labels], order, n_iter=1)


def _equal_sizes(rows, settings, order):
    """Return a random partition into clusters of equally many rows."""
    labels = np.empty(len(order), np.int64)
    labels[order] = np.arange(len(order)) % settings.n_clusters
    return SequentialState(labels, order)


# Used in turn. The first is much better for many rows, but for few it repeats the same partition.
INITIALISATIONS = (_merged_surplus, _merged_surplus, _equal_sizes)


def local_search(rows, settings, state):
    """Return a SequentialState that cannot be improved by moving a row or merging two clusters.

    `labels` of `state` are written to.
    """
    while state.n_iter < settings.max_iter:
        n_iter, objective = improve_partition(
            rows.cells,
            rows.lookup,
            state.order,
            state.labels,
            rows.counts.shape[1],
            settings.n_clusters,
            compression_weight(settings.beta),
            settings.max_iter - state.n_iter,
            settings.tol * rows.sizes.sum(),
        )
        state = state._replace(n_iter=state.n_iter + n_iter, objective=objective)
        if settings.beta is None or state.n_iter >= settings.max_iter:
            break
        # With a cost of H(T), a merge may improve the objective although no move of a row does.
        counts = rows.cluster_counts(state.labels, settings.n_clusters)
        merge = best_merge(counts / rows.sizes.sum(), settings.beta)
        if merge is None:
            break
        state.labels[state.labels == merge.removed] = merge.kept
    return state


def improve_partition(
    rows, lookup, order, labels, n_columns, n_clusters, compression_weight, max_iter, tol
):
    """Move each row in turn to the cluster with the best objective, until no row moves.

    Parameters
    ----------
    rows, lookup, labels, n_clusters, compression_weight
        As in the kernel `move_rows`.

    order : ndarray of shape (n_rows,), dtype int64
        The order in which rows are visited.

    n_columns : int

    max_iter : int
        Maximum number of rounds.

    tol : float
        A round that gains less than this, in N nats, is the last.

    Returns
    -------
    n_iter : int
        Rounds made.

    objective : float
        N I(T; Y) - N H(T) / beta, in nats, up to a constant.
    """
    clusters = gather_clusters(rows, labels, n_columns, n_clusters, lookup)
    n_unmoved = 0
    for n_iter in range(1, max_iter + 1):
        if n_iter > 1 and not rows.whole:
            # Additions and subtractions of fractions accumulate rounding errors.
            clusters = gather_clusters(rows, labels, n_columns, n_clusters, lookup)
        gained = 0.0
        for start, stop in interruptible_ranges(len(order), FIRST_PIECE):
            gained, n_unmoved = move_rows(
                rows,
                lookup,
                order[start:stop],
                labels,
                clusters,
                n_clusters,
                compression_weight,
                gained,
                n_unmoved,
            )
        # Counted across rounds: no row has moved since each of them was last tried.
        if n_unmoved >= len(order) or gained < tol:
            break
    return n_iter, objective_of(clusters, n_clusters, compression_weight, lookup)
