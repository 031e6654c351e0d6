"""Tables of Dask: the answers of memory, on threads and on a cluster of processes."""

import json
import os
import pickle
import signal
import sys
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo._counts._as_source import as_source

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")

from skinfo._counts import _dask  # noqa: E402
from skinfo._counts._dask import DaskPartitions, dask_partitions  # noqa: E402

N = 700
FEATURES = ["number", "text", "level", "date"]


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        memory_limit="2GB",
        dashboard_address=":0",
        worker_dashboard_address=":0",
    ) as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    """A client of two worker processes, which are free of tasks in the end."""
    with distributed.Client(cluster, timeout=60) as client:
        client.wait_for_workers(2, timeout=180)
        yield client
        wait_until_free(client)


def tasks_on(client):
    return client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks))


def wait_until_free(client):
    """Wait until the scheduler knows of no task."""

    async def is_free(dask_scheduler):
        import asyncio

        for _ in range(1000):
            if not dask_scheduler.tasks:
                return []
            await asyncio.sleep(0.05)
        return list(dask_scheduler.tasks)

    assert client.run_on_scheduler(is_free) == []


@pytest.fixture(params=["threads", "processes"])
def scheduler(request):
    """Dask's threads, and a cluster of two processes."""
    return None if request.param == "threads" else request.getfixturevalue("client")


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "number": rng.normal(size=N),
            "text": rng.choice(["x", "y", "z"], N),
            "level": pd.Categorical(rng.choice(["high", "low"], N)),
            "date": pd.Timestamp("2024-02-01") + pd.to_timedelta(rng.integers(300, size=N), "D"),
            "w": rng.integers(3, size=N) * 1.0,
        }
    )
    frame.loc[::9, "number"] = np.nan
    frame["y"] = (frame["number"].fillna(1) + (frame["text"] == "x") > 0.3).astype(int)
    # Neither unique nor in order.
    return frame.set_index(rng.integers(9, size=N))


def partitioned(frame, cuts):
    """Return a Dask DataFrame whose partitions are the rows between cuts."""
    ends = [0, *cuts, len(frame)]
    parts = [frame.iloc[a:b] for a, b in pairwise(ends)]
    return dd.from_map(lambda part: part, parts, meta=frame.iloc[:0])


def as_json(fitted):
    # Whether y and weights were columns of the table does not matter.
    return json.dumps({**fitted.to_dict(), "named": None})


FORMS = {
    "names": lambda t: (t, "y", "w"),
    "collections": lambda t: (t[FEATURES], t["y"], t["w"]),
    "name_and_collection": lambda t: (t.drop(columns="w"), "y", t["w"]),
    "collection_and_name": lambda t: (t.drop(columns="y"), t["y"], "w"),
    "arrays_beside_a_frame": lambda t: (t[FEATURES], t["y"].values, t["w"].values),
    "persisted": lambda t: (t.persist(), "y", "w"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_frame_gives_the_answer_of_memory(frame, form):
    in_memory = MutualInfoBinner().fit(frame[FEATURES], frame["y"], frame["w"])
    # One partition without rows, one of a single row, and one that has most.
    X, y, w = FORMS[form](partitioned(frame, [3, 3, 4, 600]))
    assert as_json(MutualInfoBinner().fit(X, y, w)) == as_json(in_memory)


def test_a_frame_gives_the_answer_of_memory_on_a_cluster(frame, client):
    in_memory = MutualInfoBinner().fit(frame[FEATURES], frame["y"], frame["w"])
    for sorted_by in (["number"], ["y", "date"]):  # in some partitions one class only
        table = partitioned(frame.sort_values(sorted_by), [50, 300, 301])
        assert as_json(MutualInfoBinner().fit(table, "y", "w")) == as_json(in_memory)
    wait_until_free(client)


ROWS = (200, 0, 499, 1)
ARRAYS = {
    "same_chunks": ((ROWS, 3), (ROWS,)),
    "columns_in_chunks": ((ROWS, (1, 2)), (ROWS,)),
    "other_chunks": ((ROWS, 1), (300,)),
    "one_chunk": ((-1, -1), (50,)),
}


@pytest.mark.parametrize("chunks", ARRAYS)
def test_arrays_give_the_answer_of_memory(rng, chunks):
    X, w = rng.normal(size=(N, 3)).round(1), rng.integers(1, 3, N) * 1.0
    y = X[:, 0] + rng.normal(size=N)
    of_X, of_y = ARRAYS[chunks]
    given = da.from_array(X, of_X), da.from_array(y, of_y), da.from_array(w, 70)
    in_memory = MutualInfoBinner().fit(X, y, w)
    assert as_json(MutualInfoBinner().fit(*given)) == as_json(in_memory)


def test_arrays_of_unknown_length_give_the_answer_of_memory(rng, scheduler):
    X = rng.normal(size=(N, 2))
    y = (X[:, 0] > 0).astype(int)
    table = da.from_array(np.column_stack([X, y]), chunks=(90, 1))
    some = table[table[:, 1] < 1]
    assert np.isnan(some.shape[0])
    kept = X[:, 1] < 1
    in_memory = MutualInfoBinner().fit(X[kept], y[kept])
    # y needs blocks that X needs too.
    fitted = MutualInfoBinner().fit(some[:, :2], some[:, 2].astype(int))
    assert as_json(fitted) == as_json(in_memory)


TYPES = {
    "pyarrow_strings": lambda s: s.astype("string[pyarrow]"),
    "objects": lambda s: s.astype(object),
    "categories": lambda s: s.astype("category"),
}


@pytest.mark.parametrize("as_type", TYPES)
def test_levels_of_every_type_are_those_of_memory(frame, as_type):
    text = frame["text"].where(frame["number"] > -1)
    table = frame[["y"]].assign(text=TYPES[as_type](text))
    in_memory = MutualInfoBinner().fit(table, "y")
    fitted = MutualInfoBinner().fit(partitioned(table, [10, 11, 500]), "y")
    assert as_json(fitted) == as_json(in_memory)


def test_categories_that_are_unknown_or_differ_are_the_same_levels(frame):
    table = frame[["text", "y"]].sort_values("text")
    parts = [
        part.assign(text=part["text"].astype("category")) for _, part in table.groupby("text")
    ]
    in_memory = MutualInfoBinner().fit(table, "y")
    unknown = partitioned(table, [100])
    unknown["text"] = unknown["text"].astype("category")
    assert not unknown["text"].cat.known
    different = dd.from_map(lambda part: part, parts, meta=parts[0].iloc[:0])
    for given in (unknown, different):
        assert as_json(MutualInfoBinner().fit(given, "y")) == as_json(in_memory)


def test_nullable_numbers_and_numbers_of_another_type_than_announced(frame):
    table = frame[["y"]].assign(n=frame["number"].mul(10).round().astype("Int64"))
    in_memory = MutualInfoBinner().fit(table, "y")
    assert as_json(MutualInfoBinner().fit(partitioned(table, [44]), "y")) == as_json(in_memory)
    numbers = table.astype({"n": float})
    announced = dd.from_map(lambda part: part, [numbers[:44], numbers[44:]], meta=table[:0])
    assert announced["n"].dtype == "Int64"
    in_memory = MutualInfoBinner().fit(numbers, "y")
    assert as_json(MutualInfoBinner().fit(announced, "y")) == as_json(in_memory)


def test_a_frame_of_files_is_read_column_by_column(frame, tmp_path, monkeypatch):
    for i in range(4):
        frame[i::4].reset_index(drop=True).to_parquet(tmp_path / f"{i}.parquet")
    table = dd.read_parquet(tmp_path)
    partitions = dask_partitions(table, "y", None)[0]
    read = partitions.reduce(lambda part: [list(part.data)], list.__add__, ["date", "y"])
    assert all(columns == ["date", "y"] for columns in read)
    in_memory = MutualInfoBinner().fit(frame[FEATURES], frame["y"], frame["w"])
    # Dask joins files of which few columns are read, and not those of many.
    for given in ((table, "y", "w"), (table[FEATURES], table["y"], table["w"])):
        assert as_json(MutualInfoBinner().fit(*given)) == as_json(in_memory)


@pytest.mark.parametrize("n", [1, 2, 8, 9, 65, 130])
def test_results_are_merged_in_order_a_few_at_a_time(n):
    partitions = DaskPartitions(da.arange(n, chunks=1)[:, None])

    def merge(a, b):
        assert len(b) <= 64
        return a + b

    merged = partitions.reduce(lambda part: [int(part.data[0, 0])], merge)
    assert merged == list(range(n))


def test_head_is_known_without_rows(frame):
    def never(i):
        raise AssertionError("computed")

    table = dd.from_map(never, range(3), meta=frame.iloc[:0])
    X, y, w = FEATURES, "y", "w"
    head = dask_partitions(table, y, w)[0].head()
    assert (list(head), len(head)) == ([*X, w, y], 0)
    head = dask_partitions(table[X], table[y], table[w])[0].head()
    assert [list(head[0]), head[1].name, head[2].name] == [X, y, w]
    a = da.from_array(np.empty((5, 3), np.float32), chunks=(2, 1))
    of_X, of_y = dask_partitions(a, a[:, 0], None)[0].head()
    assert (of_X.shape, of_X.dtype, of_y.shape) == ((0, 3), np.float32, (0,))


def test_what_is_kept_is_counted_where_it_is_and_freed(frame, scheduler):
    table = partitioned(frame, [9, 200, 201, 500])
    partitions = dask_partitions(table, "y", None)[0]
    kept = partitions.persist(lambda part: part.data["number"].to_numpy())
    assert not partitions.is_local
    assert not kept.is_local
    assert kept.reduce(len, int.__add__) == N
    twice = kept.persist(lambda values: values * 2)
    sums = [k.reduce(np.nansum, float.__add__) for k in (kept, twice)]
    np.testing.assert_allclose(sums, frame["number"].sum() * np.array([1, 2]))
    np.testing.assert_array_equal(kept.head(), frame["number"][:9])
    if scheduler is not None:
        assert len(tasks_on(scheduler)) >= 10
        del kept, twice
        wait_until_free(scheduler)


def test_a_task_may_hold_much(client):
    """Dask warns of graphs above ten megabytes."""
    many = np.arange(2**21)
    partitions = DaskPartitions(da.arange(4, chunks=2)[:, None])
    assert partitions.reduce(lambda part: many[part.data].sum(), np.add) == 6
    kept = partitions.persist(lambda part: many[part.data])
    assert kept.reduce(np.sum, np.add) == 6


def dies_once(flag):
    """Return a function of a partition that ends its process the first time it is called."""

    def die(part):
        try:
            os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return part
        os.kill(os.getpid(), signal.SIGKILL)

    return die


def test_a_killed_worker_changes_no_answer(frame, client, tmp_path):
    in_memory = MutualInfoBinner().fit(frame[FEATURES], frame["y"], frame["w"])
    table = partitioned(frame, [100, 200, 300, 400, 500, 600])
    mortal = table.map_partitions(dies_once(str(tmp_path / "fit")), meta=table._meta)
    assert as_json(MutualInfoBinner().fit(mortal, "y", "w")) == as_json(in_memory)
    assert (tmp_path / "fit").exists()


def test_what_a_killed_worker_kept_is_made_again(frame, client, tmp_path):
    partitions = dask_partitions(partitioned(frame, range(50, N, 50)), "y", None)[0]
    kept = partitions.persist(lambda part: part.data["number"].to_numpy())
    first = kept.reduce(np.nansum, float.__add__)
    die = dies_once(str(tmp_path / "kept"))
    assert kept.reduce(lambda values: np.nansum(die(values)), float.__add__) == first
    assert (tmp_path / "kept").exists()


def failing_at(fatal, folder, function):
    """Return a function that counts its calls on all workers by files, and fails at one."""

    def call(*args):
        n = 0
        while True:
            try:
                os.close(os.open(f"{folder}/{n}", os.O_CREAT | os.O_EXCL))
                break
            except FileExistsError:
                n += 1
        if n == fatal:
            raise MemoryError(f"task {n}")
        return function(*args)

    return call


FAULTY = {
    "binner": MutualInfoBinner(),
    "binner, few candidates": MutualInfoBinner(max_candidates=16, encode="woe"),
    "selector": InfoBottleneckSelector(),
    "selector, groups": InfoBottleneckSelector(groups=[0, 0, 1, 1, 2]),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_in_any_task_leaves_nothing_fitted(name, frame, scheduler, tmp_path, monkeypatch):
    """In each pass: a partition is read, its codes are counted, or summaries are merged."""
    X = partitioned(frame, [200, 450])
    right = clone(FAULTY[name]).fit(X, "y")
    send = _dask._sent

    def fit(fatal):
        folder = tmp_path / str(fatal)
        folder.mkdir()
        monkeypatch.setattr(
            _dask, "_sent", lambda name, f: send(name, failing_at(fatal, str(folder), f))
        )
        try:
            return estimator.fit(X, "y")
        finally:
            monkeypatch.setattr(_dask, "_sent", send)

    estimator = clone(FAULTY[name])
    assert fitted_state(fit(None)) == fitted_state(right)
    n_tasks = len(os.listdir(tmp_path / "None"))
    assert n_tasks >= 8
    raised = []
    # On the cluster some of them, which takes less time.
    for k in range(0, n_tasks, 1 if scheduler is None else 7):
        with pytest.raises(MemoryError, match=f"^task {k}$") as error:
            fit(k)
        # As a notebook does, which keeps what was raised; workers have to be free all the same.
        raised.append(error)
        assert fitted_state(estimator) == {}, k
        assert fitted_state(estimator.fit(X, "y")) == fitted_state(right), k
    if scheduler is not None:
        wait_until_free(scheduler)
    assert raised


def fitted_state(estimator):
    """Return the fitted attributes, pickled one by one."""
    return {name: pickle.dumps(v) for name, v in vars(estimator).items() if name.endswith("_")}


def test_a_partition_that_can_not_be_read_is_named(frame, tmp_path, scheduler):
    for i in range(3):
        frame[i::3].reset_index(drop=True).to_parquet(tmp_path / f"{i}.parquet")
    table = dd.read_parquet(tmp_path)
    content = (tmp_path / "1.parquet").read_bytes()
    (tmp_path / "1.parquet").write_bytes(
        content[:4] + b"0" * (len(content) - 400) + content[-396:]
    )
    for given in ((table, "y"), (table[FEATURES], table["y"])):
        binner = MutualInfoBinner()
        with pytest.raises(ValueError, match=r"partition 1 of X can not be read: OSError: .*"):
            binner.fit(*given)
        assert not hasattr(binner, "n_features_in_")


def test_a_file_with_other_columns_is_named(frame, tmp_path):
    table = frame[["number", "text", "y"]].reset_index(drop=True)
    for i in range(3):
        table.to_parquet(tmp_path / f"{i}.parquet")
    given = dd.read_parquet(tmp_path)
    table.drop(columns="text").to_parquet(tmp_path / "1.parquet")
    with pytest.raises(ValueError, match=r"partition 1 of X can not be read: .*text"):
        MutualInfoBinner().fit(given, "y")
    table.assign(number="1").to_parquet(tmp_path / "1.parquet")
    for X, y in ((given, "y"), (given[["number", "text"]], given["y"])):
        with pytest.raises(ValueError, match=r"'number' of X holds text in partition 1, and Dask"):
            MutualInfoBinner().fit(X, y)
    # A column without values has no type.
    table.assign(number=None).to_parquet(tmp_path / "1.parquet")
    parts = pd.concat([table, table.assign(number=np.nan), table])
    in_memory = MutualInfoBinner().fit(parts, "y")
    assert as_json(MutualInfoBinner().fit(given, "y")) == as_json(in_memory)


def test_blocks_that_can_not_be_made_are_named():
    def fail(block, block_info=None):
        if block_info[None]["chunk-location"][0] == 2:
            raise OSError("no such block")
        return block

    X = da.ones((40, 2), chunks=(10, 2)).map_blocks(fail, dtype=float)
    y = da.arange(40, chunks=10) % 2
    binner = MutualInfoBinner()
    with pytest.raises(ValueError, match="partition 2 of X can not be read: OSError: no such bl"):
        binner.fit(X, y)
    assert not hasattr(binner, "n_features_in_")


def test_a_partition_that_is_no_good_is_named(frame):
    missing = frame.assign(y=frame["y"].where(np.arange(N) != 650))
    with pytest.raises(ValueError, match=r"missing.*\(In partition 2\.\)"):
        MutualInfoBinner().fit(partitioned(missing, [5, 600]), "y")
    table = partitioned(frame, [5, 600])
    shorter = table["y"].map_partitions(lambda y: y[:-1], meta=("y", int))
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples.*\(In partition "):
        MutualInfoBinner().fit(table[FEATURES], shorter)


def test_an_interrupt_on_threads_leaves_nothing_fitted(frame, interruptible):

    def interrupt(part):
        if len(part) == 50:  # one part alone: a second signal would end pytest itself
            os.kill(os.getpid(), signal.SIGINT)
        return part

    table = partitioned(frame, [50, 200, 300])
    binner = MutualInfoBinner()
    with pytest.raises(KeyboardInterrupt):
        binner.fit(table.map_partitions(interrupt, meta=table._meta), "y")
    assert not hasattr(binner, "n_features_in_")


def test_an_interrupt_leaves_nothing_fitted_and_no_task(frame, client, interruptible):
    client_pid, event = os.getpid(), distributed.Event("go on", client=client)
    table = partitioned(frame, [50, 200, 300])

    def interrupt(part):
        event = distributed.Event("go on")
        if not event.is_set():
            if len(part) == 50:
                os.kill(client_pid, signal.SIGINT)
            event.wait(timeout=20)
        return part

    binner = MutualInfoBinner()
    interrupting = table.map_partitions(interrupt, meta=table._meta)
    with pytest.raises(KeyboardInterrupt):
        binner.fit(interrupting, "y")
    assert not hasattr(binner, "n_features_in_")
    event.set()
    wait_until_free(client)
    event.clear()


def test_a_worker_without_skinfo_is_told_of(frame, client):
    def forget():
        hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if "skinfo" in name}
        sys.modules["skinfo"] = None
        sys._hidden = hidden

    def remember():
        del sys.modules["skinfo"]
        sys.modules.update(sys.__dict__.pop("_hidden"))

    table = partitioned(frame, [400])
    client.run(forget)
    try:
        for given in ((table, "y"), (table[FEATURES], table["y"])):
            binner = MutualInfoBinner()
            with pytest.raises(ImportError, match=r"not installed on a Dask worker.*Install skin"):
                binner.fit(*given)
            assert not hasattr(binner, "n_features_in_")
    finally:
        client.run(remember)


def test_a_worker_with_another_version_is_told_of(frame, client, monkeypatch):
    monkeypatch.setattr(_dask.skinfo, "__version__", "99.0")
    with pytest.raises(RuntimeError, match=r"worker has skinfo .* and the client has 99\.0"):
        MutualInfoBinner().fit(partitioned(frame, [400]), "y")


def test_an_import_error_of_others_is_left_alone():
    def fail(part):
        raise ModuleNotFoundError("No module named 'elsewhere'")

    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'elsewhere'$"):
        DaskPartitions(da.ones((4, 1))).reduce(fail, min)


def test_messages_about_what_is_given(frame):
    table, a = partitioned(frame, [300]), da.ones((N, 2), chunks=(200, 2))
    unknown = a[a[:, 0] > 0]
    cases = [
        (table, frame["y"], None, TypeError, "y must be a Dask Series or the name of a column"),
        (table, "y", np.ones(N), TypeError, "sample_weight must be a Dask Series or the name"),
        (table, "z", table["w"], ValueError, "y='z' is not among the columns of X"),
        (table, "z", None, ValueError, "y='z' is not among the columns of X"),
        (table, a[:, 0], None, ValueError, "y has 4 partitions and X has 2"),
        (table["w"], table["y"], None, ValueError, "X must be a Dask DataFrame or"),
        (a[:, 0], a[:, 1], None, ValueError, "X must be a Dask DataFrame or"),
        (a, "y", None, ValueError, "y='y' names a column, and X is no data frame"),
        (a, np.ones(N), None, TypeError, r"Pass dask.array.from_array\(y, chunks=X.chunks\[0\]"),
        (a, a[:9, 0], None, ValueError, "y has 9 rows, and X has 700"),
        (unknown, a[:, 0].rechunk(-1), None, ValueError, r"Call compute_chunk_sizes\(\) of both"),
        (a[:, a[0] > 0], a[:, 0], None, ValueError, "unknown number of columns"),
        (a, None, None, ValueError, "y"),
    ]
    for X, y, w, error, message in cases:
        with pytest.raises(error, match=message):
            as_source(X, y, w, caller="test")


def test_a_selection_is_that_of_memory_and_frees_its_codes(frame, scheduler):
    in_memory = InfoBottleneckSelector(2).fit(frame, "y", "w")
    fitted = InfoBottleneckSelector(2).fit(partitioned(frame, [3, 3, 300, 301]), "y", "w")
    assert list(fitted.get_feature_names_out()) == list(in_memory.get_feature_names_out())
    np.testing.assert_array_equal(fitted.p_values_, in_memory.p_values_)
    np.testing.assert_array_equal(fitted.mutual_info_, in_memory.mutual_info_)
    if scheduler is not None:
        wait_until_free(scheduler)
