"""Labels, the probabilities that one or several models gave them, weights and groups, matched."""

from typing import NamedTuple

import numpy as np
from sklearn.utils import check_array, column_or_1d

from skinfo.metrics._probabilities import (
    PROBABILITY_FLOOR,
    check_probabilities,
    column_labels,
    columns_of,
    group_labels,
    known_columns,
    refuse_labels,
)
from skinfo.metrics._standard_errors import number_groups
from skinfo.utils._validation import check_sample_weight


class Predictions(NamedTuple):
    """Rows of positive weight."""

    columns: np.ndarray  # (n_samples,) dtype int: the column of each row's label
    names: np.ndarray  # (n_classes,) the label of each column
    weight: np.ndarray  # (n_samples,) dtype float64
    groups: np.ndarray | None  # (n_samples,) dtype int
    probs: list  # of each model, (n_samples, n_classes)


def read_predictions(y_true, y_probs, *, labels, sample_weight, groups):
    """Read what `log_loss_decomposition` and its like are given.

    Parameters
    ----------
    y_true, labels, sample_weight, groups : array-like
        As the user gave them; all but the first may be None.

    y_probs : dict of str to array-like
        Predictions of each model under the name of the argument.

    Returns
    -------
    predictions : Predictions

    Raises
    ------
    ValueError
        If lengths differ, a row is no distribution, labels do not fit, are missing or have no
        column, weights are negative, or there is one group.
    """
    probs = [_distributions(prob, name) for name, prob in y_probs.items()]
    y_true = column_or_1d(y_true)
    for name, prob in zip(y_probs, probs, strict=True):
        if len(prob) != len(y_true):
            raise ValueError(f"y_true has {len(y_true)} rows and {name} has {len(prob)}.")
        if prob.shape != probs[0].shape:
            raise ValueError(
                f"{' and '.join(y_probs)} must be of the same classes, got "
                f"{' and '.join(str(prob.shape[1]) for prob in probs)} columns."
            )
    weight = np.ones(len(y_true))
    if sample_weight is not None:
        weight = check_sample_weight(sample_weight, len(y_true))
    # A row that weighs nothing must change nothing: not where a rate may change, nor what
    # labels there are, nor how many groups.
    kept = slice(None) if weight.all() else weight > 0
    if groups is not None:
        groups = number_groups(groups, len(y_true), kept)
    found, present = group_labels(y_true[kept])
    names = column_labels(present, labels, probs[0].shape[1])
    columns = known_columns(present, names)[found]
    return Predictions(columns, names, weight[kept], groups, [prob[kept] for prob in probs])


def _distributions(prob, name):
    """Return distributions (n_samples, n_classes); a column of numbers is P(second label)."""
    if np.ndim(prob) != 1:
        return check_probabilities(prob, name)
    refuse_labels(np.asarray(prob), name)
    second = check_array(prob, ensure_2d=False, dtype=[np.float64, np.float32], input_name=name)
    outside = np.flatnonzero((second < 0) | (second > 1))
    if len(outside):
        raise ValueError(
            f"Row {outside[0]} of {name} holds {second[outside[0]]:g}, which is no probability."
        )
    return np.column_stack([1 - second, second])


def columns_with_unseen(present, classes, name="y_true"):
    """Return the column of each label that occurs, as `columns_of`; new ones where it has none."""
    columns = columns_of(present, classes, name)
    unseen = np.flatnonzero(columns < 0)
    columns[unseen] = len(classes) + np.arange(len(unseen))
    return columns


def widened(prob, n_columns):
    """Return `prob` with columns of the floor behind, for labels that were not predicted."""
    missing = n_columns - prob.shape[1]
    if missing == 0:
        return prob
    return np.column_stack([prob, np.full((len(prob), missing), PROBABILITY_FLOOR)])
