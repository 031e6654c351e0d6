"""SQL of the bins, run in databases: row by row what NumPy gives.

SQLite, DuckDB and Spark run here, PostgreSQL and MariaDB where they are installed. Other dialects
are parsed.
"""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optional import duckdb
from servers import ask

from skinfo._counts._special_values import SpecialValues
from skinfo._counts._table import table_of
from skinfo.preprocessing._bins import CategoryBins, NumericBins
from skinfo.preprocessing._sql import DIALECTS, case_expressions

MAX = np.finfo(np.float64).max
TINY = 5e-324
EPOCH = datetime(1970, 1, 1)


@pytest.fixture(scope="module", autouse=True)
def duck():
    with duckdb.connect() as connection:
        # One thread: these tables have a few rows.
        connection.execute("SET threads = 1")
        yield connection


def run_sqlite(values, type_, expressions, name="x"):
    # The connection's own context ends a transaction, and leaves the connection open.
    with closing(sqlite3.connect(":memory:")) as connection:
        return fetch(connection, values, type_, expressions, name)


def run_duckdb(duck):
    def run(values, type_, expressions, name="x"):
        return fetch(duck.cursor(), values, type_, expressions, name)

    return run


def fetch(connection, values, type_, expressions, name):
    column = DIALECTS["ansi"].identifier(name)
    connection.execute(f"CREATE TEMP TABLE t (row_ INTEGER, {column} {type_})")
    try:
        connection.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(values)))
        query = f"SELECT {', '.join(expressions)} FROM t ORDER BY row_"
        return np.array(connection.execute(query).fetchall())
    finally:
        connection.execute("DROP TABLE t")


def outputs_of(n_bins):
    """Return bin numbers, an indicator of each bin, and floats that repeat."""
    numbers = np.arange(n_bins)
    weights = np.sin(numbers // 2) / 3
    return [numbers[:, None], np.eye(n_bins, dtype=np.int64), weights[:, None]]


def objects(values):
    column = np.empty((len(values), 1), dtype=object)
    column[:, 0] = values
    return column


def assert_sql_agrees(run, dialect, bins, values, type_, name="x", codes=None):
    if codes is None:
        as_floats = not bins.is_categorical
        X = np.array(values, dtype=np.float64)[:, None] if as_floats else objects(values)
        codes = bins.codes(table_of(X, caller="test"), 0)
    for outputs in outputs_of(bins.n_bins):
        rows = run(values, type_, case_expressions(bins, name, outputs, dialect), name)
        np.testing.assert_array_equal(rows, outputs[codes])
        assert rows.dtype.kind == outputs.dtype.kind


def assert_all_agree(duck, bins, values, type_, **kwargs):
    """Compare in both databases, each in its own dialect and in the standard one."""
    for dialect in ("ansi", "sqlite"):
        assert_sql_agrees(run_sqlite, dialect, bins, values, type_, **kwargs)
    for dialect in ("ansi", "duckdb"):
        assert_sql_agrees(run_duckdb(duck), dialect, bins, values, type_, **kwargs)


def numeric(cuts, *, own_missing=True, missing_bin=None, kind="number"):
    last = len(cuts) + own_missing
    missing_bin = last if missing_bin is None else missing_bin
    return NumericBins(np.array(cuts, dtype=np.float64), kind, own_missing, missing_bin)


def around(cuts, dtype=np.float64):
    """Return the cuts and their neighbours, None, both zeros and the ends of what is finite."""
    info = np.finfo(dtype)
    ends = [-np.inf, info.min, -0.0, 0.0, info.smallest_subnormal, info.max, np.inf]
    near = np.array([*cuts, *ends]).astype(dtype)
    values = np.concatenate([near, np.nextafter(near, -info.max), np.nextafter(near, info.max)])
    return [None, *values.astype(np.float64).tolist()]


def test_it_reads_well():
    bins = numeric([35, 48.5])
    (expression,) = case_expressions(bins, "age", np.arange(4)[:, None])
    assert expression == (
        "CASE\n"
        '    WHEN "age" IS NULL THEN 3\n'
        '    WHEN "age" < 35 THEN 0\n'
        '    WHEN "age" < 48.5 THEN 1\n'
        "    ELSE 2\n"
        "END"
    )


@pytest.mark.parametrize(
    ("dialect", "cut", "output"),
    [
        ("ansi", "10.78e0", "0.1e0"),
        ("duckdb", "10.78e0", "0.1e0"),
        ("sqlite", "10.78", "0.1"),
        ("postgresql", "10.78", "0.1"),
    ],
)
def test_decimals_are_plain_where_they_are_doubles(dialect, cut, output):
    bins = numeric([10.78, 48.5])
    (sql,) = case_expressions(bins, "x", [[0.1], [1.0], [0.1], [1e30]], dialect)
    x = DIALECTS[dialect].identifier("x")
    assert f"WHEN {x} < {cut} THEN {output}\n" in sql
    assert f"WHEN {x} < 48.5 THEN" in sql
    assert "THEN 1e+30\n" in sql
    # Else the result is a numeric, and of the width of the widest.
    assert sql.endswith("AS DOUBLE PRECISION)") == (dialect == "postgresql")
    (whole,) = case_expressions(bins, "x", [[0], [1], [2], [3]], dialect)
    assert not whole.startswith("CAST")


@pytest.mark.parametrize(
    "cuts",
    [
        [],
        [0],
        [0.1],
        [0.1, 0.2, 0.3, 36.6, 1e22],
        [-1e308, -1e-300, TINY, 1e308],
        [-MAX, 0, MAX],
        [-MAX, 1.5, np.inf],
        [1540769.14746973, 0.707056753354459 + 1e7, 16777216.5, 16777217, 2**60],
        [2**-30, 0.5, 1e15 + 0.5],
    ],
)
def test_boundaries(duck, cuts):
    bins = numeric(sorted(cuts))
    assert_all_agree(duck, bins, around(cuts), "DOUBLE")
    with np.errstate(over="ignore", under="ignore"):
        floats = around(cuts, np.float32)
    assert_sql_agrees(run_duckdb(duck), "duckdb", bins, floats, "FLOAT")
    assert_sql_agrees(run_duckdb(duck), "ansi", bins, floats, "FLOAT")


@pytest.mark.parametrize("type_", ["INTEGER", "BIGINT"])
@pytest.mark.parametrize(
    "cuts", [[-5, 0, 3], [2.5], [0.1, 1e300], [-MAX, 2**31 - 1, np.inf], [2**-40, 16777217]]
)
def test_integer_columns(duck, type_, cuts):
    most = 2**31 - 1 if type_ == "INTEGER" else 2**53
    values = [None, -most, -6, -5, 0, 1, 2, 3, 4, 16777216, 16777217, most - 1, most]
    for kind in ("integer", "number"):
        assert_all_agree(duck, numeric(cuts, kind=kind), values, type_)


@pytest.mark.parametrize(("own_missing", "missing_bin"), [(True, 3), (False, 0), (False, 2)])
def test_nan_is_missing(duck, own_missing, missing_bin):
    bins = numeric([0, 1], own_missing=own_missing, missing_bin=missing_bin)
    values = [np.nan, None, -np.inf, np.inf, 0.5]
    assert_sql_agrees(run_duckdb(duck), "duckdb", bins, values, "DOUBLE")
    assert_sql_agrees(run_duckdb(duck), "duckdb", bins, values, "FLOAT")
    assert_sql_agrees(run_sqlite, "sqlite", bins, values, "REAL")
    (postgresql,) = case_expressions(bins, "x", np.arange(bins.n_bins)[:, None], "postgresql")
    nan = """CAST("x" AS DOUBLE PRECISION) = 'NaN'"""
    assert f'WHEN "x" IS NULL OR {nan} THEN {missing_bin}' in postgresql


def test_one_output_needs_no_case(duck):
    assert case_expressions(numeric([], own_missing=False), "x", [[7]]) == ["7"]
    assert case_expressions(numeric([1, 2]), "x", np.ones((4, 1))) == ["1e0"]


@pytest.mark.parametrize("bins", [numeric([1], kind="boolean"), numeric([], kind="boolean")])
def test_booleans(duck, bins):
    assert_all_agree(duck, bins, [True, False, None], "BOOLEAN")


@pytest.mark.parametrize(
    "cut",
    [
        "2020-01-15",
        "2020-01-15 10:00",
        "2020-01-15 10:00:00.5",
        "1969-12-31 23:59:59.000001",
        "0001-01-02",
        "9999-12-31",
    ],
)
def test_dates(duck, cut):
    moment = datetime.fromisoformat(cut)
    unit = timedelta(microseconds=1)
    # Before 1684 and after 2255 float64 no longer holds every microsecond.
    step = unit if 1684 < moment.year < 2255 else timedelta(seconds=1)
    moments = [moment - step, moment, moment + step, datetime(2020, 1, 15), EPOCH]
    micro = [(m - EPOCH) / unit for m in moments] + [np.nan]
    bins = numeric([(moment - EPOCH) / unit], kind="date")
    codes = bins.codes(table_of(np.array(micro)[:, None], caller="test"), 0)
    for dialect in ("ansi", "duckdb", "postgresql"):
        run = run_duckdb(duck)
        assert_sql_agrees(run, dialect, bins, [*moments, None], "TIMESTAMP", codes=codes)
    for separator, digits in ((" ", "auto"), (" ", "microseconds"), ("T", "auto")):
        texts = [m.isoformat(separator, digits) for m in moments] + [None]
        assert_sql_agrees(run_sqlite, "sqlite", bins, texts, "TEXT", codes=codes)


def test_a_day_as_text_with_or_without_its_time():
    bins = numeric([np.datetime64("2020-01-15", "us").astype(np.int64)], kind="date")
    texts = ["2020-01-14 23:59:59.9", "2020-01-15", "2020-01-15 00:00:00", "2020-01-14"]
    texts += ["2020-01-14T23:59:59.9", "2020-01-15T00:00:00"]
    codes = np.array([0, 1, 1, 0, 0, 1])
    assert_sql_agrees(run_sqlite, "sqlite", bins, texts, "TEXT", codes=codes)


AWKWARD = [
    "it's",
    'a "b"',
    "line\nbreak",
    "back\\slash",
    "☃🙂",
    "",
    " ",
    "'; DROP TABLE t; --",
    "é",
    "back\\\nslash at the end of a line",
    "${spark.app.name}",
]


@pytest.mark.parametrize(("own_missing", "missing_bin"), [(True, 3), (False, 1)])
def test_text_levels(duck, own_missing, missing_bin):
    groups = np.arange(len(AWKWARD)) % 3
    bins = CategoryBins(AWKWARD, groups, own_missing, missing_bin, fallback=1)
    values = [*AWKWARD, None, "unseen", "IT'S", "e\u0301"]
    for name in ("x", 'a "quoted" 🙂 name', "select"):
        assert_all_agree(duck, bins, values, "VARCHAR", name=name)


def test_many_levels_are_broken_into_lines(duck):
    levels = [f"level {i}" for i in range(60)]
    bins = CategoryBins(levels, np.arange(60) % 2, fallback=0)
    (expression,) = case_expressions(bins, "x", np.arange(2)[:, None])
    assert max(map(len, expression.splitlines())) < 100
    assert_all_agree(duck, bins, levels, "VARCHAR")


@pytest.mark.parametrize(
    ("levels", "values", "type_"),
    [
        ([False, True], [True, False, None], "BOOLEAN"),
        ([-3, 0, 2**53], [None, -3, 0, 2**53, 7], "BIGINT"),
        ([np.int64(1), np.int64(2)], [1, 2, 3], "INTEGER"),
        ([-0.5, 0.1, 1e300], [None, 0.1, 0.30000000000000004, 1e300, -0.5], "DOUBLE"),
    ],
)
def test_levels_that_are_not_text(duck, levels, values, type_):
    bins = CategoryBins(levels, np.arange(len(levels)), fallback=0)
    assert_all_agree(duck, bins, values, type_)


def test_levels_of_float32_and_nan(duck):
    levels = [np.float32(0.1), np.float32(0.5)]
    bins = CategoryBins(levels, np.arange(2), own_missing=True, missing_bin=2, fallback=0)
    values = [float(levels[0]), 0.5, 3.0, np.nan, None]
    assert_sql_agrees(run_duckdb(duck), "duckdb", bins, values, "FLOAT")


def test_a_column_without_levels(duck):
    bins = CategoryBins([], np.empty(0, np.int64), own_missing=True, modes=[None])
    assert_all_agree(duck, bins, [None, "a"], "VARCHAR")


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        (["a\0b"], "NUL"),
        (["\ud800"], "surrogate"),
        ([(1, 2)], "type tuple"),
        ([datetime(2020, 1, 1)], "type datetime"),
        ([np.datetime64("2020-01-01")], "type datetime64"),
        (["a", 1], "several types"),
        ([True, 2], "several types"),
        ([np.inf], "finite"),
    ],
)
def test_levels_without_a_literal(levels, message):
    bins = CategoryBins(levels, np.arange(len(levels)), fallback=0)
    with pytest.raises(ValueError, match=message):
        case_expressions(bins, "x", np.arange(len(levels))[:, None])


@pytest.mark.parametrize(
    ("bins", "message"),
    [
        (numeric([1e6], kind="duration"), "durations.*total_seconds"),
        (numeric([1e18], kind="date"), "years 1 to 9999"),
        (numeric([-MAX], kind="date"), "years 1 to 9999"),
        (numeric([5], kind="boolean"), "False from True"),
    ],
)
def test_cuts_without_a_literal(bins, message):
    with pytest.raises(ValueError, match=message):
        case_expressions(bins, "x", np.arange(3)[:, None])


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (np.zeros((2, 1)), "n_bins=3"),
        (np.zeros(3), "n_bins=3"),
        (np.array([[0.0], [np.inf], [1.0]]), "finite, got inf for bin 1 of x"),
        (np.array([["a"], ["b"], ["c"]]), "numbers"),
    ],
)
def test_outputs_are_checked(outputs, message):
    with pytest.raises(ValueError, match=message):
        case_expressions(numeric([1]), "x", outputs)


def test_other_arguments_are_checked():
    with pytest.raises(ValueError, match=r"dialect must be one of .*'oracle'"):
        case_expressions(numeric([1]), "x", np.zeros((3, 1)), "oracle")
    with pytest.raises(ValueError, match="NUL"):
        DIALECTS["ansi"].identifier("a\0")


# SQLite 3.40 misreads by one ulp some of the numbers closer to 0 than this.
held_by_sqlite = st.floats(allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-290)
round_numbers = st.decimals(-(10**6), 10**6, places=3).map(float)


@settings(deadline=None, max_examples=40)
@given(
    cuts=st.lists(held_by_sqlite | round_numbers, max_size=4, unique=True)
    .map(sorted)
    .filter(lambda cuts: -np.inf not in cuts),
    more=st.lists(st.none() | st.floats(allow_nan=False), max_size=4),
    own_missing=st.booleans(),
)
def test_any_numbers(duck, cuts, more, own_missing):
    bins = numeric(cuts, own_missing=own_missing)
    near = np.array(cuts)
    with np.errstate(over="ignore", under="ignore"):
        below, above = np.nextafter(near, -np.inf), np.nextafter(near, np.inf)
    values = [*near, *below, *above, *more, None]
    values = [None if v is None else float(v) for v in values]
    assert_all_agree(duck, bins, values, "DOUBLE")


def with_special(bins, *groups):
    """Return bins with one more for each group of special values, but the last in the first."""
    first = len(bins.cuts) + 1 if not bins.is_categorical else bins.n_groups
    own = range(first, first + len(groups))
    places = tuple(own) if bins.is_categorical else (*own[:-1], 0)
    special = SpecialValues(groups, (None,) * len(groups))
    n_own = len(groups) if bins.is_categorical else len(groups) - 1
    missing_bin = bins.missing_bin + n_own * bins.own_missing
    return replace(bins, special=special, special_bins=places, missing_bin=missing_bin)


@settings(deadline=None, max_examples=40)
@given(
    cuts=st.lists(held_by_sqlite | round_numbers, max_size=4, unique=True)
    .map(sorted)
    .filter(lambda cuts: np.inf not in cuts),
    special=st.lists(held_by_sqlite | round_numbers, min_size=2, max_size=4, unique=True),
    more=st.lists(st.none() | st.floats(allow_nan=False), max_size=4),
)
def test_any_special_numbers_and_right_closed_intervals(duck, cuts, special, more):
    bins = replace(numeric(cuts), closed="right")
    bins = with_special(bins, tuple(special[:1]), tuple(special[1:]))
    near = np.array([*cuts, *special])
    with np.errstate(over="ignore", under="ignore"):
        below, above = np.nextafter(near, -np.inf), np.nextafter(near, np.inf)
    values = [*near, *below, *above, *more, None]
    values = [None if v is None else float(v) for v in values]
    assert_all_agree(duck, bins, values, "DOUBLE")


@pytest.mark.parametrize("closed", ["left", "right"])
def test_special_integers(duck, closed):
    bins = replace(numeric([-5, 0, 3], kind="integer"), closed=closed)
    bins = with_special(bins, (-999.0, 2.0**53), (0.0, np.inf), (7.0,))
    values = [None, -999, -998, -6, -5, -4, 0, 1, 3, 4, 7, 2**53 - 1, 2**53]
    assert_all_agree(duck, bins, values, "BIGINT")
    (case,) = case_expressions(bins, "x", np.arange(bins.n_bins)[:, None])
    assert 'WHEN "x" IN (-999, 9007199254740992e0) THEN 4' in case
    assert ('WHEN "x" < -5 THEN' if closed == "left" else 'WHEN "x" <= -5 THEN') in case


@pytest.mark.parametrize("closed", ["left", "right"])
def test_special_booleans_and_text(duck, closed):
    truth = replace(numeric([1 if closed == "left" else 0], kind="boolean"), closed=closed)
    for groups in [((1.0,), (5.0,)), ((0.0, 1.0), (7.0,)), ((-999.0,), (0.0,))]:
        assert_all_agree(duck, with_special(truth, *groups), [True, False, None], "BOOLEAN")
    bins = CategoryBins(AWKWARD[:3], np.array([0, 1, 0]), True, 2, fallback=1)
    bins = with_special(bins, ("n/a", "it's "), ("",))
    values = [*AWKWARD, None, "n/a", "N/A", "it's ", "unseen"]
    assert_all_agree(duck, bins, values, "VARCHAR")
    numbers = CategoryBins([1, 2], np.array([0, 1]), True, 2)
    assert_all_agree(duck, with_special(numbers, (-999,), (3, 4)), [1, 2, 3, 4, -999], "INTEGER")
    none = CategoryBins([], np.empty(0, np.int64), True, 0)
    assert_all_agree(duck, with_special(none, ("a",), ("b", "c")), ["a", "c", "d"], "VARCHAR")


@pytest.mark.parametrize("closed", ["left", "right"])
@pytest.mark.parametrize("cut", ["2020-01-15", "2020-01-15 10:00", "1969-12-31 23:59:59.000001"])
def test_special_dates(duck, closed, cut):
    moment, unit = datetime.fromisoformat(cut), timedelta(microseconds=1)
    code = datetime(1900, 1, 1)
    moments = [moment - unit, moment, moment + unit, code, code + unit, code - unit, EPOCH]
    micro = [(m - EPOCH) / unit for m in moments] + [np.nan]
    bins = replace(numeric([(moment - EPOCH) / unit], kind="date"), closed=closed)
    bins = with_special(bins, ((code - EPOCH) / unit,), ((moment + unit - EPOCH) / unit, 0.0))
    codes = bins.codes(table_of(np.array(micro)[:, None], caller="test"), 0)
    np.testing.assert_array_equal(codes[[3, 2, 6]], [2, 0, 0])
    for dialect in ("ansi", "duckdb", "postgresql"):
        run = run_duckdb(duck)
        assert_sql_agrees(run, dialect, bins, [*moments, None], "TIMESTAMP", codes=codes)
    for separator, digits in ((" ", "auto"), (" ", "microseconds"), ("T", "auto")):
        texts = [m.isoformat(separator, digits) for m in moments] + [None]
        assert_sql_agrees(run_sqlite, "sqlite", bins, texts, "TEXT", codes=codes)


def test_special_values_without_a_literal():
    date = with_special(numeric([0.0], kind="date"), (2.0**62,), (1.0,))
    with pytest.raises(ValueError, match=r"a special value at 4\.61168"):
        case_expressions(date, "x", np.arange(date.n_bins)[:, None])
    # One that has the output of its interval needs none.
    one = with_special(numeric([0.0], own_missing=False, missing_bin=0), (5.0,), (6.0,))
    (case,) = case_expressions(one, "x", [[1], [2], [2]])
    assert "5" not in case


@settings(deadline=None, max_examples=40)
@given(cuts=st.lists(st.floats(-1e30, 1e30), max_size=4, unique=True).map(sorted))
def test_any_numbers_in_a_column_of_floats(duck, cuts):
    with np.errstate(over="ignore", under="ignore"):
        values = around(cuts, np.float32)
    assert_sql_agrees(run_duckdb(duck), "duckdb", numeric(cuts), values, "FLOAT")


# DuckDB and SQLite both end text at a NUL, and UTF-8 has no surrogates.
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("'\"\\\n%_;-"),
    max_size=6,
)


@settings(deadline=None, max_examples=40)
@given(
    levels=st.lists(texts, min_size=1, max_size=6, unique=True).map(sorted),
    unseen=st.lists(st.none() | texts, max_size=4),
    name=texts.filter(lambda name: name.strip() != "" and name.lower() != "row_"),
    data=st.data(),
)
def test_any_text(duck, levels, unseen, name, data):
    groups = np.array(data.draw(st.permutations(range(len(levels)))), dtype=np.int64) // 2
    fallback = data.draw(st.integers(0, int(groups.max())))
    bins = CategoryBins(levels, groups, True, int(groups.max()) + 1, fallback=fallback)
    assert_all_agree(duck, bins, [*levels, *unseen], "VARCHAR", name=name)


# Spark


@pytest.fixture(scope="module")
def run_spark(spark):
    """Run expressions on one column of a type of Spark."""

    def run(values, type_, expressions, name="x"):
        column = DIALECTS["spark"].identifier(name)
        frame = spark.createDataFrame(list(enumerate(values)), f"row_ INT, {column} {type_}")
        named = [f"{expression} AS c{i}" for i, expression in enumerate(expressions)]
        rows = frame.coalesce(1).sortWithinPartitions("row_").selectExpr(*named).collect()
        return np.array([list(row) for row in rows])

    return run


def assert_agrees_at_once(run, dialect, bins, values, type_, name="x", codes=None):
    """Compare all outputs in one query, which takes most of a second in some databases."""
    if codes is None:
        as_floats = not bins.is_categorical
        X = np.array(values, dtype=np.float64)[:, None] if as_floats else objects(values)
        codes = bins.codes(table_of(X, caller="test"), 0)
    outputs = outputs_of(bins.n_bins)
    expressions = [e for each in outputs for e in case_expressions(bins, name, each, dialect)]
    expected = np.column_stack(outputs)[codes]
    np.testing.assert_array_equal(run(values, type_, expressions, name), expected)


CUTS = [-1e300, -1e-300, TINY, 0.1, 0.3, 36.6, 48.5, 1540769.14746973, 16777216.5, 1e22, MAX]


@pytest.mark.parametrize("type_", ["DOUBLE", "FLOAT", "BIGINT", "DECIMAL(10, 2)"])
@pytest.mark.parametrize("kind", ["number", "integer"])
def test_numbers_in_spark(run_spark, type_, kind):
    bins = numeric(CUTS, kind=kind)
    if type_ in ("DOUBLE", "FLOAT"):
        with np.errstate(over="ignore", under="ignore"):
            values = around(CUTS, np.float64 if type_ == "DOUBLE" else np.float32)
        values += [np.nan] if kind == "number" else []
    elif type_ == "BIGINT":
        values = [None, -(2**53), -1, 0, 1, 48, 49, 16777216, 16777217, 2**53]
    else:
        values = [
            None,
            *map(Decimal, ["-1.00", "0.00", "0.10", "0.11", "36.60", "48.49", "48.50"]),
        ]
    assert_agrees_at_once(run_spark, "spark", bins, values, type_)


@pytest.mark.parametrize("type_", ["DOUBLE", "BIGINT"])
def test_special_numbers_in_spark(run_spark, type_):
    bins = replace(numeric([-5.0, 0.5, 48.0]), closed="right")
    bins = with_special(bins, (-999.0, np.inf), (0.0, 48.0), (-np.inf, 3.0))
    values = [None, -999, -998, -5, -4, 0, 1, 3, 48, 49, 2**53]
    if type_ == "DOUBLE":
        values = [None, *map(float, values[1:]), np.inf, -np.inf, np.nan, 0.5, -0.0]
    assert_agrees_at_once(run_spark, "spark", bins, values, type_)


def test_special_text_and_dates_in_spark(run_spark):
    bins = CategoryBins(AWKWARD[:3], np.array([0, 1, 0]), True, 2, fallback=1)
    bins = with_special(bins, ("n/a", "it's "), ("",))
    values = [*AWKWARD, None, "n/a", "N/A", "it's ", "unseen"]
    assert_agrees_at_once(run_spark, "spark", bins, values, "STRING")
    bins, moments, _ = dates_around("2020-01-15 10:00:00.5")
    bins = with_special(replace(bins, closed="right"), (0.0,), (1.0,))
    # The cut is in the first interval now, and the epoch has a bin of its own.
    codes = np.array([0, 0, 1, 2, 3])
    assert_agrees_at_once(run_spark, "spark", bins, moments, "TIMESTAMP", codes=codes)


def test_levels_and_names_in_spark(run_spark):
    bins = CategoryBins(AWKWARD, np.arange(len(AWKWARD)) % 3, True, 3, fallback=1)
    values = [*AWKWARD, None, "unseen", "IT'S", "it's ", "e\u0301", "%", "\\_"]
    for name in ("x", 'a `quoted` "🙂" \\name', "select"):
        assert_agrees_at_once(run_spark, "spark", bins, values, "STRING", name=name)


def test_booleans_in_spark(run_spark):
    values = [True, False, None]
    for bins in (
        numeric([1], kind="boolean"),
        CategoryBins([False, True], np.arange(2), True, 2),
    ):
        assert_agrees_at_once(run_spark, "spark", bins, values, "BOOLEAN")


@pytest.mark.parametrize("type_", ["TIMESTAMP", "TIMESTAMP_NTZ"])
def test_dates_in_spark(run_spark, type_):
    bins, moments, codes = dates_around("2020-01-15 10:00:00.5")
    assert_agrees_at_once(run_spark, "spark", bins, moments, type_, codes=codes)


def dates_around(cut):
    """Return bins with one cut, moments about it and a missing one, and their bins."""
    moment, unit = datetime.fromisoformat(cut), timedelta(microseconds=1)
    bins = numeric([(moment - EPOCH) / unit], kind="date")
    return bins, [moment - unit, moment, moment + unit, EPOCH, None], np.array([0, 1, 1, 0, 2])


# PostgreSQL and MariaDB


TYPES_OF_SERVERS = {
    "postgresql": {"DOUBLE": "FLOAT8"},
    "mysql": {"VARCHAR": "VARCHAR(100) CHARACTER SET utf8mb4", "TIMESTAMP": "DATETIME(6)"},
}


def run_in_server(client, dialect, values, type_, expressions, name="x"):
    """Run expressions by a command line client."""
    column = DIALECTS[dialect].identifier(name)
    rows = ", ".join(f"({i}, {literal(v, dialect)})" for i, v in enumerate(values))
    printed = ask(
        client,
        f"CREATE TEMPORARY TABLE t (row_ INTEGER, {column} "
        f"{TYPES_OF_SERVERS[dialect].get(type_, type_)});\n"
        f"INSERT INTO t VALUES {rows};\n"
        f"SELECT {', '.join(expressions)} FROM t ORDER BY row_;\n",
    )
    return np.array([line.split("\t") for line in printed.splitlines()], float)


def literal(value, dialect):
    """Return a value as a literal to insert."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return DIALECTS["mysql" if dialect == "mysql" else "ansi"].text_literal(value)
    if isinstance(value, datetime):
        return f"'{value.isoformat(' ')}'"
    if isinstance(value, float) and dialect == "postgresql":
        return f"'{value!r}'"
    return repr(value)


@pytest.fixture(scope="module", params=["postgresql", "mysql"])
def dialect(request):
    return request.param


@pytest.fixture(scope="module")
def run(request, dialect):
    """Run expressions in the server of a dialect."""
    client = {"postgresql": "postgresql_client", "mysql": "mariadb_client"}[dialect]
    return partial(run_in_server, request.getfixturevalue(client), dialect)


@pytest.mark.parametrize("type_", ["DOUBLE", "FLOAT", "BIGINT", "DECIMAL(10, 2)"])
def test_numbers_in_a_server(run, dialect, type_):
    values = [None, -1, 0, 1, 48, 49]
    if type_ == "DOUBLE":
        values = around(CUTS)
    elif type_ == "FLOAT":
        values = [None, 0.5, 48.5, float(np.float32(36.6)), float(np.float32(1e22))]
    elif type_ == "BIGINT":
        values = [None, -(2**53), 16777216, 16777217, 2**53]
    if dialect == "mysql":
        # Its columns hold neither infinities nor numbers below the normal ones.
        values = [v for v in values if not v or 1e-307 < abs(v) <= MAX]
    elif type_ in ("DOUBLE", "FLOAT"):
        values += [np.nan]
    for kind in ("number", "integer") if type_ == "BIGINT" else ("number",):
        assert_agrees_at_once(run, dialect, numeric(CUTS[:2] + CUTS[3:], kind=kind), values, type_)


def test_levels_and_names_in_a_server(run, dialect):
    bins = CategoryBins(AWKWARD, np.arange(len(AWKWARD)) % 3, True, 3, fallback=1)
    values = [*AWKWARD, None, "unseen", "IT'S", "it's ", "e\u0301", "%", "\\_", "É"]
    for name in ("x", 'a `quoted` "name"', "select"):
        assert_agrees_at_once(run, dialect, bins, values, "VARCHAR", name=name)


def test_booleans_and_dates_in_a_server(run, dialect):
    for bins in (
        numeric([1], kind="boolean"),
        CategoryBins([False, True], np.arange(2), True, 2),
    ):
        assert_agrees_at_once(run, dialect, bins, [True, False, None], "BOOLEAN")
    bins, moments, codes = dates_around("2020-01-15 10:00:00.5")
    assert_agrees_at_once(run, dialect, bins, moments, "TIMESTAMP", codes=codes)


# Dialects that are parsed

PARSED = {
    dialect: {"postgresql": "postgres"}.get(dialect, dialect)
    for dialect in DIALECTS
    if dialect != "ansi"
}


@pytest.mark.parametrize("dialect", PARSED)
def test_a_parser_reads_literals_and_names_as_they_were(dialect):
    sqlglot = pytest.importorskip("sqlglot")
    levels = [*AWKWARD, "\\'; --", "carriage\rreturn", "`", "]", "[x]]"]
    if dialect == "tsql":
        # Between a backslash and the end of a line a literal ends, and another one begins.
        written = [part for each in levels for part in re.split(r"(?<=\\)(?=\n)", f"{each}|")]
    else:
        written = levels
    bins = CategoryBins(levels, np.arange(len(levels)), True, len(levels), fallback=0)
    for name in ("x", "a `quoted` \"name\" ]] [x] 'it''s'", "back\\slash", "select"):
        (sql,) = case_expressions(bins, name, np.arange(len(levels) + 1)[:, None], dialect)
        alias = DIALECTS[dialect].identifier(name)
        tree = sqlglot.parse_one(f"SELECT {sql} AS {alias}", dialect=PARSED[dialect])
        identifiers = {node.name for node in tree.find_all(sqlglot.exp.Identifier)}
        assert identifiers - {"utf8mb4"} == {name}
        kinds = (sqlglot.exp.Literal, sqlglot.exp.National, sqlglot.exp.ByteString)
        texts = {node.name for node in tree.find_all(*kinds) if not node.is_number}
        assert texts - {"|"} == set(written[1:]) - {"|"}


@pytest.mark.parametrize("dialect", PARSED)
def test_a_parser_reads_numbers_and_dates(dialect):
    sqlglot = pytest.importorskip("sqlglot")
    bins, values = numeric(CUTS), np.sin(np.arange(len(CUTS) + 2))
    (sql,) = case_expressions(bins, "x", values[:, None], dialect)
    tree = sqlglot.parse_one(f"SELECT {sql}", dialect=PARSED[dialect])
    numbers = {float(node.name) for node in tree.find_all(sqlglot.exp.Literal) if node.is_number}
    assert numbers >= {abs(value) for value in [*CUTS, *values]}
    dates, _, _ = dates_around("2020-01-15 10:00:00.5")
    (sql,) = case_expressions(dates, "x", np.arange(3)[:, None], dialect)
    tree = sqlglot.parse_one(f"SELECT {sql}", dialect=PARSED[dialect])
    # In SQLite a T before the time of day is replaced.
    text = max((n.name for n in tree.find_all(sqlglot.exp.Literal) if not n.is_number), key=len)
    assert text.replace("T", " ").startswith("2020-01-15 10:00:00.5")


@pytest.mark.parametrize("dialect", ["bigquery", "databricks", "snowflake", "mysql"])
def test_translated_to_duckdb_it_gives_the_same(duck, dialect):
    sqlglot = pytest.importorskip("sqlglot")

    def run(values, type_, expressions, name="x"):
        read = PARSED[dialect]
        translated = [sqlglot.transpile(e, read=read, write="duckdb")[0] for e in expressions]
        return fetch(duck.cursor(), values, type_, translated, name)

    values = [None, -2.0, 0.05, 0.1, 0.2, 36.5, 36.6, 48.5, 50.0, 1e9, 1e23]
    if DIALECTS[dialect].nan_test:
        values += [np.nan]
    assert_agrees_at_once(run, dialect, numeric(CUTS), values, "DOUBLE")
    levels = ["it's", "back\\slash", "line\nbreak", " "]
    bins = CategoryBins(levels, np.arange(4), True, 4, fallback=1)
    if dialect != "mysql":  # DuckDB does not compare bytes with text
        assert_agrees_at_once(run, dialect, bins, [*levels, None, "new", "IT'S"], "VARCHAR")
