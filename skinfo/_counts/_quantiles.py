"""Equal-frequency bins: rules for their number, and for ties.

Used by the test, the selector, the binned estimate, the binner and the Displays. There are two
rules for the number of bins: a test loses power with every additional bin (`default_n_bins`),
whereas an estimate misses the information that its bins do not resolve (`estimate_n_bins`).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from skinfo._kernels._sorting import sorted_rows, sorted_values

# Ratio of the number of bins of smooth tests with classes to that of the test of information. The
# degrees of freedom of smooth tests are those of the polynomials, for any number of bins.
FINER = 2


def default_n_bins(n: float) -> int:
    """Return the number of bins for a test with n samples: the cube root, from 3 to 10.

    Every bin adds a degree of freedom per class, which reduces the power of a test of information;
    more bins would resolve finer relations.
    """
    return int(np.clip(round(n ** (1 / 3)), 3, 10))


def estimate_n_bins(n: int, against_classes: bool) -> int:
    """Return the number of bins for a binned estimate with n samples.

    It is larger than for a test, since an estimate misses the information that its bins do not
    resolve. With a continuous target, both columns have this many bins, and the table the square.
    """
    n_bins: float = 1.5 * n**0.4 if against_classes else n ** (1 / 3)
    return max(round(n_bins), 2)


def equal_frequency_codes(
    values: NDArray[np.float64], n_bins: int, weights: NDArray[np.float64] | None = None
) -> NDArray[np.int64]:
    """Return the bin of each value, (n_samples,) int64; NaN has the bin `n_bins`.

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
        Consecutive codes; -1 for NaN.

    n_codes, n_finer : int
    """

    codes: NDArray[np.int64]
    finer: NDArray[np.int64]
    n_codes: int
    n_finer: int


def nested_codes(
    values: NDArray[np.float64], n_bins: int, weights: NDArray[np.float64] | None = None
) -> NestedCodes:
    """Return the bins of `equal_frequency_codes`, and finer bins, from one sort.

    Parameters
    ----------
    values, n_bins, weights
        See `equal_frequency_codes`.
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
    # Every bin starts at the start of a finer bin.
    bin_of_finer = np.zeros(len(finer_starts) + 1, np.int64)
    bin_of_finer[1:] = starts.searchsorted(finer_starts, side="right")
    return NestedCodes(bin_of_finer[finer], finer, len(starts) + 1, len(finer_starts) + 1)


def bin_starts(
    values: NDArray[np.float64], n_bins: int, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the smallest value of each non-empty bin but the first, increasing."""
    (starts,) = starts_of_bins(values, (n_bins,), weights)
    return starts


def starts_of_bins(
    values: NDArray[np.float64],
    numbers_of_bins: Sequence[int],
    weights: NDArray[np.float64] | None = None,
) -> list[NDArray[np.float64]]:
    """Return the `bin_starts` of each of several numbers of bins."""
    if weights is None:
        line = sorted_values(values)
        new = np.flatnonzero(line[1:] != line[:-1]) + 1
        ends = np.concatenate([[0], new, [len(line)]])
    else:
        line, order = sorted_rows(values)
        new = np.flatnonzero(line[1:] != line[:-1]) + 1
        ends = np.append(0.0, np.cumsum(weights[order]))[np.concatenate([[0], new, [len(line)]])]
    return [line[new[cuts_of_runs(ends, n_bins) - 1]] for n_bins in numbers_of_bins]


def cuts_of_runs(ends: NDArray[Any], n_bins: int) -> NDArray[np.int64]:
    """Return the first run of each bin of `bins_of_runs` but the first, increasing."""
    n_runs = len(ends) - 1
    if n_runs <= n_bins:
        return np.arange(1, n_runs)
    starts = _first_runs(ends, n_bins)
    is_cut = (starts > 0) & (starts < n_runs)
    is_cut[1:] &= starts[1:] > starts[:-1]
    return starts[is_cut]


def bins_of_runs(ends: NDArray[Any], n_bins: int) -> NDArray[np.int64]:
    """Return the bin of each run of equal values, (n_runs,) int64.

    This is the rule for ties. With at most `n_bins` values, each value is a bin. Otherwise the bin
    of a value contains the middle of its run, so that tied values are in the same bin.

    Parameters
    ----------
    ends : ndarray of shape (n_runs + 1,), dtype int64 or float64
        Cumulative number (or weight) of samples before each run, and the total.

    n_bins : int
    """
    n_runs = len(ends) - 1
    if n_runs <= n_bins:
        return np.arange(n_runs)
    starts = np.concatenate([[0], _first_runs(ends, n_bins), [n_runs]])
    return np.repeat(np.arange(n_bins), np.diff(starts))


def _first_runs(ends: NDArray[Any], n_bins: int) -> NDArray[np.int64]:
    """Return the first run of each bin but the first; for an empty bin that of the next one."""
    thresholds = twice_least_middles(ends[-1], n_bins)
    if ends.dtype.kind in "iu":
        thresholds = np.ceil(thresholds).astype(np.int64)
    return np.searchsorted(ends[1:] + ends[:-1], thresholds)


@lru_cache(maxsize=64)
def twice_least_middles(total: float, n_bins: int) -> NDArray[np.float64]:
    """Return twice the smallest middle of a run in each bin but the first, (n_bins - 1,).

    A middle on the boundary of two bins is in the bin closer to the centre, so that x and -x have
    the same bins. The array is read-only.
    """
    bins = np.arange(1, n_bins)
    from_below = 2.0 * total * bins / n_bins
    from_above = 2.0 * total - 2.0 * total * (n_bins - bins) / n_bins
    middles = np.where(2 * bins <= n_bins, from_below, np.nextafter(from_above, np.inf))
    middles.flags.writeable = False  # shared by columns
    return middles


class Runs(NamedTuple):
    """Runs of equal values of a column.

    Attributes
    ----------
    starts, stops : ndarray of shape (n,), dtype int64
        The position of each run, and of the next one.

    before, after : ndarray of shape (n,)
        The cumulative weight before each run, and up to its end.
    """

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    before: NDArray[Any]
    after: NDArray[Any]


class NumericColumn(Protocol):
    """Protocol of a numeric column with access to values by rank."""

    def __len__(self) -> int: ...

    def firsts(self, limit: int) -> tuple[NDArray[np.int64], bool]:
        """Return the positions at which a new value begins, and whether these are all."""

    @property
    def weight(self) -> float:
        """The number of non-missing samples, or the sum of their weights."""

    def runs_at(self, weights: NDArray[np.float64]) -> Runs:
        """Return the Runs of equal values in which the cumulative weight reaches some weights."""


def equal_frequency_cuts(column: NumericColumn, n_bins: int) -> NDArray[np.int64]:
    """Return the positions at which non-empty bins but the first begin, increasing.

    They correspond to the values of `bin_starts`.
    """
    positions, is_all = column.firsts(n_bins - 1)
    return positions if is_all else cuts_of_many_values(column, n_bins)


def cuts_of_many_values(column: NumericColumn, n_bins: int) -> NDArray[np.int64]:
    """Return `equal_frequency_cuts` of a column of more than `n_bins` distinct values."""
    thresholds = twice_least_middles(column.weight, n_bins)
    runs = column.runs_at(thresholds / 2)
    # The bin begins with the run if it contains the middle of the run, otherwise with the next.
    is_in_bin = runs.before + runs.after >= thresholds
    cuts = np.unique(np.where(is_in_bin, runs.starts, runs.stops))
    return cuts[(cuts > 0) & (cuts < len(column))]
