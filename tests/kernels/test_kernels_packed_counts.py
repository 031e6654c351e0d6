"""Codes in a few bits, and tables counted from them, against plain NumPy."""

import numpy as np
import pytest

from skinfo._kernels._packed_counts import add_tables, pack_codes, relabel_packed, unpack_codes


def packed_of(columns, bits):
    """Return columns (n_columns, n) in so many bits each, and where each begins."""
    n_words = -(-columns.shape[1] // 64)
    starts = 8 * n_words * np.cumsum([0, *bits])
    packed = np.full(starts[-1], 255, np.uint8)
    for column, start, some in zip(columns, starts, bits, strict=False):
        padded = np.zeros(64 * n_words, np.uint8)
        padded[: len(column)] = column
        pack_codes(padded, some, packed[start : start + 8 * n_words * some])
    return packed, starts[:-1]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("n_words", [1, 5])
def test_what_is_packed_comes_back(rng, bits, n_words):
    codes = rng.integers(0, 2**bits, 64 * n_words).astype(np.uint8)
    packed = np.empty(8 * bits * n_words, np.uint8)
    pack_codes(codes, bits, packed)
    again = np.empty_like(codes)
    unpack_codes(packed, bits, again)
    np.testing.assert_array_equal(again, codes)


# Few states are counted by bits, many row by row; rows are no multiple of 64 or of a chunk.
@pytest.mark.parametrize("n_states", [1, 3, 40, 300])
@pytest.mark.parametrize("n", [0, 1, 64, 100, 8192, 20_001])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_tables_by_hand(rng, n_states, n, is_weighted):
    n_levels = np.array([1, 2, 4, 11, 200])
    bits = np.array([1, 1, 2, 4, 8])
    columns = np.stack([rng.integers(0, k, n) for k in n_levels]).astype(np.uint8)
    packed, starts = packed_of(columns, bits)
    labels = rng.integers(0, n_states, n).astype(np.int32)
    weights = rng.integers(1, 5, n) * 1.0 if is_weighted else np.empty(0)
    sums = np.ones(n_states * n_levels.sum())
    add_tables(packed, starts, bits, n_levels, labels, n_states, weights, sums)
    ends = n_states * np.cumsum(n_levels)
    for column, k, table in zip(columns, n_levels, np.split(sums, ends[:-1]), strict=True):
        expected = np.ones((k, n_states))
        np.add.at(expected, (column, labels), weights if is_weighted else 1)
        np.testing.assert_array_equal(table.reshape(k, n_states), expected)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_states_split_by_a_column(rng, bits):
    n = 8192 + 70
    codes = rng.integers(0, 2**bits, (1, n)).astype(np.uint8)
    packed, _ = packed_of(np.concatenate([codes, codes]), [bits, bits])
    labels = rng.integers(0, 3, n).astype(np.int32)
    states = rng.integers(0, 9, (3, 2**bits)).astype(np.int32)
    expected = states[labels, codes[0]]
    relabel_packed(packed, len(packed) // 2, bits, states, labels)
    np.testing.assert_array_equal(labels, expected)


# Columns of few bits are counted by bytes: two of four bits, four of two or eight of one in each.
@pytest.mark.parametrize(
    "n_levels", [[11, 16, 5], [11, 3, 4, 3, 4, 3, 4, 9, 7, 7], [2] * 9 + [4, 4], [16, 200, 16]]
)
@pytest.mark.parametrize("n_states", [100, 128, 129])
@pytest.mark.parametrize("n", [65, 20_001, 120_000])
def test_columns_counted_together(rng, n_levels, n_states, n):
    bits = [{1: 1, 2: 2, 3: 4, 4: 4}.get(int(k - 1).bit_length(), 8) for k in n_levels]
    columns = np.stack([rng.integers(0, k, n) for k in n_levels]).astype(np.uint8)
    # More than 2**16 rows of one byte and state.
    columns[:, rng.random(n) < 0.9] = 0
    labels = np.where(columns[0] > 0, rng.integers(0, n_states, n), n_states - 1)
    packed, starts = packed_of(columns, bits)
    sums = np.zeros(n_states * sum(n_levels))
    add_tables(
        packed,
        starts,
        np.array(bits),
        np.array(n_levels),
        labels.astype(np.int32),
        n_states,
        np.empty(0),
        sums,
    )
    expected = [
        np.bincount(column * n_states + labels, minlength=k * n_states)
        for column, k in zip(columns.astype(int), n_levels, strict=True)
    ]
    np.testing.assert_array_equal(sums, np.concatenate(expected))
