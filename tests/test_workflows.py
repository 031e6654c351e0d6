"""The estimators together in pipelines and searches of scikit-learn."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.naive_bayes import CategoricalNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skinfo import EntropyScorer, InfoBottleneckSelector, MutualInfoBinner


def bin_select_classify():
    return Pipeline(
        [
            ("bin", MutualInfoBinner()),
            ("select", InfoBottleneckSelector()),
            ("classify", CategoricalNB(min_categories=9)),
        ]
    )


@pytest.fixture(scope="module")
def cancer():
    return load_breast_cancer(return_X_y=True, as_frame=True)


def test_bin_select_score_in_a_grid_search(cancer):
    grid = {
        "bin__max_bins": [2, 8],
        "bin__penalty": ["modl", None],
        "select__n_features_to_select": ["auto", 3],
        "select__criterion": ["bottleneck", "jmi"],
    }
    search = GridSearchCV(bin_select_classify(), grid, scoring=EntropyScorer(), cv=3)
    search.fit(*cancer)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    # Better than predicting the class frequencies, with a loss of H(y) = 0.953 bits.
    assert -0.4 < search.best_score_ < 0


def test_few_features_beat_all_for_naive_bayes(cancer):
    few = cross_validate(bin_select_classify(), *cancer, scoring=EntropyScorer())
    every = clone(bin_select_classify()).set_params(select="passthrough")
    everything = cross_validate(every, *cancer, scoring=EntropyScorer())
    assert few["test_score"].mean() > everything["test_score"].mean() + 0.3


def test_three_classes_and_several_metrics():
    X, y = load_wine(return_X_y=True)
    scorer = EntropyScorer(metric=["neg_log_loss", "information_gain", "skill"])
    scores = cross_validate(bin_select_classify(), X, y, scoring=scorer)
    # Of H(y) = 1.57 bits.
    assert scores["test_information_gain"].mean() > 1.1
    assert scores["test_skill"].mean() > 0.7


@pytest.mark.parametrize("routing", [False, True])
def test_sample_weights_with_and_without_routing(cancer, routing):
    X, y = cancer
    weights = np.where(y, 1.0, 3.0)
    with sklearn.config_context(enable_metadata_routing=routing):
        if routing:
            pipe = make_pipeline(
                MutualInfoBinner().set_fit_request(sample_weight=True),
                InfoBottleneckSelector().set_fit_request(sample_weight=True),
                CategoricalNB(min_categories=9).set_fit_request(sample_weight=True),
            )
            scorer = EntropyScorer().set_score_request(sample_weight=True)
            scores = cross_validate(pipe, X, y, scoring=scorer, params={"sample_weight": weights})
            assert np.isfinite(scores["test_score"]).all()
            pipe.fit(X, y, sample_weight=weights)
        else:
            pipe = bin_select_classify().fit(
                X, y, bin__sample_weight=weights, select__sample_weight=weights
            )
    repeated = bin_select_classify().fit(
        pd.DataFrame(np.repeat(X.to_numpy(), weights.astype(int), axis=0), columns=X.columns),
        np.repeat(y, weights.astype(int)),
    )
    np.testing.assert_array_equal(pipe[1].selected_features_, repeated[1].selected_features_)


def test_in_column_transformer_and_feature_union(cancer):
    X, y = cancer
    X = X.assign(site=np.where(y, "a", "b"))
    columns = ColumnTransformer(
        [
            ("numbers", MutualInfoBinner(encode="onehot-dense"), ["mean radius", "mean texture"]),
            ("text", MutualInfoBinner(), make_column_selector(dtype_exclude="number")),
        ]
    ).set_output(transform="pandas")
    out = columns.fit_transform(X, y)
    assert out.columns[-1] == "text__site"
    assert out["text__site"].nunique() == 2
    union = FeatureUnion([("best", InfoBottleneckSelector(2)), ("bins", MutualInfoBinner())])
    assert union.fit_transform(X.drop(columns="site"), y).shape == (len(y), 32)


@pytest.mark.parametrize(
    "estimator", [MutualInfoBinner(), InfoBottleneckSelector(), bin_select_classify()]
)
def test_pickled_and_cloned_give_the_same(cancer, estimator):
    X, y = cancer
    fitted = clone(estimator).fit(X, y)
    restored = pickle.loads(pickle.dumps(fitted))
    method = "predict_proba" if hasattr(fitted, "predict_proba") else "transform"
    np.testing.assert_array_equal(getattr(restored, method)(X), getattr(fitted, method)(X))
    again = clone(fitted).fit(X, y)
    np.testing.assert_array_equal(getattr(again, method)(X), getattr(fitted, method)(X))


def test_selection_before_a_linear_model_keeps_the_columns_readable(cancer):
    X, y = cancer
    pipe = make_pipeline(InfoBottleneckSelector(), StandardScaler(), LogisticRegression())
    pipe.set_output(transform="pandas").fit(X, y)
    names = pipe[:-1].get_feature_names_out()
    assert set(names) <= set(X.columns)
    assert pipe[-1].coef_.shape == (1, len(names))
