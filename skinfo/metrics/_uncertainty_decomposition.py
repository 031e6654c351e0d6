"""How unsure an ensemble is: each member by itself, and of which member is right."""

from dataclasses import dataclass
from numbers import Real

import numpy as np
from scipy.special import entr

from skinfo.measures._terms import divergence_terms, safe_log
from skinfo.metrics._probabilities import check_probabilities
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._validation import check_base


@dataclass(frozen=True)
class UncertaintyDecomposition:
    """What an ensemble does not know of each row: ``total = aleatoric + epistemic``.

    Attributes
    ----------
    total : ndarray of shape (n_samples,), dtype float64
        Entropy of the mean of the members' predictions, in bits (or the unit of `base`).

    aleatoric : ndarray of shape (n_samples,), dtype float64
        Mean of the entropies of the members' predictions: what they are unsure of alike.

    epistemic : ndarray of shape (n_samples,), dtype float64
        Mutual information between the outcome and the member: how much they disagree. Never
        negative; 0 where all predict the same.
    """

    total: np.ndarray
    aleatoric: np.ndarray
    epistemic: np.ndarray


@validate_params(
    {
        "probs": ["array-like"],
        "weights": ["array-like", None],
        "base": [Interval(Real, 0, None, closed="neither")],
    },
    prefer_skip_nested_validation=True,
)
def uncertainty_decomposition(probs, *, weights=None, base=2):
    r"""Split the uncertainty of an ensemble's predictions in two.

    The entropy of the mean prediction is the mean entropy of the members plus the mutual
    information between the outcome and the member that is asked:

    .. math:: H(\bar p) = \frac 1 M \sum_m H(p_m) + I(Y; M).

    The first part is aleatoric: chance that each member sees, and that more data would not
    take away. The second is epistemic: the members, trained on other draws of the data, do not
    agree, as they do far from what they were trained on.

    Parameters
    ----------
    probs : array-like of shape (n_members, n_samples, n_classes)
        The distributions that each member predicts: trees of a forest, networks of an ensemble,
        draws of a posterior or of dropout.

    weights : array-like of shape (n_members,), default=None
        Weights of the members, not negative; None weighs them alike.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    Returns
    -------
    result : UncertaintyDecomposition
        With ``.total``, ``.aleatoric`` and ``.epistemic``, each of shape (n_samples,).

    Raises
    ------
    ValueError
        If `probs` has not three dimensions, a row of a member is no distribution (the message
        names both), or `weights` do not fit, are negative or all zero.

    See Also
    --------
    EntropyScorer : Gives these as columns for fitted ensembles.

    Notes
    -----
    The epistemic part is the Jensen-Shannon divergence of the members. It is what active
    learning calls BALD [1]_. It is computed as their mean divergence from the mean prediction, so
    that it keeps its relative accuracy where they hardly differ, and the total as the sum of the
    parts.

    References
    ----------
    .. [1] N. Houlsby, F. Huszar, Z. Ghahramani and M. Lengyel, "Bayesian active learning for
       classification and preference learning", 2011, equation 2.
    .. [2] S. Depeweg, J. M. Hernandez-Lobato, F. Doshi-Velez and S. Udluft, "Decomposition of
       uncertainty in Bayesian deep learning", ICML 2018, equation 5.

    Examples
    --------
    Two members of one mind, unsure; and two sure of opposite outcomes. The mean is the same.

    >>> from skinfo.metrics import uncertainty_decomposition
    >>> result = uncertainty_decomposition([[[0.5, 0.5], [1.0, 0.0]], [[0.5, 0.5], [0.0, 1.0]]])
    >>> result.total, result.aleatoric, result.epistemic
    (array([1., 1.]), array([1., 0.]), array([0., 1.]))
    """
    nats_per_unit = check_base(base)
    if np.ndim(probs) != 3 or 0 in np.shape(probs):
        raise ValueError(
            "probs must be of shape (n_members, n_samples, n_classes), none of them 0; got "
            f"{np.shape(probs)}."
        )
    weights = _member_weights(weights, len(probs))
    members = [check_probabilities(prob, f"probs[{m}]") for m, prob in enumerate(probs)]
    aleatoric, mean = mean_entropy_and_prediction(zip(weights, members, strict=True))
    epistemic = _mean_divergence(zip(weights, members, strict=True), mean) / nats_per_unit
    aleatoric = aleatoric / nats_per_unit
    return UncertaintyDecomposition(aleatoric + epistemic, aleatoric, epistemic)


def _member_weights(weights, n_members):
    """Return the weights as floats."""
    if weights is None:
        return np.ones(n_members)
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (n_members,):
        raise ValueError(f"weights must be {n_members}, one a member; got shape {weights.shape}.")
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
        raise ValueError(
            f"weights must be finite, not negative, and not all zero; got {weights.tolist()}."
        )
    return weights


def _mean_divergence(members, mean):
    """Return the mean divergence of weighted members from their mean prediction, in nats."""
    log_mean = safe_log(np, mean)
    divergence, total = 0.0, 0.0
    for weight, prob in members:
        prob = np.asarray(prob, dtype=np.float64)
        terms = divergence_terms(np, prob, mean, log_mean)
        divergence = divergence + weight * terms.sum(axis=1)
        total += weight
    return divergence / total


def mean_entropy_and_prediction(members):
    """Return the mean entropy, in nats, and the mean prediction of weighted members.

    Parameters
    ----------
    members : iterable of (weight, prob)
        Distributions (n_samples, n_classes) of one member after the other.

    Returns
    -------
    entropy : ndarray of shape (n_samples,)
    mean : ndarray of shape (n_samples, n_classes)
    """
    entropy, mean, total = 0.0, 0.0, 0.0
    for weight, prob in members:
        prob = np.asarray(prob, dtype=np.float64)
        entropy = entropy + weight * entr(prob).sum(axis=1)
        mean = mean + weight * prob
        total += weight
    return entropy / total, mean / total
