"""The gates of the automatic end: small tables, and copies of what was chosen."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency, fisher_exact

from skinfo import InfoBottleneckSelector
from skinfo._kernels._draws import count_as_telling
from skinfo.feature_selection._gates import rows_outside


def test_rows_outside_by_hand():
    # First state: 10 rows, 7 in the main level, 6 in the main class. Second: 4, 2 and 4.
    counts = np.array([[[5, 2], [1, 2]], [[2, 0], [2, 0]]])
    assert rows_outside(counts) == 3 + 0


@pytest.mark.parametrize("table", [[[30, 2], [10, 8]], [[50, 1], [9, 3]], [[3, 4], [40, 5]]])
def test_share_of_drawn_tables_is_the_exact_p_value(table):
    # All two-by-two tables with these margins, one by one: the chance of those that say as much.
    table = np.array(table)
    rows, columns, n = table.sum(axis=1), table.sum(axis=0), table.sum()
    chance = 0.0
    for k in range(max(0, rows[0] + columns[0] - n), min(rows[0], columns[0]) + 1):
        other = np.array([[k, rows[0] - k], [columns[0] - k, columns[1] - rows[0] + k]])
        if told(other) >= told(table) - 1e-9:
            chance += probability(other)
    n_draws = 20_000
    hits = count_as_telling(table[None], n_draws, n_draws, np.random.default_rng(1))
    assert hits / n_draws == pytest.approx(chance, abs=5 * np.sqrt(chance / n_draws))


def told(table):
    return chi2_contingency(table, correction=False, lambda_="log-likelihood")[0]


def probability(table):
    """Hypergeometric, as a difference of two of Fisher's tails."""
    less = fisher_exact(table, alternative="less").pvalue
    more = fisher_exact(table, alternative="greater").pvalue
    return less + more - 1


def test_drawing_ends_early():
    counts = np.array([[[5, 5], [5, 5]]])
    assert count_as_telling(counts, 1000, 4, np.random.default_rng(0)) == 4


def test_states_are_drawn_apart():
    # Within each state level and class agree, so no draw moves a row from one to the other.
    counts = np.array([[[6, 0], [0, 0]], [[0, 0], [0, 6]]])
    assert count_as_telling(counts, 50, 50, np.random.default_rng(0)) == 50


def test_rare_levels_and_a_rare_class_are_refused_at_alpha(rng):
    # A level of one row in fifty against a class of one row in fifty: gamma's law alone took
    # something in more than half of such runs. P(more than 6 of 40 at 0.05) < 0.004.
    hits = 0
    for _ in range(40):
        X = (rng.random((1000, 300)) < 0.02).astype(int)
        y = (rng.random(1000) < 0.02).astype(int)
        hits += InfoBottleneckSelector().fit(X, y).n_features_ > 0
    assert hits <= 6


def test_copies_of_what_was_chosen_are_left_out(rng):
    exact = 0
    for _ in range(20):
        X = rng.normal(size=(1000, 30))
        y = (X[:, :5].sum(axis=1) + rng.normal(size=1000) > 0).astype(int)
        X[:, 5:10] = X[:, :5] + 0.1 * rng.normal(size=(1000, 5))
        chosen = InfoBottleneckSelector().fit(X, y).selected_features_
        exact += len(chosen) == 5 and set(chosen % 5) == set(range(5)) and chosen.max() < 10
    # At 0.95 a run, P(fewer than 16 of 20) < 0.003.
    assert exact >= 16


def test_integer_weights_are_repetitions_for_small_tables_too(rng):
    X = (rng.random((300, 8)) < 0.1).astype(int)
    y = (rng.random(300) < 0.05 + 0.4 * X[:, 2]).astype(int)
    weights = rng.integers(1, 3, 300)
    weighted = InfoBottleneckSelector().fit(X, y, sample_weight=weights)
    repeated = InfoBottleneckSelector().fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    np.testing.assert_array_equal(weighted.selected_features_, repeated.selected_features_)
