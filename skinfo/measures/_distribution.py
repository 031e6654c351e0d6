"""Validation of distributions, and marginals of joint distributions."""

import inspect
import math
import numbers
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import numpy as np

from skinfo.utils._array_api import Array, axis_last, sum_last, to_float
from skinfo.utils._text import short_repr

SAMPLES = "To estimate it from samples, such as labels, use skinfo.estimation.{estimate}."

Functional = TypeVar("Functional", bound=Callable[..., Array])


def refuses_samples(*, estimate: str) -> Callable[[Functional], Functional]:
    """Decorate a functional of one array with an error for samples that names the estimator.

    Parameters
    ----------
    estimate : str
        The function of `skinfo.estimation` that takes samples.
    """

    def decorate(functional):
        parameters = inspect.signature(functional).parameters.values()
        (name,) = (p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)
        where = SAMPLES.format(estimate=estimate)

        @wraps(functional)
        def checked(*args, **kwargs):
            if len(args) > 1:
                raise TypeError(
                    f"{functional.__name__} takes one array of probabilities, {name}, got "
                    f"{len(args)} positional arguments. {where}"
                )
            if args and _is_text(args[0]):
                raise TypeError(f"{name} must hold real numbers, probabilities, got text. {where}")
            return functional(*args, **kwargs)

        return checked

    return decorate


def _is_text(values):
    """Return whether a NumPy array, a pandas object, a list or a tuple contains text."""
    if not isinstance(values, (np.ndarray, list, tuple)):
        values = getattr(values, "values", None)  # of a pandas object
    array = np.asarray(values)
    return array.dtype.kind in "US" or (
        array.dtype == object and any(isinstance(value, str) for value in array.flat)
    )


def check_axis(axis, ndim, *, name="axis"):
    """Return `axis` counted from the front; ValueError where there is no such axis."""
    if isinstance(axis, bool) or not isinstance(axis, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {short_repr(axis)}.")
    if not -ndim <= axis < ndim:
        raise ValueError(f"{name}={axis} is out of range for an array with {ndim} axes.")
    return int(axis) % ndim


def as_distributions(xp, p, *, name, axis, normalize):
    """Return `p`, shape (..., n_outcomes): a distribution along the last axis.

    `p` is a real floating array with the outcomes along `axis`.
    """
    if p.ndim == 0:
        raise ValueError(f"{name} must have at least one axis, got a number.")
    axis = check_axis(axis, p.ndim)
    _check_not_empty(p, name)
    p = axis_last(xp, p, axis)
    rows = xp.reshape(p, (-1, p.shape[-1]))

    def describe(row):
        index = [str(i) for i in np.unravel_index(row, tuple(p.shape[:-1]))]
        index.insert(axis, ":")
        return f"{name}[{', '.join(index)}]" if len(index) > 1 else name

    return xp.reshape(_as_probabilities(xp, rows, describe, normalize), p.shape)


def as_joint(xp, p, *, name, normalize, ndim=None):
    """Return `p` checked to be one joint distribution with an axis for each variable.

    `ndim` is the number of variables required, None for any.
    """
    if p.ndim == 0 or ndim not in (None, p.ndim):
        needed = "at least one axis" if ndim is None else f"{ndim} axes"
        raise ValueError(
            f"{name} must have {needed}, one a variable, got shape {_shape(p)}. "
            "Samples are for skinfo.estimation."
        )
    _check_not_empty(p, name)
    row = xp.reshape(p, (1, -1))
    return xp.reshape(_as_probabilities(xp, row, lambda _: name, normalize), p.shape)


def check_same_outcomes(p, q, names="p and q"):
    """Raise ValueError unless `p` and `q`, outcomes last, broadcast row by row."""
    pairs = zip(reversed(p.shape[:-1]), reversed(q.shape[:-1]), strict=False)
    if p.shape[-1] != q.shape[-1] or any(m != n and 1 not in (m, n) for m, n in pairs):
        raise ValueError(
            f"{names} must have the same number of outcomes, and other axes that broadcast; "
            f"with the outcomes last their shapes are {_shape(p)} and {_shape(q)}."
        )


def marginal(xp, p, axes):
    """Return the distribution of the variables on `axes`; the others keep length one."""
    kept = sorted(axes)
    summed = [axis for axis in range(p.ndim) if axis not in kept]
    shape = [p.shape[axis] for axis in kept]
    # As in axis_last, the terms of each sum are made contiguous.
    table = xp.reshape(xp.permute_dims(p, (*kept, *summed)), (*shape, -1))
    broadcastable = [n if axis in kept else 1 for axis, n in enumerate(p.shape)]
    return xp.reshape(sum_last(xp, table), tuple(broadcastable))


def sum_tolerance(xp, dtype):
    """Return the allowed distance of a sum from one: the square root of the machine epsilon.

    It covers the rounding errors of any computation of probabilities, but not
    probabilities printed to a few digits.
    """
    return math.sqrt(float(xp.finfo(dtype).eps))


def _as_probabilities(xp, rows, describe, normalize):
    """Return `rows`, shape (n_rows, n_outcomes), checked; `describe(i)` names row i."""
    finite = xp.isfinite(rows)
    if not xp.all(finite):
        row = _first(xp, ~xp.all(finite, axis=-1))
        raise ValueError(f"{describe(row)} holds a value that is not finite.")
    lowest = xp.min(rows, axis=-1)
    if xp.any(lowest < 0):
        row = int(xp.argmin(lowest))
        raise ValueError(
            f"{describe(row)} holds a negative value, {to_float(lowest[row]):.9g}; "
            f"it sums to {to_float(sum_last(xp, rows[row, :])):.9g}."
        )
    total = sum_last(xp, rows)

    if normalize:
        usable = (total > 0) & xp.isfinite(total)
        if not xp.all(usable):
            row = _first(xp, ~usable)
            raise ValueError(
                f"{describe(row)} sums to {to_float(total[row]):.9g} and cannot be normalized."
            )
        return rows / xp.expand_dims(total, axis=-1)

    tolerance = sum_tolerance(xp, rows.dtype)
    defect = xp.abs(total - 1)
    if xp.any(defect > tolerance):
        row = int(xp.argmax(defect))
        raise ValueError(
            f"{describe(row)} sums to {to_float(total[row]):.9g}, not to 1 "
            f"(tolerance {tolerance:.1e} for {rows.dtype}); "
            f"pass normalize=True if these are counts. Samples are for skinfo.estimation."
        )
    return rows


def _check_not_empty(p, name):
    """Raise ValueError if `p` has no element."""
    if 0 in p.shape:
        raise ValueError(f"{name} is empty: shape {_shape(p)}.")


def _first(xp, mask):
    """Return the index of the first True; the array API has no argmax of booleans."""
    return int(xp.argmax(xp.astype(mask, xp.int8)))


def _shape(p):
    return tuple(p.shape)
