"""Sums that do not depend on the order of their terms."""

from math import frexp, fsum, ldexp
from typing import overload

import numpy as np
from numpy.typing import NDArray


@overload
def ordered_sum(terms: NDArray[np.float64], axis: None = None) -> float: ...
@overload
def ordered_sum(terms: NDArray[np.float64], axis: int) -> NDArray[np.float64]: ...
def ordered_sum(
    terms: NDArray[np.float64], axis: int | None = None
) -> float | NDArray[np.float64]:
    """Return the sum of all terms, or along an axis; terms are sorted before they are added."""
    total = np.sort(terms, axis=axis).sum(axis=axis)
    return float(total) if axis is None else total


def exactly_summable(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return non-negative weights rounded such that the sum of any subset is exact.

    Integer weights are unchanged. Others are rounded to multiples of 2**-52 times the power of two
    above their sum, which is below the resolution of a sum of counts.

    Parameters
    ----------
    weights : ndarray of shape (n_samples,), dtype float64

    Returns
    -------
    weights : ndarray of shape (n_samples,), dtype float64
        The same array if the weights are integers. A positive weight stays positive.
    """
    if weights.sum() < 2**53 and np.all(np.floor(weights) == weights):
        return weights
    unit = ldexp(1.0, frexp(fsum(weights))[1] - 52)
    # A weight that was rounded to zero would remove its sample.
    return np.where(weights > 0, np.maximum(np.rint(weights / unit), 1.0) * unit, 0.0)
