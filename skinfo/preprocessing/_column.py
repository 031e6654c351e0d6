"""Fit the bins of one column, and count its classes bin by bin."""

from dataclasses import replace

import numpy as np

from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._cuts import supervised_cuts
from skinfo.preprocessing._groups import level_counts, supervised_groups


def fit_numbers(values, target, *, max_candidates, **settings):
    """Return the NumericBins of a column and their class counts.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), dtype float64
        NaN is missing.

    target : Target

    max_candidates : int or None

    **settings : dict
        ``max_bins``, ``penalty`` and ``min_weight``, as in `supervised_cuts`.

    Returns
    -------
    bins : NumericBins

    counts : ndarray of shape (n_bins, n_classes)
    """
    cuts, counts = supervised_cuts(values, target, max_candidates=max_candidates, **settings)
    missing = np.isnan(values)
    bins = NumericBins(cuts, bool(missing.any()))
    if bins.has_missing:
        counts = np.vstack([counts, level_counts(np.where(missing, 0, -1), target, 1)])
    return _with_fallback(bins, counts)


def fit_levels(codes, levels, target, **settings):
    """Return the CategoryBins of a column and their class counts.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), dtype int64
        Which level each row has; -1 is missing.

    levels : list
        Some may have no row left.
    """
    seen = np.unique(codes[codes >= 0])
    place = np.full(len(levels) + 1, -1)
    place[seen] = np.arange(len(seen))
    codes = place[codes]
    groups = np.empty(0, np.int64)
    if len(seen):
        groups = supervised_groups(level_counts(codes, target, len(seen)), **settings)
    bins = CategoryBins([levels[i] for i in seen], groups, bool((codes < 0).any()))
    codes = np.append(groups, bins.n_bins - 1)[codes]
    return _with_fallback(bins, level_counts(codes, target, bins.n_bins))


def _with_fallback(bins, counts):
    """Return the bins, their fullest one (missing values aside) as the place of the unseen."""
    sizes = counts.sum(axis=1)
    if bins.has_missing and len(sizes) > 1:
        sizes = sizes[:-1]
    return replace(bins, fallback=int(np.argmax(sizes))), counts
