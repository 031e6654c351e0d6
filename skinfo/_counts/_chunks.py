"""Samples that come in chunks: the answers of memory, by a few passes over the chunks.

Searches run on a column that is known in part, a `PartialColumn`: some of its distinct values with
the exact sums at each, and the exact sums between them. A question that needs values that are not
known raises `Unresolved`; `Chunks.map_columns` then collects what all columns need in one pass and
runs those searches again. All sums are exact, so answers do not depend on what else is known: they
are those of a `SortedColumn` of all samples, bit for bit if weights are whole.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from math import frexp, ldexp
from operator import add
from typing import Any, NamedTuple, TypeVar

import numpy as np
from joblib import delayed
from narwhals.stable.v2.dependencies import is_into_dataframe
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_consistent_length

from skinfo._counts._kinds import kind_of_chunks
from skinfo._counts._partial_column import ColumnStart, PartialColumn, Unresolved
from skinfo._counts._source import Chunk, columns_by_name
from skinfo._counts._summaries import DistinctSample, Target, TargetSummary
from skinfo._counts._table import Table, read_table
from skinfo._counts._target import (
    ClassTarget,
    Scaling,
    class_codes,
    finite_numbers,
    infer_continuous,
    known_codes,
    read_column,
    refuse_missing,
    warn_of_guess,
)
from skinfo._kernels._exact_sums import sums_by_code
from skinfo.utils._parallel import in_threads
from skinfo.utils._validation import check_sample_weight

# Distinct values of a column in the first sample. A column of fewer is known after one pass, and
# there are more than candidates on a grid (the root of the number of samples) up to 2**30 samples.
CAPACITY = 2**15

# Distinct values that one pass may collect of all columns together: while chunks are merged about
# 280 bytes each, with the sums of two classes, or 300 MB. Ranges of more are split by a finer
# sample first. Of very many columns each may have a few values all the same.
BUDGET = 2**20
FEWEST = 2**10

Summary = TypeVar("Summary")


class TargetInfo(NamedTuple):
    """What is known of the target of all chunks.

    Attributes
    ----------
    target : ClassTarget or ContinuousTarget
        Without samples.

    scaling : Scaling or None
        None for classes.

    unit : float or None
        What weights are rounded to multiples of; see `exactly_summable`.

    weight : float

    n_samples : int
        Of positive weight.

    n_rows : int

    lowest, highest : float
        Of the integers of a continuous target, or of the rate of a class.
    """

    target: Target
    scaling: Scaling | None
    unit: float | None
    weight: float
    n_samples: int
    n_rows: int
    lowest: float
    highest: float

    def weights(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return positive weights as multiples of the unit."""
        if self.unit is None:
            return weights
        return np.maximum(np.rint(weights / self.unit), 1.0) * self.unit

    def of(self, y: NDArray[Any], weights: NDArray[np.float64], name: str) -> Target:
        """Return the target of some samples of positive weight."""
        weights, is_weighted = self.weights(weights), self.target.is_weighted
        if isinstance(self.target, ClassTarget):
            classes = self.target.classes
            return ClassTarget(known_codes(y, classes), classes, weights, is_weighted)
        assert self.scaling is not None
        numbers = finite_numbers(y, slice(None), name)
        return self.scaling.target(numbers, weights, is_weighted)


class GivenChunk(NamedTuple):
    """A chunk as it was given, checked; y and weights are of the rows of positive weight."""

    table: Any
    y: NDArray[Any]
    weights: NDArray[np.float64]
    rows: slice | NDArray[np.int64]
    is_weighted: bool


@dataclass(frozen=True)
class Chunks:
    """A source of chunks that are read again in every pass; see `Source`.

    Attributes
    ----------
    names, keys, kinds : list

    target : ClassTarget or ContinuousTarget
        Its classes, or centre and scale, without samples.

    weight : float
        Of all samples.

    n_samples : int
        Of positive weight.
    """

    names: list[str]
    keys: list[Any]
    kinds: list[str]
    _info: TargetInfo
    _given: Callable[[], Iterator[GivenChunk]]
    _name: str

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return len(self.names)

    @property
    def target(self) -> Target:
        """The target without samples."""
        return self._info.target

    @property
    def target_type(self) -> str:
        """The type of the target."""
        return str(self.target.target_type)

    @property
    def weight(self) -> float:
        """The weight of all samples."""
        return self._info.weight

    @property
    def n_samples(self) -> int:
        """Number of samples of positive weight."""
        return self._info.n_samples

    def chunks(self) -> Iterator[Chunk]:
        """Yield the chunks, from the first."""
        n_rows = 0
        for given in self._given():
            n_rows += given.table.shape[0]
            target = self._info.of(given.y, given.weights, self._name)
            yield Chunk(given.table, target, given.rows)
        if n_rows != self._info.n_rows:
            raise ValueError(
                f"X gave {self._info.n_rows} rows when it was read first, and {n_rows} now. Pass "
                "an object that gives the same tables each time it is iterated over."
            )

    def reduce(
        self, summarise: Callable[[Chunk], Summary], merge: Callable[[Summary, Summary], Summary]
    ) -> Summary:
        """Return the merged summaries of all chunks, after one pass over them."""
        return reduce(merge, map(summarise, self.chunks()))

    def map_columns(
        self,
        search: Callable[[int, Any], Any],
        is_categorical: Sequence[bool] | NDArray[np.bool_],
        n_jobs: int | None = None,
        edges: Sequence[NDArray[np.float64] | None] | None = None,
    ) -> list[Any]:
        """Return ``search(j, column)`` of every column; see `InMemory.map_columns`."""
        columns = self._columns(is_categorical, n_jobs, edges)
        found: dict[int, Any] = {}
        while len(found) < len(columns):
            left = [j for j in columns if j not in found]
            tasks = (delayed(_ask)(search, j, columns[j]) for j in left)
            answers = dict(zip(left, in_threads(tasks, n_jobs=n_jobs), strict=True))
            requests = {j: a for j, a in answers.items() if isinstance(a, Unresolved)}
            found |= {j: a.found for j, a in answers.items() if isinstance(a, Answer)}
            if requests:
                self._resolve(columns, requests, n_jobs)
        return [found[j] for j in range(self.n_features)]

    def _columns(
        self,
        is_categorical: Sequence[bool] | NDArray[np.bool_],
        n_jobs: int | None,
        edges: Sequence[NDArray[np.float64] | None] | None,
    ) -> dict[int, Any]:
        """Return what is known of each column after one pass."""
        capacity = min(CAPACITY, _budget_of_column(self.n_features))

        def summary_of(chunk: Chunk, j: int) -> Any:
            if is_categorical[j]:
                return chunk.categorical_summary(j)
            of_column = None if edges is None else edges[j]
            if of_column is not None:
                return chunk.numeric_summary(j, of_column)
            return ColumnStart.of(chunk, j, capacity)

        summaries = self._summaries(range(self.n_features), summary_of, n_jobs)
        columns = {}
        samples = {}
        for j, summary in summaries.items():
            columns[j] = summary
            if isinstance(summary, ColumnStart):
                columns[j] = PartialColumn(
                    summary, self.target, (self._info.lowest, self._info.highest)
                )
                samples[j] = summary.sample
        self._learn(columns, samples, n_jobs)
        return columns

    def _resolve(
        self, columns: dict[int, Any], requests: dict[int, Unresolved], n_jobs: int | None
    ) -> None:
        """Collect what columns need."""
        capacity = _budget_of_column(len(requests))
        cuts = {
            j: columns[j].values_around(request.positions)[1]
            for j, request in requests.items()
            if request.positions is not None
        }

        def summary_of(chunk: Chunk, j: int) -> Any:
            values = chunk.numbers(j)
            if j in cuts:
                finite = np.isfinite(values)
                weights, values = chunk.target.weights[finite], values[finite]
                codes, n_codes = np.searchsorted(cuts[j], values, side="right"), len(cuts[j]) + 1
                return Sums(
                    sums_by_code(values, weights, codes, n_codes),
                    np.bincount(codes, weights, n_codes),
                )
            present = np.flatnonzero(~np.isnan(values))
            inside = columns[j].in_gaps(values[present], requests[j].gaps)
            rows = present[inside]
            target = chunk.target.take(rows)
            return DistinctSample.of(values[rows], target, capacity, columns[j].n_samples)

        samples = {}
        for j, summary in self._summaries(list(requests), summary_of, n_jobs).items():
            if isinstance(summary, Sums):
                columns[j].learn_means(requests[j].positions, *summary)
            else:
                samples[j] = summary
        self._learn(columns, samples, n_jobs)

    def _learn(
        self, columns: dict[int, Any], samples: dict[int, DistinctSample], n_jobs: int | None
    ) -> None:
        """Take in samples of values; where they are not all, count what is between them."""
        for j, sample in samples.items():
            columns[j].learn(sample)
        some = [j for j, sample in samples.items() if sample.level > 0]
        if not some:
            return

        def summary_of(chunk: Chunk, j: int) -> Any:
            values = chunk.numbers(j)
            codes = np.where(np.isnan(values), -1, columns[j].block_of(values))
            n_blocks = columns[j].n_blocks
            terms = chunk.target.term_sums(codes, n_blocks)
            return Sums(np.bincount(codes[codes >= 0], minlength=n_blocks), terms)

        for j, sums in self._summaries(some, summary_of, n_jobs).items():
            columns[j].recount(*sums)

    def _summaries(
        self,
        columns: Iterable[int],
        summary_of: Callable[[Chunk, int], Any],
        n_jobs: int | None,
    ) -> dict[int, Any]:
        """Return the summary of each of some columns after one pass."""
        columns = list(columns)

        def summarise(chunk: Chunk) -> list[Any]:
            tasks = (delayed(summary_of)(chunk, j) for j in columns)
            summaries: list[Any] = in_threads(tasks, n_jobs=n_jobs)
            return summaries

        def merge(before: list[Any], after: list[Any]) -> list[Any]:
            return [merged(*pair) for pair in zip(before, after, strict=True)]

        summaries: list[Any] = self.reduce(summarise, merge)
        return dict(zip(columns, summaries, strict=True))


class Answer(NamedTuple):
    """What a search found."""

    found: Any


def _budget_of_column(n_columns: int) -> int:
    """Return the number of distinct values that a pass may collect of each of some columns."""
    return max(BUDGET // n_columns, min(CAPACITY, FEWEST))


def _ask(search: Callable[[int, Any], Any], j: int, column: Any) -> Answer | Unresolved:
    try:
        return Answer(search(j, column))
    except Unresolved as request:
        return request


class Sums(NamedTuple):
    """Two arrays that add up over chunks."""

    first: NDArray[Any]
    second: NDArray[Any]

    def merged(self, other: "Sums") -> "Sums":
        """Return the sums of both."""
        return Sums(self.first + other.first, self.second + other.second)


def merged(a: Any, b: Any) -> Any:
    """Return the summary of the samples of two."""
    return a.merged(b) if hasattr(a, "merged") else a + b


def is_chunked(X: Any) -> bool:
    """Return whether X is a re-iterable of tables, or of tables with y and weights.

    Raises
    ------
    TypeError
        If it is an iterator, which can be read once only.
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


def read_chunks(
    X: Any,
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
    """Return a re-iterable of tables as a Chunks, after a pass for kinds and target.

    Parameters
    ----------
    X : iterable of dataframe, or of tuple (table, y) or (table, y, sample_weight)

    y, sample_weight : str or None
        The columns of each table that hold them.

    estimator, target_type, reset, accept_sparse, ensure_min_samples, remedy
        As of `as_source`.
    """
    name = type(estimator).__name__
    for argument, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None and not isinstance(value, str):
            raise ValueError(
                f"{argument} of chunks is the name of a column, or part of each chunk as in "
                f"[(X, y), ...], got {type(value).__name__}."
            )
    read = partial(_read_chunk, y=y, sample_weight=sample_weight, estimator=estimator)
    first: list[Table] = []

    def given() -> Iterator[GivenChunk]:
        for item in X:
            chunk = read(item, reset=reset and not first, accept_sparse=accept_sparse)
            if not first:
                first.append(chunk.table)
            yield chunk

    kinds: list[set[str]] = []
    summaries = []
    for chunk in given():
        kinds = kinds or [set() for _ in chunk.table.names]
        for j, of_column in enumerate(kinds):
            of_column |= chunk.table.kinds_in_chunk(j)
        summaries.append(_target_summary(chunk, target_type, name))
    if not summaries:
        raise ValueError(f"X gave no table. {name} needs one chunk of samples at least.")
    summary = reduce(add, summaries)
    if summary.n_rows < ensure_min_samples:
        raise ValueError(
            f"Found {summary.n_rows} sample(s) in all chunks while a minimum of "
            f"{ensure_min_samples} is required by {name}."
        )
    if not summary.n_samples:
        raise ValueError(
            "sample_weight must have a positive entry, got zeros only: no sample is left."
        )
    info = _target_info(summary, given, target_type, name, remedy)
    table = first[0]
    return Chunks(
        list(table.names), list(table.keys), [kind_of_chunks(k) for k in kinds], info, given, name
    )


def _read_chunk(
    item: Any,
    *,
    y: str | None,
    sample_weight: str | None,
    estimator: BaseEstimator,
    reset: bool,
    accept_sparse: bool,
) -> GivenChunk:
    """Return one item of the iterable, checked."""
    X, of_y, of_weight = item, y, sample_weight
    if isinstance(item, tuple):
        X, of_y, of_weight = item if len(item) == 3 else (*item, sample_weight)
    X, of_y, of_weight = columns_by_name(X, of_y, of_weight)
    table = read_table(
        estimator, X, reset=reset, ensure_min_samples=0, accept_sparse=accept_sparse
    )
    labels = read_column(of_y, type(estimator).__name__)
    check_consistent_length(np.empty((table.shape[0], 0)), labels)
    weights = np.ones(len(labels))
    if of_weight is not None and np.asarray(of_weight).any():
        weights = check_sample_weight(of_weight, len(labels))
    elif of_weight is not None:
        # A chunk without weight is as good as none.
        weights = np.zeros(len(labels))
    rows = slice(None) if weights.all() else np.flatnonzero(weights)
    refuse_missing(labels[rows])
    return GivenChunk(table, labels[rows], weights[rows], rows, of_weight is not None)


def _target_summary(chunk: GivenChunk, target_type: str, name: str) -> TargetSummary:
    return TargetSummary.of(
        chunk.y,
        chunk.weights,
        target_type=target_type,
        n_rows=chunk.table.shape[0],
        is_weighted=chunk.is_weighted,
        name=name,
    )


def _target_info(
    summary: TargetSummary,
    given: Callable[[], Iterator[GivenChunk]],
    target_type: str,
    name: str,
    remedy: str,
) -> TargetInfo:
    """Return what is known of the target of all chunks; with fractional weights after a pass."""
    is_continuous, is_guess = target_type == "continuous", False
    if target_type == "auto":
        is_continuous, is_guess = infer_continuous(summary.labels)
    if is_guess:
        warn_of_guess(name)
    if not is_continuous and summary.is_cut:
        parts = (_target_summary(chunk, "multiclass", name) for chunk in given())
        summary = reduce(add, parts)
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
        0.0,
        1.0,
    )
    if unit is not None:
        parts = (
            _target_summary(
                chunk._replace(weights=info.weights(chunk.weights)),
                "continuous" if is_continuous else "multiclass",
                name,
            )
            for chunk in given()
        )
        summary = reduce(add, parts)
        info = info._replace(weight=summary.sum_of_weights)
    if not is_continuous:
        _, classes = class_codes(summary.labels)
        if len(classes) < 2:
            raise ValueError(
                f"{name} needs y to have at least two classes, got one class: "
                f"{classes[:1].tolist()[0]!r} in {summary.n_samples} sample(s). {remedy}"
            )
        empty = np.empty(0)
        of_classes = ClassTarget(empty.astype(np.int32), classes, empty, summary.is_weighted)
        return info._replace(target=of_classes)
    if summary.lowest == summary.highest:
        raise ValueError(
            f"{name} needs y to vary, got one value: {summary.lowest!r} in {summary.n_samples} "
            f"sample(s). {remedy}"
        )
    scaling = Scaling.of(summary.lowest, summary.highest, info.weight, summary.mean)
    lowest, highest = scaling.integers(np.array([summary.lowest, summary.highest])).tolist()
    target = scaling.target(np.empty(0), np.empty(0), summary.is_weighted)
    return info._replace(target=target, scaling=scaling, lowest=lowest, highest=highest)


def _no_classes(is_weighted: bool) -> ClassTarget:
    return ClassTarget(np.empty(0, np.int32), np.empty(0), np.empty(0), is_weighted)
