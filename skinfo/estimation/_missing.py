"""The parameter `missing` of the estimates: a level of their own, left out, or an error."""

from typing import NamedTuple

import numpy as np

from skinfo.estimation._samples import Samples

MISSING = ("separate", "drop", "raise")


class Part(NamedTuple):
    """Columns that are estimated from the same samples.

    Attributes
    ----------
    columns, rows : ndarray of int64

    samples : Samples
        Of these.
    """

    columns: np.ndarray
    rows: np.ndarray
    samples: Samples


def parts_by_missing(samples, missing):
    """Yield the Parts of some samples.

    Parameters
    ----------
    samples : Samples

    missing : {"separate", "drop", "raise"}
        With "drop" columns that have the same values missing go together, without those rows.

    Raises
    ------
    ValueError
        If "raise", and there are missing values, or "drop", and nothing is left of a column.
    """
    if missing == "raise":
        refuse_missing_values(samples.table)
    columns_of, rows_of = {}, {}
    for j in range(samples.n_features) if missing == "drop" else ():
        gone = missing_values(samples.table, j)
        key = np.packbits(gone).tobytes()
        columns_of.setdefault(key, []).append(j)
        rows_of.setdefault(key, np.flatnonzero(~gone))
    if all(len(rows) == len(samples.y) for rows in rows_of.values()):
        yield Part(np.arange(samples.n_features), np.arange(len(samples.y)), samples)
        return
    for key, columns in columns_of.items():
        rows = rows_of[key]
        if len(rows) == 0:
            raise ValueError(
                f"{samples.table.names[columns[0]]} has no value that is not missing in a row of "
                "positive weight. Leave the column out, or use missing='separate'."
            )
        yield Part(np.array(columns), rows, samples.take(np.array(columns), rows))


def missing_values(table, j):
    """Return which values of column j are missing, (n_samples,) bool."""
    if table.integers(j) is not None:
        return np.zeros(table.shape[0], bool)
    if table.is_numeric(j):
        return np.isnan(table.numbers(j))
    return table.levels(j)[0] < 0


def refuse_missing_values(table):
    """Raise ValueError where a column has missing values."""
    for j in range(table.shape[1]):
        n_missing = np.count_nonzero(missing_values(table, j))
        if n_missing:
            raise ValueError(
                f"{table.names[j]} has {n_missing} missing value(s), and missing='raise'. Use "
                "missing='separate' or 'drop', or impute them."
            )
