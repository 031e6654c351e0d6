"""Quantiles of large counts, beside those of SciPy where these converge."""

import numpy as np
import pytest
from scipy.stats import beta, binom

from skinfo.utils._large_counts import LARGE, beta_quantiles, binomial_quantiles

P = np.array([0.0, 2.0**-53, 1e-6, 0.1, 0.5, 0.77, 1 - 2.0**-53])


@pytest.mark.parametrize("n_trials", [LARGE + 1, 1e8])
@pytest.mark.parametrize("chance", [0.1, 0.5])
def test_binomial_quantiles_are_those_of_scipy(n_trials, chance):
    found = binomial_quantiles(P, np.full(7, n_trials), chance)
    expected = np.maximum(binom.ppf(P, n_trials, chance), 0)
    # At the ends SciPy rounds.
    np.testing.assert_allclose(found[2:-1], expected[2:-1], rtol=0, atol=1)


def test_few_trials_are_those_of_scipy():
    n_trials = np.array([2.0, 10, 300, 1e4, 1e5, 1e6, 2])
    found = binomial_quantiles(P, n_trials, 0.2)
    np.testing.assert_array_equal(found, np.maximum(binom.ppf(P, n_trials, 0.2), 0))


@pytest.mark.parametrize("n_trials", [1e15, 2.0**53, 1e18, 1e300])
def test_quantiles_of_trials_of_any_number(n_trials):
    found = binomial_quantiles(P, np.full(7, n_trials), 0.5)
    assert np.all(np.diff(found) >= 0)
    assert found[4] == n_trials / 2
    # The normal quantile of 0.1 is -1.28155.
    assert found[3] == pytest.approx(n_trials / 2 - 1.28155 * np.sqrt(n_trials) / 2, rel=1e-13)


@pytest.mark.parametrize("p", [0.025, 0.975])
def test_beta_quantiles_are_those_of_scipy(p):
    a = np.array([0.5, 1000.5, 1e6 + 1, 1e7, 1e9])
    b = np.array([1e9, 1e6 + 1, 1e6 + 1, 2e6, 1e8])
    deviation = beta.std(a, b)
    np.testing.assert_allclose(
        beta_quantiles(p, a, b) / deviation, beta.ppf(p, a, b) / deviation, rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("n", [1e15, 1e17, 1e30, 1e300])
def test_beta_quantiles_of_any_counts(n):
    low, high = (beta_quantiles(p, np.array([n]), np.array([9 * n])) for p in (0.025, 0.975))
    # 1.959964 standard deviations of 0.3 / sqrt(10 n), to rounding.
    reach = 1.959963984540054 * 0.3 / np.sqrt(10) / np.sqrt(n)
    np.testing.assert_allclose([low, high], [[0.1 - reach], [0.1 + reach]], rtol=1e-14)
