"""Discrete columns to codes, and codes to counts."""

import narwhals.stable.v2 as nw
import numpy as np
from joblib import delayed

from skinfo._counts._kinds import unmasked
from skinfo._kernels._counting import count_classes, weigh_classes
from skinfo._kernels._integers import integer_codes
from skinfo.utils._parallel import in_threads, n_threads

# Rows of one task: fixed, so that sums of real weights do not depend on the number of threads.
ROWS_A_TASK = 2**17

# Columns of one task: in a table that is one row after another, whole cache lines; in one
# that is one column after another, no more streams than a cache has ways.
COLUMNS_A_TASK = {"rows": 64, "columns": 8}

# Nanoseconds a cell, about, to encode and to count.
ENCODE_COST = 5.0
COUNT_COST = 0.6

# With fewer columns than this, equal codes in a row would wait for each other.
FEW_COLUMNS = 8


def discrete_codes(table, *, n_jobs=None):
    """Return the codes of every column, missing values as a level of their own, the last.

    Parameters
    ----------
    table : Table

    n_jobs : int or None, default=None

    Returns
    -------
    codes : ndarray of shape (n_features, n_samples), dtype uint8, uint16 or int32
        One column a row; the smallest dtype that holds all of them.

    n_levels : ndarray of shape (n_features,), dtype int64
        Every code from 0 to ``n_levels[j] - 1`` occurs in column j.

    Raises
    ------
    ValueError
        If a column holds numbers that are not whole.
    """
    n_features = table.shape[1]
    # A few columns a task: one alone takes less time than handing it over.
    chunks = np.array_split(np.arange(n_features), min(n_features, 4 * n_threads(n_jobs)))
    encoded = in_threads(
        (delayed(_encode_columns)(table, chunk) for chunk in chunks),
        work=ENCODE_COST * table.shape[0] * n_features,
        n_jobs=n_jobs,
    )
    n_levels = np.concatenate([levels for _, levels in encoded])
    codes = np.empty((n_features, table.shape[0]), np.result_type(*(part for part, _ in encoded)))
    for chunk, (part, _) in zip(chunks, encoded, strict=True):
        codes[chunk] = part
    return codes, n_levels


def _encode_columns(table, columns):
    """Return codes (n_columns, n_samples) of some columns, and their numbers of levels."""
    encoded = [_encode_column(table, j) for j in columns]
    n_levels = np.array([levels for _, levels in encoded], np.int64)
    dtype = _smallest_dtype(n_levels.max())
    codes = np.empty((len(columns), table.shape[0]), dtype)
    for place, (column, _) in enumerate(encoded):
        codes[place] = column
    return codes, n_levels


def _smallest_dtype(n_levels):
    return np.uint8 if n_levels <= 2**8 else np.uint16 if n_levels <= 2**16 else np.int32


def _encode_column(table, j):
    """Return codes (n_samples,) of column j without gaps, and how many levels there are."""
    integers = table.integers(j)
    if integers is not None:
        return _rank_integers(integers)
    if not table.is_numeric(j):
        codes, levels = table.levels(j)
        return _missing_last(codes, len(levels))
    numbers = table.numbers(j)
    missing = np.isnan(numbers)
    _check_whole(numbers[~missing], table.names[j])
    codes = np.full(len(numbers), -1)
    codes[~missing], n_levels = _rank_whole(numbers[~missing])
    return _missing_last(codes, n_levels)


def _rank_whole(numbers):
    """Return the same of whole floats as `_rank_integers`."""
    if np.all(np.abs(numbers) < 2**62):
        return _rank_integers(numbers.astype(np.int64))
    levels, codes = np.unique(numbers, return_inverse=True)
    return codes, len(levels)


def _rank_integers(values):
    """Return the rank of each value among those that occur, and how many there are."""
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    codes, n_levels = integer_codes(native)
    if codes is None:
        levels, codes = np.unique(values, return_inverse=True)
        return codes, len(levels)
    return codes, n_levels


def _missing_last(codes, n_levels):
    """Return codes with -1 replaced by a last level of its own, and how many there are."""
    missing = codes < 0
    if not missing.any():
        return codes, n_levels
    return np.where(missing, n_levels, codes), n_levels + 1


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


def _check_whole(numbers, name):
    fraction = numbers[(np.floor(numbers) != numbers) | np.isinf(numbers)]
    if len(fraction):
        raise ValueError(
            f"{name} must be discrete, got {fraction[0]!s}, a number that is not whole. Bin the "
            "column first, e.g. with MutualInfoBinner or KBinsDiscretizer(encode='ordinal')."
        )


def class_counts(codes, n_levels, y, n_classes, *, sample_weight=None, n_jobs=None):
    """Return how often each level of each column meets each class.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_features), dtype uint8
        Either way round in memory: C-ordered as users have it, or the transpose of
        one column a row.

    n_levels : int
        The most levels of any column; every code is smaller.

    y : ndarray of shape (n_samples,), dtype int
        Every code is smaller than `n_classes`.

    n_classes : int

    sample_weight : ndarray of shape (n_samples,), dtype float64, or None, default=None

    n_jobs : int or None, default=None

    Returns
    -------
    counts : ndarray of shape (n_features, n_levels, n_classes), dtype float64
        The same for any `n_jobs`, also with real weights.
    """
    n, n_features = codes.shape
    by_rows = codes.flags.c_contiguous and n_features >= FEW_COLUMNS
    if not by_rows:
        codes = np.asfortranarray(codes)
    y = np.ascontiguousarray(y, np.int32)
    width = COLUMNS_A_TASK["rows" if by_rows else "columns"]
    columns = [slice(j, min(j + width, n_features)) for j in range(0, n_features, width)]
    rows = [slice(i, i + ROWS_A_TASK) for i in range(0, n, ROWS_A_TASK)]

    def count(rows, columns):
        if sample_weight is None:
            return count_classes(codes[rows, columns], y[rows], n_levels, n_classes)
        weights = sample_weight[rows]
        return weigh_classes(codes[rows, columns], y[rows], weights, n_levels, n_classes)

    tasks = [(r, c) for r in rows for c in columns]
    parts = in_threads(
        (delayed(count)(*task) for task in tasks), work=COUNT_COST * codes.size, n_jobs=n_jobs
    )
    counts = np.zeros((n_classes, n_features, n_levels))
    for (_, of_part), part in zip(tasks, parts, strict=True):
        counts[:, of_part] += part
    return np.ascontiguousarray(counts.transpose(1, 2, 0))


def row_codes(columns):
    """Return one code a row (n_samples,) int64; equal rows, and only they, have equal codes."""
    codes = columns[0].astype(np.int64)
    for column in columns[1:]:
        # Ranked after each column, codes stay below n and products below n^2.
        codes = codes * (int(column.max()) + 1) + column
        codes = np.unique(codes, return_inverse=True)[1]
    return codes


def as_columns(x):
    """Return x as it is, or, if it has one dimension, as a table of one column."""
    native = nw.from_native(x, eager_only=True, allow_series=True, pass_through=True)
    if isinstance(native, nw.Series):
        return native.alias(str(native.name or "x")).to_frame().to_native()
    if isinstance(native, nw.DataFrame):
        return x
    if isinstance(x, (list, tuple)) and not any(_is_row(row) for row in x):
        # NumPy would make text of a list that holds some.
        return _column_of_objects(x)
    if np.ndim(x) == 1 and hasattr(x, "shape"):
        return np.asarray(unmasked(x))[:, None]
    return x


def _is_row(row):
    return np.iterable(row) and not isinstance(row, (str, bytes))


def _column_of_objects(values):
    column = np.empty((len(values), 1), object)
    column[:, 0] = values
    return column
