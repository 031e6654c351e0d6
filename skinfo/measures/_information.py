"""Information shared by the variables of a joint distribution."""

from __future__ import annotations

import math
from typing import Literal

from numpy.typing import ArrayLike

from skinfo.measures._distribution import as_joint, marginal, refuses_samples
from skinfo.measures._entropy import conditional_entropy_nats
from skinfo.measures._terms import divergence_terms, entropy_terms, safe_log
from skinfo.utils._array_api import Array, real_floating_arrays, sum_all, sum_last, to_float
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_base


@refuses_samples(estimate="mutual_info")
def mutual_information(p_xy: ArrayLike, *, base: float = 2, normalize: bool = False) -> Array:
    """Mutual information of two variables, in bits.

    ``I(X; Y) = D(p(x, y) || p(x) p(y))``: the information of one variable about
    the other. 0 if and only if they are independent. To estimate it from
    samples, see :mod:`skinfo.estimation`.

    Parameters
    ----------
    p_xy : array-like of shape (n_outcomes_x, n_outcomes_y)
        Joint probabilities; the whole array sums to one.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    normalize : bool, default=False
        Whether to divide by the sum first. With counts the result is the
        plug-in estimate, which is biased upwards.

    Returns
    -------
    mi : float
        Mutual information in bits (or the unit of `base`), never negative, as
        a scalar in the namespace, on the device and in the floating dtype of
        `p_xy`.

    Raises
    ------
    ValueError
        If `p_xy` does not have two axes, is empty, negative, not finite or
        does not sum to one, or `base` is not a base.

    TypeError
        If `p_xy` does not hold real numbers.

    See Also
    --------
    conditional_mutual_information : Given a third variable.
    normalized_mutual_information : As a proportion, between 0 and 1.
    total_correlation : Of more than two variables.
    kl_divergence : The divergence that it is a case of.

    Notes
    -----
    Computed as the divergence, not as ``H(X) + H(Y) - H(X, Y)``: close to
    independence that difference is dominated by rounding errors of either
    sign. On PyTorch the result carries a gradient that is finite at zeros; see
    :func:`kl_divergence` for its constant.

    References
    ----------
    .. [1] T. M. Cover and J. A. Thomas, "Elements of Information Theory", 2nd
       ed., Wiley, 2006, eq. (2.28).

    Examples
    --------
    A fair bit through an erasure channel that loses it 3 times in 10:

    >>> from skinfo.measures import mutual_information
    >>> p_xy = [[0.35, 0.00, 0.15], [0.00, 0.35, 0.15]]
    >>> round(float(mutual_information(p_xy)), 12)
    0.7
    """
    ln_base = check_base(base)
    xp, p = _as_joint_of(2, p_xy=p_xy, normalize=normalize)
    return _total_correlation_nats(xp, p) / ln_base


@refuses_samples(estimate="conditional_mutual_info")
def conditional_mutual_information(
    p_xyz: ArrayLike, *, base: float = 2, normalize: bool = False
) -> Array:
    """Mutual information of two variables given a third, in bits.

    ``I(X; Y | Z)``: the mean information of X about Y when Z is known.

    Parameters
    ----------
    p_xyz : array-like of shape (n_outcomes_x, n_outcomes_y, n_outcomes_z)
        Joint probabilities, the condition on the last axis; the whole array
        sums to one.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    normalize : bool, default=False
        Whether to divide by the sum first, which accepts counts.

    Returns
    -------
    cmi : float
        Conditional mutual information in bits (or the unit of `base`), never
        negative, as a scalar in the namespace, on the device and in the
        floating dtype of `p_xyz`.

    Raises
    ------
    ValueError
        If `p_xyz` does not have three axes, is empty, negative, not finite or
        does not sum to one, or `base` is not a base.

    TypeError
        If `p_xyz` does not hold real numbers.

    See Also
    --------
    mutual_information : Without a condition.
    interaction_information : The difference that the condition makes.

    Notes
    -----
    Computed as the divergence of ``p(x, y, z)`` from
    ``p(x, z) p(y, z) / p(z)``, not as a difference of entropies.

    References
    ----------
    .. [1] T. M. Cover and J. A. Thomas, "Elements of Information Theory", 2nd
       ed., Wiley, 2006, eq. (2.61).

    Examples
    --------
    X and Y are independent fair coins and Z indicates whether they differ. Given
    Z, each determines the other:

    >>> import numpy as np
    >>> from skinfo.measures import conditional_mutual_information, mutual_information
    >>> xor = np.zeros((2, 2, 2))
    >>> xor[[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]] = 0.25
    >>> float(mutual_information(xor.sum(axis=2)))
    0.0
    >>> round(float(conditional_mutual_information(xor)), 12)
    1.0
    """
    ln_base = check_base(base)
    xp, p = _as_joint_of(3, p_xyz=p_xyz, normalize=normalize)
    return _conditional_mutual_information_nats(xp, p) / ln_base


# Normalisers of mutual information, from the entropies of X, of Y and of both in the same
# unit: Vinh, Epps & Bailey (2010), table 2.
_AVERAGES = {
    "arithmetic": lambda xp, h_x, h_y, h_xy: (h_x + h_y) / 2,
    "geometric": lambda xp, h_x, h_y, h_xy: _safe_sqrt(xp, h_x) * _safe_sqrt(xp, h_y),
    "joint": lambda xp, h_x, h_y, h_xy: h_xy,
    "max": lambda xp, h_x, h_y, h_xy: xp.where(h_x >= h_y, h_x, h_y),
    "min": lambda xp, h_x, h_y, h_xy: xp.where(h_x <= h_y, h_x, h_y),
}


@refuses_samples(estimate="mutual_info")
def normalized_mutual_information(
    p_xy: ArrayLike,
    *,
    average: Literal["arithmetic", "geometric", "joint", "max", "min"] = "arithmetic",
    normalize: bool = False,
) -> Array:
    """Mutual information as a proportion of the entropy of the variables.

    ``I(X; Y) / average(H(X), H(Y))``: 0 for independent variables, 1 for
    variables that determine each other. It has no unit.

    Parameters
    ----------
    p_xy : array-like of shape (n_outcomes_x, n_outcomes_y)
        Joint probabilities; the whole array sums to one.

    average : {'arithmetic', 'geometric', 'joint', 'max', 'min'}, default='arithmetic'
        The divisor: a mean of the two entropies, one of them, or the joint
        entropy. With ``'min'`` the result is 1 if one variable is a function
        of the other.

    normalize : bool, default=False
        Whether to divide by the sum first, which accepts counts.

    Returns
    -------
    nmi : float
        Between 0 and 1, as a scalar in the namespace, on the device and in the
        floating dtype of `p_xy`. As in scikit-learn, 1 where both variables
        are constant and 0 where only one is.

    Raises
    ------
    ValueError
        If `p_xy` does not have two axes, is empty, negative, not finite or
        does not sum to one, or `average` is not one of those listed.

    TypeError
        If `p_xy` does not hold real numbers.

    See Also
    --------
    mutual_information : The same in bits.
    variation_of_information : The information that is not shared.
    sklearn.metrics.normalized_mutual_info_score : The same from two labelings.

    References
    ----------
    .. [1] N. X. Vinh, J. Epps and J. Bailey, "Information theoretic measures
       for clusterings comparison", J. Machine Learning Research, vol. 11,
       pp. 2837-2854, 2010, table 2.

    Examples
    --------
    >>> from skinfo.measures import normalized_mutual_information
    >>> p_xy = [[0.5, 0.0, 0.0], [0.0, 0.25, 0.25]]
    >>> round(float(normalized_mutual_information(p_xy)), 12)
    0.8
    >>> float(normalized_mutual_information(p_xy, average="min"))
    1.0
    """
    if not isinstance(average, str) or average not in _AVERAGES:
        raise ValueError(f"average must be one of {sorted(_AVERAGES)}, got {short_repr(average)}.")
    xp, p = _as_joint_of(2, p_xy=p_xy, normalize=normalize)
    h_x, h_y, h_xy = (
        sum_all(xp, entropy_terms(xp, marginal(xp, p, axes))) for axes in ([0], [1], [0, 1])
    )
    total = _AVERAGES[average](xp, h_x, h_y, h_xy)
    return _proportion(xp, _total_correlation_nats(xp, p), total, if_constant=h_xy == 0)


@refuses_samples(estimate="mutual_info")
def variation_of_information(
    p_xy: ArrayLike, *, base: float = 2, normalize: bool = False
) -> Array:
    """Variation of information between two variables, in bits.

    ``VI(X, Y) = H(X | Y) + H(Y | X)``: the information that the two do not
    share. A metric: 0 if and only if each determines the other, and it
    satisfies the triangle inequality.

    Parameters
    ----------
    p_xy : array-like of shape (n_outcomes_x, n_outcomes_y)
        Joint probabilities; the whole array sums to one.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    normalize : bool, default=False
        Whether to divide by the sum first, which accepts counts.

    Returns
    -------
    vi : float
        Variation of information in bits (or the unit of `base`), never
        negative, as a scalar in the namespace, on the device and in the
        floating dtype of `p_xy`.

    Raises
    ------
    ValueError
        If `p_xy` does not have two axes, is empty, negative, not finite or
        does not sum to one, or `base` is not a base.

    TypeError
        If `p_xy` does not hold real numbers.

    See Also
    --------
    mutual_information : The information that they do share.
    conditional_entropy : Each of the two parts.

    References
    ----------
    .. [1] M. Meilă, "Comparing clusterings - an information based distance",
       J. Multivariate Analysis, vol. 98, pp. 873-895, 2007, section 3.

    Examples
    --------
    >>> from skinfo.measures import variation_of_information
    >>> float(variation_of_information([[0.5, 0.0, 0.0], [0.0, 0.25, 0.25]]))
    0.5
    """
    ln_base = check_base(base)
    xp, p = _as_joint_of(2, p_xy=p_xy, normalize=normalize)
    nats = conditional_entropy_nats(xp, p, [0]) + conditional_entropy_nats(xp, p, [1])
    return nats / ln_base


@refuses_samples(estimate="multivariate_info")
def total_correlation(p: ArrayLike, *, base: float = 2, normalize: bool = False) -> Array:
    """Total correlation of any number of variables, in bits.

    ``TC = H(X_1) + ... + H(X_d) - H(X_1, ..., X_d)``: the divergence of the
    joint distribution from the product of its marginals, 0 if and only if all
    variables are independent. Also called multi-information.

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
    tc : float
        Total correlation in bits (or the unit of `base`), never negative, as a
        scalar in the namespace, on the device and in the floating dtype of
        `p`. One variable has none; of two it is the mutual information.

    Raises
    ------
    ValueError
        If `p` is empty, negative, not finite or does not sum to one, or `base`
        is not a base.

    TypeError
        If `p` does not hold real numbers.

    See Also
    --------
    mutual_information : Of two variables.
    dual_total_correlation : What is shared counts once, however many share it.
    interaction_information : Information that all three share.
    skinfo.estimation.multivariate_info : From samples.

    References
    ----------
    .. [1] S. Watanabe, "Information theoretical analysis of multivariate
       correlation", IBM J. Research and Development, vol. 4, pp. 66-82, 1960.

    Examples
    --------
    Three copies of a fair coin have three bits separately and one jointly:

    >>> import numpy as np
    >>> from skinfo.measures import total_correlation
    >>> copies = np.zeros((2, 2, 2))
    >>> copies[0, 0, 0] = copies[1, 1, 1] = 0.5
    >>> round(float(total_correlation(copies)), 12)
    2.0
    """
    ln_base = check_base(base)
    xp, p = _as_joint_of(None, p=p, normalize=normalize)
    return _total_correlation_nats(xp, p) / ln_base


@refuses_samples(estimate="multivariate_info")
def dual_total_correlation(p: ArrayLike, *, base: float = 2, normalize: bool = False) -> Array:
    """Dual total correlation of any number of variables, in bits.

    ``DTC = H(X_1, ..., X_d) - H(X_1 | rest) - ... - H(X_d | rest)``: the part of
    the joint entropy that at least two variables share. 0 if and only if all
    variables are independent. Also called binding information or excess entropy.

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
    dtc : float
        Dual total correlation in bits (or the unit of `base`), never negative,
        as a scalar in the namespace, on the device and in the floating dtype of
        `p`. One variable has none; of two it is the mutual information.

    Raises
    ------
    ValueError
        If `p` is empty, negative, not finite or does not sum to one, or `base`
        is not a base.

    TypeError
        If `p` does not hold real numbers.

    See Also
    --------
    total_correlation : Counts what several variables share several times.
    o_information : The difference of the two.
    skinfo.estimation.multivariate_info : From samples.

    Notes
    -----
    It is computed as the sum over j of ``I(X_j; X_1, ..., X_(j-1) | X_(j+1), ...)``, which
    keeps its relative accuracy where variables are nearly independent.

    References
    ----------
    .. [1] T. S. Han, "Linear dependence structure of the entropy space",
       Information and Control, vol. 29, pp. 337-368, 1975.

    Examples
    --------
    Three copies of a fair coin share one bit:

    >>> import numpy as np
    >>> from skinfo.measures import dual_total_correlation
    >>> copies = np.zeros((2, 2, 2))
    >>> copies[0, 0, 0] = copies[1, 1, 1] = 0.5
    >>> round(float(dual_total_correlation(copies)), 12)
    1.0
    """
    ln_base = check_base(base)
    xp, p = _as_joint_of(None, p=p, normalize=normalize)
    return _dual_total_correlation_nats(xp, p) / ln_base


@refuses_samples(estimate="multivariate_info")
def o_information(p: ArrayLike, *, base: float = 2, normalize: bool = False) -> Array:
    """O-information of any number of variables, in bits.

    ``O = TC - DTC``, the total correlation less the dual total correlation:
    positive where redundancy dominates, negative where synergy does.

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
    o : float
        O-information in bits (or the unit of `base`), of either sign, as a
        scalar in the namespace, on the device and in the floating dtype of `p`.
        Of two variables it is 0, of three the interaction information.

    Raises
    ------
    ValueError
        If `p` is empty, negative, not finite or does not sum to one, or `base`
        is not a base.

    TypeError
        If `p` does not hold real numbers.

    See Also
    --------
    interaction_information : The same of three variables.
    total_correlation, dual_total_correlation : The two parts.
    skinfo.estimation.multivariate_info : From samples.

    References
    ----------
    .. [1] F. E. Rosas, P. A. M. Mediano, M. Gastpar and H. J. Jensen, "Quantifying
       high-order interdependencies via multivariate extensions of the mutual
       information", Physical Review E, vol. 100, 032305, 2019.

    Examples
    --------
    Exclusive or is pure synergy, copies are pure redundancy:

    >>> import numpy as np
    >>> from skinfo.measures import o_information
    >>> xor = np.zeros((2, 2, 2))
    >>> xor[[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]] = 0.25
    >>> round(float(o_information(xor)), 12)
    -1.0
    >>> copies = np.zeros((2, 2, 2))
    >>> copies[0, 0, 0] = copies[1, 1, 1] = 0.5
    >>> round(float(o_information(copies)), 12)
    1.0
    """
    ln_base = check_base(base)
    xp, p = _as_joint_of(None, p=p, normalize=normalize)
    return (_total_correlation_nats(xp, p) - _dual_total_correlation_nats(xp, p)) / ln_base


@refuses_samples(estimate="conditional_mutual_info")
def interaction_information(p: ArrayLike, *, base: float = 2, normalize: bool = False) -> Array:
    """Interaction information of three variables, ``I(X; Y) - I(X; Y | Z)``, in bits.

    Positive if the third variable reduces the information that the other two
    share (redundancy), negative if it increases it (synergy). Symmetric in the
    three variables.

    Parameters
    ----------
    p : array-like of shape (n_outcomes_x, n_outcomes_y, n_outcomes_z)
        Joint probabilities; the whole array sums to one.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    normalize : bool, default=False
        Whether to divide by the sum first, which accepts counts.

    Returns
    -------
    ii : float
        Interaction information in bits (or the unit of `base`), of either
        sign, as a scalar in the namespace, on the device and in the floating
        dtype of `p`.

    Raises
    ------
    ValueError
        If `p` does not have three axes, is empty, negative, not finite or does
        not sum to one, or `base` is not a base.

    TypeError
        If `p` does not hold real numbers.

    See Also
    --------
    conditional_mutual_information : The second of the two parts.
    total_correlation : Never negative, for any number of variables.
    skinfo.estimation.pairwise_interaction : Of samples: all pairs of columns with a target.

    Notes
    -----
    The sign is that of the co-information [1]_. McGill [2]_ and others use the
    opposite sign, ``I(X; Y | Z) - I(X; Y)``.

    References
    ----------
    .. [1] A. J. Bell, "The co-information lattice", Proc. 4th Int. Symposium
       on Independent Component Analysis, pp. 921-926, 2003.

    .. [2] W. J. McGill, "Multivariate information transmission",
       Psychometrika, vol. 19, pp. 97-116, 1954.

    Examples
    --------
    Exclusive or is pure synergy, copies are pure redundancy:

    >>> import numpy as np
    >>> from skinfo.measures import interaction_information
    >>> xor = np.zeros((2, 2, 2))
    >>> xor[[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]] = 0.25
    >>> round(float(interaction_information(xor)), 12)
    -1.0
    >>> copies = np.zeros((2, 2, 2))
    >>> copies[0, 0, 0] = copies[1, 1, 1] = 0.5
    >>> round(float(interaction_information(copies)), 12)
    1.0
    """
    ln_base = check_base(base)
    xp, p = _as_joint_of(3, p=p, normalize=normalize)
    unconditional = _total_correlation_nats(xp, sum_last(xp, p))
    return (unconditional - _conditional_mutual_information_nats(xp, p)) / ln_base


def _as_joint_of(n_variables, *, normalize, **named):
    """Return the namespace and the one array in `named`, checked to be a joint distribution."""
    (name,) = named
    xp, p = real_floating_arrays(**named)
    return xp, as_joint(xp, p, name=name, normalize=normalize, ndim=n_variables)


def _total_correlation_nats(xp, p):
    """Return the divergence, in nats, of a joint `p` from the product of its marginals."""
    product = xp.ones_like(p)
    log_product = xp.zeros_like(p)
    entropies = []
    for axis in range(p.ndim):
        p_axis = marginal(xp, p, [axis])
        product = product * p_axis
        log_product = log_product + safe_log(xp, p_axis)
        entropies.append(to_float(sum_all(xp, entropy_terms(xp, p_axis))))
    nats = sum_all(xp, divergence_terms(xp, p, product, log_product))
    # The joint entropy is at least the largest one, so TC is at most the sum of the others.
    return _clip_rounding(nats, sum(sorted(entropies)[:-1]))


def _dual_total_correlation_nats(xp, p):
    """Return the sum of I(X_j; X_1, ..., X_(j-1) | X_(j+1), ...), in nats, of a joint `p`."""
    nats = xp.zeros_like(sum_all(xp, p))
    for axis in range(1, p.ndim):
        # Those before and those after the variable are one variable each.
        before, after = math.prod(p.shape[:axis]), math.prod(p.shape[axis + 1 :])
        table = xp.reshape(p, (before, p.shape[axis], after))
        nats = nats + _conditional_mutual_information_nats(xp, table)
    return nats


def _conditional_mutual_information_nats(xp, p):
    """Return I(X; Y | Z), in nats, of a joint `p` with the axes in that order."""
    p_xz, p_yz, p_z = marginal(xp, p, (0, 2)), marginal(xp, p, (1, 2)), marginal(xp, p, (2,))
    # Divided first: p(y|z) is at most one, where p(x,z) p(y,z) may underflow.
    p_y_given_z = p_yz / xp.where(p_z > 0, p_z, xp.ones_like(p_z))
    log_product = safe_log(xp, p_xz) + safe_log(xp, p_yz) - safe_log(xp, p_z)
    nats = sum_all(xp, divergence_terms(xp, p, p_xz * p_y_given_z, log_product))
    # I(X; Y | Z) <= min(H(X | Z), H(Y | Z)).
    bounds = (to_float(conditional_entropy_nats(xp, part, [2])) for part in (p_xz, p_yz))
    return _clip_rounding(nats, min(bounds))


def _clip_rounding(nats, bound):
    """Return a sum, lowered to its bound if rounding puts it above; the gradient is unchanged."""
    excess = to_float(nats) - bound
    return nats - excess if excess > 0 else nats


def _safe_sqrt(xp, x):
    """Return the square root of x >= 0, with derivative 0 instead of infinity at 0."""
    positive = x > 0
    return xp.where(positive, xp.sqrt(xp.where(positive, x, xp.ones_like(x))), xp.zeros_like(x))


def _proportion(xp, part, total, *, if_constant):
    """Return part / total, at most 1; where total = 0, 1 if `if_constant` and 0 otherwise."""
    positive = total > 0
    proportion = part / xp.where(positive, total, xp.ones_like(total))
    # The two sums are rounded independently, so the quotient may exceed one.
    proportion = xp.where(proportion > 1, xp.ones_like(proportion), proportion)
    proportion = xp.where(positive, proportion, xp.astype(if_constant, proportion.dtype))
    return proportion[()]  # NumPy returns an array without axes from `where`, a scalar from sums
