"""Population stability of tables, scores and fitted binners."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from optional import duckdb, polars, pyarrow
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skinfo import MutualInfoBinner
from skinfo.metrics import population_stability

N_NEW = 300


@pytest.fixture
def reference(rng):
    n = 1200
    return pd.DataFrame(
        {
            "age": rng.normal(40, 9, n).round(1),
            "income": np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(size=n)),
            "town": rng.choice(["Aix", "Bonn", "Como", "Ulm"], n, p=[0.4, 0.3, 0.2, 0.1]),
            "children": rng.integers(0, 5, n),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 300, n), "D"),
        }
    )


@pytest.fixture
def target(reference, rng):
    score = reference["age"] + 9 * (reference["town"] == "Ulm") + rng.normal(0, 6, len(reference))
    return (score > 45).astype(int)


@pytest.fixture
def new(reference, rng):
    new = reference.sample(N_NEW, random_state=1).reset_index(drop=True)
    new["age"] += 4
    new.loc[:8, "age"] = np.nan
    new.loc[9:39, "town"] = "Rome"
    new.loc[40:45, "town"] = None
    return new


@pytest.fixture
def binner(reference, target):
    return MutualInfoBinner().fit(reference, target)


def assert_same(result, other):
    assert result.feature_names == other.feature_names
    for name in ("psi", "pvalue", "expected"):
        assert_array_equal(getattr(result, name), getattr(other, name))
    pd.testing.assert_frame_equal(result.bin_table(), other.bin_table())


def textbook(p, q):
    return np.sum((p - q) * np.log(p / q))


# ---- what is counted


def test_bins_of_a_binner_are_counted_by_its_transform(binner, reference, new):
    result = population_stability(binner, new)
    assert result.feature_names == reference.columns.tolist()
    income = binner.transform(new)[:, 1]
    table = result.bin_table("income")
    assert_array_equal(table["count[ref]"], binner.counts_[1].sum(axis=1))
    assert_array_equal(table["count[new]"], np.bincount(income, minlength=len(table)))
    assert table["bin"].tolist() == binner.bin_table("income")["bin"].tolist()
    assert_allclose(result.psi[1], textbook(table["share[ref]"], table["share[new]"]), rtol=1e-12)
    assert_allclose(result.bits, result.psi / np.log(2))


@pytest.mark.parametrize("of_sample", [False, True])
def test_missing_values_and_levels_that_the_reference_lacks_are_bins(
    of_sample, binner, reference, new
):
    result = population_stability(reference if of_sample else binner, new)
    town = result.bin_table("town").set_index("bin")
    assert town.loc["unseen", ["count[ref]", "count[new]"]].tolist() == [0, 31]
    assert town.loc["missing", ["count[ref]", "count[new]"]].tolist() == [0, 6]
    age = result.bin_table("age").set_index("bin")
    assert age.loc["missing", ["count[ref]", "count[new]"]].tolist() == [0, 9]
    assert age["count[new]"].sum() == N_NEW
    # Half a sample of the reference, of 1200.
    assert_allclose(
        town.loc["unseen", "psi"], textbook(0.5 / len(reference), 31 / N_NEW), rtol=1e-12
    )
    assert result.report().set_index("feature").loc[["town", "age"], "pvalue"].max() < 1e-6


def test_missing_values_that_a_binner_merged_stay_where_they_are(reference, target, new):
    binner = MutualInfoBinner(missing="merge").fit(reference, target)
    table = population_stability(binner, new).bin_table("income")
    assert "missing" not in table["bin"].tolist()
    assert table["count[new]"].sum() == N_NEW


def test_bins_of_a_sample_are_of_equal_frequency(reference, new):
    result = population_stability(reference, new, n_bins=4)
    income = result.bin_table("income")
    assert income["bin"].tolist()[-1] == "missing"
    quantiles = np.nanquantile(reference["income"], [0.25, 0.5, 0.75])
    expected = np.histogram(new["income"].dropna(), [-np.inf, *quantiles, np.inf])[0]
    assert_array_equal(income["count[new]"][:-1], expected)
    assert len(result.bin_table("children")) == 4
    assert result.bin_table("since")["bin"][0].startswith("[-inf, 2020-")


def test_few_numbers_have_a_bin_each(reference, new):
    children = population_stability(reference[["children"]], new[["children"]]).bin_table(0)
    assert_array_equal(children["count[new]"], new["children"].value_counts().sort_index())
    assert children["bin"][0] == "[-inf, 1)"


def test_categorical_features_are_levels(reference, new):
    codes = new[["age", "children"]].assign(children=new["children"] + (new["children"] > 3))
    result = population_stability(
        reference[["age", "children"]], codes, categorical_features=["children"]
    )
    table = result.bin_table("children").set_index("bin")
    assert table.index.tolist() == ["0", "1", "2", "3", "4", "unseen"]
    assert table.loc["unseen", "count[new]"] == (codes["children"] == 5).sum() > 0
    with pytest.raises(ValueError, match="treat the column as levels"):
        population_stability(reference[["town"]], new[["town"]], categorical_features=None)


def test_infrequent_levels_share_a_bin_with_new_ones(reference, new):
    fewer = (reference["town"] == "Ulm").sum()
    for least in (int(fewer + 1), float(fewer + 1) / len(reference)):
        result = population_stability(reference[["town"]], new[["town"]], min_frequency=least)
        table = result.bin_table("town").set_index("bin")
        assert table.index.tolist() == ["Aix", "Bonn", "Como", "missing", "infrequent"]
        assert table.loc["infrequent", "count[ref]"] == fewer
        assert table.loc["infrequent", "count[new]"] == (new["town"] == "Ulm").sum() + 31
    all_frequent = population_stability(reference[["town"]], new[["town"]], min_frequency=5)
    assert_same(all_frequent, population_stability(reference[["town"]], new[["town"]]))


def test_new_levels_among_rare_ones_are_no_drift_if_pooled():
    # A tail of rare levels: in every sample some are new. 20 pairs of samples without drift.
    rng = np.random.default_rng(3)
    share = 1 / np.arange(1, 3001) ** 1.2
    samples = rng.choice(3000, (20, 2, 1000), p=share / share.sum()).astype(str)
    pvalue = np.array(
        [
            [
                population_stability(a[:, None], b[:, None], min_frequency=least).pvalue[0]
                for least in (None, 10)
            ]
            for a, b in samples
        ]
    )
    assert (pvalue[:, 0] < 1e-6).all()
    assert (pvalue[:, 1] < 0.05).sum() <= 3


def test_values_of_optbinning():
    # The counts and the index of ScorecardMonitoring.psi_table, optbinning 1.0.0.
    expected, actual = [36, 47, 203, 115, 52, 47], [24, 29, 183, 144, 58, 62]
    result = population_stability(
        np.arange(6.0), np.arange(6.0), reference_weight=expected, sample_weight=actual
    )
    assert_allclose(result.psi, 0.053926, atol=5e-7)
    bins = [0.009731, 0.017383, 0.004149, 0.013043, 0.001310, 0.008310]
    assert_allclose(result.bin_table(0)["psi"], bins, atol=5e-7)


def test_bins_of_scores(rng):
    scores, later = rng.uniform(size=1000), rng.uniform(size=200) ** 1.5
    result = population_stability(scores, later)
    counts = np.histogram(later, [-np.inf, *np.quantile(scores, np.arange(1, 10) / 10), np.inf])[0]
    assert_allclose(result.psi, textbook(np.full(10, 0.1), counts / 200), rtol=1e-12)
    assert result.feature_names == ["score"]
    named = population_stability(pd.Series(scores, name="p"), pd.Series(later))
    assert named.feature_names == ["p"]
    assert_array_equal(named.psi, result.psi)
    assert_array_equal(population_stability(scores.tolist(), later.tolist()).psi, result.psi)
    chunks = [(later[:50, None], None), (later[50:, None], None)]
    assert_array_equal(population_stability(scores, chunks).psi, result.psi)
    frames = [pd.DataFrame({"any": part}) for part in (later[:9], later[9:])]
    assert_array_equal(population_stability(scores, frames).psi, result.psi)


def test_the_index_is_that_of_the_bins_with_the_sample_as_target(reference, new):
    # Information value of "is new" in the bins, smoothed and in bits in the table of a binner.
    both = pd.concat([reference, new])[["children"]]
    is_new = np.repeat([0, 1], [len(reference), len(new)])
    binner = MutualInfoBinner(
        candidate_edges=[[0.5, 1.5, 2.5, 3.5]], penalty=None, max_bins=8
    ).fit(both, is_new)
    result = population_stability(reference[["children"]], new[["children"]])
    assert_allclose(
        binner.mutual_info_[0] * len(both) * 2 * np.log(2) / result.psi[0],
        1 / (1 / len(reference) + 1 / len(new)),
        rtol=0.02,
    )


# ---- the same for any container, order, chunks and repetition


def test_weights_of_chunks_are_in_chunks(binner, new, rng):
    weights = rng.integers(1, 4, 110)
    chunks = [(new[:110], None, weights), (new[110:], None, None)]
    whole = np.concatenate([weights, np.ones(len(new) - 110)])
    expected = population_stability(binner, new, sample_weight=whole)
    assert_array_equal(population_stability(binner, chunks).psi, expected.psi)
    with pytest.raises(ValueError, match=r"sample_weight of chunks is .* Got ndarray"):
        population_stability(binner, [new[:110], new[110:]], sample_weight=whole)
    with pytest.raises(ValueError, match=r"has weights, and the first one has none.*chunk 1"):
        population_stability(binner, [(new[:110], None), (new[110:], None, np.ones(190))])


def test_columns_without_a_value_have_one_bin(reference, new):
    columns = {"none": np.nan}
    result = population_stability(reference.assign(**columns), new.assign(**columns))
    assert result.psi[-1] == 0
    assert_array_equal(result.psi[:-1], population_stability(reference, new).psi)


def test_order_of_rows_and_threads_change_nothing(binner, reference, new):
    for of in (binner, reference):
        result = population_stability(of, new)
        assert_same(population_stability(of, new[::-1]), result)
        assert_same(population_stability(of, new, n_jobs=2), result)


@pytest.mark.parametrize("weights", [None, "whole", "any"])
def test_chunks_change_nothing(weights, binner, reference, new, rng):
    w = {None: None, "whole": rng.integers(0, 4, N_NEW), "any": rng.random(N_NEW)}[weights]
    for of in (binner, reference):
        expected = population_stability(of, new, sample_weight=w)
        chunks = [new[:110], new[110:110], new[110:]]
        if w is None:
            assert_same(population_stability(of, chunks), expected)
            continue
        named = new.assign(w=w)
        chunks = [named[:110], named[110:]]
        assert_same(population_stability(of, chunks, sample_weight="w"), expected)
        assert_same(population_stability(of, named, sample_weight="w"), expected)
        tuples = [(new[:110], None, w[:110]), (new[110:], None, w[110:])]
        assert_same(population_stability(of, tuples), expected)


def test_a_weight_is_a_repetition(binner, reference, new, rng):
    w, v = rng.integers(0, 4, N_NEW), rng.integers(0, 4, len(reference))
    repeated = new.loc[np.repeat(np.arange(N_NEW), w)]
    assert_same(
        population_stability(binner, new, sample_weight=w),
        population_stability(binner, repeated),
    )
    assert_same(
        population_stability(reference, new, reference_weight=v, sample_weight=w),
        population_stability(reference.loc[np.repeat(np.arange(len(v)), v)], repeated),
    )


def test_weights_of_the_reference_by_name(reference, new, rng):
    v = rng.integers(0, 4, len(reference))
    assert_same(
        population_stability(reference.assign(v=v), new, reference_weight="v"),
        population_stability(reference, new, reference_weight=v),
    )


def test_arrays_and_sparse_arrays(rng):
    sparse = pytest.importorskip("scipy.sparse")
    counts, later = rng.poisson(0.5, (400, 3)), rng.poisson(0.7, (100, 3))
    result = population_stability(counts, later)
    assert result.feature_names == ["x0", "x1", "x2"]
    assert_same(population_stability(sparse.csr_array(counts), sparse.csr_array(later)), result)


@pytest.mark.parametrize("make", [polars.from_pandas, pyarrow.Table.from_pandas])
def test_containers(make, binner, reference, new):
    assert_same(population_stability(binner, make(new)), population_stability(binner, new))
    assert_same(
        population_stability(make(reference), make(new)), population_stability(reference, new)
    )


def test_lazy_tables(binner, reference, new, tmp_path):
    pytest.importorskip("pyarrow", reason="pandas writes Parquet with it")
    expected = population_stability(binner, new)
    new.to_parquet(tmp_path / "new.parquet", index=False)
    paths = [str(tmp_path / "*.parquet"), polars.scan_parquet(tmp_path / "new.parquet")]
    for table in [*paths, duckdb.sql(f"SELECT * FROM '{tmp_path / 'new.parquet'}'")]:
        assert_same(population_stability(binner, table), expected)
        assert_same(population_stability(reference, table), population_stability(reference, new))


def test_dask(binner, reference, new, rng):
    dd = pytest.importorskip("dask.dataframe")
    w = rng.random(N_NEW)
    table = dd.from_pandas(new.assign(w=w), npartitions=3)
    expected = population_stability(binner, new, sample_weight=w)
    assert_same(population_stability(binner, table, sample_weight="w"), expected)
    assert_same(
        population_stability(binner, table.drop(columns="w"), sample_weight=table["w"]), expected
    )
    scores = population_stability(reference["income"], new["income"])
    assert_same(population_stability(reference["income"], table["income"]), scores)


@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_spark(spark, reference, target, new, rng):
    columns = ["age", "town"]
    binner = MutualInfoBinner().fit(reference[columns], target)
    frame = new[columns].assign(w=rng.integers(0, 3, N_NEW))
    expected = population_stability(binner, frame, sample_weight="w")
    table = spark.createDataFrame(frame).repartition(3)
    assert_same(population_stability(binner, table, sample_weight="w"), expected)


def test_columns_of_the_target_and_of_weights_may_be_there(reference, target, new):
    frame = reference.assign(y=target, w=1.0)
    binner = MutualInfoBinner().fit(frame, "y", sample_weight="w")
    expected = population_stability(binner, new)
    assert_same(population_stability(binner, new.assign(y=0, w=1.0)), expected)
    assert_same(population_stability(binner, [new.assign(y=0, w=1.0)]), expected)
    assert_same(population_stability(binner, new.assign(w=1.0), sample_weight="w"), expected)


def test_restored_binners(binner, new):
    expected = population_stability(binner, new)
    restored = MutualInfoBinner.from_dict(json.loads(json.dumps(binner.to_dict())))
    assert_same(population_stability(restored, new), expected)
    assert_same(population_stability(pickle.loads(pickle.dumps(binner)), new), expected)
    assert_same(pickle.loads(pickle.dumps(expected)), expected)


def test_a_binner_of_a_continuous_target(reference, new):
    binner = MutualInfoBinner().fit(reference[["age", "town"]], reference["age"] * 1.5)
    table = population_stability(binner, new[["age", "town"]]).bin_table("age")
    assert table["count[ref]"].sum() == len(reference)


# ---- the result


def test_report(binner, new):
    result = population_stability(binner, new)
    report = result.report()
    assert report["psi"].is_monotonic_decreasing
    assert sorted(report["feature"]) == sorted(result.feature_names)
    low, high = result.confidence_interval(0.9)
    narrower = result.report(0.9).set_index("feature").loc[result.feature_names]
    assert_array_equal(narrower[["low", "high"]].to_numpy().T, [low, high])
    assert (result.n_reference, result.n_new) == (1200, 300)
    assert "new samples: 300" in repr(result)
    assert "<table" in result._repr_html_()


def test_status(rng):
    reference = rng.normal(size=(20_000, 1))
    status = {}
    for name, by, n in (
        ("stable", 0.0, 2000), ("shift", 0.4, 200), ("large", 1.0, 2000), ("unclear", 0.0, 40)
    ):  # fmt: skip
        new = rng.normal(by, size=(n, 1))
        status[name] = population_stability(reference, new).report()["status"][0]
    assert status == {
        "stable": "stable", "shift": "shift", "large": "large shift", "unclear": "unclear"
    }  # fmt: skip


def test_bin_table_of_all_columns(binner, new):
    result = population_stability(binner, new)
    tables = result.bin_table()
    assert tables["feature"].unique().tolist() == result.feature_names
    assert_allclose(tables.groupby("feature", sort=False)["psi"].sum(), result.psi, rtol=1e-12)
    assert (tables["low"] <= tables["high"]).all()
    with pytest.raises(ValueError, match="did you mean 'income'"):
        result.bin_table("incom")


# ---- errors


def test_errors(binner, reference, new):
    with pytest.raises(NotFittedError, match="not fitted"):
        population_stability(MutualInfoBinner(), new)
    with pytest.raises(TypeError, match="got Pipeline"):
        population_stability(make_pipeline(binner), new)
    with pytest.raises(ValueError, match="feature names"):
        population_stability(binner, new.drop(columns="age"))
    with pytest.raises(ValueError, match="reference in memory to find its quantiles"):
        population_stability([reference, reference], new)
    with pytest.raises(ValueError, match="reference_weight is for a reference that is a sample"):
        population_stability(binner, new, reference_weight=np.ones(1200))
    with pytest.raises(ValueError, match="n_bins is for a reference that is a sample"):
        population_stability(binner, new, n_bins=5)
    with pytest.raises(ValueError, match="one new sample at least"):
        population_stability(binner, new[:0])
    with pytest.raises(ValueError, match="one new sample at least"):
        population_stability(binner, [new[:0]])
    with pytest.raises(ValueError, match="must have a positive entry"):
        population_stability(binner, new, sample_weight=np.zeros(N_NEW))
    with pytest.raises(ValueError, match="confidence_level must be between 0 and 1"):
        population_stability(binner, new).report(95)
    with pytest.raises(ValueError, match="the first one has none"):
        population_stability(binner, [new, (new, None, np.ones(N_NEW))])
    with pytest.raises(ValueError, match="must hold numbers"):
        population_stability(reference[["age"]], new[["town"]].set_axis(["age"], axis=1))


def test_one_new_sample_has_an_interval():
    # Two bins of 100: the new shares are 1 and, of half a sample, 0.5, of which the variance is
    # E s^2 - (E s)^2 < 0. The interval has ends all the same, and holds no drift.
    reference = np.repeat([0.0, 1.0], 100)[:, None]
    stability = population_stability(reference, np.zeros((1, 1)))
    low, high = stability.confidence_interval()
    assert low == 0
    assert stability.psi < high < np.inf
    assert np.isfinite(stability.report()[["psi", "low", "high", "pvalue"]].to_numpy()).all()
