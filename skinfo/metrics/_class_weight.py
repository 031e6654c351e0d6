"""Weights of the classes of a loss."""

import numpy as np

from skinfo.metrics._arrays import read_array, to_numpy
from skinfo.metrics._labels import find_columns
from skinfo.utils._text import LONGEST_CAUSE, one_line, short_repr
from skinfo.utils._validation import LARGEST_WEIGHT


def check_class_weight(class_weight, labels, n_classes):
    """Return the weight of each column of the predictions.

    Parameters
    ----------
    class_weight : array-like of shape (n_classes,) or dict

    labels : array-like of shape (n_classes,) or None
        The label of each column; None for column indices.

    n_classes : int

    Returns
    -------
    weights : ndarray of shape (n_classes,), dtype float64

    Raises
    ------
    ValueError
        If there is not one weight for each column, a key is not a label, or a weight is negative
        or not finite.
    """
    if isinstance(class_weight, dict):
        class_weight = _weights_of_labels(class_weight, labels, n_classes)
    weights = as_factors(class_weight, "class_weight")
    if weights.shape != (n_classes,):
        raise ValueError(
            f"class_weight must hold one weight for each of the {n_classes} columns of y_prob, in "
            f"their order, or be a dict of labels; got shape {weights.shape}."
        )
    return weights


def as_factors(weights, name):
    """Return factors of losses as an array of float64.

    Parameters
    ----------
    weights : float or array-like

    name : str
        Name for messages.

    Raises
    ------
    TypeError
        If they are not numbers.
    ValueError
        If one is negative or not finite, or so small or large that products are not numbers.
    """
    try:
        factors = to_numpy(read_array(weights)).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must hold numbers: {one_line(error, LONGEST_CAUSE)}.") from error
    is_usable = (factors == 0) | ((factors >= 1 / LARGEST_WEIGHT) & (factors <= LARGEST_WEIGHT))
    if not is_usable.all():
        raise ValueError(
            f"{name} must be finite and not negative, and zero or between {1 / LARGEST_WEIGHT:g} "
            f"and {LARGEST_WEIGHT:g}; got {short_repr(weights)}."
        )
    return factors


def _weights_of_labels(class_weight, labels, n_classes):
    """Return the weights of a dict, 1 for missing columns."""
    labels = range(n_classes) if labels is None else labels
    columns = find_columns(list(class_weight), labels, "class_weight")
    unknown = [label for label, k in zip(class_weight, columns, strict=True) if k < 0]
    if unknown:
        raise ValueError(
            f"class_weight has a weight for {short_repr(unknown[0])}, which is not among labels, "
            f"{short_repr(np.asarray(labels).tolist())}."
        )
    weights = np.ones(n_classes)
    weights[columns] = as_factors(list(class_weight.values()), "class_weight")
    return weights


def balanced_class_weight(counts):
    """Return weights that make the sums of the weights of all classes equal.

    Parameters
    ----------
    counts : ndarray of shape (n_classes,)
        Sum of the sample weights of each class.

    Returns
    -------
    weights : ndarray of shape (n_classes,)
        Those of scikit-learn: the mean count over the classes that occur, by the count of the
        class. 0 for a class without samples.
    """
    occurs = counts > 0
    weights = np.zeros(len(counts))
    if occurs.any():
        weights[occurs] = counts[occurs].mean() / counts[occurs]
    return weights
