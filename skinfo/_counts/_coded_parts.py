"""Coded tables of many parts, with contingency tables from passes over codes that stay in place.

A part is a `CodedPiece`. A pass counts any number of tables, which are stored for later use. A
search announces the requests of a step by `CodedTable.count_ahead`, so that a step is one pass.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._coded_piece import (
    CodedPiece,
    Layout,
    PieceWriter,
    WantedTables,
    columns_of,
    tables_of_piece,
)
from skinfo._counts._coded_table import (
    CodedTable,
    Coding,
    LevelOrder,
    State,
    TableRequest,
    pooled_members,
)
from skinfo._counts._joint_codes import JointStates
from skinfo._counts._partitions import Partitions
from skinfo._counts._target import ClassTarget
from skinfo._kernels._contingency import ContingencyTables, SummedTables
from skinfo.utils._progress import report_pass

# Maximum number of counts (8 bytes each) that one pass sums, and that are kept for later steps. A
# step with 631 features of 11 levels, 64 states and two classes takes 900,000.
MOST_COUNTS = 2**24
MOST_KEPT = 2**25


class CodedParts(CodedTable):
    """Columns of codes in parts.

    Parameters
    ----------
    partitions : Partitions
        Partitions whose parts are `CodedPiece`.

    n_levels, n_single_levels
        See `CodedTable`.

    n_classes, n_samples : int

    n : float

    is_whole : bool

    order : LevelOrder or None, default=None

    n_jobs : int or None, default=None
        Number of threads per part, if parts are in this process.
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
        order: LevelOrder | None = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(n_levels, n_classes, n_single_levels, order)
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
        if coding.groups is not None and not coding.of_codes and not state.splits:
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
        """Return a function that returns the tables of some of the features; see `CodedTable`.

        Samples are always distinguished by class.
        """
        codings = [self.coding(feature) for feature in features.tolist()]
        self._count([WantedTables(state, codings)])
        # Looked up here, since the function may run in threads and the store is not thread-safe.
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
        """Return the features in batches whose tables are in memory together."""
        sizes = np.cumsum(state.n_states * self.n_classes * self.n_levels[features])
        starts = np.flatnonzero(np.diff(sizes // MOST_COUNTS)) + 1
        return np.split(features, starts)

    def count_ahead(self, requests: Sequence[TableRequest]) -> None:
        """Count the tables of all requests together, if they can be stored until used."""
        wanted = [self._wanted(request) for request in requests]
        if sum(map(self._n_counts, wanted)) <= MOST_KEPT:
            self._count(wanted)

    def counted_ahead(self, requests: Iterable[TableRequest]) -> Iterator[TableRequest]:
        """Yield requests whose tables have been counted; one pass counts those of several."""
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
        """Return whether a table is stored, so that no pass over the codes is needed."""
        of_levels = coding.groups is not None and not coding.of_codes
        return self._kept.has(state, coding) or (of_levels and not state.splits)

    def _wanted(self, request: TableRequest) -> WantedTables:
        codings = [self.coding(feature) for feature in request.features.tolist()]
        return WantedTables(request.state, [*codings, *request.grouped])

    def _n_counts(self, wanted: WantedTables) -> int:
        n_groups = sum(coding.n_groups for coding in wanted.codings)
        return wanted.state.n_states * self.n_classes * n_groups

    def _count(self, requests: Sequence[WantedTables]) -> None:
        """Count the tables that are not stored, in as few passes as their number allows."""
        self._kept.make_room(requests)
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

    def _count_in_one_pass(self, requests: list[WantedTables]) -> None:
        """Count tables; the first pass also counts single levels."""
        single_levels = {} if self._of_single_levels else self.n_single_levels
        task = partial(
            tables_of_piece,
            requests=requests,
            single_levels=single_levels,
            n_levels=self.n_levels,
            n_jobs=self._n_jobs,
        )
        features = {coding.feature for _, codings in requests for coding in codings}
        few = len(features) < self.n_features / 2
        sums = self._partitions.reduce(task, _added, sorted(features) if few else None)
        report_pass("tables")
        assert sums is not None
        for (feature, n), of_levels in zip(single_levels.items(), sums, strict=False):
            self._of_single_levels[feature] = of_levels.reshape(n, self.n_classes)
        for (state, codings), tables in zip(requests, sums[len(single_levels) :], strict=True):
            sizes = [self._n_counts(WantedTables(state, [coding])) for coding in codings]
            # Flat, in the order level, state, class.
            flat = np.ascontiguousarray(tables.T).ravel()
            for coding, table in zip(codings, np.split(flat, np.cumsum(sizes)[:-1]), strict=True):
                self._refuse_other_rows(table)
                self._kept.put(state, coding, table)

    def _refuse_other_rows(self, table: NDArray[np.float64]) -> None:
        """Raise ValueError if codes were computed from other rows than in the first pass."""
        if self.is_whole and table.sum() != self.n:
            raise ValueError(
                f"X gave samples of weight {self.n:.15g} when it was read first, and of "
                f"{table.sum():.15g} when its codes were made. Pass an object that gives the same "
                "tables each time it is iterated over."
            )

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
            order=self.order.of_members(members),
            n_jobs=self._n_jobs,
        )


class KeptTables:
    """Counted tables; the least recently used are dropped first."""

    def __init__(self) -> None:
        self._tables: OrderedDict[tuple[bytes, bytes], NDArray[np.float64]] = OrderedDict()
        self._n_counts = 0

    def has(self, state: State, coding: Coding) -> bool:
        """Return whether a table is stored."""
        return (state.key, coding.key) in self._tables

    def make_room(self, wanted: Sequence[WantedTables]) -> None:
        """Drop tables beyond the limit, if possible none of those wanted.

        Tables that are put later stay until the next call.
        """
        for state, codings in wanted:
            for coding in codings:
                if self.has(state, coding):
                    self._tables.move_to_end((state.key, coding.key))
        while self._n_counts > MOST_KEPT:
            _, oldest = self._tables.popitem(last=False)
            self._n_counts -= len(oldest)

    def get(self, state: State, coding: Coding) -> NDArray[np.float64]:
        """Return a flat table, in the order level, state, class."""
        key = state.key, coding.key
        self._tables.move_to_end(key)
        return self._tables[key]

    def clear(self) -> None:
        """Drop all tables."""
        self._tables.clear()
        self._n_counts = 0

    def put(self, state: State, coding: Coding, table: NDArray[np.float64]) -> None:
        """Store a table."""
        self._tables[state.key, coding.key] = table
        self._n_counts += len(table)


def _added(
    a: list[NDArray[np.float64]], b: list[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    return [of_a + of_b for of_a, of_b in zip(a, b, strict=True)]
