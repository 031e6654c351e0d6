"""Predictions and labels in, the scores of EntropyScorer out."""

import math

import numpy as np

from skinfo.metrics._labelled_predictions import columns_with_unseen
from skinfo.metrics._probabilities import PROBABILITY_FLOOR, group_labels
from skinfo.metrics._scorer_metrics import Outcome
from skinfo.metrics._scorer_names import METRICS
from skinfo.utils._validation import check_sample_weight
from skinfo.utils._warnings import warn_caller

# What a row costs whose label is no class of the model, in nats; "raise" is neither.
UNSEEN_COSTS = {"clip": -math.log(PROBABILITY_FLOOR), "inf": math.inf}


def score_predictions(outputs, y, sample_weight, *, metrics, nats_per_unit, unseen):
    """Score checked predictions.

    Parameters
    ----------
    outputs : list of (prob, classes)
        Checked distributions of each output, (n_samples, n_classes), and the labels of their
        columns.

    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        What happened.

    sample_weight : array-like of shape (n_samples,) or None
        Weights of the rows.

    metrics : dict of str to str
        Names in `METRICS` under the names to give them.

    nats_per_unit : float
        The unit of the scores, in nats.

    unseen : str
        A key of `UNSEEN_COSTS`, or "raise".

    Returns
    -------
    scores : dict of str to float
        Means over the outputs; higher is better.
    """
    weight = None if sample_weight is None else check_sample_weight(sample_weight, len(y))
    outcomes = [
        _outcome(prob, classes, column, weight, nats_per_unit, unseen)
        for (prob, classes), column in zip(outputs, _columns_of_y(y), strict=True)
    ]
    return {
        name: float(np.mean([METRICS[metric](outcome) for outcome in outcomes]))
        for name, metric in metrics.items()
    }


def _columns_of_y(y):
    return [y] if y.ndim == 1 else list(y.T)


def _outcome(prob, classes, y, weight, nats_per_unit, unseen):
    """Return the Outcome of one output."""
    groups, present = group_labels(y, "y")
    if len(groups) != len(prob):
        raise ValueError(f"X has {len(prob)} rows and y has {len(groups)}.")
    if weight is not None and not weight.all():
        # A row that weighs nothing must change nothing: 0 times an infinite cost is no number.
        kept = weight > 0
        prob, weight = prob[kept], weight[kept]
        groups, present = group_labels(y[kept], "y")
    columns = columns_with_unseen(present, classes, "y")
    strange = [label for label, k in zip(present, columns, strict=True) if k >= len(classes)]
    if strange and unseen == "raise":
        raise ValueError(
            f"y holds labels that are no class of the fitted model: {strange[:5]}; its classes "
            f"are {np.asarray(classes).tolist()[:5]}. Stratify the folds, train on rows of each "
            "class, or choose what such a row costs by unseen='clip' or unseen='inf'."
        )
    cost = UNSEEN_COSTS.get(unseen)
    if len(strange) == len(present):
        _warn_all_unseen(present, classes, cost / nats_per_unit)
    return Outcome(prob, columns[groups], weight, nats_per_unit=nats_per_unit, unseen_cost=cost)


def _warn_all_unseen(present, classes, cost):
    """Sorted labels in unshuffled folds, most often: the score says nothing."""
    warn_caller(
        f"None of the labels in y ({present[:3]}) is a class of the fitted model "
        f"({np.asarray(classes).tolist()[:3]}): each row costs {cost:g}. If y is sorted, shuffle "
        "or stratify the folds.",
    )
