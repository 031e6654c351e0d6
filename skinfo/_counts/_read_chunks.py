"""Reader of the parts of a table; each part is checked separately, where it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import frexp, ldexp
from operator import add
from typing import Any, NamedTuple

import numpy as np
from narwhals.stable.v2.dependencies import is_into_dataframe
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_consistent_length

from skinfo._counts._cells import NumberSample
from skinfo._counts._chunks import Chunks, TargetInfo
from skinfo._counts._kinds import kind_of_chunks
from skinfo._counts._partitions import Part, Partitions, errors_that_name
from skinfo._counts._source import columns_by_name
from skinfo._counts._summaries import TargetSummary
from skinfo._counts._table import Table, read_table, switch_of, table_of_some_columns
from skinfo._counts._target import (
    ClassTarget,
    Scaling,
    class_codes,
    infer_continuous,
    read_column,
    refuse_missing,
    warn_of_guess,
)
from skinfo.utils._progress import report_pass
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_sample_weight


class GivenChunk(NamedTuple):
    """Checked input of a part; y and weights are those of the rows of positive weight."""

    table: Any
    y: NDArray[Any]
    weights: NDArray[np.float64]
    rows: slice | NDArray[np.int64]
    is_weighted: bool


@dataclass(frozen=True)
class ChunkReader:
    """Reader of the parts of one table, which is sent to where they are.

    Attributes
    ----------
    y, sample_weight : str or None
        Names of the columns that hold them; None if parts contain them, or if weights are one.

    checked : estimator
        Represents the caller in messages, and has the names of the features.

    switch : str or None
        See `Table`.

    accept_sparse : bool

    keys : list
        Names of the features in the table itself.

    has_target : bool, default=True
        If False, y is zero.
    """

    y: str | None
    sample_weight: str | None
    checked: BaseEstimator
    switch: str | None
    accept_sparse: bool
    keys: list[Any]
    has_target: bool = True

    @property
    def name(self) -> str:
        """Name of the caller in messages."""
        return type(self.checked).__name__

    def columns(self, features: Sequence[int] | None) -> list[Any] | None:
        """Return the names in the parts of some features, with y and weights; None for all."""
        if features is None:
            return None
        named = [name for name in (self.y, self.sample_weight) if name is not None]
        return [self.keys[j] for j in features] + named

    def read(self, part: Part) -> "GivenChunk":
        """Return a checked part.

        Raises
        ------
        ValueError, TypeError
            With the label of the part.
        """
        with errors_that_name(part):
            return self._read(part.data)

    def _read(self, data: Any) -> "GivenChunk":
        X, of_y, of_weight = data, self.y, self.sample_weight
        if isinstance(data, tuple):
            X, of_y, of_weight = data if len(data) == 3 else (*data, self.sample_weight)
        X, of_y, of_weight = columns_by_name(X, of_y, of_weight)
        table = self._table(X)
        labels = np.zeros(table.shape[0])
        if self.has_target:
            labels = read_column(of_y, self.name)
        if isinstance(self.y, str) and not table.shape[0]:
            # In polars < 2 a frame loses its rows with its last column.
            table.shape = (len(labels), len(self.keys))
        check_consistent_length(np.empty((table.shape[0], 0)), labels)
        weights = np.ones(len(labels))
        if of_weight is not None and np.asarray(of_weight).any():
            weights = check_sample_weight(of_weight, len(labels))
        elif of_weight is not None:
            # A part with weight zero is equivalent to an empty one.
            weights = np.zeros(len(labels))
        rows = slice(None) if weights.all() else np.flatnonzero(weights)
        refuse_missing(labels[rows])
        return GivenChunk(table, labels[rows], weights[rows], rows, of_weight is not None)

    def _table(self, X: Any) -> Table:
        """Return a part as a Table of all features, of which some may not have been read."""
        some = table_of_some_columns(X, self.keys, self.switch)
        if some is not None:
            return some
        return read_table(
            self.checked,
            X,
            reset=False,
            ensure_min_samples=0,
            accept_sparse=self.accept_sparse,
            switch=self.switch,
        )


def is_chunked(X: Any) -> bool:
    """Return whether X is a re-iterable of tables, or of tables with y and weights.

    Raises
    ------
    TypeError
        If X is an iterator, which can be read only once.
    """
    if isinstance(X, (list, tuple)):
        return len(X) > 0 and (is_into_dataframe(X[0]) or _is_table_with_y(X[0]))
    if (
        is_into_dataframe(X)
        or isinstance(X, (str, bytes, dict))
        or not hasattr(type(X), "__iter__")
    ):
        return False
    if any(hasattr(X, name) for name in ("shape", "dtype", "__array__")):
        return False
    if hasattr(type(X), "__next__"):
        raise TypeError(
            f"X is a {type(X).__name__}, which can be iterated over only once, and chunks are "
            "read several times. Pass a list of tables, or an object whose __iter__ starts again."
        )
    if not hasattr(X, "__len__"):
        return True
    first = next(iter(X), None)
    return is_into_dataframe(first) or _is_table_with_y(first)


def _is_table_with_y(item: Any) -> bool:
    if not isinstance(item, tuple) or not 2 <= len(item) <= 3:
        return False
    return is_into_dataframe(item[0]) or getattr(item[0], "ndim", 0) == 2


def read_partitions(
    partitions: Partitions,
    y: str | None,
    sample_weight: str | None,
    *,
    estimator: BaseEstimator,
    target_type: str,
    reset: bool,
    accept_sparse: bool,
    ensure_min_samples: int,
    remedy: str,
) -> Chunks:
    """Return the parts of a table as Chunks, after a pass for kinds and target.

    Parameters
    ----------
    partitions : Partitions

    y, sample_weight : str or None
        Names of the columns that hold them.

    estimator, target_type, reset, accept_sparse, ensure_min_samples, remedy
        See `as_source`.
    """
    name = type(estimator).__name__
    for argument, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None and not isinstance(value, str):
            raise ValueError(
                f"{argument} of chunks is the name of a column, or part of each chunk as in "
                f"[(X, y), ...], got {type(value).__name__}."
            )
    reader, names = reader_of(
        partitions.head(), y, sample_weight, estimator, reset=reset, accept_sparse=accept_sparse
    )
    # Samples of later parts start at the level that earlier parts reached, which saves memory. Not
    # on workers, which may cache a task and reuse it for another table.
    levels = [0] * len(names) if partitions.is_local else None
    first = partitions.reduce(partial(_first_pass, reader, target_type, levels), _merged_passes)
    report_pass("kinds and target")
    if first is None:
        raise ValueError(f"X gave no table. {name} needs one chunk of samples at least.")
    summary = first.target
    if summary.n_rows < ensure_min_samples:
        raise ValueError(
            f"Found {summary.n_rows} sample(s) in all chunks while a minimum of "
            f"{ensure_min_samples} is required by {name}."
        )
    if not summary.n_samples:
        raise ValueError(
            "sample_weight must have a positive entry, got zeros only: no sample is left."
        )
    info = _target_info(summary, partitions, reader, target_type, remedy)
    kinds = [kind_of_chunks(kinds) for kinds in first.kinds]
    samples = {j: sample for j, sample in enumerate(first.samples) if sample is not None}
    return Chunks(names, list(reader.keys), kinds, info, partitions, reader, samples)


def reader_of(
    head: Any,
    y: str | None,
    sample_weight: str | None,
    estimator: BaseEstimator,
    *,
    reset: bool,
    accept_sparse: bool,
    has_target: bool = True,
) -> tuple[ChunkReader, list[str]]:
    """Return the reader of a table with the given first part, and the names of its features."""
    X = head[0] if isinstance(head, tuple) else columns_by_name(head, y, sample_weight)[0]
    table = read_table(
        estimator, X, reset=reset, ensure_min_samples=0, accept_sparse=accept_sparse
    )
    # A substitute, since the estimator itself would be serialised with all of its data.
    checked = type(type(estimator).__name__, (BaseEstimator,), {})()
    for attribute in ("n_features_in_", "feature_names_in_"):
        if hasattr(estimator, attribute):
            setattr(checked, attribute, getattr(estimator, attribute))
    reader = ChunkReader(
        y,
        sample_weight,
        checked,
        switch_of(estimator),
        accept_sparse,
        list(table.keys),
        has_target,
    )
    return reader, list(table.names)


class FirstPass(NamedTuple):
    """Kinds of the columns, samples of numeric columns, and target statistics."""

    kinds: list[frozenset[str]]
    samples: list[NumberSample | None]
    target: TargetSummary


def _first_pass(
    reader: ChunkReader, target_type: str, levels: list[int] | None, part: Part
) -> FirstPass:
    given = reader.read(part)
    levels = [0] * len(reader.keys) if levels is None else levels
    with errors_that_name(part):
        kinds = [frozenset(given.table.kinds_in_chunk(j)) for j in range(len(levels))]
        samples = [_number_sample(given, j, kinds[j], level) for j, level in enumerate(levels)]
    for j, sample in enumerate(samples):
        levels[j] = max(levels[j], sample.distinct.level if sample is not None else 0)
    return FirstPass(kinds, samples, _target_summary(given, target_type, reader.name))


def _number_sample(
    given: GivenChunk, j: int, kinds: frozenset[str], level: int
) -> NumberSample | None:
    """Return a sample of column j, None if it is not numeric."""
    values = np.empty(0)
    if kinds & {"level", "unsupported"}:
        return None
    if kinds:
        try:
            values = given.table.numbers(j)[given.rows]
        except ValueError:
            # The error is raised later, if numbers are requested.
            return None
    weights = given.weights if given.is_weighted else np.empty(0)
    return NumberSample.of(values, weights, kinds, level)


def _merged_passes(a: FirstPass, b: FirstPass) -> FirstPass:
    return FirstPass(
        [of_a | of_b for of_a, of_b in zip(a.kinds, b.kinds, strict=True)],
        [
            None if of_a is None or of_b is None else of_a.merged(of_b)
            for of_a, of_b in zip(a.samples, b.samples, strict=True)
        ],
        a.target + b.target,
    )


def _target_summary(chunk: GivenChunk, target_type: str, name: str) -> TargetSummary:
    return TargetSummary.of(
        chunk.y,
        chunk.weights,
        target_type=target_type,
        n_rows=chunk.table.shape[0],
        is_weighted=chunk.is_weighted,
        name=name,
    )


def _target_summary_of_part(
    reader: ChunkReader, target_type: str, info: TargetInfo | None, part: Part
) -> TargetSummary:
    given = reader.read(part)
    if info is not None:
        given = given._replace(weights=info.weights(given.weights))
    return _target_summary(given, target_type, reader.name)


def _target_info(
    summary: TargetSummary,
    partitions: Partitions,
    reader: ChunkReader,
    target_type: str,
    remedy: str,
) -> TargetInfo:
    """Return the target statistics of all chunks; fractional weights require another pass."""
    name = reader.name

    def again(target_type: str, info: TargetInfo | None = None) -> TargetSummary:
        task = partial(_target_summary_of_part, reader, target_type, info)
        found = partitions.reduce(task, add, reader.columns([]))
        report_pass("target")
        assert found is not None
        return found

    is_continuous, is_guess = target_type == "continuous", False
    if target_type == "auto":
        is_continuous, is_guess = infer_continuous(summary.labels)
    if is_guess:
        warn_of_guess(name)
    if not is_continuous and summary.is_cut:
        summary = again("multiclass")
    unit = None
    total = summary.sum_of_weights
    if not summary.has_whole_weights or total >= 2**53:
        unit = ldexp(1.0, frexp(total)[1] - 52)
    info = TargetInfo(
        _no_classes(summary.is_weighted),
        None,
        unit,
        total,
        summary.n_samples,
        summary.n_rows,
    )
    if unit is not None:
        summary = again("continuous" if is_continuous else "multiclass", info)
        info = info._replace(weight=summary.sum_of_weights)
    if not is_continuous:
        _, classes = class_codes(summary.labels)
        if len(classes) < 2:
            raise ValueError(
                f"{name} needs y to have at least two classes, got one class: "
                f"{short_repr(classes[:1].tolist()[0])} in {summary.n_samples} sample(s). {remedy}"
            )
        empty = np.empty(0)
        of_classes = ClassTarget(empty.astype(np.int32), classes, empty, summary.is_weighted)
        return info._replace(target=of_classes)
    if summary.lowest == summary.highest:
        raise ValueError(
            f"{name} needs y to vary, got one value: {short_repr(summary.lowest)} in "
            f"{summary.n_samples} sample(s). {remedy}"
        )
    scaling = Scaling.of(summary.lowest, summary.highest, info.weight, summary.mean)
    target = scaling.target(np.empty(0), np.empty(0), summary.is_weighted)
    return info._replace(target=target, scaling=scaling)


def _no_classes(is_weighted: bool) -> ClassTarget:
    return ClassTarget(np.empty(0, np.int32), np.empty(0), np.empty(0), is_weighted)
