"""Decorators that keep fitted attributes consistent when a fit fails or is interrupted.

Fitted attributes are those whose names end in an underscore, as in scikit-learn. If a failed fit
left the bins of an earlier one next to its own feature names, `transform` would encode the wrong
columns.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def unfitted_on_failure(fit: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Decorate a `fit`: remove fitted attributes before it starts, and again if it fails.

    Apply it outside scikit-learn's `_fit_context`, so that invalid parameters count as a failure.
    """

    @wraps(fit)
    def fit_from_scratch(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        _reset(self)
        try:
            return fit(self, *args, **kwargs)
        except BaseException:
            _reset(self)
            raise

    return fit_from_scratch


def unchanged_on_failure(
    partial_fit: Callable[Concatenate[Any, P], R],
) -> Callable[Concatenate[Any, P], R]:
    """Decorate a `partial_fit`: restore the previous attributes if a chunk fails.

    The copy is shallow, so `partial_fit` must replace the values of attributes, not modify them.
    """

    @wraps(partial_fit)
    def fit_or_restore(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        saved = dict(vars(self))
        try:
            return partial_fit(self, *args, **kwargs)
        except BaseException:
            # A single assignment, which a second interrupt cannot leave incomplete.
            self.__dict__ = saved
            raise

    return fit_or_restore


def _reset(estimator: Any) -> None:
    """Delete the fitted attributes of an estimator atomically."""
    # A single assignment: an interrupt between deletions would leave inconsistent attributes.
    estimator.__dict__ = {
        name: value for name, value in vars(estimator).items() if not name.endswith("_")
    }
