"""Exponentials of arrays, as the loops of other kernels take them."""

import numpy as np

from skinfo._kernels._exp cimport fast_exp


def exps(const double[::1] x):
    """Return exp x (n,) of each value x <= 0 of an array, by `fast_exp`."""
    cdef Py_ssize_t i
    out = np.empty(x.shape[0])
    cdef double[::1] values = out
    with nogil:
        for i in range(x.shape[0]):
            values[i] = fast_exp(x[i])
    return out
