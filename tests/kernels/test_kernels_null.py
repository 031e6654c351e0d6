"""Moments of information under independence."""

import math

import mpmath
import numpy as np
import pytest
from scipy.special import xlogy
from scipy.stats import hypergeom, random_table

from skinfo._kernels._null import (
    expected_information,
    expected_information_in_strata,
    hypergeometric_excess,
    moments_of_sizes,
    null_moments,
    poisson_tables,
)


def even(n_rows, n):
    sizes = np.full(n_rows, n // n_rows)
    sizes[: n - sizes.sum()] += 1
    return sizes.astype(float)


def zipf(n_rows, n):
    share = 1 / np.arange(1, n_rows + 1)
    sizes = np.maximum(np.floor(n * share / share.sum()), 1)
    sizes[0] += n - sizes.sum()
    return sizes


@pytest.mark.parametrize(
    ("n", "a", "b"), [(10, 3, 4), (50, 1, 25), (50, 50, 20), (200, 100, 199), (7, 7, 7)]
)
def test_excess_against_scipy_pmf(n, a, b):
    k = np.arange(max(0, a + b - n), min(a, b) + 1)
    expected = np.sum(hypergeom.pmf(k, n, a, b) * xlogy(k, k)) - xlogy(a * b / n, a * b / n)
    excess = hypergeometric_excess(float(n), float(a), float(b))
    assert excess == pytest.approx(expected, rel=1e-9, abs=1e-10)


def exact_mean_information(rows, columns):
    """Vinh et al. 2010, eq. 24, in 40 digits."""
    with mpmath.workdps(40):
        n = int(sum(rows))
        total = mpmath.mpf(0)
        for a in map(int, rows):
            for b in map(int, columns):
                for k in range(max(1, a + b - n), min(a, b) + 1):
                    pmf = mpmath.binomial(a, k) * mpmath.binomial(n - a, b - k)
                    pmf /= mpmath.binomial(n, b)
                    total += pmf * mpmath.mpf(k) / n * mpmath.log(mpmath.mpf(n) * k / (a * b))
        return float(total)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (even(10, 200), even(2, 200)),
        (zipf(6, 300), even(4, 300)),
        (even(2, 50), np.array([45.0, 5])),
    ],
)
def test_expected_information_against_forty_digits(rows, columns):
    assert expected_information(rows, columns) == pytest.approx(
        exact_mean_information(rows, columns), rel=1e-10
    )


def test_expected_information_of_an_identifier_is_all_of_it():
    # Every row its own level: each table with these margins has I = H(y).
    assert expected_information(np.ones(40), even(2, 40)) == pytest.approx(math.log(2), rel=1e-12)


def test_expected_information_is_zero_for_a_constant():
    assert expected_information(np.array([30.0]), even(3, 30)) == 0.0


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (even(10, 1000), np.array([900.0, 100])),
        (even(10, 100), even(2, 100)),
        (zipf(30, 1000), even(10, 1000)),
        (even(5, 300), zipf(3, 300)),
    ],
)
def test_null_moments_against_random_tables(rows, columns):
    tables = random_table(rows.astype(int), columns.astype(int)).rvs(20_000, random_state=0)
    n = rows.sum()
    information = xlogy(tables, tables).sum((1, 2)) + xlogy(n, n)
    information = information - xlogy(rows, rows).sum() - xlogy(columns, columns).sum()
    mean, variance = null_moments(rows, columns, poisson_tables(), True)
    # 20,000 tables know the mean to about 1% of a standard deviation, the variance to about 1%;
    # the closed form is stated to be within 15% where cells are sparse, less where they are not.
    assert mean == pytest.approx(information.mean(), abs=4 * information.std() / math.sqrt(20_000))
    assert variance == pytest.approx(information.var(), rel=0.15)


@pytest.mark.parametrize(
    ("rows", "columns"), [(even(8, 4000), even(3, 4000)), (even(10, 60), even(2, 60))]
)
def test_smooth_mean_is_near_the_exact_one(rows, columns):
    exact = null_moments(rows, columns, poisson_tables(), True)[0]
    smooth = null_moments(rows, columns, poisson_tables(), False)[0]
    assert smooth == pytest.approx(exact, rel=0.06)


def test_dense_table_has_the_chi_squared_mean():
    # E[G] = 2 N E[I] tends to (r - 1)(c - 1) = 18 as every cell fills.
    mean, variance = null_moments(even(10, 10**6), even(3, 10**6), poisson_tables(), True)
    assert 2 * mean == pytest.approx(18, rel=1e-3)
    assert 4 * variance == pytest.approx(36, rel=2e-2)


def test_cell_excess_is_exact_for_poisson_limit():
    # One cell of a vast table is Poisson: E[k ln k] - m ln m at m = 1 is sum k ln k / (k! e).
    k = np.arange(1, 60)
    expected = np.sum(xlogy(k, k) * np.exp(-1 - np.array([math.lgamma(i + 1) for i in k])))
    size, once = np.array([1e6]), np.ones(1)
    smooth = moments_of_sizes(1e12, size, once, size, once, poisson_tables(), False)[0]
    assert smooth == pytest.approx(expected, rel=1e-4)


def test_nothing_is_expected_of_one_row():
    assert null_moments(np.array([1.0]), np.array([1.0]), poisson_tables(), True) == (0.0, 0.0)


def test_expected_information_in_strata_is_that_of_each():
    levels = [even(3, 40), zipf(5, 90), np.array([7.0]), even(4, 30), np.array([5.0, 25.0, 31.0])]
    classes = [even(2, 40), even(6, 90), even(2, 7), even(4, 30), np.array([5.0, 18.0, 38.0])]
    levels, classes = ([np.sort(sizes) for sizes in margins] for margins in (levels, classes))
    starts = [np.cumsum([0, *map(len, margins)]) for margins in (levels, classes)]
    margins = np.concatenate(levels), starts[0], np.concatenate(classes), starts[1]
    exact = expected_information_in_strata(*margins, poisson_tables(), True, 20)
    for mean, a, b in zip(exact, levels, classes, strict=True):
        assert mean == pytest.approx(expected_information(a, b), rel=1e-13, abs=1e-300)
    # Of sizes that need not be whole: the smooth mean, of tables of at most 20 cells.
    smooth = expected_information_in_strata(*margins, poisson_tables(), False, 20)
    np.testing.assert_array_equal(np.isnan(smooth), [False, True, False, False, False])
    np.testing.assert_allclose(smooth[[0, 2, 3, 4]], exact[[0, 2, 3, 4]], rtol=0.06)
    exchanged = *margins[2:], *margins[:2]
    for is_exact, means in ((True, exact), (False, smooth)):
        turned = expected_information_in_strata(*exchanged, poisson_tables(), is_exact, 20)
        np.testing.assert_array_equal(turned, means)


def test_a_margin_that_holds_everything_leaves_no_choice():
    assert hypergeometric_excess(1e6, 1e6, 5000.0) == 0.0
    assert hypergeometric_excess(1e6, 5000.0, 1e6) == 0.0
    # Here the mode is rounded to 3, of 2.
    assert hypergeometric_excess(1e17, 1e17 - 16, 2.0) == pytest.approx(0.0, abs=1e-14)


def test_empty_margins_have_no_moments():
    assert null_moments(np.empty(0), np.empty(0), poisson_tables(), True) == (0.0, 0.0)
    one, none = np.ones(1), np.empty(0)
    assert moments_of_sizes(1.0, none, none, none, none, poisson_tables(), True) == (0.0, 0.0)
    arguments = one, one, none, none, poisson_tables()
    assert moments_of_sizes(1.0, *arguments, True) == (0.0, 0.0)
    # One level holds all samples.
    sizes = np.array([30.0]), one, np.array([10.0, 20.0]), np.ones(2)
    assert moments_of_sizes(30.0, *sizes, poisson_tables(), True) == (0.0, 0.0)


@pytest.mark.parametrize("exact", [False, True])
def test_sizes_and_their_multiplicities_are_margins(exact):
    rows, columns = np.array([3.0, 7.0, 12.0]), np.array([5.0, 10.0])
    times = np.array([2.0, 1.0, 1.0]), np.array([3.0, 1.0])
    margins = [
        np.repeat(sizes, n.astype(int)) for sizes, n in zip((rows, columns), times, strict=True)
    ]
    found = moments_of_sizes(25.0, rows, times[0], columns, times[1], poisson_tables(), exact)
    np.testing.assert_allclose(found, null_moments(*margins, poisson_tables(), exact), rtol=1e-12)


def test_exchanging_margins_of_equal_length_gives_the_same_bits():
    levels, classes = np.array([3.0, 8.0, 10.0]), np.array([3.0, 7.0, 11.0])
    starts = np.array([0, 3])
    for exact in (False, True):
        one, other = (
            expected_information_in_strata(a, starts, b, starts, poisson_tables(), exact, 20)
            for a, b in ((levels, classes), (classes, levels))
        )
        np.testing.assert_array_equal(one, other)
    same = expected_information_in_strata(
        levels, starts, levels, starts, poisson_tables(), True, 20
    )
    assert same[0] == pytest.approx(expected_information(levels, levels), rel=1e-13)


def test_a_stratum_may_be_empty():
    levels, starts = np.array([4.0, 6.0]), np.array([0, 0, 2])
    found = expected_information_in_strata(
        levels, starts, levels, starts, poisson_tables(), True, 20
    )
    assert found[0] == 0.0
    assert found[1] == pytest.approx(expected_information(levels, levels), rel=1e-13)
