"""What each metric asks of its input: rows of probabilities, labels that name columns."""

import numpy as np
import pandas as pd
from sklearn.utils import column_or_1d

from skinfo.metrics._arrays import as_numbers, float_rows, row_blocks, row_sums
from skinfo.utils._compat import array_api_compat

# The one floor under a probability, whatever the dtype that it came in. It is the gap between
# one and the next float64, so a smaller probability cannot be told from zero by its complement.
# Every float64 probability above it is scored as it is (scikit-learn's log_loss clips there too),
# and a float32 model whose softmax underflows to 0 costs what a float64 one that says 1e-20 does.
PROBABILITY_FLOOR = 2.0**-52

# How far from one a row may sum. Sums of float32 softmax outputs over thousands of classes stay
# within 1e-5, which moves a loss by 1.4e-5 bits at most.
SUM_TOLERANCE = 1e-5

# What to do with a table of one column that is meant for two classes.
ONE_COLUMN = (
    "For the probability of the second of two classes, pass both columns of predict_proba, "
    "np.column_stack([1 - p, p])."
)


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
    TypeError
        If it does not hold real numbers.
    ValueError
        If it is not two-dimensional, is empty, or a row is negative, not finite, or does not sum
        to one within 1e-5. The message names the worst row.
    """
    prob = as_numbers(np.asarray(prob), name)
    check_table(prob, name)
    if not all(are_distributions(float_rows(prob, rows)) for rows in row_blocks(prob)):
        check_distributions(prob, name)
    if prob.dtype.kind != "f":
        prob = prob.astype(np.float64)
    return np.maximum(prob, 0) if prob.min() < 0 else prob


def check_table(table, name):
    """Raise ValueError unless there is one row a sample and one column a class."""
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(
            f"{name} must have one row a sample and one column a class, at least one of each; "
            f"got shape {tuple(table.shape)}."
        )


def are_distributions(rows):
    """Say at little cost whether `rows`, of any array library, are distributions.

    Rounding may deny it of rows that are: `check_distributions` has the last word.
    """
    xp = array_api_compat.array_namespace(rows)
    # NaN is the largest and the smallest of an array that holds it, and fails both.
    fits = xp.max(xp.abs(row_sums(xp, rows) - 1)) <= SUM_TOLERANCE
    return bool(fits) and bool(xp.min(rows) >= -SUM_TOLERANCE)


def check_distributions(table, name):
    """Raise ValueError, naming the worst row, unless the rows of an ndarray are distributions."""
    sums = table.sum(axis=1, dtype=np.float64)
    deviation = np.abs(sums - 1)
    deviation[np.isnan(deviation)] = np.inf
    row = int(deviation.argmax())
    if deviation[row] > SUM_TOLERANCE:
        raise ValueError(
            f"Row {row} of {name} sums to {sums[row]:.6g}, not to 1 (within {SUM_TOLERANCE:g}). "
            "Each row must be a finite distribution over the classes: divide it by its sum, or "
            "look for NaN in the model. Logits need a softmax first."
            + (f" Or, as there is one column: {ONE_COLUMN}" if table.shape[1] == 1 else "")
        )
    check_range(table, name)


def are_in_range(rows):
    """Say whether `rows`, of any array library, hold probabilities."""
    xp = array_api_compat.array_namespace(rows)
    low, high = xp.min(rows), xp.max(rows)
    return bool(low >= -SUM_TOLERANCE) and bool(high <= 1 + SUM_TOLERANCE)


def check_range(table, name):
    """Raise ValueError, naming the worst row, unless an ndarray holds probabilities."""
    table = table.astype(np.float64, copy=False)
    outside = np.maximum(table - 1, -table)
    outside[np.isnan(outside)] = np.inf
    row, column = np.unravel_index(outside.argmax(), table.shape)
    if outside[row, column] > SUM_TOLERANCE:
        raise ValueError(
            f"Row {row} of {name} holds {table[row, column]:g}, which is no probability."
        )


def are_finite(rows):
    """Say whether `rows`, of any array library, hold no NaN and no infinity."""
    xp = array_api_compat.array_namespace(rows)
    return bool(xp.all(xp.isfinite(rows)))


def check_finite(table, name):
    """Raise ValueError, naming the first row that does not, unless an ndarray is finite."""
    rows, columns = np.nonzero(~np.isfinite(table))
    if rows.size:
        raise ValueError(
            f"Row {rows[0]} of {name} holds {table[rows[0], columns[0]]:g}: logits must be finite."
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
    TypeError
        If labels are lists or other values without a hash.
    ValueError
        If `y` is not one-dimensional or a label is missing.
    """
    try:
        groups, present = pd.factorize(np.asarray(column_or_1d(y)))
    except TypeError as error:
        raise TypeError(f"{name} must hold labels, such as text or integers ({error}).") from error
    if groups.size and groups.min() < 0:
        raise ValueError(f"Row {int(groups.argmin())} of {name} is missing (NaN or None).")
    return groups, present.tolist()


def column_labels(present, labels, n_columns):
    """Say which label each column is of.

    Parameters
    ----------
    present : list
        Labels that occur, as Python scalars.

    labels : array-like of shape (n_columns,) or None
        What the user says of the columns. With None, there is one for each label that occurs, in
        sorted order, or the labels are numbers of columns, of which some do not occur.

    n_columns : int

    Returns
    -------
    labels : ndarray of shape (n_columns,)

    Raises
    ------
    ValueError
        If there is another number of labels than of columns, or two are the same.
    """
    if labels is None and len(present) < n_columns and set(present) <= set(range(n_columns)):
        labels = range(n_columns)
    labels = np.asarray(sorted(present) if labels is None else labels)
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
        raise ValueError(f"labels must be distinct, got {labels.tolist()}.")
    return labels


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


def known_columns(present, labels):
    """Find the column of each label that occurs, or raise ValueError where one has none.

    Parameters are those of `columns_of`. A label that is misspelt, or that says "ignore this
    row", would else cost as much as the floor of a probability, and make a mean that is merely
    large.
    """
    columns = columns_of(present, labels)
    strange = [label for label, k in zip(present, columns, strict=True) if k < 0]
    if strange:
        raise ValueError(
            f"y_true holds {_preview(strange)}, which is none of labels, "
            f"{_preview(np.asarray(labels).tolist())}. Correct y_true or labels; leave such rows "
            "out, or give them sample_weight=0, if they are to be ignored; add a column of zeros "
            "to the probabilities if the model was not trained on that class."
        )
    return columns


def refuse_labels(prob, name):
    """Raise ValueError where predictions of one class are integers: labels, not probabilities."""
    xp = array_api_compat.array_namespace(prob)
    if xp.isdtype(prob.dtype, ("integral", "bool")):
        raise ValueError(
            f"{name} holds labels (dtype {prob.dtype}), as from predict, and must hold "
            "probabilities: pass predict_proba(X)."
        )


def _any_text(labels):
    return any(isinstance(label, str) for label in labels)


def _preview(labels):
    return f"[{', '.join(map(repr, labels[:3]))}{', ...' if len(labels) > 3 else ''}]"
