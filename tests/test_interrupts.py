"""Ctrl-C interrupts long work, also in worker threads."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

import pytest

# Seconds after which a process is killed, on a busy machine too.
LONGEST = 180

START = """
import sys
import threading
import warnings
from functools import partial

import numpy as np

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)

from skinfo import InformationBottleneck, MutualInfoBinner
from skinfo.cluster import critical_beta, information_curve
from skinfo.estimation import conditional_mutual_info, differential_entropy, mutual_info_test
from skinfo.metrics import log_loss_decomposition


def shares(n_rows, n_columns):
    return rng.dirichlet(np.full(n_columns, 0.3), n_rows)


def bottleneck(X, n_clusters, **settings):
    estimator = InformationBottleneck(n_clusters, random_state=0, **settings)
    return lambda: estimator.fit(X)


def make_work(size):
    return {}


# A small run first, then the long one.
make_work(0.01)()
work = make_work(1.0)
print("begun", flush=True)
try:
    work()
except KeyboardInterrupt:
    # Threads are cancelled too: they end by themselves.
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join()
    print("interrupted", flush=True)
"""

# Each takes from 15 seconds to some minutes if it is not interrupted.
LONG_WORK = {
    "binner, all candidates": (
        "partial(MutualInfoBinner(max_candidates=None, penalty=None, max_bins=20).fit, "
        "rng.normal(size=(int(1e5 * size), 1)), rng.normal(size=int(1e5 * size)))"
    ),
    "log_loss_decomposition": (
        "partial(log_loss_decomposition, rng.integers(0, 2, int(2e6 * size)), "
        "shares(int(2e6 * size), 2))"
    ),
    "mutual_info_test of ties": (
        "partial(mutual_info_test, rng.integers(0, 3000, (int(1e6 * size), 4)), "
        "rng.integers(0, 50, int(1e6 * size)).astype(float), discrete_features=True, "
        "discrete_target=False)"
    ),
    "agglomerative": (
        "bottleneck(rng.poisson(1.0, (int(30_000 * size), 300)), 5, algorithm='agglomerative')"
    ),
    "sequential": "bottleneck(rng.poisson(1.0, (int(30_000 * size), 300)), 100, n_init=1)",
    "iterative": (
        "bottleneck(shares(int(8000 * size), 1000), 50, algorithm='iterative', beta=20.0, "
        "tol=0.0, max_iter=10_000)"
    ),
    "iterative in threads": (
        "bottleneck(shares(int(8000 * size), 1000), 50, algorithm='iterative', beta=20.0, "
        "tol=0.0, max_iter=10_000, n_jobs=2)"
    ),
    "information_curve": ("partial(information_curve, shares(int(600 * size), 60), tol=0.0)"),
    "critical_beta": "partial(critical_beta, rng.random((int(4000 * size), int(4000 * size))))",
    "differential_entropy": "partial(differential_entropy, rng.normal(size=(int(4e5 * size), 6)))",
    "conditional_mutual_info": (
        "partial(conditional_mutual_info, "
        "*(rng.normal(size=(int(2e5 * size), n)) for n in (1, 1, 6)))"
    ),
}


@pytest.mark.skipif(os.name == "nt", reason="SIGINT is not sent there")
@pytest.mark.parametrize("work", LONG_WORK)
def test_long_work_can_be_interrupted(work):
    # Some tenths of a second on an idle machine; the bound allows for a busy one.
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", START.replace("{}", LONG_WORK[work])],
        stdout=subprocess.PIPE,
        text=True,
    )
    # A process that hangs is killed, and then says no more.
    end = threading.Timer(LONGEST, child.kill)
    end.start()
    with child, ExitStack() as stack:
        stack.callback(end.cancel)
        assert child.stdout.readline() == "begun\n"
        time.sleep(1)
        assert child.poll() is None
        sent = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "interrupted\n"
        waited = time.monotonic() - sent
        assert child.wait() == 0
    print(f"{work}: {waited:.2f} s")
    assert waited < 5
