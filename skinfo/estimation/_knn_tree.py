"""Nearest-neighbour estimates of multidimensional and conditional information, in nats."""

from math import frexp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import psi

from skinfo._kernels._neighbors import line_counts
from skinfo._kernels._sorting import sorted_values
from skinfo.utils._parallel import check_cancelled
from skinfo.utils._sums import ordered_sum

# Number of rows per neighbour query, which cannot be interrupted by Ctrl-C.
ROWS_PER_QUERY = 128

# Exponents of two: for values beyond the first, the difference of two values may overflow; beyond
# the second, its square may overflow or underflow to zero.
LARGEST_LINE = 1021
LARGEST_SQUARED = 400


def ksg_blocks(x, y, n_neighbors):
    """Return the first estimate of I(X;Y) by Kraskov et al., for X and Y of any dimension.

    Parameters
    ----------
    x, y : ndarray of shape (n_samples,) or (n_samples, n_dimensions)
        Finite.

    n_neighbors : int

    Returns
    -------
    information : float
        In nats. Distances are in the maximum norm of the given coordinates, which should have
        comparable scales.
    """
    x, y = _block(x), _block(y)
    if is_constant(x) or is_constant(y):
        return 0.0
    n = len(x)
    k = min(n_neighbors, n - 1)
    radii = kth_distance(np.hstack([x, y]), k)
    n_x, n_y = (rows_within(block, radii, closed=False) for block in (x, y))
    return float(psi(n) + psi(k) - ordered_sum(psi(n_x) + psi(n_y)) / n)


def ksg_conditional(x, y, z, n_neighbors):
    """Return Frenzel and Pompe's estimate of I(X;Y|Z) for continuous variables.

    It is digamma(k) - <digamma(n_xz + 1) + digamma(n_yz + 1) - digamma(n_z + 1)>, where the counts
    are of other rows strictly nearer than the k-th neighbour (Frenzel and Pompe 2007, Phys. Rev.
    Lett. 99:204101, eq. 7). It shrinks towards zero as the dimension of Z grows.

    Parameters
    ----------
    x, y, z : ndarray of shape (n_samples,) or (n_samples, n_dimensions)
        Finite, and without many ties.

    n_neighbors : int

    Returns
    -------
    information : float
        In nats.
    """
    x, y, z = _block(x), _block(y), _block(z)
    if is_constant(x) or is_constant(y):
        return 0.0
    k = min(n_neighbors, len(x) - 1)
    radii = kth_distance(np.hstack([x, y, z]), k)
    n_xz, n_yz, n_z = (
        rows_within(block, radii, closed=False)
        for block in (np.hstack([x, z]), np.hstack([y, z]), z)
    )
    return float(psi(k) - ordered_sum(psi(n_xz) + psi(n_yz) - psi(n_z)) / len(n_z))


def mixed_conditional(x, y, z, n_neighbors):
    """Return Mesner and Shalizi's estimate of I(X;Y|Z), unclipped, for any mixture of columns.

    It is <digamma(k_i) - digamma(n_xz) - digamma(n_yz) + digamma(n_z)>, where the counts are of
    other rows no farther than the k-th neighbour, k_i in all coordinates (Mesner and Shalizi 2021,
    IEEE Trans. Inf. Theory 67:464, algorithm 1).

    Parameters
    ----------
    x, y, z : ndarray of shape (n_samples,) or (n_samples, n_dimensions)
        A block of an integer or boolean dtype is discrete: the distance of unequal codes is larger
        than that of any two values of the other blocks. Other blocks must be finite, and may have
        ties.

    n_neighbors : int

    Returns
    -------
    information : float
        In nats. The term of a row with at most k rows of the same codes is zero, as it would be if
        all unequal codes had the same distance.
    """
    blocks = [np.asarray(block) for block in (x, y, z)]
    span = max(np.ptp(b, axis=0).max() if b.dtype.kind == "f" else 0.0 for b in blocks)
    # A power of two, whose multiples are exact.
    far = 2.0 ** np.ceil(np.log2(span + 1.0) + 1.0)
    x, y, z = (_block(b if b.dtype.kind == "f" else b.astype(np.float64) * far) for b in blocks)
    if is_constant(x) or is_constant(y):
        return 0.0
    joint = np.hstack([x, y, z])
    radii = kth_distance(joint, min(n_neighbors, len(x) - 1))
    near = radii < far
    if not near.any():
        return 0.0
    counts = [
        rows_within(block, radii, closed=True, of=near) - 1
        for block in (joint, np.hstack([x, z]), np.hstack([y, z]), z)
    ]
    k, n_xz, n_yz, n_z = map(psi, counts)
    return float(ordered_sum(k - n_xz - n_yz + n_z) / len(x))


def _block(values):
    values = np.asarray(values, dtype=np.float64)
    return values.reshape(len(values), -1)


def is_constant(block):
    """Return whether all rows of a block (n_rows,) or (n_rows, n_dimensions) are equal."""
    return bool((block == block[0]).all())


def rescaled_blocks(*blocks):
    """Return blocks divided by a unit such that distances do not overflow, and its logarithm.

    The unit is a power of two, usually 1. For several columns the squared distances must neither
    overflow nor underflow; for one column the distances must not overflow.

    Parameters
    ----------
    *blocks : ndarray of shape (n_rows, n_dimensions)
        Finite.
    """
    exponent = frexp(max(float(np.abs(block).max()) for block in blocks))[1]
    if blocks[0].shape[1] == 1:
        exponent = 2 if exponent > LARGEST_LINE else 0
    elif abs(exponent) < LARGEST_SQUARED:
        exponent = 0
    scaled = [np.ldexp(block, -exponent) for block in blocks] if exponent else list(blocks)
    return *scaled, exponent * log(2)


def kth_distance(block, k, *, p=np.inf):
    """Return the distance from each row to its k-th nearest other row, (n_rows,).

    Parameters
    ----------
    block : ndarray of shape (n_rows, n_dimensions)

    k : int

    p : float, default=inf
        Order of the norm: 2 for Euclidean distance.
    """
    distinct = DistinctPoints.of(block)
    # The row itself is among its neighbours, at distance zero, so the k + 1-th one is needed.
    return distinct.kth_distance(distinct.points, k + 1, norm_of_distances(block, p))[
        distinct.point_of
    ]


def kth_distance_to(other, block, k, *, p=np.inf):
    """Return the distance from each row of a block to its k-th nearest row of another, (n_rows,).

    Parameters
    ----------
    other : ndarray of shape (n_others, n_dimensions)

    block : ndarray of shape (n_rows, n_dimensions)

    k : int

    p : float, default=inf
        Order of the norm: 2 for Euclidean distance.
    """
    distinct = DistinctPoints.of(block)
    radii = DistinctPoints.of(other).kth_distance(distinct.points, k, norm_of_distances(block, p))
    return radii[distinct.point_of]


def others_within(other, block, radii, *, p=np.inf):
    """Return the number of rows of another block within the radius of each row.

    Parameters
    ----------
    other, block, p
        As in `kth_distance_to`.

    radii : ndarray of shape (n_rows,)
        Distances to rows, which are counted as within the radius despite rounding.
    """
    p = norm_of_distances(block, p)
    # Euclidean distances are compared by their squares.
    reach = radii if p == np.inf else np.nextafter(radii * (1 + 1e-15), np.inf)
    return DistinctPoints.of(other).n_within(block, reach, p)


def norm_of_distances(block, p):
    """Return p; for one column infinity, an equal norm without squares that could overflow."""
    return np.inf if block.shape[1] == 1 else p


def rows_within(block, radii, *, closed, of=slice(None)):
    """Return the number of rows within the radius of each row, including the row itself."""
    values, radii = block[of], radii[of]
    if block.shape[1] == 1:
        line = sorted_values(block[:, 0])
        counts = line_counts(line, np.ascontiguousarray(values[:, 0]), radii, closed)
    else:
        # Distances in the maximum norm are plain differences, so "<=" of the next smaller float is
        # "<".
        reach = radii if closed else np.nextafter(radii, -np.inf)
        counts = DistinctPoints.of(block).n_within(values, reach, np.inf)
    # A row is within its own radius, even if that is zero.
    return np.maximum(counts, 1)


class DistinctPoints(NamedTuple):
    """Distinct rows of a block with their counts.

    A k-d tree cannot separate equal rows: a query visits each of them, so that queries for n equal
    rows take n^2 steps.

    Attributes
    ----------
    points : ndarray of shape (n_points, n_dimensions)

    point_of : ndarray of shape (n_rows,), dtype int64, or slice
        The point of each row.

    n_rows_of : ndarray of shape (n_points,), dtype int64
        Number of rows at each point.
    """

    points: NDArray[np.float64]
    point_of: NDArray[np.int64] | slice
    n_rows_of: NDArray[np.int64]

    @classmethod
    def of(cls, block):
        """Return the points of a block (n_rows, n_dimensions)."""
        # Fast path: the values of one column usually differ in all rows.
        if (np.diff(sorted_values(block[:, 0])) != 0).all():
            return cls(block, slice(None), np.ones(len(block), np.int64))
        order = np.lexsort(block.T)
        in_order = block[order]
        is_first = np.append(True, (in_order[1:] != in_order[:-1]).any(axis=1))
        point_of = np.empty(len(block), np.int64)
        point_of[order] = np.cumsum(is_first) - 1
        firsts = np.flatnonzero(is_first)
        n_rows_of = np.diff(np.append(firsts, len(block)))
        return cls(in_order[firsts], point_of, n_rows_of)

    def kth_distance(self, rows, k, p):
        """Return the distance from each of some rows to its k-th nearest row here, (n,)."""
        tree, radii = cKDTree(self.points), np.empty(len(rows))
        nearest = self._nearest_points(k)
        for some in _parts(len(rows)):
            distances, points = tree.query(rows[some], k=nearest, p=p)
            if len(nearest) > 1:
                is_reached = np.cumsum(self.n_rows_of[points], axis=1) >= k
                kth = np.argmax(is_reached, axis=1)[:, None]
                distances = np.take_along_axis(distances, kth, axis=1)
            radii[some] = distances[:, 0]
        return radii

    def _nearest_points(self, k):
        """Return which of the nearest points, counted from 1, may contain the k-th nearest row."""
        if self.n_rows_of.max() == 1:
            return [k]
        fewest_rows = np.cumsum(np.sort(self.n_rows_of))
        return np.arange(1, np.searchsorted(fewest_rows, k) + 2)

    def n_within(self, rows, reach, p):
        """Return the number of rows of the block within the reach of each of some rows.

        There is one tree for each binary digit of the numbers of rows, which contains the points
        with that digit. So a query counts points, and does so by whole branches of a tree.
        """
        counts = np.zeros(len(rows), np.int64)
        for digit in range(int(self.n_rows_of.max()).bit_length()):
            of_digit = self.points[(self.n_rows_of >> digit) & 1 == 1]
            if not len(of_digit):
                continue
            tree = cKDTree(of_digit)
            for some in _parts(len(rows)):
                found = tree.query_ball_point(rows[some], reach[some], p=p, return_length=True)
                counts[some] += found << digit
        return counts


def _parts(n):
    """Yield slices that cover 0..n; between two of them Ctrl-C can interrupt."""
    for start in range(0, n, ROWS_PER_QUERY):
        check_cancelled()
        yield slice(start, start + ROWS_PER_QUERY)
