"""JSON-compatible state of a fitted binner, and its exact restoration.

The sections are: the state of a binner, its bins, arrays, entries of a dict, single values.
"""

import re
from contextlib import contextmanager
from math import isfinite, prod
from numbers import Integral, Real
from types import NoneType

import numpy as np

import skinfo
from skinfo._counts._labels import NUMBER_FORMATS
from skinfo._counts._special_values import SpecialValues
from skinfo.preprocessing._bin_table import summary_of_columns, table_of_bins
from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._encoders import ColumnEncoder, EncodedValues, check_dtype
from skinfo.preprocessing._encoding import ENCODINGS
from skinfo.preprocessing._fitted_column import FittedColumn
from skinfo.preprocessing._target_statistics import (
    ClassStatistics,
    GaussianStatistics,
    target_type_of,
)
from skinfo.utils._text import short_repr

FORMAT = "skinfo.MutualInfoBinner"
VERSION = 1

# Maximum depth of nested dicts and lists; `state_of_binner` writes six.
MAX_DEPTH = 16

# Maximum length of a message about a state.
LONGEST_REASON = 2000

# Bin indices have at most two bytes.
MAX_BINS = 2**16


def state_of_binner(binner):
    """Return the state of a fitted binner; see `MutualInfoBinner.to_dict`."""
    statistics, names = binner._statistics, None
    if hasattr(binner, "feature_names_in_") or binner._has_integer_names():
        names = _plain(binner._keys)
    return {
        "format": FORMAT,
        "version": VERSION,
        "skinfo": skinfo.__version__,
        "params": _plain_params(binner),
        "n_features": binner.n_features_in_,
        "feature_names": names,
        "named": list(binner._named),
        "target": {
            "type": binner.target_type_,
            "classes": None if binner.classes_ is None else array_to_json(binner.classes_),
            "centre": getattr(statistics, "centre", None),
            "scale": getattr(statistics, "scale", None),
        },
        "columns": [
            {
                "bins": bins_to_dict(column.bins),
                "sums": array_to_json(column.stats),
                "missing": array_to_json(column.missing_stats),
                "direction": int(column.direction),
                "encoder": None if encoder is None else _encoder_to_json(encoder),
                "candidate_edges": None if edges is None else array_to_json(edges),
            }
            for column, encoder, edges in zip(
                binner._columns, _encoders(binner), binner.candidate_edges_, strict=True
            )
        ],
    }


def _encoders(binner):
    """Return the ColumnEncoder of each column, or None if they follow from the bins."""
    if isinstance(binner._output, EncodedValues):
        return binner._output.encoders
    return [None] * len(binner._columns)


def _encoder_to_json(encoder):
    pieces = bins_to_dict(encoder.pieces)
    # They are part of the bins of the column.
    pieces.pop("levels", None)
    return {
        "pieces": pieces,
        "values": array_to_json(encoder.values),
        "by_level": encoder.by_level,
    }


def restore_binner(binner, state):
    """Restore an unfitted binner from `state`.

    Raises
    ------
    ValueError
        If the state could not have been written by `state_of_binner`; the message contains the
        location. Everything is checked before use, because the state is not trusted.
    """
    _check_state(state)
    _restore_parameters(binner, state["params"])
    statistics, classes = _target_from_dict(state["target"])
    columns, edges = _columns_from_dicts(state["columns"], statistics)
    _restore_names(binner, state["feature_names"], state["n_features"], len(columns))
    if binner.encode == "woe" and classes is None:
        raise ValueError("state['params']: encode='woe' does not go with a continuous target.")
    binner._is_restored, binner._named = True, _named_columns(state)
    encoders = None
    if ENCODINGS[binner.encode].looks_at_y:
        encoders = _encoders_from_dicts(state["columns"], columns, statistics)
    try:
        # Impossible counts may cause overflow or division by zero in derived quantities.
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            binner._set_fitted(columns, statistics, classes, edges, encoders)
            summary_of_columns(binner._names, columns, statistics, classes)
            for column in columns:
                table_of_bins(column, statistics, classes, totals=True)
        finite = np.isfinite(binner.mutual_info_).all() and np.isfinite(binner.missing_bits_).all()
    except (FloatingPointError, OverflowError):
        finite = False
    if not finite:
        raise ValueError("state['columns']: the sums are not those of any data.")
    return binner


@contextmanager
def _at(path):
    """Prepend the location in the state to the message of a ValueError."""
    try:
        yield
    except ValueError as error:
        # scikit-learn's message about a parameter contains its value, of any length.
        message = shorten_middle(str(error))
        raise ValueError(f"{path}: {message}") from error


def shorten_middle(text):
    """Return a text abbreviated in the middle to at most `LONGEST_REASON` characters."""
    half = LONGEST_REASON // 2
    return text if len(text) <= LONGEST_REASON else f"{text[:half]} ... {text[-half:]}"


def _named_columns(state):
    """Return the columns that `fit` used for y and weights, which earlier states do not have."""
    named = state.get("named", [])
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise ValueError(f"state['named'] must be a list of names, got {short_repr(named)}.")
    return tuple(named)


def _restore_parameters(binner, params):
    known = binner.get_params(deep=False)
    if not isinstance(params, dict) or not set(params) <= set(known):
        raise ValueError(
            f"state['params'] must be a dict of parameters, {sorted(known)}, got "
            f"{short_repr(params)}."
        )
    dtype = params.get("dtype")
    if not (dtype is None or (isinstance(dtype, str) and DTYPE_NAMES.fullmatch(dtype))):
        raise ValueError(
            f"state['params']['dtype'] must be the name of a dtype, got {short_repr(dtype)}."
        )
    binner.set_params(**params)
    if dtype is not None:
        binner.dtype = np.dtype(dtype)
    with _at("state['params']"):
        binner._validate_params()
        check_dtype(binner.encode, binner.dtype)


def _target_from_dict(d):
    """Return the statistics of the target, and the classes or None."""
    with _at("state['target']"):
        target_type, classes = entry(d, "type", str), entry(d, "classes", dict | None)
        if classes is None:
            statistics = GaussianStatistics(_finite(d, "centre"), _finite(d, "scale"))
            if not statistics.scale >= 2.0**-1022:
                raise malformed("scale", statistics.scale, "above 0")
        else:
            classes = array_from_json(classes)
            labels = set(classes.ravel().tolist())
            missing = any(label is None or label != label for label in labels)
            if classes.ndim != 1 or not len(classes) or len(labels) < len(classes) or missing:
                raise malformed("classes", d["classes"], "different labels, one at least")
            statistics = ClassStatistics(len(classes))
        expected = target_type_of(classes)
        if target_type != expected:
            raise malformed("type", target_type, f"{short_repr(expected)} with these classes")
    return statistics, classes


def _columns_from_dicts(columns, statistics):
    """Return the FittedColumn of each column, and the candidate cuts or None."""
    if not isinstance(columns, list) or not columns:
        raise ValueError(
            f"state['columns'] must be a list of dicts, one at least, got {short_repr(columns)}."
        )
    fitted, edges = [], []
    for j, d in enumerate(columns):
        with _at(f"state['columns'][{j}]"):
            fitted.append(_column_from_dict(d, statistics))
            edges.append(_edges_from_dict(d, fitted[-1].bins))
    return fitted, edges


def _column_from_dict(d, statistics):
    bins = bins_from_dict(entry(d, "bins", dict))
    if not 1 <= bins.n_bins <= MAX_BINS:
        raise malformed("bins", d["bins"], f"from 1 to {MAX_BINS} bins")
    if bins.is_categorical and len(set(bins.levels)) < len(bins.levels):
        raise malformed("levels", d["bins"]["levels"], "different from each other")
    n_stats = statistics.n_stats
    stats = _stats(d, "sums", (bins.n_bins, n_stats), statistics)
    missing = _stats(d, "missing", (n_stats,), statistics)
    if not statistics.weights(stats).sum() > 0:
        raise malformed("sums", d["sums"], "of a positive weight")
    direction = entry(d, "direction", int)
    if direction not in range(-2, 3):
        raise malformed("direction", direction, "an integer from -2 to 2")
    return FittedColumn(bins, stats, missing, direction)


def _stats(d, key, shape, statistics):
    stats = array_from_json(entry(d, key, dict))
    if stats.dtype != np.float64 or stats.shape != shape:
        raise malformed(key, d[key], f"float64 of shape {shape}")
    # For a continuous target the sum of w v may have either sign.
    nonnegative = (0, 2) if isinstance(statistics, GaussianStatistics) else slice(None)
    if not np.isfinite(stats).all() or (stats[..., nonnegative] < 0).any():
        raise malformed(key, d[key], "finite, and weights at least 0")
    return stats


def _edges_from_dict(d, bins):
    edges = entry(d, "candidate_edges", dict | None)
    if edges is None:
        return None
    edges = array_from_json(edges)
    increasing = edges.dtype == np.float64 and edges.ndim == 1 and (edges[1:] > edges[:-1]).all()
    if bins.is_categorical or not increasing or np.isnan(edges).any():
        raise malformed("candidate_edges", d["candidate_edges"], "increasing, of numbers only")
    return edges


def _encoders_from_dicts(dicts, columns, statistics):
    """Return the ColumnEncoder of each column."""
    n_outputs = 1 if statistics.n_classes <= 2 else statistics.n_classes
    encoders = []
    for j, (d, column) in enumerate(zip(dicts, columns, strict=True)):
        with _at(f"state['columns'][{j}]"):
            encoder = entry(d, "encoder", dict)
        with _at(f"state['columns'][{j}]['encoder']"):
            encoders.append(_encoder_from_dict(encoder, column.bins, n_outputs))
    return encoders


def _encoder_from_dict(d, bins, n_outputs):
    pieces = entry(d, "pieces", dict)
    if bins.is_categorical:
        pieces = pieces | {"levels": bins_to_dict(bins)["levels"]}
    pieces, by_level = bins_from_dict(pieces), entry(d, "by_level", bool)
    alike = pieces.is_categorical == bins.is_categorical
    if not alike or not (bins.is_categorical or pieces.kind == bins.kind):
        raise malformed("pieces", d["pieces"], "of the kind of the bins")
    if by_level and not bins.is_categorical:
        raise malformed("by_level", by_level, "false for a column of numbers")
    values = array_from_json(entry(d, "values", dict))
    shape = (pieces.n_bins, n_outputs)
    if values.dtype != np.float64 or values.shape != shape or not np.isfinite(values).all():
        raise malformed("values", d["values"], f"finite float64 of shape {shape}")
    return ColumnEncoder(pieces, values, by_level)


def _restore_names(binner, names, n_features, n_columns):
    if type(n_features) is not int or n_features != n_columns:
        raise ValueError(
            f"state['n_features'] must be {n_columns}, the number of columns, got "
            f"{short_repr(n_features)}."
        )
    binner.n_features_in_ = n_features
    if names is None:
        binner._names = binner._keys = [f"x{j}" for j in range(n_features)]
        return
    of_one_type = isinstance(names, list) and len({type(name) for name in names}) == 1
    if (
        not of_one_type
        or type(names[0]) not in (str, int)
        or not len(names) == len(set(names)) == n_columns
    ):
        raise ValueError(
            f"state['feature_names'] must be None or {n_columns} different names, text or "
            f"integers, got {short_repr(names)}."
        )
    binner._names, binner._keys = [str(name) for name in names], names
    if type(names[0]) is str:
        binner.feature_names_in_ = np.array(names, dtype=object)


def _finite(d, key):
    value = entry(d, key, (int, float))
    if isinstance(value, bool) or not np.isfinite(float(value)):
        raise malformed(key, value, "a finite number")
    return float(value)


def _plain_params(binner):
    """Return the parameters that JSON can hold; the others have their defaults."""
    if binner.encode.startswith("onehot") and callable(binner.feature_name_combiner):
        raise ValueError(
            "feature_name_combiner is a function, which JSON does not hold, and names of columns "
            "would be others. Set it to 'concat', or use pickle."
        )
    defaults = type(binner)().get_params(deep=False)
    plain = {}
    for name, value in binner.get_params(deep=False).items():
        if name == "dtype" and value is not None:
            value = np.dtype(value).name
        # The encoding of the last fit, to which the encoders belong.
        value = _plain(binner._encode if name == "encode" else value)
        plain[name] = defaults[name] if value is NOT_PLAIN else value
    return plain


NOT_PLAIN = object()


def _plain(value):
    """Return a value in JSON types, or NOT_PLAIN."""
    if value is None or isinstance(value, (str, bool, np.bool_)):
        return value if not isinstance(value, np.bool_) else bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if np.isfinite(value) else NOT_PLAIN
    if isinstance(value, dict):
        items = {key: _plain(v) for key, v in value.items()}
        held = all(isinstance(k, str) for k in items) and NOT_PLAIN not in items.values()
        return items if held else NOT_PLAIN
    if isinstance(value, (list, tuple, np.ndarray)):
        items = [_plain(v) for v in value]
        return NOT_PLAIN if any(item is NOT_PLAIN for item in items) else items
    return NOT_PLAIN


def _check_state(state):
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        got = state.get("format") if isinstance(state, dict) else type(state).__name__
        raise ValueError(
            "state must be what MutualInfoBinner.to_dict returns, with format "
            f"{short_repr(FORMAT)}, got {short_repr(got)}."
        )
    if state.get("version") != VERSION:
        raise ValueError(
            f"state has version {short_repr(state.get('version'))}, written by skinfo "
            f"{short_repr(state.get('skinfo', 'before 0.1.0'))}, and this skinfo, "
            f"{skinfo.__version__}, reads version {VERSION}. Upgrade skinfo, or write the state "
            "again."
        )
    wanted = {"params", "n_features", "feature_names", "target", "columns"}
    if not wanted <= set(state):
        raise ValueError(f"state lacks {sorted(wanted - set(state))}; was it cut short?")
    check_plain(state)


# Bins and arrays


def bins_to_dict(bins):
    """Return the bins as a dict for `json.dumps`, with ``allow_nan=False`` too.

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
            "pool": bins.pool,
            "is_ordered": bins.is_ordered,
            "special": _special_to_json(bins, _level_to_json),
        }
    return {
        "type": "numeric",
        "cuts": [_float_to_json(cut) for cut in bins.cuts.tolist()],
        "kind": bins.kind,
        **common,
        "centres": [_float_to_json(centre) for centre in bins.centres.tolist()],
        "closed": bins.closed,
        "special": _special_to_json(bins, _float_to_json),
    }


def _special_to_json(bins, write):
    special = bins.special
    return [
        {"name": name, "values": list(map(write, values)), "bin": int(piece)}
        for name, values, piece in zip(
            special.names, special.groups, bins.special_bins, strict=True
        )
    ]


def bins_from_dict(d):
    """Return the bins from the output of `bins_to_dict`.

    Parameters
    ----------
    d : dict

    Returns
    -------
    bins : NumericBins or CategoryBins

    Raises
    ------
    ValueError
        If a key is missing or its value is invalid; the message names it.
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
    """Raise ValueError if a document is not JSON, or nested deeper than needed.

    Allowed are dicts with text keys, lists, text, booleans, None and numbers, with at most
    `MAX_DEPTH` levels, and no integers beyond the range of floats.
    """
    todo, seen = [(document, "state", 0)], set()
    while todo:
        value, path, depth = todo.pop()
        if isinstance(value, (dict, list)):
            if depth == MAX_DEPTH:
                raise ValueError(f"{path} lies deeper than {MAX_DEPTH} dicts and lists.")
            if id(value) in seen:
                continue
            seen.add(id(value))
            entries = value.items() if isinstance(value, dict) else enumerate(value)
            for key, entry in entries:
                if isinstance(value, dict) and not isinstance(key, str):
                    raise ValueError(f"{path} has a key of type {type(key).__name__}, not text.")
                # A path is built only if a message may need it.
                if type(entry) not in (str, float, bool, NoneType):
                    todo.append((entry, f"{path}[{short_repr(key)}]", depth + 1))
        elif isinstance(value, int):
            if abs(value) >= 2**1023:
                raise ValueError(f"{path} is an integer of more than 1023 bits.")
        elif not (value is None or isinstance(value, (str, float))):
            raise ValueError(
                f"{path} is of type {type(value).__name__}, which JSON does not hold."
            )


def array_to_json(a):
    """Return an array as a dict for `json.dumps`, with ``allow_nan=False`` too.

    Parameters
    ----------
    a : array-like
        Booleans, integers, floats or text; or objects of these types, or None.

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
    # float128 would lose digits.
    if a.dtype.kind == "f" and a.dtype.itemsize > 8:
        raise ValueError(f"An array of dtype {a.dtype} has no JSON. Convert it to float64.")
    dtype = a.dtype.newbyteorder("=").str if a.dtype.kind == "U" else a.dtype.name
    return {
        "dtype": dtype.lstrip("<>="),
        "shape": list(a.shape),
        "values": [write(value) for value in a.ravel().tolist()],
    }


def array_from_json(d):
    """Return the array from the output of `array_to_json`, of the same dtype and shape.

    Parameters
    ----------
    d : dict

    Returns
    -------
    a : ndarray

    Raises
    ------
    ValueError
        If a key is missing or does not fit the others; the message names it.
    """
    dtype = _dtype(entry(d, "dtype", str))
    shape = _whole_numbers(d, "shape")
    values = entry(d, "values", list)
    size = prod(shape)
    # NumPy has arrays of 32 dimensions at least.
    if any(length < 0 for length in shape) or size != len(values) or len(shape) > 32:
        raise malformed("shape", shape, f"that of the {len(values)} values")
    if size * dtype.itemsize > MAX_BYTES:
        raise malformed("dtype", d["dtype"], f"one by which {size} values take less memory")
    read = READ_VALUE[dtype.kind]
    flat = np.empty(size, dtype=dtype)
    flat[:] = [_checked_value(read(value), dtype, value) for value in values]
    return flat.reshape(shape)


# Bins from dicts


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
    # Earlier states have intervals that are closed on the left, and no special values.
    closed = d.get("closed", "left")
    if closed not in ("left", "right"):
        raise malformed("closed", closed, "'left' or 'right'")
    special, special_bins = _special_from_dict(d, _float_from_json)
    numbers = np.array([number for group in special.groups for number in group])
    if np.isnan(numbers).any():
        raise malformed("special", d["special"], "of no missing values")
    if kind in ("date", "duration") and (np.abs(numbers) >= 2.0**63).any():
        raise malformed("special", d["special"], "microseconds, of 64 bits")
    bins = NumericBins(
        cuts=cuts,
        kind=kind,
        **_common(d),
        centres=centres,
        closed=closed,
        special=special,
        special_bins=special_bins,
    )
    own = [piece for piece in special_bins if piece >= bins.n_intervals]
    _check_own_special(d, own, special_bins, bins.n_intervals)
    _check_length("centres", centres, bins.n_bins)
    return bins


def _category_from_dict(d):
    groups = _whole_numbers(d, "groups")
    levels = [_level_from_json(level, "levels") for level in entry(d, "levels", list)]
    modes = [_level_from_json(mode, "modes") for mode in entry(d, "modes", list)]
    fallback = entry(d, "fallback", int)
    # Unseen levels may have a separate bin if bins have no modes. No other bin is empty, so there
    # are not more bins than levels.
    pool = d.get("pool")
    if not isinstance(pool, str | None):
        raise malformed("pool", pool, "of type str, or null")
    is_ordered = d.get("is_ordered", False)
    if not isinstance(is_ordered, bool):
        raise malformed("is_ordered", is_ordered, "of type bool")
    if pool is not None:
        filled = {*groups, fallback}
    else:
        filled = set(groups) if modes or not levels else {*groups, fallback}
    if len(groups) != len(levels) or filled != set(range(len(filled))):
        expected = f"a bin for each of the {len(levels)} levels, from 0 on without holes"
        raise malformed("groups", groups, expected)
    if not 0 <= fallback < max(len(filled), 1):
        raise malformed("fallback", fallback, f"a bin, at least 0 and below {len(filled)}")
    special, special_bins = _special_from_dict(d, _level_from_json)
    if not set(levels).isdisjoint(special.of_levels()):
        raise malformed("special", d["special"], "of other levels than the bins")
    bins = CategoryBins(
        levels=levels,
        groups=np.array(groups, dtype=np.int64),
        **_common(d),
        fallback=fallback,
        modes=modes,
        pool=pool,
        is_ordered=is_ordered,
        special=special,
        special_bins=special_bins,
    )
    _check_own_special(d, special_bins, special_bins, bins.n_groups)
    _check_length("modes", modes, bins.n_bins)
    return bins


def _special_from_dict(d, read):
    """Return the SpecialValues of a column, and the bin of each group, which may not exist."""
    groups, names, bins = [], [], []
    for group in d.get("special", []) if isinstance(d.get("special", []), list) else [None]:
        values = [read(value, "special") for value in entry(group, "values", list)]
        if not values:
            raise malformed("values", values, "one special value at least")
        groups.append(tuple(values))
        names.append(entry(group, "name", str | None))
        bins.append(entry(group, "bin", int))
    every_value = [value for group in groups for value in group]
    if len(set(every_value)) < len(every_value):
        raise malformed("special", d["special"], "of values that occur once")
    return SpecialValues(tuple(groups), tuple(names)), tuple(bins)


def _check_own_special(d, own, special_bins, n_others):
    """Raise ValueError unless the bins of special values follow all others, in order."""
    if list(own) != list(range(n_others, n_others + len(own))) or min(special_bins, default=0) < 0:
        raise malformed("special", d["special"], f"of bins from {n_others} on, in order")


READERS = {"numeric": _numeric_from_dict, "category": _category_from_dict}


def _common(d):
    return {
        "own_missing": entry(d, "own_missing", bool),
        "missing_bin": entry(d, "missing_bin", int),
        "merged": entry(d, "merged", bool),
    }


def _check_length(key, values, n_bins):
    """Raise ValueError unless there is a value for each bin, or none at all."""
    if len(values) not in (0, n_bins):
        raise malformed(key, len(values), f"of length {n_bins}, one value for each bin")


# Entries of a dict


def entry(d, key, of_type):
    """Return d[key] if it exists and is of that type."""
    if not isinstance(d, dict):
        raise ValueError(f"Expected a dict with the key {short_repr(key)}, got {short_repr(d)}.")
    if key not in d:
        there = short_repr(sorted(map(str, d)))
        raise ValueError(f"The key {short_repr(key)} is missing; there are {there}.")
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
    return ValueError(f"The key {short_repr(key)} must be {expected}, got {short_repr(value)}.")


# Values

# Names of the dtypes that are written, a subset of those of NumPy.
DTYPE_NAMES = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)|object|str|U[0-9]{1,8}")

# Maximum size of an array: the width of text times the number of values is not limited otherwise.
MAX_BYTES = 2**26

NOT_FINITE = {"inf": np.inf, "-inf": -np.inf, "nan": np.nan}


def _float_to_json(value):
    # JSON has no infinite numbers; Python's repr of a finite float is exact.
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
    """Return text, booleans, integers and None unchanged, anything else with its dtype."""
    if isinstance(level, np.generic) and DTYPE_NAMES.fullmatch(_scalar_name(level)):
        return {"dtype": _scalar_name(level), "value": WRITE_VALUE[level.dtype.kind](level.item())}
    if isinstance(level, float) and not isfinite(level):
        return {"dtype": "float", "value": str(level)}
    if level is None or type(level) in (str, bool, int, float):
        return level
    raise ValueError(
        f"The level {short_repr(level)} of type {type(level).__name__} cannot be written as JSON: "
        "only text, booleans and numbers can. Convert the column to strings and fit again."
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
    """Return the dtype of that name if JSON can represent its values."""
    if not DTYPE_NAMES.fullmatch(name):
        raise malformed("dtype", name, "that of booleans, integers, floats, text or objects")
    return np.dtype(name)


def _checked_value(value, dtype, given):
    """Return the value if it is of that dtype and in its range."""
    expected = VALUE_TYPES.get(dtype.kind)
    wrong = expected is not None and type(value) is not expected
    fits = FITS.get(dtype.kind)
    if wrong or not (fits is None or fits(value, dtype)):
        raise malformed("values", given, f"values of dtype {dtype}")
    return value


def _same(value):
    return value


def _is_in_range(value, dtype):
    limits = np.iinfo(dtype)
    return limits.min <= value <= limits.max


def _is_no_overflow(value, dtype):
    return not isfinite(value) or abs(value) <= float(np.finfo(dtype).max)


def _is_short_enough(value, dtype):
    # A scalar's dtype has no length.
    return dtype.itemsize == 0 or 4 * len(value) <= dtype.itemsize


# Python types by kind of NumPy dtype.
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
    "O": lambda value: _level_from_json(value, "values"),
}
