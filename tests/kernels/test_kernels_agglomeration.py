"""Agglomerative merging of states."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import xlogy

from skinfo._kernels._agglomeration import (
    agglomerate,
    continue_merging,
    merge_costs,
    merged_labels,
    states_of_rows,
    states_of_table,
)
from skinfo.cluster._distinct_rows import as_sparse_counts


def class_entropy_cost(counts):
    """N H(class), nats."""
    return xlogy(counts.sum(), counts.sum()) - xlogy(counts, counts).sum()


def naive_agglomeration(counts, max_states, threshold):
    """The same greedy merges, every pair asked anew at every step."""
    groups = dict(enumerate(counts))
    labels = np.arange(len(counts))
    losses = []
    while len(groups) > 1:
        pairs = [(i, j) for i in groups for j in groups if i < j]
        costs = [
            class_entropy_cost(groups[i] + groups[j])
            - class_entropy_cost(groups[i])
            - class_entropy_cost(groups[j])
            for i, j in pairs
        ]
        best = int(np.argmin(costs))
        if len(groups) <= max_states and costs[best] >= threshold:
            break
        i, j = pairs[best]
        groups[i] = groups[i] + groups.pop(j)
        labels[labels == j] = i
        losses.append(costs[best])
    return labels, losses


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("max_states", "threshold"), [(3, 0.0), (100, 2.0), (5, 3.0), (1, 0.0)])
def test_same_merges_as_asking_every_pair(seed, max_states, threshold):
    counts = np.random.default_rng(seed).gamma(2.0, 3.0, (12, 3))
    steps, losses = agglomerate(counts, max_states, threshold)
    labels, expected = naive_agglomeration(counts, max_states, threshold)
    np.testing.assert_allclose(losses, expected, atol=1e-9)
    merged = merged_labels(steps, 12, len(steps))
    assert all(
        (merged[i] == merged[j]) == (labels[i] == labels[j]) for i in range(12) for j in range(12)
    )


def test_cost_is_the_information_lost():
    counts = np.array([[3.0, 1.0], [1.0, 5.0]])
    lost = class_entropy_cost(counts.sum(axis=0)) - sum(map(class_entropy_cost, counts))
    assert merge_costs(states_of_table(counts), 1) == pytest.approx([lost])


def merge_in_pieces(states, n_rows, n_costs):
    steps, losses = np.empty((n_rows - 1, 2), np.int64), np.empty(n_rows - 1)
    while not continue_merging(states, steps, losses, 1, np.inf, n_costs):
        pass
    assert states.n_merges == n_rows - 1
    return steps, losses


@pytest.mark.parametrize("n_rows", [1, 2, 8, 9, 60])
def test_a_sparse_table_and_pieces_of_the_work_change_nothing(rng, n_rows):
    counts = rng.poisson(0.5, (n_rows, 11)) * rng.uniform(0.5, 1.0, (n_rows, 1))
    counts[:, 0] += 1
    counts.flags.writeable = False
    expected_steps, expected_losses = agglomerate(counts, 1, np.inf)
    table = states_of_rows(as_sparse_counts(sp.csr_array(counts)), 11)
    for states, n_costs in ((table, 1), (states_of_table(np.asfortranarray(counts)), 7)):
        steps, losses = merge_in_pieces(states, n_rows, n_costs)
        np.testing.assert_array_equal(steps, expected_steps)
        np.testing.assert_allclose(losses, expected_losses, rtol=1e-12)


def test_states_without_weight_merge_for_nothing():
    counts = np.array([[3.0, 1.0], [0.0, 0.0], [1.0, 5.0], [0.0, 0.0]])
    steps, losses = agglomerate(counts, 4, 1e-9)
    assert losses.tolist() == [0.0, 0.0]
    assert steps.tolist() == [[0, 1], [0, 3]]


@pytest.mark.parametrize("n_states", [0, 1])
def test_nothing_to_merge(n_states):
    steps, losses = agglomerate(np.ones((n_states, 3)), 1, np.inf)
    assert steps.shape == (0, 2)
    assert losses.shape == (0,)


def test_states_alike_merge_for_nothing():
    counts = np.array([[2.0, 4.0], [1.0, 2.0], [9.0, 0.0]])
    steps, losses = agglomerate(counts, 10, 1e-9)
    assert steps.tolist() == [[0, 1]]
    assert losses[0] == pytest.approx(0, abs=1e-12)
    assert merged_labels(steps, 3, 1).tolist() == [0, 0, 1]


def test_labels_after_some_of_the_merges():
    steps = np.array([[1, 3], [0, 1], [0, 2]])
    assert merged_labels(steps, 4, 0).tolist() == [0, 1, 2, 3]
    assert merged_labels(steps, 4, 1).tolist() == [0, 1, 2, 1]
    assert merged_labels(steps, 4, 2).tolist() == [0, 0, 1, 0]
    assert merged_labels(steps, 4, 3).tolist() == [0, 0, 0, 0]
