"""Lazy output of `transform` for lazy tables."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.utils.validation import _num_samples

from skinfo._counts._lazy_tables import SqlTable
from skinfo._counts._table import table_of
from skinfo.preprocessing._encoders import BinIndicators, BinNumbers, EncodedValues
from skinfo.preprocessing._sql import case_expressions
from skinfo.utils._text import one_line, short_repr


@dataclass(frozen=True)
class BlockEncoder:
    """Function of a block of rows that returns their output; it is sent to the workers."""

    output: BinNumbers | BinIndicators | EncodedValues

    def __call__(self, block):
        """Return the output (n_samples, n_outputs) of an array or dataframe."""
        if not block.shape[0]:
            # An empty block does not determine the kinds of its columns.
            block = np.empty(block.shape)
        table = table_of(
            block,
            caller="MutualInfoBinner",
            ensure_min_samples=0,
            accept_sparse=True,
            switch="categorical_features",
        )
        return self.output.encode(table)


@dataclass(frozen=True)
class BlockDecoder:
    """Function of a block of outputs that returns typical values; it is sent to the workers."""

    output: BinNumbers | BinIndicators | EncodedValues
    bins: list

    def __call__(self, block):
        """Return the values (n_samples, n_features): float64 if all are numbers, else objects."""
        values = [bins.representatives() for bins in self.bins]
        dtype = np.float64 if all(each.dtype != object for each in values) else object
        decoded = np.empty((_num_samples(block), len(values)), dtype)
        if not len(decoded):
            return decoded
        for j, column in enumerate(self.output.codes(block).T):
            n_bins = self.bins[j].n_bins
            wrong = ~((column >= 0) & (column < n_bins) & (column % 1 == 0))
            if wrong.any():
                raise ValueError(
                    f"X must hold bin numbers, got {column[np.argmax(wrong)]} in column {j}, "
                    f"which has the bins 0 to {n_bins - 1}."
                )
            decoded[:, j] = values[j][column.astype(np.int64)]
        return decoded


def transformed_lazily(table, features, output, encoders, names):
    """Return a lazy table with the output of every column.

    Parameters
    ----------
    table : LazyTable

    features : list of int
        Columns of the table.

    output : BinNumbers, BinIndicators or EncodedValues

    encoders : list of ColumnEncoder

    names : sequence of str
        Names of the output columns.
    """
    if isinstance(table, SqlTable):
        return table.project(_expressions(table, features, encoders, output.dtype, names))
    examples = {name: np.zeros(1, output.dtype) for name in names}
    return table.map_rows(BlockEncoder(output), features, examples)


def restored_lazily(table, output, bins, names):
    """Return a lazy table with a typical value for each bin.

    Parameters
    ----------
    table : LazyTable

    output : BinNumbers, BinIndicators or EncodedValues

    bins : list of NumericBins or CategoryBins

    names : list of str
        Names of the columns.
    """
    if isinstance(table, SqlTable):
        raise TypeError(
            f"inverse_transform has no SQL for a {type(table.table).__name__}. Pass it as polars, "
            "Arrow or pandas."
        )
    examples = {
        name: each.representatives().tolist() for name, each in zip(names, bins, strict=True)
    }
    return table.map_rows(BlockDecoder(output, bins), range(len(table.keys)), examples)


def _expressions(table, features, encoders, dtype, names):
    """Return an expression of SQL for each output column, of the type of the dtype."""
    columns = table.columns()
    type_ = table.output_types[np.dtype(dtype).name]
    names = iter(names)
    expressions = []
    for j, encoder in zip(features, encoders, strict=True):
        for case in _cases(table, table.keys[j], columns[j], encoder, dtype):
            expressions.append(f"CAST({case} AS {type_}) AS {table.identifier(next(names))}")
    return expressions


def _cases(table, name, column, encoder, dtype):
    """Return a CASE expression for each output of a column, by the type of the column."""
    pieces = encoder.pieces
    value = column.value.format(table.identifier(name))
    if pieces.is_categorical:
        _refuse_other_type(pieces, name, column)
    elif column.kind == "level":
        raise ValueError(
            f"{one_line(name)} must hold numbers, got a column of type {one_line(column.type_)}. "
            "Convert it."
        )
    elif column.kind == "boolean" != pieces.kind:
        pieces, value = replace(pieces, kind="integer"), f"CAST({value} AS INTEGER)"
    elif column.kind:
        # Dates and durations are in microseconds, as in memory.
        kind = column.kind if column.kind in ("number", "boolean") else "integer"
        pieces = replace(pieces, kind=kind)
    return case_expressions(pieces, name, encoder.values.astype(dtype), table.dialect, value)


def _refuse_other_type(pieces, name, column):
    """Raise if text has become numbers, or numbers text, because an engine might convert them."""
    if not pieces.levels or not column.kind:
        return
    were_text = isinstance(pieces.levels[0], str)
    if were_text != (column.kind == "level"):
        level = pieces.levels[0]
        raise ValueError(
            f"{one_line(name)} held levels such as {short_repr(level)} of type "
            f"{type(level).__name__} in fit, and is now of type {one_line(column.type_)}. Convert "
            "it to what it was."
        )
