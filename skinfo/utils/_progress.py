"""Progress reports: scikit-learn's callbacks for fits, printed lines for functions."""

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
            """Empty base class for scikit-learn before 1.9."""

        def with_callbacks(method):
            """Return the method unchanged, for scikit-learn before 1.9."""
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

# Minimum number of seconds between two printed lines about steps.
PRINT_INTERVAL = 1.0


class Reporter(Protocol):
    """Receiver of progress reports."""

    def pass_done(self, name: str) -> None:
        """Report that a pass over a table is done."""

    def step_done(self, name: str, i: int, n: int | None) -> None:
        """Report that step `i` of `n` of the named kind is done, counted from 1."""


# The reporter of the running fit or function.
_current: ContextVar[Reporter | None] = ContextVar("_current", default=None)


class Progress:
    """Context manager that reports the steps of a fit to the callbacks of its estimator.

    Within it, `report_step` and `report_pass` report to the callbacks too.

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
        """Report that the fit begins, unless this was reported before.

        Parameters
        ----------
        n_steps : int or None, default=None
            Number of steps, None if it is unknown.
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
        """Report that a step of the named kind is done."""
        self.step(f"{name} {i}" if n is None else f"{name} {i} of {n}")

    def end(self) -> None:
        """Report that the fit is done."""
        self.begin()
        if self._fit is not None:
            self._fit.call_on_fit_task_end(**self._data)


class PrintedProgress:
    """Context manager that prints lines about the steps of a function, at most one per second.

    There is also one line for each pass, and one at the end.

    Parameters
    ----------
    function : str
        Name of the function, at the beginning of each line.

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
        """Print that a step of the named kind is done, if the last line is old enough."""
        if perf_counter() - self._last >= PRINT_INTERVAL:
            self._print(f"{name} {i}" if n is None else f"{name} {i} of {n}")

    def _print(self, text: str) -> None:
        self._last = perf_counter()
        print(f"[{self._function}] {text}, {self._last - self._start:.1f} s")


def with_printed_progress(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function that has a parameter `verbose`: if it is true, steps are printed."""

    @wraps(function)
    def printed(*args: P.args, **kwargs: P.kwargs) -> R:
        with PrintedProgress(function.__name__, bool(kwargs.get("verbose", False))):
            return function(*args, **kwargs)

    return printed


def report_pass(name: str) -> None:
    """Report to the current reporter, if any, that a pass over the parts of a table is done."""
    reporter = _current.get()
    if reporter is not None:
        reporter.pass_done(name)


def report_step(name: str, i: int, n: int | None = None) -> None:
    """Report to the current reporter, if any, that step `i` of `n` is done."""
    reporter = _current.get()
    if reporter is not None:
        reporter.step_done(name, i, n)


def reported(name: str, items: Iterable[Item], n: int | None = None) -> Iterator[Item]:
    """Yield items, and report each one after its use."""
    for i, item in enumerate(items, start=1):
        yield item
        report_step(name, i, n)


@contextmanager
def unreported() -> Iterator[None]:
    """Suppress the reports of inner steps, such as those of each permutation."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)
