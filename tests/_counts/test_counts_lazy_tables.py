"""Lazy tables: which they are, and what is asked of them; the binner's tests have the numbers."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo._counts._lazy_tables import (
    DuckDBRelation,
    SparkFrame,
    SqlColumn,
    TransformedChunks,
    as_lazy_table,
    is_lazy,
)

FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})


@pytest.mark.parametrize(
    "X", [FRAME, FRAME.to_numpy(), [[1, 2]], FRAME["a"], {"a": [1]}, "a", None]
)
def test_what_is_in_memory_is_not_lazy(X):
    assert as_lazy_table(X) is None
    if not isinstance(X, str):
        assert not is_lazy(X)


def test_chunks_are_lazy_and_no_lazy_table():
    for X in ([FRAME], [(FRAME, [0, 1])], iter_again(FRAME)):
        assert as_lazy_table(X) is None
        assert is_lazy(X)


def iter_again(*tables):
    class Again:
        def __iter__(self):
            return iter(tables)

    return Again()


def test_transformed_chunks_pass_on_what_comes_with_a_table():
    X = iter_again((FRAME, "y", "weights"), (FRAME, "y"), FRAME)
    lazy = TransformedChunks(X, len)
    assert list(lazy) == list(lazy) == [(2, "y", "weights"), (2, "y"), 2]
    assert repr(lazy) == "<TransformedChunks: iterate over it for the output of each chunk>"


@pytest.mark.parametrize("estimator", [MutualInfoBinner(), InfoBottleneckSelector(1)])
def test_chunks_without_rows_are_transformed(estimator):
    X = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 3, 2, 4]})
    estimator.fit(X, [0, 0, 1, 1])
    lengths = [len(part) for part in estimator.transform([X, X[:0], X[:3]])]
    assert lengths == [4, 0, 3]
    with pytest.raises(ValueError, match=r"0 sample\(s\).* a minimum of 1 is required"):
        estimator.transform(X[:0])


def test_an_error_names_the_chunk():
    def fail(table):
        raise TypeError(f"No {len(table)}.")

    with pytest.raises(TypeError, match=r"No 2. \(In chunk 0.\)"):
        list(TransformedChunks([FRAME], fail))
    with pytest.raises(TypeError, match="X must be a table that is read in parts, got ndarray"):
        list(TransformedChunks(np.ones((2, 2)), fail))


class Described:
    """The names and types of the columns of a table of an engine."""

    def __init__(self, *types):
        self.types = types
        self.dtypes = [(f"c{i}", type_) for i, type_ in enumerate(types)]
        self.columns = [name for name, _ in self.dtypes]


@pytest.mark.parametrize(
    ("make", "type_", "kind", "value"),
    [
        (DuckDBRelation, "INTEGER", "integer", "{}"),
        (DuckDBRelation, "DECIMAL(10,2)", "number", "{}"),
        (DuckDBRelation, "TIMESTAMP WITH TIME ZONE", "date", "epoch_us({})"),
        (DuckDBRelation, "TIMESTAMP_NS", "date", "epoch_us(CAST({} AS TIMESTAMP))"),
        (DuckDBRelation, "ENUM('a', 'b')", "level", "{}"),
        (DuckDBRelation, "UUID", "", "{}"),
        (DuckDBRelation, "INTERVAL", "", "{}"),
        (SparkFrame, "int", "integer", "{}"),
        (SparkFrame, "interval year to month", "", "{}"),
        (SparkFrame, "timestamp", "date", "unix_micros({})"),
        (SparkFrame, "string collate UTF8_LCASE", "level", "CAST({} AS STRING)"),
        (SparkFrame, "string", "level", "{}"),
        (SparkFrame, "decimal(10,2)", "number", "{}"),
    ],
)
def test_types_of_engines(make, type_, kind, value):
    assert make(Described(type_)).columns() == [SqlColumn(type_, kind, value)]


def test_a_name_in_which_spark_would_put_a_variable_is_refused():
    frame = SparkFrame(SimpleNamespace(columns=["a${env:HOME}", "b$"]))
    assert frame.identifier("b$") == "`b$`"
    with pytest.raises(ValueError, match=r"'a\$\{env:HOME\}' of a column holds \$\{, in place"):
        frame.select([0])
