"""One answer, wherever the rows are: every source against the same table in memory.

`SOURCES` is the table of ways to hand over a table with its target; a new adapter is a line in it.
Weights are whole, so every number is compared to the last bit.
"""

import itertools

import numpy as np
import pandas as pd
import pytest

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.estimation import mutual_info, mutual_info_test, pairwise_mutual_info

N = 3000


def plain(rng, n):
    """Numbers: continuous, mostly zero, ties, few, and none that matter."""
    y = rng.integers(0, 3, n)
    skewed = rng.exponential(1 + y, n)
    frame = {
        "normal": rng.normal(0.3 * y),
        "zeros": np.where(rng.random(n) < 0.6, 0.0, skewed),
        "ties": np.round(rng.normal(y), 1),
        "count": rng.poisson(2 + y).astype(float),
        "noise": rng.normal(size=n),
        "constant": np.ones(n),
    }
    return pd.DataFrame(frame).assign(y=y, w=rng.integers(0, 4, n).astype(float))


def mixed(rng, n):
    """Columns of every kind, with missing values."""
    y = rng.integers(0, 2, n)
    days = np.datetime64("2020-01-01") + rng.integers(0, 900, n) + 200 * y
    frame = pd.DataFrame(
        {
            "amount": np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(0.4 * y)),
            "visits": rng.integers(0, 60, n) + 3 * y,
            "is_member": rng.random(n) < 0.3 + 0.2 * y,
            "day": days.astype("datetime64[us]"),
            "region": rng.choice(["north", "south", "east", "west"], n),
            "town": [f"town {t}" for t in rng.integers(0, 300, n)],
            "absent": np.full(n, np.nan),
        }
    )
    frame["town"] = frame["town"].where(rng.random(n) > 0.2, None)
    frame["region"] = np.where(y == 1, np.roll(frame["region"], 1), frame["region"])
    return frame.assign(y=np.where(y == 1, "bad", "good"), w=rng.integers(1, 4, n).astype(float))


def continuous(rng, n):
    """A target of numbers."""
    x = rng.normal(size=(n, 3))
    y = np.round(x[:, 0] + np.abs(x[:, 1]) + rng.normal(size=n), 2)
    return pd.DataFrame(x, columns=list("abc")).assign(y=y, w=rng.integers(1, 4, n).astype(float))


TABLES = {"plain": plain, "mixed": mixed, "continuous": continuous}


@pytest.fixture(scope="module")
def frames():
    """The tables, made once."""
    return {name: make(np.random.default_rng(7), N) for name, make in TABLES.items()}


# ---- the sources


def cut_at(frame, ends):
    """Return the frame in pieces."""
    return [frame.iloc[a:b] for a, b in itertools.pairwise([0, *ends, len(frame)])]


def random_chunks(frame, rng, place):
    return cut_at(frame, np.sort(rng.integers(0, len(frame), 5)).tolist())


def chunks_with_empty_ones(frame, rng, place):
    return cut_at(frame, [0, 10, 10, 2000, len(frame)])


def sorted_chunks(frame, rng, place):
    """A class is absent from some chunks, and chunks hold ranges of y."""
    return cut_at(frame.sort_values("y", kind="stable"), [100, 900, 2500])


def shuffled(frame, rng, place):
    return frame.sample(frac=1, random_state=0)


def polars_frame(frame, rng, place):
    return pytest.importorskip("polars").from_pandas(frame)


def polars_lazy(frame, rng, place):
    return pytest.importorskip("polars").from_pandas(frame).lazy()


def arrow_table(frame, rng, place):
    return pytest.importorskip("pyarrow").Table.from_pandas(frame, preserve_index=False)


def parquet_folder(frame, rng, place):
    pytest.importorskip("pyarrow")
    for i, part in enumerate(random_chunks(frame, rng, place)):
        part.to_parquet(place / f"part_{i}.parquet", index=False, row_group_size=500)
    return place


def parquet_glob(frame, rng, place):
    return str(parquet_folder(frame, rng, place) / "*.parquet")


def arrow_dataset(frame, rng, place):
    folder = parquet_folder(frame, rng, place)
    return pytest.importorskip("pyarrow.dataset").dataset(folder)


def duckdb_relation(frame, rng, place):
    return pytest.importorskip("duckdb").connect().from_df(frame)


def dask_frame(frame, rng, place):
    dd = pytest.importorskip("dask.dataframe")
    return dd.from_pandas(frame, npartitions=4)


def dask_partitions(frame, rng, place):
    """Of unknown divisions, skewed, some of them empty."""
    dd = pytest.importorskip("dask.dataframe")
    parts = chunks_with_empty_ones(frame, rng, place)
    return dd.from_map(lambda i: parts[i], range(len(parts)), meta=frame.iloc[:0])


SOURCES = {
    "random_chunks": random_chunks,
    "chunks_with_empty_ones": chunks_with_empty_ones,
    "sorted_chunks": sorted_chunks,
    "shuffled": shuffled,
    "polars_frame": polars_frame,
    "polars_lazy": polars_lazy,
    "arrow_table": arrow_table,
    "parquet_folder": parquet_folder,
    "parquet_glob": parquet_glob,
    "arrow_dataset": arrow_dataset,
    "duckdb_relation": duckdb_relation,
    "dask_frame": dask_frame,
    "dask_partitions": dask_partitions,
}


@pytest.fixture(params=SOURCES)
def source_of(request, tmp_path, rng):
    """Return a function from a frame to a table that is somewhere else."""
    make = SOURCES[request.param]
    return lambda frame: make(frame, rng, tmp_path)


# ---- what is asked


def bins(table, y, weight):
    """All that a fitted binner holds."""
    binner = MutualInfoBinner().fit(table, y=y, sample_weight=weight)
    state = binner.to_dict()
    # Text is an array of objects in one container, and of strings in another.
    state["target"]["classes"] = np.asarray(binner.classes_).tolist()
    return [state, *binner.counts_, binner.mutual_info_]


def selection(table, y, weight):
    """All that a selector reports."""
    selector = InfoBottleneckSelector().fit(table, y=y, sample_weight=weight)
    return [selector.report().to_dict("list"), selector.support_, selector.information_]


def information(table, y, weight):
    return [mutual_info(table, y, sample_weight=weight, estimator="binned")]


def independence(table, y, weight):
    found = mutual_info_test(table, y, sample_weight=weight, estimator="binned")
    return [found.statistic, found.pvalue]


QUESTIONS = {
    "bins": bins,
    "selection": selection,
    "information": information,
    "independence": independence,
}

ASKED = [
    (table, question, weight)
    for table, question, weight in itertools.product(TABLES, QUESTIONS, [None, "w"])
    # Estimates need classes, and weights none or columns of levels.
    if question in ("bins", "selection") or (table != "continuous" and weight is None)
]


@pytest.fixture(scope="module")
def in_memory(frames):
    """Return the answer to a question about a frame in memory, found once."""
    found = {}

    def answer(table, question, weight):
        key = table, question, weight
        if key not in found:
            frame = frames[table]
            found[key] = QUESTIONS[question](given(frame, weight), "y", weight)
        return found[key]

    return answer


def given(frame, weight):
    """Return the frame with the column of weights, or without it."""
    return frame if weight else frame.drop(columns="w")


@pytest.mark.parametrize(("table", "question", "weight"), ASKED)
@pytest.mark.filterwarnings("ignore:.*more than 32 different")
def test_every_source_gives_the_answer_of_memory(
    table, question, weight, frames, in_memory, source_of
):
    source = source_of(given(frames[table], weight))
    found = QUESTIONS[question](source, "y", weight)
    expected = in_memory(table, question, weight)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_equal(a, b)


def test_pairs_of_columns(frames, source_of):
    frame = frames["mixed"][["region", "is_member", "town", "y"]]
    np.testing.assert_array_equal(
        pairwise_mutual_info(source_of(frame)), pairwise_mutual_info(frame)
    )


# A fit on Spark takes seconds: one table with all kinds of columns.
@pytest.mark.parametrize(
    ("question", "weight"),
    [("bins", "w"), ("selection", "w"), ("information", None), ("independence", None)],
)
@pytest.mark.filterwarnings("ignore:.*more than 32 different")
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_spark_gives_the_answer_of_memory(question, weight, frames, in_memory, spark, tmp_path):
    frame = given(frames["mixed"], weight)
    frame.to_parquet(tmp_path / "table.parquet", index=False)
    table = spark.read.parquet(str(tmp_path / "table.parquet")).repartition(3)
    found = QUESTIONS[question](table, "y", weight)
    for a, b in zip(found, in_memory("mixed", question, weight), strict=True):
        np.testing.assert_equal(a, b)
