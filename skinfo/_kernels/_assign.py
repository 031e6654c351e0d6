"""From values to bins."""

import numpy as np

from skinfo._kernels._jit import kernel

# Up to this many cuts, comparing with each is faster than a search: no branch to mispredict.
FEW_CUTS = 24


@kernel
def assign_bins(values, cuts, missing_bin, codes):
    """Write the bin of each value to `codes` (n,) unsigned: how many cuts are at or below it.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        NaN goes to `missing_bin`.

    cuts : ndarray of shape (n_cuts,), dtype float64
        Increasing.
    """
    few = cuts.shape[0] <= FEW_CUTS
    for row in range(values.shape[0]):
        value = values[row]
        place = 0
        if few:
            for c in range(cuts.shape[0]):
                place += value >= cuts[c]
        else:
            stop = cuts.shape[0]
            while place < stop:
                middle = (place + stop) >> 1
                if value >= cuts[middle]:
                    place = middle + 1
                else:
                    stop = middle
        codes[row] = missing_bin if np.isnan(value) else place
