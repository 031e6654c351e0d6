"""Levels of text, by the dictionaries of each container."""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

from skinfo._counts._text_levels import text_levels

TEXT = ["b", None, "a", "b", "", "c c", "a", None]
DICTIONARY = ["absent", "c c", "", "b", "a"]


def pandas_text():
    text = pd.Series(TEXT, dtype="str")
    if text.dtype == object:
        pytest.skip("pandas before the third version has no dtype of text")
    return text


def pandas_arrow():
    pytest.importorskip("pyarrow")
    return pd.Series(TEXT, dtype="string[pyarrow]")


def pandas_categories():
    return pd.Series(pd.Categorical(TEXT, categories=DICTIONARY))


def arrow(type_=None):
    pa = pytest.importorskip("pyarrow")
    return pa.chunked_array([pa.array(TEXT, type_)])


def arrow_large():
    return arrow(pytest.importorskip("pyarrow").large_string())


def arrow_chunks():
    text = arrow()
    pa = pytest.importorskip("pyarrow")
    return pa.chunked_array([text.chunk(0)[:3], text.chunk(0)[:0], text.chunk(0)[3:]])


def arrow_dictionary():
    return arrow().dictionary_encode()


def arrow_dictionaries_that_differ():
    pa = pytest.importorskip("pyarrow")
    pieces = [pa.array(TEXT[:3]).dictionary_encode(), pa.array(TEXT[3:]).dictionary_encode()]
    return pa.chunked_array(pieces)


def arrow_odd_dictionary():
    """What Arrow allows: a level twice, one that is absent, and a missing one."""
    pa = pytest.importorskip("pyarrow")
    levels = pa.array(["b", "a", None, "b", "absent", "", "c c"])
    codes = pa.array([0, 2, 1, 3, 5, 6, 1, None], pa.uint8())
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, levels)])


def polars_text():
    return pytest.importorskip("polars").Series(TEXT)


def polars_categories():
    pl = pytest.importorskip("polars")
    other = pl.Series(["z", "a", "y"]).cast(pl.Categorical)
    return other.append(pl.Series(TEXT).cast(pl.Categorical))[3:]


def polars_enum():
    pl = pytest.importorskip("polars")
    return pl.Series(TEXT, dtype=pl.Enum(DICTIONARY))


CONTAINERS = [
    pandas_text,
    pandas_arrow,
    pandas_categories,
    arrow,
    arrow_large,
    arrow_chunks,
    arrow_dictionary,
    arrow_dictionaries_that_differ,
    arrow_odd_dictionary,
    polars_text,
    polars_categories,
    polars_enum,
]


@pytest.mark.parametrize("container", CONTAINERS)
def test_text_of_every_row(container):
    series = nw.from_native(container(), series_only=True)
    codes, levels = text_levels(series)
    assert [None if code < 0 else levels[code] for code in codes] == TEXT
    assert sorted(levels) == ["", "a", "b", "c c"]
    assert all(type(level) is str for level in levels)


@pytest.mark.parametrize("container", CONTAINERS)
def test_no_rows(container):
    codes, levels = text_levels(nw.from_native(container()[:0], series_only=True))
    assert len(codes) == 0
    assert levels == []


def test_what_is_no_text():
    pa = pytest.importorskip("pyarrow")
    others = [
        pd.Series([1.0, 2.0]),
        pd.Series([1, 2]).astype("category"),
        pd.Series(["a", 1], dtype=object),
        pa.chunked_array([pa.array([1, 2]).dictionary_encode()]),
        pa.chunked_array([[1, 2]]),
        pytest.importorskip("polars").Series([np.nan]),
    ]
    for other in others:
        assert text_levels(nw.from_native(other, series_only=True)) is None


@pytest.mark.parametrize("n_chunks", [1, 2])
def test_a_level_of_a_dictionary_of_arrow_may_be_missing(n_chunks):
    pa = pytest.importorskip("pyarrow")
    chunk = pa.DictionaryArray.from_arrays(pa.array([2, 1, 0]), pa.array(["b", None, "a"]))
    column = nw.from_native(pa.chunked_array([chunk] * n_chunks), series_only=True)
    codes, levels = text_levels(column)
    found = [levels[code] if code >= 0 else None for code in codes]
    assert found == ["a", None, "b"] * n_chunks
    assert None not in levels
