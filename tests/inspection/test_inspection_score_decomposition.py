"""ScoreDecompositionDisplay: the numbers drawn are those computed."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import t
from sklearn.linear_model import LinearRegression

from skinfo.inspection import ScoreDecompositionDisplay
from skinfo.metrics import log_loss_decomposition


def test_bars_lead_from_uncertainty_to_the_loss(cancer):
    model, X, y = cancer
    display = ScoreDecompositionDisplay.from_estimator(model, X, y)
    parts = log_loss_decomposition(y, model.predict_proba(X))
    spans = {
        name: (bar[0].get_x(), bar[0].get_x() + bar[0].get_width())
        for name, bar in display.bars_.items()
    }
    left = parts.uncertainty - (parts.discrimination - parts.chance)
    for name, span in {
        "uncertainty": (0, parts.uncertainty),
        "discrimination": (parts.uncertainty, left),
        "miscalibration": (left, parts.log_loss),
        "log_loss": (0, parts.log_loss),
    }.items():
        # Bars that go back are drawn with a negative width.
        assert_allclose(sorted(spans[name]), sorted(span))


def test_intervals_stand_at_the_ends_of_the_bars(cancer):
    model, X, y = cancer
    display = ScoreDecompositionDisplay.from_estimator(model, X, y, confidence_level=0.8)
    parts = log_loss_decomposition(y, model.predict_proba(X))
    for name, line in display.intervals_.items():
        (start, end) = line.get_segments()[0][:, 0]
        low, high = getattr(parts.confidence_interval(0.8), name)
        assert low > 0  # so that it is as long as it would be elsewhere
        assert end - start == pytest.approx(high - low)
        if name != "miscalibration":
            # The width of a t interval does not depend on its centre.
            width = 2 * t.ppf(0.9, len(y) - 1) * getattr(parts.standard_error, name)
            assert end - start == pytest.approx(width)
    (start, end) = display.intervals_["miscalibration"].get_segments()[0][:, 0]
    low, high = parts.confidence_interval(0.8).miscalibration
    estimate = parts.miscalibration - parts.chance
    assert parts.log_loss - start == pytest.approx(estimate - low)
    assert end - parts.log_loss == pytest.approx(high - estimate)
    (start, end) = display.intervals_["log_loss"].get_segments()[0][:, 0]
    assert (start + end) / 2 == pytest.approx(parts.log_loss)


def test_models_are_rows_of_the_same_axes(cancer):
    model, X, y = cancer
    first = ScoreDecompositionDisplay.from_estimator(model, X, y, name="one")
    half = np.full((len(y), 2), 0.5)
    second = ScoreDecompositionDisplay.from_predictions(y, half, name="two", ax=first.ax_)
    rows = [d.bars_["log_loss"][0].get_y() for d in (first, second)]
    assert rows[1] - rows[0] == pytest.approx(1)
    loss = first.decomposition.log_loss
    labels = [label.get_text() for label in first.ax_.get_yticklabels()]
    assert labels == [f"one\n({loss:.3g} bits)", "two\n(1 bits)"]
    assert len(first.ax_.get_legend().get_texts()) == 4


def test_a_constant_forecast_has_uncertainty_only():
    # A forecast of one half for a fair coin: the entropy is one bit, and miscalibration and
    # discrimination are zero but for the optimism, which both bars are corrected for.
    display = ScoreDecompositionDisplay.from_predictions([0, 1] * 50, [0.5] * 100)
    spans = {name: bar[0].get_width() for name, bar in display.bars_.items()}
    assert spans["uncertainty"] == pytest.approx(1)
    assert spans["log_loss"] == pytest.approx(1)
    chance = display.decomposition.chance
    assert spans["discrimination"] == pytest.approx(chance)
    assert spans["miscalibration"] == pytest.approx(-chance)


def test_errors(cancer):
    model, X, y = cancer
    with pytest.raises(TypeError, match="predict_proba, and LinearRegression has none"):
        ScoreDecompositionDisplay.from_estimator(LinearRegression().fit(X, y), X, y)
    with pytest.raises(ValueError, match="confidence_level must be between 0 and 1, got 2"):
        ScoreDecompositionDisplay.from_estimator(model, X, y, confidence_level=2)
