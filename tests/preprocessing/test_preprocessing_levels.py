"""Shrunk rates and means of levels."""

import numpy as np
import pytest

from skinfo import MutualInfoBinner
from skinfo.preprocessing._levels import BetaSpread, NormalSpread, shrunk_means
from skinfo.preprocessing._target_statistics import ClassStatistics, GaussianStatistics


def test_levels_of_one_rate_have_the_overall_rate():
    stats = np.tile([30.0, 10.0], (6, 1))
    more = np.array([[0.0, 0.0], [2.0, 2.0]])
    rates = shrunk_means(stats, more, ClassStatistics(2))
    np.testing.assert_array_equal(rates, np.tile([0.75, 0.25], (8, 1)))


def test_many_samples_keep_their_rate_and_few_are_drawn_to_the_others():
    rng = np.random.default_rng(0)
    rates = rng.random(200)
    heavy = np.column_stack([1000 * (1 - rates), 1000 * rates])
    light = np.array([[0.0, 1.0]])  # one sample, of the second class
    found = shrunk_means(np.vstack([heavy, light]), np.zeros((1, 2)), ClassStatistics(2))[:, 1]
    assert np.abs(found[:200] - rates).max() < 0.02
    # Under the distribution of the rates one success gives E r^2 / E r, no sample gives E r.
    assert found[200] == pytest.approx(np.mean(rates**2) / rates.mean(), abs=0.02)
    assert found[201] == pytest.approx(rates.mean(), abs=0.01)


def test_rates_of_two_classes_are_complements():
    stats = np.array([[5.0, 1], [1, 5], [3, 3]])
    rates = shrunk_means(stats, np.zeros((0, 2)), ClassStatistics(2))
    np.testing.assert_array_equal(rates.sum(axis=1), 1)


def test_order_of_levels_leaves_no_trace(rng):
    stats = rng.integers(1, 30, (50, 2)).astype(float)
    order = rng.permutation(50)
    more = np.zeros((1, 2))
    a = shrunk_means(stats, more, ClassStatistics(2))
    b = shrunk_means(stats[order], more, ClassStatistics(2))
    np.testing.assert_array_equal(a[:50][order], b[:50])


def test_means_of_levels_of_a_function_are_kept():
    # y is a function of the level: no variance within, and no shrinkage.
    means = np.arange(6.0)
    stats = np.column_stack([np.full(6, 9.0), 9 * means, 9 * means**2])
    found = shrunk_means(stats, np.zeros((0, 3)), GaussianStatistics())
    np.testing.assert_allclose(found[:, 0], means, atol=1e-6)


def test_posterior_means_are_those_of_conjugate_priors():
    # A beta prior worth (a, b) samples of either class: (hits + a) / (n + a + b).
    grid = np.array([-1.0, 0.0, 1.0])
    spread = BetaSpread(0.5)
    ones, zeros = spread._prior_samples(grid)
    means = spread.means(grid, np.array([4.0]), np.array([3.0]))
    np.testing.assert_allclose(means[0], (3 + ones) / (4 + ones + zeros))
    # No sample: the mean of the prior, 1 / (1 + exp(-grid)).
    empty = spread.means(grid, np.array([0.0]), np.array([0.0]))
    np.testing.assert_allclose(empty[0], 1 / (1 + np.exp(-grid)))
    # Normal: weights n / s^2 of the mean of the level and 1 / width^2 of the point of the grid.
    normal = NormalSpread(0.0, 4.0)
    means = normal.means(grid, np.array([8.0]), np.array([16.0]))
    np.testing.assert_allclose(means[0], (2 * 8 / 4 + grid / 1) / (8 / 4 + 1))


@pytest.mark.parametrize("y", [["yes", "no"], ["no", "yes"]])
def test_a_rate_that_rounds_to_one_has_finite_odds(y):
    X = np.array([["a"], ["b"]], object)
    binner = MutualInfoBinner(encode="woe").fit(X, y, [1e12, 1e-12])
    assert np.isfinite(binner.transform(X)).all()
