"""When it is enough: how many of the features found are kept."""

import numpy as np


def keep_all(information):
    """Keep whatever was found."""
    return len(information)


def until_elbow(information):
    """Return how many features there are at the elbow of I(T;Y) over their number.

    The elbow is the point farthest above the straight line from nothing to the last feature
    (Satopaa, Albrecht, Irwin and Raghavan, ICDCSW 2011).
    """
    if len(information) < 2:
        return len(information)
    path = np.concatenate([[0.0], information])
    line = np.linspace(0.0, path[-1], len(path))
    return max(int(np.argmax(np.round(path - line, 12))), 1)


def until_share(share):
    """Return a rule: the fewest features that hold a share of the information of all found."""

    def rule(information):
        if not len(information):
            return 0
        return int(np.argmax(np.asarray(information) >= share * max(information))) + 1

    return rule
