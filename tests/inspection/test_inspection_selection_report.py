"""SelectionReportDisplay: the numbers drawn are those of the report."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skinfo import InfoBottleneckSelector
from skinfo.inspection import SelectionReportDisplay
from skinfo.inspection._style import shorten


def widths(bars):
    return [bar.get_width() for bar in bars]


def test_selected_features_are_on_top_in_order_and_the_others_by_bits(selector):
    display = SelectionReportDisplay.from_estimator(selector)
    report = selector.report()
    kept, dropped = report[report["selected"]], report[~report["selected"]]
    dropped = dropped.sort_values("bits", ascending=False, kind="stable")
    names = [f"{i}. {name}" for i, name in enumerate(kept["feature"], 1)]
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == [shorten(name) for name in [*names, *dropped["feature"]]]
    rows = report.iloc[display.order_]
    assert_array_equal(widths(display.alone_), np.maximum(rows["bits"], 0))
    assert_array_equal(widths(display.left_), np.maximum(rows["bits_left"], 0))
    reasons = [label.get_text() for label in display.reasons_.get_yticklabels()]
    assert reasons == [shorten(name) for name in rows["redundant_with"]]
    # Nothing is written beside what was selected.
    assert reasons[: len(kept)] == [""] * len(kept)
    bottom, top = display.ax_.get_ylim()
    assert bottom > top


def test_selected_features_have_a_colour_of_their_own(selector):
    display = SelectionReportDisplay.from_estimator(selector)
    colours = [bar.get_facecolor() for bar in display.left_]
    assert len(set(colours[:4])) == len(set(colours[4:])) == 1
    assert colours[0] != colours[4]
    for alone, left in zip(display.alone_, display.left_, strict=True):
        assert_allclose(alone.get_facecolor()[:3], left.get_facecolor()[:3])
        assert alone.get_alpha() < 1


def test_a_row_counts_the_features_left_out(selector):
    display = SelectionReportDisplay.from_estimator(selector, max_features=6)
    assert len(display.left_) == 6
    assert display.ax_.get_yticklabels()[-1].get_text() == "7 more"
    assert display.reasons_.get_yticklabels()[-1].get_text() == ""
    with pytest.raises(ValueError, match="max_features must be at least 1, or None; got 0"):
        display.plot(max_features=0)


def test_a_selection_of_nothing(rng):
    noise = InfoBottleneckSelector(alpha=1e-6).fit(rng.normal(size=(50, 2)), [0, 1] * 25)
    display = SelectionReportDisplay.from_estimator(noise, name="chance")
    assert display.reasons_ is None
    assert display.ax_.get_xlabel() == "Information about chance (bits)"


def test_long_names_on_both_sides_leave_room_for_the_bars():
    names = [f"a rather long name of number {i}" for i in range(20)]
    figure, ax = plt.subplots(figsize=(5, 4), layout="constrained")
    display = SelectionReportDisplay(
        np.linspace(1, 0.1, 20),
        np.linspace(0.9, 0, 20),
        np.arange(20) < 3,
        redundant_with=[""] * 3 + names[:3] * 5 + ["", ""],
        feature_names=names,
    ).plot(ax)
    figure.canvas.draw()
    assert display.ax_.get_position().width > 0.2
