"""Solutions along the information curve, improved by exchange between betas."""

import numpy as np

from skinfo.cluster._algorithms import ALGORITHMS, SolverSettings
from skinfo.cluster._curve_solver import IMPROVEMENT
from skinfo.cluster._soft import dense
from skinfo.utils._progress import report_pass

# Maximum number of sweeps down and up.
MAX_SWEEPS = 20
# Rounds of the sequential algorithm for the initial partition, and the gain that ends them, nats.
MAX_ROUNDS = 100
MIN_GAIN = 1e-10

# The default betas end where T reaches this proportion of the relevance of hard clusters.
SATURATION = 0.999
MAX_DOUBLINGS = 40
N_BETAS = 32
# Relative distance of the second beta from the first, the onset.
FIRST_STEP = 0.01


def hard_decoder(solver, rows, seeds, n_jobs):
    """Return q(t, y) of hard clusters that are nearly optimal for their number.

    With as many clusters as rows, each row is a cluster; with fewer, they are the best partition
    of the sequential algorithm.

    Parameters
    ----------
    solver : CurveSolver

    rows : DistinctRows
        Rows of the same table.

    seeds : ndarray of shape (n_init,)

    n_jobs : int or None
    """
    if solver.max_clusters == len(rows.sizes):
        return solver.table.p_x[:, None] * dense(solver.table.conditional)
    settings = SolverSettings(solver.max_clusters, None, MAX_ROUNDS, MIN_GAIN, seeds, n_jobs)
    labels = ALGORITHMS["sequential"](rows, settings).labels
    counts = rows.cluster_counts(labels, solver.max_clusters)
    return counts[counts.any(axis=1)] / rows.sizes.sum()


def default_betas(solver, onset, hard):
    """Return N_BETAS betas from the onset to where the relevance of hard clusters saturates."""
    # X and Y are independent: one cluster is optimal at every beta.
    if onset == np.inf:
        return np.ones(1)
    goal = SATURATION * solver.relevance(hard)
    last = 2 * onset
    for _ in range(MAX_DOUBLINGS):
        if solver.optimise(solver.smooth(hard), last).relevance >= goal:
            break
        last *= 2
    steps = np.geomspace(FIRST_STEP, last / onset - 1, N_BETAS - 1)
    return onset * np.concatenate([[1.0], 1 + steps])


def trace_frontier(solver, betas, hard):
    """Return the best solution found for each of increasing betas.

    The objective is not convex, and a solution for one beta is a good start for its neighbours.
    So solutions are passed on from beta to beta, downwards from hard clusters and upwards from a
    single one, with new clusters wherever they lower the objective, until none improves. Finally
    every beta takes the best of all solutions, so that all points are on the concave hull, and
    neither compression nor relevance decreases with beta.

    Parameters
    ----------
    solver : CurveSolver

    betas : ndarray of shape (n_betas,)

    hard : ndarray of shape (n_clusters, n_columns)
        q(t, y) that the largest beta starts from.

    Returns
    -------
    solutions : list of CurveSolution
    """
    frontier = _Frontier(solver, betas)
    # Smoothed, since the iteration never leaves a zero of q(y|t).
    frontier.try_decoder(len(betas) - 1, solver.smooth(hard))
    for _ in range(MAX_SWEEPS):
        previous = list(frontier.solutions)
        frontier.sweep_down()
        frontier.sweep_up()
        frontier.try_best_of_all()
        n_improved = sum(
            one is not other for one, other in zip(previous, frontier.solutions, strict=True)
        )
        report_pass(f"{n_improved} of {len(betas)} betas improved")
        if n_improved == 0:
            break
    frontier.finish()
    return [frontier.solutions[frontier.best_for(i)] for i in range(len(betas))]


class _Frontier:
    """Best solution so far for each beta, and the starts tried on it already."""

    def __init__(self, solver, betas):
        self.solver = solver
        self.betas = betas
        self.solutions = [solver.trivial] * len(betas)
        self._tried = {}
        self._without_growth = [None] * len(betas)

    def try_decoder(self, i, decoder):
        """Optimise from a decoder for beta i, and keep the result if it is better."""
        self._keep_if_better(i, self.solver.optimise(decoder, self.betas[i]))

    def sweep_down(self):
        """Start each beta from the solution of the next larger one."""
        for i in reversed(range(len(self.betas) - 1)):
            self._try_solution_of(i, i + 1)

    def sweep_up(self):
        """Start each beta from the solution of the next smaller one, and add clusters."""
        for i in range(len(self.betas)):
            if i:
                self._try_solution_of(i, i - 1)
            self._add_clusters(i)

    def try_best_of_all(self):
        """Start each beta from the solution, of any beta, that is best for it."""
        for i in range(len(self.betas)):
            self._try_solution_of(i, self.best_for(i))

    def finish(self):
        """Optimise each solution, so far accurate enough for comparisons only, to `tol`."""
        for i, beta in enumerate(self.betas):
            if self.solutions[i] is not self.solver.trivial:
                decoder = self.solutions[i].decoder
                final = self.solver.optimise(decoder, beta, self.solver.tol)
                # The objective can only increase by rounding. An unfinished descent is kept
                # nevertheless, so that the user is warned.
                better = final.objective(beta) <= self.solutions[i].objective(beta)
                if better or not final.converged:
                    self.solutions[i] = final

    def best_for(self, i):
        """Return the index of the solution with the smallest objective for beta i."""
        objectives = [solution.objective(self.betas[i]) for solution in self.solutions]
        return objectives.index(min(objectives))

    def _try_solution_of(self, i, source):
        """Start beta i from the solution of beta `source`, unless that was tried before."""
        solution = self.solutions[source]
        # The same solution would give the same result again.
        if solution is not self.solutions[i] and self._tried.get((i, source)) is not solution:
            self._tried[i, source] = solution
            self.try_decoder(i, solution.decoder)

    def _add_clusters(self, i):
        """Add clusters to the solution of beta i until it does not improve."""
        while self.solutions[i] is not self._without_growth[i]:
            self._without_growth[i] = self.solutions[i]
            solution = self.solver.add_clusters(self.solutions[i], self.betas[i])
            if solution is not None:
                self._keep_if_better(i, solution)

    def _keep_if_better(self, i, solution):
        beta = self.betas[i]
        if solution.objective(beta) < self.solutions[i].objective(beta) - IMPROVEMENT:
            self.solutions[i] = solution
