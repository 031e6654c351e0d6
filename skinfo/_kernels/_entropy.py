"""x ln x, and the information that sums of it make."""

import math

import numpy as np

from skinfo._kernels._jit import kernel


@kernel
def xlogx(x):
    """Return x ln x, with 0 ln 0 = 0."""
    return x * math.log(x) if x > 0.0 else 0.0


@kernel
def table_information(counts):
    """Return plug-in I(row; column), in nats, of one contingency table.

    Each cell adds n_ij ln(n_ij N / (a_i b_j)), so that an independent table
    gives zero to rounding instead of a difference of large entropies.
    """
    n_rows, n_columns = counts.shape
    column_sums = np.zeros(n_columns)
    total = 0.0
    for i in range(n_rows):
        for j in range(n_columns):
            column_sums[j] += counts[i, j]
            total += counts[i, j]
    if total <= 0.0:
        return 0.0
    information = 0.0
    for i in range(n_rows):
        row_sum = 0.0
        for j in range(n_columns):
            row_sum += counts[i, j]
        for j in range(n_columns):
            if counts[i, j] > 0.0:
                # A constant row or column makes this ratio exactly one.
                ratio = (counts[i, j] * total) / (row_sum * column_sums[j])
                information += counts[i, j] * math.log(ratio)
    return information / total
