"""Search for the fitted step of an estimator that a Display plots."""

from collections.abc import Callable, Iterator
from typing import Any

from sklearn.utils.validation import check_is_fitted

from skinfo.utils._text import listed, short_repr

# Attributes of fitted meta-estimators: those with one estimator, and those with a list of
# (name, estimator, ...) tuples, with the attribute that a user indexes by the name.
ATTRIBUTES_OF_ONE = ("best_estimator_",)
ATTRIBUTES_OF_SEVERAL = {
    "steps": "",
    "transformers_": ".named_transformers_",
    "transformer_list": ".named_transformers",
}

# Parameters of meta-estimators whose nested estimators exist only after fit: a search, a
# ColumnTransformer.
PARAMS_BEFORE_FIT = ("estimator", "transformers")


def is_selector(estimator: Any) -> bool:
    """Return whether an estimator is a feature selector with a report."""
    return hasattr(estimator, "get_support") and hasattr(estimator, "report")


def has_bins(estimator: Any) -> bool:
    """Return whether an estimator has bin tables."""
    return hasattr(estimator, "bin_table")


def fitted_step(
    estimator: Any, is_accepted: Callable[[Any], bool], caller: str, accepted: str
) -> Any:
    """Return the accepted fitted estimator: the one given, or one nested in it.

    Parameters
    ----------
    estimator : estimator
        May be a pipeline, a ColumnTransformer, a FeatureUnion or a parameter search, nested to
        any depth.

    is_accepted : callable
        Function of an estimator that returns a bool.

    caller : str
        Name of the public method, for error messages.

    accepted : str
        Name of the accepted estimators, for error messages.

    Raises
    ------
    TypeError
        If no estimator is accepted.

    ValueError
        If several estimators are accepted.

    sklearn.exceptions.NotFittedError
        If the accepted estimator, or a search, is not fitted.
    """
    found = dict(_accepted_estimators(estimator, is_accepted, ""))
    if not found:
        _refuse(estimator, caller, accepted)
    if len(found) > 1:
        name = type(estimator).__name__
        steps = listed(
            [f"{name}{path} ({type(e).__name__})" for path, e in found.items()], len(found), ""
        )
        raise ValueError(
            f"{caller} draws one step, and {len(found)} of this {name} fit: {steps}. Pass one."
        )
    (step,) = found.values()
    check_is_fitted(step)
    return step


def _accepted_estimators(
    estimator: Any, is_accepted: Callable[[Any], bool], path: str
) -> Iterator[tuple[str, Any]]:
    """Yield the accepted estimators, each with the code that accesses it."""
    if is_accepted(estimator):
        yield path, estimator
        return
    for step, nested in _nested_estimators(estimator):
        yield from _accepted_estimators(nested, is_accepted, path + step)


def _nested_estimators(estimator: Any) -> Iterator[tuple[str, Any]]:
    """Yield the estimators directly inside a meta-estimator, with the code that accesses them."""
    for attribute in ATTRIBUTES_OF_ONE:
        if hasattr(estimator, attribute):
            yield f".{attribute}", getattr(estimator, attribute)
    for attribute, index in ATTRIBUTES_OF_SEVERAL.items():
        for name, nested, *_ in getattr(estimator, attribute, ()):
            yield f"{index}[{short_repr(name)}]", nested


def _refuse(estimator: Any, caller: str, accepted: str) -> None:
    """Raise the error for an estimator that neither is nor contains an accepted one."""
    name = type(estimator).__name__
    if any(hasattr(estimator, attribute) for attribute in PARAMS_BEFORE_FIT):
        check_is_fitted(estimator)
    steps = [
        f"{name}{step} ({type(nested).__name__})" for step, nested in _nested_estimators(estimator)
    ]
    which = f", with {listed(steps, len(steps), '')}" if steps else ""
    raise TypeError(
        f"{caller} takes {accepted}, got {name}{which}. Of a pipeline or a search it draws "
        "the step that is one."
    )
