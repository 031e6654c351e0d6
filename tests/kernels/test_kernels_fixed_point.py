"""x ln x and sums of weights in fixed point, against SciPy and NumPy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import xlogy

from skinfo._kernels._fixed_point import (
    fixed_point_scale,
    fixed_xlogx_table,
    level_sums,
    sum_fixed_xlogx,
)


@settings(deadline=None, max_examples=50)
@given(hnp.arrays(np.float64, st.integers(1, 30), elements=st.integers(0, 1000)))
def test_fixed_sums_are_right_and_do_not_depend_on_order(values):
    total = max(values.sum(), 1.0)
    scale = fixed_point_scale(total, 30)
    table = fixed_xlogx_table(int(total) + 1, scale)
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


@pytest.mark.parametrize("n", [1, 100])
def test_level_sums(n, rng):
    codes = rng.integers(0, 6, n).astype(np.int32)
    weights = rng.random(n)
    np.testing.assert_array_equal(level_sums(codes, 8, np.empty(0)), np.bincount(codes, None, 8))
    np.testing.assert_array_equal(level_sums(codes, 8, weights), np.bincount(codes, weights, 8))
