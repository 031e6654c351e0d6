"""Columns as plotted by Displays: named levels, or intervals of numbers."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from skinfo._counts._as_source import is_in_parts
from skinfo._counts._codes import Codes, labelled_codes
from skinfo._counts._table import Table, table_of
from skinfo.utils._text import one_line

# Limits of the number of intervals: more would show noise, fewer would hide the shape.
MIN_INTERVALS, MAX_INTERVALS = 5, 40


class Variable(NamedTuple):
    """A column and its bins in a plot.

    Attributes
    ----------
    values : ndarray of shape (n_samples,)
        float64, or the codes of a discrete variable.

    codes : Codes
        The bin of each value.

    levels : list of str of length n_bins, or ndarray of shape (n_bins + 1,)
        The names of levels, or the edges of intervals.

    is_discrete : bool
    """

    values: NDArray[Any]
    codes: Codes
    levels: list[str] | NDArray[np.float64]
    is_discrete: bool


def read_variable(table: Table, j: int, discrete: bool | str) -> Variable:
    """Return column j as a Variable; if `discrete` is "auto" its dtype decides.

    Raises
    ------
    ValueError
        If a continuous variable has a missing or infinite value.
    """
    if table.is_discrete(j) if discrete == "auto" else discrete:
        codes, names = labelled_codes(table, j)
        return Variable(codes.values, codes, names, True)
    values = table.numbers(j)
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values)))
        raise ValueError(
            f"Row {row} of {one_line(table.names[j])} is {values[row]}. Drop such rows, or bin "
            "the column."
        )
    # Rice's rule: in rules based on the spread the number of intervals is sensitive to outliers.
    n_intervals = round(2 * len(values) ** (1 / 3))
    edges = _equal_width_edges(values, min(max(n_intervals, MIN_INTERVALS), MAX_INTERVALS))
    codes = Codes(np.searchsorted(edges[1:-1], values, side="right"), len(edges) - 1)
    return Variable(values, codes, edges, False)


def _equal_width_edges(values: NDArray[np.float64], n_intervals: int) -> NDArray[np.float64]:
    """Return edges of intervals of equal width, fewer if the range holds too few floats."""
    low, high = values.min(), values.max()
    if low == high:
        half = max(0.5, n_intervals * np.spacing(abs(low)))
        low, high = low - half, high + half
    return np.unique(np.linspace(low, high, n_intervals + 1))


def table_of_columns(caller: str, **columns: ArrayLike) -> Table:
    """Return a Table of columns given by name.

    Raises
    ------
    ValueError
        If a column is not one-dimensional, or lengths differ.
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


def refuse_parts(X, caller):
    """Raise ValueError if X is a table that is not entirely in memory."""
    if is_in_parts(X):
        name, _, _ = caller.partition(".")
        raise ValueError(
            f"{caller} needs all samples at once, and X comes in parts. Pass a random sample of "
            "the rows, or estimate with skinfo.estimation and show the numbers by "
            f"{name}(...).plot()."
        )
