"""Cross-entropy and divergences of two samples, against closed forms and other packages."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from optional import polars
from scipy.integrate import quad
from scipy.stats import binom, entropy, expon, norm

from skinfo.estimation import (
    differential_entropy,
    discrete_entropy,
    mutual_info,
    sample_cross_entropy,
    sample_js_divergence,
    sample_kl_divergence,
)
from skinfo.measures import js_divergence

FUNCTIONS = [sample_cross_entropy, sample_js_divergence, sample_kl_divergence]
SHRINKING = ["james_stein", "jeffreys", "laplace", "perks", "minimax"]


each_function = pytest.mark.parametrize("function", FUNCTIONS)


def sample(*counts):
    return np.repeat(np.arange(len(counts)), counts)


X, Y = sample(5, 3, 2, 0), sample(4, 6, 5, 1)
P, Q = np.array([5, 3, 2, 0]) / 10, np.array([4, 6, 5, 1]) / 16


# ---- categories


def test_plugin_is_of_the_proportions():
    assert_allclose(sample_kl_divergence(X, Y, estimator="plugin"), entropy(P, Q, base=2))
    # H(p, q) = H(p) + D(p || q).
    both = entropy(P, base=2) + entropy(P, Q, base=2)
    assert_allclose(sample_cross_entropy(X, Y, estimator="plugin"), both)
    for weights, of_first in ((None, 0.5), ([1, 3], 0.25), ("size", 10 / 26)):
        shares = [of_first, 1 - of_first]
        mixture = shares @ np.array([P, Q])
        expected = shares @ np.array([entropy(P, mixture, base=2), entropy(Q, mixture, base=2)])
        found = sample_js_divergence(X, Y, estimator="plugin", weights=weights)
        assert_allclose(found, expected)
        assert_allclose(found, js_divergence(P, Q, weights=shares))


def test_values_of_infomeasure():
    # infomeasure 0.6.3, base e; its "bayes" with alpha = 1/2.
    x, y = sample(5, 3, 2), sample(4, 6, 5)
    for estimator, cross, kl in (
        ("plugin", 1.1554875972870282, 0.12583458322245455),
        ("jeffreys", 1.1437426824699142, 0.09717927551205885),
    ):
        options = {"estimator": estimator, "base": math.e}
        assert_allclose(sample_cross_entropy(x, y, **options), cross, rtol=1e-12)
        assert_allclose(sample_kl_divergence(x, y, **options), kl, rtol=1e-12)
    js = sample_js_divergence(x, y, estimator="plugin", base=math.e)
    assert_allclose(js, 0.03004445346600826, rtol=1e-12)


def test_miller_madow_takes_off_the_bias_to_first_order():
    # E[ln q'] = ln q - (1 - q) / 2mq of m samples.
    plugin = sample_cross_entropy(X, Y, estimator="plugin", base=math.e)
    seen = P > 0
    bias = np.sum(P[seen] * (1 - Q[seen]) / (2 * 16 * Q[seen]))
    found = sample_cross_entropy(X, Y, estimator="miller_madow", base=math.e)
    assert_allclose(found, plugin - bias)
    kl = sample_kl_divergence(X, Y, estimator="miller_madow", base=math.e)
    assert_allclose(kl, found - discrete_entropy(X, estimator="miller_madow", base=math.e))


def expected_estimate(estimator, p, q, m):
    """Return the mean of the cross-entropy in nats for p known and m samples of q, exactly.

    Two categories: the count of the first is binomial.
    """
    first = np.repeat([0, 1], (np.array(p) * 100).round().astype(int))
    mean = 0.0
    for k in range(m + 1):
        second = sample(k, m - k)
        value = sample_cross_entropy(first, second, estimator=estimator, base=math.e)
        mean += binom.pmf(k, m, q[0]) * value
    return mean


def test_chao_wang_jost_has_hardly_any_bias():
    p, q, m = (0.4, 0.6), (0.3, 0.7), 12
    true = -np.dot(p, np.log(q))
    # The plug-in is infinite with positive probability.
    assert abs(expected_estimate("chao_wang_jost", p, q, m) - true) < 0.01
    assert abs(expected_estimate("jeffreys", p, q, m) - true) > 0.01


def test_chao_wang_jost_is_the_sum_of_unbiased_terms_where_nothing_is_unseen():
    # sum p (psi(M + 1) - psi(m + 1)), and psi(M + 1) - psi(m + 1) = sum of 1 / k from m + 1 to M.
    harmonic = [sum(1 / k for k in range(m + 1, 17)) for m in (4, 6, 5, 1)]
    found = sample_cross_entropy(X, Y, estimator="chao_wang_jost", base=math.e)
    assert_allclose(found, P @ harmonic)


def test_chao_wang_jost_extrapolates_what_the_second_sample_lacks():
    # D_k falls by 1 - A beyond k = M: sum over k > M of U (1 - A)^(k - M) / k.
    x, y = sample(4, 3, 2, 1), sample(6, 3, 1, 0)
    unseen, once, n_second = 0.1, 0.2, 10
    slope = once / (n_second * unseen + once)
    k = np.arange(11, 2000)
    rest = np.sum(unseen * (1 - slope) ** (k - 10) / k)
    harmonic = [sum(1 / j for j in range(m + 1, 11)) for m in (6, 3, 1, 0)]
    found = sample_cross_entropy(x, y, estimator="chao_wang_jost", base=math.e)
    assert_allclose(found, [0.4, 0.3, 0.2, 0.1] @ np.array(harmonic) + rest)


@pytest.mark.parametrize("estimator", SHRINKING)
def test_shrunk_distributions_have_a_divergence(estimator):
    for n_categories in (None, 7):
        options = {"estimator": estimator, "n_categories": n_categories}
        kl = sample_kl_divergence(X, Y, **options)
        entropy_of_x = discrete_entropy(X, estimator=estimator, n_categories=n_categories or 4)
        assert_allclose(sample_cross_entropy(X, Y, **options) - entropy_of_x, kl, atol=1e-12)
        assert_allclose(sample_kl_divergence(Y, Y, **options), 0, atol=1e-12)
        assert_allclose(
            sample_cross_entropy(Y, Y, **options),
            discrete_entropy(Y, estimator=estimator, n_categories=n_categories),
        )
        assert kl >= 0
        assert 0 <= sample_js_divergence(X, Y, **options) <= 1


@pytest.mark.parametrize(
    "estimator",
    ["plugin", "grassberger", "chao_shen", "chao_wang_jost", "jackknife"],
)
def test_js_of_pooled_samples_is_a_difference_of_entropies(estimator):
    pooled = discrete_entropy(np.concatenate([X, Y]), estimator=estimator)
    mean = 10 / 26 * discrete_entropy(X, estimator=estimator)
    mean += 16 / 26 * discrete_entropy(Y, estimator=estimator)
    found = sample_js_divergence(X, Y, estimator=estimator, weights="size")
    assert_allclose(found, pooled - mean)
    assert_allclose(sample_js_divergence(X, Y, estimator=estimator, weights=[10, 16]), found)


def test_js_of_pooled_samples_is_the_information_about_the_sample():
    pooled, which = np.concatenate([X, Y]), np.repeat([0, 1], [10, 16])
    found = sample_js_divergence(X, Y, estimator="plugin", weights="size")
    assert_allclose(found, mutual_info(pooled[:, None], which, estimator="plugin")[0])


def test_js_by_miller_madow_of_equal_distributions_is_zero_on_average():
    # Half a nat per degree of freedom and sample: (K - 1) / 2 (w^2 / n + v^2 / m) of the mixture,
    # (K - 1) / 2 (w / n + v / m) of the parts. Both samples have the same proportions here.
    x, y = sample(10, 20, 30), sample(20, 40, 60)
    w, v, n, m = 0.3, 0.7, 60, 120
    expected = (w**2 / n + v**2 / m - w / n - v / m) * 2 / 2
    found = sample_js_divergence(x, y, weights=[w, v], estimator="miller_madow", base=math.e)
    assert_allclose(found, expected, rtol=1e-9)


@each_function
def test_categories_of_any_kind(function):
    names = np.array(["a", "b", "c", "d"])
    expected = function(X, Y)
    assert function(names[X], names[Y]) == expected
    assert function(pd.Series(names[X], dtype="category"), list(names[Y])) == expected
    assert function(X.astype(float), Y) == expected
    assert function(pd.DataFrame({"v": X}), pd.DataFrame({"v": Y})) == expected
    assert function(polars.Series(names[X]), polars.Series(names[Y])) == expected
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(4), "D")
    assert function(dates[X].to_series(), dates[Y].to_series(), discrete=True) == expected


@each_function
def test_order_of_rows_and_names_change_nothing(function, rng):
    x, y = rng.integers(0, 8, 60), rng.integers(0, 9, 70)
    names = rng.permutation(9)
    expected = function(x, y)
    assert function(rng.permutation(x), rng.permutation(y)) == expected
    assert function(names[x], names[y]) == expected


@each_function
def test_several_columns_are_one_variable(function, rng):
    x, y = rng.integers(0, 3, (80, 2)), rng.integers(0, 3, (60, 2))
    assert function(x, y) == function(3 * x[:, 0] + x[:, 1], 3 * y[:, 0] + y[:, 1])


@each_function
def test_a_weight_is_a_repetition(function, rng):
    v, w = rng.integers(0, 4, 10), rng.integers(1, 4, 16)
    expected = function(np.repeat(X, v), np.repeat(Y, w))
    assert function(X, Y, X_weight=v, Y_weight=w) == expected
    frames = pd.DataFrame({"a": X, "w": v}), pd.DataFrame({"a": Y, "w": w})
    assert function(*frames, X_weight="w", Y_weight="w") == expected
    # Of any weights the plug-in.
    scaled = function(X, Y, X_weight=v * 0.3, Y_weight=w * 0.7)
    assert_allclose(scaled, function(X, Y, X_weight=v, Y_weight=w, estimator="plugin"))


@each_function
def test_missing_values(function):
    x, y = ["a", "b", None, "a"], ["a", None, "b", "b", None]
    assert function(x, y) == function(["a", "b", "?", "a"], ["a", "?", "b", "b", "?"])
    assert function(x, y, missing="drop") == function(["a", "b", "a"], ["a", "b", "b"])
    with pytest.raises(ValueError, match="1 missing value"):
        function(x, y, missing="raise")
    numbers = [1.0, 2.0, np.nan, 1.0], [1.0, np.nan, 2.0, 2.0, np.nan]
    assert function(*numbers) == function(x, y)
    with pytest.raises(ValueError, match="missing='drop' leaves none"):
        function([None, None], ["a", "b"], missing="drop")


def test_a_category_that_the_second_sample_lacks():
    x, y = sample(5, 5, 5), sample(5, 5)
    for estimator in ("plugin", "miller_madow"):
        assert sample_kl_divergence(x, y, estimator=estimator) == np.inf
    for estimator in ("chao_wang_jost", "jeffreys"):
        assert 0.3 < sample_kl_divergence(x, y, estimator=estimator) < np.inf
    apart = sample_kl_divergence(sample(5, 5), sample(0, 0, 5, 5))
    assert 3 < apart < np.inf


# ---- points


def normal_divergence(mean, deviation, n_dimensions=1):
    """Return D(N(0, 1) || N(mean, deviation^2)) in nats, of independent coordinates."""
    of_one = np.log(deviation) + (1 + mean**2) / (2 * deviation**2) - 0.5
    return n_dimensions * of_one


@pytest.mark.parametrize(
    ("mean", "deviation", "n_dimensions"), [(0, 1, 1), (0.5, 1, 1), (0, 2, 1), (0.5, 1.5, 2)]
)
def test_divergence_of_normal_variables(mean, deviation, n_dimensions, rng):
    x = rng.normal(size=(4000, n_dimensions))
    y = rng.normal(mean, deviation, size=(3000, n_dimensions))
    expected = normal_divergence(mean, deviation, n_dimensions)
    assert_allclose(sample_kl_divergence(x, y, base=math.e), expected, atol=0.05)
    # H(p) = ln(2 pi e) / 2 a coordinate.
    entropy_of_x = n_dimensions * np.log(2 * np.pi * np.e) / 2
    cross = sample_cross_entropy(x, y, base=math.e)
    assert_allclose(cross, expected + entropy_of_x, atol=0.06)


def test_divergence_of_exponential_variables(rng):
    # ln(a / b) + b / a - 1 of rates a and b.
    x, y = rng.exponential(1, 4000), rng.exponential(2, 4000)
    assert_allclose(sample_kl_divergence(x, y, base=math.e), np.log(2) + 0.5 - 1, atol=0.05)
    x, y = expon.rvs(size=4000, random_state=rng), expon.rvs(size=4000, random_state=rng)
    assert_allclose(sample_kl_divergence(x, y), 0, atol=0.06)


@pytest.mark.parametrize(
    ("n", "m", "weight"), [(1500, 1500, 0.5), (3000, 400, 0.5), (400, 2000, 0.7)]
)
def test_js_divergence_of_normal_variables(n, m, weight, rng):
    def integrand(v):
        p, q = norm.pdf(v), norm.pdf(v, 1.5)
        mixture = weight * p + (1 - weight) * q
        return weight * p * np.log2(p / mixture) + (1 - weight) * q * np.log2(q / mixture)

    expected = quad(integrand, -8, 9)[0]
    found = sample_js_divergence(
        rng.normal(size=n), rng.normal(1.5, 1, m), weights=[weight, 1 - weight]
    )
    assert_allclose(found, expected, atol=0.04)


def test_divergence_is_cross_entropy_less_entropy(rng):
    x, y = rng.normal(size=(200, 2)), rng.normal(1, 1, size=(150, 2))
    for k in (1, 5):
        found = sample_kl_divergence(x, y, n_neighbors=k)
        cross = sample_cross_entropy(x, y, n_neighbors=k)
        assert_allclose(found, cross - differential_entropy(x, n_neighbors=k))


def test_values_of_infomeasure_of_points():
    # infomeasure 0.6.3, approach="metric", k=3, base e, without noise. It has digamma(m) in place
    # of digamma(m + 1), which is 1 / m less.
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=400), rng.normal(0.5, 1, 400)
    cross, kl = (f(x, y, base=math.e) for f in (sample_cross_entropy, sample_kl_divergence))
    assert_allclose([cross, kl], np.array([1.5122321271356864, 0.11142987910931801]) + 1 / 400)


def test_divergence_by_hand():
    # Distances to the first other row of X: 1, 1, 2; to the first of Y: .5, .5, 1.5.
    x, y = [0.0, 1.0, 3.0], [0.5, 4.5, 9.25, 20.5]
    # digamma(5) - digamma(3) = 1/4 + 1/3.
    expected = (2 * np.log(0.5) + np.log(0.75)) / 3 + 1 / 4 + 1 / 3
    assert_allclose(sample_kl_divergence(x, y, n_neighbors=1, base=math.e), expected)


def test_values_that_occur_often_have_the_divergence_of_their_proportions(rng):
    p, q = np.array([0.2, 0.3, 0.5]), np.array([0.5, 0.3, 0.2])
    x, y = rng.choice(3, 3000, p=p) / 2, rng.choice(3, 3000, p=q) / 2
    found = sample_kl_divergence(x, y, estimator="knn", base=math.e)
    assert_allclose(found, entropy(p, q), atol=0.06)
    js = sample_js_divergence(x, y, estimator="knn")
    mixture = (p + q) / 2
    assert_allclose(js, (entropy(p, mixture, 2) + entropy(q, mixture, 2)) / 2, atol=0.03)
    assert sample_cross_entropy(x, y) == -np.inf


def test_rounding_changes_little(rng):
    x, y = rng.normal(size=2000), rng.normal(0.7, 1, 2000)
    rounded = sample_kl_divergence(x.round(1), y.round(1))
    assert_allclose(rounded, sample_kl_divergence(x, y), atol=0.08)


def test_order_of_points_changes_nothing(rng):
    x, y = rng.normal(size=(60, 2)).round(1), rng.normal(size=(50, 2)).round(1)
    for function in (sample_kl_divergence, sample_js_divergence):
        assert function(x, y) == function(rng.permutation(x), rng.permutation(y))


def test_scale_and_place_do_not_matter(rng):
    x, y = rng.normal(size=80), rng.normal(size=90)
    for function in (sample_kl_divergence, sample_js_divergence):
        assert_allclose(function(4 * x + 1, 4 * y + 1), function(x, y))
    shifted = sample_cross_entropy(4 * x + 1, 4 * y + 1)
    assert_allclose(shifted, sample_cross_entropy(x, y) + 2)


@pytest.mark.parametrize("exponent", [-500, 500, 1022])
def test_points_at_the_ends_of_the_range_of_floats(exponent, rng):
    x, y = rng.uniform(-1, 1, size=(2, 60, 2))
    far = np.ldexp(x, exponent), np.ldexp(y, exponent)
    for function in (sample_kl_divergence, sample_js_divergence):
        assert_allclose(function(*far), function(x, y))
    assert_allclose(sample_cross_entropy(*far), sample_cross_entropy(x, y) + 2 * exponent)


@each_function
def test_bases(function, rng):
    for x, y in ((X, Y), (rng.normal(size=50), rng.normal(size=50))):
        assert_allclose(function(x, y, base=math.e), function(x, y) * np.log(2))


@each_function
def test_discrete_and_estimator(function, rng):
    x, y = rng.integers(0, 100, (2, 300))
    assert function(x, y) == function(x, y, discrete=False) == function(x, y, estimator="knn")
    assert function(x, y, discrete=True) != function(x, y)
    few = rng.integers(0, 5, (2, 300)).astype(float)
    assert function(*few) == function(*few, discrete=True)


# ---- errors


@each_function
def test_errors(function, rng):
    points = rng.normal(size=40), rng.normal(size=30)
    with pytest.raises(ValueError, match="must be discrete, got"):
        function(*points, discrete=True)
    with pytest.raises(ValueError, match="is of categories, and X and Y are continuous"):
        function(*points, estimator="jeffreys")
    with pytest.raises(ValueError, match="estimator='knn' is of points"):
        function(X, Y, discrete=True, estimator="knn")
    with pytest.raises(ValueError, match=r"'estimator' parameter of sample_.* Did you mean"):
        function(X, Y, estimator="jefreys")
    with pytest.raises(ValueError, match="same columns, got 1 and 2"):
        function(X, np.column_stack([Y, Y]))
    frames = pd.DataFrame(rng.integers(0, 2, (9, 2)), columns=["a", "b"])
    with pytest.raises(ValueError, match="column 0 is 'a' in X and 'b' in Y"):
        function(frames, frames[["b", "a"]])
    mixed = pd.DataFrame({"a": X[:9], "b": points[0][:9]})
    with pytest.raises(ValueError, match="a is discrete and b is continuous"):
        function(mixed, mixed)
    with pytest.raises(ValueError, match="holds numbers in one sample and levels in the other"):
        function([1, 2, 2], ["1", "2", "2"])
    with pytest.raises(ValueError, match="n_neighbors=30 needs more rows than that"):
        function(*points, n_neighbors=30)
    with pytest.raises(ValueError, match="neighbours cannot be weighted"):
        function(*points, X_weight=np.ones(40))
    with pytest.raises(ValueError, match="holds infinite values"):
        function([*points[0], np.inf], points[1])
    with pytest.raises(ValueError, match="1 missing value"):
        function([*points[0], np.nan], points[1])
    with pytest.raises(ValueError, match="n_categories=3 is less than the 4 categories"):
        function(X, Y, estimator="jeffreys", n_categories=3)
    with pytest.raises(ValueError, match="all samples at once, but Y comes in chunks"):
        function(frames, [frames, frames])
    with pytest.raises(ValueError, match="needs whole counts, got"):
        function(X, Y, X_weight=np.full(10, 0.3), estimator="chao_wang_jost")


def test_errors_of_the_js_divergence():
    with pytest.raises(ValueError, match="weights must be two positive numbers"):
        sample_js_divergence(X, Y, weights=[1, 0])
    with pytest.raises(ValueError, match="10 and 16 samples are not in the proportion"):
        sample_js_divergence(X, Y, estimator="grassberger")


def test_estimators_without_a_cross_entropy_are_refused():
    for function, name in itertools.product(
        (sample_cross_entropy, sample_kl_divergence), ("nsb", "grassberger", "jackknife")
    ):
        with pytest.raises(ValueError, match="'estimator' parameter"):
            function(X, Y, estimator=name)


@pytest.mark.parametrize("estimator", ["plugin", *SHRINKING])
@pytest.mark.parametrize("counts", [[2, 4], [1, 1, 3], [3, 7, 11, 1]])
def test_divergence_of_equal_proportions_is_zero_to_the_last_bit(estimator, counts):
    x = np.repeat(np.arange(len(counts)), counts)
    assert sample_kl_divergence(x, np.flip(x), estimator=estimator) == 0
    assert sample_js_divergence(x, np.flip(x), estimator=estimator) == 0


def test_plugin_of_near_proportions_is_not_negative():
    # One of 10**9 repetitions: of second order, below the rounding error of the entropies.
    weight = np.array([1e9, 1e9 + 1])
    arguments = {"X_weight": weight, "Y_weight": weight[::-1], "estimator": "plugin"}
    assert sample_kl_divergence([0, 1], [0, 1], **arguments) >= 0
