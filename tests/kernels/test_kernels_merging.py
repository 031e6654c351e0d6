"""Agglomerative merging of states."""

import numpy as np
import pytest
from scipy.special import xlogy

from skinfo._kernels._merging import agglomerate, merge_costs, merged_labels, states_of_table


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
