"""P-values of tables that are counted out or drawn."""

from fractions import Fraction
from itertools import product
from math import comb

import mpmath
import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom, random_table

from skinfo._kernels._independence import SMALL_TABLE_PVALUE, independence_statistics
from skinfo._kernels._null import poisson_tables
from skinfo._kernels._random_tables import MAX_TABLES, monte_carlo_exceedances, monte_carlo_pvalue


def pvalue_of(table):
    return independence_statistics(np.ascontiguousarray(table, float), poisson_tables())[
        SMALL_TABLE_PVALUE
    ]


def tables_with_margins(rows, columns):
    """Return every table with these margins: a list of tuples, row after row."""
    if len(rows) == 1:
        return [(tuple(columns),)]
    found = []
    for first in product(*(range(min(rows[0], c) + 1) for c in columns)):
        if sum(first) == rows[0]:
            left = [c - k for c, k in zip(columns, first, strict=True)]
            found += [(first, *rest) for rest in tables_with_margins(rows[1:], left)]
    return found


def probability(table):
    """Return the multivariate hypergeometric probability of a table, a Fraction."""
    left = [sum(column) for column in zip(*table, strict=True)]
    ways, total = 1, 1
    for row in table:
        total *= comb(sum(left), sum(row))
        for j, k in enumerate(row):
            ways *= comb(left[j], k)
            left[j] -= k
    return Fraction(ways, total)


def information(table):
    """Return the sum of n ln n, N * I and a constant, in units of 1e-25: ties are equal."""
    with mpmath.workdps(60):
        terms = mpmath.fsum(k * mpmath.log(k) for row in table for k in row if k)
        return int(mpmath.nint(terms * mpmath.mpf(10) ** 25))


def exact_pvalue(table):
    """Return P(information or more) over all tables with these margins, one by one."""
    table = tuple(tuple(int(k) for k in row) for row in table)
    least = information(table)
    margins = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    tables = tables_with_margins(*margins)
    return float(sum(probability(t) for t in tables if information(t) >= least))


def test_two_by_two_is_counted_out():
    # Of the tables with margins 4, 4 and 4, 4, [[4, 0], [0, 4]] and its mirror say most: 2 of 70.
    assert pvalue_of(np.array([[4.0, 0.0], [0.0, 4.0]])) == pytest.approx(2 / 70)
    # With a symmetric margin, the order by information is Fisher's order by probability.
    table = np.array([[12.0, 5.0], [3.0, 10.0]])
    k = np.arange(2, 16)
    assert hypergeom.pmf(k, 30, 15, 17).sum() == pytest.approx(1)
    assert pvalue_of(table) == pytest.approx(fisher_exact(table)[1])


@pytest.mark.parametrize("n", [2_000, 2_000_000])
def test_mirrored_tables_say_the_same_however_many_rows(n):
    # Half of n rows in each level, 100 positives: k and 100 - k of them in the first level say the
    # same, so p is twice one tail, and their sums of n ln n may differ by rounding alone.
    for k in (35, 42, 61):
        table = np.array([[k, n / 2 - k], [100 - k, n / 2 - 100 + k]], dtype=float)
        tail = hypergeom.cdf(min(k, 100 - k), n, n // 2, 100)
        assert pvalue_of(table) == pytest.approx(2 * tail, rel=1e-6)


def test_tables_with_few_rows_outside_are_drawn():
    # One positive among 200 in 10 levels: every table says the same, so none is surprising.
    table = np.zeros((10, 2))
    table[:, 0] = 20
    table[3] = [19, 1]
    assert pvalue_of(table) == 1
    # Four positives, all in one of ten equal levels: 10 C(20, 4) / C(200, 4) of the tables.
    table[3] = [16, 4]
    chance = 10 * (20 * 19 * 18 * 17) / (200 * 199 * 198 * 197)
    assert pvalue_of(table) == pytest.approx(chance, rel=0.3)  # 150 of 200,000
    assert pvalue_of(table) == pvalue_of(table[::-1])


def test_every_small_two_by_two_table_against_fractions(rng):
    for _ in range(60):
        table = rng.integers(0, 9, (2, 2)) + np.diag(rng.integers(1, 9, 2))
        assert pvalue_of(table) == pytest.approx(exact_pvalue(table), rel=1e-12)
        assert pvalue_of(table.T) == pytest.approx(pvalue_of(table), rel=1e-12)


@pytest.mark.parametrize("weight", [10**7, 10**9, 10**12, 10**15])
def test_two_by_two_with_a_cell_of_any_weight(weight):
    # One other row, of a level and a class of its own: of weight + 1 places it has one.
    assert pvalue_of([[1, 0], [0, weight]]) == pytest.approx(1 / (weight + 1), rel=1e-12)
    # Three of the level, two of the class: k = 0, 1 or 2 of them are the same rows.
    for k in (0, 1, 2):
        table = [[k, 3 - k], [2 - k, weight]]
        assert pvalue_of(table) == pytest.approx(exact_of_two(k, weight), rel=1e-9)


def exact_of_two(k, weight):
    tables = [((j, 3 - j), (2 - j, weight + j - k)) for j in (0, 1, 2)]
    least = information(tables[k])
    return float(sum(probability(t) for t in tables if information(t) >= least))


TABLES = [
    [[9, 0, 0], [1, 1, 1], [0, 0, 2]],
    [[12, 3], [1, 2], [2, 0], [1, 1]],
    [[4, 3, 2], [0, 1, 3]],
]


@pytest.mark.parametrize("table", TABLES)
def test_drawn_share_is_the_exact_p_value(table):
    expected = exact_pvalue(table)
    hits, n_drawn = monte_carlo_exceedances(np.array([table]), 40_000, 40_001)
    assert n_drawn == 40_000
    error = np.sqrt(expected * (1 - expected) / n_drawn)
    assert hits / n_drawn == pytest.approx(expected, abs=4.5 * error)


@pytest.mark.parametrize(
    ("rows", "columns"), [([40, 6, 5, 3], [30, 14, 10]), ([25, 25, 4], [20, 20, 14])]
)
def test_law_of_drawn_tables_is_that_of_scipy(rows, columns, rng):
    tables = random_table(rows, columns).rvs(20_000, random_state=1)
    informations = np.where(tables > 0, tables * np.log(np.maximum(tables, 1)), 0).sum((1, 2))
    for quantile in (0.2, 0.5, 0.9, 0.99):
        least = np.quantile(informations, quantile, method="higher")
        observed = tables[np.argmax(np.isclose(informations, least))]
        share = np.mean(informations >= least - 1e-9)
        hits, n_drawn = monte_carlo_exceedances(observed[None], 20_000, 20_001)
        # The difference of two shares of 20,000.
        error = np.sqrt(2 * share * (1 - share) / 20_000)
        assert hits / n_drawn == pytest.approx(share, abs=4.5 * error)


@pytest.mark.parametrize("weight", [10**9, 10**12, 10**15])
def test_drawing_is_right_and_cheap_at_any_weight(weight):
    # Four rows outside, two of each of two classes, in levels of a fifth, a fifth and the rest:
    # beside so many rows they fall as if thrown one by one, so their probabilities are known.
    sizes = np.array([weight, weight, 3 * weight])
    outside = np.array([[2, 0], [0, 1], [0, 1]])
    share = sizes / sizes.sum()
    expected = 0.0
    told = []
    for places in product(range(3), repeat=4):
        cells = np.zeros((3, 2), int)
        for row, level in enumerate(places):
            cells[level, row // 2] += 1
        told.append((contribution(cells, sizes), np.prod(share[list(places)])))
    least = contribution(outside, sizes)
    expected = sum(chance for value, chance in told if value >= least - 1e-9)
    counts = np.column_stack([sizes - outside.sum(axis=1), outside])
    hits, n_drawn = monte_carlo_exceedances(counts[None], 40_000, 40_001)
    error = np.sqrt(expected * (1 - expected) / n_drawn)
    assert 0.005 < expected < 0.99
    assert hits / n_drawn == pytest.approx(expected, abs=4.5 * error)


def contribution(cells, sizes):
    """Return N * I of few rows beside many, less a constant: k ln k of cells, and -k ln n."""
    k = cells.sum(axis=1)
    return np.sum(cells * np.log(np.maximum(cells, 1))) - np.sum(k * np.log(sizes / sizes.max()))


def test_order_of_levels_and_classes_leaves_no_trace(rng):
    table = np.array([[60, 2, 1], [20, 0, 1], [15, 3, 0], [30, 0, 1]])
    expected = pvalue_of(table)
    assert 0 < expected < 1
    for _ in range(5):
        shuffled = table[rng.permutation(4)][:, rng.permutation(3)]
        assert pvalue_of(shuffled) == expected


def test_drawing_ends_when_enough_are_as_telling():
    counts = np.array([[[5, 5], [5, 5]]])
    assert monte_carlo_exceedances(counts, 1000, 4) == (4, 4)
    assert monte_carlo_pvalue(counts, 1000, 4) == 1


def test_states_are_drawn_apart():
    # Within each state level and class agree, so no draw moves a row from one to the other.
    counts = np.array([[[6, 0], [0, 0]], [[0, 0], [0, 6]]])
    assert monte_carlo_exceedances(counts, 50, 51) == (50, 50)


def test_share_is_the_exact_one_over_states():
    # Two states, each drawn by itself: of pairs of tables, those that say as much together.
    first, second = [[6, 1], [1, 2]], [[8, 0], [2, 2]]
    least = information(first) + information(second)
    expected = 0.0
    margins = [([7, 3], [7, 3]), ([8, 4], [10, 2])]
    for a, b in product(*(tables_with_margins(*m) for m in margins)):
        if information(a) + information(b) >= least:
            expected += float(probability(a) * probability(b))
    hits, n_drawn = monte_carlo_exceedances(np.array([first, second]), 40_000, 40_001)
    error = np.sqrt(expected * (1 - expected) / n_drawn)
    assert hits / n_drawn == pytest.approx(expected, abs=4.5 * error)


def test_drawn_p_values_hold_their_level(rng):
    # Valid whether drawing ends early or not: at most a share a below a, give or take 4 errors.
    tables = random_table([40, 5, 5, 5, 5], [52, 4, 4]).rvs(2000, random_state=2)
    pvalues = np.array([pvalue_of(table[table.any(axis=1)]) for table in tables])
    for level in (0.2, 0.05, 0.01):
        assert np.mean(pvalues <= level) <= level + 4 * np.sqrt(level / 2000)
    assert pvalues.min() >= 1 / (MAX_TABLES + 1)


def test_other_tables_are_left_to_the_smooth_law():
    assert np.isnan(pvalue_of([[20, 20], [20, 20], [20, 20]]))
    assert np.isnan(pvalue_of([[5000, 5000], [5000, 5000]]))
    assert np.isnan(pvalue_of([[1.5, 2], [3, 4]]))


def test_probabilities_that_underflow_add_nothing():
    # The tails of 2000 draws from two equal halves are below the smallest float.
    n, k = 2_000_000, 1100
    table = [[k, n - k], [2000 - k, n - 2000 + k]]
    expected = 2 * hypergeom.sf(k - 1, 2 * n, n, 2000)
    assert pvalue_of(table) == pytest.approx(expected, rel=1e-9)


def test_where_the_mode_is_rounded_beyond_the_margin():
    # All of two samples are in a level of nearly all of 1e17: so they are in any table.
    assert pvalue_of([[2, 10**17], [0, 8]]) == pytest.approx(1.0)


def test_the_observed_table_counts_where_drawing_ends_at_its_limit():
    # Besag and Clifford (1991): (h + 1) / (n + 1).
    table = np.array([[[9, 0, 1], [0, 8, 0], [1, 0, 9]]])
    n_exceeding, n_drawn = monte_carlo_exceedances(table, 500, 50)
    assert (n_exceeding < 50, n_drawn) == (True, 500)
    assert monte_carlo_pvalue(table, 500, 50) == (n_exceeding + 1) / 501
