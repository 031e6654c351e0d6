"""P-values, standard errors, biases and confidence intervals of information estimates."""

import math
from typing import NamedTuple

import numpy as np
from joblib import delayed

from skinfo._counts._codes import Codes, missing_last
from skinfo._counts._contingency import SparseContingency, contingency_table
from skinfo._counts._evidence import smooth_evidence
from skinfo._counts._quantiles import (
    default_n_bins,
    equal_frequency_codes,
    estimate_n_bins,
    nested_codes,
)
from skinfo._kernels import _neighbors, _neighbors_plane
from skinfo.estimation._continuous import (
    DiscreteTarget,
    as_sorted,
    atom_size,
    binned_codes,
    untied_orders,
)
from skinfo.estimation._distributions import (
    NormalDistribution,
    PluginDistribution,
    copula_distribution,
    entropy_bound,
    information_bounds,
    table_distribution,
)
from skinfo.estimation._ranks import even_normal_scores, untied_values
from skinfo.estimation._samples import prepared_target
from skinfo.utils._parallel import in_threads, interruptible_ranges
from skinfo.utils._sums import ordered_sum

# Approximate time for the error of a neighbour estimate, in nanoseconds per row.
ERROR_COST = 500.0

# Values with a smaller relative difference are equal up to rounding.
RELATIVE_ROUNDING = 1e-12

# The bias is estimated from a second estimate with this many times the neighbours, whose balls are
# twice as wide in the plane.
NEIGHBORS_RATIO = 4

# The standard error is the standard deviation of the terms over sqrt(n), times `ERROR_FACTOR` plus
# `ERROR_FACTOR_OF_SHARED` times the proportion of the rows that two terms have in common. Measured
# on normal variables of correlation 0 to 0.95, 3 to 12 neighbours, 100 to 2000 rows.
ERROR_FACTOR = 1.12
ERROR_FACTOR_OF_SHARED = 1.5


class NeighborError(NamedTuple):
    """Error of a neighbour estimate, in nats.

    Attributes
    ----------
    standard_error : float

    bias, bias_error : float
        Bias of the estimate, never positive, and the standard error of the bias.
    """

    standard_error: float
    bias: float
    bias_error: float


NO_NEIGHBORS = NeighborError(math.nan, math.nan, math.nan)


class ColumnErrors(NamedTuple):
    """P-value of one column, with the distribution and the error of its estimate."""

    pvalue: float
    distribution: PluginDistribution  # for the table or the normal scores, in N nats
    neighbors: NeighborError  # for a neighbour estimate in nats, else NaN


class EstimateErrors(NamedTuple):
    """P-values, standard errors, biases and intervals of the estimates of all columns.

    Arrays are of shape (n_features,).
    """

    n: float  # number of samples, or sum of weights
    pvalue: np.ndarray
    distribution: PluginDistribution
    neighbors: NeighborError
    class_counts: np.ndarray | None  # (n_classes,); None for a continuous target

    @classmethod
    def of_samples(cls, samples, estimator, n_neighbors, n_jobs):
        """Return the errors of the estimates of all columns."""
        columns = in_threads(
            (
                delayed(_errors_of_column)(tested, pair, estimator, n_neighbors)
                for tested, pair in zip(
                    _tested_tables(samples, n_jobs), _pairs(samples, n_jobs), strict=True
                )
            ),
            work=ERROR_COST * samples.n_features * len(samples.y),
            n_jobs=n_jobs,
        )
        is_discrete = samples.n_classes is not None
        class_counts = np.bincount(samples.y, samples.weights) if is_discrete else None
        return cls.of_columns(columns, samples.n, class_counts)

    @classmethod
    def of_tables(cls, tables, n_jobs):
        """Return the errors of discrete and of binned estimates from ColumnTables.

        All columns must have the same samples.
        """
        columns = in_threads(map(delayed(_errors_of_tables), tables), n_jobs=n_jobs)
        class_counts = tables[0].class_counts
        return cls.of_columns(columns, class_counts.sum(), class_counts)

    @classmethod
    def of_columns(cls, columns, n, class_counts):
        """Return the EstimateErrors that contain the ColumnErrors of columns as arrays."""
        return cls(
            n,
            np.array([column.pvalue for column in columns]),
            _as_arrays([column.distribution for column in columns]),
            _as_arrays([column.neighbors for column in columns]),
            class_counts,
        )

    def standard_error(self, information):
        """Return the standard error of estimates in nats."""
        is_finite = np.isfinite(information)
        known = np.where(is_finite, np.maximum(information, 0), 0)
        of_dependence = 2 * self.distribution.slope * self.n * known
        of_table = np.sqrt(self.distribution.null_variance + of_dependence) / self.n
        of_table[~is_finite] = math.inf
        return np.where(self._is_of_neighbors, self.neighbors.standard_error, of_table)

    def bias(self, information):
        """Return the bias of estimates in nats."""
        plugin = self.distribution.observed - self.distribution.bias
        return np.where(self._is_of_neighbors, self.neighbors.bias, information - plugin / self.n)

    def interval(self, information, confidence_level):
        """Return the bounds of the intervals of estimates, in nats; they contain the estimates."""
        low, high = np.zeros((2, len(information)))
        # The interval of a constant column is zero to zero.
        of_table = self.distribution.null_variance > 0
        some = PluginDistribution._make(field[of_table] for field in self.distribution)
        ends = information_bounds(some.observed, some, confidence_level)
        low[of_table], high[of_table] = (end / self.n for end in ends)
        of_neighbors = of_table & self._is_of_neighbors
        low[of_neighbors], high[of_neighbors] = self._interval_of_neighbors(
            of_neighbors, information[of_neighbors], low[of_neighbors], confidence_level
        )
        # Zero is in the interval unless the test rejects: the p-value, which also tests smooth
        # dependence on ordered levels, may be larger than that of the information alone.
        low[self.pvalue >= 1 - confidence_level] = 0.0
        low = np.minimum(low, np.maximum(information, 0))
        high = np.maximum(high, information)
        if self.class_counts is not None:
            entropy, bound = entropy_bound(self.class_counts, confidence_level)
            # If the estimate is at its upper bound, the interval ends at the bound of the entropy.
            is_less = information < entropy * (1 - RELATIVE_ROUNDING)
            high = np.where(is_less, np.minimum(high, bound), bound)
        # An infinite estimate gives no lower bound.
        return np.where(np.isinf(information), 0.0, low), high

    @property
    def _is_of_neighbors(self):
        return ~np.isnan(self.neighbors.standard_error)

    def _interval_of_neighbors(self, chosen, estimate, low_of_bins, confidence_level):
        """Return intervals of neighbour estimates.

        The upper bound is that of the estimate minus its bias. Bins contain less information than
        the numbers, so the lower bound of the bins is valid too, and less noisy under
        independence. Zero is excluded if the test of the bins rejects.
        """
        error, bias, bias_error = (field[chosen] for field in self.neighbors)
        low, _ = information_bounds(estimate, NormalDistribution(error), confidence_level)
        unbiased = NormalDistribution(np.hypot(error, bias_error))
        _, high = information_bounds(estimate - bias, unbiased, confidence_level)
        rejects = self.pvalue[chosen] < 1 - confidence_level
        return np.where(rejects, np.maximum(low, low_of_bins), 0.0), high


class TestedTable(NamedTuple):
    """Contingency table of a column and the target, with numbers in bins."""

    counts: np.ndarray  # or SparseContingency
    smooth: np.ndarray | None  # `smooth_evidence`, (9,); None if the levels are not ordered


def _tested_tables(samples, n_jobs):
    """Yield the TestedTable of each column, in order."""
    y, n_classes = samples.y, samples.n_classes
    ordered_classes = n_classes is None
    if ordered_classes:
        # Unsupervised bins, as many as for a column: see `default_n_bins`.
        y = equal_frequency_codes(samples.y, default_n_bins(len(samples.y)))
    classes = Codes.of(y)
    discrete = iter(())
    if samples.discrete.any() and n_classes is not None:
        discrete = iter(samples.tables(n_jobs))
    elif samples.discrete.any():
        discrete = (contingency_table(x, classes) for x in samples.codes(n_jobs).columns())
    for j in range(samples.n_features):
        if not samples.discrete[j]:
            yield _table_of_numbers(samples.values(j), classes, ordered_classes)
            continue
        counts = next(discrete)
        smooth = None
        if isinstance(counts, np.ndarray):
            n_ordered = samples.n_ordered(j, len(counts))
            smooth = smooth_evidence(counts, n_ordered, ordered_classes=ordered_classes)
        yield TestedTable(counts, smooth)


def _table_of_numbers(values, classes, ordered_classes):
    """Return the TestedTable of a continuous column; missing values have a separate bin."""
    n_bins = default_n_bins(np.count_nonzero(~np.isnan(values)))
    codes, finer, n_codes, n_finer = nested_codes(values, n_bins)
    counts = contingency_table(missing_last(Codes(codes, n_codes)), classes)
    if ordered_classes:
        return TestedTable(counts, _smooth_of(counts, n_codes, ordered_classes))
    in_finer = contingency_table(missing_last(Codes(finer, n_finer)), classes)
    return TestedTable(counts, _smooth_of(in_finer, n_finer, ordered_classes))


def _smooth_of(counts, n_ordered, ordered_classes):
    """Return `smooth_evidence`, or None for a sparse table."""
    if isinstance(counts, SparseContingency):
        return None
    return smooth_evidence(counts, n_ordered, ordered_classes=ordered_classes)


def _pairs(samples, n_jobs):
    """Yield the values of each column and the target, or None if both are discrete."""
    if samples.n_classes is not None and samples.discrete.all():
        yield from [None] * samples.n_features
        return
    target = prepared_target(samples)
    codes = iter(())
    if samples.discrete.any() and samples.n_classes is None:
        codes = iter(samples.codes(n_jobs).columns())
    for j in range(samples.n_features):
        if not samples.discrete[j]:
            yield samples.values(j), target
        elif samples.n_classes is None:
            # Information is symmetric: the discrete column takes the role of the classes.
            yield target.values, DiscreteTarget(*next(codes))
        else:
            yield None


def _as_arrays(tuples):
    """Return NamedTuples of numbers as one NamedTuple of arrays."""
    return type(tuples[0])._make(np.array(tuples).T)


def _errors_of_column(tested, pair, estimator, n_neighbors):
    """Return the ColumnErrors of one column."""
    pvalue, distribution = table_distribution(tested.counts, tested.smooth)
    if pair is None:
        return ColumnErrors(pvalue, distribution, NO_NEIGHBORS)
    values, target = pair
    if estimator in NEIGHBOR_TERMS:
        errors = neighbor_error(NEIGHBOR_TERMS[estimator], values, target, n_neighbors)
        # If all values are atoms, the neighbour terms have no variance.
        error = max(errors.standard_error, math.sqrt(distribution.null_variance) / len(values))
        return ColumnErrors(pvalue, distribution, errors._replace(standard_error=error))
    if estimator == "binned":
        x, y = map(Codes.of, _codes_of_estimate(values, target))
        _, distribution = table_distribution(contingency_table(x, y))
    elif not np.isnan(values).any():
        distribution = copula_distribution(values, target) or distribution
    return ColumnErrors(pvalue, distribution, NO_NEIGHBORS)


def _errors_of_tables(table):
    """Return the ColumnErrors of one column, given its ColumnTables."""
    pvalue, distribution = table_distribution(table.whole(table.tested), table.smooth)
    if not table.is_discrete:
        _, distribution = table_distribution(table.whole(table.estimated, missing_row=0))
    return ColumnErrors(pvalue, distribution, NO_NEIGHBORS)


def _codes_of_estimate(values, target):
    """Return the codes of `binned_information`, with missing values in a separate bin."""
    present = ~np.isnan(values)
    if present.all():
        return binned_codes(values, target)
    codes, y = np.zeros((2, len(values)), np.int64)
    if isinstance(target, DiscreteTarget):
        y = target.codes
    else:
        y = equal_frequency_codes(target.values, estimate_n_bins(len(values), False))
    if present.any():
        codes[present] = 1 + binned_codes(values[present], target[present])[0]
    return codes, y


# ---- neighbour estimates, from the terms of each row


def neighbor_error(terms_of, values, target, n_neighbors):
    """Return the standard error of a neighbour estimate, from the variance of its terms, and its
    bias.

    The terms of neighbouring rows are dependent, more so for wider windows; a constant and the
    proportion of the rows in a window correct for this. At a boundary of the support or a sharp
    ridge of the density, the bias is proportional to the width of a ball, and so to the root of
    n_neighbors in the plane: four times the neighbours double the bias. For a smooth density the
    bias grows faster, and is overestimated.

    Parameters
    ----------
    terms_of : callable
        One of ``NEIGHBOR_TERMS``.

    values : ndarray of shape (n_samples,)
        Missing values are NaN; their information is added by the chain rule.

    target : DiscreteTarget or RankedColumn

    n_neighbors : int

    Returns
    -------
    error : NeighborError
    """
    n, k = len(values), n_neighbors
    terms, wider = terms_with_missing(terms_of, values, target, np.array([k, NEIGHBORS_RATIO * k]))
    factor = ERROR_FACTOR + ERROR_FACTOR_OF_SHARED * _shared_proportion(target, k, n)
    factor /= math.sqrt(n)
    mean = _mean(terms)
    error = factor * _spread(terms, mean)
    bias = min(_mean(wider) - mean, 0.0)
    # The extrapolated estimate has a larger variance, but the error of the bias is limited to the
    # bias itself.
    extrapolated = 2 * terms - wider
    of_extrapolated = factor * _spread(extrapolated, _mean(extrapolated))
    bias_error = min(-bias, math.sqrt(max(of_extrapolated**2 - error**2, 0.0)))
    return NeighborError(error, bias, bias_error)


def terms_with_missing(terms_of, values, target, neighbors):
    """Return the contribution of each row to n times the estimates, including missing values."""
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


def _shared_proportion(target, n_neighbors, n):
    """Return the approximate proportion of the rows on which one term depends."""
    if isinstance(target, DiscreteTarget):
        return min(np.count_nonzero(np.bincount(target.codes)) * n_neighbors / n, 1.0)
    return math.sqrt(n_neighbors / n)


def ross_terms(column, target, neighbors):
    """Return the contribution of each row to n times `ross_information`.

    Parameters
    ----------
    column : RankedColumn

    target : DiscreteTarget

    neighbors : ndarray of shape (n_terms,), dtype int64
        Numbers of neighbours, in increasing order.

    Returns
    -------
    terms : ndarray of shape (n_terms, n_samples)
        One row per number of neighbours.
    """
    return _ross_terms_on(column, column.line, target.codes, neighbors)


def ksg_terms(column, target, neighbors):
    """Return the contribution of each row to n times `ksg_information`; see `ross_terms`."""
    if isinstance(target, DiscreteTarget):
        return ross_terms(column, target, neighbors)
    if column.is_constant or target.is_constant:
        return np.zeros((len(neighbors), len(column)))
    order_x, order_y = untied_orders(column, target)
    x, y = untied_values(column, order_x), untied_values(target, order_y)
    return _ksg_terms_on(x, y, order_x, order_y, neighbors)


def auto_terms(column, target, neighbors):
    """Return the contribution of each row to n times `auto_information`, up to a constant.

    See `ross_terms`. Atoms are determined by the first number of neighbours.
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


# Functions that return the terms whose means are the neighbour estimates.
NEIGHBOR_TERMS = {"auto": auto_terms, "ross": ross_terms, "ksg": ksg_terms}


def _table_terms(a, b):
    """Return ln(n_ab n / (n_a n_b)) for each row."""
    _, which, together = np.unique(a * (b.max() + 1) + b, return_inverse=True, return_counts=True)
    return np.log(together[which] * len(a) / (np.bincount(a)[a] * np.bincount(b)[b]))


def _rank_ross_terms(column, codes, neighbors):
    if column.is_constant:
        return np.zeros((len(neighbors), len(column)))
    return _ross_terms_on(column, column.scores_line, codes, neighbors)


def _ross_terms_on(column, line, codes, neighbors):
    """Return Ross's terms of the rows of a column; zero for classes with one row.

    Parameters
    ----------
    column : RankedColumn

    line : ndarray of shape (n_samples,)
        Values or scores of the column, in sorted order.

    codes : ndarray of shape (n_samples,)

    neighbors : ndarray of shape (n_terms,), dtype int64
    """
    terms = np.empty((len(neighbors), len(column)))
    terms[:, column.order] = _neighbors.ross_terms(
        line,
        codes[column.order],
        int(codes.max(initial=-1)) + 1,
        neighbors,
        column.has_ties,
        ranges=interruptible_ranges,
    )
    return terms


def _rank_ksg_terms(column, target, neighbors):
    if column.is_constant or target.is_constant:
        return np.zeros((len(neighbors), len(column)))
    n = len(column)
    order_x, order_y = untied_orders(column, target)
    x, y = np.empty(n), np.empty(n)
    x[order_x] = y[order_y] = even_normal_scores(n)
    return _ksg_terms_on(x, y, order_x, order_y, neighbors)


def _ksg_terms_on(x, y, order_x, order_y, neighbors):
    neighbors = np.minimum(neighbors, len(x) - 1)
    return _neighbors_plane.ksg_terms(
        x, y, order_x, order_y, neighbors, ranges=interruptible_ranges
    )
