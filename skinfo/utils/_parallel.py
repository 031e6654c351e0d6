"""Work in threads: the one place of the package where any are started."""

from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from functools import cache, wraps
from threading import Event
from time import perf_counter

from joblib.parallel import get_active_backend
from threadpoolctl import ThreadpoolController

# Nanoseconds of work below which starting threads costs more than they save.
MIN_THREADED_WORK = 1e6

# Seconds between two looks for Ctrl-C, which a wait without end does not hear on Windows.
LISTEN_EVERY = 0.1

# Seconds that a piece of long work is to take, and how much more work the next may be.
PIECE = 0.1
GROWTH = 16

_is_in_thread = ContextVar("_is_in_thread", default=False)

# Set where nobody waits for the results of this thread any more.
_is_cancelled = ContextVar("_is_cancelled")


def n_threads(n_jobs):
    """Return the number of threads that `n_jobs` stands for, as joblib counts.

    Parameters
    ----------
    n_jobs : int or None
        None is what ``joblib.parallel_config`` says, else 1; -1 is all processors, -2 all but one.
        Within a thread of this module it is always 1.

    Returns
    -------
    n : int

    Raises
    ------
    ValueError
        If `n_jobs` is 0.
    """
    if n_jobs is None:
        n_jobs = get_active_backend()[1]
    # Of the backend in force only what it says of threads: a cluster has more workers than
    # this machine has processors, and work that is nested twice is to run by itself.
    backend, _ = get_active_backend(prefer="threads", require="sharedmem")
    n = backend.effective_n_jobs(n_jobs)
    return 1 if _is_in_thread.get() else n


class ThreadPool:
    """Threads that live as long as the context.

    ``joblib.Parallel(prefer="threads")`` is not this: the backend of a ``parallel_config`` goes
    before that hint, and processes write into copies of the arrays that they are given. It
    also looks for results every 10 ms only.

    Parameters
    ----------
    n_jobs : int or None
        See `n_threads`.

    Attributes
    ----------
    n : int
        Number of threads.
    """

    def __init__(self, n_jobs):
        self.n = n_threads(n_jobs)
        self._pool = ThreadPoolExecutor(self.n) if self.n > 1 else None
        self._cancelled = Event()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self._pool is not None:
            # After an error or Ctrl-C nobody waits for what is under way.
            if exception[0] is not None:
                self._cancelled.set()
            self._pool.shutdown(wait=exception[0] is None, cancel_futures=True)

    def run(self, tasks, on_result=None):
        """Return the results of tasks, in order.

        Parameters
        ----------
        tasks : iterable of ``joblib.delayed(function)(...)``
            They may write into arrays that they share, each into entries of its own.

        on_result : callable or None, default=None
            Called without arguments, in the thread of the caller, for each result in order.

        Raises
        ------
        Exception
            That of the first task, in order, that ends in one.
        """
        if self._pool is None:
            results = (function(*args, **kwargs) for function, args, kwargs in tasks)
            return list(_each(results, on_result))
        # Each in a copy of the context, so that np.errstate and the like hold there too.
        begun = [
            self._pool.submit(copy_context().run, _in_thread, self._cancelled, *task)
            for task in tasks
        ]
        return list(_each(map(_result, begun), on_result))


def in_threads(tasks, *, n_jobs, work=float("inf"), on_result=None):
    """Return the results of tasks, in order, from threads if the work is worth it.

    Parameters
    ----------
    tasks : iterable of ``joblib.delayed(function)(...)``
        See `ThreadPool.run`.

    n_jobs : int or None
        See `n_threads`.

    work : float, default=inf
        Nanoseconds, about, of all tasks together.

    on_result : callable or None, default=None
        See `ThreadPool.run`.
    """
    with ThreadPool(n_jobs if work >= MIN_THREADED_WORK else 1) as threads:
        return threads.run(tasks, on_result)


def one_blas_thread(function):
    """Decorate a function that makes many small matrix products.

    Threads of BLAS wait for each other by turning round and round: of a product that takes a
    millisecond they take longer and several times the processor time, the more where others work.
    """

    @wraps(function)
    def limited(*args, **kwargs):
        with _blas().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited


@cache
def _blas():
    return ThreadpoolController()


def interruptible_ranges(n, first=1):
    """Yield ranges that cover 0..n, so that long work returns to Python about ten times a second.

    A kernel does not hear Ctrl-C, and a thread not that its results are no longer wanted. Each
    range is as long as the time that the one before took suggests, so no result may depend on
    where ranges end.

    Parameters
    ----------
    n : int

    first : int, default=1
        The length of the first range.

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
        length = max(1, int(length * min(GROWTH, PIECE / max(seconds, PIECE / GROWTH))))
        start = stop


def check_cancelled():
    """KeyboardInterrupt in a thread whose results nobody waits for any more."""
    cancelled = _is_cancelled.get(None)
    if cancelled is not None and cancelled.is_set():
        raise KeyboardInterrupt


def _in_thread(cancelled, function, args, kwargs):
    _is_in_thread.set(True)
    _is_cancelled.set(cancelled)
    return function(*args, **kwargs)


def _each(results, on_result):
    for result in results:
        if on_result is not None:
            on_result()
        yield result


def _result(task):
    while not task.done():
        wait([task], timeout=LISTEN_EVERY)
    return task.result()
