"""A discrete target and its weights, checked once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.multiclass import type_of_target

from skinfo.utils._validation import check_weights


@dataclass(frozen=True)
class Target:
    """Class codes (n,) int32, the classes, and positive weights (n,) float64."""

    codes: np.ndarray
    classes: np.ndarray
    weights: np.ndarray
    is_weighted: bool

    @property
    def n_classes(self):
        """Number of classes."""
        return len(self.classes)

    @cached_property
    def class_order(self):
        """Rows in order of their class, (n,) int64; columns share it."""
        # NumPy sorts short integers by counting.
        small = np.uint16 if self.n_classes <= 2**16 else np.int32
        return np.argsort(self.codes.astype(small), kind="stable")


def check_target(y, estimator):
    """Return y as a one-dimensional array of class labels.

    Raises
    ------
    ValueError
        If y is absent, has missing values, or is not one column of classes.
    """
    name = type(estimator).__name__
    if y is None:
        raise ValueError(
            f"{name} requires y to be passed, but the target y is None: it measures what X "
            "says about y."
        )
    y = column_or_1d(y, warn=True)
    if y.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: y of {name} must be classes.")
    refuse_missing(y)
    # Of integers, booleans and text there is nothing to find out.
    kind = "multiclass" if y.dtype.kind in "biuSU" else type_of_target(y, input_name="y")
    if kind not in ("binary", "multiclass"):
        raise ValueError(
            f"Unknown label type: {kind}. {name} needs y to be classes (binary or multiclass); "
            "cut a continuous y into classes first, e.g. with KBinsDiscretizer."
        )
    return y


def encode_target(y, X, sample_weight, estimator):
    """Return a Target over the rows of positive weight, and the mask of those rows.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        From `check_target`.

    X : Table or array
        To compare lengths with.

    sample_weight : array-like of shape (n_samples,) or None

    estimator : estimator

    Returns
    -------
    target : Target

    keep : ndarray of shape (n_samples,), dtype bool
        Rows of weight zero are left out, as if they were not there.
    """
    check_consistent_length(np.empty((X.shape[0], 0)), y)
    weights = np.ones(len(y)) if sample_weight is None else check_weights(sample_weight, len(y))
    keep = weights > 0
    codes, classes = pd.factorize(y[keep], sort=True)
    if len(classes) < 2:
        raise ValueError(
            f"{type(estimator).__name__} needs y to have at least two classes, got one class: "
            f"{classes[0]!r} in {keep.sum()} sample(s). A constant target has no information."
        )
    return Target(codes.astype(np.int32), classes, weights[keep], sample_weight is not None), keep


def refuse_missing(y):
    """Raise ValueError where a label or value of y is NaN or None."""
    missing = np.array([v is None or v != v for v in y]) if y.dtype == object else None
    if missing is None and y.dtype.kind == "f":
        missing = np.isnan(y)
    if missing is not None and missing.any():
        raise ValueError(
            f"Input y contains NaN: {int(missing.sum())} missing value(s), the first in row "
            f"{int(np.argmax(missing))}. Drop those rows, or name them a class of their own."
        )
