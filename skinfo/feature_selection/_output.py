"""Selected columns of a dataframe, in the container that is asked for."""

import narwhals.stable.v2 as nw
import numpy as np

from skinfo._counts._table import whole_values


def take_columns(frame, selected, container):
    """Return some columns of a frame as a dataframe, or as an array for ``"default"``.

    Parameters
    ----------
    frame : narwhals DataFrame

    selected : ndarray of int64
        Not empty.

    container : {"default", "pandas", "polars"}
    """
    frame = frame[:, selected.tolist()]
    return CONTAINERS[container](frame)


def as_array(frame):
    """Return a frame as one array, (n_samples, n_columns).

    Columns of numbers keep the dtype that NumPy finds for all of them; missing ones are NaN.
    Others, or columns of several kinds, become objects.
    """
    columns = [_as_column(series) for series in _dense(frame).iter_columns()]
    kinds = {"number" if column.dtype.kind in "biuf" else column.dtype.kind for column in columns}
    if len(kinds) > 1 or not kinds <= {"number", "M", "m"}:
        # An object each: NumPy would make whole numbers of dates.
        columns = [_object_column(column) for column in columns]
    return np.column_stack(columns)


def _as_column(series):
    if series.dtype.is_numeric() or series.dtype == nw.Boolean:
        whole = not series.is_null().any()
        return whole_values(series) if whole else series.cast(nw.Float64).to_numpy()
    if series.dtype in (nw.Categorical, nw.Enum) and not series.implementation.is_pandas_like():
        # pyarrow's to_numpy turns a null of a dictionary array into its last level.
        return series.cast(nw.String).to_numpy()
    return series.to_numpy()


def _object_column(column):
    objects = np.empty(len(column), object)
    objects[:] = list(column)
    return objects


def _dense(frame):
    """Return a pandas frame with its sparse columns made dense; any other as it is."""
    if not frame.implementation.is_pandas():
        return frame
    import pandas as pd

    native = frame.to_native()
    sparse = {k: d.subtype for k, d in native.dtypes.items() if isinstance(d, pd.SparseDtype)}
    return nw.from_native(native.astype(sparse)) if sparse else frame


CONTAINERS = {
    "default": as_array,
    "pandas": lambda frame: frame.to_pandas(),
    "polars": lambda frame: _dense(frame).to_polars(),
}
