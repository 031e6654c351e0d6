"""Published greedy criteria.

Notation: X a candidate, W a selected feature, S the selected ones. Every published criterion is a
relevance I(X;Y), one term for each pair (X, W), an aggregation of these terms over S, and a
combination of the two (Brown, Pocock, Zhao and Lujan, JMLR 13, 2012).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skinfo._kernels._maxmin import GIVEN, JOINT, NORMALIZED


@dataclass(frozen=True)
class PairTerms:
    """Information of candidates X, one selected W and y; arrays over candidates, in nats."""

    relevance: np.ndarray  # I(X;Y)
    relevance_selected: float  # I(W;Y)
    redundancy: np.ndarray  # I(X;W)
    given_selected: np.ndarray  # I(X;Y|W)
    joint_entropy: np.ndarray  # H(X,W,Y)

    @property
    def joint_relevance(self):
        """I(X,W;Y)."""
        return self.relevance_selected + self.given_selected


@dataclass(frozen=True)
class SumCriterion:
    """A score from the sum of a term over the selected features.

    Attributes
    ----------
    term : callable or None
        Function of PairTerms that returns an array over candidates; None without pair terms.

    combine : callable
        ``combine(relevance, summed, n_selected)``, the score; the largest is selected.

    of_target : bool, default=True
        Whether the term needs more than I(X;W), whose tables are smaller.
    """

    term: Callable | None
    combine: Callable
    of_target: bool = True


@dataclass(frozen=True)
class MaxMinCriterion:
    """A score that is the minimum of a term over the selected features.

    Attributes
    ----------
    term : int
        Name of the function of I(X;Y|W) in `argmax_of_min`.

    with_relevance : bool, default=False
        Whether I(X;Y) is among the terms.
    """

    term: int
    with_relevance: bool = False


CRITERIA = {
    # Lewis 1992: relevance alone.
    "mim": SumCriterion(None, lambda r, g, k: r),
    # Battiti 1994, beta = 1.
    "mifs": SumCriterion(lambda p: -p.redundancy, lambda r, g, k: r + g, of_target=False),
    # Peng, Long and Ding 2005 (difference form).
    "mrmr": SumCriterion(lambda p: -p.redundancy, lambda r, g, k: r + g / k, of_target=False),
    # Lin and Tang 2006.
    "cife": SumCriterion(lambda p: p.given_selected - p.relevance, lambda r, g, k: r + g),
    # Yang and Moody 1999.
    "jmi": SumCriterion(lambda p: p.joint_relevance, lambda r, g, k: g),
    # Fleuret 2004.
    "cmim": MaxMinCriterion(GIVEN, with_relevance=True),
    # Bennasar, Hicks and Setchi 2015, both.
    "jmim": MaxMinCriterion(JOINT),
    "njmim": MaxMinCriterion(NORMALIZED),
    # Meyer and Bontempi 2006.
    "disr": SumCriterion(lambda p: p.joint_relevance / p.joint_entropy, lambda r, g, k: g),
    # Jakulin 2005; I(X;W) - I(X;W|Y) = I(X;Y) - I(X;Y|W).
    "icap": SumCriterion(
        lambda p: -np.maximum(p.relevance - p.given_selected, 0.0), lambda r, g, k: r + g
    ),
}
