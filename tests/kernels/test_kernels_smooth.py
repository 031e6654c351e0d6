"""Smooth tests of ordered levels, against other libraries and permutations."""

import itertools

import numpy as np
import pytest
from scipy.stats import kruskal, random_table, spearmanr

from skinfo._kernels._smooth import (
    MOST_CLASSES,
    SCORE,
    SCORE_MEAN,
    SCORE_VARIANCE,
    smooth_statistics,
)


def statistics(*states, ordered_classes=False):
    """Return the statistics of each degree, (3, 3)."""
    tables = np.array([states], float)
    totals = tables.sum(axis=(0, 1, 2))
    return smooth_statistics(tables, totals, ordered_classes).reshape(3, 3)


def table_of(x, y):
    counts = np.zeros((x.max() + 1, y.max() + 1))
    np.add.at(counts, (x, y), 1)
    return counts


def test_degree_one_is_the_test_of_kruskal_and_wallis(rng):
    x, y = rng.integers(0, 5, 200), rng.integers(0, 3, 200)
    score, mean, _ = statistics(table_of(x, y))[0]
    # H is (N - 1) / N times the sum of squares, whose mean is its degrees of freedom.
    expected = kruskal(*(x[y == c] for c in range(3))).statistic
    assert score * 199 / 200 == pytest.approx(expected, rel=1e-12)
    assert mean * 199 / 200 == pytest.approx(2, rel=1e-12)


@pytest.mark.parametrize("n_classes", [2, 5, 9])
def test_degree_one_of_two_orders_is_the_correlation_of_ranks(n_classes, rng):
    x, y = rng.integers(0, 5, 300), rng.integers(0, n_classes, 300)
    score, mean, _ = statistics(table_of(x, y), ordered_classes=True)[0]
    assert score / mean == pytest.approx(299 * spearmanr(x, y).statistic ** 2, rel=1e-12)


@pytest.mark.parametrize("ordered_classes", [False, True])
@pytest.mark.parametrize("n_states", [1, 2])
def test_moments_are_those_of_all_tables(rng, ordered_classes, n_states):
    rows, columns = np.array([9, 8, 3, 7, 5, 4]), np.array([14, 10, 6, 4, 2])
    draws = [
        random_table(np.roll(rows, t), np.roll(columns, 2 * t)).rvs(20_000, random_state=rng)
        for t in range(n_states)
    ]
    tables = np.ascontiguousarray(np.stack(draws, axis=1), float)
    totals = tables[0].sum(axis=(0, 1))
    found = smooth_statistics(tables, totals, ordered_classes).reshape(-1, 3, 3)
    scores = found[:, :, SCORE]
    # Standard errors of the means are below 1 %, of the variances below 3 %.
    np.testing.assert_allclose(scores.mean(axis=0), found[0, :, SCORE_MEAN], rtol=0.03)
    np.testing.assert_allclose(scores.var(axis=0), found[0, :, SCORE_VARIANCE], rtol=0.1)
    np.testing.assert_array_equal(found[:, :, 1:], found[[0]][:, :, 1:].repeat(20_000, axis=0))


@pytest.mark.parametrize("ordered_classes", [False, True])
def test_moments_are_exact(ordered_classes):
    x = np.array([0, 0, 0, 1, 1, 2, 2, 3])
    orders = np.array(sorted(set(itertools.permutations([0, 0, 0, 1, 1, 1, 2, 2]))))
    tables = np.array([[table_of(x, y)] for y in orders])
    found = smooth_statistics(tables, tables[0, 0].sum(axis=0), ordered_classes)
    scores, mean, variance = found.reshape(len(orders), 3, 3).transpose(2, 1, 0)
    tested = variance[:, 0] > 0
    assert tested[:2].all()
    np.testing.assert_allclose(scores[tested].mean(axis=1), mean[tested, 0], rtol=1e-12)
    np.testing.assert_allclose(scores[tested].var(axis=1), variance[tested, 0], rtol=1e-12)


def test_scores_of_states_with_the_same_trend_add_up():
    trend = np.array([[8.0, 4.0], [6.0, 6.0], [4.0, 8.0]])
    (one, mean, _), _, _ = statistics(trend)
    (same, twice, _), _, _ = statistics(trend, trend)
    (against, _, _), _, _ = statistics(trend, trend[::-1])
    # Sizes of classes, by which scores are scaled, are twice as large.
    assert same == pytest.approx(2 * one, rel=1e-12)
    assert twice == pytest.approx(mean, rel=1e-12)
    assert against == pytest.approx(0, abs=1e-12)


def test_the_order_of_values_may_be_reversed_and_empty_levels_left_out(rng):
    counts = rng.integers(1, 9, (6, 3)).astype(float)
    expected = statistics(counts)
    np.testing.assert_allclose(statistics(counts[::-1]), expected, rtol=1e-10)
    wider = np.zeros((8, 4))
    wider[np.ix_([0, 2, 3, 4, 6, 7], [0, 1, 3])] = counts
    np.testing.assert_allclose(statistics(wider), expected, rtol=1e-12)


def test_what_information_has_already_is_left_out():
    # Two levels have one degree, three have two: that is all there is in their tables.
    assert not statistics([[5, 9], [9, 5]]).any()
    three = statistics([[5, 9], [9, 5], [7, 7]])
    np.testing.assert_array_equal(three[:, SCORE_VARIANCE] > 0, [True, False, False])
    # Summed over states, it is not.
    assert statistics([[5, 9], [9, 5]], [[5, 9], [9, 5]])[0, SCORE_VARIANCE] > 0


@pytest.mark.parametrize(
    "counts",
    [
        np.ones((4, 1)),  # one class
        np.ones((1, 4)),  # one level
        [[3.0, 4.0], [0.0, 0.0]],  # one level that is not empty
        [[3.0, 0.0], [4.0, 0.0]],  # one such class
        np.diag([1.0, 1.0]),  # too few samples for a variance
        np.full((3, MOST_CLASSES + 1), 2.0),  # too many pairs of classes
        [[900, 8], [15, 2], [15, 2], [15, 2]],  # rare levels in a rare class: heavy tails
    ],
)
def test_tables_without_scores(counts):
    assert not statistics(counts).any()
