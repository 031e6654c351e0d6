"""Shared by all tests."""

import importlib.util
import os
import signal
import socket
import sys
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import servers
from hypothesis import HealthCheck, settings
from optional import SPARK_SETTINGS

# The clock of a busy machine decides no test.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


class DocumentedModules:
    """Leaves out modules of the package that need a package that is absent.

    pytest's own `--doctest-ignore-import-errors` also skips tests that cannot be imported.
    """

    folder = Path(importlib.util.find_spec("skinfo").origin).parent

    def pytest_ignore_collect(self, collection_path):
        if collection_path.suffix != ".py" or self.folder not in collection_path.parents:
            return None
        name = ".".join(collection_path.relative_to(self.folder.parent).with_suffix("").parts)
        try:
            module = importlib.import_module(name.removesuffix(".__init__"))
            if hasattr(module, "check_matplotlib_support"):  # its examples draw
                importlib.import_module("matplotlib")
        except ModuleNotFoundError as error:
            return None if error.name.startswith("skinfo") else True


def pytest_configure(config):
    # What a conftest defines itself holds for the files beside it only.
    config.pluginmanager.register(DocumentedModules())


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


@pytest.fixture(scope="session")
def spark():
    """A session of Spark with two executors, and a server of Spark Connect."""
    sql = pytest.importorskip("pyspark.sql")
    pytest.importorskip("grpc_status")
    with warnings.catch_warnings():
        # That it does not know the third version of pandas yet, at which Connect gives up.
        warnings.simplefilter("ignore", FutureWarning)
        importlib.import_module("pyspark.testing.utils")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = sql.SparkSession.builder.master("local-cluster[2,1,1024]")
        for key, value in {
            **SPARK_SETTINGS,
            "spark.executorEnv.PYTHONPATH": os.pathsep.join(sys.path),
            "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
            "spark.connect.grpc.binding.port": port,
        }.items():
            builder = builder.config(key, value)
        handler = signal.getsignal(signal.SIGINT)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()
        # Spark's own stays.
        signal.signal(signal.SIGINT, handler)


@pytest.fixture
def interruptible():
    """Python's own handler of SIGINT: other libraries in the process, as Spark, set theirs."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, handler)


@pytest.fixture(scope="session")
def postgresql_client():
    """The command line of a client of a PostgreSQL server."""
    with servers.postgresql() as client:
        yield client


@pytest.fixture(scope="session")
def mariadb_client():
    """The command line of a client of a MariaDB server."""
    with servers.mariadb() as client:
        yield client
