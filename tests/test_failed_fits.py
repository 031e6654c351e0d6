"""Fits that fail or are interrupted do not mix the state of two tables."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from skinfo import (
    EntropyScorer,
    InfoBottleneckSelector,
    InformationBottleneck,
    MutualInfoBinner,
)

ESTIMATORS = {
    "binner": MutualInfoBinner(),
    "binner woe": MutualInfoBinner(encode="woe"),
    "selector": InfoBottleneckSelector(n_features_to_select=1),
    "bottleneck": InformationBottleneck(3, random_state=0),
    "scorer": EntropyScorer(LogisticRegression()),
}

# A step of each fit that comes after X has been read.
IN_THREADS = "skinfo.utils._parallel.ThreadPool.run"
STEPS = {
    "binner": IN_THREADS,
    "binner woe": "skinfo.preprocessing.MutualInfoBinner._set_fitted",
    "selector": IN_THREADS,
    "bottleneck": "skinfo.cluster.InformationBottleneck._store",
    "scorer": "sklearn.linear_model.LogisticRegression.fit",
}

FITS = [
    (name, method)
    for name, estimator in ESTIMATORS.items()
    for method in ("fit", "fit_transform", "fit_predict")
    if hasattr(estimator, method)
]


def raiser(error):
    def fail(*_, **__):
        raise error

    return fail


@pytest.fixture
def tables(rng):
    """Return two tables of other columns, and y."""
    a = pd.DataFrame(rng.random((80, 2)), columns=["a", "b"])
    c = pd.DataFrame(rng.random((80, 3)), columns=["c", "d", "e"])
    return a, c, (a["a"] + c["c"] > 1).to_numpy(int)


def fitted_names(estimator):
    return [name for name in vars(estimator) if name.endswith("_")]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError("no room")], ids=repr)
@pytest.mark.parametrize(("name", "method"), FITS)
def test_a_failed_fit_leaves_the_estimator_unfitted(tables, monkeypatch, name, method, error):
    a, c, y = tables
    estimator = clone(ESTIMATORS[name]).fit(a, y)
    with monkeypatch.context() as broken:
        broken.setattr(STEPS[name], raiser(error))
        with pytest.raises(type(error) if isinstance(error, Exception) else error):
            getattr(estimator, method)(c, y)
    assert fitted_names(estimator) == []
    with pytest.raises(NotFittedError, match="not fitted"):
        check_is_fitted(estimator)
    # The next fit does not depend on the earlier one.
    again, fresh = estimator.fit(c, y), clone(estimator).fit(c, y)
    assert fitted_names(again) == fitted_names(fresh)
    assert again.feature_names_in_.tolist() == ["c", "d", "e"]
    for table in (c, c[:7]):
        assert np.array_equal(again.transform(table), fresh.transform(table))


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("binner", lambda e, X, y: e.fit(X, y, sample_weight=-np.ones(len(y)))),
        ("binner", lambda e, X, y: e.set_params(max_bins=0).fit(X, y)),
        ("selector", lambda e, X, y: e.fit(X, y, sample_weight=-np.ones(len(y)))),
        ("bottleneck", lambda e, X, y: e.fit(-X)),
        ("scorer", lambda e, X, y: e.fit(X, np.zeros(len(y)))),
    ],
)
def test_invalid_input_leaves_the_estimator_unfitted(tables, name, call):
    a, c, y = tables
    estimator = clone(ESTIMATORS[name]).fit(a, y)
    with pytest.raises(ValueError, match=r"(?i)negative|max_bins|class"):
        call(estimator, c, y)
    assert fitted_names(estimator) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError("no room")], ids=repr)
@pytest.mark.parametrize(
    "step",
    [
        IN_THREADS,
        "skinfo._counts._summaries.NumericSummary.add",
        "skinfo._counts._summaries.NumericSummary.means",
        "skinfo.preprocessing.MutualInfoBinner._set_fitted",
    ],
)
def test_a_failed_chunk_changes_nothing(tables, monkeypatch, step, error):
    a, _, y = tables
    binner = MutualInfoBinner(encode="woe", n_jobs=1).partial_fit(a[:40], y[:40])
    before = pickle.dumps(binner)
    with monkeypatch.context() as broken:
        broken.setattr(step, raiser(error))
        with pytest.raises(type(error) if isinstance(error, Exception) else error):
            binner.partial_fit(a[40:], y[40:])
    assert pickle.dumps(binner) == before
    # The chunk can be passed again, and counts once.
    binner.partial_fit(a[40:], y[40:])
    assert binner.counts_[0].sum() == 80


def test_a_failed_first_chunk_leaves_the_estimator_unfitted(tables):
    a, _, y = tables
    binner = MutualInfoBinner()
    with pytest.raises(ValueError, match=r"(?i)negative"):
        binner.partial_fit(a, y, sample_weight=-np.ones(80))
    assert fitted_names(binner) == []


def test_a_chunk_of_other_columns_changes_nothing(tables):
    a, c, y = tables
    binner = MutualInfoBinner().partial_fit(a, y)
    with pytest.raises(ValueError, match=r"(?i)feature names"):
        binner.partial_fit(c, y)
    assert binner.partial_fit(a, y).counts_[0].sum() == 160


def test_a_failed_fit_drops_earlier_chunks(tables):
    a, _, y = tables
    binner = MutualInfoBinner().partial_fit(a, y)
    with pytest.raises(ValueError, match="at least two classes"):
        binner.fit(a, np.zeros(80))
    assert binner.partial_fit(a[:30], y[:30]).counts_[0].sum() == 30
