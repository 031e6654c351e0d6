"""MutualInfoBinner with other targets than two or three classes, and with monotone rates."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mutual_info_score
from sklearn.tree import DecisionTreeRegressor

from skinfo import MutualInfoBinner


def gaussian_bits(codes, y, weights=None):
    """Return -log2(share of the variance left within codes) / 2."""
    weights = np.ones(len(y)) if weights is None else weights
    whole = np.cov(y, aweights=weights, ddof=0) * weights.sum()
    left = sum(
        np.cov(y[codes == c], aweights=weights[codes == c], ddof=0) * weights[codes == c].sum()
        for c in np.unique(codes)
    )
    return -0.5 * np.log2(left / whole)


def partitions(x, max_bins, least=1.0, weights=None):
    """Yield the codes of every cut of x into at most max_bins intervals of so much weight."""
    weights = np.ones(len(x)) if weights is None else weights
    values = np.unique(x)
    for k in range(min(max_bins, len(values))):
        for cuts in combinations(values[1:], k):
            codes = np.searchsorted(cuts, x, side="right")
            if np.bincount(codes, weights, k + 1).min() >= least:
                yield codes


def rates(codes, y, weights=None):
    weights = np.ones(len(y)) if weights is None else weights
    return np.bincount(codes, weights * y) / np.bincount(codes, weights)


def is_monotone(codes, y, sign, weights=None):
    return bool(np.all(sign * np.diff(rates(codes, y, weights)) >= -1e-12))


@pytest.mark.parametrize("seed", range(8))
def test_continuous_optimum_over_all_partitions(seed, source):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 9, 40), rng.normal(size=40)
    binner = MutualInfoBinner(4, penalty=None).fit(*source(x[:, None], y))
    expected = max(gaussian_bits(codes, y) for codes in partitions(x, 4))
    assert binner.target_type_ == "continuous"
    assert binner.mutual_info_[0] == pytest.approx(expected, abs=1e-12)
    codes = binner.transform(x[:, None])[:, 0]
    assert gaussian_bits(codes, y) == pytest.approx(expected, abs=1e-12)


def test_continuous_at_least_as_good_as_a_tree(rng, source):
    x = rng.normal(size=20_000)
    y = np.sin(3 * x) + rng.normal(size=20_000)
    tree = DecisionTreeRegressor(max_leaf_nodes=8).fit(x[:, None], y)
    binner = MutualInfoBinner(penalty=None).fit(*source(x[:, None], y))
    assert binner.mutual_info_[0] >= gaussian_bits(tree.apply(x[:, None]), y)


@pytest.mark.parametrize("n", [200, 1000])
def test_continuous_noise_gets_one_bin(n, source):
    rng = np.random.default_rng(1)
    binner = MutualInfoBinner().fit(*source(rng.normal(size=(n, 100)), rng.normal(size=n)))
    assert np.count_nonzero(binner.n_bins_ > 1) <= 1


def test_continuous_steps_are_found(rng, source):
    x = rng.random(2000)
    y = np.floor(4 * x) % 2 + 0.3 * rng.normal(size=2000)
    binner = MutualInfoBinner().fit(*source(x[:, None], y))
    np.testing.assert_allclose(binner.bin_edges_[0][1:-1], [0.25, 0.5, 0.75], atol=0.01)


def test_continuous_number_of_bins_by_hand(source):
    # The only cut leaves 1/5 of the variance: the parts have variance 1, their means are 4 apart.
    # It saves n / 2 log2 5 = 46.4 bits of 40 rows.
    y = np.tile([-1.0, 1.0], 20) + np.repeat([0.0, 4.0], 20)
    x = np.repeat([0.0, 1.0], 20)
    two, one = (
        MutualInfoBinner(penalty=bits, target_type="continuous").fit(*source(x[:, None], y))
        for bits in (46, 47)
    )
    assert two.n_bins_[0] == 2
    assert two.mutual_info_[0] == pytest.approx(np.log2(5) / 2)
    assert one.n_bins_[0] == 1


def test_continuous_target_that_bins_know_exactly(source):
    x = np.repeat([0.0, 1.0, 2.0], 10)
    binner = MutualInfoBinner(penalty="bic").fit(*source(x[:, None], x * 1.5))
    assert binner.n_bins_[0] == 3
    # No variance is left: the information ends at 52 bits.
    assert binner.mutual_info_[0] == 52


@given(
    x=arrays(float, 25, elements=st.integers(-4, 4).map(float)),
    y=arrays(float, 25, elements=st.integers(-20, 20).map(lambda v: v / 7)),
    weights=arrays(int, 25, elements=st.integers(0, 3)),
    penalty=st.sampled_from(["modl", "bic", 1.5, None]),
    order=st.permutations(range(25)),
)
@settings(max_examples=60, deadline=None)
def test_continuous_weights_are_repetitions_in_any_order(x, y, weights, penalty, order, source):
    weights[:2], y[:2] = 1, [0.1, 1.3]
    binner = MutualInfoBinner(5, penalty=penalty)
    weighted = binner.fit(*source(x[:, None], y, sample_weight=weights))
    edges, counts = weighted.bin_edges_[0], weighted.counts_[0]
    order = np.array(order)
    rows = np.repeat(order, weights[order])
    repeated = MutualInfoBinner(5, penalty=penalty, target_type="continuous").fit(
        *source(x[rows][:, None], y[rows])
    )
    np.testing.assert_array_equal(edges, repeated.bin_edges_[0])
    np.testing.assert_allclose(counts, repeated.counts_[0], atol=1e-12)


def test_continuous_table_adds_up(rng, source):
    x = rng.normal(size=500)
    x[:50] = np.nan
    y = 1e6 + np.where(np.isnan(x), 3.0, np.nan_to_num(x)) + rng.normal(size=500)
    binner = MutualInfoBinner().fit(*source(x[:, None], y))
    table = binner.bin_table(0)
    assert table["bits"].sum() == pytest.approx(binner.mutual_info_[0], abs=1e-9)
    assert table["bin"].iloc[-1] == "missing"
    assert table["bits"].iloc[-1] == pytest.approx(binner.missing_bits_[0])
    missing = y[:50]
    assert table["mean"].iloc[-1] == pytest.approx(missing.mean())
    assert table["std"].iloc[-1] == pytest.approx(missing.std(), rel=1e-6)
    # Student: mean -+ t(0.975, 49) s / sqrt(50), t = 2.00958.
    reach = 2.0095752 * missing.std(ddof=1) / np.sqrt(50)
    assert table["high"].iloc[-1] == pytest.approx(missing.mean() + reach, abs=1e-6)


def test_levels_are_grouped_by_mean(rng, source):
    levels = rng.integers(0, 6, 200)
    y = np.array([0.0, 3.0, 0.5, 2.5, 1.5, 1.0])[levels] + 0.3 * rng.normal(size=200)
    frame = pd.DataFrame({"level": np.array(list("abcdef"))[levels]})
    binner = MutualInfoBinner(3, penalty=None).fit(*source(frame, y))
    # Every map of six levels to three groups.
    maps = np.array(np.unravel_index(np.arange(3**6), (3,) * 6)).T
    expected = max(gaussian_bits(groups[levels], y) for groups in maps)
    assert binner.mutual_info_[0] == pytest.approx(expected, abs=1e-12)
    assert binner.groups_[0][0][0] == "a"


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (np.arange(40) % 2, "binary"),
        (np.arange(40) % 2 == 0, "binary"),
        (np.arange(40) % 2 + 1.0, "binary"),
        (np.arange(40) % 32, "multiclass"),
        (np.array(["a", "b", "c", "d"] * 10), "multiclass"),
        (np.arange(40) / 3, "continuous"),
    ],
)
def test_type_of_the_target(y, expected, source):
    binner = MutualInfoBinner().fit(*source(np.arange(40.0)[:, None], y))
    assert binner.target_type_ == expected
    assert (binner.classes_ is None) == (expected == "continuous")


def test_many_whole_numbers_are_not_silently_classes(source):
    X, y = np.arange(80.0)[:, None], np.arange(80) % 40
    with pytest.warns(UserWarning, match="32 different integers.*target_type='continuous'"):
        assert MutualInfoBinner().fit(*source(X, y)).target_type_ == "continuous"
    forced = MutualInfoBinner(target_type="multiclass").fit(*source(X, y))
    assert len(forced.classes_) == 40
    assert MutualInfoBinner(target_type="continuous").fit(*source(X, y)).classes_ is None


def test_two_classes_as_numbers_tell_the_same_cuts(rng, source):
    # Of two classes squared error and Gini are the same, and here there is one best cut.
    x = rng.normal(size=300)
    y = (x > 0.2).astype(int)
    classes = MutualInfoBinner(2, penalty=None).fit(*source(x[:, None], y))
    numbers = MutualInfoBinner(2, penalty=None, target_type="continuous").fit(
        *source(x[:, None], y)
    )
    np.testing.assert_array_equal(classes.bin_edges_[0], numbers.bin_edges_[0])


@pytest.mark.parametrize("sign", [1, -1, "auto"])
@pytest.mark.parametrize("continuous", [False, True])
@pytest.mark.parametrize("least", [1, 6])
@pytest.mark.parametrize("seed", range(4))
def test_monotone_optimum_over_all_partitions(seed, least, continuous, sign, source):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 9, 50)
    y = rng.normal(size=50) + 0.2 * x
    y = y if continuous else (y > 0.8).astype(int)
    signs = (1, -1) if sign == "auto" else (sign,)
    bits = gaussian_bits if continuous else lambda c, y: mutual_info_score(c, y) / np.log(2)
    expected = max(
        bits(codes, y)
        for codes in partitions(x, 4, least)
        if any(is_monotone(codes, y, s) for s in signs)
    )
    binner = MutualInfoBinner(
        4, penalty=None, monotonic_cst=sign if sign == "auto" else [sign], min_samples_bin=least
    ).fit(*source(x[:, None], y))
    assert binner.mutual_info_[0] == pytest.approx(expected, abs=1e-12)
    assert binner.monotonic_cst_[0] in signs
    assert is_monotone(binner.transform(x[:, None])[:, 0], y, binner.monotonic_cst_[0])


@pytest.mark.parametrize("seed", range(4))
def test_monotone_optimum_of_weighted_rows(seed, source):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 8, 40), rng.integers(0, 2, 40)
    weights = rng.integers(1, 4, 40).astype(float)

    def weighted_bits(codes):
        table = np.zeros((codes.max() + 1, 2))
        np.add.at(table, (codes, y), weights)
        return mutual_info_score(None, None, contingency=table) / np.log(2)

    expected = max(
        weighted_bits(codes)
        for codes in partitions(x, 4, weights=weights)
        if is_monotone(codes, y, 1, weights)
    )
    binner = MutualInfoBinner(4, penalty=None, monotonic_cst=[1])
    binner.fit(*source(x[:, None], y, sample_weight=weights))
    assert binner.mutual_info_[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("penalty", [None, "bic", "modl"])
def test_monotone_on_more_values_than_candidates(rng, penalty, source):
    x = rng.normal(size=5000)
    y = (rng.random(5000) < 1 / (1 + np.exp(-2 * x))).astype(int)
    free = MutualInfoBinner(penalty=penalty, max_candidates=64).fit(*source(x[:, None], y))
    rising = MutualInfoBinner(penalty=penalty, max_candidates=64, monotonic_cst=[1]).fit(
        *source(x[:, None], y)
    )
    assert np.all(np.diff(rising.bin_table(0)["rate[1]"]) >= 0)
    assert rising.mutual_info_[0] >= 0.97 * free.mutual_info_[0]
    falling = MutualInfoBinner(penalty=penalty, max_candidates=64, monotonic_cst=[-1]).fit(
        *source(x[:, None], y)
    )
    # A steeply rising rate has no falling partition but the whole.
    assert falling.n_bins_[0] == 1


def test_monotone_columns_by_name_and_mixed_with_levels(rng, source):
    frame = pd.DataFrame(
        {
            "up": np.arange(300.0),
            "wave": rng.random(300),
            "colour": np.array(["red", "blue"])[rng.integers(0, 2, 300)],
        }
    )
    y = (frame["up"] + 60 * rng.normal(size=300) > 150).astype(int)
    named = MutualInfoBinner(monotonic_cst={"up": 1, "wave": "auto"}, penalty=None).fit(
        *source(frame, y)
    )
    assert named.monotonic_cst_[0] == 1
    assert named.monotonic_cst_[1] in (1, -1)
    assert named.monotonic_cst_[2] == 0
    one_for_all, listed = (
        MutualInfoBinner(monotonic_cst=sign, penalty=None).fit(*source(frame, y))
        for sign in (-1, {"up": -1, "wave": -1})
    )
    assert one_for_all.monotonic_cst_.tolist() == listed.monotonic_cst_.tolist() == [-1, -1, 0]
    np.testing.assert_array_equal(one_for_all.transform(frame), listed.transform(frame))
    everywhere = MutualInfoBinner(monotonic_cst="auto", penalty=None).fit(*source(frame, y))
    assert everywhere.monotonic_cst_.tolist()[::2] == [1, 0]


X_OK, Y_OK = np.arange(20.0).reshape(10, 2), np.arange(10) % 2


@pytest.mark.parametrize(
    ("params", "y", "message"),
    [
        ({"monotonic_cst": [1, 0]}, np.arange(10) % 3, "monotonic_cst=.* y has 3 classes"),
        (
            {"monotonic_cst": [1]},
            Y_OK,
            r"monotonic_cst must have one entry a feature, got 1 for 2",
        ),
        (
            {"monotonic_cst": "rising"},
            Y_OK,
            "monotonic_cst must be 1 or 'ascending', .*'rising'",
        ),
        ({"monotonic_cst": 2}, Y_OK, "monotonic_cst must be 1 or .*, got 2"),
        ({"monotonic_cst": [[1], 0]}, Y_OK, r"monotonic_cst of x0 must be 1 or .*, got \[1\]"),
        ({"monotonic_cst": [1, 2]}, Y_OK, "monotonic_cst of x1 must be 1 or .*, got 2"),
        ({"monotonic_cst": {"age": 1}}, Y_OK, "monotonic_cst: no column named 'age'"),
        ({"monotonic_cst": [1, 0], "penalty": "mdlp"}, Y_OK, "penalty='mdlp' splits greedily"),
        (
            {"monotonic_cst": [1, 0], "categorical_features": [0]},
            Y_OK,
            "monotonic_cst of x0 is 1, and a categorical column has no order",
        ),
        ({"target_type": "binary"}, np.arange(10) % 3, "target_type='binary' needs two classes"),
        ({"target_type": "continuous"}, np.array(["a", "b"] * 5), "must hold numbers"),
        ({"target_type": "continuous"}, np.ones(10), "needs y to vary, got one value"),
        ({}, np.array([0.5, np.inf] * 5), "Input y contains infinity: .* row 1"),
        ({"encode": "woe"}, np.linspace(0, 1, 10), "encode='woe' .* y is continuous"),
        ({"candidate_edges": [[1, 2]]}, Y_OK, "candidate_edges must have one entry a feature"),
        ({"candidate_edges": [[2, 1], None]}, Y_OK, "candidate_edges of x0 must be increasing"),
    ],
)
def test_contradictions_say_what_is_wrong(params, y, message):
    with pytest.raises(ValueError, match=message):
        MutualInfoBinner(**params).fit(X_OK, y)


def test_bins_of_a_partition_are_runs():
    # What `partitions` yields is what it says: runs of sorted values.
    for codes in partitions(np.array([3.0, 1.0, 2.0]), 2):
        assert all(b >= a for a, b in pairwise(codes[np.array([1, 2, 0])]))
