"""Samples and sums of cells: those of parts are those of the whole, in any order."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinfo._counts import _grid
from skinfo._counts._cells import CellSample, CellSums, NumberSample, Ranges, SumsBetween
from skinfo._counts._special_values import SpecialValues
from skinfo._counts._target import ClassTarget
from skinfo._kernels._exact_sums import exact_means


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


@pytest.mark.parametrize("is_weighted", [False, True])
def test_sums_of_cells_are_those_of_their_samples(is_weighted, rng):
    x, y = rng.integers(-5, 6, 200).astype(float), rng.integers(0, 2, 200)
    x[:20] = np.nan
    w = rng.integers(1, 4, 200) * 1.0 if is_weighted else np.ones(200)
    target = ClassTarget(y.astype(np.int32), np.arange(2), w, is_weighted)
    special = SpecialValues(((-5.0,), (4.0, 5.0)), (None, "high"))
    sums = CellSums.between(x, np.array([-np.inf, -2.0, 1.0]), target, special)
    is_special = np.isin(x, [-5.0, 4.0, 5.0])
    cells = [
        ~is_special & (x < -2), ~is_special & (x >= -2) & (x < 1), ~is_special & (x >= 1),
        np.isnan(x), x == -5, x >= 4,
    ]  # fmt: skip
    np.testing.assert_array_equal(sums.n_rows, [cell.sum() for cell in cells])
    expected = [[w[cell & (y == c)].sum() for c in (0, 1)] for cell in cells]
    np.testing.assert_array_equal(sums.terms, expected)
    spread = sums.spread(np.array([7, 1, 3, 0, 4, 5]), 8)
    np.testing.assert_array_equal(spread.terms[[7, 1, 3, 0, 4, 5]], sums.terms)
    np.testing.assert_array_equal(spread.n_rows[[2, 6]], 0)
    merged = sums.added_from(np.array([0, 2, 5]))
    np.testing.assert_array_equal(merged.n_rows, np.add.reduceat(sums.n_rows, [0, 2, 5]))
    joined = CellSums.joined([sums, merged])
    np.testing.assert_array_equal(joined.take(slice(6, None)).terms, merged.terms)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_sums_between_cuts_are_of_the_finite_values(is_weighted, rng):
    x = rng.integers(-5, 6, 60).astype(float)
    x[:4] = np.nan, np.inf, -np.inf, 9.0
    w = rng.integers(1, 4, 60) * 1.0 if is_weighted else np.ones(60)
    target = ClassTarget(np.zeros(60, np.int32), np.arange(2), w, is_weighted)
    cuts = np.array([-2.0, 3.0, 6.0, 20.0])
    parts = [np.arange(7), np.arange(7, 60)]
    whole, *of_parts = (
        SumsBetween.of(x[some], target.take(some), cuts) for some in (np.arange(60), *parts)
    )
    for found in (whole, of_parts[0].merged(of_parts[1])):
        edges = np.array([-np.inf, *cuts, np.nextafter(np.inf, 0)])
        for k in range(5):
            some = np.isfinite(x) & (x >= edges[k]) & (x < edges[k + 1])
            assert found.weights[k] == w[some].sum()
            with_infinite = some | (k == 0) * (x == -np.inf) | (k == 4) * (x == np.inf)
            assert found.lowest[k] == x[with_infinite].min(initial=np.inf)
            assert found.highest[k] == x[with_infinite].max(initial=-np.inf)
            if found.weights[k]:
                mean = exact_means(found.sums[[k]], found.weights[[k]])[0]
                assert mean == pytest.approx(np.average(x[some], weights=w[some]), rel=1e-15)
