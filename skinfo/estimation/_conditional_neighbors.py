"""Neighbour estimates of conditional information in one stratum."""

import numpy as np

from skinfo._counts._codes import row_codes
from skinfo.estimation._continuous import (
    ATOM_NEIGHBORS,
    ATOM_SHARE,
    DiscreteTarget,
    auto_information,
)
from skinfo.estimation._knn_tree import ksg_conditional, mixed_conditional
from skinfo.estimation._ranks import RankedColumn, even_normal_scores, untied_order


def on_ranks(x, y, z, n_neighbors):
    """Return the estimate that suits the columns best, on normal ranks, in one stratum.

    Given nothing, that of `mutual_info`. Else Frenzel and Pompe's where x and y are
    continuous, tied rows put in a fixed order that knows nothing of the other columns; but
    where x or y is discrete, or holds a value so often that its ties would be too much
    noise, Mesner and Shalizi's, which takes ties as such.

    Parameters
    ----------
    x, y : ndarray of shape (n_rows,)
        Codes if integers.

    z : ndarray of shape (n_rows, n_continuous), dtype float64

    n_neighbors : int

    Returns
    -------
    information : float
        In nats.
    """
    if is_constant(x) or is_constant(y):
        return 0.0
    z = [column for column in z.T if not is_constant(column)]
    continuous = [column for column in (x, y) if column.dtype.kind == "f"]
    if continuous and not z:
        return _unconditional(x, y, n_neighbors)
    columns = [RankedColumn(column) for column in (*continuous, *z)]
    least = max(ATOM_NEIGHBORS * n_neighbors, ATOM_SHARE * len(x))
    if len(continuous) == 2 and not any(column.atoms(least).any() for column in columns):
        x, y, *z = _untied_scores(columns)
        return ksg_conditional(x, y, np.column_stack(z), n_neighbors)
    x, y = (_scores(column) if column.dtype.kind == "f" else column for column in (x, y))
    return mixed_conditional(x, y, _stacked([_scores(c) for c in z], len(x)), n_neighbors)


def _unconditional(x, y, n_neighbors):
    """Return what `mutual_info` gives x and y, one of them continuous at least."""
    if x.dtype.kind != "f":
        x, y = y, x
    is_continuous = y.dtype.kind == "f"
    target = RankedColumn(y) if is_continuous else DiscreteTarget(y, y.max() + 1)
    return auto_information(x, target, n_neighbors)


def is_constant(values):
    return bool((values == values[0]).all())


def mixed_as_given(x, y, z, n_neighbors):
    """Return Mesner and Shalizi's estimate on the values as given."""
    return mixed_conditional(x, y, _stacked(z.T, len(x)), n_neighbors)


def _stacked(columns, n):
    """Return columns as (n, n_columns), and as a constant where there is none."""
    return np.column_stack(columns) if len(columns) else np.zeros((n, 1))


def _scores(values):
    """Return normal scores (n_samples,), ties at the score of their mean rank."""
    column = RankedColumn(values)
    scores = np.empty(len(column))
    scores[column.order] = column.scores_line
    return scores


def _untied_scores(columns):
    """Return normal scores of sorted columns, tied rows in an arbitrary but fixed order."""
    # Rows alike in all columns are as good as each other: the order of rows leaves no trace.
    if any(column.has_ties for column in columns):
        rows = RankedColumn(row_codes([column.runs for column in columns]))
    else:
        rows = columns[0]
    scores = np.empty((len(columns), len(rows)))
    for salt, (column, score) in enumerate(zip(columns, scores, strict=True)):
        score[untied_order(column, rows, salt)] = even_normal_scores(len(rows))
    return scores
