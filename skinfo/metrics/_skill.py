"""The metrics of EntropyScorer: a loss set against what the class rates alone would cost."""

import warnings

import numpy as np
from scipy.special import entr
from sklearn.exceptions import UndefinedMetricWarning


def prior_entropy(groups, weight):
    """Kernel: entropy in nats of the weighted rates of the labels numbered by `groups`."""
    counts = np.bincount(groups, weights=weight)
    return float(entr(counts / counts.sum()).sum()) + 0.0  # -0.0 for one label otherwise


def negated_loss(loss, prior):
    """Return the loss with its sign turned, so that higher is better."""
    return 0 - loss  # 0 for a perfect prediction, where -loss is -0.0


def information_gain(loss, prior):
    """Return what the predictions tell beyond the class rates, in the units of the loss."""
    return prior - loss


def skill(loss, prior):
    """Return the share of the entropy of y that the predictions explain.

    This is D2 of the log loss, also called McFadden's R2.
    """
    if prior == 0:
        warnings.warn(
            "metric='skill' is not defined where y has one class, since there is no uncertainty "
            "to explain: the score is nan. Use stratified folds, or metric='log_loss'.",
            UndefinedMetricWarning,
            stacklevel=2,
        )
        return np.nan
    return 1 - loss / prior


# Each takes the mean loss and the entropy of the class rates, in the same units.
METRICS = {
    "log_loss": negated_loss,
    "information_gain": information_gain,
    "skill": skill,
}
