"""Contingency tables of all pairs of columns of a table in parts, in batches.

Counts are additive over parts. A batch of tables has at most `MOST_CELLS` numbers of eight bytes,
in memory and in transfer, unless a single table is larger.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._codes import Codes
from skinfo._counts._contingency import dense_table, dense_tables
from skinfo._kernels._fixed_point import level_sums, sum_fixed_xlogx
from skinfo._kernels._pairs import common_bits, pack_planes, sums_of_common_bits
from skinfo.estimation._bit_planes import (
    MOST_PLANE_LEVELS,
    blocks_of_planes,
    empty_planes,
    plane_starts,
)
from skinfo.estimation._levels_in_parts import CodedLevels
from skinfo.estimation._pair_margins import (
    PairMargins,
    information_of_pairs,
    refuse_no_common_sample,
    symmetric,
)

# Number of rows whose bit planes are in memory at a time: 160 MB for 10,000 planes.
ROWS_PER_BATCH = 2**17

# Maximum number of cells of the tables of one pass (32 MiB).
MOST_CELLS = 2**22

# Number of columns whose tables with another column are counted together.
COLUMNS_PER_RUN = 64

# Maximum number of non-empty cells of a table; more are an error.
MOST_OCCUPIED = 2**24


def pairs_in_parts(parts, estimator, missing, nats, n_jobs):
    """Return the information of all pairs of columns of DiscreteParts, in units of `nats`.

    Parameters
    ----------
    parts : DiscreteParts

    estimator : {"emi", "plugin"}

    missing : {"separate", "drop", "raise"}

    nats : float

    n_jobs : int or None
    """
    if missing == "raise":
        parts.refuse_missing_values()
    # With "drop", each pair with such a column has separate samples and margins.
    apart = parts.has_missing & (missing == "drop")
    kept = parts.persist()
    counts = kept.reduce(partial(_margins_in_part, parts.n_levels), _merged_margins)
    total = float(counts[0].sum())
    common = np.flatnonzero(~apart)
    margins = PairMargins.of([counts[j] for j in common], total, parts.is_whole, parts.n_samples)
    tables = PairTables(parts, estimator, apart, margins, nats)
    for j in np.flatnonzero(apart):
        tables.add_entropy(j, counts[j][:-1])
    for batch in pair_batches(parts.n_levels, is_weighted=parts.target.is_weighted, apart=apart):
        tables.add(batch, kept.reduce(batch.counted, PairCounts.merged))
    return tables.information(n_jobs)


def _margins_in_part(n_levels, piece):
    """Return the level counts of each column of some samples."""
    weights = np.empty(0) if piece.weights is None else piece.weights
    return [
        level_sums(column.astype(np.int32), n, weights)
        for column, n in zip(piece.codes, n_levels.tolist(), strict=True)
    ]


def _merged_margins(a, b):
    return [of_a + of_b for of_a, of_b in zip(a, b, strict=True)]


class PairTables:
    """Sums of x ln x over the tables of pairs of columns, and the information of some pairs.

    Parameters
    ----------
    parts : DiscreteParts

    estimator : str

    apart : ndarray of shape (n_features,), dtype bool
        Mask of the columns whose pairs have separate samples; their last level is that of missing
        values.

    margins : PairMargins
        Margins of the other columns.

    nats : float
        The unit of information.
    """

    def __init__(self, parts, estimator, apart, margins, nats):
        self._parts = parts
        self._estimator = estimator
        self._apart = apart
        self._margins = margins
        self._nats = nats
        self._sums = np.zeros((len(apart), len(apart)), np.int64)
        self._of_apart = np.zeros((len(apart), len(apart)))

    def information(self, n_jobs):
        """Return the information of all pairs."""
        common = np.flatnonzero(~self._apart)
        information = symmetric(self._of_apart)
        if len(common):
            joint = self._sums[np.ix_(common, common)] + np.diag(self._margins.margin_sums())
            information[np.ix_(common, common)] = information_of_pairs(
                symmetric(joint), self._margins, self._estimator, self._nats, n_jobs
            )
        return information

    def add_entropy(self, j, counts):
        """Add the entropy of a column whose pairs have separate samples, from its level counts."""
        if not counts.any():
            refuse_no_common_sample([self._parts.names[j]])
        margins = self._margins_of([counts])
        joint = margins.margin_sums()[:, None]
        self._of_apart[j, j] = information_of_pairs(
            joint, margins, self._estimator, self._nats, 1
        )[0, 0]

    def add(self, batch, counted):
        """Add the counts of a batch."""
        n_levels, layout = self._parts.n_levels, batch.layout
        for blocks, common in zip(batch.blocks, counted.common, strict=True):
            self._add_common_bits(layout, blocks, common)
        for run, tables in zip(batch.runs, counted.tables, strict=True):
            n_cells = n_levels[run.others] * n_levels[run.column]
            for g, table in zip(
                run.others, np.split(tables, np.cumsum(n_cells)[:-1]), strict=True
            ):
                self._add_table(g, run.column, np.arange(len(table)), table)
        for pair, occupied in zip(batch.sparse, counted.sparse, strict=True):
            self._add_table(pair.column, pair.other, occupied.cells, occupied.counts)

    def _add_common_bits(self, layout, blocks, common):
        few, margins = layout.columns, self._margins
        place = np.cumsum(~self._apart) - 1
        of_few = np.concatenate([margins.counts[place[j]] for j in few]).astype(np.int64)
        sums = np.zeros((len(few), len(few)), np.int64)
        sums_of_common_bits(common, layout.starts, of_few, *blocks, *margins.unit, sums)
        self._sums[np.ix_(few, few)] += sums

    def _add_table(self, f, g, cells, counts):
        """Add the counts of the cells ``level_of_f * n_levels[g] + level_of_g`` of a table."""
        if not (self._apart[f] or self._apart[g]):
            self._sums[f, g] = sum_fixed_xlogx(counts, *self._margins.unit)
            return
        n_f, n_g = self._parts.n_levels[[f, g]]
        rows, columns = np.divmod(cells, n_g)
        present = np.ones(len(cells), bool)
        present &= ~(self._apart[f] & (rows == n_f - 1))
        present &= ~(self._apart[g] & (columns == n_g - 1))
        rows, columns, counts = rows[present], columns[present], counts[present]
        if not counts.any():
            refuse_no_common_sample([self._parts.names[j] for j in sorted((f, g))])
        margins = self._margins_of([np.bincount(rows, counts), np.bincount(columns, counts)])
        joint = np.diag(margins.margin_sums())
        joint[0, 1] = joint[1, 0] = sum_fixed_xlogx(counts, *margins.unit)
        self._of_apart[f, g] = self._information(joint, margins)[0, 1]

    def _information(self, joint, margins):
        """Return the information of pairs with separate samples."""
        return information_of_pairs(joint, margins, self._estimator, self._nats, 1)

    def _margins_of(self, counts):
        """Return the margins of separate samples."""
        parts = self._parts
        total = float(counts[0].sum())
        return PairMargins.of(counts, total, parts.is_whole, parts.n_samples, largest_table=0)


class PlaneBlocks(NamedTuple):
    """Two blocks of columns with few levels, whose tables are counted by bit planes."""

    a: tuple[int, int]
    b: tuple[int, int]


class ColumnRun(NamedTuple):
    """A column, and other columns whose tables with it are counted sample by sample."""

    column: int
    others: NDArray[np.int64]


class SparsePair(NamedTuple):
    """Two columns with many levels, of whose table only non-empty cells are counted."""

    column: int
    other: int


@dataclass(frozen=True)
class PlaneLayout:
    """Layout of the bit planes of columns with few levels.

    Attributes
    ----------
    columns : ndarray of int64
        Indices of these columns.

    n_levels : ndarray of int64
        Numbers of levels of all columns.
    """

    columns: NDArray[np.int64]
    n_levels: NDArray[np.int64]

    @property
    def starts(self) -> NDArray[np.int64]:
        """The first plane of each of these columns, followed by the number of planes."""
        return plane_starts(self.n_levels[self.columns])

    def planes(self, codes: list[NDArray[Any]]) -> NDArray[np.uint64]:
        """Return the bit planes of some samples."""
        starts = self.starts
        planes = empty_planes(len(codes[self.columns[0]]), starts[-1])
        for place, j in enumerate(self.columns.tolist()):
            column = np.ascontiguousarray(codes[j], np.uint8)
            pack_planes(column, self.n_levels[j], starts[place], planes)
        return planes


@dataclass
class PairBatch:
    """Contingency tables that are counted in one pass.

    Attributes
    ----------
    layout : PlaneLayout

    blocks : list of PlaneBlocks

    runs : list of ColumnRun

    sparse : list of SparsePair

    n_cells : int
    """

    layout: PlaneLayout
    blocks: list[PlaneBlocks] = field(default_factory=list)
    runs: list[ColumnRun] = field(default_factory=list)
    sparse: list[SparsePair] = field(default_factory=list)
    n_cells: int = 0

    def counted(self, piece: CodedLevels) -> "PairCounts":
        """Return the counts of some samples."""
        return PairCounts(
            self._common_bits(piece),
            [self._tables(piece, run) for run in self.runs],
            [_occupied_cells(piece, pair, self.layout.n_levels) for pair in self.sparse],
        )

    def _common_bits(self, piece: CodedLevels) -> list[NDArray[np.int64]]:
        if not self.blocks:
            return []
        starts = self.layout.starts
        n = len(piece.y)
        total = [np.zeros(1, np.int64) for _ in self.blocks]
        for start in range(0, n, ROWS_PER_BATCH):
            rows = slice(start, start + ROWS_PER_BATCH)
            planes = self.layout.planes([column[rows] for column in piece.codes])
            for i, blocks in enumerate(self.blocks):
                total[i] = total[i] + common_bits(planes, starts, *blocks)
        return total

    def _tables(self, piece: CodedLevels, run: ColumnRun) -> NDArray[np.float64]:
        """Return the flattened, concatenated tables of a run."""
        n_levels = self.layout.n_levels
        column = Codes(piece.codes[run.column], int(n_levels[run.column]))
        of_run = n_levels[run.others]
        if of_run.max() <= 2**8:
            others = np.stack([piece.codes[j] for j in run.others]).astype(np.uint8, copy=False)
            tables = dense_tables(others.T, int(of_run.max()), column, piece.weights, n_jobs=1)
            return np.concatenate(
                [table[:n].ravel() for table, n in zip(tables, of_run, strict=True)]
            )
        return np.concatenate(
            [
                dense_table(Codes(piece.codes[j], int(n)), column, piece.weights).ravel()
                for j, n in zip(run.others, of_run, strict=True)
            ]
        )


class OccupiedCells(NamedTuple):
    """Non-empty cells of a large table.

    Attributes
    ----------
    cells : ndarray of shape (n_cells,), dtype int64
        Flat indices of the cells, in increasing order.

    counts : ndarray of shape (n_cells,), dtype float64
    """

    cells: NDArray[np.int64]
    counts: NDArray[np.float64]

    def merged(self, other: "OccupiedCells") -> "OccupiedCells":
        """Return the cells of the combined samples."""
        return summed_cells(
            np.concatenate([self.cells, other.cells]),
            np.concatenate([self.counts, other.counts]),
        )


def summed_cells(cells: NDArray[np.int64], weights: NDArray[np.float64] | None) -> OccupiedCells:
    """Return the distinct cells, and the sum of the weights (None: ones) of each."""
    occupied, place = np.unique(cells, return_inverse=True)
    if len(occupied) > MOST_OCCUPIED:
        raise ValueError(
            f"A table of counts has more than {MOST_OCCUPIED:,} cells that occur. Leave out "
            "columns of very many levels, such as identifiers, or group their levels first."
        )
    counts = np.bincount(place, weights, len(occupied)).astype(np.float64)
    return OccupiedCells(occupied, counts)


def _occupied_cells(
    piece: CodedLevels, pair: SparsePair, n_levels: NDArray[np.int64]
) -> OccupiedCells:
    a, b = piece.codes[pair.column], piece.codes[pair.other]
    return summed_cells(a.astype(np.int64) * n_levels[pair.other] + b, piece.weights)


class PairCounts(NamedTuple):
    """Counts of a PairBatch, in the same order."""

    common: list[NDArray[np.int64]]
    tables: list[NDArray[np.float64]]
    sparse: list[OccupiedCells]

    def merged(self, other: "PairCounts") -> "PairCounts":
        """Return the counts of the combined samples."""
        return PairCounts(
            [a + b for a, b in zip(self.common, other.common, strict=True)],
            [a + b for a, b in zip(self.tables, other.tables, strict=True)],
            [a.merged(b) for a, b in zip(self.sparse, other.sparse, strict=True)],
        )


def pair_batches(
    n_levels: NDArray[np.int64], *, is_weighted: bool, apart: NDArray[np.bool_]
) -> Iterator[PairBatch]:
    """Yield the batches of all pairs of different columns.

    Parameters
    ----------
    n_levels : ndarray of shape (n_features,), dtype int64

    is_weighted : bool

    apart : ndarray of shape (n_features,), dtype bool
        Mask of the columns whose tables are needed cell by cell, not only as sums.
    """
    few = np.flatnonzero((n_levels <= MOST_PLANE_LEVELS) & ~apart & (not is_weighted))
    # Runs contain columns of similar numbers of levels, because tables are padded to the largest.
    many = np.setdiff1d(np.arange(len(n_levels)), few)
    many = many[np.argsort(-n_levels[many], kind="stable")]
    layout = PlaneLayout(few, n_levels)
    batch = PairBatch(layout)
    for job, n_cells in [*_plane_jobs(layout), *_run_jobs(n_levels, many, few)]:
        if batch.n_cells and batch.n_cells + n_cells > MOST_CELLS:
            yield batch
            batch = PairBatch(layout)
        kinds = {PlaneBlocks: batch.blocks, ColumnRun: batch.runs, SparsePair: batch.sparse}
        kinds[type(job)].append(job)
        batch.n_cells += n_cells
    if batch.n_cells:
        yield batch


def _plane_jobs(layout: PlaneLayout) -> Iterator[tuple[PlaneBlocks, int]]:
    if len(layout.columns) < 2:
        return
    starts = layout.starts
    blocks = blocks_of_planes(starts)
    for i, a in enumerate(blocks):
        for b in blocks[i:]:
            yield PlaneBlocks(a, b), 1 + int(np.prod(np.diff(starts[[a, b]], axis=1)))


def _run_jobs(
    n_levels: NDArray[np.int64], many: NDArray[np.int64], few: NDArray[np.int64]
) -> Iterator[tuple[ColumnRun | SparsePair, int]]:
    columns = np.concatenate([many, few])
    for i, f in enumerate(many.tolist()):
        is_sparse = n_levels[f] * n_levels[columns] > MOST_CELLS
        is_sparse[: i + 1] = False
        for g in columns[is_sparse].tolist():
            yield SparsePair(f, g), MOST_CELLS
        dense = columns[i + 1 :][~is_sparse[i + 1 :]]
        step = max(1, min(COLUMNS_PER_RUN, MOST_CELLS // int(n_levels[f] * n_levels.max())))
        for start in range(0, len(dense), step):
            others = dense[start : start + step]
            yield ColumnRun(f, others), int(n_levels[f] * n_levels[others].sum())
