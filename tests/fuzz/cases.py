"""Cases: what is given to a target, how it is made smaller, and what comes of it."""

import time
import traceback
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from optional import polars as pl
from optional import pyarrow as pa

from fuzz.log import Failure, Log, place, snapshot
from fuzz.tables import Table


def number_of(name):
    """Return the same number for a name in every process."""
    return zlib.crc32(name.encode())


@dataclass(frozen=True)
class Case:
    """What a target is given: entries by row, settings, and the rest."""

    rows: dict[str, Any]
    params: dict[str, Any] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)
    seed: int = 0

    def rng(self, name):
        """Return the generator of this name, the same while the case is shrunk."""
        return np.random.default_rng([self.seed, number_of(name)])

    def chance(self, name, probability):
        """Return true in a share of the cases."""
        return bool(self.rng(name).random() < probability)

    def inputs(self):
        """Return rows and the rest, tables in their containers."""
        rendered = {
            name: value.render() if isinstance(value, Table) else value
            for name, value in self.rows.items()
        }
        return rendered | self.fixed

    def take(self, rows):
        """Return the case with some rows."""
        return replace(
            self, rows={name: rows_of(value, rows) for name, value in self.rows.items()}
        )

    @property
    def n_rows(self):
        """The number of rows, or 0 where the entries differ."""
        numbers = {
            value.n_rows if isinstance(value, Table) else len(value)
            for value in self.rows.values()
            if value is not None
        }
        return numbers.pop() if len(numbers) == 1 else 0

    def smaller(self):
        """Yield cases with less in them."""
        for name in self.params:
            yield replace(self, params={k: v for k, v in self.params.items() if k != name})
        for name, value in self.rows.items():
            if name == "sample_weight" and value is not None:
                yield replace(self, rows=self.rows | {name: None})
            if isinstance(value, Table):
                for table in value.smaller():
                    yield replace(self, rows=self.rows | {name: table})
        n, size = self.n_rows, self.n_rows // 2
        while size >= 1:
            for start in range(0, n, size):
                yield self.take(np.r_[0:start, min(start + size, n) : n].astype(int))
            size //= 2

    def __repr__(self):
        parts = self.params | self.rows | self.fixed
        return ", ".join(f"{name}={value_text(value)}" for name, value in parts.items())


def value_text(value):
    """Return a value in one line that is not long."""
    if isinstance(value, np.ndarray):
        return f"{value.tolist()!r:.200}:{value.dtype}"
    if isinstance(value, Table):
        return repr(value)
    if pa and isinstance(value, pa.Array):
        value = value.to_pylist()  # its own text has an address in it
    return " ".join(f"{value!r:.300}".split())


def rows_of(x, rows):
    """Return some rows of any container."""
    if x is None:
        return None
    if isinstance(x, Table):
        return x.take(rows)
    if isinstance(x, list):
        return [x[i] for i in rows]
    if isinstance(x, (pd.DataFrame, pd.Series)):
        return x.iloc[rows]
    if pa and isinstance(x, (pa.Array, pa.ChunkedArray)):
        return x.take(pa.array(rows))
    if pa and isinstance(x, pa.Table):
        # PyArrow takes no rows of views of text.
        rows = np.asarray(rows, int)
        runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
        return pa.concat_tables([x.slice(run[0] if len(run) else 0, len(run)) for run in runs])
    if pl and isinstance(x, pl.DataFrame) and not x.width:
        return x  # it has no rows either
    return x.tocsr()[rows] if sp.issparse(x) else x[rows]


@dataclass(frozen=True)
class Target:
    """What is fuzzed: how to make a case, how to check it, and the share of cases that it gets."""

    make: Callable
    check: Callable
    share: float = 1.0


def make_case(targets, name, seed, index):
    """Return the case of a target that has this number; the same in every process."""
    rng = np.random.default_rng([seed, index, number_of(name)])
    case = targets[name].make(rng)
    return replace(case, seed=int(rng.integers(2**31)))


def run_case(target, case):
    """Return the log of a case."""
    tables = [value for value in case.rows.values() if isinstance(value, Table)]
    # Equal names are replaced by numbers in frames of Polars.
    names = [name for table in tables for name in (*table.names, *range(len(table.names)))]
    log = Log(names=tuple(names))
    try:
        inputs = case.inputs()
        before = {name: snapshot(value) for name, value in inputs.items()}
        params = repr(case.params)
        target.check(log, case, **inputs)
        for name, value in inputs.items():
            if snapshot(value) != before[name]:
                log.fail("changed", name, f"{type(value).__name__}")
        if repr(case.params) != params:
            log.fail("changed", "params", f"{params} {case.params}")
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        cause = f"{type(error).__name__}@{place(frame.filename, frame.lineno)}"
        log.fail("fuzzer", cause, error)
    return log


def shrink(case, failure: Failure, failures_of, seconds):
    """Return a smaller case with the same failure; `failures_of(case)` runs one."""
    end = time.monotonic() + seconds
    progress = True
    while progress:
        progress = False
        for smaller in case.smaller():
            if time.monotonic() > end:
                return case
            if failure.signature in {found.signature for found in failures_of(smaller)}:
                case, progress = smaller, True
                break
    return case
