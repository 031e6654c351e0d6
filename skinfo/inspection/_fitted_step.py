"""The step of an estimator that a Display draws."""

from collections.abc import Callable, Iterator
from typing import Any

from sklearn.utils.validation import check_is_fitted

from skinfo.utils._text import listed, short_repr

# Attributes of fitted estimators that hold others, and how code reads one of them: an attribute
# of one estimator, or of (name, estimator, ...) tuples with the attribute to index by the name.
ONE = ("best_estimator_",)
SEVERAL = {
    "steps": "",
    "transformers_": ".named_transformers_",
    "transformer_list": ".named_transformers",
}

# Parameters of estimators that hold others when they are fitted: a search, a ColumnTransformer.
UNFITTED = ("estimator", "transformers")


def is_selector(estimator: Any) -> bool:
    """Return whether an estimator has a report of its selection."""
    return hasattr(estimator, "get_support") and hasattr(estimator, "report")


def has_bins(estimator: Any) -> bool:
    """Return whether an estimator has tables of its bins."""
    return hasattr(estimator, "bin_table")


def fitted_step(estimator: Any, fits: Callable[[Any], bool], caller: str, takes: str) -> Any:
    """Return the fitted estimator for which `fits` holds: the one given, or one that it holds.

    Parameters
    ----------
    estimator : estimator
        May be a pipeline, a ColumnTransformer, a FeatureUnion or a search over parameters, or
        hold such.

    fits : function of an estimator, to bool

    caller : str
        Name of the public method, for errors.

    takes : str
        What it takes, for errors.

    Raises
    ------
    TypeError
        If nothing fits.

    ValueError
        If several do.

    sklearn.exceptions.NotFittedError
        If that estimator is not fitted, or a search is not.
    """
    found = dict(_that_fit(estimator, fits, ""))
    if not found:
        _refuse(estimator, caller, takes)
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


def _that_fit(estimator: Any, fits: Callable[[Any], bool], path: str) -> Iterator[tuple[str, Any]]:
    """Yield estimators for which `fits` holds, with the code that reads them."""
    if fits(estimator):
        yield path, estimator
        return
    for step, held in _held(estimator):
        yield from _that_fit(held, fits, path + step)


def _held(estimator: Any) -> Iterator[tuple[str, Any]]:
    """Yield the estimators that one holds, with the code that reads them."""
    for attribute in ONE:
        if hasattr(estimator, attribute):
            yield f".{attribute}", getattr(estimator, attribute)
    for attribute, index in SEVERAL.items():
        for name, held, *_ in getattr(estimator, attribute, ()):
            yield f"{index}[{short_repr(name)}]", held


def _refuse(estimator: Any, caller: str, takes: str) -> None:
    """Raise the error of an estimator that holds nothing that fits."""
    name = type(estimator).__name__
    if any(hasattr(estimator, attribute) for attribute in UNFITTED):
        check_is_fitted(estimator)
    steps = [f"{name}{step} ({type(held).__name__})" for step, held in _held(estimator)]
    which = f", with {listed(steps, len(steps), '')}" if steps else ""
    raise TypeError(
        f"{caller} takes {takes}, got {name}{which}. Of a pipeline or a search it draws "
        "the step that is one."
    )
