"""Conditional information from counts by stratum and from neighbours within strata, in nats."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from joblib import delayed
from scipy.special import psi

from skinfo._counts._codes import Codes, row_codes
from skinfo._counts._contingency import (
    DENSE_CELLS,
    dense_tables,
    is_dense,
    moments_of_margins,
)
from skinfo._kernels._null import expected_information_in_strata, poisson_tables
from skinfo.estimation._continuous import DiscreteTarget, atom_size, auto_information
from skinfo.estimation._entropy_estimators import entropy_of_codes, entropy_of_margins
from skinfo.estimation._knn_tree import (
    is_constant,
    ksg_blocks,
    ksg_conditional,
    mixed_conditional,
)
from skinfo.estimation._ranks import RankedColumn, even_normal_scores, untied_order
from skinfo.utils._parallel import in_threads, n_threads
from skinfo.utils._sums import ordered_sum

# Approximate times in nanoseconds: to count a row, and to visit a cell of a table.
ROW_COST = 1.0
CELL_COST = 5.0

# Maximum number of cells of the tables of one task (32 MiB).
CELLS_PER_TASK = 2**22


# ---- counts of all strata


class StratifiedMargin(NamedTuple):
    """Counts of a column by stratum.

    Attributes
    ----------
    sizes : ndarray of shape (n_sizes,), dtype float64
        Counts, in increasing order within each stratum.

    starts : ndarray of shape (n_strata + 1,), dtype int64
        Start of each stratum.
    """

    sizes: np.ndarray
    starts: np.ndarray


@dataclass(frozen=True)
class StrataCounts:
    """Non-empty cells of a table of X, y and strata, with margins.

    Attributes
    ----------
    xyz, xz, yz, z : ndarray of shape (n_cells,), dtype float64
        The count of each cell, and the counts of its margins.

    levels, classes : StratifiedMargin
        Margins of X and of y.

    strata : ndarray of shape (n_strata,), dtype float64
        Counts of the strata.

    n_levels, n_classes : int
        Numbers of distinct values of X and of y over all strata.
    """

    xyz: np.ndarray
    xz: np.ndarray
    yz: np.ndarray
    z: np.ndarray
    levels: StratifiedMargin
    classes: StratifiedMargin
    strata: np.ndarray
    n_levels: int
    n_classes: int


def conditional_plugin(counts, n_neighbors=None):
    """Return sum n/N ln(n n_z / (n_xz n_yz)) in nats, clipped at zero."""
    # If X or y is constant, this ratio is exactly one.
    ratios = counts.xyz * counts.z / (counts.xz * counts.yz)
    return max(ordered_sum(counts.xyz * np.log(ratios)) / ordered_sum(counts.strata), 0.0)


def conditional_emi(counts, n_neighbors=None):
    """Return the plug-in minus its mean over tables with the same margins in every stratum."""
    is_exact = bool(np.all(counts.xyz % 1 == 0))
    margins = *counts.levels, *counts.classes
    null_mean = expected_information_in_strata(*margins, poisson_tables(), is_exact, DENSE_CELLS)
    for z in np.flatnonzero(np.isnan(null_mean)):
        rows, columns = (
            sizes[starts[z] : starts[z + 1]] for sizes, starts in (counts.levels, counts.classes)
        )
        null_mean[z] = (
            moments_of_margins(rows, columns, rows.sum(), is_whole=False)[0] / rows.sum()
        )
    return conditional_plugin(counts) - ordered_sum(
        null_mean * (counts.strata / ordered_sum(counts.strata))
    )


def conditional_by_entropies(estimator):
    """Return ``f(StrataCounts)``, H(X,Z) + H(Y,Z) - H(X,Y,Z) - H(Z) by one estimator, in nats.

    The result is limited to H(X|Z) and H(Y|Z). Without conditions it equals that of `mutual_info`.
    """

    def information(counts, n_neighbors=None):
        n_levels, n_classes, n_strata = counts.n_levels, counts.n_classes, len(counts.strata)
        n_cells = n_levels * n_classes * n_strata
        entropy = entropy_of_margins(estimator, counts.xyz, n_cells)
        h_xz = entropy(counts.levels.sizes, n_levels * n_strata)
        h_yz = entropy(counts.classes.sizes, n_classes * n_strata)
        h_z = entropy(counts.strata, n_strata)
        # In this order of operations the result is symmetric in X and y.
        information = (h_xz + h_yz) - (entropy(counts.xyz, n_cells) + h_z)
        return min(information, h_xz - h_z, h_yz - h_z)

    return information


def neighbors_of_codes(counts, n_neighbors):
    """Return `mixed_conditional` for codes, where neighbours are the rows of the same cell."""
    enough = counts.xyz > n_neighbors
    xyz, xz, yz, z = (c[enough] for c in (counts.xyz, counts.xz, counts.yz, counts.z))
    # In this order of operations the result is symmetric in X and y.
    terms = (psi(xyz - 1) + psi(z - 1)) - (psi(xz - 1) + psi(yz - 1))
    information = ordered_sum(xyz * terms) / ordered_sum(counts.strata)
    return min(
        information, *(_conditional_entropy(counts, m) for m in (counts.levels, counts.classes))
    )


def _conditional_entropy(counts, margins):
    """Return the plug-in entropy of X, or of y, given Z, in nats."""
    sizes, starts = margins
    strata = np.repeat(counts.strata, np.diff(starts))
    return ordered_sum(sizes * np.log(strata / sizes)) / ordered_sum(counts.strata)


class Strata:
    """Classes of y within the strata of Z, for use with many features.

    Parameters
    ----------
    strata, y : ndarray of shape (n_samples,), dtype int64

    weights : ndarray of shape (n_samples,), dtype float64, or None
        Positive.
    """

    def __init__(self, strata, y, weights):
        n_classes = int(y.max()) + 1
        # A pair is an observed combination of stratum and class; pairs are sorted by stratum.
        pairs, self._pair = np.unique(strata * n_classes + y, return_inverse=True)
        self._stratum_of_pair = pairs // n_classes
        self._pair_counts = np.bincount(self._pair, weights).astype(np.float64)
        self._counts = np.bincount(strata, weights).astype(np.float64)
        self._classes = _margins_by_stratum(
            self._pair_counts, self._stratum_of_pair, len(self._counts)
        )
        self._n_classes = len(np.unique(y))
        self._weights = weights

    def estimates(self, codes, n_levels, estimate, n_jobs):
        """Return ``estimate(StrataCounts)`` for each column.

        Parameters
        ----------
        codes : ndarray of shape (n_features, n_samples), dtype uint8, uint16 or int32

        n_levels : ndarray of shape (n_features,), dtype int64

        estimate : callable

        n_jobs : int or None

        Returns
        -------
        information : ndarray of shape (n_features,), dtype float64
        """
        n_cells = n_levels * len(self._pair_counts)
        of_bytes = (n_levels <= 2**8) & is_dense(n_cells, codes.shape[1])
        dense, sparse = np.flatnonzero(of_bytes), np.flatnonzero(~of_bytes)
        tasks = [(self._of_sparse, column) for column in sparse[:, None]]
        if len(dense):
            n_tasks = max(
                4 * n_threads(n_jobs),
                -(-len(dense) * int(n_cells[dense].max()) // CELLS_PER_TASK),
            )
            chunks = np.array_split(dense, min(len(dense), n_tasks))
            tasks += [(self._of_dense, chunk) for chunk in chunks]
        parts = in_threads(
            (delayed(of)(codes[chunk], n_levels[chunk], estimate) for of, chunk in tasks),
            work=ROW_COST * codes.size + CELL_COST * n_cells[dense].sum(),
            n_jobs=n_jobs,
        )
        information = np.empty(len(codes))
        for (_, chunk), part in zip(tasks, parts, strict=True):
            information[chunk] = part
        return information

    def _of_dense(self, codes, n_levels, estimate):
        """Return estimates from dense tables, for columns with few levels."""
        counts = dense_tables(
            codes.astype(np.uint8, copy=False).T,
            int(n_levels.max()),
            Codes(self._pair, len(self._pair_counts)),
            self._weights,
            n_jobs=1,
        )
        information = np.empty(len(codes))
        for j, table in enumerate(counts.reshape(len(codes), -1)):
            cells = np.flatnonzero(table)
            information[j] = self.estimate_of_cells(cells, table[cells], estimate)
        return information

    def _of_sparse(self, codes, n_levels, estimate):
        """Return the estimate for one column from its non-empty cells."""
        cells = codes[0].astype(np.int64) * len(self._pair_counts) + self._pair
        if self._weights is None:
            cells, counts = np.unique(cells, return_counts=True)
        else:
            cells, cell_of = np.unique(cells, return_inverse=True)
            counts = np.bincount(cell_of, self._weights)
        return self.estimate_of_cells(cells, counts.astype(np.float64), estimate)

    def estimate_of_cells(self, cells, xyz, estimate):
        """Return the estimate from sorted cells ``level * n_pairs + pair`` and their counts."""
        level, pair = np.divmod(cells, len(self._pair_counts))
        if level[0] == level[-1]:
            return 0.0
        stratum = self._stratum_of_pair[pair]
        # Cells of one level and stratum are adjacent, because pairs are sorted by stratum.
        is_first = np.ones(len(cells), bool)
        is_first[1:] = (level[1:] != level[:-1]) | (stratum[1:] != stratum[:-1])
        level_counts = np.add.reduceat(xyz, np.flatnonzero(is_first))
        counts = StrataCounts(
            xyz,
            level_counts[np.cumsum(is_first) - 1],
            self._pair_counts[pair],
            self._counts[stratum],
            _margins_by_stratum(level_counts, stratum[is_first], len(self._counts)),
            self._classes,
            self._counts,
            int(np.count_nonzero(np.diff(level))) + 1,
            self._n_classes,
        )
        return estimate(counts)


def _margins_by_stratum(counts, stratum, n_strata):
    """Return counts sorted by stratum and then by size."""
    starts = np.zeros(n_strata + 1, np.int64)
    np.cumsum(np.bincount(stratum, minlength=n_strata), out=starts[1:])
    return StratifiedMargin(counts[np.lexsort((counts, stratum))], starts)


# ---- neighbours within a stratum


def on_ranks(x, y, z, n_neighbors):
    """Return the most suitable estimate for the columns, on normal ranks, within one stratum.

    Without conditions it is that of `mutual_info`. If x and y are continuous, it is that of
    Frenzel and Pompe, with tied rows in a fixed order that is independent of the other columns. If
    x or y is discrete, or has a value so frequent that breaking its ties would add too much noise,
    it is that of Mesner and Shalizi, which accepts ties.

    Parameters
    ----------
    x, y : ndarray of shape (n_rows,) or (n_rows, n_dimensions)
        Integers are codes, and one-dimensional.

    z : ndarray of shape (n_rows, n_continuous), dtype float64

    n_neighbors : int

    Returns
    -------
    information : float
        In nats.
    """
    if is_constant(x) or is_constant(y):
        return 0.0
    of_x, of_y, of_z = map(_varying_columns, (x, y, z))
    if (of_x or of_y) and not of_z and x.ndim == y.ndim == 1:
        return _unconditional(x, y, n_neighbors)
    columns = [RankedColumn(column) for column in (*of_x, *of_y, *of_z)]
    ends = np.cumsum([len(of_x), len(of_y)])
    least = atom_size(len(x), n_neighbors)
    if of_x and of_y and not any(column.atoms(least).any() for column in columns):
        x, y, z = (block.T for block in np.split(untied_scores(columns), ends))
        if not z.shape[1]:
            return ksg_blocks(x, y, n_neighbors)
        return ksg_conditional(x, y, z, n_neighbors)
    scores = _stacked([column.scores for column in columns], len(x))
    ranked_x, ranked_y, z = np.split(scores, ends, axis=1) if columns else (None, None, scores)
    return mixed_conditional(
        ranked_x if of_x else x, ranked_y if of_y else y, _stacked(z.T, len(x)), n_neighbors
    )


def ksg_as_given(x, y, z, n_neighbors):
    """Return Kraskov's estimate of I(X;Y) on the given values; z must not have any columns."""
    return ksg_blocks(x, y, n_neighbors)


@dataclass(frozen=True)
class NeighborStrata:
    """Target and continuous conditions, with the strata for the search of neighbours.

    Neighbours are in the same stratum, so each stratum is a separate data set.

    Attributes
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_dimensions)
        Integers are codes, and one-dimensional.

    z : ndarray of shape (n_samples, n_continuous), dtype float64

    strata : ndarray of shape (n_samples,), dtype int64

    n_neighbors : int
    """

    y: np.ndarray
    z: np.ndarray
    strata: np.ndarray
    n_neighbors: int

    def mean(self, f, x, rows=None):
        """Return the mean of f over the strata of some rows, in nats.

        Parameters
        ----------
        f : callable
            ``f(x, y, z, n_neighbors)`` in nats, within one stratum.

        x : ndarray of shape (n_samples,) or (n_samples, n_dimensions)

        rows : ndarray of int64 or None, default=None
            None: all rows.
        """
        rows = np.arange(len(x)) if rows is None else rows
        if len(rows) == 0 or is_constant(x[rows]):
            return 0.0
        rows = rows[np.argsort(self.strata[rows], kind="stable")]
        starts = np.flatnonzero(np.diff(self.strata[rows])) + 1
        parts = [
            len(some)
            * _capped_by_entropy(f, x[some], self.y[some], self.z[some], self.n_neighbors)
            for some in np.split(rows, starts)
            if len(some) > self.n_neighbors
        ]
        return ordered_sum(parts) / len(rows)


def _capped_by_entropy(f, x, y, z, n_neighbors):
    """Return f(x, y, z, n_neighbors), limited to the entropy of x or y if they are codes."""
    discrete = [column for column in (x, y) if column.dtype.kind != "f"]
    return min([f(x, y, z, n_neighbors), *map(entropy_of_codes, discrete)])


def _varying_columns(block):
    """Return the columns of a continuous block that are not constant; an empty list for codes."""
    if block.dtype.kind != "f":
        return []
    return [column for column in block.reshape(len(block), -1).T if not is_constant(column)]


def _unconditional(x, y, n_neighbors):
    """Return the estimate of `mutual_info` for x and y, at least one of them continuous."""
    if x.dtype.kind != "f":
        x, y = y, x
    is_continuous = y.dtype.kind == "f"
    target = RankedColumn(y) if is_continuous else DiscreteTarget(y, y.max() + 1)
    return auto_information(x, target, n_neighbors)


def mixed_as_given(x, y, z, n_neighbors):
    """Return Mesner and Shalizi's estimate on the given values."""
    return mixed_conditional(x, y, _stacked(z.T, len(x)), n_neighbors)


def _stacked(columns, n):
    """Return columns as an array (n, n_columns), or one constant column if there are none."""
    return np.column_stack(columns) if len(columns) else np.zeros((n, 1))


def untied_scores(columns):
    """Return the normal scores of columns, with tied rows in an arbitrary but fixed order."""
    # Rows with equal values in all columns are interchangeable: their order has no effect.
    if any(column.has_ties for column in columns):
        rows = RankedColumn(row_codes([column.runs for column in columns]))
    else:
        rows = columns[0]
    scores = np.empty((len(columns), len(rows)))
    for salt, (column, score) in enumerate(zip(columns, scores, strict=True)):
        score[untied_order(column, rows, salt)] = even_normal_scores(len(rows))
    return scores
