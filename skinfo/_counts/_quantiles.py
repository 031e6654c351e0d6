"""Equal-frequency bins: rules for their number, and for ties.

Used by the test, the selector, the binned estimate, the binner and the Displays. There are two
rules for the number of bins, for two purposes: a test loses power with every bin
(`default_n_bins`), and an estimate loses what its bins do not resolve (`estimate_n_bins`).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

# Smooth tests of a column with classes are of so many times as many bins: their degrees of
# freedom are those of the polynomials, however many bins there are.
FINER = 2


def default_n_bins(n: float) -> int:
    """Return the number of bins of n samples in a test: the cube root, 3 to 10.

    Every bin adds a degree of freedom per class, which takes power from a test of information.
    More bins would resolve finer relations.
    """
    return int(np.clip(round(n ** (1 / 3)), 3, 10))


def estimate_n_bins(n: int, against_classes: bool) -> int:
    """Return the number of bins of n samples in an estimate by bins.

    More than in a test: an estimate misses what its bins do not resolve. Against a continuous
    target both columns have as many, and the table the square of it.
    """
    n_bins: float = 1.5 * n**0.4 if against_classes else n ** (1 / 3)
    return max(round(n_bins), 2)


def equal_frequency_codes(
    values: NDArray[np.float64], n_bins: int, weights: NDArray[np.float64] | None = None
) -> NDArray[np.int64]:
    """Return the bin of each value, (n_samples,) int64; that of NaN is `n_bins`.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), dtype float64

    n_bins : int

    weights : ndarray of shape (n_samples,) or None, default=None
        From `check_frequency_weights`.
    """
    present = ~np.isnan(values)
    if not present.all():
        codes = np.full(len(values), n_bins)
        weights = None if weights is None else weights[present]
        codes[present] = equal_frequency_codes(values[present], n_bins, weights)
        return codes
    return np.searchsorted(bin_starts(values, n_bins, weights), values, side="right")


class NestedCodes(NamedTuple):
    """Codes in equal-frequency bins, and in `FINER` times as many for the smooth tests.

    Attributes
    ----------
    codes, finer : ndarray of shape (n_samples,), dtype int64
        Without gaps; those of NaN are -1.

    n_codes, n_finer : int
    """

    codes: NDArray[np.int64]
    finer: NDArray[np.int64]
    n_codes: int
    n_finer: int


def nested_codes(
    values: NDArray[np.float64], n_bins: int, weights: NDArray[np.float64] | None = None
) -> NestedCodes:
    """Return the bins of `equal_frequency_codes`, and finer ones, from one sort.

    Parameters
    ----------
    values, n_bins, weights
        As of `equal_frequency_codes`.
    """
    missing = np.isnan(values)
    if missing.all():
        none = np.full(len(values), -1)
        return NestedCodes(none, none, 0, 0)
    if missing.any():
        weights = None if weights is None else weights[~missing]
        of_present = nested_codes(values[~missing], n_bins, weights)
        codes, finer = np.full((2, len(values)), -1)
        codes[~missing], finer[~missing] = of_present.codes, of_present.finer
        return NestedCodes(codes, finer, of_present.n_codes, of_present.n_finer)
    starts, finer_starts = starts_of_bins(values, (n_bins, FINER * n_bins), weights)
    finer = finer_starts.searchsorted(values, side="right")
    # Where a bin begins a finer one does.
    bin_of_finer = np.zeros(len(finer_starts) + 1, np.int64)
    bin_of_finer[1:] = starts.searchsorted(finer_starts, side="right")
    return NestedCodes(bin_of_finer[finer], finer, len(starts) + 1, len(finer_starts) + 1)


def bin_starts(
    values: NDArray[np.float64], n_bins: int, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the least value of each bin but the first, increasing; empty bins have none."""
    (starts,) = starts_of_bins(values, (n_bins,), weights)
    return starts


def starts_of_bins(
    values: NDArray[np.float64],
    numbers_of_bins: Sequence[int],
    weights: NDArray[np.float64] | None = None,
) -> list[NDArray[np.float64]]:
    """Return the `bin_starts` of each of several numbers of bins."""
    if weights is None:
        line = np.sort(values)
        new = np.flatnonzero(line[1:] != line[:-1]) + 1
        ends = np.concatenate([[0], new, [len(line)]])
    else:
        order = np.argsort(values)
        line = values[order]
        new = np.flatnonzero(line[1:] != line[:-1]) + 1
        ends = np.append(0.0, np.cumsum(weights[order]))[np.concatenate([[0], new, [len(line)]])]
    return [line[new[cuts_of_runs(ends, n_bins) - 1]] for n_bins in numbers_of_bins]


def cuts_of_runs(ends: NDArray[Any], n_bins: int) -> NDArray[np.int64]:
    """Return the runs with which the bins of `bins_of_runs` but the first begin, increasing."""
    n_runs = len(ends) - 1
    if n_runs <= n_bins:
        return np.arange(1, n_runs)
    starts = _first_runs(ends, n_bins)
    is_cut = (starts > 0) & (starts < n_runs)
    is_cut[1:] &= starts[1:] > starts[:-1]
    return starts[is_cut]


def bins_of_runs(ends: NDArray[Any], n_bins: int) -> NDArray[np.int64]:
    """Return the bin of each run of equal values, (n_runs,) int64.

    This is the rule for ties. If there are at most `n_bins` values, each is a bin.
    Else a value is in the bin that holds the middle of its run, so that ties stay together.

    Parameters
    ----------
    ends : ndarray of shape (n_runs + 1,), dtype int64 or float64
        How many samples (or how much weight) there are before each run, and in all.

    n_bins : int
    """
    n_runs = len(ends) - 1
    if n_runs <= n_bins:
        return np.arange(n_runs)
    starts = np.concatenate([[0], _first_runs(ends, n_bins), [n_runs]])
    return np.repeat(np.arange(n_bins), np.diff(starts))


def _first_runs(ends: NDArray[Any], n_bins: int) -> NDArray[np.int64]:
    """Return the first run of each bin but the first; of an empty bin that of the next."""
    thresholds = twice_least_middles(ends[-1], n_bins)
    if ends.dtype.kind in "iu":
        thresholds = np.ceil(thresholds).astype(np.int64)
    return np.searchsorted(ends[1:] + ends[:-1], thresholds)


@lru_cache(maxsize=64)
def twice_least_middles(total: float, n_bins: int) -> NDArray[np.float64]:
    """Return twice the least middle of a run in each bin but the first, (n_bins - 1,), read-only.

    A middle on the boundary of two bins is in the bin farther from the nearer end, so that the
    bins of x and of -x are the same.
    """
    bins = np.arange(1, n_bins)
    from_below = 2.0 * total * bins / n_bins
    from_above = 2.0 * total - 2.0 * total * (n_bins - bins) / n_bins
    middles = np.where(2 * bins <= n_bins, from_below, np.nextafter(from_above, np.inf))
    middles.flags.writeable = False  # columns share them
    return middles


class Runs(NamedTuple):
    """Some runs of equal values of a column.

    Attributes
    ----------
    starts, stops : ndarray of shape (n,), dtype int64
        The position of each run, and that of the next.

    before, after : ndarray of shape (n,)
        The weight before each run, and that up to its end.
    """

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    before: NDArray[Any]
    after: NDArray[Any]


class NumericColumn(Protocol):
    """A column of numbers whose values are known by rank."""

    def __len__(self) -> int: ...

    def firsts(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return the positions at which a new value begins, and whether these are all."""

    @property
    def weight(self) -> float:
        """The number of present samples, or the sum of their weights."""

    def runs_at(self, weights: NDArray[np.float64]) -> Runs:
        """Return the runs of equal values in which the weight from below reaches some weights."""


def equal_frequency_cuts(column: NumericColumn, n_bins: int) -> NDArray[np.int64]:
    """Return the positions at which bins begin, increasing: those of `bin_starts`.

    Empty bins have none.
    """
    positions, is_all = column.firsts(n_bins - 1)
    return positions if is_all else cuts_of_many_values(column, n_bins)


def cuts_of_many_values(column: NumericColumn, n_bins: int) -> NDArray[np.int64]:
    """Return `equal_frequency_cuts` of a column of more than `n_bins` distinct values."""
    thresholds = twice_least_middles(column.weight, n_bins)
    runs = column.runs_at(thresholds / 2)
    # The run before ends at or below the threshold, and the next one begins there.
    is_in_bin = runs.before + runs.after >= thresholds
    cuts = np.unique(np.where(is_in_bin, runs.starts, runs.stops))
    return cuts[(cuts > 0) & (cuts < len(column))]
