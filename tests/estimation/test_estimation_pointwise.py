"""Pointwise information: its mean is the estimate, and its values are those of definitions."""

import math

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from skinfo.estimation import (
    discrete_entropy,
    mutual_info,
    pointwise_entropy,
    pointwise_mutual_info,
)


@pytest.fixture
def codes(rng):
    X = rng.integers(0, 3, (300, 3))
    y = (X[:, 0] + (rng.random(300) < 0.3)) % 3
    return X, y


@pytest.fixture
def numbers(rng):
    X = rng.normal(size=(400, 2))
    return X, X[:, 0] + rng.normal(size=400)


# Values -------------------------------------------------------------------------------


def test_mean_is_the_plugin(codes):
    X, y = codes
    values = pointwise_mutual_info(X, y)
    assert values.shape == (300, 3)
    np.testing.assert_allclose(
        values.mean(axis=0), mutual_info(X, y, estimator="plugin"), atol=1e-14
    )


def test_definition():
    # p(0, 0) = 3/8 with p(x=0) = p(y=0) = 1/2: log2(3/2); p(0, 1) = 1/8: log2(1/2).
    x = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    y = np.array([0, 0, 0, 1, 0, 1, 1, 1])
    high, low = math.log2(1.5), -1.0
    np.testing.assert_allclose(
        pointwise_mutual_info(x[:, None], y)[:, 0],
        [high, high, high, low, low, high, high, high],
    )


def test_another_library():
    # infomeasure 0.6.3: estimator(x, y, measure="mi", approach="discrete", base=2).local_vals().
    rows = [[int(code) for code in row] for row in PAIRS.split()]
    x, y = np.array(rows).T
    expected = [-0.35363695, 0.15200309, -0.72246602, 0.26785142]
    np.testing.assert_allclose(pointwise_mutual_info(x[:, None], y)[:4, 0], expected, atol=1e-8)


# 60 rows of two columns.
PAIRS = (
    "21 10 00 22 02 22 20 12 11 20 11 20 11 20 20 01 22 21 20 10 11 01 20 11 20 20 01 11 10 10 12 "
    "10 12 01 10 02 10 11 10 21 11 01 10 10 20 22 12 11 00 22 10 20 10 02 21 10 22 00 21 21"
)


@pytest.mark.parametrize("estimator", ["auto", "ksg"])
def test_mean_is_the_estimate_of_numbers(numbers, estimator):
    X, y = numbers
    values = pointwise_mutual_info(X, y, estimator=estimator)
    np.testing.assert_allclose(
        values.mean(axis=0), mutual_info(X, y, estimator=estimator), atol=1e-12
    )
    # For normal variables of correlation r = 1/sqrt(2) the value of a sample is
    # (r x y - r^2 (x^2 + y^2) / 2) / (1 - r^2) - ln(1 - r^2) / 2 with x and y standardised.
    x, z, r2 = X[:, 0], y / math.sqrt(2), 0.5
    exact = (math.sqrt(r2) * x * z - r2 * (x**2 + z**2) / 2) / (1 - r2) - math.log(1 - r2) / 2
    assert np.corrcoef(values[:, 0], exact)[0, 1] > 0.6


@pytest.mark.parametrize("estimator", ["auto", "ross", "ksg"])
def test_numbers_and_classes_either_way(numbers, estimator):
    X, _ = numbers
    y = (X[:, 0] > 0.3).astype(int)
    forward = pointwise_mutual_info(X[:, :1], y, estimator=estimator)
    backward = pointwise_mutual_info(y[:, None], X[:, 0], estimator=estimator)
    np.testing.assert_array_equal(forward, backward)
    noisy = np.where(np.arange(400) % 4 == 0, 1 - y, y)
    np.testing.assert_allclose(
        pointwise_mutual_info(X, noisy, estimator=estimator).mean(axis=0),
        mutual_info(X, noisy, estimator=estimator),
        atol=1e-12,
    )


def test_surprisal(codes):
    X, _ = codes
    np.testing.assert_allclose(pointwise_entropy(list("aabc")), [1, 1, 2, 2])
    assert pointwise_entropy(X).mean() == pytest.approx(discrete_entropy(X, estimator="plugin"))
    assert pointwise_entropy(X, base=math.e).mean() == pytest.approx(
        discrete_entropy(X, estimator="plugin", base=math.e)
    )
    # i(x; y) = h(x) + h(y) - h(x, y), row by row.
    both = pointwise_entropy(X[:, 0]) + pointwise_entropy(X[:, 1]) - pointwise_entropy(X[:, :2])
    np.testing.assert_allclose(pointwise_mutual_info(X[:, :1], X[:, 1])[:, 0], both, atol=1e-12)


# Weights, order, missing values -------------------------------------------------------


def test_weights_are_repetitions(codes):
    X, y = codes
    weights = np.arange(300) % 3
    rows = np.repeat(np.arange(300), weights)
    values = pointwise_mutual_info(X, y, sample_weight=weights)
    assert np.isnan(values[weights == 0]).all()
    np.testing.assert_array_equal(values[rows], pointwise_mutual_info(X[rows], y[rows]))
    alone = pointwise_entropy(X, sample_weight=weights)
    np.testing.assert_array_equal(np.isnan(alone), weights == 0)
    np.testing.assert_array_equal(alone[rows], pointwise_entropy(X[rows]))
    frame = pd.DataFrame(X, columns=list("abc")).assign(w=weights, y=y)
    np.testing.assert_array_equal(pointwise_mutual_info(frame, "y", sample_weight="w"), values)
    np.testing.assert_array_equal(
        pointwise_entropy(frame.drop(columns="y"), sample_weight="w"), alone
    )


def test_order_of_rows_and_threads_change_nothing(codes, numbers, monkeypatch):
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0)
    for X, y in (codes, numbers):
        expected = pointwise_mutual_info(X, y)
        np.testing.assert_array_equal(pointwise_mutual_info(X[::-1], y[::-1])[::-1], expected)
        np.testing.assert_array_equal(pointwise_mutual_info(X, y, n_jobs=2), expected)
    X, y = codes
    np.testing.assert_array_equal(
        pointwise_mutual_info(sp.csr_array(X), y), pointwise_mutual_info(X, y)
    )


def test_missing_values(codes, numbers):
    X, y = codes
    holes = pd.DataFrame(X).astype("Int64").rename(columns=str)
    holes.loc[:9, "0"] = None
    levels = holes.fillna(7).astype(int)
    np.testing.assert_array_equal(
        pointwise_mutual_info(holes, y), pointwise_mutual_info(levels, y)
    )
    dropped = pointwise_mutual_info(holes, y, missing="drop")
    assert np.isnan(dropped[:10, 0]).all()
    np.testing.assert_array_equal(dropped[10:, 0], pointwise_mutual_info(X[10:], y[10:])[:, 0])
    np.testing.assert_array_equal(dropped[:, 1], pointwise_mutual_info(X, y)[:, 1])
    with pytest.raises(ValueError, match=r"0 has 10 missing value\(s\), and missing='raise'"):
        pointwise_mutual_info(holes, y, missing="raise")
    alone = pointwise_entropy(holes, missing="drop")
    assert np.isnan(alone[:10]).all()
    np.testing.assert_array_equal(alone[10:], pointwise_entropy(X[10:]))
    np.testing.assert_array_equal(pointwise_entropy(holes), pointwise_entropy(levels))
    with pytest.raises(ValueError, match=r"0 has 10 missing value\(s\)"):
        pointwise_entropy(holes, missing="raise")
    with pytest.raises(ValueError, match="missing='drop' leaves none"):
        pointwise_entropy(holes[:10], missing="drop")
    # Numbers: whether there is a value first, and then which.
    X, y = numbers
    y = (y > 0).astype(int)
    x = np.where(np.arange(400) % 5 == 0, np.nan, X[:, 0])
    values = pointwise_mutual_info(x[:, None], y)[:, 0]
    is_missing = np.isnan(x)
    of_missing = pointwise_mutual_info(is_missing[:, None], y)[:, 0]
    np.testing.assert_array_equal(values[is_missing], of_missing[is_missing])
    present = pointwise_mutual_info(x[~is_missing, None], y[~is_missing])[:, 0]
    np.testing.assert_allclose(values[~is_missing], of_missing[~is_missing] + present, atol=1e-12)


def test_refused(codes, numbers):
    X, y = numbers
    with pytest.raises(ValueError, match="y should be a 1d array"):
        pointwise_mutual_info(X, X)
    with pytest.raises(ValueError, match="'ross' is for classes beside numbers"):
        pointwise_mutual_info(X, y, estimator="ross")
    with pytest.raises(ValueError, match="sample_weight is for discrete columns only"):
        pointwise_mutual_info(X, y, sample_weight=np.ones(400))
    with pytest.raises(ValueError, match="n_neighbors=400 must be smaller"):
        pointwise_mutual_info(X, y, n_neighbors=400)
    with pytest.raises(ValueError, match="estimator"):
        pointwise_mutual_info(*codes, estimator="chao_shen")
    infinite = X.copy()
    infinite[0, 0] = np.inf
    with pytest.raises(ValueError, match="x0 holds infinite values"):
        pointwise_mutual_info(infinite, y, estimator="ksg")
    with pytest.raises(ValueError, match="pointwise_mutual_info needs all samples at once"):
        pointwise_mutual_info([pd.DataFrame(X)], None)
    with pytest.raises(ValueError, match="pointwise_entropy needs all samples at once, but x"):
        pointwise_entropy([pd.DataFrame(X)])
    with pytest.raises(ValueError, match="x must be discrete"):
        pointwise_entropy(X[:, 0])
    with pytest.raises(TypeError, match=r"pointwise_mutual_info needs y, the target"):
        pointwise_mutual_info(X)


@pytest.mark.parametrize("classes", [False, True])
@pytest.mark.parametrize("estimator", ["auto", "ksg"])
def test_equal_rows_have_equal_values(estimator, classes, rng):
    # Which of many equal rows are the nearest ones is a matter of their order.
    if classes and estimator == "ksg":
        estimator = "ross"
    x = rng.integers(0, 12, 300) / 4
    y = rng.integers(0, 3, 300) if classes else (x + rng.integers(0, 8, 300) / 4)
    options = {"discrete_features": False, "discrete_target": classes, "estimator": estimator}
    values = pointwise_mutual_info(x[:, None], y, **options)[:, 0]
    for row in np.unique(np.column_stack([x, y]), axis=0):
        assert np.ptp(values[(x == row[0]) & (y == row[1])]) == 0
    order = rng.permutation(300)
    shuffled = pointwise_mutual_info(x[order][:, None], y[order], **options)[:, 0]
    np.testing.assert_array_equal(shuffled, values[order])
    if estimator != "auto":  # which corrects values that many rows hold as a whole
        estimate = mutual_info(x[:, None], y, **options)[0]
        assert values.mean() == pytest.approx(estimate, abs=1e-12)
