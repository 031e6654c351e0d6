"""Group sums, and renumbering of codes without unused values."""

import numpy as np
from numpy.typing import NDArray


def drop_gaps(codes: NDArray[np.integer], n_levels: int) -> tuple[NDArray[np.intp], int]:
    """Return codes (n,) renumbered 0, 1, ... in the same order, and the number of observed levels.

    Parameters
    ----------
    codes : ndarray of shape (n,), dtype int
        From 0 to ``n_levels - 1``; some levels may be unobserved.
    """
    occurs = np.bincount(codes, minlength=n_levels) > 0
    return (np.cumsum(occurs) - 1)[codes], int(occurs.sum())


def sum_groups(values: NDArray[np.float64], groups: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the sums (n_groups, n_columns) of the rows of each group, added in their order.

    Parameters
    ----------
    values : ndarray of shape (n, n_columns), dtype float64

    groups : ndarray of shape (n,), dtype int
        The group of each row, from 0 to ``n_groups - 1``.
    """
    sums = np.zeros((groups.max(initial=-1) + 1, values.shape[1]))
    np.add.at(sums, groups, values)
    return sums
