"""Aleatoric and epistemic uncertainty of the predictions of an ensemble."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skinfo._kernels._ensemble import add_member
from skinfo.metrics._pieces import needs_all_rows
from skinfo.metrics._probabilities import check_probabilities
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._results import TableRepr
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_base, numbers_given


@dataclass(frozen=True, repr=False)
class UncertaintyDecomposition(TableRepr):
    """Uncertainty of the predictions of an ensemble: ``total = aleatoric + epistemic``.

    Attributes
    ----------
    total : ndarray of shape (n_samples,), dtype float64
        Entropy of the mean prediction of the members, in bits (or the unit of `base`); with
        ``corrected=True``, an estimate for the mean of infinitely many members.

    aleatoric : ndarray of shape (n_samples,), dtype float64
        Mean entropy of the predictions of the members.

    epistemic : ndarray of shape (n_samples,), dtype float64
        Mutual information between the outcome and the member, a measure of their disagreement.
        Never negative; 0 where all members predict the same.
    """

    total: np.ndarray
    aleatoric: np.ndarray
    epistemic: np.ndarray

    @classmethod
    def from_nats(cls, aleatoric, epistemic, nats_per_unit):
        """Return the decomposition for parts in nats."""
        aleatoric, epistemic = aleatoric / nats_per_unit, epistemic / nats_per_unit
        return cls(aleatoric + epistemic, aleatoric, epistemic)

    def _table(self):
        return pd.DataFrame(vars(self))


@needs_all_rows("Its results are of single samples: call it with the predictions of each part.")
@validate_params(
    {
        "probs": ["array-like"],
        "weights": ["array-like", None],
        "corrected": ["boolean"],
        "base": [Interval(Real, 0, None, closed="neither")],
    },
    prefer_skip_nested_validation=True,
)
def uncertainty_decomposition(
    probs: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    corrected: bool = False,
    base: float = 2,
) -> UncertaintyDecomposition:
    r"""Decompose the uncertainty of an ensemble into aleatoric and epistemic uncertainty.

    The entropy of the mean prediction is the mean entropy of the members plus the mutual
    information between the outcome and a member chosen at random:

    .. math:: H(\bar p) = \frac 1 M \sum_m H(p_m) + I(Y; M).

    The first part is the aleatoric uncertainty, which all members predict and which more data
    would not reduce. The second is the epistemic uncertainty: the disagreement of members that
    were trained on different samples of the data. It is large for out-of-distribution inputs.

    Parameters
    ----------
    probs : array-like of shape (n_members, n_samples, n_classes)
        Predicted distributions of each member: trees of a forest, networks of an ensemble,
        samples of a posterior or of dropout.

    weights : array-like of shape (n_members,), default=None
        Non-negative weights of the members; None: equal weights.

    corrected : bool, default=False
        Whether the members are a random sample of all possible members. For M members the
        epistemic part is (M - 1) / M of that of infinitely many, to first order: for three members
        a third too small. True multiplies it by M / (M - 1), like the sample variance. The total
        of a sample may then exceed the logarithm of the number of classes; it is not clipped, so
        that means over samples remain unbiased. False describes the given members, and the total
        is the entropy of their mean prediction.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    Returns
    -------
    result : UncertaintyDecomposition
        Has the attributes ``total``, ``aleatoric`` and ``epistemic``, each of shape (n_samples,).

    Raises
    ------
    ValueError
        If `probs` does not have three dimensions, a row of a member is not a distribution (the
        message names both), `weights` have another length, are negative or all zero, or
        ``corrected=True`` with a single member.

    See Also
    --------
    EntropyScorer : Returns the same values as columns for fitted ensembles.

    Notes
    -----
    The epistemic part is the Jensen-Shannon divergence of the members, called BALD in active
    learning [1]_. It is computed as a sum of non-negative divergences, so it keeps its relative
    accuracy for members that are nearly equal, and the total is the sum of the parts. With
    weights, M in the correction is the squared sum of the weights over the sum of their squares.

    References
    ----------
    .. [1] N. Houlsby, F. Huszar, Z. Ghahramani and M. Lengyel, "Bayesian active learning for
       classification and preference learning", 2011, equation 2.
    .. [2] S. Depeweg, J. M. Hernandez-Lobato, F. Doshi-Velez and S. Udluft, "Decomposition of
       uncertainty in Bayesian deep learning", ICML 2018, equation 5.

    Examples
    --------
    Two members that agree on a uniform distribution, and two that are certain of opposite
    outcomes. Their mean predictions are equal.

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
    nats = decompose_members(map(Member, weights, members))
    epistemic = nats.epistemic / _expected_proportion(weights) if corrected else nats.epistemic
    return UncertaintyDecomposition.from_nats(nats.aleatoric, epistemic, nats_per_unit)


def _member_weights(weights, n_members):
    """Return checked weights of the members, of shape (n_members,), float64."""
    if weights is None:
        return np.ones(n_members)
    weights = numbers_given(weights, "weights")
    if weights.shape != (n_members,):
        raise ValueError(
            f"weights must be {n_members}, one per member; got shape {weights.shape}."
        )
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
        raise ValueError(
            "weights must be finite, not negative, and not all zero; got "
            f"{short_repr(weights.tolist())}."
        )
    return weights


def _expected_proportion(weights):
    """Return the expected disagreement relative to infinitely many members: (M - 1) / M."""
    # The sum of squared proportions is one over the effective number of members.
    proportions = weights / weights.sum()
    if np.count_nonzero(proportions) < 2:
        raise ValueError(
            "corrected=True needs two members of positive weight, to estimate their variance; "
            f"got {np.count_nonzero(proportions)}."
        )
    return 1 - (proportions**2).sum()


class Member(NamedTuple):
    """Predictions of one member of an ensemble."""

    weight: float
    prob: np.ndarray  # (n_samples, n_classes)


class MemberDecomposition(NamedTuple):
    """Uncertainty of an ensemble in nats, and its mean prediction."""

    aleatoric: np.ndarray  # (n_samples,) mean entropy of the members
    epistemic: np.ndarray  # (n_samples,) mean divergence of the members from their mean
    mean: np.ndarray  # (n_samples, n_classes)


def decompose_members(members):
    """Return the MemberDecomposition of an iterable of `Member`, with one in memory at a time.

    Common implementation of the function and of the columns of EntropyScorer.
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
    return MemberDecomposition(entropy / total, divergence / total, mean)
