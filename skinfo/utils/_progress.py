"""Progress of long work: scikit-learn's callbacks for fits, printed lines for functions."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import wraps
from time import perf_counter
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, Self, TypeVar

if TYPE_CHECKING:

    class CallbackSupportMixin:
        """Base class of estimators that accept callbacks."""

    def with_callbacks(method: Any) -> Any:
        """Decorate a `fit` that reports to callbacks."""

else:
    try:
        from sklearn.callback import CallbackSupportMixin, with_callbacks
    except ImportError:

        class CallbackSupportMixin:
            """Nothing, in scikit-learn before 1.9."""

        def with_callbacks(method):
            """Return the method unchanged, in scikit-learn before 1.9."""
            return method


__all__ = [
    "CallbackSupportMixin",
    "PrintedProgress",
    "Progress",
    "report_pass",
    "report_step",
    "reported",
    "unreported",
    "with_callbacks",
    "with_printed_progress",
]

P = ParamSpec("P")
R = TypeVar("R")
Item = TypeVar("Item")

# Seconds between two printed lines about steps.
PRINT_INTERVAL = 1.0


class Reporter(Protocol):
    """Receiver of the steps of the work within its context."""

    def pass_done(self, name: str) -> None:
        """Report that a pass over a table is done."""

    def step_done(self, name: str, i: int, n: int | None) -> None:
        """Report that step `i` of `n` of some kind is done, counted from 1."""


# Of the fit or function that is running.
_current: ContextVar[Reporter | None] = ContextVar("_current", default=None)


class Progress:
    """Reports each step of a fit to the callbacks of its estimator; a context manager.

    Within it steps and passes over a table are reported too; see `report_step`, `report_pass`.

    Parameters
    ----------
    estimator : CallbackSupportMixin

    X, y : array-like
        The training data, passed on to callbacks.
    """

    def __init__(self, estimator: Any, X: Any, y: Any) -> None:
        self._data = {"estimator": estimator, "X": X, "y": y}
        self._has_listeners = bool(getattr(estimator, "_skl_callbacks", ()))
        self._fit: Any = None
        self._n_passes = 0

    def __enter__(self) -> Self:
        self._token: Token[Reporter | None] = _current.set(self)
        return self

    def __exit__(self, *error: object) -> None:
        _current.reset(self._token)

    def begin(self, n_steps: int | None = None) -> None:
        """Report that the fit begins, if that was not reported.

        Parameters
        ----------
        n_steps : int or None, default=None
            Number of steps, None if it is not known.
        """
        if self._has_listeners and self._fit is None:
            estimator = self._data["estimator"]
            self._fit = estimator._init_callback_context(max_subtasks=n_steps)
            self._fit.call_on_fit_task_begin(**self._data)

    def step(self, name: str) -> None:
        """Report that one step is done."""
        if not self._has_listeners:
            return
        self.begin()
        step = self._fit.subcontext(task_name=name)
        step.call_on_fit_task_begin(**self._data)
        step.call_on_fit_task_end(**self._data)

    def pass_done(self, name: str) -> None:
        """Report that a pass is done."""
        self._n_passes += 1
        self.step(f"pass {self._n_passes}: {name}")

    def step_done(self, name: str, i: int, n: int | None) -> None:
        """Report that a step of some kind is done."""
        self.step(f"{name} {i}" if n is None else f"{name} {i} of {n}")

    def end(self) -> None:
        """Report that the fit is done."""
        self.begin()
        if self._fit is not None:
            self._fit.call_on_fit_task_end(**self._data)


class PrintedProgress:
    """Prints lines about the steps of a function, at most one a second; a context manager.

    There is one for each pass, and one at the end.

    Parameters
    ----------
    function : str
        Its name, with which each line begins.

    verbose : bool
        Whether to print.
    """

    def __init__(self, function: str, verbose: bool) -> None:
        self._function = function
        self._verbose = verbose
        self._n_passes = 0
        self._start = self._last = perf_counter()

    def __enter__(self) -> Self:
        self._token: Token[Reporter | None] | None = None
        if self._verbose:
            self._token = _current.set(self)
        return self

    def __exit__(self, *error: object) -> None:
        if self._token is not None:
            _current.reset(self._token)
            if error == (None, None, None):
                self._print("done")

    def pass_done(self, name: str) -> None:
        """Print that a pass is done."""
        self._n_passes += 1
        self._print(f"pass {self._n_passes}: {name}")

    def step_done(self, name: str, i: int, n: int | None) -> None:
        """Print that a step of some kind is done, if the last line is old enough."""
        if perf_counter() - self._last >= PRINT_INTERVAL:
            self._print(f"{name} {i}" if n is None else f"{name} {i} of {n}")

    def _print(self, text: str) -> None:
        self._last = perf_counter()
        print(f"[{self._function}] {text}, {self._last - self._start:.1f} s")


def with_printed_progress(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function with a keyword `verbose`: if it is true, its steps are printed."""

    @wraps(function)
    def printed(*args: P.args, **kwargs: P.kwargs) -> R:
        with PrintedProgress(function.__name__, bool(kwargs.get("verbose", False))):
            return function(*args, **kwargs)

    return printed


def report_pass(name: str) -> None:
    """Report to what is running, if it listens, that a pass over the parts of a table is done."""
    reporter = _current.get()
    if reporter is not None:
        reporter.pass_done(name)


def report_step(name: str, i: int, n: int | None = None) -> None:
    """Report to what is running, if it listens, that step `i` of `n` is done."""
    reporter = _current.get()
    if reporter is not None:
        reporter.step_done(name, i, n)


def reported(name: str, items: Iterable[Item], n: int | None = None) -> Iterator[Item]:
    """Yield items, and report each once it has been used."""
    for i, item in enumerate(items, start=1):
        yield item
        report_step(name, i, n)


@contextmanager
def unreported() -> Iterator[None]:
    """Suppress the steps of inner work, such as those of each permutation."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)
