"""calibration_error against hand-made tables, scikit-learn's bins and torchmetrics."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.calibration import calibration_curve
from sklearn.naive_bayes import GaussianNB

from skinfo.metrics import EntropyScorer, calibration_error

NORMS = ["l1", "l2", "max"]


@pytest.fixture
def binary(rng):
    prob = rng.random(300)
    return rng.random(300) < prob**2, prob


@pytest.fixture
def classes(rng):
    prob = rng.dirichlet(np.ones(4), 200)
    return rng.integers(0, 4, 200), prob


def test_a_table_made_by_hand():
    # Bins [0, 1/2], (1/2, 1]: frequencies 1/4 and 1/2 of 4 and 2 samples, means 3/8 and 7/8.
    y_true = [0, 0, 0, 1, 0, 1]
    y_prob = [0.25, 0.25, 0.5, 0.5, 0.75, 1.0]
    gaps, shares = np.array([1 / 8, 3 / 8]), np.array([2 / 3, 1 / 3])
    error = {norm: calibration_error(y_true, y_prob, n_bins=2, norm=norm) for norm in NORMS}
    assert_allclose(error["l1"], gaps @ shares)
    assert_allclose(error["l2"], np.sqrt(gaps**2 @ shares))
    assert error["max"] == 3 / 8
    # One bin: the frequency 1/3 less the mean 13/24.
    assert_allclose(calibration_error(y_true, y_prob, n_bins=1), 13 / 24 - 1 / 3)
    # Three bins of equal weight, of which the lowest two keep equal predictions together.
    by_weight = calibration_error(y_true, y_prob, n_bins=3, strategy="quantile")
    assert_allclose(by_weight, (2 * 0.25 + 2 * 0 + 2 * 3 / 8) / 6)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@pytest.mark.parametrize("n_bins", [1, 5, 15])
def test_bins_are_those_of_scikit_learn(binary, strategy, n_bins):
    # 300 samples in 1, 5 or 15 bins: quantile bins of scikit-learn hold equal numbers too.
    y, prob = binary
    frequency, mean = calibration_curve(y, prob, n_bins=n_bins, strategy=strategy)
    if strategy == "uniform":
        edges = np.linspace(0, 1, n_bins + 1)
        shares = np.histogram(np.nextafter(prob, 0), edges)[0] / 300
        shares = shares[shares > 0]
    else:
        shares = np.full(n_bins, 1 / n_bins)
    gaps = np.abs(frequency - mean)
    for norm, expected in (("l1", shares @ gaps), ("max", gaps.max())):
        found = calibration_error(y, prob, n_bins=n_bins, strategy=strategy, norm=norm)
        assert_allclose(found, expected)


def test_values_of_torchmetrics():
    # torchmetrics 1.9.0, binary_calibration_error and multiclass_calibration_error, 10 bins. There
    # is no prediction of 1, which has a bin of its own there.
    i = np.arange(200)
    prob = i * 0.6180339887 % 1
    y = (i * 0.4142135623 % 1) < prob**2
    of_classes = np.column_stack([prob + 0.1, 1.1 - prob, i * 0.7320508 % 1])
    of_classes /= of_classes.sum(axis=1, keepdims=True)
    codes = i % 3
    expected = {"l1": 0.1743819, "l2": 0.1977652, "max": 0.2992969}
    for norm, value in expected.items():
        found = calibration_error(y, prob, n_bins=10, norm=norm)
        assert_allclose(found, value, atol=1e-6)
    expected = {"l1": 0.2077408, "l2": 0.2523881, "max": 0.9166667}
    for norm, value in expected.items():
        found = calibration_error(codes, of_classes, n_bins=10, norm=norm)
        assert_allclose(found, value, atol=1e-6)


def test_top_label_and_each_class_are_binary_errors(classes):
    y, prob = classes
    top = calibration_error(prob.argmax(axis=1) == y, prob.max(axis=1))
    assert calibration_error(y, prob) == top
    assert calibration_error(y, prob, notion="top_label") == top
    each = {
        norm: np.array([calibration_error(y == k, prob[:, k], norm=norm) for k in range(4)])
        for norm in NORMS
    }
    expected = [each["l1"].mean(), np.sqrt((each["l2"] ** 2).mean()), each["max"].max()]
    found = [calibration_error(y, prob, notion="classwise", norm=norm) for norm in NORMS]
    assert_allclose(found, expected)


def test_two_classes(binary):
    y, prob = binary
    both = np.column_stack([1 - prob, prob])
    error = calibration_error(y, prob)
    assert calibration_error(y, both) == error
    assert calibration_error(np.where(y, "b", "a"), both) == error
    # Bins of equal width are symmetric, and so are the gaps.
    other = calibration_error(np.where(y, "b", "a"), both[:, ::-1], labels=["b", "a"])
    assert_allclose(other, error, rtol=1e-12)
    hit = (prob > 0.5) == y
    top = calibration_error(hit, np.maximum(prob, 1 - prob))
    assert_allclose(calibration_error(y, both, notion="top_label"), top)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_weights_order_and_containers(binary, strategy, rng):
    y, prob = binary
    prob = prob.round(2)
    weight = rng.integers(0, 4, len(y))
    options = {"strategy": strategy, "n_bins": 7}
    weighted = calibration_error(y, prob, sample_weight=weight, **options)
    repeated = calibration_error(y.repeat(weight), prob.repeat(weight), **options)
    assert_allclose(weighted, repeated, rtol=1e-13)
    order = rng.permutation(len(y))
    shuffled = calibration_error(y[order], prob[order], sample_weight=weight[order], **options)
    assert shuffled == weighted
    frame = pd.DataFrame({0: 1 - prob, 1: prob})
    assert calibration_error(pd.Series(y), frame, sample_weight=weight, **options) == weighted


def test_calibrated_groups_have_no_error():
    # Of ten samples at k / 10 each, k are positive.
    prob = np.repeat(np.arange(11) / 10, 10)
    y = np.concatenate([np.arange(10) < k for k in range(11)])
    for norm in NORMS:
        for strategy in ("uniform", "quantile"):
            assert_allclose(
                calibration_error(y, prob, n_bins=11, norm=norm, strategy=strategy), 0, atol=1e-15
            )


def test_score(classes):
    y, prob = classes

    class Oracle:
        classes_ = np.arange(4)

        def predict_proba(self, X):
            return prob

    scorer = EntropyScorer(metric=["neg_calibration_error", "neg_log_loss"])
    scores = scorer(Oracle(), prob, y)
    assert scores["neg_calibration_error"] == -calibration_error(y, prob)
    # A label that is no class of the model never happens.
    unseen = scorer(Oracle(), prob, np.where(y == 2, 9, y))["neg_calibration_error"]
    hit = (prob.argmax(axis=1) == y) & (y != 2)
    assert unseen == -calibration_error(hit, prob.max(axis=1))
    model = GaussianNB().fit(prob, y == 1)
    binary = EntropyScorer(metric="neg_calibration_error")(model, prob, y == 1)
    assert binary == -calibration_error(y == 1, model.predict_proba(prob))


@pytest.mark.parametrize(
    ("args", "kwargs", "match"),
    [
        (([0, 1], [0.5, 1.5]), {}, r"Row 1 of y_prob holds 1\.5"),
        (([0, 1, 2], np.eye(3)), {"notion": "binary"}, r"y_prob has 3 columns.*'classwise'"),
        (([0, 1], [0.5, 0.5]), {"n_bins": 0}, "'n_bins' parameter"),
        (([0, 1], [0.5, 0.5]), {"strategy": "kmeans"}, "'strategy' parameter"),
        (([0, 1], [0.5, 0.5]), {"norm": 1}, "'norm' parameter"),
    ],
)
def test_errors_say_what_is_wrong(args, kwargs, match):
    with pytest.raises(ValueError, match=match):
        calibration_error(*args, **kwargs)


def test_equal_predictions_are_in_one_bin():
    # Uniform bins of one value, and quantile bins that cannot be told apart.
    for strategy in ("uniform", "quantile"):
        found = calibration_error([0, 1, 1, 1], [0.5] * 4, strategy=strategy, n_bins=4)
        assert found == 0.25
    assert_array_equal(calibration_error([1], [1.0], labels=[0, 1]), 0)
