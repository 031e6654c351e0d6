"""EntropyScorer: a scorer in bits, and a transformer that says how unsure a classifier is."""

from numbers import Real
from typing import ClassVar

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils import column_or_1d
from sklearn.utils.validation import check_is_fitted

from skinfo.metrics._class_probabilities import class_probabilities, output_probabilities
from skinfo.metrics._crossfit import cross_fitted
from skinfo.metrics._scorer_protocol import ScorerProtocol
from skinfo.metrics._scoring import score_predictions
from skinfo.metrics._settings import check_settings, refuse_mistaken_names
from skinfo.metrics._uncertainty_columns import output_columns
from skinfo.metrics._wrapped_classifier import WrappedClassifierMixin
from skinfo.utils._compat import (
    HasMethods,
    Interval,
    StrOptions,
    _check_feature_names_in,
    _fit_context,
)
from skinfo.utils._fit_state import unfitted_on_failure
from skinfo.utils._validation import MEANING_OF_Y, explain_missing_arguments


class EntropyScorer(
    WrappedClassifierMixin, ClassifierMixin, TransformerMixin, BaseEstimator, ScorerProtocol
):
    """Score probabilistic classifiers in bits, and say how unsure each prediction is.

    One object with two uses:

    - as a **scorer**, it goes where scikit-learn takes ``scoring=``. It is called with a fitted
      classifier, ``scorer(clf, X, y)``, and higher is better;
    - as a **meta-estimator**, it fits a classifier and its `transform` gives columns that say
      how unsure each prediction is. In a pipeline the next step is trained on columns predicted
      out of fold, so no row's column comes from a model that saw the row.

    Parameters
    ----------
    estimator : classifier with `predict_proba`, default=None
        The classifier that `fit` clones and fits; None is ``LogisticRegression()``. A scorer does
        not use it: it scores the classifier that it is called with.

    metric : {"neg_log_loss", "information_gain", "skill", "neg_miscalibration", \
            "discrimination", "neg_brier_score"}, or list, tuple or dict of such, \
            default="neg_log_loss"
        What to score; `get_scorer_names` lists them. H(y) is the entropy of the weighted class
        rates of the `y` that is scored. Losses are negated, and named as in scikit-learn.

        - ``"neg_log_loss"``: minus the cross-entropy, in bits per sample. 0 is perfect.
        - ``"information_gain"``: H(y) less the cross-entropy, in bits a sample. 0 is as good as
          knowing the class rates, H(y) is perfect, negative is worse than the class rates.
        - ``"skill"``: the information gain as a share of H(y). 1 is perfect. It is nan, with a
          warning, where `y` has one class and there is nothing to explain.
        - ``"neg_miscalibration"``: minus the bits per sample that recalibration would save, of
          `log_loss_decomposition`. 0 is calibrated.
        - ``"discrimination"``: the bits a sample that the predictions, recalibrated, save beside
          the class rates. The information gain is discrimination less miscalibration.
        - ``"neg_brier_score"``: minus the mean squared distance of the prediction from what
          happened, halved where there are two classes, as in scikit-learn. It has no unit.

        With a list, the scorer returns a dict, as scikit-learn's multimetric scoring expects; the
        predictions are made once. A dict gives the scores names: ``{"bits": "neg_log_loss"}``.
        `score` uses the first.

    base : float > 1, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats. Skill does not depend on it.

    output : {"entropy", "margin", "max_probability", "total", "aleatoric", "epistemic"}, or list \
            or tuple of such, default=("entropy",)
        The columns that `transform` gives, in this order.

        - ``"entropy"``: entropy of the prediction, in bits. 0 is sure, log2(n_classes) a guess.
        - ``"margin"``: the largest probability less the second largest; 1 is sure.
        - ``"max_probability"``: the largest probability; 1 is sure.
        - ``"total"``, ``"aleatoric"``, ``"epistemic"``: the entropy of an ensemble's prediction,
          the part that its members share, and the part in which they disagree, in bits, as in
          `uncertainty_decomposition`. For ensembles that predict the mean of their members:
          forests, bagging, soft voting, calibrated classifiers, others with such
          ``estimators_``; at the end of a pipeline, in a search, or frozen too.

    cv : int, cross-validation generator or iterable, default=5
        The folds that `fit_transform` predicts. An int (None is 5) is the number of stratified
        folds. They must test each row exactly once. `fit` and scoring do not use it.

    unseen : {"clip", "inf", "raise"}, default="clip"
        What a row costs in the log loss whose label the classifier was never trained on: 52
        bits, infinitely many, or a ValueError that names the labels.

    Attributes
    ----------
    estimator_ : classifier
        The fitted clone of `estimator`.

    classes_ : ndarray of shape (n_classes,)
        The class labels.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features_in_,), dtype object
        Names of features seen during `fit`, where `X` has string names.

    See Also
    --------
    cross_entropy_loss : The loss itself, for arrays.
    log_loss_decomposition : What the loss is made of, with errors.
    uncertainty_decomposition : The parts of an ensemble's uncertainty, for arrays.
    sklearn.metrics.log_loss : In nats, and needs each class in `y`.
    sklearn.metrics.d2_log_loss_score : The skill; needs two classes in `y`.

    Notes
    -----
    Columns of probabilities are matched to labels by the ``classes_`` of the classifier, so a fold
    that lacks a class is scored as any other. Probabilities below 2**-52 count as 2**-52, whatever
    their dtype. So a row of a class that was seen in training costs 52 bits at most. 2**-52 is the
    distance from one to the next float64: a smaller probability cannot be told from zero by
    its complement.

    Where `y` has several columns (labels that are there or not, or several outputs), each
    score is the mean over them; skill is nan if one of them has one class only.

    With metadata routing enabled, ask for weights in scoring by
    ``EntropyScorer().set_score_request(sample_weight=True)`` and in fitting by
    ``EntropyScorer(clf.set_fit_request(sample_weight=True))``. The ``groups`` of a group splitter
    reach `cv` through `fit_transform`. With it disabled, weights reach the scorer wherever
    scikit-learn passes them on, and what is given to `fit` goes to `estimator`.

    References
    ----------
    .. [1] I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B, 14(1),
       1952, 107-114.
    .. [2] T. Gneiting and A. E. Raftery, "Strictly proper scoring rules, prediction, and
       estimation", Journal of the American Statistical Association, 102(477), 2007, 359-378.

    Examples
    --------
    A scorer: how many of the log2(3) = 1.58 bits of the species do the predictions tell?

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV, cross_val_score
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skinfo.metrics import EntropyScorer
    >>> X, y = load_iris(return_X_y=True)
    >>> gain = EntropyScorer(metric="information_gain")
    >>> cross_val_score(GaussianNB(), X, y, scoring=gain).mean().round(2)
    np.float64(1.39)
    >>> grid = {"var_smoothing": [1e-9, 1e-2, 1]}
    >>> GridSearchCV(GaussianNB(), grid, scoring=EntropyScorer()).fit(X, y).best_params_
    {'var_smoothing': 0.01}

    A transformer: of which flowers is the classifier unsure?

    >>> unsure = EntropyScorer(GaussianNB(), output=["entropy", "max_probability"])
    >>> unsure.fit(X, y).transform(X[[0, 70]]).round(2)
    array([[0.  , 1.  ],
           [0.62, 0.85]])
    >>> unsure.get_feature_names_out()
    array(['entropyscorer_entropy', 'entropyscorer_max_probability'], dtype=object)
    """

    _parameter_constraints: ClassVar[dict] = {
        # predict_proba may appear in fit only, so it is asked for there.
        "estimator": [HasMethods("fit"), None],
        "metric": [str, list, tuple, dict],
        "base": [Interval(Real, 1, None, closed="neither")],  # below 1, lower would be better
        "output": [str, list, tuple],
        "cv": ["cv_object"],
        "unseen": [StrOptions({"clip", "inf", "raise"})],
    }

    def __init__(
        self,
        estimator=None,
        *,
        metric="neg_log_loss",
        base=2,
        output=("entropy",),
        cv=5,
        unseen="clip",
    ):
        # Parameters are checked when they are used, by scikit-learn's convention, but for two
        # mistakes: `cross_val_score` turns an error of its scorer into a score of nan. The metric
        # is what users expect as the first parameter, and the name of a loss as a metric.
        refuse_mistaken_names(estimator, metric)
        self.estimator = estimator
        self.metric = metric
        self.base = base
        self.output = output
        self.cv = cv
        self.unseen = unseen

    def __call__(self, estimator, X, y, sample_weight=None):
        """Score a fitted classifier.

        Parameters
        ----------
        estimator : fitted classifier
            It has `predict_proba` and `classes_`. It need not be `self.estimator`.

        X : array-like of shape (n_samples, n_features)
            Rows to predict.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their labels, or an indicator matrix of them, dense or sparse.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        score : float or dict of str to float
            Higher is better. A dict by metric where `metric` is a list, tuple or dict.

        Raises
        ------
        TypeError
            If the estimator has no `predict_proba`.
        ValueError
            If a prediction is no distribution, the labels and ``classes_`` are text on one side
            only, or a label is unseen and that is not allowed.
        """
        return self._scored(estimator, X, y, sample_weight)

    def _scored(self, estimator, X, y, sample_weight=None, predict_proba=None):
        """Return what a call of the scorer does, from predictions that may be shared."""
        # A scorer is never fitted, so this is where its parameters are looked at.
        self._validate_params()
        scores = self._metric_scores(estimator, X, y, sample_weight, predict_proba)
        return next(iter(scores.values())) if isinstance(self.metric, str) else scores

    def _metric_scores(self, estimator, X, y, sample_weight, predict_proba=None):
        """Return the score of `estimator` in each metric, a dict in the order of `metric`."""
        metrics, _, unit = self._settings()
        y = y.toarray() if issparse(y) else np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            outputs = output_probabilities(estimator, X, y, predict_proba)
        else:
            outputs = [class_probabilities(estimator, X, predict_proba)]
            y = column_or_1d(y)
        return score_predictions(
            outputs, y, sample_weight, metrics=metrics, nats_per_unit=unit, unseen=self.unseen
        )

    @explain_missing_arguments(y=MEANING_OF_Y)
    @unfitted_on_failure
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, **fit_params):
        """Fit a clone of `estimator`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows, in any form that `estimator` takes.

        y : array-like of shape (n_samples,)
            Class labels.

        **fit_params : dict
            For the `fit` of `estimator`, such as ``sample_weight``; routed where metadata routing
            is enabled.

        Returns
        -------
        self : EntropyScorer
            Fitted.
        """
        self._settings()
        self._fit_estimator(X, y, self._route("fit", fit_params)["estimator"]["fit"])
        return self

    @unfitted_on_failure
    @_fit_context(prefer_skip_nested_validation=False)
    def fit_transform(self, X, y, **fit_params):
        """Fit, and give the columns of the training rows, predicted out of fold.

        This is not ``fit(X, y).transform(X)``: each row is predicted by a clone that was fitted
        on the folds of `cv` without it, so that what is trained on these columns meets the same
        unsureness that it will meet on new rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows, in any form that `estimator` takes.

        y : array-like of shape (n_samples,)
            Class labels.

        **fit_params : dict
            For the `fit` of `estimator` (those with one value a row are split with the folds)
            and, where metadata routing is enabled, for the `split` of `cv`.

        Returns
        -------
        columns : ndarray of shape (n_samples, n_outputs), dtype float64
            The columns of `output`.
        """
        n_outputs = len(self._settings().outputs)
        routed = self._route("fit_transform", fit_params)
        to_fit, to_split = routed["estimator"]["fit"], routed["splitter"]["split"]
        y = self._fit_estimator(X, y, to_fit)
        columns = np.empty((len(y), n_outputs))
        for model, X_test, test in cross_fitted(
            self._base_estimator(), X, y, self.cv, fit_params=to_fit, split_params=to_split
        ):
            columns[test] = self._columns(model, X_test)
        return columns

    def transform(self, X):
        """Say how unsure the prediction of each row is.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows to predict.

        Returns
        -------
        columns : ndarray of shape (n_samples, n_outputs), dtype float64
            The columns of `output`.
        """
        check_is_fitted(self)
        return self._columns(self.estimator_, X)

    def score(self, X, y, sample_weight=None):
        """Score the fitted classifier in `metric`, or in the first of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows to predict.

        y : array-like of shape (n_samples,)
            Their labels.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        score : float
            Higher is better.
        """
        check_is_fitted(self)
        return next(iter(self._metric_scores(self.estimator_, X, y, sample_weight).values()))

    def get_feature_names_out(self, input_features=None):
        """Name the columns that `transform` gives.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Only checked against the features seen in `fit`.

        Returns
        -------
        names : ndarray of shape (n_outputs,), dtype object
            ``entropyscorer_entropy`` and so on: with the name of the class, as scikit-learn
            names what is no input column, so that they cannot collide with a column of `X`.
        """
        check_is_fitted(self)
        _check_feature_names_in(self, input_features, generate_names=False)
        prefix = type(self).__name__.lower()
        return np.array([f"{prefix}_{name}" for name in self._settings().outputs], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # columns are float64 whatever comes in
        # The answer is the same on every run. But this is the one tag that tells scikit-learn's
        # checks, which alone read it, not to expect fit_transform to be fit, then transform.
        tags.non_deterministic = True
        return tags

    def _columns(self, model, X):
        """Return the columns of `output` that a fitted `model` gives for `X`."""
        _, outputs, unit = self._settings()
        return output_columns(model, X, outputs, nats_per_unit=unit)

    def _settings(self):
        return check_settings(self.metric, self.output, self.base)
