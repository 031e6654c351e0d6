"""Null moments of the information of contingency tables, as other kernels call them."""

from libc.math cimport isnan, log, sqrt

cpdef enum:
    # The Poisson tables are uniform in sqrt(rate), in which their functions are smooth; a cell of
    # the grid is 1 / STEPS_PER_UNIT, and the largest rate is RATE_MAX.
    RATE_MAX = 64
    STEPS_PER_UNIT = 128

cdef enum:
    # Columns of the Poisson tables: from zero to sqrt(RATE_MAX), and one more to interpolate to.
    N_GRID = 8 * STEPS_PER_UNIT + 2

    # Logarithms of counts below this are looked up (32 kB): they are most of the work.
    N_LOGARITHMS = 4096


cdef inline double TAIL() noexcept nogil:
    """Return the probability, relative to the mode's, below which a tail is dropped."""
    return 1e-15


cdef const double *logarithms() noexcept nogil


cdef inline double divergence_term(
    double k, double mean, double log_mean, const double *logarithms
) noexcept nogil:
    """Return k ln(k / mean) - k + mean: never negative, and small if k is near the mean."""
    cdef double log_ratio
    if k < 1.0:
        return mean
    # For large k the difference of two logarithms would lose too many digits.
    if k < N_LOGARITHMS:
        log_ratio = logarithms[<Py_ssize_t>k] - log_mean
    else:
        log_ratio = log(k / mean)
    return k * log_ratio - (k - mean)


cpdef double hypergeometric_excess(double n, double a, double b) noexcept nogil
cdef double series_excess(double n, double a, double b) noexcept nogil


cdef enum PoissonTable:
    # Rows of what `poisson_tables` returns.
    EXCESS
    EXPONENT
    RESIDUAL
    SLOPE


cdef inline double interpolate(
    const double *poisson, PoissonTable which, double rate
) noexcept nogil:
    """Return one of the four Poisson functions at a rate below RATE_MAX."""
    cdef double position = sqrt(rate) * STEPS_PER_UNIT
    cdef Py_ssize_t cell = <Py_ssize_t>position
    cdef double part = position - cell
    cdef const double *values = poisson + which * N_GRID + cell
    return values[0] * (1.0 - part) + values[1] * part


cdef inline double shrinkage(double exponent, double keep) noexcept nogil:
    """Return keep ** exponent to second order, since a power would take most of the time."""
    cdef double shrink = 1.0 - keep
    return 1.0 - exponent * shrink * (1.0 + 0.5 * (1.0 - exponent) * shrink)


cdef inline double cell_excess(
    double n, double a, double b, const double *poisson
) noexcept nogil:
    """Return an approximation of E[k ln k] - m ln m, m = ab/n, for k ~ Hypergeometric(n, a, b).

    Summed over a table's cells and divided by n this approximates the null mean of the
    information: within a few percent for margins of one sample, to second order in dense tables.
    It is smooth in the margins, hence defined for real-valued ones (weighted samples).

    Parameters
    ----------
    poisson : (4, N_GRID)
        From `poisson_tables`.
    """
    cdef double rate, keep, factor
    if n <= 1.0:
        return 0.0
    rate = a * b / n
    if rate <= 0.0:
        return 0.0
    keep = ((n - a) / n) * ((n - b) / n) * n / (n - 1.0)
    keep = keep if keep < 1.0 else 1.0
    if rate >= RATE_MAX - 1:
        return (0.5 + 1.0 / (12.0 * rate)) * keep
    factor = shrinkage(interpolate(poisson, EXPONENT, rate), keep)
    return interpolate(poisson, EXCESS, rate) * factor


cdef struct Margin:
    # Row (or column) sums of a table, and the multiplicity of each; NULL: one.
    const double *sizes
    const double *times
    Py_ssize_t n


cdef double sum_of(Margin margin) noexcept nogil


cdef struct NullMeans:
    # Contribution of a row of each size to the null mean of N * I, for tables with the same
    # columns.
    double n  # total count
    Margin columns
    const double *poisson  # (4, N_GRID)
    bint exact  # sizes are integers, and the mean is exact; else it is that of `cell_excess`
    double *known  # (n + 1,) cache by size, NaN where not computed yet; or NULL


cdef double row_excess(const NullMeans *means, double size) noexcept nogil


cdef inline double row_mean(const NullMeans *means, double size) noexcept nogil:
    """Return the contribution of a row of this size to the mean, from the cache if possible."""
    cdef double *known
    if means.known == NULL:
        return row_excess(means, size)
    # Inline, since a call would take longer than the lookup.
    known = means.known + <Py_ssize_t>size
    if isnan(known[0]):
        known[0] = row_excess(means, size)
    return known[0]


cdef struct Moments:
    # Moments of N * I over tables with the same margins, in nats.
    double mean
    double variance


cdef struct SlopeWorkspace:
    # Workspace for the slope of x ln x in each cell, and its means by row and by column.
    double *cells
    double *rows
    double *columns


cdef inline Py_ssize_t slope_workspace_size(
    Py_ssize_t n_rows, Py_ssize_t n_columns
) noexcept nogil:
    """Return how many numbers a `slope_workspace` holds."""
    return n_rows * n_columns + n_rows + n_columns


cdef inline SlopeWorkspace slope_workspace(
    double *memory, Py_ssize_t n_rows, Py_ssize_t n_columns
) noexcept nogil:
    """Return memory (slope_workspace_size,) as a SlopeWorkspace."""
    cdef double *rows = memory + n_rows * n_columns
    return SlopeWorkspace(memory, rows, rows + n_rows)


cdef Moments moments_of_table(
    Margin rows, const NullMeans *means, SlopeWorkspace space
) noexcept nogil
