"""How the losses of the rows become the answer."""

from skinfo.metrics._arrays import like, to_numpy
from skinfo.utils._array_api import sum_all
from skinfo.utils._compat import array_api_compat
from skinfo.utils._validation import check_sample_weight


def check_row_weights(sample_weight, n_samples):
    """Return checked weights, an ndarray of shape (n_samples,), or None for None."""
    return (
        None if sample_weight is None else check_sample_weight(to_numpy(sample_weight), n_samples)
    )


def _mean(loss, weight):
    if weight is None:
        return _sum(loss, None) / loss.shape[0]
    return _sum(loss, weight) / _sum(weight, None)


def _sum(loss, weight):
    terms = _each(loss, weight)
    total = sum_all(array_api_compat.array_namespace(terms), terms)
    return float(total) if array_api_compat.is_numpy_array(terms) else total


def _each(loss, weight):
    return loss if weight is None else loss * weight


# Each takes the losses of the rows, and their weights or None. A mean or sum is a Python float
# where the losses are NumPy's, else an array without axes that carries the gradient.
REDUCTIONS = {"mean": _mean, "sum": _sum, "none": _each}


def reduced(loss, weight, reduction):
    """Return the answer for the losses of the rows and their checked weights, or None."""
    if weight is not None:
        weight = like(weight, loss, loss.dtype)
    return REDUCTIONS[reduction](loss, weight)
