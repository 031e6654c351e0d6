"""Logarithms of arrays, as the loops of other kernels take them."""

import numpy as np

from skinfo._kernels._log cimport fast_log, log_factorial


def logs(const double[::1] x):
    """Return ln x (n,) of each value of an array, by `fast_log`."""
    cdef Py_ssize_t i
    out = np.empty(x.shape[0])
    cdef double[::1] values = out
    with nogil:
        for i in range(x.shape[0]):
            values[i] = fast_log(x[i])
    return out


def log_factorials(const double[::1] x):
    """Return ln x! (n,) of each value of an array, by `log_factorial`."""
    cdef Py_ssize_t i
    out = np.empty(x.shape[0])
    cdef double[::1] values = out
    with nogil:
        for i in range(x.shape[0]):
            values[i] = log_factorial(x[i])
    return out
