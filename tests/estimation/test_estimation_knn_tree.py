"""Several dimensions, a third variable."""

import math

import numpy as np
import pytest
from continuous_cases import K, normal_pair
from scipy.spatial import cKDTree
from scipy.special import digamma

from skinfo.estimation import _knn_tree, differential_entropy
from skinfo.estimation._continuous import (
    RankedColumn,
    ksg_information,
)
from skinfo.estimation._knn_tree import (
    ksg_blocks,
    ksg_conditional,
    kth_distance,
    kth_distance_to,
    mixed_conditional,
    others_within,
    rows_within,
)


def test_blocks_of_one_dimension_are_columns(rng):
    x, y = normal_pair(rng, 300, 0.7)
    assert ksg_information(x[:, None], RankedColumn(y), K) == pytest.approx(
        ksg_information(x, RankedColumn(y), K), abs=1e-12
    )


def test_block_of_two_normal_columns(rng):
    # Y = X1 + X2 + noise of variance 2: half of its variance explained.
    x = rng.normal(size=(10_000, 2))
    y = x.sum(axis=1) + math.sqrt(2) * rng.normal(size=10_000)
    assert ksg_information(x, RankedColumn(y), K) == pytest.approx(0.5 * math.log(2), abs=0.03)


def brute_counts(block, radii, closed):
    distance = abs(block[:, None] - block[None]).max(axis=2)
    near = distance <= radii[:, None] if closed else distance < radii[:, None]
    return near.sum(axis=1)


@pytest.mark.parametrize("is_lattice", [False, True])
def test_conditional_against_all_pairs(is_lattice, rng):
    x, y, z = rng.normal(size=(3, 120, 2))
    if is_lattice:
        x, y, z = (np.round(block) * 0.1 for block in (x, y, z))
    joint = np.hstack([x, y, z])
    radii = np.sort(abs(joint[:, None] - joint[None]).max(axis=2), axis=1)[:, K]
    blocks = (np.hstack([x, z]), np.hstack([y, z]), z)
    xz, yz, only_z = (np.maximum(brute_counts(b, radii, False), 1) for b in blocks)
    assert ksg_conditional(x, y, z, K) == pytest.approx(
        digamma(K) - np.mean(digamma(xz) + digamma(yz) - digamma(only_z)), abs=1e-12
    )
    near, xz, yz, only_z = (brute_counts(b, radii, True) - 1 for b in (joint, *blocks))
    assert mixed_conditional(x, y, z, K) == pytest.approx(
        np.mean(digamma(near) - digamma(xz) - digamma(yz) + digamma(only_z)), abs=1e-12
    )


def test_conditional_of_a_normal_chain_and_of_a_common_effect(rng):
    x, y = rng.normal(size=(2, 5000))
    z = x + y + rng.normal(size=5000)
    # Given their noisy sum two independent causes have partial correlation -1/2.
    expected = -0.5 * math.log(1 - 0.25)
    assert ksg_conditional(x, y, z, K) == pytest.approx(expected, abs=0.04)
    assert mixed_conditional(x, y, z, K) == pytest.approx(expected, abs=0.05)
    # A chain: nothing left once the middle is known.
    end = z + rng.normal(size=5000)
    assert ksg_conditional(x, end, z, K) == pytest.approx(0, abs=0.04)


def test_mixed_conditional_of_codes(rng):
    # Y = X xor Z: nothing alone, one bit given Z. Codes of any numbers say the same.
    x, z = rng.integers(0, 2, (2, 2000))
    y = x ^ z
    estimate = mixed_conditional(x, y, z, K)
    assert estimate == pytest.approx(math.log(2), abs=0.01)
    assert mixed_conditional(7 - 5 * x, y * 100, z, K) == estimate
    w = rng.normal(size=2000)
    assert mixed_conditional(x, w, z, K) == pytest.approx(0, abs=0.02)


def test_codes_with_few_rows_say_nothing(rng):
    codes = np.arange(30)
    assert mixed_conditional(codes, rng.normal(size=30), rng.normal(size=30), K) == 0.0


def test_a_constant_has_no_information(rng):
    X = np.ones((50, 2))
    assert (
        ksg_blocks(X, rng.normal(size=50), K) == ksg_blocks(rng.normal(size=(50, 2)), X, K) == 0.0
    )


def test_conditional_of_a_constant_is_zero(rng):
    x, z = rng.normal(size=(2, 50))
    for function in (ksg_conditional, mixed_conditional):
        assert function(np.ones(50), x, z, K) == 0.0
        assert function(x, np.ones(50), z, K) == 0.0


@pytest.mark.parametrize("p", [2, math.inf])
def test_neighbours_in_another_block(p, rng):
    block, other = rng.integers(0, 6, (150, 2)) * 0.1, rng.integers(0, 6, (170, 2)) * 0.1
    difference = block[:, None] - other[None]
    distance = np.linalg.norm(difference, ord=p, axis=2)
    radii = kth_distance_to(other, block, 4, p=p)
    np.testing.assert_allclose(radii, np.sort(distance, axis=1)[:, 3], atol=1e-15)
    # Distances that are equal but for rounding are within.
    expected = (distance <= radii[:, None] + 1e-12).sum(axis=1)
    found = others_within(other, block, radii, p=p)
    assert (found >= 4).all()
    if p == 2:
        np.testing.assert_array_equal(found, expected)


def block_of_ties(rng):
    """Points on a lattice, of 1 to 7 rows each, and one of 40."""
    points = rng.integers(-2, 3, (60, 2)) * 0.3
    repeats = np.append(rng.integers(1, 8, 59), 40)
    return rng.permutation(np.repeat(points, repeats, axis=0))


@pytest.mark.parametrize("p", [2, np.inf])
@pytest.mark.parametrize("k", [1, 3, 50])
def test_distances_and_counts_of_tied_rows_against_all_pairs(k, p, rng):
    other, block = block_of_ties(rng), block_of_ties(rng)
    within = np.linalg.norm(block[:, None] - block[None], ord=p, axis=2)
    between = np.linalg.norm(block[:, None] - other[None], ord=p, axis=2)
    radii = kth_distance(block, k, p=p)
    np.testing.assert_allclose(radii, np.sort(within, axis=1)[:, k], atol=1e-15)
    np.testing.assert_allclose(
        kth_distance_to(other, block, k, p=p), np.sort(between, axis=1)[:, k - 1], atol=1e-15
    )
    # Halfway between two distances, so that rounding decides nothing.
    radii = radii + 1e-6
    np.testing.assert_array_equal(
        others_within(other, block, radii, p=p), (between <= radii[:, None]).sum(axis=1)
    )
    if p == np.inf:
        for closed in (True, False):
            np.testing.assert_array_equal(
                rows_within(block, radii, closed=closed), brute_counts(block, radii, closed)
            )


def test_trees_hold_no_equal_points(monkeypatch, rng):
    # A tree cannot part equal points: n of them would make queries of n steps each. In 16 times as
    # many rows there are still 2 points, in one tree a binary digit.
    sizes = []

    class CountingTree(cKDTree):
        def __init__(self, points):
            assert len(np.unique(points, axis=0)) == len(points)
            sizes.append(len(points))
            super().__init__(points)

    monkeypatch.setattr(_knn_tree, "cKDTree", CountingTree)
    grown = []
    for n in (1000, 16_000):
        sizes.clear()
        x = np.repeat([[0.0, 0.0], [1.0, 2.0]], n // 2, axis=0)
        assert differential_entropy(x) == -np.inf
        assert mixed_conditional(x, x[:, ::-1], np.ones_like(x), K) > 0
        grown.append(sum(sizes))
    assert grown[1] - grown[0] <= 4 * 4 * 2


@pytest.mark.parametrize("exponent", [1022, -1060])
def test_one_column_has_distances_at_the_ends_of_the_floats(exponent, rng):
    # A power of two alters no digit, and the squares of these distances are no floats.
    whole = rng.integers(-3, 4, size=(2, 60, 1)) / 2.0
    far = np.ldexp(whole, exponent)
    for k in (1, 5):
        radii = kth_distance_to(*whole, k, p=2)
        np.testing.assert_array_equal(kth_distance_to(*far, k, p=2), np.ldexp(radii, exponent))
        np.testing.assert_array_equal(
            others_within(*far, np.ldexp(radii, exponent), p=2),
            others_within(*whole, radii, p=2),
        )
