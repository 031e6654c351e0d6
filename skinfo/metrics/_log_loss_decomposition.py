"""log_loss_decomposition: how much of a log loss is for want of calibration, and of knowledge."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
import pandas as pd

from skinfo.metrics._corp import Decomposition
from skinfo.metrics._labelled_predictions import read_predictions
from skinfo.metrics._standard_errors import Sampling, half_widths
from skinfo.metrics._table_repr import TableRepr
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._intervals import ConfidenceInterval
from skinfo.utils._validation import check_base


class LossParts(NamedTuple):
    """Something of the log loss and of each of its parts."""

    log_loss: object
    miscalibration: object
    discrimination: object
    uncertainty: object


@dataclass(frozen=True, repr=False)
class LogLossDecomposition(TableRepr):
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
        judged by. It is in both the miscalibration and the discrimination: `report` subtracts it
        from each. The parts add up with it and without it.

    pvalue : float
        Probability of a miscalibration as large or larger, if the predictions are calibrated:
        small where they are not.

    standard_error : LossParts
        Of each part, under its name; for miscalibration and discrimination, of the part less
        `chance`.

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

    def confidence_interval(self, confidence_level=0.95):
        """Return an interval for each part.

        Those of miscalibration and discrimination are about the part less `chance`. That of
        miscalibration is the longer above it, since its error grows with it. No end is below
        zero.

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
        ends = np.maximum(self._ends(confidence_level), 0)
        return LossParts(*(ConfidenceInterval(*end) for end in ends.tolist()))

    def report(self, confidence_level=0.95):
        """Return a table with a row for each part.

        The estimates of miscalibration and discrimination are those less `chance`, as in the
        intervals, and are not below zero.

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
        ends = self.confidence_interval(confidence_level)
        return pd.DataFrame(
            {
                "estimate": np.maximum(self._less_chance(), 0),
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
        """Return both ends of the interval of each part, of shape (4, 2); they may be negative.

        Miscalibrations m that the estimate c does not contradict: ``(c - m)**2 <= t**2 V(m)``,
        where the variance ``V(m)`` is that of the gain by chance and a multiple of m. An
        estimate below zero counts as zero: no miscalibration explains it better than none, but
        a larger m, with its larger error, would seem to.
        """
        errors = np.array(self.standard_error)
        estimates = np.array(self._less_chance())
        shifts = np.zeros(len(errors))
        quantile = half_widths(1.0, self._degrees_of_freedom, confidence_level)
        part = LossParts._fields.index("miscalibration")
        shifts[part] = quantile * self._variance_slope / 2
        estimates[part] = max(estimates[part], 0.0)
        variance = self._gain_variance + self._variance_slope * estimates[part]
        errors[part] = np.sqrt(variance + shifts[part] ** 2)
        centres = estimates + quantile * shifts
        return np.column_stack([centres - quantile * errors, centres + quantile * errors])

    def _less_chance(self):
        """Return the estimates without what is due to chance."""
        return LossParts(
            self.log_loss,
            self.miscalibration - self.chance,
            self.discrimination - self.chance,
            self.uncertainty,
        )


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
    n_resamples=99,
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

    n_resamples : int, default=99
        How often labels are drawn from recalibrated predictions, which gives `chance` and its
        spread, and from the predictions, which gives `pvalue`: no less than
        ``1 / (n_resamples + 1)``.

    random_state : int or None, default=0
        Seed of these draws, with the data: the same answer each time. None: other draws each time.

    Returns
    -------
    result : LogLossDecomposition
        With ``.log_loss``, ``.miscalibration``, ``.discrimination``, ``.uncertainty``,
        ``.chance``, ``.pvalue``, ``.standard_error``, ``.by_class``,
        ``.confidence_interval()`` and ``.report()``.

    Raises
    ------
    ValueError
        If a row of `y_prob` is no distribution (the message names the row), the lengths differ,
        `labels` do not fit the columns, a label is missing or has no column, or `groups` holds one
        group.

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

    `chance` is what isotonic regression gains on redrawn labels. They are drawn from the
    predictions recalibrated by a temperature and a bias for each class, not from the isotonic
    rates: those are step functions, to which a step function is fitted with less gain than to
    rates that rise everywhere. Over ten classes the difference is a third of the chance
    (``benchmarks/decomposition.py``). The variance of a part is the sum of that of the mean of
    each row's share, at the smooth recalibration, and that of the gain over the draws. For the
    miscalibration the first is proportional to it and vanishes where predictions are calibrated:
    the interval holds the values whose own error reaches to the estimate (a score interval).

    `pvalue` compares the miscalibration with that of labels drawn from the predictions as they
    are. For independent rows its level is exact whatever the size of the sample and the number
    of classes [4]_. With groups, gains are multiplied by how much more the hits of a pooled
    block vary from group to group than from row to row, and the level is approximate.

    Probabilities below 2**-52 count as 2**-52. As much as the mean of the rows' sums differs from
    one, so much the sum of the parts differs from `cross_entropy_loss`: 1e-5 at most, where rows
    are distributions.

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
    miscalibration      0.73            0.19  0.44  1.21
    discrimination      0.74            0.04  0.67  0.81
    uncertainty         0.95            0.02  0.92  0.98
    >>> result.pvalue  # the least that 99 draws can give
    0.01
    """
    nats_per_unit = check_base(base)
    rows = read_predictions(
        y_true, {"y_prob": y_prob}, labels=labels, sample_weight=sample_weight, groups=groups
    )
    prob, columns, weight, groups = _in_order(rows)
    parts = Decomposition(prob, columns, weight)
    chance = parts.chance(groups, n_resamples, _generator(random_state, parts))
    errors = _errors(parts, chance, Sampling(weight, groups))
    by_class = parts.by_class() / nats_per_unit
    miscalibration, discrimination, uncertainty = by_class.sum(axis=1).tolist()
    return LogLossDecomposition(
        log_loss=miscalibration - discrimination + uncertainty,
        miscalibration=miscalibration,
        discrimination=discrimination,
        uncertainty=uncertainty,
        chance=chance.mean / nats_per_unit,
        pvalue=chance.pvalue,
        standard_error=LossParts(*(np.sqrt(errors.variances) / nats_per_unit).tolist()),
        by_class=pd.DataFrame(by_class.T, index=rows.names, columns=LossParts._fields[1:]),
        _gain_variance=chance.variance / nats_per_unit**2,
        _variance_slope=errors.slope / nats_per_unit,
        _degrees_of_freedom=errors.degrees_of_freedom,
    )


def _in_order(rows):
    """Return predictions, columns, weights and groups in an order that is theirs alone.

    Labels are drawn row by row: so the answer does not depend on the order in which rows come.
    """
    prob = rows.probs[0]
    order = np.argsort(prob[:, 0], kind="stable")
    if not (np.diff(prob[order, 0]) > 0).all():
        order = np.lexsort([rows.columns, rows.weight, *prob.T[::-1]])
    groups = None if rows.groups is None else rows.groups[order]
    return prob[order], rows.columns[order], rows.weight[order], groups


def _generator(random_state, parts):
    """Return the generator of the draws, from a seed of the user's and of the data.

    With the user's alone, the predictions of one model on many samples would all be compared with
    nearly the same draws: the level would be right over seeds, and not over samples.
    """
    if random_state is None:
        return np.random.default_rng()
    # Whole for whole weights, and the same for a row and its repetitions.
    place = (parts.recalibrations[0].cell + 1.0) * (parts.columns + 1.0)
    return np.random.default_rng([random_state, int((parts.weight * place).sum())])


class Errors(NamedTuple):
    """Of the log loss and its parts less chance, in nats."""

    variances: np.ndarray  # (4,)
    slope: float  # by how much the variance of the miscalibration grows with it
    degrees_of_freedom: float


def _errors(parts, chance, sampling):
    """Return variances of the loss and of each part less chance."""
    rows = parts.row_parts()
    variances = sampling.standard_errors(rows) ** 2
    smooth, total = sampling.means(rows)[1], parts.by_class()[0].sum()
    # What isotonic rates save beside smooth ones, more than by chance.
    missed = max(total - smooth - chance.mean, 0.0)
    # The variance of a log likelihood ratio is about twice its mean, if that is small.
    twice = 2 * chance.design_effect / sampling.total
    # As much is saved by parameters that are fitted to calibrated predictions. It keeps the
    # quotient of two small numbers near what it is in the limit.
    fitted = parts.n_classes * twice / 4
    slope = (variances[1] + twice * (missed + fitted)) / (max(smooth, 0.0) + missed + fitted)
    variances[1] = chance.variance + slope * max(total - chance.mean, 0.0)
    variances[2] += chance.variance + twice * missed
    return Errors(variances, slope, sampling.degrees_of_freedom)
