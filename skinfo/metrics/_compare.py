"""Comparison of the log losses of two models on the same samples."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from numbers import Real
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr

from skinfo.metrics._exact_sum import ExactSum
from skinfo.metrics._labelled_predictions import read_labelled_predictions
from skinfo.metrics._labels import column_labels
from skinfo.metrics._log_rows import log_loss_rows
from skinfo.metrics._pieces import Pieces, number_of_classes, read_score_samples, refuse_groups
from skinfo.metrics._standard_errors import SamplingDesign, half_widths
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._results import ConfidenceInterval, TableRepr
from skinfo.utils._validation import check_base


@dataclass(frozen=True, repr=False)
class LogLossComparison(TableRepr):
    """The log losses of two models on the same samples.

    Attributes
    ----------
    log_loss_a, log_loss_b : float
        Log loss of each model, in bits per sample (or the unit of `base`).

    difference : float
        ``log_loss_a - log_loss_b``: positive if model b is better.

    standard_error : float
        Standard error of the difference, from the differences of the samples, or of the groups.

    pvalue : float
        Two-sided p-value of Student's t-test of the hypothesis that the expected difference is
        zero.
    """

    log_loss_a: float
    log_loss_b: float
    difference: float
    standard_error: float
    pvalue: float
    _degrees_of_freedom: float

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Return a confidence interval for the difference.

        Parameters
        ----------
        confidence_level : float, default=0.95
            Confidence level of the interval.

        Returns
        -------
        interval : ConfidenceInterval
            ``low`` and ``high``, in the unit of the difference.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        width = half_widths(self.standard_error, self._degrees_of_freedom, confidence_level)
        return ConfidenceInterval(float(self.difference - width), float(self.difference + width))

    def _table(self):
        low, high = self.confidence_interval()
        parts = ["log_loss_a", "log_loss_b", "difference", "standard_error"]
        numbers = {part: getattr(self, part) for part in parts}
        return pd.DataFrame({**numbers, "low": low, "high": high, "pvalue": self.pvalue}, [""])


@validate_params(
    {
        "y_true": "no_validation",
        "prob_a": "no_validation",
        "prob_b": "no_validation",
        "labels": ["array-like", None],
        "base": [Interval(Real, 0, None, closed="neither")],
        "sample_weight": ["array-like", None],
        "groups": ["array-like", None],
    },
    prefer_skip_nested_validation=True,
)
def compare_log_loss(
    y_true: ArrayLike | Iterable[tuple],
    prob_a: ArrayLike | None = None,
    prob_b: ArrayLike | None = None,
    *,
    labels: ArrayLike | None = None,
    base: float = 2,
    sample_weight: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> LogLossComparison:
    """Compare the log losses of two models on the same samples.

    The differences are paired by sample, so variation between samples that affects both models
    equally does not contribute to the standard error.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or iterable
        True labels: strings, booleans or numbers. Or an iterable of chunks ``(y_true, prob_a,
        prob_b)`` or ``(y_true, prob_a, prob_b, sample_weight)``, without the other arguments: it
        is iterated over once if `labels` are given, else twice.

    prob_a, prob_b : array-like of shape (n_samples, n_classes) or (n_samples,), default=None
        Predicted distributions of each model, one per row, with the same columns; for two classes
        also the probability of the second label alone.

    labels : array-like of shape (n_classes,), default=None
        The label of each column, in the order of the columns: ``clf.classes_``. None takes the
        sorted labels of `y_true`, if there is one for each column.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    sample_weight : array-like of shape (n_samples,), default=None
        Sample weights; a weight of w counts as w repetitions of the sample, for the standard
        error as well.

    groups : array-like of shape (n_samples,), default=None
        Group of each sample (a patient, a day, a fold). Samples of a group may be dependent; the
        standard error is cluster-robust. None: samples are independent. Not available for samples
        in pieces.

    Returns
    -------
    result : LogLossComparison
        Has the attributes ``log_loss_a``, ``log_loss_b``, ``difference``, ``standard_error`` and
        ``pvalue``, and the method ``confidence_interval()``.

    Raises
    ------
    ValueError
        If a row is not a distribution (the message names it), shapes or lengths differ, `labels`
        do not match the columns, a label is missing or has no column, or `groups` contains only
        one group.

    See Also
    --------
    log_loss_decomposition : Components of the loss of one model.

    Notes
    -----
    The standard error is for two fixed models on new samples. It does not include the variance of
    training: for that, compare the scores of the folds of a cross-validation.

    Probabilities below 2**-52 count as 2**-52.

    All arguments may be Dask collections. Without `groups`, all sums are exact: results are
    identical for any pieces and any order of the samples.

    References
    ----------
    .. [1] F. X. Diebold and R. S. Mariano, "Comparing predictive accuracy", Journal of Business
       and Economic Statistics 13(3), 1995, 253-263.
    .. [2] A. C. Cameron and D. L. Miller, "A practitioner's guide to cluster-robust inference",
       Journal of Human Resources 50(2), 2015, 317-372.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_val_predict
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skinfo.metrics import compare_log_loss
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> models = GaussianNB(), make_pipeline(StandardScaler(), LogisticRegression())
    >>> probs = [cross_val_predict(model, X, y, method="predict_proba") for model in models]
    >>> result = compare_log_loss(y, *probs)
    >>> round(result.difference, 2), round(result.standard_error, 2)
    (0.82, 0.21)
    >>> result.pvalue < 0.001
    True
    """
    nats_per_unit = check_base(base)
    predictions = {"prob_a": prob_a, "prob_b": prob_b}
    samples = read_score_samples(y_true, predictions, sample_weight, "compare_log_loss")
    if isinstance(samples, Pieces):
        refuse_groups(groups)
        return _comparison(_sums_of_pieces(samples, labels, nats_per_unit))
    labelled = read_labelled_predictions(
        y_true, predictions, labels=labels, sample_weight=sample_weight, groups=groups
    )
    losses = _losses(labelled, nats_per_unit)
    comparison = _comparison(ComparisonSums.of(losses, labelled.weight))
    if labelled.groups is None:
        return comparison
    design = SamplingDesign(labelled.weight, labelled.groups)
    # `standard_errors` takes an array of rows.
    standard_error = float(design.standard_errors(losses[:1] - losses[1:])[0])
    return replace(
        comparison,
        standard_error=standard_error,
        pvalue=_student_pvalue(comparison.difference, standard_error, design.degrees_of_freedom),
        _degrees_of_freedom=design.degrees_of_freedom,
    )


def _sums_of_pieces(pieces, labels, nats_per_unit):
    """Return the ComparisonSums of all pieces."""
    distinct = pieces.distinct_labels() if labels is None else None

    def summarise(piece):
        of_columns = labels
        if distinct is not None:
            of_columns = column_labels(distinct, None, number_of_classes(piece.predictions[0]))
        labelled = read_labelled_predictions(
            piece.y_true,
            dict(zip(("prob_a", "prob_b"), piece.predictions, strict=True)),
            labels=of_columns,
            sample_weight=piece.sample_weight,
        )
        return ComparisonSums.of(_losses(labelled, nats_per_unit), labelled.weight)

    return pieces.reduce(summarise, ComparisonSums.merged)


def _losses(labelled, nats_per_unit):
    """Return the losses of both models, (2, n_samples)."""
    nats = [log_loss_rows(labelled.columns, prob) for prob in labelled.probs]
    return np.array(nats) / nats_per_unit


class ComparisonSums(NamedTuple):
    """Exact weighted sums over samples: of both losses, of their difference and its square."""

    loss_a: ExactSum
    loss_b: ExactSum
    difference: ExactSum
    square: ExactSum
    weight: ExactSum

    @classmethod
    def of(cls, losses, weight):
        """Return the sums of losses (2, n_samples)."""
        differences = losses[0] - losses[1]
        terms = [*losses, differences]
        return cls(
            *(ExactSum.of(values, weight) for values in terms),
            ExactSum.of_squares(differences, weight),
            ExactSum.of(weight),
        )

    def merged(self, other):
        """Return the merged sums."""
        return ComparisonSums(*(a.merged(b) for a, b in zip(self, other, strict=True)))


def _comparison(sums):
    """Return the LogLossComparison of independent samples."""
    weight = sums.weight.rounded
    difference = sums.difference.rounded / weight
    freedom = max(weight - 1, 0.0)
    # n / (n - 1) for n samples, so that repetitions and weights give equal results.
    standard_error = math.nan
    if freedom:
        centred = sums.square.fraction - sums.difference.fraction**2 / sums.weight.fraction
        standard_error = math.sqrt(float(centred) * (1 + 1 / freedom)) / weight
    return LogLossComparison(
        sums.loss_a.rounded / weight,
        sums.loss_b.rounded / weight,
        difference,
        standard_error,
        _student_pvalue(difference, standard_error, freedom),
        freedom,
    )


def _student_pvalue(difference, standard_error, degrees_of_freedom):
    """Return the two-sided p-value; 1 for a difference of exactly zero."""
    if difference == 0:
        return 1.0
    if standard_error == 0:
        return 0.0
    if math.isnan(standard_error):
        return math.nan
    return float(2 * stdtr(degrees_of_freedom, -abs(difference) / standard_error))
