"""Settings of a column, and the bins of a partition."""

import numpy as np
import pytest

from skinfo.preprocessing._partition import max_bins_for


def test_statistics_of_bins_are_those_of_their_cells(settings_of, rng):
    cells = rng.integers(1, 20, (12, 2)).astype(float)
    cumulative = np.vstack([np.zeros(2), np.cumsum(cells, axis=0)])
    settings = settings_of(max_bins=4)
    best = settings.penalty.partition(cumulative, settings)
    np.testing.assert_array_equal(best.stats, np.add.reduceat(cells, [0, *best.ends[:-1]]))
    assert best.ends[-1] == 12
    assert best.cuts.tolist() == [end - 1 for end in best.ends[:-1]]
    assert best.direction == 0


@pytest.mark.parametrize(
    ("penalty", "max_candidates", "expected"),
    [
        ("auto", None, 100),
        ("auto", 20, 20),
        ("auto", 150, 100),
        ("bic", 100, 100),
        ("bic", None, None),
    ],
)
def test_a_grid_has_as_many_groups_as_the_root_of_the_weight(
    settings_of, penalty, max_candidates, expected
):
    settings = settings_of(penalty=penalty, max_candidates=max_candidates)
    assert settings.max_groups(10_000.0) == expected


def test_a_grid_has_room_for_all_bins_and_for_few_samples(settings_of):
    assert settings_of(penalty="auto", max_bins=80).max_groups(9.0) == 80
    assert settings_of(penalty="auto", max_bins=8).max_groups(9.0) == 64


@pytest.mark.parametrize(
    ("weight", "expected"), [(0.5, 8), (600, 8), (1000, 10), (8000, 20), (1e9, 32)]
)
def test_as_many_bins_as_the_cube_root_of_the_weight(weight, expected):
    assert max_bins_for("auto", weight, "binary") == expected
    assert max_bins_for(5, weight, "binary") == 5
    assert max_bins_for("auto", weight, "continuous") == 8
