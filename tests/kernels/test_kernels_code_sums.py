"""Sums of a target by code, against np.bincount."""

import numpy as np
import pytest

from skinfo._kernels._code_sums import (
    class_sums_by_code,
    extents_by_code,
    number_sums_by_code,
)

DTYPES = [np.uint8, np.uint16, np.int32]


@pytest.mark.parametrize("n", [0, 1, 1000])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("n_classes", "of_y"), [(2, np.uint8), (300, np.uint16), (3, np.uint32)])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_class_sums(rng, n, dtype, n_classes, of_y, is_weighted):
    codes = rng.integers(0, 9, n).astype(dtype)
    y = rng.integers(0, n_classes, n).astype(of_y)
    weights = rng.integers(1, 5, n).astype(float)
    sums = class_sums_by_code(codes, y, weights if is_weighted else np.empty(0), 10, n_classes)
    cells = codes.astype(int) * n_classes + y
    expected = np.bincount(cells, weights if is_weighted else None, 10 * n_classes)
    np.testing.assert_array_equal(sums, expected.reshape(10, n_classes))
    assert sums.dtype == np.float64


@pytest.mark.parametrize("n", [0, 1, 1000])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("is_weighted", [False, True])
def test_number_sums(rng, n, dtype, is_weighted):
    codes, half = rng.integers(0, 9, n).astype(dtype), 2.0**12
    v = rng.integers(-(2**24), 2**24, n).astype(float)
    w = rng.integers(1, 5, n).astype(float) if is_weighted else np.ones(n)
    sums = number_sums_by_code(codes, v, w if is_weighted else np.empty(0), half, 10)
    high = np.rint(v / half)
    low = v - high * half
    terms = w, w * v, w * high**2, 2 * w * high * low, w * low**2
    expected = [np.bincount(codes, term, 10) for term in terms]
    np.testing.assert_array_equal(sums, np.column_stack(expected))


@pytest.mark.parametrize("n", [0, 1, 300])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weighted", [False, True])
def test_extents_by_code(rng, n, dtype, weighted):
    x = rng.normal(size=n)
    x[: n // 10] = rng.choice([np.nan, np.inf, -np.inf], n // 10)
    codes, w = rng.integers(0, 6, n).astype(dtype), rng.integers(2, 9, n) * 1.0
    codes[codes == 4] = 3
    given = w if weighted else np.empty(0)
    lowest, highest, finite = extents_by_code(x, given, codes, 6)
    for code in range(6):
        some = x[(codes == code) & ~np.isnan(x)]
        assert lowest[code] == some.min(initial=np.inf)
        assert highest[code] == some.max(initial=-np.inf)
        kept = (codes == code) & np.isfinite(x)
        assert finite[code] == (w[kept].sum() if weighted else kept.sum())
