"""Summaries: sums of parts are those of the whole, in any order."""

from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinfo._counts._summaries import (
    CategoricalSummary,
    NumericSummary,
)
from skinfo._counts._target import ClassTarget


def target_of(y):
    return ClassTarget(np.asarray(y, np.int32), np.arange(2), np.ones(len(y)), False)


def parts_of(n, ends):
    return np.split(np.arange(n), sorted(end % (n + 1) for end in ends))


SAMPLES = st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 1)), min_size=1, max_size=60)
ENDS = st.lists(st.integers(0, 60), max_size=4)


@given(SAMPLES, ENDS)
def test_cells_of_parts_add_up(samples, ends):
    x, y = np.array(samples, float).T
    edges = np.array([-7.5, 0.0, 3.0])
    parts = [
        NumericSummary(edges, target_of([])).add(x[part] / 3, target_of(y[part]))
        for part in parts_of(len(x), ends)
    ]
    total = reduce(add, reversed(parts))
    whole = NumericSummary(edges, target_of([])).add(x / 3, target_of(y))
    positions = np.array([1, 2, 3])
    np.testing.assert_array_equal(total.sums_before(positions), whole.sums_before(positions))
    np.testing.assert_array_equal(total.means(positions), whole.means(positions))
    codes = np.searchsorted(edges, x / 3, side="right")
    expected = np.array(
        [np.bincount(y[codes < code].astype(int), minlength=2) for code in range(5)]
    )
    np.testing.assert_array_equal(whole.sums_before(positions), expected)


def test_levels_of_parts_add_up():
    first = CategoricalSummary(target_of([])).add(
        np.array([0, 1, 1, -1]), ["a", "b"], target_of([0, 0, 1, 1])
    )
    second = CategoricalSummary(target_of([])).add(
        np.array([1, 1, 0]), ["b", "c"], target_of([0, 1, 1])
    )
    for total in (first + second, second + first):
        levels, sums = total.sorted()
        assert levels == ["a", "b", "c"]
        assert sums.tolist() == [[1, 0], [1, 2], [1, 1]]
        assert total.missing_sums.tolist() == [0, 1]
    # A sum leaves its terms as they are.
    assert first.sorted()[0] == ["a", "b"]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_level_has_one_name_whichever_chunk_came_first(swapped):
    # 1 and 1.0 are equal, and so are their hashes. An array of floats calls both 1.0.
    summaries = [
        CategoricalSummary(target_of([])).add(np.array([0]), [level], target_of([0]))
        for level in (np.int64(1), np.float64(1.0))
    ]
    a, b = summaries[::-1] if swapped else summaries
    (level,), sums = (a + b).sorted()
    assert type(level) is np.float64
    assert sums.tolist() == [[2, 0]]
