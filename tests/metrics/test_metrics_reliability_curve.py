"""reliability_curve against scikit-learn's isotonic regression and the decomposition."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.isotonic import IsotonicRegression

from skinfo.metrics import log_loss_decomposition, reliability_curve

ARRAYS = ("prediction", "rate", "low", "high", "share", "bits")


@pytest.fixture
def predicted(rng):
    prob = rng.random(400).round(2)
    return (rng.random(400) < prob**2).astype(int), prob


def test_a_curve_made_by_hand():
    # Predictions of 1/2 and 3/5 are pooled. The losses less those of the rates 0, 1/2 and 1:
    # -log2(.8); -log2(.5) - 1 and -log2(.4) - 1; twice -log2(.75); of five samples.
    curve = reliability_curve([0, 1, 0, 1, 1], [0.2, 0.5, 0.6, 0.75, 0.75])
    assert_array_equal(curve.prediction, [0.2, 0.5, 0.6, 0.75])
    assert_array_equal(curve.rate, [0, 0.5, 0.5, 1])
    parts = -np.log2([0.8, 0.8, 0.75**2]) / 5
    assert_allclose(curve.miscalibration, parts.sum())
    # By prediction: the divergence of 3/5 from 1/2 and the order within the pool, for both alike.
    pooled = curve.bits[(curve.edges[1:] > 0.45) & (curve.edges[1:] < 0.65)]
    divergence = 0.5 * np.log2(0.5 / 0.6) + 0.5 * np.log2(0.5 / 0.4)
    rest = (parts[1] - divergence / 5) / 2
    assert_allclose(pooled[pooled > 0], [rest, rest + divergence / 5])
    assert_allclose(curve.share[curve.share > 0], [0.2, 0.2, 0.2, 0.4])


def test_the_curve_is_an_isotonic_regression(predicted):
    y, prob = predicted
    curve = reliability_curve(y, prob)
    expected = IsotonicRegression(y_min=0, y_max=1).fit(prob, y).predict(curve.prediction)
    assert_allclose(curve.rate, expected, atol=1e-12)
    # All its steps are there.
    everywhere = np.interp(prob, curve.prediction, curve.rate)
    assert_allclose(everywhere, IsotonicRegression().fit(prob, y).predict(prob), atol=1e-12)


@pytest.mark.parametrize("base", [2, np.e])
def test_bits_add_up_to_the_miscalibration(predicted, base):
    y, prob = predicted
    curve = reliability_curve(y, prob, base=base)
    parts = log_loss_decomposition(y, prob, base=base)
    assert_allclose(curve.miscalibration, parts.miscalibration, rtol=1e-12)
    assert_allclose(curve.bits.sum(), parts.miscalibration, rtol=1e-10)
    assert (curve.bits >= 0).all()
    assert_allclose([curve.chance, curve.pvalue], [parts.chance, parts.pvalue])
    assert_allclose(curve.share.sum(), 1)


def test_certain_and_wrong_predictions_cost_52_bits():
    y, prob = [1, 0, 0, 1], [0.0, 0.0, 1.0, 1.0]
    curve = reliability_curve(y, prob)
    # Four samples, two of which cost 52 bits; the recalibrated 1 bit each.
    assert_allclose(curve.bits[[0, -1]], [(52 - 2) / 4] * 2)
    assert_allclose(curve.bits.sum(), curve.miscalibration)


def test_bands(predicted, rng):
    y, prob = predicted
    consistency = reliability_curve(y, prob)
    # Predictions are too large by up to 1/4, and the band is around the diagonal.
    assert (consistency.low <= consistency.prediction).mean() > 0.95
    assert (consistency.prediction <= consistency.high).mean() > 0.95
    assert (consistency.rate < consistency.low).any()
    wide = reliability_curve(y, prob, confidence_level=0.999)
    assert (wide.low <= consistency.low).all()
    assert (wide.high >= consistency.high).all()
    confidence = reliability_curve(y, prob, band="confidence")
    assert ((confidence.low <= confidence.rate) & (confidence.rate <= confidence.high)).all()
    none = reliability_curve(y, prob, band=None)
    assert none.low is None
    assert none.high is None


def test_the_consistency_band_holds_calibrated_curves():
    # Of 40 samples of calibrated predictions, the share of points in bands of 90 %.
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        prob = rng.random(200)
        curve = reliability_curve(
            rng.random(200) < prob, prob, labels=[0, 1], confidence_level=0.9
        )
        inside = (curve.low <= curve.rate) & (curve.rate <= curve.high)
        held.append(inside.mean())
    assert 0.87 < np.mean(held) < 0.94


def test_weights_order_and_seed(predicted, rng):
    y, prob = predicted
    weight = rng.integers(0, 4, len(y))
    weighted = reliability_curve(y, prob, sample_weight=weight)
    repeated = reliability_curve(y.repeat(weight), prob.repeat(weight))
    order = rng.permutation(len(y))
    shuffled = reliability_curve(y[order], prob[order], sample_weight=weight[order])
    for name in ARRAYS:
        assert_allclose(getattr(weighted, name), getattr(repeated, name), rtol=1e-9, atol=1e-12)
        assert_array_equal(getattr(weighted, name), getattr(shuffled, name))
    # Weights that are no counts of rows.
    parts = reliability_curve(y, prob, sample_weight=weight * 0.3)
    assert_allclose(parts.rate, weighted.rate)
    assert_array_equal(parts.low <= parts.high, True)
    other = reliability_curve(y, prob, sample_weight=weight, random_state=1)
    assert (other.low != weighted.low).any()


def test_a_class_of_several(rng):
    prob = rng.dirichlet(np.ones(3), 200)
    y = np.array(["a", "b", "c"])[rng.integers(0, 3, 200)]
    curve = reliability_curve(y, prob, pos_label="b")
    binary = reliability_curve(y == "b", prob[:, 1])
    assert_allclose(curve.rate, binary.rate)
    assert curve.miscalibration == binary.miscalibration
    first = reliability_curve(y == "b", prob[:, 1], pos_label=False)
    assert_allclose(first.prediction, 1 - binary.prediction[::-1])
    assert_allclose(first.rate, 1 - binary.rate[::-1], atol=1e-12)


def test_many_predictions_have_few_points(rng):
    prob = rng.random(20_000)
    curve = reliability_curve(rng.random(20_000) < prob, prob, labels=[0, 1], n_resamples=2)
    assert 200 <= len(curve.prediction) < 1000
    assert_array_equal(curve.prediction[[0, -1]], [prob.min(), prob.max()])


@pytest.mark.parametrize(
    ("args", "kwargs", "match"),
    [
        (([0, 1, 2], np.eye(3)), {}, r"There are 3 classes: pass pos_label, one of \[0, 1, 2\]"),
        (([0, 1], [0.2, 0.7]), {"pos_label": 5}, r"pos_label=5 is not among labels, \[0, 1\]"),
        (([0, 1], [0.2, 0.7]), {"pos_label": "a"}, "No label of pos_label is a class"),
        (([0, 1], [0.2, 1.7]), {}, r"Row 1 of y_prob holds 1\.7"),
        (([0, 1], [0.2, 0.7]), {"band": "both"}, "'band' parameter"),
        (([0, 1], [0.2, 0.7]), {"confidence_level": 1.0}, "'confidence_level' parameter"),
    ],
)
def test_errors_say_what_is_wrong(args, kwargs, match):
    with pytest.raises(ValueError, match=match):
        reliability_curve(*args, **kwargs)


@pytest.mark.parametrize("weight", [1e20, 1e90])
def test_labels_of_large_weights(weight):
    # The generator draws at most 2**63 labels of a sample; the proportions are the same.
    y, prob = np.array([0, 1, 1, 0]), [0.2, 0.3, 0.9, 0.5]
    found = reliability_curve(y, prob, sample_weight=np.full(4, weight), n_resamples=20)
    assert_allclose(found.miscalibration, reliability_curve(y, prob).miscalibration, rtol=1e-13)
    # Draws of that many are as predicted.
    assert_allclose(found.chance, 0, atol=1e-8)
    assert np.isfinite([found.low, found.high]).all()
