"""Behaviour common to all Displays: axes, names, keywords, and matplotlib only when plotting."""

import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.cbook import is_math_text
from matplotlib.colors import to_rgba
from matplotlib.text import Text

from skinfo import inspection
from skinfo.inspection import (
    BinningDisplay,
    DistributionDisplay,
    DriftDisplay,
    InformationPlaneDisplay,
    InteractionDisplay,
    JointDistributionDisplay,
    MutualInfoDisplay,
    MutualInfoMatrixDisplay,
    ReliabilityDisplay,
    ScoreDecompositionDisplay,
    SelectionPathDisplay,
    SelectionReportDisplay,
    UncertaintyDisplay,
)
from skinfo.metrics import log_loss_decomposition, population_stability, reliability_curve

STABILITY = population_stability([[1, "a"], [2, "b"], [3, "a"]] * 9, [[1, "b"], [9, "b"]] * 9)

DISPLAYS = {
    "BinningDisplay": lambda: BinningDisplay(
        ["low", "high"],
        share=[0.5, 0.5],
        bits=[0.1, 0.1],
        value=[[0.2], [0.8]],
        low=[[0.1], [0.7]],
        high=[[0.3], [0.9]],
        value_names=["class 1"],
    ),
    "DistributionDisplay": lambda: DistributionDisplay([0.5, 0.5], entropy=1.0),
    "DriftDisplay": lambda: DriftDisplay(STABILITY),
    "InformationPlaneDisplay": lambda: InformationPlaneDisplay([0, 1], [0, 0.5]),
    "InteractionDisplay": lambda: InteractionDisplay([[1, -0.1], [-0.1, 1]]),
    "JointDistributionDisplay": lambda: JointDistributionDisplay(
        np.full((2, 2), 0.25), x_levels=["a", "b"], y_levels=["c", "d"], mutual_info=0.0
    ),
    "MutualInfoDisplay": lambda: MutualInfoDisplay([0.1, 0.2]),
    "MutualInfoMatrixDisplay": lambda: MutualInfoMatrixDisplay([[1, 0.1], [0.1, 1]]),
    "ReliabilityDisplay": lambda: ReliabilityDisplay(
        reliability_curve([0, 1, 0, 1, 1], [0.2, 0.7, 0.4, 0.3, 0.9])
    ),
    "ScoreDecompositionDisplay": lambda: ScoreDecompositionDisplay(
        log_loss_decomposition([0, 1, 0, 1, 1], [0.2, 0.7, 0.4, 0.3, 0.9])
    ),
    "SelectionPathDisplay": lambda: SelectionPathDisplay([0.3, 0.4], [0.3, 0.1]),
    "SelectionReportDisplay": lambda: SelectionReportDisplay(
        [0.3, 0.4], [0.3, 0.1], [True, False], redundant_with=["", "x0"]
    ),
    "UncertaintyDisplay": lambda: UncertaintyDisplay([0.5, 1.0], [0.1, 0.3]),
}

# An artist of each display that takes the keywords of plot.
ARTISTS = {
    "BinningDisplay": lambda d: d.lines_[0],
    "DistributionDisplay": lambda d: d.bars_[0][0],
    "DriftDisplay": lambda d: d.bars_[0],
    "InformationPlaneDisplay": lambda d: d.line_,
    "InteractionDisplay": lambda d: d.image_,
    "JointDistributionDisplay": lambda d: d.mesh_,
    "MutualInfoDisplay": lambda d: d.bars_[0],
    "MutualInfoMatrixDisplay": lambda d: d.image_,
    "ReliabilityDisplay": lambda d: d.line_,
    "ScoreDecompositionDisplay": lambda d: d.bars_["log_loss"][0],
    "SelectionPathDisplay": lambda d: d.line_,
    "SelectionReportDisplay": lambda d: d.left_[0],
    "UncertaintyDisplay": lambda d: d.line_,
}

PUBLIC_DISPLAYS = [name for name in inspection.__all__ if name.endswith("Display")]

each_display = pytest.mark.parametrize("name", DISPLAYS)


def test_every_display_is_tested_here():
    assert sorted(DISPLAYS) == sorted(ARTISTS) == PUBLIC_DISPLAYS


@each_display
def test_plot_creates_axes(name):
    display = DISPLAYS[name]()
    assert not hasattr(display, "ax_")
    assert display.plot() is display
    assert display.ax_.figure is display.figure_
    assert len(plt.get_fignums()) == 1


@each_display
def test_plot_draws_on_given_axes(name):
    figure, (_, ax) = plt.subplots(1, 2)
    display = DISPLAYS[name]().plot(ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert len(plt.get_fignums()) == 1


@each_display
def test_plotting_does_not_change_the_numbers(name):
    display = DISPLAYS[name]()
    before = {key: repr(value) for key, value in vars(display).items()}
    display.plot()
    display.plot()
    assert {key: repr(vars(display)[key]) for key in before} == before


@each_display
@pytest.mark.parametrize("size", [(4, 3), (8, 6)])
def test_plots_fit_into_the_figure(name, size):
    # Warnings, such as that of a layout without space, are errors here; and no artist, labels
    # included, extends beyond the figure.
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    DISPLAYS[name]().plot(ax)
    figure.canvas.draw()
    box = figure.get_tightbbox()
    assert min(box.x0, box.y0) >= -0.02
    assert box.x1 <= size[0] + 0.02
    assert box.y1 <= size[1] + 0.02


@each_display
def test_keywords_reach_the_artist(name):
    artist = ARTISTS[name](DISPLAYS[name]().plot(alpha=0.25))
    assert artist.get_alpha() == 0.25


HEAT_MAPS = {"InteractionDisplay", "JointDistributionDisplay", "MutualInfoMatrixDisplay"}


@pytest.mark.parametrize("name", sorted(set(DISPLAYS) - HEAT_MAPS))
def test_color_overrides_the_default(name):
    artist = ARTISTS[name](DISPLAYS[name]().plot(color="red"))
    colour = artist.get_color() if hasattr(artist, "get_color") else artist.get_facecolor()
    assert to_rgba(colour) == to_rgba("red")


def test_aliases_override_the_defaults():
    # Matplotlib refuses "marker" and "m", or "color" and "c", together.
    line = InformationPlaneDisplay([0, 1], [0, 0.5]).plot(c="red", ms=9).line_
    assert (line.get_color(), line.get_markersize()) == ("red", 9)


@each_display
def test_only_heat_maps_take_a_cmap(name):
    artist = ARTISTS[name]
    if name in HEAT_MAPS:
        assert artist(DISPLAYS[name]().plot(cmap="Greens")).get_cmap().name == "Greens"
    else:
        with pytest.raises(AttributeError, match="cmap"):
            DISPLAYS[name]().plot(cmap="Greens")


@each_display
def test_without_matplotlib_displays_can_be_created_but_not_plotted(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    display = DISPLAYS[name]()
    with pytest.raises(ImportError, match=rf"{name}.plot requires matplotlib. You can install"):
        display.plot()


CLASS_METHODS = [
    (name, method)
    for name in DISPLAYS
    for method in vars(getattr(inspection, name))
    if method.startswith("from_")
]


@pytest.mark.parametrize(("name", "method"), CLASS_METHODS)
def test_without_matplotlib_nothing_is_computed(name, method, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    function = getattr(getattr(inspection, name), method)
    # None of the arguments is valid: matplotlib is checked first.
    needed = function.__func__.__code__.co_argcount - 1 - len(function.__defaults__ or ())
    with pytest.raises(ImportError, match=rf"{name}.{method} requires matplotlib"):
        function(*([None] * needed))


def test_import_does_not_load_matplotlib():
    code = "import sys, skinfo.inspection; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


@pytest.mark.parametrize(
    ("display", "message"),
    [
        (MutualInfoDisplay([0.1, 0.2], feature_names=["a"]), "feature_names .* 2; got 1"),
        (SelectionPathDisplay([0.1, 0.2], [0.1]), "gains .* 2; got 1"),
        (InformationPlaneDisplay([0.1, 0.2], [0.1]), "relevance .* 2; got 1"),
        (UncertaintyDisplay([0.5, 1], [0.1, 0.2], low=[0]), "low .* 2; got 1"),
        (DistributionDisplay([0.5, 0.5], [1.0], entropy=1.0), "q .* 2; got 1"),
        (SelectionReportDisplay([0.1, 0.2], [0.1], [True, False]), "bits_left .* 2; got 1"),
        (MutualInfoMatrixDisplay([[1, 0.1]]), r"shape \(n_features, n_features\), got \(1, 2\)"),
    ],
)
def test_lengths_must_match(display, message):
    with pytest.raises(ValueError, match=message):
        display.plot()


@each_display
def test_axes_of_numbers_have_three_ticks_however_short(name):
    from matplotlib.ticker import MaxNLocator

    figure, ax = plt.subplots(figsize=(4, 3), layout="constrained")
    DISPLAYS[name]().plot(ax)
    figure.canvas.draw()
    if name == "BinningDisplay":
        return  # three panels
    for axes in figure.axes:
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            if isinstance(axis.get_major_locator(), MaxNLocator):
                ticks = axis.get_ticklocs()
                assert np.sum((ticks >= min(limits)) & (ticks <= max(limits))) >= 3


def test_text_of_an_axis_shrinks_with_many_long_names():
    names = [f"a rather long name of number {i}" for i in range(200)]
    few = MutualInfoDisplay(np.arange(200.0), feature_names=names).plot(max_features=5)
    many = MutualInfoDisplay(np.arange(200.0), feature_names=names).plot(max_features=None)
    sizes = [d.ax_.get_yticklabels()[0].get_fontsize() for d in (few, many)]
    assert sizes[0] > 9 > 7 > sizes[1] >= 5.5
    assert len(few.ax_.get_yticklabels()) == 6  # and the row of those left out
    # Letters of 5.5 points that fill 0.8 of a line need 6.875 points a name.
    points = 4.8 * 72
    assert len(many.ax_.get_yticklabels()) <= points / 6.875 + 1
    longest = max(len(label.get_text()) for label in many.ax_.get_yticklabels())
    assert longest <= 24


def test_names_of_a_frame_reach_the_axis(rng):
    X = pd.DataFrame(rng.integers(0, 3, (60, 2)), columns=["left", "right"])
    display = MutualInfoMatrixDisplay.from_data(X)
    assert [t.get_text() for t in display.ax_.get_xticklabels()] == ["left", "right"]


# The first is invalid TeX, and raises an error if parsed as such; the second is valid.
NOT_TEX = (r"$\frac{", "$5 to $9")

# Displays with names that users choose: features, levels, classes, models.
WITH_NAMES = {
    "BinningDisplay": lambda names, plot: BinningDisplay(
        names,
        share=[0.5, 0.5],
        bits=[0.1, 0.1],
        value=[[0.2, 0.8], [0.8, 0.2]],
        low=[[0.1, 0.7], [0.7, 0.1]],
        high=[[0.3, 0.9], [0.9, 0.3]],
        value_names=names,
        feature_name=names[1],
    ).plot(**plot),
    "DistributionDisplay": lambda names, plot: DistributionDisplay(
        [0.5, 0.5], [0.4, 0.6], outcomes=names, names=names, entropy=1.0, cross_entropy=1.0,
        kl_divergence=0.0,
    ).plot(),
    "DriftDisplay": lambda names, plot: DriftDisplay(
        population_stability(pd.DataFrame([[1, "a"]], columns=names),
                             pd.DataFrame([[1, names[0]]], columns=names)),
    ).plot(),
    "InformationPlaneDisplay": lambda names, plot: InformationPlaneDisplay(
        [0, 1], [0, 0.5]
    ).plot(**plot),
    "InteractionDisplay": lambda names, plot: InteractionDisplay(
        [[1, -0.1], [-0.1, 1]], feature_names=names
    ).plot(),
    "JointDistributionDisplay": lambda names, plot: JointDistributionDisplay(
        np.full((2, 2), 0.25), x_levels=names, y_levels=names, mutual_info=0.0
    ).plot(names=names),
    "MutualInfoDisplay": lambda names, plot: MutualInfoDisplay(
        [0.1, 0.2], feature_names=names
    ).plot(**plot),
    "MutualInfoMatrixDisplay": lambda names, plot: MutualInfoMatrixDisplay(
        [[1, 0.1], [0.1, 1]], feature_names=names
    ).plot(),
    "ReliabilityDisplay": lambda names, plot: ReliabilityDisplay(
        reliability_curve([0, 1, 0, 1, 1], [0.2, 0.7, 0.4, 0.3, 0.9]), pos_label=names[1]
    ).plot(**plot),
    "ScoreDecompositionDisplay": lambda names, plot: ScoreDecompositionDisplay(
        log_loss_decomposition([0, 1, 0, 1, 1], [0.2, 0.7, 0.4, 0.3, 0.9])
    ).plot(**plot),
    "SelectionPathDisplay": lambda names, plot: SelectionPathDisplay(
        [0.3, 0.4], [0.3, 0.1], feature_names=names
    ).plot(**plot),
    "SelectionReportDisplay": lambda names, plot: SelectionReportDisplay(
        [0.3, 0.4], [0.3, 0.1], [True, False], feature_names=names
    ).plot(**plot),
    "UncertaintyDisplay": lambda names, plot: UncertaintyDisplay([0.5, 1.0], [0.1, 0.3]).plot(
        **plot
    ),
}  # fmt: skip


@each_display
def test_dollar_signs_in_names_are_no_tex(name):
    assert sorted(WITH_NAMES) == PUBLIC_DISPLAYS
    for own in NOT_TEX:
        display = WITH_NAMES[name](NOT_TEX, {"name": own})
        display.figure_.canvas.draw()
        texts = display.figure_.findobj(Text)
        shown = [text.get_text() for text in texts if "$" in text.get_text()]
        assert shown
        assert not any(is_math_text(text) for text in shown)
        assert any(
            NOT_TEX[0] in text.replace(r"\$", "$") or own in text.replace(r"\$", "$")
            for text in shown
        )
        plt.close(display.figure_)
