"""Encoder of the levels of columns of any kind as integer codes."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp
from joblib import delayed
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from skinfo._counts._kinds import MOST_LEVELS, holds_levels, native_array
from skinfo._counts._quantiles import default_n_bins, equal_frequency_codes, nested_codes
from skinfo._counts._table import Table
from skinfo._kernels._bitplanes import WORD
from skinfo._kernels._integers import integer_codes
from skinfo.utils._column_params import feature_indices
from skinfo.utils._parallel import in_threads, n_threads
from skinfo.utils._text import one_line, short_repr

if TYPE_CHECKING:
    from skinfo._counts._target import ClassTarget

# Codes are bytes; in a column of more levels, neighbouring levels share a code.
MAX_LEVELS = 256

# Columns of small integers are encoded together, in blocks of this many cells: intermediate arrays
# then fit the second-level cache.
CELLS_ENCODED_TOGETHER = 1 << 16

# Maximum number of joint states that an integer key represents.
STATES_OF_KEY = 2**62

# Approximate time to encode a cell, in nanoseconds.
ENCODE_COST = 5.0

RowIndex = slice | NDArray[np.integer] | NDArray[np.bool_]
ALL_ROWS = slice(None)


class Codes(NamedTuple):
    """Levels of the samples as integer codes.

    Attributes
    ----------
    values : ndarray of shape (n_samples,), of integers
        From 0 to ``n_levels - 1``.

    n_levels : int
    """

    values: NDArray[np.integer]
    n_levels: int

    @classmethod
    def of(cls, values: NDArray[np.integer]) -> "Codes":
        """Return codes, with the number of levels from the largest one."""
        return cls(values, int(values.max()) + 1)


class CodedColumns(NamedTuple):
    """Codes of several columns.

    Attributes
    ----------
    codes : ndarray of shape (n_features, n_samples), dtype uint8, uint16 or int32
        One row per column; the smallest dtype that holds all codes.

    n_levels : ndarray of shape (n_features,), dtype int64
    """

    codes: NDArray[np.integer]
    n_levels: NDArray[np.int64]

    def columns(self) -> list[Codes]:
        """Return the Codes of each column."""
        return [Codes(*column) for column in zip(self.codes, self.n_levels.tolist(), strict=True)]


class FeatureCodes(NamedTuple):
    """Codes of the features of a selection, one byte per cell.

    Attributes
    ----------
    codes : ndarray of shape (n_features, n_samples or more), dtype uint8
        Rows padded as `padded_codes` does.

    n_levels : ndarray of shape (n_features,), dtype int64

    single_levels : dict of int to Codes
        Unpooled codes, by feature, for features some of whose levels share a code.

    n_ordered : ndarray of shape (n_features,), dtype int64
        Number of codes, counted from the first, that are in the order of the numbers.

    finer : dict of int to ndarray of shape (n_bins, n_classes)
        Class counts of finer bins, by feature, for binned numbers.
    """

    codes: NDArray[np.uint8]
    n_levels: NDArray[np.int64]
    single_levels: dict[int, Codes]
    n_ordered: NDArray[np.int64]
    finer: dict[int, NDArray[np.float64]]


def encode_columns(table: Table, *, n_jobs: int | None = None) -> CodedColumns:
    """Return the codes of every column, with missing values as a separate, last level.

    Every code from 0 to ``n_levels[j] - 1`` occurs in column j.

    Raises
    ------
    ValueError
        If a column holds numbers that are not integers.
    """
    n_features = table.shape[1]
    # Several columns per task, since one takes less time than the dispatch of a task.
    tasks = np.array_split(np.arange(n_features), min(n_features, 4 * n_threads(n_jobs)))

    @delayed  # type: ignore[untyped-decorator]
    def encode(columns: NDArray[np.intp]) -> CodedColumns:
        encoded = [encode_column(table, int(j)) for j in columns]
        n_levels = np.array([codes.n_levels for codes in encoded], np.int64)
        values = np.empty((len(columns), table.shape[0]), _smallest_dtype(int(n_levels.max())))
        for row, codes in zip(values, encoded, strict=True):
            row[:] = codes.values
        return CodedColumns(values, n_levels)

    parts = in_threads(
        map(encode, tasks), work=ENCODE_COST * table.shape[0] * n_features, n_jobs=n_jobs
    )
    dtype = np.result_type(*(part.codes for part in parts))
    values = np.empty((n_features, table.shape[0]), dtype)
    for columns, part in zip(tasks, parts, strict=True):
        values[columns] = part.codes
    return CodedColumns(values, np.concatenate([part.n_levels for part in parts]))


def _smallest_dtype(n_levels: int) -> type[np.integer]:
    return np.uint8 if n_levels <= 2**8 else np.uint16 if n_levels <= 2**16 else np.int32


def row_codes(columns: Sequence[NDArray[np.integer]]) -> NDArray[np.int64]:
    """Return one code per row (n_samples,); equal rows, and only they, have equal codes.

    Codes of several columns are the ranks of the rows in lexicographic order.
    """
    if len(columns) == 1:
        return columns[0].astype(np.int64)
    return np.unique(row_keys(columns), return_inverse=True)[1]


def row_keys(columns: Sequence[NDArray[np.integer]]) -> NDArray[np.int64]:
    """Return one integer per row (n_samples,), in the lexicographic order of the rows."""
    keys = columns[0].astype(np.int64)
    n_states = int(keys.max()) + 1
    for column in columns[1:]:
        n_levels = int(column.max()) + 1
        if n_states * n_levels > STATES_OF_KEY:
            # Ranks are below n, and products below n^2.
            rows, keys = np.unique(keys, return_inverse=True)
            n_states = len(rows)
        keys *= n_levels
        keys += column
        n_states *= n_levels
    return keys


def labelled_codes(table: Table, j: int) -> tuple[Codes, list[str]]:
    """Return the codes of column j and the names of its levels, missing values last."""
    ranks, levels = table.levels(j)
    codes = missing_last(Codes(ranks, len(levels)))
    names = [str(level) for level in levels]
    return codes, names + ["missing"] * (codes.n_levels - len(names))


def feature_codes(
    table: Table,
    target: "ClassTarget",
    keep: RowIndex,
    *,
    binner: Any = None,
    n_jobs: int | None = None,
) -> FeatureCodes:
    """Return the FeatureCodes of all columns, with missing values as a separate level.

    Integers, booleans and categories with few levels are used unchanged. Other columns are binned
    by `binner`, or into equal-frequency bins, which do not use the target.

    Parameters
    ----------
    table : Table

    target : ClassTarget

    keep : slice or ndarray
        Rows that `target` contains.

    binner : transformer or None, default=None
        Its output must be bin numbers, as from ``MutualInfoBinner()`` or
        ``KBinsDiscretizer(encode="ordinal")``.

    n_jobs : int or None, default=None
    """
    n_bins = default_n_bins(target.weights.sum())
    weights = target.weights if target.is_weighted else None
    n = len(target.codes)
    codes = padded_codes(table.shape[1], n)
    n_levels = np.empty(table.shape[1], np.int64)
    single_levels: dict[int, Codes] = {}
    n_ordered = np.zeros(table.shape[1], np.int64)
    finer: dict[int, NDArray[np.float64]] = {}

    integers, is_narrow = table.narrow_integers()
    together = np.flatnonzero(is_narrow & (not target.is_weighted))
    alone = np.setdiff1d(np.arange(table.shape[1]), together)

    @delayed  # type: ignore[untyped-decorator]
    def encode_together(columns: NDArray[np.int64]) -> None:
        assert integers is not None
        codes[columns, :n], n_levels[columns] = _narrow_codes(integers[:, columns][keep])
        n_ordered[columns] = n_levels[columns]

    @delayed  # type: ignore[untyped-decorator]
    def encode(j: int) -> bool:
        """Encode column j; return True instead if the binner has to encode it."""
        numbers = table.numbers(j)[keep] if table.is_numeric(j) else None
        if numbers is None:
            ranks = rank_column(table, j, keep)
        elif holds_integer_levels(table, j, numbers):
            ranks = _rank_present(rank_integer_floats, numbers)
        elif binner is not None:
            return True
        else:
            nested = nested_codes(numbers, n_bins, weights)
            finer[j] = target.sums(nested.finer, nested.n_finer)
            ranks = Codes(nested.codes, nested.n_codes)
        n_ordered[j] = 0 if numbers is None else ranks.n_levels
        column = missing_last(pool_levels(ranks, MAX_LEVELS, weights))
        codes[j, :n], n_levels[j] = column
        if ranks.n_levels >= MAX_LEVELS:
            levels = missing_last(ranks)
            if levels.n_levels > MAX_LEVELS:
                single_levels[j] = levels
        return False

    # Threads write to different rows.
    if len(together):
        runs = np.array_split(together, -(-len(together) * n // CELLS_ENCODED_TOGETHER))
        in_threads(map(encode_together, runs), n_jobs=n_jobs)
    uncut = in_threads(map(encode, alone.tolist()), n_jobs=n_jobs)
    rest = alone[np.array(uncut, bool)]
    if len(rest):
        codes[rest, :n] = _binned(binner, table, rest, target, keep)
        n_levels[rest] = codes[rest].max(axis=1).astype(np.int64) + 1
    return FeatureCodes(codes, n_levels, single_levels, n_ordered, finer)


def padded_codes(n_features: int, n: int) -> NDArray[np.uint8]:
    """Return an array for codes with rows padded to words of 64 samples, for vectorised reads."""
    return np.zeros((n_features, -(-n // WORD) * WORD), np.uint8)


def _narrow_codes(values: NDArray[np.integer]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return codes (n_columns, n) and numbers of levels of integer columns of small range.

    Parameters
    ----------
    values : ndarray of shape (n, n_columns)
        The range of each column is less than `MOST_LEVELS`.
    """
    first = MOST_LEVELS * np.arange(values.shape[1])[:, None]
    place = (values - values.min(axis=0)).astype(np.intp).T + first
    seen = np.bincount(place.ravel(), minlength=first.size * MOST_LEVELS) > 0
    seen = seen.reshape(-1, MOST_LEVELS)
    rank = (np.cumsum(seen, axis=1) - 1).astype(np.uint8)
    return rank.ravel()[place], seen.sum(axis=1)


def encode_column(
    table: Table,
    j: int,
    rows: RowIndex = ALL_ROWS,
    *,
    n_bins: int | None = None,
    weights: NDArray[np.float64] | None = None,
    max_levels: int | None = None,
) -> Codes:
    """Return the levels of column j as consecutive codes, with missing values as the last level.

    Parameters
    ----------
    table : Table

    j : int

    rows : slice or ndarray, default: all
        Rows of the table to encode.

    n_bins : int or None, default=None
        Number of equal-frequency bins for columns of numbers, dates and durations. None: integers
        have a level for each value, other numbers raise an error.

    weights : ndarray of shape (n_samples,) or None, default=None
        Weights of the rows, used for bins and for pooling levels.

    max_levels : int or None, default=None
        Maximum number of levels. If there are more, neighbouring ones share a code; see
        `pool_light`.

    Raises
    ------
    ValueError
        If `n_bins` is None and the column holds numbers that are not integers.
    """
    codes = rank_column(table, j, rows, n_bins=n_bins, weights=weights)
    if max_levels is not None:
        codes = pool_levels(codes, max_levels, weights)
    return missing_last(codes)


def rank_column(
    table: Table,
    j: int,
    rows: RowIndex = ALL_ROWS,
    *,
    n_bins: int | None = None,
    weights: NDArray[np.float64] | None = None,
) -> Codes:
    """Return the codes of `encode_column` before pooling, with missing values as -1."""
    if not table.is_numeric(j):
        codes, levels = table.levels(j)
        return _consecutive(Codes(codes[rows], len(levels)))
    if n_bins is None:
        integers = table.integers(j)
        if integers is not None:
            return rank_integers(integers[rows])
        numbers = table.numbers(j)[rows]
        refuse_fractions(numbers, table.names[j])
        return _rank_present(rank_integer_floats, numbers)
    numbers = table.numbers(j)[rows]
    if holds_integer_levels(table, j, numbers):
        return _rank_present(rank_integer_floats, numbers)
    codes = equal_frequency_codes(numbers, n_bins, weights)
    codes[codes == n_bins] = -1
    return _consecutive(Codes(codes, n_bins))


def holds_integer_levels(table: Table, j: int, numbers: NDArray[np.float64]) -> bool:
    """Return whether the numbers of column j are few distinct integers, which are levels."""
    return table.kind(j) not in ("date", "duration") and holds_levels(numbers)


def rank_levels(values: NDArray[Any]) -> tuple[NDArray[np.integer], NDArray[Any]]:
    """Return the rank of each value among the sorted distinct values, and these.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        None is missing.

    Raises
    ------
    TypeError
        If values cannot be sorted.
    """
    values = native_array(values)
    if values.dtype.kind not in "iu":
        codes, levels = pd.factorize(values, sort=True)
        return codes, np.asarray(levels)
    ranks, n_levels = rank_integers(values)
    levels = np.empty(n_levels, values.dtype)
    levels[ranks] = values
    return ranks, levels


def rank_integers(values: NDArray[np.integer]) -> Codes:
    """Return the rank of each integer among those that occur."""
    codes, n_levels = integer_codes(native_array(values))
    if codes is None:
        levels, codes = np.unique(values, return_inverse=True)
        return Codes(codes, len(levels))
    return Codes(codes, n_levels)


def rank_integer_floats(numbers: NDArray[np.float64]) -> Codes:
    """Return the rank of each integer-valued float among those that occur."""
    if np.all(np.abs(numbers) < 2**62):
        return rank_integers(numbers.astype(np.int64))
    levels, codes = np.unique(numbers, return_inverse=True)
    return Codes(codes, len(levels))


def _rank_present(
    rank: Callable[[NDArray[np.float64]], Codes], numbers: NDArray[np.float64]
) -> Codes:
    """Return codes of numbers, with -1 for NaN."""
    missing = np.isnan(numbers)
    if not missing.any():
        return rank(numbers)
    codes = np.full(len(numbers), -1)
    codes[~missing], n_levels = rank(numbers[~missing])
    return Codes(codes, n_levels)


def _consecutive(codes: Codes) -> Codes:
    """Return consecutive codes of the levels that occur, in the same order; -1 is kept."""
    occurs = np.bincount(codes.values + 1, minlength=codes.n_levels + 1)[1:] > 0
    if occurs.all():
        return codes
    rank = np.append(np.cumsum(occurs) - 1, -1)
    return Codes(rank[codes.values], int(occurs.sum()))


def missing_last(codes: Codes) -> Codes:
    """Return codes with -1 replaced by an additional last level."""
    if codes.values.dtype.kind == "u":  # ranks of integers, which are never missing
        return codes
    missing = codes.values < 0
    if not missing.any():
        return codes
    return Codes(np.where(missing, codes.n_levels, codes.values), codes.n_levels + 1)


def refuse_fractions(numbers: NDArray[np.float64], name: str) -> None:
    """Raise ValueError if a number of a discrete column is not an integer."""
    fraction = numbers[(np.floor(numbers) < numbers) | np.isinf(numbers)]
    if len(fraction):
        raise ValueError(
            f"{one_line(name)} must be discrete, got {fraction[0]!s}, a number that is not whole. "
            "Bin the column first, e.g. with MutualInfoBinner or "
            "KBinsDiscretizer(encode='ordinal')."
        )


def pool_levels(
    codes: Codes, max_levels: int, weights: NDArray[np.float64] | None = None
) -> Codes:
    """Return codes with a limited number of levels, of which missing values (-1) are one."""
    if codes.n_levels < max_levels:
        return codes
    present = codes.values >= 0
    most = max_levels - (not present.all())
    if codes.n_levels <= most:
        return codes
    weights = None if weights is None else weights[present]
    sizes = np.bincount(codes.values[present], weights, codes.n_levels)
    pooled = pool_light(sizes, most)
    return Codes(np.append(pooled, -1)[codes.values], int(pooled.max()) + 1)


def pool_light(sizes: NDArray[Any], most: int) -> NDArray[np.int64]:
    """Return a code for each level, from a limited number of codes, without using y.

    A level of more than the average weight per code has a separate code. The others are grouped,
    in their order, into runs of equal weight. If all light levels shared one code, all of their
    information would be lost. Runs of r levels with unrelated rates preserve 1 / r of it, and more
    if neighbours are related, such as codes of one region or one product line.

    Parameters
    ----------
    sizes : ndarray of shape (n_levels,)
        Positive.

    most : int
    """
    if len(sizes) <= most:
        return np.arange(len(sizes))
    alone = np.zeros(len(sizes), bool)
    share = sizes.sum() / most
    while np.any(heavy := ~alone & (sizes >= share)):
        alone |= heavy
        share = sizes[~alone].sum() / (most - alone.sum())
    light = sizes[~alone]
    middles = np.cumsum(light) - light / 2
    place = np.full(len(sizes), -1)
    place[~alone] = middles // share
    place[alone] = place.max() + 1 + np.arange(alone.sum())
    return place


def _binned(
    binner: Any,
    table: Table,
    columns: NDArray[np.int64],
    target: "ClassTarget",
    keep: RowIndex,
) -> NDArray[np.uint8]:
    """Return the bin numbers of some columns from a binner, (n_columns, n_kept)."""
    # As a data frame, since parameters of the binner may refer to columns by name.
    values = pd.DataFrame({table.names[j]: table.numbers(j)[keep] for j in columns})
    binner = clone(binner).set_params(**_params_of_columns(binner, table, columns))
    weighted = target.is_weighted and has_fit_parameter(binner, "sample_weight")
    weights = {"sample_weight": target.weights} if weighted else {}
    y = target.classes[target.codes]
    binned = binner.fit(values, y, **weights).transform(values)
    if sp.issparse(binned) or np.shape(binned) != values.shape:
        raise ValueError(
            f"binner={short_repr(binner)} must give one column of bin numbers for each column, "
            f"got shape {np.shape(binned)} for {values.shape}. Set its encoding to 'ordinal'."
        )
    binned = np.asarray(binned)
    if not (np.all(binned >= 0) and np.all(binned < MAX_LEVELS) and np.all(binned % 1 == 0)):
        raise ValueError(
            f"binner={short_repr(binner)} must give bin numbers from 0 to {MAX_LEVELS - 1}, got "
            f"values from {binned.min()} to {binned.max()}."
        )
    return binned.T.astype(np.uint8)


def _params_of_columns(
    binner: Any, table: Table, columns: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """Return the dict parameters of a binner, with keys by column, restricted to some columns."""
    names = {int(j): table.names[j] for j in columns}
    params = {}
    for param, given in binner.get_params(deep=False).items():
        if not isinstance(given, dict):
            continue
        try:
            index = feature_indices(given, table.names, param, table.keys)
        except (TypeError, ValueError):
            continue  # not a dict by column, or a wrong name: the binner raises the error
        pairs = zip(index, given.values(), strict=True)
        params[param] = {names[j]: entry for j, entry in pairs if j in names}
    return params
