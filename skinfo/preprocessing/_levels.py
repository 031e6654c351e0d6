"""What to expect of y at each level of a category: its own rate, shrunk as all levels suggest.

How rates are spread over levels is read off the levels themselves (empirical Bayes): a mixture
over a grid of rates, its weights by maximum likelihood [1]_. Few kinds of levels become few
peaks, and a level is drawn to the peaks it may belong to; a wide spread leaves levels of many
rows where they are.

References
----------
.. [1] J. Kiefer and J. Wolfowitz, "Consistency of the maximum likelihood estimator in the presence
   of infinitely many incidental parameters", Annals of Mathematical Statistics 27, 1956.
"""

import numpy as np
from scipy.special import betaln, expit, logit

# Half of the grid is even, for the reach of the rates, half at their quantiles, for their bulk.
HALF_GRID = 32

# Steps of EM from equal weights. More of them draw peaks that few levels of noise would make;
# 20 and 500 were measured to do as well within .001 bit.
N_STEPS = 50

# The spread is well known by then, and a table of likelihoods has this many rows at a time.
MANY_LEVELS = 10_000


def shrunk_means(sums, more, task):
    """Return class rates, or the mean of a continuous y, at levels, and of further sums.

    Parameters
    ----------
    sums : ndarray of shape (n_levels, n_sums)
        What y sums to at each level; of these the spread is learnt.

    more : ndarray of shape (n_more, n_sums)
        Sums of which the same is to be expected as of a level; zeros for one without a row.

    task : ClassStatistics or GaussianStatistics

    Returns
    -------
    means : ndarray of shape (n_levels + n_more, n_classes)
        Of several classes each row is about one against the others, and sums to about one. Of
        a continuous y, one column, in units of its sums.
    """
    sizes, all_sums = task.weights(sums), np.vstack([sums, more])
    if task.n_classes == 1:
        spread = _normal_spread(sums)
        means = _posterior_means(spread, all_sums[:, 1], all_sums[:, 0], len(sums))
        return means[:, None]
    all_sizes = task.weights(all_sums)
    rates = np.empty(all_sums.shape)
    for c in range(task.n_classes):
        if task.n_classes == 2 and c == 0:
            continue
        overall = sums[:, c].sum() / sizes.sum()
        rates[:, c] = _posterior_means(BetaSpread(overall), all_sums[:, c], all_sizes, len(sums))
    if task.n_classes == 2:
        rates[:, 0] = 1 - rates[:, 1]
    return rates


def _posterior_means(spread, totals, sizes, n_levels):
    """Return the expected mean of each set of rows, the spread being that of the first ones."""
    # Levels of the same sums have the same mean, and levels without order have one here.
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
    """Return points over the reach of the levels, closer where there are more of them."""
    order = np.argsort(starts, kind="stable")
    below = np.cumsum(counts[order]) - counts[order] / 2
    shares = (np.arange(HALF_GRID) + 0.5) / HALF_GRID * counts.sum()
    bulk = np.interp(shares, below, starts[order])
    even = np.linspace(starts.min(), starts.max(), HALF_GRID)
    points = np.unique(np.concatenate([even, bulk]))
    # Points that all but coincide would have no width.
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
    """A mixture of beta distributions, as wide in log odds as the grid is there.

    Parameters
    ----------
    overall : float
        The rate of all rows.
    """

    def __init__(self, overall):
        self.overall = overall

    def smoothed(self, sizes, hits):
        """Return log odds of levels, each with one more row of the overall rate."""
        if not 0 < self.overall < 1:
            return np.zeros(len(sizes))
        return logit((hits + self.overall) / (sizes + 1))

    def likelihoods(self, grid, sizes, hits):
        """Return the beta-binomial likelihood of each level at each point, the largest being 1."""
        ones, zeros = self._prior_rows(grid)
        hits, misses = hits[:, None], (sizes - hits)[:, None]
        return _relative(betaln(hits + ones, misses + zeros) - betaln(ones, zeros))

    def means(self, grid, sizes, hits):
        """Return the posterior mean of each level at each point."""
        ones, zeros = self._prior_rows(grid)
        return (hits[:, None] + ones) / (sizes[:, None] + ones + zeros)

    def _prior_rows(self, grid):
        """Return the rows of either class that the distribution at each point is worth."""
        rates = expit(grid)
        rows = np.maximum(1 / (rates * (1 - rates) * np.gradient(grid) ** 2) - 1, 1.0)
        return rates * rows, (1 - rates) * rows


class NormalSpread:
    """A mixture of normal distributions, as wide as the grid is there.

    Parameters
    ----------
    overall, variance : float
        The mean of all rows, and the variance of rows within levels.
    """

    def __init__(self, overall, variance):
        self.overall = overall
        self._variance = variance

    def smoothed(self, sizes, totals):
        """Return means of levels, each with one more row of the overall mean."""
        return (totals + self.overall) / (sizes + 1)

    def likelihoods(self, grid, sizes, totals):
        """Return the likelihood of each level at each point, the largest being 1."""
        sizes, totals = sizes[:, None], totals[:, None]
        # The variance of n rows' mean about a point, n times it, so that no rows are no trouble.
        variance = sizes * np.gradient(grid) ** 2 + self._variance
        away = (totals - sizes * grid) ** 2
        squares = np.divide(away, sizes, out=np.zeros(away.shape), where=sizes > 0)
        return _relative(-0.5 * (squares / variance + np.log(variance)))

    def means(self, grid, sizes, totals):
        """Return the posterior mean of each level at each point."""
        sizes, totals = sizes[:, None], totals[:, None]
        widths = np.gradient(grid) ** 2
        return (totals * widths + grid * self._variance) / (sizes * widths + self._variance)


def _normal_spread(sums):
    """Return the NormalSpread of levels of a continuous y, with their variance within."""
    sizes, totals, squares = sums.T
    n, overall = sizes.sum(), totals.sum() / sizes.sum()
    whole = squares.sum() / n - overall**2
    within = np.maximum(squares - totals**2 / sizes, 0.0).sum()
    freedom = n - len(sums)
    variance = within / freedom if freedom > 0 else whole
    # Where y is a function of the level there is no variance left, and a ratio to take.
    return NormalSpread(overall, max(variance, 1e-12 * whole, np.finfo(float).tiny))


def _relative(logs):
    return np.exp(logs - logs.max(axis=1, keepdims=True))
