"""Metrics of EntropyScorer: their names, and their values for checked predictions."""

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import entr
from sklearn.exceptions import UndefinedMetricWarning

from skinfo.metrics._arrays import LossSums
from skinfo.metrics._calibration_error import binned_calibration_error
from skinfo.metrics._corp import decompose
from skinfo.metrics._labels import encode_labels, find_or_add_columns
from skinfo.metrics._log_rows import log_loss_rows
from skinfo.metrics._probabilities import PROBABILITY_FLOOR
from skinfo.utils._sums import ordered_sum
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_sample_weight
from skinfo.utils._warnings import warn_caller

# Loss in nats of a sample whose label is not a class of the model; "raise" is neither.
UNSEEN_LOSSES = {"clip": -math.log(PROBABILITY_FLOOR), "inf": math.inf}


def score_predictions(outputs, y, sample_weight, *, metrics, nats_per_unit, unseen):
    """Score checked predictions.

    Parameters
    ----------
    outputs : list of ClassProbabilities
        One for each output.

    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        True labels.

    sample_weight : array-like of shape (n_samples,) or None

    metrics : dict of str to str
        Names in `METRICS`, by the names of the scores.

    nats_per_unit : float
        Unit of the scores.

    unseen : str
        A key of `UNSEEN_LOSSES`, or "raise".

    Returns
    -------
    scores : dict of str to float
        Means over the outputs; higher is better.
    """
    scores = []
    for labelled in _labelled_outputs(outputs, y, sample_weight, unseen):
        classes = labelled.classes
        if np.all(labelled.columns >= len(classes)):
            _warn_of_unseen(labelled.labels[len(classes) :], classes, unseen, nats_per_unit)
        scores.append(OutputScores(labelled, nats_per_unit, UNSEEN_LOSSES.get(unseen)))
    return _mean_scores(scores, metrics)


def sum_predictions(outputs, y, sample_weight, *, unseen):
    """Return the OutputSums of each output; arguments are those of `score_predictions`."""
    return [
        OutputSums.of(labelled, UNSEEN_LOSSES.get(unseen))
        for labelled in _labelled_outputs(outputs, y, sample_weight, unseen)
    ]


def merge_sums(a, b):
    """Return the merged OutputSums of each output."""
    return [of_a.merged(of_b) for of_a, of_b in zip(a, b, strict=True)]


def refuse_ranked(metrics):
    """Raise ValueError for a metric that is not a function of OutputSums."""
    for metric in metrics.values():
        if metric in RANKED_METRICS:
            sums = ", ".join(repr(name) for name in METRICS if name not in RANKED_METRICS)
            raise ValueError(
                f"metric={short_repr(metric)} ranks or bins all predictions, and the samples come "
                f"in parts. Use {sums}, or score a random sample of the rows in memory."
            )


def score_sums(sums, *, metrics, nats_per_unit, unseen):
    """Return the result of `score_predictions`, from the OutputSums of all samples."""
    for of_output in sums:
        labels, classes = list(of_output.label_weights), of_output.classes
        if not set(labels) & set(classes):
            _warn_of_unseen(labels, classes, unseen, nats_per_unit)
    return _mean_scores([SummedScores(of_output, nats_per_unit) for of_output in sums], metrics)


def _mean_scores(scores, metrics):
    """Return the mean of each metric over the outputs."""
    return {
        name: float(np.mean([METRICS[metric](of_output) for of_output in scores]))
        for name, metric in metrics.items()
    }


class LabelledOutput(NamedTuple):
    """Predictions of one output with the true labels; all weights are positive.

    Attributes
    ----------
    prob : ndarray of shape (n_samples, n_classes)
        Checked distributions.

    columns : ndarray of shape (n_samples,), dtype int
        Column index of the true label; labels that are not classes of the model are numbered
        from n_classes on.

    weight : ndarray of shape (n_samples,) or None

    labels : list
        Python scalars: the classes, then the other labels, by their number.
    """

    prob: np.ndarray
    columns: np.ndarray
    weight: np.ndarray | None
    labels: list

    @property
    def classes(self):
        """The classes of the model."""
        return self.labels[: self.prob.shape[1]]


def _labelled_outputs(outputs, y, sample_weight, unseen):
    """Yield the LabelledOutput of each output."""
    weight = None if sample_weight is None else check_sample_weight(sample_weight, len(y))
    columns_of_y = [y] if y.ndim == 1 else list(y.T)
    for output, column in zip(outputs, columns_of_y, strict=True):
        yield _labelled_output(output, column, weight, unseen)


def _labelled_output(output, y, weight, unseen):
    """Return the predictions of one output with its labels."""
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
            f"y holds labels that are not classes of the fitted model: {short_repr(new)}; its "
            f"classes are {short_repr(np.asarray(classes).tolist())}. Stratify the folds, train "
            "on samples of each class, or set the loss of such a sample by unseen='clip' or "
            "unseen='inf'."
        )
    return LabelledOutput(prob, columns[codes], weight, [*np.asarray(classes).tolist(), *new])


def _warn_of_unseen(labels, classes, unseen, nats_per_unit):
    """Warn that no label of y is a class of the model."""
    # Most often sorted labels in unshuffled folds: the score is meaningless.
    warn_caller(
        f"None of the labels in y ({short_repr(labels)}) is a class of the fitted model "
        f"({short_repr(classes)}): each sample costs {UNSEEN_LOSSES[unseen] / nats_per_unit:g}. "
        "If y is sorted, shuffle or stratify the folds.",
    )


def _loss_sums(labelled, unseen_loss):
    """Return the LossSums of the cross-entropies, in nats."""
    is_unseen = labelled.columns >= labelled.prob.shape[1]
    nats = log_loss_rows(np.where(is_unseen, -1, labelled.columns), labelled.prob)
    nats[is_unseen] = unseen_loss
    return LossSums.of(nats, labelled.weight)


def _distance_sums(labelled):
    """Return the LossSums of squared distances from the one-hot label."""
    prob, columns = labelled.prob, labelled.columns
    is_unseen = columns >= prob.shape[1]
    predicted = prob[np.arange(len(prob)), np.where(is_unseen, 0, columns)]
    predicted = np.where(is_unseen, 0, predicted.astype(np.float64))
    # |p - e_y|^2 = |p|^2 - 2 p_y + 1 needs no temporary array of the size of `prob`.
    squares = np.einsum("ik,ik->i", prob, prob, dtype=np.float64, casting="same_kind")
    return LossSums.of(squares - 2 * predicted + 1, labelled.weight)


def _label_weights(labelled):
    """Return the sum of the weights of each label that occurs, a dict."""
    counts = np.bincount(labelled.columns, labelled.weight)
    return {labelled.labels[k]: float(counts[k]) for k in np.flatnonzero(counts).tolist()}


class OutputSums(NamedTuple):
    """Sums over the samples of one output.

    Attributes
    ----------
    classes : list
        Classes of the model.

    loss, distance : LossSums
        Sums of the cross-entropies in nats, and of the squared distances from the one-hot label.

    label_weights : dict
        The sum of the weights of each label that occurs.
    """

    classes: list
    loss: LossSums
    distance: LossSums
    label_weights: dict

    @classmethod
    def of(cls, labelled, unseen_loss):
        """Return the sums of the samples of a LabelledOutput."""
        return cls(
            labelled.classes,
            _loss_sums(labelled, unseen_loss),
            _distance_sums(labelled),
            _label_weights(labelled),
        )

    def merged(self, other):
        """Return the merged sums."""
        weights = dict(self.label_weights)
        for label, weight in other.label_weights.items():
            weights[label] = weights.get(label, 0.0) + weight
        return OutputSums(
            self.classes,
            self.loss.merged(other.loss),
            self.distance.merged(other.distance),
            weights,
        )


class SummedScores:
    """Quantities that metrics of one output are computed from, each on first access.

    Parameters
    ----------
    sums : OutputSums
        Sums of all samples, or an object with the same attributes.

    nats_per_unit : float
        The unit of information.
    """

    def __init__(self, sums, nats_per_unit):
        self._sums = sums
        self._nats_per_unit = nats_per_unit

    @cached_property
    def log_loss(self):
        """Mean cross-entropy, in units."""
        return self._sums.loss.mean / self._nats_per_unit

    @cached_property
    def label_entropy(self):
        """Entropy of the proportions of the true labels, in units."""
        counts = np.array(list(self._sums.label_weights.values()))
        # Plus 0.0, or it would be -0.0 for a single label.
        return ordered_sum(entr(counts / ordered_sum(counts))) / self._nats_per_unit + 0.0

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
    def brier_score(self):
        """Mean squared distance from the one-hot label; half of it for two classes."""
        distance, classes = self._sums.distance.mean, self._sums.classes
        is_binary = len(classes) == 2 and self._sums.label_weights.keys() <= set(classes)
        return distance / 2 if is_binary else distance


class OutputScores(SummedScores):
    """Metrics of one output for samples in memory, including those that need all predictions.

    Parameters
    ----------
    labelled : LabelledOutput

    nats_per_unit : float

    unseen_loss : float
        Log loss in nats of a sample whose label is not a class of the model.
    """

    def __init__(self, labelled, nats_per_unit, unseen_loss):
        super().__init__(_SumsOnDemand(labelled, unseen_loss), nats_per_unit)
        self._labelled = labelled

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
    def calibration_error(self):
        """Expected calibration error in 15 bins, of the second class of two or the top label."""
        prob, columns, weight, _ = self._labelled
        weight = np.ones(len(prob)) if weight is None else weight
        return binned_calibration_error(prob, columns, weight)

    @cached_property
    def _loss_parts(self):
        prob, columns, weight, _ = self._labelled
        n_unseen = int(columns.max()) + 1 - prob.shape[1]
        if n_unseen > 0:
            prob = np.column_stack([prob, np.full((len(prob), n_unseen), PROBABILITY_FLOOR)])
        return decompose(prob, columns, weight)


class _SumsOnDemand:
    """The attributes of OutputSums, each on first access."""

    def __init__(self, labelled, unseen_loss):
        self.classes = labelled.classes
        self._labelled = labelled
        self._unseen_loss = unseen_loss

    @cached_property
    def loss(self):
        return _loss_sums(self._labelled, self._unseen_loss)

    @cached_property
    def distance(self):
        return _distance_sums(self._labelled)

    @cached_property
    def label_weights(self):
        return _label_weights(self._labelled)


# Functions of SummedScores; higher is better. Losses are subtracted from 0, so that the best score
# is 0.0 and not -0.0.
METRICS = {
    "discrimination": lambda scores: scores.discrimination,
    "information_gain": lambda scores: scores.label_entropy - scores.log_loss,
    "neg_brier_score": lambda scores: 0 - scores.brier_score,
    "neg_calibration_error": lambda scores: 0 - scores.calibration_error,
    "neg_log_loss": lambda scores: 0 - scores.log_loss,
    "neg_miscalibration": lambda scores: 0 - scores.miscalibration,
    "skill": lambda scores: scores.skill,
}

# Those that rank or bin all predictions.
RANKED_METRICS = ("discrimination", "neg_calibration_error", "neg_miscalibration")

# Names of losses, refused as metrics, and the scores that are meant: as in scikit-learn, a negated
# loss has a name that says so.
LOSSES = {
    "brier": "neg_brier_score",
    "brier_score": "neg_brier_score",
    "calibration_error": "neg_calibration_error",
    "log_loss": "neg_log_loss",
    "miscalibration": "neg_miscalibration",
}


def get_scorer_names() -> list[str]:
    """Return the names that `EntropyScorer` accepts as ``metric``.

    Returns
    -------
    names : list of str
        The names, sorted.

    See Also
    --------
    EntropyScorer : Scorer for one or several of these metrics.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skinfo.metrics import EntropyScorer, get_scorer_names
    >>> get_scorer_names()  # doctest: +NORMALIZE_WHITESPACE
    ['discrimination', 'information_gain', 'neg_brier_score', 'neg_calibration_error',
     'neg_log_loss', 'neg_miscalibration', 'skill']
    >>> X, y = load_iris(return_X_y=True)
    >>> scores = EntropyScorer(metric=get_scorer_names())(GaussianNB().fit(X, y), X, y)
    >>> round(scores["skill"], 2)
    0.9
    """
    return sorted(METRICS)
