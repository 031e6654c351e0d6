"""Exact sums of losses."""

from fractions import Fraction
from math import fsum, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinfo.metrics._exact_sum import ExactSum, exact_sum

FLOATS = st.lists(st.floats(-1e100, 1e100), max_size=30)


@given(FLOATS)
def test_is_the_sum_rounded_once(values):
    assert exact_sum(np.array(values)) == fsum(values)


@given(FLOATS, st.integers(0, 30))
def test_does_not_depend_on_the_parts(values, cut):
    values = np.array(values)
    merged = ExactSum.of(values[:cut]).merged(ExactSum.of(values[cut:]))
    assert merged.rounded == exact_sum(values)
    assert merged.fraction == sum(map(Fraction, values.tolist()))


def test_squares_are_exact(rng):
    values, weights = rng.normal(size=50), rng.random(50)
    total = ExactSum.of_squares(values, weights).fraction
    pairs = zip(values.tolist(), weights.tolist(), strict=True)
    assert total == sum(Fraction(v) ** 2 * Fraction(w) for v, w in pairs)


@pytest.mark.parametrize(("values", "total"), [([1.0, inf], inf), ([1e308, 1e308], inf), ([], 0)])
def test_sums_that_are_no_float(values, total):
    assert exact_sum(np.array(values)) == total
