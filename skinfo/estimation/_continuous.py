"""Mutual information of one continuous column and a target, in nats.

Estimates are not clipped at zero: under independence they have either sign.
"""

import math
from functools import cached_property

import numpy as np
from scipy.special import psi

from skinfo._counts._codes import Codes
from skinfo._counts._contingency import contingency_table
from skinfo._counts._quantiles import bins_of_runs, estimate_n_bins
from skinfo._kernels import _neighbors, _neighbors_plane
from skinfo.estimation._entropy_estimators import entropy_of_codes
from skinfo.estimation._knn_tree import ksg_blocks
from skinfo.estimation._ranks import (
    RankedColumn,
    even_normal_scores,
    normal_scores_at,
    untied_order,
    untied_values,
)
from skinfo.estimation._table_information import information_from_counts
from skinfo.utils._parallel import interruptible_ranges
from skinfo.utils._sums import ordered_sum

# An atom is a value with at least this proportion of the rows, and this many times k rows.
ATOM_PROPORTION = 0.02
ATOM_NEIGHBORS = 10

# Seeds of the orders of tied x and of tied y, so that the two orders are independent.
SALT_X, SALT_Y = 1, 2


class DiscreteTarget:
    """Classes of the rows, for use with many features.

    Parameters
    ----------
    codes : array-like of shape (n_samples,)
        Integers from 0 to ``n_classes - 1``.

    n_classes : int
    """

    def __init__(self, codes, n_classes):
        self.codes = np.ascontiguousarray(codes, dtype=np.int64)
        self.n_classes = int(n_classes)

    def __getitem__(self, rows):
        """Return the target restricted to some rows."""
        return DiscreteTarget(self.codes[rows], self.n_classes)

    @cached_property
    def entropy(self):
        """Plug-in entropy of the classes in nats, an upper bound of the mutual information."""
        return entropy_of_codes(self.codes)


def ross_information(values, target, n_neighbors):
    """Return Ross's estimate of I(X;Y) on the raw values.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), or RankedColumn
        Finite.

    target : DiscreteTarget

    n_neighbors : int

    Returns
    -------
    information : float
        In nats. Classes with one row are omitted; the estimate is averaged over all orders of
        tied rows.
    """
    column = as_sorted(values)
    return _neighbors.ross_information(
        column.line,
        target.codes[column.order],
        target.n_classes,
        n_neighbors,
        column.has_ties,
        ranges=interruptible_ranges,
    )


def ksg_information(values, target, n_neighbors):
    """Return the first estimate of I(X;Y) by Kraskov et al. on the raw values.

    Parameters
    ----------
    values : ndarray of shape (n_samples,) or (n_samples, n_dimensions), or RankedColumn
        Finite. For more than one dimension a k-d tree is used, and there should be no ties; in a
        single column, tied rows are spread over the cell that rounds to their value.

    target : RankedColumn, or ndarray of shape (n_samples, n_dimensions)

    n_neighbors : int

    Returns
    -------
    information : float
        In nats.
    """
    if np.ndim(values) == 2 or not isinstance(target, RankedColumn):
        y = target.values if isinstance(target, RankedColumn) else target
        return ksg_blocks(values, y, n_neighbors)
    column = as_sorted(values)
    if column.is_constant or target.is_constant:
        return 0.0
    order_x, order_y = untied_orders(column, target)
    x, y = untied_values(column, order_x), untied_values(target, order_y)
    k = min(n_neighbors, len(column) - 1)
    return _neighbors_plane.ksg_information(x, y, order_x, order_y, k, ranges=interruptible_ranges)


def auto_information(values, target, n_neighbors):
    """Return the neighbour estimate of I(X;Y) on normal ranks, with frequent values as atoms.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), or RankedColumn

    target : DiscreteTarget or RankedColumn

    n_neighbors : int

    Returns
    -------
    information : float
        In nats.

    Notes
    -----
    A value of many rows is an atom. With A the atom of x (or none) and B that of y, the chain rule
    is exact: ``I(X;Y) = I(A;B) + P(y free) I(A;Y | y free) + P(x free) I(X;B | x free) + P(both
    free) I(X;Y | both free)``, where a free row is not in an atom. The first term is the plug-in
    estimate minus its mean under independence, the others are the estimates of Ross and of Kraskov
    on the normal ranks of the rows in the condition.

    If y is discrete, the estimate is averaged over all orders of the remaining tied rows, in
    closed form (`skinfo._kernels._neighbors`). For a continuous y there is no closed form: tied
    rows have the ranks of their run in a fixed, arbitrary order
    (`skinfo.estimation._ranks.untied_order`).
    """
    column = as_sorted(values)
    if isinstance(target, DiscreteTarget):
        return _auto_classes(column, target, n_neighbors)
    if column.is_constant or target.is_constant:
        return 0.0
    least = atom_size(len(column), n_neighbors)
    atoms_x, atoms_y = column.atoms(least), target.atoms(least)
    free_x, free_y = atoms_x == 0, atoms_y == 0
    if free_x.all() and free_y.all():
        return _rank_ksg(column, target, n_neighbors)
    information = _corrected(atoms_x, atoms_y)
    information += free_y.mean() * _rank_ross(target[free_y], atoms_x[free_y], n_neighbors)
    information += free_x.mean() * _rank_ross(column[free_x], atoms_y[free_x], n_neighbors)
    free = free_x & free_y
    return information + free.mean() * _rank_ksg(column[free], target[free], n_neighbors)


def block_information(values, block, n_neighbors):
    """Return Kraskov's estimate of I(X;Y) on normal ranks for a multidimensional Y.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), or RankedColumn

    block : ndarray of shape (n_samples, n_dimensions)

    n_neighbors : int

    Returns
    -------
    information : float
        In nats. Tied rows have their mean rank.
    """
    scores = np.column_stack([RankedColumn(column).scores for column in block.T])
    return ksg_blocks(as_sorted(values).scores, scores, n_neighbors)


def binned_information(values, target):
    """Return I(X;Y) of equal-frequency bins, minus its mean under independence.

    If y is discrete, x has round(1.5 n^0.4) bins. If y is continuous, both have round(n^(1/3))
    bins, because the number of cells is the square of that. Equal values are never separated.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), or RankedColumn

    target : DiscreteTarget or RankedColumn

    Returns
    -------
    information : float
        In nats.
    """
    return _corrected(*binned_codes(values, target))


def binned_codes(values, target):
    """Return the bin codes of both variables in `binned_information`, each (n_samples,) int64."""
    column = as_sorted(values)
    against_classes = isinstance(target, DiscreteTarget)
    n_bins = estimate_n_bins(len(column), against_classes)
    return _bins(column, n_bins), target.codes if against_classes else _bins(target, n_bins)


def gaussian_copula_information(values, target):
    """Return the information of normal scores under the assumption that they are jointly normal.

    For a continuous y, -1/2 ln(1 - r^2). For classes, the entropy of one normal distribution minus
    the mean entropy of one per class. Both are corrected for their bias in small samples (Ince et
    al. 2017, Human Brain Mapping 38:1541). Dependence that is not jointly normal is detected in
    part or not at all.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), or RankedColumn

    target : DiscreteTarget or RankedColumn

    Returns
    -------
    information : float
        In nats; ``inf`` if a normal distribution is degenerate: y is a function of the ranks of x,
        or all values of a class (of more than one row) are equal. The caller must limit the result
        to the entropy of the classes.
    """
    column = as_sorted(values)
    if column.is_constant:
        return 0.0
    if isinstance(target, DiscreteTarget):
        return _copula_classes(column, target)
    n = len(column)
    if target.is_constant or n < 3:
        return 0.0
    x, y = copula_scores(column), copula_scores(target)
    # Ordered sums do not depend on the order of the rows.
    r = ordered_sum(x * y) / math.sqrt(ordered_sum(x * x) * ordered_sum(y * y))
    if r * r >= 1.0:
        return math.inf
    return -0.5 * math.log1p(-r * r) - 0.5 * (psi((n - 1) / 2) - psi((n - 2) / 2))


def copula_scores(column):
    """Return normal scores at rank / (n + 1), as in Ince et al., with mean ranks for ties."""
    n = len(column)
    middles = (column.starts[1:] + column.starts[:-1] + 1) / 2
    line = np.repeat(normal_scores_at(middles, n + 1), np.diff(column.starts))
    scores = np.empty(n)
    scores[column.order] = line - line.mean()
    return scores


def _copula_classes(column, target):
    sizes = np.bincount(target.codes, minlength=target.n_classes)
    kept = sizes[target.codes] > 1
    if not kept.all():
        return _copula_classes(column[kept], target[kept]) if kept.any() else 0.0
    sizes = sizes[sizes > 0]
    if len(sizes) < 2 or column.is_constant:
        return 0.0
    # In increasing order of values, so that sums do not depend on the order of the rows.
    codes = np.unique(target.codes, return_inverse=True)[1][column.order]
    scores, runs = copula_scores(column)[column.order], column.runs[column.order]
    means = np.bincount(codes, weights=scores) / sizes
    squares = np.bincount(codes, weights=(scores - means[codes]) ** 2)
    some_run = np.empty(len(sizes), np.int64)
    some_run[codes] = runs
    if np.bincount(codes, weights=runs != some_run[codes]).min() == 0:
        return math.inf
    n = len(scores)
    # Twice each entropy, without the common constant and the bias.
    whole = math.log(scores @ scores) - psi((n - 1) / 2)
    within = np.log(squares) - psi((sizes - 1) / 2)
    return 0.5 * (whole - sizes @ within / n)


def copula_likelihood_ratio(values, target):
    """Return the degrees of freedom and the terms of the log likelihood ratio of the estimate.

    Apart from the bias correction, the estimate is the mean logarithm of a likelihood ratio.

    Returns
    -------
    freedom : int
        Degrees of freedom of the chi-squared variable to which 2 N times the estimate, including
        its bias, converges under independence (Wilks).

    terms : ndarray of shape (n_samples,)
        The logarithm of the likelihood ratio of each row.

    None if the estimate is infinite or undefined.
    """
    column = as_sorted(values)
    if not 0 < abs(gaussian_copula_information(column, target)) < math.inf:
        return None
    scores = copula_scores(column)
    if isinstance(target, DiscreteTarget):
        return _likelihood_ratio_of_classes(scores, target.codes)
    others = copula_scores(target)
    x, y = (part / np.sqrt(np.mean(part**2)) for part in (scores, others))
    r = np.mean(x * y)
    terms = (2 * r * x * y - r * r * (x * x + y * y)) / (2 * (1 - r * r))
    return 1, terms - 0.5 * math.log1p(-r * r)


def _likelihood_ratio_of_classes(scores, codes):
    sizes = np.bincount(codes)
    kept = sizes[codes] > 1
    scores, codes = scores[kept], np.unique(codes[kept], return_inverse=True)[1]
    sizes = np.bincount(codes)
    scores = scores - scores.mean()
    off = scores - (np.bincount(codes, weights=scores) / sizes)[codes]
    within = (np.bincount(codes, weights=off**2) / sizes)[codes]
    whole = np.mean(scores**2)
    terms = 0.5 * (np.log(whole / within) + scores**2 / whole - off**2 / within)
    # A mean and a variance for each class beyond the first.
    return 2 * (len(sizes) - 1), terms


def as_sorted(values):
    return values if isinstance(values, RankedColumn) else RankedColumn(values)


def atom_size(n, n_neighbors):
    return max(ATOM_NEIGHBORS * n_neighbors, ATOM_PROPORTION * n)


def _auto_classes(column, target, n_neighbors):
    atoms = column.atoms(atom_size(len(column), n_neighbors))
    free = atoms == 0
    if free.all():
        return _rank_ross(column, target.codes, n_neighbors)
    information = _corrected(atoms, target.codes)
    return information + free.mean() * _rank_ross(column[free], target.codes[free], n_neighbors)


def _rank_ross(column, codes, n_neighbors):
    """Return Ross's estimate on normal ranks, averaged over all orders of tied rows."""
    if column.is_constant:
        return 0.0
    return _neighbors.ross_information(
        column.scores_line,
        codes[column.order],
        int(codes.max()) + 1,
        n_neighbors,
        column.has_ties,
        ranges=interruptible_ranges,
    )


def _rank_ksg(x, y, n_neighbors):
    """Return Kraskov's estimate on normal ranks, with tied rows in a fixed order."""
    if x.is_constant or y.is_constant:
        return 0.0
    n = len(x)
    order_x, order_y = untied_orders(x, y)
    u, v = np.empty(n), np.empty(n)
    u[order_x] = v[order_y] = even_normal_scores(n)
    return _neighbors_plane.ksg_information(
        u, v, order_x, order_y, min(n_neighbors, n - 1), ranges=interruptible_ranges
    )


def untied_orders(x, y):
    """Return the orders that sort two RankedColumns, with ties in a fixed, arbitrary order."""
    return untied_order(x, y, SALT_X), untied_order(y, x, SALT_Y)


def _corrected(a, b):
    """Return the information of two columns of codes minus its mean under independence."""
    return information_from_counts(contingency_table(Codes.of(a), Codes.of(b)), "emi")


def _bins(column, n_bins):
    """Return the equal-frequency bin of each row of a RankedColumn, (n_samples,) int64."""
    return bins_of_runs(column.starts, n_bins)[column.runs]
