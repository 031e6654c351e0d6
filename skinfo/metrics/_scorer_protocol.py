"""Private protocol of scikit-learn's scorers."""

from sklearn.base import BaseEstimator

from skinfo.utils._compat import RequestMethod, _BaseScorer, scorer_cache

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
            names = [RESPONSE_KEY]
            if _is_multiclass(estimator):
                names.append("predict_proba")
            for name in names:
                if name in responses:
                    return responses[name]
            prob = estimator.predict_proba(X)
            responses.update(dict.fromkeys(names, prob))
            return prob

        return self._scored(estimator, X, y_true, predict_proba=predict_proba, **kwargs)


def _is_multiclass(estimator):
    """Return whether scikit-learn's scorers store the complete array of predictions."""
    classes = getattr(estimator, "classes_", [])
    return not isinstance(classes, list) and len(classes) > 2
