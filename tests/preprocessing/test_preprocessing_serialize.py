"""Binners, bins and arrays through JSON, and hostile states: they work, or are refused."""

import copy
import json
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from skinfo import MutualInfoBinner
from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._serialize import (
    array_from_json,
    array_to_json,
    bins_from_dict,
    bins_to_dict,
)


def frame_of(rng, n=120):
    return pd.DataFrame(
        {
            "number": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "whole": rng.integers(0, 9, n),
            "truth": rng.random(n) < 0.5,
            "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "span": pd.to_timedelta(rng.integers(0, 900, n), "h"),
            "level": rng.choice(["a", "b", "c", None], n),
            "absent": np.full(n, np.nan),
        }
    )


RNG = np.random.default_rng(0)
FRAME = frame_of(RNG)
SCORE = FRAME["whole"] + (FRAME["level"] == "a") * 3 + FRAME["truth"] + RNG.normal(size=120)
BINNERS = {
    "binary": (
        MutualInfoBinner(
            penalty=None,
            encode="woe",
            dtype=np.float32,
            special_values={"whole": [0, [7, 99]], "level": {"first": "a"}, "number": [9.5]},
        ),
        SCORE > 5,
    ),
    "multiclass": (
        MutualInfoBinner(penalty="bic", encode="posterior", missing="merge"),
        np.array(["low", "mid", "high"])[np.digitize(SCORE, [4, 7])],
    ),
    "continuous": (
        MutualInfoBinner(encode="onehot-dense", candidate_edges={"number": [-1, 0, 1.5]}),
        SCORE,
    ),
    "ordinal": (
        MutualInfoBinner(
            penalty=None, monotonic_cst={"whole": 1}, closed="right", special_values=3
        ),
        SCORE > 5,
    ),
}


@pytest.fixture(scope="module", params=BINNERS)
def state(request):
    binner, y = BINNERS[request.param]
    return json.loads(json.dumps(binner.fit(FRAME, y).to_dict(), allow_nan=False))


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


# What replaces a part of the state.
HOSTILE = [
    *(None, True, False, 0, 1, -1, 2, 7, 10**9, 2**63, -(2**64), 10**400, -(10**5000)),
    *(0.0, -0.0, 0.5, -1.5, 1e-320, 1e16, 1e154, 1e300, -1.7e308, np.nan, np.inf, -np.inf),
    *("", "a", "x0", "nan", "inf", "number", "float", "float64", "float128", "U99999999", "U0"),
    *("O", "object", "complex128", "i4,f8", "(9,)f8", "datetime64[us]", "\0", "\ud800", "woe"),
    *("onehot", "ordinal", "posterior", "category", "numeric", "date", "duration", "boolean"),
    *([], {}, [[]], [None], [1, 2], ["a", "a"], [0] * 500, list(range(300)), {"a": 1}),
    *({"dtype": "float64", "shape": [0], "values": []}, {"dtype": "int64", "value": 2**70}),
    *({"dtype": "float64", "shape": [2**62, 4], "values": []}, {"dtype": "float", "value": "nan"}),
    *({"dtype": "object", "shape": [2], "values": [None, True]}, nested(200), (1, 2), {1: 2}),
    *(np.float64(2.0), np.int64(3), np.zeros(3), object(), len, b"a", 1j),
]


def places_in(value, here=()):
    """Yield the paths to all parts of a document, but not to what is nested endlessly."""
    yield here
    if isinstance(value, (dict, list)) and len(here) < 9:
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places_in(entry, (*here, key))


def mutate(state, random_):
    """Change one part of a document: replace, drop, repeat, exchange or scale it."""
    places = list(places_in(state))[1:]
    *parents, key = random_.choice(places)
    parent = state
    for each in parents:
        parent = parent[each]
    value = parent[key]
    kind = random_.randrange(6)
    if kind == 0:
        del parent[key]
    elif kind == 1 and isinstance(value, list) and value:
        parent[key] = value + [value[0]] if random_.random() < 0.5 else value[::-1]
    elif kind == 2 and type(value) in (int, float):
        parent[key] = value * random_.choice([-1, 1e3, 1e200, 1e-200, 2**40, -(2**80)])
    elif kind == 3:
        other = state
        for each in random_.choice(places):
            other = other[each] if isinstance(other, (dict, list)) else other
        parent[key] = copy.deepcopy(other)
    else:
        parent[key] = random_.choice(HOSTILE)


def use(binner):
    """Do what a loaded binner is for."""
    summary = binner.bin_table()
    assert summary["bins"].tolist() == binner.n_bins_.tolist()
    for name, bins in zip(summary["feature"], binner.n_bins_, strict=True):
        assert len(binner.bin_table(name)) == bins
    assert binner._repr_html_()
    names = binner.get_feature_names_out()
    assert len(set(names)) == len(names)
    assert binner.to_dict()["columns"]
    try:
        binned = binner.transform(FRAME)
    except ValueError:
        # Of columns that it was not fitted on.
        return
    assert binned.shape == (len(FRAME), len(names))


@pytest.mark.parametrize("seed", range(60))
def test_a_changed_state_works_or_is_refused(state, seed):
    random_ = random.Random(seed)
    for _ in range(3):
        changed = copy.deepcopy(state)
        for _ in range(random_.choice([1, 1, 2])):
            mutate(changed, random_)
        try:
            binner = MutualInfoBinner.from_dict(changed)
        except ValueError:
            continue
        use(binner)


def put(*keys_and_value):
    *keys, last, value = keys_and_value

    def change(state):
        for key in keys:
            state = state[key]
        state[last] = value

    return change


COLUMN = ("columns", 0)


ENCODER = ("columns", 0, "encoder")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put(*ENCODER, None), r"\[0\]: The key 'encoder' must be of type dict"),
        (put(*ENCODER, "by_level", True), r"\['encoder'\]: The key 'by_level' must be false"),
        (put(*ENCODER, "pieces", {}), r"\['encoder'\]: The key 'type' is missing"),
        (put(*ENCODER, "pieces", "kind", "date"), r"\['encoder'\]: The key 'pieces' must be of"),
        (put(*ENCODER, "values", "values", 0, "inf"), r"\['encoder'\]: The key 'values' must be"),
        (
            put(*ENCODER, "values", "values", 0, 1e200),
            r"dtype.*does not hold numbers up to 1e\+200",
        ),
        (put("params", "encode", "posterior"), None),
    ],
)
def test_encoders_are_looked_at(change, message):
    binner, y = BINNERS["binary"]
    changed = binner.fit(FRAME, y).to_dict()
    change(changed)
    if message is None:
        use(MutualInfoBinner.from_dict(changed))
    else:
        with pytest.raises(ValueError, match=message):
            MutualInfoBinner.from_dict(changed)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("n_features", "7"), r"state\['n_features'\] must be 7"),
        (put("n_features", 7.0), r"state\['n_features'\] must be 7"),
        (put("feature_names", ["a"]), r"state\['feature_names'\] must be None or 7 different"),
        (put("feature_names", ["a"] * 7), r"state\['feature_names'\] must be None or 7 different"),
        (put("feature_names", [{}] * 7), r"state\['feature_names'\] must be None or 7 different"),
        (put("params", "dtype", "U99999999"), r"state\['params'\].*dtype"),
        (put("params", "encode", "hashing"), r"state\['params'\]: .*encode"),
        (put("params", "encode", []), r"state\['params'\]: .*encode"),
        (put("params", "cv__n_splits", 3), r"state\['params'\] must be a dict of parameters"),
        (put("params", []), r"state\['params'\] must be a dict of parameters"),
        (put("target", None), r"state\['target'\]: Expected a dict"),
        (put("target", {}), r"state\['target'\]: The key 'type' is missing"),
        (put("target", "type", "continuum"), r"state\['target'\]: The key 'type' must be"),
        (put("columns", {}), r"state\['columns'\] must be a list"),
        (put("columns", 0, None), r"state\['columns'\]\[0\]: Expected a dict with the key 'bins'"),
        (put(*COLUMN, "bins", "cuts", [1, 0]), r"state\['columns'\]\[0\]: The key 'cuts' must be"),
        (put(*COLUMN, "bins", "cuts", [10**320]), r"\['cuts'\]\[0\] is an integer of more than"),
        (put(*COLUMN, "sums", "shape", [2**62, 4]), r"\[0\]: The key 'shape' must be"),
        (put(*COLUMN, "sums", "dtype", "float128"), r"\[0\]: The key 'dtype' must be"),
        (put(*COLUMN, "sums", "dtype", "float32"), r"\[0\]: The key 'sums' must be float64"),
        (put(*COLUMN, "missing", "values", 0, "nan"), r"\[0\]: The key 'missing' must be finite"),
        (
            put(*COLUMN, "direction", 3),
            r"\[0\]: The key 'direction' must be an integer from -2 to 2",
        ),
        (put("columns", 5, "bins", "groups", [10**9] * 3), r"\[5\]: The key 'groups' must be"),
        (put("columns", 5, "bins", "levels", ["a"] * 3), r"\[5\]: The key 'levels' must be diff"),
        (put("columns", 5, "candidate_edges", nested(3000)), "deeper than 16"),
        (put("params", "max_bins", 10**5000), "integer of more than 1023 bits"),
        (put("columns", 1, len), r"state\['columns'\]\[1\] is of type builtin.*JSON does not"),
    ],
)
def test_the_message_names_the_place(change, message):
    binner, y = BINNERS["ordinal"]
    changed = binner.fit(FRAME, y).to_dict()
    change(changed)
    with pytest.raises(ValueError, match=message):
        MutualInfoBinner.from_dict(changed)


def test_another_version_names_both():
    binner, y = BINNERS["ordinal"]
    changed = binner.fit(FRAME, y).to_dict() | {"version": 7, "skinfo": "9.0"}
    with pytest.raises(ValueError, match=r"version 7, written by skinfo '9\.0', and this"):
        MutualInfoBinner.from_dict(changed)


def changed_in_every_place(change):
    """Yield a key, and the state of a binner with it changed; of lists, of the first entries."""
    binner, y = BINNERS["binary"]
    state = binner.fit(FRAME, y).to_dict()
    for *parents, key in list(places_in(state))[1:]:
        if not any(isinstance(each, int) and each > 0 for each in (*parents, key)):
            changed = copy.deepcopy(state)
            parent = changed
            for each in parents:
                parent = parent[each]
            change(parent, key)
            yield str(key), changed


def message_of(changed):
    """Return the message with which a state is refused, or None."""
    try:
        binner = MutualInfoBinner.from_dict(changed)
    except ValueError as error:
        return str(error)
    assert binner.bin_table()["bins"].tolist() == binner.n_bins_.tolist()
    return None


@pytest.mark.parametrize("wrong", [None, 1e300, "a" * 100_000], ids=["None", "1e300", "text"])
def test_every_part_replaced(wrong):
    def replace(parent, key):
        parent[key] = wrong

    messages = [message_of(changed) for _, changed in changed_in_every_place(replace)]
    assert max(len(message) for message in messages if message) < 5_000


def test_every_key_dropped():
    def drop(parent, key):
        del parent[key]

    for key, changed in changed_in_every_place(drop):
        message = message_of(changed)
        assert message is None or key in message or key in LATER | {"0"}


def test_a_state_nested_without_end():
    binner, y = BINNERS["ordinal"]
    changed = binner.fit(FRAME, y).to_dict()
    changed["params"] = nested(100_000)
    with pytest.raises(ValueError, match="deeper than 16"):
        MutualInfoBinner.from_dict(changed)
    changed["params"] = changed
    with pytest.raises(ValueError, match="must be a dict of parameters"):
        MutualInfoBinner.from_dict(changed)


def test_wide_text_is_refused_before_it_takes_memory():
    changed = MutualInfoBinner().fit(FRAME, BINNERS["multiclass"][1]).to_dict()
    changed["target"]["classes"]["dtype"] = "U99999999"
    with pytest.raises(ValueError, match=r"state\['target'\]: The key 'dtype' .* less memory"):
        MutualInfoBinner.from_dict(changed)


def test_sums_of_no_data_are_refused():
    binner, y = BINNERS["continuous"]
    changed = binner.fit(FRAME, y).to_dict()
    changed["columns"][0]["sums"]["values"][1] = 1e300
    with pytest.raises(ValueError, match="sums are not those of any data"):
        MutualInfoBinner.from_dict(changed)


def test_what_is_written_is_read_to_the_bit(state):
    again = MutualInfoBinner.from_dict(copy.deepcopy(state))
    assert json.loads(json.dumps(again.to_dict())) == state


def test_names_that_are_integers_come_back():
    frame = pd.DataFrame({3: np.arange(40.0), 1: np.arange(40)[::-1]})
    binner = MutualInfoBinner().fit(frame, np.arange(40) > 9)
    again = MutualInfoBinner.from_dict(json.loads(json.dumps(binner.to_dict())))
    assert again.get_feature_names_out().tolist() == ["3", "1"]
    assert again.to_sql(1) == binner.to_sql(1)
    assert not hasattr(again, "feature_names_in_")
    np.testing.assert_array_equal(again.transform(frame), binner.transform(frame))


# Bins and arrays


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


SPECIAL = [
    {"name": "none", "values": [-999.0, "inf"], "bin": 3},
    {"name": None, "values": [9.0], "bin": 0},
]
# What states of earlier versions lack.
LATER = {"closed", "is_ordered", "pool", "special"}


def test_bins_of_earlier_states():
    for d in (NUMERIC, CATEGORY):
        earlier = {key: value for key, value in d.items() if key not in LATER}
        assert bins_to_dict(bins_from_dict(through_json(earlier))) == d


def test_special_bins_through_json():
    d = NUMERIC | {"special": SPECIAL, "centres": [0.0, 1.0, 2.0, -999.0], "closed": "right"}
    bins = bins_from_dict(through_json(d))
    assert bins.special.groups == ((-999.0, np.inf), (9.0,))
    assert (bins.special_bins, bins.n_bins) == ((3, 0), 4)
    assert bins.labels()[1:] == ["(1, 2]", "(2, inf]", "none"]
    assert bins_to_dict(bins) == d


@pytest.mark.parametrize("d", [NUMERIC, CATEGORY])
def test_a_missing_key_is_named(d):
    for key in set(d) - LATER:
        with pytest.raises(ValueError, match=f"'{key}' is missing"):
            bins_from_dict({k: v for k, v in d.items() if k != key})


@pytest.mark.parametrize(
    ("d", "key", "value"),
    [
        (NUMERIC, "type", "tree"),
        (CATEGORY, "pool", 3),
        (CATEGORY, "is_ordered", 1),
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
        (NUMERIC, "closed", "both"),
        (NUMERIC, "special", [{**SPECIAL[0], "bin": 4}]),
        (NUMERIC, "special", [{**SPECIAL[1], "bin": -1}]),
        (NUMERIC, "special", [{**SPECIAL[1], "values": [1.0, 1.0]}]),
        (NUMERIC, "special", [{**SPECIAL[1], "values": ["nan"]}]),
        (NUMERIC | {"kind": "boolean"}, "cuts", [1.0, 2.0]),
        (NUMERIC | {"kind": "date"}, "special", [{**SPECIAL[1], "values": [2.0**63]}]),
        (CATEGORY, "special", [{"name": None, "values": ["a"], "bin": 2}]),
        (CATEGORY, "special", [{"name": None, "values": ["c"], "bin": 0}]),
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


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["target", "scale"], 0.0, "'scale'.*above 0"),
        (["target", "centre"], True, "'centre'.*a finite number"),
        (["columns", 0, "sums"], None, "'sums'"),
        (["columns", 0, "candidate_edges"], "nan", "'candidate_edges'"),
        (["params", "encode"], "woe", "'woe' does not go with a continuous target"),
    ],
)
def test_a_malformed_state_is_refused(rng, path, value, message):
    x = rng.normal(size=(60, 1))
    state = through_json(MutualInfoBinner(max_candidates=8).fit(x, x[:, 0] + 1).to_dict())
    *parents, last = path
    inner = state
    for key in parents:
        inner = inner[key]
    inner[last] = value
    with pytest.raises(ValueError, match=message):
        MutualInfoBinner.from_dict(state)


def test_what_is_not_a_dict_is_refused():
    for read in (bins_from_dict, array_from_json):
        with pytest.raises(ValueError, match="Expected a dict"):
            read([1])
