"""Cross-entropy loss of predicted distributions or logits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from numbers import Real
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import column_or_1d

from skinfo.metrics._arrays import (
    REDUCTIONS,
    LossSums,
    as_numbers,
    check_row_weights,
    checked_rows,
    convert_like,
    loss_dtype,
    read_array,
    reduce_losses,
    reduction_of_sums,
    row_losses,
    to_numpy,
)
from skinfo.metrics._class_weight import balanced_class_weight, check_class_weight
from skinfo.metrics._labels import column_labels, encode_labels, find_known_columns
from skinfo.metrics._log_rows import (
    clipped,
    cross_entropy_rows,
    log_loss_rows,
    logit_cross_entropy_rows,
    logit_log_loss_rows,
)
from skinfo.metrics._pieces import Pieces, number_of_classes, read_score_samples
from skinfo.metrics._probabilities import (
    are_distributions,
    are_finite,
    check_distributions,
    check_finite,
    check_shape,
    refuse_hard_labels,
)
from skinfo.utils._array_api import Array
from skinfo.utils._compat import Interval, StrOptions, array_api_compat, validate_params
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_base


class ClassScale(NamedTuple):
    """Scale of predictions of classes, with the checks and losses of rows."""

    are_valid: Callable  # cheap test of a block of rows
    check: Callable  # raises the error for an ndarray with an invalid row
    label_losses: Callable  # losses in nats, from the column of each label
    soft_label_losses: Callable  # losses in nats, from a distribution per sample


CLASS_PROBABILITIES = ClassScale(
    are_distributions, check_distributions, log_loss_rows, cross_entropy_rows
)
CLASS_LOGITS = ClassScale(are_finite, check_finite, logit_log_loss_rows, logit_cross_entropy_rows)


@validate_params(
    {
        "y_true": "no_validation",
        "y_prob": "no_validation",
        "labels": ["array-like", None],
        "base": [Interval(Real, 0, None, closed="neither")],
        "sample_weight": ["array-like", str, None],
        "reduction": [StrOptions(set(REDUCTIONS))],
        "from_logits": ["boolean"],
        "ignore_index": [Real, str, None],
        "class_weight": ["array-like", dict, StrOptions({"balanced"}), None],
        "label_smoothing": [Interval(Real, 0, 1, closed="both")],
    },
    prefer_skip_nested_validation=True,
)
def cross_entropy_loss(
    y_true: ArrayLike | str | Iterable[tuple],
    y_prob: ArrayLike | None = None,
    *,
    labels: ArrayLike | None = None,
    base: float = 2,
    sample_weight: ArrayLike | str | None = None,
    reduction: Literal["mean", "sum", "none"] = "mean",
    from_logits: bool = False,
    ignore_index: float | str | None = None,
    class_weight: ArrayLike | dict | Literal["balanced"] | None = None,
    label_smoothing: float = 0.0,
) -> float | NDArray:
    r"""Cross-entropy of predicted distributions, in bits per sample.

    The loss of a sample is :math:`-\log_2 q_y`, where :math:`q_y` is the predicted probability of
    its true class. If `y_true` is itself a distribution :math:`p`, it is :math:`-\sum_k p_k \log_2
    q_k`. It is the code length of the outcome for a receiver who knows the prediction, and its
    mean is smallest for the true probabilities.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_classes), str or iterable
        One label per sample (strings, booleans or numbers), or one distribution per sample
        (one-hot or soft labels). The name of a column of `y_prob`, whose other columns are then
        the predictions. Or an iterable of chunks ``(y_true, y_prob)`` or ``(y_true, y_prob,
        sample_weight)``, without `y_prob`; see Notes. For `y_prob` with further axes: labels of
        shape (n_samples, d1, ...), or distributions of the shape of `y_prob`.

    y_prob : array-like or table of shape (n_samples, n_classes), default=None
        Predicted distributions, one per row, or their logits. For an array of another library
        that implements the array API, such as a PyTorch tensor, the loss is computed in that
        library. Of shape (n_samples, n_classes, d1, ...), as in PyTorch, it holds a distribution
        for each position of a sample, such as the pixels of an image; the classes are the second
        axis for any number of axes.

    labels : array-like of shape (n_classes,), default=None
        The label of each column of `y_prob`, in the order of the columns: ``clf.classes_``. With
        None, integers from 0 to ``n_classes - 1`` are column indices, whether or not all occur;
        any other labels are sorted, and there must be one for each column. So pass `labels` if
        classes are counted from one and `y_true` may lack some. If `y_true` contains
        distributions, they only name the keys of `class_weight`.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats, 10 for hartleys.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        Sample weights; an integer weight is equivalent to repeating the sample. None: equal
        weights. A str is the name of a column of `y_prob`. With further axes: one weight per
        sample or, of shape (n_samples, d1, ...), per position.

    reduction : {"mean", "sum", "none"}, default="mean"
        The weighted mean over samples (and positions), the weighted sum, or the weighted loss of
        each.

    from_logits : bool, default=False
        Whether `y_prob` contains logits: finite numbers whose softmax is the distribution. The
        loss is computed from the logits directly and is exact for any magnitude.

    ignore_index : int, float or str, default=None
        A label, such as -100 for padding, whose samples have no loss and are not counted by the
        mean.

    class_weight : array-like of shape (n_classes,), dict or "balanced", default=None
        Weight of each class: in the order of the columns, as PyTorch's ``weight``, or a dict from
        labels to weights, 1 for labels that it lacks. Terms of the loss are multiplied by the
        weight of their class, and the mean is divided by the sum of the weights of the true
        labels. "balanced" makes these sums equal, so the result is the mean of the mean losses of
        the classes. If `y_true` contains distributions, the mean is divided by the number of
        samples (or the sum of their weights), as in PyTorch. Weights are zero, or from 1e-100 to
        1e100.

    label_smoothing : float, default=0.0
        Proportion of each true distribution, from 0 to 1, that is replaced by the uniform
        distribution.

    Returns
    -------
    loss : float or array of shape (n_samples,) or (n_samples, d1, ...)
        In bits, or in the units of `base`. Never negative. A Python float or an array of float64
        for NumPy; for other libraries an array, without axes for "mean" and "sum", on the device
        of `y_prob` and of its floating dtype (float32 for those of half precision).

    Raises
    ------
    TypeError
        If `y_prob`, or a two-dimensional `y_true`, does not hold real numbers, or they belong to
        different array libraries.
    ValueError
        If a row of `y_prob` (or of a two-dimensional `y_true`) is not a distribution, or a logit
        is not finite (the message names the row, which is a position if there are further axes),
        if `labels` or `class_weight` do not match the columns, if a label is missing, or if one
        has no column. Labels of samples of weight 0 are ignored. If all labels are `ignore_index`
        or of classes of weight 0: the mean, which is nan in PyTorch, is undefined. The sum is 0.

    See Also
    --------
    binary_cross_entropy : For the probability of one class of two, or for multilabel targets.
    EntropyScorer : The same loss as a scorer for model selection.
    sklearn.metrics.log_loss : In nats, with the columns in the order of the sorted labels.

    Notes
    -----
    A probability below 2**-52 counts as 2**-52, whatever its dtype, so no sample costs more than
    52 bits. Logits have no floor. The sum of a row may deviate from one by 1e-5. Predictions with
    further axes are copied, to move the classes to the last axis.

    With ``base=math.e`` and ``from_logits=True`` the loss and its gradient equal those of
    PyTorch's ``cross_entropy``, with the same arguments, where `class_weight` is called
    ``weight``; for probabilities, those of ``nll_loss`` of their logarithms. Unlike there, -100 is
    ignored only if it is named.

    Samples may be given in pieces: all arguments as Dask collections; `y_prob` as a table that is
    not in memory, of any kind that `skinfo.MutualInfoBinner` accepts, with labels and weights as
    columns; or chunks, such as ``((y, clf.predict_proba(X)) for X, y in batches)``. They are read
    once if `labels` are given or `y_true` contains distributions, else twice, so that a generator
    needs `labels`. Balanced weights need all labels at once. Sums of NumPy arrays are exact: the
    loss is identical for any pieces and any order of the samples.

    On PyTorch the loss carries a gradient with respect to `y_prob` and to soft labels, 0 where a
    probability is below the floor.

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
    >>> cross_entropy_loss([1], [[1024.0, 0.0]], base=2.718281828459045, from_logits=True)
    1024.0

    A padding label, and classes with different weights:

    >>> cross_entropy_loss([0, 0, -100], y_prob, ignore_index=-100)  # (1 + 2) / 2
    1.5
    >>> cross_entropy_loss([0, 0, 1], y_prob, class_weight=[1, 6])  # (1 + 2 + 6 * 3) / 8
    2.625
    >>> cross_entropy_loss([0, 0, 1], y_prob, class_weight="balanced")  # (1.5 + 3) / 2
    2.25

    Predictions batch by batch:

    >>> batches = [(["no", "no"], y_prob[:2]), (["yes"], y_prob[2:])]
    >>> cross_entropy_loss(iter(batches), labels=["no", "yes"])
    2.0
    """
    loss = CrossEntropy(
        nats_per_unit=check_base(base),
        scale=CLASS_LOGITS if from_logits else CLASS_PROBABILITIES,
        labels=labels,
        ignore_index=ignore_index,
        class_weight=class_weight,
        label_smoothing=label_smoothing,
    )
    predictions = {"y_prob": y_prob}
    samples = read_score_samples(y_true, predictions, sample_weight, "cross_entropy_loss")
    if isinstance(samples, Pieces):
        return _loss_of_pieces(samples, loss, reduction)
    found = _sample_losses(samples, loss)
    reduced = reduce_losses(found.losses, found.weight, reduction, found.divisor)
    return _reshaped(reduced, found.shape) if reduction == "none" else reduced


@dataclass(frozen=True)
class CrossEntropy:
    """Parameters of the cross-entropy of a sample."""

    nats_per_unit: float
    scale: ClassScale
    labels: ArrayLike | None  # of the columns
    ignore_index: float | str | None
    class_weight: ArrayLike | dict | str | None
    label_smoothing: float


class SampleLosses(NamedTuple):
    """Losses of samples, or of their flattened positions."""

    losses: Array  # (n,)
    weight: Array | None  # (n,) factor of each
    divisor: Array | None  # (n,) weights that a mean is divided by; None: `weight`
    shape: tuple  # (n_samples, d1, ...), of n entries


def _loss_of_pieces(pieces, loss, reduction):
    """Return the loss of all pieces."""
    reduced = reduction_of_sums(reduction)
    if isinstance(loss.class_weight, str):
        raise ValueError(
            "class_weight='balanced' needs the counts of all classes, and the samples come in "
            "pieces. Pass weights, such as {label: 1 / count}."
        )
    distinct = pieces.distinct_labels() if loss.labels is None else None
    if distinct is not None:
        distinct = [label for label in distinct if label != loss.ignore_index]

    def summarise(piece):
        of_piece = loss
        if distinct is not None:
            n_classes = number_of_classes(piece.predictions[0])
            of_piece = replace(loss, labels=column_labels(distinct, None, n_classes))
        found = _sample_losses(piece, of_piece)
        return LossSums.of(found.losses, found.weight, found.divisor)

    return reduced(pieces.reduce(summarise, LossSums.merged))


def _sample_losses(samples, loss):
    """Return the SampleLosses of a Piece."""
    y_true, y_prob = read_array(samples.y_true), _read_prediction(samples.predictions[0])
    if y_true.shape[0] != y_prob.shape[0]:
        raise ValueError(f"y_true has {y_true.shape[0]} rows and y_prob has {y_prob.shape[0]}.")
    shape = (y_prob.shape[0], *y_prob.shape[2:])
    holds_labels = y_true.ndim == 1 or y_true.ndim < y_prob.ndim
    if holds_labels and y_true.shape != shape:
        raise ValueError(
            f"y_true must hold a label for each distribution of y_prob, shape {shape}, or a "
            f"distribution, shape {tuple(y_prob.shape)}; got shape {tuple(y_true.shape)}."
        )
    weight = _position_weights(samples.sample_weight, shape)
    if holds_labels:
        y_true, y_prob = _reshaped(y_true, (-1,)), _rows_of_classes(y_prob)
        return SampleLosses(*_losses_of_labels(y_true, y_prob, weight, loss), shape)
    _check_target(y_true, y_prob, loss)
    y_true, y_prob = _rows_of_classes(y_true), _rows_of_classes(y_prob)
    return SampleLosses(*_losses_of_distributions(y_true, y_prob, weight, loss), shape)


def _read_prediction(y_prob):
    """Return `y_prob` as an array of numbers of shape (n_samples, n_classes, ...)."""
    y_prob = as_numbers(y_prob, "y_prob")
    if y_prob.ndim == 1:
        refuse_hard_labels(y_prob, "y_prob")
        raise ValueError(
            f"y_prob must have one column per class; got shape {tuple(y_prob.shape)}. For the "
            "probability of one of two classes use binary_cross_entropy, or pass both columns."
        )
    if y_prob.ndim == 2 or 0 in y_prob.shape:
        check_shape(y_prob, "y_prob")
    return y_prob


def _position_weights(sample_weight, shape):
    """Return checked weights of all positions, an ndarray of shape (n,), or None for None.

    They are given for each position, or for each of the samples.
    """
    if sample_weight is None or len(shape) == 1:
        return check_row_weights(sample_weight, shape[0])
    weight = to_numpy(read_array(sample_weight))
    if weight.shape == shape:
        return check_row_weights(weight.reshape(-1), weight.size)
    return np.repeat(check_row_weights(weight, shape[0]), math.prod(shape[1:]))


def _reshaped(x, shape):
    return array_api_compat.array_namespace(x).reshape(x, shape)


def _rows_of_classes(table):
    """Return an array of shape (n_samples, n_classes, d1, ...) with a row for each position."""
    if table.ndim == 2:
        return table
    xp = array_api_compat.array_namespace(table)
    return _reshaped(xp.moveaxis(table, 1, -1), (-1, table.shape[1]))


def _check_target(y_true, y_prob, loss):
    """Raise ValueError unless `y_true` can hold a distribution for each prediction."""
    if y_true.shape != y_prob.shape:
        raise ValueError(
            "y_true of two dimensions must have the shape of y_prob, "
            f"{tuple(y_prob.shape)}; got {tuple(y_true.shape)}."
        )
    if loss.ignore_index is not None:
        raise ValueError(
            f"ignore_index={short_repr(loss.ignore_index)} is a label, and y_true holds "
            "distributions. Give the samples to ignore sample_weight=0."
        )


def _losses_of_distributions(y_true, y_prob, weight, loss):
    """Return the loss of each row, its weight and what the mean is divided by."""
    xp = array_api_compat.array_namespace(y_prob)
    n_classes = y_prob.shape[1]
    y_true = convert_like(as_numbers(y_true, "y_true"), y_prob, loss_dtype(y_prob))
    smoothing = loss.label_smoothing

    def class_counts():
        counted = to_numpy(y_true)
        return counted.sum(axis=0) if weight is None else weight @ counted

    class_weight = _class_weight(loss, loss.labels, class_counts, y_prob)

    def block_losses(rows):
        target = checked_rows(y_true, rows, "y_true", are_distributions, check_distributions)
        prediction = checked_rows(y_prob, rows, "y_prob", loss.scale.are_valid, loss.scale.check)
        target = clipped(xp, target, 0)
        if smoothing:
            target = (1 - smoothing) * target + smoothing / n_classes
        if class_weight is not None:
            target = target * class_weight
        return loss.scale.soft_label_losses(target, prediction)

    return row_losses(block_losses, y_prob, loss.nats_per_unit), weight, None


def _losses_of_labels(y_true, y_prob, weight, loss):
    """Return the loss of each row, its weight and what the mean is divided by."""
    xp = array_api_compat.array_namespace(y_prob)
    n_classes, smoothing = y_prob.shape[1], loss.label_smoothing
    counted = None if loss.ignore_index is None else _is_not(y_true, loss.ignore_index)
    columns, labels = _label_columns(y_true, n_classes, loss.labels, weight, counted)
    columns = convert_like(columns, y_prob, xp.int64)

    def class_counts():
        counts = np.ones(len(columns)) if weight is None else weight
        if counted is not None:
            counts = counts * to_numpy(counted)
        return np.bincount(to_numpy(columns), counts, n_classes)

    class_weight = _class_weight(loss, labels, class_counts, y_prob)
    of_label = None if class_weight is None else xp.take(class_weight, columns, axis=0)

    def block_losses(rows):
        prediction = checked_rows(y_prob, rows, "y_prob", loss.scale.are_valid, loss.scale.check)
        losses = loss.scale.label_losses(columns[rows], prediction)
        if not smoothing:
            return losses
        spread = xp.ones_like(prediction[:1, ...])
        if class_weight is not None:
            losses, spread = losses * of_label[rows], class_weight[None, :]
        spread = xp.broadcast_to(spread * (smoothing / n_classes), prediction.shape)
        return (1 - smoothing) * losses + loss.scale.soft_label_losses(spread, prediction)

    losses = row_losses(block_losses, y_prob, loss.nats_per_unit)
    if counted is None and class_weight is None:
        return losses, weight, None
    divisor = _product(losses, weight, counted, of_label)
    # Smoothed losses have terms of all classes, which have been multiplied by their weights.
    return losses, _product(losses, weight, counted) if smoothing else divisor, divisor


def _product(losses, *factors):
    """Return the product of the factors that are not None, like `losses`; None if all are."""
    xp = array_api_compat.array_namespace(losses)
    product = None
    for factor in factors:
        if factor is not None:
            factor = convert_like(factor, losses, losses.dtype)
            factor = xp.astype(factor, losses.dtype, copy=False)
            product = factor if product is None else product * factor
    return product


def _class_weight(loss, labels, class_counts, y_prob):
    """Return the weight of each column, in the library and dtype of the losses, or None."""
    if loss.class_weight is None:
        return None
    if isinstance(loss.class_weight, str):
        weights = balanced_class_weight(class_counts())
    else:
        weights = check_class_weight(loss.class_weight, labels, y_prob.shape[1])
    return convert_like(weights, y_prob, loss_dtype(y_prob))


def _is_not(y_true, label):
    """Return where `y_true` does not hold a label, of shape (n,), dtype bool."""
    if isinstance(label, str):
        y_true = to_numpy(y_true)
    return y_true != label


def _label_columns(y_true, n_classes, labels, weight, counted):
    """Return the column index of the label of each row, and the labels of the columns.

    The index is 0 where weights are zero or the label is not to be counted. Labels are None where
    they are column indices.
    """
    if labels is None:
        xp = array_api_compat.array_namespace(y_true)
        zero = xp.zeros_like(y_true) if counted is not None else None
        indices = y_true if counted is None else xp.where(counted, y_true, zero)
        if _are_column_indices(indices, n_classes):
            return xp.astype(indices, xp.int64, copy=False), None
    y_true = column_or_1d(to_numpy(y_true))
    kept = np.ones(len(y_true), dtype=bool) if weight is None else weight > 0
    if counted is not None:
        kept = kept & to_numpy(counted)
    codes, distinct = encode_labels(y_true[kept])
    labels = None if labels is None else to_numpy(read_array(labels))
    labels = column_labels(distinct, labels, n_classes)
    columns = np.zeros(len(y_true), dtype=np.int64)
    columns[kept] = find_known_columns(distinct, labels)[codes]
    return columns, labels


def _are_column_indices(y_true, n_classes):
    """Return whether the labels are integers, or booleans, that are column indices."""
    xp = array_api_compat.array_namespace(y_true)
    if y_true.ndim != 1 or not xp.isdtype(y_true.dtype, ("integral", "bool")):
        return False
    if xp.isdtype(y_true.dtype, "bool"):
        return n_classes > 1
    return bool(xp.min(y_true) >= 0) and bool(xp.max(y_true) < n_classes)
