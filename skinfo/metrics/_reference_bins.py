"""Bins of a reference sample, and additive counts of new samples in them."""

from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from joblib import delayed
from narwhals.stable.v2.dependencies import is_into_series
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skinfo._counts._as_source import is_in_parts, table_in_parts
from skinfo._counts._cut_values import cut_values
from skinfo._counts._labels import interval_labels
from skinfo._counts._partitions import errors_that_name
from skinfo._counts._quantiles import bin_starts
from skinfo._counts._source import columns_by_name, without_columns
from skinfo._counts._table import as_columns, read_table
from skinfo._kernels._digitize import digitize
from skinfo._kernels._exact_sums import sums_between
from skinfo.metrics._exact_sum import ExactSum
from skinfo.utils._column_params import categorical_mask
from skinfo.utils._parallel import in_threads
from skinfo.utils._text import without_halves
from skinfo.utils._validation import check_frequency_weights, check_sample_weight

# Labels of the last two bins: of missing values, and of levels that the reference does not have.
AFTER_THE_BINS = ["missing", "unseen"]

# Label of the last one if it also contains infrequent levels of the reference.
INFREQUENT = "infrequent"

NAME_OF_SCORES = "score"

_UNWEIGHTED = np.empty(0)


@dataclass(frozen=True)
class ReferenceColumn:
    """Bins of one column, with the weight of the reference in each.

    Attributes
    ----------
    name : str

    labels : list of str
        Labels of the bins, those of missing values and unseen levels last.

    counts : ndarray of shape (n_labels,)

    coder : object
        With ``codes(table, j)``, the bin of each row.
    """

    name: str
    labels: list[str]
    counts: np.ndarray
    coder: Any


class ReferenceIntervals(NamedTuple):
    """Half-open intervals between cuts; the code after theirs is that of missing values."""

    cuts: np.ndarray

    def codes(self, table, j):
        """Return the interval of each row of column j."""
        values = table.numbers(j)
        n_intervals = len(self.cuts) + 1
        codes = np.empty(len(values), np.uint8 if n_intervals < 256 else np.uint16)
        digitize(values, self.cuts, n_intervals, codes)
        return codes


class ReferenceLevels(NamedTuple):
    """Levels; the code after theirs is that of missing values, the next that of other levels."""

    levels: list

    def codes(self, table, j):
        """Return the level of each row of column j."""
        ranks, found = table.levels(j)
        n_levels = len(self.levels)
        known = dict(zip(self.levels, range(n_levels), strict=True))
        codes = [*(known.get(level, n_levels + 1) for level in found), n_levels]
        return np.array(codes)[ranks]


@dataclass(frozen=True)
class Reference:
    """Reference of a comparison.

    Attributes
    ----------
    columns : list of ReferenceColumn

    estimator : estimator
        Checks the names of the columns, as `fit` stored them.

    named : tuple of str
        Columns of new tables that are not features: y and weights.

    is_scores : bool
        Whether the only column is an array of one dimension.
    """

    columns: list[ReferenceColumn]
    estimator: BaseEstimator
    named: tuple[str, ...] = ()
    is_scores: bool = False


def is_binner(reference):
    """Return whether the reference has bins, like a `MutualInfoBinner`."""
    return hasattr(reference, "_reference_bins")


def reference_of_binner(binner):
    """Return the Reference of a fitted `MutualInfoBinner`: its bins and their training counts."""
    check_is_fitted(binner)
    columns = [
        ReferenceColumn(name, labels + AFTER_THE_BINS, np.append(counts, [0.0, 0.0]), coder)
        for name, labels, counts, coder in binner._reference_bins()
    ]
    # Only the names are sent to chunks.
    return Reference(columns, _names_only(binner), binner._named)


def _names_only(estimator):
    """Return an estimator of the same class name with the names of the columns only."""
    names = _passing(type(estimator).__name__)
    for attribute in ("n_features_in_", "feature_names_in_"):
        if hasattr(estimator, attribute):
            setattr(names, attribute, getattr(estimator, attribute))
    return names


def _passing(caller):
    return type(caller, (BaseEstimator,), {})()


class BinningRule(NamedTuple):
    """Conversion of the columns of a sample to bins; see `population_stability`.

    Attributes
    ----------
    n_bins : int

    categorical_features : "from_dtype", array-like of int, str or bool, or None

    min_frequency : int, float or None
    """

    n_bins: int
    categorical_features: Any
    min_frequency: int | float | None

    def is_frequent(self, counts):
        """Return the mask of levels with a separate bin, (n_levels,)."""
        if self.min_frequency is None:
            return np.ones(len(counts), bool)
        is_count = isinstance(self.min_frequency, Integral)
        return counts >= self.min_frequency * (1 if is_count else counts.sum())


def reference_of_sample(X, sample_weight, rule, caller):
    """Return the Reference of a sample: equal-frequency bins of numbers, and levels.

    Parameters
    ----------
    X : array-like or dataframe of shape (n_samples, n_features), or (n_samples,)

    sample_weight : array-like, str or None

    rule : BinningRule

    caller : str
        Name for messages.
    """
    if is_in_parts(X):
        raise ValueError(
            f"{caller} needs the reference in memory to find its quantiles, and it is a "
            f"{type(X).__name__} whose rows are in parts. Pass a random sample of its rows, or a "
            "MutualInfoBinner fitted on it."
        )
    estimator = _passing(caller)
    named = (sample_weight,) if isinstance(sample_weight, str) else ()
    X, _, weight = columns_by_name(X, None, sample_weight)
    is_scores = _is_one_column(X)
    table = read_table(
        estimator,
        _with_columns(X),
        reset=True,
        accept_sparse=True,
        switch="categorical_features",
    )
    if is_scores:
        table = table.rename([str(getattr(X, "name", None) or NAME_OF_SCORES)])
    weights = None
    if weight is not None:
        weights = check_frequency_weights(weight, table.shape[0])
        table, weights = table.take(np.flatnonzero(weights)), weights[weights > 0]
    kinds = [table.kind(j) for j in range(table.shape[1])]
    has_levels = categorical_mask(rule.categorical_features, table, kinds)
    columns = [
        _reference_column(table, j, weights, rule, has_levels[j]) for j in range(table.shape[1])
    ]
    return Reference(columns, estimator, named, is_scores)


def _is_one_column(X):
    """Return whether X is of one dimension."""
    return as_columns(X) is not X


def _with_columns(X):
    """Return X; an array, series or list of scores as an array of one column."""
    if getattr(X, "ndim", None) == 1 or is_into_series(X):
        return np.asarray(X)[:, None]
    return as_columns(X)


def _reference_column(table, j, weights, rule, has_levels):
    """Return the bins of column j, with the weight of the sample in each."""
    after = AFTER_THE_BINS
    if has_levels:
        coder, is_pooled = _frequent_levels(table, j, weights, rule)
        labels = [without_halves(level) for level in coder.levels]
        after = ["missing", INFREQUENT] if is_pooled else after
    else:
        values, kind = table.numbers(j), table.kind_of_numbers(j)
        coder = ReferenceIntervals(_equal_frequency_cuts(values, weights, rule.n_bins, kind))
        labels = interval_labels([-np.inf, *coder.cuts, np.inf], kind)
    labels = labels + after
    counts = np.bincount(coder.codes(table, j), weights, len(labels)).astype(np.float64)
    return ReferenceColumn(table.names[j], labels, counts, coder)


def _frequent_levels(table, j, weights, rule):
    """Return a coder of the frequent levels, and whether there are others."""
    codes, levels = table.levels(j)
    present = codes >= 0
    weights = None if weights is None else weights[present]
    is_frequent = rule.is_frequent(np.bincount(codes[present], weights, len(levels)))
    frequent = [level for level, keep in zip(levels, is_frequent, strict=True) if keep]
    return ReferenceLevels(frequent), not is_frequent.all()


def _equal_frequency_cuts(values, weights, n_bins, kind):
    """Return readable cuts between equal-frequency bins, increasing."""
    present = ~np.isnan(values)
    values, weights = values[present], None if weights is None else weights[present]
    if not len(values):
        return np.empty(0)
    starts = bin_starts(values, n_bins, weights)
    line = np.unique(values)
    return cut_values(line[np.searchsorted(line, starts) - 1], starts, kind)


# ---- counts of new samples


class NewCounts(NamedTuple):
    """Weight of some samples in each bin of each column.

    Attributes
    ----------
    counts : list of ndarray
        For each column (n_labels,) int64; for weighted samples (n_labels, n_limbs), exact sums.

    n_rows : int
    """

    counts: list[np.ndarray]
    n_rows: int

    def merged(self, other):
        """Return the merged counts."""
        both = zip(self.counts, other.counts, strict=True)
        return NewCounts([a + b for a, b in both], self.n_rows + other.n_rows)

    def rounded(self):
        """Return the counts of each column, (n_labels,) float64."""
        return [
            counts.astype(np.float64)
            if counts.ndim == 1
            else np.array([ExactSum(limbs).rounded for limbs in counts])
            for counts in self.counts
        ]


@dataclass(frozen=True)
class CountNew:
    """Map from new samples to their NewCounts, which is sent to where the samples are.

    Attributes
    ----------
    reference : Reference

    sample_weight : str or None
        Name of the column of weights, if it has one.

    is_weighted : bool

    n_jobs : int or None
    """

    reference: Reference
    sample_weight: str | None
    is_weighted: bool
    n_jobs: int | None

    def __call__(self, part):
        """Return the NewCounts of a part of a table."""
        with errors_that_name(part):
            if not isinstance(part.data, tuple):
                return self.count(part.data, self.sample_weight)
            X, *others = part.data
            return self.count(X, others[1] if len(others) > 1 else self.sample_weight)

    def count(self, X, sample_weight):
        """Return the NewCounts of samples in memory."""
        X, _, weight = columns_by_name(X, None, sample_weight)
        table = read_table(
            self.reference.estimator,
            self._features(X),
            reset=False,
            ensure_min_samples=0,
            accept_sparse=True,
        )
        weights = self._checked_weights(weight, table.shape[0])

        @delayed
        def counts_of(j):
            column = self.reference.columns[j]
            return _sums_by_code(column.coder.codes(table, j), weights, len(column.labels))

        counts = in_threads(map(counts_of, range(table.shape[1])), n_jobs=self.n_jobs)
        return NewCounts(counts, table.shape[0])

    def _features(self, X):
        if self.reference.is_scores and hasattr(X, "columns"):
            # A frame of one column has a name, which scores have not.
            return X.to_numpy()
        return without_columns(_with_columns(X), self.reference.named)

    def _checked_weights(self, weight, n_rows):
        """Return the weights of some rows, which may all be zero here; None without weights."""
        if not self.is_weighted:
            if weight is not None:
                raise ValueError("This chunk has weights, and the first one has none.")
            return None
        if weight is None:
            return np.ones(n_rows)
        weight = np.asarray(weight)
        return check_sample_weight(weight, n_rows) if weight.any() else np.zeros(n_rows)


def _sums_by_code(codes, weights, n_bins):
    """Return the number of rows with each code, or the exact sums of their weights."""
    if weights is None:
        return np.bincount(codes, minlength=n_bins)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(n_bins + 1))
    return sums_between(weights[order], _UNWEIGHTED, ends)


def count_new(reference, X, sample_weight, n_jobs, caller):
    """Return the weight of X in each bin, a float64 array for each column of a Reference.

    Parameters
    ----------
    reference : Reference

    X : array-like, dataframe, or table in parts

    sample_weight : array-like, str or None

    n_jobs : int or None

    caller : str
        Name for messages.

    Raises
    ------
    ValueError
        If X does not have the columns of the reference, or no row of positive weight.
    """
    X = _dask_table(X)
    name = sample_weight if isinstance(sample_weight, str) else None
    count = CountNew(reference, name, sample_weight is not None, n_jobs)
    if is_in_parts(X):
        # Weights that are not a column of a table are passed to its parts like y.
        parts = table_in_parts(X, sample_weight if name is None else None, sample_weight)
        _refuse_weights_beside_chunks(parts.sample_weight)
        head = parts.partitions.head()
        if isinstance(head, tuple) and len(head) == 3:
            count = replace(count, is_weighted=True)
        counts = parts.partitions.reduce(count, NewCounts.merged)
    else:
        counts = count.count(X, sample_weight)
    if counts is None or not counts.n_rows:
        raise ValueError(f"{caller} needs one new sample at least, and X_new has none.")
    rounded = counts.rounded()
    if not rounded[0].any():
        raise ValueError("sample_weight must have a positive entry, got zeros only.")
    return rounded


def _refuse_weights_beside_chunks(sample_weight):
    if sample_weight is not None and not isinstance(sample_weight, str):
        raise ValueError(
            "sample_weight of chunks is the name of a column, or a part of each chunk, (X, None, "
            f"sample_weight). Got {type(sample_weight).__name__}."
        )


def _dask_table(X):
    """Return a Dask series or array of one dimension as a table of one column, else X."""
    if type(X).__module__.partition(".")[0] != "dask" or X.ndim != 1:
        return X
    return X.to_frame(NAME_OF_SCORES) if hasattr(X, "to_frame") else X[:, None]
