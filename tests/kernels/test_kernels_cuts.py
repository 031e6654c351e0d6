"""Boundary points, new values and running sums of a sorted column."""

import numpy as np
import pytest

from skinfo._kernels._cuts import (
    block_boundaries,
    boundary_points,
    new_values,
    positions_between,
    running_sums,
    sampled_positions,
)
from skinfo._kernels._distinct import DistinctValues
from skinfo._kernels._partition import INFORMATION, MODL, optimal_partitions


def in_order(table):
    """Return the values 0, 1, ... in order, and the class of each."""
    m, n_classes = table.shape
    cells = np.repeat(np.arange(m * n_classes), table.ravel())
    return cells // n_classes * 1.0, (cells % n_classes).astype(np.uint8)


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("cost", [INFORMATION, MODL])
def test_boundary_points_lose_nothing(seed, n_classes, cost):
    # Small counts make many neighbours of the same class distribution.
    table = np.random.default_rng(seed).integers(0, 3, (9, n_classes))
    table[table.sum(axis=1) == 0, 0] = 1
    values, codes = in_order(table)
    points, complete = boundary_points(values, codes, np.empty(0), table.shape[1], 100)
    assert complete
    whole = np.column_stack([table, table.sum(axis=1)])
    cumulative = np.vstack([np.zeros(n_classes + 1), np.cumsum(whole, axis=0)])
    every, _ = optimal_partitions(cumulative, 4, 1.0, cost)
    rows = np.concatenate([[0], values[points], [9]]).astype(int)
    fewer, _ = optimal_partitions(cumulative[rows], min(4, len(rows) - 1), 1.0, cost)
    # Moving rows of one class distribution between two bins costs a concave function of how many,
    # so the best is to move all: to a boundary point, or until a bin is empty. (MODL: the second
    # derivative is psi'(n + J) - sum pi_c^2 psi'(n_c + 1) <= 0, by Cauchy-Schwarz.)
    every, fewer = np.minimum.accumulate(every), np.minimum.accumulate(fewer)
    np.testing.assert_allclose(fewer, every[: len(fewer)], atol=1e-9)
    assert fewer[-1] == pytest.approx(every[-1], abs=1e-9)


def test_boundary_points_by_hand():
    # 0 and 1, six rows, are both half and half, 2 and 3 both pure: one boundary, at 2.
    table = np.array([[1, 1], [2, 2], [0, 1], [0, 3]])
    points, complete = boundary_points(*in_order(table), np.empty(0), table.shape[1], 100)
    assert points.tolist() == [6]
    assert complete


def test_boundary_points_of_weighted_rows():
    # Weights make 0 and 1 alike: 2 to 1 in both.
    values, codes = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0, 1, 0, 1], np.uint8)
    points, _ = boundary_points(values, codes, np.array([2.0, 1.0, 1.0, 0.5]), 2, 100)
    assert points.tolist() == []
    points, _ = boundary_points(values, codes, np.array([2.0, 1.0, 1.0, 1.0]), 2, 100)
    assert points.tolist() == [2]


def test_search_for_boundary_points_ends_at_the_limit():
    values, codes = in_order(np.tile([[1, 0], [0, 1]], (50, 1)))
    points, complete = boundary_points(values, codes, np.empty(0), 2, 10)
    assert len(points) == 10
    assert not complete
    assert boundary_points(values, codes, np.empty(0), 2, 99)[1]


@pytest.mark.parametrize("n", [0, 1, 2, 50])
def test_new_values(n):
    values = np.sort(np.random.default_rng(n).integers(0, 20, n).astype(float))
    expected = np.unique(values, return_index=True)[1][1:].tolist()
    positions, complete = new_values(values, n)
    assert positions.tolist() == expected
    assert complete
    if len(expected) > 1:
        positions, complete = new_values(values, len(expected) - 1)
        assert positions.tolist() == expected[:-1]
        assert not complete


def positions_between_by_numpy(positions, before, lows, chosen, highs, most):
    """Return the same, one chosen position after the other."""
    found, thinned = [chosen], False
    for low, high in zip(lows, highs, strict=True):
        some = np.flatnonzero((positions > low) & (positions < high))
        if len(some) > most:
            thinned = True
            weights = before[some] - before[some[0]]
            marks = np.append(np.arange(most - 1) * (weights[-1] / (most - 1)), weights[-1])
            some = some[np.searchsorted(weights, marks, side="right") - 1]
        found.append(positions[some])
    return np.unique(np.concatenate(found)).tolist(), thinned


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("most", [2, 4, 30, 1000])
@pytest.mark.parametrize("weighted", [False, True])
def test_positions_between(seed, most, weighted):
    rng = np.random.default_rng(seed)
    positions = np.sort(rng.choice(np.arange(1, 5000), 1000, replace=False))
    inner = np.sort(rng.choice(positions, rng.integers(1, 40), replace=False))
    edges = np.concatenate([[0], inner, [5000]])
    c = np.flatnonzero(rng.random(len(inner)) < rng.choice([0.1, 0.5, 1.0])) + 1
    before = np.cumsum(rng.integers(1, 9, 1000)) * 1.0 if weighted else positions
    given = positions, before, edges[c - 1], edges[c], edges[c + 1], most
    found, thinned = positions_between(*given)
    assert (found.tolist(), thinned) == positions_between_by_numpy(*given)


def test_positions_between_without_weights_are_even():
    ends = np.array([0]), np.array([40]), np.array([100])
    every = np.arange(1, 100)
    positions, thinned = positions_between(every, every, *ends, 12)
    even = np.linspace(1, 99, 12).astype(np.int64)
    assert positions.tolist() == sorted({40, *even.tolist()})
    assert thinned


@pytest.mark.parametrize("n", [1, 5, 50, 1000, 70_000])
@pytest.mark.parametrize("decimals", [0, 1, 3, 12])
@pytest.mark.parametrize("sizes", [(2, 2), (8, 4), (16, 16), (300, 20), (2**15, 2**13)])
def test_sampled_positions_are_those_of_distinct_values(n, decimals, sizes, rng):
    values = np.sort(np.round(rng.normal(size=n), decimals))
    cut = np.searchsorted(values, 0.2)
    starts = np.unique([0, cut % n])
    stops = np.append(starts[1:], n)
    expected = [
        start + np.searchsorted(values[start:stop], DistinctValues(7, *sizes).add(some).values)
        for start, stop, some in zip(starts, stops, np.split(values, starts[1:]), strict=True)
    ]
    found = sampled_positions(values, starts, stops, 7, *sizes)
    np.testing.assert_array_equal(found, np.concatenate(expected))


@pytest.mark.parametrize("limit", [0, 20, 40])
def test_block_boundaries_are_boundary_points(limit, rng):
    for _ in range(50):
        table = rng.integers(0, 3, (30, 3))
        table[table.sum(axis=1) == 0, 0] = 1
        values, codes = in_order(table)
        points, complete = boundary_points(values, codes, np.empty(0), 3, limit)
        blocks, all_of_blocks = block_boundaries(table.astype(float), limit)
        assert complete == all_of_blocks
        if complete:
            assert values[points].tolist() == blocks.tolist()


def test_running_sums():
    rng = np.random.default_rng(0)
    terms, rows = rng.normal(size=(50, 3)), rng.permutation(50)[:40].astype(np.int32)
    expected = np.cumsum(np.vstack([np.zeros(3), terms[rows]]), axis=0)
    np.testing.assert_array_equal(running_sums(terms, rows), expected)
    assert running_sums(terms, rows[:0]).tolist() == [[0.0] * 3]
