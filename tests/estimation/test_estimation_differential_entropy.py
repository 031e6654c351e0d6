"""Differential entropy: published values, and what scales, turns and repeats do to it."""

import math

import numpy as np
import pandas as pd
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


@pytest.mark.parametrize("exponent", [-900, -500, 500, 1022])
@pytest.mark.parametrize("n_dimensions", [1, 2])
def test_entropy_at_the_ends_of_the_range_of_floats(exponent, n_dimensions):
    points = np.random.default_rng(1).uniform(-1, 1, size=(200, n_dimensions))
    found = differential_entropy(np.ldexp(points, exponent))
    assert found == pytest.approx(differential_entropy(points) + n_dimensions * exponent)


def test_entropy_of_sparse_columns_is_that_of_their_values():
    values = np.random.default_rng(0).normal(size=30)
    for fill_value in (np.nan, 1.0):
        frame = pd.DataFrame({0: pd.arrays.SparseArray(values, fill_value=fill_value)})
        assert differential_entropy(frame) == differential_entropy(values)


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
    with pytest.raises(ValueError, match="contains infinity"):
        differential_entropy([-np.inf, np.inf, 3.0, 4.0, 5.0])
    with pytest.raises(ValueError, match="'n_neighbors' parameter"):
        differential_entropy(rng.normal(size=10), n_neighbors=0)
    with pytest.raises(ValueError, match="base must be"):
        differential_entropy(rng.normal(size=10), base=1)


def test_infinities_of_both_signs_are_an_error_and_no_warning():
    with pytest.raises(ValueError, match="infinity"):
        differential_entropy([np.inf, -np.inf, 1.0, 2.0, 3.0])


@pytest.mark.parametrize("values", [[1.0, None], [1.0, pd.NA], [None, None]])
def test_missing_values_among_objects_are_refused_as_such(values):
    X = pd.DataFrame({"a": pd.Series([1.5, 2.5, *values], dtype=object)})
    with pytest.raises(ValueError, match="contains NaN"):
        differential_entropy(X)


def test_numbers_among_objects_are_numbers(rng):
    x = rng.normal(size=30)
    X = pd.DataFrame({"a": pd.Series(x, dtype=object), "b": x**2}).set_index(x > 0)
    assert differential_entropy(X) == differential_entropy(X.astype(float))
