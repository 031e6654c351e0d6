"""Calibration error in bins: difference of predicted probabilities and observed frequencies."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skinfo._kernels._sorting import sorted_rows
from skinfo.metrics._exact_sum import exact_sum
from skinfo.metrics._labelled_predictions import read_labelled_predictions
from skinfo.metrics._pieces import RANKS_INSTEAD, needs_all_rows
from skinfo.utils._compat import StrOptions, validate_params
from skinfo.utils._validation import count_from


class Event(NamedTuple):
    """Binary event with its predicted probability for each sample."""

    prob: NDArray[np.float64]  # (n_samples,)
    happened: NDArray[np.bool_]  # (n_samples,)


def _of_second_class(prob, columns):
    if prob.shape[1] != 2:
        raise ValueError(
            "notion='binary' is of the second class of two, and y_prob has "
            f"{prob.shape[1]} columns. Use 'top_label' or 'classwise'."
        )
    return [_event(prob, columns, 1)]


def _of_top_label(prob, columns):
    # The first of equal probabilities, as in `predict`.
    return [_event(prob, columns, prob.argmax(axis=1))]


def _of_each_class(prob, columns):
    return [_event(prob, columns, k) for k in range(prob.shape[1])]


def _event(prob, columns, k):
    """Return the event that the label is class `k`: one column, or one per sample."""
    return Event(prob[np.arange(len(prob)), k].astype(np.float64), columns == k)


# The events whose probabilities are compared with their frequencies.
NOTIONS = {"binary": _of_second_class, "top_label": _of_top_label, "classwise": _of_each_class}


def _equal_widths(prob, weight, n_bins):
    return np.linspace(0, 1, n_bins + 1)[1:-1]


def _equal_frequencies(prob, weight, n_bins):
    """Return the smallest predictions up to which at least k / n_bins of the weight lies."""
    line, order = sorted_rows(prob)
    reached = np.cumsum(weight[order])
    wanted = np.arange(1, n_bins) * reached[-1]
    return line[np.searchsorted(reached * n_bins, wanted)]


# Inner edges of the bins; each is the largest value of its bin.
STRATEGIES = {"uniform": _equal_widths, "quantile": _equal_frequencies}

# Functions of differences between mean prediction and frequency, and of the weights of bins.
NORMS = {
    "l1": lambda gaps, shares: exact_sum(shares * np.abs(gaps)),
    "l2": lambda gaps, shares: exact_sum(shares * gaps**2) ** 0.5,
    "max": lambda gaps, shares: np.abs(gaps).max(),
}


@needs_all_rows(RANKS_INSTEAD)
@validate_params(
    {
        "y_true": ["array-like"],
        "y_prob": ["array-like"],
        "labels": ["array-like", None],
        "n_bins": [count_from(1)],
        "strategy": [StrOptions(set(STRATEGIES))],
        "norm": [StrOptions(set(NORMS))],
        "notion": [StrOptions({"auto", *NOTIONS})],
        "sample_weight": ["array-like", None],
    },
    prefer_skip_nested_validation=True,
)
def calibration_error(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    n_bins: int = 15,
    strategy: Literal["uniform", "quantile"] = "uniform",
    norm: Literal["l1", "l2", "max"] = "l1",
    notion: Literal["auto", "binary", "top_label", "classwise"] = "auto",
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Expected calibration error (ECE) of binned predictions, a difference of probabilities.

    Predictions are binned, and in each bin the mean prediction is compared with the observed
    frequency. The expected calibration error is the mean absolute difference over samples,
    :math:`\sum_b \frac{n_b}{n} |\bar y_b - \bar q_b|`. It is provided for comparison with
    published numbers; `log_loss_decomposition` measures miscalibration without bins, in bits, with
    an interval and a p-value (see Notes).

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

    n_bins : int, default=15
        Number of bins; empty bins are ignored.

    strategy : {"uniform", "quantile"}, default="uniform"
        Bins of equal width between 0 and 1, or of equal weight as far as ties permit, since equal
        predictions are in one bin. A prediction on a boundary belongs to the lower bin.

    norm : {"l1", "l2", "max"}, default="l1"
        The mean absolute difference (ECE), the root mean squared difference, or the maximum
        difference of a bin (MCE).

    notion : {"auto", "binary", "top_label", "classwise"}, default="auto"
        The probability that is compared: that of the second class of two ("binary"); that of the
        most probable class, confidence and accuracy ("top_label"); or that of each class
        ("classwise"), where "l1" is the mean over classes, "l2" the root mean square and "max" the
        maximum. "auto" is "binary" for two classes and "top_label" for more.

    sample_weight : array-like of shape (n_samples,), default=None
        Sample weights; an integer weight is equivalent to repeating the sample.

    Returns
    -------
    error : float
        From 0 to 1. For calibrated predictions it converges to 0 as the number of samples
        increases.

    Raises
    ------
    ValueError
        If a row of `y_prob` is not a distribution (the message names the row), lengths differ,
        `labels` do not match the columns, a label is missing or has no column, or "binary" is
        requested for more than two classes.

    See Also
    --------
    log_loss_decomposition : Miscalibration in bits.
    reliability_curve : The calibration curve, without bins.
    skinfo.inspection.ReliabilityDisplay : Plot of the calibration curve.
    sklearn.calibration.calibration_curve : Mean prediction and frequency of each bin.

    Notes
    -----
    Three reasons to prefer the miscalibration in bits, measured in the user guide and by
    ``benchmarks/calibration_error.py``:

    - The error depends on the bins. For 1000 predictions of an overconfident model it is 0.06 in 5
      bins and 0.12 in 100. Errors of predictions in the same bin may cancel: all predictions of a
      rare class are in the first bin.
    - It is biased. For calibrated predictions it is above 0, of the order of the square root of
      the ratio of the numbers of bins and samples, and it has no p-value.
    - It is not part of a proper score. The miscalibration is the part of the log loss that
      recalibration removes, so it can be compared with discrimination in the same unit.

    References
    ----------
    .. [1] M. Pakdaman Naeini, G. Cooper and M. Hauskrecht, "Obtaining well calibrated
       probabilities using Bayesian binning", AAAI 2015 (ECE, MCE).
    .. [2] C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural
       networks", ICML 2017 (the top label).
    .. [3] M. Kull et al., "Beyond temperature scaling: obtaining well-calibrated multiclass
       probabilities with Dirichlet calibration", NeurIPS 2019 (classwise).

    Examples
    --------
    >>> from skinfo.metrics import calibration_error
    >>> y_true, y_prob = [0, 0, 1, 1, 0, 1], [0.25, 0.25, 0.25, 0.75, 0.75, 0.75]
    >>> print(f"{calibration_error(y_true, y_prob, n_bins=2):.4f}")  # |1/3 - 1/4|, |2/3 - 3/4|
    0.0833
    """
    samples = read_labelled_predictions(
        y_true, {"y_prob": y_prob}, labels=labels, sample_weight=sample_weight
    )
    return binned_calibration_error(
        samples.probs[0],
        samples.columns,
        samples.weight,
        n_bins=n_bins,
        strategy=strategy,
        norm=norm,
        notion=notion,
    )


def binned_calibration_error(
    prob, columns, weight, *, n_bins=15, strategy="uniform", norm="l1", notion="auto"
):
    """Return the calibration error of checked predictions.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes)

    columns : ndarray of shape (n_samples,), dtype int
        Column index of the true label, or a number beyond the columns.

    weight : ndarray of shape (n_samples,)
        Positive weights.

    n_bins, strategy, norm, notion
        As in `calibration_error`.

    Returns
    -------
    error : float
    """
    if notion == "auto":
        notion = "binary" if prob.shape[1] == 2 else "top_label"
    events = NOTIONS[notion](prob, columns)
    gaps, shares = [], []
    for event in events:
        ends = STRATEGIES[strategy](event.prob, weight, n_bins)
        gaps_of_event, mass = _gaps(event, weight, ends)
        gaps.append(gaps_of_event)
        shares.append(mass / (exact_sum(weight) * len(events)))
    return float(NORMS[norm](np.concatenate(gaps), np.concatenate(shares)))


def _gaps(event, weight, ends):
    """Return frequency minus mean prediction and the weight of each non-empty bin."""
    bins = np.searchsorted(ends, event.prob)
    order = np.argsort(bins, kind="stable")
    starts = np.flatnonzero(np.diff(bins[order], prepend=-1))
    # Exact sums do not depend on the order of the samples.
    mass, excess = (
        np.array([exact_sum(part) for part in np.split(terms[order], starts[1:])])
        for terms in (weight, weight * (event.happened - event.prob))
    )
    return excess / mass, mass
