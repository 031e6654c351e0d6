"""Access to the columns of any container: numbers with NaN, or levels with None."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, validate_data

from skinfo._counts._kinds import (
    MOST_LEVELS,
    NUMERIC_KINDS,
    holds_levels,
    kind_of,
    kinds_among,
    native_array,
    numbers_of,
    refuse_unsupported,
    unmasked,
)
from skinfo._counts._text_levels import text_levels
from skinfo.utils._text import LONGEST_CAUSE, one_line, short_repr

# Half of the limit up to which float64 distinguishes integers.
LARGEST_EXACT = 2.0**52

# Kernels use 32-bit row indices for a table in memory.
MOST_ROWS = 2**31 - 1

# Short columns of a frame are read together, in blocks of this many cells (1 MB).
CELLS_READ_TOGETHER = 2**17


class Table:
    """Validated two-dimensional X whose columns are read on demand.

    Parameters
    ----------
    data : ndarray or CSC array of shape (n_samples, n), or narwhals DataFrame

    names : list of str of shape (n_features,)
        Names of the columns in messages and reports.

    switch : str or None, default=None
        Name of the parameter for categorical columns, for messages.

    columns : ndarray of shape (n_features,), dtype int64, or None, default=None
        Indices of the columns of `data` that belong to the table, None for all.

    Attributes
    ----------
    shape : tuple of int
        (n_samples, n_features)

    is_sparse : bool
        Whether data are sparse; values that are not stored are zero.
    """

    def __init__(
        self,
        data: Any,
        names: list[str],
        switch: str | None = None,
        columns: NDArray[np.int64] | None = None,
    ) -> None:
        if data.shape[0] > MOST_ROWS:
            raise ValueError(
                f"X has {data.shape[0]} rows, and a table in memory may have {MOST_ROWS}. Pass it "
                "in parts, as a list of frames or files, or equal rows once with their number as "
                "sample_weight."
            )
        self._data: Any = native_array(data) if isinstance(data, np.ndarray) else data
        self._switch = switch
        self._columns = columns
        self._kinds: dict[int, str] = {}
        self._is_frame = isinstance(data, nw.DataFrame)
        self.is_sparse = sp.issparse(data)
        # Narwhals creates the list of names on each access: n columns would take n^2 steps.
        self._keys: Any = data.columns if self._is_frame else None
        self.names = names
        self.shape = (data.shape[0], len(names))

    def kind(self, j: int) -> str:
        """Return the kind of column j, one of ``KINDS`` but "unsupported".

        Raises
        ------
        ValueError
            If it contains lists, complex numbers or other unsupported types.
        """
        if j not in self._kinds:
            self._kinds[j] = self._kind(j)
        return self._kinds[j]

    def is_numeric(self, j: int) -> bool:
        """Return whether column j holds numbers, booleans, dates or durations."""
        return self.kind(j) != "level"

    def is_discrete(self, j: int) -> bool:
        """Return whether column j holds levels: text, booleans, or few distinct integers.

        A sparse column is discrete, since it consists mostly of one value.
        """
        if self.is_sparse:
            return True
        kind = self.kind(j)
        if kind in ("integer", "number"):
            if self._ranges is not None and self._ranges[j] < MOST_LEVELS:
                return True
            if self._is_plain("f"):
                # Without conversion: the first values identify most columns as numbers.
                return holds_levels(self._array_column(j))
            integers = self.integers(j)
            return holds_levels(self.numbers(j) if integers is None else integers)
        return kind in ("boolean", "level")

    @cached_property
    def _ranges(self) -> NDArray[Any] | None:
        """Largest minus smallest integer of each column, None for other columns.

        An array is read once, in memory order: reading by column takes ten times as long.
        """
        if not self._is_plain("iu") or not self.shape[0] or self._columns is not None:
            return None
        ranges = self._data.max(axis=0) - self._data.min(axis=0)
        # As unsigned integers, differences that overflowed have the correct value.
        return ranges.view(f"u{ranges.itemsize}")

    def narrow_integers(self) -> tuple[NDArray[Any] | None, NDArray[np.bool_]]:
        """Return an array of integers, and which of its columns have a small range.

        Returns
        -------
        values : ndarray of shape (n_samples, n_features) or None
            The array itself; None if the data are not an array of integers.

        is_narrow : ndarray of shape (n_features,), dtype bool
        """
        if self._ranges is None:
            return None, np.zeros(self.shape[1], bool)
        # Integers that float64 would change are rejected when columns are read one by one.
        exact = np.abs(self._data[0].astype(np.float64)) < LARGEST_EXACT
        return self._data, exact & (self._ranges < MOST_LEVELS)

    def _is_plain(self, kinds: str) -> bool:
        return isinstance(self._data, np.ndarray) and self._data.dtype.kind in kinds

    @property
    def frame(self) -> Any:
        """The columns as a narwhals DataFrame, None for an array."""
        return self._data if self._is_frame else None

    @property
    def keys(self) -> list[Any]:
        """Names of the columns in the frame itself, text or integers; for an array, `names`."""
        if self._keys is None:
            return self.names
        return self._keys if self._columns is None else [self._keys[j] for j in self._columns]

    def kind_of_numbers(self, j: int) -> str:
        """Return the kind of the numbers of column j; for categories, that of the levels."""
        kind = self.kind(j)
        return kind_of(np.asarray(self._objects(j))) if kind == "level" else kind

    def kinds_in_chunk(self, j: int, as_numbers: bool = False) -> set[str]:
        """Return the kind of column j of a chunk as a set, empty for a chunk without rows.

        The kind of a column without values is "missing", which is compatible with text in other
        chunks. That of an object column without values is "nothing", which is compatible with
        numbers in other chunks too.
        """
        if self.shape[0] == 0:
            return set()
        if self._is_frame and _has_no_values(self._series(j)):
            return {"nothing"}
        kind = self.kind_of_numbers(j) if as_numbers else self.kind(j)
        if kind != "number":
            return {kind}
        # The first value usually suffices, so a column is not copied out of an array in C order.
        values = self._array_column(j) if self._is_plain("f") else self.numbers(j)
        is_missing = all(bool(np.isnan(some).all()) for some in (values[:1], values))
        return {"missing"} if is_missing else {kind}

    def take(self, rows: Any) -> "Table":
        """Return a Table of some rows, (n_taken,) int64."""
        if isinstance(self._data, np.ndarray) and self._columns is not None:
            return Table(self._data[np.ix_(rows, self._columns)], self.names, self._switch)
        return Table(self._data[rows], self.names, self._switch, self._columns)

    def select(self, columns: ArrayLike) -> "Table":
        """Return a Table of some columns, (n_selected,) int64. No value is copied."""
        chosen = np.asarray(columns)
        names = [self.names[j] for j in chosen]
        if self._columns is not None:
            chosen = self._columns[chosen]
        return Table(self._data, names, self._switch, chosen)

    def rename(self, names: list[str]) -> "Table":
        """Return the Table with other column names in messages and reports."""
        return Table(self._data, names, self._switch, self._columns)

    def _index(self, j: int) -> int:
        return j if self._columns is None else self._columns[j]

    def numbers(self, j: int) -> NDArray[np.float64]:
        """Return column j as read-only float64 of shape (n_samples,), missing as NaN.

        Floats of an array or frame whose columns are contiguous are not copied.

        Raises
        ------
        ValueError
            If the column is text, or holds integers that float64 would change.
        """
        self.kind(j)
        values = self._frame_numbers(j) if self._is_frame else None
        if values is None:
            values = self._objects(j)
        # Not by dtype: categories may be numbers.
        if kind_of(values) == "level":
            self._refuse_levels(j, values)
            # A text column without values is compatible with numbers in other chunks.
            values = np.full(len(values), np.nan)
        if values.dtype != np.float64:
            values = numbers_of(values, self.names[j])
        numbers = native_array(np.ascontiguousarray(values)).view()
        # They may be a view of the user's data.
        numbers.flags.writeable = False
        return numbers

    def bytes(self) -> NDArray[np.uint8] | None:
        """Return the array itself if it is uint8, which can be used as codes; otherwise None."""
        is_whole = isinstance(self._data, np.ndarray) and self._columns is None
        small = is_whole and self._data.dtype in (np.uint8, np.bool_)
        return self._data.view(np.uint8) if small else None

    def integers(self, j: int) -> NDArray[Any] | None:
        """Return column j as integers (n_samples,), None for another dtype or missing values.

        Unlike `numbers` this is exact for every integer, and copies nothing.
        """
        plain = self._plain_column(j)
        if plain is not None:
            values = plain
        elif self._is_frame:
            series = self._series(j)
            whole = series.dtype.is_integer() or series.dtype == nw.Boolean
            if not whole or series.is_null().any():
                return None
            values = native_array(whole_values(series))
        else:
            values = self._array_column(j)
        if values.dtype.kind == "b":
            return values.view(np.uint8)
        return values if values.dtype.kind in "iu" else None

    def levels(self, j: int) -> tuple[NDArray[np.int64], list[Any]]:
        """Return codes (n_samples,) int64, -1 for missing, and the sorted levels of column j."""
        self.kind(j)
        text = text_levels(self._series(j)) if self._is_frame else None
        codes, levels = self._factorized(j) if text is None else text
        # Sorted, so that results do not depend on the order of rows.
        order = level_order(levels)
        rank = np.empty(len(levels) + 1, np.int64)
        rank[order] = np.arange(len(levels))
        rank[-1] = -1
        return rank[codes], [levels[i] for i in order]

    def ordered_categories(self, j: int) -> tuple[Any, ...] | None:
        """Return the categories of column j in order, None if its dtype has no order.

        Ordered dtypes are an ordered Categorical of pandas and an Enum of polars.
        """
        dtype = self._series(j).dtype if self._is_frame else None
        return tuple(dtype.categories) if isinstance(dtype, nw.Enum) else None

    def _factorized(self, j: int) -> tuple[NDArray[np.int64], list[Any]]:
        """Return codes, -1 for missing, and the levels of column j, distinguished as objects."""
        import pandas as pd

        values = self._objects(j)
        try:
            codes, levels = pd.factorize(values, use_na_sentinel=True)
        except TypeError as error:
            raise ValueError(
                f"{one_line(self.names[j])} holds values that cannot be compared "
                f"({one_line(error, LONGEST_CAUSE)}). Make text of them."
            ) from error
        # Text is str for every container: strings of NumPy and polars would be np.str_.
        levels = [str(level) for level in levels] if values.dtype.kind == "U" else list(levels)
        has_numbers = values.dtype == object and kinds_among(objects_of(levels)) & NUMERIC_KINDS
        if has_numbers and len(kinds_among(values) & NUMERIC_KINDS) > 1:
            # 1, 1.0 and True are one level, with the same name whichever of them occurred first.
            levels = [plain_level(level) for level in levels]
        return codes, levels

    def _series(self, j: int) -> Any:
        index = self._index(j)
        if index < 0:
            raise ValueError(
                f"X has no column {short_repr(self.names[j])} here, and had it elsewhere."
            )
        # By name: by position narwhals rejects integer names, which pandas allows.
        return self._data.get_column(self._keys[index])

    @cached_property
    def _plain(self) -> "PlainColumns | None":
        """Columns of a pandas frame that are read together, None if each is read separately."""
        is_pandas = self._is_frame and self._data.implementation.is_pandas()
        return PlainColumns.of(self._data.to_native()) if is_pandas else None

    def _plain_column(self, j: int) -> NDArray[Any] | None:
        return None if self._plain is None else self._plain.column(self._index(j))

    def _array_column(self, j: int) -> NDArray[Any]:
        j = self._index(j)
        if not self.is_sparse:
            return self._data[:, j]
        column = np.zeros(self.shape[0], self._data.dtype)
        stored = slice(self._data.indptr[j], self._data.indptr[j + 1])
        column[self._data.indices[stored]] = self._data.data[stored]
        return column

    def _kind(self, j: int) -> str:
        plain = None if self._plain is None else self._plain.kind(self._index(j))
        if plain is not None:
            return plain
        kind = kind_of_dtype(self._series(j).dtype) if self._is_frame else None
        if kind is None:
            values = self._objects(j)
            kind = kind_of(values)
        if kind == "unsupported":
            refuse_unsupported(
                _as_objects(self._series(j)) if self._is_frame else values, self.names[j]
            )
        return kind

    def _objects(self, j: int) -> NDArray[Any]:
        if not self._is_frame:
            return self._array_column(j)
        plain = self._plain_column(j)
        if plain is not None:
            return plain
        series = self._series(j)
        if series.dtype in (nw.Int128, nw.UInt128):
            return _as_objects(series)
        if (
            series.dtype in (nw.Categorical, nw.Enum)
            and not series.implementation.is_pandas_like()
        ):
            # pyarrow's to_numpy converts a null of a dictionary array to its last level.
            series = series.cast(nw.String)
        try:
            return series.to_numpy()
        except NotImplementedError:  # pandas does not convert string views of pyarrow
            return _as_objects(series)

    def _frame_numbers(self, j: int) -> NDArray[Any] | None:
        """Return column j if narwhals converts it to numbers, None if objects have to be read."""
        plain = self._plain_column(j)
        if plain is not None:
            return plain
        series = self._series(j)
        dtype = series.dtype
        if dtype in (nw.Int128, nw.UInt128) or not (dtype.is_numeric() or dtype == nw.Boolean):
            return None
        if dtype.is_integer() and not series.is_null().any():
            return series.to_numpy()
        if dtype.is_integer():
            # Raises the error if float64 would change an integer.
            numbers_of(series.drop_nulls().to_numpy(), self.names[j])
        # A cast of float64 to float64 would take most of the time.
        return (series if dtype == nw.Float64 else series.cast(nw.Float64)).to_numpy()

    def _refuse_levels(self, j: int, values: NDArray[Any]) -> None:
        """Raise ValueError for a column of levels with a non-missing value."""
        present = (v for v in np.asarray(values, object) if not _is_missing_or_number(v))
        example = next(present, None)
        if example is None:
            return
        remedy = f", or treat the column as levels ({self._switch})" if self._switch else ""
        raise ValueError(
            f"{one_line(self.names[j])} must hold numbers, got {short_repr(example)}. Convert "
            f"it{remedy}."
        )


# Kinds of columns, by the kind of a NumPy dtype.
KINDS_OF_PLAIN = {"f": "number", "i": "integer", "u": "integer", "b": "boolean"}


class PlainColumns:
    """Columns of a pandas frame with numeric NumPy dtypes; short columns are read in blocks.

    Extracting one column of a frame takes as long as searching a column of 50 samples.

    Parameters
    ----------
    frame : pandas.DataFrame

    dtypes : list of length n_columns

    Attributes
    ----------
    is_plain : ndarray of shape (n_columns,), dtype bool
    """

    def __init__(self, frame: Any, dtypes: list[Any]) -> None:
        self._frame = frame
        self.dtypes = dtypes
        self.is_plain = np.array(
            [isinstance(t, np.dtype) and t.kind in KINDS_OF_PLAIN for t in dtypes], bool
        )
        self._width = CELLS_READ_TOGETHER // max(len(frame), 1)
        # The columns of each dtype that were read last, and their values, as one tuple, so that
        # the update is atomic for threads.
        self._read: dict[Any, tuple[dict[int, int], Any]] = {}

    @classmethod
    def of(cls, frame: Any) -> "PlainColumns | None":
        """Return the columns of a frame, None if they are too long to be read together."""
        is_short = 2 * len(frame) <= CELLS_READ_TOGETHER
        return cls(frame, list(frame.dtypes)) if is_short else None

    def kind(self, j: int) -> str | None:
        """Return the kind of column j, None if it is not plain, or absent (-1)."""
        return KINDS_OF_PLAIN[self.dtypes[j].kind] if j >= 0 and self.is_plain[j] else None

    def column(self, j: int) -> NDArray[Any] | None:
        """Return column j, (n_samples,), None if it is not plain, or absent (-1)."""
        if j < 0 or not self.is_plain[j]:
            return None
        dtype = self.dtypes[j]
        places, values = self._read.get(dtype, ({}, None))
        if j not in places:
            start = j - j % self._width
            near = range(start, min(start + self._width, len(self.dtypes)))
            together = [i for i in near if self.dtypes[i] == dtype]
            places = {i: place for place, i in enumerate(together)}
            values = np.ascontiguousarray(self._frame.iloc[:, together].to_numpy().T)
            self._read[dtype] = (places, values)
        column: NDArray[Any] = values[places[j]]
        return column


def whole_values(series: Any) -> NDArray[Any]:
    """Return integers without missing values as an array, of objects if they exceed 64 bits."""
    if series.dtype not in (nw.Int128, nw.UInt128):
        return series.to_numpy()
    values = _as_objects(series)
    fits = all(-(2**63) <= value < 2**63 for value in values)
    return values.astype(np.int64) if fits else values


def numeric_columns(X: Any, advice: str) -> Any:
    """Return X unchanged, after a check that all columns of a dataframe are numeric.

    Parameters
    ----------
    X : array-like or dataframe
        Integers of 128 bits, which NumPy does not support, and numbers in object columns are
        returned as float64.

    advice : str
        Advice for other columns, at the end of the message.

    Raises
    ------
    TypeError
        If it is a lazy frame.
    ValueError
        If a column holds text, dates or other values that are not numbers; with its name.
    """
    refuse_lazy(X)
    check_unique_names(X)
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        return X
    table = Table(frame, [str(name) for name in frame.columns], None)
    for j, name in enumerate(table.names):
        if table.kind(j) not in NUMERIC_KINDS:
            raise ValueError(
                f"{one_line(name)} must hold numbers, got a column of kind "
                f"{short_repr(table.kind(j))}. {advice}"
            )
    odd = (nw.Int128, nw.UInt128, nw.Object, nw.Unknown)
    numbers = {
        j: table.numbers(j)
        for j, name in enumerate(frame.columns)
        if frame.get_column(name).dtype in odd
    }
    if numbers and frame.implementation.is_pandas():
        X = X.copy(deep=False)
        for j, values in numbers.items():
            X.isetitem(j, values)
    elif numbers:
        backend = frame.implementation
        columns = (
            nw.new_series(frame.columns[j], values, nw.Float64, backend=backend)
            for j, values in numbers.items()
        )
        X = frame.with_columns(*columns).to_native()
    return _dense_unless_zeros(X) if frame.implementation.is_pandas() else X


def _dense_unless_zeros(X: Any) -> Any:
    """Return a pandas data frame without sparse columns, unless scikit-learn accepts it.

    scikit-learn accepts it if all columns are sparse with fill value zero.
    """
    import pandas as pd

    is_sparse = [isinstance(dtype, pd.SparseDtype) for dtype in X.dtypes]
    if not any(is_sparse) or all(
        sparse and dtype.fill_value == 0 for sparse, dtype in zip(is_sparse, X.dtypes, strict=True)
    ):
        return X
    dense = {name: np.asarray(X[name]) for name in X.columns}
    return pd.DataFrame(dense, index=X.index)


def read_table(
    estimator: BaseEstimator,
    X: Any,
    *,
    reset: bool,
    ensure_min_samples: int = 1,
    accept_sparse: bool = False,
    switch: str | None = None,
) -> Table:
    """Check X, store or compare its feature names and count, and return a Table.

    Parameters
    ----------
    estimator : estimator
        Its ``n_features_in_`` and ``feature_names_in_`` are set (`reset`) or compared.

    X : array-like or dataframe of shape (n_samples, n_features)
        Missing and infinite values are accepted.

    reset : bool

    ensure_min_samples : int, default=1

    accept_sparse : bool, default=False
        Whether X may be a SciPy sparse array; values that are not stored are zero.

    switch : str or None, default=None
        See `Table`; None is ``categorical_features`` if the estimator has it.

    Returns
    -------
    table : Table
    """
    if isinstance(X, Table):
        return X
    refuse_lazy(X)
    check_unique_names(X)
    X = unmasked(X)
    switch = switch or switch_of(estimator)
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        frame = _without_views(frame)
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        _check_frame_shape(estimator, frame.shape, ensure_min_samples)
        return Table(frame, [str(name) for name in frame.columns], switch)
    array = validate_data(
        estimator,
        as_rows(X),
        reset=reset,
        accept_sparse="csc" if accept_sparse else False,
        dtype=None,
        ensure_all_finite=False,
        ensure_min_samples=ensure_min_samples,
    )
    if sp.issparse(array) and not array.has_canonical_format:
        array = array.copy()
        array.sum_duplicates()
    return Table(array, [f"x{j}" for j in range(array.shape[1])], switch)


def table_of_some_columns(X: Any, keys: list[Any], switch: str | None) -> Table | None:
    """Return a Table of columns `keys` if X has only some of them, otherwise None.

    Absent columns keep their indices, but cannot be read.
    """
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame) or len(frame.columns) >= len(keys):
        return None
    position = {key: j for j, key in enumerate(frame.columns)}
    index = np.array([position.get(key, -1) for key in keys])
    return Table(_without_views(frame), [str(key) for key in keys], switch, index)


def table_of(
    X: Any,
    *,
    caller: str,
    ensure_min_samples: int = 1,
    accept_sparse: bool = False,
    switch: str | None = None,
) -> Table:
    """Check X as `read_table` does, for a function: nothing is stored.

    Parameters
    ----------
    X : array-like or dataframe of shape (n_samples, n_features)
        Missing and infinite values are accepted.

    caller : str
        The function's name, for messages.

    ensure_min_samples : int, default=1

    accept_sparse : bool, default=False

    switch : str or None, default=None
        See `Table`.

    Returns
    -------
    table : Table
    """
    # A temporary estimator that only carries the caller's name.
    passing = type(caller, (BaseEstimator,), {})()
    return read_table(
        passing,
        X,
        reset=True,
        ensure_min_samples=ensure_min_samples,
        accept_sparse=accept_sparse,
        switch=switch,
    )


def as_rows(X: Any) -> Any:
    """Return a list of rows as an array, anything else unchanged.

    Rows may mix text and numbers; NumPy would convert all of them to text.
    """
    if hasattr(X, "dtype") or hasattr(X, "__array__") or hasattr(X, "shape"):
        return X
    with refuse_ragged_lists():
        array = check_array(X, dtype=None, ensure_all_finite=False, ensure_min_samples=0)
    return np.asarray(X, dtype=object) if array.dtype.kind in "US" else array


RAGGED_SAMPLES = (
    "A list of samples must have rows of one length, with no lists or tuples in their cells. Make "
    "a data frame, or an array of dtype object, of them."
)


@contextmanager
def refuse_ragged_lists(message: str = RAGGED_SAMPLES) -> Iterator[None]:
    """Raise an error with this message if NumPy cannot convert lists to an array."""
    try:
        yield
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        raise ValueError(message) from error


def as_columns(x: Any) -> Any:
    """Return x unchanged, or as a table of one column if it is one-dimensional."""
    check_unique_names(x)
    native = nw.from_native(x, eager_only=True, allow_series=True, pass_through=True)
    if isinstance(native, nw.Series):
        return native.alias(str(native.name or "x")).to_frame().to_native()
    if isinstance(native, nw.DataFrame):
        return x
    if isinstance(x, (list, tuple)) and not any(_is_row(row) for row in x):
        # NumPy would convert all elements of a list with text to text.
        return _column_of_objects(x)
    if hasattr(x, "shape") and np.ndim(x) == 1:
        return np.asarray(unmasked(x))[:, None]
    return x


def _is_row(row: Any) -> bool:
    return np.iterable(row) and not isinstance(row, (str, bytes))


def _column_of_objects(values: Any) -> NDArray[Any]:
    column = np.empty((len(values), 1), object)
    column[:, 0] = values
    return column


def switch_of(estimator: BaseEstimator) -> str | None:
    """Return the parameter of an estimator for categorical columns, if it has one."""
    has_it = "categorical_features" in estimator.get_params(deep=False)
    return "categorical_features" if has_it else None


# Methods that load a table that is not in memory; the first one that the type has is used.
READ_WHOLE = ("toPandas", "to_arrow_table", "to_table", "collect", "compute")


def refuse_lazy(X: Any) -> None:
    """Raise TypeError for a path, or a lazy table, such as of polars or Dask."""
    if isinstance(X, (str, os.PathLike)):
        raise TypeError(
            f"X={short_repr(os.fspath(X))} is a path, and its rows are to be in memory here. Pass "
            "what is in the file, such as pandas.read_parquet(X)."
        )
    if not (hasattr(type(X), "columns") or hasattr(type(X), "schema")):
        return
    for method in READ_WHOLE:
        if hasattr(type(X), method):
            raise TypeError(
                f"X is a {type(X).__name__}, whose rows are not computed yet. Pass "
                f"X.{method}() instead."
            )


def _without_views(frame: Any) -> Any:
    """Return a frame without string views, since pyarrow cannot select rows of these."""
    native = frame.to_native()
    if frame.implementation.is_pyarrow():
        types = native.schema.types
    elif frame.implementation.is_pandas():
        types = native.dtypes.tolist()
    else:
        return frame
    views = {type_ for type_ in set(types) if str(type_).startswith("string_view")}
    names = [name for name, type_ in zip(frame.columns, types, strict=True) if type_ in views]
    if not names:
        return frame
    if frame.implementation.is_pyarrow():
        return frame.with_columns(nw.col(names).cast(nw.String))
    native = native.copy(deep=False)
    for name in names:
        native[name] = np.array(native[name].tolist(), dtype=object)
    return nw.from_native(native, eager_only=True)


def check_unique_names(X: Any) -> None:
    names = [str(name) for name in getattr(X, "column_names", getattr(X, "columns", ()))]
    if len(set(names)) < len(names):
        repeated = sorted(name for name, n in Counter(names).items() if n > 1)
        raise ValueError(
            f"X has duplicate column names: {short_repr(repeated)}. Rename them, so that reports "
            "and feature names are unambiguous."
        )


def _check_frame_shape(
    estimator: BaseEstimator, shape: tuple[int, ...], ensure_min_samples: int
) -> None:
    name = type(estimator).__name__
    if shape[0] < ensure_min_samples:
        raise ValueError(
            f"Found array with {shape[0]} sample(s) (shape={shape}) while a minimum of "
            f"{ensure_min_samples} is required by {name}."
        )
    if shape[1] == 0:
        raise ValueError(
            f"Found array with 0 feature(s) (shape={shape}) while a minimum of 1 is required "
            f"by {name}."
        )


def kind_of_dtype(dtype: Any) -> str | None:
    """Return the kind of a narwhals dtype, None if it depends on the values."""
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "number"
    if dtype == nw.Boolean:
        return "boolean"
    if dtype.is_temporal():
        return "duration" if dtype in (nw.Duration, nw.Time) else "date"
    if dtype in (nw.String, nw.Categorical, nw.Enum, nw.Binary):
        return "level"
    return "unsupported" if dtype in (nw.List, nw.Array, nw.Struct) else None


def _has_no_values(series: Any) -> bool:
    """Return whether a column has dtype object and no values; narwhals reads it as text."""
    if not series.implementation.is_pandas_like() or series.to_native().dtype != object:
        return False
    return all(bool(some.is_null().all()) for some in (series.head(1), series))


def _as_objects(series: Any) -> NDArray[Any]:
    """Return a narwhals Series as an array of Python objects."""
    return objects_of(series.to_list())


def _is_missing_or_number(value: Any) -> bool:
    import pandas as pd

    cell = objects_of([value])
    return bool(pd.isna(cell)[0]) or kind_of(cell) in NUMERIC_KINDS


def plain_level(level: Any) -> Any:
    """Return an integer-valued number as an int, anything else unchanged."""
    is_number = kind_of(objects_of([level])) in NUMERIC_KINDS
    return int(level) if is_number and level % 1 == 0 else level


def objects_of(values: Any) -> NDArray[Any]:
    """Return a list as a one-dimensional array of objects, which may be tuples or lists."""
    return np.fromiter(values, object, len(values))


def level_order(levels: list[Any]) -> list[int]:
    """Return the indices that sort levels; levels that are all text are sorted without a key."""
    if all(type(level) is str for level in levels):
        return sorted(range(len(levels)), key=levels.__getitem__)
    return sorted(range(len(levels)), key=lambda i: _level_key(levels[i]))


def _level_key(level: Any) -> tuple[str, Any]:
    """Return a sort key that orders levels by type name first, then by value."""
    if isinstance(level, np.number):  # possible in an array of objects
        level = level.item()
    return (type(level).__name__, level if isinstance(level, (int, float, str)) else str(level))
