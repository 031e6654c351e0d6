"""Null means of pairs of columns in fixed point, against binomial coefficients."""

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from scipy.special import xlogy

from skinfo._kernels._null import poisson_tables
from skinfo._kernels._null_pairs import pair_null_means, pair_null_sums


def null_mean_of(n, a, b, *, exact):
    """The E[k ln k] that `pair_null_means` gives two margins."""
    sizes, scale, means = np.array([a, b], float), 2.0**46, np.zeros((2, 2), np.int64)
    pair_null_means(n, sizes, 0, 1, poisson_tables(), exact, scale, means)
    return means[0, 1] / scale


def exact_mean_xlogx(n, a, b):
    """E[k ln k] of a hypergeometric k, its probabilities from binomial coefficients."""
    return math.fsum(
        Fraction(math.comb(a, k) * math.comb(n - a, b - k), math.comb(n, b)) * (k * math.log(k))
        for k in range(max(1, a + b - n), min(a, b) + 1)
    )


@pytest.mark.parametrize(
    ("n", "a", "b", "tolerance"),
    [
        (1, 1, 1, 0),
        (10, 10, 4, 1e-12),  # k is constant: 4 ln 4
        (50, 7, 30, 1e-12),
        (1000, 40, 300, 1e-12),
        # From a mean of 256 on, the series.
        (2000, 1000, 512, 1e-8),
        (3000, 1600, 1500, 1e-9),
        (2000, 1999, 300, 1e-9),
        (5000, 1300, 1000, 1e-8),
    ],
)
def test_null_mean_of_two_margins(n, a, b, tolerance):
    expected = exact_mean_xlogx(n, a, b)
    assert null_mean_of(n, a, b, exact=True) == pytest.approx(expected, abs=tolerance, rel=1e-15)
    # The smooth form of real margins: within a few percent of the excess.
    at_mean = xlogy(a * b / n, a * b / n)
    smooth = null_mean_of(n, a, b, exact=False)
    assert smooth - at_mean == pytest.approx(expected - at_mean, rel=0.05, abs=1e-3)


@pytest.mark.parametrize("exact", [True, False])
def test_null_sums_with_and_without_stored_means(exact):
    # Three columns: the null means of each level of one with each level of another add up.
    n, scale, step = 60.0, 2.0**30, 2
    sizes = np.array([5.0, 10, 15, 20, 30])
    which, times = np.array([0, 1, 3, 2, 4]), np.array([2, 1, 2, 4, 2])
    starts = np.array([0, 3, 4, 5])
    how = poisson_tables(), exact, scale
    means = np.zeros((5, 5), np.int64)
    for first in range(step):
        pair_null_means(n, sizes, first, step, *how, means)
    expected = np.zeros((3, 3), np.int64)
    for f, g in combinations(range(3), 2):
        mine, other = slice(*starts[f : f + 2]), slice(*starts[g : g + 2])
        expected[f, g] = times[mine] @ means[np.ix_(which[mine], which[other])] @ times[other]
    for kept in (means, np.empty((0, 0), np.int64)):
        sums = np.zeros((3, 3), np.int64)
        for first in range(step):
            pair_null_sums(n, sizes, which, times, starts, first, step, kept, *how, sums)
        np.testing.assert_array_equal(sums, expected)
