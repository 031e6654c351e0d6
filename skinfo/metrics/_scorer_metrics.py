"""Metrics of EntropyScorer: their names, and their values for checked predictions."""

import math
from functools import cached_property

import numpy as np
from scipy.special import entr
from sklearn.exceptions import UndefinedMetricWarning

from skinfo.metrics._arrays import weighted_mean
from skinfo.metrics._corp import decompose
from skinfo.metrics._labels import encode_labels, find_or_add_columns
from skinfo.metrics._log_rows import log_loss_rows
from skinfo.metrics._probabilities import PROBABILITY_FLOOR
from skinfo.utils._validation import check_sample_weight
from skinfo.utils._warnings import warn_caller

# Loss in nats of a sample whose label is not a class of the model; "raise" is neither.
UNSEEN_LOSSES = {"clip": -math.log(PROBABILITY_FLOOR), "inf": math.inf}


def score_predictions(outputs, y, sample_weight, *, metrics, nats_per_unit, unseen):
    """Score checked predictions.

    Parameters
    ----------
    outputs : list of ClassProbabilities
        Of each output.

    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        True labels.

    sample_weight : array-like of shape (n_samples,) or None

    metrics : dict of str to str
        Names in `METRICS`, by the names of the scores.

    nats_per_unit : float
        The unit of the scores.

    unseen : str
        A key of `UNSEEN_LOSSES`, or "raise".

    Returns
    -------
    scores : dict of str to float
        Means over the outputs; higher is better.
    """
    weight = None if sample_weight is None else check_sample_weight(sample_weight, len(y))
    columns_of_y = [y] if y.ndim == 1 else list(y.T)
    scores = [
        _output_scores(output, column, weight, nats_per_unit, unseen)
        for output, column in zip(outputs, columns_of_y, strict=True)
    ]
    return {
        name: float(np.mean([METRICS[metric](of_output) for of_output in scores]))
        for name, metric in metrics.items()
    }


def _output_scores(output, y, weight, nats_per_unit, unseen):
    """Return the OutputScores of one output."""
    prob, classes = output
    codes, distinct = encode_labels(y, "y")
    if len(codes) != len(prob):
        raise ValueError(f"X has {len(prob)} rows and y has {len(codes)}.")
    if weight is not None and not weight.all():
        # A sample of weight zero must have no effect: 0 times an infinite loss is nan.
        kept = weight > 0
        prob, weight = prob[kept], weight[kept]
        codes, distinct = encode_labels(y[kept], "y")
    columns = find_or_add_columns(distinct, classes, "y")
    new = [label for label, k in zip(distinct, columns, strict=True) if k >= len(classes)]
    if new and unseen == "raise":
        raise ValueError(
            f"y holds labels that are not classes of the fitted model: {new[:5]}; its classes "
            f"are {np.asarray(classes).tolist()[:5]}. Stratify the folds, train on samples of "
            "each class, or set the loss of such a sample by unseen='clip' or unseen='inf'."
        )
    unseen_loss = UNSEEN_LOSSES.get(unseen)
    if len(new) == len(distinct):
        # Most often sorted labels in unshuffled folds: the score is meaningless.
        warn_caller(
            f"None of the labels in y ({distinct[:3]}) is a class of the fitted model "
            f"({np.asarray(classes).tolist()[:3]}): each sample costs "
            f"{unseen_loss / nats_per_unit:g}. If y is sorted, shuffle or stratify the folds.",
        )
    return OutputScores(
        prob, columns[codes], weight, nats_per_unit=nats_per_unit, unseen_loss=unseen_loss
    )


class OutputScores:
    """Quantities that the metrics of one output are computed from, each on first access.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes)
        Checked distributions.

    columns : ndarray of shape (n_samples,), dtype int
        Column index of the true label; labels that are not classes of the model are numbered
        from n_classes on.

    weight : ndarray of shape (n_samples,) or None
        Sample weights.

    nats_per_unit : float
        The unit of information.

    unseen_loss : float
        Log loss in nats of a sample whose label is not a class of the model.
    """

    def __init__(self, prob, columns, weight, *, nats_per_unit, unseen_loss):
        self.prob = prob
        self.columns = columns
        self.weight = weight
        self._nats_per_unit = nats_per_unit
        self._unseen_loss = unseen_loss
        self._is_unseen = columns >= prob.shape[1]

    @cached_property
    def log_loss(self):
        """Mean cross-entropy, in units."""
        nats = log_loss_rows(np.where(self._is_unseen, -1, self.columns), self.prob)
        nats[self._is_unseen] = self._unseen_loss
        return weighted_mean(nats, self.weight) / self._nats_per_unit

    @cached_property
    def label_entropy(self):
        """Entropy of the proportions of the true labels, in units."""
        counts = np.bincount(self.columns, self.weight)
        # Plus 0.0, or it would be -0.0 for a single label.
        return float(entr(counts / counts.sum()).sum() / self._nats_per_unit) + 0.0

    @cached_property
    def skill(self):
        """Proportion of the label entropy that the predictions explain; nan for one class.

        This is D2 of the log loss, also called McFadden's R2.
        """
        if self.label_entropy == 0:
            warn_caller(
                "metric='skill' is not defined where y has one class, since there is no "
                "uncertainty to explain: the score is nan. Use stratified folds, or "
                "metric='neg_log_loss'.",
                UndefinedMetricWarning,
            )
            return np.nan
        return 1 - self.log_loss / self.label_entropy

    @cached_property
    def miscalibration(self):
        """Reduction of the log loss by recalibration, in units."""
        if np.isinf(self.log_loss):
            return np.inf
        return self._loss_parts.miscalibration / self._nats_per_unit

    @cached_property
    def discrimination(self):
        """Label entropy minus the log loss of the recalibrated predictions, in units."""
        return self._loss_parts.discrimination / self._nats_per_unit

    @cached_property
    def _loss_parts(self):
        prob = self.prob
        n_unseen = int(self.columns.max()) + 1 - prob.shape[1]
        if n_unseen > 0:
            prob = np.column_stack([prob, np.full((len(prob), n_unseen), PROBABILITY_FLOOR)])
        return decompose(prob, self.columns, self.weight)

    @cached_property
    def brier_score(self):
        """Mean squared distance from the one-hot label; half of it for two classes."""
        predicted = self.prob[
            np.arange(len(self.prob)), np.where(self._is_unseen, 0, self.columns)
        ]
        predicted = np.where(self._is_unseen, 0, predicted.astype(np.float64))
        # |p - e_y|^2 = |p|^2 - 2 p_y + 1 needs no temporary array of the size of `prob`.
        squares = np.einsum("ik,ik->i", self.prob, self.prob, dtype=np.float64)
        distance = weighted_mean(squares - 2 * predicted + 1, self.weight)
        is_binary = self.prob.shape[1] == 2 and not self._is_unseen.any()
        return distance / 2 if is_binary else distance


# Functions of OutputScores; higher is better. Losses are subtracted from 0, so that the best score
# is 0.0 and not -0.0.
METRICS = {
    "discrimination": lambda scores: scores.discrimination,
    "information_gain": lambda scores: scores.label_entropy - scores.log_loss,
    "neg_brier_score": lambda scores: 0 - scores.brier_score,
    "neg_log_loss": lambda scores: 0 - scores.log_loss,
    "neg_miscalibration": lambda scores: 0 - scores.miscalibration,
    "skill": lambda scores: scores.skill,
}

# Names of losses, refused as metrics, and the scores that are meant: as in scikit-learn, a negated
# loss has a name that says so.
LOSSES = {
    "brier": "neg_brier_score",
    "brier_score": "neg_brier_score",
    "log_loss": "neg_log_loss",
    "miscalibration": "neg_miscalibration",
}


def get_scorer_names() -> list[str]:
    """Return the names that `EntropyScorer` accepts as ``metric``.

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
