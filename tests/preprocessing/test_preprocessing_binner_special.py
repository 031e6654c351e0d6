"""Bins of special values: in every output of the binner, in memory and in chunks."""

import itertools
import json
import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.metrics import population_stability

N = 800
CODES = {
    "balance": {"no account": -999, "refused": [9998, 9999]},
    "town": ["n/a"],
    "day": ["1900-01-01"],
}
CLEAN = np.random.default_rng(5).normal(size=N).round(3)


def make_frame():
    """Return columns of every kind with codes and missing values, without those, and y."""
    rng = np.random.default_rng(6)
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, N), "D")
    X = pd.DataFrame(
        {
            "balance": CLEAN,
            "town": rng.choice(["Ulm", "Aix", "Bonn"], N),
            "day": day,
            "count": rng.integers(0, 50, N),
        }
    )
    code = rng.choice(["none", "a", "b", "c", "missing"], N, p=[0.6, 0.1, 0.1, 0.1, 0.1])
    plain = X.copy()
    for place, value in {"a": -999, "b": 9998, "c": 9999, "missing": np.nan}.items():
        X.loc[code == place, "balance"] = value
    X.loc[code == "a", "town"] = "n/a"
    X.loc[code == "missing", "town"] = None
    X.loc[code == "c", "day"] = pd.Timestamp("1900-01-01")
    rate = np.select([code == "a", code == "missing"], [0.9, 0.1], 1 / (1 + np.exp(-2 * CLEAN)))
    return X, plain, code, (rng.random(N) < rate).astype(int)


X, PLAIN, CODE, Y = make_frame()
TARGETS = {
    "binary": Y,
    "multiclass": np.array(["x", "y", "z"])[Y + (CLEAN > 1)],
    "continuous": Y + CLEAN * 0.37,
}


def same_bins(a, b):
    for one, other in zip(a._columns, b._columns, strict=True):
        np.testing.assert_array_equal(one.stats, other.stats)
        np.testing.assert_array_equal(one.missing_stats, other.missing_stats)
        assert one.bins.labels() == other.bins.labels()
        assert one.bins.special == other.bins.special
        if not one.bins.is_categorical:
            np.testing.assert_array_equal(one.bins.centres, other.bins.centres)
            np.testing.assert_array_equal(one.bins.cuts, other.bins.cuts)


def test_each_group_is_a_bin():
    binner = MutualInfoBinner(special_values=CODES).fit(X, Y)
    table = binner.bin_table("balance", totals=True).set_index("bin")
    assert table.index[-4:].tolist() == ["no account", "refused", "missing", "total"]
    for label, codes in {"no account": "a", "refused": ["b", "c"], "missing": ["missing"]}.items():
        is_it = np.isin(CODE, codes)
        assert table.loc[label, "count"] == is_it.sum()
        assert table.loc[label, "events"] == Y[is_it].sum()
    bits = table["bits"]
    assert binner.special_bits_[0] == pytest.approx(bits["no account"] + bits["refused"])
    assert binner.missing_bits_[0] == pytest.approx(bits["missing"])
    assert bits.iloc[:-1].sum() == pytest.approx(binner.mutual_info_[0])
    assert binner.special_bits_[3] == 0
    assert binner.bin_table("town")["bin"].tolist()[-2:] == ["special: n/a", "missing"]
    assert binner.bin_table("day")["bin"].tolist()[-1] == "special: 1900-01-01"
    assert binner.n_bins_[0] == len(table) - 1


@pytest.mark.parametrize("target", TARGETS)
def test_other_values_have_the_bins_that_they_have_where_codes_are_missing(target):
    # The search sees neither, so that it is the same.
    y = TARGETS[target]
    blank = X.assign(
        balance=X["balance"].where(CODE == "none"),
        town=X["town"].mask(CODE == "a"),
        day=X["day"].mask(CODE == "c"),
    )
    special = MutualInfoBinner(special_values=CODES).fit(X, y)
    missing = MutualInfoBinner().fit(blank, y)
    for a, b in zip(special.bin_edges_, missing.bin_edges_, strict=True):
        np.testing.assert_array_equal(a, b)
    assert special.groups_[1] == missing.groups_[1]
    for j, n_intervals in enumerate(
        [len(e) - 1 if e is not None else None for e in special.bin_edges_]
    ):
        n_others = len(special.groups_[1]) if n_intervals is None else n_intervals
        np.testing.assert_array_equal(special.counts_[j][:n_others], missing.counts_[j][:n_others])
    both = special.counts_[0][-3:], missing.counts_[0][-1]
    if target != "continuous":
        np.testing.assert_array_equal(both[0].sum(axis=0), both[1])


def test_codes_of_one_column_do_not_matter_to_others():
    # The contract: replacing special values in one column leaves the cuts of others as they are.
    a = MutualInfoBinner(special_values={"balance": [-999, 9998, 9999]}).fit(X, Y)
    b = MutualInfoBinner().fit(X.assign(balance=X["balance"].where(CODE == "none")), Y)
    for j in range(1, 4):
        np.testing.assert_array_equal(a.counts_[j], b.counts_[j])
    np.testing.assert_array_equal(a.bin_edges_[0], b.bin_edges_[0])


VARIANTS = {
    "auto": {},
    "rising": {"penalty": None, "max_bins": 5, "monotonic_cst": {"balance": 1}},
    "given": {"candidate_edges": {"balance": [-1, 0, 1.5]}, "closed": "right", "missing": "merge"},
    "mdlp": {"penalty": "mdlp", "min_samples_bin": 0.1},
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_rows_and_chunks_in_any_order(target, variant):
    y = TARGETS[target]
    if variant == "rising" and target == "multiclass":
        y = y == "x"
    binner = MutualInfoBinner(special_values=CODES, **VARIANTS[variant])
    whole = clone(binner).fit(X, y)
    order = np.random.default_rng(0).permutation(N)
    same_bins(whole, clone(binner).fit(X.iloc[order], y[order]))
    same_bins(whole, clone(binner).fit(X, y, sample_weight=np.ones(N)))
    data = X.assign(y=y)
    parts = [data.iloc[order[i : i + 170]] for i in range(0, N, 170)]
    same_bins(whole, clone(binner).fit(parts, y="y"))


def test_partial_fit():
    binner = MutualInfoBinner(special_values=CODES, max_candidates=40)
    parts = clone(binner)
    for start in range(0, N, 200):
        rows = slice(start, start + 200)
        parts.partial_fit(X.iloc[rows], Y[rows])
    edges = parts.candidate_edges_
    assert np.abs(edges[0]).max() < 10
    same_bins(parts, clone(binner).set_params(candidate_edges=edges).fit(X, Y))
    parts.set_params(special_values=[-999])
    with pytest.raises(ValueError, match="special_values was changed"):
        parts.partial_fit(X, Y)


special_columns = st.lists(
    st.sampled_from([-999.0, 9999.0, -0.0, 0.0, np.inf, -np.inf, np.nan, 1.0, 1.5, 2.0, 3.0]),
    min_size=12,
    max_size=60,
)


@settings(deadline=None, max_examples=60)
@given(values=special_columns, cuts=st.lists(st.integers(1, 11), max_size=3), data=st.data())
def test_chunks_are_as_memory(values, cuts, data):
    n = len(values)
    y = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    y[:2] = [False, True]
    frame = pd.DataFrame({"x": values, "y": y})
    binner = MutualInfoBinner(
        penalty=None,
        special_values=[-999, [0, np.inf], 3],
        closed=data.draw(st.sampled_from(["left", "right"])),
    )
    whole = clone(binner).fit(frame[["x"]], y)
    ends = np.array([0, *sorted(set(cuts)), n])
    parts = [frame.iloc[a:b] for a, b in itertools.pairwise(ends)]
    same_bins(whole, clone(binner).fit(parts, y="y"))
    codes = whole.transform(frame[["x"]])[:, 0]
    counts = np.bincount(codes, minlength=whole.n_bins_[0])
    np.testing.assert_array_equal(counts, whole.counts_[0].sum(axis=1))


def test_many_values_in_chunks():
    # More than 32,768 distinct values: a sample of them, which must not hold a code.
    rng = np.random.default_rng(1)
    x = rng.normal(size=40_000)
    y = rng.random(40_000) < 1 / (1 + np.exp(-x))
    x[rng.random(40_000) < 0.1] = -999
    frame = pd.DataFrame({"x": x, "y": y})
    binner = MutualInfoBinner(special_values=[-999])
    whole = clone(binner).fit(frame[["x"]], y)
    same_bins(whole, clone(binner).fit([frame[:15_000], frame[15_000:]], y="y"))
    assert whole.bin_table(0)["bin"].iloc[-1] == "special: -999"


def test_special_bins_are_not_in_the_monotone_order():
    binner = MutualInfoBinner(special_values=CODES, monotonic_cst={"balance": 1}).fit(X, Y)
    counts = binner.counts_[0]
    rates = counts[:, 1] / counts.sum(axis=1)
    n_intervals = len(binner.bin_edges_[0]) - 1
    assert np.all(np.diff(rates[:n_intervals]) >= 0)
    # -999 would be the lowest number, and has the highest rate.
    assert rates[n_intervals] > 0.8


def test_against_optbinning():
    """The counts of bins and codes are those of optbinning for the same cuts."""
    optbinning = pytest.importorskip("optbinning")
    cuts = [-0.5, 0.1, 0.6]
    theirs = optbinning.OptimalBinning(
        special_codes={"no account": -999, "refused": [9998, 9999]},
        user_splits=cuts,
        user_splits_fixed=[True] * 3,
    ).fit(X["balance"].to_numpy(), Y)
    expected = theirs.binning_table.build(add_totals=False)
    ours = MutualInfoBinner(
        special_values={"balance": CODES["balance"]},
        candidate_edges={"balance": cuts},
        penalty=None,
    ).fit(X[["balance"]], Y)
    table = ours.bin_table("balance")
    assert table["bin"].tolist()[4:] == ["no account", "refused", "missing"]
    np.testing.assert_array_equal(table["count"], expected["Count"].to_numpy(dtype=float))
    np.testing.assert_array_equal(table["events"], expected["Event"].to_numpy(dtype=float))


@pytest.mark.parametrize("encode", ["ordinal", "onehot", "woe", "posterior"])
@pytest.mark.parametrize("target", TARGETS)
def test_every_output(encode, target):
    if (encode, target) == ("woe", "continuous"):
        pytest.skip("a continuous y has no weights of evidence")
    y = TARGETS[target]
    binner = MutualInfoBinner(special_values=CODES, encode=encode)
    binner.fit_transform(X, y)
    out = binner.transform(X)
    dense = out.toarray() if sp.issparse(out) else out
    state = json.loads(json.dumps(binner.to_dict()))
    for copy in (pickle.loads(pickle.dumps(binner)), MutualInfoBinner.from_dict(state)):
        again = copy.transform(X)
        np.testing.assert_array_equal(again.toarray() if sp.issparse(again) else again, dense)
        np.testing.assert_array_equal(copy.special_bits_, binner.special_bits_)
    # One value for each group, whatever else is in the column.
    for code in (["a"], ["b", "c"]):
        rows = dense[np.isin(CODE, code)]
        n_of_balance = binner.n_bins_[0] if encode == "onehot" else 1
        assert len(np.unique(rows[:, :n_of_balance], axis=0)) == 1


def test_names_and_values_of_bins():
    binner = MutualInfoBinner(special_values=[-999, (9998, 9999), "n/a"], encode="onehot").fit(
        X, Y
    )
    names = binner.get_feature_names_out().tolist()
    for name in ("balance=special_-999", "balance=special_9998|9999", "town=special_n/a"):
        assert name in names
    named = MutualInfoBinner(special_values=CODES, encode="onehot").fit(X, Y)
    assert "balance=no_account" in named.get_feature_names_out()
    restored = MutualInfoBinner(special_values=CODES).fit(X, Y)
    values = restored.inverse_transform(restored.transform(X))
    assert set(values[CODE == "a", 0]) == {-999.0}
    assert set(values[CODE == "c", 0]) == {9998.0}  # the first of its group
    assert set(values[CODE == "a", 1]) == {"n/a"}
    assert set(values[CODE == "c", 2]) == {pd.Timestamp("1900-01-01")}
    assert all(np.isnan(value) for value in values[CODE == "missing", 0])


def test_values_that_fit_did_not_see():
    binner = MutualInfoBinner(special_values={"balance": [-999, 5555], "town": ["n/a", "?"]})
    binner.fit(X[CODE == "none"], Y[CODE == "none"])
    fullest = [int(np.argmax(counts.sum(axis=1))) for counts in binner.counts_]
    new = X[:3].assign(balance=[-999, 5555, np.nan], town=["n/a", "?", "unseen"])
    codes = binner.transform(new)
    # As missing values and levels that it did not see, and not as the lowest number.
    np.testing.assert_array_equal(codes[:, 0], fullest[0])
    np.testing.assert_array_equal(codes[:, 1], fullest[1])
    assert binner.special_bits_.tolist() == [0, 0, 0, 0]
    # A group of which it saw one value is the bin of all of them.
    some = MutualInfoBinner(special_values={"town": {"none": ["n/a", "-"]}}).fit(X, Y)
    assert some.transform(new.assign(town="-"))[0, 1] == len(some.groups_[1])


def test_a_column_of_special_values_only():
    frame = pd.DataFrame({"x": [-1.0, -1, -2, -2] * 5, "t": ["a", "a", "b", "b"] * 5})
    y = [0, 0, 1, 1] * 5
    binner = MutualInfoBinner(special_values=[-1, -2, "a", "b"], encode="ordinal").fit(frame, y)
    np.testing.assert_array_equal(binner.mutual_info_, [1, 1])
    np.testing.assert_array_equal(binner.special_bits_, [1, 1])
    np.testing.assert_array_equal(binner.transform(frame), [[1, 0], [1, 0], [2, 1], [2, 1]] * 5)
    chunks = [frame.assign(y=y)[:6], frame.assign(y=y)[6:]]
    same_bins(binner, clone(binner).fit(chunks, y="y"))
    MutualInfoBinner.from_dict(binner.to_dict())


def test_zeros_of_a_sparse_table():
    dense = np.where(
        np.random.default_rng(0).random((200, 3)) < 0.7, 0, CLEAN[:600].reshape(200, 3)
    )
    y = (dense[:, 0] == 0) ^ (np.arange(200) % 5 == 0)
    binner = MutualInfoBinner(special_values=0)
    of_dense = clone(binner).fit(dense, y)
    of_sparse = clone(binner).fit(sp.csr_array(dense), y)
    same_bins(of_dense, of_sparse)
    np.testing.assert_array_equal(
        of_sparse.transform(sp.csr_array(dense)), of_dense.transform(dense)
    )
    assert of_dense.bin_table(0)["count"].iloc[-1] == (dense[:, 0] == 0).sum()


def test_whole_weights_are_repetition():
    weights = np.random.default_rng(0).integers(0, 4, N)
    rows = np.repeat(np.arange(N), weights)
    binner = MutualInfoBinner(special_values=CODES)
    weighted = clone(binner).fit(X, Y, sample_weight=weights)
    same_bins(weighted, clone(binner).fit(X.iloc[rows], Y[rows]))


def test_merged_missing_values_do_not_join_a_special_bin():
    y = np.isin(CODE, ["a", "missing"]).astype(int)  # the same rate as that of code a
    binner = MutualInfoBinner(special_values=CODES, missing="merge").fit(X, y)
    labels = binner.bin_table("balance")["bin"]
    assert "no account" in labels.tolist()
    assert labels[labels.str.endswith("or missing")].str.startswith("[").all()


def test_a_level_has_its_rate_where_no_other_is_like_it():
    # Levels are shrunk towards each other, special ones are not: 190 of 200 against 1 of 10.
    town = np.repeat(["a", "b", "c", "n/a"], 200)
    y = np.arange(800) % 10 == 0
    y[600:] = np.arange(200) % 20 != 0
    binner = MutualInfoBinner(special_values=["n/a"], encode="posterior").fit(town[:, None], y)
    value = binner.transform([["n/a"]])[0, 0]
    assert value == pytest.approx(0.95, abs=0.01)
    table = binner.encoding_table(0)
    assert table["values"].tolist() == ["a", "b", "c", "special: n/a", "missing", "unseen"]


@pytest.mark.parametrize("kind", ["polars", "duckdb", "dask", "chunks"])
@pytest.mark.parametrize("encode", ["ordinal", "woe"])
def test_lazy_tables(kind, encode):
    binner = MutualInfoBinner(special_values=CODES, encode=encode).fit(X, Y)
    expected = binner.transform(X)
    if kind == "chunks":
        found = np.vstack(list(binner.transform([X[:300], X[300:]])))
    elif kind == "dask":
        dd = pytest.importorskip("dask.dataframe")
        found = binner.transform(dd.from_pandas(X, npartitions=2)).compute().to_numpy()
    elif kind == "polars":
        pl = pytest.importorskip("polars")
        found = binner.transform(pl.from_pandas(X).lazy()).collect().to_numpy()
    else:
        duckdb = pytest.importorskip("duckdb")
        found = binner.transform(duckdb.from_df(X)).fetchnumpy()
        found = np.column_stack(list(found.values()))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("by", ["name", "index"])
def test_a_selector_takes_such_a_binner(by):
    # By names and indices of its own X, of which the binner gets the measurements only.
    frame = X[["town", "count", "balance"]]
    codes = {"town": ["n/a"], "balance": [-999, 9998, 9999]}
    if by == "index":
        codes = {frame.columns.get_loc(name): values for name, values in codes.items()}
    binner = MutualInfoBinner(special_values=codes)
    selector = InfoBottleneckSelector(binner=binner, n_features_to_select=2).fit(frame, Y)
    # What it selects on are the bins.
    plain = MutualInfoBinner(special_values=[-999, 9998, 9999]).fit(frame[["balance"]], Y)
    binned = frame.assign(balance=pd.Categorical(plain.transform(frame[["balance"]])[:, 0]))
    of_bins = InfoBottleneckSelector(binner=binner.set_params(special_values=None))
    of_bins.set_params(n_features_to_select=2).fit(binned, Y)
    np.testing.assert_allclose(selector.mutual_info_, of_bins.mutual_info_)


def test_drift_shows_codes_that_are_new():
    binner = MutualInfoBinner(special_values={"balance": [-999, 5555]}).fit(X, Y)
    new = X.assign(balance=X["balance"].replace(9999, 5555))
    table = population_stability(binner, new).bin_table("balance").set_index("bin")
    assert table.loc["unseen"].iloc[1] == (CODE == "c").sum()
    assert table.loc["special: -999"].iloc[1] == (CODE == "a").sum()


def test_the_html_repr_has_their_bits():
    binner = MutualInfoBinner(special_values=CODES).fit(X, Y)
    html = binner._repr_html_()
    assert "<th>of which special</th>" in html
    assert f"<td>{binner.special_bits_[0]:.4f}</td>" in html
    assert "of which special" not in MutualInfoBinner().fit(X, Y)._repr_html_()


def test_parameters():
    binner = MutualInfoBinner(special_values={"balance": [-999]}, closed="right")
    assert clone(binner).get_params()["special_values"] == {"balance": [-999]}
    with pytest.raises(ValueError, match="special_values: no column named 'balanc'"):
        MutualInfoBinner(special_values={"balanc": [1]}).fit(X, Y)
    with pytest.raises(ValueError, match="occurs twice"):
        MutualInfoBinner(special_values=[1, 1]).fit(X, Y)
    # A code may be among the cuts to choose from.
    edges = {"balance": [-999, 0, 9999]}
    cut = MutualInfoBinner(special_values=CODES, candidate_edges=edges).fit(X, Y)
    np.testing.assert_array_equal(cut.bin_edges_[0], [-np.inf, 0, np.inf])
