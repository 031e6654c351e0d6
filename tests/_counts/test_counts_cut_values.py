"""Readable cut values between two neighbouring values."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinfo._counts._cut_values import cut_values

HOUR = 3600 * 10**6


def cut(low, high, kind="number"):
    return cut_values(np.array([low], float), np.array([high], float), kind)[0]


@pytest.mark.parametrize(
    ("low", "high", "kind", "expected"),
    [
        (3.14, 3.29, "number", 3.2),
        (35, 47, "number", 40),  # one digit is enough in the middle half, 38 to 44
        (31, 42, "number", 36),
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


@given(st.integers(-(2**53), 2**53 - 1), st.integers(1, 1000))
def test_integers_are_cut_at_integers(low, step):
    found = cut(low, min(low + step, 2**53), "integer")
    assert low < found <= low + step
    assert found == int(found)


def test_there_may_be_no_cut():
    assert cut_values(np.empty(0), np.empty(0)).shape == (0,)
