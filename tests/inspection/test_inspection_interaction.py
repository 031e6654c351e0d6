"""InteractionDisplay: the numbers drawn are those computed, and what is significant is marked."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skinfo.estimation import pairwise_interaction
from skinfo.inspection import InteractionDisplay


@pytest.fixture(name="data")
def planted(rng):
    """Two columns of an exclusive or, noise, a noisy copy of y and a copy of that."""
    X = rng.integers(0, 2, (500, 6))
    y = rng.integers(0, 2, 500)
    X[:, 4] = X[:, 1] ^ y
    X[:, 2] = np.where(rng.random(500) < 0.8, y, 1 - y)
    X[:, 5] = X[:, 2]
    return pd.DataFrame(X, columns=list("abcdef")), y


def test_cells_are_those_of_pairwise_interaction(data):
    X, y = data
    display = InteractionDisplay.from_data(X, y, order="given")
    result = pairwise_interaction(X, y)
    off = ~np.eye(6, dtype=bool)
    drawn = display.image_.get_array()
    assert_array_equal(drawn.data[off], result.interaction[off])
    assert drawn.mask.tolist() == (~off).tolist()
    # The scale is symmetric, or white would not be zero.
    low, high = display.image_.get_clim()
    assert (low, high) == (-high, abs(result.interaction[off]).max())
    alone = display.diagonal_.get_array()
    assert_array_equal(alone.compressed(), np.maximum(result.mutual_info, 0))
    assert display.text_[2, 2].get_text() == f"{result.interaction[2, 2]:.2f}"
    assert display.feature_names == list("abcdef")


def test_significant_pairs_are_bold_and_side_by_side(data):
    display = InteractionDisplay.from_data(*data)
    pairs = {("b", "e"), ("c", "f")}
    j, k = np.nonzero(np.tril(display.significant_))
    assert {tuple(sorted(("abcdef"[a], "abcdef"[b]))) for a, b in zip(j, k, strict=True)} == pairs
    names = [t.get_text() for t in display.ax_.get_yticklabels()]
    # The rest comes last, in the order given.
    assert names[4:] == ["a", "d"]
    assert {tuple(sorted(names[:2])), tuple(sorted(names[2:4]))} == pairs
    bold = [t.get_fontweight() == "bold" for t in display.text_.ravel()]
    square = np.ix_(display.order_, display.order_)
    assert bold == display.significant_[square].ravel().tolist()
    assert display.ax_.get_legend().get_texts()[0].get_text() == "bold: q ≤ 0.05"


def test_synergy_and_redundancy_have_colours_of_their_own(data):
    display = InteractionDisplay.from_data(*data, order="given")
    synergy, redundancy = (
        display.image_.to_rgba(display.interaction[p]) for p in ((1, 4), (2, 5))
    )
    assert synergy[0] > synergy[2]
    assert redundancy[2] > redundancy[0]


def test_many_columns_have_dots(rng):
    X = rng.integers(0, 2, (300, 60))
    y = X[:, 7] ^ X[:, 50]
    display = InteractionDisplay.from_data(X, y, order="given")
    assert display.text_ is None
    dots = {tuple(map(int, dot)) for dot in display.marks_.get_xydata()}
    assert dots == {(7, 50), (50, 7)}
    assert display.ax_.get_legend().get_texts()[0].get_text() == "q ≤ 0.05"


def test_without_pvalues_nothing_is_marked():
    display = InteractionDisplay([[0.1, -0.2], [-0.2, 0.3]]).plot()
    assert not display.significant_.any()
    assert display.ax_.get_legend() is None
    assert InteractionDisplay(np.eye(50)).plot().marks_.get_xydata().size == 0


def test_columns_without_any_information():
    display = InteractionDisplay(np.zeros((3, 3)), pvalue=np.ones((3, 3))).plot()
    assert display.order_.tolist() == [0, 1, 2]
    assert {t.get_text() for t in display.text_.ravel()} == {"0.00"}


def test_colour_scales_are_optional(data):
    assert len(InteractionDisplay.from_data(*data).colorbars_) == 2
    assert InteractionDisplay.from_data(*data, colorbar=False).colorbars_ == []


def test_keywords_go_to_the_pairs(data):
    display = InteractionDisplay.from_data(*data, cmap="PuOr", vmax=2.0)
    assert display.image_.get_cmap().name == "PuOr"
    assert display.image_.get_clim()[1] == 2.0


@pytest.mark.parametrize(
    ("arguments", "kwargs", "message"),
    [
        ([np.zeros((2, 3))], {}, "must have shape"),
        ([np.zeros((2, 2))], {"order": "alphabetical"}, "order must be one of"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, kwargs, message):
    with pytest.raises(ValueError, match=message):
        InteractionDisplay(*arguments).plot(**kwargs)


def test_chunks_are_refused():
    with pytest.raises(ValueError, match="chunks"):
        InteractionDisplay.from_data([pd.DataFrame({"a": [1], "b": [2]})], [1])
