"""BinningDisplay: the numbers drawn are those computed."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
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
    # Events are stacked on non-events.
    assert_allclose(widths(display.bars_share_), table["non_events"] / len(y))
    assert_allclose(widths(display.bars_events_), table["events"] / len(y))
    assert_allclose([bar.get_x() for bar in display.bars_events_], table["non_events"] / len(y))
    assert display.axes_[1].get_xlabel() == "Proportion"
    assert_allclose(widths(display.bars_bits_), table["bits"])
    assert widths(display.bars_bits_).sum() == pytest.approx(binner.mutual_info_[0])
    # A quarter of the samples are of class 1.
    assert_allclose(display.overall_[0].get_xdata(), 0.25)
    labels = [t.get_text() for t in display.axes_[0].get_yticklabels()]
    assert labels == table["bin"].tolist()
    assert display.axes_[0].get_ylabel() == "x0"
    assert display.axes_[0].get_xlabel() == "Event rate"
    assert display.lines_[0].get_label() == "class 1"


def test_weights_of_evidence_and_counts():
    age = np.array([[18], [22], [30], [35], [50], [58], [61], [70]] * 10)
    y = np.array([0, 1, 0, 1, 1, 0, 0, 0] * 10)
    binner = MutualInfoBinner(2, penalty=None).fit(age, y)
    table = binner.bin_table(0)
    display = BinningDisplay.from_estimator(binner, 0, value="woe", size="count")
    assert_array_equal(display.lines_[0].get_xdata(), table["woe"])
    # Odds of the ends of the interval over those of all samples, 3 to 5. One bin has no event, so
    # that its interval has no lower end.
    finite = table[table["low[1]"] > 0]
    expected = [
        np.log2(finite[end] / (1 - finite[end]) / (3 / 5)) for end in ("low[1]", "high[1]")
    ]
    assert_allclose(ends(display.intervals_[0]), expected)
    assert_allclose(display.overall_[0].get_xdata(), 0)
    assert_array_equal(widths(display.bars_share_), table["non_events"])
    assert_array_equal(widths(display.bars_events_), table["events"])
    assert display.axes_[0].get_xlabel() == "WoE (bits)"
    assert display.axes_[1].get_xlabel() == "Count"


def test_special_and_missing_values_are_set_apart():
    x = np.tile([1.0, 2.0, 3.0, 4.0, -9.0, np.nan], 50)
    y = np.tile([0, 0, 1, 1, 1, 0], 50)
    binner = MutualInfoBinner(special_values=[-9]).fit(x[:, None], y)
    display = BinningDisplay.from_estimator(binner, 0)
    assert [line.get_ydata()[0] for line in display.separators_] == [1.5] * 3
    # The line joins the two intervals alone.
    assert_array_equal(display.paths_[0].get_xdata(), display.value[:2, 0])
    levels = BinningDisplay.from_estimator(
        MutualInfoBinner().fit(
            np.array([["a"], ["b"], [None]] * 50, object), np.tile([0, 1, 1], 50)
        ),
        0,
    )
    # Levels have no order.
    assert levels.paths_ == []
    assert levels.separators_[0].get_ydata()[0] == 1.5


@pytest.mark.parametrize("size", [(3, 2), (6.4, 4.8), (14, 10)])
def test_axes_have_three_ticks(size):
    x = np.arange(400.0)
    binner = MutualInfoBinner().fit(x[:, None], x % 100 > 0.2 * x)
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    display = BinningDisplay.from_estimator(binner, 0, ax=ax)
    figure.canvas.draw()
    for panel in display.axes_:
        low, high = panel.get_xlim()
        assert sum(low <= tick <= high for tick in panel.get_xticks()) >= 3
    assert_numbers_do_not_overlap(display.axes_[1])


def assert_numbers_do_not_overlap(panel):
    low, high = panel.get_xlim()
    boxes = [
        label.get_window_extent()
        for tick, label in zip(panel.get_xticks(), panel.get_xticklabels(), strict=True)
        if low <= tick <= high
    ]
    assert len(boxes) >= 3
    assert all(a.x1 <= b.x0 + 1 for a, b in pairwise(boxes))


@pytest.mark.parametrize("size", [(3, 2), (6.4, 4.8), (14, 10)])
@pytest.mark.parametrize("largest", [0.0079, 0.08, 0.8, 800000])
def test_numbers_of_many_digits_do_not_overlap(size, largest):
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    display = BinningDisplay(
        bins=["low", "high"],
        share=[0.5, 0.5],
        bits=[largest / 2, largest],
        value=np.array([[0.1], [0.2]]),
        low=np.array([[0.05], [0.1]]),
        high=np.array([[0.2], [0.3]]),
        value_names=["b"],
    ).plot(ax)
    figure.canvas.draw()
    assert_numbers_do_not_overlap(display.axes_[2])


def test_the_binner_of_a_pipeline(iris):
    X, y = iris
    pipeline = make_pipeline(MutualInfoBinner(encode="woe"), LogisticRegression()).fit(X, y == 2)
    display = BinningDisplay.from_estimator(pipeline, 2)
    assert_array_equal(display.bits, pipeline[0].bin_table(2)["bits"])


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
    with pytest.raises(ValueError, match="value='woe' needs a y of two classes"):
        BinningDisplay.from_estimator(binner, 0, value="woe")
    with pytest.raises(ValueError, match="size"):
        BinningDisplay.from_estimator(binner, 0, size="bytes")
    with pytest.raises(TypeError, match="takes a MutualInfoBinner, got StandardScaler"):
        BinningDisplay.from_estimator(StandardScaler(), 0)
