"""What tables of counts say of each column: p-values, errors, intervals."""

import math
from typing import NamedTuple

import numpy as np

from skinfo.estimation._bins import default_n_bins, equal_frequency_codes
from skinfo.estimation._cells import Cells, null_moments_of
from skinfo.estimation._continuous import crossed
from skinfo.estimation._laws import (
    PluginLaw,
    gamma_pvalue,
    information_bounds,
    plugin_bias,
    plugin_bias_of_cells,
    table_pvalues,
    weigh_table,
)
from skinfo.estimation._table_information import plugin_information


class Evidence(NamedTuple):
    """What tables of counts say of each column; arrays of shape (n_features,), in N nats."""

    n: float  # number of samples, or sum of weights
    pvalue: np.ndarray
    law: PluginLaw
    counted: np.ndarray  # whether the estimate is of the table itself, not of numbers it bins
    most: float  # what there is to know of the target, nats

    @classmethod
    def of(cls, samples, n_jobs):
        """Return the evidence of all columns, those of numbers binned."""
        rows = np.array([column_evidence(table) for table in _tables(samples, n_jobs)])
        n = len(samples.y) if samples.weights is None else samples.weights.sum()
        counted = samples.discrete & (samples.n_classes is not None)
        most = math.inf if samples.n_classes is None else math.log(samples.n_classes)
        return cls(n, rows[:, 0], PluginLaw(*rows[:, 1:].T), counted, most)

    def standard_error(self, information):
        """Return the standard error of estimates in nats."""
        law = self.law
        return np.sqrt(law.variance + 2 * law.slope * self.n * np.maximum(information, 0)) / self.n

    def interval(self, information, confidence_level):
        """Return the ends of the intervals of estimates, in nats."""
        # What a plug-in would be whose correction for chance gives the estimate of numbers.
        from_estimate = np.maximum(self.n * information + self.law.mean, 0.0)
        observed = np.where(self.counted, self.law.far, from_estimate)
        low, high = np.zeros_like(observed), np.zeros_like(observed)
        free = self.law.variance > 0  # of a constant there is nothing to bound
        law = PluginLaw(*(field[free] for field in self.law))
        low[free], high[free] = information_bounds(observed[free], law, confidence_level)
        return np.minimum(low / self.n, self.most), np.minimum(high / self.n, self.most)


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


def column_evidence(counts):
    """Return the p-value of one table, and the fields of its PluginLaw."""
    if isinstance(counts, Cells):
        return _cells_evidence(counts)
    counts = counts[counts.any(axis=1)]
    counts = np.ascontiguousarray(counts[:, counts.any(axis=0)])
    if min(counts.shape) < 2:
        return 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    evidence = weigh_table(counts)
    information, mean, variance, _ = evidence
    (pvalue,) = table_pvalues(evidence[None])
    slope = _slope(counts, counts.sum(axis=1), counts.sum(axis=0), information / counts.sum())
    return pvalue, mean, variance, plugin_bias(counts), information, slope


def _cells_evidence(cells):
    """Return the same of a table of many levels."""
    if min(len(cells.rows), len(cells.columns)) < 2:
        return 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    information = plugin_information(cells)
    observed = cells.total * information
    mean, variance = null_moments_of(cells)
    pvalue = float(gamma_pvalue(observed, mean, variance))
    apart = cells.rows[cells.row] * cells.columns[cells.column]
    log_ratio = np.log(cells.counts * cells.total / apart)
    spread = cells.counts @ (log_ratio - information) ** 2 / cells.total
    slope = float(spread / (2 * information)) if information > 1e-12 else 1.0
    return pvalue, mean, variance, plugin_bias_of_cells(cells), observed, slope


def _slope(counts, rows, columns, information):
    """Return the variance of ln(p(x,y) / p(x)p(y)) over twice its mean; one as both vanish."""
    n = rows.sum()
    seen = counts > 0
    log_ratio = np.log(counts[seen] * n / np.outer(rows, columns)[seen])
    variance = counts[seen] @ (log_ratio - information) ** 2 / n
    return float(variance / (2 * information)) if information > 1e-12 else 1.0
