"""Predictions and labels in, the scores of EntropyScorer out."""

import warnings

from skinfo.metrics._cross_entropy import REDUCTIONS, log_loss_rows
from skinfo.metrics._probabilities import columns_of, group_labels
from skinfo.metrics._skill import METRICS, prior_entropy
from skinfo.utils._validation import check_weights


def score_predictions(prob, classes, y, sample_weight, *, metrics, nats_per_unit):
    """Score checked predictions.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes)
        Checked distributions.

    classes : array-like of shape (n_classes,)
        The label of each column.

    y : array-like of shape (n_samples,)
        What happened.

    sample_weight : array-like of shape (n_samples,) or None
        Weights of the rows.

    metrics : sequence of str
        Names in `METRICS`.

    nats_per_unit : float
        The unit of the scores, in nats.

    Returns
    -------
    scores : dict of str to float
        Higher is better.
    """
    groups, present = group_labels(y, "y")
    if len(groups) != len(prob):
        raise ValueError(f"X has {len(prob)} rows and y has {len(groups)}.")
    columns = columns_of(present, classes, "y")
    if (columns < 0).all():
        _warn_all_unseen(present, classes)
    weight = None if sample_weight is None else check_weights(sample_weight, len(prob))
    loss = REDUCTIONS["mean"](log_loss_rows(columns[groups], prob), weight) / nats_per_unit
    prior = prior_entropy(groups, weight) / nats_per_unit
    return {name: METRICS[name](loss, prior) for name in metrics}


def _warn_all_unseen(present, classes):
    """Sorted labels in unshuffled folds, most often: the score is finite and says nothing."""
    warnings.warn(
        f"None of the labels in y ({present[:3]}) is a class of the fitted model "
        f"({list(classes)[:3]}): each row costs 52 bits. If y is sorted, shuffle or stratify the "
        "folds.",
        UserWarning,
        stacklevel=2,
    )
