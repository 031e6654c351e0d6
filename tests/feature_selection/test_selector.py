"""InfoBottleneckSelector: selected and dropped features, and the report."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from optional import polars as pl
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import mutual_info_score
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo._kernels._null import expected_information
from skinfo.feature_selection._criteria import CRITERIA as PUBLISHED

CRITERIA = ["bottleneck", *sorted(PUBLISHED)]

# The tests of pure noise select nothing, of which scikit-learn's SelectorMixin warns.
pytestmark = pytest.mark.filterwarnings("ignore:No features were selected:UserWarning")


def additive(rng, n=1000, p=30, relevant=5):
    X = rng.normal(size=(n, p))
    y = (X[:, :relevant].sum(axis=1) + rng.normal(size=n) > 0).astype(int)
    return X, y


def test_additive_features_and_nothing_else(rng):
    found = [
        set(InfoBottleneckSelector().fit(*additive(rng)).selected_features_) for _ in range(20)
    ]
    assert sum(f == set(range(5)) for f in found) >= 18


def test_one_of_each_redundant_pair(rng):
    found = []
    for _ in range(20):
        X, y = additive(rng)
        X[:, 5:10] = X[:, :5]
        found.append(InfoBottleneckSelector().fit(X, y).selected_features_)
    assert sum(len(f) == 5 and set(f % 5) == set(range(5)) for f in found) >= 17


@pytest.mark.parametrize(
    ("n", "p", "levels", "rate"), [(100, 30, None, 0.5), (300, 100, 20, 0.2), (1000, 30, 2, 0.05)]
)
def test_pure_noise_is_refused_at_alpha(rng, n, p, levels, rate):
    # At alpha = 0.05, 100 runs select something in 5 on average; more than 12 has chance 0.1%.
    false = 0
    for _ in range(100):
        X = rng.normal(size=(n, p)) if levels is None else rng.integers(0, levels, (n, p))
        y = (rng.random(n) < rate).astype(int)
        false += InfoBottleneckSelector().fit(X, y).n_features_ > 0
    assert false <= 12


@pytest.mark.parametrize("criterion", CRITERIA)
def test_first_feature_is_the_most_informative_one(rng, criterion, source):
    X, y = additive(rng)
    X[:, 3] = y + 0.1 * rng.normal(size=len(y))
    selector = InfoBottleneckSelector(4, criterion=criterion).fit(*source(X, y))
    assert selector.selected_features_[0] == 3
    assert selector.support_.sum() == selector.n_features_ == 4


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_criterion_stops_by_itself(rng, criterion, source):
    X, y = additive(rng)
    selector = InfoBottleneckSelector(criterion=criterion).fit(*source(X, y))
    assert set(selector.selected_features_) == set(range(5))


def test_marginal_information_is_plug_in_less_its_null_mean(rng, source):
    X = rng.integers(0, 5, (400, 3))
    y = (X[:, 0] > 2).astype(int)
    selector = InfoBottleneckSelector(1).fit(*source(X, y))
    for j in range(3):
        chance = expected_information(
            np.bincount(X[:, j]).astype(float), np.bincount(y).astype(float)
        )
        expected = (mutual_info_score(X[:, j], y) - chance) / np.log(2)
        assert selector.mutual_info_[j] == pytest.approx(expected, abs=1e-12)


def test_constant_and_identifier_are_not_informative(rng, source):
    n = 300
    y = rng.integers(0, 2, n)
    frame = pd.DataFrame(
        {"constant": 1, "id": [f"u{i}" for i in range(n)], "number": np.arange(n), "empty": np.nan}
    )
    selector = InfoBottleneckSelector().fit(*source(frame, y))
    assert selector.mutual_info_[0] == 0
    assert selector.p_values_[0] == 1
    assert selector.mutual_info_[3] == 0
    assert selector.n_features_ == 0
    # The information of an identifier is what chance gives: nothing is left of it.
    assert abs(selector.mutual_info_[1]) < 0.02


def test_state_of_independent_features_knows_their_sum_of_bits(rng, source):
    # Two fair coins and y both of them: I(T; y) is 1 bit, then 2; H(T) the same.
    X = rng.integers(0, 2, (4000, 2))
    y = 2 * X[:, 0] + X[:, 1]
    selector = InfoBottleneckSelector(2).fit(*source(X, y))
    np.testing.assert_allclose(selector.information_, [1, 2], atol=0.01)
    np.testing.assert_allclose(selector.compression_, [1, 2], atol=0.01)
    np.testing.assert_allclose(selector.gains_, [1, 1], atol=0.01)


def test_description_has_a_price(rng, source):
    # y is the sign of a coin: the two-valued feature says it in 1 bit, the ten-valued copy,
    # with as much about y, in log2(10) = 3.3.
    coin = rng.integers(0, 2, 2000)
    fine = 5 * coin + rng.integers(0, 5, 2000)
    X = np.column_stack([fine, coin])
    free = InfoBottleneckSelector(1).fit(*source(X, coin))
    np.testing.assert_allclose(free.mutual_info_, 1, atol=0.01)
    assert InfoBottleneckSelector(1, beta=2.0).fit(
        *source(X, coin)
    ).selected_features_.tolist() == [1]
    # At beta = 1/2 even the coin costs two bits for each of its own.
    assert InfoBottleneckSelector(beta=0.5).fit(*source(X, coin)).n_features_ == 0


def test_report_names_the_redundant_feature(rng, source):
    X, y = additive(rng, relevant=2)
    frame = pd.DataFrame(X[:, :4], columns=["a", "b", "noise", "twin"])
    frame["twin"] = frame["a"] + 0.01 * rng.normal(size=len(y))
    frame["a"] += 0.001 * rng.normal(size=len(y))
    selector = InfoBottleneckSelector().fit(*source(frame, y))
    report = selector.report().set_index("feature")
    kept = [name for name in ("a", "twin") if report.loc[name, "selected"]]
    assert len(kept) == 1
    dropped = {"a": "twin", "twin": "a"}[kept[0]]
    assert report.loc[dropped, "redundant_with"] == kept[0]
    assert report.loc[dropped, "bits"] > 0.1
    assert report.loc[dropped, "bits_left"] < 0.05
    assert report.loc["noise", "redundant_with"] == ""
    assert report.loc["noise", "p_value"] > 0.05
    in_order = frame.columns[selector.selected_features_]
    np.testing.assert_array_equal(selector.report()["feature"][:2], in_order)
    assert selector.ranking_[selector.support_].tolist() == [1, 1]
    assert sorted(selector.ranking_[~selector.support_]) == [2, 3]


def test_what_is_selected_by_number_and_share(rng, source):
    X, y = additive(rng, p=10)
    assert InfoBottleneckSelector(3).fit(*source(X, y)).n_features_ == 3
    assert InfoBottleneckSelector(0.5).fit(*source(X, y)).n_features_ == 5
    assert InfoBottleneckSelector(0.01).fit(*source(X, y)).n_features_ == 1
    assert InfoBottleneckSelector(10).fit(*source(X, y)).support_.all()


@given(
    X=arrays(int, (30, 3), elements=st.integers(0, 3)),
    y=arrays(int, 30, elements=st.integers(0, 2)),
    weights=arrays(int, 30, elements=st.integers(0, 3)),
    criterion=st.sampled_from(CRITERIA),
)
@settings(max_examples=60, deadline=None)
def test_weights_are_repetitions(X, y, weights, criterion, source):
    weights[:3], y[:3] = 1, [0, 1, 2]
    weighted = InfoBottleneckSelector(3, criterion=criterion).fit(
        *source(X, y, sample_weight=weights)
    )
    repeated = InfoBottleneckSelector(3, criterion=criterion).fit(
        *source(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    )
    np.testing.assert_array_equal(weighted.selected_features_, repeated.selected_features_)
    np.testing.assert_array_equal(weighted.mutual_info_, repeated.mutual_info_)
    np.testing.assert_array_equal(weighted.gains_, repeated.gains_)
    np.testing.assert_array_equal(weighted.p_values_, repeated.p_values_)


def test_weighted_measurements_are_cut_as_if_repeated(rng, source):
    X, y = additive(rng, n=300, p=6)
    weights = rng.integers(0, 4, 300)
    weighted = InfoBottleneckSelector().fit(*source(X, y, sample_weight=weights))
    repeated = InfoBottleneckSelector().fit(
        *source(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    )
    np.testing.assert_array_equal(weighted.mutual_info_, repeated.mutual_info_)
    np.testing.assert_array_equal(weighted.selected_features_, repeated.selected_features_)


def test_real_weights_are_corrected_by_the_null_mean_too(rng, source):
    X, y = additive(rng, n=300, p=6)
    whole = InfoBottleneckSelector(3).fit(*source(X, y, sample_weight=np.ones(300)))
    nearly = InfoBottleneckSelector(3).fit(*source(X, y, sample_weight=np.full(300, 1 + 1e-9)))
    np.testing.assert_array_equal(nearly.selected_features_, whole.selected_features_)
    # The smooth mean is within a few percent of the exact one, here of 0.01 to 0.1 bit.
    for name in ("mutual_info_", "gains_", "information_"):
        np.testing.assert_allclose(getattr(nearly, name), getattr(whole, name), atol=0.004)


@pytest.mark.parametrize("criterion", ["bottleneck", "jmi"])
def test_threads_rows_and_class_names_change_nothing(rng, criterion, source):
    X, y = additive(rng)
    expected = InfoBottleneckSelector(criterion=criterion).fit(*source(X, y))
    order = rng.permutation(len(y))
    for other in (
        InfoBottleneckSelector(criterion=criterion, n_jobs=2).fit(*source(X, y)),
        InfoBottleneckSelector(criterion=criterion).fit(*source(X[order], y[order])),
        InfoBottleneckSelector(criterion=criterion).fit(*source(X, np.array(["no", "yes"])[y])),
        InfoBottleneckSelector(criterion=criterion).fit(*source(X.tolist(), y.tolist())),
    ):
        np.testing.assert_array_equal(other.selected_features_, expected.selected_features_)
        np.testing.assert_allclose(other.gains_, expected.gains_, rtol=1e-12)


def test_monotone_transforms_of_columns_change_nothing(rng, source):
    X, y = additive(rng)
    expected = InfoBottleneckSelector().fit(*source(X, y))
    other = InfoBottleneckSelector().fit(*source(np.exp(X), y))
    np.testing.assert_array_equal(other.mutual_info_, expected.mutual_info_)


@pytest.mark.parametrize(
    "binner", [MutualInfoBinner(), KBinsDiscretizer(encode="ordinal", strategy="uniform")]
)
def test_a_binner_of_ones_own(rng, binner):
    X, y = additive(rng)
    selector = InfoBottleneckSelector(5, binner=binner).fit(X, y)
    assert set(selector.selected_features_) == set(range(5))


def test_columns_as_they_come(rng, source):
    n = 600
    colour = rng.choice(["red", "blue", None], n)
    size = rng.normal(size=n)
    y = ((colour == "red").astype(float) + (size > 0) + 0.5 * rng.normal(size=n) > 1).astype(int)
    size[::7] = np.nan
    frame = pd.DataFrame(
        {"noise": rng.normal(size=n), "colour": colour, "size": size, "flag": rng.random(n) < 0.5}
    )
    for container in (frame, pl.from_pandas(frame), frame.to_numpy()):
        assert set(InfoBottleneckSelector().fit(*source(container, y)).selected_features_) == {
            1,
            2,
        }


def test_dataframes_keep_their_dtypes(rng):
    frame = pd.DataFrame(
        {
            "a": pd.Categorical(rng.choice(["u", "v"], 300)),
            "b": rng.integers(0, 3, 300),
            "c": rng.normal(size=300),
        }
    )
    y = ((frame["a"] == "u") ^ (frame["b"] == 1)).astype(int) + (frame["b"] == 2)
    selector = InfoBottleneckSelector(2)
    pandas_out = selector.set_output(transform="pandas").fit_transform(frame, y)
    assert list(pandas_out.columns) == list(selector.get_feature_names_out())
    kept = list(pandas_out.columns)
    pd.testing.assert_frame_equal(pandas_out, frame[kept])
    polars = pl.from_pandas(frame)
    polars_out = selector.set_output(transform="polars").fit(polars, y).transform(polars)
    assert polars_out.schema == polars.select(kept).schema


def test_int64_columns_of_few_and_of_many_values(rng, source):
    y = rng.integers(0, 2, 500)
    few = y + 2**40 * rng.integers(0, 2, 500)
    many = 1000 * y + rng.integers(0, 900, 500)
    selector = InfoBottleneckSelector(1).fit(*source(np.column_stack([few, many]), y))
    # Four levels say all of y; of the eight bins that the second is cut into one may hold both.
    assert selector.mutual_info_[0] == pytest.approx(1, abs=0.02)
    assert selector.mutual_info_[1] > 1 - 1 / 7


def test_three_hundred_classes(rng, source):
    y = np.append(rng.integers(0, 300, 2700), np.arange(300))
    X = np.column_stack([y // 30, rng.integers(0, 10, 3000)])
    selector = InfoBottleneckSelector(target_type="multiclass").fit(*source(X, y))
    assert selector.selected_features_.tolist() == [0]


X_OK, Y_OK = np.arange(20.0).reshape(10, 2), np.arange(10) % 2


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_features_to_select": 3}, "n_features_to_select=3 must be at most .* n_features=2"),
        ({"n_features_to_select": 0}, "'n_features_to_select' parameter"),
        ({"n_features_to_select": "all"}, "'n_features_to_select' parameter .* Got 'all'"),
        ({"criterion": "mrmir"}, "'criterion' parameter .* Got 'mrmir'"),
        ({"criterion": "jmi", "beta": 2.0}, "beta=2.0 only applies to criterion='bottleneck'"),
        ({"beta": 0}, "'beta' parameter"),
        ({"alpha": 1.5}, "'alpha' parameter"),
        ({"max_states": 1}, "'max_states' parameter"),
        ({"binner": "quantile"}, "'binner' parameter"),
        (
            {"binner": OneHotEncoder()},
            "OneHotEncoder.* must give one column of bin numbers",
        ),
    ],
)
def test_bad_parameters_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        # Not whole: whole numbers of few values need no binner.
        InfoBottleneckSelector(**params).fit(X_OK + 0.5, Y_OK)


def test_a_binner_that_does_not_bin():
    with pytest.raises(
        ValueError, match=r"must give bin numbers from 0 to 255, got values from -1"
    ):
        InfoBottleneckSelector(binner=StandardScaler()).fit(X_OK + 0.5, Y_OK)


@pytest.mark.parametrize(
    ("X", "y", "weights", "message"),
    [
        (X_OK, np.ones(10), None, "at least two classes"),
        (X_OK, None, None, "requires y to be passed, but the target y is None"),
        (X_OK, Y_OK[1:], None, "inconsistent numbers of samples"),
        (X_OK, np.where(Y_OK, np.nan, 1.0), None, "Input y contains NaN"),
        (X_OK[:0], Y_OK[:0], None, r"0 sample\(s\)"),
        (X_OK[:1], Y_OK[:1], None, r"1 sample\(s\)"),
        (X_OK, Y_OK, np.zeros(10), "sample_weight must have a positive entry"),
        (X_OK, Y_OK, -np.ones(10), "(?i)negative"),
        (pd.DataFrame(X_OK, columns=["a", "a"]), Y_OK, None, r"duplicate column names: \['a'\]"),
    ],
)
def test_bad_input_is_named(X, y, weights, message):
    with pytest.raises(ValueError, match=message):
        InfoBottleneckSelector().fit(X, y, sample_weight=weights)


def test_real_data_needs_few_features(source):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    selector = InfoBottleneckSelector().fit(*source(X, y))
    assert 2 <= selector.n_features_ <= 5
    # H(y) is 0.953 bits; T knows most of it in less than two.
    assert selector.information_[-1] > 0.8
    assert selector.compression_[-1] < 2
    assert (np.diff(selector.information_) > 0).all()
