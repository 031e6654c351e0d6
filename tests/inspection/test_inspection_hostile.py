"""Figures and pages of hostile names: all of them are text, and files of any format are whole."""

import io
import warnings
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.cluster import InformationBottleneck
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

plt = pytest.importorskip("matplotlib.pyplot")

HALF = "\ud800 half of a character"
NAMES = [
    "<script>window.hacked = 1</script>",
    "</style></title></script><img src=x onerror='window.hacked = 1'>",
    "\"'&amp;<!-- ]]> --!>",
    "javascript:window.hacked=1",
    "$x^2$",
    "$ \\frac{",
    "\\$ $$ _{",
    "_nolegend_",
    "",
    "two\nlines\r\tand\x0b a tab",
    "\0\x1b[31m\x9b\uffff",
    HALF,
    "x" * 10_000,
    "\u202eleft\u200f e\u0301" + "\u0301" * 50,
    "=cmd|' /C calc'!A0",
    "{x} %s {{y}} ${z}",
]


# What a figure might read as something else, or its file could not hold.
DRAWN = ["$ \\frac{", "_nolegend_", "", "\0\x1b[31m\x9b\uffff", HALF, "x" * 10_000]


@pytest.fixture(scope="module")
def table():
    """A table whose names and levels are hostile, and two classes that are."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    # Tables of pandas have no name with half a character, but levels.
    names = [name for name in NAMES if name != HALF]
    columns = np.empty((200, len(names)), object)
    for j in range(len(names)):
        codes = np.where(rng.random(200) < 0.3, y * 7 + j, rng.integers(0, len(NAMES), 200))
        columns[:, j] = np.array(NAMES, object)[codes % len(NAMES)]
    frame = pd.DataFrame(columns, columns=pd.Index(names, dtype=object), dtype=object)
    return frame, np.array(["$", "_<b>\n"], object)[y]


def column_of(X, name):
    return name if name in X else NAMES[0]


def binning(X, y, name):
    binner = MutualInfoBinner(max_bins=5).fit(X, y)
    return BinningDisplay.from_estimator(binner, column_of(X, name), name=name)


def distribution(X, y, name):
    p = np.full(len(NAMES), 1 / len(NAMES))
    return DistributionDisplay.from_distributions(p, p, outcomes=NAMES, names=[name, "q"])


def drift(X, y, name):
    return DriftDisplay.from_data(X.iloc[:100], X.iloc[100:])


def drift_of_a_column(X, y, name):
    return DriftDisplay.from_data(X.iloc[:100], X.iloc[100:], feature=column_of(X, name))


def information_plane(X, y, name):
    counts = np.random.default_rng(0).integers(1, 9, (6, 3))
    model = InformationBottleneck(2, random_state=0).fit(counts)
    return InformationPlaneDisplay.from_estimator(model, name=name)


def interaction(X, y, name):
    return InteractionDisplay.from_data(X, y)


def joint(X, y, name):
    return JointDistributionDisplay.from_data(X[column_of(X, name)], X[NAMES[0]])


def mutual_info(X, y, name):
    return MutualInfoDisplay.from_data(X, y, name=name)


def matrix(X, y, name):
    return MutualInfoMatrixDisplay.from_data(X)


def reliability(X, y, name):
    proba = np.random.default_rng(0).random(200)
    return ReliabilityDisplay.from_predictions(y, proba, name=name, pos_label=y[0])


def score_decomposition(X, y, name):
    proba = np.random.default_rng(0).dirichlet([1, 1], 200)
    return ScoreDecompositionDisplay.from_predictions(y, proba, name=name)


def selection_path(X, y, name):
    return SelectionPathDisplay.from_estimator(InfoBottleneckSelector(3).fit(X, y), name=name)


def selection_report(X, y, name):
    return SelectionReportDisplay.from_estimator(InfoBottleneckSelector(3).fit(X, y), name=name)


def uncertainty(X, y, name):
    proba = np.random.default_rng(0).dirichlet([1, 1], 200)
    return UncertaintyDisplay.from_predictions(y, proba, name=name)


OF_NAMES = (
    binning,
    distribution,
    drift_of_a_column,
    information_plane,
    joint,
    mutual_info,
    reliability,
    score_decomposition,
    selection_path,
    selection_report,
    uncertainty,
)


def saved(display, format_):
    """Return the file of a figure, and close it."""
    figure = display.figure_
    file = io.BytesIO()
    with warnings.catch_warnings():
        # The reader of a figure has another font, or the sign of a missing letter.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        figure.savefig(file, format=format_, dpi=50)
    plt.close(figure)
    return file.getvalue()


@pytest.mark.parametrize("draw", [drift, interaction, matrix])
def test_a_figure_of_all_names_is_drawn(draw, table):
    svg = saved(draw(*table, None), "svg")
    assert ElementTree.fromstring(svg).tag.endswith("svg")


@pytest.mark.parametrize("draw", OF_NAMES)
def test_a_figure_is_drawn_with_any_name(draw, table):
    for name in DRAWN:
        svg = saved(draw(*table, name), "svg")
        assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_names_that_begin_with_an_underscore_are_in_the_legend(table):
    for draw in (distribution, reliability, selection_path, uncertainty):
        display = draw(*table, "_nolegend_")
        texts = [text.get_text().strip() for text in display.ax_.get_legend().get_texts()]
        assert any(text.startswith("_nolegend_") for text in texts), draw
        plt.close(display.figure_)
