"""Nodes of an ONNX graph, and the columns of its inputs."""

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from skinfo.utils._text import one_line, short_repr

# The domain of the machine learning operators of the standard.
ML = "ai.onnx.ml"


@dataclass(frozen=True)
class Graph:
    """ONNX graph under construction by skl2onnx, with a method for each kind of node.

    Attributes
    ----------
    scope, container : objects of skl2onnx
    """

    scope: Any
    container: Any

    def constant(self, values):
        """Return the name of a tensor of constants."""
        from onnx.numpy_helper import from_array

        name = self.scope.get_unique_variable_name("constant")
        self.container.initializers.append(from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind, *inputs, domain="", output=None, **attributes):
        """Add a node, and return the name of its output."""
        output = output or self.scope.get_unique_variable_name(kind.lower())
        self.container.add_node(kind, list(inputs), output, op_domain=domain, **attributes)
        return output

    def cast(self, tensor, dtype, output=None):
        """Return a tensor as numbers of a NumPy dtype."""
        from onnx.helper import np_dtype_to_tensor_dtype

        to = np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.node("Cast", tensor, output=output, to=to)

    def select(self, tensor, columns):
        """Return some columns of a tensor (n_samples, n), those of a list of indices."""
        return self.node("Gather", tensor, self.constant(np.array(columns, np.int64)), axis=1)


@dataclass(frozen=True)
class InputColumn:
    """Column of the inputs of an operator.

    Attributes
    ----------
    tensor : str
        Name of the tensor that contains it.

    position : int
        Index of the column in the tensor.

    n_columns : int
        Number of columns of the tensor.

    is_text : bool
        Whether the tensor holds strings.
    """

    tensor: str
    position: int
    n_columns: int
    is_text: bool

    def take(self, graph):
        """Return the name of a tensor (n_samples, 1) of this column alone."""
        if self.n_columns == 1:
            return self.tensor
        return graph.select(self.tensor, [self.position])


def input_columns(operator):
    """Return the InputColumn of each feature of an operator, in order.

    Raises
    ------
    ValueError
        If the inputs do not have the features of the fitted model.
    """
    from skl2onnx.common.data_types import StringTensorType

    columns = []
    for variable in operator.inputs:
        width = variable.type.shape[1] if len(variable.type.shape) == 2 else None
        if width is None:
            raise ValueError(
                f"The input {short_repr(variable.raw_name)} needs a known number of columns, got "
                f"shape {list(variable.type.shape)}. Give its type as [None, n_columns]."
            )
        is_text = isinstance(variable.type, StringTensorType)
        columns += [
            InputColumn(variable.full_name, position, width, is_text) for position in range(width)
        ]
    model = operator.raw_operator
    if len(columns) != model.n_features_in_:
        raise ValueError(
            f"The inputs have {len(columns)} column(s), and {type(model).__name__} was fitted on "
            f"{model.n_features_in_}."
        )
    return columns


def holds_doubles(operator):
    """Return whether any input of an operator is a tensor of float64."""
    from skl2onnx.common.data_types import DoubleTensorType

    return any(isinstance(variable.type, DoubleTensorType) for variable in operator.inputs)


def float_type(operator, n_columns):
    """Return the type of an output of floats (n_samples, n_columns): that of the inputs."""
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    of_tensor = DoubleTensorType if holds_doubles(operator) else FloatTensorType
    return of_tensor([None, n_columns])


def float_dtype(operator):
    """Return the NumPy dtype of `float_type`."""
    return np.float64 if holds_doubles(operator) else np.float32


def levels_as_numbers(levels, name):
    """Return levels as float64, (n_levels,).

    Raises
    ------
    ValueError
        If one of them is neither a number nor a boolean.
    """
    for level in levels:
        if not isinstance(level, Real | np.bool_):
            raise ValueError(
                f"{one_line(name)} has the level {short_repr(level)} of type "
                f"{type(level).__name__}, and ONNX has text, numbers and booleans. Convert the "
                "column to strings, and fit again."
            )
    return np.array(levels, np.float64)
