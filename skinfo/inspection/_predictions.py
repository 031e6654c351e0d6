"""What the Displays of predictions ask of a classifier."""


def predicted_by(estimator, X, caller):
    """Return predicted distributions (n_samples, n_classes) and the label of each column.

    Raises
    ------
    TypeError
        If the estimator cannot predict probabilities.

    ValueError
        If it predicts several outputs.
    """
    name = type(estimator).__name__
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"{caller} takes a fitted classifier with predict_proba, and {name} has none. Make "
            "decisions probabilities with CalibratedClassifierCV, or pass predictions to "
            "from_predictions."
        )
    y_prob = estimator.predict_proba(X)
    if isinstance(y_prob, list):
        raise ValueError(f"{name} predicts several outputs. Pass one to from_predictions.")
    return y_prob, estimator.classes_
