"""Targets, as every estimator and function reads them."""

import math

import numpy as np
import pandas as pd
import pytest

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo._counts._target import finite_numbers
from skinfo.estimation import (
    conditional_mutual_info,
    discrete_entropy,
    mutual_info,
    mutual_info_test,
    pairwise_mutual_info,
)
from skinfo.utils._validation import check_frequency_weights

X = np.tile(np.arange(4.0)[:, None], (10, 1))

READERS = {
    "binner": lambda X, y, **kw: MutualInfoBinner().fit(X, y, **kw),
    "partial_fit": lambda X, y, **kw: MutualInfoBinner().partial_fit(X, y, **kw),
    "selector": lambda X, y, **kw: InfoBottleneckSelector().fit(X, y, **kw),
    "mutual_info": mutual_info,
    "mutual_info_test": mutual_info_test,
    "conditional": lambda X, y, **kw: conditional_mutual_info(X, y, np.arange(len(y)) % 2, **kw),
}

MISSING = {
    "datetime": np.array(["2020-01-01", "2020-01-02", "NaT", "2020-01-02"], "M8[D]"),
    "timedelta": np.array([1, 2, "NaT", 2], "m8[s]"),
    "float": np.array([1.0, 2.0, np.nan, 2.0]),
    "float16": np.array([1.0, 2.0, np.nan, 2.0], np.float16),
    "None": np.array(["a", "b", None, "b"], object),
    "nan": np.array(["a", "b", np.nan, "b"], object),
    "NA": np.array([1, 2, pd.NA, 2], object),
    "NaT": np.array([1, 2, pd.NaT, 2], object),
    "Int64": pd.array([1, 2, None, 2], "Int64"),
    "boolean": pd.array([True, False, None, True], "boolean"),
    "category": pd.Categorical(["a", "b", None, "b"]),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", MISSING)
def test_missing_labels_are_refused(reader, kind):
    """Of any dtype: a code of -1 would have kernels write outside their arrays."""
    y = pd.concat([pd.Series(MISSING[kind])] * 10, ignore_index=True)
    y = y.to_numpy() if isinstance(MISSING[kind], np.ndarray) else y
    with pytest.raises(ValueError, match=r"y contains NaN: 10 missing value\(s\).* row 2"):
        READERS[reader](X, y)


def fitted(estimator):
    names = ("mutual_info_", "classes_", "target_type_", "bin_edges_", "p_values_")
    return [getattr(estimator, name, None) for name in names]


RESULTS = {
    **{
        name: lambda X, y, name=name, **kw: fitted(READERS[name](X, y, **kw))
        for name in ("binner", "partial_fit", "selector")
    },
    "mutual_info": mutual_info,
    "mutual_info_test": lambda X, y, **kw: mutual_info_test(X, y, **kw).pvalue,
    "permutations": lambda X, y, **kw: (
        mutual_info_test(
            X, y, null="permutation", n_permutations=9, groups=np.arange(len(y)) % 2, **kw
        ).pvalue
    ),
    "conditional": READERS["conditional"],
}


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("stray", [32, 0.5, np.inf, np.nan])
def test_rows_of_weight_zero_are_as_if_not_there(name, stray):
    """A 33rd class or a fraction would make y continuous, and X too."""
    y = np.arange(66.0) % 32
    X = np.column_stack([y // 4, np.arange(66) % 5])
    weights = np.ones(66)
    y[65] = X[65, 1] = stray
    weights[65] = 0.0
    kept = slice(None, 65)
    np.testing.assert_equal(
        RESULTS[name](X, y, sample_weight=weights),
        RESULTS[name](X[kept], y[kept], sample_weight=weights[kept]),
    )


def test_dates_and_objects_as_a_target():
    X = np.arange(40.0)[:, None] + 0.5
    days = np.datetime64("2024-01-01") + np.arange(40) // 20
    for y in (days, pd.Series(days).astype(object), pd.Series(days).dt.tz_localize("UTC")):
        binner = MutualInfoBinner(2).fit(X, y)
        assert binner.target_type_ == "continuous"
        assert binner.bin_edges_[0][1] == 20.0
    for y in (np.arange(40) % 3, (np.arange(40) % 3).astype(object)):
        assert MutualInfoBinner().fit(X, y).target_type_ == "multiclass"
    with pytest.raises(ValueError, match="y holds values of type list"):
        MutualInfoBinner().fit(X, pd.Series([[1], [2]] * 20))
    with pytest.raises(ValueError, match="Unknown label type: y mixes classes"):
        MutualInfoBinner().fit(X, np.array([1, b"a"] * 20, object))


def test_float16_classes_in_chunks():
    y = (np.arange(40) % 2).astype(np.float16)
    binner = MutualInfoBinner().partial_fit(X, y).partial_fit(X, y)
    np.testing.assert_array_equal(binner.classes_, [0.0, 1.0])
    np.testing.assert_array_equal(
        binner.counts_[0], MutualInfoBinner().fit(np.tile(X, (2, 1)), np.tile(y, 2)).counts_[0]
    )


def test_heavy_rows_do_not_fade(rng):
    x = rng.normal(size=500)
    y = x + rng.normal(size=500)
    edges = {"candidate_edges": [np.linspace(-1, 1, 5)], "penalty": None}
    light = MutualInfoBinner(**edges).fit(x[:, None], y)
    for weight in (1e6, 1e9, 1e12, 1e15, 1e30, 1e-9):
        weights = np.full(500, weight)
        heavy = MutualInfoBinner(**edges, min_samples_bin=1e-9).fit(
            x[:, None], y, sample_weight=weights
        )
        # y is kept to 2**-24 of its range.
        assert heavy.mutual_info_ == pytest.approx(light.mutual_info_, rel=1e-5)
        np.testing.assert_allclose(heavy.counts_[0][:, 1:], light.counts_[0][:, 1:], rtol=1e-5)


def sums_of(X, y, **weights):
    binner = MutualInfoBinner(max_candidates=None, penalty="bic").fit(X, y, **weights)
    return [binner.mutual_info_, binner.missing_bits_, *binner.counts_]


@pytest.mark.parametrize("spread", ["normal", "outlier", "offset"])
def test_numbers_leave_no_trace_of_row_order_or_repetition(rng, spread):
    y = rng.normal(size=400)
    y = {"normal": y, "outlier": np.append(y[1:], 1e7), "offset": y + 1e9}[spread]
    X = np.column_stack([rng.normal(size=400) + y, rng.normal(size=400), y]).round(1)
    X[rng.random((400, 3)) < 0.1] = np.nan
    weights = rng.integers(0, 5, 400)
    rows = np.repeat(np.arange(400), weights)
    weighted = sums_of(X, y, sample_weight=weights)
    for others in (rows, rng.permutation(rows)):
        for one, other in zip(weighted, sums_of(X[others], y[others]), strict=True):
            np.testing.assert_array_equal(one, other)


def test_fractional_weights_leave_no_trace_of_row_order(rng):
    X = rng.integers(0, 4, (300, 3)).astype(float)
    y = rng.integers(0, 3, 300)
    weights = rng.random(300) ** 9
    order = rng.permutation(300)
    for read in (
        mutual_info,
        lambda X, y, sample_weight: pairwise_mutual_info(X, sample_weight=sample_weight),
        lambda X, y, sample_weight: discrete_entropy(X, sample_weight=sample_weight),
        lambda X, y, sample_weight: np.concatenate(
            MutualInfoBinner().fit(X, y, sample_weight=sample_weight).counts_
        ),
    ):
        np.testing.assert_array_equal(
            read(X, y, sample_weight=weights),
            read(X[order], y[order], sample_weight=weights[order]),
        )


def test_weights_are_rounded_to_what_adds_up(rng):
    weights = rng.random(1000) * 10.0 ** rng.integers(-9, 9, 1000)
    checked = check_frequency_weights(weights, 1000)
    np.testing.assert_allclose(checked, weights, atol=2.0**-51 * weights.sum())
    assert checked.sum() == checked[::-1].sum() == math.fsum(checked)
    # Whole ones stay what they are, and none becomes zero.
    np.testing.assert_array_equal(check_frequency_weights([3, 0, 2**40], 3), [3, 0, 2**40])
    assert check_frequency_weights([1e-30, 0.7], 2)[0] == 2.0**-52
    for extreme in (1e300, 1e-300):
        with pytest.raises(ValueError, match=r"between 1e-100 and 1e\+100, .* got 1e.300"):
            MutualInfoBinner().fit(X, X[:, 0] > 1, sample_weight=np.full(40, extreme))
    with pytest.raises(ValueError, match="sample_weight must not be masked"):
        mutual_info(X, X[:, 0], sample_weight=np.ma.array(np.ones(40), mask=X[:, 0] > 1))


def test_perfect_separation_has_one_answer():
    """Whatever rounding leaves of no variance is none: 52 bits, as documented."""
    x = np.repeat([0.0, 1.0, 2.0], 50)
    y = 1.37 * x + 0.11
    binner = MutualInfoBinner(3, penalty=None, target_type="continuous")
    firsts = [0, 50, 100]
    assert binner.fit(x[:, None], y).mutual_info_ == [52.0]
    for weight in (50, 50.3, 1e12):
        binner.fit(x[firsts][:, None], y[firsts], sample_weight=np.full(3, weight))
        assert binner.mutual_info_ == [52.0]


@pytest.mark.parametrize("scale", [1e-280, 1e-145, 1e150, 1e300])
def test_the_unit_of_y_changes_no_information(rng, scale):
    x = rng.normal(size=200)
    y = x + rng.normal(size=200)
    one = MutualInfoBinner().fit(x[:, None], y)
    other = MutualInfoBinner().fit(x[:, None], y * scale)
    np.testing.assert_allclose(other.mutual_info_, one.mutual_info_, rtol=1e-9)
    np.testing.assert_allclose(other.counts_[0][:, 1], one.counts_[0][:, 1] * scale, rtol=1e-6)


def test_next_to_no_range_is_refused():
    with pytest.raises(ValueError, match=r"y varies by .* only.* Multiply it by a constant"):
        MutualInfoBinner().fit(X, (X[:, 0] + 0.5) * 1e-305)


@pytest.mark.parametrize("sign", [-1, 1])
def test_differences_beyond_the_largest_number_are_refused(sign):
    y = np.append(np.linspace(-1, 1, len(X) - 1), sign * 1.1) * 2.0**1022
    table = np.column_stack([X[:, :1], y])
    chunks = [(part[:, :1], part[:, 1]) for part in (table[:50], table[50:])]
    for fit in (
        lambda: MutualInfoBinner().fit(X, y),
        lambda: MutualInfoBinner().partial_fit(X, y),
        lambda: MutualInfoBinner().fit(chunks, None),
    ):
        with pytest.raises(
            ValueError, match=r"y has values of up to 4.94e\+307 .*Divide it by a c"
        ):
            fit()
    # The last that is accepted.
    within = np.clip(y, -(2.0**1022), 2.0**1022)
    np.testing.assert_allclose(
        MutualInfoBinner().fit(X, within).mutual_info_,
        MutualInfoBinner().fit(X, within / 2.0**1022).mutual_info_,
        rtol=1e-9,
    )


def test_largest_numbers():
    largest = np.tile([1.79e308, 1.7e308, -1.7e308, -1.79e308], 10)[:, None]
    y = largest[:, 0] > 0
    for binner in (MutualInfoBinner().fit(largest, y), MutualInfoBinner().partial_fit(largest, y)):
        np.testing.assert_allclose(
            binner.inverse_transform([[0], [1]]), [[-1.745e308], [1.745e308]]
        )


@pytest.mark.parametrize(
    ("estimator", "method"),
    [
        *((MutualInfoBinner(), method) for method in ("fit", "partial_fit", "fit_transform")),
        *((InfoBottleneckSelector(), method) for method in ("fit", "fit_transform")),
    ],
)
def test_a_call_without_y_says_what_it_is(estimator, method):
    name = type(estimator).__name__
    with pytest.raises(
        (TypeError, ValueError), match=rf"{name}.* y.* the classes or numbers that X"
    ):
        getattr(estimator, method)(X)


def test_text_without_samples_is_no_continuous_target():
    with pytest.raises(ValueError, match=r"y of .* must hold numbers, or classes named"):
        finite_numbers(np.empty(0, "S1"), np.empty(0, int), "MutualInfoBinner")
