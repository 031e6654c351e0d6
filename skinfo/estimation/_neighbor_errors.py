"""Error and bias of neighbour estimates, from what each row adds to them."""

import math
from typing import NamedTuple

import numpy as np

from skinfo._kernels import _neighbors, _neighbors_plane
from skinfo.estimation._continuous import (
    SALT_X,
    SALT_Y,
    DiscreteTarget,
    as_sorted,
    atom_size,
)
from skinfo.estimation._ranks import even_normal_scores, untied_order, untied_values
from skinfo.utils._sums import ordered_sum

# The bias is that of estimates whose balls are twice as wide in the plane.
WIDER = 4

# The spread of the terms is this much below the error of their mean, and further by
# `MORE_BELOW` times the share of the rows that the terms have in common. Measured on normal
# variables of correlation 0 to 0.95, 3 to 12 neighbours, 100 to 2000 rows.
BELOW = 1.12
MORE_BELOW = 1.5


class NeighborError(NamedTuple):
    """Of a neighbour estimate, in nats.

    Attributes
    ----------
    standard_error : float

    bias, bias_error : float
        Of the estimate, never above zero, and the standard error of that.
    """

    standard_error: float
    bias: float
    bias_error: float


def neighbor_error(terms_of, values, target, n_neighbors):
    """Return the error of a neighbour estimate by the spread of its terms, and its bias.

    The terms of neighbours depend on each other, the more so the wider the windows whose rows they
    count, which a constant and the share of the rows in a window make up for. A bound of the
    support or a sharp ridge of the density costs an estimate an amount that grows with the
    width of a ball, so with the root of n_neighbors in the plane: four times the neighbours lose
    as much again as the estimate has lost already. Where the density is smooth they lose more
    than that, and the bias given is too large.

    Parameters
    ----------
    terms_of : callable
        One of ``NEIGHBOR_TERMS``.

    values : ndarray of shape (n_samples,)
        Missing ones are NaN: whether there is a value is then known first, by the chain rule.

    target : DiscreteTarget or RankedColumn

    n_neighbors : int

    Returns
    -------
    error : NeighborError
    """
    n, k = len(values), n_neighbors
    terms, wider = _terms(terms_of, values, target, np.array([k, WIDER * k]))
    below = (BELOW + MORE_BELOW * _shared_part(target, k, n)) / math.sqrt(n)
    mean = _mean(terms)
    error = below * _spread(terms, mean)
    bias = min(_mean(wider) - mean, 0.0)
    # What is extrapolated has more noise, but where it is small that is not to be believed either.
    extrapolated = 2 * terms - wider
    of_extrapolated = below * _spread(extrapolated, _mean(extrapolated))
    bias_error = min(-bias, math.sqrt(max(of_extrapolated**2 - error**2, 0.0)))
    return NeighborError(error, bias, bias_error)


def _terms(terms_of, values, target, neighbors):
    """Return what each row adds to n times the estimates, with the presence of a value."""
    missing = np.isnan(values)
    if not missing.any():
        return terms_of(as_sorted(values), target, neighbors)
    if isinstance(target, DiscreteTarget):
        terms = np.tile(_table_terms(missing.astype(np.int64), target.codes), (len(neighbors), 1))
    else:
        terms = terms_of(target, DiscreteTarget(missing, 2), neighbors)
    if not missing.all():
        present = as_sorted(values[~missing])
        terms[:, ~missing] += terms_of(present, target[~missing], neighbors)
    return terms


def _mean(terms):
    return ordered_sum(terms) / len(terms)


def _spread(terms, mean):
    return math.sqrt(_mean((terms - mean) ** 2))


def _shared_part(target, n_neighbors, n):
    """Return about which share of the rows is counted by one term."""
    if isinstance(target, DiscreteTarget):
        return min(np.count_nonzero(np.bincount(target.codes)) * n_neighbors / n, 1.0)
    return math.sqrt(n_neighbors / n)


def ross_terms(column, target, neighbors):
    """Return what each row adds to n times `ross_information`.

    Parameters
    ----------
    column : RankedColumn

    target : DiscreteTarget

    neighbors : ndarray of shape (n_terms,), dtype int64
        Numbers of neighbours, increasing.

    Returns
    -------
    terms : ndarray of shape (n_terms, n_samples)
        By each number of neighbours.
    """
    return _ross_terms_on(column, column.line, target.codes, neighbors)


def ksg_terms(column, target, neighbors):
    """Return what each row adds to n times `ksg_information`; see `ross_terms`."""
    if isinstance(target, DiscreteTarget):
        return ross_terms(column, target, neighbors)
    if column.is_constant or target.is_constant:
        return np.zeros((len(neighbors), len(column)))
    order_x, order_y = untied_order(column, target, SALT_X), untied_order(target, column, SALT_Y)
    x, y = untied_values(column, order_x), untied_values(target, order_y)
    return _ksg_terms_on(x, y, order_x, order_y, neighbors)


def auto_terms(column, target, neighbors):
    """Return what each row adds to n times `auto_information`, but for a constant.

    See `ross_terms`. Atoms are those that the first number of neighbours makes.
    """
    least = atom_size(len(column), neighbors[0])
    atoms = column.atoms(least)
    free = atoms == 0
    if isinstance(target, DiscreteTarget):
        if free.all():
            return _rank_ross_terms(column, target.codes, neighbors)
        terms = np.tile(_table_terms(atoms, target.codes), (len(neighbors), 1))
        terms[:, free] += _rank_ross_terms(column[free], target.codes[free], neighbors)
        return terms
    atoms_y = target.atoms(least)
    free_y = atoms_y == 0
    both = free & free_y
    if both.all():
        return _rank_ksg_terms(column, target, neighbors)
    terms = np.tile(_table_terms(atoms, atoms_y), (len(neighbors), 1))
    if not free.all():
        terms[:, free_y] += _rank_ross_terms(target[free_y], atoms[free_y], neighbors)
    if not free_y.all():
        terms[:, free] += _rank_ross_terms(column[free], atoms_y[free], neighbors)
    terms[:, both] += _rank_ksg_terms(column[both], target[both], neighbors)
    return terms


# What the estimators that look for neighbours are means of.
NEIGHBOR_TERMS = {"auto": auto_terms, "ross": ross_terms, "ksg": ksg_terms}


def _table_terms(a, b):
    """Return ln(n_ab n / (n_a n_b)) of each row."""
    _, which, together = np.unique(a * (b.max() + 1) + b, return_inverse=True, return_counts=True)
    return np.log(together[which] * len(a) / (np.bincount(a)[a] * np.bincount(b)[b]))


def _rank_ross_terms(column, codes, neighbors):
    if column.is_constant:
        return np.zeros((len(neighbors), len(column)))
    return _ross_terms_on(column, column.scores_line, codes, neighbors)


def _ross_terms_on(column, line, codes, neighbors):
    """Return Ross's terms of the rows of a column; zero in classes of one row, which are left out.

    Parameters
    ----------
    column : RankedColumn

    line : ndarray of shape (n_samples,)
        Its values or scores, in sorted order.

    codes : ndarray of shape (n_samples,)

    neighbors : ndarray of shape (n_terms,), dtype int64
    """
    terms = np.empty((len(neighbors), len(column)))
    terms[:, column.order] = _neighbors.ross_terms(
        line, codes[column.order], int(codes.max(initial=-1)) + 1, neighbors, column.has_ties
    )
    return terms


def _rank_ksg_terms(column, target, neighbors):
    if column.is_constant or target.is_constant:
        return np.zeros((len(neighbors), len(column)))
    n = len(column)
    order_x, order_y = untied_order(column, target, SALT_X), untied_order(target, column, SALT_Y)
    x, y = np.empty(n), np.empty(n)
    x[order_x] = y[order_y] = even_normal_scores(n)
    return _ksg_terms_on(x, y, order_x, order_y, neighbors)


def _ksg_terms_on(x, y, order_x, order_y, neighbors):
    neighbors = np.minimum(neighbors, len(x) - 1)
    return _neighbors_plane.ksg_terms(x, y, order_x, order_y, neighbors)
