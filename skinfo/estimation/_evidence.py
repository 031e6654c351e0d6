"""What is known beside the estimate of each column: p-value, error, bias, interval."""

import math
from typing import NamedTuple

import numpy as np
from joblib import delayed

from skinfo._counts._contingency import Cells, null_moments_of
from skinfo._counts._quantiles import default_n_bins, equal_frequency_codes, estimate_n_bins
from skinfo.estimation._continuous import DiscreteTarget, binned_codes, crossed
from skinfo.estimation._copula import copula_law, gaussian_copula_information
from skinfo.estimation._laws import (
    NormalLaw,
    PluginLaw,
    entropy_bound,
    gamma_pvalue,
    information_bounds,
    plugin_bias,
    table_pvalues,
    weigh_table,
)
from skinfo.estimation._neighbor_errors import NEIGHBOR_TERMS, NeighborError, neighbor_error
from skinfo.estimation._samples import prepared_target
from skinfo.estimation._table_information import plugin_information
from skinfo.utils._parallel import in_threads

# Nanoseconds a row, about, that the error of a neighbour estimate takes.
CONTINUOUS_COST = 500.0

# Amounts that differ by this share are equal: the rest is rounding.
ROUNDING = 1e-12

NO_NEIGHBORS = NeighborError(math.nan, math.nan, math.nan)


class Evidence(NamedTuple):
    """What is known of the estimate of each column beside it; arrays of shape (n_features,)."""

    n: float  # number of samples, or sum of weights
    pvalue: np.ndarray
    law: PluginLaw  # of tables, and of normal scores; N nats
    neighbors: NeighborError  # of neighbour estimates, NaN for others; nats
    classes: np.ndarray | None  # how often each class of the target occurs, None for numbers

    @classmethod
    def of(cls, samples, estimator, n_neighbors, n_jobs):
        """Return the evidence of all columns."""
        n = len(samples.y) if samples.weights is None else samples.weights.sum()
        rows = in_threads(
            (
                delayed(_estimate_evidence)(table, pair, estimator, n_neighbors)
                for table, pair in zip(
                    _tables(samples, n_jobs), _pairs(samples, n_jobs), strict=True
                )
            ),
            work=CONTINUOUS_COST * samples.n_features * len(samples.y),
            n_jobs=n_jobs,
        )
        pvalue, law, neighbors = zip(*rows, strict=True)
        return cls(
            n,
            np.array(pvalue),
            PluginLaw(*np.array(law).T),
            NeighborError(*np.array(neighbors).T),
            None if samples.n_classes is None else np.bincount(samples.y, samples.weights),
        )

    def standard_error(self, information):
        """Return the standard error of estimates in nats."""
        is_finite = np.isfinite(information)
        known = np.where(is_finite, np.maximum(information, 0), 0)
        of_table = np.sqrt(self.law.variance + 2 * self.law.slope * self.n * known) / self.n
        of_table[~is_finite] = math.inf
        return np.where(self._is_of_neighbors, self.neighbors.standard_error, of_table)

    def bias(self, information):
        """Return the bias of estimates in nats."""
        plugin = self.law.far - self.law.bias
        return np.where(self._is_of_neighbors, self.neighbors.bias, information - plugin / self.n)

    def interval(self, information, confidence_level):
        """Return the ends of the intervals of estimates, in nats; they hold the estimates."""
        low, high = np.zeros((2, len(information)))
        # Of a constant there is nothing to bound.
        of_table = self.law.variance > 0
        low[of_table], high[of_table] = self._interval_of_tables(of_table, confidence_level)
        of_neighbors = of_table & self._is_of_neighbors
        low[of_neighbors], high[of_neighbors] = self._interval_of_neighbors(
            of_neighbors, information[of_neighbors], low[of_neighbors], confidence_level
        )
        low = np.minimum(low, np.maximum(information, 0))
        high = np.maximum(high, information)
        if self.classes is not None:
            entropy, bound = entropy_bound(self.classes, confidence_level)
            # An estimate of all there is to know is as uncertain as that is.
            high = np.where(information < entropy * (1 - ROUNDING), np.minimum(high, bound), bound)
        # An infinite estimate is no reason for a bound.
        return np.where(np.isinf(information), 0.0, low), high

    @property
    def _is_of_neighbors(self):
        return ~np.isnan(self.neighbors.standard_error)

    def _interval_of_tables(self, chosen, confidence_level):
        law = PluginLaw(*(field[chosen] for field in self.law))
        low, high = information_bounds(law.far, law, confidence_level)
        return low / self.n, high / self.n

    def _interval_of_neighbors(self, chosen, estimate, low_of_bins, confidence_level):
        """Return intervals of neighbour estimates.

        The upper end is of the estimate less its bias. Bins have less information than the
        numbers, so their lower end is one too, and under independence that of less noise. Zero is
        left out where the test of the bins rejects.
        """
        error, bias, bias_error = (field[chosen] for field in self.neighbors)
        low, _ = information_bounds(estimate, NormalLaw(error), confidence_level)
        unbiased = NormalLaw(np.hypot(error, bias_error))
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
        discrete = (crossed(column.astype(np.int64), y) for column in samples.codes(n_jobs)[0])
    for j in range(samples.n_features):
        if samples.discrete[j]:
            yield next(discrete)
        else:
            values = samples.values(j)
            # Missing values have a bin of their own.
            n_bins = default_n_bins(np.count_nonzero(~np.isnan(values)))
            yield crossed(equal_frequency_codes(values, n_bins), y)


def _pairs(samples, n_jobs):
    """Yield the values of each column and the target, None where both are discrete."""
    if samples.n_classes is not None and samples.discrete.all():
        yield from [None] * samples.n_features
        return
    target = prepared_target(samples)
    codes = iter(())
    if samples.discrete.any() and samples.n_classes is None:
        codes = zip(*samples.codes(n_jobs), strict=True)
    for j in range(samples.n_features):
        if not samples.discrete[j]:
            yield samples.values(j), target
        elif samples.n_classes is None:
            # Either of a pair may be the classes.
            yield target.values, DiscreteTarget(*next(codes))
        else:
            yield None


def _estimate_evidence(table, pair, estimator, n_neighbors):
    """Return the p-value of a column, the fields of its PluginLaw and of its NeighborError."""
    pvalue, *law = column_evidence(table)
    if pair is None:
        return pvalue, law, NO_NEIGHBORS
    values, target = pair
    if estimator in NEIGHBOR_TERMS:
        errors = neighbor_error(NEIGHBOR_TERMS[estimator], values, target, n_neighbors)
        # Where all values are held often, neighbours have no spread of their own.
        error = max(errors.standard_error, math.sqrt(law[1]) / len(values))
        return pvalue, law, errors._replace(standard_error=error)
    if estimator == "binned":
        law = column_evidence(crossed(*_codes_of_estimate(values, target)))[1:]
    elif not np.isnan(values).any():
        law = _law_of_copula(values, target) or law
    return pvalue, law, NO_NEIGHBORS


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


def _law_of_copula(values, target):
    """Return the fields of the PluginLaw of `gaussian_copula_information`, None if it has none."""
    found = copula_law(values, target)
    if found is None:
        return None
    freedom, terms = found
    # Sorted, the sums are the same for every order of the rows.
    terms = np.sort(terms)
    mean = variance = bias = freedom / 2
    far = len(values) * gaussian_copula_information(values, target) + bias
    slope = _slope_of(terms.mean(), terms.var())
    return mean, variance, bias, 0.0, far, slope


def column_evidence(table):
    """Return the p-value of one table, and the fields of its PluginLaw."""
    cells = table if isinstance(table, Cells) else Cells.of_table(table)
    if min(len(cells.rows), len(cells.columns)) < 2:
        return 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if isinstance(table, Cells):
        observed = cells.total * plugin_information(cells)
        mean, variance = null_moments_of(cells)
        pvalue = float(gamma_pvalue(observed, mean, variance))
    else:
        evidence = weigh_table(cells.dense())
        observed, mean, variance, _ = evidence
        (pvalue,) = table_pvalues(evidence[None])
    return pvalue, mean, variance, *plugin_bias(cells), observed, _slope(cells, observed)


def _slope(cells, observed):
    """Return the variance of ln(p(x,y) / p(x)p(y)) over twice its mean."""
    information = observed / cells.total
    apart = cells.rows[cells.row] * cells.columns[cells.column]
    log_ratio = np.log(cells.counts * cells.total / apart)
    return _slope_of(information, cells.counts @ (log_ratio - information) ** 2 / cells.total)


def _slope_of(mean, variance):
    """Return half the ratio of two moments; one as both vanish."""
    return float(variance / (2 * mean)) if mean > 1e-12 else 1.0
