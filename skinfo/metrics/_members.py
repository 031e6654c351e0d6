"""The members of a fitted ensemble and what each predicts."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import validate_data

from skinfo.metrics._uncertainty_decomposition import uncertainty_parts
from skinfo.utils._compat import BaseSearchCV, _safe_indexing

# How far the mean of members may be from what the ensemble predicts, where it is not known to be
# their mean.
MEAN_TOLERANCE = 1e-6


def ensemble_parts(estimator, X):
    """Return the parts of the uncertainty of the members, in nats, and their mean prediction.

    Parameters
    ----------
    estimator : fitted classifier
        Its prediction is the mean of those of its members; or it ends in one of that kind.

    X : array-like of shape (n_samples, n_features)

    Returns
    -------
    aleatoric, epistemic : ndarray of shape (n_samples,)
    mean : ndarray of shape (n_samples, n_classes)

    Raises
    ------
    TypeError
        If the estimator is not such an ensemble.
    """
    for kind, look_inside in WRAPPERS.items():
        if isinstance(estimator, kind):
            return ensemble_parts(*look_inside(estimator, X))
    for kind, members in MEANS.items():
        if isinstance(estimator, kind):
            return uncertainty_parts(members(estimator, X))
    return _parts_of_unknown(estimator, X)


def _pipeline(estimator, X):
    return estimator[-1], (estimator[:-1].transform(X) if len(estimator) > 1 else X)


def _search(estimator, X):
    return estimator.best_estimator_, X


def _frozen(estimator, X):
    return estimator.estimator, X


def _threshold(estimator, X):
    return estimator.estimator_, X


def _trees(estimator, X):
    """Trees, which a forest gives float32 that it has checked once."""
    X = validate_data(
        estimator,
        X,
        reset=False,
        dtype=np.float32,
        accept_sparse="csr",
        ensure_all_finite="allow-nan",
    )
    for tree in estimator.estimators_:
        yield 1.0, tree.predict_proba(X, check_input=False)


def _bags(estimator, X):
    """Classifiers of some of the rows, which may lack a class, and of some of the columns."""
    X = validate_data(
        estimator,
        X,
        reset=False,
        dtype=None,
        accept_sparse=["csr", "csc"],
        ensure_all_finite=False,
    )
    for member, features in zip(
        estimator.estimators_, estimator.estimators_features_, strict=True
    ):
        _require_probabilities(estimator, member)
        known = member.predict_proba(_safe_indexing(X, features, axis=1))
        prob = np.zeros((len(known), len(estimator.classes_)))
        prob[:, member.classes_] = known  # a bag's classes are the numbers of the ensemble's
        yield 1.0, prob


def _voters(estimator, X):
    """Voters that were not dropped, each with its weight."""
    given = estimator.weights
    weights = [1.0] * len(estimator.estimators) if given is None else given
    pairs = zip(weights, estimator.estimators, strict=True)
    kept = [weight for weight, (_, member) in pairs if member != "drop"]
    for weight, member in zip(kept, estimator.estimators_, strict=True):
        yield weight, member.predict_proba(X)


def _calibrated(estimator, X):
    for member in estimator.calibrated_classifiers_:
        yield 1.0, member.predict_proba(X)


# An estimator and its rows, to what is inside and the rows that this gets.
WRAPPERS = {
    Pipeline: _pipeline,
    BaseSearchCV: _search,
    FrozenEstimator: _frozen,
    (FixedThresholdClassifier, TunedThresholdClassifierCV): _threshold,
}

# An estimator and its rows, to weights and predictions of members whose mean it predicts.
MEANS = {
    (RandomForestClassifier, ExtraTreesClassifier): _trees,
    BaggingClassifier: _bags,
    VotingClassifier: _voters,
    CalibratedClassifierCV: _calibrated,
}


def _parts_of_unknown(estimator, X):
    """Take anything with `estimators_` for the mean of these if it turns out to be."""
    found = getattr(estimator, "estimators_", [])
    # Boosting has an array of them. A list is left alone: NumPy would take a member apart that
    # has a length, such as a pipeline.
    members = found.ravel() if isinstance(found, np.ndarray) else found
    if len(members) == 0:
        raise _not_a_mean(estimator, "it has no estimators_")
    for member in members:
        _require_probabilities(estimator, member)
    expected = np.asarray(estimator.predict_proba(X))
    if not hasattr(members[0], "feature_names_in_") and hasattr(estimator, "feature_names_in_"):
        X = np.asarray(X)  # as the members were fitted
    parts = uncertainty_parts(_alike(estimator, members, X, expected.shape))
    if np.abs(parts[2] - expected).max() > MEAN_TOLERANCE:
        raise _not_a_mean(estimator, "it combines its members in another way")
    return parts


def _alike(estimator, members, X, shape):
    """Members of the same weight, which predict tables of one shape."""
    for member in members:
        prob = np.asarray(member.predict_proba(X))
        if prob.shape != shape:
            raise _not_a_mean(estimator, "its members predict other classes")
        yield 1.0, prob


def _require_probabilities(estimator, member):
    if not hasattr(member, "predict_proba"):
        raise _not_a_mean(estimator, f"{type(member).__name__} has no predict_proba")


def _not_a_mean(estimator, why):
    """Return the error for an estimator whose uncertainty has no parts."""
    return TypeError(
        "The outputs 'total', 'aleatoric' and 'epistemic' need an ensemble that predicts the mean "
        f"of its members' probabilities, and {type(estimator).__name__} is not known as one: "
        f"{why}. For any classifier there is output='entropy'."
    )
