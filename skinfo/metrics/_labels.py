"""Class labels and the corresponding columns of predictions."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.utils import column_or_1d

from skinfo._counts._kinds import kind_of, native_array, refuse_unsupported, unmasked
from skinfo._counts._table import objects_of
from skinfo._counts._target import refuse_missing
from skinfo.metrics._probabilities import ONE_COLUMN
from skinfo.utils._text import LONGEST_CAUSE, one_line, short_repr


class EncodedLabels(NamedTuple):
    """Labels as codes: ``distinct[codes[i]]`` is the label of sample i."""

    codes: np.ndarray  # (n_samples,) dtype int
    distinct: list  # Python scalars, in the order of their first occurrence


def encode_labels(y, name="y_true"):
    """Encode labels by integers.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels: strings, booleans or numbers.

    name : str, default="y_true"
        Name of `y` in error messages.

    Returns
    -------
    labels : EncodedLabels

    Raises
    ------
    ValueError
        If `y` is not one-dimensional, a label is missing, or labels are lists, complex numbers or
        other values that are neither numbers nor levels.
    """
    y = native_array(np.asarray(column_or_1d(unmasked(y))))
    try:
        # Not np.unique, which sorts: slower, and impossible for labels of several types.
        codes, distinct = pd.factorize(y)
    except TypeError:
        if kind_of(y) == "unsupported":
            refuse_unsupported(y, name)
        raise
    if distinct.size and kind_of(distinct) == "unsupported":
        refuse_unsupported(distinct, name)
    if codes.size and codes.min() < 0:
        refuse_missing(y, name)
    return EncodedLabels(codes, distinct.tolist())


def _as_array(labels):
    """Return labels as an array of one dimension, of which each may be a tuple."""
    if isinstance(labels, list) and any(isinstance(label, tuple) for label in labels):
        return objects_of(labels)
    return np.asarray(labels)


def column_labels(distinct, labels, n_columns):
    """Return the label of each column of the predictions.

    Parameters
    ----------
    distinct : list
        Labels that occur, as Python scalars.

    labels : array-like of shape (n_columns,) or None
        The labels given by the user. None: the sorted labels that occur if there is one for each
        column, or the column indices if only these occur.

    n_columns : int

    Returns
    -------
    labels : ndarray of shape (n_columns,)

    Raises
    ------
    ValueError
        If the number of labels is not `n_columns`, or two are equal.
    """
    if labels is None and len(distinct) < n_columns and set(distinct) <= set(range(n_columns)):
        labels = range(n_columns)
    labels = _as_array(_sorted_labels(distinct) if labels is None else labels)
    if labels.dtype == np.float16:
        labels = labels.astype(np.float32)  # pandas has no index of float16
    if n_columns == 1 and labels.size == 2:
        raise ValueError(
            "The predictions have one column, of shape (n_samples, 1), and there are 2 labels. "
            f"{ONE_COLUMN}"
        )
    if labels.shape != (n_columns,):
        raise ValueError(
            f"There are {n_columns} columns of predictions and {labels.size} labels. Pass the "
            "label of each column as labels, such as labels=clf.classes_."
        )
    if len(set(labels.tolist())) != n_columns:
        raise ValueError(f"labels must be distinct, got {short_repr(labels.tolist())}.")
    return labels


def _sorted_labels(distinct):
    try:
        return sorted(distinct)
    except TypeError as error:
        raise TypeError(
            "y_true holds labels without an order, such as text beside numbers "
            f"({one_line(error, LONGEST_CAUSE)}). Pass the label of each column as labels, such "
            "as labels=clf.classes_."
        ) from error


def find_columns(labels, classes, name="y_true"):
    """Return the column index of each label, or -1 where it has none.

    Parameters
    ----------
    labels : list of length n_labels
        Python scalars.

    classes : array-like of shape (n_classes,)
        Label of each column.

    name : str, default="y_true"
        Name of the labels in error messages.

    Returns
    -------
    columns : ndarray of shape (n_labels,), dtype int

    Raises
    ------
    ValueError
        If no label has a column because one side is text and the other is not.
    """
    classes = np.asarray(classes).tolist()
    # A dict compares as Python does: 1 == 1.0 == True, and "1" is none of them.
    column = {label: i for i, label in enumerate(classes)}
    columns = np.array([column.get(label, -1) for label in labels], dtype=np.intp)
    if labels and (columns < 0).all() and _any_text(labels) != _any_text(classes):
        raise ValueError(
            f"No label of {name} is a class of the model: {name} holds {short_repr(labels)}, the "
            f"classes are {short_repr(classes)}. Encode both in the same way."
        )
    return columns


def find_known_columns(labels, classes):
    """Return the column index of each label; raise ValueError where a label has none.

    Without the error, a misspelt label or a marker such as -100 would cost 52 bits per sample and
    make a mean that is only somewhat too large.
    """
    columns = find_columns(labels, classes)
    unknown = [label for label, k in zip(labels, columns, strict=True) if k < 0]
    if unknown:
        raise ValueError(
            f"y_true holds {short_repr(unknown)}, which is not among labels, "
            f"{short_repr(np.asarray(classes).tolist())}. Correct y_true or labels; leave such "
            "samples out, or give them sample_weight=0, if they are to be ignored; add a column "
            "of zeros to the probabilities if the model was not trained on that class."
        )
    return columns


def find_or_add_columns(labels, classes, name="y_true"):
    """Return the column index of each label; labels without one are numbered from n_classes on."""
    columns = find_columns(labels, classes, name)
    unseen = np.flatnonzero(columns < 0)
    columns[unseen] = len(classes) + np.arange(len(unseen))
    return columns


def _any_text(labels):
    return any(isinstance(label, str) for label in labels)
