"""Penalties: closed forms of their complexities, and partitions against exhaustion."""

from itertools import combinations
from math import comb, inf, log

import numpy as np
import pytest
from scipy.special import gammaln, logsumexp, stirling2, xlogy

from skinfo.preprocessing._class_totals import log_totals_ratio
from skinfo.preprocessing._penalties import (
    expected_counts,
    fewest_of_good_bins,
    log_partitions,
    log_prior_odds,
    prior_rates,
    rates_given_totals,
    resolve_penalty,
    spreads_of,
)
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
    # k bins have C(m - 1, k - 1) cuts.
    steps = resolve_penalty("auto", "binary").steps
    k = np.arange(1, 5)
    expected = [log(comb(6, i - 1)) for i in k]
    np.testing.assert_allclose(steps.complexity(k, 100, 7, 1), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        # Two bins may lose a quarter of .2 * 100 nats, but of 16 nats at most: 4.
        ([100.0, 3.9, 0.0, 1.0], 2),
        ([100.0, 4.1, 0.0, 1.0], 3),
        # Of 10 nats a quarter of 2.
        ([10.0, 0.6, 0.0], 3),
        ([10.0, 0.4, 0.0], 2),
        # Where samples are many, half a percent of what is saved.
        ([10_000.0, 51.0, 49.0, 0.0], 3),
        # Nothing is saved, or a least weight allows no single number.
        ([1.0, 1.0, 1.0], 1),
        ([5.0, inf, 0.0], 3),
    ],
)
def test_the_fewest_of_good_bins(costs, expected):
    assert fewest_of_good_bins(np.array(costs)) == expected


def test_prior_odds_of_several_bins_against_one():
    # Odds of 1 and 3: (1 + 1)(1 + 3) - 1 = 7 times the prior probability of one bin.
    assert log_prior_odds(np.array([1.0, 3.0])) == pytest.approx(log(7))


def log_factor_by_enumeration(table, odds):
    """ln of the Bayes factor of several bins against one, of the order of y given its totals."""
    m, total, prior = len(table) - 1, table[-1, :-1], prior_rates(table[-1])
    logs, log_priors = [], []
    for k in range(m):
        for cuts in combinations(range(1, m), k):
            bins = np.diff(table[[0, *cuts, m]], axis=0)
            evidence = (gammaln(bins[:, :-1] + prior) - gammaln(prior)).sum()
            evidence -= (gammaln(bins[:, -1] + prior.sum()) - gammaln(prior.sum())).sum()
            evidence -= log_totals_ratio(total, prior, np.array([(bins[:, -1] ** 2).sum()]))[0]
            log_priors.append(np.log(odds[np.array(cuts, int) - 1]).sum())
            logs.append(evidence + log_priors[-1])
    return logsumexp(logs[1:]) - logs[0] - logsumexp(log_priors[1:])


@pytest.mark.parametrize("n_classes", [2, 5, 40])
@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_bayes_factor_given_totals(rng, n_classes, strength):
    """The bound is above what it bounds, by less than 1.5 nats, whatever the first tangent is."""
    y = rng.integers(0, n_classes, 12 * n_classes)
    x = rng.random(len(y)) + strength * (y % 2)
    cells = np.zeros((9, n_classes))
    np.add.at(cells, (np.argsort(np.argsort(x)) * 9 // len(y), y), 1)
    cumulative = np.vstack([np.zeros(n_classes), np.cumsum(cells, axis=0)])
    table = np.column_stack([cumulative, cumulative.sum(axis=1)])
    odds = np.full(8, 0.5)
    expected = log_factor_by_enumeration(table, odds)
    for share in (0.15, 0.3, 0.9):
        _, factor = rates_given_totals(table, odds, share, -inf)
        assert 0.0 < factor - expected < 1.5


def test_expected_counts_are_those_of_the_rates():
    table = np.array([[0.0, 0, 0], [3, 1, 4], [4, 2, 6], [5, 7, 12]])
    rates = np.array([[0.5, 0.5], [0.75, 0.25], [0.25, 0.75]])
    expected = [[0, 0], [2, 2], [3.5, 2.5], [5, 7]]
    np.testing.assert_allclose(expected_counts(table, rates, 0), expected)
    # Of rising rates the first two cells are one block, of 2.5 and 3.5 in 6.
    expected[1] = [4 * 3.5 / 6, 4 * 2.5 / 6]
    np.testing.assert_allclose(expected_counts(table, rates, 1), expected)


def test_parameters_of_rates_weigh_half_a_sample_a_class():
    np.testing.assert_allclose(prior_rates(np.array([2.0, 5.0, 7.0])), [2.5 / 8, 5.5 / 8])


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

    def best(*costs):
        total, spreads = np.array([5.0, 5.0]), np.full(len(costs), 50.0)
        return free.best_n_bins(np.array(costs), spreads, ClassStatistics(2), total, 3)

    assert best(3.0, 1.0, 1.0) == (2, 1.0)
    # A saving that rounding might make is none.
    assert best(3.0, 3.0 - 1e-12)[0] == 1
    assert best(inf, 2.0) == (2, 2.0)
    assert best(inf, inf) == (1, inf)


def test_spreads_are_sums_of_squares_of_weights():
    weights = np.array([0.0, 2, 5, 6])
    ends = np.array([[3, 0, 0], [1, 3, 0], [1, 2, 3]])
    np.testing.assert_allclose(spreads_of(ends, weights), [36, 4 + 16, 4 + 9 + 1])


def test_code_length_is_given_the_class_totals():
    """Of two samples of two classes one bin and two leave open as much: which class is first.

    One bin has counts (2, 0), (1, 1) or (0, 2), 1/3 each, and either order of (1, 1) 1/2: a cost
    of log 6. In two bins of one sample each class has 1/2: a cost of log 4, but (1, 1) has 1/2 in
    place of 1/3, so that either order has 1/2 again.
    """
    modl = resolve_penalty("modl", "binary")
    total, statistics = np.array([1.0, 1.0]), ClassStatistics(2)
    one = modl.best_n_bins(np.array([log(6)]), np.array([4.0]), statistics, total, 2)
    two = modl.best_n_bins(np.array([inf, log(4)]), np.array([4.0, 2.0]), statistics, total, 2)
    # log 2 for the number of bins, and two bins may be cut in C(2 + 1, 1) ways.
    assert one == (1, pytest.approx(log(6) + log(2)))
    assert two == (2, pytest.approx(log(6) + log(2) + log(3), abs=1e-5))


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


def test_the_default_leaves_noise_in_one_bin(settings_of):
    # 50 and 50 of each class everywhere: no bin saves anything.
    cumulative = 50.0 * np.arange(6)[:, None] * np.ones(2)
    settings = settings_of(penalty="auto")
    mean = settings.penalty.average(cumulative, settings, np.ones(4))
    assert not mean.varies
    np.testing.assert_allclose(mean.rates, 0.5)
    # One cell has no cut.
    assert not settings.penalty.average(cumulative[[0, 5]], settings, np.ones(0)).varies
    bins = settings.penalty.fewest_bins(cumulative, settings, np.empty(0, np.int64))
    assert (bins.ends.tolist(), bins.cost) == ([5], inf)


def test_the_default_keeps_together_what_is_too_light(settings_of):
    cumulative = np.array([[0.0, 0], [50, 0], [50, 50]])
    settings = settings_of(penalty="auto", min_weight=101)
    mean = settings.penalty.average(cumulative, settings, np.ones(1))
    assert mean.varies
    bins = settings.penalty.partition(cumulative, settings, mean.rates)
    assert (bins.ends.tolist(), bins.cost) == ([2], inf)


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


@pytest.mark.parametrize(
    ("rules", "n_gibibytes"),
    [
        ({"directions": (1,)}, "29.8"),
        ({"directions": (2,)}, "59.6"),
        ({"min_difference": 0.1}, "29.8"),
        ({"min_statistic": 3.0}, "29.8"),
    ],
)
def test_a_search_that_takes_too_much_memory_is_refused(rules, n_gibibytes, settings_of):
    """20,000 * 20,001 / 2 pairs of 20 costs of 8 bytes are 29.8 GiB."""
    half = np.arange(20_001.0) / 2
    settings = settings_of(penalty=None, max_bins=20, max_candidates=None, **rules)
    message = f"at 19999 points.*{n_gibibytes} GiB, more than the 8 GiB.*smaller max_candidates"
    with pytest.raises(ValueError, match=message):
        settings.penalty.partition(np.column_stack([half, half]), settings)
