"""How a person writes a number, a date or a group of levels, and where they would cut."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor, inf, isfinite
from sys import float_info

import numpy as np

# Names of groups longer than this end in a count of the levels left out.
LEVELS_SHOWN = 4

# From coarse to fine: a cut between two dates is put at the coarsest unit that fits.
DATE_UNITS = ("Y", "M", "D", "h", "m", "s", "ms", "us")


def cut_between(low, high, kind):
    """Return a number a person would write in (low, high]; a value equal to it is to the right.

    Next to an infinity the cut keeps all finite numbers together.
    """
    if low == -inf:
        return -float_info.max
    if high == inf:
        return high
    return NUMBERS[kind].between(low, high)


def interval_labels(edges, kind):
    """Return names such as ``[35, 48.5)``, the last one closed."""
    return NUMBERS[kind].labels([float(edge) for edge in edges])


def interval_words(edges, kind):
    """Return names such as ``35_to_48.5``, the first ``below_35``, the last ``from_48.5``."""
    return NUMBERS[kind].words([float(edge) for edge in edges])


def level_words(groups):
    """Return names such as ``blue|red|3_more``."""
    return ["|".join(_shown(members)) for members in groups]


# XGBoost refuses names with [, ] or <, LightGBM those with characters of JSON, and it changes
# spaces.
NOT_IN_NAMES = re.compile(r"[\[\]<>{},:\"\\\s]")


def plain_words(words):
    """Return the words with an underscore for what other libraries refuse in names."""
    return NOT_IN_NAMES.sub("_", words)


def unique_names(names):
    """Return the names, each that was there before with ``_2``, ``_3``, ... at its end."""
    taken, unique = set(names), []
    if len(taken) == len(names):
        return names
    seen = set()
    for name in names:
        other, count = name, 1
        while other in seen or (other != name and other in taken):
            count += 1
            other = f"{name}_{count}"
        seen.add(other)
        unique.append(other)
    return unique


def level_labels(groups):
    """Return names such as ``{blue, red, 3 more}``."""
    return ["{" + ", ".join(_shown(members)) + "}" for members in groups]


def _shown(members):
    """Return the first levels as text, then how many there are besides."""
    more = len(members) - LEVELS_SHOWN
    shown = [str(level) for level in members[:LEVELS_SHOWN]]
    return shown + [f"{more} more"] if more > 0 else shown


def write_date(microseconds):
    """Return an ISO date, with the time of day where it is not midnight."""
    if not isfinite(microseconds) or abs(microseconds) >= 2**62:
        return f"{microseconds:.15g}"
    text = str(np.datetime64(int(microseconds), "us"))
    day, time = text.split("T")
    if time == "00:00:00.000000":
        return day
    return f"{day} {time.removesuffix('.000000')}"


def write_duration(microseconds):
    """Return a duration such as ``3 days 04:00:00``."""
    import pandas as pd

    if not isfinite(microseconds) or abs(microseconds) >= 2**53:
        return f"{microseconds:.15g}"
    return str(pd.Timedelta(int(microseconds), "us"))


def _shortest_between(low, high):
    """Return the shortest decimal in the middle half of (low, high], else the midpoint, else high.

    Neighbouring floats have nothing between them, and a midpoint that rounds to `low`.
    """
    middle = low / 2 + high / 2
    reach = high / 4 - low / 4
    for digits in range(1, 17):
        candidate = float(f"{middle:.{digits}g}")
        if abs(candidate - middle) <= reach and low < candidate <= high:
            return candidate
    return middle if low < middle else high


def _integer_between(low, high):
    """Return the roundest integer in the middle half of (low, high], else the one above it."""
    candidate = _shortest_between(low, high)
    return candidate if candidate == floor(candidate) else float(min(ceil(candidate), high))


def _date_between(low, high):
    """Return the latest turn of the coarsest unit, a year at most, in (low, high]."""
    if abs(high) >= 2**62:
        return high
    moment = np.datetime64(int(high), "us")
    for unit in DATE_UNITS:
        turn = float(
            moment.astype(f"datetime64[{unit}]").astype("datetime64[us]").astype(np.int64)
        )
        if low < turn <= high:
            return turn
    return high


def _half_open(write):
    """Return a function that names intervals by their ends, written by `write`."""

    def labels(edges):
        names = [f"[{write(low)}, {write(high)})" for low, high in itertools.pairwise(edges)]
        names[-1] = names[-1][:-1] + "]"
        return names

    return labels


def _worded(write):
    """Return a function that says where intervals begin and end, in words."""

    def words(edges):
        if len(edges) == 2:
            return ["any"]
        cuts = [write(cut) for cut in edges[1:-1]]
        middle = [f"{low}_to_{high}" for low, high in itertools.pairwise(cuts)]
        return [f"below_{cuts[0]}", *middle, f"from_{cuts[-1]}"]

    return words


def _truth_labels(edges):
    """Return the names of the bins of a column of booleans."""
    return ["False", "True"] if len(edges) == 3 else ["False or True"]


def _restore_whole(convert):
    """Return a function from float64, NaN for missing, to objects made by `convert`."""

    def restore(centres):
        restored = np.empty(len(centres), dtype=object)
        restored[:] = [None if np.isnan(c) else convert(c) for c in centres.tolist()]
        return restored

    return restore


def _to_date(microseconds):
    import pandas as pd

    return pd.Timestamp(round(microseconds), unit="us")


def _to_duration(microseconds):
    import pandas as pd

    return pd.Timedelta(round(microseconds), unit="us")


@dataclass(frozen=True)
class NumberKind:
    """How numbers of one kind are cut, named, and turned back into what they stand for."""

    between: Callable
    labels: Callable
    words: Callable
    restore: Callable


_write_number = "{:.15g}".format


NUMBERS = {
    "number": NumberKind(
        _shortest_between, _half_open(_write_number), _worded(_write_number), np.asarray
    ),
    "integer": NumberKind(
        _integer_between, _half_open(_write_number), _worded(_write_number), np.asarray
    ),
    "boolean": NumberKind(
        lambda low, high: 1.0, _truth_labels, _truth_labels, _restore_whole(lambda c: c >= 0.5)
    ),
    "date": NumberKind(
        _date_between, _half_open(write_date), _worded(write_date), _restore_whole(_to_date)
    ),
    "duration": NumberKind(
        _integer_between,
        _half_open(write_duration),
        _worded(write_duration),
        _restore_whole(_to_duration),
    ),
}
