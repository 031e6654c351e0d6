"""BLAS functions of SciPy, as other kernels call them."""

ctypedef double (*dot_function)(int *, double *, int *, double *, int *) noexcept nogil
ctypedef void (*gemv_function)(
    char *, int *, int *, double *, double *, int *, double *, int *, double *, double *, int *
) noexcept nogil
ctypedef void (*gemm_function)(
    char *, char *, int *, int *, int *,
    double *, double *, int *, double *, int *, double *, double *, int *,
) noexcept nogil

cdef dot_function ddot
cdef gemv_function dgemv
cdef gemm_function dgemm
