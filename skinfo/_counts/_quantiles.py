"""Equal-frequency bins that do not look at the other column: how many, and where ties go.

The tables of `mutual_info_test` and of `InfoBottleneckSelector` are made of these.
"""

import numpy as np

# Beyond it float64 does not tell a whole sum from the next.
LARGEST_SUM = 2.0**53


def default_n_bins(n):
    """Return how many bins a test cuts n samples into: the cube root, 3 to 10.

    Every bin adds a degree of freedom to each class, and so takes power from a test of relations
    that are smooth: monotone, U-shaped, of spread. More bins would see finer ones.
    """
    return int(np.clip(round(n ** (1 / 3)), 3, 10))


def estimate_n_bins(n, against_classes):
    """Return how many bins an estimate by bins takes of n samples.

    More than a test does: what bins cannot see is missing from an estimate. Against numbers both
    columns have as many, and a table the square of it.
    """
    return max(round(1.5 * n**0.4 if against_classes else n ** (1 / 3)), 2)


def equal_frequency_codes(values, n_bins, weights=None):
    """Return the bin of each value, (n_samples,) int64; that of NaN is `n_bins`.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), dtype float64

    n_bins : int

    weights : ndarray of shape (n_samples,) or None, default=None
        From `check_frequency_weights`.
    """
    present = ~np.isnan(values)
    if not present.all():
        codes = np.full(len(values), n_bins)
        weights = None if weights is None else weights[present]
        codes[present] = equal_frequency_codes(values[present], n_bins, weights)
        return codes
    return np.searchsorted(bin_starts(values, n_bins, weights), values, side="right")


def bin_starts(values, n_bins, weights=None):
    """Return the least value of each bin but the first, increasing; a bin may be left empty."""
    if weights is None:
        line = np.sort(values)
        new = np.flatnonzero(line[1:] != line[:-1]) + 1
        ends = np.concatenate([[0], new, [len(line)]])
    else:
        order = np.argsort(values)
        line = values[order]
        new = np.flatnonzero(line[1:] != line[:-1]) + 1
        ends = np.append(0.0, np.cumsum(weights[order]))[np.concatenate([[0], new, [len(line)]])]
    bins = bins_of_runs(ends, n_bins)
    return line[new][bins[1:] != bins[:-1]]


def bins_of_runs(ends, n_bins):
    """Return the bin of each run of equal values, (n_runs,) int64.

    Of at most `n_bins` values each has a bin of its own. Of more, a value is in the bin that the
    middle of its run is in, so that ties stay together; counted from the nearer end, so that bins
    of x and of -x are the same.

    Parameters
    ----------
    ends : ndarray of shape (n_runs + 1,)
        How many rows (or how much weight) there are before each run, and in all.

    n_bins : int
    """
    n_runs = len(ends) - 1
    if n_runs <= n_bins:
        return np.arange(n_runs)
    # Whole weights too, but for sums of which products with `n_bins` overflow.
    if ends.dtype.kind == "f" and ends[-1] < LARGEST_SUM and np.all(ends % 1 == 0):
        ends = ends.astype(np.int64)
    # Twice the middle of each run.
    middles, n = ends[1:] + ends[:-1], ends[-1]
    if ends.dtype.kind == "f":
        from_below = middles * n_bins // (2 * n)
        from_above = n_bins - 1 - (2 * n - middles) * n_bins // (2 * n)
        return np.where(middles <= n, from_below, from_above).astype(np.int64)
    # The same of integers, by the least middle of each bin: no division per run.
    bins = np.arange(1, n_bins)
    least = np.where(2 * bins <= n_bins, -(-2 * n * bins // n_bins), 2 * n * bins // n_bins + 1)
    starts = np.searchsorted(middles, least)
    return np.repeat(np.arange(n_bins), np.diff(np.concatenate([[0], starts, [n_runs]])))
