"""True labels with the predicted distributions of one or several models."""

from typing import NamedTuple

import numpy as np
from sklearn.utils import check_array, column_or_1d

from skinfo._counts._kinds import unmasked
from skinfo._kernels._sorting import sorted_rows
from skinfo.metrics._labels import column_labels, encode_labels, find_known_columns
from skinfo.metrics._probabilities import check_probabilities, refuse_hard_labels
from skinfo.metrics._standard_errors import encode_groups
from skinfo.utils._validation import check_sample_weight, finiteness_check


class LabelledPredictions(NamedTuple):
    """Checked samples, all of positive weight."""

    columns: np.ndarray  # (n_samples,) dtype int: column index of the true label
    labels: np.ndarray  # (n_classes,) label of each column
    weight: np.ndarray  # (n_samples,) dtype float64
    groups: np.ndarray | None  # (n_samples,) dtype int
    probs: list[np.ndarray]  # of each model, (n_samples, n_classes)
    kept: np.ndarray | slice  # which of the given samples these are

    def in_canonical_order(self):
        """Return the samples of one model sorted by their content: any order gives the same."""
        (prob,) = self.probs
        first, order = sorted_rows(np.asarray(prob[:, 0], np.float64))
        if not (np.diff(first) > 0).all():
            order = np.lexsort([self.columns, self.weight, *prob.T[::-1]])
        return self._replace(
            columns=self.columns[order],
            weight=self.weight[order],
            groups=None if self.groups is None else self.groups[order],
            probs=[prob[order]],
        )


def read_labelled_predictions(y_true, y_probs, *, labels, sample_weight=None, groups=None):
    """Check labels, predictions, weights and groups, and drop samples of weight zero.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Labels.

    y_probs : dict of str to array-like
        Predictions of each model, by the name of the argument.

    labels : array-like of shape (n_classes,) or None
        As in `column_labels`.

    sample_weight, groups : array-like of shape (n_samples,) or None
        None: weights of one, independent samples.

    Returns
    -------
    predictions : LabelledPredictions

    Raises
    ------
    ValueError
        If lengths differ, a row is not a distribution, labels are missing or have no column,
        `labels` do not match the columns, weights are negative, or there is only one group.
    """
    probs = [_read_distributions(prob, name) for name, prob in y_probs.items()]
    y_true = column_or_1d(unmasked(y_true))
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
    # A sample of weight zero must have no effect: neither as a point where an isotonic rate may
    # change, nor on the set of labels, nor on the number of groups.
    kept = slice(None) if weight.all() else weight > 0
    if groups is not None:
        groups = encode_groups(groups, len(y_true), kept)
    codes, distinct = encode_labels(y_true[kept])
    labels = column_labels(distinct, labels, probs[0].shape[1])
    columns = find_known_columns(distinct, labels)[codes]
    probs = [prob[kept] for prob in probs]
    return LabelledPredictions(columns, labels, weight[kept], groups, probs, kept)


def _read_distributions(prob, name):
    """Return distributions (n_samples, n_classes); one dimension holds P(second label)."""
    if np.ndim(prob) != 1:
        return check_probabilities(prob, name)
    refuse_hard_labels(np.asarray(prob), name)
    dtypes = [np.float64, np.float32]
    with finiteness_check():
        second = check_array(prob, ensure_2d=False, dtype=dtypes, input_name=name)
    outside = np.flatnonzero((second < 0) | (second > 1))
    if len(outside):
        raise ValueError(
            f"Row {outside[0]} of {name} holds {second[outside[0]]:g}, which is not a probability."
        )
    return np.column_stack([1 - second, second])
