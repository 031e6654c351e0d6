"""Codes of whole numbers."""

import numpy as np
import pytest

from skinfo._kernels._integers import COUNTING_RANGE, integer_codes

DTYPES = [np.dtype(letter) for letter in "bhilqBHILQ"]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("span", [1, 5, 64, 65, 256, 257, COUNTING_RANGE])
@pytest.mark.parametrize("end", ["low", "zero", "high"])
def test_codes_are_ranks(dtype, span, end, rng):
    limits = np.iinfo(dtype)
    if span > limits.max - limits.min + 1:
        pytest.skip("no such range")
    low = {"low": limits.min, "zero": max(0, limits.min), "high": limits.max - span + 1}[end]
    if low + span - 1 > limits.max:
        pytest.skip("no such range")
    picked = np.concatenate([rng.integers(0, span, 700), [0, span - 1]])
    values = np.array([low + int(k) for k in picked], dtype)
    levels, expected = np.unique(values, return_inverse=True)
    # A column of a table, and one the other way round, that cannot be written to.
    for column in (values, np.repeat(values, 3)[::3], np.repeat(values[::-1], 2)[::-2]):
        column.flags.writeable = False
        codes, n_levels = integer_codes(column)
        np.testing.assert_array_equal(codes, expected)
        assert n_levels == len(levels)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint64])
def test_numbers_too_far_apart_are_left_to_a_sort(dtype):
    limits = np.iinfo(dtype)
    assert integer_codes(np.array([7, 7 + COUNTING_RANGE], dtype)) == (None, 0)
    assert integer_codes(np.array([limits.max, limits.min], dtype)) == (None, 0)


def test_no_numbers():
    codes, n_levels = integer_codes(np.empty(0, np.int64))
    assert len(codes) == n_levels == 0
