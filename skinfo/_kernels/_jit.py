"""How every kernel is compiled."""

import numpy as np
from numba import njit

# nogil: threads run kernels side by side; error_model="numpy": divisions need no zero test,
# callers never divide by zero.
OPTIONS = {"nogil": True, "error_model": "numpy"}


def kernel(function):
    """Return a function compiled on its first call, and cached: a machine compiles once."""
    try:
        return njit(function, cache=True, **OPTIONS)
    except RuntimeError:
        # Numba finds no folder for its cache that can be written: each process compiles again.
        return njit(function, **OPTIONS)


# Copied into the loop that calls it, whatever its length: for what would take less time than its
# call, or keep that loop from vectorising. Not cached by itself: it is compiled as a part
# of its callers, which are.
inlined_kernel = njit(**OPTIONS, forceinline=True)

# A literal number as an argument would have the kernel compiled for that number: where one is
# needed, these are passed.
ZERO = np.int64(0)
NONE = np.int64(-1)
