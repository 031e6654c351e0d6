"""Class probabilities predicted by a fitted classifier, checked."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skinfo.metrics._probabilities import check_probabilities


class ClassProbabilities(NamedTuple):
    """Predicted distributions of one output."""

    prob: np.ndarray  # (n_samples, n_classes)
    classes: ArrayLike  # (n_classes,) label of each column


def require_predict_proba(estimator):
    """Raise TypeError if `estimator` cannot predict class probabilities."""
    if hasattr(estimator, "predict_proba"):
        return
    name = type(estimator).__name__
    if hasattr(estimator, "decision_function"):
        raise TypeError(
            f"EntropyScorer needs predict_proba, and {name} has a decision_function only. Make "
            f"its decisions probabilities with CalibratedClassifierCV({name}(...))."
        )
    raise TypeError(
        f"EntropyScorer needs a classifier with predict_proba, and {name} has none. It cannot "
        "score regressors, clusterers or transformers."
    )


def predict_output(estimator, X, predict_proba=None):
    """Return the predictions of a fitted classifier of one output.

    Parameters
    ----------
    estimator : fitted classifier
        With ``predict_proba`` and ``classes_``.

    X : array-like of shape (n_samples, n_features)
        Samples to predict.

    predict_proba : callable, default=None
        Called instead of ``estimator.predict_proba``.

    Returns
    -------
    output : ClassProbabilities

    Raises
    ------
    TypeError
        If the estimator cannot predict probabilities.
    ValueError
        If it predicts several outputs, or rows that are not distributions.
    """
    prob, classes = _predict_unchecked(estimator, X, predict_proba)
    name = type(estimator).__name__
    if isinstance(prob, list) or isinstance(classes, list):
        raise ValueError(f"{name} predicts several outputs, and y has one.")
    return _check_output(prob, classes, name)


def predict_outputs(estimator, X, y, predict_proba=None):
    """Return the predictions of a fitted classifier of several outputs.

    Parameters
    ----------
    estimator : fitted classifier
        Its ``predict_proba`` returns a list with an array for each output, or one array with the
        probability of each label of an indicator matrix.

    X : array-like of shape (n_samples, n_features)
        Samples to predict.

    y : ndarray of shape (n_samples, n_outputs)
        True labels.

    predict_proba : callable, default=None
        Called instead of ``estimator.predict_proba``.

    Returns
    -------
    outputs : list of ClassProbabilities

    Raises
    ------
    TypeError
        If the estimator cannot predict probabilities.
    ValueError
        If the number of outputs differs from that of `y`, rows are not distributions, or the
        classifier predicts indicators and `y` is not an indicator matrix.
    """
    prob, classes = _predict_unchecked(estimator, X, predict_proba)
    name = type(estimator).__name__
    n_predicted = len(prob) if isinstance(prob, list) else _count_columns(prob, name)
    if n_predicted != y.shape[1]:
        raise ValueError(f"y has {y.shape[1]} outputs and {name} predicts {n_predicted}.")
    if not isinstance(prob, list):
        prob = [np.column_stack([1 - p, p]) for p in np.asarray(prob).T]
        # A chain has a list of two classes for each label; other classifiers take indicators only.
        if not isinstance(classes, list):
            _require_indicators(y, name)
            classes = [[0, 1]] * len(prob)
    return [_check_output(p, c, name) for p, c in zip(prob, classes, strict=True)]


def _count_columns(prob, name):
    """Return the number of columns; raise ValueError if there are not two dimensions."""
    shape = np.shape(prob)
    if len(shape) != 2:
        raise ValueError(
            f"{name}.predict_proba(X) must give a list with an array for each output, or one "
            f"column for each label; got shape {shape}."
        )
    return shape[1]


def _require_indicators(y, name):
    """Raise ValueError unless `y` is an indicator matrix."""
    values = pd.unique(y.ravel()).tolist()
    if not set(values) <= {0, 1}:
        raise ValueError(
            f"{name} predicts the probability of each of {y.shape[1]} labels, so y must be an "
            f"indicator matrix of 0 and 1; it holds {values[:5]}."
        )


def _predict_unchecked(estimator, X, predict_proba):
    """Return the predictions and the classes, of one output or of several, unchecked."""
    require_predict_proba(estimator)
    prob = (predict_proba or estimator.predict_proba)(X)
    if not hasattr(estimator, "classes_"):
        raise TypeError(
            f"{type(estimator).__name__} has no classes_, the label of each column of its "
            "predictions."
        )
    return prob, estimator.classes_


def _check_output(prob, classes, name):
    prob = check_probabilities(prob, f"{name}.predict_proba(X)")
    if prob.shape[1] != len(classes):
        raise ValueError(
            f"{name} has {len(classes)} classes_ and {prob.shape[1]} columns in predict_proba."
        )
    return ClassProbabilities(prob, classes)
