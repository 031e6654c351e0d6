"""The number of features that predicts best, by cross-validation of the search."""

import numpy as np
import pandas as pd
import pytest

from skinfo import InfoBottleneckSelector
from skinfo.feature_selection._crossfit import sizes_until


def additive(rng, n=1000, n_relevant=5, p=30):
    X = rng.normal(size=(n, p))
    return X, (X[:, :n_relevant].sum(axis=1) + rng.normal(size=n) > 0).astype(int)


def test_numbers_grow_by_a_quarter_of_an_octave():
    assert sizes_until(0, 30).tolist() == [*range(9), 10, 12, 14, 16, 20, 24, 28, 30]
    assert sizes_until(2, 5).tolist() == [2, 3, 4, 5]
    assert sizes_until(0, 1).tolist() == [0, 1]


def test_most_of_many_weak_features_are_selected(rng):
    # Twenty features of 5 % of the variance each: significance finds fewer.
    X, y = additive(rng, n=500, n_relevant=20, p=30)
    significant = InfoBottleneckSelector().fit(X, y)
    predictive = InfoBottleneckSelector("predictive").fit(X, y)
    assert significant.n_features_ < predictive.n_features_
    assert np.sum(predictive.selected_features_ < 20) >= 15


def test_five_of_thirty_are_found(rng):
    X, y = additive(rng)
    selector = InfoBottleneckSelector("predictive").fit(X, y)
    assert set(selector.selected_features_) >= set(range(5))
    assert selector.n_features_ <= 8


def test_noise_is_refused(rng):
    # Each at .05 at most: P(more than 3 of 10) < 0.002.
    hits = 0
    for _ in range(10):
        X, y = rng.integers(0, 4, (150, 12)), rng.integers(0, 2, 150)
        hits += InfoBottleneckSelector("predictive").fit(X, y).n_features_ > 0
    assert hits <= 3


def test_results_tell_the_curve(rng):
    X, y = additive(rng, n=400)
    selector = InfoBottleneckSelector("predictive").fit(X, y)
    results = selector.cv_results_
    at = results["n_features"].tolist().index(selector.n_features_)
    best = results["information"].max()
    # The fewest features with 99 % of the best.
    assert results["information"][at] >= 0.99 * best
    assert np.all(results["information"][:at] < 0.99 * best)
    assert results["information"][0] == 0 == results["standard_error"][0]
    assert InfoBottleneckSelector(2).fit(X, y).cv_results_ is None


def test_order_threads_and_repetitions_do_not_matter(rng):
    X = rng.integers(0, 3, (400, 12))
    y = (X[:, :3].sum(axis=1) + rng.integers(0, 3, 400) > 3).astype(int)
    weights = rng.integers(1, 4, 400)
    weighted = InfoBottleneckSelector("predictive").fit(X, y, sample_weight=weights)
    rows = rng.permutation(np.repeat(np.arange(400), weights))
    repeated = InfoBottleneckSelector("predictive", n_jobs=2).fit(X[rows], y[rows])
    for name, values in weighted.cv_results_.items():
        np.testing.assert_array_equal(values, repeated.cv_results_[name])
    np.testing.assert_array_equal(weighted.selected_features_, repeated.selected_features_)


def test_with_costs_information_must_exceed_them(rng):
    X, y = additive(rng, n=500)
    free = InfoBottleneckSelector("predictive").fit(X, y)
    assert free.n_features_ >= 5
    dear = InfoBottleneckSelector("predictive", feature_costs=np.full(30, 0.2)).fit(X, y)
    assert dear.n_features_ == 0


def test_forced_features_are_the_least_and_excluded_ones_are_out(rng):
    X, y = rng.normal(size=(200, 6)), rng.integers(0, 2, 200)
    selector = InfoBottleneckSelector("predictive", must_include=[4, 2], must_exclude=[0])
    assert selector.fit(X, y).selected_features_.tolist() == [4, 2]
    assert selector.cv_results_["n_features"].tolist() == [2, 3, 4, 5]


def test_many_levels_groups_and_a_class_missing_from_a_fold(rng):
    n = 400
    X = pd.DataFrame(
        {
            "level": rng.integers(0, 300, n).astype(str),
            "a": rng.integers(0, 3, n),
            "b": rng.integers(0, 3, n),
            "noise": rng.normal(size=n),
        }
    )
    y = (X["a"] + X["b"] > 2).to_numpy(int)
    y = np.append(2, y[1:])
    selector = InfoBottleneckSelector("predictive", groups={"ab": ["a", "b"]}).fit(X, y)
    assert list(X.columns[selector.selected_features_]) == ["a", "b"]


def test_samples_that_carry_no_choice(rng):
    X, y = np.ones((50, 2)), rng.integers(0, 2, 50)
    assert InfoBottleneckSelector("predictive").fit(X, y).n_features_ == 0


def test_chunks_are_refused(rng):
    X = pd.DataFrame(rng.normal(size=(60, 3)), columns=list("abc")).assign(y=np.arange(60) % 2)
    with pytest.raises(ValueError, match="n_features_to_select='predictive' needs X in memory"):
        InfoBottleneckSelector("predictive").fit([X[:30], X[30:]], y="y")


def test_costs_as_large_as_numbers_are(rng):
    X = rng.integers(0, 3, (60, 2))
    selector = InfoBottleneckSelector("predictive", feature_costs=[1e300, 1e300])
    assert selector.fit(X, X[:, 0] > 0).n_features_ == 0


def test_two_samples():
    X = np.array([["a", "b"], ["b", "a"]], object)
    selector = InfoBottleneckSelector("predictive", feature_costs=[0.1, 0.1]).fit(X, [0, 1])
    assert np.isfinite(selector.p_values_).all()
