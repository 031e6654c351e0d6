"""A target of any kind as classes: what the selector's tables are made of."""

from dataclasses import dataclass

import numpy as np

from skinfo._counts._cut_values import cut_values
from skinfo._counts._quantiles import bin_starts, default_n_bins
from skinfo._counts._target import ClassTarget, check_typed_target, encode_typed_target
from skinfo.feature_selection._families import joint_codes


@dataclass(frozen=True)
class CodedTarget:
    """A target as classes.

    Attributes
    ----------
    target : ClassTarget

    keep : ndarray of shape (n_samples,), dtype bool
        Rows of positive weight, which `target` has.

    kind : str
        "binary", "multiclass", "continuous" or "multioutput".

    classes : ndarray or list of ndarray
        The classes of y, None for a continuous y; of several outputs a list.

    edges : ndarray or list of ndarray
        Where a continuous y was cut, None for classes; of several outputs a list.
    """

    target: ClassTarget
    keep: np.ndarray
    kind: str
    classes: object
    edges: object


def code_target(y, X, sample_weight, estimator, target_type):
    """Return y as a CodedTarget.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Several outputs are one variable: their joint state.

    X : Table

    sample_weight : array-like of shape (n_samples,) or None

    estimator : estimator

    target_type : {"auto", "binary", "multiclass", "continuous"}
    """
    # y may be a dataframe, or nothing but convertible to an array.
    outputs = np.asarray(y)
    if outputs.ndim != 2 or outputs.shape[1] == 1:
        return _code_column(y, X, sample_weight, estimator, target_type)
    coded = [
        _code_column(column, X, sample_weight, estimator, target_type) for column in outputs.T
    ]
    target = coded[0].target
    joint, n_states = joint_codes(np.stack([one.target.codes for one in coded]), target)
    return CodedTarget(
        ClassTarget(
            joint.astype(np.int32), np.arange(n_states), target.weights, target.is_weighted
        ),
        coded[0].keep,
        "multioutput",
        [one.classes for one in coded],
        [one.edges for one in coded],
    )


def _code_column(y, X, sample_weight, estimator, target_type):
    y, kind = check_typed_target(y, estimator, target_type, sample_weight)
    target, keep = encode_typed_target(y, kind, X, sample_weight, estimator)
    if kind == "classes":
        name = "binary" if target.n_classes == 2 else "multiclass"
        return CodedTarget(target, keep, name, target.classes, None)
    y = y[keep]
    weights = target.weights if target.is_weighted else None
    starts = bin_starts(y, default_n_bins(target.weights.sum()), weights)
    codes = np.searchsorted(starts, y, side="right").astype(np.int32)
    values = np.unique(y)
    first = np.searchsorted(values, starts)
    edges = cut_values(values[first - 1], values[first])
    binned = ClassTarget(codes, np.arange(len(edges) + 1), target.weights, target.is_weighted)
    return CodedTarget(binned, keep, "continuous", None, edges)
