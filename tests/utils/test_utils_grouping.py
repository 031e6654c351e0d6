"""Group sums, and codes without gaps."""

import numpy as np

from skinfo.utils._grouping import drop_gaps, sum_groups


def test_codes_are_renumbered_in_their_order():
    codes, n_levels = drop_gaps(np.array([5, 2, 2, 7, 5]), 9)
    assert codes.tolist() == [1, 0, 0, 2, 1]
    assert n_levels == 3


def test_rows_are_summed_by_group():
    values = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
    np.testing.assert_array_equal(
        sum_groups(values, np.array([2, 0, 2])), [[10, 20], [0, 0], [101, 202]]
    )
