"""Products with a table that is an array or CSR, under one name: the compiler picks the way."""

import numpy as np
from numba import types
from numba.extending import overload


def multiply_by_transpose(left, rows, out):
    """Store ``left @ rows.T`` of shape (n_clusters, n_rows)."""


def multiply(left, rows, out):
    """Store ``left @ rows`` of shape (n_clusters, n_columns)."""


@overload(multiply_by_transpose, jit_options={"nogil": True})
def _multiply_by_transpose(left, rows, out):
    def dense(left, rows, out):
        np.dot(left, rows.T, out)

    def sparse(left, rows, out):
        data, indices, indptr = rows
        # By columns, so that what one cell of the table is multiplied with is contiguous.
        columns = left.T.copy()
        total = np.empty(left.shape[0])
        for i in range(out.shape[1]):
            total[:] = 0.0
            for cell in range(indptr[i], indptr[i + 1]):
                value = data[cell]
                column = columns[indices[cell]]
                for t in range(total.shape[0]):
                    total[t] += value * column[t]
            for t in range(total.shape[0]):
                out[t, i] = total[t]

    return sparse if isinstance(rows, types.BaseTuple) else dense


@overload(multiply, jit_options={"nogil": True})
def _multiply(left, rows, out):
    def dense(left, rows, out):
        np.dot(left, rows, out)

    def sparse(left, rows, out):
        data, indices, indptr = rows
        columns = np.zeros((out.shape[1], out.shape[0]))
        share = np.empty(left.shape[0])
        for i in range(left.shape[1]):
            for t in range(share.shape[0]):
                share[t] = left[t, i]
            for cell in range(indptr[i], indptr[i + 1]):
                value = data[cell]
                column = columns[indices[cell]]
                for t in range(share.shape[0]):
                    column[t] += value * share[t]
        out[:] = columns.T

    return sparse if isinstance(rows, types.BaseTuple) else dense
