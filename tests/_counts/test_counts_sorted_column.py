"""A sorted column against plain NumPy on its values."""

from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinfo._counts._quantiles import bin_starts
from skinfo._counts._sorted_column import SortedColumn
from skinfo._counts._target import ClassTarget


def target_of(y, weights=None):
    w = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    return ClassTarget(np.asarray(y, np.int32), np.arange(3), w, weights is not None)


@pytest.fixture(params=[False, True], ids=["weights of one", "weights"])
def samples(request, rng):
    x = np.round(rng.normal(size=500), 1)
    x[:20] = np.nan
    x[20:23] = [np.inf, -np.inf, np.inf]
    return x, rng.integers(0, 3, 500), rng.integers(1, 5, 500) if request.param else None


def test_new_values_begin_at_their_positions(samples):
    x, y, w = samples
    column = SortedColumn(x, target_of(y, w))
    ordered = np.sort(x[~np.isnan(x)])
    positions, is_all = column.firsts(len(x))
    assert is_all
    np.testing.assert_array_equal(positions, np.unique(ordered, return_index=True)[1][1:])
    assert not column.firsts(3)[1]
    below, at = column.values_around(positions)
    np.testing.assert_array_equal(below, np.unique(ordered)[:-1])
    np.testing.assert_array_equal(at, np.unique(ordered)[1:])


def test_sums_before_are_those_of_smaller_values(samples):
    x, y, w = samples
    column = SortedColumn(x, target_of(y, w))
    positions, _ = column.firsts(len(x))
    _, starts = column.values_around(positions)
    for sums, is_before in zip(
        column.sums_before(positions),
        [np.zeros(500, bool), *(x < start for start in starts), ~np.isnan(x)],
        strict=True,
    ):
        weights = None if w is None else w[is_before]
        np.testing.assert_array_equal(sums, np.bincount(y[is_before], weights, 3))
    np.testing.assert_array_equal(
        column.missing_sums, np.bincount(y[:20], None if w is None else w[:20], 3)
    )


def test_means_are_correctly_rounded(samples):
    x, y, w = samples
    column = SortedColumn(x, target_of(y, w))
    positions = column.equal_frequency(7)
    _, starts = column.values_around(positions)
    codes = np.searchsorted(starts, x, side="right")
    weights = np.ones(500) if w is None else w
    for code, mean in enumerate(column.means(positions)):
        some = (codes == code) & np.isfinite(x)
        # Repetitions, so that fsum, which is exact, sums what weights stand for.
        total = fsum(np.repeat(x[some], weights[some].astype(int)))
        assert mean == pytest.approx(total / weights[some].sum(), rel=1e-15)


@pytest.mark.parametrize("n_groups", [2, 5, 11])
def test_groups_of_equal_frequency_are_those_of_the_values(samples, n_groups):
    x, y, w = samples
    column = SortedColumn(x, target_of(y, w))
    present = ~np.isnan(x)
    starts = bin_starts(x[present], n_groups, None if w is None else w[present].astype(float))
    _, at = column.values_around(column.equal_frequency(n_groups))
    np.testing.assert_array_equal(at, starts)


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 2), st.integers(1, 4)), min_size=30))
def test_weights_are_repetitions(samples):
    x, y, w = np.array(samples).T
    weighted = SortedColumn(x / 2, target_of(y, w))
    repeated = SortedColumn(np.repeat(x / 2, w), target_of(np.repeat(y, w)))
    if not repeated.firsts(3)[1]:
        for column_of in (lambda c: c.equal_frequency(3), lambda c: c.firsts(100)[0]):
            a, b = column_of(weighted), column_of(repeated)
            np.testing.assert_array_equal(weighted.sums_before(a), repeated.sums_before(b))
            np.testing.assert_array_equal(weighted.means(a), repeated.means(b))
            np.testing.assert_array_equal(weighted.cut_values(a), repeated.cut_values(b))


def test_positions_near_take_all_new_values_or_even_steps():
    column = SortedColumn(np.arange(100.0), target_of(np.arange(100) % 3))
    every, thinned = column.positions_near(np.array([40, 50, 60]), np.array([2]), 30)
    assert not thinned
    assert every.tolist() == list(range(41, 60))
    some, thinned = column.positions_near(np.array([40, 50, 60]), np.array([2]), 5)
    assert thinned
    # Of the positions 41 to 59 five at even steps, and the chosen one, which is among them.
    assert some.tolist() == [41, 45, 50, 54, 59]
