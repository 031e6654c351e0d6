"""Exact sums of losses, independent of the order and of the pieces of the samples."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from skinfo._kernels._exact_sums import N_LIMBS, sums_between

_NO_WEIGHTS = np.empty(0)

# The unit of sums is two to this power; see the kernel.
_EXPONENT = -2150

# 2**27 + 1 splits 53 digits in halves.
_SPLITTER = 134217729.0


class ExactSum(NamedTuple):
    """The sum of some numbers, not rounded.

    Attributes
    ----------
    limbs : ndarray of shape (N_LIMBS,), dtype int64
        Sum of the finite numbers; see `sums_between`.

    beyond : float
        Sum of the other numbers, 0.0 if there are none.
    """

    limbs: np.ndarray = np.zeros(N_LIMBS, np.int64)
    beyond: float = 0.0

    @classmethod
    def of(cls, terms, weights=None):
        """Return the sum of terms of shape (n,), or of their products with weights.

        Weights are finite and not negative, and then terms are finite.
        """
        terms = np.ascontiguousarray(terms, np.float64)
        weights = _NO_WEIGHTS if weights is None else np.ascontiguousarray(weights, np.float64)
        beyond = 0.0
        is_finite = np.isfinite(terms)
        if not is_finite.all():
            terms, beyond = terms[is_finite], float(terms[~is_finite].sum())
        (limbs,) = sums_between(terms, weights, np.array([0, len(terms)]))
        return cls(limbs, beyond)

    @classmethod
    def of_squares(cls, values, weights):
        """Return the sum of weighted squares of finite values of shape (n,)."""
        squares = values * values
        # The rounding error of each square (Dekker 1971), from the upper and lower half of digits.
        high = values * _SPLITTER
        high = high - (high - values)
        low = values - high
        errors = low * low - ((squares - high * high) - 2 * (low * high))
        return cls.of(squares, weights).merged(cls.of(errors, weights))

    def merged(self, other):
        """Return the sum of the numbers of both."""
        return ExactSum(self.limbs + other.limbs, self.beyond + other.beyond)

    @property
    def fraction(self):
        """The sum of the finite numbers."""
        units, exponent = self._units()
        return Fraction(units * 2 ** max(exponent, 0), 2 ** max(-exponent, 0))

    @property
    def rounded(self):
        """The sum, rounded once."""
        units, exponent = self._units()
        try:
            total = units * 2 ** max(exponent, 0) / 2 ** max(-exponent, 0)
        except OverflowError:
            total = math.copysign(math.inf, units)
        return total + self.beyond

    def _units(self):
        """Return the sum of the finite numbers as an integer and the exponent of its unit."""
        used = np.flatnonzero(self.limbs)
        if not len(used):
            return 0, 0
        first, last = used[[0, -1]].tolist()
        units = 0
        for limb in reversed(self.limbs[first : last + 1].tolist()):
            units = (units << 32) + limb
        return units, 32 * first + _EXPONENT


def exact_sum(terms):
    """Return the sum of terms of shape (n,), rounded once."""
    return ExactSum.of(terms).rounded
