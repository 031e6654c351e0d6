"""Predictions in pieces: each source of them gives the score of memory, or both refuse."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from fuzz.cases import Case, Target
from fuzz.columns import Column, pick, pick_by_weight
from fuzz.settings import draw_settings
from fuzz.sources import SOURCES, asks, compare, samples_of
from fuzz.tables import Table
from skinfo import EntropyScorer
from skinfo.metrics import (
    binary_cross_entropy,
    calibration_error,
    cross_entropy_loss,
    log_loss_decomposition,
    reliability_curve,
    risk_coverage_curve,
)


class OfColumns(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose predictions are the columns of X."""

    def __init__(self, classes=None):
        self.classes_ = classes

    def predict_proba(self, X):
        frame = X if hasattr(X, "to_numpy") else X.to_pandas()
        return np.asarray(frame.to_numpy(), float)

    def __sklearn_is_fitted__(self):
        return True


@asks(cross_entropy_loss)
def loss(samples, params):
    return cross_entropy_loss(samples.y, samples.X, sample_weight=samples.sample_weight, **params)


@asks(binary_cross_entropy)
def binary_loss(samples, params):
    return binary_cross_entropy(
        samples.y, samples.X, sample_weight=samples.sample_weight, **params
    )


@asks(log_loss_decomposition)
def decomposition(samples, params):
    found = log_loss_decomposition(
        samples.y, samples.X, sample_weight=samples.sample_weight, n_resamples=2, **params
    )
    return [found.log_loss, found.miscalibration, found.discrimination, found.uncertainty]


@asks(calibration_error)
def calibration(samples, params):
    return calibration_error(samples.y, samples.X, sample_weight=samples.sample_weight, **params)


@asks(reliability_curve)
def reliability(samples, params):
    return reliability_curve(
        samples.y, samples.X, sample_weight=samples.sample_weight, n_resamples=2, **params
    )


@asks(risk_coverage_curve)
def coverage(samples, params):
    found = risk_coverage_curve(
        samples.y, samples.X, sample_weight=samples.sample_weight, **params
    )
    return [found.coverage, found.risk]


@asks(EntropyScorer.__call__)
def score(samples, params):
    model = OfColumns(params["classes"])
    others = {name: value for name, value in params.items() if name != "classes"}
    return EntropyScorer(**others)(model, samples.X, samples.y, samples.sample_weight)


# Question: its weight, and settings.
QUESTIONS = {
    loss: (
        4,
        {
            "reduction": ["mean", "sum", "none"],
            "label_smoothing": [0.1],
            "class_weight": ["balanced"],
            "base": [2, 10],
        },
    ),
    binary_loss: (3, {"reduction": ["mean", "sum"], "pos_weight": [2.0], "base": [10]}),
    decomposition: (1, {}),
    calibration: (1, {"n_bins": [5], "norm": ["l1", "max"]}),
    reliability: (1, {}),
    coverage: (1, {}),
    score: (
        4,
        {
            "metric": ["information_gain", "skill", ["neg_log_loss", "skill"], "discrimination"],
            "unseen": ["inf", "raise"],
        },
    ),
}


def make_scores(rng):
    n, k = pick(rng, [2, 5, 12, 30, 60]), pick(rng, [2, 2, 3, 5])
    question = pick_by_weight(rng, {q: weight for q, (weight, _) in QUESTIONS.items()})
    source = pick_by_weight(
        rng, {name: weight for name, (weight, _, _) in SOURCES.items() if "y" not in name}
    )
    p = rng.dirichlet(np.full(k, 0.7), n)
    if rng.random() < 0.1:
        p[rng.random(n) < 0.2] = np.eye(k)[0]
    if rng.random() < 0.05:
        p[0, 0] = pick(rng, [np.nan, np.inf, -0.1])
    if question is binary_loss and source == "dask":
        question = loss  # apart from y, in memory a frame of one column is not the second of two
    if question is binary_loss or (
        k == 2 and question is not score and source != "dask" and rng.random() < 0.3
    ):
        p = p[:, :1]
    names = tuple(f"c{j}" for j in range(p.shape[1]))
    columns = tuple(Column("probability", np.ascontiguousarray(values)) for values in p.T)
    table = Table(columns, names, SOURCES[source][1], n)
    codes, texts = rng.integers(0, k, n), np.array([f"level {i}" for i in range(k)], object)
    y = pick(rng, [codes, codes, texts[codes], codes + 1, np.zeros(n, int)])
    weights = pick(rng, [None, None, rng.integers(0, 4, n).astype(float), rng.random(n)])
    params = draw_settings(rng, QUESTIONS[question][1], share=0.3, hostile=0)
    if question is score:
        params["classes"] = np.arange(k) if y.dtype != object else texts
    cuts = np.sort(rng.random(pick(rng, [0, 1, 2, 3])))
    fixed = {"source": source, "question": question.__name__, "cuts": cuts.tolist()}
    return Case({"X": table, "y": y, "sample_weight": weights}, params, fixed)


def check_scores(log, case, X, y, sample_weight, source, question, cuts):
    asked = next(asked for asked in QUESTIONS if asked.__name__ == question)
    with samples_of(case, X, y, sample_weight, source, cuts) as made:
        if made is not None:
            compare(log, case, source, asked, *made)


TARGETS = {"scores": Target(make_scores, check_scores, share=0.3)}
