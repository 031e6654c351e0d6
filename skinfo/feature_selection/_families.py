"""Several columns of codes as one: the joint state of a group of features."""

import numpy as np

from skinfo._counts._codes import MAX_LEVELS, padded_codes
from skinfo.preprocessing._groups import median_cells


def unit_codes(codes, n_levels, whole, members, target):
    """Return one column of codes a unit, and the single levels where they share a code.

    Parameters
    ----------
    codes : ndarray of shape (n_features, n_samples or more), dtype uint8

    n_levels : ndarray of shape (n_features,)

    whole : dict of int to tuple
        By feature; see `feature_codes`.

    members : list of ndarray
        Features of each unit.

    target : ClassTarget
        Only its weights are looked at.

    Returns
    -------
    codes : ndarray of shape (n_units, n_samples or more), dtype uint8

    n_levels : ndarray of shape (n_units,), dtype int64

    whole : dict of int to tuple
        By unit, of those that are a single feature.
    """
    if len(members) == len(codes):
        return codes, n_levels, whole
    n = len(target.codes)
    merged = padded_codes(len(members), n)
    merged_levels = np.empty(len(members), np.int64)
    for unit, features in enumerate(members):
        if len(features) == 1:
            merged[unit, :n], merged_levels[unit] = codes[features[0], :n], n_levels[features[0]]
        else:
            merged[unit, :n], merged_levels[unit] = joint_codes(codes[features, :n], target)
    alone = {unit: features[0] for unit, features in enumerate(members) if len(features) == 1}
    return merged, merged_levels, {unit: whole[j] for unit, j in alone.items() if j in whole}


def joint_codes(codes, target):
    """Return the joint state of several columns as codes, and how many levels it has.

    Of more than 256 states, those alike are put together: the heaviest set of states is split
    at the median of the column that varies most in it, until there are as many sets as the root of
    the number of samples, at most 256. That does not look at y.
    """
    states, state_of = np.unique(codes, axis=1, return_inverse=True)
    if states.shape[1] <= MAX_LEVELS:
        return state_of.ravel(), states.shape[1]
    weights = np.bincount(state_of.ravel(), weights=target.weights)
    most = int(np.clip(round(np.sqrt(weights.sum())), 2, MAX_LEVELS))
    cell_of = median_cells(states.astype(np.float64), weights, most)
    return cell_of[state_of.ravel()], int(cell_of.max()) + 1
