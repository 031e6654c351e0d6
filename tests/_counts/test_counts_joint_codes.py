"""Several columns of codes as one."""

from functools import reduce

import numpy as np
import pytest

from skinfo._counts._joint_codes import JointStates, joint_codes, median_cells


def test_equal_samples_and_only_they_have_equal_codes(rng):
    columns = rng.integers(0, 4, (3, 200))
    codes, n_levels = joint_codes(columns, np.ones(200))
    _, expected = np.unique(columns, axis=1, return_inverse=True)
    np.testing.assert_array_equal(codes, expected.ravel())
    assert n_levels == expected.max() + 1


@pytest.mark.parametrize("n_levels", [3, 60])
def test_parts_have_the_codes_of_the_whole(rng, n_levels):
    # 60 * 60 states are more than 256: they are pooled.
    columns, weights = rng.integers(0, n_levels, (2, 2000)), rng.integers(1, 4, 2000) * 1.0
    whole, n_whole = joint_codes(columns, weights)
    ends = [0, 700, 1999]
    parts = np.split(columns, ends, axis=1)
    states = map(JointStates.of, parts, np.split(weights, ends))
    coder = reduce(JointStates.merged, states).coder()
    codes = np.concatenate([coder.encode(part) for part in parts])
    np.testing.assert_array_equal(codes, whole)
    assert coder.n_levels == n_whole <= 256


def test_the_heaviest_cell_is_split_at_its_median():
    # One row: halves of equal weight, then halves of these.
    states, weights = np.arange(8.0)[None], np.ones(8)
    assert median_cells(states, weights, 2).tolist() == [0] * 4 + [1] * 4
    assert median_cells(states, weights, 4).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    # The row that varies most decides.
    states = np.array([[0.0, 0.1, 0.0, 0.1], [0.0, 0.0, 9.0, 9.0]])
    assert median_cells(states, np.ones(4), 2).tolist() == [0, 0, 1, 1]
    # A heavy state that cannot be split is one of the cells.
    states, weights = np.arange(8.0)[None], np.array([100.0, 1, 1, 1, 1, 1, 1, 1])
    assert median_cells(states, weights, 3).tolist() == [0, 1, 1, 1, 1, 2, 2, 2]
    # States that are all equal are one cell, however many there may be.
    assert median_cells(np.zeros((2, 5)), np.ones(5), 3).max() == 0
