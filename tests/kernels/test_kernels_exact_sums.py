"""Exact sums: against rational arithmetic, in any order and by any parts."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinfo._kernels._exact_sums import N_LIMBS, exact_means, sums_between, sums_by_code

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
WEIGHTS = st.floats(1e-100, 1e100) | st.integers(1, 9).map(float)


def rounded(fraction):
    # The quotient of two integers is rounded correctly.
    return fraction.numerator / fraction.denominator


@given(st.lists(st.tuples(FLOATS, WEIGHTS), min_size=1, max_size=30), st.floats(1e200, 1e300))
def test_means_are_rounded_once(samples, weight):
    values, weights = map(np.array, zip(*samples, strict=True))
    exact = sum(Fraction(float(v)) * Fraction(float(w)) for v, w in samples)
    sums = sums_between(values, weights, np.array([0, len(values)]))
    assert exact_means(sums, np.array([weight]))[0] == rounded(exact / Fraction(weight))


@given(st.lists(FLOATS, max_size=30), st.integers(0, 30), st.randoms())
def test_parts_and_order_do_not_matter(values, cut, random):
    weight = np.array([64.0])
    shuffled = np.array(random.sample(values, len(values)))
    values, ones, cut = np.array(values), np.ones(len(values)), min(cut, len(values))
    whole = sums_between(values, np.empty(0), np.array([0, len(values)]))
    parts = sums_between(values, ones, np.array([0, cut, len(values)]))
    codes = np.zeros(len(values), np.int64)
    for other in (parts.sum(axis=0)[None], sums_by_code(shuffled, ones, codes, 1)):
        np.testing.assert_array_equal(exact_means(other, weight), exact_means(whole, weight))


def test_sums_beyond_the_largest_float_cancel():
    largest = np.finfo(float).max
    values = np.array([largest] * 4 + [1.0, 2.0**-1074] + [-largest] * 4)
    sums = sums_between(values, np.empty(0), np.array([0, 4, 10, 10]))
    assert sums.shape == (3, N_LIMBS)
    means = exact_means(sums, np.array([4.0, 6.0, 0.0]))
    assert means[0] == largest
    assert np.isnan(means[2])
    assert exact_means(sums[:2].sum(axis=0)[None], np.ones(1))[0] == 1.0


@pytest.mark.parametrize("spread", [0, 4, 30])
@pytest.mark.parametrize("weighted", [False, True])
def test_many_values(weighted, spread, rng):
    values = rng.standard_normal(10_000) * 10.0 ** rng.integers(-spread, spread + 1, 10_000)
    weights = rng.random(10_000) if weighted else np.ones(10_000)
    exact = sum(Fraction(v) * Fraction(w) for v, w in zip(values, weights, strict=True))
    sums = sums_between(values, weights if weighted else np.empty(0), np.array([0, 10_000]))
    assert exact_means(sums, np.ones(1))[0] == rounded(exact)


@pytest.mark.parametrize("heaviest", [1, 2048, 2049, 2**40])
@pytest.mark.parametrize("low", [1.0, 0.5, 1e-4])
def test_whole_weights_are_repetitions(heaviest, low, rng):
    # Values of one sign whose exponents are near each other or not, sorted as a column is; all at
    # the largest weight, where a sum of 1024 products has the most digits.
    values = np.sort(rng.uniform(low, 2.0, 5000)) * rng.choice([-1, 1])
    weights = rng.integers(1, heaviest + 1, 5000).astype(float)
    weights[:1500] = heaviest
    exact = sum(Fraction(v) * Fraction(w) for v, w in zip(values, weights, strict=True))
    sums = sums_between(values, weights, np.array([0, 5000]))
    assert exact_means(sums, np.ones(1))[0] == rounded(exact)


def test_products_with_the_most_digits_are_exact():
    # 53 ones and the largest weight, 1024 times.
    values, weights = np.full(1024, 2 - 2.0**-52), np.full(1024, 2048.0)
    sums = sums_between(values, weights, np.array([0, 1024]))
    assert exact_means(sums, np.array([2.0**21]))[0] == values[0]


@pytest.mark.parametrize("spread", [0, 4, 30, 250])
@pytest.mark.parametrize("kind", ["ones", "whole", "real"])
@pytest.mark.parametrize(
    ("n_codes", "dtype"), [(1, np.int64), (7, np.uint16), (1024, np.int32), (1025, np.int32)]
)
def test_sums_by_code(spread, kind, n_codes, dtype, rng):
    n = 5000
    values = rng.standard_normal(n) * 10.0 ** rng.integers(-spread, spread + 1, n)
    values[rng.integers(0, n, 50)] = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0], 50)
    whole = rng.integers(1, 9, n).astype(float)
    weights = {"ones": np.ones(n), "whole": whole, "real": rng.random(n)}[kind]
    codes = rng.integers(0, n_codes, n).astype(dtype)
    given = np.empty(0) if kind == "ones" else weights
    sums = sums_by_code(values, given, codes, n_codes)
    assert sums.shape == (n_codes, N_LIMBS)
    exact = [Fraction(0)] * n_codes
    for i in np.flatnonzero(np.isfinite(values)).tolist():
        exact[codes[i]] += Fraction(values[i]) * Fraction(weights[i])
    expected = [rounded(total) for total in exact]
    np.testing.assert_array_equal(exact_means(sums, np.ones(n_codes)), expected)


@pytest.mark.parametrize("low", [-1074, -1000, 1000, 1020])
@pytest.mark.parametrize("weighted", [False, True])
def test_sums_by_code_at_the_ends_of_the_floats(weighted, low, rng):
    # Magnitudes that cannot be taken apart: what is added for that would overflow, or be lost.
    values = np.ldexp(rng.uniform(-1.0, 1.0, 600), rng.integers(low, low + 4, 600))
    weights = rng.integers(1, 4, 600) * 1.0 if weighted else np.ones(600)
    codes = rng.integers(0, 7, 600)
    sums = sums_by_code(values, weights if weighted else np.empty(0), codes, 7)
    exact = [Fraction(0)] * 7
    for code, value, weight in zip(codes, values, weights, strict=True):
        exact[code] += Fraction(value) * Fraction(weight) / 2**10
    np.testing.assert_array_equal(
        exact_means(sums, np.full(7, 2.0**10)), [rounded(total) for total in exact]
    )


def test_sums_by_byte_are_those_of_each_code(rng):
    values, codes = rng.normal(size=10_000), rng.integers(0, 9, 10_000).astype(np.uint8)
    sums = sums_by_code(values, np.empty(0), codes, 10)
    for code, of_code in enumerate(sums):
        of_values = values[codes == code]
        alone = sums_between(of_values, np.empty(0), np.array([0, len(of_values)]))
        np.testing.assert_array_equal(
            exact_means(of_code[None], np.ones(1)), exact_means(alone, np.ones(1))
        )


def test_limbs_are_carried_before_they_overflow():
    # So many values that limbs are carried on the way: any one moves the mean.
    n = 2**24 + 3
    values = np.ones(n)
    values[[0, -1]] = 2.0**60, 2.0**-60
    exact = Fraction(n - 2) + Fraction(2) ** 60 + Fraction(1, 2**60)
    by_code = sums_by_code(values, np.empty(0), np.zeros(n, np.uint8), 1)
    for sums in (sums_between(values, np.empty(0), np.array([0, n])), by_code):
        assert exact_means(sums, np.array([float(n)]))[0] == rounded(exact / n)


@pytest.mark.parametrize("magnitude", [2.0**-900, 2.0**950])
def test_weighted_values_out_of_the_range_of_blocks(magnitude, rng):
    values, weights = rng.normal(size=50) * magnitude, rng.integers(1, 9, 50).astype(float)
    exact = sum(Fraction(v) * int(w) for v, w in zip(values.tolist(), weights, strict=True))
    sums = sums_between(values, weights, np.array([0, 50]))
    assert exact_means(sums, np.array([64.0]))[0] == rounded(exact / 64)


def test_without_ends_there_are_no_sums():
    for ends in (np.empty(0, np.int64), np.array([2])):
        assert sums_between(np.ones(4), np.empty(0), ends).shape == (0, N_LIMBS)
