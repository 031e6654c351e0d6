"""Arrays of any array-API library: conversion, blocks of rows, reductions of losses."""

from typing import NamedTuple

import numpy as np

from skinfo._counts._kinds import unmasked
from skinfo.metrics._exact_sum import ExactSum, exact_sum
from skinfo.utils._array_api import sum_all, sum_last
from skinfo.utils._compat import array_api_compat
from skinfo.utils._text import LONGEST_CAUSE, one_line, short_repr
from skinfo.utils._validation import check_sample_weight

# Numbers in a block of rows: two megabytes of float64, which remain in the cache from the check of
# the rows to their loss, so that each row is read from memory once.
BLOCK_SIZE = 2**18


def as_numbers(x, name):
    """Return `x` as an array of real numbers.

    Parameters
    ----------
    x : array-like
        An array of a library that implements the array API, or anything that NumPy reads.

    name : str
        Name of `x` in error messages.

    Returns
    -------
    x : array
        The same values and, except for objects, the same dtype: floating, integral or boolean.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.
    """
    x = read_array(x)
    xp = array_api_compat.array_namespace(x)
    if array_api_compat.is_numpy_array(x) and x.dtype == object:
        # For example a nullable data frame.
        try:
            x = x.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{name} must hold real numbers: {one_line(error, LONGEST_CAUSE)}."
            ) from error
    if not xp.isdtype(x.dtype, ("real floating", "integral", "bool")):
        raise TypeError(f"{name} must hold real numbers, got an array of dtype {x.dtype}.")
    return x


def read_array(x):
    """Return an array of another library unchanged, anything else as an ndarray."""
    if array_api_compat.is_array_api_obj(x) and not array_api_compat.is_numpy_array(x):
        return x
    return np.asarray(unmasked(x))


def to_numpy(x):
    """Return an array of any library and device as an ndarray, detached from its gradient."""
    if array_api_compat.is_torch_array(x):
        x = x.detach().cpu()
    elif array_api_compat.is_cupy_array(x):
        x = x.get()
    return np.asarray(x)


def convert_like(x, other, dtype):
    """Return `x` as an array of the library and on the device of `other`, in `dtype`.

    Between NumPy's own arrays the dtype is kept: `float_rows` casts one block at a time. Raises
    TypeError if `x` is an array of a library that is neither that of `other` nor NumPy.
    """
    xp = array_api_compat.array_namespace(other)
    if array_api_compat.is_numpy_array(x):
        if array_api_compat.is_numpy_array(other):
            return x
        return xp.asarray(x, dtype=dtype, device=array_api_compat.device(other))
    if array_api_compat.array_namespace(x) is not xp:
        raise TypeError(
            f"y_true is an array of {type(x).__module__} and y_prob one of "
            f"{type(other).__module__}: pass both in one library."
        )
    return xp.astype(x, dtype, copy=False)


def loss_dtype(x):
    """Return the dtype of the losses of `x`: float64 in NumPy, else its own of 32 bits or more.

    Half precision can represent neither the floor of a probability nor a sum over many classes.
    """
    if array_api_compat.is_numpy_array(x):
        return np.float64
    xp = array_api_compat.array_namespace(x)
    if not xp.isdtype(x.dtype, "real floating"):
        return xp.zeros(0).dtype
    return xp.float32 if xp.finfo(x.dtype).bits < 32 else x.dtype


def row_blocks(x):
    """Return slices that cover the rows of an ndarray in blocks of `BLOCK_SIZE` numbers."""
    n_rows, n_columns = x.shape
    step = max(1, BLOCK_SIZE // n_columns)
    return [slice(start, start + step) for start in range(0, n_rows, step)]


def float_rows(x, rows):
    """Return a block of rows in the dtype of the losses, copied only if the dtype differs."""
    xp = array_api_compat.array_namespace(x)
    return xp.astype(x[rows], loss_dtype(x), copy=False)


def row_sums(xp, rows):
    """Return the sum of each row; the order of summation is fixed for arrays in C order."""
    if array_api_compat.is_numpy_array(rows):
        # A sum along short rows takes several times as long.
        return np.einsum("ik->i", rows)
    return sum_last(xp, rows)


def checked_rows(x, rows, name, is_valid, check):
    """Return a block of rows as `float_rows` does, after checking its values.

    Parameters
    ----------
    x : array of shape (n_samples, n_columns)

    rows : slice or Ellipsis

    name : str
        Name of `x` in error messages.

    is_valid : callable
        ``is_valid(block)``: a cheap test of the block.

    check : callable
        ``check(ndarray, name)``: a test of all rows of `x`, for blocks that `is_valid` rejects.
        It raises the error that names the worst row.
    """
    block = float_rows(x, rows)
    if not is_valid(block):
        check(to_numpy(float_rows(x, ...)), name)
    return block


def row_losses(block_losses, x, nats_per_unit):
    """Return the losses of all rows of `x`, of shape (n_samples,).

    Parameters
    ----------
    block_losses : callable
        ``block_losses(rows)`` returns the losses of a block of rows, in nats. NumPy's arrays are
        processed in `row_blocks`, those of other libraries at once (``...``): a gradient would be
        summed over the blocks, each as large as `x`.

    x : array of shape (n_samples, n_columns)

    nats_per_unit : float
        Unit of the result.
    """
    if not array_api_compat.is_numpy_array(x):
        return block_losses(...) / nats_per_unit
    losses = np.empty(x.shape[0])
    for rows in row_blocks(x):
        np.divide(block_losses(rows), nats_per_unit, out=losses[rows])
    return losses


def check_row_weights(sample_weight, n_samples):
    """Return checked weights, an ndarray of shape (n_samples,), or None for None."""
    return (
        None if sample_weight is None else check_sample_weight(to_numpy(sample_weight), n_samples)
    )


def weighted_mean(values, weight, divisor=None):
    """Return the mean of `values`, of shape (n_samples,); None: equal weights.

    The sum of `values` times `weight` is divided by that of `divisor`, by default the weights.
    """
    total = _weighted_sum(values, weight)
    if divisor is not None:
        return _divided(total, _weighted_sum(divisor, None))
    return total / (values.shape[0] if weight is None else _weighted_sum(weight, None))


def _divided(total, counted):
    """Return the mean of the counted values; raise ValueError if there are none."""
    if not counted > 0:
        raise ValueError(
            "No sample counts, so that the mean is not defined: each label is ignore_index, or of "
            "a class or sample of weight 0. Leave such a batch out, or use reduction='sum', which "
            "is 0."
        )
    return total / counted


def _weighted_sum(values, weight):
    terms = _weighted(values, weight)
    if array_api_compat.is_numpy_array(terms):
        return exact_sum(terms)
    return sum_all(array_api_compat.array_namespace(terms), terms)


def _weighted(values, weight):
    return values if weight is None else values * weight


# Functions of the losses of the samples, of their weights or None, and of what a mean is divided
# by, None for the weights. A mean or sum is a Python float for NumPy, else an array without axes
# that carries the gradient.
REDUCTIONS = {
    "mean": weighted_mean,
    "sum": lambda losses, weight, divisor: _weighted_sum(losses, weight),
    "none": lambda losses, weight, divisor: _weighted(losses, weight),
}


def reduce_losses(losses, weight, reduction, divisor=None):
    """Reduce the losses of the samples, with checked weights (n_samples,) or None."""
    weight, divisor = (
        None if x is None else convert_like(x, losses, losses.dtype) for x in (weight, divisor)
    )
    return REDUCTIONS[reduction](losses, weight, divisor)


class LossSums(NamedTuple):
    """Sums of the losses of some samples, with their weights, and of the weights."""

    loss: ExactSum
    weight: ExactSum

    @classmethod
    def of(cls, losses, weight, divisor=None):
        """Return the sums of the losses of samples with checked weights (n_samples,) or None.

        The sums of `divisor` replace those of the weights, as in `weighted_mean`.
        """
        losses = to_numpy(losses)
        loss = ExactSum.of(_weighted(losses, weight))
        divisor = weight if divisor is None else divisor
        return cls(loss, ExactSum.of(np.array([len(losses)]) if divisor is None else divisor))

    def merged(self, other):
        """Return the merged sums."""
        return LossSums(self.loss.merged(other.loss), self.weight.merged(other.weight))

    @property
    def mean(self):
        """Weighted mean of all losses, see `weighted_mean`."""
        return _divided(self.loss.rounded, self.weight.rounded)


# Functions of LossSums that equal those of `REDUCTIONS`.
REDUCTIONS_OF_SUMS = {"mean": lambda sums: sums.mean, "sum": lambda sums: sums.loss.rounded}


def reduction_of_sums(reduction):
    """Return a function of LossSums; raise ValueError for losses of single samples."""
    if reduction not in REDUCTIONS_OF_SUMS:
        raise ValueError(
            f"reduction={short_repr(reduction)} gives a loss for each sample, and the samples "
            "come in pieces. Use 'mean' or 'sum', or call the function on each piece."
        )
    return REDUCTIONS_OF_SUMS[reduction]
