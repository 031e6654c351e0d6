"""BinningDisplay: the numbers drawn are those computed."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from skinfo import MutualInfoBinner
from skinfo.inspection import BinningDisplay


def widths(bars):
    return np.array([bar.get_width() for bar in bars])


def ends(lines):
    """Return the low and high ends of horizontal lines."""
    return np.array([[path[0, 0], path[1, 0]] for path in lines.get_segments()]).T


def test_two_classes_show_the_second():
    age = np.array([[18], [22], [30], [35], [50], [58], [61], [70]] * 10)
    y = np.array([0, 0, 0, 1, 1, 0, 0, 0] * 10)
    binner = MutualInfoBinner().fit(age, y)
    table = binner.bin_table(0)
    display = BinningDisplay.from_estimator(binner, 0)
    assert len(display.lines_) == 1
    assert_array_equal(display.lines_[0].get_xdata(), table["rate[1]"])
    assert_allclose(ends(display.intervals_[0]), [table["low[1]"], table["high[1]"]])
    assert_array_equal(widths(display.bars_share_), table["share"])
    assert_allclose(widths(display.bars_bits_), table["bits"])
    assert widths(display.bars_bits_).sum() == pytest.approx(binner.mutual_info_[0])
    # A quarter of the samples are of class 1.
    assert_allclose(display.overall_[0].get_xdata(), 0.25)
    labels = [t.get_text() for t in display.axes_[0].get_yticklabels()]
    assert labels == table["bin"].tolist()
    assert display.axes_[0].get_ylabel() == "x0"
    assert display.axes_[0].get_xlabel() == "Class rate"
    assert display.lines_[0].get_label() == "class 1"


def test_more_classes_are_all_shown(iris):
    X, y = iris
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    binner = MutualInfoBinner().fit(X, names)
    display = BinningDisplay.from_estimator(binner, "petal width (cm)")
    table = binner.bin_table("petal width (cm)")
    for line, name in zip(display.lines_, ["setosa", "versicolor", "virginica"], strict=True):
        assert line.get_label() == name
        assert_array_equal(line.get_xdata(), table[f"rate[{name}]"])
    assert len({line.get_color() for line in display.lines_}) == 3


def test_means_of_a_continuous_target(rng):
    x = rng.normal(size=300)
    binner = MutualInfoBinner().fit(x[:, np.newaxis], 3 * x + rng.normal(size=300))
    table = binner.bin_table(0)
    display = BinningDisplay.from_estimator(binner, 0, name="height")
    assert_array_equal(display.lines_[0].get_xdata(), table["mean"])
    assert_allclose(ends(display.intervals_[0]), [table["low"], table["high"]])
    assert display.axes_[0].get_xlabel() == "Mean of y"
    assert display.axes_[0].get_ylabel() == "height"


def test_an_unbounded_interval_is_not_drawn():
    # A single sample has no variance.
    display = BinningDisplay(
        ["a", "b"],
        share=[0.1, 0.9],
        bits=[0.1, 0.1],
        value=[[1.0], [2.0]],
        low=[[-np.inf], [1.5]],
        high=[[np.inf], [2.5]],
        value_names=["Mean of y"],
    ).plot()
    assert_array_equal(ends(display.intervals_[0]), [[1.5], [2.5]])


def test_errors(iris):
    X, y = iris
    binner = MutualInfoBinner()
    with pytest.raises(NotFittedError, match="not fitted"):
        BinningDisplay.from_estimator(binner, 0)
    binner.fit(X, y)
    with pytest.raises(ValueError, match=r"did you mean 'petal width \(cm\)'"):
        BinningDisplay.from_estimator(binner, "petal width cm")
    with pytest.raises(TypeError, match="takes a MutualInfoBinner, got StandardScaler"):
        BinningDisplay.from_estimator(StandardScaler(), 0)
