"""Displays of distributions and of columns: what is drawn is what is computed."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import false_discovery_control
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.estimation import mutual_info_test, pairwise_mutual_info
from skinfo.inspection import (
    BinningDisplay,
    DistributionDisplay,
    JointDistributionDisplay,
    MutualInfoDisplay,
    MutualInfoMatrixDisplay,
)


@pytest.fixture(scope="module")
def iris():
    return load_iris(return_X_y=True, as_frame=True)


def widths(bars):
    return np.array([bar.get_width() for bar in bars])


def heights(bars):
    return np.array([bar.get_height() for bar in bars])


def ends(lines):
    """Return the low and high ends of horizontal lines."""
    return np.array([[path[0, 0], path[1, 0]] for path in lines.get_segments()]).T


class TestDistribution:
    def test_numbers_of_a_dyadic_pair(self):
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

    def test_bars_of_an_outcome_stand_side_by_side(self):
        p_bars, q_bars = DistributionDisplay.from_distributions([0.5, 0.5], [0.1, 0.9]).bars_
        for i, (p, q) in enumerate(zip(p_bars, q_bars, strict=True)):
            assert p.get_x() + p.get_width() == pytest.approx(q.get_x()) == pytest.approx(i)

    def test_what_q_holds_impossible_costs_without_end(self):
        display = DistributionDisplay.from_distributions([0.5, 0.5], [1.0, 0.0])
        assert display.kl_divergence == np.inf
        assert "KL ∞ bits" in display.legend_.get_title().get_text()

    def test_counts_are_normalized_when_asked(self):
        display = DistributionDisplay.from_distributions([1, 3], normalize=True)
        assert_array_equal(heights(display.bars_[0]), [0.25, 0.75])
        with pytest.raises(ValueError, match="normalize=True"):
            DistributionDisplay.from_distributions([1, 3])

    def test_samples_share_their_levels(self):
        display = DistributionDisplay.from_data(["b", "a", "b", "b"], ["c", "a"])
        assert display.outcomes == ["a", "b", "c"]
        assert_array_equal(display.p, [0.25, 0.75, 0])
        assert_array_equal(display.q, [0.5, 0, 0.5])
        assert [t.get_text() for t in display.ax_.get_xticklabels()] == ["a", "b", "c"]

    def test_missing_values_are_a_level_of_their_own(self):
        display = DistributionDisplay.from_data([1.0, np.nan, 2.0, np.nan])
        assert display.outcomes == ["1.0", "2.0", "missing"]
        assert_array_equal(display.p, [0.25, 0.25, 0.5])

    def test_row_order_and_container_do_not_matter(self):
        values = ["x", "y", "y", "z"]
        displays = [
            DistributionDisplay.from_data(sample)
            for sample in (values, np.array(values[::-1]), pd.Series(values).astype("category"))
        ]
        for display in displays:
            assert display.outcomes == ["x", "y", "z"]
            assert_array_equal(display.p, [0.25, 0.5, 0.25])

    def test_names_given_when_plotting_win(self):
        display = DistributionDisplay.from_distributions([0.5, 0.5], names=("coin", "other"))
        assert display.legend_.get_texts()[0].get_text() == "coin"
        display.plot(names=("penny", "other"))
        assert display.legend_.get_texts()[0].get_text() == "penny"

    def test_measurements_are_refused(self):
        with pytest.raises(ValueError, match=r"discrete, and holds 0\.5. Bin it first"):
            DistributionDisplay.from_data([1.0, 0.5])

    def test_a_column_is_a_sample(self):
        column = np.array([["a"], ["b"], ["a"]], dtype=object)
        display = DistributionDisplay.from_data(column)
        assert_array_equal(display.p, DistributionDisplay.from_data(column[:, 0]).p)

    def test_two_dimensions_are_refused(self):
        with pytest.raises(ValueError, match=r"p must have shape \(n_outcomes,\), got \(1, 2\)"):
            DistributionDisplay.from_distributions([[0.5, 0.5]])


class TestJoint:
    def test_erasure_channel(self):
        # A fair bit that is lost 3 times in 10 comes through with 0.7 bits.
        p_xy = np.array([[0.35, 0.00, 0.15], [0.00, 0.35, 0.15]])
        display = JointDistributionDisplay.from_distribution(p_xy, y_levels=["0", "1", "lost"])
        assert display.mutual_info == pytest.approx(0.7)
        assert_array_equal(display.mesh_.get_array(), p_xy.T)
        assert_allclose(heights(display.bars_x_), [0.5, 0.5])
        assert_allclose(widths(display.bars_y_), [0.35, 0.35, 0.3])
        assert [t.get_text() for t in display.axes_[0].get_yticklabels()] == ["0", "1", "lost"]
        assert display.ax_.get_title() == "0.7 bits shared"

    def test_estimate_is_that_of_mutual_info_test(self, iris):
        X, y = iris
        x = X["petal length (cm)"]
        display = JointDistributionDisplay.from_data(x, y.astype(str))
        result = mutual_info_test(x.to_frame(), y)
        low, high = result.confidence_interval()
        assert display.mutual_info == pytest.approx(result.statistic[0])
        assert_allclose(display.interval, (low[0], high[0]))
        assert display.names == ("petal length (cm)", "target")
        assert display.scatter_ is None

    def test_points_and_marginals_are_those_of_the_samples(self, iris):
        X, _ = iris
        x, y = X.iloc[:, 0], X.iloc[:, 1]
        display = JointDistributionDisplay.from_data(x, y)
        assert_array_equal(display.scatter_.get_offsets(), np.column_stack([x, y]))
        counts, _ = np.histogram(x, display.x_levels)
        assert_allclose(heights(display.bars_x_), counts / len(x))
        assert_allclose(
            display.p_xy, np.histogram2d(x, y, (display.x_levels, display.y_levels))[0] / len(x)
        )

    def test_heat_map_of_continuous_samples(self, iris):
        X, _ = iris
        display = JointDistributionDisplay.from_data(X.iloc[:, 0], X.iloc[:, 1], kind="joint")
        assert display.scatter_ is None
        assert_array_equal(display.mesh_.get_array(), display.p_xy.T)

    def test_numbers_next_to_each_other(self):
        # 100 samples ask for 9 intervals; between 1 and 1 + 3 eps there are 3.
        x = 1 + np.arange(100) % 4 * np.finfo(float).eps
        display = JointDistributionDisplay.from_data(x, np.arange(100) % 2, discrete_x=False)
        assert display.p_xy.shape == (3, 2)
        assert display.p_xy.sum() == 1

    def test_order_of_the_two_does_not_matter_to_the_table(self):
        x, y = ["a", "b", "b", "a", "b"], [1, 2, 2, 2, 1]
        one = JointDistributionDisplay.from_data(x, y)
        other = JointDistributionDisplay.from_data(y, x)
        assert_array_equal(one.p_xy, other.p_xy.T)
        assert one.mutual_info == pytest.approx(other.mutual_info)

    def test_numbers_may_be_said_to_be_discrete(self):
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
    def test_data_that_cannot_be_drawn(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            JointDistributionDisplay.from_data(*arguments)

    def test_arguments_that_do_not_fit(self):
        p_xy = np.full((2, 2), 0.25)
        with pytest.raises(ValueError, match="kind='scatter' needs samples"):
            JointDistributionDisplay.from_distribution(p_xy).plot(kind="scatter")
        with pytest.raises(ValueError, match=r"kind must be .* got 'points'"):
            JointDistributionDisplay.from_distribution(p_xy).plot(kind="points")
        with pytest.raises(ValueError, match="x_levels must hold 2 names or the 3 ends"):
            JointDistributionDisplay.from_distribution(p_xy, x_levels=["a"])


class TestMutualInfo:
    def test_bars_and_intervals_are_those_of_the_test(self, iris):
        X, y = iris
        display = MutualInfoDisplay.from_data(X, y, name="the species")
        result = mutual_info_test(X, y)
        order = np.argsort(-result.statistic)
        assert_array_equal(display.ranking_, order)
        assert_allclose(widths(display.bars_), result.statistic[order])
        interval = result.confidence_interval()
        assert_allclose(ends(display.intervals_), [interval.low[order], interval.high[order]])
        names = [t.get_text() for t in display.ax_.get_yticklabels()]
        assert names == X.columns[order].tolist()
        assert display.ax_.get_xlabel() == "Information about the species (bits)"
        assert display.text_ is None

    def test_confidence_level_moves_the_ends(self, iris):
        wide, narrow = (
            MutualInfoDisplay.from_data(*iris, confidence_level=level) for level in (0.99, 0.5)
        )
        assert (wide.low < narrow.low).all()
        assert (wide.high > narrow.high).all()

    def test_a_column_without_a_name(self):
        X = pd.DataFrame({"": np.arange(40.0)})
        display = MutualInfoDisplay.from_data(X, np.arange(40) % 2)
        display.figure_.canvas.draw()
        assert [label.get_text() for label in display.ax_.get_yticklabels()] == [""]

    def test_what_is_left_out_is_counted(self):
        display = MutualInfoDisplay([0.1, 0.4, 0.3, 0.2]).plot(max_features=2)
        assert_array_equal(widths(display.bars_), [0.4, 0.3])
        labels = [t.get_text() for t in display.ax_.get_yticklabels()]
        assert labels == ["x1", "x2", "2 more"]
        assert display.text_.get_text() == " at most 0.2 bits each"

    def test_bars_that_may_be_chance_are_pale(self):
        display = MutualInfoDisplay([0.5, 0.01], qvalue=[0.001, 0.6]).plot()
        assert [bar.get_alpha() for bar in display.bars_] == [None, 0.35]
        assert display.ax_.get_legend().get_texts()[0].get_text() == "may be chance (q > 0.05)"
        display = MutualInfoDisplay([0.5, 0.01], qvalue=[0.001, 0.6]).plot(max_qvalue=0.7)
        assert display.ax_.get_legend() is None

    def test_intervals_need_not_hold_the_estimate(self):
        # An estimate below zero, and an interval that starts at zero.
        display = MutualInfoDisplay([-0.02], low=[0.0], high=[0.03]).plot()
        assert_array_equal(ends(display.intervals_), [[0.0], [0.03]])

    def test_a_binner(self, iris):
        X, y = iris
        binner = MutualInfoBinner().fit(X, y)
        display = MutualInfoDisplay.from_estimator(binner)
        assert_allclose(widths(display.bars_), np.sort(binner.mutual_info_)[::-1])
        assert display.intervals_ is None
        assert display.ax_.get_yticklabels()[0].get_text() in X.columns

    def test_a_selector(self, iris):
        X, y = iris
        selector = InfoBottleneckSelector().fit(X, y)
        display = MutualInfoDisplay.from_estimator(selector)
        bits = dict(zip(display.feature_names, display.mutual_info, strict=True))
        assert_allclose([bits[name] for name in X.columns], selector.mutual_info_)
        qvalues = dict(zip(display.feature_names, display.qvalue, strict=True))
        assert_allclose(
            [qvalues[name] for name in X.columns], false_discovery_control(selector.p_values_)
        )

    def test_columns_without_names(self, iris):
        X, y = iris
        display = MutualInfoDisplay.from_data(X.to_numpy(), y)
        assert display.feature_names == ["x0", "x1", "x2", "x3"]

    def test_estimators_that_will_not_do(self, iris):
        with pytest.raises(NotFittedError, match="not fitted"):
            MutualInfoDisplay.from_estimator(MutualInfoBinner())
        with pytest.raises(TypeError, match=r"takes a MutualInfoBinner or .* got StandardScaler"):
            MutualInfoDisplay.from_estimator(StandardScaler().fit(iris[0]))
        with pytest.raises(TypeError, match="takes a fitted estimator, got list"):
            MutualInfoDisplay.from_estimator([1, 2])

    def test_a_number_of_features_below_one(self):
        with pytest.raises(ValueError, match="max_features must be at least 1, or None; got 0"):
            MutualInfoDisplay([0.1]).plot(max_features=0)


class TestMatrix:
    def test_cells_are_those_of_pairwise_mutual_info(self, rng):
        X = rng.integers(0, 4, (200, 5))
        display = MutualInfoMatrixDisplay.from_data(X)
        mutual_info = pairwise_mutual_info(X)
        off = ~np.eye(5, dtype=bool)
        assert_array_equal(display.image_.get_array().data[off], mutual_info[off])
        assert display.image_.get_array().mask.tolist() == (~off).tolist()
        assert display.text_[2, 2].get_text() == f"{mutual_info[2, 2]:.2f}"
        assert display.feature_names == ["x0", "x1", "x2", "x3", "x4"]

    def test_numbers_are_cut_into_bins_of_equal_frequency(self, rng):
        # 216 samples: 6 bins of 36, so that each column has an entropy of log2(6).
        X = rng.normal(size=(216, 3))
        display = MutualInfoMatrixDisplay.from_data(X)
        assert_allclose(np.diag(display.mutual_info), np.log2(6))

    def test_columns_of_any_kind_and_missing_values(self):
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
        # Missing numbers stand for multiples of four, which are all even.
        assert display.mutual_info[1, 2] > 0.1

    def test_clustered_order_puts_equals_side_by_side(self, rng):
        a, b = rng.integers(0, 4, (2, 300))
        X = np.column_stack([a, b, a, b, a])
        display = MutualInfoMatrixDisplay.from_data(X, order="clustered")
        groups = display.order_ % 2
        assert np.count_nonzero(np.diff(groups)) == 1
        names = [f"x{j}" for j in display.order_]
        assert [t.get_text() for t in display.ax_.get_yticklabels()] == names

    def test_numbers_that_could_not_be_read_are_not_written(self):
        assert MutualInfoMatrixDisplay(np.eye(60)).plot().text_ is None

    def test_scale_can_be_left_out(self):
        assert MutualInfoMatrixDisplay(np.eye(3)).plot(colorbar=False).colorbar_ is None
        label = MutualInfoMatrixDisplay(np.eye(3)).plot().colorbar_.ax.get_ylabel()
        assert label == "Bits shared"

    def test_an_order_there_is_not(self):
        with pytest.raises(ValueError, match=r"order must be one of .*, got 'sorted'"):
            MutualInfoMatrixDisplay(np.eye(3)).plot(order="sorted")


class TestBinning:
    def test_two_classes_show_the_second(self):
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
        # A quarter of the rows are of class 1.
        assert_allclose(display.overall_[0].get_xdata(), 0.25)
        labels = [t.get_text() for t in display.axes_[0].get_yticklabels()]
        assert labels == table["bin"].tolist()
        assert display.axes_[0].get_ylabel() == "x0"
        assert display.axes_[0].get_xlabel() == "Class rate"
        assert display.lines_[0].get_label() == "class 1"

    def test_more_classes_are_all_shown(self, iris):
        X, y = iris
        names = np.array(["setosa", "versicolor", "virginica"])[y]
        binner = MutualInfoBinner().fit(X, names)
        display = BinningDisplay.from_estimator(binner, "petal width (cm)")
        table = binner.bin_table("petal width (cm)")
        for line, name in zip(display.lines_, ["setosa", "versicolor", "virginica"], strict=True):
            assert line.get_label() == name
            assert_array_equal(line.get_xdata(), table[f"rate[{name}]"])
        assert len({line.get_color() for line in display.lines_}) == 3

    def test_means_of_a_continuous_target(self, rng):
        x = rng.normal(size=300)
        binner = MutualInfoBinner().fit(x[:, np.newaxis], 3 * x + rng.normal(size=300))
        table = binner.bin_table(0)
        display = BinningDisplay.from_estimator(binner, 0, name="height")
        assert_array_equal(display.lines_[0].get_xdata(), table["mean"])
        assert_allclose(ends(display.intervals_[0]), [table["low"], table["high"]])
        assert display.axes_[0].get_xlabel() == "Mean of y"
        assert display.axes_[0].get_ylabel() == "height"

    def test_an_endless_interval_is_left_out(self):
        # A single row tells nothing of its spread.
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

    def test_errors(self, iris):
        X, y = iris
        binner = MutualInfoBinner()
        with pytest.raises(NotFittedError, match="not fitted"):
            BinningDisplay.from_estimator(binner, 0)
        binner.fit(X, y)
        with pytest.raises(ValueError, match=r"did you mean 'petal width \(cm\)'"):
            BinningDisplay.from_estimator(binner, "petal width cm")
        with pytest.raises(TypeError, match="takes a MutualInfoBinner, got StandardScaler"):
            BinningDisplay.from_estimator(StandardScaler(), 0)
