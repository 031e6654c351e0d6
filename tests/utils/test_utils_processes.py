"""Work in other processes: those of joblib, of Python and of Dask, and their end by Ctrl-C."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import joblib
import numpy as np
import pandas as pd
import pytest
from joblib import delayed
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo._counts._partial_column import Unresolved
from skinfo.estimation import mutual_info
from skinfo.utils._saved_state import OtherVersionWarning

# Seconds after which a process that does not end is killed, on a busy machine too.
LONGEST = 120

STARTED_PROCESSES = """
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np


def first_import(X, y):
    had = "skinfo" in sys.modules
    from skinfo.estimation import mutual_info
    return had, multiprocessing.current_process().name, mutual_info(X, y)


def main(method):
    import joblib
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline

    multiprocessing.set_start_method(method)
    context = multiprocessing.get_context(method)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 6))
    y = (X[:, 0] + rng.normal(size=300) > 0).astype(int)

    with context.Pool(1) as pool:
        had, name, found = pool.apply(first_import, (X, y))
        assert not had
        assert name.lower().startswith(method), name
        from skinfo import InfoBottleneckSelector, MutualInfoBinner
        from skinfo.estimation import mutual_info
        np.testing.assert_array_equal(found, mutual_info(X, y))
        model = make_pipeline(
            MutualInfoBinner(encode="woe"), InfoBottleneckSelector(), LogisticRegression()
        )
        fitted = pool.apply(model.fit, (X, y))
    right = model.fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(fitted.predict_proba(X), right)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        np.testing.assert_array_equal(pool.submit(model.predict_proba, X).result(), right)
        np.testing.assert_array_equal(
            pool.submit(MutualInfoBinner().fit, X, y).result().transform(X),
            MutualInfoBinner().fit_transform(X, y),
        )
    search = GridSearchCV(model, {"mutualinfobinner__max_bins": [2, 5]}, cv=2, refit=False)
    right = search.fit(X, y).cv_results_["mean_test_score"]
    with joblib.parallel_config("multiprocessing", n_jobs=2):
        np.testing.assert_array_equal(search.fit(X, y).cv_results_["mean_test_score"], right)
    print("the same")


if __name__ == "__main__":
    main(sys.argv[1])
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_answers_do_not_depend_on_how_processes_start(method, tmp_path):
    """In processes that have not imported the package, of joblib and of Python."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"there is no {method}")
    done = run_script(tmp_path, STARTED_PROCESSES, method)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "the same\n"


# Each worker says that it is at work; then the fits take some minutes.
INTERRUPTED_SEARCH = """
import os
import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skinfo import MutualInfoBinner


def announce(X, folder):
    Path(folder, str(os.getpid())).touch()
    return X


def main(backend, folder):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60_000, 2)), rng.normal(size=60_000)
    search = GridSearchCV(
        make_pipeline(
            FunctionTransformer(announce, kw_args={"folder": folder}),
            MutualInfoBinner(max_candidates=None, penalty=None),
            LinearRegression(),
        ),
        {"mutualinfobinner__max_bins": [30, 40]},
        cv=2,
    )
    with joblib.parallel_config(backend, n_jobs=2):
        try:
            search.fit(X, y)
        except KeyboardInterrupt:
            binner = search.estimator[1]
            fitted = [n for e in (search, binner) for n in vars(e) if n.endswith("_")]
            # scikit-learn 1.9 sets the number of folds before the first fit.
            fitted = [n for n in fitted if n != "n_splits_"]
            print("interrupted", fitted, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
"""

INTERRUPTED_SOURCE = """
import os
import sys
import time
from pathlib import Path

import distributed
import dask.array as da
import numpy as np

from skinfo import MutualInfoBinner


def main(folder):
    def slow(block):
        if len(block):
            Path(folder, str(os.getpid())).touch()
            for _ in range(6000):
                time.sleep(0.01)
        return block

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster, distributed.Client(cluster) as client:
        X = da.random.default_rng(0).normal(size=(1000, 2), chunks=(100, 2))
        y = (X[:, 0] > 0).astype(int)
        binner = MutualInfoBinner()
        try:
            binner.fit(X.map_blocks(slow, meta=np.empty((0, 0))), y)
        except KeyboardInterrupt:
            fitted = [name for name in vars(binner) if name.endswith("_")]
            print("interrupted", fitted, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
"""

INTERRUPTED = {
    "loky": (INTERRUPTED_SEARCH, ["loky"]),
    "multiprocessing": (INTERRUPTED_SEARCH, ["multiprocessing"]),
    "a table of Dask": (INTERRUPTED_SOURCE, []),
}


@pytest.mark.skipif(os.name == "nt", reason="there are no groups of processes")
@pytest.mark.parametrize("name", INTERRUPTED)
def test_an_interrupt_ends_all_processes(name, tmp_path):
    """As a terminal sends it, to the whole group."""
    if "Dask" in name:
        pytest.importorskip("distributed")
    code, arguments = INTERRUPTED[name]
    script, workers = tmp_path / "script.py", tmp_path / "workers"
    script.write_text(code, encoding="utf-8")
    workers.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-P", script, *arguments, workers],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    # A process that hangs is killed, and then says no more.
    end = threading.Timer(LONGEST, os.killpg, (child.pid, signal.SIGKILL))
    end.start()
    try:
        wait_until(lambda: len(list(workers.iterdir())) == 2 or child.poll() is not None)
        time.sleep(0.5)
        assert child.poll() is None
        sent = time.monotonic()
        os.killpg(child.pid, signal.SIGINT)
        first_line = child.stdout.readline()
        heard = time.monotonic() - sent
        _, errors = child.communicate(timeout=LONGEST)
        ended = time.monotonic() - sent
        assert first_line == "interrupted []\n", errors[-2000:]
        assert child.returncode == 0
        wait_until(lambda: not is_any_in_group(child.pid))
        gone = time.monotonic() - sent
        print(f"{name}: heard after {heard:.2f} s, ended {ended:.2f}, all processes {gone:.2f}")
    finally:
        end.cancel()
        if is_any_in_group(child.pid):
            os.killpg(child.pid, signal.SIGKILL)
    # Less than two seconds on an idle machine; the bound allows for a busy one. A cluster of Dask
    # waits for its workers before it ends them.
    assert heard < 5


def wait_until(condition):
    """Wait until something holds, LONGEST seconds at most."""
    end = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_any_in_group(group):
    """Return whether there is a process in a group."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def run_script(folder, code, *arguments):
    """Return a process that has run a file, from which processes can start."""
    script = folder / "script.py"
    script.write_text(code, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-P", script, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )


@pytest.fixture(scope="module")
def client():
    """A client of two worker processes of Dask."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster, timeout=60) as client,
    ):
        client.wait_for_workers(2, timeout=LONGEST)
        yield client


def table(n=300):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 6))
    return X, (X[:, 0] + rng.normal(size=n) > 0).astype(int)


MODEL = make_pipeline(
    MutualInfoBinner(encode="woe"), InfoBottleneckSelector(), LogisticRegression()
)


def test_answers_on_worker_processes_of_dask(client):
    X, y = table()
    search = GridSearchCV(MODEL, {"mutualinfobinner__max_bins": [2, 5]}, cv=2)
    right = search.fit(X, y)
    of_folds = cross_validate(MODEL, X, y, cv=2)["test_score"]
    with joblib.parallel_config("dask", n_jobs=2):
        found = GridSearchCV(MODEL, search.param_grid, cv=2).fit(X, y)
        np.testing.assert_array_equal(cross_validate(MODEL, X, y, cv=2)["test_score"], of_folds)
    np.testing.assert_array_equal(
        found.cv_results_["mean_test_score"], right.cv_results_["mean_test_score"]
    )
    fitted = client.submit(MODEL.fit, X, y).result(LONGEST)
    np.testing.assert_array_equal(fitted.predict_proba(X), MODEL.fit(X, y).predict_proba(X))
    np.testing.assert_array_equal(
        client.submit(mutual_info, X, y).result(LONGEST), mutual_info(X, y)
    )


def test_errors_on_worker_processes_of_dask_are_those_of_this_one(client):
    X, y = table()
    missing = np.where(np.arange(len(y)) == 7, np.nan, y)
    calls = [
        (mutual_info, (X, y), {"n_neighbors": -1}, "'n_neighbors' parameter of mutual_info must"),
        (mutual_info, (X, y), {"estimator": "best"}, "'estimator' parameter of mutual_info must"),
        (MODEL.fit, (X, missing), {}, "Input y contains NaN: 1 missing"),
        (MutualInfoBinner(monotonic_cst=[1, 2]).fit, (X, y), {}, "monotonic_cst"),
    ]
    for function, args, kwargs, message in calls:
        with pytest.raises(ValueError, match=message) as here:
            function(*args, **kwargs)
        with (
            joblib.parallel_config("dask", n_jobs=2),
            pytest.raises(ValueError, match=message) as there,
        ):
            joblib.Parallel()([delayed(function)(*args, **kwargs)] * 2)
        with pytest.raises(ValueError, match=message) as submitted:
            client.submit(function, *args, **kwargs).result(LONGEST)
        for raised in (there, submitted):
            assert type(raised.value) is type(here.value)
            assert str(raised.value) == str(here.value)


def test_errors_of_partitions_name_them_whatever_was_raised(client):
    """Also where that can not be sent from one process to another."""
    dd = pytest.importorskip("dask.dataframe")
    X, y = table()
    frame = dd.from_pandas(pd.DataFrame(X).add_prefix("x").assign(y=y), npartitions=3)

    def fails(part):
        class CodeError(Exception):
            def __init__(self, *, code):
                super().__init__(f"code {code}")
                self.file = sys.stderr

        if len(part) and part.index[0] == 100:
            raise CodeError(code=3)
        return part

    binner = MutualInfoBinner()
    with pytest.raises(ValueError, match=r"^partition 1 of X can not be read: CodeError: code 3$"):
        binner.fit(frame.map_partitions(fails, meta=frame._meta), "y")
    assert not hasattr(binner, "n_features_in_")


def test_exceptions_of_the_package_survive_pickling():
    warning = pickle.loads(pickle.dumps(OtherVersionWarning("MutualInfoBinner", "0.1", "0.2")))
    assert str(warning).startswith(
        "MutualInfoBinner was saved by skinfo 0.1, and this is skinfo 0.2."
    )
    assert warning.original_skinfo_version == "0.1"
    request = pickle.loads(pickle.dumps(Unresolved(np.array([1, 2]), np.array([3]))))
    assert request.cells.tolist() == [1, 2]
    assert request.positions.tolist() == [3]
