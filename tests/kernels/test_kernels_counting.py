"""Contingency tables of columns of codes and classes, against np.add.at."""

import numpy as np
import pytest

from skinfo._kernels._counting import count_classes, sum_class_weights


def tables_of(codes, y, weights=None):
    """The (n_features, n_levels, n_classes) tables of codes (n, n_features), by np.add.at."""
    weights = np.ones(len(y)) if weights is None else weights
    tables = np.zeros((codes.shape[1], codes.max() + 1, y.max() + 1))
    for j, table in enumerate(tables):
        np.add.at(table, (codes[:, j], y), weights)
    return tables


def both_ways(codes):
    """Codes (n, n_features) as bytes, one row after another and one column after another."""
    for order in "CF":
        yield codes.astype(np.uint8, order=order)


@pytest.mark.parametrize(("n_levels", "n_classes"), [(1, 1), (2, 2), (10, 3), (256, 10)])
def test_class_counts(n_levels, n_classes, rng):
    codes = rng.integers(0, n_levels, (500, 7))
    codes[0], codes[1] = 0, n_levels - 1
    y = rng.integers(0, n_classes, 500).astype(np.int32)
    y[0] = n_classes - 1
    expected = tables_of(codes, y).transpose(2, 0, 1)
    for layout in both_ways(codes):
        counts = count_classes(layout, y, n_levels, n_classes)
        np.testing.assert_array_equal(counts, expected)
        counts = count_classes(layout[100:300, 2:5], y[100:300], n_levels, n_classes)
        part = count_classes(layout[100:300, 2:5].copy(), y[100:300], n_levels, n_classes)
        np.testing.assert_array_equal(counts, part)


@pytest.mark.parametrize("shape", [(0, 3), (5, 0)])
def test_counts_of_nothing_are_zero(shape):
    codes, y = np.zeros(shape, np.uint8), np.zeros(shape[0], np.int32)
    for counts in (count_classes(codes, y, 2, 3), sum_class_weights(codes, y, y + 1.0, 2, 3)):
        np.testing.assert_array_equal(counts, np.zeros((3, shape[1], 2)))


def test_weighted_class_counts_are_repetitions(rng):
    codes = rng.integers(0, 5, (200, 4))
    y = rng.integers(0, 3, 200).astype(np.int32)
    times = rng.integers(0, 4, 200)
    repeated = np.repeat(codes, times, axis=0), np.repeat(y, times)
    (expected, *_) = (
        count_classes(layout, repeated[1], 5, 3) for layout in both_ways(repeated[0])
    )
    for layout in both_ways(codes):
        counts = sum_class_weights(layout, y, times.astype(float), 5, 3)
        np.testing.assert_array_equal(counts, expected)


def test_weighted_class_counts_with_real_weights(rng):
    codes = rng.integers(0, 5, (200, 4))
    y = rng.integers(0, 3, 200).astype(np.int32)
    weights = rng.random(200)
    expected = tables_of(codes, y, weights).transpose(2, 0, 1)
    for layout in both_ways(codes):
        counts = sum_class_weights(layout, y, weights, 5, 3)
        # Both add up the rows in their order.
        np.testing.assert_array_equal(counts, expected)
