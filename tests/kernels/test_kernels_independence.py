"""Statistics of independence of one table, against its moments and definition."""

import numpy as np
import pytest
from scipy import special, stats

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


@pytest.mark.parametrize("counts", [[[8, 2], [1, 5]], [[3, 4], [5, 6]], [[1, 9], [1, 30]]])
def test_small_table_against_all_tables_of_its_margins(counts):
    counts = np.array(counts, float)
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    law = stats.hypergeom(counts.sum(), columns[0], rows[0])
    first = np.arange(max(0, rows[0] - columns[1]), min(rows[0], columns[0]) + 1)
    tables = np.array(
        [first, rows[0] - first, columns[0] - first, rows[1] - columns[0] + first]
    ).reshape(2, 2, -1)
    information = special.xlogy(tables, tables).sum(axis=(0, 1))
    observed = special.xlogy(counts, counts).sum()
    expected = law.pmf(first)[information > observed - 1e-9].sum()
    # Beside it empty rows and columns, which are left out.
    wider = np.zeros((3, 4))
    wider[np.ix_([0, 2], [1, 3])] = counts
    for table in (counts, wider):
        statistics = independence_statistics(table, poisson_tables())
        assert statistics[SMALL_TABLE_PVALUE] == pytest.approx(expected, rel=1e-12)
    # Tables of real weights cannot be enumerated.
    assert np.isnan(independence_statistics(0.7 * counts, poisson_tables())[SMALL_TABLE_PVALUE])
