"""Tables to information, null moments and p-values."""

import numpy as np
import pytest

from skinfo._counts._contingency import SparseContingency
from skinfo._counts._evidence import (
    FEW_TO_CONFIRM,
    TableEvidence,
    is_confirmed,
    samples_outside,
)
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
