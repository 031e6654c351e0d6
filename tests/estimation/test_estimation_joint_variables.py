"""Several columns as one variable: closed forms, identities, refusals."""

import math

import numpy as np
import pandas as pd
import pytest

from skinfo.estimation import conditional_mutual_info, mutual_info
from skinfo.estimation._entropy_estimators import ENTROPY_ESTIMATORS

# 60 rows of three columns; the third is nearly the sum of the first two, modulo three.
ROWS = (
    "211 120 000 202 022 202 200 112 121 210 101 210 101 210 210 011 202 221 210 120 101 011 210 "
    "101 210 210 001 101 120 120 112 120 112 011 120 022 120 101 120 211 101 011 120 110 210 202 "
    "112 101 000 202 120 210 120 012 211 120 202 000 221 211"
)


@pytest.fixture
def normals():
    """Samples of five normal variables, and half the log determinants of their correlations."""
    rng = np.random.default_rng(1)
    factors = rng.normal(size=(5, 5))
    covariance = factors @ factors.T
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    X = rng.normal(size=(1500, 5)) @ np.linalg.cholesky(correlation).T

    def half_log_det(*columns):
        return np.linalg.slogdet(correlation[np.ix_(columns, columns)])[1] / 2 / math.log(2)

    return X, half_log_det


@pytest.fixture
def codes(rng):
    """Three columns of few levels, y that is a noisy function of them, and a condition."""
    X = rng.integers(0, 3, (400, 3))
    z = rng.integers(0, 2, 400)
    y = (X.sum(axis=1) + z + (rng.random(400) < 0.2)) % 3
    return X, y, z


# Closed forms: H of a normal vector is half the log determinant and a constant a column, so that
# I(X; Y) = 1/2 log2 (det R_x det R_y / det R_xy).


@pytest.mark.parametrize(
    ("estimator", "tolerance"), [("auto", 0.15), ("ksg", 0.15), ("gaussian_copula", 0.05)]
)
def test_normal_vectors(normals, estimator, tolerance):
    X, h = normals
    how = {"joint": True, "estimator": estimator}
    expected = h(0, 1) + h(2, 3) - h(0, 1, 2, 3)
    information = mutual_info(X[:, :2], X[:, 2:4], **how)
    assert isinstance(information, float)
    assert information == pytest.approx(expected, abs=tolerance)
    assert mutual_info(X[:, 2:4], X[:, :2], **how) == pytest.approx(information, abs=1e-12)
    expected = h(0, 1) + h(4) - h(0, 1, 4)
    assert mutual_info(X[:, :2], X[:, 4], **how) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("estimator", ["auto", "ksg", "mesner_shalizi"])
def test_normal_vectors_given_others(normals, estimator):
    X, h = normals
    how = {"joint": True, "estimator": estimator}
    expected = h(0, 1, 4) + h(2, 3, 4) - h(0, 1, 2, 3, 4) - h(4)
    information = conditional_mutual_info(X[:, :2], X[:, 2:4], X[:, 4], **how)
    # Neighbours shrink towards zero in five dimensions.
    assert information == pytest.approx(expected, rel=0.25)
    expected = h(0, 1, 3, 4) + h(2, 3, 4) - h(0, 1, 2, 3, 4) - h(3, 4)
    information = conditional_mutual_info(X[:, :2], X[:, 2], X[:, 3:], **how)
    assert information == pytest.approx(expected, rel=0.25)


@pytest.mark.parametrize("estimator", ["auto", "ksg"])
def test_one_number_and_several_columns_either_way(normals, estimator):
    X, _ = normals
    together = mutual_info(X[:, :2], X[:, 2], joint=True, estimator=estimator)
    assert together == pytest.approx(
        mutual_info(X[:, [2]], X[:, :2], estimator=estimator)[0], abs=1e-12
    )


def test_numbers_about_classes():
    # Two classes at (0, 0) and (2, 2), each of variance 1: the sum of both coordinates has all
    # the information, of two normals that are 2 sqrt(2) standard deviations apart.
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 3000)
    X = 2 * y[:, None] + rng.normal(size=(3000, 2))
    of_sum = mutual_info(X.sum(axis=1, keepdims=True), y)[0]
    assert mutual_info(X, y, joint=True) == pytest.approx(of_sum, abs=0.05)
    # And the classes about both coordinates.
    levels = np.column_stack([y, np.zeros_like(y)])
    assert mutual_info(levels, X, joint=True) == pytest.approx(of_sum, abs=0.05)


def test_columns_of_both_kinds():
    # The sign of x + 2 c - 1 depends on both: I(c; y) + I(x; y | c), each exact enough alone.
    rng = np.random.default_rng(0)
    x, c = rng.normal(size=2000), rng.integers(0, 2, 2000)
    y = (x + 2 * c - 1 > 0).astype(int)
    X = np.column_stack([x, c])
    chain = mutual_info(c[:, None], y)[0] + conditional_mutual_info(x[:, None], y, c)[0]
    assert mutual_info(X, y, joint=True) == pytest.approx(chain, abs=0.02)
    assert chain == pytest.approx(1.0, abs=0.05)  # y is a function of both, and fair
    z = rng.integers(0, 2, 2000)
    given = conditional_mutual_info(X, y, z, joint=True)
    assert given == pytest.approx(1.0, abs=0.05)


# Counts -------------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", ["auto", "plugin", "nsb", "james_stein"])
def test_discrete_columns_are_their_distinct_rows(codes, estimator):
    X, y, z = codes
    one = X @ [1, 3, 9]
    how = {"estimator": estimator, "discrete_features": True}
    expected = mutual_info(one[:, None], y, **how)[0]
    assert mutual_info(X, y, joint=True, **how) == pytest.approx(expected, abs=1e-12)
    expected = conditional_mutual_info(one[:, None], y, z, **how)[0]
    together = conditional_mutual_info(X, y, z, joint=True, **how)
    assert together == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("estimator", ENTROPY_ESTIMATORS)
def test_conditional_estimators(codes, estimator):
    X, y, z = codes
    # Given a constant it is mutual information.
    nothing = np.zeros(400, int)
    np.testing.assert_allclose(
        conditional_mutual_info(X, y, nothing, estimator=estimator),
        mutual_info(X, y, estimator=estimator),
        atol=1e-12,
    )
    # Symmetric in X and y, zero of a constant, and near the truth where cells hold many rows.
    one, other = X[:, [0]], y[:, None]
    forward = conditional_mutual_info(one, y, z, estimator=estimator)[0]
    assert forward == conditional_mutual_info(other, X[:, 0], z, estimator=estimator)[0]
    constant = conditional_mutual_info(nothing[:, None], y, z, estimator=estimator)
    assert constant[0] == 0
    assert forward == pytest.approx(conditional_mutual_info(one, y, z)[0], abs=0.05)


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        # infomeasure 0.6.3: conditional_mutual_information(x, y, cond=z, base=2).
        ("plugin", 0.8830618013753309),
        ("chao_shen", 0.7611848405194446),
        ("chao_wang_jost", 0.7937339274333),
    ],
)
def test_conditional_estimators_of_another_library(estimator, expected):
    rows = np.array([[int(code) for code in row] for row in ROWS.split()])
    information = conditional_mutual_info(rows[:, :1], rows[:, 2], rows[:, 1], estimator=estimator)
    assert information[0] == pytest.approx(expected, abs=1e-9)


def test_conditional_estimators_in_parts(codes):
    X, y, z = codes
    frame = pd.DataFrame(X, columns=list("abc")).assign(z=z, y=y)
    for estimator in ("chao_wang_jost", "laplace", "nsb"):
        np.testing.assert_array_equal(
            conditional_mutual_info([frame[:100], frame[100:]], "y", "z", estimator=estimator),
            conditional_mutual_info(frame, "y", "z", estimator=estimator),
        )


# Missing values, weights, refusals ----------------------------------------------------


def test_missing_values_of_any_column(codes):
    X, y, z = codes
    holes = X.astype(float)
    holes[:20, 0] = holes[10:40, 1] = np.nan
    present = np.arange(40, 400)
    assert mutual_info(holes, y, joint=True, missing="drop") == pytest.approx(
        mutual_info(X[present], y[present], joint=True)
    )
    assert conditional_mutual_info(holes, y, z, joint=True, missing="drop") == pytest.approx(
        conditional_mutual_info(X[present], y[present], z[present], joint=True)
    )
    levels = np.where(np.isnan(holes), 9, holes)
    assert mutual_info(holes, y, joint=True) == mutual_info(levels, y, joint=True)
    with pytest.raises(ValueError, match=r"x0 has 20 missing value\(s\), and missing='raise'"):
        mutual_info(holes, y, joint=True, missing="raise")
    with pytest.raises(ValueError, match="missing='drop' leaves none"):
        mutual_info(holes[:20], y[:20], joint=True, missing="drop", discrete_features=True)


def test_weights_are_repetitions(codes):
    X, y, z = codes
    weights = np.arange(400) % 3
    repeated = np.repeat(np.arange(400), weights)
    assert mutual_info(X, y, joint=True, sample_weight=weights) == mutual_info(
        X[repeated], y[repeated], joint=True
    )
    assert conditional_mutual_info(
        X, y, z, joint=True, sample_weight=weights
    ) == conditional_mutual_info(X[repeated], y[repeated], z[repeated], joint=True)


def test_one_column_is_what_it_is(codes, normals):
    X, y, z = codes
    assert mutual_info(X[:, :1], y, joint=True) == mutual_info(X[:, :1], y)[0]
    assert (
        conditional_mutual_info(X[:, :1], y, z, joint=True)
        == (conditional_mutual_info(X[:, :1], y, z)[0])
    )
    numbers, _ = normals
    how = {"estimator": "gaussian_copula"}
    one = mutual_info(numbers[:, :1], numbers[:, 1], joint=True, **how)
    assert one == mutual_info(numbers[:, :1], numbers[:, 1], **how)[0]


def test_refused(codes, normals):
    X, y, z = codes
    numbers, _ = normals
    numbers = numbers[:400]
    mixed = np.column_stack([numbers[:, 0], X[:, 0]])
    for estimator in ("ksg", "gaussian_copula", "binned", "emi"):
        with pytest.raises(ValueError, match=r"not for several columns as one variable.*'auto'"):
            mutual_info(mixed, y, joint=True, estimator=estimator)
    with pytest.raises(ValueError, match=r"with a discrete target\. Use 'auto', or bin"):
        mutual_info(numbers, y, joint=True, estimator="ksg")
    with pytest.raises(ValueError, match="sample_weight is for discrete columns only"):
        mutual_info(numbers, y, joint=True, sample_weight=np.ones(400))
    with pytest.raises(ValueError, match="n_neighbors=400 must be smaller"):
        mutual_info(numbers, y, joint=True, n_neighbors=400)
    with pytest.raises(ValueError, match="'ksg' is not for discrete columns, y or Z"):
        conditional_mutual_info(mixed, numbers[:, 1], numbers[:, 2], joint=True, estimator="ksg")
    with pytest.raises(ValueError, match="'nsb' is not for continuous columns, y or Z"):
        conditional_mutual_info(mixed, y, z, joint=True, estimator="nsb")
    holes = numbers.copy()
    holes[0, 1] = np.nan
    with pytest.raises(ValueError, match=r"x1 is continuous and has 1 missing.*'drop'"):
        mutual_info(holes, y, joint=True)
    frame = pd.DataFrame(X, columns=list("abc")).assign(y=y, z=z)
    with pytest.raises(ValueError, match="joint=True of mutual_info needs all samples at once"):
        mutual_info([frame], "y", joint=True)
    with pytest.raises(ValueError, match="joint=True of conditional_mutual_info needs all"):
        conditional_mutual_info([frame], "y", "z", joint=True)
