"""Differential entropy: published values, and what scales, turns and repeats do to it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import psi

from skinfo.estimation import differential_entropy


def test_entropy_of_known_laws(rng):
    # Cover and Thomas 2006, table 17.1, in nats.
    normal = 2 * rng.normal(size=20_000)
    assert differential_entropy(normal, base=math.e) == pytest.approx(2.112085713764618, abs=0.03)
    gamma = rng.gamma(3, size=20_000)
    assert differential_entropy(gamma, base=math.e) == pytest.approx(1.8475785103630111, abs=0.03)
    plane = rng.normal(size=(20_000, 3))
    assert differential_entropy(plane) == pytest.approx(
        1.5 * math.log2(2 * math.pi * math.e), abs=0.05
    )


def test_entropy_of_one_column_is_that_of_the_vector(rng):
    x = rng.normal(size=500)
    assert differential_entropy(x[:, None]) == differential_entropy(x)
    distance = np.sort(abs(x[:, None] - x), axis=1)[:, 3]
    expected = psi(500) - psi(3) + np.mean(np.log(2 * distance))
    assert differential_entropy(x, base=math.e) == pytest.approx(expected, abs=1e-12)


@given(st.floats(0.01, 100), st.floats(0, 2 * math.pi))
def test_entropy_scales_and_turns_as_it_should(factor, angle):
    points = np.random.default_rng(1).normal(size=(200, 2))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    moved = factor * points @ turn + 3.0
    assert differential_entropy(moved) == pytest.approx(
        differential_entropy(points) + 2 * math.log2(factor), abs=1e-9
    )


def test_entropy_of_repeated_rows_is_minus_infinity(rng):
    x = rng.normal(size=100)
    three_alike = np.concatenate([x, x[:1], x[:1]])
    assert np.isfinite(differential_entropy(three_alike))
    four_alike = np.concatenate([three_alike, x[:1]])
    assert differential_entropy(four_alike) == -math.inf
    assert differential_entropy(np.stack([four_alike, four_alike], axis=1)) == -math.inf


def test_entropy_refuses_what_it_cannot_use(rng):
    with pytest.raises(ValueError, match="n_neighbors=3 needs more rows"):
        differential_entropy([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="contains NaN"):
        differential_entropy([1.0, np.nan, 3.0, 4.0, 5.0])
    with pytest.raises(ValueError, match="'n_neighbors' parameter"):
        differential_entropy(rng.normal(size=10), n_neighbors=0)
    with pytest.raises(ValueError, match="base must be"):
        differential_entropy(rng.normal(size=10), base=1)
