"""MutualInfoBinner on plain tables: bins keep all rules, and databases compute the same."""

import functools
import sqlite3

import numpy as np
import pandas as pd
from optional import duckdb
from sklearn.base import clone

from fuzz.binner import check_chunks, check_copies, check_output, facts
from fuzz.cases import Case, Target
from fuzz.columns import pick
from fuzz.invariants import check_fits, dense
from fuzz.plain_tables import LEVELS, draw_plain_table, draw_rules, new_rows
from skinfo import MutualInfoBinner


def make_rules(rng):
    table, score = draw_plain_table(rng)
    target_type = pick(rng, ["binary", "binary", "multiclass", "continuous"])
    y = {
        "binary": (score > pick(rng, [0, 1, -1])).astype(int),
        "multiclass": np.clip(np.round(score), -1, 1).astype(int) + 1,
        "continuous": np.round(score, 2),
    }[target_type]
    weights = rng.integers(0, 4, table.n_rows) if rng.random() < 0.5 else None
    rows = {"X": table, "y": y, "sample_weight": weights}
    return Case(rows, draw_rules(rng, table, target_type))


def check_rules(log, case, X, y, sample_weight):
    estimator = MutualInfoBinner(**case.params)
    fit = log.call("fit", clone(estimator).fit, X, y, sample_weight)
    if not fit.ok:
        return
    binner = fit.value
    for j, name in enumerate(X):
        check_column(log, case, binner, j, name)
    check_fits(log, case, estimator, binner, facts)
    check_chunks(log, case, estimator, binner)
    ordered = "level_order" in case.params  # refuses levels that it was not given
    levels = LEVELS if ordered else [*LEVELS, "zzz", "rare", "missing"]
    known = case.chance("known rows", 0.4)
    rows = X if known else new_rows(case.rng("new"), case.rows["X"], levels)
    out = log.call("transform", binner.transform, rows)
    if out.ok:
        check_output(log, binner, out.value, len(rows))
        check_databases(log, case, binner, rows, dense(out.value))
        if case.chance("copies", 0.3):
            check_copies(log, binner, rows, out.value)


def setting(case, name, j, default):
    """Return a parameter of one column."""
    value = case.params.get(name, default)
    if isinstance(value, list):
        return value[j]
    column = case.rows["X"].names[j]
    return value.get(j, value.get(column, default)) if isinstance(value, dict) else value


def check_column(log, case, binner, j, name):
    """The intervals of a column of numbers are as the parameters say."""
    edges = binner.bin_edges_[j]
    n_bins = len(binner.groups_[j]) if edges is None else len(edges) - 1
    most = setting(case, "max_bins", j, "auto")
    fixed = (case.params.get("fixed_edges") or {}).get(name)
    if most != "auto" and not fixed:
        log.need("max_bins", n_bins <= most, (name, n_bins))
    if fixed and edges is not None and name != "date":
        log.need("fixed_edges are cuts", set(fixed) <= set(edges.tolist()), edges)
    if case.params["missing"] == "merge":  # missing values count in a bin that was chosen before
        return
    by_bin = binner.counts_[j]
    by_bin = by_bin.sum(1) if binner.classes_ is not None else by_bin[:, 0]
    weights, counts = by_bin[:n_bins], binner.counts_[j][:n_bins]
    rates = counts[:, 1] if binner.classes_ is None else counts[:, -1] / np.maximum(weights, 1e-9)
    least = setting(case, "min_samples_bin", j, 1)
    least *= by_bin.sum() if least < 1 else 1
    if not fixed and n_bins > 1:
        log.need("min_samples_bin", (weights >= least - 1e-9).all(), (name, weights))
    check_shape(log, case, binner, j, name, rates[weights > 0])
    difference = setting(case, "min_rate_difference", j, 0.0)
    if not fixed and case.params["target_type"] == "binary" and n_bins > 1:
        far = (np.abs(np.diff(rates)) >= difference - 1e-12).all()
        log.need("min_rate_difference", far, (name, rates))


# Directions of rates, one after the other, that a shape allows.
SHAPES = {
    1: [[], [1]],
    -1: [[], [-1]],
    2: [[], [1], [-1], [1, -1]],
    -2: [[], [1], [-1], [-1, 1]],
}


def check_shape(log, case, binner, j, name, rates):
    """Rates rise and fall as `monotonic_cst_` says."""
    if binner.bin_edges_[j] is None or case.params["target_type"] == "multiclass":
        return
    turns = np.sign(np.round(np.diff(rates), 12))
    turns = turns[turns != 0]
    turns = turns[np.r_[True, np.diff(turns) != 0]].astype(int).tolist() if len(turns) else []
    shape = int(binner.monotonic_cst_[j])
    log.need("monotonic_cst", shape == 0 or turns in SHAPES[shape], (name, shape, rates))


@functools.cache
def database():
    """Return the one of this process, without threads: cases are many, and small."""
    return duckdb.connect(config={"threads": 1})


def selected(columns, X):
    """Return what DuckDB computes for each row."""
    database().register("rows", X.assign(row_=np.arange(len(X))))
    return database().execute(f"SELECT {columns} FROM rows ORDER BY row_")


def check_databases(log, case, binner, X, out):
    """DuckDB computes what transform returns, and SQLite what it has types for."""
    if duckdb and case.chance("duckdb", 0.6):
        select = log.call("to_sql", binner.to_sql, dialect="duckdb")
        if select.ok:
            got = selected(select.value, X).fetchnumpy()
            columns = [np.ma.filled(column.astype(float), np.nan) for column in got.values()]
            fine = np.allclose(np.column_stack(columns), out)
            log.need("DuckDB computes transform", fine, lambda: (columns, out[:5]))
    if binner.encode == "ordinal":
        for j, name in enumerate(X):
            if name != "date":
                check_sqlite(log, binner, j, X[name], out[:, j])


def check_sqlite(log, binner, j, values, codes):
    select = log.call("to_sql", binner.to_sql, j, dialect="sqlite")
    if not select.ok:
        return
    kind = {"txt": "TEXT", "num": "REAL", "int": "INTEGER"}[values.name]
    rows = [None if pd.isna(value) else value for value in values.tolist()]
    connection = sqlite3.connect(":memory:")
    connection.execute(f'CREATE TABLE t (row_ INTEGER, "{values.name}" {kind})')
    connection.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(rows)))
    got = connection.execute(f"SELECT {select.value} FROM t ORDER BY row_").fetchall()
    connection.close()
    log.equal("SQLite computes transform", [row[0] for row in got], codes.tolist(), select.value)


TARGETS = {"rules": Target(make_rules, check_rules, share=0.4)}
