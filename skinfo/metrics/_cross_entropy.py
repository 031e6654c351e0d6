"""Cross-entropy loss of predicted distributions or logits."""

from collections.abc import Callable, Iterable
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
from skinfo.utils._compat import Interval, StrOptions, array_api_compat, validate_params
from skinfo.utils._validation import check_base


class ClassScale(NamedTuple):
    """Scale on which classes are predicted: how rows are checked and scored."""

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
) -> float | NDArray:
    r"""Cross-entropy of predicted distributions, in bits per sample.

    The loss of a sample is :math:`-\log_2 q_y`, where :math:`q_y` is the predicted probability of
    its true class. Where `y_true` is itself a distribution :math:`p`, it is
    :math:`-\sum_k p_k \log_2 q_k`. It is the length of a message that encodes the outcome for a
    receiver who knows the prediction, and its mean is smallest for the true probabilities.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_classes), str or iterable
        One label per sample (strings, booleans or numbers), or one distribution per sample
        (one-hot or soft labels). The name of a column of `y_prob`, whose other columns are then
        the predictions. Or an iterable of chunks ``(y_true, y_prob)`` or ``(y_true, y_prob,
        sample_weight)``, without `y_prob`; see Notes.

    y_prob : array-like or table of shape (n_samples, n_classes), default=None
        Predicted distributions, one per row, or their logits. For an array of another library
        that implements the array API, such as a PyTorch tensor, the loss is computed in that
        library.

    labels : array-like of shape (n_classes,), default=None
        The label of each column of `y_prob`, in the order of the columns: ``clf.classes_``. With
        None, integers from 0 to ``n_classes - 1`` are column indices, whether or not all occur;
        any other labels are sorted, and there must be one for each column. So pass `labels` if
        classes are counted from one and `y_true` may lack some. Not used if `y_true` has two
        dimensions.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats, 10 for hartleys.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        Sample weights; an integer weight is the same as repeating the sample. None weighs all
        samples equally. The name of a column of `y_prob`.

    reduction : {"mean", "sum", "none"}, default="mean"
        The weighted mean over samples, the weighted sum, or the weighted loss of each sample.

    from_logits : bool, default=False
        Whether `y_prob` holds logits: finite numbers whose softmax is the distribution. The loss
        is computed from the logits directly and is exact however large they are.

    Returns
    -------
    loss : float or array of shape (n_samples,)
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
        is not finite (the message names the row), if `labels` do not match the columns, if a
        label is missing, or if one has no column. Labels of samples of weight 0 are ignored.

    See Also
    --------
    binary_cross_entropy : For the probability of one class of two, or for several such labels.
    EntropyScorer : The same loss as a scorer for model selection.
    sklearn.metrics.log_loss : In nats, with the columns in the order of the sorted labels.

    Notes
    -----
    A probability below 2**-52 counts as 2**-52, whatever its dtype, so no sample costs more
    than 52 bits. Logits have no floor. The sum of a row may deviate from one by 1e-5.

    Options of PyTorch's ``cross_entropy`` are one line each: ``sample_weight=target != -100`` is
    ``ignore_index=-100``, ``sample_weight=class_weight[target]`` is ``weight=class_weight``, and
    ``y_true=(1 - s) * np.eye(K)[target] + s / K`` is ``label_smoothing=s`` for K classes.

    Samples may come in pieces: all arguments as Dask collections; `y_prob` as a table that is not
    in memory, of any kind that `skinfo.MutualInfoBinner` takes, with labels and weights as
    columns; or chunks, such as ``((y, clf.predict_proba(X)) for X, y in batches)``. They are read
    once if `labels` are given or `y_true` has two dimensions, else twice, so that a generator
    needs `labels`. Sums of NumPy arrays are exact: the loss is the same to the last bit for any
    pieces and any order of the samples.

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

    Predictions batch by batch:

    >>> batches = [(["no", "no"], y_prob[:2]), (["yes"], y_prob[2:])]
    >>> cross_entropy_loss(iter(batches), labels=["no", "yes"])
    2.0
    """
    nats_per_unit = check_base(base)
    scale = CLASS_LOGITS if from_logits else CLASS_PROBABILITIES
    predictions = {"y_prob": y_prob}
    samples = read_score_samples(y_true, predictions, sample_weight, "cross_entropy_loss")
    if isinstance(samples, Pieces):
        return _loss_of_pieces(samples, labels, scale, nats_per_unit, reduction)
    losses, weight = _sample_losses(samples, labels, scale, nats_per_unit)
    return reduce_losses(losses, weight, reduction)


def _loss_of_pieces(pieces, labels, scale, nats_per_unit, reduction):
    """Return the loss of all pieces."""
    reduced = reduction_of_sums(reduction)
    distinct = pieces.distinct_labels() if labels is None else None

    def summarise(piece):
        of_columns = labels
        if distinct is not None:
            n_classes = number_of_classes(piece.predictions[0])
            of_columns = column_labels(distinct, None, n_classes)
        return LossSums.of(*_sample_losses(piece, of_columns, scale, nats_per_unit))

    return reduced(pieces.reduce(summarise, LossSums.merged))


def _sample_losses(samples, labels, scale, nats_per_unit):
    """Return the losses of the samples, and their weights or None."""
    y_true, y_prob = read_array(samples.y_true), _read_prediction(samples.predictions[0])
    if y_true.shape[0] != y_prob.shape[0]:
        raise ValueError(f"y_true has {y_true.shape[0]} rows and y_prob has {y_prob.shape[0]}.")
    weight = check_row_weights(samples.sample_weight, y_prob.shape[0])
    if y_true.ndim == 2:
        return _losses_of_distributions(y_true, y_prob, scale, nats_per_unit), weight
    columns = _label_columns(y_true, y_prob.shape[1], labels, weight)
    return _losses_of_labels(columns, y_prob, scale, nats_per_unit), weight


def _read_prediction(y_prob):
    """Return `y_prob` as an array of numbers of shape (n_samples, n_classes)."""
    y_prob = as_numbers(y_prob, "y_prob")
    if y_prob.ndim == 1:
        refuse_hard_labels(y_prob, "y_prob")
        raise ValueError(
            f"y_prob must have one column per class; got shape {tuple(y_prob.shape)}. For the "
            "probability of one of two classes use binary_cross_entropy, or pass both columns."
        )
    check_shape(y_prob, "y_prob")
    return y_prob


def _losses_of_distributions(y_true, y_prob, scale, nats_per_unit):
    """Return the loss of each sample, of shape (n_samples,); `y_true` holds distributions."""
    if y_true.shape != y_prob.shape:
        raise ValueError(
            "y_true of two dimensions must have the shape of y_prob, "
            f"{tuple(y_prob.shape)}; got {tuple(y_true.shape)}."
        )
    xp = array_api_compat.array_namespace(y_prob)
    y_true = convert_like(as_numbers(y_true, "y_true"), y_prob, loss_dtype(y_prob))

    def block_losses(rows):
        target = checked_rows(y_true, rows, "y_true", are_distributions, check_distributions)
        prediction = checked_rows(y_prob, rows, "y_prob", scale.are_valid, scale.check)
        return scale.soft_label_losses(clipped(xp, target, 0), prediction)

    return row_losses(block_losses, y_prob, nats_per_unit)


def _losses_of_labels(columns, y_prob, scale, nats_per_unit):
    """Return the loss of each sample, of shape (n_samples,), from the column of its label."""
    columns = convert_like(columns, y_prob, array_api_compat.array_namespace(y_prob).int64)

    def block_losses(rows):
        prediction = checked_rows(y_prob, rows, "y_prob", scale.are_valid, scale.check)
        return scale.label_losses(columns[rows], prediction)

    return row_losses(block_losses, y_prob, nats_per_unit)


def _label_columns(y_true, n_classes, labels, weight):
    """Return the column index of the label of each sample; 0 for samples of weight zero."""
    if labels is None and _are_column_indices(y_true, n_classes):
        xp = array_api_compat.array_namespace(y_true)
        return xp.astype(y_true, xp.int64, copy=False)
    y_true = column_or_1d(to_numpy(y_true))
    kept = np.ones(len(y_true), dtype=bool) if weight is None else weight > 0
    codes, distinct = encode_labels(y_true[kept])
    labels = None if labels is None else to_numpy(read_array(labels))
    labels = column_labels(distinct, labels, n_classes)
    columns = np.zeros(len(y_true), dtype=np.int64)
    columns[kept] = find_known_columns(distinct, labels)[codes]
    return columns


def _are_column_indices(y_true, n_classes):
    """Return whether the labels are integers, or booleans, that are column indices."""
    xp = array_api_compat.array_namespace(y_true)
    if y_true.ndim != 1 or not xp.isdtype(y_true.dtype, ("integral", "bool")):
        return False
    if xp.isdtype(y_true.dtype, "bool"):
        return n_classes > 1
    return bool(xp.min(y_true) >= 0) and bool(xp.max(y_true) < n_classes)
