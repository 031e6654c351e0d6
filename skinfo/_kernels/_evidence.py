"""What one table of counts tells: its information, what independence gives, how surprising it is.

The one path from counts to evidence: of `mutual_info_test` and of `InfoBottleneckSelector`.
"""

import numpy as np

from skinfo._kernels._draws import is_whole, small_table_pvalue
from skinfo._kernels._entropy import table_information
from skinfo._kernels._jit import kernel
from skinfo._kernels._null import remembered_moments

# Places of what `table_evidence` fills in.
INFORMATION, MEAN, VARIANCE, SMALL_PVALUE = range(4)
N_EVIDENCE = 4


@kernel
def table_evidence(counts, poisson, known, start, is_alone, evidence):
    """Fill in what a table of counts tells.

    Parameters
    ----------
    counts : ndarray of shape (n_levels, n_classes), dtype float64

    poisson : ndarray
        From `poisson_tables`.

    known, start : ndarray, int
        What `remembered_moments` remembers of tables with the same classes; or empty.

    is_alone : bool
        Whether the p-value of this table is asked for, not of several together.

    evidence : ndarray of shape (4,)
        In nats: N times plug-in information, its mean and variance over tables with the same
        margins; the p-value of `small_table_pvalue`, NaN where there is none.
    """
    table = without_empty(counts)
    evidence[:] = 0.0
    evidence[SMALL_PVALUE] = np.nan
    if min(table.shape) < 2:
        return
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    evidence[INFORMATION] = table_information(table) * columns.sum()
    evidence[MEAN], evidence[VARIANCE] = remembered_moments(
        rows, columns, poisson, is_whole(table), known, start
    )
    if is_alone:
        evidence[SMALL_PVALUE] = small_table_pvalue(table)


@kernel
def without_empty(counts):
    """Return the rows and columns that have any count."""
    has_row, has_column = counts.sum(axis=1) > 0.0, counts.sum(axis=0) > 0.0
    if has_row.all() and has_column.all():
        return counts
    kept = np.empty((has_row.sum(), has_column.sum()))
    i = 0
    for row in range(counts.shape[0]):
        if has_row[row]:
            j = 0
            for column in range(counts.shape[1]):
                if has_column[column]:
                    kept[i, j] = counts[row, column]
                    j += 1
            i += 1
    return kept
