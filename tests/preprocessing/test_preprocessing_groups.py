"""Groups of levels against all set partitions, and cells of many levels."""

import numpy as np
import pytest
from scipy.special import xlogy

from skinfo.preprocessing._groups import cells_of_similar_rates, median_cells, supervised_groups


def partitions(n, k):
    """All labels of n levels by at most k groups."""
    labels = [[0]]
    for _ in range(n - 1):
        labels = [each + [g] for each in labels for g in range(min(max(each) + 2, k))]
    return map(np.array, labels)


def cost(stats, labels):
    groups = np.array([stats[labels == g].sum(axis=0) for g in np.unique(labels)])
    sizes = groups.sum(axis=1)
    return xlogy(sizes, sizes).sum() - xlogy(groups, groups).sum()


@pytest.mark.parametrize("seed", range(4))
def test_groups_of_two_classes_are_the_best_of_all(settings_of, seed):
    stats = np.random.default_rng(seed).integers(1, 30, (7, 2)).astype(float)
    groups = supervised_groups(stats, settings_of(max_bins=3, ordered=False))
    best = min(cost(stats, labels) for labels in partitions(7, 3))
    assert cost(stats, groups) == pytest.approx(best, rel=1e-10)


def test_groups_are_numbered_by_falling_rate_of_the_first_class(settings_of):
    stats = np.array([[1.0, 9], [9, 1], [5, 5]])
    assert supervised_groups(stats, settings_of(ordered=False)).tolist() == [2, 0, 1]


def test_groups_of_numbers_are_numbered_by_rising_mean(settings_of):
    # Weight, sum and sum of squares of three levels with means 5, 1 and 3.
    stats = np.array([[2.0, 10, 50], [2, 2, 2], [2, 6, 18]])
    settings = settings_of(y=[0.5, 1.5], ordered=False)
    assert supervised_groups(stats, settings).tolist() == [2, 0, 1]


def test_proportional_levels_of_three_classes_share_a_group(settings_of):
    stats = np.array([[30.0, 0, 0], [0, 30, 0], [60, 0, 0], [0, 10, 0], [0, 0, 50]])
    groups = supervised_groups(stats, settings_of(y=[0, 1, 2], penalty="modl", ordered=False))
    assert groups.tolist() == [0, 1, 0, 1, 2]


def test_cells_are_runs_of_levels_of_neighbouring_rates(class_statistics, rng):
    rates = rng.random(300)
    stats = np.column_stack([100 * (1 - rates), 100 * rates])
    cells = cells_of_similar_rates(stats, class_statistics(2), 16)
    assert len(np.unique(cells)) == 16
    # Sorted by rate, each cell is one run.
    assert np.count_nonzero(np.diff(cells[np.argsort(rates)])) == 15
    assert cells_of_similar_rates(stats, class_statistics(2), 300).tolist() == list(range(300))


def test_median_cells_of_equal_weights_halve_the_states():
    states = np.arange(8.0)[None]
    assert median_cells(states, np.ones(8), 4).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    # Nothing tells equal states apart.
    assert median_cells(np.zeros((1, 5)), np.ones(5), 4).tolist() == [0] * 5


def rare_and_frequent(n_rare=300):
    """Statistics of four frequent levels, and of others with a sample of each class."""
    frequent = np.array([[90.0, 10], [80, 20], [20, 80], [10, 90]])
    return np.vstack([frequent, np.ones((n_rare, 2))])


def test_frequent_levels_are_grouped_where_naming_all_does_not_pay(settings_of):
    # Two groups of 304 levels take 303 bits, more than the 400 samples of the frequent ones can
    # save: 400 (1 - H(.15)) = 156 bits. Groups of four levels take a few.
    stats = rare_and_frequent()
    groups = supervised_groups(stats, settings_of(penalty="modl", ordered=False))
    assert groups[:4].tolist() == [0, 0, 2, 2]
    assert set(groups[4:]) == {1}


def test_groups_of_frequent_levels_do_not_depend_on_the_order_of_levels(settings_of, rng):
    stats = rare_and_frequent()
    stats[4:40] *= 2  # several frequencies, many ties
    order = rng.permutation(len(stats))
    settings = settings_of(penalty="modl", ordered=False)
    groups = supervised_groups(stats, settings)
    assert supervised_groups(stats[order], settings).tolist() == groups[order].tolist()
    assert groups.max() == 2


def test_frequent_levels_of_three_classes_are_grouped(settings_of):
    stats = np.zeros((304, 3))
    stats[:4] = [[80, 10, 10], [80, 10, 10], [10, 10, 80], [10, 80, 10]]
    stats[4:] = 1
    groups = supervised_groups(stats, settings_of(y=[0, 1, 2], penalty="modl", ordered=False))
    assert groups[0] == groups[1]
    assert len(set(groups[1:5])) == 4


@pytest.mark.parametrize("n_classes", [2, 4])
def test_uninformative_levels_stay_in_one_group(settings_of, n_classes):
    rng = np.random.default_rng(0)
    settings = settings_of(y=range(n_classes), penalty="modl", ordered=False)
    shares = 1 / np.arange(1, 101)
    for _ in range(20):
        levels = rng.choice(100, 300, p=shares / shares.sum())
        stats = np.zeros((100, n_classes))
        np.add.at(stats, (levels, rng.integers(0, n_classes, 300)), 1)
        assert supervised_groups(stats, settings).max() == 0
