"""Plots are drawn without a screen, and closed. Without matplotlib only reports are tested."""

from pathlib import Path

import pytest
from optional import optional
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.naive_bayes import GaussianNB

from skinfo import InfoBottleneckSelector

plt = optional("matplotlib.pyplot")
if plt:
    plt.switch_backend("Agg")
else:
    collect_ignore = [
        path.name
        for path in Path(__file__).parent.glob("test_*.py")
        if path.stem not in ("test_inspection_report", "test_inspection_report_browser")
    ]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    if plt:
        plt.close("all")


@pytest.fixture(scope="session")
def iris():
    return load_iris(return_X_y=True, as_frame=True)


@pytest.fixture(scope="session")
def wine():
    return load_wine(return_X_y=True, as_frame=True)


@pytest.fixture(scope="session")
def selector(wine):
    return InfoBottleneckSelector(n_features_to_select=4).fit(*wine)


@pytest.fixture(scope="session")
def cancer():
    """A classifier, and X and y that it was not fitted on."""
    X, y = load_breast_cancer(return_X_y=True)
    return GaussianNB().fit(X[::2], y[::2]), X[1::2], y[1::2]
