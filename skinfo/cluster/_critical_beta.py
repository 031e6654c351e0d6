"""Critical beta: the onset of the information curve, and its first cluster."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, sparse
from scipy.optimize import minimize
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from skinfo.cluster._distinct_rows import CountTable, read_distinct_rows
from skinfo.cluster._soft import ConditionalTable, conditional_table, dense
from skinfo.utils._parallel import one_blas_thread

# Squared correlations below this are rounding errors.
UNCORRELATED = 1e-14
# Lines searched from p(x): to the heaviest rows and columns, and along singular vectors.
MAX_ROW_LINES = 512
MAX_COLUMN_LINES = 64
MAX_SINGULAR_LINES = 8
# Number of multiplications above which singular vectors are computed by iteration, which Ctrl-C
# can interrupt.
MAX_DIRECT_WORK = 2e9
# Relative error of singular vectors in the iteration, and maximum number of restarts.
EIGEN_TOL = 1e-10
MAX_RESTARTS = 200
# Positions on a line, as fractions of the distance to the boundary, where some q(x) is zero.
LINE_POSITIONS = np.geomspace(1e-3, 1.0, 24)
# Number of the best lines whose best point is refined.
N_REFINED = 8
# Ratios with a smaller relative difference belong to the same line.
SAME_RATIO = 1e-9
# Gradient of the logarithm of the ratio that ends a refinement. The error of the ratio is about
# its square.
GRADIENT_TOL = 1e-8
MAX_REFINEMENT_STEPS = 1000
# Refinements start at this fraction of the distance to the boundary, where ln q(x) is finite.
INTERIOR = 1 - 1e-9
# (1 + u) ln(1 + u) - u is summed as a series below this |u|, where the difference would cancel.
SERIES_RANGE = 0.02
# Smallest q(x) / p(x) whose logarithm is taken.
MIN_RATIO = 1e-15
# Directions smaller than this are rounding errors.
MIN_DIRECTION = 1e-9


@one_blas_thread
def critical_beta(X: CountTable, *, sample_weight: ArrayLike | None = None) -> float:
    """Critical beta: the largest beta at which an uninformative T is optimal.

    Up to it, a T that is independent of X minimises I(T;X) - beta I(T;Y); beyond it some other T
    has a lower value. The information curve leaves the origin with slope 1 / beta.

    Parameters
    ----------
    X : array-like or sparse array of shape (n_rows, n_columns)
        Counts or weights: cell (x, y) is a multiple of p(x, y).

    sample_weight : array-like of shape (n_rows,), default=None
        Factors of the rows of `X`.

    Returns
    -------
    beta : float
        At least 1, and 1 if some part of Y is a function of X; infinity if X and Y are
        independent.

    Raises
    ------
    ValueError
        If `X` is all zero, or has a cell that is negative, infinite or NaN; if `sample_weight` is
        invalid.

    See Also
    --------
    information_curve : The optimal compressions for larger beta.

    Notes
    -----
    This is the global onset 1 / eta_KL, where eta_KL is the supremum of
    KL(q(y) || p(y)) / KL(q(x) || p(x)) over all q(x), with q(y) = sum_x q(x) p(y|x) [1]_. The
    uninformative solution remains a local minimum up to 1 / rho^2, where rho is the maximal
    correlation of X and Y: iterations that start close to it do not leave it before that beta. The
    two are often equal, and 1 / eta_KL is never larger [2]_.

    The ratio is evaluated along lines from p(x) to the rows, to p(x|y) of the columns and along
    singular vectors, and maximised from the best points until its gradient vanishes. With two rows
    this finds the global maximum. With more, a larger one may in principle be missed, so the
    result is an upper bound; none of 100 random tables of 3 x 4 counts was off by 1e-7.

    References
    ----------
    .. [1] V. Anantharam, A. Gohari, S. Kamath and C. Nair, "On maximal correlation,
       hypercontractivity, and the data processing inequality studied by Erkip and Cover", 2013.
    .. [2] T. Wu, I. Fischer, I. L. Chuang and M. Tegmark, "Learnability for the information
       bottleneck", UAI, 2019.

    Examples
    --------
    A bit that is flipped with probability d = 0.1: 1 / (1 - 2 d)^2.

    >>> from skinfo.cluster import critical_beta
    >>> round(critical_beta([[45, 5], [5, 45]]), 6)
    1.5625
    """
    return find_onset(conditional_table(read_distinct_rows(X, sample_weight).joint())).beta


class Onset(NamedTuple):
    """Point where the information curve leaves the origin.

    Attributes
    ----------
    beta : float
        1 / eta_KL; infinity if X and Y are independent.

    cluster : ndarray of shape (n_columns,) or None
        q(y|t) of the first cluster with a gain. None if the supremum is only reached in the limit
        of q(y) to p(y), or if no cluster has a gain.
    """

    beta: float
    cluster: np.ndarray | None


def find_onset(table: ConditionalTable) -> Onset:
    """Return the Onset of a ConditionalTable.

    eta_KL is the supremum of KL(q(y) || p(y)) / KL(q(x) || p(x)) over all q(x), where q(y) is
    sum_x q(x) p(y|x) (Anantharam et al. 2013); its limit for q to p is the squared maximal
    correlation. The ratio is not concave, so it is evaluated on lines from p to rows, to columns
    and along singular vectors, and refined from the best points until its gradient vanishes. A
    small increase is not a stopping criterion: near p the ratio changes arbitrarily slowly.
    """
    squares, vectors = leading_correlations(table)
    if squares[0] < UNCORRELATED:
        return Onset(np.inf, None)
    # The candidates: the limit at p, the best points on lines, and where their refinements end.
    values, points = [squares[0]], [None]
    ratio = _DivergenceRatio(table)
    for point in ratio.best_points(vectors):
        refined = ratio.refine(point.u)
        values += [point.ratio, ratio.at(refined)]
        points += [point.u, refined]
    best = int(np.argmax(values))
    cluster = None if best == 0 else table.p_y * (1 + ratio.column_deviations(points[best]))
    # By the data processing inequality eta_KL <= 1; rounding may put the ratio above.
    return Onset(max(float(1 / values[best]), 1.0), cluster)


class _Line(NamedTuple):
    """Points proportional to one deviation u(x) = q(x) / p(x) - 1.

    Attributes
    ----------
    deviation : callable
        Returns u, (n_rows,). There are many lines to rows, so u is computed only if needed.

    values : ndarray
        The distinct values of u.

    weights : ndarray
        p(x) summed over the rows of each value.

    v : ndarray of shape (n_columns,)
        The deviation q(y) / p(y) - 1.
    """

    deviation: Callable[[], np.ndarray]
    values: np.ndarray
    weights: np.ndarray
    v: np.ndarray


class _Point(NamedTuple):
    """Ratio of divergences at a deviation u."""

    ratio: float
    u: np.ndarray


class _DivergenceRatio:
    """KL(q(y) || p(y)) / KL(q(x) || p(x)) as a function of the deviation u = q(x) / p(x) - 1.

    With phi(u) = (1 + u) ln(1 + u) - u it is sum_y p(y) phi(v) / sum_x p(x) phi(u), where
    v(y) = sum_x p(x|y) u(x) is q(y) / p(y) - 1. This form avoids cancellation near p.

    Parameters
    ----------
    table : ConditionalTable
    """

    def __init__(self, table):
        self.p_x = table.p_x
        self.conditional = table.conditional
        self.p_y = table.p_y
        self._inverse_p_y = 1 / np.where(self.p_y > 0, self.p_y, np.inf)

    def column_deviations(self, u):
        """Return v, (..., n_columns), for u of shape (..., n_rows)."""
        return (u * self.p_x) @ self.conditional * self._inverse_p_y

    def at(self, u):
        """Return the ratio."""
        return float(self.p_y @ _phi(self.column_deviations(u)) / (self.p_x @ _phi(u)))

    def best_points(self, vectors):
        """Return the best _Point of each of the best lines, the largest ratio first.

        Parameters
        ----------
        vectors : ndarray of shape (n_vectors, n_rows)
            Singular vectors.
        """
        maxima = []
        for line in self._lines(vectors):
            # phi is not even, so the two directions from p(x) have different ratios.
            for sign in (1.0, -1.0):
                steepest = (-sign * line.values).max()
                if steepest < MIN_DIRECTION:
                    # Nearly all of p(x) is at the end of the line already.
                    continue
                # Up to where the smallest 1 + u is zero.
                factors = sign * LINE_POSITIONS[:, None] / steepest
                of_columns = _phi(factors * line.v) @ self.p_y
                of_rows = _phi(factors * line.values) @ line.weights
                # The divergence is zero for rows whose weight is below the rounding error of 1.
                ratios = np.divide(of_columns, of_rows, np.zeros_like(of_rows), where=of_rows > 0)
                best = int(np.argmax(ratios))
                maxima.append((float(ratios[best]), factors[best], line.deviation))
        maxima.sort(key=lambda maximum: -maximum[0])
        # With two rows or columns all lines are the same one, which is refined once.
        values = np.array([value for value, _, _ in maxima])
        is_distinct = np.append(True, -np.diff(values) > SAME_RATIO * values[:-1])
        chosen = np.flatnonzero(is_distinct)[:N_REFINED]
        return [
            _Point(value, factor * deviation())
            for value, factor, deviation in (maxima[i] for i in chosen)
        ]

    def _lines(self, vectors):
        """Yield the _Line along singular vectors, to the heaviest rows, and to columns."""
        yield from self._lines_along(vectors)
        chosen = _largest(self.p_x, MAX_ROW_LINES)
        conditional = dense(self.conditional[chosen])
        for i, v in zip(chosen, conditional * self._inverse_p_y - 1, strict=True):
            # At the end of the line q(x) is 1 for the row and 0 elsewhere, so u takes two values.
            p = self.p_x[i]
            values, weights = np.array([1 / p - 1, -1.0]), np.array([p, 1 - p])
            yield _Line(partial(_deviation_to_row, i, self.p_x), values, weights, v)
        chosen = _largest(self.p_y, MAX_COLUMN_LINES)
        # Towards p(x|y) = p(x) p(y|x) / p(y).
        columns = dense(self.conditional[:, chosen]).T
        yield from self._lines_along(columns * self._inverse_p_y[chosen, None] - 1)

    def _lines_along(self, directions):
        """Yield the _Line along each deviation u of `directions`, (n, n_rows), unless it is 0."""
        for u, v in zip(directions, self.column_deviations(directions), strict=True):
            if np.abs(u).max() > MIN_DIRECTION:
                yield _Line(partial(np.copy, u), u, self.p_x, v)

    def refine(self, u):
        """Return the u of a local maximum of the ratio, reached from u by gradient ascent.

        The variables are sqrt(p(x)) ln(q(x) / p(x)), normalised after each step: unconstrained,
        and scaled so that the Hessian of KL(q(x) || p(x)) is the identity at p.
        """
        to_logs = 1 / np.sqrt(self.p_x)

        def log_inverse_ratio(variables):
            logs = variables * to_logs
            u = np.expm1(logs - _log_mean_exp(logs, self.p_x))
            v = self.column_deviations(u)
            numerator, denominator = self.p_y @ _phi(v), self.p_x @ _phi(u)
            if not (numerator > 0 and denominator > 0):
                return 0.0, np.zeros_like(variables)
            # The derivative in u is p(x) times this; the chain rule through the normalised
            # exponential takes off its mean under q.
            slope = _log1p(u) / denominator - self.conditional @ _log1p(v) / numerator
            slope = (1 + u) * (slope - self.p_x @ ((1 + u) * slope))
            return np.log(denominator / numerator), slope / to_logs

        # The maximum may lie on the boundary, where some q(x) is 0 and its logarithm infinite.
        logs = _log1p(u * INTERIOR)
        optimum = minimize(
            log_inverse_ratio,
            logs / to_logs,
            jac=True,
            method="L-BFGS-B",
            # ftol=0, since a small gain is not a stopping criterion (see `find_onset`).
            options={
                "ftol": 0.0,
                "gtol": GRADIENT_TOL,
                "maxiter": MAX_REFINEMENT_STEPS,
                "maxfun": MAX_REFINEMENT_STEPS,
            },
        )
        logs = optimum.x * to_logs
        return np.expm1(logs - _log_mean_exp(logs, self.p_x))


def _phi(u):
    """Return (1 + u) ln(1 + u) - u for u >= -1, accurate for small u too."""
    direct = (1 + u) * _log1p(u) - u
    is_small = np.abs(u) < SERIES_RANGE
    small = np.where(is_small, u, 0.0)
    series = np.zeros_like(small)
    # sum over k from 2 of (-u)^k / (k (k - 1)), by Horner's rule
    for k in range(9, 1, -1):
        series = 1 / (k * (k - 1)) - small * series
    return np.where(is_small, small * small * series, direct)


def _log1p(u):
    """Return ln(1 + u), finite where u is -1."""
    return np.log1p(np.maximum(u, MIN_RATIO - 1))


def _log_mean_exp(logs, weights):
    """Return ln sum_x w(x) exp(logs(x)) for weights of sum one, accurate for small logs too."""
    largest = logs.max()
    # Near zero, expm1 and log1p avoid cancellation. Elsewhere the shift by the largest avoids
    # overflow, and the logarithm of zero where only light rows have large logs.
    if largest <= 1 and (excess := weights @ np.expm1(logs)) > -0.5:
        return np.log1p(excess)
    return largest + np.log(weights @ np.exp(logs - largest))


def _deviation_to_row(i, p_x):
    """Return q(x) / p(x) - 1 for the q that is concentrated on row i."""
    u = np.full(len(p_x), -1.0)
    u[i] += 1 / p_x[i]
    return u


def _largest(weights, n):
    """Return the indices of the n largest positive weights, increasing."""
    order = np.argsort(-weights, kind="stable")[:n]
    return np.sort(order[weights[order] > 0])


class Correlations(NamedTuple):
    """Largest correlations of functions of X with functions of Y.

    Attributes
    ----------
    squares : ndarray of shape (n_vectors,)
        Decreasing. The first is the squared maximal correlation.

    functions : ndarray of shape (n_vectors, n_rows)
        The functions of X, of mean zero.
    """

    squares: np.ndarray
    functions: np.ndarray


def leading_correlations(table: ConditionalTable) -> Correlations:
    """Return the leading Correlations of X and Y.

    They are the singular values of p(x, y) / sqrt(p(x) p(y)) without the first, which is 1 and
    belongs to the constant functions (Rényi 1959). The smaller of the two Gram matrices has
    their squares as eigenvalues.
    """
    p_y = table.p_y
    # An empty column has no correlation; its factor only has to be finite.
    to_y = 1 / np.sqrt(np.where(p_y > 0, p_y, 1))
    to_x = np.sqrt(table.p_x)
    if sparse.issparse(table.conditional):
        scaled = sparse.diags_array(to_x) @ table.conditional @ sparse.diags_array(to_y)
    else:
        scaled = table.conditional * to_x[:, None] * to_y
    by_columns = len(p_y) <= len(to_x)
    # The constant functions have eigenvalue 1; subtracted, they have 0 and are not the first.
    if by_columns:
        squares, vectors = _largest_eigenpairs(scaled.T, np.sqrt(p_y))
    else:
        squares, vectors = _largest_eigenpairs(scaled, to_x)
    squares, vectors = squares[::-1], vectors[:, ::-1]
    # Left singular vectors, up to factors: only the directions of the functions matter.
    vectors = scaled @ vectors if by_columns else vectors
    functions = vectors.T / to_x
    # Deviations from p(x) have mean zero; this corrects the rounding error.
    return Correlations(squares, functions - (functions @ table.p_x)[:, None])


def _largest_eigenpairs(matrix, constant):
    """Return the largest eigenvalues of matrix @ matrix.T - outer(constant, constant).

    Parameters
    ----------
    matrix : ndarray or CSR of shape (n, m)

    constant : ndarray of shape (n,)

    Returns
    -------
    values : ndarray of shape (n_vectors,)
        Increasing.

    vectors : ndarray of shape (n, n_vectors)
    """
    n = len(constant)
    if n > MAX_SINGULAR_LINES and n * (matrix.size + n**2) > MAX_DIRECT_WORK:
        with suppress(ArpackNoConvergence):
            return _eigenpairs_by_iteration(matrix, constant)
    gram = dense(matrix @ matrix.T) - np.outer(constant, constant)
    return linalg.eigh(gram, subset_by_index=[max(n - MAX_SINGULAR_LINES, 0), n - 1])


def _eigenpairs_by_iteration(matrix, constant):
    """Return the same as `_largest_eigenpairs`, by products with vectors.

    Raises
    ------
    ArpackNoConvergence
        If the eigenvalues are rounding errors, as for independent X and Y.
    """

    def multiply(vector):
        return matrix @ (matrix.T @ vector) - constant * (constant @ vector)

    n = len(constant)
    values, vectors = eigsh(
        LinearOperator((n, n), matvec=multiply, dtype=np.float64),
        k=MAX_SINGULAR_LINES,
        v0=np.random.default_rng(0).normal(size=n),
        tol=EIGEN_TOL,
        maxiter=MAX_RESTARTS,
    )
    order = np.argsort(values)
    return values[order], vectors[:, order]
