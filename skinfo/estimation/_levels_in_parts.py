"""Levels and integer codes of the discrete columns of a table in parts.

All parts have the same codes, so that contingency tables are additive over parts. Results must not
depend on the order of the levels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import frexp, ldexp
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from skinfo._counts._as_source import table_in_parts
from skinfo._counts._codes import refuse_fractions
from skinfo._counts._kinds import MOST_LEVELS, kind_of_chunks
from skinfo._counts._partitions import Part, Partitions, errors_that_name
from skinfo._counts._read_chunks import ChunkReader, GivenChunk, reader_of
from skinfo._counts._summaries import TargetSummary
from skinfo.estimation._samples import has_missing_values
from skinfo.utils._text import one_line


class LevelsInPart(NamedTuple):
    """Levels of the columns and target statistics of samples; mergeable.

    Attributes
    ----------
    levels : list of (dict or None)
        The levels of each column, as keys; None for a column of numbers that are not levels.

    kinds : list of frozenset of str
        Kinds of each column; see `Table.kinds_in_chunk`.

    n_missing : ndarray of shape (n_features,), dtype int64
        Number of missing values, including rows without weight.

    target : TargetSummary
    """

    levels: list[dict[Any, None] | None]
    kinds: list[frozenset[str]]
    n_missing: NDArray[np.int64]
    target: TargetSummary

    def merged(self, other: "LevelsInPart") -> "LevelsInPart":
        """Return the merged statistics."""
        both = zip(self.levels, other.levels, strict=True)
        kinds = zip(self.kinds, other.kinds, strict=True)
        return LevelsInPart(
            [None if a is None or b is None else a | b for a, b in both],
            [a | b for a, b in kinds],
            self.n_missing + other.n_missing,
            self.target + other.target,
        )


class CodedLevels(NamedTuple):
    """Integer codes of samples.

    Attributes
    ----------
    codes : list of ndarray of shape (n,)
        Unsigned integers for each column. Missing values have the last code.

    y : ndarray of shape (n,)
        The given values; zeros without a target.

    weights : ndarray of shape (n,), dtype float64, or None
        Rounded such that all their sums are exact.
    """

    codes: list[NDArray[Any]]
    y: NDArray[Any]
    weights: NDArray[np.float64] | None


@dataclass(frozen=True)
class DiscreteParts:
    """Discrete columns of a table in parts.

    Attributes
    ----------
    names : list of str

    kinds : list of str

    levels : list of (dict or None)
        The code of each level of each column; None for a column of numbers that are not levels.

    n_missing : ndarray of shape (n_features,), dtype int64

    target : TargetSummary

    partitions : Partitions
    """

    names: list[str]
    kinds: list[str]
    levels: list[dict[Any, int] | None]
    n_missing: NDArray[np.int64]
    target: TargetSummary
    partitions: Partitions
    _reader: ChunkReader

    @property
    def has_missing(self) -> NDArray[np.bool_]:
        """Whether the last code of each column is that of missing values."""
        return self.n_missing > 0

    @property
    def n_levels(self) -> NDArray[np.int64]:
        """Number of codes of each column; 0 for numbers that are not levels."""
        n_present = [len(levels or ()) for levels in self.levels]
        return np.array(n_present, np.int64) + self.has_missing

    @property
    def n_samples(self) -> int:
        """Number of samples of positive weight."""
        return self.target.n_samples

    @property
    def is_whole(self) -> bool:
        """Whether all weights are integers with exact sums."""
        return self.target.has_whole_weights and self.target.sum_of_weights < 2**53

    def refuse_missing_values(self) -> None:
        """Raise ValueError if a column has missing values."""
        for j in np.flatnonzero(self.n_missing).tolist():
            raise has_missing_values(self.names[j], int(self.n_missing[j]))

    def select(self, columns: Sequence[int]) -> "DiscreteParts":
        """Return some of the columns."""
        return replace(
            self,
            names=[self.names[j] for j in columns],
            kinds=[self.kinds[j] for j in columns],
            levels=[self.levels[j] for j in columns],
            n_missing=self.n_missing[list(columns)],
            _reader=replace(self._reader, keys=[self._reader.keys[j] for j in columns]),
        )

    def reduce(self, task: Callable[[CodedLevels], Any], merge: Callable[[Any, Any], Any]) -> Any:
        """Return the merged results of a task on the codes of each part, after one pass."""
        to_codes, columns = self._encoder(), self._reader.columns(range(len(self.names)))
        return self.partitions.reduce(lambda part: task(to_codes(part)), merge, columns)

    def persist(self) -> Partitions:
        """Return the CodedLevels of each part, stored where the parts are."""
        return self.partitions.persist(self._encoder())

    def _encoder(self) -> "_PartToCodes":
        unit = None
        if not self.is_whole:
            unit = ldexp(1.0, frexp(self.target.sum_of_weights)[1] - 52)
        return _PartToCodes(self._reader, self.levels, unit)


class _PartToCodes(NamedTuple):
    """Encoder of a part as CodedLevels."""

    reader: ChunkReader
    levels: list[dict[Any, int] | None]
    unit: float | None  # weights are rounded to multiples of it, as in `exactly_summable`

    def __call__(self, part: Part) -> CodedLevels:
        with errors_that_name(part):
            return self._coded(self.reader.read(part))

    def _coded(self, given: GivenChunk) -> CodedLevels:
        columns = [
            np.empty(0, np.uint8) if levels is None else self._codes(given, j, levels)
            for j, levels in enumerate(self.levels)
        ]
        weights = given.weights
        if self.unit is not None:
            weights = np.maximum(np.rint(weights / self.unit), 1.0) * self.unit
        return CodedLevels(columns, given.y, weights if given.is_weighted else None)

    def _codes(self, given: GivenChunk, j: int, code_of: dict[Any, int]) -> NDArray[Any]:
        ranks, found = ranks_in_chunk(given, j)
        # The last code is that of missing values: rank -1 indexes it.
        codes = np.array([*(code_of.get(level, -1) for level in found), len(code_of)])
        codes = codes[ranks[given.rows]]
        if codes.min(initial=0) < 0:
            raise ValueError(
                f"{one_line(given.table.names[j])} has levels now that it had not when X was read "
                "first. Pass an object that gives the same tables each time it is iterated over."
            )
        return codes.astype(np.min_scalar_type(len(code_of)))


def ranks_in_chunk(given: GivenChunk, j: int) -> tuple[NDArray[np.int64], list[Any]]:
    """Return ranks (n_rows,) of all rows in column j, -1 for missing values, and the levels.

    Levels that are equal in Python, such as 1, 1.0 and True, are one level.
    """
    table = given.table
    if table.shape[0] == 0:
        return np.empty(0, np.int64), []
    if not table.is_numeric(j):
        return table.levels(j)
    values = table.integers(j)
    ranks, found = pd.factorize(table.numbers(j) if values is None else values)
    return ranks, found.tolist()


def read_levels(
    X: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    caller: str,
    has_target: bool = False,
    target_type: str = "multiclass",
    is_discrete: Callable[[Any], bool] | None = None,
) -> DiscreteParts:
    """Return the DiscreteParts of a table in parts, after one pass.

    Parameters
    ----------
    X, y, sample_weight
        As in `as_source`.

    caller : str
        Name of the public function, for messages.

    has_target : bool, default=False

    target_type : {"auto", "multiclass"}, default="multiclass"
        With "auto", only some of the numbers are kept if they cannot be classes.

    is_discrete : callable or None, default=None
        Function of the label of a column that returns whether the column is discrete regardless of
        its values; None for all columns. Other numeric columns have no levels if they have many
        values, or values that are not integers.

    Raises
    ------
    ValueError
        If a discrete column contains numbers that are not integers, or dates in one part and
        another type in another, or no sample has positive weight.
    """
    estimator = type(caller, (BaseEstimator,), {})()
    # Weights that are not a column of X must be distributed to the parts like y.
    beside = sample_weight is not None and not isinstance(sample_weight, str)
    if not has_target:
        y = sample_weight if beside else None
    parts = table_in_parts(X, y, sample_weight)
    assert parts is not None
    partitions, y, sample_weight = parts
    for argument, value in (("sample_weight", sample_weight), ("y", y)):
        if value is not None and not isinstance(value, str):
            raise ValueError(
                f"{argument} of chunks is the name of a column, got {type(value).__name__}."
            )
    head = partitions.head()
    if isinstance(head, tuple) and not has_target and not beside:
        raise ValueError(f"{caller} has no y: pass chunks as tables, not as (X, y).")
    reader, names = reader_of(
        head, y, sample_weight, estimator, reset=True, accept_sparse=True, has_target=has_target
    )
    forced = [is_discrete is None or is_discrete(key) for key in reader.keys]
    task = partial(_levels_in_part, reader, forced, target_type)
    found: LevelsInPart | None = partitions.reduce(task, LevelsInPart.merged)
    assert found is not None
    if not found.target.n_samples:
        raise ValueError(
            "X has no row of positive weight."
            if found.target.n_rows
            else f"X has no row. {caller} needs one sample at least."
        )
    for name, kinds in zip(names, found.kinds, strict=True):
        present = kinds - {"missing"}
        if len(present) > 1 and present & {"date", "duration"}:
            raise ValueError(
                f"{one_line(name)} holds {' and '.join(sorted(present))} values in different "
                "chunks. Convert them to one type."
            )
    kinds = [kind_of_chunks(of_column) for of_column in found.kinds]
    return DiscreteParts(
        names,
        kinds,
        [_codes_of_levels(*column) for column in zip(found.levels, kinds, forced, strict=True)],
        found.n_missing,
        found.target,
        partitions,
        reader,
    )


def _codes_of_levels(
    levels: dict[Any, None] | None, kind: str, is_forced: bool
) -> dict[Any, int] | None:
    """Return the code of each level, or None for numbers that are not levels."""
    is_number = kind in ("integer", "number")
    if levels is None or (is_number and not is_forced and len(levels) > MOST_LEVELS):
        return None
    return {level: code for code, level in enumerate(levels)}


def _levels_in_part(
    reader: ChunkReader, forced: list[bool], target_type: str, part: Part
) -> LevelsInPart:
    with errors_that_name(part):
        return _levels_in_chunk(reader.read(part), forced, target_type, reader.name)


def _levels_in_chunk(
    given: GivenChunk, forced: list[bool], target_type: str, name: str
) -> LevelsInPart:
    levels: list[dict[Any, None] | None] = []
    n_missing = np.zeros(len(forced), np.int64)
    for j, is_forced in enumerate(forced):
        ranks, found = ranks_in_chunk(given, j)
        n_missing[j] = np.count_nonzero(ranks < 0)
        levels.append(_levels_of(given, j, ranks, found, is_forced))
    return LevelsInPart(
        levels,
        [frozenset(given.table.kinds_in_chunk(j)) for j in range(len(forced))],
        n_missing,
        TargetSummary.of(
            given.y,
            given.weights,
            target_type=target_type,
            n_rows=given.table.shape[0],
            is_weighted=given.is_weighted,
            name=name,
        ),
    )


def _levels_of(
    given: GivenChunk, j: int, ranks: NDArray[np.int64], found: list[Any], is_forced: bool
) -> dict[Any, None] | None:
    """Return the levels of a column, or None for numbers that are not levels."""
    if given.table.shape[0] and given.table.is_numeric(j):
        if is_forced:
            refuse_fractions(np.asarray(found, np.float64), given.table.names[j])
        elif not _may_be_levels(given.table.kind(j), found):
            return None
    # Only rows of positive weight have levels.
    occur = np.unique(ranks[given.rows])
    return {found[rank]: None for rank in occur[occur >= 0].tolist()}


def _may_be_levels(kind: str, found: list[Any]) -> bool:
    """Return whether numbers are levels by the rule of `Table.is_discrete`."""
    if kind in ("date", "duration"):
        return False
    numbers = np.asarray(found, np.float64)
    is_whole = bool(np.all(np.isfinite(numbers) & (np.floor(numbers) == numbers)))
    return is_whole and len(found) <= MOST_LEVELS
