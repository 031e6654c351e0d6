"""Counts of columns of codes against classes, one pass over the bytes."""

import numpy as np

from skinfo._kernels._jit import kernel


@kernel
def count_classes(codes, row_step, column_step, y, rows, columns, n_levels, n_classes):
    """Return how often each level meets each class, over some rows and columns.

    Columns next to each other take turns, so that two increments of one counter
    are rarely close enough for the second to wait for the first.

    Parameters
    ----------
    codes : ndarray of shape (n * n_features,), dtype uint8
        A C-ordered table seen as flat: the code of row r and column j is at
        ``r * row_step + j * column_step``, which tells one a row from one a column.

    row_step, column_step : int

    y : ndarray of shape (n,), dtype int32

    rows, columns : tuple of two ints
        First, and last plus one. Few columns (64 or so) keep the tables in the cache.

    n_levels, n_classes : int

    Returns
    -------
    counts : ndarray of shape (n_classes, n_columns, n_levels), dtype int32
    """
    width = columns[1] - columns[0]
    counts = np.zeros(n_classes * width * n_levels, np.int32)
    class_size = np.uintp(width * n_levels)
    for row in range(rows[0], rows[1]):
        # Unsigned: no place is ever negative, and Numba need not test for that.
        table = np.uintp(y[row]) * class_size
        first = np.uintp(row * row_step + columns[0] * column_step)
        for j in range(width):
            code = codes[first + np.uintp(j * column_step)]
            place = table + np.uintp(j * n_levels) + np.uintp(code)
            counts[place] = counts[place] + np.int32(1)
    return counts.reshape((n_classes, width, n_levels))


@kernel
def weigh_classes(codes, row_step, column_step, y, weights, rows, columns, n_levels, n_classes):
    """Return what `count_classes` does, each row with its weight, as float64."""
    width = columns[1] - columns[0]
    counts = np.zeros(n_classes * width * n_levels)
    class_size = np.uintp(width * n_levels)
    for row in range(rows[0], rows[1]):
        table = np.uintp(y[row]) * class_size
        first = np.uintp(row * row_step + columns[0] * column_step)
        weight = weights[row]
        for j in range(width):
            code = codes[first + np.uintp(j * column_step)]
            place = table + np.uintp(j * n_levels) + np.uintp(code)
            counts[place] = counts[place] + weight
    return counts.reshape((n_classes, width, n_levels))
