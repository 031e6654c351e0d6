"""Columns and target of samples in memory, with their missing values."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import scipy.sparse as sp
from sklearn.utils import check_array, check_consistent_length

from skinfo._counts._as_source import is_in_parts
from skinfo._counts._codes import Codes, encode_columns, row_codes
from skinfo._counts._contingency import contingency_table, dense_tables, is_dense
from skinfo._counts._kinds import MOST_LEVELS, kind_of, numbers_of
from skinfo._counts._source import columns_by_name
from skinfo._counts._table import Table, refuse_lazy, table_of
from skinfo._counts._target import class_codes, infer_continuous, read_column, refuse_missing
from skinfo.estimation._continuous import DiscreteTarget, RankedColumn
from skinfo.estimation._estimators import refuse_infinite
from skinfo.utils._text import listed, one_line, short_repr
from skinfo.utils._validation import check_frequency_weights, finiteness_check
from skinfo.utils._warnings import warn_caller

MISSING = ("separate", "drop", "raise")


@dataclass(frozen=True)
class Samples:
    """Columns of X with the mask of discrete ones, and a target.

    Attributes
    ----------
    table : Table

    discrete : ndarray of shape (n_features,), dtype bool

    y : ndarray of shape (n_samples,) or (n_samples, n_dimensions)
        Class codes (int64) of a discrete target, values (float64) of a continuous one.

    n_classes : int or None
        None for a continuous target.

    weights : ndarray of shape (n_samples,) or None
        Positive: rows of weight zero are dropped.

    rows : ndarray of shape (n_samples,), dtype int64, or slice
        Indices of the samples among the given rows of X.

    n_given : int
        Number of given rows of X.
    """

    table: Table
    discrete: np.ndarray
    y: np.ndarray
    n_classes: int | None
    weights: np.ndarray | None
    rows: np.ndarray | slice
    n_given: int
    _tables: list = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def n(self):
        """Number of samples, or sum of weights."""
        return len(self.y) if self.weights is None else float(self.weights.sum())

    @property
    def n_features(self):
        """Number of columns."""
        return self.table.shape[1]

    def codes(self, n_jobs=None):
        """Return the CodedColumns of the discrete columns."""
        return encode_columns(self.table.select(np.flatnonzero(self.discrete)), n_jobs=n_jobs)

    def tables(self, n_jobs=None):
        """Return the contingency table of each discrete column and the classes, cached.

        A table is an array (n_levels, n_classes) or a SparseContingency.
        """
        if not self._tables:
            self._tables.extend(self._counted(n_jobs))
        return self._tables

    def _counted(self, n_jobs):
        if self._bytes is not None and self._is_dense(256):
            n_levels = int(self._bytes.max()) + 1
            counts = self._count(self._bytes, n_levels, n_jobs)
            return list(counts)
        coded = self.codes(n_jobs)
        codes, n_levels = coded
        if codes.dtype == np.uint8 and self._is_dense(int(n_levels.max())):
            counts = self._count(codes.T, int(n_levels.max()), n_jobs)
            return [table[:levels] for table, levels in zip(counts, n_levels, strict=True)]
        return [
            contingency_table(column, self.classes, self.weights) for column in coded.columns()
        ]

    def _is_dense(self, n_levels):
        return is_dense(n_levels * self.n_classes, len(self.y))

    @property
    def classes(self):
        """Codes of a discrete target."""
        return Codes(self.y, self.n_classes)

    @property
    def is_block(self):
        """Whether the target is multidimensional."""
        return self.y.ndim == 2

    def take(self, columns, rows):
        """Return the Samples of some columns and rows, given by indices."""
        table = self.table.select(columns).take(rows)
        weights = None if self.weights is None else self.weights[rows]
        return replace(
            self,
            table=table,
            discrete=self.discrete[columns],
            y=self.y[rows],
            weights=weights,
            rows=np.arange(self.n_given)[self.rows][rows],
        )

    def values(self, j, finite=False):
        """Return a continuous column (n_samples,) float64, missing as NaN.

        Raises
        ------
        ValueError
            If a value is infinite although `finite` is true.
        """
        values = self.table.numbers(j)
        if finite:
            refuse_infinite(values, self.table.names[j])
        return values

    def n_ordered(self, j, n_levels):
        """Return the number of leading levels of a discrete column in the order of its values.

        Missing values, if there are any, are the last level.
        """
        if not self.table.is_sparse and not self.table.is_numeric(j):
            return 0
        if self.table.integers(j) is not None:
            return n_levels
        return n_levels - bool(np.isnan(self.table.numbers(j)).any())

    @property
    def _bytes(self):
        """Return the array of X if it is of bytes, which are codes already."""
        data = self.table.bytes()
        return data if data is not None and self.discrete.all() else None

    def _count(self, codes, n_levels, n_jobs):
        return dense_tables(codes, n_levels, self.classes, self.weights, n_jobs=n_jobs)


def read_samples(X, y, *, discrete_features, discrete_target, sample_weight, caller, guesses=None):
    """Validate X, y and weights, and determine which columns are discrete.

    Parameters
    ----------
    X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)

    y : array-like of shape (n_samples,)

    discrete_features : "auto", bool, or array-like of bool or int

    discrete_target : "auto" or bool

    sample_weight : array-like of shape (n_samples,) or None

    caller : str
        Name of the public function, for messages.

    guesses : list or None, default=None
        List to extend with the columns whose kind is a guess. None: warn about them.

    Returns
    -------
    samples : Samples
    """
    switch = "discrete_features"
    refuse_chunks(X, caller)
    X, y, sample_weight = columns_by_name(X, y, sample_weight)
    table = table_of(X, caller=caller, accept_sparse=True, switch=switch)
    outputs = _outputs(y, caller)
    n_given = table.shape[0]
    check_consistent_length(np.empty((n_given, 0)), outputs[0])
    weights = None if sample_weight is None else check_frequency_weights(sample_weight, n_given)
    rows = slice(None)
    if weights is not None and not weights.all():
        rows = np.flatnonzero(weights)
        table, weights = table.take(rows), weights[rows]
    discrete, guessed = discrete_mask(table, discrete_features, switch)
    y, n_classes, is_guess = _read_target([output[rows] for output in outputs], discrete_target)
    guessed += ["y (discrete_target)"] * is_guess
    if guesses is None:
        warn_of_guesses(guessed, caller)
    else:
        guesses += guessed
    if table.is_sparse and not discrete.all():
        raise ValueError(
            "Sparse X is taken for discrete columns only; convert continuous ones with "
            f"X.toarray(). Got discrete_features={short_repr(discrete_features)}."
        )
    return Samples(table, discrete, y, n_classes, weights, rows, n_given)


def refuse_chunks(X, caller, name="X"):
    """Raise ValueError if a table is in chunks, TypeError if it can be converted to one table."""
    if is_in_parts(X):
        refuse_lazy(X)
        raise ValueError(
            f"{caller} needs all samples at once, but {name} comes in chunks. Pass one table, "
            "such as pandas.concat(chunks)."
        )


def _outputs(y, caller):
    """Return the columns of y, each with its dtype in a data frame."""
    y = y.toarray() if sp.issparse(y) else y
    if np.ndim(y) != 2 or np.shape(y)[1] < 2:
        return [read_column(y, caller)]
    frame = nw.from_native(y, eager_only=True, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        return [read_column(series.to_numpy(), caller) for series in frame.iter_columns()]
    return [read_column(output, caller) for output in np.asanyarray(y).T]


class _SampledTarget(NamedTuple):
    """Target of samples in memory.

    Attributes
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_dimensions)
        For several columns of classes, the codes (int64) of their combinations as one target; for
        several columns with numbers, a block (float64).

    n_classes : int or None
        None for numbers.

    is_guess : bool
        Whether the kind was inferred from integers with many values.
    """

    y: np.ndarray
    n_classes: int | None
    is_guess: bool


def _read_target(outputs, discrete_target):
    """Return the _SampledTarget of the columns of y."""
    are_continuous, guesses = [], []
    for output in outputs:
        refuse_missing(output)
        is_continuous, is_guess = not discrete_target, False
        if isinstance(discrete_target, str):  # "auto"
            is_continuous, is_guess = infer_continuous(output)
        are_continuous.append(is_continuous)
        guesses.append(is_guess)
    if not any(are_continuous):
        codes = row_codes([class_codes(output)[0] for output in outputs])
        return _SampledTarget(codes, int(codes.max(initial=-1)) + 1, any(guesses))
    if len(outputs) == 1:
        return _SampledTarget(_continuous_target(outputs[0]), None, any(guesses))
    block = np.column_stack([_continuous_target(output) for output in outputs])
    with finiteness_check():
        block = check_array(block, input_name="y")
    return _SampledTarget(block, None, any(guesses))


def discrete_mask(table, discrete_features, switch):
    """Return the mask of discrete columns, (n_features,), and the guessed ones, for a warning.

    Parameters
    ----------
    table : Table

    discrete_features : "auto", bool, or array-like of bool or int

    switch : str
        Name of the public parameter.
    """
    n_features = table.shape[1]
    if isinstance(discrete_features, str):  # "auto"
        mask = np.array([table.is_discrete(j) for j in range(n_features)])
        # Integers with many values may be identifiers; floats are numbers.
        guessed = [j for j in np.flatnonzero(~mask) if table.kind(j) == "integer"]
        return mask, [f"{one_line(table.names[j])} ({switch})" for j in guessed]
    return column_mask(discrete_features, n_features, switch), []


def warn_of_guesses(guessed, caller):
    """Issue one warning about the integer columns whose kind is a guess."""
    if guessed:
        warn_caller(
            f"{caller} takes integers of more than {MOST_LEVELS} different values for numbers, "
            f"not for levels: {listed(guessed, len(guessed), brackets='')}. Set the parameter in "
            "brackets to say which they are."
        )


def column_mask(discrete, n_features, switch):
    """Return the mask (n_features,) for a bool, a mask or column indices."""
    chosen = np.asarray(discrete)
    if chosen.ndim == 0:
        return np.full(n_features, bool(chosen))
    if chosen.dtype == bool:
        if chosen.shape != (n_features,):
            raise ValueError(
                f"{switch} as a mask must have one entry a column, got {chosen.shape} for "
                f"{n_features} columns."
            )
        return chosen
    if (
        chosen.dtype.kind not in "iu"
        or chosen.min(initial=0) < -n_features
        or chosen.max(initial=0) >= n_features
    ):
        raise ValueError(
            f"{switch} must be 'auto', a bool, a mask or column numbers below {n_features}, got "
            f"{short_repr(discrete)}."
        )
    mask = np.zeros(n_features, bool)
    mask[chosen] = True
    return mask


def _continuous_target(y):
    if kind_of(y) == "level":
        raise ValueError(
            f"A continuous target must hold numbers, got {short_repr(y.tolist()[0])}. "
            "Pass discrete_target=True."
        )
    return numbers_of(y, "y")


def prepared_target(samples):
    """Return the target in the form that estimators for continuous columns expect."""
    if samples.is_block:
        return samples.y
    if samples.n_classes is None:
        return RankedColumn(samples.y)
    return DiscreteTarget(samples.y, samples.n_classes)


class SamplesOfColumns(NamedTuple):
    """Columns whose information is estimated from the same samples.

    Attributes
    ----------
    columns, rows : ndarray of int64

    samples : Samples
        Samples of these columns and rows.
    """

    columns: np.ndarray
    rows: np.ndarray
    samples: Samples


def parts_by_missing(samples, missing):
    """Yield SamplesOfColumns, one for each set of columns with the same rows.

    Parameters
    ----------
    samples : Samples

    missing : {"separate", "drop", "raise"}
        With "drop", columns with missing values in the same rows are together, without these rows.

    Raises
    ------
    ValueError
        If `missing` is "raise" and there are missing values, or "drop" and a column has no value.
    """
    if missing == "raise":
        refuse_missing_values(samples.table)
    columns_of, rows_of = {}, {}
    for j in range(samples.n_features) if missing == "drop" else ():
        gone = missing_values(samples.table, j)
        key = np.packbits(gone).tobytes()
        columns_of.setdefault(key, []).append(j)
        rows_of.setdefault(key, np.flatnonzero(~gone))
    if all(len(rows) == len(samples.y) for rows in rows_of.values()):
        yield SamplesOfColumns(np.arange(samples.n_features), np.arange(len(samples.y)), samples)
        return
    for key, columns in columns_of.items():
        rows = rows_of[key]
        if len(rows) == 0:
            raise ValueError(
                f"{one_line(samples.table.names[columns[0]])} has no value that is not missing in "
                "a row of positive weight. Leave the column out, or use missing='separate'."
            )
        yield SamplesOfColumns(np.array(columns), rows, samples.take(np.array(columns), rows))


def missing_values(table, j):
    """Return the mask of missing values of column j, (n_samples,)."""
    if table.integers(j) is not None:
        return np.zeros(table.shape[0], bool)
    if table.is_numeric(j):
        return np.isnan(table.numbers(j))
    return table.levels(j)[0] < 0


def refuse_missing_values(table):
    """Raise ValueError if a column has missing values."""
    for j in range(table.shape[1]):
        n_missing = np.count_nonzero(missing_values(table, j))
        if n_missing:
            raise has_missing_values(table.names[j], n_missing)


def has_missing_values(name, n_missing):
    """Return the ValueError for a column with missing values."""
    return ValueError(
        f"{one_line(name)} has {n_missing} missing value(s), and missing='raise'. Use "
        "missing='separate' or 'drop', or impute them."
    )
