"""UncertaintyDisplay: the numbers drawn are those computed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import t
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression

from skinfo.inspection import UncertaintyDisplay
from skinfo.metrics import cross_entropy_loss

# From the least uncertain sample on: 0.9, 0.8, and two coins. Right, wrong, right, wrong.
Y = ("b", "b", "a", "b")
PROB = ((0.1, 0.9), (0.8, 0.2), (0.5, 0.5), (0.5, 0.5))


def test_curve_by_hand():
    display = UncertaintyDisplay.from_predictions(Y, PROB)
    losses = -np.log2([0.9, 0.2, 0.5, 0.5])
    # The two coins are kept or rejected together.
    assert_allclose(display.coverage, [0.25, 0.5, 1.0])
    assert_allclose(display.risk, [losses[0], losses[:2].mean(), losses.mean()])
    entropies = [-(p * np.log2(p) + (1 - p) * np.log2(1 - p)) for p in (0.9, 0.8, 0.5, 0.5)]
    assert_allclose(display.expected, [entropies[0], np.mean(entropies[:2]), np.mean(entropies)])
    assert_array_equal(display.line_.get_xdata(), display.coverage)
    assert_array_equal(display.line_.get_ydata(), display.risk)
    assert_array_equal(display.expected_line_.get_ydata(), display.expected)


def test_error_rate_by_hand():
    display = UncertaintyDisplay.from_predictions(Y, PROB, risk="error_rate")
    # A tie is predicted as the first label: right for "a", wrong for "b".
    assert_allclose(display.risk, [0, 1 / 2, 2 / 4])
    assert_allclose(display.expected, [0.1, 0.15, (0.1 + 0.2 + 0.5 + 0.5) / 4])
    assert display.ax_.get_ylabel() == "Error rate"


def test_last_point_is_the_loss_and_its_error(cancer):
    model, X, y = cancer
    y_prob = model.predict_proba(X)
    display = UncertaintyDisplay.from_estimator(model, X, y, name="Bayes")
    losses = cross_entropy_loss(y, y_prob, reduction="none")
    n = len(y)
    assert display.coverage[-1] == 1
    assert display.risk[-1] == pytest.approx(losses.mean())
    width = t.ppf(0.975, n - 1) * losses.std(ddof=1) / np.sqrt(n)
    assert display.high[-1] == pytest.approx(losses.mean() + width)
    assert display.line_.get_label() == "Bayes"


@pytest.mark.parametrize("risk", ["log_loss", "error_rate"])
def test_order_of_samples_and_weights(rng, risk):
    n = 40
    y_prob = rng.dirichlet(np.ones(3), n)
    y = rng.integers(0, 3, n)
    weight = rng.integers(0, 4, n)
    draw = UncertaintyDisplay.from_predictions
    one = draw(y, y_prob, labels=[0, 1, 2], risk=risk, sample_weight=weight)
    rows = rng.permutation(np.repeat(np.arange(n), weight))
    other = draw(y[rows], y_prob[rows], labels=[0, 1, 2], risk=risk)
    for part in ("coverage", "risk", "expected", "low", "high"):
        assert_allclose(getattr(one, part), getattr(other, part), atol=1e-12)


def test_another_uncertainty_determines_the_order():
    display = UncertaintyDisplay.from_predictions(
        Y, PROB, risk="error_rate", uncertainty=[3, 2, 1, 0]
    )
    assert_allclose(display.risk, [1, 1 / 2, 2 / 3, 2 / 4])


def test_models_on_the_same_axes():
    _, ax = plt.subplots()
    draw = UncertaintyDisplay.from_predictions
    first = draw(Y, PROB, ax=ax, name="one")
    sure = [(0.01, 0.99)] * 4
    second = draw(Y, sure, ax=ax, name="two")
    assert first.line_.get_color() != second.line_.get_color()
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["one", "expected by the model", "two"]
    assert ax.get_ylim()[1] > max(first.risk.max(), second.risk.max())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"risk": "accuracy"}, "'risk' parameter .* Got 'accuracy'"),
        ({"uncertainty": [1, 2]}, r"uncertainty must have shape \(4,\).* got \(2,\)"),
        ({"uncertainty": [1, 2, np.nan, 3]}, "Row 2 of uncertainty is nan"),
        ({"labels": ["a"]}, "labels=clf.classes_"),
        ({"confidence_level": 95}, "confidence_level must be between 0 and 1, got 95"),
    ],
)
def test_errors(given, message):
    with pytest.raises(ValueError, match=message):
        UncertaintyDisplay.from_predictions(Y, PROB, **given)


def test_several_outputs(rng):
    X, Y = rng.normal(size=(20, 2)), rng.integers(0, 2, (20, 2))
    forest = RandomForestClassifier(n_estimators=2, random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match="RandomForestClassifier predicts several outputs"):
        UncertaintyDisplay.from_estimator(forest, X, Y)


def test_soft_labels():
    with pytest.raises(ValueError, match=r"1d array, got an array of shape \(4, 2\)"):
        UncertaintyDisplay.from_predictions(PROB, PROB)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(8)))
def test_result_does_not_depend_on_the_order_of_samples(rows):
    y = np.array(Y * 2)
    y_prob = np.array([*PROB, (0.3, 0.7), (0.3, 0.7), (0.7, 0.3), (0.5, 0.5)])
    _, ax = plt.subplots()
    one = UncertaintyDisplay.from_predictions(y, y_prob, ax=ax)
    other = UncertaintyDisplay.from_predictions(y[rows], y_prob[rows], ax=ax)
    plt.close(ax.figure)
    for part in ("coverage", "risk", "expected", "high"):
        assert_array_equal(getattr(one, part), getattr(other, part))


def test_estimators_without_probabilities(cancer):
    _, X, y = cancer
    with pytest.raises(TypeError, match="predict_proba, and LinearRegression has none"):
        UncertaintyDisplay.from_estimator(LinearRegression().fit(X, y), X, y)
