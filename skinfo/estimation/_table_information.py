"""Mutual information of one contingency table, by any estimator."""

import numpy as np

from skinfo._counts._contingency import (
    DENSE_CELLS,
    MOST_PAIRS,
    SparseContingency,
    longer_first,
    null_moments_of,
)
from skinfo._counts._evidence import plugin_information
from skinfo._kernels._null import expected_information, null_moments, poisson_tables
from skinfo.estimation._entropy_estimators import ENTROPY_ESTIMATORS, UNIFORM_WEIGHTS
from skinfo.utils._sums import ordered_sum


def information_from_counts(counts, estimator):
    """Estimate I(row; column) from a contingency table, in nats.

    Parameters
    ----------
    counts : array-like of shape (n_rows, n_columns), or SparseContingency
        Non-negative. Empty rows and columns are omitted.

    estimator : str
        A name of ``INFORMATION_ESTIMATORS``.

    Returns
    -------
    information : float
        Bit-identical for any order of rows and columns, and for the transposed table. Exactly zero
        if a margin is constant; otherwise a corrected estimate may be negative.

    Raises
    ------
    ValueError
        If the estimator needs integer counts and a count is not an integer.
    """
    cells = counts if isinstance(counts, SparseContingency) else SparseContingency.of_table(counts)
    if min(len(cells.row_sums), len(cells.column_sums)) <= 1:
        return 0.0
    return INFORMATION_ESTIMATORS[estimator](cells)


def emi(cells):
    """Return the plug-in minus its mean over all tables with these margins.

    Vinh, N. X., Epps, J. and Bailey, J. (2010), JMLR 11, 2837-2854, eq. 24. For counts that are
    not integers the mean is a smooth approximation.
    """
    return plugin_information(cells) - mean_under_independence(cells)


def mean_under_independence(cells):
    """Return the mean of plug-in information over all tables with these margins, in nats."""
    rows, columns = longer_first(cells.row_sums, cells.column_sums)
    is_whole = bool(np.all(cells.counts % 1 == 0))
    if is_whole and (
        cells.size <= MOST_PAIRS or len(np.unique(rows)) * len(np.unique(columns)) <= MOST_PAIRS
    ):
        return float(expected_information(rows, columns))
    if not is_whole and cells.size <= DENSE_CELLS:
        return float(null_moments(rows, columns, poisson_tables(), False)[0]) / cells.total
    return null_moments_of(cells)[0] / cells.total


def _from_entropies(entropy, *, all_cells=False):
    """Return I = H(row) + H(column) - H(row, column), each by one entropy estimator.

    The result is limited to H(row) and H(column). The possible cells are the observed ones, as in
    `discrete_entropy` without `n_categories`, or, with `all_cells`, all pairs of a row and a
    column.
    """

    def information(cells):
        # The rows and columns of the table are those that occur.
        rows = entropy(cells.row_sums, len(cells.row_sums))
        columns = entropy(cells.column_sums, len(cells.column_sums))
        both = entropy(cells.counts, cells.size if all_cells else None)
        return min(rows + columns - both, rows, columns)

    return information


def _from_shrunk_proportions(uniform_weight):
    """Return the function for the information of the shrunk joint proportions.

    All entropies are of one distribution, so the result is non-negative, which it need not be for
    three separately shrunk entropies. R's ``mi.shrink`` and ``mi.Dirichlet`` do the same.
    """

    def information(cells):
        if cells.size > DENSE_CELLS:
            weight = uniform_weight(cells.counts, cells.total, cells.size)
            return _mixed_information(cells, weight)
        counts = cells.dense()
        weight = uniform_weight(counts, cells.total, cells.size)
        mixed = weight / cells.size + (1 - weight) * counts / cells.total
        return plugin_information(SparseContingency.of_table(mixed))

    return information


def _mixed_information(cells, weight):
    """Return the information of ``weight / size + (1 - weight) counts / total`` over all cells.

    If all cells were empty, the sum over them would separate into sums over both margins; the
    terms of the observed cells are then corrected.
    """
    unseen = weight / cells.size
    seen = unseen + (1 - weight) * cells.counts / cells.total
    rows = weight / len(cells.row_sums) + (1 - weight) * cells.row_sums / cells.total
    columns = weight / len(cells.column_sums) + (1 - weight) * cells.column_sums / cells.total
    apart = rows[cells.row] * columns[cells.column]
    terms = seen * np.log(seen / apart) - unseen * np.log(unseen / apart)
    logs = (len(columns) * ordered_sum(np.log(rows)), len(rows) * ordered_sum(np.log(columns)))
    as_unseen = unseen * (cells.size * np.log(unseen) - sum(sorted(logs)))
    return max(float(ordered_sum(terms) + as_unseen), 0.0)


# Functions of a SparseContingency with at least two rows and columns that return nats.
INFORMATION_ESTIMATORS = {
    "emi": emi,
    **{name: _from_entropies(entropy) for name, entropy in ENTROPY_ESTIMATORS.items()},
    **{name: _from_shrunk_proportions(weight) for name, weight in UNIFORM_WEIGHTS.items()},
    # Miller and Madow's K is the number of observed cells, as published; NSB is designed for a
    # known K, and was measured with it (benchmarks/estimator_bias.py).
    "nsb": _from_entropies(ENTROPY_ESTIMATORS["nsb"], all_cells=True),
    "plugin": plugin_information,
}
