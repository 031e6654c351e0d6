"""Special values of a column: codes such as -999 that do not represent a number.

They are removed from a column when it is read, so searches do not see them. Their target sums are
stored separately, like those of missing values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skinfo._counts._kinds import NUMERIC_KINDS, kind_of, numbers_of
from skinfo._counts._table import objects_of
from skinfo.utils._column_params import NamedColumns, feature_indices
from skinfo.utils._saved_state import saved_class
from skinfo.utils._text import one_line, short_repr

# Parsers of text that represents a date or a duration.
DATE_READERS = {"date": pd.Timestamp, "duration": pd.Timedelta}


# Labels that tables use for other bins.
OTHER_BINS = {
    "missing": "the bin of missing values (NaN, None) is",
    "unseen": "values that fit did not see are",
    "total": "the row of all samples is",
}

# Up to this many values, comparison with each of them is faster than a search.
FEW_VALUES = 16


@saved_class
@dataclass(frozen=True)
class SpecialValues:
    """Special values of one column in groups; each group is a bin.

    Attributes
    ----------
    groups : tuple of tuple
        The values of each group: float64 as `Table.numbers` reads a column, or levels.

    names : tuple of (str or None)
        Names of the groups. None: the group is named by its values.
    """

    groups: tuple[tuple[Any, ...], ...] = ()
    names: tuple[str | None, ...] = ()

    def __len__(self) -> int:
        """Number of groups."""
        return len(self.groups)

    def codes(self, numbers: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the group of each number, (n,); -1 if it is not special."""
        codes = np.full(len(numbers), -1, np.int32)
        self.mark(numbers, codes, range(len(self)))
        return codes

    def mark(
        self, numbers: NDArray[np.float64], codes: NDArray[Any], code_of: Sequence[int]
    ) -> None:
        """Write the code of the group of each special number into `codes`."""
        pairs = zip(self.groups, code_of, strict=True)
        code_of_value = {value: code for values, code in pairs for value in values}
        if len(code_of_value) <= FEW_VALUES:
            for value, code in code_of_value.items():
                np.putmask(codes, numbers == value, code)
            return
        values = np.array(sorted(code_of_value))
        place = np.minimum(np.searchsorted(values, numbers), len(values) - 1)
        is_special = values[place] == numbers
        every_code = np.array([code_of_value[value] for value in values.tolist()])
        codes[is_special] = every_code[place[is_special]]

    def blanked(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return numbers (n,) with special values replaced by NaN."""
        is_special = self.codes(numbers) >= 0
        return np.where(is_special, np.nan, numbers) if is_special.any() else numbers

    def of_levels(self) -> dict[Any, int]:
        """Return the group of each special level."""
        return {level: group for group, levels in enumerate(self.groups) for level in levels}

    def take(self, groups: Sequence[int]) -> "SpecialValues":
        """Return a selection of the groups."""
        return SpecialValues(
            tuple(self.groups[i] for i in groups), tuple(self.names[i] for i in groups)
        )


NO_SPECIAL_VALUES = SpecialValues()


def special_values_of_columns(
    given: Any,
    columns: NamedColumns,
    is_categorical: NDArray[np.bool_],
    kinds: Sequence[str],
) -> list[SpecialValues]:
    """Return the special values of each column.

    Parameters
    ----------
    given : scalar, list, dict or None
        The parameter `special_values`: values for all columns, of which a column uses those of its
        kind, or a dict by column. See `MutualInfoBinner`.

    columns : NamedColumns

    is_categorical : ndarray of shape (n_features,), dtype bool

    kinds : sequence of str of shape (n_features,)
        Kind of each column.
    """
    entries: list[Any] = [given if not isinstance(given, dict) else None] * len(columns.names)
    if isinstance(given, dict):
        indices = feature_indices(given, columns.names, "special_values", columns.keys)
        for j, entry in zip(indices, given.values(), strict=True):
            entries[j] = entry
    readers = [
        _LevelReader(name) if is_level else _NumberReader(name, kind, not isinstance(given, dict))
        for name, is_level, kind in zip(columns.names, is_categorical, kinds, strict=True)
    ]
    return [
        NO_SPECIAL_VALUES if entry is None else _special_values(entry, reader)
        for entry, reader in zip(entries, readers, strict=True)
    ]


@dataclass(frozen=True)
class _LevelReader:
    """Reader of special values of a column of levels."""

    column: str

    def read(self, value: Any) -> Any:
        """Return the level."""
        return value.item() if isinstance(value, (np.number, np.bool_, np.str_)) else value


@dataclass(frozen=True)
class _NumberReader:
    """Reader of special values of a column of numbers, dates or durations, as float64.

    Attributes
    ----------
    column : str

    kind : str
        Kind of the column.

    is_lenient : bool
        Whether a value of another kind is ignored, as for values that are given for all columns.
    """

    column: str
    kind: str
    is_lenient: bool

    def read(self, value: Any) -> float | None:
        """Return the number, None if the value does not apply to this column."""
        number = self._number(value)
        if number is None and not self.is_lenient:
            if self.kind == "level":  # categories of numbers, or text that is not a number
                raise ValueError(
                    f"special_values of {one_line(self.column)}: {short_repr(value)} is no "
                    "number, as which the column is read. Give a number, leave it out, or have "
                    "the column taken for levels (categorical_features)."
                )
            raise ValueError(
                f"special_values of {one_line(self.column)}: {short_repr(value)} is none of the "
                f"values of a column of kind {short_repr(self.kind)}. Give it as the column has "
                "it, or leave it out."
            )
        return number

    def _number(self, value: Any) -> float | None:
        kind = kind_of(objects_of([value]))
        if kind == "level" and self.kind in DATE_READERS:
            try:
                value, kind = DATE_READERS[self.kind](value), self.kind
            except (TypeError, ValueError):
                return None
        # Categories of numbers are read as numbers.
        is_read_as_number = self.kind == "level" or self.kind in NUMERIC_KINDS
        if kind not in (NUMERIC_KINDS if is_read_as_number else {self.kind}):
            return None
        if kind == "integer" and not _is_exact(int(value)):
            raise ValueError(
                f"special_values of {one_line(self.column)}: float64, by which numbers are "
                f"compared, cannot tell {one_line(value)} from its neighbours. Replace it in X, "
                "by a missing value or another code."
            )
        # Adding zero maps -0.0 to 0.0.
        return float(numbers_of(objects_of([value]), self.column)[0]) + 0.0


def _is_exact(integer: int) -> bool:
    return abs(integer) < 2**1023 and int(float(integer)) == integer


def _special_values(entry: Any, reader: _LevelReader | _NumberReader) -> SpecialValues:
    """Return the special values of one column, from the entry given by the user."""
    groups, names = [], []
    seen: set[Any] = set()
    for name, given in _named_entries(entry, reader.column):
        values = []
        for value in given:
            _check_value(value, reader.column)
            read = reader.read(value)
            if read is None:
                continue
            if read in seen:
                raise ValueError(
                    f"special_values of {one_line(reader.column)}: {short_repr(value)} occurs "
                    "twice, and a value has one bin. Leave it out of one of them."
                )
            seen.add(read)
            values.append(read)
        if values:
            groups.append(tuple(values))
            names.append(name)
    return SpecialValues(tuple(groups), tuple(names))


def _named_entries(entry: Any, column: str) -> list[tuple[str | None, list[Any]]]:
    """Return the name, or None, and the values of each group."""
    if isinstance(entry, dict):
        for name, values in entry.items():
            if not isinstance(name, str) or not name:
                raise ValueError(
                    f"special_values of {one_line(column)}: a group is named by text, got "
                    f"{short_repr(name)}. Write {{name: value}} or {{name: [value, ...]}}."
                )
            if name in OTHER_BINS:
                raise ValueError(
                    f"special_values of {one_line(column)}: {short_repr(name)} is what "
                    f"{OTHER_BINS[name]} called. Choose another name."
                )
            if _is_several(values) and not len(values):
                raise ValueError(
                    f"special_values of {one_line(column)}: {short_repr(name)} has no value."
                )
        return [(name, _values_of(values)) for name, values in entry.items()]
    return [(None, _values_of(values)) for values in _values_of(entry)]


def _values_of(given: Any) -> list[Any]:
    return list(given) if _is_several(given) else [given]


def _is_several(given: Any) -> bool:
    return np.iterable(given) and not isinstance(given, (str, bytes, dict, set, frozenset))


def _check_value(value: Any, column: str) -> None:
    """Raise an error unless this is one non-missing value."""
    if _is_several(value) or isinstance(value, (dict, set, frozenset)):
        raise ValueError(
            f"special_values of {one_line(column)} must be values, or lists of values that share "
            "a bin, or a dict of a name and the value or values of each bin, got "
            f"{short_repr(value)}."
        )
    if pd.isna(value):
        raise ValueError(
            f"special_values of {one_line(column)}: {short_repr(value)} is a missing value, and "
            "these have a bin of their own already. Leave it out."
        )
