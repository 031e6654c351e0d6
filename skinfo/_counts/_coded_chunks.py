"""Coded tables of chunks: the codes of memory, from a few passes.

A column is searched for its coder (the values at which codes begin, or the code of each level),
and then every chunk is encoded where it is. With integer weights the codes are those of
`feature_codes`, whatever the chunks. Codes and targets are kept in temporary files.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._codes import MAX_LEVELS, padded_codes, pool_light
from skinfo._counts._kinds import MOST_LEVELS, holds_levels
from skinfo._counts._partitions import KeptParts
from skinfo._counts._quantiles import default_n_bins, equal_frequency_cuts
from skinfo._counts._source import Chunk
from skinfo._counts._summaries import CategoricalSummary
from skinfo._counts._target import ClassTarget

if TYPE_CHECKING:
    from skinfo._counts._chunks import Chunks


class NumberCoder(NamedTuple):
    """Codes of a column of numbers.

    Attributes
    ----------
    starts : ndarray of shape (n_present - 1,)
        The least value of each code but the first.

    n_present : int
        How many codes values have.

    has_missing : bool
        Whether missing values have a code, the last.
    """

    starts: NDArray[np.float64]
    n_present: int
    has_missing: bool

    @property
    def n_levels(self) -> int:
        """Number of codes."""
        return self.n_present + self.has_missing

    def encode(self, chunk: Chunk, j: int) -> NDArray[np.int64]:
        """Return the codes of column j, (n,)."""
        values = chunk.numbers(j)
        codes = np.searchsorted(self.starts, values, side="right")
        codes[np.isnan(values)] = self.n_present
        return codes


@dataclass(frozen=True)
class LevelCoder:
    """Codes of a column of levels.

    Attributes
    ----------
    rank : dict
        Of the levels in order.

    code : ndarray of shape (n_ranks,)
        Of each rank; neighbouring ones share a code if there are too many. Missing values have the
        last rank, if there are any.
    """

    rank: dict[Any, int]
    code: NDArray[np.int64]

    @property
    def n_levels(self) -> int:
        """Number of codes."""
        return int(self.code.max()) + 1

    @property
    def is_pooled(self) -> bool:
        """Whether some levels share a code."""
        return len(self.code) > MAX_LEVELS

    def ranks(self, chunk: Chunk, j: int) -> NDArray[np.int64]:
        """Return the single levels of column j, (n,)."""
        codes, levels = chunk.table.levels(j)
        # Of levels without weight there is no rank, and no sample.
        ranks = [self.rank.get(level, -1) for level in levels]
        ranks.append(len(self.code) - 1)
        single: NDArray[np.int64] = np.array(ranks, np.int64)[codes[chunk.rows]]
        return single


def coder_of(column: Any, n_bins: int, of_classes: bool) -> NumberCoder | LevelCoder:
    """Return the coder of a column, as `Source.map_columns` passes it to a search.

    Parameters
    ----------
    column : SortedColumn, PartialColumn or CategoricalSummary

    n_bins : int
        Numbers that are no levels are cut into so many equal-frequency bins.

    of_classes : bool
        Whether the target sums of a column are the weights of classes; else weights come first.
    """
    has_missing = bool(column.missing_sums.any())
    if isinstance(column, CategoricalSummary):
        levels, sums = column.sorted()
        n, most = len(levels), MAX_LEVELS - has_missing
        weights = sums.sum(axis=1) if of_classes else sums[:, 0]
        code = pool_light(weights, most) if n > most else np.arange(n)
        if has_missing:
            code = np.append(code, code.max(initial=-1) + 1)
        return LevelCoder({level: rank for rank, level in enumerate(levels)}, code)
    if not len(column):
        return NumberCoder(np.empty(0), 0, has_missing)
    positions, is_all = column.firsts(MOST_LEVELS - 1)
    if not (is_all and len(positions) and _are_levels(column, positions)):
        positions = equal_frequency_cuts(column, n_bins)
    starts = column.values_around(positions)[1] if len(positions) else np.empty(0)
    return NumberCoder(starts, len(starts) + 1, has_missing)


def _are_levels(column: Any, positions: NDArray[np.int64]) -> bool:
    """Return whether the values of a column, with all positions of new ones, are levels."""
    before, at = column.values_around(positions)
    is_time = column.kind in ("date", "duration")
    return not is_time and bool(holds_levels(np.append(before[:1], at)))


class EncodedChunk(NamedTuple):
    """The codes of the samples of one chunk; see `CodedPiece`."""

    codes: NDArray[np.uint8]
    single_levels: dict[int, NDArray[np.int64]]


class EncodedChunks(NamedTuple):
    """The codes of all chunks.

    Attributes
    ----------
    chunks : list of EncodedChunk

    n_levels : ndarray of shape (n_features,), dtype int64

    n_single_levels : dict of int to int
    """

    chunks: list[EncodedChunk]
    n_levels: NDArray[np.int64]
    n_single_levels: dict[int, int]


def encode_chunks(source: "Chunks", n_jobs: int | None = None) -> EncodedChunks:
    """Return the codes of all columns, a byte a cell, chunk by chunk."""
    n_bins = default_n_bins(source.weight)
    is_categorical = [kind == "level" for kind in source.kinds]

    def search(j: int, column: Any) -> NumberCoder | LevelCoder:
        return coder_of(column, n_bins, source.target_type != "continuous")

    coders = source.map_columns(search, is_categorical, n_jobs)
    pooled = [j for j, c in enumerate(coders) if isinstance(c, LevelCoder) and c.is_pooled]

    def encode(chunk: Chunk) -> list[NDArray[Any]]:
        n = len(chunk.target.weights)
        codes, single_levels = padded_codes(len(coders), n), []
        for j, coder in enumerate(coders):
            if isinstance(coder, NumberCoder):
                codes[j, :n] = coder.encode(chunk, j)
            else:
                ranks = coder.ranks(chunk, j)
                codes[j, :n] = coder.code[ranks]
                if coder.is_pooled:
                    single_levels.append(ranks)
        return [codes, *single_levels]

    return EncodedChunks(
        [
            EncodedChunk(codes, dict(zip(pooled, single_levels, strict=True)))
            for codes, *single_levels in _kept(source, encode)
        ],
        np.array([coder.n_levels for coder in coders], np.int64),
        {j: len(coders[j].code) for j in pooled},
    )


def _kept(source: "Chunks", arrays_of: Callable[[Chunk], list[NDArray[Any]]]) -> KeptParts:
    """Return some arrays of each chunk, kept in a temporary file."""
    kept = source.persist(arrays_of)
    assert isinstance(kept, KeptParts)
    return kept


class BinnedTarget(NamedTuple):
    """A target of numbers in equal-frequency bins.

    Attributes
    ----------
    targets : list of ClassTarget
        Of each chunk.

    before, starts : ndarray of shape (n_bins - 1,)
        The largest value below each edge, and the least above.
    """

    targets: list[ClassTarget]
    before: NDArray[np.float64]
    starts: NDArray[np.float64]


def class_targets(source: "Chunks") -> list[ClassTarget]:
    """Return the target of each chunk; that of the source is one of classes."""

    def arrays_of(chunk: Chunk) -> list[NDArray[Any]]:
        assert isinstance(chunk.target, ClassTarget)
        return [chunk.target.codes.astype(np.int32, copy=False), chunk.target.weights]

    target = source.target
    assert isinstance(target, ClassTarget)
    return [
        ClassTarget(codes, target.classes, weights, target.is_weighted)
        for codes, weights in _kept(source, arrays_of)
    ]


def bin_target(source: "Chunks", n_jobs: int | None = None) -> BinnedTarget:
    """Return the target of each chunk, of numbers, as equal-frequency bins."""
    of_target = source.of_target()
    n_bins = default_n_bins(source.weight)

    def search(j: int, column: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        around: tuple[NDArray[np.float64], NDArray[np.float64]] = column.values_around(
            equal_frequency_cuts(column, n_bins)
        )
        return around

    ((before, starts),) = of_target.map_columns(search, [False], n_jobs)
    classes = np.arange(len(starts) + 1)

    def arrays_of(chunk: Chunk) -> list[NDArray[Any]]:
        codes = np.searchsorted(starts, chunk.numbers(0), side="right").astype(np.int32)
        return [codes, chunk.target.weights]

    targets = [
        ClassTarget(codes, classes, weights, source.target.is_weighted)
        for codes, weights in _kept(of_target, arrays_of)
    ]
    return BinnedTarget(targets, before, starts)
