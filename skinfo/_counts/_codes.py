"""Columns to codes: one byte a cell, whatever the column holds."""

import numpy as np
import scipy.sparse as sp
from joblib import delayed
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from skinfo._counts._kinds import MOST_LEVELS, holds_levels
from skinfo._counts._quantiles import default_n_bins, equal_frequency_codes
from skinfo._kernels._bitplanes import WORD
from skinfo.utils._parallel import in_threads

# Codes are bytes; in a fuller column neighbouring levels share a code.
MAX_LEVELS = 256

# Columns of small integers are encoded together, so many cells at a time: what is made of them on
# the way fits the second-level cache.
CELLS_AT_ONCE = 1 << 16

# Integers within this range are counted rather than sorted.
COUNTING_RANGE = 4096


def feature_codes(table, target, keep, *, binner=None, n_jobs=None):
    """Return the codes of every column, missing values as a level of their own.

    Integers, booleans and categories with few levels are used as they are, other
    columns are cut by `binner`, or into equal-frequency bins that do not look at the target.

    Parameters
    ----------
    table : Table

    target : ClassTarget

    keep : ndarray of shape (n_samples,), dtype bool
        Rows that `target` has.

    binner : transformer or None, default=None
        Its output must be bin numbers, as from ``MutualInfoBinner()`` or
        ``KBinsDiscretizer(encode="ordinal")``.

    n_jobs : int or None, default=None

    Returns
    -------
    codes : ndarray of shape (n_features, n_kept or more), dtype uint8
        Rows padded as `padded_codes` does.

    n_levels : ndarray of shape (n_features,), dtype int64

    whole : dict of int to (ndarray of shape (n_kept,), int)
        Codes of the single levels, and how many there are, of each column where some share a byte.
    """
    n_bins = default_n_bins(target.weights.sum())
    n = len(target.codes)
    codes = padded_codes(table.shape[1], n)
    n_levels = np.empty(table.shape[1], np.int64)
    whole = {}

    integers, is_narrow = table.narrow_integers()
    together = np.flatnonzero(is_narrow & (not target.is_weighted))
    alone = np.setdiff1d(np.arange(table.shape[1]), together)

    @delayed
    def encode_together(columns):
        codes[columns, :n], n_levels[columns] = _narrow_codes(integers[:, columns][keep])

    @delayed
    def encode(j):
        column = _encode_column(table, j, target, keep, n_bins, binner is None, whole)
        if column is not None:
            codes[j, :n], n_levels[j] = column
        return column is None

    # Threads write to rows of their own.
    if len(together):
        runs = np.array_split(together, -(-len(together) * n // CELLS_AT_ONCE))
        in_threads(map(encode_together, runs), n_jobs=n_jobs)
    uncut = in_threads(map(encode, alone.tolist()), n_jobs=n_jobs)
    rest = alone[np.array(uncut, bool)]
    if len(rest):
        codes[rest, :n] = _binned(binner, table, rest, target, keep)
        n_levels[rest] = codes[rest].max(axis=1).astype(np.int64) + 1
    return codes, n_levels, whole


def padded_codes(n_features, n):
    """Return room for codes: each row takes whole words of 64, so that they are read at once."""
    return np.zeros((n_features, -(-n // WORD) * WORD), np.uint8)


def _narrow_codes(values):
    """Return codes (n_columns, n) and numbers of levels of columns of integers of a small range.

    Parameters
    ----------
    values : ndarray of shape (n, n_columns)
        Of each column the largest is less than `MOST_LEVELS` above the smallest.
    """
    first = MOST_LEVELS * np.arange(values.shape[1])[:, None]
    place = (values - values.min(axis=0)).astype(np.intp).T + first
    seen = np.bincount(place.ravel(), minlength=first.size * MOST_LEVELS) > 0
    seen = seen.reshape(-1, MOST_LEVELS)
    rank = (np.cumsum(seen, axis=1) - 1).astype(np.uint8)
    return rank.ravel()[place], seen.sum(axis=1)


def _encode_column(table, j, target, keep, n_bins, cut, whole):
    """Return codes and number of levels of column j, or None if it is for the binner.

    Where bytes are too few the single levels go to `whole`.
    """
    if not table.is_numeric(j):
        codes, levels = table.levels(j)
        codes = codes[keep]
        compact = _compact(codes, len(levels), target.weights)
        if len(levels) >= MAX_LEVELS:
            seen, single = np.unique(codes, return_inverse=True)
            if len(seen) > MAX_LEVELS:
                whole[j] = single, len(seen)
        return compact
    values = table.numbers(j)[keep]
    if table.kind(j) not in ("date", "duration") and holds_levels(values):
        return _few_integers(values, target.weights)
    if not cut:
        return None
    codes = equal_frequency_codes(values, n_bins, target.weights if target.is_weighted else None)
    codes[codes == n_bins] = -1
    return _compact(codes, n_bins, target.weights)


def _few_integers(values, weights):
    """Return codes of whole numbers, some of them present."""
    missing = np.isnan(values)
    present = values[~missing] if missing.any() else values
    low, high = present.min(), present.max()
    if high / 2 - low / 2 < COUNTING_RANGE / 2:  # the difference itself may overflow
        codes = np.where(missing, -1, values - low).astype(np.int64)
        n_values = int(high - low) + 1
    else:
        levels = np.unique(present)
        codes = np.where(missing, -1, np.searchsorted(levels, values))
        n_values = len(levels)
    seen = np.bincount(codes[~missing], minlength=n_values) > 0
    place = np.append(np.cumsum(seen) - 1, -1)
    return _compact(place[codes], int(seen.sum()), weights)


def _compact(codes, n_levels, weights):
    """Return codes as bytes: unseen levels dropped, the lighter pooled, missing (-1) last."""
    missing = codes < 0
    has_missing = bool(missing.any())
    present = ~missing if has_missing else slice(None)
    sizes = np.bincount(codes[present], weights=weights[present], minlength=n_levels)
    seen = np.flatnonzero(sizes > 0)
    pooled = pool_light(sizes[seen], MAX_LEVELS - has_missing)
    n_places = int(pooled.max()) + 1 if len(pooled) else 0
    place = np.zeros(n_levels + 1, np.uint8)
    place[seen] = pooled
    place[-1] = n_places if has_missing else 0
    return place[codes], n_places + has_missing


def pool_light(sizes, most):
    """Return the place of each level, at most so many, without a look at y.

    A level heavier than an equal share has a place of its own; the others are cut, in their
    order, into runs of equal weight. If all light levels shared one place, nothing of their
    information would be left. In runs of r levels of unrelated rates 1 / r of it is, and more
    where neighbours are related, as are codes of one region or one product line.

    Parameters
    ----------
    sizes : ndarray of shape (n_levels,)
        Positive.

    most : int
    """
    if len(sizes) <= most:
        return np.arange(len(sizes))
    alone = np.zeros(len(sizes), bool)
    share = sizes.sum() / most
    while np.any(heavy := ~alone & (sizes >= share)):
        alone |= heavy
        share = sizes[~alone].sum() / (most - alone.sum())
    light = sizes[~alone]
    middles = np.cumsum(light) - light / 2
    place = np.full(len(sizes), -1)
    place[~alone] = middles // share
    place[alone] = place.max() + 1 + np.arange(alone.sum())
    return place


def _binned(binner, table, columns, target, keep):
    """Return what the binner makes of some columns, as codes (n_columns, n_kept)."""
    values = np.column_stack([table.numbers(j)[keep] for j in columns])
    binner = clone(binner)
    weighted = target.is_weighted and has_fit_parameter(binner, "sample_weight")
    weights = {"sample_weight": target.weights} if weighted else {}
    y = target.classes[target.codes]
    binned = binner.fit(values, y, **weights).transform(values)
    if sp.issparse(binned) or np.shape(binned) != values.shape:
        raise ValueError(
            f"binner={binner!r} must give one column of bin numbers for each column, got shape "
            f"{np.shape(binned)} for {values.shape}. Set its encoding to 'ordinal'."
        )
    binned = np.asarray(binned)
    if not (np.all(binned >= 0) and np.all(binned < MAX_LEVELS) and np.all(binned % 1 == 0)):
        raise ValueError(
            f"binner={binner!r} must give bin numbers from 0 to {MAX_LEVELS - 1}, got values "
            f"from {binned.min()} to {binned.max()}."
        )
    return binned.T.astype(np.uint8)
