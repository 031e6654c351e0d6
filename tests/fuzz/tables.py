"""Awful tables, targets and weights."""

import os
import tempfile
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp
from optional import polars as pl
from optional import pyarrow as pa

from fuzz.columns import (
    DATES,
    EPS,
    FLOATS,
    HUGE,
    INTS,
    OBJECTS,
    PLAIN_TYPES,
    TAG,
    TEXTS,
    TINY,
    Column,
    draw_column,
    objects,
    pick,
    pick_by_weight,
)
from fuzz.frames import FRAMES


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def memory_map(X):
    """Return the values in a file, which is gone when the array is."""
    if X.dtype == object or not X.size:
        return X
    with tempfile.NamedTemporaryFile(delete=False) as file:
        X.tofile(file)
    mapped = np.memmap(file.name, X.dtype, "r", shape=X.shape)
    os.unlink(file.name)
    return mapped


def big_endian(X):
    return X.astype(X.dtype.newbyteorder(">")) if X.dtype.kind in "iuf" else X


def with_explicit_zero(X):
    """Return a sparse table that has all zeros of its first column in it."""
    out = sp.csc_array(X)
    if not X.shape[1]:
        return out
    first = sp.csc_array((X[:, 0], np.arange(len(X)), [0, len(X)]), shape=(len(X), 1))
    return sp.csc_array(sp.hstack([first, out[:, 1:]]))


def with_64_bit_indices(X):
    out = sp.csr_array(X)
    out.indices, out.indptr = out.indices.astype(np.int64), out.indptr.astype(np.int64)
    return out


def with_duplicates(X):
    """Return a sparse table that has each entry twice, half of it each time."""
    rows, columns = np.nonzero(X)
    halves = X[rows, columns] / 2
    twice = (np.r_[halves, halves], (np.r_[rows, rows], np.r_[columns, columns]))
    return sp.coo_array(twice, shape=X.shape)


ARRAYS = {
    "numpy": np.asarray,
    "fortran": np.asfortranarray,
    "reversed": lambda X: np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1],
    "read-only": read_only,
    "masked array": np.ma.masked_array,
    "memory map": memory_map,
    "list": lambda X: X.tolist(),
    "big-endian": big_endian,
}

SPARSE = {
    "csr": sp.csr_matrix,
    "csc": sp.csc_matrix,
    "coo": sp.coo_matrix,
    "csr array": sp.csr_array,
    "csc array, explicit zero": with_explicit_zero,
    "csr, 64-bit indices": with_64_bit_indices,
    "coo, duplicates": with_duplicates,
    "dia": sp.dia_matrix,
    "lil": sp.lil_matrix,
}


@dataclass(frozen=True)
class Table:
    """Columns and the container that holds them."""

    columns: tuple[Column, ...]
    names: tuple
    container: str
    n_rows: int
    one_index: bool = False  # all rows of a pandas frame have the same label

    def render(self):
        """Return the table in its container."""
        if self.container in FRAMES:
            frame = FRAMES[self.container][1](self.columns, list(self.names), self.n_rows)
            if self.one_index and self.container == "pandas":
                frame.index = ["same"] * len(frame)
            return frame
        X = self.array()
        if self.container in SPARSE:
            with np.errstate(all="ignore"):
                return SPARSE[self.container](X.astype(float))
        return ARRAYS[self.container](X)

    def array(self):
        """Return the values as one array, of objects where the columns differ."""
        values = [column.values for column in self.columns]
        if not values:
            return np.empty((self.n_rows, 0))
        if len({v.dtype.kind for v in values}) == 1 and values[0].dtype != object:
            return np.column_stack(values)
        X = np.empty((self.n_rows, len(values)), object)
        for j, v in enumerate(values):
            X[:, j] = objects(list(v)) if v.dtype == object else v
        return X

    def take(self, rows):
        columns = tuple(column.take(rows) for column in self.columns)
        return replace(self, columns=columns, n_rows=len(rows))

    def smaller(self):
        """Yield simpler tables of the same rows."""
        for j in range(len(self.columns) if len(self.columns) > 1 else 0):
            yield replace(
                self,
                columns=self.columns[:j] + self.columns[j + 1 :],
                names=self.names[:j] + self.names[j + 1 :],
            )
        plain_names = tuple(f"c{j}" for j in range(len(self.columns)))
        if self.names != plain_names or self.one_index:
            yield replace(self, names=plain_names, one_index=False)
        if self.container != "numpy":
            yield replace(self, container="numpy")

    def in_containers(self):
        """Yield the table in every container that holds the same values."""
        names = tuple(f"c{j}" for j in range(len(self.columns)))
        if self.columns and all(column.is_plain for column in self.columns):
            for container in [*FRAMES, "numpy"]:
                if container == "numpy" and len({c.values.dtype.kind for c in self.columns}) > 1:
                    continue
                yield replace(self, container=container, names=names, one_index=False)

    def __repr__(self):
        columns = ", ".join(
            f"{name!r}: {column.dtype or column.values.dtype} {column.values.tolist()!r:.150}"
            for name, column in zip(self.names, self.columns, strict=True)
        )
        return f"{self.container} of {self.n_rows} rows {{{columns}}}"


def draw_names(rng, p):
    strange = ["", "é", TAG, 'q"', "a\nb", "日本", "x0", "x1"]
    kinds = {
        "plain": [f"c{j}" for j in range(p)],
        "numbers": list(range(p)),
        "equal": ["dup"] * p,
        "of several rows": [("m", j) for j in range(p)],
        "strange": [strange[j] if j < len(strange) else f"k{j}" for j in range(p)],
        "mixed": [j if j % 2 else f"s{j}" for j in range(p)],
        "none": [None if j == 0 else float(j) for j in range(p)],
        "swapped": [f"x{p - 1 - j}" for j in range(p)],
    }
    weights = dict.fromkeys(kinds, 1) | {"plain": 8}
    return tuple(kinds[pick_by_weight(rng, weights)])


def frame_column(rng, n, container):
    types = FRAMES[container][0]
    if rng.random() < 0.45:
        dtype = pick(rng, list(types))
        return Column(dtype, types[dtype][0](rng, n), dtype)
    others = OBJECTS if container == "pandas" else TEXTS
    column = draw_column(rng, n, pick(rng, [FLOATS, FLOATS, INTS, TEXTS, DATES, others]))
    if column.values.dtype.kind == "f" and rng.random() < 0.1:
        with np.errstate(all="ignore"):
            return replace(
                column, values=column.values.astype(pick(rng, [np.float32, np.float16]))
            )
    return column


def array_columns(rng, n, p):
    """Return columns that one array can hold."""
    weights = {
        "floats": 45,
        "ints": 15,
        "texts": 8,
        "dates": 6,
        "objects": 8,
        "mixed": 6,
        "types": 12,
    }
    families = {"floats": FLOATS, "ints": INTS, "texts": TEXTS, "objects": OBJECTS}
    kind = pick_by_weight(rng, weights)
    if kind == "mixed":
        return [draw_column(rng, n, pick(rng, list(families.values()))) for _ in range(p)]
    if kind in families:
        return [draw_column(rng, n, families[kind]) for _ in range(p)]
    family = DATES if kind == "dates" else PLAIN_TYPES
    one = pick(rng, list(family))
    return [draw_column(rng, n, {one: family[one]}) for _ in range(p)]


def sparse_column(rng, n):
    column = draw_column(rng, n, FLOATS)
    return replace(column, values=np.where(rng.random(n) < 0.6, 0.0, column.values))


ROWS = [1, 2, 3, 5, 8, 20, 20, 40, 60, 60, 60, 120, 300]


def draw_n_rows(rng):
    return pick(rng, ROWS) if rng.random() > 0.01 else 0


def draw_table(rng, n, containers=(*FRAMES, *ARRAYS, *SPARSE), max_columns=6):
    """Return a table of n rows in one of some containers, a third of the time a frame."""
    groups = {
        "frame": (FRAMES, 42),
        "array": (ARRAYS, 20),
        "numpy": (["numpy"], 28),
        "sparse": (SPARSE, 10),
    }
    allowed = {
        kind: (names, weight)
        for kind, (group, weight) in groups.items()
        if (names := [name for name in group if name in containers])
    }
    names, _ = allowed[
        pick_by_weight(rng, {kind: weight for kind, (_, weight) in allowed.items()})
    ]
    container = pick(rng, names)
    p = pick(rng, [1, 1, 1, 2, 2, 3, 3, max_columns]) if rng.random() > 0.01 else 0
    if container in FRAMES:
        columns = [frame_column(rng, n, container) for _ in range(p)]
    elif container in SPARSE:
        columns = [sparse_column(rng, n) for _ in range(p)]
    else:
        columns = array_columns(rng, n, p)
    return Table(tuple(columns), draw_names(rng, p), container, n, bool(rng.random() < 0.1))


def signal(rng, columns, n, k):
    """Return one of k classes for each row, which depends on the columns of numbers."""
    total = np.zeros(n)
    with np.errstate(all="ignore"):
        for column in columns:
            if column.values.dtype.kind in "iufb" and column.values.dtype.itemsize <= 8:
                total += np.nan_to_num(column.values.astype(float), posinf=1, neginf=-1)
        ranks = np.argsort(np.argsort(np.nan_to_num(total) + 1e-9 * rng.normal(size=n)))
    return np.where(rng.random(n) < 0.3, rng.integers(0, k, n), ranks * k // max(n, 1))


# Kind of target: its weight, and what makes it.
TARGET_KINDS = {
    "binary": (40, lambda r, c, n: signal(r, c, n, 2)),
    "text": (
        9,
        lambda r, c, n: np.array(["no", "yes", "ünï"], object)[signal(r, c, n, pick(r, [2, 3]))],
    ),
    "multiclass": (12, lambda r, c, n: signal(r, c, n, pick(r, [3, 4, 5]))),
    "each its own": (3, lambda r, c, n: np.arange(n)),
    "300 classes": (3, lambda r, c, n: r.integers(0, 300, n)),
    "continuous": (14, lambda r, c, n: signal(r, c, n, 7) + r.normal(size=n)),
    "scales": (2, lambda r, c, n: r.choice([1e300, -1e300, 1e-300, 0.5], n)),
    "huge": (1, lambda r, c, n: r.choice([1, -1, 0.5], n) * HUGE),
    "subnormal": (1, lambda r, c, n: r.integers(0, 5, n) * TINY),
    "adjacent": (1, lambda r, c, n: 1 + r.integers(0, 5, n) * EPS),
    "many integers": (2, lambda r, c, n: r.integers(0, 1000, n)),
    "constant": (2, lambda r, c, n: np.zeros(n, int)),
    "nan": (1, lambda r, c, n: FLOATS["nan"](r, n)),
    "infinite": (1, lambda r, c, n: FLOATS["infinite"](r, n)),
    "bool": (2, lambda r, c, n: r.random(n) < 0.5),
    "one event": (2, lambda r, c, n: (np.arange(n) == 0).astype(int)),
    "objects": (1, lambda r, c, n: draw_column(r, n, OBJECTS).values),
    "dates": (1, lambda r, c, n: draw_column(r, n, DATES).values),
    "complex": (0.5, lambda r, c, n: r.normal(size=n) + 1j),
    "of several columns": (1, lambda r, c, n: r.integers(0, 2, (n, pick(r, [1, 2, 3])))),
    "too short": (0.5, lambda r, c, n: r.integers(0, 2, max(n - 1, 0))),
    "uint64": (1, lambda r, c, n: r.choice(np.array([2**63 + 1, 5, 2**64 - 1], np.uint64), n)),
    "float16": (1, lambda r, c, n: r.normal(size=n).astype(np.float16)),
    "extreme integers": (1, lambda r, c, n: INTS["extreme"](r, n)),
    "none": (1, lambda r, c, n: TEXTS["none"](r, n)),
    "longdouble": (0.5, lambda r, c, n: r.normal(size=n).astype(np.longdouble)),
    "bytes": (1, lambda r, c, n: np.array([b"a", b"b"])[r.integers(0, 2, n)]),
}


def numbers_in_64_bits(y):
    return y.dtype.kind in "ifb" and y.dtype.itemsize < 9


# Container of a target: which values it holds, and what makes it.
TARGET_CONTAINERS = {
    "list": (lambda y: True, lambda y: y.tolist()),
    "series": (lambda y: True, pd.Series),
    "column": (lambda y: True, lambda y: y[:, None]),
    "category": (lambda y: y.dtype.kind == "i", lambda y: pd.Series(pd.Categorical(y))),
    "Int64": (lambda y: y.dtype.kind == "i", lambda y: pd.Series(pd.array(y, dtype="Int64"))),
    "polars": (
        lambda y: pl and numbers_in_64_bits(y) and y.dtype != np.float16,
        lambda y: pl.Series(y),
    ),
    "arrow": (lambda y: pa and numbers_in_64_bits(y), lambda y: pa.array(y)),
}


def draw_target(rng, columns, n, kinds=tuple(TARGET_KINDS)):
    """Return y: an array, or now and then another container of its values."""
    kind = pick_by_weight(rng, {kind: TARGET_KINDS[kind][0] for kind in kinds})
    y = TARGET_KINDS[kind][1](rng, columns, n)
    holds, make = TARGET_CONTAINERS[pick(rng, list(TARGET_CONTAINERS))]
    return make(y) if rng.random() < 0.35 and y.ndim == 1 and holds(y) else y


WEIGHT_KINDS = {
    "none": (55, lambda r, n: None),
    "whole": (17, lambda r, n: r.integers(0, 4, n)),
    "fractions": (6, lambda r, n: r.random(n)),
    "ones": (2, lambda r, n: np.ones(n)),
    "zeros": (1, lambda r, n: np.zeros(n)),
    "negative": (1, lambda r, n: r.integers(-1, 3, n)),
    "nan": (1, lambda r, n: np.where(np.arange(n) == 0, np.nan, 1.0)),
    "infinite": (1, lambda r, n: np.where(np.arange(n) == 0, np.inf, 1.0)),
    "1e15": (4, lambda r, n: r.integers(1, 4, n) * 1e15),
    "1e300": (1, lambda r, n: r.random(n) * 1e300),
    "1e-300": (1, lambda r, n: r.random(n) * 1e-300),
    "scales": (3, lambda r, n: r.choice([1e-12, 1.0, 1e12], n)),
    "too short": (1, lambda r, n: np.ones(max(n - 1, 0))),
    "text": (0.5, lambda r, n: np.array(["1"] * n)),
    "bool": (1, lambda r, n: r.random(n) < 0.7),
    "series": (1, lambda r, n: pd.Series(r.integers(0, 3, n), index=[f"r{i}" for i in range(n)])),
    "of two dimensions": (0.5, lambda r, n: np.ones((n, 1))),
}


def draw_weights(rng, n):
    kind = pick_by_weight(rng, {kind: weight for kind, (weight, _) in WEIGHT_KINDS.items()})
    return WEIGHT_KINDS[kind][1](rng, n)
