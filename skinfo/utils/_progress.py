"""Progress of a long fit, reported to scikit-learn's callbacks (scikit-learn 1.9 and later)."""

from typing import TYPE_CHECKING, Any

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


__all__ = ["CallbackSupportMixin", "Progress", "with_callbacks"]


class Progress:
    """Reports each step of a fit to the callbacks of its estimator.

    Parameters
    ----------
    estimator : CallbackSupportMixin

    n_steps : int or None
        Number of steps, None if it is not known.

    X, y : array-like
        The training data, passed on to callbacks.
    """

    def __init__(self, estimator: Any, n_steps: int | None, X: Any, y: Any) -> None:
        self._data = {"estimator": estimator, "X": X, "y": y}
        self._fit: Any = None
        if hasattr(estimator, "_init_callback_context"):
            self._fit = estimator._init_callback_context(max_subtasks=n_steps)
            self._fit.call_on_fit_task_begin(**self._data)

    def step(self, name: str) -> None:
        """Report that one step is done."""
        if self._fit is not None:
            step = self._fit.subcontext(task_name=name)
            step.call_on_fit_task_begin(**self._data)
            step.call_on_fit_task_end(**self._data)

    def end(self) -> None:
        """Report that the fit is done."""
        if self._fit is not None:
            self._fit.call_on_fit_task_end(**self._data)
