"""Candidate cuts and the dynamic programme, against exhaustive search."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.special import gammaln, xlogy

from skinfo._kernels._partition import candidate_cuts, cumulative_counts, optimal_partitions


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


def rows_of(table):
    """Return a sorted column whose value i has the class counts of row i."""
    m, n_classes = table.shape
    cells = np.repeat(np.arange(m * n_classes), table.ravel())
    return cells // n_classes, cells % n_classes


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("modl", [False, True])
def test_boundary_points_lose_nothing(seed, n_classes, modl):
    # Small counts make many neighbours of the same class distribution.
    table = np.random.default_rng(seed).integers(0, 3, (9, n_classes))
    table[table.sum(axis=1) == 0, 0] = 1
    values, classes = rows_of(table)
    values, classes = values.astype(float), classes.astype(np.int32)
    weights = np.ones(len(values))
    best = {}
    for merge in (False, True):
        ends, _ = candidate_cuts(values, classes, weights, n_classes, merge)
        counts = cumulative_counts(classes, weights, ends, n_classes)
        best[merge], _ = optimal_partitions(counts, min(4, len(ends)), 1.0, modl)
    # Moving rows of one class distribution between two bins costs a concave function of how many,
    # so the best is to move all: to a boundary point, or until a bin is empty. (MODL: the second
    # derivative is psi'(n + J) - sum pi_c^2 psi'(n_c + 1) <= 0, by Cauchy-Schwarz.)
    best = {merge: np.minimum.accumulate(costs) for merge, costs in best.items()}
    shared = len(best[True])
    np.testing.assert_allclose(best[True], best[False][:shared], atol=1e-9)
    # Further bins than merged candidates cannot say more.
    assert best[False].min() >= best[True].min() - 1e-9


def test_candidates_separate_values_only():
    values = np.array([1.0, 1, 2, 2, 3, 4])
    classes = np.array([0, 1, 1, 0, 1, 1], np.int32)
    ends, cumulative = candidate_cuts(values, classes, np.ones(6), 2, False)
    assert ends.tolist() == [2, 4, 5, 6]
    assert cumulative.tolist() == [2, 4, 5, 6]
    # 1 and 2 are both half and half; 3 and 4 both pure: one boundary is left.
    assert candidate_cuts(values, classes, np.ones(6), 2, True)[0].tolist() == [4, 6]


def test_cumulative_counts_of_weighted_rows():
    classes = np.array([0, 1, 1], np.int32)
    counts = cumulative_counts(classes, np.array([2.0, 0.5, 1.0]), np.array([1, 3]), 2)
    assert counts.tolist() == [[0, 0, 0], [2, 0, 2], [2, 1.5, 3.5]]
