"""An estimator that holds a classifier: fits it, asks it, routes metadata to it."""

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Bunch, assert_all_finite, column_or_1d, get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from skinfo.metrics._class_probabilities import require_probabilities
from skinfo.utils._compat import _routing_enabled


class WrappedClassifierMixin:
    """For estimators with the parameters `estimator`, a classifier or None, and `cv`."""

    def predict(self, X):
        """Predict labels with the fitted classifier.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows to predict.

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
            Rows to predict.

        Returns
        -------
        y_prob : ndarray of shape (n_samples, n_classes)
            Probabilities, columns in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    def get_metadata_routing(self):
        """Return what metadata this object asks for and passes on.

        Returns
        -------
        routing : MetadataRouter
            `score` asks for itself; `fit` and `fit_transform` pass on to `estimator`, and
            `fit_transform` to `cv`.
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
        """Say which of `params` go to ``["estimator"]["fit"]`` and ``["splitter"]["split"]``."""
        if _routing_enabled():
            return process_routing(self, method, **params)
        return Bunch(estimator=Bunch(fit=params), splitter=Bunch(split={}))

    def _fit_estimator(self, X, y, fit_params):
        """Fit a clone on all rows; return `y` as an array of shape (n_samples,)."""
        validate_data(self, X, y, skip_check_array=True)
        shape = np.asarray(y).shape
        if len(shape) == 2 and shape[1] > 1:
            raise ValueError(
                f"EntropyScorer fits classifiers of one output, and y has {shape[1]} columns. As "
                "a scorer it takes them: EntropyScorer()(fitted_classifier, X, y)."
            )
        y = column_or_1d(y, warn=True)
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
        self.estimator_ = clone(self._base_estimator()).fit(X, y, **fit_params)
        require_probabilities(self.estimator_)
        self.classes_ = self.estimator_.classes_
        return y
