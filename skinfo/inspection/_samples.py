"""Columns as the Displays draw them: levels with names, or intervals."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from skinfo._counts._table import table_of

# Intervals of a continuous variable: more are noise, fewer hide the shape.
FEWEST_INTERVALS, MOST_INTERVALS = 5, 40


class Variable(NamedTuple):
    """A column, and the places that its values fall into."""

    values: np.ndarray  # (n_samples,) float64, or the codes of a discrete one
    codes: np.ndarray  # (n_samples,) dtype int64: the place of each value
    levels: list | np.ndarray  # names of the places, or the ends of intervals
    is_discrete: bool

    @property
    def n_places(self):
        """How many places there are."""
        return len(self.levels) - (not self.is_discrete)


def read_variable(table, j, discrete):
    """Return column j as a Variable; `discrete` is a bool, or "auto" to go by the dtype.

    Raises
    ------
    ValueError
        If a number of a continuous variable is missing or infinite.
    """
    if table.is_discrete(j) if discrete == "auto" else discrete:
        codes, names = levels_of(table, j)
        return Variable(codes, codes, names, True)
    values = table.numbers(j)
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values)))
        raise ValueError(
            f"Row {row} of {table.names[j]} is {values[row]}. Drop such rows, or bin the column."
        )
    # The rule of Rice: others look at the spread, and one outlier makes them cut without end.
    n_intervals = round(2 * len(values) ** (1 / 3))
    edges = _even_edges(values, min(max(n_intervals, FEWEST_INTERVALS), MOST_INTERVALS))
    return Variable(values, np.searchsorted(edges[1:-1], values, side="right"), edges, False)


def _even_edges(values, n_intervals):
    """Return edges of equal intervals, fewer where there are not so many floats in the range."""
    low, high = values.min(), values.max()
    if low == high:
        half = max(0.5, n_intervals * np.spacing(abs(low)))
        low, high = low - half, high + half
    return np.unique(np.linspace(low, high, n_intervals + 1))


def joint_shares(x, y):
    """Return the share of the samples (n_x, n_y) in each pair of places of two variables."""
    counts = np.zeros((x.n_places, y.n_places))
    np.add.at(counts, (x.codes, y.codes), 1)
    return counts / counts.sum()


def levels_of(table, j):
    """Return codes (n_samples,) int64 of column j and the names of its levels, missing last."""
    codes, levels = table.levels(j)
    names = [str(level) for level in levels]
    missing = codes < 0
    if missing.any():
        codes = np.where(missing, len(names), codes)
        names.append("missing")
    return codes, names


def column_table(caller, **columns):
    """Return a Table of columns given by name.

    Raises
    ------
    ValueError
        If lengths differ, or a column is none.
    """
    series = {}
    for name, values in columns.items():
        if np.ndim(values) != 1:
            raise ValueError(f"{name} must have shape (n_samples,), got {np.shape(values)}.")
        series[name] = pd.Series(values).reset_index(drop=True)
    lengths = {name: len(column) for name, column in series.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"Columns must have one length, got {lengths}.")
    return table_of(pd.DataFrame(series), caller=caller)
