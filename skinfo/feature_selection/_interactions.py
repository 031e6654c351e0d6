"""Pairs that say together what neither says alone, as the two halves of an exclusive or do."""

import numpy as np

from skinfo._kernels._candidates import INFO_Y_GIVEN_T
from skinfo.feature_selection._path import Step

# Pairs are looked at by size of their information, which chance makes large for many levels;
# the p-value decides among so many of them.
N_TESTED = 50


def best_pair(candidates, left, walk, level):
    """Return the Step of the most informative pair of features that is significant, or None.

    I(X,W;Y|T) = I(W;Y|T) + I(X;Y|W,T), less what chance gives; every pair is counted once, which
    takes as long as p / 2 ordinary steps.

    Parameters
    ----------
    candidates : Candidates

    left : ndarray of shape (n_left,), dtype int64

    walk : Walk

    level : float
        Level of the test of all pairs together.

    Returns
    -------
    step : Step or None
    """
    if len(left) < 2:
        return None
    gains = candidates.terms(left, *walk.state.as_column())[:, INFO_Y_GIVEN_T]
    found = []
    for i, w in enumerate(left[:-1]):
        others = left[i + 1 :]
        given = candidates.terms(others, *walk.split_by(w))[:, INFO_Y_GIVEN_T]
        together = given + gains[i]
        keep = np.argsort(-together, kind="stable")[:N_TESTED]
        found += [(together[at], int(w), int(others[at])) for at in keep]
    found = sorted(found, key=lambda pair: (-round(pair[0], 12), pair[1:]))[:N_TESTED]
    n_pairs = len(left) * (len(left) - 1) / 2
    for _, w, x in found:
        step = weigh_pair(candidates, walk, w, x)
        if step.pvalue * n_pairs <= level:
            return step
    return None


def weigh_pair(candidates, walk, w, x):
    """Return the Step that a pair of features would be."""
    first = candidates.moments(np.array([w]), *walk.state.as_column())
    second = candidates.moments(np.array([x]), *walk.split_by(w))
    gains = [candidates.weigh(moments)[0][0] for moments in (first, second)]
    return Step((w, x), tuple(gains), first.plus(second).pvalue[0])
