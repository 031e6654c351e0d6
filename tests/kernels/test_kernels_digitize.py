"""Bins of values, against np.searchsorted."""

import numpy as np
import pytest

from skinfo._kernels._digitize import digitize, values_between


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32])
@pytest.mark.parametrize("n", [0, 1, 63, 64, 1000])
@pytest.mark.parametrize("n_cuts", [0, 1, 7, 24, 25, 72, 73, 200])
def test_bins_are_those_of_a_search(rng, n_cuts, n, dtype):
    cuts = np.sort(rng.choice(np.arange(-300, 300) / 10, n_cuts, replace=False))
    special = np.concatenate([[-np.inf, np.inf, np.nan, -0.0], cuts])
    values = np.concatenate([special, rng.normal(0, 10, 1000)])[:n]
    codes = np.empty(len(values), dtype)
    digitize(values, cuts, 251, codes)
    expected = np.where(np.isnan(values), 251, np.searchsorted(cuts, values, side="right"))
    np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize("n_cuts", [1000, 4095, 4096, 70_000])
@pytest.mark.parametrize("infinite", [False, True])
def test_bins_of_many_cuts(rng, n_cuts, infinite):
    cuts = np.unique(rng.normal(size=n_cuts))
    if infinite:
        cuts = np.concatenate([[-np.inf], cuts, [np.inf]])
    values = np.concatenate(
        [[-np.inf, np.inf, np.nan, -0.0], cuts, np.nextafter(cuts, -np.inf), rng.normal(size=500)]
    )
    codes = np.empty(len(values), np.int32)
    digitize(values, cuts, -1, codes)
    expected = np.where(np.isnan(values), -1, np.searchsorted(cuts, values, side="right"))
    np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize("n", [0, 1, 64, 1000])
@pytest.mark.parametrize("n_ranges", [0, 1, 5, 40])
def test_values_between_are_those_in_a_range(rng, n_ranges, n):
    ends = np.sort(rng.normal(size=2 * n_ranges))
    # Some ranges touch.
    ends[1:-1:4] = ends[2::4]
    starts, stops = ends[::2].copy(), ends[1::2].copy()
    x = np.concatenate([ends, [np.nan, np.inf, -np.inf], rng.normal(size=1000)])[:n]
    inside = ((starts <= x[:, None]) & (x[:, None] < stops)).any(axis=1)
    values, rows = values_between(x, starts, stops)
    np.testing.assert_array_equal(rows, np.flatnonzero(inside))
    np.testing.assert_array_equal(values, x[inside])


def test_a_range_without_an_end_holds_infinity():
    x = np.array([-np.inf, 0.0, np.nan, 1.0, np.inf])
    _, rows = values_between(x, np.array([1.0]), np.array([np.nan]))
    np.testing.assert_array_equal(rows, [3, 4])
    _, rows = values_between(x, np.array([1.0]), np.array([np.inf]))
    np.testing.assert_array_equal(rows, [3])
    _, rows = values_between(x, np.array([-np.inf, 1.0]), np.array([0.0, np.inf]))
    np.testing.assert_array_equal(rows, [0, 3])
    # The infinities alone are not in the range below them as well.
    _, rows = values_between(x, np.array([0.0, np.inf]), np.array([np.inf, np.nan]))
    np.testing.assert_array_equal(rows, [1, 3, 4])
