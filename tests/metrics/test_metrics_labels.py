"""Labels of scores are read by one rule: kinds, missing values, samples of weight zero."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from skinfo.metrics import (
    EntropyScorer,
    binary_cross_entropy,
    compare_log_loss,
    cross_entropy_loss,
    log_loss_decomposition,
    risk_coverage_curve,
)

PROB = np.array([[0.5, 0.5], [0.25, 0.75], [0.875, 0.125]])


class FixedClassifier:
    """A fitted classifier that predicts PROB for two classes."""

    def __init__(self, labels):
        self.classes_ = np.asarray(labels)

    def predict_proba(self, X):
        return PROB


def score(y, labels, **kwargs):
    return EntropyScorer()(FixedClassifier(labels), np.zeros((3, 1)), y, **kwargs)


SCORES = {
    "cross entropy": lambda y, labels, **kw: cross_entropy_loss(y, PROB, labels=labels, **kw),
    "binary": lambda y, labels, **kw: binary_cross_entropy(
        y, PROB[:, 1], pos_label=labels[1], **kw
    ),
    "scorer": score,
    "comparison": lambda y, labels, **kw: compare_log_loss(y, PROB, PROB, labels=labels, **kw),
    "decomposition": lambda y, labels, **kw: log_loss_decomposition(
        y, PROB, labels=labels, n_resamples=2, **kw
    ),
    "risk": lambda y, labels, **kw: risk_coverage_curve(y, PROB, labels=labels, **kw),
}


def value(result):
    """The mean log loss in bits of any of the scores."""
    for name in ("log_loss", "log_loss_a"):
        result = getattr(result, name, result)
    return abs(result.risk[-1] if hasattr(result, "risk") else result)


LABELS = {
    "text": ["a", "b"],
    "integers": [3, 7],
    "floats": [0.5, 2.5],
    "float16": np.array([0.5, 2.5], np.float16),
    "booleans": [False, True],
    "dates": [dt.date(2020, 1, 1), dt.date(2021, 1, 1)],
    "text and integers": np.array(["a", 7], dtype=object),
}


CASES = [(n, k) for n in SCORES for k in LABELS if (n, k) != ("binary", "dates")]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_kinds_of_labels(name, kind):
    # -log2 of 1/2, 1/4 and 1/8.
    labels = np.array(LABELS[kind], dtype=getattr(LABELS[kind], "dtype", None))
    if name == "binary":
        labels = labels.tolist() if kind != "float16" else labels.astype(float).tolist()
    y = np.asarray(labels, dtype=getattr(LABELS[kind], "dtype", None))[[0, 0, 1]]
    assert value(SCORES[name](y, labels)) == pytest.approx(2)


MISSING = {
    "None": np.array(["a", None, "b"], dtype=object),
    "NaN": np.array([0.0, np.nan, 1.0]),
    "NA": pd.Series([0, None, 1], dtype="Int64"),
    "masked": np.ma.MaskedArray([0, 1, 1], mask=[False, True, False]),
    "masked text": np.ma.MaskedArray(["a", "a", "b"], mask=[False, True, False]),
}


@pytest.mark.parametrize("kind", MISSING)
@pytest.mark.parametrize("name", SCORES)
def test_missing_labels_are_refused(name, kind):
    y = MISSING[kind]
    labels = ["a", "b"] if "a" in np.asarray(y).tolist() else [0, 1]
    with pytest.raises(ValueError, match=r"y.* contains NaN: 1 missing.*in row 1"):
        SCORES[name](y, labels)


@pytest.mark.parametrize("name", SCORES)
def test_labels_that_are_neither_numbers_nor_levels_are_refused(name):
    y = np.empty(3, object)
    y[:] = [[1], [2, 3], [1]]
    with pytest.raises(ValueError, match=r"y.* holds values of type list, such as"):
        SCORES[name](y, ["a", "b"])


@pytest.mark.parametrize("name", [name for name in SCORES if name != "binary"])
def test_labels_of_samples_of_weight_zero_are_not_read(name):
    y = np.array(["a", "misspelt", "b"])
    weighted = SCORES[name](y, ["a", "b"], sample_weight=[1, 0, 1])
    assert value(weighted) == pytest.approx((1 + 3) / 2)


@pytest.mark.parametrize("name", SCORES)
def test_labels_of_either_byte_order(name):
    y = np.array([0, 1, 1], "<i4")
    assert value(SCORES[name](y.astype(">i4"), [0, 1])) == value(SCORES[name](y, [0, 1]))


def test_labels_without_an_order_need_labels():
    y, prob = np.array([0, "a"], object), [[0.5, 0.5], [0.25, 0.75]]
    with pytest.raises(TypeError, match=r"y_true holds labels without an order.*Pass the label"):
        cross_entropy_loss(y, prob)
    found = cross_entropy_loss(y, prob, labels=y)
    assert found == pytest.approx((1 + np.log2(4 / 3)) / 2, rel=1e-15)


@pytest.mark.parametrize("labels", [[(1, 2), (3,)], [(1, 2), (3, 4)]])
def test_labels_may_be_tuples(labels):
    y = np.empty(4, object)
    y[:] = labels * 2
    prob = [[0.9, 0.1], [0.2, 0.8]] * 2
    assert log_loss_decomposition(y, prob).log_loss == pytest.approx(
        -(np.log2(0.9) + np.log2(0.8)) / 2
    )


@pytest.mark.parametrize("y", [[0, 2], [1, 1], [2, 0]])
def test_labels_that_are_indices_of_columns_need_not_all_occur(y):
    prob = np.array([[0.5, 0.2, 0.3], [0.1, 0.7, 0.2]])
    expected = -np.log2(prob[[0, 1], y]).mean()
    assert log_loss_decomposition(y, prob).log_loss == pytest.approx(expected, rel=1e-12)
    assert cross_entropy_loss(y, prob) == pytest.approx(expected, rel=1e-12)
    chunks = [([label], row[None]) for label, row in zip(y, prob, strict=True)]
    assert cross_entropy_loss(chunks) == pytest.approx(expected, rel=1e-12)
