"""The cross-entropy between what happened and what was predicted."""

from numbers import Real

import numpy as np

from skinfo.metrics._probabilities import (
    PROBABILITY_FLOOR,
    check_probabilities,
    columns_of,
    group_labels,
)
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._validation import check_base, check_weights

# How the losses of the rows, and their weights or None, become the answer.
REDUCTIONS = {
    "mean": lambda loss, weight: float(np.average(loss, weights=weight)),
    "sum": lambda loss, weight: float(loss.sum() if weight is None else loss @ weight),
    "none": lambda loss, weight: loss if weight is None else loss * weight,
}


@validate_params(
    {
        "y_true": ["array-like"],
        "y_prob": ["array-like"],
        "labels": ["array-like", None],
        "base": [Interval(Real, 0, None, closed="neither")],
        "sample_weight": ["array-like", None],
        "reduction": [StrOptions(set(REDUCTIONS))],
    },
    prefer_skip_nested_validation=True,
)
def cross_entropy_loss(
    y_true, y_prob, *, labels=None, base=2, sample_weight=None, reduction="mean"
):
    r"""Cross-entropy of predicted distributions, in bits a sample.

    The loss of a row is :math:`-\log_2 q_y`, where :math:`q_y` is the probability that the row
    of `y_prob` gives to what happened. Where `y_true` is itself a distribution :math:`p`, it is
    :math:`-\sum_k p_k \log_2 q_k`. It is the length of the message that tells the outcome to
    somebody who holds the prediction, and its mean is smallest for the true probabilities.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_classes)
        What happened: one label a row (strings, booleans or numbers), or one distribution a row
        (one-hot or soft labels).

    y_prob : array-like of shape (n_samples, n_classes)
        The predicted distributions, one a row.

    labels : array-like of shape (n_classes,), default=None
        The label of each column of `y_prob`, in the order of the columns: ``clf.classes_``. None
        takes the sorted labels of `y_true`, if there is one for each column. Not used where
        `y_true` has two dimensions.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats, 10 for hartleys.

    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows; an integer weight is the same as repeating the row. None weighs
        every row the same.

    reduction : {"mean", "sum", "none"}, default="mean"
        The weighted mean of the rows, their weighted sum, or each row's weighted loss.

    Returns
    -------
    loss : float or ndarray of shape (n_samples,), dtype float64
        In bits, or in the units of `base`. Never negative.

    Raises
    ------
    ValueError
        If a row of `y_prob` (or of a two-dimensional `y_true`) is no distribution (the message
        names the row), if `labels` do not fit the columns, if a label is missing, or if no
        label can belong to a column since one side is text and the other is not.

    See Also
    --------
    EntropyScorer : The same loss as a scorer for model selection.
    sklearn.metrics.log_loss : In nats, with the columns in the order of the sorted labels.

    Notes
    -----
    A probability below 2**-52 counts as 2**-52, whatever its dtype. So no row costs more than
    52 bits, which is also the cost of a label that has no column.

    References
    ----------
    .. [1] I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B, 14(1),
       1952, 107-114.

    Examples
    --------
    >>> from skinfo.metrics import cross_entropy_loss
    >>> y_prob = [[0.5, 0.5], [0.25, 0.75], [0.875, 0.125]]
    >>> cross_entropy_loss(["no", "no", "yes"], y_prob)  # (1 + 2 + 3) / 3
    2.0
    >>> cross_entropy_loss(["no", "no", "yes"], y_prob, reduction="none")
    array([1., 2., 3.])
    >>> cross_entropy_loss([[0.5, 0.5]], [[0.5, 0.5]])
    1.0
    """
    nats_per_unit = check_base(base)
    y_prob = check_probabilities(y_prob)
    y_true = np.asarray(y_true)
    if len(y_true) != len(y_prob):
        raise ValueError(f"y_true has {len(y_true)} rows and y_prob has {len(y_prob)}.")
    if y_true.ndim == 2:
        nats = _soft_nats(y_true, y_prob)
    else:
        nats = _label_nats(y_true, y_prob, labels)
    weight = None if sample_weight is None else check_weights(sample_weight, len(y_prob))
    return REDUCTIONS[reduction](nats / nats_per_unit, weight)


def _soft_nats(y_true, y_prob):
    """Loss of each row, of shape (n_samples,), where `y_true` holds distributions."""
    if y_true.shape != y_prob.shape:
        raise ValueError(
            f"y_true of two dimensions must have the shape of y_prob, {y_prob.shape}; "
            f"got {y_true.shape}."
        )
    return cross_entropy_rows(check_probabilities(y_true, "y_true"), y_prob)


def _label_nats(y_true, y_prob, labels):
    """Loss of each row, of shape (n_samples,), where `y_true` holds labels."""
    groups, present = group_labels(y_true)
    labels = np.asarray(sorted(present) if labels is None else labels)
    n_classes = y_prob.shape[1]
    if labels.shape != (n_classes,):
        raise ValueError(
            f"y_prob has {n_classes} columns and there are {labels.size} labels. Pass the label "
            "of each column as labels, such as labels=clf.classes_."
        )
    if len(set(labels.tolist())) != n_classes:
        raise ValueError(f"labels must be distinct, got {labels.tolist()}.")
    return log_loss_rows(columns_of(present, labels)[groups], y_prob)


def log_loss_rows(columns, prob):
    """Kernel: ``-ln prob[i, columns[i]]`` in nats, of shape (n_samples,); column -1 has none.

    One gather and one logarithm a row: nothing of the size of `prob` is made.
    """
    chosen = prob[np.arange(len(columns)), columns].astype(np.float64)
    chosen[columns < 0] = 0
    return _minus_log(chosen)


def cross_entropy_rows(target, prob):
    """Kernel: ``-sum_k target[i, k] ln prob[i, k]`` in nats, of shape (n_samples,)."""
    return np.einsum("ik,ik->i", target, _minus_log(prob.astype(np.float64)))


def _minus_log(prob):
    """Return ``-ln prob`` of a float64 array, which is overwritten; 0 rather than -0 at one."""
    np.clip(prob, PROBABILITY_FLOOR, 1, out=prob)
    np.log(prob, out=prob)
    return np.subtract(0, prob, out=prob)
