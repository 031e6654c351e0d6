"""How every kernel is compiled."""

import numpy as np
from numba import njit

# cache: a machine compiles once; nogil: joblib threads run kernels side by side;
# error_model="numpy": divisions need no zero test, callers never divide by zero.
kernel = njit(nogil=True, cache=True, error_model="numpy")

# Copied into the loop that calls it, whatever its length: for what would take less time than its
# call, or keep that loop from vectorising. Not cached by itself: it is compiled as a part
# of its callers, which are.
inlined_kernel = njit(nogil=True, error_model="numpy", forceinline=True)

# A literal number as an argument would have the kernel compiled for that number: where one is
# needed, these are passed.
ZERO = np.int64(0)
NONE = np.int64(-1)
