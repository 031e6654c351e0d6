"""Coded tables, in memory and in parts: states as values, and contingency tables."""

import numpy as np
import pytest

from skinfo._counts._coded_parts import CodedParts
from skinfo._counts._coded_piece import Layout, PieceWriter
from skinfo._counts._coded_table import CodesInMemory, Coding, State
from skinfo._counts._partitions import KeptParts
from skinfo._counts._target import ClassTarget

# In memory; in parts; one of them without samples, at the start and in the middle.
ENDS = [None, (), (100, 163), (0, 1), (64, 64, 299)]


def target_of(y, weights=None):
    is_weighted, weights = weights is not None, np.ones(len(y)) if weights is None else weights
    return ClassTarget(y.astype(np.int32), np.arange(3), weights, is_weighted)


def as_table(codes, y, ends=None, single=None, weights=None, n_jobs=None):
    n_levels = codes.max(axis=1).astype(np.int64) + 1
    n_single = {} if single is None else {0: int(single.max()) + 1}
    if ends is None:
        levels = {} if single is None else {0: single}
        return CodesInMemory(codes, target_of(y, weights), n_levels, levels, n_single)
    kept = KeptParts()
    for some in np.split(np.arange(len(y)), ends):
        of_some = None if weights is None else weights[some]
        writer = PieceWriter(target_of(y[some], of_some), Layout.of(n_levels))
        for j, column in enumerate(codes):
            writer.write(j, column[some])
        if single is not None:
            writer.write_single_levels(0, single[some])
        kept.append(writer.piece())
    n = float(len(y) if weights is None else weights.sum())
    options = {"n_samples": len(y), "n": n, "is_whole": True, "n_jobs": n_jobs}
    return CodedParts(kept, n_levels, 3, n_single, **options)


@pytest.fixture
def data(rng):
    return rng.integers(0, 4, (3, 300)).astype(np.uint8), rng.integers(0, 3, 300)


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("is_weighted", [False, True])
def test_counts_by_hand(data, rng, ends, is_weighted):
    codes, y = data
    weights = rng.integers(1, 4, 300) * 1.0 if is_weighted else None
    table = as_table(codes, y, ends, weights=weights)
    expected = np.zeros((4, 4, 3))
    np.add.at(expected, (codes[1], codes[0], y), 1 if weights is None else weights)
    counts = table.counts(table.coding(0), table.state_of(1))
    np.testing.assert_array_equal(counts, expected)
    without = table.counts(table.coding(0), table.state_of(1), of_target=False)
    np.testing.assert_array_equal(without[:, :, 0], expected.sum(axis=2))
    np.testing.assert_array_equal(table.class_sizes, expected.sum(axis=(0, 1)))


@pytest.mark.parametrize("n_levels", [2, 3, 4, 5, 16, 17, 256])
def test_codes_in_a_few_bits(rng, n_levels):
    codes, y = rng.integers(0, n_levels, (3, 900)).astype(np.uint8), rng.integers(0, 3, 900)
    codes[:, 0] = n_levels - 1
    table = as_table(codes, y, [500])
    expected = np.zeros((n_levels, n_levels, 3))
    np.add.at(expected, (codes[1], codes[2], y), 1)
    np.testing.assert_array_equal(table.counts(table.coding(2), table.state_of(1)), expected)
    layout = Layout.of(np.array([n_levels]))
    assert 2**layout.n_bits >= n_levels
    assert layout.n_bits == 1 or 2 ** (layout.n_bits / 2) < n_levels


@pytest.mark.parametrize("ends", ENDS)
def test_a_state_is_a_chain_of_maps(data, ends):
    codes, y = data
    table = as_table(codes, y, ends)
    state = table.state_of(1).split(table.coding(2), (np.arange(16) % 5).reshape(4, 4))
    assert state.n_states == 5
    expected = np.zeros((5, 4, 3))
    np.add.at(expected, ((4 * codes[1].astype(int) + codes[2]) % 5, codes[0], y), 1)
    np.testing.assert_array_equal(table.counts(table.coding(0), state), expected)


def test_labels_that_were_dropped_are_made_again(data):
    codes, y = data
    table = as_table(codes, y)
    state = table.state_of(1).split(table.coding(2), (np.arange(16) % 5).reshape(4, 4))
    for feature in range(3):
        table.labels(table.times(state, table.coding(feature)))
    np.testing.assert_array_equal(table.labels(state), (4 * codes[1] + codes[2]) % 5)


def test_equal_states_have_equal_keys(data):
    codes, y = data
    table = as_table(codes, y)
    halves, thirds = (np.arange(16).reshape(4, 4) % k for k in (2, 3))
    keys = [
        table.state_of(1).split(table.coding(2), states).key for states in (halves, halves, thirds)
    ]
    assert keys[0] == keys[1] != keys[2]
    assert len({State().key, table.state_of(0).key, table.state_of(1).key, *keys}) == 5
    groups = Coding(0, 2, np.array([0, 1, 1, 0], np.uint8))
    assert groups.key != table.coding(0).key


@pytest.mark.parametrize("ends", ENDS)
def test_pairs_that_do_not_occur_are_no_states(data, ends):
    codes, y = data
    codes[1, codes[0] == 2] = 3
    table = as_table(codes, y, ends)
    state = table.times(table.state_of(0), table.coding(1))
    assert state.n_states == 13
    pairs = np.unique(4 * codes[0] + codes[1], return_inverse=True)[1]
    expected = np.zeros((13, 4, 3))
    np.add.at(expected, (pairs, codes[2], y), 1)
    np.testing.assert_array_equal(table.counts(table.coding(2), state), expected)


@pytest.mark.parametrize("ends", ENDS)
def test_groups_of_single_levels(data, rng, ends):
    codes, y = data
    single = rng.integers(0, 40, 300)
    single[0] = 39
    table = as_table(codes, y, ends, single)
    groups = (np.arange(40) % 3).astype(np.uint8)
    coding = Coding(0, 3, groups)
    expected = np.zeros((4, 3, 3))
    np.add.at(expected, (codes[1], groups[single], y), 1)
    np.testing.assert_array_equal(table.counts(coding, table.state_of(1)), expected)
    of_no_state = table.counts(coding, State())
    np.testing.assert_array_equal(of_no_state, expected.sum(axis=0)[None], strict=True)
    state = State().split(coding, np.array([[1, 0, 1]]))
    expected = np.zeros((2, 4, 3))
    np.add.at(expected, (np.array([1, 0, 1])[groups[single]], codes[2], y), 1)
    np.testing.assert_array_equal(table.counts(table.coding(2), state), expected)
    levels = np.zeros((40, 3))
    np.add.at(levels, (single, y), 1)
    np.testing.assert_array_equal(table.single_level_counts(0), levels)


@pytest.mark.parametrize("ends", ENDS[1:])
def test_joint_states_of_groups(data, rng, ends):
    codes, y = data
    codes[0] = rng.integers(0, 100, 300)  # and with the next more than 256 states
    single = rng.integers(0, 40, 300)
    codes[2], single[0] = single // 2, 39
    members = [np.array([0]), np.array([1, 2])]
    one, many = (
        as_table(codes[[2, 0, 1]], y, of_parts, single).joined(members)
        for of_parts in (None, ends)
    )
    np.testing.assert_array_equal(one.n_levels, many.n_levels)
    assert one.n_single_levels == many.n_single_levels
    for feature in range(2):
        tables = [table.counts(table.coding(feature), table.state_of(1)) for table in (one, many)]
        np.testing.assert_array_equal(*tables)
    np.testing.assert_array_equal(one.single_level_counts(0), many.single_level_counts(0))


def test_threads_change_nothing(rng):
    codes, y = rng.integers(0, 12, (20, 70_000)).astype(np.uint8), rng.integers(0, 3, 70_000)
    tables = []
    for n_jobs in (1, 2):
        table = as_table(codes, y, [60_000], n_jobs=n_jobs)
        state = table.times(table.state_of(0), table.coding(1))
        some = table.tables(state, np.arange(20))(np.arange(20))
        tables.append([some.table(j) for j in range(20)])
    for one, other in zip(*tables, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("ends", ENDS)
def test_batches_hold_each_feature_once(data, ends):
    table, features = as_table(*data, ends), np.array([2, 0])
    batches = table.batches(table.state_of(1), features)
    np.testing.assert_array_equal(np.concatenate(batches), features)
