"""Statistics of independence of one table, against its moments and definition."""

import numpy as np
import pytest

from skinfo._kernels._independence import (
    NULL_MEAN,
    NULL_VARIANCE,
    PLUGIN,
    SMALL_TABLE_PVALUE,
    independence_statistics,
)
from skinfo._kernels._null import null_moments, poisson_tables


@pytest.mark.parametrize("scale", [1.0, 0.7])
def test_statistics_ignore_empty_rows_and_columns(scale, rng):
    counts = scale * rng.integers(1, 9, (4, 3))
    statistics = independence_statistics(counts, poisson_tables())
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    moments = null_moments(rows, columns, poisson_tables(), scale == 1)
    np.testing.assert_allclose(statistics[[NULL_MEAN, NULL_VARIANCE]], moments, rtol=1e-13)
    at_mean = rows[:, None] * columns / counts.sum()
    information = np.sum(counts * np.log(counts / at_mean))
    assert statistics[PLUGIN] == pytest.approx(information, rel=1e-12)
    assert np.isnan(statistics[SMALL_TABLE_PVALUE])
    wider = np.zeros((6, 5))
    wider[np.ix_([0, 2, 3, 5], [1, 2, 4])] = counts
    np.testing.assert_array_equal(independence_statistics(wider, poisson_tables()), statistics)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 4), (3, 3)])
def test_one_row_has_no_statistics(shape):
    counts = np.zeros(shape)
    counts[:1] = 2
    statistics = independence_statistics(counts, poisson_tables())
    np.testing.assert_array_equal(statistics, [0, 0, 0, np.nan])
