"""Sums of n ln n over the tables of pairs of columns, by planes of bits and by samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import xlogy

from skinfo._kernels._fixed_point import fixed_point_scale, fixed_xlogx_table
from skinfo._kernels._pairs import (
    grouped_sum,
    is_sparse,
    pack_planes,
    plane_pair_sums,
    row_pair_sums,
)

NO_WEIGHTS = np.empty(0)


def joint_sum(x, y, weights=None):
    """The sum of n ln n over the table of two columns."""
    table = np.zeros((x.max() + 1, y.max() + 1))
    np.add.at(table, (x, y), 1 if weights is None else weights)
    return xlogy(table, table).sum()


def unit(total, n_cells):
    scale = fixed_point_scale(total, n_cells)
    return fixed_xlogx_table(int(total) + 1, scale), scale


def planes_of(columns, n_levels, shape):
    starts = np.concatenate([[0], np.cumsum(n_levels - 1)])
    planes = np.full((shape[0], starts[-1], shape[1]), 2**64 - 1, np.uint64)
    for column, levels, start in zip(columns, n_levels, starts[:-1], strict=True):
        pack_planes(column.astype(np.uint8), levels, start, planes)
    return planes, starts


@pytest.mark.parametrize("n", [1, 63, 64, 65, 200, 256])
def test_planes_hold_the_levels(n, rng):
    column = rng.integers(0, 4, n)
    planes, _ = planes_of([column], np.array([4]), (2, 2))
    bits = np.unpackbits(planes.view(np.uint8), axis=-1, bitorder="little")
    bits = bits.transpose(1, 0, 2).reshape(3, -1)
    for level in range(3):
        np.testing.assert_array_equal(bits[level, :n], column == level)
    assert not bits[:, n:].any()


@settings(deadline=None, max_examples=50)
@given(
    n=st.integers(1, 700),
    n_levels=hnp.arrays(np.int64, st.integers(2, 9), elements=st.integers(1, 16)),
    shape=st.sampled_from([(1, 11), (2, 8), (3, 4)]),
    split=st.integers(0, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_plane_pairs_and_row_pairs_agree(n, n_levels, shape, split, seed):
    rng = np.random.default_rng(seed)
    p, split = len(n_levels), min(split, len(n_levels))
    columns = np.array([rng.integers(0, levels, n) for levels in n_levels])
    planes, starts = planes_of(columns, n_levels, shape)
    margins = np.concatenate(
        [np.bincount(c, minlength=k) for c, k in zip(columns, n_levels, strict=True)]
    )
    table, scale = unit(n, max(n, 2))
    sums = np.zeros((p, p), np.int64)
    for a, b in [((0, split), (0, split)), ((0, split), (split, p)), ((split, p), (split, p))]:
        plane_pair_sums(planes, starts, margins, a, b, table, scale, sums)
    order = np.empty(0, np.int64)
    for f in range(p - 1):
        others = columns[f + 1 :].astype(np.int32)
        by_rows = row_pair_sums(
            columns[f].astype(np.int32), n_levels[f], order, others, n_levels[f + 1 :],
            NO_WEIGHTS, table, scale,
        )  # fmt: skip
        np.testing.assert_array_equal(sums[f, f + 1 :], by_rows)
        expected = [joint_sum(columns[f], other) for other in others]
        np.testing.assert_allclose(by_rows / scale, expected, rtol=1e-13, atol=1e-13)
    assert not np.tril(sums).any()


@pytest.mark.parametrize("n", [1, 2, 301])
@pytest.mark.parametrize("n_levels", [3, 250])
@pytest.mark.parametrize("weights", ["none", "whole", "real"])
def test_row_pairs(n, n_levels, weights, rng):
    x, y = (rng.integers(0, n_levels, n).astype(np.int32) for _ in range(2))
    given = {"none": NO_WEIGHTS, "whole": rng.integers(1, 4, n) * 1.0, "real": rng.random(n)}
    weights = given[weights]
    table, scale = unit(weights.sum() if len(weights) else n, max(n, 2))
    sums = row_pair_sums(
        x, n_levels, np.argsort(x, kind="stable"), y[None], np.array([n_levels]),
        weights, table, scale,
    )  # fmt: skip
    assert is_sparse(n, n_levels, n_levels) == (n_levels == 250)
    expected = joint_sum(x, y, weights if len(weights) else None)
    assert sums[0] / scale == pytest.approx(expected, rel=1e-13, abs=1e-13)
    # The way of sparse tables, whether or not it was taken.
    grouped = grouped_sum(
        x, np.argsort(x, kind="stable"), y, n_levels, weights, table, scale, np.empty(n_levels)
    )
    assert grouped == sums[0]


def test_a_table_is_sparse_if_it_has_more_cells_than_samples_and_than_the_cache_holds():
    assert not is_sparse(10, 64, 64)
    assert is_sparse(10, 64, 65)
    assert not is_sparse(10_000, 100, 100)
    assert is_sparse(10_000, 100, 101)
