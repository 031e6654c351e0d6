"""Columns of codes with a target, and their contingency tables, in memory or in parts.

A `State` is the conditioning variable of a search: a function of a few columns of codes, stored as
small maps that are applied to the codes where they are. No array of n samples leaves this package.
"""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._cells import hashes_of
from skinfo._counts._codes import padded_codes
from skinfo._counts._grouped_planes import GroupedSample
from skinfo._counts._joint_codes import joint_codes
from skinfo._counts._target import ClassTarget
from skinfo._kernels._bitplanes import WORD
from skinfo._kernels._contingency import (
    ContingencyTables,
    Lookups,
    Sample,
    StateTables,
    relabel,
)
from skinfo._kernels._elementary import N_LOOKED_UP, xlogx_table
from skinfo._kernels._null import poisson_tables

# Number of states whose labels are cached: the current state of a search, and its parent.
MOST_LABELLED = 2


@dataclass(frozen=True, eq=False)
class Coding:
    """A column of codes, or groups of the codes or of the single levels of a column.

    Attributes
    ----------
    feature : int

    groups : ndarray of shape (n_single_levels,) or (n_codes,), dtype uint8, or None
        The group of each single level or code; None for the codes of the column.

    n_groups : int
        Number of codes or groups.

    of_codes : bool, default=False
        Whether codes, not single levels, are grouped.
    """

    feature: int
    n_groups: int
    groups: NDArray[np.uint8] | None = None
    of_codes: bool = False

    @cached_property
    def key(self) -> bytes:
        """Identifier of this coding in the table."""
        groups = b"" if self.groups is None else self.groups.tobytes()
        return self.feature.to_bytes(8) + groups


@dataclass(frozen=True, eq=False)
class Split:
    """One step of a `State`: states are split by a coding, then merged.

    Attributes
    ----------
    coding : Coding

    states : ndarray of shape (n_states, n_groups), dtype int32, or None
        The new state of each pair; None if the codes are the states.
    """

    coding: Coding
    states: NDArray[np.int32] | None


@dataclass(frozen=True)
class State:
    """A variable with few values that is a function of some columns of codes.

    Attributes
    ----------
    splits : tuple of Split
        Applied in order to the single state of all samples.

    n_states : int
    """

    splits: tuple[Split, ...] = ()
    n_states: int = 1

    @cached_property
    def key(self) -> bytes:
        """Identifier of this state in the table, also in other processes."""
        digest = blake2b(digest_size=16)
        for split in self.splits:
            digest.update(split.coding.key)
            digest.update(b"" if split.states is None else split.states.tobytes())
        return digest.digest()

    def split(self, coding: Coding, states: NDArray[np.integer]) -> "State":
        """Return the state that maps pairs of this one and a coding, (n_states, n_groups)."""
        split = Split(coding, np.ascontiguousarray(states, np.int32))
        return State((*self.splits, split), int(states.max()) + 1)


class LevelOrder(NamedTuple):
    """The order of the levels of columns of codes, and of the classes.

    Attributes
    ----------
    n_ordered : ndarray of shape (n_features,), dtype int64
        Number of codes, counted from the first, that are in the order of their values.

    finer : Mapping of int to ndarray of shape (n_bins, n_classes)
        Table of finer bins, by feature, for binned numbers if classes are not ordered.

    of_classes : bool
        Whether classes are in the order of their values.
    """

    n_ordered: NDArray[np.int64]
    finer: Mapping[int, NDArray[np.float64]]
    of_classes: bool

    def of_members(self, members: Sequence[NDArray[np.integer]]) -> "LevelOrder":
        """Return the order of groups of features; a joint state has no order."""
        single = {g: int(some[0]) for g, some in enumerate(members) if len(some) == 1}
        n_ordered = np.zeros(len(members), np.int64)
        n_ordered[list(single)] = self.n_ordered[list(single.values())]
        finer = {g: self.finer[j] for g, j in single.items() if j in self.finer}
        return LevelOrder(n_ordered, finer, self.of_classes)


class TableRequest(NamedTuple):
    """Announced contingency tables of a search, with a state and y.

    Attributes
    ----------
    state : State

    features : ndarray of int64
        Features whose codes are counted.

    grouped : sequence of Coding, default=()
        Groups of levels to count.
    """

    state: State
    features: NDArray[np.int64]
    grouped: Sequence[Coding] = ()


class CodedTable(ABC):
    """Columns of codes with a target.

    Attributes
    ----------
    n_levels : ndarray of shape (n_features,), dtype int64

    n_single_levels : dict of int to int
        Number of single levels, by feature, for features whose levels share codes.

    n_features, n_classes, n_samples : int

    n : float
        Sum of the weights.

    is_whole : bool
        Whether all weights are integers.

    order : LevelOrder

    lookups : Lookups
        Lookup tables of the kernels.
    """

    n_samples: int
    n: float
    is_whole: bool

    # Whether one pass over the codes counts several tables, so that requests in advance save time.
    counts_ahead = False

    def __init__(
        self,
        n_levels: NDArray[np.integer],
        n_classes: int,
        n_single_levels: Mapping[int, int] | None = None,
        order: LevelOrder | None = None,
    ) -> None:
        self.n_levels = np.ascontiguousarray(n_levels, np.int64)
        self.n_features = len(self.n_levels)
        self.order = order or LevelOrder(np.zeros(self.n_features, np.int64), {}, False)
        self.n_classes = n_classes
        self.n_single_levels = dict(n_single_levels or {})
        self.lookups = Lookups(poisson_tables(), _xlogx_table())
        self._codings: dict[int, Coding] = {}

    def coding(self, feature: int) -> Coding:
        """Return the codes of a feature."""
        if feature not in self._codings:
            self._codings[feature] = Coding(feature, int(self.n_levels[feature]))
        return self._codings[feature]

    def state_of(self, feature: int) -> State:
        """Return the State whose states are the codes of a feature."""
        coding = self.coding(feature)
        return State((Split(coding, None),), coding.n_groups)

    def times(self, state: State, coding: Coding) -> State:
        """Return the State of all pairs of a state and a code that occur."""
        return self.split(state, [coding])[0]

    def split(self, state: State, codings: Sequence[Coding]) -> tuple[State, NDArray[np.int64]]:
        """Return the joint State of a state and all codes, and the parent of each new state."""
        within = np.arange(state.n_states)
        for coding in codings:
            occurs = self.counts(coding, state, of_target=False)[:, :, 0] > 0
            pairs = np.maximum(np.cumsum(occurs) - 1, 0).reshape(occurs.shape)
            within = within[np.nonzero(occurs)[0]]
            state = state.split(coding, pairs)
        return state, within

    def grouped_sample(self, state: State) -> GroupedSample | None:
        """Return the samples sorted by state and class, if pairs are counted by bit planes.

        None with weights or in parts: their pairs are counted from tables.
        """
        return None

    @property
    @abstractmethod
    def class_sizes(self) -> NDArray[np.float64]:
        """The weight of each class, (n_classes,)."""

    @abstractmethod
    def counts(
        self, coding: Coding, state: State, *, of_target: bool = True
    ) -> NDArray[np.float64]:
        """Return the contingency table of a state, a coding and y.

        Returns
        -------
        counts : ndarray of shape (n_states, n_groups, n_classes), dtype float64
            Without the target, n_classes is 1.
        """

    @abstractmethod
    def single_level_counts(self, feature: int) -> NDArray[np.float64]:
        """Return the class counts of the single levels of a feature, (n_levels, n_classes)."""

    @abstractmethod
    def tables(
        self, state: State, features: NDArray[np.int64], *, of_target: bool = True
    ) -> Callable[[NDArray[np.int64]], ContingencyTables]:
        """Return a function that returns the tables of some of the features, for kernels.

        Threads may call it with different features.

        Parameters
        ----------
        state : State

        features : ndarray of int64

        of_target : bool, default=True
            Whether samples need to be distinguished by class.
        """

    @abstractmethod
    def joined(self, members: Sequence[NDArray[np.integer]]) -> "CodedTable":
        """Return the table with one column for each group of features: their joint state."""

    def batches(self, state: State, features: NDArray[np.int64]) -> Sequence[NDArray[np.int64]]:
        """Return the features in batches whose tables are in memory together."""
        return [features]

    def count_ahead(self, requests: Sequence[TableRequest]) -> None:
        """Count the tables of all requests together, if that saves passes."""
        return None

    def counted_ahead(self, requests: Iterable[TableRequest]) -> Iterator[TableRequest]:
        """Yield requests whose tables have been counted; one pass counts those of several."""
        return iter(requests)

    def knows(self, state: State, coding: Coding) -> bool:
        """Return whether a table is available without a pass over the codes."""
        return True


class CodesInMemory(CodedTable):
    """Columns of codes in memory.

    Parameters
    ----------
    codes : ndarray of shape (n_features, n or more), dtype uint8
        Not copied if rows are padded to multiples of 64 (see `padded_codes`).

    target : ClassTarget

    n_levels : ndarray of shape (n_features,), dtype int64

    single_levels : dict of int to ndarray of shape (n,), default=None
        The single level of each sample, by feature, for features whose levels share codes.

    n_single_levels : dict of int to int, default=None

    order : LevelOrder or None, default=None
        None if nothing is ordered.

    Attributes
    ----------
    sample : Sample
        Argument of the kernels.
    """

    def __init__(
        self,
        codes: NDArray[np.uint8],
        target: ClassTarget,
        n_levels: NDArray[np.integer],
        single_levels: Mapping[int, NDArray[np.integer]] | None = None,
        n_single_levels: Mapping[int, int] | None = None,
        order: LevelOrder | None = None,
    ) -> None:
        super().__init__(n_levels, target.n_classes, n_single_levels, order)
        self._codes = _padded(codes, len(target.codes))
        self._target = target
        self._single_levels = dict(single_levels or {})
        self.n_samples = len(target.codes)
        self.n = float(target.weights.sum())
        self.is_whole = bool(np.all(target.weights % 1 == 0))
        self.sample = self._sample(target.codes, self.n_classes)
        self._labelled: OrderedDict[tuple[Split, ...], NDArray[np.int32]] = OrderedDict()

    @cached_property
    def _sample_without_target(self) -> Sample:
        """The sample with all rows in one class."""
        return self._sample(np.zeros_like(self._target.codes), 1)

    def _sample(self, y: NDArray[np.integer], n_classes: int) -> Sample:
        weights = self._target.weights if self._target.is_weighted else np.empty(0)
        y = y.astype(np.int32, copy=False)
        return Sample(self._codes, self.n_levels, y, n_classes, weights)

    @property
    def class_sizes(self) -> NDArray[np.float64]:
        """The weight of each class, (n_classes,)."""
        sizes = np.bincount(self._target.codes, self._target.weights, self.n_classes)
        return sizes.astype(np.float64, copy=False)

    def counts(
        self, coding: Coding, state: State, *, of_target: bool = True
    ) -> NDArray[np.float64]:
        """Return the contingency table of a state, a coding and y; see `CodedTable`."""
        n_classes = self.n_classes if of_target else 1
        if coding.groups is None:
            features = np.array([coding.feature])
            tables = self.tables(state, features, of_target=of_target)(features)
            counts = tables.table(coding.feature).reshape(state.n_states, n_classes, -1)
            return np.ascontiguousarray(counts.transpose(0, 2, 1), np.float64)
        cells = self.labels(state) * coding.n_groups + self._codes_of(coding)
        if of_target:
            cells = cells * n_classes + self._target.codes
        shape = state.n_states, coding.n_groups, n_classes
        counts = np.bincount(cells, self._target.weights, np.prod(shape))
        return counts.reshape(shape).astype(np.float64, copy=False)

    def single_level_counts(self, feature: int) -> NDArray[np.float64]:
        """Return the class counts of the single levels of a feature, (n_levels, n_classes)."""
        shape = self.n_single_levels[feature], self.n_classes
        cells = self._single_levels[feature] * self.n_classes + self._target.codes
        counts = np.bincount(cells, self._target.weights, np.prod(shape))
        return counts.reshape(shape).astype(np.float64, copy=False)

    def tables(
        self, state: State, features: NDArray[np.int64], *, of_target: bool = True
    ) -> Callable[[NDArray[np.int64]], ContingencyTables]:
        """Return a function that returns the tables of some of the features; see `CodedTable`.

        They are counted when kernels request them.
        """
        sample = self.sample if of_target else self._sample_without_target
        labels = self.labels(state)

        def of_some(features: NDArray[np.int64]) -> ContingencyTables:
            return StateTables(sample, self.lookups, labels, state.n_states, features)

        return of_some

    def grouped_sample(self, state: State) -> GroupedSample | None:
        """Return the samples sorted by state and class; see `CodedTable`."""
        if self._target.is_weighted:
            return None
        y, labels = self._target.codes, self.labels(state)
        return GroupedSample(y, self.n_classes, labels, state.n_states)

    def columns(self, codings: Sequence[Coding]) -> NDArray[np.uint8]:
        """Return the codes or groups of the samples, (n_codings, n)."""
        columns = np.empty((len(codings), self.n_samples), np.uint8)
        for i, coding in enumerate(codings):
            columns[i] = self._codes_of(coding)
        return columns

    def joined(self, members: Sequence[NDArray[np.integer]]) -> "CodesInMemory":
        """Return the table with one column for each group of features: their joint state."""
        n = self.n_samples
        codes, n_levels = padded_codes(len(members), n), np.empty(len(members), np.int64)
        for group, features in enumerate(members):
            columns = self._codes[features, :n]
            if len(features) > 1:
                codes[group, :n], n_levels[group] = joint_codes(columns, self._target.weights)
            else:
                codes[group, :n], n_levels[group] = columns[0], self.n_levels[features[0]]
        pooled = pooled_members(members, self.n_single_levels)
        return CodesInMemory(
            codes,
            self._target,
            n_levels,
            {group: self._single_levels[j] for group, j in pooled.items()},
            {group: self.n_single_levels[j] for group, j in pooled.items()},
            self.order.of_members(members),
        )

    def taken(self, samples: NDArray[np.integer], weights: NDArray[np.float64]) -> "CodesInMemory":
        """Return the table of the given samples, in that order, with the given weights."""
        target = ClassTarget(
            self._target.codes[samples],
            self._target.classes,
            weights,
            bool(np.any(weights != 1)),
        )
        codes = padded_codes(self.n_features, len(samples))
        codes[:, : len(samples)] = self._codes[:, samples]
        single_levels = {j: levels[samples] for j, levels in self._single_levels.items()}
        return CodesInMemory(codes, target, self.n_levels, single_levels, self.n_single_levels)

    @property
    def weights(self) -> NDArray[np.float64]:
        """The weight of each sample, (n,)."""
        return self._target.weights

    @property
    def y(self) -> NDArray[np.int32]:
        """The class of each sample, (n,)."""
        return self._target.codes.astype(np.int32, copy=False)

    def hashes(self) -> NDArray[np.uint64]:
        """Return a 64-bit hash of the codes, levels and class of each sample."""
        columns = [self._target.codes, *self._codes[:, : self.n_samples]]
        columns += self._single_levels.values()
        sums = np.zeros(self.n_samples, np.uint64)
        for salt, column in enumerate(columns):
            levels = np.arange(int(column.max(initial=0)) + 1, dtype=np.float64)
            sums += hashes_of(levels, salt)[column]
        return sums

    def labels(self, state: State) -> NDArray[np.int32]:
        """Return the states of the samples, (n,) int32."""
        *before, last = state.splits or (None,)
        if last is None:
            return np.zeros(self.n_samples, np.int32)
        if last.states is None:
            return self._codes_of(last.coding).astype(np.int32)
        if state.splits in self._labelled:
            self._labelled.move_to_end(state.splits)
            return self._labelled[state.splits]
        labels: NDArray[np.int32] = relabel(
            self.labels(State(tuple(before))), self._codes_of(last.coding), last.states
        )
        self._labelled[state.splits] = labels
        if len(self._labelled) > MOST_LABELLED:
            self._labelled.popitem(last=False)
        return labels

    def _codes_of(self, coding: Coding) -> NDArray[np.uint8]:
        """Return the codes or groups of the samples, (n,) uint8."""
        if coding.groups is None:
            return self._codes[coding.feature, : self.n_samples]
        codes = self._codes[coding.feature, : self.n_samples]
        levels = codes if coding.of_codes else self._single_levels[coding.feature]
        groups: NDArray[np.uint8] = coding.groups[levels]
        return groups


def pooled_members(
    members: Sequence[NDArray[np.integer]], n_single_levels: Mapping[int, int]
) -> dict[int, int]:
    """Return the groups that consist of one feature whose levels share codes, and the feature."""
    return {
        group: int(features[0])
        for group, features in enumerate(members)
        if len(features) == 1 and int(features[0]) in n_single_levels
    }


def _padded(codes: NDArray[np.uint8], n: int) -> NDArray[np.uint8]:
    """Return codes with rows padded to whole words."""
    if codes.shape[1] % WORD == 0 and codes.flags.c_contiguous:
        return codes
    padded = padded_codes(len(codes), n)
    padded[:, : codes.shape[1]] = codes
    return padded


@lru_cache(maxsize=1)
def _xlogx_table() -> NDArray[np.float64]:
    table: NDArray[np.float64] = xlogx_table(N_LOOKED_UP)
    return table
