"""Work in threads, for any backend of joblib."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import joblib
import numpy as np
import pytest
from joblib import delayed
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skinfo
from skinfo import EntropyScorer, InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner
from skinfo.cluster import information_curve
from skinfo.estimation import (
    conditional_mutual_info,
    mutual_info,
    pairwise_interaction,
    pairwise_mutual_info,
)
from skinfo.scorecard import Scorecard
from skinfo.utils._parallel import (
    ThreadPool,
    _BlasLimit,
    in_threads,
    n_threads,
    one_blas_thread,
)

BACKENDS = ["loky", "multiprocessing", "threading", "dask"]


@contextmanager
def configured(backend, n_jobs=2):
    """Put a backend of joblib in force."""
    if backend != "dask":
        with joblib.parallel_config(backend, n_jobs=n_jobs):
            yield
        return
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config("dask", n_jobs=n_jobs),
    ):
        yield


def table(n=900):
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=n)
    X = rng.normal(size=(n, 6))
    X[:, :2] += y[:, None]
    return X, y


def binner_counts(X, y, n_jobs):
    binner = MutualInfoBinner(n_jobs=n_jobs)
    for rows in np.split(np.arange(len(y)), 3):
        binner.partial_fit(X[rows], y[rows])
    return np.concatenate([counts.ravel() for counts in binner.counts_])


WORK = {
    "selector": lambda X, y, n_jobs: InfoBottleneckSelector(n_jobs=n_jobs).fit(X, y).mutual_info_,
    "binner": lambda X, y, n_jobs: MutualInfoBinner(n_jobs=n_jobs).fit_transform(X, y),
    "partial_fit": binner_counts,
    "bottleneck": lambda X, y, n_jobs: (
        InformationBottleneck(3, n_init=4, random_state=0, n_jobs=n_jobs)
        .fit(np.abs(X[:60]))
        .labels_
    ),
    "curve": lambda X, y, n_jobs: information_curve(np.abs(X[:9]), n_jobs=n_jobs).relevance,
    "mutual_info": lambda X, y, n_jobs: mutual_info(X, y, n_jobs=n_jobs),
    "discrete": lambda X, y, n_jobs: mutual_info(X > 0, y, n_jobs=n_jobs),
    "conditional": lambda X, y, n_jobs: conditional_mutual_info(X, y, X[:, 0] > 0, n_jobs=n_jobs),
    "pairwise": lambda X, y, n_jobs: pairwise_mutual_info(np.rint(3 * X), n_jobs=n_jobs),
    "interaction": lambda X, y, n_jobs: pairwise_interaction(X, y, n_jobs=n_jobs).pvalue,
}


@pytest.mark.parametrize("backend", BACKENDS)
def test_results_do_not_depend_on_the_backend(backend, monkeypatch):
    """Also where threads would not pay: all work is taken for long."""
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0.0)
    X, y = table()
    right = {name: work(X, y, 1) for name, work in WORK.items()}
    assert right["partial_fit"].sum() == X.size
    with configured(backend):
        assert n_threads(None) == 2
        for name, work in WORK.items():
            for n_jobs in (None, 2):
                np.testing.assert_array_equal(work(X, y, n_jobs), right[name], err_msg=name)


@pytest.mark.parametrize("backend", BACKENDS)
def test_search_on_workers(backend):
    X, y = table(300)
    search = GridSearchCV(
        make_pipeline(
            MutualInfoBinner(encode="woe"), InfoBottleneckSelector(), LogisticRegression()
        ),
        {"mutualinfobinner__max_bins": [2, 5]},
        cv=2,
    )
    right = search.fit(X, y).cv_results_["mean_test_score"]
    with configured(backend):
        found = search.set_params(n_jobs=2).fit(X, y).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(found, right)


ESTIMATORS = {
    "binner": make_pipeline(MutualInfoBinner(), LogisticRegression()),
    "selector": make_pipeline(InfoBottleneckSelector(), LogisticRegression()),
    "bottleneck": make_pipeline(
        FunctionTransformer(np.abs),
        InformationBottleneck(3, n_init=1, random_state=0),
        LogisticRegression(),
    ),
    "scorer": make_pipeline(EntropyScorer(LogisticRegression()), LogisticRegression()),
    "scorecard": Scorecard(),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_validation_in_two_processes_is_that_in_one(name):
    X, y = table(300)
    scores = [
        cross_validate(ESTIMATORS[name], X, y, cv=2, n_jobs=n_jobs, return_train_score=True)
        for n_jobs in (1, 2)
    ]
    for part in ("test_score", "train_score"):
        np.testing.assert_array_equal(scores[0][part], scores[1][part])


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes have no affinity")
def test_all_processors_are_those_of_the_affinity():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from skinfo.utils._parallel import n_threads\n"
        "print(n_threads(-1), n_threads(-2))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "1 1\n"


def test_all_processors_are_those_of_the_container(monkeypatch):
    """joblib reads the limits of control groups, through loky."""
    monkeypatch.setattr(
        joblib.externals.loky.backend.context, "_cpu_count_cgroup", lambda os_cpu_count: 1
    )
    assert joblib.cpu_count() == n_threads(-1) == 1


def test_number_of_threads():
    """As joblib counts, whose `cpu_count` knows of affinity and containers."""
    assert n_threads(None) == 1
    assert n_threads(3) == 3
    assert n_threads(-1) == joblib.cpu_count()
    assert n_threads(-1000) == 1
    with pytest.raises(ValueError, match="n_jobs must not be 0"):
        n_threads(0)
    with joblib.parallel_config(n_jobs=3):
        assert n_threads(None) == 3
        assert n_threads(1) == 1
    with joblib.parallel_config(prefer="processes"):
        assert n_threads(2) == 2


def test_all_processors_are_those_of_the_worker(monkeypatch):
    """A search on two workers that each ask for all processors asks for no more than there are."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert n_threads(-1) == joblib.cpu_count()
    with joblib.parallel_config("loky", inner_max_num_threads=1):
        of_workers = joblib.Parallel(2)([delayed(n_threads)(n_jobs) for n_jobs in (-1, -2, 3)])
    assert of_workers == [1, 1, 3]


class Blas:
    """A library of BLAS, as threadpoolctl controls it."""

    def __init__(self):
        self.n_threads = 4

    def get_num_threads(self):
        return self.n_threads

    def set_num_threads(self, n):
        self.n_threads = n


@pytest.fixture
def two_blas(monkeypatch):
    """Two libraries of BLAS instead of those that are loaded."""
    libraries = [Blas(), Blas()]
    monkeypatch.setattr("skinfo.utils._parallel._blas", lambda: libraries)
    monkeypatch.setattr("skinfo.utils._parallel._BLAS_LIMIT", _BlasLimit())
    return libraries


def n_threads_of(libraries):
    return [library.n_threads for library in libraries]


def test_blas_has_its_threads_again_after_overlapping_limits(two_blas):
    """Each thread restored what it had found, and the last one had found the limit of another."""
    found = []
    first_is_out, second_is_in = threading.Event(), threading.Event()

    @one_blas_thread
    def first():
        second.start()
        second_is_in.wait(10)
        found.append(n_threads_of(two_blas))

    @one_blas_thread
    def stay():
        second_is_in.set()
        first_is_out.wait(10)
        found.append(n_threads_of(two_blas))

    second = threading.Thread(target=stay)
    first()
    first_is_out.set()
    second.join()
    assert found == [[1, 1], [1, 1]]
    assert n_threads_of(two_blas) == [4, 4]


def calls_with_interrupt(fatal, call):
    """Return the number of calls of Python and C within a call; one is interrupted.

    As by Ctrl-C, that is at the beginning of a function, or after a function of C.
    """
    n = 0

    def profile(frame, event, argument):
        nonlocal n
        if event in ("call", "c_return"):
            n += 1
            if n - 1 == fatal:
                sys.setprofile(None)
                raise KeyboardInterrupt

    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(None)
    return n


def test_blas_has_its_threads_again_after_an_interrupt_at_any_call(two_blas):
    """Also at the call that takes the limit, or the one that leaves it."""
    found = []

    @one_blas_thread
    def work():
        found.append(n_threads_of(two_blas))

    n_calls = calls_with_interrupt(None, work)
    assert found == [[1, 1]]
    assert n_calls > 10
    for k in range(n_calls - 1):  # the last one is the end of profiling
        with pytest.raises(KeyboardInterrupt):
            calls_with_interrupt(k, work)
        assert n_threads_of(two_blas) == [4, 4], k
        found.clear()
        work()
        assert found == [[1, 1]], k
        assert n_threads_of(two_blas) == [4, 4], k


@pytest.mark.parametrize("n_jobs", [1, 2, -1])
def test_no_more_threads_are_started_than_asked_for(n_jobs, monkeypatch):
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0.0)
    alive, start = [threading.active_count()], threading.Thread.start

    def counted(thread):
        start(thread)
        alive.append(threading.active_count())

    monkeypatch.setattr(threading.Thread, "start", counted)
    X, y = table(300)
    most = n_threads(n_jobs)
    for work in WORK.values():
        work(X, y, n_jobs)
        assert max(alive) - alive[0] <= (most if most > 1 else 0)
        assert threading.active_count() == alive[0]


def test_twenty_threads_fit_and_transform_at_once():
    X, y = table(300)
    tables = [(X[: 200 + 5 * (i % 10)], y[: 200 + 5 * (i % 10)]) for i in range(20)]
    right = [WORK["binner"](*pair, 1) for pair in tables]
    shared = MutualInfoBinner(encode="woe").fit(X, y)
    encoded = shared.transform(X)
    found = [None] * 20

    def fit(i):
        found[i] = WORK["binner"](*tables[i], 2), shared.transform(X)

    threads = [threading.Thread(target=fit, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for (bins, weights), expected in zip(found, right, strict=True):
        np.testing.assert_array_equal(bins, expected)
        np.testing.assert_array_equal(weights, encoded)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_gives_the_same_answers(monkeypatch):
    """Also while a thread of the parent has BLAS limited, and a pool is at work."""
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0.0)
    X, y = table(300)
    right = {name: work(X, y, 2) for name, work in WORK.items()}
    inside, end = threading.Event(), threading.Event()

    @one_blas_thread
    def hold():
        inside.set()
        end.wait(60)

    with ThreadPool(2) as pool:
        thread = threading.Thread(target=pool.run, args=([delayed(hold)()] * 2,))
        thread.start()
        inside.wait(60)
        child = os.fork()
        if child == 0:
            same = all(np.array_equal(work(X, y, 2), right[name]) for name, work in WORK.items())
            os._exit(0 if same else 1)
        hangs = threading.Timer(120, os.kill, (child, signal.SIGKILL))
        hangs.start()
        try:
            _, status = os.waitpid(child, 0)
        finally:
            hangs.cancel()
            end.set()
            thread.join()
    assert os.waitstatus_to_exitcode(status) == 0


def test_threads_within_threads_are_one():
    inner = in_threads((delayed(n_threads)(n_jobs) for n_jobs in (None, 2, -1)), n_jobs=2)
    assert inner == [1, 1, 1]
    assert n_threads(2) == 2


def test_threads_are_used_for_enough_work():
    main = threading.get_ident()
    ask = [delayed(threading.get_ident)()] * 3
    assert main not in in_threads(ask, n_jobs=2)
    assert set(in_threads(ask, n_jobs=2, work=1.0)) == {main}
    assert set(in_threads(ask, n_jobs=1)) == {main}


def test_results_are_in_order_and_so_are_errors():
    def slow_first(i):
        time.sleep(0.05 if i == 0 else 0.0)
        if i in (2, 3):
            time.sleep(0.05 * (3 - i))
            raise ValueError(f"task {i}")
        return i

    with ThreadPool(2) as threads:
        assert threads.run(delayed(slow_first)(i) for i in range(2)) == [0, 1]
        with pytest.raises(ValueError, match="task 2"):
            threads.run(delayed(slow_first)(i) for i in range(4))


def test_context_applies_in_threads():
    """NumPy keeps its floating point errors in a context variable."""
    with np.errstate(over="raise"):
        (state, _) = in_threads([delayed(np.geterr)()] * 2, n_jobs=2)
    assert state["over"] == "raise"


@pytest.mark.skipif(os.name == "nt", reason="os.kill sends no SIGINT there")
def test_threads_are_interrupted_at_once(interruptible):
    end = threading.Event()
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    start = time.perf_counter()
    try:
        with pytest.raises(KeyboardInterrupt):
            in_threads([delayed(end.wait)(30)] * 2, n_jobs=2)
    finally:
        end.set()
    assert time.perf_counter() - start < 10


def test_threads_are_started_in_one_module():
    """And processes nowhere."""
    package = Path(skinfo.__file__).parent
    starters = (
        "Parallel(",
        "ThreadPoolExecutor",
        "threading.Thread",
        "multiprocessing",
        "ProcessPool",
    )
    found = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if any(word in file.read_text(encoding="utf-8") for word in starters)
    }
    assert found == {str(Path("utils", "_parallel.py"))}


def test_no_jobs_is_an_error_that_says_what_to_give():
    with pytest.raises(ValueError, match=r"n_jobs must not be 0\. Give 1"):
        n_threads(0)
