"""Information given other columns: known answers, identities, oracles, what is refused."""

import math

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from optional import polars as pl
from sklearn.metrics import mutual_info_score
from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information

import skinfo.estimation._strata as strata_module
from skinfo.estimation import conditional_mutual_info, mutual_info
from skinfo.estimation._knn_tree import ksg_conditional, mixed_conditional
from skinfo.estimation._table_information import information_from_counts

# Compiled code is quick, but its first call is not.
KERNEL = settings(deadline=None, max_examples=50)

COUNT_ESTIMATORS = ["emi", "plugin", "mesner_shalizi"]


def cmi(x, y, z, **options):
    """Return the estimate of one column, in nats."""
    x = np.asarray(x).reshape(len(x), 1)
    return conditional_mutual_info(x, y, z, base=math.e, **options)[0]


def of_levels(X, y, z, **options):
    """Return the estimates where integers are levels, however many."""
    return conditional_mutual_info(X, y, z, discrete_features=True, **options)


@pytest.fixture(params=COUNT_ESTIMATORS)
def estimator(request):
    return request.param


@pytest.fixture
def threads_always(monkeypatch):
    """Threads also for little work."""
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0)


@pytest.fixture
def codes(rng):
    """X of few levels, many, a constant, one level a row; y and z that have to do with it."""
    X = rng.integers(0, 4, (400, 6))
    X[:, 1] = rng.integers(0, 30, 400)
    X[:, 2] = 7
    X[:, 3] = np.arange(400)
    z = rng.integers(0, 5, 400)
    y = (X[:, 0] + z + rng.integers(0, 2, 400)) % 3
    return X, y, z


def text(codes):
    """Return codes as an array of strings."""
    return np.asarray(codes).astype(str).astype(object)


def normal_given(rng, n, rho):
    """Return x, y, z with partial correlation rho of x and y given z, and more without."""
    x, y, z = rng.normal(size=(3, n))
    y = rho * x + math.sqrt(1 - rho**2) * y
    return x + z, y + z, z


def information_of_normal(rho):
    return -0.5 * math.log(1 - rho**2)


# ---- discrete: known answers and oracles


def test_exclusive_or(estimator):
    # Four cells equally often: nothing alone, one bit given z.
    x, z = np.repeat([[0, 0, 1, 1], [0, 1, 0, 1]], 250, axis=1)
    X = np.column_stack([x, z])
    alone = conditional_mutual_info(X, x ^ z, np.zeros(1000, int), estimator=estimator)
    given_z = conditional_mutual_info(X, x ^ z, z, estimator=estimator)
    if estimator == "plugin":
        np.testing.assert_array_equal(alone, 0.0)
        np.testing.assert_array_equal(given_z, [1.0, 0.0])
    else:
        np.testing.assert_allclose(alone, 0.0, atol=0.005)
        np.testing.assert_allclose(given_z, [1.0, 0.0], atol=0.005)


def test_chance_by_hand():
    # In each of two strata two fair coins of two rows: one bit in 2 of 6 tables, else none.
    x, y, z = [0, 0, 1, 1] * 2, [0, 1, 0, 1] * 2, [0] * 4 + [1] * 4
    X = np.reshape(x, (-1, 1))
    assert conditional_mutual_info(X, y, z)[0] == pytest.approx(-1 / 3, abs=1e-14)
    # One stratum of eight rows says more of chance.
    assert conditional_mutual_info(X, y, [0] * 8)[0] > -0.2


@pytest.mark.filterwarnings("ignore:The number of unique classes is greater:UserWarning")
def test_agrees_with_sklearn_stratum_by_stratum(codes):
    X, y, z = codes
    for j, x in enumerate(X.T):
        plugin = chance = 0.0
        for s in np.unique(z):
            a, b = x[z == s], y[z == s]
            table = contingency_matrix(a, b, sparse=True).astype(np.int64)
            plugin += len(a) / len(x) * mutual_info_score(a, b)
            chance += len(a) / len(x) * expected_mutual_information(table, len(a))
        for name, expected in (("plugin", plugin), ("emi", plugin - chance)):
            estimate = of_levels(X, y, z, estimator=name, base=math.e)[j]
            assert estimate == pytest.approx(expected, abs=1e-9)


def test_neighbors_of_codes_are_those_of_the_neighbor_estimate(codes):
    X, y, z = codes
    estimates = of_levels(X, y, z, estimator="mesner_shalizi", base=math.e)
    expected = [mixed_conditional(x, y, z, 3) for x in X.T]
    np.testing.assert_allclose(estimates, expected, atol=1e-13)


@pytest.mark.parametrize("name", ["emi", "plugin"])
def test_constant_condition_is_no_condition(codes, name):
    X, y, _ = codes
    estimates = of_levels(X, y, ["same"] * 400, estimator=name, base=math.e)
    for x, estimate in zip(X.T, estimates, strict=True):
        counts = pd.crosstab(x, y).to_numpy()
        assert estimate == information_from_counts(counts, name)


def test_constant_column_or_target_gives_zero(codes, estimator):
    X, y, z = codes
    assert of_levels(X, y, z, estimator=estimator)[2] == 0.0
    assert not of_levels(X, np.ones(400, int), z, estimator=estimator).any()
    # And what is constant in every stratum says nothing more.
    assert cmi(z // 2, y, z, estimator=estimator) == 0.0


def test_common_cause_and_chain_leave_nothing(rng):
    z = rng.integers(0, 4, 5000)

    def noisy(codes):
        return np.where(rng.random(5000) < 0.7, codes, rng.integers(0, 4, 5000))

    x, y = noisy(z), noisy(z)
    constant = np.zeros(5000, int)
    assert cmi(x, y, constant) > 0.1
    assert cmi(x, y, z) == pytest.approx(0, abs=0.005)
    # x -> z2 -> y2
    middle = noisy(x)
    end = noisy(middle)
    assert cmi(x, end, constant) > 0.1
    assert cmi(x, end, middle) == pytest.approx(0, abs=0.005)


def test_emi_is_zero_on_average_where_the_plugin_is_not(rng):
    # 200 columns of standard deviation 0.04: their mean is within 0.01 of zero.
    X = rng.integers(0, 5, (300, 200))
    y, z = rng.integers(0, 3, 300), rng.integers(0, 6, 300)
    assert abs(conditional_mutual_info(X, y, z).mean()) < 0.01
    assert conditional_mutual_info(X, y, z, estimator="plugin").mean() > 0.1


# ---- discrete: identities


def small_codes(n_columns):
    return st.integers(1, 40).flatmap(
        lambda n: hnp.arrays(np.int64, (n, n_columns), elements=st.integers(0, 4))
    )


@KERNEL
@given(small_codes(3))
def test_chain_rule_and_bounds(table):
    x, y, z = table.T
    constant = np.zeros(len(x), int)

    def information(a, b, given):
        return cmi(a, b, given, estimator="plugin")

    whole = information(5 * x + z, y, constant)
    assert whole == pytest.approx(information(z, y, constant) + information(x, y, z), abs=1e-13)
    assert 0 <= information(x, y, z) <= information(x, x, z) + 1e-13


@KERNEL
@given(small_codes(3), st.permutations(range(5)), st.randoms())
def test_names_order_and_roles_leave_no_trace(table, names, random):
    x, y, z = table.T
    rows = list(range(len(x)))
    random.shuffle(rows)
    names = np.array(names) * 1000 - 7
    for name in COUNT_ESTIMATORS:
        if name == "mesner_shalizi" and len(x) <= 3:
            continue
        estimate = cmi(x, y, z, estimator=name)
        assert cmi(y, x, z, estimator=name) == estimate
        assert cmi(x[rows], y[rows], z[rows], estimator=name) == estimate
        assert cmi(names[x], names[y], text(names[z]), estimator=name) == estimate


@KERNEL
@given(small_codes(3), st.data())
def test_whole_weights_are_repetitions(table, data):
    weights = data.draw(hnp.arrays(np.int64, len(table), elements=st.integers(0, 3)))
    weights[0] = 4
    x, y, z = table.T
    repeated = np.repeat(table, weights, axis=0).T
    for name in COUNT_ESTIMATORS:
        if name == "mesner_shalizi" and len(x) <= 3:
            continue
        assert cmi(x, y, z, estimator=name, sample_weight=weights) == cmi(
            *repeated, estimator=name
        )


def test_real_weights_are_near_whole_ones(codes):
    X, y, z = codes
    X = X[:, :3]
    for name in ("emi", "plugin"):
        whole = of_levels(X, y, z, estimator=name)
        real = of_levels(X, y, z, estimator=name, sample_weight=np.full(400, 1 + 1e-9))
        np.testing.assert_allclose(real, whole, atol=0.02)
        assert real[2] == 0.0


def test_real_weights_of_many_levels(rng):
    # 20,000 x 20,000 cells a stratum: sizes of margins that are nearly equal are taken together,
    # which changes little, as on a table small enough for both.
    n = 40_000
    x, y = rng.integers(0, 20_000, (2, n))
    weights, z = rng.random(n) + 0.5, rng.integers(0, 2, n)
    (large,) = conditional_mutual_info(
        x[:, None], y, z, sample_weight=weights, discrete_features=True, discrete_target=True
    )
    assert np.isfinite(large)
    codes, kinds = rng.integers(0, 300, (400, 2)), {"discrete_features": True}
    how = {"sample_weight": rng.random(400) + 0.5, "discrete_target": True, **kinds}
    together = conditional_mutual_info(codes[:, :1], codes[:, 1], np.zeros(400, int), **how)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skinfo.estimation._strata.DENSE_CELLS", 0)
        patch.setattr("skinfo._counts._contingency.MOST_PAIRS", 0)
        apart = conditional_mutual_info(codes[:, :1], codes[:, 1], np.zeros(400, int), **how)
    assert apart != together
    np.testing.assert_allclose(apart, together, rtol=1e-3)


def test_all_columns_of_z_are_one_condition(codes, estimator):
    X, y, z = codes
    Z = np.column_stack([z // 2, z % 2])
    assert len(np.unique(Z, axis=0)) == 5
    for condition in (Z, pd.DataFrame(Z), pl.DataFrame(Z), Z[:, ::-1]):
        np.testing.assert_array_equal(
            of_levels(X, y, condition, estimator=estimator),
            of_levels(X, y, z, estimator=estimator),
        )


def test_tables_seen_in_full_or_not_are_the_same(codes, monkeypatch, estimator):
    X, y, z = codes
    weights = np.arange(400) % 3 + 1
    whole = [of_levels(X, y, z, estimator=estimator, sample_weight=w) for w in (None, weights)]
    monkeypatch.setattr(strata_module, "DENSE_CELLS", 0)
    monkeypatch.setattr("skinfo._counts._contingency.DENSE_CELLS", 0)
    monkeypatch.setattr("skinfo._counts._contingency.DENSE_CELLS_PER_SAMPLE", 0)
    met = [of_levels(X, y, z, estimator=estimator, sample_weight=w) for w in (None, weights)]
    np.testing.assert_array_equal(met, whole)


def test_many_levels_on_every_side(rng):
    # As many levels, classes or strata as rows: nothing can be said, and chance says all.
    n = 70_000
    one_each = np.arange(n)
    coin = rng.integers(0, 2, n)
    levels = dict.fromkeys(("discrete_features", "discrete_target", "discrete_conditions"), True)
    assert cmi(one_each, coin, coin, **levels) == 0.0
    assert cmi(coin, coin, one_each, **levels) == 0.0
    assert cmi(one_each, coin, one_each % 2, **levels) == pytest.approx(0, abs=1e-12)
    wide = rng.integers(0, 300, n)
    assert cmi(wide, coin, one_each % 7, **levels) == pytest.approx(0, abs=0.001)
    # Given z, y is x but for a number that z tells.
    told = cmi(wide, (wide + one_each % 7) % 300, one_each % 7, estimator="plugin", **levels)
    assert told == pytest.approx(math.log(300), abs=0.03)


# ---- continuous


@pytest.mark.parametrize("name", ["auto", "ksg", "mesner_shalizi"])
@pytest.mark.parametrize("rho", [0.0, 0.6, 0.9])
def test_partial_correlation_of_normal_columns(name, rho, rng):
    x, y, z = normal_given(rng, 4000, rho)
    assert cmi(x, y, z, estimator=name) == pytest.approx(
        information_of_normal(rho), abs=0.06 if name == "mesner_shalizi" else 0.03
    )


def test_ksg_is_frenzel_and_pompe_on_the_values_as_given(rng):
    x, y, z = normal_given(rng, 300, 0.5)
    Z = np.column_stack([z, rng.normal(size=300)])
    assert cmi(x, y, Z, estimator="ksg", n_neighbors=5) == ksg_conditional(x, y, Z, 5)
    assert cmi(x, y, Z, estimator="mesner_shalizi") == mixed_conditional(x, y, Z, 3)
    # On normal ranks scales do not matter; here they do.
    assert cmi(1000 * x, y, Z, estimator="ksg") != pytest.approx(cmi(x, y, Z, estimator="ksg"))


def test_increasing_transforms_and_order_of_rows_change_nothing(rng):
    x, y, z = np.round(normal_given(rng, 500, 0.7), 2)
    assert len(np.unique(x)) < 480  # some ties, no atom
    estimate = cmi(x, y, z)
    assert cmi(np.exp(x), y**3, np.arctan(z)) == pytest.approx(estimate, abs=1e-12)
    rows = rng.permutation(500)
    assert cmi(x[rows], y[rows], z[rows]) == pytest.approx(estimate, abs=1e-12)
    # Infinities are ranks like others.
    top = np.where(x == x.max(), np.inf, x)
    assert cmi(top, y, z) == pytest.approx(estimate, abs=1e-12)


def test_exchange_of_x_and_y(rng):
    x, y, z = normal_given(rng, 500, 0.7)
    classes = (x > 0).astype(int)
    for name in ("auto", "mesner_shalizi"):
        assert cmi(x, y, z, estimator=name) == pytest.approx(
            cmi(y, x, z, estimator=name), abs=1e-12
        )
        assert cmi(classes, y, z, estimator=name) == pytest.approx(
            cmi(y, classes, z, estimator=name), abs=1e-12
        )


def test_rounding_adds_little(rng):
    # Neighbours on tied ranks as they are would see 0.14 nats where there is nothing.
    x, y, z = np.round(normal_given(rng, 2000, 0.0), 1)
    assert cmi(x, y, z) == pytest.approx(0, abs=0.04)
    x, y, z = np.round(normal_given(rng, 300, 0.0), 1)
    assert cmi(x, y, z) == pytest.approx(0, abs=0.1)


def test_a_value_held_often_is_taken_as_such(rng):
    x, y, z = normal_given(rng, 2000, 0.0)
    assert cmi(np.maximum(x, 0), y, z) == pytest.approx(0, abs=0.04)
    # Whole numbers as floats, all tied: about what their codes say.
    x, y, z = np.round(normal_given(rng, 5000, 0.8))
    by_codes = cmi(x.astype(int), y.astype(int), z.astype(int))
    assert cmi(x, y, z, discrete_target=False) == pytest.approx(by_codes, abs=0.1)


# ---- mixtures


@pytest.mark.parametrize("name", ["auto", "mesner_shalizi"])
def test_classes_of_a_normal_column_given_a_coin(name, rng):
    # y = 1[x + noise > 0] with x and noise alike: I(x; y) = 1 bit - E[H(Phi(x))], and Phi(x)
    # is uniform: H is 1/2 nat on average. The coin turns x around, and is needed.
    x, noise = rng.normal(size=(2, 4000))
    coin = rng.integers(0, 2, 4000)
    y = (x * (1 - 2 * coin) + noise > 0).astype(int)
    expected = math.log(2) - 0.5
    assert cmi(x, y, np.zeros(4000, int), estimator=name) == pytest.approx(0, abs=0.02)
    assert cmi(x, y, coin, estimator=name) == pytest.approx(expected, abs=0.02)
    assert cmi(y, x, coin, estimator=name) == pytest.approx(expected, abs=0.02)
    # A condition that is not the coin does not help; both together, the coin does.
    other = rng.normal(size=4000)
    assert cmi(x, y, other, estimator=name) == pytest.approx(0, abs=0.02)
    both = pd.DataFrame({"coin": coin, "other": other})
    assert cmi(x, y, both, estimator=name) == pytest.approx(expected, abs=0.08)


@pytest.mark.parametrize("name", ["auto", "mesner_shalizi"])
def test_mixed_chains_leave_nothing(name, rng):
    x = rng.normal(size=3000)
    z = x + rng.normal(size=3000)
    y = (z + rng.normal(size=3000) > 0).astype(int)
    assert mutual_info(x[:, None], y)[0] > 0.15
    assert cmi(x, y, z, estimator=name) == pytest.approx(0, abs=0.03)
    # Discrete in the middle.
    group = rng.integers(0, 4, 3000)
    a, b = group + rng.normal(size=(2, 3000)) / 2
    assert mutual_info(a[:, None], b)[0] > 0.5
    # Mesner and Shalizi's estimate is some hundredths too high here.
    assert cmi(a, b, group, estimator=name) == pytest.approx(
        0, abs=0.03 if name == "auto" else 0.06
    )
    assert cmi(a, group, b, estimator=name) > 0.2


def test_discrete_condition_is_the_mean_over_its_strata(rng):
    x, y, _ = normal_given(rng, 600, 0.6)
    z = np.repeat(np.array(["a", "b", "c"], object), [100, 200, 300])
    y[z == "b"] *= -1
    parts = [mutual_info(x[z == s, None], y[z == s], base=math.e)[0] for s in "abc"]
    assert cmi(x, y, z) == pytest.approx(np.average(parts, weights=[1, 2, 3]), abs=1e-12)
    assert cmi(x, y, np.ones(600)) == mutual_info(x[:, None], y, base=math.e)[0]
    # The neighbours of a row are of its stratum: what the published estimate does with codes.
    codes = np.unique(z.astype(str), return_inverse=True)[1]
    assert cmi(x, y, codes, estimator="mesner_shalizi") == pytest.approx(
        mixed_conditional(x, y, codes, 3), abs=1e-12
    )
    # Strata of few rows count as zero.
    many = np.concatenate([np.arange(300) + 10, np.zeros(300)])
    assert cmi(x, y, many, discrete_conditions=True) == pytest.approx(
        0.5 * mutual_info(x[300:, None], y[300:], base=math.e)[0], abs=1e-12
    )


@pytest.mark.parametrize("name", ["auto", "mesner_shalizi"])
def test_constants_among_mixtures_give_zero(name, rng):
    y, z = rng.normal(size=(2, 20))
    classes = np.arange(20) % 2
    for constant in (np.ones(20), np.ones(20, int)):
        for target in (y, classes):
            for condition in (z, classes):
                assert cmi(constant, target, condition, estimator=name) == 0.0
        assert cmi(y, constant, z, estimator=name, discrete_target=constant.dtype == int) == 0


def test_columns_of_all_kinds_at_once(rng, threads_always):
    n = 400
    frame = pd.DataFrame(
        {
            "number": rng.normal(size=n),
            "text": rng.choice(["a", "b"], n),
            "code": rng.integers(0, 3, n),
            "flag": rng.random(n) < 0.5,
            "level": pd.Categorical(rng.choice(["u", "v", None], n)),
        }
    )
    classes, values = rng.integers(0, 2, n), rng.normal(size=n)
    conditions = frame[["number", "text"]].iloc[::-1].reset_index(drop=True)
    for y in (classes, values):
        for Z in (classes, values, conditions):
            cmi_of_all = conditional_mutual_info(frame, y, Z)
            assert cmi_of_all.shape == (5,)
            assert np.isfinite(cmi_of_all).all()
            for j, column in enumerate(frame):
                one = conditional_mutual_info(frame[[column]], y, Z)
                assert one[0] == pytest.approx(cmi_of_all[j], abs=1e-14)
            threaded = conditional_mutual_info(frame, y, Z, n_jobs=2)
            np.testing.assert_array_equal(threaded, cmi_of_all)
            assert conditional_mutual_info(pl.from_pandas(frame), y, Z) == pytest.approx(
                cmi_of_all, abs=1e-14
            )


def test_threads_change_nothing(codes, threads_always, estimator):
    X, y, z = codes
    weights = np.random.default_rng(1).random(400)
    for w in (None, weights):
        options = {"estimator": estimator, "sample_weight": w}
        np.testing.assert_array_equal(
            of_levels(X, y, z, n_jobs=3, **options),
            of_levels(X, y, z, **options),
        )


def test_sparse_columns_are_discrete(codes):
    X, y, z = codes
    for condition in (z, z + 0.5):
        np.testing.assert_array_equal(
            of_levels(sp.csr_array(X), y, condition),
            of_levels(X, y, condition),
        )


# ---- kinds


def test_kinds_are_found_or_said(rng):
    x, z = rng.integers(0, 3, (2, 500))
    y = (x + z) % 2
    by_counts = cmi(x, y, z)
    # Floats that are classes are classes in y; in X and Z one has to say so.
    assert cmi(x, y.astype(float), z) == by_counts
    assert cmi(x, y.astype(str), z.astype(bool)) == cmi(x, y, z > 0)
    floats = x.astype(float), y.astype(float), z.astype(float)
    said = {"discrete_features": True, "discrete_conditions": True}
    assert cmi(*floats, **said) == by_counts
    for which in ([0], [True], np.array([-1])):
        assert cmi(*floats, discrete_features=True, discrete_conditions=which) == by_counts
    assert cmi(*floats, discrete_features=True, discrete_conditions=[False]) != by_counts


def test_missing_values_are_a_level_where_discrete(rng):
    x, y, z = rng.integers(0, 3, (3, 300))
    floats, named = np.where(x == 2, np.nan, x), np.where(x == 2, "none", text(x))
    as_floats = {"discrete_features": True, "discrete_conditions": True}
    assert cmi(floats, y, z, **as_floats) == cmi(named, y, z)
    assert cmi(y, z, floats, **as_floats) == cmi(y, z, named)
    objects = np.where(x == 2, None, text(x))
    assert cmi(y, z, objects) == cmi(y, z, named)


def test_lists_and_series_are_columns():
    x, y, z = [[0], [0], [1], [1]] * 5, ["u", "v"] * 10, ["a", "a", "b", "b"] * 5
    expected = conditional_mutual_info(x, y, z)
    for make in (text, pd.Series, pl.Series, lambda z: pd.Series(z, dtype="category")):
        np.testing.assert_array_equal(conditional_mutual_info(x, make(y), make(z)), expected)


def test_base(codes):
    X, y, z = codes
    bits = of_levels(X, y, z)
    nats = of_levels(X, y, z, base=math.e)
    np.testing.assert_allclose(nats, bits * math.log(2), rtol=1e-14)


# ---- what is refused


@pytest.fixture
def numbers(rng):
    return rng.normal(size=(20, 2)), rng.normal(size=20), rng.normal(size=20)


def refused(match, X, y, Z, **options):
    with pytest.raises(ValueError, match=match):
        conditional_mutual_info(X, y, Z, **options)


def test_unknown_estimator_lists_those_there_are(numbers):
    refused("'emi', .*'plugin'|'plugin', .*'emi'", *numbers, estimator="ross")
    refused("mesner_shalizi", *numbers, estimator="ross")


def test_estimator_that_does_not_fit_names_the_column(numbers):
    X, y, z = numbers
    codes = np.arange(20) % 2
    use = "Use 'auto' or 'mesner_shalizi', or bin"
    refused(f"'emi' is not for continuous .* y is continuous. {use}", X, y, z, estimator="emi")
    refused("and Z is continuous", X, codes, z, estimator="plugin")
    frame = pd.DataFrame({"age": z, "sex": codes})
    refused("age of Z is continuous", X, codes, frame, estimator="plugin")
    refused("x0 is continuous", X, codes, codes, estimator="plugin")
    use = "Use 'mesner_shalizi' or 'auto'"
    refused(f"y is discrete. {use}", X, codes, z, estimator="ksg")
    refused("Z is discrete", X, y, codes, estimator="ksg")
    refused("sex of Z is discrete", X, y, frame, estimator="ksg")
    refused("x1 is discrete", X, y, z, estimator="ksg", discrete_features=[1])


def test_weights_need_discrete_columns(numbers):
    X, y, z = numbers
    codes = np.arange(20) % 2
    for arrays, name in (
        ((X, codes, codes), "x0"),
        ((codes[:, None], y, codes), "y"),
        ((codes[:, None], codes, z), "Z"),
    ):
        refused(f"discrete columns.*{name} is continuous.*Bin it", *arrays, sample_weight=codes)
    refused("zeros only", codes[:, None], codes, codes, sample_weight=0 * codes)
    refused("[Nn]egative", codes[:, None], codes, codes, sample_weight=codes - 1)
    refused("inconsistent|shape", codes[:, None], codes, codes, sample_weight=codes[:5])


def test_missing_and_infinite_numbers(numbers):
    X, y, z = numbers
    X[3, 1] = np.nan
    refused("x1 has 1 missing value.*'drop'", X, y, z, missing="raise")
    refused("'ksg' is not for discrete columns, and missing val.* x1", X, y, z, estimator="ksg")
    refused("Z is continuous and has 1 missing value.*bin", X[:, :1], y, X[:, 1])
    refused("y contains NaN", X[:, :1], X[:, 1], z)
    X[3, 1] = np.inf
    for name in ("ksg", "mesner_shalizi"):
        refused("x1 holds infinite values", X, y, z, estimator=name)
        refused("Z holds infinite values", X[:, :1], y, X[:, 1], estimator=name)
        refused("y holds infinite", X[:, :1], X[:, 1], z, estimator=name, discrete_target=False)


@pytest.mark.parametrize("name", ["auto", "mesner_shalizi"])
@pytest.mark.parametrize(
    "kinds", ["continuous", "classes", "classes, Z codes", "numbers, Z codes"]
)
def test_missing_values_by_the_chain_rule(name, kinds, rng):
    # I(X;Y|Z) = I(M;Y|Z) + P(present) I(X;Y|Z, present), each from samples of its own.
    n = 300
    z, x = rng.normal(size=(2, n))
    y = x + z + rng.normal(size=n)
    x[(y > 1) | (rng.random(n) < 0.1)] = np.nan
    if kinds.startswith("classes"):
        y = (y > 0).astype(int)
    if kinds.endswith("codes"):
        z = (z > 0).astype(int)
    gone = np.isnan(x)
    how = {"estimator": name}
    of_missing = cmi(gone.astype(int), y, z, **how)
    of_present = cmi(x[~gone], y[~gone], z[~gone], **how)
    assert of_missing > 0.03
    expected = of_missing + (1 - gone.mean()) * of_present
    assert cmi(x, y, z, **how) == pytest.approx(expected, abs=1e-12)
    assert cmi(x, y, z, missing="drop", **how) == of_present


def test_dropped_rows_are_those_of_each_column(rng):
    X, y, z = rng.normal(size=(60, 3)), rng.integers(0, 2, 60), rng.normal(size=60)
    X[:20, 1] = X[40:, 2] = np.nan
    expected = [
        cmi(X[kept, j], y[kept], z[kept])
        for j, kept in enumerate((slice(0, 60), slice(20, 60), slice(0, 40)))
    ]
    dropped = conditional_mutual_info(X, y, z, missing="drop", base=math.e)
    np.testing.assert_array_equal(dropped, expected)


def test_neighbors_need_rows(numbers):
    X, y, z = numbers
    refused("n_neighbors=20 must be smaller than .* got 20", X, y, z, n_neighbors=20)
    codes = np.arange(20) % 2
    mesner_shalizi = {"estimator": "mesner_shalizi", "n_neighbors": 20}
    refused("n_neighbors=20", codes[:, None], codes, codes, **mesner_shalizi)
    assert conditional_mutual_info(X, y, z, n_neighbors=19).shape == (2,)
    # Counts have none.
    assert cmi(codes, codes, codes, n_neighbors=20) == 0.0
    refused("'n_neighbors' parameter", X, y, z, n_neighbors=0)


def test_lengths_differ(numbers):
    X, y, z = numbers
    refused("20, 19", X, y[:19], z)
    refused("Z must have as many samples as X and y, got 19 and 20", X, y, z[:19])


def test_target_of_several_columns(numbers):
    X, y, z = numbers
    # The information about both is symmetric.
    y = np.column_stack([y, z[::-1]])
    both = conditional_mutual_info(X[:, :1], y, z)[0]
    assert both == pytest.approx(conditional_mutual_info(y, X[:, 0], z, joint=True), abs=1e-12)
    # Of classes it is the joint variable.
    y = np.random.default_rng(0).integers(0, 2, (20, 2))
    np.testing.assert_array_equal(
        conditional_mutual_info(X, y, z), conditional_mutual_info(X, y @ [1, 2], z)
    )


def test_without_a_condition(numbers):
    X, y, _ = numbers
    with pytest.raises(
        TypeError, match=r"conditional_mutual_info needs Z, the columns .*mutual_i"
    ):
        conditional_mutual_info(X, y)
    with pytest.raises(TypeError, match="conditional_mutual_info needs y, the target"):
        conditional_mutual_info(X, Z=y)


@pytest.mark.parametrize("estimator", ["auto", "mesner_shalizi"])
@pytest.mark.parametrize("n_neighbors", [1, 3])
def test_classes_are_not_known_better_than_in_full(estimator, n_neighbors, rng):
    # I(X;Y|Z) <= H(Y|Z) and H(X|Z), of codes and given codes the entropies within the strata.
    z = np.repeat([0, 1, 2], 20)
    y = np.tile(np.repeat([0, 1], 10), 3)
    left = math.log2(2)
    for x in (y.astype(float) + z / 7 + 0.01 * np.tile(np.arange(10), 6), y):
        for a, b in ((x, y), (y, x)):
            kinds = {
                "discrete_features": a.dtype.kind == "i",
                "discrete_target": b.dtype.kind == "i",
            }
            assert cmi(a, b, z, estimator=estimator, n_neighbors=n_neighbors, **kinds) <= left


def test_complex_numbers(numbers):
    X, y, z = numbers
    refused("Complex data not supported", X * 1j, y, z)
    refused("Complex data not supported", X, y * 1j, z)
    refused("Complex data not supported", X, y, z * 1j)


def test_bad_columns_of_conditions(numbers):
    for which in ([1], [True, False], [0.5]):
        refused(
            "discrete_conditions (must be|as a mask must)", *numbers, discrete_conditions=which
        )
    refused("base must be", *numbers, base=1)
    # Numbers that are not whole are not levels.
    refused("Z must be discrete", *numbers, discrete_conditions=True)


@pytest.mark.parametrize("given", ["ties", "discrete"])
def test_order_of_rows_leaves_no_trace_in_a_sum_over_rows(given):
    rng = np.random.default_rng(0)
    z = rng.normal(size=300).round(1)
    x = (z + rng.normal(size=300)).round(1) if given == "ties" else rng.integers(0, 3, 300)
    y = z + rng.normal(size=300)
    expected = conditional_mutual_info(x[:, None], y, z)
    for seed in range(20):
        rows = np.random.default_rng(seed).permutation(300)
        np.testing.assert_array_equal(
            conditional_mutual_info(x[rows, None], y[rows], z[rows]), expected
        )


def test_conditions_by_name_in_any_frame():
    frame = pd.DataFrame({"a": [0, 1, 1, 0] * 9, "b": [0, 0, 1, 1] * 9, "z": [0, 1, 2] * 12})
    y = frame["a"] ^ frame["b"]
    expected = conditional_mutual_info(frame[["a", "b"]], y, frame[["z"]])
    np.testing.assert_array_equal(conditional_mutual_info(frame, y, "z"), expected)
    pa = pytest.importorskip("pyarrow")
    table = pa.Table.from_pandas(frame)
    np.testing.assert_array_equal(conditional_mutual_info(table, y, "z"), expected)


def test_chunks_with_no_column_but_the_conditions():
    chunk = pd.DataFrame({"z": [0, 1, 2], "y": [0, 1, 1]})
    with pytest.raises(ValueError, match="X has no column but those of Z, \\['z'\\]"):
        conditional_mutual_info([chunk], "y", "z")
