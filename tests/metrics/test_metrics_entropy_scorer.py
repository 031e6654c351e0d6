"""EntropyScorer as a scorer: values, labels, parameters, error messages."""

import math
import pickle
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError, UndefinedMetricWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import d2_log_loss_score, log_loss
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skinfo.metrics import EntropyScorer

LN2 = math.log(2)


class Oracle:
    """A fitted classifier whose rows of X are its predictions."""

    def __init__(self, classes):
        self.classes_ = np.asarray(classes)

    def predict_proba(self, X):
        return np.asarray(X)


@pytest.fixture(scope="module")
def iris():
    """Overlapping features of iris, and integer weights."""
    X, y = load_iris(return_X_y=True)
    rng = np.random.default_rng(0)
    return X[:, :2], y, rng.integers(0, 4, size=len(y))


@pytest.fixture(scope="module")
def model(iris):
    X, y, _ = iris
    return GaussianNB().fit(X, y)


def test_closed_form_of_each_metric():
    # The true classes got 1/2, 1/4, 1/8 and 3/4. H(y) is that of the rates (1/4, 3/4):
    # 2/4 + 3/4 (2 - log2 3) = 2 - 3/4 log2 3.
    X = np.array([[0.5, 0.5], [0.75, 0.25], [0.125, 0.875], [0.25, 0.75]])
    y = ["b", "b", "a", "b"]
    loss = (1 + 2 + 3 + math.log2(4 / 3)) / 4
    prior = 2 - 0.75 * math.log2(3)
    scores = EntropyScorer(metric=["neg_log_loss", "information_gain", "skill"])(
        Oracle(["a", "b"]), X, y
    )
    assert list(scores) == ["neg_log_loss", "information_gain", "skill"]
    assert_allclose(scores["neg_log_loss"], -loss)
    assert_allclose(scores["information_gain"], prior - loss)
    assert_allclose(scores["skill"], 1 - loss / prior)


def test_perfect_predictions_gain_the_entropy_of_y():
    scores = EntropyScorer(metric=("neg_log_loss", "information_gain", "skill"))(
        Oracle([0, 1, 2, 3]), np.eye(4), [0, 1, 2, 3]
    )
    assert scores == {"neg_log_loss": 0, "information_gain": 2, "skill": 1}
    assert not np.signbit(scores["neg_log_loss"])


def test_class_rates_gain_nothing(iris):
    X, y, weight = iris
    prior = DummyClassifier(strategy="prior").fit(X, y, sample_weight=weight)
    for metric in ("information_gain", "skill"):
        assert_allclose(EntropyScorer(metric=metric)(prior, X, y, weight), 0, atol=1e-14)


def test_matches_sklearn(iris, model):
    X, y, weight = iris
    prob = model.predict_proba(X)
    assert_allclose(EntropyScorer()(model, X, y), -log_loss(y, prob) / LN2)
    assert_allclose(EntropyScorer(base=math.e)(model, X, y), -log_loss(y, prob))
    assert_allclose(EntropyScorer(metric="skill")(model, X, y), d2_log_loss_score(y, prob))
    assert_allclose(
        EntropyScorer()(model, X, y, sample_weight=weight),
        -log_loss(y, prob, sample_weight=weight) / LN2,
    )
    assert_allclose(
        EntropyScorer(metric="skill")(model, X, y, sample_weight=weight),
        d2_log_loss_score(y, prob, sample_weight=weight),
    )


@pytest.mark.parametrize("metric", ["neg_log_loss", "information_gain", "skill"])
def test_integer_weights_are_repetition(iris, model, metric):
    X, y, weight = iris
    scorer = EntropyScorer(metric=metric)
    assert_allclose(
        scorer(model, X, y, sample_weight=weight),
        scorer(model, X.repeat(weight, axis=0), y.repeat(weight)),
        rtol=1e-13,
    )


def test_score_is_a_float_and_skill_has_no_unit(iris, model):
    X, y, _ = iris
    assert type(EntropyScorer()(model, X, y)) is float
    skill = EntropyScorer(metric="skill")(model, X, y)
    assert_allclose(EntropyScorer(metric="skill", base=10)(model, X, y), skill)


@pytest.mark.parametrize(
    "names", [["a", "b", "c"], ["c", "a", "b"], [10, 20, 30], [-1.0, 0.0, 7.0]]
)
def test_relabelling_changes_nothing(iris, model, names):
    X, y, _ = iris
    renamed = np.array(names)[y]
    assert_allclose(
        EntropyScorer()(GaussianNB().fit(X, renamed), X, renamed),
        EntropyScorer()(model, X, y),
        rtol=1e-12,
    )


@pytest.mark.parametrize("names", [[False, True], ["no", "yes"], [0, 1]])
def test_two_classes(iris, names):
    X, y, _ = iris
    renamed = np.array(names)[(y == 2).astype(int)]
    model = LogisticRegression().fit(X, renamed)
    expected = -log_loss(y == 2, model.predict_proba(X)) / LN2
    assert_allclose(EntropyScorer()(model, X, renamed), expected)


def test_fold_that_lacks_a_class_is_scored_by_the_columns_of_the_model(iris, model):
    X, y, _ = iris
    part = y != 1  # np.unique(y[part]) would name two columns, and the wrong ones
    prob = model.predict_proba(X[part])
    expected = np.log2(prob[np.arange(part.sum()), y[part]]).mean()
    assert_allclose(EntropyScorer()(model, X[part], y[part]), expected)


def test_sorted_folds_score_finitely_where_neg_log_loss_gives_nan():
    X, y = load_iris(return_X_y=True)
    scores = cross_val_score(
        GaussianNB(), X, y, cv=KFold(4), scoring=EntropyScorer(), error_score="raise"
    )
    assert np.isfinite(scores).all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = cross_val_score(GaussianNB(), X, y, cv=KFold(4), scoring="neg_log_loss")
    assert np.isnan(theirs).any()


def test_class_not_seen_in_training_costs_52_bits_a_row(iris):
    X, y, _ = iris
    model = GaussianNB().fit(X[y < 2], y[y < 2])
    seen = EntropyScorer()(model, X[y < 2], y[y < 2])
    assert_allclose(EntropyScorer()(model, X, y), (100 * seen - 50 * 52) / 150)
    # Its rate is part of H(y), log2(3), all the same.
    gain = EntropyScorer(metric="information_gain")(model, X, y)
    assert_allclose(gain, math.log2(3) + (100 * seen - 50 * 52) / 150)


def test_fold_of_unseen_classes_only_is_finite_with_a_warning(iris):
    X, y, _ = iris
    model = GaussianNB().fit(X[y < 2], y[y < 2])
    with pytest.warns(UserWarning, match="None of the labels in y .*costs 52.*stratify"):
        assert EntropyScorer()(model, X[y == 2], y[y == 2]) == -52


def test_labels_of_another_kind_are_an_error_that_shows_both(iris, model):
    X, y, _ = iris
    with pytest.raises(ValueError, match=r"of the model: y holds \['0', '1', '2'\].* \[0, 1, 2\]"):
        EntropyScorer()(model, X, y.astype(str))


def test_float32_and_float64_predictions_score_the_same():
    rng = np.random.default_rng(0)
    prob = rng.dirichlet(np.full(3, 0.05), size=500)  # some are below 2**-52, some underflow
    prob[:5] = [1, 1e-20, 0]
    y = rng.integers(0, 3, size=500)
    y[:5] = 1
    scorer, model = EntropyScorer(), Oracle([0, 1, 2])
    assert_allclose(scorer(model, prob.astype(np.float32), y), scorer(model, prob, y), atol=1e-6)
    assert scorer(model, prob[:5], y[:5]) == -52


@pytest.mark.parametrize("weight", [None, [1.0, 2.0, 0.0]])
def test_skill_of_one_class_is_nan_with_a_warning(weight):
    y = [0, 0, 0] if weight is None else [0, 0, 1]  # the row of weight 0 is no row
    scorer = EntropyScorer(metric=["skill", "information_gain"])
    with pytest.warns(UndefinedMetricWarning, match="one class.*stratified folds"):
        scores = scorer(Oracle([0, 1]), np.full((3, 2), 0.5), y, sample_weight=weight)
    assert math.isnan(scores["skill"])
    assert scores["information_gain"] == -1  # H(y) = 0, the loss is one bit


def test_single_class_model():
    tree = DecisionTreeClassifier().fit([[0.0], [1.0]], ["a", "a"])
    assert EntropyScorer()(tree, [[0.0]], ["a"]) == 0


@pytest.mark.parametrize(
    ("estimator", "error", "match"),
    [
        (
            LinearSVC(),
            TypeError,
            r"LinearSVC has a decision_function only.*CalibratedClassifierCV",
        ),
        (LinearRegression(), TypeError, "classifier with predict_proba, and LinearRegression has"),
        (PCA(), TypeError, "classifier with predict_proba, and PCA has none"),
        (LogisticRegression(), NotFittedError, "LogisticRegression instance is not fitted yet"),
        (GridSearchCV(GaussianNB(), {}), NotFittedError, "GridSearchCV instance is not fitted"),
    ],
)
def test_unsuitable_estimators(iris, estimator, error, match):
    X, y, _ = iris
    with pytest.raises(error, match=match):
        EntropyScorer()(estimator, X, y)


def test_unfitted_pipeline(iris):
    X, y, _ = iris
    with pytest.raises(NotFittedError, match="not fitted yet"):
        EntropyScorer()(make_pipeline(StandardScaler(), LogisticRegression()), X, y)


def test_error_for_decision_functions_reaches_the_user_of_multimetric_scoring(iris):
    X, y, _ = iris
    scoring = {"bits": EntropyScorer(), "accuracy": "accuracy"}
    search = GridSearchCV(
        LinearSVC(), {"C": [1]}, scoring=scoring, refit="bits", error_score="raise"
    )
    with pytest.raises(TypeError, match="CalibratedClassifierCV"):
        search.fit(X, y)


def test_a_model_of_several_outputs_needs_several_columns_of_y(iris):
    X, y, _ = iris
    tree = DecisionTreeClassifier(max_depth=2).fit(X, np.column_stack([y, y]))
    with pytest.raises(ValueError, match="predicts several outputs, and y has one"):
        EntropyScorer()(tree, X, y)


@pytest.mark.parametrize(
    ("model", "X", "y", "match"),
    [
        (
            Oracle([0, 1]),
            [[0.5, 0.5], [0.5, 0.25]],
            [0, 1],
            r"Row 1 of Oracle\.predict_proba.*0\.75",
        ),
        (Oracle([0, 1]), [[np.nan, 0.5]], [0], "Row 0 of Oracle.* sums to nan"),
        (Oracle([0, 1, 2]), [[0.5, 0.5]], [0], "3 classes_ and 2 columns"),
        (Oracle([0, 1]), [[0.5, 0.5]], [0, 1], "X has 1 rows and y has 2"),
        (Oracle([0, 1]), [[0.5, 0.5]], [np.nan], r"Input y contains NaN.*in row 0"),
        (Oracle([0, 1]), [[0.5, 0.5]], [[0, 1, 1]], "y has 3 outputs and Oracle predicts 2"),
        (Oracle([0, 1]), [[0.5, 1.5]], [[0, 1]], r"Row 0 of Oracle.* holds -0\.5"),
    ],
)
def test_bad_predictions_and_labels(model, X, y, match):
    with pytest.raises(ValueError, match=match):
        EntropyScorer()(model, X, y)


@pytest.mark.parametrize("prob", [[0.5, 0.5], [[[0.5, 0.5]], [[0.5, 0.5]]]])
def test_predictions_of_several_outputs_that_are_no_table(prob):
    with pytest.raises(ValueError, match=r"Oracle\.predict_proba\(X\) must give a list.*shape \("):
        EntropyScorer()(Oracle([0, 1]), prob, [[0, 1], [1, 0]])


def test_model_without_classes():
    model = Oracle([0, 1])
    del model.classes_
    with pytest.raises(TypeError, match="no classes_"):
        EntropyScorer()(model, [[0.5, 0.5]], [0])


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"metric": "auc"}, "The 'metric' parameter"),
        ({"metric": []}, "metric must be one of"),
        ({"metric": ["neg_log_loss", "neg_log_loss"]}, "distinct"),
        (
            {"metric": ["neg_log_loss", "auc"]},
            r"'metric' parameter .* Got 'auc'",
        ),
        ({"metric": {"area": "auc"}}, r"'metric' parameter .* Got 'auc'"),
        ({"metric": {}}, "metric must be one of"),
        (
            {"metric": {"both": ["neg_log_loss", "skill"]}},
            r"Got \['neg_log_loss', 'skill'",
        ),
        ({"unseen": "ignore"}, "The 'unseen' parameter"),
        ({"metric": [["neg_log_loss"]]}, r"Got \['neg_log_loss'\] instead"),
        ({"metric": "log_loss"}, "metric='log_loss' is a loss.* 'neg_log_loss'"),
        ({"metric": ["skill", "Brier"]}, "metric='Brier' is a loss.* 'neg_brier_score'"),
        ({"metric": {"a": "miscalibration"}}, "is a loss.* 'neg_miscalibration'"),
        ({"metric": "infomation_gain"}, "Did you mean 'information_gain'?"),
        ({"output": "entropi"}, "Did you mean 'entropy'?"),
        ({"base": 0}, "The 'base' parameter"),
        ({"base": 1}, "The 'base' parameter"),
        ({"base": 0.5}, "The 'base' parameter"),  # the best model would have the least score
        ({"base": math.inf}, "The 'base' parameter"),
        ({"output": "depth"}, "The 'output' parameter"),
        ({"output": ()}, "output must be one of"),
        ({"cv": "five"}, "The 'cv' parameter"),
    ],
)
def test_parameters_are_checked_when_scoring_and_when_fitting(iris, model, params, match):
    X, y, _ = iris
    with pytest.raises(ValueError, match=match):
        EntropyScorer(**params)(model, X, y)
    with pytest.raises(ValueError, match=match):
        EntropyScorer(**params).fit(X, y)


def test_names_in_any_case(iris, model):
    X, y, _ = iris
    scorer = EntropyScorer(metric="Neg-Log-Loss", output="Max Probability")
    assert scorer(model, X, y) == EntropyScorer()(model, X, y)
    assert list(EntropyScorer(metric=["SKILL"])(model, X, y)) == ["skill"]
    names = clone(scorer).fit(X, y).get_feature_names_out()
    assert names.tolist() == ["entropyscorer_max_probability"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("information_gain", "information_gain"),
        ("Skill", "skill"),
        ("neg_log_loss", "neg_log_loss"),
        ("log_loss", "neg_log_loss"),
    ],
)
def test_metric_in_place_of_the_classifier(name, meant):
    # As a score, the error would be a nan.
    with pytest.raises(TypeError, match=rf"Did you mean EntropyScorer\(metric='{meant}'\)"):
        EntropyScorer(name)


@pytest.mark.parametrize("metric", ["log_loss", ["skill", "Brier"], {"a": "miscalibration"}])
def test_a_loss_is_refused_before_it_becomes_a_score_of_nan(metric):
    with pytest.raises(ValueError, match="is a loss, and the scores of EntropyScorer are higher"):
        EntropyScorer(metric=metric)


def test_text_in_place_of_the_classifier_is_refused_when_used(iris, model):
    # Parameters are not looked at by the constructor, as scikit-learn's checks ask.
    X, y, _ = iris
    with pytest.raises(ValueError, match="'estimator' parameter of EntropyScorer must be"):
        EntropyScorer("something")(model, X, y)


def test_clone_pickle_and_repr(iris, model):
    X, y, _ = iris
    scorer = EntropyScorer(metric=["skill", "neg_log_loss"], base=10)
    for copy in (clone(scorer), pickle.loads(pickle.dumps(scorer))):
        assert copy(model, X, y) == scorer(model, X, y)
    assert repr(EntropyScorer()) == "EntropyScorer()"
    assert repr(EntropyScorer(metric="skill")) == "EntropyScorer(metric='skill')"
