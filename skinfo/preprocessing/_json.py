"""The fitted bins of one column, and arrays, as what JSON can hold, and back exactly."""

from math import isfinite

import numpy as np

from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._naming import NUMBERS


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
    kind = _entry(d, "type", str)
    if kind not in READERS:
        raise _malformed("type", kind, f"one of {sorted(READERS)}")
    bins = READERS[kind](d)
    most = max(bins.n_bins, 1)
    if not 0 <= bins.missing_bin < most:
        raise _malformed("missing_bin", bins.missing_bin, f"a bin, at least 0 and below {most}")
    return bins


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
    dtype = _dtype(_entry(d, "dtype", str))
    shape = _whole_numbers(d, "shape")
    values = _entry(d, "values", list)
    size = int(np.prod(shape, dtype=np.int64))
    if any(length < 0 for length in shape) or size != len(values):
        raise _malformed("shape", shape, f"that of the {len(values)} values")
    read = READ_VALUE[dtype.kind]
    flat = np.empty(size, dtype=dtype)
    flat[:] = [_checked_value(read(value), dtype, value) for value in values]
    return flat.reshape(shape)


# Bins


def _numeric_from_dict(d):
    cuts, centres = _floats(d, "cuts"), _floats(d, "centres")
    kind = _entry(d, "kind", str)
    if kind not in NUMBERS:
        raise _malformed("kind", kind, f"one of {sorted(NUMBERS)}")
    if np.isnan(cuts).any() or (cuts[:-1] >= cuts[1:]).any():
        raise _malformed("cuts", d["cuts"], "increasing numbers")
    bins = NumericBins(cuts=cuts, kind=kind, **_common(d), centres=centres)
    _check_length("centres", centres, bins.n_bins)
    return bins


def _category_from_dict(d):
    groups = np.array(_whole_numbers(d, "groups"), dtype=np.int64)
    levels = [_level_from_json(level, "levels") for level in _entry(d, "levels", list)]
    modes = [_level_from_json(mode, "modes") for mode in _entry(d, "modes", list)]
    if len(groups) != len(levels) or (groups < 0).any():
        raise _malformed("groups", d["groups"], f"a bin for each of the {len(levels)} levels")
    fallback = _entry(d, "fallback", int)
    # Unseen levels may have a bin of their own where bins are known by no level.
    most = max(int(groups.max(initial=-1)) + 1 + (not modes), 1)
    if not 0 <= fallback < most:
        raise _malformed("fallback", fallback, f"a bin, at least 0 and below {most}")
    bins = CategoryBins(levels=levels, groups=groups, **_common(d), fallback=fallback, modes=modes)
    _check_length("modes", modes, bins.n_bins)
    return bins


READERS = {"numeric": _numeric_from_dict, "category": _category_from_dict}


def _common(d):
    return {
        "own_missing": _entry(d, "own_missing", bool),
        "missing_bin": _entry(d, "missing_bin", int),
        "merged": _entry(d, "merged", bool),
    }


def _check_length(key, values, n_bins):
    """Raise unless there is a value for each bin, or none at all."""
    if len(values) not in (0, n_bins):
        raise _malformed(key, len(values), f"of length {n_bins}, one value for each bin")


# Entries of a dict


def _entry(d, key, of_type):
    """Return d[key] if it is there and of that type."""
    if not isinstance(d, dict):
        raise ValueError(f"Expected a dict with the key {key!r}, got {d!r}.")
    if key not in d:
        raise ValueError(f"The key {key!r} is missing; there are {sorted(map(str, d))}.")
    value = d[key]
    # A bool is an int to isinstance, but not to JSON.
    if not isinstance(value, of_type) or (of_type is int and isinstance(value, bool)):
        raise _malformed(key, value, f"of type {of_type.__name__}")
    return value


def _floats(d, key):
    values = [_float_from_json(value, key) for value in _entry(d, key, list)]
    return np.array(values, dtype=np.float64)


def _whole_numbers(d, key):
    values = _entry(d, key, list)
    for value in values:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _malformed(key, value, "a list of integers")
    return values


def _malformed(key, value, expected):
    return ValueError(f"The key {key!r} must be {expected}, got {value!r}.")


# Values

NOT_FINITE = {"inf": np.inf, "-inf": -np.inf, "nan": np.nan}


def _float_to_json(value):
    # JSON has no word for these; Python's repr of a finite float is exact.
    return float(value) if isfinite(value) else str(float(value))


def _float_from_json(value, key="values"):
    if isinstance(value, str) and value in NOT_FINITE:
        return NOT_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _malformed(key, value, "numbers, or one of " + ", ".join(NOT_FINITE))
    return float(value)


def _level_to_json(level):
    """Return text, booleans, integers and None as they are, anything else with its dtype."""
    if isinstance(level, np.generic) and level.dtype.kind in "biufU":
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
            raise _malformed(key, value, "text, booleans, numbers, null or dicts of a dtype")
        return value
    name = _entry(value, "dtype", str)
    if name == "float":
        return _float_from_json(value.get("value"), key)
    dtype = _dtype(name)
    entry = READ_VALUE[dtype.kind](value.get("value"))
    return dtype.type(_checked_value(entry, dtype, entry))


def _dtype(name):
    """Return the dtype of that name if JSON holds its values."""
    try:
        dtype = np.dtype(name)
    except TypeError:
        dtype = None
    if dtype is None or dtype.kind not in READ_VALUE:
        raise _malformed("dtype", name, "that of booleans, integers, floats, text or objects")
    return dtype


def _checked_value(value, dtype, given):
    """Return the value if it is of that dtype and fits it."""
    expected = VALUE_TYPES.get(dtype.kind)
    wrong = expected is not None and type(value) is not expected
    if not wrong and dtype.kind in "iu":
        limits = np.iinfo(dtype)
        wrong = not limits.min <= value <= limits.max
    if wrong:
        raise _malformed("values", given, f"values of dtype {dtype}")
    return value


def _same(value):
    return value


def _object_from_json(value):
    return _level_from_json(value, "values")


# By the kind of a NumPy dtype.
VALUE_TYPES = {"b": bool, "i": int, "u": int, "U": str}
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
