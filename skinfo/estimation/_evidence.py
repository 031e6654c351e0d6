"""What tables of counts say of each column: p-values, errors, intervals."""

import math
from typing import NamedTuple

import numpy as np

from skinfo._kernels._entropy import table_information
from skinfo._kernels._null import null_moments, poisson_tables
from skinfo.estimation._continuous import (
    ContinuousTarget,
    DiscreteTarget,
    binned_codes,
    crossed,
)
from skinfo.estimation._laws import PluginLaw, information_bounds, plugin_bias, table_pvalue
from skinfo.estimation._samples import prepared_target


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
        rows = np.array([table_evidence(table) for table in _tables(samples, n_jobs)])
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
    discrete = iter(())
    if samples.discrete.any() and samples.n_classes is not None:
        discrete = iter(samples.tables(n_jobs))
    elif samples.discrete.any():
        y = ContinuousTarget(samples.y)
        codes, n_levels = samples.codes(n_jobs)
        discrete = (
            crossed(*binned_codes(y, DiscreteTarget(column, levels)))
            for column, levels in zip(codes, n_levels, strict=True)
        )
    target = None if samples.discrete.all() else prepared_target(samples)
    for j in range(samples.n_features):
        if samples.discrete[j]:
            yield next(discrete)
        else:
            yield crossed(*binned_codes(samples.values(j), target))


def table_evidence(counts):
    """Return the p-value of one table, and the fields of its PluginLaw."""
    counts = counts[counts.any(axis=1)]
    counts = np.ascontiguousarray(counts[:, counts.any(axis=0)])
    if min(counts.shape) < 2:
        return 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    n = rows.sum()
    information = table_information(counts)
    whole = bool(np.all(counts % 1 == 0))
    mean, variance = null_moments(rows, columns, poisson_tables(), whole)
    pvalue = table_pvalue(counts, n * information, mean, variance)
    slope = _slope(counts, rows, columns, information)
    return pvalue, mean, variance, plugin_bias(counts), n * information, slope


def _slope(counts, rows, columns, information):
    """Return the variance of ln(p(x,y) / p(x)p(y)) over twice its mean; one as both vanish."""
    n = rows.sum()
    seen = counts > 0
    log_ratio = np.log(counts[seen] * n / np.outer(rows, columns)[seen])
    variance = counts[seen] @ (log_ratio - information) ** 2 / n
    return float(variance / (2 * information)) if information > 1e-12 else 1.0
