"""Class probabilities from an estimator, or an error that says what to do."""

from skinfo.metrics._probabilities import check_probabilities


def require_probabilities(estimator):
    """Raise TypeError where `estimator` cannot predict class probabilities."""
    if hasattr(estimator, "predict_proba"):
        return
    name = type(estimator).__name__
    if hasattr(estimator, "decision_function"):
        raise TypeError(
            f"EntropyScorer needs predict_proba, and {name} has a decision_function only. Make "
            f"its decisions probabilities with CalibratedClassifierCV({name}(...))."
        )
    raise TypeError(
        f"EntropyScorer needs a classifier with predict_proba, and {name} has none. It cannot "
        "score regressors, clusterers or transformers."
    )


def class_probabilities(estimator, X):
    """Ask a fitted classifier for its predictions.

    Parameters
    ----------
    estimator : fitted classifier
        It has ``predict_proba`` and ``classes_``.

    X : array-like of shape (n_samples, n_features)
        Rows to predict.

    Returns
    -------
    prob : ndarray of shape (n_samples, n_classes)
        Distributions, checked.

    classes : array-like of shape (n_classes,)
        The labels of the columns.

    Raises
    ------
    TypeError
        If the estimator cannot predict probabilities.
    ValueError
        If it predicts several outputs, or rows that are no distributions.
    """
    require_probabilities(estimator)
    prob = estimator.predict_proba(X)
    name = type(estimator).__name__
    if not hasattr(estimator, "classes_"):
        raise TypeError(f"{name} has no classes_ to say which label each column belongs to.")
    classes = estimator.classes_
    if isinstance(prob, list) or isinstance(classes, list):
        raise ValueError(f"{name} predicts several outputs; score one output at a time.")
    prob = check_probabilities(prob, f"{name}.predict_proba(X)")
    if prob.shape[1] != len(classes):
        raise ValueError(
            f"{name} has {len(classes)} classes_ and {prob.shape[1]} columns in predict_proba."
        )
    return prob, classes
