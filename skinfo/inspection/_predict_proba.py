"""Class probabilities of a fitted classifier."""

from typing import Any

from numpy.typing import ArrayLike, NDArray


def predicted_probabilities(
    estimator: Any, X: ArrayLike, caller: str
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return probabilities (n_samples, n_classes) and the label of each column (n_classes,).

    Raises
    ------
    TypeError
        If the estimator has no ``predict_proba``.

    ValueError
        If it predicts several outputs.
    """
    name = type(estimator).__name__
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"{caller} takes a fitted classifier with predict_proba, and {name} has none. Turn "
            "decisions into probabilities with CalibratedClassifierCV, or pass predictions to "
            "from_predictions."
        )
    y_prob = estimator.predict_proba(X)
    if isinstance(y_prob, list):
        raise ValueError(f"{name} predicts several outputs. Pass one to from_predictions.")
    return y_prob, estimator.classes_
