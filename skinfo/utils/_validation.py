"""Validation of arguments, shared by several subpackages."""

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

# The product of three such weights does not overflow float64.
LARGEST_WEIGHT = 1e100

# Indices of rows have 32 bits; more repetitions are not feasible.
LARGEST_COUNT = 2**31 - 1

# Explanation of y for `explain_missing_arguments` of a `fit`.
MEANING_OF_Y = "the classes or numbers that X is to be informative about. Pass it as in fit(X, y)."


class Count(Interval):  # type: ignore[misc]
    """Parameter constraint for a number of samples, columns, bins, steps or repetitions.

    True is excluded: it is an integer in Python, but not a valid size in NumPy.
    """

    def is_satisfied_by(self, val: Any) -> bool:
        """Return whether a value satisfies the constraint."""
        return not isinstance(val, (bool, np.bool_)) and bool(super().is_satisfied_by(val))


def count_from(least: int) -> Count:
    """Return the constraint for a number that is at least `least`."""
    return Count(numbers.Integral, least, LARGEST_COUNT, closed="both")


def numbers_given(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return an argument as a float64 array; raise TypeError if it is not numeric."""
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
        If the length does not match, all weights are zero, or a weight is negative, not finite, or
        so small or large that products of weights are not finite.
    """
    # scikit-learn before 1.9 accepts zeros, and later versions do not name the argument in errors.
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
    # Kernels need aligned arrays, which a field of a packed record may not be.
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
    """Return checked weights with exact sums, so that counts do not depend on the order.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,)

    n_samples : int

    Returns
    -------
    weights : ndarray of shape (n_samples,), dtype float64
        Rounded by `exactly_summable`.
    """
    return exactly_summable(check_sample_weight(sample_weight, n_samples))


def finiteness_check() -> np.errstate:
    """Return a context in which scikit-learn checks for infinite values without a warning.

    scikit-learn sums all values, which overflows for values near the largest float and is NaN for
    infinities of both signs.
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
        Arguments of the splitter, such as ``groups``.

    Raises
    ------
    ValueError
        If a sample is in no test set, or in more than one.
    """
    splits = list(cv.split(X, y, **split_params))
    if not splits:
        raise ValueError("cv has no split. Pass a number of folds, or a splitter.")
    tested = np.bincount(np.concatenate([test for _, test in splits]), minlength=len(y))
    row = int(np.abs(tested - 1).argmax())
    if tested[row] != 1:
        raise ValueError(
            f"cv must test each row exactly once, and it tests row {row} {tested[row]} times. Use "
            "a splitter such as StratifiedKFold or GroupKFold."
        )
    return splits


def match_name(name: object, names: Iterable[str], *, parameter: str, caller: str) -> str:
    """Return the entry of `names` that equals a name except for case, hyphens and underscores.

    Parameters
    ----------
    name : object
        The value that the user passed.

    names : iterable of str
        The allowed names.

    parameter, caller : str
        Names of the parameter and of the public function or class, for messages.

    Returns
    -------
    name : str
        As spelt in `names`.

    Raises
    ------
    ValueError
        If there is no such name; the message suggests the most similar one.
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
    """Decorate a function: the error of a call without one of these arguments explains it.

    Parameters
    ----------
    **meanings : str
        Meaning and remedy for each argument, as a continuation of "needs <name>, ".
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                given: Iterable[str] = signature.bind_partial(*args, **kwargs).arguments
            except TypeError:
                given = meanings  # Python's own message explains this error.
            for name, meaning in meanings.items():
                if name not in given:
                    raise TypeError(f"{function.__qualname__} needs {name}, {meaning}")
            return function(*args, **kwargs)

        return checked

    return decorate
