"""Types of columns that only data frames have, by container.

Each is a generator of values and a function that makes the column of the frame from them.
"""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
from optional import polars as pl
from optional import pyarrow as pa

from fuzz.columns import FLOATS, INTS, TEXTS, WORDS, days, seconds

few, zero_one, number = INTS["few"], INTS["0 or 1"], FLOATS["few"]
text, text_or_none, with_nan = TEXTS["few"], TEXTS["none"], FLOATS["nan"]


def without_two(values, convert):
    """Return the values with None for 2."""
    return [None if value == 2 else convert(value) for value in values]


def masked(values, dtype):
    out = pd.array(values.astype(bool) if dtype == "boolean" else values, dtype=dtype)
    out[values == 2] = pd.NA
    return out


def pandas_arrow(array):
    return pd.arrays.ArrowExtensionArray(pa.chunked_array([array]))


def quarters(values):
    return [decimal.Decimal(int(value)) / 4 for value in values]


PANDAS_TYPES = {
    "Int64": (few, lambda v: pd.array(v, dtype="Int64")),
    "UInt8": (few, lambda v: pd.array(v, dtype="UInt8")),
    "Float64": (number, lambda v: pd.array(v, dtype="Float64")),
    "boolean": (zero_one, lambda v: pd.array(v.astype(bool), dtype="boolean")),
    "Int64 masked": (few, lambda v: masked(v, "Int64")),
    "Float32 masked": (with_nan, lambda v: masked(v, "Float32")),
    "boolean masked": (few, lambda v: masked(v, "boolean")),
    "string": (text, lambda v: pd.array(v, dtype="string")),
    "str": (text, lambda v: pd.Series(v, dtype="str")),
    "category": (text_or_none, pd.Categorical),
    "category of integers": (few, pd.Categorical),
    "category of floats": (number, pd.Categorical),
    "category, unused": (text, lambda v: pd.Categorical(v, ["z", "c", "b", "a", "unused"])),
    "category, ordered": (TEXTS["words"], lambda v: pd.Categorical(v, WORDS[::-1], ordered=True)),
    "category of intervals": (few, lambda v: pd.cut(v, [-1, 0, 1, 5])),
    "time zone": (days, lambda v: pd.Series(v.astype("M8[us]")).dt.tz_localize("Europe/Berlin")),
    "period": (few, lambda v: pd.PeriodIndex.from_ordinals(v.astype(int), freq="M")),
    "interval": (few, lambda v: pd.arrays.IntervalArray.from_arrays(v.astype(float), v + 1.0)),
    "sparse": (number, pd.arrays.SparseArray),
    "sparse integers": (few, pd.arrays.SparseArray),
}

PANDAS_ARROW_TYPES = {
    "arrow integer": (few, lambda v: pd.Series(v, dtype=pd.ArrowDtype(pa.int64()))),
    "arrow text": (text_or_none, lambda v: pd.Series(v, dtype=pd.ArrowDtype(pa.string()))),
    "arrow decimal": (few, lambda v: pandas_arrow(pa.array(quarters(v), pa.decimal128(10, 2)))),
    "arrow date": (days, lambda v: pandas_arrow(pa.array(v.tolist(), pa.date32()))),
    "arrow time": (days, lambda v: pandas_arrow(pa.array(v.astype("M8[us]")))),
    "arrow duration": (seconds, lambda v: pandas_arrow(pa.array(v.astype("m8[us]")))),
    "arrow dictionary": (
        text_or_none,
        lambda v: pandas_arrow(pa.array(list(v), pa.string()).dictionary_encode()),
    ),
    "arrow list": (
        few,
        lambda v: pandas_arrow(pa.array([[int(x)] for x in v], pa.list_(pa.int64()))),
    ),
    "arrow boolean": (zero_one, lambda v: pandas_arrow(pa.array(v.astype(bool)))),
    "arrow null": (few, lambda v: pandas_arrow(pa.nulls(len(v)))),
}
if pa:
    PANDAS_TYPES |= PANDAS_ARROW_TYPES

POLARS_TYPES = {
    "Enum": (text, lambda v: pl.Series(list(v), dtype=pl.Enum(["z", "c", "b", "a"]))),
    "Categorical": (text_or_none, lambda v: pl.Series(list(v), dtype=pl.Categorical)),
    "List": (few, lambda v: pl.Series([[int(x)] for x in v], dtype=pl.List(pl.Int64))),
    "Array": (few, lambda v: pl.Series([[int(x), 1] for x in v], dtype=pl.Array(pl.Int64, 2))),
    "Struct": (
        few,
        lambda v: pl.Series([{"a": int(x)} for x in v], dtype=pl.Struct({"a": pl.Int64})),
    ),
    "Date": (days, lambda v: pl.Series(v.tolist(), dtype=pl.Date)),
    "Time": (few, lambda v: pl.Series([dt.time(int(x)) for x in v], dtype=pl.Time)),
    "time zone": (days, lambda v: pl.Series(v.astype("M8[us]")).dt.replace_time_zone("UTC")),
    "Duration": (seconds, lambda v: pl.Series(v.astype("m8[us]"))),
    "Decimal": (few, lambda v: pl.Series(quarters(v), dtype=pl.Decimal(20, 3))),
    "Null": (few, lambda v: pl.Series([None] * len(v), dtype=pl.Null)),
    "Binary": (few, lambda v: pl.Series([b"x" * int(x) for x in v], dtype=pl.Binary)),
    "UInt64": (few, lambda v: pl.Series(v, dtype=pl.UInt64)),
    "large UInt64": (few, lambda v: pl.Series([2**63 + 5 + int(x) for x in v], dtype=pl.UInt64)),
    "Int128": (few, lambda v: pl.Series([int(x) for x in v], dtype=pl.Int128)),
    "large Int128": (few, lambda v: pl.Series([10**30 + int(x) for x in v], dtype=pl.Int128)),
    "Object": (few, lambda v: pl.Series([object if x else int for x in v], dtype=pl.Object)),
    "Float32": (with_nan, lambda v: pl.Series(v, dtype=pl.Float32)),
    "Int64 with nulls": (few, lambda v: pl.Series(without_two(v, int), dtype=pl.Int64)),
    "Float64 with nulls": (
        number,
        lambda v: pl.Series(without_two(v, float), dtype=pl.Float64),
    ),
    "Boolean with nulls": (
        few,
        lambda v: pl.Series(without_two(v, bool), dtype=pl.Boolean),
    ),
    "String with nulls": (text_or_none, lambda v: pl.Series(list(v), dtype=pl.String)),
}

ARROW_TYPES = {
    "dictionary": (text_or_none, lambda v: pa.array(list(v), pa.string()).dictionary_encode()),
    "dictionary of integers": (few, lambda v: pa.array(v).dictionary_encode()),
    "dictionary with null": (
        few,
        lambda v: pa.DictionaryArray.from_arrays(
            pa.array(v, pa.int8()), pa.array(["a", "b", None, "c"], pa.string())
        ),
    ),
    "null": (few, lambda v: pa.nulls(len(v))),
    "in chunks": (
        with_nan,
        lambda v: pa.chunked_array(
            [pa.array(v[: len(v) // 2]), pa.array(v[len(v) // 2 :]), pa.array(v[:0])]
        ),
    ),
    "decimal": (few, lambda v: pa.array(quarters(v), pa.decimal128(20, 3))),
    "decimal of 256 bits": (few, lambda v: pa.array(quarters(v), pa.decimal256(50, 3))),
    "date": (days, lambda v: pa.array(v.tolist(), pa.date32())),
    "list": (few, lambda v: pa.array([[int(x)] for x in v], pa.list_(pa.int64()))),
    "large string": (text_or_none, lambda v: pa.array(list(v), pa.large_string())),
    "string view": (text, lambda v: pa.array(list(v), pa.string_view())),
    "half": (number, lambda v: pa.array(v.astype(np.float16))),
    "time zone": (days, lambda v: pa.array(v.astype("M8[us]")).cast(pa.timestamp("us", tz="UTC"))),
    "duration": (seconds, lambda v: pa.array(v.astype("m8[us]"))),
    "boolean with nulls": (few, lambda v: pa.array(without_two(v, bool), pa.bool_())),
    "integers with nulls": (few, lambda v: pa.array(without_two(v, int), pa.int64())),
    "binary": (few, lambda v: pa.array([b"x" * int(x) for x in v], pa.binary())),
    "time": (few, lambda v: pa.array([dt.time(int(x)) for x in v], pa.time64("us"))),
}


def to_microseconds(values):
    """Return the values in a unit that Polars and Arrow have."""
    return values.astype(f"{values.dtype.kind}8[us]") if values.dtype.kind in "mM" else values


def pandas_series(column):
    if column.dtype is not None:
        return pd.Series(PANDAS_TYPES[column.dtype][1](column.values))
    # Texts that have no encoding are objects.
    lone = any(isinstance(value, str) and value == "\ud800" for value in column.values.tolist())
    return pd.Series(column.values, dtype=object if lone else None)


def pandas_frame(columns, names, n_rows):
    series = [pandas_series(column) for column in columns]
    if not series:
        return pd.DataFrame(index=range(n_rows))
    frame = pd.concat([one.rename(None).reset_index(drop=True) for one in series], axis=1)
    several_rows = all(isinstance(name, tuple) for name in names)
    frame.columns = pd.MultiIndex.from_tuples(names) if several_rows else names
    return frame


def polars_column(column):
    if column.dtype is not None:
        return POLARS_TYPES[column.dtype][1](column.values)
    if column.values.dtype == object:
        return pl.Series(list(column.values), dtype=pl.String)
    return pl.Series(to_microseconds(column.values))


def polars_frame(columns, names, n_rows):
    if len(set(map(str, names))) < len(names):  # which Polars does not allow
        names = range(len(names))
    return pl.DataFrame(
        [
            polars_column(column).alias(str(name))
            for column, name in zip(columns, names, strict=True)
        ]
    )


def arrow_column(column):
    if column.dtype is not None:
        return ARROW_TYPES[column.dtype][1](column.values)
    if column.values.dtype == object:
        return pa.array(list(column.values), pa.string())
    return pa.array(to_microseconds(column.values))


def arrow_frame(columns, names, n_rows):
    return pa.table(
        [arrow_column(column) for column in columns], names=[str(name) for name in names]
    )


# Container: its own types, and what makes a frame.
FRAMES = {"pandas": (PANDAS_TYPES, pandas_frame)}
if pl:
    FRAMES["polars"] = (POLARS_TYPES, polars_frame)
if pa:
    FRAMES["arrow"] = (ARROW_TYPES, arrow_frame)
