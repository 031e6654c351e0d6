"""Shared by all tests."""

from itertools import pairwise

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def listener():
    """A callback of scikit-learn that keeps the names of the tasks it hears of."""
    callback = pytest.importorskip("sklearn.callback", reason="came with scikit-learn 1.9")

    class Listener:
        def __init__(self):
            self.heard = []

        def setup(self, estimator, context):
            self.heard.append("setup")

        def on_fit_task_begin(self, estimator, context, **_):
            self.heard.append(context.task_name)

        def on_fit_task_end(self, estimator, context, **_):
            return False

        def teardown(self, estimator, context):
            self.heard.append("teardown")

    assert isinstance(Listener(), callback.FitCallback)
    return Listener()


# Ways to pass the same samples to `fit`: rows between fractions of all, or None for all at once.
SOURCES = {
    "memory": None,
    "even_chunks": [1 / 7, 2 / 7, 3 / 7, 4 / 7, 5 / 7, 6 / 7],
    "uneven_chunks": [0.02, 0.02, 0.7],  # one of them empty
}


@pytest.fixture(params=list(SOURCES), scope="session")
def source(request):
    """Return a function of X, y and weights that returns the arguments of `fit`."""
    fractions = SOURCES[request.param]

    def arguments(X, y, sample_weight=None):
        parts = (X, y) if sample_weight is None else (X, y, sample_weight)
        if fractions is None:
            return parts
        if isinstance(X, list):
            parts = (np.array(X, object), *parts[1:])
        n = len(y)
        ends = [0, *(round(n * fraction) for fraction in fractions), n]
        return [tuple(part[a:b] for part in parts) for a, b in pairwise(ends)], None

    return arguments
