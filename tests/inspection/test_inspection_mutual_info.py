"""MutualInfoDisplay: the numbers drawn are those computed."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import false_discovery_control
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.estimation import mutual_info_test
from skinfo.inspection import MutualInfoDisplay


def widths(bars):
    return np.array([bar.get_width() for bar in bars])


def ends(lines):
    """Return the low and high ends of horizontal lines."""
    return np.array([[path[0, 0], path[1, 0]] for path in lines.get_segments()]).T


def test_bars_and_intervals_are_those_of_the_test(iris):
    X, y = iris
    display = MutualInfoDisplay.from_data(X, y, name="the species")
    result = mutual_info_test(X, y)
    order = np.argsort(-result.statistic)
    assert_array_equal(display.ranking_, order)
    assert_allclose(widths(display.bars_), result.statistic[order])
    interval = result.confidence_interval()
    assert_allclose(ends(display.intervals_), [interval.low[order], interval.high[order]])
    names = [t.get_text() for t in display.ax_.get_yticklabels()]
    assert names == X.columns[order].tolist()
    assert display.ax_.get_xlabel() == "Information about the species (bits)"
    assert display.text_ is None


def test_confidence_level_moves_the_ends(iris):
    wide, narrow = (
        MutualInfoDisplay.from_data(*iris, confidence_level=level) for level in (0.99, 0.5)
    )
    assert (wide.low < narrow.low).all()
    assert (wide.high > narrow.high).all()


def test_a_column_without_a_name():
    X = pd.DataFrame({"": np.arange(40.0)})
    display = MutualInfoDisplay.from_data(X, np.arange(40) % 2)
    display.figure_.canvas.draw()
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == [""]


def test_omitted_features_are_counted():
    display = MutualInfoDisplay([0.1, 0.4, 0.3, 0.2]).plot(max_features=2)
    assert_array_equal(widths(display.bars_), [0.4, 0.3])
    labels = [t.get_text() for t in display.ax_.get_yticklabels()]
    assert labels == ["x1", "x2", "2 more"]
    assert display.text_.get_text() == " at most 0.2 bits each"


def test_insignificant_bars_are_pale():
    display = MutualInfoDisplay([0.5, 0.01], qvalue=[0.001, 0.6]).plot()
    assert [bar.get_alpha() for bar in display.bars_] == [None, 0.35]
    assert display.ax_.get_legend().get_texts()[0].get_text() == "may be chance (q > 0.05)"
    display = MutualInfoDisplay([0.5, 0.01], qvalue=[0.001, 0.6]).plot(max_qvalue=0.7)
    assert display.ax_.get_legend() is None


def test_intervals_need_not_contain_the_estimate():
    # An estimate below zero, and an interval that starts at zero.
    display = MutualInfoDisplay([-0.02], low=[0.0], high=[0.03]).plot()
    assert_array_equal(ends(display.intervals_), [[0.0], [0.03]])


def test_a_binner(iris):
    X, y = iris
    binner = MutualInfoBinner().fit(X, y)
    display = MutualInfoDisplay.from_estimator(binner)
    assert_allclose(widths(display.bars_), np.sort(binner.mutual_info_)[::-1])
    assert display.intervals_ is None
    assert display.ax_.get_yticklabels()[0].get_text() in X.columns


def test_a_selector(iris):
    X, y = iris
    selector = InfoBottleneckSelector().fit(X, y)
    display = MutualInfoDisplay.from_estimator(selector)
    bits = dict(zip(display.feature_names, display.mutual_info, strict=True))
    assert_allclose([bits[name] for name in X.columns], selector.mutual_info_)
    qvalues = dict(zip(display.feature_names, display.qvalue, strict=True))
    assert_allclose(
        [qvalues[name] for name in X.columns], false_discovery_control(selector.p_values_)
    )


def test_columns_without_names(iris):
    X, y = iris
    display = MutualInfoDisplay.from_data(X.to_numpy(), y)
    assert display.feature_names == ["x0", "x1", "x2", "x3"]


def test_y_by_name_and_tables_in_parts(iris):
    X, y = iris
    table = X.assign(y=y)
    display = MutualInfoDisplay.from_data(table, "y")
    assert_allclose(display.mutual_info, MutualInfoDisplay.from_data(X, y).mutual_info)
    with pytest.raises(
        ValueError, match=r"MutualInfoDisplay\.from_data needs all samples at once"
    ):
        MutualInfoDisplay.from_data([table[:70], table[70:]], "y")


def test_other_estimators_are_refused(iris):
    with pytest.raises(NotFittedError, match="not fitted"):
        MutualInfoDisplay.from_estimator(MutualInfoBinner())
    with pytest.raises(TypeError, match=r"takes a MutualInfoBinner or .* got StandardScaler"):
        MutualInfoDisplay.from_estimator(StandardScaler().fit(iris[0]))
    with pytest.raises(TypeError, match=r"takes a MutualInfoBinner or .* got list"):
        MutualInfoDisplay.from_estimator([1, 2])


def test_max_features_below_one_is_refused():
    with pytest.raises(ValueError, match="max_features must be at least 1, or None; got 0"):
        MutualInfoDisplay([0.1]).plot(max_features=0)
