"""Threads, and interruption of long computations. No other module starts threads."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from functools import cache, wraps
from threading import Event, Lock
from time import perf_counter
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeAlias, TypeVar

from joblib.parallel import get_active_backend
from threadpoolctl import ThreadpoolController

from skinfo.utils._progress import reported

P = ParamSpec("P")
R = TypeVar("R")
Item = TypeVar("Item")

# The result of ``joblib.delayed(function)(...)``.
Task: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

# Estimated work in nanoseconds below which threads cost more time than they save.
MIN_THREADED_WORK = 1e6

# Seconds between two checks for Ctrl-C; on Windows a wait without a timeout cannot be interrupted.
POLL_INTERVAL = 0.1

# Target duration of one range of a long computation in seconds, and the maximum ratio of the
# lengths of two consecutive ranges.
RANGE_SECONDS = 0.1
MAX_GROWTH = 16

_is_in_thread: ContextVar[bool] = ContextVar("_is_in_thread", default=False)

# An event that is set when the results of this thread are no longer needed.
_is_cancelled: ContextVar[Event | None] = ContextVar("_is_cancelled", default=None)


def n_threads(n_jobs: int | None) -> int:
    """Return the number of threads for `n_jobs`, by the rules of joblib.

    Parameters
    ----------
    n_jobs : int or None
        None means the value of ``joblib.parallel_config``, else 1; -1 means all processors, -2 all
        but one. Within a thread of this module the number is always 1. In a joblib worker a
        negative number is limited to the threads that joblib assigns to each worker.

    Returns
    -------
    n : int

    Raises
    ------
    ValueError
        If `n_jobs` is 0.
    """
    if n_jobs == 0:
        raise ValueError("n_jobs must not be 0. Give 1 for no threads, -1 for all processors.")
    if n_jobs is None:
        n_jobs = get_active_backend()[1]
    # The backend is queried for threads: a cluster may have more workers than this machine has
    # processors, and doubly nested parallel work should run sequentially.
    backend, _ = get_active_backend(prefer="threads", require="sharedmem")
    n: int = backend.effective_n_jobs(n_jobs)
    if n_jobs is not None and n_jobs < 0 and backend.nesting_level:
        n = min(n, _n_threads_of_worker())
    return 1 if _is_in_thread.get() else n


def _n_threads_of_worker() -> int:
    """Return the number of threads that joblib assigns to each of its worker processes.

    It is `inner_max_num_threads`, else the number of processors divided by that of workers. Joblib
    sets it in the environment variables that OpenMP and BLAS read when they are loaded.
    """
    left = os.environ.get("OMP_NUM_THREADS", "")
    return int(left) if left.isdigit() and int(left) else sys.maxsize


class ThreadPool:
    """Context manager that runs tasks in threads, or in the calling thread for one job.

    ``joblib.Parallel(prefer="threads")`` cannot replace it: the backend of a ``parallel_config``
    overrides that hint, and processes write into copies of their arrays. It also polls for results
    only every 10 ms.

    Parameters
    ----------
    n_jobs : int or None
        See `n_threads`.

    Attributes
    ----------
    n : int
        Number of threads.
    """

    def __init__(self, n_jobs: int | None) -> None:
        self.n = n_threads(n_jobs)
        self._pool = ThreadPoolExecutor(self.n) if self.n > 1 else None
        self._cancelled = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            # After an error or an interrupt the results of running tasks are not needed.
            if error_type is not None:
                self._cancelled.set()
            self._pool.shutdown(wait=error_type is None, cancel_futures=True)

    def run(self, tasks: Iterable[Task], step: str | None = None) -> list[Any]:
        """Return the results of tasks, in order.

        Parameters
        ----------
        tasks : iterable of ``joblib.delayed(function)(...)``
            They may write to shared arrays, each to separate entries.

        step : str or None, default=None
            Name of a task in progress reports, None for no reports; see `report_step`.

        Raises
        ------
        Exception
            The exception of the first task, in order, that fails.
        """
        tasks = list(tasks)
        results: Iterator[Any]
        if self._pool is None:
            results = (function(*args, **kwargs) for function, args, kwargs in tasks)
        else:
            # Each in a copy of the context, so that settings such as np.errstate apply.
            futures = [
                self._pool.submit(copy_context().run, _run_task, self._cancelled, task)
                for task in tasks
            ]
            results = map(_wait_for, futures)
        return list(results if step is None else reported(step, results, len(tasks)))


def in_threads(
    tasks: Iterable[Task],
    *,
    n_jobs: int | None,
    work: float = float("inf"),
    step: str | None = None,
) -> list[Any]:
    """Return the results of tasks, in order; threads are used if the work is large enough.

    Parameters
    ----------
    tasks : iterable of ``joblib.delayed(function)(...)``
        See `ThreadPool.run`.

    n_jobs : int or None
        See `n_threads`.

    work : float, default=inf
        Estimated time of all tasks together, in nanoseconds.

    step : str or None, default=None
        See `ThreadPool.run`.
    """
    with ThreadPool(n_jobs if work >= MIN_THREADED_WORK else 1) as pool:
        return pool.run(tasks, step)


def one_blas_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function that computes many small matrix products: BLAS uses one thread.

    BLAS threads busy-wait for each other. With several threads a product of a millisecond takes
    longer, and several times the processor time, more so on a busy machine.
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        user = object()
        try:
            _BLAS_LIMIT.enter(user)
            return function(*args, **kwargs)
        finally:
            try:
                _BLAS_LIMIT.leave(user)
            except BaseException:
                # An interrupt may arrive before `leave` has started. Leaving twice is harmless.
                _BLAS_LIMIT.leave(user)
                raise

    return limited


class _BlasLimit:
    """Limit of BLAS to one thread while it has users, in any number of threads.

    The limit is global to the process and is removed when the last user leaves. If each thread
    restored the number that it found, the last one could restore the limit of another.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._users: set[object] = set()
        # Libraries with their original numbers of threads.
        self._found: list[tuple[Any, int]] | None = None

    def enter(self, user: object) -> None:
        """Add a user."""
        with self._lock:
            self._users.add(user)
            if self._found is None:
                # All numbers are read before the first is set, so `leave` can always restore them.
                self._found = [(library, library.get_num_threads()) for library in _blas()]
            for library, _ in self._found:
                library.set_num_threads(1)

    def leave(self, user: object) -> None:
        """Remove a user; a user that has not entered, or has left, is ignored."""
        with self._lock:
            self._users.discard(user)
            if not self._users:
                self._restore()

    def forget_threads(self) -> None:
        """Restore the original numbers in a forked process, which has no threads of the users."""
        self._lock = Lock()
        self._users.clear()
        self._restore()

    def _restore(self) -> None:
        for library, n in self._found or ():
            library.set_num_threads(n)
        self._found = None


@cache
def _blas() -> list[Any]:
    """Return controllers of the loaded BLAS libraries."""
    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


_BLAS_LIMIT = _BlasLimit()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_BLAS_LIMIT.forget_threads)


def one_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield items; while one is in use, a thread computes the next."""
    iterator = iter(items)
    pool = ThreadPoolExecutor(1)
    try:
        upcoming = pool.submit(next, iterator, None)
        while (item := _wait_for(upcoming)) is not None:
            upcoming = pool.submit(next, iterator, None)
            yield item
            # At most two items are in memory, not three.
            del item
    except BaseException:
        # After an error or an interrupt the next item is not needed.
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def interruptible_ranges(n: int, first: int = 1) -> Iterator[tuple[int, int]]:
    """Yield ranges that cover 0..n, each about a tenth of a second of work.

    A kernel cannot be interrupted by Ctrl-C, nor can its thread be cancelled, so long computations
    must return to Python regularly. The length of a range follows from the time of the previous
    one, so results must not depend on the ends of ranges.

    Parameters
    ----------
    n : int

    first : int, default=1
        Length of the first range.

    Yields
    ------
    start, stop : int
    """
    start, length = 0, first
    while start < n:
        check_cancelled()
        stop = min(start + length, n)
        began = perf_counter()
        yield start, stop
        seconds = perf_counter() - began
        growth = min(MAX_GROWTH, RANGE_SECONDS / max(seconds, RANGE_SECONDS / MAX_GROWTH))
        length = max(1, int(length * growth))
        start = stop


def check_cancelled() -> None:
    """Raise KeyboardInterrupt in a thread whose results are no longer needed."""
    cancelled = _is_cancelled.get()
    if cancelled is not None and cancelled.is_set():
        raise KeyboardInterrupt


def _run_task(cancelled: Event, task: Task) -> Any:
    """Return the result of a task, run in the context of a thread of a pool."""
    _is_in_thread.set(True)
    _is_cancelled.set(cancelled)
    function, args, kwargs = task
    return function(*args, **kwargs)


def _wait_for(future: Future[Any]) -> Any:
    """Return the result of a future; Ctrl-C interrupts the wait."""
    while not future.done():
        wait([future], timeout=POLL_INTERVAL)
    return future.result()
