"""mutual_info_test: levels, intervals, and its use in scikit-learn's selectors."""

import pickle
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.special import xlogy
from scipy.stats import betabinom, chi2_contingency, false_discovery_control, norm
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.feature_selection import (
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
)
from sklearn.pipeline import make_pipeline

from skinfo._counts._contingency import SparseContingency
from skinfo._counts._evidence import plugin_information
from skinfo._kernels._plugin_bias import beta_binomial_excess
from skinfo.estimation import mutual_info, mutual_info_test
from skinfo.estimation._continuous import (
    DiscreteTarget,
    auto_information,
    ksg_information,
    ross_information,
)
from skinfo.estimation._distributions import plugin_bias
from skinfo.estimation._estimate_errors import auto_terms, ksg_terms
from skinfo.estimation._ranks import RankedColumn
from skinfo.measures import mutual_information


def test_the_statistic_is_mutual_info():
    X, y = load_iris(return_X_y=True)
    result = mutual_info_test(X, y)
    scores, pvalues = result
    np.testing.assert_array_equal(scores, mutual_info(X, y))
    np.testing.assert_array_equal(result.statistic, scores)
    np.testing.assert_array_equal(result.pvalue, pvalues)
    np.testing.assert_array_equal(result.qvalue, false_discovery_control(pvalues))
    assert isinstance(result, tuple)
    in_nats = mutual_info_test(X, y, base=np.e)
    np.testing.assert_allclose(in_nats.statistic, scores * np.log(2))
    np.testing.assert_allclose(in_nats.standard_error, result.standard_error * np.log(2))


def test_result_survives_pickling():
    X, y = load_iris(return_X_y=True)
    result = mutual_info_test(X, y)
    restored = pickle.loads(pickle.dumps(result))
    np.testing.assert_array_equal(restored.statistic, result.statistic)
    np.testing.assert_array_equal(
        restored.confidence_interval().low, result.confidence_interval().low
    )


def test_dense_tables_agree_with_the_likelihood_ratio_test(rng):
    X = rng.integers(0, 4, (20_000, 3))
    y = np.where(rng.random(20_000) < 0.97, rng.integers(0, 3, 20_000), X[:, 0] % 3)
    pvalues = mutual_info_test(X, y).pvalue
    for x, p in zip(X.T, pvalues, strict=True):
        table = np.histogram2d(x, y, bins=(4, 3))[0]
        expected = chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue
        assert p == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("kind", ["levels", "numbers"])
@pytest.mark.parametrize("target", ["classes", "numbers"])
def test_level_under_independence(rng, kind, target):
    n = 200
    X = rng.integers(0, 6, (n, 600)) if kind == "levels" else rng.normal(size=(n, 600))
    y = rng.integers(0, 3, n) if target == "classes" else rng.normal(size=n)
    pvalues = mutual_info_test(X, y, estimator="binned").pvalue
    # 600 tests at .05 and .01: means 30 and 6, standard deviations 5.3 and 2.4.
    assert 14 <= np.sum(pvalues < 0.05) <= 46
    assert np.sum(pvalues < 0.01) <= 14
    if kind == "numbers":
        assert np.mean(pvalues) == pytest.approx(0.5, abs=0.06)


def test_interval_holds_the_truth(rng):
    # A fair coin, copied with errors of 0.5, 0.4 and 0.2: I = 1 - H(error) bits.
    held, above_zero = [], []
    for error, truth in ((0.5, 0.0), (0.4, 0.0290), (0.2, 0.2781)):
        y = rng.integers(0, 2, 400)
        X = np.where(rng.random((400, 200)) < error, 1 - y[:, None], y[:, None])
        low, high = mutual_info_test(X, y).confidence_interval()
        held.append(np.mean((low <= truth + 1e-4) & (truth <= high + 1e-4)))
        above_zero.append(np.mean(low > 0))
    # 200 intervals: standard deviation 1.5%.
    assert all(0.9 <= share <= 0.995 for share in held)
    # Zero is left out for 5 % of independent copies. N I is 8 and 77 nats for the others, where
    # the 95 % quantile under independence is 1.9.
    assert above_zero[0] <= 0.1
    assert above_zero[1] >= 0.9
    assert above_zero[2] == 1


def test_interval_and_test_agree_about_zero(rng):
    X = rng.integers(0, 5, (300, 300))
    y = rng.integers(0, 3, 300)
    result = mutual_info_test(X, y)
    low, high = result.confidence_interval()
    np.testing.assert_array_equal(low > 0, result.pvalue < 0.05)
    assert (low <= high).all()
    assert (high <= np.log2(3)).all()
    wide = result.confidence_interval(0.999)
    assert (wide.low <= low).all()
    assert (wide.high >= high).all()


def test_standard_error_is_that_of_repeated_samples(rng):
    n, repeats = 500, 400
    y = rng.integers(0, 2, (n, repeats))
    X = np.where(rng.random((n, repeats)) < 0.2, 1 - y, y)
    results = [mutual_info_test(X[:, [j]], y[:, j]) for j in range(repeats)]
    spread = np.std([r.statistic[0] for r in results])
    # A standard deviation from 400 draws is known to 3.5%.
    assert np.mean([r.standard_error[0] for r in results]) == pytest.approx(spread, rel=0.12)


def test_bias_falls_from_independent_to_deterministic_tables():
    # (r - 1)(c - 1) / 2 where every cell is full.
    full = SparseContingency.of_table(np.full((4, 3), 1e5))
    assert plugin_bias(full)[0] == pytest.approx(3, rel=0.01)
    full = SparseContingency.of_table(np.full((5, 5), 2000.0))
    assert plugin_bias(full)[0] == pytest.approx(8, rel=0.01)
    # Cells that stay empty leave less to chance.
    tables = [np.full((5, 5), 2.0 * off) + np.diag(np.full(5, 50.0)) for off in (20, 5, 1, 0)]
    biases = [plugin_bias(SparseContingency.of_table(table))[0] for table in tables]
    assert biases[-1] < 4 < min(biases[:2])


@pytest.mark.parametrize("kind", ["dirichlet", "noisy map"])
def test_bias_is_what_the_plugin_overshoots(rng, kind):
    # 60 levels of 8 rows each and four classes, drawn 200 times from known shares.
    shares = np.full((60, 4), 0.1) + 0.6 * np.eye(4)[np.arange(60) % 4]
    if kind == "dirichlet":
        shares = rng.dirichlet(np.full(4, 0.5), size=60)
    truth = mutual_information(shares / 60, base=np.e)
    tables = rng.multinomial(8, shares, size=(200, 60)).astype(float)
    tables = [SparseContingency.of_table(table) for table in tables]
    overshoot = [480 * (plugin_information(table) - truth) for table in tables]
    biases, errors = np.array([plugin_bias(table) for table in tables]).T
    assert np.mean(biases) == pytest.approx(np.mean(overshoot), rel=0.08)
    assert np.mean(errors) == pytest.approx(np.std(biases), rel=0.6)
    assert plugin_bias(SparseContingency.of_table(tables[0].dense().T)) == plugin_bias(tables[0])


def test_beta_binomial_means_are_sums():
    # k ln k - m ln m - v(k), summed over scipy's probabilities.
    values = np.arange(100.0).reshape(10, 10)
    found = beta_binomial_excess(np.array([4, 9]), np.array([0.3, 2.0, 5.0]), 6.0, values)
    for i, n in enumerate((4, 9)):
        k = np.arange(n + 1)
        for j, a in enumerate((0.3, 2.0, 5.0)):
            mean = n * a / 6.0
            terms = xlogy(k, k) - xlogy(mean, mean) - values[n, : n + 1]
            # The divergence that the kernel sums has the same mean: k - m has none.
            assert found[i, j] == pytest.approx(betabinom.pmf(k, n, a, 6.0 - a) @ terms)


def test_constants_have_no_evidence(rng):
    y = rng.integers(0, 2, 50)
    result = mutual_info_test(np.column_stack([np.ones(50, int), y]), y)
    assert result.statistic[0] == 0
    assert result.pvalue[0] == 1
    assert result.standard_error[0] == 0
    low, high = result.confidence_interval()
    assert (low[0], high[0]) == (0, 0)


def test_permutation_agrees_with_the_gamma_law(rng):
    X = rng.integers(0, 5, (300, 12))
    y = np.where(rng.random(300) < 0.9, rng.integers(0, 3, 300), X[:, 0] % 3)
    gamma = mutual_info_test(X, y).pvalue
    permuted = mutual_info_test(X, y, null="permutation", random_state=0).pvalue
    # 999 permutations know a p-value of one half to 1.6%.
    np.testing.assert_allclose(permuted, gamma, atol=0.06)
    assert permuted.min() >= 1 / 1000


def test_permutation_of_numbers(rng):
    x = rng.normal(size=(150, 2))
    y = x[:, 0] + rng.normal(size=150)
    result = mutual_info_test(x, y, null="permutation", n_permutations=199, random_state=0)
    assert result.pvalue[0] == 1 / 200
    assert result.pvalue[1] > 0.01
    again = mutual_info_test(x, y, null="permutation", n_permutations=199, random_state=0)
    np.testing.assert_array_equal(again.pvalue, result.pvalue)


def test_what_differs_between_groups_is_no_evidence(rng):
    # x and y both follow the group, and are independent within it.
    groups = np.repeat(np.arange(10), 40)
    level = rng.random(10)[groups]
    x = (rng.random(400) < level).astype(int)
    y = (rng.random(400) < level).astype(int)
    assert mutual_info_test(x[:, None], y).pvalue[0] < 0.01
    within = mutual_info_test(x[:, None], y, groups=groups, random_state=0)
    assert within.pvalue[0] > 0.05


def test_weights_are_repetitions(rng):
    X = rng.integers(0, 4, (80, 3))
    y = rng.integers(0, 3, 80)
    weights = rng.integers(0, 4, 80)
    weighted = mutual_info_test(X, y, sample_weight=weights)
    repeated = mutual_info_test(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    for name in ("statistic", "pvalue", "standard_error"):
        np.testing.assert_array_equal(getattr(weighted, name), getattr(repeated, name))


@pytest.mark.parametrize(
    "selector",
    [
        SelectKBest(mutual_info_test, k=5),
        SelectPercentile(mutual_info_test, percentile=20),
        SelectFpr(mutual_info_test, alpha=1e-4),
        SelectFdr(mutual_info_test, alpha=1e-4),
        SelectFwe(mutual_info_test, alpha=1e-4),
        GenericUnivariateSelect(mutual_info_test, mode="fdr", param=1e-4),
    ],
)
def test_as_score_function(rng, selector):
    X, y = load_breast_cancer(return_X_y=True)
    X = np.column_stack([X[:, [0, 20, 22, 23, 27]], rng.normal(size=(len(y), 20))])
    support = make_pipeline(selector).fit(X, y)[0].get_support()
    assert support[:5].all()
    assert not support[5:].any()


def test_as_score_function_of_several_outputs(rng):
    # Of a multilabel y the joint variable: x0 is an exclusive or of two labels, which neither
    # alone is informative about.
    y = rng.integers(0, 2, (300, 2))
    X = np.column_stack([rng.normal(size=(300, 3)), y[:, 0] ^ y[:, 1]])
    selector = SelectKBest(mutual_info_test, k=1).fit(X, y)
    assert selector.get_support().tolist() == [False, False, False, True]
    result = mutual_info_test(X, y)
    assert result.pvalue[3] < 1e-20 < 0.01 < result.pvalue[:3].min()
    as_one = mutual_info_test(X, y @ [1, 2])
    np.testing.assert_allclose(result.statistic, as_one.statistic, rtol=1e-12)
    np.testing.assert_allclose(result.pvalue, as_one.pvalue, rtol=1e-9)


@pytest.mark.parametrize("estimator", ["auto", "gaussian_copula"])
def test_interval_of_a_class_of_one_value(estimator):
    # The copula of a class of one value has no width: the estimate is H(y), and the interval
    # is about it.
    x = np.r_[np.linspace(0.1, 9.9, 95), np.full(5, 5.05)]
    y = np.repeat([0, 1], [95, 5])
    result = mutual_info_test(x[:, None], y, estimator=estimator)
    entropy = -(0.95 * np.log2(0.95) + 0.05 * np.log2(0.05))
    assert 0 < result.statistic[0] <= entropy * (1 + 1e-15)
    low, high = result.confidence_interval()
    assert low[0] < result.statistic[0] < high[0] < 2 * entropy
    assert np.isfinite(result.standard_error).all()


def test_infinite_estimates_have_no_bounds(rng):
    # The copula of a number with itself is infinite, as is the information.
    x = rng.normal(size=100)
    X = np.column_stack([x, rng.normal(size=100)])
    result = mutual_info_test(X, x, estimator="gaussian_copula")
    low, high = result.confidence_interval()
    assert np.isinf(result.statistic).tolist() == [True, False]
    assert np.isinf(result.standard_error).tolist() == [True, False]
    assert (low[0], high[0]) == (0, np.inf)
    assert low[1] <= high[1] < 1
    assert result.pvalue[0] < 1e-6


@pytest.mark.parametrize("weight", [1e8, 1e12, 1e15, 1e18])
def test_tables_of_large_weights_have_narrow_intervals(weight):
    # Of so many rows the interval is the estimate, to its standard error; no warning on the way.
    x, y = [0, 0, 1, 1, 0, 1, 0, 1, 1, 0], [0, 1, 0, 1, 0, 1, 0, 1, 1, 1]
    result = mutual_info_test(np.reshape(x, (-1, 1)), y, sample_weight=np.full(10, weight))
    low, high = result.confidence_interval()
    assert low[0] <= result.statistic[0] * (1 + 1e-12)
    assert high[0] - low[0] < 4 * result.standard_error[0] + 1e-12
    assert result.standard_error[0] < 1 / np.sqrt(weight)


def test_missing_values_are_evidence(rng):
    # x is noise that is missing where y is 1 more often: tested as one table of bins and missing.
    y = rng.integers(0, 2, 400)
    X = rng.normal(size=(400, 2))
    X[(y == 1) & (rng.random(400) < 0.4), 0] = np.nan
    X[rng.random(400) < 0.3, 1] = np.nan
    result = mutual_info_test(X, y)
    np.testing.assert_array_equal(result.statistic, mutual_info(X, y))
    assert result.pvalue[0] < 1e-6 < 0.01 < result.pvalue[1]
    low, high = result.confidence_interval()
    assert 0 < low[0] < high[0]
    assert low[1] == 0
    permuted = mutual_info_test(X, y, null="permutation", n_permutations=99, random_state=0)
    assert permuted.pvalue[0] == 0.01 < permuted.pvalue[1]
    assert permuted.statistic.tolist() == result.statistic.tolist()


@pytest.mark.parametrize("null", ["gamma", "permutation"])
def test_dropped_rows_enter_neither_estimate_nor_test(rng, null):
    y = rng.integers(0, 2, 300)
    X = rng.normal(size=(300, 3)) + 0.2 * y[:, None]
    X[:100, 1] = np.nan
    how = {"null": null, "n_permutations": 49, "groups": np.arange(300) % 3, "random_state": 0}
    if null == "gamma":
        how = {}
    result = mutual_info_test(X, y, missing="drop", **how)
    if how:
        how["groups"] = how["groups"][100:]
    # Permutations of the first group of columns come first.
    part = mutual_info_test(X[100:, [1]], y[100:], **how)
    assert result.statistic[1] == part.statistic[0]
    assert result.standard_error[1] == part.standard_error[0]
    assert result.qvalue.shape == (3,)
    np.testing.assert_array_equal(
        np.array(result.confidence_interval())[:, [1]], np.array(part.confidence_interval())
    )
    if null == "gamma":
        assert result.pvalue[1] == part.pvalue[0]
        others = mutual_info_test(X[:, [0, 2]], y)
        np.testing.assert_array_equal(result.pvalue[[0, 2]], others.pvalue)
    again = pickle.loads(pickle.dumps(result))
    np.testing.assert_array_equal(again.confidence_interval(), result.confidence_interval())


def test_false_discoveries_are_bounded(rng):
    # 20 informative columns among 200: of those selected at q = 0.1 a tenth is false on average.
    shares = []
    for _ in range(15):
        y = rng.integers(0, 2, 300)
        X = rng.normal(size=(300, 200))
        X[:, :20] += 0.6 * y[:, None]
        selected = mutual_info_test(X, y).qvalue < 0.1
        shares.append(selected[20:].sum() / max(selected.sum(), 1))
    assert np.mean(shares) < 0.15


def test_mixed_columns_keep_their_order(rng):
    y = rng.integers(0, 2, 300)
    columns = {"noise": rng.normal(size=300), "copy": y, "number": y + rng.normal(size=300)}
    frame = pd.DataFrame({**columns, "levels": rng.integers(0, 3, 300)})
    for target, informative in product((y, y + 0.3 * rng.normal(size=300)), ([1, 2],)):
        pvalues = mutual_info_test(frame, target).pvalue
        assert (pvalues[informative] < 1e-4).all()
        assert (pvalues[[0, 3]] > 1e-3).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"null": "chi2"}, "'null' parameter .* Got 'chi2'"),
        ({"n_permutations": 0}, "'n_permutations' parameter"),
        ({"groups": [1, 2, 3]}, "inconsistent numbers of samples"),
        ({"estimator": "nsb"}, "'nsb' is not for a continuous column"),
        ({"y": np.full((150, 2), 0.5)}, r"takes one target column, got shape \(150, 2\)"),
    ],
)
def test_errors_say_what_is_wrong(arguments, message):
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match=message):
        mutual_info_test(**{"X": X, "y": y, **arguments})


@pytest.mark.parametrize("level", [0, 1, 95])
def test_confidence_level_is_a_share(level):
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="confidence_level must be between 0 and 1, got"):
        mutual_info_test(X, y).confidence_interval(level)


# ---- intervals of numbers, and of other estimators


def normal_pairs(rng, n, rho, repeats):
    x = rng.normal(size=(repeats, n))
    return x, rho * x + np.sqrt(1 - rho**2) * rng.normal(size=(repeats, n))


def held_shares(results, truth):
    ends = np.array([[end[0] for end in r.confidence_interval()] for r in results])
    return np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.9])
def test_interval_of_numbers_holds_the_truth(rng, rho):
    x, y = normal_pairs(rng, 200, rho, 200)
    results = [mutual_info_test(a[:, None], b) for a, b in zip(x, y, strict=True)]
    # 200 intervals: standard deviation 1.5%.
    assert 0.9 <= held_shares(results, -0.5 * np.log2(1 - rho**2)) <= 0.995
    spread = np.std([r.statistic[0] for r in results])
    assert np.mean([r.standard_error[0] for r in results]) == pytest.approx(spread, rel=0.2)


@pytest.mark.parametrize("apart", [0.0, 1.5])
def test_interval_of_numbers_and_classes_holds_the_truth(rng, apart):
    # h of the mixture of two normal laws less h of one, by quadrature.
    grid = np.linspace(-10, 12, 20_001)
    density = (norm.pdf(grid) + norm.pdf(grid, apart)) / 2
    truth = np.trapezoid(-xlogy(density, density), grid) - norm.entropy()
    y = rng.integers(0, 2, (200, 200))
    x = rng.normal(size=(200, 200)) + apart * y
    results = [mutual_info_test(a[:, None], b) for a, b in zip(x, y, strict=True)]
    assert 0.9 <= held_shares(results, truth / np.log(2)) <= 0.995


def test_interval_reaches_over_the_bias_of_bounded_noise(rng):
    # x uniform, y - x uniform of width 0.6: 0.3 - ln 0.6 nats, of which neighbours miss some.
    truth = (0.3 - np.log(0.6)) / np.log(2)
    x = rng.random((150, 200))
    y = x + 0.6 * rng.random((150, 200))
    results = [mutual_info_test(a[:, None], b) for a, b in zip(x, y, strict=True)]
    missed = np.mean([r.statistic[0] for r in results]) - truth
    assert missed < -0.1
    assert np.mean([r.bias[0] for r in results]) == pytest.approx(missed, rel=0.3)
    assert held_shares(results, truth) >= 0.87


@pytest.mark.parametrize(("shape", "n"), [((100, 2), 300), ((30, 10), 200)])
def test_interval_of_sparse_tables_of_strong_dependence(rng, shape, n):
    odds = np.exp(3 * np.random.default_rng(0).normal(size=shape))
    p = odds / odds.sum(axis=1, keepdims=True) / shape[0]
    truth = mutual_information(p)
    cells = rng.choice(p.size, size=(150, n), p=p.ravel())
    x, y = np.divmod(cells, shape[1])
    results = [
        mutual_info_test(a[:, None], b, discrete_features=True) for a, b in zip(x, y, strict=True)
    ]
    # The statistic lies about as much too low as the result says.
    missed = np.mean([r.statistic[0] for r in results]) - truth
    assert missed < -0.1
    assert np.mean([r.bias[0] for r in results]) == pytest.approx(missed, rel=0.25)
    assert held_shares(results, truth) >= 0.86


def test_interval_of_normal_scores_is_that_of_a_likelihood_ratio(rng):
    # N times the information is half a chi-squared variable of one degree of freedom.
    x, y = normal_pairs(rng, 300, 0.2, 200)
    truth = -0.5 * np.log2(1 - 0.2**2)
    results = [
        mutual_info_test(a[:, None], b, estimator="gaussian_copula")
        for a, b in zip(x, y, strict=True)
    ]
    assert 0.9 <= held_shares(results, truth) <= 0.99
    spread = np.std([r.statistic[0] for r in results])
    # A standard deviation from 200 draws is known to 5 %.
    assert np.mean([r.standard_error[0] for r in results]) == pytest.approx(spread, rel=0.15)


@pytest.mark.parametrize("target", ["classes", "numbers"])
def test_interval_of_numbers_and_test_agree_about_zero(rng, target):
    X = rng.normal(size=(150, 200))
    y = rng.integers(0, 3, 150) if target == "classes" else rng.normal(size=150)
    X[:, :50] += 0.4 * y[:, None]
    result = mutual_info_test(X, y, discrete_target=target == "classes")
    low = result.confidence_interval().low
    np.testing.assert_array_equal(low > 0, (result.pvalue < 0.05) & (result.statistic > 0))
    assert 20 < np.sum(low > 0) < 180


@pytest.mark.parametrize("estimator", ["auto", "ksg", "ross", "binned", "gaussian_copula"])
@pytest.mark.parametrize("target", ["classes", "numbers"])
def test_interval_is_about_the_estimate(rng, estimator, target):
    y = rng.integers(0, 2, 120)
    X = np.column_stack([y + rng.normal(size=(120, 3)).T[0], rng.normal(size=(120, 4)), y * 1.0])
    if target == "numbers":
        if estimator == "ross":
            return
        y = y + 0.5 * rng.normal(size=120)
    result = mutual_info_test(
        X, y, estimator=estimator, discrete_features=False, discrete_target=target == "classes"
    )
    before = None
    for level in (0.05, 0.5, 0.9, 0.95, 0.999):
        low, high = result.confidence_interval(level)
        assert (low >= 0).all()
        assert (low <= np.maximum(result.statistic, 0)).all()
        assert (high >= np.minimum(result.statistic, high.max())).all()
        if target == "classes":
            assert (high <= 1).all()
        if before is not None:
            assert (low <= before.low).all()
            assert (high >= before.high).all()
        before = result.confidence_interval(level)


@pytest.mark.parametrize("estimator", ["plugin", "miller_madow", "laplace", "chao_shen"])
def test_interval_of_counts_holds_every_estimate(rng, estimator):
    X, y = rng.integers(0, 20, (100, 30)), rng.integers(0, 20, 100)
    result = mutual_info_test(X, y, estimator=estimator)
    low, high = result.confidence_interval()
    assert (low <= np.maximum(result.statistic, 0)).all()
    assert (high >= result.statistic).all()
    # What the estimate has too much is what it has more than the plug-in less its bias.
    others = mutual_info_test(X, y)
    np.testing.assert_allclose(
        result.statistic - result.bias, others.statistic - others.bias, atol=1e-12
    )


def test_interval_is_the_same_in_any_order_and_number_of_threads(rng):
    x = np.round(rng.normal(size=300), 1)
    X = np.column_stack([x, np.where(rng.random(300) < 0.4, 0, x), rng.normal(size=300)])
    y = x + rng.normal(size=300)
    order = rng.permutation(300)
    for target in (y, (y > 0).astype(int)):
        first = mutual_info_test(X, target)
        again = mutual_info_test(X[order], target[order], n_jobs=2)
        for name in ("standard_error", "bias"):
            np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
        for end, other in zip(
            again.confidence_interval(), first.confidence_interval(), strict=True
        ):
            np.testing.assert_array_equal(end, other)


def test_no_interval_reaches_beyond_the_entropy_of_the_classes(rng):
    # One class has one value: the copula is without bounds there, the classes have 0.286 bits.
    x = np.r_[np.linspace(0.1, 9.9, 95), np.full(5, 5.05)]
    y = np.repeat([0, 1], [95, 5])
    for estimator in ("auto", "gaussian_copula"):
        result = mutual_info_test(x[:, None], y, estimator=estimator)
        low, high = result.confidence_interval()
        # The entropy of a share that may be 0.107 (0.05 and 1.96 deviations in its logarithm).
        assert 0 <= low[0] < high[0] < 0.49


@pytest.mark.parametrize("ties", [False, True])
def test_terms_add_up_to_the_estimate(rng, ties):
    x = rng.normal(size=400)
    x = np.round(x, 1) if ties else x
    y = x + rng.normal(size=400)
    for target in (RankedColumn(y), DiscreteTarget(y > 0, 2)):
        column = RankedColumn(x)
        of_ksg = ksg_terms(column, target, np.array([3])).mean()
        is_classes = isinstance(target, DiscreteTarget)
        raw = (ross_information if is_classes else ksg_information)(x, target, 3)
        assert of_ksg == pytest.approx(raw)
        assert auto_terms(column, target, np.array([3])).mean() == pytest.approx(
            auto_information(x, target, 3)
        )
