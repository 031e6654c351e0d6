"""A column of numbers that is known in part, with the answers of a `SortedColumn`."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._cut_values import cut_values
from skinfo._counts._kinds import kind_of_chunks
from skinfo._counts._quantiles import Runs, cuts_of_many_values
from skinfo._counts._sorted_column import with_infinities
from skinfo._counts._source import Chunk
from skinfo._counts._summaries import DistinctSample, Target
from skinfo._kernels._cuts import block_boundaries
from skinfo._kernels._exact_sums import exact_means, sums_between
from skinfo._kernels._monotone import isotonic_blocks


class Unresolved(Exception):  # noqa: N818 (a request, not an error)
    """Raised by a `PartialColumn` that is asked for more than is known.

    Attributes
    ----------
    gaps : ndarray of int64
        Between which of the known values others have to be known; see `PartialColumn`.

    positions : ndarray of int64 or None
        Between which positions means have to be known.
    """

    def __init__(
        self, gaps: NDArray[np.int64], positions: NDArray[np.int64] | None = None
    ) -> None:
        super().__init__("values of this column are still to be read")
        self.gaps = gaps
        self.positions = positions


class PartialColumn:
    """A column of numbers of which some distinct values are known; see `SortedColumn`.

    Known values and the gaps between them alternate: gap 0, value 0, gap 1, value 1, ..., the last
    gap. These are its blocks, and some of them may be empty gaps. A position is the number of
    samples before it, always at the beginning or end of a block.

    Parameters
    ----------
    start : ColumnStart
        Sums of all samples: at first there is one gap.

    target : ClassTarget or ContinuousTarget
        Without samples.

    limits : tuple of float
        The least and the largest rate of a class, or integer of a continuous target.
    """

    def __init__(self, start: "ColumnStart", target: Target, limits: tuple[float, float]) -> None:
        self._target = target
        self._is_weighted = target.is_weighted
        self._limits = limits
        self.kind = kind_of_chunks(start.kinds)
        self.missing_sums: NDArray[np.float64] = target.from_terms(start.missing[None])[0]
        self.lowest, self.highest = start.lowest, start.highest
        self.known = np.empty(0)
        # Each sample is by another hash: there is none in whose samples a value never is.
        self.n_samples = 1
        self._means: dict[bytes, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        self._set_blocks(np.array([start.n_rows]), start.terms[None])

    def _set_blocks(self, n_rows: NDArray[np.int64], terms: NDArray[np.float64]) -> None:
        self._n_rows, self._terms = n_rows, terms
        self._ends = np.append(0, np.cumsum(n_rows))
        self._sums_before = np.vstack([np.zeros(terms.shape[1]), np.cumsum(terms, axis=0)])
        weights = terms if self._target.classes is not None else terms[:, :1]
        self._weight_before = np.append(0.0, np.cumsum(weights.sum(axis=1)))
        filled = n_rows > 0
        self._filled = np.flatnonzero(filled)
        self._is_open = filled & (np.arange(len(n_rows)) % 2 == 0)

    def __len__(self) -> int:
        return int(self._ends[-1])

    # What the search asks, as of a SortedColumn.

    def firsts(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return the positions at which a new value begins, and whether these are all."""
        if len(self._filled) - 1 > limit:
            return np.empty(0, np.int64), False
        self._need(self._filled)
        return self._ends[self._filled[1:]], True

    def boundary_points(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return where the class distribution changes, and whether these are all positions."""
        filled = self._filled
        blocks = np.ascontiguousarray(self._terms[filled])
        is_open = self._is_open[filled]
        pure = self._is_pure(blocks)
        # No change is within a gap of the one class that the values on both its sides have.
        points, complete = block_boundaries(blocks, (is_open & ~pure).astype(np.uint8), limit)
        if not complete:
            return np.empty(0, np.int64), False
        self._need(filled[~pure])
        return self._ends[filled[points]], True

    @staticmethod
    def _is_pure(blocks: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which blocks hold one class only, that of both neighbours."""
        only = np.where(np.count_nonzero(blocks, axis=1) == 1, np.argmax(blocks, axis=1), -1)
        around = np.concatenate([only[:1], only, only[-1:]])
        pure: NDArray[np.bool_] = (only >= 0) & (around[:-2] == only) & (around[2:] == only)
        return pure

    def equal_frequency(self, n_groups: int) -> NDArray[np.int64]:
        """Return at most n_groups - 1 positions of new values; see `cuts_of_many_values`."""
        return cuts_of_many_values(self, n_groups)

    @property
    def weight(self) -> float:
        """The number of present samples, or the sum of their weights."""
        return float(self._weight_before[-1]) if self._is_weighted else len(self)

    def runs_at(self, weights: NDArray[np.float64]) -> Runs:
        """Return the Runs of equal values in which the weight from below reaches some weights."""
        filled = self._filled
        index = np.searchsorted(self._weight_before[filled + 1], weights)
        inside = filled[np.minimum(index, len(filled) - 1)]
        self._need(inside)
        before = self._weight_before if self._is_weighted else self._ends
        return Runs(self._ends[inside], self._ends[inside + 1], before[inside], before[inside + 1])

    def positions_near(
        self, positions: NDArray[np.int64], chosen: NDArray[np.int64], most: int
    ) -> tuple[NDArray[np.int64], bool]:
        """Return positions around some of others, and whether some between were left out."""
        edges = np.concatenate([[0], positions, [len(self)]])
        found, thinned, needed = [edges[chosen]], False, [np.empty(0, np.int64)]
        for c in chosen.tolist():
            blocks = self._blocks_between(edges[c - 1], edges[c + 1])
            taken, is_thinned, needs = self._spread(blocks, most)
            found.append(taken)
            needed.append(needs)
            thinned |= is_thinned
        self._need(np.concatenate(needed))
        return np.unique(np.concatenate(found)), thinned

    def _blocks_between(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return the filled blocks between two positions."""
        first, last = np.searchsorted(self._ends[self._filled], [start, stop])
        return self._filled[first:last]

    def _spread(
        self, blocks: NDArray[np.int64], most: int
    ) -> tuple[NDArray[np.int64], bool, NDArray[np.int64]]:
        """Return new positions within a range, whether not all, and blocks that they need."""
        nothing = np.empty(0, np.int64)
        if self._is_open[blocks[0]]:
            # The second value of the range is in it, or is the one after.
            return nothing, False, blocks[:1]
        blocks = blocks[1:]
        if len(blocks) <= most:
            return self._ends[blocks], False, blocks
        before = self._weight_before[blocks]
        low, high = before[0], before[-1]
        at = self._marks_at(before, low, high, most)
        if self._is_open[blocks[-1]]:
            # The last value begins somewhere in that gap, and the marks end there.
            farther = self._marks_at(before, low, self._weight_before[blocks[-1] + 1], most)
            spans = [np.arange(a, b + 1) for a, b in zip(at, farther, strict=True)]
            return nothing, True, blocks[np.append(np.concatenate(spans), len(blocks) - 1)]
        return self._ends[blocks[at]], True, blocks[at]

    @staticmethod
    def _marks_at(
        before: NDArray[np.float64], low: float, high: float, most: int
    ) -> NDArray[np.int64]:
        """Return the last block before or at each of so many marks."""
        marks = np.append(np.arange(most - 1) * ((high - low) / (most - 1)), high - low)
        return np.searchsorted(before - low, marks, side="right") - 1

    def isotonic_positions(
        self, cumulative: Callable[[NDArray[np.float64]], NDArray[np.float64]], sign: int
    ) -> NDArray[np.int64]:
        """Return the positions at which blocks of the isotonic regression of y begin.

        They are the vertices of the greatest convex minorant of the sum of y by weight. Within a
        gap that sum is above two lines, of the least and of the largest y. Where they meet above
        the minorant of what is known there is no vertex.
        """
        ends = self._filled[1:]
        table = np.ascontiguousarray(cumulative(self.sums_before(self._ends[ends])))
        vertices = np.append(0, isotonic_blocks(table, sign))
        if self._is_open.any():
            weight, total = table[:, -1], sign * table[:, -2]
            low, high = sorted(sign * end for end in self._limits)
            start, stop = weight[:-1], weight[1:]
            # Where the lines from the beginning and from the end of a gap meet.
            meet = (total[1:] - total[:-1] + low * start - high * stop) / (low - high)
            corner = total[:-1] + low * (np.clip(meet, start, stop) - start)
            minorant = np.interp(np.clip(meet, start, stop), weight[vertices], total[vertices])
            # More than rounding may be.
            margin = 1e-9 * max(float(np.abs(total).max()), 1.0)
            self._need(self._filled[corner <= minorant + margin])
        return self._ends[ends[vertices[1:-1] - 1]]

    def sums_before(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what y sums to before each position and in all, (n_positions + 2, n_sums)."""
        ends = np.concatenate([[0], positions, [len(self)]])
        sums: NDArray[np.float64] = self._target.from_terms(
            self._sums_before[np.searchsorted(self._ends, ends)]
        )
        return sums

    def values_around(
        self, positions: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the largest value before each position, and the value at it, two (m,) arrays."""
        index = np.searchsorted(self._ends[self._filled], positions)
        before, at = self._filled[index - 1], self._filled[index]
        self._need(np.append(before, at))
        return self.known[before // 2], self.known[at // 2]

    def cut_values(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return a readable number between the values around each position, (m,) float64."""
        return cut_values(*self.values_around(positions), self.kind)

    def means(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean of the finite values between positions, rounded once, (m + 1,)."""
        key = np.asarray(positions, np.int64).tobytes()
        if key in self._means:
            sums, weights = self._means[key]
        elif self._is_open.any():
            # So that the values to the right of each position are known.
            self.values_around(positions)
            raise Unresolved(np.empty(0, np.int64), np.asarray(positions, np.int64))
        else:
            values = self.known
            start = np.searchsorted(values, -np.inf, side="right")
            stop = np.searchsorted(values, np.inf, side="left")
            at = np.searchsorted(self._ends[1::2], [0, *positions, len(self)])
            ends = np.clip(at, start, stop)
            weight_of = np.ascontiguousarray(np.diff(self._weight_before)[1::2])
            before = np.append(0.0, np.cumsum(weight_of))
            weights = np.diff(before[ends])
            sums = sums_between(values, weight_of, ends)
        means: NDArray[np.float64] = exact_means(sums, weights)
        return with_infinities(means, np.array([self.lowest]), np.array([self.highest]))

    def _need(self, blocks: NDArray[np.int64]) -> None:
        """Raise Unresolved if some of these blocks are gaps."""
        gaps = np.unique(blocks[self._is_open[blocks]]) // 2
        if len(gaps):
            raise Unresolved(gaps)

    # What the passes over the chunks learn.

    def in_gaps(self, values: NDArray[np.float64], gaps: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which values are in some of the gaps."""
        is_wanted = np.zeros(len(self._n_rows), bool)
        is_wanted[2 * gaps] = True
        return is_wanted[self.block_of(values)]

    def learn(self, sample: DistinctSample) -> None:
        """Take in values that were collected in gaps: all of them (level 0), or some.

        If some, all blocks have to be counted again.
        """
        index = np.searchsorted(self.known, sample.values)
        self.known = np.insert(self.known, index, sample.values)
        self.n_samples += 1
        self._set_blocks(
            _with_values(self._n_rows, index, sample.n_rows),
            _with_values(self._terms, index, sample.terms),
        )

    def recount(self, n_rows: NDArray[np.int64], terms: NDArray[np.float64]) -> None:
        """Take in the sums of all blocks."""
        self._set_blocks(n_rows, terms)

    @property
    def n_blocks(self) -> int:
        """Number of blocks."""
        return len(self._n_rows)

    def block_of(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the block of each value."""
        left = np.searchsorted(self.known, values, side="left")
        is_known = np.append(self.known, np.nan)[left] == values
        return 2 * left + is_known

    def learn_means(
        self,
        positions: NDArray[np.int64],
        sums: NDArray[np.int64],
        weights: NDArray[np.float64],
    ) -> None:
        """Take in the exact sums of finite values between positions, and their weights."""
        self._means[positions.tobytes()] = sums, weights


def _with_values(
    blocks: NDArray[Any], index: NDArray[np.int64], fresh: NDArray[Any]
) -> NDArray[Any]:
    """Return the sums of blocks once values in gaps are known; what is left comes after them."""
    gaps, known = blocks[0::2].copy(), blocks[1::2]
    np.subtract.at(gaps, index, fresh)
    result = np.empty((len(blocks) + 2 * len(index), *blocks.shape[1:]), blocks.dtype)
    result[0::2] = np.insert(gaps, index, 0, axis=0)
    result[1::2] = np.insert(known, index, fresh, axis=0)
    return result


class ColumnStart(NamedTuple):
    """Summary of a column of numbers, from which a PartialColumn starts.

    Attributes
    ----------
    kinds : frozenset of str

    missing, terms : ndarray of shape (n_terms,)
        Sums where values are missing, and where they are present.

    n_rows : int
        Samples that are present.

    lowest, highest : float

    sample : DistinctSample
    """

    kinds: frozenset[str]
    missing: NDArray[np.float64]
    terms: NDArray[np.float64]
    n_rows: int
    lowest: float
    highest: float
    sample: DistinctSample

    @classmethod
    def of(cls, chunk: Chunk, j: int, capacity: int) -> "ColumnStart":
        """Return the summary of column j of a chunk."""
        values = chunk.numbers(j)
        present = ~np.isnan(values)
        target, values = chunk.target.take(np.flatnonzero(present)), values[present]
        missing, terms = chunk.target.term_sums(present.astype(np.int64), 2)
        return cls(
            frozenset(chunk.table.kinds_in_chunk(j, as_numbers=True)),
            missing,
            terms,
            len(values),
            float(values.min(initial=np.inf)),
            float(values.max(initial=-np.inf)),
            DistinctSample.of(values, target, capacity, 0),
        )

    def merged(self, other: "ColumnStart") -> "ColumnStart":
        """Return the summary of both."""
        return ColumnStart(
            self.kinds | other.kinds,
            self.missing + other.missing,
            self.terms + other.terms,
            self.n_rows + other.n_rows,
            min(self.lowest, other.lowest),
            max(self.highest, other.highest),
            self.sample + other.sample,
        )
