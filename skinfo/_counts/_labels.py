"""Labels of bins and names of output columns: numbers, dates, durations and groups of levels."""

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

Write = Callable[[float], str]
Names = Callable[[list[float]], list[str]]
Restore = Callable[[NDArray[np.float64]], NDArray[Any]]

# Names of groups longer than this end in a count of the levels left out.
LEVELS_SHOWN = 4


def interval_labels(edges: Iterable[float], kind: str) -> list[str]:
    """Return names such as ``[35, 48.5)``, the last one closed."""
    return NUMBER_FORMATS[kind].labels([float(edge) for edge in edges])


def interval_words(edges: Iterable[float], kind: str) -> list[str]:
    """Return names such as ``35_to_48.5``, the first ``below_35``, the last ``from_48.5``."""
    return NUMBER_FORMATS[kind].words([float(edge) for edge in edges])


def level_words(groups: Iterable[list[Any]]) -> list[str]:
    """Return names such as ``blue|red|3_more``."""
    return ["|".join(_shown(members)) for members in groups]


# XGBoost refuses names with [, ] or <; LightGBM refuses characters of JSON and replaces spaces.
NOT_IN_NAMES = re.compile(r"[\[\]<>{},:\"\\\s]")


def plain_words(words: str) -> str:
    """Return the words with underscores in place of characters that other libraries refuse."""
    return NOT_IN_NAMES.sub("_", words)


def unique_names(names: list[str]) -> list[str]:
    """Return the names, repeated ones with a suffix ``_2``, ``_3``, ..."""
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
    """Return names such as ``{blue, red, 3 more}``."""
    return ["{" + ", ".join(_shown(members)) + "}" for members in groups]


def _shown(members: list[Any]) -> list[str]:
    """Return the first levels as text, then the number of the others."""
    more = len(members) - LEVELS_SHOWN
    shown = [str(level) for level in members[:LEVELS_SHOWN]]
    return shown + [f"{more} more"] if more > 0 else shown


def write_date(microseconds: float) -> str:
    """Return an ISO date, with the time of day where it is not midnight."""
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


def _half_open(write: Write) -> Names:
    """Return a function that names intervals by their ends, written by `write`."""

    def labels(edges: list[float]) -> list[str]:
        names = [f"[{write(low)}, {write(high)})" for low, high in itertools.pairwise(edges)]
        names[-1] = names[-1][:-1] + "]"
        return names

    return labels


def _worded(write: Write) -> Names:
    """Return a function that names intervals by their ends in words."""

    def words(edges: list[float]) -> list[str]:
        if len(edges) == 2:
            return ["any"]
        cuts = [write(cut) for cut in edges[1:-1]]
        middle = [f"{low}_to_{high}" for low, high in itertools.pairwise(cuts)]
        return [f"below_{cuts[0]}", *middle, f"from_{cuts[-1]}"]

    return words


def _truth_labels(edges: list[float]) -> list[str]:
    """Return the names of the bins of a column of booleans."""
    return ["False", "True"] if len(edges) == 3 else ["False or True"]


def _restored(convert: Callable[[float], Any]) -> Restore:
    """Return a function from float64, NaN for missing, to objects made by `convert`."""

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


@dataclass(frozen=True)
class NumberFormat:
    """Labels of intervals of numbers of one kind, and their values as objects of that kind.

    Attributes
    ----------
    labels, words : callable
        From edges (n_bins + 1,) to n_bins str: as reports show them, and for column names.

    restore : callable
        From float64, NaN for missing, to values of the kind of the column.
    """

    labels: Names
    words: Names
    restore: Restore


_write_number = "{:.15g}".format

NUMBER_FORMATS = {
    "number": NumberFormat(_half_open(_write_number), _worded(_write_number), np.asarray),
    "integer": NumberFormat(_half_open(_write_number), _worded(_write_number), np.asarray),
    "boolean": NumberFormat(_truth_labels, _truth_labels, _restored(lambda c: c >= 0.5)),
    "date": NumberFormat(_half_open(write_date), _worded(write_date), _restored(_to_date)),
    "duration": NumberFormat(
        _half_open(write_duration), _worded(write_duration), _restored(_to_duration)
    ),
}
