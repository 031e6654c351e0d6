"""Lazy tables: `transform` stays lazy and gives what it gives of the table in memory."""

import pickle
from datetime import datetime, time

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skinfo import InfoBottleneckSelector, MutualInfoBinner

ENCODINGS = ["ordinal", "onehot", "onehot-dense", "woe", "posterior"]
TOWN = 'it\'s a `"town"`'


def make_frame(rng, n, *, levels):
    """Return columns of every kind, with missing values and infinities, and y."""
    y = rng.integers(0, 2, n)
    amount = np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(y))
    amount[rng.integers(0, n, 4)] = [np.inf, -np.inf, 1e300, -0.0]
    days = rng.integers(0, 900, n) + 150 * y
    day = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(days, "D")).dt.as_unit("us")
    town = rng.choice(levels, n).astype(object)
    town[rng.random(n) < 0.1] = None
    return pd.DataFrame(
        {
            "amount": amount,
            "visits": rng.poisson(30 + 20 * y),
            TOWN: town,
            "day": day.where(rng.random(n) > 0.1),
            "is_member": rng.random(n) < 0.3 + 0.3 * y,
            "absent": np.full(n, np.nan),
            "default": np.where(y == 1, "yes", "no"),
            "w": rng.integers(1, 4, n).astype(float),
        }
    )


LEVELS = ["it's", "back\\slash", "line\nbreak", "ü", " ", "A", "a", "a "]


@pytest.fixture(scope="module")
def frame():
    return make_frame(np.random.default_rng(3), 600, levels=LEVELS)


@pytest.fixture(scope="module")
def new():
    """A table with levels that `fit` did not see, and numbers out of range."""
    return make_frame(np.random.default_rng(4), 250, levels=[*LEVELS, "unseen", "IT'S"])


def dense(values):
    return values.toarray() if sp.issparse(values) else np.asarray(values)


# Ways to hand over a frame lazily, and to compute what becomes of it as an array.


class EvenChunks:
    """Chunks that are made again in each pass."""

    def __init__(self, frame):
        self.frame = frame

    def __iter__(self):
        return (self.frame.iloc[i : i + 70] for i in range(0, len(self.frame), 70))


def as_dask(frame, n=4):
    dd = pytest.importorskip("dask.dataframe")
    return dd.from_pandas(frame, npartitions=n)


def as_dask_with_empty_partitions(frame):
    dd = pytest.importorskip("dask.dataframe")
    parts = [frame.iloc[:0], frame.iloc[:3], frame.iloc[3:3], frame.iloc[3:], frame.iloc[:0]]
    return dd.from_map(lambda part: part, parts, meta=frame.iloc[:0])


def as_polars(frame):
    pl = pytest.importorskip("polars")
    return pl.from_pandas(frame).lazy()


def as_duckdb(frame):
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    return connection.from_df(frame)


LAZY = {
    "dask": (as_dask, lambda lazy: lazy.compute().to_numpy()),
    "dask_empty": (as_dask_with_empty_partitions, lambda lazy: lazy.compute().to_numpy()),
    "polars": (as_polars, lambda lazy: lazy.collect().to_numpy()),
    "polars_streaming": (as_polars, lambda lazy: lazy.collect(engine="streaming").to_numpy()),
    "duckdb": (as_duckdb, lambda lazy: np.array(lazy.fetchall())),
    "list": (lambda frame: [frame[:1], frame[1:]], lambda lazy: np.vstack([*map(dense, lazy)])),
    "iterable": (EvenChunks, lambda lazy: np.vstack([*map(dense, lazy)])),
}


@pytest.fixture(params=LAZY)
def lazily(request):
    return LAZY[request.param]


@pytest.mark.parametrize("encode", ENCODINGS)
def test_the_same_as_in_memory(lazily, frame, new, encode):
    as_lazy, compute = lazily
    binner = MutualInfoBinner(encode=encode).fit(frame, y="default", sample_weight="w")
    for table in (frame, new):
        expected = dense(binner.transform(table))
        computed = compute(binner.transform(as_lazy(table)))
        assert computed.dtype == expected.dtype or computed.dtype.kind in "iu"
        np.testing.assert_array_equal(computed, expected)


@pytest.mark.parametrize("encode", ["woe", "posterior"])
def test_the_mean_of_folds(lazily, frame, new, encode):
    as_lazy, compute = lazily
    binner = MutualInfoBinner(encode=encode)
    binner.fit_transform(frame, y="default")
    expected = binner.transform(new)
    np.testing.assert_array_equal(compute(binner.transform(as_lazy(new))), expected)


@pytest.mark.parametrize(
    ("encode", "dtype"), [("ordinal", np.float32), ("onehot-dense", bool), ("woe", np.float32)]
)
def test_the_type_of_the_output(lazily, frame, encode, dtype):
    as_lazy, compute = lazily
    binner = MutualInfoBinner(encode=encode, dtype=dtype).fit(frame, y="default")
    expected = binner.transform(frame)
    assert expected.dtype == dtype
    np.testing.assert_array_equal(compute(binner.transform(as_lazy(frame))), expected)


def test_several_classes_and_numbers_to_predict(lazily, frame):
    as_lazy, compute = lazily
    X = frame.drop(columns=["default", "w"])
    for y in (frame["visits"] // 12, frame["visits"] / 7):
        for encode in ("posterior", "ordinal"):
            binner = MutualInfoBinner(encode=encode).fit(X, y)
            expected = binner.transform(X)
            np.testing.assert_array_equal(compute(binner.transform(as_lazy(X))), expected)


def test_names_of_columns(frame):
    for encode in ("ordinal", "onehot"):
        binner = MutualInfoBinner(encode=encode).fit(frame, y="default", sample_weight="w")
        names = binner.get_feature_names_out().tolist()
        for as_lazy, names_of in (
            (as_dask, lambda lazy: list(lazy.columns)),
            (as_polars, lambda lazy: lazy.collect_schema().names()),
            (as_duckdb, lambda lazy: lazy.columns),
        ):
            assert names_of(binner.transform(as_lazy(frame))) == names


# Columns of y and weights


@pytest.mark.parametrize("partly", [False, True])
def test_columns_named_in_fit_are_left_out(lazily, frame, partly):
    as_lazy, compute = lazily
    binner = MutualInfoBinner().fit(frame, y="default", sample_weight="w")
    features = frame.drop(columns=["default", "w"])
    expected = binner.transform(features)
    table = frame.drop(columns="w") if partly else frame
    np.testing.assert_array_equal(binner.transform(table), expected)
    np.testing.assert_array_equal(compute(binner.transform(as_lazy(table))), expected)
    again = MutualInfoBinner.from_dict(binner.to_dict())
    np.testing.assert_array_equal(again.transform(table), expected)


def test_a_state_without_names_of_y_is_read(frame):
    state = MutualInfoBinner().fit(frame, y="default").to_dict()
    assert state.pop("named") == ["default"]
    again = MutualInfoBinner.from_dict(state)
    with pytest.raises(ValueError, match="unseen at fit time"):
        again.transform(frame)
    with pytest.raises(ValueError, match=r"state\['named'\] must be a list of names"):
        MutualInfoBinner.from_dict({**state, "named": [1]})


def test_other_columns_are_refused(lazily, frame):
    as_lazy, _ = lazily
    binner = MutualInfoBinner().fit(frame, y="default", sample_weight="w")
    wrong = {
        "unseen at fit time": frame.assign(more=1),
        "yet now missing": frame.drop(columns="day"),
        "same order": frame[frame.columns[::-1]],
    }
    for message, table in wrong.items():
        with pytest.raises(ValueError, match=message):
            list(binner.transform(as_lazy(table)))


@pytest.mark.parametrize("as_lazy", [as_duckdb])
def test_engines_do_not_convert_types(as_lazy, frame):
    binner = MutualInfoBinner().fit(frame, y="default", sample_weight="w")
    with pytest.raises(ValueError, match="visits must hold numbers, got a column of type VARCHAR"):
        binner.transform(as_lazy(frame.assign(visits=frame["visits"].astype(str))))
    with pytest.raises(ValueError, match="held levels such as ' ' of type str in fit"):
        binner.transform(as_lazy(frame.assign(**{TOWN: 1})))


def test_text_in_a_chunk_names_the_chunk(frame):
    binner = MutualInfoBinner().fit(frame, y="default", sample_weight="w")
    wrong = frame.assign(amount="many")
    with pytest.raises(ValueError, match=r"amount must hold numbers.*In chunk 1"):
        list(binner.transform([frame, wrong]))


def test_a_generator_is_refused(frame):
    binner = MutualInfoBinner().fit(frame, y="default", sample_weight="w")
    with pytest.raises(TypeError, match="iterated over only once"):
        binner.transform(chunk for chunk in [frame])


# scikit-learn's conventions


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_set_output_leaves_lazy_tables_lazy(frame, container):
    pytest.importorskip("polars")
    binner = MutualInfoBinner().set_output(transform=container)
    eager = binner.fit(frame, y="default", sample_weight="w").transform(frame)
    assert type(eager).__module__.startswith(container)
    for as_lazy in (as_dask, as_polars, as_duckdb):
        table = as_lazy(frame)
        assert type(binner.transform(table)) is type(table)
    chunks = list(binner.transform([frame, frame[:9]]))
    assert [len(chunk) for chunk in chunks] == [len(frame), 9]
    assert all(type(chunk) is type(eager) for chunk in chunks)


def test_a_later_fit_does_not_change_what_is_lazy(lazily, frame):
    as_lazy, compute = lazily
    binner = MutualInfoBinner().fit(frame, y="default", sample_weight="w")
    expected = binner.transform(frame)
    lazy = binner.transform(as_lazy(frame))
    binner.set_params(max_bins=2).fit(frame, y="default", sample_weight="w")
    assert not np.array_equal(binner.transform(frame), expected)
    np.testing.assert_array_equal(compute(lazy), expected)


def test_it_must_be_fitted(frame):
    with pytest.raises(ValueError, match="is not fitted yet"):
        MutualInfoBinner().transform(as_dask(frame))


# Dask


def test_dask_keeps_partitions_divisions_index_and_meta(frame):
    binner = MutualInfoBinner(encode="woe").fit(frame, y="default", sample_weight="w")
    named = frame.set_index(pd.Index(np.arange(len(frame)) * 2, name="loan"))
    table = as_dask(named, 3)
    lazy = binner.transform(table)
    assert lazy.divisions == table.divisions
    assert lazy.index.name == "loan"
    assert lazy.dtypes.unique().tolist() == [np.float64]
    computed = lazy.compute()
    pd.testing.assert_index_equal(computed.index, named.index)
    pd.testing.assert_frame_equal(lazy._meta, computed.iloc[:0])


def test_a_dask_frame_of_integer_names(frame):
    X = frame[["amount", "visits"]].set_axis([7, 3], axis=1)
    binner = MutualInfoBinner().fit(X, frame["default"])
    lazy = binner.transform(as_dask(X))
    np.testing.assert_array_equal(lazy.compute().to_numpy(), binner.transform(X))


@pytest.mark.parametrize("encode", ENCODINGS)
@pytest.mark.parametrize("known", [True, False])
def test_dask_arrays(frame, encode, known):
    da = pytest.importorskip("dask.array")
    X = frame[["amount", "visits", "absent"]].to_numpy()
    binner = MutualInfoBinner(encode=encode).fit(X, frame["default"])
    table = da.from_array(X, chunks=((100, 0, 499, 1), (2, 1)))
    if not known:
        table = table[table[:, 1] >= 0]
    lazy = binner.transform(table)
    expected = binner.transform(X)
    assert lazy.dtype == expected.dtype
    assert lazy.shape[1] == expected.shape[1]
    assert lazy.chunks[0] == ((100, 0, 499, 1) if known else table.chunks[0])
    computed = lazy.compute()
    assert sp.issparse(computed) == (encode == "onehot")
    np.testing.assert_array_equal(dense(computed), dense(expected))
    with pytest.raises(ValueError, match="expecting 3 features"):
        binner.transform(table[:, :2])
    with pytest.raises(ValueError, match="two dimensions"):
        binner.transform(table[:, 0])


def test_what_is_sent_to_partitions_holds_no_estimator(frame):
    cloudpickle = pytest.importorskip("cloudpickle")
    binner = MutualInfoBinner().fit(frame, y="default", sample_weight="w")
    lazy = binner.transform(as_dask(frame.iloc[:0], 1))
    assert b"MutualInfoBinner\x94" not in cloudpickle.dumps(lazy.__dask_graph__())


# DuckDB and Spark: the types of an engine


def test_types_of_duckdb(frame):
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'America/New_York'")
    relation = connection.sql(
        """
        SELECT i AS small, (i * 1.25)::DECIMAL(10, 2) AS price, (i / 7)::FLOAT AS ratio,
            i::HUGEINT AS huge, i::UTINYINT AS tiny, (i % 3 = 0) AS flag,
            (CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END)::ENUM('a', 'b') AS level,
            DATE '2020-01-01' + i::INTEGER AS day,
            TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_hours(i) AS zoned,
            (TIMESTAMP '2020-01-01' + to_hours(i))::TIMESTAMP_S AS seconds,
            (TIMESTAMP '2020-01-01' + to_hours(i))::TIMESTAMP_NS AS nanoseconds,
            TIME '00:00:00' + to_minutes(i) AS clock
        FROM (SELECT unnest(range(200)) AS i)
        """
    )
    table = relation.to_arrow_table()
    y = np.arange(200) // 30 % 2
    binner = MutualInfoBinner().fit(table, y)
    assert (binner.n_bins_[:5] > 2).all()
    np.testing.assert_array_equal(
        np.array(binner.transform(relation).fetchall()), binner.transform(table)
    )


def spark_rows(frame):
    """Return rows of Python's own objects; a NaN among numbers stays one."""
    columns = [frame[name].astype(object).tolist() for name in frame]
    columns[2] = [town if isinstance(town, str) else None for town in columns[2]]
    columns[3] = [None if day is pd.NaT else day.to_pydatetime() for day in columns[3]]
    return list(zip(*columns, strict=True))


def spark_schema(zone):
    return (
        f"amount DOUBLE, visits INT, `{TOWN.replace('`', '``')}` STRING, day {zone}, "
        "is_member BOOLEAN, absent DOUBLE, default STRING, w DOUBLE"
    )


def computed_by_spark(lazy):
    return np.array([list(row) for row in lazy.collect()])


@pytest.mark.parametrize("encode", ENCODINGS)
def test_spark_gives_the_same(spark, frame, new, encode):
    binner = MutualInfoBinner(encode=encode).fit(frame, y="default", sample_weight="w")
    table = spark.createDataFrame(spark_rows(new), spark_schema("TIMESTAMP_NTZ"))
    lazy = binner.transform(table)
    assert type(lazy) is type(table)
    assert lazy.columns == binner.get_feature_names_out().tolist()
    np.testing.assert_array_equal(computed_by_spark(lazy), dense(binner.transform(new)))


def test_types_of_spark(spark):
    pytest.importorskip("pyarrow")
    zone = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        table = spark.range(200).selectExpr(
            "CAST(id - 100 AS TINYINT) AS tiny",
            "CAST(id * 1.25 AS DECIMAL(10, 2)) AS price",
            "CAST(id / 7 AS FLOAT) AS ratio",
            "id % 3 = 0 AS flag",
            "CASE id % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END COLLATE UTF8_LCASE AS level",
            "date_add(DATE '2020-01-01', CAST(id AS INT)) AS day",
            "timestamp_seconds(1577836800 + id * 3600) AS zoned",
            "TIMESTAMP_NTZ '2020-01-01 00:00:00' + make_dt_interval(0, id) AS naive",
            "make_dt_interval(0, 0, id) AS duration",
        )
        # As rows of Python, dates of a session are in its time zone: Arrow has moments.
        memory = table.toArrow()
        y = np.arange(200) // 30 % 2
        binner = MutualInfoBinner().fit(memory, y)
        assert (binner.n_bins_[:3] > 2).all()
        computed = computed_by_spark(binner.transform(table))
        np.testing.assert_array_equal(computed, binner.transform(memory))
    finally:
        spark.conf.set("spark.sql.session.timeZone", zone)


def test_durations_have_no_sql_and_need_none():
    duckdb = pytest.importorskip("duckdb")
    frame = pd.DataFrame({"late": pd.to_timedelta(np.arange(60), "min"), "y": [0] * 30 + [1] * 30})
    binner = MutualInfoBinner().fit(frame, y="y")
    with pytest.raises(ValueError, match="durations"):
        binner.to_sql(dialect="duckdb")
    rows = ", ".join(f"(TIME '{time(0, i)}')" for i in range(60))
    relation = duckdb.sql(f"SELECT * FROM (VALUES {rows}) AS t(late)")
    np.testing.assert_array_equal(
        np.array(binner.transform(relation).fetchall()), binner.transform(frame)
    )


def test_dates_of_every_year_in_duckdb():
    duckdb = pytest.importorskip("duckdb")
    early, late = datetime(1, 1, 1), datetime(9999, 12, 31)
    moments = [early, datetime(1600, 1, 1, 0, 0, 0, 1), datetime(2020, 1, 1), late]
    frame = pd.DataFrame(
        {"moment": np.array(moments * 20, "datetime64[us]"), "y": [0, 0, 1, 1] * 20}
    )
    binner = MutualInfoBinner().fit(frame, y="y")
    relation = duckdb.from_df(frame).project("moment")
    np.testing.assert_array_equal(
        np.array(binner.transform(relation).fetchall()), binner.transform(frame)
    )


# fit_transform, inverse_transform, pipelines


def test_fit_transform_of_chunks(frame):
    for encode in ("ordinal", "onehot"):
        binner = MutualInfoBinner(encode=encode)
        expected = dense(binner.fit_transform(frame, y="default", sample_weight="w"))
        for chunks in ([frame[:200], frame[200:]], EvenChunks(frame)):
            lazy = binner.fit_transform(chunks, y="default", sample_weight="w")
            np.testing.assert_array_equal(np.vstack([*map(dense, lazy)]), expected)


def test_chunks_keep_their_y(frame):
    X, y, w = frame.drop(columns=["default", "w"]), frame["default"], frame["w"]
    chunks = [(X[:200], y[:200], w[:200]), (X[200:], y[200:], w[200:])]
    lazy = MutualInfoBinner().fit_transform(chunks)
    for (_, y_of_chunk, w_of_chunk), (binned, *others) in zip(chunks, lazy, strict=True):
        assert isinstance(binned, np.ndarray)
        assert others[0] is y_of_chunk
        assert others[1] is w_of_chunk


@pytest.mark.parametrize("encode", ["woe", "posterior"])
def test_encodings_out_of_fold_need_memory(frame, encode):
    binner = MutualInfoBinner(encode=encode)
    for table in (as_dask(frame), as_polars(frame), as_duckdb(frame), [frame]):
        with pytest.raises(ValueError, match=r"Use fit, and then transform.*encode='ordinal'"):
            binner.fit_transform(table, y="default")


@pytest.mark.parametrize("encode", ["ordinal", "onehot"])
def test_inverse_transform_is_lazy(frame, encode):
    binner = MutualInfoBinner(encode=encode).fit(frame, y="default", sample_weight="w")
    binned = binner.transform(frame)
    expected = pd.DataFrame(binner.inverse_transform(binned), columns=frame.columns[:6])
    chunks = list(binner.inverse_transform([(binned[:9], 1), (binned[9:], 2)]))
    assert [y for _, y in chunks] == [1, 2]
    pd.testing.assert_frame_equal(
        pd.DataFrame(np.vstack([X for X, _ in chunks]), columns=expected.columns), expected
    )
    for table in (as_dask, as_polars):
        restored = binner.inverse_transform(binner.transform(table(frame)))
        computed = restored.compute() if table is as_dask else restored.collect().to_pandas()
        assert computed["amount"].dtype == np.float64
        assert computed["day"].dtype.kind == "M"
        for name in expected:
            same = computed[name] == expected[name]
            assert (same | computed[name].isna() & expected[name].isna()).all(), name
    with pytest.raises(TypeError, match="no SQL for a DuckDBPyRelation"):
        binner.inverse_transform(binner.transform(as_duckdb(frame)))


def test_inverse_transform_of_dask_arrays(frame):
    da = pytest.importorskip("dask.array")
    X = frame[["amount", "visits"]].to_numpy()
    binner = MutualInfoBinner().fit(X, frame["default"])
    binned = binner.transform(da.from_array(X, chunks=(250, 2)))
    restored = binner.inverse_transform(binned)
    assert restored.dtype == np.float64
    np.testing.assert_array_equal(
        restored.compute(), binner.inverse_transform(binner.transform(X))
    )


class IncrementalModel(BaseEstimator):
    """Learns from the chunks of a table one by one, or from partitions of Dask's collections."""

    def fit(self, X, y=None):
        self.model_ = SGDClassifier(loss="log_loss", random_state=0)
        for X_chunk, y_chunk in zip(*self._parts(X, y), strict=True):
            if len(y_chunk):
                self.model_.partial_fit(X_chunk, y_chunk, classes=["no", "yes"])
        return self

    @staticmethod
    def _parts(X, y):
        if y is None:
            return zip(*X, strict=True)
        return [[each.compute() for each in table.partitions] for table in (X, y)]

    def predict_proba(self, X):
        return self.model_.predict_proba(X)


@pytest.mark.parametrize("encode", ["ordinal", "onehot", "onehot-dense"])
def test_before_a_model_that_learns_from_chunks(frame, encode):
    X, y = frame.drop(columns=["default", "w"]), frame["default"]
    pipeline = make_pipeline(MutualInfoBinner(encode=encode), IncrementalModel())
    chunks = [(X[a : a + 150], y[a : a + 150]) for a in range(0, 600, 150)]
    probabilities = pipeline.fit(chunks, None).predict_proba(X)
    binned = pipeline[0].transform(X)
    model = SGDClassifier(loss="log_loss", random_state=0)
    for a in range(0, 600, 150):
        model.partial_fit(binned[a : a + 150], y[a : a + 150], classes=["no", "yes"])
    np.testing.assert_array_equal(probabilities, model.predict_proba(binned))


def test_selected_after_it_in_chunks(frame):
    X, y = frame.drop(columns=["default", "w"]), frame["default"]
    pipeline = make_pipeline(MutualInfoBinner(), InfoBottleneckSelector(), IncrementalModel())
    chunks = [(X[a : a + 150], y[a : a + 150]) for a in range(0, 600, 150)]
    pipeline.fit(chunks, None)
    memory = Pipeline(pipeline.steps[:2]).fit(X, y)
    assert pipeline[:2].get_feature_names_out().tolist() == (
        memory.get_feature_names_out().tolist()
    )
    assert pipeline.predict_proba(X).shape == (600, 2)


@pytest.mark.parametrize("encode", ["ordinal", "onehot"])
def test_before_a_model_of_dask_collections(frame, encode):
    X, y = frame.drop(columns=["default", "w"]), frame["default"]
    pipeline = Pipeline(
        [
            ("binner", MutualInfoBinner(encode=encode)),
            ("selector", InfoBottleneckSelector()),
            ("model", IncrementalModel()),
        ]
    )
    table = as_dask(frame)
    pipeline.fit(table[list(X)], table["default"])
    # A frame holds indicators that are dense, and names.
    memory = MutualInfoBinner(encode=encode.replace("hot", "hot-dense")).set_output(
        transform="pandas"
    )
    binned = memory.fit_transform(X, y)
    selector = InfoBottleneckSelector().set_output(transform="pandas").fit(binned, y)
    names = selector.get_feature_names_out().tolist()
    assert pipeline[:2].get_feature_names_out().tolist() == names
    lazy = pipeline[:2].transform(table[list(X)])
    assert lazy.npartitions == table.npartitions
    pd.testing.assert_frame_equal(lazy.compute(), selector.transform(binned))
    assert pipeline["model"].predict_proba(lazy.compute()).shape == (600, 2)


def test_a_frame_that_holds_y_goes_through_a_pipeline_in_memory(frame):
    binner = MutualInfoBinner(encode="onehot-dense")
    pipeline = make_pipeline(binner, StandardScaler())
    X = frame.drop(columns=["default", "w"])
    pipeline.fit(X, frame["default"])
    assert pickle.loads(pickle.dumps(pipeline)).transform(X).shape[0] == len(X)


@pytest.mark.parametrize("encode", ["ordinal", "woe"])
def test_tables_sql_and_json_of_a_streamed_fit(frame, encode):
    memory = MutualInfoBinner(encode=encode).fit(frame, y="default", sample_weight="w")
    for table in (EvenChunks(frame), as_dask(frame)):
        streamed = MutualInfoBinner(encode=encode).fit(table, y="default", sample_weight="w")
        pd.testing.assert_frame_equal(streamed.bin_table(), memory.bin_table())
        pd.testing.assert_frame_equal(streamed.encoding_table(TOWN), memory.encoding_table(TOWN))
        for dialect in ("ansi", "spark", "bigquery", "snowflake", "tsql", "mysql"):
            assert streamed.to_sql(dialect=dialect) == memory.to_sql(dialect=dialect)
        assert streamed.to_dict() == memory.to_dict()
        np.testing.assert_array_equal(streamed.transform(frame), memory.transform(frame))


# Files


def as_parquet(frame, folder):
    for i, start in enumerate(range(0, len(frame), 200)):
        frame.iloc[start : start + 200].to_parquet(folder / f"part {i}.parquet", index=False)
    return str(folder / "*.parquet")


def as_dataset(frame, folder):
    dataset = pytest.importorskip("pyarrow.dataset")
    as_parquet(frame, folder)
    return dataset.dataset(folder)


@pytest.mark.parametrize("as_files", [as_parquet, as_dataset])
def test_files(frame, tmp_path, as_files):
    pytest.importorskip("pyarrow")
    table = as_files(frame, tmp_path)
    binner = MutualInfoBinner().fit(frame, y="default", sample_weight="w")
    expected = binner.transform(frame)
    lazy = binner.transform(table)
    for _ in range(2):
        np.testing.assert_array_equal(np.vstack(list(lazy)), expected)
    streamed = MutualInfoBinner().fit_transform(table, y="default", sample_weight="w")
    np.testing.assert_array_equal(np.vstack(list(streamed)), expected)
    selector = InfoBottleneckSelector(2).set_output(transform="pandas")
    selector.fit(frame, y="default", sample_weight="w")
    selected = pd.concat(chunk for chunk in selector.transform(table))
    assert list(selected) == selector.get_feature_names_out().tolist()
    assert len(selected) == len(frame)
    (tmp_path / "part 9.parquet").write_bytes(b"no parquet")
    with pytest.raises(ValueError, match=r"part 9\.parquet"):
        list(binner.transform(as_dataset(frame, tmp_path) if as_files is as_dataset else table))


@pytest.mark.parametrize("as_lazy", [as_polars, as_duckdb, as_dask])
@pytest.mark.parametrize("encode", ["ordinal", "onehot"])
def test_fit_transform_is_lazy(frame, as_lazy, encode):
    memory = MutualInfoBinner(encode=encode)
    expected = dense(memory.fit_transform(frame, y="default", sample_weight="w"))
    table = as_lazy(frame)
    lazy = MutualInfoBinner(encode=encode).fit_transform(table, y="default", sample_weight="w")
    assert type(lazy) is type(table)
    compute = LAZY[as_lazy.__name__.removeprefix("as_")][1]
    np.testing.assert_array_equal(compute(lazy), expected)


@pytest.mark.parametrize("encode", ENCODINGS)
def test_a_chunk_without_rows_has_an_output_without_rows(frame, encode):
    chunks = [frame[:0], frame[:300], frame[300:300], frame[300:]]
    binner = MutualInfoBinner(encode=encode).fit(chunks, y="default")
    transformed = [dense(part) for part in binner.transform(chunks)]
    assert [len(part) for part in transformed] == [0, 300, 0, 300]
    np.testing.assert_array_equal(np.concatenate(transformed), dense(binner.transform(frame)))
    # Of a table in memory scikit-learn wants a row.
    with pytest.raises(ValueError, match="minimum of 1 is required"):
        binner.transform(frame[:0])
