"""Numbers by the row, of any array library, and how a metric goes through them."""

import numpy as np

from skinfo.utils._array_api import sum_last
from skinfo.utils._compat import array_api_compat

# Numbers in a block of rows: two megabytes of float64, which stay in the cache from the check of
# the rows to their loss, so that each row is read from memory once.
BLOCK_SIZE = 2**18


def as_numbers(x, name):
    """Return `x` as an array of real numbers.

    Parameters
    ----------
    x : array-like
        An array of a library that speaks the array API, or anything that NumPy reads.

    name : str
        What to call it in an error.

    Returns
    -------
    x : array
        The same values and, but for objects, the same dtype: floating, integral or boolean.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.
    """
    x = as_array(x)
    xp = array_api_compat.array_namespace(x)
    if array_api_compat.is_numpy_array(x) and x.dtype == object:
        x = _as_floats(x, name)
    if not xp.isdtype(x.dtype, ("real floating", "integral", "bool")):
        raise TypeError(f"{name} must hold real numbers, got an array of dtype {x.dtype}.")
    return x


def as_array(x):
    """Return `x` as it is where it is an array of another library, else as a plain ndarray."""
    if array_api_compat.is_array_api_obj(x) and not array_api_compat.is_numpy_array(x):
        return x
    return np.asarray(x)


def _as_floats(x, name):
    """Return an array of objects, such as that of a nullable data frame, as float64."""
    try:
        return x.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must hold real numbers: {error}.") from error


def to_numpy(x):
    """Return an array of any library as an ndarray, without its gradient."""
    return np.asarray(x.detach().cpu() if array_api_compat.is_torch_array(x) else x)


def like(x, other, dtype):
    """Return `x` in the library and on the device of `other`, in `dtype`.

    Between NumPy's own arrays the dtype is left: their rows are cast a block at a time. Raises
    TypeError where `x` is an array of a library that is neither that of `other` nor NumPy.
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

    A half-precision number cannot hold the floor of a probability, nor a sum over many classes.
    """
    if array_api_compat.is_numpy_array(x):
        return np.float64
    xp = array_api_compat.array_namespace(x)
    if not xp.isdtype(x.dtype, "real floating"):
        return xp.zeros(0).dtype
    return xp.float32 if xp.finfo(x.dtype).bits < 32 else x.dtype


def row_blocks(x):
    """Return slices that cover the rows of an ndarray in blocks that stay in the cache.

    Other libraries take all rows at once, ``...``: a gradient would be summed over the blocks,
    each as large as `x`.
    """
    n_rows, n_columns = x.shape
    step = max(1, BLOCK_SIZE // n_columns)
    return [slice(start, start + step) for start in range(0, n_rows, step)]


def float_rows(x, rows):
    """Return a block of rows in the dtype of the losses, copied where it has another dtype."""
    xp = array_api_compat.array_namespace(x)
    return xp.astype(x[rows], loss_dtype(x), copy=False)


def row_sums(xp, rows):
    """Return the sum of each row, always added up in the same order where `rows` is in C order."""
    if array_api_compat.is_numpy_array(rows):
        # A sum along short rows takes several times as long.
        return np.einsum("ik->i", rows)
    return sum_last(xp, rows)


def checked_rows(x, rows, name, fits, check):
    """Return a block of rows as `float_rows` does, if it is fit.

    Parameters
    ----------
    x : array of shape (n_samples, n_columns)

    rows : slice or Ellipsis
        One of `row_blocks`.

    name : str
        What to call `x` in an error.

    fits : callable
        ``fits(block)`` says at little cost whether the block is fit.

    check : callable
        ``check(ndarray, name)`` looks at all rows with care, and raises the error that names the
        worst of them.
    """
    block = float_rows(x, rows)
    if not fits(block):
        check(to_numpy(float_rows(x, ...)), name)
    return block


def over_blocks(nats_of, x, nats_per_unit):
    """Return ``nats_of(rows)``, of shape (n_samples,), over all rows of `x`, in another unit."""
    if not array_api_compat.is_numpy_array(x):
        return nats_of(...) / nats_per_unit
    loss = np.empty(x.shape[0])
    for rows in row_blocks(x):
        np.divide(nats_of(rows), nats_per_unit, out=loss[rows])
    return loss
