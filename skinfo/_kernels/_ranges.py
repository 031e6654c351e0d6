"""Ranges of long computations, between which the caller of a kernel may interrupt it."""


def in_ranges(n, ranges):
    """Return the ranges of 0..n.

    Parameters
    ----------
    n : int

    ranges : callable or None
        ``ranges(n)`` yields (start, stop); see `interruptible_ranges`. None: one range.
    """
    return ((0, n),) if ranges is None else ranges(n)
