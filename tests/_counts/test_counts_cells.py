"""Samples and sums of cells: those of parts are those of the whole, in any order."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinfo._counts import _grid
from skinfo._counts._cells import CellSample, NumberSample, Ranges
from skinfo._counts._target import ClassTarget


def target_of(y):
    return ClassTarget(np.asarray(y, np.int32), np.arange(2), np.ones(len(y)), False)


def parts_of(n, ends):
    return np.split(np.arange(n), sorted(end % (n + 1) for end in ends))


SAMPLES = st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 1)), min_size=1, max_size=60)
ENDS = st.lists(st.integers(0, 60), max_size=4)


def number_sample(x, w):
    return NumberSample.of(x, w, {"number"})


@given(SAMPLES, ENDS, st.integers(1, 12))
def test_a_sample_of_values_depends_on_the_values_alone(samples, ends, size):
    x, w = np.array(samples, float).T
    with pytest.MonkeyPatch.context() as context:
        context.setattr(_grid, "EXACT", size + 1)
        context.setattr(_grid, "SAMPLE", size)
        parts = [number_sample(x[part], w[part] + 1) for part in parts_of(len(x), ends)]
        total = reduce(NumberSample.merged, reversed(parts))
        whole = number_sample(x, w + 1)
    np.testing.assert_array_equal(total.values, whole.values)
    assert total.is_thinned == whole.is_thinned == (len(np.unique(x)) > size + 1)
    assert total.weight == whole.weight == (w + 1).sum()
    if not whole.is_thinned:
        np.testing.assert_array_equal(whole.starts, np.unique(x))


@given(st.integers(0, 2**32), ENDS)
def test_no_heavy_value_is_missed(seed, ends):
    rng = np.random.default_rng(seed)
    x = np.round(rng.standard_t(1, 60), rng.integers(0, 3))
    w = np.empty(0) if rng.random() < 0.5 else rng.integers(1, 20, 60) * 1.0
    x = np.sort(x) if rng.random() < 0.5 else x
    with pytest.MonkeyPatch.context() as context:
        context.setattr(_grid, "HEAVY_SHARE", 0.125)
        parts = [number_sample(x[part], w[part] if len(w) else w) for part in parts_of(60, ends)]
        total = reduce(NumberSample.merged, parts)
        values, index = np.unique(x, return_inverse=True)
        weights = np.bincount(index, w if len(w) else None)
        heavy = values[weights >= 0.125 * weights.sum()]
        assert np.isin(heavy, total.maybe_heavy).all()
        assert len(total.maybe_heavy) <= 16


@given(SAMPLES, ENDS, st.integers(1, 6))
def test_samples_of_ranges_depend_on_the_values_alone(samples, ends, size):
    x, y = np.array(samples, float).T
    ranges = Ranges(np.array([-20.0, 0.0]), np.array([-5.0, 12.0]), np.array([1, 2]))
    inside = ((x < -5) | (x >= 0)) & (x < 12)
    x, y = x[inside], y[inside]
    with pytest.MonkeyPatch.context() as context:
        context.setattr(_grid, "FINE_EXACT", size + 1)
        context.setattr(_grid, "FINE", size)
        parts = [
            CellSample.of(ranges, x[part], target_of(y[part])) for part in parts_of(len(x), ends)
        ]
        total = reduce(CellSample.merged, reversed(parts)).whole()
        whole = CellSample.of(ranges, x, target_of(y))
    np.testing.assert_array_equal(total.values, whole.values)
    np.testing.assert_array_equal(total.sums.terms, whole.sums.terms)
    np.testing.assert_array_equal(total.is_all, whole.is_all)
    for value, terms in zip(whole.values, whole.sums.terms, strict=True):
        # Whatever is kept is kept whole.
        np.testing.assert_array_equal(terms, np.bincount(y[x == value].astype(int), minlength=2))
    for is_all, some in zip(whole.is_all, (x < -5, x >= 0), strict=True):
        assert is_all == (len(np.unique(x[some])) <= size + 1)
