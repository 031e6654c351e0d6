"""log_loss_decomposition: how much of a log loss is for want of calibration, and of knowledge."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
import pandas as pd

from skinfo.metrics._decomposition import Decomposition
from skinfo.metrics._predictions import read_predictions
from skinfo.metrics._standard_errors import Sampling, half_widths
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._intervals import ConfidenceInterval
from skinfo.utils._validation import check_base


class LossParts(NamedTuple):
    """Something of the log loss and of each of its parts."""

    log_loss: object
    miscalibration: object
    discrimination: object
    uncertainty: object


@dataclass(frozen=True)
class LogLossDecomposition:
    """The parts of a log loss: ``log_loss = miscalibration - discrimination + uncertainty``.

    Attributes
    ----------
    log_loss : float
        Cross-entropy of the predictions, in bits a sample (or the unit of `base`).

    miscalibration : float
        What recalibration would save; never negative. 0 if each prediction is the rate of what
        it predicts.

    discrimination : float
        What the recalibrated predictions save beside the class rates; never negative. 0 if
        the predictions are the same for all rows.

    uncertainty : float
        Entropy of the class rates: what a prediction of them would cost.

    chance : float
        What recalibration would save by chance alone, since it is fitted on the rows that it is
        judged by. It is in both the miscalibration and the discrimination: take it from each for
        an estimate without bias. They add up as before.

    standard_error : LossParts
        Of each part, under its name. Those of miscalibration and discrimination hold the
        spread of the chance too.

    by_class : DataFrame of shape (n_classes, 3)
        Miscalibration, discrimination and uncertainty of each class; they add up to the parts.
    """

    log_loss: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    chance: float
    standard_error: LossParts
    by_class: pd.DataFrame
    _degrees_of_freedom: float

    def confidence_interval(self, confidence_level=0.95):
        """Return an interval for each part.

        Those of miscalibration and discrimination are centred at the part less `chance`, and no
        end is below zero.

        Parameters
        ----------
        confidence_level : float, default=0.95

        Returns
        -------
        intervals : LossParts
            A ``low`` and a ``high`` under the name of each part, in the unit of the parts.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        widths = half_widths(
            np.array(self.standard_error), self._degrees_of_freedom, confidence_level
        )
        centres = np.array(
            [
                self.log_loss,
                self.miscalibration - self.chance,
                self.discrimination - self.chance,
                self.uncertainty,
            ]
        )
        ends = np.maximum([centres - widths, centres + widths], 0).T.tolist()
        return LossParts(*(ConfidenceInterval(low, high) for low, high in ends))

    def report(self, confidence_level=0.95):
        """Return a table with a row for each part.

        Parameters
        ----------
        confidence_level : float, default=0.95

        Returns
        -------
        report : DataFrame of shape (4, 4)
            Columns ``estimate``, ``standard_error``, ``low`` and ``high``.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        table = pd.DataFrame(
            {
                "estimate": [getattr(self, name) for name in LossParts._fields],
                "standard_error": self.standard_error,
            },
            index=list(LossParts._fields),
        )
        ends = self.confidence_interval(confidence_level)
        return table.assign(low=[end.low for end in ends], high=[end.high for end in ends])


@validate_params(
    {
        "y_true": ["array-like"],
        "y_prob": ["array-like"],
        "labels": ["array-like", None],
        "base": [Interval(Real, 0, None, closed="neither")],
        "sample_weight": ["array-like", None],
        "groups": ["array-like", None],
        "n_resamples": [Interval(Integral, 2, None, closed="left")],
        "random_state": [Interval(Integral, 0, None, closed="left"), None],
    },
    prefer_skip_nested_validation=True,
)
def log_loss_decomposition(
    y_true,
    y_prob,
    *,
    labels=None,
    base=2,
    sample_weight=None,
    groups=None,
    n_resamples=25,
    random_state=0,
):
    r"""Say how much of a log loss is for want of calibration and how much for want of knowledge.

    The predictions of each class are recalibrated by the non-decreasing function of them that
    makes the loss least (isotonic regression, by pooling adjacent violators: CORP [1]_). What
    that saves is the miscalibration; what the recalibrated predictions save beside the class
    rates is the discrimination; what the class rates cost is the uncertainty.

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

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows; a weight of w counts as w repetitions of the row, for the errors too.
        For weights that are no numbers of rows, pass ``groups=range(n_samples)`` with them.

    groups : array-like of shape (n_samples,), default=None
        Rows of a group (a patient, a day) may depend on each other: errors and intervals are
        then of the groups as the units drawn. None: rows are independent.

    n_resamples : int, default=25
        How often labels are drawn from the recalibrated predictions to learn what recalibration
        gains by chance. More make `chance` steadier.

    random_state : int or None, default=0
        Seed of these draws: the same answer each time. None draws anew.

    Returns
    -------
    result : LogLossDecomposition
        With ``.log_loss``, ``.miscalibration``, ``.discrimination``, ``.uncertainty``,
        ``.chance``, ``.standard_error``, ``.by_class``, ``.confidence_interval()`` and
        ``.report()``.

    Raises
    ------
    ValueError
        If a row of `y_prob` is no distribution (the message names the row), the lengths differ,
        `labels` do not fit the columns, a label is missing, or `groups` holds one group.

    See Also
    --------
    EntropyScorer : Scores models by the miscalibration or the discrimination.
    cross_entropy_loss : The loss alone.
    compare_log_loss : Whether one model costs less than another.

    Notes
    -----
    For more than two classes, each class is recalibrated by itself, against all others. The log
    loss is the sum over classes of :math:`y \ln(y/q) - y + q`, in which the last two terms
    cancel over the classes of a row. Each is a Bregman loss, so isotonic regression is the best
    non-decreasing function for each [2]_; identity and constants being such functions, no
    part can be negative and the three add up exactly. The recalibrated values of a row need not
    sum to one. So miscalibration here is classwise: 0 says that among the rows given q for
    a class, a share q are of it, class by class. With two classes this is the CORP
    decomposition itself. The alternatives either leave a remainder (log losses of one class
    against the rest do not sum to that of all), depend on the order of the classes (a
    chain of binary choices), or may call a useful recalibration none (a single temperature).

    Standard errors are those of the mean of each row's share, as the recalibration is at its
    least. The interval of the miscalibration of a calibrated model holds 0: the bootstrap's
    seldom does, since the isotonic fit of a resample gains more by chance, not as much
    again (``benchmarks/decomposition.py``). With groups, `chance` is multiplied by
    how much more the hits of a pooled block vary from group to group than from row to row.

    Probabilities below 2**-52 count as 2**-52, which is also what a label without a column was
    given. As much as the mean of the rows' sums differs from one, so much the sum of the parts
    differs from `cross_entropy_loss`: 1e-5 at most, where rows are distributions.

    References
    ----------
    .. [1] T. Dimitriadis, T. Gneiting and A. I. Jordan, "Stable reliability diagrams for
       probabilistic classifiers", PNAS 118(8), 2021, e2016191118.
    .. [2] R. E. Barlow and H. D. Brunk, "The isotonic regression problem and its dual",
       Journal of the American Statistical Association 67(337), 1972, 140-147.
    .. [3] J. Broecker, "Reliability, sufficiency, and the decomposition of proper scores",
       Quarterly Journal of the Royal Meteorological Society 135, 2009, 1512-1519.

    Examples
    --------
    Naive Bayes takes features that repeat each other for so many proofs, and is too sure:

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
    miscalibration      0.76            0.20  0.34  1.12
    discrimination      0.77            0.03  0.69  0.80
    uncertainty         0.95            0.02  0.92  0.98
    """
    nats_per_unit = check_base(base)
    rows = read_predictions(
        y_true, {"y_prob": y_prob}, labels=labels, sample_weight=sample_weight, groups=groups
    )
    parts = Decomposition(rows.probs[0], rows.columns, rows.weight)
    chance, spread = parts.chance(rows.groups, n_resamples, np.random.default_rng(random_state))
    sampling = Sampling(rows.weight, rows.groups)
    errors = np.hypot(sampling.standard_errors(parts.row_parts()), [0, spread, spread, 0])
    by_class = parts.by_class() / nats_per_unit
    miscalibration, discrimination, uncertainty = by_class.sum(axis=1).tolist()
    return LogLossDecomposition(
        log_loss=miscalibration - discrimination + uncertainty,
        miscalibration=miscalibration,
        discrimination=discrimination,
        uncertainty=uncertainty,
        chance=chance / nats_per_unit,
        standard_error=LossParts(*(errors / nats_per_unit).tolist()),
        by_class=pd.DataFrame(by_class.T, index=rows.names, columns=LossParts._fields[1:]),
        _degrees_of_freedom=sampling.degrees_of_freedom,
    )
