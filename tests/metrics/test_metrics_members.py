"""Columns of ensembles: their members, and the decomposition of their uncertainty."""

import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from scipy.stats import entropy
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV, HalvingGridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.validation import validate_data

from skinfo.metrics import EntropyScorer, uncertainty_decomposition

PARTS = ["total", "aleatoric", "epistemic"]


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    return X[:, :2], np.array(["x", "y", "z"])[y]


def voting(**params):
    members = [
        ("bayes", GaussianNB()),
        ("none", "drop"),
        ("tree", DecisionTreeClassifier(max_depth=2, random_state=0)),
        ("logistic", LogisticRegression()),
    ]
    return VotingClassifier(members, voting="soft", **params)


class Fixed(ClassifierMixin, BaseEstimator):
    """A classifier that predicts one distribution, close to (1, 0, 0)."""

    def __init__(self, shift=0.0):
        self.shift = shift

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.tile([1 - self.shift, self.shift, 0.0], (len(X), 1))


class MeanOfAll(ClassifierMixin, BaseEstimator):
    """An ensemble of an unknown class, which fits its members on arrays."""

    def __init__(self, members=()):
        self.members = members

    def fit(self, X, y):
        rows = validate_data(self, X)
        self.estimators_ = [clone(member).fit(rows, y) for member in self.members]
        self.classes_ = self.estimators_[0].classes_
        return self

    def predict_proba(self, X):
        rows = validate_data(self, X, reset=False)
        return np.mean([member.predict_proba(rows) for member in self.estimators_], axis=0)


ENSEMBLES = {
    "forest": RandomForestClassifier(15, max_depth=3, random_state=0),
    "extra trees": ExtraTreesClassifier(15, max_depth=3, random_state=0),
    "bagged trees": BaggingClassifier(random_state=0),
    "bags of columns": BaggingClassifier(GaussianNB(), max_features=1, random_state=0),
    "bags that lack classes": BaggingClassifier(max_samples=3, random_state=0),
    "voting": voting(),
    "weighted voting": voting(weights=[1, 5, 2, 3]),
    "calibrated": CalibratedClassifierCV(GaussianNB(), cv=3),
    "calibrated scores": CalibratedClassifierCV(LinearSVC(), cv=3),
    "pipeline": make_pipeline(
        StandardScaler(), RandomForestClassifier(15, max_depth=3, random_state=0)
    ),
    "pipeline of one": make_pipeline(RandomForestClassifier(15, max_depth=3, random_state=0)),
    "search": GridSearchCV(BaggingClassifier(random_state=0), {"max_samples": [0.5]}, cv=2),
    "halving search of a pipeline": HalvingGridSearchCV(
        make_pipeline(StandardScaler(), RandomForestClassifier(5, random_state=0)),
        {"randomforestclassifier__max_depth": [2, 3]},
        random_state=0,
        cv=2,
    ),
    "unknown": MeanOfAll([GaussianNB(), DecisionTreeClassifier(max_depth=2, random_state=0)]),
    # NumPy would make one array of the steps and the trees of these.
    "unknown of pipelines": MeanOfAll(
        [make_pipeline(StandardScaler(), GaussianNB()), make_pipeline(GaussianNB())]
        + [make_pipeline(StandardScaler(), LogisticRegression())]
    ),
    "unknown of forests": MeanOfAll(
        [RandomForestClassifier(n, max_depth=3, random_state=0) for n in (2, 3)]
    ),
}


@pytest.mark.filterwarnings("ignore:The least populated class:UserWarning")
@pytest.mark.parametrize("framed", [False, True], ids=["array", "frame"])
@pytest.mark.parametrize("name", ENSEMBLES)
def test_columns_of_ensembles(iris, name, framed):
    X, y = iris
    X = pd.DataFrame(X, columns=["length", "width"]) if framed else X
    scorer = EntropyScorer(ENSEMBLES[name], output=["entropy", *PARTS]).fit(X, y)
    whole, total, aleatoric, epistemic = scorer.transform(X).T
    # The mean of the members is what the ensemble predicts.
    assert_allclose(total, whole, atol=1e-6)
    assert_allclose(total, entropy(scorer.predict_proba(X), base=2, axis=1), atol=1e-6)
    assert_array_equal(total, aleatoric + epistemic)
    assert (epistemic >= 0).all()
    assert epistemic.max() > 0.01


@pytest.mark.parametrize("name", ["forest", "weighted voting", "calibrated", "unknown"])
def test_columns_are_bit_for_bit_the_decomposition_of_the_members(iris, name):
    X, y = iris
    scorer = EntropyScorer(ENSEMBLES[name], output=PARTS).fit(X, y)
    model = scorer.estimator_
    weights = [1, 2, 3] if name == "weighted voting" else None  # the second voter is dropped
    members = getattr(model, "calibrated_classifiers_", None) or model.estimators_
    probs = [member.predict_proba(X) for member in members]
    expected = uncertainty_decomposition(probs, weights=weights)
    for part, column in zip(PARTS, scorer.transform(X).T, strict=True):
        assert_array_equal(getattr(expected, part), column)


@pytest.mark.parametrize("base", [2, math.e])
@pytest.mark.parametrize("n_rounding", [0, 1e-9])
def test_columns_of_rounded_members_are_bit_for_bit_their_decomposition(iris, base, n_rounding):
    # Probabilities slightly below zero count as zero in both, and nearly equal members keep the
    # digits of their small disagreement.
    X, y = iris
    rng = np.random.default_rng(0)
    members = [Fixed(shift) for shift in 1e-9 * rng.random(3) - n_rounding]
    scorer = EntropyScorer(MeanOfAll(members), output=PARTS, base=base).fit(X, y)
    probs = [member.predict_proba(X) for member in scorer.estimator_.estimators_]
    expected = uncertainty_decomposition(probs, base=base)
    columns = scorer.transform(X)
    for part, column in zip(PARTS, columns.T, strict=True):
        assert_array_equal(getattr(expected, part), column)
    assert np.isfinite(columns).all()
    assert (columns[:, 2] > 0).all() or n_rounding


@pytest.mark.parametrize("name", ["voting", "unknown"])
def test_predictions_of_a_member_that_are_not_distributions_are_refused(iris, name, monkeypatch):
    X, y = iris
    scorer = EntropyScorer(ENSEMBLES[name], output=PARTS).fit(X, y)
    monkeypatch.setattr(GaussianNB, "predict_proba", lambda self, X: np.full((len(X), 3), 0.5))
    with pytest.raises(ValueError, match=r"predict_proba\(X\) sums to 1\.5"):
        scorer.transform(X)


def test_an_ensemble_that_is_fitted_already(iris):
    X, y = iris
    for name in ("pipeline", "bags that lack classes"):
        fitted = clone(ENSEMBLES[name]).fit(X, y)
        frozen = EntropyScorer(FrozenEstimator(fitted), output=PARTS).fit(X, y)
        plain = EntropyScorer(ENSEMBLES[name], output=PARTS).fit(X, y)
        assert_array_equal(frozen.transform(X), plain.transform(X))


def test_a_threshold_changes_no_probability(iris):
    X, y = iris
    plain = EntropyScorer(voting(), output=PARTS).fit(X, y == "z")
    moved = EntropyScorer(FixedThresholdClassifier(voting(), threshold=0.2), output=PARTS)
    assert_array_equal(moved.fit(X, y == "z").transform(X), plain.transform(X))


def test_a_forest_refuses_what_it_cannot_predict(iris):
    X, y = iris
    scorer = EntropyScorer(ENSEMBLES["forest"], output=PARTS).fit(X, y)
    with pytest.raises(ValueError, match="Input X contains infinity"):
        scorer.transform([[np.inf, 0.0]])


def test_sparse_rows_and_missing_values(iris):
    X, y = iris
    scorer = EntropyScorer(ENSEMBLES["forest"], output=PARTS).fit(X, y)
    assert_allclose(scorer.transform(csr_array(X)), scorer.transform(X))
    gaps = X.copy()
    gaps[::3, 0] = np.nan
    assert np.isfinite(scorer.fit(gaps, y).transform(gaps)).all()


def test_units_names_and_out_of_fold(iris):
    X, y = iris
    scorer = EntropyScorer(ENSEMBLES["forest"], output=PARTS, base=math.e).fit(X, y)
    bits = EntropyScorer(ENSEMBLES["forest"], output=PARTS).fit(X, y)
    assert_allclose(scorer.transform(X), bits.transform(X) * math.log(2))
    names = [f"entropyscorer_{part}" for part in PARTS]
    assert scorer.get_feature_names_out().tolist() == names
    # Out of fold the forest is less certain than on the samples that it was fitted on.
    assert bits.fit_transform(X, y)[:, 0].mean() > bits.transform(X)[:, 0].mean()


@pytest.mark.parametrize(
    ("model", "match"),
    [
        (LogisticRegression(), "LogisticRegression is not known as one: it has no estimators_"),
        (GradientBoostingClassifier(n_estimators=3), "DecisionTreeRegressor has no predict_proba"),
        (AdaBoostClassifier(n_estimators=3, random_state=0), "combines its members in another"),
        (OneVsRestClassifier(GaussianNB()), "its members predict other classes"),
        (
            StackingClassifier([("a", GaussianNB()), ("b", LogisticRegression())]),
            "combines its members in another way",
        ),
        (BaggingClassifier(LinearSVC()), "LinearSVC has no predict_proba"),
    ],
)
def test_unsupported_ensembles_are_refused_and_have_an_entropy(iris, model, match):
    X, y = iris
    scorer = EntropyScorer(model, output="epistemic").fit(X, y)
    with pytest.raises(TypeError, match=match):
        scorer.transform(X)
    assert np.isfinite(EntropyScorer(model).fit(X, y).transform(X)).all()
