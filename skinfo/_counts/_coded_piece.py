"""Packed codes of some samples, stored and counted where the samples are.

Columns are packed and samples sorted by class, so the table of a class is counted from contiguous
rows without reading the target.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from skinfo._counts._coded_table import Coding, State
from skinfo._counts._target import ClassTarget
from skinfo._kernels._bitplanes import WORD
from skinfo._kernels._packed_counts import add_tables, pack_codes, relabel_packed, unpack_codes
from skinfo.utils._parallel import check_cancelled, in_threads

# Rows per call of a kernel: their states fit the second-level cache.
ROWS_AT_ONCE = 2**15

# With fewer cells than this (columns times rows) in a part, threads cost more than they save.
FEW_CODES = 2**18


class Layout(NamedTuple):
    """Positions of the codes of each column in a piece.

    Attributes
    ----------
    bits : ndarray of shape (n_features,), dtype int64
        Bits per code: 1, 2, 4 or 8.

    before : ndarray of shape (n_features,), dtype int64
        Bits of a row before each column.

    n_bits : int
        Bits per row.
    """

    bits: NDArray[np.int64]
    before: NDArray[np.int64]
    n_bits: int

    @classmethod
    def of(cls, n_levels: NDArray[np.int64]) -> "Layout":
        """Return the layout of columns, given their numbers of levels."""
        bits = 2 ** np.searchsorted([2, 4, 16], n_levels)
        ends = np.cumsum(bits)
        return cls(bits, ends - bits, int(ends[-1]) if len(ends) else 0)


@dataclass(frozen=True, eq=False)
class CodedPiece:
    """Codes of some samples, sorted by class; each class begins a new word of 64 samples.

    Attributes
    ----------
    packed : ndarray of dtype uint8
        The columns one after another; see `Layout` and the kernel `pack_codes`.

    sizes : ndarray of shape (n_classes,), dtype int64
        Number of samples of each class.

    weights : ndarray of shape (64 n_words,) or (0,), dtype float64
        Weights of the samples; (0,) if all are one.

    single_levels : dict of int to ndarray of shape (64 n_words,), dtype int32
        Single levels of the samples, by feature, for features whose levels share codes.
    """

    packed: NDArray[np.uint8]
    sizes: NDArray[np.int64]
    weights: NDArray[np.float64]
    single_levels: Mapping[int, NDArray[np.int32]]

    @property
    def n_words(self) -> int:
        """Number of words per column."""
        return int(np.sum(-(-self.sizes // WORD)))

    def runs(self) -> Iterator["Run"]:
        """Yield the run of samples of each class."""
        first = 0
        for size in self.sizes.tolist():
            yield Run(first, size)
            first += -(-size // WORD)

    def rows(self) -> NDArray[np.int64]:
        """Return the index of each sample among the padded rows, (n,)."""
        runs = [run.first * WORD + np.arange(run.size) for run in self.runs()]
        return np.concatenate(runs)

    def column(self, feature: int, layout: Layout) -> NDArray[np.uint8]:
        """Return the codes of a column, (64 n_words,)."""
        codes = np.empty(self.n_words * WORD, np.uint8)
        if len(codes):
            packed = self._packed_column(feature, layout)
            unpack_codes(packed, int(layout.bits[feature]), codes)
        return codes

    def _packed_column(self, feature: int, layout: Layout) -> NDArray[np.uint8]:
        start = 8 * self.n_words * int(layout.before[feature])
        return self.packed[start : start + 8 * self.n_words * int(layout.bits[feature])]


class Run(NamedTuple):
    """Contiguous samples of a piece: index of their first word, and their number."""

    first: int
    size: int

    def parts(self, size: int) -> Iterator["Run"]:
        """Yield runs of limited length, a multiple of 64 samples."""
        for start in range(0, self.size, size):
            yield Run(self.first + start // WORD, min(size, self.size - start))

    @property
    def slice(self) -> slice:
        """Rows of the run."""
        return slice(self.first * WORD, self.first * WORD + self.size)


class PieceWriter:
    """Writer of columns of codes into a `CodedPiece`.

    Parameters
    ----------
    target : ClassTarget
        Target of the samples.

    layout : Layout
    """

    def __init__(self, target: ClassTarget, layout: Layout) -> None:
        self._layout = layout
        self._sizes = np.bincount(target.codes, minlength=target.n_classes).astype(np.int64)
        self._n_words = int(np.sum(-(-self._sizes // WORD)))
        self._packed = np.empty(8 * self._n_words * layout.n_bits, np.uint8)
        # The sample of each row; padding rows repeat one.
        self._order = np.zeros(WORD * self._n_words, np.int64)
        order, first = np.argsort(target.codes, kind="stable"), 0
        for some in np.split(order, np.cumsum(self._sizes)[:-1]):
            self._order[first : first + len(some)] = some
            first += -(-len(some) // WORD) * WORD
        self._weights = self.sorted(target.weights) if target.is_weighted else np.empty(0)
        self._single_levels: dict[int, NDArray[np.int32]] = {}

    def sorted(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return values of the samples in row order, (64 n_words,)."""
        return values[self._order] if len(values) else values

    def write(self, feature: int, codes: NDArray[np.integer]) -> None:
        """Write the codes (n,) of a column; threads may write different columns."""
        if not self._n_words:
            return
        layout, n = self._layout, 8 * self._n_words
        start, bits = n * int(layout.before[feature]), int(layout.bits[feature])
        codes = self.sorted(codes.astype(np.uint8, copy=False))
        pack_codes(codes, bits, self._packed[start : start + n * bits])

    def write_single_levels(self, feature: int, levels: NDArray[np.integer]) -> None:
        """Write the single levels (n,) of a column."""
        self._single_levels[feature] = self.sorted(levels.astype(np.int32))

    def piece(self) -> CodedPiece:
        """Return the written piece."""
        return CodedPiece(self._packed, self._sizes, self._weights, self._single_levels)


class WantedTables(NamedTuple):
    """Requested contingency tables of codings with a state and y.

    Codings without groups come first.
    """

    state: State
    codings: Sequence[Coding]


def columns_of(
    piece: CodedPiece, features: NDArray[np.integer], layout: Layout, rows: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Return the codes of some columns of a piece, (n_columns, n)."""
    return np.stack([piece.column(feature, layout)[rows] for feature in features.tolist()])


def tables_of_piece(
    piece: CodedPiece,
    *,
    requests: Sequence[WantedTables],
    single_levels: Mapping[int, int],
    n_levels: NDArray[np.int64],
    n_jobs: int | None,
) -> list[NDArray[np.float64]]:
    """Return counts of a piece: of single levels, flat, and the tables of each request.

    Parameters
    ----------
    piece : CodedPiece

    requests : list of WantedTables

    single_levels : dict of int to int
        Number of single levels of each feature whose single levels are counted.

    n_levels : ndarray of shape (n_features,), dtype int64

    n_jobs : int or None
    """
    counter = PieceCounter(piece, Layout.of(n_levels), n_jobs)
    sums = [counter.single_level_counts(feature, n) for feature, n in single_levels.items()]
    return sums + [counter.tables(request) for request in requests]


class PieceCounter:
    """Counter of the tables of a piece.

    Parameters
    ----------
    piece : CodedPiece

    layout : Layout

    n_jobs : int or None
    """

    def __init__(self, piece: CodedPiece, layout: Layout, n_jobs: int | None) -> None:
        self._piece = piece
        self._layout = layout
        self._n_jobs = n_jobs
        self._starts = 8 * piece.n_words * layout.before

    def single_level_counts(self, feature: int, n: int) -> NDArray[np.float64]:
        """Return the class counts of the single levels of a feature, flat."""
        levels = self._piece.single_levels[feature]
        counts = [
            np.bincount(levels[run.slice], self._weights(run), n) for run in self._piece.runs()
        ]
        return np.stack(counts, axis=1).astype(np.float64).ravel()

    def tables(self, request: WantedTables) -> NDArray[np.float64]:
        """Return the tables of a request, (n_classes, n_counts), in the order level, state."""
        state, codings = request
        sizes = [state.n_states * coding.n_groups for coding in codings]
        sums = np.zeros((len(self._piece.sizes), sum(sizes)))
        n_shares = min(4, len(codings))
        cuts = np.flatnonzero(np.diff(np.cumsum(sizes) * n_shares // (sum(sizes) + 1))) + 1
        shares = np.split(np.arange(len(codings)), cuts)
        ends = np.cumsum(sizes)

        @delayed  # type: ignore[untyped-decorator]
        def add(run: Run, of_class: NDArray[np.float64], share: NDArray[np.int64]) -> None:
            some = [codings[i] for i in share.tolist()]
            first, last = share[0], share[-1]
            part = of_class[ends[first] - sizes[first] : ends[last]]
            self._add(run, labels, state, some, part)

        for run, of_class in zip(self._piece.runs(), sums, strict=True):
            if not run.size:
                continue
            labels = self._labels(state, run)
            few = run.size * len(codings) < FEW_CODES
            tasks = (add(run, of_class, share) for share in shares)
            in_threads(tasks, n_jobs=1 if few else self._n_jobs)
        return sums

    def _add(
        self,
        run: Run,
        labels: NDArray[np.int32],
        state: State,
        codings: Sequence[Coding],
        sums: NDArray[np.float64],
    ) -> None:
        """Add the tables of some codings over the samples of a class."""
        ends = np.cumsum([state.n_states * coding.n_groups for coding in codings])
        plain = [i for i, coding in enumerate(codings) if coding.groups is None]
        features = np.array([codings[i].feature for i in plain], np.int64)
        starts, bits = self._starts[features], self._layout.bits[features]
        n_groups = np.array([coding.n_groups for coding in codings], np.int64)
        # Codings without groups come first.
        grouped = codings[len(plain) :]
        for some in run.parts(ROWS_AT_ONCE):
            check_cancelled()
            of_rows = slice((some.first - run.first) * WORD, None)
            states = labels[of_rows][: some.size]
            weights = self._weights(some)
            weights = np.empty(0) if weights is None else weights
            add_tables(
                self._piece.packed,
                starts + some.first * 8 * bits,
                bits,
                n_groups[: len(plain)],
                states,
                state.n_states,
                weights,
                sums,
            )
            for coding, end in zip(grouped, ends[len(plain) :].tolist(), strict=True):
                add_tables(
                    self._groups(coding, some),
                    np.zeros(1, np.int64),
                    np.array([8]),
                    np.array([coding.n_groups]),
                    states,
                    state.n_states,
                    weights,
                    sums[end - state.n_states * coding.n_groups : end],
                )

    def _labels(self, state: State, run: Run) -> NDArray[np.int32]:
        """Return the states of the samples of a class, (n,) int32."""
        labels = np.zeros(run.size, np.int32)

        @delayed  # type: ignore[untyped-decorator]
        def relabel(some: Run) -> None:
            start = (some.first - run.first) * WORD
            of_some = labels[start : start + some.size]
            for coding, states in ((split.coding, split.states) for split in state.splits):
                if states is None:
                    states = np.arange(coding.n_groups, dtype=np.int32)[None]
                if coding.groups is None:
                    bits = int(self._layout.bits[coding.feature])
                    begin = int(self._starts[coding.feature]) + some.first * 8 * bits
                    relabel_packed(self._piece.packed, begin, bits, states, of_some)
                else:
                    relabel_packed(self._groups(coding, some), 0, 8, states, of_some)

        few = run.size * len(state.splits) < FEW_CODES
        in_threads(map(relabel, run.parts(ROWS_AT_ONCE)), n_jobs=1 if few else self._n_jobs)
        return labels

    def _groups(self, coding: Coding, run: Run) -> NDArray[np.uint8]:
        """Return the groups of some samples, padded to whole words."""
        assert coding.groups is not None
        if coding.of_codes:
            groups: NDArray[np.uint8] = coding.groups[self._codes(coding.feature, run)]
            return groups
        start = run.first * WORD
        levels = self._piece.single_levels[coding.feature]
        groups = coding.groups[levels[start : start + -(-run.size // WORD) * WORD]]
        return groups

    def _codes(self, feature: int, run: Run) -> NDArray[np.uint8]:
        """Return the codes of some samples, padded to whole words."""
        n_words, bits = -(-run.size // WORD), int(self._layout.bits[feature])
        codes = np.empty(n_words * WORD, np.uint8)
        start = int(self._starts[feature]) + run.first * 8 * bits
        unpack_codes(self._piece.packed[start : start + n_words * 8 * bits], bits, codes)
        return codes

    def _weights(self, run: Run) -> NDArray[np.float64] | None:
        """Return the weights of some samples, None if all are one."""
        return self._piece.weights[run.slice] if len(self._piece.weights) else None
