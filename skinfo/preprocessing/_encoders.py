"""Outputs of `transform`: bin indices, indicators, or a value for each piece of a column.

Pieces may be finer than the bins: single levels, or the intervals between the split points of all
folds. `transform`, SQL, tables and JSON use the same `ColumnEncoder`, so their values agree.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    check_cv,
)
from sklearn.preprocessing import OneHotEncoder

from skinfo._counts._cut_values import cuts_of_starts
from skinfo._counts._labels import special_labels
from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._encoding import ENCODINGS, overall_means
from skinfo.preprocessing._levels import shrunk_means
from skinfo.utils._saved_state import saved_class
from skinfo.utils._text import short_repr, without_halves
from skinfo.utils._validation import partition_splits

# By whether y is discrete, and whether groups are given.
SPLITTERS = {
    (True, False): StratifiedKFold,
    (False, False): KFold,
    (True, True): StratifiedGroupKFold,
    (False, True): GroupKFold,
}


@saved_class
@dataclass(frozen=True)
class ColumnEncoder:
    """Pieces of one column, with their output values (n_pieces, n_outputs).

    If by level, pieces are sets of levels with equal values.
    """

    pieces: NumericBins | CategoryBins
    values: np.ndarray
    by_level: bool = False

    @property
    def n_outputs(self):
        """Number of output columns."""
        return self.values.shape[1]

    def encode(self, table, j):
        """Return the values of column j, (n_samples, n_outputs)."""
        return self.values[self.pieces.codes(table, j)]

    def clipped(self, low, high):
        """Return an encoder with values clipped to `low` and `high`, (n_outputs,) each.

        Out of fold a rare bin or level may never occur in the output, so that a column is nearly
        constant. A model that scales it would multiply the value of such a bin by a large factor.
        """
        return replace(self, values=np.clip(self.values, low, high))

    def table(self):
        """Return a label and the values of each interval or group, or of each single level."""
        if not self.by_level:
            return self.pieces.labels(), self.values
        pieces = self.pieces
        pool = [] if pieces.pool is None else [pieces.pool]
        rows = [*pieces.groups, *(pieces.fallback for _ in pool), *pieces.special_bins]
        rows += [pieces.missing_bin, pieces.fallback]
        labels = [
            *map(without_halves, pieces.levels),
            *pool,
            *special_labels(pieces.special, None),
        ]
        return [*labels, "missing", "unseen"], self.values[rows]


# Encoders of a column


def bin_encoder(encode, column, statistics):
    """Return the ColumnEncoder of the bins of a FittedColumn."""
    values_of = ENCODINGS[encode].values
    total = column.stats.sum(axis=0)
    return ColumnEncoder(column.bins, values_of(statistics, column.stats, total))


def column_encoder(encode, column, statistics, total):
    """Return the ColumnEncoder of a FittedColumn, with values by level if applicable.

    Parameters
    ----------
    encode : {"woe", "posterior"}

    column : FittedColumn

    statistics : ClassStatistics or GaussianStatistics

    total : ndarray of shape (n_stats,)
        Statistics of all samples. A column with one value is encoded by these in every fold,
        because its statistics in a fold differ slightly by the omitted samples, and
        StandardScaler would magnify such differences.
    """
    values_of, bins = ENCODINGS[encode].values, column.bins
    by_level = column.level_stats is not None
    n_values = bins.n_bins + (bins.n_levels - bins.n_groups if by_level else 0)
    if n_values <= 1:
        means = overall_means(statistics, total)
        return ColumnEncoder(bins, values_of(statistics, total[None], total, means))
    if by_level:
        return _level_encoder(values_of, column, statistics)
    return bin_encoder(encode, column, statistics)


def mean_encoder(encoder, of_folds):
    """Return the mean of the ColumnEncoders of all folds.

    A model that was fitted on out-of-fold values then receives similar ones: a column with one bin
    in most folds has values near zero, even if all samples give it two. The mean is smoother than
    one encoder. Levels are shrunk one by one, and have no cuts that a mean could refine: for these
    the encoder of all samples, `encoder`, is used.
    """
    if encoder.pieces.is_categorical:
        return encoder
    bins = encoder.pieces
    starts = np.unique(np.concatenate([each.pieces.starts for each in of_folds]))
    values = []
    for each in of_folds:
        pieces = each.pieces
        of_intervals = np.searchsorted(pieces.starts, np.append(-np.inf, starts), side="right")
        values.append(each.values[[*of_intervals, *pieces.special_bins, pieces.missing_bin]])
    # The mean of equal numbers is that number; a rounded mean might differ.
    mean = np.where(np.ptp(values, axis=0) == 0, values[0], np.mean(values, axis=0))
    cuts, n_special = cuts_of_starts(starts, bins.closed), len(bins.special)
    pieces = NumericBins(
        cuts,
        bins.kind,
        own_missing=True,
        missing_bin=len(cuts) + 1 + n_special,
        closed=bins.closed,
        special=bins.special,
        special_bins=tuple(range(len(cuts) + 1, len(cuts) + 1 + n_special)),
    )
    return ColumnEncoder(pieces, mean)


def _level_encoder(values_of, column, statistics):
    """Return the ColumnEncoder with the shrunk rates of each level."""
    bins, stats = column.bins, column.level_stats
    # One row for missing values and one for unseen levels, without statistics, unless they are in
    # the pool.
    missing = column.stats[bins.missing_bin] if bins.merged else column.missing_stats
    unseen = np.zeros((int(bins.pool is None), len(missing)))
    more = np.vstack([unseen, missing])
    total = column.stats.sum(axis=0)
    means = shrunk_means(stats, more, statistics)
    values = values_of(statistics, np.vstack([stats, more]), total, means)
    # Special levels are not part of the mixture.
    special = values_of(statistics, column.stats[list(bins.special_bins)], total)
    # Levels with equal values are one piece, and in SQL one line.
    distinct, piece_of = np.unique(values[:-1], axis=0, return_inverse=True)
    piece_of = piece_of.ravel()
    missing_bin = len(distinct) + len(special)
    pieces = CategoryBins(
        bins.levels,
        piece_of[:-1],
        own_missing=True,
        missing_bin=missing_bin,
        fallback=int(piece_of[-1]),
        special=bins.special,
        special_bins=tuple(range(len(distinct), missing_bin)),
        pool=bins.pool,
    )
    return ColumnEncoder(pieces, np.vstack([distinct, special, values[-1:]]), by_level=True)


# The output of all columns


@saved_class
@dataclass(frozen=True)
class BinNumbers:
    """Bin indices, one column per feature.

    Attributes
    ----------
    bins : list of NumericBins or CategoryBins, of length n_features

    dtype : dtype
    """

    bins: list
    dtype: np.dtype

    def encode(self, table):
        """Return the bin indices (n_samples, n_features) of a Table."""
        codes = np.empty((table.shape[0], len(self.bins)), self.dtype, order="F")
        for j, bins in enumerate(self.bins):
            codes[:, j] = bins.codes(table, j)
        return codes

    def codes(self, X):
        """Return bin indices (n_samples, n_features) from the output of `encode`."""
        codes = np.asarray(X)
        if codes.ndim != 2 or codes.shape[1] != len(self.bins):
            raise ValueError(
                f"X must have shape (n_samples, {len(self.bins)}), got {codes.shape}."
            )
        return codes


@saved_class
@dataclass(frozen=True)
class BinIndicators:
    """Indicators, one column per bin.

    Attributes
    ----------
    numbers : BinNumbers

    sparse : bool

    dtype : dtype
    """

    numbers: BinNumbers
    sparse: bool
    dtype: np.dtype

    # Not a field: files do not depend on the version of scikit-learn.
    @cached_property
    def _encoder(self):
        numbers = self.numbers
        encoder = OneHotEncoder(
            categories=[np.arange(bins.n_bins, dtype=numbers.dtype) for bins in numbers.bins],
            sparse_output=self.sparse,
            dtype=self.dtype,
        ).set_output(transform="default")
        return encoder.fit(np.zeros((1, len(numbers.bins)), numbers.dtype))

    def encode(self, table):
        """Return the indicators (n_samples, sum of n_bins) of a Table."""
        numbers = self.numbers.encode(table)
        if not len(numbers):
            # The encoder does not accept a table without rows.
            return self._encoder.transform(np.zeros_like(numbers, shape=(1, numbers.shape[1])))[:0]
        return self._encoder.transform(numbers)

    def codes(self, X):
        """Return bin indices (n_samples, n_features) from the output of `encode`."""
        return self._encoder.inverse_transform(X)

    def __setstate__(self, state):
        if "_numbers" in state:
            # State of a pickle without a version.
            state = {
                "numbers": state["_numbers"],
                "sparse": state["_encoder"].sparse_output,
            } | state
        vars(self).update(state)


@saved_class
@dataclass(frozen=True)
class EncodedValues:
    """Values that depend on y.

    Attributes
    ----------
    encoders : list of ColumnEncoder, of length n_features

    dtype : dtype
    """

    encoders: list
    dtype: np.dtype

    def empty(self, n_samples):
        """Return an output (n_samples, n_outputs) that is not yet filled."""
        n_columns = sum(encoder.n_outputs for encoder in self.encoders)
        return np.empty((n_samples, n_columns), self.dtype, order="F")

    def encode(self, table):
        """Return the values (n_samples, n_outputs) of a Table."""
        encoded = self.empty(table.shape[0])
        self.fill(encoded, table, slice(None))
        return encoded

    def fill(self, encoded, table, rows):
        """Write the values of a Table into some rows of an output."""
        for j, (columns, encoder) in enumerate(self._columns()):
            encoded[rows, columns] = encoder.encode(table, j)

    def averaged(self, of_folds):
        """Return the mean of the EncodedValues of the folds, except for columns of levels."""
        of_columns = zip(*(fold.encoders for fold in of_folds), strict=True)
        return replace(self, encoders=list(map(mean_encoder, self.encoders, of_columns)))

    def clipped_to(self, encoded):
        """Return values clipped to the range of an output (n_samples, n_outputs)."""
        lows, highs = encoded.min(axis=0), encoded.max(axis=0)
        encoders = [
            encoder.clipped(lows[columns], highs[columns]) for columns, encoder in self._columns()
        ]
        return replace(self, encoders=encoders)

    def _columns(self):
        """Yield the output columns of each encoder, a slice, and the encoder."""
        start = 0
        for encoder in self.encoders:
            stop = start + encoder.n_outputs
            yield slice(start, stop), encoder
            start = stop


def encoded_values(encode, dtype, columns, statistics, total):
    """Return the EncodedValues of fitted columns; see `column_encoder`."""
    encoders = [column_encoder(encode, column, statistics, total) for column in columns]
    return EncodedValues(encoders, np.float64 if dtype is None else dtype)


def output_of(encode, dtype, columns, statistics, encoders=None):
    """Return the output encoder of columns: BinNumbers, BinIndicators or EncodedValues.

    Parameters
    ----------
    encode : str
        A key of ``ENCODINGS``.

    dtype : dtype or None

    columns : list of FittedColumn

    statistics : ClassStatistics or GaussianStatistics

    encoders : list of ColumnEncoder or None, default=None
        Encoders of the columns, if they are already fitted.

    Raises
    ------
    ValueError
        If `dtype` cannot represent the bin indices or values.
    """
    if ENCODINGS[encode].looks_at_y:
        if encoders is None:
            total = columns[0].stats.sum(axis=0)
            output = encoded_values(encode, dtype, columns, statistics, total)
        else:
            output = EncodedValues(encoders, np.float64 if dtype is None else dtype)
        if dtype is not None:
            highest = max(float(np.abs(each.values).max()) for each in output.encoders)
            _check_range(encode, dtype, highest, float(np.finfo(dtype).max))
        return output
    bins = [column.bins for column in columns]
    highest = max(each.n_bins for each in bins) - 1
    if highest >= 2**16:
        raise ValueError(
            f"A column has {highest + 1} bins, more than there are numbers of two bytes. Set "
            "max_bins lower, or put special values into fewer groups."
        )
    narrow = np.uint8 if highest < 256 else np.uint16
    if encode == "ordinal":
        if dtype is not None:
            _check_range(encode, dtype, highest, _largest_integer(np.dtype(dtype)))
        return BinNumbers(bins, narrow if dtype is None else dtype)
    dtype = np.float64 if dtype is None else dtype
    return BinIndicators(BinNumbers(bins, narrow), encode == "onehot", dtype)


def check_dtype(encode, dtype):
    """Raise ValueError unless `dtype` can represent the output."""
    try:
        numpy_dtype = np.dtype(dtype)
    except (TypeError, ValueError):
        numpy_dtype = None
    kinds = ENCODINGS[encode].dtype_kinds
    if numpy_dtype is None or numpy_dtype.kind not in kinds:
        wanted = "floats" if kinds == "f" else "integers or floats"
        raise ValueError(
            f"dtype={short_repr(dtype)} does not hold what encode={short_repr(encode)} writes. "
            f"Use a NumPy dtype of {wanted}, or None."
        )


def _largest_integer(dtype):
    """Return the largest integer n such that the dtype represents all integers up to n."""
    return np.iinfo(dtype).max if dtype.kind in "iu" else 2 ** (np.finfo(dtype).nmant + 1)


def _check_range(encode, dtype, highest, largest):
    if highest > largest:
        raise ValueError(
            f"dtype={short_repr(dtype)} does not hold numbers up to {highest}, which "
            f"encode={short_repr(encode)} writes. Use a wider one, or None."
        )


def encoding_folds(cv, y, is_classes, groups, random_state):
    """Return (train, test) pairs that test each sample once.

    Parameters
    ----------
    cv : int, splitter, iterable or None
        An int (None is 5) is the number of shuffled folds, stratified for classes.

    y : ndarray of shape (n_samples,)

    is_classes : bool

    groups : array-like of shape (n_samples,) or None

    random_state : int, RandomState instance or None
        Seed of the shuffle; None: the same one on every run.
    """
    if cv is None or isinstance(cv, int):
        splitter = SPLITTERS[is_classes, groups is not None]
        seed = 0 if random_state is None else random_state
        cv = splitter(5 if cv is None else cv, shuffle=True, random_state=seed)
        # Encoded, because a splitter would treat classes such as .5 and 1.5 as a continuous y.
        y = np.unique(y, return_inverse=True)[1] if is_classes else y
    else:
        cv = check_cv(cv, y, classifier=is_classes)
    return partition_splits(cv, np.empty((len(y), 0)), y, {"groups": groups})
