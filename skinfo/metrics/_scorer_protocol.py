"""What scikit-learn asks of a scorer, beyond being called."""

from sklearn.base import BaseEstimator

from skinfo.utils._compat import RequestMethod, _BaseScorer, scorer_cache

# Where our predictions lie beside those of scikit-learn's scorers. Theirs are one column where
# there are two classes, of the class that the first scorer to ask wanted.
OURS = "skinfo predict_proba"


class ScorerProtocol(_BaseScorer):
    """Base of an estimator that is also a scorer. It comes after BaseEstimator.

    Multimetric scoring with weights calls `_accept_sample_weight`, and ScoringMonitor takes for
    one score only what is a `_BaseScorer`: a plain callable fails in both.
    """

    # Multimetric scoring looks here for predictions that scorers can share. `predict` is there
    # for classifiers without probabilities, so that they come as far as our own error.
    _response_method = ("predict_proba", "predict")

    # Requests are those of any estimator, read off the signature of `score`; _BaseScorer's are
    # read off a metric function that we do not have.
    _get_metadata_request = BaseEstimator._get_metadata_request
    set_score_request = RequestMethod("score", ["sample_weight"])

    def _accept_sample_weight(self):
        return True

    def _score(self, method_caller, estimator, X, y_true, **kwargs):
        """Score among other scorers, which share the predictions of one call of theirs."""
        responses = scorer_cache(method_caller)

        def predict_proba(X):
            names = [OURS]
            if _has_many_classes(estimator):
                names.append("predict_proba")
            for name in names:
                if name in responses:
                    return responses[name]
            prob = estimator.predict_proba(X)
            responses.update(dict.fromkeys(names, prob))
            return prob

        return self._scored(estimator, X, y_true, predict_proba=predict_proba, **kwargs)


def _has_many_classes(estimator):
    """Say whether scikit-learn's scorers are given the table of predictions as it is."""
    classes = getattr(estimator, "classes_", [])
    return not isinstance(classes, list) and len(classes) > 2
