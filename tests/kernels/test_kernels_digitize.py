"""Bins of values, against np.searchsorted."""

import numpy as np
import pytest

from skinfo._kernels._digitize import digitize


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("n", [0, 1, 63, 64, 1000])
@pytest.mark.parametrize("n_cuts", [0, 1, 7, 64, 65, 200])
def test_bins_are_those_of_a_search(rng, n_cuts, n, dtype):
    cuts = np.sort(rng.choice(np.arange(-300, 300) / 10, n_cuts, replace=False))
    special = np.concatenate([[-np.inf, np.inf, np.nan, -0.0], cuts])
    values = np.concatenate([special, rng.normal(0, 10, 1000)])[:n]
    codes = np.empty(len(values), dtype)
    digitize(values, cuts, 251, codes)
    expected = np.where(np.isnan(values), 251, np.searchsorted(cuts, values, side="right"))
    np.testing.assert_array_equal(codes, expected)
