"""Validated constraints on the bins of single columns."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy.special import chdtri

from skinfo._counts._source import InMemory
from skinfo.preprocessing._partition import max_bins_for
from skinfo.utils._column_params import (
    checked_entries,
    directions,
    given_edges,
    one_per_column,
)
from skinfo.utils._saved_state import saved_class
from skinfo.utils._text import one_line, short_repr

# Bin indices, including that of missing values, have two bytes.
MOST_BINS = 2**16 - 1


@saved_class
@dataclass(frozen=True)
class BinControls:
    """Constraints on the bins of one column; see the parameters of `MutualInfoBinner`.

    Attributes
    ----------
    max_bins : int or "auto"

    min_samples : int or float
        Minimum size of a bin; a float is a fraction.

    directions : tuple of int
        Directions of the rate to try; see `ColumnSettings`.

    fixed_edges : ndarray of shape (n_fixed,)

    min_rate_difference : float

    max_p_value : float or None

    min_frequency : int, float or None
        Minimum size of a level; a float is a fraction.

    level_order : tuple or None
    """

    max_bins: int | str
    min_samples: int | float
    directions: tuple[int, ...]
    fixed_edges: np.ndarray
    min_rate_difference: float
    max_p_value: float | None
    min_frequency: int | float | None
    level_order: tuple[Any, ...] | None

    def most_bins(self, weight, target_type):
        """Return the maximum number of bins for samples of this total weight."""
        most = max_bins_for(self.max_bins, weight, target_type)
        return max(most, len(self.fixed_edges) + 1)

    def min_weight(self, weight):
        """Return the minimum weight of a bin, for samples of this total weight."""
        return minimum_weight(self.min_samples, weight)

    def min_level_weight(self, weight):
        """Return the minimum weight of a level that is not pooled."""
        return 0.0 if self.min_frequency is None else minimum_weight(self.min_frequency, weight)

    def min_statistic(self, n_classes):
        """Return the critical value of the chi-squared test of two neighbouring bins."""
        if self.max_p_value is None:
            return 0.0
        return float(chdtri(max(n_classes - 1, 1), self.max_p_value))


def minimum_weight(least, weight):
    """Return a number of samples, given as an int or as a fraction of the total weight."""
    return float(least) if isinstance(least, Integral) else least * weight


def controls_of(parameters, columns, is_categorical, orders):
    """Return the BinControls of each column.

    Parameters
    ----------
    parameters : dict
        Parameters of the binner.

    columns : Source

    is_categorical : ndarray of shape (n_features,), dtype bool

    orders : list of (tuple or None) of length n_features
        See `level_orders`.
    """
    has_order = ~is_categorical | [order is not None for order in orders]
    by_column = {
        name: checked_entries(parameters[name], columns, name, default, is_valid, expected)
        for name, (default, is_valid, expected) in BY_COLUMN.items()
    }
    fixed = given_edges(
        parameters["fixed_edges"], columns, is_categorical, "fixed_edges", parameters["closed"]
    )
    of_columns = zip(
        columns.names,
        by_column["max_bins"],
        by_column["min_samples_bin"],
        directions(parameters["monotonic_cst"], columns, has_order),
        [np.empty(0) if each is None else each for each in fixed],
        by_column["min_rate_difference"],
        by_column["max_p_value"],
        by_column["min_frequency"],
        orders,
        strict=True,
    )
    all_controls = [_consistent(name, BinControls(*given)) for name, *given in of_columns]
    for name, kind, controls in zip(columns.names, columns.kinds, all_controls, strict=True):
        cuts = controls.fixed_edges
        if kind == "boolean" and not (len(cuts) <= 1 and np.all((cuts > 0) & (cuts < 1))):
            raise ValueError(
                f"fixed_edges of {one_line(name)}: booleans have one cut, 0.5, got "
                f"{short_repr(cuts.tolist())}."
            )
    return all_controls


def level_orders(level_order, columns):
    """Return a tuple of the ordered levels of each column, or None for unordered levels.

    Parameters
    ----------
    level_order : "from_dtype", dict, list or None

    columns : Source
    """
    if level_order == "from_dtype":
        if not isinstance(columns, InMemory):
            raise ValueError(
                "level_order='from_dtype' needs a table in memory, whose columns have one dtype. "
                "Name the levels: level_order={'grade': ['A', 'B', 'C']}."
            )
        return columns.ordered_categories
    entries = one_per_column(level_order, columns, "level_order", default=None)
    orders = []
    for name, entry in zip(columns.names, entries, strict=True):
        if entry is not None and (isinstance(entry, str) or not np.iterable(entry)):
            raise TypeError(
                f"level_order of {one_line(name)} must be a list of levels in order, got "
                f"{short_repr(entry)}."
            )
        order = None if entry is None else tuple(entry)
        if order is not None and (not order or len(set(order)) < len(order)):
            raise ValueError(
                f"level_order of {one_line(name)} must be different levels, one at least, got "
                f"{short_repr(entry)}."
            )
        orders.append(order)
    return orders


def _consistent(name, controls):
    """Return the controls of a column; raise if they contradict each other."""
    n_fixed = len(controls.fixed_edges)
    if controls.max_bins != "auto" and n_fixed >= controls.max_bins:
        raise ValueError(
            f"fixed_edges of {one_line(name)} are {n_fixed} cuts, and "
            f"max_bins={controls.max_bins} allows {controls.max_bins - 1}. Give "
            f"max_bins={n_fixed + 1} or more, or fewer cuts."
        )
    return controls


def _is_whole(entry):
    return isinstance(entry, Integral) and not isinstance(entry, bool | np.bool_)


def _is_max_bins(entry):
    return (
        entry == "auto" if isinstance(entry, str) else _is_whole(entry) and 2 <= entry <= MOST_BINS
    )


def _is_number_or_fraction(entry):
    return entry >= 1 if _is_whole(entry) else isinstance(entry, Real) and 0 < entry < 1


def _is_difference(entry):
    return isinstance(entry, Real) and 0 <= entry < np.inf


def _is_level_of_significance(entry):
    return entry is None or (isinstance(entry, Real) and 0 < entry <= 1)


# For each parameter the default of columns that are not in a dict, and its valid entries.
BY_COLUMN = {
    "max_bins": ("auto", _is_max_bins, f"an integer from 2 to {MOST_BINS} or 'auto'"),
    "min_samples_bin": (
        1,
        _is_number_or_fraction,
        "a number of samples, 1 at least, or a fraction of them between 0 and 1",
    ),
    "min_rate_difference": (0.0, _is_difference, "a number, at least 0"),
    "min_frequency": (
        None,
        lambda entry: entry is None or _is_number_or_fraction(entry),
        "a number of samples, 1 at least, a fraction of them between 0 and 1, or None",
    ),
    "max_p_value": (None, _is_level_of_significance, "above 0 and at most 1, or None"),
}
