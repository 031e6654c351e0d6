"""The door for samples: what it accepts, what it refuses, and which samples it gives."""

import numpy as np
import pandas as pd
import pytest
from optional import polars as pl
from sklearn.base import BaseEstimator

from skinfo._counts._as_source import as_source


def sums_of(j, column):
    if hasattr(column, "sorted"):
        return column.sorted()
    return column.values, column.missing_sums, column.sums_before(np.empty(0, np.int64))[-1]


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_y_and_weights_are_columns_of_a_frame(frame, rng):
    x, y, w = rng.standard_normal(50), rng.integers(0, 2, 50), rng.integers(0, 3, 50)
    X = frame({"x": x, "y": y, "w": w})
    source = as_source(X, "y", "w", caller="test")
    assert source.names == ["x"]
    assert source.target_type == "binary"
    np.testing.assert_array_equal(source.rows, np.flatnonzero(w))
    np.testing.assert_array_equal(source.target.codes, y[w > 0])
    np.testing.assert_array_equal(source.target.weights, w[w > 0])


def test_names_of_columns_that_are_not_there():
    with pytest.raises(ValueError, match=r"y='z' is not among the columns of X: \['a'\]"):
        as_source(pd.DataFrame({"a": [1.0, 2.0]}), "z", caller="test")
    with pytest.raises(ValueError, match="sample_weight='w' names a column, and X is no data"):
        as_source(np.zeros((2, 1)), [0, 1], "w", caller="test")


def test_samples_of_weight_zero_are_left_out(rng):
    X = np.column_stack([rng.standard_normal(30), rng.integers(0, 3, 30)])
    y, w = rng.standard_normal(30), rng.integers(0, 2, 30)
    whole = as_source(X, y, w, estimator=BaseEstimator())
    some = as_source(X[w > 0], y[w > 0], estimator=BaseEstimator())
    assert whole.target_type == "continuous"
    for a, b in zip(
        whole.map_columns(sums_of, [False, True]),
        some.map_columns(sums_of, [False, True]),
        strict=True,
    ):
        for of_a, of_b in zip(a, b, strict=True):
            np.testing.assert_array_equal(of_a, of_b)


@pytest.mark.parametrize("weighted", [False, True])
def test_some_rows_of_a_source(weighted, rng):
    X, y = rng.standard_normal((40, 1)), rng.integers(0, 3, 40)
    w = rng.integers(0, 3, 40) if weighted else None
    rows = np.flatnonzero(rng.random(40) < 0.5)
    taken = as_source(X, y, w, caller="test").take(rows)
    direct = as_source(X[rows], y[rows], None if w is None else w[rows], caller="test")
    np.testing.assert_array_equal(taken.chunk.numbers(0), direct.chunk.numbers(0))
    np.testing.assert_array_equal(taken.target.codes, direct.target.codes)
    np.testing.assert_array_equal(taken.target.weights, direct.target.weights)


def test_columns_with_edges_are_summaries_of_cells(rng):
    X, y = rng.standard_normal((100, 2)), rng.integers(0, 2, 100)
    edges = [np.array([-1.0, 0.0, 1.0]), None]
    source = as_source(X, y, caller="test")
    cells, _ = source.map_columns(lambda j, column: column, [False, False], edges=edges)
    column = source.chunk.sorted_column(0)
    positions = np.searchsorted(column.values, edges[0])
    ours, _ = cells.firsts(99)
    # Edges are as good as the positions of a sorted column that they are at.
    np.testing.assert_array_equal(cells.sums_before(ours), column.sums_before(positions))
    np.testing.assert_array_equal(cells.means(ours), column.means(positions))
    np.testing.assert_array_equal(cells.cut_values(ours), edges[0])
    total = source.reduce(lambda chunk: chunk.numeric_summary(0, edges[0]), lambda a, b: a + b)
    np.testing.assert_array_equal(total.sums_before(ours), cells.sums_before(ours))
    np.testing.assert_array_equal((total + total).sums_before(ours), 2 * cells.sums_before(ours))
    np.testing.assert_array_equal((total + total).means(ours), cells.means(ours))


def test_a_column_of_levels_has_the_sums_of_each():
    level, y = np.array(["b", "a", "b", None, "c"], object), np.array([0, 1, 1, 1, 0])
    X = pd.DataFrame({"level": level, "number": [3.0, 1.0, 3.0, np.nan, 2.0]})
    summary, column = as_source(X, y, caller="test").map_columns(
        lambda j, column: column, [True, False]
    )
    levels, sums = summary.sorted()
    assert list(levels) == ["a", "b", "c"]
    assert sums.tolist() == [[0, 1], [1, 1], [1, 0]]
    assert summary.missing_sums.tolist() == column.missing_sums.tolist() == [0, 1]
    assert column.values.tolist() == [1, 2, 3, 3]
