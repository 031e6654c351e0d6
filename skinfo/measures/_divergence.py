"""Cross-entropy of two distributions, and divergences between them."""

from __future__ import annotations

import math
from itertools import combinations
from types import ModuleType
from typing import NamedTuple

from numpy.typing import ArrayLike

from skinfo.measures._distribution import (
    as_distributions,
    check_same_outcomes,
    sum_tolerance,
)
from skinfo.measures._terms import divergence_terms, safe_log, safe_surprisal
from skinfo.utils._array_api import Array, real_floating_arrays, sum_last, to_float
from skinfo.utils._validation import check_base


def cross_entropy(
    p: ArrayLike, q: ArrayLike, *, base: float = 2, axis: int = -1, normalize: bool = False
) -> Array:
    """Cross-entropy of q relative to p, in bits.

    ``H(p, q) = -sum_i p_i log q_i``: the mean code length of outcomes drawn
    from p in the code that is optimal for q.

    Parameters
    ----------
    p : array-like of shape (..., n_outcomes, ...)
        True probabilities, summing to one along `axis`.

    q : array-like of shape (..., n_outcomes, ...)
        Predicted probabilities, summing to one along `axis`. The other axes
        broadcast against those of `p`.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    axis : int, default=-1
        The axis that runs over the outcomes, in `p` and in `q`.

    normalize : bool, default=False
        Whether to divide both by their sums along `axis` first, which accepts
        counts.

    Returns
    -------
    h : array or float
        Cross-entropy in bits (or the unit of `base`), never negative; ``inf``
        where ``p_i > 0`` and ``q_i = 0``. The shape of `p` and `q` broadcast,
        without `axis`; their namespace, device and floating dtype.

    Raises
    ------
    ValueError
        If a distribution is empty, negative, not finite or does not sum to
        one, if the shapes of `p` and `q` do not match, or `base` is not a
        base.

    TypeError
        If `p` or `q` does not hold real numbers, or they belong to different
        array libraries.

    See Also
    --------
    kl_divergence : Its excess over the entropy, due to q differing from p.
    entropy : Its minimum over all q.
    skinfo.metrics.cross_entropy_loss : From labels instead of distributions.

    Notes
    -----
    On PyTorch the result carries a gradient, ``-p_i / q_i`` with respect to
    ``q_i``. It is finite everywhere; where ``q_i = 0`` it is taken to be 0.

    References
    ----------
    .. [1] I. J. Good, "Some terminology and notation in information theory",
       Proc. IEE C, vol. 103, pp. 200-204, 1956.

    Examples
    --------
    Fair coin tosses cost more than a bit each in a code for a biased coin:

    >>> from skinfo.measures import cross_entropy
    >>> round(float(cross_entropy([0.5, 0.5], [0.75, 0.25])), 4)
    1.2075
    >>> float(cross_entropy([0.5, 0.5], [1.0, 0.0]))
    inf
    """
    ln_base = check_base(base)
    xp, p, q = _as_pair(p, q, axis, normalize)
    terms = _infinite_where_impossible(xp, p, q, p * safe_surprisal(xp, q))
    return sum_last(xp, terms) / ln_base


def kl_divergence(
    p: ArrayLike, q: ArrayLike, *, base: float = 2, axis: int = -1, normalize: bool = False
) -> Array:
    """Kullback-Leibler divergence of q from p, in bits.

    ``D(p || q) = sum_i p_i log(p_i / q_i)``: the mean
    excess code length for outcomes of p in the code that is optimal for q.
    Also called the relative entropy. Not symmetric.

    Parameters
    ----------
    p : array-like of shape (..., n_outcomes, ...)
        True probabilities, summing to one along `axis`.

    q : array-like of shape (..., n_outcomes, ...)
        Predicted probabilities, summing to one along `axis`. The other axes
        broadcast against those of `p`.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    axis : int, default=-1
        The axis that runs over the outcomes, in `p` and in `q`.

    normalize : bool, default=False
        Whether to divide both by their sums along `axis` first, which accepts
        counts.

    Returns
    -------
    d : array or float
        Divergence in bits (or the unit of `base`), never negative and 0 for
        equal distributions; ``inf`` where ``p_i > 0`` and ``q_i = 0``. The
        shape of `p` and `q` broadcast, without `axis`; their namespace, device
        and floating dtype.

    Raises
    ------
    ValueError
        If a distribution is empty, negative, not finite or does not sum to
        one, if the shapes of `p` and `q` do not match, or `base` is not a
        base.

    TypeError
        If `p` or `q` does not hold real numbers, or they belong to different
        array libraries.

    See Also
    --------
    js_divergence : Symmetric and always finite.
    cross_entropy : With the entropy of p included.
    mutual_information : Divergence of a joint distribution from independence.

    Notes
    -----
    The summands are ``p ln(p/q) - p + q``. The two additional terms cancel
    when both sum to one; with them no summand is negative, and the sum keeps
    its relative accuracy when p and q are close [2]_.

    On PyTorch the result carries the gradient of that sum: in nats,
    ``1 - p_i / q_i`` with respect to ``q_i`` and ``ln(p_i / q_i)`` with
    respect to ``p_i``. It is 0 at p = q and differs from the gradient of
    ``sum p ln(p/q)`` by a constant over the outcomes, which has no effect on
    changes that keep the sum: through a softmax the two gradients are equal.
    It is finite everywhere; the derivative with respect to ``p_i`` at
    ``p_i = 0``, and both where the divergence is infinite, are taken to be 0
    for that outcome.

    References
    ----------
    .. [1] T. M. Cover and J. A. Thomas, "Elements of Information Theory", 2nd
       ed., Wiley, 2006, eq. (2.26).

    .. [2] C. Loader, "Fast and accurate computation of binomial
       probabilities", 2000.

    Examples
    --------
    >>> from skinfo.measures import kl_divergence
    >>> p, q = [0.5, 0.5], [0.75, 0.25]
    >>> round(float(kl_divergence(p, q)), 4), round(float(kl_divergence(q, p)), 4)
    (0.2075, 0.1887)
    >>> kl_divergence([p, q], q).round(4).tolist()
    [0.2075, 0.0]
    """
    ln_base = check_base(base)
    xp, p, q = _as_pair(p, q, axis, normalize)
    terms = _infinite_where_impossible(xp, p, q, divergence_terms(xp, p, q, safe_log(xp, q)))
    return sum_last(xp, terms) / ln_base


def js_divergence(
    p: ArrayLike,
    q: ArrayLike,
    *others: ArrayLike,
    weights: ArrayLike | None = None,
    base: float = 2,
    axis: int = -1,
    normalize: bool = False,
) -> Array:
    """Jensen-Shannon divergence between two or more distributions, in bits.

    ``JS(p_1, ..., p_k) = w_1 D(p_1 || m) + ... + w_k D(p_k || m)`` with the
    mixture ``m = w_1 p_1 + ... + w_k p_k``: the information that one outcome
    gives about which of the distributions it was drawn from.

    Parameters
    ----------
    p : array-like of shape (..., n_outcomes, ...)
        Probabilities, summing to one along `axis`.

    q : array-like of shape (..., n_outcomes, ...)
        Probabilities, summing to one along `axis`. The other axes broadcast
        against those of `p`.

    *others : array-like of shape (..., n_outcomes, ...)
        Further distributions, as `q`. The k rows of one array are
        ``js_divergence(*rows)``.

    weights : sequence of k floats, default=None
        The proportion of each of the k distributions in the mixture, in the
        order of the arguments, summing to one. None means ``1 / k`` each.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    axis : int, default=-1
        The axis that runs over the outcomes, in all distributions.

    normalize : bool, default=False
        Whether to divide all by their sums along `axis` first, which accepts
        counts.

    Returns
    -------
    d : array or float
        Divergence in bits (or the unit of `base`), never negative and always
        finite; at most the entropy of `weights`, ``log2(k)`` bits for equal
        ones. The shape of all distributions broadcast, without `axis`; their
        namespace, device and floating dtype.

    Raises
    ------
    ValueError
        If a distribution is empty, negative, not finite or does not sum to
        one, if shapes do not match, if `weights` are not as many proportions
        as there are distributions, summing to one, or `base` is not a base.

    TypeError
        If a distribution does not hold real numbers, or they belong to
        different array libraries.

    See Also
    --------
    kl_divergence : Asymmetric, and infinite where only q is zero.
    mutual_information : The same, of the joint distribution of the outcome
        and the number of the distribution, ``w_i p_i``.

    Notes
    -----
    This is the divergence. Its square root, for two distributions of equal
    weights, is a metric (``scipy.spatial.distance.jensenshannon``).

    On PyTorch the result carries a gradient with respect to each distribution;
    at zeros it is finite as described for :func:`kl_divergence`.

    References
    ----------
    .. [1] J. Lin, "Divergence measures based on the Shannon entropy", IEEE
       Trans. Information Theory, vol. 37, pp. 145-151, 1991, section IV.

    Examples
    --------
    >>> from skinfo.measures import js_divergence
    >>> float(js_divergence([1.0, 0.0], [0.0, 1.0]))
    1.0
    >>> round(float(js_divergence([0.5, 0.5], [0.75, 0.25])), 4)
    0.0488

    Four distributions without a common outcome:

    >>> import numpy as np
    >>> float(js_divergence(*np.eye(4)))
    2.0
    """
    ln_base = check_base(base)
    proportions = _as_proportions(weights, 2 + len(others))
    xp, parts = _as_same_outcomes(
        {"p": p, "q": q, **{f"others[{i}]": other for i, other in enumerate(others)}},
        axis,
        normalize,
    )
    mixture = sum(proportion * part for proportion, part in zip(proportions, parts, strict=True))
    log_mixture = safe_log(xp, mixture)
    nats = 0.0
    for proportion, part in zip(proportions, parts, strict=True):
        if proportion == 0:
            continue  # it may be positive where the mixture is zero, and has no weight
        # A product with the proportion may underflow; such outcomes count as impossible.
        part = xp.where(mixture > 0, part, xp.zeros_like(part))
        terms = divergence_terms(xp, part, mixture, log_mixture)
        nats = nats + proportion * sum_last(xp, terms)
    return nats / ln_base


class _DistributionPair(NamedTuple):
    """Two checked distributions, outcomes last, and their namespace."""

    xp: ModuleType
    p: Array
    q: Array


def _as_pair(p, q, axis, normalize):
    """Return `p` and `q` as a checked _DistributionPair."""
    xp, (p, q) = _as_same_outcomes({"p": p, "q": q}, axis, normalize)
    return _DistributionPair(xp, p, q)


def _as_same_outcomes(named, axis, normalize):
    """Return the namespace and the arrays in `named`, checked, outcomes last."""
    xp, *arrays = real_floating_arrays(**named)
    arrays = [
        as_distributions(xp, array, name=name, axis=axis, normalize=normalize)
        for name, array in zip(named, arrays, strict=True)
    ]
    for (name, array), (other, second) in combinations(zip(named, arrays, strict=True), 2):
        check_same_outcomes(array, second, f"{name} and {other}")
    return xp, arrays


def _infinite_where_impossible(xp, p, q, terms):
    """Return `terms`, infinite where p > 0 and q = 0."""
    return xp.where((p > 0) & (q == 0), xp.full_like(terms, math.inf), terms)


def _as_proportions(weights, n_distributions):
    """Return the weights of the distributions as Python floats."""
    if weights is None:
        return (1 / n_distributions,) * n_distributions
    xp, weights = real_floating_arrays(weights=weights)
    if tuple(weights.shape) != (n_distributions,):
        raise ValueError(
            f"weights must be {n_distributions} numbers, the proportion of each distribution, "
            f"got shape {tuple(weights.shape)}."
        )
    proportions = tuple(to_float(weights[i]) for i in range(n_distributions))
    tolerance = sum_tolerance(xp, weights.dtype)
    if not (min(proportions) >= 0 and math.isclose(sum(proportions), 1, abs_tol=tolerance)):
        raise ValueError(f"weights must not be negative and must sum to 1, got {proportions}.")
    return proportions
