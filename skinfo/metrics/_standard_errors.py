"""Errors of means over rows, which may come in groups that are not independent."""

import math

import numpy as np
from scipy.special import stdtrit
from sklearn.utils import check_consistent_length

from skinfo.utils._intervals import check_confidence_level


class Sampling:
    """How many independent draws the rows are: weights repeat a row, groups stay together.

    Parameters
    ----------
    weight : ndarray of shape (n_samples,), dtype float64
        Weights of the rows, none negative.

    groups : ndarray of shape (n_samples,), dtype int, or None
        Group of each row, numbered from zero; None where each row stands for itself.

    Attributes
    ----------
    total : float
        Sum of the weights.

    degrees_of_freedom : float
        Independent draws less one.
    """

    def __init__(self, weight, groups):
        self.weight = weight
        self.groups = groups
        self.total = weight.sum()
        n_draws = self.total if groups is None else groups.max() + 1
        self.degrees_of_freedom = max(float(n_draws - 1), 0.0)

    def means(self, rows):
        """Return the weighted means of `rows`, of shape (n_values, n_samples)."""
        return rows @ self.weight / self.total

    def standard_errors(self, rows):
        """Return the standard errors of `means`; nan where there is one draw.

        With groups the deviations of a group are summed before they are squared: the
        cluster-robust error.
        """
        if self.degrees_of_freedom == 0:
            return np.full(len(rows), math.nan)
        deviations = rows - self.means(rows)[:, np.newaxis]
        if self.groups is None:
            squares = deviations**2 @ self.weight
        else:
            sums = [np.bincount(self.groups, row * self.weight) for row in deviations]
            squares = np.square(sums).sum(axis=1)
        small_sample = 1 + 1 / self.degrees_of_freedom
        return np.sqrt(squares * small_sample) / self.total


def half_widths(standard_errors, degrees_of_freedom, confidence_level):
    """Return how far Student's interval reaches on either side of an estimate."""
    check_confidence_level(confidence_level)
    return stdtrit(degrees_of_freedom, (1 + confidence_level) / 2) * standard_errors


def number_groups(groups, n_samples, kept):
    """Return the groups of the rows that are `kept` as integers from zero.

    Raises
    ------
    ValueError
        If there is another number of them than of rows, or one group only.
    """
    groups = np.asarray(groups)
    check_consistent_length(np.empty((n_samples, 0)), groups)
    present, codes = np.unique(groups[kept], return_inverse=True)
    if len(present) < 2:
        raise ValueError(
            "groups must name at least two groups, to tell how much they differ; got "
            f"{present.tolist()} only."
        )
    return codes
