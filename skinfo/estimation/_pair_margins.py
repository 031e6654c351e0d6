"""Margins of the contingency tables of all pairs of columns, and null means derived from them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from skinfo._counts._contingency import nearly_equal
from skinfo._kernels._fixed_point import fixed_point_scale, fixed_xlogx_table, sum_fixed_xlogx
from skinfo._kernels._null import poisson_tables
from skinfo._kernels._null_pairs import pair_null_means, pair_null_sums
from skinfo.utils._parallel import in_threads, n_threads
from skinfo.utils._text import one_line

# Approximate time for the null mean of a cell, in nanoseconds.
NULL_COST = 500.0

# Size of the lookup table of x ln x (1 MiB); for larger tables a logarithm is faster than a cache
# miss.
LARGEST_TABLE = 2**17

# Maximum number of distinct level counts for which the null mean of each pair of them is stored
# (32 MiB).
MOST_SIZES = 2048

# If a column has more distinct sums of weights, those that differ by a percent are merged:
# otherwise the time would grow with the square of the number of levels.
MOST_REAL_SIZES = 2048


def information_of_pairs(joint, margins, estimator, nats, n_jobs):
    """Return the information of all pairs, from the sums of x ln x over their tables."""
    apart = margins.independent_sums()
    if estimator == "emi":
        # The null mean replaces the margin terms, except for a column with itself.
        np.copyto(apart, margins.null_sums(n_jobs), where=~np.eye(len(apart), dtype=bool))
    mi = (joint - apart) / (margins.scale * margins.total * nats)
    # The plug-in is non-negative, except for rounding errors of the cells.
    return np.maximum(mi, 0.0) if estimator == "plugin" else mi


def refuse_no_common_sample(names):
    """Raise the ValueError for columns without a common sample."""
    raise ValueError(
        f"{' and '.join(map(one_line, dict.fromkeys(names)))} have no row of positive weight "
        "without a missing value. Leave a column out, or use missing='separate'."
    )


@dataclass(frozen=True)
class PairMargins:
    """Level counts of columns, and sums of x ln x in units of 1 / scale (int64).

    Attributes
    ----------
    counts : list of ndarray of shape (n_levels,), dtype float64
        Counts of the levels of each column.

    total : float
        Number of samples, or sum of weights.

    is_whole : bool
        Whether all weights are integers.

    xlogx : ndarray of dtype int64
        x ln x of 0, 1, 2, ...

    scale : float
    """

    counts: list
    total: float
    is_whole: bool
    xlogx: np.ndarray
    scale: float

    @classmethod
    def of(cls, counts, total, is_whole, most_cells, largest_table=LARGEST_TABLE):
        """Return the margins; `most_cells` limits the number of non-empty cells of a table."""
        # With integer weights the number of non-empty cells is at most the number of samples.
        most_cells = total if is_whole else most_cells
        scale = fixed_point_scale(total, max(most_cells, 2))
        xlogx = fixed_xlogx_table(int(min(total, largest_table)) + 1, scale)
        return cls(counts, total, is_whole, xlogx, scale)

    @property
    def unit(self):
        """The last two arguments of the kernels of fixed-point sums."""
        return self.xlogx, self.scale

    def margin_sums(self):
        """Return the sum of x ln x over the margin of each column, (n_features,)."""
        sums = [sum_fixed_xlogx(margin, *self.unit) for margin in self.counts]
        return np.array(sums, np.int64)

    def independent_sums(self):
        """Return the sums that pairs would have if they were independent in the sample."""
        of_margins = self.margin_sums()
        of_total = sum_fixed_xlogx(np.array([self.total]), *self.unit)
        return of_margins[:, None] + of_margins[None, :] - of_total

    def null_sums(self, n_jobs):
        """Return the expected sums of pairs with these margins under independence."""
        margins = _distinct_margins(self.counts, self.is_whole)
        sizes = margins.sizes
        how = poisson_tables(), self.is_whole, self.scale
        step = n_threads(n_jobs)
        kept = len(sizes) if len(sizes) <= MOST_SIZES else 0
        null_means = np.empty((kept, kept), np.int64)
        sums = np.zeros((len(self.counts), len(self.counts)), np.int64)
        # Each task has every step-th row, so that triangles are divided into equal parts.
        in_threads(
            (
                delayed(pair_null_means)(self.total, sizes[:kept], first, step, *how, null_means)
                for first in range(step)
            ),
            work=NULL_COST * kept**2 / 2,
            n_jobs=n_jobs,
        )
        in_threads(
            (
                delayed(pair_null_sums)(self.total, *margins, first, step, null_means, *how, sums)
                for first in range(step)
            ),
            work=(1.0 if kept else NULL_COST) * len(margins.times) ** 2 / 2,
            n_jobs=n_jobs,
        )
        return symmetric(sums)


def symmetric(sums):
    """Return the symmetric matrix of sums, of which one of (f, g) and (g, f) is zero."""
    return sums + sums.T - np.diag(np.diag(sums))


class _DistinctMargins(NamedTuple):
    """Distinct level counts of all columns, in the order of the arguments of `pair_null_sums`.

    Attributes
    ----------
    sizes : ndarray of shape (n_sizes,)

    which, times : ndarray of shape (n_entries,), dtype int64
        For one column after another, the index of each count in `sizes`, and its multiplicity.

    starts : ndarray of shape (n_features + 1,), dtype int64
        The first entry of each column.
    """

    sizes: NDArray[np.float64]
    which: NDArray[np.int64]
    times: NDArray[np.int64]
    starts: NDArray[np.int64]


def _distinct_margins(margins, exact):
    """Return the _DistinctMargins of columns, with nearly equal sums of weights merged."""
    per_column = [np.unique(margin[margin > 0], return_counts=True) for margin in margins]
    if not exact:
        per_column = [
            nearly_equal(*column) if len(column[0]) > MOST_REAL_SIZES else column
            for column in per_column
        ]
    values = np.concatenate([column for column, _ in per_column])
    sizes, which = np.unique(values, return_inverse=True)
    times = np.concatenate([counts for _, counts in per_column]).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum([len(column) for column, _ in per_column])])
    return _DistinctMargins(sizes, which.astype(np.int64), times, starts.astype(np.int64))
