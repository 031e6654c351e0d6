"""N * I(X,W;Y|T) of all pairs of columns, by planes of bits, against tables counted by rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skinfo._counts import _grouped_planes
from skinfo._counts._grouped_planes import GroupedSample, JointMargins
from skinfo._kernels._contingency import Lookups, Sample, StateTables
from skinfo._kernels._elementary import xlogx_table
from skinfo._kernels._null import expected_information, null_moments, poisson_tables
from skinfo._kernels._table_information import table_information


def of_pair(x, w, y, labels):
    """N * I(X,W;Y|T) and its mean given all margins, each state from a table of its own."""
    information = null = 0.0
    for state in np.unique(labels):
        here = labels == state
        table = np.zeros((16 * 256, y.max() + 1))
        np.add.at(table, (x[here].astype(int) * 16 + w[here], y[here]), 1)
        table = table[table.any(axis=1)]
        margins = (np.sort(sizes[sizes > 0]) for sizes in (table.sum(axis=1), table.sum(axis=0)))
        information += table.sum() * table_information(table)
        null += table.sum() * expected_information(*margins)
    return information, null


@settings(deadline=None, max_examples=50)
@given(
    n=st.integers(1, 700),
    n_levels=hnp.arrays(np.int64, st.integers(2, 7), elements=st.integers(1, 16)),
    n_classes=st.integers(1, 4),
    n_states=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
)
def test_pairs_against_tables(n, n_levels, n_classes, n_states, seed):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, n_levels[:, None], (len(n_levels), n)).astype(np.uint8)
    y, labels = rng.integers(0, n_classes, n), rng.integers(0, n_states, n)
    sample = GroupedSample(y, n_classes, labels, n_states)
    columns = sample.pack(codes, n_levels)
    all_columns = 0, len(n_levels)
    pairs = sample.information(columns, all_columns, columns, all_columns)
    for f in range(len(n_levels)):
        assert not pairs.information[f, : f + 1].any()
        for g in range(f + 1, len(n_levels)):
            found = pairs.information[f, g], pairs.null_mean[f, g]
            np.testing.assert_allclose(found, of_pair(codes[f], codes[g], y, labels), atol=1e-9)


def test_blocks_and_order_give_the_same_bits(rng):
    n_levels = rng.integers(2, 12, 60)
    codes = rng.integers(0, n_levels[:, None], (60, 500)).astype(np.uint8)
    y = rng.integers(0, 3, 500)
    sample = GroupedSample(y, 3)
    columns = sample.pack(codes, n_levels)
    blocks = columns.blocks()
    assert len(blocks) > 2
    assert [a for a, _ in blocks[1:]] == [b for _, b in blocks[:-1]]
    whole = sample.information(columns, (0, 60), columns, (0, 60))
    for i, a in enumerate(blocks):
        for b in blocks[i:]:
            part = sample.information(columns, a, columns, b)
            for of_part, of_whole in zip(part, whole, strict=True):
                np.testing.assert_array_equal(of_part, of_whole[slice(*a), slice(*b)])
    rows, turn = rng.permutation(500), np.arange(60)[::-1]
    sample = GroupedSample(y[rows], 3)
    columns = sample.pack(codes[turn][:, rows], n_levels[turn])
    turned = sample.information(columns, (0, 60), columns, (0, 60))
    for of_turned, of_whole in zip(turned, whole, strict=True):
        np.testing.assert_array_equal(of_turned.T[::-1, ::-1], of_whole)


def test_joint_columns_are_triples(rng):
    """A column made of two, with a third: the levels of the parity of three fix the class."""
    codes = rng.integers(0, 2, (4, 300)).astype(np.uint8)
    y = codes[0] ^ codes[1] ^ codes[3]
    sample = GroupedSample(y, 2)
    joint = sample.pack(2 * codes[:1] + codes[1:2], np.array([4]))
    single = sample.pack(codes, np.full(4, 2))
    found = sample.information(joint, (0, 1), single, (2, 4))
    share = np.bincount(y) / 300
    entropy = -np.sum(share * np.log(share))
    assert found.information[0, 1] == pytest.approx(300 * entropy)
    assert found.information[0, 0] < 0.1 * 300 * entropy


def joint_tables(codes, w, y, labels, weights, n_levels):
    """Return the tables of columns X with the states (T, W), and the state of T of each."""
    padded = np.zeros((len(codes), -(-codes.shape[1] // 64) * 64), np.uint8)
    padded[:, : codes.shape[1]] = codes
    n_classes, n_w = y.max() + 1, w.max() + 1
    sample = Sample(padded, n_levels, y.astype(np.int32), n_classes, weights)
    lookups = Lookups(poisson_tables(), xlogx_table(1000))
    states = (labels * n_w + w).astype(np.int32)
    parents = np.repeat(np.arange(labels.max() + 1), n_w)
    features = np.arange(len(codes))
    return StateTables(sample, lookups, states, len(parents), features), parents


@pytest.mark.parametrize("most_looked_up", [3, 2**17])
@pytest.mark.parametrize("is_grouped", [False, True])
@pytest.mark.parametrize("weight", [None, 1.0, 2.0**60])
def test_columns_with_states_against_tables(weight, is_grouped, most_looked_up, monkeypatch, rng):
    # Counts that are looked up or not, or that fit no integer.
    monkeypatch.setattr(_grouped_planes, "LARGEST_LOOKED_UP", most_looked_up)
    codes = rng.integers(0, 5, (3, 400)).astype(np.uint8)
    w, labels = rng.integers(0, 3, 400), rng.integers(0, 2, 400)
    y = (codes[0] + w + rng.integers(0, 2, 400)) % 3
    weights = np.empty(0) if weight is None else np.full(400, weight)
    tables, parents = joint_tables(codes, w, y, labels, weights, np.full(3, 5))
    counts = np.zeros((2, 3))
    np.add.at(counts, (labels, y), weight or 1.0)
    of_level = np.array([0, 1, 1, 0, 2])
    groups = np.tile(of_level, (3 if is_grouped else 0, 1)).astype(np.uint8)
    margins = JointMargins(counts, weight != 2.0**60, 400)
    found = margins.information(tables, np.arange(3), parents, groups)
    for j, column in enumerate(codes):
        x = of_level[column] if is_grouped else column
        information, null_mean = of_pair(x.astype(np.uint8), w, y, labels)
        assert found.information[j] == pytest.approx((weight or 1.0) * information, rel=1e-9)
        if weight != 2.0**60:
            assert found.null_mean[j] == pytest.approx(null_mean, rel=1e-9)


def test_real_weights_have_the_smooth_mean(rng):
    codes = rng.integers(0, 3, (1, 200)).astype(np.uint8)
    w, y = rng.integers(0, 2, (2, 200))
    labels, weights = np.zeros(200, np.int64), rng.random(200) + 0.5
    tables, parents = joint_tables(codes, w, y, labels, weights, np.array([3]))
    table = np.zeros((6, 2))
    np.add.at(table, (codes[0] * 2 + w, y), weights)
    margins = JointMargins(table.sum(axis=0)[None], False, 12)
    none = np.empty((0, 0), np.uint8)
    found = margins.information(tables, np.arange(1), parents, none)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    expected = null_moments(rows, columns, poisson_tables(), False)[0]
    assert found.null_mean[0] == pytest.approx(expected, rel=1e-9)
    assert found.information[0] == pytest.approx(table.sum() * table_information(table), rel=1e-9)


def test_counts_are_the_same_whether_looked_up_or_not(monkeypatch, rng):
    codes, y = rng.integers(0, 3, (4, 200)).astype(np.uint8), rng.integers(0, 2, 200)
    found = []
    for most_looked_up in (3, 2**17):
        monkeypatch.setattr(_grouped_planes, "LARGEST_LOOKED_UP", most_looked_up)
        sample = GroupedSample(y, 2)
        columns = sample.pack(codes, np.full(4, 3))
        found.append(sample.information(columns, (0, 4), columns, (0, 4)))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
