"""The cross-entropy of yes or no, from the probability of yes."""

from collections.abc import Callable
from numbers import Real
from typing import NamedTuple

from skinfo.metrics._arrays import (
    as_array,
    as_numbers,
    checked_rows,
    like,
    loss_dtype,
    over_blocks,
    to_numpy,
)
from skinfo.metrics._log_rows import (
    clipped,
    logit_surprise,
    row_means,
    surprise,
)
from skinfo.metrics._probabilities import (
    are_finite,
    are_in_range,
    check_finite,
    check_range,
    columns_of,
    group_labels,
    refuse_labels,
)
from skinfo.metrics._reductions import REDUCTIONS, check_row_weights, reduced
from skinfo.utils._compat import Interval, StrOptions, array_api_compat, validate_params
from skinfo.utils._validation import check_base


class BinaryForm(NamedTuple):
    """What is asked of the predictions of yes, and what they cost."""

    fits: Callable  # says at little cost whether a block of rows is fit
    check: Callable  # raises the error for an ndarray that is not
    surprise: Callable  # nats of a yes
    no: Callable  # the prediction of no, from that of yes


PROBABILITIES = BinaryForm(are_in_range, check_range, surprise, lambda prob: 1 - prob)
LOGITS = BinaryForm(are_finite, check_finite, logit_surprise, lambda logit: -logit)


@validate_params(
    {
        "y_true": ["array-like"],
        "y_prob": ["array-like"],
        "pos_label": [Real, str, "boolean", None],
        "base": [Interval(Real, 0, None, closed="neither")],
        "sample_weight": ["array-like", None],
        "reduction": [StrOptions(set(REDUCTIONS))],
        "from_logits": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def binary_cross_entropy(
    y_true,
    y_prob,
    *,
    pos_label=None,
    base=2,
    sample_weight=None,
    reduction="mean",
    from_logits=False,
):
    r"""Cross-entropy of predicted probabilities of yes, in bits a sample.

    The loss is :math:`-\log_2 q` where yes happened and :math:`-\log_2 (1 - q)` where no did, for
    a predicted probability :math:`q` of yes. Where `y_true` is itself a probability :math:`p`, it
    is the mean of the two in the shares :math:`p` and :math:`1 - p`.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_labels)
        What happened: 0 and 1, -1 and 1, booleans, soft labels from 0 to 1 (of a floating
        dtype), or any two labels, of which `pos_label` is yes.

    y_prob : array-like of shape (n_samples,) or (n_samples, n_labels)
        The predicted probabilities of yes, or their logits, in the shape of `y_true`. An array
        of another library that speaks the array API, such as a PyTorch tensor, is computed on in
        that library.

    pos_label : int, float, bool or str, default=None
        The label of yes. None stands for 1, and for True; other labels need it.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats, 10 for hartleys.

    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows; an integer weight is the same as repeating the row. None weighs
        every row the same.

    reduction : {"mean", "sum", "none"}, default="mean"
        The weighted mean of the rows, their weighted sum, or each row's weighted loss. The loss
        of a row is the mean over its labels.

    from_logits : bool, default=False
        Whether `y_prob` holds logits: finite numbers :math:`\ln(q / (1 - q))`. Their loss is
        exact however large, as it never goes by way of the probability.

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
        the row), if a label is missing, or if the labels do not say which of them is yes.

    See Also
    --------
    cross_entropy_loss : The same for any number of classes, with one column for each.
    EntropyScorer : The loss as a scorer for model selection.

    Notes
    -----
    A probability of what happened below 2**-52 counts as 2**-52, whatever its dtype, so nothing
    costs more than 52 bits. Logits have no floor. A probability may be outside [0, 1] by 1e-5.

    On PyTorch the loss carries a gradient with respect to `y_prob` and to soft labels, 0 where
    the probability of what happened is below the floor.

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
    """
    nats_per_unit = check_base(base)
    y_true, y_prob = as_array(y_true), as_numbers(y_prob, "y_prob")
    _check_shapes(y_true, y_prob)
    if not from_logits:
        refuse_labels(y_prob, "y_prob")
    form = LOGITS if from_logits else PROBABILITIES
    loss = _binary_loss(_happened(y_true, pos_label), y_prob, form, nats_per_unit)
    return reduced(loss, check_row_weights(sample_weight, y_prob.shape[0]), reduction)


def _check_shapes(y_true, y_prob):
    """Raise ValueError unless there is one prediction for each label."""
    if y_prob.ndim not in (1, 2) or 0 in y_prob.shape:
        raise ValueError(
            "y_prob must have one row a sample and, for several labels, one column a label, at "
            f"least one of each; got shape {tuple(y_prob.shape)}."
        )
    if y_true.shape != y_prob.shape:
        raise ValueError(
            f"y_true must have the shape of y_prob, {tuple(y_prob.shape)}; got "
            f"{tuple(y_true.shape)}. Of predict_proba with two columns, pass the second."
        )


def _happened(y_true, pos_label):
    """Return booleans that say where yes happened, or soft labels as they are."""
    if pos_label is None and _speaks_for_itself(y_true):
        xp = array_api_compat.array_namespace(y_true)
        return y_true == 1 if xp.isdtype(y_true.dtype, "integral") else y_true
    name = "y_true" if y_true.ndim == 1 else "the flattened y_true"
    groups, present = group_labels(to_numpy(y_true).reshape(-1), name)
    yes = 1 if pos_label is None else pos_label
    if pos_label is None and not (set(present) <= {0, 1} or set(present) <= {-1, 1}):
        raise ValueError(
            f"y_true holds {present[:3]}, which does not say what is yes: pass pos_label, or make "
            "y_true 0 and 1, -1 and 1, booleans, or soft labels from 0 to 1."
        )
    if len(present) > 2 or (len(present) == 2 and yes not in present):
        raise ValueError(
            f"y_true must hold two labels, one of them pos_label={pos_label!r}; got {present[:3]}."
        )
    return (columns_of(present, [yes]) == 0)[groups].reshape(y_true.shape)


def _speaks_for_itself(y_true):
    """Say whether these are booleans, 0 and 1, or soft labels."""
    xp = array_api_compat.array_namespace(y_true)
    if xp.isdtype(y_true.dtype, "integral"):
        return bool(xp.all((y_true == 0) | (y_true == 1)))
    if xp.isdtype(y_true.dtype, "real floating"):
        return are_in_range(y_true)
    return xp.isdtype(y_true.dtype, "bool")


def _binary_loss(happened, y_prob, form, nats_per_unit):
    """Loss of each row, of shape (n_samples,), the mean over its labels."""
    xp = array_api_compat.array_namespace(y_prob)
    is_hard = array_api_compat.array_namespace(happened).isdtype(happened.dtype, "bool")
    happened = like(happened, y_prob, xp.bool if is_hard else loss_dtype(y_prob))
    shape = (y_prob.shape[0], -1)
    happened, y_prob = xp.reshape(happened, shape), xp.reshape(y_prob, shape)
    cost = _hard_cost if is_hard else _soft_cost

    def nats(rows):
        prediction = checked_rows(y_prob, rows, "y_prob", form.fits, form.check)
        return row_means(cost(xp, happened[rows], prediction, form))

    return over_blocks(nats, y_prob, nats_per_unit)


def _hard_cost(xp, happened, prediction, form):
    """Nats of each label, from booleans."""
    return form.surprise(xp, xp.where(happened, prediction, form.no(prediction)))


def _soft_cost(xp, happened, prediction, form):
    """Nats of each label, from the share in which yes happened."""
    share = clipped(xp, happened, 0)
    yes, no = form.surprise(xp, prediction), form.surprise(xp, form.no(prediction))
    return share * yes + (1 - share) * no
