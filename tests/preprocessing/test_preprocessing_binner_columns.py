"""MutualInfoBinner on columns of every kind, and what it shows of them."""

import json
import pickle
import sqlite3
from contextlib import closing
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from optional import duckdb
from optional import polars as pl
from sklearn.datasets import load_iris, load_wine

from skinfo import MutualInfoBinner


def test_sparse_is_read_as_its_dense_self(rng):
    X = rng.poisson(0.5, (300, 6)).astype(float)
    y = (X[:, 0] + X[:, 3] > 1).astype(int)
    dense = MutualInfoBinner().fit(X, y)
    for container in (sp.csr_array, sp.csc_matrix, sp.coo_array):
        binner = MutualInfoBinner().fit(container(X), y)
        np.testing.assert_array_equal(binner.mutual_info_, dense.mutual_info_)
        np.testing.assert_array_equal(binner.transform(container(X)), dense.transform(X))


def test_dates_are_cut_and_named_as_dates(source):
    days = pd.date_range("2020-01-01", periods=200, freq="D")
    y = (days >= "2020-03-01").astype(int)
    for frame in (
        pd.DataFrame({"day": days}),
        pl.DataFrame({"day": days.to_numpy()}),
        pd.DataFrame({"day": days.date}),
    ):
        binner = MutualInfoBinner().fit(*source(frame, y))
        assert binner.bin_table("day")["bin"].tolist() == [
            "[-inf, 2020-03-01)",
            "[2020-03-01, inf]",
        ]
        assert binner.transform(frame)[:, 0].tolist() == y.tolist()
    typical = binner.inverse_transform([[0], [1]])[:, 0]
    assert typical[0] == pd.Timestamp("2020-01-30 12:00")


def test_integers_booleans_and_durations_are_named_as_such(rng, source):
    frame = pd.DataFrame(
        {
            "age": np.repeat([33, 34], 50),
            "flag": np.repeat([False, True], 50),
            "wait": pd.to_timedelta(np.repeat([1, 30], 50), unit="h"),
        }
    )
    binner = MutualInfoBinner().fit(*source(frame, np.repeat([0, 1], 50)))
    assert binner.bin_table("age")["bin"].tolist() == ["[-inf, 34)", "[34, inf]"]
    assert binner.bin_table("flag")["bin"].tolist() == ["False", "True"]
    assert binner.bin_table("wait")["bin"].iloc[0].startswith("[-inf, 0 days")
    back = binner.inverse_transform(binner.transform(frame))
    assert back[0].tolist() == [33.0, False, pd.Timedelta("1h")]


def test_typical_values(source):
    x = np.array([1.0, 2.0, 3.0, 10.0, 20.0, np.nan] * 10)
    y = np.array([0, 0, 0, 1, 1, 0] * 10)
    binner = MutualInfoBinner().fit(*source(x[:, None], y))
    typical = binner.inverse_transform([[0], [1], [2]])
    np.testing.assert_array_equal(typical[:, 0], [2.0, 15.0, np.nan])
    frame = pd.DataFrame({"x": x, "c": ["u", "u", "v", "w", "w", None] * 10})
    onehot = MutualInfoBinner(encode="onehot").fit(*source(frame, y))
    back = onehot.inverse_transform(onehot.transform(frame))
    assert back[0].tolist() == [2.0, "u"]
    assert back[5, 1] is None
    # What is typical of a bin is in it.
    ordinal = MutualInfoBinner().fit(*source(frame, y))
    codes = ordinal.transform(frame)
    again = pd.DataFrame(ordinal.inverse_transform(codes), columns=["x", "c"])
    again["x"] = again["x"].astype(float)
    np.testing.assert_array_equal(ordinal.transform(again), codes)


@pytest.mark.parametrize(
    ("encode", "codes", "message"),
    [
        ("ordinal", [[7]], "X must hold bin numbers, got 7 in column 0, .* bins 0 to 1"),
        ("ordinal", [[0, 1]], r"X must have shape .n_samples, 1., got .1, 2."),
    ],
)
def test_what_cannot_be_inverted(encode, codes, message):
    x, y = np.repeat([0.0, 1.0], 20), np.repeat([0, 1], 20)
    binner = MutualInfoBinner(encode=encode).fit(x[:, None], y)
    with pytest.raises(ValueError, match=message):
        binner.inverse_transform(codes)


@pytest.mark.parametrize("encode", ["woe", "posterior"])
def test_no_inverse_where_bins_are_not_kept(encode):
    binner = MutualInfoBinner(encode=encode)
    assert not hasattr(binner, "inverse_transform")
    with pytest.raises(AttributeError, match="has no attribute 'inverse_transform'") as refused:
        binner.inverse_transform([[0.0]])
    assert "encode='ordinal' or 'onehot'" in str(refused.value.__cause__)
    assert hasattr(MutualInfoBinner(encode="onehot"), "inverse_transform")


def test_missing_values_join_the_closest_bin(rng, source):
    x = np.repeat([0.0, 1.0, 2.0], 100)
    y = np.repeat([0, 1, 0], 100)
    x[:20] = np.nan  # all of class 0: as in the first and the last bin
    x[200:240] = np.nan
    own = MutualInfoBinner().fit(*source(x[:, None], y))
    merged = MutualInfoBinner(missing="merge").fit(*source(x[:, None], y))
    assert merged.n_bins_[0] == own.n_bins_[0] - 1
    assert merged.bin_table(0)["bin"].iloc[0] == "[-inf, 0.5) or missing"
    assert merged.transform([[np.nan]])[0, 0] == 0
    # Bins of one class lose nothing by it.
    assert merged.mutual_info_[0] == pytest.approx(own.mutual_info_[0])
    # 60 of 300 rows, all of class 0, which 2/3 of all are: 0.2 log2(3/2).
    assert merged.missing_bits_[0] == pytest.approx(0.2 * np.log2(1.5))
    assert own.missing_bits_[0] == pytest.approx(0.2 * np.log2(1.5))
    assert own.bin_table(0)["bits"].iloc[-1] == pytest.approx(own.missing_bits_[0])


def test_missing_levels_join_the_closest_group(source):
    frame = pd.DataFrame({"c": ["a", "b", None, "b"] * 25})
    binner = MutualInfoBinner(missing="merge").fit(*source(frame, [0, 1, 1, 1] * 25))
    assert binner.bin_table("c")["bin"].tolist() == ["{a}", "{b} or missing"]
    assert binner.transform(frame)[:4, 0].tolist() == [0, 1, 1, 1]


def test_all_missing_and_merged(source):
    binner = MutualInfoBinner(missing="merge").fit(
        *source(np.full((20, 1), np.nan), np.arange(20) % 2)
    )
    assert binner.mutual_info_[0] == 0
    assert binner.transform([[np.nan], [1.0]]).shape == (2, 1)


def test_a_million_distinct_strings():
    n = 1_000_000
    frame = pl.DataFrame({"id": pl.Series(np.arange(n)).cast(pl.String)})
    binner = MutualInfoBinner().fit(frame, np.arange(n) % 2)
    # To say which levels are together would take more bits than they save.
    assert binner.n_bins_[0] == 1
    assert binner.transform(frame[:5])[:, 0].tolist() == [0] * 5
    assert len(binner.bin_table("id")["bin"].iloc[0]) < 100


def levels_of_three_kinds(rng, n_levels, rows_each, rates):
    """Return a frame of levels, the kind of each level and of each row, and y drawn by kind."""
    kind = rng.integers(0, 3, n_levels)
    level = rng.permutation(np.repeat(np.arange(n_levels), rows_each))
    y = (rng.random(len(level))[:, None] > np.cumsum(rates, axis=1)[kind[level]]).sum(axis=1)
    return pd.DataFrame({"c": [f"level {i}" for i in level]}), kind, kind[level], y


@pytest.mark.parametrize(
    ("rates", "n_levels"),
    [
        ([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]], 3000),
        ([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]], 3000),
    ],
)
def test_thousands_of_thin_levels_are_grouped_by_kind(rng, rates, n_levels, source):
    frame, _, kind, y = levels_of_three_kinds(rng, n_levels, 20, rates)
    binner = MutualInfoBinner().fit(*source(frame, y))
    assert binner.n_bins_[0] == 3
    # 20 rows of rates .1 and .5, or .5 and .9, are told apart in about 98 of 100 levels.
    told = binner.transform(frame)[:, 0]
    agree = max(np.mean(np.array(order)[told] == kind) for order in permutations(range(3)))
    assert agree > 0.95
    true = (
        MutualInfoBinner(categorical_features=[0]).fit(*source(kind[:, None], y)).mutual_info_[0]
    )
    assert binner.mutual_info_[0] == pytest.approx(true, rel=0.03)


@pytest.mark.parametrize("n_classes", [2, 3, None])
@pytest.mark.parametrize("rows_each", [2, 10])
def test_thousands_of_levels_of_noise_have_one_bin(rng, n_classes, rows_each, source):
    frame, *_ = levels_of_three_kinds(rng, 1500, rows_each, np.full((3, 2), 0.5))
    for _ in range(3):
        noise = rng.normal(size=len(frame))
        y = noise if n_classes is None else rng.integers(0, n_classes, len(frame))
        assert MutualInfoBinner().fit(*source(frame, y)).n_bins_[0] == 1


def test_cells_of_many_levels_do_not_depend_on_rows_or_names(rng, source):
    frame, _, _, y = levels_of_three_kinds(rng, 800, 5, [[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])
    binner = MutualInfoBinner(penalty=None).fit(*source(frame, y))
    order = rng.permutation(len(y))
    again = MutualInfoBinner(penalty=None).fit(*source(frame.iloc[order], y[order]))
    np.testing.assert_array_equal(again.transform(frame), binner.transform(frame))
    # Weights are repetitions, and names only names.
    counted = frame.assign(y=y).value_counts().reset_index()
    renamed = pd.DataFrame({"c": [level[::-1] for level in counted["c"]]})
    weighted = MutualInfoBinner(penalty=None).fit(
        *source(renamed, counted["y"], sample_weight=counted["count"])
    )
    np.testing.assert_array_equal(weighted.transform(renamed), binner.transform(counted[["c"]]))


def test_numbers_where_fit_saw_text_and_text_where_it_saw_numbers():
    text, numbers = pd.DataFrame({"c": ["1", "2"] * 20}), pd.DataFrame({"c": [1, 2] * 20})
    binner = MutualInfoBinner(categorical_features=[0]).fit(text, [0, 1] * 20)
    with pytest.raises(
        ValueError, match=r"c held levels such as '1' of type str .* 1 of type int"
    ):
        binner.transform(numbers)
    binner.fit(numbers, [0, 1] * 20)
    with pytest.raises(
        ValueError, match=r"c held levels such as 1 of type int .* '1' of type str"
    ):
        binner.transform(text)


def test_feature_names_that_differ():
    binner = MutualInfoBinner().fit(pd.DataFrame({"a": [1.0, 2.0] * 9}), [0, 1] * 9)
    with pytest.raises(ValueError, match=r"feature names should match[\s\S]*unseen at fit time"):
        binner.transform(pd.DataFrame({"b": [1.0]}))


def test_a_class_without_weight_is_no_class(source):
    y, weights = np.arange(30) % 3, np.ones(30)
    weights[y == 2] = 0
    binner = MutualInfoBinner().fit(*source(np.arange(30.0)[:, None], y, sample_weight=weights))
    assert binner.classes_.tolist() == [0, 1]
    assert binner.target_type_ == "binary"


def test_html_shows_bits():
    data = load_wine(as_frame=True)
    binner = MutualInfoBinner()
    assert "Bits about y" not in binner._repr_html_()
    html = binner.fit(data.data.rename(columns={"ash": "<ash>"}), data.target)._repr_html_()
    assert "Bits about y" in html
    assert "&lt;ash&gt;" in html
    # The most telling feature comes first.
    best = data.data.columns[np.argmax(binner.mutual_info_)]
    others = [c for c in data.data.columns if c not in (best, "ash")]
    table = html[html.index("Bits about y") :]
    assert table.index(f">{best}<") < min(table.index(f">{name}<") for name in others)


NASTY = ["it's", 'a "b"', "new\nline", "\U0001f600", "back\\slash", "", "NULL", None, " x", "x "]


def nasty_frame(rng, n=400):
    return pd.DataFrame(
        {
            "x": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n).round(2)),
            'odd "name"': rng.integers(0, 50, n),
            "level": rng.choice(np.array(NASTY, dtype=object), n),
            "flag": rng.random(n) < 0.5,
        }
    )


def nasty_target(frame, rng, kind):
    z = frame["x"].fillna(2) + frame['odd "name"'] / 20 + (frame["level"] == "it's")
    z = z + rng.normal(size=len(frame))
    return {"binary": (z > 1.5).astype(int), "multiclass": np.digitize(z, [1, 2])}.get(kind, z)


@pytest.mark.parametrize("encode", ["ordinal", "onehot-dense", "woe", "posterior"])
@pytest.mark.parametrize("missing", ["separate", "merge"])
@pytest.mark.parametrize("kind", ["binary", "multiclass"])
@pytest.mark.parametrize("database", ["sqlite", "duckdb"])
def test_sql_says_what_transform_says(rng, database, kind, missing, encode):
    frame = nasty_frame(rng)
    y = nasty_target(frame, rng, kind)
    binner = MutualInfoBinner(encode=encode, missing=missing, penalty=None).fit(frame, y)
    # Rows that fit did not see: on the cuts, out of range, an unseen level.
    new = nasty_frame(rng)
    for j, name in enumerate(["x", 'odd "name"']):
        cuts = binner.bin_edges_[j][1:-1]
        new.loc[: len(cuts) - 1, name] = cuts.astype(new[name].dtype)
    new.loc[20:25, "level"] = "never seen"
    new.loc[30, "x"] = 1e300
    query = f"SELECT {binner.to_sql(dialect=database)} FROM t"
    if database == "sqlite":
        with closing(sqlite3.connect(":memory:")) as connection:
            new.to_sql("t", connection, index=False)
            rows = connection.execute(query).fetchall()
    else:
        with duckdb.connect() as connection:
            connection.register("t", new)
            rows = connection.execute(query).fetchall()
    np.testing.assert_array_equal(np.array(rows, dtype=float), binner.transform(new))


def test_sql_of_one_column_names_its_output(source):
    data = load_iris(as_frame=True)
    binner = MutualInfoBinner(encode="posterior").fit(*source(data.data, data.target))
    sql = binner.to_sql("petal width (cm)")
    assert sql.count("CASE") == 3
    assert 'AS "petal width (cm)_2"' in sql


@pytest.mark.parametrize("encode", ["ordinal", "onehot", "woe", "posterior"])
@pytest.mark.parametrize("kind", ["binary", "multiclass", "continuous"])
def test_reloaded_from_json(rng, kind, encode, source):
    frame = nasty_frame(rng)
    y = nasty_target(frame, rng, kind)
    if (encode, kind) == ("woe", "continuous"):
        encode = "ordinal"
    binner = MutualInfoBinner(encode=encode, penalty="bic", monotonic_cst=None).fit(
        *source(frame, y)
    )
    text = json.dumps(binner.to_dict(), allow_nan=False)
    again = MutualInfoBinner.from_dict(json.loads(text))
    for copy in (lambda b: b, lambda b: pickle.loads(pickle.dumps(b))):
        a, b = copy(binner).transform(frame), copy(again).transform(frame)
        np.testing.assert_array_equal(*(m.toarray() if sp.issparse(m) else m for m in (a, b)))
    pd.testing.assert_frame_equal(again.bin_table("level"), binner.bin_table("level"))
    np.testing.assert_array_equal(again.mutual_info_, binner.mutual_info_)
    assert again.get_params()["penalty"] == "bic"
    assert list(again.get_feature_names_out()) == list(binner.get_feature_names_out())
    assert again.to_dict() == binner.to_dict()


@given(
    values=st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=6, max_size=30),
    penalty=st.sampled_from(["modl", "bic", None]),
)
@settings(max_examples=40, deadline=None)
def test_any_column_survives_json(values, penalty, source):
    x = np.array(values)[:, None]
    binner = MutualInfoBinner(penalty=penalty).fit(*source(x, np.arange(len(x)) % 2))
    again = MutualInfoBinner.from_dict(json.loads(json.dumps(binner.to_dict(), allow_nan=False)))
    np.testing.assert_array_equal(again.transform(x), binner.transform(x))
    np.testing.assert_array_equal(again.bin_edges_[0], binner.bin_edges_[0])


def test_parameters_that_json_cannot_hold_are_left_at_their_defaults(source):
    x, y = np.arange(40.0)[:, None], np.arange(40) % 2
    binner = MutualInfoBinner(dtype=np.float32, random_state=np.random.RandomState(0)).fit(
        *source(x, y)
    )
    again = MutualInfoBinner.from_dict(binner.to_dict())
    assert again.random_state is None
    assert again.transform(x).dtype == np.float32


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"format": "other"},
            "state must be what MutualInfoBinner.to_dict returns, .* got 'other'",
        ),
        (
            {"version": 99},
            r"state has version 99, written by skinfo '0\.1\.0', .* reads version 1",
        ),
        ({"columns": None}, r"state lacks \['columns'\]"),
    ],
)
def test_states_that_are_none(change, message):
    state = MutualInfoBinner().fit(np.arange(20.0)[:, None], np.arange(20) % 2).to_dict()
    state |= change
    if state["columns"] is None:
        del state["columns"]
    with pytest.raises(ValueError, match=message):
        MutualInfoBinner.from_dict(state)
