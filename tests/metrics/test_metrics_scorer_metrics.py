"""Metrics of EntropyScorer against scikit-learn and the decomposition; unseen labels."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier

from skinfo.metrics import EntropyScorer, get_scorer_names, log_loss_decomposition


class Oracle:
    """A fitted classifier whose rows of X are its predictions."""

    def __init__(self, classes):
        self.classes_ = np.asarray(classes)

    def predict_proba(self, X):
        return np.asarray(X)


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    return X[:, :2], y, np.random.default_rng(0).integers(0, 4, size=len(y))


@pytest.fixture(scope="module")
def model(iris):
    X, y, _ = iris
    return GaussianNB().fit(X, y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("classes", [[0, 1, 2], [1, 2]])
def test_brier_is_that_of_scikit_learn(iris, classes, dtype):
    X, y, weight = iris
    rows = np.isin(y, classes)
    X, y, weight = X[rows], y[rows], weight[rows]
    model = GaussianNB().fit(X, y)
    prob = model.predict_proba(X)
    theirs = prob[:, 1] if len(classes) == 2 else prob
    expected = {"pos_label": 2} if len(classes) == 2 else {}
    oracle, scorer = Oracle(classes), EntropyScorer(metric="neg_brier_score")
    assert_allclose(
        -scorer(oracle, prob.astype(dtype), y), brier_score_loss(y, theirs, **expected), rtol=1e-6
    )
    assert_allclose(
        -scorer(oracle, prob.astype(dtype), y, weight),
        brier_score_loss(y, theirs, sample_weight=weight, **expected),
        rtol=1e-6,
    )


def test_brier_by_hand():
    # Of three classes: (1/2)^2 + (1/4)^2 + (1/4)^2 = 3/8, and 1 + 1 where all is on a wrong one.
    prob = [[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]]
    scorer = EntropyScorer(metric="neg_brier_score")
    assert scorer(Oracle([0, 1, 2]), prob, [0, 2]) == -(3 / 8 + 2) / 2


@pytest.mark.filterwarnings("ignore:None of the labels:UserWarning")
def test_brier_of_an_unseen_label_is_finite_whatever_it_costs():
    # What happened got nothing: 1 + 1/4 + 1/4, which is not halved as with two classes.
    for unseen in ("clip", "inf"):
        scorer = EntropyScorer(metric="neg_brier_score", unseen=unseen)
        assert scorer(Oracle([0, 1]), [[0.5, 0.5]], [5]) == pytest.approx(-1.5)


@pytest.mark.parametrize("weighted", [False, True])
def test_parts_are_those_of_the_decomposition(iris, model, weighted):
    X, y, weight = iris
    weight = weight if weighted else None
    parts = log_loss_decomposition(y, model.predict_proba(X), sample_weight=weight)
    scores = EntropyScorer(metric=["neg_miscalibration", "discrimination"])(model, X, y, weight)
    assert_allclose(scores["neg_miscalibration"], -parts.miscalibration)
    assert_allclose(scores["discrimination"], parts.discrimination)


def test_gain_is_discrimination_minus_miscalibration(iris, model):
    X, y, _ = iris
    names = ["information_gain", "discrimination", "neg_miscalibration"]
    gain, discrimination, minus_miscalibration = EntropyScorer(metric=names)(model, X, y).values()
    assert_allclose(gain, discrimination + minus_miscalibration, atol=1e-12)


def test_names_score_one_by_one_and_all_at_once(iris, model):
    X, y, _ = iris
    scores = EntropyScorer(metric=get_scorer_names())(model, X, y)
    assert list(scores) == get_scorer_names()
    for name in get_scorer_names():
        assert EntropyScorer(metric=name)(model, X, y) == scores[name]


def test_a_dict_names_the_scores(iris, model):
    X, y, _ = iris
    scorer = EntropyScorer(
        metric={"bits": "neg_log_loss", "share": "skill", "again": "neg_log_loss"}
    )
    scores = scorer(model, X, y)
    assert list(scores) == ["bits", "share", "again"]
    assert scores["bits"] == scores["again"] == EntropyScorer()(model, X, y)
    results = cross_validate(GaussianNB(), X, y, scoring=scorer)
    assert {"test_bits", "test_share", "test_again"} < set(results)
    assert scorer.fit(X, y).score(X, y) == EntropyScorer().fit(X, y).score(X, y)


def test_loss_of_an_unseen_label(iris):
    X, y, _ = iris
    model = GaussianNB().fit(X[y < 2], y[y < 2])
    finite = EntropyScorer(metric=get_scorer_names())(model, X, y)
    infinite = EntropyScorer(metric=get_scorer_names(), unseen="inf")(model, X, y)
    assert all(map(math.isfinite, finite.values()))
    for name in ("neg_log_loss", "information_gain", "skill", "neg_miscalibration"):
        assert infinite[name] == -math.inf
    for name in ("neg_brier_score", "discrimination"):
        assert infinite[name] == finite[name]
    with pytest.raises(ValueError, match=r"not classes of the fitted model: \[2\].*unseen='clip'"):
        EntropyScorer(unseen="raise")(model, X, y)
    # Where all labels are known the choice changes nothing.
    known = X[y < 2], y[y < 2]
    scores = {EntropyScorer(unseen=unseen)(model, *known) for unseen in ("clip", "inf", "raise")}
    assert len(scores) == 1


def test_all_rows_unseen_at_infinite_cost(iris):
    X, y, _ = iris
    model = GaussianNB().fit(X[y < 2], y[y < 2])
    with pytest.warns(UserWarning, match="each sample costs inf"):
        assert EntropyScorer(unseen="inf")(model, X[y == 2], y[y == 2]) == -math.inf


@pytest.mark.parametrize("unseen", ["clip", "inf", "raise"])
def test_a_sample_of_weight_zero_has_no_effect(iris, unseen):
    # Nor does its label count as one of three, of which the Brier score is not halved.
    X, y, _ = iris
    model = GaussianNB().fit(X[y < 2], y[y < 2])
    scorer = EntropyScorer(metric=get_scorer_names(), unseen=unseen)
    assert scorer(model, X, y, (y < 2).astype(float)) == pytest.approx(
        scorer(model, X[y < 2], y[y < 2]), rel=1e-12
    )


@pytest.fixture(scope="module")
def labelled():
    """Rows with three labels each, yes or no."""
    return make_multilabel_classification(200, 6, n_classes=3, random_state=0)


MULTILABEL = {
    "forest": RandomForestClassifier(20, max_depth=3, random_state=0),
    "neighbours": KNeighborsClassifier(20),
    "one model a label": MultiOutputClassifier(LogisticRegression()),
    "one against the rest": OneVsRestClassifier(LogisticRegression()),
    "chain": ClassifierChain(LogisticRegression(), random_state=0),
    "network": MLPClassifier(5, solver="lbfgs", alpha=0.1, max_iter=2000, random_state=0),
}


@pytest.mark.parametrize("name", MULTILABEL)
def test_multilabel_is_the_mean_over_labels(labelled, name):
    X, y = labelled
    model = MULTILABEL[name].fit(X, y)
    prob = model.predict_proba(X)
    columns = [p[:, 1] for p in prob] if isinstance(prob, list) else list(np.asarray(prob).T)
    losses = [log_loss(y[:, j], columns[j]) / math.log(2) for j in range(3)]
    assert_allclose(EntropyScorer()(model, X, y), -np.mean(losses))
    assert_allclose(EntropyScorer()(model, X, csr_array(y)), -np.mean(losses))
    parts = [log_loss_decomposition(y[:, j], columns[j]) for j in range(3)]
    assert_allclose(
        EntropyScorer(metric="discrimination")(model, X, y),
        np.mean([part.discrimination for part in parts]),
    )


def test_labels_of_a_chain_need_not_be_0_and_1(labelled):
    X, y = labelled
    named = EntropyScorer()(ClassifierChain(LogisticRegression()).fit(X, y + 7), X, y + 7)
    plain = EntropyScorer()(ClassifierChain(LogisticRegression()).fit(X, y), X, y)
    assert_allclose(named, plain, rtol=1e-3)  # a chain feeds on its labels


def test_one_output_of_three_classes_is_not_three_labels(iris, model):
    # Its table has a column for each class, as many as y has outputs here.
    X, y, _ = iris
    with pytest.raises(ValueError, match=r"GaussianNB.*3 labels.*0 and 1; it holds \[0, 1, 2\]"):
        EntropyScorer()(model, X, np.column_stack([y, y, y]))


@pytest.mark.parametrize("routing", [False, True])
def test_multilabel_in_a_weighted_search(labelled, routing):
    X, y = labelled
    weight = np.random.default_rng(0).integers(1, 4, len(X))
    cv = KFold(2)
    with config_context(enable_metadata_routing=routing):
        model, scorer = clone(MULTILABEL["forest"]), EntropyScorer(metric=get_scorer_names())
        if routing:
            model.set_fit_request(sample_weight=True)
            scorer.set_score_request(sample_weight=True)
        search = GridSearchCV(model, {"max_depth": [3]}, cv=cv, scoring=scorer, refit="skill")
        search.fit(X, y, sample_weight=weight)
    train, test = next(cv.split(X))
    by_hand = clone(model).fit(X[train], y[train], sample_weight=weight[train])
    expected = scorer(by_hand, X[test], y[test], weight[test])
    for name in get_scorer_names():
        assert_allclose(search.cv_results_[f"split0_test_{name}"][0], expected[name])


def test_multilabel_in_cross_validation(labelled):
    X, y = labelled
    results = cross_validate(
        MULTILABEL["forest"], X, y, cv=3, scoring=EntropyScorer(metric=["neg_log_loss", "skill"])
    )
    assert np.isfinite(results["test_neg_log_loss"]).all()
    assert (results["test_skill"] > 0).all()


def test_several_outputs_of_several_classes(iris):
    X, y, weight = iris
    both = np.column_stack([y, (y + (X[:, 1] > 3)) % 3])
    model = RandomForestClassifier(10, max_depth=3, random_state=0).fit(X, both)
    losses = [
        log_loss(both[:, j], model.predict_proba(X)[j], sample_weight=weight) for j in range(2)
    ]
    score = EntropyScorer(base=math.e)(model, X, both, sample_weight=weight)
    assert_allclose(score, -np.mean(losses))


def test_fit_takes_one_output(labelled):
    X, y = labelled
    with pytest.raises(ValueError, match=r"one output.*3 columns.*scorer"):
        EntropyScorer(MULTILABEL["forest"]).fit(X, y)
