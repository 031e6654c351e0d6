"""Coded tables of sources; for chunks the same codes as in memory, from a few passes.

First the coder of each column is determined (the values at which codes begin, or the code of each
level), then every chunk is encoded and stored where it is. With integer weights the codes equal
those of `feature_codes`, for any chunks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from skinfo._counts._coded_parts import CodedParts
from skinfo._counts._coded_piece import CodedPiece, Layout, PieceWriter
from skinfo._counts._coded_table import CodedTable, CodesInMemory, LevelOrder
from skinfo._counts._codes import MAX_LEVELS, feature_codes, pool_light
from skinfo._counts._kinds import MOST_LEVELS, holds_levels
from skinfo._counts._partial_column import answers_to
from skinfo._counts._quantiles import FINER, default_n_bins, equal_frequency_cuts
from skinfo._counts._source import Chunk, InMemory
from skinfo._counts._summaries import CategoricalSummary
from skinfo._counts._target import ClassTarget
from skinfo._kernels._digitize import digitize
from skinfo.utils._parallel import in_threads
from skinfo.utils._text import short_repr

if TYPE_CHECKING:
    from skinfo._counts._chunks import Chunks


def code_table(
    source: "InMemory | Chunks",
    target: ClassTarget,
    *,
    ordered_classes: bool = False,
    binner: Any = None,
    n_jobs: int | None = None,
) -> CodedTable:
    """Return the columns of a source as codes.

    Parameters
    ----------
    source : InMemory or Chunks
        The target of chunks must consist of classes.

    target : ClassTarget
        Target of the samples of positive weight; for chunks without samples.

    ordered_classes : bool, default=False
        Whether the classes are bins of a numeric target.

    binner, n_jobs
        See `feature_codes`.
    """
    if not isinstance(source, InMemory):
        if binner is not None:
            raise ValueError(
                f"binner={short_repr(binner)} needs X in memory, and X comes in chunks. Leave "
                "binner at None, or pass chunks that are binned already."
            )
        return encode_chunks(source, ordered_classes, n_jobs)
    coded = feature_codes(source.table, target, source.rows, binner=binner, n_jobs=n_jobs)
    single = coded.single_levels.items()
    return CodesInMemory(
        coded.codes,
        target,
        coded.n_levels,
        {j: levels.values for j, levels in single},
        {j: levels.n_levels for j, levels in single},
        LevelOrder(coded.n_ordered, {} if ordered_classes else coded.finer, ordered_classes),
    )


class NumberCoder(NamedTuple):
    """Coder of a numeric column.

    Attributes
    ----------
    starts : ndarray of shape (n_present - 1,)
        The smallest value of each code but the first.

    n_present : int
        Number of codes of non-missing values.

    has_missing : bool
        Whether there are missing values, which have the last code.

    finer : ndarray of shape (n_bins, n_classes) or None
        Class counts of finer bins, if the numbers are binned.
    """

    starts: NDArray[np.float64]
    n_present: int
    has_missing: bool
    finer: NDArray[np.float64] | None

    @property
    def n_levels(self) -> int:
        """Number of codes."""
        return self.n_present + self.has_missing

    def encode(self, chunk: Chunk, j: int) -> NDArray[np.uint8]:
        """Return the codes of column j, (n,)."""
        values = np.ascontiguousarray(chunk.numbers(j))
        codes = np.empty(len(values), np.uint8)
        digitize(values, self.starts, self.n_present, codes)
        return codes


@dataclass(frozen=True)
class LevelCoder:
    """Coder of a column of levels.

    Attributes
    ----------
    rank : dict
        Rank of each level in sorted order.

    code : ndarray of shape (n_ranks,)
        Code of each rank; neighbouring ranks share a code if there are too many. Missing values,
        if any, have the last rank.
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

    def encode(self, chunk: Chunk, j: int) -> NDArray[np.uint8]:
        """Return the codes of column j, (n,)."""
        return self.code.astype(np.uint8)[self.ranks(chunk, j)]

    def ranks(self, chunk: Chunk, j: int) -> NDArray[np.int64]:
        """Return the ranks of the levels of column j, (n,)."""
        codes, levels = chunk.table.levels(j)
        # A level without weight has no rank, and no sample of positive weight.
        ranks = [self.rank.get(level, -1) for level in levels]
        ranks.append(len(self.code) - 1)
        single: NDArray[np.int64] = np.array(ranks, np.int64)[codes[chunk.rows]]
        return single


def coder_of(column: Any, n_bins: int) -> NumberCoder | LevelCoder:
    """Return the coder of a column, as `Source.map_columns` passes it to a search.

    Parameters
    ----------
    column : SortedColumn, PartialColumn or CategoricalSummary

    n_bins : int
        Number of equal-frequency bins for numbers that are not levels.
    """
    has_missing = bool(column.missing_sums.any())
    if isinstance(column, CategoricalSummary):
        levels, sums = column.sorted()
        n, most = len(levels), MAX_LEVELS - has_missing
        code = pool_light(sums.sum(axis=1), most) if n > most else np.arange(n)
        if has_missing:
            code = np.append(code, code.max(initial=-1) + 1)
        return LevelCoder({level: rank for rank, level in enumerate(levels)}, code)
    if not len(column):
        return NumberCoder(np.empty(0), 0, has_missing, None)
    finer = None
    positions, is_all = column.firsts(MOST_LEVELS - 1)
    if not (is_all and len(positions) and _are_levels(column, positions)):
        positions, finer_positions = answers_to(
            partial(equal_frequency_cuts, column, number) for number in (n_bins, FINER * n_bins)
        )
        finer = np.diff(column.sums_before(finer_positions), axis=0)
    starts = column.starts(positions)
    return NumberCoder(starts, len(starts) + 1, has_missing, finer)


def _are_levels(column: Any, positions: NDArray[np.int64]) -> bool:
    """Return whether the values of a column are levels, given the positions of distinct values."""
    before, at = column.values_around(positions)
    is_time = column.kind in ("date", "duration")
    return not is_time and bool(holds_levels(np.append(before[:1], at)))


def encode_chunks(
    source: "Chunks", ordered_classes: bool, n_jobs: int | None = None
) -> CodedParts:
    """Return the columns of a source whose target consists of classes as codes."""
    n_bins = default_n_bins(source.weight)
    is_categorical = [kind == "level" for kind in source.kinds]
    coders = source.map_columns(lambda j, column: coder_of(column, n_bins), is_categorical, n_jobs)
    n_levels = np.array([coder.n_levels for coder in coders], np.int64)
    n_single_levels = {
        j: len(coder.code)
        for j, coder in enumerate(coders)
        if isinstance(coder, LevelCoder) and coder.is_pooled
    }
    threads = n_jobs if source.is_local else 1
    return CodedParts(
        source.persist(lambda chunk: encode_chunk(chunk, coders, n_levels, threads)),
        n_levels,
        source.target.n_classes,
        n_single_levels,
        n_samples=source.n_samples,
        n=source.weight,
        is_whole=source.has_whole_weights,
        order=_order_of(coders, ordered_classes),
        n_jobs=n_jobs,
    )


def _order_of(coders: Sequence[NumberCoder | LevelCoder], ordered_classes: bool) -> LevelOrder:
    """Return the LevelOrder of the codes of columns."""
    numbers = {j: coder for j, coder in enumerate(coders) if isinstance(coder, NumberCoder)}
    n_ordered = np.zeros(len(coders), np.int64)
    finer = {}
    for j, coder in numbers.items():
        n_ordered[j] = coder.n_present
        if coder.finer is not None and not ordered_classes:
            finer[j] = coder.finer
    return LevelOrder(n_ordered, finer, ordered_classes)


def encode_chunk(
    chunk: Chunk,
    coders: Sequence[NumberCoder | LevelCoder],
    n_levels: NDArray[np.int64],
    n_jobs: int | None,
) -> CodedPiece:
    """Return the samples of a chunk as a CodedPiece."""
    assert isinstance(chunk.target, ClassTarget)
    writer = PieceWriter(chunk.target, Layout.of(n_levels))

    @delayed  # type: ignore[untyped-decorator]
    def write(j: int) -> None:
        writer.write(j, coders[j].encode(chunk, j))

    in_threads(map(write, range(len(coders))), n_jobs=n_jobs)
    for j, coder in enumerate(coders):
        if isinstance(coder, LevelCoder) and coder.is_pooled:
            writer.write_single_levels(j, coder.ranks(chunk, j))
    return writer.piece()


class TargetBins(NamedTuple):
    """Equal-frequency bins of a numeric target.

    Attributes
    ----------
    before, starts : ndarray of shape (n_bins - 1,)
        The largest value below each edge, and the smallest one above.
    """

    before: NDArray[np.float64]
    starts: NDArray[np.float64]


def bin_target(source: "Chunks", n_jobs: int | None = None) -> TargetBins:
    """Return the bins of the numeric target of a source."""
    n_bins = default_n_bins(source.weight)

    def search(j: int, column: Any) -> TargetBins:
        return TargetBins(*column.values_around(equal_frequency_cuts(column, n_bins)))

    (bins,) = source.of_target().map_columns(search, [False], n_jobs)
    assert isinstance(bins, TargetBins)
    return bins
