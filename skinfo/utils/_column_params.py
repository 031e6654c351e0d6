"""Parameters that speak of columns, by name, index or mask, made one entry a column."""

from difflib import get_close_matches
from numbers import Integral, Real

import numpy as np

# A message names no more columns than this.
MOST_NAMED = 8


def feature_index(feature, names, argument="feature", keys=()):
    """Return the index of a column given by name or index.

    Parameters
    ----------
    feature : str or int

    names : list of str

    argument : str, default="feature"
        What messages call the parameter.

    keys : sequence, default=()
        What the frame itself calls its columns. Where those are integers, an integer is a name.

    Raises
    ------
    TypeError
        If it is neither.

    ValueError
        If there is none such.
    """
    if isinstance(feature, str):
        if feature in names:
            return names.index(feature)
        near = get_close_matches(feature, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else _the_columns_are(names)
        raise ValueError(f"{argument}: no column named {feature!r}; {hint}")
    if not isinstance(feature, Integral) or isinstance(feature, bool | np.bool_):
        raise TypeError(f"{argument}: a column is given by name or index, got {feature!r}.")
    if any(isinstance(key, Integral) for key in keys) and list(keys) != list(range(len(keys))):
        if feature in keys:
            return list(keys).index(feature)
        raise ValueError(
            f"{argument}: no column named {feature}; {_the_columns_are(names)} The names of X are "
            "integers, so an integer is a name and not a position."
        )
    if not -len(names) <= feature < len(names):
        raise ValueError(f"{argument}: no column {feature}, X has {len(names)} feature(s).")
    return range(len(names))[feature]


def _the_columns_are(names):
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"the columns are {names[:MOST_NAMED]}{more}."


def categorical_mask(categorical_features, table):
    """Return which columns hold levels, (n_features,) bool."""
    n_features = table.shape[1]
    if categorical_features is None:
        return np.zeros(n_features, bool)
    if isinstance(categorical_features, str):
        return np.array([not table.is_numeric(j) for j in range(n_features)])
    chosen = np.asarray(categorical_features)
    if chosen.dtype == bool:
        if chosen.shape != (n_features,):
            raise ValueError(
                f"categorical_features as a mask must have one entry a feature, got shape "
                f"{chosen.shape} for {n_features} features."
            )
        return chosen
    mask = np.zeros(n_features, bool)
    argument = "categorical_features"
    places = [feature_index(f, table.names, argument, table.keys) for f in chosen.tolist()]
    mask[places] = True
    return mask


# What monotonic_cst may say of a column, and the directions that are tried.
DIRECTIONS = {0: (0,), 1: (1,), -1: (-1,), "auto": (1, -1)}


def directions(monotonic_cst, table, categorical):
    """Return the directions to try for each column, a list of tuples."""
    one_for_all = isinstance(monotonic_cst, str | Integral)
    entries = _an_entry_a_column(monotonic_cst, table, "monotonic_cst", default=0)
    for j, entry in enumerate(entries):
        if not isinstance(entry, str | Real) or entry not in DIRECTIONS:
            of_column = "" if one_for_all else f" of {table.names[j]}"
            raise ValueError(
                f"monotonic_cst{of_column} must be -1 (falling), 0 (free), 1 (rising) or 'auto' "
                f"(falling or rising, whichever is better), got {entry!r}."
            )
        if categorical[j] and entry != 0:
            if one_for_all:
                entries[j] = 0  # one direction for all is for all that have an order
                continue
            raise ValueError(
                f"monotonic_cst of {table.names[j]} is {entry!r}, and a categorical column has no "
                "order. Set it to 0."
            )
    return [DIRECTIONS[entry] for entry in entries]


def given_edges(candidate_edges, table, categorical):
    """Return for each column the cuts to choose from, float64 and increasing, or None."""
    entries = _an_entry_a_column(candidate_edges, table, "candidate_edges", default=None)
    checked = []
    for name, entry, is_level in zip(table.names, entries, categorical, strict=True):
        if entry is None:
            checked.append(None)
            continue
        if is_level:
            raise ValueError(
                f"candidate_edges of {name}: a categorical column has no cuts. Set it to None."
            )
        edges = np.asarray(entry, dtype=np.float64)
        if edges.ndim != 1 or np.isnan(edges).any() or np.any(edges[1:] <= edges[:-1]):
            raise ValueError(
                f"candidate_edges of {name} must be increasing numbers, got {entry!r}."
            )
        checked.append(edges)
    return checked


def _an_entry_a_column(given, table, argument, default):
    """Return one entry a column from None, one for all, a dict by column, or a list."""
    n_features = table.shape[1]
    if given is None or isinstance(given, str | Integral):
        return [default if given is None else given] * n_features
    if isinstance(given, dict):
        entries = [default] * n_features
        for feature, entry in given.items():
            entries[feature_index(feature, table.names, argument, table.keys)] = entry
        return entries
    entries = list(given)
    if len(entries) != n_features:
        raise ValueError(
            f"{argument} must have one entry a feature, got {len(entries)} for {n_features} "
            "feature(s). Use a dict to name some columns only."
        )
    return entries
