"""What chance alone gives a pair of columns, in fixed point."""

import numpy as np

from skinfo._kernels._entropy import xlogx
from skinfo._kernels._jit import kernel
from skinfo._kernels._null import cell_excess, hypergeometric_excess, series_excess

# From this mean on, four terms of a series are worth more digits than a float keeps.
SERIES_MEAN = 256.0


@kernel
def mean_xlogx(n, a, b, tables, exact):
    """Return E[k ln k] of the cell that margins a and b of n rows share by chance alone.

    Integer margins (`exact`) make k hypergeometric: summed over its values, or
    from a mean m of `SERIES_MEAN` on by the series of k ln k about m through the
    terms of order 1/m**2, which leaves 1e-8 or so. Real margins take the smooth
    form of `cell_excess`.
    """
    if a >= n or b >= n:
        return xlogx(min(a, b))  # no choice
    mean = a * b / n
    if not exact:
        return xlogx(mean) + cell_excess(n, a, b, tables)
    if mean < SERIES_MEAN:
        return xlogx(mean) + hypergeometric_excess(n, a, b)
    return xlogx(mean) + series_excess(n, a, b)


@kernel
def chance_table(n, sizes, first, step, tables, exact, scale, chance):
    """Fill every `step`-th row of what `mean_xlogx` gives each pair of margins, from `first` on.

    Parameters
    ----------
    n : float

    sizes : ndarray of shape (n_sizes,), dtype float64
        The different margins there are.

    tables : ndarray, from `poisson_tables`

    chance : ndarray of shape (n_sizes, n_sizes), dtype int64
        Filled on both sides of the diagonal, in units of 1 / scale.
    """
    for i in range(first, sizes.shape[0], step):
        for j in range(i, sizes.shape[0]):
            mean = mean_xlogx(n, sizes[i], sizes[j], tables, exact)
            chance[i, j] = np.int64(np.rint(mean * scale))
            chance[j, i] = chance[i, j]


@kernel
def chance_sums(n, sizes, which, times, starts, first, step, chance, tables, exact, scale, sums):
    """Fill every `step`-th row of the sum of n ln n that chance gives each pair of columns.

    Parameters
    ----------
    n : float

    sizes : ndarray of shape (n_sizes,), dtype float64

    which, times : ndarray of shape (n_entries,), dtype int64
        The margins of each column: places in `sizes`, and how many levels have that one.

    starts : ndarray of shape (n_features + 1,), dtype int64
        Column f has the entries from ``starts[f]`` to ``starts[f + 1]``.

    chance : ndarray of shape (n_sizes, n_sizes) or (0, 0), dtype int64
        From `chance_table`; empty where there are too many pairs of sizes to keep.

    sums : ndarray of shape (n_features, n_features), dtype int64
        Entry (f, g) with f < g is filled, in units of 1 / scale.
    """
    for f in range(first, starts.shape[0] - 1, step):
        for g in range(f + 1, starts.shape[0] - 1):
            total = np.int64(0)
            for i in range(starts[f], starts[f + 1]):
                for j in range(starts[g], starts[g + 1]):
                    # The smaller first: rounding is then the same both ways.
                    low, high = min(which[i], which[j]), max(which[i], which[j])
                    if chance.shape[0]:
                        value = chance[low, high]
                    else:
                        mean = mean_xlogx(n, sizes[low], sizes[high], tables, exact)
                        value = np.int64(np.rint(mean * scale))
                    total += times[i] * times[j] * value
            sums[f, g] = total
