"""Bins and arrays through JSON: what comes back is what went in."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._serialize import (
    array_from_json,
    array_to_json,
    bins_from_dict,
    bins_to_dict,
)


def through_json(d):
    return json.loads(json.dumps(d, allow_nan=False))


def assert_same_bins(bins):
    back = bins_from_dict(through_json(bins_to_dict(bins)))
    assert type(back) is type(bins)
    assert back.labels() == bins.labels()
    for key in ("own_missing", "missing_bin", "merged", "n_bins"):
        assert getattr(back, key) == getattr(bins, key)
    return back


def assert_same_levels(back, levels):
    assert [type(level) for level in back] == [type(level) for level in levels]
    # By repr: an infinity, -0.0 and a NaN are told apart.
    assert list(map(repr, back)) == list(map(repr, levels))


@given(
    st.lists(st.floats(allow_nan=False), unique=True).map(sorted),
    st.sampled_from(["number", "integer"]),
    st.booleans(),
    st.data(),
)
def test_numeric_bins_come_back(cuts, kind, own_missing, data):
    n_bins = len(cuts) + 1 + own_missing
    bins = NumericBins(
        np.array(cuts, dtype=np.float64),
        kind=kind,
        own_missing=own_missing,
        missing_bin=n_bins - 1,
        merged=not own_missing,
        centres=data.draw(arrays(np.float64, n_bins)),
    )
    back = assert_same_bins(bins)
    for key in ("cuts", "edges", "centres"):
        np.testing.assert_array_equal(getattr(back, key), getattr(bins, key), strict=True)
    np.testing.assert_array_equal(back.representatives(), bins.representatives())
    assert back.kind == kind


plain_levels = st.one_of(
    st.text(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.none()
)
numpy_levels = st.one_of(
    st.text().map(np.str_),
    st.booleans().map(np.bool_),
    st.integers(0, 255).map(np.uint8),
    st.integers(-(2**63), 2**63 - 1).map(np.int64),
    st.floats(allow_nan=False, width=32).map(np.float32),
    st.floats(allow_nan=False).map(np.float64),
)


@given(st.lists(plain_levels | numpy_levels, min_size=1), st.data())
def test_category_bins_come_back(levels, data):
    groups = np.array(data.draw(st.permutations(range(len(levels)))), dtype=np.int64)
    modes = [levels[group] for group in groups]
    bins = CategoryBins(levels, groups, fallback=len(levels) - 1, modes=modes)
    back = assert_same_bins(bins)
    assert_same_levels(back.levels, levels)
    assert_same_levels(back.modes, modes)
    np.testing.assert_array_equal(back.groups, groups, strict=True)
    assert back.fallback == bins.fallback


@pytest.mark.parametrize("level", [b"a", (1, 2), np.datetime64("2020-01-15"), 1j])
def test_levels_that_json_lacks_are_named(level):
    bins = CategoryBins([level], np.zeros(1, np.int64), modes=[level])
    with pytest.raises(ValueError, match=r"cannot be written as JSON.*Convert"):
        bins_to_dict(bins)


def test_bins_of_a_column_without_values():
    nothing = CategoryBins([], np.empty(0, np.int64), own_missing=True, modes=[None])
    assert assert_same_bins(nothing).modes == [None]


@given(
    st.sampled_from(["int64", "float64", "float32", "uint8", "bool", "U5", "int8", "uint64"]),
    array_shapes(min_dims=0, max_dims=3, min_side=0),
    st.data(),
)
def test_arrays_come_back(dtype, shape, data):
    a = data.draw(arrays(dtype, shape))
    back = array_from_json(through_json(array_to_json(a)))
    np.testing.assert_array_equal(back, a, strict=True)


@given(st.lists(plain_levels | numpy_levels))
def test_arrays_of_objects_come_back(levels):
    a = np.empty(len(levels), dtype=object)
    a[:] = levels
    back = array_from_json(through_json(array_to_json(a)))
    assert back.dtype == object
    assert_same_levels(back, a)


@pytest.mark.parametrize("a", [np.array([1j]), np.array(["2020"], "M8[D]"), np.longdouble([1])])
def test_arrays_that_json_lacks(a):
    with pytest.raises(ValueError, match="dtype"):
        array_to_json(a)


NUMERIC = bins_to_dict(NumericBins(np.array([1.0, 2.0]), centres=np.arange(3.0)))
CATEGORY = bins_to_dict(CategoryBins(["a", "b"], np.array([0, 1]), modes=["a", "b"]))


@pytest.mark.parametrize("d", [NUMERIC, CATEGORY])
def test_a_missing_key_is_named(d):
    for key in d:
        with pytest.raises(ValueError, match=f"'{key}' is missing"):
            bins_from_dict({k: v for k, v in d.items() if k != key})


@pytest.mark.parametrize(
    ("d", "key", "value"),
    [
        (NUMERIC, "type", "tree"),
        (NUMERIC, "cuts", [2.0, 1.0]),
        (NUMERIC, "cuts", ["nan"]),
        (NUMERIC, "cuts", ["one"]),
        (NUMERIC, "cuts", [True]),
        (NUMERIC, "cuts", None),
        (NUMERIC, "cuts", [10**400]),
        (NUMERIC, "kind", "colour"),
        (NUMERIC, "own_missing", 1),
        (NUMERIC, "missing_bin", 3),
        (NUMERIC, "missing_bin", -1),
        (NUMERIC, "missing_bin", True),
        (NUMERIC, "merged", None),
        (NUMERIC, "centres", [1.0]),
        (CATEGORY, "groups", [0]),
        (CATEGORY, "groups", [0, -1]),
        (CATEGORY, "groups", [0, 1.0]),
        (CATEGORY, "groups", [0, 10**9]),
        (CATEGORY, "groups", [0, 2**63]),
        (CATEGORY, "levels", [[1], "b"]),
        (CATEGORY, "fallback", 2),
        (CATEGORY, "modes", ["a"]),
        (CATEGORY, "modes", {}),
    ],
)
def test_a_malformed_key_is_named(d, key, value):
    with pytest.raises(ValueError, match=f"'{key}'"):
        bins_from_dict({**d, key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dtype", "complex128"),
        ("dtype", "no such"),
        ("dtype", "float128"),
        ("dtype", "(9,)f8"),
        ("dtype", "U99999999"),
        ("shape", [2**62, 4]),
        ("shape", [1] * 60 + [2]),
        ("shape", [3]),
        ("shape", [-2]),
        ("shape", [2.0]),
        ("values", [1, 300]),
        ("values", [1, "2"]),
        ("values", [1, True]),
        ("values", 3),
    ],
)
def test_a_malformed_array_is_refused(key, value):
    with pytest.raises(ValueError, match=f"'{key}'"):
        array_from_json({"dtype": "uint8", "shape": [2], "values": [1, 2], key: value})


def test_what_is_not_a_dict_is_refused():
    for read in (bins_from_dict, array_from_json):
        with pytest.raises(ValueError, match="Expected a dict"):
            read([1])
