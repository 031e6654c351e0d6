"""Checks of arguments that several rooms share."""

import math
import numbers


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
