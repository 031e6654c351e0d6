"""How every kernel is compiled."""

from numba import njit

# cache: a machine compiles once; nogil: joblib threads run kernels side by side;
# error_model="numpy": divisions need no zero test, callers never divide by zero.
kernel = njit(nogil=True, cache=True, error_model="numpy")
