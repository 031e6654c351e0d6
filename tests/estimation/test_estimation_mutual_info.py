"""mutual_info: which estimator for which pair, and what it promises."""

import math

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from optional import polars as pl
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression
from sklearn.metrics import mutual_info_score

from skinfo._kernels._null import expected_information
from skinfo.datasets import make_correlated_normals
from skinfo.estimation import discrete_entropy, mutual_info
from skinfo.estimation._mutual_info import ESTIMATORS
from skinfo.estimation._table_information import INFORMATION_ESTIMATORS


def normal_pair(rng, rho, n):
    X, y = make_correlated_normals(n, rho, random_state=rng)
    return y, X[:, 0]


@pytest.mark.parametrize("estimator", ["auto", "ksg", "gaussian_copula"])
@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_correlated_normals(rng, estimator, rho):
    x, y = normal_pair(rng, rho, 4000)
    # I = -log2(1 - rho^2) / 2; the standard error here is about 0.015 to 0.03.
    expected = -0.5 * math.log2(1 - rho**2)
    assert mutual_info(x[:, None], y, estimator=estimator)[0] == pytest.approx(expected, abs=0.08)


@pytest.mark.parametrize("estimator", ["auto", "ross", "gaussian_copula", "binned"])
def test_two_shifted_normals(rng, estimator):
    # y fair, x ~ N(+-1, 1): I = h(x) - h(N) = 0.4860 bits by quadrature.
    y = rng.integers(0, 2, 4000)
    x = rng.normal(size=4000) + 2 * y - 1
    for X, target in ((x[:, None], y), (y[:, None], x)):
        assert mutual_info(X, target, estimator=estimator)[0] == pytest.approx(0.486, abs=0.05)


def test_plugin_and_emi_against_scikit_learn(rng):
    X = rng.integers(0, 4, (500, 3))
    y = (X[:, 0] + rng.integers(0, 2, 500)) % 3
    plugin = [mutual_info_score(x, y) / math.log(2) for x in X.T]
    np.testing.assert_allclose(mutual_info(X, y, estimator="plugin"), plugin, atol=1e-12)
    chance = [
        expected_information(np.bincount(x).astype(float), np.bincount(y).astype(float))
        for x in X.T
    ]
    expected = np.array(plugin) - np.array(chance) / math.log(2)
    np.testing.assert_allclose(mutual_info(X, y), expected, atol=1e-12)


@pytest.mark.parametrize("estimator", ["auto", "ksg"])
def test_a_target_of_two_columns(rng, estimator):
    # x is the sum of two normals: of either alone -log2(1 - 1/2) / 2 = 0.5 bit, and with noise of
    # variance 2 / 15 the two together say -log2(1 - 15/16) / 2 = 2 bits.
    pair = rng.normal(size=(3000, 2))
    x = pair.sum(axis=1) + math.sqrt(2 / 15) * rng.normal(size=3000)
    together = mutual_info(x[:, None], pair, estimator=estimator)[0]
    # Over 25 samples the estimate is 0.02 too high, with a standard deviation of 0.036.
    assert together == pytest.approx(2, abs=0.12)
    one = mutual_info(x[:, None], pair[:, 0], estimator=estimator)[0]
    assert one == pytest.approx(-0.5 * math.log2(1 - 15 / 32), abs=0.06)


def test_infinite_values_have_ranks(rng):
    x, y = normal_pair(rng, 0.8, 300)
    far = np.where(x > 1.5, np.inf, x)
    top = np.where(x > 1.5, 10.0, x)
    assert mutual_info(far[:, None], y)[0] == mutual_info(top[:, None], y)[0]


def scaled_as_scikit_learn(X, seed):
    """Return X as mutual_info_classif prepares it: unit variance, noise of 1e-10 added."""
    X = X / np.std(X, axis=0)
    rng = np.random.RandomState(seed)
    return X + 1e-10 * np.maximum(1, np.mean(np.abs(X), axis=0)) * rng.standard_normal(X.shape)


def test_ross_is_mutual_info_classif(rng):
    X = rng.normal(size=(400, 4)) * [1, 5, 0.2, 3]
    y = (X[:, 0] + rng.normal(size=400) > 0).astype(int)
    theirs = mutual_info_classif(X, y, random_state=3)
    ours = mutual_info(scaled_as_scikit_learn(X, 3), y, estimator="ross", base=math.e)
    np.testing.assert_allclose(np.maximum(ours, 0), theirs, atol=1e-9)


def test_ksg_is_mutual_info_regression(rng):
    X = rng.normal(size=(400, 3))
    y = X[:, 0] + rng.normal(size=400)
    theirs = mutual_info_regression(X, y, random_state=3)
    # y gets its noise after X, from the same generator.
    generator = np.random.RandomState(3)
    X = X / np.std(X, axis=0)
    X += 1e-10 * np.maximum(1, np.mean(np.abs(X), axis=0)) * generator.standard_normal(X.shape)
    y = y / np.std(y)
    y += 1e-10 * max(1, np.mean(np.abs(y))) * generator.standard_normal(400)
    ours = mutual_info(X, y, estimator="ksg", base=math.e)
    np.testing.assert_allclose(np.maximum(ours, 0), theirs, atol=1e-9)


def test_the_impossible_value_of_a_constant_column():
    # Ones against 100 positives in 1,000,000: no estimate may exceed H(y), and this one is none.
    y = np.zeros(1_000_000, int)
    y[:100] = 1
    X = np.ones((1_000_000, 1))
    assert mutual_info(X, y)[0] == 0
    assert mutual_info(X.astype(int), y)[0] == 0


@pytest.mark.parametrize("estimator", sorted(ESTIMATORS))
def test_a_constant_is_exactly_zero(rng, estimator):
    kinds = ESTIMATORS[estimator]
    if kinds.discrete is not None:
        y = rng.integers(0, 3, 60)
        assert mutual_info(np.full((60, 1), 7), y, estimator=estimator).tolist() == [0.0]
        assert mutual_info(y[:, None], np.full(60, 7), estimator=estimator).tolist() == [0.0]
    if kinds.continuous is not None:
        constant = mutual_info(np.full((60, 1), 0.5), rng.normal(size=60), estimator=estimator)
        assert constant.tolist() == [0.0]


def test_information_of_a_column_with_itself_is_its_entropy(rng):
    x = rng.integers(0, 6, 300)
    entropy = discrete_entropy(x, estimator="plugin")
    assert mutual_info(x[:, None], x, estimator="plugin")[0] == entropy


@given(
    x=arrays(int, 40, elements=st.integers(0, 4)), y=arrays(int, 40, elements=st.integers(0, 3))
)
@settings(max_examples=50, deadline=None)
def test_plugin_is_between_zero_and_both_entropies(x, y):
    information = mutual_info(x[:, None], y, estimator="plugin")[0]
    least = min(discrete_entropy(x, estimator="plugin"), discrete_entropy(y, estimator="plugin"))
    assert 0 <= information <= least + 1e-12


@pytest.fixture
def mixed_frame(rng):
    n = 200
    frame = pd.DataFrame(
        {
            "number": rng.normal(size=n),
            "count": rng.integers(0, 4, n),
            "text": rng.choice(["a", "b", None], n),
            "flag": rng.random(n) < 0.5,
            "rounded": rng.normal(size=n).round(1),
        }
    )
    y = (frame["number"] + frame["flag"] + (frame["text"] == "a") > 0.7).astype(int)
    return frame, y.to_numpy()


def test_rows_threads_names_and_containers_change_nothing(rng, mixed_frame):
    X, y = mixed_frame
    expected = mutual_info(X, y)
    order = rng.permutation(len(y))
    for other in (
        mutual_info(X.iloc[order], y[order]),
        mutual_info(X, np.array(["no", "yes"])[y]),
        mutual_info(pl.from_pandas(X), y),
        mutual_info(X, y, n_jobs=2),
    ):
        np.testing.assert_allclose(other, expected, atol=1e-12)


@pytest.mark.parametrize("estimator", ["auto", "gaussian_copula", "binned"])
@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_increasing_transforms_change_nothing(rng, estimator, kind):
    x, y = normal_pair(rng, 0.6, 300)
    target, transformed = (y > 0, y > 0) if kind == "classes" else (y, np.exp(y))
    before = mutual_info(x[:, None], target, estimator=estimator)
    after = mutual_info(np.exp(x)[:, None], transformed, estimator=estimator)
    np.testing.assert_allclose(after, before, atol=1e-12)


@pytest.mark.parametrize("estimator", sorted(INFORMATION_ESTIMATORS))
def test_weights_are_repetitions(rng, estimator):
    X = rng.integers(0, 4, (60, 2))
    y = rng.integers(0, 3, 60)
    weights = rng.integers(0, 4, 60)
    weighted = mutual_info(X, y, estimator=estimator, sample_weight=weights)
    repeated = mutual_info(
        np.repeat(X, weights, axis=0), np.repeat(y, weights), estimator=estimator
    )
    np.testing.assert_array_equal(weighted, repeated)


def test_bytes_integers_floats_and_sparse_agree(rng):
    X = rng.integers(0, 5, (300, 10))
    y = rng.integers(0, 3, 300)
    expected = mutual_info(X, y)
    np.testing.assert_array_equal(mutual_info(X.astype(np.uint8), y), expected)
    np.testing.assert_array_equal(mutual_info(np.asfortranarray(X, np.uint8), y), expected)
    as_floats = mutual_info(X.astype(float), y, discrete_features=True)
    np.testing.assert_array_equal(as_floats, expected)
    for container in (sp.csr_matrix, sp.csc_array):
        np.testing.assert_array_equal(mutual_info(container(X), y), expected)


def test_identifiers_of_many_levels(rng):
    y = rng.integers(0, 2, 2000)
    identifier = np.arange(2000)[:, None]
    # Every row its own level: what a table holds by chance is all there is.
    identifiers = {"discrete_features": True}
    assert mutual_info(identifier, y, **identifiers)[0] == pytest.approx(0, abs=1e-12)
    entropy = discrete_entropy(y, estimator="plugin")
    plugin = mutual_info(identifier, y, estimator="plugin", **identifiers)
    assert plugin[0] == pytest.approx(entropy)


def test_missing_is_a_level_of_a_discrete_column():
    X = pd.DataFrame({"text": ["a", None] * 50})
    y = np.array([0, 1] * 50)
    assert mutual_info(X, y, estimator="plugin")[0] == 1.0


def test_which_columns_are_discrete(rng):
    X = rng.integers(0, 3, (200, 2)).astype(float)
    y = rng.integers(0, 2, 200)
    as_discrete = mutual_info(X, y, discrete_features=True)
    np.testing.assert_array_equal(mutual_info(X, y, discrete_features=[True, True]), as_discrete)
    one = mutual_info(X, y, discrete_features=[1])
    assert one[1] == as_discrete[1]
    assert one[0] == mutual_info(X, y, discrete_features=False)[0]


def test_floats_that_are_classes_are_a_discrete_target(rng):
    X = rng.integers(0, 3, (200, 1))
    y = rng.integers(0, 2, 200)
    assert mutual_info(X, y.astype(float))[0] == mutual_info(X, y)[0]
    continuous = mutual_info(X, y + rng.normal(size=200), discrete_target="auto")
    assert np.isfinite(continuous).all()


@pytest.mark.parametrize("estimator", ["auto", "ross", "gaussian_copula", "binned"])
@pytest.mark.parametrize(
    ("x", "y"),
    [
        # A class of one value has a normal law of no width: the copula alone knows no bound.
        ([0.5, 0.5, 1.5, 2.5], [0, 0, 1, 1]),
        (np.r_[np.linspace(0.1, 9.9, 95), np.full(5, 5.05)], np.r_[np.zeros(95), np.ones(5)]),
        # Zero-inflated: one class is zero throughout.
        (np.r_[np.zeros(50), np.linspace(1, 2, 50)], np.repeat([0, 1], 50)),
        (np.r_[np.linspace(0, 1, 20), np.linspace(5, 6, 30)], np.repeat(["a", "b"], [20, 30])),
        (np.arange(40) / 7, np.arange(40) // 4),
    ],
)
def test_classes_are_not_known_better_than_in_full(x, y, estimator):
    # I(X;Y) = H(Y) - H(Y|X) <= H(Y), and the same with the sides exchanged.
    entropy = discrete_entropy(y, estimator="plugin")
    x = np.reshape(x, (-1, 1))
    (information,) = mutual_info(x, y, estimator=estimator, n_neighbors=1)
    assert information <= entropy
    if estimator == "gaussian_copula" and (x[0] == x[1] or x[-2] == x[-1]):
        assert information == entropy
    if estimator != "ross":
        codes = np.unique(y, return_inverse=True)[1].reshape(-1, 1)
        how = {"estimator": estimator, "n_neighbors": 1, "discrete_target": False}
        assert mutual_info(codes, x.ravel(), **how)[0] <= entropy


@pytest.mark.parametrize("estimator", ["miller_madow", "chao_shen", "grassberger", "jackknife"])
def test_of_a_copy_it_is_the_entropy_by_the_same_estimator(estimator, rng):
    x = rng.integers(0, 20, 60)
    (information,) = mutual_info(x[:, None], x, estimator=estimator)
    assert information == pytest.approx(discrete_entropy(x, estimator=estimator), abs=1e-12)


def test_miller_madow_counts_the_cells_seen():
    # As infomeasure and R's infotheo: 2 + 2 - 2 bits, and (3 + 3 - 3) / 2N of the margins, 2N = 8.
    x = np.array([1, 2, 3, 4])
    (information,) = mutual_info(x[:, None], x, estimator="miller_madow")
    assert information == pytest.approx(2 + 3 / 8 / math.log(2), abs=1e-12)


# ---- several outputs


def outputs_of_classes(rng):
    y = rng.integers(0, 2, (200, 3))
    X = np.column_stack([y[:, 0] ^ y[:, 1], rng.integers(0, 3, 200), rng.normal(size=200)])
    X[:, 2] += y[:, 2]
    return pd.DataFrame(X).astype({0: int, 1: int}), y


@pytest.mark.parametrize(
    "container",
    [
        np.asarray,
        lambda y: y.astype(float),
        lambda y: y.astype(bool),
        lambda y: y.tolist(),
        sp.csr_matrix,
        lambda y: pd.DataFrame(y, columns=list("abc")),
        lambda y: pd.DataFrame(y).astype({0: str, 1: "category", 2: float}),
        lambda y: np.array(["no", "yes"])[y],
    ],
)
def test_outputs_of_classes_are_one_target_of_their_combinations(rng, container):
    X, y = outputs_of_classes(rng)
    expected = mutual_info(X, y @ [1, 2, 4])
    np.testing.assert_array_equal(mutual_info(X, container(y)), expected)
    # 0 and 1 each by itself say nothing of an exclusive or, together all.
    assert expected[0] > 0.95 > 0.1 > mutual_info(X, y[:, 0])[0]


def test_outputs_of_whole_numbers_are_numbers_if_said_so(rng):
    X, y = outputs_of_classes(rng)
    X = X[[2]]
    as_numbers = mutual_info(X, y, discrete_target=False)
    assert as_numbers == mutual_info(X, y.astype(float), discrete_target=False)
    assert as_numbers != mutual_info(X, y)
    # One output of numbers makes all of them numbers.
    mixed = y + [0, 0, 0.5]
    assert mutual_info(X, mixed) == mutual_info(X, mixed, discrete_target=False)


def test_missing_outputs_are_refused(rng):
    X, y = outputs_of_classes(rng)
    y = y.astype(float)
    y[3, 1] = np.nan
    with pytest.raises(ValueError, match=r"Input y contains NaN: 1 missing value"):
        mutual_info(X, y)


# ---- missing values


def with_missing(rng, n=300):
    """Return a number that is missing more often where y is large, and y, a number."""
    x = rng.normal(size=n)
    y = x + rng.normal(size=n)
    x[(y > 1) | (rng.random(n) < 0.1)] = np.nan
    return x, y


@pytest.mark.parametrize("target", ["classes", "numbers"])
@pytest.mark.parametrize("estimator", ["auto", "ross", "ksg", "gaussian_copula", "binned"])
def test_missing_values_by_the_chain_rule(rng, estimator, target):
    # I(X;Y) = I(M;Y) + P(present) I(X;Y | present), each from samples of its own.
    x, y = with_missing(rng)
    if target == "classes":
        y = np.digitize(y, [-1, 0, 1])
    elif estimator == "ross":
        return
    gone = np.isnan(x)
    how = {"estimator": estimator, "discrete_features": False}
    if target == "classes":
        # What two discrete columns are given; the copula is corrected for its bias, as emi is.
        of_codes = {"ross": "plugin", "ksg": "plugin"}.get(estimator, "emi")
        (of_missing,) = mutual_info(gone[:, None], y, estimator=of_codes)
    else:
        (of_missing,) = mutual_info(gone[:, None], y, estimator=estimator)
    (of_present,) = mutual_info(x[~gone, None], y[~gone], **how)
    (information,) = mutual_info(x[:, None], y, **how)
    assert of_missing > 0.05
    expected = of_missing + (1 - gone.mean()) * of_present
    assert information == pytest.approx(expected, abs=1e-12)
    assert mutual_info(x[:, None], y, missing="drop", **how) == of_present
    order = rng.permutation(len(y))
    assert mutual_info(x[order, None], y[order], **how) == information


def test_missing_alone_may_say_all(rng):
    # Noise that is missing exactly where y is 1: H(y) = H(M), one bit for halves.
    y = np.repeat([0, 1], 200)
    x = np.where(y == 1, np.nan, rng.normal(size=400))[:, None]
    for estimator in ("auto", "binned", "gaussian_copula"):
        assert mutual_info(x, y, estimator=estimator)[0] == pytest.approx(1, abs=0.01)
    with pytest.raises(ValueError, match=r"x0 has 200 missing value\(s\), and missing='raise'"):
        mutual_info(x, y, missing="raise")


@pytest.mark.parametrize(
    "container",
    [
        pd.DataFrame,
        lambda x: pd.DataFrame({"a": pd.array(x["a"]).astype("Float64")}),
        lambda x: pl.DataFrame({"a": pl.Series(x["a"], nan_to_null=True)}),
        lambda x: np.array([[None if v != v else v] for v in x["a"]], object),
    ],
)
def test_missing_in_any_container(rng, container):
    x, y = with_missing(rng)
    expected = mutual_info(x[:, None], y)
    np.testing.assert_array_equal(mutual_info(container({"a": x}), y), expected)


@pytest.mark.parametrize("target", ["classes", "numbers"])
@pytest.mark.parametrize("n_present", [0, 1, 2, 3, 4, 6])
@pytest.mark.parametrize("estimator", ["auto", "ksg", "ross", "gaussian_copula", "binned"])
def test_few_values_that_are_not_missing(rng, estimator, n_present, target):
    y = rng.integers(0, 2, 40) if target == "classes" else rng.normal(size=40)
    x = rng.normal(size=(40, 1))
    x[n_present:] = np.nan
    if target == "numbers" and estimator == "ross":
        return
    (information,) = mutual_info(x, y, estimator=estimator)
    assert np.isfinite(information)
    if n_present == 0:
        assert information == 0


def test_rows_are_dropped_for_each_column(rng):
    y = rng.integers(0, 3, 90)
    frame = pd.DataFrame(
        {
            "all": rng.normal(size=90),
            "some": np.where(np.arange(90) < 30, np.nan, rng.normal(size=90)),
            "text": [None if i >= 60 else "abc"[i % 3] for i in range(90)],
            "same": np.where(np.arange(90) < 30, np.nan, rng.integers(0, 2, 90)),
        }
    )
    how = {"discrete_features": [2, 3]}
    kept = [slice(None), slice(30, None), slice(0, 60), slice(30, None)]
    expected = [
        mutual_info(frame.iloc[rows, [j]], y[rows], discrete_features=j >= 2)[0]
        for j, rows in enumerate(kept)
    ]
    np.testing.assert_array_equal(mutual_info(frame, y, missing="drop", **how), expected)
    assert (mutual_info(frame, y, **how)[1:] != expected[1:]).all()
    # Weights go with their rows.
    weights = np.where(np.arange(90) < 30, 7, 1)
    some = frame[["same"]].astype("Int64")
    dropped = mutual_info(some, y, missing="drop", sample_weight=weights)
    assert dropped == mutual_info(some[30:], y[30:])


# ---- errors


@pytest.mark.parametrize("name", ["KSG", "Ksg", "ksg"])
def test_names_in_any_case(rng, name):
    X, y = rng.normal(size=(2, 50))
    assert mutual_info(X[:, None], y, estimator=name) == mutual_info(
        X[:, None], y, estimator="ksg"
    )


def test_without_a_target():
    with pytest.raises(TypeError, match=r"mutual_info needs y, .*skinfo\.measures\.mutual_inform"):
        mutual_info([[0.5, 0], [0, 0.5]])


X_OK, Y_OK = np.linspace(0, 1, 20).reshape(10, 2), np.arange(10) % 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"estimator": "nsbb"},
            "'estimator' parameter of mutual_info must be a str among .*Did you mean 'nsb'",
        ),
        ({"estimator": "nsb"}, "'nsb' is not for a continuous column .* x0 .*Use 'auto' or"),
        ({"estimator": "ross", "y": X_OK[:, 0]}, "'ross' is not for .* continuous target.*'ksg'"),
        (
            {"estimator": "gaussian_copula", "discrete_features": True},
            "'gaussian_copula' is not for a discrete column with a discrete target",
        ),
        ({"n_neighbors": 10}, "n_neighbors=10 must be smaller than the number of samples, got 10"),
        ({"n_neighbors": 0}, "'n_neighbors' parameter"),
        (
            {"X": np.where(X_OK > 0.8, np.inf, X_OK), "estimator": "ross"},
            "x0 holds infinite values, which have no dist",
        ),
        ({"y": np.append(X_OK[1:, 0], np.inf), "estimator": "ksg"}, "y holds infinite values"),
        ({"y": X_OK, "estimator": "binned"}, "'binned' is not for .* with a 2-dimensional target"),
        ({"base": 1}, "base must be a finite number > 0 other than 1"),
        ({"base": -2.0}, "base must be a finite number > 0 other than 1"),
        ({"sample_weight": np.ones(10)}, "sample_weight is for discrete columns"),
        (
            {"X": X_OK * np.nan, "missing": "raise"},
            r"x0 has 10 missing value\(s\), and missing='raise'\. Use missing='separate'",
        ),
        ({"X": X_OK * np.nan, "missing": "drop"}, "x0 has no value that is not missing"),
        ({"missing": "merge"}, "'missing' parameter of mutual_info must be a str among"),
        (
            {"X": np.where(X_OK > 0.8, np.nan, X_OK), "y": X_OK},
            r"x0 has 2 missing value.* y is several columns of numbers\. Use missing='drop'",
        ),
        ({"y": Y_OK[:-1]}, "inconsistent numbers of samples"),
        ({"y": np.where(Y_OK, np.nan, 1)}, "Input y contains NaN"),
        ({"discrete_features": [True]}, "one entry a column, got .1,. for 2 columns"),
        ({"discrete_features": [5]}, "column numbers below 2, got"),
        ({"X": X_OK.astype(complex)}, "Complex data not supported"),
        ({"X": sp.csr_matrix(X_OK), "discrete_features": False}, "Sparse X is taken for discrete"),
        ({"X": sp.csr_matrix(X_OK)}, "x0 must be discrete, got 0.1"),
        (
            {"y": np.array(["a", "b"] * 5), "discrete_target": False},
            "A continuous target must hold numbers, got 'a'",
        ),
    ],
)
def test_errors_say_what_is_wrong(arguments, message):
    arguments = {"X": X_OK, "y": Y_OK, **arguments}
    with pytest.raises(ValueError, match=message):
        mutual_info(**arguments)
