"""Penalties: closed forms of their complexities, and partitions against exhaustion."""

from itertools import combinations
from math import comb, inf, log

import numpy as np
import pytest
from scipy.special import stirling2, xlogy

from skinfo.preprocessing._penalties import log_partitions, resolve_penalty
from skinfo.preprocessing._target_statistics import ClassStatistics, GaussianStatistics


def n_entropy(counts):
    """N H(class) of one bin, in nats."""
    return xlogy(counts.sum(), counts.sum()) - xlogy(counts, counts).sum()


def bins_of(cells, ends):
    return np.add.reduceat(cells, [0, *ends[:-1]])


@pytest.mark.parametrize("n_levels", [1, 2, 5, 9])
def test_partitions_into_at_most_k_groups_are_sums_of_stirling_numbers(n_levels):
    k = np.arange(1, n_levels + 1)
    expected = np.log([sum(stirling2(n_levels, i) for i in range(1, m + 1)) for m in k])
    np.testing.assert_allclose(log_partitions(n_levels, k), expected, rtol=1e-9, atol=1e-12)


def test_complexity_of_intervals_counts_the_ways_to_cut():
    # Boulle: log n for their number, and C(n + k - 1, k - 1) ways to put k intervals on n samples.
    modl = resolve_penalty("modl", "binary")
    k = np.arange(1, 6)
    expected = [log(20) + log(comb(20 + i - 1, i - 1)) for i in k]
    np.testing.assert_allclose(modl.complexity(k, 20, 7, 1), expected, rtol=1e-12)


def test_complexity_of_a_grid():
    # One bin is twice as likely as all other numbers together, k bins have C(m - 1, k - 1) cuts.
    gate = resolve_penalty("auto", "binary").gate
    k = np.arange(1, 5)
    expected = [0.0, *(log(2 * 3) + log(comb(6, i - 1)) for i in k[1:])]
    np.testing.assert_allclose(gate.complexity(k, 100, 7, 1), expected, rtol=1e-12)


def test_bic_is_half_a_log_n_for_each_rate_and_cut():
    k = np.arange(1, 4)
    bic = resolve_penalty("bic", "multiclass")
    np.testing.assert_allclose(bic.complexity(k, 50, 9, 2), 0.5 * log(50) * (3 * k - 1))
    # Groups have no cuts, but there are so many ways to make them.
    bic = resolve_penalty("bic", "multiclass", ordered=False)
    expected = 0.5 * log(50) * 2 * k + log_partitions(9, k)
    np.testing.assert_allclose(bic.complexity(k, 50, 9, 2), expected)


@pytest.mark.parametrize("target_type", ["binary", "continuous"])
def test_a_number_is_the_bits_of_each_bin(target_type):
    penalty = resolve_penalty(3.5, target_type)
    np.testing.assert_allclose(
        penalty.complexity(np.arange(1, 4), 9, 9, 1), 3.5 * log(2) * np.r_[1:4]
    )
    assert penalty.cost == resolve_penalty(None, target_type).cost


@pytest.mark.parametrize(
    ("target_type", "ordered"), [("binary", False), ("continuous", True), ("continuous", False)]
)
@pytest.mark.parametrize("penalty", ["auto", "mdlp"])
def test_modl_stands_in_where_there_is_no_order_or_no_class(penalty, target_type, ordered):
    assert resolve_penalty(penalty, target_type, ordered=ordered) == resolve_penalty(
        "modl", target_type, ordered=ordered
    )


def test_the_fewest_of_equally_cheap_numbers_of_bins():
    free = resolve_penalty(None, "binary")
    statistics, total = ClassStatistics(2), np.array([5.0, 5.0])
    assert free.best_n_bins(np.array([3.0, 1.0, 1.0]), statistics, total, 3) == (2, 1.0)
    # A saving that rounding might make is none.
    assert free.best_n_bins(np.array([3.0, 3.0 - 1e-12]), statistics, total, 3)[0] == 1
    assert free.best_n_bins(np.array([inf, 2.0]), statistics, total, 3) == (2, 2.0)
    assert free.best_n_bins(np.array([inf, inf]), statistics, total, 3) == (1, inf)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("penalty", [None, "bic", 1.0])
def test_no_partition_is_cheaper(settings_of, seed, penalty):
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, 9, (7, 2)).astype(float) + 1
    settings = settings_of(penalty=penalty, max_bins=4)
    cumulative = np.vstack([np.zeros(2), np.cumsum(cells, axis=0)])
    best_bins = settings.penalty.partition(cumulative, settings)
    ends, cost = best_bins.ends, best_bins.cost
    complexity = settings.penalty.complexity(np.arange(1, 5), cells.sum(), 7, 1)
    best = min(
        sum(map(n_entropy, bins_of(cells, [*cuts, 7]))) + complexity[k - 1]
        for k in range(1, 5)
        for cuts in combinations(range(1, 7), k - 1)
    )
    assert cost == pytest.approx(best, rel=1e-10)
    assert sum(map(n_entropy, bins_of(cells, ends))) + complexity[len(ends) - 1] == pytest.approx(
        best, rel=1e-10
    )


@pytest.mark.parametrize("direction", [1, -1])
def test_rates_go_in_the_direction_that_is_asked_for(settings_of, rng, direction):
    cells = rng.integers(1, 9, (9, 2)).astype(float)
    settings = settings_of(directions=(direction,))
    cumulative = np.vstack([np.zeros(2), np.cumsum(cells, axis=0)])
    bins = bins_of(cells, settings.penalty.partition(cumulative, settings).ends)
    rates = bins[:, 1] / bins.sum(axis=1)
    assert np.all(direction * np.diff(rates) >= 0)


def test_less_weight_than_one_bin_needs_stays_together(settings_of):
    cumulative = np.array([[0.0, 0], [1, 0], [1, 1]])
    settings = settings_of(min_weight=5)
    together = settings.penalty.partition(cumulative, settings)
    assert together.ends.tolist() == [2]
    assert together.cost == 0


def test_the_gate_leaves_noise_in_one_bin(settings_of):
    # 50 and 50 of each class everywhere: no bin saves anything.
    cumulative = 50.0 * np.arange(6)[:, None] * np.ones(2)
    settings = settings_of(penalty="auto")
    assert settings.penalty.partition(cumulative, settings).ends.tolist() == [5]


def test_mdlp_by_the_published_rule(settings_of):
    # One cut of n samples into pure halves saves n bits. It needs log2(n - 1) + log2(3**2 - 2) -
    # 2 * 1, since both halves have one class and no entropy: at n = 4 log2(3) + log2(7) - 2 = 2.39
    # bits, so that 4 are enough, and at n = 2 0 + .81 bits, so that 2 are.
    settings = settings_of(penalty="mdlp")
    for n, expected in ((2, [1, 2]), (4, [1, 2])):
        cumulative = np.array([[0, 0], [n / 2, 0], [n / 2, n / 2]])
        bins = settings.penalty.partition(cumulative, settings)
        assert bins.ends.tolist() == expected
        assert bins.cost == 0.0
    # Rates of .4 and .6 in 10 samples each save 20 (1 - h(.4)) = .58 bits, less than is needed.
    cumulative = np.array([[0, 0], [6, 4], [10, 10.0]])
    assert settings.penalty.partition(cumulative, settings).ends.tolist() == [2]


def test_variance_costs_of_numbers():
    # n / 2 log of the fraction of the variance within: 3 of 4 samples' scatter is between bins.
    statistics, total = GaussianStatistics(), np.array([4.0, 0.0, 8.0])
    # The kernel's cost of a bin is - (sum w v)^2 / w: -6 of all.
    lengths = statistics.code_lengths(np.array([0.0, -6.0]), total)
    np.testing.assert_allclose(lengths, [0.0, 2 * log(2 / 8)])
