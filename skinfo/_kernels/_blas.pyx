"""BLAS functions of SciPy, found at import."""

from cpython.pycapsule cimport PyCapsule_GetPointer

from scipy.linalg import cython_blas


cdef void *function(name, returned, arguments) except NULL:
    """Return the address of a BLAS function of SciPy.

    A cimport reads the same capsules, but requires SciPy to build. A capsule returns its pointer
    only for exactly the requested signature: a BLAS with 64-bit integers raises ValueError.
    """
    number = "__pyx_t_5scipy_6linalg_11cython_blas_d"
    types = {"char": "char *", "int": "int *", "double": f"{number} *"}
    listed = ", ".join(types[argument] for argument in arguments.split())
    signature = f"{number if returned else 'void'} ({listed})"
    return PyCapsule_GetPointer(cython_blas.__pyx_capi__[name], signature.encode())


ddot = <dot_function>function("ddot", True, "int double int double int")
dgemv = <gemv_function>function(
    "dgemv", False, "char int int double double int double int double double int"
)
dgemm = <gemm_function>function(
    "dgemm", False, "char char int int int double double int double int double double int"
)
