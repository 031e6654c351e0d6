"""Entropy, margin and largest probability of predictions as columns of EntropyScorer."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from skinfo.metrics import EntropyScorer

OUTPUT = ("entropy", "margin", "max_probability")


@pytest.fixture(scope="module")
def data():
    X, y = load_iris(return_X_y=True)
    return X[:, :2], np.array(["setosa", "versicolor", "virginica"])[y]


@pytest.mark.parametrize("base", [2, math.e, 3])
def test_columns(data, expected_columns, base):
    X, y = data
    scorer = EntropyScorer(GaussianNB(), output=OUTPUT, base=base).fit(X, y)
    expected = expected_columns(GaussianNB().fit(X, y).predict_proba(X), base)
    assert_allclose(scorer.transform(X), expected, atol=1e-14)


def test_extremes_of_the_columns():
    # KNN votes: (1/2, 1/2) is one bit, no margin; a unanimous vote is certain.
    knn = KNeighborsClassifier(2)
    scorer = EntropyScorer(knn, output=OUTPUT).fit([[0.0], [0.1], [9.0], [9.1]], [0, 1, 1, 1])
    assert_array_equal(scorer.transform([[0.05], [9.05]]), [[1, 0, 0.5], [0, 1, 1]])


def test_single_class_is_certain():
    tree = EntropyScorer(DecisionTreeClassifier(), output=OUTPUT).fit([[0.0], [1.0]], ["a", "a"])
    columns = tree.transform([[0.0]])
    assert_array_equal(columns, [[0, 1, 1]])
    assert not np.signbit(columns).any()


def test_one_name_is_one_column(data):
    X, y = data
    one = EntropyScorer(output="margin").fit(X, y)
    assert_array_equal(one.transform(X), EntropyScorer(output=["margin"]).fit(X, y).transform(X))
    assert one.transform(X).shape == (len(X), 1)


def test_probabilities_of_labels_are_numbers():
    class Wordy:
        classes_ = (0, 1)

        def predict_proba(self, X):
            return np.full((len(X), 2), "0.5")

    with pytest.raises(ValueError, match="Wordy must predict numbers for each label of y"):
        EntropyScorer()(Wordy(), np.zeros((3, 1)), np.eye(2, dtype=int)[[0, 1, 0]])
