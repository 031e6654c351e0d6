"""Risk-coverage curve: mean loss of the most certain predictions by the proportion retained."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import entr

from skinfo.metrics._labelled_predictions import read_labelled_predictions
from skinfo.metrics._log_rows import log_loss_rows
from skinfo.metrics._pieces import RANKS_INSTEAD, needs_all_rows
from skinfo.metrics._standard_errors import half_widths
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._results import TableRepr
from skinfo.utils._validation import check_base, numbers_given


@dataclass(frozen=True, repr=False)
class RiskCoverageCurve(TableRepr):
    """Risk of the retained predictions, the most certain first.

    Attributes
    ----------
    coverage : ndarray of shape (n_points,), dtype float64
        Proportions of the total sample weight that are retained, increasing to 1.

    risk : ndarray of shape (n_points,), dtype float64
        Mean loss of the retained samples: bits per sample (or the unit of `base`), or the error
        rate.

    expected : ndarray of shape (n_points,), dtype float64
        Mean loss of the retained samples expected under the predictions themselves. If it is below
        the risk, the model is overconfident.

    low, high : ndarray of shape (n_points,), dtype float64
        Bounds of a pointwise confidence interval for the risk.
    """

    coverage: np.ndarray
    risk: np.ndarray
    expected: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def _table(self):
        return pd.DataFrame(vars(self))


def _log_loss(prob, columns, nats_per_unit):
    return log_loss_rows(columns, prob) / nats_per_unit, entr(prob).sum(axis=1) / nats_per_unit


def _error_rate(prob, columns, nats_per_unit):
    wrong = prob.argmax(axis=1) != columns
    return wrong.astype(np.float64), 1 - prob.max(axis=1).astype(np.float64)


# Functions of predictions that return the loss of each sample, and its expectation under the
# prediction.
RISKS = {"log_loss": _log_loss, "error_rate": _error_rate}


@needs_all_rows(RANKS_INSTEAD)
@validate_params(
    {
        "y_true": ["array-like"],
        "y_prob": ["array-like"],
        "labels": ["array-like", None],
        "risk": [StrOptions(set(RISKS))],
        "uncertainty": ["array-like", None],
        "base": [Interval(Real, 0, None, closed="neither")],
        "sample_weight": ["array-like", None],
        "confidence_level": [Real],
    },
    prefer_skip_nested_validation=True,
)
def risk_coverage_curve(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    risk: Literal["log_loss", "error_rate"] = "log_loss",
    uncertainty: ArrayLike | None = None,
    base: float = 2,
    sample_weight: ArrayLike | None = None,
    confidence_level: float = 0.95,
) -> RiskCoverageCurve:
    """Compute the mean loss of selective predictions as a function of coverage.

    Samples are retained in the order of their uncertainty, the smallest first. If the uncertainty
    is informative about errors, the risk increases with coverage.

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

    risk : {"log_loss", "error_rate"}, default="log_loss"
        Bits per sample, or the proportion of samples whose most probable class is wrong.

    uncertainty : array-like of shape (n_samples,), default=None
        Samples with the largest uncertainty are rejected first, for example the epistemic
        uncertainty of an ensemble. None: the entropy of the predictions.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    sample_weight : array-like of shape (n_samples,), default=None
        A weight of w counts as w repetitions of the sample.

    confidence_level : float, default=0.95
        Level of the pointwise intervals.

    Returns
    -------
    curve : RiskCoverageCurve
        Has the attributes ``coverage``, ``risk``, ``expected``, ``low`` and ``high``, with one
        point for each distinct uncertainty.

    Raises
    ------
    ValueError
        If a row of `y_prob` is not a distribution (the message names it), lengths differ,
        `labels` do not match the columns, an uncertainty is not finite, or the level is not
        between 0 and 1.

    See Also
    --------
    skinfo.inspection.UncertaintyDisplay : Plot of the curve.
    uncertainty_decomposition : Aleatoric and epistemic uncertainty of an ensemble.

    Notes
    -----
    Samples of the same uncertainty are retained or rejected together, so the order of samples does
    not matter. The intervals are Student's, pointwise for the mean at each coverage.

    References
    ----------
    .. [1] R. El-Yaniv and Y. Wiener, "On the foundations of noise-free selective
       classification", Journal of Machine Learning Research 11, 2010, 1605-1641.

    Examples
    --------
    The two most certain of four predictions are correct:

    >>> from skinfo.metrics import risk_coverage_curve
    >>> curve = risk_coverage_curve([1, 1, 0, 0], [0.99, 0.9, 0.8, 0.6], risk="error_rate")
    >>> curve.coverage
    array([0.25, 0.5 , 0.75, 1.  ])
    >>> curve.risk.round(2)
    array([0.  , 0.  , 0.33, 0.5 ])
    """
    nats_per_unit = check_base(base)
    samples = read_labelled_predictions(
        y_true, {"y_prob": y_prob}, labels=labels, sample_weight=sample_weight
    )
    prob = samples.probs[0].astype(np.float64, copy=False)
    losses, expected = RISKS[risk](prob, samples.columns, nats_per_unit)
    if uncertainty is None:
        uncertainty = entr(prob).sum(axis=1)
    else:
        uncertainty = _check_uncertainty(uncertainty, np.shape(y_prob)[0])[samples.kept]
    return _curve(uncertainty, losses, expected, samples.weight, confidence_level)


def _check_uncertainty(uncertainty, n):
    """Return the uncertainty of each sample, (n,) float64."""
    uncertainty = numbers_given(uncertainty, "uncertainty")
    if uncertainty.shape != (n,):
        raise ValueError(
            f"uncertainty must have shape ({n},), one number per sample, got {uncertainty.shape}."
        )
    if not np.isfinite(uncertainty).all():
        row = int(np.argmin(np.isfinite(uncertainty)))
        raise ValueError(f"Row {row} of uncertainty is {uncertainty[row]}; it must be finite.")
    return uncertainty


def _curve(uncertainty, losses, expected, weight, confidence_level):
    """Return the curve; samples of equal uncertainty are one point."""
    # Ties are broken by the other arrays, so that sums do not depend on the order of samples.
    order = np.lexsort([weight, expected, losses, uncertainty])
    uncertainty, losses, expected, weight = (
        values[order] for values in (uncertainty, losses, expected, weight)
    )
    ends = np.append(np.flatnonzero(np.diff(uncertainty)), len(uncertainty) - 1)
    mass = np.cumsum(weight)[ends]
    means, squares, expected = (
        np.cumsum(values * weight)[ends] / mass for values in (losses, losses**2, expected)
    )
    # Negative by rounding only.
    variance = np.maximum(squares - means**2, 0)
    freedom = mass - 1
    errors = np.full(len(mass), np.nan)
    several = freedom > 0
    errors[several] = np.sqrt(variance[several] / freedom[several])
    # Student's quantile needs a positive number of degrees; where there are none the error is nan.
    widths = half_widths(errors, np.maximum(freedom, 1e-9), confidence_level)
    return RiskCoverageCurve(
        coverage=mass / mass[-1],
        risk=means,
        expected=expected,
        # No loss is negative.
        low=np.maximum(means - widths, 0),
        high=means + widths,
    )
