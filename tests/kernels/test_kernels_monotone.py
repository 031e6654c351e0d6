"""The monotone dynamic programme and pooling, against exhaustive search."""

from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.special import gammaln, xlogy

from skinfo._kernels._monotone import isotonic_blocks, monotone_partitions
from skinfo._kernels._partition import INFORMATION, MODL, VARIANCE, optimal_partitions


def cost_of(columns, cost):
    """Return the cost of a bin from the sums of its columns, the last one its weight."""
    n = columns[-1]
    if cost == VARIANCE:
        return -(columns[0] ** 2) / n
    if cost == INFORMATION:
        return xlogy(n, n) - xlogy(columns[:-1], columns[:-1]).sum()
    n_classes = len(columns) - 1
    return gammaln(n + n_classes) - gammaln(n_classes) - gammaln(columns[:-1] + 1).sum()


def best_by_exhaustion(cumulative, n_bins, min_weight, cost, sign):
    """Return the least cost of any n_bins runs of rows whose exact rates are monotone."""
    m = len(cumulative) - 1
    best = np.inf
    for cuts in combinations(range(1, m), n_bins - 1):
        bins = [cumulative[j] - cumulative[i] for i, j in pairwise([0, *cuts, m])]
        rates = [sign * Fraction(b[-2]) / Fraction(b[-1]) for b in bins]
        if min(b[-1] for b in bins) >= min_weight and rates == sorted(rates):
            best = min(best, sum(cost_of(b, cost) for b in bins))
    return best


def random_table(seed, cost, weighted):
    """Return the cumulative columns of nine rows; small numbers make ties in the rates.

    Weights are multiples of 1/4, so that every sum is exact.
    """
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 9, 9) / 4 if weighted else rng.integers(1, 4, 9).astype(float)
    if cost == VARIANCE:
        columns = np.column_stack([weight * rng.integers(-2, 3, 9), weight])
    else:
        table = rng.integers(0, 3, (9, 2)) * (weight[:, None] if weighted else 1.0)
        table[table.sum(axis=1) == 0, 0] = 1.0
        columns = np.column_stack([table, table.sum(axis=1)])
    return np.vstack([np.zeros(columns.shape[1]), np.cumsum(columns, axis=0)])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("cost", [INFORMATION, MODL, VARIANCE])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("min_weight", [0.0, 4.0])
def test_optimum_over_all_monotone_partitions(seed, cost, sign, weighted, min_weight):
    cumulative = random_table(seed, cost, weighted)
    costs, cuts = monotone_partitions(cumulative, 5, min_weight, cost, sign)
    for k in range(1, 6):
        expected = best_by_exhaustion(cumulative, k, min_weight, cost, sign)
        assert costs[k - 1] == pytest.approx(expected, abs=1e-9)
        if np.isfinite(expected):
            bins = np.diff(cumulative[[0, *cuts[k - 1, :k]]], axis=0)
            assert sum(cost_of(b, cost) for b in bins) == pytest.approx(expected, abs=1e-9)
            rates = sign * bins[:, -2] / bins[:, -1]
            assert (np.diff(rates) >= 0).all()
            assert bins[:, -1].min() >= min_weight
        else:
            assert cuts[k - 1].tolist() == [0] * 5


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("cost", [INFORMATION, VARIANCE])
@pytest.mark.parametrize("sign", [1, -1])
def test_blocks_lose_nothing(seed, cost, sign):
    cumulative = random_table(seed, cost, False)
    ends = isotonic_blocks(cumulative, sign)
    n_bins = min(5, len(ends))
    pooled, _ = optimal_partitions(cumulative[[0, *ends]], n_bins, 1.0, cost)
    every, _ = monotone_partitions(cumulative, n_bins, 1.0, cost, sign)
    np.testing.assert_allclose(pooled, every, atol=1e-9)


def test_blocks_by_hand():
    # Means 1, 3, 2, 2.5, 2.5, 4: 3 and 2 pool to 2.5, equal to the next two.
    y = np.array([1.0, 3.0, 2.0, 2.5, 2.5, 4.0])
    cumulative = np.column_stack([np.append(0, np.cumsum(y)), np.arange(7.0)])
    assert isotonic_blocks(cumulative, 1).tolist() == [1, 5, 6]
    # Falling: 1, 3 pool to 2, then 2 to 2, then 2.5 to 2.125, 2.5 to 2.2, 4 to 2.5.
    assert isotonic_blocks(cumulative, -1).tolist() == [6]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_rows_of_no_weight_are_pooled(at):
    rows = np.insert(np.array([[0.0, 1.0], [1.0, 1.0]]), at, 0.0, axis=0)
    cumulative = np.vstack([np.zeros(2), np.cumsum(rows, axis=0)])
    ends = isotonic_blocks(cumulative, 1)
    # Two blocks whose means are 0 and 1, wherever the empty row went.
    assert np.diff(cumulative[[0, *ends]], axis=0).tolist() == [[0.0, 1.0], [1.0, 1.0]]


def test_one_candidate_and_too_heavy_a_least_weight():
    cumulative = np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 4.0]])
    # One bin of four rows, half and half: 4 ln 2.
    costs, cuts = monotone_partitions(cumulative, 2, 1.0, INFORMATION, 1)
    np.testing.assert_allclose(costs, [4 * np.log(2), np.inf])
    assert cuts.tolist() == [[1, 0], [0, 0]]
    costs, _ = monotone_partitions(cumulative, 2, 5.0, INFORMATION, 1)
    assert np.isinf(costs).all()
