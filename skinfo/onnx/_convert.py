"""Conversion of fitted models by skl2onnx, and the inputs of converted models."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, is_classifier

from skinfo._counts._table import table_of
from skinfo.onnx._binner import binner_shapes, convert_binner
from skinfo.onnx._graph import levels_as_numbers
from skinfo.onnx._selector import convert_selector, selector_shapes

# Subpackage and name of an estimator, and the functions that state the type of its output and
# write its nodes.
CONVERTERS = {
    ("preprocessing", "MutualInfoBinner"): (binner_shapes, convert_binner),
    ("feature_selection", "InfoBottleneckSelector"): (selector_shapes, convert_selector),
}

# The input of a model that takes an array of numbers.
INPUT_NAME = "X"


def to_onnx(model: BaseEstimator, X: ArrayLike, **options: Any) -> Any:
    """Convert a fitted estimator or pipeline to an ONNX model.

    The model computes the output of `transform` or `predict_proba`, in any runtime of ONNX.
    Estimators of scikit-learn are converted by skl2onnx, `skinfo.MutualInfoBinner` and
    `skinfo.InfoBottleneckSelector` by converters that `register_converters` adds to it.

    Parameters
    ----------
    model : estimator
        A fitted estimator, or a pipeline of estimators that skl2onnx supports.

    X : array-like or dataframe of shape (n_samples, n_features)
        Samples that define the names and types of the inputs; see `onnx_inputs`.

    **options : dict
        Passed to ``skl2onnx.to_onnx``, such as ``target_opset=18``. The probabilities of a
        classifier are a tensor of shape (n_samples, n_classes), unless ``options`` are given.

    Returns
    -------
    onnx_model : onnx.ModelProto
        ``onnx_model.SerializeToString()`` returns the bytes for a file or for onnxruntime.

    Raises
    ------
    ImportError
        If skl2onnx is not installed: ``pip install skinfo[onnx]``.

    ValueError
        If the model cannot be expressed in ONNX: levels of dates or other objects, columns of
        text and of numbers in one output.

    See Also
    --------
    skinfo.MutualInfoBinner.to_sql : Export as SQL.

    Notes
    -----
    Numbers are compared as float64, as in `transform`, and float64 columns have the values of
    `transform` as float64. scikit-learn's own converters may compute in float32.

    Examples
    --------
    >>> import numpy as np
    >>> from onnxruntime import InferenceSession  # doctest: +SKIP
    >>> from skinfo import MutualInfoBinner
    >>> from skinfo.onnx import onnx_inputs, to_onnx
    >>> X = np.arange(100.0).reshape(-1, 1)
    >>> binner = MutualInfoBinner().fit(X, X[:, 0] >= 40)
    >>> model = to_onnx(binner, X)  # doctest: +SKIP
    >>> session = InferenceSession(model.SerializeToString())  # doctest: +SKIP
    >>> session.run(None, onnx_inputs(X))[0][:2].tolist()  # doctest: +SKIP
    [[0], [0]]
    """
    skl2onnx = register_converters()
    from skl2onnx.common.data_types import DoubleTensorType, StringTensorType

    types = [
        (name, (StringTensorType if values.dtype == object else DoubleTensorType)([None, n]))
        for name, values in onnx_inputs(X).items()
        for n in [values.shape[1]]
    ]
    if is_classifier(model):
        options = {"options": {"zipmap": False}} | options
    return skl2onnx.to_onnx(model, initial_types=types, **options)


def onnx_inputs(X: ArrayLike) -> dict[str, NDArray[Any]]:
    """Return the inputs of a model that `to_onnx` converted.

    Parameters
    ----------
    X : array-like or dataframe of shape (n_samples, n_features)
        Columns as in the call of `to_onnx`.

    Returns
    -------
    inputs : dict of str to ndarray
        For a numeric array one input, ``"X"``, float64 of shape (n_samples, n_features). For a
        frame one input of shape (n_samples, 1) per column, by its name: text as strings, missing
        ones empty; all others as float64, missing ones NaN, dates and durations in microseconds
        (dates since 1970), booleans as 0 and 1.

    Raises
    ------
    ValueError
        If a column has levels that are neither text, numbers nor booleans.

    Examples
    --------
    >>> import pandas as pd
    >>> from skinfo.onnx import onnx_inputs
    >>> X = pd.DataFrame({"town": ["Ulm", None], "day": pd.to_datetime(["1970-01-02", None])})
    >>> {name: values.ravel().tolist() for name, values in onnx_inputs(X).items()}
    {'town': ['Ulm', ''], 'day': [86400000000.0, nan]}
    """
    table = table_of(X, caller="onnx_inputs")
    columns = [_input_values(table, j) for j in range(table.shape[1])]
    if table.frame is None and all(values.dtype != object for values in columns):
        return {INPUT_NAME: np.column_stack(columns)}
    return {name: values[:, None] for name, values in zip(table.names, columns, strict=True)}


def register_converters() -> Any:
    """Add the converters of skinfo's estimators to skl2onnx.

    `to_onnx` calls this itself. Call it before ``skl2onnx.convert_sklearn`` with explicit types of
    inputs.

    Returns
    -------
    skl2onnx : module
        The package.

    Raises
    ------
    ImportError
        If skl2onnx is not installed: ``pip install skinfo[onnx]``.

    Examples
    --------
    >>> from skinfo.onnx import register_converters
    >>> register_converters().__name__  # doctest: +SKIP
    'skl2onnx'
    """
    try:
        import skl2onnx
    except ImportError as error:
        raise ImportError(
            "Conversion to ONNX needs skl2onnx. Install it by `pip install skinfo[onnx]`."
        ) from error
    for (package, name), (shapes, convert) in CONVERTERS.items():
        estimator = getattr(import_module(f"skinfo.{package}"), name)
        skl2onnx.update_registered_converter(estimator, f"Skinfo{name}", shapes, convert)
        _keep_columns_apart(estimator)
    return skl2onnx


def _keep_columns_apart(estimator):
    """Have skl2onnx pass columns to the estimator unchanged, in a ColumnTransformer too.

    For most classes it concatenates them to one tensor, of strings if any column is text.
    """
    from skl2onnx import _parse

    if estimator not in _parse.do_not_merge_columns:
        _parse.do_not_merge_columns += (estimator,)


def _input_values(table, j):
    """Return column j as strings, "" for missing, or as float64, NaN for missing, (n_samples,)."""
    if table.is_numeric(j):
        return table.numbers(j)
    codes, levels = table.levels(j)
    if not levels or any(isinstance(level, str) for level in levels):
        return np.array([*map(str, levels), ""], object)[codes]
    return np.append(levels_as_numbers(levels, table.names[j]), np.nan)[codes]
