"""The range of betas in which a table is compressed: from the first good cluster to the last."""

from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import linalg, sparse
from scipy.optimize import minimize

from skinfo.cluster._soft import dense

# Less correlation than rounding leaves is none.
UNCORRELATED = 1e-14
# Lines from p(x) that are searched: to so many rows and columns, the heaviest, and along so many
# singular vectors.
N_ROWS = 512
N_COLUMNS = 64
N_SINGULAR = 8
# Places on a line, as shares of the way to where some q(x) is zero.
PLACES = np.geomspace(1e-3, 1.0, 24)
# The ratio is climbed from so many of the best lines.
N_CLIMBED = 8
ALIKE = 1e-9
# A climb ends where the gradient of the logarithm of the ratio is so small: the ratio is off by
# about its square.
GRADIENT = 1e-8
MAX_STEPS = 1000
# The climb starts so far, relatively, from the edge, where logarithms end.
INSIDE = 1 - 1e-9
# (1 + u) ln(1 + u) - u is summed as a series below this size: the difference loses digits.
SMALL = 0.02
# Shares of p that count as zero.
FLOOR = 1e-15
ROUNDING = 1e-9

# The grid ends where T holds this share of what hard clusters hold of y.
SATURATED = 0.999
MAX_DOUBLINGS = 40
N_BETAS = 32
# The first beta beyond the onset, relatively.
FIRST_STEP = 0.01


class Onset(NamedTuple):
    """Where the information curve leaves the origin.

    Attributes
    ----------
    beta : float
        1 / eta_KL; infinity if X and Y are independent.

    cluster : ndarray of shape (n_columns,) or None
        q(y|t) of the cluster that pays first. None if it is as close to p(y) as one likes, or
        if nothing pays.
    """

    beta: float
    cluster: np.ndarray | None


def find_onset(table, p_y):
    """Return the Onset of a Table.

    eta_KL is the largest ratio KL(q(y) || p(y)) / KL(q(x) || p(x)) over all q(x), q(y) following
    from it by p(y|x); its limit for q close to p is the squared maximal correlation. The ratio is
    looked at along lines that set out from p, to rows, to columns and along singular vectors, and
    climbed from the best places until its gradient vanishes. That it has not grown for some
    steps would be no sign of a maximum: near p it changes as slowly as one likes.

    Parameters
    ----------
    table : Table

    p_y : ndarray of shape (n_columns,)

    Returns
    -------
    onset : Onset
    """
    squares, vectors = leading_correlations(table, p_y)
    if squares[0] < UNCORRELATED:
        return Onset(np.inf, None)
    # In the limit, at a place of a line, or where a climb ends.
    values, clusters = [squares[0]], [None]
    ratio = _Ratio(table, p_y)
    for value, u in ratio.best_places(vectors):
        climbed = ratio.climb(u)
        values += [value, ratio.of(climbed)]
        clusters += [u, climbed]
    best = int(np.argmax(values))
    cluster = None if best == 0 else p_y * (1 + ratio.of_columns(clusters[best]))
    # Data processing: the ratio is 1 at most, and above it by rounding only.
    return Onset(max(float(1 / values[best]), 1.0), cluster)


class _Ratio:
    """The ratio of divergences as a function of u = q(x) / p(x) - 1.

    With phi(u) = (1 + u) ln(1 + u) - u it is sum_y p(y) phi(v) / sum_x p(x) phi(u), where
    v(y) = sum_x p(x|y) u(x) is q(y) / p(y) - 1: no digits are lost near p.

    Parameters
    ----------
    table : Table

    p_y : ndarray of shape (n_columns,)
    """

    def __init__(self, table, p_y):
        self.mass = table.mass
        self.rows = table.rows
        self.p_y = p_y
        self._per_y = 1 / np.where(p_y > 0, p_y, np.inf)

    def of_columns(self, u):
        """Return v, (..., n_columns), for u of shape (..., n_rows)."""
        return (u * self.mass) @ self.rows * self._per_y

    def of(self, u):
        """Return the ratio."""
        return float(self.p_y @ _phi(self.of_columns(u)) / (self.mass @ _phi(u)))

    def best_places(self, vectors):
        """Return the best ratios on lines, the largest first, and the u where they are.

        Parameters
        ----------
        vectors : ndarray of shape (n_vectors, n_rows)
            Singular vectors.
        """
        found = []
        for end, (u, weights), v in self._lines(vectors):
            for sign in (1.0, -1.0):
                places = sign * PLACES[:, None] / (-sign * u).max()
                ratios = _phi(places * v) @ self.p_y / (_phi(places * u) @ weights)
                best = int(np.argmax(ratios))
                found.append((float(ratios[best]), places[best], end))
        found.sort(key=lambda place: -place[0])
        # Of lines that are one, with two rows or columns all of them, one will do.
        values = np.array([value for value, _, _ in found])
        apart = np.append(True, -np.diff(values) > ALIKE * values[:-1])
        chosen = np.flatnonzero(apart)[:N_CLIMBED]
        return [(found[i][0], found[i][1] * found[i][2]()) for i in chosen]

    def _lines(self, vectors):
        """Yield lines: a function that returns a u on it, its values and their p(x), and its v."""
        yield from self._lines_along(vectors)
        chosen = _largest(self.mass, N_ROWS)
        for i, v in zip(chosen, dense(self.rows[chosen]) * self._per_y - 1, strict=True):
            # q(x) is 1 on a row and 0 elsewhere.
            p = self.mass[i]
            values = np.array([1 / p - 1, -1.0]), np.array([p, 1 - p])
            yield partial(_only, i, self.mass), values, v
        chosen = _largest(self.p_y, N_COLUMNS)
        yield from self._lines_along(dense(self.rows[:, chosen]).T * self._per_y[chosen, None] - 1)

    def _lines_along(self, directions):
        for u, v in zip(directions, self.of_columns(directions), strict=True):
            # Rounding is no direction.
            if np.abs(u).max() > ROUNDING:
                yield partial(np.copy, u), (u, self.mass), v

    def climb(self, u):
        """Return the u to which the ratio rises from one, where its gradient vanishes."""
        to_logs = 1 / np.sqrt(self.mass)

        def descent(point):
            logs = point * to_logs
            u = np.expm1(logs - _log_mean_exp(logs, self.mass))
            v = self.of_columns(u)
            above, below = self.p_y @ _phi(v), self.mass @ _phi(u)
            if not (above > 0 and below > 0):
                return 0.0, np.zeros_like(point)
            slope = _log1p(u) / below - self.rows @ _log1p(v) / above
            slope = (1 + u) * (slope - self.mass @ ((1 + u) * slope))
            return np.log(below / above), slope / to_logs

        logs = _log1p(u * INSIDE)
        found = minimize(
            descent,
            logs / to_logs,
            jac=True,
            method="L-BFGS-B",
            # Not by how little it gains.
            options={"ftol": 0.0, "gtol": GRADIENT, "maxiter": MAX_STEPS, "maxfun": MAX_STEPS},
        )
        logs = found.x * to_logs
        return np.expm1(logs - _log_mean_exp(logs, self.mass))


def _phi(u):
    """Return (1 + u) ln(1 + u) - u for u >= -1, to the last digits for small u too."""
    whole = (1 + u) * _log1p(u) - u
    is_small = np.abs(u) < SMALL
    small = np.where(is_small, u, 0.0)
    series = np.zeros_like(small)
    # sum over k from 2 of (-u)^k / (k (k - 1))
    for k in range(9, 1, -1):
        series = 1 / (k * (k - 1)) - small * series
    return np.where(is_small, small * small * series, whole)


def _log1p(u):
    """Return ln(1 + u), finite where u is -1."""
    return np.log1p(np.maximum(u, FLOOR - 1))


def _log_mean_exp(logs, weights):
    """Return ln sum_x w(x) exp(logs(x)), to the last digits for small ones too."""
    top = logs.max()
    if top > 1:
        return top + np.log(weights @ np.exp(logs - top))
    return np.log1p(weights @ np.expm1(logs))


def _only(i, mass):
    u = np.full(len(mass), -1.0)
    u[i] += 1 / mass[i]
    return u


def _largest(weights, n):
    """Return the places of the n largest weights that are positive, in order."""
    order = np.argsort(-weights, kind="stable")[:n]
    return np.sort(order[weights[order] > 0])


def leading_correlations(table, p_y):
    """Return the largest squared correlations of functions of X and of Y, and those of X.

    They are singular values of p(x, y) / sqrt(p(x) p(y)), without the first, which is one.

    Returns
    -------
    squares : ndarray of shape (n_vectors,)
        The largest first: the squared maximal correlation, 1 for any function of X.

    functions : ndarray of shape (n_vectors, n_rows)
        Of mean zero.
    """
    to_y = 1 / np.sqrt(np.where(p_y > 0, p_y, 1))
    to_x = np.sqrt(table.mass)
    if sparse.issparse(table.rows):
        scaled = sparse.diags_array(to_x) @ table.rows @ sparse.diags_array(to_y)
    else:
        scaled = table.rows * to_x[:, None] * to_y
    by_columns = len(p_y) <= len(to_x)
    if by_columns:
        gram, first = scaled.T @ scaled, np.sqrt(p_y)
    else:
        gram, first = scaled @ scaled.T, to_x
    gram = dense(gram) - np.outer(first, first)
    last = len(gram) - 1
    squares, vectors = linalg.eigh(gram, subset_by_index=[max(last - N_SINGULAR + 1, 0), last])
    squares, vectors = squares[::-1], vectors[:, ::-1]
    vectors = scaled @ vectors if by_columns else vectors
    functions = vectors.T / to_x
    return squares, functions - (functions @ table.mass)[:, None]


def make_betas(search, onset, hard):
    """Return a grid from the onset to where the relevance of hard clusters is nearly reached."""
    if onset == np.inf:
        return np.ones(1)
    goal = SATURATED * search.relevance_of(hard)
    top = 2 * onset
    for _ in range(MAX_DOUBLINGS):
        if search.settle(search.soften(hard), top).relevance >= goal:
            break
        top *= 2
    steps = np.geomspace(FIRST_STEP, top / onset - 1, N_BETAS - 1)
    return onset * np.concatenate([[1.0], 1 + steps])
