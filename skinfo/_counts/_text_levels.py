"""Levels of text columns in data frames, without a Python object for each row."""

from collections.abc import Callable
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2 import Implementation
from numpy.typing import NDArray


class TextLevels(NamedTuple):
    """Text column as codes.

    Attributes
    ----------
    codes : ndarray of shape (n_samples,), dtype integer
        -1 for missing values.

    levels : list of str
        Each occurs in at least one row.
    """

    codes: NDArray[Any]
    levels: list[str]


def text_levels(series: nw.Series[Any]) -> TextLevels | None:
    """Return the levels of a column of text or of text categories, None for other columns."""
    read = TEXT_READERS.get(series.implementation)
    if read is None or series.dtype not in (nw.String, nw.Categorical, nw.Enum):
        return None
    found = read(series.to_native())
    if found is None:
        return None
    codes, levels = found
    counts = np.bincount(codes + 1, minlength=len(levels) + 1)[1:]
    # A dictionary may contain unused, missing and duplicate entries.
    present = [i for i in np.flatnonzero(counts).tolist() if levels[i] is not None]
    distinct = dict.fromkeys(levels[i] for i in present)
    if len(distinct) == len(levels):
        return TextLevels(codes, levels)
    rank = {level: i for i, level in enumerate(distinct)}
    new_codes = np.full(len(levels) + 1, -1)
    new_codes[present] = [rank[levels[i]] for i in present]
    return TextLevels(new_codes[codes], list(distinct))


Dictionary = tuple[NDArray[Any], list[Any]]


def _of_pandas(column: Any) -> Dictionary | None:
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = column.cat.categories.tolist()
        is_text = all(type(level) is str for level in categories)
        return (column.cat.codes.to_numpy(), categories) if is_text else None
    if not isinstance(column.dtype, pd.StringDtype) and str(column.dtype) not in ARROW_TEXT:
        return None
    codes, levels = pd.factorize(column, use_na_sentinel=True)
    return codes, levels.tolist()


ARROW_TEXT = ("string[pyarrow]", "large_string[pyarrow]")


def _of_pyarrow(column: Any) -> Dictionary | None:
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    value_type = column.type.value_type
    if not (pa.types.is_string(value_type) or pa.types.is_large_string(value_type)):
        return None
    if any(chunk.dictionary.null_count for chunk in column.chunks):
        # A dictionary with a missing entry cannot be unified by pyarrow.
        column = column.cast(value_type).dictionary_encode()
    # Chunks may have different dictionaries.
    chunks = column.unify_dictionaries().chunks
    if not chunks:
        return np.empty(0, np.int64), []
    codes = [
        chunk.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
        for chunk in chunks
    ]
    return codes[0] if len(codes) == 1 else np.concatenate(codes), chunks[0].dictionary.to_pylist()


def _of_polars(column: Any) -> Dictionary:
    import polars as pl

    levels = column.drop_nulls().unique(maintain_order=True)
    if column.dtype == pl.String:
        column = column.cast(pl.Enum(levels))
    # Codes of categories; a shared set of categories may contain those of other columns too.
    codes, _ = pd.factorize(column.to_physical().to_numpy(), use_na_sentinel=True)
    return codes, levels.to_list()


def without_dictionary(column: Any) -> Any:
    """Return the decoded values of a pyarrow dictionary array, anything else unchanged.

    NumPy would read the last level instead of a missing value.
    """
    series = nw.from_native(column, series_only=True, pass_through=True)
    if not isinstance(series, nw.Series) or not series.implementation.is_pyarrow():
        return column
    return column.cast(column.type.value_type) if series.dtype == nw.Categorical else column


TEXT_READERS: dict[Implementation, Callable[[Any], Dictionary | None]] = {
    Implementation.PANDAS: _of_pandas,
    Implementation.PYARROW: _of_pyarrow,
    Implementation.POLARS: _of_polars,
}
