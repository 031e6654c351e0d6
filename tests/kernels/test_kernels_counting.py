import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import xlogy

from skinfo._kernels._counting import count_classes, sum_class_weights
from skinfo._kernels._fixed_point import (
    fixed_point_scale,
    fixed_xlogx_table,
    level_sums,
    sum_fixed_xlogx,
)
from skinfo._kernels._null import poisson_tables
from skinfo._kernels._null_pairs import pair_null_means, pair_null_sums
from skinfo._kernels._pairs import (
    grouped_sum,
    is_sparse,
    pack_planes,
    plane_pair_sums,
    row_pair_sums,
)

KERNEL = settings(deadline=None, max_examples=50)

NO_WEIGHTS = np.empty(0)


def tables_of(codes, y, weights=None):
    """The (n_features, n_levels, n_classes) tables of codes (n, n_features), by np.add.at."""
    weights = np.ones(len(y)) if weights is None else weights
    tables = np.zeros((codes.shape[1], codes.max() + 1, y.max() + 1))
    for j, table in enumerate(tables):
        np.add.at(table, (codes[:, j], y), weights)
    return tables


def joint_sum(x, y, weights=None):
    """The sum of n ln n over the table of two columns."""
    table = tables_of(x[:, None].astype(int), y.astype(int), weights)[0]
    return xlogy(table, table).sum()


def unit(total, n_cells):
    scale = fixed_point_scale(total, n_cells)
    return fixed_xlogx_table(int(total) + 1, scale), scale


# Columns against classes --------------------------------------------------------------


def both_ways(codes):
    """Codes (n, n_features) as bytes, one row after another and one column after another."""
    for order in "CF":
        yield codes.astype(np.uint8, order=order)


@pytest.mark.parametrize(("n_levels", "n_classes"), [(1, 1), (2, 2), (10, 3), (256, 10)])
def test_class_counts(n_levels, n_classes, rng):
    codes = rng.integers(0, n_levels, (500, 7))
    codes[0], codes[1] = 0, n_levels - 1
    y = rng.integers(0, n_classes, 500).astype(np.int32)
    y[0] = n_classes - 1
    expected = tables_of(codes, y).transpose(2, 0, 1)
    for layout in both_ways(codes):
        counts = count_classes(layout, y, n_levels, n_classes)
        np.testing.assert_array_equal(counts, expected)
        counts = count_classes(layout[100:300, 2:5], y[100:300], n_levels, n_classes)
        part = count_classes(layout[100:300, 2:5].copy(), y[100:300], n_levels, n_classes)
        np.testing.assert_array_equal(counts, part)


@pytest.mark.parametrize("shape", [(0, 3), (5, 0)])
def test_counts_of_nothing_are_zero(shape):
    codes, y = np.zeros(shape, np.uint8), np.zeros(shape[0], np.int32)
    for counts in (count_classes(codes, y, 2, 3), sum_class_weights(codes, y, y + 1.0, 2, 3)):
        np.testing.assert_array_equal(counts, np.zeros((3, shape[1], 2)))


def test_weighted_class_counts_are_repetitions(rng):
    codes = rng.integers(0, 5, (200, 4))
    y = rng.integers(0, 3, 200).astype(np.int32)
    times = rng.integers(0, 4, 200)
    repeated = np.repeat(codes, times, axis=0), np.repeat(y, times)
    (expected, *_) = (
        count_classes(layout, repeated[1], 5, 3) for layout in both_ways(repeated[0])
    )
    for layout in both_ways(codes):
        counts = sum_class_weights(layout, y, times.astype(float), 5, 3)
        np.testing.assert_array_equal(counts, expected)


def test_weighted_class_counts_with_real_weights(rng):
    codes = rng.integers(0, 5, (200, 4))
    y = rng.integers(0, 3, 200).astype(np.int32)
    weights = rng.random(200)
    expected = tables_of(codes, y, weights).transpose(2, 0, 1)
    for layout in both_ways(codes):
        counts = sum_class_weights(layout, y, weights, 5, 3)
        # Both add up the rows in their order.
        np.testing.assert_array_equal(counts, expected)


# Fixed point --------------------------------------------------------------------------


@KERNEL
@given(hnp.arrays(np.float64, st.integers(1, 30), elements=st.integers(0, 1000)))
def test_fixed_sums_are_right_and_do_not_depend_on_order(values):
    total = max(values.sum(), 1.0)
    table, scale = unit(total, 30)
    expected = xlogy(values, values).sum()
    fixed = sum_fixed_xlogx(values, table, scale)
    assert fixed / scale == pytest.approx(expected, rel=1e-14, abs=1e-14)
    assert sum_fixed_xlogx(np.sort(values), table, scale) == fixed
    # What the table has is what is worked out where it ends.
    assert sum_fixed_xlogx(values, table[:2], scale) == fixed


@pytest.mark.parametrize("total", [1e-300, 1e-9, 0.5, 1.0, 2.0, 1e6, 1e15, 1e300])
@pytest.mark.parametrize("n_cells", [2, 10**9])
def test_fixed_point_holds_three_sums(total, n_cells):
    scale = fixed_point_scale(total, n_cells)
    assert math.log2(scale) == int(math.log2(scale))
    # The two extremes of a sum of x ln x: all in one cell, or the same in each.
    for extreme in (xlogy(total, total), total * math.log(total / n_cells)):
        assert 3 * abs(extreme) * scale < 2**63


def test_level_sums(rng):
    codes = rng.integers(0, 6, 100).astype(np.int32)
    weights = rng.random(100)
    np.testing.assert_array_equal(level_sums(codes, 8, NO_WEIGHTS), np.bincount(codes, None, 8))
    np.testing.assert_array_equal(level_sums(codes, 8, weights), np.bincount(codes, weights, 8))


# Planes -------------------------------------------------------------------------------


def planes_of(columns, n_levels, shape):
    starts = np.concatenate([[0], np.cumsum(n_levels - 1)])
    planes = np.full((shape[0], starts[-1], shape[1]), 2**64 - 1, np.uint64)
    for column, levels, start in zip(columns, n_levels, starts[:-1], strict=True):
        pack_planes(column.astype(np.uint8), levels, start, planes)
    return planes, starts


@pytest.mark.parametrize("n", [1, 63, 64, 65, 200, 256])
def test_planes_hold_the_levels(n, rng):
    column = rng.integers(0, 4, n)
    planes, _ = planes_of([column], np.array([4]), (2, 2))
    bits = np.unpackbits(planes.view(np.uint8), axis=-1, bitorder="little")
    bits = bits.transpose(1, 0, 2).reshape(3, -1)
    for level in range(3):
        np.testing.assert_array_equal(bits[level, :n], column == level)
    assert not bits[:, n:].any()


@KERNEL
@given(
    n=st.integers(1, 700),
    n_levels=hnp.arrays(np.int64, st.integers(2, 9), elements=st.integers(1, 16)),
    shape=st.sampled_from([(1, 11), (2, 8), (3, 4)]),
    split=st.integers(0, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_plane_pairs_and_row_pairs_agree(n, n_levels, shape, split, seed):
    rng = np.random.default_rng(seed)
    p, split = len(n_levels), min(split, len(n_levels))
    columns = np.array([rng.integers(0, levels, n) for levels in n_levels])
    planes, starts = planes_of(columns, n_levels, shape)
    margins = np.concatenate(
        [np.bincount(c, minlength=k) for c, k in zip(columns, n_levels, strict=True)]
    )
    table, scale = unit(n, max(n, 2))
    sums = np.zeros((p, p), np.int64)
    for a, b in [((0, split), (0, split)), ((0, split), (split, p)), ((split, p), (split, p))]:
        plane_pair_sums(planes, starts, margins, a, b, table, scale, sums)
    order = np.empty(0, np.int64)
    for f in range(p - 1):
        others = columns[f + 1 :].astype(np.int32)
        by_rows = row_pair_sums(
            columns[f].astype(np.int32), n_levels[f], order, others, n_levels[f + 1 :],
            NO_WEIGHTS, table, scale,
        )  # fmt: skip
        np.testing.assert_array_equal(sums[f, f + 1 :], by_rows)
        expected = [joint_sum(columns[f], other) for other in others]
        np.testing.assert_allclose(by_rows / scale, expected, rtol=1e-13, atol=1e-13)
    assert not np.tril(sums).any()


# Rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 301])
@pytest.mark.parametrize("n_levels", [3, 250])
@pytest.mark.parametrize("weights", ["none", "whole", "real"])
def test_row_pairs(n, n_levels, weights, rng):
    x, y = (rng.integers(0, n_levels, n).astype(np.int32) for _ in range(2))
    given = {"none": NO_WEIGHTS, "whole": rng.integers(1, 4, n) * 1.0, "real": rng.random(n)}
    weights = given[weights]
    table, scale = unit(weights.sum() if len(weights) else n, max(n, 2))
    sums = row_pair_sums(
        x, n_levels, np.argsort(x, kind="stable"), y[None], np.array([n_levels]),
        weights, table, scale,
    )  # fmt: skip
    assert is_sparse(n, n_levels, n_levels) == (n_levels == 250)
    expected = joint_sum(x, y, weights if len(weights) else None)
    assert sums[0] / scale == pytest.approx(expected, rel=1e-13, abs=1e-13)
    # The way of sparse tables, whether or not it was taken.
    grouped = grouped_sum(
        x, np.argsort(x, kind="stable"), y, n_levels, weights, table, scale, np.empty(n_levels)
    )
    assert grouped == sums[0]


# Chance -------------------------------------------------------------------------------


def chance_of(n, a, b, *, exact):
    """The E[k ln k] that `pair_null_means` gives two margins."""
    sizes, scale, chance = np.array([a, b], float), 2.0**46, np.zeros((2, 2), np.int64)
    pair_null_means(n, sizes, 0, 1, poisson_tables(), exact, scale, chance)
    return chance[0, 1] / scale


def exact_mean_xlogx(n, a, b):
    """E[k ln k] of a hypergeometric k, its probabilities from binomial coefficients."""
    return math.fsum(
        Fraction(math.comb(a, k) * math.comb(n - a, b - k), math.comb(n, b)) * (k * math.log(k))
        for k in range(max(1, a + b - n), min(a, b) + 1)
    )


@pytest.mark.parametrize(
    ("n", "a", "b", "tolerance"),
    [
        (1, 1, 1, 0),
        (10, 10, 4, 1e-12),  # no choice: 4 ln 4
        (50, 7, 30, 1e-12),
        (1000, 40, 300, 1e-12),
        # From a mean of 256 on, the series.
        (2000, 1000, 512, 1e-8),
        (3000, 1600, 1500, 1e-9),
        (2000, 1999, 300, 1e-9),
        (5000, 1300, 1000, 1e-8),
    ],
)
def test_chance_of_two_margins(n, a, b, tolerance):
    expected = exact_mean_xlogx(n, a, b)
    assert chance_of(n, a, b, exact=True) == pytest.approx(expected, abs=tolerance, rel=1e-15)
    # The smooth form of real margins: within a few percent of what chance adds, and symmetric.
    at_mean = xlogy(a * b / n, a * b / n)
    smooth = chance_of(n, a, b, exact=False)
    assert smooth - at_mean == pytest.approx(expected - at_mean, rel=0.05, abs=1e-3)


@pytest.mark.parametrize("exact", [True, False])
def test_chance_sums_of_chances_kept_or_not(exact):
    # Three columns: chance adds what it gives each level of one with each of another.
    n, scale, step = 60.0, 2.0**30, 2
    sizes = np.array([5.0, 10, 15, 20, 30])
    which, times = np.array([0, 1, 3, 2, 4]), np.array([2, 1, 2, 4, 2])
    starts = np.array([0, 3, 4, 5])
    how = poisson_tables(), exact, scale
    chance = np.zeros((5, 5), np.int64)
    for first in range(step):
        pair_null_means(n, sizes, first, step, *how, chance)
    expected = np.zeros((3, 3), np.int64)
    for f, g in combinations(range(3), 2):
        mine, other = slice(*starts[f : f + 2]), slice(*starts[g : g + 2])
        expected[f, g] = times[mine] @ chance[np.ix_(which[mine], which[other])] @ times[other]
    for kept in (chance, np.empty((0, 0), np.int64)):
        sums = np.zeros((3, 3), np.int64)
        for first in range(step):
            pair_null_sums(n, sizes, which, times, starts, first, step, kept, *how, sums)
        np.testing.assert_array_equal(sums, expected)
