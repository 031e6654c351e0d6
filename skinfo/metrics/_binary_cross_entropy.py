"""Cross-entropy loss of the predicted probability of a positive label."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
from skinfo.metrics._class_weight import as_factors
from skinfo.metrics._labels import encode_labels, find_columns
from skinfo.metrics._log_rows import clipped, logit_surprisal, row_means, surprisal
from skinfo.metrics._pieces import Pieces, read_score_samples
from skinfo.metrics._probabilities import (
    are_finite,
    are_in_range,
    check_finite,
    check_range,
    refuse_hard_labels,
)
from skinfo.utils._compat import Interval, StrOptions, array_api_compat, validate_params
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_base


class BinaryScale(NamedTuple):
    """Scale of predictions of the positive label, with their checks and losses."""

    are_valid: Callable  # cheap test of a block of rows
    check: Callable  # raises the error for an ndarray with an invalid row
    surprisal: Callable  # loss of a positive label, in nats
    complement: Callable  # prediction of the negative label


BINARY_PROBABILITIES = BinaryScale(are_in_range, check_range, surprisal, lambda prob: 1 - prob)
BINARY_LOGITS = BinaryScale(are_finite, check_finite, logit_surprisal, lambda logit: -logit)


@validate_params(
    {
        "y_true": "no_validation",
        "y_prob": "no_validation",
        "pos_label": [Real, str, "boolean", None],
        "base": [Interval(Real, 0, None, closed="neither")],
        "sample_weight": ["array-like", str, None],
        "reduction": [StrOptions(set(REDUCTIONS))],
        "from_logits": ["boolean"],
        "pos_weight": ["array-like", Real, None],
    },
    prefer_skip_nested_validation=True,
)
def binary_cross_entropy(
    y_true: ArrayLike | str | Iterable[tuple],
    y_prob: ArrayLike | None = None,
    *,
    pos_label: float | bool | str | None = None,
    base: float = 2,
    sample_weight: ArrayLike | str | None = None,
    reduction: Literal["mean", "sum", "none"] = "mean",
    from_logits: bool = False,
    pos_weight: ArrayLike | float | None = None,
) -> float | NDArray:
    r"""Cross-entropy of predicted probabilities of the positive label, in bits per sample.

    For a predicted probability :math:`q`, the loss is :math:`-\log_2 q` if the label is positive
    and :math:`-\log_2 (1 - q)` if it is negative. If `y_true` is itself a probability :math:`p`,
    the loss is the mean of the two with weights :math:`p` and :math:`1 - p`.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_labels), str or iterable
        True labels: 0 and 1, -1 and 1, booleans, soft labels from 0 to 1 (of a floating dtype),
        or any two labels, of which `pos_label` is positive. The name of a column of `y_prob`,
        whose other column is then the prediction. Or an iterable of chunks ``(y_true, y_prob)``
        or ``(y_true, y_prob, sample_weight)``, without `y_prob`; see Notes.

    y_prob : array-like or table of shape (n_samples,) or (n_samples, n_labels), default=None
        Predicted probabilities of the positive label, or their logits, in the shape of `y_true`.
        For an array of another library that implements the array API, such as a PyTorch tensor,
        the loss is computed in that library.

    pos_label : int, float, bool or str, default=None
        The positive label. None: 1 or True; required for other labels.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats, 10 for hartleys.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        Sample weights; an integer weight is equivalent to repeating the sample. None: equal
        weights. A str is the name of a column of `y_prob`.

    reduction : {"mean", "sum", "none"}, default="mean"
        The weighted mean over samples, the weighted sum, or the weighted loss of each sample. The
        loss of a sample is the mean over its labels.

    from_logits : bool, default=False
        Whether `y_prob` contains logits: finite numbers :math:`\ln(q / (1 - q))`. The loss is
        computed from the logits directly and is exact for any magnitude.

    pos_weight : float or array-like of shape (n_labels,), default=None
        Factor of the loss of positive labels, one for all labels or one per label, for example the
        ratio of negatives to positives to balance them. The mean is divided by the number of
        samples, as in PyTorch's ``binary_cross_entropy_with_logits``. Zero, or from 1e-100 to
        1e100; None is 1.

    Returns
    -------
    loss : float or array of shape (n_samples,)
        In bits, or in the units of `base`. Never negative. A Python float or an array of float64
        for NumPy; for other libraries an array, without axes for "mean" and "sum", on the device
        of `y_prob` and of its floating dtype (float32 for those of half precision).

    Raises
    ------
    TypeError
        If `y_prob` does not hold real numbers, or `y_true` and `y_prob` belong to different array
        libraries.
    ValueError
        If the shapes differ, if `y_prob` holds integers (labels) in place of probabilities, if a
        probability or a soft label is not in [0, 1] or a logit is not finite (the message names
        the row), if a label is missing, if it is not clear which label is positive, or if
        `pos_weight` is negative or does not have one entry for each label.

    See Also
    --------
    cross_entropy_loss : The loss for any number of classes, with one column for each.
    EntropyScorer : The loss as a scorer for model selection.

    Notes
    -----
    A probability of the true label below 2**-52 counts as 2**-52, whatever its dtype, so no label
    costs more than 52 bits. Logits have no floor. A probability may be outside [0, 1] by 1e-5.

    Samples may be given in pieces, as for `cross_entropy_loss`. They are read once. Sums of NumPy
    arrays are exact: the loss is identical for any pieces and any order of the samples.

    On PyTorch the loss carries a gradient with respect to `y_prob` and to soft labels, 0 where
    the probability of the true label is below the floor.

    References
    ----------
    .. [1] I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B, 14(1),
       1952, 107-114.

    Examples
    --------
    >>> from skinfo.metrics import binary_cross_entropy
    >>> binary_cross_entropy([1, 0, 0], [0.5, 0.75, 0.875])  # (1 + 2 + 3) / 3
    2.0
    >>> binary_cross_entropy(["ham", "spam"], [0.5, 0.25], pos_label="spam", reduction="none")
    array([1., 2.])
    >>> binary_cross_entropy([[True, False], [True, True]], [[0.5, 0.5], [0.25, 0.0625]])
    2.0
    >>> binary_cross_entropy([1, 0, 0], [0.5, 0.75, 0.875], pos_weight=4)  # (4 * 1 + 2 + 3) / 3
    3.0
    """
    loss = BinaryCrossEntropy(
        nats_per_unit=check_base(base),
        scale=BINARY_LOGITS if from_logits else BINARY_PROBABILITIES,
        pos_label=pos_label,
        pos_weight=None if pos_weight is None else _check_pos_weight(pos_weight),
    )
    predictions = {"y_prob": y_prob}
    samples = read_score_samples(y_true, predictions, sample_weight, "binary_cross_entropy")
    if isinstance(samples, Pieces):
        return _binary_loss_of_pieces(samples, loss, reduction)
    losses, weight = _losses_of_positives(samples, loss)
    return reduce_losses(losses, weight, reduction)


@dataclass(frozen=True)
class BinaryCrossEntropy:
    """Parameters of the loss of a sample."""

    nats_per_unit: float
    scale: BinaryScale
    pos_label: float | bool | str | None
    pos_weight: NDArray | None  # (n_labels,) or (1,)


def _check_pos_weight(pos_weight):
    """Return the weights of positive labels, of shape (n_labels,), or (1,) for all labels."""
    weights = np.atleast_1d(as_factors(pos_weight, "pos_weight"))
    if weights.ndim != 1:
        raise ValueError(
            f"pos_weight must be one number or one for each label, got shape {weights.shape}."
        )
    return weights


def _binary_loss_of_pieces(pieces, loss, reduction):
    """Return the loss of all pieces."""
    reduced = reduction_of_sums(reduction)

    def summarise(piece):
        losses, weight = _losses_of_positives(piece, loss)
        labels = _labels_in_piece(read_array(piece.y_true), loss.pos_label)
        return LabelledSums(LossSums.of(losses, weight), labels)

    sums = pieces.reduce(summarise, LabelledSums.merged)
    # Labels that may be right in each piece need not be so in all of them.
    _binary_target(np.array(sorted(sums.labels, key=repr), object), loss.pos_label)
    return reduced(sums.losses)


class LabelledSums(NamedTuple):
    """Sums of losses, and the labels that occur; those of soft labels are 0 and 1."""

    losses: LossSums
    labels: frozenset

    def merged(self, other):
        """Return the merged sums and labels."""
        return LabelledSums(self.losses.merged(other.losses), self.labels | other.labels)


def _labels_in_piece(y_true, pos_label):
    distinct = frozenset(encode_labels(to_numpy(y_true).reshape(-1)).distinct)
    is_soft = pos_label is None and _is_binary_target(y_true) and not distinct <= {0, 1}
    return frozenset({0, 1}) if is_soft else distinct


def _losses_of_positives(samples, loss):
    """Return the losses of the samples, and their weights or None."""
    y_true, y_prob = read_array(samples.y_true), as_numbers(samples.predictions[0], "y_prob")
    _check_shapes(y_true, y_prob)
    if loss.scale is BINARY_PROBABILITIES:
        refuse_hard_labels(y_prob, "y_prob")
    losses = _binary_losses(_binary_target(y_true, loss.pos_label), y_prob, loss)
    return losses, check_row_weights(samples.sample_weight, y_prob.shape[0])


def _check_shapes(y_true, y_prob):
    """Raise ValueError unless there is one prediction for each label."""
    if y_prob.ndim not in (1, 2) or 0 in y_prob.shape:
        raise ValueError(
            "y_prob must have one row per sample and, for several labels, one column per label, "
            f"at least one of each; got shape {tuple(y_prob.shape)}."
        )
    if y_true.shape != y_prob.shape:
        raise ValueError(
            f"y_true must have the shape of y_prob, {tuple(y_prob.shape)}; got "
            f"{tuple(y_true.shape)}. Of predict_proba with two columns, pass the second."
        )


def _binary_target(y_true, pos_label):
    """Return an array of booleans, True for the positive label, or soft labels unchanged."""
    if pos_label is None and _is_binary_target(y_true):
        xp = array_api_compat.array_namespace(y_true)
        return y_true == 1 if xp.isdtype(y_true.dtype, "integral") else y_true
    name = "y_true" if y_true.ndim == 1 else "flattened y_true"
    codes, distinct = encode_labels(to_numpy(y_true).reshape(-1), name)
    positive = 1 if pos_label is None else pos_label
    if pos_label is None and not (set(distinct) <= {0, 1} or set(distinct) <= {-1, 1}):
        raise ValueError(
            f"y_true holds {short_repr(distinct)}, of which none is known to be positive: pass "
            "pos_label, or make y_true 0 and 1, -1 and 1, booleans, or soft labels from 0 to 1."
        )
    if len(distinct) > 2 or (len(distinct) == 2 and positive not in distinct):
        raise ValueError(
            f"y_true must hold two labels, one of them pos_label={short_repr(pos_label)}; got "
            f"{short_repr(distinct)}."
        )
    return (find_columns(distinct, [positive]) == 0)[codes].reshape(y_true.shape)


def _is_binary_target(y_true):
    """Return whether these are booleans, 0 and 1, or soft labels."""
    xp = array_api_compat.array_namespace(y_true)
    if xp.isdtype(y_true.dtype, "integral"):
        return bool(xp.all((y_true == 0) | (y_true == 1)))
    if xp.isdtype(y_true.dtype, "real floating"):
        return are_in_range(y_true)
    return xp.isdtype(y_true.dtype, "bool")


def _binary_losses(target, y_prob, loss):
    """Return the loss of each sample, of shape (n_samples,), the mean over its labels."""
    xp = array_api_compat.array_namespace(y_prob)
    scale = loss.scale
    is_hard = array_api_compat.array_namespace(target).isdtype(target.dtype, "bool")
    target = convert_like(target, y_prob, xp.bool if is_hard else loss_dtype(y_prob))
    shape = (y_prob.shape[0], -1)
    target, y_prob = xp.reshape(target, shape), xp.reshape(y_prob, shape)
    pos_weight = _weights_of_positives(loss.pos_weight, y_prob)

    def block_losses(rows):
        prediction = checked_rows(y_prob, rows, "y_prob", scale.are_valid, scale.check)
        complement = scale.complement(prediction)
        if is_hard:
            # One logarithm a label, of the prediction of the label that occurred.
            nats = scale.surprisal(xp, xp.where(target[rows], prediction, complement))
            if pos_weight is not None:
                nats = xp.where(target[rows], pos_weight * nats, nats)
            return row_means(nats)
        p = clipped(xp, target[rows], 0)
        negative = (1 - p) * scale.surprisal(xp, complement)
        positive = p * scale.surprisal(xp, prediction)
        return row_means((positive if pos_weight is None else pos_weight * positive) + negative)

    return row_losses(block_losses, y_prob, loss.nats_per_unit)


def _weights_of_positives(pos_weight, y_prob):
    """Return the weights like the losses, of shape (1, n_labels) or (1, 1), or None."""
    if pos_weight is None:
        return None
    if len(pos_weight) not in (1, y_prob.shape[1]):
        raise ValueError(
            f"pos_weight has {len(pos_weight)} entries and y_true {y_prob.shape[1]} labels."
        )
    return convert_like(pos_weight[np.newaxis], y_prob, loss_dtype(y_prob))
