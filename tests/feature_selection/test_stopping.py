"""Acceptance test of an automatic selection: small tables, and copies of selected features."""

import numpy as np

from skinfo import InfoBottleneckSelector


def test_rare_levels_and_a_rare_class_are_refused_at_alpha(rng):
    # A level of one row in fifty against a class of one row in fifty: gamma p-values alone
    # accepted something in more than half of such runs. P(more than 6 of 40 at 0.05) < 0.004.
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


def test_integer_weights_are_repetitions_for_small_tables_too(rng, source):
    X = (rng.random((300, 8)) < 0.1).astype(int)
    y = (rng.random(300) < 0.05 + 0.4 * X[:, 2]).astype(int)
    weights = rng.integers(1, 3, 300)
    weighted = InfoBottleneckSelector().fit(*source(X, y, sample_weight=weights))
    repeated = InfoBottleneckSelector().fit(
        *source(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    )
    np.testing.assert_array_equal(weighted.selected_features_, repeated.selected_features_)
