"""Readable cut values: the roundest number, date or duration between two neighbouring values."""

from collections.abc import Callable
from math import ceil, floor, inf, isfinite, nextafter
from sys import float_info

import numpy as np
from numpy.typing import NDArray

# From coarse to fine: a cut between two dates is at the start of the coarsest unit that fits.
DATE_UNITS = ("Y", "M", "D", "h", "m", "s", "ms", "us")

# Microseconds beyond this are not converted to a date.
LARGEST_DATE = 2.0**62


def cut_values(
    lows: NDArray[np.float64],
    highs: NDArray[np.float64],
    kind: str = "number",
    closed: str = "left",
) -> NDArray[np.float64]:
    """Return a readable number in each interval (low, high], (n_cuts,) float64.

    If one end is infinite, the cut separates it from all finite numbers.

    Parameters
    ----------
    lows, highs : ndarray of shape (n_cuts,), dtype float64
        Neighbouring values of a column, ``lows < highs``.

    kind : {"number", "integer", "boolean", "date", "duration"}, default="number"
        The kind of the column.

    closed : {"left", "right"}, default="left"
        The closed end of intervals between cuts: a value equal to a cut belongs to the interval on
        its right ("left"), or on its left ("right"). With "right" the result is in [low, high).
    """
    between = CUT_CLOSED[closed]
    pairs = zip(lows.tolist(), highs.tolist(), strict=True)
    return np.array([between(low, high, kind) for low, high in pairs], dtype=np.float64)


def starts_of_cuts(cuts: NDArray[np.float64], closed: str) -> NDArray[np.float64]:
    """Return the smallest number to the right of each cut."""
    return cuts if closed == "left" else _neighbours(cuts, inf)


def cuts_of_starts(starts: NDArray[np.float64], closed: str) -> NDArray[np.float64]:
    """Return the cuts, given the smallest number to the right of each."""
    return starts if closed == "left" else _neighbours(starts, -inf)


def _neighbours(numbers: NDArray[np.float64], towards: float) -> NDArray[np.float64]:
    # The neighbour of the largest number is infinite (overflow), that of zero subnormal.
    with np.errstate(over="ignore", under="ignore"):
        return np.nextafter(numbers, towards)


def _cut_after(low: float, high: float, kind: str) -> float:
    """Return a cut in (low, high]."""
    if low == -inf:
        return -float_info.max
    if high == inf:
        return high
    return CUT_BETWEEN[kind](low, high)


def _cut_before(low: float, high: float, kind: str) -> float:
    """Return a cut in [low, high)."""
    if kind == "date" and isfinite(low) and isfinite(high):
        # Dates are cut at the latest start of a unit here too.
        start = _date_between(nextafter(low, -inf), floor(nextafter(high, -inf)))
        return start if low <= start < high else low
    return -_cut_after(-high, -low, kind) + 0.0


def _shortest_between(low: float, high: float) -> float:
    """Return the shortest decimal in the middle half of (low, high], else the midpoint, else high.

    Neighbouring floats have no number between them, and their midpoint may round to `low`.
    """
    middle = low / 2 + high / 2
    reach = high / 4 - low / 4
    for digits in range(1, 17):
        candidate = float(f"{middle:.{digits}g}")
        if abs(candidate - middle) <= reach and low < candidate <= high:
            return candidate
    return middle if low < middle else high


def _integer_between(low: float, high: float) -> float:
    """Return the roundest integer in the middle half of (low, high], else the one above it."""
    candidate = _shortest_between(low, high)
    return candidate if candidate == floor(candidate) else float(min(ceil(candidate), high))


def _date_between(low: float, high: float) -> float:
    """Return the latest start of the coarsest unit, a year at most, in (low, high]."""
    if abs(high) >= LARGEST_DATE:
        return high
    moment = np.datetime64(int(high), "us")
    for unit in DATE_UNITS:
        start = moment.astype(f"datetime64[{unit}]").astype("datetime64[us]").astype(np.int64)
        if low < start <= high:
            return float(start)
    return high


CUT_CLOSED: dict[str, Callable[[float, float, str], float]] = {
    "left": _cut_after,
    "right": _cut_before,
}

CUT_BETWEEN: dict[str, Callable[[float, float], float]] = {
    "number": _shortest_between,
    "integer": _integer_between,
    "boolean": lambda low, high: high,
    "date": _date_between,
    "duration": _integer_between,
}
