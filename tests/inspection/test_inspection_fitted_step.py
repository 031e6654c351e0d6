"""Displays find the step that they draw in pipelines, searches and column transformers."""

import pytest
from numpy.testing import assert_array_equal
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.inspection import (
    InformationPlaneDisplay,
    MutualInfoDisplay,
    SelectionPathDisplay,
    SelectionReportDisplay,
)

OF_SELECTORS = [SelectionPathDisplay, SelectionReportDisplay, InformationPlaneDisplay]


@pytest.mark.parametrize("display", [*OF_SELECTORS, MutualInfoDisplay])
def test_the_step_of_a_pipeline_is_drawn(wine, selector, display):
    pipeline = make_pipeline(InfoBottleneckSelector(n_features_to_select=4), GaussianNB())
    of_step = display.from_estimator(selector)
    of_pipeline = display.from_estimator(pipeline.fit(*wine))
    for name, value in vars(of_step).items():
        if not name.endswith("_"):
            assert_array_equal(getattr(of_pipeline, name), value)


def test_searches_and_transformers_of_columns(wine):
    X, y = wine
    pipeline = Pipeline([("select", InfoBottleneckSelector()), ("classify", GaussianNB())])
    search = GridSearchCV(pipeline, {"select__alpha": [0.01, 0.05]}, cv=2)
    with pytest.raises(NotFittedError, match="not fitted"):
        SelectionReportDisplay.from_estimator(search)
    best = search.fit(X, y).best_estimator_["select"]
    path = SelectionPathDisplay.from_estimator(search)
    assert_array_equal(path.information, best.information_)
    columns = ColumnTransformer([("few", MutualInfoBinner(), ["alcohol", "hue"])])
    with pytest.raises(NotFittedError, match="not fitted"):
        MutualInfoDisplay.from_estimator(columns)
    display = MutualInfoDisplay.from_estimator(make_pipeline(columns).fit(X, y))
    assert display.feature_names.tolist() == ["alcohol", "hue"]
    union = FeatureUnion([("select", InfoBottleneckSelector()), ("scale", StandardScaler())])
    assert SelectionReportDisplay.from_estimator(union.fit(X, y)).bits.shape == (13,)


def test_none_or_several_steps_are_named(wine):
    X, y = wine
    both = Pipeline([("bin", MutualInfoBinner()), ("select", InfoBottleneckSelector())]).fit(X, y)
    message = r"2 of this Pipeline fit: Pipeline\['bin'\] \(MutualInfoBinner\), .*\['select'\]"
    with pytest.raises(ValueError, match=message):
        MutualInfoDisplay.from_estimator(both)
    none = Pipeline([("scale", StandardScaler()), ("skip", "passthrough")]).fit(X)
    with pytest.raises(TypeError, match=r"got Pipeline, with Pipeline\['scale'\] \(Standard"):
        SelectionReportDisplay.from_estimator(none)
    columns = ColumnTransformer([("few", MutualInfoBinner(), ["hue"])]).fit(X, y)
    with pytest.raises(TypeError, match=r"ColumnTransformer.named_transformers_\['few'\]"):
        SelectionPathDisplay.from_estimator(columns)
