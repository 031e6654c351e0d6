"""Ties, constants, and what must change nothing."""

import math

import numpy as np
import pytest
from continuous_cases import K, auto, classes_of, normal_pair
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import entropy, norm

from skinfo.estimation._continuous import (
    DiscreteTarget,
    auto_information,
    binned_information,
    gaussian_copula_information,
    ksg_information,
    ross_information,
)
from skinfo.estimation._ranks import RankedColumn, normal_scores_at, untied_order, untied_values


def rounded_normal_information(step):
    """I(class; rounded x), x normal and P(class 1 | x) = Phi(x), by quadrature."""
    x = np.linspace(-8, 8, 16_001)
    weight = norm.pdf(x) / norm.pdf(x).sum()
    cell = np.rint(x / step).astype(int) + 10_000
    one = np.bincount(cell, weight * norm.cdf(x))
    zero = np.bincount(cell, weight * norm.cdf(-x))
    joint = np.stack([one, zero])
    return entropy(joint.sum(0)) + entropy(joint.sum(1)) - entropy(joint.ravel())


@pytest.mark.parametrize("n", [300, 3000])
@pytest.mark.parametrize("step", [0.02, 0.1, 0.5])
def test_rounding_leaves_no_bias(n, step, rng):
    repeats = 40 if n == 300 else 10
    errors, nulls = [], []
    for _ in range(repeats):
        x = rng.normal(size=n)
        classes = (rng.random(n) < norm.cdf(x)).astype(int)
        x = np.round(x / step) * step
        errors.append(auto(x, classes) - rounded_normal_information(step))
        nulls.append(auto(x, rng.permutation(classes)))
    for values in (errors, nulls):
        assert abs(np.mean(values)) < 0.004 + 3 * np.std(values) / math.sqrt(repeats)


def ksg(x, y):
    return ksg_information(x, RankedColumn(y), K)


def ross(x, classes):
    return ross_information(x, classes_of(classes), K)


@pytest.mark.parametrize("function", [auto, ksg])
def test_ties_of_independent_columns_leave_no_bias(function, rng):
    x, y = np.round(rng.normal(size=(2, 60, 300)), 1)
    estimates = [function(a, b) for a, b in zip(x, y, strict=True)]
    assert abs(np.mean(estimates)) < 3 * np.std(estimates) / math.sqrt(60)


def test_published_estimators_on_rounded_values(rng):
    x, noise = rng.normal(size=(2, 5000))
    y = 0.6 * x + 0.8 * noise
    assert ksg(x.round(1), y.round(1)) == pytest.approx(-0.5 * math.log(0.64), abs=0.04)
    classes = (rng.random(5000) < norm.cdf(x)).astype(int)
    assert ross(x.round(1), classes) == pytest.approx(rounded_normal_information(0.1), abs=0.03)


def test_tied_rows_stay_in_the_cell_that_rounds_to_their_value(rng):
    column = RankedColumn(rng.integers(0, 7, 100) * 2.0)
    other = RankedColumn(rng.normal(size=100))
    order = untied_order(column, other, 1)
    values = untied_values(column, order)
    assert len(np.unique(values)) == 100
    np.testing.assert_array_equal(np.argsort(values), order)
    np.testing.assert_array_equal(np.round(values / 2) * 2, column.values)
    alone = RankedColumn(np.array([1.0, 4.0, 4.0]))
    assert untied_values(alone, alone.order)[0] == 1.0


@pytest.mark.parametrize("function", [auto_information, ross_information, ksg_information])
@pytest.mark.parametrize("n", [2, 10, 1000])
def test_constant_columns_are_exactly_zero(function, n, rng):
    constant = np.full(n, 0.1)
    if function is not ksg_information:
        assert function(constant, classes_of(np.arange(n) % 2), K) == 0.0
        assert function(rng.normal(size=n), DiscreteTarget(np.zeros(n), 1), K) == 0.0
    if function is not ross_information:
        assert function(constant, RankedColumn(rng.normal(size=n)), K) == 0.0
        assert function(rng.normal(size=n), RankedColumn(constant), K) == 0.0


def test_constant_columns_of_the_other_estimators(rng):
    constant, x = np.ones(50), rng.normal(size=50)
    for function in (gaussian_copula_information, binned_information):
        for target in (
            RankedColumn(x),
            RankedColumn(constant),
            classes_of(np.arange(50) % 3),
        ):
            assert function(constant, target) == 0.0
        assert function(x, RankedColumn(constant)) == 0.0
        assert function(x, DiscreteTarget(np.zeros(50), 1)) == 0.0


def test_a_constant_says_nothing_of_a_rare_class():
    # The case of scikit-learn issue 30772: 0.0245 nat there, more than H(y) = 0.001.
    rare = np.zeros(1_000_000, np.int64)
    rare[::10_000] = 1
    assert auto_information(np.ones(1_000_000), classes_of(rare), K) == 0.0


def test_a_column_of_few_values_is_discrete(rng):
    # Both all atoms: the plug-in estimate less its null mean, as for any codes.
    x, y = rng.integers(0, 5, (2, 1000))
    y = np.where(rng.random(1000) < 0.3, x, y)
    assert auto(x.astype(float), y.astype(float)) == pytest.approx(
        auto(x.astype(float), y), abs=1e-12
    )


def test_classes_of_one_row_are_left_out(rng):
    x = rng.normal(size=300)
    classes = (x + rng.normal(size=300) > 0).astype(int)
    more = np.concatenate([classes, [2, 3]])
    with_more = ross_information(np.concatenate([x, [0.0, 9.0]]), classes_of(more), K)
    assert with_more == ross_information(x, classes_of(classes), K)


# ---- invariances

columns = st.sampled_from(["normal", "rounded", "few", "zeros"])


def draw_column(kind, rng, n):
    values = rng.normal(size=n)
    if kind == "rounded":
        return np.round(values, 1)
    if kind == "few":
        return np.round(values)
    return np.maximum(values, 0) if kind == "zeros" else values


@given(columns, columns, st.integers(2, 200), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_row_order_changes_nothing(kind_x, kind_y, n, seed):
    rng = np.random.default_rng(seed)
    x, y = draw_column(kind_x, rng, n), draw_column(kind_y, rng, n)
    classes = rng.integers(0, 3, n)
    shuffled = rng.permutation(n)
    assert auto(x[shuffled], y[shuffled]) == auto(x, y)
    assert auto(x[shuffled], classes[shuffled]) == pytest.approx(auto(x, classes), abs=1e-12)
    assert ksg_information(x[shuffled], RankedColumn(y[shuffled]), K) == ksg_information(
        x, RankedColumn(y), K
    )
    assert ross_information(x[shuffled], classes_of(classes[shuffled]), K) == ross_information(
        x, classes_of(classes), K
    )


@given(columns, columns, st.integers(2, 200), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_increasing_transforms_change_nothing(kind_x, kind_y, n, seed):
    rng = np.random.default_rng(seed)
    x, y = draw_column(kind_x, rng, n), draw_column(kind_y, rng, n)
    classes = rng.integers(0, 3, n)
    assert auto(np.exp(x), y**3) == auto(x, y)
    assert auto(np.exp(x), classes) == auto(x, classes)
    assert binned_information(np.exp(x), RankedColumn(y)) == binned_information(x, RankedColumn(y))


@given(columns, st.integers(2, 200), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_decreasing_transforms_and_names_of_classes_change_nothing(kind, n, seed):
    rng = np.random.default_rng(seed)
    x, y = draw_column(kind, rng, n), rng.normal(size=n)
    classes = rng.integers(0, 4, n)
    named = np.array([2, 0, 3, 1])[classes]
    assert auto(-x, classes) == pytest.approx(auto(x, classes), abs=1e-12)
    assert auto(x, named) == pytest.approx(auto(x, classes), abs=1e-12)
    assert ross(x, named) == pytest.approx(ross(x, classes), abs=1e-12)
    # Ties are turned over with the column, unless each run is as long as its mirror image, which
    # leaves no telling which end is up: then only their arrangement differs.
    if kind in ("normal", "zeros") or (kind == "rounded" and n > 100):
        assert auto(-x, y) == pytest.approx(auto(x, y), abs=1e-12)


def test_infinities_are_values_like_others(rng):
    x, y = normal_pair(rng, 200, 0.5)
    wide = x.copy()
    wide[np.argmax(x)], wide[np.argmin(x)] = np.inf, -np.inf
    assert auto(wide, y) == auto(x, y)


def test_the_order_of_ties_knows_nothing_of_y(rng):
    x = RankedColumn(np.repeat([0.0, 1.0], 500))
    y = RankedColumn(rng.normal(size=1000))
    ranks = np.argsort(untied_order(x, y, 1))
    for rows in (slice(0, 500), slice(500, 1000)):
        # A correlation of 500 independent pairs has standard deviation 1 / sqrt(500).
        assert abs(np.corrcoef(ranks[rows], y.values[rows])[0, 1]) < 3.5 / math.sqrt(500)
    assert ranks[:500].max() == 499


def test_normal_scores_are_symmetric():
    scores = normal_scores_at(np.arange(7) + 0.5, 7)
    np.testing.assert_array_equal(scores, -scores[::-1])
    np.testing.assert_allclose(scores, ndtri((np.arange(7) + 0.5) / 7), rtol=1e-14, atol=1e-15)
