"""MutualInfoMatrixDisplay: the numbers drawn are those computed."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skinfo.estimation import pairwise_mutual_info
from skinfo.inspection import MutualInfoMatrixDisplay


def test_cells_are_those_of_pairwise_mutual_info(rng):
    X = rng.integers(0, 4, (200, 5))
    display = MutualInfoMatrixDisplay.from_data(X, order="given")
    mutual_info = pairwise_mutual_info(X)
    off = ~np.eye(5, dtype=bool)
    assert_array_equal(display.image_.get_array().data[off], mutual_info[off])
    assert display.image_.get_array().mask.tolist() == (~off).tolist()
    assert display.text_[2, 2].get_text() == f"{mutual_info[2, 2]:.2f}"
    assert display.feature_names == ["x0", "x1", "x2", "x3", "x4"]


def test_numbers_are_cut_into_bins_of_equal_frequency(rng):
    # 216 samples: 6 bins of 36, so that each column has an entropy of log2(6).
    X = rng.normal(size=(216, 3))
    display = MutualInfoMatrixDisplay.from_data(X)
    assert_allclose(np.diag(display.mutual_info), np.log2(6))


def test_columns_of_any_kind_and_missing_values():
    n = 60
    X = pd.DataFrame(
        {
            "word": ["a", "b", None] * 20,
            "number": np.where(np.arange(n) % 4 == 0, np.nan, np.arange(n) + 0.5),
            "flag": np.arange(n) % 2 == 0,
        }
    )
    display = MutualInfoMatrixDisplay.from_data(X)
    assert display.mutual_info[0, 0] == pytest.approx(np.log2(3))
    assert display.mutual_info[2, 2] == pytest.approx(1)
    # The missing numbers are those at multiples of four, which are all even.
    assert display.mutual_info[1, 2] > 0.1


def test_clustered_order_puts_equal_columns_side_by_side(rng):
    a, b = rng.integers(0, 4, (2, 300))
    X = np.column_stack([a, b, a, b, a])
    display = MutualInfoMatrixDisplay.from_data(X, order="clustered")
    groups = display.order_ % 2
    assert np.count_nonzero(np.diff(groups)) == 1
    names = [f"x{j}" for j in display.order_]
    assert [t.get_text() for t in display.ax_.get_yticklabels()] == names


def test_numbers_are_written_up_to_twenty_columns():
    names = [f"a rather long name of number {i}" for i in range(20)]
    display = MutualInfoMatrixDisplay(np.full((20, 20), -0.12), feature_names=names).plot()
    assert display.text_[3, 4].get_text() == "-0.12"
    cell = display.ax_.get_window_extent().width / 20
    display.figure_.canvas.draw()
    assert display.text_[3, 4].get_window_extent().width < cell


@pytest.mark.parametrize("n", [2, 12])
def test_the_colour_scale_is_as_tall_as_the_map(n):
    display = MutualInfoMatrixDisplay(np.eye(n)).plot()
    display.figure_.canvas.draw()
    scale, drawn = display.colorbar_.ax.get_position(), display.ax_.get_position()
    assert_allclose([scale.y0, scale.y1], [drawn.y0, drawn.y1])
    assert 0 < scale.x0 - drawn.x1 < 0.05


def test_illegible_numbers_are_not_drawn():
    assert MutualInfoMatrixDisplay(np.eye(60)).plot().text_ is None


def test_colorbar_is_optional():
    assert MutualInfoMatrixDisplay(np.eye(3)).plot(colorbar=False).colorbar_ is None
    label = MutualInfoMatrixDisplay(np.eye(3)).plot().colorbar_.ax.get_ylabel()
    assert label == "Mutual information (bits)"


def test_tables_in_parts_are_refused():
    table = pd.DataFrame({"a": [0, 1], "b": [1, 0]})
    with pytest.raises(ValueError, match="needs all samples at once"):
        MutualInfoMatrixDisplay.from_data([table, table])


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match=r"order must be one of .*, got 'sorted'"):
        MutualInfoMatrixDisplay(np.eye(3)).plot(order="sorted")


def test_a_drawn_display_is_pickled(rng):
    display = MutualInfoMatrixDisplay.from_data(rng.normal(size=(60, 3))).plot()
    loaded = pickle.loads(pickle.dumps(display))
    assert loaded.feature_names == display.feature_names
    loaded.figure_.canvas.draw()
