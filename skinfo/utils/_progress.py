"""Progress of a long fit, told to scikit-learn's callbacks where it has any (1.9 and later)."""

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:

    class CallbackSupportMixin:
        """Nothing, in scikit-learn before 1.9."""

    def with_callbacks(method):
        """Return the method as it is, in scikit-learn before 1.9."""
        return method


__all__ = ["CallbackSupportMixin", "Progress", "with_callbacks"]


class Progress:
    """Tells an estimator's callbacks of each step of its fit.

    Parameters
    ----------
    estimator : CallbackSupportMixin

    n_steps : int or None
        How many steps there will be, None where that is not known.

    X, y : array-like
        What is fitted, handed on to callbacks.
    """

    def __init__(self, estimator, n_steps, X, y):
        self._data = {"estimator": estimator, "X": X, "y": y}
        self._fit = None
        if hasattr(estimator, "_init_callback_context"):
            self._fit = estimator._init_callback_context(max_subtasks=n_steps)
            self._fit.call_on_fit_task_begin(**self._data)

    def step(self, name):
        """Say that one step is done."""
        if self._fit is not None:
            step = self._fit.subcontext(task_name=name)
            step.call_on_fit_task_begin(**self._data)
            step.call_on_fit_task_end(**self._data)

    def end(self):
        """Say that the fit is done."""
        if self._fit is not None:
            self._fit.call_on_fit_task_end(**self._data)
