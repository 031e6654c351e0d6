"""Labels of bins and names of output columns: numbers, dates, durations and groups of levels."""

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._special_values import SpecialValues
from skinfo.utils._text import without_halves

Write = Callable[[float], str]
Names = Callable[[list[float], str], list[str]]
Restore = Callable[[NDArray[np.float64]], NDArray[Any]]

# Names of groups with more levels end in the number of omitted levels.
LEVELS_SHOWN = 4


def interval_labels(edges: Iterable[float], kind: str, closed: str = "left") -> list[str]:
    """Return names such as ``[35, 48.5)`` or ``(35, 48.5]``; the outer interval is closed."""
    return NUMBER_FORMATS[kind].labels([float(edge) for edge in edges], closed)


def interval_words(edges: Iterable[float], kind: str, closed: str = "left") -> list[str]:
    """Return names such as ``35_to_48.5``, the first ``below_35``, the last ``from_48.5``.

    If intervals are closed on the right, the first is ``up_to_35``, the last ``above_48.5``.
    """
    return NUMBER_FORMATS[kind].words([float(edge) for edge in edges], closed)


def special_labels(special: SpecialValues, kind: str | None) -> list[str]:
    """Return names such as ``special: -999``, or those given by the user.

    Parameters
    ----------
    special : SpecialValues

    kind : str or None
        Kind of the numbers; None for levels.
    """
    return [
        "special: " + ", ".join(values) if name is None else name
        for name, values in _names_and_texts(special, kind)
    ]


def special_words(special: SpecialValues, kind: str | None) -> list[str]:
    """Return names such as ``special_-999``, or those given by the user."""
    return [
        "special_" + "|".join(values) if name is None else name
        for name, values in _names_and_texts(special, kind)
    ]


def _names_and_texts(
    special: SpecialValues, kind: str | None
) -> list[tuple[str | None, list[str]]]:
    write: Callable[[Any], str] = without_halves if kind is None else NUMBER_FORMATS[kind].write
    write = _distinct(write, [value for values in special.groups for value in values])
    pairs = zip(special.names, special.groups, strict=True)
    return [(name, [write(value) for value in values]) for name, values in pairs]


def level_words(groups: Iterable[list[Any]]) -> list[str]:
    """Return names such as ``blue|red|3_more``."""
    return ["|".join(_shown(members)) for members in groups]


# XGBoost rejects names with [, ] or <; LightGBM rejects characters of JSON and replaces spaces.
NOT_IN_NAMES = re.compile(r"[\[\]<>{},:\"\\\s]")


def plain_words(words: str) -> str:
    """Return a name with underscores instead of characters that other libraries reject."""
    return NOT_IN_NAMES.sub("_", words)


def unique_names(names: list[str]) -> list[str]:
    """Return the names, with a suffix ``_2``, ``_3``, ... for repeated ones."""
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


def level_labels(groups: Iterable[list[Any]]) -> list[str]:
    """Return names such as ``{blue, red, 3 more}``; text has quotes if a number looks the same."""
    groups = list(groups)
    shown = [level for members in groups for level in members[:LEVELS_SHOWN]]
    write = _distinct(without_halves, shown)
    return ["{" + ", ".join(_shown(members, write)) + "}" for members in groups]


def _shown(members: list[Any], write: Callable[[Any], str] = without_halves) -> list[str]:
    """Return the first levels as text, then the number of omitted levels."""
    more = len(members) - LEVELS_SHOWN
    shown = [write(level) for level in members[:LEVELS_SHOWN]]
    return shown + [f"{more} more"] if more > 0 else shown


def write_date(microseconds: float) -> str:
    """Return an ISO date, with the time of day if it is not midnight."""
    if not isfinite(microseconds) or abs(microseconds) >= 2**62:
        return f"{microseconds:.15g}"
    text = str(np.datetime64(int(microseconds), "us"))
    day, time = text.split("T")
    if time == "00:00:00.000000":
        return day
    return f"{day} {time.removesuffix('.000000')}"


def write_duration(microseconds: float) -> str:
    """Return a duration such as ``3 days 04:00:00``."""
    import pandas as pd

    if not isfinite(microseconds) or abs(microseconds) >= 2**53:
        return f"{microseconds:.15g}"
    return str(pd.Timedelta(int(microseconds), "us"))


def _distinct(write: Callable[[Any], str], values: list[Any]) -> Callable[[Any], str]:
    """Return `write`, or `repr`, which has all digits, if two values would have the same text."""
    return write if len(set(map(write, values))) == len(set(values)) else repr


def _half_open(write: Write) -> Names:
    """Return a function that names half-open intervals, with ends formatted by `write`."""

    def labels(edges: list[float], closed: str) -> list[str]:
        first, last = "[)" if closed == "left" else "(]"
        ends = itertools.pairwise(map(_distinct(write, edges), edges))
        names = [f"{first}{low}, {high}{last}" for low, high in ends]
        # The interval that contains infinity is closed.
        names[-1] = names[-1][:-1] + "]"
        names[0] = "[" + names[0][1:]
        return names

    return labels


def _worded(write: Write) -> Names:
    """Return a function that names intervals by their ends in words."""

    def words(edges: list[float], closed: str) -> list[str]:
        if len(edges) == 2:
            return ["any"]
        cuts = list(map(_distinct(write, edges[1:-1]), edges[1:-1]))
        middle = [f"{low}_to_{high}" for low, high in itertools.pairwise(cuts)]
        before, after = ("below", "from") if closed == "left" else ("up_to", "above")
        return [f"{before}_{cuts[0]}", *middle, f"{after}_{cuts[-1]}"]

    return words


def _boolean_labels(edges: list[float], closed: str) -> list[str]:
    """Return the names of the bins of a column of booleans."""
    return ["False", "True"] if len(edges) == 3 else ["False or True"]


def _restored(convert: Callable[[float], Any]) -> Restore:
    """Return a function from float64, NaN for missing, to objects, by `convert`."""

    def restore(centres: NDArray[np.float64]) -> NDArray[Any]:
        restored = np.empty(len(centres), dtype=object)
        restored[:] = [None if np.isnan(c) else convert(c) for c in centres.tolist()]
        return restored

    return restore


def _to_date(microseconds: float) -> Any:
    import pandas as pd

    return pd.Timestamp(round(microseconds), unit="us")


def _to_duration(microseconds: float) -> Any:
    import pandas as pd

    return pd.Timedelta(round(microseconds), unit="us")


def write_number(number: float) -> str:
    """Return a number as text, with at most 15 digits."""
    return f"{number:.15g}"


def _write_boolean(number: float) -> str:
    return str(bool(number)) if number in (0, 1) else write_number(number)


@dataclass(frozen=True)
class NumberFormat:
    """Formats of one kind of numbers: labels of intervals, and values as objects of that kind.

    Attributes
    ----------
    write : callable
        Maps a number to text.

    labels, words : callable
        Map edges (n_bins + 1,) and the closed end to n_bins names: for reports, and for column
        names.

    restore : callable
        Maps float64, NaN for missing, to values of the kind of the column.
    """

    write: Write
    labels: Names
    words: Names
    restore: Restore


def _format(write: Write, restore: Restore) -> NumberFormat:
    return NumberFormat(write, _half_open(write), _worded(write), restore)


NUMBER_FORMATS = {
    "number": _format(write_number, np.asarray),
    "integer": _format(write_number, np.asarray),
    "boolean": NumberFormat(
        _write_boolean, _boolean_labels, _boolean_labels, _restored(lambda c: c >= 0.5)
    ),
    "date": _format(write_date, _restored(_to_date)),
    "duration": _format(write_duration, _restored(_to_duration)),
}
