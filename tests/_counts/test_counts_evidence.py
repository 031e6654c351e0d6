"""Tables to information, null moments and p-values."""

from itertools import product

import numpy as np
import pytest
from scipy.special import comb
from scipy.stats import chi2

from skinfo._counts._contingency import SparseContingency
from skinfo._counts._evidence import (
    FEW_TO_CONFIRM,
    MIDDLE,
    TableEvidence,
    combined_pvalue,
    is_confirmed,
    samples_outside,
    smooth_evidence,
    tail_bound,
)
from skinfo._kernels._table_information import table_information
from skinfo.estimation import mutual_info_test


def test_samples_outside_by_hand():
    # First state: 10 samples, 7 in the main level, 6 in the main class. Second: 4, 2 and 4.
    counts = np.array([[[5, 2], [1, 2]], [[2, 0], [2, 0]]])
    assert samples_outside(counts) == 3 + 0


def test_evidence_of_a_sparse_table_is_that_of_the_dense_one(rng):
    dense = rng.integers(0, 20, (12, 7))
    sparse = TableEvidence.of_table(SparseContingency.of_table(dense))
    for found, expected in zip(sparse, TableEvidence.of_table(dense), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_evidence_of_two_states_is_that_of_their_sum(rng):
    # N I(X; Y | T) is the sum over states of T, and so are mean and variance.
    tables = [TableEvidence.of_table(rng.integers(1, 9, (3, 2))) for _ in range(2)]
    both = tables[0].plus(tables[1])
    np.testing.assert_allclose(both.excess, tables[0].excess + tables[1].excess, rtol=1e-12)
    assert 0 < both.pvalue[0] < 1


def test_a_constant_has_no_evidence():
    evidence = TableEvidence.of_table([[3, 5], [0, 0]])
    assert (evidence.information[0], evidence.excess[0], evidence.pvalue[0]) == (0, 0, 1)


def test_pvalue_is_that_of_the_test(rng):
    x, y = rng.integers(0, 4, 200), rng.integers(0, 3, 200)
    counts = np.bincount(3 * x + y, minlength=12).reshape(4, 3)
    (expected,) = mutual_info_test(x[:, None], y).pvalue
    assert TableEvidence.of_table(counts, smooth_evidence(counts, 4)).pvalue[0] == expected
    (unordered,) = mutual_info_test(x[:, None].astype(str), y).pvalue
    assert TableEvidence.of_table(counts).pvalue[0] == unordered


def test_a_trend_has_twice_the_weight_of_other_tests(rng):
    counts = rng.integers(5, 30, (6, 5))  # of six levels there are all degrees
    evidence = TableEvidence.of_table(counts, smooth_evidence(counts, 6))
    smooth, _ = evidence._smooth_pvalues()
    pvalues = np.append(smooth[0], evidence.information_pvalue)
    assert len(np.unique(pvalues)) == 4
    expected = combined_pvalue(pvalues[None], np.array([[2.0, 1.0, 1.0, 1.0]]))
    np.testing.assert_allclose(evidence.pvalue, expected, rtol=1e-14)


@pytest.mark.parametrize("degrees", [(1, 2, 4, 6), (2, 4, 8, 12), (1, 4, 16, 25)])
def test_combined_pvalues_of_nested_tests_are_nearly_uniform(rng, degrees):
    added = rng.chisquare(np.diff((0, *degrees)), (50_000, 4))
    nested = chi2.sf(np.cumsum(added, axis=1), degrees)
    pvalues = combined_pvalue(nested, np.array([[2.0, 1.0, 1.0, 1.0]]))
    # Standard deviations .001 and .0001.
    assert np.mean(pvalues <= 0.05) == pytest.approx(0.055, abs=0.005)
    assert np.mean(pvalues <= 0.001) == pytest.approx(0.001, abs=0.0005)
    assert np.mean(pvalues) == pytest.approx(0.5, abs=0.03)


def test_a_combination_by_hand():
    # cot(pi / 4) = 1 and cot(pi / 2) = 0: half of it is cot(pi p / 2) for p = 2/pi arctan(2).
    by_hand = 2 / np.pi * np.arctan(2.0)
    (pvalue,) = combined_pvalue(np.array([[0.5, 1.0]]), np.array([[3.0, 3.0]]))
    assert pvalue == pytest.approx(by_hand + MIDDLE * by_hand**2 * (1 - by_hand), rel=1e-14)
    assert combined_pvalue(np.array([[0.0, 1.0]]), np.ones((1, 2)))[0] < 1e-290


def test_order_is_evidence_of_a_trend():
    counts = np.array([[30, 20], [28, 22], [25, 25], [22, 28], [20, 30]])
    trend, apart = counts, counts[[0, 4, 1, 3, 2]]
    with_order = [
        TableEvidence.of_table(table, smooth_evidence(table, 5)) for table in (trend, apart)
    ]
    alone = TableEvidence.of_table(counts).pvalue[0]
    assert with_order[0].pvalue[0] < 0.5 * alone
    assert with_order[1].pvalue[0] > 0.8 * alone
    assert with_order[0].trend_pvalue[0] < 0.5 * alone
    assert TableEvidence.of_table(counts).trend_pvalue[0] == 1


def test_sampled_tables_have_no_smooth_tests():
    # Eight samples are outside the larger class.
    counts = np.array([[40, 0], [40, 1], [40, 2], [40, 5]])
    small = TableEvidence.of_table(counts, smooth_evidence(counts, 4))
    assert small.pvalue[0] == small.small_pvalue[0] == TableEvidence.of_table(counts).pvalue[0]
    assert small.trend_pvalue[0] == 1


@pytest.mark.parametrize("level", [1e-3, 1e-6])
def test_what_is_rare_in_a_rare_class_is_not_confirmed(level):
    # One sample in both: P(at least one) is about .05, far above either level.
    table = np.array([[[930, 19], [50, 1]]])
    assert samples_outside(table) < FEW_TO_CONFIRM
    assert not is_confirmed(table, level)
    assert is_confirmed(np.array([[[930, 0], [0, 20]]]), level)
    # Where many samples are outside the gamma p-value stands.
    assert is_confirmed(10 * table, level)


def exact_tail(sizes, n_class, threshold):
    """P(N * I >= threshold) over all tables of two classes with these margins, enumerated."""
    ways = np.zeros(2)
    for ks in product(*(range(size + 1) for size in sizes)):
        if sum(ks) == n_class:
            table = np.stack([ks, np.array(sizes) - ks], axis=1).astype(float)
            weight = np.prod(comb(sizes, ks))
            ways += weight, weight * (sum(sizes) * table_information(table) >= threshold - 1e-9)
    return ways[1] / ways[0]


@pytest.mark.parametrize(
    "counts",
    [
        [[5, 0], [0, 5], [1, 4]],
        [[0, 6], [0, 6], [3, 3], [0, 2]],
        [[1, 9], [8, 2]],
        [[2, 3], [2, 3]],
    ],
)
def test_tail_bound_is_above_the_probability_and_near(counts):
    counts = np.array(counts, float)
    observed = counts.sum() * table_information(counts)
    exact = exact_tail(counts.sum(axis=1).astype(int), int(counts[:, 0].sum()), observed)
    bound = tail_bound([counts])
    assert exact <= bound <= min(1.0, 30 * exact)
    assert tail_bound([counts[:, ::-1]]) == pytest.approx(bound, rel=0.5)
    # A table of no choice changes nothing.
    assert tail_bound([counts, np.array([[7.0, 0.0], [5.0, 0.0]])]) == pytest.approx(bound)


def test_tail_bound_of_several_classes_and_tables(rng):
    weak = np.array([[4.0, 1, 1], [1, 3, 1], [1, 1, 5], [1, 1, 1]])
    threshold = weak.sum() * table_information(weak)
    y = np.repeat([0, 1, 2], weak.sum(axis=0).astype(int))
    cells = np.repeat(range(4), weak.sum(axis=1).astype(int))
    reached = 0
    for _ in range(1000):
        table = np.zeros((4, 3))
        np.add.at(table, (cells, rng.permutation(y)), 1)
        reached += table.sum() * table_information(table) >= threshold - 1e-9
    # By 1000 draws the probability is known to a factor of 1.3.
    assert reached / 1000 / 1.3 <= tail_bound([weak]) <= 40 * reached / 1000
    # Information of independent tables adds up, and the bound falls with it.
    assert tail_bound([weak, weak]) < tail_bound([weak])
