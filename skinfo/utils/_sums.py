"""Sums that are the same, to the last bit, in any order of their terms."""

from math import frexp, fsum, ldexp

import numpy as np


def ordered_sum(terms, axis=None):
    """Return the sum of all terms, or of those along an axis, added by size."""
    total = np.sort(terms, axis=axis).sum(axis=axis)
    return float(total) if axis is None else total


def exactly_summable(weights):
    """Return non-negative weights as multiples of 2**-52 of their sum: any sum of some is exact.

    Whole weights are such multiples already; of others, what a count of rows cannot show is
    rounded off.
    """
    if weights.sum() < 2**53 and np.all(np.floor(weights) == weights):
        return weights
    unit = ldexp(1.0, frexp(fsum(weights))[1] - 52)
    # None becomes zero, which would be a row that is not there.
    return np.where(weights > 0, np.maximum(np.rint(weights / unit), 1.0) * unit, 0.0)
