"""DriftDisplay: the numbers drawn are those of population_stability."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from skinfo.inspection import DriftDisplay
from skinfo.metrics import population_stability


@pytest.fixture
def samples(rng):
    X = pd.DataFrame(rng.normal(size=(1000, 30)), columns=[f"x{j}" for j in range(30)])
    new = pd.DataFrame(rng.normal(size=(200, 30)), columns=X.columns)
    new["x7"] += 1
    new.loc[:20, "x8"] = np.nan
    return X, new


def test_columns_are_ranked_by_their_index(samples):
    report = population_stability(*samples).report(0.9)
    display = DriftDisplay.from_data(*samples, confidence_level=0.9, max_features=10)
    assert_allclose([bar.get_width() for bar in display.bars_], report["psi"][:10])
    ends = [segment[:, 0] for segment in display.intervals_.get_segments()]
    assert_allclose(ends, report[["low", "high"]][:10])
    marks = [segment[0, 0] for segment in display.expected_.get_segments()]
    assert_allclose(marks, report["expected"][:10])
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == [*report["feature"][:10], "20 more"]
    assert display.text_.get_text() == f" at most {report['psi'][10]:.2g} each"


def test_columns_that_may_be_chance_are_pale(samples):
    report = population_stability(*samples).report()
    display = DriftDisplay.from_data(*samples, max_features=None)
    assert display.text_ is None
    is_pale = [bar.get_alpha() is not None for bar in display.bars_]
    assert is_pale == (report["qvalue"] > 0.05).tolist()
    assert report["feature"][~np.array(is_pale)].tolist() == ["x8", "x7"] or sum(is_pale) == 28


def test_thresholds_are_drawn_where_they_are_in_reach(samples):
    X, new = samples
    far = DriftDisplay.from_data(X, new)
    assert {line.get_xdata()[0] for line in far.ax_.lines} == {0, 0.1, 0.25}
    near = DriftDisplay.from_data(X, X)
    assert {line.get_xdata()[0] for line in near.ax_.lines} == {0, 0.1}


@pytest.mark.parametrize("feature", ["x8", 8])
def test_bins_of_one_column(samples, feature):
    table = population_stability(*samples).bin_table("x8")
    display = DriftDisplay.from_data(*samples, feature=feature)
    assert_allclose([b.get_width() for b in display.bars_reference_], table["share[ref]"])
    assert_allclose([b.get_width() for b in display.bars_], table["share[new]"])
    assert_allclose([b.get_width() for b in display.bars_psi_], table["psi"])
    shares, psi = display.axes_
    assert shares.get_yticklabels()[-1].get_text() == "missing"
    assert shares.get_ylabel() == "x8"
    assert shares.get_ylim() == psi.get_ylim()
    assert display.expected_ is None


def test_a_display_may_be_drawn_as_columns_and_as_bins(samples):
    stability = population_stability(*samples)
    _, axes = plt.subplots(1, 2)
    assert DriftDisplay(stability).plot(axes[0]).bars_psi_ is None
    assert DriftDisplay(stability, feature="x7").plot(axes[1]).text_ is None


def test_wrong_arguments(samples):
    with pytest.raises(ValueError, match="max_features must be at least 1, or None; got 0"):
        DriftDisplay.from_data(*samples, max_features=0)
    with pytest.raises(ValueError, match="no column named 'y'"):
        DriftDisplay.from_data(*samples, feature="y")
    with pytest.raises(ValueError, match="confidence_level must be between 0 and 1"):
        DriftDisplay.from_data(*samples, confidence_level=2)
