"""Empirical Bayes estimates of the rate (mean) of y at each level of a category.

The distribution of rates over levels is estimated from the levels themselves: a mixture over a
grid of rates, with maximum likelihood weights [1]_. Few kinds of levels give few peaks, and a
level is shrunk towards the peaks that it may belong to; a wide distribution leaves the rates of
frequent levels unchanged.

References
----------
.. [1] J. Kiefer and J. Wolfowitz, "Consistency of the maximum likelihood estimator in the presence
   of infinitely many incidental parameters", Annals of Mathematical Statistics 27, 1956.
"""

import numpy as np
from scipy.special import betaln, expit

# Half of the grid is evenly spaced over the range of the rates, half is at their quantiles.
HALF_GRID = 32

# Steps of EM from equal weights. More of them overfit few levels; 20 and 500 give the same loss
# within .001 bit.
N_STEPS = 50

# This number of levels is sufficient to estimate the spread; likelihoods are computed for as many
# at a time.
MANY_LEVELS = 10_000


def shrunk_means(stats, more, statistics):
    """Return class rates, or the mean of a continuous y, of levels and of further ones.

    Parameters
    ----------
    stats : ndarray of shape (n_levels, n_stats)
        Target statistics of each level, from which the spread is estimated.

    more : ndarray of shape (n_more, n_stats)
        Statistics of further levels, which are not used in the estimate; zeros for one without
        samples.

    statistics : ClassStatistics or GaussianStatistics

    Returns
    -------
    means : ndarray of shape (n_levels + n_more, n_classes)
        For several classes each row is for one against the others, and sums to about one. For a
        continuous y, one column, in units of its statistics.
    """
    sizes, all_stats = statistics.weights(stats), np.vstack([stats, more])
    if statistics.n_classes == 1:
        spread = _normal_spread(stats)
        means = _posterior_means(spread, all_stats[:, 1], all_stats[:, 0], len(stats))
        return means[:, None]
    all_sizes = statistics.weights(all_stats)
    rates = np.empty(all_stats.shape)
    for c in range(statistics.n_classes):
        if statistics.n_classes == 2 and c == 0:
            continue
        overall = stats[:, c].sum() / sizes.sum()
        rates[:, c] = _posterior_means(BetaSpread(overall), all_stats[:, c], all_sizes, len(stats))
    if statistics.n_classes == 2:
        rates[:, 0] = 1 - rates[:, 1]
    return rates


def _posterior_means(spread, totals, sizes, n_levels):
    """Return the posterior mean of each level, with the spread of the first `n_levels`."""
    # Levels of the same sums have the same mean; sorted, so that their order has no effect.
    pairs, places, counts = np.unique(
        np.column_stack([sizes, totals]), axis=0, return_inverse=True, return_counts=True
    )
    places = places.ravel()
    counts = np.bincount(places[:n_levels], minlength=len(pairs)).astype(np.float64)
    levels = np.flatnonzero(counts)
    starts = spread.smoothed(*pairs[levels].T)
    if not np.ptp(starts) > 1e-12:
        return np.full(len(totals), spread.overall)
    grid = _grid(starts, counts[levels])
    few = levels[:: -(-len(levels) // MANY_LEVELS)]
    weights = _mixture_weights(spread.likelihoods(grid, *pairs[few].T), counts[few])
    means = np.empty(len(pairs))
    for start in range(0, len(pairs), MANY_LEVELS):
        some = slice(start, start + MANY_LEVELS)
        shares = spread.likelihoods(grid, *pairs[some].T) * weights
        of_points = spread.means(grid, *pairs[some].T)
        means[some] = (shares * of_points).sum(axis=1) / shares.sum(axis=1)
    return means[places]


def _grid(starts, counts):
    """Return points over the range of the levels, denser where there are more of them."""
    order = np.argsort(starts, kind="stable")
    below = np.cumsum(counts[order]) - counts[order] / 2
    shares = (np.arange(HALF_GRID) + 0.5) / HALF_GRID * counts.sum()
    bulk = np.interp(shares, below, starts[order])
    even = np.linspace(starts.min(), starts.max(), HALF_GRID)
    points = np.unique(np.concatenate([even, bulk]))
    # Points that nearly coincide would have zero width.
    apart = np.diff(points, prepend=-np.inf) > 1e-6 * np.ptp(points)
    return points[apart]


def _mixture_weights(likelihoods, counts):
    """Return the weights of the points of the grid, by EM."""
    weights = np.full(likelihoods.shape[1], 1 / likelihoods.shape[1])
    for _ in range(N_STEPS):
        shares = counts / (likelihoods @ weights)
        weights = weights * (shares @ likelihoods) / counts.sum()
    return weights


class BetaSpread:
    """Mixture of beta distributions, with the local width of the grid in log odds.

    Parameters
    ----------
    overall : float
        The rate of all samples.
    """

    def __init__(self, overall):
        self.overall = overall

    def smoothed(self, sizes, hits):
        """Return log odds of levels, each with one more sample of the overall rate."""
        if not 0 < self.overall < 1:
            return np.zeros(len(sizes))
        # The logit of the ratio would be infinite for a rate that rounds to one.
        return np.log(hits + self.overall) - np.log(sizes - hits + (1 - self.overall))

    def likelihoods(self, grid, sizes, hits):
        """Return the beta-binomial likelihood of each level at each point, the largest being 1."""
        ones, zeros = self._prior_samples(grid)
        hits, misses = hits[:, None], (sizes - hits)[:, None]
        return _relative(betaln(hits + ones, misses + zeros) - betaln(ones, zeros))

    def means(self, grid, sizes, hits):
        """Return the posterior mean of each level at each point."""
        ones, zeros = self._prior_samples(grid)
        return (hits[:, None] + ones) / (sizes[:, None] + ones + zeros)

    def _prior_samples(self, grid):
        """Return the weight in samples of each class of the distribution at each point."""
        rates, rests = expit(grid), expit(-grid)
        rows = np.maximum(1 / (rates * rests * np.gradient(grid) ** 2) - 1, 1.0)
        return rates * rows, rests * rows


class NormalSpread:
    """Mixture of normal distributions, with the local width of the grid.

    Parameters
    ----------
    overall, variance : float
        The mean of all samples, and the variance of samples within levels.
    """

    def __init__(self, overall, variance):
        self.overall = overall
        self._variance = variance

    def smoothed(self, sizes, totals):
        """Return means of levels, each with one more sample of the overall mean."""
        return (totals + self.overall) / (sizes + 1)

    def likelihoods(self, grid, sizes, totals):
        """Return the likelihood of each level at each point, the largest being 1."""
        sizes, totals = sizes[:, None], totals[:, None]
        # n times the variance of the mean of n samples about a point: defined for n = 0.
        variance = sizes * np.gradient(grid) ** 2 + self._variance
        away = (totals - sizes * grid) ** 2
        squares = np.divide(away, sizes, out=np.zeros(away.shape), where=sizes > 0)
        return _relative(-0.5 * (squares / variance + np.log(variance)))

    def means(self, grid, sizes, totals):
        """Return the posterior mean of each level at each point."""
        sizes, totals = sizes[:, None], totals[:, None]
        widths = np.gradient(grid) ** 2
        return (totals * widths + grid * self._variance) / (sizes * widths + self._variance)


def _normal_spread(stats):
    """Return the NormalSpread of levels of a continuous y, with their variance within."""
    sizes, totals, squares = stats.T
    n, overall = sizes.sum(), totals.sum() / sizes.sum()
    overall_variance = squares.sum() / n - overall**2
    within = np.maximum(squares - totals**2 / sizes, 0.0).sum()
    freedom = n - len(stats)
    variance = within / freedom if freedom > 0 else overall_variance
    # If y is a function of the level the variance is zero, and the ratio is undefined.
    return NormalSpread(overall, max(variance, 1e-12 * overall_variance, np.finfo(float).tiny))


def _relative(logs):
    return np.exp(logs - logs.max(axis=1, keepdims=True))
