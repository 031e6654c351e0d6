"""Lazy tables: `transform` of a selector keeps the selected columns, and computes nothing."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from skinfo import InfoBottleneckSelector, MutualInfoBinner


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    n = 400
    y = rng.integers(0, 2, n)
    return pd.DataFrame(
        {
            "noise": rng.normal(size=n),
            'a "quoted" `name`.b': rng.normal(y),
            "default": np.where(y == 1, "yes", "no"),
            "more noise": rng.normal(size=n),
            "town": np.where(rng.random(n) < 0.3, "x", np.where(y == 1, "it's", "z")),
            "w": rng.integers(1, 3, n).astype(float),
        }
    )


def as_dask(frame):
    dd = pytest.importorskip("dask.dataframe")
    return dd.from_pandas(frame, npartitions=3)


def as_polars(frame):
    pl = pytest.importorskip("polars")
    return pl.from_pandas(frame).lazy()


def as_duckdb(frame):
    duckdb = pytest.importorskip("duckdb")
    return duckdb.connect().from_df(frame)


LAZY = {
    "dask": (as_dask, lambda lazy: lazy.compute()),
    "polars": (as_polars, lambda lazy: lazy.collect().to_pandas()),
    "duckdb": (as_duckdb, lambda lazy: lazy.df()),
}


@pytest.fixture(params=LAZY)
def lazily(request):
    return LAZY[request.param]


def fitted(frame):
    selector = InfoBottleneckSelector(2).set_output(transform="pandas")
    return selector.fit(frame, y="default", sample_weight="w")


def assert_same(computed, expected):
    assert list(computed.columns) == list(expected.columns)
    np.testing.assert_array_equal(computed.to_numpy(object), expected.to_numpy(object))


@pytest.mark.parametrize("container", ["default", "pandas", "polars"])
def test_the_columns_of_memory(lazily, frame, container):
    pytest.importorskip("polars")
    as_lazy, compute = lazily
    selector = fitted(frame)
    expected = selector.transform(frame.drop(columns=["default", "w"]))
    assert expected.shape[1] == 2
    assert_same(selector.transform(frame), expected)
    table = as_lazy(frame)
    lazy = selector.set_output(transform=container).transform(table)
    assert type(lazy) is type(table)
    assert_same(compute(lazy), expected)


def test_other_columns_are_refused(lazily, frame):
    as_lazy, _ = lazily
    selector = fitted(frame)
    for message, table in {
        "unseen at fit time": frame.assign(more=1),
        "yet now missing": frame.drop(columns="noise"),
        "same order": frame[frame.columns[::-1]],
    }.items():
        with pytest.raises(ValueError, match=message):
            selector.transform(table)
        with pytest.raises(ValueError, match=message):
            selector.transform(as_lazy(table))


def test_chunks(frame):
    selector = fitted(frame)
    expected = selector.transform(frame)
    chunks = selector.transform([frame[:150], frame[150:]])
    for _ in range(2):  # as often as one likes
        pd.testing.assert_frame_equal(pd.concat(chunks), expected)
    X, y = frame.drop(columns=["default", "w"]), frame["default"]
    pairs = [(X[:150], y[:150]), (X[150:], y[150:])]
    lazy = InfoBottleneckSelector(2).set_output(transform="pandas").fit_transform(pairs)
    for (X_chunk, y_chunk), (_, y_given) in zip(lazy, pairs, strict=True):
        assert y_chunk is y_given
        assert list(X_chunk.columns) == list(expected.columns)


def test_dask_arrays(frame):
    da = pytest.importorskip("dask.array")
    X = frame[["noise", "w"]].to_numpy().repeat(2, axis=1)
    y = X[:, 0] > 0
    selector = InfoBottleneckSelector().fit(X, y)
    lazy = selector.transform(da.from_array(X, chunks=(100, 3)))
    assert lazy.chunks[0] == (100, 100, 100, 100)
    np.testing.assert_array_equal(lazy.compute(), selector.transform(X))


def test_without_a_feature(frame):
    noise = frame[["noise", "more noise", "default"]]
    selector = InfoBottleneckSelector().fit(noise, y="default")
    with pytest.warns(UserWarning, match="No features were selected"):
        assert selector.transform(as_dask(noise)).compute().shape == (400, 0)
    with pytest.warns(UserWarning, match="No features"):
        assert selector.transform(as_polars(noise)).collect_schema().names() == []
    with (
        pytest.warns(UserWarning, match="No features"),
        pytest.raises(ValueError, match="one column at least"),
    ):
        selector.transform(as_duckdb(noise))


def test_inverse_transform_needs_memory(lazily, frame):
    as_lazy, _ = lazily
    selector = fitted(frame)
    with pytest.raises(TypeError, match="inverse_transform needs X in memory, got a"):
        selector.inverse_transform(selector.transform(as_lazy(frame)))


def test_after_a_binner_it_reads_what_that_computes(frame):
    X = frame.drop(columns=["default", "w"])
    memory = make_pipeline(MutualInfoBinner(), InfoBottleneckSelector()).set_output(
        transform="pandas"
    )
    expected = memory.fit(X, frame["default"]).transform(X)
    table = as_dask(frame)
    lazy = make_pipeline(MutualInfoBinner(), InfoBottleneckSelector())
    selected = lazy.fit_transform(table[list(X)], table["default"])
    pd.testing.assert_frame_equal(selected.compute(), expected)
    pd.testing.assert_frame_equal(lazy[1].report(), memory[1].report())


def test_spark_is_asked_for_quoted_names(frame):
    selector = fitted(frame)

    class FrameOfSpark:
        """The part of Spark's DataFrame that is used here."""

        columns = frame.columns

        def selectExpr(self, *expressions):  # noqa: N802
            return expressions

    FrameOfSpark.__module__ = "pyspark.sql.classic.dataframe"
    FrameOfSpark.__name__ = "DataFrame"
    assert selector.transform(FrameOfSpark()) == ('`a "quoted" ``name``.b`', "`town`")


def test_a_chunk_without_rows(frame):
    selector = InfoBottleneckSelector().fit(frame, y="default")
    parts = list(selector.transform([frame[:0], frame]))
    assert [part.shape for part in parts] == [(0, 2), (400, 2)]
    X, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    X[:, 1] += 3 * y
    in_arrays = InfoBottleneckSelector().fit(X, y)
    parts = list(in_arrays.transform([(X[:0], y[:0]), (X, y)]))
    assert [part[0].shape for part in parts] == [(0, 1), (40, 1)]
