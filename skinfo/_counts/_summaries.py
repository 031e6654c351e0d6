"""Mergeable summaries of a column, by interval or level, and of the target, without samples.

Each has a method ``add``, which adds samples in place and returns the summary, and ``+``, which
returns a new merged summary.
"""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from skinfo._counts._cells import CellSums, SumsBetween
from skinfo._counts._cut_values import cuts_of_starts
from skinfo._counts._kinds import (
    MOST_LEVELS,
    NUMERIC_KINDS,
    kind_of,
    kinds_among,
)
from skinfo._counts._special_values import NO_SPECIAL_VALUES, SpecialValues
from skinfo._counts._table import level_order, objects_of, plain_level
from skinfo._counts._target import Target, finite_numbers
from skinfo._kernels._exact_sums import N_LIMBS, exact_means, sums_between
from skinfo.utils._saved_state import saved_class

NO_ROWS = np.empty(0, np.int64)

# Exponent of the unit of exact sums; see the kernel.
SMALLEST_EXPONENT = -2150


@saved_class
class NumericSummary:
    """Sums of the target and of the values over the cells between edges.

    It supports the queries of a search like a `SortedColumn`, but the only positions are the
    edges, numbered from 1 to m.

    Parameters
    ----------
    edges : ndarray of shape (m,)
        Increasing. A value equal to an edge belongs to the cell on its right.

    target : ClassTarget or ContinuousTarget
        Only its classes, or centre and scale, are used.

    kind : str, default="number"
        Kind of the numbers; see `Table.kind`.

    special : SpecialValues, default=NO_SPECIAL_VALUES
        Values that do not belong to any cell.
    """

    def __init__(
        self,
        edges: NDArray[np.float64],
        target: Target,
        kind: str = "number",
        special: SpecialValues = NO_SPECIAL_VALUES,
    ) -> None:
        self.edges = edges
        self.kind = kind
        self._special = special
        self._target = target.take(NO_ROWS)
        # One row per cell (m + 1), for missing values, and for each group of special values.
        self._terms = self._target.term_sums(NO_ROWS, len(edges) + 2 + len(special))
        # Total weight of the finite values in each cell.
        self._weights = np.zeros(len(edges) + 1)
        self._values = ExactSums([0] * (len(edges) + 1), 0)

    def add(self, values: NDArray[np.float64], target: Target) -> Self:
        """Add samples: values (n,) float64, NaN for missing."""
        starts = np.append(-np.inf, self.edges)
        self._terms = self._terms + CellSums.between(values, starts, target, self._special).terms
        between = SumsBetween.of(self._special.blanked(values), target, self.edges)
        self._weights = self._weights + between.weights
        self._values = self._values + ExactSums.of_limbs(between.sums)
        return self

    def __add__(self, other: "NumericSummary") -> "NumericSummary":
        both = NumericSummary(self.edges, self._target, self.kind, self._special)
        both._terms = self._terms + other._terms
        both._weights = self._weights + other._weights
        both._values = self._values + other._values
        return both

    @property
    def missing_sums(self) -> NDArray[np.float64]:
        """Sums of y over missing values, (n_sums,)."""
        return self._sums_apart[0]

    @property
    def special_sums(self) -> NDArray[np.float64]:
        """Sums of y over each group of special values, (n_groups, n_sums)."""
        return self._sums_apart[1:]

    @property
    def _sums_apart(self) -> NDArray[np.float64]:
        sums: NDArray[np.float64] = self._target.from_terms(self._terms[len(self.edges) + 1 :])
        return sums

    @property
    def _cell_terms(self) -> NDArray[np.float64]:
        return self._terms[: len(self.edges) + 1]

    def __len__(self) -> int:
        """Number of non-empty cells."""
        return int(self._cell_terms.any(axis=1).sum())

    def firsts(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return the positions of the edges, and that these are all."""
        return np.arange(1, len(self.edges) + 1), True

    boundary_points = firsts

    is_sampled = False

    def sums_before(self, positions: ArrayLike) -> NDArray[np.float64]:
        """Return cumulative sums of y at each position and in total, (n_positions + 2, n_sums)."""
        terms = np.add.accumulate(self._cell_terms, axis=0)
        before = np.vstack([np.zeros(terms.shape[1]), terms])[self._ends(positions)]
        sums: NDArray[np.float64] = self._target.from_terms(before)
        return sums

    def positions_of(self, starts: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the positions of some of the edges."""
        return np.searchsorted(self.edges, starts) + 1

    def cut_values(
        self, positions: NDArray[np.int64], closed: str = "left"
    ) -> NDArray[np.float64]:
        """Return the cuts for which the edges are the smallest numbers on the right."""
        return cuts_of_starts(self.edges[positions - 1], closed)

    def means(self, positions: ArrayLike) -> NDArray[np.float64]:
        """Return the mean of the finite values between cuts, rounded once, (n_cuts + 1,)."""
        ends = self._ends(positions)
        return self._values.means(ends, np.add.reduceat(self._weights, ends[:-1]))

    def _ends(self, positions: ArrayLike) -> NDArray[np.int64]:
        """Return the positions with both ends of the column added."""
        inner = np.asarray(positions, np.int64)
        return np.concatenate([[0], inner, [len(self.edges) + 1]])


@saved_class
@dataclass(frozen=True)
class ExactSums:
    """Exact sums of floats, in compact form.

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
        """Return the sums computed by a kernel, (n_sums, N_LIMBS)."""
        # Limbs are the digits of a two's complement number.
        rows = limbs.astype("<u4")
        integers = [int.from_bytes(row.tobytes(), "little", signed=True) for row in rows]
        return cls._compact(integers, SMALLEST_EXPONENT)

    @classmethod
    def _compact(cls, integers: list[int], exponent: int) -> Self:
        """Return the sums in the largest common unit."""
        digits = reduce(or_, integers, 0)
        n_zeros = max((digits & -digits).bit_length() - 1, 0)
        return cls([integer >> n_zeros for integer in integers], exponent + n_zeros)

    def __add__(self, other: "ExactSums") -> "ExactSums":
        exponent = min(self.exponent, other.exponent)
        a, b = self.exponent - exponent, other.exponent - exponent
        pairs = zip(self.integers, other.integers, strict=True)
        return self._compact([(x << a) + (y << b) for x, y in pairs], exponent)

    def means(self, ends: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums between ends divided by their weights, NaN for a weight of zero.

        Rounded once, like `exact_means`.
        """
        means = np.full(len(weights), np.nan)
        up, down = max(self.exponent, 0), max(-self.exponent, 0)
        for i in np.flatnonzero(weights).tolist():
            above, below = float(weights[i]).as_integer_ratio()
            total = sum(self.integers[ends[i] : ends[i + 1]])
            means[i] = ((total * below) << up) / (above << down)
        return means


@saved_class
class CategoricalSummary:
    """Sums of the target at each level.

    Parameters
    ----------
    target : ClassTarget or ContinuousTarget
        Only its classes, or centre and scale, are used.
    """

    def __init__(self, target: Target) -> None:
        self._index: dict[Any, int] = {}
        self._level_kinds: set[str] = set()
        self._target = target.take(NO_ROWS)
        self._terms = self._target.term_sums(NO_ROWS, 0)
        self._missing_terms = self._target.term_sums(NO_ROWS, 1)

    def add(self, codes: NDArray[np.int64], levels: list[Any], target: Target) -> Self:
        """Add samples: codes (n,) int64, -1 for missing, and the levels of the codes."""
        terms = target.term_sums(np.where(codes < 0, len(levels), codes), len(levels) + 1)
        self._missing_terms = self._missing_terms + terms[-1:]
        self._level_kinds |= _kinds_of_levels(levels)
        # A level without samples of positive weight is ignored.
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
        """Sums of y over missing values, (n_sums,)."""
        sums: NDArray[np.float64] = self._target.from_terms(self._missing_terms)[0]
        return sums

    def _names(self) -> list[Any]:
        """Return the levels with their names after merging all chunks.

        1, 1.0 and True are one level. Its name does not depend on which of them occurred first:
        it is a float for an array of floats, an integer for an array of objects.
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
    """Return the kinds of numbers among levels, with "object" for those of an array of objects.

    They determine the name of a level that differs between chunks, such as 1 and 1.0.
    """
    kinds = kinds_among(objects_of(levels)) & NUMERIC_KINDS
    is_array = all(isinstance(level, np.generic) for level in levels)
    return kinds | {"object"} if kinds and not is_array else kinds


# Maximum number of stored distinct values of a numeric target: one more than there can be classes.
MOST_LABELS = MOST_LEVELS + 1

CLASS_TYPES = ("binary", "multiclass")


@dataclass(frozen=True)
class TargetSummary:
    """Labels or range of a target, its weight and its weighted sum.

    Attributes
    ----------
    labels : ndarray of shape (n_labels,)
        Distinct values; for numbers that cannot be classes only the first `MOST_LABELS`.

    is_cut : bool
        Whether there are more.

    lowest, highest : float
        NaN if y is not numeric.

    n_samples, n_rows : int
        Number of samples of positive weight, and of all samples.

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
        """Return the summary of samples of positive weight: y (n,), not missing, and weights."""
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
    """Return two concatenated arrays, as objects if their dtypes have no common dtype."""
    if not len(a) or not len(b):
        return b if not len(a) else a
    kinds = {a.dtype.kind, b.dtype.kind}
    if len(kinds) == 1 or kinds <= set("iufb"):
        return np.concatenate([a, b])
    return np.concatenate([a.astype(object), b.astype(object)])
