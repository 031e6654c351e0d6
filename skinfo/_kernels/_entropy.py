"""x ln x, and the information that sums of it make."""

import math

import numpy as np

from skinfo._kernels._jit import inlined_kernel, kernel

# n ln n of counts is looked up as far as the second-level cache holds it.
N_LOOKED_UP = 16384


@kernel
def xlogx(x):
    """Return x ln x, with 0 ln 0 = 0."""
    return x * math.log(x) if x > 0.0 else 0.0


@kernel
def xlogx_table(n_looked_up):
    """Return n ln n for n = 0, 1, 2, ... below a number, at most N_LOOKED_UP of them."""
    table = np.empty(min(n_looked_up, N_LOOKED_UP))
    for n in range(table.shape[0]):
        table[n] = xlogx(float(n))
    return table


@inlined_kernel
def xlogx_of(count, table):
    """Return count ln count, looked up in an `xlogx_table` where it is there."""
    whole = int(count)
    if whole < table.shape[0] and whole == count:
        return table[whole]
    return xlogx(count)


@kernel
def table_information(counts):
    """Return plug-in I(row; column), in nats, of one contingency table.

    Each cell adds n_ij ln(n_ij N / (a_i b_j)). How far that ratio is from one is taken from the
    counts in other rows and columns: an independent table gives zero to rounding, and so does,
    to its own size, the information of few rows beside a cell of large weight.
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
            count = counts[i, j]
            if count > 0.0:
                # Of a constant row or column both products are zero.
                others = count * ((total - row_sum) - (column_sums[j] - count))
                apart = others - (row_sum - count) * (column_sums[j] - count)
                information += count * math.log1p(apart / (row_sum * column_sums[j]))
    return information / total
