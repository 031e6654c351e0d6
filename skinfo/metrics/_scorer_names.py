"""The metrics of EntropyScorer, by name."""

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning

from skinfo.utils._warnings import warn_caller


def skill(outcome):
    """Return the share of the entropy of y that the predictions explain.

    This is D2 of the log loss, also called McFadden's R2.
    """
    if outcome.prior_entropy == 0:
        warn_caller(
            "metric='skill' is not defined where y has one class, since there is no uncertainty "
            "to explain: the score is nan. Use stratified folds, or metric='neg_log_loss'.",
            UndefinedMetricWarning,
        )
        return np.nan
    return 1 - outcome.log_loss / outcome.prior_entropy


# Each takes an Outcome; higher is better. Losses are taken from 0, so that the best is 0.0 and
# not -0.0.
METRICS = {
    "discrimination": lambda outcome: outcome.discrimination,
    "information_gain": lambda outcome: outcome.prior_entropy - outcome.log_loss,
    "neg_brier_score": lambda outcome: 0 - outcome.brier,
    "neg_log_loss": lambda outcome: 0 - outcome.log_loss,
    "neg_miscalibration": lambda outcome: 0 - outcome.miscalibration,
    "skill": skill,
}

# A loss under its own name would be negative: as in scikit-learn, the name says so.
LOSSES = {
    "brier": "neg_brier_score",
    "brier_score": "neg_brier_score",
    "log_loss": "neg_log_loss",
    "miscalibration": "neg_miscalibration",
}


def get_scorer_names():
    """Return the names that `EntropyScorer` takes as ``metric``.

    Returns
    -------
    names : list of str
        Sorted.

    See Also
    --------
    EntropyScorer : Scores classifiers by one or several of them.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skinfo.metrics import EntropyScorer, get_scorer_names
    >>> get_scorer_names()  # doctest: +NORMALIZE_WHITESPACE
    ['discrimination', 'information_gain', 'neg_brier_score', 'neg_log_loss',
     'neg_miscalibration', 'skill']
    >>> X, y = load_iris(return_X_y=True)
    >>> scores = EntropyScorer(metric=get_scorer_names())(GaussianNB().fit(X, y), X, y)
    >>> round(scores["skill"], 2)
    0.9
    """
    return sorted(METRICS)
