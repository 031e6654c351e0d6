"""Sums that do not depend on the order of their terms."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skinfo.utils._sums import exactly_summable, ordered_sum

POSITIVE = st.floats(1e-6, 1e6)


@given(st.lists(POSITIVE, min_size=1, max_size=50), st.randoms(use_true_random=False))
def test_ordered_sums_are_the_same_in_any_order(terms, random):
    shuffled = random.sample(terms, len(terms))
    assert ordered_sum(np.array(shuffled)) == ordered_sum(np.array(terms))
    table = np.array([terms, shuffled])
    rows = ordered_sum(table, axis=1)
    assert rows[0] == rows[1] == ordered_sum(terms)


@given(st.lists(POSITIVE, min_size=1, max_size=50), st.data())
def test_the_sum_of_any_subset_is_exact(weights, data):
    terms = exactly_summable(np.array(weights))
    some = data.draw(st.permutations(terms.tolist()))[: data.draw(st.integers(0, len(weights)))]
    total = 0.0
    for term in some:
        total += term
    assert total == sum(map(Fraction, some))
    np.testing.assert_allclose(terms, weights, rtol=1e-15, atol=sum(weights) * 2.0**-52)


def test_integer_weights_are_unchanged():
    whole = np.array([3.0, 0.0, 2.0**40])
    assert exactly_summable(whole) is whole
