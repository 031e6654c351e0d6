"""InformationPlaneDisplay: the numbers drawn are those computed."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from skinfo import InfoBottleneckSelector
from skinfo.feature_selection import selection_curve
from skinfo.inspection import InformationPlaneDisplay


def test_a_selection_curve(wine):
    curve = selection_curve(*wine, betas=[1, 2, 1000])
    display = InformationPlaneDisplay.from_curve(curve, name="wine")
    assert_array_equal(display.line_.get_xdata(), curve.compression)
    assert_array_equal(display.line_.get_ydata(), curve.relevance)
    assert display.line_.get_label() == "wine"
    assert display.limit_ is None


def test_any_curve_and_its_limit():
    curve = SimpleNamespace(compression=[0, 1], relevance=[0, 0.5], mutual_information=0.6)
    display = InformationPlaneDisplay.from_curve(curve)
    assert_array_equal(display.limit_.get_ydata(), [0.6, 0.6])
    assert display.bound_.get_slope() == 1
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts == ["I(X; y), 0.6 bits"]


def test_a_clustering_is_one_point():
    class Bottleneck(BaseEstimator):
        def fit(self, X):
            self.compression_, self.information_ = 1.5, 0.5
            return self

    display = InformationPlaneDisplay.from_estimator(Bottleneck().fit(None))
    assert_array_equal(display.line_.get_xydata(), [[1.5, 0.5]])


def test_counts_go_to_information_curve(monkeypatch):
    asked = []

    def information_curve(X, **kwargs):
        asked.append((X, kwargs))
        return SimpleNamespace(compression=[0, 1], relevance=[0, 0.5], mutual_information=0.6)

    module = SimpleNamespace(information_curve=information_curve)
    monkeypatch.setitem(sys.modules, "skinfo.cluster", module)
    X = [[3, 1], [1, 3]]
    display = InformationPlaneDisplay.from_data(X, name="counts")
    InformationPlaneDisplay.from_data(X, betas=[1, 2])
    assert asked == [(X, {}), (X, {"betas": [1, 2]})]
    assert_array_equal(display.line_.get_ydata(), [0, 0.5])
    assert display.limit_ is not None
    assert display.line_.get_label() == "counts"


def test_the_path_of_a_selector_keeps_its_order(selector):
    display = InformationPlaneDisplay.from_estimator(selector)
    assert_array_equal(display.line_.get_xdata(), selector.compression_)
    assert_array_equal(display.line_.get_ydata(), selector.information_)
    assert display.line_.get_label() == "InfoBottleneckSelector"


def test_a_selection_that_gets_shorter_says_so(wine):
    # T of one feature of wine takes more bits of description than T of four, and has fewer of y.
    curve = selection_curve(*wine, betas=[1, 5, 1000])
    display = InformationPlaneDisplay.from_curve(curve)
    shorter = (curve.compression[:, None] < curve.compression - 1e-3).any(axis=0)
    better = curve.relevance < curve.relevance.max()
    expected = np.column_stack([curve.compression, curve.relevance])[shorter & better]
    # Nothing is shorter than no feature at all, so that point is not hollow.
    hollow = [point for point in expected if point[0] > curve.compression[-1]]
    assert_array_equal(display.dominated_.get_xydata(), hollow)
    assert [text.get_text() for text in display.text_] == ["0", "1", "4"]


def test_a_curve_over_beta_has_no_hollow_points():
    display = InformationPlaneDisplay.from_data([[9, 1, 2], [2, 8, 3], [4, 4, 7]])
    assert display.dominated_ is None
    assert display.text_ == []


def test_numbers_do_not_overlap():
    display = InformationPlaneDisplay([0, 0, 0, 1], [0, 0, 0, 1], n_features=[0, 1, 1, 2]).plot()
    assert [text.get_text() for text in display.text_] == ["0", "2"]


def test_curves_on_the_same_axes_differ_in_colour_and_are_all_in_view():
    first = InformationPlaneDisplay([0, 1], [0, 0.5]).plot(name="small")
    second = InformationPlaneDisplay([0, 5], [0, 2.5]).plot(first.ax_, name="large")
    assert first.line_.get_color() != second.line_.get_color()
    second.figure_.canvas.draw()
    assert second.ax_.get_xlim()[1] > 5
    assert second.ax_.get_ylim()[1] > 2.5


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match=r"must have compression and relevance.* got list"):
        InformationPlaneDisplay.from_curve([1, 2])
    with pytest.raises(NotFittedError, match="not fitted"):
        InformationPlaneDisplay.from_estimator(InfoBottleneckSelector())
    scaler = StandardScaler().fit([[1.0], [2.0]])
    with pytest.raises(TypeError, match="an InformationBottleneck, got StandardScaler"):
        InformationPlaneDisplay.from_estimator(scaler)
