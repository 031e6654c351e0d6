"""Random permutations of columns."""

import numpy as np
import pytest

from skinfo._kernels._shuffle import shuffle_columns


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_each_column_keeps_its_values(dtype):
    columns = np.arange(3000, dtype=dtype).reshape(3, 1000)
    before = columns.copy()
    shuffle_columns(columns, 0)
    np.testing.assert_array_equal(np.sort(columns, axis=1), before)
    # Not the same permutation twice, and hardly a value where it was.
    assert (columns == before).sum() < 20
    assert (columns[0] == columns[1] - 1000).sum() < 20


def test_dtypes_are_permuted_alike():
    columns = np.arange(200).reshape(2, 100)
    of_bytes, numbers = columns.astype(np.uint8), columns.astype(np.float64)
    for values in (columns, of_bytes, numbers):
        shuffle_columns(values, 3)
    assert (columns == of_bytes).all()
    assert (columns == numbers).all()


def test_seeds():
    one, again, other = (np.arange(50)[None].copy() for _ in range(3))
    for columns, seed in ((one, 7), (again, 7), (other, 8)):
        shuffle_columns(columns, seed)
    assert (one == again).all()
    assert (one != other).any()
    for n in (0, 1):
        shuffle_columns(np.zeros((2, n)), 0)


def test_all_permutations_are_equally_likely():
    # 24 permutations, 24,000 seeds: 1000 each, standard deviation 31.
    counts = {}
    for seed in range(24_000):
        columns = np.arange(4)[None].copy()
        shuffle_columns(columns, seed)
        key = tuple(columns[0].tolist())
        counts[key] = counts.get(key, 0) + 1
    assert len(counts) == 24
    assert max(abs(count - 1000) for count in counts.values()) < 125
