"""DistributionDisplay: the numbers drawn are those computed."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skinfo.inspection import DistributionDisplay


def heights(bars):
    return np.array([bar.get_height() for bar in bars])


def test_numbers_of_a_dyadic_pair():
    # H(p) = 1/2 + 2 * 1/4 * 2 = 1.5; H(p, q) = 1/2 * 2 + 1/4 * 2 + 1/4 * 1 = 1.75.
    display = DistributionDisplay.from_distributions([0.5, 0.25, 0.25], [0.25, 0.25, 0.5])
    assert display.entropy == 1.5
    assert display.cross_entropy == 1.75
    assert display.kl_divergence == pytest.approx(0.25)
    assert_array_equal(heights(display.bars_[0]), [0.5, 0.25, 0.25])
    assert_array_equal(heights(display.bars_[1]), [0.25, 0.25, 0.5])
    assert [text.get_text() for text in display.legend_.get_texts()] == ["p", "q"]
    title = display.legend_.get_title().get_text()
    assert title == "Entropy 1.5 bits, cross-entropy 1.75 bits, KL 0.25 bits"


def test_bars_of_an_outcome_stand_side_by_side():
    p_bars, q_bars = DistributionDisplay.from_distributions([0.5, 0.5], [0.1, 0.9]).bars_
    for i, (p, q) in enumerate(zip(p_bars, q_bars, strict=True)):
        assert p.get_x() + p.get_width() == pytest.approx(q.get_x()) == pytest.approx(i)


def test_divergence_is_infinite_where_q_is_zero():
    display = DistributionDisplay.from_distributions([0.5, 0.5], [1.0, 0.0])
    assert display.kl_divergence == np.inf
    assert "KL ∞ bits" in display.legend_.get_title().get_text()


def test_counts_are_normalized_when_asked():
    display = DistributionDisplay.from_distributions([1, 3], normalize=True)
    assert_array_equal(heights(display.bars_[0]), [0.25, 0.75])
    with pytest.raises(ValueError, match="normalize=True"):
        DistributionDisplay.from_distributions([1, 3])


def test_samples_share_their_levels():
    display = DistributionDisplay.from_data(["b", "a", "b", "b"], ["c", "a"])
    assert display.outcomes == ["a", "b", "c"]
    assert_array_equal(display.p, [0.25, 0.75, 0])
    assert_array_equal(display.q, [0.5, 0, 0.5])
    assert [t.get_text() for t in display.ax_.get_xticklabels()] == ["a", "b", "c"]


def test_missing_values_are_a_separate_level():
    display = DistributionDisplay.from_data([1.0, np.nan, 2.0, np.nan])
    assert display.outcomes == ["1.0", "2.0", "missing"]
    assert_array_equal(display.p, [0.25, 0.25, 0.5])


def test_order_of_samples_and_container_do_not_matter():
    values = ["x", "y", "y", "z"]
    displays = [
        DistributionDisplay.from_data(sample)
        for sample in (values, np.array(values[::-1]), pd.Series(values).astype("category"))
    ]
    for display in displays:
        assert display.outcomes == ["x", "y", "z"]
        assert_array_equal(display.p, [0.25, 0.5, 0.25])


def test_names_given_when_plotting_override():
    display = DistributionDisplay.from_distributions([0.5, 0.5], names=("coin", "other"))
    assert display.legend_.get_texts()[0].get_text() == "coin"
    display.plot(names=("penny", "other"))
    assert display.legend_.get_texts()[0].get_text() == "penny"


def test_continuous_numbers_are_refused():
    with pytest.raises(ValueError, match=r"discrete, and holds 0\.5. Bin it first"):
        DistributionDisplay.from_data([1.0, 0.5])


def test_a_column_is_a_sample():
    column = np.array([["a"], ["b"], ["a"]], dtype=object)
    display = DistributionDisplay.from_data(column)
    assert_array_equal(display.p, DistributionDisplay.from_data(column[:, 0]).p)


def test_two_dimensions_are_refused():
    with pytest.raises(ValueError, match=r"p must have shape \(n_outcomes,\), got \(1, 2\)"):
        DistributionDisplay.from_distributions([[0.5, 0.5]])


@pytest.mark.parametrize("given", [{"a": 1}, ["a"], b"x", [[1], [1, 2]], [1j]])
def test_distributions_that_are_no_numbers_are_refused_by_name(given):
    with pytest.raises((TypeError, ValueError), match=r"p.* must be"):
        DistributionDisplay.from_distributions(given)
