"""SQL of binners of hostile tables, run in databases beside a table that must survive.

Names, levels and numbers are drawn to break out of quotes, to be folded, cut or rounded. Every
database gives what `transform` gives, to the last bit.
"""

import re
import sqlite3
from contextlib import closing
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from optional import duckdb
from servers import ask
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skinfo import MutualInfoBinner
from skinfo.preprocessing._sql import DIALECTS
from skinfo.scorecard import Scorecard

# The column of row numbers.
ROW = "row 7f3a"

TYPES = {"number": "DOUBLE PRECISION", "integer": "BIGINT", "boolean": "BOOLEAN", "text": "TEXT"}


class Database:
    """A database with a canary, and what its columns cannot hold."""

    def __init__(self, dialect, run, quote='"', no_name="^$", holds_special=True):
        self.dialect, self._run, self._quote = dialect, run, quote
        self.no_name = re.compile(no_name)
        self.holds_special = holds_special
        run(["CREATE TABLE canary (alive INTEGER)", "INSERT INTO canary VALUES (1)"], [])

    def answer(self, frame, kinds, select):
        """Return what a query of a table of these columns gives, (n_samples, n_outputs)."""
        names = [ROW, *frame]
        types = [TYPES[kind] for kind in ("integer", *kinds)]
        if self.dialect == "mysql":
            types = [type_.replace("TEXT", "TEXT CHARACTER SET utf8mb4") for type_ in types]
        columns = ", ".join(
            f"{self.name(each)} {type_}" for each, type_ in zip(names, types, strict=True)
        )
        rows = [(i, *row) for i, row in enumerate(frame.itertuples(index=False, name=None))]
        written = ", ".join(f"({', '.join(map(self.literal, row))})" for row in rows)
        statements = ["DROP TABLE IF EXISTS t", f"CREATE TABLE t ({columns})"]
        statements.append(f"INSERT INTO t VALUES {written}")
        query = f"SELECT {select} FROM t ORDER BY {self.name(ROW)}"
        *found, canary = self._run(statements, [query, "SELECT alive FROM canary"])
        assert canary == (1,)
        return np.array(found, np.float64)

    def name(self, name):
        return self._quote + name.replace(self._quote, 2 * self._quote) + self._quote

    def literal(self, value):
        """Return a literal that needs no escapes, so that it is another than that under test."""
        if isinstance(value, str):
            in_hex = value.encode().hex()
            return TEXTS[self.dialect].format(in_hex) if in_hex else "''"
        if value is None or value != value:
            return NANS[self.dialect] if isinstance(value, float) else "NULL"
        if isinstance(value, (bool, np.bool_)):
            return "TRUE" if value else "FALSE"
        return FLOATS[self.dialect](value) if isinstance(value, float) else str(value)


TEXTS = {
    "sqlite": "CAST(X'{}' AS TEXT)",
    "duckdb": "decode(from_hex('{}'))",
    "postgresql": "convert_from('\\x{}', 'UTF8')",
    "mysql": "CONVERT(X'{}' USING utf8mb4)",
}
FLOATS = {
    "sqlite": lambda value: f"{'-' * (value < 0)}9e999" if np.isinf(value) else repr(value),
    "duckdb": lambda value: f"CAST('{value!r}' AS DOUBLE)",
    "postgresql": lambda value: f"CAST('{value!r}' AS DOUBLE PRECISION)",
    "mysql": repr,
}
NANS = {
    "sqlite": "NULL",
    "duckdb": "CAST('NaN' AS DOUBLE)",
    "postgresql": "CAST('NaN' AS DOUBLE PRECISION)",
    "mysql": "NULL",
}


def run_in_process(connection, statements, queries):
    """Execute statements, and return the rows of all queries."""
    for statement in statements:
        connection.execute(statement)
    return [row for query in queries for row in connection.execute(query).fetchall()]


def run_by_client(client, statements, queries):
    printed = ask(client, "".join(f"{each};\n" for each in [*statements, *queries]))
    return [tuple(map(float, line.split("\t"))) for line in printed.splitlines()]


@pytest.fixture(scope="module")
def sqlite_database():
    with closing(sqlite3.connect(":memory:")) as connection:
        yield Database("sqlite", partial(run_in_process, connection))


@pytest.fixture(scope="module")
def duckdb_database():
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        yield Database("duckdb", partial(run_in_process, connection))


@pytest.fixture(scope="module")
def postgresql_database(postgresql_client):
    return Database("postgresql", partial(run_by_client, postgresql_client))


@pytest.fixture(scope="module")
def mysql_database(mariadb_client):
    # No name ends with a blank or has a character beyond the first 65,536.
    run = partial(run_by_client, mariadb_client)
    return Database("mysql", run, "`", r"\s$|[^\x01-\uffff]|.{65}", holds_special=False)


@pytest.fixture(scope="module", params=["sqlite", "duckdb", "postgresql", "mysql"])
def database(request):
    return request.getfixturevalue(f"{request.param}_database")


# What is drawn

PIECES = [
    "'", '"', "`", "[", "]", ";", "--", "/*", "*/", "#", "\\", "\\'", "\n", "\r", "\t", "%s", "%",
    "?", ":x", "$1", "$$", "${x}", "{}", "{{x}}", "}", "&x", "@", "_", "|", " ", "a", "A", "e",
    "\u0301", "é", "ß", "ı", "\u202e", "\ufeff", "\U0001f642", "\x01", "\x7f",
    "select", "NULL", "'; DROP TABLE canary; --", '"; DROP TABLE canary; --',
    "`; DROP TABLE canary; --", "\\'; DROP TABLE canary; --", "*/ DROP TABLE canary; /*",
    "a" * 70,
]  # fmt: skip
hostile = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
numbers = st.sampled_from(
    [-1e308, -1e-290, -0.0, 0.0, 1e-290, 0.1, 0.1 + 2**-56, 0.3, 10.78, 2.0**53, 1e22, 1e308]
) | st.floats(-1e15, 1e15).filter(lambda x: x == 0 or abs(x) > 1e-290)
POOLS = {
    "text": hostile,
    "number": numbers,
    "integer": st.integers(-(2**53), 2**53) | st.integers(-3, 3),
    "boolean": st.booleans(),
}
DTYPES = {"text": object, "number": float, "integer": object, "boolean": object}


@st.composite
def tables(draw, holds_special=True):
    """Draw a table of a few rows, kinds of its columns, special values, and y."""
    names = draw(st.lists(hostile.filter(bool), min_size=1, max_size=3, unique=True))
    kinds, columns, special = [], {}, {}
    for name in names:
        kind = draw(st.sampled_from(list(POOLS)))
        pool = draw(st.lists(POOLS[kind], min_size=1, max_size=6, unique=True))
        special[name] = draw(st.lists(st.sampled_from(pool), max_size=2, unique=True))
        if kind == "number" and holds_special:
            pool += [np.nan, np.inf, -np.inf]
        pool.append(np.nan if kind == "number" else None)
        values = draw(st.lists(st.sampled_from(pool), min_size=24, max_size=24))
        kinds.append(kind)
        columns[name] = pd.Series(values, dtype=DTYPES[kind])
    y = draw(st.sampled_from([np.arange(24) % 2, np.arange(24) // 8, np.sin(np.arange(24) ** 2)]))
    return pd.DataFrame(columns), kinds, special, y


def holds_one_name_twice(inputs, outputs, dialect):
    """Say whether the database takes two names for one."""
    if dialect == "postgresql":
        kept = [{name.encode()[:63] for name in names} for names in (inputs, outputs)]
        return list(map(len, kept)) < [inputs.shape[1], len(outputs)]
    return len({name.lower() for name in inputs}) < inputs.shape[1]


@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
@given(
    table=tables(),
    encode=st.sampled_from(["ordinal", "onehot-dense", "woe", "posterior"]),
    closed=st.sampled_from(["left", "right"]),
    max_bins=st.sampled_from(["auto", 3, 8]),
)
def test_a_database_gives_what_transform_gives(database, table, encode, closed, max_bins):
    frame, kinds, special, y = table
    if not database.holds_special:
        numbers = frame.select_dtypes("float").columns
        frame[numbers] = frame[numbers].replace({np.inf: np.nan, -np.inf: np.nan})
    if encode == "woe" and y.dtype.kind == "f":
        encode = "posterior"
    binner = MutualInfoBinner(
        max_bins,
        penalty=0.0,
        encode=encode,
        closed=closed,
        special_values={name: values for name, values in special.items() if values},
    )
    expected = binner.fit(frame, y).transform(frame)
    names = [*frame, *binner.get_feature_names_out()]
    assume(not any(map(database.no_name.search, names)))
    if holds_one_name_twice(frame, binner.get_feature_names_out(), database.dialect):
        with pytest.raises(ValueError, match="are one name"):
            binner.to_sql(dialect=database.dialect)
        return
    select = binner.to_sql(dialect=database.dialect)
    np.testing.assert_array_equal(database.answer(frame, kinds, select), expected)


def test_a_scorecard_gives_its_scores(database):
    """Names and levels of a scorecard, and what the column of scores is called."""
    x = np.arange(80)
    levels = ["'; DROP TABLE canary; --", "\\", "back\\\nslash", "A", "a ", "a"]
    frame = pd.DataFrame({'"a\\"; --': x // 7 % 5 / 10, "b`'": np.array(levels, object)[x % 6]})
    y = (x % 6 + x // 7 % 5 + x * x % 5) > 6
    pipeline = make_pipeline(MutualInfoBinner(encode="woe"), LogisticRegression())
    card = Scorecard(pipeline).fit(frame, y)
    select = card.to_sql(dialect=database.dialect, name="'\"`]")
    scores = database.answer(frame, ["number", "text"], select)
    np.testing.assert_array_equal(scores[:, 0], card.score_samples(frame))


CASELESS = ["ansi", "bigquery", "databricks", "duckdb", "mysql", "spark", "sqlite", "tsql"]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("names", "refusing"), [
    (("a", "A"), CASELESS),
    (("é", "É"), sorted(set(CASELESS) - {"duckdb", "sqlite"})),
    (("e", "é"), []),
    (("é" * 31 + "1x", "é" * 31 + "1y"), ["postgresql"]),
    (("é" * 31 + "x", "é" * 31 + "y"), []),
])  # fmt: skip
def test_names_that_are_one_in_a_database_are_refused(dialect, names, refusing):
    """DuckDB reads column a for "A", without an error."""
    x = np.arange(40)
    frame = pd.DataFrame({names[0]: x, names[1]: x[::-1], "b": x})
    binner = MutualInfoBinner().fit(frame, x < 20)
    card = Scorecard().fit(frame, (x + x % 2) < 20)
    # The other one is there, whether it is read or not.
    for to_sql in (binner.to_sql, partial(binner.to_sql, names[1]), card.to_sql):
        if dialect in refusing:
            with pytest.raises(ValueError, match=r"are one name in this dialect.* Rename one"):
                to_sql(dialect=dialect)
        else:
            assert DIALECTS[dialect].identifier(names[1]) in to_sql(dialect=dialect)
    assert binner.to_sql("b", dialect=dialect)


def test_outputs_whose_names_are_cut_to_one_are_refused():
    frame = pd.DataFrame({"x" * 300: np.repeat(["a", "b"], 20)})
    binner = MutualInfoBinner(encode="onehot").fit(frame, np.repeat([0, 1], 20))
    assert binner.to_sql(dialect="duckdb").count(" AS ") == 2
    message = r"^'x{20,60}\.\.\.x{20,60}=a' and 'x.* by 63 bytes\. Give the columns shorter"
    with pytest.raises(ValueError, match=message):
        binner.to_sql(dialect="postgresql")


def test_a_missing_column_is_an_error(sqlite_database):
    """SQLite takes "y" for text where there is no such column."""
    binner = MutualInfoBinner().fit(pd.DataFrame({"y": range(40)}), np.arange(40) < 20)
    with pytest.raises(sqlite3.OperationalError, match="no such column: y"):
        sqlite_database.answer(
            pd.DataFrame({"x": [1]}), ["integer"], binner.to_sql(dialect="sqlite")
        )


def test_a_server_may_read_backslashes_as_escapes(postgresql_client):
    """Else the level would end its literal, and what follows would be executed."""
    level = "\\'; DROP TABLE canary; --"
    literal = DIALECTS["postgresql"].text_literal(level)
    settings_ = "SET escape_string_warning = off; SET standard_conforming_strings ="
    for is_on in ("on", "off"):
        printed = ask(postgresql_client, f"{settings_} {is_on}; SELECT {literal};")
        assert printed == level + "\n"


@pytest.mark.parametrize("dialect", ["spark", "databricks"])
def test_spark_puts_no_variable_into_a_literal_or_a_name(dialect):
    sql = DIALECTS[dialect]
    assert sql.text_literal("${env:HOME} $x") == r"'\u0024{env:HOME} $x'"
    with pytest.raises(ValueError, match=r"The name 'a\$\{env:HOME\}' of a column holds \$\{"):
        sql.identifier("a${env:HOME}")
    assert sql.identifier("a$b{c}") == "`a$b{c}`"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("name", "message"),
    [("", "is empty"), ("a\0b", "NUL character"), ("\ud800", "surrogate"), ("\0" * 999, "NUL")],
)
def test_names_that_no_database_has(dialect, name, message):
    with pytest.raises(ValueError, match=message) as caught:
        DIALECTS[dialect].identifier(name)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250
