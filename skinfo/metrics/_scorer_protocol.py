"""What scikit-learn asks of a scorer, beyond being called."""

from sklearn.base import BaseEstimator

from skinfo.utils._compat import RequestMethod, _BaseScorer


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
        # The predictions that `method_caller` shares are one column where there are two classes,
        # of the class that the first scorer to ask wanted. So we make our own.
        return self(estimator, X, y_true, **kwargs)
