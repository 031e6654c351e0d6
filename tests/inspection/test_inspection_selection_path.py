"""SelectionPathDisplay: the numbers drawn are those computed."""

import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from skinfo import InfoBottleneckSelector
from skinfo.inspection import SelectionPathDisplay


def test_line_and_bars_are_those_of_the_selector(wine, selector):
    display = SelectionPathDisplay.from_estimator(selector)
    assert_array_equal(display.line_.get_xdata(), selector.information_)
    assert_array_equal([bar.get_width() for bar in display.bars_], selector.gains_)
    names = wine[0].columns[selector.selected_features_].tolist()
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == names
    bottom, top = display.ax_.get_ylim()
    assert bottom > top  # the first step is on top


def test_name_goes_into_the_legend(selector):
    display = SelectionPathDisplay.from_estimator(selector, name="wine")
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert sorted(texts) == ["wine: added", "wine: held so far"]


def test_a_group_is_one_step(wine):
    X, y = wine
    groups = {"colour": ["hue", "color_intensity"]}
    selector = InfoBottleneckSelector(2, groups=groups, must_include=["hue"]).fit(X, y)
    display = SelectionPathDisplay.from_estimator(selector)
    assert display.feature_names[0] == "colour"
    assert len(display.feature_names) == len(selector.gains_) == 2


def test_other_estimators_are_refused(rng):
    with pytest.raises(NotFittedError, match="not fitted"):
        SelectionPathDisplay.from_estimator(InfoBottleneckSelector())
    with pytest.raises(TypeError, match="takes an InfoBottleneckSelector, got Standard"):
        SelectionPathDisplay.from_estimator(StandardScaler())
    noise = InfoBottleneckSelector(alpha=1e-6).fit(rng.normal(size=(50, 2)), [0, 1] * 25)
    with pytest.raises(ValueError, match="selected nothing"):
        SelectionPathDisplay.from_estimator(noise)
