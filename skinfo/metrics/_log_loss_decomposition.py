"""Decomposition of a log loss into miscalibration, discrimination and uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skinfo.metrics._corp import CorpDecomposition, resampling_generator
from skinfo.metrics._labelled_predictions import read_labelled_predictions
from skinfo.metrics._pieces import RANKS_INSTEAD, needs_all_rows
from skinfo.metrics._standard_errors import SamplingDesign, half_widths
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._results import ConfidenceInterval, TableRepr
from skinfo.utils._validation import check_base, count_from


class LossParts(NamedTuple):
    """A quantity of the log loss and of each of its parts."""

    log_loss: Any
    miscalibration: Any
    discrimination: Any
    uncertainty: Any


@dataclass(frozen=True, repr=False)
class LogLossDecomposition(TableRepr):
    """Decomposition of a log loss: ``log_loss = miscalibration - discrimination + uncertainty``.

    Attributes
    ----------
    log_loss : float
        Cross-entropy of the predictions, in bits per sample (or the unit of `base`).

    miscalibration : float
        Reduction of the log loss by recalibration; never negative. 0 if the predictions are
        calibrated.

    discrimination : float
        Reduction of the log loss by the recalibrated predictions compared with the class
        prevalences; never negative. 0 if the predictions are the same for all samples.

    uncertainty : float
        Entropy of the class prevalences, which is the log loss of predicting them.

    chance : float
        Optimism of the recalibration, which is fitted on the samples that it is evaluated on. It
        is contained in both the miscalibration and the discrimination; `report` subtracts it
        from each. The parts add up with it and without it.

    pvalue : float
        p-value of the hypothesis that the predictions are calibrated: the probability of a
        miscalibration at least as large.

    standard_error : LossParts
        Standard error of each part, by name; for miscalibration and discrimination, of the part
        minus `chance`.

    by_class : DataFrame of shape (n_classes, 3)
        Miscalibration, discrimination and uncertainty of each class; they add up to the parts.
    """

    log_loss: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    chance: float
    pvalue: float
    standard_error: LossParts
    by_class: pd.DataFrame
    _gain_variance: float
    _variance_slope: float
    _degrees_of_freedom: float

    def confidence_interval(self, confidence_level: float = 0.95) -> LossParts:
        """Return a confidence interval for each part.

        Those of miscalibration and discrimination are for the part minus `chance`. That of
        miscalibration extends further above the estimate than below it, because its variance
        increases with it. Bounds are not below zero.

        Parameters
        ----------
        confidence_level : float, default=0.95
            Confidence level of the intervals.

        Returns
        -------
        intervals : LossParts
            A `ConfidenceInterval` (``low``, ``high``) for each part, by name, in the unit of the
            parts.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        ends = np.maximum(self._ends(confidence_level), 0)
        return LossParts(*(ConfidenceInterval(*end) for end in ends.tolist()))

    def report(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Return a table with one row per part.

        The estimates of miscalibration and discrimination are corrected by `chance`, as in the
        intervals, and are not below zero.

        Parameters
        ----------
        confidence_level : float, default=0.95
            Confidence level of the intervals.

        Returns
        -------
        report : DataFrame of shape (4, 4)
            Columns ``estimate``, ``standard_error``, ``low`` and ``high``.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        ends = self.confidence_interval(confidence_level)
        return pd.DataFrame(
            {
                "estimate": np.maximum(self._corrected(), 0),
                "standard_error": self.standard_error,
                "low": [end.low for end in ends],
                "high": [end.high for end in ends],
            },
            index=list(LossParts._fields),
        )

    def _table(self):
        return self.report()

    def _remarks(self):
        return {"chance": self.chance, "pvalue": self.pvalue}

    def _ends(self, confidence_level):
        """Return the bounds of the interval of each part, of shape (4, 2), possibly negative.

        That of the miscalibration is a score interval: all m with ``(c - m)**2 <= t**2 V(m)`` for
        the estimate c, where the variance ``V(m)`` is that of the optimism plus a multiple of m.
        An estimate below zero is set to zero: otherwise an m far above zero, with its larger
        variance, could be in the interval while zero is not.
        """
        errors = np.array(self.standard_error)
        estimates = np.array(self._corrected())
        shifts = np.zeros(len(errors))
        quantile = half_widths(1.0, self._degrees_of_freedom, confidence_level)
        # With s = t V' / 2 the ends are the roots m = c + t s -+ t sqrt(V(c) + s**2).
        part = LossParts._fields.index("miscalibration")
        shifts[part] = quantile * self._variance_slope / 2
        estimates[part] = max(estimates[part], 0.0)
        variance = self._gain_variance + self._variance_slope * estimates[part]
        errors[part] = np.sqrt(variance + shifts[part] ** 2)
        centres = estimates + quantile * shifts
        return np.column_stack([centres - quantile * errors, centres + quantile * errors])

    def _corrected(self):
        """Return the estimates corrected for the optimism of the recalibration."""
        return LossParts(
            self.log_loss,
            self.miscalibration - self.chance,
            self.discrimination - self.chance,
            self.uncertainty,
        )


@needs_all_rows(RANKS_INSTEAD)
@validate_params(
    {
        "y_true": ["array-like"],
        "y_prob": ["array-like"],
        "labels": ["array-like", None],
        "base": [Interval(Real, 0, None, closed="neither")],
        "sample_weight": ["array-like", None],
        "groups": ["array-like", None],
        "n_resamples": [count_from(2)],
        "random_state": [Interval(Integral, 0, None, closed="left"), None],
    },
    prefer_skip_nested_validation=True,
)
def log_loss_decomposition(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    base: float = 2,
    sample_weight: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    n_resamples: int = 99,
    random_state: int | None = 0,
) -> LogLossDecomposition:
    r"""Decompose a log loss into miscalibration, discrimination and uncertainty.

    The predictions of each class are recalibrated by the non-decreasing function that minimises
    the loss (isotonic regression by pooling adjacent violators: CORP [1]_). The miscalibration is
    the reduction of the loss by this recalibration. The uncertainty is the loss of predicting the
    class prevalences, and the discrimination is the reduction from there to the loss of the
    recalibrated predictions. The log loss is miscalibration minus discrimination plus uncertainty.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels: strings, booleans or numbers.

    y_prob : array-like of shape (n_samples, n_classes) or (n_samples,)
        Predicted distributions, one per row; for two classes also the probability of the second
        label alone.

    labels : array-like of shape (n_classes,), default=None
        The label of each column, in the order of the columns: ``clf.classes_``. None takes the
        sorted labels of `y_true`, if there is one for each column.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    sample_weight : array-like of shape (n_samples,), default=None
        Sample weights; a weight of w counts as w repetitions of the sample, for the standard
        errors as well. For weights that do not count repetitions, also pass
        ``groups=range(n_samples)``.

    groups : array-like of shape (n_samples,), default=None
        Group of each sample (a patient, a day). Samples of a group may be dependent; standard
        errors and intervals are cluster-robust. None: samples are independent.

    n_resamples : int, default=99
        Number of times that labels are sampled from the recalibrated predictions, to estimate
        `chance` and its variance, and from the predictions, to estimate `pvalue`, which is at
        least ``1 / (n_resamples + 1)``.

    random_state : int or None, default=0
        Seed of the resampling, combined with the data: repeated calls return the same result.
        None: results vary between calls.

    Returns
    -------
    result : LogLossDecomposition
        Has the attributes ``log_loss``, ``miscalibration``, ``discrimination``, ``uncertainty``,
        ``chance``, ``pvalue``, ``standard_error`` and ``by_class``, and the methods
        ``confidence_interval()`` and ``report()``.

    Raises
    ------
    ValueError
        If a row of `y_prob` is not a distribution (the message names the row), lengths differ,
        `labels` do not match the columns, a label is missing or has no column, or `groups`
        contains only one group.

    See Also
    --------
    EntropyScorer : Miscalibration or discrimination as a scorer.
    cross_entropy_loss : The log loss.
    compare_log_loss : Paired test of the log losses of two models.

    Notes
    -----
    For more than two classes, each class is recalibrated separately, one against the rest. The
    log loss is the sum over classes of :math:`y \ln(y/q) - y + q`, in which the last two terms
    cancel over the classes of a sample. Each term is a Bregman loss, which isotonic regression
    minimises among the non-decreasing functions [2]_. These include the identity and the
    constants, so no part can be negative, and the three add up exactly. The recalibrated values
    of a sample need not sum to one. Miscalibration is therefore classwise: it is 0 if, for each
    class and each q, a proportion q of the samples predicted q for the class belong to it. For
    two classes this is the CORP decomposition itself. The alternatives leave a remainder (log
    losses of one class against the rest do not sum to that of all), depend on the order of the
    classes (a chain of binary decisions), or can miss a useful recalibration (a single
    temperature).

    `chance` is the mean gain of isotonic regression on resampled labels. They are sampled from
    predictions recalibrated by a temperature and a bias for each class, not from the isotonic
    rates: for these, which are step functions, the gain is smaller than for strictly increasing
    rates. For ten classes the difference is a third of `chance`
    (``benchmarks/decomposition.py``). The variance of a part is that of a mean over samples, at
    the smooth recalibration, plus that of the gain over resamples. For the miscalibration the
    first is proportional to the miscalibration and vanishes for calibrated predictions; its
    interval is a score interval, which holds the values that the estimate does not reject.

    `pvalue` compares the miscalibration with that of labels sampled from the predictions
    themselves. For independent samples its level is exact for any sample size and any number of
    classes [4]_. With groups, gains are multiplied by the design effect, the variance of the hits
    of a pooled block between groups relative to that between independent samples, and the level
    is approximate.

    Probabilities below 2**-52 count as 2**-52. The sum of the parts differs from
    `cross_entropy_loss` by the deviation from one of the mean of the row sums: by 1e-5 at most.

    References
    ----------
    .. [1] T. Dimitriadis, T. Gneiting and A. I. Jordan, "Stable reliability diagrams for
       probabilistic classifiers", PNAS 118(8), 2021, e2016191118.
    .. [2] R. E. Barlow and H. D. Brunk, "The isotonic regression problem and its dual",
       Journal of the American Statistical Association 67(337), 1972, 140-147.
    .. [3] J. Broecker, "Reliability, sufficiency, and the decomposition of proper scores",
       Quarterly Journal of the Royal Meteorological Society 135, 2009, 1512-1519.
    .. [4] J. Broecker and L. A. Smith, "Increasing the reliability of reliability diagrams",
       Weather and Forecasting 22(3), 2007, 651-661 (consistency resampling).

    Examples
    --------
    Naive Bayes treats redundant features as independent, and is overconfident:

    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.model_selection import cross_val_predict
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skinfo.metrics import log_loss_decomposition
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> y_prob = cross_val_predict(GaussianNB(), X, y, method="predict_proba")
    >>> result = log_loss_decomposition(y, y_prob)
    >>> result.report().round(2)
                    estimate  standard_error   low  high
    log_loss            0.94            0.22  0.51  1.37
    miscalibration      0.73            0.19  0.44  1.21
    discrimination      0.74            0.04  0.67  0.81
    uncertainty         0.95            0.02  0.92  0.98
    >>> result.pvalue  # the smallest possible with 99 resamples
    0.01
    """
    nats_per_unit = check_base(base)
    # Labels are resampled sample by sample, so the order of the samples must not matter.
    samples = read_labelled_predictions(
        y_true, {"y_prob": y_prob}, labels=labels, sample_weight=sample_weight, groups=groups
    ).in_canonical_order()
    corp = CorpDecomposition(samples.probs[0], samples.columns, samples.weight)
    optimism = corp.optimism(samples.groups, n_resamples, resampling_generator(random_state, corp))
    errors = _part_errors(corp, optimism, SamplingDesign(samples.weight, samples.groups))
    by_class = np.array(corp.by_class()) / nats_per_unit
    miscalibration, discrimination, uncertainty = by_class.sum(axis=1).tolist()
    return LogLossDecomposition(
        # From its parts, not from the samples, so that the identity holds to the last digit.
        log_loss=miscalibration - discrimination + uncertainty,
        miscalibration=miscalibration,
        discrimination=discrimination,
        uncertainty=uncertainty,
        chance=optimism.mean / nats_per_unit,
        pvalue=optimism.pvalue,
        standard_error=LossParts(*(np.sqrt(errors.variances) / nats_per_unit).tolist()),
        by_class=pd.DataFrame(by_class.T, index=samples.labels, columns=LossParts._fields[1:]),
        _gain_variance=optimism.variance / nats_per_unit**2,
        _variance_slope=errors.slope / nats_per_unit,
        _degrees_of_freedom=errors.degrees_of_freedom,
    )


class PartErrors(NamedTuple):
    """Sampling errors of the log loss and its parts, corrected for optimism, in nats."""

    variances: np.ndarray  # (4,)
    slope: float  # increase of the variance of the miscalibration per unit of miscalibration
    degrees_of_freedom: float


def _part_errors(corp, optimism, design):
    """Return the PartErrors of a CorpDecomposition."""
    contributions = corp.sample_contributions()
    variances = design.standard_errors(contributions) ** 2
    smooth = design.means(contributions)[1]
    total = corp.by_class().miscalibration.sum()
    # Miscalibration that isotonic rates correct and smooth ones do not, beyond the optimism.
    missed = max(total - smooth - optimism.mean, 0.0)
    # The variance of a small log likelihood ratio is about twice its mean.
    twice = 2 * optimism.design_effect / design.total
    # Expected gain of the parameters of the smooth recalibration for calibrated predictions. It
    # keeps the ratio of two small numbers near its limit.
    fitted = corp.n_classes * twice / 4
    slope = (variances[1] + twice * (missed + fitted)) / (max(smooth, 0.0) + missed + fitted)
    variances[1] = optimism.variance + slope * max(total - optimism.mean, 0.0)
    # Discrimination ends at the recalibrated loss as well, so it has the errors of that too.
    variances[2] += optimism.variance + twice * missed
    return PartErrors(variances, slope, design.degrees_of_freedom)
