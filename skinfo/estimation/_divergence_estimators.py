"""Estimators of cross-entropy and divergences of discrete distributions from counts, in nats.

H(p, q) = -sum p ln q is linear in p, so the proportions of the first sample cause no bias; the
corrections concern only the logarithms of the second. Divergences are differences: of the
cross-entropy and the entropy, or of the entropy of the mixture and the mean entropy, each by the
same estimator.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr, psi, rel_entr, xlogy

from skinfo.estimation._entropy_estimators import (
    ENTROPY_ESTIMATORS,
    REAL_COUNTS,
    UNIFORM_WEIGHTS,
    refuse_fractional_counts,
    scaled_log_tail,
)
from skinfo.utils._sums import ordered_sum


class PairedCounts(NamedTuple):
    """Counts of the categories of two samples.

    Attributes
    ----------
    first, second : ndarray of shape (n_observed,), dtype float64
        Counts in each sample; at least one of the two is positive.

    n_categories : float or None
        Number of possible categories; None: the number of observed ones.
    """

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    n_categories: float | None

    @property
    def categories(self) -> float:
        """Number of possible categories."""
        return len(self.first) if self.n_categories is None else self.n_categories

    @property
    def totals(self) -> tuple[float, float]:
        """Sizes of the samples."""
        return ordered_sum(self.first), ordered_sum(self.second)

    def are_whole(self) -> bool:
        """Return whether all counts are integers."""
        return bool(np.all(self.first % 1 == 0) and np.all(self.second % 1 == 0))


# ---- cross-entropy


def plugin_cross_entropy(counts: PairedCounts) -> float:
    """Return -sum n/N ln(m/M); infinite if the second sample lacks a category of the first."""
    n_first, n_second = counts.totals
    if np.any((counts.first > 0) & (counts.second == 0)):
        return math.inf
    return ordered_sum(-xlogy(counts.first / n_first, counts.second / n_second))


def miller_madow_cross_entropy(counts: PairedCounts) -> float:
    """Return the plug-in minus its bias to first order, sum n/N (1 - q) / 2m with q = m/M."""
    plugin = plugin_cross_entropy(counts)
    if math.isinf(plugin):
        return plugin
    n_first, n_second = counts.totals
    seen = counts.first > 0
    first, second = counts.first[seen], counts.second[seen]
    bias = first / n_first * (1 - second / n_second) / (2 * second)
    return plugin - ordered_sum(bias)


def accumulated_cross_entropy(counts: PairedCounts) -> float:
    """Return sum n/N (psi(M + 1) - psi(m + 1)) plus a term from the accumulation curve.

    The derivation follows that of the entropy by Chao, Wang and Jost (2013). By the expansion
    -ln q = sum_k (1 - q)^k / k, H(p, q) is the sum of D_k / k, where D_k = sum p (1 - q)^k is the
    probability that a sample of p is in none of the categories of k samples of q. For k <= M there
    are unbiased estimates, and the first term is their sum. For larger k, D_k is assumed to
    decrease at the rate from D_{M-1} to D_M: by the factor 1 - A, A = U1 / (M U + U1), where U and
    U1 are the proportions of the first sample in categories that the second sample contains never
    and once. If there is none of the latter, U1 is the mean proportion of the absent categories.
    """
    n_first, n_second = counts.totals
    share = counts.first / n_first
    seen = ordered_sum(share * (psi(n_second + 1) - psi(counts.second + 1)))
    of_unseen = share[counts.second == 0]
    if not len(of_unseen):
        return seen
    unseen = ordered_sum(of_unseen)
    once = ordered_sum(share[counts.second == 1]) or unseen / len(of_unseen)
    slope = once / (n_second * unseen + once)
    return seen + float(unseen * scaled_log_tail(slope, n_second + 1))


def _shrunk(
    counts: NDArray[np.float64], n_categories: float, weight: Callable[..., float]
) -> tuple[NDArray[np.float64], float]:
    """Return proportions shrunk towards the uniform ones, and that of an unobserved category."""
    uniform = weight(counts[counts > 0], ordered_sum(counts), n_categories)
    unseen = uniform / n_categories
    return unseen + (1 - uniform) * counts / ordered_sum(counts), unseen


def shrunk_cross_entropy(counts: PairedCounts, weight: Callable[..., float]) -> float:
    """Return the cross-entropy of the shrunk distributions of both samples."""
    (p, p_unseen), (q, q_unseen) = (
        _shrunk(sample, counts.categories, weight) for sample in counts[:2]
    )
    others = counts.categories - len(counts.first)
    rest = -others * float(xlogy(p_unseen, q_unseen)) if others else 0.0
    return ordered_sum(-xlogy(p, q)) + rest


# Functions of PairedCounts that return nats.
CROSS_ENTROPY_ESTIMATORS: dict[str, Callable[[PairedCounts], float]] = {
    "plugin": plugin_cross_entropy,
    "miller_madow": miller_madow_cross_entropy,
    "chao_wang_jost": accumulated_cross_entropy,
    **{
        name: partial(shrunk_cross_entropy, weight=weight)
        for name, weight in UNIFORM_WEIGHTS.items()
    },
}


def cross_entropy_of(counts: PairedCounts, estimator: str) -> float:
    """Return the cross-entropy of two samples by one of `CROSS_ENTROPY_ESTIMATORS`."""
    if estimator not in REAL_COUNTS:
        for sample in counts[:2]:
            refuse_fractional_counts(sample, estimator)
    return CROSS_ENTROPY_ESTIMATORS[estimator](counts)


def kl_divergence_of(counts: PairedCounts, estimator: str) -> float:
    """Return the divergence D(first || second) by one of `CROSS_ENTROPY_ESTIMATORS`."""
    if estimator == "plugin":
        # Summed term by term, so that it is exactly zero for equal proportions.
        n_first, n_second = counts.totals
        terms = rel_entr(counts.first / n_first, counts.second / n_second)
        return max(ordered_sum(terms), 0.0)
    cross_entropy = cross_entropy_of(counts, estimator)
    if estimator in UNIFORM_WEIGHTS:
        alike = PairedCounts(counts.first, counts.first, counts.categories)
        return max(cross_entropy - cross_entropy_of(alike, estimator), 0.0)
    first = counts.first[counts.first > 0]
    return cross_entropy - ENTROPY_ESTIMATORS[estimator](first, None)


# ---- Jensen-Shannon divergence


def js_divergence_of(counts: PairedCounts, estimator: str, weight: float) -> float:
    """Return the Jensen-Shannon divergence of two samples, by one of `ENTROPY_ESTIMATORS`.

    Parameters
    ----------
    counts : PairedCounts

    estimator : str

    weight : float
        Weight of the first sample in the mixture, between 0 and 1.
    """
    weights = np.array([weight, 1 - weight])
    if estimator == "plugin" or estimator in UNIFORM_WEIGHTS:
        return _js_of_proportions(counts, estimator, weights)
    # Only NSB uses unobserved categories.
    categories = counts.categories if estimator == "nsb" else None
    entropy_of = ENTROPY_ESTIMATORS[estimator]
    entropies = [entropy_of(sample[sample > 0], categories) for sample in counts[:2]]
    if estimator == "miller_madow":
        mixture = _stratified_entropy(counts, weights)
    else:
        mixture = entropy_of(mixed_counts(counts, weights), categories)
    return float(mixture - weights @ entropies)


def _js_of_proportions(
    counts: PairedCounts, estimator: str, weights: NDArray[np.float64]
) -> float:
    """Return the divergence of the sample proportions, or of the shrunk ones."""
    categories = counts.categories if estimator in UNIFORM_WEIGHTS else len(counts.first)
    shrink = UNIFORM_WEIGHTS.get(estimator, _no_shrinkage)
    proportions, unseen = zip(
        *(_shrunk(sample, categories, shrink) for sample in counts[:2]), strict=True
    )
    others = categories - len(counts.first)

    def entropy(p: NDArray[np.float64], p_unseen: float) -> float:
        return ordered_sum(entr(p)) + others * float(entr(p_unseen))

    of_each = [entropy(*each) for each in zip(proportions, unseen, strict=True)]
    mixture = entropy(weights @ np.array(proportions), float(weights @ np.array(unseen)))
    return max(float(mixture - weights @ of_each), 0.0)


def _no_shrinkage(counts: NDArray[np.float64], total: float, n_categories: float) -> float:
    return 0.0


def _stratified_entropy(counts: PairedCounts, weights: NDArray[np.float64]) -> float:
    """Return Miller and Madow's entropy of a mixture of two samples of fixed sizes.

    It is the plug-in plus half the sum over categories of the variance of the mixed proportion
    divided by that proportion.
    """
    totals = np.array(counts.totals)
    proportions = np.array([counts.first, counts.second]) / totals[:, None]
    mixture = weights @ proportions
    variance = (weights**2 / totals) @ (proportions * (1 - proportions))
    return ordered_sum(entr(mixture)) + ordered_sum(variance / mixture) / 2


def mixed_counts(counts: PairedCounts, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return counts of a sample of the mixture.

    If the sizes of the samples are proportional to the weights, these are the counts of the pooled
    sample. Otherwise they have the mixed proportions, and a total that gives the same variance.
    """
    totals = np.array(counts.totals)
    if weights[0] * totals[1] == weights[1] * totals[0]:
        return counts.first + counts.second
    proportions = np.array([counts.first, counts.second]) / totals[:, None]
    return (weights @ proportions) / float(np.sum(weights**2 / totals))
