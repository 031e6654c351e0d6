"""Checks of arguments that several subpackages share."""

import difflib
import inspect
import math
import numbers
import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skinfo.utils._compat import Interval, _check_sample_weight
from skinfo.utils._sums import exactly_summable
from skinfo.utils._text import short_repr

P = ParamSpec("P")
R = TypeVar("R")

# Products of three weights still fit into float64.
LARGEST_WEIGHT = 1e100

# Rows in memory and their parts have indices of 32 bits; no one waits for more repetitions.
LARGEST_COUNT = 2**31 - 1

# For `explain_missing_arguments` of an estimator's fit.
MEANING_OF_Y = "the classes or numbers that X is to be informative about. Pass it as in fit(X, y)."


class Count(Interval):  # type: ignore[misc]
    """Constraint of a number of samples, columns, bins, steps or repetitions.

    True is an integer for Python, but not for NumPy as a size.
    """

    def is_satisfied_by(self, val: Any) -> bool:
        """Return whether a value is such a number."""
        return not isinstance(val, (bool, np.bool_)) and bool(super().is_satisfied_by(val))


def count_from(least: int) -> Count:
    """Return the constraint of a number that is at least this."""
    return Count(numbers.Integral, least, LARGEST_COUNT, closed="both")


def numbers_given(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return an argument as an array of float64; TypeError if it holds anything else."""
    try:
        if np.iscomplexobj(values):
            raise TypeError("complex numbers")
        return np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be numbers, got {short_repr(values)}.") from error


def check_base(base: float) -> float:
    """Return ``ln(base)``, the number of nats in one unit of that base.

    Parameters
    ----------
    base : float
        Base of the logarithm; 2 gives bits, ``math.e`` nats.

    Returns
    -------
    nats : float
        The natural logarithm of `base`.

    Raises
    ------
    TypeError
        If `base` is not a real number.
    ValueError
        If `base` is not finite, not positive, or one.
    """
    if isinstance(base, bool) or not isinstance(base, numbers.Real):
        raise TypeError(f"base must be a real number such as 2 (bits), got {short_repr(base)}.")
    if not (math.isfinite(base) and base > 0 and base != 1):
        raise ValueError(
            f"base must be a finite number > 0 other than 1 (2 for bits, math.e for nats), "
            f"got {short_repr(base)}."
        )
    return math.log(base)


def check_sample_weight(sample_weight: ArrayLike, n_samples: int) -> NDArray[np.float64]:
    """Return weights as an array, none negative and at least one positive.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,)

    n_samples : int

    Returns
    -------
    weights : ndarray of shape (n_samples,), dtype float64

    Raises
    ------
    ValueError
        If the length does not fit, all weights are zero, or a weight is negative, not finite, or
        so small or large that products of weights are not finite.
    """
    # scikit-learn before 1.9 accepts zeros, and later versions do not name the argument.
    weights: NDArray[Any] = np.asarray(sample_weight)
    if np.ma.is_masked(sample_weight):
        raise ValueError("sample_weight must not be masked. Give such rows a weight of zero.")
    if weights.size and not weights.any():
        raise ValueError(
            "sample_weight must have a positive entry, got zeros only: no sample is left."
        )
    weights = _check_sample_weight(
        sample_weight, np.empty((n_samples, 1)), dtype=np.float64, ensure_non_negative=True
    )
    # Kernels read what is aligned, which a field of a packed record may not be.
    weights = np.require(weights, requirements="A")
    positive = weights[weights > 0]
    if not positive.size:
        return weights
    extreme = positive.min() if positive.min() < 1 / LARGEST_WEIGHT else positive.max()
    if not 1 / LARGEST_WEIGHT <= extreme <= LARGEST_WEIGHT:
        raise ValueError(
            f"sample_weight must lie between {1 / LARGEST_WEIGHT:g} and {LARGEST_WEIGHT:g}, or be "
            f"zero, got {extreme:g}: products of weights would not be numbers. A weight counts as "
            "so many repetitions of the row."
        )
    return weights


def check_frequency_weights(sample_weight: ArrayLike, n_samples: int) -> NDArray[np.float64]:
    """Return checked weights whose sums are exact, so that no count depends on the order.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,)

    n_samples : int

    Returns
    -------
    weights : ndarray of shape (n_samples,), dtype float64
        Rounded as `exactly_summable` does.
    """
    return exactly_summable(check_sample_weight(sample_weight, n_samples))


def finiteness_check() -> np.errstate:
    """Return a context in which scikit-learn looks for infinite values without a warning.

    It adds up all values: of infinities of both signs, and of values near the largest float, the
    sum is not a number.
    """
    return np.errstate(over="ignore", invalid="ignore")


def partition_splits(
    cv: Any, X: Any, y: NDArray[Any], split_params: dict[str, Any]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the (train, test) indices of a splitter whose test sets partition the samples.

    Parameters
    ----------
    cv : cross-validation splitter

    X, y : arrays of n_samples rows

    split_params : dict
        For the splitter, such as ``groups``.

    Raises
    ------
    ValueError
        If a sample is in no test set, or in more than one.
    """
    splits = list(cv.split(X, y, **split_params))
    tested = np.bincount(np.concatenate([test for _, test in splits]), minlength=len(y))
    row = int(np.abs(tested - 1).argmax())
    if tested[row] != 1:
        raise ValueError(
            f"cv must test each row exactly once, and it tests row {row} {tested[row]} times. Use "
            "a splitter such as StratifiedKFold or GroupKFold."
        )
    return splits


def match_name(name: object, names: Iterable[str], *, parameter: str, caller: str) -> str:
    """Return the entry of `names` that equals a name up to case, hyphens and underscores.

    Parameters
    ----------
    name : object
        The value that the user passed.

    names : iterable of str
        The names allowed.

    parameter, caller : str
        The parameter, and the public function or class, for the message.

    Returns
    -------
    name : str
        As spelt in `names`.

    Raises
    ------
    ValueError
        If there is no such name; the message suggests the nearest.
    """
    names = sorted(names)
    if isinstance(name, str):
        if name in names:
            return name
        plain = {_normalized(known): known for known in names}
        if _normalized(name) in plain:
            return plain[_normalized(name)]
        nearest = difflib.get_close_matches(_normalized(name), plain, n=1)
        hint = f" Did you mean {short_repr(plain[nearest[0]])}?" if nearest else ""
    else:
        hint = ""
    allowed = ", ".join(map(repr, names))
    raise ValueError(
        f"The {short_repr(parameter)} parameter of {caller} must be a str among {{{allowed}}}. "
        f"Got {short_repr(name)} instead.{hint}"
    )


def _normalized(name: str) -> str:
    """Return a name without case, spaces, hyphens and underscores."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def explain_missing_arguments(**meanings: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a function: a call without one of these arguments is explained.

    Parameters
    ----------
    **meanings : str
        For each argument its meaning and the remedy, a sentence that continues "needs <name>, ".
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                given: Iterable[str] = signature.bind_partial(*args, **kwargs).arguments
            except TypeError:
                given = meanings  # Python's own message says what is wrong.
            for name, meaning in meanings.items():
                if name not in given:
                    raise TypeError(f"{function.__qualname__} needs {name}, {meaning}")
            return function(*args, **kwargs)

        return checked

    return decorate
