"""risk_coverage_curve against plain means of the rows that are kept."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import softmax
from scipy.stats import entropy, t

from skinfo.metrics import cross_entropy_loss, risk_coverage_curve


@pytest.fixture
def predicted():
    """Labels drawn from distributions over three classes, and the distributions."""
    rng = np.random.default_rng(0)
    prob = softmax(2 * rng.normal(size=(60, 3)), axis=1)
    return (prob.cumsum(axis=1) < rng.random((60, 1))).sum(axis=1), prob


@pytest.mark.parametrize("risk", ["log_loss", "error_rate"])
def test_each_point_is_a_mean_with_its_interval(predicted, risk):
    codes, prob = predicted
    uncertainty_bits = entropy(prob, base=2, axis=1)
    if risk == "log_loss":
        losses, expected = cross_entropy_loss(codes, prob, reduction="none"), uncertainty_bits
    else:
        losses, expected = (prob.argmax(axis=1) != codes) * 1.0, 1 - prob.max(axis=1)
    curve = risk_coverage_curve(codes, prob, risk=risk)
    order = np.argsort(uncertainty_bits)
    for i in (1, 20, 59):
        kept = losses[order[: i + 1]]
        half = t.ppf(0.975, i) * kept.std(ddof=1) / math.sqrt(i + 1)
        assert_allclose(curve.coverage[i], (i + 1) / 60)
        assert_allclose(curve.risk[i], kept.mean())
        assert_allclose(curve.expected[i], expected[order[: i + 1]].mean())
        assert_allclose(curve.high[i], kept.mean() + half)
        assert_allclose(curve.low[i], max(kept.mean() - half, 0), atol=1e-15)


def test_rows_of_one_uncertainty_come_together(predicted):
    codes, prob = predicted
    curve = risk_coverage_curve(codes, prob, uncertainty=np.arange(60) // 20)
    losses = cross_entropy_loss(codes, prob, reduction="none")
    assert_allclose(curve.coverage, [1 / 3, 2 / 3, 1])
    assert_allclose(curve.risk, [losses[:20].mean(), losses[:40].mean(), losses.mean()])


def test_integer_weights_are_repetition_and_order_does_not_matter(predicted):
    codes, prob = predicted
    weight = np.random.default_rng(1).integers(0, 3, 60)
    order = np.random.default_rng(2).permutation(60)
    weighted = risk_coverage_curve(codes[order], prob[order], sample_weight=weight[order])
    repeated = risk_coverage_curve(codes.repeat(weight), prob.repeat(weight, axis=0))
    for one, other in zip(vars(weighted).values(), vars(repeated).values(), strict=True):
        assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_names_one_column_and_base():
    y, second = ["no", "yes", "yes"], np.array([0.25, 0.4, 0.875])
    two = risk_coverage_curve(y, np.column_stack([1 - second, second]))
    one = risk_coverage_curve(y, second)
    nats = risk_coverage_curve(y, second, base=math.e)
    assert_allclose(one.risk, two.risk)
    assert_allclose(nats.risk, one.risk * math.log(2))
    assert_allclose(nats.expected, one.expected * math.log(2))
    flipped = risk_coverage_curve(y, 1 - second, labels=["yes", "no"], risk="error_rate")
    assert_allclose(flipped.risk, risk_coverage_curve(y, second, risk="error_rate").risk)


@pytest.mark.parametrize(
    ("kwargs", "match"),
    [
        ({"risk": "accuracy"}, "The 'risk' parameter"),
        ({"uncertainty": [1.0]}, r"uncertainty must have shape \(2,\).*got \(1,\)"),
        ({"uncertainty": [1.0, np.inf]}, "Row 1 of uncertainty is inf"),
        ({"confidence_level": 95}, "confidence_level must be between 0 and 1, got 95"),
        ({"labels": ["a", "b", "c"]}, "2 columns of predictions and 3 labels"),
        ({"sample_weight": [1, -1]}, "[Nn]egative values"),
    ],
)
def test_errors_say_what_is_wrong(kwargs, match):
    with pytest.raises(ValueError, match=match):
        risk_coverage_curve(["a", "b"], [0.5, 0.5], **kwargs)
