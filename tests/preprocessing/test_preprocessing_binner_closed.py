"""Intervals that are closed on the right: the bins of training samples stay what they are."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from skinfo import MutualInfoBinner

N = 500


def make_frame():
    rng = np.random.default_rng(2)
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 400, N), "D")
    X = pd.DataFrame(
        {
            "age": rng.integers(18, 80, N),
            "balance": rng.normal(size=N),
            "rounded": rng.normal(size=N).round(1),
            "day": day,
            "is_member": rng.random(N) < 0.4,
            "town": rng.choice(["Ulm", "Aix"], N),
        }
    )
    X.loc[rng.random(N) < 0.1, "rounded"] = np.nan
    logit = (X["age"] - 45) / 9 + X["balance"] + (day > "2020-06-30") + X["is_member"]
    return X, (rng.random(N) < 1 / (1 + np.exp(-logit))).astype(int)


X, Y = make_frame()
TARGETS = {
    "binary": Y,
    "multiclass": np.array(["a", "b", "c"])[Y + (X["age"] > 60)],
    "continuous": X["balance"] + X["age"] * 0.1,
}
left, right = MutualInfoBinner(), MutualInfoBinner(closed="right")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("params", [{}, {"penalty": None, "max_bins": 4}, {"missing": "merge"}])
def test_training_samples_are_where_they_are_with_left(target, params):
    a = clone(left).set_params(**params).fit(X, TARGETS[target])
    b = clone(right).set_params(**params).fit(X, TARGETS[target])
    np.testing.assert_array_equal(a.transform(X), b.transform(X))
    np.testing.assert_array_equal(a.mutual_info_, b.mutual_info_)
    for one, other in zip(a.counts_, b.counts_, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_value_equal_to_a_cut_belongs_to_its_left():
    binner = clone(right).fit(X, Y)
    for j, name in enumerate(X.columns[:2]):
        cuts = binner.bin_edges_[j][1:-1]
        assert len(cuts)
        new = X.iloc[: len(cuts)].assign(**{name: cuts})
        np.testing.assert_array_equal(binner.transform(new)[:, j], np.arange(len(cuts)))
        new = new.assign(**{name: np.nextafter(cuts, np.inf)})
        np.testing.assert_array_equal(binner.transform(new)[:, j], np.arange(len(cuts)) + 1)


def test_bins_read_as_pandas_writes_them():
    age = np.arange(20, 60)
    binner = clone(right).fit(age[:, None], age >= 40)
    assert binner.bin_table(0)["bin"].tolist() == ["[-inf, 39]", "(39, inf]"]
    assert 'WHEN "x0" <= 39 THEN 0' in binner.to_sql()
    # pandas cuts at these edges into the same bins.
    pieces = pd.cut(age, binner.bin_edges_[0], right=True)
    np.testing.assert_array_equal(pieces.codes, binner.transform(age[:, None])[:, 0])
    names = clone(right).set_params(encode="onehot").fit(age[:, None], age >= 40)
    assert names.get_feature_names_out().tolist() == ["x0=up_to_39", "x0=above_39"]


@pytest.mark.parametrize("encode", ["ordinal", "posterior"])
def test_json_chunks_and_lazy_tables(encode):
    binner = clone(right).set_params(encode=encode)
    whole = clone(binner).fit(X, Y)
    data = X.assign(y=Y)
    parts = clone(binner).fit([data[:200], data[200:]], y="y")
    copy = MutualInfoBinner.from_dict(json.loads(json.dumps(whole.to_dict())))
    out = whole.transform(X)
    for each in (parts, copy):
        for a, b in zip(whole.bin_edges_, each.bin_edges_, strict=True):
            np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(each.transform(X), out)
    duckdb = pytest.importorskip("duckdb")
    found = whole.transform(duckdb.from_df(X)).fetchnumpy()
    np.testing.assert_array_equal(np.column_stack(list(found.values())), out)


def test_folds_have_right_closed_intervals_too():
    a, b = (clone(each).set_params(encode="woe") for each in (left, right))
    np.testing.assert_array_equal(a.fit_transform(X, Y), b.fit_transform(X, Y))
    # Between training values both may write something else, at these they do not.
    np.testing.assert_array_equal(a.transform(X), b.transform(X))
    assert b.encoding_table("age")["values"].iloc[0].endswith("]")
    copy = MutualInfoBinner.from_dict(b.to_dict())
    np.testing.assert_array_equal(copy.transform(X), b.transform(X))


@settings(deadline=None, max_examples=50)
@given(
    values=st.lists(
        st.integers(-4, 4).map(float) | st.just(np.inf) | st.just(-np.inf), min_size=8
    ),
    edges=st.lists(st.sampled_from([-np.inf, -2.5, -1.0, 0.0, 1.0, 2.0, np.inf]), unique=True),
)
def test_given_cuts_close_on_the_right(values, edges):
    y = np.arange(len(values)) % 3 > 0
    edges = sorted(edges)
    binner = MutualInfoBinner(
        penalty=None, max_bins=9, closed="right", candidate_edges={0: edges}
    ).fit(np.array(values)[:, None], y)
    cuts = binner.bin_edges_[0][1:-1]
    assert set(cuts) <= set(edges)
    # np.searchsorted with side="left" counts the cuts below a value.
    expected = np.searchsorted(cuts, values, side="left")
    np.testing.assert_array_equal(binner.transform(np.array(values)[:, None])[:, 0], expected)
    counts = np.bincount(expected, minlength=len(cuts) + 1)
    np.testing.assert_array_equal(binner.counts_[0].sum(axis=1), counts)


def test_partial_fit_is_fit_with_its_cuts():
    binner = clone(right).set_params(max_candidates=30)
    parts = clone(binner)
    for start in range(0, N, 125):
        parts.partial_fit(X[start : start + 125], Y[start : start + 125])
    whole = clone(binner).set_params(candidate_edges=parts.candidate_edges_).fit(X, Y)
    for a, b in zip(whole.bin_edges_, parts.bin_edges_, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(whole.counts_, parts.counts_, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="closed was changed to 'left'"):
        parts.set_params(closed="left").partial_fit(X, Y)


def test_both_ends_are_refused():
    with pytest.raises(ValueError, match="'closed' parameter"):
        MutualInfoBinner(closed="both").fit(X, Y)
