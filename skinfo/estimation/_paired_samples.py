"""Two samples with the same columns: counts of their joint categories, or their values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._codes import refuse_fractions, row_codes
from skinfo._counts._source import columns_by_name
from skinfo._counts._table import Table, as_columns, table_of
from skinfo.estimation._divergence_estimators import PairedCounts
from skinfo.estimation._entropy_estimators import check_n_categories
from skinfo.estimation._estimators import refuse_infinite, refuse_weights
from skinfo.estimation._samples import missing_values, refuse_chunks, refuse_missing_values
from skinfo.utils._text import one_line, short_repr
from skinfo.utils._validation import check_frequency_weights


@dataclass(frozen=True)
class PairedSamples:
    """Two samples with the same columns.

    Attributes
    ----------
    tables : list of two Table

    weights : list of two (ndarray or None)
    """

    tables: list[Table]
    weights: list[NDArray[np.float64] | None]

    @property
    def is_discrete(self) -> bool:
        """Whether all columns of both samples are discrete.

        Raises
        ------
        ValueError
            If some columns are discrete and others are not.
        """
        columns = range(self.tables[0].shape[1])
        found = [
            all(table.is_discrete(j) for table in _with_values(self.tables, j)) for j in columns
        ]
        if any(found) and not all(found):
            names = [self.tables[0].names[j] for j in columns]
            raise ValueError(
                f"{one_line(names[found.index(True)])} is discrete and "
                f"{one_line(names[found.index(False)])} is continuous. Bin the continuous "
                "columns, or set discrete=False or True for all."
            )
        return all(found)

    def counts(self, missing: str, n_categories: int | None) -> PairedCounts:
        """Return the counts of each category, a distinct row, in both samples.

        Parameters
        ----------
        missing : {"separate", "drop", "raise"}

        n_categories : int or None
        """
        if missing == "raise":
            for table in self.tables:
                refuse_missing_values(table)
        columns = range(self.tables[0].shape[1])
        codes = row_codes([_joint_codes(self.tables, j) for j in columns])
        of_each = np.split(codes, [self.tables[0].shape[0]])
        counts = []
        for table, weight, rows in zip(self.tables, self.weights, of_each, strict=True):
            if missing == "drop":
                gone = np.any([missing_values(table, j) for j in columns], axis=0)
                rows, weight = rows[~gone], None if weight is None else weight[~gone]
            counts.append(np.bincount(rows, weight, int(codes.max()) + 1).astype(np.float64))
            if not counts[-1].any():
                raise ValueError(
                    "A sample has a missing value in every row of positive weight: missing='drop' "
                    "leaves none."
                )
        first, second = np.array(counts)[:, np.any(counts, axis=0)]
        if n_categories is not None:
            n_categories = check_n_categories(n_categories, len(first))
        return PairedCounts(first, second, n_categories)

    def values(self, n_neighbors: int) -> list[NDArray[np.float64]]:
        """Return the rows of both samples, each (n_samples, n_columns) float64.

        Raises
        ------
        ValueError
            If values are missing or infinite, there are weights, or there are too few rows.
        """
        if any(weight is not None for weight in self.weights):
            refuse_weights(self.tables[0].names[0])
        samples = []
        for table in self.tables:
            refuse_missing_values(table)
            columns = [table.numbers(j) for j in range(table.shape[1])]
            for column, name in zip(columns, table.names, strict=True):
                refuse_infinite(column, name)
            samples.append(np.column_stack(columns))
        n_rows = min(len(samples[0]) - 1, len(samples[1]) - 1)
        if n_rows < n_neighbors:
            raise ValueError(
                f"n_neighbors={n_neighbors} needs more rows than that in each sample, got "
                f"{len(samples[0])} and {len(samples[1])}. Lower n_neighbors."
            )
        return samples


def read_paired_samples(
    X: Any, Y: Any, X_weight: Any, Y_weight: Any, caller: str
) -> PairedSamples:
    """Validate two samples and their weights, and return them.

    Raises
    ------
    ValueError
        If their columns differ, or one is a table in chunks.
    """
    tables, weights = [], []
    for name, sample, weight in (("X", X, X_weight), ("Y", Y, Y_weight)):
        refuse_chunks(sample, caller, name)
        sample, _, weight = columns_by_name(sample, None, weight)
        table = table_of(as_columns(sample), caller=caller)
        tables.append(table.rename([name]) if table.names == ["x0"] else table)
        n_rows = table.shape[0]
        weights.append(None if weight is None else check_frequency_weights(weight, n_rows))
    _refuse_unlike_columns(tables)
    return PairedSamples(tables, weights)


def _refuse_unlike_columns(tables: list[Table]) -> None:
    first, second = (table.shape[1] for table in tables)
    if first != second:
        raise ValueError(f"X and Y must have the same columns, got {first} and {second}.")
    if first > 1 and tables[0].frame is not None and tables[1].frame is not None:
        for j, (of_x, of_y) in enumerate(zip(*(table.names for table in tables), strict=True)):
            if of_x != of_y:
                raise ValueError(
                    f"X and Y must have the same columns, and column {j} is {short_repr(of_x)} in "
                    f"X and {short_repr(of_y)} in Y."
                )


def _with_values(tables: Sequence[Table], j: int) -> list[Table]:
    """Return the tables whose column j has a value: a column of missing values has no kind."""
    return [table for table in tables if not missing_values(table, j).all()]


def _joint_codes(tables: Sequence[Table], j: int) -> NDArray[np.int64]:
    """Return the codes of column j for the rows of the first table, then of the second."""
    is_numeric = {table.is_numeric(j) for table in _with_values(tables, j)}
    if len(is_numeric) > 1:
        raise ValueError(
            f"{one_line(tables[0].names[j])} holds numbers in one sample and levels in the other. "
            "Convert them to one type."
        )
    if False not in is_numeric:
        numbers = np.concatenate([table.numbers(j) for table in tables])
        if all(table.kind(j) not in ("date", "duration") for table in tables):
            refuse_fractions(numbers, tables[0].names[j])
        # np.unique treats missing values as equal.
        return np.unique(numbers, return_inverse=True)[1]
    code_of: dict[Any, int] = {}
    parts = []
    for table in tables:
        codes, levels = table.levels(j)
        known = [code_of.setdefault(level, len(code_of) + 1) for level in levels]
        parts.append(np.array([*known, 0])[codes])
    return np.concatenate(parts)
