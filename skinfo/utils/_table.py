"""Columns of any container, one at a time: numbers with NaN, or levels with None."""

import narwhals.stable.v2 as nw
import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, validate_data

# Above this, float64 no longer tells neighbouring integers apart.
LARGEST_EXACT_INTEGER = 2**53

NUMBER_KINDS = {"boolean", "integer", "floating", "mixed-integer-float", "decimal", "empty"}
DATE_KINDS = {"datetime64", "datetime", "date", "timedelta64", "timedelta"}

# What a column of numbers stands for, by the kind of a NumPy dtype and by pandas' name for the
# content of an object column; anything else is "number".
STANDS_FOR = {
    "b": "boolean",
    "i": "integer",
    "u": "integer",
    "M": "date",
    "m": "duration",
    "boolean": "boolean",
    "integer": "integer",
    "datetime64": "date",
    "datetime": "date",
    "date": "date",
    "timedelta64": "duration",
    "timedelta": "duration",
}


class Table:
    """A validated two-dimensional X whose columns are read when asked for.

    Parameters
    ----------
    data : ndarray or CSC array of shape (n_samples, n_features), or narwhals DataFrame

    names : list of str
        How messages and reports call the columns.
    """

    def __init__(self, data, names):
        self._data = data
        self._is_frame = isinstance(data, nw.DataFrame)
        self._is_sparse = sp.issparse(data)
        # Narwhals makes its list of names anew each time: n columns would take n^2 steps.
        self._keys = data.columns if self._is_frame else None
        self.names = names
        self.shape = data.shape

    def is_numeric(self, j):
        """Say whether column j holds numbers, booleans or dates (by dtype; objects by content)."""
        if not self._is_frame and self._data.dtype != object:
            return self._data.dtype.kind in "biufmM"
        if self._is_frame:
            dtype = self._series(j).dtype
            if dtype.is_numeric() or dtype.is_temporal() or dtype == nw.Boolean:
                return True
            if dtype in (nw.String, nw.Categorical, nw.Enum):
                return False
        return _object_kind(self._objects(j)) in NUMBER_KINDS | DATE_KINDS

    def is_discrete(self, j):
        """Say whether the dtype of column j is integer, boolean or categorical."""
        if not self._is_frame and self._data.dtype != object:
            return self._data.dtype.kind in "biuUS"
        if self._is_frame:
            dtype = self._series(j).dtype
            if dtype.is_integer() or dtype in (nw.Boolean, nw.String, nw.Categorical, nw.Enum):
                return True
            if dtype.is_numeric() or dtype.is_temporal():
                return False
        return _object_kind(self._objects(j)) not in {"floating", "mixed-integer-float", "decimal"}

    def stands_for(self, j):
        """Return "number", "integer", "boolean", "date" or "duration", of a numeric column."""
        if self._is_frame:
            dtype = self._series(j).dtype
            if dtype.is_integer():
                return "integer"
            if dtype == nw.Boolean:
                return "boolean"
            if dtype.is_temporal():
                return "duration" if dtype == nw.Duration else "date"
            if dtype.is_numeric():
                return "number"
        elif self._data.dtype != object:
            return STANDS_FOR.get(self._data.dtype.kind, "number")
        return STANDS_FOR.get(_object_kind(self._objects(j)), "number")

    def take(self, rows):
        """Return a Table of some rows, (n_taken,) int64."""
        return Table(self._data[rows], self.names)

    def numbers(self, j):
        """Return column j as float64 of shape (n_samples,), missing as NaN.

        Raises
        ------
        ValueError
            If the column is text, or holds integers that float64 would change.
        """
        if not self._is_frame and self._data.dtype != object:
            values = self._array_column(j)
        else:
            values = self._frame_numbers(j) if self._is_frame else None
            if values is None:
                values = self._object_numbers(j)
        if values.dtype.kind in "iu":
            self._check_exact(j, values)
        elif values.dtype.kind in "mM":
            values = _dates_to_numbers(values)
        return np.ascontiguousarray(values, dtype=np.float64)

    def bytes(self):
        """Return the array itself if it holds bytes, small codes as they stand; else None."""
        small = isinstance(self._data, np.ndarray) and self._data.dtype in (np.uint8, np.bool_)
        return self._data.view(np.uint8) if small else None

    def integers(self, j):
        """Return column j as integers (n_samples,), None if its dtype is another or it has gaps.

        Unlike `numbers` this is exact for every integer, and copies nothing.
        """
        if self._is_frame:
            series = self._series(j)
            whole = series.dtype.is_integer() or series.dtype == nw.Boolean
            if not whole or series.is_null().any():
                return None
            values = series.to_numpy()
        else:
            values = self._array_column(j)
        if values.dtype.kind == "b":
            return values.view(np.uint8)
        return values if values.dtype.kind in "iu" else None

    def levels(self, j):
        """Return codes (n_samples,) int64, -1 for missing, and the sorted levels of column j."""
        import pandas as pd

        codes, levels = pd.factorize(self._objects(j), use_na_sentinel=True)
        # Sorted, so that the order of rows leaves no trace.
        levels = list(levels)
        order = level_order(levels)
        rank = np.empty(len(levels) + 1, np.int64)
        rank[order] = np.arange(len(levels))
        rank[-1] = -1
        return rank[codes], [levels[i] for i in order]

    def _series(self, j):
        # By name: by position narwhals refuses the integer names pandas allows.
        return self._data.get_column(self._keys[j])

    def _array_column(self, j):
        if not self._is_sparse:
            return self._data[:, j]
        column = np.zeros(self.shape[0], self._data.dtype)
        stored = slice(self._data.indptr[j], self._data.indptr[j + 1])
        column[self._data.indices[stored]] = self._data.data[stored]
        return column

    def _objects(self, j):
        if not self._is_frame:
            return self._array_column(j)
        series = self._series(j)
        if (
            series.dtype in (nw.Categorical, nw.Enum)
            and not series.implementation.is_pandas_like()
        ):
            # pyarrow's to_numpy turns a null of a dictionary array into its last level.
            series = series.cast(nw.String)
        return series.to_numpy()

    def _frame_numbers(self, j):
        series = self._series(j)
        if not (series.dtype.is_numeric() or series.dtype == nw.Boolean):
            return None
        if series.dtype.is_integer() and not series.is_null().any():
            return series.to_numpy()
        if series.dtype.is_integer():
            self._check_exact(j, series.drop_nulls().to_numpy())
        return series.cast(nw.Float64).to_numpy()

    def _object_numbers(self, j):
        import pandas as pd

        values = np.asarray(self._objects(j))
        if values.dtype.kind in "mM":
            return values
        values = values.astype(object)
        missing = pd.isna(values)
        kind = _object_kind(values)
        if kind in DATE_KINDS:
            return pd.to_datetime(pd.Series(values)).to_numpy()
        if kind not in NUMBER_KINDS:
            example = next(v for v in values[~missing] if not _is_number(v))
            raise ValueError(
                f"{self.names[j]} must hold numbers, got {example!r}. Convert it, or have it "
                "treated as categorical (categorical_features)."
            )
        if kind == "integer":
            present = values[~missing]
            large = [v for v in present if abs(v) > LARGEST_EXACT_INTEGER and int(float(v)) != v]
            self._refuse_inexact(j, large)
        numbers = np.full(values.shape, np.nan)
        numbers[~missing] = values[~missing].astype(np.float64)
        return numbers

    def _check_exact(self, j, values):
        if values.size and (
            values.max() > LARGEST_EXACT_INTEGER or values.min() < -LARGEST_EXACT_INTEGER
        ):
            as_float = values.astype(np.float64)
            inexact = [
                v for v, f in zip(values.tolist(), as_float.tolist(), strict=True) if v != f
            ]
            self._refuse_inexact(j, inexact)

    def _refuse_inexact(self, j, values):
        if values:
            raise ValueError(
                f"{self.names[j]} holds integers beyond 2**53, such as {int(values[0])}, which "
                "float64 cannot tell from their neighbours. Subtract an offset, or convert an "
                "identifier to strings."
            )


def read_table(estimator, X, *, reset, ensure_min_samples=1, accept_sparse=False):
    """Check X, store or compare its feature names and count, and return a Table.

    Parameters
    ----------
    estimator : estimator
        Whose ``n_features_in_`` and ``feature_names_in_`` are set (`reset`) or compared.

    X : array-like or dataframe of shape (n_samples, n_features)
        Missing and infinite values pass.

    reset : bool

    ensure_min_samples : int, default=1

    accept_sparse : bool, default=False
        Whether X may be a SciPy sparse array; what it does not store is zero.

    Returns
    -------
    table : Table
    """
    if isinstance(X, Table):
        return X
    _check_unique_names(X)
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        _check_frame_shape(estimator, frame.shape, ensure_min_samples)
        return Table(frame, [str(name) for name in frame.columns])
    if not hasattr(X, "dtype") and not hasattr(X, "__array__") and not hasattr(X, "shape"):
        # A list of rows may mix text and numbers, which NumPy would turn into text alone.
        X = _rows_to_array(X)
    array = validate_data(
        estimator,
        X,
        reset=reset,
        accept_sparse="csc" if accept_sparse else False,
        dtype=None,
        ensure_all_finite=False,
        ensure_min_samples=ensure_min_samples,
    )
    if sp.issparse(array) and not array.has_canonical_format:
        array = array.copy()
        array.sum_duplicates()
    return Table(array, [f"x{j}" for j in range(array.shape[1])])


def table_of(X, *, caller, ensure_min_samples=1):
    """Check X as `read_table` does, for a function: nothing is stored.

    Parameters
    ----------
    X : array-like or dataframe of shape (n_samples, n_features)
        Missing and infinite values pass.

    caller : str
        The function's name, for messages.

    ensure_min_samples : int, default=1

    Returns
    -------
    table : Table
    """
    # An estimator that lives for this call.
    passing = type(caller, (BaseEstimator,), {})()
    return read_table(passing, X, reset=True, ensure_min_samples=ensure_min_samples)


def _rows_to_array(X):
    array = check_array(X, dtype=None, ensure_all_finite=False, ensure_min_samples=0)
    return np.asarray(X, dtype=object) if array.dtype.kind in "US" else array


def _check_unique_names(X):
    names = [str(name) for name in getattr(X, "column_names", getattr(X, "columns", ()))]
    if len(set(names)) < len(names):
        repeated = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(
            f"X has duplicate column names: {repeated}. Rename them, so that reports and "
            "feature names are unambiguous."
        )


def _check_frame_shape(estimator, shape, ensure_min_samples):
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


def _object_kind(values):
    import pandas as pd

    return pd.api.types.infer_dtype(values, skipna=True)


def _is_number(value):
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, str)


def _dates_to_numbers(values):
    """Return dates or durations as float64 microseconds, exact from 1684 to 2255; NaT as NaN."""
    unit = "datetime64[us]" if values.dtype.kind == "M" else "timedelta64[us]"
    microseconds = values.astype(unit)
    numbers = microseconds.astype(np.int64).astype(np.float64)
    numbers[np.isnat(microseconds)] = np.nan
    return numbers


def level_order(levels):
    """Return how to sort levels, a list of places; text alone needs no key, which is faster."""
    if all(type(level) is str for level in levels):
        return sorted(range(len(levels)), key=levels.__getitem__)
    return sorted(range(len(levels)), key=lambda i: _level_key(levels[i]))


def _level_key(level):
    """Order levels of one type by value and mixed levels by type name first."""
    return (type(level).__name__, level if isinstance(level, (int, float, str)) else str(level))
