"""The dynamic programme, against exhaustive search."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.special import gammaln, xlogy

from skinfo._kernels._partition import (
    CROSS_ENTROPY,
    INFORMATION,
    MODL,
    VARIANCE,
    bin_cost,
    optimal_partitions,
)


def information_cost(counts):
    return xlogy(counts.sum(), counts.sum()) - xlogy(counts, counts).sum()


def modl_cost(counts):
    n, n_classes = counts.sum(), len(counts)
    distributions = gammaln(n + n_classes) - gammaln(n_classes) - gammaln(n + 1)
    return distributions + gammaln(n + 1) - gammaln(counts + 1).sum()


COSTS = {INFORMATION: information_cost, MODL: modl_cost}


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
@pytest.mark.parametrize("cost", [INFORMATION, MODL])
def test_optimum_over_all_partitions(seed, n_classes, cost):
    table = np.random.default_rng(seed).integers(0, 6, (9, n_classes)).astype(float)
    table[:, 0] += 1
    costs, cuts = optimal_partitions(cumulate(table), 5, 1.0, cost)
    for k in range(1, 6):
        assert costs[k - 1] == pytest.approx(best_by_exhaustion(table, k, COSTS[cost]), abs=1e-9)
        ends = [0, *cuts[k - 1, :k]]
        bins = [table[i:j].sum(axis=0) for i, j in pairwise(ends)]
        assert sum(COSTS[cost](b) for b in bins) == pytest.approx(costs[k - 1], abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_optimum_with_a_least_weight(seed):
    table = np.random.default_rng(seed).integers(0, 5, (8, 2)).astype(float) + 0.5
    costs, _ = optimal_partitions(cumulate(table), 4, 9.0, INFORMATION)
    for k in range(1, 5):
        expected = best_by_exhaustion(table, k, information_cost, 9.0)
        assert costs[k - 1] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("min_weight", [0.0, 3.0])
def test_variance_over_all_partitions(seed, min_weight):
    rng = np.random.default_rng(seed)
    y, w = rng.normal(size=9), rng.integers(1, 9, 9) / 4
    cumulative = np.vstack([np.zeros(2), np.cumsum(np.column_stack([w * y, w]), axis=0)])
    costs, _ = optimal_partitions(cumulative, 4, min_weight, VARIANCE)
    for k in range(1, 5):
        # The sum over bins of sum w (y - mean)^2 is sum w y^2 plus the cost.
        best = np.inf
        for cuts in combinations(range(1, 9), k - 1):
            bins = [slice(i, j) for i, j in pairwise([0, *cuts, 9])]
            if min(w[b].sum() for b in bins) >= min_weight:
                means = [np.average(y[b], weights=w[b]) for b in bins]
                error = sum(
                    (w[b] * (y[b] - e) ** 2).sum() for b, e in zip(bins, means, strict=True)
                )
                best = min(best, error)
        assert (w * y**2).sum() + costs[k - 1] == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("scale", [1e6, 1e9, 0.37])
@pytest.mark.parametrize("n_classes", [2, 5, 300])
@pytest.mark.parametrize("cost", [INFORMATION, MODL])
def test_large_counts_real_weights_and_many_classes(scale, n_classes, cost):
    rng = np.random.default_rng(n_classes)
    table = rng.integers(0, 9, (7, n_classes)) * scale
    costs, _ = optimal_partitions(cumulate(table), 4, 0.0, cost)
    expected = [best_by_exhaustion(table, k, COSTS[cost]) for k in range(1, 5)]
    # The terms that cancel are as large as N ln N.
    total = xlogy(table.sum(), table.sum())
    np.testing.assert_allclose(costs, expected, rtol=1e-12, atol=1e-14 * total)
    whole = bin_cost(cumulate(table), 0, 7, cost)
    assert whole == costs[0]


def test_a_flag_stands_for_the_first_two_costs():
    cumulative = cumulate(np.random.default_rng(0).integers(1, 9, (6, 2)).astype(float))
    for flag, cost in [(False, INFORMATION), (True, MODL)]:
        by_flag, by_code = (optimal_partitions(cumulative, 3, 1.0, c) for c in (flag, cost))
        np.testing.assert_array_equal(by_flag[0], by_code[0])
        assert bin_cost(cumulative, 1, 4, flag) == bin_cost(cumulative, 1, 4, cost)


def test_more_bins_than_candidates_and_too_heavy_a_least_weight():
    cumulative = cumulate(np.array([[2.0, 0.0], [0.0, 3.0]]))
    # Together H = 5 ln 5 - 2 ln 2 - 3 ln 3; apart both are pure; three bins there are not.
    costs, cuts = optimal_partitions(cumulative, 4, 1.0, INFORMATION)
    whole = 5 * np.log(5) - 2 * np.log(2) - 3 * np.log(3)
    np.testing.assert_allclose(costs, [whole, 0.0, np.inf, np.inf], atol=1e-14)
    assert cuts.tolist() == [[2, 0, 0, 0], [1, 2, 0, 0], [0] * 4, [0] * 4]
    costs, cuts = optimal_partitions(cumulative, 4, 6.0, INFORMATION)
    assert np.isinf(costs).all()
    assert not cuts.any()


def test_one_candidate():
    # Two rows of either class: 4 ln 2.
    costs, cuts = optimal_partitions(cumulate(np.array([[2.0, 2.0]])), 2, 1.0, INFORMATION)
    np.testing.assert_allclose(costs, [4 * np.log(2), np.inf])
    assert cuts.tolist() == [[1, 0], [0, 0]]


def test_of_equal_partitions_the_last_bin_that_starts_first():
    # All rows alike: every cut costs the same, exactly, so cuts are as early as can be.
    cumulative = np.column_stack([np.zeros(6), np.arange(6.0)])
    costs, cuts = optimal_partitions(cumulative, 3, 1.0, VARIANCE)
    assert not costs.any()
    assert cuts.tolist() == [[5, 0, 0], [1, 5, 0], [1, 2, 5]]


def test_cross_entropy_is_the_expected_loss_by_smoothed_rates(rng):
    observed = rng.integers(1, 9, (7, 3)).astype(float)
    expected = observed.sum(axis=1, keepdims=True) * rng.dirichlet(np.ones(3), 7)
    counts = cumulate(observed)
    sums = np.vstack([np.zeros(3), np.cumsum(expected, axis=0)])
    table = np.column_stack([sums, counts])
    costs, cuts = optimal_partitions(table, 3, 1.0, CROSS_ENTROPY)

    def loss(ends):
        bins = np.add.reduceat(observed, [0, *ends[:-1]])
        smoothed = (bins + 0.5) / (bins.sum(axis=1, keepdims=True) + 1.5)
        return -(np.add.reduceat(expected, [0, *ends[:-1]]) * np.log(smoothed)).sum()

    for k in range(1, 4):
        best = min(loss([*ends, 7]) for ends in combinations(range(1, 7), k - 1))
        assert costs[k - 1] == pytest.approx(best)
        assert loss(cuts[k - 1, :k]) == pytest.approx(best)


def test_cells_without_weight_have_no_variance():
    # Cumulative sums of w y and of w; the second and the last cell are empty.
    cumulative = np.array([[0.0, 0], [6, 2], [6, 2], [5, 3], [9, 7], [9, 7]])
    costs, _ = optimal_partitions(cumulative, 2, 0.0, VARIANCE)
    of_first, of_second = -(6.0**2) / 2, -(3.0**2) / 5
    assert costs[0] == pytest.approx(-(9.0**2) / 7)
    assert costs[1] == pytest.approx(of_first + of_second)
