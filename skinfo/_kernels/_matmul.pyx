"""Products with a dense or sparse table, under one name."""

from libc.limits cimport INT_MAX

import numpy as np

from skinfo._kernels._blas cimport ddot, dgemm, dgemv


cdef class RowMatrix:
    """Dense or CSR table for products in kernels. It is immutable, so threads may share it.

    Parameters
    ----------
    table : ndarray, or CSR array of SciPy, of shape (n_rows, n_columns), dtype float64
        Not copied if it is in C order.
    """

    def __init__(self, table):
        self.n_rows, self.n_columns = table.shape
        self.is_sparse = not isinstance(table, np.ndarray)
        if self.is_sparse:
            self.data = table.data
            self.indices = table.indices.astype(np.int64, copy=False)
            self.indptr = table.indptr.astype(np.int64, copy=False)
        else:
            blas_size(max(table.shape))
            self.array = np.ascontiguousarray(table)

    cdef double[:, ::1] make_workspace(self, Py_ssize_t n_left):
        """Return memory for products with an array of `n_left` rows; None if dense."""
        return np.empty((1 + self.n_columns, n_left)) if self.is_sparse else None

    cdef void multiply_by_transpose(
        self, const double[:, ::1] left, double[:, ::1] out, double[:, ::1] memory
    ) noexcept nogil:
        """Store ``left @ rows.T`` of shape (n_left, n_rows)."""
        if self.is_sparse:
            multiply_by_sparse_transpose(left, self, out, memory)
        else:
            multiply_dense(left, self.array, True, out)

    cdef void multiply(
        self, const double[:, ::1] left, double[:, ::1] out, double[:, ::1] memory
    ) noexcept nogil:
        """Store ``left @ rows`` of shape (n_left, n_columns)."""
        if self.is_sparse:
            multiply_by_sparse(left, self, out, memory)
        else:
            multiply_dense(left, self.array, False, out)


cdef int blas_size(Py_ssize_t n) except -1:
    """Return a size as the int of BLAS, or raise OverflowError."""
    if n > INT_MAX:
        raise OverflowError(f"BLAS does not count to {n}")
    return n


cdef void multiply_dense(
    const double[:, ::1] left, const double[:, ::1] array, bint is_transposed, double[:, ::1] out
) noexcept nogil:
    """Store `dense_product` of memoryviews."""
    dense_product(
        &left[0, 0],
        left.shape[0],
        &array[0, 0],
        array.shape[0],
        array.shape[1],
        is_transposed,
        &out[0, 0],
    )


cdef void dense_product(
    const double* left,
    int n_left,
    const double* array,
    int n_rows,
    int n_columns,
    bint is_transposed,
    double* out,
) noexcept nogil:
    """Store ``left @ array`` or ``left @ array.T`` of arrays in C order.

    BLAS uses Fortran order, hence the transposes: out.T = array.T @ left.T. Products with one row
    or column use dot and gemv.
    """
    cdef char as_read = b"n"
    cdef char transposed = b"t"
    cdef char order = transposed if is_transposed else as_read
    cdef int n_in = n_columns if is_transposed else n_rows
    cdef int n_out = n_rows if is_transposed else n_columns
    cdef int step = 1
    cdef double one = 1.0
    cdef double zero = 0.0
    cdef double* a = <double*>array
    cdef double* b = <double*>left
    if n_left == 1 and n_out == 1:
        out[0] = ddot(&n_in, a, &step, b, &step)
    elif n_left == 1:
        dgemv(
            &order, &n_columns, &n_rows, &one, a, &n_columns, b, &step, &zero, out, &step
        )
    elif n_out == 1:
        dgemv(&transposed, &n_in, &n_left, &one, b, &n_in, a, &step, &zero, out, &step)
    else:
        dgemm(
            &order, &as_read, &n_out, &n_left, &n_in,
            &one, a, &n_columns, b, &n_in, &zero, out, &n_out,
        )


cdef void multiply_by_sparse_transpose(
    const double[:, ::1] left, RowMatrix rows, double[:, ::1] out, double[:, ::1] memory
) noexcept nogil:
    """Store ``left @ rows.T`` of a CSR table; memory is that of `make_workspace`."""
    cdef Py_ssize_t n_left = left.shape[0]
    cdef Py_ssize_t i, t, y
    cdef int64_t cell
    cdef double* total = &memory[0, 0]
    # Transposed, so that the factors of one cell of the table are contiguous.
    for y in range(rows.n_columns):
        for t in range(n_left):
            memory[1 + y, t] = left[t, y]
    for i in range(rows.n_rows):
        for t in range(n_left):
            total[t] = 0.0
        for cell in range(rows.indptr[i], rows.indptr[i + 1]):
            add_multiple(total, rows.data[cell], &memory[1 + rows.indices[cell], 0], n_left)
        for t in range(n_left):
            out[t, i] = total[t]


cdef void multiply_by_sparse(
    const double[:, ::1] left, RowMatrix rows, double[:, ::1] out, double[:, ::1] memory
) noexcept nogil:
    """Store ``left @ rows`` of a CSR table; memory is that of `make_workspace`."""
    cdef Py_ssize_t n_left = left.shape[0]
    cdef Py_ssize_t i, t, y
    cdef int64_t cell
    cdef double* share = &memory[0, 0]
    for y in range(rows.n_columns):
        for t in range(n_left):
            memory[1 + y, t] = 0.0
    for i in range(rows.n_rows):
        for t in range(n_left):
            share[t] = left[t, i]
        for cell in range(rows.indptr[i], rows.indptr[i + 1]):
            add_multiple(&memory[1 + rows.indices[cell], 0], rows.data[cell], share, n_left)
    for t in range(n_left):
        for y in range(rows.n_columns):
            out[t, y] = memory[1 + y, t]


cdef inline void add_multiple(
    double* total, double times, const double* values, Py_ssize_t n
) noexcept nogil:
    """Add `times` the values to the total, both (n,)."""
    cdef Py_ssize_t i
    for i in range(n):
        total[i] += times * values[i]
