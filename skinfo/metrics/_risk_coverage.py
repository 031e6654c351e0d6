"""Risk against coverage: the mean loss of the surest predictions, for every share of them."""

from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd
from scipy.special import entr

from skinfo.metrics._labelled_predictions import read_predictions
from skinfo.metrics._log_rows import log_loss_rows
from skinfo.metrics._standard_errors import half_widths
from skinfo.metrics._table_repr import TableRepr
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._validation import check_base, check_sample_weight


@dataclass(frozen=True, repr=False)
class RiskCoverageCurve(TableRepr):
    """What the predictions kept cost, the surest first.

    Attributes
    ----------
    coverage : ndarray of shape (n_points,), dtype float64
        Shares of the weight of the samples that are kept, increasing to 1.

    risk : ndarray of shape (n_points,), dtype float64
        Mean loss of those kept: bits a sample (or the unit of `base`), or a share of errors.

    expected : ndarray of shape (n_points,), dtype float64
        Mean loss that the predictions themselves expect of those kept.

    low, high : ndarray of shape (n_points,), dtype float64
        Ends of an interval for the risk of each point by itself.
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


# Each gives the loss of each row, and the loss that the prediction of the row expects.
RISKS = {"log_loss": _log_loss, "error_rate": _error_rate}


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
    y_true,
    y_prob,
    *,
    labels=None,
    risk="log_loss",
    uncertainty=None,
    base=2,
    sample_weight=None,
    confidence_level=0.95,
):
    """Say what predictions cost if the unsure ones are put aside.

    Rows are kept in the order of their uncertainty, the least first. Where a model knows when it
    does not know, the risk rises with the share that is kept.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        What happened: strings, booleans or numbers.

    y_prob : array-like of shape (n_samples, n_classes) or (n_samples,)
        The predicted distributions, one a row; of two classes also the probability of the second
        label alone.

    labels : array-like of shape (n_classes,), default=None
        The label of each column, in the order of the columns: ``clf.classes_``. None takes the
        sorted labels of `y_true`, if there is one for each column.

    risk : {"log_loss", "error_rate"}, default="log_loss"
        Bits a sample, or the share of the samples whose most probable class is wrong.

    uncertainty : array-like of shape (n_samples,), default=None
        By what the rows are put aside, the largest first, such as the epistemic part of an
        ensemble. None: the entropy of the predictions.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    sample_weight : array-like of shape (n_samples,), default=None
        A weight of w counts as w repetitions of the row.

    confidence_level : float, default=0.95
        Of the intervals.

    Returns
    -------
    curve : RiskCoverageCurve
        With ``.coverage``, ``.risk``, ``.expected``, ``.low`` and ``.high``, a point for each
        distinct uncertainty.

    Raises
    ------
    ValueError
        If a row of `y_prob` is no distribution (the message names it), lengths differ, `labels`
        do not fit, an uncertainty is not finite, or the level is not between 0 and 1.

    See Also
    --------
    skinfo.inspection.UncertaintyDisplay : Draws it.
    uncertainty_decomposition : Parts of an ensemble's uncertainty to put rows aside by.

    Notes
    -----
    Rows of the same uncertainty are kept or put aside together, so that the order of rows does not
    matter. The intervals are Student's, of the mean at each point by itself.

    References
    ----------
    .. [1] R. El-Yaniv and Y. Wiener, "On the foundations of noise-free selective
       classification", Journal of Machine Learning Research 11, 2010, 1605-1641.

    Examples
    --------
    The two surest of four predictions are right:

    >>> from skinfo.metrics import risk_coverage_curve
    >>> curve = risk_coverage_curve([1, 1, 0, 0], [0.99, 0.9, 0.8, 0.6], risk="error_rate")
    >>> curve.coverage
    array([0.25, 0.5 , 0.75, 1.  ])
    >>> curve.risk.round(2)
    array([0.  , 0.  , 0.33, 0.5 ])
    """
    nats_per_unit = check_base(base)
    rows = read_predictions(
        y_true, {"y_prob": y_prob}, labels=labels, sample_weight=None, groups=None
    )
    prob = rows.probs[0].astype(np.float64, copy=False)
    losses, expected = RISKS[risk](prob, rows.columns, nats_per_unit)
    weight = rows.weight
    if sample_weight is not None:
        weight = check_sample_weight(sample_weight, len(prob))
    if uncertainty is None:
        uncertainty = entr(prob).sum(axis=1)
    uncertainty = _check_uncertainty(uncertainty, len(prob))
    return _curve(uncertainty, losses, expected, weight, confidence_level)


def _check_uncertainty(uncertainty, n):
    """Return the uncertainty of each row, (n,) float64."""
    uncertainty = np.asarray(uncertainty, dtype=np.float64)
    if uncertainty.shape != (n,):
        raise ValueError(
            f"uncertainty must have shape ({n},), one number a sample, got {uncertainty.shape}."
        )
    if not np.isfinite(uncertainty).all():
        row = int(np.argmin(np.isfinite(uncertainty)))
        raise ValueError(f"Row {row} of uncertainty is {uncertainty[row]}; it must be finite.")
    return uncertainty


def _curve(uncertainty, losses, expected, weight, confidence_level):
    """Return the curve; rows of one uncertainty come together."""
    columns = np.array([uncertainty, losses, expected, weight])[:, weight > 0]
    # By the other columns too, so that sums are the same to the last bit in any order of rows.
    uncertainty, losses, expected, weight = columns[:, np.lexsort(columns[::-1])]
    ends = np.append(np.flatnonzero(np.diff(uncertainty)), len(uncertainty) - 1)
    mass = np.cumsum(weight)[ends]
    means, squares, claims = (
        np.cumsum(column * weight)[ends] / mass for column in (losses, losses**2, expected)
    )
    variance = np.maximum(squares - means**2, 0)
    freedom = mass - 1
    errors = np.full(len(mass), np.nan)
    several = freedom > 0
    errors[several] = np.sqrt(variance[several] / freedom[several])
    widths = half_widths(errors, np.maximum(freedom, 1e-9), confidence_level)
    return RiskCoverageCurve(
        coverage=mass / mass[-1],
        risk=means,
        expected=claims,
        low=np.maximum(means - widths, 0),
        high=means + widths,
    )
