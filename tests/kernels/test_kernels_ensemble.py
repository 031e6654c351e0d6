"""Entropies and divergences of members, summed one after the other."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

from skinfo._kernels._ensemble import add_member, divergence_term
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


@pytest.mark.parametrize("n_members", [1, 2, 5])
def test_sums_of_members_are_those_of_all_at_once(n_members, rng):
    prob = rng.dirichlet(np.full(3, 0.5), size=(n_members, 7))
    prob[:, 0] = [0.0, 0.25, 0.75]  # members that agree
    weights = rng.uniform(0.5, 3.0, n_members)
    mean, entropy, divergence = np.zeros((7, 3)), np.zeros(7), np.zeros(7)
    for k, weight in enumerate(weights):
        add_member(prob[k], weight, weights[:k].sum(), mean, entropy, divergence)

    expected = np.average(prob, axis=0, weights=weights)
    assert_allclose(mean, expected, rtol=1e-13)
    assert_allclose(entropy, weights @ special.entr(prob).sum(axis=2), rtol=1e-13)
    divergences = weights @ special.rel_entr(prob, expected).sum(axis=2)
    assert_allclose(divergence, divergences, rtol=1e-12, atol=1e-14)
    assert divergence[0] == 0


def test_the_smallest_probabilities_have_no_negative_divergence():
    # Of the smallest floats each term is rounded to a multiple of them.
    smallest = np.nextafter(0.0, 1.0)
    for p in range(1, 40):
        for q in range(1, 40):
            assert 0.0 <= divergence_term(p * smallest, q * smallest) <= 40 * smallest * 40
