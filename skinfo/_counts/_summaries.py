"""Mergeable summaries of a column: sums of the target by interval or level, without any row.

Each has ``add``, which takes in some samples and returns the summary itself, and ``+``, which
gives a third one of both and leaves both as they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from skinfo._counts import _grid
from skinfo._counts._kinds import (
    MOST_LEVELS,
    NUMERIC_KINDS,
    kind_of,
    kind_of_chunks,
    kinds_among,
)
from skinfo._counts._table import level_order, objects_of, plain_level
from skinfo._counts._target import ClassTarget, ContinuousTarget, finite_numbers
from skinfo._kernels._code_sums import (
    class_sums_by_code,
    extents_by_code,
    number_sums_by_code,
)
from skinfo._kernels._digitize import digitize
from skinfo._kernels._distinct import DistinctValues
from skinfo._kernels._exact_sums import N_LIMBS, exact_means, sums_between, sums_by_code
from skinfo._kernels._heavy_values import rows_of_heavy_buckets

Target = ClassTarget | ContinuousTarget

NO_ROWS = np.empty(0, np.int64)

# Of the unit of exact sums; see the kernel.
SMALLEST_EXPONENT = -2150


class NumericSummary:
    """Sums of the target over the cells between edges, and of the values in them.

    It answers the questions of a search as a `SortedColumn` does, with the edges as the only
    positions: those from 1 to m.

    Parameters
    ----------
    edges : ndarray of shape (m,)
        Increasing. A value equal to an edge belongs to the cell on its right.

    target : ClassTarget or ContinuousTarget
        Of any samples; of these nothing is kept.

    kind : str, default="number"
        What the numbers stand for; see `Table.kind`.
    """

    def __init__(self, edges: NDArray[np.float64], target: Target, kind: str = "number") -> None:
        self.edges = edges
        self.kind = kind
        self._target = target.take(NO_ROWS)
        # Of m + 1 cells, then of missing values.
        self._terms = self._target.term_sums(NO_ROWS, len(edges) + 2)
        # Of the finite values in each cell.
        self._weights = np.zeros(len(edges) + 1)
        self._values = ExactSums([0] * (len(edges) + 1), 0)

    def add(self, values: NDArray[np.float64], target: Target) -> Self:
        """Add samples: values (n,) float64, NaN for missing."""
        # The last is of missing values.
        counted = CellSums.between(values, np.append(-np.inf, self.edges), target)
        self._terms = self._terms + counted.terms
        between = SumsBetween.of(values, target, self.edges)
        self._weights = self._weights + between.weights
        self._values = self._values + ExactSums.of_limbs(between.sums)
        return self

    def __add__(self, other: "NumericSummary") -> "NumericSummary":
        both = NumericSummary(self.edges, self._target, self.kind)
        both._terms = self._terms + other._terms
        both._weights = self._weights + other._weights
        both._values = self._values + other._values
        return both

    @property
    def missing_sums(self) -> NDArray[np.float64]:
        """What y sums to where values are missing, (n_sums,)."""
        sums: NDArray[np.float64] = self._target.from_terms(self._terms[-1:])[0]
        return sums

    def __len__(self) -> int:
        """Number of cells that hold samples."""
        return int(self._terms[:-1].any(axis=1).sum())

    def firsts(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return the positions of the edges, and that these are all."""
        return np.arange(1, len(self.edges) + 1), True

    boundary_points = firsts

    is_sampled = False

    def sums_before(self, positions: ArrayLike) -> NDArray[np.float64]:
        """Return what y sums to before each position and in all, (n_positions + 2, n_sums)."""
        terms = np.add.accumulate(self._terms[:-1], axis=0)
        before = np.vstack([np.zeros(terms.shape[1]), terms])[self._ends(positions)]
        sums: NDArray[np.float64] = self._target.from_terms(before)
        return sums

    def cut_values(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the edges at some positions."""
        return self.edges[positions - 1]

    def means(self, positions: ArrayLike) -> NDArray[np.float64]:
        """Return the mean of the finite values between cuts, rounded once, (n_cuts + 1,)."""
        ends = self._ends(positions)
        return self._values.means(ends, np.add.reduceat(self._weights, ends[:-1]))

    def _ends(self, positions: ArrayLike) -> NDArray[np.int64]:
        """Return the positions with the first and the last."""
        inner = np.asarray(positions, np.int64)
        return np.concatenate([[0], inner, [len(self.edges) + 1]])


@dataclass(frozen=True)
class ExactSums:
    """Exact sums of floats, in as few bytes as hold them.

    Attributes
    ----------
    integers : list of int
        The sums, in units of ``2**exponent``.

    exponent : int
    """

    integers: list[int]
    exponent: int

    @classmethod
    def of_limbs(cls, limbs: NDArray[np.int64]) -> Self:
        """Return the sums that a kernel made, (n_sums, N_LIMBS)."""
        # Limbs are the digits of a two's complement.
        rows = limbs.astype("<u4")
        integers = [int.from_bytes(row.tobytes(), "little", signed=True) for row in rows]
        return cls._compact(integers, SMALLEST_EXPONENT)

    @classmethod
    def _compact(cls, integers: list[int], exponent: int) -> Self:
        """Return the sums in the largest unit that all are multiples of."""
        digits = reduce(or_, integers, 0)
        n_zeros = max((digits & -digits).bit_length() - 1, 0)
        return cls([integer >> n_zeros for integer in integers], exponent + n_zeros)

    def __add__(self, other: "ExactSums") -> "ExactSums":
        exponent = min(self.exponent, other.exponent)
        a, b = self.exponent - exponent, other.exponent - exponent
        pairs = zip(self.integers, other.integers, strict=True)
        return self._compact([(x << a) + (y << b) for x, y in pairs], exponent)

    def means(self, ends: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums from each end to the next over their weight, NaN for a weight of zero.

        Rounded once, as `exact_means` does.
        """
        means = np.full(len(weights), np.nan)
        up, down = max(self.exponent, 0), max(-self.exponent, 0)
        for i in np.flatnonzero(weights).tolist():
            above, below = float(weights[i]).as_integer_ratio()
            total = sum(self.integers[ends[i] : ends[i + 1]])
            means[i] = ((total * below) << up) / (above << down)
        return means


class CategoricalSummary:
    """Sums of the target at each level.

    Parameters
    ----------
    target : ClassTarget or ContinuousTarget
        Of any samples; of these nothing is kept.
    """

    def __init__(self, target: Target) -> None:
        self._index: dict[Any, int] = {}
        self._level_kinds: set[str] = set()
        self._target = target.take(NO_ROWS)
        self._terms = self._target.term_sums(NO_ROWS, 0)
        self._missing_terms = self._target.term_sums(NO_ROWS, 1)

    def add(self, codes: NDArray[np.int64], levels: list[Any], target: Target) -> Self:
        """Add samples: codes (n,) int64, -1 for missing, and the levels they stand for."""
        terms = target.term_sums(np.where(codes < 0, len(levels), codes), len(levels) + 1)
        self._missing_terms = self._missing_terms + terms[-1:]
        self._level_kinds |= _kinds_of_levels(levels)
        # A level without a sample of positive weight has not been seen.
        seen = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(levels)))
        self._add_terms([levels[i] for i in seen.tolist()], terms[seen])
        return self

    def _add_terms(self, levels: list[Any], terms: NDArray[np.float64]) -> None:
        index = [self._index.setdefault(level, len(self._index)) for level in levels]
        grown = np.zeros((len(self._index), terms.shape[1]))
        grown[: len(self._terms)] = self._terms
        np.add.at(grown, index, terms)
        self._terms = grown

    def __add__(self, other: "CategoricalSummary") -> "CategoricalSummary":
        both = CategoricalSummary(self._target)
        both._level_kinds = self._level_kinds | other._level_kinds
        for each in (self, other):
            both._add_terms(list(each._index), each._terms)
        both._missing_terms = self._missing_terms + other._missing_terms
        return both

    @property
    def missing_sums(self) -> NDArray[np.float64]:
        """What y sums to where values are missing, (n_sums,)."""
        sums: NDArray[np.float64] = self._target.from_terms(self._missing_terms)[0]
        return sums

    def _names(self) -> list[Any]:
        """Return the levels as they are called where all chunks are one column.

        1, 1.0 and True are one level. Its name does not depend on which of them came first: an
        array of floats has floats, an array of objects integers.
        """
        numbers = self._level_kinds & NUMERIC_KINDS
        if len(numbers) < 2:
            return list(self._index)
        if numbers == {"integer", "number"} and "object" not in self._level_kinds:
            return [np.float64(level) for level in self._index]
        return [plain_level(level) for level in self._index]

    def sorted(self) -> tuple[list[Any], NDArray[np.float64]]:
        """Return the levels in order, and the sums of each, (n_levels, n_sums)."""
        levels = self._names()
        order = level_order(levels)
        return [levels[i] for i in order], self._target.from_terms(self._terms[order])


def _kinds_of_levels(levels: list[Any]) -> set[str]:
    """Return the kinds of numbers among levels, and "object" if they are of an array of objects.

    They decide the names of levels that several chunks have, such as 1 and 1.0.
    """
    kinds = kinds_among(objects_of(levels)) & NUMERIC_KINDS
    is_array = all(isinstance(level, np.generic) for level in levels)
    return kinds | {"object"} if kinds and not is_array else kinds


class NumberSample(NamedTuple):
    """Distinct values of a column of numbers, all or a sample, and those that may be heavy.

    Attributes
    ----------
    kinds : frozenset of str

    distinct : DistinctValues

    heavy, heavy_weights : ndarray of shape (n_heavy,)
        Values and weights, each no larger than it is. Of a value that is not among them, and for
        what weights are too small, it is less than half of `HEAVY_SHARE` of all weight.

    weight : float
        Of all values that are present.
    """

    kinds: frozenset[str]
    distinct: DistinctValues
    heavy: NDArray[np.float64]
    heavy_weights: NDArray[np.float64]
    weight: float

    @classmethod
    def of(
        cls,
        values: NDArray[np.float64],
        weights: NDArray[np.float64],
        kinds: Iterable[str],
        level: int = 0,
    ) -> "NumberSample":
        """Return the summary of some samples.

        Parameters
        ----------
        values : ndarray of shape (n,), dtype float64
            NaN is missing.

        weights : ndarray of shape (n,) or (0,)
            Empty for weights of one.

        kinds : iterable of str
            What the values stand for; see `Table.kinds_in_chunk`.

        level : int, default=0
            One that is known to be reached; see `DistinctValues`.
        """
        values = np.ascontiguousarray(values)
        distinct = DistinctValues(_grid.GRID_SALT, _grid.EXACT, _grid.SAMPLE, level).add(values)
        weight = float(weights[~np.isnan(values)].sum() if len(weights) else distinct.n_present)
        least = max(weight / _n_counters(), 1e-300)
        rows = rows_of_heavy_buckets(values, weights, least)
        heavy, heavy_weights = _weights_of_values(
            values[rows], weights[rows] if len(weights) else weights
        )
        is_heavy = heavy_weights >= least
        return cls(frozenset(kinds), distinct, heavy[is_heavy], heavy_weights[is_heavy], weight)

    def merged(self, other: "NumberSample") -> "NumberSample":
        """Return the summary of both.

        Of too many weights each loses the heaviest of those that are left out (Misra and Gries
        1982; Agarwal et al. 2012).
        """
        heavy, weights = _weights_of_values(
            np.append(self.heavy, other.heavy),
            np.append(self.heavy_weights, other.heavy_weights),
        )
        n_counters = _n_counters()
        if len(heavy) > n_counters:
            weights = weights - np.partition(weights, -n_counters - 1)[-n_counters - 1]
            heavy, weights = heavy[weights > 0], weights[weights > 0]
        return NumberSample(
            self.kinds | other.kinds,
            self.distinct + other.distinct,
            heavy,
            weights,
            self.weight + other.weight,
        )

    @property
    def kind(self) -> str:
        """What the values of all chunks stand for."""
        return kind_of_chunks(self.kinds)

    @property
    def is_thinned(self) -> bool:
        """Whether the values are a sample."""
        return bool(self.distinct.level > 0)

    @property
    def values(self) -> NDArray[np.float64]:
        """The distinct values, increasing."""
        values: NDArray[np.float64] = self.distinct.values
        return values

    @property
    def maybe_heavy(self) -> NDArray[np.float64]:
        """The values that may have `HEAVY_SHARE` of the weight."""
        # A little less than half of it, for rounding.
        return self.heavy[self.heavy_weights >= 0.49 * _grid.HEAVY_SHARE * self.weight]

    @property
    def starts(self) -> NDArray[np.float64]:
        """Where the cells begin that have to be counted, increasing.

        A cell holds the values from its beginning to below that of the next one, and one that may
        be heavy has a cell of its own.
        """
        if not self.is_thinned:
            return self.values
        heavy = self.maybe_heavy
        edges = [np.array([-np.inf]), self.values, heavy, np.nextafter(heavy, np.inf)]
        return np.unique(np.concatenate(edges))


def _weights_of_values(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the distinct values, and the weight of each."""
    if not len(weights):
        distinct, counts = np.unique(values, return_counts=True)
        return distinct, counts.astype(np.float64)
    distinct, index = np.unique(values, return_inverse=True)
    return distinct, np.bincount(index, weights, len(distinct)).astype(np.float64)


def _n_counters() -> int:
    """Return how many weights are kept."""
    return round(4 / _grid.HEAVY_SHARE)


class CellSums(NamedTuple):
    """Sums over samples in cells of a column.

    Attributes
    ----------
    n_rows : ndarray of shape (m,), dtype int64
        Samples of positive weight.

    terms : ndarray of shape (m, n_terms)
        See `ClassTarget.term_sums`. In bytes this is 8 times ``n_terms`` a cell, so that a column
        of 8192 cells and two classes takes 190 kB.
    """

    n_rows: NDArray[np.int64]
    terms: NDArray[np.float64]

    @classmethod
    def of(cls, codes: NDArray[Any], n_cells: int, target: Target) -> "CellSums":
        """Return the sums of samples (n,) whose cells are known, as int32."""
        weights = target.weights if target.is_weighted else np.empty(0)
        if isinstance(target, ClassTarget):
            terms = class_sums_by_code(
                codes, target.narrow_codes, weights, n_cells, target.n_classes
            )
        else:
            terms = number_sums_by_code(codes, target.values, weights, target.half, n_cells)
        if target.is_weighted:
            return cls(np.bincount(codes, minlength=n_cells), terms)
        n_rows = terms.sum(axis=1) if target.classes is not None else terms[:, 0]
        return cls(n_rows.astype(np.int64), terms)

    @classmethod
    def between(
        cls, values: NDArray[np.float64], starts: NDArray[np.float64], target: Target
    ) -> "CellSums":
        """Return the sums of values (n,), NaN for missing, in cells that begin at some values.

        Those of missing values are the last.
        """
        codes = np.empty(len(values), np.int32)
        digitize(np.ascontiguousarray(values), starts[1:], len(starts), codes)
        return cls.of(codes, len(starts) + 1, target)

    def merged(self, other: "CellSums") -> "CellSums":
        """Return the sums over the samples of both."""
        return CellSums(self.n_rows + other.n_rows, self.terms + other.terms)

    def take(self, index: Any) -> "CellSums":
        """Return the sums of some cells."""
        return CellSums(self.n_rows[index], self.terms[index])

    @classmethod
    def joined(cls, parts: "list[CellSums]") -> "CellSums":
        """Return the sums of the cells of all, one after the other."""
        return cls(
            np.concatenate([part.n_rows for part in parts]),
            np.concatenate([part.terms for part in parts]),
        )

    def added_from(self, first: NDArray[np.int64]) -> "CellSums":
        """Return the sums from each of some cells to below the next."""
        return CellSums(
            np.add.reduceat(self.n_rows, first), np.add.reduceat(self.terms, first, axis=0)
        )

    def spread(self, index: NDArray[np.int64], n_cells: int) -> "CellSums":
        """Return the sums at other indices, of so many cells; of the others they are zero."""
        n_rows, terms = np.zeros(n_cells, np.int64), np.zeros((n_cells, self.terms.shape[1]))
        np.add.at(n_rows, index, self.n_rows)
        np.add.at(terms, index, self.terms)
        return CellSums(n_rows, terms)


class Ranges(NamedTuple):
    """Ranges of values of a column, in order.

    Attributes
    ----------
    starts, stops : ndarray of shape (n,)
        From each start to below the stop; infinity is in a range that ends there.

    salts : ndarray of shape (n,), dtype int64
        By which hash values are sampled.
    """

    starts: NDArray[np.float64]
    stops: NDArray[np.float64]
    salts: NDArray[np.int64]

    def take(self, index: Any) -> "Ranges":
        """Return some of the ranges."""
        return Ranges(self.starts[index], self.stops[index], self.salts[index])


class CellSample:
    """Sums at distinct values within ranges: at all of them, or at a sample in each.

    All values of a range are kept if there are at most `FINE_EXACT`. Else a value is kept if its
    hash is below ``2**(64 - level)``, for the least `level` of the range above zero at which there
    are at most `FINE`. So the sample depends neither on the order of values nor on
    chunks, and the sums at each value that is kept are complete.

    Parameters
    ----------
    ranges : Ranges

    levels : ndarray of shape (n_ranges,), dtype int64

    parts : list of tuple of ndarray and CellSums
        Values, increasing, and the sums at each, of several samples.
    """

    def __init__(
        self,
        ranges: Ranges,
        levels: NDArray[np.int64],
        parts: list[tuple[NDArray[np.float64], CellSums]],
    ) -> None:
        self._ranges = ranges
        self._levels = levels
        self._parts = parts

    @classmethod
    def of(cls, ranges: Ranges, values: NDArray[np.float64], target: Target) -> "CellSample":
        """Return the sample of values (n,) within the ranges, with their target."""
        distinct, codes = np.unique(values, return_inverse=True)
        part = distinct, CellSums.of(codes.astype(np.int32), len(distinct), target)
        return cls(ranges, np.zeros(len(ranges.starts), np.int64), [part])._thinned()

    def merged(self, other: "CellSample") -> "CellSample":
        """Return what is known of the samples of both."""
        parts = self._parts + other._parts
        both = CellSample(self._ranges, np.maximum(self._levels, other._levels), parts)
        sizes = [len(values) for values, _ in parts]
        # Parts are made one as often as they double only.
        return both if sum(sizes) <= 2 * sizes[0] + _grid.FINE else both.whole()

    def whole(self) -> "CellSample":
        """Return the sample with each value once."""
        if len(self._parts) == 1:
            return self
        values, codes = np.unique(
            np.concatenate([values for values, _ in self._parts]), return_inverse=True
        )
        sums = CellSums.joined([sums for _, sums in self._parts]).spread(codes, len(values))
        return CellSample(self._ranges, self._levels, [(values, sums)])._thinned()

    def _thinned(self) -> "CellSample":
        """Return the sample with as many values of each range as may be kept."""
        values, sums = self._parts[0]
        ranges = np.searchsorted(self._ranges.starts, values, side="right") - 1
        hashes = hashes_of(values, self._ranges.salts[ranges])
        levels = self._levels
        while True:
            kept = hashes <= ~np.uint64(0) >> levels[ranges].astype(np.uint64)
            n_kept = np.bincount(ranges[kept], minlength=len(levels))
            is_full = n_kept > np.where(levels > 0, _grid.FINE, _grid.FINE_EXACT)
            if not is_full.any():
                break
            levels = levels + is_full
        return CellSample(self._ranges, levels, [(values[kept], sums.take(kept))])

    @property
    def values(self) -> NDArray[np.float64]:
        """The values that are kept, increasing."""
        return self._parts[0][0]

    @property
    def sums(self) -> CellSums:
        """The sums at each."""
        return self._parts[0][1]

    @property
    def is_all(self) -> NDArray[np.bool_]:
        """Whether these are all values of each range."""
        return self._levels == 0


def hashes_of(values: NDArray[np.float64], salts: int | NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return 64 bits for each value, as the kernels do: splitmix64 of its bits and a salt."""
    # Zero has one hash, whatever its sign.
    bits = (values + 0.0).view(np.uint64)
    steps = np.atleast_1d(salts).astype(np.uint64) + np.uint64(1)
    bits = bits + steps * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = bits ^ (bits >> np.uint64(31))
    return mixed


class SumsBetween(NamedTuple):
    """Exact sums of the finite values between cuts, and the ends of what is there.

    Attributes
    ----------
    lowest, highest : ndarray of shape (m,)
        Infinity and its negative where there is nothing.

    sums : ndarray of shape (m, N_LIMBS), dtype int64

    weights : ndarray of shape (m,)
        Of the finite values.
    """

    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    sums: NDArray[np.int64]
    weights: NDArray[np.float64]

    @classmethod
    def of(
        cls, values: NDArray[np.float64], target: Target, cuts: NDArray[np.float64]
    ) -> "SumsBetween":
        """Return the sums of values (n,), NaN for missing, below the first cut, and so on."""
        values = np.ascontiguousarray(values)
        codes, n_cells = np.empty(len(values), np.int32), len(cuts) + 1
        digitize(values, cuts, 0, codes)
        weights = target.weights if target.is_weighted else np.empty(0)
        lowest, highest, finite = extents_by_code(values, weights, codes, n_cells)
        return cls(lowest, highest, sums_by_code(values, weights, codes, n_cells), finite)

    def merged(self, other: "SumsBetween") -> "SumsBetween":
        """Return the sums over the samples of both."""
        return SumsBetween(
            np.minimum(self.lowest, other.lowest),
            np.maximum(self.highest, other.highest),
            self.sums + other.sums,
            self.weights + other.weights,
        )


# Different values of a numeric target that are kept: one more than can be classes.
MOST_LABELS = MOST_LEVELS + 1

CLASS_TYPES = ("binary", "multiclass")


@dataclass(frozen=True)
class TargetSummary:
    """Labels or range of a target, its weight and its weighted sum.

    Attributes
    ----------
    labels : ndarray of shape (n_labels,)
        Different values; of numbers that cannot be classes the first `MOST_LABELS` only.

    is_cut : bool
        Whether there are more.

    lowest, highest : float
        NaN where y is no number.

    n_samples, n_rows : int
        Samples of positive weight, and all.

    is_weighted, has_whole_weights : bool

    weight : ndarray of shape (N_LIMBS,), dtype int64
        Exact sum of the weights.

    total : ndarray of shape (N_LIMBS,), dtype int64
        Exact sum of weighted y.
    """

    labels: NDArray[Any]
    is_cut: bool
    lowest: float
    highest: float
    n_samples: int
    n_rows: int
    is_weighted: bool
    has_whole_weights: bool
    weight: NDArray[np.int64]
    total: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        y: NDArray[Any],
        weights: NDArray[np.float64],
        *,
        target_type: str,
        n_rows: int,
        is_weighted: bool,
        name: str,
    ) -> "TargetSummary":
        """Return the summary of samples of positive weight: y (n,), none missing, and weights."""
        ends = np.array([0, len(y)])
        lowest, highest, total = np.nan, np.nan, np.zeros(N_LIMBS, np.int64)
        labels, is_cut = pd.unique(y), False
        is_number = len(y) > 0 and kind_of(y) not in ("level", "boolean")
        if target_type == "continuous" or (target_type == "auto" and is_number):
            numbers = finite_numbers(y, slice(None), name)
            if len(y):
                lowest, highest = float(numbers.min()), float(numbers.max())
            total = sums_between(numbers, weights, ends)[0]
            is_cut = len(labels) > MOST_LABELS
            labels = np.sort(labels)[:MOST_LABELS] if is_cut else labels
        return cls(
            labels,
            is_cut,
            lowest,
            highest,
            len(y),
            n_rows,
            is_weighted,
            bool(np.all(np.floor(weights) == weights)),
            sums_between(weights, np.empty(0), ends)[0],
            total,
        )

    def __add__(self, other: "TargetSummary") -> "TargetSummary":
        labels, is_cut = joined(self.labels, other.labels), self.is_cut or other.is_cut
        labels = pd.unique(labels)
        if is_cut:
            labels = labels[:MOST_LABELS]
        return TargetSummary(
            labels,
            is_cut,
            float(np.fmin(self.lowest, other.lowest)),
            float(np.fmax(self.highest, other.highest)),
            self.n_samples + other.n_samples,
            self.n_rows + other.n_rows,
            self.is_weighted or other.is_weighted,
            self.has_whole_weights and other.has_whole_weights,
            self.weight + other.weight,
            self.total + other.total,
        )

    @property
    def sum_of_weights(self) -> float:
        """The sum of the weights, rounded once."""
        return float(exact_means(self.weight[None], np.ones(1))[0])

    @property
    def mean(self) -> float:
        """The weighted mean of y, rounded once."""
        return float(exact_means(self.total[None], np.array([self.sum_of_weights]))[0])


def joined(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Return two arrays as one, of objects where their dtypes have no common one."""
    if not len(a) or not len(b):
        return b if not len(a) else a
    kinds = {a.dtype.kind, b.dtype.kind}
    if len(kinds) == 1 or kinds <= set("iufb"):
        return np.concatenate([a, b])
    return np.concatenate([a.astype(object), b.astype(object)])
