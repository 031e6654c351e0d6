"""Tables of Spark: the answers of memory, on executors, from classic Spark and Spark Connect."""

import json
import os
import pickle
import signal
import threading
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from skinfo import InfoBottleneckSelector, MutualInfoBinner

pytest.importorskip("pyspark")
pa = pytest.importorskip("pyarrow")

from skinfo._counts import _spark  # noqa: E402
from skinfo._counts._spark import Failure, PartialResult, SparkPartitions, spark_partitions  # noqa: E402

pytestmark = pytest.mark.filterwarnings(
    "ignore:PySpark does not yet fully support pandas:FutureWarning"
)

N = 700


@pytest.fixture(scope="module")
def connect(spark):
    """A session of Spark Connect on the same executors."""
    from pyspark.sql.connect.session import SparkSession

    port = spark.conf.get("spark.connect.grpc.binding.port")
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()
    yield session
    session.stop()


@pytest.fixture(params=["spark", "connect"])
def session(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    number = rng.normal(size=N)
    number[::9] = np.nan
    frame = pd.DataFrame(
        {
            "a.number": number,
            "text": rng.choice(["x", "y", "z"], N),
            "day": pd.Timestamp("2024-02-01") + pd.to_timedelta(rng.integers(300, size=N), "D"),
            "whole": rng.integers(90, size=N),
            "w": rng.integers(3, size=N) * 1.0,
        }
    )
    frame["y"] = (frame["a.number"].fillna(1) + (frame["text"] == "x") > 0.3).astype(int)
    return frame


@pytest.fixture(scope="module")
def path(frame, tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "rows.parquet"
    frame.to_parquet(path)
    return str(path)


def partitioned(session, path):
    """Return the rows in four partitions: two without any, and skewed."""
    return session.read.parquet(path).repartition(4, "text")


def as_json(fitted):
    return json.dumps(fitted.to_dict())


def test_the_answer_is_that_of_memory(frame, path, session):
    in_memory = MutualInfoBinner().fit(frame, "y", "w")
    table = partitioned(session, path)
    assert as_json(MutualInfoBinner().fit(table, "y", "w")) == as_json(in_memory)


def test_a_selection_is_that_of_memory(spark, frame, path):
    selector = InfoBottleneckSelector(n_features_to_select=2)
    in_memory = clone(selector).fit(frame, "y", "w")
    selector.fit(partitioned(spark, path), "y", "w")
    np.testing.assert_array_equal(selector.ranking_, in_memory.ranking_)
    np.testing.assert_array_equal(selector.p_values_, in_memory.p_values_)
    assert persisted(spark) == 0


def persisted(spark):
    """Return how many tables executors keep."""
    return spark.sparkContext._jsc.getPersistentRDDs().size()


TYPES = {
    "cast(null as bigint)": None,
    "cast(3 as tinyint)": 3,
    "cast('nan' as double)": np.nan,
    "1.5BD": 1.5,
    "'a'": "a",
    "true": True,
    "date'2020-01-01'": pd.Timestamp("2020-01-01").date(),
    "timestamp'2020-07-01 12:00:00+00:00'": pd.Timestamp("2020-07-01 08:00"),
    "timestamp_ntz'2020-07-01 12:00:00'": pd.Timestamp("2020-07-01 12:00"),
    "interval '1 2' day to hour": pd.Timedelta(hours=26),
    "null": None,
}


def test_types_are_those_of_to_pandas(spark):
    columns = ", ".join(f"{value} as c{j}" for j, value in enumerate(TYPES))
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        partitions, *_ = spark_partitions(spark.sql(f"select {columns}"), "c1", None)
        head = partitions.head()
        table = partitions.reduce(lambda part: part.data, None)
    finally:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
    assert head.num_rows == 0
    assert head.schema.types == table.schema.types
    np.testing.assert_equal(list(table.to_pylist()[0].values()), list(TYPES.values()))


REFUSED = ["array(1)", "map('a', 1)", "struct(1)", "interval '1' year", "parse_json('{}')"]


@pytest.mark.parametrize("value", REFUSED)
def test_columns_that_are_neither_numbers_nor_levels_are_refused(spark, value):
    with pytest.raises(ValueError, match="odd holds values of Spark's type"):
        spark_partitions(spark.sql(f"select {value} as odd"), "y", None)


def test_y_and_weights_are_names(spark):
    with pytest.raises(TypeError, match="y of a Spark DataFrame is the name of a column"):
        MutualInfoBinner().fit(spark.range(3), [0, 1, 0])
    with pytest.raises(TypeError, match="sample_weight of a Spark DataFrame is the name"):
        MutualInfoBinner().fit(spark.range(3), "id", [0, 1, 0])
    with pytest.raises(ValueError, match="y='a' is not among the columns of X"):
        MutualInfoBinner().fit(spark.range(3), "a")


def test_results_are_merged_on_executors(spark, monkeypatch):
    monkeypatch.setattr(_spark, "MOST_FOR_CLIENT", 1)
    monkeypatch.setattr(_spark, "MERGED_ON_EXECUTOR", 2)
    table = spark.range(0, 70, 1, 6).where("id < 40").selectExpr("id", "2 * id as `b.c`")
    partitions = SparkPartitions(table)

    def look(part):
        return part.data.column_names, sum(part.data.column(0).to_pylist())

    for _ in range(2):
        merged = partitions.reduce(look, lambda a, b: (b[0], a[1] + b[1]), ["b.c"])
        assert merged == (["b.c"], 2 * sum(range(40)))
        # Partitions without rows have no result.
        assert partitions._n_results == 4
    assert SparkPartitions(table.where("id < 0")).reduce(look, None) is None


def test_pieces_are_made_once_and_freed(spark, session, tmp_path):
    made = tmp_path / "made"

    def make(part):
        with open(made, "a") as file:
            file.write("x")
        return part.data.column(0).to_numpy()

    kept = SparkPartitions(session.range(0, 10, 1, 2)).persist(make)
    assert not kept.is_local
    for _ in range(2):
        assert kept.reduce(lambda ids: int(ids.sum()), int.__add__) == 45
    assert len(made.read_text()) == 2
    assert persisted(spark) == 1
    del kept
    assert persisted(spark) == 0


def dies_once(flag):
    """Return a function that ends the executor the first time it is called."""

    def die():
        try:
            os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        # The parent of this process starts those of Python, and its parent is the executor.
        with open(f"/proc/{os.getppid()}/stat") as file:
            os.kill(int(file.read().rpartition(")")[2].split()[1]), signal.SIGKILL)
        time.sleep(60)

    return die


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")
def test_a_killed_executor_changes_no_answer(spark, frame, path, tmp_path):
    in_memory = MutualInfoBinner().fit(frame, "y", "w")
    table = partitioned(spark, path)
    die = dies_once(str(tmp_path / "fit"))

    def mortal(batches):
        for batch in batches:
            die()
            yield batch

    table = table.withColumnRenamed("a.number", "number").mapInArrow(
        mortal, table.withColumnRenamed("a.number", "number").schema
    )
    table = table.withColumnRenamed("number", "a.number")
    assert as_json(MutualInfoBinner().fit(table, "y", "w")) == as_json(in_memory)
    assert (tmp_path / "fit").exists()


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")
def test_pieces_of_a_killed_executor_are_made_again(spark, tmp_path):
    kept = SparkPartitions(spark.range(0, 10, 1, 2)).persist(
        lambda part: part.data.column(0).to_numpy()
    )
    die = dies_once(str(tmp_path / "kept"))

    def total(ids):
        die()
        return int(ids.sum())

    assert kept.reduce(total, int.__add__) == 45
    assert (tmp_path / "kept").exists()


def test_a_partition_that_is_no_good_is_named(spark, frame, session, path):
    table = partitioned(session, path).selectExpr("text", "nullif(y, int(text = 'z')) as y")
    binner = MutualInfoBinner()
    with pytest.raises(ValueError, match=r"missing.*\(In partition \d\.\)"):
        binner.fit(table, "y")
    assert not hasattr(binner, "n_features_in_")

    def fail(part):
        raise TypeError(part.label)

    with pytest.raises(TypeError, match=r"^partition 0$"):
        SparkPartitions(session.range(0, 10, 1, 2)).persist(fail)
    assert persisted(spark) == 0


def test_a_fault_in_any_pass_over_what_is_kept_frees_it(spark, session):
    """Also while something refers to what was raised, as a notebook does."""

    def fail(ids):
        raise TypeError(f"{len(ids)} ids")

    kept = SparkPartitions(session.range(0, 10, 1, 2)).persist(lambda part: part.data.column(0))
    of_kept = kept.persist(lambda ids: ids)
    assert persisted(spark) == 2
    with pytest.raises(TypeError, match=r"^5 ids$"):
        of_kept.reduce(fail, min)
    assert persisted(spark) == 0
    kept = SparkPartitions(session.range(0, 10, 1, 2)).persist(lambda part: part.data.column(0))
    with pytest.raises(TypeError, match=r"^5 ids$"):
        kept.persist(fail)
    assert persisted(spark) == 0


def test_a_file_that_can_not_be_read_is_named(session, frame, tmp_path):
    for i in range(3):
        frame[i::3].to_parquet(tmp_path / f"{i}.parquet")
    content = (tmp_path / "1.parquet").read_bytes()
    (tmp_path / "1.parquet").write_bytes(content[:4] + b"\xff" * 300 + content[304:])
    binner = MutualInfoBinner()
    with pytest.raises(ValueError, match=r"Spark cannot read X: .*1\.parquet") as raised:
        binner.fit(session.read.parquet(str(tmp_path)), "y")
    assert "\tat" not in str(raised.value)
    assert len(str(raised.value)) < 1000
    assert not hasattr(binner, "n_features_in_")


def test_executors_without_skinfo_are_told_of(spark):
    def task(part):
        raise ModuleNotFoundError("No module named 'skinfo'")

    with pytest.raises(ModuleNotFoundError, match="skinfo is not installed on the executors"):
        SparkPartitions(spark.range(0, 10, 1, 1)).reduce(task, None)


def test_an_interrupt_leaves_nothing_fitted_and_no_job(spark, session, path, tmp_path):
    begun = tmp_path / "begun"

    def slow(batches):
        begun.touch()
        time.sleep(60)
        yield from batches

    def interrupt():
        while not begun.exists():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    table = session.read.parquet(path).drop("a.number")
    table = table.mapInArrow(slow, table.schema)
    binner = MutualInfoBinner()
    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        binner.fit(table, "y")
    thread.join()
    assert not hasattr(binner, "n_features_in_")
    assert not session.getTags()
    status = spark.sparkContext.statusTracker()
    for _ in range(100):
        if not status.getActiveJobsIds():
            break
        time.sleep(0.1)
    assert not status.getActiveJobsIds()
    assert persisted(spark) == 0


def rows_of(batches):
    return [
        (
            batch.column(0)[0].as_py(),
            batch.column(1)[0].as_py(),
            pickle.loads(batch.column(2)[0].as_py()),
        )
        for batch in batches
    ]


def test_batches_are_joined(monkeypatch):
    monkeypatch.setattr(_spark, "_partition_id", lambda: 7)
    monkeypatch.setattr(_spark, "ROWS_OF_PIECE", 5)
    sizes = [2, 3, 4, 0, 1, 1]
    batches = [pa.RecordBatch.from_pydict({"c0": np.ones(n)}) for n in sizes]
    parts = list(_spark.tables(["x"], iter(batches)))
    assert [(p.label, p.data.num_rows) for p in parts] == [("partition 7", n) for n in (5, 5, 1)]
    assert parts[0].data.column_names == ["x"]
    monkeypatch.setattr(_spark, "BYTES_AT_ONCE", 8)
    parts = list(_spark.tables(["x"], iter(batches)))
    assert [p.data.num_rows for p in parts] == [2, 3, 4, 1, 1]
    assert not list(_spark.tables(["x"], iter(batches[3:4])))


def test_a_partition_is_folded_into_one_result(monkeypatch):
    monkeypatch.setattr(_spark, "_partition_id", lambda: 7)
    fold = _spark.fold(iter, str, str.__add__, iter([1, 2, 3]))
    assert rows_of(fold) == [(7, 1, "123")]
    assert not list(_spark.fold(iter, str, None, iter([])))
    ((_, _, failure),) = rows_of(_spark.fold(iter, int, None, iter(["a"])))
    assert isinstance(failure, Failure)
    batches = [PartialResult(i, i, str(i)).to_batch() for i in (3, 2, 4)]
    merged = _spark.fold_results(str.__add__, iter(batches))
    assert rows_of(merged) == [(2, 9, "234")]
    assert not list(_spark.fold_results(None, iter([])))


def test_the_first_failure_is_raised():
    results = [
        PartialResult(0, 1, "0"),
        PartialResult(2, 1, Failure(ValueError("2"))),
        PartialResult(1, 1, Failure(ValueError("1"))),
    ]
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        merged = _spark.fold_results(str.__add__, (results[i].to_batch() for i in order))
        ((_, _, failure),) = rows_of(merged)
        assert str(failure.error) == "1"
