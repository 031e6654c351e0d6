"""The candidate with the largest least term over the chosen features, without all the terms.

A least term only falls as features are chosen (Fleuret, JMLR 5, 2004): a candidate that is behind
the best one already needs no more tables.
"""

import numpy as np

from skinfo._kernels._bits import planes_of
from skinfo._kernels._candidates import (
    INFO_Y_GIVEN_T,
    JOINT_ENTROPY,
    N_TERMS,
    subtract_chance,
    table_terms,
)
from skinfo._kernels._jit import NONE, kernel
from skinfo._kernels._sample import count_pair, pair_space

# Scores that agree to so many parts of a nat are equal; of equals the first is chosen.
SCORE_STEPS = 1e12

# What is taken of I(X;Y|W): itself, I(X,W;Y), or that over H(X,W,Y).
GIVEN, JOINT, NORMALIZED = range(3)


@kernel
def best_by_least(
    sample, lookups, features, chosen, relevance, term, corrected, costs, least, n_seen
):
    """Return the position among `features` of the one whose least term over `chosen` is largest.

    Parameters
    ----------
    sample : Sample

    lookups : Lookups

    features : ndarray of shape (n_features,), dtype int64

    chosen : ndarray of shape (n_chosen,), dtype int64
        In the order chosen.

    relevance : ndarray of float64
        I(X;Y) of all columns, in nats.

    term : {GIVEN, JOINT, NORMALIZED}

    corrected : bool
        Whether I(X;Y|W) is less its mean under independence.

    costs : ndarray of float64
        What comes off the score of each column, in nats.

    least, n_seen : ndarray
        By column: the least term so far, and of how many of the chosen features. Brought up to
        date where that was needed.

    Returns
    -------
    position : int

    score : float
        That term less its cost.
    """
    space = pair_space(sample, features, chosen)
    class_planes = planes_of(sample.y, sample.n_classes)
    no_chance = np.empty(0), np.empty(0)
    terms = np.empty(N_TERMS)
    # The most promising one first: it rules out most of the others.
    start = 0
    for position in range(features.shape[0]):
        x, leader = features[position], features[start]
        if least[x] - costs[x] > least[leader] - costs[leader]:
            start = position
    best, score = NONE, -np.inf
    for turn in range(features.shape[0] + 1):
        position = start if turn == 0 else turn - 1
        x = features[position]
        while n_seen[x] < chosen.shape[0] and is_before(
            least[x] - costs[x], position, score, best
        ):
            w = chosen[n_seen[x]]
            cells = count_pair(sample, x, w, class_planes, space)
            table_terms(space[3], sample.n_levels[x], cells, lookups, terms)
            if corrected:
                subtract_chance(space[3], sample.n_levels[x], cells, lookups, no_chance, terms)
            value = terms[INFO_Y_GIVEN_T]
            if term != GIVEN:
                value += relevance[w]
            if term == NORMALIZED:
                value /= terms[JOINT_ENTROPY]
            least[x] = min(least[x], value)
            n_seen[x] += 1
        if n_seen[x] == chosen.shape[0] and is_before(least[x] - costs[x], position, score, best):
            best, score = position, least[x] - costs[x]
    return best, score


@kernel
def is_before(score, position, other_score, other_position):
    """Return whether a score is larger, or equal and at an earlier position."""
    a, b = np.rint(score * SCORE_STEPS), np.rint(other_score * SCORE_STEPS)
    return a > b or (a == b and position < other_position)
