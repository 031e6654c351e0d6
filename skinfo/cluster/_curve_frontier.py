"""The frontier of the information plane: the best solutions for a row of betas."""

from skinfo.cluster._algorithms import ALGORITHMS
from skinfo.cluster._curve_solver import IMPROVEMENT
from skinfo.cluster._settings import Plan, cluster_counts

# Down and up again, at most so often.
MAX_SWEEPS = 20
# Rounds of moves of the rows, and the gain, in nats, that ends them.
MAX_MOVES = 100
LEAST_GAIN = 1e-10


def hard_start(search, rows, seeds, n_jobs):
    """Return q(t, y) of hard clusters that hold about as much of y as so many can.

    With as many clusters as rows, each has its own. With fewer, they are what is best of several
    partitions of the sequential algorithm.

    Parameters
    ----------
    search : Search

    rows : DistinctRows
        Of the same table.

    seeds : ndarray of shape (n_init,)

    n_jobs : int or None
    """
    if search.limit == len(rows.sizes):
        return search.table.mass[:, None] * search.conditional()
    plan = Plan(search.limit, None, MAX_MOVES, LEAST_GAIN, seeds, n_jobs)
    labels = ALGORITHMS["sequential"](rows, plan).labels
    counts = cluster_counts(rows, labels, search.limit)
    return counts[counts.any(axis=1)] / rows.sizes.sum()


def trace_frontier(search, betas, hard, on_sweep=None):
    """Return the best solution found for each of increasing betas.

    Solutions are handed on from beta to beta, down from hard clusters and up from none, with new
    clusters wherever they pay, until none is improved. At last every beta takes the best of
    all solutions, so that all lie on the concave hull, and neither information falls.

    Parameters
    ----------
    search : Search

    betas : ndarray of shape (n_betas,)

    hard : ndarray of shape (n_clusters, n_columns)
        q(t, y) of what the largest beta starts from.

    on_sweep : callable or None, default=None
        Called after each sweep down and up with how many solutions it improved.

    Returns
    -------
    solutions : list of Solution
    """
    frontier = _Frontier(search, betas)
    frontier.settle(len(betas) - 1, search.soften(hard))
    for _ in range(MAX_SWEEPS):
        before = list(frontier.best)
        frontier.sweep_down()
        frontier.sweep_up()
        frontier.share()
        n_improved = sum(
            one is not other for one, other in zip(before, frontier.best, strict=True)
        )
        if on_sweep is not None:
            on_sweep(n_improved)
        if n_improved == 0:
            break
    frontier.finish()
    return [frontier.best[frontier.leader(i)] for i in range(len(betas))]


class _Frontier:
    """The best solution for each beta so far, and what was tried on it already."""

    def __init__(self, search, betas):
        self.search = search
        self.betas = betas
        self.best = [search.trivial] * len(betas)
        self._tried = {}
        self._unsplit = [None] * len(betas)

    def settle(self, i, decoder):
        """Settle from a decoder, and keep what comes out if it is better."""
        self._keep(i, self.search.settle(decoder, self.betas[i]))

    def sweep_down(self):
        """Hand solutions on to the next smaller beta."""
        for i in reversed(range(len(self.betas) - 1)):
            self._take_from(i, i + 1)

    def sweep_up(self):
        """Hand solutions on to the next larger beta, and split their clusters."""
        for i in range(len(self.betas)):
            if i:
                self._take_from(i, i - 1)
            self._split(i)

    def share(self):
        """Let every beta start from the solution that is best for it."""
        for i in range(len(self.betas)):
            self._take_from(i, self.leader(i))

    def finish(self):
        """Let every solution, of which all but the last steps were made, make these too."""
        for i, beta in enumerate(self.betas):
            if self.best[i] is not self.search.trivial:
                found = self.search.settle(self.best[i].decoder, beta, self.search.tol)
                if found.cost(beta) <= self.best[i].cost(beta) or not found.converged:
                    self.best[i] = found

    def leader(self, i):
        """Return whose solution costs least at a beta."""
        costs = [solution.cost(self.betas[i]) for solution in self.best]
        return costs.index(min(costs))

    def _take_from(self, i, source):
        solution = self.best[source]
        if solution is not self.best[i] and self._tried.get((i, source)) is not solution:
            self._tried[i, source] = solution
            self.settle(i, solution.decoder)

    def _split(self, i):
        while self.best[i] is not self._unsplit[i]:
            self._unsplit[i] = self.best[i]
            found = self.search.split(self.best[i], self.betas[i])
            if found is not None:
                self._keep(i, found)

    def _keep(self, i, found):
        beta = self.betas[i]
        if found.cost(beta) < self.best[i].cost(beta) - IMPROVEMENT:
            self.best[i] = found
