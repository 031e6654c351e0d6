"""JointDistributionDisplay: the numbers drawn are those computed."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skinfo.estimation import mutual_info_test
from skinfo.inspection import JointDistributionDisplay


def widths(bars):
    return np.array([bar.get_width() for bar in bars])


def heights(bars):
    return np.array([bar.get_height() for bar in bars])


def test_erasure_channel():
    # A fair bit that is lost 3 times in 10 comes through with 0.7 bits.
    p_xy = np.array([[0.35, 0.00, 0.15], [0.00, 0.35, 0.15]])
    display = JointDistributionDisplay.from_distribution(p_xy, y_levels=["0", "1", "lost"])
    assert display.mutual_info == pytest.approx(0.7)
    assert_array_equal(display.mesh_.get_array(), p_xy.T)
    assert_allclose(heights(display.bars_x_), [0.5, 0.5])
    assert_allclose(widths(display.bars_y_), [0.35, 0.35, 0.3])
    assert [t.get_text() for t in display.axes_[0].get_yticklabels()] == ["0", "1", "lost"]
    assert display.ax_.get_title() == "0.7 bits shared"


def test_estimate_is_that_of_mutual_info_test(iris):
    X, y = iris
    x = X["petal length (cm)"]
    display = JointDistributionDisplay.from_data(x, y.astype(str))
    result = mutual_info_test(x.to_frame(), y)
    low, high = result.confidence_interval()
    assert display.mutual_info == pytest.approx(result.statistic[0])
    assert_allclose(display.interval, (low[0], high[0]))
    assert display.names == ("petal length (cm)", "target")
    assert display.scatter_ is None


def test_points_and_marginals_are_those_of_the_samples(iris):
    X, _ = iris
    x, y = X.iloc[:, 0], X.iloc[:, 1]
    display = JointDistributionDisplay.from_data(x, y)
    assert_array_equal(display.scatter_.get_offsets(), np.column_stack([x, y]))
    counts, _ = np.histogram(x, display.x_levels)
    assert_allclose(heights(display.bars_x_), counts / len(x))
    assert_allclose(
        display.p_xy, np.histogram2d(x, y, (display.x_levels, display.y_levels))[0] / len(x)
    )


def test_heat_map_of_continuous_samples(iris):
    X, _ = iris
    display = JointDistributionDisplay.from_data(X.iloc[:, 0], X.iloc[:, 1], kind="joint")
    assert display.scatter_ is None
    assert_array_equal(display.mesh_.get_array(), display.p_xy.T)


def test_intervals_between_adjacent_floats():
    # Rice's rule gives 9 intervals for 100 samples; between 1 and 1 + 3 eps there are 3.
    x = 1 + np.arange(100) % 4 * np.finfo(float).eps
    display = JointDistributionDisplay.from_data(x, np.arange(100) % 2, discrete_x=False)
    assert display.p_xy.shape == (3, 2)
    assert display.p_xy.sum() == 1


def test_swapped_variables_transpose_the_table():
    x, y = ["a", "b", "b", "a", "b"], [1, 2, 2, 2, 1]
    one = JointDistributionDisplay.from_data(x, y)
    other = JointDistributionDisplay.from_data(y, x)
    assert_array_equal(one.p_xy, other.p_xy.T)
    assert one.mutual_info == pytest.approx(other.mutual_info)


def test_numbers_may_be_declared_discrete():
    x = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]
    display = JointDistributionDisplay.from_data(x, x, discrete_x=True, discrete_y=True)
    assert list(display.x_levels) == ["1.0", "2.0"]
    assert_array_equal(display.p_xy, np.eye(2) / 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.5, np.nan, 3.5], [1, 2, 3]), "Row 1 of x is nan"),
        (([1, 2], [1, 2, 3]), "one length, got {'x': 2, 'y': 3}"),
        (([[1], [2]], [1, 2]), r"x must have shape \(n_samples,\), got \(2, 1\)"),
    ],
)
def test_invalid_data_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        JointDistributionDisplay.from_data(*arguments)


def test_invalid_arguments_are_refused():
    p_xy = np.full((2, 2), 0.25)
    with pytest.raises(ValueError, match="kind='scatter' needs samples"):
        JointDistributionDisplay.from_distribution(p_xy).plot(kind="scatter")
    with pytest.raises(ValueError, match=r"kind must be .* got 'points'"):
        JointDistributionDisplay.from_distribution(p_xy).plot(kind="points")
    with pytest.raises(ValueError, match="x_levels must hold 2 names or the 3 edges"):
        JointDistributionDisplay.from_distribution(p_xy, x_levels=["a"])
