"""ReliabilityDisplay: the numbers drawn are those computed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinfo.inspection import ReliabilityDisplay
from skinfo.metrics import reliability_curve


def test_curve_band_histogram_and_bits(cancer):
    model, X, y = cancer
    display = ReliabilityDisplay.from_estimator(model, X, y)
    curve = reliability_curve(y, model.predict_proba(X))
    assert_allclose(display.line_.get_xdata(), curve.prediction)
    assert_allclose(display.line_.get_ydata(), curve.rate)
    heights = display.band_.get_paths()[0].vertices[:, 1]
    assert heights.min() == pytest.approx(curve.low.min())
    assert heights.max() == pytest.approx(curve.high.max())
    assert_allclose(display.bits_.get_data().values, curve.bits)
    drawn = display.histogram_.get_data().values
    assert_allclose(drawn / drawn.sum(), curve.share)
    assert drawn.max() == pytest.approx(0.15)
    lost = curve.miscalibration - curve.chance
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend[0] == "if calibrated"
    assert f"{lost:.3g} bits lost beyond chance, p = {curve.pvalue:.2g}" in legend[1]


def test_models_share_the_axes(cancer):
    model, X, y = cancer
    first = ReliabilityDisplay.from_estimator(model, X, y, name="one")
    half = 0.5 + 0.5 * (model.predict_proba(X)[:, 1] - 0.5)
    second = ReliabilityDisplay.from_predictions(
        y, half, name="two", pos_label=1, band=None, ax=first.ax_
    )
    assert second.bits_ax_ is first.bits_ax_
    assert second.band_ is None
    assert len(first.ax_.lines) == 3  # with the diagonal
    assert first.line_.get_color() != second.line_.get_color()
    names = [text.get_text().split(":")[0] for text in first.ax_.get_legend().get_texts()]
    assert names == ["if calibrated", "one", "two"]
    assert first.ax_.get_ylabel() == "Observed proportion of 1"
    top = first.bits_ax_.get_ylim()[1]
    assert top >= max(first.curve.bits.max(), second.curve.bits.max())


def test_axes_with_an_inset_of_their_own(cancer):
    model, X, y = cancer
    _, ax = plt.subplots()
    own = ax.inset_axes([0.6, 0.1, 0.3, 0.3])
    display = ReliabilityDisplay.from_estimator(model, X, y, ax=ax)
    assert display.bits_ax_ is not own


def test_a_pipeline_has_the_name_of_its_last_step(cancer):
    model, X, y = cancer
    pipeline = make_pipeline(StandardScaler(), type(model)()).fit(X, y)
    display = ReliabilityDisplay.from_estimator(pipeline, X, y)
    name = type(model).__name__
    assert display.name == name
    assert display.line_.get_label().startswith(name[:5])


def test_calibrated_predictions_lose_nothing():
    prob = np.repeat([0.25, 0.75], 40)
    y = np.concatenate([np.tile([1, 0, 0, 0], 10), np.tile([1, 1, 1, 0], 10)])
    display = ReliabilityDisplay.from_predictions(y, prob)
    assert ": 0 bits lost beyond chance, p = 1" in display.line_.get_label()
    display.figure_.canvas.draw()


def test_errors(cancer):
    _, X, y = cancer
    with pytest.raises(TypeError, match=r"ReliabilityDisplay\.from_estimator takes a fitted"):
        ReliabilityDisplay.from_estimator(LinearRegression().fit(X, y), X, y)
    with pytest.raises(ValueError, match="There are 3 classes: pass pos_label"):
        ReliabilityDisplay.from_predictions([0, 1, 2], np.eye(3))
