"""Fitting by a plan: partial_fit, and tables in chunks, give the bins of the whole."""

import pickle
from itertools import pairwise

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from skinfo import MutualInfoBinner


def table_of(rng, n):
    x = rng.normal(size=n)
    frame = pd.DataFrame(
        {
            "x": x,
            "gap": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)),
            "level": np.array(list("abcdef"))[rng.integers(0, 6, n)],
        }
    )
    return frame, x + (frame["level"] > "c") + rng.normal(size=n)


TARGETS = {
    "binary": lambda z: (z > 0.5).astype(int),
    "multiclass": lambda z: np.digitize(z, [0, 1]),
    "continuous": lambda z: np.asarray(z),
}


def assert_same(a, b):
    for j in range(a.n_features_in_):
        if a.bin_edges_[j] is None:
            assert a.groups_[j] == b.groups_[j]
        else:
            np.testing.assert_array_equal(a.bin_edges_[j], b.bin_edges_[j])
        np.testing.assert_allclose(a.counts_[j], b.counts_[j], rtol=1e-9)
    np.testing.assert_allclose(a.mutual_info_, b.mutual_info_, atol=1e-12)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("missing", ["separate", "merge"])
def test_chunks_equal_the_whole_on_the_same_candidates(rng, kind, missing, source):
    X, z = table_of(rng, 1500)
    y = TARGETS[kind](z)
    stream = MutualInfoBinner(max_candidates=60, missing=missing)
    for start in range(0, 1500, 400):
        stream.partial_fit(X[start : start + 400], y[start : start + 400])
    whole = MutualInfoBinner(candidate_edges=stream.candidate_edges_, missing=missing).fit(
        *source(X, y)
    )
    assert_same(stream, whole)
    assert (
        stream.counts_[0][:, : len(stream.classes_) if kind != "continuous" else 1].sum() == 1500
    )
    np.testing.assert_array_equal(stream.transform(X), whole.transform(X))


@given(cuts=st.lists(st.integers(1, 199), min_size=0, max_size=6, unique=True))
@settings(max_examples=20, deadline=None)
def test_any_chunking_gives_the_same_on_given_edges(cuts, source):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = (X[:, 0] + rng.normal(size=200) > 0).astype(int)
    weights = rng.integers(0, 3, 200)
    edges = [np.linspace(-2, 2, 41), np.array([0.0])]
    stream = MutualInfoBinner(candidate_edges=edges)
    for part in np.split(np.arange(200), sorted(cuts)):
        if weights[part].any():
            stream.partial_fit(X[part], y[part], classes=[0, 1], sample_weight=weights[part])
    whole = MutualInfoBinner(candidate_edges=edges).fit(*source(X, y, sample_weight=weights))
    assert_same(stream, whole)


def test_given_edges_are_the_only_cuts(rng, source):
    x = rng.normal(35, 10, size=(500, 1))
    y = (x[:, 0] > 38).astype(int)
    binner = MutualInfoBinner(candidate_edges=[[20, 30, 40, 50]]).fit(*source(x, y))
    assert set(binner.bin_edges_[0][1:-1]) <= {20, 30, 40, 50}
    assert 40 in binner.bin_edges_[0]
    frame = pd.DataFrame({"age": x[:, 0], "free": x[:, 0]})
    named = MutualInfoBinner(candidate_edges={"age": [20, 40]}).fit(*source(frame, y))
    assert named.bin_edges_[0].tolist() == [-np.inf, 40, np.inf]
    assert named.bin_edges_[1][1] == pytest.approx(38, abs=0.5)


def test_levels_new_in_a_later_chunk_are_known():
    stream = MutualInfoBinner(2, penalty=None)
    stream.partial_fit(pd.DataFrame({"c": list("ab") * 10}), [0, 1] * 10)
    stream.partial_fit(pd.DataFrame({"c": list("cd") * 10}), [0, 1] * 10)
    assert stream.groups_[0] == [["a", "c"], ["b", "d"]]


def test_classes_named_before_they_are_seen(rng):
    X = rng.normal(size=(60, 1))
    stream = MutualInfoBinner().partial_fit(X[:30], np.zeros(30, int), classes=[0, 1])
    assert stream.mutual_info_[0] == 0
    stream.partial_fit(X[30:], np.ones(30, int))
    assert stream.counts_[0].sum(axis=0).tolist() == [30, 30]


def test_unnamed_classes_are_refused(rng):
    X = rng.normal(size=(30, 1))
    stream = MutualInfoBinner().partial_fit(X, np.arange(30) % 2)
    with pytest.raises(ValueError, match=r"y has the label 2, .* classes \[0, 1\].*partial_fit"):
        stream.partial_fit(X, np.arange(30) % 3)


def test_fit_starts_anew(rng):
    X, y = rng.normal(size=(100, 1)), np.arange(100) % 2
    binner = MutualInfoBinner().partial_fit(X, y).fit(X[:40], y[:40])
    assert binner.counts_[0].sum() == 40
    assert binner.partial_fit(X, y).counts_[0].sum() == 100
    assert clone(binner).partial_fit(X[:10], y[:10]).counts_[0].sum() == 10


def test_a_pickle_holds_counts_and_no_rows(rng):
    X, y = rng.normal(size=(20_000, 2)), rng.integers(0, 2, 20_000)
    edges = [np.linspace(-2, 2, 41), np.array([0.0])]
    sizes = [
        len(pickle.dumps(MutualInfoBinner(candidate_edges=edges).partial_fit(X[:n], y[:n])))
        for n in (200, 20_000)
    ]
    # Sums of more samples have a few more digits.
    assert sizes[1] < sizes[0] + 1000


@pytest.mark.parametrize("kind", TARGETS)
def test_a_pickle_goes_on_with_the_next_chunk(rng, kind, source):
    X, z = table_of(rng, 800)
    y = TARGETS[kind](z)
    edges = {"x": np.linspace(-2, 2, 21), "gap": [0.0]}
    stream = MutualInfoBinner(candidate_edges=edges, missing="merge")
    stream = pickle.loads(pickle.dumps(stream.partial_fit(X[:300], y[:300])))
    stream = stream.partial_fit(X[300:], y[300:])
    assert_same(
        stream, MutualInfoBinner(candidate_edges=edges, missing="merge").fit(*source(X, y))
    )


def test_a_chunk_after_loading_from_a_memory_map(rng, tmp_path):
    X, z = table_of(rng, 800)
    y = TARGETS["binary"](z)
    edges = {"x": np.linspace(-2, 2, 21), "gap": [0.0]}
    joblib.dump(
        MutualInfoBinner(candidate_edges=edges).partial_fit(X[:300], y[:300]), tmp_path / "binner"
    )
    mapped = joblib.load(tmp_path / "binner", mmap_mode="r").partial_fit(X[300:], y[300:])
    assert_same(mapped, MutualInfoBinner(candidate_edges=edges).fit(X, y))


@pytest.mark.parametrize(
    "changed",
    [
        {"max_bins": 2},
        {"penalty": None},
        {"penalty": "BIC", "min_samples_bin": 50},
        {"monotonic_cst": {"x": -1}},
        {"missing": "merge"},
        {"encode": "onehot-dense"},
        {"encode": "posterior", "dtype": np.float32, "n_jobs": 2},
    ],
)
def test_parameters_set_between_chunks_hold_for_all_rows(rng, changed, source):
    X, z = table_of(rng, 800)
    y = TARGETS["binary"](z)
    edges = {"x": np.linspace(-2, 2, 21), "gap": np.linspace(-1, 1, 5)}
    stream = MutualInfoBinner(candidate_edges=edges).partial_fit(X[:300], y[:300])
    stream.set_params(**changed).partial_fit(X[300:], y[300:])
    whole = MutualInfoBinner(candidate_edges=edges, **changed).fit(*source(X, y))
    assert_same(stream, whole)
    assert stream.transform(X).dtype == whole.transform(X).dtype
    np.testing.assert_array_equal(stream.transform(X), whole.transform(X))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"categorical_features": ["x"]}, r"categorical_features was changed to \['x'\]"),
        ({"target_type": "multiclass"}, "target_type was changed to 'multiclass'"),
        ({"max_candidates": 7}, "max_candidates was changed to 7 between two calls"),
        ({"candidate_edges": {"x": [0.0]}}, "candidate_edges was changed to"),
        ({"max_bins": 0}, "'max_bins' parameter of MutualInfoBinner must be"),
        ({"penalty": "aic"}, "'penalty' parameter of MutualInfoBinner must be"),
        ({"penalty": "mdlp", "monotonic_cst": {"x": 1}}, "supports no monotonic_cst"),
    ],
)
def test_a_contradiction_to_what_was_counted_is_refused(rng, changed, message):
    X, z = table_of(rng, 800)
    y = TARGETS["binary"](z)
    before = {"candidate_edges": {"x": [0.0, 1.0]}}
    stream = MutualInfoBinner(**before).partial_fit(X[:300], y[:300])
    with pytest.raises(ValueError, match=message):
        stream.set_params(**changed).partial_fit(X[300:], y[300:])
    # Set back, it goes on.
    stream.set_params(**(MutualInfoBinner().get_params() | before))
    assert stream.partial_fit(X[300:], y[300:]).counts_[0].sum() == 800


def test_classes_may_be_named_again_but_not_others(rng):
    X = rng.normal(size=(30, 1))
    stream = MutualInfoBinner().partial_fit(X, np.arange(30) % 2, classes=[0, 1])
    assert stream.partial_fit(X, np.arange(30) % 2, classes=[1, 0]).counts_[0].sum() == 60
    with pytest.raises(ValueError, match=r"classes=\[0, 1, 2\] differ .* \[0, 1\]"):
        stream.partial_fit(X, np.arange(30) % 2, classes=[0, 1, 2])


def test_a_first_chunk_of_one_class_is_told_to_name_them(rng):
    X = rng.normal(size=(30, 1))
    with pytest.raises(ValueError, match=r"got one class: 'a' .* partial_fit\(X, y, classes="):
        MutualInfoBinner().partial_fit(X, ["a"] * 30)
    with pytest.raises(ValueError, match=r"got one value: 1\.5 .* larger chunk"):
        MutualInfoBinner(target_type="continuous").partial_fit(X, [1.5] * 30)


def test_a_stream_does_not_go_on_from_a_dict(rng):
    X, y = rng.normal(size=(100, 1)), np.arange(100) % 2
    binner = MutualInfoBinner.from_dict(MutualInfoBinner().partial_fit(X, y).to_dict())
    with pytest.raises(ValueError, match=r"from_dict, which keeps the bins.*pickle.*clone"):
        binner.partial_fit(X, y)
    assert clone(binner).partial_fit(X, y).counts_[0].sum() == 100
    assert binner.fit(X, y).partial_fit(X, y).counts_[0].sum() == 100


def test_a_pickle_of_chunks_is_of_the_size_of_the_counts(rng):
    X, y = rng.normal(size=(200_000, 2)), rng.integers(0, 2, 200_000)
    stream = MutualInfoBinner(max_candidates=50).partial_fit(X, y)
    # Of each column 50 cells of two sums of y, a weight and a sum of values, and 50 cuts.
    assert len(pickle.dumps(stream)) < 10_000


def test_a_parameter_changed_in_place_is_noticed(rng):
    X, y = rng.normal(size=(300, 1)), np.arange(300) % 2
    edges = [[-1.0, 0.0, 1.0]]
    stream = MutualInfoBinner(candidate_edges=edges).partial_fit(X, y)
    edges[0].append(2.0)
    with pytest.raises(ValueError, match="candidate_edges was changed to"):
        stream.partial_fit(X, y)


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_chunks_give_the_bits_of_the_whole(rng, kind):
    X, z = table_of(rng, 1200)
    y, weights = TARGETS[kind](z), rng.integers(0, 3, 1200)
    stream = MutualInfoBinner(max_candidates=40, encode="woe")
    for part in np.array_split(np.arange(1200), 5):
        stream.partial_fit(X.iloc[part], y[part], sample_weight=weights[part])
    whole = clone(stream).set_params(candidate_edges=stream.candidate_edges_)
    whole.fit(X, y, sample_weight=weights)
    for name in ("bin_edges_", "counts_", "mutual_info_", "missing_bits_", "n_bins_"):
        for a, b in zip(getattr(stream, name), getattr(whole, name), strict=True):
            np.testing.assert_array_equal(a, b)
    assert stream.groups_ == whole.groups_
    np.testing.assert_array_equal(stream.transform(X), whole.transform(X))


def test_y_and_weights_may_be_named(rng):
    X, z = table_of(rng, 400)
    frame = X.assign(default=z > 0, w=rng.integers(0, 3, 400))
    named = MutualInfoBinner().fit(frame, y="default", sample_weight="w")
    given_as_arrays = MutualInfoBinner().fit(X, frame["default"], sample_weight=frame["w"])
    assert named.feature_names_in_.tolist() == ["x", "gap", "level"]
    assert named.to_dict() == given_as_arrays.to_dict() | {"named": ["default", "w"]}
    stream = MutualInfoBinner().partial_fit(frame, "default", sample_weight="w")
    assert stream.n_features_in_ == 3
    with pytest.raises(ValueError, match="y='absent' is not among the columns"):
        MutualInfoBinner().fit(frame, y="absent")


# Tables in chunks give the bins of memory


class Chunked:
    """A table that is read again each time it is iterated over."""

    def __init__(self, frame, cuts):
        self._frame, self._cuts = frame, [0, *sorted(cuts), len(frame)]

    def __iter__(self):
        for start, stop in pairwise(self._cuts):
            yield self._frame[start:stop].reset_index(drop=True)


def assert_same_fit(chunked, whole, X):
    """All that a user can see of two binners is equal to the last bit."""
    assert chunked.to_dict() == whole.to_dict()
    for name in fitted_attributes(whole):
        a, b = getattr(chunked, name), getattr(whole, name)
        if name == "groups_":
            assert a == b
        elif isinstance(a, list):
            for one, other in zip(a, b, strict=True):
                np.testing.assert_array_equal(one, other)
        else:
            np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(chunked.transform(X), whole.transform(X))


def fitted_attributes(binner):
    return [name for name in vars(binner) if name.endswith("_") and not name.startswith("_")]


def mixed_frame(rng, n):
    frame, z = table_of(rng, n)
    frame["whole"] = rng.integers(0, 40, n)
    frame["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D")
    frame["truth"] = rng.random(n) < 0.3
    return frame, z


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"max_candidates": 30, "missing": "merge"},
        {"penalty": "modl", "max_candidates": 50},
        {"penalty": None, "max_bins": 5, "encode": "onehot-dense"},
        {"penalty": "bic", "min_samples_bin": 0.05, "encode": "posterior"},
        {"penalty": 2.0, "candidate_edges": {"x": [-1.0, 0.0, 1.0]}},
    ],
    ids=str,
)
def test_chunks_give_the_bins_of_memory(rng, kind, params):
    X, z = mixed_frame(rng, 2000)
    frame = X.assign(y=TARGETS[kind](z))
    whole = MutualInfoBinner(**params).fit(frame, y="y")
    chunked = MutualInfoBinner(**params).fit(Chunked(frame, [700, 701, 1500]), y="y")
    assert_same_fit(chunked, whole, X)


@given(cuts=st.lists(st.integers(0, 300), max_size=8), seed=st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_any_chunking_gives_the_bins_of_memory(cuts, seed):
    rng = np.random.default_rng(seed)
    X, z = mixed_frame(rng, 300)
    frame = X.assign(y=TARGETS["multiclass"](z), w=rng.integers(0, 3, 300))
    whole = MutualInfoBinner(max_candidates=20).fit(frame, y="y", sample_weight="w")
    chunked = MutualInfoBinner(max_candidates=20)
    chunked.fit(Chunked(frame, cuts), y="y", sample_weight="w")
    assert_same_fit(chunked, whole, X)


@pytest.mark.parametrize("by", ["y", "x", "level", "day"])
def test_sorted_files_give_the_bins_of_memory(rng, by):
    # Sorted by y each chunk lacks classes, sorted by level each has levels of its own.
    X, z = mixed_frame(rng, 900)
    frame = X.assign(y=TARGETS["multiclass"](z)).sort_values(by, kind="stable", ignore_index=True)
    whole = MutualInfoBinner(encode="woe").fit(frame, y="y")
    chunked = MutualInfoBinner(encode="woe").fit(Chunked(frame, [150, 300, 600]), y="y")
    assert_same_fit(chunked, whole, frame.drop(columns="y"))


def test_monotone_rates_of_chunks_are_optimal_over_all_values(rng):
    X, z = mixed_frame(rng, 3000)
    frame = X.assign(y=TARGETS["binary"](z))
    params = {"penalty": None, "monotonic_cst": "auto", "max_candidates": 16}
    whole = MutualInfoBinner(**params).fit(frame, y="y")
    chunked = MutualInfoBinner(**params).fit(Chunked(frame, [1000, 2000]), y="y")
    assert_same_fit(chunked, whole, X)


def test_pairs_of_arrays_are_chunks_too(rng):
    X, y = rng.normal(size=(500, 3)), rng.integers(0, 2, 500)
    y[X[:, 0] > 0.3] = 1
    weights = rng.integers(0, 4, 500)
    pieces = [(X[a:b], y[a:b], weights[a:b]) for a, b in ((0, 200), (200, 210), (210, 500))]
    whole = MutualInfoBinner().fit(X, y, sample_weight=weights)
    assert_same_fit(MutualInfoBinner().fit(pieces, None), whole, X)


def test_cross_fitting_needs_the_samples_in_memory(rng):
    X, z = mixed_frame(rng, 300)
    frame = X.assign(y=TARGETS["binary"](z))
    with pytest.raises(ValueError, match=r"needs all of them in memory"):
        MutualInfoBinner(encode="woe").fit_transform(Chunked(frame, [100]), "y")
