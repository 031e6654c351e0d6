"""Members of a fitted ensemble and their predictions."""

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

from skinfo.metrics._probabilities import check_probabilities
from skinfo.metrics._uncertainty_decomposition import Member, decompose_members
from skinfo.utils._compat import BaseSearchCV, _safe_indexing

# Largest deviation of the mean of the members from the prediction of an unknown ensemble.
MEAN_TOLERANCE = 1e-6


def decompose_ensemble(estimator, X):
    """Return the decomposition of the uncertainty of the members, in nats.

    Parameters
    ----------
    estimator : fitted classifier
        Its prediction is the mean of those of its members; or it wraps such a classifier.

    X : array-like of shape (n_samples, n_features)

    Returns
    -------
    nats : MemberDecomposition

    Raises
    ------
    TypeError
        If the estimator is not such an ensemble.
    """
    for wrapper, unwrap in WRAPPERS.items():
        if isinstance(estimator, wrapper):
            inner, inner_X = unwrap(estimator, X)
            return decompose_ensemble(inner, inner_X)
    for ensemble, members in MEAN_ENSEMBLES.items():
        if isinstance(estimator, ensemble):
            return decompose_members(members(estimator, X))
    return _decompose_unknown(estimator, X)


def _trees(estimator, X):
    """Yield the trees of a forest; X is checked and cast to float32 once for all of them."""
    X = validate_data(
        estimator,
        X,
        reset=False,
        dtype=np.float32,
        accept_sparse="csr",
        ensure_all_finite="allow-nan",
    )
    for tree in estimator.estimators_:
        yield Member(1.0, tree.predict_proba(X, check_input=False))


def _bags(estimator, X):
    """Yield the classifiers of bootstrap samples, which may lack a class, and of some features."""
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
        known = _predict_checked(member, _safe_indexing(X, features, axis=1))
        prob = np.zeros((len(known), len(estimator.classes_)))
        prob[:, member.classes_] = known  # a member is fitted to the indices of the classes
        yield Member(1.0, prob)


def _voters(estimator, X):
    """Yield the voters that were not dropped, each with its weight."""
    given = estimator.weights
    weights = [1.0] * len(estimator.estimators) if given is None else given
    pairs = zip(weights, estimator.estimators, strict=True)
    kept = [weight for weight, (_, member) in pairs if member != "drop"]
    for weight, member in zip(kept, estimator.estimators_, strict=True):
        yield Member(weight, _predict_checked(member, X))


# Functions of an estimator and X that return the wrapped estimator and the X that it receives.
WRAPPERS = {
    Pipeline: lambda pipe, X: (pipe[-1], pipe[:-1].transform(X) if len(pipe) > 1 else X),
    BaseSearchCV: lambda search, X: (search.best_estimator_, X),
    FrozenEstimator: lambda frozen, X: (frozen.estimator, X),
    # A threshold changes the labels that are predicted, not the probabilities.
    (FixedThresholdClassifier, TunedThresholdClassifierCV): lambda model, X: (model.estimator_, X),
}

# Functions of an estimator and X that yield the members whose mean it predicts.
MEAN_ENSEMBLES = {
    (RandomForestClassifier, ExtraTreesClassifier): _trees,
    BaggingClassifier: _bags,
    VotingClassifier: _voters,
    CalibratedClassifierCV: lambda calibrated, X: (
        Member(1.0, _predict_checked(fold, X)) for fold in calibrated.calibrated_classifiers_
    ),
}


def _decompose_unknown(estimator, X):
    """Return the decomposition for an estimator that predicts the mean of its `estimators_`.

    Raises TypeError if its predictions are not that mean.
    """
    members = getattr(estimator, "estimators_", [])
    # Boosting has an array of them. A list is not converted: NumPy would split a member that has
    # a length, such as a pipeline.
    members = members.ravel() if isinstance(members, np.ndarray) else members
    if len(members) == 0:
        raise _not_a_mean(estimator, "it has no estimators_")
    for member in members:
        _require_probabilities(estimator, member)
    expected = np.asarray(estimator.predict_proba(X))
    if not hasattr(members[0], "feature_names_in_") and hasattr(estimator, "feature_names_in_"):
        X = np.asarray(X)  # as the members were fitted
    nats = decompose_members(_equal_members(estimator, members, X, expected.shape))
    if np.abs(nats.mean - expected).max() > MEAN_TOLERANCE:
        raise _not_a_mean(estimator, "it combines its members in another way")
    return nats


def _equal_members(estimator, members, X, shape):
    """Yield members of equal weight, whose predictions have `shape`."""
    for member in members:
        prob = np.asarray(member.predict_proba(X))
        if prob.shape != shape:
            raise _not_a_mean(estimator, "its members predict other classes")
        yield Member(1.0, _check_prediction(member, prob))


def _predict_checked(member, X):
    return _check_prediction(member, member.predict_proba(X))


def _check_prediction(member, prob):
    return check_probabilities(prob, f"{type(member).__name__}.predict_proba(X)")


def _require_probabilities(estimator, member):
    if not hasattr(member, "predict_proba"):
        raise _not_a_mean(estimator, f"{type(member).__name__} has no predict_proba")


def _not_a_mean(estimator, reason):
    """Return the error for an estimator that does not predict the mean of its members."""
    return TypeError(
        "The outputs 'total', 'aleatoric' and 'epistemic' need an ensemble that predicts the mean "
        f"of its members' probabilities, and {type(estimator).__name__} is not known as one: "
        f"{reason}. Use output='entropy', which is available for any classifier."
    )
