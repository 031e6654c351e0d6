"""The parameter `missing` of the estimates: a level of their own, left out, or an error."""

import numpy as np

MISSING = ("separate", "drop", "raise")


def parts_by_missing(samples, missing):
    """Yield the columns that are estimated from the same rows, and the Samples of these.

    Parameters
    ----------
    samples : Samples

    missing : {"separate", "drop", "raise"}
        With "drop" columns that have the same values missing go together, without those rows.

    Yields
    ------
    columns, rows : ndarray of int64

    part : Samples
        Of these.

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
        yield np.arange(samples.n_features), np.arange(len(samples.y)), samples
        return
    for key, columns in columns_of.items():
        rows = rows_of[key]
        if len(rows) == 0:
            raise ValueError(
                f"{samples.table.names[columns[0]]} has no value that is not missing in a row of "
                "positive weight. Leave the column out, or use missing='separate'."
            )
        yield np.array(columns), rows, samples.take(np.array(columns), rows)


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
