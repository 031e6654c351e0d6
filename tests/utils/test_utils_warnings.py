"""Warnings point at the line of the caller."""

import inspect
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning, UndefinedMetricWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import skinfo
from skinfo import EntropyScorer, InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner
from skinfo.cluster import information_curve
from skinfo.utils._warnings import warn_deprecated

X = np.arange(80.0).reshape(40, 2)
MANY = np.arange(40)
SORTED = np.repeat([0, 1], 20)

CALLS = {
    "binner": (lambda: MutualInfoBinner().fit(X, MANY), UserWarning),
    "fit_transform": (lambda: MutualInfoBinner().fit_transform(X, MANY), UserWarning),
    "partial_fit": (lambda: MutualInfoBinner().partial_fit(X, MANY), UserWarning),
    "selector": (lambda: InfoBottleneckSelector().fit(X, MANY), UserWarning),
    "pipeline": (lambda: make_pipeline(MutualInfoBinner()).fit(X, MANY), UserWarning),
    "bottleneck": (
        lambda: InformationBottleneck(2, beta=5.0, max_iter=1).fit(X + 1),
        ConvergenceWarning,
    ),
    "clusters": (
        lambda: InformationBottleneck(3).fit([[1, 2], [1, 2], [2, 1]]),
        ConvergenceWarning,
    ),
    "curve": (
        lambda: information_curve([[9, 1, 2], [2, 7, 1], [1, 2, 8]], max_iter=1, tol=0),
        ConvergenceWarning,
    ),
    "skill": (
        lambda: EntropyScorer(metric="skill")(DummyClassifier().fit(X, SORTED), X[:9], SORTED[:9]),
        UndefinedMetricWarning,
    ),
    "unseen": (
        lambda: EntropyScorer(unseen="clip")(DummyClassifier().fit(X, SORTED), X, SORTED + 7),
        UserWarning,
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_warnings_point_at_the_call(name):
    call, category = CALLS[name]
    with pytest.warns(category) as caught:
        call()
    assert len(caught) == 1
    assert caught[0].filename == __file__
    lines, first = inspect.getsourcelines(call)
    assert first <= caught[0].lineno < first + len(lines)


def test_warnings_within_a_search_point_at_the_search():
    search = GridSearchCV(MutualInfoBinner(), {"max_bins": [2]}, cv=2, scoring=lambda *a: 0.0)
    with pytest.warns(UserWarning, match="different integers") as caught:
        search.fit(X[:, :1].repeat(2, axis=0), MANY.repeat(2))
    assert {warning.filename for warning in caught} == {__file__}


def warnings_of_a_fit():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        MutualInfoBinner().fit(X, MANY)
    return [str(warning.message) for warning in caught]


def test_warnings_of_a_worker_are_shown_too():
    there = joblib.Parallel(n_jobs=2, backend="threading")(
        [joblib.delayed(warnings_of_a_fit)()] * 1
    )
    assert there == [warnings_of_a_fit()]


def test_warnings_are_issued_in_one_place():
    package = Path(skinfo.__file__).parent
    found = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if "warnings.warn(" in file.read_text(encoding="utf-8")
    }
    assert found == {str(Path("utils", "_warnings.py"))}


@pytest.mark.parametrize(("since", "removal"), [("0.3", "0.5"), ("0.9", "0.11"), ("2.0", "2.2")])
def test_a_deprecation_names_both_versions(since, removal):
    expected = f"^`share` was deprecated in {since} and will be removed in {removal}. Use `part`.$"
    with pytest.warns(FutureWarning, match=expected) as caught:
        warn_deprecated("share", since, "`part`")
    assert caught[0].filename == __file__
