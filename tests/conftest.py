"""Shared by all tests."""

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
