"""Bases of EntropyScorer: scikit-learn's private protocol of scorers, and a meta-estimator."""

from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import check_cv
from sklearn.utils import Bunch, assert_all_finite, column_or_1d, get_tags, indexable
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from skinfo._counts._table import check_unique_names
from skinfo._counts._target import refuse_missing
from skinfo.metrics._class_probabilities import require_predict_proba
from skinfo.utils._compat import (
    RequestMethod,
    _BaseScorer,
    _check_method_params,
    _routing_enabled,
    _safe_split,
    scorer_cache,
)
from skinfo.utils._validation import finiteness_check, partition_splits

# Key of our predictions among those that scorers share. For two classes, scikit-learn's scorers
# store one column under "predict_proba", of the class that the first of them requested.
RESPONSE_KEY = "skinfo predict_proba"


class ScorerProtocol(_BaseScorer):
    """Base of an estimator that is also a scorer; it follows BaseEstimator among the bases.

    Multimetric scoring with weights calls `_accept_sample_weight`, and ScoringMonitor treats only
    a `_BaseScorer` as a single score: a plain callable fails in both.
    """

    # Multimetric scoring reads here which predictions scorers can share. `predict` is included so
    # that classifiers without probabilities reach our own error message.
    _response_method = ("predict_proba", "predict")

    # Metadata requests come from the signature of `score`, as for any estimator; those of
    # _BaseScorer come from a metric function, which does not exist here.
    _get_metadata_request = BaseEstimator._get_metadata_request
    set_score_request = RequestMethod("score", ["sample_weight"])

    def _accept_sample_weight(self):
        return True

    def _score(self, method_caller, estimator, X, y_true, **kwargs):
        """Score in multimetric scoring, where all scorers share the predictions."""
        responses = scorer_cache(method_caller)

        def predict_proba(X):
            # For three or more classes scikit-learn's scorers share the complete array too.
            classes = getattr(estimator, "classes_", [])
            is_multiclass = not isinstance(classes, list) and len(classes) > 2
            names = [RESPONSE_KEY, "predict_proba"] if is_multiclass else [RESPONSE_KEY]
            for name in names:
                if name in responses:
                    return responses[name]
            prob = estimator.predict_proba(X)
            responses.update(dict.fromkeys(names, prob))
            return prob

        return self._scored(estimator, X, y_true, predict_proba=predict_proba, **kwargs)


class WrappedClassifierMixin:
    """Mixin for estimators with the parameters `estimator` (a classifier or None) and `cv`."""

    def predict(self, X):
        """Predict labels with the fitted classifier.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples to predict.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            Labels.
        """
        check_is_fitted(self)
        return self.estimator_.predict(X)

    def predict_proba(self, X):
        """Predict class probabilities with the fitted classifier.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples to predict.

        Returns
        -------
        y_prob : ndarray of shape (n_samples, n_classes)
            Probabilities, columns in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    def get_metadata_routing(self):
        """Get metadata routing of this object.

        Returns
        -------
        routing : MetadataRouter
            `score` requests metadata itself; `fit` and `fit_transform` route metadata to
            `estimator`, and `fit_transform` to `cv`.
        """
        to_fit = MethodMapping().add(caller="fit", callee="fit")
        to_fit.add(caller="fit_transform", callee="fit")
        to_split = MethodMapping().add(caller="fit_transform", callee="split")
        router = MetadataRouter(owner=type(self).__name__).add_self_request(self)
        router.add(estimator=self._base_estimator(), method_mapping=to_fit)
        return router.add(splitter=self.cv, method_mapping=to_split)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        base_tags = get_tags(self._base_estimator())
        tags.input_tags = base_tags.input_tags
        if base_tags.classifier_tags is not None:
            tags.classifier_tags.multi_class = base_tags.classifier_tags.multi_class
            tags.classifier_tags.poor_score = base_tags.classifier_tags.poor_score
        return tags

    def _base_estimator(self):
        return LogisticRegression() if self.estimator is None else self.estimator

    def _route(self, method, params):
        """Return `params` by receiver: ``["estimator"]["fit"]`` and ``["splitter"]["split"]``."""
        if _routing_enabled():
            return process_routing(self, method, **params)
        return Bunch(estimator=Bunch(fit=params), splitter=Bunch(split={}))

    def _fit_estimator(self, X, y, fit_params):
        """Fit a clone on all samples; return `y` as an array of shape (n_samples,)."""
        check_unique_names(X)
        validate_data(self, X, y, skip_check_array=True)
        shape = np.asarray(y).shape
        if len(shape) == 2 and shape[1] > 1:
            raise ValueError(
                f"EntropyScorer fits classifiers of one output, and y has {shape[1]} columns. As "
                "a scorer it takes them: EntropyScorer()(fitted_classifier, X, y)."
            )
        y = column_or_1d(y, warn=True)
        with finiteness_check():
            assert_all_finite(y, input_name="y")
            refuse_missing(y)
            check_classification_targets(y)
        self.estimator_ = clone(self._base_estimator()).fit(X, y, **fit_params)
        require_predict_proba(self.estimator_)
        self.classes_ = self.estimator_.classes_
        return y


class FittedFold(NamedTuple):
    """A classifier fitted on a training fold, and the samples of the test fold."""

    model: object
    X_test: object  # array-like of shape (n_test, n_features)
    test: np.ndarray  # (n_test,) dtype int: indices of the samples


def cross_fit(estimator, X, y, cv, *, fit_params, split_params):
    """Fit a clone of `estimator` on each training fold.

    `cross_val_predict` would encode `y` before it fits, and an estimator that refers to labels,
    such as one with ``class_weight={"yes": 2}``, would not know its classes.

    Parameters
    ----------
    estimator : classifier
        Cloned for each fold.

    X : array-like of shape (n_samples, n_features)

    y : ndarray of shape (n_samples,)
        Labels.

    cv : int, cross-validation generator, iterable or None
        As in `sklearn.model_selection.check_cv`.

    fit_params, split_params : dict
        Parameters of `fit`, of which those with one value per sample are split, and of the
        splitter.

    Yields
    ------
    fold : FittedFold
        Each sample is in one test fold.

    Raises
    ------
    ValueError
        If the splitter does not test each sample exactly once.
    """
    X, y = indexable(X, y)
    for train, test in partition_splits(check_cv(cv, y, classifier=True), X, y, split_params):
        model = clone(estimator)
        X_train, y_train = _safe_split(model, X, y, train)
        X_test, _ = _safe_split(model, X, y, test, train)
        model.fit(X_train, y_train, **_check_method_params(X, fit_params, indices=train))
        yield FittedFold(model, X_test, test)
