"""Mean and variance of the information of independent tables with fixed margins, in nats.

With f(k) = k ln k, N * I is the sum of f over cells minus the sums of f over both margins plus
f(N). Under independence a cell k is hypergeometric with mean m = ab/N, and the values f(m) cancel
against the margins, so E[N * I] is the sum over cells of the excess E[f(k)] - f(m) >= 0 (Jensen).
The excess is exact for integer margins (`hypergeometric_excess`), or a smooth approximation for
real ones (`cell_excess`): that of a Poisson cell, tabulated, times the shrinkage by both margins.
"""

import math
from functools import lru_cache

from libc.math cimport NAN, floor, log
from libc.stdint cimport int64_t

import numpy as np
from scipy.special import gammaln, xlogy


cdef inline double SERIES_FROM_MEAN() noexcept nogil:
    """Return the cell mean from which `series_excess` is used: its error is 2e-11 then."""
    return 2048.0


# Initialised when the module is imported, read-only afterwards.
cdef double[N_LOGARITHMS] LOGARITHMS
cdef Py_ssize_t number
LOGARITHMS[0] = 0.0
for number in range(1, N_LOGARITHMS):
    LOGARITHMS[number] = log(number)


cdef const double *logarithms() noexcept nogil:
    """Return ln k for k = 0 (where it is zero), 1, 2, ... below N_LOGARITHMS."""
    return LOGARITHMS


cpdef double hypergeometric_excess(double n, double a, double b) noexcept nogil:
    """Return E[k ln k] - m ln m, m = ab/n the mean, for k ~ Hypergeometric(n, a, b).

    The probabilities follow from their recurrence, outward from the mode with weight one: no
    log-gamma is needed, nothing overflows, and the sum of the weights normalises. The sum is of
    k ln(k/m) - k + m, which has the same mean: m ln m may be millions of times larger than the
    excess and is never formed.
    """
    cdef double mean = a * b / n
    if mean >= SERIES_FROM_MEAN():
        return series_excess(n, a, b)
    cdef double log_mean = log(mean)
    cdef double low = a + b - n if a + b > n else 0.0
    cdef double high = b if b < a else a
    # Above `low` by (n - a + 1) (n - b + 1) / (n + 2); rounding of large margins may put it above
    # `high`.
    cdef double mode = floor((a + 1.0) * (b + 1.0) / (n + 2.0))
    mode = high if high < mode else mode
    cdef double weight_sum = 1.0
    cdef double value_sum = divergence_term(mode, mean, log_mean, LOGARITHMS)
    cdef double weight = 1.0
    cdef double k = mode
    while k < high:
        weight *= (a - k) * (b - k) / ((k + 1.0) * (n - a - b + k + 1.0))
        k += 1.0
        if weight < TAIL():
            break
        weight_sum += weight
        value_sum += weight * divergence_term(k, mean, log_mean, LOGARITHMS)
    weight = 1.0
    k = mode
    while k > low:
        weight *= k * (n - a - b + k) / ((a - k + 1.0) * (b - k + 1.0))
        k -= 1.0
        if weight < TAIL():
            break
        weight_sum += weight
        value_sum += weight * divergence_term(k, mean, log_mean, LOGARITHMS)
    return value_sum / weight_sum


cdef double series_excess(double n, double a, double b) noexcept nogil:
    """Return the expansion of `hypergeometric_excess` through the order 1 / mean**2.

    Taylor series of k ln k about the mean through the sixth order, with central moments from the
    first four cumulants of the hypergeometric distribution. The remainder is at most
    about 0.2 / mean**3.
    """
    # A margin of all samples determines k, which is constant.
    if a >= n or b >= n:
        return 0.0
    cdef double mean = a * b / n
    cdef double p = a / n
    cdef double q = b / n
    # Second, third and fourth cumulants. Not 1 - p, which rounds if few samples are outside.
    cdef double second = b * p * ((n - a) / n) * ((n - b) / n) * n / (n - 1.0)
    cdef double third = second * (1.0 - 2.0 * p) * (1.0 - 2.0 * q) * n / (n - 2.0)
    # The fourth, to the order that matters: 1 - 6 p(1-p) - 6 q(1-q) + 30 pq(1-p)(1-q).
    cdef double u = p * ((n - a) / n)
    cdef double v = q * ((n - b) / n)
    cdef double fourth = second * (1.0 - 6.0 * u - 6.0 * v + 30.0 * u * v)
    cdef double square = mean * mean
    return (
        second / (2.0 * mean)
        - third / (6.0 * square)
        + (3.0 * (second * second) + fourth) / (12.0 * (mean * square))
        - second * third / (2.0 * (square * square))
        + second * (second * second) / (2.0 * (mean * (square * square)))
    )


def expected_information(const double[::1] row_sums, const double[::1] column_sums):
    """Return the exact mean, in nats, of plug-in information under independence.

    Both margins are positive integers and are held fixed (Vinh, Epps and Bailey, JMLR
    2010, eq. 24). Equal sums that are adjacent, as in rising order, are computed once: margins
    with total n have at most about 2 n pairs of different sums, whatever the number of levels.
    """
    cdef double mean
    cdef Margin rows = margin_of(row_sums)
    cdef Margin columns = margin_of(column_sums)
    with nogil:
        mean = expected_of_margins(rows, columns)
    return mean


cdef double expected_of_margins(Margin rows, Margin columns) noexcept nogil:
    """Return `expected_information` of margins in which each size occurs once."""
    cdef Py_ssize_t i, j
    cdef double n = sum_of(columns)
    cdef double total = 0.0
    cdef double of_row = 0.0
    cdef double excess = 0.0
    for i in range(rows.n):
        if i == 0 or rows.sizes[i] != rows.sizes[i - 1]:
            of_row = 0.0
            for j in range(columns.n):
                if j == 0 or columns.sizes[j] != columns.sizes[j - 1]:
                    excess = hypergeometric_excess(n, rows.sizes[i], columns.sizes[j])
                of_row += excess
        total += of_row
    return total / n


cdef Margin margin_of(const double[::1] sizes) noexcept nogil:
    """Return the margin in which each size occurs once."""
    cdef Margin margin = Margin(NULL, NULL, sizes.shape[0])
    if margin.n:
        margin.sizes = &sizes[0]
    return margin


cdef double sum_of(Margin margin) noexcept nogil:
    """Return the sum of sizes that occur once."""
    cdef Py_ssize_t i
    cdef double total = 0.0
    for i in range(margin.n):
        total += margin.sizes[i]
    return total


@lru_cache(maxsize=1)
def poisson_tables():
    """Return moments of f(k) = k ln k for a Poisson k, tabulated on a grid of sqrt(rate).

    Returns
    -------
    tables : ndarray of shape (4, n_grid), dtype float64
        The excess E[f] - f(rate); the exponent of the shrinkage by the margins,
        rate E[second difference of f] / (2 excess), from the first Charlier term of a binomial;
        the residual variance Var[f] - rate slope^2 of the regression of f on k; and its slope
        Cov[f, k] / rate.
    """
    rate = (np.arange(N_GRID) / STEPS_PER_UNIT) ** 2
    n_counts = int(RATE_MAX + 12 * math.sqrt(RATE_MAX) + 40)
    k = np.arange(n_counts)
    f = xlogy(k, k)
    first = np.diff(f, append=xlogy(n_counts, n_counts))
    second = np.diff(first, append=1.0 / (n_counts - 1))
    weights = np.exp(xlogy(k, rate[:, None]) - rate[:, None] - gammaln(k + 1))
    mean = weights @ f
    slope = weights @ first
    excess = mean - xlogy(rate, rate)
    residual = weights @ f**2 - mean**2 - rate * slope**2
    exponent = np.divide(
        rate * (weights @ second), 2 * excess, out=np.zeros(N_GRID), where=excess > 0
    )
    return np.ascontiguousarray(np.stack([excess, exponent, np.maximum(residual, 0.0), slope]))


def null_moments(
    const double[::1] row_sums,
    const double[::1] column_sums,
    const double[:, ::1] tables,
    bint exact,
):
    """Return the null mean and variance of N * I (nats), given positive margins.

    The mean is exact for integer margins (`exact`), else that of `cell_excess`. The variance is
    that of `poisson_moments`, times (mean / Poisson mean)^2.
    """
    cdef Moments moments
    cdef Margin rows = margin_of(row_sums)
    cdef Margin columns = margin_of(column_sums)
    cdef NullMeans means = NullMeans(sum_of(columns), columns, &tables[0, 0], exact, NULL)
    cdef double[::1] memory = np.empty(slope_workspace_size(rows.n, columns.n) or 1)
    with nogil:
        moments = moments_of_table(rows, &means, slope_workspace(&memory[0], rows.n, columns.n))
    return moments.mean, moments.variance


cdef Moments moments_of_table(
    Margin rows, const NullMeans *means, SlopeWorkspace work
) noexcept nogil:
    """Return `null_moments` of margins without multiplicities.

    Parameters
    ----------
    means : NullMeans
        Null means for its columns.
    """
    cdef Py_ssize_t i
    cdef double poisson_mean
    cdef double excess = 0.0
    cdef Moments moments = Moments(0.0, 0.0)
    if means.n <= 1.0 or rows.n < 2 or means.columns.n < 2:
        return moments
    cdef double smooth = 0.0
    moments = poisson_moments(
        means.n, rows, means.columns, means.poisson, work, NULL if means.exact else &smooth
    )
    poisson_mean = moments.mean
    if not means.exact:
        moments.mean = smooth
    else:
        moments.mean = 0.0
        for i in range(rows.n):
            # Equal-frequency bins have rows of equal size: computed once.
            if i == 0 or rows.sizes[i] != rows.sizes[i - 1]:
                excess = row_mean(means, rows.sizes[i])
            moments.mean += excess
    scale_variance(&moments, poisson_mean)
    return moments


cdef double smooth_mean(
    double n, Margin rows, Margin columns, const double *poisson
) noexcept nogil:
    """Return the null mean of N * I by `cell_excess`, of margins without multiplicities."""
    cdef Py_ssize_t i, j
    cdef double mean = 0.0
    for i in range(rows.n):
        for j in range(columns.n):
            mean += cell_excess(n, rows.sizes[i], columns.sizes[j], poisson)
    return mean


cdef double row_excess(const NullMeans *means, double size) noexcept nogil:
    """Return the contribution of a row of this size to the null mean of N * I."""
    cdef Py_ssize_t j
    cdef double total = 0.0
    for j in range(means.columns.n):
        if means.exact:
            total += hypergeometric_excess(means.n, size, means.columns.sizes[j])
        else:
            total += cell_excess(means.n, size, means.columns.sizes[j], means.poisson)
    return total


cdef void scale_variance(Moments *moments, double poisson_mean) noexcept nogil:
    """Scale the variance by (mean / Poisson mean)^2: the coefficient of variation stays."""
    cdef double ratio
    if poisson_mean > 0.0:
        ratio = moments.mean / poisson_mean
        moments.variance *= ratio * ratio


def moments_of_sizes(
    double n,
    const double[::1] row_sums,
    const double[::1] row_times,
    const double[::1] column_sums,
    const double[::1] column_times,
    const double[:, ::1] tables,
    bint exact,
):
    """Return `null_moments` of margins given as sizes and their multiplicities.

    Parameters
    ----------
    n : float
        The sum of either margin.

    row_sums, row_times : ndarray of float64
        Sizes, integers if `exact`, and the multiplicity of each.

    column_sums, column_times : ndarray of float64

    tables : ndarray
        From `poisson_tables`.

    exact : bool
    """
    cdef Py_ssize_t i, j
    cdef double poisson_mean, excess
    cdef Moments moments
    cdef const double *poisson = &tables[0, 0]
    cdef Margin rows = margin_of(row_sums)
    cdef Margin columns = margin_of(column_sums)
    rows.times = margin_of(row_times).sizes
    columns.times = margin_of(column_times).sizes
    cdef double[::1] memory = np.empty(slope_workspace_size(rows.n, columns.n) or 1)
    with nogil:
        moments = poisson_moments(
            n, rows, columns, poisson, slope_workspace(&memory[0], rows.n, columns.n), NULL
        )
        poisson_mean = moments.mean
        moments.mean = 0.0
        for i in range(rows.n):
            for j in range(columns.n):
                if exact:
                    excess = hypergeometric_excess(n, rows.sizes[i], columns.sizes[j])
                else:
                    excess = cell_excess(n, rows.sizes[i], columns.sizes[j], poisson)
                moments.mean += excess * (rows.times[i] * columns.times[j])
        scale_variance(&moments, poisson_mean)
    return moments.mean, moments.variance


cdef Moments poisson_moments(
    double n,
    Margin rows,
    Margin columns,
    const double *poisson,
    SlopeWorkspace slope,
    double *smooth,
) noexcept nogil:
    """Return mean and variance of N * I (nats) for independent Poisson cells, given both margins.

    N * I is the sum over cells of f(k) = k ln k, less what the margins fix. A Poisson k of mean m
    splits f(k) into E[f] + s (k - m) + r, where s = Cov[f, k] / m is its slope and r is
    uncorrelated with k. Given the margins, sums of k along rows and columns are fixed, so that
    of the slopes s_ij any part u_i + v_j adds nothing: what varies is the rest of s_ij after its
    projection on such sums, with weights m_ij = a_i b_j / n, the variance of k_ij (McCullagh
    1986). The weights are a product, so the projection is double centring:

        Var[N I] = sum_ij Var[r_ij] + sum_ij m_ij (s_ij - s_i. - s_.j + s_..)^2,

    s_i. = sum_j s_ij b_j / n, s_.j = sum_i s_ij a_i / n, s_.. = sum_i s_i. a_i / n. In a table of
    n samples a cell varies less than a Poisson one, by the factor `keep` of a hypergeometric
    variance; means of f and variances of r shrink by it.

    Unless `smooth` is NULL, the `smooth_mean` of margins without multiplicities is added to it,
    since it requires only one more function of the same rates.
    """
    cdef Py_ssize_t i, j
    cdef double a, b, rate, keep, outside, at_most_one, factor
    cdef double excess, residual, times, rest
    cdef double *cells
    cdef double grand = 0.0
    cdef Moments moments = Moments(0.0, 0.0)
    for i in range(rows.n):
        slope.rows[i] = 0.0
    for j in range(columns.n):
        slope.columns[j] = 0.0
    for i in range(rows.n):
        a = rows.sizes[i]
        outside = (n - a) / n
        cells = slope.cells + i * columns.n
        for j in range(columns.n):
            b = columns.sizes[j]
            rate = a * b / n
            keep = outside * ((n - b) / n) * n / (n - 1.0)
            at_most_one = keep if keep < 1.0 else 1.0
            if rate >= RATE_MAX - 1:
                excess = 0.5 + 1.0 / (12.0 * rate)
                factor = at_most_one
                residual = 0.5 + 0.5 / rate
                # Series in 1 / rate, beyond the grid. 1 + ln(rate) is additive in the margins.
                cells[j] = 1.0 + log(rate) - 1.0 / (2.0 * rate)
            else:
                excess = interpolate(poisson, EXCESS, rate)
                residual = interpolate(poisson, RESIDUAL, rate)
                cells[j] = interpolate(poisson, SLOPE, rate)
                factor = shrinkage(interpolate(poisson, EXPONENT, rate), at_most_one)
            if smooth != NULL:
                smooth[0] += excess * factor
            times = times_of(rows, i) * times_of(columns, j)
            moments.mean += excess * keep * times
            moments.variance += residual * keep * times
            slope.rows[i] += cells[j] * b / n * times_of(columns, j)
            slope.columns[j] += cells[j] * a / n * times_of(rows, i)
    for i in range(rows.n):
        grand += slope.rows[i] * rows.sizes[i] / n * times_of(rows, i)
    for i in range(rows.n):
        cells = slope.cells + i * columns.n
        for j in range(columns.n):
            rate = rows.sizes[i] * columns.sizes[j] / n
            rest = cells[j] - slope.rows[i] - slope.columns[j] + grand
            times = times_of(rows, i) * times_of(columns, j)
            moments.variance += rate * rest * rest * times
    return moments


cdef inline double times_of(Margin margin, Py_ssize_t i) noexcept nogil:
    """Return the multiplicity of a size."""
    return margin.times[i] if margin.times != NULL else 1.0


def expected_information_in_strata(
    const double[::1] level_counts,
    const int64_t[::1] level_starts,
    const double[::1] class_counts,
    const int64_t[::1] class_starts,
    const double[:, ::1] tables,
    bint exact,
    Py_ssize_t most_cells,
):
    """Return the null mean (n_strata,) of plug-in information in each stratum, in nats.

    NaN for real-valued counts in more than `most_cells` cells.

    Parameters
    ----------
    level_counts, level_starts : ndarray of float64, of int64
        Counts of all strata, rising within each, and where each stratum starts, with the end.

    class_counts, class_starts : ndarray of float64, of int64

    tables : ndarray
        From `poisson_tables`.

    exact : bool
        Whether counts are integers.

    most_cells : int
    """
    cdef Py_ssize_t z
    cdef double n
    cdef Margin levels, classes
    cdef Py_ssize_t n_strata = level_starts.shape[0] - 1
    cdef double[::1] means = np.zeros(n_strata)
    with nogil:
        for z in range(n_strata):
            levels = margin_of_stratum(level_counts, level_starts, z)
            classes = margin_of_stratum(class_counts, class_starts, z)
            if levels.n < 2 or classes.n < 2:
                continue
            # Canonical order, so that exchanging X and y gives the same bits.
            if precedes(classes, levels):
                levels, classes = classes, levels
            if exact:
                means[z] = expected_of_margins(levels, classes)
            elif levels.n * classes.n <= most_cells:
                n = sum_of(classes)
                means[z] = smooth_mean(n, levels, classes, &tables[0, 0]) / sum_of(levels)
            else:
                means[z] = NAN
    return np.asarray(means)


cdef Margin margin_of_stratum(
    const double[::1] counts, const int64_t[::1] starts, Py_ssize_t z
) noexcept nogil:
    """Return the margin of stratum z."""
    cdef Margin margin = Margin(NULL, NULL, starts[z + 1] - starts[z])
    if margin.n:
        margin.sizes = &counts[starts[z]]
    return margin


cdef bint precedes(Margin margin, Margin other) noexcept nogil:
    """Return whether a margin is the longer one, or, of equal length, the lexically smaller."""
    cdef Py_ssize_t i
    if margin.n != other.n:
        return margin.n > other.n
    for i in range(margin.n):
        if margin.sizes[i] != other.sizes[i]:
            return margin.sizes[i] < other.sizes[i]
    return False
