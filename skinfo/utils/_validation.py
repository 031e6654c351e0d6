"""Checks of arguments that several rooms share."""

import difflib
import inspect
import math
import numbers
import re
from functools import wraps

import numpy as np

from skinfo.utils._compat import _check_sample_weight
from skinfo.utils._sums import exactly_summable


def check_base(base):
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
        raise TypeError(f"base must be a real number such as 2 (bits), got {base!r}.")
    if not (math.isfinite(base) and base > 0 and base != 1):
        raise ValueError(
            f"base must be a finite number > 0 other than 1 (2 for bits, math.e for nats), "
            f"got {base!r}."
        )
    return math.log(base)


# Products of three weights are still numbers.
LARGEST_WEIGHT = 1e100


def check_sample_weight(sample_weight, n_samples):
    """Return weights (n_samples,) float64, none negative and one positive at least.

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
        If the length is another, a weight is negative, not finite or beyond all measure, or
        all are zero.
    """
    # scikit-learn before 1.9 lets zeros pass, and later versions do not name the argument.
    weights = np.asarray(sample_weight)
    if np.ma.is_masked(sample_weight):
        raise ValueError("sample_weight must not be masked. Give such rows a weight of zero.")
    if weights.size and not weights.any():
        raise ValueError(
            "sample_weight must have a positive entry, got zeros only: no sample is left."
        )
    weights = _check_sample_weight(
        sample_weight, np.empty((n_samples, 1)), dtype=np.float64, ensure_non_negative=True
    )
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


def check_frequency_weights(sample_weight, n_samples):
    """Return weights that are to be counted, as `exactly_summable`: no count depends on the order.

    Parameters
    ----------
    sample_weight, n_samples
        As of `check_sample_weight`.

    Returns
    -------
    weights : ndarray of shape (n_samples,), dtype float64
    """
    return exactly_summable(check_sample_weight(sample_weight, n_samples))


def match_name(name, names, *, parameter, caller):
    """Return the one of `names` that is meant, whatever its case, hyphens and underscores.

    Parameters
    ----------
    name : object
        What the user passed.

    names : iterable of str
        What there is.

    parameter, caller : str
        The parameter, and the public function or class, for the message.

    Returns
    -------
    name : str
        As `names` has it.

    Raises
    ------
    ValueError
        If it is none of them; the message has the nearest.
    """
    names = sorted(names)
    if isinstance(name, str):
        if name in names:
            return name
        plain = {_plain(known): known for known in names}
        if _plain(name) in plain:
            return plain[_plain(name)]
        nearest = difflib.get_close_matches(_plain(name), plain, n=1)
        hint = f" Did you mean {plain[nearest[0]]!r}?" if nearest else ""
    else:
        hint = ""
    allowed = ", ".join(map(repr, names))
    raise ValueError(
        f"The {parameter!r} parameter of {caller} must be a str among {{{allowed}}}. "
        f"Got {name!r} instead.{hint}"
    )


def _plain(name):
    """Return a name as it is compared: neither case nor what joins its words counts."""
    return re.sub(r"[\s_-]+", "", name).casefold()


# Of an estimator's y.
MEANING_OF_Y = "the classes or numbers that X is to be informative about. Pass it as in fit(X, y)."


def explain_missing_arguments(**meanings):
    """Decorate a function: a call without one of these arguments is told what it is for.

    Parameters
    ----------
    **meanings : str
        Of each such argument what it is and what to do without, a sentence that follows
        "needs <name>, ".
    """

    def decorate(function):
        signature = inspect.signature(function)

        @wraps(function)
        def checked(*args, **kwargs):
            try:
                given = signature.bind_partial(*args, **kwargs).arguments
            except TypeError:
                given = meanings  # Python's own message says what is wrong.
            for name, meaning in meanings.items():
                if name not in given:
                    raise TypeError(f"{function.__qualname__} needs {name}, {meaning}")
            return function(*args, **kwargs)

        return checked

    return decorate
