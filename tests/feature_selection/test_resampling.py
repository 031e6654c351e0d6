"""Held-out information and stability of selections."""

import numpy as np
import pandas as pd
import pytest

from skinfo import InfoBottleneckSelector
from skinfo._kernels._additive import additive_gains
from skinfo.feature_selection import held_out_information, selection_stability
from skinfo.feature_selection._crossfit import RIDGES

BITS = 1 / np.log(2)


def sums_of_levels(rng, n):
    X = rng.integers(0, 4, (n, 20))
    y = rng.random(n) < 1 / (1 + np.exp(6 - X[:, :4].sum(axis=1)))
    return X, y.astype(np.int32)


def on_new_samples(X, y, features, fresh):
    """Return the bits that the best additive model of some features shows on new samples."""
    X_new, y_new = fresh
    codes = np.ascontiguousarray(np.concatenate([X, X_new])[:, features].T.astype(np.uint8))
    is_training = np.arange(codes.shape[1]) < len(y)
    of_model = np.concatenate([y, y_new]), 2, is_training * 1.0, ~is_training * 1.0
    sizes = np.arange(len(features) + 1)
    sums = additive_gains(codes, np.full(len(codes), 4), *of_model, sizes, np.array(RIDGES))
    return np.max(sums[:, 1:, 0], axis=0, initial=0.0) / len(y_new) * BITS


@pytest.mark.parametrize("n", [200, 1000, 5000])
def test_information_is_that_of_new_samples(rng, n):
    # Two standard errors hold the truth in 95 % of draws; these are three.
    for _ in range(2):
        X, y = sums_of_levels(rng, n)
        selector = InfoBottleneckSelector(4)
        held_out = held_out_information(X, y, selector=selector)
        features = selector.fit(X, y).selected_features_
        truth = on_new_samples(X, y, features, sums_of_levels(rng, 20_000))
        assert np.all(np.abs(held_out.information - truth) < 3 * held_out.standard_error)
        assert held_out.standard_error[-1] < 0.9 / np.sqrt(n)


@pytest.mark.parametrize("n", [200, 1000, 5000])
def test_noise_has_no_information(rng, n):
    X, y = rng.integers(0, 4, (n, 30)), rng.integers(0, 2, n)
    selector = InfoBottleneckSelector(5)
    held_out = held_out_information(X, y, selector=selector)
    assert np.all(np.abs(held_out.information) <= 2 * held_out.standard_error)
    in_sample = selector.fit(X, y).information_
    assert in_sample[-1] > held_out.information[-1] + 2 * held_out.standard_error[-1]


def test_order_and_repetitions_do_not_matter(rng):
    X, y = sums_of_levels(rng, 200)
    weights = rng.integers(1, 4, 200)
    rows = rng.permutation(np.repeat(np.arange(200), weights))
    weighted = held_out_information(X, y, sample_weight=weights)
    repeated = held_out_information(X[rows], y[rows])
    np.testing.assert_array_equal(weighted.information, repeated.information)
    np.testing.assert_array_equal(weighted.standard_error, repeated.standard_error)
    np.testing.assert_array_equal(
        selection_stability(X, y, n_pairs=3, sample_weight=weights),
        selection_stability(X[rows], y[rows], n_pairs=3),
    )


def test_nothing_selected_has_no_steps(rng):
    X, y = np.ones((50, 2)), rng.integers(0, 2, 50)
    assert held_out_information(X, y).information.shape == (0,)
    assert selection_stability(X, y).tolist() == [0, 0]


def test_stability_is_the_share_of_halves(rng):
    X = rng.normal(size=(400, 8))
    y = (X[:, 0] + X[:, 1] + 0.5 * rng.normal(size=400) > 0).astype(int)
    shares = selection_stability(X, y, selector=InfoBottleneckSelector(3), n_pairs=10)
    # Three of eight are in each of twenty halves, the two that matter always.
    assert shares.sum() == pytest.approx(3)
    assert shares[:2].tolist() == [1, 1]
    assert shares[2:].max() < 0.7


def test_a_feature_of_a_group_has_the_share_of_the_group(rng):
    X = rng.normal(size=(300, 4))
    y = (X[:, 0] > 0).astype(int)
    selector = InfoBottleneckSelector(1, groups={"both": [0, 3]})
    assert selection_stability(X, y, selector=selector, n_pairs=2).tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize("function", [held_out_information, selection_stability])
def test_chunks_are_refused(function, rng):
    X = pd.DataFrame(rng.normal(size=(60, 3)), columns=list("abc")).assign(y=np.arange(60) % 2)
    with pytest.raises(ValueError, match="need X in memory, and X comes in chunks"):
        function([X[:30], X[30:]], "y")


def test_pairs_must_be_a_number_that_can_be(rng):
    refused = {
        0: "n_pairs=0 must be an integer",
        "3": "n_pairs='3' must be",
        2**31: "n_pairs=2147483648 must be an integer from 1 to 2147483647",
    }
    for n_pairs, message in refused.items():
        with pytest.raises(ValueError, match=message):
            selection_stability(np.eye(3), [0, 1, 0], n_pairs=n_pairs)
    for function in (held_out_information, selection_stability):
        with pytest.raises(TypeError, match="InfoBottleneckSelector or None, got int"):
            function(np.eye(3), [0, 1, 0], selector=3)


def test_report_has_them_for_the_data_of_fit(rng):
    X = pd.DataFrame(rng.normal(size=(300, 5)), columns=list("abcde"))
    y = (X["b"] + X["d"] + 0.5 * rng.normal(size=300) > 0).astype(int)
    selector = InfoBottleneckSelector(2).fit(X, y)
    report = selector.report(X, y)
    held_out = held_out_information(X, y, selector=selector)
    np.testing.assert_array_equal(report["held_out_bits"][:2], held_out.information)
    np.testing.assert_array_equal(report["held_out_error"][:2], held_out.standard_error)
    assert report["held_out_bits"][2:].isna().all()
    stability = selection_stability(X, y, selector=selector)
    by_name = report.set_index("feature")["stability"]
    np.testing.assert_array_equal(by_name[X.columns], stability)
    pd.testing.assert_frame_equal(report.iloc[:, :-3], selector.report())


def test_report_of_nothing_has_no_information(rng):
    X, y = np.ones((50, 2)), rng.integers(0, 2, 50)
    report = InfoBottleneckSelector().fit(X, y).report(X, y)
    assert report["held_out_bits"].isna().all()
    assert report["stability"].tolist() == [0, 0]


def test_report_refuses_other_features(rng):
    X, y = rng.normal(size=(60, 3)), np.arange(60) % 2
    selector = InfoBottleneckSelector(2).fit(X, y)
    with pytest.raises(ValueError, match=r"X has the features .*Pass the data of fit"):
        selector.report(X[:, :2], y)
