"""Class probabilities from an estimator, or an error that says what to do."""

import numpy as np
import pandas as pd

from skinfo.metrics._probabilities import check_probabilities


def require_probabilities(estimator):
    """Raise TypeError where `estimator` cannot predict class probabilities."""
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


def class_probabilities(estimator, X, predict_proba=None):
    """Ask a fitted classifier of one output for its predictions.

    Parameters
    ----------
    estimator : fitted classifier
        It has ``predict_proba`` and ``classes_``.

    X : array-like of shape (n_samples, n_features)
        Rows to predict.

    predict_proba : callable, default=None
        In place of that of the estimator.

    Returns
    -------
    prob : ndarray of shape (n_samples, n_classes)
        Distributions, checked.

    classes : array-like of shape (n_classes,)
        The labels of the columns.

    Raises
    ------
    TypeError
        If the estimator cannot predict probabilities.
    ValueError
        If it predicts several outputs, or rows that are no distributions.
    """
    prob, classes = _predicted(estimator, X, predict_proba)
    name = type(estimator).__name__
    if isinstance(prob, list) or isinstance(classes, list):
        raise ValueError(f"{name} predicts several outputs, and y has one.")
    return _distributions(prob, classes, name), classes


def output_probabilities(estimator, X, y, predict_proba=None):
    """Ask a fitted classifier of several outputs for its predictions.

    Parameters
    ----------
    estimator : fitted classifier
        Its ``predict_proba`` gives a list with a table for each output, or one table with the
        probability that each label is there.

    X : array-like of shape (n_samples, n_features)
        Rows to predict.

    y : ndarray of shape (n_samples, n_outputs)
        What happened.

    predict_proba : callable, default=None
        In place of that of the estimator.

    Returns
    -------
    outputs : list of (prob, classes)
        As `class_probabilities` gives them.

    Raises
    ------
    TypeError
        If the estimator cannot predict probabilities.
    ValueError
        If it predicts another number of outputs, rows that are no distributions, or whether
        labels are there while `y` holds something else.
    """
    prob, classes = _predicted(estimator, X, predict_proba)
    name = type(estimator).__name__
    n_predicted = len(prob) if isinstance(prob, list) else _n_columns(prob, name)
    if n_predicted != y.shape[1]:
        raise ValueError(f"y has {y.shape[1]} outputs and {name} predicts {n_predicted}.")
    if not isinstance(prob, list):
        prob = [np.column_stack([1 - label, label]) for label in np.asarray(prob).T]
        # A chain has a list of two classes for each; others take indicators only.
        if not isinstance(classes, list):
            _require_indicators(y, name)
            classes = [[0, 1]] * len(prob)
    return [(_distributions(p, c, name), c) for p, c in zip(prob, classes, strict=True)]


def _n_columns(prob, name):
    """Return the number of columns, or raise ValueError where there is no table."""
    shape = np.shape(prob)
    if len(shape) != 2:
        raise ValueError(
            f"{name}.predict_proba(X) must give a list with a table for each output, or one "
            f"column for each label; got shape {shape}."
        )
    return shape[1]


def _require_indicators(y, name):
    """Raise ValueError unless `y` says of each label whether it is there."""
    found = pd.unique(y.ravel()).tolist()
    if not set(found) <= {0, 1}:
        raise ValueError(
            f"{name} predicts how likely each of {y.shape[1]} labels is there, so y must be an "
            f"indicator matrix of 0 and 1; it holds {found[:5]}."
        )


def _predicted(estimator, X, predict_proba):
    """Return what the estimator says of `X`, and its classes."""
    require_probabilities(estimator)
    prob = (predict_proba or estimator.predict_proba)(X)
    if not hasattr(estimator, "classes_"):
        raise TypeError(
            f"{type(estimator).__name__} has no classes_ to say which label each column belongs "
            "to."
        )
    return prob, estimator.classes_


def _distributions(prob, classes, name):
    prob = check_probabilities(prob, f"{name}.predict_proba(X)")
    if prob.shape[1] != len(classes):
        raise ValueError(
            f"{name} has {len(classes)} classes_ and {prob.shape[1]} columns in predict_proba."
        )
    return prob
