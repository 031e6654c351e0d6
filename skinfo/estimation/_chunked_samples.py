"""Samples in chunks: contingency tables of columns and classes."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._as_source import as_source
from skinfo._counts._chunks import Chunks
from skinfo._counts._codes import refuse_fractions
from skinfo._counts._contingency import SparseContingency, is_dense
from skinfo._counts._evidence import smooth_evidence
from skinfo._counts._kinds import MOST_LEVELS, holds_levels
from skinfo._counts._partial_column import answers_to
from skinfo._counts._quantiles import (
    FINER,
    default_n_bins,
    equal_frequency_cuts,
    estimate_n_bins,
)
from skinfo._counts._summaries import CategoricalSummary
from skinfo.estimation._samples import column_mask, warn_of_guesses
from skinfo.utils._text import one_line


class ColumnTables(NamedTuple):
    """Contingency tables of one column and the classes; rows are levels or bins.

    Attributes
    ----------
    is_discrete : bool
        Whether rows are levels.

    tested : ndarray of shape (n_rows, n_classes)
        Counts in the bins of a test.

    estimated : ndarray of shape (n_rows, n_classes)
        Counts in the bins of an estimate.

    missing : ndarray of shape (n_classes,)
        Counts of missing values, which are in none of the tables.

    finer : ndarray of shape (n_rows, n_classes) or None
        Counts in the bins of smooth tests; None if the rows are not ordered.
    """

    is_discrete: bool
    tested: NDArray[np.float64]
    estimated: NDArray[np.float64]
    missing: NDArray[np.float64]
    finer: NDArray[np.float64] | None

    @property
    def smooth(self) -> NDArray[np.float64] | None:
        """`smooth_evidence`, (9,), or None if the rows are not ordered or too many."""
        if self.finer is None or not is_dense(self.finer.size, int(self.finer.sum())):
            return None
        with_missing = np.vstack([self.finer, self.missing])
        return smooth_evidence(with_missing, len(self.finer))

    @property
    def has_missing(self) -> bool:
        """Whether there are missing values."""
        return bool(self.missing.any())

    @property
    def n_present(self) -> float:
        """Weight of the values that are not missing."""
        return float(self.estimated.sum())

    @property
    def presence(self) -> NDArray[np.float64]:
        """Table (2, n_classes) of present and missing values."""
        return np.stack([self.estimated.sum(axis=0), self.missing])

    @property
    def class_counts(self) -> NDArray[np.float64]:
        """Counts of the classes, (n_classes,)."""
        counts: NDArray[np.float64] = self.presence.sum(axis=0)
        return counts

    def whole(
        self, table: NDArray[np.float64], missing_row: int = -1
    ) -> NDArray[np.float64] | SparseContingency:
        """Return one of the tables with a row for missing values; sparse if it is large.

        Parameters
        ----------
        table : ndarray of shape (n_rows, n_classes)

        missing_row : {-1, 0}, default=-1
            The order of rows must equal that of samples in memory, because it determines the
            rounding of sums over cells.
        """
        if self.has_missing:
            rows = [table, self.missing] if missing_row else [self.missing, table]
            table = np.vstack(rows)
        if is_dense(table.size, int(table.sum())):
            return table
        return SparseContingency.of_table(table)


def read_classes(
    X: Any, y: Any, sample_weight: Any, discrete_target: bool | str, caller: str
) -> Chunks:
    """Return chunks as a source with a ClassTarget.

    Raises
    ------
    ValueError
        If the target is continuous.
    """
    target_type = "auto"
    if not isinstance(discrete_target, str):
        target_type = "multiclass" if discrete_target else "continuous"
    source = as_source(X, y, sample_weight, caller=caller, target_type=target_type)
    assert isinstance(source, Chunks)
    if source.target_type == "continuous":
        raise ValueError(
            f"y is continuous, and {caller} of a continuous y needs all samples at once, but X "
            "comes in chunks. Bin y first, set discrete_target=True if its values are classes, or "
            "pass one table."
        )
    return source


def read_tables(
    source: Chunks, discrete_features: Any, caller: str, missing: str, n_jobs: int | None
) -> list[ColumnTables]:
    """Return the ColumnTables of every column.

    Parameters
    ----------
    source : Chunks
        The target is a ClassTarget.

    discrete_features : "auto", bool, or array-like of bool or int

    caller : str
        Name of the public function, for warnings.

    missing : {"separate", "drop", "raise"}

    n_jobs : int or None

    Raises
    ------
    ValueError
        If a discrete column contains numbers that are not integers, or missing values are not
        allowed.
    """
    n_features = source.n_features
    switch = "discrete_features"
    is_auto = isinstance(discrete_features, str)
    chosen = np.zeros(n_features, bool)
    if not is_auto:
        chosen = column_mask(discrete_features, n_features, switch)
    is_text = np.array([kind == "level" for kind in source.kinds])

    def tables_of(j: int, column: Any) -> ColumnTables:
        if isinstance(column, CategoricalSummary):
            _, counts = column.sorted()
            return ColumnTables(True, counts, counts, column.missing_sums, None)
        if not len(column):
            counts = np.empty((0, source.target.n_classes))
            return ColumnTables(True, counts, counts, column.missing_sums, None)
        if chosen[j] or (is_auto and _holds_levels(column)):
            positions, _ = column.firsts(len(column))
            refuse_fractions(_values(column, positions), source.names[j])
            counts = _counts_between(column, positions)
            return ColumnTables(True, counts, counts, column.missing_sums, counts)
        n = len(column)
        of_test = default_n_bins(n)
        tested, finer, estimated = answers_to(
            partial(_counts_in_bins, column, n_bins)
            for n_bins in (of_test, FINER * of_test, estimate_n_bins(n, True))
        )
        return ColumnTables(False, tested, estimated, column.missing_sums, finer)

    tables = source.map_columns(tables_of, is_text & (is_auto | chosen), n_jobs)
    if is_auto:
        guessed = [
            f"{name} ({switch})"
            for name, kind, table in zip(source.names, source.kinds, tables, strict=True)
            if kind == "integer" and not table.is_discrete
        ]
        warn_of_guesses(guessed, caller)
    for name, table in zip(source.names, tables, strict=True):
        _check_missing(table, name, missing)
    if missing == "drop":
        return [table._replace(missing=np.zeros_like(table.missing)) for table in tables]
    return tables


def _holds_levels(column: Any) -> bool:
    """Return whether a numeric column is discrete by the rule of `Table.is_discrete`."""
    if column.kind == "boolean":
        return True
    positions, is_all = column.firsts(MOST_LEVELS - 1)
    if column.kind not in ("integer", "number") or not is_all:
        return False
    return bool(holds_levels(_values(column, positions)))


def _values(column: Any, positions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the distinct values of a column, given the positions at which the value changes."""
    if not len(positions):
        mean: NDArray[np.float64] = column.means(positions)
        return mean  # there is one value only
    before, at = column.values_around(positions)
    return np.append(before[:1], at)


def _counts_in_bins(column: Any, n_bins: int) -> NDArray[np.float64]:
    """Return the counts of the classes in equal-frequency bins."""
    return _counts_between(column, equal_frequency_cuts(column, n_bins))


def _counts_between(column: Any, positions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the counts of the classes between split points, (n_positions + 1, n_classes)."""
    counts: NDArray[np.float64] = np.diff(column.sums_before(positions), axis=0)
    return counts


def _check_missing(table: ColumnTables, name: str, missing: str) -> None:
    if missing == "raise" and table.has_missing:
        raise ValueError(
            f"{one_line(name)} has missing values, and missing='raise'. Use missing='separate' or "
            "'drop', or impute them."
        )
    if missing == "drop" and not table.n_present:
        raise ValueError(
            f"{one_line(name)} has no value that is not missing in a row of positive weight. "
            "Leave the column out, or use missing='separate'."
        )
