"""A fitted binner as a dict that JSON can hold, and back."""

from numbers import Integral, Real

import numpy as np

from skinfo.preprocessing._column import FittedColumn
from skinfo.preprocessing._encoders import Encoder
from skinfo.preprocessing._encoding import ENCODINGS
from skinfo.preprocessing._json import (
    array_from_json,
    array_to_json,
    bins_from_dict,
    bins_to_dict,
)
from skinfo.preprocessing._tasks import ClassTask, NumberTask

FORMAT = "skinfo.MutualInfoBinner"
VERSION = 1


def state_of_binner(binner):
    """Return the state of a fitted binner; see `MutualInfoBinner.to_dict`."""
    task = binner._task
    names = getattr(binner, "feature_names_in_", None)
    return {
        "format": FORMAT,
        "version": VERSION,
        "params": _plain_params(binner),
        "n_features": binner.n_features_in_,
        "feature_names": None if names is None else list(names),
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


def restore_binner(binner, state):
    """Make an unfitted binner the one that `state` describes."""
    _check_state(state)
    binner.set_params(**state["params"])
    if binner.dtype is not None:
        binner.dtype = np.dtype(binner.dtype)
    binner.n_features_in_ = state["n_features"]
    if state["feature_names"] is not None:
        binner.feature_names_in_ = np.array(state["feature_names"], dtype=object)
    target, columns = state["target"], state["columns"]
    classes = None if target["classes"] is None else array_from_json(target["classes"])
    if classes is None:
        task = NumberTask(target["centre"], target["scale"])
    else:
        task = ClassTask(len(classes))
    fitted = [
        FittedColumn(
            bins_from_dict(column["bins"]),
            array_from_json(column["sums"]),
            array_from_json(column["missing"]),
            column["direction"],
        )
        for column in columns
    ]
    edges = [c["candidate_edges"] for c in columns]
    edges = [None if e is None else array_from_json(e) for e in edges]
    binner._is_restored = True
    encoders = None
    if ENCODINGS[binner.encode].looks_at_y:
        encoders = [
            _encoder_from_json(column["encoder"], each.bins)
            for column, each in zip(columns, fitted, strict=True)
        ]
    binner._store(fitted, task, classes, target["type"], edges, encoders)
    return binner


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


def _encoder_from_json(state, bins):
    pieces = state["pieces"]
    if bins.is_categorical:
        pieces = pieces | {"levels": bins_to_dict(bins)["levels"]}
    return Encoder(bins_from_dict(pieces), array_from_json(state["values"]), state["by_level"])


def _plain_params(binner):
    """Return the parameters that JSON holds; the others stay at their defaults."""
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
        raise ValueError(
            f"state must be what MutualInfoBinner.to_dict returns, with format {FORMAT!r}, got "
            f"{state.get('format') if isinstance(state, dict) else type(state).__name__!r}."
        )
    if state.get("version") != VERSION:
        raise ValueError(
            f"state has version {state.get('version')!r}, and this skinfo reads version "
            f"{VERSION}. Upgrade skinfo, or write the state again."
        )
    wanted = {"params", "n_features", "feature_names", "target", "columns"}
    if not wanted <= set(state):
        raise ValueError(f"state lacks {sorted(wanted - set(state))}; was it cut short?")
