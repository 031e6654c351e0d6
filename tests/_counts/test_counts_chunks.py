"""Samples in chunks: every answer is that of memory, bit for bit."""

import json
from contextlib import contextmanager
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from optional import polars as pl

from skinfo import MutualInfoBinner
from skinfo._counts import _chunks, _grid
from skinfo._counts._as_source import as_source
from skinfo._counts._partial_column import PartialColumn
from skinfo._counts._quantiles import cuts_of_many_values
from skinfo._counts._read_chunks import is_chunked


class Passes:
    """Chunks that are iterated over again and again, counted."""

    def __init__(self, chunks):
        self.chunks = chunks
        self.n = 0

    def __iter__(self):
        self.n += 1
        return iter(self.chunks)


def chunks_of(X, y, w, cuts):
    """Return rows between cuts as chunks, of which some may be empty."""
    ends = [0, *sorted(cuts), len(y)]
    return [(X[a:b], y[a:b]) if w is None else (X[a:b], y[a:b], w[a:b]) for a, b in pairwise(ends)]


# Of a column of so many samples.
COLUMNS = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "rounded": lambda rng, n: np.round(rng.standard_normal(n), 1),
    "few": lambda rng, n: rng.integers(0, 4, n) * 1.0,
    "heavy": lambda rng, n: np.where(rng.random(n) < 0.6, 0.0, rng.exponential(size=n)),
    "wide": lambda rng, n: rng.standard_normal(n) * 10.0 ** rng.integers(-200, 200, n),
    "infinite": lambda rng, n: rng.choice([-np.inf, np.inf, 1.0, 2.5, -0.0, 0.0], n),
    "constant": lambda rng, n: np.ones(n),
}


@st.composite
def samples(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.integers(20, 400))
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=3))
    X = np.column_stack([COLUMNS[name](rng, n) for name in names])
    if draw(st.booleans()):
        X[rng.random(X.shape) < 0.1] = np.nan
    finite = np.nan_to_num(X[:, 0], posinf=3.0, neginf=-3.0)
    score = np.argsort(np.argsort(finite)) / n + 0.3 * rng.standard_normal(n)
    y = {
        "classes": np.digitize(score, [0.3, 0.6]),
        "binary": (score > 0.5).astype(int),
        "numbers": score * 1e3,
    }[draw(st.sampled_from(["classes", "binary", "numbers"]))]
    y[:2] = [0, 1]
    w = draw(st.sampled_from([None, "whole"])) and rng.integers(0, 4, n) * 1.0
    if w is not None:
        w[:2] = 1.0
    if draw(st.booleans()):
        order = np.argsort(finite)  # chunks whose values do not overlap
        X, y, w = X[order], y[order], None if w is None else w[order]
    cuts = draw(st.lists(st.integers(0, n), max_size=6))
    return X, y, w, cuts


# Of `skinfo._counts._grid`: how many values are exact, sampled, and fine; and of a pass.
SIZES = [
    {"EXACT": 8, "SAMPLE": 4, "FINE_EXACT": 3, "FINE": 3, "BUDGET": 8},
    {"EXACT": 32, "SAMPLE": 16, "FINE_EXACT": 9, "FINE": 4, "BUDGET": 64},
    {"EXACT": 40, "SAMPLE": 20, "FINE_EXACT": 2**11, "FINE": 2**9, "BUDGET": 2**21},
    {"EXACT": 2**15, "SAMPLE": 2**13, "FINE_EXACT": 2**11, "FINE": 2**9, "BUDGET": 2**21},
]


@contextmanager
def sizes_of(sizes):
    """Take small numbers for large ones."""
    with pytest.MonkeyPatch.context() as context:
        for name in ("EXACT", "SAMPLE", "FINE_EXACT", "FINE"):
            context.setattr(_grid, name, sizes[name])
        context.setattr(_grid, "HEAVY_SHARE", 0.125 if sizes["EXACT"] < 100 else 2.0**-10)
        context.setattr(_chunks, "BUDGET", sizes["BUDGET"])
        yield


def answers(j, column):
    """Return what a column answers to each question of a search."""
    if not len(column):
        return [column.missing_sums, column.kind]
    few, many = (column.equal_frequency(n_groups) for n_groups in (3, 12))
    near, thinned = column.positions_near(many, np.arange(1, len(many) + 1, 2), 4)
    finer, still = column.positions_near(few, np.arange(1, len(few) + 1), 7)
    answer = [column.missing_sums, column.kind, column.is_sampled]
    answer += [few, many, near, thinned, finer, still]
    exact = cuts_of_many_values(column, 5)
    beside, left_out = column.positions_beside(finer, np.arange(1, len(finer) + 1, 3), 4)
    answer += [beside, left_out, exact]
    for positions in (few, near, finer, beside, exact):
        answer += [
            column.sums_before(positions),
            *column.values_around(positions),
            column.cut_values(positions),
            column.means(positions),
        ]
    for limit in (2, 10, len(column)):
        positions, complete = column.firsts(limit)
        answer += [complete, positions if complete else None]
    return answer


def same(a, b):
    if a is None or isinstance(a, (bool, str)):
        assert a == b
    elif isinstance(a, (list, tuple)):
        for of_a, of_b in zip(a, b, strict=True):
            same(of_a, of_b)
    else:
        np.testing.assert_array_equal(a, b)


@settings(deadline=None, max_examples=25)
@given(samples(), st.sampled_from(SIZES))
def test_every_answer_of_a_column_is_that_of_memory(given_samples, sizes):
    X, y, w, cuts = given_samples
    numeric = [False] * X.shape[1]
    with sizes_of(sizes):
        whole = as_source(X, y, w, caller="test").map_columns(answers, numeric)
        source = as_source(chunks_of(X, y, w, cuts), None, caller="test")
        same(source.map_columns(answers, numeric), whole)


def boundaries(j, column):
    if not len(column):
        return []
    answer = []
    for limit in (2, 10, len(column)):
        positions, complete = column.boundary_points(limit)
        answer += [complete, positions if complete else None]
    return answer


@settings(deadline=None, max_examples=25)
@given(samples(), st.sampled_from(SIZES))
def test_boundary_points_are_those_of_memory(given_samples, sizes):
    X, y, w, cuts = given_samples
    y = (y > np.median(y)).astype(int)
    y[:2] = [0, 1]
    if w is not None:
        w[:2] = 1.0
    numeric = [False] * X.shape[1]
    with sizes_of(sizes):
        whole = as_source(X, y, w, caller="test").map_columns(boundaries, numeric)
        source = as_source(chunks_of(X, y, w, cuts), None, caller="test")
        same(source.map_columns(boundaries, numeric), whole)


SEARCHES = [
    {},
    {"penalty": "modl", "max_candidates": 20},
    {"penalty": "bic", "max_candidates": 8},
    {"penalty": "bic", "monotonic_cst": "auto", "max_candidates": 8},
    {"penalty": "modl", "monotonic_cst": 1, "max_candidates": 8},
    {"penalty": 0.5, "min_samples_bin": 0.1, "max_candidates": None},
    {"penalty": "mdlp"},
]


@settings(deadline=None, max_examples=25)
@given(samples(), st.sampled_from(SEARCHES), st.sampled_from(SIZES))
def test_whole_searches_are_those_of_memory(given_samples, parameters, sizes):
    X, y, w, cuts = given_samples
    if len(np.unique(y)) < 10 and "monotonic_cst" in parameters:
        y = np.minimum(y, 1)
    with sizes_of(sizes):
        whole = MutualInfoBinner(**parameters).fit(X, y, sample_weight=w)
        chunked = MutualInfoBinner(**parameters).fit(chunks_of(X, y, w, cuts), None)
    assert json.dumps(chunked.to_dict()) == json.dumps(whole.to_dict())


# More kinds of columns, of which all but the last have more values than are exact.
LARGE_COLUMNS = {
    "normal": lambda rng, x: x,
    "zeros": lambda rng, x: np.where(rng.random(len(x)) < 0.6, 0.0, np.exp(x)),
    "whole": lambda rng, x: np.floor(x * 1e6),
    "mixed": lambda rng, x: np.where(rng.random(len(x)) < 0.5, np.floor(3 * x), 1e3 * x),
    "infinite": lambda rng, x: np.where(x > 1.5, np.inf, x),
    "rounded": lambda rng, x: np.round(x, 3),
}


@pytest.mark.parametrize("of_y", ["noisy", "separable", "number"])
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"penalty": "bic"},
        {"penalty": "mdlp"},
        {"penalty": "modl", "monotonic_cst": "auto"},
        {"penalty": "bic", "monotonic_cst": 1},
        {"max_bins": 32},
    ],
)
def test_a_fit_reads_samples_five_times_at_most(of_y, parameters, rng):
    n = 40_000
    x = rng.standard_normal(n)
    X = np.column_stack([make(rng, x) for make in LARGE_COLUMNS.values()])
    noise = rng.standard_normal(n)
    y = {"noisy": (x + noise > 0.5) * 1, "separable": (x > 0.3) * 1, "number": x + noise}[of_y]
    w = rng.integers(1, 4, n) if of_y == "noisy" else None
    chunks = Passes(chunks_of(X, y, w, range(7000, n, 7000)))
    # In cells of up to 40 values.
    sizes = {"EXACT": 8000, "SAMPLE": 2000, "FINE_EXACT": 12, "FINE": 10, "BUDGET": 2**21}
    with sizes_of(sizes):
        whole = MutualInfoBinner(**parameters).fit(X, y, sample_weight=w)
        chunked = MutualInfoBinner(**parameters).fit(chunks, None)
    assert json.dumps(chunked.to_dict()) == json.dumps(whole.to_dict())
    assert chunks.n <= 5


def test_cuts_are_beside_a_heavy_value_and_where_classes_change(rng):
    n = 60_000
    x = rng.standard_normal(n)
    X = np.column_stack([x, np.where(rng.random(n) < 0.4, 0.0, np.exp(x))])
    y = (rng.random(n) < np.where(X[:, 1] == 0, 0.2, 0.6)).astype(int)
    binner = MutualInfoBinner().fit(chunks_of(X, y, None, [20_000, 50_000]), None)
    edges = binner.bin_edges_[1]
    assert 0 < edges[edges > 0].min() <= X[X[:, 1] > 0, 1].min()
    y = (x > 0.3).astype(int)
    passes = Passes(chunks_of(X, y, None, [20_000, 50_000]))
    (cut,) = MutualInfoBinner().fit(passes, None).bin_edges_[0][1:-1]
    assert x[x <= 0.3].max() < cut <= x[x > 0.3].min()
    assert passes.n <= 4


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_levels_absent_from_a_chunk_and_kinds_that_differ(frame, rng):
    parts = [
        frame({"a": [1, 2, 1, 2], "b": ["u", "v", None, "u"], "y": ["no", "yes", "no", "no"]}),
        frame({"a": [0.5, None, 2.5, 2.0], "b": ["w", "u", "w", "v"], "y": ["yes"] * 4}),
        frame({"a": [1, 2, 1, 2], "b": ["u", "v", None, "u"], "y": ["maybe"] * 4})[:0],
        frame({"a": [1, 2, 1, 2], "b": [None] * 4, "y": ["maybe", "no", "no", "yes"]}),
    ]
    parts = [*parts, *parts[:2]] * 4
    pieces = [
        pd.DataFrame(part.to_dict(as_series=False)) if frame is pl.DataFrame else part
        for part in parts
    ]
    whole = pd.concat([piece.astype({"b": object}) for piece in pieces if len(piece)])
    source = as_source(parts, "y", caller="test")
    memory = as_source(whole.reset_index(drop=True), "y", caller="test")
    assert source.names == memory.names == ["a", "b"]
    assert source.kinds == memory.kinds == ["number", "level"]
    np.testing.assert_array_equal(source.target.classes, memory.target.classes)
    mask = [True, True]
    for a, b in zip(
        source.map_columns(lambda j, column: column, mask),
        memory.map_columns(lambda j, column: column, mask),
        strict=True,
    ):
        assert a.sorted()[0] == b.sorted()[0]
        np.testing.assert_array_equal(a.sorted()[1], b.sorted()[1])
        np.testing.assert_array_equal(a.missing_sums, b.missing_sums)


@pytest.mark.parametrize("reverse", [False, True])
def test_one_level_of_several_types_has_one_name(reverse):
    parts = [
        pd.DataFrame({"a": pd.Series(values, dtype=object), "y": [0, 1, 0]})
        for values in ([1, 2, "x"], [1.0, "x", 2.5], [True, 2, "x"])
    ]
    parts = parts[::-1] if reverse else parts
    summary = lambda j, column: column.sorted()[0]  # noqa: E731
    (names,) = as_source(parts, "y", caller="test").map_columns(summary, [True])
    (of_memory,) = as_source(pd.concat(parts), "y", caller="test").map_columns(summary, [True])
    assert [(type(name), name) for name in names] == [(type(name), name) for name in of_memory]


def test_objects_without_a_value_leave_the_kind_to_other_chunks():
    numbers = [1, None, 2, 1, 2, 2, 1, None, None, None]
    frame = pd.DataFrame({"a": pd.Series(numbers, dtype=object), "y": [0, 1] * 5})
    chunks = [frame[:8], frame[8:]]
    one, other = (MutualInfoBinner().fit(X, "y") for X in (frame, chunks))
    assert other.bin_edges_[0].tolist() == one.bin_edges_[0].tolist() == [-np.inf, np.inf]
    for X in (frame[8:], [frame[8:9], frame[9:]]):
        binner = MutualInfoBinner().fit(X, "y")
        assert binner.bin_edges_ == [None]
        assert binner.transform(pd.DataFrame({"a": ["x"]})).tolist() == [[0]]


def test_levels_of_numbers_have_one_order_whatever_holds_them():
    values = [2.0, 1.0, 3.0, 1.0, 5.0, 4.0]
    frame = pd.DataFrame({"a": values, "y": [0, 1] * 3})
    chunks = [frame[:3], frame[3:].astype({"a": object})]
    for X in (frame, chunks):
        binner = MutualInfoBinner(categorical_features=[0], penalty=None).fit(X, "y")
        levels = [level for group in binner.groups_[0] for level in group]
        assert sorted(levels) == [1, 2, 3, 4, 5]
        assert [sorted(group) == group for group in binner.groups_[0]] == [True, True]


def test_text_has_the_same_names_with_and_without_missing_values():
    frame = pl.DataFrame({"a": ["u", "v", None, "u"] * 10, "y": [0, 1, 0, 1] * 10})
    binners = [MutualInfoBinner().fit(X, "y") for X in (frame, [frame[:2], frame[2:]])]
    assert json.dumps(binners[0].to_dict()) == json.dumps(binners[1].to_dict())
    for container in (frame[["a"]][:2], frame[["a"]], np.array([["u"], ["v"]])):
        (levels,) = as_source(container, np.arange(len(container)) % 2, caller="test").map_columns(
            lambda j, column: column.sorted()[0], [True]
        )
        assert [type(level) for level in levels] == [str, str]


def test_fractional_weights(rng):
    X, w = rng.standard_normal((500, 1)), rng.random(500)
    y = (X[:, 0] + rng.standard_normal(500) > 0).astype(int)
    whole = MutualInfoBinner().fit(X, y, sample_weight=w)
    chunked = MutualInfoBinner().fit(chunks_of(X, y, w, [100, 250]), None)
    assert json.dumps(chunked.to_dict()) == json.dumps(whole.to_dict())


def test_what_an_iterable_of_chunks_has_to_be(rng):
    X, y = rng.standard_normal((20, 2)), np.arange(20) % 2
    chunks = chunks_of(X, y, None, [10])
    with pytest.raises(TypeError, match="which can be iterated over only once"):
        as_source((chunk for chunk in chunks), None, caller="test")
    with pytest.raises(ValueError, match="y of chunks is the name of a column"):
        as_source(chunks, y, caller="test")
    with pytest.raises(ValueError, match="X gave no table"):
        as_source(Passes([]), None, caller="test")
    with pytest.raises(ValueError, match=r"has 1 features, but \w+ is expecting 2"):
        as_source([*chunks, (X[:, :1], y)], None, caller="test")
    frames = [pd.DataFrame({"a": [1, 2], "y": [0, 1]}), pd.DataFrame({"b": [1, 2], "y": [0, 1]})]
    with pytest.raises(ValueError, match=r"(?s)feature names should match.*- b\n.*- a"):
        as_source(frames, "y", caller="test")
    with pytest.raises(ValueError, match="y to have at least two classes, got one class: 0"):
        as_source([(X, np.zeros(20, int))], None, caller="test")
    with pytest.raises(ValueError, match="sample_weight must have a positive entry, got zeros on"):
        as_source(chunks_of(X, y, np.zeros(20), [10]), None, caller="test")
    with pytest.raises(
        ValueError, match=r"Found 1 sample\(s\) in all chunks while a minimum of 2"
    ):
        as_source(chunks_of(X[:1], y[:1], None, [0]), None, caller="test")
    with pytest.raises(
        ValueError, match=r"Found 0 sample\(s\) in all chunks while a minimum of 2"
    ):
        as_source(chunks_of(X[:0], y[:0], None, [0]), None, caller="test")


def test_tables_that_change_between_passes_are_an_error(rng):
    X, y = rng.standard_normal((20, 2)), np.arange(20) % 2

    class Growing(Passes):
        def __iter__(self):
            self.chunks = [*self.chunks, (X, y)]
            return super().__iter__()

    with pytest.raises(ValueError, match="X gave 20 rows when it was read first, and 40 now"):
        MutualInfoBinner().fit(Growing([]), None)


def test_a_column_that_is_wholly_known_is_read_once(rng):
    X, y = rng.integers(0, 30, (200, 1)) * 1.0, rng.integers(0, 2, 200)
    passes = Passes(chunks_of(X, y, None, [50, 60]))
    (column,) = as_source(passes, None, caller="test").map_columns(lambda j, c: c, [False])
    assert isinstance(column, PartialColumn)
    column.means(column.equal_frequency(5))
    assert passes.n == 2


def test_columns_of_every_kind_and_a_y_of_dates(rng):
    score = rng.standard_normal(600)
    seconds = (score * 1e6).astype(int)
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(seconds, unit="s"),
            "duration": pd.to_timedelta(np.abs(seconds), unit="s"),
            "boolean": score > 0,
            "text": np.where(score > 0, "a", np.where(score > -1, "b", "c")),
            "category": pd.Categorical(np.where(score > 0.3, "u", "v")),
            "w": rng.integers(0, 3, 600),
        }
    )
    frame["y"] = frame["date"] + pd.to_timedelta(rng.integers(0, 10**6, 600), unit="s")
    chunks = [frame[:100], frame[100:100], frame[100:350], frame[350:]]
    whole = MutualInfoBinner().fit(frame, "y", sample_weight="w")
    chunked = MutualInfoBinner().fit(chunks, "y", sample_weight="w")
    assert chunked.target_type_ == "continuous"
    assert json.dumps(chunked.to_dict()) == json.dumps(whole.to_dict())


def test_sparse_chunks(rng):
    X = sp.random(300, 3, 0.3, random_state=0, format="csr")
    y = rng.integers(0, 2, 300)
    chunks = [(X[:100], y[:100]), (X[100:], y[100:])]
    chunked, whole = MutualInfoBinner().fit(chunks, None), MutualInfoBinner().fit(X, y)
    assert json.dumps(chunked.to_dict()) == json.dumps(whole.to_dict())


def test_a_chunk_without_a_column_is_named():
    X = pd.DataFrame({"a": np.arange(50.0), "b": np.arange(50.0), "y": np.arange(50) % 2})
    with pytest.raises(ValueError, match=r"X has no column 'b' .*\(In chunk 1\.\)"):
        MutualInfoBinner().fit([X, X.drop(columns="b")], y="y")


@pytest.mark.parametrize("n_rows", [0, 3])
def test_a_chunk_of_text_without_a_value_is_no_text(n_rows):
    empty = pl.DataFrame({"x": pl.Series([None] * n_rows, dtype=pl.String), "y": [1] * n_rows})
    empty = empty.cast({"y": pl.Int64})
    text = pl.DataFrame({"x": ["a", "b"], "y": [0, 1]})
    binner = MutualInfoBinner(categorical_features=None)
    with pytest.raises(ValueError, match=r"x must hold numbers, got 'a'.* \(In chunk 1.\)"):
        binner.fit([empty, text], y="y")


@pytest.mark.parametrize("X", [5, 0.5, None, "ab", b"ab", {"a": [1.0]}, {}, [], [[1.0], [2.0]]])
def test_what_is_no_iterable_of_tables(X):
    assert not is_chunked(X)


@pytest.mark.parametrize(
    ("n_cells", "expected"),
    [
        ([2, 3, 1], [0, 1]),  # 2 and 3 thousand values fit, the next one does not
        ([9, 1, 1], [0]),  # the first one is read whatever it takes
        ([0, 2, 0], [1]),  # no cell, nothing to read
    ],
)
def test_cells_of_a_pass_are_within_its_budget(monkeypatch, n_cells, expected):
    monkeypatch.setattr(_chunks, "BUDGET", 5000)
    column = SimpleNamespace(most_values=lambda cells: 1000 * len(cells))
    requests = {j: SimpleNamespace(cells=np.arange(n)) for j, n in enumerate(n_cells)}
    cells = _chunks._within_budget(dict.fromkeys(requests, column), requests)
    assert list(cells) == expected
    for j in expected:
        np.testing.assert_array_equal(cells[j], np.arange(n_cells[j]))
