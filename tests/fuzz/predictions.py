"""Probabilities and labels, most of them as they should be."""

import numpy as np
import pandas as pd

from fuzz.columns import OBJECTS, TINY, draw_column, pick_by_weight

# Kind of probabilities: its weight, and what makes n rows of k classes.
PROBABILITIES = {
    "dirichlet": (40, lambda r, n, k: r.dirichlet(np.full(k, 0.5), n)),
    "certain": (10, lambda r, n, k: np.eye(k)[r.integers(0, k, n)]),
    "equal": (6, lambda r, n, k: np.full((n, k), 1 / k)),
    "float32": (4, lambda r, n, k: r.dirichlet(np.ones(k), n).astype(np.float32)),
    "float16": (3, lambda r, n, k: r.dirichlet(np.ones(k), n).astype(np.float16)),
    "tiny": (3, lambda r, n, k: np.c_[np.full(n, TINY), np.full((n, k - 1), 1 / max(k - 1, 1))]),
    "not one": (3, lambda r, n, k: r.random((n, k))),
    "negative": (3, lambda r, n, k: r.normal(size=(n, k))),
    "nan": (3, lambda r, n, k: np.where(r.random((n, k)) < 0.1, np.nan, 1 / k)),
    "infinite": (2, lambda r, n, k: np.where(r.random((n, k)) < 0.1, np.inf, 1 / k)),
    "one column": (2, lambda r, n, k: r.random(n)),
    "wrong columns": (2, lambda r, n, k: r.dirichlet(np.ones(k + 1), n)),
    "objects": (2, lambda r, n, k: r.dirichlet(np.ones(k), n).astype(object)),
    "integers": (2, lambda r, n, k: np.eye(k, dtype=int)[r.integers(0, k, n)]),
    "booleans": (2, lambda r, n, k: np.eye(k, dtype=bool)[r.integers(0, k, n)]),
    "list": (2, lambda r, n, k: r.dirichlet(np.ones(k), n).tolist()),
    "frame": (2, lambda r, n, k: pd.DataFrame(r.dirichlet(np.ones(k), n))),
    "huge": (2, lambda r, n, k: r.normal(size=(n, k)) * 1e300),
    "complex": (1, lambda r, n, k: r.dirichlet(np.ones(k), n).astype(complex)),
    "longdouble": (1, lambda r, n, k: r.dirichlet(np.ones(k), n).astype(np.longdouble)),
    "text": (1, lambda r, n, k: np.full((n, k), "0.5")),
    "masked": (1, lambda r, n, k: np.ma.masked_array(r.dirichlet(np.ones(k), n))),
}


def names_of(k):
    return np.array([f"c{i}" for i in range(k)])


LABELS = {
    "codes": (50, lambda r, n, k: r.integers(0, k, n)),
    "text": (10, lambda r, n, k: names_of(k).astype(object)[r.integers(0, k, n)]),
    "fixed text": (5, lambda r, n, k: names_of(k)[r.integers(0, k, n)]),
    "booleans": (5, lambda r, n, k: r.integers(0, k, n).astype(bool)),
    "floats": (5, lambda r, n, k: r.integers(0, k, n).astype(float)),
    "indicators": (3, lambda r, n, k: np.eye(k)[r.integers(0, k, n)]),
    "from one": (3, lambda r, n, k: r.integers(0, k, n) + 1),
    "list": (3, lambda r, n, k: r.integers(0, k, n).tolist()),
    "series": (3, lambda r, n, k: pd.Series(r.integers(0, k, n))),
    "category": (2, lambda r, n, k: pd.Series(pd.Categorical(r.integers(0, k, n)))),
    "soft": (2, lambda r, n, k: r.dirichlet(np.ones(k), n)),
    "nan": (2, lambda r, n, k: np.where(r.random(n) < 0.2, np.nan, r.integers(0, k, n))),
    "objects": (2, lambda r, n, k: draw_column(r, n, OBJECTS).values),
    "too short": (2, lambda r, n, k: r.integers(0, k, max(n - 1, 0))),
    "large": (1, lambda r, n, k: r.integers(0, k, n) * 2**40),
    "constant": (2, lambda r, n, k: np.zeros(n, int)),
}


def draw_from(rng, kinds, n, k):
    kind = pick_by_weight(rng, {kind: weight for kind, (weight, _) in kinds.items()})
    return kinds[kind][1](rng, n, k)


def draw_probabilities(rng, n, k):
    return draw_from(rng, PROBABILITIES, n, k)


def draw_labels(rng, n, k):
    return draw_from(rng, LABELS, n, k)
