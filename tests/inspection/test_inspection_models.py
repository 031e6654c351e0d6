"""Displays of selections and of predictions: what is drawn is what is computed."""

import sys
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import t
from sklearn.base import BaseEstimator
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

from skinfo import InfoBottleneckSelector
from skinfo.feature_selection import selection_curve
from skinfo.inspection import (
    InformationPlaneDisplay,
    ScoreDecompositionDisplay,
    SelectionPathDisplay,
    UncertaintyDisplay,
)
from skinfo.metrics import cross_entropy_loss, log_loss_decomposition


@pytest.fixture(scope="module")
def wine():
    return load_wine(return_X_y=True, as_frame=True)


@pytest.fixture(scope="module")
def selector(wine):
    return InfoBottleneckSelector(n_features_to_select=4).fit(*wine)


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return GaussianNB().fit(X[::2], y[::2]), X[1::2], y[1::2]


class TestSelectionPath:
    def test_line_and_bars_are_those_of_the_selector(self, wine, selector):
        display = SelectionPathDisplay.from_estimator(selector)
        assert_array_equal(display.line_.get_xdata(), selector.information_)
        assert_array_equal([bar.get_width() for bar in display.bars_], selector.gains_)
        names = wine[0].columns[selector.selected_features_].tolist()
        assert [label.get_text() for label in display.ax_.get_yticklabels()] == names
        bottom, top = display.ax_.get_ylim()
        assert bottom > top  # the first step is on top

    def test_name_goes_into_the_legend(self, selector):
        display = SelectionPathDisplay.from_estimator(selector, name="wine")
        texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
        assert sorted(texts) == ["wine: added", "wine: held so far"]

    def test_a_group_is_one_step(self, wine):
        X, y = wine
        groups = {"colour": ["hue", "color_intensity"]}
        selector = InfoBottleneckSelector(2, groups=groups, must_include=["hue"]).fit(X, y)
        display = SelectionPathDisplay.from_estimator(selector)
        assert display.feature_names[0] == "colour"
        assert len(display.feature_names) == len(selector.gains_) == 2

    def test_estimators_that_will_not_do(self, rng):
        with pytest.raises(NotFittedError, match="not fitted"):
            SelectionPathDisplay.from_estimator(InfoBottleneckSelector())
        with pytest.raises(TypeError, match="takes an InfoBottleneckSelector, got Standard"):
            SelectionPathDisplay.from_estimator(StandardScaler())
        noise = InfoBottleneckSelector(alpha=1e-6).fit(rng.normal(size=(50, 2)), [0, 1] * 25)
        with pytest.raises(ValueError, match="selected nothing"):
            SelectionPathDisplay.from_estimator(noise)


class TestInformationPlane:
    def test_a_selection_curve(self, wine):
        curve = selection_curve(*wine, betas=[1, 2, 1000])
        display = InformationPlaneDisplay.from_curve(curve, name="wine")
        assert_array_equal(display.line_.get_xdata(), curve.compression)
        assert_array_equal(display.line_.get_ydata(), curve.relevance)
        assert display.line_.get_label() == "wine"
        assert display.limit_ is None

    def test_any_curve_and_its_limit(self):
        curve = SimpleNamespace(compression=[0, 1], relevance=[0, 0.5], mutual_information=0.6)
        display = InformationPlaneDisplay.from_curve(curve)
        assert_array_equal(display.limit_.get_ydata(), [0.6, 0.6])
        assert display.bound_.get_slope() == 1
        texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
        assert texts == ["I(X; y), 0.6 bits"]

    def test_a_clustering_is_one_point(self):
        class Bottleneck(BaseEstimator):
            def fit(self, X):
                self.compression_, self.information_ = 1.5, 0.5
                return self

        display = InformationPlaneDisplay.from_estimator(Bottleneck().fit(None))
        assert_array_equal(display.line_.get_xydata(), [[1.5, 0.5]])

    def test_counts_go_to_information_curve(self, monkeypatch):
        asked = []

        def information_curve(X, **kwargs):
            asked.append((X, kwargs))
            return SimpleNamespace(compression=[0, 1], relevance=[0, 0.5], mutual_information=0.6)

        room = SimpleNamespace(information_curve=information_curve)
        monkeypatch.setitem(sys.modules, "skinfo.cluster", room)
        X = [[3, 1], [1, 3]]
        display = InformationPlaneDisplay.from_data(X, name="counts")
        InformationPlaneDisplay.from_data(X, betas=[1, 2])
        assert asked == [(X, {}), (X, {"betas": [1, 2]})]
        assert_array_equal(display.line_.get_ydata(), [0, 0.5])
        assert display.limit_ is not None
        assert display.line_.get_label() == "counts"

    def test_the_path_of_a_selector_keeps_its_order(self, selector):
        display = InformationPlaneDisplay.from_estimator(selector)
        assert_array_equal(display.line_.get_xdata(), selector.compression_)
        assert_array_equal(display.line_.get_ydata(), selector.information_)
        assert display.line_.get_label() == "InfoBottleneckSelector"

    def test_curves_on_the_same_axes_differ_in_colour_and_are_all_in_view(self):
        first = InformationPlaneDisplay([0, 1], [0, 0.5]).plot(name="small")
        second = InformationPlaneDisplay([0, 5], [0, 2.5]).plot(first.ax_, name="large")
        assert first.line_.get_color() != second.line_.get_color()
        second.figure_.canvas.draw()
        assert second.ax_.get_xlim()[1] > 5
        assert second.ax_.get_ylim()[1] > 2.5

    def test_what_is_no_curve(self):
        with pytest.raises(TypeError, match=r"must have compression and relevance.* got list"):
            InformationPlaneDisplay.from_curve([1, 2])
        with pytest.raises(NotFittedError, match="not fitted"):
            InformationPlaneDisplay.from_estimator(InfoBottleneckSelector())
        scaler = StandardScaler().fit([[1.0], [2.0]])
        with pytest.raises(TypeError, match="an InformationBottleneck, got StandardScaler"):
            InformationPlaneDisplay.from_estimator(scaler)


class TestScoreDecomposition:
    def test_bars_lead_from_uncertainty_to_the_loss(self, cancer):
        model, X, y = cancer
        display = ScoreDecompositionDisplay.from_estimator(model, X, y)
        parts = log_loss_decomposition(y, model.predict_proba(X))
        spans = {
            name: (bar[0].get_x(), bar[0].get_x() + bar[0].get_width())
            for name, bar in display.bars_.items()
        }
        left = parts.uncertainty - (parts.discrimination - parts.chance)
        for name, span in {
            "uncertainty": (0, parts.uncertainty),
            "discrimination": (parts.uncertainty, left),
            "miscalibration": (left, parts.log_loss),
            "log_loss": (0, parts.log_loss),
        }.items():
            # Bars that go back are drawn with a negative width.
            assert_allclose(sorted(spans[name]), sorted(span))

    def test_intervals_stand_at_the_ends_of_the_bars(self, cancer):
        model, X, y = cancer
        display = ScoreDecompositionDisplay.from_estimator(model, X, y, confidence_level=0.8)
        parts = log_loss_decomposition(y, model.predict_proba(X))
        for name, line in display.intervals_.items():
            (start, end) = line.get_segments()[0][:, 0]
            low, high = getattr(parts.confidence_interval(0.8), name)
            assert low > 0  # so that it is as long as it would be elsewhere
            assert end - start == pytest.approx(high - low)
            if name != "miscalibration":
                # Student's interval of as many rows: the same width wherever it is centred.
                width = 2 * t.ppf(0.9, len(y) - 1) * getattr(parts.standard_error, name)
                assert end - start == pytest.approx(width)
        (start, end) = display.intervals_["miscalibration"].get_segments()[0][:, 0]
        low, high = parts.confidence_interval(0.8).miscalibration
        estimate = parts.miscalibration - parts.chance
        assert parts.log_loss - start == pytest.approx(estimate - low)
        assert end - parts.log_loss == pytest.approx(high - estimate)
        (start, end) = display.intervals_["log_loss"].get_segments()[0][:, 0]
        assert (start + end) / 2 == pytest.approx(parts.log_loss)

    def test_models_are_rows_of_the_same_axes(self, cancer):
        model, X, y = cancer
        first = ScoreDecompositionDisplay.from_estimator(model, X, y, name="one")
        half = np.full((len(y), 2), 0.5)
        second = ScoreDecompositionDisplay.from_predictions(y, half, name="two", ax=first.ax_)
        rows = [d.bars_["log_loss"][0].get_y() for d in (first, second)]
        assert rows[1] - rows[0] == pytest.approx(1)
        loss = first.decomposition.log_loss
        labels = [label.get_text() for label in first.ax_.get_yticklabels()]
        assert labels == [f"one\n({loss:.3g} bits)", "two\n(1 bits)"]
        assert len(first.ax_.get_legend().get_texts()) == 4

    def test_a_coin_is_all_uncertainty(self):
        # One bit, neither saved by nor lost to a forecast of one half: what is drawn of either
        # is what chance is taken to have given, which goes to the left and comes back.
        display = ScoreDecompositionDisplay.from_predictions([0, 1] * 50, [0.5] * 100)
        spans = {name: bar[0].get_width() for name, bar in display.bars_.items()}
        assert spans["uncertainty"] == pytest.approx(1)
        assert spans["log_loss"] == pytest.approx(1)
        chance = display.decomposition.chance
        assert spans["discrimination"] == pytest.approx(chance)
        assert spans["miscalibration"] == pytest.approx(-chance)

    def test_errors(self, cancer):
        model, X, y = cancer
        with pytest.raises(TypeError, match="predict_proba, and LinearRegression has none"):
            ScoreDecompositionDisplay.from_estimator(LinearRegression().fit(X, y), X, y)
        with pytest.raises(ValueError, match="confidence_level must be between 0 and 1, got 2"):
            ScoreDecompositionDisplay.from_estimator(model, X, y, confidence_level=2)


class TestUncertainty:
    # The surest row first: 0.9, then 0.8, then two coins. Losses: right, wrong, right, wrong.
    Y = ("b", "b", "a", "b")
    PROB = ((0.1, 0.9), (0.8, 0.2), (0.5, 0.5), (0.5, 0.5))

    def test_curve_by_hand(self):
        display = UncertaintyDisplay.from_predictions(self.Y, self.PROB)
        losses = -np.log2([0.9, 0.2, 0.5, 0.5])
        # The two coins are kept or put aside together.
        assert_allclose(display.coverage, [0.25, 0.5, 1.0])
        assert_allclose(display.risk, [losses[0], losses[:2].mean(), losses.mean()])
        entropies = [-(p * np.log2(p) + (1 - p) * np.log2(1 - p)) for p in (0.9, 0.8, 0.5, 0.5)]
        assert_allclose(
            display.expected, [entropies[0], np.mean(entropies[:2]), np.mean(entropies)]
        )
        assert_array_equal(display.line_.get_xdata(), display.coverage)
        assert_array_equal(display.line_.get_ydata(), display.risk)
        assert_array_equal(display.expected_line_.get_ydata(), display.expected)

    def test_error_rate_by_hand(self):
        display = UncertaintyDisplay.from_predictions(self.Y, self.PROB, risk="error_rate")
        # A coin is called for its first label: right for "a", wrong for "b".
        assert_allclose(display.risk, [0, 1 / 2, 2 / 4])
        assert_allclose(display.expected, [0.1, 0.15, (0.1 + 0.2 + 0.5 + 0.5) / 4])
        assert display.ax_.get_ylabel() == "Error rate"

    def test_last_point_is_the_loss_and_its_error(self, cancer):
        model, X, y = cancer
        y_prob = model.predict_proba(X)
        display = UncertaintyDisplay.from_estimator(model, X, y, name="Bayes")
        losses = cross_entropy_loss(y, y_prob, reduction="none")
        n = len(y)
        assert display.coverage[-1] == 1
        assert display.risk[-1] == pytest.approx(losses.mean())
        width = t.ppf(0.975, n - 1) * losses.std(ddof=1) / np.sqrt(n)
        assert display.high[-1] == pytest.approx(losses.mean() + width)
        assert display.line_.get_label() == "Bayes"

    @pytest.mark.parametrize("risk", ["log_loss", "error_rate"])
    def test_row_order_and_weights(self, rng, risk):
        n = 40
        y_prob = rng.dirichlet(np.ones(3), n)
        y = rng.integers(0, 3, n)
        weight = rng.integers(0, 4, n)
        draw = UncertaintyDisplay.from_predictions
        one = draw(y, y_prob, labels=[0, 1, 2], risk=risk, sample_weight=weight)
        rows = rng.permutation(np.repeat(np.arange(n), weight))
        other = draw(y[rows], y_prob[rows], labels=[0, 1, 2], risk=risk)
        for part in ("coverage", "risk", "expected", "low", "high"):
            assert_allclose(getattr(one, part), getattr(other, part), atol=1e-12)

    def test_another_uncertainty_sets_the_order(self):
        display = UncertaintyDisplay.from_predictions(
            self.Y, self.PROB, risk="error_rate", uncertainty=[3, 2, 1, 0]
        )
        assert_allclose(display.risk, [1, 1 / 2, 2 / 3, 2 / 4])

    def test_models_on_the_same_axes(self):
        _, ax = plt.subplots()
        draw = UncertaintyDisplay.from_predictions
        first = draw(self.Y, self.PROB, ax=ax, name="one")
        sure = [(0.01, 0.99)] * 4
        second = draw(self.Y, sure, ax=ax, name="two")
        assert first.line_.get_color() != second.line_.get_color()
        texts = [text.get_text() for text in ax.get_legend().get_texts()]
        assert texts == ["one", "expected by the model", "two"]
        assert ax.get_ylim()[1] > max(first.risk.max(), second.risk.max())

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"risk": "accuracy"}, "'risk' parameter .* Got 'accuracy'"),
            ({"uncertainty": [1, 2]}, r"uncertainty must have shape \(4,\).* got \(2,\)"),
            ({"uncertainty": [1, 2, np.nan, 3]}, "Row 2 of uncertainty is nan"),
            ({"labels": ["a"]}, "labels=clf.classes_"),
            ({"confidence_level": 95}, "confidence_level must be between 0 and 1, got 95"),
        ],
    )
    def test_errors(self, given, message):
        with pytest.raises(ValueError, match=message):
            UncertaintyDisplay.from_predictions(self.Y, self.PROB, **given)

    def test_several_outputs(self, rng):
        X, Y = rng.normal(size=(20, 2)), rng.integers(0, 2, (20, 2))
        forest = RandomForestClassifier(n_estimators=2, random_state=0).fit(X, Y)
        with pytest.raises(ValueError, match="RandomForestClassifier predicts several outputs"):
            UncertaintyDisplay.from_estimator(forest, X, Y)

    def test_soft_labels(self):
        with pytest.raises(ValueError, match=r"1d array, got an array of shape \(4, 2\)"):
            UncertaintyDisplay.from_predictions(self.PROB, self.PROB)

    @settings(max_examples=20, deadline=None)
    @given(st.permutations(range(8)))
    def test_order_of_rows_changes_no_bit(self, rows):
        y = np.array(self.Y * 2)
        y_prob = np.array([*self.PROB, (0.3, 0.7), (0.3, 0.7), (0.7, 0.3), (0.5, 0.5)])
        _, ax = plt.subplots()
        one = UncertaintyDisplay.from_predictions(y, y_prob, ax=ax)
        other = UncertaintyDisplay.from_predictions(y[rows], y_prob[rows], ax=ax)
        plt.close(ax.figure)
        for part in ("coverage", "risk", "expected", "high"):
            assert_array_equal(getattr(one, part), getattr(other, part))

    def test_estimators_without_probabilities(self, cancer):
        _, X, y = cancer
        with pytest.raises(TypeError, match="predict_proba, and LinearRegression has none"):
            UncertaintyDisplay.from_estimator(LinearRegression().fit(X, y), X, y)
