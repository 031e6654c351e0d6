"""Rates averaged over all partitions, against the sum over each of them."""

from itertools import combinations

import numpy as np
import pytest
from scipy.special import gammaln, logsumexp

from skinfo._kernels._mean_partition import mean_rates


def averaged(cells, odds, prior):
    """Return the mean rates of each cell, and the log posterior of one bin, by enumeration."""
    m = len(cells)
    logs, rates = [], []
    for k in range(m):
        for cuts in combinations(range(1, m), k):
            bins = np.add.reduceat(cells, [0, *cuts])
            evidence = (gammaln(bins + prior) - gammaln(prior)).sum()
            evidence -= (gammaln(bins.sum(axis=1) + prior.sum()) - gammaln(prior.sum())).sum()
            logs.append(evidence + sum(np.log(odds[cut - 1]) for cut in cuts))
            means = (bins + prior) / (bins.sum(axis=1, keepdims=True) + prior.sum())
            rates.append(np.repeat(means, np.diff([0, *cuts, m]), axis=0))
    posterior = np.exp(logs - logsumexp(logs))
    return np.tensordot(posterior, rates, 1), np.log(posterior[0])


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("m", [1, 2, 3, 8])
def test_sum_over_all_partitions(rng, m, n_classes):
    cells = rng.integers(0, 9, (m, n_classes)).astype(float) + 1
    odds, prior = rng.uniform(0.05, 2, m), rng.uniform(0.1, 2, n_classes)
    odds[-1] = 1.0
    cumulative = np.vstack([np.zeros(n_classes), np.cumsum(cells, axis=0)])
    table = np.column_stack([cumulative, cumulative.sum(axis=1)])
    rates, log_one = mean_rates(table, np.log(odds), prior)
    expected, expected_log = averaged(cells, odds, prior)
    np.testing.assert_allclose(rates, expected, rtol=1e-10)
    assert log_one == pytest.approx(expected_log, abs=1e-10)


def test_rates_of_large_counts_stay_in_range():
    # Millions of samples, and a class that hardly occurs.
    cells = np.tile([[999_999.0, 1.0], [10.0, 999_990.0]], (100, 1))
    cumulative = np.vstack([np.zeros(2), np.cumsum(cells, axis=0)])
    table = np.column_stack([cumulative, cumulative.sum(axis=1)])
    rates, log_one = mean_rates(table, np.append(np.full(199, -4.0), 0.0), np.full(2, 0.5))
    assert np.all(rates >= 0.0)
    np.testing.assert_allclose(rates.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(rates, (cells + 0.5) / 1_000_001, rtol=1e-3, atol=1e-8)
    assert log_one < -1e6
