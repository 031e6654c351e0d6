"""Sorting with what belongs to each value, and counts in that order."""

import numpy as np
import pytest

from skinfo._kernels._sorting import class_sums, sorted_pairs, sorted_rows

COLUMNS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "heavy tails": lambda rng, n: rng.standard_cauchy(n) ** 3,
    "any exponent": lambda rng, n: 10.0 ** rng.uniform(-300, 300, n) * rng.choice([-1, 1], n),
    "few values": lambda rng, n: rng.integers(0, 5, n).astype(float),
    "one value": lambda rng, n: np.full(n, 3.5),
    "mostly zero": lambda rng, n: np.where(rng.random(n) < 0.95, 0.0, rng.normal(size=n)),
    "neighbours": lambda rng, n: 1.0 + rng.integers(0, 9, n) * np.spacing(1.0),
    "an outlier": lambda rng, n: np.append(rng.normal(size=n)[1:], 1e300)[:n],
    "neighbours and an outlier": lambda rng, n: np.append(
        1e300, 1.0 + rng.integers(0, 9, n) * np.spacing(1.0)
    )[:n],
    "infinities and zeros": lambda rng, n: rng.choice([-np.inf, -1, -0.0, 0.0, 5e-324, np.inf], n),
    "in order": lambda rng, n: np.arange(float(n)),
    "in reverse": lambda rng, n: -np.arange(float(n)),
}


@pytest.mark.parametrize("n", [0, 1, 2, 24, 25, 300, 20_000])
@pytest.mark.parametrize("column", COLUMNS)
def test_rows_are_those_of_a_stable_sort(rng, column, n):
    x = COLUMNS[column](rng, n)
    values, rows = sorted_rows(x)
    np.testing.assert_array_equal(rows, np.argsort(x, kind="stable"))
    np.testing.assert_array_equal(values, x[rows])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
@pytest.mark.parametrize("n", [0, 1, 2, 25, 20_000])
@pytest.mark.parametrize("column", COLUMNS)
def test_codes_stay_with_their_values(rng, column, n, dtype):
    x, many = COLUMNS[column](rng, n), rng.integers(0, np.iinfo(dtype).max, n, dtype, True)
    for codes in (many % 2, many):
        values, sorted_codes = sorted_pairs(x, codes)
        np.testing.assert_array_equal(values, np.sort(x))
        assert sorted_codes.dtype == dtype
        order, found = np.lexsort((codes, x)), np.lexsort((sorted_codes, values))
        np.testing.assert_array_equal(sorted_codes[found], codes[order])


@pytest.mark.parametrize("n_classes", [2, 3, 300])
@pytest.mark.parametrize("weighted", [False, True])
def test_class_sums_are_counts_before_each_end(rng, n_classes, weighted):
    codes = rng.integers(0, n_classes, 500).astype(np.uint16)
    weights = rng.integers(1, 5, 500).astype(float) if weighted else np.empty(0)
    ends = np.array([0, 7, 7, 120, 500])
    sums = class_sums(codes, weights, ends, n_classes)
    assert not sums[0].any()
    for end, row in zip(ends, sums[1:], strict=True):
        before = weights[:end] if weighted else None
        np.testing.assert_array_equal(row, np.bincount(codes[:end], before, n_classes))
