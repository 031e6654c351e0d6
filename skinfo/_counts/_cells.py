"""Mergeable sample of the values of a column, and mergeable sums over its cells.

A pass over the rows computes one of them; `merged` combines two of them.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo._counts import _grid
from skinfo._counts._kinds import kind_of_chunks
from skinfo._counts._special_values import NO_SPECIAL_VALUES, SpecialValues
from skinfo._counts._target import ClassTarget, Target
from skinfo._kernels._code_sums import (
    class_sums_by_code,
    extents_by_code,
    number_sums_by_code,
)
from skinfo._kernels._digitize import digitize
from skinfo._kernels._distinct import DistinctValues
from skinfo._kernels._exact_sums import sums_by_code
from skinfo._kernels._heavy_values import rows_of_heavy_buckets


class NumberSample(NamedTuple):
    """Distinct values of a numeric column, all or a sample, and candidates for heavy values.

    Attributes
    ----------
    kinds : frozenset of str

    distinct : DistinctValues

    heavy, heavy_weights : ndarray of shape (n_heavy,)
        Values and lower bounds of their weights. The error of a bound, and the weight of a value
        that is not listed, is less than half of `HEAVY_SHARE` of the total weight.

    weight : float
        Total weight of the non-missing values.
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
        """Return the summary of a set of samples.

        Parameters
        ----------
        values : ndarray of shape (n,), dtype float64
            NaN is missing.

        weights : ndarray of shape (n,) or (0,)
            Empty if all weights are one.

        kinds : iterable of str
            Kinds that the values may have; see `Table.kinds_in_chunk`.

        level : int, default=0
            A lower bound of the final level; see `DistinctValues`.
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
        """Return the merged summary.

        If there are too many counters, each is reduced by the largest one that is dropped (Misra
        and Gries 1982; Agarwal et al. 2012).
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
        """The kind that fits the values of all chunks."""
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
        # Slightly less than one half, to allow for rounding.
        return self.heavy[self.heavy_weights >= 0.49 * _grid.HEAVY_SHARE * self.weight]

    @property
    def starts(self) -> NDArray[np.float64]:
        """Lower bounds of the cells to count, increasing.

        A cell is a half-open interval up to the start of the next one. A value that may be heavy
        has a separate cell.
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
    """Return the maximum number of counters for heavy values."""
    return round(4 / _grid.HEAVY_SHARE)


class CellSums(NamedTuple):
    """Sums over samples in cells of a column.

    Attributes
    ----------
    n_rows : ndarray of shape (m,), dtype int64
        Samples of positive weight.

    terms : ndarray of shape (m, n_terms)
        See `ClassTarget.term_sums`. This takes ``8 * n_terms`` bytes per cell, so a column of
        8192 cells and two classes takes 190 kB.
    """

    n_rows: NDArray[np.int64]
    terms: NDArray[np.float64]

    @classmethod
    def of(cls, codes: NDArray[Any], n_cells: int, target: Target) -> "CellSums":
        """Return the sums over samples (n,), given the index of the cell of each, int32."""
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
        cls,
        values: NDArray[np.float64],
        starts: NDArray[np.float64],
        target: Target,
        special: SpecialValues = NO_SPECIAL_VALUES,
    ) -> "CellSums":
        """Return the sums over values (n,), NaN for missing, in cells with the given starts.

        The last entries are for missing values and for each group of special values.
        """
        codes, n_cells = np.empty(len(values), np.int32), len(starts)
        digitize(np.ascontiguousarray(values), starts[1:], n_cells, codes)
        n_codes = n_cells + 1 + len(special)
        special.mark(values, codes, range(n_cells + 1, n_codes))
        return cls.of(codes, n_codes, target)

    def merged(self, other: "CellSums") -> "CellSums":
        """Return the sums over both sets of samples."""
        return CellSums(self.n_rows + other.n_rows, self.terms + other.terms)

    def take(self, index: Any) -> "CellSums":
        """Return the sums of a selection of cells."""
        return CellSums(self.n_rows[index], self.terms[index])

    @classmethod
    def joined(cls, parts: "list[CellSums]") -> "CellSums":
        """Return the concatenated sums."""
        return cls(
            np.concatenate([part.n_rows for part in parts]),
            np.concatenate([part.terms for part in parts]),
        )

    def added_from(self, first: NDArray[np.int64]) -> "CellSums":
        """Return the sums over runs of cells, given the first cell of each run."""
        return CellSums(
            np.add.reduceat(self.n_rows, first), np.add.reduceat(self.terms, first, axis=0)
        )

    def spread(self, index: NDArray[np.int64], n_cells: int) -> "CellSums":
        """Return the sums at new indices, in an array of `n_cells` cells; others are zero."""
        n_rows, terms = np.zeros(n_cells, np.int64), np.zeros((n_cells, self.terms.shape[1]))
        np.add.at(n_rows, index, self.n_rows)
        np.add.at(terms, index, self.terms)
        return CellSums(n_rows, terms)


class Ranges(NamedTuple):
    """Ranges of values of a column, in order.

    Attributes
    ----------
    starts, stops : ndarray of shape (n,)
        Half-open intervals. The last range is unbounded if its stop is NaN.

    salts : ndarray of shape (n,), dtype int64
        Salts of the hash function by which values are sampled.
    """

    starts: NDArray[np.float64]
    stops: NDArray[np.float64]
    salts: NDArray[np.int64]

    def take(self, index: Any) -> "Ranges":
        """Return a selection of the ranges."""
        return Ranges(self.starts[index], self.stops[index], self.salts[index])


class CellSample:
    """Sums at the distinct values within ranges: at all of them, or at a sample from each range.

    All values of a range are kept if there are at most `FINE_EXACT`. Otherwise a value is kept if
    its hash is below ``2**(64 - level)``, for the smallest positive `level` of the range at which
    at most `FINE` remain. The sample therefore depends neither on the order of values nor on
    chunks, and the sums at each kept value are complete.

    Parameters
    ----------
    ranges : Ranges

    levels : ndarray of shape (n_ranges,), dtype int64

    parts : list of tuple of ndarray and CellSums
        Increasing values and the sums at each, from several sets of samples.
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
        """Return the sample of the values (n,) and their target within the ranges."""
        distinct, codes = np.unique(values, return_inverse=True)
        part = distinct, CellSums.of(codes.astype(np.int32), len(distinct), target)
        return cls(ranges, np.zeros(len(ranges.starts), np.int64), [part])._thinned()

    def merged(self, other: "CellSample") -> "CellSample":
        """Return the merged sample."""
        parts = self._parts + other._parts
        both = CellSample(self._ranges, np.maximum(self._levels, other._levels), parts)
        sizes = [len(values) for values, _ in parts]
        # Parts are only consolidated when the size has doubled: amortised linear time.
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
        """Return the sample, reduced to the allowed number of values per range."""
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
        """The kept values, increasing."""
        return self._parts[0][0]

    @property
    def sums(self) -> CellSums:
        """The sums at each kept value."""
        return self._parts[0][1]

    @property
    def is_all(self) -> NDArray[np.bool_]:
        """Whether all values of each range are kept."""
        return self._levels == 0


def hashes_of(values: NDArray[np.float64], salts: int | NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return a 64-bit hash of each value, as the kernels do: splitmix64 of its bits and a salt."""
    # Adding zero maps -0.0 to 0.0, so that both have the same hash.
    bits = (values + 0.0).view(np.uint64)
    steps = np.atleast_1d(salts).astype(np.uint64) + np.uint64(1)
    bits = bits + steps * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = bits ^ (bits >> np.uint64(31))
    return mixed


class SumsBetween(NamedTuple):
    """Exact sums of the finite values between cuts, with the extreme values.

    Attributes
    ----------
    lowest, highest : ndarray of shape (m,)
        Infinity and minus infinity in an empty interval.

    sums : ndarray of shape (m, N_LIMBS), dtype int64

    weights : ndarray of shape (m,)
        Total weight of the finite values.
    """

    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    sums: NDArray[np.int64]
    weights: NDArray[np.float64]

    @classmethod
    def of(
        cls, values: NDArray[np.float64], target: Target, cuts: NDArray[np.float64]
    ) -> "SumsBetween":
        """Return the sums of values (n,), NaN for missing, in the intervals between cuts."""
        values = np.ascontiguousarray(values)
        codes, n_cells = np.empty(len(values), np.int32), len(cuts) + 1
        digitize(values, cuts, 0, codes)
        weights = target.weights if target.is_weighted else np.empty(0)
        lowest, highest, finite = extents_by_code(values, weights, codes, n_cells)
        return cls(lowest, highest, sums_by_code(values, weights, codes, n_cells), finite)

    def merged(self, other: "SumsBetween") -> "SumsBetween":
        """Return the sums over both sets of samples."""
        return SumsBetween(
            np.minimum(self.lowest, other.lowest),
            np.maximum(self.highest, other.highest),
            self.sums + other.sums,
            self.weights + other.weights,
        )
