"""Tables to information, null moments and p-values."""

from itertools import product

import numpy as np
import pytest
from scipy.special import comb

from skinfo._counts._contingency import SparseContingency
from skinfo._counts._evidence import (
    FEW_TO_CONFIRM,
    TableEvidence,
    is_confirmed,
    samples_outside,
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
    assert TableEvidence.of_table(counts).pvalue[0] == expected


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
