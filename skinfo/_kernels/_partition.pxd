"""Cost of a bin, shared by the dynamic programs."""

# Costs of a bin: see `fill_costs`.
cpdef enum:
    INFORMATION = 0
    MODL = 1
    VARIANCE = 2
    CROSS_ENTROPY = 3


cdef void fill_costs(
    const double[:, ::1] by_class,
    Py_ssize_t end,
    Py_ssize_t first,
    Py_ssize_t n,
    int cost,
    double[::1] row,
) noexcept nogil
