"""Information from a table of counts: what each estimator must give."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import random_table

from skinfo._kernels._null import expected_information
from skinfo._kernels._table_information import table_information
from skinfo.estimation import _table_information
from skinfo.estimation._entropy_estimators import ENTROPY_ESTIMATORS, REAL_COUNTS
from skinfo.estimation._table_information import INFORMATION_ESTIMATORS, information_from_counts

NAMES = list(INFORMATION_ESTIMATORS)

# Entropies or informations of one distribution.
NEVER_NEGATIVE = ["plugin", "james_stein", "jeffreys", "laplace", "perks", "minimax"]

tables = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=5),
    elements=st.integers(0, 12).map(float),
).filter(np.any)


def test_the_names():
    assert set(NAMES) == {"emi", *ENTROPY_ESTIMATORS}


# ---- values


def test_plugin_of_a_published_table():
    # R entropy, ?Gstatindep: G = 2 N I = 2.718384588726373.
    counts = np.array([[4, 2], [5, 4], [1, 4]])
    information = information_from_counts(counts, "plugin")
    assert 2 * counts.sum() * information == pytest.approx(2.718384588726373, abs=1e-12)


def test_miller_madow_takes_off_the_degrees_of_freedom():
    # (K_x - 1) + (K_y - 1) - (K_x K_y - 1) = -(K_x - 1)(K_y - 1) = -2, over 2N = 40.
    counts = np.array([[4, 2], [5, 4], [1, 4]])
    expected = information_from_counts(counts, "plugin") - 2 / 40
    assert information_from_counts(counts, "miller_madow") == pytest.approx(expected, abs=1e-14)


def test_laplace_is_the_information_of_counts_plus_one():
    # R's mi.Dirichlet adds to the cells, so the margins get as many times more.
    counts = np.array([[4, 2], [5, 0], [1, 4]])
    expected = information_from_counts(counts + 1, "plugin")
    assert information_from_counts(counts, "laplace") == pytest.approx(expected, abs=1e-14)


def test_james_stein_is_the_information_of_one_shrunk_table():
    # Shares .4, .1, .1, .4 and N = 10: 1 - sum p^2 = .66, sum (1/4 - p)^2 = .09,
    # weight = .66 / (9 * .09) = 22/27. Cells d/4 and (2 - d)/4, margins 1/2.
    weight = 22 / 27
    d = weight + (1 - weight) * 1.6
    expected = (d * math.log(d) + (2 - d) * math.log(2 - d)) / 2
    information = information_from_counts([[4, 1], [1, 4]], "james_stein")
    assert information == pytest.approx(expected, abs=1e-14)


def test_three_entropies():
    counts = np.array([[4, 2], [5, 0], [1, 4]])
    for name in ("grassberger", "chao_shen", "chao_wang_jost", "jackknife", "nsb"):
        entropy = ENTROPY_ESTIMATORS[name]
        expected = (
            entropy(np.array([6.0, 5, 5]), 3)
            + entropy(np.array([10.0, 6]), 2)
            - entropy(np.array([4.0, 2, 5, 1, 4]), 6)
        )
        assert information_from_counts(counts, name) == pytest.approx(expected, abs=1e-14)


def test_emi_of_an_identifier_is_zero():
    # Every table whose rows are all of size one has I = H(y): nothing is left.
    counts = np.eye(2)[np.arange(40) % 2]
    assert information_from_counts(counts, "plugin") == pytest.approx(math.log(2), abs=1e-14)
    assert information_from_counts(counts, "emi") == pytest.approx(0, abs=1e-14)


def test_emi_has_mean_zero_under_independence(rng):
    draws = random_table([30, 15, 5], [25, 15, 10]).rvs(2000, random_state=rng)
    values = [information_from_counts(table, "emi") for table in draws]
    assert abs(np.mean(values)) < 4 * np.std(values) / math.sqrt(len(values))


# ---- chance, in many digits


def exact_chance(rows, columns):
    """Vinh et al. 2010, eq. 24, in 40 digits; equal margins once."""
    n = int(sum(rows))
    cells = {}
    with mpmath.workdps(45):
        total = mpmath.mpf(0)
        for a in map(int, rows):
            for b in map(int, columns):
                if (a, b) not in cells:
                    cells[a, b] = exact_cell(n, a, b)
                total += cells[a, b]
        return total / n


def exact_cell(n, a, b):
    def log_choose(n, k):
        return mpmath.loggamma(n + 1) - mpmath.loggamma(k + 1) - mpmath.loggamma(n - k + 1)

    def summand(k):
        return k * mpmath.log(mpmath.mpf(n * k) / (a * b)) if k else mpmath.mpf(0)

    low, high = max(0, a + b - n), min(a, b)
    mode = (a * b) // n
    start = mpmath.exp(log_choose(a, mode) + log_choose(n - a, b - mode) - log_choose(n, b))
    total = start * summand(mode)
    weight, k = start, mode
    while k < high and weight > 1e-42:
        weight *= mpmath.mpf((a - k) * (b - k)) / ((k + 1) * (n - a - b + k + 1))
        k += 1
        total += weight * summand(k)
    weight, k = start, mode
    while k > low and weight > 1e-42:
        weight *= mpmath.mpf(k * (n - a - b + k)) / ((a - k + 1) * (b - k + 1))
        k -= 1
        total += weight * summand(k)
    return total


MARGINS = {
    "10x2, N=1e3": ([60, 140] * 5, [700, 300]),
    "10x2, N=1e5": ([3_000] * 3 + [7_000] * 3 + [17_500] * 4, [63_000, 37_000]),
    "30x10, N=1e5": (
        [1_000] * 10 + [3_000] * 10 + [6_000] * 10,
        [4_000] * 5 + [16_000] * 5,
    ),
}


@pytest.mark.parametrize("margins", MARGINS.values(), ids=MARGINS)
def test_chance_against_forty_digits(margins):
    rows, columns = (np.array(margin, dtype=np.float64) for margin in margins)
    truth = exact_chance(rows, columns)
    assert float(abs(expected_information(rows, columns) - truth) / truth) < 1e-10


@pytest.mark.parametrize("margins", MARGINS.values(), ids=MARGINS)
def test_emi_is_the_plugin_less_chance_in_forty_digits(margins, rng):
    rows, columns = margins
    counts = random_table(rows, columns).rvs(random_state=rng).astype(int)
    n = counts.sum()
    with mpmath.workdps(40):
        plugin = mpmath.mpf(0)
        for (i, j), cell in np.ndenumerate(counts):
            ratio = mpmath.mpf(int(cell) * int(n)) / (rows[i] * columns[j])
            plugin += int(cell) * mpmath.log(ratio) / int(n)
        expected = float(plugin - exact_chance(rows, columns))
    assert information_from_counts(counts, "emi") == pytest.approx(expected, abs=1e-14)


# ---- identities and invariants


@given(counts=tables)
@settings(max_examples=60, deadline=None)
def test_plugin_is_that_of_the_kernel(counts):
    assert information_from_counts(counts, "plugin") == pytest.approx(
        table_information(counts), abs=1e-14
    )


@given(counts=st.lists(st.integers(1, 30).map(float), min_size=1, max_size=10))
@settings(max_examples=60, deadline=None)
def test_of_itself_it_is_the_entropy(counts):
    counts = np.array(counts)
    expected = ENTROPY_ESTIMATORS["plugin"](counts)
    assert information_from_counts(np.diag(counts), "plugin") == expected


@pytest.mark.parametrize("name", NAMES)
@given(counts=tables, data=st.data())
@settings(max_examples=20, deadline=None)
def test_order_and_sides_change_nothing(name, counts, data):
    expected = information_from_counts(counts, name)
    assert information_from_counts(counts.T, name) == expected
    rows = data.draw(st.permutations(range(counts.shape[0])))
    columns = data.draw(st.permutations(range(counts.shape[1])))
    assert information_from_counts(counts[rows][:, columns], name) == expected


@pytest.mark.parametrize("name", [*REAL_COUNTS, "emi"])
def test_order_of_real_counts_changes_nothing(name, rng):
    counts = rng.random((7, 4)) * 10
    expected = information_from_counts(counts, name)
    shuffled = counts[rng.permutation(7)][:, rng.permutation(4)]
    assert information_from_counts(shuffled.T, name) == expected


@pytest.mark.parametrize("name", NAMES)
def test_empty_rows_and_columns_change_nothing(name):
    counts = np.array([[4.0, 2], [5, 0], [1, 4]])
    padded = np.zeros((5, 3))
    padded[np.ix_([0, 2, 3], [0, 2])] = counts
    assert information_from_counts(padded, name) == information_from_counts(counts, name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "counts",
    [[[3, 1, 7]], [[3], [1], [7]], [[3, 0], [5, 0]], [[1]], [[0, 0]], [[0.3, 0.1, 0.7]]],
)
def test_constant_is_exactly_zero(name, counts):
    assert information_from_counts(counts, name) == 0.0


@pytest.mark.parametrize("name", NEVER_NEGATIVE)
@given(counts=tables)
@settings(max_examples=30, deadline=None)
def test_not_negative_and_at_most_either_entropy(name, counts):
    information = information_from_counts(counts, name)
    assert information >= 0
    assert information <= math.log(min(counts.shape)) + 1e-14


@pytest.mark.parametrize("name", ["plugin", "james_stein", "jeffreys", "perks", "minimax"])
def test_independent_table_has_none(name):
    counts = np.outer([2, 3, 5], [10, 20, 30])
    bound = 1e-15 if name == "plugin" else 1e-3
    assert abs(information_from_counts(counts, name)) < bound


def test_emi_of_real_counts_is_near_that_of_whole_ones():
    counts = np.array([[40.0, 20, 9], [50, 31, 22], [10, 40, 17]])
    whole = information_from_counts(counts, "emi")
    assert information_from_counts(counts + 1e-9, "emi") == pytest.approx(whole, abs=2e-4)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (*REAL_COUNTS, "emi")])
def test_estimators_of_whole_counts_refuse_others(name):
    with pytest.raises(ValueError, match=f"estimator='{name}' needs whole counts"):
        information_from_counts([[0.5, 2], [1, 3]], name)


@pytest.mark.parametrize("name", NAMES)
def test_tables_of_any_size_are_counted_alike(name, rng, monkeypatch):
    # Of large tables only the cells that occur are in memory.
    counts = rng.poisson(0.7, (12, 9)) * 1.0
    tables = [counts, counts / 3] if name in (*REAL_COUNTS, "emi") else [counts]
    expected = [information_from_counts(table, name) for table in tables]
    monkeypatch.setattr(_table_information, "DENSE_CELLS", 0)
    found = [information_from_counts(table, name) for table in tables]
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_it_leaves_the_counts_alone():
    counts = np.array([[4.0, 2], [5, 0], [1, 4]])
    before = counts.copy()
    for name in NAMES:
        information_from_counts(counts, name)
    np.testing.assert_array_equal(counts, before)
