"""Columns as the Displays draw them: levels with names, or intervals."""

import numpy as np
import pandas as pd

from skinfo.utils._table import table_of


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


def equal_frequency_codes(values, n_bins):
    """Return the bin (n_samples,) of each number in so many of equal frequency; NaN are a bin."""
    shares = np.arange(1, n_bins) / n_bins
    present = values[~np.isnan(values)]
    cuts = np.unique(np.quantile(present, shares, method="inverted_cdf")) if len(present) else []
    return np.where(np.isnan(values), n_bins, np.searchsorted(cuts, values))
