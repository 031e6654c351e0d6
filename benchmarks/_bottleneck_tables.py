"""Tables of counts for the benchmarks of the bottleneck."""

import importlib
import inspect

import numpy as np
import scipy.sparse as sp
from sklearn.datasets import load_digits
from sklearn.feature_extraction.text import CountVectorizer

MODULES = [
    "numpy.fft", "numpy.linalg", "numpy.random", "pandas", "scipy.linalg", "scipy.ndimage",
    "scipy.optimize", "scipy.signal", "scipy.sparse", "scipy.special", "scipy.stats",
    "sklearn.cluster", "sklearn.linear_model", "sklearn.metrics",
]  # fmt: skip


def planted_categories(n_rows=500, n_columns=20, n_groups=10, length=100, seed=0):
    """Return dense counts of rows drawn from a few distributions, and the group of each row."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(n_columns), n_groups)
    groups = rng.integers(0, n_groups, n_rows)
    return np.array([rng.multinomial(length, p[g]) for g in groups]), groups


def digit_pixels():
    """Return the grey levels of 1797 handwritten digits, and the digits."""
    return load_digits(return_X_y=True)


def docstring_words():
    """Return word counts of the docstrings of public names of 14 modules, and the module."""
    texts, groups = [], []
    for group, name in enumerate(MODULES):
        module = importlib.import_module(name)
        for public in sorted(set(getattr(module, "__all__", dir(module)))):
            thing = getattr(module, public, None)
            text = inspect.getdoc(thing) if callable(thing) else None
            if text and len(text) > 200:
                texts.append(text)
                groups.append(group)
    counter = CountVectorizer(min_df=5, max_df=0.5, token_pattern=r"[A-Za-z]{3,}")
    return sp.csr_matrix(counter.fit_transform(texts), dtype=np.float64), np.array(groups)
