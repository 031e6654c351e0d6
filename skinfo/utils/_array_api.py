"""Arrays of any library that supports the array API: their namespace, dtype and sums."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skinfo.utils._compat import array_api_compat

Array: TypeAlias = Any
Namespace: TypeAlias = Any


def real_floating_arrays(**named: Any) -> tuple[Any, ...]:
    """Return the namespace of the arrays, then each of them with a floating dtype.

    Floating arrays are returned unchanged, so float32 stays float32 and a tensor
    keeps its gradient. Integers and anything that is not an array (a list, a
    pandas object) get the floating dtype of the other arrays, or the default of
    the namespace.

    Parameters
    ----------
    **named : array-like
        The arguments of the caller, by the names used in messages.

    Returns
    -------
    namespace : module
        The array API namespace of all arrays; NumPy if there are only lists.

    *arrays : array
        The arguments, in the order given.

    Raises
    ------
    TypeError
        If an argument does not contain real numbers (booleans, complex numbers,
        strings and objects are not accepted) or two belong to different libraries.

    ValueError
        If nested lists are ragged.
    """
    given = [x for x in named.values() if array_api_compat.is_array_api_obj(x)]
    if not given:
        named = {name: _array_of_lists(x, name) for name, x in named.items()}
        given = list(named.values())
    xp = array_api_compat.array_namespace(*given)
    device = array_api_compat.device(given[0])

    floating = [x.dtype for x in given if xp.isdtype(x.dtype, "real floating")]
    if floating:
        dtype = xp.result_type(*floating)
    else:
        dtype = xp.zeros(0, device=device).dtype

    arrays = []
    for name, x in named.items():
        if not array_api_compat.is_array_api_obj(x):
            x = _array_of_lists(x, name)
            _check_real(np, x, name)
            x = xp.asarray(x, dtype=dtype, device=device)
        _check_real(xp, x, name)
        if array_api_compat.is_numpy_array(x):
            x = np.asarray(x)  # drops subclasses: np.matrix would keep two axes in every sum
        if not xp.isdtype(x.dtype, "real floating"):
            x = xp.astype(x, dtype)
        arrays.append(x)
    return xp, *arrays


def _array_of_lists(x: object, name: str) -> NDArray[Any]:
    """Return nested lists as a NumPy array."""
    try:
        return np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name} is no array: its lists differ in length or depth.") from error


def _check_real(xp: Namespace, x: Array, name: str) -> None:
    """Raise TypeError unless an array contains real floating point numbers or integers."""
    if not xp.isdtype(x.dtype, ("real floating", "integral")):
        raise TypeError(
            f"{name} must hold real numbers (floating, or integer counts), "
            f"got an array of dtype {x.dtype}."
        )


def to_float(x: Array) -> float:
    """Return the only element of an array as a Python float.

    PyTorch warns if a tensor that requires a gradient is converted directly.
    """
    return float(x.detach() if array_api_compat.is_torch_array(x) else x)


def axis_last(xp: Namespace, x: Array, axis: int) -> Array:
    """Return `x` with `axis` moved to the end, in C order.

    The layout is for accuracy, not speed. NumPy uses pairwise summation only
    along an axis that is contiguous in memory; along other axes it adds one by
    one, and a million float32 probabilities then sum to 1.009. An array that
    already has this layout is not copied.
    """
    x = xp.moveaxis(x, axis, -1)
    return xp.reshape(xp.reshape(x, (-1,)), x.shape)


def sum_all(xp: Namespace, x: Array) -> Array:
    """Return the sum of all elements, a 0-dimensional array or a scalar."""
    return sum_last(xp, xp.reshape(x, (-1,)))


def sum_last(xp: Namespace, x: Array) -> Array:
    """Return the sum along the last axis."""
    # The sum of array_api_compat 1.11, which scikit-learn 1.7 vendors, calls torch.asarray, which
    # detaches the gradient. TODO: use xp.sum when scikit-learn 1.8 is the oldest supported.
    return x.sum(dim=-1) if array_api_compat.is_torch_array(x) else xp.sum(x, axis=-1)
