"""A fault at any call within a fit, and at any chunk of any pass, leaves nothing half-fitted.

A profiler counts the calls that are made by the package, of Python, NumPy and kernels alike, and
raises at one of them. Some are tried, spread over the fit; SKINFO_FAULTS=100000 tries all.
"""

import gc
import os
import pickle
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

import skinfo
from skinfo import EntropyScorer, InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner
from skinfo.cluster import information_curve
from skinfo.estimation import (
    conditional_mutual_info,
    multivariate_info,
    mutual_info,
    mutual_info_test,
    pairwise_interaction,
    pairwise_mutual_info,
)
from skinfo.feature_selection import held_out_information
from skinfo.metrics import log_loss_decomposition, population_stability
from skinfo.scorecard import Scorecard

N_FAULTS = int(os.environ.get("SKINFO_FAULTS", "12"))
FOLDER = str(Path(skinfo.__file__).parent)
LOCKS = (type(threading.Lock()), type(threading.RLock()))


# Where a generator is closed that nobody reads any more, an error is told of and goes no further.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def no_garbage():
    """Collect garbage after each test, so that no other test is told of it."""
    yield
    gc.collect()


class InjectedError(MemoryError):
    """Raised where there is room."""


class Calls:
    """A profiler that counts the calls within the package, and raises at one of them.

    Parameters
    ----------
    fatal : int or None, default=None
        The call that fails, from 0; None for none.
    """

    def __init__(self, fatal=None):
        self.n = 0
        self._fatal = fatal

    def __call__(self, frame, event, argument):
        if event not in ("call", "c_call"):
            return
        if isinstance(getattr(argument, "__self__", None), LOCKS):
            return  # to release one does not fail
        inside = frame if event == "c_call" else frame.f_back
        if inside is None or not inside.f_code.co_filename.startswith(FOLDER):
            return
        self.n += 1
        if self.n - 1 == self._fatal:
            sys.setprofile(None)
            raise InjectedError

    def __enter__(self):
        sys.setprofile(self)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)


def spread(n):
    """Return some numbers below n: the first and the last ones, and others between them."""
    ends = [*range(min(4, n)), *range(max(n - 4, 0), n)]
    return sorted({*ends, *np.linspace(0, n - 1, min(N_FAULTS, n)).astype(int).tolist()})


def table(n=60):
    """Return a frame of numbers and text, and classes."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=n), "b": rng.choice(["u", "v", "w"], n)})
    y = (X["a"] + (X["b"] == "u") + rng.normal(size=n) > 0).to_numpy(int)
    return X, y


class Chunks:
    """A table in chunks, of which one fails in one pass.

    Parameters
    ----------
    X, y

    fatal : int or None, default=None
        The chunk that fails, counted over all passes.
    """

    def __init__(self, X, y, fatal=None):
        self._chunks = [(X[:20], y[:20]), (X[20:45], y[20:45]), (X[45:], y[45:])]
        self._fatal = fatal
        self.n = 0

    def __iter__(self):
        for chunk in self._chunks:
            self.n += 1
            if self.n - 1 == self._fatal:
                raise InjectedError(f"chunk {self._fatal}")
            yield chunk


X, Y = table()
NUMBERS = X[["a"]].assign(c=np.random.default_rng(1).normal(size=len(X))).to_numpy()
COUNTS = np.random.default_rng(2).poisson(2.0, (12, 5))
CODES = np.rint(NUMBERS)

# An estimator, its method, and what it is given.
FITS = {
    "binner": (MutualInfoBinner(), "fit", (X, Y)),
    "binner woe": (MutualInfoBinner(encode="woe", cv=2), "fit_transform", (X, Y)),
    "binner, continuous y": (MutualInfoBinner(monotonic_cst=[1, 0]), "fit", (X, NUMBERS[:, 1])),
    "binner, first chunk": (MutualInfoBinner(), "partial_fit", (X, Y)),
    "binner, chunks": (MutualInfoBinner(), "fit", (Chunks(X, Y), None)),
    "selector": (InfoBottleneckSelector(), "fit", (X, Y)),
    "selector, interactions": (InfoBottleneckSelector(interactions=True), "fit", (CODES, Y)),
    "selector, predictive": (InfoBottleneckSelector("predictive"), "fit", (CODES, Y)),
    "selector, chunks": (InfoBottleneckSelector(), "fit", (Chunks(X, Y), None)),
    "bottleneck": (InformationBottleneck(2, random_state=0), "fit", (COUNTS,)),
    "bottleneck, agglomerative": (
        InformationBottleneck(2, algorithm="agglomerative"),
        "fit",
        (COUNTS,),
    ),
    "bottleneck, iterative": (
        InformationBottleneck(2, algorithm="iterative", beta=4.0, random_state=0, n_init=1),
        "fit",
        (COUNTS,),
    ),
    "scorer": (EntropyScorer(LogisticRegression()), "fit", (NUMBERS, Y)),
    "scorecard": (Scorecard(), "fit", (X, Y)),
}


def state(estimator):
    """Return the fitted attributes, pickled one by one."""
    return {
        name: pickle.dumps(value)
        for name, value in sorted(vars(estimator).items())
        if name.endswith("_")
    }


@pytest.mark.parametrize("name", FITS)
def test_a_fault_at_any_call_leaves_nothing_half_fitted(name):
    unfitted, method, given = FITS[name]
    # The second time, so that all that is imported when it is needed has been.
    fitted = clone(unfitted)
    getattr(fitted, method)(*given)
    with Calls() as calls:
        getattr(clone(unfitted), method)(*given)
    n_threads = threading.active_count()
    for before in (unfitted, fitted):
        done = copy_of(before)
        getattr(done, method)(*given)
        for k in spread(calls.n):
            again = copy_of(before)
            began = state(again)
            try:
                with Calls(fatal=k):
                    getattr(again, method)(*given)
            except MemoryError:
                # Nothing, or all of it where the fit had not begun or was of one more chunk.
                assert state(again) in (began, {}), k
                assert method != "partial_fit" or state(again) == began, k
                getattr(again, method)(*given)
            # Otherwise the work did without the call.
            assert state(again) == state(done), k
    assert threading.active_count() == n_threads


def copy_of(estimator):
    """Return an estimator that shares nothing with another."""
    return pickle.loads(pickle.dumps(estimator))


@pytest.mark.parametrize("name", [name for name in FITS if "chunks" in name])
def test_a_source_that_fails_at_any_chunk_of_any_pass(name):
    unfitted, _, (source, _) = FITS[name]
    X, y = (pd.concat([c[0] for c in source]), np.concatenate([c[1] for c in source]))
    counted = Chunks(X, y)
    right = clone(unfitted).fit(counted, None)
    for k in range(counted.n):
        failing = clone(unfitted).fit(X, y)
        with pytest.raises(MemoryError, match="chunk"):
            failing.fit(Chunks(X, y, fatal=k), None)
        assert state(failing) == {}, k
        assert state(failing.fit(Chunks(X, y), None)) == state(right)


CALLS = {
    "mutual_info": lambda: mutual_info(X, Y),
    "mutual_info, numbers": lambda: mutual_info(NUMBERS, NUMBERS[:, 0] ** 2),
    "mutual_info_test": lambda: mutual_info_test(CODES, Y, discrete_features=True).pvalue,
    "permutations": lambda: (
        mutual_info_test(NUMBERS, Y, null="permutation", n_permutations=9, random_state=0).pvalue
    ),
    "conditional": lambda: conditional_mutual_info(NUMBERS, Y, NUMBERS[:, :1]),
    "pairwise": lambda: pairwise_mutual_info(CODES),
    "interaction": lambda: pairwise_interaction(CODES, Y).pvalue,
    "multivariate": lambda: multivariate_info(CODES, n_permutations=9).pvalue,
    "curve": lambda: information_curve(COUNTS[:4], n_init=1, random_state=0).relevance,
    "held out": lambda: held_out_information(CODES, Y).information,
    "decomposition": lambda: log_loss_decomposition(Y, np.full((len(Y), 2), 0.5)).miscalibration,
    "stability": lambda: population_stability(X[:30], X[30:]).pvalue,
}


@pytest.mark.parametrize("name", CALLS)
def test_a_fault_at_any_call_of_a_function_spoils_no_cache(name):
    call = CALLS[name]
    right = call()
    with Calls() as calls:
        call()
    for k in spread(calls.n):
        with suppress(MemoryError), Calls(fatal=k):
            call()
        np.testing.assert_array_equal(call(), right, err_msg=str(k))


ALLOCATIONS = """
import ctypes
import sys
sys.path.insert(0, {tests!r})
import numpy as np
from test_faults import CALLS, COUNTS, CODES, NUMBERS, Y, clone, spread, state
from skinfo import InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner

allocator = ctypes.CDLL(None)
MANY = 10**9

FITS = {{
    "binner": (MutualInfoBinner(), (NUMBERS, Y)),
    "binner, monotonic": (MutualInfoBinner(monotonic_cst=[1, 1]), (NUMBERS, Y)),
    "binner, continuous y": (MutualInfoBinner(), (NUMBERS, NUMBERS[:, 1])),
    "selector": (InfoBottleneckSelector(interactions=True), (CODES, Y)),
    "bottleneck": (InformationBottleneck(2, random_state=0, n_init=1), (COUNTS,)),
}}


def n_allocations(call):
    allocator.fail_after(MANY)
    call()
    n = MANY - allocator.left_before_failure()
    allocator.fail_after(-1)
    return n


def fails_at(k, call):
    allocator.fail_after(k)
    try:
        call()
    except MemoryError:
        return True
    except SystemError as error:
        # NumPy's own functions say that they failed, and not of what.
        assert "without" in str(error)
        return True
    finally:
        allocator.fail_after(-1)
    return False


n_failed = n_tried = 0
for name, (unfitted, given) in FITS.items():
    fitted = clone(unfitted).fit(*given)
    right = state(fitted)
    for k in spread(n_allocations(lambda: clone(unfitted).fit(*given))):
        n_tried += 1
        if fails_at(k, lambda: fitted.fit(*given)):
            n_failed += 1
            assert state(fitted) in ({{}}, right), (name, k)
        assert state(fitted.fit(*given)) == right, (name, k)
for name in ("mutual_info, numbers", "mutual_info_test", "conditional", "pairwise", "interaction"):
    right = CALLS[name]()
    for k in spread(n_allocations(CALLS[name])):
        n_tried += 1
        n_failed += fails_at(k, CALLS[name])
        np.testing.assert_array_equal(CALLS[name](), right, err_msg=str((name, k)))
print(n_failed, "of", n_tried)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="for glibc")
def test_a_failed_allocation_is_a_memory_error_and_leaves_nothing_half_fitted(tmp_path):
    """In kernels, NumPy and Python alike, in a process of its own, which does not die of it."""
    compiler = shutil.which("cc") or pytest.skip("there is no C compiler")
    library, here = tmp_path / "failing_malloc.so", Path(__file__).parent
    built = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", library, here / "failing_malloc.c"],
        check=False,
        capture_output=True,
        text=True,
    )
    if built.returncode:
        pytest.skip(f"the C library is not glibc: {built.stderr[-200:]}")
    done = subprocess.run(
        [sys.executable, "-P", "-c", ALLOCATIONS.format(tests=str(here))],
        env={**os.environ, "LD_PRELOAD": str(library)},
        check=False,
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    n_failed, _, n_tried = done.stdout.split()
    assert int(n_tried) >= int(n_failed) > 0
