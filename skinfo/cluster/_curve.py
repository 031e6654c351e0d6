"""The information curve: what a compression of X can hold of Y, for every number of bits."""

from dataclasses import dataclass
from functools import partial
from itertools import count
from numbers import Integral, Real
from time import perf_counter

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state

from skinfo.cluster._critical_beta import find_onset, make_betas
from skinfo.cluster._curve_frontier import hard_start, trace_frontier
from skinfo.cluster._curve_solver import Search
from skinfo.cluster._distinct_rows import distinct_rows, read_counts
from skinfo.cluster._soft import make_table
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._parallel import one_blas_thread
from skinfo.utils._validation import check_base
from skinfo.utils._warnings import warn_caller

# Clusters at most, where `n_clusters` does not say.
MOST_CLUSTERS = 128


@dataclass(frozen=True)
class InformationCurve:
    """Points of the information curve, and the clusters that reach them.

    Attributes
    ----------
    betas : ndarray of shape (n_betas,), dtype float64
        Bits of compression that one bit about Y may cost, increasing. 1 / beta is the slope of
        the curve at the point.

    compression : ndarray of shape (n_betas,), dtype float64
        I(T;X), in bits or the units of `base`; never decreases.

    relevance : ndarray of shape (n_betas,), dtype float64
        I(T;Y), likewise.

    n_clusters : ndarray of shape (n_betas,), dtype int64
        How many clusters T has; those that say the same of Y count as one.

    encoders : list of ndarray of shape (n_rows, n_clusters[i]), dtype float64
        p(t|x) for each beta. A row without weight is given the weights of the clusters, p(t).

    mutual_information : float
        I(X;Y), which no relevance exceeds.

    entropy : float
        H(X), rows with the same p(y|x) being one value of X: the compression at which nothing
        about Y is lost.
    """

    betas: np.ndarray
    compression: np.ndarray
    relevance: np.ndarray
    n_clusters: np.ndarray
    encoders: list
    mutual_information: float
    entropy: float

    def hull(self):
        """Return the corners of the concave hull of the origin and the points.

        Returns
        -------
        compression, relevance : ndarray of shape (n_corners,), dtype float64
            Increasing, from zero. What lies between two corners is reached by choosing between
            their clusters at random (time sharing).
        """
        points = np.column_stack([self.compression, self.relevance])
        corners = [np.zeros(2)]
        for point in points[points[:, 0] > 0]:
            while len(corners) > 1 and _is_below(corners[-1], corners[-2], point):
                corners.pop()
            corners.append(point)
        return tuple(np.array(corners).T)

    def relevance_at(self, compression):
        """Return the relevance that the hull reaches with some compression.

        Parameters
        ----------
        compression : float or array-like
            In the units of the curve, not negative.

        Returns
        -------
        relevance : float or ndarray
            Never more than the frontier; beyond the last point, that of the last point.
        """
        return np.interp(compression, *self.hull())


def _is_below(middle, left, right):
    """Tell whether a point is not above the line between its neighbours."""
    (x, y), (x_right, y_right) = middle - left, right - left
    return y * x_right <= y_right * x


@one_blas_thread
@validate_params(
    {
        "X": ["array-like", "sparse matrix"],
        "betas": ["array-like", None],
        "n_clusters": [Interval(Integral, 1, None, closed="left"), None],
        "sample_weight": ["array-like", None],
        "n_init": [Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "base": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
def information_curve(
    X,
    *,
    betas=None,
    n_clusters=None,
    sample_weight=None,
    n_init=10,
    max_iter=10_000,
    tol=1e-8,
    base=2,
    random_state=None,
    n_jobs=None,
    verbose=False,
):
    """Information curve of a table: the most relevance for every compression, in bits.

    T is a soft clustering p(t|x) of the rows. For each beta, the one that minimises
    I(T;X) - beta I(T;Y) is looked for: the fewest bits about the row, the most bits about the
    column.

    Parameters
    ----------
    X : array-like or sparse array of shape (n_rows, n_columns)
        Counts or weights: cell (x, y) is a multiple of p(x, y).

    betas : array-like of shape (n_betas,) or None, default=None
        Bits of compression that one bit about Y may cost, positive. None: 32 of them, from the
        critical beta to where nearly all that T can hold of Y is held.

    n_clusters : int or None, default=None
        Most clusters of T. None: as many as there are rows, but 128 at most.

    sample_weight : array-like of shape (n_rows,), default=None
        Multiplies the rows of `X`.

    n_init : int, default=10
        Partitions tried for the hard clusters that the search starts from, if `n_clusters` is
        less than the number of distinct rows. Not used otherwise.

    max_iter : int, default=10_000
        Most steps of one descent.

    tol : float, default=1e-8
        A descent ends where no sqrt p(t, y) changes by this much in a step, or where the gains of
        its last 150 steps, continued as a geometric series, leave less than 1e-8 nats to gain.
        Zero: only after `max_iter` steps.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats, 10 for hartleys.

    random_state : int, RandomState instance or None, default=None
        Draws where the partitions start; not used without.

    n_jobs : int or None, default=None
        Threads that share the partitions. The answer is the same for any number.

    verbose : bool or int, default=False
        Print a line for each sweep over the betas. The search ends with the sweep that
        improves none.

    Returns
    -------
    curve : InformationCurve
        With ``.betas``, ``.compression``, ``.relevance``, ``.n_clusters``, ``.encoders``,
        ``.mutual_information``, ``.entropy``, ``.hull()`` and ``.relevance_at(compression)``.

    Raises
    ------
    ValueError
        If `X` has no mass, or a cell that is negative, infinite or NaN; if `sample_weight` is
        no weights; if a beta is not positive.

    Warns
    -----
    ConvergenceWarning
        If `max_iter` ended the descent to a point of the curve.

    See Also
    --------
    critical_beta : Where the curve leaves the origin.

    Notes
    -----
    The objective is not convex, so no method is sure to find its least value. Three things help.
    Solutions are handed on from beta to beta, downwards from hard clusters and upwards from a
    single one, until none is improved. A new cluster is added wherever it would grow, which lowers
    the objective. And each beta takes the best of all solutions, so that every point lies on the
    concave hull of all points, and is reached by the encoder that comes with it.

    Rows of the same p(y|x) are one value of X, so it does not matter how many there are, nor in
    which order. Rows without weight take no part.

    Where Y is a function of X, the curve is a line from the origin to (H(Y), H(Y)), and the
    objective only finds its ends [3]_: what lies between is on the hull.

    Next to a beta at which clusters part, plain iteration takes as many steps as one likes.
    So steps are extrapolated [2]_, which is undone where it raises the objective. A step costs in
    proportion to the filled cells times the clusters.

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
    rows = _read(X, sample_weight)
    table = make_table(rows.joint())
    limit = MOST_CLUSTERS if n_clusters is None else n_clusters
    onset = find_onset(table, table.mass @ table.rows)
    search = Search(table, min(limit, len(table.mass)), max_iter, tol, onset.cluster)
    seeds = check_random_state(random_state).randint(np.iinfo(np.int32).max, size=n_init)
    hard = hard_start(search, rows, seeds, n_jobs)
    betas = make_betas(search, onset.beta, hard) if betas is None else _check_betas(betas)
    found = trace_frontier(search, betas, hard, _printed_sweeps(len(betas)) if verbose else None)
    _warn_if_unfinished(found, betas, max_iter)
    return InformationCurve(
        betas=betas,
        compression=np.array([solution.compression for solution in found]) / nats_per_unit,
        relevance=np.array([solution.relevance for solution in found]) / nats_per_unit,
        n_clusters=np.array([len(solution.shares) for solution in found]),
        encoders=[_encoder(solution.shares, rows.groups) for solution in found],
        mutual_information=float(rows.information()) / nats_per_unit,
        entropy=float(-table.mass @ np.log(table.mass)) / nats_per_unit,
    )


@one_blas_thread
def critical_beta(X, *, sample_weight=None):
    """Smallest beta at which a compression of X pays.

    Up to it, T that says nothing minimises I(T;X) - beta I(T;Y); beyond it some other T does
    better. The information curve leaves the origin with the slope 1 / beta.

    Parameters
    ----------
    X : array-like or sparse array of shape (n_rows, n_columns)
        Counts or weights: cell (x, y) is a multiple of p(x, y).

    sample_weight : array-like of shape (n_rows,), default=None
        Multiplies the rows of `X`.

    Returns
    -------
    beta : float
        At least 1, which it is if some part of Y is a function of X; infinity if X and Y are
        independent.

    Raises
    ------
    ValueError
        If `X` has no mass, or a cell that is negative, infinite or NaN; if `sample_weight` is
        no weights.

    See Also
    --------
    information_curve : What the compression holds for larger beta.

    Notes
    -----
    This is the onset of the best solution, 1 / eta_KL, eta_KL being the largest
    KL(q(y) || p(y)) / KL(q(x) || p(x)) over all q(x), with q(y) = sum_x q(x) p(y|x). The solution
    that says nothing stays a local minimum up to 1 / rho^2, rho being the maximal correlation of X
    and Y: iterations that start next to it find nothing before that beta. The two are often the
    same, and 1 / eta_KL is never the larger.

    The ratio is searched along lines from p(x) to the rows, to p(x|y) of the columns and along
    singular vectors, and increased from the best places until its gradient vanishes. With two rows
    this finds the largest. With more, a larger one may in principle be missed, so
    the result is an upper bound; none of 100 random tables of 3 x 4 counts was off by 1e-7.

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
    table = make_table(_read(X, sample_weight).joint())
    return find_onset(table, table.mass @ table.rows).beta


def _printed_sweeps(n_betas):
    """Return what prints a line for each sweep."""
    sweeps, begun = count(1), perf_counter()

    def print_sweep(n_improved):
        print(
            f"[information_curve] sweep {next(sweeps)}: {n_improved} of {n_betas} betas improved, "
            f"{perf_counter() - begun:.1f} s"
        )

    return print_sweep


def _read(X, sample_weight):
    check = partial(
        check_array,
        accept_sparse="csr",
        dtype=np.float64,
        ensure_non_negative=True,
        input_name="X",
    )
    return distinct_rows(read_counts(X, check), sample_weight)


def _check_betas(betas):
    betas = np.sort(np.asarray(betas, np.float64).ravel())
    if not (len(betas) and np.all(betas > 0) and np.isfinite(betas[-1])):
        raise ValueError(f"betas must be positive finite numbers, got {betas.tolist()}.")
    return betas


def _warn_if_unfinished(found, betas, max_iter):
    unfinished = betas[[not solution.converged for solution in found]]
    if len(unfinished):
        warn_caller(
            f"max_iter={max_iter} ended the descent for {len(unfinished)} of {len(betas)} betas "
            f"({unfinished[0]:.4g} the first): their points are reached, but are not the best for "
            "their beta. Raise max_iter or tol.",
            ConvergenceWarning,
        )


def _encoder(shares, groups):
    """Return p(t|x) of all rows, (n_rows, n_clusters): group -1, of no weight, gets p(t)."""
    of_groups = shares.T / shares.sum(axis=0)[:, None]
    return np.vstack([of_groups, shares.sum(axis=1)])[groups]
