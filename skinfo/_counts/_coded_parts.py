"""Coded tables of many parts: contingency tables by passes over codes that stay where they are.

A part is a `CodedPiece`: columns in as few bits a cell as their levels need, samples sorted by
class, so that the table of a class is counted from rows of its own and no target is read. A pass
counts any number of tables at once. Those that a search has not used up are kept, so that a step
of it is one pass: what is to be asked for next is announced by `CodedTable.count_ahead`.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from skinfo._counts._coded_table import (
    CodedTable,
    Coding,
    State,
    TableRequest,
    pooled_members,
)
from skinfo._counts._joint_codes import JointStates
from skinfo._counts._partitions import Partitions
from skinfo._counts._target import ClassTarget
from skinfo._kernels._bitplanes import WORD
from skinfo._kernels._contingency import ContingencyTables, SummedTables
from skinfo._kernels._packed_counts import add_tables, pack_codes, relabel_packed, unpack_codes
from skinfo.utils._parallel import in_threads
from skinfo.utils._progress import report_pass

# Counts that one pass sums up, and that are kept for later steps, of 8 bytes each. A step of 631
# features of 11 levels with 64 states and two classes takes 900,000.
MOST_COUNTS = 2**24
MOST_KEPT = 2**25

# Rows that a kernel is given at a time: their states fit the second-level cache.
ROWS_AT_ONCE = 2**15

# Fewer cells than this (columns times rows) of a part are not worth waking threads for.
FEW_CODES = 2**18


class Layout(NamedTuple):
    """Where a piece has the codes of each column.

    Attributes
    ----------
    bits : ndarray of shape (n_features,), dtype int64
        Of a code: 1, 2, 4 or 8.

    before : ndarray of shape (n_features,), dtype int64
        Bits of a row before each column.

    n_bits : int
        Of a row.
    """

    bits: NDArray[np.int64]
    before: NDArray[np.int64]
    n_bits: int

    @classmethod
    def of(cls, n_levels: NDArray[np.int64]) -> "Layout":
        """Return the layout of columns of so many levels."""
        bits = 2 ** np.searchsorted([2, 4, 16], n_levels)
        ends = np.cumsum(bits)
        return cls(bits, ends - bits, int(ends[-1]) if len(ends) else 0)


@dataclass(frozen=True, eq=False)
class CodedPiece:
    """The codes of some samples, sorted by class; each class begins a new word of 64 samples.

    Attributes
    ----------
    packed : ndarray of dtype uint8
        The columns one after another, see `Layout` and the kernel `pack_codes`.

    sizes : ndarray of shape (n_classes,), dtype int64
        Number of samples of each class.

    weights : ndarray of shape (64 n_words,) or (0,), dtype float64
        Of the samples; (0,) for weights of one.

    single_levels : dict of int to ndarray of shape (64 n_words,), dtype int32
        By feature, where levels share codes.
    """

    packed: NDArray[np.uint8]
    sizes: NDArray[np.int64]
    weights: NDArray[np.float64]
    single_levels: Mapping[int, NDArray[np.int32]]

    @property
    def n_words(self) -> int:
        """Words of a column."""
        return int(np.sum(-(-self.sizes // WORD)))

    def runs(self) -> Iterator["Run"]:
        """Yield the samples of each class."""
        first = 0
        for size in self.sizes.tolist():
            yield Run(first, size)
            first += -(-size // WORD)

    def rows(self) -> NDArray[np.int64]:
        """Return where the samples are among the rows of whole words, (n,)."""
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
    """Neighbouring samples of a piece: the word that they begin with, and how many they are."""

    first: int
    size: int

    def parts(self, size: int) -> Iterator["Run"]:
        """Yield runs of at most so many samples, a multiple of 64."""
        for start in range(0, self.size, size):
            yield Run(self.first + start // WORD, min(size, self.size - start))

    @property
    def slice(self) -> slice:
        """Their rows."""
        return slice(self.first * WORD, self.first * WORD + self.size)


class PieceWriter:
    """Puts columns of codes into a `CodedPiece`.

    Parameters
    ----------
    target : ClassTarget
        Of the samples.

    layout : Layout
    """

    def __init__(self, target: ClassTarget, layout: Layout) -> None:
        self._layout = layout
        self._sizes = np.bincount(target.codes, minlength=target.n_classes).astype(np.int64)
        self._n_words = int(np.sum(-(-self._sizes // WORD)))
        self._packed = np.empty(8 * self._n_words * layout.n_bits, np.uint8)
        # The sample of each row; rows that fill up a word repeat one.
        self._order = np.zeros(WORD * self._n_words, np.int64)
        order, first = np.argsort(target.codes, kind="stable"), 0
        for some in np.split(order, np.cumsum(self._sizes)[:-1]):
            self._order[first : first + len(some)] = some
            first += -(-len(some) // WORD) * WORD
        self._weights = self.sorted(target.weights) if target.is_weighted else np.empty(0)
        self._single_levels: dict[int, NDArray[np.int32]] = {}

    def sorted(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return values of the samples in the order of the rows, (64 n_words,)."""
        return values[self._order] if len(values) else values

    def write(self, feature: int, codes: NDArray[np.integer]) -> None:
        """Write the codes (n,) of a column; threads may write columns of their own."""
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
        """Return the piece."""
        return CodedPiece(self._packed, self._sizes, self._weights, self._single_levels)


class WantedTables(NamedTuple):
    """Contingency tables of codings with a state and y, to be counted.

    Codes of features come before groups of levels.
    """

    state: State
    codings: Sequence[Coding]


class CodedParts(CodedTable):
    """Columns of codes in parts.

    Parameters
    ----------
    partitions : Partitions
        Of `CodedPiece`.

    n_levels, n_single_levels
        As of `CodedTable`.

    n_classes, n_samples : int

    n : float

    is_whole : bool

    n_jobs : int or None, default=None
        Threads for each part, where parts are in this process.
    """

    counts_ahead = True

    def __init__(
        self,
        partitions: Partitions,
        n_levels: NDArray[np.integer],
        n_classes: int,
        n_single_levels: Mapping[int, int] | None = None,
        *,
        n_samples: int,
        n: float,
        is_whole: bool,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(n_levels, n_classes, n_single_levels)
        self.n_samples, self.n, self.is_whole = n_samples, n, is_whole
        self._partitions = partitions
        self._n_jobs = n_jobs if partitions.is_local else 1
        self._kept = KeptTables()
        self._of_single_levels: dict[int, NDArray[np.float64]] = {}

    @cached_property
    def class_sizes(self) -> NDArray[np.float64]:
        """The weight of each class, (n_classes,)."""
        return self.counts(self.coding(0), State()).sum(axis=(0, 1))

    def counts(
        self, coding: Coding, state: State, *, of_target: bool = True
    ) -> NDArray[np.float64]:
        """Return the contingency table of a state, a coding and y; see `CodedTable`."""
        if coding.groups is not None and not state.splits:
            counts = np.zeros((1, coding.n_groups, self.n_classes))
            np.add.at(counts[0], coding.groups, self.single_level_counts(coding.feature))
        else:
            self._count([WantedTables(state, [coding])])
            shape = coding.n_groups, state.n_states, self.n_classes
            counts = self._kept.get(state, coding).reshape(shape).transpose(1, 0, 2)
        return np.ascontiguousarray(counts) if of_target else counts.sum(axis=2, keepdims=True)

    def single_level_counts(self, feature: int) -> NDArray[np.float64]:
        """Return the class counts of the single levels of a feature, (n_levels, n_classes)."""
        if not self._of_single_levels:
            self._count_in_one_pass([])
        return self._of_single_levels[feature]

    def tables(
        self, state: State, features: NDArray[np.int64], *, of_target: bool = True
    ) -> Callable[[NDArray[np.int64]], ContingencyTables]:
        """Return a function that gives the tables of some of the features; see `CodedTable`.

        Classes are always told apart.
        """
        codings = [self.coding(feature) for feature in features.tolist()]
        self._count([WantedTables(state, codings)])
        # Threads that are given the function do not touch what is kept.
        known = {coding.feature: self._kept.get(state, coding) for coding in codings}

        def of_some(features: NDArray[np.int64]) -> ContingencyTables:
            tables = [known[feature] for feature in features.tolist()]
            n_cells = state.n_states * self.n_classes
            sizes = tables[0].reshape(-1, n_cells).sum(axis=0)
            return SummedTables(
                np.concatenate([sizes, *tables]),
                self.lookups,
                self.n_levels,
                self.n_classes,
                state.n_states,
                features,
                self.is_whole,
            )

        return of_some

    def batches(self, state: State, features: NDArray[np.int64]) -> Sequence[NDArray[np.int64]]:
        """Return the features in runs whose tables are held at once."""
        sizes = np.cumsum(state.n_states * self.n_classes * self.n_levels[features])
        starts = np.flatnonzero(np.diff(sizes // MOST_COUNTS)) + 1
        return np.split(features, starts)

    def count_ahead(self, requests: Sequence[TableRequest]) -> None:
        """Count at once tables that are asked for next, if they can be kept until then."""
        wanted = [self._wanted(request) for request in requests]
        if sum(map(self._n_counts, wanted)) <= MOST_KEPT:
            self._count(wanted)

    def counted_ahead(self, requests: Iterable[TableRequest]) -> Iterator[TableRequest]:
        """Yield requests whose tables were counted ahead, those of several by one pass."""
        waiting: list[TableRequest] = []
        n_counts = 0
        for request in requests:
            n_more = self._n_counts(self._wanted(request))
            if n_counts + n_more > MOST_COUNTS:
                self.count_ahead(waiting)
                yield from waiting
                waiting, n_counts = [], 0
            waiting.append(request)
            n_counts += n_more
        self.count_ahead(waiting)
        yield from waiting

    def knows(self, state: State, coding: Coding) -> bool:
        """Return whether a table needs no pass over the codes."""
        return self._kept.has(state, coding) or (coding.groups is not None and not state.splits)

    def _wanted(self, request: TableRequest) -> "WantedTables":
        codings = [self.coding(feature) for feature in request.features.tolist()]
        return WantedTables(request.state, [*codings, *request.grouped])

    def _n_counts(self, wanted: "WantedTables") -> int:
        n_groups = sum(coding.n_groups for coding in wanted.codings)
        return wanted.state.n_states * self.n_classes * n_groups

    def _count(self, requests: "Sequence[WantedTables]") -> None:
        """Count the tables that are not known, in as few passes as their number allows."""
        batch: list[WantedTables] = []
        n_counts = 0
        for state, codings in requests:
            some: list[Coding] = []
            for coding in sorted(codings, key=lambda coding: coding.groups is not None):
                if self.knows(state, coding):
                    continue
                n_more = self._n_counts(WantedTables(state, [coding]))
                if n_counts and n_counts + n_more > MOST_COUNTS:
                    self._count_in_one_pass([*batch, WantedTables(state, some)])
                    batch, some, n_counts = [], [], 0
                some.append(coding)
                n_counts += n_more
            if some:
                batch.append(WantedTables(state, some))
        if batch:
            self._count_in_one_pass(batch)

    def _count_in_one_pass(self, requests: "list[WantedTables]") -> None:
        """Count tables, and with the first ones those of single levels."""
        single_levels = {} if self._of_single_levels else self.n_single_levels
        task = partial(
            tables_of_piece,
            requests=requests,
            single_levels=single_levels,
            n_levels=self.n_levels,
            n_jobs=self._n_jobs,
        )
        sums = self._partitions.reduce(task, _added)
        report_pass("tables")
        assert sums is not None
        for (feature, n), of_levels in zip(single_levels.items(), sums, strict=False):
            self._of_single_levels[feature] = of_levels.reshape(n, self.n_classes)
        for (state, codings), tables in zip(requests, sums[len(single_levels) :], strict=True):
            sizes = [self._n_counts(WantedTables(state, [coding])) for coding in codings]
            for coding, table in zip(
                codings, np.split(tables, np.cumsum(sizes)[:-1]), strict=True
            ):
                self._kept.put(state, coding, table)

    def joined(self, members: Sequence[NDArray[np.integer]]) -> "CodedParts":
        """Return the table with one column for each group of features: their joint state."""
        layout = Layout.of(self.n_levels)
        groups = {group: some for group, some in enumerate(members) if len(some) > 1}

        def states_of(piece: CodedPiece) -> dict[int, JointStates]:
            rows = piece.rows()
            weights = piece.weights[rows] if len(piece.weights) else np.ones(len(rows))
            return {
                group: JointStates.of(columns_of(piece, some, layout, rows), weights)
                for group, some in groups.items()
            }

        def merge(a: dict[int, JointStates], b: dict[int, JointStates]) -> dict[int, JointStates]:
            return {group: states.merged(b[group]) for group, states in a.items()}

        states = self._partitions.reduce(states_of, merge)
        report_pass("joint states")
        assert states is not None
        coders = {group: of_group.coder() for group, of_group in states.items()}
        n_levels = np.array(
            [
                coders[group].n_levels if group in coders else self.n_levels[some[0]]
                for group, some in enumerate(members)
            ],
            np.int64,
        )
        pooled = pooled_members(members, self.n_single_levels)
        new_layout, n_classes = Layout.of(n_levels), self.n_classes

        def join(piece: CodedPiece) -> CodedPiece:
            rows = piece.rows()
            weights = piece.weights[rows] if len(piece.weights) else np.ones(len(rows))
            y = np.repeat(np.arange(n_classes, dtype=np.int32), piece.sizes)
            target = ClassTarget(y, np.arange(n_classes), weights, bool(len(piece.weights)))
            writer = PieceWriter(target, new_layout)
            for group, some in enumerate(members):
                columns = columns_of(piece, some, layout, rows)
                codes = coders[group].encode(columns) if group in coders else columns[0]
                writer.write(group, codes)
            for group, j in pooled.items():
                writer.write_single_levels(group, piece.single_levels[j][rows])
            return writer.piece()

        joined = self._partitions.persist(join)
        report_pass("joint codes")
        return CodedParts(
            joined,
            n_levels,
            self.n_classes,
            {group: self.n_single_levels[j] for group, j in pooled.items()},
            n_samples=self.n_samples,
            n=self.n,
            is_whole=self.is_whole,
            n_jobs=self._n_jobs,
        )


class KeptTables:
    """Tables that were counted; those not used for longest go first."""

    def __init__(self) -> None:
        self._tables: OrderedDict[tuple[bytes, bytes], NDArray[np.float64]] = OrderedDict()
        self._n_counts = 0

    def has(self, state: State, coding: Coding) -> bool:
        """Return whether a table is kept."""
        return (state.key, coding.key) in self._tables

    def get(self, state: State, coding: Coding) -> NDArray[np.float64]:
        """Return a table by level, state and class, flat."""
        key = state.key, coding.key
        self._tables.move_to_end(key)
        return self._tables[key]

    def clear(self) -> None:
        """Forget all tables."""
        self._tables.clear()
        self._n_counts = 0

    def put(self, state: State, coding: Coding, table: NDArray[np.float64]) -> None:
        """Keep a table."""
        self._tables[state.key, coding.key] = table
        self._n_counts += len(table)
        while self._n_counts > MOST_KEPT:
            _, oldest = self._tables.popitem(last=False)
            self._n_counts -= len(oldest)


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
    """Return counts of a piece: of single levels (n_levels, n_classes), and tables, all flat.

    Parameters
    ----------
    piece : CodedPiece

    requests : list of WantedTables

    single_levels : dict of int to int
        Number of single levels of the features whose are counted.

    n_levels : ndarray of shape (n_features,), dtype int64

    n_jobs : int or None
    """
    counter = PieceCounter(piece, Layout.of(n_levels), n_jobs)
    sums = [counter.single_level_counts(feature, n) for feature, n in single_levels.items()]
    return sums + [counter.tables(request) for request in requests]


class PieceCounter:
    """Counts the tables of a piece.

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
        """Return the tables of a request: of each coding by level, state and class, flat."""
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
        return np.ascontiguousarray(sums.T).ravel()

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
        # Plain codings are first.
        grouped = codings[len(plain) :]
        for some in run.parts(ROWS_AT_ONCE):
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
        """Return the groups of some samples, in whole words."""
        assert coding.groups is not None
        start = run.first * WORD
        levels = self._piece.single_levels[coding.feature]
        groups: NDArray[np.uint8] = coding.groups[
            levels[start : start + -(-run.size // WORD) * WORD]
        ]
        return groups

    def _weights(self, run: Run) -> NDArray[np.float64] | None:
        """Return the weights of some samples, None for weights of one."""
        return self._piece.weights[run.slice] if len(self._piece.weights) else None


def _added(
    a: list[NDArray[np.float64]], b: list[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    return [of_a + of_b for of_a, of_b in zip(a, b, strict=True)]
