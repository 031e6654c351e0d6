"""What each metric asks of its input: rows of probabilities, labels that name columns."""

import numpy as np
import pandas as pd
from sklearn.utils import column_or_1d

# The one floor under a probability, whatever the dtype that it came in. It is the gap between
# one and the next float64, so a smaller probability cannot be told from zero by its complement.
# Every float64 probability above it is scored as it is (scikit-learn's log_loss clips there too),
# and a float32 model whose softmax underflows to 0 costs what a float64 one that says 1e-20 does.
PROBABILITY_FLOOR = 2.0**-52

# How far from one a row may sum. Sums of float32 softmax outputs over thousands of classes stay
# within 1e-5, which moves a loss by 1.4e-5 bits at most.
SUM_TOLERANCE = 1e-5


def check_probabilities(prob, name="y_prob"):
    """Return `prob` as a float array whose rows are distributions.

    Parameters
    ----------
    prob : array-like of shape (n_samples, n_classes)
        One distribution a row.

    name : str, default="y_prob"
        What to call it in an error.

    Returns
    -------
    prob : ndarray of shape (n_samples, n_classes)
        The same values, without the negative rounding errors that some classifiers leave. Not
        copied where there are none; a float dtype is kept.

    Raises
    ------
    ValueError
        If it is not two-dimensional, is empty, or a row is negative, not finite, or does not sum
        to one within 1e-5. The message names the worst row.
    """
    prob = np.asarray(prob)
    if prob.ndim != 2 or prob.size == 0:
        raise ValueError(
            f"{name} must have one row a sample and one column a class, at least one of each; "
            f"got shape {prob.shape}."
        )
    if prob.dtype.kind != "f":
        prob = prob.astype(np.float64)
    _check_sums(prob.sum(axis=1, dtype=np.float64), name)
    lowest = prob.min()
    if lowest < -SUM_TOLERANCE:
        row = int(prob.min(axis=1).argmin())
        raise ValueError(f"Row {row} of {name} holds {lowest:g}, which is no probability.")
    return np.maximum(prob, 0) if lowest < 0 else prob


def _check_sums(sums, name):
    """Raise where a sum of shape (n_samples,) is not one. A NaN or inf in a row is in its sum."""
    deviation = np.abs(sums - 1)
    deviation[np.isnan(deviation)] = np.inf
    row = int(deviation.argmax())
    if deviation[row] > SUM_TOLERANCE:
        raise ValueError(
            f"Row {row} of {name} sums to {sums[row]:.6g}, not to 1. Each row must be a finite "
            "distribution over the classes: divide it by its sum, or look for NaN in the model."
        )


def group_labels(y, name="y_true"):
    """Number the labels that occur in `y`.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels: strings, booleans or numbers.

    name : str, default="y_true"
        What to call it in an error.

    Returns
    -------
    groups : ndarray of shape (n_samples,), dtype int
        ``present[groups]`` is `y`.

    present : list of length n_labels
        The distinct labels, as Python scalars, in the order in which they first occur.

    Raises
    ------
    ValueError
        If `y` is not one-dimensional or a label is missing.
    """
    groups, present = pd.factorize(np.asarray(column_or_1d(y)))
    if groups.size and groups.min() < 0:
        raise ValueError(f"Row {int(groups.argmin())} of {name} is missing (NaN or None).")
    return groups, present.tolist()


def columns_of(present, classes, name="y_true"):
    """Find the column of each label.

    Parameters
    ----------
    present : list of length n_labels
        Labels, as Python scalars.

    classes : array-like of shape (n_classes,)
        The label of each column, in the order of the columns.

    name : str, default="y_true"
        What to call the owner of the labels in an error.

    Returns
    -------
    columns : ndarray of shape (n_labels,), dtype int
        The column of each label; -1 for a label that has none.

    Raises
    ------
    ValueError
        If no label can have a column, since one side is text and the other is not.
    """
    classes = np.asarray(classes).tolist()
    # A dict compares as Python does: 1 == 1.0 == True, and "1" is none of them.
    column = {label: i for i, label in enumerate(classes)}
    columns = np.array([column.get(label, -1) for label in present], dtype=np.intp)
    if (columns < 0).all() and _any_text(present) != _any_text(classes):
        raise ValueError(
            f"No label of {name} is a class of the model, nor can be: {name} holds "
            f"{_preview(present)}, the classes are {_preview(classes)}. Encode both the same way."
        )
    return columns


def _any_text(labels):
    return any(isinstance(label, str) for label in labels)


def _preview(labels):
    return f"[{', '.join(map(repr, labels[:3]))}{', ...' if len(labels) > 3 else ''}]"
