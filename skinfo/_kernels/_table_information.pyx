"""Plug-in information of a contingency table."""

from libc.math cimport log1p
from libc.stdlib cimport free, malloc


def table_information(const double[:, ::1] counts):
    """Return plug-in I(row; column), in nats, of one contingency table."""
    cdef double information
    cdef Py_ssize_t n_rows = counts.shape[0]
    cdef Py_ssize_t n_columns = counts.shape[1]
    cdef double *column_sums
    if n_rows == 0 or n_columns == 0:
        return 0.0
    # malloc, since creating an array would take longer than a small table does.
    column_sums = <double *>malloc(n_columns * sizeof(double))
    if column_sums == NULL:
        raise MemoryError
    with nogil:
        information = information_of_table(&counts[0, 0], n_rows, n_columns, column_sums)
    free(column_sums)
    return information


cdef double information_of_table(
    const double *counts, Py_ssize_t n_rows, Py_ssize_t n_columns, double *column_sums
) noexcept nogil:
    """Return plug-in I(row; column), in nats, of one contingency table.

    The sum of n_ij ln(n_ij N / (a_i b_j)) over cells, divided by N. The ratio minus one is
    computed from the counts outside row i and column j, as a 2 x 2 determinant

        n_ij n_rest - n_i,rest n_rest,j = n_ij N - a_i b_j,

    and enters by log1p. So nothing cancels: independent tables give zero to rounding, and the
    information of few samples next to a very heavy cell is accurate relative to its own size.

    Parameters
    ----------
    counts : (n_rows, n_columns)

    column_sums : (n_columns,)
        Memory; receives the sums.
    """
    cdef Py_ssize_t i, j
    cdef const double *row
    cdef double row_sum, others, difference
    cdef double total = 0.0
    cdef double information = 0.0
    for j in range(n_columns):
        column_sums[j] = 0.0
    for i in range(n_rows):
        row = counts + i * n_columns
        for j in range(n_columns):
            column_sums[j] += row[j]
            total += row[j]
    if total <= 0.0:  # no samples
        return 0.0
    for i in range(n_rows):
        row = counts + i * n_columns
        row_sum = 0.0
        for j in range(n_columns):
            row_sum += row[j]
        for j in range(n_columns):
            if row[j] > 0.0:
                # Both products are zero if there is only one row or column.
                others = row[j] * ((total - row_sum) - (column_sums[j] - row[j]))
                difference = others - (row_sum - row[j]) * (column_sums[j] - row[j])
                information += row[j] * log1p(difference / (row_sum * column_sums[j]))
    return information / total
