"""Conversion of `InfoBottleneckSelector` to ONNX: the selected columns of the inputs."""

import numpy as np

from skinfo.onnx._graph import Graph, float_dtype, float_type, input_columns


def selector_shapes(operator):
    """Set the type of the output: strings or floats."""
    from skl2onnx.common.data_types import StringTensorType

    selected = _selected(operator)
    is_text = bool(selected) and selected[0].is_text
    operator.outputs[0].type = (
        StringTensorType([None, len(selected)]) if is_text else float_type(operator, len(selected))
    )


def convert_selector(scope, operator, container):
    """Add the nodes of a fitted selector to the graph."""
    graph, selected = Graph(scope, container), _selected(operator)
    if not selected:
        raise ValueError("The selector keeps no column, and ONNX has no model without columns.")
    if len({column.is_text for column in selected}) > 1:
        raise ValueError(
            "The selector keeps columns of text and of numbers, and a tensor of ONNX has one "
            "type. Encode them before, by MutualInfoBinner."
        )
    dtype = float_dtype(operator)
    pieces = []
    for column in selected:
        values = column.take(graph)
        pieces.append(values if column.is_text else graph.cast(values, dtype))
    graph.node("Concat", *pieces, output=operator.outputs[0].full_name, axis=1)


def _selected(operator):
    """Return the InputColumns that the selector keeps."""
    columns = input_columns(operator)
    return [columns[j] for j in np.flatnonzero(operator.raw_operator.get_support())]
