"""Class probabilities predicted by a fitted classifier, checked, and their uncertainty."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import entr

from skinfo.metrics._probabilities import check_probabilities
from skinfo.metrics._uncertainty_decomposition import UncertaintyDecomposition
from skinfo.utils._text import short_repr


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
        prob = np.asarray(prob)
        if prob.dtype.kind not in "biufcO":
            raise ValueError(
                f"{name} must predict numbers for each label of y, got an array of {prob.dtype}. "
                "Convert what predict_proba returns to floats."
            )
        prob = [np.column_stack([1 - p, p]) for p in prob.T]
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
            f"indicator matrix of 0 and 1; it holds {short_repr(values)}."
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


class PredictiveUncertainty:
    """Predictions of a fitted classifier and of its members, computed on first access.

    Parameters
    ----------
    model : fitted classifier

    X : array-like of shape (n_samples, n_features)

    nats_per_unit : float
        The unit of entropies.
    """

    def __init__(self, model, X, nats_per_unit):
        self._model = model
        self._X = X
        self._nats_per_unit = nats_per_unit

    @cached_property
    def prob(self):
        """Distributions of shape (n_samples, n_classes), float64."""
        return predict_output(self._model, self._X).prob.astype(np.float64, copy=False)

    @property
    def entropy(self):
        """Entropy of each prediction; 0 if certain, log(n_classes) if uniform."""
        # From 0.0, since the term of a single class is -0.0.
        return entr(self.prob).sum(axis=1, initial=0.0) / self._nats_per_unit

    @property
    def margin(self):
        """The largest minus the second largest probability; 1 for a single class."""
        if self.prob.shape[1] == 1:
            return self.prob[:, 0]
        top = np.partition(self.prob, -2, axis=1)
        return top[:, -1] - top[:, -2]

    @cached_property
    def of_members(self):
        """The UncertaintyDecomposition of the members of an ensemble."""
        # Imported here because scikit-learn's ensembles take long to import.
        from skinfo.metrics._members import decompose_ensemble

        nats = decompose_ensemble(self._model, self._X)
        return UncertaintyDecomposition.from_nats(
            nats.aleatoric, nats.epistemic, self._nats_per_unit
        )


# Functions of a PredictiveUncertainty that return a column of shape (n_samples,).
OUTPUTS = {
    "entropy": lambda predicted: predicted.entropy,
    "margin": lambda predicted: predicted.margin,
    "max_probability": lambda predicted: predicted.prob.max(axis=1),
    "total": lambda predicted: predicted.of_members.total,
    "aleatoric": lambda predicted: predicted.of_members.aleatoric,
    "epistemic": lambda predicted: predicted.of_members.epistemic,
}
