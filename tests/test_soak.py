"""Repeated fits leave nothing behind.

`benchmarks/soak.py` does the same thousands of times.
"""

import gc
import sys

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skinfo import InfoBottleneckSelector, MutualInfoBinner

# One object that each of the fits left behind would be as many as these.
N_FITS = 20

MOST_ROUNDS = 12

N_ROWS = 60
X = np.random.default_rng(0).normal(size=(N_ROWS, 2))
Y = (X[:, 0] + np.random.default_rng(1).normal(size=N_ROWS) > 0).astype(int)
CHUNKS = [(X[:25], Y[:25]), (X[25:], Y[25:])]


def make_model():
    return make_pipeline(
        MutualInfoBinner(encode="woe", cv=2), InfoBottleneckSelector(), LogisticRegression()
    )


WORK = {
    "pipeline": lambda: make_model().fit(X, Y).predict_proba(X),
    "binner": lambda: MutualInfoBinner().fit(X, Y).transform(X),
    "selector": lambda: InfoBottleneckSelector().fit(X, Y).transform(X),
    "chunks": lambda: MutualInfoBinner().fit(CHUNKS, None),
    "selector of chunks": lambda: InfoBottleneckSelector().fit(CHUNKS, None),
    "threads": lambda: MutualInfoBinner(n_jobs=2).fit(X, Y),
}


@pytest.mark.parametrize("name", WORK)
def test_repeated_fits_leave_nothing_behind(name):
    """Caches fill up, at first by more than a block a fit; what leaks never levels off.

    Each array of NumPy is a block, too.
    """
    growth = [blocks_left_by(WORK[name])]
    while growth[-1] >= N_FITS and len(growth) < MOST_ROUNDS:
        growth.append(blocks_left_by(WORK[name]))
    assert growth[-1] < N_FITS, growth


def blocks_left_by(work):
    """Return how many more blocks of Python there are after some calls, garbage collected."""
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(N_FITS):
        work()
    gc.collect()
    return sys.getallocatedblocks() - before
