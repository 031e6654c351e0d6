"""Kinds of columns, and whether they are discrete: one rule for X and y, based on values.

A kind is one of ``KINDS``. All but "level" are converted to float64, in order.
"""

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from numbers import Complex, Integral, Real
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skinfo.utils._text import one_line, short_repr

KINDS = ("boolean", "integer", "number", "date", "duration", "level", "unsupported")

# Integers of at most this many distinct values are levels, others are numbers.
MOST_LEVELS = 32

KIND_OF_DTYPE = {
    "b": "boolean",
    "i": "integer",
    "u": "integer",
    "f": "number",
    "M": "date",
    "m": "duration",
    "U": "level",
    "S": "level",
}

# The first match counts: a bool is also an Integral, and so is NumPy's timedelta64.
KIND_OF_TYPE = (
    ((bool, np.bool_), "boolean"),
    ((dt.timedelta, np.timedelta64, dt.time), "duration"),
    ((dt.date, np.datetime64, pd.Period), "date"),
    ((Integral,), "integer"),
    ((Real, Decimal), "number"),
    ((Complex,), "unsupported"),
)

ADVICE = {
    Complex: "Make its real and imaginary parts two columns",
    object: "Make a column of each of its entries, or text of all",
}


def kind_of(values: NDArray[Any]) -> str:
    """Return the kind of a column, one of ``KINDS``.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Of any dtype. Objects are inspected one by one; None, NaN, NaT and NA are missing.
    """
    if values.dtype != object:
        return KIND_OF_DTYPE.get(values.dtype.kind, "unsupported")
    return merged_kind(kinds_among(values))


NUMERIC_KINDS = {"boolean", "integer", "number"}


def merged_kind(kinds: set[str] | frozenset[str]) -> str:
    """Return the kind of a column whose values, or whose chunks, have these kinds."""
    if len(kinds) == 1:
        return next(iter(kinds))
    if "unsupported" in kinds:
        return "unsupported"
    if kinds <= NUMERIC_KINDS:
        # A column of only missing values is numeric, as in an array of floats.
        return "integer" if kinds == {"boolean", "integer"} else "number"
    return "level"


def kind_of_chunks(kinds: set[str] | frozenset[str]) -> str:
    """Return the kind of a column whose chunks have these kinds; see `Table.kinds_in_chunk`."""
    if kinds == {"nothing"}:
        return "level"
    present = kinds - {"missing", "nothing"}
    if "missing" in kinds and present <= NUMERIC_KINDS:
        return "number"
    return merged_kind(present)


def kinds_among(values: NDArray[Any]) -> set[str]:
    """Return the set of kinds of the non-missing values of an array of objects."""
    types = set(map(type, values))
    if types != {str}:  # text needs no search for missing values, which takes most of the time
        types = set(map(type, values[~pd.isna(values)]))
    return {_kind_of_type(type_) for type_ in types}


@lru_cache(maxsize=256)
def _kind_of_type(type_: Any) -> str:
    for types, kind in KIND_OF_TYPE:
        if issubclass(type_, types):
            return kind
    # Lists, dicts and arrays are not hashable.
    return "level" if type_.__hash__ is not None else "unsupported"


def refuse_unsupported(values: NDArray[Any], name: str) -> NoReturn:
    """Raise ValueError that names a column and a value of an unsupported type."""
    if values.dtype == object:
        present = values[~pd.isna(values)]
        types: list[Any] = [type(v) for v in present]
        example = present[list(map(_kind_of_type, types)).index("unsupported")]
    else:
        example = values[0].item()
    about = Complex if isinstance(example, Complex) else object
    raise ValueError(
        f"{one_line(name)} holds values of type {one_line(type(example).__name__)}, such as "
        f"{short_repr(example)}, which are neither numbers nor levels. {ADVICE[about]}."
    )


def holds_levels(numbers: NDArray[Any]) -> bool:
    """Return whether numbers are levels: integers with at most ``MOST_LEVELS`` distinct values.

    Parameters
    ----------
    numbers : ndarray of shape (n_samples,)
        NaN is ignored; a column of only NaN has no levels.
    """
    # The first values are enough to exclude most columns.
    for some in (numbers[:100], numbers):
        present = some[~np.isnan(some)] if some.dtype.kind == "f" else some
        # pandas requires the native byte order.
        present = present.astype(present.dtype.newbyteorder("="), copy=False)
        if present.dtype.kind == "f":
            if not np.all(np.isfinite(present) & (np.floor(present) == present)):
                return False
            present = present.astype(np.float64)  # pandas does not support float16
        if not len(present):
            continue
        is_narrow = int(present.max()) - int(present.min()) < MOST_LEVELS
        if not is_narrow and len(pd.unique(present)) > MOST_LEVELS:
            return False
    return len(present) > 0


def numbers_of(values: NDArray[Any], name: str) -> NDArray[np.float64]:
    """Return a column of any kind but level as float64 of shape (n_samples,), missing as NaN.

    Dates are in microseconds since 1970, in UTC if they have a time zone; a period is its start.
    Durations and times of day are in microseconds. Floats are not copied.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)

    name : str
        Name of the column in messages.
    """
    if values.dtype == object:
        missing = pd.isna(values)
        present = values[~missing]
        read = {"date": _dates, "duration": _durations}.get(kind_of(values), _reals)
        numbers = np.full(values.shape, np.nan)
        numbers[~missing] = read(present, name)
        return numbers
    if values.dtype.kind in "mM":
        return _microseconds(values)
    if values.dtype.kind in "iu":
        _refuse_inexact(values, name)
    return values.astype(np.float64, copy=False)


def _reals(values: NDArray[Any], name: str) -> NDArray[np.float64]:
    large = np.array(
        [isinstance(v, Integral) and abs(int(v)) > LARGEST_EXACT_INTEGER for v in values]
    )
    if large.any():
        _refuse_inexact(values[large], name)
    return values.astype(np.float64)


def _dates(values: NDArray[Any], name: str) -> NDArray[np.float64]:
    values = np.array([v.start_time if isinstance(v, pd.Period) else v for v in values], object)
    has_zone = [getattr(v, "tzinfo", None) is not None for v in values]
    if any(has_zone):
        if not all(has_zone):
            raise ValueError(
                f"{one_line(name)} holds dates with and without a time zone, such as "
                f"{one_line(values[np.argmax(has_zone)])} and "
                f"{one_line(values[np.argmin(has_zone)])}. Give all of them one, or none."
            )
        values = np.array([v.astimezone(dt.UTC).replace(tzinfo=None) for v in values], object)
    return _microseconds(values.astype("datetime64[us]"))


def _durations(values: NDArray[Any], name: str) -> NDArray[np.float64]:
    lengths = [_since_midnight(v) if isinstance(v, dt.time) else v for v in values]
    return _microseconds(np.array(lengths, object).astype("timedelta64[us]"))


def _since_midnight(time: dt.time) -> dt.timedelta:
    return dt.timedelta(
        hours=time.hour,
        minutes=time.minute,
        seconds=time.second,
        microseconds=time.microsecond,
    )


def _microseconds(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return dates or durations as float64 microseconds, exact from 1684 to 2255; NaT as NaN."""
    unit = "datetime64[us]" if values.dtype.kind == "M" else "timedelta64[us]"
    microseconds = values.astype(unit)
    numbers = microseconds.astype(np.int64).astype(np.float64)
    numbers[np.isnat(microseconds)] = np.nan
    return numbers


# Above this, float64 does not distinguish neighbouring integers.
LARGEST_EXACT_INTEGER = 2**53


def _refuse_inexact(integers: NDArray[Any], name: str) -> None:
    """Raise ValueError if conversion to float64 would change an integer."""
    if not integers.size or (
        integers.max() <= LARGEST_EXACT_INTEGER and integers.min() >= -LARGEST_EXACT_INTEGER
    ):
        return
    for v in integers.tolist():
        if not -(2**1023) < v < 2**1023 or int(float(v)) != v:
            raise ValueError(
                f"{one_line(name)} holds integers beyond 2**53, such as {short_repr(int(v))}, "
                "which float64 cannot tell from their neighbours. Subtract an offset, or convert "
                "an identifier to strings."
            )


def native_array(values: NDArray[Any]) -> NDArray[Any]:
    """Return an array in native byte order and aligned, as pandas and the kernels require.

    A field of a packed record, or a part of a buffer, may not be aligned.
    """
    if not values.dtype.isnative:
        return values.astype(values.dtype.newbyteorder("="))
    return values if values.flags.aligned else values.copy()


def unmasked(x: Any) -> Any:
    """Return a masked array as an array with masked entries missing; otherwise x itself."""
    if not isinstance(x, np.ma.MaskedArray):
        return x
    if not np.ma.is_masked(x):
        return x.data
    if x.dtype.kind in "fmM":
        missing: Any = np.nan if x.dtype.kind == "f" else np.array("NaT", x.dtype)
        return x.filled(missing)
    objects = x.data.astype(object)
    objects[np.ma.getmaskarray(x)] = None
    return objects
