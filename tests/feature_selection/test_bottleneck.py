"""The bottleneck variable: merging and number of its states."""

import numpy as np
import pytest
from scipy.stats import entropy

from skinfo._counts._evidence import TableEvidence
from skinfo.feature_selection._bottleneck import BottleneckVariable


def refined(table, features, max_states=64, start=None):
    variable = BottleneckVariable.constant(table) if start is None else start
    return variable.refine(table, [table.coding(feature) for feature in features], max_states)


def test_state_keeps_what_differs_and_merges_what_does_not(table_of):
    # Levels 0 and 1 hold the same class rates, level 2 others.
    x = np.repeat([0, 1, 2], 400)
    y = np.concatenate([np.tile([0, 1], 400), np.tile([0, 0, 0, 1], 100)])
    table = table_of(x[None].astype(np.uint8), y)
    variable = refined(table, [0])
    assert variable.state.n_states == 2
    labels = table.labels(variable.state)
    assert labels[0] == labels[400] != labels[800]
    # Two thirds and one third.
    assert variable.entropy() == pytest.approx(entropy([2 / 3, 1 / 3], base=2))


def test_state_has_at_most_so_many_states(rng, table_of):
    y = rng.integers(0, 50, 3000)
    table = table_of(y[None].astype(np.uint8), y)
    assert refined(table, [0], max_states=8).state.n_states == 8


def test_many_joint_states_are_merged_within_their_parents(rng, table_of):
    y = rng.integers(0, 8, 20_000)
    fine = rng.integers(0, 250, 20_000)
    table = table_of(np.stack([y, fine]).astype(np.uint8), y)
    # 2000 joint states; the second feature is not informative.
    variable = refined(table, [1], start=refined(table, [0]))
    assert variable.state.n_states == 8
    bits = TableEvidence.of_table(variable.counts).excess[0] / 20_000 / np.log(2)
    assert bits == pytest.approx(3, abs=0.01)


def test_counts_are_those_of_the_labels(rng, table_of):
    codes = rng.integers(0, 4, (3, 500)).astype(np.uint8)
    y = (codes[0] + codes[1] * codes[2]) % 3
    table = table_of(codes, y)
    # A pair of features enters at once.
    variable = refined(table, [1, 2], start=refined(table, [0]))
    labels = table.labels(variable.state)
    counts = np.zeros_like(variable.counts)
    np.add.at(counts, (labels, y), 1)
    np.testing.assert_array_equal(variable.counts, counts)
