"""Columns of codes with a target, in one piece or several, and contingency tables of them.

A `State` is what a search conditions on: a function of a few columns of codes, held as small maps
that are applied to the codes where they are. No array of n samples leaves this module.
Contingency tables add up over pieces, so with integer weights nothing depends on the pieces.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._array_file import in_file
from skinfo._counts._coded_chunks import encode_chunks
from skinfo._counts._codes import feature_codes, padded_codes
from skinfo._counts._source import InMemory
from skinfo._counts._target import ClassTarget
from skinfo._kernels._bitplanes import WORD
from skinfo._kernels._contingency import (
    ContingencyTables,
    Lookups,
    Sample,
    StateTables,
    SummedTables,
    add_counts,
    relabel,
)
from skinfo._kernels._elementary import N_LOOKED_UP, xlogx_table
from skinfo._kernels._null import poisson_tables

if TYPE_CHECKING:
    from skinfo._counts._chunks import Chunks

# States whose labels are kept: that of a search, and the one it was made of.
MOST_LABELLED = 2


@dataclass(frozen=True, eq=False)
class Coding:
    """A column of codes, or groups of the single levels of a column.

    Attributes
    ----------
    feature : int

    groups : ndarray of shape (n_single_levels,), dtype uint8, or None
        The group of each single level; None for the codes of the column.

    n_groups : int
        How many codes or groups there are.
    """

    feature: int
    n_groups: int
    groups: NDArray[np.uint8] | None = None


@dataclass(frozen=True, eq=False)
class Split:
    """One step of a `State`: states split by a coding, and put together again.

    Attributes
    ----------
    coding : Coding

    states : ndarray of shape (n_states, n_groups), dtype int32, or None
        The new state of each pair; None where the codes are the states.
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

    def split(self, coding: Coding, states: NDArray[np.integer]) -> "State":
        """Return the state that maps pairs of this one and a coding, (n_states, n_groups)."""
        split = Split(coding, np.ascontiguousarray(states, np.int32))
        return State((*self.splits, split), int(states.max()) + 1)


@dataclass(frozen=True, eq=False)
class CodedPiece:
    """The codes of some samples.

    Attributes
    ----------
    codes : ndarray of shape (n_features, n or more), dtype uint8
        Used as they are where rows are padded to whole multiples of 64 (see `padded_codes`).

    target : ClassTarget
        Of these samples.

    single_levels : dict of int to ndarray of shape (n,)
        By feature, where levels share codes: the single level of each sample.
    """

    codes: NDArray[np.uint8]
    target: ClassTarget
    single_levels: Mapping[int, NDArray[np.integer]] = field(default_factory=dict)


class CodedTable:
    """Columns of codes with a target.

    Parameters
    ----------
    pieces : sequence of CodedPiece
        Their targets have the same classes.

    n_levels : ndarray of shape (n_features,), dtype int64

    n_single_levels : dict of int to int
        By feature, where levels share codes.

    Attributes
    ----------
    n_features, n_classes, n_samples : int

    n : float
        Sum of the weights.

    is_whole : bool
        Whether all weights are integers.
    """

    def __init__(
        self,
        pieces: Sequence[CodedPiece],
        n_levels: NDArray[np.integer],
        n_single_levels: Mapping[int, int] | None = None,
    ) -> None:
        self.n_levels = np.ascontiguousarray(n_levels, np.int64)
        self.n_features = len(self.n_levels)
        self.n_single_levels = dict(n_single_levels or {})
        self.n_classes = pieces[0].target.n_classes
        self.pieces = [_padded(piece) for piece in pieces if len(piece.target.codes)]
        self.n_samples = sum(len(piece.target.codes) for piece in self.pieces)
        self.n = float(sum(piece.target.weights.sum() for piece in self.pieces))
        self.is_whole = all(bool(np.all(p.target.weights % 1 == 0)) for p in self.pieces)
        self.lookups = Lookups(poisson_tables(), _xlogx_table())
        self._samples = [
            self._sample(piece, piece.target.codes, self.n_classes) for piece in self.pieces
        ]
        self._labelled: OrderedDict[tuple[Split, ...], list[NDArray[np.int32]]] = OrderedDict()

    @property
    def sample(self) -> Sample | None:
        """The Sample of the kernels if there is one piece, else None."""
        return self._samples[0] if len(self._samples) == 1 else None

    @cached_property
    def _samples_without_target(self) -> list[Sample]:
        """The same with all samples in one class."""
        return [self._sample(p, np.zeros_like(p.target.codes), 1) for p in self.pieces]

    def _sample(self, piece: CodedPiece, y: NDArray[np.integer], n_classes: int) -> Sample:
        weights = piece.target.weights if piece.target.is_weighted else np.empty(0)
        y = y.astype(np.int32, copy=False)
        return Sample(piece.codes, self.n_levels, y, n_classes, weights)

    def coding(self, feature: int) -> Coding:
        """Return the codes of a feature."""
        return Coding(feature, int(self.n_levels[feature]))

    def state_of(self, feature: int) -> State:
        """Return the State whose states are the codes of a feature."""
        coding = self.coding(feature)
        return State((Split(coding, None),), coding.n_groups)

    def times(self, state: State, coding: Coding) -> State:
        """Return the State of all pairs of a state and a code that occur."""
        occurs = self.counts(coding, state, of_target=False)[:, :, 0] > 0
        pairs = np.maximum(np.cumsum(occurs) - 1, 0).reshape(occurs.shape)
        return state.split(coding, pairs)

    def counts(
        self, coding: Coding, state: State, *, of_target: bool = True
    ) -> NDArray[np.float64]:
        """Return the contingency table of a state, a coding and y.

        Returns
        -------
        counts : ndarray of shape (n_states, n_groups, n_classes), dtype float64
            Without the target there is one class.
        """
        n_classes = self.n_classes if of_target else 1
        if coding.groups is None:
            features = np.array([coding.feature])
            tables = self.tables(features, state, self.labels(state), of_target=of_target)
            counts = tables.table(coding.feature).reshape(state.n_states, n_classes, -1)
            return np.ascontiguousarray(counts.transpose(0, 2, 1), np.float64)
        shape = state.n_states, coding.n_groups, n_classes
        sums = np.zeros(np.prod(shape))
        for piece, labels in zip(self.pieces, self.labels(state), strict=True):
            cells = labels * coding.n_groups + coding.groups[piece.single_levels[coding.feature]]
            if of_target:
                cells = cells * n_classes + piece.target.codes
            sums += np.bincount(cells, piece.target.weights, len(sums))
        return sums.reshape(shape)

    def single_level_counts(self, feature: int) -> NDArray[np.float64]:
        """Return the class counts of the single levels of a feature, (n_levels, n_classes)."""
        shape = self.n_single_levels[feature], self.n_classes
        sums = np.zeros(np.prod(shape))
        for piece in self.pieces:
            cells = piece.single_levels[feature] * self.n_classes + piece.target.codes
            sums += np.bincount(cells, piece.target.weights, len(sums))
        return sums.reshape(shape)

    def tables(
        self,
        features: NDArray[np.int64],
        state: State,
        labels: Sequence[NDArray[np.int32]],
        *,
        of_target: bool = True,
    ) -> ContingencyTables:
        """Return the contingency tables of some features with a state and y, for kernels.

        Those of one piece are counted when they are asked for.

        Parameters
        ----------
        features : ndarray of int64

        state : State

        labels : list of ndarray of int32
            Its `labels`. Made before: threads share them.

        of_target : bool, default=True
            Whether samples are told apart by class.
        """
        samples = self._samples if of_target else self._samples_without_target
        n_classes = self.n_classes if of_target else 1
        if len(samples) == 1:
            return StateTables(samples[0], self.lookups, labels[0], state.n_states, features)
        sums = np.zeros(state.n_states * n_classes * (1 + int(self.n_levels[features].sum())))
        for sample, of_piece in zip(samples, labels, strict=True):
            tables = StateTables(sample, self.lookups, of_piece, state.n_states, features)
            add_counts(tables, features, sums)
        return SummedTables(
            sums,
            self.lookups,
            self.n_levels,
            n_classes,
            state.n_states,
            features,
            self.is_whole,
        )

    def labels(self, state: State) -> list[NDArray[np.int32]]:
        """Return the states of the samples of each piece, (n,) int32."""
        *before, last = state.splits or (None,)
        if last is None:
            return [np.zeros(len(piece.target.codes), np.int32) for piece in self.pieces]
        if last.states is None:
            return self._kept(
                self._codes(piece, last.coding).astype(np.int32) for piece in self.pieces
            )
        if state.splits in self._labelled:
            self._labelled.move_to_end(state.splits)
            return self._labelled[state.splits]
        labels = self._kept(
            relabel(of_piece, self._codes(piece, last.coding), last.states)
            for piece, of_piece in zip(self.pieces, self.labels(State(tuple(before))), strict=True)
        )
        self._labelled[state.splits] = labels
        if len(self._labelled) > MOST_LABELLED:
            self._labelled.popitem(last=False)
        return labels

    def _kept(self, labels: Iterable[NDArray[np.int32]]) -> list[NDArray[np.int32]]:
        """Return the labels of all pieces; of several in a file, as their codes are."""
        return in_file(labels) if len(self.pieces) > 1 else list(labels)

    def _codes(self, piece: CodedPiece, coding: Coding) -> NDArray[np.uint8]:
        """Return the codes or groups of the samples of a piece, (n,) uint8."""
        if coding.groups is None:
            return piece.codes[coding.feature, : len(piece.target.codes)]
        groups: NDArray[np.uint8] = coding.groups[piece.single_levels[coding.feature]]
        return groups


def code_table(
    source: "InMemory | Chunks",
    targets: Sequence[ClassTarget],
    *,
    binner: Any = None,
    n_jobs: int | None = None,
) -> CodedTable:
    """Return the columns of a source as codes, one byte a cell.

    Parameters
    ----------
    source : InMemory or Chunks

    targets : list of ClassTarget
        Of the samples of each chunk.

    binner, n_jobs
        As of `feature_codes`.
    """
    if isinstance(source, InMemory):
        (target,) = targets
        coded = feature_codes(source.table, target, source.rows, binner=binner, n_jobs=n_jobs)
        single = coded.single_levels.items()
        piece = CodedPiece(coded.codes, target, {j: levels.values for j, levels in single})
        return CodedTable([piece], coded.n_levels, {j: levels.n_levels for j, levels in single})
    if binner is not None:
        raise ValueError(
            f"binner={binner!r} needs X in memory, and X comes in chunks. Leave binner at "
            "None, or pass chunks that are binned already."
        )
    encoded = encode_chunks(source, n_jobs)
    pieces = [
        CodedPiece(chunk.codes, target, chunk.single_levels)
        for chunk, target in zip(encoded.chunks, targets, strict=True)
    ]
    return CodedTable(pieces, encoded.n_levels, encoded.n_single_levels)


def _padded(piece: CodedPiece) -> CodedPiece:
    """Return a piece whose rows of codes take whole words."""
    codes = piece.codes
    if codes.shape[1] % WORD == 0 and codes.flags.c_contiguous:
        return piece
    padded = padded_codes(len(codes), len(piece.target.codes))
    padded[:, : codes.shape[1]] = codes
    return CodedPiece(padded, piece.target, piece.single_levels)


@lru_cache(maxsize=1)
def _xlogx_table() -> NDArray[np.float64]:
    table: NDArray[np.float64] = xlogx_table(N_LOOKED_UP)
    return table
