"""Tables of Spark: parts are partitions, and tasks run on the executors.

Only methods common to classic Spark and Spark Connect are used. A pass is one Spark job: each
partition is reduced to one pickled result (`mapInArrow`), and a tree of shuffles merges results on
the executors until few remain for the client.
"""

import pickle
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial, reduce
from operator import attrgetter
from typing import Any, NamedTuple, NoReturn, TypeVar
from uuid import uuid4
from weakref import finalize

import pyarrow as pa
import pyarrow.compute as pc

import skinfo
from skinfo._counts._partitions import Part
from skinfo.utils._text import one_line

Result = TypeVar("Result")
ItemsOf = Callable[[Iterator[pa.RecordBatch]], Iterable[Any]]

# Limits of a piece that a task processes: Spark's Arrow batches (10,000 rows) are joined up to
# either of them.
ROWS_OF_PIECE = 2**17
BYTES_AT_ONCE = 2**26

# Maximum number of results that the client merges. If there are more, tasks on executors first
# merge about this many each.
MOST_FOR_CLIENT = 16
MERGED_ON_EXECUTOR = 8

PARTIAL_RESULT = "partition bigint, n_merged bigint, result binary"
KEPT_PIECE = "partition bigint, failure binary, piece binary"

# Names in Spark of the types of columns that are numbers, levels or times.
READABLE = {
    *("tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "boolean", "void"),
    *("string", "char", "varchar", "binary", "date", "timestamp", "timestamp_ntz", "time"),
    *("interval day", "interval hour", "interval minute", "interval second"),
}

# Beginnings of lines of Spark messages that state no cause, and the number of other lines to show.
NO_CAUSES = (
    "An error occurred while calling",
    "An exception was thrown from the Python worker",
    "[PYTHON_EXCEPTION] An exception was thrown from the Python worker",
    "Driver stacktrace:",
    "JVM stacktrace:",
    "Traceback (most recent call last)",
    "SQLSTATE:",
)
MOST_CAUSES = 4


def spark_partitions(
    X: Any, y: Any, sample_weight: Any
) -> tuple["SparkPartitions", str | None, str | None]:
    """Return a Spark DataFrame as `Partitions`, and the names of y and weights.

    Parameters
    ----------
    X : pyspark.sql.DataFrame

    y, sample_weight : str or None

    Raises
    ------
    TypeError, ValueError
        If y or weights are not names, or X has columns of unsupported types.
    """
    if not hasattr(X, "mapInArrow"):
        raise TypeError(
            f"X is a {type(X).__module__}.{type(X).__name__}. Pass X.to_spark(), a DataFrame of "
            "pyspark.sql."
        )
    for argument, name in (("y", y), ("sample_weight", sample_weight)):
        if not isinstance(name, str) and name is not None:
            raise TypeError(
                f"{argument} of a Spark DataFrame is the name of a column of it, got "
                f"{type(name).__name__}."
            )
    for field in X.schema.fields:
        name = field.dataType.simpleString()
        if re.split(r" to |[(]", name)[0] not in READABLE:
            raise ValueError(
                f"{one_line(field.name)} holds values of Spark's type {name:.60}, which are "
                "neither numbers nor levels. Make a column of each of its entries, or text of "
                "all."
            )
    return SparkPartitions(X), y, sample_weight


class SparkPartitions:
    """The partitions of a Spark DataFrame.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
        Classic, or of Spark Connect.

    is_kept : bool, default=False
        Whether its rows are the output of `make_pieces`.

    n_results : int or None, default=None
        Number of non-empty partitions. None before the first pass.

    made_of : SparkPartitions or None, default=None
        Input of the tasks, if its rows are stored too.
    """

    is_local = False

    def __init__(
        self,
        frame: Any,
        is_kept: bool = False,
        n_results: int | None = None,
        made_of: "SparkPartitions | None" = None,
    ) -> None:
        self._frame = frame
        self._is_kept = is_kept
        self._n_results = n_results
        self._made_of = made_of
        self._unpersisted = finalize(self, _unpersist, frame) if is_kept else None
        if self._unpersisted is not None:
            # The session may have ended before this process does.
            self._unpersisted.atexit = False

    def _free(self) -> None:
        """Free stored rows."""
        if self._unpersisted is not None:
            self._unpersisted()
        if self._made_of is not None:
            self._made_of._free()

    def head(self) -> Any:
        """Return a table without rows."""
        return with_local_times(_run(self._frame, lambda: self._frame.limit(0).toArrow()))

    def reduce(
        self,
        task: Callable[[Any], Result],
        merge: Callable[[Result, Result], Result],
        columns: Sequence[Any] | None = None,
    ) -> Result | None:
        """Return the merged results of a task for each partition; see `Partitions`.

        On failure, stored pieces are freed.
        """
        try:
            return self._merged(task, merge, columns)
        except BaseException:
            # The exception may hold references to this object.
            self._free()
            raise

    def _merged(self, task: Any, merge: Any, columns: Sequence[Any] | None) -> Any:
        frame, items_of = self._items(columns)
        results = frame.mapInArrow(partial(fold, items_of, task, merge), PARTIAL_RESULT)
        # The number of results of the first pass is unknown: it has one level of merges.
        n_results = self._n_results or MOST_FOR_CLIENT * MERGED_ON_EXECUTOR
        while n_results > MOST_FOR_CLIENT:
            n_results = -(-n_results // MERGED_ON_EXECUTOR)
            results = results.repartition(n_results, "partition")
            results = results.mapInArrow(partial(fold_results, merge), PARTIAL_RESULT)
        # Not `collect`, which returns no rows if a large result exceeds the memory of the driver.
        rows = list(_rows(_run(frame, results.toArrow).to_batches()))
        if not rows:
            return None
        merged = reduce(partial(merged_results, merge), map(PartialResult.of_row, rows))
        if isinstance(merged.result, Failure):
            raise merged.result.error
        self._n_results = merged.n_merged
        return merged.result

    def persist(self, task: Callable[[Any], Any]) -> "SparkPartitions":
        """Return the results of a task for each piece of a partition, cached by the executors.

        If an executor is lost, Spark recomputes its pieces.
        """
        from pyspark import StorageLevel

        frame, items_of = self._items(None)
        kept = frame.mapInArrow(partial(make_pieces, items_of, task), KEPT_PIECE)
        kept = kept.persist(StorageLevel.MEMORY_AND_DISK)
        partitions = SparkPartitions(kept, True, self._n_results, made_of=self)
        try:
            # This computes all pieces. A partition stops at its first failure.
            failed = kept.where("failure is not null").select("partition", "failure")
            failures = _run(kept, failed.collect)
        except BaseException:
            partitions._free()
            raise
        if failures:
            partitions._free()
            raise pickle.loads(min(failures).failure)
        return partitions

    def _items(self, columns: Sequence[Any] | None) -> tuple[Any, ItemsOf]:
        """Return a frame of some columns, and the function from its batches to inputs of tasks."""
        if self._is_kept:
            return self._frame, pieces
        names = self._frame.columns if columns is None else list(columns)
        frame = self._frame.select(*map(_quoted, names))
        # `mapInArrow` of classic Spark does not support names with dots.
        return frame.toDF(*(f"c{j}" for j in range(len(names)))), partial(tables, names)


def _quoted(name: str) -> str:
    """Return a quoted column name, in which dots are not interpreted as a path."""
    return "`" + name.replace("`", "``") + "`"


def _unpersist(frame: Any) -> None:
    # After the end of a session there is nothing to free.
    with suppress(Exception):
        frame.unpersist()


def _run(frame: Any, action: Callable[[], Any]) -> Any:
    """Return the result of an action on a DataFrame; its jobs do not outlive the call.

    Raises
    ------
    ModuleNotFoundError
        If skinfo is not installed on executors.
    ValueError
        If Spark cannot read the rows.
    """
    session, tag = frame.sparkSession, f"skinfo-{uuid4().hex}"
    handled = sys.exc_info()[1]
    session.addTag(tag)
    try:
        return action()
    except Exception as error:
        if _follows_interrupt(error, handled):
            session.interruptTag(tag)
            raise KeyboardInterrupt from None
        if type(error).__module__.partition(".")[0] not in ("pyspark", "py4j"):
            raise
        _raise_explained(str(error))
    except BaseException:
        session.interruptTag(tag)
        raise
    finally:
        session.removeTag(tag)


def _follows_interrupt(error: BaseException | None, handled: BaseException | None) -> bool:
    """Return whether an error reports the cancellation of jobs after an interrupt.

    Spark cancels them itself, and raises the error while it handles the interrupt. The exception
    that was `handled` before does not count.
    """
    while error is not None and error is not handled:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__context__
    return False


def _raise_explained(message: str) -> NoReturn:
    """Raise an error with a shortened message of Spark."""
    if "No module named 'skinfo" in message:
        raise ModuleNotFoundError(
            "skinfo is not installed on the executors of Spark. Install skinfo "
            f"{skinfo.__version__} where PYSPARK_PYTHON runs, or send an environment that has "
            "it: spark.archives, or SparkSession.addArtifacts(..., archive=True)."
        ) from None
    raise ValueError(f"Spark cannot read X: {_causes(message)}") from None


def _causes(message: str) -> str:
    """Return the lines of a message without program locations and repetitions."""
    causes: list[str] = []
    for line in message.splitlines():
        cause = line.removeprefix("Caused by: ").removeprefix(": ").strip()
        is_place = not cause or line.startswith((" ", "\t")) or cause.startswith(NO_CAUSES)
        if not is_place and not any(cause in known for known in causes):
            causes.append(cause)
    return " ".join(causes[:MOST_CAUSES])


class Failure(NamedTuple):
    """Exception that a task raised.

    It is returned as a result: Spark would repeat the task, and convert the exception to text.
    """

    error: Exception


class PartialResult(NamedTuple):
    """Merged result of several partitions.

    Attributes
    ----------
    partition : int
        Index of the first partition.

    n_merged : int

    result : object or Failure
    """

    partition: int
    n_merged: int
    result: Any

    @classmethod
    def of_row(cls, row: Any) -> "PartialResult":
        """Return the results of rows made by `to_batch`."""
        return cls(row[0], row[1], pickle.loads(row[2]))

    def to_batch(self) -> pa.RecordBatch:
        """Return a record batch of one row."""
        return _one_row(PARTIAL_RESULT, self.partition, self.n_merged, _pickled(self.result))


def merged_results(
    merge: Callable[[Any, Any], Any], a: PartialResult, b: PartialResult
) -> PartialResult:
    """Return two results merged; the first failure if there are failures."""
    a, b = sorted((a, b), key=attrgetter("partition"))
    for one in (a, b):
        if isinstance(one.result, Failure):
            return one
    return PartialResult(a.partition, a.n_merged + b.n_merged, merge(a.result, b.result))


def fold(
    items_of: ItemsOf,
    task: Callable[[Any], Any],
    merge: Callable[[Any, Any], Any],
    batches: Iterator[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Yield the merged result of a task for the items of a partition, if there are any."""
    try:
        results = map(task, items_of(batches))
        first = next(results, None)
        if first is None:
            return
        result = reduce(merge, results, first)
    except (ValueError, TypeError) as error:
        result = Failure(error)
    yield PartialResult(_partition_id(), 1, result).to_batch()


def fold_results(
    merge: Callable[[Any, Any], Any], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Yield the merged results that were shuffled to a partition."""
    results = (PartialResult.of_row(row) for row in _rows(batches))
    first = next(results, None)
    if first is not None:
        yield reduce(partial(merged_results, merge), results, first).to_batch()


def make_pieces(
    items_of: ItemsOf,
    task: Callable[[Any], Any],
    batches: Iterator[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Yield the result of a task for each item of a partition, up to the first failure."""
    partition = _partition_id()
    try:
        for made in map(task, items_of(batches)):
            yield _one_row(KEPT_PIECE, partition, None, _pickled(made))
    except (ValueError, TypeError) as error:
        yield _one_row(KEPT_PIECE, partition, _pickled(error), None)


def pieces(batches: Iterator[pa.RecordBatch]) -> Iterator[Any]:
    """Yield the results that `make_pieces` stored in a partition."""
    for _, _, piece in _rows(batches):
        yield pickle.loads(piece)


def tables(names: list[str], batches: Iterator[pa.RecordBatch]) -> Iterator[Part]:
    """Yield the rows of a partition as `Part` objects with several batches each."""
    label = f"partition {_partition_id()}"
    joined: list[pa.RecordBatch] = []
    n_rows = n_bytes = 0
    for batch in batches:
        joined.append(batch)
        n_rows += batch.num_rows
        n_bytes += batch.nbytes
        if n_rows >= ROWS_OF_PIECE or n_bytes >= BYTES_AT_ONCE:
            yield Part(_joined(joined, names), label)
            joined, n_rows, n_bytes = [], 0, 0
    if n_rows:
        yield Part(_joined(joined, names), label)


def _joined(batches: list[pa.RecordBatch], names: list[str]) -> pa.Table:
    table = pa.Table.from_batches(batches).combine_chunks()
    return with_local_times(table.rename_columns(names))


def with_local_times(table: pa.Table) -> pa.Table:
    """Return a table with times in the time zone of the session, as in `toPandas`."""
    for j, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz is not None:
            table = table.set_column(j, field.name, pc.local_timestamp(table.column(j)))
    return table


def _partition_id() -> int:
    from pyspark import TaskContext

    context = TaskContext.get()
    assert context is not None
    return int(context.partitionId())


def _pickled(value: Any) -> bytes:
    return pickle.dumps(value, protocol=5)


def _rows(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of batches, with binary values as buffers, which are not copied."""
    for batch in batches:
        for i in range(batch.num_rows):
            yield tuple(_value(column[i]) for column in batch.columns)


def _value(scalar: pa.Scalar) -> Any:
    return scalar.as_buffer() if pa.types.is_binary(scalar.type) else scalar.as_py()


def _one_row(schema: str, *values: Any) -> pa.RecordBatch:
    """Return a record batch of one row with a Spark schema."""
    types = {"bigint": pa.int64(), "binary": pa.binary()}
    fields = [field.split() for field in schema.split(", ")]
    arrays = [pa.array([v], types[t]) for v, (_, t) in zip(values, fields, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=[name for name, _ in fields])
