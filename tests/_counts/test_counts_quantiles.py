"""Equal-frequency bins: how many, and where ties go."""

import numpy as np
import pytest

from skinfo._counts._quantiles import (
    bin_starts,
    bins_of_runs,
    default_n_bins,
    equal_frequency_codes,
    equal_frequency_cuts,
    nested_codes,
)
from skinfo._counts._sorted_column import SortedColumn
from skinfo._counts._target import ClassTarget
from skinfo.utils._validation import check_frequency_weights


@pytest.mark.parametrize(("n", "expected"), [(1, 3), (27, 3), (125, 5), (1000, 10), (10**9, 10)])
def test_number_of_bins_is_the_cube_root(n, expected):
    assert default_n_bins(n) == expected


def test_bins_without_ties_are_as_even_as_can_be(rng):
    sizes = np.bincount(equal_frequency_codes(rng.normal(size=1003), 10))
    assert sizes.sum() == 1003
    assert sizes.min() >= 100
    assert sizes.max() <= 101


def test_ties_stay_together_in_the_bin_of_their_middle():
    # 6 zeros of 10 rows, the middle of them at 3 of 10: the second bin of four, [2.5, 5).
    values = np.array([0.0] * 6 + [1, 2, 3, 4])
    # The others' middles are 3.5, 2.5, 1.5 and 0.5 from the upper end: the third has [2.5, 5).
    np.testing.assert_array_equal(equal_frequency_codes(values, 4), [0] * 6 + [1, 1, 2, 2])


@pytest.mark.parametrize("decimals", [0, 1, 8])  # five values, many ties, none
@pytest.mark.parametrize("weighted", [False, True])
def test_finer_bins_are_within_bins(rng, decimals, weighted):
    values = np.round(rng.normal(size=240), decimals)
    values[::9] = np.nan
    weights = rng.integers(1, 4, 240).astype(float) if weighted else None
    nested = nested_codes(values, 6, weights)
    for codes, n_codes, n_bins in (
        (nested.codes, nested.n_codes, 6),
        (nested.finer, nested.n_finer, 12),
    ):
        expected = equal_frequency_codes(values, n_bins, weights)
        occupied, without_gaps = np.unique(expected, return_inverse=True)
        np.testing.assert_array_equal(
            codes, np.where(expected == n_bins, -1, without_gaps), strict=False
        )
        assert n_codes == len(occupied) - 1
    pairs = {*zip(nested.finer.tolist(), nested.codes.tolist(), strict=True)}
    assert len(pairs) == nested.n_finer + 1


def test_nothing_but_missing_values_has_no_bins():
    nested = nested_codes(np.full(5, np.nan), 3)
    assert (nested.n_codes, nested.n_finer) == (0, 0)
    assert list(nested.codes) == list(nested.finer) == [-1] * 5


def test_few_values_have_a_bin_each():
    values = np.repeat([1.0, 2.0, 3.0], [98, 1, 1])
    np.testing.assert_array_equal(
        equal_frequency_codes(values, 10), np.repeat([0, 1, 2], [98, 1, 1])
    )


def test_mirrored_column_has_mirrored_bins(rng):
    values = np.round(rng.normal(size=301), 1)
    codes = equal_frequency_codes(values, 7)
    mirrored = equal_frequency_codes(-values, 7)
    np.testing.assert_array_equal(mirrored, codes.max() - codes)


def test_whole_weights_are_repetitions(rng):
    values = np.round(rng.normal(size=200), 1)
    weights = rng.integers(1, 5, 200)
    np.testing.assert_array_equal(
        bin_starts(values, 8, weights.astype(float)), bin_starts(np.repeat(values, weights), 8)
    )


def test_real_weights_do_not_know_the_order_of_rows(rng):
    values = np.round(rng.normal(size=200), 1)
    weights = check_frequency_weights(rng.uniform(0.1, 2, 200), 200)
    order = rng.permutation(200)
    np.testing.assert_array_equal(
        bin_starts(values, 8, weights), bin_starts(values[order], 8, weights[order])
    )


def test_infinite_values_are_values_like_others():
    values = np.array([-np.inf, -np.inf, 0, 1, 2, np.inf, np.inf, np.inf])
    codes = equal_frequency_codes(values, 3)
    assert codes[0] == codes[1] == 0
    assert codes[-1] == codes[-3] == codes.max()


def test_no_value_has_no_bin():
    assert len(bin_starts(np.empty(0), 5)) == 0


def test_bins_of_weights_of_any_size():
    values = np.arange(30.0)
    expected = bin_starts(values, 10, np.ones(30))
    for weight in (1e12, 2e15, 1e17, 1e30):
        np.testing.assert_array_equal(bin_starts(values, 10, np.full(30, weight)), expected)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("decimals", [0, 1, 3])
def test_cuts_of_a_sorted_column_are_those_of_the_values(rng, decimals, weighted):
    for n_bins in (2, 3, 7, 10, 50):
        values = rng.normal(size=400).round(decimals)
        weights = rng.integers(1, 5, 400).astype(float) if weighted else np.ones(400)
        target = ClassTarget(np.zeros(400, np.int32), np.arange(2), weights, weighted)
        column = SortedColumn(values, target)
        cuts = equal_frequency_cuts(column, n_bins)
        starts = bin_starts(values, n_bins, weights if weighted else None)
        np.testing.assert_array_equal(column.values[cuts], np.unique(starts))


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_bins_of_runs_are_those_of_their_values(rng, dtype):
    values = rng.integers(0, 30, 200)
    _, run, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.append(0, np.cumsum(sizes)).astype(dtype)
    # Codes leave out empty bins.
    _, codes = np.unique(bins_of_runs(ends, 7)[run], return_inverse=True)
    np.testing.assert_array_equal(codes, equal_frequency_codes(values.astype(float), 7))
    assert bins_of_runs(ends[:4], 3).tolist() == [0, 1, 2]
