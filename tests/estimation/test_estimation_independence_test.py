"""mutual_info_test: levels, permutations, and its use in scikit-learn's selectors."""

import pickle
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, false_discovery_control
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.feature_selection import (
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
)
from sklearn.pipeline import make_pipeline

from skinfo.estimation import mutual_info, mutual_info_test


def test_the_statistic_is_mutual_info():
    X, y = load_iris(return_X_y=True)
    result = mutual_info_test(X, y)
    scores, pvalues = result
    np.testing.assert_array_equal(scores, mutual_info(X, y))
    np.testing.assert_array_equal(result.statistic, scores)
    np.testing.assert_array_equal(result.pvalue, pvalues)
    np.testing.assert_array_equal(result.qvalue, false_discovery_control(pvalues))
    assert isinstance(result, tuple)
    in_nats = mutual_info_test(X, y, base=np.e)
    np.testing.assert_allclose(in_nats.statistic, scores * np.log(2))
    np.testing.assert_allclose(in_nats.standard_error, result.standard_error * np.log(2))


def test_result_survives_pickling():
    X, y = load_iris(return_X_y=True)
    result = mutual_info_test(X, y)
    restored = pickle.loads(pickle.dumps(result))
    np.testing.assert_array_equal(restored.statistic, result.statistic)
    np.testing.assert_array_equal(
        restored.confidence_interval().low, result.confidence_interval().low
    )


def test_dense_tables_agree_with_the_likelihood_ratio_test(rng):
    X = rng.integers(0, 4, (20_000, 3))
    y = np.where(rng.random(20_000) < 0.97, rng.integers(0, 3, 20_000), X[:, 0] % 3)
    pvalues = mutual_info_test(X.astype(str), y).pvalue  # of text, which has no order
    for x, p in zip(X.T, pvalues, strict=True):
        table = np.histogram2d(x, y, bins=(4, 3))[0]
        expected = chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue
        assert p == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("kind", ["levels", "numbers"])
@pytest.mark.parametrize("target", ["classes", "numbers"])
def test_level_under_independence(rng, kind, target):
    n = 200
    X = rng.integers(0, 6, (n, 600)) if kind == "levels" else rng.normal(size=(n, 600))
    y = rng.integers(0, 3, n) if target == "classes" else rng.normal(size=n)
    pvalues = mutual_info_test(X, y, estimator="binned").pvalue
    # 600 tests at .05 and .01: means 30 and 6, standard deviations 5.3 and 2.4.
    assert 14 <= np.sum(pvalues < 0.05) <= 46
    assert np.sum(pvalues < 0.01) <= 14
    if kind == "numbers":
        assert np.mean(pvalues) == pytest.approx(0.5, abs=0.06)


def test_constants_have_no_evidence(rng):
    y = rng.integers(0, 2, 50)
    result = mutual_info_test(np.column_stack([np.ones(50, int), y]), y)
    assert result.statistic[0] == 0
    assert result.pvalue[0] == 1
    assert result.standard_error[0] == 0
    low, high = result.confidence_interval()
    assert (low[0], high[0]) == (0, 0)


def test_permutation_agrees_with_the_gamma_law(rng):
    X = rng.integers(0, 5, (300, 12))
    y = np.where(rng.random(300) < 0.9, rng.integers(0, 3, 300), X[:, 0] % 3)
    X = X.astype(str)  # without an order only information is tested
    gamma = mutual_info_test(X, y).pvalue
    permuted = mutual_info_test(X, y, null="permutation", random_state=0).pvalue
    # 999 permutations know a p-value of one half to 1.6%.
    np.testing.assert_allclose(permuted, gamma, atol=0.06)
    assert permuted.min() >= 1 / 1000


def test_permutation_of_numbers(rng):
    x = rng.normal(size=(150, 2))
    y = x[:, 0] + rng.normal(size=150)
    result = mutual_info_test(x, y, null="permutation", n_permutations=199, random_state=0)
    assert result.pvalue[0] == 1 / 200
    assert result.pvalue[1] > 0.01
    again = mutual_info_test(x, y, null="permutation", n_permutations=199, random_state=0)
    np.testing.assert_array_equal(again.pvalue, result.pvalue)


def test_what_differs_between_groups_is_no_evidence(rng):
    # x and y both follow the group, and are independent within it.
    groups = np.repeat(np.arange(10), 40)
    level = rng.random(10)[groups]
    x = (rng.random(400) < level).astype(int)
    y = (rng.random(400) < level).astype(int)
    assert mutual_info_test(x[:, None], y).pvalue[0] < 0.01
    within = mutual_info_test(x[:, None], y, groups=groups, random_state=0)
    assert within.pvalue[0] > 0.05


def test_weights_are_repetitions(rng):
    X = rng.integers(0, 4, (80, 3))
    y = rng.integers(0, 3, 80)
    weights = rng.integers(0, 4, 80)
    weighted = mutual_info_test(X, y, sample_weight=weights)
    repeated = mutual_info_test(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    for name in ("statistic", "pvalue", "standard_error"):
        np.testing.assert_array_equal(getattr(weighted, name), getattr(repeated, name))


@pytest.mark.parametrize(
    "selector",
    [
        SelectKBest(mutual_info_test, k=5),
        SelectPercentile(mutual_info_test, percentile=20),
        SelectFpr(mutual_info_test, alpha=1e-4),
        SelectFdr(mutual_info_test, alpha=1e-4),
        SelectFwe(mutual_info_test, alpha=1e-4),
        GenericUnivariateSelect(mutual_info_test, mode="fdr", param=1e-4),
    ],
)
def test_as_score_function(rng, selector):
    X, y = load_breast_cancer(return_X_y=True)
    X = np.column_stack([X[:, [0, 20, 22, 23, 27]], rng.normal(size=(len(y), 20))])
    support = make_pipeline(selector).fit(X, y)[0].get_support()
    assert support[:5].all()
    assert not support[5:].any()


def test_as_score_function_of_several_outputs(rng):
    # Of a multilabel y the joint variable: x0 is an exclusive or of two labels, which neither
    # alone is informative about.
    y = rng.integers(0, 2, (300, 2))
    X = np.column_stack([rng.normal(size=(300, 3)), y[:, 0] ^ y[:, 1]])
    selector = SelectKBest(mutual_info_test, k=1).fit(X, y)
    assert selector.get_support().tolist() == [False, False, False, True]
    result = mutual_info_test(X, y)
    assert result.pvalue[3] < 1e-20 < 0.01 < result.pvalue[:3].min()
    as_one = mutual_info_test(X, y @ [1, 2])
    np.testing.assert_allclose(result.statistic, as_one.statistic, rtol=1e-12)
    np.testing.assert_allclose(result.pvalue, as_one.pvalue, rtol=1e-9)


def test_missing_values_are_evidence(rng):
    # x is noise that is missing where y is 1 more often: tested as one table of bins and missing.
    y = rng.integers(0, 2, 400)
    X = rng.normal(size=(400, 2))
    X[(y == 1) & (rng.random(400) < 0.4), 0] = np.nan
    X[rng.random(400) < 0.3, 1] = np.nan
    result = mutual_info_test(X, y)
    np.testing.assert_array_equal(result.statistic, mutual_info(X, y))
    assert result.pvalue[0] < 1e-6 < 0.01 < result.pvalue[1]
    low, high = result.confidence_interval()
    assert 0 < low[0] < high[0]
    assert low[1] == 0
    permuted = mutual_info_test(X, y, null="permutation", n_permutations=99, random_state=0)
    assert permuted.pvalue[0] == 0.01 < permuted.pvalue[1]
    assert permuted.statistic.tolist() == result.statistic.tolist()


@pytest.mark.parametrize("null", ["gamma", "permutation"])
def test_dropped_rows_enter_neither_estimate_nor_test(rng, null):
    y = rng.integers(0, 2, 300)
    X = rng.normal(size=(300, 3)) + 0.2 * y[:, None]
    X[:100, 1] = np.nan
    how = {"null": null, "n_permutations": 49, "groups": np.arange(300) % 3, "random_state": 0}
    if null == "gamma":
        how = {}
    result = mutual_info_test(X, y, missing="drop", **how)
    if how:
        how["groups"] = how["groups"][100:]
    # Permutations of the first group of columns come first.
    part = mutual_info_test(X[100:, [1]], y[100:], **how)
    assert result.statistic[1] == part.statistic[0]
    assert result.standard_error[1] == part.standard_error[0]
    assert result.qvalue.shape == (3,)
    np.testing.assert_array_equal(
        np.array(result.confidence_interval())[:, [1]], np.array(part.confidence_interval())
    )
    if null == "gamma":
        assert result.pvalue[1] == part.pvalue[0]
        others = mutual_info_test(X[:, [0, 2]], y)
        np.testing.assert_array_equal(result.pvalue[[0, 2]], others.pvalue)
    again = pickle.loads(pickle.dumps(result))
    np.testing.assert_array_equal(again.confidence_interval(), result.confidence_interval())


def test_false_discoveries_are_bounded(rng):
    # 20 informative columns among 200: of those selected at q = 0.1 a tenth is false on average.
    shares = []
    for _ in range(15):
        y = rng.integers(0, 2, 300)
        X = rng.normal(size=(300, 200))
        X[:, :20] += 0.6 * y[:, None]
        selected = mutual_info_test(X, y).qvalue < 0.1
        shares.append(selected[20:].sum() / max(selected.sum(), 1))
    assert np.mean(shares) < 0.15


def test_mixed_columns_keep_their_order(rng):
    y = rng.integers(0, 2, 300)
    columns = {"noise": rng.normal(size=300), "copy": y, "number": y + rng.normal(size=300)}
    frame = pd.DataFrame({**columns, "levels": rng.integers(0, 3, 300)})
    for target, informative in product((y, y + 0.3 * rng.normal(size=300)), ([1, 2],)):
        pvalues = mutual_info_test(frame, target).pvalue
        assert (pvalues[informative] < 1e-4).all()
        assert (pvalues[[0, 3]] > 1e-3).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"null": "chi2"}, "'null' parameter .* Got 'chi2'"),
        ({"n_permutations": 0}, "'n_permutations' parameter"),
        ({"groups": [1, 2, 3]}, "inconsistent numbers of samples"),
        ({"estimator": "nsb"}, "'nsb' is not for a continuous column"),
        ({"y": np.full((150, 2), 0.5)}, r"takes one target column, got shape \(150, 2\)"),
    ],
)
def test_errors_say_what_is_wrong(arguments, message):
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match=message):
        mutual_info_test(**{"X": X, "y": y, **arguments})


@pytest.mark.parametrize("level", [0, 1, 95])
def test_confidence_level_is_a_share(level):
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="confidence_level must be between 0 and 1, got"):
        mutual_info_test(X, y).confidence_interval(level)
