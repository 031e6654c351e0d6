"""SQL of the fitted bins of one column: one CASE expression for each output column."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import inf, isfinite, ulp
from string import ascii_lowercase, ascii_uppercase
from sys import float_info
from typing import NamedTuple

import numpy as np

from skinfo._counts._labels import write_date
from skinfo._counts._lazy_tables import SPARK_SUBSTITUTED, refuse_substituted
from skinfo.utils._text import one_line, short_repr

# A longer plain decimal might overflow DuckDB's DECIMAL in a table with a BIGINT column.
PLAIN_DIGITS = 12

# Lists of levels are broken into lines of about this length.
LINE_LENGTH = 88

# Microseconds since 1970 of the years 1 to 9999, which every database writes in the same way.
FIRST_DATE = int(np.datetime64("0001-01-01", "us").astype(np.int64))
END_OF_DATES = int(np.datetime64("10000-01-01", "us").astype(np.int64))


def case_expressions(bins, name, outputs, dialect="ansi", column=None):
    """Return one SQL expression for each column of `outputs`, the entry of the bin of a row.

    Parameters
    ----------
    bins : NumericBins or CategoryBins

    name : str
        Name of the column in the database.

    outputs : array-like of shape (n_bins, n_outputs)
        Finite numbers. Floats are written so that they are read back as doubles.

    dialect : str, default="ansi"
        A key of ``DIALECTS``. The SQL of "ansi" runs in SQLite and DuckDB too if the column has
        numbers, booleans or text; it does not support NaN, which other dialects treat as missing.

    column : str or None, default=None
        SQL of the values to compare. None: the column itself.

    Returns
    -------
    expressions : list of str

    Raises
    ------
    ValueError
        If the dialect is unknown, `outputs` does not fit the bins, or a cut or a level has no
        literal in SQL.
    """
    dialect = dialect_named(dialect)
    outputs = _checked_outputs(outputs, bins.n_bins, name)
    is_double = outputs.dtype.kind == "f"
    literals = [
        [_double(value, dialect) if is_double else str(int(value)) for value in values]
        for values in outputs.T.tolist()
    ]
    column = dialect.identifier(name) if column is None else column
    missing = _missing_test(bins, column, dialect)
    write = _category_case if bins.is_categorical else _numeric_case
    cases = [write(bins, name, column, missing, of_bins, dialect) for of_bins in literals]
    return [dialect.as_double.format(case) for case in cases] if is_double else cases


# Dialects


def _standard_text(text):
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Dialect:
    """Differences between databases.

    Attributes
    ----------
    date : callable
        From microseconds since 1970 to a literal.

    nan_test : str or None, default=None
        Test whether a numeric column, ``{}``, is NaN; None if no column can be, or if it is not in
        the standard.

    quotes : tuple of str, default=('"', '"')
        Before and after an identifier.

    escaped_in_names : dict of str to str, default={}
        Replacements in an identifier, one after the other. Without any, the closing quote is
        doubled.

    substituted : str or None, default=None
        Text that no identifier can contain, because the database replaces it by the value of a
        variable.

    folded : callable
        Map of a name to a key that is equal for names of the same column: most databases compare
        names without case, also if they are quoted.

    name_bytes : int or None, default=None
        Number of significant bytes of a name, if the database cuts longer ones without an error.

    text_literal : callable
        From text to a literal.

    text_column : str, default="{}"
        Expression that literals of text are compared with: the column, ``{}``, such that case and
        trailing blanks are significant.

    date_column : str, default="{}"
        Expression that literals of dates are compared with.

    has_dates : bool, default=True
        Whether dates are stored as dates, and not as text.

    is_false, is_true : str
        Tests of a boolean column.

    booleans : tuple of str
        Literals of False and True.

    exact_decimals : bool, default=False
        Whether a plain decimal such as 10.78 is compared with a float column as the nearest
        double. Otherwise it needs an exponent, 10.78e0, or a suffix: DuckDB reads 10.78 as a
        DECIMAL and casts it to the type of a FLOAT column.

    double_suffix : str, default=""
        Suffix that makes a decimal a double.

    as_double : str, default="{}"
        Cast of an expression, ``{}``, of literals of doubles to a double.
    """

    date: Callable
    nan_test: str | None = None
    quotes: tuple[str, str] = ('"', '"')
    escaped_in_names: dict[str, str] = field(default_factory=dict)
    substituted: str | None = None
    folded: Callable = str.lower
    name_bytes: int | None = None
    text_literal: Callable = _standard_text
    text_column: str = "{}"
    date_column: str = "{}"
    has_dates: bool = True
    is_false: str = "NOT {}"
    is_true: str = "{}"
    booleans: tuple[str, str] = ("FALSE", "TRUE")
    exact_decimals: bool = False
    double_suffix: str = ""
    as_double: str = "{}"

    def identifier(self, name):
        """Return the quoted name of a column."""
        name = str(name)
        _check_name(name, self.substituted)
        first, last = self.quotes
        return first + _replaced(name, self.escaped_in_names or {last: last * 2}) + last

    def shortened(self, name):
        """Return the significant part of a name in the database."""
        if self.name_bytes is None:
            return name
        return name.encode(errors="replace")[: self.name_bytes].decode(errors="ignore")

    def refuse_one_name(self, first, second, advice):
        """Raise if two names are equal in the database."""
        counts = "without case" if self.name_bytes is None else f"by {self.name_bytes} bytes"
        raise ValueError(
            f"{short_repr(first)} and {short_repr(second)} are one name in this dialect of SQL, "
            f"which compares names {counts}. {advice}"
        )


def _replaced(text, escapes):
    """Return the text with each key replaced by its value, in their order."""
    for found, written in escapes.items():
        text = text.replace(found, written)
    return text


def _folded_ascii(name):
    return name.translate(ASCII_LOWER)


ASCII_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


# Literals of text


def _escaped_text(text, escapes):
    return "'" + _replaced(text, escapes) + "'"


def _postgresql_text(text):
    # A server may be configured to read backslashes as escapes in '...'; in E'...' every server
    # does.
    prefix = "E" if "\\" in text else ""
    return prefix + _escaped_text(text, DOUBLED)


def _tsql_text(text):
    literal = "N" + _standard_text(f"{text}|")
    # A backslash at the end of a line would join it to the next one, and both would be dropped.
    for end in "\n\r":
        literal = literal.replace(f"\\{end}", f"\\' + N'{end}")
    return literal


DOUBLED = {"\\": r"\\", "'": "''"}

# Two quotes end one literal and begin the next in Spark and BigQuery.
BACKSLASHED = {"\\": r"\\", "'": r"\'"}


# Literals of dates


def _timestamp(microseconds):
    """Return a literal such as ``TIMESTAMP '2020-01-15 00:00:00'``."""
    return f"TIMESTAMP '{_date_and_time(microseconds)}'"


def _date_and_time(microseconds):
    text = write_date(microseconds)
    return text if " " in text else f"{text} 00:00:00"


def _utc_timestamp(microseconds):
    return f"TIMESTAMP '{_date_and_time(microseconds)}+00'"


def _timestamp_without_zone(microseconds):
    return f"CAST('{_date_and_time(microseconds)}' AS TIMESTAMP_NTZ)"


def _datetime2(microseconds):
    """Return a literal that does not depend on the language of the session."""
    return f"CAST('{_date_and_time(microseconds).replace(' ', 'T')}' AS DATETIME2(6))"


def _iso_text(microseconds):
    """Return a date as the shortest text that sorts before all formats of that moment.

    A moment may be stored with its zeros or without: '2020-01-15 10:00' or '...:00.000'.
    All of these start with the shortest one, and text sorts after its own start.
    """
    text = write_date(microseconds)
    if "." in text:
        text = text.rstrip("0")
    elif " " in text:
        text = text.removesuffix(":00")
    return f"'{text}'"


BACKTICKS = ("`", "`")

SPARK = Dialect(
    date=_timestamp,
    nan_test="isnan({})",
    quotes=BACKTICKS,
    substituted=SPARK_SUBSTITUTED,
    text_literal=partial(_escaped_text, escapes={**BACKSLASHED, SPARK_SUBSTITUTED: r"\u0024{"}),
    double_suffix="D",
)

BIGQUERY_ESCAPES = {**BACKSLASHED, "`": r"\`", "\n": r"\n", "\r": r"\r"}

DIALECTS = {
    "ansi": Dialect(date=_timestamp),
    # SQLite stores a NaN as NULL, and a date as text. It reads "name" as text if there is no such
    # column, and `name` never.
    "sqlite": Dialect(
        date=_iso_text,
        quotes=BACKTICKS,
        folded=_folded_ascii,
        # A T may stand between day and time.
        date_column="REPLACE({}, 'T', ' ')",
        has_dates=False,
        exact_decimals=True,
    ),
    "duckdb": Dialect(date=_timestamp, nan_test="isnan({})", folded=_folded_ascii),
    # PostgreSQL reads 10.78 and 10.78e0 as the same numeric, which it casts if it meets a float.
    "postgresql": Dialect(
        date=_timestamp,
        nan_test="CAST({} AS DOUBLE PRECISION) = 'NaN'",
        folded=str,
        name_bytes=63,
        text_literal=_postgresql_text,
        exact_decimals=True,
        as_double="CAST({} AS DOUBLE PRECISION)",
    ),
    "spark": SPARK,
    "databricks": SPARK,
    "bigquery": Dialect(
        date=_utc_timestamp,
        nan_test="IS_NAN({})",
        quotes=BACKTICKS,
        escaped_in_names=BIGQUERY_ESCAPES,
        text_literal=partial(_escaped_text, escapes=BIGQUERY_ESCAPES),
        # A DATE and a DATETIME do not compare with a TIMESTAMP.
        date_column="CAST({} AS TIMESTAMP)",
    ),
    "snowflake": Dialect(
        date=_timestamp_without_zone,
        nan_test="CAST({} AS DOUBLE) = CAST('NaN' AS DOUBLE)",
        folded=str,
        text_literal=partial(_escaped_text, escapes=DOUBLED),
        exact_decimals=True,
        as_double="CAST({} AS DOUBLE)",
    ),
    # Text compares without case by default, and without trailing blanks in every collation.
    "tsql": Dialect(
        date=_datetime2,
        quotes=("[", "]"),
        text_literal=_tsql_text,
        # Without MAX the last of 4,000 characters would be cut.
        text_column="(CAST({} AS NVARCHAR(MAX)) + N'|') COLLATE Latin1_General_BIN2",
        is_false="{} = 0",
        is_true="{} = 1",
        booleans=("0", "1"),
    ),
    "mysql": Dialect(
        date=_timestamp,
        quotes=BACKTICKS,
        text_literal=partial(_escaped_text, escapes=DOUBLED),
        text_column="CAST(CONVERT({} USING utf8mb4) AS BINARY)",
    ),
}


def dialect_named(dialect):
    """Return the Dialect of that name."""
    if not isinstance(dialect, str) or dialect not in DIALECTS:
        raise ValueError(f"dialect must be one of {sorted(DIALECTS)}, got {short_repr(dialect)}.")
    return DIALECTS[dialect]


def check_names_read(read, names, dialect):
    """Raise if the name of a column that is read equals that of another column in the database.

    Parameters
    ----------
    read : iterable of str

    names : iterable of str
        Names of all columns.

    dialect : str
        A key of ``DIALECTS``.
    """
    dialect = dialect_named(dialect)
    named = {}
    for name in names:
        named.setdefault(dialect.folded(dialect.shortened(name)), []).append(name)
    for name in read:
        same = named[dialect.folded(dialect.shortened(name))]
        if len(same) > 1:
            advice = "Rename one of them, here and in the database, and fit again."
            dialect.refuse_one_name(*same[:2], advice)


def check_names_written(names, dialect):
    """Raise if the database would shorten the names of two outputs to the same one.

    Parameters
    ----------
    names : iterable of str

    dialect : str
        A key of ``DIALECTS``.
    """
    dialect = dialect_named(dialect)
    kept = {}
    for name in names:
        other = kept.setdefault(dialect.shortened(name), name)
        if other != name:
            advice = "Give the columns shorter names, here and in the database, and fit again."
            dialect.refuse_one_name(other, name, advice)


# CASE expressions of bins


def _numeric_case(bins, name, column, missing, outputs, dialect):
    """Return the expression for intervals, by the first condition that is true."""
    sql = SQL_OF_KIND[bins.kind]
    # Special values come first. One with the output of its interval needs no condition.
    arms = []
    for values, piece in zip(bins.special.groups, bins.special_bins, strict=True):
        intervals = np.searchsorted(bins.starts, values, side="right")
        if any(outputs[piece] != outputs[i] for i in intervals):
            condition = sql.equals(column, values, dialect)
            arms += [] if condition is None else [(condition, outputs[piece])]
    # Nor is an interval from the next one.
    arms += [
        (sql.below(column, cut, bins.closed, dialect), outputs[i])
        for i, cut in enumerate(bins.cuts.tolist())
        if outputs[i] != outputs[i + 1]
    ]
    return _case(missing, outputs[bins.missing_bin], arms, outputs[len(bins.cuts)])


def _category_case(bins, name, column, missing, outputs, dialect):
    """Return the expression for groups of levels: unlisted ones have the output of unseen ones."""
    otherwise = outputs[bins.fallback]
    members = {}
    for group, levels in enumerate(bins.members):
        members.setdefault(outputs[group], []).extend(levels)
    for levels, piece in zip(bins.special.groups, bins.special_bins, strict=True):
        members.setdefault(outputs[piece], []).extend(levels)
    every_level = _every_level(bins)
    literals = _level_literals(every_level, name, dialect)
    if any(isinstance(level, str) for level in every_level):
        column = dialect.text_column.format(column)
    arms = [
        (_is_in(column, [literals[level] for level in levels]), output)
        for output, levels in members.items()
        if output != otherwise and levels
    ]
    return _case(missing, outputs[bins.missing_bin], arms, otherwise)


def _every_level(bins):
    """Return the levels of a column, including special ones."""
    return [*bins.levels, *bins.special.of_levels()]


def _case(missing, of_missing, arms, otherwise):
    """Return CASE over several lines, or the one output if all are the same."""
    if not arms and of_missing == otherwise:
        return otherwise
    # First, because comparing NULL or NaN with a cut gives NULL, or the wrong result.
    arms = [(missing, of_missing), *arms]
    lines = [f"    WHEN {condition} THEN {output}" for condition, output in arms]
    return "\n".join(["CASE", *lines, f"    ELSE {otherwise}", "END"])


def _missing_test(bins, column, dialect):
    """Return the condition of a missing value: NULL, or NaN if the column may contain it."""
    if bins.is_categorical:
        may_be_nan = any(isinstance(level, (float, np.floating)) for level in _every_level(bins))
    else:
        may_be_nan = bins.kind == "number"
    is_null = f"{column} IS NULL"
    if not may_be_nan or dialect.nan_test is None:
        return is_null
    return f"{is_null} OR {dialect.nan_test.format(column)}"


def _is_in(column, literals):
    """Return ``column IN (...)``, broken into lines if it is long."""
    condition = f"{column} IN ({', '.join(literals)})"
    if len(condition) <= LINE_LENGTH:
        return condition
    lines = [[]]
    for literal in literals:
        if lines[-1] and len(", ".join([*lines[-1], literal])) > LINE_LENGTH:
            lines.append([])
        lines[-1].append(literal)
    inner = ",\n".join("        " + ", ".join(line) for line in lines)
    return f"{column} IN (\n{inner}\n    )"


# Conditions: whether a value is below a cut, or equal to one of some values


def _number_below(column, cut, closed, dialect):
    # Every database writes infinity differently. All finite numbers are on one side of it.
    if closed == "left" and cut == inf:
        return f"{column} <= {_number(float_info.max, dialect)}"
    if closed == "right" and cut == -inf:
        return f"{column} < {_number(-float_info.max, dialect)}"
    return f"{column} {COMPARED[closed]} {_number(cut, dialect)}"


def _is_number(column, numbers, dialect):
    finite = [_number(number, dialect) for number in numbers if isfinite(number)]
    tests = [_equals_one_of(column, finite)] if finite else []
    if inf in numbers:
        tests.append(f"{column} > {_number(float_info.max, dialect)}")
    if -inf in numbers:
        tests.append(f"{column} < {_number(-float_info.max, dialect)}")
    return " OR ".join(tests)


def _is_false(column, cut, closed, dialect):
    if not (0 < cut <= 1 if closed == "left" else 0 <= cut < 1):
        raise ValueError(
            f"A cut of {short_repr(cut)} does not separate False from True in {one_line(column)}. "
            "Fit again."
        )
    return dialect.is_false.format(column)


def _is_truth(column, numbers, dialect):
    """Return the condition, or None for numbers that no boolean equals."""
    tests = {0.0: dialect.is_false.format(column), 1.0: dialect.is_true.format(column)}
    return " OR ".join(tests[number] for number in numbers if number in tests) or None


def _date_below(column, cut, closed, dialect):
    _check_date(column, cut, "a cut")
    column = dialect.date_column.format(column)
    if closed == "right" and not dialect.has_dates:
        # Text of the same moment may be longer.
        return f"{column} < {dialect.date(cut + 1)}"
    return f"{column} {COMPARED[closed]} {dialect.date(cut)}"


def _is_date(column, dates, dialect):
    for date in dates:
        _check_date(column, date, "a special value")
    column = dialect.date_column.format(column)
    if dialect.has_dates:
        return _equals_one_of(column, list(map(dialect.date, dates)))
    return " OR ".join(
        f"{column} >= {dialect.date(date)} AND {column} < {dialect.date(date + 1)}"
        for date in dates
    )


def _check_date(column, date, what):
    if not FIRST_DATE <= date < END_OF_DATES:
        raise ValueError(
            f"{one_line(column)} has {what} at {short_repr(date)} microseconds since 1970, "
            "outside of the years 1 to 9999 that SQL can write. Replace such dates, by missing "
            "values if they stand for none, and fit again."
        )


def _no_duration(column, *_):
    raise ValueError(
        f"{one_line(column)} holds durations, which databases store too differently for one "
        "expression. Convert it to a number, such as seconds by .dt.total_seconds(), here and in "
        "the database, and fit again."
    )


def _equals_one_of(column, literals):
    return f"{column} = {literals[0]}" if len(literals) == 1 else _is_in(column, literals)


COMPARED = {"left": "<", "right": "<="}


class SqlOfKind(NamedTuple):
    """Conditions for a numeric column of one kind.

    Attributes
    ----------
    below : callable
        ``below(column, cut, closed, dialect)``

    equals : callable
        ``equals(column, values, dialect)``; None for values that the column cannot have.
    """

    below: Callable
    equals: Callable


SQL_OF_KIND = {
    "number": SqlOfKind(_number_below, _is_number),
    "integer": SqlOfKind(_number_below, _is_number),
    "boolean": SqlOfKind(_is_false, _is_truth),
    "date": SqlOfKind(_date_below, _is_date),
    "duration": SqlOfKind(_no_duration, _no_duration),
}


# Literals


def _number(value, dialect):
    """Return a literal that compares with an integer, float or double like this float64.

    If plain decimals are not exact, only numbers that no type would round are written as one.
    """
    if value == 0:
        return "0"
    digits = _digits(value)
    if "e" not in digits and (dialect.exact_decimals or _is_short(digits, value)):
        return digits.removesuffix(".0")
    return _double(value, dialect)


def _double(value, dialect):
    """Return a literal that databases read as a double: by an exponent or a suffix."""
    digits = _digits(value)
    if dialect.double_suffix:
        return digits + dialect.double_suffix
    if "e" in digits or dialect.exact_decimals:
        return digits
    return digits.removesuffix(".0") + "e0"


def _digits(value):
    """Return decimal digits that every database reads back as this float64.

    SQLite rounds twice, which is wrong if a decimal is almost halfway between two floats; 18
    digits are far from that.
    """
    shortest = repr(float(value))
    off = abs(Fraction(shortest) - Fraction(value))
    if off < Fraction(ulp(value)) * Fraction(49, 100):
        return shortest
    return f"{value:.17e}"


def _is_short(digits, value):
    """Return whether the plain decimal is exact, in float32 too, and not long."""
    exact = Fraction(digits) == Fraction(value)
    if not exact or len(digits) > PLAIN_DIGITS:
        return False
    return float(np.float32(value)) == value


# The first type that matches a level writes it: a bool is an int too. Only levels of one family
# can be compared with one column.
LEVEL_KINDS = {
    str: ("text", lambda level, dialect: dialect.text_literal(level)),
    bool: ("booleans", lambda level, dialect: dialect.booleans[level]),
    int: ("numbers", lambda level, dialect: str(level)),
    float: ("numbers", _number),
}


def _level_literals(levels, name, dialect):
    """Return the literal of each level."""
    literals, families = {}, set()
    for level in levels:
        value = level.item() if isinstance(level, np.generic) else level
        kind = next((LEVEL_KINDS[t] for t in LEVEL_KINDS if isinstance(value, t)), None)
        _check_level(level, value, kind, name)
        family, write = kind
        families.add(family)
        literals[level] = write(value, dialect)
    if len(families) > 1:
        raise ValueError(
            f"{one_line(name)} has levels of several types: {' and '.join(sorted(families))}. A "
            "column of a database has one type. Convert the levels to strings and fit again."
        )
    return literals


def _check_level(level, value, kind, name):
    """Raise if SQL has no literal for the level."""
    if kind is None:
        raise ValueError(
            f"{one_line(name)} has the level {short_repr(level)} of type {type(level).__name__}, "
            "but SQL can only be written for text, booleans and numbers. Convert it to strings, "
            "here and in the database, and fit again."
        )
    if isinstance(value, str):
        _check_text(value, f"{name} has the level {short_repr(value)}, which")
    elif isinstance(value, float) and not isfinite(value):
        raise ValueError(
            f"{one_line(name)} has the level {short_repr(level)}, which SQL cannot write. Replace "
            "it by a missing value or a finite number and fit again."
        )


def _check_name(name, substituted):
    """Raise if no column of a database can have this name, or SQL cannot express it."""
    subject = f"The name {short_repr(name)} of a column"
    _check_text(name, subject)
    if not name:
        raise ValueError(f"{subject} is empty, which SQL cannot write. Rename it and fit again.")
    refuse_substituted(name, substituted)


def _check_text(text, subject):
    """Raise if the text has a character that no database can store."""
    # A lone surrogate is half a character: UTF-8 has no bytes for it.
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(
            f"{subject} holds a NUL character or a lone surrogate, which SQL cannot write. "
            "Remove it and fit again."
        )


# Outputs


def _checked_outputs(outputs, n_bins, name):
    """Return the outputs as an array of finite numbers, (n_bins, n_outputs)."""
    outputs = np.asarray(outputs)
    if outputs.ndim != 2 or outputs.shape[0] != n_bins:
        raise ValueError(
            f"outputs must have shape (n_bins, n_outputs) with the n_bins={n_bins} of "
            f"{one_line(name)}, got shape {outputs.shape}."
        )
    if outputs.dtype.kind not in "biuf":
        raise ValueError(
            f"outputs must hold numbers, got dtype {outputs.dtype} for {one_line(name)}."
        )
    bins, columns = np.nonzero(~np.isfinite(outputs))
    if len(bins):
        raise ValueError(
            f"outputs must be finite, got {outputs[bins[0], columns[0]]} for bin {bins[0]} of "
            f"{one_line(name)}: SQL cannot write it. Use smoothed values."
        )
    return outputs
