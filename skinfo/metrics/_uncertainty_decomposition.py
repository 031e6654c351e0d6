"""How unsure an ensemble is: each member by itself, and of which member is right."""

from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from skinfo._kernels._ensemble import add_member
from skinfo.metrics._probabilities import check_probabilities
from skinfo.metrics._table_repr import TableRepr
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._validation import check_base


@dataclass(frozen=True, repr=False)
class UncertaintyDecomposition(TableRepr):
    """What an ensemble does not know of each row: ``total = aleatoric + epistemic``.

    Attributes
    ----------
    total : ndarray of shape (n_samples,), dtype float64
        Entropy of the mean of the members' predictions, in bits (or the unit of `base`); with
        ``corrected=True``, an estimate of that of the mean of infinitely many members.

    aleatoric : ndarray of shape (n_samples,), dtype float64
        Mean of the entropies of the members' predictions: what they are unsure of alike.

    epistemic : ndarray of shape (n_samples,), dtype float64
        Mutual information between the outcome and the member: how much they disagree. Never
        negative; 0 where all predict the same.
    """

    total: np.ndarray
    aleatoric: np.ndarray
    epistemic: np.ndarray

    def _table(self):
        return pd.DataFrame(vars(self))


@validate_params(
    {
        "probs": ["array-like"],
        "weights": ["array-like", None],
        "corrected": ["boolean"],
        "base": [Interval(Real, 0, None, closed="neither")],
    },
    prefer_skip_nested_validation=True,
)
def uncertainty_decomposition(probs, *, weights=None, corrected=False, base=2):
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

    corrected : bool, default=False
        Whether the members are a sample of those that training could have given. Of M of them
        the epistemic part is (M - 1) / M of that of infinitely many, to first order: a third too
        small for three. True multiplies it by M / (M - 1), like the variance of a sample. The
        total of a row may then be above the logarithm of the number of classes; it is not
        clipped, so that means over rows stay right. False describes the members as they are,
        and the total is the entropy of what they predict.

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
        names both), `weights` do not fit, are negative or all zero, or one member alone is to be
        corrected.

    See Also
    --------
    EntropyScorer : Gives these as columns for fitted ensembles.

    Notes
    -----
    The epistemic part is the Jensen-Shannon divergence of the members. It is what active
    learning calls BALD [1]_. It is summed from divergences of one member after the other, so that
    it keeps its relative accuracy where they hardly differ, and the total is the sum of the
    parts. With weights, M in the correction is the squared sum of the weights over the sum of
    their squares.

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
    aleatoric, epistemic = uncertainty_parts(zip(weights, members, strict=True))[:2]
    if corrected:
        epistemic = epistemic / _share_seen(weights)
    aleatoric, epistemic = aleatoric / nats_per_unit, epistemic / nats_per_unit
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


def _share_seen(weights):
    """Return what members show of the disagreement of infinitely many: (M - 1) / M."""
    share = weights / weights.sum()
    if np.count_nonzero(share) < 2:
        raise ValueError(
            "corrected=True needs two members of positive weight, to tell how much they differ; "
            f"got {np.count_nonzero(share)}."
        )
    return 1 - (share**2).sum()


def uncertainty_parts(members):
    """Return the parts of the uncertainty of weighted members, in nats, and their mean prediction.

    Parameters
    ----------
    members : iterable of (weight, prob)
        Distributions (n_samples, n_classes) of one member after the other.

    Returns
    -------
    aleatoric : ndarray of shape (n_samples,)
        Mean entropy of the members.

    epistemic : ndarray of shape (n_samples,)
        Mean divergence of the members from their mean.

    mean : ndarray of shape (n_samples, n_classes)
    """
    total = 0.0
    for weight, prob in members:
        if weight == 0:
            continue
        prob = np.ascontiguousarray(prob, dtype=np.float64)
        if total == 0:
            mean = np.zeros(prob.shape)
            entropy, divergence = np.zeros((2, len(prob)))
        add_member(prob, float(weight), total, mean, entropy, divergence)
        total += float(weight)
    return entropy / total, divergence / total, mean
