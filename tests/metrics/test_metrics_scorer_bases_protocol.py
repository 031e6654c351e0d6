"""EntropyScorer in each tool of scikit-learn that takes scoring=, routing off and on."""

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import RFECV, SequentialFeatureSelector
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.metrics import check_scoring, log_loss, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
    validation_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinfo.metrics import EntropyScorer, get_scorer_names

SKLEARN = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
CV = StratifiedKFold(3)
LOSSES = ["neg_log_loss", "information_gain", "skill"]


@pytest.fixture(params=[False, True], ids=["routing off", "routing on"])
def routing(request):
    with sklearn.config_context(enable_metadata_routing=request.param):
        yield request.param


@pytest.fixture(scope="module")
def data():
    X, y = make_classification(
        240, 5, n_informative=3, n_redundant=0, n_classes=3, n_clusters_per_class=1, random_state=0
    )
    return X, np.array(["a", "b", "c"])[y], np.random.default_rng(0).integers(1, 4, 240)


@pytest.fixture
def ask(routing):
    """Ask for weights in fit and in score, where asking is what routing needs."""

    def ask(clf, scorer):
        if not routing:
            return clf, scorer
        return clf.set_fit_request(sample_weight=True), scorer.set_score_request(
            sample_weight=True
        )

    return ask


def fold_scores(clf, X, y, weight=None):
    """What each fold of CV must score: scikit-learn's loss of a model fitted separately."""
    scores = []
    for train, test in CV.split(X, y):
        fit_weight, test_weight = (None, None) if weight is None else (weight[train], weight[test])
        model = clone(clf).fit(X[train], y[train], sample_weight=fit_weight)
        loss = log_loss(y[test], model.predict_proba(X[test]), sample_weight=test_weight)
        scores.append(-loss / np.log(2))
    return scores


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_cross_validation(routing, data, n_jobs):
    X, y, _ = data
    expected = fold_scores(LogisticRegression(), X, y)
    scorer = EntropyScorer()
    clf = LogisticRegression()
    assert_allclose(cross_val_score(clf, X, y, cv=CV, scoring=scorer, n_jobs=n_jobs), expected)
    assert_allclose(cross_validate(clf, X, y, cv=CV, scoring=scorer)["test_score"], expected)


def test_weights_reach_fit_and_score(ask, data):
    X, y, weight = data
    clf, scorer = ask(LogisticRegression(), EntropyScorer())
    search = GridSearchCV(clf, {"C": [1.0]}, cv=CV, scoring=scorer)
    search.fit(X, y, sample_weight=weight)
    expected = fold_scores(LogisticRegression(), X, y, weight)
    assert_allclose([search.cv_results_[f"split{i}_test_score"][0] for i in range(3)], expected)


def test_weights_reach_each_scorer_of_a_multimetric_search(routing, ask, data):
    X, y, weight = data
    clf, scorer = ask(LogisticRegression(), EntropyScorer())
    accuracy = make_scorer(sklearn.metrics.accuracy_score)
    if routing:
        accuracy.set_score_request(sample_weight=True)
    search = GridSearchCV(
        clf, {"C": [1.0]}, cv=CV, scoring={"bits": scorer, "accuracy": accuracy}, refit="bits"
    )
    search.fit(X, y, sample_weight=weight)
    expected = fold_scores(LogisticRegression(), X, y, weight)
    assert_allclose([search.cv_results_[f"split{i}_test_bits"][0] for i in range(3)], expected)
    assert set(search.scorer_) == {"bits", "accuracy"}


def test_weights_that_nobody_asked_for_are_refused_with_routing(data):
    X, y, weight = data
    with sklearn.config_context(enable_metadata_routing=True):
        clf = LogisticRegression().set_fit_request(sample_weight=True)
        search = GridSearchCV(clf, {"C": [1.0]}, scoring=EntropyScorer())
        with pytest.raises(UnsetMetadataPassedError, match=r"EntropyScorer.*\.score"):
            search.fit(X, y, sample_weight=weight)
        search.set_params(scoring=EntropyScorer().set_score_request(sample_weight=False))
        search.fit(X, y, sample_weight=weight)


def test_weights_under_another_name(data):
    X, y, weight = data
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = clone(EntropyScorer().set_score_request(sample_weight="test_weight"))
        clf = LogisticRegression().set_fit_request(sample_weight=True)
        scores = cross_validate(
            clf,
            X,
            y,
            cv=CV,
            scoring=scorer,
            params={"sample_weight": weight, "test_weight": weight},
        )
    assert_allclose(scores["test_score"], fold_scores(LogisticRegression(), X, y, weight))


def test_score_request_knows_what_score_takes():
    with (
        sklearn.config_context(enable_metadata_routing=True),
        pytest.raises(TypeError, match=r"Unexpected args: .*groups"),
    ):
        EntropyScorer().set_score_request(groups=True)
    with pytest.raises(RuntimeError, match="only available when metadata routing is enabled"):
        EntropyScorer().set_score_request(sample_weight=True)


def test_several_metrics_of_one_prediction(routing, data):
    X, y, _ = data
    scorer = EntropyScorer(metric=LOSSES)
    search = GridSearchCV(
        LogisticRegression(), {"C": [0.01, 1.0]}, cv=CV, scoring=scorer, refit="skill"
    ).fit(X, y)
    loss, gain, skill = (search.cv_results_[f"mean_test_{name}"] for name in LOSSES)
    # The folds are stratified: H(y) is the same in each, and gain = H(y) - loss.
    prior = gain - loss
    assert_allclose(prior[0], prior[1])
    assert_allclose(skill, 1 + loss / prior[0], rtol=1e-3)
    assert search.best_index_ == np.argmax(skill)


def test_each_metric_in_a_search(routing, data):
    X, y, _ = data
    names = {f"my {name}": name for name in get_scorer_names()}
    search = GridSearchCV(
        LogisticRegression(),
        {"C": [1e-4, 1.0]},
        cv=CV,
        scoring=EntropyScorer(metric=names),
        refit="my neg_brier_score",
    ).fit(X, y)
    assert search.best_params_ == {"C": 1.0}
    fitted = [clone(search.best_estimator_).fit(X[train], y[train]) for train, _ in CV.split(X, y)]
    for shown, name in names.items():
        scorer = EntropyScorer(metric=name)
        scores = [
            scorer(model, X[test], y[test])
            for model, (_, test) in zip(fitted, CV.split(X, y), strict=True)
        ]
        assert_allclose(search.cv_results_[f"mean_test_{shown}"][1], np.mean(scores))


def test_searches(routing, data):
    X, y, _ = data
    grid = {"C": [1e-4, 1.0]}
    for search in (
        GridSearchCV(LogisticRegression(), grid, cv=CV, scoring=EntropyScorer()),
        RandomizedSearchCV(LogisticRegression(), grid, n_iter=2, cv=CV, scoring=EntropyScorer()),
        HalvingGridSearchCV(
            LogisticRegression(), grid, cv=CV, scoring=EntropyScorer(), random_state=0
        ),
        HalvingRandomSearchCV(
            LogisticRegression(),
            grid,
            n_candidates=2,
            cv=CV,
            scoring=EntropyScorer(),
            random_state=0,
        ),
    ):
        assert search.fit(X, y).best_params_ == {"C": 1.0}
    assert search.score(X, y) == EntropyScorer()(search, X, y)


def test_parameters_of_the_scorer_are_parameters_of_the_search():
    search = GridSearchCV(LogisticRegression(), {}, scoring=EntropyScorer())
    search.set_params(scoring__base=10)
    assert search.scoring.base == 10


def test_curves(routing, data):
    X, y, _ = data
    _, _, test = learning_curve(
        LogisticRegression(), X, y, cv=CV, train_sizes=[0.5, 1.0], scoring=EntropyScorer()
    )
    assert_allclose(test[1], fold_scores(LogisticRegression(), X, y))
    _, test = validation_curve(
        LogisticRegression(),
        X,
        y,
        param_name="C",
        param_range=[1e-4, 1.0],
        cv=CV,
        scoring=EntropyScorer(),
    )
    assert_allclose(test[1], fold_scores(LogisticRegression(), X, y))


def test_permutation_test_score(routing, data):
    X, y, _ = data
    score, _, pvalue = permutation_test_score(
        LogisticRegression(),
        X,
        y,
        cv=CV,
        n_permutations=4,
        scoring=EntropyScorer(),
        random_state=0,
    )
    assert_allclose(score, np.mean(fold_scores(LogisticRegression(), X, y)))
    assert pvalue == 1 / 5


def test_permutation_importance(routing, data):
    X, y, weight = data
    model = LogisticRegression().fit(X, y)
    kwargs = {"n_repeats": 2, "random_state": 0, "sample_weight": weight}
    one = permutation_importance(model, X, y, scoring=EntropyScorer(), **kwargs)
    # Losses and gains differ by H(y), which does not depend on X.
    many = permutation_importance(model, X, y, scoring=EntropyScorer(metric=LOSSES), **kwargs)
    named = permutation_importance(
        model,
        X,
        y,
        scoring={"bits": EntropyScorer(), "acc": "accuracy"},
        **{**kwargs, "sample_weight": None},
    )
    assert one.importances_mean.max() > 0.1
    assert_allclose(many["information_gain"].importances, one.importances, atol=1e-12)
    assert set(named) == {"bits", "acc"}


def test_feature_selection(routing, data):
    X, y, _ = data
    noisy = np.column_stack([X, np.random.default_rng(1).normal(size=(len(X), 2))])
    for selector in (
        RFECV(LogisticRegression(), cv=CV, scoring=EntropyScorer()),
        SequentialFeatureSelector(
            LogisticRegression(), n_features_to_select=3, cv=CV, scoring=EntropyScorer()
        ),
    ):
        assert not selector.fit(noisy, y).support_[-2:].any()


def test_logistic_regression_cv(routing, data):
    X, y, _ = data
    kwargs = {"use_legacy_attributes": False, "l1_ratios": (0.0,)} if SKLEARN >= (1, 8) else {}
    model = LogisticRegressionCV(Cs=[1e-4, 1.0], cv=CV, scoring=EntropyScorer(), **kwargs)
    assert np.unique(model.fit(X, y).C_) == 1.0


def test_pipeline_is_scored_as_its_last_step(ask, data):
    X, y, weight = data
    clf, scorer = ask(LogisticRegression(), EntropyScorer())
    pipe = make_pipeline(StandardScaler(with_mean=False, with_std=False), clf)
    name = "sample_weight" if sklearn.get_config()["enable_metadata_routing"] else None
    if name:
        pipe[0].set_fit_request(sample_weight=False)
        scores = cross_validate(pipe, X, y, cv=CV, scoring=scorer, params={name: weight})
        assert_allclose(scores["test_score"], fold_scores(LogisticRegression(), X, y, weight))
    else:
        scores = cross_val_score(pipe, X, y, cv=CV, scoring=scorer)
        assert_allclose(scores, fold_scores(LogisticRegression(), X, y))


def test_pipelines_in_a_pipeline_in_a_search(ask, data):
    X, y, weight = data
    clf, scorer = ask(LogisticRegression(), EntropyScorer())
    scale = StandardScaler(with_mean=False, with_std=False)
    params = {}
    if sklearn.get_config()["enable_metadata_routing"]:
        scale.set_fit_request(sample_weight=False)
        params = {"sample_weight": weight}
    nested = make_pipeline(make_pipeline(scale), make_pipeline(clf))
    search = GridSearchCV(
        nested, {"pipeline-2__logisticregression__C": [1.0]}, cv=CV, scoring=scorer
    ).fit(X, y, **params)
    expected = fold_scores(LogisticRegression(), X, y, params.get("sample_weight"))
    assert_allclose([search.cv_results_[f"split{i}_test_score"][0] for i in range(3)], expected)


def test_check_scoring_keeps_the_scorer(data):
    X, y, _ = data
    scorer = EntropyScorer()
    assert check_scoring(LogisticRegression(), scorer) is scorer
    model = LogisticRegression().fit(X, y)
    both = check_scoring(model, {"bits": scorer, "neg_log_loss": "neg_log_loss"})(model, X, y)
    assert_allclose(both["bits"], both["neg_log_loss"] / np.log(2))


def test_two_classes_with_a_scorer_of_the_other_class(data):
    # Scorers that share predictions share one column, here that of the class "a".
    X, y, _ = data
    y = np.where(y == "a", "a", "b")
    model = LogisticRegression().fit(X, y)
    recall = make_scorer(
        sklearn.metrics.roc_auc_score, response_method="predict_proba", labels=None
    )
    brier = make_scorer(
        sklearn.metrics.brier_score_loss, response_method="predict_proba", pos_label="a"
    )
    scores = check_scoring(model, {"brier": brier, "bits": EntropyScorer(), "auc": recall})(
        model, X, y
    )
    assert_allclose(scores["bits"], EntropyScorer()(model, X, y))


class Counting(LogisticRegression):
    """Counts how often it predicts."""

    def predict_proba(self, X):
        self.n_calls = getattr(self, "n_calls", 0) + 1
        return super().predict_proba(X)


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_a_dict_of_scorers_predicts_once(routing, data, first):
    X, y, _ = data
    ours = {"bits": EntropyScorer(), "brier": EntropyScorer(metric="neg_brier_score")}
    theirs = {"nats": "neg_log_loss", "auc": "roc_auc_ovr"}
    scorers = {**ours, **theirs} if first == "ours" else {**theirs, **ours}
    model = Counting().fit(X, y)
    scorer = check_scoring(model, scorers)
    both = scorer(model, X, y)
    assert model.n_calls == 1
    alone = {name: check_scoring(model, given)(model, X, y) for name, given in scorers.items()}
    assert both == alone
    # Nothing is kept: not for other rows, nor for another model.
    other = Counting(C=1e-3).fit(X, y)
    assert scorer(model, X[:50], y[:50])["bits"] == EntropyScorer()(model, X[:50], y[:50])
    assert scorer(other, X, y)["bits"] == EntropyScorer()(other, X, y)


def test_a_dict_of_scorers_of_two_classes(routing, data):
    # scikit-learn's scorers share one column there, ours the table: one prediction each.
    X, y, _ = data
    y = np.where(y == "a", "a", "b")
    model = Counting().fit(X, y)
    scorers = {"bits": EntropyScorer(), "skill": EntropyScorer(metric="skill")}
    assert check_scoring(model, scorers)(model, X, y)["bits"] == EntropyScorer()(model, X, y)
    model.n_calls = 0
    check_scoring(model, scorers)(model, X, y)
    assert model.n_calls == 1
    check_scoring(model, {**scorers, "nats": "neg_log_loss", "auc": "roc_auc"})(model, X, y)
    assert model.n_calls == 3


@pytest.mark.skipif(SKLEARN < (1, 9), reason="callbacks came with scikit-learn 1.9")
@pytest.mark.parametrize("weighted", [False, True])
def test_scoring_monitor(data, weighted):
    from sklearn.callback import ScoringMonitor

    X, y, weight = data
    kwargs = {"sample_weight": weight} if weighted else {}
    logged = {}
    for name, scoring in {"bits": EntropyScorer(), "nats": "neg_log_loss"}.items():
        monitor = ScoringMonitor(scoring=scoring)
        LogisticRegression(max_iter=200).set_callbacks(monitor).fit(X, y, **kwargs)
        rows = monitor.get_logs().data
        logged[name] = [row.get("score", row.get("neg_log_loss")) for row in rows]
    assert len(logged["bits"]) > 1
    assert_allclose(logged["bits"], np.array(logged["nats"]) / np.log(2))


def test_scorer_is_not_changed_by_scoring(data):
    X, y, _ = data
    scorer = EntropyScorer(metric=LOSSES)
    before = dict(vars(scorer))
    cross_validate(LogisticRegression(), X, y, scoring=scorer)
    assert vars(scorer) == before
    assert_array_equal(scorer.metric, LOSSES)
