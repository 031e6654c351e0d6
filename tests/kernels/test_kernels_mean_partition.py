"""Rates averaged over all partitions into several bins, against the sum over each of them."""

from itertools import combinations

import numpy as np
import pytest
from scipy.special import gammaln, logsumexp

from skinfo._kernels._mean_partition import bin_evidence, mean_rates


def averaged(cells, odds, prior, tilt):
    """Return the mean rates of each cell, the log ratio and the mean spread, by enumeration."""
    m = len(cells)
    logs, rates, spreads = [], [], []
    for k in range(m):
        for cuts in combinations(range(1, m), k):
            bins = np.add.reduceat(cells, [0, *cuts])
            evidence = (gammaln(bins + prior) - gammaln(prior)).sum()
            evidence -= (gammaln(bins.sum(axis=1) + prior.sum()) - gammaln(prior.sum())).sum()
            logs.append(evidence + sum(np.log(odds[cut - 1]) for cut in cuts))
            means = (bins + prior) / (bins.sum(axis=1, keepdims=True) + prior.sum())
            rates.append(np.repeat(means, np.diff([0, *cuts, m]), axis=0))
            spreads.append(np.square(bins.sum(axis=1)).sum())
    # The first has one bin.
    tilted = np.array(logs[1:]) + tilt * np.array(spreads[1:])
    shares = np.exp(tilted - logsumexp(tilted))
    means = np.tensordot(shares, rates[1:], 1)
    return means, logsumexp(tilted) - logs[0], shares @ spreads[1:]


@pytest.mark.parametrize("tilt", [0.0, 1e-3])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("m", [2, 3, 8])
def test_sum_over_all_partitions(rng, m, n_classes, tilt):
    cells = rng.integers(0, 9, (m, n_classes)).astype(float) + 1
    odds, prior = rng.uniform(0.05, 2, m), rng.uniform(0.1, 2, n_classes)
    odds[-1] = 1.0
    cumulative = np.vstack([np.zeros(n_classes), np.cumsum(cells, axis=0)])
    table = np.column_stack([cumulative, cumulative.sum(axis=1)])
    bins = bin_evidence(table, np.log(odds), prior)
    rates, log_ratio, spread = mean_rates(table, bins, prior, tilt)
    expected, expected_log, expected_spread = averaged(cells, odds, prior, tilt)
    np.testing.assert_allclose(rates, expected, rtol=1e-10)
    assert log_ratio == pytest.approx(expected_log, abs=1e-10)
    assert spread == pytest.approx(expected_spread, rel=1e-12)


def test_rates_of_large_counts_stay_in_range():
    # Millions of samples, and a class that hardly occurs.
    cells = np.tile([[999_999.0, 1.0], [10.0, 999_990.0]], (100, 1))
    cumulative = np.vstack([np.zeros(2), np.cumsum(cells, axis=0)])
    table = np.column_stack([cumulative, cumulative.sum(axis=1)])
    odds = np.append(np.full(199, -4.0), 0.0)
    prior = np.full(2, 0.5)
    bins = bin_evidence(table, odds, prior)
    rates, log_ratio, spread = mean_rates(table, bins, prior, 0.0)
    assert np.all(rates >= 0.0)
    np.testing.assert_allclose(rates.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(rates, (cells + 0.5) / 1_000_001, rtol=1e-3, atol=1e-8)
    assert log_ratio > 1e6
    # Each cell is a bin. Logarithms of 1e8 are rounded to 1e-8.
    assert spread == pytest.approx(np.square(cells.sum(axis=1)).sum(), rel=1e-9)
