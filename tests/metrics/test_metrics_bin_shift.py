"""Estimates, p-values and intervals of the population stability index, from counts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import chi2, entropy, fisher_exact, norm

from skinfo._counts._evidence import TableEvidence
from skinfo.metrics._bin_shift import ShiftEstimates


def of_column(*rows):
    return ShiftEstimates.of_columns([np.array(rows, float)])


def test_the_index_is_the_symmetrised_divergence():
    counts = np.array([[20, 40], [30, 10], [50, 150]], float)
    p, q = counts.T / counts.sum(axis=0)[:, None]
    found = ShiftEstimates.of_columns([counts])
    # Of SciPy, in nats.
    assert_allclose(found.psi, entropy(p[:2].tolist() + [p[2]], q) + entropy(q, p), rtol=1e-13)
    assert_allclose(ShiftEstimates.of_bins(counts).psi.sum(), found.psi, rtol=1e-13)


def test_an_empty_cell_is_half_a_sample():
    # p = (.5, .5), q = (1, .5 / 8): (p - q) ln(p / q) of each.
    found = of_column([5, 8], [5, 0])
    expected = -0.5 * np.log(0.5) + (0.5 - 1 / 16) * np.log(8)
    assert_allclose(found.psi, expected, rtol=1e-13)


def test_empty_bins_do_not_count():
    one, other = of_column([5, 8], [5, 4]), of_column([5, 8], [0, 0], [5, 4])
    for field, same in zip(one, other, strict=True):
        assert_array_equal(field, same)


def test_a_single_bin_cannot_drift():
    found = of_column([5, 8])
    assert (found.psi, found.expected, found.pvalue) == (0, 0, 1)
    assert_array_equal(found.bounds(0.95), np.zeros((2, 1)))


def test_equal_shares_have_no_shift():
    found = of_column([10, 20], [30, 60])
    assert found.psi == 0
    low, high = found.bounds(0.95)
    assert low == 0 < high


def test_pvalue_is_that_of_the_information_between_bin_and_sample():
    table = np.array([[20, 40], [30, 10], [50, 150]], float)
    assert ShiftEstimates.of_columns([table]).pvalue == TableEvidence.of_table(table).pvalue


def test_pvalue_of_a_bin_that_is_rare_is_exact():
    # Two by two tables with few samples outside are enumerated. Fisher's test orders tables by
    # their probability, which here is the order of their information.
    bins = ShiftEstimates.of_bins(np.array([[400, 300], [0, 5]], float))
    assert_allclose(bins.pvalue, fisher_exact([[400, 300], [0, 5]])[1], rtol=1e-9)


def test_without_drift_many_samples_give_a_chi_squared_variable():
    # (1/n + 1/m) chi2 of k - 1 degrees of freedom, Yurdakul and Naranjo (2020).
    rng = np.random.default_rng(0)
    p = np.array([0.1, 0.2, 0.3, 0.4])
    tables = [
        np.stack([rng.multinomial(30_000, p), rng.multinomial(10_000, p)], axis=1).astype(float)
        for _ in range(400)
    ]
    found = ShiftEstimates.of_columns(tables)
    unit = 1 / 30_000 + 1 / 10_000
    assert_allclose(found.expected, 3 * unit)
    assert_allclose(found.pvalue, chi2.sf(found.psi / unit, 3), atol=0.005)
    # Standard error of the mean: sqrt(6 / 400) = .12.
    assert_allclose(found.psi.mean() / unit, 3, atol=0.3)


def shifted(by):
    """Return the proportions of a normal variable, moved, in the deciles of one that is not."""
    ends = np.concatenate([[-np.inf], norm.ppf(np.arange(1, 10) / 10), [np.inf]])
    return np.diff(norm.cdf(ends - by))


@pytest.mark.parametrize("by", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize(("n", "m"), [(5000, 200), (500, 500)])
def test_intervals_cover(by, n, m):
    rng = np.random.default_rng(1)
    p, q = shifted(0), shifted(by)
    tables = [
        np.stack([rng.multinomial(n, p), rng.multinomial(m, q)], axis=1).astype(float)
        for _ in range(300)
    ]
    low, high = ShiftEstimates.of_columns(tables).bounds(0.95)
    true = np.sum((p - q) * np.log(p / q))
    # Of 300 intervals that cover .95 fewer than .91 do with probability .002.
    assert np.mean((low <= true) & (true <= high)) >= 0.91


def test_the_low_end_is_zero_where_the_test_does_not_reject():
    rng = np.random.default_rng(2)
    tables = [
        np.stack([rng.multinomial(300, shifted(0)), rng.multinomial(60, shifted(0.2))], axis=1)
        for _ in range(50)
    ]
    found = ShiftEstimates.of_columns([table.astype(float) for table in tables])
    assert 0 < (found.pvalue >= 0.05).sum() < 50
    low, _ = found.bounds(0.95)
    assert not low[found.pvalue >= 0.05].any()


def test_a_higher_level_gives_wider_intervals():
    found = of_column([20, 40], [30, 10], [50, 150])
    (low, high), (lower, higher) = found.bounds(0.9), found.bounds(0.99)
    assert lower < low < found.psi < high < higher


@pytest.mark.parametrize("n_bins", [4, 10])
def test_intervals_of_a_single_sample(n_bins):
    # Halves in the empty bins add up to more than the one sample.
    table = np.column_stack([np.full(n_bins, 6.0), np.eye(n_bins)[0]])
    for found in (ShiftEstimates.of_columns([table]), ShiftEstimates.of_bins(table)):
        assert np.all(found.slope >= 0)
        low, high = found.bounds(0.95)
        assert_array_equal(low, 0)
        assert np.all(np.isfinite(high) & (high > 0))


def test_intervals_of_weights_that_sum_to_less_than_a_sample():
    found = ShiftEstimates.of_bins(np.array([[5, 0.1], [8, 0]]))
    assert np.all(np.isfinite(found.bounds(0.95)))
