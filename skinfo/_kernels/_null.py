"""What independence alone would give: moments of information over tables with fixed margins.

The exact mean is a sum over cells of how far E[n ln n], for a hypergeometric n, exceeds
its value at the mean (these values cancel over a table). The search needs that mean for
millions of small tables, so there is a second, smooth form: the excess tabulated for a
Poisson n and corrected for the binomial shrinkage of both margins.
"""

import math
from functools import lru_cache

import numpy as np
from scipy.special import gammaln, xlogy

from skinfo._kernels._jit import ZERO, kernel

# Relative weight at which a hypergeometric tail is dropped.
TAIL = 1e-15

# From this mean on the series of the excess is within 1e-10 of it.
SERIES_MEAN = 2048.0

# Logarithms of small counts, looked up: they are most of the work. A constant to Numba.
N_LOGARITHMS = 4096
LOGARITHMS = np.log(np.maximum(np.arange(N_LOGARITHMS), 1))

# The Poisson tables are uniform in sqrt(rate): both functions are smooth there.
RATE_MAX = 64.0
STEPS_PER_UNIT = 128.0


@kernel
def divergence_term(k, mean, log_mean):
    """Return k ln(k / mean) - k + mean: never negative, and small where k is near the mean."""
    if k < 1.0:
        return mean
    # Of large k the difference of two logarithms would not be exact enough.
    log_ratio = LOGARITHMS[int(k)] - log_mean if k < N_LOGARITHMS else math.log(k / mean)
    return k * log_ratio - (k - mean)


@kernel
def hypergeometric_excess(n, a, b):
    """Return E[k ln k] - m ln m, m = ab/n the mean, for k ~ Hypergeometric(n, a, b).

    The recurrence starts at the mode with weight one and runs outward, so no
    log-gamma enters and the sum is normalised by itself. Terms relative to the mean keep
    what is left after m ln m, millions of times larger in a table of many rows.
    """
    mean = a * b / n
    if mean >= SERIES_MEAN:
        return series_excess(n, a, b)
    log_mean = math.log(mean)
    low = max(0.0, a + b - n)
    high = min(a, b)
    mode = math.floor((a + 1.0) * (b + 1.0) / (n + 2.0))
    mode = min(max(mode, low), high)
    weight_sum = 1.0
    value_sum = divergence_term(mode, mean, log_mean)
    weight = 1.0
    k = mode
    while k < high:
        weight *= (a - k) * (b - k) / ((k + 1.0) * (n - a - b + k + 1.0))
        k += 1.0
        if weight < TAIL:
            break
        weight_sum += weight
        value_sum += weight * divergence_term(k, mean, log_mean)
    weight = 1.0
    k = mode
    while k > low:
        weight *= k * (n - a - b + k) / ((a - k + 1.0) * (b - k + 1.0))
        k -= 1.0
        if weight < TAIL:
            break
        weight_sum += weight
        value_sum += weight * divergence_term(k, mean, log_mean)
    return value_sum / weight_sum


@kernel
def series_excess(n, a, b):
    """Return the first terms of `hypergeometric_excess` in powers of one over the mean.

    E[k ln k] expanded about the mean, by the first four cumulants of k; what is left out is about
    five over the mean's cube.
    """
    if a >= n or b >= n:
        return 0.0
    mean = a * b / n
    p, q = a / n, b / n
    # Not 1 - p, which rounds where few of many rows are outside.
    second = b * p * ((n - a) / n) * ((n - b) / n) * n / (n - 1.0)
    third = second * (1.0 - 2.0 * p) * (1.0 - 2.0 * q) * n / (n - 2.0)
    # The fourth, to the order that matters: 1 - 6 p(1-p) - 6 q(1-q) + 30 pq(1-p)(1-q).
    u, v = p * ((n - a) / n), q * ((n - b) / n)
    fourth = second * (1.0 - 6.0 * u - 6.0 * v + 30.0 * u * v)
    return (
        second / (2.0 * mean)
        - third / (6.0 * mean**2)
        + (3.0 * second**2 + fourth) / (12.0 * mean**3)
        - second * third / (2.0 * mean**4)
        + second**3 / (2.0 * mean**5)
    )


@kernel
def expected_information(row_sums, column_sums):
    """Return the exact mean, in nats, of plug-in information under independence.

    Both margins are positive integers and are held fixed (Vinh, Epps and Bailey, JMLR
    2010, eq. 24). Equal sums are worked out once: of n rows there are at most about 2 n pairs of
    different ones, whatever the number of levels.
    """
    n = column_sums.sum()
    ordered = np.sort(row_sums)
    place, sizes = distinct_places(column_sums)
    excess = np.empty(sizes.shape[0])
    previous = -1.0
    row_total = 0.0
    total = 0.0
    for i in range(ordered.shape[0]):
        if ordered[i] != previous:
            previous = ordered[i]
            for k in range(sizes.shape[0]):
                excess[k] = hypergeometric_excess(n, previous, sizes[k])
            row_total = 0.0
            for j in range(column_sums.shape[0]):
                row_total += excess[place[j]]
        total += row_total
    return total / n


@kernel
def distinct_places(values):
    """Return the place of each value among the different ones, and those, ascending."""
    order = np.argsort(values)
    place = np.empty(values.shape[0], np.int64)
    sizes = np.empty(values.shape[0])
    n_sizes = 0
    for j in order:
        if n_sizes == 0 or values[j] != sizes[n_sizes - 1]:
            sizes[n_sizes] = values[j]
            n_sizes += 1
        place[j] = n_sizes - 1
    return place, sizes[:n_sizes]


@lru_cache(maxsize=1)
def poisson_tables():
    """Return what a Poisson count's n ln n does, on a grid of sqrt(rate).

    Returns
    -------
    tables : ndarray of shape (4, n_grid), dtype float64
        Excess E[f] - f(rate) with f(n) = n ln n; the exponent of the margins'
        shrinkage, rate E[second difference of f] / (2 excess), from the first
        Charlier term of a binomial; Var[f] less what is linear in n; and the
        slope Cov[f, n] / rate.
    """
    n_grid = int(math.sqrt(RATE_MAX) * STEPS_PER_UNIT) + 2
    rate = (np.arange(n_grid) / STEPS_PER_UNIT) ** 2
    k = np.arange(0, int(RATE_MAX + 12 * math.sqrt(RATE_MAX) + 40))
    f = xlogy(k, k)
    first = np.diff(f, append=xlogy(k[-1] + 1, k[-1] + 1))
    second = np.diff(first, append=1.0 / k[-1])
    weights = np.exp(xlogy(k, rate[:, None]) - rate[:, None] - gammaln(k + 1))
    mean = weights @ f
    slope = weights @ first
    excess = mean - xlogy(rate, rate)
    residual = weights @ f**2 - mean**2 - rate * slope**2
    exponent = np.divide(
        rate * (weights @ second), 2 * excess, out=np.zeros(n_grid), where=excess > 0
    )
    return np.ascontiguousarray(np.stack([excess, exponent, np.maximum(residual, 0.0), slope]))


@kernel
def interpolate(tables, which, rate):
    """Return one of the four Poisson functions at a rate below RATE_MAX."""
    position = math.sqrt(rate) * STEPS_PER_UNIT
    cell = int(position)
    part = position - cell
    return tables[which, cell] * (1.0 - part) + tables[which, cell + 1] * part


@kernel
def cell_excess(n, a, b, tables):
    """Return about E[k ln k] - m ln m, m = ab/n, for k ~ Hypergeometric(n, a, b).

    Summed over a table's cells and divided by n this is the null mean of its
    information, within a few percent at worst (single rows) and to second order in dense tables.
    Real-valued margins are as good as integers.
    """
    if n <= 1.0:
        return 0.0
    rate = a * b / n
    if rate <= 0.0:
        return 0.0
    keep = min(((n - a) / n) * ((n - b) / n) * n / (n - 1.0), 1.0)
    if rate >= RATE_MAX - 1.0:
        return (0.5 + 1.0 / (12.0 * rate)) * keep
    shrink = 1.0 - keep
    exponent = interpolate(tables, 1, rate)
    # (1 - shrink) ** exponent to second order: a power would cost as much as the rest.
    factor = 1.0 - exponent * shrink * (1.0 + 0.5 * (1.0 - exponent) * shrink)
    return interpolate(tables, 0, rate) * factor


@kernel
def null_moments(row_sums, column_sums, tables, exact):
    """Return mean and variance of N * I (nats) over tables with these margins, all positive.

    The mean is exact for integer margins (`exact`), else smooth. The variance is
    that of `poisson_moments`, scaled by the square of exact over Poisson mean.
    """
    return remembered_moments(row_sums, column_sums, tables, exact, np.empty(0), ZERO)


@kernel
def remembered_moments(row_sums, column_sums, tables, exact, known, start):
    """Return `null_moments`, looking up what rows of one size add to an exact mean.

    Parameters
    ----------
    known : ndarray of float64
        What a row adds, by its size, from `start` on; NaN where that is not known yet. Empty to
        remember nothing.
    """
    n = column_sums.sum()
    if n <= 1.0 or row_sums.shape[0] < 2 or column_sums.shape[0] < 2:
        return 0.0, 0.0
    poisson_mean, variance = poisson_moments(row_sums, column_sums, tables)
    mean = excess = previous = 0.0
    for size in row_sums:
        if exact and size == previous:
            mean += excess  # as of equal-frequency codes
        elif exact:
            excess, previous = exact_row_excess(n, size, column_sums, known, start), size
            mean += excess
        else:
            for column_sum in column_sums:
                mean += cell_excess(n, size, column_sum, tables)
    if poisson_mean > 0.0:
        variance *= (mean / poisson_mean) ** 2
    return mean, variance


@kernel
def exact_row_excess(n, size, sums, known, start):
    """Return the sum of `hypergeometric_excess` along one row, looked up if it is known."""
    if known.shape[0]:
        place = start + int(size)
        if not math.isnan(known[place]):
            return known[place]
    total = 0.0
    for column_sum in sums:
        total += hypergeometric_excess(n, size, column_sum)
    if known.shape[0]:
        known[place] = total
    return total


@kernel
def poisson_moments(row_sums, column_sums, tables):
    """Return mean and variance of N * I (nats) for independent Poisson cells, given both margins.

    Conditioning projects out the part linear in the margins (McCullagh 1986).
    """
    rows, columns = np.ones(row_sums.shape[0]), np.ones(column_sums.shape[0])
    return poisson_moments_of_sizes(
        column_sums.sum(), row_sums, rows, column_sums, columns, tables
    )


@kernel
def moments_of_sizes(n, row_sums, row_times, column_sums, column_times, tables, exact):
    """Return `null_moments` of margins that hold each size a number of times.

    Parameters
    ----------
    n : float
        The sum of either margin.

    row_sums, row_times : ndarray of float64
        Sizes, whole if `exact`, and how often each occurs.

    column_sums, column_times : ndarray of float64

    tables : ndarray
        From `poisson_tables`.

    exact : bool
    """
    poisson_mean, variance = poisson_moments_of_sizes(
        n, row_sums, row_times, column_sums, column_times, tables
    )
    mean = 0.0
    for i in range(row_sums.shape[0]):
        for j in range(column_sums.shape[0]):
            if exact:
                excess = hypergeometric_excess(n, row_sums[i], column_sums[j])
            else:
                excess = cell_excess(n, row_sums[i], column_sums[j], tables)
            mean += excess * (row_times[i] * column_times[j])
    if poisson_mean > 0.0:
        variance *= (mean / poisson_mean) ** 2
    return mean, variance


@kernel
def poisson_moments_of_sizes(n, row_sums, row_times, column_sums, column_times, tables):
    """Return `poisson_moments` of margins that hold each size a number of times."""
    n_rows, n_columns = row_sums.shape[0], column_sums.shape[0]
    slope = np.zeros((n_rows, n_columns))
    slope_row = np.zeros(n_rows)
    slope_column = np.zeros(n_columns)
    mean = 0.0
    variance = 0.0
    for i in range(n_rows):
        for j in range(n_columns):
            rate = row_sums[i] * column_sums[j] / n
            keep = ((n - row_sums[i]) / n) * ((n - column_sums[j]) / n) * n / (n - 1.0)
            if rate >= RATE_MAX - 1.0:
                excess = 0.5 + 1.0 / (12.0 * rate)
                residual = 0.5 + 0.5 / rate
                # The slope of x ln x at the mean, 1 + ln(rate), is additive in the margins.
                slope[i, j] = 1.0 + math.log(rate) - 1.0 / (2.0 * rate)
            else:
                excess = interpolate(tables, 0, rate)
                residual = interpolate(tables, 2, rate)
                slope[i, j] = interpolate(tables, 3, rate)
            times = row_times[i] * column_times[j]
            mean += excess * keep * times
            variance += residual * keep * times
            slope_row[i] += slope[i, j] * column_sums[j] / n * column_times[j]
            slope_column[j] += slope[i, j] * row_sums[i] / n * row_times[i]
    grand = 0.0
    for i in range(n_rows):
        grand += slope_row[i] * row_sums[i] / n * row_times[i]
    for i in range(n_rows):
        for j in range(n_columns):
            rate = row_sums[i] * column_sums[j] / n
            rest = slope[i, j] - slope_row[i] - slope_column[j] + grand
            variance += rate * rest * rest * (row_times[i] * column_times[j])
    return mean, variance


@kernel
def chance_in_strata(
    level_counts, level_starts, class_counts, class_starts, tables, exact, most_cells
):
    """Return the mean of plug-in information under independence in each stratum, in nats.

    NaN where it is not that of whole counts, and there are more cells than `most_cells`.
    """
    n_strata = level_starts.shape[0] - 1
    chance = np.zeros(n_strata)
    for z in range(n_strata):
        a = level_counts[level_starts[z] : level_starts[z + 1]]
        b = class_counts[class_starts[z] : class_starts[z + 1]]
        if a.shape[0] < 2 or b.shape[0] < 2:
            continue
        if not exact and a.shape[0] * b.shape[0] > most_cells:
            chance[z] = math.nan
            continue
        # The longer one first (of two as long, the smaller): the same for X and y exchanged.
        is_turned = a.shape[0] < b.shape[0]
        if a.shape[0] == b.shape[0]:
            for i in range(a.shape[0]):
                if a[i] != b[i]:
                    is_turned = b[i] < a[i]
                    break
        if is_turned:
            a, b = b, a
        chance[z] = (
            expected_information(a, b) if exact else null_moments(a, b, tables, False)[0] / a.sum()
        )
    return chance
