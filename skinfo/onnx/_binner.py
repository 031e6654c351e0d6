"""Conversion of `MutualInfoBinner` to ONNX: the piece of each value, and its output values."""

import numpy as np

from skinfo.onnx._graph import (
    ML,
    Graph,
    float_dtype,
    float_type,
    input_columns,
    levels_as_numbers,
)
from skinfo.utils._text import one_line, short_repr


def binner_shapes(operator):
    """Set the type of the output: integers for bin numbers, otherwise floats."""
    from skl2onnx.common.data_types import Int64TensorType

    binner = operator.raw_operator
    n_columns = len(binner.get_feature_names_out())
    is_ordinal = binner._encode == "ordinal"
    operator.outputs[0].type = (
        Int64TensorType([None, n_columns]) if is_ordinal else float_type(operator, n_columns)
    )


def convert_binner(scope, operator, container):
    """Add the nodes of a fitted binner to the graph."""
    graph, binner = Graph(scope, container), operator.raw_operator
    dtype = np.int64 if binner._encode == "ordinal" else float_dtype(operator)
    outputs = [
        _encoded(graph, encoder, column, name, dtype)
        for encoder, column, name in zip(
            binner._column_encoders(), input_columns(operator), binner._names, strict=True
        )
    ]
    graph.node("Concat", *outputs, output=operator.outputs[0].full_name, axis=1)


def _encoded(graph, encoder, column, name, dtype):
    """Return the values of a column (n_samples, n_outputs): those of the piece of each sample."""
    pieces = encoder.pieces
    of_column = _level_pieces if pieces.is_categorical else _interval_pieces
    piece = of_column(graph, pieces, column, name)
    flat = graph.node("Reshape", piece, graph.constant(np.array([-1], np.int64)))
    return graph.node("Gather", graph.constant(encoder.values.astype(dtype)), flat, axis=0)


def _interval_pieces(graph, pieces, column, name):
    """Return the interval or special bin of each sample, (n_samples, 1)."""
    if column.is_text:
        raise ValueError(
            f"{one_line(name)} held numbers in fit, and its input is of strings. Give it the type "
            "DoubleTensorType."
        )
    values = graph.cast(column.take(graph), np.float64)
    # The interval is the number of cuts at or below the value. With NaN as the only cut, all
    # values are in the first interval.
    starts = pieces.starts if len(pieces.cuts) else np.array([np.nan])
    is_beyond = graph.node("GreaterOrEqual", values, graph.constant(starts[None]))
    piece = _sum_of_row(graph, graph.cast(is_beyond, np.int64))
    for special, of_special in zip(pieces.special.groups, pieces.special_bins, strict=True):
        is_value = graph.node("Equal", values, graph.constant(np.array(special)[None]))
        n_equal = _sum_of_row(graph, graph.cast(is_value, np.int64))
        is_special = graph.cast(n_equal, bool)
        piece = graph.node(
            "Where", is_special, graph.constant(np.array([of_special], np.int64)), piece
        )
    return _unless_missing(graph, values, piece, pieces.missing_bin)


def _level_pieces(graph, pieces, column, name):
    """Return the group of the level of each sample, (n_samples, 1)."""
    if any(isinstance(level, str) for level in _group_of_levels(pieces)):
        return _groups_of_text(graph, pieces, column, name)
    return _groups_of_numbers(graph, pieces, column, name)


def _group_of_levels(pieces):
    """Return the group or special bin of each level."""
    special = pieces.special.of_levels()
    return dict(zip(pieces.levels, pieces.groups.tolist(), strict=True)) | {
        level: pieces.special_bins[group] for level, group in special.items()
    }


def _groups_of_text(graph, pieces, column, name):
    if not column.is_text:
        raise ValueError(
            f"{one_line(name)} held text in fit, and its input is of numbers. Give it the type "
            "StringTensorType."
        )
    groups = _group_of_levels(pieces)
    others = [level for level in groups if not isinstance(level, str)]
    if others:
        raise ValueError(
            f"{one_line(name)} has the level {short_repr(others[0])} of type "
            f"{type(others[0]).__name__} beside text, and a tensor of ONNX has one type. Convert "
            "the column to strings and fit again."
        )
    # ONNX has no missing strings. The empty one represents them, unless it is a level.
    groups.setdefault("", pieces.missing_bin)
    return graph.node(
        "LabelEncoder",
        column.take(graph),
        domain=ML,
        # The version that skl2onnx puts into the model.
        op_version=2,
        keys_strings=list(groups),
        values_int64s=list(groups.values()),
        default_int64=pieces.fallback,
    )


def _groups_of_numbers(graph, pieces, column, name):
    groups = _group_of_levels(pieces)
    levels = levels_as_numbers(list(groups), name)
    if column.is_text and groups:
        raise ValueError(
            f"{one_line(name)} held levels such as {levels[0]:.15g} in fit, and its input is of "
            "strings. Give it the type DoubleTensorType."
        )
    if column.is_text:
        # A column without levels: all values are unseen or missing.
        return _groups_of_text(graph, pieces, column, name)
    values = graph.cast(column.take(graph), np.float64)
    # NaN, the last, equals no number. The sum over levels has at most one nonzero term.
    levels = np.append(levels, np.nan)[None]
    beyond = np.append(np.fromiter(groups.values(), np.int64) - pieces.fallback, 0)[None]
    is_level = graph.cast(graph.node("Equal", values, graph.constant(levels)), np.int64)
    terms = graph.node("Mul", is_level, graph.constant(beyond.astype(np.int64)))
    fallback = graph.constant(np.array([pieces.fallback], np.int64))
    group = graph.node("Add", _sum_of_row(graph, terms), fallback)
    return _unless_missing(graph, values, group, pieces.missing_bin)


def _sum_of_row(graph, tensor):
    """Return the sums (n_samples, 1) of a tensor (n_samples, n)."""
    return graph.node("ReduceSum", tensor, graph.constant(np.array([1], np.int64)), keepdims=1)


def _unless_missing(graph, values, piece, missing_bin):
    """Return the piece of each sample, `missing_bin` if its value is NaN."""
    of_missing = graph.constant(np.array([missing_bin], np.int64))
    return graph.node("Where", graph.node("IsNaN", values), of_missing, piece)
