"""Tables of many levels: the same numbers from the cells that occur alone."""

import numpy as np
import pytest

from skinfo._counts import _contingency
from skinfo._counts._codes import Codes
from skinfo._counts._contingency import (
    SparseContingency,
    contingency_table,
    dense_tables,
    null_moments_of,
)
from skinfo._kernels._null import moments_of_sizes, null_moments, poisson_tables
from skinfo.estimation import (
    _table_information,
    discrete_entropy,
    mutual_info,
    mutual_info_test,
)
from skinfo.estimation._distributions import table_distribution
from skinfo.estimation._table_information import INFORMATION_ESTIMATORS, information_from_counts
from skinfo.utils._validation import check_frequency_weights


@pytest.fixture
def no_dense_tables(monkeypatch):
    monkeypatch.setattr(_contingency, "DENSE_CELLS", 0)
    monkeypatch.setattr(_contingency, "DENSE_CELLS_PER_SAMPLE", 0)
    monkeypatch.setattr(_table_information, "DENSE_CELLS", 0)


def codes(rng, n=400, n_levels=30):
    x = rng.integers(0, n_levels, n)
    return x, np.where(rng.random(n) < 0.5, x // 2, rng.integers(0, n_levels // 2, n))


def table_of_codes(x, y, weights=None):
    return contingency_table(Codes(x, 30), Codes(y, 15), weights)


@pytest.mark.parametrize("name", INFORMATION_ESTIMATORS)
def test_cells_and_whole_tables_agree(rng, name, no_dense_tables):
    x, y = codes(rng)
    table = np.zeros((30, 15))
    np.add.at(table, (x, y), 1)
    cells = table_of_codes(x, y)
    np.testing.assert_array_equal(cells.dense(), table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_table_information, "DENSE_CELLS", 2**16)
        expected = information_from_counts(table, name)
    assert information_from_counts(cells, name) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ["emi", "plugin", "laplace", "james_stein"])
def test_real_weights_in_any_order(rng, name, no_dense_tables):
    (x, y), weights, order = codes(rng), rng.random(400), rng.permutation(400)
    weights[:9] = 0.0
    weights = check_frequency_weights(weights, 400)
    cells = table_of_codes(x, y, weights)
    information = information_from_counts(cells, name)
    shuffled = table_of_codes(x[order], y[order], weights[order])
    assert information_from_counts(shuffled, name) == information
    turned = contingency_table(Codes(y, 15), Codes(x, 30), weights)
    assert information_from_counts(turned, name) == information
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_table_information, "DENSE_CELLS", 2**16)
        expected = information_from_counts(cells.dense(), name)
    assert information == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("exact", [True, False])
def test_moments_of_repeated_sizes(exact):
    rows, row_times = np.array([3.0, 7.0, 20.0]), np.array([4.0, 5.0, 1.0])
    columns, column_times = np.array([1.0, 16.0]), np.array([3.0, 4.0])
    grouped = moments_of_sizes(
        67.0, rows, row_times, columns, column_times, poisson_tables(), exact
    )
    all_rows, all_columns = (
        np.repeat(sizes, times.astype(int))
        for sizes, times in ((rows, row_times), (columns, column_times))
    )
    expected = null_moments(all_rows, all_columns, poisson_tables(), exact)
    np.testing.assert_allclose(grouped, expected, rtol=1e-12)


@pytest.mark.parametrize("is_whole", [True, False])
def test_sizes_that_differ_little_are_taken_together(rng, is_whole, monkeypatch):
    # Within runs of one percent the excess is linear to the second order.
    counts = rng.gamma(2, 20, (60, 40)) * rng.gamma(2, 1, 60)[:, None]
    cells = SparseContingency.of_table(np.ceil(counts) if is_whole else counts)
    expected = null_moments_of(cells)
    monkeypatch.setattr(_contingency, "MOST_PAIRS", 0)
    assert null_moments_of(cells) != expected
    np.testing.assert_allclose(null_moments_of(cells), expected, rtol=1e-3)


@pytest.mark.parametrize("estimator", ["emi", "plugin", "miller_madow", "james_stein", "binned"])
def test_a_hundred_thousand_levels(rng, estimator):
    # All cells of such a table would take 75 GiB.
    x, y = rng.permutation(100_000), rng.integers(0, 100_000, 100_000)
    X = np.column_stack([x, y])
    how = {"estimator": estimator, "discrete_target": True, "discrete_features": True}
    identifier, copy = mutual_info(X, y, **how)
    entropy = discrete_entropy(y, estimator="plugin")
    if estimator in ("emi", "binned"):
        # An identifier determines y in every table with these margins: nothing beyond that.
        assert identifier == pytest.approx(0, abs=1e-9)
        assert 0 < copy < entropy
    if estimator == "plugin":
        assert identifier == pytest.approx(entropy, rel=1e-12)
        assert copy == entropy
    assert np.isfinite([identifier, copy]).all()


def test_many_classes_of_a_number(rng):
    # Each class a run of the line: H(y) = log2(50,000), of which neighbours see what they can.
    x = rng.normal(size=100_000)
    y = np.argsort(np.argsort(x)) // 2
    (information,) = mutual_info(x[:, None], y, n_neighbors=1, discrete_target=True)
    assert 10 < information <= np.log2(50_000)


@pytest.mark.parametrize("weighted", [False, True])
def test_distribution_of_a_sparse_table_is_that_of_the_dense_one(rng, weighted, no_dense_tables):
    x, y = codes(rng)
    sparse = table_of_codes(x, y, rng.random(400) + 0.5 if weighted else None)
    for found, expected in zip(
        table_distribution(sparse), table_distribution(sparse.dense()), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-8)
    constant = contingency_table(Codes(x * 0, 1), Codes(y, 15))
    assert table_distribution(constant) == table_distribution(constant.dense())


def test_many_levels_are_tested_without_an_array_of_all_cells(rng):
    # 40,000 x 40,000 cells would take 12 GiB.
    x = rng.integers(0, 40_000, 100_000)
    y = np.where(rng.random(100_000) < 0.02, x, rng.integers(0, 40_000, 100_000))
    X = np.column_stack([x, rng.integers(0, 40_000, 100_000)])
    result = mutual_info_test(X, y, discrete_features=True, discrete_target=True)
    assert result.pvalue[0] < 1e-6 < 1e-3 < result.pvalue[1]
    assert result.statistic[0] > 3 * result.standard_error[0]
    assert np.isfinite(result.confidence_interval()).all()


@pytest.mark.parametrize("n_features", [1, 3, 20, 130])
@pytest.mark.parametrize("weighted", [False, True])
def test_tables_of_columns_in_any_layout(rng, n_features, weighted, monkeypatch):
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0)
    monkeypatch.setattr(_contingency, "ROWS_A_TASK", 100)
    codes = rng.integers(0, 6, (333, n_features)).astype(np.uint8)
    y = rng.integers(0, 3, 333)
    weights = rng.random(333) if weighted else None
    counts = dense_tables(codes, 7, Codes(y, 3), weights)
    assert counts.shape == (n_features, 7, 3)
    for j in range(n_features):
        expected = np.bincount(codes[:, j] * 3 + y, weights, minlength=21).reshape(7, 3)
        np.testing.assert_allclose(counts[j], expected, rtol=1e-13 if weighted else 0)
    column_by_column = np.asfortranarray(codes)
    for layout in (codes, column_by_column, np.repeat(codes, 2, axis=1)[:, ::2]):
        for n_jobs in (1, 2):
            again = dense_tables(layout, 7, Codes(y, 3), weights, n_jobs=n_jobs)
            np.testing.assert_array_equal(again, counts)
