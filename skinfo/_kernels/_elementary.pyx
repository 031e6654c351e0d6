"""Elementary functions of arrays: the table of n ln n, and wrappers for tests.

Other kernels look up `xlogx_table`. `logs`, `exps` and `log_factorials` apply the functions of
`_elementary.pxd` to arrays, for tests only.
"""

import numpy as np

from skinfo._kernels._elementary cimport fast_exp, fast_log, log_factorial, xlogx

# Maximum length of the table of n ln n, which fits the second-level cache.
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


def logs(const double[::1] x):
    """Return ln x (n,) of each value of an array, by `fast_log`."""
    cdef Py_ssize_t i
    out = np.empty(x.shape[0])
    cdef double[::1] values = out
    with nogil:
        for i in range(x.shape[0]):
            values[i] = fast_log(x[i])
    return out


def exps(const double[::1] x):
    """Return exp x (n,) of each value x <= 0 of an array, by `fast_exp`."""
    cdef Py_ssize_t i
    out = np.empty(x.shape[0])
    cdef double[::1] values = out
    with nogil:
        for i in range(x.shape[0]):
            values[i] = fast_exp(x[i])
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
