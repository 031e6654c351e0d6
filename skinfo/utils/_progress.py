"""Progress of a long fit, reported to scikit-learn's callbacks (scikit-learn 1.9 and later)."""

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

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


__all__ = ["CallbackSupportMixin", "Progress", "report_pass", "with_callbacks"]

# Of the fit that is running.
_current: ContextVar["Progress | None"] = ContextVar("_current", default=None)


class Progress:
    """Reports each step of a fit to the callbacks of its estimator; a context manager.

    Within it each pass over a table in parts is a step too; see `report_pass`.

    Parameters
    ----------
    estimator : CallbackSupportMixin

    X, y : array-like
        The training data, passed on to callbacks.
    """

    def __init__(self, estimator: Any, X: Any, y: Any) -> None:
        self._data = {"estimator": estimator, "X": X, "y": y}
        self._fit: Any = None
        self._n_passes = 0

    def __enter__(self) -> Self:
        self._token = _current.set(self)
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
        estimator = self._data["estimator"]
        if self._fit is None and hasattr(estimator, "_init_callback_context"):
            self._fit = estimator._init_callback_context(max_subtasks=n_steps)
            self._fit.call_on_fit_task_begin(**self._data)

    def step(self, name: str) -> None:
        """Report that one step is done."""
        self.begin()
        if self._fit is not None:
            step = self._fit.subcontext(task_name=name)
            step.call_on_fit_task_begin(**self._data)
            step.call_on_fit_task_end(**self._data)

    def step_of_pass(self, name: str) -> None:
        """Report that a pass is done."""
        self._n_passes += 1
        self.step(f"pass {self._n_passes}: {name}")

    def end(self) -> None:
        """Report that the fit is done."""
        self.begin()
        if self._fit is not None:
            self._fit.call_on_fit_task_end(**self._data)


def report_pass(name: str) -> None:
    """Report to the fit that is running, if any, that a pass over the parts of a table is done."""
    progress = _current.get()
    if progress is not None:
        progress.step_of_pass(name)
