"""Bias of plug-in information, estimated from the counts of a table."""

import numpy as np
import pytest
from scipy.special import xlogy
from scipy.stats import betabinom

from skinfo._counts._contingency import SparseContingency
from skinfo._counts._evidence import plugin_information
from skinfo._kernels._plugin_bias import beta_binomial_excess
from skinfo.estimation import mutual_info_test
from skinfo.estimation._distributions import plugin_bias
from skinfo.measures import mutual_information


def test_bias_falls_from_independent_to_deterministic_tables():
    # (r - 1)(c - 1) / 2 where every cell is full.
    full = SparseContingency.of_table(np.full((4, 3), 1e5))
    assert plugin_bias(full)[0] == pytest.approx(3, rel=0.01)
    full = SparseContingency.of_table(np.full((5, 5), 2000.0))
    assert plugin_bias(full)[0] == pytest.approx(8, rel=0.01)
    # Cells that stay empty leave less to chance.
    tables = [np.full((5, 5), 2.0 * off) + np.diag(np.full(5, 50.0)) for off in (20, 5, 1, 0)]
    biases = [plugin_bias(SparseContingency.of_table(table))[0] for table in tables]
    assert biases[-1] < 4 < min(biases[:2])


@pytest.mark.parametrize("kind", ["dirichlet", "noisy map"])
def test_bias_is_what_the_plugin_overshoots(rng, kind):
    # 60 levels of 8 rows each and four classes, drawn 200 times from known shares.
    shares = np.full((60, 4), 0.1) + 0.6 * np.eye(4)[np.arange(60) % 4]
    if kind == "dirichlet":
        shares = rng.dirichlet(np.full(4, 0.5), size=60)
    truth = mutual_information(shares / 60, base=np.e)
    tables = rng.multinomial(8, shares, size=(200, 60)).astype(float)
    tables = [SparseContingency.of_table(table) for table in tables]
    overshoot = [480 * (plugin_information(table) - truth) for table in tables]
    biases, errors = np.array([plugin_bias(table) for table in tables]).T
    assert np.mean(biases) == pytest.approx(np.mean(overshoot), rel=0.08)
    assert np.mean(errors) == pytest.approx(np.std(biases), rel=0.6)
    assert plugin_bias(SparseContingency.of_table(tables[0].dense().T)) == plugin_bias(tables[0])


def test_beta_binomial_means_are_sums():
    # k ln k - m ln m - v(k), summed over scipy's probabilities.
    values = np.arange(100.0).reshape(10, 10)
    found = beta_binomial_excess(np.array([4, 9]), np.array([0.3, 2.0, 5.0]), 6.0, values)
    for i, n in enumerate((4, 9)):
        k = np.arange(n + 1)
        for j, a in enumerate((0.3, 2.0, 5.0)):
            mean = n * a / 6.0
            terms = xlogy(k, k) - xlogy(mean, mean) - values[n, : n + 1]
            # The divergence that the kernel sums has the same mean: k - m has none.
            assert found[i, j] == pytest.approx(betabinom.pmf(k, n, a, 6.0 - a) @ terms)


@pytest.mark.parametrize("a", [3.0, 3000.0])
def test_a_beta_binomial_mean_of_many_trials(a):
    # More than logarithms are looked up of. Memory of zeros is not written to.
    n, total = 12_000, 2.0 * a
    values = np.zeros((n + 1, n + 1))
    found = beta_binomial_excess(np.array([n]), np.array([a]), total, values)
    k = np.arange(n + 1)
    mean = n * a / total
    expected = betabinom.pmf(k, n, a, total - a) @ (xlogy(k, k) - xlogy(mean, mean))
    assert found[0, 0] == pytest.approx(expected, rel=1e-9)


def test_a_level_with_nearly_all_samples_tells_nothing_of_the_others():
    found = mutual_info_test([[1], [1], [0]], [1, 0, 0], sample_weight=[1, 1e12, 1e-12])
    assert 0 <= found.pvalue[0] <= 1
