"""EntropyScorer as a meta-estimator: fitting, cross-fitting, metadata routing, containers."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from optional import optional
from optional import polars as pl
from scipy import sparse
from scipy.stats import entropy
from sklearn.base import clone, is_classifier
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    ShuffleSplit,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from skinfo.metrics import EntropyScorer

OUTPUT = ("entropy", "margin", "max_probability")


@pytest.fixture(scope="module")
def data():
    X, y = load_iris(return_X_y=True)
    rng = np.random.default_rng(0)
    names = np.array(["setosa", "versicolor", "virginica"])
    return X[:, :2], names[y], rng.integers(0, 3, size=len(y))


def test_default_is_logistic_regression_and_entropy(data):
    X, y, _ = data
    scorer = EntropyScorer().fit(X, y)
    assert isinstance(scorer.estimator_, LogisticRegression)
    prob = LogisticRegression().fit(X, y).predict_proba(X)
    assert_allclose(scorer.transform(X)[:, 0], entropy(prob, axis=1, base=2))
    assert_array_equal(scorer.predict_proba(X), prob)


def test_fitted_attributes_and_predictions(data):
    X, y, _ = data
    frame = pd.DataFrame(X, columns=["length", "width"])
    base = GaussianNB()
    scorer = EntropyScorer(base).fit(frame, y)
    assert_array_equal(scorer.classes_, ["setosa", "versicolor", "virginica"])
    assert scorer.n_features_in_ == 2
    assert_array_equal(scorer.feature_names_in_, ["length", "width"])
    assert_array_equal(scorer.predict(frame), base.fit(frame, y).predict(frame))
    assert_array_equal(scorer.predict_proba(frame), base.predict_proba(frame))
    assert scorer.estimator_ is not base
    assert is_classifier(scorer)
    copy = pickle.loads(pickle.dumps(scorer))
    assert_array_equal(copy.transform(frame), scorer.transform(frame))


def test_score_is_the_scorer_called_on_the_fitted_classifier(data):
    X, y, weight = data
    scorer = EntropyScorer(GaussianNB(), metric=["skill", "neg_log_loss"]).fit(X, y)
    for sample_weight in (None, weight):
        scores = scorer(scorer.estimator_, X, y, sample_weight)
        assert scorer.score(X, y, sample_weight) == scores["skill"]
        assert scorer(scorer, X, y, sample_weight) == scores
    assert_allclose(
        cross_val_score(EntropyScorer(GaussianNB()), X, y),
        cross_val_score(GaussianNB(), X, y, scoring=EntropyScorer()),
    )


@pytest.mark.parametrize("cv", [5, None, 3, StratifiedKFold(4, shuffle=True, random_state=0)])
def test_fit_transform_is_out_of_fold(data, cv, expected_columns):
    X, y, _ = data
    scorer = EntropyScorer(GaussianNB(), output=OUTPUT, cv=cv)
    columns = scorer.fit_transform(X, y)
    prob = cross_val_predict(GaussianNB(), X, y, cv=cv, method="predict_proba")
    assert_allclose(columns, expected_columns(prob), atol=1e-14)
    # The model that is kept has seen every row.
    assert_array_equal(scorer.predict_proba(X), GaussianNB().fit(X, y).predict_proba(X))


def test_next_step_of_a_pipeline_learns_from_out_of_fold_columns():
    # Labels are coin flips. Neighbours weighted by distance are sure of each row that they have
    # seen, so in sample the entropy is 0 throughout; of a new row they are not.
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 3)), rng.integers(0, 2, size=200)
    scorer = EntropyScorer(KNeighborsClassifier(weights="distance"))
    pipe = make_pipeline(scorer, LogisticRegression()).fit(X, y)
    assert_array_equal(pipe[0].transform(X), np.zeros((200, 1)))
    columns = clone(scorer).fit_transform(X, y)
    assert columns.mean() > 0.5
    assert_array_equal(pipe[1].coef_, LogisticRegression().fit(columns, y).coef_)


def test_labels_reach_the_classifier_as_they_are(data):
    X, y, _ = data
    weights = {"setosa": 1, "versicolor": 5, "virginica": 1}
    scorer = EntropyScorer(LogisticRegression(class_weight=weights, max_iter=500))
    columns = scorer.fit_transform(X, y)
    train, test = next(StratifiedKFold(5).split(X, y))
    first = clone(scorer).fit(X[train], y[train]).transform(X[test])
    assert_array_equal(columns[test], first)


def test_missing_labels_are_refused_by_name(data):
    X, y, _ = data
    y = np.asarray(y, object)
    y[3] = None
    with pytest.raises(ValueError, match=r"Input y contains NaN: 1 missing value\(s\)"):
        EntropyScorer(GaussianNB()).fit(X, y)


def test_folds_must_test_each_row_once(data):
    X, y, _ = data
    scorer = EntropyScorer(GaussianNB(), cv=ShuffleSplit(2, random_state=0))
    with pytest.raises(ValueError, match=r"tests row \d+ \d times.* StratifiedKFold"):
        scorer.fit_transform(X, y)


@pytest.mark.parametrize("routing", [False, True])
def test_weights_reach_each_fit(data, routing, expected_columns):
    X, y, weight = data
    with sklearn.config_context(enable_metadata_routing=routing):
        base = GaussianNB()
        if routing:
            base.set_fit_request(sample_weight=True)
        scorer = EntropyScorer(base, output=OUTPUT)
        columns = scorer.fit_transform(X, y, sample_weight=weight)
        fitted = clone(scorer).fit(X, y, sample_weight=weight)
    expected = np.empty_like(columns)
    for train, test in StratifiedKFold(5).split(X, y):
        model = GaussianNB().fit(X[train], y[train], sample_weight=weight[train])
        expected[test] = expected_columns(model.predict_proba(X[test]))
    assert_allclose(columns, expected, atol=1e-14)
    whole = GaussianNB().fit(X, y, sample_weight=weight)
    assert_array_equal(fitted.predict_proba(X), whole.predict_proba(X))
    assert_array_equal(scorer.predict_proba(X), whole.predict_proba(X))


@pytest.mark.parametrize("routing", [False, True])
def test_weights_through_a_pipeline(data, routing):
    X, y, weight = data
    with sklearn.config_context(enable_metadata_routing=routing):
        base, last = GaussianNB(), LogisticRegression()
        params = {"entropyscorer__sample_weight": weight}
        if routing:
            base.set_fit_request(sample_weight=True)
            last.set_fit_request(sample_weight=False)
            params = {"sample_weight": weight}
        pipe = make_pipeline(EntropyScorer(base), last).fit(X, y, **params)
    whole = GaussianNB().fit(X, y, sample_weight=weight)
    assert_array_equal(pipe[0].predict_proba(X), whole.predict_proba(X))


def test_groups_reach_the_splitter_through_a_pipeline(data, expected_columns):
    X, y, _ = data
    groups = np.arange(len(y)) % 7
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = EntropyScorer(GaussianNB(), output=OUTPUT, cv=GroupKFold(7))
        columns = scorer.fit_transform(X, y, groups=groups)
        make_pipeline(clone(scorer), LogisticRegression()).fit(X, y, groups=groups)
        with pytest.raises(TypeError, match=r"unexpected argument\(s\) \{'shoes'\}"):
            scorer.fit_transform(X, y, shoes=groups)
        with pytest.raises(TypeError, match=r"fit got unexpected argument\(s\) \{'groups'\}"):
            scorer.fit(X, y, groups=groups)
    prob = np.empty((len(y), 3))
    for group in range(7):
        model = GaussianNB().fit(X[groups != group], y[groups != group])
        prob[groups == group] = model.predict_proba(X[groups == group])
    assert_allclose(columns, expected_columns(prob), atol=1e-14)


def test_fit_and_score_weights_in_a_search(data):
    X, y, weight = data
    with sklearn.config_context(enable_metadata_routing=True):
        base = GaussianNB().set_fit_request(sample_weight=True)
        scorer = EntropyScorer(base).set_score_request(sample_weight=True)
        search = GridSearchCV(scorer, {"estimator__var_smoothing": [1e-9]}, cv=3)
        search.fit(X, y, sample_weight=weight + 1)
        other = GridSearchCV(base, {"var_smoothing": [1e-9]}, cv=3, scoring=clone(scorer))
        other.fit(X, y, sample_weight=weight + 1)
    assert search.best_score_ == other.best_score_


@pytest.mark.parametrize(
    ("container", "frame"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame)]
)
def test_set_output(data, container, frame):
    pytest.importorskip(container)
    X, y, _ = data
    scorer = EntropyScorer(GaussianNB(), output=OUTPUT).set_output(transform=container)
    for columns in (scorer.fit_transform(X, y), scorer.transform(X)):
        assert isinstance(columns, frame)
        assert list(columns.columns) == [f"entropyscorer_{name}" for name in OUTPUT]


def test_frame_keeps_its_index(data):
    X, y, _ = data
    frame = pd.DataFrame(X, columns=["length", "width"], index=np.arange(len(y)) + 1000)
    columns = EntropyScorer().set_output(transform="pandas").fit_transform(frame, y)
    assert columns.index.equals(frame.index)


def test_polars_in_polars_out(data):
    X, y, _ = data
    frame = pl.DataFrame(X, schema=["length", "width"])
    scorer = EntropyScorer(GaussianNB()).set_output(transform="polars")
    assert_allclose(
        scorer.fit_transform(frame, pl.Series(y)).to_numpy(),
        EntropyScorer(GaussianNB()).fit_transform(X, y),
    )


def test_names_do_not_collide_with_the_columns_of_the_input(data):
    X, y, _ = data
    frame = pd.DataFrame(X, columns=["entropy", "margin"])
    union = make_column_transformer(
        (EntropyScorer(output=OUTPUT), ["entropy", "margin"]),
        ("passthrough", ["entropy", "margin"]),
        verbose_feature_names_out=False,
    )
    assert union.fit_transform(frame, y).shape == (len(y), 5)
    assert len(set(union.get_feature_names_out())) == 5


def test_any_input_that_the_classifier_takes():
    texts = ["good fine", "bad poor", "fine good good", "poor"] * 5
    y = ["+", "-", "+", "-"] * 5
    pipe = make_pipeline(CountVectorizer(), MultinomialNB())
    on_text = EntropyScorer(pipe).fit_transform(texts, y)
    counts = CountVectorizer().fit_transform(texts)
    on_sparse = EntropyScorer(MultinomialNB()).fit_transform(sparse.csr_array(counts), y)
    assert_allclose(on_text, on_sparse)
    assert (on_text < 0.9).all()


@pytest.mark.parametrize(
    ("estimator", "match"),
    [
        (LinearSVC(), "LinearSVC has a decision_function only"),
        (LinearRegression(), "LinearRegression has none"),
    ],
)
def test_classifiers_without_probabilities(data, estimator, match):
    X, y, _ = data
    with pytest.raises(TypeError, match=match):
        EntropyScorer(estimator).fit(X, (y == "setosa").astype(int))


@pytest.mark.parametrize("method", ["transform", "predict", "predict_proba", "score"])
def test_not_fitted(data, method):
    X, y, _ = data
    args = (X, y) if method == "score" else (X,)
    with pytest.raises(NotFittedError, match="EntropyScorer instance is not fitted yet"):
        getattr(EntropyScorer(), method)(*args)


def test_bad_targets(data):
    X, y, _ = data
    with pytest.raises(ValueError, match="requires y to be passed"):
        EntropyScorer().fit(X, None)
    with pytest.raises(ValueError, match="Input y contains NaN"):
        EntropyScorer().fit(X, np.full(len(y), np.nan))
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        EntropyScorer().fit(X, X[:, 0])
    with pytest.raises(ValueError, match="classifiers of one output, and y has 2 columns"):
        EntropyScorer().fit(X, np.column_stack([y, y]))


def test_duplicate_names_are_refused_in_any_frame():
    frame = pd.DataFrame([[1.0, 2.0], [2.0, 0.0]], columns=["dup", "dup"])
    frames = [frame]
    if pyarrow := optional("pyarrow"):
        frames.append(pyarrow.table([[1.0, 2.0], [2.0, 0.0]], names=["dup", "dup"]))
    for X in frames:
        with pytest.raises(ValueError, match=r"X has duplicate column names: \['dup'\]"):
            EntropyScorer().fit(X, [0, 1])
