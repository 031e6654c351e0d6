"""Standard errors, biases and confidence intervals of estimates."""

import numpy as np
import pytest
from scipy.special import xlogy
from scipy.stats import norm

from skinfo.estimation import mutual_info_test
from skinfo.estimation._continuous import (
    DiscreteTarget,
    auto_information,
    ksg_information,
    ross_information,
)
from skinfo.estimation._estimate_errors import auto_terms, ksg_terms
from skinfo.estimation._ranks import RankedColumn
from skinfo.measures import mutual_information


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
    # Zero is left out only where the test rejects, and without an order everywhere there.
    of_numbers = mutual_info_test(X, y)
    assert of_numbers.pvalue[of_numbers.confidence_interval().low > 0].max() < 0.05
    result = mutual_info_test(X.astype(str), y)
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


# ---- numbers, and other estimators


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
    rejects = result.pvalue < 0.05
    # Of order the test may know more than bins and neighbours have information.
    assert rejects[low > 0].all()
    assert 20 < np.sum(low > 0) <= np.sum(rejects) < 180


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


@pytest.mark.parametrize(
    ("estimator", "most_apart"),
    # Of bins and the copula it is that of a table of counts: 0.8 and 0.9 of the spread.
    [("auto", 1.3), ("ksg", 1.3), ("binned", 1.6), ("gaussian_copula", 1.6)],
)
def test_standard_error_with_missing_values(rng, estimator, most_apart):
    results = []
    for _ in range(60):
        x = rng.normal(size=200)
        y = x + rng.normal(size=200)
        x[rng.random(200) < 0.2] = np.nan
        results.append(mutual_info_test(x[:, None], y, estimator=estimator))
    spread = np.std([result.statistic[0] for result in results], ddof=1)
    error = np.mean([result.standard_error[0] for result in results])
    assert 1 / most_apart < error / spread < most_apart


@pytest.mark.parametrize("estimator", ["auto", "ksg", "binned", "gaussian_copula"])
def test_columns_without_two_values_have_no_error(rng, estimator):
    X = np.column_stack([np.full(50, np.nan), np.ones(50)])
    result = mutual_info_test(X, rng.normal(size=50), estimator=estimator, discrete_features=False)
    for name in ("statistic", "standard_error", "bias"):
        np.testing.assert_array_equal(getattr(result, name), [0, 0])
    np.testing.assert_array_equal(result.pvalue, [1, 1])


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
