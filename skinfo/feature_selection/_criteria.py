"""The greedy criteria, one table: how a candidate is judged by what is chosen already.

Notation: X a candidate, W a chosen feature, S the chosen ones. Every published criterion is
a relevance I(X;Y), one term for each pair (X, W), a way to gather those terms
over S, and a way to combine the two (Brown, Pocock, Zhao and Lujan, JMLR 13, 2012).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


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
class Criterion:
    """A score of candidates from pair terms.

    Attributes
    ----------
    term : callable or None
        PairTerms to an array over candidates; None where pairs do not matter.

    gather : callable
        ``np.add`` or ``np.minimum``: how terms of several W are put together.

    combine : callable
        ``combine(relevance, gathered, n_chosen)``, the score; the largest is chosen.
    """

    term: Callable | None
    gather: Callable
    combine: Callable


def _gathered(relevance, gathered, n_chosen):
    return gathered


def _sum(relevance, gathered, n_chosen):
    return relevance + gathered


CRITERIA = {
    # Lewis 1992: relevance alone.
    "mim": Criterion(None, np.add, lambda r, g, k: r),
    # Battiti 1994, beta = 1.
    "mifs": Criterion(lambda p: -p.redundancy, np.add, _sum),
    # Peng, Long and Ding 2005 (difference form).
    "mrmr": Criterion(lambda p: -p.redundancy, np.add, lambda r, g, k: r + g / k),
    # Lin and Tang 2006.
    "cife": Criterion(lambda p: p.given_chosen - p.relevance, np.add, _sum),
    # Yang and Moody 1999.
    "jmi": Criterion(lambda p: p.joint_relevance, np.add, _gathered),
    # Fleuret 2004.
    "cmim": Criterion(lambda p: p.given_chosen, np.minimum, lambda r, g, k: np.minimum(r, g)),
    # Bennasar, Hicks and Setchi 2015, both.
    "jmim": Criterion(lambda p: p.joint_relevance, np.minimum, _gathered),
    "njmim": Criterion(lambda p: p.joint_relevance / p.joint_entropy, np.minimum, _gathered),
    # Meyer and Bontempi 2006.
    "disr": Criterion(lambda p: p.joint_relevance / p.joint_entropy, np.add, _gathered),
    # Jakulin 2005; I(X;W) - I(X;W|Y) = I(X;Y) - I(X;Y|W).
    "icap": Criterion(lambda p: -np.maximum(p.relevance - p.given_chosen, 0.0), np.add, _sum),
}
