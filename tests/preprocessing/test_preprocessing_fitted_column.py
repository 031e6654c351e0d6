"""Fitted columns: where missing values and unseen levels go, and what stands for a bin."""

import numpy as np
import pandas as pd

from skinfo import MutualInfoBinner
from skinfo._counts._table import read_table
from skinfo.preprocessing._fitted_column import fit_levels, fit_numbers, values_inside


def test_missing_values_have_a_bin_of_their_own_or_join_the_closest(column_of, settings_of):
    # Two of the three missing samples are of the second class, as is the right bin.
    x = [1, 1, 1, 2, 2, 2, np.nan, np.nan, np.nan]
    y = [0, 0, 0, 1, 1, 1, 0, 1, 1]
    own = fit_numbers(column_of(x, y), settings_of(), "separate")
    assert own.bins.own_missing
    assert own.bins.missing_bin == 2
    assert own.stats.tolist() == [[3, 0], [0, 3], [1, 2]]
    assert own.missing_stats.tolist() == [1, 2]
    np.testing.assert_array_equal(own.bins.centres, [1, 2, np.nan])
    merged = fit_numbers(column_of(x, y), settings_of(), "merge")
    assert merged.bins.merged
    assert merged.bins.missing_bin == 1
    assert merged.stats.tolist() == [[3, 0], [1, 5]]
    assert merged.missing_stats.tolist() == [1, 2]


def test_without_missing_values_new_ones_go_to_the_fullest_bin(column_of, settings_of):
    fitted = fit_numbers(column_of([1, 2, 2, 2], [0, 1, 1, 1]), settings_of(), "separate")
    assert fitted.bins.missing_bin == 1
    assert not fitted.bins.own_missing


def test_a_column_of_missing_values_has_one_empty_bin_besides(column_of, settings_of):
    for edges in (None, [0.0]):
        column = column_of([np.nan] * 4, [0, 1, 0, 1], edges=edges)
        for mode in ("separate", "merge"):
            fitted = fit_numbers(column, settings_of(), mode)
            assert fitted.stats.tolist() == [[0, 0], [2, 2]]
            assert len(fitted.bins.cuts) == 0


def test_the_heaviest_level_stands_for_its_group(levels_of, settings_of):
    values = ["a", *["b"] * 3, *["c"] * 4, None]
    y = [0, 0, 0, 0, 1, 1, 1, 1, 1]
    fitted = fit_levels(levels_of(values, y), settings_of(ordered=False), "separate")
    assert fitted.bins.members == [["a", "b"], ["c"]]
    assert fitted.bins.modes == ["b", "c", None]
    assert fitted.level_stats.tolist() == [[1, 0], [3, 0], [0, 4]]
    assert fitted.stats.tolist() == [[4, 0], [0, 4], [0, 1]]
    # Unseen levels: the first of equally full groups.
    assert fitted.bins.fallback == 0


def test_a_column_without_levels(levels_of, settings_of):
    fitted = fit_levels(levels_of([None] * 3, [0, 1, 1]), settings_of(ordered=False), "separate")
    assert fitted.bins.n_bins == 1
    assert fitted.stats.tolist() == [[1, 2]]


def test_bins_apart_give_what_fit_did_not_see_codes_of_its_own():
    X = pd.DataFrame({"n": [1.0, 2, 8, 9] * 10, "c": ["a", "b", "c", "d"] * 10})
    binner = MutualInfoBinner().fit(X, [0, 0, 1, 1] * 10)
    new = pd.DataFrame({"n": [1.0, np.nan], "c": ["e", None]})
    table = read_table(binner, new, reset=False)
    (_, labels, counts, numbers), (*_, levels) = binner._reference_bins()
    assert (labels, counts.tolist()) == (["[-inf, 5)", "[5, inf]"], [20, 20])
    assert numbers.codes(table, 0).tolist() == [0, 2]
    assert levels.codes(table, 1).tolist() == [3, 2]


def test_beside_the_largest_number_is_infinity():
    largest = np.finfo(float).max
    np.testing.assert_array_equal(
        values_inside(np.array([-largest]), "number", "left"), [-np.inf, -largest]
    )
    np.testing.assert_array_equal(
        values_inside(np.array([largest]), "number", "right"), [largest, np.inf]
    )
