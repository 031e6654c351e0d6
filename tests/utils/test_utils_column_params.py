"""Parameters by column: what is looked up, and how often."""

import pytest

from skinfo.utils._column_params import feature_indices, one_per_column


class ScannedNames(list):
    """Names that count how often they are gone through."""

    n_scans = 0

    def __iter__(self):
        self.n_scans += 1
        return super().__iter__()

    def __contains__(self, name):
        self.n_scans += 1
        return super().__contains__(name)

    def index(self, name, *limits):
        self.n_scans += 1
        return super().index(name, *limits)


class Columns:
    def __init__(self, n_columns):
        self.names = ScannedNames(f"x{j}" for j in range(n_columns))
        self.keys = self.names


def test_names_are_gone_through_once_whatever_their_number():
    n_scans = []
    for n_columns in (10, 1000):
        columns = Columns(n_columns)
        entries = one_per_column(
            {f"x{j}": j for j in reversed(range(n_columns))}, columns, "max_bins", default=None
        )
        assert entries == list(range(n_columns))
        n_scans.append(columns.names.n_scans)
    assert n_scans[0] == n_scans[1]


def test_names_and_indices_mixed():
    assert feature_indices(["c", 0, -2, "a"], ["a", "b", "c"], "groups") == [2, 0, 1, 0]


@pytest.mark.parametrize("feature", ["b", 3, -4])
def test_a_column_that_is_not_there_is_named(feature):
    with pytest.raises(ValueError, match=f"groups: no column .*{feature}"):
        feature_indices(["a", feature], ["a", "x", "c"], "groups")


def test_integer_names_are_names():
    assert feature_indices([5, 7], ["7", "5"], "groups", keys=[7, 5]) == [1, 0]
