"""Standard errors of means over weighted or grouped samples."""

import math

import numpy as np
from scipy.special import stdtrit
from sklearn.utils import check_consistent_length

from skinfo.utils._results import check_confidence_level
from skinfo.utils._text import short_repr


class SamplingDesign:
    """Weights and groups of samples; estimates means and their standard errors.

    Parameters
    ----------
    weight : ndarray of shape (n_samples,), dtype float64
        Non-negative; a weight of w counts as w repetitions.

    groups : ndarray of shape (n_samples,), dtype int, or None
        Group of each sample, numbered from zero; None for independent samples.

    Attributes
    ----------
    total : float
        Sum of the weights.

    degrees_of_freedom : float
        Number of independent units minus one.
    """

    def __init__(self, weight, groups):
        self.weight = weight
        self.groups = groups
        self.total = weight.sum()
        # For groups it is their number that is independent, for any weights.
        n_units = self.total if groups is None else groups.max() + 1
        self.degrees_of_freedom = max(float(n_units - 1), 0.0)

    def means(self, values):
        """Return the weighted means of `values`, of shape (n_values, n_samples)."""
        return values @ self.weight / self.total

    def standard_errors(self, values):
        """Return the standard errors of `means`; nan for one independent unit.

        With groups the deviations are summed within each group before they are squared
        (cluster-robust standard error).
        """
        if self.degrees_of_freedom == 0:
            return np.full(len(values), math.nan)
        deviations = values - self.means(values)[:, np.newaxis]
        if self.groups is None:
            squares = deviations**2 @ self.weight
        else:
            sums = [np.bincount(self.groups, d * self.weight) for d in deviations]
            squares = np.square(sums).sum(axis=1)
        # n / (n - 1) for n independent units, so that repetitions and weights give the same.
        small_sample = 1 + 1 / self.degrees_of_freedom
        return np.sqrt(squares * small_sample) / self.total


def half_widths(standard_errors, degrees_of_freedom, confidence_level):
    """Return half the widths of Student's confidence intervals."""
    check_confidence_level(confidence_level)
    return stdtrit(degrees_of_freedom, (1 + confidence_level) / 2) * standard_errors


def encode_groups(groups, n_samples, kept):
    """Return the groups of the samples that are `kept` (a mask or slice) as integers from zero.

    Raises
    ------
    ValueError
        If there is not one group per sample, or if all are the same.
    """
    groups = np.asarray(groups)
    check_consistent_length(np.empty((n_samples, 0)), groups)
    distinct, codes = np.unique(groups[kept], return_inverse=True)
    if len(distinct) < 2:
        raise ValueError(
            "groups must hold at least two groups, to estimate the variance between them; got "
            f"{short_repr(distinct.tolist())} only."
        )
    return codes
