"""Search for cuts: candidates, refinement, and what it asks of a column."""

from itertools import pairwise

import numpy as np
import pytest

from skinfo.preprocessing._cuts import best_cuts, candidate_edges, candidate_positions

METHODS = (
    "__len__",
    "firsts",
    "boundary_points",
    "equal_frequency",
    "positions_near",
    "positions_beside",
    "is_sampled",
    "isotonic_positions",
    "sums_before",
)


class Guarded:
    """A column that answers the questions of the search, and no others."""

    def __init__(self, column):
        self._column = column
        self.asked = []

    def __len__(self):
        return len(self._column)

    def __getattr__(self, name):
        if name not in METHODS:
            raise AssertionError(f"The search must not use {name} of a column.")
        self.asked.append(name)
        return getattr(self._column, name)


@pytest.mark.parametrize(
    ("penalty", "directions"),
    [("mdlp", (0,))] + [(p, d) for p in ("auto", "modl", "bic", None) for d in ((0,), (1, -1))],
)
def test_a_search_knows_a_column_by_its_methods_only(
    column_of, settings_of, rng, penalty, directions
):
    x = rng.normal(size=3000)
    y = (x + rng.normal(size=3000) > 0).astype(int)
    settings = settings_of(penalty=penalty, max_candidates=60, directions=directions)
    column = Guarded(column_of(x, y))
    best = best_cuts(column, settings)
    assert len(best.bins.ends) > 1
    assert len(best.positions) == len(best.bins.ends) - 1
    # A pure function: run again, as where an answer was not known at first, it gives the same.
    again = best_cuts(Guarded(column_of(x, y)), settings)
    np.testing.assert_array_equal(again.positions, best.positions)


def test_statistics_of_bins_are_those_between_the_positions(column_of, settings_of, rng):
    x, y = rng.normal(size=800), rng.integers(0, 2, 800)
    best = best_cuts(column_of(x, y), settings_of(max_candidates=40))
    order = np.argsort(x)
    ends = [0, *best.positions, 800]
    for bin_, (start, stop) in enumerate(pairwise(ends)):
        np.testing.assert_array_equal(
            best.bins.stats[bin_], np.bincount(y[order][start:stop], minlength=2)
        )


def test_candidates_are_boundary_points_where_they_are_few(column_of, settings_of):
    # Values 1 and 2 have one class, 3 and 4 the other: one boundary, or three new values.
    column = column_of([1, 2, 3, 4], [0, 0, 1, 1])
    assert candidate_positions(column, settings_of())[0].tolist() == [2]
    # A least weight may have to cut inside a run.
    positions, thinned = candidate_positions(column, settings_of(min_weight=2.0))
    assert positions.tolist() == [1, 2, 3]
    assert not thinned


def test_refinement_finds_the_cut_between_equal_frequency_groups(column_of, settings_of):
    # 10 groups of 100 samples; the step lies within one of them.
    x = np.arange(1000.0)
    column = column_of(x, (x >= 457).astype(int))
    best = best_cuts(column, settings_of(max_candidates=10, min_weight=2))
    assert 457 in best.positions


def test_refinement_finds_the_cut_between_positions_of_the_grid(column_of, settings_of):
    # Of 50,000 values at most 8192 are on the grid.
    x = np.arange(50_000.0)
    grid = column_of(x, np.arange(50_000) % 2).grid
    step = np.setdiff1d(np.arange(31_000, 32_000), grid.positions)[-1]
    column = column_of(x, (x >= step).astype(int))
    assert column.is_sampled
    for penalty, directions in ((None, (0,)), ("auto", (0,)), ("bic", (1,)), ("modl", (1, -1))):
        settings = settings_of(penalty=penalty, max_candidates=512, directions=directions)
        best = best_cuts(column, settings.with_direction(directions[0]))
        assert step in best.positions


def test_cells_between_given_edges_are_searched_as_any_column(column_of, settings_of, rng):
    # With all midpoints as edges the candidates are those of the sorted column.
    x = rng.integers(0, 30, 500)
    y = (rng.random(500) < x / 30).astype(int)
    values = np.unique(x)
    edges = values[1:] - 0.5
    for penalty in (None, "modl", "bic"):
        settings = settings_of(penalty=penalty, min_weight=5)
        known, cells = column_of(x, y), column_of(x, y, edges=edges)
        a, b = best_cuts(known, settings), best_cuts(cells, settings)
        np.testing.assert_array_equal(a.bins.stats, b.bins.stats)
        assert a.bins.cost == b.bins.cost
        np.testing.assert_array_equal(cells.cut_values(b.positions), edges[b.bins.cuts])


@pytest.mark.parametrize(("most", "n_cuts"), [(None, 5), (6, 5), (3, 2)])
def test_candidate_edges_are_between_all_values_or_groups(column_of, most, n_cuts):
    column = column_of(np.repeat([1, 2, 3, 4, 5, 6], 10), np.tile([0, 1], 30))
    edges = candidate_edges(column, most)
    assert len(edges) == n_cuts
    assert np.all(np.diff(edges) > 0)
    assert len(candidate_edges(column_of([np.nan] * 4, [0, 1, 0, 1]), most)) == 0
