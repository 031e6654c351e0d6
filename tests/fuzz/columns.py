"""Columns of awful values: each generator is a function of a random generator and a length."""

import datetime as dt
import decimal
import fractions
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd


def pick(rng, options):
    return options[int(rng.integers(len(options)))]


def pick_by_weight(rng, weights):
    """Return a key of {key: weight}."""
    chances = np.cumsum(list(weights.values()))
    return list(weights)[int(np.searchsorted(chances, rng.random() * chances[-1], side="right"))]


def objects(values):
    """Return an array of objects, also of values that are sequences themselves."""
    out = np.empty(len(values), object)
    for i, value in enumerate(values):
        out[i] = value
    return out


def drawn(*values):
    """Return a generator of columns of these values."""
    return lambda rng, n: objects([values[i] for i in rng.integers(0, len(values), n)])


def with_gaps(values, rng, gap, share=0.3):
    out = values.copy()
    out[rng.random(len(out)) < share] = gap
    return out


TINY, EPS, HUGE = 5e-324, np.finfo(float).eps, np.finfo(float).max

FLOATS = {
    "constant": lambda r, n: np.full(n, pick(r, [0.0, -0.0, 1.5, 1e300, TINY, np.inf, -np.inf])),
    "few": lambda r, n: r.integers(0, 4, n).astype(float),
    "normal": lambda r, n: r.normal(size=n),
    "rounded": lambda r, n: r.normal(size=n).round(1),
    "scales": lambda r, n: r.choice([1e-300, 1e300, -1e300, 0.0, 1.0, -1e-300], n),
    "subnormal": lambda r, n: r.integers(-6, 6, n) * TINY,
    "adjacent": lambda r, n: 1.0 + r.integers(0, 6, n) * EPS,
    "huge": lambda r, n: r.choice([1, -1], n) * HUGE * r.choice([1, 0.5, 1 - 1e-16], n),
    "infinite": lambda r, n: np.where(
        r.random(n) < 0.3, np.inf * r.choice([1, -1], n), r.normal(size=n)
    ),
    "nan": lambda r, n: with_gaps(r.normal(size=n).round(1), r, np.nan),
    "all nan": lambda r, n: np.full(n, np.nan),
    "nan or infinite": lambda r, n: r.choice([np.nan, np.inf, -np.inf, 0.0], n),
    "zeros": lambda r, n: np.where(r.random(n) < 0.5, -0.0, 0.0),
    "skew": lambda r, n: np.exp(30 * r.normal(size=n)),
    "one other": lambda r, n: (np.arange(n) == r.integers(0, max(n, 1))).astype(float),
    "whole": lambda r, n: r.integers(-40, 40, n).astype(float),
    "beyond 2**53": lambda r, n: 2.0**53 + r.integers(0, 8, n) * 2,
    "code -999": lambda r, n: with_gaps(r.normal(size=n).round(1), r, -999.0),
}

INTS = {
    "few": lambda r, n: r.integers(0, 4, n),
    "0 or 1": lambda r, n: r.integers(0, 2, n),
    "wide": lambda r, n: r.integers(-1000, 1000, n),
    "extreme": lambda r, n: r.choice(np.array([-(2**63), 2**63 - 1, 0, -1, 2**53, 2**53 + 1]), n),
    "far apart": lambda r, n: r.choice(np.array([-(2**63), 2**62]), n),
    "identifier": lambda r, n: np.arange(n),
    "constant": lambda r, n: np.full(n, pick(r, [0, 7, -(2**63) + 1])),
    "32 bits": lambda r, n: r.integers(-(2**31), 2**31, n),
    "codes": lambda r, n: with_gaps(r.integers(-5, 6, n), r, pick(r, [-999, 9999, 0])),
}

# What is an element of a page where it is not escaped.
MARKUP, TAG = "<script>alert(1)</script>", "<i id=x>"

WORDS = [
    *[
        "",
        " ",
        "a",
        "b",
        "c",
        "nan",
        "None",
        "é",
        "ß",
        "\u200b",
        "日本",
        "a'b",
        'q"q',
        "x\ny",
    ],
    # Before its third version pandas takes objects of text up to a NUL for equal.
    *(["\x00z"] if int(pd.__version__.split(".")[0]) > 2 else []),
    *["\\", "😀", MARKUP, "-inf", "1", "%s", "{0}", "null", "\ufeff", "a" * 300],
]

TEXTS = {
    "few": lambda r, n: objects([WORDS[i] for i in r.integers(2, 5, n)]),
    "words": lambda r, n: objects([WORDS[i] for i in r.integers(0, len(WORDS), n)]),
    "unique": lambda r, n: objects([f"id{i}" for i in r.permutation(n)]),
    "none": lambda r, n: with_gaps(objects([WORDS[i] for i in r.integers(2, 6, n)]), r, None),
    "all none": lambda r, n: np.full(n, None, object),
    "constant": lambda r, n: np.full(n, "k", object),
}

UTC, EAST = dt.UTC, dt.timezone(dt.timedelta(hours=5))
ODD = [
    *[1, 0, 2.5, "a", "", None, float("nan"), True, b"bytes", ("t", 1), decimal.Decimal("1.5")],
    *[dt.date(2020, 1, 1), dt.datetime(2020, 1, 1), 10**30, frozenset([1]), np.float32(1.5)],
    *[np.int8(3), np.str_("s"), pd.NaT, pd.NA, complex(1, 2), "\ud800", dt.timedelta(1)],
    *[fractions.Fraction(1, 3), float("inf")],
]

OBJECTS = {
    "odd": drawn(*ODD),
    "two odd": lambda r, n: drawn(*[pick(r, ODD) for _ in range(2)])(r, n),
    "numbers": drawn(1, 2.5, None, True, 3, float("nan")),
    "integers": drawn(1, 2, None),
    "large integers": drawn(1, 2, None, 10**18 + 1, 10**30, -5),
    "decimals": drawn(*map(decimal.Decimal, ["1.10", "2.5", "NaN", "-7"])),
    "large decimals": drawn(*map(decimal.Decimal, ["1.10", "1e400", "-7"])),
    "dates": drawn(dt.date(2020, 1, 1), dt.date(1, 1, 1), dt.date(9999, 12, 31), None),
    "times": drawn(dt.datetime(2020, 1, 1), dt.datetime(2021, 1, 1), pd.NaT, None),
    "zones": drawn(dt.datetime(2020, 1, 1, tzinfo=UTC), dt.datetime(2021, 1, 1, tzinfo=EAST)),
    "bytes": drawn(b"a", b"b", b""),
    "tuples": drawn((1, 2), (3,), ()),
    "lists": drawn([1, 2], [3]),
    "text and numbers": drawn("a", 1, 2.0, None, "1"),
    "periods": drawn(pd.Period("2020-01", "M"), pd.Period("2021-01", "M")),
    "intervals": drawn(pd.Interval(0, 1), pd.Interval(1, 2)),
    "booleans": drawn(True, False, None),
}


def days(rng, n):
    return np.datetime64("2020-01-01") + rng.integers(0, 99, n).astype("m8[D]")


def seconds(rng, n):
    return rng.integers(-5, 5, n).astype("m8[s]")


DATES = {
    "days": days,
    "nanoseconds": lambda r, n: np.datetime64("2020-01-01", "ns") + r.integers(0, 2000, n),
    "nat": lambda r, n: with_gaps(days(r, n).astype("M8[us]"), r, np.datetime64("NaT", "us")),
    "extreme": lambda r, n: r.choice(
        np.array(["0001-01-01", "9999-12-31", "1970-01-01"], "M8[s]"), n
    ),
    "durations": seconds,
    "durations, nat": lambda r, n: with_gaps(
        seconds(r, n).astype("m8[ms]"), r, np.timedelta64("NaT", "ms")
    ),
}

# Types of NumPy that few people use.
PLAIN_TYPES = {
    **{
        name: lambda r, n, name=name: pick(r, list(FLOATS.values()))(r, n).astype(name)
        for name in ("f4", "f2", "g", "c16")
    },
    "u8": lambda r, n: r.integers(0, 2**64, n, dtype=np.uint64),
    "large u8": lambda r, n: np.uint64(2**63) + r.integers(0, 3, n).astype("u8") * np.uint64(2048),
    "i1": lambda r, n: r.integers(0, 100, n).astype("i1"),
    "u1": lambda r, n: r.integers(0, 100, n).astype("u1"),
    "bool": lambda r, n: r.random(n) < 0.5,
    "U5": lambda r, n: np.array(["a", "bb", ""], "U5")[r.integers(0, 3, n)],
    "S3": lambda r, n: np.array(["a", "bb", ""], "S3")[r.integers(0, 3, n)],
}


@dataclass(frozen=True)
class Column:
    """Values, and how a data frame is to hold them (a key of the frame's types, or None)."""

    kind: str
    values: np.ndarray
    dtype: str | None = None

    def take(self, rows):
        return replace(self, values=self.values[rows])

    @property
    def is_plain(self):
        """Whether every container holds the same values."""
        if self.dtype is not None:
            return False
        if self.values.dtype == object:
            return all(isinstance(value, str) and value != "\ud800" for value in self.values)
        return self.values.dtype in (np.float64, np.int64)

    @property
    def is_tame(self):
        """Whether the values are finite numbers with which other packages can calculate."""
        return (
            self.dtype is None
            and self.values.dtype.kind in "if"
            and bool((np.abs(self.values.astype(float)) < 1e6).all())
        )


def draw_column(rng, n, family, dtype=None):
    """Return a column of a family, a table of generators."""
    kind = pick(rng, list(family))
    with np.errstate(all="ignore"):
        return Column(kind, family[kind](rng, n), dtype)
