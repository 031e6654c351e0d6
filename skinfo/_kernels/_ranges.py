"""Ranges of long work, between which a kernel returns to its caller, who may interrupt it."""


def in_ranges(n, ranges):
    """Return the ranges of 0..n.

    Parameters
    ----------
    n : int

    ranges : callable or None
        ``ranges(n)`` yields (start, stop); see `interruptible_ranges`. None is all at once.
    """
    return ((0, n),) if ranges is None else ranges(n)
