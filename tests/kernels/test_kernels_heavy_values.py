"""Rows of the heaviest values, against np.unique."""

import numpy as np
import pytest

from skinfo._kernels._heavy_values import rows_of_heavy_buckets


@pytest.mark.parametrize("n", [0, 1, 1000, 20_000])
@pytest.mark.parametrize("weighted", [False, True])
def test_all_rows_of_a_heavy_value_are_among_them(rng, n, weighted):
    x = np.where(rng.random(n) < 0.3, np.round(rng.normal(size=n)), rng.normal(size=n))
    x[rng.random(n) < 0.1] = np.nan
    x[x == 0] = np.where(rng.random((x == 0).sum()) < 0.5, -0.0, 0.0)
    w = rng.integers(1, 9, n) * 1.0 if weighted else np.ones(n)
    least = max(w.sum() / 300, 1e-9)
    rows = rows_of_heavy_buckets(x, w if weighted else np.empty(0), least)
    assert np.all(np.diff(rows) > 0)
    assert not np.isnan(x[rows]).any()
    values, index = np.unique(x[~np.isnan(x)], return_inverse=True)
    heavy = values[np.bincount(index, w[~np.isnan(x)], len(values)) >= least]
    assert np.isin(np.flatnonzero(np.isin(x, heavy)), rows).all()
    # Of values that occur once, hardly any.
    assert (~np.isin(x[rows], np.round(x[rows]))).sum() <= 0.02 * n + 2


def test_there_are_none_where_no_value_is_heavy(rng):
    assert len(rows_of_heavy_buckets(rng.normal(size=100_000), np.empty(0), 100.0)) == 0
