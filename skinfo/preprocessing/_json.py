"""The fitted bins of one column, and arrays, as what JSON can hold, and back exactly."""

import re
from math import isfinite, prod
from reprlib import repr as short_repr
from types import NoneType

import numpy as np

from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._labels import NUMBER_FORMATS

# Dicts and lists within each other; `state_of_binner` writes six.
MOST_LEVELS = 16


def bins_to_dict(bins):
    """Return the bins as a dict that `json.dumps` takes, with ``allow_nan=False`` too.

    Parameters
    ----------
    bins : NumericBins or CategoryBins

    Returns
    -------
    d : dict
        Infinite and missing numbers are "inf", "-inf" and "nan"; a level of a NumPy type is
        a dict of its dtype and value.

    Raises
    ------
    ValueError
        If a level is neither text, a boolean nor a number.
    """
    common = {
        "own_missing": bool(bins.own_missing),
        "missing_bin": int(bins.missing_bin),
        "merged": bool(bins.merged),
    }
    if bins.is_categorical:
        return {
            "type": "category",
            "levels": [_level_to_json(level) for level in bins.levels],
            "groups": [int(group) for group in bins.groups],
            **common,
            "fallback": int(bins.fallback),
            "modes": [_level_to_json(mode) for mode in bins.modes],
        }
    return {
        "type": "numeric",
        "cuts": [_float_to_json(cut) for cut in bins.cuts.tolist()],
        "kind": bins.kind,
        **common,
        "centres": [_float_to_json(centre) for centre in bins.centres.tolist()],
    }


def bins_from_dict(d):
    """Return the bins that `bins_to_dict` wrote.

    Parameters
    ----------
    d : dict

    Returns
    -------
    bins : NumericBins or CategoryBins

    Raises
    ------
    ValueError
        If a key lacks or holds what bins cannot; the message names it.
    """
    kind = entry(d, "type", str)
    if kind not in READERS:
        raise malformed("type", kind, f"one of {sorted(READERS)}")
    bins = READERS[kind](d)
    most = max(bins.n_bins, 1)
    if not 0 <= bins.missing_bin < most:
        raise malformed("missing_bin", bins.missing_bin, f"a bin, at least 0 and below {most}")
    return bins


def check_plain(document):
    """Raise ValueError where a document is not what JSON holds, or deeper or larger than needed.

    Dicts by text, lists, text, booleans, None and numbers; no more than `MOST_LEVELS` within each
    other, and no integers beyond all floats, so that nothing below is asked to walk or write them.
    """
    todo, seen = [(document, "state", 0)], set()
    while todo:
        value, path, depth = todo.pop()
        if isinstance(value, (dict, list)):
            if depth == MOST_LEVELS:
                raise ValueError(f"{path} lies deeper than {MOST_LEVELS} dicts and lists.")
            if id(value) in seen:
                continue
            seen.add(id(value))
            entries = value.items() if isinstance(value, dict) else enumerate(value)
            for key, entry in entries:
                if isinstance(value, dict) and not isinstance(key, str):
                    raise ValueError(f"{path} has a key of type {type(key).__name__}, not text.")
                # A path is a text of its own only where there may be something to say.
                if type(entry) not in (str, float, bool, NoneType):
                    todo.append((entry, f"{path}[{key!r}]", depth + 1))
        elif isinstance(value, int):
            if abs(value) >= 2**1023:
                raise ValueError(f"{path} is an integer of more than 1023 bits.")
        elif not (value is None or isinstance(value, (str, float))):
            raise ValueError(
                f"{path} is of type {type(value).__name__}, which JSON does not hold."
            )


def array_to_json(a):
    """Return an array as a dict that `json.dumps` takes, with ``allow_nan=False`` too.

    Parameters
    ----------
    a : array-like
        Of booleans, integers, floats or text; or of objects that are these, or None.

    Returns
    -------
    d : dict
        With the keys "dtype", "shape" and "values", flat and in C order.
    """
    a = np.asarray(a)
    if a.dtype.kind not in WRITE_VALUE:
        raise ValueError(
            f"An array of dtype {a.dtype} cannot be written as JSON. Convert it to numbers or "
            "strings first."
        )
    write = WRITE_VALUE[a.dtype.kind]
    # float128 would lose digits on the way.
    if a.dtype.kind == "f" and a.dtype.itemsize > 8:
        raise ValueError(f"An array of dtype {a.dtype} has no JSON. Convert it to float64.")
    dtype = a.dtype.newbyteorder("=").str if a.dtype.kind == "U" else a.dtype.name
    return {
        "dtype": dtype.lstrip("<>="),
        "shape": list(a.shape),
        "values": [write(value) for value in a.ravel().tolist()],
    }


def array_from_json(d):
    """Return the array that `array_to_json` wrote, of the same dtype and shape.

    Parameters
    ----------
    d : dict

    Returns
    -------
    a : ndarray

    Raises
    ------
    ValueError
        If a key lacks or does not fit the others; the message names it.
    """
    dtype = _dtype(entry(d, "dtype", str))
    shape = _whole_numbers(d, "shape")
    values = entry(d, "values", list)
    size = prod(shape)
    # NumPy has arrays of 32 dimensions at least.
    if any(length < 0 for length in shape) or size != len(values) or len(shape) > 32:
        raise malformed("shape", shape, f"that of the {len(values)} values")
    if size * dtype.itemsize > MOST_BYTES:
        raise malformed("dtype", d["dtype"], f"one by which {size} values take less memory")
    read = READ_VALUE[dtype.kind]
    flat = np.empty(size, dtype=dtype)
    flat[:] = [_checked_value(read(value), dtype, value) for value in values]
    return flat.reshape(shape)


# Bins


def _numeric_from_dict(d):
    cuts, centres = _floats(d, "cuts"), _floats(d, "centres")
    kind = entry(d, "kind", str)
    if kind not in NUMBER_FORMATS:
        raise malformed("kind", kind, f"one of {sorted(NUMBER_FORMATS)}")
    if np.isnan(cuts).any() or (cuts[:-1] >= cuts[1:]).any():
        raise malformed("cuts", d["cuts"], "increasing numbers")
    if kind == "boolean" and len(cuts) > 1:
        raise malformed("cuts", d["cuts"], "one number at most, between False and True")
    if kind in ("date", "duration") and (np.abs(centres) >= 2.0**63).any():
        raise malformed("centres", d["centres"], "microseconds, of 64 bits")
    bins = NumericBins(cuts=cuts, kind=kind, **_common(d), centres=centres)
    _check_length("centres", centres, bins.n_bins)
    return bins


def _category_from_dict(d):
    groups = _whole_numbers(d, "groups")
    levels = [_level_from_json(level, "levels") for level in entry(d, "levels", list)]
    modes = [_level_from_json(mode, "modes") for mode in entry(d, "modes", list)]
    fallback = entry(d, "fallback", int)
    # Unseen levels may have a bin of their own where bins are known by no level. No other bin is
    # empty, so that there are no more of them than levels.
    filled = set(groups) if modes or not levels else {*groups, fallback}
    if len(groups) != len(levels) or filled != set(range(len(filled))):
        expected = f"a bin for each of the {len(levels)} levels, from 0 on without holes"
        raise malformed("groups", groups, expected)
    if not 0 <= fallback < max(len(filled), 1):
        raise malformed("fallback", fallback, f"a bin, at least 0 and below {len(filled)}")
    groups = np.array(groups, dtype=np.int64)
    bins = CategoryBins(levels=levels, groups=groups, **_common(d), fallback=fallback, modes=modes)
    _check_length("modes", modes, bins.n_bins)
    return bins


READERS = {"numeric": _numeric_from_dict, "category": _category_from_dict}


def _common(d):
    return {
        "own_missing": entry(d, "own_missing", bool),
        "missing_bin": entry(d, "missing_bin", int),
        "merged": entry(d, "merged", bool),
    }


def _check_length(key, values, n_bins):
    """Raise unless there is a value for each bin, or none at all."""
    if len(values) not in (0, n_bins):
        raise malformed(key, len(values), f"of length {n_bins}, one value for each bin")


# Entries of a dict


def entry(d, key, of_type):
    """Return d[key] if it is there and of that type."""
    if not isinstance(d, dict):
        raise ValueError(f"Expected a dict with the key {key!r}, got {short_repr(d)}.")
    if key not in d:
        there = short_repr(sorted(map(str, d)))
        raise ValueError(f"The key {key!r} is missing; there are {there}.")
    value = d[key]
    # A bool is an int to isinstance, but not to JSON.
    if not isinstance(value, of_type) or (of_type is int and isinstance(value, bool)):
        name = of_type.__name__ if isinstance(of_type, type) else str(of_type)
        raise malformed(key, value, f"of type {name}")
    return value


def _floats(d, key):
    values = [_float_from_json(value, key) for value in entry(d, key, list)]
    return np.array(values, dtype=np.float64)


def _whole_numbers(d, key):
    values = entry(d, key, list)
    for value in values:
        if not isinstance(value, int) or isinstance(value, bool):
            raise malformed(key, value, "a list of integers")
    return values


def malformed(key, value, expected):
    return ValueError(f"The key {key!r} must be {expected}, got {short_repr(value)}.")


# Values

# Names of the dtypes that are written. NumPy reads many more words as dtypes.
DTYPE_NAMES = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)|object|str|U[0-9]{1,8}")

# No array of a state takes more: width of text times number of values could be any size.
MOST_BYTES = 2**26

NOT_FINITE = {"inf": np.inf, "-inf": -np.inf, "nan": np.nan}


def _float_to_json(value):
    # JSON has no word for these; Python's repr of a finite float is exact.
    return float(value) if isfinite(value) else str(float(value))


def _float_from_json(value, key="values"):
    if isinstance(value, str) and value in NOT_FINITE:
        return NOT_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise malformed(key, value, "numbers, or one of " + ", ".join(NOT_FINITE))
    try:
        return float(value)
    except OverflowError:
        raise malformed(key, value, "numbers of 64 bits") from None


def _level_to_json(level):
    """Return text, booleans, integers and None as they are, anything else with its dtype."""
    if isinstance(level, np.generic) and DTYPE_NAMES.fullmatch(_scalar_name(level)):
        return {"dtype": _scalar_name(level), "value": WRITE_VALUE[level.dtype.kind](level.item())}
    if isinstance(level, float) and not isfinite(level):
        return {"dtype": "float", "value": str(level)}
    if level is None or type(level) in (str, bool, int, float):
        return level
    raise ValueError(
        f"The level {level!r} of type {type(level).__name__} cannot be written as JSON: only "
        "text, booleans and numbers can. Convert the column to strings and fit again."
    )


def _scalar_name(level):
    return "str" if level.dtype.kind == "U" else level.dtype.name


def _level_from_json(value, key):
    if not isinstance(value, dict):
        if isinstance(value, list):
            raise malformed(key, value, "text, booleans, numbers, null or dicts of a dtype")
        return value
    name = entry(value, "dtype", str)
    if name == "float":
        return _float_from_json(value.get("value"), key)
    dtype = _dtype(name)
    plain = READ_VALUE[dtype.kind](value.get("value"))
    return dtype.type(_checked_value(plain, dtype, plain))


def _dtype(name):
    """Return the dtype of that name if JSON holds its values."""
    if not DTYPE_NAMES.fullmatch(name):
        raise malformed("dtype", name, "that of booleans, integers, floats, text or objects")
    return np.dtype(name)


def _checked_value(value, dtype, given):
    """Return the value if it is of that dtype and fits it."""
    expected = VALUE_TYPES.get(dtype.kind)
    wrong = expected is not None and type(value) is not expected
    if wrong or not FITS.get(dtype.kind, _always)(value, dtype):
        raise malformed("values", given, f"values of dtype {dtype}")
    return value


def _same(value):
    return value


def _always(value, dtype):
    return True


def _is_in_range(value, dtype):
    limits = np.iinfo(dtype)
    return limits.min <= value <= limits.max


def _is_no_overflow(value, dtype):
    return not isfinite(value) or abs(value) <= float(np.finfo(dtype).max)


def _is_short_enough(value, dtype):
    # A scalar's dtype has no length.
    return dtype.itemsize == 0 or 4 * len(value) <= dtype.itemsize


def _object_from_json(value):
    return _level_from_json(value, "values")


# By the kind of a NumPy dtype.
VALUE_TYPES = {"b": bool, "i": int, "u": int, "U": str}
FITS = {"i": _is_in_range, "u": _is_in_range, "f": _is_no_overflow, "U": _is_short_enough}
WRITE_VALUE = {
    **dict.fromkeys("biuU", _same),
    "f": _float_to_json,
    "O": _level_to_json,
}
READ_VALUE = {
    **dict.fromkeys("biuU", _same),
    "f": _float_from_json,
    "O": _object_from_json,
}
