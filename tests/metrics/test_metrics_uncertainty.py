"""The parts of an ensemble's uncertainty, for arrays and as columns of EntropyScorer."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from scipy.special import digamma
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


def test_members_of_one_mind_and_of_two():
    # (3/4, 1/4) twice: nothing to disagree on. (1, 0) and (1/2, 1/2): the mean is the same, the
    # members know 1/2 bit on average.
    probs = [[[0.75, 0.25], [1, 0]], [[0.75, 0.25], [0.5, 0.5]]]
    result = uncertainty_decomposition(probs)
    whole = 2 - 0.75 * math.log2(3)
    assert_allclose(result.total, [whole, whole])
    assert_allclose(result.aleatoric, [whole, 0.5])
    assert_allclose(result.epistemic, [0, whole - 0.5], atol=1e-15)


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_identities(seed, n_members, n_classes):
    # The epistemic part is the mean divergence of the members from their mean (SciPy's).
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet(np.full(n_classes, 0.3), size=(n_members, 7))
    weights = rng.random(n_members) + 0.01
    result = uncertainty_decomposition(probs, weights=weights)
    share = weights / weights.sum()
    mean = np.tensordot(share, probs, axes=1)
    divergence = share @ entropy(probs, mean[np.newaxis], base=2, axis=2)
    assert_allclose(result.total, entropy(mean, base=2, axis=1), atol=1e-12)
    assert_allclose(result.aleatoric, share @ entropy(probs, base=2, axis=2), atol=1e-12)
    assert_allclose(result.epistemic, divergence, atol=1e-12)
    assert_array_equal(result.total, result.aleatoric + result.epistemic)
    assert (result.epistemic >= 0).all()
    assert (result.epistemic <= entropy(share, base=2) + 1e-12).all()


@pytest.mark.parametrize("step", [1e-3, 1e-6, 1e-9, 1e-12])
def test_members_that_hardly_differ(step):
    # Of (p + d, q - d) and (p - d, q + d) the mean is (p, q), and to second order in d the mean
    # divergence from it is d^2 (1/p + 1/q) / 2; the next term is of fourth order, since the
    # third cancels. Powers of two make p + d and the mean exact.
    d = 2.0 ** round(math.log2(step))
    probs = [[[0.25 + d, 0.75 - d]], [[0.25 - d, 0.75 + d]]]
    result = uncertainty_decomposition(probs, base=math.e)
    assert_allclose(result.epistemic, d**2 * (4 + 4 / 3) / 2, rtol=20 * d**2 + 1e-15)


def test_weights_are_repetition_and_base_is_a_unit():
    probs = np.random.default_rng(0).dirichlet(np.ones(3), size=(3, 5))
    weighted = uncertainty_decomposition(probs, weights=[2, 0, 1])
    repeated = uncertainty_decomposition(probs[[0, 0, 2]])
    nats = uncertainty_decomposition(probs[[0, 0, 2]], base=math.e)
    for part in PARTS:
        assert_allclose(getattr(weighted, part), getattr(repeated, part), atol=1e-15)
        assert_allclose(getattr(nats, part), getattr(repeated, part) * math.log(2))


@pytest.mark.parametrize(
    ("probs", "kwargs", "match"),
    [
        ([[0.5, 0.5]], {}, r"\(n_members, n_samples, n_classes\).*got \(1, 2\)"),
        (np.empty((0, 1, 2)), {}, r"none of them 0; got \(0, 1, 2\)"),
        ([[[0.5, 0.5]], [[0.5, 0.6]]], {}, r"Row 0 of probs\[1\] sums to 1\.1"),
        ([[[0.5, 0.5]], [[0.5, np.nan]]], {}, r"Row 0 of probs\[1\]"),
        (
            [[[0.5, 0.5]]],
            {"weights": [1, 2]},
            r"weights must be 1, one per member; got shape \(2,\)",
        ),
        ([[[0.5, 0.5]]], {"weights": [-1]}, r"not negative.*got \[-1\.0\]"),
        ([[[0.5, 0.5]]], {"weights": [0]}, "not all zero"),
        ([[[0.5, 0.5]]], {"base": 1}, "base must be"),
        ([[[0.5, 0.5]]], {"corrected": True}, "needs two members of positive weight.*got 1"),
        ([[[0.5, 0.5]]] * 2, {"corrected": True, "weights": [1, 0]}, "to estimate their variance"),
    ],
)
def test_errors_say_what_is_wrong(probs, kwargs, match):
    with pytest.raises(ValueError, match=match):
        uncertainty_decomposition(probs, **kwargs)


def voting(**params):
    members = [
        ("bayes", GaussianNB()),
        ("none", "drop"),
        ("tree", DecisionTreeClassifier(max_depth=2, random_state=0)),
        ("logistic", LogisticRegression()),
    ]
    return VotingClassifier(members, voting="soft", **params)


class MeanOfAll(ClassifierMixin, BaseEstimator):
    """An ensemble of a kind that nobody knows, which fits its members on arrays."""

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


@pytest.mark.parametrize("n_members", [2, 3, 5])
def test_corrected_parts_are_those_of_infinitely_many_members(n_members):
    # Members from one Dirichlet law for each row. The mean of infinitely many is its mean, and
    # their mean entropy is known in digammas: psi(A + 1) - sum_k a_k / A psi(a_k + 1) nats.
    rng = np.random.default_rng(n_members)
    alpha = np.array([8.0, 6.0, 10.0])
    probs = rng.dirichlet(alpha, size=(n_members, 20_000))
    share = alpha / alpha.sum()
    aleatoric = (digamma(alpha.sum() + 1) - share @ digamma(alpha + 1)) / math.log(2)
    epistemic = entropy(share, base=2) - aleatoric
    plain = uncertainty_decomposition(probs)
    result = uncertainty_decomposition(probs, corrected=True)
    assert_array_equal(result.total, result.aleatoric + result.epistemic)
    assert_array_equal(result.aleatoric, plain.aleatoric)
    assert_allclose(result.aleatoric.mean(), aleatoric, rtol=0.005)
    assert_allclose(result.epistemic.mean(), epistemic, rtol=0.03)
    assert_allclose(result.total.mean(), entropy(share, base=2), rtol=0.005)
    # As they are, they are too small by one of n_members.
    assert_allclose(plain.epistemic.mean(), epistemic * (1 - 1 / n_members), rtol=0.03)


def test_correction_is_not_clipped():
    sure = uncertainty_decomposition([[[1.0, 0.0]], [[0.0, 1.0]]], corrected=True)
    assert (sure.total, sure.aleatoric, sure.epistemic) == (2, 0, 2)
    alike = uncertainty_decomposition([[[0.5, 0.5]], [[0.5, 0.5]]], corrected=True)
    assert (alike.total, alike.epistemic) == (1, 0)


def test_correction_with_weights():
    # Weights 2 and 1: 1 - (4 + 1) / 9 = 4 / 9 of the part is seen.
    probs = [[[0.5, 0.5]], [[0.6, 0.4]]]
    plain = uncertainty_decomposition(probs, weights=[2, 1])
    corrected = uncertainty_decomposition(probs, weights=[2, 1], corrected=True)
    assert_allclose(corrected.epistemic, plain.epistemic * 9 / 4)


@pytest.mark.parametrize("name", ["forest", "weighted voting", "calibrated", "unknown"])
def test_scorer_and_function_give_the_same_numbers(iris, name):
    # Of members that hardly differ as well, to the last bit.
    X, y = iris
    scorer = EntropyScorer(ENSEMBLES[name], output=PARTS).fit(X, y)
    model = scorer.estimator_
    weights = [1, 2, 3] if name == "weighted voting" else None  # the second voter is dropped
    members = getattr(model, "calibrated_classifiers_", None) or model.estimators_
    probs = [member.predict_proba(X) for member in members]
    expected = uncertainty_decomposition(probs, weights=weights)
    for part, column in zip(PARTS, scorer.transform(X).T, strict=True):
        assert_array_equal(getattr(expected, part), column)


def test_forest_is_the_decomposition_of_its_trees(iris):
    X, y = iris
    forest = RandomForestClassifier(15, max_depth=3, random_state=0).fit(X, y)
    expected = uncertainty_decomposition([tree.predict_proba(X) for tree in forest.estimators_])
    columns = EntropyScorer(forest, output=PARTS).fit(X, y).transform(X).T
    for part, column in zip(PARTS, columns, strict=True):
        assert_allclose(getattr(expected, part), column, atol=1e-12)


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
    # Out of fold the forest is less sure than of the rows that it was fitted on.
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
def test_what_has_no_parts_says_so_and_still_has_an_entropy(iris, model, match):
    X, y = iris
    scorer = EntropyScorer(model, output="epistemic").fit(X, y)
    with pytest.raises(TypeError, match=match):
        scorer.transform(X)
    assert np.isfinite(EntropyScorer(model).fit(X, y).transform(X)).all()
