"""x ln x, and the information that sums of it make."""

from libc.math cimport log1p

import numpy as np

# n ln n of counts is looked up as far as the second-level cache holds it.
N_LOOKED_UP = 16384


def xlogx_table(Py_ssize_t n_looked_up):
    """Return n ln n for n = 0, 1, 2, ... below a number, at most N_LOOKED_UP of them."""
    cdef Py_ssize_t n
    table = np.empty(min(n_looked_up, N_LOOKED_UP))
    cdef double[::1] values = table
    with nogil:
        for n in range(values.shape[0]):
            values[n] = xlogx(n)
    return table


def table_information(const double[:, ::1] counts):
    """Return plug-in I(row; column), in nats, of one contingency table."""
    cdef double information
    cdef double[::1] column_sums = np.empty(counts.shape[1])
    with nogil:
        information = information_of_table(counts, column_sums)
    return information


cdef double information_of_table(
    const double[:, ::1] counts, double[::1] column_sums
) noexcept nogil:
    """Return plug-in I(row; column), in nats, of one contingency table.

    Each cell adds n_ij ln(n_ij N / (a_i b_j)). How far that ratio is from one is taken from the
    counts in other rows and columns: an independent table gives zero to rounding, and so does,
    to its own size, the information of few rows beside a cell of large weight.

    Parameters
    ----------
    counts : (n_rows, n_columns)

    column_sums : (n_columns,)
        Room to work in.
    """
    cdef Py_ssize_t i, j
    cdef double row_sum, count, others, apart
    cdef double total = 0.0
    cdef double information = 0.0
    for j in range(counts.shape[1]):
        column_sums[j] = 0.0
    for i in range(counts.shape[0]):
        for j in range(counts.shape[1]):
            column_sums[j] += counts[i, j]
            total += counts[i, j]
    if total <= 0.0:
        return 0.0
    for i in range(counts.shape[0]):
        row_sum = 0.0
        for j in range(counts.shape[1]):
            row_sum += counts[i, j]
        for j in range(counts.shape[1]):
            count = counts[i, j]
            if count > 0.0:
                # Of a constant row or column both products are zero.
                others = count * ((total - row_sum) - (column_sums[j] - count))
                apart = others - (row_sum - count) * (column_sums[j] - count)
                information += count * log1p(apart / (row_sum * column_sums[j]))
    return information / total
