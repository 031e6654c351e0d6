"""Entropies and divergences of members, summed one after the other."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skinfo._kernels._ensemble import divergence_term
from skinfo.measures._terms import divergence_terms


@pytest.mark.parametrize("q", [1e-200, 1e-9, 0.3, 0.5, 1.0])
def test_divergence_term_is_that_of_the_measures(q):
    p = q * np.concatenate(
        [[0.0, 1e-12, 0.5, 0.79, 0.81, 1.2, 1.3, 2.0], 1 + 2.0 ** -np.arange(52)]
    )
    expected = divergence_terms(np, p, np.full(len(p), q), np.full(len(p), math.log(q)))
    found = [divergence_term(x, q) for x in p]
    assert_allclose(found, expected, rtol=1e-13)
    assert min(found) >= 0
