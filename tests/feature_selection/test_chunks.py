"""A table in chunks gives the result of memory, to the last bit if weights are integers."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optional import polars as pl

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.feature_selection import selection_curve

pytestmark = pytest.mark.filterwarnings("ignore:No features were selected:UserWarning")

ATTRIBUTES = [
    "support_",
    "ranking_",
    "selected_features_",
    "mutual_info_",
    "p_values_",
    "gains_",
    "information_",
    "compression_",
    "target_edges_",
    "classes_",
]


def make_frame(rng, n=400):
    """Return a frame with columns of many kinds; y depends on some."""
    number, level = rng.normal(size=n), rng.integers(0, 5, n)
    text = np.array(["a", "b", None], object)[rng.integers(0, 3, n)]
    return pd.DataFrame(
        {
            "number": number,
            "copy": number + 0.1 * rng.normal(size=n),
            "half zero": np.where(rng.random(n) < 0.5, 0.0, rng.normal(size=n)),
            "infinite": np.where(rng.random(n) < 0.1, np.inf, rng.normal(size=n)),
            "missing": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)),
            "level": level,
            "wide": level * 10**12,
            "many integers": rng.integers(0, 100, n),
            "boolean": rng.random(n) < 0.4,
            "rare": (rng.random(n) < 0.02).astype(int),
            "text": text,
            "many levels": np.char.add("u", rng.integers(0, 350, n).astype(str)).astype(object),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, n), unit="D"),
            "constant": 1.0,
            "empty": np.nan,
            "y": (number + (level > 2) + rng.normal(size=n) > 0).astype(int),
            "z": number + level / 2 + rng.normal(size=n),
            "w": rng.integers(0, 4, n),
        }
    )


def split(frame, ends):
    """Return chunks of a frame that end there."""
    ends = [0, *sorted(ends), len(frame)]
    return [frame.iloc[a:b] for a, b in itertools.pairwise(ends)]


def assert_same(one, other):
    for name in ATTRIBUTES:
        a, b = getattr(one, name), getattr(other, name)
        np.testing.assert_array_equal(a, b, err_msg=name, strict=a is not None)
    pd.testing.assert_frame_equal(one.report(), other.report())


@given(
    st.lists(st.integers(0, 400), max_size=5),
    st.sampled_from(["as drawn", "y", "level", "number"]),
    st.integers(0, 3),
)
@settings(max_examples=15, deadline=None)
def test_chunks_change_nothing(ends, sort_by, seed):
    # A class, or a level, is absent from some chunks, and some are empty.
    frame = make_frame(np.random.default_rng(seed)).drop(columns=["z", "w"])
    if sort_by != "as drawn":
        frame = frame.sort_values(sort_by, kind="stable")
    one = InfoBottleneckSelector().fit(frame, y="y")
    assert_same(one, InfoBottleneckSelector().fit(split(frame, ends), y="y"))


@pytest.mark.parametrize("options", [{}, {"criterion": "cmim", "n_features_to_select": 4}])
def test_partitions_of_dask_change_nothing(rng, options):
    dd = pytest.importorskip("dask.dataframe")
    frame = make_frame(rng).drop(columns=["z", "w"]).sort_values("y", kind="stable")
    # One is empty, and most have one class.
    parts = split(frame, [0, 30, 390])
    lazy = dd.from_map(lambda i: parts[i], range(len(parts)), meta=frame.iloc[:0])
    one = InfoBottleneckSelector(**options).fit(frame, y="y")
    assert_same(one, InfoBottleneckSelector(**options).fit(lazy, y="y"))


@pytest.mark.parametrize(
    "options", [{"criterion": "jmi"}, {"interactions": True}, {"interactions": 3}, {"beta": 20.0}]
)
def test_chunks_change_nothing_with_options(rng, options):
    frame = make_frame(rng).drop(columns=["z", "w"])
    options = {**options, "groups": {"pair": ["level", "text"]}, "must_include": ["rare"]}
    one = InfoBottleneckSelector(**options).fit(frame, y="y")
    assert_same(one, InfoBottleneckSelector(**options).fit(split(frame, [64, 250]), y="y"))


def test_chunks_with_weights(rng):
    frame = make_frame(rng).drop(columns="z")
    frame.loc[frame["level"] == 3, "w"] = 0
    one = InfoBottleneckSelector().fit(frame, y="y", sample_weight="w")
    many = InfoBottleneckSelector().fit(split(frame, [64, 250]), y="y", sample_weight="w")
    assert_same(one, many)


def test_chunks_with_a_continuous_target(rng):
    frame = make_frame(rng).drop(columns=["y", "w"])
    one = InfoBottleneckSelector().fit(frame, y="z")
    many = InfoBottleneckSelector().fit(split(frame, [1, 64, 250]), y="z")
    assert_same(one, many)
    assert many.target_type_ == "continuous"


def test_chunks_of_tables_with_their_target(rng):
    frame = make_frame(rng).drop(columns=["z", "w"])
    X, y = pl.from_pandas(frame.drop(columns="y")), frame["y"].to_numpy()
    chunks = [(X[:150], y[:150]), (X[150:], y[150:])]
    one = InfoBottleneckSelector().fit(X, y)
    many = InfoBottleneckSelector().fit(chunks, None)
    assert_same(one, many)
    np.testing.assert_array_equal(one.transform(X), many.transform(X))


def test_selection_curve_of_chunks(rng):
    frame = make_frame(rng).drop(columns=["z", "w"])
    one, many = (selection_curve(X, "y", betas=[5, 50]) for X in (frame, split(frame, [64, 250])))
    np.testing.assert_array_equal(one.relevance, many.relevance)
    np.testing.assert_array_equal(one.path, many.path)


def test_callbacks_hear_of_each_pass_and_feature(rng, listener):
    frame = make_frame(rng)[["number", "level", "text", "y"]]
    selector = InfoBottleneckSelector(2).set_callbacks(listener)
    selector.fit(split(frame, [64, 250]), y="y")
    assert listener.heard[:3] == ["setup", "fit", "pass 1: kinds and target"]
    assert listener.heard[-1] == "teardown"
    steps = listener.heard[2:-1]
    passes = [step for step in steps if step.startswith("pass")]
    assert [step.partition(":")[0] for step in passes] == [
        f"pass {i + 1}" for i in range(len(passes))
    ]
    at_codes = next(i for i, step in enumerate(steps) if step.endswith("codes"))
    names = ["number", "level", "text"]
    selected = [names[j] for j in selector.selected_features_]
    tables = [step.endswith("tables") or step for step in steps[at_codes + 1 :]]
    # Relevance; the second feature, given the first; what is left.
    assert tables == [True, selected[0], True, selected[1], True]


def test_callbacks_of_a_binner_hear_of_each_pass(rng, listener):
    frame = make_frame(rng)[["number", "level", "text", "y"]]
    MutualInfoBinner().set_callbacks(listener).fit(split(frame, [64, 250]), y="y")
    assert listener.heard[:3] == ["setup", "fit", "pass 1: kinds and target"]
    assert listener.heard[2:-1] == ["pass 1: kinds and target", "pass 2: counts"]
    assert listener.heard[-1] == "teardown"


def test_a_binner_needs_memory(rng):
    chunks = split(make_frame(rng).drop(columns=["z", "w"]), [64])
    with pytest.raises(ValueError, match=r"binner=MutualInfoBinner.* needs X in memory"):
        InfoBottleneckSelector(binner=MutualInfoBinner()).fit(chunks, y="y")


@pytest.mark.parametrize("as_chunks", [False, True])
def test_several_outputs_need_memory(rng, as_chunks):
    X, y = rng.normal(size=(40, 2)), rng.integers(0, 2, (40, 2))
    given = ([(X, y)], None) if as_chunks else ([pd.DataFrame(X)], y)
    message = "1d array" if as_chunks else "y has 2 outputs, and X is a table in parts"
    with pytest.raises(ValueError, match=message):
        InfoBottleneckSelector().fit(*given)


class LosingRows:
    """A table in chunks that gives its first chunk alone after some passes."""

    def __init__(self, chunks, n_whole_passes):
        self._chunks = chunks
        self._n_left = n_whole_passes

    def __iter__(self):
        self._n_left -= 1
        return iter(self._chunks if self._n_left >= 0 else self._chunks[:1])


# The passes for kinds, for counts and for codes.
@pytest.mark.parametrize("n_whole_passes", [1, 2])
def test_rows_that_are_lost_between_passes_are_an_error(n_whole_passes):
    frame = make_frame(np.random.default_rng(0))
    table = LosingRows([frame[:300], frame[300:]], n_whole_passes)
    selector = InfoBottleneckSelector()
    with pytest.raises(ValueError, match=r"X gave .*400.* 300 .* the same tables each time"):
        selector.fit(table, y="y")
    assert not hasattr(selector, "n_features_in_")
