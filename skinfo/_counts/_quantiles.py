"""Equal-frequency bins: one rule of how many, and one of ties.

The test, the selector, the estimate by bins, the binner and the Displays cut by these. There are
two rules of how many bins, because two questions are asked: a test loses power with every bin
(`default_n_bins`), and an estimate loses what its bins do not resolve (`estimate_n_bins`).
"""

from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


def default_n_bins(n: float) -> int:
    """Return the number of bins of n samples in a test: the cube root, 3 to 10.

    Every bin adds a degree of freedom per class, which takes power from a test of smooth
    relations (monotone, U-shaped, of spread). More bins would resolve finer ones.
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


def bin_starts(
    values: NDArray[np.float64], n_bins: int, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the least value of each bin but the first, increasing; empty bins have none."""
    if weights is None:
        line = np.sort(values)
        new = np.flatnonzero(line[1:] != line[:-1]) + 1
        ends = np.concatenate([[0], new, [len(line)]])
    else:
        order = np.argsort(values)
        line = values[order]
        new = np.flatnonzero(line[1:] != line[:-1]) + 1
        ends = np.append(0.0, np.cumsum(weights[order]))[np.concatenate([[0], new, [len(line)]])]
    bins = bins_of_runs(ends, n_bins)
    starts: NDArray[np.float64] = line[new][bins[1:] != bins[:-1]]
    return starts


def bins_of_runs(ends: NDArray[Any], n_bins: int) -> NDArray[np.int64]:
    """Return the bin of each run of equal values, (n_runs,) int64.

    This is the rule of ties. If there are at most `n_bins` values, each has a bin of its own.
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
    thresholds = twice_least_middles(ends[-1], n_bins)
    if ends.dtype.kind in "iu":
        thresholds = np.ceil(thresholds).astype(np.int64)
    starts = np.searchsorted(ends[1:] + ends[:-1], thresholds)
    return np.repeat(np.arange(n_bins), np.diff(np.concatenate([[0], starts, [n_runs]])))


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
