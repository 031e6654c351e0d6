"""What `transform` writes for "woe" and "posterior": pieces of a column, and a value of each.

The pieces may be finer than the bins: single levels, or the cuts of all folds. So whatever reads
them (`transform`, SQL, the table, JSON) tells the same numbers.
"""

from dataclasses import dataclass, replace

import numpy as np

from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._encoding import overall_means
from skinfo.preprocessing._levels import shrunk_means


@dataclass(frozen=True)
class Encoder:
    """Pieces of one column, and the values (n_pieces, n_outputs) that stand for them.

    By level, pieces are sets of levels of equal values.
    """

    pieces: NumericBins | CategoryBins
    values: np.ndarray
    by_level: bool = False

    def encode(self, table, j):
        """Return the values of column j, (n_samples, n_outputs)."""
        return self.values[self.pieces.codes(table, j)]

    def within(self, low, high):
        """Return the same with no values below `low` or above `high`, (n_outputs,) each.

        Out of fold a rare bin or level may never be written, so that a column is all but constant.
        A model that scales it by its spread takes the value of such a bin for a thousand others.
        """
        return replace(self, values=np.clip(self.values, low, high))

    def table(self):
        """Return a label and the values of each interval or group, or of each single level."""
        if not self.by_level:
            return self.pieces.labels(), self.values
        pieces = self.pieces
        rows = [*pieces.groups, pieces.missing_bin, pieces.fallback]
        return [*map(str, pieces.levels), "missing", "unseen"], self.values[rows]


def column_encoder(values_of, column, task, whole):
    """Return the Encoder of a fitted column.

    Parameters
    ----------
    values_of : callable
        As `Encoding.values`.

    column : FittedColumn

    task : ClassStatistics or GaussianStatistics

    whole : ndarray of shape (n_sums,)
        What y sums to over all rows. A column of one value is nothing but these, in every fold:
        its own sums there differ by the rows left out, and StandardScaler would make
        much of so small a difference.
    """
    bins = column.bins
    n_values = len(bins.levels) + bins.own_missing if bins.is_categorical else bins.n_bins
    if n_values <= 1:
        return Encoder(bins, values_of(task, whole[None], whole, overall_means(task, whole)))
    if bins.is_categorical and bins.levels:
        return _level_encoder(values_of, column, task)
    return Encoder(bins, values_of(task, column.sums, column.sums.sum(axis=0)))


def mean_encoder(whole, of_folds):
    """Return the mean of the Encoders that were fitted without one fold each.

    A model that was trained on out-of-fold values meets their like then: a column that had one
    bin in most folds has values near zero, though all rows might give it two. The mean changes
    in smaller steps than one of them does. Levels are shrunk one by one, and have no cuts
    that a mean could make finer: there the encoder of all rows stays.
    """
    if whole.pieces.is_categorical:
        return whole
    cuts = np.unique(np.concatenate([each.pieces.cuts for each in of_folds]))
    starts = np.concatenate([[-np.inf], cuts])
    values = np.stack(
        [
            each.values[
                np.append(
                    np.searchsorted(each.pieces.cuts, starts, side="right"),
                    each.pieces.missing_bin,
                )
            ]
            for each in of_folds
        ]
    )
    # The mean of equal numbers, sixfold or not, is that number.
    mean = np.where(np.ptp(values, axis=0) == 0, values[0], values.mean(axis=0))
    pieces = NumericBins(cuts, whole.pieces.kind, own_missing=True, missing_bin=len(starts))
    return Encoder(pieces, mean)


def _level_encoder(values_of, column, task):
    """Return the Encoder that gives each level the value of its own shrunk rates."""
    bins, sums = column.bins, column.level_sums
    # One row for missing values and one for unseen levels, of which nothing is known.
    missing = column.sums[bins.missing_bin] if bins.merged else column.missing
    more = np.stack([np.zeros_like(missing), missing])
    whole = column.sums.sum(axis=0)
    means = shrunk_means(sums, more, task)
    values = values_of(task, np.vstack([sums, more]), whole, means)
    # Levels of equal values are one piece, and in SQL one line.
    distinct, piece_of = np.unique(values[:-1], axis=0, return_inverse=True)
    piece_of = piece_of.ravel()
    pieces = CategoryBins(
        bins.levels,
        piece_of[:-1],
        own_missing=True,
        missing_bin=len(distinct),
        fallback=int(piece_of[-1]),
    )
    return Encoder(pieces, np.vstack([distinct, values[-1:]]), by_level=True)
