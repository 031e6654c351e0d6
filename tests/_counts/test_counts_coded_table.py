"""Coded tables: states as values, and contingency tables that add up over pieces."""

import numpy as np
import pytest

from skinfo._counts._coded_table import CodedPiece, CodedTable, Coding, State
from skinfo._counts._target import ClassTarget


def as_table(codes, y, ends=(), single=None):
    pieces = [
        CodedPiece(
            codes[:, some],
            ClassTarget(y[some].astype(np.int32), np.arange(3), np.ones(len(some)), False),
            {} if single is None else {0: single[some]},
        )
        for some in np.split(np.arange(len(y)), ends)
    ]
    n_single = {} if single is None else {0: int(single.max()) + 1}
    return CodedTable(pieces, codes.max(axis=1) + 1, n_single)


@pytest.fixture
def data(rng):
    return rng.integers(0, 4, (3, 300)).astype(np.uint8), rng.integers(0, 3, 300)


# One piece; several; one without samples, at the start and in the middle.
@pytest.mark.parametrize("ends", [(), (100, 163), (0, 1), (64, 64, 299)])
def test_counts_by_hand(data, ends):
    codes, y = data
    table = as_table(codes, y, ends)
    expected = np.zeros((4, 4, 3))
    np.add.at(expected, (codes[1], codes[0], y), 1)
    counts = table.counts(table.coding(0), table.state_of(1))
    np.testing.assert_array_equal(counts, expected)
    without = table.counts(table.coding(0), table.state_of(1), of_target=False)
    np.testing.assert_array_equal(without[:, :, 0], expected.sum(axis=2))


@pytest.mark.parametrize("ends", [(), (100, 163)])
def test_a_state_is_a_chain_of_maps(data, ends):
    codes, y = data
    table = as_table(codes, y, ends)
    state = table.state_of(1).split(table.coding(2), (np.arange(16) % 5).reshape(4, 4))
    labels = np.concatenate(table.labels(state))
    np.testing.assert_array_equal(labels, (4 * codes[1] + codes[2]) % 5)
    assert state.n_states == 5
    # Labels that were dropped are made again.
    for feature in range(3):
        table.labels(table.times(state, table.coding(feature)))
    np.testing.assert_array_equal(np.concatenate(table.labels(state)), labels)


def test_pairs_that_do_not_occur_are_no_states(data):
    codes, y = data
    codes[1, codes[0] == 2] = 3
    table = as_table(codes, y)
    state = table.times(table.state_of(0), table.coding(1))
    assert state.n_states == 13
    (labels,) = table.labels(state)
    np.testing.assert_array_equal(
        labels, np.unique(4 * codes[0] + codes[1], return_inverse=True)[1]
    )


@pytest.mark.parametrize("ends", [(), (100, 163)])
def test_groups_of_single_levels(data, rng, ends):
    codes, y = data
    single = rng.integers(0, 40, 300)
    table = as_table(codes, y, ends, single)
    groups = (np.arange(40) % 3).astype(np.uint8)
    coding = Coding(0, 3, groups)
    expected = np.zeros((4, 3, 3))
    np.add.at(expected, (codes[1], groups[single], y), 1)
    np.testing.assert_array_equal(table.counts(coding, table.state_of(1)), expected)
    state = State().split(coding, np.array([[1, 0, 1]]))
    np.testing.assert_array_equal(
        np.concatenate(table.labels(state)), np.array([1, 0, 1])[groups[single]]
    )
    levels = np.zeros((40, 3))
    np.add.at(levels, (single, y), 1)
    np.testing.assert_array_equal(table.single_level_counts(0), levels)
