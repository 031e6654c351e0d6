"""The greedy criteria, one table: how a candidate is judged by what is chosen already.

Notation: X a candidate, W a chosen feature, S the chosen ones. Every published criterion is
a relevance I(X;Y), one term for each pair (X, W), a way to gather those terms
over S, and a way to combine the two (Brown, Pocock, Zhao and Lujan, JMLR 13, 2012).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skinfo._kernels._maxmin import GIVEN, JOINT, NORMALIZED


@dataclass(frozen=True)
class PairTerms:
    """What candidates X, one chosen W and y say of each other; arrays over candidates, in nats."""

    relevance: np.ndarray  # I(X;Y)
    relevance_chosen: float  # I(W;Y)
    redundancy: np.ndarray  # I(X;W)
    given_chosen: np.ndarray  # I(X;Y|W)
    joint_entropy: np.ndarray  # H(X,W,Y)

    @property
    def joint_relevance(self):
        """I(X,W;Y)."""
        return self.relevance_chosen + self.given_chosen


@dataclass(frozen=True)
class Sum:
    """A score from the sum of a term over the chosen features.

    Attributes
    ----------
    term : callable or None
        PairTerms to an array over candidates; None where pairs do not matter.

    combine : callable
        ``combine(relevance, summed, n_chosen)``, the score; the largest is chosen.

    of_target : bool, default=True
        Whether the term asks for more than I(X;W), whose tables are the smaller ones.
    """

    term: Callable | None
    combine: Callable
    of_target: bool = True


@dataclass(frozen=True)
class Least:
    """A score that is the least of a term over the chosen features.

    Attributes
    ----------
    term : int
        What is taken of I(X;Y|W), as `argmax_of_min` names it.

    with_relevance : bool, default=False
        Whether I(X;Y) is among the terms.
    """

    term: int
    with_relevance: bool = False


CRITERIA = {
    # Lewis 1992: relevance alone.
    "mim": Sum(None, lambda r, g, k: r),
    # Battiti 1994, beta = 1.
    "mifs": Sum(lambda p: -p.redundancy, lambda r, g, k: r + g, of_target=False),
    # Peng, Long and Ding 2005 (difference form).
    "mrmr": Sum(lambda p: -p.redundancy, lambda r, g, k: r + g / k, of_target=False),
    # Lin and Tang 2006.
    "cife": Sum(lambda p: p.given_chosen - p.relevance, lambda r, g, k: r + g),
    # Yang and Moody 1999.
    "jmi": Sum(lambda p: p.joint_relevance, lambda r, g, k: g),
    # Fleuret 2004.
    "cmim": Least(GIVEN, with_relevance=True),
    # Bennasar, Hicks and Setchi 2015, both.
    "jmim": Least(JOINT),
    "njmim": Least(NORMALIZED),
    # Meyer and Bontempi 2006.
    "disr": Sum(lambda p: p.joint_relevance / p.joint_entropy, lambda r, g, k: g),
    # Jakulin 2005; I(X;W) - I(X;W|Y) = I(X;Y) - I(X;Y|W).
    "icap": Sum(lambda p: -np.maximum(p.relevance - p.given_chosen, 0.0), lambda r, g, k: r + g),
}
