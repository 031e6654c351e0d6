"""Readable cut values between two neighbouring values."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinfo._counts._cut_values import cut_values, cuts_of_starts, starts_of_cuts

HOUR = 3600 * 10**6


def cut(low, high, kind="number", closed="left"):
    return cut_values(np.array([low], float), np.array([high], float), kind, closed)[0]


@pytest.mark.parametrize(
    ("low", "high", "kind", "expected"),
    [
        (3.14, 3.29, "number", 3.2),
        (35, 47, "number", 40),  # one digit is enough in the middle half, 38 to 44
        (31, 42, "number", 36),
        # Sixteen digits, where fewer do not lie between them and the midpoint has seventeen.
        (0.1234567890123452, 0.1234567890123457, "number", 0.1234567890123455),
        (1.0, np.nextafter(1.0, 2), "number", np.nextafter(1.0, 2)),
        (-1.7e308, 1.7e308, "number", 0),
        (3, 4, "integer", 4),
        (3, 9, "integer", 6),
        (0, 1, "boolean", 1),
        (0, 24 * HOUR, "date", 24 * HOUR),
        (HOUR / 2, 1.5 * HOUR, "date", HOUR),
        (-np.inf, 3, "number", -sys.float_info.max),
        (3, np.inf, "date", np.inf),
        (2.0**62, 2.0**62 + 1024, "date", 2.0**62 + 1024),
    ],
)
def test_by_hand(low, high, kind, expected):
    assert cut(low, high, kind) == expected


@given(
    st.lists(st.floats(allow_nan=False), min_size=2, max_size=2, unique=True).map(sorted),
    st.sampled_from(["number", "date"]),
)
def test_low_is_to_the_left_and_high_to_the_right(values, kind):
    low, high = values
    assert low < cut(low, high, kind) <= high


@pytest.mark.parametrize(
    ("low", "high", "kind", "expected"),
    [
        (3.14, 3.29, "number", 3.2),
        (1.0, np.nextafter(1.0, 2), "number", 1.0),
        (34, 35, "integer", 34),  # reads (..., 34]
        (3, 9, "integer", 6),
        (0, 1, "boolean", 0),
        (0, 24 * HOUR, "date", 0),  # the last day that is in
        (12 * HOUR, 48 * HOUR, "date", 24 * HOUR),  # the second day is not in
        (HOUR / 2, 1.5 * HOUR, "date", HOUR),
        (-48 * HOUR, -24 * HOUR, "date", -48 * HOUR),
        (-np.inf, 3, "number", -np.inf),
        (3, np.inf, "date", sys.float_info.max),
    ],
)
def test_right_closed_by_hand(low, high, kind, expected):
    assert cut(low, high, kind, "right") == expected
    assert not np.signbit(cut(low, high, kind, "right")) or expected < 0


@given(
    st.lists(st.floats(allow_nan=False), min_size=2, max_size=2, unique=True).map(sorted),
    st.sampled_from(["number", "date"]),
    st.sampled_from(["left", "right"]),
)
def test_starts_are_between_the_values_for_both_ends(values, kind, closed):
    low, high = values
    found = cut_values(np.array([low]), np.array([high]), kind, closed)
    assert low <= found[0] < high if closed == "right" else low < found[0] <= high
    (start,) = starts_of_cuts(found, closed)
    assert low < start <= high
    np.testing.assert_array_equal(cuts_of_starts(np.array([start]), closed), found)


@given(st.integers(-(2**53), 2**53 - 1), st.integers(1, 1000))
def test_integers_are_cut_at_integers(low, step):
    found = cut(low, min(low + step, 2**53), "integer")
    assert low < found <= low + step
    assert found == int(found)


def test_there_may_be_no_cut():
    assert cut_values(np.empty(0), np.empty(0)).shape == (0,)
