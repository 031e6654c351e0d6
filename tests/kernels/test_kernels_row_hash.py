"""Hashes and labels of equal rows of a sparse table."""

import numpy as np
import scipy.sparse as sp

from skinfo._kernels._row_hash import label_equal_rows, row_hashes


def test_equal_rows_have_equal_hashes_and_one_group(rng):
    X = sp.csr_array(rng.integers(0, 2, (200, 6)).astype(float))
    cells = X.indptr.astype(np.int64), X.indices.astype(np.int32), X.data.view(np.uint64)
    hashes = row_hashes(*cells)
    groups = label_equal_rows(*cells, np.argsort(hashes, kind="stable"))
    _, expected = np.unique(X.toarray(), axis=0, return_inverse=True)
    same = expected[:, None] == expected
    np.testing.assert_array_equal(hashes[:, None] == hashes, same)
    np.testing.assert_array_equal(groups[:, None] == groups, same)
    assert sorted(set(groups)) == list(range(expected.max() + 1))


def test_rows_of_one_hash_but_different_cells_are_told_apart():
    X = sp.csr_array(np.array([[1.0, 2.0], [1.0, 3.0], [0.0, 3.0], [1.0, 3.0]]))
    cells = X.indptr.astype(np.int64), X.indices.astype(np.int32), X.data.view(np.uint64)
    groups = label_equal_rows(*cells, np.array([0, 1, 3, 2]))
    assert groups.tolist() == [0, 1, 2, 1]
