"""A fitted binner as a dict that JSON can hold, and back."""

from contextlib import contextmanager
from numbers import Integral, Real
from reprlib import repr as short_repr

import numpy as np

from skinfo.preprocessing._encoders import Encoder
from skinfo.preprocessing._encoding import ENCODINGS
from skinfo.preprocessing._fitted_column import FittedColumn
from skinfo.preprocessing._json import (
    DTYPE_NAMES,
    array_from_json,
    array_to_json,
    bins_from_dict,
    bins_to_dict,
    check_plain,
    entry,
    malformed,
)
from skinfo.preprocessing._target_statistics import (
    ClassStatistics,
    GaussianStatistics,
    target_type_of,
)

FORMAT = "skinfo.MutualInfoBinner"
VERSION = 1

# Bin numbers are two bytes at most.
MOST_BINS = 2**16


def state_of_binner(binner):
    """Return the state of a fitted binner; see `MutualInfoBinner.to_dict`."""
    task, names = binner._task, None
    if hasattr(binner, "feature_names_in_") or binner._has_integer_names():
        names = _plain(binner._keys)
    return {
        "format": FORMAT,
        "version": VERSION,
        "params": _plain_params(binner),
        "n_features": binner.n_features_in_,
        "feature_names": names,
        "target": {
            "type": binner.target_type_,
            "classes": None if binner.classes_ is None else array_to_json(binner.classes_),
            "centre": getattr(task, "centre", None),
            "scale": getattr(task, "scale", None),
        },
        "columns": [
            {
                "bins": bins_to_dict(column.bins),
                "sums": array_to_json(column.sums),
                "missing": array_to_json(column.missing),
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
    """Return the Encoder of each column, or None for each where bins say it all."""
    if ENCODINGS[binner.encode].looks_at_y:
        return binner._encoders
    return [None] * len(binner._columns)


def _encoder_to_json(encoder):
    pieces = bins_to_dict(encoder.pieces)
    # The column's bins have them already.
    pieces.pop("levels", None)
    return {
        "pieces": pieces,
        "values": array_to_json(encoder.values),
        "by_level": encoder.by_level,
    }


def restore_binner(binner, state):
    """Make an unfitted binner the one that `state` describes.

    Raises
    ------
    ValueError
        If the state is not one that `state_of_binner` could have written; the message names the
        place. Everything is looked at before use: the state may come from anywhere.
    """
    _check_state(state)
    _restore_parameters(binner, state["params"])
    task, classes, target_type = _target_from_dict(state["target"])
    columns, edges = _columns_from_dicts(state["columns"], task)
    _restore_names(binner, state["feature_names"], state["n_features"], len(columns))
    if binner.encode == "woe" and classes is None:
        raise ValueError("state['params']: encode='woe' does not go with a continuous target.")
    binner._is_restored = True
    encoders = None
    if ENCODINGS[binner.encode].looks_at_y:
        encoders = _encoders_from_dicts(state["columns"], columns, task)
    try:
        # Counts that no data have may be endless, or nothing, in what is made of them.
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            binner._store(columns, task, classes, target_type, edges, encoders)
            binner.bin_table()
        finite = np.isfinite(binner.mutual_info_).all() and np.isfinite(binner.missing_bits_).all()
    except (FloatingPointError, OverflowError):
        finite = False
    if not finite:
        raise ValueError("state['columns']: the sums are not those of any data.")
    return binner


@contextmanager
def _at(path):
    """Begin the message of a ValueError with the place in the state."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


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
        binner._check_dtype()


def _target_from_dict(d):
    """Return the task, the classes or None, and the type of the target."""
    with _at("state['target']"):
        target_type, classes = entry(d, "type", str), entry(d, "classes", dict | None)
        if classes is None:
            classes, task = None, GaussianStatistics(_finite(d, "centre"), _finite(d, "scale"))
            if not task.scale >= 2.0**-1022:
                raise malformed("scale", task.scale, "above 0")
        else:
            classes = array_from_json(classes)
            labels = set(classes.ravel().tolist())
            missing = any(label is None or label != label for label in labels)
            if classes.ndim != 1 or not len(classes) or len(labels) < len(classes) or missing:
                raise malformed("classes", d["classes"], "different labels, one at least")
            task = ClassStatistics(len(classes))
        expected = target_type_of(classes)
        if target_type != expected:
            raise malformed("type", target_type, f"{expected!r} with these classes")
    return task, classes, target_type


def _columns_from_dicts(columns, task):
    """Return the FittedColumn of each column, and the cuts to choose from or None."""
    if not isinstance(columns, list) or not columns:
        raise ValueError(
            f"state['columns'] must be a list of dicts, one at least, got {short_repr(columns)}."
        )
    fitted, edges = [], []
    for j, d in enumerate(columns):
        with _at(f"state['columns'][{j}]"):
            fitted.append(_column_from_dict(d, task))
            edges.append(_edges_from_dict(d, fitted[-1].bins))
    return fitted, edges


def _column_from_dict(d, task):
    bins = bins_from_dict(entry(d, "bins", dict))
    if not 1 <= bins.n_bins <= MOST_BINS:
        raise malformed("bins", d["bins"], f"from 1 to {MOST_BINS} bins")
    if bins.is_categorical and len(set(bins.levels)) < len(bins.levels):
        raise malformed("levels", d["bins"]["levels"], "different from each other")
    n_sums = 3 if isinstance(task, GaussianStatistics) else task.n_classes
    sums = _sums(d, "sums", (bins.n_bins, n_sums), task)
    missing = _sums(d, "missing", (n_sums,), task)
    if not task.weights(sums).sum() > 0:
        raise malformed("sums", d["sums"], "of a positive weight")
    direction = entry(d, "direction", int)
    if direction not in (-1, 0, 1):
        raise malformed("direction", direction, "-1, 0 or 1")
    return FittedColumn(bins, sums, missing, direction)


def _sums(d, key, shape, task):
    sums = array_from_json(entry(d, key, dict))
    if sums.dtype != np.float64 or sums.shape != shape:
        raise malformed(key, d[key], f"float64 of shape {shape}")
    # The second sum of a continuous target, of w v, may be of either sign.
    signed = (0, 2) if isinstance(task, GaussianStatistics) else slice(None)
    if not np.isfinite(sums).all() or (sums[..., signed] < 0).any():
        raise malformed(key, d[key], "finite, and weights at least 0")
    return sums


def _edges_from_dict(d, bins):
    edges = entry(d, "candidate_edges", dict | None)
    if edges is None:
        return None
    edges = array_from_json(edges)
    increasing = edges.dtype == np.float64 and edges.ndim == 1 and (edges[1:] > edges[:-1]).all()
    if bins.is_categorical or not increasing or np.isnan(edges).any():
        raise malformed("candidate_edges", d["candidate_edges"], "increasing, of numbers only")
    return edges


def _encoders_from_dicts(dicts, columns, task):
    """Return the Encoder of each column."""
    n_outputs = 1 if task.n_classes <= 2 else task.n_classes
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
    return Encoder(pieces, values, by_level)


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
    """Return the parameters that JSON holds; the others stay at their defaults."""
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
        value = _plain(value)
        plain[name] = defaults[name] if value is NOT_PLAIN else value
    return plain


NOT_PLAIN = object()


def _plain(value):
    """Return a value as JSON holds it, or NOT_PLAIN."""
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
            f"state must be what MutualInfoBinner.to_dict returns, with format {FORMAT!r}, got "
            f"{short_repr(got)}."
        )
    if state.get("version") != VERSION:
        raise ValueError(
            f"state has version {short_repr(state.get('version'))}, and this skinfo reads version "
            f"{VERSION}. Upgrade skinfo, or write the state again."
        )
    wanted = {"params", "n_features", "feature_names", "target", "columns"}
    if not wanted <= set(state):
        raise ValueError(f"state lacks {sorted(wanted - set(state))}; was it cut short?")
    check_plain(state)
