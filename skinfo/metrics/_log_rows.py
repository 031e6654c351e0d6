"""Loss of each sample in nats, from probabilities or from logits.

Arrays have one row per sample, are of any library and of one floating dtype; NumPy's are float64.
"""

import numpy as np

from skinfo.metrics._arrays import row_sums
from skinfo.metrics._probabilities import PROBABILITY_FLOOR
from skinfo.utils._array_api import axis_last, sum_last
from skinfo.utils._compat import array_api_compat


def log_loss_rows(columns, prob):
    """Return ``-ln prob[i, columns[i]]``, of shape (n_samples,); column -1 has probability zero.

    One gather and one logarithm per sample; no temporary array of the size of `prob`.
    """
    xp = array_api_compat.array_namespace(prob)
    has_column = columns >= 0
    chosen = _entry_of_row(xp, xp.where(has_column, columns, xp.zeros_like(columns)), prob)
    if array_api_compat.is_numpy_array(chosen):
        chosen = chosen.astype(np.float64, copy=False)
    return surprisal(xp, xp.where(has_column, chosen, xp.zeros_like(chosen)))


def cross_entropy_rows(target, prob):
    """Return ``-sum_k target[i, k] ln prob[i, k]``, of shape (n_samples,)."""
    xp = array_api_compat.array_namespace(prob)
    return _row_dots(xp, axis_last(xp, target, -1), surprisal(xp, axis_last(xp, prob, -1)))


def logit_log_loss_rows(columns, logits):
    """Return ``-ln softmax(logits[i])[columns[i]]``, of shape (n_samples,)."""
    xp = array_api_compat.array_namespace(logits)
    top, rest = _log_sum_exp(xp, logits)
    # The difference of the two large numbers first, which keeps the digits of a small loss.
    return (top - _entry_of_row(xp, columns, logits)) + rest


def logit_cross_entropy_rows(target, logits):
    """Return ``-sum_k target[i, k] ln softmax(logits[i])[k]``, of shape (n_samples,)."""
    xp = array_api_compat.array_namespace(logits)
    target, logits = axis_last(xp, target, -1), axis_last(xp, logits, -1)
    top, rest = _log_sum_exp(xp, logits)
    return _row_dots(xp, target, (top[:, None] - logits) + rest[:, None])


def row_means(nats):
    """Return the mean of each row."""
    xp = array_api_compat.array_namespace(nats)
    return row_sums(xp, axis_last(xp, nats, -1)) / nats.shape[-1]


def surprisal(xp, prob):
    """Return ``-ln prob``, with `prob` clipped to [`PROBABILITY_FLOOR`, 1]."""
    # From 0.0, so that the surprisal of one is not -0.0.
    return 0.0 - xp.log(clipped(xp, prob, PROBABILITY_FLOOR))


def logit_surprisal(xp, logit):
    """Return ``-ln p`` where `logit` is ``ln(p / (1 - p))``."""
    return xp.logaddexp(xp.zeros_like(logit), -logit)


def clipped(xp, prob, low):
    """Return `prob` clipped to [`low`, 1], with its gradient."""
    if array_api_compat.is_numpy_array(prob):
        return np.clip(prob, low, 1)
    # The clip of array_api_compat 1.11, the one inside scikit-learn 1.7, cuts the gradient.
    # TODO: xp.clip, once 1.8 is the oldest.
    prob = xp.where(prob < low, xp.full_like(prob, low), prob)
    return xp.where(prob > 1, xp.ones_like(prob), prob)


def _entry_of_row(xp, columns, table):
    return xp.take_along_axis(table, columns[:, None], axis=1)[:, 0]


def _row_dots(xp, a, b):
    """Return ``sum_k a[i, k] b[i, k]`` of two arrays in C order."""
    if array_api_compat.is_numpy_array(a):
        return np.einsum("ik,ik->i", a, b)
    return sum_last(xp, a * b)


def _log_sum_exp(xp, logits):
    """Return the largest logit of each row, and ``ln sum_k exp`` of the row minus it."""
    if array_api_compat.is_numpy_array(logits):
        top = np.asfortranarray(logits).max(axis=1)  # NumPy's loops along short rows are slow
    else:
        # Without a gradient: the result does not depend on the number that is subtracted.
        is_torch = array_api_compat.is_torch_array(logits)
        top = xp.max(logits.detach() if is_torch else logits, axis=-1)
    excess = axis_last(xp, logits, -1) - top[:, None]
    return top, xp.log(row_sums(xp, xp.exp(excess)))
