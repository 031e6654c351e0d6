import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import brentq
from sklearn.metrics.cluster import expected_mutual_information

from skinfo.estimation import (
    conditional_mutual_info,
    mutual_info,
    mutual_info_test,
    pairwise_interaction,
    pairwise_mutual_info,
)
from skinfo.measures import interaction_information
from skinfo.preprocessing import MutualInfoBinner

LEVELS = {"discrete_features": True, "discrete_target": True}

RESULTS = ("interaction", "pvalue", "joint_mutual_info")


@pytest.fixture(name="data")
def columns_of_many_kinds(rng):
    """Columns of few levels and many, a copy, a function of two, a constant; three classes."""
    X = rng.integers(0, 4, (333, 7))
    X[:, 1] = X[:, 0]
    X[:, 2] = (X[:, 0] + X[:, 3]) % 3
    X[:, 4] = rng.integers(0, 40, 333)
    X[:, 5] = 7
    y = (X[:, 0] * X[:, 3] + rng.integers(0, 2, 333)) % 3
    return X, y


def counted(a, b, y):
    """Return the table of two columns and y."""
    codes = [np.unique(column, return_inverse=True)[1] for column in (a, b, y)]
    table = np.zeros([column.max() + 1 for column in codes])
    np.add.at(table, tuple(codes), 1)
    return table


def pairs_of(X):
    return [(j, k) for j in range(X.shape[1]) for k in range(j)]


def equal_results(result, other):
    for name in RESULTS:
        assert_array_equal(getattr(result, name), getattr(other, name))


def test_plugin_is_the_interaction_information_of_the_table_with_its_sign(data):
    X, y = data
    result = pairwise_interaction(X, y, estimator="plugin", **LEVELS)
    for j, k in pairs_of(X):
        expected = interaction_information(counted(X[:, j], X[:, k], y), normalize=True)
        assert result.interaction[j, k] == pytest.approx(expected, abs=1e-12)
        assert result.interaction[k, j] == result.interaction[j, k]


def test_exclusive_or_has_one_bit_of_synergy_and_copies_are_their_entropy():
    # Each cell of a and b equally often: nothing alone, all of y together.
    a, b = np.repeat([0, 0, 1, 1], 25), np.tile(np.repeat([0, 1], 25), 2)
    result = pairwise_interaction(np.column_stack([a, b]), a ^ b, estimator="plugin")
    assert result.interaction[0, 1] == pytest.approx(-1)
    assert result.joint_mutual_info[0, 1] == pytest.approx(1)
    assert_allclose(result.mutual_info, 0, atol=1e-12)
    assert result.to_frame()["kind"].tolist() == ["synergy"]
    # y with itself twice: I(Y;Y) + I(Y;Y) - I(Y,Y;Y) = H(Y), two bits of four classes.
    y = np.arange(100) % 4
    result = pairwise_interaction(np.column_stack([y, y]), y, estimator="plugin")
    assert_allclose(result.interaction, 2)
    assert result.to_frame()["kind"].tolist() == ["redundancy"]


def test_joint_information_is_that_of_the_joint_column(data):
    X, y = data
    result = pairwise_interaction(X, y, estimator="plugin", **LEVELS)
    for j, k in pairs_of(X):
        joint = 1000 * X[:, [j]] + X[:, [k]]
        expected = mutual_info(joint, y, estimator="plugin", **LEVELS)
        assert result.joint_mutual_info[j, k] == pytest.approx(expected[0], abs=1e-12)


@pytest.mark.parametrize("estimator", ["emi", "plugin"])
def test_the_diagonal_is_the_information_of_each_column(data, estimator):
    X, y = data
    result = pairwise_interaction(X, y, estimator=estimator, **LEVELS)
    expected = mutual_info(X, y, estimator=estimator, **LEVELS)
    for values in (result.mutual_info, *map(np.diag, (result.interaction,))):
        assert_allclose(values, expected, atol=1e-12)
    # Of text, which has no order, only information is tested.
    of_text = mutual_info_test(X.astype(str), y, **LEVELS)
    assert_allclose(np.diag(result.pvalue), of_text.pvalue)


def test_null_mean_is_the_smaller_of_two(rng):
    X = rng.integers(0, 4, (200, 6))
    X[:, 1] = (X[:, 0] + (rng.random(200) < 0.2)) % 4  # depend on each other
    y = X[:, 2] // 2  # told by one
    result = pairwise_interaction(X, y, **LEVELS)
    plugin = pairwise_interaction(X, y, estimator="plugin", **LEVELS)
    shared = pairwise_mutual_info(X, estimator="plugin") - pairwise_mutual_info(X)
    for j, k in pairs_of(X):
        # y independent of the pair, by scikit-learn.
        sizes = [1000 * X[:, j] + X[:, k], X[:, j], X[:, k]]
        means = [expected_mutual_information(table_of(s, y), 200) / np.log(2) for s in sizes]
        of_y = means[0] - means[1] - means[2]
        # The two independent, given y too.
        given = [
            conditional_mutual_info(X[:, [j]], X[:, k], y, estimator=estimator, **LEVELS)[0]
            for estimator in ("plugin", "emi")
        ]
        of_pair = given[0] - given[1] - shared[j, k]
        subtracted = result.interaction[j, k] - plugin.interaction[j, k]
        # The diagonal has its own exact mean; means within classes are approximate.
        assert subtracted == pytest.approx(min(of_y, of_pair), abs=3e-3)


def table_of(x, y):
    return counted(x, np.zeros_like(x), y)[:, 0].astype(np.int64)


def test_columns_that_tell_of_different_parts_of_y_have_no_interaction(rng):
    # y is two coins; half of the columns tell nearly all of the first, half of the second.
    s, q = rng.integers(0, 2, (2, 200))
    first = 3 * s[:, None] + rng.integers(0, 3, (200, 10))
    second = 3 * q[:, None] + rng.integers(0, 3, (200, 10))
    result = pairwise_interaction(np.hstack([first, second]), 2 * s + q, **LEVELS)
    # Of one half all tell the same coin, one bit; of both halves different ones.
    assert_allclose(result.interaction[1:10, 0], 1, atol=0.1)
    assert (result.pvalue[1:10, 0] < 1e-10).all()
    across = result.interaction[:10, 10:]
    assert abs(across.mean()) < 0.01
    assert (result.pvalue[:10, 10:] <= 0.05).mean() <= 0.06


@pytest.mark.parametrize("kind", ["independent", "dependent", "one_informative"])
def test_pvalues_hold_their_level_without_interaction(rng, kind):
    X = rng.integers(0, 5, (300, 30))
    y = rng.integers(0, 3, 300)
    if kind == "dependent":
        common = rng.integers(0, 5, 300)
        X = np.where(rng.random(X.shape) < 0.7, common[:, None], X)
    if kind == "one_informative":
        y = X[:, 0] // 2
        # Pairs with the first only.
        pvalue = pairwise_interaction(X, y, **LEVELS).pvalue[0, 1:]
    else:
        pvalue = pairwise_interaction(X, y, **LEVELS).pvalue[np.tril_indices(30, -1)]
    assert (pvalue <= 0.05).mean() <= 0.06
    assert (pvalue <= 0.001).mean() <= 0.0015


def and_of_coins(equal):
    """Return the distribution of two coins, equal so often, and of "and" of them with noise."""
    p = np.empty((2, 2, 2))
    for u, v, w in np.ndindex(2, 2, 2):
        p[u, v, w] = (equal if u == v else 1 - equal) / 2 * (0.95 if w == (u & v) else 0.05)
    return p


def test_cancelling_synergy_and_redundancy_is_no_interaction(rng):
    # "And" is synergy. The coins are equal so often that the interaction is zero, with all three
    # pairs dependent, also given the third.
    equal = brentq(lambda e: interaction_information(and_of_coins(e)), 0.5, 0.999)
    p = and_of_coins(equal)
    cells = rng.choice(8, 5000, p=p.ravel())
    u, v, w = np.unravel_index(cells, (2, 2, 2))
    result = pairwise_interaction(np.column_stack([u, v]), w)
    assert mutual_info_test(np.column_stack([u, v]), w).pvalue.max() < 1e-50
    assert result.pvalue[0, 1] > 0.05


def test_planted_pairs_are_found(rng):
    X = rng.integers(0, 2, (400, 20))
    y = np.where(rng.random(400) < 0.9, X[:, 3] ^ X[:, 11], rng.integers(0, 2, 400))
    result = pairwise_interaction(X, y)
    first = result.to_frame().iloc[0]
    assert (first["feature"], first["other"], first["kind"]) == ("x3", "x11", "synergy")
    assert first["qvalue"] < 1e-10
    assert result.to_frame()["qvalue"][1:].min() > 0.05
    assert result.qvalue[11, 3] == first["qvalue"]


@pytest.mark.parametrize("n_jobs", [2, 3])
def test_threads_and_the_order_of_rows_change_nothing(data, rng, n_jobs, monkeypatch):
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0)
    X, y = data
    expected = pairwise_interaction(X, y, **LEVELS)
    order = rng.permutation(len(y))
    equal_results(pairwise_interaction(X[order], y[order], n_jobs=n_jobs, **LEVELS), expected)


def test_weights_are_repetitions(data, rng):
    X, y = data
    weights = rng.integers(0, 4, len(y))
    weighted = pairwise_interaction(X, y, sample_weight=weights, **LEVELS)
    equal_results(
        weighted, pairwise_interaction(X.repeat(weights, 0), y.repeat(weights), **LEVELS)
    )


def test_real_weights_are_nearly_whole_ones(data):
    X, y = data
    weights = np.full(len(y), 2.0)
    whole = pairwise_interaction(X, y, sample_weight=weights, **LEVELS)
    # Another last weight makes all real; the null means are smooth then.
    weights[-1] += 1e-6
    real = pairwise_interaction(X, y, sample_weight=weights, **LEVELS)
    assert_allclose(real.interaction, whole.interaction, atol=5e-3)


def test_numbers_are_cut_and_missing_values_are_a_level(rng):
    n = 252  # six bins of 42 for y, of 36 for what is left of X
    numbers = rng.normal(size=n)
    gone = np.arange(n) % 7 == 0
    y = numbers + rng.normal(size=n)
    words = rng.choice(["a", "b", "c"], n)
    X = pd.DataFrame({"number": np.where(gone, np.nan, numbers), "word": words})
    result = pairwise_interaction(X, y)
    codes = pd.qcut(X["number"], 6, labels=False).fillna(6)
    coded = np.column_stack([codes, pd.factorize(words, sort=True)[0]]).astype(int)
    equal_results(result, pairwise_interaction(coded, pd.qcut(y, 6, labels=False)))
    assert result.feature_names == ["number", "word"]


def test_y_by_name_and_of_several_columns(data):
    X, y = data
    frame = pd.DataFrame(X, columns=list("abcdefg")).assign(y=y)
    expected = pairwise_interaction(X, y, **LEVELS)
    equal_results(pairwise_interaction(frame, "y", **LEVELS), expected)
    # y and a constant, jointly, are y.
    two = np.column_stack([y, np.zeros_like(y)])
    equal_results(pairwise_interaction(X, two, **LEVELS), expected)


def test_base_changes_the_unit(data):
    X, y = data
    bits, nats = (pairwise_interaction(X, y, base=base, **LEVELS) for base in (2, np.e))
    assert_allclose(nats.interaction, bits.interaction * np.log(2))
    assert_array_equal(nats.pvalue, bits.pvalue)


def test_bins_of_the_binner_are_levels(rng):
    X = rng.normal(size=(500, 2))
    y = (X.prod(axis=1) > 0).astype(int)
    codes = MutualInfoBinner(max_bins=4, penalty=None).fit_transform(X, y)
    assert pairwise_interaction(codes, y).pvalue[0, 1] < 1e-3


def test_the_result_is_shown_as_a_table(data):
    shown = repr(pairwise_interaction(*data, **LEVELS))
    assert shown.startswith("PairwiseInteractionResult")
    assert "synergy" in shown


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.zeros((9, 1)), np.arange(9) % 2, "two columns or more, got 1"),
        ([pd.DataFrame({"a": [1, 2]})], [0, 1], "needs all samples at once"),
        (np.zeros((9, 2)), np.random.default_rng(0).normal(size=(9, 2)), "one target column"),
    ],
)
def test_what_has_no_pairs_or_no_one_target_is_refused(X, y, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        pairwise_interaction(X, y)


def test_tables_that_are_too_large_are_refused(rng):
    X = np.tile(np.arange(256), (2, 2)).T
    with pytest.raises(ValueError, match=r"y has 512 classes\. Group them"):
        pairwise_interaction(X, np.arange(512), **LEVELS)
