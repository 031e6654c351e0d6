"""Information curve: the maximal I(T;Y) of a compression T of X, for each I(T;X)."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from skinfo.cluster._critical_beta import find_onset
from skinfo.cluster._curve_frontier import default_betas, hard_decoder, trace_frontier
from skinfo.cluster._curve_solver import CurveSolver
from skinfo.cluster._distinct_rows import CountTable, read_distinct_rows
from skinfo.cluster._soft import conditional_table
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._parallel import one_blas_thread
from skinfo.utils._progress import with_printed_progress
from skinfo.utils._results import TableRepr
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_base, count_from, numbers_given
from skinfo.utils._warnings import warn_caller

# Maximum number of clusters by default.
DEFAULT_MAX_CLUSTERS = 128


@dataclass(frozen=True, repr=False)
class InformationCurve(TableRepr):
    """Points of the information curve, with their encoders.

    Attributes
    ----------
    betas : ndarray of shape (n_betas,), dtype float64
        Maximum number of bits of compression per bit of information about Y, increasing. The curve
        has slope 1 / beta at the point.

    compression : ndarray of shape (n_betas,), dtype float64
        I(T;X), in bits or the units of `base`; never decreases.

    relevance : ndarray of shape (n_betas,), dtype float64
        I(T;Y), in the same units; never decreases.

    n_clusters : ndarray of shape (n_betas,), dtype int64
        Number of clusters of T; clusters of equal p(y|t) count as one.

    encoders : list of ndarray of shape (n_rows, n_clusters[i]), dtype float64
        p(t|x) for each beta; p(t) for a row without weight.

    mutual_information : float
        I(X;Y), the upper bound of the relevance.

    entropy : float
        H(X), with rows of the same p(y|x) counted as one value of X: the compression at which no
        information about Y is lost.
    """

    betas: NDArray[np.float64]
    compression: NDArray[np.float64]
    relevance: NDArray[np.float64]
    n_clusters: NDArray[np.int64]
    encoders: list[NDArray[np.float64]]
    mutual_information: float
    entropy: float

    def _table(self) -> pd.DataFrame:
        """Return the points of the curve."""
        names = ("betas", "n_clusters", "compression", "relevance")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def _remarks(self) -> dict[str, float]:
        """Return the upper bounds of relevance and compression."""
        return {"mutual_information": self.mutual_information, "entropy": self.entropy}

    def hull(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the corners of the concave hull of the origin and the points.

        Returns
        -------
        compression, relevance : ndarray of shape (n_corners,), dtype float64
            Increasing, from zero. Points between two corners are reached by choosing one of their
            encoders at random (time sharing).
        """
        points = np.column_stack([self.compression, self.relevance])
        corners = [np.zeros(2)]
        for point in points[points[:, 0] > 0]:
            # Points on or below the line between neighbours are removed (monotone chain, Andrew).
            while len(corners) > 1 and _is_below(corners[-1], corners[-2], point):
                corners.pop()
            corners.append(point)
        return tuple(np.array(corners).T)

    def relevance_at(self, compression: ArrayLike) -> float | NDArray[np.float64]:
        """Return the relevance of the hull at a given compression.

        Parameters
        ----------
        compression : float or array-like
            In the units of the curve, not negative.

        Returns
        -------
        relevance : float or ndarray
            At most that of the frontier; beyond the last point, that of the last point.
        """
        return np.interp(compression, *self.hull())


def _is_below(middle, left, right):
    """Return whether a point is not above the line between its neighbours."""
    (x, y), (x_right, y_right) = middle - left, right - left
    return y * x_right <= y_right * x


@one_blas_thread
@validate_params(
    {
        "X": ["array-like", "sparse matrix"],
        "betas": ["array-like", None],
        "n_clusters": [Interval(Integral, 1, None, closed="left"), None],
        "sample_weight": ["array-like", None],
        "n_init": [count_from(1)],
        "max_iter": [count_from(1)],
        "tol": [Interval(Real, 0, None, closed="left")],
        "base": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
@with_printed_progress
def information_curve(
    X: CountTable,
    *,
    betas: ArrayLike | None = None,
    n_clusters: int | None = None,
    sample_weight: ArrayLike | None = None,
    n_init: int = 10,
    max_iter: int = 10_000,
    tol: float = 1e-8,
    base: float = 2,
    random_state: int | np.random.RandomState | None = None,
    n_jobs: int | None = None,
    verbose: bool | int = False,
) -> InformationCurve:
    """Information curve of a table: the maximal relevance for each compression, in bits.

    T is a soft clustering p(t|x) of the rows. For each beta, I(T;X) - beta I(T;Y) is minimised:
    few bits about the row (compression) and many about the column (relevance).

    Parameters
    ----------
    X : array-like or sparse array of shape (n_rows, n_columns)
        Counts or weights: cell (x, y) is a multiple of p(x, y).

    betas : array-like of shape (n_betas,) or None, default=None
        Maximum number of bits of compression per bit of information about Y, positive. None: 32
        values from the critical beta to where the relevance is nearly that of hard clusters.

    n_clusters : int or None, default=None
        Maximum number of clusters of T. None: the number of rows, but at most 128.

    sample_weight : array-like of shape (n_rows,), default=None
        Factors of the rows of `X`.

    n_init : int, default=10
        Number of random starts for the hard clusters that the search starts from, if `n_clusters`
        is less than the number of distinct rows. Not used otherwise.

    max_iter : int, default=10_000
        Maximum number of steps of one descent.

    tol : float, default=1e-8
        A descent ends when no sqrt p(t, y) changes by this much in a step, or when the gains of
        its last 150 steps, continued as a geometric series, leave less than 1e-8 nats to gain.
        Zero: only after `max_iter` steps.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats, 10 for hartleys.

    random_state : int, RandomState instance or None, default=None
        Seed of the starts of `n_init`.

    n_jobs : int or None, default=None
        Number of threads for these starts. The result does not depend on it.

    verbose : bool or int, default=False
        Whether to print a line for each pass over the betas. The search ends with a pass without
        improvement.

    Returns
    -------
    curve : InformationCurve
        Has the attributes ``betas``, ``compression``, ``relevance``, ``n_clusters``, ``encoders``,
        ``mutual_information`` and ``entropy``, and the methods ``hull()`` and
        ``relevance_at(compression)``.

    Raises
    ------
    ValueError
        If `X` is all zero, or has a cell that is negative, infinite or NaN; if `sample_weight` is
        invalid; if a beta is not positive.

    Warns
    -----
    ConvergenceWarning
        If the descent to a point of the curve did not converge in `max_iter` steps.

    See Also
    --------
    critical_beta : The beta at which the curve leaves the origin.

    Notes
    -----
    The objective is not convex, so no method is guaranteed to find its minimum. Three measures
    improve the solutions. They are passed on from beta to beta, downwards from hard clusters and
    upwards from a single one, until none improves. A new cluster is added whenever it would gain
    weight, which lowers the objective. And each beta uses the best of all solutions, so that every
    point lies on the concave hull of all points, and is reached by its encoder.

    Rows of the same p(y|x) are one value of X, so neither their number nor their order matters.
    Rows without weight are ignored.

    If Y is a function of X, the curve is a line from the origin to (H(Y), H(Y)), and the
    objective has its minima at the ends only [3]_; the points between are on the hull.

    Close to a beta at which clusters split, plain iteration converges arbitrarily slowly. Steps
    are therefore extrapolated [2]_, unless that raises the objective. The time of a step is
    proportional to the number of positive cells times the number of clusters.

    References
    ----------
    .. [1] N. Tishby, F. C. Pereira and W. Bialek, "The information bottleneck method", 37th
       Allerton Conference, 1999, eq. 28.
    .. [2] D. G. Anderson, "Iterative procedures for nonlinear integral equations", Journal of the
       ACM 12, 1965.
    .. [3] A. Kolchinsky, B. D. Tracey and S. Van Kuyk, "Caveats for information bottleneck in
       deterministic scenarios", ICLR, 2019.

    Examples
    --------
    A bit that is flipped one time in ten. With one bit of compression nothing is lost:

    >>> from skinfo.cluster import information_curve
    >>> curve = information_curve([[45, 5], [5, 45]], betas=[1.5, 2, 100])
    >>> curve.compression.round(3)
    array([0.   , 0.696, 1.   ])
    >>> curve.relevance.round(3)
    array([0.   , 0.407, 0.531])
    >>> round(curve.mutual_information, 3)
    0.531
    """
    nats_per_unit = check_base(base)
    rows = read_distinct_rows(X, sample_weight)
    table = conditional_table(rows.joint())
    limit = DEFAULT_MAX_CLUSTERS if n_clusters is None else n_clusters
    onset = find_onset(table)
    solver = CurveSolver(table, min(limit, len(table.p_x)), max_iter, tol, onset.cluster)
    seeds = check_random_state(random_state).randint(np.iinfo(np.int32).max, size=int(n_init))
    hard = hard_decoder(solver, rows, seeds, n_jobs)
    betas = default_betas(solver, onset.beta, hard) if betas is None else _check_betas(betas)
    solutions = trace_frontier(solver, betas, hard)
    _warn_if_not_converged(solutions, betas, max_iter)
    return InformationCurve(
        betas=betas,
        compression=np.array([solution.compression for solution in solutions]) / nats_per_unit,
        relevance=np.array([solution.relevance for solution in solutions]) / nats_per_unit,
        n_clusters=np.array([len(solution.joint) for solution in solutions]),
        encoders=[_encoder(solution.joint, rows.groups) for solution in solutions],
        mutual_information=float(rows.information) / nats_per_unit,
        entropy=float(-table.p_x @ np.log(table.p_x)) / nats_per_unit,
    )


def _check_betas(betas):
    """Return betas as a sorted array; ValueError unless they are positive and finite."""
    betas = np.sort(numbers_given(betas, "betas").ravel())
    if not (len(betas) and np.all(betas > 0) and np.isfinite(betas[-1])):
        raise ValueError(
            f"betas must be positive finite numbers, got {short_repr(betas.tolist())}."
        )
    return betas


def _warn_if_not_converged(solutions, betas, max_iter):
    unfinished = betas[[not solution.converged for solution in solutions]]
    if len(unfinished):
        warn_caller(
            f"max_iter={max_iter} ended the descent for {len(unfinished)} of {len(betas)} betas "
            f"({unfinished[0]:.4g} the first): their points are reached by the encoders, but are "
            "not optimal for their beta. Increase max_iter or tol.",
            ConvergenceWarning,
        )


def _encoder(joint, groups):
    """Return p(t|x) of all samples, (n_samples, n_clusters); p(t) for group -1, without weight."""
    of_groups = joint.T / joint.sum(axis=0)[:, None]
    # Index -1, of rows without weight, selects the last row.
    return np.vstack([of_groups, joint.sum(axis=1)])[groups]
