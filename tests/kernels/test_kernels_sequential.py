"""The sequential bottleneck on plain arrays."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import xlogy

from skinfo._kernels._sequential import (
    NO_CLUSTER,
    gather_clusters,
    nearest_clusters,
    objective_of,
)
from skinfo.cluster._distinct_rows import as_sparse_counts, xlogx_lookup
from skinfo.cluster._sequential import improve_partition


def objective(X, labels, n_clusters, size_penalty):
    """N I(T; Y) - N H(T) / beta in nats, but for a constant, size_penalty being 1 - 1 / beta."""
    counts = np.array([X[labels == t].sum(axis=0) for t in range(n_clusters)])
    sizes = counts.sum(axis=1)
    return xlogy(counts, counts).sum() - size_penalty * xlogy(sizes, sizes).sum()


def make_table(rng, n_rows=40, n_columns=9, whole=True):
    X = rng.poisson(rng.gamma(0.5, 3.0, (n_rows, n_columns))).astype(float)
    X[:, 0] += 1
    return X if whole else X * rng.uniform(0.1, 1.0, (n_rows, 1))


def improve(X, labels, n_clusters, size_penalty=1.0, max_iter=100, order=None):
    order = np.arange(len(X)) if order is None else order
    rows = as_sparse_counts(sp.csr_array(X))
    n_iter, found = improve_partition(
        rows,
        xlogx_lookup(rows),
        order,
        labels,
        X.shape[1],
        n_clusters,
        size_penalty,
        max_iter,
        0.0,
    )
    assert found == pytest.approx(objective(X, labels, n_clusters, size_penalty), rel=1e-12)
    return n_iter


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("size_penalty", [1.0, 0.95])
@pytest.mark.parametrize("n_clusters", [2, 5, 9])
def test_each_round_raises_the_objective(rng, n_clusters, size_penalty, whole):
    X = make_table(rng, whole=whole)
    labels = np.arange(len(X)) % n_clusters
    values = [objective(X, labels, n_clusters, size_penalty)]
    for _ in range(5):
        improve(X, labels, n_clusters, size_penalty, max_iter=1)
        values.append(objective(X, labels, n_clusters, size_penalty))
    assert np.all(np.diff(values) >= -1e-9)
    assert values[-1] > values[0]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("size_penalty", [1.0, 0.95])
def test_no_row_gains_by_moving_in_the_end(rng, size_penalty, whole):
    X = make_table(rng, whole=whole)
    labels = np.arange(len(X)) % 4
    n_iter = improve(X, labels, 4, size_penalty)
    best = objective(X, labels, 4, size_penalty)
    assert n_iter < 100
    for x in range(len(X)):
        for t in range(4):
            moved = labels.copy()
            moved[x] = t
            assert objective(X, moved, 4, size_penalty) <= best + 1e-9


def test_rows_without_a_cluster_join_one(rng):
    X = make_table(rng)
    labels = np.full(len(X), -1)
    order = rng.permutation(len(X))
    labels[order[:3]] = np.arange(3)
    improve(X, labels, 3, max_iter=1, order=order)
    assert set(labels) == {0, 1, 2}


def test_cluster_of_one_row_is_not_left_empty(rng):
    # To be alone loses nothing, so leaving could only lose.
    X = make_table(rng, n_rows=6)
    labels = np.array([0, 1, 2, 3, 4, 4])
    improve(X, labels, 5)
    assert set(labels) == set(range(5))


def test_nothing_left_to_gain_takes_one_round():
    X = np.array([[5.0, 0.0], [4.0, 0.0], [0.0, 3.0]])
    labels = np.array([0, 0, 1])
    assert improve(X, labels, 2) == 1
    assert labels.tolist() == [0, 0, 1]


@pytest.mark.parametrize("whole", [True, False])
def test_new_row_joins_where_it_loses_least(rng, whole):
    X = make_table(rng, whole=whole)
    members = np.array([X[t::4].sum(axis=0) for t in range(4)])
    new = make_table(rng, n_rows=20, whole=whole)
    labels = np.empty(20, np.int64)
    rows, clusters = as_sparse_counts(sp.csr_array(new)), as_sparse_counts(sp.csr_array(members))
    nearest_clusters(rows, xlogx_lookup(clusters), X.shape[1], clusters, 4, 1.0, labels)
    for row, label in zip(new, labels, strict=True):
        # What is lost is the same row in each, less what the cluster with it holds.
        kept = [
            objective(members + row * (np.arange(4) == t)[:, None], np.arange(4), 4, 1.0)
            for t in range(4)
        ]
        assert kept[label] == pytest.approx(max(kept), rel=1e-13)
    in_ranges = np.full(20, -1)
    nearest_clusters(
        *(rows, xlogx_lookup(clusters), X.shape[1], clusters, 4, 1.0, in_ranges),
        ranges=lambda n: [(0, 1), (1, 17), (17, n)],
    )
    assert in_ranges.tolist() == labels.tolist()


def test_sparse_counts_survive_pickling(rng):
    X = make_table(rng, n_rows=5)
    rows = as_sparse_counts(sp.csr_array(X))
    labels, again = np.empty(5, np.int64), np.empty(5, np.int64)
    nearest_clusters(rows, xlogx_lookup(rows), X.shape[1], rows, 5, 1.0, labels)
    rows = pickle.loads(pickle.dumps(rows))
    nearest_clusters(rows, xlogx_lookup(rows), X.shape[1], rows, 5, 1.0, again)
    assert labels.tolist() == again.tolist() == list(range(5))
    assert rows.whole
    assert rows.total == X.sum()
    assert rows.n_rows == 5


@pytest.mark.parametrize("whole", [True, False])
def test_rows_without_a_cluster_are_in_none(whole, rng):
    X = make_table(rng, whole=whole)
    labels = rng.integers(-1, 5, len(X))
    assert NO_CLUSTER == -1
    rows = as_sparse_counts(sp.csr_array(X))
    lookup = xlogx_lookup(rows)
    clusters = gather_clusters(rows, labels, X.shape[1], 5, lookup)
    found = objective_of(clusters, 5, 0.9, lookup)
    assert found == pytest.approx(objective(X, labels, 5, 0.9), rel=1e-12)
