"""P-value, standard error, bias and confidence interval of the estimate of each column."""

import math
from typing import NamedTuple

import numpy as np
from joblib import delayed

from skinfo._counts._codes import Codes
from skinfo._counts._contingency import SparseContingency, contingency_table
from skinfo._counts._evidence import TableEvidence
from skinfo._counts._quantiles import default_n_bins, equal_frequency_codes, estimate_n_bins
from skinfo.estimation._continuous import (
    DiscreteTarget,
    binned_codes,
    copula_likelihood_ratio,
    gaussian_copula_information,
)
from skinfo.estimation._neighbor_errors import NEIGHBOR_TERMS, NeighborError, neighbor_error
from skinfo.estimation._null_distribution import (
    NormalDistribution,
    PluginDistribution,
    entropy_bound,
    information_bounds,
)
from skinfo.estimation._plugin_bias import plugin_bias
from skinfo.estimation._samples import prepared_target
from skinfo.utils._parallel import in_threads

# Nanoseconds a row, about, that the error of a neighbour estimate takes.
ERROR_COST = 500.0

# Amounts that differ by this share are equal: the rest is rounding.
SHARE_OF_ROUNDING = 1e-12

NO_NEIGHBORS = NeighborError(math.nan, math.nan, math.nan)


class ColumnErrors(NamedTuple):
    """P-value of one column, and the distribution and the error of its estimate."""

    pvalue: float
    distribution: PluginDistribution  # of its table or normal scores; N nats
    neighbors: NeighborError  # of a neighbour estimate, else NaN; nats


class EstimateErrors(NamedTuple):
    """P-values, standard errors, biases and intervals of the estimates of all columns.

    Arrays are of shape (n_features,).
    """

    n: float  # number of samples, or sum of weights
    pvalue: np.ndarray
    distribution: PluginDistribution
    neighbors: NeighborError
    class_counts: np.ndarray | None  # of the target, (n_classes,); None of a continuous one

    @classmethod
    def of_samples(cls, samples, estimator, n_neighbors, n_jobs):
        """Return the errors of the estimates of all columns."""
        columns = in_threads(
            (
                delayed(_errors_of_column)(table, pair, estimator, n_neighbors)
                for table, pair in zip(
                    _tables(samples, n_jobs), _pairs(samples, n_jobs), strict=True
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

        The columns have the same samples.
        """
        columns = in_threads(map(delayed(_errors_of_tables), tables), n_jobs=n_jobs)
        class_counts = tables[0].class_counts
        return cls.of_columns(columns, class_counts.sum(), class_counts)

    @classmethod
    def of_columns(cls, columns, n, class_counts):
        """Return the ColumnErrors of columns as arrays."""
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
        """Return the ends of the intervals of estimates, in nats; they hold the estimates."""
        low, high = np.zeros((2, len(information)))
        # Of a constant there is nothing to bound.
        of_table = self.distribution.null_variance > 0
        low[of_table], high[of_table] = self._interval_of_tables(of_table, confidence_level)
        of_neighbors = of_table & self._is_of_neighbors
        low[of_neighbors], high[of_neighbors] = self._interval_of_neighbors(
            of_neighbors, information[of_neighbors], low[of_neighbors], confidence_level
        )
        low = np.minimum(low, np.maximum(information, 0))
        high = np.maximum(high, information)
        if self.class_counts is not None:
            entropy, bound = entropy_bound(self.class_counts, confidence_level)
            # An estimate of all there is to know is as uncertain as that is.
            is_less = information < entropy * (1 - SHARE_OF_ROUNDING)
            high = np.where(is_less, np.minimum(high, bound), bound)
        # An infinite estimate is no reason for a bound.
        return np.where(np.isinf(information), 0.0, low), high

    @property
    def _is_of_neighbors(self):
        return ~np.isnan(self.neighbors.standard_error)

    def _interval_of_tables(self, chosen, confidence_level):
        some = PluginDistribution._make(field[chosen] for field in self.distribution)
        low, high = information_bounds(some.observed, some, confidence_level)
        return low / self.n, high / self.n

    def _interval_of_neighbors(self, chosen, estimate, low_of_bins, confidence_level):
        """Return intervals of neighbour estimates.

        The upper end is of the estimate less its bias. Bins have less information than the
        numbers, so their lower end is one too, and under independence that of less noise. Zero is
        left out where the test of the bins rejects.
        """
        error, bias, bias_error = (field[chosen] for field in self.neighbors)
        low, _ = information_bounds(estimate, NormalDistribution(error), confidence_level)
        unbiased = NormalDistribution(np.hypot(error, bias_error))
        _, high = information_bounds(estimate - bias, unbiased, confidence_level)
        rejects = self.pvalue[chosen] < 1 - confidence_level
        return np.where(rejects, np.maximum(low, low_of_bins), 0.0), high


def _tables(samples, n_jobs):
    """Yield the table of counts of each column with the target, numbers binned, in order."""
    y, n_classes = samples.y, samples.n_classes
    if n_classes is None:
        # Bins that do not look at the other column, and as many: see `default_n_bins`.
        y = equal_frequency_codes(samples.y, default_n_bins(len(samples.y)))
    discrete = iter(())
    if samples.discrete.any() and n_classes is not None:
        discrete = iter(samples.tables(n_jobs))
    elif samples.discrete.any():
        discrete = (contingency_table(x, Codes.of(y)) for x in samples.codes(n_jobs).columns())
    for j in range(samples.n_features):
        if samples.discrete[j]:
            yield next(discrete)
        else:
            values = samples.values(j)
            # Missing values have a bin of their own.
            n_bins = default_n_bins(np.count_nonzero(~np.isnan(values)))
            x = Codes.of(equal_frequency_codes(values, n_bins))
            yield contingency_table(x, Codes.of(y))


def _pairs(samples, n_jobs):
    """Yield the values of each column and the target, None where both are discrete."""
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
            # Either of a pair may be the classes.
            yield target.values, DiscreteTarget(*next(codes))
        else:
            yield None


def _as_arrays(tuples):
    """Return one NamedTuple of arrays for many of numbers."""
    return type(tuples[0])._make(np.array(tuples).T)


def _errors_of_column(table, pair, estimator, n_neighbors):
    """Return the ColumnErrors of one column."""
    pvalue, distribution = table_distribution(table)
    if pair is None:
        return ColumnErrors(pvalue, distribution, NO_NEIGHBORS)
    values, target = pair
    if estimator in NEIGHBOR_TERMS:
        errors = neighbor_error(NEIGHBOR_TERMS[estimator], values, target, n_neighbors)
        # Where all values are held often, neighbours have no spread of their own.
        error = max(errors.standard_error, math.sqrt(distribution.null_variance) / len(values))
        return ColumnErrors(pvalue, distribution, errors._replace(standard_error=error))
    if estimator == "binned":
        x, y = map(Codes.of, _codes_of_estimate(values, target))
        _, distribution = table_distribution(contingency_table(x, y))
    elif not np.isnan(values).any():
        distribution = _copula_distribution(values, target) or distribution
    return ColumnErrors(pvalue, distribution, NO_NEIGHBORS)


def _errors_of_tables(table):
    """Return the ColumnErrors of one column by its ColumnTables."""
    pvalue, distribution = table_distribution(table.whole(table.tested))
    if not table.is_discrete:
        _, distribution = table_distribution(table.whole(table.estimated, missing_row=0))
    return ColumnErrors(pvalue, distribution, NO_NEIGHBORS)


def _codes_of_estimate(values, target):
    """Return the codes that `binned_information` counts, missing values in a bin of their own."""
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


def _copula_distribution(values, target):
    """Return the PluginDistribution of `gaussian_copula_information`, None if it has none."""
    found = copula_likelihood_ratio(values, target)
    if found is None:
        return None
    freedom, terms = found
    # Sorted, the sums are the same for every order of the samples.
    terms = np.sort(terms)
    bias = freedom / 2
    return PluginDistribution(
        null_mean=bias,
        null_variance=bias,
        bias=bias,
        bias_error=0.0,
        observed=len(values) * gaussian_copula_information(values, target) + bias,
        slope=_slope(terms.mean(), terms.var()),
    )


def table_distribution(table):
    """Return the p-value of one table, dense or sparse, and its PluginDistribution."""
    is_sparse = isinstance(table, SparseContingency)
    cells = table if is_sparse else SparseContingency.of_table(table)
    if min(len(cells.row_sums), len(cells.column_sums)) < 2:
        return 1.0, PluginDistribution(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    evidence = TableEvidence.of_table(cells if is_sparse else cells.dense())
    (information,), (mean,), (variance,), _ = evidence
    bias, bias_error = plugin_bias(cells)
    apart = cells.row_sums[cells.row] * cells.column_sums[cells.column]
    log_ratio = np.log(cells.counts * cells.total / apart)
    mean_ratio = information / cells.total
    spread = cells.counts @ (log_ratio - mean_ratio) ** 2 / cells.total
    return float(evidence.pvalue[0]), PluginDistribution(
        null_mean=mean,
        null_variance=variance,
        bias=bias,
        bias_error=bias_error,
        observed=information,
        slope=_slope(mean_ratio, spread),
    )


def _slope(mean, variance):
    """Return half the ratio of two moments; one as both vanish."""
    return float(variance / (2 * mean)) if mean > 1e-12 else 1.0
