"""The grid of a column: which of its positions make groups of equal frequency."""

import numpy as np
import pytest

from skinfo._counts._grid import Grid, each_once


def grid_of(positions, length, dtype=np.int64):
    positions = np.array(positions, np.int64)
    return Grid(positions, positions.astype(dtype), length, dtype(length))


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
@pytest.mark.parametrize(
    ("positions", "n_groups", "expected"),
    [
        # Cells from 20 to 30 and from 70 to 80 have their middles on a boundary of groups: each
        # goes to the group that is farther from its end of the column.
        (range(10, 100, 10), 4, [20, 50, 80]),
        ([30, 80], 2, [30]),  # more than half of the middle cell is above the median
        ([20, 70], 2, [70]),  # more than half of it is below
        ([3, 4], 5, [4]),  # all boundaries are in one cell
        ([50], 1, []),
        ([], 3, []),
    ],
)
def test_a_cell_is_where_its_middle_is(positions, n_groups, expected, dtype):
    assert grid_of(positions, 100, dtype).equal_frequency(n_groups).tolist() == expected


def test_groups_are_those_of_the_middles_of_cells(rng):
    for _ in range(50):
        # 1009 is prime: no middle is on a boundary.
        positions = each_once(np.sort(rng.integers(1, 1000, rng.integers(1, 30))))
        edges = np.concatenate([[0], positions, [1009]])
        group = np.floor(7 * (edges[:-1] + edges[1:]) / (2 * 1009)).astype(int)
        np.testing.assert_array_equal(
            grid_of(positions, 1009).equal_frequency(7), positions[np.diff(group) > 0]
        )
