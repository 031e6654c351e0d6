"""Boundary points and the dynamic programme, against exhaustive search."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.special import gammaln, xlogy

from skinfo._kernels._partition import boundary_points, optimal_partitions


def information_cost(counts):
    return xlogy(counts.sum(), counts.sum()) - xlogy(counts, counts).sum()


def modl_cost(counts):
    n, n_classes = counts.sum(), len(counts)
    distributions = gammaln(n + n_classes) - gammaln(n_classes) - gammaln(n + 1)
    return distributions + gammaln(n + 1) - gammaln(counts + 1).sum()


COSTS = {False: information_cost, True: modl_cost}


def best_by_exhaustion(table, n_bins, cost, min_weight=0.0):
    """Return the least cost of any partition of the rows of `table` into n_bins runs."""
    m = len(table)
    best = np.inf
    for cuts in combinations(range(1, m), n_bins - 1):
        ends = [0, *cuts, m]
        bins = [table[i:j].sum(axis=0) for i, j in pairwise(ends)]
        if min(b.sum() for b in bins) >= min_weight:
            best = min(best, sum(cost(b) for b in bins))
    return best


def cumulate(table):
    whole = np.column_stack([table, table.sum(axis=1)])
    return np.vstack([np.zeros(whole.shape[1]), np.cumsum(whole, axis=0)])


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("modl", [False, True])
def test_optimum_over_all_partitions(seed, n_classes, modl):
    table = np.random.default_rng(seed).integers(0, 6, (9, n_classes)).astype(float)
    table[:, 0] += 1
    costs, cuts = optimal_partitions(cumulate(table), 5, 1.0, modl)
    for k in range(1, 6):
        assert costs[k - 1] == pytest.approx(best_by_exhaustion(table, k, COSTS[modl]), abs=1e-9)
        ends = [0, *cuts[k - 1, :k]]
        bins = [table[i:j].sum(axis=0) for i, j in pairwise(ends)]
        assert sum(COSTS[modl](b) for b in bins) == pytest.approx(costs[k - 1], abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_optimum_with_a_least_weight(seed):
    table = np.random.default_rng(seed).integers(0, 5, (8, 2)).astype(float) + 0.5
    costs, _ = optimal_partitions(cumulate(table), 4, 9.0, False)
    for k in range(1, 5):
        expected = best_by_exhaustion(table, k, information_cost, 9.0)
        assert costs[k - 1] == pytest.approx(expected)


def by_class(table):
    """Return the values 0, 1, ... sorted within each class, and where each class starts."""
    m, n_classes = table.shape
    values = [np.repeat(np.arange(m, dtype=float), table[:, c]) for c in range(n_classes)]
    starts = np.concatenate([[0], np.cumsum([len(v) for v in values])])
    return np.concatenate(values), starts


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("modl", [False, True])
def test_boundary_points_lose_nothing(seed, n_classes, modl):
    # Small counts make many neighbours of the same class distribution.
    table = np.random.default_rng(seed).integers(0, 3, (9, n_classes))
    table[table.sum(axis=1) == 0, 0] = 1
    points, complete = boundary_points(*by_class(table), np.empty(0), 100)
    assert complete
    cumulative = cumulate(table.astype(float))
    every, _ = optimal_partitions(cumulative, 4, 1.0, modl)
    rows = np.concatenate([[0], points, [9]]).astype(int)
    fewer, _ = optimal_partitions(cumulative[rows], min(4, len(rows) - 1), 1.0, modl)
    # Moving rows of one class distribution between two bins costs a concave function of how many,
    # so the best is to move all: to a boundary point, or until a bin is empty. (MODL: the second
    # derivative is psi'(n + J) - sum pi_c^2 psi'(n_c + 1) <= 0, by Cauchy-Schwarz.)
    every, fewer = np.minimum.accumulate(every), np.minimum.accumulate(fewer)
    np.testing.assert_allclose(fewer, every[: len(fewer)], atol=1e-9)
    assert fewer[-1] == pytest.approx(every[-1], abs=1e-9)


def test_boundary_points_by_hand():
    # 0 and 1 are both half and half, 2 and 3 both pure: one boundary, at 2.
    table = np.array([[1, 1], [2, 2], [0, 1], [0, 3]])
    points, complete = boundary_points(*by_class(table), np.empty(0), 100)
    assert points.tolist() == [2.0]
    assert complete


def test_boundary_points_of_weighted_rows():
    # Weights make 0 and 1 alike: 2 to 1 in both.
    values, starts = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0, 2, 4])
    points, _ = boundary_points(values, starts, np.array([2.0, 1.0, 1.0, 0.5]), 100)
    assert points.tolist() == []
    points, _ = boundary_points(values, starts, np.array([2.0, 1.0, 1.0, 1.0]), 100)
    assert points.tolist() == [1.0]


def test_search_for_boundary_points_ends_at_the_limit():
    values, starts = by_class(np.tile([[1, 0], [0, 1]], (50, 1)))
    points, complete = boundary_points(values, starts, np.empty(0), 10)
    assert len(points) == 10
    assert not complete
    assert boundary_points(values, starts, np.empty(0), 99)[1]
