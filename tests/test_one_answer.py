"""One quantity, one answer: what several classes and functions compute agrees."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestClassifier

from skinfo import EntropyScorer, InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner
from skinfo.cluster import information_curve
from skinfo.estimation import (
    conditional_mutual_info,
    discrete_entropy,
    multivariate_info,
    mutual_info,
    mutual_info_test,
    pairwise_mutual_info,
    pointwise_entropy,
    pointwise_mutual_info,
)
from skinfo.feature_selection import selection_curve
from skinfo.inspection import (
    BinningDisplay,
    DistributionDisplay,
    DriftDisplay,
    InformationPlaneDisplay,
    JointDistributionDisplay,
    MutualInfoDisplay,
    MutualInfoMatrixDisplay,
    ReliabilityDisplay,
    ScoreDecompositionDisplay,
    SelectionPathDisplay,
    SelectionReportDisplay,
    UncertaintyDisplay,
)
from skinfo.measures import entropy, mutual_information
from skinfo.metrics import (
    compare_log_loss,
    cross_entropy_loss,
    log_loss_decomposition,
    population_stability,
    reliability_curve,
    risk_coverage_curve,
    uncertainty_decomposition,
)

N = 400


@pytest.fixture
def no_screen():
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("Agg")
    yield
    plt.close("all")


@pytest.fixture(name="X")
def columns_of_all_kinds(rng):
    """Columns of all kinds, some of them informative about y."""
    z = rng.normal(size=N)
    return pd.DataFrame(
        {
            "number": z,
            "skewed": np.exp(z + rng.normal(size=N)),
            "incomplete": np.where(rng.random(N) < 0.2, np.nan, z + rng.normal(size=N)),
            "integer": rng.poisson(np.exp(z / 2)),
            "boolean": z + rng.normal(size=N) > 0.5,
            "text": rng.choice(["a", "b", "c"], N),
            "noise": rng.normal(size=N),
        }
    )


@pytest.fixture
def y(X, rng):
    return np.digitize(X["number"] + rng.normal(size=N), [-0.5, 0.7])


DISCRETE = ["integer", "boolean", "text"]


# Tests, and the selector that uses them.


@pytest.mark.parametrize("weighted", [False, True])
def test_p_values_of_the_selector_are_those_of_the_test(X, y, rng, weighted):
    # With weights the test estimates the information of levels only.
    X, weights = (X[DISCRETE], rng.integers(1, 4, N)) if weighted else (X, None)
    selector = InfoBottleneckSelector().fit(X, y, sample_weight=weights)
    result = mutual_info_test(X, y, sample_weight=weights)
    assert_array_equal(selector.p_values_, result.pvalue)


def test_tests_and_selector_agree_wherever_the_rows_are(X, y, source):
    samples = source(X[DISCRETE], y)
    result, in_memory = mutual_info_test(*samples), mutual_info_test(X[DISCRETE], y)
    assert_array_equal(InfoBottleneckSelector().fit(*samples).p_values_, result.pvalue)
    for name in ("statistic", "pvalue", "standard_error", "bias"):
        assert_array_equal(getattr(result, name), getattr(in_memory, name))


def test_binner_and_estimate_agree_wherever_the_rows_are(X, y, source):
    binner = MutualInfoBinner().fit(*source(X, y))
    codes = source(binner.transform(X), y)
    estimate = mutual_info(*codes, estimator="plugin", discrete_features=True)
    assert_allclose(binner.mutual_info_, estimate, rtol=1e-12, atol=1e-14)


def test_information_of_the_selector_is_the_estimate_of_levels(X, y):
    selector = InfoBottleneckSelector().fit(X[DISCRETE], y)
    assert_allclose(selector.mutual_info_, mutual_info(X[DISCRETE], y), rtol=1e-12)


def test_statistic_of_the_test_is_the_estimate(X, y):
    assert_array_equal(mutual_info_test(X, y).statistic, mutual_info(X, y))


def test_pairs_are_the_estimate_of_each_pair(X):
    codes = X[DISCRETE].apply(lambda column: pd.factorize(column)[0])
    pairs = pairwise_mutual_info(codes)
    for j, name in enumerate(codes):
        one_by_one = mutual_info(codes, codes[name], discrete_features=True, discrete_target=True)
        others = np.arange(len(DISCRETE)) != j
        assert_allclose(pairs[j, others], one_by_one[others], rtol=1e-12, atol=1e-14)


def test_information_given_a_constant_is_the_information(X, y):
    given = conditional_mutual_info(X[["text"]], y, np.zeros((N, 1), int))
    assert given == pytest.approx(mutual_info(X[["text"]], y)[0], rel=1e-12)


# The binner, and estimates from its bins.


@pytest.mark.parametrize("weighted", [False, True])
def test_information_of_the_binner_is_that_of_its_codes(X, y, rng, weighted):
    weights = rng.integers(1, 4, N) if weighted else None
    binner = MutualInfoBinner().fit(X, y, sample_weight=weights)
    estimate = mutual_info(
        binner.transform(X),
        y,
        estimator="plugin",
        discrete_features=True,
        sample_weight=weights,
    )
    assert_allclose(binner.mutual_info_, estimate, rtol=1e-12, atol=1e-14)


def test_information_of_the_binner_is_that_of_its_counts(X, y):
    binner = MutualInfoBinner().fit(X, y)
    of_counts = [mutual_information(counts, normalize=True) for counts in binner.counts_]
    assert_allclose(binner.mutual_info_, of_counts, rtol=1e-12, atol=1e-14)
    bits = [binner.bin_table(name)["bits"].sum() for name in X.columns]
    assert_allclose(binner.mutual_info_, bits, rtol=1e-12, atol=1e-14)


def test_one_chunk_is_a_fit(X, y):
    binner, chunk = MutualInfoBinner(penalty=None), MutualInfoBinner(penalty=None)
    columns = X[DISCRETE]
    binner.fit(columns, y)
    chunk.partial_fit(columns, y)
    assert_array_equal(binner.transform(columns), chunk.transform(columns))
    assert_array_equal(binner.mutual_info_, chunk.mutual_info_)


# Distributions, and samples that have them.


def test_plugin_entropy_is_that_of_the_frequencies(X):
    frequencies = X["integer"].value_counts(normalize=True)
    estimate = discrete_entropy(X["integer"].to_numpy(), estimator="plugin")
    assert estimate == pytest.approx(entropy(frequencies.to_numpy()), rel=1e-12)


def test_information_of_two_columns(X, y):
    column = X[["integer"]]
    alone = mutual_info(column, y, discrete_target=True)[0]
    assert mutual_info(column, y, discrete_target=True, joint=True) == alone
    nothing = np.zeros(len(column), int)
    given = conditional_mutual_info(column, y, nothing, discrete_target=True)[0]
    assert given == pytest.approx(alone, abs=1e-12)
    both = column.assign(y=np.asarray(y))
    together = multivariate_info(both, discrete_features=True, n_permutations=1)
    assert together.statistic == pytest.approx(alone, abs=1e-12)


def test_means_of_pointwise_values(X, y):
    column = X[["integer"]]
    plugin = mutual_info(column, y, discrete_target=True, estimator="plugin")[0]
    pointwise = pointwise_mutual_info(column, y, discrete_target=True)
    assert pointwise.mean() == pytest.approx(plugin, rel=1e-12)
    entropy_of_column = discrete_entropy(column, estimator="plugin")
    assert pointwise_entropy(column).mean() == pytest.approx(entropy_of_column, rel=1e-12)


# Losses of predictions, and uncertainty.


@pytest.fixture
def forest(X, y):
    return RandomForestClassifier(7, max_depth=3, random_state=0).fit(X[["number", "noise"]], y)


def test_losses_are_the_same_from_all_metrics(X, y, forest):
    y_prob = forest.predict_proba(X[["number", "noise"]])
    loss = cross_entropy_loss(y, y_prob)
    assert log_loss_decomposition(y, y_prob).log_loss == pytest.approx(loss, rel=1e-12)
    assert risk_coverage_curve(y, y_prob).risk[-1] == pytest.approx(loss, rel=1e-12)
    scorer = EntropyScorer(metric="neg_log_loss")
    assert scorer(forest, X[["number", "noise"]], y) == pytest.approx(-loss, rel=1e-12)
    other = np.full((N, 3), 1 / 3)
    difference = compare_log_loss(y, y_prob, other).difference
    assert abs(difference) == pytest.approx(np.log2(3) - loss, rel=1e-12)


def test_epistemic_uncertainty_is_the_information_about_the_member(X, forest):
    columns = X[["number", "noise"]]
    members = np.stack([tree.predict_proba(columns.to_numpy()) for tree in forest.estimators_])
    parts = uncertainty_decomposition(members)
    # The joint distribution of member and outcome, for each sample.
    joint = [mutual_information(members[:, i] / len(members)) for i in range(N)]
    assert_allclose(parts.epistemic, joint, rtol=1e-9, atol=1e-12)
    assert_allclose(parts.total, entropy(members.mean(axis=0), axis=1), rtol=1e-12)
    y = forest.predict(columns)
    scorer = EntropyScorer(forest, output=("total", "aleatoric", "epistemic"))
    of_scorer = scorer.fit(columns, y).transform(columns)
    fitted = np.stack(
        [tree.predict_proba(columns.to_numpy()) for tree in scorer.estimator_.estimators_]
    )
    parts = uncertainty_decomposition(fitted)
    expected = np.column_stack([parts.total, parts.aleatoric, parts.epistemic])
    assert_allclose(of_scorer, expected, rtol=1e-9, atol=1e-12)


# Displays, and the functions and estimators whose numbers they draw.


@pytest.mark.usefixtures("no_screen")
def test_displays_of_information(X, y):
    result = mutual_info_test(X, y)
    display = MutualInfoDisplay.from_data(X, y)
    assert_array_equal(display.mutual_info, result.statistic)
    assert_array_equal(display.qvalue, result.qvalue)
    assert_array_equal([display.low, display.high], result.confidence_interval())
    selector = InfoBottleneckSelector().fit(X, y)
    display = MutualInfoDisplay.from_estimator(selector)
    features = [X.columns.get_loc(name) for name in display.feature_names]
    assert_array_equal(display.mutual_info, selector.mutual_info_[features])
    binner = MutualInfoBinner().fit(X, y)
    assert_array_equal(MutualInfoDisplay.from_estimator(binner).mutual_info, binner.mutual_info_)


@pytest.mark.usefixtures("no_screen")
def test_display_of_pairs(X):
    codes = X[DISCRETE].apply(lambda column: pd.factorize(column)[0])
    display = MutualInfoMatrixDisplay.from_data(codes)
    assert_array_equal(display.mutual_info, pairwise_mutual_info(codes))


@pytest.mark.usefixtures("no_screen")
@pytest.mark.parametrize("name", ["number", "incomplete", "text"])
def test_display_of_bins(X, y, name):
    binner = MutualInfoBinner().fit(X, y)
    table = binner.bin_table(name)
    display = BinningDisplay.from_estimator(binner, name)
    assert_array_equal(display.bins, table["bin"])
    assert_array_equal(display.share, table["share"])
    assert_array_equal(display.bits, table["bits"])
    for part in ("low", "high"):
        columns = [column for column in table if column.startswith(f"{part}[")]
        assert_array_equal(getattr(display, part), table[columns])


@pytest.mark.usefixtures("no_screen")
def test_displays_of_a_selection(X, y):
    selector = InfoBottleneckSelector(3).fit(X, y)
    path = SelectionPathDisplay.from_estimator(selector)
    assert_array_equal(path.information, selector.information_)
    assert_array_equal(path.gains, selector.gains_)
    report = selector.report()
    drawn = SelectionReportDisplay.from_estimator(selector)
    for name in ("bits", "bits_left", "selected", "redundant_with"):
        assert_array_equal(getattr(drawn, name), report[name])
    plane = InformationPlaneDisplay.from_estimator(selector)
    assert_array_equal(plane.compression, selector.compression_)
    assert_array_equal(plane.relevance, selector.information_)
    curve = selection_curve(X, y, betas=[1, 10])
    plane = InformationPlaneDisplay.from_curve(curve)
    assert_array_equal(plane.relevance, curve.relevance)


@pytest.mark.usefixtures("no_screen")
def test_displays_of_a_clustering(rng):
    counts = rng.integers(1, 20, (12, 4))
    curve = information_curve(counts, betas=[1, 5, 20])
    plane = InformationPlaneDisplay.from_data(counts, betas=[1, 5, 20])
    assert_array_equal(plane.compression, curve.compression)
    assert_array_equal(plane.relevance, curve.relevance)
    expected = mutual_information(counts, normalize=True)
    assert plane.mutual_information == pytest.approx(expected, rel=1e-12)
    bottleneck = InformationBottleneck(3, random_state=0).fit(counts)
    plane = InformationPlaneDisplay.from_estimator(bottleneck)
    assert_array_equal(plane.relevance, [bottleneck.information_])


@pytest.mark.usefixtures("no_screen")
def test_displays_of_distributions(X, y):
    display = DistributionDisplay.from_data(X["text"])
    estimate = discrete_entropy(X["text"], estimator="plugin")
    assert display.entropy == pytest.approx(estimate, rel=1e-12)
    display = JointDistributionDisplay.from_data(X["text"], y)
    plugin = mutual_info(X[["text"]], y, estimator="plugin")[0]
    assert mutual_information(display.p_xy) == pytest.approx(plugin, rel=1e-12)
    assert display.mutual_info == mutual_info_test(X[["text"]], y).statistic[0]


@pytest.mark.usefixtures("no_screen")
def test_display_of_drift(X, y):
    binner = MutualInfoBinner().fit(X, y)
    result = population_stability(binner, X[::3])
    display = DriftDisplay.from_data(binner, X[::3])
    for name in ("psi", "pvalue", "qvalue", "expected"):
        assert_array_equal(getattr(display.stability, name), getattr(result, name))


def test_drift_is_the_information_between_bin_and_sample(X):
    # The p-value of a column of levels is that of mutual_info_test of which sample a row is of;
    # half-Cauchy combinations with tests of order are for numbers.
    old, new = X["text"][:300], X["text"][300:]
    result = population_stability(old.to_frame(), new.to_frame())
    is_new = np.arange(len(X)) >= 300
    assert_array_equal(result.pvalue, mutual_info_test(X[["text"]], is_new).pvalue)


@pytest.mark.usefixtures("no_screen")
def test_displays_of_predictions(X, y, forest):
    columns = X[["number", "noise"]]
    y_prob = forest.predict_proba(columns)
    parts = log_loss_decomposition(y, y_prob)
    display = ScoreDecompositionDisplay.from_estimator(forest, columns, y)
    for name in ("log_loss", "miscalibration", "discrimination", "uncertainty", "chance"):
        assert getattr(display.decomposition, name) == getattr(parts, name)
    curve = risk_coverage_curve(y, y_prob)
    display = UncertaintyDisplay.from_estimator(forest, columns, y)
    for name in ("coverage", "risk", "expected", "low", "high"):
        assert_array_equal(getattr(display, name), getattr(curve, name))
    curve = reliability_curve(y, y_prob, pos_label=2)
    parts = log_loss_decomposition(y == 2, y_prob[:, 2])
    for name in ("miscalibration", "chance", "pvalue"):
        assert getattr(curve, name) == pytest.approx(getattr(parts, name), rel=1e-9)
    display = ReliabilityDisplay.from_estimator(forest, columns, y, pos_label=2)
    for name, value in vars(curve).items():
        assert_array_equal(getattr(display.curve, name), value)
