"""Parameters per column, given by name, index or mask: one entry for each column."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skinfo.utils._text import one_line, short_repr

# Maximum length of names in the search for a similar one, which is slow for long names.
LONGEST_COMPARED = 200


class NamedColumns(Protocol):
    """The names of the columns of a table or of a source of samples.

    Attributes
    ----------
    names : list of str
        The names used in messages and reports.

    keys : list
        The column labels of the frame itself.
    """

    @property
    def names(self) -> list[str]: ...

    @property
    def keys(self) -> Sequence[Any]: ...


def feature_index(
    feature: str | int, names: list[str], argument: str = "feature", keys: Sequence[Any] = ()
) -> int:
    """Return the index of a column given by name or index; see `feature_indices`."""
    return feature_indices([feature], names, argument, keys)[0]


def feature_indices(
    features: Iterable[Any], names: list[str], argument: str, keys: Sequence[Any] = ()
) -> list[int]:
    """Return the indices of columns given by name or index.

    Names are looked up in one dict: p names of p columns take p steps, not p squared.

    Parameters
    ----------
    features : iterable of str or int

    names : list of str

    argument : str
        Name of the parameter, for messages.

    keys : sequence, default=()
        The column labels of the frame itself. If they are integers, an integer is a name.

    Raises
    ------
    TypeError
        If an entry is neither a name nor an index.

    ValueError
        If there is no such column.
    """
    by_name = {name: j for j, name in enumerate(names)}
    has_integer_names = any(isinstance(key, Integral) for key in keys)
    by_key: dict[Any, int] | None = None
    if has_integer_names and list(keys) != list(range(len(keys))):
        by_key = {key: j for j, key in enumerate(keys)}
    return [_index_of_column(feature, names, by_name, by_key, argument) for feature in features]


def _index_of_column(
    feature: Any,
    names: list[str],
    by_name: dict[str, int],
    by_key: dict[Any, int] | None,
    argument: str,
) -> int:
    if isinstance(feature, str):
        if feature in by_name:
            return by_name[feature]
        short = [name for name in names if max(len(name), len(feature)) <= LONGEST_COMPARED]
        near = get_close_matches(feature, short, n=1)
        hint = f"did you mean {short_repr(near[0])}?" if near else _the_columns_are(names)
        raise ValueError(f"{argument}: no column named {short_repr(feature)}; {hint}")
    if not isinstance(feature, Integral) or isinstance(feature, bool | np.bool_):
        raise TypeError(
            f"{argument}: a column is given by name or index, got {short_repr(feature)}."
        )
    if by_key is not None:
        if feature in by_key:
            return by_key[feature]
        raise ValueError(
            f"{argument}: no column named {short_repr(feature)}; {_the_columns_are(names)} The "
            "names of X are integers, so an integer is a name and not an index."
        )
    if not -len(names) <= int(feature) < len(names):
        raise ValueError(
            f"{argument}: no column {short_repr(feature)}, X has {len(names)} feature(s)."
        )
    return range(len(names))[int(feature)]


def _the_columns_are(names: list[str]) -> str:
    return f"the columns are {short_repr(list(names))}."


def categorical_mask(
    categorical_features: str | ArrayLike | None, columns: NamedColumns, kinds: Sequence[str]
) -> NDArray[np.bool_]:
    """Return the mask of categorical columns, (n_features,) bool.

    Parameters
    ----------
    categorical_features : "from_dtype", array-like of int, str or bool, or None

    columns : NamedColumns

    kinds : sequence of str of shape (n_features,)
        Kind of each column.
    """
    n_features = len(columns.names)
    if categorical_features is None:
        return np.zeros(n_features, bool)
    if isinstance(categorical_features, str):
        return np.array([kind == "level" for kind in kinds])
    chosen = np.asarray(categorical_features)
    if chosen.dtype == bool:
        if chosen.shape != (n_features,):
            raise ValueError(
                f"categorical_features as a mask must have one entry a feature, got shape "
                f"{chosen.shape} for {n_features} features."
            )
        return chosen
    mask = np.zeros(n_features, bool)
    mask[feature_indices(chosen.tolist(), columns.names, "categorical_features", columns.keys)] = (
        True
    )
    return mask


# The directions to try for each entry of monotonic_cst; 2 is a peak, -2 a valley.
DIRECTIONS: dict[Any, tuple[int, ...]] = {
    0: (0,),
    1: (1,),
    -1: (-1,),
    "auto": (1, -1),
    "ascending": (1,),
    "descending": (-1,),
    "peak": (2,),
    "valley": (-2,),
}


def directions(
    monotonic_cst: Any, columns: NamedColumns, has_order: NDArray[np.bool_]
) -> list[tuple[int, ...]]:
    """Return the directions to try for each column.

    Parameters
    ----------
    monotonic_cst : int, str, array-like, dict or None

    columns : NamedColumns

    has_order : ndarray of shape (n_features,), dtype bool
        Mask of numeric columns and columns of ordered levels.
    """
    one_for_all = isinstance(monotonic_cst, str | Integral)
    entries = one_per_column(monotonic_cst, columns, "monotonic_cst", default=0)
    for j, entry in enumerate(entries):
        if not isinstance(entry, str | Real) or entry not in DIRECTIONS:
            of_column = "" if one_for_all else f" of {one_line(columns.names[j])}"
            raise ValueError(
                f"monotonic_cst{of_column} must be 1 or 'ascending', -1 or 'descending', 'auto' "
                "(one of these, whichever is better), 'peak' (rising, then falling), 'valley' "
                f"(falling, then rising) or 0 (free), got {short_repr(entry)}."
            )
        if not has_order[j] and entry != 0:
            if one_for_all:
                entries[j] = 0  # a direction for all columns applies to the ordered ones only
                continue
            raise ValueError(
                f"monotonic_cst of {one_line(columns.names[j])} is {short_repr(entry)}, and a "
                "categorical column has no order. Set it to 0."
            )
    return [DIRECTIONS[entry] for entry in entries]


def given_edges(
    edges: Any,
    columns: NamedColumns,
    is_categorical: NDArray[np.bool_],
    argument: str,
    closed: str = "left",
) -> list[NDArray[np.float64] | None]:
    """Return the increasing bin edges given for each column, or None.

    If intervals are closed on the right, an edge at infinity has no effect and is removed.
    """
    entries = one_per_column(edges, columns, argument, default=None)
    checked: list[NDArray[np.float64] | None] = []
    for name, entry, is_level in zip(columns.names, entries, is_categorical, strict=True):
        if entry is None:
            checked.append(None)
            continue
        if is_level:
            raise ValueError(
                f"{argument} of {one_line(name)}: a categorical column has no cuts. Set it to "
                "None."
            )
        try:
            numbers = _as_numbers(entry)
        except (TypeError, ValueError, OverflowError):
            raise ValueError(
                f"{argument} of {one_line(name)} must be a list of increasing numbers, of a "
                "column of dates or durations a list of these, such as "
                f"pd.Timestamp('2020-01-31'); got {short_repr(entry)}."
            ) from None
        if numbers.ndim != 1 or np.isnan(numbers).any() or np.any(numbers[1:] <= numbers[:-1]):
            raise ValueError(
                f"{argument} of {one_line(name)} must be increasing numbers, got "
                f"{short_repr(entry)}."
            )
        checked.append(numbers if closed == "left" else numbers[numbers < np.inf])
    return checked


def _as_numbers(entry: Any) -> NDArray[np.float64]:
    """Return numbers as float64; dates and durations in microseconds, as in date columns."""
    values = np.asarray(entry)
    is_date = len(values) and all(isinstance(value, date | np.datetime64) for value in values)
    if values.dtype.kind == "M" or is_date:
        return np.asarray(entry, "datetime64[us]").astype(np.int64).astype(np.float64)
    is_time = len(values) and all(
        isinstance(value, timedelta | np.timedelta64) for value in values
    )
    if values.dtype.kind == "m" or is_time:
        return np.asarray(entry, "timedelta64[us]").astype(np.int64).astype(np.float64)
    return np.asarray(entry, dtype=np.float64)


def checked_entries(
    given: Any,
    columns: NamedColumns,
    argument: str,
    default: Any,
    is_valid: Callable[[Any], bool],
    expected: str,
) -> list[Any]:
    """Return one valid entry per column.

    Parameters
    ----------
    given : scalar, array-like, dict or None

    columns : NamedColumns

    argument : str
        Name of the parameter, for messages.

    default : object
        Entry of columns that are not in a dict, and of all columns if `given` is None.

    is_valid : callable
        Function of an entry that returns a bool.

    expected : str
        Description of valid entries, for messages.
    """
    entries = one_per_column(given, columns, argument, default)
    for name, entry in zip(columns.names, entries, strict=True):
        if not is_valid(entry):
            raise ValueError(
                f"{argument} of {one_line(name)} must be {expected}, got {short_repr(entry)}."
            )
    return entries


def one_per_column(given: Any, columns: NamedColumns, argument: str, default: Any) -> list[Any]:
    """Return one entry per column, given None, one entry for all, a dict by column, or a list."""
    n_features = len(columns.names)
    if given is None or isinstance(given, str | Real):
        return [default if given is None else given] * n_features
    if isinstance(given, dict):
        entries = [default] * n_features
        indices = feature_indices(given, columns.names, argument, columns.keys)
        for j, entry in zip(indices, given.values(), strict=True):
            entries[j] = entry
        return entries
    entries = list(given)
    if len(entries) != n_features:
        raise ValueError(
            f"{argument} must have one entry a feature, got {len(entries)} for {n_features} "
            "feature(s). Use a dict to name some columns only."
        )
    return entries
