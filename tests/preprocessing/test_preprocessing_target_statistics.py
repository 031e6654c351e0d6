"""Information and its parts, from sums, in closed form."""

import numpy as np
import pytest

from skinfo.preprocessing._target_statistics import (
    ClassStatistics,
    GaussianStatistics,
    statistics_of,
    target_type_of,
)


def gaussian_stats(*bins):
    return np.array([[len(b), np.sum(b), np.square(b).sum()] for b in bins], float)


def test_information_of_pure_and_of_equal_bins():
    statistics = ClassStatistics(2)
    assert statistics.information(np.diag([3.0, 3.0])) == 1.0
    assert statistics.information(np.array([[3.0, 6.0], [1.0, 2.0]])) == pytest.approx(
        0, abs=1e-15
    )
    assert statistics.information(np.zeros((0, 2))) == 0.0


def test_gaussian_information_is_half_the_log_of_the_variance_left():
    # Bins (0, 2) and (4, 6): variance 5 in all, 1 within.
    stats = gaussian_stats([0, 2], [4, 6])
    assert GaussianStatistics().information(stats) == pytest.approx(0.5 * np.log2(5))
    # A function of the bin is cut off at 52 bits; a constant y has nothing to tell.
    assert GaussianStatistics().information(gaussian_stats([0, 0], [1, 1])) == 52.0
    assert GaussianStatistics().information(gaussian_stats([1, 1], [1, 1])) == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_bits_of_bins_add_up_to_the_information(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 20, (5, 3)).astype(float)
    numbers = gaussian_stats(*(rng.integers(0, 9, 6) + b for b in range(4)))
    for statistics, stats in ((ClassStatistics(3), counts), (GaussianStatistics(), numbers)):
        bits = statistics.bits(stats, stats)
        assert bits.sum() == pytest.approx(statistics.information(stats), abs=1e-12)
        assert statistics.bits(np.zeros((1, stats.shape[1])), stats).tolist() == [0.0]


def test_counts_are_in_the_units_of_y():
    statistics = GaussianStatistics(centre=10.0, scale=2.0)
    # v = (y - 10) * 2: y of 10, 11 and 12 are v of 0, 2 and 4.
    count, mean, variance = statistics.counts(gaussian_stats([0, 2, 4]))[0]
    assert (count, mean, variance) == (3, 11.0, pytest.approx(2 / 3))
    assert np.isnan(statistics.counts(np.zeros((1, 3)))[0, 1])


def test_levels_are_sorted_by_rate_or_mean():
    assert ClassStatistics(2).sort_keys(np.array([[3.0, 1.0], [0.0, 5.0]])).tolist() == [0.25, 1.0]
    assert GaussianStatistics().sort_keys(gaussian_stats([1, 3], [5])).tolist() == [2.0, 5.0]


def test_statistics_follow_the_target(target_of):
    assert statistics_of(target_of([0, 1, 2])) == ClassStatistics(3)
    assert statistics_of(target_of([0.5, 1.5])) == GaussianStatistics(0.0, 1.0)
    assert ClassStatistics(3).n_stats == 3
    assert GaussianStatistics().n_stats == 3
    assert [target_type_of(c) for c in (None, ["a", "b"], [1, 2, 3])] == [
        "continuous",
        "binary",
        "multiclass",
    ]
