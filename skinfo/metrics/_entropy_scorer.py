"""EntropyScorer: a scorer in bits, and a transformer to predictive uncertainties."""

from numbers import Real
from typing import Any, ClassVar, NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils import column_or_1d
from sklearn.utils.validation import check_is_fitted

from skinfo._counts._as_source import is_in_parts, table_in_parts
from skinfo._counts._kinds import unmasked
from skinfo._counts._source import columns_by_name
from skinfo.metrics._class_probabilities import (
    OUTPUTS,
    PredictiveUncertainty,
    predict_output,
    predict_outputs,
)
from skinfo.metrics._pieces import PartOfTable, Pieces
from skinfo.metrics._scorer_bases import ScorerProtocol, WrappedClassifierMixin, cross_fit
from skinfo.metrics._scorer_metrics import (
    LOSSES,
    METRICS,
    merge_sums,
    refuse_ranked,
    score_predictions,
    score_sums,
    sum_predictions,
)
from skinfo.utils._compat import (
    HasMethods,
    Interval,
    StrOptions,
    _check_feature_names_in,
    _fit_context,
)
from skinfo.utils._doc_link import DocLinkMixin
from skinfo.utils._fit_state import unfitted_on_failure
from skinfo.utils._progress import CallbackSupportMixin, Progress, reported, with_callbacks
from skinfo.utils._saved_state import SavedStateMixin
from skinfo.utils._text import short_repr
from skinfo.utils._validation import (
    MEANING_OF_Y,
    check_base,
    explain_missing_arguments,
    match_name,
)


class EntropyScorer(
    CallbackSupportMixin,
    WrappedClassifierMixin,
    DocLinkMixin,
    SavedStateMixin,
    ClassifierMixin,
    TransformerMixin,
    BaseEstimator,
    ScorerProtocol,
):
    """Score classifiers in bits, or transform samples to their predictive uncertainty.

    One object with two uses:

    - as a **scorer**, it is accepted wherever scikit-learn takes ``scoring=``. It is called with
      a fitted classifier, ``scorer(clf, X, y)``, and higher is better;
    - as a **meta-estimator**, it fits a classifier, and `transform` returns measures of the
      uncertainty of each prediction. In a pipeline the next step is trained on out-of-fold
      predictions, so no sample is predicted by a model that was trained on it.

    Parameters
    ----------
    estimator : classifier with `predict_proba`, default=None
        The classifier that `fit` clones and fits; None is ``LogisticRegression()``. Not used as a
        scorer, which scores the classifier that it is called with.

    metric : {"neg_log_loss", "information_gain", "skill", "neg_miscalibration", \
            "discrimination", "neg_brier_score", "neg_calibration_error"}, or list, tuple or \
            dict of such, default="neg_log_loss"
        The metric; `get_scorer_names` lists them. H(y) is the entropy of the weighted class
        prevalences of the `y` that is scored. Losses are negated, and named as in scikit-learn.

        - ``"neg_log_loss"``: minus the cross-entropy, in bits per sample. 0 is perfect.
        - ``"information_gain"``: H(y) minus the cross-entropy, in bits per sample. H(y) is
          perfect, 0 is as good as predicting the class prevalences, negative is worse.
        - ``"skill"``: the information gain as a proportion of H(y). 1 is perfect. It is nan, with
          a warning, if `y` has one class and there is no uncertainty to explain.
        - ``"neg_miscalibration"``: minus the reduction of the log loss by recalibration, in bits
          per sample, as in `log_loss_decomposition`. 0 is calibrated.
        - ``"discrimination"``: H(y) minus the log loss of the recalibrated predictions, in bits
          per sample. The information gain is discrimination minus miscalibration.
        - ``"neg_brier_score"``: minus the mean squared distance of the prediction from the
          one-hot label, halved for two classes, as in scikit-learn. It has no unit.
        - ``"neg_calibration_error"``: minus the expected calibration error of
          `calibration_error`, in 15 bins, of the second class of two or of the top label. It has
          no unit; ``"neg_miscalibration"`` needs no bins.

        With a list, the scorer returns a dict, as scikit-learn's multimetric scoring expects; the
        predictions are computed once. A dict names the scores: ``{"bits": "neg_log_loss"}``.
        `score` uses the first.

    base : float > 1, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats. Skill does not depend on it.

    output : {"entropy", "margin", "max_probability", "total", "aleatoric", "epistemic"}, or list \
            or tuple of such, default=("entropy",)
        The columns that `transform` returns, in this order.

        - ``"entropy"``: entropy of the prediction, in bits. 0 is certain, log2(n_classes) uniform.
        - ``"margin"``: the largest minus the second largest probability; 1 is certain.
        - ``"max_probability"``: the largest probability; 1 is certain.
        - ``"total"``, ``"aleatoric"``, ``"epistemic"``: the entropy of the prediction of an
          ensemble, the mean entropy of its members, and their disagreement, in bits, as in
          `uncertainty_decomposition`. For ensembles that predict the mean of their members:
          forests, bagging, soft voting, calibrated classifiers, others with such
          ``estimators_``; also as the last step of a pipeline, in a search, or frozen.

    cv : int, cross-validation generator or iterable, default=5
        The folds of `fit_transform`. An int (None is 5) is the number of stratified folds. Each
        sample must be tested exactly once. Not used by `fit` and scoring.

    unseen : {"clip", "inf", "raise"}, default="clip"
        Log loss of a sample whose label is not a class of the classifier: 52 bits, infinite, or a
        ValueError that names the labels.

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
    log_loss_decomposition : Components of the loss, with standard errors.
    uncertainty_decomposition : Aleatoric and epistemic uncertainty, for arrays.
    sklearn.metrics.log_loss : In nats, and needs each class in `y`.
    sklearn.metrics.d2_log_loss_score : The skill; needs two classes in `y`.

    Notes
    -----
    Columns of probabilities are matched to labels by the ``classes_`` of the classifier, so a fold
    that lacks a class is scored as any other. Probabilities below 2**-52 count as 2**-52, whatever
    their dtype, so a sample of a class that was seen in training costs at most 52 bits. 2**-52 is
    the distance from one to the next float64: the complement of a smaller probability is one.

    If `y` has several columns (a multilabel indicator matrix, or several outputs), each score is
    the mean over them; skill is nan if one of them has a single class.

    With metadata routing enabled, request weights for scoring by
    ``EntropyScorer().set_score_request(sample_weight=True)`` and for fitting by
    ``EntropyScorer(clf.set_fit_request(sample_weight=True))``. The ``groups`` of a group splitter
    reach `cv` through `fit_transform`. With it disabled, weights reach the scorer wherever
    scikit-learn passes them on, and parameters of `fit` are passed to `estimator`.

    References
    ----------
    .. [1] I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B, 14(1),
       1952, 107-114.
    .. [2] T. Gneiting and A. E. Raftery, "Strictly proper scoring rules, prediction, and
       estimation", Journal of the American Statistical Association, 102(477), 2007, 359-378.

    Examples
    --------
    A scorer: the information gain of the predictions, of at most log2(3) = 1.58 bits:

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

    A transformer: the uncertainty of the prediction of two flowers:

    >>> uncertainty = EntropyScorer(GaussianNB(), output=["entropy", "max_probability"])
    >>> uncertainty.fit(X, y).transform(X[[0, 70]]).round(2)
    array([[0.  , 1.  ],
           [0.62, 0.85]])
    >>> uncertainty.get_feature_names_out()
    array(['entropyscorer_entropy', 'entropyscorer_max_probability'], dtype=object)
    """

    _parameter_constraints: ClassVar[dict] = {
        # predict_proba may be available after fit only, so it is checked there.
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
        # By scikit-learn's convention parameters are validated when they are used. Two common
        # mistakes are refused here, because `cross_val_score` turns an error of its scorer into a
        # score of nan: the metric as the first parameter, and the name of a loss as a metric.
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
            With `predict_proba` and `classes_`. Need not be `self.estimator`.

        X : array-like or table of shape (n_samples, n_features), or iterable
            Samples to predict. A table that is not in memory, of any kind that
            `skinfo.MutualInfoBinner` takes, such as an iterable of ``(X, y)``, is predicted part
            by part where it is, in one pass, for the metrics that do not rank predictions.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
            True labels, or an indicator matrix, dense or sparse; or the name of a column of X.
            None where chunks hold it.

        sample_weight : array-like of shape (n_samples,) or str, default=None
            Sample weights, or the name of a column of X.

        Returns
        -------
        score : float or dict of str to float
            Higher is better. A dict by metric where `metric` is a list, tuple or dict.

        Raises
        ------
        TypeError
            If the estimator has no `predict_proba`.
        ValueError
            If a prediction is not a distribution, only one of the labels and ``classes_`` is
            text, a label is unseen and ``unseen="raise"``, or X comes in parts and `metric` is
            ``"neg_miscalibration"``, ``"discrimination"`` or ``"neg_calibration_error"``.
        """
        return self._scored(estimator, X, y, sample_weight)

    def _scored(self, estimator, X, y, sample_weight=None, predict_proba=None):
        """Return the result of calling the scorer, from predictions that may be shared."""
        # A scorer is never fitted, so its parameters are validated here.
        self._validate_params()
        scores = self._metric_scores(estimator, X, y, sample_weight, predict_proba)
        return next(iter(scores.values())) if isinstance(self.metric, str) else scores

    def _metric_scores(self, estimator, X, y, sample_weight, predict_proba=None):
        """Return the scores of `estimator`, a dict in the order of `metric`."""
        settings = self._settings()
        score = {
            "metrics": settings.metrics,
            "nats_per_unit": settings.nats_per_unit,
            "unseen": self.unseen,
        }
        parts = None
        if y is None or isinstance(y, str) or is_in_parts(y):
            parts = table_in_parts(X, y, sample_weight)
        if parts is None:
            X, y, sample_weight = columns_by_name(X, y, sample_weight)
            outputs, y = _predictions(estimator, X, y, predict_proba)
            return score_predictions(outputs, y, sample_weight, **score)
        refuse_ranked(settings.metrics)
        summarise = _SumsOfPart(estimator, self.unseen)
        pieces = Pieces(parts.partitions, PartOfTable(parts.y, parts.sample_weight))
        return score_sums(pieces.reduce(summarise, merge_sums), **score)

    @with_callbacks
    @explain_missing_arguments(y=MEANING_OF_Y)
    @unfitted_on_failure
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, **fit_params):
        """Fit a clone of `estimator`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training samples, in any form that `estimator` accepts.

        y : array-like of shape (n_samples,)
            Class labels.

        **fit_params : dict
            Parameters of the `fit` of `estimator`, such as ``sample_weight``; routed if metadata
            routing is enabled.

        Returns
        -------
        self : EntropyScorer
            The fitted object.
        """
        self._settings()
        with Progress(self, X, y) as progress:
            progress.begin(1)
            self._fit_estimator(X, y, self._route("fit", fit_params)["estimator"]["fit"])
            progress.step("classifier")
            progress.end()
        return self

    @with_callbacks
    @unfitted_on_failure
    @_fit_context(prefer_skip_nested_validation=False)
    def fit_transform(self, X, y, **fit_params):
        """Fit, and return the columns of the training samples, predicted out of fold.

        This differs from ``fit(X, y).transform(X)``: each sample is predicted by a clone that was
        fitted on the training fold without it. The columns have the same distribution as on new
        samples, which matters to a model that is trained on them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training samples, in any form that `estimator` accepts.

        y : array-like of shape (n_samples,)
            Class labels.

        **fit_params : dict
            Parameters of the `fit` of `estimator` (those with one value per sample are split with
            the folds) and, if metadata routing is enabled, of the `split` of `cv`.

        Returns
        -------
        columns : ndarray of shape (n_samples, n_outputs), dtype float64
            The columns of `output`.
        """
        n_outputs = len(self._settings().outputs)
        routed = self._route("fit_transform", fit_params)
        to_fit, to_split = routed["estimator"]["fit"], routed["splitter"]["split"]
        with Progress(self, X, y) as progress:
            progress.begin()
            y = self._fit_estimator(X, y, to_fit)
            progress.step("classifier")
            columns = np.empty((len(y), n_outputs))
            folds = cross_fit(
                self._base_estimator(), X, y, self.cv, fit_params=to_fit, split_params=to_split
            )
            for fold in reported("fold", folds):
                columns[fold.test] = self._columns(fold.model, fold.X_test)
            progress.end()
        return columns

    def transform(self, X):
        """Return the uncertainty of each prediction.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples to predict.

        Returns
        -------
        columns : ndarray of shape (n_samples, n_outputs), dtype float64
            The columns of `output`.
        """
        check_is_fitted(self)
        return self._columns(self.estimator_, X)

    def score(self, X, y, sample_weight=None):
        """Score the fitted classifier by `metric`, or by the first metric.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples to predict.

        y : array-like of shape (n_samples,)
            True labels.

        sample_weight : array-like of shape (n_samples,), default=None
            Sample weights.

        Returns
        -------
        score : float
            Higher is better.
        """
        check_is_fitted(self)
        return next(iter(self._metric_scores(self.estimator_, X, y, sample_weight).values()))

    def get_feature_names_out(self, input_features=None):
        """Return the names of the columns of `transform`.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Only used to validate feature names with the names seen in `fit`.

        Returns
        -------
        names : ndarray of shape (n_outputs,), dtype object
            ``entropyscorer_entropy`` and so on: prefixed by the name of the class, as in
            scikit-learn, so that they do not collide with columns of `X`.
        """
        check_is_fitted(self)
        _check_feature_names_in(self, input_features, generate_names=False)
        prefix = type(self).__name__.lower()
        return np.array([f"{prefix}_{name}" for name in self._settings().outputs], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # columns are always float64
        # Results are reproducible. But only this tag, which only scikit-learn's estimator checks
        # read, keeps them from expecting that fit_transform equals fit followed by transform.
        tags.non_deterministic = True
        return tags

    def _columns(self, model, X):
        """Return the columns of `output` of a fitted `model`."""
        settings = self._settings()
        predicted = PredictiveUncertainty(model, X, settings.nats_per_unit)
        return np.column_stack([OUTPUTS[name](predicted) for name in settings.outputs])

    def _settings(self):
        """Return the ScorerSettings; raise ValueError if a name or the base is invalid."""
        if isinstance(self.metric, dict) and self.metric:
            metrics = {name: _match_metric(metric) for name, metric in self.metric.items()}
        else:
            names = _check_names(self.metric, METRICS, _match_metric, "metric")
            metrics = dict(zip(names, names, strict=True))
        outputs = _check_names(self.output, OUTPUTS, _match_output, "output")
        return ScorerSettings(metrics, outputs, check_base(self.base))


def _predictions(estimator, X, y, predict_proba=None):
    """Return the predictions of each output, and y of one or two dimensions."""
    y = y.toarray() if issparse(y) else np.asarray(unmasked(y))
    if y.ndim == 2 and y.shape[1] > 1:
        return predict_outputs(estimator, X, y, predict_proba), y
    return [predict_output(estimator, X, predict_proba)], column_or_1d(y)


class _SumsOfPart(NamedTuple):
    """From samples to the OutputSums of each output; it is sent to where the samples are."""

    estimator: Any
    unseen: str

    def __call__(self, piece):
        (X,) = piece.predictions
        outputs, y = _predictions(self.estimator, X, piece.y_true)
        return sum_predictions(outputs, y, piece.sample_weight, unseen=self.unseen)


class ScorerSettings(NamedTuple):
    """Checked parameters of an EntropyScorer."""

    metrics: dict[str, str]  # names in METRICS, by the names of the scores
    outputs: tuple[str, ...]  # names in OUTPUTS
    nats_per_unit: float  # the unit of `base`


def refuse_mistaken_names(estimator, metric):
    """Raise TypeError for a metric given as the classifier, ValueError for a loss as a metric."""
    if isinstance(estimator, str):
        name = LOSSES.get(estimator.lower(), estimator.lower())
        if name in METRICS:
            raise TypeError(
                "The first parameter of EntropyScorer is a classifier, got the name "
                f"{short_repr(estimator)}. Did you mean EntropyScorer(metric={short_repr(name)})?"
            )
    names = list(metric.values()) if isinstance(metric, dict) else metric
    for name in names if isinstance(names, (list, tuple)) else [names]:
        _refuse_loss(name)


def _refuse_loss(name):
    if isinstance(name, str) and name.lower() in LOSSES:
        raise ValueError(
            f"metric={short_repr(name)} is a loss, and the scores of EntropyScorer are higher for "
            "better predictions: the name of the negated loss is "
            f"{short_repr(LOSSES[name.lower()])}."
        )


def _match_metric(name):
    _refuse_loss(name)
    return match_name(name, METRICS, parameter="metric", caller="EntropyScorer")


def _match_output(name):
    return match_name(name, OUTPUTS, parameter="output", caller="EntropyScorer")


def _check_names(names, table, match, parameter):
    """Return one name or several distinct names of `table` as a tuple, spelt as in `table`."""
    names = tuple(map(match, [names] if isinstance(names, str) else names))
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"{parameter} must be one of {sorted(table)}, or a list of distinct ones; "
            f"got {short_repr(list(names))}."
        )
    return names
