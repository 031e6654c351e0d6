"""Entropies of one distribution."""

from __future__ import annotations

import numbers
from collections.abc import Iterable

from numpy.typing import ArrayLike

from skinfo.measures._distribution import (
    as_distributions,
    as_joint,
    check_axis,
    marginal,
    refuses_samples,
)
from skinfo.measures._terms import entropy_terms, safe_surprisal
from skinfo.utils._array_api import Array, real_floating_arrays, sum_all, sum_last
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_base

# Closer to alpha = 1 than this, ln(sum p^alpha) is close to 0, and the division by
# 1 - alpha would amplify its rounding error.
_SHANNON_NEIGHBOURHOOD = 0.1


@refuses_samples(estimate="discrete_entropy")
def entropy(p: ArrayLike, *, base: float = 2, axis: int = -1, normalize: bool = False) -> Array:
    """Shannon entropy of a distribution, in bits.

    ``H(p) = -sum_i p_i log p_i``, with ``0 log 0 = 0``: the mean
    information of an outcome, and the least mean code length.

    Parameters
    ----------
    p : array-like of shape (..., n_outcomes, ...)
        Probabilities, summing to one along `axis`: an array of any library of
        the array API, or nested lists.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    axis : int, default=-1
        The axis that runs over the outcomes.

    normalize : bool, default=False
        Whether to divide by the sum along `axis` first, which accepts counts.

    Returns
    -------
    h : array or float
        Entropy in bits (or the unit of `base`), between 0 and
        ``log(n_outcomes)``; the shape of `p` without `axis`. Same namespace,
        device and floating dtype as `p`; integers are computed in the default
        floating dtype of the namespace.

    Raises
    ------
    ValueError
        If a distribution is empty, negative, not finite or does not sum to one
        (to within the square root of the machine epsilon: 1.5e-8 in float64,
        3.5e-4 in float32), or `base` is not a base.

    TypeError
        If `p` does not hold real numbers.

    See Also
    --------
    renyi_entropy : The one-parameter family that it belongs to.
    cross_entropy : The mean code length for a predicted distribution.
    joint_entropy : The entropy of several variables together.

    Notes
    -----
    On PyTorch the result carries a gradient. At ``p_i = 0``, where the
    derivative is infinite, it is taken to be 0.

    References
    ----------
    .. [1] T. M. Cover and J. A. Thomas, "Elements of Information Theory", 2nd
       ed., Wiley, 2006, eq. (2.1).

    Examples
    --------
    >>> from skinfo.measures import entropy
    >>> float(entropy([0.5, 0.25, 0.25]))
    1.5
    >>> entropy([[0.5, 0.5], [1.0, 0.0]]).tolist()
    [1.0, 0.0]
    >>> float(entropy([2, 1, 1], normalize=True))
    1.5
    """
    ln_base = check_base(base)
    xp, p = real_floating_arrays(p=p)
    p = as_distributions(xp, p, name="p", axis=axis, normalize=normalize)
    return sum_last(xp, entropy_terms(xp, p)) / ln_base


@refuses_samples(estimate="discrete_entropy")
def joint_entropy(p: ArrayLike, *, base: float = 2, normalize: bool = False) -> Array:
    """Joint entropy of all variables of a joint distribution, in bits.

    ``H(X_1, ..., X_d) = -sum p log p`` over every cell of the table.

    Parameters
    ----------
    p : array-like of shape (n_outcomes_1, ..., n_outcomes_d)
        Joint probabilities, one axis a variable; the whole array sums to one.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    normalize : bool, default=False
        Whether to divide by the sum first, which accepts counts.

    Returns
    -------
    h : float
        Entropy in bits (or the unit of `base`), as a scalar in the namespace,
        on the device and in the floating dtype of `p`.

    Raises
    ------
    ValueError
        If `p` is empty, negative, not finite or does not sum to one, or `base`
        is not a base.

    TypeError
        If `p` does not hold real numbers.

    See Also
    --------
    conditional_entropy : What remains of it when some variables are known.
    total_correlation : Sum of the single entropies minus the joint entropy.

    References
    ----------
    .. [1] T. M. Cover and J. A. Thomas, "Elements of Information Theory", 2nd
       ed., Wiley, 2006, eq. (2.8).

    Examples
    --------
    Two fair coins that always agree hold one bit, not two:

    >>> from skinfo.measures import joint_entropy
    >>> float(joint_entropy([[0.5, 0.0], [0.0, 0.5]]))
    1.0
    """
    ln_base = check_base(base)
    xp, p = real_floating_arrays(p=p)
    p = as_joint(xp, p, name="p", normalize=normalize)
    return sum_all(xp, entropy_terms(xp, p)) / ln_base


@refuses_samples(estimate="discrete_entropy")
def conditional_entropy(
    p: ArrayLike, *, given: int | Iterable[int], base: float = 2, normalize: bool = False
) -> Array:
    """Conditional entropy of a joint distribution given some variables, in bits.

    ``H(A | B) = -sum p(a, b) log p(a | b)``, B being the variables on the axes
    `given` and A all the others.

    Parameters
    ----------
    p : array-like of shape (n_outcomes_1, ..., n_outcomes_d)
        Joint probabilities, one axis a variable; the whole array sums to one.

    given : int or sequence of int
        The axis or axes conditioned on.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    normalize : bool, default=False
        Whether to divide by the sum first, which accepts counts.

    Returns
    -------
    h : float
        Conditional entropy in bits (or the unit of `base`), never negative, as
        a scalar in the namespace, on the device and in the floating dtype of
        `p`.

    Raises
    ------
    ValueError
        If `p` is empty, negative, not finite or does not sum to one, if
        `given` names an axis that `p` does not have or one axis twice, or
        `base` is not a base.

    TypeError
        If `p` does not hold real numbers or `given` is not made of integers.

    See Also
    --------
    joint_entropy : Without a condition.
    mutual_information : Reduction of the entropy of a variable by another.

    Notes
    -----
    Computed from the conditional probabilities, not as the difference
    ``H(A, B) - H(B)``, so that the entropy of a function of the condition is
    exactly 0.

    References
    ----------
    .. [1] T. M. Cover and J. A. Thomas, "Elements of Information Theory", 2nd
       ed., Wiley, 2006, eq. (2.12).

    Examples
    --------
    A fair bit through an erasure channel that loses it 3 times in 10:

    >>> from skinfo.measures import conditional_entropy
    >>> p_xy = [[0.35, 0.00, 0.15], [0.00, 0.35, 0.15]]
    >>> round(float(conditional_entropy(p_xy, given=1)), 12)
    0.3
    """
    ln_base = check_base(base)
    xp, p = real_floating_arrays(p=p)
    p = as_joint(xp, p, name="p", normalize=normalize)
    axes = list(given) if isinstance(given, Iterable) else [given]
    axes = [check_axis(axis, p.ndim, name="given") for axis in axes]
    if len(set(axes)) < len(axes):
        raise ValueError(f"given names an axis twice: {short_repr(given)}.")
    return conditional_entropy_nats(xp, p, axes) / ln_base


def conditional_entropy_nats(xp, p, axes):
    """Return the entropy, in nats, of a checked joint `p` given the variables on `axes`."""
    p_given = marginal(xp, p, axes)
    # A rounded sum of non-negative numbers is at least each of them, so the quotient
    # is at most one and the summands are not negative.
    p_conditional = p / xp.where(p_given > 0, p_given, xp.ones_like(p_given))
    return sum_all(xp, p * safe_surprisal(xp, p_conditional))


def renyi_entropy(
    p: ArrayLike, alpha: float, *, base: float = 2, axis: int = -1, normalize: bool = False
) -> Array:
    """Rényi entropy of order alpha, in bits.

    ``H_alpha(p) = log(sum_i p_i^alpha) / (1 - alpha)``. A larger `alpha` gives
    less weight to rare outcomes. The entropy never increases with `alpha`, from
    the logarithm of the number of possible outcomes (Hartley, 0) through
    Shannon's entropy (the limit at 1) and the collision entropy (2) to the
    surprisal of the most probable outcome (min-entropy, infinity).

    Parameters
    ----------
    p : array-like of shape (..., n_outcomes, ...)
        Probabilities, summing to one along `axis`.

    alpha : float
        The order, at least 0; ``math.inf`` is allowed.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    axis : int, default=-1
        The axis that runs over the outcomes.

    normalize : bool, default=False
        Whether to divide by the sum along `axis` first, which accepts counts.

    Returns
    -------
    h : array or float
        Entropy in bits (or the unit of `base`); the shape of `p` without
        `axis`, its namespace, device and floating dtype.

    Raises
    ------
    ValueError
        If `alpha` is negative or NaN, if a distribution is empty, negative,
        not finite or does not sum to one, or `base` is not a base.

    TypeError
        If `p` does not hold real numbers or `alpha` is not one.

    See Also
    --------
    entropy : The limit at order one.

    Notes
    -----
    On PyTorch the result carries a gradient, with 0 in place of an infinite
    one at ``p_i = 0``. At `alpha` 0 the entropy is a step function of `p` and
    the gradient is 0.

    References
    ----------
    .. [1] A. Rényi, "On measures of entropy and information", Proc. 4th
       Berkeley Symposium on Mathematical Statistics and Probability, vol. 1,
       pp. 547-561, 1961, eq. (1.21).

    Examples
    --------
    >>> import math
    >>> from skinfo.measures import renyi_entropy
    >>> p = [0.5, 0.25, 0.25]
    >>> [round(float(renyi_entropy(p, alpha)), 4) for alpha in (0, 1, 2, math.inf)]
    [1.585, 1.5, 1.415, 1.0]
    """
    ln_base = check_base(base)
    if isinstance(alpha, bool) or not isinstance(alpha, numbers.Real):
        raise TypeError(f"alpha must be a real number, got {short_repr(alpha)}.")
    if not alpha >= 0:
        raise ValueError(f"alpha must be at least 0, got {short_repr(alpha)}.")
    xp, p = real_floating_arrays(p=p)
    p = as_distributions(xp, p, name="p", axis=axis, normalize=normalize)
    return _renyi_nats(xp, p, float(alpha)) / ln_base


def _renyi_nats(xp, p, alpha):
    """Return the Rényi entropy in nats of `p`, outcomes last, by the formula fit for `alpha`."""
    # Orders closer to 1, or 1 / alpha closer to 0, give the limit up to rounding, while their
    # difference from 1 or their products may not be representable.
    resolution = float(xp.finfo(p.dtype).eps)
    if abs(alpha - 1) <= resolution:
        return sum_last(xp, entropy_terms(xp, p))

    surprisals = safe_surprisal(xp, p)
    if abs(alpha - 1) < _SHANNON_NEIGHBOURHOOD:
        # sum p^alpha = 1 + sum p (p^(alpha - 1) - 1). All terms have the sign of
        # 1 - alpha, so nothing cancels, and the 1 is exact, whereas the rounded
        # sum of p would have an error that the division amplifies.
        excess = sum_last(xp, p * xp.expm1((1 - alpha) * surprisals))
        return 0.0 - xp.log1p(excess) / (alpha - 1)  # 0 - 0 is 0, where 0 / -1 is -0

    smallest = safe_surprisal(xp, xp.max(p, axis=-1, keepdims=True))
    if alpha >= 1 / resolution:
        return xp.squeeze(smallest, axis=-1)

    # The largest power is factored out of the sum, so that not all of them underflow.
    possible = p > 0
    exponents = xp.where(possible, alpha * (smallest - surprisals), xp.zeros_like(p))
    powers = xp.where(possible, xp.exp(exponents), xp.zeros_like(p))
    log_total = xp.log(sum_last(xp, powers))
    return log_total / (1 - alpha) + xp.squeeze(smallest, axis=-1) * (alpha / (alpha - 1))
